//! Exact sums of numbers as they are spelled: 0.6 + 0.3 + 0.1 is 1, and no f64 says so (B066).

use std::fmt;

/// Digits a group holds.
const GROUP: usize = 9;
/// Most digits after the point; a number with more is not summed.
const MOST_DIGITS: usize = 4096;

/// A sum of non-negative decimal numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Sum {
    whole: u128,
    /// Groups of nine digits after the point. A group may hold more until [`Sum::carry`].
    fraction: Vec<u64>,
}

impl Sum {
    /// Adds a JSON number literal without a sign; false when it is too long or too large to be summed.
    pub fn add(&mut self, literal: &str) -> bool {
        let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
        let Ok(exponent) = exponent.parse::<i64>() else { return false };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // Place of a digit relative to the point: 0 is tenths, -1 is ones.
        let first = -(whole.len() as i64) - exponent;
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| u64::from(byte.wrapping_sub(b'0')));
        for (place, digit) in (first..).zip(digits) {
            match usize::try_from(place) {
                _ if digit == 0 => {}
                _ if digit > 9 => return false,
                Ok(place) if place < MOST_DIGITS => {
                    let group = place / GROUP;
                    if self.fraction.len() <= group {
                        self.fraction.resize(group + 1, 0);
                    }
                    self.fraction[group] += digit * 10u64.pow((GROUP - 1 - place % GROUP) as u32);
                }
                Ok(_) => return false,
                Err(_) => {
                    let Some(value) = u32::try_from(-place - 1).ok().and_then(|power| 10u128.checked_pow(power)) else { return false };
                    let Some(sum) = value.checked_mul(u128::from(digit)).and_then(|value| self.whole.checked_add(value)) else {
                        return false;
                    };
                    self.whole = sum;
                }
            }
        }
        self.carry();
        true
    }

    fn carry(&mut self) {
        let limit = 10u64.pow(GROUP as u32);
        let mut over = 0;
        for group in self.fraction.iter_mut().rev() {
            *group += over;
            over = *group / limit;
            *group %= limit;
        }
        self.whole = self.whole.saturating_add(u128::from(over));
    }

    /// Whether the sum is exactly 1.
    pub fn is_one(&self) -> bool {
        self.whole == 1 && self.fraction.iter().all(|group| *group == 0)
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: String = self.fraction.iter().map(|group| format!("{group:09}")).collect();
        match digits.trim_end_matches('0') {
            "" => write!(f, "{}", self.whole),
            digits => write!(f, "{}.{digits}", self.whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(literals: &[&str]) -> String {
        let mut sum = Sum::default();
        if literals.iter().all(|literal| sum.add(literal)) { sum.to_string() } else { "too long".into() }
    }

    // rows: B065 B066
    #[test]
    fn sums_are_those_of_the_literals() {
        for (literals, wanted) in [
            (&["0.6", "0.3", "0.1"][..], "1"),
            (&["1.0"], "1"),
            (&["10e-1"], "1"),
            (&["0.1e1"], "1"),
            (&["0.3333333333333333", "0.3333333333333333", "0.3333333333333334"], "1"),
            (&["0.3333333333333333", "0.3333333333333333", "0.3333333333333333"], "0.9999999999999999"),
            (&["0.999999999", "0.000000001"], "1"),
            (&["1", "1e-30"], "1.000000000000000000000000000001"),
            (&["0"], "0"),
            (&["12.5", "0.75"], "13.25"),
            (&["1e-5000"], "too long"),
            (&["1e50"], "too long"),
        ] {
            assert_eq!(sum(literals), wanted, "{literals:?}");
        }
        assert!(sum(&["0.5", "0.25", "2.5e-1"]) == "1");
    }
}
