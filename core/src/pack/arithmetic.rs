//! The few functions of numbers that packs are made with, each with its exact rounding.

/// Rounds to the nearest integer, halves away from zero, by the formula of the reference: ⌊x + ½⌋ and its mirror. The sum is rounded first,
/// so 0.49999999999999994 gives 1 (row D366).
pub fn round_half_away(x: f64) -> f64 {
    if x >= 0.0 { (x + 0.5).floor() } else { (x - 0.5).ceil() }
}

/// Rounds to six decimals, halves upwards; never −0 (row D695).
pub fn round6(x: f64) -> f64 {
    let scaled = x * 1e6;
    let below = scaled.floor();
    let rounded = if scaled - below >= 0.5 { below + 1.0 } else { below };
    // −0 + 0 is 0
    rounded / 1e6 + 0.0
}

/// Into [0, 1]. NaN stays NaN, and −0 becomes 0 (rows D269, D270, D694).
#[expect(clippy::manual_clamp, reason = "`clamp` keeps −0")]
pub fn clamp01(x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x > 1.0 {
        1.0
    } else {
        x
    }
}

/// The correctly rounded hyperbolic tangent.
pub fn tanh(x: f64) -> f64 {
    pxfm::f_tanh(x)
}

/// The correctly rounded sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    pxfm::f_sin(x)
}

/// The share `clipped / total` in units of 1/65535, halves away from zero; 0 of nothing (rows D533, D534, D550).
pub fn ratio_q16(clipped: u32, total: u32) -> u16 {
    if total == 0 {
        return 0;
    }
    // A share above 1 is for the caller to refuse; the cast saturates.
    round_half_away(f64::from(clipped) / f64::from(total) * 65535.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D363 D366 D412 D516
    #[test]
    fn halves_go_away_from_zero() {
        for (x, wanted) in [(0.5, 1.0), (1.5, 2.0), (2.5, 3.0), (-0.5, -1.0), (-1.5, -2.0), (2.4, 2.0), (-2.6, -3.0), (0.0, 0.0)] {
            assert_eq!(round_half_away(x), wanted, "{x}");
        }
        assert_eq!(round_half_away(0.499_999_999_999_999_94), 1.0, "the formula, not the nearest integer");
    }

    // rows: D695
    #[test]
    fn six_decimals_round_halves_upwards_and_zero_has_no_sign() {
        for (x, wanted) in [(0.1234565, 0.123457), (0.0000005, 0.000001), (-0.0000005, 0.0), (-0.1234565, -0.123456), (1.0, 1.0)] {
            assert_eq!(round6(x), wanted, "{x}");
        }
        assert!(round6(-1e-9).is_sign_positive() && round6(-0.0).is_sign_positive());
    }

    // rows: D269 D270 D694
    #[test]
    fn clamping_keeps_nan_and_drops_the_sign_of_zero() {
        assert_eq!((clamp01(-3.0), clamp01(0.25), clamp01(7.0)), (0.0, 0.25, 1.0));
        assert!(clamp01(-0.0).is_sign_positive());
        assert!(clamp01(f64::NAN).is_nan());
    }

    // rows: D533 D534 D543 D550
    #[test]
    fn a_share_is_rounded_half_away_in_16_bits() {
        for (clipped, total, wanted) in [(0, 0, 0), (0, 9, 0), (1, 1, 65535), (1, 2, 32768), (1, 3, 21845), (15, 32, 30720), (2, 65535, 2)]
        {
            assert_eq!(ratio_q16(clipped, total), wanted);
        }
    }
}
