//! Why a pack is refused: the specification's name, the bytes, and what is wrong with them.

use std::fmt;

use super::layout::Part;
use crate::text::Span;

/// The specification's names (`CANONICAL` §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    /// It is no pack.
    BadMagic,
    /// Another version of the pack or of a lane.
    UnsupportedVersion,
    /// A lane is not there.
    MissingLane,
    /// Header or table of contents.
    MalformedEnvelope,
    /// An encoding that no lane has.
    UnsupportedEncoding,
    /// The form of a lane.
    MalformedLane,
    /// A number that follows from others is not what follows.
    IntegrityViolation,
    /// What the lanes say is no tensor.
    IllegalTensor,
}

impl Name {
    /// As the specification spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Name::BadMagic => "load_error.bad_magic",
            Name::UnsupportedVersion => "load_error.unsupported_version",
            Name::MissingLane => "load_error.missing_lane",
            Name::MalformedEnvelope => "load_error.malformed_envelope",
            Name::UnsupportedEncoding => "load_error.unsupported_encoding",
            Name::MalformedLane => "load_error.malformed_lane",
            Name::IntegrityViolation => "verification_error.integrity_violation",
            Name::IllegalTensor => "verification_error.illegal_tensor",
        }
    }

    /// Whether the form of the bytes is wrong, and not only what they say.
    pub const fn is_load_error(self) -> bool {
        !matches!(self, Name::IntegrityViolation | Name::IllegalTensor)
    }
}

/// Why a pack is refused: the first reason in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The specification's name.
    pub name: Name,
    /// The bytes of the field, as far as the file has them.
    pub span: Span,
    /// The field, as `/section/item/field`.
    pub locator: String,
    /// Value found and value wanted: lower case, no trailing period.
    pub message: String,
}

impl Rejection {
    /// A rejection of one field of one item; `base` is where its part begins. Without a field it is the whole item.
    pub fn new(name: Name, (part, base): (Part, usize), item: usize, field: &str, message: impl Into<String>) -> Self {
        Rejection { name, span: part.span(base, item, field), locator: part.locator(item, field), message: message.into() }
    }

    /// The byte at which the field begins.
    pub fn offset(&self) -> u32 {
        self.span.start
    }

    /// The same, with the span inside a file of that many bytes.
    pub(super) fn within(mut self, bytes: usize) -> Self {
        let end = Span::from(0..bytes).end;
        self.span = Span::new(self.span.start.min(end), self.span.end.min(end));
        self
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}, `{}`: {}", self.name.as_str(), self.span.start, self.locator, self.message)
    }
}

impl std::error::Error for Rejection {}
