//! `node_accum`: what flows to each vertex in a number of steps, in integers modulo 2³² (`CANONICAL` §6).

use super::{
    graph::Graph,
    model::{Model, ONE},
    structure::Measures,
};

/// Most additions of one question.
pub const MAX_WORK: u64 = 1 << 34;

/// The product of two numbers in units of 1/65536: the low 32 bits of the floor.
#[inline]
pub fn mul(a: u32, b: u32) -> u32 {
    ((u64::from(a) * u64::from(b)) >> 16) as u32
}

/// The weight of each edge, in the order of the lanes.
pub fn weights(model: &Model, graph: &Graph) -> Vec<u32> {
    let lengths = Measures::of(model, graph).length;
    let edges = graph.edges(model).zip(lengths);
    let weight = |(edge, length): (super::graph::Edge, i32)| {
        let element = model.elements.get(edge.element as usize)?;
        let opacity = u32::from(element.opacity_q11) << 5;
        Some(mul(mul(mul(length as u32, element.stroke_width as u32), opacity), element.transform_mag as u32))
    };
    edges.map(|edge| weight(edge).unwrap_or(0)).collect()
}

/// What each vertex holds after `steps`; `None` when that would take more than [`MAX_WORK`] additions.
pub fn accumulate(model: &Model, graph: &Graph, steps: u32) -> Option<Vec<u32>> {
    let weights = weights(model, graph);
    let flags = graph.flags(model);
    let mut start: Vec<u32> = flags.is_root.iter().map(|root| if *root { ONE as u32 } else { 0 }).collect();
    if !flags.is_root.contains(&true)
        && let Some(first) = start.first_mut()
    {
        *first = ONE as u32;
    }
    let edges: Vec<_> = graph.edges(model).zip(weights).map(|(edge, weight)| (edge.from, edge.to, weight)).collect();
    let (mut now, mut next) = (start.clone(), start.clone());
    let mut work = 0u64;
    for _ in 0..steps {
        next.copy_from_slice(&start);
        // sums modulo 2³² do not depend on their order, so that of the lanes serves for the rising order at each vertex
        for &(from, to, weight) in &edges {
            let flow = mul(now.get(from as usize).copied().unwrap_or(0), weight);
            if let Some(sum) = next.get_mut(to as usize) {
                *sum = sum.wrapping_add(flow);
            }
        }
        if next == now {
            // nothing changes any more
            break;
        }
        std::mem::swap(&mut now, &mut next);
        work += edges.len() as u64;
        if work > MAX_WORK {
            return None;
        }
    }
    Some(now)
}
