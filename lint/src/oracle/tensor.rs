//! `tensor.*`: what a drawing is as a tensor.

use data_encoding::HEXLOWER;
use mx2lm_core::analysis::analyse;
use mx2lm_core::diagnostic::Severity;
use mx2lm_core::rules::svg::tensor::Tensor;
use mx2lm_core::syntax::json::Node;
use mx2lm_core::tensor::{accumulate as core, number, source, structure as bytes};
use serde_json::{Value, json};

use super::{Refusal, text};

pub(super) fn read(input: Node<'_>) -> Result<Tensor, Refusal> {
    let epsilon = match input.get("epsilon") {
        None => source::EPSILON,
        Some(value) => {
            let q32 = value.number_text().and_then(number::to_q32).and_then(|q32| u64::try_from(q32).ok());
            let wrong = || Refusal::BadInput("`epsilon` is wanted as a number greater than 0 and at most 1".into());
            q32.filter(|q32| (1..=1 << 32).contains(q32)).ok_or_else(wrong)?
        }
    };
    let svg = text(input, "svg")?;
    Tensor::read(svg.as_bytes(), epsilon).map_err(|refusal| Refusal::Named(refusal.name, refusal.to_string()))
}

/// `tensor.canonical`.
pub fn canonical(input: Node<'_>) -> Result<Value, Refusal> {
    let tensor = read(input)?;
    Ok(json!({
        "canonical_svg": tensor.canonical_text(),
        "canonical_svg_hash": tensor.canonical_hash().to_string(),
        "structure_hex": HEXLOWER.encode(&bytes::to_vec(&tensor.model, &tensor.graph)),
        "buffer_hash": tensor.buffer_hash().to_string(),
    }))
}

/// `tensor.structure`.
pub fn structure(input: Node<'_>) -> Result<Value, Refusal> {
    let tensor = read(input)?;
    Ok(json!({
        "structure_hex": HEXLOWER.encode(&bytes::to_vec(&tensor.model, &tensor.graph)),
        "buffer_hash": tensor.buffer_hash().to_string(),
        "nodes": tensor.graph.len(),
        "edges": tensor.model.segments(),
    }))
}

/// `tensor.accumulate`.
pub fn accumulate(input: Node<'_>) -> Result<Value, Refusal> {
    let steps = input.get("steps").and_then(|steps| steps.as_u64()).and_then(|steps| u32::try_from(steps).ok());
    let steps = steps.ok_or_else(|| Refusal::BadInput("`steps` is wanted: a whole number below 2³²".into()))?;
    let tensor = read(input)?;
    let refused = || Refusal::Refused(format!("{steps} steps are more than can be computed for a tensor of this size"));
    let nodes = core::accumulate(&tensor.model, &tensor.graph, steps).ok_or_else(refused)?;
    let bytes: Vec<u8> = nodes.iter().flat_map(|node| node.to_le_bytes()).collect();
    Ok(json!({ "node_accum_hex": HEXLOWER.encode(&bytes) }))
}

/// `tensor.legality`: what the linter says of the drawing that the specification has a name for.
pub fn legality(input: Node<'_>) -> Result<Value, Refusal> {
    let svg = text(input, "svg")?;
    let analysis = analyse(&"drawing.tensor.svg".into(), svg.as_bytes());
    let found: Vec<Value> = analysis
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info)
        .filter_map(|finding| {
            let name = match &finding.spec_error {
                Some(name) => name.as_str(),
                None if finding.rule == "svg/cycle-without-decay" => "cycle-without-decay",
                None => return None,
            };
            Some(json!({ "spec_error": name, "locator": finding.locator, "message": finding.message }))
        })
        .collect();
    Ok(json!({ "findings": found }))
}
