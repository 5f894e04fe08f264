//! Transforms: their grammar, those that leave nothing, and those that the canonical form does not resolve.

use super::{
    FILE, GOOD, drawing,
    element::DRAWINGS,
    measure::out_of_range,
    shows,
    walk::{Walk, illegal},
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    rules::{Check, Docs, Finding, Rule},
    syntax::xml::Attribute,
    tensor::{
        decompose,
        transform::{Function, Transform, Transforms},
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

/// Looks at a `transform`.
pub(super) fn transform<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>) {
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
            walk.find_alike(&UNSUPPORTED_TRANSFORM, |walk| {
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
            match number.q32(value) {
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
