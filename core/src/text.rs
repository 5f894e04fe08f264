//! Text, spans and positions.
//!
//! Everything inside the core counts bytes. Columns are made at the edge, once, in the unit a reader
//! of the report or the editor asks for. Nothing here knows what the text means.

use std::{ops::Range, sync::OnceLock};

/// A half-open range of bytes in one source: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end`; `end` is raised to `start` when it lies before it.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The empty span at `offset`.
    pub fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies inside or right at the end, as a cursor does.
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// As a range of indices.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<Range<usize>> for Span {
    /// Offsets beyond 4 GiB saturate; no source that large is opened (see `workspace::limits`).
    fn from(range: Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span::new(clamp(range.start), clamp(range.end))
    }
}

/// The unit in which a client counts columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnUnit {
    /// Bytes of UTF-8.
    Utf8,
    /// UTF-16 code units: what editors assume unless told otherwise.
    #[default]
    Utf16,
    /// Unicode scalar values: what reports print.
    Scalar,
}

/// A place as line and column, both counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct LineColumn {
    /// Line, from zero.
    pub line: u32,
    /// Column, from zero, in the unit that was asked for.
    pub column: u32,
}

/// Where each line of a text starts. Lines end at `\n`, `\r\n` or a lone `\r`, as in the language server protocol.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
    /// Made when a column far inside a line is first asked for.
    marks: OnceLock<Vec<Mark>>,
}

/// How many columns stand in front of a character, from the start of the text.
#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: u32,
    utf16: u32,
    scalars: u32,
}

/// Bytes from one [`Mark`] to the next, or a character more. Columns nearer to the start of their line are counted from there.
const MARK_STEP: u32 = 2048;

impl LineIndex {
    /// Scans `bytes` once.
    pub fn new(bytes: &[u8]) -> Self {
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(Span::from(0..at + 1).end);
        }
        Self { starts, len: Span::from(0..bytes.len()).end, marks: OnceLock::new() }
    }

    /// How many lines there are; at least one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line that holds `offset`, from zero.
    pub fn line_of(&self, offset: u32) -> u32 {
        (self.starts.partition_point(|&start| start <= offset) - 1) as u32
    }

    /// The bytes of line `line`, its line end left out; empty past the last line.
    pub fn line_span(&self, line: u32, bytes: &[u8]) -> Span {
        let line = line as usize;
        let Some(&start) = self.starts.get(line) else {
            return Span::at(self.len);
        };
        let mut end = self.starts.get(line + 1).copied().unwrap_or(self.len);
        while end > start && matches!(bytes.get(end as usize - 1), Some(b'\n' | b'\r')) {
            end -= 1;
        }
        Span::new(start, end)
    }

    /// Line and column of `offset`. An offset inside a character counts as that character's start; bytes that are not UTF-8 count one column each.
    pub fn line_column(&self, bytes: &[u8], offset: u32, unit: ColumnUnit) -> LineColumn {
        let offset = offset.min(self.len);
        let line = self.line_of(offset);
        let start = self.starts[line as usize];
        let column = match offset - start {
            bytes if unit == ColumnUnit::Utf8 => bytes,
            0..=MARK_STEP => columns(bytes, Span::new(start, offset), unit),
            _ => self.columns_before(bytes, offset, unit) - self.columns_before(bytes, start, unit),
        };
        LineColumn { line, column }
    }

    /// Columns from the start of the text to `offset`, line ends among them.
    fn columns_before(&self, bytes: &[u8], offset: u32, unit: ColumnUnit) -> u32 {
        let marks = self.marks.get_or_init(|| marks(bytes));
        let place = marks.partition_point(|mark| mark.offset <= offset);
        let Some(mark) = place.checked_sub(1).and_then(|place| marks.get(place)) else { return columns(bytes, Span::new(0, offset), unit) };
        let before = match unit {
            ColumnUnit::Utf8 => mark.offset,
            ColumnUnit::Utf16 => mark.utf16,
            ColumnUnit::Scalar => mark.scalars,
        };
        before + columns(bytes, Span::new(mark.offset, offset), unit)
    }

    /// The offset of a place; a column past the line's end is the line's end, a line past the last is the end of the text.
    pub fn offset(&self, bytes: &[u8], place: LineColumn, unit: ColumnUnit) -> u32 {
        if place.line >= self.line_count() {
            return self.len;
        }
        let span = self.line_span(place.line, bytes);
        let line = bytes.get(span.range()).unwrap_or_default();
        let mut seen = 0;
        for (at, width, units) in characters(line, unit) {
            if seen + units > place.column {
                return span.start + at;
            }
            seen += units;
            if seen >= place.column {
                return span.start + at + width;
            }
        }
        span.end
    }
}

