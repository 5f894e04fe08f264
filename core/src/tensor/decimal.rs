//! Decimals, exactly: the arithmetic of fixes, which write numbers back into a drawing.
//!
//! Two elements hang together where they share a point to the last digit, so a fix that moves or rewrites a point may not round it.
//! What leaves the range is `None`, never a near value.

/// `digits · 10^exponent`, without zeros at the end of `digits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// A hundredth.
    pub const PERCENT: Decimal = Decimal { digits: 1, exponent: -2 };

    /// A whole number; not 0 times a power of ten.
    pub const fn whole(digits: i128) -> Decimal {
        Decimal { digits, exponent: 0 }
    }

    /// A number as SVG spells it. `None` for anything else, and beyond about 38 digits.
    pub fn read(text: &str) -> Option<Decimal> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (text.get(..at)?, text.get(at + 1..)?.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, unsigned) = match mantissa.as_bytes().first()? {
            b'-' => (true, mantissa.get(1..)?),
            b'+' => (false, mantissa.get(1..)?),
            _ => (false, mantissa),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let mut digits = 0i128;
        let all = whole.bytes().chain(fraction.bytes());
        all.clone().next()?;
        for digit in all {
            if !digit.is_ascii_digit() {
                return None;
            }
            digits = digits.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        Some(Decimal { digits: if negative { -digits } else { digits }, exponent }.reduced())
    }

    /// The product.
    pub fn times(self, other: Decimal) -> Option<Decimal> {
        Some(Decimal { digits: self.digits.checked_mul(other.digits)?, exponent: self.exponent.checked_add(other.exponent)? }.reduced())
    }

    /// The sum.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        if self.digits == 0 {
            return Some(other);
        }
        if other.digits == 0 {
            return Some(self);
        }
        let exponent = self.exponent.min(other.exponent);
        let at = |value: Decimal| value.digits.checked_mul(10i128.checked_pow(value.exponent.abs_diff(exponent))?);
        Some(Decimal { digits: at(self)?.checked_add(at(other)?)?, exponent }.reduced())
    }

    /// The difference.
    pub fn minus(self, other: Decimal) -> Option<Decimal> {
        self.plus(other.negated()?)
    }

    /// The same on the other side of 0.
    pub fn negated(self) -> Option<Decimal> {
        Some(Decimal { digits: self.digits.checked_neg()?, ..self })
    }

    /// The quotient by a divisor that is no multiple of 2 or 5, where it is a decimal.
    pub fn over(self, divisor: i128) -> Option<Decimal> {
        (self.digits.checked_rem(divisor)? == 0).then(|| Decimal { digits: self.digits / divisor, ..self }.reduced())
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// The shortest spelling without an exponent; `None` beyond 30 places.
    pub fn written(self) -> Option<String> {
        const MOST: i32 = 30;
        let Decimal { digits, exponent } = self;
        if !(-MOST..=MOST).contains(&exponent) {
            return None;
        }
        let sign = if digits < 0 { "-" } else { "" };
        let mut text = digits.unsigned_abs().to_string();
        if exponent >= 0 {
            text.extend(std::iter::repeat_n('0', exponent as usize));
            return Some(format!("{sign}{text}"));
        }
        let places = exponent.unsigned_abs() as usize;
        if text.len() <= places {
            text.insert_str(0, &"0".repeat(places + 1 - text.len()));
        }
        text.insert(text.len() - places, '.');
        Some(format!("{sign}{text}"))
    }

    fn reduced(mut self) -> Decimal {
        while self.digits != 0 && self.digits % 10 == 0 && self.exponent < i32::MAX {
            self.digits /= 10;
            self.exponent += 1;
        }
        if self.digits == 0 { Decimal::whole(0) } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn read(text: &str) -> Decimal {
        Decimal::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn sums_and_products_are_exact() {
        for (a, b, sum, product) in [
            ("0.1", "0.2", "0.3", "0.02"),
            ("1e3", "-.001", "999.999", "-1"),
            ("-5", "5", "0", "-25"),
            ("0", "-7.50", "-7.5", "0"),
            ("0.99", "1e-2", "1", "0.0099"),
        ] {
            assert_eq!(read(a).plus(read(b)).and_then(Decimal::written).as_deref(), Some(sum), "{a} + {b}");
            assert_eq!(read(b).minus(read(a).negated().unwrap_or(Decimal::whole(1))).and_then(Decimal::written).as_deref(), Some(sum));
            assert_eq!(read(a).times(read(b)).and_then(Decimal::written).as_deref(), Some(product), "{a} * {b}");
        }
    }

    #[test]
    fn what_leaves_the_range_is_nothing() {
        assert_eq!(read("1e30").plus(read("1e-30")), None);
        assert_eq!(read("99999999999999999999").times(read("99999999999999999999")), None);
        assert_eq!(read("1e31").written(), None);
        assert_eq!(read("1").over(3), None);
        assert_eq!(read("1").over(0), None);
        for text in ["", "-", ".", "1.2.3", "1e", "nan", "0x1", "1e99999999999", &"9".repeat(60)] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }
}
