//! Drawings whose descriptor declares a tolerance of curves (B168): their model is another than that of the drawing by itself.
//!
//! A drawing is judged when it is read, with the tolerance that holds where nobody declares one. Where a descriptor declares another, the
//! report leaves out what the model told ([`depends`]), and it is told anew from here.

use super::{
    measure::RANGE,
    model::{CANONICAL_FORM, DISCONNECTED, Model, UNDECLARED_CYCLE},
    walk,
};
use crate::{
    rules::{FileContext, Findings, Parsed},
    syntax::xml::Elements,
    workspace::context::WorkspaceContext,
};

/// Whether what this rule finds in a drawing depends on the tolerance of its curves.
pub fn depends(rule: &str) -> bool {
    [&CANONICAL_FORM, &DISCONNECTED, &RANGE, &UNDECLARED_CYCLE].iter().any(|known| known.name == rule)
}

/// Judges the drawing with the declared tolerance.
pub(super) fn check(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tolerance) = context.tolerance() else { return };
    let (Some(kind), Ok(bytes)) = (context.facts.kind, context.bytes(&context.facts.path)) else { return };
    let Ok(text) = std::str::from_utf8(&bytes) else { return };
    let reading = Elements::parse(text);
    let Some(elements) = reading.elements.filter(|_| reading.errors.is_empty()) else { return };
    let file = FileContext { path: &context.facts.path, bytes: &bytes, kind, parsed: Parsed::Xml(&elements), facts: context.facts };
    let mut all = Findings::default();
    walk::check_with(&file, &elements, Some(&Model::of(&elements, tolerance)), &mut all);
    for finding in all.list.into_iter().filter(|finding| depends(finding.rule.name)) {
        findings.push(finding);
    }
}
