//! Scores of several profiles made one (§12.3, §27.3, `DECISIONS` 20, 54).

use super::error::{CollapseError, all_finite, each, equal_lengths};

/// How much of its weight a score keeps for each score it conflicts with, where nobody says otherwise.
pub const KAPPA: f64 = 0.5;

/// Scores further apart than this conflict, where a profile names no other threshold.
pub const RIGHT_ANGLE: f64 = std::f64::consts::FRAC_PI_2;

/// How far from 1 weights may add up.
const TOLERANCE: f64 = 1e-6;

/// How scores are weighed.
#[derive(Debug, Clone, Copy)]
pub struct Superposition<'a> {
    /// A weight for each score, not negative.
    pub weights: &'a [f64],
    /// What a weight is multiplied with for each conflict, strictly between 0 and 1.
    pub kappa: f64,
    /// Whether the weights must add up to 1.
    pub normalized: bool,
    /// Scores further apart than this conflict.
    pub conflict_beyond: f64,
}

impl<'a> Superposition<'a> {
    /// Weights under the usual κ and threshold, which must add up to 1.
    pub fn of(weights: &'a [f64]) -> Self {
        Self { weights, kappa: KAPPA, normalized: true, conflict_beyond: RIGHT_ANGLE }
    }
}

/// What a superposition gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Superposed {
    /// Σ w·s, with the weights as conflicts left them.
    pub score: f64,
    /// How many pairs of scores conflict.
    pub interfering: usize,
    /// The weights as conflicts left them.
    pub weights: Vec<f64>,
}

/// Adds weighted scores from left to right. Each pair i < j of scores that conflict costs both of them a factor κ of their weight;
/// weights are not scaled back up afterwards. No scores give 0.
///
/// # Errors
/// Unequal lengths; scores outside [−1, 1]; negative weights; κ outside (0, 1); weights that do not add up to 1 though they must;
/// numbers that are not finite.
pub fn superpose(scores: &[f64], how: &Superposition<'_>) -> Result<Superposed, CollapseError> {
    equal_lengths(("scores", scores.len()), ("weights", how.weights.len()))?;
    check(how)?;
    let mut weights = Vec::new();
    let (score, interfering) = weigh(scores, how, &mut weights)?;
    Ok(Superposed { score, interfering, weights })
}

/// As [`superpose`], for a superposition that [`check`] passed and as many scores as weights: the score, how many pairs conflict, and in
/// `weights` what conflicts left.
pub(super) fn weigh(scores: &[f64], how: &Superposition<'_>, weights: &mut Vec<f64>) -> Result<(f64, usize), CollapseError> {
    all_finite("scores", scores)?;
    each("scores", scores, "a score from -1 to 1", |score| (-1.0..=1.0).contains(&score))?;
    weights.clear();
    weights.extend_from_slice(how.weights);
    let mut interfering = 0;
    for (i, one) in scores.iter().enumerate() {
        for (j, other) in scores.iter().enumerate().skip(i + 1) {
            if (one - other).abs() > how.conflict_beyond {
                weights[i] *= how.kappa;
                weights[j] *= how.kappa;
                interfering += 1;
            }
        }
    }
    let score = scores.iter().zip(weights.iter()).fold(0.0, |sum, (score, weight)| sum + weight * score);
    if score.is_finite() { Ok((score, interfering)) } else { Err(CollapseError::Overflow { what: "the sum of the weighted scores" }) }
}

/// Whether weights and constants are lawful, whatever the scores.
pub fn check(how: &Superposition<'_>) -> Result<(), CollapseError> {
    all_finite("weights", how.weights)?;
    each("weights", how.weights, "a weight that is not negative", |weight| weight >= 0.0)?;
    if !(how.kappa > 0.0 && how.kappa < 1.0) {
        return Err(CollapseError::Parameter { name: "kappa", found: how.kappa, wanted: "a number strictly between 0 and 1" });
    }
    if how.conflict_beyond.is_nan() || how.conflict_beyond < 0.0 {
        let wanted = "a distance of scores that is not negative";
        return Err(CollapseError::Parameter { name: "interference_threshold", found: how.conflict_beyond, wanted });
    }
    let sum = weight_sum(how.weights);
    if how.normalized && !how.weights.is_empty() && !adds_up(sum) {
        return Err(CollapseError::WeightSum { sum });
    }
    Ok(())
}

