//! Dictionaries, audits, trees and the container.

use mx2lm_core::hash::Digest;
use mx2lm_core::hash::digest::hex;
use mx2lm_core::hash::keyring::PublicKey;
use mx2lm_core::pack::audit::{self, Count};
use mx2lm_core::pack::container::{self, BUDGET, LaneAudits, Recipe, Seal, check};
use mx2lm_core::pack::dict::{self, Dict};
use mx2lm_core::pack::merkle::{self, Side, Step};
use mx2lm_core::pack::{Class, Pack, PerClass, manifest as core_manifest, quantize, weights};
use mx2lm_core::syntax::json::Node;
use serde_json::{Map, Value, json};

use super::read::{self, lanes, member, number, numbers, told_all, told_classes, unsigned};
use crate::oracle::Refusal;

/// `pack.base62`.
pub fn base62(input: Node<'_>) -> Result<Value, Refusal> {
    Ok(json!(dict::base62(unsigned::<u64>(member(input, "i")?, "an integer from 0")?)))
}

fn told_dict(dict: &Dict<'_>) -> Value {
    Value::Object(dict.entries().into_iter().map(|(symbol, id)| (symbol, json!(id))).collect())
}

/// `pack.lane_dict`.
pub fn lane_dict(input: Node<'_>) -> Result<Value, Refusal> {
    let ids: Vec<String> = read::items(member(input, "lane_ids")?)?.map(read::text).collect::<Result<_, _>>()?;
    let dict = Dict::of(ids.iter().map(String::as_str));
    let reverse: Map<String, Value> = dict.entries().into_iter().map(|(symbol, id)| (id.to_owned(), json!(symbol))).collect();
    let canonical = dict.canonical_json();
    Ok(json!({ "dict": told_dict(&dict), "rev": reverse, "canonical_json": String::from_utf8_lossy(&canonical) }))
}

/// `pack.compress_lanes`.
pub fn compress_lanes(input: Node<'_>) -> Result<Value, Refusal> {
    let lanes = read::members(member(input, "lanes")?)?;
    let dict = Dict::of(lanes.iter().map(|(id, _)| id.as_str()));
    let value_of = |id: &str| lanes.iter().find(|(known, _)| known == id).map_or(Value::Null, |(_, value)| value.to_value());
    let compressed: Map<String, Value> = dict.entries().into_iter().map(|(symbol, id)| (symbol, value_of(id))).collect();
    Ok(json!({ "dict": told_dict(&dict), "lanes": compressed }))
}

fn told_count(count: &Count) -> Value {
    json!({ "total": count.total, "clipped": count.clipped, "ratio_q16": count.ratio_q16() })
}

/// `pack.audit_lane`.
pub fn audit_lane(input: Node<'_>) -> Result<Value, Refusal> {
    let class = Class::of(&read::text(member(input, "lane_id")?)?);
    let count = Count::of(&numbers(member(input, "weights")?)?, class);
    Ok(json!({ "cls": class.name(), "total": count.total, "clipped": count.clipped, "ratio_q16": count.ratio_q16() }))
}

/// `pack.audit_class`.
pub fn audit_class(input: Node<'_>) -> Result<Value, Refusal> {
    let lanes = lanes(member(input, "lanes")?)?;
    let counts = audit::by_class(lanes.iter().map(|(id, weights)| (id.as_str(), weights.as_slice())));
    Ok(told_classes(&counts, told_count))
}

/// `pack.auto_tune`. A class that the audit leaves out has no samples (row D575).
pub fn auto_tune(input: Node<'_>) -> Result<Value, Refusal> {
    let initial = read::optional(input, "initial").map_or(Ok(PerClass::canonical_scales()), |node| read::by_class(node, number))?;
    let audit = member(input, "audit")?;
    let mut counts = PerClass::<Count>::default();
    for class in Class::ALL {
        let Some(counted) = read::optional(audit, class.name()) else { continue };
        let count = |name| unsigned::<u32>(member(counted, name)?, "an integer from 0 to 4294967295");
        counts[class] = Count { total: count("total")?, clipped: count("clipped")? };
    }
    Ok(told_classes(&audit::tune(&initial, &counts), |scale| json!(scale)))
}

