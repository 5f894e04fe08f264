//! Transform lists: `translate(10 20) rotate(45)` (CSS Transforms 1 §8, SVG syntax), with spans and the numbers as spelled.
//!
//! Which functions a tensor may use is for the rules to say (`B162`); here every function of SVG is read.

use std::fmt;

use super::number::{self, Number, is_space, skip_separator, skip_space};
use crate::text::Span;

/// Most numbers a function takes.
const MAX_ARGUMENTS: usize = 6;

/// What a transform function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `translate(tx [ty])`
    Translate,
    /// `scale(sx [sy])`
    Scale,
    /// `rotate(angle [cx cy])`, degrees
    Rotate,
    /// `matrix(a b c d e f)`
    Matrix,
    /// `skewX(angle)`
    SkewX,
    /// `skewY(angle)`
    SkewY,
}

/// Name, function, fewest and most numbers. `rotate` takes one or three.
const FUNCTIONS: [(&str, Function, usize, usize); 6] = [
    ("translate", Function::Translate, 1, 2),
    ("scale", Function::Scale, 1, 2),
    ("rotate", Function::Rotate, 1, 3),
    ("matrix", Function::Matrix, 6, 6),
    ("skewX", Function::SkewX, 1, 1),
    ("skewY", Function::SkewY, 1, 1),
];

impl Function {
    /// The name as SVG spells it.
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|row| row.1 == self).map_or("", |row| row.0)
    }
}

/// One function of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transform {
    /// Which.
    pub function: Function,
    /// From the name to the closing parenthesis.
    pub span: Span,
    numbers: [Number; MAX_ARGUMENTS],
    len: u8,
}

impl Transform {
    /// The numbers in order.
    pub fn arguments(&self) -> &[Number] {
        self.numbers.get(..self.len as usize).unwrap_or_default()
    }
}

/// Why a list ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What does not fit; empty at the end of the text.
    pub span: Span,
    /// What was wanted there.
    pub reason: Reason,
}

/// What was wanted where a transform list broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A function of SVG.
    Function,
    /// `(` behind a function's name.
    Open(Function),
    /// A number.
    Number(Function),
    /// A number without unit.
    Unit(Function),
    /// Another count of numbers: what was found.
    Count(Function, usize),
    /// `)`.
    Close(Function),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Reason::Function => f.write_str("expected a transform function (`translate`, `scale` or `rotate`)"),
            Reason::Open(function) => write!(f, "expected `(` after `{}`", function.name()),
            Reason::Number(function) => write!(f, "expected a number in `{}(…)`", function.name()),
            Reason::Unit(function) => write!(f, "the numbers of `{}(…)` take no unit", function.name()),
            Reason::Close(function) => write!(f, "`{}(` is never closed", function.name()),
            Reason::Count(function, found) => {
                let wanted = match function {
                    Function::Translate | Function::Scale => "one or two numbers",
                    Function::Rotate => "one or three numbers",
                    Function::Matrix => "six numbers",
                    Function::SkewX | Function::SkewY => "one number",
                };
                write!(f, "`{}` takes {wanted}, found {found}", function.name())
            }
        }
    }
}

/// The functions of a `transform`, in order. After an `Err` comes `None`.
#[derive(Debug, Clone)]
pub struct Transforms<'a> {
    text: &'a str,
    at: usize,
    done: bool,
}

impl<'a> Transforms<'a> {
    /// Reads `text`, the value of a `transform`.
    pub fn new(text: &'a str) -> Self {
        Transforms { text, at: 0, done: false }
    }

    fn character(&self, at: usize) -> Span {
        let width = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::from(at..at + width)
    }

