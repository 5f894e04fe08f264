//! What may be written at the cursor: fields, listed values, ids, payload paths, the true hash.

use std::sync::Arc;

use lsp_types::*;
use mx2lm_core::{
    document::{
        facts::{HashOf, Target},
        id,
        kind::Kind,
        schema::{self, FieldDoc},
    },
    rules,
    syntax::json::{Node, NodeKind, On, Tree},
    text::Span,
    workspace::{confine, walk::CONFIG_FILE},
};
use serde_json::Value;

use super::{field, lanes, subject, verdict};
use crate::view::File;

/// Most suggestions of one kind.
const MOST: usize = 2000;

/// Characters that ask for suggestions.
pub fn triggers() -> Vec<String> {
    ["\"", "/", ":", "@"].map(str::to_owned).to_vec()
}

/// One suggestion before it has a range.
struct Offer {
    label: String,
    /// The text as it is written, quotes included.
    text: String,
    kind: CompletionItemKind,
    detail: Option<String>,
    documentation: Option<String>,
    /// Suggestions of a lower rank come first.
    rank: u8,
}

impl Offer {
    fn new(label: impl Into<String>, kind: CompletionItemKind) -> Self {
        let label = label.into();
        Offer { text: quoted(&label), label, kind, detail: None, documentation: None, rank: 5 }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Answers `textDocument/completion`.
pub fn completion(file: &File<'_>, position: Position) -> Vec<CompletionItem> {
    let places = file.places();
    let offset = places.offset(position);
    let (offers, span) = if *file.path == *CONFIG_FILE {
        rule_names(file, offset)
    } else {
        match file.json() {
            Some(tree) => json(file, &tree, offset),
            None => (Vec::new(), Span::at(offset)),
        }
    };
    let range = places.range(span);
    let markup = |value: String| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    offers
        .into_iter()
        .take(MOST)
        .map(|offer| CompletionItem {
            sort_text: Some(format!("{}{}", offer.rank, offer.label)),
            // editors compare what stands in the range, quotes included, with this
            filter_text: Some(offer.text.clone()),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: offer.text })),
            label: offer.label,
            kind: Some(offer.kind),
            detail: offer.detail,
            documentation: offer.documentation.map(markup),
            ..CompletionItem::default()
        })
        .collect()
}

/// Names of rules inside the quotes of the configuration.
fn rule_names(file: &File<'_>, offset: u32) -> (Vec<Offer>, Span) {
    let none = (Vec::new(), Span::at(offset));
    let Some(text) = file.text() else { return none };
    let Some(head) = text.get(..offset as usize) else { return none };
    let line = head.rsplit(['\n', '\r']).next().unwrap_or_default();
    if line.matches('"').count() % 2 == 0 {
        return none;
    }
    let start = offset - (line.len() - line.rfind('"').unwrap_or_default()) as u32;
    let rest = text.get(offset as usize..).unwrap_or_default();
    let end = rest.find(['"', '\n', '\r']).map_or(offset, |at| offset + at as u32 + u32::from(rest.as_bytes().get(at) == Some(&b'"')));
    let offer = |rule: &'static rules::Rule| Offer {
        detail: Some(rule.severity.as_str().to_owned()),
        documentation: Some(rule.docs.what.to_owned()),
        ..Offer::new(rule.name, CompletionItemKind::CONSTANT)
    };
    (rules::all().map(offer).collect(), Span::new(start, end))
}

fn json(file: &File<'_>, tree: &Tree, offset: u32) -> (Vec<Offer>, Span) {
    let none = (Vec::new(), Span::at(offset));
    let Some(hit) = tree.at_offset(offset) else { return none };
    match hit.on {
        On::Key => match (hit.node.parent(), hit.node.key_span()) {
            // a name that has no value yet gets one with it
            (Some(object), Some(span)) => (fields(file, tree, object, Some(hit.node)), span),
            _ => none,
        },
        On::Value if hit.node.is_object() || hit.node.is_array() => none,
        On::Value => (values(file, tree, hit.node), hit.node.span()),
        On::Gap if hit.node.is_object() => match before(hit.node, tree, offset) {
            Before::Member => (fields(file, tree, hit.node, None), Span::at(offset)),
            Before::Value(node) => (values(file, tree, node), Span::at(offset)),
        },
        On::Gap => none,
    }
}

