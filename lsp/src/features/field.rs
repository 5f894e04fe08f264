//! What a field means, from the schema of the document's kind.

use mx2lm_core::text::Span;

use crate::view::File;

/// The meaning of the field at `offset`, and where its name stands.
pub fn meaning(_file: &File<'_>, _offset: u32) -> Option<(String, Span)> {
    None
}
