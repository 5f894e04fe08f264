//! The canonical tensor as numbers: elements, their points, and what is derived from the points alone (`CANONICAL` §1, §3).
//!
//! A model knows neither XML nor bytes: drawings, canonical texts and lane files are read into it and written from it. Positions lie in
//! the box 0 to 65536 on each axis. Nothing here asks whether a model is lawful; see [`super::graph`] for how elements hang together.

use std::ops::Range;

/// A position in the normalised box: each coordinate is 0 to [`ONE`], in units of 1/65536.
pub type Point = (i32, i32);

/// One, in units of 1/65536.
pub const ONE: i32 = 1 << 16;
/// Full opacity, in units of 1/2048.
pub const FULL_OPACITY: u16 = 2048;
/// Greatest rank: groups around an element (`CANONICAL` §1.8).
pub const MAX_RANK: u16 = 500;
/// Most points of a model. Vertex numbers, sums of turns and sizes of lanes stay far inside their types.
pub const MAX_POINTS: usize = 1 << 26;

/// A tensor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Model {
    /// Width of the drawing in units of 1/65536, 0 to 2³¹ − 1.
    pub sx: i32,
    /// Height of the drawing, likewise.
    pub sy: i32,
    /// The elements in their order.
    pub elements: Vec<Element>,
    /// The points of all elements, each element's in one piece, in the order of the elements.
    pub points: Vec<Point>,
}

/// One element: an open or closed line through points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// Its name, four bytes.
    pub id4: [u8; 4],
    /// Its first point, an index into [`Model::points`].
    pub start: u32,
    /// One past its last point.
    pub end: u32,
    /// Confidence, in units of 1/65536, 0 to 2³¹ − 1.
    pub stroke_width: i32,
    /// Magnitude of its transform, in units of 1/65536, greater than 0.
    pub transform_mag: i32,
    /// Groups around it.
    pub rank: u16,
    /// Opacity, in units of 1/2048, 0 to [`FULL_OPACITY`].
    pub opacity_q11: u16,
    /// Whether a last segment leads from its last point to its first.
    pub closed: bool,
}

impl Element {
    /// Where its points are in [`Model::points`].
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many points it has.
    pub fn len(&self) -> usize {
        self.range().len()
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.range().is_empty()
    }

    /// How many segments it has, the closing one included.
    pub fn segments(&self) -> usize {
        match self.len() {
            0 => 0,
            len => len - 1 + usize::from(self.closed),
        }
    }
}

impl Model {
    /// The points of an element; none where the element's bounds are not the model's.
    pub fn points_of(&self, element: &Element) -> &[Point] {
        self.points.get(element.range()).unwrap_or_default()
    }

    /// How many segments all elements have together.
    pub fn segments(&self) -> usize {
        self.elements.iter().map(Element::segments).sum()
    }

    /// Length of an element, in units of 1/65536 of the box. Beyond 2³¹ − 1 the element has no canonical form.
    pub fn length(&self, element: &Element) -> u64 {
        length(self.points_of(element), element.closed)
    }

    /// Mean turning of an element, in units of 1/65536; `length` is its [`Model::length`].
    pub fn curvature(&self, element: &Element, length: u64) -> i32 {
        let points = self.points_of(element);
        let turns = Turns::new(points, element.closed).map(|(_, turn)| u64::from(turn)).sum();
        mean_turn(turns, length)
    }
}

/// Length of a line through points, with the segment that closes it if it is closed.
pub fn length(points: &[Point], closed: bool) -> u64 {
    let open: u64 = points.windows(2).map(|pair| u64::from(segment_length(pair[0], pair[1]))).sum();
    match (closed, points.first(), points.last()) {
        (true, Some(&first), Some(&last)) => open + u64::from(segment_length(last, first)),
        _ => open,
    }
}

