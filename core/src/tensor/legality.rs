//! What the law asks of a model (`CANONICAL` §1.9, §5; rows B132 to B135): names that differ, one piece, no cycle that nothing declares,
//! lengths that a lane can hold; and which cycles have no decay. Near-linear in the points.

use super::{
    drawing::Origin,
    fault::{Fault, Name},
    graph::Graph,
    model::{Element, Model, ONE, Point},
};

/// What was found. Elements are numbers of the model's elements.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Elements whose name an earlier one has: the earlier, and the later.
    pub same_name: Vec<(u32, u32)>,
    /// The first element of each piece of the drawing, if there are several; the largest piece is not among them.
    pub pieces: Vec<u32>,
    /// Undeclared cycles, one for each group of places that lead to each other.
    pub cycles: Vec<Cycle>,
    /// Elements whose length a lane cannot hold.
    pub too_long: Vec<u32>,
    /// Closed elements whose stroke width times opacity is not below one.
    pub without_decay: Vec<u32>,
}

/// A cycle without a closing edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// The element with the last segment on it.
    pub element: u32,
    /// That segment.
    pub segment: usize,
    /// How many vertices lie on it and on what it is joined with.
    pub vertices: usize,
    /// The elements that have segments on it, at most [`Cycle::SHOWN`].
    pub elements: Vec<u32>,
}

impl Cycle {
    /// Most elements that are named.
    pub const SHOWN: usize = 8;
}

/// Judges a model by its graph.
pub fn judge(model: &Model, graph: &Graph) -> Judgement {
    let mut judgement = Judgement { same_name: same_names(model), ..Judgement::default() };
    if graph.components() > 1 {
        judgement.pieces = pieces(model, graph);
    }
    judgement.cycles = cycles(model, graph);
    for (number, element) in model.elements.iter().enumerate() {
        // no segment is longer than the diagonal of the box
        const DIAGONAL: u64 = 92_682;
        if element.segments() as u64 * DIAGONAL > i32::MAX as u64 && model.length(element) > i32::MAX as u64 {
            judgement.too_long.push(number as u32);
        }
        if element.closed && lacks_decay(element.stroke_width, element.opacity_q11) {
            judgement.without_decay.push(number as u32);
        }
    }
    judgement
}

/// Whether a closed element of this stroke width (in 1/65536) and opacity (in 1/2048) has no decay: their product is one or more.
pub fn lacks_decay(stroke_width: i32, opacity_q11: u16) -> bool {
    i64::from(stroke_width) * i64::from(opacity_q11) >= i64::from(ONE) * 2048
}

impl Judgement {
    /// Whether the model is a tensor; what has no decay is one.
    pub fn is_lawful(&self) -> bool {
        self.same_name.is_empty() && self.pieces.is_empty() && self.cycles.is_empty() && self.too_long.is_empty()
    }

    /// The first thing that makes the model no tensor, or keeps it out of lanes.
    pub fn fault(&self, model: &Model, origin: &Origin) -> Option<Fault> {
        let at = |element: u32| origin.element(element as usize);
        if let Some(&(first, again)) = self.same_name.first() {
            return Some(Fault::new(Name::Illegal, at(again), same_name(model, first, again)));
        }
        if let Some(&piece) = self.pieces.first() {
            let message = format!("the drawing falls into {} pieces that share no point: here one of them begins", self.pieces.len() + 1);
            return Some(Fault::new(Name::Illegal, at(piece), message));
        }
        if let Some(cycle) = self.cycles.first() {
            let points = model.elements.get(cycle.element as usize).map_or(0, Element::len);
            let place = origin.segment(cycle.element as usize, cycle.segment, points);
            return Some(Fault::new(Name::Illegal, place, cycle.told()));
        }
        self.too_long.first().map(|&element| {
            let message = "the element is longer than the 2147483647 units that a lane can hold";
            Fault::new(Name::Range, at(element), message)
        })
    }
}

impl Cycle {
    /// What is said of it.
    pub fn told(&self) -> String {
        format!("this segment leads back to a place that leads here: {} points lie on a cycle that nothing declares", self.vertices)
    }
}

/// What is said of two elements of one name.
pub fn same_name(model: &Model, first: u32, again: u32) -> String {
    let id4 = model.elements.get(again as usize).map_or([0; 4], |element| element.id4);
    let hex: String = id4.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("element {} of the tensor has the name `h{hex}`, which element {} has already", again + 1, first + 1)
}

