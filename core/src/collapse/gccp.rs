//! The collapse of a list of vectors against another: the reference that everything else is held to (§12.4, §12.6, `DECISIONS` 17, 54, 55).

use super::error::{CollapseError, equal_lengths};
use super::threshold::Threshold;

/// A vector of the plane: x, y.
pub type Vector = [f64; 2];

/// What vectors collapse to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Collapse {
    /// Cosine between the sum of the aligned vectors and the x axis, in [−1, 1]; 0 where that sum is the zero vector.
    pub score: f64,
    /// How many pairs are aligned.
    pub aligned: usize,
    /// The sum of the aligned vectors.
    pub sum: Vector,
}

/// Collapses `a` against `b`, read in parallel: the vectors of `a` whose angle to their partner is within the tolerance are added from
/// left to right. A pair with a vector of no length counts as not aligned. No pairs give 0.
///
/// # Errors
/// Unequal lengths, a number that is not finite, and a sum beyond f64.
pub fn gccp(a: &[Vector], b: &[Vector], threshold: Threshold) -> Result<Collapse, CollapseError> {
    check(a, b)?;
    let (mut x, mut y, mut aligned) = (0.0_f64, 0.0_f64, 0);
    for (a, b) in a.iter().zip(b) {
        if is_aligned(*a, *b, threshold) {
            x += a[0];
            y += a[1];
            aligned += 1;
        }
    }
    Ok(Collapse { score: score_of_sum(x, y)?, aligned, sum: [x, y] })
}

/// Whether two vectors are aligned within the tolerance.
#[inline(always)]
pub fn is_aligned(a: Vector, b: Vector, threshold: Threshold) -> bool {
    let (d, n) = measure(a, b);
    threshold.admits(d, n)
}

/// Dot product of two vectors, and the product of their squared lengths.
#[inline(always)]
pub fn measure(a: Vector, b: Vector) -> (f64, f64) {
    (a[0] * b[0] + a[1] * b[1], (a[0] * a[0] + a[1] * a[1]) * (b[0] * b[0] + b[1] * b[1]))
}

/// Cosine of a pair, held to [−1, 1]; `None` where a vector has no length or the quotient is no number.
pub fn cosine(a: Vector, b: Vector) -> Option<f64> {
    let (d, n) = measure(a, b);
    let cosine = (d / n.sqrt()).clamp(-1.0, 1.0);
    (n > 0.0 && !cosine.is_nan()).then_some(cosine)
}

/// The score of a sum of aligned vectors.
///
/// # Errors
/// A sum that f64 could not hold.
#[inline]
pub fn score_of_sum(x: f64, y: f64) -> Result<f64, CollapseError> {
    let square = x * x + y * y;
    if square == 0.0 {
        return Ok(0.0);
    }
    let score = x / square.sqrt();
    if score.is_nan() { Err(CollapseError::Overflow { what: "the sum of the aligned vectors" }) } else { Ok(score) }
}

fn check(a: &[Vector], b: &[Vector]) -> Result<(), CollapseError> {
    equal_lengths(("vecA", a.len()), ("vecB", b.len()))?;
    for (list, vectors) in [("vecA", a), ("vecB", b)] {
        finite(list, vectors)?;
    }
    Ok(())
}

