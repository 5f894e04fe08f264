//! What a projection shows, and what a reference into the payload leads to, while the cursor stands on it.

use std::fmt::Write;

use mx2lm_core::{
    document::{
        projection::{self, Resolver},
        view::Verified,
    },
    syntax::json::{Node, On, Tree},
    text::Span,
};

use super::subject;
use crate::view::File;

/// Longest preview, in lines and in bytes.
const LINES: usize = 24;
const BYTES: usize = 2000;
/// Larger payloads are not read for a hover.
const PAYLOAD: u64 = 4 << 20;

/// The preview for `offset`, when a projection's name or a reference stands there.
pub fn preview(file: &File<'_>, offset: u32, text: &mut String) -> Option<Span> {
    let tree = file.json()?;
    let hit = tree.at_offset(offset)?;
    match hit.on {
        On::Key if is_projection(hit.node) => view(file, &tree, hit.node, text),
        On::Value => reference(file, hit.node, text),
        _ => None,
    }
}

fn is_projection(node: Node<'_>) -> bool {
    let views = node.parent();
    views.is_some_and(|views| {
        views.key().is_some_and(|key| key == "projections") && views.parent().is_some_and(|root| root.parent().is_none())
    })
}

fn view(file: &File<'_>, tree: &Tree, node: Node<'_>, text: &mut String) -> Option<Span> {
    let payload = payload(file)?;
    let shown = Verified::new(tree.root()?, &payload).and_then(|object| object.project(node.key().as_deref()));
    match shown {
        Ok(shown) => fenced(&serde_json::to_string_pretty(&shown).ok()?, text),
        Err(refusal) => {
            let _ = writeln!(text, "Not shown: {refusal} (`{}`).", refusal.spec_error());
        }
    }
    node.key_span()
}

fn reference(file: &File<'_>, node: Node<'_>, text: &mut String) -> Option<Span> {
    let written = node.as_str().filter(|text| text.starts_with("@payload."))?;
    let reference = projection::parse(&written)?.ok()?;
    let payload = payload(file)?;
    let tree = Tree::parse(std::str::from_utf8(&payload).ok()?.into());
    let root = tree.root().filter(|_| tree.is_strict())?;
    let value = Resolver::new(root).resolve(reference.path).ok()?;
    fenced(value.raw(), text);
    Some(node.span())
}

fn payload(file: &File<'_>) -> Option<std::sync::Arc<[u8]>> {
    let location = file.facts()?.payload.as_ref()?.location.as_ref()?;
    let path = subject::payload_path(file, &location.value)?;
    let snapshot = file.snapshot();
    snapshot.index().facts(&path).filter(|facts| facts.size <= PAYLOAD)?;
    snapshot.bytes(&path).ok()
}

fn fenced(json: &str, text: &mut String) {
    let _ = writeln!(text, "```json");
    let mut left = BYTES;
    for (at, line) in json.lines().enumerate() {
        let cut = line.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= left).last().unwrap_or(0);
        if at == LINES || cut < line.len() {
            let _ = writeln!(text, "{}…", &line[..if at == LINES { 0 } else { cut }]);
            break;
        }
        let _ = writeln!(text, "{line}");
        left -= cut;
    }
    let _ = writeln!(text, "```");
}
