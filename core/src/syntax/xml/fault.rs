//! Errors of the XML reader told with a place, the names concerned, and what to do.

use roxmltree::{Error, TextPos};

use super::scan::Outline;
use crate::{syntax::SyntaxError, text::Span};

/// `error` as a finding about `text`.
pub(super) fn told(text: &str, error: &Error, outline: &Outline) -> SyntaxError {
    let at = offset(text, error.pos());
    let mut told = Told { text, span: character(text, at), rule: "syntax/xml", help: None, fix: None };
    let message = told.message(error, at, outline);
    SyntaxError { span: told.span, rule: told.rule, message, help: told.help, fix: told.fix }
}

struct Told<'t> {
    text: &'t str,
    span: Span,
    rule: &'static str,
    help: Option<String>,
    fix: Option<(Span, String)>,
}

impl Told<'_> {
    fn help(&mut self, help: impl Into<String>) {
        self.help = Some(help.into());
    }

    fn message(&mut self, error: &Error, at: usize, outline: &Outline) -> String {
        match error {
            Error::InvalidXmlPrefixUri(_) => {
                self.namespace("the prefix `xml` stands for `http://www.w3.org/XML/1998/namespace` and for nothing else")
            }
            Error::UnexpectedXmlUri(_) => self.namespace("`http://www.w3.org/XML/1998/namespace` belongs to the prefix `xml` alone"),
            Error::UnexpectedXmlnsUri(_) => self.namespace("`http://www.w3.org/2000/xmlns/` is reserved and cannot be declared"),
            Error::InvalidElementNamePrefix(_) => self.namespace("`xmlns` is reserved and cannot be the prefix of an element"),
            Error::DuplicatedNamespace(name, _) => self.duplicate(at, &format!("xmlns:{name}")),
            Error::DuplicatedAttribute(name, _) => self.duplicate(at, name),
            Error::UnknownNamespace(prefix, _) => {
                self.rule = "syntax/xml-namespace";
                self.span = Span::from(at..at + prefix.len());
                self.help(match prefix.as_str() {
                    "xlink" => "declare `xmlns:xlink=\"http://www.w3.org/1999/xlink\"` on the root, or write the attribute without prefix"
                        .to_owned(),
                    "svg" => "declare `xmlns:svg=\"http://www.w3.org/2000/svg\"` on the root, or write the name without prefix".to_owned(),
                    _ => format!("declare `xmlns:{prefix}=\"…\"` on the root, or remove the prefix"),
                });
                format!("the prefix `{prefix}` is not declared")
            }
            Error::UnexpectedCloseTag(open, found, _) => {
                self.span = self.until(at, b'>');
                let opened = outline_name(self.text, at, open);
                self.help(format!("write `</{open}>`, or open `<{found}>` first"));
                match opened {
                    Some(line) => format!("`</{found}>` closes nothing: the element open here is `<{open}>` of line {line}"),
                    None => format!("`</{found}>` closes nothing: the element open here is `<{open}>`"),
                }
            }
            Error::UnexpectedEntityCloseTag(_) => {
                self.span = self.until(at, b'>');
                "this closing tag closes nothing".to_owned()
            }
            Error::UnknownEntityReference(name, _) => {
                self.rule = "syntax/xml-entity";
                self.span = Span::from(at..at + name.len() + 2);
                self.help("write the character itself, or its number as in `&#960;`");
                format!(
                    "the entity `&{name};` is not defined; without a document type XML knows `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`"
                )
            }
            Error::MalformedEntityReference(_) => {
                self.rule = "syntax/xml-entity";
                self.span = Span::from(at..at + 1);
                self.help("write `&amp;` for the character `&`");
                if self.text.as_bytes().get(at + 1) != Some(&b'#') {
                    self.fix = Some((self.span, "&amp;".to_owned()));
                }
                "`&` begins a reference, and none follows".to_owned()
            }
            Error::InvalidAttributeValue(_) | Error::InvalidChar(b'"' | b'\'', b'<', _) => {
                self.help("write `&lt;`, or close the value's quote");
                let before = self.text.get(..at).unwrap_or_default();
                let begin = before.rfind("=\"").max(before.rfind("='")).unwrap_or(at);
                // a quote that was forgotten is missing where the value should have ended
                match before.get(begin..).is_some_and(|value| value.contains('\n')) {
                    true => {
                        let line = before.as_bytes().iter().take(begin).filter(|byte| **byte == b'\n').count() + 1;
                        format!("`<` cannot stand in an attribute value, and the one here begins in line {line}")
                    }
                    false => "`<` cannot stand in an attribute value".to_owned(),
                }
            }
            Error::NoRootNode if outline.has_element => self.unfinished(outline),
            Error::NoRootNode => {
                self.span = Span::at(0);
                "the document holds no element".to_owned()
            }
            Error::UnclosedRootNode | Error::UnexpectedEndOfStream => self.unfinished(outline),
            Error::InvalidString(..) if at == self.text.len() => self.unfinished(outline),
            Error::UnexpectedDeclaration(_) => {
                self.help("move the declaration to the very start, or remove it");
                "an XML declaration stands at the very start of a document or not at all".to_owned()
            }
            Error::DtdDetected => "a document type declaration cannot stand here".to_owned(),
            Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => {
                self.rule = "syntax/xml-size-limit";
                self.help("split the document");
                "the document has more parts than are read".to_owned()
            }
            Error::InvalidName(_) => {
                let found = found(self.text, at);
                self.help("a name begins with a letter or `_`, goes on with letters, digits, `-`, `_` and `.`, and has one `:` at most");
                format!("expected a name, found {found}")
            }
            Error::NonXmlChar(c, _) => {
                self.help("remove the character");
                format!("U+{:04X} is no character of XML", u32::from(*c))
            }
            Error::InvalidChar(wanted, _, _) => format!("expected `{}`, found {}", char::from(*wanted), found(self.text, at)),
            Error::InvalidChar2(wanted, _, _) => {
                let wanted = match *wanted {
                    "a whitespace" => "white space between attributes",
                    "a quote" => "a value in quotes",
                    "'>'" => "`>`",
                    other => other,
                };
                format!("expected {wanted}, found {}", found(self.text, at))
            }
            Error::InvalidString(wanted, _) => format!("expected `{wanted}`, found {}", found(self.text, at)),
            Error::InvalidExternalID(_) | Error::EntityResolver(..) | Error::EntityReferenceLoop(_) => {
                self.rule = "syntax/xml-doctype";
                "the document type declaration cannot be read".to_owned()
            }
            Error::InvalidComment(_) => {
                self.span = Span::from(at..at + 4);
                self.help("write the comment without `--` inside it");
                "a comment cannot hold `--` or end in `-`".to_owned()
            }
            Error::InvalidCharacterData(_) => {
                // the reader names the end of the text
                if let Some(start) = self.text[..at].rfind("]]>") {
                    self.span = Span::from(start..start + 3);
                }
                self.help("write `]]&gt;`");
                "`]]>` cannot stand in text".to_owned()
            }
            Error::UnknownToken(_) if !outline.has_element => {
                self.span = character(self.text, at);
                format!("expected an element, found {}", found(self.text, at))
            }
            Error::UnknownToken(_) if self.text.as_bytes().get(at) == Some(&b'<') && self.text.as_bytes().get(at + 1) == Some(&b'!') => {
                self.help("inside an element `<!` begins a comment (`<!--`) or a CDATA section only");
                "this markup cannot stand here".to_owned()
            }
            Error::UnknownToken(_) => {
                self.help("keep one root element and put everything else inside it");
                format!("after the root element only comments may follow, found {}", found(self.text, at))
            }
        }
    }

    fn namespace(&mut self, message: &str) -> String {
        self.rule = "syntax/xml-namespace";
        self.help("remove the declaration or choose another prefix");
        message.to_owned()
    }

    fn duplicate(&mut self, at: usize, name: &str) -> String {
        self.rule = "syntax/xml-attribute-duplicate";
        self.span = Span::from(at..self.text[at..].find(['=', ' ', '\t', '\r', '\n']).map_or(at, |len| at + len));
        self.help("keep one of the two");
        format!("`{name}` stands twice on one element")
    }

    /// From `at` to the next `byte` on, with it.
    fn until(&self, at: usize, byte: u8) -> Span {
        let rest = &self.text.as_bytes()[at..];
        Span::from(at..memchr::memchr(byte, rest).map_or(at, |end| at + end + 1))
    }

    /// The text ends too early: inside a tag, or before the last element is closed.
    fn unfinished(&mut self, outline: &Outline) -> String {
        let bytes = self.text.as_bytes();
        // what never ends takes everything behind it in, so it is asked before the tags
        if let Some((start, begin, end)) = endless(bytes) {
            let what = match begin {
                "<!--" => "comment",
                "<?" => "processing instruction",
                _ => "CDATA section",
            };
            self.span = Span::from(start..start + begin.len());
            self.help(format!("write `{end}` where the {what} ends"));
            return format!("the {what} that begins here never ends");
        }
        let last = memchr::memrchr(b'<', bytes);
        let inside = last.filter(|&start| !tag_ends(&bytes[start..]));
        if let Some(start) = inside {
            let mark = 1 + usize::from(bytes.get(start + 1) == Some(&b'/'));
            let begin = mark + name_at(self.text, start + mark).len();
            self.span = Span::from(start..(start + begin).min(bytes.len()));
            self.help("close the tag or the quote that begins here");
            return "the document ends inside this markup".to_owned();
        }
        let Some(&open) = outline.open.last() else {
            self.span = Span::from(bytes.len()..bytes.len());
            return "the document ends too early".to_owned();
        };
        let name = name_at(self.text, open as usize + 1);
        self.span = Span::from(open as usize..open as usize + 1 + name.len());
        self.help(format!("write `</{name}>` where the element ends"));
        format!("`<{name}>` is never closed")
    }
}

