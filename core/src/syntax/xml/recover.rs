//! What a text that is not well-formed still says: element names, ids and references, each with its place.
//!
//! The tree is tree-sitter's, whose repair keeps what it can: an opening tag counts wherever it stands in the tree, what was left over
//! included, and a closing tag closes the nearest element of its name. Nothing found here is ever hashed.

use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, Parser, Tree};

use super::fault::name_at;
use crate::text::Span;

/// Most bytes of a text that are read; what stands behind them has no symbols.
pub const MAX_RECOVERED_BYTES: usize = 1 << 20;
/// Most `<` of a text that are read; what stands behind them has no symbols. The grammar's scanner takes time for each open element at
/// each tag.
pub const MAX_RECOVERED_MARKUP: usize = 8192;
/// Within how many bytes the root's opening tag is looked for.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// Within how many `<` the root's opening tag is looked for.
const MAX_HEAD_MARKUP: usize = 1024;
/// How far outwards a closing tag looks for the element it closes.
const MAX_UNCLOSED: usize = 64;
/// How often reading starts anew behind a value that is never closed; after that such a value ends at the next quote.
const MAX_RESUMED: usize = 2;
/// Most `<` that are read behind such a value.
const MAX_RESUMED_MARKUP: usize = MAX_RECOVERED_MARKUP / 2;
/// How many bytes the parser is handed at once.
const CHUNK: usize = 1024;
/// Most bytes the parser is handed in all, those it asks for again included; a text that takes more has no symbols.
const MAX_READ: usize = 16 << 20;
/// Most rounds of work of the parser; it takes three for a hundred characters of a value. A text that takes more has no symbols.
const MAX_STEPS: usize = 200_000;

/// A piece of the text and what it says once references of characters are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveredText {
    /// The text.
    pub value: String,
    /// Where it stands, quotes left out.
    pub span: Span,
}

/// An element of a text that may be broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveredElement {
    /// Its name as spelled, prefix included.
    pub name: String,
    /// Where the name stands in the opening tag.
    pub name_span: Span,
    /// From `<` to the end of the closing tag, or as far as the element seems to reach.
    pub span: Span,
    /// How many elements it stands in.
    pub depth: u32,
    /// Its `id`.
    pub id: Option<RecoveredText>,
    /// Its attributes that name something: `href`, `xlink:href` and values with `#name`, in order.
    pub references: Vec<(String, RecoveredText)>,
}

/// The opening tag of the root, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveredRoot {
    /// Its name as spelled.
    pub name: String,
    /// Its attributes, names as spelled.
    pub attributes: Vec<(String, String)>,
}

/// Reads the root's opening tag of a text that may be broken behind it; the tag begins within the first 64 KiB and 1024 `<`.
pub fn recover_root(text: &str) -> Option<RecoveredRoot> {
    let text = head(text, MAX_HEAD_BYTES, MAX_HEAD_MARKUP);
    let mut root: Option<RecoveredRoot> = None;
    walk(&parse(text)?, (text, 0), false, &mut |piece| match (piece, &mut root) {
        (Piece::Open { start, name }, None) => {
            // behind a comment that is never closed all is comment
            if text[..start].rfind("<!--").is_some_and(|comment| !text[comment..start].contains("-->")) {
                return ControlFlow::Break(());
            }
            root = Some(RecoveredRoot { name: name.to_owned(), attributes: Vec::new() });
            ControlFlow::Continue(())
        }
        (Piece::Attribute { name, value }, Some(root)) if root.attributes.len() < super::MAX_ATTRIBUTES => {
            root.attributes.push((name.to_owned(), resolved(text.get(value.range()).unwrap_or_default())));
            ControlFlow::Continue(())
        }
        (_, None) => ControlFlow::Continue(()),
        (_, Some(_)) => ControlFlow::Break(()),
    });
    root
}

