//! The known name nearest to one that is not known. Knows nothing of what the names name.

/// Longer words are not compared letter by letter.
const LONGEST_WORD: usize = 256;

/// The word nearest to `word`, if it is near enough to be what was meant: within a step for every three letters, and within four.
/// Of several equally near the first in byte order.
pub fn nearest_of<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let most = (word.chars().count() / 3).clamp(1, 4);
    let counts = byte_counts(word);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= if word.is_ascii() && candidate.is_ascii() { most } else { most * 4 })
        // a step puts in, takes out or changes one character of one to four bytes: at most eight counts move by one
        .filter(|candidate| {
            let apart: usize = byte_counts(candidate).iter().zip(&counts).map(|(a, b)| a.abs_diff(*b) as usize).sum();
            apart <= most * 8
        })
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How often each low half of a byte occurs: a cheap bound before letters are compared one by one.
fn byte_counts(text: &str) -> [u16; 16] {
    let mut counts = [0; 16];
    for byte in text.bytes().take(u16::MAX as usize) {
        counts[usize::from(byte & 15)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let known = ["authority", "payload", "projections", "\u{3c0}\u{3c0}\u{3c0}\u{3c0}"];
        for (word, wanted) in [
            ("autority", Some("authority")),
            ("auhtority", Some("authority")),
            ("paylod", Some("payload")),
            ("projection", Some("projections")),
            ("\u{3c0}a\u{3c0}\u{3c0}", Some("\u{3c0}\u{3c0}\u{3c0}\u{3c0}")),
            ("load", None),
            ("", None),
        ] {
            assert_eq!(nearest_of(word, known), wanted, "{word}");
        }
        assert_eq!(nearest_of("ab", ["ac", "aa"]), Some("aa"), "of two equally near the first in order");
        assert_eq!(nearest_of(&"a".repeat(300), ["a"]), None);
    }

    #[test]
    fn the_cheap_bounds_lose_nothing() {
        let words = ["object://a/b", "object://a/bc", "object://b/a", "tone", "t\u{f6}ne", "note", "\u{1d6d1}one", "tones", "stone", "on"];
        for word in words {
            let most = (word.chars().count() / 3).clamp(1, 4);
            let all = words.into_iter().map(|other| (strsim::damerau_levenshtein(word, other), other));
            let plain = all.filter(|(distance, other)| *distance <= most && *other != word).min().map(|(_, other)| other);
            assert_eq!(nearest_of(word, words.into_iter().filter(|other| *other != word)), plain, "{word}");
        }
    }
}
