//! `pack diff`, `pack compat`, `pack similarity`: two packs side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use mx2lm_core::pack::container::Lane;
use mx2lm_core::pack::{Class, Pack, compat as core, similarity as alike};
use serde_json::{Map, Value, json};

use super::{FOUND, opened, print, read};
use crate::cli::DataFormat;
use crate::cli::pack::PairArgs;
use crate::output::Failure;

fn with<T>(arguments: &PairArgs, judge: impl FnOnce(&Pack<'_>, &Pack<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    let (a, b) = (read(&arguments.a)?, read(&arguments.b)?);
    judge(&opened(&arguments.a, &a)?, &opened(&arguments.b, &b)?)
}

fn answered(arguments: &PairArgs, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) -> Result<(), Failure> {
    match arguments.format {
        DataFormat::Text => print(&text()),
        DataFormat::Json => print(&format!("{:#}\n", json())),
    }
}

/// `pack compat`. Packs that do not go together are a finding.
pub fn compat(arguments: &PairArgs) -> Result<ExitCode, Failure> {
    with(arguments, |a, b| {
        let verdict = core::of_packs(a, b);
        let (level, why) = (verdict.level, &verdict.why);
        let merge = if level.merges() { "they may be merged" } else { "compile one of them again" };
        answered(
            arguments,
            || format!("level {}, {}: {why}; {merge}\n", level.number(), level.name()),
            || json!({ "version": 1, "level": level.number(), "name": level.name(), "why": why, "merge_allowed": level.merges() }),
        )?;
        Ok(if level.merges() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
    })
}

/// `pack similarity`.
pub fn similarity(arguments: &PairArgs) -> Result<ExitCode, Failure> {
    with(arguments, |a, b| {
        let verdict = core::of_packs(a, b);
        if !verdict.level.merges() {
            return Err(Failure::Refused(format!("the packs are {}: {}", verdict.level.name(), verdict.why)));
        }
        let (a, b) = (alike::decoded(a), alike::decoded(b));
        let (whole, lanes) = (alike::of_packs(&a, &b), alike::by_lane(&a, &b));
        let text = || {
            let width = lanes.iter().map(|(id, _)| id.chars().count()).max().unwrap_or(0);
            let mut text = format!("{:<width$}  {whole:>9.6}\n", "as a whole", width = width.max(10));
            for (id, similarity) in &lanes {
                let missing = if a.contains_key(id) && b.contains_key(id) { "" } else { "  in one of them only" };
                text.push_str(&format!("{id:<width$}  {similarity:>9.6}  {}{missing}\n", Class::of(id).name(), width = width.max(10)));
            }
            text
        };
        let json = || {
            let lanes: Map<String, Value> = lanes.iter().map(|(id, similarity)| (id.clone(), json!(similarity))).collect();
            json!({ "version": 1, "similarity": whole, "lanes": lanes })
        };
        answered(arguments, text, json)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// `pack diff`. Differences are findings.
pub fn diff(arguments: &PairArgs) -> Result<ExitCode, Failure> {
    with(arguments, |a, b| {
        let mut lines: Vec<(String, String)> = Vec::new();
        sections(a, b, &mut lines);
        lanes(a, b, &mut lines);
        let text = || match lines.as_slice() {
            [] => "the packs are the same\n".to_owned(),
            lines => lines.iter().map(|(place, what)| format!("{place}: {what}\n")).collect(),
        };
        let json = || {
            let differences: Vec<Value> = lines.iter().map(|(place, what)| json!({ "locator": place, "what": what })).collect();
            json!({ "version": 1, "differences": differences })
        };
        answered(arguments, text, json)?;
        Ok(if lines.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
    })
}

fn sections(a: &Pack<'_>, b: &Pack<'_>, lines: &mut Vec<(String, String)>) {
    let (one, two) = (a.header(), b.header());
    for (field, one, two) in [
        ("version", u32::from(one.version), u32::from(two.version)),
        ("flags", u32::from(one.flags.0), u32::from(two.flags.0)),
        ("dims", u32::from(one.dims), u32::from(two.dims)),
        ("lane_count", u32::from(one.lane_count), u32::from(two.lane_count)),
    ] {
        if one != two {
            lines.push((format!("/header/{field}"), format!("{one} and {two}")));
        }
    }
    for ((section, one), (_, two)) in a.sections().all().into_iter().zip(b.sections().all()).skip(1) {
        let (one, two) = (a.bytes().get(one).unwrap_or_default(), b.bytes().get(two).unwrap_or_default());
        if one != two {
            let what = match (one.len(), two.len()) {
                (0, len) => format!("only the second has it, {len} bytes"),
                (len, 0) => format!("only the first has it, {len} bytes"),
                (one, two) if one == two => format!("{one} bytes each, other ones"),
                (one, two) => format!("{one} and {two} bytes"),
            };
            lines.push((format!("/{section}"), what));
        }
    }
    for class in Class::ALL {
        let (one, two) = (a.scale(class), b.scale(class));
        if one != two {
            lines.push((format!("/QSCALE/{}", class.name()), format!("{one:.6} and {two:.6}")));
        }
    }
}

fn lanes<'p>(a: &'p Pack<'p>, b: &'p Pack<'p>, lines: &mut Vec<(String, String)>) {
    let by_id = |pack: &'p Pack<'p>| -> BTreeMap<&'p str, &'p Lane<'p>> { pack.lanes().iter().map(|lane| (&*lane.id, lane)).collect() };
    let (ours, theirs) = (by_id(a), by_id(b));
    let ids: BTreeSet<&str> = ours.keys().chain(theirs.keys()).copied().collect();
    for id in ids {
        let what = match (ours.get(id), theirs.get(id)) {
            (Some(_), None) => "only the first has it".to_owned(),
            (None, _) => "only the second has it".to_owned(),
            (Some(one), Some(two)) => {
                let (old, new) = (a.weights(one), b.weights(two));
                if old == new {
                    continue;
                }
                let changed = old.iter().zip(&new).filter(|(old, new)| old != new).count();
                let most = old.iter().zip(&new).map(|(old, new)| (old - new).abs()).fold(0.0, f64::max);
                let alike = alike::cosine(&old, &new);
                format!("{changed} of {} weights differ, by {most:.6} at most; similarity {alike:.6}", old.len().max(new.len()))
            }
        };
        lines.push((format!("/lanes/{id}"), what));
    }
}