/// Reads what `text` says, broken or not, in the order of the text, up to [`MAX_RECOVERED_BYTES`] and [`MAX_RECOVERED_MARKUP`].
///
/// An element that is open there reaches to the end of the text. A text that would take the parser too much work says nothing.
pub fn recover(text: &str) -> Vec<RecoveredElement> {
    let read = head(text, MAX_RECOVERED_BYTES, MAX_RECOVERED_MARKUP);
    let mut found: Vec<RecoveredElement> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut each = |piece: Piece<'_>| {
        match piece {
            Piece::Open { start, name } => {
                let name_span = Span::from(start + 1..start + 1 + name.len());
                found.push(RecoveredElement {
                    name: name.to_owned(),
                    name_span,
                    span: Span::new(Span::from(start..start).start, name_span.end),
                    depth: Span::from(0..open.len()).end,
                    id: None,
                    references: Vec::new(),
                });
            }
            Piece::Attribute { name, value } => {
                if let Some(element) = found.last_mut() {
                    note(read, name, value, element);
                }
            }
            Piece::End { at, empty } => {
                if let Some(element) = found.last_mut() {
                    element.span.end = Span::from(at..at).end;
                    if !empty {
                        open.push(found.len() - 1);
                    }
                }
            }
            Piece::Close { name, end } => {
                if let Some(up) = open.iter().rev().take(MAX_UNCLOSED).position(|&index| found[index].name == name) {
                    let (keep, end) = (open.len() - up - 1, Span::from(end..end).end);
                    for index in open.drain(keep..) {
                        found[index].span.end = end;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    };
    let mut from = Some(0);
    for round in 0..=MAX_RESUMED {
        let Some(start) = from else { break };
        let markup = if round == 0 { MAX_RECOVERED_MARKUP } else { MAX_RESUMED_MARKUP };
        let tree = parse(head(&read[start..], MAX_RECOVERED_BYTES, markup));
        from = tree.and_then(|tree| walk(&tree, (read, start), round < MAX_RESUMED, &mut each));
    }
    let end = Span::from(0..text.len()).end;
    for index in open {
        found[index].span.end = end;
    }
    found
}

/// The first `bytes` of `text`, or what stands before the `<` after the first `markup`, whichever is less.
fn head(text: &str, bytes: usize, markup: usize) -> &str {
    let head = &text[..text.floor_char_boundary(bytes)];
    memchr::memchr_iter(b'<', head.as_bytes()).nth(markup).map_or(head, |end| &head[..end])
}

/// The tree of `text`; `None` when it takes more work than is allowed.
fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_xml::LANGUAGE_XML.into()).ok()?;
    let read = std::cell::Cell::new(0);
    let mut steps = 0;
    let mut progress = |_: &_| {
        steps += 1;
        if steps > MAX_STEPS || read.get() > MAX_READ { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let bytes = text.as_bytes();
    let mut chunk = |at: usize, _| {
        let chunk = bytes.get(at..bytes.len().min(at + CHUNK)).unwrap_or_default();
        read.set(read.get() + chunk.len());
        chunk
    };
    parser.parse_with_options(&mut chunk, None, Some(ParseOptions::new().progress_callback(&mut progress)))
}

/// What the tree says of elements.
enum Piece<'t> {
    /// An opening tag begins.
    Open { start: usize, name: &'t str },
    /// It has this attribute.
    Attribute { name: &'t str, value: Span },
    /// It ends before `at`.
    End { at: usize, empty: bool },
    /// A closing tag, which ends before `end`.
    Close { name: &'t str, end: usize },
}

/// Tells the pieces of `text` from `from` on, whose tree this is, until `each` has enough. An opening tag always has its end told before
/// the next piece begins. With `resume` it stops at the tag that a value has swallowed and returns where that is.
fn walk<'t>(
    tree: &Tree,
    (text, from): (&'t str, usize),
    resume: bool,
    each: &mut dyn FnMut(Piece<'t>) -> ControlFlow<()>,
) -> Option<usize> {
    let mut cursor = tree.walk();
    // where the tag that is being read has been read to
    let mut tag: Option<usize> = None;
    loop {
        let node = cursor.node();
        let mut inside = false;
        let mut told = ControlFlow::Continue(());
        let (start, end) = (from + node.start_byte(), from + node.end_byte());
        if resume && tag.is_some() {
            // a quote that opens no value, or an attribute with tags in it
            let swallowed = match node.kind() {
                "\"" | "'" => next_tag(text, end, text.len()),
                "Attribute" | "AttValue" => next_tag(text, start, end),
                _ => None,
            };
            if let (Some(next), Some(at)) = (swallowed, tag) {
                let at = Piece::End { at, empty: false };
                return each(at).is_continue().then_some(next);
            }
        }
        match node.kind() {
            "<" | "</" | "<!" | "<?" | "<![" | "Comment" | "CDSect" | "CharData" | "content" | "element" | "STag" | "EmptyElemTag"
            | "ETag" => {
                if let Some(at) = tag.take() {
                    told = each(Piece::End { at, empty: false });
                }
                // where the grammar expects no closing tag, the `/` of one is left out of its tree
                let closes = text.as_bytes().get(start..).is_some_and(|rest| rest.starts_with(b"</"));
                let name = name_at(text, start + 1 + usize::from(closes));
                let end = start + 1 + usize::from(closes) + name.len();
                let is_name = !name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) && !name.is_empty();
                if told.is_continue() && is_name && !closes && node.kind() == "<" {
                    tag = Some(end);
                    told = each(Piece::Open { start, name });
                } else if told.is_continue() && is_name && closes && matches!(node.kind(), "<" | "</") {
                    let end = end + usize::from(text.as_bytes().get(end) == Some(&b'>'));
                    told = each(Piece::Close { name, end });
                }
                inside = true;
            }
            ">" | "/>" => {
                if tag.take().is_some() {
                    told = each(Piece::End { at: end, empty: node.kind() == "/>" });
                }
            }
            "Attribute" => match attribute(node, (text, from)).filter(|_| tag.is_some()) {
                Some((name, value)) => {
                    tag = Some(end);
                    told = each(Piece::Attribute { name, value });
                }
                None => inside = true,
            },
            _ => inside = true,
        }
        if told.is_break() {
            return None;
        }
        if inside && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                if let Some(at) = tag {
                    let _ = each(Piece::End { at, empty: false });
                }
                return None;
            }
        }
    }
}

/// The first `<` in the range that begins a tag.
fn next_tag(text: &str, from: usize, to: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(from..to)?;
    memchr::memchr_iter(b'<', bytes).map(|at| from + at).find(|&at| {
        let name = at + 1 + usize::from(text.as_bytes().get(at + 1) == Some(&b'/'));
        !name_at(text, name).is_empty()
    })
}

/// The name of an attribute and the place of its value, quotes left out. An attribute with a gap, or whose value holds `<`, has swallowed markup and is none.
fn attribute<'t>(node: Node<'_>, (text, from): (&'t str, usize)) -> Option<(&'t str, Span)> {
    let mut cursor = node.walk();
    let (mut name, mut value) = (None, None);
    for child in node.children(&mut cursor) {
        match child.kind() {
            "Name" if name.is_none() => name = text.get(from + child.start_byte()..from + child.end_byte()),
            "ERROR" => return None,
            "AttValue" => value = Some(from + child.start_byte()..from + child.end_byte()),
            _ => {}
        }
    }
    let value = value?;
    let raw = text.get(value.clone())?;
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = raw[1..].strip_suffix(quote).unwrap_or(&raw[1..]);
    (!inner.contains('<')).then_some((name?, Span::from(value.start + 1..value.start + 1 + inner.len())))
}

fn note(text: &str, name: &str, span: Span, element: &mut RecoveredElement) {
    let raw = text.get(span.range()).unwrap_or_default();
    let names = matches!(name, "href" | "xlink:href") || raw.starts_with('#') || raw.contains("url(#");
    if name != "id" && !names {
        return;
    }
    let told = RecoveredText { value: resolved(raw), span };
    if name == "id" {
        element.id = Some(told);
    } else {
        element.references.push((name.to_owned(), told));
    }
}

/// `raw` with the references that XML itself knows resolved; others stay as they are.
fn resolved(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').map(|len| at + len);
        let name = end.map_or("", |end| &rest[at + 1..end]);
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => name.strip_prefix('#').and_then(|number| match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
                None => number.parse().ok().and_then(char::from_u32),
            }),
        };
        match (character, end) {
            (Some(character), Some(end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}