/// A sum of turns over a length, rounded half to even and held at 2³¹ − 1. No length has no turning.
pub fn mean_turn(turns: u64, length: u64) -> i32 {
    if length == 0 {
        return 0;
    }
    let mean = rhe(u128::from(turns) << 16, u128::from(length));
    i32::try_from(mean).unwrap_or(i32::MAX)
}

/// `n / d` rounded half to even; `d` is not 0.
pub(crate) fn rhe(n: u128, d: u128) -> u128 {
    let (quotient, rest) = match (u64::try_from(n), u64::try_from(d)) {
        (Ok(n), Ok(d)) => (u128::from(n / d), u128::from(n % d)),
        _ => (n / d, n % d),
    };
    let up = rest > d - rest || (rest == d - rest && quotient & 1 == 1);
    quotient + u128::from(up)
}

/// The nearest integer to the distance of two points of the box.
#[inline]
pub fn segment_length(a: Point, b: Point) -> u32 {
    let square = square(a, b);
    // exact: a square below 2⁵² has a root that is not rounded up to the next integer
    let root = (square as f64).sqrt() as u64;
    (root + u64::from(square - root * root > root)) as u32
}

#[inline]
fn square(a: Point, b: Point) -> u64 {
    let (x, y) = (i64::from(b.0) - i64::from(a.0), i64::from(b.1) - i64::from(a.1));
    (x * x + y * y) as u64
}

/// The turn at `b` of the way from `a` over `b` to `c`: |sin| in units of 1/65536, and from 65536 up beyond a right angle. The three
/// points lie in the box, and `b` is neither of its neighbours.
#[inline]
pub fn turn(a: Point, b: Point, c: Point) -> u32 {
    let (ux, uy) = (i64::from(b.0) - i64::from(a.0), i64::from(b.1) - i64::from(a.1));
    let (vx, vy) = (i64::from(c.0) - i64::from(b.0), i64::from(c.1) - i64::from(b.1));
    let cross = (ux * vy - uy * vx).unsigned_abs();
    let dot = ux * vx + uy * vy;
    let (uu, vv) = (square(a, b), square(b, c));
    if uu == 0 || vv == 0 {
        return 0;
    }
    // floor(65536 · cross / √(uu·vv)). The quotient is taken in f64 and trusted only away from integers, where its error of some
    // 2⁻³⁵ cannot change the floor; near them the integers decide.
    let near = 65536.0 * cross as f64 / (uu as f64 * vv as f64).sqrt();
    let mut sine = near as u64;
    let rest = near - sine as f64;
    if !(1e-6..=1.0 - 1e-6).contains(&rest) {
        let (wanted, scale) = ((u128::from(cross) * u128::from(cross)) << 32, u128::from(uu) * u128::from(vv));
        let fits = |sine: u64| u128::from(sine * sine) * scale <= wanted;
        if !fits(sine) {
            sine = sine.saturating_sub(1);
        } else if fits(sine + 1) {
            sine += 1;
        }
    }
    let sine = sine as u32;
    if dot < 0 { 131_072 - sine } else { sine }
}

/// The turns of a line: index of the point, and the turn there. An open line turns at its inner points, a closed one at all.
#[derive(Debug, Clone)]
pub struct Turns<'p> {
    points: &'p [Point],
    at: usize,
    end: usize,
}

impl<'p> Turns<'p> {
    /// The turns of a line through `points`, from the first on.
    pub fn new(points: &'p [Point], closed: bool) -> Self {
        let inner = usize::from(!closed);
        let (at, end) = if points.len() < 2 { (0, 0) } else { (inner, points.len() - inner) };
        Turns { points, at, end }
    }
}

