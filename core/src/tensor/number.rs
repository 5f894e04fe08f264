//! SVG numbers, number lists and lengths (SVG 2 §9.3.9, SVG 1.1 §4.2), exact as spelled.
//!
//! `number = sign? ( digits ( "." digits? )? | "." digits ) ( ("e" | "E") sign? digits )?`
//!
//! A trailing point (`1.`) is read (`CANONICAL` §1.2). An `e` that no digit follows does not belong to the number: `1em` is the number
//! `1` and the unit `em`. Nothing allocates, and no value passes through floating point: [`Number::q32`] is exact.

use crate::text::Span;

/// Largest magnitude of a literal in a drawing, 2²⁴ (`CANONICAL` §1.2).
pub const MAX_LITERAL: u64 = 1 << 24;

/// A number as it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Number {
    start: u32,
    /// One past the last byte; the highest bit is [`WIDE`].
    stop: u32,
}

const WIDE: u32 = 1 << 31;

impl Number {
    /// Where it stands.
    pub fn span(self) -> Span {
        Span::new(self.start, self.end())
    }

    /// One past the last byte.
    pub fn end(self) -> u32 {
        self.stop & !WIDE
    }

    /// The literal.
    pub fn text(self, source: &str) -> &str {
        source.get(self.span().range()).unwrap_or_default()
    }

    /// Whether the literal is written so that it may lie beyond [`MAX_LITERAL`]: eight or more digits in front of the point, or an exponent.
    pub fn is_wide(self) -> bool {
        self.stop & WIDE != 0
    }

    /// The value in units of 2⁻³², rounded half to even; `None` when its magnitude exceeds [`MAX_LITERAL`]. `source` is the text that the
    /// number was found in.
    #[inline]
    pub fn q32(self, source: &str) -> Option<i64> {
        let bytes = source.as_bytes();
        let sign = bytes.get(self.start as usize);
        let first = self.start as usize + usize::from(matches!(sign, Some(b'-' | b'+')));
        let len = (self.stop as usize).wrapping_sub(first);
        if (1..=8).contains(&len)
            && let Some(Ok(chunk)) = bytes.get(first..first + 8).map(<[u8; 8]>::try_from)
        {
            let value = short_q32(u64::from_le_bytes(chunk), len)?;
            return Some(if sign == Some(&b'-') { -value } else { value });
        }
        long_q32(self.text(source).as_bytes())
    }

    /// The one-byte flag of an arc.
    pub(super) fn flag(at: usize) -> Self {
        let span = Span::from(at..at + 1);
        Number { start: span.start, stop: span.end }
    }
}

/// White space between the parts of an attribute value.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// The offset of the first byte from `at` on that is no white space.
#[inline]
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        if !is_space(byte) {
            break;
        }
        at += 1;
    }
    at
}

/// Skips white space with at most one comma in it; says whether there was a comma.
#[inline]
pub(super) fn skip_separator(bytes: &[u8], at: usize) -> (usize, bool) {
    if bytes.get(at).is_some_and(|&byte| byte > b',') {
        return (at, false);
    }
    let at = skip_space(bytes, at);
    if bytes.get(at) == Some(&b',') { (skip_space(bytes, at + 1), true) } else { (at, false) }
}

/// Not zero in each byte of `word` that is no digit: a digit's high half is 3, and adding 6 to its low half does not carry.
#[inline]
fn not_digits(word: u64) -> u64 {
    let high = (word & 0xf0f0_f0f0_f0f0_f0f0) ^ 0x3030_3030_3030_3030;
    let low = ((word & 0x0f0f_0f0f_0f0f_0f0f) + 0x0606_0606_0606_0606) & 0x1010_1010_1010_1010;
    high | low
}

