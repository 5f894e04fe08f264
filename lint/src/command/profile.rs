//! `profile`: the fingerprint of a profile, why its scores are what they are, and how two profiles differ.

use std::fmt::Write as _;
use std::process::ExitCode;

use mx2lm_core::collapse::gccp::{cosine, is_aligned};
use mx2lm_core::collapse::math;
use mx2lm_core::collapse::profile::{Explained, Profile, Step};
use mx2lm_core::collapse::{Threshold, gccp};
use mx2lm_core::hash::self_hash::profile_fingerprint;
use serde_json::{Value, json};

use super::collapse::input::{self, Document, Prepared};
use super::collapse::{bits, chosen, compute};
use super::{FOUND, read};
use crate::cli::collapse::{CompareArgs, Device, ExplainArgs, FingerprintArgs, ProfileCommand};
use crate::cli::{Color, DataFormat};
use crate::output::{Failure, to_stdout};

/// How many pairs of a leaf are told one by one.
const MOST_PAIRS: usize = 5;

/// Runs the command.
pub fn run(command: &ProfileCommand) -> Result<ExitCode, Failure> {
    match command {
        ProfileCommand::Fingerprint(arguments) => fingerprint(arguments),
        ProfileCommand::Explain(arguments) => explain(arguments),
        ProfileCommand::Compare(arguments) => compare(arguments),
    }
}

