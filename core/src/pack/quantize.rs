//! Weights as int16 and back (rows D360–D366, D498–D520).

use super::arithmetic::round_half_away;
use super::class::{Class, PerClass};

/// What 1.0 is stored as.
pub const UNIT: f64 = 32767.0;

/// A weight that is no number has no place in a lane (row D362); infinite ones are clamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("weight {0} is not a number")]
pub struct NotANumber(pub usize);

/// Stores `weights` at `scale`: clamp(w · s, −1, 1) · 32767, halves away from zero. −32768 never comes of it (row D365).
pub fn quantize(weights: &[f64], scale: f64) -> Result<Vec<i16>, NotANumber> {
    let one = |(at, &weight): (usize, &f64)| {
        let scaled = weight * scale;
        if scaled.is_nan() { Err(NotANumber(at)) } else { Ok(round_half_away(scaled.clamp(-1.0, 1.0) * UNIT) as i16) }
    };
    weights.iter().enumerate().map(one).collect()
}

/// The weight that `stored` stands for at `scale`.
pub fn dequantize(stored: i16, scale: f64) -> f64 {
    f64::from(stored) / (UNIT * scale)
}

/// Whether quantising at `scale` clips the weight (row D530: at exactly 1 it does).
pub fn is_clipped(weight: f64, scale: f64) -> bool {
    let scaled = weight * scale;
    scaled >= 1.0 || scaled <= -1.0
}

/// The scale a decoder uses for a class: the stored f32, widened; 1 without a table (rows D499, D519, D578).
pub fn decoding_scale(stored: Option<&PerClass<f32>>, class: Class) -> f64 {
    stored.map_or(1.0, |scales| f64::from(scales[class]))
}

/// The 24 bytes of a table of scales.
pub fn scale_bytes(scales: &PerClass<f64>) -> [u8; 24] {
    let mut bytes = [0; 24];
    for (slot, scale) in bytes.chunks_exact_mut(4).zip(&scales.0) {
        slot.copy_from_slice(&(*scale as f32).to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D361 D362 D363 D365 D413 D423 D498 D511 D518
    #[test]
    fn weights_are_clamped_and_rounded_half_away_from_zero() {
        assert_eq!(quantize(&[0.0, 1.0, -1.0, 0.5, -0.5, 0.25], 1.0), Ok(vec![0, 32767, -32767, 16384, -16384, 8192]));
        assert_eq!(quantize(&[2.0, -2.0, f64::INFINITY, f64::NEG_INFINITY], 1.0), Ok(vec![32767, -32767, 32767, -32767]));
        assert_eq!(quantize(&[0.0, f64::NAN], 1.0), Err(NotANumber(1)));
        // 1/1.35 of a policy weight is the first that is clipped
        assert_eq!(quantize(&[0.7407407407407407, 0.74, 1e-5], Class::Policy.scale()), Ok(vec![32767, 32734, 0]));
    }

    // rows: D364 D499 D520
    #[test]
    fn reading_divides_by_the_scale_that_is_stored() {
        assert_eq!(dequantize(32767, 1.0), 1.0);
        assert_eq!(dequantize(-16384, 1.0), -16384.0 / 32767.0);
        let stored = PerClass::of(|class| class.scale() as f32);
        let scale = decoding_scale(Some(&stored), Class::Attention);
        assert_eq!(scale, f64::from(1.15_f32));
        assert_ne!(scale, 1.15);
        assert_eq!(decoding_scale(None, Class::Policy), 1.0);
    }

    // rows: D513 D519 D577
    #[test]
    fn a_table_of_scales_is_six_floats_in_the_order_of_the_classes() {
        let bytes = scale_bytes(&PerClass::canonical_scales());
        assert_eq!(crate::hash::digest::hex(&bytes), "cdccac3f3333933fcdcc8c3f3333733f9a99593f0000803f");
    }

    /// Encoding uses the f64 scale and decoding the stored f32; the two quantise a few weights differently (row D519).
    // rows: D519 D578
    #[test]
    fn the_stored_scale_is_not_the_one_that_was_encoded_with() {
        let (exact, stored) = (1.35, f64::from(1.35_f32));
        let differ = |weight: f64| quantize(&[weight], exact) != quantize(&[weight], stored);
        let count = (0..300_000).filter(|at| differ(f64::from(*at) / 300_000.0 * 0.74)).count();
        assert!((1..3000).contains(&count), "{count}");
    }
}
