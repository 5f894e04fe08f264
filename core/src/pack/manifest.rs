//! The manifest of a pack, `asx.pack.manifest.v1`: what is in it, for people (rows D628–D677, D699–D705).
//!
//! Everything comes from the binary, which wins wherever the two disagree; nothing is computed anew that the pack stores, and payloads are not
//! decoded. Members stand in the order of the specification.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::arithmetic::round6;
use super::audit::Count;
use super::class::Class;
use super::container::{BUDGET, Lane, Pack};
use super::lane_id::{self, Time};
use crate::hash::Digest;
use crate::hash::digest::hex;
use crate::syntax::json::Node;

/// The value of `schema`.
pub const SCHEMA: &str = "asx.pack.manifest.v1";
/// How many lanes are listed unless somebody asks for more.
pub const LANES_SHOWN: usize = 8;

/// Whether a number is `truth` or a rounding of it to three decimals or more (D649, D664).
pub fn is_rounding(node: Node<'_>, truth: f64) -> bool {
    let (Some(declared), Some(text)) = (node.as_f64(), node.number_text()) else { return false };
    if declared == truth {
        return true;
    }
    let decimals = text.split_once('.').filter(|_| !text.contains(['e', 'E'])).map_or(0, |(_, decimals)| decimals.len());
    // Beyond six decimals the truth itself is rounded.
    let unit = 10f64.powi(-(decimals.min(6) as i32));
    decimals >= 3 && (declared - truth).abs() <= unit / 2.0 + 1e-12
}

/// The manifest with the usual number of lanes.
pub fn generate(pack: &Pack<'_>) -> Value {
    generate_with(pack, LANES_SHOWN)
}

/// The manifest with at most `lanes` lanes; with 0 the list is left out.
pub fn generate_with(pack: &Pack<'_>, lanes: usize) -> Value {
    let mut manifest = Map::new();
    manifest.insert("schema".into(), json!(SCHEMA));
    manifest.insert("derived_from".into(), derived_from(pack));
    manifest.insert("core".into(), core(pack));
    manifest.insert("lane_classes".into(), lane_classes(pack));
    if let Some(layout) = temporal_layout(pack) {
        manifest.insert("temporal_layout".into(), layout);
    }
    if let Some(audit) = saturation_audit(pack) {
        manifest.insert("saturation_audit".into(), audit);
    }
    if lanes > 0 {
        let audited = pack.audit().into_iter().flat_map(|audit| &audit.lanes);
        let counted: HashMap<&str, Count> = audited.map(|lane| (lane.symbol.as_str(), lane.count)).collect();
        let listed: Vec<Value> = pack.lanes_by_class().into_iter().take(lanes).map(|lane| described(pack, lane, &counted)).collect();
        manifest.insert("lanes".into(), listed.into());
    }
    Value::Object(manifest)
}

/// The bytes of a manifest file: two spaces of indent, no line end behind the last brace (row D669).
pub fn to_text(manifest: &Value) -> String {
    format!("{manifest:#}")
}

/// `derived_from`.
pub fn derived_from(pack: &Pack<'_>) -> Value {
    json!({
        "binary_format": "weights.v2c-bin",
        "merkle_root": pack.root().map_or(String::new(), |root| hex(&root)),
        "signature": pack.signature().map_or(String::new(), |signature| hex(&signature)),
        "hash_alg": "sha256",
    })
}

/// `core`.
pub fn core(pack: &Pack<'_>) -> Value {
    let lanes = pack.lanes().len();
    json!({
        "version": pack.header().version_text(),
        "dims": pack.dims(),
        "lane_budget_bytes": BUDGET,
        "adaptive_dims": pack.dims() == super::dims::choose(lanes),
        "quant_format": "int16",
        "endianness": "little",
    })
}

/// `lane_classes`. A pack without QSCALE is decoded at a scale of 1, and nothing was tuned.
pub fn lane_classes(pack: &Pack<'_>) -> Value {
    let members = Class::ALL.into_iter().map(|class| {
        let count = pack.lanes().iter().filter(|lane| lane.class == class).count();
        let stored = pack.scales().map(|scales| scales[class]);
        let entry = json!({
            "count": count,
            "fold_weight": class.fold_weight(),
            "qscale": stored.map_or(1.0, |scale| round6(f64::from(scale))),
            "auto_tuned": stored.is_some_and(|scale| scale != class.scale() as f32),
        });
        (class.name().to_owned(), entry)
    });
    Value::Object(members.collect())
}

/// `saturation_audit`; `None` when the pack has no AUDIT that can be read.
pub fn saturation_audit(pack: &Pack<'_>) -> Option<Value> {
    let audit = pack.audit()?;
    let members = audit.classes.iter().map(|(class, count)| {
        let share = round6(f64::from(count.ratio_q16()) / 65535.0);
        (class.name().to_owned(), json!({ "samples": count.total, "clipped": count.clipped, "clip_ratio": share }))
    });
    Some(Value::Object(members.collect()))
}

/// `temporal_layout`: only what the lane ids tell (rows D651–D653); `None` when no lane has a time.
pub fn temporal_layout(pack: &Pack<'_>) -> Option<Value> {
    let mut times: Vec<Time> = Vec::new();
    let mut cells = Vec::new();
    for lane in pack.lanes() {
        let halves = lane_id::halves(&lane.id);
        let (a, b) = halves.map_or((&*lane.id, None), |(a, b)| (a, Some(b)));
        times.extend([Some(a), b].into_iter().flatten().filter_map(lane_id::time));
        if let Some((a, b)) = halves
            && let (Some(Time::Window(i)), Some(Time::Window(j))) = (lane_id::time(a), lane_id::time(b))
        {
            cells.push((i, j));
        }
    }
    times.sort_unstable();
    times.dedup();
    if times.is_empty() {
        return None;
    }
    let mut layout = Map::new();
    layout.insert("windows".into(), times.iter().map(|time| Value::String(time_name(*time))).collect());
    if times.contains(&Time::Combined) {
        layout.insert("decay".into(), json!("linear"));
    }
    let shape = match cells.as_slice() {
        [] => "none",
        cells if cells.iter().any(|(i, j)| j < i) => "full",
        _ => "upper-triangular",
    };
    layout.insert("interaction_matrix".into(), json!({ "shape": shape, "effective_lanes": cells.len() }));
    Some(layout.into())
}

fn time_name(time: Time) -> String {
    match time {
        Time::Window(number) => format!("t{number}"),
        Time::Combined => "t*".into(),
        Time::Early => "early".into(),
        Time::Mid => "mid".into(),
        Time::Late => "late".into(),
    }
}

/// One entry of `lanes`. A saturation is told only where AUDIT counts the lane.
fn described(pack: &Pack<'_>, lane: &Lane<'_>, counted: &HashMap<&str, Count>) -> Value {
    let mut entry = Map::new();
    entry.insert("id".into(), json!(lane.id));
    entry.insert("class".into(), json!(lane.class.name()));
    if let Some(time) = lane_id::time(&lane.id) {
        entry.insert("temporal".into(), time_name(time).into());
    }
    entry.insert("dims".into(), json!(pack.dims()));
    entry.insert("hash".into(), json!(Digest(lane.leaf).hex()));
    if let Some(count) = counted.get(lane.symbol) {
        entry.insert("saturation".into(), json!(round6(f64::from(count.ratio_q16()) / 65535.0)));
    }
    entry.into()
}
