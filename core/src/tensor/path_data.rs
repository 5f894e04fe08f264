//! The grammar of `d` (SVG 2 §9.3): a stream of commands with their numbers, as spelled, and the first thing that breaks it.
//!
//! One [`Command`] comes for each group of arguments: `M0 0 1 1` is `M` and an implied `L`. Commands count from one, and so do the
//! locators `…/@d#12`. There is no recovery as a renderer does it: after a [`Fault`] the stream ends (`B100`).
//! Nothing allocates; the text is passed over once.

use std::fmt;

use super::number::{self, Number, skip_separator, skip_space};
use crate::text::Span;

/// Most numbers a command takes.
pub const MAX_ARGUMENTS: usize = 7;

/// One drawing command. Its arguments are [`Commands::arguments`] until the next one is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// The letter, implied ones included: the pair that follows `m0 0` is an `l`.
    pub letter: u8,
    /// Whether the letter was left out.
    pub implied: bool,
    /// Number of the command in the path, from one.
    pub index: u32,
    /// From the letter (or the first argument of an implied one) to the last argument.
    pub span: Span,
}

impl Command {
    /// Whether the arguments are relative to the current point.
    pub fn is_relative(&self) -> bool {
        self.letter.is_ascii_lowercase()
    }
}

/// What each command takes, in order.
const fn argument_names(upper: u8) -> &'static [&'static str] {
    match upper {
        b'M' | b'L' | b'T' => &["x", "y"],
        b'H' => &["x"],
        b'V' => &["y"],
        b'C' => &["x1", "y1", "x2", "y2", "x", "y"],
        b'S' => &["x2", "y2", "x", "y"],
        b'Q' => &["x1", "y1", "x", "y"],
        b'A' => &["rx", "ry", "x-axis-rotation", "large-arc-flag", "sweep-flag", "x", "y"],
        _ => &[],
    }
}

/// Number of arguments of each byte taken as a command; 255 for what is no command.
const ARITY: [u8; 256] = {
    let mut table = [255; 256];
    let letters = *b"MLHVCSQTA";
    let mut at = 0;
    while at < letters.len() {
        let arity = argument_names(letters[at]).len() as u8;
        table[letters[at] as usize] = arity;
        table[letters[at].to_ascii_lowercase() as usize] = arity;
        at += 1;
    }
    table[b'Z' as usize] = 0;
    table[b'z' as usize] = 0;
    table
};

/// Why path data ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Offset of the first byte that does not fit.
    pub at: u32,
    /// Number of the command in which it stands, from one.
    pub command: u32,
    /// What that command is; 0 before the first.
    pub letter: u8,
    /// What was wanted there.
    pub reason: Reason,
    /// What stands there; `None` at the end.
    pub found: Option<char>,
}

/// What was wanted where path data broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The data has to begin with `M` or `m`.
    MoveToFirst,
    /// A command letter.
    Command,
    /// The argument of that name.
    Argument(&'static str),
    /// The flag of that name, `0` or `1`.
    Flag(&'static str),
    /// Digits of an exponent.
    Exponent,
    /// Another argument after a comma.
    AfterComma,
}

impl Fault {
    /// The bytes that do not fit: one character, or nothing at the end.
    pub fn span(&self) -> Span {
        Span::new(self.at, self.at + self.found.map_or(0, |found| found.len_utf8() as u32))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = char::from(self.letter);
        match self.reason {
            Reason::MoveToFirst => f.write_str("path data begins with `M` or `m`")?,
            Reason::Command if self.letter | 0x20 == b'z' => f.write_str("expected a command after `Z`, which takes no numbers")?,
            Reason::Command => f.write_str("expected a command (one of M L H V C S Q T A Z)")?,
            Reason::Argument(name) => write!(f, "expected a number for `{name}` of `{letter}`")?,
            Reason::Flag(name) => write!(f, "expected `0` or `1` for `{name}` of `{letter}`")?,
            Reason::Exponent => f.write_str("expected the digits of an exponent")?,
            Reason::AfterComma => write!(f, "expected another number for `{letter}` after the comma")?,
        }
        match self.found {
            Some(found) if found.is_control() => write!(f, ", found U+{:04X}", u32::from(found)),
            Some(found) => write!(f, ", found `{found}`"),
            None => f.write_str(", found the end of the data"),
        }
    }
}

/// The commands of a path, read one by one.
///
/// ```
/// use mx2lm_core::tensor::path_data::Commands;
///
/// let text = "m1 2.5z";
/// let mut commands = Commands::new(text);
/// let mut told = Vec::new();
/// while let Some(Ok(command)) = commands.advance() {
///     let numbers: Vec<_> = commands.arguments().iter().map(|number| number.text(text)).collect();
///     told.push((char::from(command.letter), numbers));
/// }
/// assert_eq!(told, [('m', vec!["1", "2.5"]), ('z', vec![])]);
/// ```
#[derive(Debug, Clone)]
pub struct Commands<'a> {
    text: &'a str,
    at: usize,
    /// The last letter; 0 before the first, 255 after a fault.
    letter: u8,
    index: u32,
    numbers: [Number; MAX_ARGUMENTS],
    len: usize,
    wide: bool,
}

