//! What a field means, from the schema of the document's kind.

use std::fmt::Write;

use mx2lm_core::{
    document::schema::{FieldDoc, describe},
    syntax::json::{Node, On},
    text::Span,
};
use serde_json::Value;

use crate::view::File;

/// Most examples shown.
const EXAMPLES: usize = 3;

/// The meaning of the field at `offset`, and where its name stands.
pub fn meaning(file: &File<'_>, offset: u32) -> Option<(String, Span)> {
    let kind = file.facts()?.kind?;
    let tree = file.json()?;
    let hit = tree.at_offset(offset)?;
    let at = match hit.on {
        On::Key => hit.node.key_span()?,
        On::Value if !hit.node.is_object() && !hit.node.is_array() => hit.node.span(),
        _ => return None,
    };
    let path = path_of(hit.node);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let doc = describe(kind, &path, tree.root())?;
    let value = (hit.on == On::Value).then(|| hit.node.to_value());
    Some((text(&doc, value.as_ref()), at))
}

/// Member names and list places from the root.
pub fn path_of(node: Node<'_>) -> Vec<String> {
    let mut path = Vec::new();
    let mut at = Some(node);
    while let Some(node) = at {
        match (node.key(), node.index()) {
            (Some(key), _) => path.push(key.into_owned()),
            (None, Some(index)) => path.push(index.to_string()),
            (None, None) => {}
        }
        at = node.parent();
    }
    path.reverse();
    path
}

/// A field's meaning in Markdown; of a listed value also what that value means.
pub fn text(doc: &FieldDoc, value: Option<&Value>) -> String {
    let mut text = format!("**{}**", if doc.name.is_empty() { doc.title.unwrap_or("item") } else { &doc.name });
    let facts = [doc.types.as_str(), if doc.required { "required" } else { "" }];
    let facts: Vec<_> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    if !facts.is_empty() {
        let _ = write!(text, " ({})", facts.join(", "));
    }
    if let Some(description) = doc.description.or(doc.title) {
        let _ = write!(text, "\n\n{description}");
    }
    for listed in &doc.values {
        let chosen = if value == Some(listed.value) { " ←" } else { "" };
        let meaning = listed.text.map(|text| format!(": {text}")).unwrap_or_default();
        let _ = write!(text, "{}- `{}`{meaning}{chosen}", if std::ptr::eq(listed, &doc.values[0]) { "\n\n" } else { "\n" }, listed.value);
    }
    if doc.values.is_empty() && !doc.examples.is_empty() {
        let examples: Vec<_> = doc.examples.iter().take(EXAMPLES).map(|example| format!("`{example}`")).collect();
        let _ = write!(text, "\n\nFor example {}.", examples.join(", "));
    }
    if let Some(default) = doc.default {
        let _ = write!(text, "\n\nLeft out, it reads as `{default}`.");
    }
    text.push('\n');
    text
}
