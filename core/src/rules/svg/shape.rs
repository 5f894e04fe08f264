//! Shapes, transforms and the numbers that count.

use super::{
    FILE, GOOD, attribute, curve, drawing,
    element::{DRAWINGS, NO_GEOMETRY},
    lower,
    names::{Element, XLINK},
    shows,
    walk::{Frame, Walk, illegal},
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    rules::{Check, Docs, Finding, Place, Rule},
    syntax::xml::{Attribute, Element as Node},
    tensor::{
        self, decompose,
        fault::Name,
        legality,
        length::in_user_units,
        number::{self, NumberList, ValueFault},
        path_data::Command,
        transform::{Function, Transform, Transforms},
    },
    text::Span,
};

/// A number that is none.
pub static NUMBER: Rule = Rule {
    name: "svg/number",
    severity: Severity::Error,
    rows: &["B100", "B122", "B133"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A geometry attribute, `stroke-width` or `opacity` that is not one number, `points` that are no pairs, a negative `stroke-width`, and an `opacity` outside 0 to 1.",
        why: "Every number of a tensor is read exactly. What a viewer would repair or clamp has no meaning here.",
        fix: "Write one number, without words, and within the bounds.",
        bad: &[
            shows("an odd number of coordinates", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><polyline points=\"0 0 1 1 2\"/>"))]),
            shows("a confidence below nothing", &[(FILE, drawing!("<path d=\"M0 0L3 4\" stroke-width=\"-1\"/>"))]),
        ],
        good: GOOD,
    },
};

/// A number beyond what the canonical form holds.
pub static RANGE: Rule = Rule {
    name: "svg/range",
    severity: Severity::Warning,
    rows: &["B122"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A number of magnitude above 16,777,216 (2²⁴), and a `stroke-width` of 32,768 or more.",
        why: "The canonical form is computed in fixed point; beyond these bounds a drawing has none.",
        fix: "Draw at a smaller scale: positions are normalised anyway.",
        bad: &[shows("a coordinate beyond the bound", &[(FILE, drawing!("<line x2=\"16777217\" y2=\"4\"/>"))])],
        good: GOOD,
    },
};

/// A transform that is none.
pub static TRANSFORM: Rule = Rule {
    name: "svg/transform",
    severity: Severity::Error,
    rows: &["B162", "B165"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A `transform` that is no list of functions with plain numbers, and a `scale` by zero.",
        why: "A transform is part of the geometry, which is read exactly or not at all. A scale by zero leaves an element without magnitude.",
        fix: "Write `translate(x y)`, `scale(x y)` and `rotate(degrees cx cy)`, without units.",
        bad: &[
            shows("a unit", &[(FILE, drawing!("<path transform=\"rotate(45deg)\" d=\"M0 0L3 4\"/>"))]),
            shows("no magnitude", &[(FILE, drawing!("<path transform=\"scale(0 1)\" d=\"M0 0L3 4\"/>"))]),
        ],
        good: GOOD,
    },
};

/// A transform that the canonical form does not resolve.
pub static UNSUPPORTED_TRANSFORM: Rule = Rule {
    name: "svg/unsupported-transform",
    severity: Severity::Warning,
    rows: &["B162"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "`matrix`, `skewX` or `skewY` in a `transform`.",
        why: "The canonical form resolves `translate`, `scale` and `rotate` only, so a drawing with another has none.",
        fix: "Write the transform with the three functions, or apply it to the coordinates. A safe fix writes a matrix that only moves, mirrors, scales or turns by right angles; one that turns by another angle is written with nine decimals, and that fix is unsafe.",
        bad: &[shows("a matrix", &[(FILE, drawing!("<path transform=\"matrix(1 0 0 1 5 5)\" d=\"M0 0L3 4\"/>"))])],
        good: GOOD,
    },
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

/// One number of an attribute in units of 2⁻³², or what is wrong with it.
fn measure<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>) -> Option<i64> {
    let value = attribute.value();
    let length = match number::length(value) {
        Ok(length) => length,
        Err(fault) => {
            walk.find(&NUMBER, |walk| {
                let name = attribute.local();
                let (message, place) = match fault {
                    ValueFault::Empty => (format!("`{name}` is empty"), walk.at_value(attribute)),
                    ValueFault::NotANumber(_) => (format!("`{name}` is no number: `{}`", shown(value)), walk.at_value(attribute)),
                    ValueFault::Trailing(at) => {
                        let place = walk.in_value(attribute, Span::new(at, value.len() as u32));
                        (format!("`{name}` takes one number, and more follows: `{}`", shown(value)), place)
                    }
                };
                illegal(&NUMBER, place, message).help("write one plain number")
            });
            return None;
        }
    };
    if !length.unit.is_empty() {
        walk.find(&attribute::VIEWPORT, |walk| {
            let name = attribute.local();
            let end = length.number.end();
            let place = walk.in_value(attribute, Span::new(end, end + length.unit.len() as u32));
            let what = if length.unit == "%" { "a percentage".to_owned() } else { format!("the unit `{}`", length.unit) };
            let finding = illegal(&attribute::VIEWPORT, place, format!("`{name}` has {what}, and a tensor has nothing to measure it by"))
                .help("write a plain number");
            match in_user_units(length.number.text(value), length.unit, whole(walk, name)) {
                Some(plain) => {
                    let title = format!("write `{plain}`");
                    let span = Span::new(length.number.span().start, end + length.unit.len() as u32);
                    finding.fix(walk.fix(Safety::Safe, title, walk.edits_in(attribute, vec![(span, plain)])))
                }
                None => finding,
            }
        });
        return None;
    }
    let q32 = number::to_q32(length.number.text(value));
    if q32.is_none() {
        out_of_range(walk, |walk| walk.at_value(attribute), length.number.text(value));
    }
    q32
}

