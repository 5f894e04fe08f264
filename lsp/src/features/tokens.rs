//! Semantic tokens: what a grammar for colours cannot know, namely which strings are names, references and hashes, and which hashes are true.

use lsp_types::{Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend};
use mx2lm_core::text::Span;

use super::{
    subject,
    verdict::{self, Verdict},
};
use crate::view::File;

const TYPES: &[SemanticTokenType] = &[SemanticTokenType::CLASS, SemanticTokenType::VARIABLE, SemanticTokenType::ENUM_MEMBER];
const MODIFIERS: &[SemanticTokenModifier] =
    &[SemanticTokenModifier::DECLARATION, SemanticTokenModifier::READONLY, SemanticTokenModifier::new("untrue")];

const NAME: u32 = 0;
const PLACE: u32 = 1;
const HASH: u32 = 2;
const DECLARATION: u32 = 1;
const READONLY: u32 = 2;
const UNTRUE: u32 = 4;

/// What the numbers in the answer mean.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: MODIFIERS.to_vec() }
}

/// Answers `textDocument/semanticTokens/full` and `…/range`.
pub fn tokens(file: &File<'_>, range: Option<Range>) -> SemanticTokens {
    let places = file.places();
    let wanted = range.map(|range| places.span(range));
    let mut found: Vec<(Span, u32, u32)> = Vec::new();
    if let Some(facts) = file.facts() {
        found.extend(facts.id.iter().chain(&facts.profile_name).map(|own| (own.span, NAME, DECLARATION)));
        found.extend(facts.references.iter().map(|reference| (reference.at.span, NAME, 0)));
        found.extend(facts.payload.iter().filter_map(|payload| payload.location.as_ref()).map(|at| (at.span, PLACE, 0)));
        found.extend(facts.payload_references.iter().map(|(span, _)| (span, PLACE, 0)));
        found.extend(facts.hashes.iter().map(|hash| {
            let untrue = verdict::compare(file.snapshot(), facts, hash).verdict == Verdict::False;
            (hash.at.span, HASH, if untrue { READONLY | UNTRUE } else { READONLY })
        }));
    }
    found.retain(|(span, ..)| wanted.is_none_or(|wanted| wanted.touches(span.start) || wanted.touches(span.end)));
    found.sort_by_key(|(span, ..)| (span.start, span.end));
    found.dedup_by_key(|(span, ..)| span.start);
    let (mut line, mut column) = (0, 0);
    let mut data = Vec::with_capacity(found.len());
    for (span, token_type, token_modifiers_bitset) in found {
        let range = places.range(subject::inner(span));
        if range.start.line != range.end.line {
            continue;
        }
        let delta_line = range.start.line - line;
        let delta_start = if delta_line == 0 { range.start.character - column } else { range.start.character };
        (line, column) = (range.start.line, range.start.character);
        let length = range.end.character - range.start.character;
        data.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset });
    }
    SemanticTokens { result_id: None, data }
}