fn same_names(model: &Model) -> Vec<(u32, u32)> {
    let named = |(number, element): (usize, &Element)| (u64::from(u32::from_be_bytes(element.id4)) << 32) | number as u64;
    let mut names: Vec<u64> = model.elements.iter().enumerate().map(named).collect();
    names.sort_unstable();
    let mut same = Vec::new();
    let mut first = 0;
    for (at, name) in names.iter().enumerate() {
        match names.get(first) {
            Some(other) if at > first && other >> 32 == name >> 32 => same.push((*other as u32, *name as u32)),
            _ => first = at,
        }
    }
    same.sort_unstable_by_key(|(_, again)| *again);
    same
}

/// The first elements of all pieces but the one with the most elements, the first such.
fn pieces(model: &Model, graph: &Graph) -> Vec<u32> {
    let mut sizes = vec![0u32; model.elements.len()];
    for first in &graph.component {
        if let Some(size) = sizes.get_mut(*first as usize) {
            *size += 1;
        }
    }
    let mut largest = 0;
    for (first, size) in sizes.iter().enumerate() {
        if *size > sizes[largest] {
            largest = first;
        }
    }
    (0..sizes.len() as u32).filter(|first| *first as usize != largest && sizes[*first as usize] > 0).collect()
}

fn cycles(model: &Model, graph: &Graph) -> Vec<Cycle> {
    let groups = graph.strong(model, false);
    if groups.is_empty() {
        return Vec::new();
    }
    let mut group_of = vec![u32::MAX; graph.len()];
    for (number, group) in groups.iter().enumerate() {
        for vertex in group {
            group_of[*vertex as usize] = number as u32;
        }
    }
    let empty = |group: &Vec<u32>| Cycle { element: 0, segment: 0, vertices: group.len(), elements: Vec::new() };
    let mut cycles: Vec<_> = groups.iter().map(empty).collect();
    let (mut segment, mut last) = (0, u32::MAX);
    for edge in graph.edges(model) {
        segment = if edge.element == last { segment + 1 } else { 0 };
        last = edge.element;
        let group = group_of[edge.from as usize];
        if edge.closing || group == u32::MAX || group != group_of[edge.to as usize] {
            continue;
        }
        let cycle = &mut cycles[group as usize];
        (cycle.element, cycle.segment) = (edge.element, segment);
        if cycle.elements.last() != Some(&edge.element) && cycle.elements.len() < Cycle::SHOWN {
            cycle.elements.push(edge.element);
        }
    }
    cycles.sort_by_key(|cycle| (cycle.element, cycle.segment));
    cycles
}

/// An end of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The element.
    pub element: u32,
    /// Whether it is its last point, and not its first.
    pub last: bool,
    /// Where it is.
    pub point: Point,
}

/// The pair of ends, one of the piece that begins with element `piece` and one of another, that lie nearest to each other as they are
/// drawn: the box of the model is square, the drawing's own seldom is.
///
/// An open element has two ends, a closed one its first point. The search goes outwards along one axis and gives up after a bounded
/// number of steps, with the nearest it met.
pub fn nearest_ends(model: &Model, graph: &Graph, piece: u32) -> Option<(End, End)> {
    const STEPS: usize = 4_000_000;
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for (number, (element, component)) in model.elements.iter().zip(&graph.component).enumerate() {
        let list = if *component == piece { &mut own } else { &mut others };
        let points = model.points_of(element);
        let end = |last: bool, point: Option<&Point>| Some(End { element: number as u32, last, point: *point? });
        list.extend(end(false, points.first()));
        list.extend(if element.closed { None } else { end(true, points.last()) });
    }
    others.sort_unstable_by_key(|end| (end.point, end.element));
    others.dedup_by_key(|end| end.point);
    let side = |size: i32| i128::from(size.max(1));
    let (wide, high) = (side(model.sx), side(model.sy));
    let mut best: Option<(i128, End, End)> = None;
    let mut steps = STEPS;
    for end in own {
        let from = others.partition_point(|other| other.point.0 < end.point.0);
        let (below, above) = others.split_at(from);
        let mut look = |side: &mut dyn Iterator<Item = &End>| {
            for other in side {
                let (x, y) = (i128::from(other.point.0 - end.point.0) * wide, i128::from(other.point.1 - end.point.1) * high);
                let known = best.map_or(i128::MAX, |(distance, ..)| distance);
                if x * x >= known || steps == 0 {
                    break;
                }
                steps -= 1;
                let distance = x * x + y * y;
                if distance < known {
                    best = Some((distance, end, *other));
                }
            }
        };
        look(&mut above.iter());
        look(&mut below.iter().rev());
    }
    best.map(|(_, own, other)| (own, other))
}
