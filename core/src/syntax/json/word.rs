//! Text that stands where a value or a name is wanted and is neither: what was most likely meant.

use std::ops::Range;

use super::parse::{Lexeme, Parser, UNCLOSED, UNQUOTED, number_end};
use super::recover::{Bare, short};
use super::string::{CURLY, quote};
use super::{ESCAPED, NodeKind};
use crate::syntax::json::scan::blank_end;

impl Parser<'_> {
    /// A number that f64 may not hold.
    #[cold]
    pub fn number_range(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        if text.parse::<f64>().is_ok_and(f64::is_infinite) {
            let message = format!("{} is beyond the range of a 64-bit float", short(text));
            self.error("syntax/json-number-range", range, message)
                .help("write a number between -1.7976931348623157e308 and 1.7976931348623157e308");
        }
    }

    /// Text that begins no value: one node, one error.
    #[cold]
    pub fn bare(&mut self, key: Option<Lexeme>, place: Bare) {
        if self.peek() == Some(b'\'') {
            let string = self.single_quoted();
            return self.push(NodeKind::String, string, key);
        }
        let range = self.bare_run(place);
        if let Some(string) = self.unopened(range.clone(), |follows| matches!(follows, None | Some(b',' | b'}' | b']')), false) {
            return self.push(NodeKind::String, string, key);
        }
        self.at = range.end;
        let (kind, flags) = self.told_word(range.clone());
        self.push(kind, Lexeme { start: range.start, end: range.end, flags }, key);
    }

    /// A member name that does not begin with a double quote, and what follows it.
    pub fn bare_name(&mut self, silent: bool) {
        let range = self.bare_run(Bare::Name);
        if let Some(name) = self.unopened(range.clone(), |follows| follows == Some(b':'), silent) {
            return self.member(name);
        }
        self.at = range.end;
        let text = &self.text[range.clone()];
        let named = self.bytes.get(blank_end(self.bytes, range.end)) == Some(&b':');
        if !silent {
            let name = text.trim_matches(CURLY);
            if named {
                self.error("syntax/json", range.clone(), format!("the member name {} stands without straight double quotes", short(text)))
                    .help(format!("write {}", short(&quote(name))))
                    .fix(range.clone(), quote(name));
            } else {
                self.error("syntax/json", range.clone(), format!("found {} where a member name in double quotes is wanted", short(text)))
                    .help("write a name in double quotes, `:` and a value");
            }
        }
        let key = Lexeme { start: range.start, end: range.end, flags: UNQUOTED };
        if named {
            self.member(key);
        } else {
            self.push(NodeKind::Missing, Lexeme { start: range.end, end: range.end, flags: 0 }, Some(key));
            self.expect(super::parse::Expect::Anything);
        }
    }

    /// Bare text that a closing quote follows, and after that what `wanted` accepts: a string that lacks its opening quote.
    fn unopened(&mut self, range: Range<usize>, wanted: impl Fn(Option<u8>) -> bool, silent: bool) -> Option<Lexeme> {
        let end = range.end + 1;
        let plain = !self.text[range.clone()].contains(|c: char| c == '\\' || c.is_control());
        if !plain || self.bytes.get(range.end) != Some(&b'"') || !wanted(self.bytes.get(blank_end(self.bytes, end)).copied()) {
            return None;
        }
        if !silent {
            let message = format!("the opening quote of {} is missing", short(&self.text[range.start..end]));
            self.error("syntax/json", range.clone(), message).help("write the opening `\"`").fix(range.start..range.start, "\"");
        }
        self.at = end;
        // Read as bare text that ends before the quote; the quote belongs to no node.
        Some(Lexeme { start: range.start, end: range.end, flags: UNQUOTED })
    }

    /// The bare text from here: to the next bracket, comma, quote or line end, trailing blanks left out. At least one character.
    fn bare_run(&self, place: Bare) -> Range<usize> {
        let start = self.at;
        let rest = &self.text[start..];
        let mut end = rest.len();
        let mut before_blank = false;
        // A name may be looked for again after a few bytes, so the search for it is short.
        let longest = if place == Bare::Name { 256 } else { 1 << 16 };
        for (at, c) in rest.char_indices() {
            let stops = match c {
                ',' | ';' | '{' | '}' | '[' | ']' | '"' | '\n' | '\r' => true,
                ':' if place == Bare::Name => true,
                ':' => rest[at + 1..].chars().next().is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '\'' | '{' | '[')),
                '#' => before_blank,
                '/' => before_blank && rest[at + 1..].starts_with(['/', '*']),
                _ => at >= longest,
            };
            if stops && at > 0 {
                end = at;
                break;
            }
            before_blank = c.is_whitespace();
        }
        let len = rest[..end].trim_end().len();
        start..start + len.max(rest.chars().next().map_or(0, char::len_utf8))
    }

    /// Whether a member's name and colon come next; the name as spelled.
    pub fn name_ahead(&self) -> Option<String> {
        let start = self.at;
        let end = match self.peek()? {
            mark @ (b'"' | b'\'') => start + 2 + memchr::memchr3(mark, b'\n', b'\r', self.bytes.get(start + 1..)?)?,
            _ => self.bare_run(Bare::Name).end,
        };
        let name = self.text.get(start..end)?;
        (self.bytes.get(blank_end(self.bytes, end)) == Some(&b':')).then(|| name.to_owned())
    }

    /// Whether a number, `true`, `false` or `null` comes next.
    pub fn literal_ahead(&self) -> bool {
        self.peek().is_some_and(|first| self.word(first).is_some()) || number_end(self.bytes, self.at).is_some()
    }

    /// Tells what is wrong with a bare word in a value's place; its kind and flags.
    fn told_word(&mut self, range: Range<usize>) -> (NodeKind, u8) {
        let text = &self.text[range.clone()];
        let shown = short(text);
        let rule = "syntax/json";
        let lower = text.to_ascii_lowercase();
        // Only a blank that JSON does not have follows what is otherwise lawful: it has its own error.
        if number_end(text.as_bytes(), 0).is_some_and(|(end, _)| end == text.len()) {
            self.number_range(range);
            return (NodeKind::Number, 0);
        }
        match lower.as_str() {
            "true" | "false" | "null" => {
                let kind = if lower == "null" { NodeKind::Null } else { NodeKind::Bool };
                if lower == text {
                    return (kind, 0);
                }
                self.error(rule, range.clone(), format!("{shown} is spelled in lower case in JSON"))
                    .help(format!("write `{lower}`"))
                    .fix(range, lower.as_str());
                return (kind, 0);
            }
            "none" | "undefined" | "nil" => {
                self.error(rule, range, format!("{shown} is not a value of JSON")).help("write `null`, or leave the member out");
                return (NodeKind::Null, 0);
            }
            "nan" | "+nan" | "-nan" | "infinity" | "+infinity" | "-infinity" | "inf" | "+inf" | "-inf" => {
                self.error(rule, range, format!("{shown} is not a number of JSON")).help("write a finite number, or leave the member out");
                return (NodeKind::Number, 0);
            }
            _ => {}
        }
        if let Some((message, fix)) = odd_number(text) {
            let report = self.error(rule, range.clone(), message);
            match fix {
                Some(fix) => report.help(format!("write {}", short(&fix))).fix(range, fix),
                None => report.help("complete the number"),
            };
            return (NodeKind::Number, 0);
        }
        if let Some(inner) = text.strip_prefix(CURLY).and_then(|inner| inner.strip_suffix(CURLY)).filter(|inner| !inner.contains(CURLY)) {
            self.error(rule, range.clone(), "the quotes around this string are not straight double quotes")
                .help("write straight double quotes (U+0022)")
                .fix(range, quote(inner));
            return (NodeKind::String, UNQUOTED);
        }
        if let Some(word) = ["true", "false", "null"].into_iter().find(|word| lower.len() > 1 && word.starts_with(lower.as_str())) {
            self.error(rule, range, format!("{shown} is not a value of JSON")).help(format!("write `{word}`"));
            return (NodeKind::String, UNQUOTED);
        }
        let report = self.error(rule, range.clone(), format!("{shown} stands without quotes and is not a value of JSON"));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.:/@".contains(&b);
        if text.bytes().all(plain) {
            report.help(format!("write {} if a string is meant", short(&quote(text)))).fix(range, quote(text));
        } else {
            report.help("write a string in double quotes, a number, `true`, `false`, `null`, `{` or `[`");
        }
        (NodeKind::String, UNQUOTED)
    }

    /// A string in single quotes.
    pub fn single_quoted(&mut self) -> Lexeme {
        let start = self.at;
        let mut at = start + 1;
        let mut flags = 0;
        while let Some(&b) = self.bytes.get(at) {
            match b {
                b'\'' => break,
                b'\n' | b'\r' => break,
                b'\\' => {
                    flags |= ESCAPED;
                    at += if self.bytes.get(at + 1).is_some_and(|&b| b >= b' ') { 2 } else { 1 };
                }
                _ => at += 1,
            }
        }
        if self.bytes.get(at) != Some(&b'\'') {
            let line = self.text.get(start + 1..at).unwrap_or_default();
            let end = start + 1 + line.trim_end().trim_end_matches([',', '}', ']', ' ', '\t']).len();
            self.error("syntax/json", start..end, "the string is never closed, and begins with a single quote")
                .help("write double quotes around it");
            self.at = end;
            return Lexeme { start, end, flags: flags | UNCLOSED };
        }
        let content = &self.text[start + 1..at];
        let fixed = quote(&super::string::decode(content));
        let range = start..at + 1;
        self.error("syntax/json", range.clone(), format!("{} stands in single quotes", short(&self.text[range.clone()])))
            .help(format!("write {}", short(&fixed)))
            .fix(range, fixed);
        self.at = at + 1;
        Lexeme { start, end: at + 1, flags }
    }
}

