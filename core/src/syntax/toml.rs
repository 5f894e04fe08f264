//! TOML with spans, over the `toml` crate's recovering parser.
//!
//! The tree owns what it says; members keep the order of the text. Errors are told in words that name what stands there. Tables nest at
//! most [`MAX_KEY_PARTS`] levels by dotted keys and as deep as the parser goes by brackets. Nothing here knows what a key means.

use std::sync::Arc;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{MAX_ERRORS, SyntaxError};
use crate::text::Span;

/// Most parts of one dotted key (`a.b.c` has three).
pub const MAX_KEY_PARTS: usize = 64;
/// Largest document that is read.
pub const MAX_BYTES: usize = 16 << 20;

/// A document.
#[derive(Debug, Clone)]
pub struct Tree {
    text: Arc<str>,
    root: Value,
    errors: Vec<SyntaxError>,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The whole value; of a table written under a header, the header.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A string, resolved.
    String(String),
    /// A whole number; `None` when it is beyond 64 bits.
    Integer(Option<i64>),
    /// A number with a fraction or an exponent, `inf` or `nan`.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A date, a time, or both, as spelled.
    DateTime(String),
    /// A list, or an array of tables.
    Array(Vec<Value>),
    /// A table, its members in the order of the text.
    Table(Vec<Member>),
}

/// A member of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name, resolved.
    pub key: String,
    /// Where the name stands.
    pub key_span: Span,
    /// Its value.
    pub value: Value,
}

impl Kind {
    /// What to call it in a message.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::String(_) => "a string",
            Kind::Integer(_) => "a whole number",
            Kind::Float(_) => "a number",
            Kind::Bool(_) => "a boolean",
            Kind::DateTime(_) => "a date or time",
            Kind::Array(_) => "an array",
            Kind::Table(_) => "a table",
        }
    }
}

impl Value {
    /// The members, when it is a table.
    pub fn members(&self) -> &[Member] {
        if let Kind::Table(members) = &self.kind { members } else { &[] }
    }

    /// The items, when it is an array.
    pub fn items(&self) -> &[Value] {
        if let Kind::Array(items) = &self.kind { items } else { &[] }
    }

    /// The member named `key`.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.key == key)
    }

    /// The value of the member named `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.member(key).map(|member| &member.value)
    }

    /// The string, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// The boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Kind::Bool(value) = self.kind { Some(value) } else { None }
    }

    /// The whole number, when it is one within 64 bits.
    pub fn as_integer(&self) -> Option<i64> {
        if let Kind::Integer(value) = self.kind { value } else { None }
    }
}

impl Tree {
    /// Reads `text`. Never fails: what could not be read is left out and told among the errors.
    pub fn parse(text: Arc<str>) -> Tree {
        let empty = Value { span: Span::at(0), kind: Kind::Table(Vec::new()) };
        if text.len() > MAX_BYTES {
            let message = format!("the document has {} bytes; at most {MAX_BYTES} are read", text.len());
            let error =
                SyntaxError { span: Span::at(0), rule: "syntax/toml", message, help: Some("split the document".to_owned()), fix: None };
            return Tree { text, root: empty, errors: vec![error] };
        }
        if let Some(span) = long_key(&text) {
            let message = format!("a key has more than {MAX_KEY_PARTS} parts; nothing of the document is read");
            let error = SyntaxError { span, rule: "syntax/toml", message, help: Some("nest less deep".to_owned()), fix: None };
            return Tree { text, root: empty, errors: vec![error] };
        }
        let (table, faults) = DeTable::parse_recoverable(&text);
        let mut errors: Vec<SyntaxError> = faults.iter().map(|fault| told(&text, fault)).collect();
        errors.sort_by_key(|error| (error.span, error.message.clone()));
        errors.dedup_by(|later, first| later.span == first.span);
        errors.truncate(MAX_ERRORS);
        let root = Value { span: Span::from(0..text.len()), kind: members(table.get_ref()) };
        Tree { text, root, errors }
    }

