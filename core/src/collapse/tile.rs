//! Sixteen documents at a time: the kernel of the collapse, compiled for each set of instructions that a processor may have.
//!
//! A row holds one pair of vectors of each of the sixteen, component by component, so one loop serves every width of register. The
//! operations and their order are those of the reference for each document, so every choice gives its bits. No quotient and no root is
//! taken while every decision of a tile is clear without: d/√n ≥ T is decided by d·|d| against T·|T|·n. Where these come within 2⁻⁴⁵ of
//! each other, or could leave the range in which that is sound, the tile is gone through again as the reference does it.

use super::threshold::Threshold;

/// How many documents a tile holds.
pub const LANES: usize = 16;

/// The sets of instructions that the kernel is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// What every processor of the platform has.
    Plain,
    /// Registers of 256 bits on x86-64.
    Avx2,
    /// Registers of 512 bits on x86-64.
    Avx512,
}

impl Instructions {
    /// What this processor has, the widest last.
    pub fn available() -> Vec<Instructions> {
        #[allow(unused_mut, reason = "only some platforms have a choice")]
        let mut found = vec![Instructions::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx2") {
                found.push(Instructions::Avx2);
            }
            if std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("avx512dq") {
                found.push(Instructions::Avx512);
            }
        }
        found
    }

    /// The widest that this processor has.
    pub fn best() -> Instructions {
        static BEST: std::sync::OnceLock<Instructions> = std::sync::OnceLock::new();
        *BEST.get_or_init(|| Self::available().last().copied().unwrap_or(Instructions::Plain))
    }

    /// Its name, as people write it.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "aarch64")]
            Instructions::Plain => "NEON",
            #[cfg(not(target_arch = "aarch64"))]
            Instructions::Plain => "plain",
            Instructions::Avx2 => "AVX2",
            Instructions::Avx512 => "AVX-512",
        }
    }
}

/// A number as it is stored.
pub trait Element: Copy + Default + Send + Sync + 'static {
    /// Whether the product of two squared lengths, where it is not 0, always lies within [`SOUND`].
    const ALWAYS_SOUND: bool;
    /// The same number in f64.
    fn widen(self) -> f64;
}

impl Element for f32 {
    // From (2⁻¹⁴⁹)⁴ to (2·2²⁵⁶)².
    const ALWAYS_SOUND: bool = true;
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    const ALWAYS_SOUND: bool = false;
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
}

/// Within these bounds of n, squares of d and of T lose nothing that could change a clear decision.
const SOUND: std::ops::RangeInclusive<f64> = 1e-200..=1e200;

/// How close, relatively, d·|d| may come to T·|T|·n and still be clear. The reference's quotient and both sides here carry an error of a
/// few 2⁻⁵³; d itself is the same number in both.
const SLACK: f64 = 1.0 / (1_u64 << 45) as f64;

/// One pair of vectors of each of the sixteen documents. A document that has no such pair holds zeros, which are never aligned.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(64))]
pub struct Row<E> {
    /// x of the vectors that are added.
    pub ax: [E; LANES],
    /// y of the vectors that are added.
    pub ay: [E; LANES],
    /// x of their partners.
    pub bx: [E; LANES],
    /// y of their partners.
    pub by: [E; LANES],
}

/// What the pairs of a tile add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Sums {
    /// Sum of x of the aligned vectors.
    pub x: [f64; LANES],
    /// Sum of y of the aligned vectors.
    pub y: [f64; LANES],
    /// How many are aligned.
    pub aligned: [u64; LANES],
}

/// Collapses the rows of a tile.
pub fn accumulate<E: Element>(instructions: Instructions, rows: &[Row<E>], threshold: Threshold) -> Sums {
    let mut sums = Sums::default();
    each_row(instructions, rows, threshold, &mut sums, &mut []);
    sums
}