    fn function(&self, start: usize) -> Result<(Transform, usize), Fault> {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            at += 1;
        }
        let name = self.text.get(start..at).unwrap_or_default();
        let Some(&(_, function, fewest, most)) = FUNCTIONS.iter().find(|row| row.0 == name) else {
            let span = if at > start { Span::from(start..at) } else { self.character(start) };
            return Err(Fault { span, reason: Reason::Function });
        };
        at = skip_space(bytes, at);
        if bytes.get(at) != Some(&b'(') {
            return Err(Fault { span: self.character(at), reason: Reason::Open(function) });
        }
        at = skip_space(bytes, at + 1);
        let mut numbers = [Number::default(); MAX_ARGUMENTS];
        let mut count = 0;
        loop {
            match bytes.get(at) {
                None => return Err(Fault { span: Span::from(at..at), reason: Reason::Close(function) }),
                Some(b')') if count == 0 => break,
                Some(_) => {}
            }
            let Some(number) = number::scan(bytes, at) else {
                return Err(Fault { span: self.character(at), reason: Reason::Number(function) });
            };
            if let Some(slot) = numbers.get_mut(count) {
                *slot = number;
            }
            count += 1;
            at = number.end() as usize;
            if matches!(bytes.get(at), Some(b'%' | b'a'..=b'z' | b'A'..=b'Z')) {
                let unit = at;
                while matches!(bytes.get(at), Some(b'%' | b'a'..=b'z' | b'A'..=b'Z')) {
                    at += 1;
                }
                return Err(Fault { span: Span::from(unit..at), reason: Reason::Unit(function) });
            }
            let (next, comma) = skip_separator(bytes, at);
            at = next;
            if !comma && bytes.get(at) == Some(&b')') {
                break;
            }
        }
        let span = Span::from(start..at + 1);
        if count < fewest || count > most || (function == Function::Rotate && count == 2) {
            return Err(Fault { span, reason: Reason::Count(function, count) });
        }
        Ok((Transform { function, span, numbers, len: count as u8 }, at + 1))
    }
}

impl Iterator for Transforms<'_> {
    type Item = Result<Transform, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let bytes = self.text.as_bytes();
        let mut start = self.at;
        let mut comma = None;
        while let Some(&byte) = bytes.get(start) {
            if byte == b',' && self.at > 0 {
                comma.get_or_insert(start);
            } else if !is_space(byte) {
                break;
            }
            start += 1;
        }
        if start == bytes.len() {
            self.done = true;
            return comma.map(|_| Err(Fault { span: Span::from(start..start), reason: Reason::Function }));
        }
        match self.function(start) {
            Ok((transform, next)) => {
                self.at = next;
                Some(Ok(transform))
            }
            Err(fault) => {
                self.done = true;
                Some(Err(fault))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        Transforms::new(text)
            .map(|item| match item {
                Ok(transform) => {
                    let numbers: Vec<_> = transform.arguments().iter().map(|number| number.text(text)).collect();
                    format!("{}({})", transform.function.name(), numbers.join(" "))
                }
                Err(fault) => format!("{}..{}: {fault}", fault.span.start, fault.span.end),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    // rows: B162
    #[test]
    fn lists_are_read_with_and_without_separators() {
        assert_eq!(told("translate(1,2)rotate( 45 , 1 1 ) , scale(-.5.5)"), "translate(1 2) rotate(45 1 1) scale(-.5 .5)");
        assert_eq!(told(" matrix(1 0 0 1 0 0)\nskewX (3)"), "matrix(1 0 0 1 0 0) skewX(3)");
        assert_eq!(told(""), "");
        assert_eq!(told("translate(1) ,, scale(2)"), "translate(1) scale(2)");
    }

    // rows: B162
    #[test]
    fn a_list_that_breaks_says_where() {
        assert_eq!(told("rotate(45,1)"), "0..12: `rotate` takes one or three numbers, found 2");
        assert_eq!(told("scale()"), "0..7: `scale` takes one or two numbers, found 0");
        assert_eq!(told("matrix(1 2 3 4 5 6 7 8)"), "0..23: `matrix` takes six numbers, found 8");
        assert_eq!(told("rotate(45deg)"), "9..12: the numbers of `rotate(…)` take no unit");
        assert_eq!(told("translate(50%)"), "12..13: the numbers of `translate(…)` take no unit");
        assert_eq!(told("translate(1,)"), "12..13: expected a number in `translate(…)`");
        assert_eq!(told("translate(1"), "11..11: `translate(` is never closed");
        assert_eq!(told("translate 1"), "10..11: expected `(` after `translate`");
        assert_eq!(told("Rotate(1)"), "0..6: expected a transform function (`translate`, `scale` or `rotate`)");
        assert_eq!(told("rotate(1),"), "rotate(1) 10..10: expected a transform function (`translate`, `scale` or `rotate`)");
        assert_eq!(told(",rotate(1)"), "0..1: expected a transform function (`translate`, `scale` or `rotate`)");
        assert_eq!(told("π"), "0..2: expected a transform function (`translate`, `scale` or `rotate`)");
    }
}
