//! The transcendental functions, each meaning its correctly rounded f64 value on every platform (`DECISIONS` 21).
//!
//! The standard library's differ between systems in the last bit; the golden vectors of `tests/golden/` hold these.

/// The angle from 0 to π whose cosine is `x`; NaN outside [−1, 1].
pub fn acos(x: f64) -> f64 {
    pxfm::f_acos(x)
}

/// Cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    pxfm::f_cos(x)
}

/// Sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    pxfm::f_sin(x)
}

/// Hyperbolic tangent.
pub fn tanh(x: f64) -> f64 {
    pxfm::f_tanh(x)
}

/// The angle from −π to π of the point (`x`, `y`).
pub fn atan2(y: f64, x: f64) -> f64 {
    pxfm::f_atan2(y, x)
}

/// 2π as the texts write it: 6.283185307179586 (`DECISIONS` 56).
pub const FULL_TURN: f64 = std::f64::consts::TAU;