/// One past the run of digits that begins at `at`.
fn digits(bytes: &[u8], mut at: usize) -> usize {
    while let Some(Ok(chunk)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let other = not_digits(u64::from_le_bytes(chunk));
        if other != 0 {
            return at + (other.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The high bit of each byte of `word` that is not zero.
#[inline]
fn nonzero(word: u64) -> u64 {
    (((word & 0x7f7f_7f7f_7f7f_7f7f) + 0x7f7f_7f7f_7f7f_7f7f) | word) & HIGH
}

const HIGH: u64 = 0x8080_8080_8080_8080;

/// Reads the number that begins right at `at`; `None` when none does. Texts of 2 GiB and more are not read.
#[inline(always)]
pub fn scan(bytes: &[u8], at: usize) -> Option<Number> {
    let stop = measure(bytes, at);
    if stop == 0 { None } else { Some(Number { start: at as u32, stop }) }
}

/// One past the last byte of the number that begins at `at`, with [`WIDE`]; 0 when no number does.
///
/// The usual short number, sign apart, lies within eight bytes and is measured in one step; everything else is read byte by byte.
#[inline(always)]
fn measure(bytes: &[u8], at: usize) -> u32 {
    let first = at + usize::from(matches!(bytes.get(at), Some(b'-' | b'+')));
    let Some(Ok(chunk)) = bytes.get(first..first + 8).map(<[u8; 8]>::try_from) else {
        return measure_bytes(bytes, at);
    };
    let word = u64::from_le_bytes(chunk);
    let points = !nonzero(word ^ 0x2e2e_2e2e_2e2e_2e2e) & HIGH;
    let stops = nonzero(not_digits(word)) & !points;
    // the second point ends the number as any other byte does
    let stops = stops | (points & points.wrapping_sub(1));
    if stops == 0 {
        return measure_bytes(bytes, at);
    }
    let stop = stops.trailing_zeros() / 8;
    let within = points & ((1 << (stop * 8)) - 1);
    let end = first + stop as usize;
    if stop == u32::from(within != 0) || matches!(bytes.get(end), Some(b'e' | b'E')) || end >= WIDE as usize {
        return measure_bytes(bytes, at);
    }
    end as u32
}

#[inline(never)]
fn measure_bytes(bytes: &[u8], start: usize) -> u32 {
    let at = start + usize::from(matches!(bytes.get(start), Some(b'-' | b'+')));
    let whole = digits(bytes, at);
    let mut end = whole;
    if bytes.get(whole) == Some(&b'.') {
        let fraction = digits(bytes, whole + 1);
        if fraction == whole + 1 && whole == at {
            return 0;
        }
        end = fraction;
    } else if whole == at {
        return 0;
    }
    let mut wide = whole - at > 7;
    if let Some(b'e' | b'E') = bytes.get(end) {
        let power = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let stop = digits(bytes, power);
        if stop > power {
            end = stop;
            wide = true;
        }
    }
    match u32::try_from(end) {
        Ok(end) if end < WIDE => end | if wide { WIDE } else { 0 },
        _ => 0,
    }
}

/// The value of a literal in units of 2⁻³², rounded half to even; `None` when the text is no number or its magnitude exceeds [`MAX_LITERAL`].
pub fn to_q32(literal: &str) -> Option<i64> {
    scan(literal.as_bytes(), 0).filter(|number| number.end() as usize == literal.len())?.q32(literal)
}

/// The value of any literal, in units of 2⁻³².
#[inline(never)]
fn long_q32(bytes: &[u8]) -> Option<i64> {
    let negative = bytes.first() == Some(&b'-');
    let start = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let whole = digits(bytes, start);
    let (fraction, tail) = match bytes.get(whole) {
        Some(b'.') => (whole + 1..digits(bytes, whole + 1), digits(bytes, whole + 1)),
        _ => (whole..whole, whole),
    };
    let power = match bytes.get(tail) {
        Some(_) => exponent(&bytes[tail + 1..]),
        None => 0,
    };
    let decimal = Decimal { whole: &bytes[start..whole], fraction: &bytes[fraction], power };
    let value = decimal.to_q32()?;
    Some(if negative { -value } else { value })
}

/// As [`long_q32`], for at most seven digits without an exponent, where everything fits in 64 bits: the `len` bytes of `word` from its
/// lowest on are digits and at most one point.
#[inline(always)]
fn short_q32(word: u64, len: usize) -> Option<i64> {
    const SCALE: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    // the last byte comes highest, zeros come below the first
    let word = word << (64 - 8 * len);
    let points = !nonzero(word ^ 0x2e2e_2e2e_2e2e_2e2e) & HIGH;
    let (word, places) = match points {
        0 => (word, 0),
        _ => {
            // what stands before the point moves into its place
            let point = points.trailing_zeros() & !7;
            let before = (1u64 << point) - 1;
            ((word & before) << 8 | word & !(before << 8 | 0xff), 7 - point as usize / 8)
        }
    };
    // neighbours are joined to pairs, those to fours, those to eight
    let pairs = (word & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(10 * 256 + 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100 * 65_536 + 1) >> 16 & 0x0000_ffff_0000_ffff;
    let value = fours.wrapping_mul((10_000 << 32) + 1) >> 32;
    let wide = value << 32;
    // a division by a constant is a multiplication
    let (quotient, rest, scale) = match places {
        0 => (wide, 0, 1),
        1 => (wide / 10, wide % 10, 10),
        2 => (wide / 100, wide % 100, 100),
        3 => (wide / 1_000, wide % 1_000, 1_000),
        places => {
            let scale = *SCALE.get(places)?;
            (wide / scale, wide % scale, scale)
        }
    };
    let up = rest * 2 > scale || (rest * 2 == scale && quotient & 1 == 1);
    i64::try_from(quotient + u64::from(up)).ok()
}

/// The exponent, held between ±10¹²: beyond that every literal that fits in a document is zero or too large anyway.
fn exponent(bytes: &[u8]) -> i64 {
    let (negative, digits) = match bytes.first() {
        Some(b'-') => (true, &bytes[1..]),
        Some(b'+') => (false, &bytes[1..]),
        _ => (false, bytes),
    };
    let value = digits.iter().fold(0i64, |n, &digit| (n * 10 + i64::from(digit - b'0')).min(1_000_000_000_000));
    if negative { -value } else { value }
}

/// `whole.fraction × 10^power`, unsigned.
struct Decimal<'a> {
    whole: &'a [u8],
    fraction: &'a [u8],
    power: i64,
}

impl Decimal<'_> {
    /// The digit that counts `10^-(place + 1)` once the power is applied is `digit(place + point)`.
    fn digit(&self, index: usize) -> u64 {
        let byte = if index < self.whole.len() { self.whole.get(index) } else { self.fraction.get(index - self.whole.len()) };
        byte.map_or(0, |byte| u64::from(byte - b'0'))
    }

    fn to_q32(&self) -> Option<i64> {
        let count = self.whole.len() + self.fraction.len();
        let first = (0..count).find(|&index| self.digit(index) != 0);
        let Some(first) = first else { return Some(0) };
        // digits in front of the point once the power is applied
        let point = self.whole.len() as i64 + self.power;
        if point - first as i64 > 8 {
            return None;
        }
        let mut whole = 0u64;
        for place in first as i64..point {
            whole = whole * 10 + self.digit(usize::try_from(place).ok()?);
        }
        // the fraction times 2³², from its last digit to its first, carrying into the whole part
        let (mut carry, mut top, mut below) = (0u64, 0u64, false);
        for index in (point.max(0) as usize..count).rev() {
            below |= top != 0;
            let sum = (self.digit(index) << 32) + carry;
            (carry, top) = (sum / 10, sum % 10);
        }
        for _ in 0..(-point).max(0) {
            if carry == 0 && top == 0 {
                break;
            }
            below |= top != 0;
            (carry, top) = (carry / 10, carry % 10);
        }
        let up = top > 5 || (top == 5 && (below || carry & 1 == 1));
        if whole > MAX_LITERAL || (whole == MAX_LITERAL && (carry > 0 || top > 0 || below)) {
            return None;
        }
        i64::try_from((whole << 32) + carry + u64::from(up)).ok()
    }
}

/// A number and what follows it: a length as presentation and geometry attributes hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length<'a> {
    /// The number.
    pub number: Number,
    /// The unit as spelled (`px`, `%`), empty for a plain number.
    pub unit: &'a str,
}

/// Why a value is not what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueFault {
    /// Nothing but white space.
    Empty,
    /// No number begins here.
    NotANumber(u32),
    /// Something follows the number that is no unit.
    Trailing(u32),
}

/// Reads a length: one number and perhaps a unit (letters, or `%`), with white space around it.
pub fn length(value: &str) -> Result<Length<'_>, ValueFault> {
    let bytes = value.as_bytes();
    let at = skip_space(bytes, 0);
    if at == bytes.len() {
        return Err(ValueFault::Empty);
    }
    let number = scan(bytes, at).ok_or(ValueFault::NotANumber(at as u32))?;
    let unit_start = number.end() as usize;
    let mut unit_end = unit_start;
    if bytes.get(unit_end) == Some(&b'%') {
        unit_end += 1;
    } else {
        while bytes.get(unit_end).is_some_and(u8::is_ascii_alphabetic) {
            unit_end += 1;
        }
    }
    let end = skip_space(bytes, unit_end);
    if end < bytes.len() {
        return Err(ValueFault::Trailing(end as u32));
    }
    Ok(Length { number, unit: &value[unit_start..unit_end] })
}

