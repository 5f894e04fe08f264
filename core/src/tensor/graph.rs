//! The graph of a model: vertices by first appearance, edges, components, cycles (`CANONICAL` §3, §5).
//!
//! Everything is near-linear: positions are looked up in one table of indices, elements that meet are joined as they are met, and
//! components of strong connection are sought only where an edge leads back.

use std::hash::{BuildHasher, RandomState};

use super::model::{Element, Model, Point};

/// The vertices of a model. Numbers are given by first appearance of a position along the points.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The vertex of each point of the model.
    pub of_point: Vec<u32>,
    /// The position of each vertex.
    pub positions: Vec<Point>,
    /// The element in which each vertex appears first.
    pub owner: Vec<u32>,
    /// The component of each element: the number of its first element.
    pub component: Vec<u32>,
}

/// One edge, in the order of the lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Vertex it leaves.
    pub from: u32,
    /// Vertex it enters.
    pub to: u32,
    /// Its element.
    pub element: u32,
    /// Whether it closes its element.
    pub closing: bool,
}

/// What is true of each vertex.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// Whether no edge enters it.
    pub is_root: Vec<bool>,
    /// Whether it lies on a cycle, declared or not.
    pub on_cycle: Vec<bool>,
}

const NONE: u32 = u32::MAX;

impl Graph {
    /// Numbers the vertices of a model and joins its elements.
    pub fn of(model: &Model) -> Self {
        let mut table = Table::for_points(model.points.len());
        let mut graph = Graph {
            of_point: Vec::with_capacity(model.points.len()),
            positions: Vec::with_capacity(model.points.len() / 2),
            owner: Vec::with_capacity(model.points.len() / 2),
            component: (0..model.elements.len() as u32).collect(),
        };
        for (number, element) in model.elements.iter().enumerate() {
            let number = number as u32;
            for &point in model.points_of(element) {
                let vertex = table.vertex(point, &mut graph.positions);
                match graph.owner.get(vertex as usize) {
                    None => graph.owner.push(number),
                    Some(&owner) if owner != number => join(&mut graph.component, owner, number),
                    Some(_) => {}
                }
                graph.of_point.push(vertex);
            }
        }
        for element in 0..graph.component.len() as u32 {
            // the way to a component's first element leads downwards, so what is before is settled
            let above = graph.component[element as usize];
            graph.component[element as usize] = graph.component[above as usize];
        }
        graph
    }

    /// How many vertices there are.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// How many pieces the drawing falls into.
    pub fn components(&self) -> usize {
        self.component.iter().enumerate().filter(|(element, first)| *element == **first as usize).count()
    }

    /// The vertices of an element's points.
    pub fn vertices_of(&self, element: &Element) -> &[u32] {
        self.of_point.get(element.range()).unwrap_or_default()
    }

    /// The edges in their order: each element's segments, its closing one last. Much the fastest with `for_each` and its like, which go
    /// through an element in one loop.
    pub fn edges<'g>(&'g self, model: &'g Model) -> impl Iterator<Item = Edge> + 'g {
        model.elements.iter().enumerate().flat_map(move |(number, element)| {
            let vertices = self.vertices_of(element);
            let number = number as u32;
            let open = vertices.windows(2).map(move |pair| Edge { from: pair[0], to: pair[1], element: number, closing: false });
            let closing = match (element.closed, vertices.last(), vertices.first()) {
                (true, Some(&from), Some(&to)) => Some(Edge { from, to, element: number, closing: true }),
                _ => None,
            };
            open.chain(closing)
        })
    }

    /// What is true of each vertex.
    pub fn flags(&self, model: &Model) -> Flags {
        let mut is_root = vec![true; self.len()];
        self.edges(model).for_each(|edge| {
            if let Some(root) = is_root.get_mut(edge.to as usize) {
                *root = false;
            }
        });
        Flags { is_root, on_cycle: self.cycles(model, true) }
    }

    /// Whether each vertex lies on a cycle; without `declared`, on one that needs no closing edge.
    pub fn cycles(&self, model: &Model, declared: bool) -> Vec<bool> {
        let mut on_cycle = vec![false; self.len()];
        for group in self.strong(model, declared) {
            for vertex in group {
                if let Some(mark) = on_cycle.get_mut(vertex as usize) {
                    *mark = true;
                }
            }
        }
        on_cycle
    }