impl<'a> Commands<'a> {
    /// Reads `text`, the value of a `d`.
    pub fn new(text: &'a str) -> Self {
        Commands { text, at: 0, letter: 0, index: 0, numbers: Default::default(), len: 0, wide: false }
    }

    /// The arguments of the command that was read last, in order; the flags of an arc are numbers of one digit.
    #[inline]
    pub fn arguments(&self) -> &[Number] {
        self.numbers.get(..self.len).unwrap_or_default()
    }

    /// Whether any of the arguments is wide (see [`Number::is_wide`]).
    #[inline]
    pub fn has_wide(&self) -> bool {
        self.wide
    }

    /// Reads the next command; `None` at the end and after a fault.
    #[inline]
    pub fn advance(&mut self) -> Option<Result<Command, Fault>> {
        let bytes = self.text.as_bytes();
        if self.letter == 255 {
            return None;
        }
        let start = skip_space(bytes, self.at);
        let Some(&byte) = bytes.get(start) else {
            self.at = start;
            return None;
        };
        self.index += 1;
        self.len = 0;
        self.wide = false;
        let arity = ARITY[usize::from(byte)];
        if arity != 255 {
            if self.letter == 0 && byte | 0x20 != b'm' {
                return Some(Err(self.fault(start, Reason::MoveToFirst)));
            }
            self.letter = byte;
            let first = skip_space(bytes, start + 1);
            if arity == 0 {
                self.at = first;
                return Some(Ok(Command { letter: byte, implied: false, index: self.index, span: Span::from(start..start + 1) }));
            }
            return Some(self.read(start, first, false));
        }
        if self.letter == 0 {
            return Some(Err(self.fault(start, Reason::MoveToFirst)));
        }
        if self.letter | 0x20 == b'z' {
            return Some(Err(self.fault(start, Reason::Command)));
        }
        let (first, comma) = skip_separator(bytes, start);
        let begins = matches!(bytes.get(first), Some(b'0'..=b'9' | b'-' | b'+' | b'.'));
        if !begins {
            return Some(Err(if comma { self.fault(first, Reason::AfterComma) } else { self.not_a_number(start, Reason::Command) }));
        }
        // further pairs of a moveto are lines
        match self.letter {
            b'M' => self.letter = b'L',
            b'm' => self.letter = b'l',
            _ => {}
        }
        Some(self.read(first, first, true))
    }

    /// The arguments of the present letter, from `at` on. The count is a constant of the loop: how many there are cannot be foreseen
    /// from one command to the next, and a wrong guess costs as much as a number.
    #[inline]
    fn read(&mut self, start: usize, at: usize, implied: bool) -> Result<Command, Fault> {
        let end = match self.letter | 0x20 {
            b'm' | b'l' | b't' => self.fixed::<2>(at),
            b'h' | b'v' => self.fixed::<1>(at),
            b'c' => self.fixed::<6>(at),
            b's' | b'q' => self.fixed::<4>(at),
            _ => self.arc(at),
        }?;
        self.at = end;
        Ok(Command { letter: self.letter, implied, index: self.index, span: Span::from(start..end) })
    }

    #[inline(always)]
    fn fixed<const N: usize>(&mut self, mut at: usize) -> Result<usize, Fault> {
        let bytes = self.text.as_bytes();
        for place in 0..N {
            if place > 0 {
                at = skip_separator(bytes, at).0;
            }
            let Some(number) = number::scan(bytes, at) else { return Err(self.missing(at, place)) };
            self.wide |= number.is_wide();
            self.numbers[place] = number;
            at = number.end() as usize;
        }
        self.len = N;
        Ok(at)
    }

