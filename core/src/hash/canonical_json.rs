//! Canonical JSON: RFC 8785, written straight from the tree.
//!
//! Members sorted by the UTF-16 code units of their names, numbers as ECMAScript writes them, the shortest escapes, no white space.
//! No defaults are added and no text is normalised (`DECISIONS` 3, row C513).

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::syntax::json::{Node, NodeId, NodeKind, push_quoted};
use crate::text::Span;

/// Why a document has no canonical form: the first error of its text, or a member name that stands twice (`DECISIONS` 3, 57, 71).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document has no canonical form: {why}")]
pub struct CanonicalError {
    /// Where.
    pub span: Span,
    /// The rule that reports the cause.
    pub rule: &'static str,
    /// The cause, in words.
    pub why: String,
}

/// The canonical form of `node`.
pub fn canonical(node: Node<'_>) -> Result<Vec<u8>, CanonicalError> {
    canonical_without(node, &[])
}

/// The canonical form of `node` with the values at `pointers` left out, members and all. A pointer starts at `node`; one that leads nowhere
/// leaves nothing out.
pub fn canonical_without(node: Node<'_>, pointers: &[&str]) -> Result<Vec<u8>, CanonicalError> {
    let tree = node.tree();
    if let Some(error) = tree.errors().first() {
        return Err(CanonicalError { span: error.span, rule: error.rule, why: error.message.clone() });
    }
    if let Some(twice) = tree.duplicates().iter().find(|twice| node.span().contains(twice.again)) {
        let why = format!("the member `{}` stands twice", twice.name);
        return Err(CanonicalError { span: twice.again, rule: "syntax/json-duplicate-member", why });
    }
    let omitted: Vec<NodeId> = pointers.iter().filter_map(|pointer| node.descend(pointer)).map(Node::id).collect();
    let mut out = Vec::with_capacity(node.span().len() as usize);
    write(node, &omitted, &mut out);
    Ok(out)
}

/// The recursion is as deep as the tree, which `syntax::MAX_DEPTH` bounds.
fn write(node: Node<'_>, omitted: &[NodeId], out: &mut Vec<u8>) {
    match node.kind() {
        NodeKind::Object => {
            let mut members: Vec<(Cow<'_, str>, Node<'_>)> = node.members().filter(|(_, value)| !omitted.contains(&value.id())).collect();
            // A stable sort takes one pass over what is sorted already.
            members.sort_by(|a, b| by_code_units(&a.0, &b.0));
            out.push(b'{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                push_quoted(out, name);
                out.push(b':');
                write(*value, omitted, out);
            }
            out.push(b'}');
        }
        NodeKind::Array => {
            out.push(b'[');
            for (at, item) in node.items().filter(|item| !omitted.contains(&item.id())).enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, omitted, out);
            }
            out.push(b']');
        }
        // Unescaped text of a strict document is its own shortest spelling.
        NodeKind::String if !node.is_escaped() => out.extend_from_slice(node.raw().as_bytes()),
        NodeKind::String => push_quoted(out, &node.as_str().unwrap_or_default()),
        NodeKind::Number => write_number(node, out),
        NodeKind::Null | NodeKind::Bool | NodeKind::Missing => out.extend_from_slice(node.raw().as_bytes()),
    }
}

/// The order of RFC 8785 §3.2.3. It differs from the order of the bytes only where a character beyond U+FFFF is met.
pub fn by_code_units(a: &str, b: &str) -> Ordering {
    let beyond = |text: &str| text.bytes().any(|byte| byte >= 0xf0);
    if beyond(a) || beyond(b) { a.encode_utf16().cmp(b.encode_utf16()) } else { a.cmp(b) }
}

fn write_number(node: Node<'_>, out: &mut Vec<u8>) {
    let text = node.raw();
    let digits = text.strip_prefix('-').unwrap_or(text);
    // Whole numbers below 10^15 are exact in f64 and spelled as they are; -0 is not among them.
    if digits.len() <= 15 && text != "-0" && digits.bytes().all(|b| b.is_ascii_digit()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        out.extend_from_slice(number(node.as_f64().unwrap_or_default()).as_bytes());
    }
}

/// A finite number as ECMAScript writes it (RFC 8785 §3.2.2.3; ECMA-262 Number::toString). `0` for what is not finite.
pub fn number(value: f64) -> String {
    if value.is_finite() { ryu_js::Buffer::new().format_finite(value).to_owned() } else { "0".to_owned() }
}

/// Whether a number is spelled as a whole one that f64 does not hold: what is hashed is another number (`DECISIONS` 57). Possible only
/// beyond 2^53, and there not of every integer: 10^21 is a double.
pub fn is_inexact_integer(node: Node<'_>) -> bool {
    let Some(text) = node.number_text().filter(|text| !text.contains(['.', 'e', 'E'])) else { return false };
    node.as_f64().is_none_or(|value| value.abs() >= MAX_EXACT && format!("{value:.0}") != text)
}

/// 2^53: below it every integer is a double.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests;
