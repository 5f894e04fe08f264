//! Transforms as matrices in units of 2⁻³², in integers alone (`CANONICAL` §1.3).

use super::{
    fault::{At, Fault, Name, Stop},
    transform::{Function, Transform, Transforms},
};

/// `x' = a·x + c·y + e`, `y' = b·x + d·y + f`; all in units of 2⁻³².
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Matrix {
    pub a: i128,
    pub b: i128,
    pub c: i128,
    pub d: i128,
    pub e: i128,
    pub f: i128,
}

/// One, in units of 2⁻³².
pub(super) const ONE: i128 = 1 << 32;

/// `n / 2³²` rounded half to even.
#[inline]
pub(super) fn shift32(n: i128) -> i128 {
    let (floor, rest) = (n >> 32, n & 0xffff_ffff);
    floor + i128::from(rest > 1 << 31 || (rest == 1 << 31 && floor & 1 == 1))
}

/// `n / d` rounded half to even; `d` is greater than 0.
pub(super) fn rhe(n: i128, d: i128) -> i128 {
    let (floor, rest) = (n.div_euclid(d), n.rem_euclid(d));
    floor + i128::from(rest > d - rest || (rest == d - rest && floor & 1 == 1))
}

/// `a·x + c·y`, rounded once; `None` beyond 128 bits.
#[inline]
pub(super) fn sum_of_products(a: i128, x: i128, c: i128, y: i128) -> Option<i128> {
    Some(shift32(a.checked_mul(x)?.checked_add(c.checked_mul(y)?)?))
}

impl Matrix {
    /// Leaves everything where it is.
    pub const IDENTITY: Matrix = Matrix { a: ONE, b: 0, c: 0, d: ONE, e: 0, f: 0 };

    fn translate(x: i128, y: i128) -> Self {
        Matrix { e: x, f: y, ..Self::IDENTITY }
    }

    /// Whether it moves and does nothing else.
    pub fn moves_only(&self) -> bool {
        (self.a, self.b, self.c, self.d) == (ONE, 0, 0, ONE)
    }

    /// `self · inner`: what `inner` does, and then what `self` does. `None` beyond 128 bits.
    pub fn then(&self, inner: &Matrix) -> Option<Matrix> {
        Some(Matrix {
            a: sum_of_products(self.a, inner.a, self.c, inner.b)?,
            b: sum_of_products(self.b, inner.a, self.d, inner.b)?,
            c: sum_of_products(self.a, inner.c, self.c, inner.d)?,
            d: sum_of_products(self.b, inner.c, self.d, inner.d)?,
            e: sum_of_products(self.a, inner.e, self.c, inner.f)?.checked_add(self.e)?,
            f: sum_of_products(self.b, inner.e, self.d, inner.f)?.checked_add(self.f)?,
        })
    }

    /// √|det| in units of 2⁻¹⁶, rounded half to even after the root is taken down to units of 2⁻³²; `None` beyond 128 bits.
    pub fn magnitude(&self) -> Option<i128> {
        let det = self.a.checked_mul(self.d)?.checked_sub(self.b.checked_mul(self.c)?)?;
        Some(rhe(i128::try_from(det.unsigned_abs().isqrt()).ok()?, 1 << 16))
    }

    /// The matrix of a `transform`, the list multiplied from left to right.
    pub fn of_list(value: &str, at: At) -> Result<Matrix, Stop> {
        let mut product = Self::IDENTITY;
        for item in Transforms::new(value) {
            let transform = item.map_err(|fault| Fault::new(Name::Illegal, at.bytes(fault.span), fault.to_string()))?;
            let one = Self::of(&transform, value, at)?;
            product = product.then(&one).ok_or(Stop::Wide(at.bytes(transform.span)))?;
        }
        Ok(product)
    }

    fn of(transform: &Transform, value: &str, at: At) -> Result<Matrix, Stop> {
        if let Function::Matrix | Function::SkewX | Function::SkewY = transform.function {
            let message = format!(
                "`{}` is not resolved by the canonical form, only `translate`, `scale` and `rotate` are",
                transform.function.name()
            );
            return Err(Fault::new(Name::Transform, at.bytes(transform.span), message).into());
        }
        let mut numbers = [0i128; 3];
        for (slot, number) in numbers.iter_mut().zip(transform.arguments()) {
            let beyond = || Fault::new(Name::Range, at.bytes(number.span()), super::lower::beyond(number.text(value)));
            let q32 = number.q32(value).ok_or_else(beyond)?;
            *slot = i128::from(q32);
        }
        let [x, y, z] = numbers;
        let count = transform.arguments().len();
        Ok(match transform.function {
            Function::Translate => Self::translate(x, y),
            Function::Scale => Matrix { a: x, d: if count == 1 { x } else { y }, ..Self::IDENTITY },
            _ => {
                let (sin, cos) = sine_cosine(x);
                let turn = Matrix { a: cos, b: sin, c: -sin, d: cos, e: 0, f: 0 };
                let around = |turn: Matrix| Self::translate(y, z).then(&turn)?.then(&Self::translate(-y, -z));
                if count == 3 { around(turn).ok_or(Stop::Wide(at.bytes(transform.span)))? } else { turn }
            }
        })
    }
}