    /// The text it was read from.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The whole document, a table.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// What is wrong with the form, in the order of the text.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// The value at a JSON Pointer (RFC 6901).
    pub fn at_pointer(&self, pointer: &str) -> Option<&Value> {
        let mut value = &self.root;
        for token in pointer_tokens(pointer)? {
            value = match &value.kind {
                Kind::Table(_) => value.get(&token)?,
                Kind::Array(items) => items.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The place to point at for a JSON Pointer: the value's own span.
    pub fn span_at(&self, pointer: &str) -> Option<Span> {
        self.at_pointer(pointer).map(|value| value.span)
    }
}

/// The tokens of a pointer, unescaped; `None` when it is neither empty nor begins with `/`.
fn pointer_tokens(pointer: &str) -> Option<impl Iterator<Item = String> + '_> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    Some(pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")))
}

fn members(table: &DeTable<'_>) -> Kind {
    let mut members: Vec<Member> = table
        .iter()
        .map(|(key, item)| Member { key: key.get_ref().as_ref().to_owned(), key_span: Span::from(key.span()), value: value(item) })
        .collect();
    members.sort_by_key(|member| member.key_span);
    Kind::Table(members)
}

fn value(item: &Spanned<DeValue<'_>>) -> Value {
    let kind = match item.get_ref() {
        DeValue::String(text) => Kind::String(text.as_ref().to_owned()),
        DeValue::Integer(number) => Kind::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()),
        DeValue::Float(number) => Kind::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(time) => Kind::DateTime(time.to_string()),
        DeValue::Array(items) => Kind::Array(items.iter().map(value).collect()),
        DeValue::Table(table) => members(table),
    };
    Value { span: Span::from(item.span()), kind }
}

/// The first key of more parts than are read. Every part of a dotted key is a level of nesting, and the parser makes them all.
fn long_key(text: &str) -> Option<Span> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if let Some(at) = long_chain(line.as_bytes()) {
            return Some(Span::from(offset + at..offset + at + 1));
        }
        offset += line.len();
    }
    None
}

/// Where in a line a chain of names and points begins that is longer than a key may be.
fn long_chain(line: &[u8]) -> Option<usize> {
    let (mut at, mut begin, mut parts) = (0, 0, 0);
    while let Some(&byte) = line.get(at) {
        match byte {
            b'.' => parts += 1,
            b'"' | b'\'' => {
                let mut end = at + 1;
                while line.get(end).is_some_and(|&next| next != byte) {
                    end += 1 + usize::from(byte == b'"' && line[end] == b'\\');
                }
                at = end;
            }
            _ if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ' | b'\t') || !byte.is_ascii() => {}
            _ => (begin, parts) = (at + 1, 0),
        }
        if parts >= MAX_KEY_PARTS {
            return Some(begin);
        }
        at += 1;
    }
    None
}

/// What the parser says, what we say, and what to do; the first row whose beginning fits.
const WORDS: [(&str, &str, &str); 20] = [
    ("duplicate key", "this key stands twice", "keep one of the two"),
    ("string values must be quoted", "a value that is no number, date, boolean, array or table wants quotes", "write it as `\"…\"`"),
    ("missing value", "the key has no value", "write a value after `=`"),
    ("key with no value", "the key has no value", "write `= value` after it"),
    ("missing assignment", "`=` is missing between key and value", "write `key = value`"),
    ("extra assignment", "a second `=` cannot stand here", "quote the value"),
    ("extra `=`", "a second `=` cannot stand here", "remove it"),
    ("missing comma between array", "a comma is missing between two items", "write `,` between them"),
    ("missing comma between key", "a comma or a line end is missing between two members", "write each member on a line of its own"),
    ("extra comma", "a comma stands here without an item before it", "remove it"),
    ("unclosed array table", "the header is not closed", "end it with `]]`"),
    ("unclosed array", "the array is not closed", "end it with `]`"),
    ("unclosed table", "the header is not closed", "end it with `]`"),
    ("unclosed inline table", "the inline table is not closed", "end it with `}`"),
    ("unexpected leading zero", "a number does not begin with 0", "remove the zeros"),
    ("cannot recurse", "values nest too deep here", "nest less deep"),
    ("recursion limit", "values nest too deep here", "nest less deep"),
    ("unquoted keys cannot be empty", "a key is missing", "write a name, or `\"\"` for the empty one"),
    ("invalid unquoted key", "the key holds a character that wants quotes", "write it as `\"…\"`"),
    ("carriage return must", "a carriage return stands without a line feed", "end lines with a line feed"),
];

