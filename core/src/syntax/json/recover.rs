//! What is done, and said, where a text is not JSON.
//!
//! One cause gives one error: after an error a container expects *anything*, and what follows from the same slip passes in silence.
//! A fix is given only where it surely keeps what the author meant.

use std::ops::Range;

use super::NodeKind;
use super::parse::{Expect, Frame, Lexeme, Parser, UNCLOSED};
use super::scan::blank_end;
use crate::syntax::SyntaxError;
use crate::text::Span;

/// Where bare text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bare {
    /// Where a value is wanted.
    Value,
    /// Where a member name is wanted.
    Name,
}

/// The error just added, to be completed; nothing when it was one too many.
pub(super) struct Report<'e>(pub Option<&'e mut SyntaxError>);

impl Report<'_> {
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(error) = &mut self.0 {
            error.help = Some(help.into());
        }
        self
    }

    pub fn fix(mut self, range: Range<usize>, text: impl Into<String>) -> Self {
        if let Some(error) = &mut self.0 {
            error.fix = Some((Span::from(range), text.into()));
        }
        self
    }
}

impl Parser<'_> {
    fn here(&self) -> Range<usize> {
        let len = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.at..self.at + len
    }

    /// The end of the text before `at`, blanks left out.
    pub fn last_text(&self, at: usize) -> usize {
        self.text.get(..at).map_or(at, |head| head.trim_end_matches([' ', '\n', '\r', '\t']).len())
    }

    /// Comments, and blanks that are none in JSON.
    #[cold]
    pub fn odd_blank(&mut self) {
        loop {
            let start = self.at;
            let rest = &self.text[start..];
            if rest.starts_with("//") || rest.starts_with('#') {
                self.at += memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
                self.comment(start);
            } else if rest.starts_with("/*") {
                match memchr::memmem::find(&rest.as_bytes()[2..], b"*/") {
                    Some(end) => {
                        self.at += end + 4;
                        self.comment(start);
                    }
                    None => {
                        let end = self.bytes.len();
                        self.at = end;
                        self.error("syntax/json", start..end, "the comment is never closed, and JSON has no comments")
                            .help("take the comment out; a note may stand in a member such as `\"description\"`");
                    }
                }
            } else {
                let blank = |c: char| c == '\u{feff}' || c == '\u{200b}' || (c.is_whitespace() && !matches!(c, ' ' | '\n' | '\r' | '\t'));
                let run = rest.trim_start_matches(blank);
                let Some(c) = rest.chars().next().filter(|_| run.len() < rest.len()) else { return };
                let end = start + rest.len() - run.len();
                self.at = end;
                let message = format!("U+{:04X} stands between the values; it is not white space in JSON", u32::from(c));
                self.error("syntax/json", start..end, message).help("write a space").fix(start..end, " ");
            }
            self.at = blank_end(self.bytes, self.at);
        }
    }

    fn comment(&mut self, start: usize) {
        let end = self.at;
        self.error("syntax/json", start..end, "JSON has no comments")
            .help("take the comment out; a note may stand in a member such as `\"description\"`");
    }

    /// The document begins with what can only follow something.
    pub fn no_value_at_all(&mut self) {
        let here = self.here();
        let found = &self.text[here.clone()];
        self.error("syntax/json", here, format!("found `{found}` where the document's value is wanted")).help("begin with `{` or `[`");
        self.at = self.bytes.len();
    }

    /// Something follows the document's value.
    pub fn trailing(&mut self) {
        let range = self.at..self.last_text(self.bytes.len()).max(self.at);
        self.at = self.bytes.len();
        if self.nodes.first().is_some_and(|root| root.flags & super::BARE != 0) || self.too_deep {
            return;
        }
        let text = &self.text[range.clone()];
        if matches!(text, "," | ";") {
            self.error("syntax/json", range.clone(), format!("`{text}` follows the document's value")).help("take it out").fix(range, "");
        } else if let Some(c @ (']' | '}')) = text.chars().next() {
            self.error("syntax/json", range.start..range.start + 1, format!("`{c}` closes nothing"))
                .help("take it out, or open what it closes");
        } else {
            self.error("syntax/json", range, "a document holds one value, and more text follows it")
                .help("take out what follows, or put the values into an array");
        }
    }

    /// A name without a colon after it. Goes to where the colon should stand; the name may turn out to be shorter.
    #[cold]
    pub fn odd_colon(&mut self, key: Lexeme) -> Lexeme {
        let name = &self.text[key.start..key.end];
        let at = self.at;
        let rest = &self.text[at..];
        let len = if rest.starts_with("=>") { 2 } else { usize::from(rest.starts_with('=')) };
        if len > 0 {
            self.error("syntax/json", at..at + len, format!("found `{}` where `:` is wanted", &rest[..len]))
                .help("write `:` between name and value")
                .fix(at..at + len, ":");
            self.at += len;
            self.blank();
            return key;
        }
        if at == key.end
            && let Some(doubled) = self.doubled_quote(key.start..key.end, |follows| follows == Some(&b':'))
        {
            self.blank();
            return Lexeme { start: doubled.start, end: doubled.end, flags: key.flags };
        }
        match self.peek() {
            // The missing value is told by the caller, the missing end by the container.
            None | Some(b',' | b']' | b'}') => {}
            Some(_) if key.flags & UNCLOSED != 0 => {}
            Some(_) => {
                let colon = name.find(':').map(|colon| key.start + colon);
                // Text right behind the closing quote: that quote was meant to open the value, or what comes after it.
                if let Some(colon) = colon.filter(|_| at == key.end && name.len() > 2) {
                    let end = self.last_text(colon);
                    self.error(
                        "syntax/json",
                        key.start..end,
                        format!("the member name {} is never closed", short(&self.text[key.start..end])),
                    )
                    .help("write the closing `\"`")
                    .fix(end..end, "\"");
                    self.at = colon;
                    return Lexeme { end, flags: key.flags | UNCLOSED, ..key };
                }
                self.error("syntax/json", key.end..key.end, format!("`:` is missing after {}", short(name)))
                    .help("write `:` between name and value")
                    .fix(key.end..key.end, ":");
            }
        }
        key
    }

    /// A name that ran to the end of its line: it more likely ends before a colon.
    #[cold]
    pub fn unclosed_name(&mut self, key: Lexeme) -> Lexeme {
        // What was read in vain is read again, so it has to be short.
        const LONGEST: usize = 1024;
        let name = &self.text[key.start..key.end];
        let Some(colon) = name.find(':').map(|colon| key.start + colon).filter(|_| self.at >= key.end && name.len() <= LONGEST) else {
            return key;
        };
        let end = self.last_text(colon).max(key.start + 1);
        if let Some(error) = self.errors.last_mut().filter(|error| error.span.start as usize == key.start) {
            error.span = Span::from(key.start..end);
        }
        self.at = colon;
        Lexeme { end, ..key }
    }

    /// A name without a value after its colon.
    #[cold]
    pub fn odd_member_value(&mut self, key: Lexeme) {
        if self.peek() == Some(b':') {
            let at = self.at;
            while self.peek() == Some(b':') {
                self.at += 1;
                self.blank();
            }
            let end = self.last_text(self.at);
            self.error("syntax/json", at..end, "more than one `:` stands between name and value").help("keep one").fix(at..end, "");
            if !matches!(self.peek(), None | Some(b',' | b']' | b'}')) {
                return self.value(Some(key));
            }
        } else if self.peek().is_some() && key.flags & UNCLOSED == 0 {
            self.no_value(key);
        }
        let place = self.last_text(self.at).max(key.end);
        self.push(NodeKind::Missing, Lexeme { start: place, end: place, flags: 0 }, Some(key));
    }

    fn no_value(&mut self, key: Lexeme) {
        let name = short(&self.text[key.start..key.end]);
        self.error("syntax/json", key.start..key.end, format!("{name} has no value"))
            .help("write its value after `:`, or take the member out");
    }

    /// Anything in an object but what it expects.
    #[cold]
    pub fn odd_in_object(&mut self, frame: Frame) {
        let silent = frame.expect == Expect::Anything;
        match self.peek() {
            None => self.unclosed(),
            Some(closer @ (b']' | b'}')) => self.closer(frame, closer),
            Some(b',') => self.stray_comma(silent, true),
            Some(b';') if frame.expect == Expect::Comma => self.semicolon(),
            Some(b':') => self.stray_colon(frame),
            Some(_) if frame.expect == Expect::Comma && self.mended_quote() => {}
            Some(b) if frame.expect == Expect::Comma => {
                if let Some(name) = self.name_ahead() {
                    let end = self.last_text(self.at);
                    let message = format!("`,` is missing before {}", short(&name));
                    self.error("syntax/json", end..end, message).help("write `,` between members").fix(end..end, ",");
                    self.expect(Expect::Anything);
                } else {
                    self.no_comma(b, "an object's value is followed by `,` or `}`");
                }
            }
            Some(b'\'') => {
                let key = self.single_quoted();
                self.member(key);
            }
            Some(b'{' | b'[') => {
                if !silent {
                    let here = self.here();
                    let found = &self.text[here.clone()];
                    self.error("syntax/json", here, format!("found `{found}` where a member name is wanted"))
                        .help("write a name in double quotes and `:` before the value");
                }
                self.nameless();
            }
            Some(_) => {
                if self.name_ahead().is_some() || !self.literal_ahead() {
                    self.bare_name(silent);
                } else {
                    if !silent {
                        let here = self.here();
                        self.error("syntax/json", here, "a value stands where a member name is wanted")
                            .help("write a name in double quotes and `:` before the value");
                    }
                    self.nameless();
                }
            }
        }
    }

    fn nameless(&mut self) {
        let at = self.at;
        let depth = self.stack.len();
        self.value(Some(Lexeme { start: at, end: at, flags: super::BARE }));
        if let Some(frame) = depth.checked_sub(1).and_then(|depth| self.stack.get_mut(depth)) {
            frame.expect = Expect::Anything;
        }
    }

    /// Anything in an array but what it expects.
    #[cold]
    pub fn odd_in_array(&mut self, frame: Frame) {
        let silent = frame.expect == Expect::Anything;
        match self.peek() {
            None => self.unclosed(),
            Some(closer @ (b']' | b'}')) => self.closer(frame, closer),
            Some(b',') => {
                if !silent {
                    let at = self.at;
                    self.push(NodeKind::Missing, Lexeme { start: at, end: at, flags: 0 }, None);
                }
                self.stray_comma(silent, false);
            }
            Some(b';') => self.semicolon(),
            Some(b':') => self.stray_colon(frame),
            Some(_) if self.mended_quote() => {}
            Some(b) => {
                let quoted = b == b'"' || b == b'\'';
                if quoted || matches!(b, b'{' | b'[' | b'-' | b'0'..=b'9') || self.literal_ahead() {
                    let end = self.last_text(self.at);
                    let number = |b: Option<&u8>| b.is_some_and(|&b| b.is_ascii_digit() || b == b'-');
                    let torn = number(self.bytes.get(self.at)) && number(self.bytes.get(end.wrapping_sub(1))) && !self.new_line(end);
                    let report = self.error("syntax/json", end..end, "`,` is missing between two items").help("write `,` between items");
                    if !torn {
                        report.fix(end..end, ",");
                    }
                    self.expect(Expect::Anything);
                } else {
                    self.no_comma(b, "an array's item is followed by `,` or `]`");
                }
            }
        }
    }

    fn new_line(&self, from: usize) -> bool {
        self.bytes.get(from..self.at).is_some_and(|gap| memchr::memchr2(b'\n', b'\r', gap).is_some())
    }

    /// A comma with nothing before it.
    fn stray_comma(&mut self, silent: bool, removable: bool) {
        let at = self.at;
        if !silent {
            let message = if removable { "a member is missing before this `,`" } else { "an item is missing before this `,`" };
            let report = self.error("syntax/json", at..at + 1, message).help("take the `,` out");
            if removable {
                report.fix(at..at + 1, "");
            }
        }
        self.at += 1;
        self.expect(Expect::Anything);
    }

    fn semicolon(&mut self) {
        let at = self.at;
        self.error("syntax/json", at..at + 1, "found `;` where `,` is wanted").help("write `,`").fix(at..at + 1, ",");
        self.at += 1;
        self.expect(Expect::Anything);
    }

    /// A colon where none is wanted. In an object, after a string, it says that the string was meant as the next member's name.
    fn stray_colon(&mut self, frame: Frame) {
        let at = self.at;
        let last = self.nodes.len().wrapping_sub(1);
        let object = self.nodes.get(frame.node as usize).is_some_and(|data| data.kind == NodeKind::Object);
        if frame.expect == Expect::Comma
            && object
            && let Some(data) = self.nodes.get(last)
            && data.kind == NodeKind::String
            && data.parent == frame.node
            && let key = data.key(&self.inside)
            && !key.is_empty()
        {
            let string = Lexeme {
                start: data.start as usize,
                end: data.end as usize,
                flags: data.flags & (super::ESCAPED | super::OPEN | super::BARE),
            };
            let key = Lexeme {
                start: key.start as usize,
                end: key.end as usize,
                flags: data.flags >> super::KEY_SHIFT & (super::ESCAPED | super::OPEN | super::BARE),
            };
            let place = self.last_text(string.start).max(key.end);
            self.nodes.truncate(last);
            if let Some(frame) = self.stack.last_mut() {
                frame.count -= 1;
            }
            self.push(NodeKind::Missing, Lexeme { start: place, end: place, flags: 0 }, Some(key));
            self.no_value(key);
            return self.member(string);
        }
        if frame.expect != Expect::Anything {
            let message = if object {
                "a member name is missing before this `:`"
            } else {
                "an array holds values without names, and `:` follows one"
            };
            let help = if object { "write a name in double quotes" } else { "write `{` and `}` around members" };
            self.error("syntax/json", at..at + 1, message).help(help);
        }
        self.at += 1;
        self.blank();
        if object && !matches!(self.peek(), None | Some(b',' | b':' | b']' | b'}')) {
            return self.nameless();
        }
        self.expect(Expect::Anything);
    }

    /// Text that follows a value and begins neither a member nor an item.
    fn no_comma(&mut self, found: u8, wanted: &str) {
        let start = self.at;
        let after_quote = self.bytes.get(start.wrapping_sub(1)) == Some(&b'"');
        if after_quote && self.reopened(start - 1) {
            return;
        }
        self.skip_line();
        // A container that stops the skipping is read, and passes in silence.
        let range = start..self.last_text(self.at).max(start + 1);
        let text = self.text.get(range.clone()).unwrap_or_default();
        let message = match text.chars().next() {
            Some(_) if after_quote && !matches!(found, b'{' | b'[') => format!("{} follows the end of a string", short(text)),
            Some(c) if matches!(found, b'{' | b'[' | b'"') => format!("found `{c}` where {wanted}"),
            _ => format!("found {} where {wanted}", short(text)),
        };
        let help = if after_quote && !matches!(found, b'{' | b'[') {
            "write `\\\"` for a quote inside a string"
        } else {
            "write the missing `,`, or take this out"
        };
        let end = if matches!(found, b'{' | b'[') { start + 1 } else { range.end };
        let end = if self.text.is_char_boundary(end) { end } else { self.here().end };
        self.error("syntax/json", start..end, message).help(help);
        self.expect(Expect::Anything);
    }

    /// A string, at `range`, with a quote too many right behind it, or with one too many before it (so that it seems empty): what it is without
    /// that quote, provided that `wanted` accepts what follows.
    fn doubled_quote(&mut self, range: Range<usize>, wanted: impl Fn(Option<&u8>) -> bool) -> Option<Range<usize>> {
        let follows = |end: usize| self.bytes.get(blank_end(self.bytes, end));
        let (stray, string) = if self.bytes.get(range.end) == Some(&b'"') && wanted(follows(range.end + 1)) {
            (range.end, range)
        } else {
            let end = self.near_string_end(range.end).filter(|&end| range.len() == 2 && wanted(follows(end)))?;
            (range.start, range.start + 1..end)
        };
        self.error("syntax/json", stray..stray + 1, "a quote too many stands beside this string")
            .help("take it out")
            .fix(stray..stray + 1, "");
        self.at = string.end.max(stray + 1);
        Some(string)
    }

    /// One past the closing quote of the string whose content begins at `at`, when it stands on the same line and not far away.
    fn near_string_end(&self, at: usize) -> Option<usize> {
        let near = self.bytes.get(..self.bytes.len().min(at + 1024))?;
        let end = string_end(near, at);
        let content = near.get(at..end.checked_sub(1)?)?;
        (near.get(end - 1) == Some(&b'"') && memchr::memchr2(b'\n', b'\r', content).is_none()).then_some(end)
    }

    /// Mends the string just read when a quote too many stands beside it.
    fn mended_quote(&mut self) -> bool {
        let Some(data) =
            self.nodes.last().filter(|data| data.kind == NodeKind::String && data.end as usize == self.at && data.flags & super::BARE == 0)
        else {
            return false;
        };
        let range = data.start as usize..data.end as usize;
        let Some(string) = self.doubled_quote(range, |follows| matches!(follows, None | Some(b',' | b'}' | b']'))) else { return false };
        if let Some(data) = self.nodes.last_mut() {
            (data.start, data.end) = (string.start as u32, string.end as u32);
            if self.bytes[string].contains(&b'\\') {
                data.flags |= super::ESCAPED;
            }
        }
        true
    }

    /// Whether the quote at `quote`, which closed the last string, was meant to open the next one: the string ends in a comma, and from
    /// the quote on stands a member's name or an item. Then reading goes on at that comma.
    fn reopened(&mut self, quote: usize) -> bool {
        let Some(frame) = self.stack.last().copied() else { return false };
        let object = self.nodes.get(frame.node as usize).is_some_and(|data| data.kind == NodeKind::Object);
        let Some(end) = self.near_string_end(quote + 1) else { return false };
        let follows = self.bytes.get(blank_end(self.bytes, end));
        let Some(data) = self.nodes.last_mut().filter(|data| data.kind == NodeKind::String && data.end as usize == quote + 1) else {
            return false;
        };
        let start = data.start as usize;
        let Some(comma) =
            self.text.get(start + 1..quote).and_then(|text| text.trim_end().strip_suffix(',')).map(|text| start + 1 + text.len())
        else {
            return false;
        };
        if !(if object { follows == Some(&b':') } else { matches!(follows, Some(b',' | b']')) }) {
            return false;
        }
        data.end = comma as u32;
        data.flags |= UNCLOSED;
        self.at = comma;
        self.error("syntax/json", start..comma, "the string is never closed").help("write the closing `\"`").fix(comma..comma, "\"");
        true
    }

    /// Skips to the next comma, bracket or line end, strings that end on the line as a whole.
    fn skip_line(&mut self) {
        while let Some(b) = self.peek() {
            match b {
                b',' | b'{' | b'[' | b'}' | b']' | b'\n' | b'\r' => return,
                b'"' => {
                    let rest = &self.bytes[self.at + 1..];
                    self.at += 1;
                    if let Some(end) = memchr::memchr3(b'"', b'\n', b'\r', rest)
                        && rest[end] == b'"'
                    {
                        self.at += end + 1;
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}

/// One past the closing quote of the string whose content begins at `at`; the end of the text when there is none.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// A piece of the text as a message shows it.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None if line.len() < text.trim_end().len() => format!("`{line}…`"),
        None => format!("`{line}`"),
    }
}
