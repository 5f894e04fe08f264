//! Streams: windows, interactions, drawings, synthesis.

use mx2lm_core::pack::streams::interactions::{self, CROSS_PAIRS, Shape};
use mx2lm_core::pack::streams::temporal::{self, MOST_WINDOWS, Schedule, WINDOWS};
use mx2lm_core::pack::streams::{Streams, svg};
use mx2lm_core::pack::synthesis::{Knobs, SEED, phase, synthesize};
use mx2lm_core::syntax::json::Node;
use serde_json::{Map, Value, json};

use super::read::{self, member, number, numbers, streams, told_all, told_lanes, unsigned};
use crate::oracle::Refusal;

fn told(streams: &Streams) -> Result<Value, Refusal> {
    told_lanes(streams.iter())
}

fn with(input: Node<'_>, change: impl FnOnce(&mut Streams) -> Result<(), Refusal>) -> Result<Value, Refusal> {
    let mut streams = streams(input)?;
    change(&mut streams)?;
    told(&streams)
}

/// The bases of an interaction, `policy` and `attention` unless named.
fn bases(input: Node<'_>) -> Result<(String, String), Refusal> {
    let base = |names: [&str; 2], usual: &str| {
        let named = names.into_iter().find_map(|name| read::optional(input, name));
        named.map_or_else(|| Ok(usual.to_owned()), read::text)
    };
    Ok((base(["a", "A"], "policy")?, base(["b", "B"], "attention")?))
}

/// `pack.interaction_matrix`.
pub fn interaction_matrix(input: Node<'_>) -> Result<Value, Refusal> {
    let (a, b) = bases(input)?;
    let shape = if read::flag(input, "full")? { Shape::Full } else { Shape::Upper };
    with(input, |streams| {
        interactions::matrix(streams, &a, &b, shape);
        Ok(())
    })
}

/// `pack.matrix_summaries`.
pub fn matrix_summaries(input: Node<'_>) -> Result<Value, Refusal> {
    let (a, b) = bases(input)?;
    with(input, |streams| {
        interactions::summaries(streams, &a, &b);
        Ok(())
    })
}

/// `pack.preset_interactions`.
pub fn preset_interactions(input: Node<'_>) -> Result<Value, Refusal> {
    with(input, |streams| {
        interactions::presets(streams);
        Ok(())
    })
}

/// `pack.cross_temporal`.
pub fn cross_temporal(input: Node<'_>) -> Result<Value, Refusal> {
    with(input, |streams| {
        let Some(pairs) = read::optional(input, "pairs") else {
            interactions::cross_temporal(streams, CROSS_PAIRS);
            return Ok(());
        };
        for pair in read::items(pairs)? {
            let both: Vec<String> = read::items(pair)?.map(read::text).collect::<Result<_, _>>()?;
            let [a, b] = both.as_slice() else {
                return Err(Refusal::BadInput(format!("{}: two lanes are wanted", pair.pointer())));
            };
            interactions::cross_temporal(streams, [(a.as_str(), b.as_str())]);
        }
        Ok(())
    })
}

/// `pack.temporal_windows`.
pub fn temporal_windows(input: Node<'_>) -> Result<Value, Refusal> {
    if input.get("enabled").is_some() && !read::flag(input, "enabled")? {
        return Ok(Value::Null);
    }
    let count = read::optional(input, "k").map_or(Ok(WINDOWS), |node| unsigned::<u32>(node, "an integer from 1"))?;
    if !(1..=MOST_WINDOWS).contains(&count) {
        return Err(Refusal::Refused(format!("{count} windows; 1 to {MOST_WINDOWS} are wanted")));
    }
    let told = temporal::windows(count)
        .into_iter()
        .map(|window| json!({ "id": window.id, "a": window.a, "b": window.b, "inclusive": window.inclusive }));
    Ok(told.collect())
}

/// `pack.temporal_split`.
pub fn temporal_split(input: Node<'_>) -> Result<Value, Refusal> {
    let samples = numbers(member(input, "stream")?)?;
    let windows = read::windows(input)?.ok_or_else(|| Refusal::BadInput("`windows` is wanted: a list".into()))?;
    let parts = temporal::split(&samples, &windows);
    told_lanes(windows.iter().map(|window| window.id.as_str()).zip(parts.iter().map(Vec::as_slice)))
}

/// `pack.temporal_expand`.
pub fn temporal_expand(input: Node<'_>) -> Result<Value, Refusal> {
    let windows = read::windows(input)?;
    told(&temporal::expand(&streams(input)?, windows.as_deref()))
}

/// `pack.temporal_combined`.
pub fn temporal_combined(input: Node<'_>) -> Result<Value, Refusal> {
    let schedule = match read::optional(input, "schedule").map(read::text).transpose()?.as_deref() {
        None | Some("decay") => Schedule::Decay,
        Some("even") => Schedule::Even,
        Some(other) => return Err(Refusal::BadInput(format!("`schedule` is `{other}` where `decay` or `even` is wanted"))),
    };
    with(input, |streams| {
        temporal::combine(streams, schedule);
        Ok(())
    })
}

/// `pack.semantic_presets`.
pub fn semantic_presets(input: Node<'_>) -> Result<Value, Refusal> {
    with(input, |streams| {
        temporal::presets(streams);
        Ok(())
    })
}

/// `pack.svg_streams`.
pub fn svg_streams(input: Node<'_>) -> Result<Value, Refusal> {
    let names = read::optional(input, "names").map_or(Ok(Vec::new()), read::members)?;
    let names = names.into_iter().map(|(id, lane)| Ok((id, read::text(lane)?))).collect::<Result<Vec<_>, Refusal>>()?;
    let names: Vec<(&str, &str)> = names.iter().map(|(id, lane)| (id.as_str(), lane.as_str())).collect();
    let text = read::text(member(input, "svg")?)?;
    told(&svg::extract(&text, &names).map_err(|refusal| Refusal::Refused(refusal.to_string()))?)
}

/// `pack.synthesis_v12`.
pub fn synthesis(input: Node<'_>) -> Result<Value, Refusal> {
    let seed = read::optional(input, "seed").map_or_else(|| Ok(SEED.to_owned()), read::text)?;
    let amps = read::optional(input, "amps").map_or(Ok(Vec::new()), read::members)?;
    let amplitude = amps.into_iter().map(|(lane, value)| Ok((lane, number(value)?))).collect::<Result<_, Refusal>>()?;
    let (knobs, phase) = (Knobs { amplitude, ..Knobs::default() }, phase(&seed));
    let mut lanes = Map::new();
    for (lane, folded) in read::members(member(input, "folded")?)? {
        let weights = synthesize(&numbers(folded)?, phase, knobs.amplitude(&lane));
        lanes.insert(lane, json!({ "W": told_all(&weights)? }));
    }
    Ok(lanes.into())
}
