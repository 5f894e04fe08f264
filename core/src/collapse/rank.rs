//! Retrieval: the score of a candidate (§9.3) and the order of candidates (§12.9).
//!
//! An n-gram overlap is not defined by the texts: here it is the weighted Jaccard index of the frequencies.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::error::{CollapseError, all_finite, equal_lengths};
use super::interference::{normal_angle, shorter_way};
use super::math::cos;

/// How the three parts of a score are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bias {
    /// Of the embeddings.
    pub alpha: f64,
    /// Of the n-grams.
    pub beta: f64,
    /// Of the phase, where `pi` holds.
    pub phase: f64,
    /// Whether the phase counts at all.
    pub pi: bool,
}

/// What of a document, or of a query, retrieval looks at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    /// The embedding.
    pub embedding: Vec<f64>,
    /// Frequency of each n-gram.
    pub ngrams: BTreeMap<String, u32>,
    /// Angle of the net displacement of its paths, in radians.
    pub angle: f64,
}

/// The weighed parts of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// α × the cosine of the embeddings.
    pub embedding: f64,
    /// β × the overlap of the n-grams.
    pub ngram: f64,
    /// Bias of the phase × the cosine of the angle between the paths; 0 where the phase does not count.
    pub pi_phase: f64,
}

impl Components {
    /// The score: the parts added in this order.
    pub fn score(&self) -> f64 {
        self.embedding + self.ngram + self.pi_phase
    }
}

/// The parts of a candidate's score for a query.
///
/// # Errors
/// Embeddings of unequal length; numbers that are not finite.
pub fn score(query: &Features, candidate: &Features, bias: &Bias) -> Result<Components, CollapseError> {
    for (name, value) in
        [("alpha", bias.alpha), ("beta", bias.beta), ("phase", bias.phase), ("angle", query.angle), ("angle", candidate.angle)]
    {
        if !value.is_finite() {
            return Err(CollapseError::Parameter { name, found: value, wanted: "a finite number" });
        }
    }
    let phase = if bias.pi { bias.phase * phase_align(query.angle, candidate.angle) } else { 0.0 };
    let parts = Components {
        embedding: bias.alpha * cosine(&query.embedding, &candidate.embedding)?,
        ngram: bias.beta * overlap(&query.ngrams, &candidate.ngrams),
        pi_phase: phase,
    };
    if parts.score().is_finite() { Ok(parts) } else { Err(CollapseError::Overflow { what: "the sum of the weighed parts" }) }
}

/// Cosine of two embeddings in f64, from left to right; 0 where one has no length.
///
/// # Errors
/// Unequal lengths; numbers that are not finite; squares beyond f64.
pub fn cosine(query: &[f64], candidate: &[f64]) -> Result<f64, CollapseError> {
    equal_lengths(("query embedding", query.len()), ("embedding", candidate.len()))?;
    all_finite("query embedding", query)?;
    all_finite("embedding", candidate)?;
    let (mut dot, mut one, mut other) = (0.0, 0.0, 0.0);
    for (q, c) in query.iter().zip(candidate) {
        dot += q * c;
        one += q * q;
        other += c * c;
    }
    let length = f64::sqrt(one) * f64::sqrt(other);
    if length == 0.0 {
        return Ok(0.0);
    }
    let cosine: f64 = dot / length;
    if !length.is_finite() || !cosine.is_finite() {
        return Err(CollapseError::Overflow { what: "the length of an embedding" });
    }
    Ok(cosine.clamp(-1.0, 1.0))
}

/// Weighted Jaccard index of two tables of frequencies, in [0, 1]; 0 where both are empty.
pub fn overlap(query: &BTreeMap<String, u32>, candidate: &BTreeMap<String, u32>) -> f64 {
    let shared: u64 = query.iter().filter_map(|(gram, freq)| Some(u64::from(*freq.min(candidate.get(gram)?)))).sum();
    let total = |table: &BTreeMap<String, u32>| table.values().map(|freq| u64::from(*freq)).sum::<u64>();
    let whole = total(query) + total(candidate) - shared;
    if whole == 0 { 0.0 } else { shared as f64 / whole as f64 }
}

/// Cosine of the shorter way round between two angles.
pub fn phase_align(query: f64, candidate: f64) -> f64 {
    cos(shorter_way(normal_angle(query), normal_angle(candidate)))
}

