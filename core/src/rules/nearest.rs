//! The known name nearest to one that is not known. Knows nothing of what the names name.

/// Longer words are not compared letter by letter.
const LONGEST_WORD: usize = 256;

/// Rests longer than this are compared by the general method.
const LONGEST_REST: usize = 24;

/// The word nearest to `word`, if it is near enough to be what was meant: within a step for every three letters, and within four.
/// Of several equally near the first in byte order.
///
/// A word that was left behind when everything else was moved away is asked about thousands of times, against thousands of words that
/// begin as it does: so what both begin and end with is set aside, and what is farther than the best so far is not measured.
pub fn nearest_of<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let most = (word.chars().count() / 3).clamp(1, 4);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // as near as the best so far is near enough only for one before it in order
        let limit = match best {
            None => most,
            Some((distance, name)) if candidate < name => distance,
            Some((0, _)) => continue,
            Some((distance, _)) => distance - 1,
        };
        if let Some(distance) = distance_within(word, candidate, limit) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The Damerau-Levenshtein distance in characters, if it is at most `limit`.
fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    let plain = a.is_ascii() && b.is_ascii();
    if a.len().abs_diff(b.len()) > if plain { limit } else { limit * 4 } {
        return None;
    }
    let distance = if plain {
        let (a, b) = rests(a.as_bytes(), b.as_bytes());
        if counts_apart(a, b) > limit * 2 {
            return None;
        }
        match a.len().max(b.len()) {
            0..=LONGEST_REST => of_rests(a, b),
            _ => strsim::generic_damerau_levenshtein(a, b),
        }
    } else {
        // a step puts in, takes out or changes one character of one to four bytes
        if counts_apart(a.as_bytes(), b.as_bytes()) > limit * 8 {
            return None;
        }
        strsim::damerau_levenshtein(a, b)
    };
    (distance <= limit).then_some(distance)
}

/// What is left of both without what both begin and end with.
fn rests<'t>(a: &'t [u8], b: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (&a[..a.len() - tail], &b[..b.len() - tail])
}

/// How far apart two texts are in how often each low half of a byte occurs: a cheap bound, as a change of a byte moves two counts by one.
fn counts_apart(a: &[u8], b: &[u8]) -> usize {
    let mut counts = [0_i32; 16];
    a.iter().for_each(|byte| counts[usize::from(byte & 15)] += 1);
    b.iter().for_each(|byte| counts[usize::from(byte & 15)] -= 1);
    counts.iter().map(|count| count.unsigned_abs() as usize).sum()
}

/// The Damerau-Levenshtein distance of two short texts, of at most `LONGEST_REST` bytes each, without setting memory aside: as Lowrance
/// and Wagner have it, where the letters of a swap may have others put in or taken out between them.
fn of_rests(a: &[u8], b: &[u8]) -> usize {
    const SIDE: usize = LONGEST_REST + 2;
    if a.is_empty() || b.is_empty() {
        return a.len().max(b.len());
    }
    // row and column 0 are a wall, those of 1 the empty beginnings
    let wall = a.len() + b.len();
    let mut table = [[0_u8; SIDE]; SIDE];
    let mut last_row = [0_u8; 256];
    for (i, row) in table.iter_mut().enumerate().take(a.len() + 2) {
        row[0] = wall as u8;
        row[1] = i.saturating_sub(1) as u8;
    }
    let [top, first, ..] = &mut table;
    for (j, (top, first)) in top.iter_mut().zip(first).enumerate().take(b.len() + 2) {
        *top = wall as u8;
        *first = j.saturating_sub(1) as u8;
    }
    table[1][0] = wall as u8;
    for (i, x) in a.iter().enumerate() {
        let mut last_column = 0;
        for (j, y) in b.iter().enumerate() {
            let (row, column) = (usize::from(last_row[usize::from(*y)]), last_column);
            let changed = table[i + 1][j + 1] + u8::from(x != y);
            let apart = (i - row.min(i)) + 1 + (j - column.min(j));
            let swapped = usize::from(table[row][column]) + apart;
            let moved = table[i + 1][j + 2].min(table[i + 2][j + 1]) + 1;
            table[i + 2][j + 2] = changed.min(moved).min(swapped.min(usize::from(u8::MAX)) as u8);
            if x == y {
                last_column = j + 1;
            }
        }
        last_row[usize::from(*x)] = i as u8 + 1;
    }
    usize::from(table[a.len() + 1][b.len() + 1])
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
    fn short_texts_are_measured_as_long_ones() {
        // every text of up to five of three letters against every other
        let mut texts = vec![String::new()];
        for at in 0.. {
            let Some(text) = texts.get(at).cloned().filter(|text| text.len() < 5) else { break };
            texts.extend(["a", "b", "c"].map(|letter| format!("{text}{letter}")));
        }
        for a in &texts {
            for b in &texts {
                let wanted = strsim::damerau_levenshtein(a, b);
                assert_eq!(of_rests(a.as_bytes(), b.as_bytes()), wanted, "{a} {b}");
                let (x, y) = (format!("aab{a}ca"), format!("aab{b}ca"));
                assert_eq!(distance_within(&x, &y, 5), (wanted <= 5).then_some(wanted), "{a} {b}");
                assert_eq!(distance_within(a, b, 1), (wanted <= 1).then_some(wanted), "{a} {b}");
            }
        }
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
