//! One open document: the editor's text, its version, and how that text stands to the bytes on disk.
//!
//! Knows nothing of what the text means. Positions that lie outside the text are brought inside it.

use std::path::PathBuf;

use lsp_types::{Position, Range, TextDocumentContentChangeEvent};
use mx2lm_core::text::ColumnUnit;
use ropey::Rope;
use sha2::{Digest, Sha256};

/// The mark some editors put in front of UTF-8.
pub const BOM: &str = "\u{feff}";

/// A document as the editor shows it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The editor's version of the text.
    pub version: i32,
    /// Where it is stored, when it is a file.
    pub path: Option<PathBuf>,
    /// What the editor calls the language; only untitled documents are judged by it.
    pub language: String,
    /// The text.
    pub text: Rope,
    /// Whether the user changed it since it was opened or saved: until then the file's bytes are the content.
    pub edited: bool,
}

/// What an editor hides of a file and puts back when it saves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hidden {
    /// The byte order mark the file begins with.
    pub bom: bool,
    /// The carriage returns: every line of the file ends in CR LF, and the editor shows bare line feeds.
    pub crlf: bool,
}

impl Hidden {
    /// What an editor that shows `text` hides of a file's bytes.
    pub fn of(bytes: &[u8], text: &Rope) -> Self {
        Self {
            bom: bytes.starts_with(BOM.as_bytes()) && text.chars().next() != BOM.chars().next(),
            crlf: ends_in_crlf(bytes) && !text.bytes().any(|byte| byte == b'\r'),
        }
    }

    /// The bytes the file has when the editor shows `text`.
    pub fn restore(self, text: &Rope) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len_bytes() + BOM.len());
        if self.bom && text.chars().next() != BOM.chars().next() {
            bytes.extend_from_slice(BOM.as_bytes());
        }
        let crlf = self.crlf && !text.bytes().any(|byte| byte == b'\r');
        for chunk in text.chunks() {
            if !crlf {
                bytes.extend_from_slice(chunk.as_bytes());
                continue;
            }
            for (n, line) in chunk.split('\n').enumerate() {
                if n > 0 {
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(line.as_bytes());
            }
        }
        bytes
    }
}

/// Whether there are lines, and all of them end in CR LF.
pub fn ends_in_crlf(bytes: &[u8]) -> bool {
    let mut lines = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at > 0 && bytes.get(at - 1) == Some(&b'\r'));
    lines.next().unwrap_or(false) && lines.all(|crlf| crlf)
}

/// Whether an editor that shows `text` may have read it from `bytes` without a change of the user's.
pub fn shows(text: &Rope, bytes: &[u8]) -> bool {
    let disk = String::from_utf8_lossy(bytes);
    let mut theirs = disk.strip_prefix(BOM).unwrap_or(&disk).chars().filter(|c| *c != '\r');
    let mut ours = text.chars().filter(|c| *c != '\r');
    if text.chars().next() == BOM.chars().next() {
        ours.next();
    }
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (a, b) if a == b => {}
            _ => return false,
        }
    }
}

impl Document {
    /// SHA-256 of the editor's text, 64 lowercase hexadecimal digits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        self.text.chunks().for_each(|chunk| hash.update(chunk.as_bytes()));
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Applies the editor's changes, each to the text that the one before left.
    pub fn apply(&mut self, version: i32, changes: &[TextDocumentContentChangeEvent], unit: ColumnUnit) {
        for change in changes {
            match change.range {
                None => self.text = Rope::from_str(&change.text),
                Some(range) => self.replace(range, &change.text, unit),
            }
        }
        self.version = version;
        self.edited = true;
    }

    fn replace(&mut self, range: Range, text: &str, unit: ColumnUnit) {
        let a = char_at(&self.text, range.start, unit);
        let b = char_at(&self.text, range.end, unit);
        let (start, end) = (a.min(b), a.max(b));
        // both ends were brought inside the text, so neither call can fail
        if self.text.try_remove(start..end).is_ok() {
            let _ = self.text.try_insert(start, text);
        }
    }
}

