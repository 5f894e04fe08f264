//! What a text that is not well-formed still says: element names, ids and references, each with its place.
//!
//! One tolerant pass: whatever looks like an opening tag counts, a closing tag closes the nearest element of its name, and a value whose
//! quote never closes ends where the tag seems to. Nothing found here is ever hashed.

use super::fault::name_at;
use crate::text::Span;

/// Most elements that are recovered from one text.
const MAX_RECOVERED: usize = 100_000;
/// How far outwards a closing tag looks for the element it closes.
const MAX_UNCLOSED: usize = 64;

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

/// Reads the root's opening tag of a text that may be broken behind it.
pub fn recover_root(text: &str) -> Option<RecoveredRoot> {
    let mut comments = 0;
    let start = memchr::memchr_iter(b'<', text.as_bytes()).find(|&at| {
        if at >= comments && text[at..].starts_with("<!--") {
            comments = text[at..].find("-->").map_or(text.len(), |len| at + len);
        }
        at >= comments && !name_at(text, at + 1).is_empty()
    })?;
    let name = name_at(text, start + 1);
    let mut root = RecoveredRoot { name: name.to_owned(), attributes: Vec::new() };
    attributes(text, start + 1 + name.len(), &mut |name, span| {
        if root.attributes.len() < super::MAX_ATTRIBUTES {
            root.attributes.push((name.to_owned(), resolved(text.get(span.range()).unwrap_or_default())));
        }
    });
    Some(root)
}

/// Reads what `text` says, broken or not, in the order of the text.
pub fn recover(text: &str) -> Vec<RecoveredElement> {
    let bytes = text.as_bytes();
    let mut found: Vec<RecoveredElement> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', &bytes[at..]).map(|offset| at + offset) {
        if found.len() == MAX_RECOVERED {
            break;
        }
        let rest = &bytes[start..];
        at = start + 1;
        if let Some(end) = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .iter()
            .find(|(begin, _)| rest.starts_with(begin.as_bytes()))
            .and_then(|(_, end)| memchr::memmem::find(rest, end.as_bytes()).map(|offset| offset + end.len()))
        {
            at = start + end;
        } else if rest.starts_with(b"</") {
            let name = name_at(text, start + 2);
            at = start + 2 + name.len();
            let end = at + usize::from(bytes.get(at) == Some(&b'>'));
            let nearest = open.iter().rev().take(MAX_UNCLOSED).position(|&index| found[index].name == name);
            if let Some(up) = nearest {
                let keep = open.len() - up - 1;
                for index in open.drain(keep..).rev() {
                    found[index].span.end = Span::from(start..end).end;
                }
            }
        } else {
            let name = name_at(text, start + 1);
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) {
                continue;
            }
            let mut element = RecoveredElement {
                name: name.to_owned(),
                name_span: Span::from(start + 1..start + 1 + name.len()),
                span: Span::default(),
                depth: Span::from(0..open.len()).end,
                id: None,
                references: Vec::new(),
            };
            let (end, empty) = attributes(text, start + 1 + name.len(), &mut |name, span| note(text, name, span, &mut element));
            element.span = Span::from(start..end);
            at = end;
            if !empty {
                open.push(found.len());
            }
            found.push(element);
        }
    }
    let end = Span::from(0..bytes.len()).end;
    for index in open {
        found[index].span.end = end;
    }
    found
}

/// Reads attributes from `at` on; returns where the tag seems to end and whether the element is empty.
fn attributes<'t>(text: &'t str, mut at: usize, each: &mut dyn FnMut(&'t str, Span)) -> (usize, bool) {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            None | Some(b'<') => return (at, false),
            Some(b'>') => return (at + 1, false),
            Some(b'/') if bytes.get(at + 1) == Some(&b'>') => return (at + 2, true),
            _ => {}
        }
        let name = name_at(text, at);
        if name.is_empty() {
            at += 1;
            continue;
        }
        at += name.len();
        let equals = skip_space(bytes, at);
        if bytes.get(equals) != Some(&b'=') {
            continue;
        }
        at = skip_space(bytes, equals + 1);
        let quote = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let value = at + usize::from(quote.is_some());
        let rest = &bytes[value.min(bytes.len())..];
        let len = match quote {
            Some(quote) => memchr::memchr2(quote, b'<', rest).filter(|&len| rest[len] == quote),
            None => None,
        };
        let closed = len.is_some();
        let len = len.unwrap_or_else(|| {
            rest.iter().position(|&byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'<')).unwrap_or(rest.len())
        });
        let span = Span::from(value..value + len);
        at = value + len + usize::from(closed);
        each(name, span);
    }
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

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}
