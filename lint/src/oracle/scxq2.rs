//! `scxq2.*`: packs of lanes, their roots and proofs.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::rules::scxq2::lane_proof;
use mx2lm_core::scxq2::lane::Lane;
use mx2lm_core::scxq2::pack::{Decoded, Pack, Roots};
use mx2lm_core::scxq2::proof::Trusted;
use mx2lm_core::scxq2::rejection::Rejection;
use mx2lm_core::scxq2::write::{OutOfRange, encode_with};
use mx2lm_core::syntax::json::Node;
use mx2lm_core::tensor::canonical_text;
use serde_json::{Value, json};

use super::{Refusal, object, tensor, text};
use crate::lanes;

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        let message = format!("at byte {}, `{}`: {}", rejection.offset(), rejection.locator, rejection.message);
        Refusal::Named(rejection.name.as_str(), message)
    }
}

fn bytes(input: Node<'_>) -> Result<Vec<u8>, Refusal> {
    let wrong = |_| Refusal::BadInput("`hex` is wanted as an even number of hexadecimal digits".into());
    HEXLOWER_PERMISSIVE.decode(text(input, "hex")?.as_bytes()).map_err(wrong)
}

fn verified(bytes: &[u8]) -> Result<(Pack<'_>, Decoded, Roots), Refusal> {
    let pack = Pack::open(bytes)?;
    let decoded = pack.decode()?;
    let roots = pack.roots(&decoded);
    Ok((pack, decoded, roots))
}

/// `scxq2.encode`.
pub fn encode(input: Node<'_>) -> Result<Value, Refusal> {
    let tensor = tensor::read(input)?;
    let packed = encode_with(&tensor.model, &tensor.graph).map_err(|error| Refusal::Named(OutOfRange::SPEC_ERROR, error.to_string()))?;
    let (_, _, roots) = verified(&packed)?;
    Ok(json!({
        "pack_hex": HEXLOWER.encode(&packed),
        "pack_sha256": Digest::of(&packed).to_string(),
        "lane_roots": lanes::roots(&roots.lanes),
        "merkle_root": roots.root.to_string(),
    }))
}

/// `scxq2.decode`.
pub fn decode(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = bytes(input)?;
    let (_, decoded, roots) = verified(&bytes)?;
    Ok(json!({
        "canonical_svg": canonical_text::to_string(&decoded.model),
        "canonical_svg_hash": roots.canonical_svg_hash.to_string(),
        "merkle_root": roots.root.to_string(),
    }))
}

/// `scxq2.verify`.
pub fn verify(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = bytes(input)?;
    let (_, _, roots) = verified(&bytes)?;
    Ok(json!({
        "merkle_root": roots.root.to_string(),
        "lane_roots": lanes::roots(&roots.lanes),
        "canonical_svg_hash": roots.canonical_svg_hash.to_string(),
    }))
}

/// `scxq2.prove`.
pub fn prove(input: Node<'_>) -> Result<Value, Refusal> {
    let lane = Lane::from_letter(&text(input, "lane")?).ok_or_else(|| Refusal::BadInput("`lane` is one of M, T, G, X and W".into()))?;
    let chunk = match input.get("chunk") {
        None => 0,
        Some(chunk) => chunk.as_u64().ok_or_else(|| Refusal::BadInput("`chunk` is wanted as a whole number".into()))?,
    };
    let bytes = bytes(input)?;
    let (pack, _, roots) = verified(&bytes)?;
    let none = || Refusal::Refused(format!("lane {lane} has no chunk {chunk}"));
    let proof = pack.prove(&roots, lane, chunk).ok_or_else(none)?;
    Ok(json!({ "proof": lanes::proof(&proof) }))
}

/// `scxq2.check_proof`: against the pack, whose own root is what has to be proved.
pub fn check_proof(input: Node<'_>) -> Result<Value, Refusal> {
    let unread = || Refusal::BadInput("`proof` is no lane proof: its six members, with hashes of 64 lower-case digits, are wanted".into());
    let proof = lane_proof::read(object(input, "proof")?).ok_or_else(unread)?;
    let bytes = bytes(input)?;
    let (pack, _, roots) = verified(&bytes)?;
    let trusted = Trusted {
        lane_bytes: Some(pack.lane(proof.lane)),
        lane_roots: Some(roots.lanes),
        canonical_svg_hash: Some(roots.canonical_svg_hash),
        root: Some(roots.root),
    };
    Ok(match proof.verify(&trusted) {
        Ok(()) => json!({ "ok": true }),
        Err(violation) => json!({ "ok": false, "pointer": violation.pointer(), "why": violation.to_string() }),
    })
}
