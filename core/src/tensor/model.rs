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
        self.measures(element).0
    }

    /// Length of an element as [`Model::length`] gives it, and its mean turning, in units of 1/65536.
    pub fn measures(&self, element: &Element) -> (u64, i32) {
        let (mut length, mut turns) = (0u64, 0u64);
        measure(self.points_of(element), element.closed, |_, segment, turn| {
            length += u64::from(segment);
            turns += u64::from(turn);
        });
        (length, mean_turn(turns, length))
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

/// Measures a line through points of the box, no two of which follow each other at the same place: gives for each segment the index of the
/// point it leaves, its length, and the turn at that point: |sin| in units of 1/65536, and from 65536 up beyond a right angle. At its first
/// point an open line does not turn, which is 0. The segment that closes a closed line comes last.
pub fn measure(points: &[Point], closed: bool, mut out: impl FnMut(usize, u32, u32)) {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else { return };
    let closing = closed.then(|| Segment::new(last, first));
    let mut before = closing.unwrap_or(Segment::NOWHERE);
    for (at, pair) in points.windows(2).enumerate() {
        let segment = Segment::new(pair[0], pair[1]);
        out(at, segment.length(), before.turn(&segment));
        before = segment;
    }
    if let Some(closing) = closing {
        out(points.len() - 1, closing.length(), before.turn(&closing));
    }
}

/// The nearest integer to the distance of two points of the box.
pub fn distance(a: Point, b: Point) -> u32 {
    Segment::new(a, b).length()
}

/// A straight way between two points of the box.
#[derive(Debug, Clone, Copy)]
struct Segment {
    x: i64,
    y: i64,
    square: u64,
    /// Of `square`.
    root: f64,
}

impl Segment {
    const NOWHERE: Segment = Segment { x: 0, y: 0, square: 0, root: 0.0 };

    #[inline]
    fn new(a: Point, b: Point) -> Self {
        let (x, y) = (i64::from(b.0) - i64::from(a.0), i64::from(b.1) - i64::from(a.1));
        let square = (x * x + y * y) as u64;
        Segment { x, y, square, root: (square as f64).sqrt() }
    }

    /// The nearest integer to the length.
    #[inline]
    fn length(&self) -> u32 {
        // exact: a square below 2⁵² has a root that is not rounded up to the next integer
        let root = self.root as u32;
        root + u32::from(self.square - u64::from(root) * u64::from(root) > u64::from(root))
    }

    /// The turn from this way to the next; 0 where one of them leads nowhere.
    #[inline]
    fn turn(&self, next: &Segment) -> u32 {
        if self.square == 0 || next.square == 0 {
            return 0;
        }
        let cross = (self.x * next.y - self.y * next.x).unsigned_abs();
        let dot = self.x * next.x + self.y * next.y;
        // floor(65536 · cross / √(uu·vv)). The quotient is taken in f64 and trusted only away from integers, where its error of some
        // 2⁻³⁵ cannot change the floor; near them the integers decide.
        let near = 65536.0 * cross as f64 / (self.root * next.root);
        let mut sine = near as u32;
        let rest = near - f64::from(sine);
        if !(1e-6..=1.0 - 1e-6).contains(&rest) {
            sine = exact_sine(sine, cross, u128::from(self.square) * u128::from(next.square));
        }
        if dot < 0 { 131_072 - sine } else { sine }
    }
}

/// floor(65536 · cross / √scale) from a number that is at most one off.
fn exact_sine(near: u32, cross: u64, scale: u128) -> u32 {
    let wanted = (u128::from(cross) * u128::from(cross)) << 32;
    let fits = |sine: u32| u128::from(u64::from(sine) * u64::from(sine)) * scale <= wanted;
    if !fits(near) {
        near.saturating_sub(1)
    } else if fits(near + 1) {
        near + 1
    } else {
        near
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

    /// Length and turn of each segment.
    fn measured(points: &[Point], closed: bool) -> Vec<(u32, u32)> {
        let mut out = Vec::new();
        measure(points, closed, |at, length, turn| {
            assert_eq!(at, out.len());
            out.push((length, turn));
        });
        out
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
            assert_eq!(measured(&points, false)[1].1, wanted, "{points:?}");
        }
        assert_eq!(distance((0, 0), (65_536, 65_536)), 92_682);
        assert_eq!(distance((0, 0), (1, 1)), 1);
        assert_eq!(distance((0, 0), (3, 4)), 5);
    }

    // rows: B121
    #[test]
    fn a_square_turns_at_each_corner_and_an_open_one_inside() {
        let points = [(0, 0), (4, 0), (4, 4), (0, 4)];
        assert_eq!(measured(&points, true), [(4, 65_536); 4]);
        assert_eq!(measured(&points, false), [(4, 0), (4, 65_536), (4, 65_536)]);
        assert_eq!(measured(&points[..2], true), [(4, 131_072); 2]);
        assert_eq!(measured(&points[..2], false), [(4, 0)]);
        assert_eq!(measured(&points[..1], false), []);
        assert_eq!(measured(&[], true), []);
        assert_eq!(mean_turn(3, 2 << 16), 2, "one and a half rounds to even");
        assert_eq!(mean_turn(5, 2 << 16), 2, "two and a half too");
        assert_eq!(mean_turn(u64::MAX >> 16, 1), i32::MAX);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(20_000))]

        // rows: B120 B121
        #[test]
        fn turns_and_lengths_are_those_of_the_integers(a in point(), b in point(), c in point()) {
            proptest::prop_assert_eq!(distance(a, b), length_as_written(a, b));
            proptest::prop_assume!(a != b && b != c);
            let lengths = (length_as_written(a, b), length_as_written(b, c), length_as_written(c, a));
            proptest::prop_assert_eq!(measured(&[a, b, c], false), [(lengths.0, 0), (lengths.1, turn_as_written(a, b, c))]);
            proptest::prop_assume!(c != a);
            let turns = (turn_as_written(c, a, b), turn_as_written(a, b, c), turn_as_written(b, c, a));
            proptest::prop_assert_eq!(measured(&[a, b, c], true), [(lengths.0, turns.0), (lengths.1, turns.1), (lengths.2, turns.2)]);
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