/// Which pairs of each row are aligned: bit `i` for document `i`. `into` is as long as `rows`.
pub fn alignment<E: Element>(instructions: Instructions, rows: &[Row<E>], threshold: Threshold, into: &mut [u16]) {
    each_row(instructions, rows, threshold, &mut Sums::default(), into);
}

fn each_row<E: Element>(instructions: Instructions, rows: &[Row<E>], threshold: Threshold, sums: &mut Sums, bits: &mut [u16]) {
    match instructions {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has them, as was just asked.
        Instructions::Avx512 if has_avx512() => unsafe { avx512(rows, threshold, sums, bits) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Instructions::Avx2 if has_avx2() => unsafe { avx2(rows, threshold, sums, bits) },
        _ => body(rows, threshold, sums, bits),
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("avx512dq")
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq")]
fn avx512<E: Element>(rows: &[Row<E>], threshold: Threshold, sums: &mut Sums, bits: &mut [u16]) {
    body(rows, threshold, sums, bits);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<E: Element>(rows: &[Row<E>], threshold: Threshold, sums: &mut Sums, bits: &mut [u16]) {
    body(rows, threshold, sums, bits);
}

#[inline(always)]
fn body<E: Element>(rows: &[Row<E>], threshold: Threshold, sums: &mut Sums, bits: &mut [u16]) {
    // At T = −1 every pair lies at the edge.
    if threshold.value() == -1.0 || pass::<E, false>(rows, threshold, sums, bits) {
        pass::<E, true>(rows, threshold, sums, bits);
    }
}

/// One way through the rows. Without `EXACT`, the answer says whether some decision was not clear; then `sums` and `bits` mean nothing.
#[inline(always)]
fn pass<E: Element, const EXACT: bool>(rows: &[Row<E>], threshold: Threshold, sums: &mut Sums, bits: &mut [u16]) -> bool {
    let value = threshold.value();
    let square = value * value.abs();
    let (above, below) = (square + SLACK * square.abs(), square - SLACK * square.abs());
    // A quotient below −1 counts as −1, which T = −1 admits.
    let least = if value == -1.0 { f64::NEG_INFINITY } else { value };
    let Sums { mut x, mut y, mut aligned } = Sums::default();
    let mut doubt = [0_u64; LANES];
    let mut bits = bits.iter_mut();
    for row in rows {
        let mut keep = [0_u64; LANES];
        for lane in 0..LANES {
            let (ax, ay) = (row.ax[lane].widen(), row.ay[lane].widen());
            let (bx, by) = (row.bx[lane].widen(), row.by[lane].widen());
            let d = ax * bx + ay * by;
            let n = (ax * ax + ay * ay) * (bx * bx + by * by);
            let kept = if EXACT {
                mask((n > 0.0) & (d / n.sqrt() >= least))
            } else {
                let found = d * d.abs();
                let (sure, possible) = (mask(found > above * n), mask(found > below * n));
                doubt[lane] |= sure ^ possible;
                if !E::ALWAYS_SOUND {
                    // 0 is sound where a vector is the zero vector, and not where the product fell to it.
                    doubt[lane] |=
                        mask(!((n >= *SOUND.start()) & (n <= *SOUND.end())) & !((ax == 0.0) & (ay == 0.0)) & !((bx == 0.0) & (by == 0.0)));
                }
                sure
            };
            keep[lane] = kept;
            // Adding +0 for a pair that is not aligned changes nothing: the sums start at +0 and are never −0.
            x[lane] += f64::from_bits(ax.to_bits() & kept);
            y[lane] += f64::from_bits(ay.to_bits() & kept);
            aligned[lane] = aligned[lane].wrapping_sub(kept);
        }
        if let Some(into) = bits.next() {
            *into = (0..LANES).fold(0, |all, lane| all | (((keep[lane] & 1) as u16) << lane));
        }
    }
    *sums = Sums { x, y, aligned };
    doubt.iter().fold(0, |any, lane| any | lane) != 0
}

#[inline(always)]
fn mask(set: bool) -> u64 {
    u64::from(set).wrapping_neg()
}
