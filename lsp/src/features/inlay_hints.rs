//! ✓ or ✗ behind each hash that can be verified, the canonical hash behind the root of a tensor, and what lanes of packs cost.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Range};

use super::{
    lanes,
    verdict::{self, Verdict},
};
use crate::view::File;

/// Answers `textDocument/inlayHint`.
pub fn inlay_hints(file: &File<'_>, range: Range) -> Vec<InlayHint> {
    let mut hints = hashes(file, range);
    hints.extend(lanes::inlay_hints(file, range));
    hints
}

fn hashes(file: &File<'_>, range: Range) -> Vec<InlayHint> {
    let Some(facts) = file.facts() else { return Vec::new() };
    let mut hints = super::score::hints(file, range);
    let places = file.places();
    let wanted = places.span(range);
    let hint = |at, label: &str, tooltip| InlayHint {
        position: places.position(at),
        label: InlayHintLabel::String(label.into()),
        kind: None::<InlayHintKind>,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(tooltip)),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    let canonical = super::drawing::hint(file).filter(|(at, ..)| wanted.touches(*at));
    let hashes = facts.hashes.iter().filter(|hash| wanted.touches(hash.at.span.end));
    hints.extend(hashes.filter_map(|hash| {
        let compared = verdict::compare(file.snapshot(), facts, hash);
        let (label, tooltip) = match compared.verdict {
            Verdict::True => ("✓", format!("the hash of {}", compared.of)),
            Verdict::False => ("✗", format!("the hash of {} is {}", compared.of, compared.computed?)),
            Verdict::Unknown(_) => return None,
        };
        Some(hint(hash.at.span.end, label, tooltip))
    }));
    hints.extend(canonical.map(|(at, label, tooltip)| hint(at, &label, tooltip)));
    hints
}
