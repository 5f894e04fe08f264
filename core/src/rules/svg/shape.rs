//! Shapes: the attributes that say where an element is, corners, and loops that never fade.

use super::{
    FILE, GOOD, attribute, curve, drawing,
    element::{DRAWINGS, NO_GEOMETRY},
    lower,
    measure::{NUMBER, measure, out_of_range, stroke_width},
    names::{Element, XLINK},
    shows,
    transform::transform,
    walk::{Frame, Walk, illegal},
};
use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Finding, Rule},
    syntax::xml::{Attribute, Element as Node},
    tensor::{
        self, legality,
        number::{NumberList, ValueFault},
        path_data::Command,
    },
    text::Span,
};

/// Rounded corners.
pub static ROUNDED_RECT: Rule = Rule {
    name: "svg/rounded-rect",
    severity: Severity::Warning,
    rows: &["B156"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "`rx` or `ry` on a `rect`.",
        why: "The canonical form writes a `rect` as four straight sides, so a rounded one has no canonical form.",
        fix: "Remove the attribute or draw the corners as a `path`. A safe fix removes a radius of zero; an unsafe one writes the `path`, whose corners are curves within 0.0003 radii of the round ones.",
        bad: &[shows("round corners", &[(FILE, drawing!("<rect width=\"4\" height=\"3\" rx=\"1\" stroke-width=\"0.5\"/>"))])],
        good: GOOD,
    },
};

/// A loop that never fades.
pub static CYCLE_WITHOUT_DECAY: Rule = Rule {
    name: "svg/cycle-without-decay",
    severity: Severity::Warning,
    rows: &["B133"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A closed element (`rect`, `circle`, a `path` with `Z`) whose `stroke-width` times `opacity` is not below 1. Both count as they are inherited; each is 1 where nothing says otherwise.",
        why: "Closing an element declares a cycle, and what runs round a cycle without losing anything never comes to rest.",
        fix: "Lower the stroke width or the opacity until their product is below 1.",
        bad: &[shows("a circle of full strength", &[(FILE, drawing!("<circle r=\"2\"/>"))])],
        good: &[
            shows("half strength", &[(FILE, drawing!("<circle r=\"2\" stroke-width=\"0.5\"/>"))]),
            shows("inherited", &[(FILE, drawing!("<g stroke-width=\"1.5\" opacity=\"0.5\"><rect width=\"4\" height=\"3\"/></g>"))]),
        ],
    },
};

/// The attributes of an element that say where it is.
struct Geometry<'a> {
    /// In the order of [`PLACES`].
    places: [Option<Attribute<'a>>; PLACES.len()],
    data: Option<Attribute<'a>>,
    points: Option<Attribute<'a>>,
    href: Option<Attribute<'a>>,
}

const PLACES: [&str; 13] = ["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"];

/// Looks at an element's attributes and geometry; `frame` learns what holds inside it.
pub(super) fn check<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, kind: Element, frame: &mut Frame) {
    let mut geometry = Geometry { places: [None; PLACES.len()], data: None, points: None, href: None };
    let (mut id, mut stroke, mut opacity) = (None, None, None);
    for attribute in node.attributes() {
        let name = attribute.local();
        if attribute.namespace().is_some() {
            if name == "href" && attribute.namespace() == Some(XLINK) {
                href(walk, node, attribute, kind, &mut geometry);
            } else {
                attribute::other(walk, node, attribute, kind);
            }
            continue;
        }
        match name {
            "id" => id = Some(attribute),
            "d" if kind == Element::Path => geometry.data = Some(attribute),
            "stroke-width" => stroke = Some(attribute),
            "opacity" => opacity = Some(attribute),
            "transform" => transform(walk, attribute),
            "points" if matches!(kind, Element::Polyline | Element::Polygon) => geometry.points = Some(attribute),
            "href" => href(walk, node, attribute, kind, &mut geometry),
            "version" | "viewBox" | "width" | "height" if kind == Element::Svg => {}
            _ => match PLACES.iter().position(|place| *place == name) {
                Some(place) if kind.attributes().contains(&name) => geometry.places[place] = Some(attribute),
                _ => attribute::other(walk, node, attribute, kind),
            },
        }
    }
    if let Some(attribute) = stroke
        && let Some(value) = measure(walk, attribute)
    {
        frame.stroke = stroke_width(walk, attribute, value);
    }
    if let Some(attribute) = opacity
        && let Some(value) = measure(walk, attribute)
    {
        if !(0..=1 << 32).contains(&value) {
            walk.find(&NUMBER, |walk| {
                let found = attribute.value().trim();
                illegal(&NUMBER, walk.at_value(attribute), format!("`opacity` is {found}; it lies between 0 and 1"))
                    .help("write a number from 0 to 1")
            });
        } else {
            frame.opacity = tensor::product_of_opacities(frame.opacity, value);
        }
    }
    if kind.draws() {
        walk.drawn += usize::from(frame.drawn);
        if let Some(id) = id {
            walk.references.name(node, id);
        }
    }
    if kind == Element::Use {
        walk.references.uses(node, geometry.href);
    }
    shape(walk, node, kind, &geometry, frame);
}

