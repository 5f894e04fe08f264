//! Whole numbers as they are spelled: `100`, `1e2` and `100.0` are one number, and no f64 stands between (`1e16`, 2^64).
//!
//! Knows number literals only, nothing of trees.

use std::fmt;

/// A whole number from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// One within u64.
    Is(u64),
    /// 2^64 or more: no file, list or tensor has so many of anything.
    Larger,
}

impl Whole {
    /// Reads a JSON number literal; `None` when it is negative or has a fraction. −0 is 0.
    pub fn of(literal: &str) -> Option<Whole> {
        if let Ok(number) = literal.parse() {
            return Some(Whole::Is(number));
        }
        let unsigned = literal.strip_prefix('-').unwrap_or(literal);
        match scaled(unsigned) {
            None => Some(Whole::Is(0)),
            Some((_, power)) if power < 0 || unsigned.len() < literal.len() => None,
            Some((digits, power)) => {
                let most = u64::MAX.ilog10() + 1;
                let Some(power) = u32::try_from(power).ok().filter(|power| *power < most) else { return Some(Whole::Larger) };
                let number = digits
                    .bytes()
                    .filter(u8::is_ascii_digit)
                    .try_fold(0u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
                    .and_then(|number| number.checked_mul(10u64.pow(power)));
                Some(number.map_or(Whole::Larger, Whole::Is))
            }
        }
    }

    /// The number, when it is within u64.
    pub fn get(self) -> Option<u64> {
        match self {
            Whole::Is(number) => Some(number),
            Whole::Larger => None,
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whole::Is(number) => write!(f, "{number}"),
            Whole::Larger => f.write_str("18446744073709551616 or more"),
        }
    }
}

/// Whether a JSON number literal spells a whole number, negative ones too.
pub fn is_whole(literal: &str) -> bool {
    scaled(literal.strip_prefix('-').unwrap_or(literal)).is_none_or(|(_, power)| power >= 0)
}

/// The digits of a literal without a sign (a point may stand among them), and the power of ten of the last of them, which is not 0.
/// `None` when the literal spells 0.
fn scaled(literal: &str) -> Option<(&str, i64)> {
    let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
    let beyond = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let exponent = exponent.parse::<i64>().unwrap_or(beyond);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let (digits, shift) = if fraction.is_empty() {
        let digits = whole.trim_end_matches('0');
        (digits, (whole.len() - digits.len()) as i64)
    } else {
        (mantissa.get(..whole.len() + 1 + fraction.len()).unwrap_or(mantissa), -(fraction.len() as i64))
    };
    let digits = digits.trim_start_matches(['0', '.']);
    (!digits.is_empty()).then_some((digits, exponent.saturating_add(shift)))
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: A698 B031 B059
    #[test]
    fn a_number_is_what_it_spells() {
        for (literal, wanted) in [
            ("0", Some(Whole::Is(0))),
            ("-0.0e5", Some(Whole::Is(0))),
            ("0e99999999999999999999", Some(Whole::Is(0))),
            ("1e2", Some(Whole::Is(100))),
            ("100.0", Some(Whole::Is(100))),
            ("1.50e1", Some(Whole::Is(15))),
            ("0.07E+2", Some(Whole::Is(7))),
            ("1200e-2", Some(Whole::Is(12))),
            ("1e16", Some(Whole::Is(10_000_000_000_000_000))),
            ("9007199254740993.0", Some(Whole::Is(9_007_199_254_740_993))),
            ("18446744073709551615", Some(Whole::Is(u64::MAX))),
            ("18446744073709551616", Some(Whole::Larger)),
            ("1e19", Some(Whole::Is(10_000_000_000_000_000_000))),
            ("1e30", Some(Whole::Larger)),
            ("1e99999999999999999999", Some(Whole::Larger)),
            ("-1", None),
            ("1.5", None),
            ("1201e-2", None),
            ("9007199254740993.5", None),
            ("1e-999999999", None),
        ] {
            assert_eq!(Whole::of(literal), wanted, "{literal}");
            assert_eq!(is_whole(literal), wanted.is_some() || literal == "-1", "{literal}");
        }
    }
}
