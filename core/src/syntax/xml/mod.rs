//! XML with spans, under hard limits.
//!
//! [`Elements`] is what every reader works on: a flat list, made in one pass from an ordinary document, and from `roxmltree`'s verdict
//! and tree for every other (well-formedness, namespaces, entities of characters). A pass before that (`scan`) bounds depth, size,
//! attributes and namespaces, so that no text can make the reader slow, large or deep. No document type is honoured: one without a subset
//! is reported and passed over, one with a subset is reported and nothing else of the document is read, so no entity is ever expanded.
//! What a text that is not well-formed still says comes from tree-sitter through [`recover`].
//!
//! Nothing here knows what an element means.

mod elements;
mod fault;
mod recover;
mod scan;
mod value;

pub use elements::{Attribute, Element, Elements, Instruction, Reading};
pub use recover::{MAX_RECOVERED_BYTES, MAX_RECOVERED_MARKUP, RecoveredElement, RecoveredRoot, RecoveredText, recover, recover_root};

use super::SyntaxError;
use crate::text::Span;

/// Most attributes of one element; each new one is compared with those before it.
pub const MAX_ATTRIBUTES: usize = 128;
/// Most namespaces in scope at once; each name is looked up among them.
pub const MAX_NAMESPACES: usize = 64;
/// Most `<` in a document; the reader takes room for a node for each.
pub const MAX_MARKUP: usize = 4 << 20;
/// Most `=` in a document; the reader takes room for an attribute for each.
pub const MAX_EQUALS: usize = 8 << 20;

/// A declared encoding that the bytes are not in: only UTF-8 is read, and a text of ASCII alone is the same in most encodings.
fn encoding_fault(text: &str) -> Option<SyntaxError> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let head = text.get(start..)?.strip_prefix("<?xml")?;
    let head = head.get(..head.find("?>")?)?;
    let at = head.find("encoding")?;
    let quote = at + head.get(at..)?.find(['"', '\''])?;
    let value = head.get(quote + 1..)?;
    let value = value.get(..value.find(head.as_bytes()[quote] as char)?)?;
    let upper = value.to_ascii_uppercase();
    let wide = ["UTF-16", "UTF-32", "UCS-", "ISO-10646", "EBCDIC", "IBM", "CP037"].iter().any(|name| upper.starts_with(name));
    if upper == "UTF-8" || upper == "UTF8" || (!wide && text.is_ascii()) {
        return None;
    }
    let from = start + "<?xml".len() + quote + 1;
    let span = Span::from(from..from + value.len());
    Some(SyntaxError {
        span,
        rule: "syntax/xml-encoding",
        message: format!("the document declares the encoding `{value}`, and its bytes are UTF-8, the only encoding that is read"),
        help: Some("declare `UTF-8`, or leave the encoding out".to_owned()),
        fix: Some((span, "UTF-8".to_owned())),
    })
}

#[cfg(test)]
mod tests;
