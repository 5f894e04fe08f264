//! Why a declared hash is not the hash of the bytes: what else it is the hash of.
//!
//! Tries the changes that editors, version control and serialisers make to a file, the likeliest first, within a fixed amount of hashing.
//! Whether the value belongs to another file is for the index to say.

mod layout;
mod own;
mod text;

use std::fmt;

use super::{Digest, canonical_json};
use crate::syntax::json::Tree;

pub use layout::Layout;
pub use own::{OwnVariant, explain_own};
pub use text::TextForm;

/// Most bytes hashed in search of one explanation. At 4 MiB that leaves sixteen tries, at 100 KiB all of them.
const BUDGET: usize = 64 << 20;
/// A file beyond this is not written anew in other forms.
const LARGEST_REWRITTEN: usize = 4 << 20;
/// A declared value that differs from the true one in up to so many digits was mistyped.
const FEW_DIGITS: usize = 4;

/// What a declared value turns out to be, in place of the hash of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The right digest in upper-case digits.
    UpperCase,
    /// The right digest without `sha256:` before it.
    NoScheme,
    /// The right digest but for so many digits.
    Mistyped(usize),
    /// The hash of no bytes at all.
    Empty,
    /// The hash of the right digest's own text.
    OfItsText,
    /// The hash of the right digest's 32 bytes.
    OfItsBytes,
    /// The hash of the same text in another form.
    Text(TextForm),
    /// The hash of the canonical JSON (RFC 8785) of the same document.
    Canonical,
    /// The hash of the same JSON document in another layout.
    Layout(Layout),
}

impl fmt::Display for Variant {
    /// A clause that begins with *the declared value*.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Variant::UpperCase => f.write_str("the declared value is the right one in upper-case digits"),
            Variant::NoScheme => f.write_str("the declared value is the right one without `sha256:` before it"),
            Variant::Mistyped(1) => f.write_str("the declared value differs from the right one in a single digit"),
            Variant::Mistyped(count) => write!(f, "the declared value differs from the right one in {count} digits"),
            Variant::Empty => f.write_str("the declared value is the hash of an empty file"),
            Variant::OfItsText => f.write_str("the declared value is the hash of the right hash's text, not of the bytes"),
            Variant::OfItsBytes => f.write_str("the declared value is the bytes' hash hashed once more"),
            Variant::Text(form) => write!(f, "the declared value is the hash of the same text {form}"),
            Variant::Canonical => {
                f.write_str("the declared value is the hash of the document's canonical JSON, where the bytes as stored count")
            }
            Variant::Layout(layout) => write!(f, "the declared value is the hash of the same JSON {layout}"),
        }
    }
}

/// What the declared value `declared` is the hash of, when it is not the hash of `bytes`; `None` when nothing fits, or when it is that hash.
/// `json` says whether the bytes are meant to be a JSON document.
pub fn explain(declared: &str, bytes: &[u8], json: bool) -> Option<Variant> {
    let actual = Digest::of(bytes);
    let Some(digest) = Digest::parse(declared) else { return misspelled(declared, actual) };
    if digest == actual {
        return None;
    }
    if let Some(variant) = near(digest, actual) {
        return Some(variant);
    }
    let mut search = Search { digest, left: BUDGET };
    if let Some(form) = search.text_form(bytes) {
        return Some(Variant::Text(form));
    }
    if json && bytes.len() <= LARGEST_REWRITTEN { search.json_form(bytes) } else { None }
}

/// What `digest` is, judged by the right digest alone.
fn near(digest: Digest, actual: Digest) -> Option<Variant> {
    let hex = actual.hex();
    if digest == Digest::EMPTY {
        return Some(Variant::Empty);
    }
    let of_text = |text: &str| [text.to_owned(), format!("{text}\n")].iter().any(|text| Digest::of(text.as_bytes()) == digest);
    if of_text(&hex) || of_text(&actual.to_string()) {
        return Some(Variant::OfItsText);
    }
    if Digest::of(&actual.0) == digest {
        return Some(Variant::OfItsBytes);
    }
    let wrong = digest.hex().bytes().zip(hex.bytes()).filter(|(a, b)| a != b).count();
    (wrong <= FEW_DIGITS).then_some(Variant::Mistyped(wrong))
}

fn misspelled(declared: &str, actual: Digest) -> Option<Variant> {
    let lower = declared.to_ascii_lowercase();
    if lower == actual.hex() {
        return Some(Variant::NoScheme);
    }
    (lower == actual.to_string()).then_some(Variant::UpperCase)
}

/// A digest that is looked for, and how many bytes may still be hashed.
struct Search {
    digest: Digest,
    left: usize,
}

impl Search {
    /// Whether the parts, one after the other, have the digest looked for.
    fn fits(&mut self, parts: &[&[u8]]) -> bool {
        let len = parts.iter().map(|part| part.len()).sum::<usize>().max(1 << 10);
        let Some(left) = self.left.checked_sub(len) else { return false };
        self.left = left;
        Digest::of_parts(parts.iter().copied()) == self.digest
    }

    fn text_form(&mut self, bytes: &[u8]) -> Option<TextForm> {
        // What is not text has no line ends to change.
        let text = std::str::from_utf8(bytes).ok()?;
        TextForm::ALL.iter().copied().find(|form| self.left > 0 && form.parts(text, &mut |parts| self.fits(parts)))
    }

    fn json_form(&mut self, bytes: &[u8]) -> Option<Variant> {
        let text = std::str::from_utf8(bytes).ok()?;
        let tree = Tree::parse(text.trim_start_matches('\u{feff}').into());
        let root = tree.root().filter(|_| tree.is_strict() && tree.duplicates().is_empty())?;
        let canonical = canonical_json::canonical(root).ok()?;
        if self.fits(&[&canonical]) {
            return Some(Variant::Canonical);
        }
        for layout in Layout::all() {
            if self.left == 0 {
                return None;
            }
            let written = layout.write(root);
            if self.fits(&[&written]) {
                return Some(Variant::Layout(layout));
            }
            if self.fits(&[&written, b"\n"]) {
                return Some(Variant::Layout(Layout { final_newline: true, ..layout }));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