    fn arc(&mut self, mut at: usize) -> Result<usize, Fault> {
        let bytes = self.text.as_bytes();
        for place in 0..MAX_ARGUMENTS {
            if place > 0 {
                at = skip_separator(bytes, at).0;
            }
            let number = if place == 3 || place == 4 {
                if !matches!(bytes.get(at), Some(b'0' | b'1')) {
                    return Err(self.fault(at, Reason::Flag(argument_names(b'A')[place])));
                }
                Number::flag(at)
            } else {
                let Some(number) = number::scan(bytes, at) else { return Err(self.missing(at, place)) };
                number
            };
            self.wide |= number.is_wide();
            self.numbers[place] = number;
            at = number.end() as usize;
        }
        self.len = MAX_ARGUMENTS;
        Ok(at)
    }

    #[cold]
    fn missing(&mut self, at: usize, place: usize) -> Fault {
        let name = argument_names(self.letter.to_ascii_uppercase()).get(place).copied().unwrap_or_default();
        self.not_a_number(at, Reason::Argument(name))
    }

    #[cold]
    fn fault(&mut self, at: usize, reason: Reason) -> Fault {
        let rest = self.text.get(at..).unwrap_or_default();
        let fault = Fault { at: Span::from(at..at).start, command: self.index, letter: self.letter, reason, found: rest.chars().next() };
        self.letter = 255;
        fault
    }

