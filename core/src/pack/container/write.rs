//! Writing a pack: the same lanes give the same bytes, whatever order they come in.

use std::collections::BTreeMap;

use super::audit_section::{self, LaneAudit};
use super::header::{Flags, HEADER_BYTES, Header, QSCALE_BYTES, VERSION};
use super::{BUDGET, index::ENTRY_BYTES};
use crate::hash::Digest;
use crate::pack::audit::{Count, LANE_AUDIT_MAX, by_class, chosen};
use crate::pack::class::{Class, PerClass};
use crate::pack::dict::Dict;
use crate::pack::merkle;
use crate::pack::quantize::{quantize, scale_bytes};

/// What to write.
#[derive(Debug, Clone, Default)]
pub struct Recipe {
    /// Slots a lane.
    pub dims: u16,
    /// The lanes, by id; each has `dims` weights.
    pub lanes: BTreeMap<String, Vec<f64>>,
    /// The scales to quantise with and to store; without them, no QSCALE section and a scale of 1.
    pub scales: Option<PerClass<f64>>,
    /// Whether to write AUDIT.
    pub audit: bool,
    /// Which lanes to audit one by one. They are left out where they alone would lift the pack over its budget (row D549).
    pub lane_audit: LaneAudits,
    /// Whether to write MERKLE.
    pub merkle: bool,
}

/// Which lanes are audited one by one, eight at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneAudits {
    /// The first by class priority, then by id (`DECISIONS` 60).
    ByClass(usize),
    /// The first by symbol, as the recorded containers have them; a reader notes the choice.
    BySymbol(usize),
}

impl Default for LaneAudits {
    fn default() -> Self {
        LaneAudits::ByClass(0)
    }
}

/// Why a pack cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The header counts lanes in 16 bits.
    #[error("{0} lanes are more than the 65535 a pack can hold")]
    TooManyLanes(usize),
    /// A lane has another number of weights.
    #[error("the lane `{lane}` has {found} weights where the pack has {wanted} dims")]
    Dims {
        /// The lane.
        lane: String,
        /// How many it has.
        found: usize,
        /// How many are wanted.
        wanted: u16,
    },
    /// A weight is no number.
    #[error("weight {place} of the lane `{lane}` is not a number")]
    NotANumber {
        /// The lane.
        lane: String,
        /// Which weight, from 0.
        place: usize,
    },
    /// A lane has no name.
    #[error("a lane has an empty id")]
    EmptyId,
    /// The sections do not fit into the 32-bit lengths of the header.
    #[error("the pack would be larger than 4 GiB")]
    TooLarge,
    /// A scale cannot be stored.
    #[error("the scale of `{class}` is {scale} where a finite number above 0 is wanted", class = .0.name(), scale = .1)]
    Scale(Class, u64),
}

