//! `collapse.*`, `signal.*` and `retrieve.*`: scores and the order of results.

use std::collections::BTreeMap;

use mx2lm_core::collapse::rank::{self, Bias, Components, Features};
use mx2lm_core::collapse::{self as core, CollapseError, Superposition, Threshold, read};
use mx2lm_core::syntax::json::{Node, NodeKind};
use serde_json::{Map, Value, json};

use super::{Refusal, object};

impl From<CollapseError> for Refusal {
    fn from(error: CollapseError) -> Self {
        Refusal::Refused(error.to_string())
    }
}

impl From<read::ReadError> for Refusal {
    fn from(error: read::ReadError) -> Self {
        Refusal::BadInput(error.to_string())
    }
}

/// `collapse.threshold`.
pub fn threshold(input: Node<'_>) -> Result<Value, Refusal> {
    let threshold = Threshold::of(number(input, "epsilon")?)?;
    Ok(json!({ "value": threshold.value(), "bits": bits(threshold.value()) }))
}

/// `collapse.gccp`.
pub fn gccp(input: Node<'_>) -> Result<Value, Refusal> {
    let vectors = |name| read::vectors(wanted(input, name)?).map_err(Refusal::from);
    let threshold = Threshold::of(or_else(input, "epsilon", core::EPSILON)?)?;
    let collapsed = core::gccp(&vectors("vecA")?, &vectors("vecB")?, threshold)?;
    Ok(json!({ "score": collapsed.score, "bits": bits(collapsed.score), "aligned": collapsed.aligned }))
}

/// `collapse.superpose`.
pub fn superpose(input: Node<'_>) -> Result<Value, Refusal> {
    let (scores, weights) = (numbers(input, "scores")?, numbers(input, "weights")?);
    let usual = Superposition::of(&weights);
    let how = Superposition {
        kappa: or_else(input, "kappa", usual.kappa)?,
        normalized: flag(input, "normalized", usual.normalized)?,
        conflict_beyond: or_else(input, "interference_threshold", usual.conflict_beyond)?,
        ..usual
    };
    let superposed = core::superpose(&scores, &how)?;
    Ok(
        json!({ "score": superposed.score, "bits": bits(superposed.score), "interfering": superposed.interfering, "weights": superposed.weights }),
    )
}

/// `collapse.interference`.
pub fn interference(input: Node<'_>) -> Result<Value, Refusal> {
    let list = |name| numbers(input, name);
    let found = core::interference(&list("anglesA")?, &list("anglesB")?, &list("magnitudesA")?, &list("magnitudesB")?)?;
    Ok(json!({ "score": found.score, "normalized": found.normalized, "bits": bits(found.normalized) }))
}

/// `collapse.angle_distance`.
pub fn angle_distance(input: Node<'_>) -> Result<Value, Refusal> {
    Ok(json!(core::angle_distance(&numbers(input, "anglesA")?, &numbers(input, "anglesB")?)?))
}

/// `signal.normalize`.
pub fn normalize(input: Node<'_>) -> Result<Value, Refusal> {
    let magnitudes = numbers(input, "magnitudes")?;
    Ok(json!({ "angles": core::normalize(&numbers(input, "angles")?, &magnitudes)?, "magnitudes": magnitudes }))
}

/// `retrieve.rank`.
pub fn rank(input: Node<'_>) -> Result<Value, Refusal> {
    let candidates = wanted(input, "candidates")?;
    if !candidates.is_array() {
        return Err(Refusal::BadInput("`candidates` is wanted: a list of objects".into()));
    }
    let query = match input.get("query") {
        None => None,
        Some(query) => Some((features(query)?, bias(object(input, "bias")?)?)),
    };
    let mut results = Vec::with_capacity(candidates.len());
    for candidate in candidates.items() {
        let id = candidate.get("id").and_then(|id| id.as_str());
        let id = id.ok_or_else(|| read::ReadError::at(candidate, "the member `id` is wanted: a string"))?.into_owned();
        let (score, parts) = match &query {
            None => (read::number(read::member(candidate, "score")?)?, None),
            Some((query, bias)) => {
                let located = |error: CollapseError| Refusal::Refused(format!("candidate `{id}`: {error}"));
                let parts = rank::score(query, &features(candidate)?, bias).map_err(located)?;
                (parts.score(), Some(parts))
            }
        };
        results.push((score, id, parts));
    }
    rank::rank(&mut results, |(score, id, _)| (*score, id.as_str()));
    if let Some(limit) = input.get("limit") {
        let limit =
            limit.as_u64().filter(|limit| *limit > 0).ok_or_else(|| Refusal::BadInput("`limit` is wanted: an integer above 0".into()))?;
        results.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Ok(json!({ "results": results.into_iter().map(ranked).collect::<Vec<_>>() }))
}

fn ranked((score, id, parts): (f64, String, Option<Components>)) -> Value {
    let mut result = Map::new();
    result.insert("id".into(), json!(id));
    result.insert("score".into(), json!(score));
    result.insert("bits".into(), json!(bits(score)));
    if let Some(parts) = parts {
        let parts = json!({ "embedding": parts.embedding, "ngram": parts.ngram, "pi_phase": parts.pi_phase });
        result.insert("components".into(), parts);
    }
    result.into()
}

fn bias(node: Node<'_>) -> Result<Bias, Refusal> {
    Ok(Bias { alpha: number(node, "alpha")?, beta: number(node, "beta")?, phase: number(node, "phase")?, pi: flag(node, "pi", true)? })
}

fn features(node: Node<'_>) -> Result<Features, Refusal> {
    let mut ngrams = BTreeMap::new();
    if let Some(table) = node.get("ngrams") {
        for (gram, count) in table.members() {
            let freq = count.as_u64().and_then(|count| u32::try_from(count).ok());
            let freq = freq.ok_or_else(|| read::ReadError::at(count, "a frequency is wanted: an integer from 0 to 4294967295"))?;
            ngrams.insert(gram.into_owned(), freq);
        }
    }
    let embedding = node.get("embedding").map_or(Ok(Vec::new()), read::numbers)?;
    Ok(Features { embedding, ngrams, angle: or_else(node, "angle", 0.0)? })
}

fn wanted<'t>(input: Node<'t>, name: &str) -> Result<Node<'t>, Refusal> {
    input.get(name).ok_or_else(|| Refusal::BadInput(format!("`{name}` is wanted")))
}

fn number(input: Node<'_>, name: &str) -> Result<f64, Refusal> {
    Ok(read::number(wanted(input, name)?)?)
}

fn numbers(input: Node<'_>, name: &str) -> Result<Vec<f64>, Refusal> {
    Ok(read::numbers(wanted(input, name)?)?)
}

fn or_else(input: Node<'_>, name: &str, usual: f64) -> Result<f64, Refusal> {
    Ok(input.get(name).map_or(Ok(usual), read::number)?)
}

fn flag(input: Node<'_>, name: &str, usual: bool) -> Result<bool, Refusal> {
    match input.get(name) {
        None => Ok(usual),
        Some(node) if node.kind() == NodeKind::Bool => Ok(node.as_bool().unwrap_or(usual)),
        Some(_) => Err(Refusal::BadInput(format!("`{name}` is wanted: `true` or `false`"))),
    }
}

/// The bits of a number as 16 hexadecimal digits.
fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}
