//! Hashes and proofs of lanes as JSON.

use mx2lm_core::scxq2::merkle::LaneRoots;
use mx2lm_core::scxq2::proof::Proof;
use serde_json::{Map, Value, json};

/// `lane_roots`, as descriptors and proofs hold them.
pub fn roots(roots: &LaneRoots) -> Value {
    roots.iter().map(|(lane, digest)| (lane.to_string(), json!(digest.to_string()))).collect::<Map<_, _>>().into()
}

/// A lane proof (seed 003 §18.10), with what it needs to stand alone.
pub fn proof(proof: &Proof) -> Value {
    let mut shown = json!({
        "lane": proof.lane.letter(),
        "chunk_index": proof.chunk_index,
        "chunk_hash": proof.chunk_hash.to_string(),
        "siblings": proof.siblings.iter().map(|hash| json!(hash.to_string())).collect::<Vec<_>>(),
        "lane_root": proof.lane_root.to_string(),
        "global_root": proof.global_root.to_string(),
    });
    if let Some(lanes) = &proof.lane_roots {
        shown["lane_roots"] = roots(lanes);
    }
    if let Some(canonical) = &proof.canonical_svg_hash {
        shown["canonical_svg_hash"] = json!(canonical.to_string());
    }
    shown
}