fn told(text: &str, fault: &toml::de::Error) -> SyntaxError {
    let span = fault.span().map_or(Span::from(text.len()..text.len()), Span::from);
    // the parser says of a value that is missing what it says of a bare word
    let bare = fault.message().starts_with("string values must be quoted") && span.is_empty();
    let said = if bare { "missing value" } else { fault.message() };
    let (message, help) = match WORDS.iter().find(|row| said.starts_with(row.0)) {
        Some(row) => (row.1.to_owned(), Some(row.2.to_owned())),
        None => (format!("this is not TOML: {}", said.trim_end_matches('.')), None),
    };
    let found = text.get(span.range()).map(str::trim).filter(|found| !found.is_empty() && found.len() <= 40 && !found.contains('\n'));
    let message = match found {
        Some(found) => format!("{message}: `{found}`"),
        None => message,
    };
    SyntaxError { span, rule: "syntax/toml", message, help, fix: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Tree {
        Tree::parse(text.into())
    }

    #[test]
    fn values_are_found_by_pointer_with_their_spans() {
        let text = "# rules\nstrict = true\n[rules]\n\"a/b\" = 'off'\n'c~d' = 1\n[[suppress]]\nrule = \"x\"\n[[suppress]]\nrule = \"\\u03c0\"\n[keys.'s.1']\npublic = 1.5\n";
        let tree = parse(text);
        assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        let at = |pointer: &str| tree.span_at(pointer).map(|span| &text[span.range()]);
        assert_eq!(at("/strict"), Some("true"));
        assert_eq!(at("/rules/a~1b"), Some("'off'"));
        assert_eq!(at("/suppress/1/rule"), Some("\"\\u03c0\""));
        assert_eq!(tree.at_pointer("/suppress/1/rule").and_then(Value::as_str), Some("\u{3c0}"));
        assert_eq!(tree.at_pointer("/keys/s.1/public").map(|value| value.kind.clone()), Some(Kind::Float(1.5)));
        assert_eq!(at("/suppress/2"), None);
        assert_eq!(at("rules"), None);
        assert_eq!(at("").map(str::len), Some(text.len()));
        assert_eq!(
            tree.root().members().iter().map(|member| member.key.as_str()).collect::<Vec<_>>(),
            ["strict", "rules", "suppress", "keys"]
        );
    }

    #[test]
    fn what_breaks_the_form_is_told_and_the_rest_is_read() {
        for (text, place, message) in [
            ("a = 1\na = 2\n", "a", "this key stands twice: `a`"),
            ("a = word\nb = 1\n", "word", "a value that is no number, date, boolean, array or table wants quotes: `word`"),
            ("a =\nb = 1\n", "", "the key has no value"),
            ("a = [\"1\" \"2\"]\nb = 1\n", "", "a comma is missing between two items"),
            ("b = 1\n[a\n", "", "the header is not closed"),
        ] {
            let tree = parse(text);
            let error = &tree.errors()[0];
            assert_eq!((&text[error.span.range()], error.message.as_str()), (place, message), "{text}");
            assert_eq!(error.rule, "syntax/toml");
            if text.contains('b') {
                assert_eq!(tree.at_pointer("/b").and_then(Value::as_integer), Some(1), "{text}");
            }
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        for text in [
            format!("{}a = 1", "a.".repeat(200_000)),
            format!("[{}a]", "'x!'.".repeat(1_000)),
            format!("{}a = 1", "\"\\\"\" . ".repeat(100)),
        ] {
            assert_eq!(parse(&text).errors()[0].rule, "syntax/toml");
        }
        assert!(!parse(&format!("a = {}", "[".repeat(100_000))).errors().is_empty());
        assert!(!parse(&format!("a = {}", "{a=".repeat(100_000))).errors().is_empty());
        assert!(parse(&format!("a = \"{}\"", "word. ".repeat(1_000))).errors().is_empty(), "points inside a string make no key");
        assert_eq!(parse(&" ".repeat(MAX_BYTES + 1)).errors()[0].rule, "syntax/toml");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_told_or_read(text in "([a-b]|[.=,#\"'\\\\{}]|\\[|\\]|\n|\r\n| |'''|\"\"\"|[0-9]|-|true|π){0,40}") {
            let tree = parse(&text);
            for error in tree.errors() {
                proptest::prop_assert!(text.get(error.span.range()).is_some());
            }
        }
    }
}