fn fingerprint(arguments: &FingerprintArgs) -> Result<ExitCode, Failure> {
    let mut rows = Vec::new();
    let mut stale = false;
    for path in &arguments.profiles {
        // a hash asks for no kernel: what cannot be computed has a fingerprint all the same
        let tree = input::json(path, read(path)?)?;
        let root = tree.root().filter(|root| root.get("meta").or_else(|| root.get("@pi_profile")).is_some());
        let refused = |why: &str| Failure::Refused(format!("`{}` {why}", path.display()));
        let root = root.ok_or_else(|| refused("is no profile: it has neither `meta` nor `@pi_profile`"))?;
        let own = profile_fingerprint(root).map_err(|why| refused(&format!("has no canonical form: {why}")))?;
        let meta = root.get("meta");
        let declared = meta.and_then(|meta| meta.get("fingerprint")).and_then(|declared| declared.as_str()).map(|text| text.into_owned());
        stale |= declared.as_ref().is_some_and(|declared| *declared != own);
        rows.push((path.display().to_string(), own, declared));
    }
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => rows.iter().try_for_each(|(path, own, declared)| match declared {
            Some(declared) if declared != own => writeln!(out, "{own}  {path}  (the file holds `{declared}`)"),
            _ => writeln!(out, "{own}  {path}"),
        }),
        DataFormat::Json => {
            let described = |(path, own, declared): &(String, String, Option<String>)| json!({ "path": path, "fingerprint": own, "declared": declared });
            writeln!(out, "{:#}", json!({ "version": 1, "profiles": rows.iter().map(described).collect::<Vec<Value>>() }))
        }
    })?;
    Ok(if stale { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

fn explain(arguments: &ExplainArgs) -> Result<ExitCode, Failure> {
    let prepared = input::prepare(input::profile(&arguments.profile)?)?;
    let documents = chosen(&prepared, &arguments.against, arguments.query.as_deref())?;
    let mut told = Vec::new();
    for document in &documents.list {
        let refused = |error: mx2lm_core::collapse::CollapseError| Failure::Refused(format!("`{}` has no score: {error}", document.id));
        let leaves = prepared.plan.leaves().map(|threshold| Ok(gccp(&document.a, &document.b, threshold)?.score));
        let leaves: Vec<f64> = leaves.collect::<Result<_, _>>().map_err(refused)?;
        told.push((document, prepared.plan.explain(&leaves).map_err(refused)?));
    }
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => told.iter().try_for_each(|(document, steps)| out.write_all(words(&prepared, document, steps).as_bytes())),
        DataFormat::Json => {
            let documents: Vec<Value> = told.iter().map(|(document, steps)| described(&prepared, document, steps)).collect();
            writeln!(out, "{:#}", json!({ "version": 1, "documents": documents }))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// One term of a superposition: who, the weight it began with, the weight that conflicts left, its score.
type Term<'p> = (&'p str, f64, f64, f64);

/// The terms of a step, the largest contribution first; `None` for a leaf.
fn terms<'p>(prepared: &'p Prepared, step: usize, steps: &[Explained]) -> Option<Vec<Term<'p>>> {
    let all = prepared.plan.steps();
    let Some(Step::Sum { of, weights, .. }) = all.get(step) else { return None };
    let left = &steps.get(step)?.superposed.as_ref()?.weights;
    let mut terms: Vec<Term<'_>> = of
        .iter()
        .zip(weights)
        .zip(left)
        .filter_map(|((of, weight), left)| Some((all.get(*of)?.name(), *weight, *left, steps.get(*of)?.score)))
        .collect();
    terms.sort_by(|one, other| (other.2 * other.3).abs().total_cmp(&(one.2 * one.3).abs()));
    Some(terms)
}

fn words(prepared: &Prepared, document: &Document, steps: &[Explained]) -> String {
    let mut text = String::new();
    let score = steps.last().map_or(0.0, |step| step.score);
    let _ = writeln!(text, "`{}` scores {score:+.9}", document.id);
    for (index, step) in prepared.plan.steps().iter().enumerate().rev() {
        match step {
            Step::Sum { name, .. } => {
                let Some(terms) = terms(prepared, index, steps) else { continue };
                let _ = writeln!(text, "  `{name}` adds {} scores to {:+.9}, the largest part first:", terms.len(), steps[index].score);
                for (name, weight, left, score) in terms {
                    let _ = write!(text, "    {:+.9}  `{name}`: its score {score:+.9} with a weight of {left}", left * score);
                    if left < weight {
                        let _ = write!(text, ", {weight} before it gave way: its score lies too far from another's");
                    }
                    text.push('\n');
                }
            }
            Step::Leaf { name, threshold } => leaf_words(&mut text, name, *threshold, document, steps[index].score),
        }
    }
    text
}

fn leaf_words(text: &mut String, name: &str, threshold: Threshold, document: &Document, score: f64) {
    let pairs = pairs(document, threshold);
    let aligned: Vec<&Pair> = pairs.iter().filter(|pair| pair.aligned).collect();
    let _ = writeln!(
        text,
        "  `{name}` collapses to {score:+.9}: {} of {} pairs lie within {} rad of each other",
        aligned.len(),
        pairs.len(),
        threshold.epsilon()
    );
    for pair in aligned.iter().take(MOST_PAIRS) {
        let _ = writeln!(
            text,
            "    pair {} adds ({}, {}), length {:.6}; {:.6} rad apart",
            pair.index,
            pair.a[0],
            pair.a[1],
            pair.length,
            pair.angle.unwrap_or(0.0)
        );
    }
    if aligned.len() > MOST_PAIRS {
        let _ = writeln!(text, "    and {} shorter ones", aligned.len() - MOST_PAIRS);
    }
    for pair in pairs.iter().filter(|pair| !pair.aligned).take(MOST_PAIRS) {
        let _ = match pair.angle {
            Some(angle) => writeln!(text, "    pair {} adds nothing: {angle:.6} rad apart", pair.index),
            None => writeln!(text, "    pair {} adds nothing: one of its vectors has no length", pair.index),
        };
    }
    let more = (pairs.len() - aligned.len()).saturating_sub(MOST_PAIRS);
    if more > 0 {
        let _ = writeln!(text, "    and {more} more that add nothing");
    }
    let (x, y) = aligned.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.a[0], y + pair.a[1]));
    if x != 0.0 || y != 0.0 {
        let _ =
            writeln!(text, "    together they point {:.6} rad away from the x axis, whose cosine is the score", math::atan2(y, x).abs());
    }
}

/// A pair of vectors.
struct Pair {
    index: usize,
    a: [f64; 2],
    length: f64,
    angle: Option<f64>,
    aligned: bool,
}

/// The pairs of a document, the longest vector first.
fn pairs(document: &Document, threshold: Threshold) -> Vec<Pair> {
    let of = |(index, (a, b)): (usize, (&[f64; 2], &[f64; 2]))| Pair {
        index,
        a: *a,
        length: a[0].hypot(a[1]),
        angle: cosine(*a, *b).map(math::acos),
        aligned: is_aligned(*a, *b, threshold),
    };
    let mut pairs: Vec<Pair> = document.a.iter().zip(&document.b).enumerate().map(of).collect();
    pairs.sort_by(|one, other| other.length.total_cmp(&one.length));
    pairs
}