/// `href` belongs to `use`; anywhere else it may at least not lead out of the drawing (B119).
fn href<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, attribute: Attribute<'a>, kind: Element, geometry: &mut Geometry<'a>) {
    if kind == Element::Use {
        // `href` counts before `xlink:href`
        if geometry.href.is_none() || attribute.namespace().is_none() {
            geometry.href = Some(attribute);
        }
    } else if !attribute.value().trim_start().starts_with('#') {
        super::reference::external(walk, attribute);
    } else {
        attribute::other(walk, node, attribute, kind);
    }
}

fn shape<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, kind: Element, geometry: &Geometry<'a>, frame: &Frame) {
    if kind == Element::Path {
        if walk.paths_are_sound {
            return;
        }
        if let Some(close) = curve::data(walk, node, geometry.data) {
            decay(walk, node, frame, geometry.data.map(|attribute| (attribute, close)));
        }
        return;
    }
    if matches!(kind, Element::Polyline | Element::Polygon) {
        points(walk, node, geometry.points);
        return;
    }
    let mut values = [Some(0i64); PLACES.len()];
    for (place, attribute) in geometry.places.iter().enumerate() {
        if let Some(attribute) = *attribute {
            let auto = matches!(PLACES[place], "rx" | "ry") && attribute.value().trim() == "auto";
            values[place] = if auto { None } else { measure(walk, attribute) };
        }
    }
    let [_, _, x1, y1, x2, y2, _, _, r, rx, ry, width, height] = values;
    let zero = Some(0);
    let nowhere = match kind {
        Element::Line => x1.is_some() && x1 == x2 && y1.is_some() && y1 == y2,
        Element::Circle => r == zero,
        Element::Rect => width == zero && height == zero,
        Element::Ellipse => rx == zero && ry == zero,
        _ => false,
    };
    if nowhere {
        let what = match kind {
            Element::Line => "the line ends where it begins",
            Element::Circle => "the circle has no radius",
            Element::Ellipse => "the ellipse has no radius",
            _ => "the rectangle has neither width nor height",
        };
        curve::nothing(walk, what, |walk| walk.at(node));
    } else if matches!(kind, Element::Circle | Element::Rect) {
        decay(walk, node, frame, None);
    }
    if kind == Element::Rect {
        rounded(walk, geometry, [rx, ry]);
    }
}