impl Iterator for Turns<'_> {
    type Item = (usize, u32);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let (at, points) = (self.at, self.points);
        self.at += 1;
        let before = if at == 0 { points.last()? } else { points.get(at - 1)? };
        let after = points.get(at + 1).or(points.first())?;
        Some((at, turn(*before, *points.get(at)?, *after)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `CANONICAL` §3 as written, in integers alone.
    fn turn_as_written(a: Point, b: Point, c: Point) -> u32 {
        let u = (i128::from(b.0 - a.0), i128::from(b.1 - a.1));
        let v = (i128::from(c.0 - b.0), i128::from(c.1 - b.1));
        let cross = u.0 * v.1 - u.1 * v.0;
        let scale = (u.0 * u.0 + u.1 * u.1) * (v.0 * v.0 + v.1 * v.1);
        let t = ((cross * cross) << 32).div_euclid(scale).isqrt();
        let t = if u.0 * v.0 + u.1 * v.1 < 0 { 131_072 - t } else { t };
        u32::try_from(t).unwrap()
    }

    fn length_as_written(a: Point, b: Point) -> u32 {
        let s = i128::from(b.0 - a.0).pow(2) + i128::from(b.1 - a.1).pow(2);
        let f = s.isqrt();
        u32::try_from(if s - f * f > f { f + 1 } else { f }).unwrap()
    }

    // rows: B121 B120
    #[test]
    fn right_and_flat_angles_turn_exactly() {
        for (points, wanted) in [
            ([(0, 0), (1, 0), (2, 0)], 0),
            ([(0, 0), (1, 0), (1, 1)], 65_536),
            ([(0, 0), (1, 0), (0, 0)], 131_072),
            ([(0, 0), (65_536, 0), (65_536, 65_536)], 65_536),
            ([(0, 0), (65_536, 65_535), (0, 1)], turn_as_written((0, 0), (65_536, 65_535), (0, 1))),
            // 45°: floor(65536/√2)
            ([(0, 0), (5, 0), (6, 1)], 46_340),
            ([(0, 0), (5, 0), (4, 1)], 131_072 - 46_340),
        ] {
            assert_eq!(turn(points[0], points[1], points[2]), wanted, "{points:?}");
        }
        assert_eq!(segment_length((0, 0), (65_536, 65_536)), 92_682);
        assert_eq!(segment_length((0, 0), (1, 1)), 1);
        assert_eq!(segment_length((0, 0), (3, 4)), 5);
    }

    // rows: B121
    #[test]
    fn a_square_turns_at_each_corner_and_an_open_one_inside() {
        let points = [(0, 0), (4, 0), (4, 4), (0, 4)];
        assert_eq!(Turns::new(&points, true).collect::<Vec<_>>(), [(0, 65_536), (1, 65_536), (2, 65_536), (3, 65_536)]);
        assert_eq!(Turns::new(&points, false).collect::<Vec<_>>(), [(1, 65_536), (2, 65_536)]);
        assert_eq!(Turns::new(&points[..2], true).collect::<Vec<_>>(), [(0, 131_072), (1, 131_072)]);
        assert_eq!(Turns::new(&points[..2], false).count(), 0);
        assert_eq!((length(&points, true), length(&points, false)), (16, 12));
        assert_eq!(mean_turn(3, 2 << 16), 2, "one and a half rounds to even");
        assert_eq!(mean_turn(5, 2 << 16), 2, "two and a half too");
        assert_eq!(mean_turn(u64::MAX >> 16, 1), i32::MAX);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(20_000))]

        // rows: B120 B121
        #[test]
        fn turns_and_lengths_are_those_of_the_integers(a in point(), b in point(), c in point()) {
            proptest::prop_assert_eq!(segment_length(a, b), length_as_written(a, b));
            proptest::prop_assume!(a != b && b != c);
            proptest::prop_assert_eq!(turn(a, b, c), turn_as_written(a, b, c));
        }
    }

    /// Points of the whole box, of a small corner, and of a lattice, where right and half angles are common.
    fn point() -> impl proptest::strategy::Strategy<Value = Point> {
        use proptest::prelude::*;
        prop_oneof![
            (0..=ONE, 0..=ONE),
            (0..4, 0..4),
            (0..=8, 0..=8).prop_map(|(x, y)| (x * 8192, y * 8192)),
            (0..=2, 0..=ONE).prop_map(|(x, y)| (x * 32_768, y)),
        ]
    }
}
