//! Strings: what is between the quotes, and what the escapes mean.

use std::ops::Range;

use super::parse::{Lexeme, Parser};
use super::scan::plain_end;
use super::{BARE, OPEN};
use crate::text::Span;

/// Where the content of a string stands whose span and flags these are.
pub(super) fn content(text: &str, span: Span, flags: u8) -> Span {
    if flags & BARE == 0 {
        let start = span.start + u32::from(!span.is_empty());
        return Span::new(start, if flags & OPEN == 0 { span.end.saturating_sub(1) } else { span.end });
    }
    let raw = text.get(span.range()).unwrap_or_default();
    let inner = raw.trim_start_matches(CURLY);
    let start = span.end - inner.len() as u32;
    Span::new(start, start + inner.trim_end_matches(CURLY).len() as u32)
}

/// Quotes that word processors put in place of straight ones.
pub(super) const CURLY: [char; 3] = ['\u{201c}', '\u{201d}', '\u{201e}'];

/// `text` as a JSON string, with its quotes and only the escapes that are needed.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out.push('"');
    out
}

/// Appends [`quote`]`(text)`.
pub fn push_quoted(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if plain_end(bytes, 0) < bytes.len() {
        out.extend_from_slice(quote(text).as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(bytes);
    out.push(b'"');
}

/// `c` as it stands in a string (RFC 8785 §3.2.2.2).
pub(super) fn push_escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        c => out.push(c),
    }
}

fn escaped(c: char) -> String {
    let mut out = String::new();
    push_escaped(&mut out, c);
    out
}

/// What a backslash and what follows it mean.
enum Escape {
    /// A character.
    Char(char),
    /// One half of a surrogate pair, without the other.
    Lone,
    /// Not an escape.
    Unknown,
}

/// Reads the escape whose backslash stands at the start of `raw`: its meaning and its length in bytes.
fn escape(raw: &[u8]) -> (Escape, usize) {
    let c = match raw.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(raw),
        _ => return (Escape::Unknown, 1),
    };
    (Escape::Char(c), 2)
}

fn unicode(raw: &[u8]) -> (Escape, usize) {
    let Some(unit) = hex4(raw, 2) else { return (Escape::Unknown, 2) };
    let high = match unit {
        0xd800..=0xdbff => unit - 0xd800,
        0xdc00..=0xdfff => return (Escape::Lone, 6),
        _ => return (char::from_u32(unit).map_or(Escape::Lone, Escape::Char), 6),
    };
    match (raw.get(6..8), hex4(raw, 8)) {
        (Some(b"\\u"), Some(low @ 0xdc00..=0xdfff)) => {
            let c = char::from_u32(0x10000 + (high << 10) + (low - 0xdc00));
            (c.map_or(Escape::Lone, Escape::Char), 12)
        }
        _ => (Escape::Lone, 6),
    }
}

fn hex4(raw: &[u8], at: usize) -> Option<u32> {
    let digits = raw.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, &b| Some(value << 4 | char::from(b).to_digit(16)?))
}

/// The text that `raw`, the content of a string, stands for. Lone surrogates become U+FFFD; what is no escape stands for itself.
pub(super) fn decode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (escape, len) = escape(&rest.as_bytes()[at..]);
        match escape {
            Escape::Char(c) => out.push(c),
            Escape::Lone => out.push('\u{fffd}'),
            // `\'` is what single-quoted text has for a quote.
            Escape::Unknown if rest[at + 1..].starts_with('\'') => {}
            Escape::Unknown => out.push_str(&rest[at..at + len]),
        }
        rest = &rest[at + len..];
    }
    out.push_str(rest);
    out
}

