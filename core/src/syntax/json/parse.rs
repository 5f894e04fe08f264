//! The way through a text that is JSON; every surprise goes to `recover.rs`.
//!
//! A loop over a stack of open containers, never a recursion. Each step either consumes a byte or closes a container.

use super::duplicates;
use super::recover::{self, Bare};
use super::scan::{blank_end, plain_end};
use super::{BARE, Data, Duplicate, ESCAPED, HAS_KEY, Inside, KEY_SHIFT, NO_PARENT, NodeKind, OPEN};
use crate::syntax::{MAX_DEPTH, MAX_ERRORS, MAX_STRING_BYTES, MAX_VALUES, SyntaxError};
use crate::text::Span;

/// What a text was read as: the parts of a [`super::Tree`].
pub(super) struct Parsed {
    pub nodes: Vec<Data>,
    pub inside: Vec<Inside>,
    pub errors: Vec<SyntaxError>,
    pub duplicates: Vec<Duplicate>,
}

/// Reads `text`.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parser = Parser::new(text);
    if u32::try_from(text.len()).is_err() {
        parser.error("syntax/json", 0..0, "the document is larger than 4 GiB").help("split it into several documents");
    } else {
        parser.document();
    }
    let Parser { nodes, inside, errors, mut duplicates, .. } = parser;
    duplicates.sort_by_key(|duplicate: &Duplicate| duplicate.again);
    Parsed { nodes, inside, errors, duplicates }
}

/// What a container expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// The first member or item, or the end.
    First,
    /// A comma or the end.
    Comma,
    /// A member or item, after a comma.
    Next,
    /// Anything: an error has been told here, and what follows from it is not told again.
    Anything,
}

/// An open container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub node: u32,
    pub count: u32,
    pub expect: Expect,
    /// Where the last comma stands.
    pub comma: u32,
}

/// A name or a string as it stands in the text: quotes included, with the flags of [`Data`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lexeme {
    pub start: usize,
    pub end: usize,
    pub flags: u8,
}

pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub bytes: &'a [u8],
    pub at: usize,
    pub nodes: Vec<Data>,
    pub inside: Vec<Inside>,
    pub stack: Vec<Frame>,
    pub errors: Vec<SyntaxError>,
    pub duplicates: Vec<Duplicate>,
    pub too_deep: bool,
    /// How many bytes recovery may still read ahead in all.
    pub ahead: usize,
}

