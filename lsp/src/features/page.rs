//! A text made for reading: what stands on its lines, and which bytes of a file each line shows.
//!
//! Knows no kind of file. Whoever shows a kind fills a page, line by line; findings, hovers and the outline follow from what it noted.

use lsp_types::{Position, Range};
use mx2lm_core::text::{ColumnUnit, Span};

/// A page under way, or done.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
    lines: u32,
    fields: Vec<Field>,
    headings: Vec<Heading>,
}

/// A line that shows bytes.
#[derive(Debug)]
pub struct Field {
    /// The line, from 0.
    pub line: u32,
    /// The bytes of the file.
    pub span: Span,
    /// What they mean, for a hover; empty where the line says it all.
    pub about: String,
}

/// The first line of a section.
#[derive(Debug)]
pub struct Heading {
    /// The line, from 0.
    pub line: u32,
    /// The section's name.
    pub title: String,
}

impl Page {
    /// A line that shows no bytes.
    pub fn line(&mut self, text: &str) {
        for line in text.split('\n') {
            self.text.push_str(line);
            self.text.push('\n');
            self.lines += 1;
        }
    }

    /// The first line of a section, after an empty one.
    pub fn heading(&mut self, title: impl Into<String>, detail: &str) {
        if self.lines > 0 {
            self.line("");
        }
        let title = title.into();
        let text = if detail.is_empty() { title.clone() } else { format!("{title}  {detail}") };
        self.headings.push(Heading { line: self.lines, title });
        self.line(&text);
    }

    /// A line that shows the bytes of `span`; `about` is what a hover says of them. Spans come in any order and may lie in each other.
    pub fn field(&mut self, span: Span, text: &str, about: impl Into<String>) {
        self.fields.push(Field { line: self.lines, span, about: about.into() });
        self.line(&text.replace('\n', " "));
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, when nothing else is wanted of the page.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The headings, in order.
    pub fn headings(&self) -> &[Heading] {
        &self.headings
    }

    /// The field on a line.
    pub fn field_on(&self, line: u32) -> Option<&Field> {
        let at = self.fields.binary_search_by_key(&line, |field| field.line).ok()?;
        self.fields.get(at)
    }

    /// The line that shows a place of the file best: of the fields that hold its first byte the shortest, else the last one before it.
    /// `None` (the place is the file as a whole) is the first line.
    pub fn line_of(&self, span: Option<Span>) -> u32 {
        let Some(span) = span else { return 0 };
        let holds = |field: &&Field| field.span.start <= span.start && (span.start < field.span.end || field.span == span);
        let held = self.fields.iter().filter(holds).min_by_key(|field| (field.span.len(), field.line));
        let before =
            || self.fields.iter().filter(|field| field.span.start <= span.start).max_by_key(|field| (field.span.start, field.line));
        held.or_else(before).map_or(0, |field| field.line)
    }

    /// A line from its first letter to its last.
    pub fn range(&self, line: u32, unit: ColumnUnit) -> Range {
        let text = self.text.lines().nth(line as usize).unwrap_or_default();
        let start = text.len() - text.trim_start().len();
        let columns = |text: &str| match unit {
            ColumnUnit::Utf8 => text.len(),
            ColumnUnit::Utf16 => text.encode_utf16().count(),
            ColumnUnit::Scalar => text.chars().count(),
        };
        let columns = |end: usize| u32::try_from(columns(text.get(..end).unwrap_or_default())).unwrap_or(u32::MAX);
        Range::new(Position::new(line, columns(start)), Position::new(line, columns(text.len())))
    }

    /// The last line of the section that begins at `heading`.
    pub fn last_line(&self, heading: usize) -> u32 {
        let next = self.headings.get(heading + 1).map_or(self.lines, |next| next.line.saturating_sub(1));
        next.saturating_sub(1).max(self.headings.get(heading).map_or(0, |own| own.line))
    }
}

/// Bytes as two digits each, a space between, at most `most` of them.
pub fn hex(bytes: &[u8], most: usize) -> String {
    let shown: Vec<String> = bytes.iter().take(most).map(|byte| format!("{byte:02x}")).collect();
    let rest = if bytes.len() > most { " …" } else { "" };
    shown.join(" ") + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let mut page = Page::default();
        page.line("π\ntwo");
        page.heading("header", "18 bytes");
        page.field(Span::new(0, 18), "whole", "");
        page.field(Span::new(0, 6), "  magic", "six letters");
        page.field(Span::new(6, 8), "  version", "");
        page.heading("lane", "");
        page.field(Span::new(30, 40), "  far", "");
        page
    }

    #[test]
    fn a_place_lands_on_the_narrowest_line_that_shows_it() {
        let page = page();
        assert_eq!(page.text(), "π\ntwo\n\nheader  18 bytes\nwhole\n  magic\n  version\n\nlane\n  far\n");
        for (span, line) in [
            (Some(Span::new(0, 6)), 5),
            (Some(Span::new(3, 3)), 5),
            (Some(Span::new(7, 8)), 6),
            (Some(Span::new(9, 10)), 4),
            // shown nowhere: the last line before it
            (Some(Span::new(20, 21)), 6),
            (Some(Span::new(99, 99)), 9),
            (None, 0),
        ] {
            assert_eq!(page.line_of(span), line, "{span:?}");
        }
        assert_eq!(page.field_on(5).map(|field| field.about.as_str()), Some("six letters"));
        assert!(page.field_on(0).is_none());
    }

    #[test]
    fn sections_end_before_the_next_and_columns_count_as_the_client_counts() {
        let page = page();
        assert_eq!((page.last_line(0), page.last_line(1)), (6, 9));
        assert_eq!(page.range(5, ColumnUnit::Utf16), Range::new(Position::new(5, 2), Position::new(5, 7)));
        assert_eq!(page.range(0, ColumnUnit::Utf16).end.character, 1);
        assert_eq!(page.range(0, ColumnUnit::Utf8).end.character, 2);
        assert_eq!(hex(&[0, 255, 16], 2), "00 ff …");
    }
}