/// The numbers of a list such as `points` or `viewBox`, separated by white space, a comma, or a sign.
#[derive(Debug, Clone)]
pub struct NumberList<'a> {
    bytes: &'a [u8],
    at: usize,
    first: bool,
    done: bool,
}

impl<'a> NumberList<'a> {
    /// Reads `text`.
    pub fn new(text: &'a str) -> Self {
        NumberList { bytes: text.as_bytes(), at: 0, first: true, done: false }
    }
}

impl Iterator for NumberList<'_> {
    type Item = Result<Number, ValueFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let (at, comma) = if self.first { (skip_space(self.bytes, 0), false) } else { skip_separator(self.bytes, self.at) };
        self.first = false;
        if at == self.bytes.len() && !comma {
            self.done = true;
            return None;
        }
        match scan(self.bytes, at) {
            Some(number) => {
                self.at = number.end() as usize;
                Some(Ok(number))
            }
            None => {
                self.done = true;
                Some(Err(ValueFault::NotANumber(at as u32)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<&str> {
        scan(text.as_bytes(), 0).map(|number| number.text(text))
    }

    #[test]
    fn a_number_ends_where_the_next_begins() {
        for (text, first) in [
            ("1-2", "1"),
            ("-2.5.5", "-2.5"),
            (".5.5", ".5"),
            ("1.", "1."),
            ("1e3", "1e3"),
            ("1E-3x", "1E-3"),
            ("1em", "1"),
            ("1e+", "1"),
            ("+4", "+4"),
            ("123456789012345678 ", "123456789012345678"),
            ("1234567.12345678", "1234567.12345678"),
        ] {
            assert_eq!(number(text), Some(first), "{text}");
        }
        for text in ["", ".", "-", "-.", "e5", "+-1", "x", "\u{660}"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn q32_is_exact_and_rounds_half_to_even() {
        // 2^-33 is half a unit
        let half = "0.000000000116415321826934814453125";
        assert_eq!(to_q32(half), Some(0));
        assert_eq!(to_q32("0.000000000349245965480804443359375"), Some(2), "three halves round to two");
        assert_eq!(to_q32("0.0000000001164153218269348144531250000000000000000000000000001"), Some(1));
        assert_eq!(to_q32("-1.5"), Some(-(3 << 31)));
        assert_eq!(to_q32("1."), Some(1 << 32));
        assert_eq!(to_q32("25e-1"), Some(5 << 31));
        assert_eq!(to_q32(".25E1"), Some(5 << 31));
        assert_eq!(to_q32("0.1"), Some(429_496_730));
        assert_eq!(to_q32("16777216"), Some(1 << 56));
        assert_eq!(to_q32("16777216.0000000000000000000001"), None);
        assert_eq!(to_q32("16777215.99999999999999999999"), Some(1 << 56), "the literal is within the bound, its rounding is the bound");
        assert_eq!(to_q32("-16777217"), None);
        assert_eq!(to_q32("1e999999999999999999999"), None);
        assert_eq!(to_q32("0e999999999999999999999"), Some(0));
        assert_eq!(to_q32("1e-999999999999999999999"), Some(0));
        assert_eq!(to_q32("000000000000000000000001"), Some(1 << 32));
        assert_eq!(to_q32("1x"), None);
    }

    #[test]
    fn a_length_has_one_number_and_one_unit() {
        assert_eq!(length(" 12px ").map(|length| length.unit), Ok("px"));
        assert_eq!(length("50%").map(|length| length.unit), Ok("%"));
        assert_eq!(length("3e1em").map(|length| length.unit), Ok("em"));
        assert_eq!(length(""), Err(ValueFault::Empty));
        assert_eq!(length("1 2"), Err(ValueFault::Trailing(2)));
        assert_eq!(length("auto"), Err(ValueFault::NotANumber(0)));
    }

    #[test]
    fn a_list_wants_a_number_after_each_comma() {
        let read = |text: &str| NumberList::new(text).map(|item| item.map(|number| number.text(text).to_owned())).collect::<Vec<_>>();
        assert_eq!(read(" 1,2 -3.5.5"), ["1", "2", "-3.5", ".5"].map(|text| Ok(text.to_owned())));
        assert_eq!(read("1,").last(), Some(&Err(ValueFault::NotANumber(2))));
        assert_eq!(read(",1"), [Err(ValueFault::NotANumber(0))]);
        assert!(read("").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn short_and_long_spellings_have_one_value(digits in "[+-]?[0-9]{1,9}", point in 0usize..10, behind in "[ ,a-z-]?.{0,9}") {
            let point = (point + usize::from(digits.starts_with(['+', '-']))).min(digits.len());
            for literal in [digits.clone(), format!("{}.{}", &digits[..point], &digits[point..])] {
                let text = format!("{literal}{behind}");
                let number = scan(text.as_bytes(), 0).unwrap();
                // alone, where it is too short to be read at once
                proptest::prop_assert_eq!(number.q32(&text), to_q32(number.text(&text)));
                proptest::prop_assert_eq!(to_q32(&literal), long_q32(literal.as_bytes()));
                proptest::prop_assert_eq!(to_q32(&literal), to_q32(&format!("{literal}e0")));
            }
        }

        #[test]
        fn q32_agrees_with_exact_fractions(whole in 0u64..16_777_216, fraction in 0u64..1_000_000_000, shift in -3i32..4) {
            let literal = format!("{whole}.{fraction:09}e{shift}");
            let scale = 10u128.pow((9 - shift) as u32);
            let numerator = (u128::from(whole) * 1_000_000_000 + u128::from(fraction)) << 32;
            let (quotient, rest) = (numerator / scale, numerator % scale);
            let up = rest * 2 > scale || (rest * 2 == scale && quotient & 1 == 1);
            let wanted = quotient + u128::from(up);
            let within = numerator <= u128::from(MAX_LITERAL) * (scale << 32);
            proptest::prop_assert_eq!(to_q32(&literal).map(|value| value as u128), within.then_some(wanted));
        }
    }
}
