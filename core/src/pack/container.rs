//! `weights.v2c-bin`: what is in a pack, opened in one pass (rows D357–D428, D512–D551; `DECISIONS` 25, 26, 61, 62, 72).
//!
//! Little-endian: a header of 36 bytes, then DICT, INDEX, DATA, QSCALE (24 bytes with flag 3), AUDIT (with flag 4: what is left over), MERKLE and
//! SIGNATURE without anything between or behind them. Every length is held against the file before anything is read by it, and nothing is
//! allocated by a claimed size.

mod audit_section;
mod fault;
mod header;
mod index;
mod read;
mod seal;
mod write;

use std::borrow::Cow;
use std::ops::Range;

use super::audit::Count;
use super::class::{Class, PerClass};
use super::merkle::{self, Hash};
use super::quantize::{decoding_scale, dequantize};
use crate::hash::Digest;

pub use audit_section::{Audit, LaneAudit};
pub use fault::{Fault, Section};
pub use header::{Flags, HEADER_BYTES, Header, MAGIC, QSCALE_BYTES, VERSION};
pub use read::{open, open_lazily, open_tables};
pub use seal::{Seal, check, sign, signed_digest};
pub use write::{LaneAudits, Recipe, WriteError, write};

/// What a pack may weigh, in bytes.
pub const BUDGET: usize = 5120;

/// An opened pack. It borrows the bytes; weights are decoded when they are asked for.
#[derive(Debug, Clone)]
pub struct Pack<'a> {
    bytes: &'a [u8],
    header: Header,
    sections: Sections,
    lanes: Vec<Lane<'a>>,
    scales: Option<PerClass<f32>>,
    audit: Option<Audit>,
    notes: Vec<Fault>,
}

/// Where each section stands in the file; what is absent is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sections {
    /// DICT.
    pub dict: Range<usize>,
    /// INDEX.
    pub index: Range<usize>,
    /// DATA.
    pub data: Range<usize>,
    /// QSCALE.
    pub qscale: Range<usize>,
    /// AUDIT.
    pub audit: Range<usize>,
    /// MERKLE.
    pub merkle: Range<usize>,
    /// SIGNATURE.
    pub signature: Range<usize>,
}

impl Sections {
    /// Every section with its range, in the order of the file.
    pub fn all(&self) -> [(Section, Range<usize>); 8] {
        [
            (Section::Header, 0..HEADER_BYTES),
            (Section::Dict, self.dict.clone()),
            (Section::Index, self.index.clone()),
            (Section::Data, self.data.clone()),
            (Section::Qscale, self.qscale.clone()),
            (Section::Audit, self.audit.clone()),
            (Section::Merkle, self.merkle.clone()),
            (Section::Signature, self.signature.clone()),
        ]
    }

    /// The section that holds the byte at `offset`.
    pub fn at(&self, offset: usize) -> Option<Section> {
        self.all().into_iter().find(|(_, range)| range.contains(&offset)).map(|(section, _)| section)
    }
}

/// A lane, as INDEX tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane<'a> {
    /// Its symbol, which means something in this pack only.
    pub symbol: &'a str,
    /// Its id, which means the same in every pack.
    pub id: Cow<'a, str>,
    /// The class of the id.
    pub class: Class,
    /// SHA-256 of its payload.
    pub leaf: Hash,
    /// Where its payload stands in the file.
    pub payload: Range<usize>,
    /// Where its INDEX entry stands in the file.
    pub entry: Range<usize>,
}

impl<'a> Pack<'a> {
    /// The bytes of the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Where the sections stand.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Slots a lane.
    pub fn dims(&self) -> u16 {
        self.header.dims
    }

    /// The lanes in the order of INDEX.
    pub fn lanes(&self) -> &[Lane<'a>] {
        &self.lanes
    }

