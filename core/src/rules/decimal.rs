//! Exact sums of numbers as they are spelled: 0.6 + 0.3 + 0.1 is 1, and no f64 says so (B066).

use std::{collections::BTreeMap, fmt};

/// Digits a group holds.
const GROUP: u64 = 9;
/// What a group is filled to.
const FULL: u64 = 10u64.pow(GROUP as u32);
/// Groups that are kept in a row; those further behind the point are kept one by one, so that 1e-999999999 costs no more than 1.
const NEAR: usize = 456;
/// Exponents up to here count digit by digit; no text is long enough to make up for a larger one.
const FURTHEST: i64 = 1 << 60;
/// Digits behind the point that are shown.
const SHOWN: usize = 40;

/// A sum of non-negative decimal numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sum {
    whole: u128,
    /// Groups of nine digits after the point. A group may hold more until [`Sum::total`]: each number adds less than [`FULL`].
    near: Vec<u64>,
    /// The groups from [`NEAR`] on.
    far: BTreeMap<u64, u64>,
    /// A part too small to have a group.
    least: bool,
    /// `whole` is too small to hold the sum.
    large: bool,
}

impl Sum {
    /// Adds a JSON number literal without a sign.
    pub fn add(&mut self, literal: &str) {
        let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = whole.bytes().chain(fraction.bytes()).map(|byte| u64::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit <= 9);
        let Some(exponent) = exponent.parse::<i64>().ok().filter(|exponent| exponent.abs() <= FURTHEST) else {
            if digits.any(|digit| digit > 0) {
                if exponent.starts_with('-') { self.least = true } else { self.large = true }
            }
            return;
        };
        // Place of a digit relative to the point: 0 is tenths, -1 is ones.
        let first = -(whole.len() as i64) - exponent;
        for (place, digit) in (first..).zip(digits).filter(|(_, digit)| *digit > 0) {
            match u64::try_from(place) {
                Ok(place) => self.put(place / GROUP, digit * 10u64.pow((GROUP - 1 - place % GROUP) as u32)),
                Err(_) => {
                    let power = u32::try_from(-place - 1).ok().and_then(|power| 10u128.checked_pow(power));
                    let sum = power.and_then(|power| power.checked_mul(u128::from(digit))?.checked_add(self.whole));
                    self.large |= sum.is_none();
                    self.whole = sum.unwrap_or(self.whole);
                }
            }
        }
    }

    fn put(&mut self, group: u64, value: u64) {
        match usize::try_from(group) {
            Ok(group) if group < NEAR => {
                if self.near.len() <= group {
                    self.near.resize(group + 1, 0);
                }
                self.near[group] += value;
            }
            _ => *self.far.entry(group).or_default() += value,
        }
    }

    /// The sum, when everything is added.
    pub fn total(mut self) -> Total {
        let mut rest = self.least;
        while let Some((group, value)) = self.far.pop_last() {
            rest |= value % FULL > 0;
            if value >= FULL {
                self.put(group - 1, value / FULL);
            }
        }
        let mut over = 0;
        for group in self.near.iter_mut().rev() {
            *group += over;
            over = *group / FULL;
            *group %= FULL;
        }
        let whole = self.whole.checked_add(u128::from(over));
        Total { whole: whole.filter(|_| !self.large), near: self.near, rest }
    }
}

/// A sum that is complete.
#[derive(Debug, Clone)]
pub(crate) struct Total {
    /// The digits before the point; `None`: too many.
    whole: Option<u128>,
    near: Vec<u64>,
    /// Whether there is more behind `near`.
    rest: bool,
}

impl Total {
    /// Whether the sum is exactly 1.
    pub fn is_one(&self) -> bool {
        self.whole == Some(1) && !self.rest && self.near.iter().all(|group| *group == 0)
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(whole) = self.whole else { return f.write_str("more than 10^38") };
        let digits: String = self.near.iter().map(|group| format!("{group:09}")).collect();
        let digits = digits.trim_end_matches('0');
        let shown = digits.get(..SHOWN).unwrap_or(digits);
        match shown.trim_end_matches('0') {
            "" if digits.is_empty() && !self.rest => write!(f, "{whole}"),
            "" => write!(f, "slightly more than {whole}"),
            _ if shown.len() < digits.len() || self.rest => write!(f, "{whole}.{shown}…"),
            _ => write!(f, "{whole}.{digits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(literals: &[&str]) -> String {
        let mut sum = Sum::default();
        literals.iter().for_each(|literal| sum.add(literal));
        sum.total().to_string()
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
            (&["1e-5000"], "slightly more than 0"),
            (&["1", "1e-300"], "slightly more than 1"),
            (&["1", "1e-999999999"], "slightly more than 1"),
            (&["1", "1e-99999999999999999999"], "slightly more than 1"),
            (&["1", "0e-999999999", "0e99999999999999999999"], "1"),
            (&["1e20"], "100000000000000000000"),
            (&["1e50"], "more than 10^38"),
            (&["1e300"], "more than 10^38"),
            (&["1e99999999999999999999"], "more than 10^38"),
        ] {
            assert_eq!(sum(literals), wanted, "{literals:?}");
        }
        assert!(sum(&["0.5", "0.25", "2.5e-1"]) == "1");
        let nines = format!("0.{}", "9".repeat(5000));
        assert_eq!(sum(&[&nines, "1e-5000"]), "1");
        assert_eq!(sum(&[&nines]), format!("0.{}…", "9".repeat(SHOWN)));
    }
}