    /// The strongly connected components of two vertices and more; without `declared`, closing edges are left out.
    pub fn strong(&self, model: &Model, declared: bool) -> Vec<Vec<u32>> {
        let edges = || self.edges(model).filter(move |edge| declared || !edge.closing);
        // Some edge of every cycle leads to a lower number, and the spans of such edges cover the cycle: only what they cover is searched.
        let mut spans: Vec<(u32, u32)> = Vec::new();
        edges().filter(|edge| edge.to < edge.from).for_each(|edge| spans.push((edge.to, edge.from)));
        if spans.is_empty() {
            return Vec::new();
        }
        spans.sort_unstable();
        spans.dedup_by(|next, kept| {
            let meets = next.0 <= kept.1;
            if meets {
                kept.1 = kept.1.max(next.1);
            }
            meets
        });
        let mut local = vec![NONE; self.len()];
        let mut vertices = Vec::new();
        for &(low, high) in &spans {
            for vertex in low..=high {
                if let Some(slot) = local.get_mut(vertex as usize) {
                    *slot = vertices.len() as u32;
                    vertices.push(vertex);
                }
            }
        }
        let place = |vertex: u32| local.get(vertex as usize).copied().filter(|&place| place != NONE);
        let within = || edges().filter_map(|edge| Some((place(edge.from)?, place(edge.to)?)));
        let mut groups = strong(&Adjacency::of(vertices.len(), within));
        for vertex in groups.iter_mut().flatten() {
            *vertex = vertices[*vertex as usize];
        }
        groups
    }
}

fn root(component: &mut [u32], mut element: u32) -> u32 {
    while component[element as usize] != element {
        let above = component[component[element as usize] as usize];
        component[element as usize] = above;
        element = above;
    }
    element
}

/// Joins the components of two elements under the first element of both.
fn join(component: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(component, a), root(component, b));
    component[a.max(b) as usize] = a.min(b);
}

/// Positions to vertices: open addressing over indices, so that a position is kept once. Where a position is looked for differs from table
/// to table, so that no drawing can be made whose points all meet in one place; which number it gets does not.
struct Table {
    slots: Vec<u32>,
    shift: u32,
    seed: u64,
}

impl Table {
    fn for_points(count: usize) -> Self {
        let bits = (count.max(8) * 2).next_power_of_two().trailing_zeros();
        Table { slots: vec![NONE; 1 << bits], shift: 64 - bits, seed: RandomState::new().hash_one(bits) }
    }