/// Sine and cosine of an angle in degrees, both in units of 2⁻³²: the quarter turns exactly, the rest by the series of `CANONICAL` §1.3.
fn sine_cosine(degrees: i128) -> (i128, i128) {
    /// π in units of 2⁻⁶⁰.
    const PI: i128 = 3_622_009_729_038_561_421;
    const QUARTER: i128 = 90 * ONE;
    let turned = degrees.rem_euclid(4 * QUARTER);
    let (quarter, rest) = (turned / QUARTER, turned % QUARTER);
    let (sin, cos) = if rest == 0 {
        (0, ONE)
    } else {
        let r = rest * PI / (180 * ONE);
        let square = (r * r) >> 60;
        let series = |mut term: i128, mut k: i128| {
            let (mut sum, mut negative) = (0, false);
            while term != 0 {
                sum += if negative { -term } else { term };
                negative = !negative;
                term = ((term * square) >> 60) / ((k + 1) * (k + 2));
                k += 2;
            }
            rhe(sum, 1 << 28)
        };
        (series(r, 1), series(1 << 60, 0))
    };
    match quarter {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(value: &str) -> Matrix {
        Matrix::of_list(value, At::default()).unwrap()
    }

    // rows: B162 B163
    #[test]
    fn quarter_turns_are_exact_and_others_within_a_unit() {
        for (degrees, sin, cos) in [(0, 0, 1), (90, 1, 0), (180, 0, -1), (270, -1, 0), (-90, -1, 0), (450, 1, 0), (-720, 0, 1)] {
            assert_eq!(sine_cosine(degrees * ONE), (sin * ONE, cos * ONE), "{degrees}");
        }
        assert_eq!(sine_cosine(30 * ONE).0, 1 << 31, "sin 30° is a half");
        for degrees in -400i32..400 {
            let (sin, cos) = sine_cosine(i128::from(degrees) * ONE / 3);
            let angle = (f64::from(degrees) / 3.0).to_radians();
            assert!((sin as f64 - angle.sin() * 4_294_967_296.0).abs() <= 1.5, "{degrees}/3");
            assert!((cos as f64 - angle.cos() * 4_294_967_296.0).abs() <= 1.5, "{degrees}/3");
        }
    }

    // rows: B163
    #[test]
    fn lists_are_multiplied_from_the_left() {
        let matrix = list("translate(10 20) scale(2 3) rotate(90)");
        // rotate first: (1, 0) → (0, 1), then scale → (0, 3), then move
        assert_eq!((matrix.a + matrix.e, matrix.b + matrix.f), (10 * ONE, 23 * ONE));
        assert_eq!(list("rotate(90 1 2)"), list("translate(1 2) rotate(90) translate(-1 -2)"));
        assert_eq!(list("scale(2)"), list("scale(2 2)"));
        assert_eq!(list("translate(4)"), list("translate(4,0)"));
        assert_eq!(list(""), Matrix::IDENTITY);
    }

    // rows: B165
    #[test]
    fn the_magnitude_is_the_root_of_the_area() {
        for (value, wanted) in [
            ("", 65_536),
            ("scale(2 3)", 160_530),
            ("scale(-1 1)", 65_536),
            ("scale(0)", 0),
            ("scale(4)", 4 * 65_536),
            ("rotate(90) translate(5)", 65_536),
            ("scale(0.000001)", 0),
            ("scale(16777216)", 1 << 40),
        ] {
            assert_eq!(list(value).magnitude(), Some(wanted), "{value}");
        }
        let huge = (0..20).try_fold(Matrix::IDENTITY, |product, _| product.then(&list("scale(16777216 1e-6)")));
        assert!(huge.is_none_or(|huge| huge.magnitude().is_none()), "beyond 128 bits");
    }

    // rows: B162
    #[test]
    fn what_is_not_resolved_is_named_with_its_place() {
        for (value, name, text) in [
            ("scale(1)matrix(1 0 0 1 0 0)", Name::Transform, "matrix(1 0 0 1 0 0)"),
            ("skewX(0)", Name::Transform, "skewX(0)"),
            ("rotate(45deg)", Name::Illegal, "deg"),
            ("translate(16777217)", Name::Range, "16777217"),
            ("turn(1)", Name::Illegal, "turn"),
            ("translate(1,2,3)", Name::Illegal, "translate(1,2,3)"),
        ] {
            let Err(Stop::Fault(fault)) = Matrix::of_list(value, At::default()) else { panic!("{value}") };
            assert_eq!((fault.name, &value[fault.at.span.unwrap().range()]), (name, text));
        }
    }
}
