//! Where the parts of a tree stand in its text, and what to call them.

use std::fmt::Write;

use roxmltree::{Attribute, Document, Node};

use super::fault::name_at;
use crate::text::Span;

/// The name of an element as spelled, prefix included.
pub fn name<'t>(element: Node<'_, 't>) -> &'t str {
    name_at(element.document().input_text(), element.range().start + 1)
}

/// The name of an element in its opening tag.
pub fn name_span(element: Node<'_, '_>) -> Span {
    let start = element.range().start + 1;
    Span::from(start..start + name(element).len())
}

/// The opening tag, from `<` to `>`.
pub fn open_tag_span(element: Node<'_, '_>) -> Span {
    let text = element.document().input_text();
    let start = element.range().start;
    let from = element.attributes().map(|attribute| attribute.range().end).max().unwrap_or(start);
    let bytes = text.as_bytes().get(from..).unwrap_or_default();
    // namespace declarations are no attributes of the tree: their values may hold a `>`
    let (mut at, mut quote) = (0, None);
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (None, b'>') => return Span::from(start..from + at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
        at += 1;
    }
    Span::from(element.range())
}

/// The name of an attribute, prefix included.
pub fn attribute_name_span(attribute: Attribute<'_, '_>, text: &str) -> Span {
    let start = attribute.range().start;
    Span::from(start..start + name_at(text, start).len())
}

/// The value of an attribute as it stands in the text, without its quotes.
pub fn value_span(attribute: Attribute<'_, '_>, text: &str) -> Span {
    let range = attribute.range();
    let end = range.end.saturating_sub(1);
    // the reader counts the length of a name in 16 bits and of the space around `=` in 8
    let quick = attribute.range_value();
    let quote = text.as_bytes().get(end);
    if quick.start <= quick.end
        && text.as_bytes().get(quick.start.wrapping_sub(1)) == quote
        && attribute.range_qname().len() < u16::MAX as usize
    {
        return Span::from(quick);
    }
    let open = text.get(range.clone()).and_then(|raw| raw.find(['"', '\''])).unwrap_or(0);
    Span::from((range.start + open + 1).min(end)..end)
}

/// The offset in the text of byte `at` of an attribute's value. The value is normalised: references are resolved, and line ends and tabs
/// have become spaces; where none of these stand in the text, the two run in step.
pub fn value_offset(attribute: Attribute<'_, '_>, text: &str, at: u32) -> u32 {
    let span = value_span(attribute, text);
    let raw = text.get(span.range()).unwrap_or_default();
    if raw.len() == attribute.value().len() && !raw.contains('&') {
        return (span.start + at).min(span.end);
    }
    let bytes = raw.as_bytes();
    let (mut source, mut value) = (0usize, 0usize);
    while source < bytes.len() && value < at as usize {
        match bytes[source] {
            b'\r' if bytes.get(source + 1) == Some(&b'\n') => {
                source += 2;
                value += 1;
            }
            b'&' => {
                let end = raw.get(source..).and_then(|rest| rest.find(';')).map_or(bytes.len(), |len| source + len + 1);
                let width = reference_width(raw.get(source + 1..end.saturating_sub(1)).unwrap_or_default());
                if value + width > at as usize {
                    break;
                }
                source = end;
                value += width;
            }
            _ => {
                source += 1;
                value += 1;
            }
        }
    }
    span.start + Span::from(source..source).start
}

/// How many bytes the reference with this name takes once resolved.
fn reference_width(name: &str) -> usize {
    let number = match name.strip_prefix('#') {
        None => return 1,
        Some(rest) => match rest.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => rest.parse(),
        },
    };
    number.ok().and_then(char::from_u32).map_or('\u{fffd}'.len_utf8(), char::len_utf8)
}

/// The locator of an element: `/svg/g[2]/path[1]` (`DECISIONS` 67). Positions count from one among siblings of one name.
pub fn locator(element: Node<'_, '_>) -> String {
    let mut chain: Vec<_> = element.ancestors().filter(Node::is_element).collect();
    chain.reverse();
    let mut out = String::new();
    for (depth, node) in chain.into_iter().enumerate() {
        let own = name(node);
        out.push('/');
        out.push_str(own);
        if depth > 0 {
            let before = node.prev_siblings().skip(1).filter(|sibling| sibling.is_element() && name(*sibling) == own).count();
            let _ = write!(out, "[{}]", before + 1);
        }
    }
    out
}

/// The locator of an attribute: that of its element and `/@name`.
pub fn attribute_locator(element: Node<'_, '_>, name: &str) -> String {
    let mut out = locator(element);
    out.push_str("/@");
    out.push_str(name);
    out
}

/// The innermost element whose text holds `offset`.
pub fn element_at<'a, 't>(document: &'a Document<'t>, offset: u32) -> Option<Node<'a, 't>> {
    let offset = offset as usize;
    let holds = |node: &Node<'_, '_>| node.is_element() && node.range().start <= offset && offset < node.range().end;
    let mut found = document.root().children().find(holds)?;
    while let Some(inner) = found.children().find(holds) {
        found = inner;
    }
    Some(found)
}
