//! `node_accum` on a graphics processor (`CANONICAL` §6, seed 003 §17.10): the kernel is given the structural form and nothing else.
//!
//! Beside the bytes of the form stand two lists that follow from them: which edges enter a node, and where that node's begin.

use super::{graph::Graph, model::Model, structure};
use crate::gpu::{Binding, Gpu, GpuError, Job, MOST_GROUPS};

/// The kernel of one step.
pub const KERNEL: &str = include_str!("../../../shaders/node_accum.wgsl");

/// Nodes a work group takes.
pub const GROUP: u32 = 64;

/// What each vertex holds after `steps`, computed on the device: 32 bits a vertex, in their order.
/// Every step is a dispatch; the processor's [`super::accumulate::accumulate`] says how many are too many.
///
/// # Errors
/// What the device says, and a tensor that does not fit into its buffers.
pub fn accumulate(gpu: &Gpu, model: &Model, graph: &Graph, steps: u32) -> Result<Vec<u32>, GpuError> {
    let flown = flow(gpu, model, graph, steps);
    gpu.forget();
    flown
}

fn flow(gpu: &Gpu, model: &Model, graph: &Graph, steps: u32) -> Result<Vec<u32>, GpuError> {
    let form = structure::to_vec(model, graph);
    let (nodes, edges) = (graph.len(), model.segments());
    let edges_at = structure::HEADER_BYTES + nodes * structure::NODE_BYTES;
    let attributes_at = edges_at + edges * structure::EDGE_BYTES;
    let part = |range: std::ops::Range<usize>| form.get(range).unwrap_or_default().to_vec();
    let (order, first) = entering(model, graph);
    let buffers = [
        part(structure::HEADER_BYTES..edges_at),
        part(edges_at..attributes_at),
        part(attributes_at..form.len()),
        bytes(&first),
        bytes(&order),
    ];
    let resident = buffers.map(|buffer| gpu.upload(buffer));
    let mut bindings = Vec::with_capacity(resident.len() + 3);
    for buffer in resident {
        bindings.push(Binding::Resident(buffer?));
    }
    let rootless = !graph.flags(model).is_root.contains(&true);
    let counts = bytes(&[nodes as u32, u32::from(rootless)]);
    let mut now = vec![0; nodes * 4];
    // a step from nothing gives the start
    for _ in 0..=steps {
        let mut bindings = bindings.clone();
        bindings.extend([Binding::Bytes(now.clone()), Binding::Output(nodes * 4), Binding::Uniform(counts.clone())]);
        let groups = (nodes as u32).div_ceil(GROUP).min(MOST_GROUPS);
        let job = Job { source: KERNEL, constants: Vec::new(), bindings, groups };
        let next = gpu.run(job)?.pop().unwrap_or_default();
        if next == now {
            // nothing changes any more
            break;
        }
        now = next;
    }
    Ok(now.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
}

/// The edges by the node they enter, in rising order within it, and where each node's begin, with the end behind the last.
fn entering(model: &Model, graph: &Graph) -> (Vec<u32>, Vec<u32>) {
    let entered: Vec<u32> = graph.edges(model).map(|edge| edge.to).collect();
    let mut first = vec![0u32; graph.len() + 1];
    for node in &entered {
        if let Some(count) = first.get_mut(*node as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for slot in &mut first {
        sum += *slot;
        *slot = sum;
    }
    let mut order: Vec<u32> = (0..entered.len() as u32).collect();
    order.sort_by_key(|edge| entered.get(*edge as usize));
    (order, first)
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
