//! A pack: opened, read lane by lane, verified, and turned into a model.

use super::{
    contents::Contents,
    lane::Lane,
    layout::{i32_at, u16_at},
    merkle::{self, LaneRoots},
    proof::Proof,
    read::{self, Geometry, Outline, Source},
    rejection::Rejection,
    verify,
};
use crate::{
    hash::digest::Digest,
    tensor::{
        canonical_text,
        graph::Graph,
        model::{Element, FULL_OPACITY, Model, Point},
    },
};

/// The bytes of a pack whose envelope is in order. Lanes are looked at when they are asked for.
#[derive(Debug, Clone)]
pub struct Pack<'a> {
    bytes: &'a [u8],
    contents: Contents,
}

/// A lane whose bytes have the root they were said to have (B355): only these may be handed on to whoever computes with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedLane<'a> {
    lane: Lane,
    bytes: &'a [u8],
}

impl<'a> VerifiedLane<'a> {
    /// Verifies the bytes of a lane, header included, against its root. The other lanes are not needed.
    pub fn new(lane: Lane, bytes: &'a [u8], root: &Digest) -> Option<Self> {
        (merkle::lane_root(lane, bytes) == *root).then_some(VerifiedLane { lane, bytes })
    }

    /// Which lane.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// Its bytes, lane header included.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// What a pack holds, and the graph that was needed to verify it.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The tensor.
    pub model: Model,
    /// Its vertices.
    pub graph: Graph,
    /// Closed elements without decay (`DECISIONS` 15): lawful, and worth a warning.
    pub without_decay: Vec<u32>,
}

/// The hashes of a verified pack, each under its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roots {
    /// The hash of each lane.
    pub lanes: LaneRoots,
    /// The hash of the canonical text: the identity of the tensor.
    pub canonical_svg_hash: Digest,
    /// The root over both.
    pub root: Digest,
}

impl<'a> Pack<'a> {
    /// Opens a pack. Nothing but header and table of contents is read.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Rejection> {
        Ok(Pack { bytes, contents: Contents::read(bytes, bytes.len() as u64)? })
    }

    /// The bytes of a lane, lane header included.
    pub fn lane(&self, lane: Lane) -> &'a [u8] {
        self.bytes.get(self.contents.range(lane)).unwrap_or_default()
    }

    /// Where in the file a lane begins.
    pub fn start(&self, lane: Lane) -> usize {
        self.contents.range(lane).start
    }

    /// The bytes of all lanes.
    pub fn lanes(&self) -> [&'a [u8]; 5] {
        Lane::ALL.map(|lane| self.lane(lane))
    }

    /// Judges one lane without the others: its form, and what it says on its own.
    pub fn check_lane(&self, lane: Lane) -> Result<(), Rejection> {
        let source = self.source(lane);
        source.check_header()?;
        verify::verify_alone(&source)
    }

    /// The hashes of the lanes, whatever the lanes hold.
    pub fn lane_roots(&self) -> LaneRoots {
        LaneRoots(Lane::ALL.map(|lane| merkle::lane_root(lane, self.lane(lane))))
    }

    /// A lane, if it has the root it is said to have.
    pub fn verified(&self, lane: Lane, root: &Digest) -> Option<VerifiedLane<'a>> {
        VerifiedLane::new(lane, self.lane(lane), root)
    }

    /// Reads all lanes in the order of the file (B193, B194), and verifies what they say together.
    pub fn decode(&self) -> Result<Decoded, Rejection> {
        let sources = Lane::ALL.map(|lane| self.source(lane));
        let [meta, edges, coords, scales, weights] = &sources;
        meta.check_header()?;
        read::check_meta(meta)?;
        let elements = Some(meta.item_count());
        edges.check_header()?;
        coords.check_header()?;
        let geometry = read::read_geometry(coords, elements)?;
        scales.check_header()?;
        read::check_scales(scales, elements)?;
        weights.check_header()?;
        read::check_weights(weights, elements)?;
        let Geometry { points, elements: outlines } = geometry;
        let model = join(&sources, &outlines, points);
        let (graph, judgement) = verify::verify(&sources, &outlines, &model)?;
        Ok(Decoded { model, graph, without_decay: judgement.without_decay })
    }

    /// The hashes of the pack, of which `decoded` was read.
    pub fn roots(&self, decoded: &Decoded) -> Roots {
        let (lanes, canonical_svg_hash) = (self.lane_roots(), canonical_text::digest(&decoded.model));
        Roots { lanes, canonical_svg_hash, root: merkle::root(&lanes, &canonical_svg_hash) }
    }

    /// The proof of a chunk; `None` when the lane has no such chunk.
    pub fn prove(&self, roots: &Roots, lane: Lane, chunk: u64) -> Option<Proof> {
        Proof::of(self.lanes(), roots.canonical_svg_hash, lane, chunk)
    }

    fn source(&self, lane: Lane) -> Source<'a> {
        Source { lane, bytes: self.lane(lane), base: self.start(lane) }
    }
}

/// Reads and verifies a pack.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    Pack::open(bytes)?.decode()
}

/// Joins lanes whose form is in order: their counts agree.
fn join(sources: &[Source<'_>; 5], outlines: &[Outline], points: Vec<Point>) -> Model {
    let [meta, _, _, scales, weights] = sources;
    let mut scales = scales.items::<24>();
    let (sx, sy) = scales.next().map_or((0, 0), |bytes| (i32_at(bytes, 0), i32_at(bytes, 12)));
    let mut start = 0;
    let items = meta.items::<8>().zip(outlines).zip(scales).zip(weights.items::<12>());
    let elements = items.map(|(((meta, outline), scale), weight)| {
        let [a, b, c, d, ..] = *meta;
        let element = Element {
            id4: [a, b, c, d],
            start,
            end: outline.end,
            stroke_width: i32_at(weight, 4),
            transform_mag: i32_at(scale, 0),
            rank: u16_at(meta, 4),
            opacity_q11: FULL_OPACITY.saturating_sub(u16_at(meta, 6) >> 4),
            closed: outline.closed,
        };
        start = outline.end;
        element
    });
    let elements = elements.collect();
    Model { sx, sy, elements, points }
}