/// `pack.qscale_bytes`.
pub fn qscale_bytes(input: Node<'_>) -> Result<Value, Refusal> {
    let scales = read::by_class(member(input, "scales")?, number)?;
    Ok(json!({ "hex": hex(&quantize::scale_bytes(&scales)) }))
}

fn told_path(path: &[Step]) -> Value {
    let dir = |side| if side == Side::Left { 0 } else { 1 };
    path.iter().map(|step| json!({ "dir": dir(step.side), "sibling_hash": hex(&step.sibling) })).collect()
}

/// `pack.merkle_root`.
pub fn merkle_root(input: Node<'_>) -> Result<Value, Refusal> {
    let leaves: Vec<[u8; 32]> = read::items(member(input, "leaves")?)?.map(read::hash).collect::<Result<_, _>>()?;
    let root = merkle::root(&leaves).ok_or_else(|| Refusal::Refused("no leaves have no root".into()))?;
    let paths: Vec<Value> = (0..leaves.len()).filter_map(|place| merkle::path(&leaves, place)).map(|path| told_path(&path)).collect();
    Ok(json!({ "root": hex(&root), "paths": paths }))
}

/// `pack.check_proof`.
pub fn check_proof(input: Node<'_>) -> Result<Value, Refusal> {
    let step = |node: Node<'_>| {
        let side = match unsigned::<u8>(member(node, "dir")?, "0 or 1")? {
            0 => Side::Left,
            1 => Side::Right,
            other => return Err(Refusal::BadInput(format!("`dir` is {other} where 0 (sibling left) or 1 (sibling right) is wanted"))),
        };
        Ok(Step { side, sibling: read::hash(member(node, "sibling_hash")?)? })
    };
    let path: Vec<Step> = read::items(member(input, "path")?)?.map(step).collect::<Result<_, _>>()?;
    let leaf = read::hash(member(input, "leaf_hash")?)?;
    Ok(json!({ "ok": merkle::climb(&leaf, &path) == read::hash(member(input, "root")?)? }))
}

/// `pack.container`. Signing is not asked of an oracle.
pub fn container(input: Node<'_>) -> Result<Value, Refusal> {
    if read::flag(input, "signed")? {
        return Err(Refusal::Refused("the oracle holds no private key; sign with `mx2lm-lint pack sign`".into()));
    }
    let scales = match read::optional(input, "scales") {
        Some(scales) => Some(read::by_class(scales, number)?),
        None if read::flag(input, "class_aware")? => Some(PerClass::canonical_scales()),
        None => None,
    };
    let recipe = Recipe {
        dims: read::dims(input, "dims")?,
        lanes: lanes(member(input, "lanes")?)?,
        scales,
        audit: read::flag(input, "audit")?,
        lane_audit: LaneAudits::BySymbol(
            read::optional(input, "lane_audit").map_or(Ok(0), |node| unsigned::<usize>(node, "an integer from 0"))?,
        ),
        merkle: read::flag(input, "merkle")?,
    };
    let bytes = container::write(&recipe).map_err(|error| Refusal::Refused(error.to_string()))?;
    told_pack(&opened(&bytes)?)
}

fn opened(bytes: &[u8]) -> Result<Pack<'_>, Refusal> {
    container::open(bytes).map_err(|fault| Refusal::Named(fault.name, format!("{} (byte {}, {})", fault.why, fault.offset, fault.section)))
}

