//! Drawings that are tensors: what their text alone decides (§16.9, §17.2, §17.4, `DECISIONS` §10).
//!
//! One walk over the tree finds what stands in the text (`walk`), and the model what only the whole shows (`model`); a rule's own file
//! holds its page. Findings are made for every drawing and count when the index says that it is a tensor.

mod attribute;
mod cluster;
mod curve;
mod document;
mod element;
mod harness;
mod lower;
mod measure;
mod model;
mod names;
mod record;
mod reference;
mod shape;
mod style_sheet;
pub mod tensor;
#[cfg(test)]
mod tests;
pub mod tolerance;
mod transform;
mod walk;

use super::{Example, Rule};

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &attribute::ATTRIBUTE,
    &model::CANONICAL_FORM,
    &model::CANONICAL_TEXT,
    &attribute::CSS,
    &cluster::FORBIDDEN,
    &cluster::MEMBER,
    &cluster::SUM,
    &cluster::WEIGHTS,
    &shape::CYCLE_WITHOUT_DECAY,
    &model::DISCONNECTED,
    &reference::DUPLICATE_ID,
    &element::EMPTY_GROUP,
    &attribute::EVENT_HANDLER,
    &element::FORBIDDEN_ELEMENT,
    &harness::REPLAY,
    &harness::STATUS,
    &record::PAIRS,
    &element::INSTRUCTION,
    &record::LAYOUT,
    &element::NAMESPACE,
    &element::NO_GEOMETRY,
    &element::NOT_CANONICALIZABLE,
    &measure::NUMBER,
    &curve::PATH_COMMAND,
    &curve::PATH_DATA,
    &document::PLACEHOLDER,
    &measure::RANGE,
    &reference::REFERENCE,
    &element::ROOT,
    &shape::ROUNDED_RECT,
    &document::SCHEMA,
    &attribute::TIMING,
    &transform::TRANSFORM,
    &model::UNDECLARED_CYCLE,
    &element::UNKNOWN_ELEMENT,
    &document::UNKNOWN_MEMBER,
    &transform::UNSUPPORTED_TRANSFORM,
    &reference::UNUSED_DEFINITION,
    &attribute::VIEWPORT,
    &curve::ZERO_LENGTH,
];

/// What the specification calls a drawing that is no tensor.
const ILLEGAL_TENSOR: &str = "verification_error.illegal_tensor";

/// The name of the drawing in the examples; by it the drawing is a tensor.
const FILE: &str = "brain.tensor.svg";

/// A drawing around some content.
macro_rules! drawing {
    ($content:expr) => {
        concat!("<svg xmlns=\"http://www.w3.org/2000/svg\">\n  ", $content, "\n</svg>\n")
    };
}
use drawing;

/// An example of one drawing.
const fn shows(note: &'static str, files: &'static [(&'static str, &'static str)]) -> Example {
    Example { note, file: FILE, files }
}

/// A lawful tensor: two joined elements with all that an author may write.
const GOOD: &[Example] = &[shows(
    "a lawful tensor",
    &[(
        FILE,
        drawing!(
            "<g transform=\"translate(1 2) rotate(90)\" stroke-width=\"0.5\"><path id=\"a\" d=\"M0 0L3 4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" opacity=\"0.5\"/></g>"
        ),
    )],
)];

/// Whether an attribute without a namespace is one of looks, which a tensor has none of.
pub(in crate::rules) fn is_looks(name: &str) -> bool {
    names::shared(name) == Some(names::Shared::Looks)
}
