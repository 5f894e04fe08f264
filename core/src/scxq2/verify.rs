//! What the lanes of a pack say together: every derived number against its recomputation, and the laws of a tensor (`CANONICAL` §3, §5).

use super::{
    lane::Lane,
    layout::{COORD_BYTES, LANE_HEADER_BYTES, Part, i32_at, u16_at, u32_at},
    read::{Outline, Source},
    rejection::{Name, Rejection},
};
use crate::tensor::{
    graph::Graph,
    legality::{self, Judgement},
    model::{Element, Model, ONE, Point},
};

const INTEGRITY: Name = Name::IntegrityViolation;
const ILLEGAL: Name = Name::IllegalTensor;

/// Flags of an element that follow from the geometry: on a cycle, begins at a root.
pub(super) fn derived_flags(cycle: bool, root: bool) -> u16 {
    u16::from(cycle) | u16::from(root) << 1
}

/// The derived flags of every element, in order.
pub(super) fn all_flags<'m>(model: &'m Model, graph: &'m Graph) -> impl Iterator<Item = u16> + 'm {
    let flags = graph.flags(model);
    model.elements.iter().map(move |element| {
        let vertices = graph.vertices_of(element);
        let of = |list: &[bool], vertex: u32| list.get(vertex as usize).copied().unwrap_or_default();
        let cycle = vertices.iter().any(|vertex| of(&flags.on_cycle, *vertex));
        let root = vertices.first().is_some_and(|vertex| of(&flags.is_root, *vertex));
        derived_flags(cycle, root)
    })
}