/// Says that a literal is beyond 2²⁴.
pub(super) fn out_of_range<'a>(walk: &mut Walk<'_, 'a, '_>, place: impl FnOnce(&Walk<'_, 'a, '_>) -> Place, literal: &str) {
    walk.find(&RANGE, |walk| {
        Finding::new(&RANGE, place(walk), format!("{} is beyond 16777216, the largest number the canonical form can hold", shown(literal)))
            .help("draw at a smaller scale")
            .spec("canonicalization_error.range")
    });
}

/// The stroke width in 1/65536.
fn stroke_width<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>, value: i64) -> i32 {
    match tensor::stroke_width(value) {
        Ok(width) => width,
        Err(Name::Range) => {
            walk.find(&RANGE, |walk| {
                let message =
                    format!("`stroke-width` is {}, and the canonical form holds less than 32768", shown(attribute.value().trim()));
                Finding::new(&RANGE, walk.at_value(attribute), message).help("draw at a smaller scale").spec("canonicalization_error.range")
            });
            i32::MAX
        }
        Err(_) => {
            walk.find(&NUMBER, |walk| {
                let found = attribute.value().trim();
                illegal(&NUMBER, walk.at_value(attribute), format!("`stroke-width` is {found}; a confidence is not negative"))
                    .help("write 0 or more")
            });
            0
        }
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
    if !legality::lacks_decay(stroke, opacity) {
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
        let q32 = number::to_q32(number.text(value));
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

fn transform<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>) {
    let value = attribute.value();
    for item in Transforms::new(value) {
        let transform = match item {
            Ok(transform) => transform,
            Err(fault) => {
                walk.find(&TRANSFORM, |walk| {
                    illegal(&TRANSFORM, walk.in_value(attribute, fault.span), fault.to_string())
                        .help("write `translate(x y)`, `scale(x y)` or `rotate(degrees cx cy)` with plain numbers")
                });
                return;
            }
        };
        if let Function::Matrix | Function::SkewX | Function::SkewY = transform.function {
            walk.find(&UNSUPPORTED_TRANSFORM, |walk| {
                let message = format!("the canonical form resolves `translate`, `scale` and `rotate`, not `{}`", transform.function.name());
                let finding = Finding::new(&UNSUPPORTED_TRANSFORM, walk.in_value(attribute, transform.span), message)
                    .help("write it with the three, or apply it to the coordinates")
                    .spec("canonicalization_error.unsupported_transform");
                match in_words(walk, attribute, &transform) {
                    Some(fix) => finding.fix(fix),
                    None => finding,
                }
            });
            continue;
        }
        let mut zero = false;
        for number in transform.arguments() {
            match number::to_q32(number.text(value)) {
                Some(q32) => zero |= q32 == 0,
                None => out_of_range(walk, |walk| walk.in_value(attribute, number.span()), number.text(value)),
            }
        }
        if zero && transform.function == Function::Scale {
            walk.find(&TRANSFORM, |walk| {
                illegal(&TRANSFORM, walk.in_value(attribute, transform.span), "a scale by zero leaves the element without magnitude")
                    .help("scale by something else than 0")
            });
        }
    }
}

/// The fix that writes a matrix as `translate`, `rotate` and `scale`.
fn in_words<'a>(walk: &Walk<'_, 'a, '_>, attribute: Attribute<'a>, transform: &Transform) -> Option<Fix> {
    let value = attribute.value();
    let texts: Vec<&str> = transform.arguments().iter().map(|number| number.text(value)).collect();
    let words = decompose::words(<[&str; 6]>::try_from(texts).ok()?)?;
    let safety = if words.exact { Safety::Safe } else { Safety::Unsafe };
    if words.text.is_empty() && value.trim().len() == transform.span.len() as usize {
        return Some(walk.without(safety, attribute));
    }
    let title = if words.text.is_empty() { "remove the matrix, which does nothing".to_owned() } else { format!("write `{}`", words.text) };
    Some(walk.fix(safety, title, walk.edits_in(attribute, vec![(transform.span, words.text)])))
}

/// What 100 % of a length of that name are, where the drawing says it as a number.
fn whole<'a>(walk: &Walk<'_, 'a, '_>, name: &str) -> Option<&'a str> {
    let (place, side) = match name {
        "opacity" => return Some("1"),
        "x" | "x1" | "x2" | "cx" | "width" | "rx" => (2, "width"),
        "y" | "y1" | "y2" | "cy" | "height" | "ry" => (3, "height"),
        _ => return None,
    };
    let root = walk.elements.root();
    match root.value("viewBox") {
        Some(view) => view.split([' ', ',', '\t', '\n', '\r']).filter(|part| !part.is_empty()).nth(place),
        None => root.value(side).map(|value| value.trim().trim_end_matches("px")),
    }
}

/// At most 40 characters of a value.
fn shown(value: &str) -> String {
    const MOST: usize = 40;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
