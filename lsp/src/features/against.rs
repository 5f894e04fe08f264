//! The vectors of other files that a profile is scored against: open objects, and those that the profile or an open object names.
//!
//! A payload counts for its descriptor, and only where the descriptor's hash of it is true.

use std::{collections::BTreeSet, sync::Arc};

use mx2lm_core::{
    collapse::{profile::Plan, rank},
    document::vectors::{self, Lane, Refusal},
    hash::Digest,
    tensor::source::EPSILON,
};
use serde::Serialize;

use super::{
    leaf_scores::{Document, Held},
    score, subject,
};
use crate::view::File;

/// Most files that are looked into, most pairs that are collapsed, and most documents of a file that are shown.
const MOST_FILES: usize = 64;
const MOST_PAIRS: usize = 8_000_000;
const MOST_SHOWN: usize = 8;

/// What a profile scores against the vectors of one file.
#[derive(Debug, Serialize)]
pub struct Against {
    /// The file's path from the root.
    pub object: String,
    /// How many documents it holds.
    pub documents: usize,
    /// How many pairs of vectors they have.
    pub pairs: usize,
    /// The best of them, the best first.
    pub best: Vec<Best>,
    /// Why there are no scores.
    pub refused: Option<String>,
}

/// A document and its score.
#[derive(Debug, Serialize)]
pub struct Best {
    /// What it is called.
    pub id: String,
    /// Its score.
    pub score: f64,
}

/// The files whose vectors count for a profile, by path.
pub fn objects(file: &File<'_>) -> BTreeSet<Arc<str>> {
    let view = file.view;
    let open =
        view.open.values().filter(|open| view.workspaces.get(&open.workspace).is_some_and(|own| std::ptr::eq(&**own, file.workspace)));
    let index = file.snapshot().index();
    let mut found: BTreeSet<Arc<str>> = open.map(|open| open.path.clone()).collect();
    let named: Vec<Arc<str>> = found
        .iter()
        .chain([&file.path])
        .filter_map(|path| index.facts(path))
        .flat_map(|facts| facts.references.iter().flat_map(|reference| index.resolve(reference)))
        .collect();
    found.extend(named);
    found.retain(|path| *path != file.path && !index.facts(path).is_some_and(|facts| score::is_profile(facts) || score::is_tests(facts)));
    found.into_iter().take(MOST_FILES).collect()
}

/// The scores against each of [`objects`]; `None` once `goes_on` says that nobody waits any more.
pub fn scores(file: &File<'_>, plan: &Plan, collapsed: &mut usize, goes_on: &dyn Fn() -> bool) -> Option<Vec<Against>> {
    let mut room = MOST_PAIRS;
    let mut all = Vec::new();
    for path in objects(file) {
        if !goes_on() {
            return None;
        }
        let mut one = Against { object: path.to_string(), documents: 0, pairs: 0, best: Vec::new(), refused: None };
        match held(file, &path) {
            Ok(set) => {
                (one.documents, one.pairs) = (set.ids().len(), set.pairs());
                if set.pairs() > room {
                    one.refused = Some(score::TOO_MANY.into());
                } else {
                    room -= set.pairs();
                    match set.scores(plan, collapsed) {
                        Ok(scores) => one.best = best(set.ids(), &scores),
                        Err(error) => one.refused = Some(error.to_string()),
                    }
                }
            }
            Err(Some(why)) => one.refused = Some(why),
            Err(None) => continue,
        }
        all.push(one);
    }
    Some(all)
}

fn best(ids: &[String], scores: &[f64]) -> Vec<Best> {
    let mut order: Vec<usize> = (0..ids.len().min(scores.len())).collect();
    let by_rank = |one: &usize, other: &usize| rank::order((scores[*one], ids[*one].as_str()), (scores[*other], ids[*other].as_str()));
    if order.len() > MOST_SHOWN {
        order.select_nth_unstable_by(MOST_SHOWN, by_rank);
        order.truncate(MOST_SHOWN);
    }
    order.sort_by(by_rank);
    order.into_iter().map(|at| Best { id: ids[at].clone(), score: scores[at] }).collect()
}

/// The vectors of a file or of its payload.
fn held(file: &File<'_>, path: &Arc<str>) -> Held {
    let index = file.snapshot().index();
    let facts = index.facts(path).ok_or(None)?;
    let location = facts.payload.as_ref().and_then(|payload| payload.location.as_ref());
    let Some(location) = location else { return read(file, path, EPSILON) };
    let object = file.other(path).ok_or(None)?;
    let payload = subject::payload_path(&object, &location.value).ok_or(None)?;
    let there = index.facts(&payload).ok_or(None)?;
    if there.payload.is_some() || score::is_profile(there) {
        return Err(None);
    }
    let held = read(file, &payload, facts.tolerance.unwrap_or(EPSILON));
    match facts.declared_payload_hash() {
        Some((_, declared)) if declared == there.digest => held,
        // of a payload without vectors there is nothing to refuse
        _ if matches!(held, Err(None)) => Err(None),
        _ => Err(Some(format!("the hash of its payload `{payload}` is `{}`, which it does not hold: it is not collapsed", there.digest))),
    }
}

fn read(file: &File<'_>, path: &Arc<str>, epsilon: u64) -> Held {
    let facts = file.snapshot().index().facts(path).ok_or(None)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    // documents without a name of their own are named after the file
    let key = Digest::of_parts([facts.digest.to_string().as_bytes(), &epsilon.to_le_bytes(), stem.as_bytes()]);
    file.view.scores.set(key, || {
        let other = file.other(path).ok_or(None)?;
        let lanes = match vectors::geometry(stem, extension.eq_ignore_ascii_case("svg"), &other.bytes, epsilon) {
            Some(found) => found,
            None => {
                let tree = other.json().filter(|tree| tree.is_strict() && tree.duplicates().is_empty()).ok_or(None)?;
                vectors::in_json(tree.root().ok_or(None)?, stem)
            }
        };
        let lanes = lanes.map_err(|refusal| match refusal {
            Refusal::None(_) => None,
            other => Some(other.to_string()),
        })?;
        let document = |lane: Lane| -> Document {
            let id = lane.id.clone();
            let (a, b) = lane.pairs(None);
            (id, a, b)
        };
        Ok(lanes.into_iter().map(document).collect())
    })
}