fn described(prepared: &Prepared, document: &Document, steps: &[Explained]) -> Value {
    let all = prepared.plan.steps().iter().enumerate().rev();
    let steps_told: Vec<Value> = all
        .map(|(index, step)| {
            let score = steps[index].score;
            let mut told = json!({ "profile": step.name(), "score": score, "bits": bits(score) });
            if let Some(terms) = terms(prepared, index, steps) {
                let term = |(name, weight, left, score): &Term<'_>| {
                    json!({ "profile": name, "weight": weight, "weight_after_conflicts": left, "score": score, "part": left * score })
                };
                told["terms"] = terms.iter().map(term).collect();
            }
            if let Step::Leaf { threshold, .. } = step {
                let pairs = pairs(document, *threshold);
                told["aligned"] = json!(pairs.iter().filter(|pair| pair.aligned).count());
                told["pairs"] = json!(pairs.len());
            }
            told
        })
        .collect();
    json!({ "id": document.id, "score": steps.last().map_or(0.0, |step| step.score), "steps": steps_told })
}

fn compare(arguments: &CompareArgs) -> Result<ExitCode, Failure> {
    let (one, other) = (input::profile(&arguments.one)?, input::profile(&arguments.other)?);
    let lines = differences(&one.profile, &other.profile);
    let twins = one.fingerprint == other.fingerprint;
    let mut scores = Vec::new();
    if !arguments.against.is_empty() {
        let (one, other) = (input::prepare(one)?, input::prepare(other)?);
        let documents = chosen(&one, &arguments.against, arguments.query.as_deref())?;
        let (first, second) = (compute(&one, &documents, Device::Cpu)?, compute(&other, &documents, Device::Cpu)?);
        let both = first.scores.iter().zip(&second.scores);
        scores.extend(documents.list.iter().zip(both).map(|(document, (one, other))| (document.id.clone(), *one, *other)));
    }
    let same = lines.is_empty() && scores.iter().all(|(_, one, other)| one.to_bits() == other.to_bits());
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => {
            match (same, twins) {
                (false, _) => {}
                (true, true) => writeln!(out, "they compute the same")?,
                (true, false) => {
                    writeln!(out, "they compute the same; their fingerprints differ in members that take no part in computing")?;
                }
            }
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            scores.iter().try_for_each(|(id, one, other)| writeln!(out, "{one:>+12.9}  {other:>+12.9}  {:>+12.9}  {id}", other - one))
        }
        DataFormat::Json => {
            let scores: Vec<Value> = scores.iter().map(|(id, one, other)| json!({ "id": id, "one": one, "other": other })).collect();
            writeln!(out, "{:#}", json!({ "version": 1, "same": same, "same_fingerprint": twins, "differences": lines, "scores": scores }))
        }
    })?;
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// What of two profiles changes scores, in words.
fn differences(one: &Profile, other: &Profile) -> Vec<String> {
    let mut lines = Vec::new();
    let mut note = |what: &str, one: String, other: String| {
        if one != other {
            lines.push(format!("{what}: {one} in the first, {other} in the second"));
        }
    };
    note("epsilon", one.epsilon.to_string(), other.epsilon.to_string());
    note("weights must add up to 1", one.normalized.to_string(), other.normalized.to_string());
    note("scores conflict beyond", one.interference_threshold.to_string(), other.interference_threshold.to_string());
    let names = one.terms.iter().chain(&other.terms).map(|term| term.profile.as_str()).collect::<std::collections::BTreeSet<_>>();
    let weights = |profile: &Profile, name: &str| {
        let weights: Vec<String> = profile.terms.iter().filter(|term| term.profile == name).map(|term| term.weight.to_string()).collect();
        if weights.is_empty() { "none".to_owned() } else { weights.join(" and ") }
    };
    for name in names {
        note(&format!("weight of `{name}`"), weights(one, name), weights(other, name));
    }
    let order = |profile: &Profile| profile.terms.iter().map(|term| term.profile.as_str()).collect::<Vec<_>>().join(", ");
    if !one.is_leaf() && !other.is_leaf() {
        note("order of the terms, in which they are added", order(one), order(other));
    }
    lines
}
