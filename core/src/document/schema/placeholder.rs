//! Texts that stand for a value in an illustration and are none (`DECISIONS` 42; A607, C100).

/// What gives a placeholder away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `a | b`: the choices, as if they were a value.
    Choices,
    /// `…` or `...`.
    Ellipsis,
    /// `<x>` or `‹x›`.
    Brackets,
    /// `sha256:INDEX`: a word where digits are wanted.
    Word,
}

/// Whether `text` is a placeholder, when an enumerated value, a hash, an id, a URI or a number is wanted.
pub fn is_placeholder(text: &str) -> Option<Placeholder> {
    if text.contains(" | ") {
        return Some(Placeholder::Choices);
    }
    if text.contains('…') || text.contains("...") {
        return Some(Placeholder::Ellipsis);
    }
    let between = |open: char, close: char| text.find(open).is_some_and(|at| text[at..].contains(close));
    if between('<', '>') || between('‹', '›') {
        return Some(Placeholder::Brackets);
    }
    let word = text.split_once(':').map(|(_, rest)| rest).filter(|rest| !rest.is_empty() && rest.len() < 32);
    let word = word.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
    word.then_some(Placeholder::Word)
}