    /// The lanes by class priority, then by id: the order in which people are shown them.
    pub fn lanes_by_class(&self) -> Vec<&Lane<'a>> {
        let mut lanes: Vec<_> = self.lanes.iter().collect();
        lanes.sort_by(|a, b| (a.class, &a.id).cmp(&(b.class, &b.id)));
        lanes
    }

    /// What would have to go for the pack to keep its budget, least important first: lanes by their payload, INDEX entry and DICT pair.
    /// Empty within the budget.
    pub fn beyond_budget(&self) -> Vec<&Lane<'a>> {
        let (mut left, mut gone) = (self.bytes.len(), Vec::new());
        for lane in self.lanes_by_class().into_iter().rev() {
            if left <= BUDGET {
                break;
            }
            left = left.saturating_sub(lane.payload.len() + lane.entry.len() + lane.symbol.len() + lane.id.len() + 6);
            gone.push(lane);
        }
        gone
    }

    /// The lane with this id.
    pub fn lane(&self, id: &str) -> Option<&Lane<'a>> {
        self.lanes.iter().find(|lane| lane.id == id)
    }

    /// The lane with this symbol.
    pub fn lane_of_symbol(&self, symbol: &str) -> Option<&Lane<'a>> {
        self.lanes.iter().find(|lane| lane.symbol == symbol)
    }

    /// The stored scales; `None` without a QSCALE section.
    pub fn scales(&self) -> Option<&PerClass<f32>> {
        self.scales.as_ref()
    }

    /// The scale that decodes lanes of `class`.
    pub fn scale(&self, class: Class) -> f64 {
        decoding_scale(self.scales.as_ref(), class)
    }

    /// The AUDIT section, where there is one that this version can read.
    pub fn audit(&self) -> Option<&Audit> {
        self.audit.as_ref()
    }

    /// The root in MERKLE.
    pub fn root(&self) -> Option<Hash> {
        self.bytes.get(self.sections.merkle.clone())?.try_into().ok()
    }

    /// The bytes of SIGNATURE.
    pub fn signature(&self) -> Option<[u8; 64]> {
        self.bytes.get(self.sections.signature.clone())?.try_into().ok()
    }

    /// The hash of all bytes in front of SIGNATURE: what is signed, and what caches are keyed by (`DECISIONS` 26, 30).
    pub fn hash(&self) -> Digest {
        signed_digest(self.bytes, &self.sections)
    }

    /// What is lawful and yet worth a warning, in the order of the file.
    pub fn notes(&self) -> &[Fault] {
        &self.notes
    }

    /// Checks one lane and nothing else: bounds, hash, format, count.
    pub fn verify_lane(&self, lane: &Lane<'_>) -> Result<(), Fault> {
        read::verify_lane(self.bytes, &self.header, lane)
    }

    /// The stored numbers of a lane. Empty when the payload is not there, which [`verify_lane`](Self::verify_lane) tells.
    pub fn stored(&self, lane: &Lane<'_>) -> impl ExactSizeIterator<Item = i16> + use<'a> {
        let payload = self.bytes.get(lane.payload.clone()).and_then(|payload| payload.get(3..)).unwrap_or_default();
        payload.as_chunks::<2>().0.iter().map(|&pair| i16::from_le_bytes(pair))
    }

    /// The weights of a lane, by the pack's own scales.
    pub fn weights(&self, lane: &Lane<'_>) -> Vec<f64> {
        let scale = self.scale(lane.class);
        self.stored(lane).map(|stored| dequantize(stored, scale)).collect()
    }

    /// The counts of what the stored numbers of a lane show as clipped: ±32767. In a tuned pack AUDIT counts something else (row D573).
    pub fn clipped(&self, lane: &Lane<'_>) -> Count {
        let (mut total, mut clipped) = (0, 0);
        for stored in self.stored(lane) {
            total += 1;
            clipped += u32::from(stored.unsigned_abs() >= 32767);
        }
        Count { total, clipped }
    }

    /// The leaves in the order of INDEX.
    pub fn leaves(&self) -> Vec<Hash> {
        self.lanes.iter().map(|lane| lane.leaf).collect()
    }

    /// The steps from a lane's leaf to the root.
    pub fn path(&self, symbol: &str) -> Option<Vec<merkle::Step>> {
        merkle::path(&self.leaves(), self.lanes.iter().position(|lane| lane.symbol == symbol)?)
    }
}

#[cfg(test)]
pub(super) mod tests;