    #[inline]
    fn vertex(&mut self, point: Point, positions: &mut Vec<Point>) -> u32 {
        let key = (u64::from(point.0 as u32) << 32) | u64::from(point.1 as u32);
        // both halves stir the high bits; the constant is 2⁶⁴ over the golden ratio
        let key = key ^ self.seed;
        let mixed = (key ^ (key >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut slot = ((mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        let mask = self.slots.len() - 1;
        loop {
            match self.slots[slot] {
                NONE => {
                    let vertex = positions.len() as u32;
                    self.slots[slot] = vertex;
                    positions.push(point);
                    return vertex;
                }
                vertex if positions[vertex as usize] == point => return vertex,
                _ => slot = (slot + 1) & mask,
            }
        }
    }
}

/// Outgoing edges, vertex by vertex.
struct Adjacency {
    first: Vec<u32>,
    to: Vec<u32>,
}

impl Adjacency {
    fn of<I: Iterator<Item = (u32, u32)>>(vertices: usize, edges: impl Fn() -> I) -> Self {
        let mut first = vec![0u32; vertices + 1];
        edges().for_each(|(from, _)| first[from as usize + 1] += 1);
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        let mut next = first.clone();
        let mut to = vec![0; first.last().map_or(0, |last| *last as usize)];
        edges().for_each(|(from, target)| {
            let slot = &mut next[from as usize];
            to[*slot as usize] = target;
            *slot += 1;
        });
        Adjacency { first, to }
    }
}

/// Tarjan's components of two vertices and more, without recursion.
fn strong(graph: &Adjacency) -> Vec<Vec<u32>> {
    let count = graph.first.len().saturating_sub(1);
    // 0: not seen; otherwise the order in which it was
    let (mut order, mut low) = (vec![0u32; count], vec![0u32; count]);
    let mut next_edge = graph.first.clone();
    let mut on_stack = vec![false; count];
    let (mut stack, mut way, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = 0u32;
    for start in 0..count as u32 {
        if order[start as usize] != 0 {
            continue;
        }
        way.push(start);
        while let Some(&vertex) = way.last() {
            let at = vertex as usize;
            if order[at] == 0 {
                seen += 1;
                (order[at], low[at], on_stack[at]) = (seen, seen, true);
                stack.push(vertex);
            }
            if next_edge[at] < graph.first[at + 1] {
                let target = graph.to[next_edge[at] as usize] as usize;
                next_edge[at] += 1;
                if order[target] == 0 {
                    way.push(target as u32);
                } else if on_stack[target] {
                    low[at] = low[at].min(order[target]);
                }
                continue;
            }
            way.pop();
            if let Some(&parent) = way.last() {
                low[parent as usize] = low[parent as usize].min(low[at]);
            }
            if low[at] == order[at] {
                let from = stack.iter().rposition(|other| *other == vertex).unwrap_or(0);
                for member in &stack[from..] {
                    on_stack[*member as usize] = false;
                }
                let group = stack.split_off(from);
                if group.len() > 1 {
                    groups.push(group);
                }
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn model(lines: &[(&[Point], bool)]) -> Model {
        let mut model = Model { sx: 1, sy: 1, ..Model::default() };
        for (points, closed) in lines {
            let start = model.points.len() as u32;
            model.points.extend_from_slice(points);
            model.elements.push(Element {
                id4: (model.elements.len() as u32).to_be_bytes(),
                start,
                end: model.points.len() as u32,
                stroke_width: 1 << 16,
                transform_mag: 1 << 16,
                rank: 0,
                opacity_q11: 2048,
                closed: *closed,
            });
        }
        model
    }

    // rows: B125 B181
    #[test]
    fn vertices_are_numbered_by_first_appearance() {
        let model = model(&[(&[(5, 5), (1, 1), (2, 2)], false), (&[(2, 2), (5, 5), (3, 3)], true)]);
        let graph = Graph::of(&model);
        assert_eq!(graph.positions, [(5, 5), (1, 1), (2, 2), (3, 3)]);
        assert_eq!(graph.of_point, [0, 1, 2, 2, 0, 3]);
        let edges: Vec<_> = graph.edges(&model).map(|edge| (edge.from, edge.to, edge.element, edge.closing)).collect();
        assert_eq!(edges, [(0, 1, 0, false), (1, 2, 0, false), (2, 0, 1, false), (0, 3, 1, false), (3, 2, 1, true)]);
    }

    // rows: B134
    #[test]
    fn a_shared_vertex_joins_and_a_crossing_does_not() {
        let graph = |lines: &[(&[Point], bool)]| Graph::of(&model(lines));
        assert_eq!(graph(&[(&[(0, 0), (1, 1)], false), (&[(1, 1), (2, 0)], false)]).components(), 1);
        assert_eq!(graph(&[(&[(0, 0), (2, 2)], false), (&[(0, 2), (2, 0)], false)]).components(), 2);
        let late = graph(&[(&[(0, 0), (1, 1)], false), (&[(5, 5), (6, 6)], false), (&[(1, 1), (5, 5)], false)]);
        assert_eq!((late.components(), late.component), (1, vec![0, 0, 0]));
    }

    // rows: B132
    #[test]
    fn only_a_closing_edge_declares_a_cycle() {
        let ring = [(0, 0), (1, 0), (1, 1)];
        let declared = model(&[(&ring, true)]);
        assert_eq!(Graph::of(&declared).cycles(&declared, true), [true; 3]);
        assert_eq!(Graph::of(&declared).cycles(&declared, false), [false; 3]);
        let split = model(&[(&[(9, 9), (0, 0), (1, 0)], false), (&[(1, 0), (1, 1), (0, 0)], false)]);
        assert_eq!(Graph::of(&split).cycles(&split, false), [false, true, true, true]);
        let parallel = model(&[(&[(0, 0), (1, 0), (1, 1)], false), (&[(0, 0), (1, 1)], false)]);
        assert!(Graph::of(&parallel).strong(&parallel, true).is_empty(), "two ways to one place are no cycle");
    }

    /// Whether `to` can be reached from `from`, step by step over all edges.
    fn reaches(edges: &[Edge], from: u32, to: u32, count: usize) -> bool {
        let mut seen = vec![false; count];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for edge in edges.iter().filter(|edge| edge.from == at) {
                if edge.to == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[edge.to as usize], true) {
                    open.push(edge.to);
                }
            }
        }
        false
    }

    proptest! {
        // rows: B132 B134
        #[test]
        fn cycles_and_components_are_those_of_a_plain_search(
            lines in prop::collection::vec((prop::collection::vec((0i32..5, 0i32..5), 2..6), any::<bool>()), 1..8)
        ) {
            let mut lines = lines;
            for (points, closed) in &mut lines {
                points.dedup();
                while *closed && points.len() > 1 && points.first() == points.last() {
                    points.pop();
                }
            }
            let borrowed: Vec<_> = lines.iter().map(|(points, closed)| (points.as_slice(), *closed && points.len() > 1)).collect();
            let model = model(&borrowed);
            let graph = Graph::of(&model);
            let all: Vec<_> = graph.edges(&model).collect();
            let open: Vec<_> = all.iter().copied().filter(|edge| !edge.closing).collect();
            let count = graph.len();
            for (edges, declared) in [(&all, true), (&open, false)] {
                let wanted: Vec<_> = (0..count as u32).map(|vertex| reaches(edges, vertex, vertex, count)).collect();
                prop_assert_eq!(graph.cycles(&model, declared), wanted);
            }
            let both: Vec<_> = all.iter().flat_map(|edge| [*edge, Edge { from: edge.to, to: edge.from, ..*edge }]).collect();
            for (a, first) in graph.component.iter().enumerate() {
                let (va, vf) = (graph.vertices_of(&model.elements[a])[0], graph.vertices_of(&model.elements[*first as usize])[0]);
                prop_assert!(va == vf || reaches(&both, va, vf, count));
                for b in 0..a {
                    let vb = graph.vertices_of(&model.elements[b])[0];
                    prop_assert_eq!(graph.component[b] == *first, va == vb || reaches(&both, va, vb, count));
                }
            }
        }
    }
}