/// The order of results: the higher score first, equal scores by id in byte order. The two zeros are equal; a NaN, which no score
/// here is, comes last.
pub fn order(one: (f64, &str), other: (f64, &str)) -> Ordering {
    let by_score = other.0.partial_cmp(&one.0).unwrap_or_else(|| one.0.is_nan().cmp(&other.0.is_nan()));
    by_score.then_with(|| one.1.as_bytes().cmp(other.1.as_bytes()))
}

/// Puts results into their order.
pub fn rank<T>(results: &mut [T], key: impl Fn(&T) -> (f64, &str)) {
    results.sort_by(|one, other| order(key(one), key(other)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BIAS: Bias = Bias { alpha: 0.55, beta: 0.35, phase: 0.1, pi: true };

    fn features(embedding: &[f64], grams: &[(&str, u32)], angle: f64) -> Features {
        Features { embedding: embedding.to_vec(), ngrams: grams.iter().map(|(gram, freq)| ((*gram).to_owned(), *freq)).collect(), angle }
    }

    // rows: A206 A207 A208 A209 A210 A211
    #[test]
    fn the_score_is_the_sum_of_three_weighed_parts() {
        let query = features(&[3.0, 4.0], &[("ab", 2), ("bc", 1)], 0.25);
        let candidate = features(&[3.0, 4.0], &[("ab", 1), ("cd", 1)], 0.25);
        let parts = score(&query, &candidate, &BIAS).unwrap();
        assert_eq!((parts.embedding, parts.ngram, parts.pi_phase), (0.55, 0.35 * 0.25, 0.1));
        assert_eq!(parts.score(), 0.55 + 0.35 * 0.25 + 0.1);
        let without = score(&query, &candidate, &Bias { pi: false, ..BIAS }).unwrap();
        assert_eq!(without.pi_phase, 0.0);
        assert_eq!(phase_align(0.0, std::f64::consts::PI), -1.0);
        assert_eq!(phase_align(0.0, std::f64::consts::FRAC_PI_2), 6.123_233_995_736_766e-17);
        assert_eq!(cosine(&[0.0, 0.0], &[1.0, 0.0]).unwrap(), 0.0);
        assert!(cosine(&[1.0], &[1.0, 0.0]).is_err());
        assert_eq!(std::f64::consts::PI.to_bits(), 0x4009_21fb_5444_2d18);
        assert_eq!((std::f64::consts::PI as f32).to_le_bytes(), [0xdb, 0x0f, 0x49, 0x40]);
    }

    proptest! {
        // rows: A078 A235 A436 A437 C623
        #[test]
        fn the_order_is_that_of_score_and_id_however_the_candidates_come(
            scores in prop::collection::vec(prop::sample::select(vec![1.0, 0.5, 0.0, -0.0, -1.0, 0.1]), 0..24), turn in 0usize..24
        ) {
            let mut straight: Vec<(f64, String)> = scores.iter().enumerate().map(|(i, s)| (*s, format!("doc_{}", (i * 7) % 24))).collect();
            let mut turned = straight.clone();
            if !turned.is_empty() {
                let by = turn % turned.len();
                turned.rotate_left(by);
                turned.reverse();
            }
            rank(&mut straight, |(score, id)| (*score, id.as_str()));
            rank(&mut turned, |(score, id)| (*score, id.as_str()));
            prop_assert_eq!(&straight, &turned);
            for pair in straight.windows(2) {
                prop_assert!(pair[0].0 > pair[1].0 || (pair[0].0 == pair[1].0 && pair[0].1 < pair[1].1));
            }
        }

        // rows: A432
        #[test]
        fn better_in_every_part_is_never_ranked_behind(
            low in prop::collection::vec(-1.0..=0.5f64, 1..8), gain in prop::collection::vec(0.0..=0.2f64, 8), weights in prop::collection::vec(0.0..=1.0f64, 8)
        ) {
            use crate::collapse::{Superposition, superpose};
            let high: Vec<f64> = low.iter().zip(&gain).map(|(s, g)| s + g).collect();
            let weights = &weights[..low.len()];
            // No two scores differ by more than 1.7, and conflicts are put out of reach: the lemma holds without interference only.
            let how = Superposition { normalized: false, conflict_beyond: 2.0, ..Superposition::of(weights) };
            prop_assert!(superpose(&high, &how).unwrap().score >= superpose(&low, &how).unwrap().score);
        }
    }
}
