//! Other forms of one text: byte order mark, line ends, final newline, Unicode form, encoding.

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// A form of a text, as a change from the one that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextForm {
    /// What happens to the byte order mark.
    pub mark: Mark,
    /// What happens to the line ends.
    pub lines: Lines,
    /// What happens to the end of the text.
    pub end: End,
    /// What happens to the characters.
    pub characters: Characters,
}

/// The byte order mark of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it is.
    Kept,
    /// There when the stored text has none, and the other way round.
    Turned,
}

/// The line ends of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// As they are.
    Kept,
    /// All `\r\n`.
    Windows,
    /// All `\n`.
    Unix,
}

/// The end of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As it is.
    Kept,
    /// One line end more.
    Added,
    /// Without the line ends at the end.
    Removed,
}

/// The characters of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// As they are.
    Kept,
    /// Composed: Unicode form NFC.
    Composed,
    /// Decomposed: Unicode form NFD.
    Decomposed,
    /// UTF-16, little-endian, with a byte order mark.
    Utf16,
}

const KEPT: TextForm = TextForm { mark: Mark::Kept, lines: Lines::Kept, end: End::Kept, characters: Characters::Kept };

const fn form(mark: Mark, lines: Lines, end: End) -> TextForm {
    TextForm { mark, lines, end, ..KEPT }
}

impl TextForm {
    /// The forms worth trying, the likeliest first.
    pub const ALL: &[TextForm] = &[
        form(Mark::Kept, Lines::Windows, End::Kept),
        form(Mark::Kept, Lines::Unix, End::Kept),
        form(Mark::Kept, Lines::Kept, End::Removed),
        form(Mark::Kept, Lines::Kept, End::Added),
        form(Mark::Turned, Lines::Kept, End::Kept),
        form(Mark::Kept, Lines::Windows, End::Removed),
        form(Mark::Kept, Lines::Windows, End::Added),
        form(Mark::Kept, Lines::Unix, End::Removed),
        form(Mark::Kept, Lines::Unix, End::Added),
        form(Mark::Turned, Lines::Windows, End::Kept),
        form(Mark::Turned, Lines::Unix, End::Kept),
        form(Mark::Turned, Lines::Kept, End::Removed),
        form(Mark::Turned, Lines::Kept, End::Added),
        TextForm { characters: Characters::Composed, ..KEPT },
        TextForm { characters: Characters::Decomposed, ..KEPT },
        TextForm { characters: Characters::Utf16, ..KEPT },
        TextForm { characters: Characters::Utf16, lines: Lines::Windows, ..KEPT },
    ];

    /// Gives the form of `text` to `fits`, in parts; what `fits` answers, and false where the form is the text itself.
    pub(super) fn parts(self, text: &str, fits: &mut dyn FnMut(&[&[u8]]) -> bool) -> bool {
        const MARK: &str = "\u{feff}";
        let (marked, body) = text.strip_prefix(MARK).map_or((false, text), |body| (true, body));
        let mark = if marked == (self.mark == Mark::Kept) { MARK } else { "" };
        let body: Cow<'_, str> = match self.lines {
            Lines::Kept => Cow::Borrowed(body),
            Lines::Unix if !body.contains('\r') => return false,
            Lines::Unix => Cow::Owned(body.replace("\r\n", "\n")),
            Lines::Windows if !body.contains('\n') => return false,
            Lines::Windows => {
                let windows = body.replace("\r\n", "\n").replace('\n', "\r\n");
                if windows == body {
                    return false;
                }
                Cow::Owned(windows)
            }
        };
        let trimmed = body.trim_end_matches(['\n', '\r']);
        let (body, end): (&str, &str) = match self.end {
            End::Kept => (&body, ""),
            End::Removed if trimmed.len() == body.len() => return false,
            End::Removed => (trimmed, ""),
            End::Added => (&body, if body.contains("\r\n") || self.lines == Lines::Windows { "\r\n" } else { "\n" }),
        };
        match self.characters {
            Characters::Kept => fits(&[mark.as_bytes(), body.as_bytes(), end.as_bytes()]),
            _ if body.is_ascii() && self.characters != Characters::Utf16 => false,
            Characters::Composed => fits(&[body.nfc().collect::<String>().as_bytes()]),
            Characters::Decomposed => fits(&[body.nfd().collect::<String>().as_bytes()]),
            Characters::Utf16 => {
                let wide: Vec<u8> = MARK.encode_utf16().chain(body.encode_utf16()).flat_map(u16::to_le_bytes).collect();
                fits(&[&wide])
            }
        }
    }
}

impl fmt::Display for TextForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clauses = [
            match self.characters {
                Characters::Kept => None,
                Characters::Composed => Some("in composed characters (Unicode NFC)"),
                Characters::Decomposed => Some("in decomposed characters (Unicode NFD)"),
                Characters::Utf16 => Some("in UTF-16"),
            },
            match self.lines {
                Lines::Kept => None,
                Lines::Windows => Some("with Windows line ends"),
                Lines::Unix => Some("with Unix line ends"),
            },
            match self.mark {
                Mark::Kept => None,
                Mark::Turned => Some("with the byte order mark put in or taken out"),
            },
            match self.end {
                End::Kept => None,
                End::Added => Some("with one more line end at its end"),
                End::Removed => Some("without the line end at its end"),
            },
        ];
        let clauses: Vec<&str> = clauses.into_iter().flatten().collect();
        f.write_str(&clauses.join(" and "))
    }
}