/// What is wrong with a number of another notation, and its spelling in JSON; `None` for what is no number at all.
fn odd_number(text: &str) -> Option<(String, Option<String>)> {
    let shown = short(text);
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => ("", &text[1..]),
        b'-' => ("-", &text[1..]),
        _ => ("", text),
    };
    let lawful = |number: String| number_end(number.as_bytes(), 0).filter(|&(end, _)| end == number.len()).map(|_| number);
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        let number = u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?;
        return Some((format!("{shown} is hexadecimal, which JSON does not have"), lawful(format!("{sign}{number}"))));
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !digits.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.contains('_') {
        let fix = lawful(format!("{sign}{}", digits.replace('_', "")))?;
        return Some((format!("{shown} holds `_`, which a number of JSON does not"), Some(fix)));
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let mut parts = mantissa.split('.');
    let whole = parts.next().unwrap_or_default();
    let fraction = parts.next();
    if parts.next().is_some() || !whole.bytes().chain(fraction.unwrap_or_default().bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let stripped = whole.trim_start_matches('0');
    let plain_whole = if stripped.is_empty() { "0" } else { stripped };
    let plain_fraction = fraction.map(|digits| if digits.is_empty() { ".0".to_owned() } else { format!(".{digits}") }).unwrap_or_default();
    let fix = lawful(format!("{sign}{plain_whole}{plain_fraction}{exponent}"));
    let message = if fix.is_none() {
        match exponent.trim_end_matches(['+', '-']) {
            "e" | "E" => format!("{shown} has no digits in its exponent"),
            _ => return None,
        }
    } else if text.starts_with('+') {
        format!("{shown} begins with `+`, which a number of JSON does not")
    } else if whole.is_empty() || fraction == Some("") {
        format!("{shown} lacks a digit beside its point")
    } else {
        format!("{shown} begins with a zero, which a number of JSON does not")
    };
    Some((message, fix))
}
