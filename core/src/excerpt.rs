//! The few lines a report shows of a file.

use crate::{
    diagnostic::{Excerpt, ExcerptLine},
    text::{ColumnUnit, LineColumn, LineIndex, Span},
};

/// How many bytes are looked at for a NUL, which no text holds.
const BINARY_HEAD: usize = 64;

/// Cuts out what `span` covers of `bytes`; text that is not UTF-8 is shown as hexadecimal.
pub fn excerpt(bytes: &[u8], index: &LineIndex, span: Span) -> Excerpt {
    if bytes.len() != text_len(bytes) || bytes.iter().take(BINARY_HEAD).any(|byte| *byte == 0) {
        // bytes have no lines: all of them are the first, and columns count them
        let place = |column| LineColumn { line: 0, column };
        return Excerpt { start: place(span.start), end: place(span.end), lines: vec![hex_line(bytes, 0, span)] };
    }
    let start = index.line_column(bytes, span.start, ColumnUnit::Scalar);
    let end = index.line_column(bytes, span.end, ColumnUnit::Scalar);
    let last = end.line.min(start.line + Excerpt::LINES as u32 - 1);
    Excerpt { start, end, lines: (start.line..=last).map(|number| text_line(bytes, index, number, span)).collect() }
}

/// How many leading bytes are UTF-8 without NUL, as far as it matters for showing: the first 64 KiB decide.
fn text_len(bytes: &[u8]) -> usize {
    const LOOKED_AT: usize = 64 << 10;
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    let valid = match std::str::from_utf8(head) {
        Ok(_) => head.len(),
        Err(error) if error.error_len().is_none() && bytes.len() > LOOKED_AT => head.len(),
        Err(error) => error.valid_up_to(),
    };
    match valid == head.len() {
        true => bytes.len(),
        false => valid,
    }
}

fn text_line(bytes: &[u8], index: &LineIndex, number: u32, span: Span) -> ExcerptLine {
    let line = index.line_span(number, bytes);
    let mark = Span::new(span.start.clamp(line.start, line.end), span.end.clamp(line.start, line.end));
    // A long line is cut around the mark's start.
    let room = Excerpt::LINE_BYTES as u32;
    let from = if line.len() <= room { line.start } else { mark.start.saturating_sub(room / 3).max(line.start) };
    let to = line.end.min(from + room);
    let (from, to) = (ceil_boundary(bytes, from, to), floor_boundary(bytes, to, from));
    let text = String::from_utf8_lossy(bytes.get(Span::new(from, to).range()).unwrap_or_default()).into_owned();
    let length = text.len() as u32;
    let inside = |offset: u32| offset.clamp(from, to).saturating_sub(from).min(length);
    ExcerptLine { number, mark: Span::new(inside(mark.start), inside(mark.end)), text }
}

fn is_boundary(bytes: &[u8], at: u32) -> bool {
    bytes.get(at as usize).is_none_or(|byte| byte & 0xC0 != 0x80)
}

fn ceil_boundary(bytes: &[u8], at: u32, most: u32) -> u32 {
    (at..most).find(|at| is_boundary(bytes, *at)).unwrap_or(most)
}

fn floor_boundary(bytes: &[u8], at: u32, least: u32) -> u32 {
    (least..=at).rev().find(|at| is_boundary(bytes, *at)).unwrap_or(least)
}

/// Sixteen bytes around the start of the span.
fn hex_line(bytes: &[u8], number: u32, span: Span) -> ExcerptLine {
    const ROW: u32 = 16;
    let from = span.start - span.start % ROW;
    let row = bytes.get(from as usize..bytes.len().min((from + ROW) as usize)).unwrap_or_default();
    let head = format!("{from:08x}: ");
    let text = row.iter().fold(head.clone(), |text, byte| format!("{text}{byte:02x} "));
    let place = |offset: u32| head.len() as u32 + 3 * (offset.clamp(from, from + ROW) - from);
    let length = text.len() as u32;
    ExcerptLine { number, mark: Span::new(place(span.start).min(length), place(span.end.max(span.start + 1)).min(length)), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8], span: Span) -> Excerpt {
        excerpt(bytes, &LineIndex::new(bytes), span)
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark_at_characters() {
        let text = format!("{}x{}", "π".repeat(500), "π".repeat(500));
        let excerpt = of(text.as_bytes(), Span::new(1000, 1001));
        let line = &excerpt.lines[0];
        assert!(line.text.len() <= Excerpt::LINE_BYTES);
        assert_eq!(&line.text[line.mark.range()], "x");
        assert_eq!(excerpt.start.column, 500);
    }

    #[test]
    fn many_lines_show_the_first_ones_and_the_true_end() {
        let text = "a\n".repeat(50);
        let excerpt = of(text.as_bytes(), Span::new(0, 90));
        assert_eq!(excerpt.lines.len(), Excerpt::LINES);
        assert_eq!(excerpt.end.line, 45);
    }

    #[test]
    fn bytes_are_shown_as_hexadecimal() {
        let bytes = [0u8, 1, 2, 0xFF, 0xFE, 5];
        let excerpt = of(&bytes, Span::new(3, 4));
        let line = &excerpt.lines[0];
        assert_eq!(&line.text[line.mark.range()], "ff ");
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        let excerpt = of(b"ab", Span::new(7, 9));
        assert_eq!(excerpt.lines[0].mark, Span::new(2, 2));
    }
}