/// Verifies lanes whose form is in order, in the order of the file; `model` is what they say.
pub(super) fn verify(sources: &[Source<'_>; 5], outlines: &[Outline], model: &Model) -> Result<(Graph, Judgement), Rejection> {
    let [meta, edges, coords, _, weights] = sources;
    if model.elements.is_empty() {
        return Err(meta.count(ILLEGAL, "a tensor has at least one element"));
    }
    let graph = Graph::of(model);
    let judgement = legality::judge(model, &graph);
    verify_meta(meta, model, &graph, &judgement)?;
    verify_edges(edges, model, &graph)?;
    verify_geometry(coords, outlines, model)?;
    verify_weights(weights, model)?;
    verify_shape(meta, edges, model, &judgement)?;
    Ok((graph, judgement))
}

fn verify_meta(source: &Source<'_>, model: &Model, graph: &Graph, judgement: &Judgement) -> Result<(), Rejection> {
    let twice = judgement.same_name.first();
    for (item, (bytes, wanted)) in source.items::<8>().zip(all_flags(model, graph)).enumerate() {
        if let Some((first, _)) = twice.filter(|(_, again)| *again as usize == item) {
            let message = format!("element {item} has the id of element {first}");
            return Err(source.item(ILLEGAL, item, "id_hash", message));
        }
        let found = u16_at(bytes, 6) & 0b11;
        if found != wanted {
            let word = |flags: u16| match flags {
                0 => "neither on a cycle nor at a root",
                1 => "on a cycle, not at a root",
                2 => "at a root, on no cycle",
                _ => "on a cycle and at a root",
            };
            let message = format!("the flags say that the element is {}; its geometry says {}", word(found), word(wanted));
            return Err(source.item(INTEGRITY, item, "flags", message));
        }
    }
    Ok(())
}

fn verify_edges(source: &Source<'_>, model: &Model, graph: &Graph) -> Result<(), Rejection> {
    let segments = model.segments();
    if source.item_count() != segments {
        let message = format!("{} edges, and lane G draws {segments} segments", source.item_count());
        return Err(source.count(INTEGRITY, message));
    }
    let mut items = source.items::<8>().enumerate();
    graph.edges(model).try_for_each(|edge| {
        let Some((item, bytes)) = items.next() else { return Ok(()) };
        let (from, delta) = (u32_at(bytes, 0), i32_at(bytes, 4));
        if from != edge.from {
            return Err(source.item(
                INTEGRITY,
                item,
                "from",
                format!("vertex {from}, and segment {item} of lane G leaves vertex {}", edge.from),
            ));
        }
        if delta == 0 {
            return Err(source.item(INTEGRITY, item, "delta_to", format!("0 leads from vertex {from} to itself")));
        }
        if i64::from(from) + i64::from(delta) != i64::from(edge.to) {
            let (to, wanted) = (i64::from(from) + i64::from(delta), edge.to);
            return Err(source.item(
                INTEGRITY,
                item,
                "delta_to",
                format!("leads to vertex {to}, and segment {item} of lane G enters vertex {wanted}"),
            ));
        }
        Ok(())
    })
}

/// Judges what lane G says on its own: runs as long as they can be, elements that lead somewhere.
pub(super) fn verify_outlines(source: &Source<'_>, outlines: &[Outline], points: &[Point]) -> Result<(), Rejection> {
    let coords = source.base + LANE_HEADER_BYTES + source.item_count() * 2;
    let mut start = 0;
    for (element, outline) in outlines.iter().enumerate() {
        if let Some(short) = outline.short_run {
            let message = "a run ends below 255 although the next command goes on with it: one drawing would have two packs";
            return Err(source.item(INTEGRITY, short as usize, "arity", message));
        }
        let points = points.get(start..outline.end as usize).unwrap_or_default();
        if points.len() < 2 {
            let message = format!("element {element} has one point: its length is 0");
            return Err(source.item(ILLEGAL, outline.command as usize, "", message));
        }
        let ends = if outline.closed { points.first().zip(points.last()).filter(|(a, b)| a == b).map(|_| points.len() - 1) } else { None };
        if let Some(at) = points.windows(2).position(|pair| pair[0] == pair[1]).map(|at| at + 1).or(ends) {
            let message = format!("element {element} stays where it is: the point is the one before it");
            return Err(Rejection::new(ILLEGAL, (Part::Coords, coords), start + at, "", message));
        }
        start = outline.end as usize;
    }
    Ok(())
}

fn verify_geometry(source: &Source<'_>, outlines: &[Outline], model: &Model) -> Result<(), Rejection> {
    verify_outlines(source, outlines, &model.points)?;
    let axis = |name: &str, scale: i32, of: fn(&Point) -> i32| {
        let (least, most) = model.points.iter().map(of).fold((ONE, 0), |(least, most), value| (least.min(value), most.max(value)));
        match (least, most) {
            (0, ONE) => Ok(()),
            (0, 0) if scale == 0 => Ok(()),
            (0, 0) => Err(format!("every {name} is 0 although lane X gives the drawing an extent of {scale}")),
            _ => Err(format!("{name} goes from {least} to {most} where 0 to {ONE} is wanted: the drawing is not normalised")),
        }
    };
    let sides = axis("x", model.sx, |point| point.0).and_then(|()| axis("y", model.sy, |point| point.1));
    sides.map_err(|message| {
        let base = source.base + LANE_HEADER_BYTES + source.item_count() * 2;
        let mut rejection = Rejection::new(INTEGRITY, (Part::Coords, base), 0, "", message);
        rejection.locator = "/G.coords".to_owned();
        rejection.span.end = rejection.span.start.saturating_add((model.points.len() * COORD_BYTES) as u32);
        rejection
    })
}

fn verify_weights(source: &Source<'_>, model: &Model) -> Result<(), Rejection> {
    for (item, (bytes, element)) in source.items::<12>().zip(&model.elements).enumerate() {
        let (length, curvature) = model.measures(element);
        let found = i32_at(bytes, 0);
        if i64::from(found) != i64::try_from(length).unwrap_or(i64::MAX) {
            return Err(source.item(INTEGRITY, item, "length", format!("{found}, and the element is {length} long in lane G")));
        }
        let found = i32_at(bytes, 8);
        if found != curvature {
            return Err(source.item(INTEGRITY, item, "curvature", format!("{found}, and the element turns by {curvature} in lane G")));
        }
    }
    Ok(())
}

/// The laws of a tensor: one piece, and no cycle but the declared ones.
fn verify_shape(meta: &Source<'_>, edges: &Source<'_>, model: &Model, judgement: &Judgement) -> Result<(), Rejection> {
    if let Some(&piece) = judgement.pieces.first() {
        let pieces = judgement.pieces.len() + 1;
        let message = format!("the drawing falls into {pieces} pieces that share no vertex: with element {piece} one of them begins");
        return Err(meta.item(ILLEGAL, piece as usize, "", message));
    }
    match judgement.cycles.first() {
        None => Ok(()),
        Some(cycle) => {
            let before: usize = model.elements.iter().take(cycle.element as usize).map(Element::segments).sum();
            let message = format!("the edge lies on a cycle of {} vertices that no closing command declares", cycle.vertices);
            Err(edges.item(ILLEGAL, before + cycle.segment, "", message))
        }
    }
}

/// Checks that need nothing but the lane.
pub(super) fn verify_alone(source: &Source<'_>) -> Result<(), Rejection> {
    match source.lane {
        Lane::M => super::read::check_meta(source),
        Lane::T => {
            let own = |(item, bytes): (usize, &[u8; 8])| {
                let (from, delta) = (u32_at(bytes, 0), i32_at(bytes, 4));
                let to = i64::from(from) + i64::from(delta);
                match delta {
                    0 => Err(source.item(INTEGRITY, item, "delta_to", format!("0 leads from vertex {from} to itself"))),
                    _ if to < 0 => Err(source.item(INTEGRITY, item, "delta_to", format!("leads to vertex {to}"))),
                    _ => Ok(()),
                }
            };
            source.items::<8>().enumerate().try_for_each(own)
        }
        Lane::G => {
            let geometry = super::read::read_geometry(source, None)?;
            verify_outlines(source, &geometry.elements, &geometry.points)
        }
        Lane::X => super::read::check_scales(source, None),
        Lane::W => super::read::check_weights(source, None),
    }
}
