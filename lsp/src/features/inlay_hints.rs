//! ✓ or ✗ behind each hash that can be verified.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Range};

use super::verdict::{self, Verdict};
use crate::view::File;

/// Answers `textDocument/inlayHint`.
pub fn inlay_hints(file: &File<'_>, range: Range) -> Vec<InlayHint> {
    let Some(facts) = file.facts() else { return Vec::new() };
    let places = file.places();
    let wanted = places.span(range);
    let hashes = facts.hashes.iter().filter(|hash| wanted.touches(hash.at.span.end));
    hashes
        .filter_map(|hash| {
            let compared = verdict::compare(file.snapshot(), facts, hash);
            let (label, tooltip) = match compared.verdict {
                Verdict::True => ("✓", format!("the hash of {}", compared.of)),
                Verdict::False => ("✗", format!("the hash of {} is {}", compared.of, compared.computed?)),
                Verdict::Unknown(_) => return None,
            };
            Some(InlayHint {
                position: places.position(hash.at.span.end),
                label: InlayHintLabel::String(label.into()),
                kind: None::<InlayHintKind>,
                text_edits: None,
                tooltip: Some(InlayHintTooltip::String(tooltip)),
                padding_left: Some(true),
                padding_right: None,
                data: None,
            })
        })
        .collect()
}
