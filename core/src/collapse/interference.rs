//! The collapse of angles and magnitudes: interference (§28.6), and what a signal must be first (§28.2.2; `DECISIONS` 22, 23, 56).

use super::error::{CollapseError, all_finite, each, equal_lengths};
use super::math::{FULL_TURN, cos};

/// What two signals collapse to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interference {
    /// Σ (cos(a − b) · mA) · mB.
    pub score: f64,
    /// The score over Σ mA · mB, in [−1, 1]; 0 where that is 0.
    pub normalized: f64,
}

const ANGLE: &str = "an angle of at least 0 and below 6.283185307179586";

/// Collapses two signals, each of angles in [0, 2π) and magnitudes that are not negative, all four lists equally long.
///
/// # Errors
/// Lists of unequal length, numbers outside their range, and a sum of magnitudes beyond f64.
pub fn interference(angles_a: &[f64], angles_b: &[f64], magnitudes_a: &[f64], magnitudes_b: &[f64]) -> Result<Interference, CollapseError> {
    let count = angles_a.len();
    let magnitudes = [("magnitudesA", magnitudes_a), ("magnitudesB", magnitudes_b)];
    equal_lengths(("anglesA", count), ("anglesB", angles_b.len()))?;
    for (name, list) in magnitudes {
        equal_lengths(("anglesA", count), (name, list.len()))?;
    }
    lawful_angles("anglesA", angles_a)?;
    lawful_angles("anglesB", angles_b)?;
    for (name, list) in magnitudes {
        lawful_magnitudes(name, list)?;
    }
    let (mut score, mut whole) = (0.0, 0.0);
    for (((a, b), m), n) in angles_a.iter().zip(angles_b).zip(magnitudes_a).zip(magnitudes_b) {
        score += (cos(a - b) * m) * n;
        whole += m * n;
    }
    if whole == 0.0 {
        return Ok(Interference { score, normalized: 0.0 });
    }
    if !whole.is_finite() || !score.is_finite() {
        return Err(CollapseError::Overflow { what: "the sum of the products of magnitudes" });
    }
    Ok(Interference { score, normalized: score / whole })
}

/// For each pair of angles in [0, 2π) the shorter way round, in [0, π] up to rounding.
///
/// # Errors
/// Unequal lengths, and angles outside [0, 2π).
pub fn angle_distance(angles_a: &[f64], angles_b: &[f64]) -> Result<Vec<f64>, CollapseError> {
    equal_lengths(("anglesA", angles_a.len()), ("anglesB", angles_b.len()))?;
    lawful_angles("anglesA", angles_a)?;
    lawful_angles("anglesB", angles_b)?;
    Ok(angles_a.iter().zip(angles_b).map(|(a, b)| shorter_way(*a, *b)).collect())
}

/// The shorter way round between two angles in [0, 2π).
pub fn shorter_way(a: f64, b: f64) -> f64 {
    let straight = (a - b).abs();
    straight.min(FULL_TURN - straight)
}

/// A signal with its angles taken into [0, 2π): the remainder of a full turn, and a remainder that rounds to the full turn is 0.
///
/// # Errors
/// Unequal lengths, numbers that are not finite, negative magnitudes: a magnitude has no remainder to take.
pub fn normalize(angles: &[f64], magnitudes: &[f64]) -> Result<Vec<f64>, CollapseError> {
    equal_lengths(("angles", angles.len()), ("magnitudes", magnitudes.len()))?;
    all_finite("angles", angles)?;
    lawful_magnitudes("magnitudes", magnitudes)?;
    Ok(angles.iter().map(|angle| normal_angle(*angle)).collect())
}

/// A finite angle taken into [0, 2π).
pub fn normal_angle(angle: f64) -> f64 {
    let turned = angle.rem_euclid(FULL_TURN);
    // A tiny negative angle rounds up to the full turn; −0 is 0.
    if turned >= FULL_TURN || turned == 0.0 { 0.0 } else { turned }
}

fn lawful_angles(name: &'static str, angles: &[f64]) -> Result<(), CollapseError> {
    all_finite(name, angles)?;
    each(name, angles, ANGLE, |angle| (0.0..FULL_TURN).contains(&angle))
}

