//! Text from files made safe to show: what would move the cursor, change the direction of writing or hide is spelled out.

use mx2lm_core::text::Span;

/// `text` with every unsafe character spelled out, and where the bytes of `mark` went.
pub fn with_mark(text: &str, mark: Span) -> (String, std::ops::Range<usize>) {
    let mut shown = String::with_capacity(text.len());
    let (mut start, mut end) = (None, None);
    for (at, c) in text.char_indices() {
        if start.is_none() && at >= mark.start as usize {
            start = Some(shown.len());
        }
        if end.is_none() && at >= mark.end as usize {
            end = Some(shown.len());
        }
        push(&mut shown, c);
    }
    let start = start.unwrap_or(shown.len());
    let end = end.unwrap_or(shown.len()).max(start);
    (shown, start..end)
}

/// `text` with every unsafe character spelled out.
pub fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut shown, c));
    shown
}

/// Like [`text`], but a line feed stays one.
pub fn lines(lines: &str) -> String {
    lines.split('\n').map(text).collect::<Vec<_>>().join("\n")
}

fn push(shown: &mut String, c: char) {
    match c {
        '\t' => shown.push(c),
        // Unicode has a picture for each of the ASCII control characters.
        '\0'..='\u{1f}' => shown.push(char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER)),
        '\u{7f}' => shown.push('␡'),
        c if is_unsafe(c) => {
            let escaped = c.escape_unicode();
            shown.extend(escaped);
        }
        c => shown.push(c),
    }
}

/// C1 controls, the marks, embeddings, overrides and isolates of bidirectional text, line and paragraph separators, and what is invisible.
fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_would_mislead_are_spelled_out() {
        assert_eq!(text("a\u{1b}[31m\u{202e}b\u{0}\tπ"), "a␛[31m\\u{202e}b␀\tπ");
        assert_eq!(lines("a\nb\u{7f}"), "a\nb␡");
    }

    #[test]
    fn a_mark_follows_its_text() {
        let source = "\u{202e}π\u{1}x";
        let (shown, mark) = with_mark(source, Span::new(3, 6));
        assert_eq!(&shown[mark], "π␁");
        let (shown, mark) = with_mark(source, Span::new(7, 7));
        assert_eq!(mark, shown.len()..shown.len());
    }
}