/// Number of columns that a part of `bytes` takes.
fn columns(bytes: &[u8], part: Span, unit: ColumnUnit) -> u32 {
    let bytes = bytes.get(part.range()).unwrap_or_default();
    match unit {
        ColumnUnit::Utf8 => bytes.len() as u32,
        _ if bytes.is_ascii() => bytes.len() as u32,
        _ => characters(bytes, unit).map(|(_, _, units)| units).sum(),
    }
}

/// A mark at every so many bytes, each where a character begins.
fn marks(bytes: &[u8]) -> Vec<Mark> {
    let mut marks = Vec::with_capacity(bytes.len() / MARK_STEP as usize + 1);
    let (mut next, mut utf16) = (0, 0);
    for (scalars, (offset, _, units)) in (0..).zip(characters(bytes, ColumnUnit::Utf16)) {
        if offset >= next {
            marks.push(Mark { offset, utf16, scalars });
            next = offset + MARK_STEP;
        }
        utf16 += units;
    }
    marks
}

/// `(offset, bytes, columns)` of each character; a byte that begins no character is one of its own.
fn characters(bytes: &[u8], unit: ColumnUnit) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
    let mut at = 0;
    bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars().map(Some).chain(chunk.invalid().iter().map(|_| None))).map(move |c| {
        let width = c.map_or(1, |c| c.len_utf8() as u32);
        let units = match unit {
            ColumnUnit::Utf8 => width,
            ColumnUnit::Utf16 => c.map_or(1, |c| c.len_utf16() as u32),
            ColumnUnit::Scalar => 1,
        };
        let item = (at, width, units);
        at += width;
        item
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_the_unit() {
        let text = "π𝛑x\r\ny\rz".as_bytes();
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 3);
        let x = "π𝛑".len() as u32;
        for (unit, column) in [(ColumnUnit::Utf8, 6), (ColumnUnit::Utf16, 3), (ColumnUnit::Scalar, 2)] {
            let place = index.line_column(text, x, unit);
            assert_eq!(place, LineColumn { line: 0, column });
            assert_eq!(index.offset(text, place, unit), x);
        }
        assert_eq!(index.line_span(0, text), Span::new(0, 7));
        assert_eq!(index.line_of(9), 1);
        assert_eq!(index.line_of(11), 2);
    }

    #[test]
    fn a_column_past_the_line_is_its_end() {
        let text = b"ab\ncd";
        let index = LineIndex::new(text);
        assert_eq!(index.offset(text, LineColumn { line: 0, column: 99 }, ColumnUnit::Utf16), 2);
        assert_eq!(index.offset(text, LineColumn { line: 9, column: 0 }, ColumnUnit::Utf16), 5);
    }

    #[test]
    fn columns_far_inside_a_line_are_those_that_counting_gives() {
        let mut text = b"x\r\n".to_vec();
        (0..30_000u32).for_each(|n| text.extend(["a", "\u{e9}", "\u{3c0}", "\u{1d6d1}"][(n * n / 7 % 4) as usize].as_bytes()));
        let valid = text.len();
        text.extend([0xff, 0xcf, b'z']);
        text.extend(std::iter::repeat_n(b'y', 5000));
        let index = LineIndex::new(&text);
        for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::Scalar] {
            for (column, (at, _, _)) in characters(&text[3..], ColumnUnit::Scalar).enumerate().step_by(613) {
                let offset = 3 + at;
                let wanted = match unit {
                    ColumnUnit::Utf8 => at,
                    ColumnUnit::Scalar => column as u32,
                    ColumnUnit::Utf16 => characters(&text[3..offset as usize], unit).map(|(_, _, units)| units).sum(),
                };
                assert_eq!(index.line_column(&text, offset, unit), LineColumn { line: 1, column: wanted }, "{offset} of {valid}");
            }
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_have_columns_too() {
        let text = b"a\xff\xfeb";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 3, ColumnUnit::Utf16).column, 3);
    }
}
