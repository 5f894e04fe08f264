//! What must be known of a text before a tree is made of it: how deep, how many, and whether there is a document type.
//!
//! One pass over the markup, without a tree and without recursion. It does not judge whether the text is well-formed; it makes sure
//! that whoever does cannot be made to use time or memory out of proportion to the text.

use memchr::{memchr, memchr_iter, memchr3, memmem};

use super::{MAX_ATTRIBUTES, MAX_EQUALS, MAX_MARKUP, MAX_NAMESPACES};
use crate::{
    syntax::{MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_STRING_BYTES, SyntaxError},
    text::Span,
};

/// What the pass found.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The document type declaration, and whether it has a subset of its own (`[…]`).
    pub doctype: Option<(Span, bool)>,
    /// Whether there is any element.
    pub has_element: bool,
    /// Where each element that is open at the end begins, outermost first.
    pub open: Vec<u32>,
}

/// Walks the markup. The first limit that is broken ends it.
pub(super) fn outline(text: &str) -> Result<Outline, SyntaxError> {
    let bytes = text.as_bytes();
    if let Some(fault) = size_fault(bytes) {
        return Err(fault);
    }
    let mut outline = Outline::default();
    let mut namespaces: Vec<u8> = Vec::new();
    let mut in_scope = 0usize;
    let mut at = 0;
    while let Some(start) = find(bytes, at, b'<') {
        let rest = &bytes[start + 1..];
        let end = match rest.first() {
            Some(b'!') if rest.starts_with(b"!--") => end_of(bytes, start + 4, b"-->"),
            Some(b'!') if rest.starts_with(b"![CDATA[") => end_of(bytes, start + 9, b"]]>"),
            Some(b'!') if rest.starts_with(b"!DOCTYPE") => {
                let (end, subset) = doctype_end(bytes, start);
                outline.doctype.get_or_insert((Span::from(start..end.unwrap_or(bytes.len())), subset));
                end
            }
            Some(b'?') => end_of(bytes, start + 2, b"?>"),
            Some(b'/') => {
                outline.open.pop();
                in_scope -= usize::from(namespaces.pop().unwrap_or(0));
                Some(start + 2)
            }
            Some(byte) if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || !byte.is_ascii() => {
                let tag = tag_end(bytes, start)?;
                outline.has_element = true;
                if let Some((end, declared, empty)) = tag {
                    if in_scope + usize::from(declared) > MAX_NAMESPACES {
                        let message = format!("more than {MAX_NAMESPACES} namespaces are declared here");
                        return Err(limit("syntax/xml-size-limit", Span::from(start..start + 1), message));
                    }
                    if !empty {
                        if outline.open.len() == MAX_DEPTH {
                            let message = format!("elements nest deeper than {MAX_DEPTH} levels here; nothing deeper is read");
                            return Err(limit("syntax/xml-depth-limit", Span::from(start..start + 1), message));
                        }
                        outline.open.push(Span::from(start..start).start);
                        namespaces.push(declared);
                        in_scope += usize::from(declared);
                    }
                    Some(end)
                } else {
                    None
                }
            }
            _ => Some(start + 1),
        };
        let Some(end) = end else { break };
        at = end;
    }
    Ok(outline)
}

/// What makes a text too large for any reading.
pub(super) fn size_fault(bytes: &[u8]) -> Option<SyntaxError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        let message = format!("the document has {} bytes; at most {MAX_DOCUMENT_BYTES} are read", bytes.len());
        return Some(limit("syntax/file-limit", Span::at(0), message));
    }
    let count = |byte: u8, most: usize| if bytes.len() > most { memchr_iter(byte, bytes).count() } else { 0 };
    let (markup, equals) = (count(b'<', MAX_MARKUP), count(b'=', MAX_EQUALS));
    let told = if markup > MAX_MARKUP {
        format!("the document has {markup} tags; at most {MAX_MARKUP} are read")
    } else if equals > MAX_EQUALS {
        format!("the document has {equals} `=` signs; at most {MAX_EQUALS} are read")
    } else {
        return None;
    };
    Some(limit("syntax/xml-size-limit", Span::at(0), told))
}

fn limit(rule: &'static str, span: Span, message: String) -> SyntaxError {
    SyntaxError { span, rule, message, help: Some("split the document".to_owned()), fix: None }
}

fn find(bytes: &[u8], from: usize, byte: u8) -> Option<usize> {
    memchr(byte, bytes.get(from..)?).map(|at| from + at)
}

fn end_of(bytes: &[u8], from: usize, end: &[u8]) -> Option<usize> {
    memmem::find(bytes.get(from..)?, end).map(|at| from + at + end.len())
}

/// Where the start tag at `start` ends, how many namespaces it declares and whether it has no content; `None` when it never ends.
fn tag_end(bytes: &[u8], start: usize) -> Result<Option<(usize, u8, bool)>, SyntaxError> {
    let name = bytes[start + 1..].iter().take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'"' | b'\'')).count();
    let mut at = start + 1 + name;
    let (mut attributes, mut namespaces, mut default) = (0usize, 0u8, false);
    loop {
        let Some(rest) = bytes.get(at..) else { return Ok(None) };
        let Some(found) = memchr3(b'"', b'\'', b'>', rest) else { return Ok(None) };
        let stop = at + found;
        if bytes[stop] == b'>' {
            return Ok(Some((stop + 1, namespaces, bytes[stop - 1] == b'/')));
        }
        attributes += 1;
        if attributes > MAX_ATTRIBUTES {
            let message = format!("an element has more than {MAX_ATTRIBUTES} attributes");
            return Err(limit("syntax/xml-size-limit", Span::from(start..start + 1), message));
        }
        let name = rest[..found].trim_ascii_start();
        if name.starts_with(b"xmlns") {
            namespaces = namespaces.saturating_add(1);
            let whole = matches!(name.get(5), Some(b'=' | b' ' | b'\t' | b'\r' | b'\n'));
            if whole && default {
                let name = stop - name.len();
                return Err(SyntaxError {
                    span: Span::from(name..name + 5),
                    rule: "syntax/xml-attribute-duplicate",
                    message: "`xmlns` stands twice on one element".to_owned(),
                    help: Some("keep one of the two".to_owned()),
                    fix: None,
                });
            }
            default |= whole;
        }
        let Some(end) = find(bytes, stop + 1, bytes[stop]) else { return Ok(None) };
        if end - stop > MAX_STRING_BYTES {
            let message = format!("an attribute value has {} bytes; at most {MAX_STRING_BYTES} are read", end - stop - 1);
            return Err(limit("syntax/xml-size-limit", Span::from(stop..stop + 1), message));
        }
        at = end + 1;
    }
}

/// Where the document type declaration at `start` ends, and whether it has a subset.
fn doctype_end(bytes: &[u8], start: usize) -> (Option<usize>, bool) {
    let (mut at, mut subset, mut inside) = (start + 9, false, false);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => match find(bytes, at + 1, byte) {
                Some(end) => at = end,
                None => return (None, subset),
            },
            b'[' => (subset, inside) = (true, true),
            b']' => inside = false,
            b'<' if bytes[at..].starts_with(b"<!--") => match end_of(bytes, at + 4, b"-->") {
                Some(end) => at = end - 1,
                None => return (None, subset),
            },
            b'>' if !inside => return (Some(at + 1), subset),
            _ => {}
        }
        at += 1;
    }
    (None, subset)
}
