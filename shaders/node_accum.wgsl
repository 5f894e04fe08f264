// One step of node_accum (CANONICAL §6): what flows along the edges of a tensor, in integers modulo 2^32.
//
// The first three buffers are the slices of the structural form (CANONICAL §4), uploaded as they are:
//   nodes    4 words a node:   x, y, z, flags (bit 0: no edge enters it)
//   edges    4 words an edge:  from, to, element, rank and flags
//   attribs 10 words a record, nodes first, then edges: x, y, z, length, curvature, stroke width, scale x, scale y, opacity,
//           transform magnitude
// `order` lists the edges by the node they enter, in rising order within it; those of node v are order[first[v]] to order[first[v + 1] - 1].
// A step from zeros gives the start. Each node adds up its own edges, one after the other.

struct Counts {
    nodes: u32,
    // 1 when every node is entered: values then begin at node 0
    rootless: u32,
}

const ONE: u32 = 65536u;
const GROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> nodes: array<u32>;
@group(0) @binding(1) var<storage, read> edges: array<u32>;
@group(0) @binding(2) var<storage, read> attribs: array<u32>;
@group(0) @binding(3) var<storage, read> first: array<u32>;
@group(0) @binding(4) var<storage, read> order: array<u32>;
@group(0) @binding(5) var<storage, read> now: array<u32>;
@group(0) @binding(6) var<storage, read_write> next: array<u32>;
@group(0) @binding(7) var<uniform> counts: Counts;

// The low 32 bits of floor(a * b / 65536), from halves of 16 bits.
fn mul(a: u32, b: u32) -> u32 {
    let low = a & 0xffffu;
    return (a >> 16u) * b + low * (b >> 16u) + ((low * (b & 0xffffu)) >> 16u);
}

fn weight(edge: u32) -> u32 {
    let own = (counts.nodes + edge) * 10u;
    return mul(mul(mul(attribs[own + 3u], attribs[own + 5u]), attribs[own + 8u]), attribs[own + 9u]);
}

@compute @workgroup_size(64)
fn step_nodes(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var node = id.x; node < counts.nodes; node += groups.x * GROUP) {
        let is_root = (nodes[node * 4u + 3u] & 1u) == 1u || (counts.rootless == 1u && node == 0u);
        var sum = select(0u, ONE, is_root);
        for (var at = first[node]; at < first[node + 1u]; at++) {
            let edge = order[at];
            sum += mul(now[edges[edge * 4u]], weight(edge));
        }
        next[node] = sum;
    }
}