    /// Why no number begins at `at`, or why what follows one is no command: a dangling exponent is named as such.
    #[cold]
    fn not_a_number(&mut self, at: usize, reason: Reason) -> Fault {
        let bytes = self.text.as_bytes();
        let after_digits = at > 0 && matches!(bytes.get(at - 1), Some(b'0'..=b'9' | b'.'));
        if after_digits && matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
            return self.fault(at + 1 + sign, Reason::Exponent);
        }
        self.fault(at, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `letter` and arguments of each command, `'` behind an implied letter; then the fault.
    fn told(text: &str) -> String {
        let mut out = Vec::new();
        let mut commands = Commands::new(text);
        while let Some(item) = commands.advance() {
            out.push(match item {
                Ok(command) => {
                    let numbers: Vec<_> = commands.arguments().iter().map(|number| number.text(text)).collect();
                    format!("{}{}({})", char::from(command.letter), if command.implied { "'" } else { "" }, numbers.join(" "))
                }
                Err(fault) => format!("{}: {fault} in command {}", fault.at, fault.command),
            });
        }
        out.join(" ")
    }

    // rows: B100 B153
    #[test]
    fn every_command_is_read_in_both_forms() {
        assert_eq!(
            told("M0 0L1 1l1-1H3h1V2v1C5 3 6 4 6 5c0 1 1 2 2 2S10 8 10 9s1 2 2 2Q13 11 13 12q1 1 2 1T17 14t2 1Az"),
            "M(0 0) L(1 1) l(1 -1) H(3) h(1) V(2) v(1) C(5 3 6 4 6 5) c(0 1 1 2 2 2) S(10 8 10 9) s(1 2 2 2) Q(13 11 13 12) q(1 1 2 1) \
             T(17 14) t(2 1) 93: expected a number for `rx` of `A`, found `z` in command 16"
        );
        assert_eq!(told("M0 0A5 5 0 0 1 70 40Z"), "M(0 0) A(5 5 0 0 1 70 40) Z()");
    }

    // rows: B100
    #[test]
    fn compact_forms_need_no_separators() {
        assert_eq!(told("m1-2.5.5.5"), "m(1 -2.5) l'(.5 .5)");
        assert_eq!(told("M.5.5-1+2"), "M(.5 .5) L'(-1 +2)");
        assert_eq!(told("M0,0a1,1,0,01.5-.5a1 1 0 10 2 3"), "M(0 0) a(1 1 0 0 1 .5 -.5) a(1 1 0 1 0 2 3)");
        assert_eq!(told("M1. 2.L1.e1,2"), "M(1. 2.) L(1.e1 2)");
        assert_eq!(told("\n\tM 1e1,1E+1\n\tL\t2.5e-1 , -3\r\n"), "M(1e1 1E+1) L(2.5e-1 -3)");
        assert_eq!(told("M0 0H1 2,3"), "M(0 0) H(1) H'(2) H'(3)");
        assert_eq!(told(""), "");
        assert_eq!(told("  \n"), "");
        assert_eq!(told("M0 0ZL1 1zm1 1"), "M(0 0) Z() L(1 1) z() m(1 1)");
    }

    // rows: B100
    #[test]
    fn the_first_fault_ends_the_path_at_its_column() {
        for (text, wanted) in [
            ("L1 1", "0: path data begins with `M` or `m`, found `L` in command 1"),
            ("1 1", "0: path data begins with `M` or `m`, found `1` in command 1"),
            ("M10 10L5 5 6", "M(10 10) L(5 5) 12: expected a number for `y` of `L`, found the end of the data in command 3"),
            ("M10", "3: expected a number for `y` of `M`, found the end of the data in command 1"),
            ("M,0 0", "1: expected a number for `x` of `M`, found `,` in command 1"),
            ("M0 0,", "M(0 0) 5: expected another number for `M` after the comma, found the end of the data in command 2"),
            ("M0 0,L1 1", "M(0 0) 5: expected another number for `M` after the comma, found `L` in command 2"),
            ("M0,,0", "3: expected a number for `y` of `M`, found `,` in command 1"),
            ("M0 0Z1 1", "M(0 0) Z() 5: expected a command after `Z`, which takes no numbers, found `1` in command 3"),
            ("M0 0X1 1", "M(0 0) 4: expected a command (one of M L H V C S Q T A Z), found `X` in command 2"),
            ("M0 0L1e 2", "M(0 0) 7: expected the digits of an exponent, found ` ` in command 2"),
            ("M0 0L1 1e-", "M(0 0) L(1 1) 10: expected the digits of an exponent, found the end of the data in command 3"),
            ("M0 0L1% 2", "M(0 0) 6: expected a number for `y` of `L`, found `%` in command 2"),
            ("M0 0L1px 2", "M(0 0) 6: expected a number for `y` of `L`, found `p` in command 2"),
            ("M0 0A1 1 0 2 0 3 3", "M(0 0) 11: expected `0` or `1` for `large-arc-flag` of `A`, found `2` in command 2"),
            ("M0 0A1 1 0 1 -1 3 3", "M(0 0) 13: expected `0` or `1` for `sweep-flag` of `A`, found `-` in command 2"),
            ("M0 0L\u{3c0}", "M(0 0) 5: expected a number for `x` of `L`, found `\u{3c0}` in command 2"),
            ("M0 0L1 NaN", "M(0 0) 7: expected a number for `y` of `L`, found `N` in command 2"),
            ("M0 0L1 - 2", "M(0 0) 7: expected a number for `y` of `L`, found `-` in command 2"),
            ("none", "0: path data begins with `M` or `m`, found `n` in command 1"),
        ] {
            assert_eq!(told(text), wanted, "{text}");
        }
    }

    #[test]
    fn spans_cover_letter_and_arguments() {
        let text = " M 1 2 3 4 z";
        let mut commands = Commands::new(text);
        let spans: Vec<_> = std::iter::from_fn(|| commands.advance()).flatten().map(|command| &text[command.span.range()]).collect();
        assert_eq!(spans, ["M 1 2", "3 4", "z"]);
    }

    #[test]
    fn a_path_of_a_hundred_thousand_commands_is_a_stream() {
        let text = format!("M0 0{}", "l1 1".repeat(100_000));
        let mut commands = Commands::new(&text);
        assert_eq!(std::iter::from_fn(|| commands.advance()).filter(Result::is_ok).count(), 100_001);
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends_and_its_spans_lie_inside(text in "[MmLlHhVvCcSsQqTtAaZz0-9.,eE+ \\-\n%\u{3c0}]{0,80}") {
            let mut last = 0;
            let mut commands = Commands::new(&text);
            while let Some(item) = commands.advance() {
                let span = match item { Ok(command) => command.span, Err(fault) => fault.span() };
                proptest::prop_assert!(span.start >= last);
                proptest::prop_assert!(text.get(span.range()).is_some());
                last = span.start;
            }
        }

        #[test]
        fn what_is_written_is_read_back(points in proptest::collection::vec((-1000i32..1000, 0u32..100), 1..20)) {
            let text: String = points.iter().enumerate().map(|(at, (x, y))| format!("{}{x}.5,{y}", if at == 0 { 'M' } else { 'L' })).collect();
            let (mut commands, mut read) = (Commands::new(&text), String::new());
            while let Some(Ok(command)) = commands.advance() {
                let numbers = commands.arguments();
                read.push(char::from(command.letter));
                read.push_str(&format!("{},{}", numbers[0].text(&text), numbers[1].text(&text)));
            }
            proptest::prop_assert_eq!(read, text);
        }
    }
}