/// The bytes of the pack.
pub fn write(recipe: &Recipe) -> Result<Vec<u8>, WriteError> {
    let count = u16::try_from(recipe.lanes.len()).map_err(|_| WriteError::TooManyLanes(recipe.lanes.len()))?;
    if recipe.lanes.contains_key("") {
        return Err(WriteError::EmptyId);
    }
    if let Some((class, scale)) = recipe.scales.iter().flat_map(PerClass::iter).find(|(_, scale)| !storable(**scale)) {
        return Err(WriteError::Scale(class, scale.to_bits()));
    }
    let dict = Dict::of(recipe.lanes.keys().map(String::as_str));
    let entries = dict.entries();
    let payload_bytes = 3 + 2 * usize::from(recipe.dims);
    let data_bytes = payload_bytes * entries.len();
    let (mut index, mut data, mut leaves) = (Vec::new(), Vec::with_capacity(data_bytes), Vec::with_capacity(entries.len()));
    for (symbol, id) in &entries {
        let weights = recipe.lanes.get(*id).map(Vec::as_slice).unwrap_or_default();
        let payload = payload(id, weights, recipe)?;
        let leaf = Digest::of(&payload).0;
        index.push(symbol.len() as u8);
        index.extend(symbol.as_bytes());
        index.extend(long(data.len())?);
        index.extend(long(payload.len())?);
        index.extend(leaf);
        data.extend(payload);
        leaves.push(leaf);
    }
    debug_assert_eq!(index.len(), entries.iter().map(|(symbol, _)| symbol.len() + ENTRY_BYTES).sum::<usize>());
    let dict = dict.canonical_json();
    let root = if recipe.merkle { merkle::root(&leaves) } else { None };
    let qscale = recipe.scales.as_ref().map(scale_bytes);
    let fixed = HEADER_BYTES + dict.len() + index.len() + data.len() + qscale.map_or(0, |_| QSCALE_BYTES) + root.map_or(0, |_| 32);
    let audit = if recipe.audit { audit(recipe, &entries, fixed) } else { Vec::new() };
    let mut flags = Flags::QUANTISED;
    for (there, bit) in [(root.is_some(), Flags::MERKLE), (qscale.is_some(), Flags::SCALES), (recipe.audit, Flags::AUDIT)] {
        flags |= if there { bit } else { 0 };
    }
    let header = Header {
        version: VERSION,
        flags: Flags(flags),
        dims: recipe.dims,
        lane_count: count,
        dict_bytes: length(dict.len())?,
        index_bytes: length(index.len())?,
        data_bytes: length(data.len())?,
        merkle_bytes: root.map_or(0, |_| 32),
        signature_bytes: 0,
    };
    let mut bytes = Vec::with_capacity(fixed + audit.len());
    bytes.extend(header.to_bytes());
    bytes.extend(dict);
    bytes.extend(index);
    bytes.extend(data);
    bytes.extend(qscale.into_iter().flatten());
    bytes.extend(audit);
    bytes.extend(root.into_iter().flatten());
    Ok(bytes)
}

fn storable(scale: f64) -> bool {
    let stored = scale as f32;
    stored.is_finite() && stored > 0.0
}

fn length(len: usize) -> Result<u32, WriteError> {
    u32::try_from(len).map_err(|_| WriteError::TooLarge)
}

fn long(value: usize) -> Result<[u8; 4], WriteError> {
    length(value).map(u32::to_le_bytes)
}

fn payload(id: &str, weights: &[f64], recipe: &Recipe) -> Result<Vec<u8>, WriteError> {
    if weights.len() != usize::from(recipe.dims) {
        return Err(WriteError::Dims { lane: id.to_owned(), found: weights.len(), wanted: recipe.dims });
    }
    let scale = recipe.scales.as_ref().map_or(1.0, |scales| scales[Class::of(id)]);
    let stored = quantize(weights, scale).map_err(|error| WriteError::NotANumber { lane: id.to_owned(), place: error.0 })?;
    let mut payload = vec![1];
    payload.extend(recipe.dims.to_le_bytes());
    payload.extend(stored.into_iter().flat_map(i16::to_le_bytes));
    Ok(payload)
}

/// Counts are taken at the canonical scales even in a tuned pack (row D573).
fn audit(recipe: &Recipe, entries: &[(String, &str)], fixed: usize) -> Vec<u8> {
    let lanes = recipe.lanes.iter().map(|(id, weights)| (id.as_str(), weights.as_slice()));
    let classes = by_class(lanes);
    let ids: Vec<&str> = entries.iter().map(|(_, id)| *id).collect();
    let mut places = match recipe.lane_audit {
        LaneAudits::ByClass(most) => chosen(&ids, most),
        LaneAudits::BySymbol(most) => (0..ids.len().min(most).min(LANE_AUDIT_MAX)).collect(),
    };
    // Entries follow the symbols, so sorted places do too.
    places.sort_unstable();
    let part_b: Vec<LaneAudit> = places
        .into_iter()
        .filter_map(|place| entries.get(place))
        .map(|(symbol, id)| {
            let weights = recipe.lanes.get(*id).map(Vec::as_slice).unwrap_or_default();
            LaneAudit { symbol: symbol.clone(), count: Count::of(weights, Class::of(id)) }
        })
        .collect();
    let whole = audit_section::to_bytes(&classes, &part_b);
    if fixed + whole.len() > BUDGET { audit_section::to_bytes(&classes, &[]) } else { whole }
}