/// How many values there may be, and how many of them objects and arrays. A large text is counted: a list that is copied as it grows
/// takes twice the room of what it holds.
fn room(text: &str) -> [usize; 2] {
    const LARGE: usize = 1 << 20;
    if text.len() < LARGE {
        return [text.len() / 24 + 1, text.len() / 128 + 1];
    }
    // every value but the first follows a comma, or the bracket or brace that it stands in
    let count = |wanted: fn(u8) -> bool| text.bytes().filter(|byte| wanted(*byte)).count();
    let opened = count(|byte| matches!(byte, b'[' | b'{'));
    [count(|byte| byte == b',') + opened + 1, opened].map(|room| room.min(MAX_VALUES))
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let [values, containers] = room(text);
        Parser {
            text,
            bytes: text.as_bytes(),
            at: 0,
            nodes: Vec::with_capacity(values),
            inside: Vec::with_capacity(containers),
            stack: Vec::new(),
            errors: Vec::new(),
            duplicates: Vec::new(),
            too_deep: false,
            ahead: 4 << 20,
        }
    }

    fn document(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.error(
                "syntax/json-byte-order-mark",
                0..3,
                "the document begins with a byte order mark (U+FEFF), which JSON does not allow",
            )
            .help("save the file as UTF-8 without a byte order mark")
            .fix(0..3, "");
            self.at = 3;
        }
        self.blank();
        match self.peek() {
            None => {
                self.error("syntax/json", self.at..self.at, "the document is empty").help("write a value, such as `{}`");
                return;
            }
            Some(b',' | b':' | b']' | b'}') => return self.no_value_at_all(),
            Some(_) => self.value(None),
        }
        while let Some(&frame) = self.stack.last() {
            if self.nodes.len() >= MAX_VALUES {
                return self.too_many();
            }
            match self.nodes[frame.node as usize].kind {
                NodeKind::Object => self.in_object(frame),
                _ => self.in_array(frame),
            }
        }
        self.blank();
        if self.at < self.bytes.len() {
            self.trailing();
        }
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips white space, and with an error what is taken for it: comments and other blanks.
    #[inline]
    pub fn blank(&mut self) {
        self.at = blank_end(self.bytes, self.at);
        if let Some(b'/' | b'#' | 0x0b | 0x0c | 0x80..) = self.peek() {
            self.odd_blank();
        }
    }

    pub fn expect(&mut self, expect: Expect) {
        if let Some(frame) = self.stack.last_mut() {
            frame.expect = expect;
        }
    }

    fn in_object(&mut self, frame: Frame) {
        self.blank();
        match (self.peek(), frame.expect) {
            (Some(b'"'), Expect::First | Expect::Next | Expect::Anything) => {
                let key = self.string();
                self.member(key);
            }
            (Some(b','), Expect::Comma) => self.comma(),
            (Some(b'}'), Expect::First | Expect::Comma | Expect::Anything) => self.close(self.at + 1, 0),
            _ => self.odd_in_object(frame),
        }
    }

    fn in_array(&mut self, frame: Frame) {
        self.blank();
        match (self.peek(), frame.expect) {
            (Some(b','), Expect::Comma) => self.comma(),
            (Some(b']'), Expect::First | Expect::Comma | Expect::Anything) => self.close(self.at + 1, 0),
            (None | Some(b',' | b':' | b']' | b'}'), _) | (_, Expect::Comma) => self.odd_in_array(frame),
            _ => self.value(None),
        }
    }

    pub fn comma(&mut self) {
        if let Some(frame) = self.stack.last_mut() {
            frame.expect = Expect::Next;
            frame.comma = self.at as u32;
        }
        self.at += 1;
    }

    /// What follows a name: the colon and the value.
    pub fn member(&mut self, mut key: Lexeme) {
        if key.flags & UNCLOSED != 0 {
            key = self.unclosed_name(key);
        }
        self.blank();
        if self.peek() != Some(b':') {
            key = self.odd_colon(key);
        }
        if self.peek() == Some(b':') {
            self.at += 1;
            self.blank();
        }
        match self.peek() {
            None | Some(b',' | b':' | b']' | b'}') => self.odd_member_value(key),
            Some(_) => self.value(Some(key)),
        }
    }

    /// A value; there is a byte, and it is none of `, : ] }`.
    pub fn value(&mut self, key: Option<Lexeme>) {
        let start = self.at;
        let kind = match self.bytes[start] {
            b'{' => return self.open(NodeKind::Object, key),
            b'[' => return self.open(NodeKind::Array, key),
            b'"' => {
                let string = self.string();
                self.push(NodeKind::String, string, key);
                if string.flags & UNCLOSED != 0 {
                    self.expect(Expect::Anything);
                }
                return;
            }
            b'-' | b'0'..=b'9' => match number_end(self.bytes, start) {
                Some((end, simple)) => {
                    if !simple || end - start > 300 {
                        self.number_range(start..end);
                    }
                    self.at = end;
                    NodeKind::Number
                }
                None => return self.bare(key, Bare::Value),
            },
            b => match self.word(b) {
                Some((kind, end)) => {
                    self.at = end;
                    kind
                }
                None => return self.bare(key, Bare::Value),
            },
        };
        self.push(kind, Lexeme { start, end: self.at, flags: 0 }, key);
    }

    pub fn word(&self, first: u8) -> Option<(NodeKind, usize)> {
        let (word, kind): (&[u8], _) = match first {
            b't' => (b"true", NodeKind::Bool),
            b'f' => (b"false", NodeKind::Bool),
            b'n' => (b"null", NodeKind::Null),
            _ => return None,
        };
        let end = self.at + word.len();
        (self.bytes[self.at..].starts_with(word) && ends_token(self.bytes, end)).then_some((kind, end))
    }

    /// Appends a node. In a container the next thing is a comma.
    pub fn push(&mut self, kind: NodeKind, lexeme: Lexeme, key: Option<Lexeme>) {
        let id = self.nodes.len() as u32;
        let (parent, ordinal) = match self.stack.last_mut() {
            Some(frame) => {
                frame.count += 1;
                frame.expect = Expect::Comma;
                (frame.node, frame.count - 1)
            }
            None => (NO_PARENT, 0),
        };
        let (named, place, key) = match key {
            Some(key) => (HAS_KEY, key.start as u32, key),
            None => (0, ordinal, Lexeme::default()),
        };
        let key_end = key.end as u32;
        let rest = if matches!(kind, NodeKind::Object | NodeKind::Array) {
            self.inside.push(Inside { after: id + 1, len: 0, key_end });
            self.inside.len() as u32 - 1
        } else {
            key_end
        };
        self.nodes.push(Data {
            kind,
            flags: lexeme.flags | (key.flags << KEY_SHIFT) | named,
            start: lexeme.start as u32,
            end: lexeme.end as u32,
            parent,
            place,
            rest,
        });
    }

    fn open(&mut self, kind: NodeKind, key: Option<Lexeme>) {
        let node = self.nodes.len() as u32;
        let start = self.at;
        if self.stack.len() >= MAX_DEPTH {
            return self.skip_deep(kind, key);
        }
        self.push(kind, Lexeme { start, end: start + 1, flags: 0 }, key);
        self.at += 1;
        self.stack.push(Frame { node, count: 0, expect: Expect::First, comma: 0 });
    }

    /// Closes the innermost container; it ends at `end`, where reading goes on.
    pub fn close(&mut self, end: usize, flags: u8) {
        let Some(frame) = self.stack.pop() else { return };
        let after = self.nodes.len() as u32;
        if let Some(data) = self.nodes.get_mut(frame.node as usize) {
            data.end = end as u32;
            data.flags |= flags;
            if let Some(row) = self.inside.get_mut(data.rest as usize) {
                (row.after, row.len) = (after, frame.count);
            }
            if frame.count > 1 && data.kind == NodeKind::Object {
                duplicates::find(self.text, &self.nodes, &self.inside, frame.node, &mut self.duplicates);
            }
        }
        self.at = end;
    }

    /// A string that begins with a double quote.
    #[inline]
    pub fn string(&mut self) -> Lexeme {
        let start = self.at;
        let mut at = start + 1;
        let mut flags = 0;
        loop {
            at = plain_end(self.bytes, at);
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    flags |= ESCAPED;
                    // A control character after the backslash is met again by the loop.
                    at += if self.bytes.get(at + 1).is_some_and(|&b| b >= b' ') { 2 } else { 1 };
                }
                _ => return self.odd_string(start, at, flags),
            }
        }
        self.finish_string(start, at, flags)
    }

    /// A string whose closing quote stands at `close`.
    pub fn finish_string(&mut self, start: usize, close: usize, flags: u8) -> Lexeme {
        if flags & ESCAPED != 0 {
            self.check_escapes(start + 1, close);
        }
        self.at = close + 1;
        if close - start > MAX_STRING_BYTES {
            let limit = MAX_STRING_BYTES >> 20;
            self.error(
                "syntax/json-string-limit",
                start..start + 1,
                format!("the string is longer than {limit} MiB, the most a document may hold"),
            )
            .help("keep the text in a payload file of its own");
        }
        Lexeme { start, end: close + 1, flags }
    }

    /// Adds an error. Past [`MAX_ERRORS`] there is one last error that says so.
    pub fn error(&mut self, rule: &'static str, range: std::ops::Range<usize>, message: impl Into<String>) -> recover::Report<'_> {
        let span = Span::from(range);
        let error = SyntaxError { span, rule, message: message.into(), help: None, fix: None };
        if self.errors.len() + 1 < MAX_ERRORS {
            self.errors.push(error);
            return recover::Report(self.errors.last_mut());
        }
        if self.errors.len() < MAX_ERRORS {
            let message = "there are more errors from here on; they are not listed".to_owned();
            let help = Some("put right the errors above first".to_owned());
            self.errors.push(SyntaxError { span, rule: "syntax/json", message, help, fix: None });
        }
        recover::Report(None)
    }
}

/// Whether a number or word may end before `at`.
pub(super) fn ends_token(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        None | Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b']' | b'}' | b'[' | b'{' | b'"' | b'/' | b';') => true,
        Some(_) => false,
    }
}

/// The end of the number at `start`, and whether it has neither fraction nor exponent; `None` when it is not a JSON number.
#[inline]
pub(super) fn number_end(bytes: &[u8], start: usize) -> Option<(usize, bool)> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    let whole = at;
    at = digits(at);
    if at == whole || (at > whole + 1 && bytes[whole] == b'0') {
        return None;
    }
    let mut simple = true;
    if bytes.get(at) == Some(&b'.') {
        let fraction = at + 1;
        at = digits(fraction);
        if at == fraction {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        simple = false;
        let exponent = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(exponent);
        if at == exponent {
            return None;
        }
    }
    ends_token(bytes, at).then_some((at, simple))
}

/// Flags of a lexeme that recovery has read.
pub(super) const UNQUOTED: u8 = BARE;
/// Flags of a string or container whose end is not there.
pub(super) const UNCLOSED: u8 = OPEN;