impl Parser<'_> {
    /// Tells the first escape of `start..end` that is none, and the first lone surrogate.
    pub fn check_escapes(&mut self, start: usize, end: usize) {
        let mut at = start;
        let (mut unknown, mut lone) = (None, None);
        while let Some(found) = self.bytes.get(at..end).and_then(|rest| memchr::memchr(b'\\', rest)) {
            at += found;
            let (escape, len) = escape(&self.bytes[at..end]);
            match escape {
                Escape::Char(_) => {}
                Escape::Lone => lone = lone.or(Some(at..at + len)),
                Escape::Unknown => unknown = unknown.or(Some(at)),
            }
            at += len;
        }
        if let Some(at) = unknown {
            self.unknown_escape(at, end);
        }
        if let Some(range) = lone {
            let spelled = &self.text[range.clone()];
            let message = format!("`{spelled}` is one half of a surrogate pair without the other: it stands for no character");
            self.error("syntax/json-lone-surrogate", range, message)
                .help("write the character itself, or both halves of the pair as `\\ud83d\\ude00` does");
        }
    }

    #[cold]
    fn unknown_escape(&mut self, at: usize, end: usize) {
        let tail = &self.text[at + 1..end.max(at + 1)];
        // A control character has been told of already.
        let Some(c) = tail.chars().next().filter(|&c| c >= ' ') else { return };
        let hex: String = tail[c.len_utf8()..].chars().take_while(char::is_ascii_hexdigit).collect();
        let code_fix = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(escaped);
        let braced = tail.strip_prefix("u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
        let (len, fix) = match c {
            '\'' => (2, Some("'".to_owned())),
            'x' if hex.len() >= 2 => (4, code_fix(&hex[..2])),
            'u' => match braced.filter(|digits| (1..=6).contains(&digits.len())) {
                Some(digits) => (digits.len() + 4, code_fix(digits)),
                None => (2 + hex.len().min(3), None),
            },
            'v' => (2, Some("\\u000b".to_owned())),
            '0' => (2, Some("\\u0000".to_owned())),
            'e' => (2, Some("\\u001b".to_owned())),
            c => (1 + c.len_utf8(), None),
        };
        let spelled = self.text.get(at..at + len).unwrap_or("\\");
        let message = match c {
            'u' => format!("`{spelled}` is not an escape: `\\u` wants four hexadecimal digits"),
            _ => format!("`{spelled}` is not an escape of JSON"),
        };
        let report = self.error("syntax/json", at..at + len, message).help("write `\\\\` for a backslash");
        if let Some(fix) = fix {
            report.fix(at..at + len, fix);
        }
    }

    /// A string that holds a control character, the first at `at`, or has no closing quote.
    #[cold]
    pub fn odd_string(&mut self, start: usize, mut at: usize, mut flags: u8) -> Lexeme {
        let first = at;
        let mut last = at;
        let mut goes_on = false;
        while let Some(&b) = self.bytes.get(at) {
            match b {
                b'"' => {
                    self.control_characters(first..last + 1);
                    return self.finish_string(start, at, flags);
                }
                b'\\' => {
                    flags |= super::ESCAPED;
                    at += if self.bytes.get(at + 1).is_some_and(|&b| b >= b' ') { 2 } else { 1 };
                }
                0..b' ' => {
                    if !goes_on && matches!(b, b'\n' | b'\r') {
                        if self.ends_here(at) {
                            return self.unclosed_string(start, at, flags);
                        }
                        goes_on = true;
                    }
                    last = at;
                    at += 1;
                }
                _ => at += 1,
            }
        }
        self.unclosed_string(start, self.bytes.len(), flags)
    }

    /// Whether a string with a line end at `at` more likely lacks its closing quote than runs over several lines: it does when no quote
    /// follows, or one that begins a text rather than ends one.
    fn ends_here(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        let Some(quote) = memchr::memchr(b'"', rest) else { return true };
        let after = super::scan::blank_end(rest, quote + 1);
        !matches!(rest.get(after), None | Some(b',' | b'}' | b']' | b':'))
    }

    fn control_characters(&mut self, range: Range<usize>) {
        let first = self.bytes.get(range.start).copied().unwrap_or_default();
        let mut fix = String::new();
        for c in self.text.get(range.clone()).unwrap_or_default().chars() {
            if c < ' ' { push_escaped(&mut fix, c) } else { fix.push(c) }
        }
        let escaped = escaped(char::from(first));
        let what = match first {
            b'\n' | b'\r' => "a line end".to_owned(),
            b'\t' => "a tab".to_owned(),
            b => format!("the control character U+{b:04X}"),
        };
        self.error("syntax/json", range.start..range.start + 1, format!("{what} stands inside a string"))
            .help(format!("write it as `{escaped}`"))
            .fix(range, fix);
    }

    /// A string whose closing quote does not come before `end`, the end of its line or of the text.
    fn unclosed_string(&mut self, start: usize, end: usize, flags: u8) -> Lexeme {
        // What closes the value around it most likely stands outside the quotes that were meant.
        let line = &self.text[start + 1..end];
        let mut kept = line.trim_end();
        if !self.stack.is_empty() {
            kept = kept.trim_end_matches([',', '}', ']', ' ', '\t']);
        }
        let end = start + 1 + kept.len();
        self.error("syntax/json", start..end, "the string is never closed").help("write the closing `\"`");
        self.at = end;
        Lexeme { start, end, flags: flags | super::parse::UNCLOSED }
    }
}
