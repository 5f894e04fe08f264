//! The structural form: nodes, edges and attributes as the bytes that a GPU is given (`CANONICAL` §4).
//!
//! The bytes are made in order and handed on in pieces, so that hashing holds none of them.

use super::{
    graph::{Flags, Graph},
    model::{Model, ONE, mean_turn, measure},
    pieces::Pieces,
};
use crate::hash::digest::{Digest, Hasher};

/// Bytes in front of the nodes.
pub const HEADER_BYTES: usize = 16;
/// Bytes of a node.
pub const NODE_BYTES: usize = 16;
/// Bytes of an edge.
pub const EDGE_BYTES: usize = 16;
/// Bytes of the attributes of a node or an edge.
pub const ATTRIBUTE_BYTES: usize = 40;

/// What the records hold beside the model and its graph.
#[derive(Debug)]
pub struct Measures {
    /// Sum of the turns at each vertex, held at 2³¹ − 1.
    pub turn: Vec<i32>,
    /// Length of each edge.
    pub length: Vec<i32>,
    /// Mean turning of each element.
    pub curvature: Vec<i32>,
}

impl Measures {
    /// Measures a model along its graph.
    pub fn of(model: &Model, graph: &Graph) -> Self {
        let mut turn = vec![0i32; graph.len()];
        let mut length = Vec::with_capacity(model.segments());
        let mut curvature = Vec::with_capacity(model.elements.len());
        for element in &model.elements {
            let (points, vertices) = (model.points_of(element), graph.vertices_of(element));
            let (mut turns, mut whole) = (0u64, 0u64);
            measure(points, element.closed, |at, own_length, own_turn| {
                turns += u64::from(own_turn);
                whole += u64::from(own_length);
                length.push(own_length as i32);
                if let Some(sum) = vertices.get(at).and_then(|vertex| turn.get_mut(*vertex as usize)) {
                    *sum = sum.saturating_add(own_turn as i32);
                }
            });
            curvature.push(mean_turn(turns, whole));
        }
        Measures { turn, length, curvature }
    }
}

/// How many bytes the structural form of a model has.
pub fn size(model: &Model, graph: &Graph) -> usize {
    HEADER_BYTES + graph.len() * (NODE_BYTES + ATTRIBUTE_BYTES) + model.segments() * (EDGE_BYTES + ATTRIBUTE_BYTES)
}

/// Gives the structural form of a model, piece by piece.
pub fn write(model: &Model, graph: &Graph, out: &mut impl FnMut(&[u8])) {
    let flags = graph.flags(model);
    let measures = Measures::of(model, graph);
    let mut bytes = Pieces::new(out);
    let version = u32::from_le_bytes([0x00, 0x01, 16, 0]);
    bytes.words(&[u32::from_le_bytes(*b"MX2T"), version, graph.len() as u32, model.segments() as u32]);
    nodes(graph, &flags, &mut bytes);
    graph.edges(model).for_each(|edge| {
        let rank = model.elements.get(edge.element as usize).map_or(0, |element| element.rank);
        bytes.words(&[edge.from, edge.to, edge.element, u32::from(rank) | (u32::from(edge.closing) << 16)]);
    });
    for (position, turn) in graph.positions.iter().zip(&measures.turn) {
        let own = [position.0, position.1, 0, 0, *turn, ONE, model.sx, model.sy, ONE, ONE];
        bytes.words(&own.map(|number| number as u32));
    }
    let mut lengths = measures.length.iter();
    for (element, curvature) in model.elements.iter().zip(&measures.curvature) {
        let opacity = i32::from(element.opacity_q11) << 5;
        let points = model.points_of(element);
        for (from, length) in points.iter().take(element.segments()).zip(&mut lengths) {
            let (x, y) = *from;
            let own = [x, y, 0, *length, *curvature, element.stroke_width, model.sx, model.sy, opacity, element.transform_mag];
            bytes.words(&own.map(|number| number as u32));
        }
    }
    bytes.flush();
}

fn nodes<F: FnMut(&[u8])>(graph: &Graph, flags: &Flags, bytes: &mut Pieces<'_, F>) {
    for ((position, is_root), on_cycle) in graph.positions.iter().zip(&flags.is_root).zip(&flags.on_cycle) {
        let flags = u32::from(*is_root) | (u32::from(*on_cycle) << 1);
        bytes.words(&[position.0 as u32, position.1 as u32, 0, flags]);
    }
}

/// The structural form of a model.
pub fn to_vec(model: &Model, graph: &Graph) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size(model, graph));
    write(model, graph, &mut |piece| bytes.extend_from_slice(piece));
    bytes
}

/// The hash of the structural form (`buffer_hash`).
pub fn digest(model: &Model, graph: &Graph) -> Digest {
    let mut hasher = Hasher::default();
    write(model, graph, &mut |piece| hasher.update(piece));
    hasher.finish()
}
