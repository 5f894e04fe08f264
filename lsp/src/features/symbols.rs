//! What a document is made of, and what a workspace defines.
//!
//! A broken document keeps the symbols that can still be read.

use lsp_types::*;
use mx2lm_core::{
    document::kind::Syntax,
    syntax::{
        json::{Node, NodeKind},
        toml, xml,
    },
    text::Span,
};

use crate::{
    convert::Places,
    view::{File, View},
};

/// Deepest symbols of a document; what lies deeper is data.
const MOST_DEPTH: u32 = 6;
/// Most symbols of one document.
const MOST_SYMBOLS: usize = 5000;
/// Most answers to one search.
const MOST_FOUND: usize = 500;
/// Longest value shown beside a name, in characters.
const DETAIL: usize = 80;

/// Answers `textDocument/documentSymbol`.
pub fn document(file: &File<'_>) -> Vec<DocumentSymbol> {
    let places = file.places();
    let mut room = MOST_SYMBOLS;
    if let Some(tree) = file.json() {
        return tree.root().map(|root| json_members(root, &places, 0, &mut room)).unwrap_or_default();
    }
    let Some(text) = file.text() else { return Vec::new() };
    match Syntax::of_path(&file.path) {
        Some(Syntax::Svg | Syntax::Xml) => elements(&xml::recover(text), &places, &mut room),
        Some(Syntax::Toml) => match toml::Tree::parse(text.into()).root().kind {
            toml::Kind::Table(ref members) => toml_members(members, &places, &mut room),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn symbol(
    name: String,
    detail: Option<String>,
    kind: SymbolKind,
    (whole, name_at): (Range, Range),
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    let name = if name.is_empty() { "(empty)".to_owned() } else { name };
    let children = (!children.is_empty()).then_some(children);
    #[allow(deprecated, reason = "the type has no other constructor")]
    DocumentSymbol { name, detail, kind, tags: None, deprecated: None, range: whole, selection_range: name_at, children }
}

fn json_members(node: Node<'_>, places: &Places<'_>, depth: u32, room: &mut usize) -> Vec<DocumentSymbol> {
    let mut found = Vec::new();
    let children: Box<dyn Iterator<Item = Node<'_>>> =
        if node.is_array() { Box::new(node.items()) } else { Box::new(node.members().map(|(_, value)| value)) };
    for child in children {
        // of a list only what has members of its own is worth a line
        if depth == MOST_DEPTH || *room == 0 {
            break;
        }
        if node.is_array() && !child.is_object() {
            continue;
        }
        *room -= 1;
        let key = child.key_span().unwrap_or(child.span());
        let name = match (child.key(), child.get("id").or_else(|| child.get("name")).and_then(|node| node.as_str())) {
            (Some(key), _) => key.into_owned(),
            (None, Some(name)) => name.into_owned(),
            (None, None) => format!("[{}]", child.index().unwrap_or_default()),
        };
        let whole = places.range(Span::new(key.start, child.span().end));
        let name_at = if child.key_span().is_some() { places.range(key) } else { Range::new(whole.start, whole.start) };
        let detail = match child.kind() {
            NodeKind::Object | NodeKind::Array | NodeKind::Missing => None,
            _ => Some(child.as_str().unwrap_or(child.raw().into()).chars().take(DETAIL).collect()),
        };
        let inside = json_members(child, places, depth + 1, room);
        found.push(symbol(name, detail, json_kind(child.kind()), (whole, name_at), inside));
    }
    found
}

fn json_kind(kind: NodeKind) -> SymbolKind {
    match kind {
        NodeKind::Object => SymbolKind::OBJECT,
        NodeKind::Array => SymbolKind::ARRAY,
        NodeKind::String => SymbolKind::STRING,
        NodeKind::Number => SymbolKind::NUMBER,
        NodeKind::Bool => SymbolKind::BOOLEAN,
        NodeKind::Null | NodeKind::Missing => SymbolKind::NULL,
    }
}

/// Elements come in the order of the text with their depth; the tree is put together from that.
fn elements(list: &[xml::RecoveredElement], places: &Places<'_>, room: &mut usize) -> Vec<DocumentSymbol> {
    let mut open: Vec<(u32, Vec<DocumentSymbol>, Option<DocumentSymbol>)> = vec![(0, Vec::new(), None)];
    let close = |open: &mut Vec<(u32, Vec<DocumentSymbol>, Option<DocumentSymbol>)>| {
        if let Some((_, children, Some(mut done))) = open.pop() {
            done.children = (!children.is_empty()).then_some(children);
            if let Some((_, around, _)) = open.last_mut() {
                around.push(done);
            }
        }
    };
    for element in list.iter().filter(|element| element.depth < MOST_DEPTH).take(*room) {
        while open.len() > 1 && open.last().is_some_and(|(depth, ..)| *depth > element.depth) {
            close(&mut open);
        }
        let detail = element.id.as_ref().map(|id| format!("#{}", id.value));
        let ranges = (places.range(element.span), places.range(element.name_span));
        open.push((element.depth + 1, Vec::new(), Some(symbol(element.name.clone(), detail, SymbolKind::OBJECT, ranges, Vec::new()))));
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().map(|(_, found, _)| found).unwrap_or_default()
}

fn toml_members(members: &[toml::Member], places: &Places<'_>, room: &mut usize) -> Vec<DocumentSymbol> {
    let mut found = Vec::new();
    for member in members {
        if *room == 0 {
            break;
        }
        *room -= 1;
        let (kind, inside) = match &member.value.kind {
            toml::Kind::Table(members) => (SymbolKind::OBJECT, toml_members(members, places, room)),
            toml::Kind::Array(_) => (SymbolKind::ARRAY, Vec::new()),
            toml::Kind::String(_) => (SymbolKind::STRING, Vec::new()),
            toml::Kind::Bool(_) => (SymbolKind::BOOLEAN, Vec::new()),
            _ => (SymbolKind::NUMBER, Vec::new()),
        };
        let name_at = places.range(member.key_span);
        let (a, b) = (member.key_span, member.value.span);
        // a range holds its name and all that stands inside it, wherever the tables were written
        let end = inside.iter().map(|symbol| symbol.range.end).max().unwrap_or(name_at.end);
        let whole = places.range(Span::new(a.start.min(b.start), a.end.max(b.end)));
        let whole = Range::new(whole.start, whole.end.max(end));
        found.push(symbol(member.key.clone(), None, kind, (whole, name_at), inside));
    }
    found
}

/// The same without nesting, for clients that know no tree.
pub fn flat(uri: &Uri, symbols: Vec<DocumentSymbol>) -> Vec<SymbolInformation> {
    let mut found = Vec::new();
    let mut todo: Vec<(Option<String>, DocumentSymbol)> = symbols.into_iter().rev().map(|symbol| (None, symbol)).collect();
    while let Some((container_name, symbol)) = todo.pop() {
        let inside = symbol.children.into_iter().flatten().rev();
        todo.extend(inside.map(|child| (Some(symbol.name.clone()), child)));
        let location = Location { uri: uri.clone(), range: symbol.selection_range };
        #[allow(deprecated, reason = "the type has no other constructor")]
        found.push(SymbolInformation { name: symbol.name, kind: symbol.kind, tags: None, deprecated: None, location, container_name });
    }
    found
}

/// Answers `workspace/symbol`: ids, profile names and file names that hold the letters of `query` in order.
pub fn workspace(view: &View, query: &str) -> Vec<SymbolInformation> {
    let wanted: Vec<char> = query.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<(usize, String, SymbolInformation)> = Vec::new();
    for workspace in view.workspaces.values().filter(|workspace| !workspace.lone) {
        for facts in workspace.snapshot.index().files().filter(|facts| facts.kind.is_some()) {
            let own = facts.id.as_ref().or(facts.profile_name.as_ref());
            let name = own.map_or_else(|| facts.path.to_string(), |own| own.value.to_string());
            let Some(rank) = rank(&name, &wanted) else { continue };
            let Some(uri) = view.uri(workspace, &facts.path) else { continue };
            // the place is filled in below, for the few that are shown
            let location = Location { uri, range: Range::default() };
            let kind = if own.is_some() { SymbolKind::CLASS } else { SymbolKind::FILE };
            let container_name = facts.kind.map(|kind| kind.info().title.to_owned());
            #[allow(deprecated, reason = "the type has no other constructor")]
            let symbol = SymbolInformation { name: name.clone(), kind, tags: None, deprecated: None, location, container_name };
            found.push((rank, name, symbol));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    found.truncate(MOST_FOUND);
    for (_, _, symbol) in &mut found {
        let own = view.file(&symbol.location.uri).and_then(|file| {
            let facts = file.facts()?;
            file.location(super::subject::inner(facts.id.as_ref().or(facts.profile_name.as_ref())?.span))
        });
        if let Some(own) = own {
            symbol.location = own;
        }
    }
    found.into_iter().map(|(_, _, symbol)| symbol).collect()
}

/// How far apart the letters stand in the name; `None` when they are not all there in order.
fn rank(name: &str, wanted: &[char]) -> Option<usize> {
    let mut letters = name.chars().flat_map(char::to_lowercase).enumerate();
    let (mut first, mut last) = (None, 0);
    for c in wanted {
        let (at, _) = letters.find(|(_, letter)| letter == c)?;
        first.get_or_insert(at);
        last = at;
    }
    Some(first.map_or(0, |first| last - first + 1 - wanted.len()))
}
