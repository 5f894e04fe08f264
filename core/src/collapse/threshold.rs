//! The cosine that an angle of tolerance stands for, so that no inverse cosine is taken while collapsing (`DECISIONS` 17).

use super::error::CollapseError;
use super::math::acos;

/// The tolerance where nobody says another: about ten degrees (§11.1).
pub const EPSILON: f64 = 0.174_532_9;

/// The smallest f64 whose inverse cosine, correctly rounded, does not exceed an angle of tolerance.
///
/// A pair of vectors is aligned when its cosine is at least this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    epsilon: f64,
    value: f64,
}

impl Threshold {
    /// The threshold of `epsilon` radians, which must lie in [0, π].
    pub fn of(epsilon: f64) -> Result<Threshold, CollapseError> {
        if !(0.0..=std::f64::consts::PI).contains(&epsilon) {
            return Err(CollapseError::Epsilon { found: epsilon });
        }
        // acos falls over [−1, 1], so the doubles that satisfy it are an upper part of the ordered doubles: halve the gap.
        let (mut fails, mut holds) = (ordinal(-1.0), ordinal(1.0));
        if acos(-1.0) <= epsilon {
            return Ok(Threshold { epsilon, value: -1.0 });
        }
        while holds - fails > 1 {
            let middle = fails + (holds - fails) / 2;
            if acos(from_ordinal(middle)) <= epsilon {
                holds = middle;
            } else {
                fails = middle;
            }
        }
        Ok(Threshold { epsilon, value: from_ordinal(holds) })
    }

    /// The angle of tolerance in radians.
    pub fn epsilon(self) -> f64 {
        self.epsilon
    }

    /// The cosine, in [−1, 1].
    pub fn value(self) -> f64 {
        self.value
    }

    /// The bits of [`Threshold::value`].
    pub fn bits(self) -> u64 {
        self.value.to_bits()
    }

    /// Whether a pair of non-zero vectors with dot product `d` and squared lengths of product `n` is aligned (`DECISIONS` 17, 55).
    #[inline(always)]
    pub fn admits(self, d: f64, n: f64) -> bool {
        // A quotient beyond ±1 counts as ±1. A NaN stays one, and no comparison holds for it.
        n > 0.0 && (d / n.sqrt()).clamp(-1.0, 1.0) >= self.value
    }
}

/// Rank of a finite double among the doubles; the two zeros share one.
fn ordinal(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { -(bits & i64::MAX) } else { bits }
}

fn from_ordinal(rank: i64) -> f64 {
    if rank < 0 { -f64::from_bits(rank.unsigned_abs()) } else { f64::from_bits(rank as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: A285 C181
    #[test]
    fn the_threshold_is_the_smallest_cosine_within_the_tolerance() {
        assert_eq!(Threshold::of(EPSILON).unwrap().bits(), 0x3fef_838b_8eda_851c);
        for step in 0..=2000 {
            let epsilon = (f64::from(step) / 2000.0 * std::f64::consts::PI).min(std::f64::consts::PI);
            let found = Threshold::of(epsilon).unwrap().value();
            assert!(acos(found) <= epsilon);
            let below = from_ordinal(ordinal(found) - 1);
            assert!(found == -1.0 || acos(below) > epsilon, "{epsilon}: {below} would do");
        }
        assert_eq!(Threshold::of(0.0).unwrap().value(), 1.0);
        assert_eq!(Threshold::of(std::f64::consts::PI).unwrap().value(), -1.0);
    }

    #[test]
    fn an_angle_outside_zero_to_pi_is_refused() {
        for bad in [-f64::MIN_POSITIVE, 3.141_592_653_589_793_6, f64::INFINITY, f64::NAN] {
            assert_eq!(Threshold::of(bad).unwrap_err().pointer().as_deref(), Some("/epsilon"));
        }
    }
}