/// Where a comment, a CDATA section or a processing instruction begins that does not end, how it begins, and how it would end.
fn endless(bytes: &[u8]) -> Option<(usize, &'static str, &'static str)> {
    const KINDS: [(&str, &str); 3] = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', bytes.get(at..)?).map(|found| at + found) {
        let rest = bytes.get(start..)?;
        at = match KINDS.into_iter().find(|(begin, _)| rest.starts_with(begin.as_bytes())) {
            None => start + 1,
            Some((begin, end)) => match memchr::memmem::find(rest.get(begin.len()..)?, end.as_bytes()) {
                Some(found) => start + begin.len() + found + end.len(),
                None => return Some((start, begin, end)),
            },
        };
    }
    None
}

/// Whether the tag at the start of `bytes` comes to its end; one of no element is told of before.
fn tag_ends(bytes: &[u8]) -> bool {
    if [&b"<!--"[..], b"<![CDATA[", b"<?"].iter().any(|begin| bytes.starts_with(begin)) {
        return true;
    }
    let mut quote = None;
    for &byte in bytes {
        match (quote, byte) {
            (None, b'>') => return true,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    false
}

/// The line, from one, of the last `<name` before `at`.
fn outline_name(text: &str, at: usize, name: &str) -> Option<usize> {
    let head = text.get(..at)?;
    let start = head.rmatch_indices('<').map(|(start, _)| start).find(|&start| name_at(text, start + 1) == name)?;
    Some(memchr::memchr_iter(b'\n', &head.as_bytes()[..start]).count() + 1)
}

/// The name that stands at `at`; empty when none does.
pub(super) fn name_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-' | '_' | '.')).unwrap_or(rest.len());
    &rest[..end]
}

fn character(text: &str, at: usize) -> Span {
    let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span::from(at..at + width)
}

fn found(text: &str, at: usize) -> String {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        None => "the end of the document".to_owned(),
        Some(c) if c.is_control() => format!("U+{:04X}", u32::from(c)),
        Some(c) => format!("`{c}`"),
    }
}

/// The byte offset of a place that the reader gives as line (ended by `\n`) and character, both from one.
fn offset(text: &str, place: TextPos) -> usize {
    let mut start = 0;
    for _ in 1..place.row {
        match memchr::memchr(b'\n', &text.as_bytes()[start..]) {
            Some(at) => start += at + 1,
            None => return text.len(),
        }
    }
    let line = &text[start..];
    line.char_indices().nth(place.col.saturating_sub(1) as usize).map_or(text.len(), |(at, _)| start + at)
}
