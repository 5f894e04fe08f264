//! The numbers that count: whether an attribute is one, and whether the canonical form can hold it.

use super::{
    FILE, GOOD, attribute, drawing,
    element::DRAWINGS,
    shows,
    walk::{Walk, illegal},
};
use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Finding, Place, Rule},
    syntax::xml::Attribute,
    tensor::{
        self,
        fault::Name,
        length::{in_user_units, near_user_units},
        number::{self, ValueFault},
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

/// One number of an attribute in units of 2⁻³², or what is wrong with it.
pub(super) fn measure<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>) -> Option<i64> {
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
        walk.find_alike(&attribute::VIEWPORT, |walk| {
            let name = attribute.local();
            let end = length.number.end();
            let place = walk.in_value(attribute, Span::new(end, end + length.unit.len() as u32));
            let what = if length.unit == "%" { "a percentage".to_owned() } else { format!("the unit `{}`", length.unit) };
            let finding = illegal(&attribute::VIEWPORT, place, format!("`{name}` has {what}, and a tensor has nothing to measure it by"))
                .help(match near_user_units(length.number.text(value), length.unit) {
                    Some(near) => format!("write a plain number: about `{near}` is as long"),
                    None => "write a plain number".to_owned(),
                });
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
    let q32 = length.number.q32(value);
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
pub(super) fn stroke_width<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>, value: i64) -> i32 {
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
