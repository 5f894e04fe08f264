//! Between the core's terms and the protocol's: paths and URIs, bytes and positions, findings and diagnostics.
//!
//! Columns are made here, once, in the unit agreed on with the client.

use std::path::{Component, Path, PathBuf};

use lsp_types::{Position, Range, Uri};
use mx2lm_core::text::{ColumnUnit, LineColumn, LineIndex, Span};

/// The path a `file:` URI names; `None` for other schemes, for files of another machine, and for what is no absolute path.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    let text = uri.as_str();
    let (scheme, rest) = text.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next()?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (host, path) = rest.split_at(rest.find('/')?);
            (host.is_empty() || host.eq_ignore_ascii_case("localhost")).then_some(path)?
        }
        None => rest,
    };
    let path = native(percent_decoded(path)?)?;
    path.is_absolute().then(|| lexical(&path))
}

#[cfg(unix)]
fn native(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    (!bytes.contains(&0)).then(|| PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn native(bytes: Vec<u8>) -> Option<PathBuf> {
    let text = String::from_utf8(bytes).ok()?;
    let mut chars = text.strip_prefix('/')?.chars();
    let (letter, rest) = (chars.next()?, chars.as_str());
    let rest = rest.strip_prefix(':').filter(|_| letter.is_ascii_alphabetic())?;
    Some(PathBuf::from(format!("{}:{}", letter.to_ascii_uppercase(), rest.replace('/', "\\"))))
}

/// The path without `.` and `..`, by its text alone.
pub fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The `file:` URI of an absolute path, spelled as editors spell it: everything but unreserved characters and `/` is percent-encoded.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let mut text = String::from("file://");
    if cfg!(not(unix)) {
        text.push('/');
    }
    for &byte in path_bytes(path).as_ref() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(byte.into()),
            b'\\' if cfg!(not(unix)) => text.push('/'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text.parse().ok()
}

#[cfg(unix)]
fn path_bytes(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().into()
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    path.to_string_lossy().into_owned().into_bytes().into()
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let digit = |b: Option<u8>| char::from(b?).to_digit(16);
                (digit(bytes.next())? * 16 + digit(bytes.next())?) as u8
            }
            byte => byte,
        });
    }
    Some(out)
}

/// The unit agreed on in `initialize`.
pub fn unit_name(unit: ColumnUnit) -> lsp_types::PositionEncodingKind {
    match unit {
        ColumnUnit::Utf8 => lsp_types::PositionEncodingKind::UTF8,
        ColumnUnit::Utf16 => lsp_types::PositionEncodingKind::UTF16,
        ColumnUnit::Scalar => lsp_types::PositionEncodingKind::UTF32,
    }
}

/// Places of one content, there and back.
pub struct Places<'a> {
    bytes: &'a [u8],
    lines: LineIndex,
    unit: ColumnUnit,
    /// Columns the editor does not see at the start of the first line: the byte order mark it dropped.
    hidden: u32,
}

impl<'a> Places<'a> {
    /// Places of `bytes`; `bom_hidden` when the editor's text lacks the byte order mark these bytes begin with.
    pub fn new(bytes: &'a [u8], unit: ColumnUnit, bom_hidden: bool) -> Self {
        let bom = crate::document::BOM;
        let hidden = match unit {
            _ if !bom_hidden || !bytes.starts_with(bom.as_bytes()) => 0,
            ColumnUnit::Utf8 => bom.len() as u32,
            ColumnUnit::Utf16 | ColumnUnit::Scalar => 1,
        };
        Self { bytes, lines: LineIndex::new(bytes), unit, hidden }
    }

    /// The position of a byte.
    pub fn position(&self, offset: u32) -> Position {
        let LineColumn { line, column } = self.lines.line_column(self.bytes, offset, self.unit);
        Position::new(line, if line == 0 { column.saturating_sub(self.hidden) } else { column })
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    /// The byte at a position; positions outside are brought inside.
    pub fn offset(&self, position: Position) -> u32 {
        let column = if position.line == 0 { position.character.saturating_add(self.hidden) } else { position.character };
        self.lines.offset(self.bytes, LineColumn { line: position.line, column }, self.unit)
    }

    /// The span of a range.
    pub fn span(&self, range: Range) -> Span {
        Span::new(self.offset(range.start), self.offset(range.end))
    }

    /// The line index underneath.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(uri: &str) -> Option<String> {
        path_of(&uri.parse().expect("a URI")).map(|p| p.to_string_lossy().into_owned())
    }

    #[cfg(unix)]
    #[test]
    fn a_file_uri_names_a_path_however_it_is_spelled() {
        for (uri, want) in [
            ("file:///ws/a.json", Some("/ws/a.json")),
            ("FILE://localhost/ws/a.json", Some("/ws/a.json")),
            ("file:/ws/a.json", Some("/ws/a.json")),
            ("file:///ws/with%20space/%23hash%25.json", Some("/ws/with space/#hash%.json")),
            ("file:///c%3A/ws/a.json", Some("/c:/ws/a.json")),
            ("file:///c:/ws/./b/../a.json", Some("/c:/ws/a.json")),
            ("file:///ws/%CF%80.json", Some("/ws/π.json")),
            ("file://server/share/a.json", None),
            ("untitled:Untitled-1", None),
            ("mx2lm:/ws/a.scxq2", None),
            ("file:///ws/%00", None),
        ] {
            assert_eq!(path(uri).as_deref(), want, "{uri}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_comes_back_from_its_uri() {
        for text in ["/ws/a b/#1?.json", "/ws/π/𝛑%20.json", "/c:/x"] {
            let uri = uri_of(Path::new(text)).expect("a URI");
            assert_eq!(path_of(&uri), Some(PathBuf::from(text)), "{}", uri.as_str());
        }
        assert_eq!(uri_of(Path::new("/c:/x y")).expect("a URI").as_str(), "file:///c%3A/x%20y");
    }

    #[test]
    fn a_mark_the_editor_does_not_show_takes_no_column() {
        let bytes = "\u{feff}{\"a\"}\n{}".as_bytes();
        for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16] {
            let places = Places::new(bytes, unit, true);
            assert_eq!(places.position(4), Position::new(0, 1), "{unit:?}");
            assert_eq!(places.offset(Position::new(0, 1)), 4);
            assert_eq!(places.offset(Position::new(1, 1)), 10);
            assert_eq!(places.position(0), Position::new(0, 0));
        }
    }
}
