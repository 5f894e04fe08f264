//! From text to trees with spans.
//!
//! A parser here never fails: it returns what it could read and a list of [`SyntaxError`]s. A hash is only ever taken from a reading
//! without errors.

pub mod json;
pub mod toml;
pub mod xml;

use crate::text::Span;

/// Deepest nesting of any document; deeper is `nesting-limit`.
pub const MAX_DEPTH: usize = 512;
/// Largest document that is parsed; a larger one is hashed only (`file-limit`).
pub const MAX_DOCUMENT_BYTES: usize = 512 << 20;
/// Longest string or name in a document (`string-limit`).
pub const MAX_STRING_BYTES: usize = 64 << 20;
/// Most values in a JSON document; what follows is not read (`syntax/json-value-limit`).
pub const MAX_VALUES: usize = 8_000_000;
/// Most syntax errors kept of one document; the last one says that there are more.
pub const MAX_ERRORS: usize = 100;

/// One thing a parser did not expect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// Which rule reports it, `syntax/…`.
    pub rule: &'static str,
    /// What is wrong: lower case, no trailing period.
    pub message: String,
    /// What to do, in the imperative.
    pub help: Option<String>,
    /// A replacement that surely keeps what the author meant: the span and the new text.
    pub fix: Option<(Span, String)>,
}
