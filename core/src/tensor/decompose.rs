//! A matrix in words: `translate`, `rotate` and `scale`, which have a canonical form and `matrix` has not.

use super::decimal::Decimal;

/// What stands for a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// A list of transforms; empty for the identity.
    pub text: String,
    /// Whether it is the same matrix to the last digit.
    pub exact: bool,
}

/// How far the axes may be from right angles and still count: what editors round away.
const SLANT: f64 = 1e-6;

/// The words for `matrix(a b c d e f)`, from the spellings of its numbers. `None` for a matrix that shears or collapses the plane, and for
/// numbers that cannot be written out.
pub fn words(matrix: [&str; 6]) -> Option<Words> {
    let mut exactly = [Decimal::whole(0); 6];
    let mut values = [0.0f64; 6];
    for (place, text) in matrix.iter().enumerate() {
        exactly[place] = Decimal::read(text)?;
        values[place] = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    }
    let [a, b, c, d, e, f] = exactly;
    let mut parts = Vec::new();
    if !(e.is_zero() && f.is_zero()) {
        parts.push(format!("translate({} {})", e.written()?, f.written()?));
    }
    let exact = if b.is_zero() && c.is_zero() && !a.is_zero() && !d.is_zero() {
        parts.extend(scale(a, d)?);
        true
    } else if a.is_zero() && d.is_zero() && !b.is_zero() && !c.is_zero() {
        // rotate(90)·scale(b, −c)
        parts.push("rotate(90)".to_owned());
        parts.extend(scale(b, c.negated()?)?);
        true
    } else {
        let [a, b, c, d, ..] = values;
        let (first, second) = ((a * a + b * b).sqrt(), (c * c + d * d).sqrt());
        if first == 0.0 || second == 0.0 || (a * c + b * d).abs() > SLANT * first * second {
            return None;
        }
        let turned = Decimal::read(&format!("{:.9}", pxfm::f_atan2(b, a).to_degrees()))?;
        let height = if a * d - b * c < 0.0 { -second } else { second };
        let rounded = |value: f64| Decimal::read(&format!("{value:.9}"));
        let (width, height) = (rounded(first)?, rounded(height)?);
        if width.is_zero() || height.is_zero() {
            return None;
        }
        parts.push(format!("rotate({})", turned.written()?));
        parts.extend(scale(width, height)?);
        false
    };
    Some(Words { text: parts.join(" "), exact })
}

/// `scale`, unless it does nothing.
fn scale(x: Decimal, y: Decimal) -> Option<Option<String>> {
    let one = Decimal::whole(1);
    Some(match (x == one && y == one, x == y) {
        (true, _) => None,
        (false, true) => Some(format!("scale({})", x.written()?)),
        (false, false) => Some(format!("scale({} {})", x.written()?, y.written()?)),
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    fn told(matrix: &str) -> Option<(String, bool)> {
        let numbers: Vec<&str> = matrix.split(' ').collect();
        words(<[&str; 6]>::try_from(numbers).ok()?).map(|words| (words.text, words.exact))
    }

    #[test]
    fn straight_matrices_are_exact() {
        for (matrix, wanted) in [
            ("1 0 0 1 0 0", ""),
            ("1 0 0 1 -3.50 4", "translate(-3.5 4)"),
            ("2 0 0 2 0 0", "scale(2)"),
            ("-1 0 0 1 10 0", "translate(10 0) scale(-1 1)"),
            ("0 1 -1 0 0 0", "rotate(90)"),
            ("0 -1 1 0 5 0", "translate(5 0) rotate(90) scale(-1)"),
            ("0 2 3 0 0 0", "rotate(90) scale(2 -3)"),
        ] {
            assert_eq!(told(matrix), Some((wanted.to_owned(), true)), "{matrix}");
        }
    }

    #[test]
    fn turned_matrices_are_near_and_slanted_ones_are_left() {
        assert_eq!(told("0.866025 0.5 -0.5 0.866025 0 0"), Some(("rotate(30.000011568) scale(0.99999965)".to_owned(), false)));
        for matrix in
            ["1 0 0.5 1 0 0", "1 0 0 0 0 0", "0 0 0 0 1 1", "1 1 1 1 0 0", "1 0 0 1 1e40 0", "x 0 0 1 0 0", "1e-12 1e-12 -1e-12 1e-12 0 0"]
        {
            assert_eq!(told(matrix), None, "{matrix}");
        }
    }

    #[test]
    fn words_multiply_back_to_the_matrix() {
        for [a, b, c, d] in [[0.6, 0.8, -0.8, 0.6], [0.6, 0.8, 0.8, -0.6], [-1.2, 0.5, -1.0, -2.4], [3.0, -4.0, 0.4, 0.3]] {
            let (text, _) = told(&format!("{a} {b} {c} {d} 0 0")).expect("right angles");
            let numbers: Vec<f64> = text.split(['(', ')', ' ']).filter_map(|part| part.parse().ok()).collect();
            let (sin, cos) = numbers[0].to_radians().sin_cos();
            let scales = numbers.get(1..).unwrap_or_default();
            let [x, y] = [scales.first(), scales.last()].map(|scale| scale.copied().unwrap_or(1.0));
            for (wanted, got) in [a, b, c, d].into_iter().zip([cos * x, sin * x, -sin * y, cos * y]) {
                assert!((wanted - got).abs() < 1e-7, "{text}: {wanted} {got}");
            }
        }
    }
}