/// The weights added from left to right.
pub fn weight_sum(weights: &[f64]) -> f64 {
    weights.iter().fold(0.0, |sum, weight| sum + weight)
}

/// Whether a sum of weights counts as 1.
pub fn adds_up(sum: f64) -> bool {
    (sum - 1.0).abs() <= TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scores: &[f64], weights: &[f64]) -> Superposed {
        superpose(scores, &Superposition::of(weights)).unwrap()
    }

    // rows: A363 A366 A367 A431 A434 C514
    #[test]
    fn a_conflict_halves_both_weights_and_nothing_scales_them_back() {
        let half = of(&[1.0, -1.0], &[0.5, 0.5]);
        assert_eq!((half.score, half.interfering, half.weights), (0.0, 1, vec![0.25, 0.25]));
        let uneven = of(&[1.0, -1.0], &[0.75, 0.25]);
        assert_eq!((uneven.score, uneven.weights), (0.25, vec![0.375, 0.125]));
        // The first score conflicts with both others: κ twice.
        let twice = of(&[1.0, -1.0, -0.75], &[0.5, 0.25, 0.25]);
        assert_eq!((twice.interfering, twice.weights), (2, vec![0.125, 0.125, 0.125]));
    }

    // rows: A365
    #[test]
    fn a_conflict_wants_more_than_a_right_angle() {
        assert_eq!(of(&[0.9, -0.6], &[0.5, 0.5]).interfering, 0);
        let exact = [1.0, 1.0 - RIGHT_ANGLE];
        assert_eq!(exact[0] - exact[1], RIGHT_ANGLE);
        assert_eq!(of(&exact, &[0.5, 0.5]).interfering, 0);
        assert_eq!(of(&[1.0, exact[1] - 1e-15], &[0.5, 0.5]).interfering, 1);
    }

    // rows: A364 A368 A430 C515
    #[test]
    fn unlawful_weights_and_scores_are_refused() {
        let usual = |weights| Superposition::of(weights);
        let place = |scores: &[f64], how: Superposition<'_>| superpose(scores, &how).unwrap_err().pointer();
        assert_eq!(place(&[0.1, 0.2], usual(&[0.5, 0.6])).as_deref(), Some("/weights"));
        assert_eq!(place(&[0.1, 0.2], usual(&[1.5, -0.5])).as_deref(), Some("/weights/1"));
        assert_eq!(place(&[0.1, 1.5], usual(&[0.5, 0.5])).as_deref(), Some("/scores/1"));
        assert_eq!(place(&[0.1], usual(&[0.5, 0.5])).as_deref(), Some("/weights"));
        assert_eq!(place(&[f64::NAN], usual(&[1.0])).as_deref(), Some("/scores/0"));
        for kappa in [0.0, 1.0, -0.5, f64::NAN] {
            assert_eq!(place(&[0.1], Superposition { kappa, ..usual(&[1.0]) }).as_deref(), Some("/kappa"));
        }
        let loose = Superposition { normalized: false, ..usual(&[1.0, 1.0]) };
        assert_eq!(superpose(&[1.0, -1.0], &loose).unwrap().score, 0.0);
        assert_eq!(of(&[0.5, 0.5], &[0.5, 0.500_000_9]).interfering, 0);
        assert_eq!(of(&[], &[]).score, 0.0);
    }

    // rows: A369
    #[test]
    fn no_profile_goes_before_another() {
        let (scores, weights) = ([0.75, -1.0, 0.5, -0.25], [0.125, 0.25, 0.5, 0.125]);
        let forward = of(&scores, &weights);
        let turned = of(&[-0.25, 0.5, -1.0, 0.75], &[0.125, 0.5, 0.25, 0.125]);
        assert_eq!((forward.score, forward.interfering), (turned.score, turned.interfering));
    }
}
