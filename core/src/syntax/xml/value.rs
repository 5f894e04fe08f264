//! Text and attribute values: from how they are spelled to what they say (XML 1.0 §2.11, §3.3.3, §4.1, §4.6).

use std::borrow::Cow;

use memchr::{memchr2, memmem};

use crate::text::Span;

/// A reference that begins with the `&` at the start of `text`: its character, and how many bytes it takes.
///
/// `None` for what is no reference, for an entity that only a document type could define, and for a number that is no character of XML.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 64;
    let bytes = text.as_bytes();
    let end = bytes.iter().take(LONGEST).position(|&byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
            // the sign that the number reader would let pass is none of XML's
            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            char::from_u32(u32::from_str_radix(digits, radix).ok()?).filter(|&c| is_character(c))?
        }
    };
    Some((character, end + 1))
}

/// Whether XML knows the character.
fn is_character(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => c >= ' ',
    }
}

/// Whether a value that holds `byte` says something else than what it is spelled as.
pub(super) fn normalised_by(byte: u8) -> bool {
    matches!(byte, b'&' | b'\t' | b'\n' | b'\r')
}

/// The value that `raw` spells; `None` when a reference in it cannot be resolved.
pub(super) fn normalised(raw: &str) -> Option<String> {
    let bytes = raw.as_bytes();
    let mut out = String::with_capacity(raw.len());
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|&byte| normalised_by(byte)).map(|at| from + at) {
        out.push_str(raw.get(from..at)?);
        from = at + 1;
        match bytes[at] {
            b'&' => {
                let (character, len) = reference(raw.get(at..)?)?;
                out.push(character);
                from = at + len;
            }
            b'\r' if bytes.get(from) == Some(&b'\n') => {}
            _ => out.push(' '),
        }
    }
    out.push_str(raw.get(from..)?);
    Some(out)
}

/// The offset in `raw` of byte `at` of the value it spells.
pub(super) fn source_offset(raw: &str, at: u32) -> u32 {
    let bytes = raw.as_bytes();
    let (mut source, mut value) = (0usize, 0usize);
    while value < at as usize
        && let Some(&byte) = bytes.get(source)
    {
        match byte {
            b'\r' if bytes.get(source + 1) == Some(&b'\n') => {
                source += 2;
                value += 1;
            }
            b'&' => {
                let end = raw.get(source..).and_then(|rest| rest.find(';')).map_or(bytes.len(), |len| source + len + 1);
                // the reader takes a number beyond Unicode for U+FFFD
                let width = raw.get(source..).and_then(reference).map_or('\u{fffd}', |(character, _)| character).len_utf8();
                if value + width > at as usize {
                    break;
                }
                source = end;
                value += width;
            }
            _ => {
                source += 1;
                value += 1;
            }
        }
    }
    Span::from(source..source).start
}

/// Whether a stretch of text between tags is well-formed: every `&` begins a reference, and `]]>` does not stand in it.
pub(super) fn is_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr2(b'&', b'>', rest)).map(|at| from + at) {
        from = at + 1;
        if bytes[at] == b'&' {
            match text.get(at..).and_then(reference) {
                Some((_, len)) => from = at + len,
                None => return false,
            }
        } else if bytes[..at].ends_with(b"]]") {
            return false;
        }
    }
    true
}

/// Appends what `markup` says as text: it holds text, comments, instructions and CDATA, and may end in a closing tag.
pub(super) fn append_text<'t>(markup: &'t str, out: &mut Cow<'t, str>) {
    let mut rest = markup;
    while !rest.is_empty() {
        let text_end = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        let (text, tag) = rest.split_at(text_end);
        push(text, true, out);
        let skip = |start: usize, end: &str| memmem::find(tag.as_bytes().get(start..)?, end.as_bytes()).map(|at| start + at);
        if tag.starts_with("<!--") {
            rest = skip(4, "-->").and_then(|at| tag.get(at + 3..)).unwrap_or_default();
        } else if tag.starts_with("<?") {
            rest = skip(2, "?>").and_then(|at| tag.get(at + 2..)).unwrap_or_default();
        } else if let Some(data) = tag.strip_prefix("<![CDATA[") {
            let end = memmem::find(data.as_bytes(), b"]]>").unwrap_or(data.len());
            push(data.get(..end).unwrap_or_default(), false, out);
            rest = data.get(end + 3..).unwrap_or_default();
        } else {
            return;
        }
    }
}

/// Appends character data, its line ends as `\n`, its references resolved where there are any.
fn push<'t>(text: &'t str, references: bool, out: &mut Cow<'t, str>) {
    if text.is_empty() {
        return;
    }
    let odd = |from: usize| {
        let rest = text.as_bytes().get(from..)?;
        let found = if references { memchr2(b'\r', b'&', rest) } else { memchr::memchr(b'\r', rest) };
        found.map(|at| from + at)
    };
    if out.is_empty() && odd(0).is_none() {
        *out = Cow::Borrowed(text);
        return;
    }
    let out = out.to_mut();
    let mut from = 0;
    while let Some(at) = odd(from) {
        out.push_str(text.get(from..at).unwrap_or_default());
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with('\r') {
            out.push('\n');
            from = at + if rest.starts_with("\r\n") { 2 } else { 1 };
        } else {
            let end = rest.find(';').map_or(rest.len(), |end| end + 1);
            out.push(reference(rest).map_or('\u{fffd}', |(character, _)| character));
            from = at + end;
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
}
