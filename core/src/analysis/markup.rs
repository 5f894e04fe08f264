//! XML, drawings and TOML: from text to facts and findings.

use std::{borrow::Cow, sync::Arc};

use super::{run, syntax_findings, utf8};
use crate::{
    document::{
        detect::{Detection, detect_xml},
        facts::{self, Facts, Role},
        kind::{self, Syntax},
    },
    rules::{Findings, Parsed, Place},
    syntax::{toml, xml},
};

/// What the specification calls a drawing that is no tensor.
const ILLEGAL_TENSOR: &str = "verification_error.illegal_tensor";

/// Reads XML that is not a drawing, or a drawing. The findings on a drawing count when it is a tensor.
pub(super) fn read_xml(path: &Arc<str>, bytes: &[u8], drawing: bool, facts: &mut Facts, findings: &mut Findings) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        facts.kind = kind::by_file_name(path, |kind| matches!(kind.syntax(), Syntax::Xml | Syntax::Svg));
        facts.role = if drawing { Role::Tensor } else { Role::Itself };
        if facts.kind.is_some() {
            utf8(bytes, "XML is read as UTF-8 text only", facts, findings);
            mark(drawing, findings, 0);
        }
        return;
    };
    let reading = xml::Elements::parse(text);
    let (detection, marked) = match &reading.elements {
        Some(elements) => {
            let root = elements.root();
            let detection = detect_xml(path, root.local(), |name| root.value(name).map(Cow::Borrowed));
            (detection, root.attribute("tensor").is_some() || root.attribute("data-mx2lm").is_some())
        }
        None => {
            let root = xml::recover_root(text).unwrap_or_default();
            let attribute = |name: &str| root.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| Cow::Owned(value.clone()));
            let name = root.name.rsplit(':').next().unwrap_or_default();
            (detect_xml(path, name, attribute), attribute("tensor").is_some() || attribute("data-mx2lm").is_some())
        }
    };
    let Detection::Kind(kind, _) = detection else { return };
    facts.kind = Some(kind);
    facts.sound = reading.errors.is_empty();
    if kind.is("svg") {
        facts.role = Role::Tensor;
        facts.tensor_mark = marked;
    }
    let before = findings.list.len();
    syntax_findings(path, &reading.errors, &|span| Place { locator: String::new(), span: Some(span) }, findings);
    mark(drawing, findings, before);
    if let Some(elements) = &reading.elements {
        if kind.is("semantic.index.v1") {
            facts::read_index_unit(elements, facts);
        }
        run(path, bytes, kind, Parsed::Xml(elements), facts, findings);
    }
}

/// What breaks the form of a drawing makes it no tensor (B096, B119).
fn mark(drawing: bool, findings: &mut Findings, from: usize) {
    for finding in findings.list.iter_mut().skip(from).filter(|_| drawing) {
        finding.spec_error = Some(ILLEGAL_TENSOR);
    }
}

/// Reads TOML of a kind that is ours; the configuration is read elsewhere.
pub(super) fn read_toml(path: &Arc<str>, bytes: &[u8], facts: &mut Facts, findings: &mut Findings) {
    let Some(kind) = kind::by_file_name(path, |kind| kind.syntax() == Syntax::Toml) else { return };
    facts.kind = Some(kind);
    if kind.is("mx2lm.config") {
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        utf8(bytes, "TOML is UTF-8 text", facts, findings);
        return;
    };
    let tree = toml::Tree::parse(text.into());
    facts.sound = tree.errors().is_empty();
    syntax_findings(path, tree.errors(), &|span| Place { locator: String::new(), span: Some(span) }, findings);
    run(path, bytes, kind, Parsed::Toml(&tree), facts, findings);
}
