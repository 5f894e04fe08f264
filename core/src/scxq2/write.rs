//! From a model to a pack (`CANONICAL` §3).

use super::{
    lane::Lane,
    layout::{
        COORD_BYTES, HEADER_BYTES, LANE_HEADER_BYTES, LANES_AT, MAGIC, OP_CLOSE, OP_LINE, OP_MOVE, Part, VERSION, encoding, precision,
    },
    verify::all_flags,
};
use crate::tensor::{
    graph::Graph,
    model::{Element, FULL_OPACITY, Model},
};

/// Why a model has no pack: `canonicalization_error.range`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfRange {
    /// An element is longer than a lane can say: its number and length.
    #[error("element {0} has a length of {1}, and at most 2147483647 can be packed")]
    Length(usize, u64),
    /// The pack would be larger than its header can say.
    #[error("the pack would have {0} bytes, and at most 4294967295 are possible")]
    Size(u64),
}

impl OutOfRange {
    /// The specification's name.
    pub const SPEC_ERROR: &'static str = "canonicalization_error.range";
}

/// The pack of a model. What it says of a lawful model is accepted by the reader; lawfulness is not asked here.
pub fn encode(model: &Model) -> Result<Vec<u8>, OutOfRange> {
    encode_with(model, &Graph::of(model))
}

/// As [`encode`], with the graph of the model where the caller has it.
pub fn encode_with(model: &Model, graph: &Graph) -> Result<Vec<u8>, OutOfRange> {
    let elements = model.elements.len();
    let commands: usize = model.elements.iter().map(command_count).sum();
    let points: usize = model.elements.iter().map(Element::len).sum();
    let items = |lane: Lane, count: usize| LANE_HEADER_BYTES as u64 + count as u64 * Part::Items(lane).item_bytes() as u64;
    let counts = [elements, model.segments(), commands, elements + 1, elements];
    let mut sizes = [0u64; 5];
    for ((size, lane), count) in sizes.iter_mut().zip(Lane::ALL).zip(counts) {
        *size = items(lane, count) + if lane == Lane::G { (points * COORD_BYTES) as u64 } else { 0 };
    }
    let total = LANES_AT as u64 + sizes.iter().sum::<u64>();
    let claimed = u32::try_from(total).map_err(|_| OutOfRange::Size(total))?;
    let mut out = Vec::with_capacity(total as usize);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[5, 0]);
    out.extend_from_slice(&(HEADER_BYTES as u32).to_le_bytes());
    out.extend_from_slice(&claimed.to_le_bytes());
    let mut offset = LANES_AT as u32;
    for (lane, size) in Lane::ALL.into_iter().zip(sizes) {
        // no lane is larger than the whole
        let size = size as u32;
        out.push(lane.id());
        out.extend_from_slice(&offset.to_le_bytes());
        out.extend_from_slice(&size.to_le_bytes());
        offset += size;
    }
    for (lane, count) in Lane::ALL.into_iter().zip(counts) {
        out.extend_from_slice(&[lane.id(), 1, 0, encoding(lane)]);
        out.extend_from_slice(&precision(lane).to_le_bytes());
        out.extend_from_slice(&(count as u32).to_le_bytes());
        match lane {
            Lane::M => write_meta(model, graph, &mut out),
            Lane::T => write_edges(model, graph, &mut out),
            Lane::G => write_geometry(model, &mut out),
            Lane::X => write_scales(model, &mut out),
            Lane::W => write_weights(model, &mut out)?,
        }
    }
    Ok(out)
}

/// Points after the first stand in runs of 255, the last of which is what is left.
fn command_count(element: &Element) -> usize {
    1 + element.len().saturating_sub(1).div_ceil(255) + usize::from(element.closed)
}

fn write_meta(model: &Model, graph: &Graph, out: &mut Vec<u8>) {
    for (element, flags) in model.elements.iter().zip(all_flags(model, graph)) {
        out.extend_from_slice(&element.id4);
        out.extend_from_slice(&element.rank.to_le_bytes());
        let flags = flags | FULL_OPACITY.saturating_sub(element.opacity_q11) << 4;
        out.extend_from_slice(&flags.to_le_bytes());
    }
}

fn write_edges(model: &Model, graph: &Graph, out: &mut Vec<u8>) {
    graph.edges(model).for_each(|edge| {
        // vertices are fewer than 2²⁶, so the difference of two fits
        let [from, delta] = [edge.from, edge.to.wrapping_sub(edge.from)].map(u32::to_le_bytes);
        out.extend_from_slice([from, delta].as_flattened());
    });
}

fn write_geometry(model: &Model, out: &mut Vec<u8>) {
    for element in &model.elements {
        out.extend_from_slice(&[OP_MOVE, 1]);
        let mut left = element.len().saturating_sub(1);
        while let Ok(run @ 1..) = u8::try_from(left.min(255)) {
            out.extend_from_slice(&[OP_LINE, run]);
            left -= usize::from(run);
        }
        if element.closed {
            out.extend_from_slice(&[OP_CLOSE, 0]);
        }
    }
    for element in &model.elements {
        let mut before = (0, 0);
        for &(x, y) in model.points_of(element) {
            let mut coord = [0; COORD_BYTES];
            coord[..4].copy_from_slice(&(x - before.0).to_le_bytes());
            coord[4..8].copy_from_slice(&(y - before.1).to_le_bytes());
            out.extend_from_slice(&coord);
            before = (x, y);
        }
    }
}

fn write_scales(model: &Model, out: &mut Vec<u8>) {
    let magnitudes = model.elements.iter().map(|element| (element.transform_mag, element.transform_mag));
    for (a, d) in std::iter::once((model.sx, model.sy)).chain(magnitudes) {
        for value in [a, 0, 0, d, 0, 0] {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
}

fn write_weights(model: &Model, out: &mut Vec<u8>) -> Result<(), OutOfRange> {
    for (number, element) in model.elements.iter().enumerate() {
        let (length, curvature) = model.measures(element);
        let packed = i32::try_from(length).map_err(|_| OutOfRange::Length(number, length))?;
        for value in [packed, element.stroke_width, curvature] {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
    Ok(())
}