/// Says when a closed element does not fade. The canonical form writes both numbers as integers of its own.
fn decay<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, frame: &Frame, close: Option<(Attribute<'a>, Command)>) {
    let (stroke, opacity) = if walk.canonical {
        let integer = |name: &str| node.value(name).and_then(|text| text.parse::<u32>().ok());
        let stroke = integer("data-sw").and_then(|stroke| i32::try_from(stroke).ok());
        let opacity = integer("data-o").and_then(|opacity| u16::try_from(opacity).ok());
        // what is not there or malformed is told elsewhere
        (stroke.unwrap_or(0), opacity.unwrap_or(0))
    } else {
        (frame.stroke, tensor::opacity_q11(frame.opacity))
    };
    // a unit of a semantic index has no stroke to lower (A074)
    if walk.is_index || !legality::lacks_decay(stroke, opacity) {
        return;
    }
    walk.find(&CYCLE_WITHOUT_DECAY, |walk| {
        let (stroke, opacity) = (f64::from(stroke) / 65536.0, f64::from(opacity) / 2048.0);
        let message = format!("the element is closed, and its stroke width {stroke} times its opacity {opacity} is not below 1: what runs round it never fades");
        let place = match close {
            Some((attribute, close)) => curve::at(walk, attribute, close.index, close.span),
            None => walk.at(node),
        };
        Finding::new(&CYCLE_WITHOUT_DECAY, place, message).help("lower `stroke-width` or `opacity`")
    });
}

fn rounded<'a>(walk: &mut Walk<'_, 'a, '_>, geometry: &Geometry<'a>, radii: [Option<i64>; 2]) {
    let sharp = radii == [Some(0), Some(0)];
    let [.., rx, ry, _, _] = geometry.places;
    for attribute in [rx, ry].into_iter().flatten() {
        walk.find(&ROUNDED_RECT, |walk| {
            let message = format!("`{}` rounds corners, and the canonical form writes a `rect` as four straight sides", attribute.local());
            let finding = Finding::new(&ROUNDED_RECT, walk.at_name(attribute), message)
                .help("remove it, or draw the corners as a `path`")
                .spec("canonicalization_error.unsupported_attribute");
            let fix = if sharp { Some(walk.without(Safety::Safe, attribute)) } else { lower::rounded(walk, attribute.element()) };
            match fix {
                Some(fix) => finding.fix(fix),
                None => finding,
            }
        });
    }
}

fn points<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, attribute: Option<Attribute<'a>>) {
    let Some(attribute) = attribute.filter(|attribute| !attribute.value().trim().is_empty()) else {
        walk.find(&NO_GEOMETRY, |walk| {
            illegal(&NO_GEOMETRY, walk.at(node), format!("`{}` has no points", node.local())).help("give it its points or remove it")
        });
        return;
    };
    let value = attribute.value();
    let (mut count, mut first, mut previous, mut moves, mut wide) = (0usize, [None; 2], None, false, None);
    for number in NumberList::new(value) {
        let number = match number {
            Ok(number) => number,
            Err(fault) => {
                let at = match fault {
                    ValueFault::NotANumber(at) | ValueFault::Trailing(at) => at,
                    ValueFault::Empty => 0,
                };
                walk.find(&NUMBER, |walk| {
                    let width = value.get(at as usize..).and_then(|rest| rest.chars().next()).map_or(0, |c| c.len_utf8() as u32);
                    let place = walk.in_value(attribute, Span::new(at, at + width));
                    illegal(&NUMBER, place, "expected a number in `points`").help("write pairs of plain numbers")
                });
                return;
            }
        };
        let q32 = number.q32(value);
        if q32.is_none() {
            wide.get_or_insert(number);
        }
        if count < 2 {
            first[count] = Some(q32);
        } else {
            moves |= first[count % 2] != Some(q32) || q32.is_none();
        }
        previous = Some(number);
        count += 1;
    }
    if let Some(number) = wide {
        out_of_range(walk, |walk| walk.in_value(attribute, number.span()), number.text(value));
    }
    if count % 2 == 1 {
        walk.find(&NUMBER, |walk| {
            let last = previous.map_or(Span::at(0), |number| number.span());
            illegal(&NUMBER, walk.in_value(attribute, last), format!("`points` holds {count} numbers: the last has no partner"))
                .help("write pairs of numbers")
        });
    } else if !moves {
        curve::nothing(walk, "all points are one and the same", |walk| walk.at_value(attribute));
    }
}
