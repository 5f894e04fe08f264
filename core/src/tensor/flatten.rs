//! Curves to points (`CANONICAL` §1.5). Coordinates are in units of 2⁻³² from the corner of the drawing, below 2⁶⁰.

/// A position.
pub(super) type Place = (i64, i64);

/// Extents from this on have no canonical form, and every difference below fits in 64 bits.
pub(super) const MAX_EXTENT: i128 = 1 << 60;

/// Most halvings of one curve.
const DEPTH: u32 = 16;

/// How flat is flat enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flatness {
    /// 16 ε².
    bound: u128,
}

impl Flatness {
    /// For a drawing of that extent and `epsilon` in units of 2⁻³² of it.
    pub fn of(extent: i64, epsilon: u64) -> Self {
        let eps = ((u128::from(extent.unsigned_abs()) * u128::from(epsilon)) >> 32).max(1);
        Flatness { bound: eps.saturating_mul(eps).saturating_mul(16) }
    }

    #[inline]
    fn holds(self, x: u64, y: u64) -> bool {
        u128::from(x) * u128::from(x) + u128::from(y) * u128::from(y) <= self.bound
    }

    /// Gives the points of a cubic curve but its first.
    pub fn cubic(self, curve: [Place; 4], out: &mut impl FnMut(Place)) {
        self.cubic_at(curve, 0, out);
    }

    fn cubic_at(self, [p0, p1, p2, p3]: [Place; 4], depth: u32, out: &mut impl FnMut(Place)) {
        let bend = |a: i64, b: i64, c: i64, d: i64| (3 * b - 2 * a - d).unsigned_abs().max((3 * c - 2 * d - a).unsigned_abs());
        if depth == DEPTH || self.holds(bend(p0.0, p1.0, p2.0, p3.0), bend(p0.1, p1.1, p2.1, p3.1)) {
            return out(p3);
        }
        let (left, middle, right) = (mid(p0, p1), mid(p1, p2), mid(p2, p3));
        let (near, far) = (mid(left, middle), mid(middle, right));
        let split = mid(near, far);
        self.cubic_at([p0, left, near, split], depth + 1, out);
        self.cubic_at([split, far, right, p3], depth + 1, out);
    }

    /// Gives the points of a quadratic curve but its first.
    pub fn quadratic(self, curve: [Place; 3], out: &mut impl FnMut(Place)) {
        self.quadratic_at(curve, 0, out);
    }

    fn quadratic_at(self, [p0, p1, p2]: [Place; 3], depth: u32, out: &mut impl FnMut(Place)) {
        let bend = |a: i64, b: i64, c: i64| (a - 2 * b + c).unsigned_abs();
        if depth == DEPTH || self.holds(bend(p0.0, p1.0, p2.0), bend(p0.1, p1.1, p2.1)) {
            return out(p2);
        }
        let (left, right) = (mid(p0, p1), mid(p1, p2));
        let split = mid(left, right);
        self.quadratic_at([p0, left, split], depth + 1, out);
        self.quadratic_at([split, right, p2], depth + 1, out);
    }
}

#[inline]
fn mid(a: Place, b: Place) -> Place {
    ((a.0 + b.0) >> 1, (a.1 + b.1) >> 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EPSILON: u64 = 1 << 22;

    fn points(extent: i64, curve: &[Place]) -> Vec<Place> {
        let (flat, mut out) = (Flatness::of(extent, EPSILON), Vec::new());
        match *curve {
            [a, b, c] => flat.quadratic([a, b, c], &mut |place| out.push(place)),
            [a, b, c, d] => flat.cubic([a, b, c, d], &mut |place| out.push(place)),
            _ => unreachable!(),
        }
        out
    }

    /// The rule as written, over an explicit list of pieces and in 128 bits, for any degree.
    fn as_written(extent: i64, curve: &[Place]) -> Vec<Place> {
        let eps = (i128::from(extent) * i128::from(EPSILON) / (1 << 32)).max(1);
        let mut open = vec![(curve.iter().map(|place| [i128::from(place.0), i128::from(place.1)]).collect::<Vec<_>>(), 0)];
        let mut out = Vec::new();
        while let Some((p, depth)) = open.pop() {
            let sum: i128 = (0..2)
                .map(|axis| {
                    let p: Vec<_> = p.iter().map(|place| place[axis]).collect();
                    let bend = if p.len() == 4 {
                        (3 * p[1] - 2 * p[0] - p[3]).abs().max((3 * p[2] - 2 * p[3] - p[0]).abs())
                    } else {
                        (p[0] - 2 * p[1] + p[2]).abs()
                    };
                    bend * bend
                })
                .sum();
            if sum <= 16 * eps * eps || depth == 16 {
                let last = p.last().unwrap();
                out.push((last[0] as i64, last[1] as i64));
                continue;
            }
            // de Casteljau's triangle: its left edge is the first half, its right edge the second
            let (mut left, mut right, mut row) = (vec![], vec![], p);
            while !row.is_empty() {
                left.push(row[0]);
                right.push(row[row.len() - 1]);
                row = row.windows(2).map(|pair| [0, 1].map(|axis| (pair[0][axis] + pair[1][axis]).div_euclid(2))).collect();
            }
            right.reverse();
            open.push((right, depth + 1));
            open.push((left, depth + 1));
        }
        out
    }

    // rows: B167
    #[test]
    fn a_straight_curve_is_one_segment_and_a_bent_one_is_halved() {
        let third = 1 << 40;
        assert_eq!(points(3 * third, &[(0, 0), (third, 0), (2 * third, 0), (3 * third, 0)]), [(3 * third, 0)]);
        assert_eq!(points(3 * third, &[(0, 0), (third, third), (2 * third, 0)]).len() % 2, 0);
        // depth 16 at most, whatever the tolerance: a curve a thousand million times as large as ε
        let fine = Flatness { bound: 16 };
        let mut count = 0;
        fine.cubic([(0, 0), (0, 1 << 59), (1 << 59, 1 << 59), (1 << 59, 0)], &mut |_| count += 1);
        assert_eq!(count, 1 << 16);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        // rows: B167 B169
        #[test]
        fn subdivision_is_that_of_the_rule(bits in 3u32..60, curve in prop::collection::vec((any::<u64>(), any::<u64>()), 3..=4)) {
            let curve: Vec<_> = curve.iter().map(|(x, y)| ((x >> (64 - bits)) as i64, (y >> (64 - bits)) as i64)).collect();
            let extent = curve.iter().flat_map(|place| [place.0, place.1]).max().unwrap();
            prop_assert_eq!(points(extent, &curve), as_written(extent, &curve));
        }
    }
}