/// The character index of a position: past a line's end it is the line's end, past the last line the end of the text, inside a character its start.
fn char_at(text: &Rope, position: Position, unit: ColumnUnit) -> usize {
    let Some(line) = text.get_line(position.line as usize) else {
        return text.len_chars();
    };
    let start = text.line_to_char(position.line as usize);
    let mut length = line.len_chars();
    while length > 0 && matches!(line.char(length - 1), '\n' | '\r') {
        length -= 1;
    }
    let line = line.slice(..length);
    let column = position.character as usize;
    start
        + match unit {
            ColumnUnit::Utf8 => line.byte_to_char(column.min(line.len_bytes())),
            ColumnUnit::Utf16 => line.utf16_cu_to_char(column.min(line.len_utf16_cu())),
            ColumnUnit::Scalar => column.min(length),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { version: 1, path: None, language: "json".into(), text: Rope::from_str(text), edited: false }
    }

    fn change(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|[a, b, c, d]| Range::new(Position::new(a, b), Position::new(c, d)));
        TextDocumentContentChangeEvent { range, range_length: None, text: text.into() }
    }

    #[test]
    fn columns_count_in_the_unit_agreed_on() {
        for (unit, from, to) in [(ColumnUnit::Utf8, 2, 6), (ColumnUnit::Utf16, 1, 3), (ColumnUnit::Scalar, 1, 2)] {
            let mut doc = document("π𝛑x\r\nend");
            doc.apply(2, &[change(Some([0, from, 0, to]), "-")], unit);
            assert_eq!(doc.text.to_string(), "π-x\r\nend", "{unit:?}");
        }
    }

    #[test]
    fn a_position_outside_the_text_is_brought_inside() {
        let mut doc = document("ab\r\ncd");
        doc.apply(2, &[change(Some([0, 99, 0, 99]), "!")], ColumnUnit::Utf16);
        assert_eq!(doc.text.to_string(), "ab!\r\ncd");
        doc.apply(3, &[change(Some([9, 9, u32::MAX, u32::MAX]), "?")], ColumnUnit::Utf16);
        assert_eq!(doc.text.to_string(), "ab!\r\ncd?");
        doc.apply(4, &[change(Some([1, 2, 0, 1]), "")], ColumnUnit::Utf16);
        assert_eq!(doc.text.to_string(), "a?");
    }

    #[test]
    fn separators_of_other_alphabets_end_no_line() {
        let mut doc = document("a\u{2028}b\u{85}c\u{b}d\re");
        doc.apply(2, &[change(Some([1, 0, 1, 1]), "E")], ColumnUnit::Utf16);
        assert_eq!(doc.text.to_string(), "a\u{2028}b\u{85}c\u{b}d\rE");
    }

    #[test]
    fn what_the_editor_hides_is_put_back() {
        let disk = "\u{feff}{\r\n}\r\n".as_bytes();
        let hidden = |text: &str| Hidden::of(disk, &Rope::from_str(text));
        assert!(shows(&Rope::from_str("{\n}\n"), disk));
        assert!(shows(&Rope::from_str("\u{feff}{\r\n}\r\n"), disk));
        assert!(!shows(&Rope::from_str("{}\n"), disk));
        assert_eq!(hidden("{\n}\n"), Hidden { bom: true, crlf: true });
        assert_eq!(hidden("{\n}\n").restore(&Rope::from_str("{\n}\n")), disk);
        assert_eq!(hidden("{\r\n}\r\n"), Hidden { bom: true, crlf: false }, "an editor that shows line ends may change them");
        assert_eq!(hidden("\u{feff}{\r\n}\r\n"), Hidden::default());
        assert!(!ends_in_crlf(b"a\r\nb\n") && !ends_in_crlf(b"\nb\r\n") && !ends_in_crlf(b"a"));
    }
}
