//! Lengths with a unit, as plain numbers, where the plain number is exact.
//!
//! CSS fixes the units among each other (1in = 96px = 2.54cm = 72pt = 6pc), and one `px` is one user unit. `1mm` is 480/127 of it, which
//! no decimal is, so only lengths whose value comes out even are written. Nothing here rounds.

use super::decimal::Decimal;

/// `number` with `unit`, in user units, to four digits behind the point: for people to read. `None` where the unit has no length of its own.
pub fn near_user_units(number: &str, unit: &str) -> Option<f64> {
    let by = match unit {
        "px" => 1.0,
        "in" => 96.0,
        "pc" => 16.0,
        "pt" => 96.0 / 72.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "Q" => 96.0 / 101.6,
        _ => return None,
    };
    let near = (number.parse::<f64>().ok()? * by * 1e4).round() / 1e4;
    (near.is_finite() && near != 0.0).then_some(near)
}

/// `number` with `unit`, in user units: the shortest decimal that is exactly as long. `whole` is what 100 % are, as a number is spelled.
/// `None` where there is no such decimal, where the unit depends on a font or a screen, and beyond 30 digits.
pub fn in_user_units(number: &str, unit: &str, whole: Option<&str>) -> Option<String> {
    let value = Decimal::read(number)?;
    let (by, divisor) = match unit {
        "px" => (Decimal::whole(1), 1),
        "in" => (Decimal::whole(96), 1),
        "pc" => (Decimal::whole(16), 1),
        "pt" => (Decimal::whole(4), 3),
        "cm" => (Decimal::whole(4800), 127),
        "mm" => (Decimal::whole(480), 127),
        "Q" => (Decimal::whole(120), 127),
        "%" => (Decimal::read(whole?)?.times(Decimal::PERCENT)?, 1),
        _ => return None,
    };
    value.times(by)?.over(divisor)?.written()
}

#[cfg(test)]
mod tests {
    use super::in_user_units;

    #[test]
    fn a_length_is_written_where_a_decimal_is_exactly_as_long() {
        for (number, unit, wanted) in [
            ("12.50", "px", Some("12.5")),
            (".5", "px", Some("0.5")),
            ("-0.0", "px", Some("0")),
            ("+1e2", "px", Some("100")),
            ("2", "in", Some("192")),
            ("2.54", "cm", Some("96")),
            ("25.4", "mm", Some("96")),
            ("-12.7", "mm", Some("-48")),
            ("1", "mm", None),
            ("1", "cm", None),
            ("101.6", "Q", Some("96")),
            ("72", "pt", Some("96")),
            ("1", "pt", None),
            ("0.75", "pt", Some("1")),
            ("1.5", "pc", Some("24")),
            ("1", "em", None),
            ("1", "vw", None),
            ("1", "PX", None),
            ("1e40", "px", None),
            ("1e-40", "px", None),
            ("1e99999999999", "px", None),
        ] {
            assert_eq!(in_user_units(number, unit, None).as_deref(), wanted, "{number}{unit}");
        }
    }

    #[test]
    fn a_share_needs_its_whole() {
        assert_eq!(in_user_units("50", "%", Some("400")).as_deref(), Some("200"));
        assert_eq!(in_user_units("33.3", "%", Some("24.5")).as_deref(), Some("8.1585"));
        assert_eq!(in_user_units("50", "%", None), None);
        assert_eq!(in_user_units("50", "%", Some("wide")), None);
    }
}