fn lawful_magnitudes(name: &'static str, magnitudes: &[f64]) -> Result<(), CollapseError> {
    all_finite(name, magnitudes)?;
    each(name, magnitudes, "a magnitude that is not negative", |magnitude| magnitude >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    // rows: C605 C606 C607 C608
    #[test]
    fn same_angles_give_one_opposite_ones_minus_one_and_right_ones_nothing() {
        let two = [0.5, 2.0];
        let of = |b: &[f64]| interference(&two, b, &[1.0, 3.0], &[2.0, 0.5]).unwrap().normalized;
        assert_eq!(of(&two), 1.0);
        assert!((of(&[0.5 + PI, 2.0 + PI]) + 1.0).abs() <= 1e-15);
        assert!(of(&[0.5 + FRAC_PI_2, 2.0 + FRAC_PI_2]).abs() <= 1e-15);
        assert_eq!(interference(&two, &two, &[0.0; 2], &[1.0; 2]).unwrap(), Interference { score: 0.0, normalized: 0.0 });
        assert_eq!(interference(&[], &[], &[], &[]).unwrap().normalized, 0.0);
    }

    // rows: C600 C601
    #[test]
    fn the_distance_of_angles_is_the_shorter_way_round() {
        let of = |a, b| angle_distance(&[a], &[b]).unwrap()[0];
        assert_eq!(of(0.0, 0.0), 0.0);
        assert_eq!(of(0.0, PI), PI);
        assert!((of(0.1, 6.2) - 0.183_185_3).abs() < 1e-6);
        assert_eq!(of(0.0, 1.05), 1.05);
        assert_eq!(angle_distance(&[0.0], &[FULL_TURN]).unwrap_err().pointer().as_deref(), Some("/anglesB/0"));
    }

    // rows: C552 C553 C554 C555
    #[test]
    fn a_normal_angle_lies_below_a_full_turn() {
        assert_eq!(normal_angle(-1.45), 4.833_185_307_179_586);
        assert_eq!(normal_angle(FULL_TURN), 0.0);
        assert_eq!(normal_angle(-1e-17).to_bits(), 0);
        assert_eq!(normal_angle(-0.0).to_bits(), 0);
        assert_eq!(normal_angle(FULL_TURN.next_down()), FULL_TURN.next_down());
        assert_eq!(normalize(&[1.0], &[-1.0]).unwrap_err().pointer().as_deref(), Some("/magnitudes/0"));
        assert_eq!(normalize(&[1.0], &[]).unwrap_err().pointer().as_deref(), Some("/magnitudes"));
        assert_eq!(normalize(&[f64::INFINITY], &[1.0]).unwrap_err().pointer().as_deref(), Some("/angles/0"));
    }

    // rows: C611 C612
    #[test]
    fn the_example_of_an_adapter_is_lawful_once_normalised() {
        use crate::collapse::math::atan2;
        let embedding = [0.12_f64, -0.98, 0.05, 0.31];
        let norm = embedding.iter().fold(0.0, |sum, value| sum + value * value).sqrt();
        let angles: Vec<f64> = embedding.iter().map(|value| atan2(*value, norm)).collect();
        for (angle, wanted) in angles.iter().zip([0.1153, -0.7576, 0.0482, 0.2907]) {
            assert!((angle - wanted).abs() < 1e-4, "{angle} {wanted}");
        }
        let magnitudes = [1.0 - 0.42; 4];
        assert!((magnitudes[0] - 0.58_f64).abs() < 1e-15);
        // One angle is negative: the example breaks the law until it is normalised.
        assert!(interference(&angles, &angles, &magnitudes, &magnitudes).is_err());
        let lawful = normalize(&angles, &magnitudes).unwrap();
        assert_eq!(interference(&lawful, &lawful, &magnitudes, &magnitudes).unwrap().normalized, 1.0);
    }

    // rows: C617
    #[test]
    fn signals_collapse_by_the_cosine_of_their_distance() {
        let (query, document) = ([0.1, 3.0, 6.2], [6.1, 2.5, 0.4]);
        let (q, d) = ([1.0, 2.0, 0.5], [0.25, 1.0, 3.0]);
        let distances = angle_distance(&document, &query).unwrap();
        let weighed = distances.iter().zip(d.iter().zip(&q)).map(|(distance, (d, q))| distance.cos() * d * q).sum::<f64>();
        let whole: f64 = d.iter().zip(&q).map(|(d, q)| d * q).sum();
        let found = interference(&document, &query, &d, &q).unwrap();
        assert!((found.score - weighed).abs() < 1e-14 && (found.normalized - weighed / whole).abs() < 1e-14);
    }
}