/// `Err` naming the first number of `vectors` that is not finite.
pub(super) fn finite(list: &'static str, vectors: &[Vector]) -> Result<(), CollapseError> {
    for (index, vector) in vectors.iter().enumerate() {
        if let Some(axis) = vector.iter().position(|value| !value.is_finite()) {
            return Err(CollapseError::NotFinite { list, index, axis: Some(axis), found: vector[axis] });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collapse::EPSILON;

    fn score(a: &[Vector], b: &[Vector]) -> f64 {
        gccp(a, b, Threshold::of(EPSILON).unwrap()).unwrap().score
    }

    // rows: A341 A343 A345 A392 A396
    #[test]
    fn the_three_test_vectors_of_the_text_hold() {
        let tolerance = Threshold::of(EPSILON).unwrap();
        let perfect = gccp(&[[1.0, 0.0]], &[[1.0, 0.0]], tolerance).unwrap();
        assert_eq!((perfect.score, perfect.aligned), (1.0, 1));
        let orthogonal = gccp(&[[1.0, 0.0]], &[[0.0, 1.0]], tolerance).unwrap();
        assert_eq!((orthogonal.score, orthogonal.aligned), (0.0, 0));
        let rim = [crate::collapse::math::cos(EPSILON), crate::collapse::math::sin(EPSILON)];
        let boundary = gccp(&[[1.0, 0.0]], &[rim], tolerance).unwrap();
        assert_eq!((boundary.score, boundary.aligned), (1.0, 1));
    }

    // rows: A370 A373 A374 A376 A397 A399
    #[test]
    fn only_the_first_list_is_added_and_the_axis_is_x() {
        assert_eq!(score(&[[0.0, 1.0]], &[[0.0, 1.0]]), 0.0);
        assert_eq!(score(&[[-1.0, 0.0]], &[[-1.0, 0.0]]), -1.0);
        assert_eq!(score(&[[1.0, 1.0]], &[[700.0, 701.0]]), 0.707_106_781_186_547_5);
        assert_eq!(score(&[], &[]), 0.0);
    }

    // rows: A374 A397
    #[test]
    fn a_vector_without_length_is_skipped() {
        assert_eq!(score(&[[0.0, 0.0]], &[[1.0, 0.0]]), 0.0);
        assert_eq!(score(&[[1.0, 0.0]], &[[0.0, 0.0]]), 0.0);
        assert_eq!(score(&[[0.0, 0.0], [1.0, 1.0]], &[[1.0, 0.0], [1.0, 1.0]]), 0.707_106_781_186_547_5);
    }

    // rows: A379 A380
    #[test]
    fn the_order_of_addition_is_the_order_of_the_list() {
        let there_and_back = [[1e16, 1.0], [1.0, 1.0], [-1e16, 1.0]];
        assert_eq!(gccp(&there_and_back, &there_and_back, Threshold::of(EPSILON).unwrap()).unwrap().sum, [0.0, 3.0]);
        let back_at_once = [[1e16, 1.0], [-1e16, 1.0], [1.0, 1.0]];
        assert_eq!(gccp(&back_at_once, &back_at_once, Threshold::of(EPSILON).unwrap()).unwrap().sum, [1.0, 3.0]);
    }

    // rows: A378
    #[test]
    fn a_cosine_that_rounds_beyond_one_counts_as_one() {
        let mut beyond = 0;
        for step in 1..4000_u32 {
            let v = [f64::from(step) * 0.37, f64::from(step % 91) * 1.13];
            let thrice = [v[0] * 3.0, v[1] * 3.0];
            let (d, n) = measure(v, thrice);
            beyond += u32::from(d / n.sqrt() > 1.0);
            assert!(is_aligned(v, thrice, Threshold::of(1e-7).unwrap()));
            assert!(is_aligned(v, [-thrice[0], -thrice[1]], Threshold::of(std::f64::consts::PI).unwrap()));
        }
        assert!(beyond > 0, "no vector of these shows what is tested");
    }

    // rows: A375 A371
    #[test]
    fn bad_vectors_are_refused_with_their_place() {
        let tolerance = Threshold::of(EPSILON).unwrap();
        let refused = |a: &[Vector], b: &[Vector]| gccp(a, b, tolerance).unwrap_err().pointer();
        assert_eq!(refused(&[[1.0, 0.0], [0.0, 1.0]], &[[1.0, 0.0]]).as_deref(), Some("/vecB"));
        assert_eq!(refused(&[[1.0, f64::NAN]], &[[1.0, 0.0]]).as_deref(), Some("/vecA/0/1"));
        assert_eq!(refused(&[[1.0, 0.0]; 2], &[[1.0, 0.0], [f64::NEG_INFINITY, 0.0]]).as_deref(), Some("/vecB/1/0"));
    }

    #[test]
    fn sums_beyond_f64_are_refused_and_large_ones_on_the_way_are_not() {
        let tolerance = Threshold::of(EPSILON).unwrap();
        let huge = [[1e308, 0.0]; 2];
        let unit = [[1.0, 0.0]; 2];
        // 1e308² is beyond f64, so the cosine reads 1e308 ÷ ∞ = 0: not aligned.
        assert_eq!(gccp(&huge, &unit, tolerance).unwrap().aligned, 0);
        let wide = Threshold::of(2.0).unwrap();
        assert!(matches!(gccp(&huge, &unit, wide), Err(CollapseError::Overflow { .. })));
        let once = gccp(&huge[..1], &unit[..1], wide).unwrap();
        assert_eq!((once.score.to_bits(), once.aligned), (0.0_f64.to_bits(), 1));
    }
}