/// What a gap in an object waits for.
enum Before<'t> {
    /// Another member.
    Member,
    /// The value of a member that has none yet.
    Value(Node<'t>),
}

fn before<'t>(object: Node<'t>, tree: &Tree, offset: u32) -> Before<'t> {
    let last = object.members().map(|(_, value)| value).filter(|value| value.key_span().is_some_and(|key| key.end <= offset)).last();
    match last {
        Some(value) if value.kind() == NodeKind::Missing => {
            let between = value.key_span().and_then(|key| tree.text().get(key.end as usize..offset as usize)).unwrap_or_default();
            if between.trim() == ":" { Before::Value(value) } else { Before::Member }
        }
        _ => Before::Member,
    }
}

/// The members that an object may still have.
fn fields(file: &File<'_>, tree: &Tree, object: Node<'_>, writing: Option<Node<'_>>) -> Vec<Offer> {
    let Some(kind) = file.facts().and_then(|facts| facts.kind) else { return discriminators(object) };
    let path = field::path_of(object);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let there: Vec<_> = object.members().filter(|(_, value)| writing.is_none_or(|node| node != *value)).map(|(name, _)| name).collect();
    let needs_value = writing.is_none_or(|node| node.kind() == NodeKind::Missing);
    let docs = schema::members(kind, &path, tree.root());
    let names = if lanes::wants_lane(file, &path) { lane_ids(file, &path).collect() } else { Vec::new() };
    let free_lane = |offer: &Offer| there.iter().all(|name| **name != offer.label);
    let lanes = names.into_iter().filter(free_lane).map(|offer| match needs_value {
        true => Offer { text: format!("{}: 0", offer.text), ..offer },
        false => offer,
    });
    let lanes: Vec<Offer> = lanes.collect();
    let free = docs.into_iter().filter(|doc| there.iter().all(|name| **name != doc.name));
    free.map(|doc| {
        let value = if needs_value { format!(": {}", blank(&doc)) } else { String::new() };
        Offer {
            text: format!("{}{value}", quoted(&doc.name)),
            detail: Some(doc.types.clone()).filter(|types| !types.is_empty()),
            documentation: Some(field::text(&doc, None)),
            rank: if doc.required { 1 } else { 5 },
            ..Offer::new(doc.name.clone(), CompletionItemKind::FIELD)
        }
    })
    .chain(lanes)
    .collect()
}

/// A document that says nothing of what it is may begin by that.
fn discriminators(object: Node<'_>) -> Vec<Offer> {
    if object.parent().is_some() || object.get("$schema").is_some() {
        return Vec::new();
    }
    let text = "\"$schema\": \"object://schema/object.v1\"".to_owned();
    vec![Offer { text, ..Offer::new("$schema", CompletionItemKind::FIELD) }]
}

/// An empty value of the field's type.
fn blank(doc: &FieldDoc) -> String {
    if let [only] = doc.values.as_slice() {
        return only.value.to_string();
    }
    match doc.types.split(" or ").next().unwrap_or_default() {
        "object" => "{}",
        "array" => "[]",
        "boolean" => "false",
        "number" | "integer" => "0",
        "null" => "null",
        _ => "\"\"",
    }
    .to_owned()
}

/// What the value at `node` may be.
fn values(file: &File<'_>, tree: &Tree, node: Node<'_>) -> Vec<Offer> {
    let path = field::path_of(node);
    let mut offers = true_hash(file, tree, node);
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    if steps == ["$schema"] {
        offers.extend(Kind::all().filter_map(|kind| {
            let name = kind.info().schema?;
            Some(Offer { detail: Some(kind.info().title.to_owned()), ..Offer::new(name, CompletionItemKind::CLASS) })
        }));
        return offers;
    }
    if let Some(kind) = file.facts().and_then(|facts| facts.kind) {
        let closed = schema::describe(kind, &steps, tree.root()).is_some_and(|doc| !doc.values.is_empty());
        let listed = schema::values(kind, &steps, tree.root()).into_iter().map(|doc| Offer {
            text: doc.value.to_string(),
            documentation: doc.text.map(str::to_owned),
            // what is only an example comes after what is really there
            rank: if closed { 2 } else { 8 },
            ..Offer::new(doc.value.as_str().map_or_else(|| doc.value.to_string(), str::to_owned), CompletionItemKind::ENUM_MEMBER)
        });
        offers.extend(listed);
    }
    if steps == ["payload", "location"] {
        offers.extend(locations(file));
    } else if wants_id(file, node) {
        offers.extend(ids(file, node));
    }
    if lanes::wants_lane(file, &steps) {
        offers.extend(lane_ids(file, &steps));
    }
    offers.dedup_by(|a, b| a.text == b.text);
    offers
}