fn told_pack(pack: &Pack<'_>) -> Result<Value, Refusal> {
    let (header, bytes) = (pack.header(), pack.bytes());
    let name = |section: container::Section| match section {
        container::Section::Signature => "sig".to_owned(),
        other => other.name().to_lowercase(),
    };
    let sections: Map<String, Value> =
        pack.sections().all().into_iter().map(|(section, range)| (name(section), json!(range.len()))).collect();
    let dict: Map<String, Value> = pack.lanes().iter().map(|lane| (lane.symbol.to_owned(), json!(lane.id))).collect();
    let mut decoded = Map::new();
    for lane in pack.lanes() {
        decoded.insert(lane.id.clone().into_owned(), told_all(&pack.weights(lane))?);
    }
    let lane_audit = |lane: &container::LaneAudit| {
        let mut told = told_count(&lane.count);
        told["sym"] = json!(lane.symbol);
        told
    };
    let audit = pack.audit().map(|audit| json!({ "classes": told_classes(&audit.classes, told_count), "lanes": audit.lanes.iter().map(lane_audit).collect::<Vec<_>>() }));
    Ok(json!({
        "hex": hex(bytes),
        "len": bytes.len(),
        "version": header.version,
        "flags": header.flags.0,
        "dims": header.dims,
        "lane_count": header.lane_count,
        "sections": sections,
        "dict": dict,
        "index_order": pack.lanes().iter().map(|lane| lane.symbol).collect::<Vec<_>>(),
        "leaf_hashes": pack.lanes().iter().map(|lane| hex(&lane.leaf)).collect::<Vec<_>>(),
        "merkle_root": pack.root().map(|root| hex(&root)),
        "signature": pack.signature().map(|signature| hex(&signature)),
        "pack_hash": pack.hash().hex(),
        "within_5120": bytes.len() <= BUDGET,
        "scales": pack.scales().map(|scales| told_classes(scales, |scale| json!(f64::from(*scale)))),
        "audit": audit,
        "decoded": decoded,
        "warnings": pack.notes().iter().map(|note| note.name).collect::<Vec<_>>(),
    }))
}

/// `pack.open`. With a key, a signature that is not the key's is the last error of all.
pub fn open(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = read::hex(input, "hex")?;
    let key = read::optional(input, "public_key").map(public_key).transpose()?;
    let pack = opened(&bytes)?;
    let seal = check(&pack, key.map(|key| ("", key)));
    if key.is_some() && seal == Seal::Unverifiable {
        return Err(Refusal::Named("pack.signature", "the signature is not the key's, neither over the pack nor over the root".into()));
    }
    let mut told = told_pack(&pack)?;
    told["signature_covers"] = match seal {
        Seal::Whole(_) => json!("pack"),
        Seal::RootOnly(_) => json!("root"),
        Seal::Unsigned | Seal::Unverifiable => Value::Null,
    };
    Ok(told)
}

/// A public key, with its `ed25519:` or as bare digits.
fn public_key(node: Node<'_>) -> Result<PublicKey, Refusal> {
    let text = read::text(node)?;
    let text = if text.starts_with("ed25519:") { text } else { format!("ed25519:{}", text.to_lowercase()) };
    text.parse().map_err(|error| Refusal::BadInput(format!("`public_key` {error}")))
}

/// `pack.manifest`.
pub fn manifest(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = read::hex(input, "hex")?;
    let lanes =
        read::optional(input, "lanes").map_or(Ok(core_manifest::LANES_SHOWN), |node| unsigned::<usize>(node, "an integer from 0"))?;
    Ok(core_manifest::generate_with(&opened(&bytes)?, lanes))
}

/// `pack.weights_v2c_hash`.
pub fn weights_v2c_hash(input: Node<'_>) -> Result<Value, Refusal> {
    let pack = super::super::object(input, "pack")?;
    if let Some(absent) = weights::HASHED.iter().find(|name| pack.get(name).is_none()) {
        return Err(Refusal::Refused(format!("the pack has no member `{absent}`, which is hashed")));
    }
    let digest = weights::compressed_hash(pack).map_err(|error| Refusal::Refused(error.to_string()))?;
    Ok(json!({ "sha256": digest.hex(), "same_as_previous": true }))
}

/// `pack.weights_v2_hash`.
pub fn weights_v2_hash(input: Node<'_>) -> Result<Value, Refusal> {
    let (lanes, dims) = (lanes(member(input, "lanes")?)?, read::dims(input, "dims")?);
    let bias = read::optional(input, "bias").map_or(Ok(weights::BIAS), number)?;
    let hashes: Map<String, Value> =
        lanes.iter().map(|(id, values)| (id.clone(), json!(weights::lane_hash(id, values, dims).hex()))).collect();
    let pack: Digest = weights::pack_hash(&lanes, dims, bias);
    Ok(json!({ "pack_hash": pack.hex(), "lanes": hashes }))
}