fn wants_id(file: &File<'_>, node: Node<'_>) -> bool {
    let facts = file.facts();
    let referring = facts.is_some_and(|facts| facts.references.iter().any(|reference| reference.at.span == node.span()));
    let own = facts.and_then(|facts| facts.id.as_ref()).is_some_and(|own| own.span == node.span());
    let text = node.as_str().unwrap_or_default();
    let begun = !text.is_empty() && (id::SCHEME.starts_with(&*text) || text.starts_with(id::SCHEME));
    let named = node.key().is_some_and(|key| key.ends_with("_ref"))
        || node.parent().and_then(|parent| parent.key()).is_some_and(|key| matches!(&*key, "binds" | "agents"));
    !own && (referring || begun || named)
}

/// The ids that are defined; those of a kind the place wants come first.
fn ids(file: &File<'_>, node: Node<'_>) -> Vec<Offer> {
    let wants = file
        .facts()
        .and_then(|facts| facts.references.iter().find(|reference| reference.at.span == node.span()))
        .map_or(&[] as &[&str], |reference| reference.wants);
    let index = file.snapshot().index();
    let mut names: Vec<_> = index.ids().collect();
    names.sort_unstable();
    let offers = names.into_iter().map(|name| {
        let definitions = subject::definitions(file, &Target::Object(name.clone()));
        let kind = definitions.first().and_then(|path| index.facts(path)?.kind);
        let fits = kind.is_some_and(|kind| wants.contains(&kind.name()));
        Offer {
            detail: kind.map(|kind| kind.info().title.to_owned()),
            rank: if fits { 3 } else { 5 },
            ..Offer::new(&**name, CompletionItemKind::REFERENCE)
        }
    });
    offers.collect()
}

/// The lane ids that packs and the document know.
fn lane_ids(file: &File<'_>, path: &[&str]) -> impl Iterator<Item = Offer> {
    let offer = |(id, detail): (String, String)| Offer { detail: Some(detail), rank: 3, ..Offer::new(id, CompletionItemKind::REFERENCE) };
    lanes::ids(file, path).into_iter().map(offer)
}

/// The files that a payload's location may name, the nearest first.
fn locations(file: &File<'_>) -> Vec<Offer> {
    let folder = confine::folder_of(&file.path);
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut paths: Vec<Arc<str>> =
        file.snapshot().index().files().map(|facts| facts.path.clone()).filter(|path| *path != file.path).collect();
    paths.sort_by_key(|path| (!path.starts_with(&prefix), path.matches('/').count(), path.clone()));
    let offers = paths.into_iter().take(MOST).map(|path| {
        let location = match path.strip_prefix(&prefix) {
            Some(below) => format!("./{below}"),
            None => format!("{}{path}", "../".repeat(folder.split('/').count())),
        };
        let near = location.starts_with("./");
        Offer { rank: if near { 3 } else { 4 }, ..Offer::new(location, CompletionItemKind::FILE) }
    });
    offers.collect()
}

/// Where a hash is wanted, the true one.
fn true_hash(file: &File<'_>, tree: &Tree, node: Node<'_>) -> Vec<Offer> {
    let Some(facts) = file.facts() else { return Vec::new() };
    let declared = facts.hashes.iter().find(|hash| hash.at.span == node.span());
    let computed = match declared {
        Some(declared) => verdict::compare(file.snapshot(), facts, declared).computed,
        // a hash that has not been written yet
        None if node.pointer() == "/hash" => tree.at_pointer("/payload/location").and_then(|location| {
            let path = subject::payload_path(file, &location.as_str()?)?;
            Some(file.snapshot().index().facts(&path)?.digest.to_string())
        }),
        None => None,
    };
    let of = match declared.map(|declared| &declared.of) {
        Some(HashOf::Itself) => "the hash of this document",
        _ => "the hash of the payload as stored",
    };
    let offer = |text: String| Offer { detail: Some(of.to_owned()), rank: 0, ..Offer::new(text, CompletionItemKind::VALUE) };
    computed.map(offer).into_iter().collect()
}
