//! Round shapes as cubic Bézier curves: arcs, ellipses and rounded rectangles, for the fixes that give them a canonical form.
//!
//! Everything here is in user units and f64. A curve spans at most a quarter of its ellipse and then strays from it by less than
//! 0.0003 radii, while flattening (CANONICAL 1.5) allows about 0.001 of the drawing's extent. Trigonometry is correctly rounded, so
//! every platform writes the same digits.

use std::{f64::consts::FRAC_PI_2, fmt::Write as _};

/// A point, x and y.
pub type Point = [f64; 2];

/// The handle of a quarter circle of radius 1, as the canonical form has it for circles: 2372044937 / 2³².
pub const HANDLE: f64 = 2_372_044_937.0 / 4_294_967_296.0;

/// An elliptical arc as `A` writes it, with absolute end points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arc {
    /// Where it begins.
    pub from: Point,
    /// `rx` and `ry`; signs do not count.
    pub radii: Point,
    /// Turn of the ellipse's first axis, in degrees.
    pub rotation: f64,
    /// Whether the longer way round is meant.
    pub large: bool,
    /// Whether angles grow along it.
    pub sweep: bool,
    /// Where it ends.
    pub to: Point,
}

/// What an arc is in other terms.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawn {
    /// It ends where it begins, and is nothing at all.
    Nothing,
    /// A radius is zero: a straight line.
    Line,
    /// One to four curves, each two handles and an end point.
    Curves(Vec<[Point; 3]>),
}

impl Arc {
    /// The arc as curves (SVG 2, appendix B.2: from end points to centre, radii enlarged where they do not reach). `None` when a
    /// value on the way leaves f64.
    pub fn drawn(&self) -> Option<Drawn> {
        if self.from == self.to {
            return Some(Drawn::Nothing);
        }
        let [mut rx, mut ry] = self.radii.map(f64::abs);
        if rx == 0.0 || ry == 0.0 {
            return Some(Drawn::Line);
        }
        let (sin, cos) = turn(self.rotation);
        let half = [(self.from[0] - self.to[0]) / 2.0, (self.from[1] - self.to[1]) / 2.0];
        let [x, y] = [cos * half[0] + sin * half[1], cos * half[1] - sin * half[0]];
        let reach = (x / rx) * (x / rx) + (y / ry) * (y / ry);
        if reach > 1.0 {
            (rx, ry) = (rx * reach.sqrt(), ry * reach.sqrt());
        }
        // on the unit circle: the two ends lie at ±p from the middle of the chord, the centre at right angles to it
        let p = [x / rx, y / ry];
        let square = p[0] * p[0] + p[1] * p[1];
        let away = ((1.0 - square).max(0.0) / square).sqrt() * if self.large == self.sweep { -1.0 } else { 1.0 };
        let centre = [away * p[1], -away * p[0]];
        let [first, last] = [[p[0] - centre[0], p[1] - centre[1]], [-p[0] - centre[0], -p[1] - centre[1]]];
        let start = pxfm::f_atan2(first[1], first[0]);
        let mut swept = pxfm::f_atan2(first[0] * last[1] - first[1] * last[0], first[0] * last[0] + first[1] * last[1]);
        if self.sweep && swept < 0.0 {
            swept += 4.0 * FRAC_PI_2;
        } else if !self.sweep && swept > 0.0 {
            swept -= 4.0 * FRAC_PI_2;
        }
        if !swept.is_finite() {
            return None;
        }
        // a hair above a whole number of quarters is that number
        let count = (swept.abs() / FRAC_PI_2 - 1e-9).ceil().clamp(1.0, 4.0);
        let step = swept / count;
        let handle = 4.0 / 3.0 * pxfm::f_tan(step / 4.0);
        let middle = [(self.from[0] + self.to[0]) / 2.0, (self.from[1] + self.to[1]) / 2.0];
        let place = |[u, v]: Point| {
            let [x, y] = [rx * (u + centre[0]), ry * (v + centre[1])];
            [middle[0] + cos * x - sin * y, middle[1] + sin * x + cos * y]
        };
        let curves: Vec<_> = (0..count as usize)
            .map(|index| {
                let [a, b] = [start + step * index as f64, start + step * (index + 1) as f64];
                let [a, b] = [[pxfm::f_cos(a), pxfm::f_sin(a)], [pxfm::f_cos(b), pxfm::f_sin(b)]];
                let out = place([a[0] - handle * a[1], a[1] + handle * a[0]]);
                let back = place([b[0] + handle * b[1], b[1] - handle * b[0]]);
                [out, back, if index + 1 == count as usize { self.to } else { place(b) }]
            })
            .collect();
        curves.iter().flatten().flatten().all(|value| value.is_finite()).then_some(Drawn::Curves(curves))
    }
}

/// Sine and cosine of an angle in degrees, exact at the quarters.
fn turn(degrees: f64) -> (f64, f64) {
    let degrees = degrees.rem_euclid(360.0);
    match degrees {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        _ => (pxfm::f_sin(degrees.to_radians()), pxfm::f_cos(degrees.to_radians())),
    }
}

/// Path data of an ellipse: four curves from its rightmost point, by way of the lowest, as the canonical form draws a circle.
pub fn ellipse(centre: Point, radii: Point) -> String {
    let ([cx, cy], [rx, ry]) = (centre, radii);
    let mut pen = Pen::new(rx.abs().max(ry.abs()));
    let [hx, hy] = [rx * HANDLE, ry * HANDLE];
    pen.command('M', &[[cx + rx, cy]]);
    pen.command('C', &[[cx + rx, cy + hy], [cx + hx, cy + ry], [cx, cy + ry]]);
    pen.command('C', &[[cx - hx, cy + ry], [cx - rx, cy + hy], [cx - rx, cy]]);
    pen.command('C', &[[cx - rx, cy - hy], [cx - hx, cy - ry], [cx, cy - ry]]);
    pen.command('C', &[[cx + hx, cy - ry], [cx + rx, cy - hy], [cx + rx, cy]]);
    pen.close()
}

/// Path data of a rectangle with round corners; radii are cut to half a side (SVG 2 §10.2). Sizes are positive.
pub fn rounded_rect(corner: Point, size: Point, radii: Point) -> String {
    let ([x, y], [width, height]) = (corner, size);
    let [rx, ry] = [radii[0].abs().min(width / 2.0), radii[1].abs().min(height / 2.0)];
    let [hx, hy] = [rx * (1.0 - HANDLE), ry * (1.0 - HANDLE)];
    let (right, low) = (x + width, y + height);
    let mut pen = Pen::new(width.max(height));
    pen.command('M', &[[x + rx, y]]);
    let sides = [
        ([right - rx, y], [[right - hx, y], [right, y + hy], [right, y + ry]]),
        ([right, low - ry], [[right, low - hy], [right - hx, low], [right - rx, low]]),
        ([x + rx, low], [[x + hx, low], [x, low - hy], [x, low - ry]]),
        ([x, y + ry], [[x, y + hy], [x + hx, y], [x + rx, y]]),
    ];
    for (end, corner) in sides {
        pen.command('L', &[end]);
        pen.command('C', &corner);
    }
    pen.close()
}

/// Writes path data with as many digits as a size calls for.
pub struct Pen {
    text: String,
    decimals: usize,
}

impl Pen {
    /// A pen for a shape of about `size` user units: seven digits of it are kept.
    pub fn new(size: f64) -> Pen {
        let magnitude = if size > 0.0 { pxfm::f_log10(size).floor() } else { 0.0 };
        Pen { text: String::new(), decimals: (6.0 - magnitude).clamp(0.0, 12.0) as usize }
    }

    /// A command with its points.
    pub fn command(&mut self, letter: char, points: &[Point]) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push(letter);
        for (index, [x, y]) in points.iter().enumerate() {
            if index > 0 {
                self.text.push(' ');
            }
            self.number(*x);
            self.text.push(' ');
            self.number(*y);
        }
    }

    /// What was written.
    pub fn end(self) -> String {
        self.text
    }

    fn close(mut self) -> String {
        self.text.push('Z');
        self.text
    }

    fn number(&mut self, value: f64) {
        let from = self.text.len();
        let _ = write!(self.text, "{value:.*}", self.decimals);
        if self.decimals > 0 {
            let kept = self.text.trim_end_matches('0').trim_end_matches('.').len();
            self.text.truncate(kept.max(from + 1));
        }
        if self.text.get(from..) == Some("-0") {
            self.text.replace_range(from.., "0");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves(arc: Arc) -> Vec<[Point; 3]> {
        match arc.drawn() {
            Some(Drawn::Curves(curves)) => curves,
            other => panic!("{arc:?} is {other:?}"),
        }
    }

    fn at(from: Point, [a, b, c]: [Point; 3], t: f64) -> Point {
        [0, 1].map(|axis| {
            let s = 1.0 - t;
            s * s * s * from[axis] + 3.0 * s * s * t * a[axis] + 3.0 * s * t * t * b[axis] + t * t * t * c[axis]
        })
    }

    /// How far a point is from the ellipse round `centre`, in radii.
    fn off(point: Point, centre: Point, radii: Point, degrees: f64) -> f64 {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let [x, y] = [point[0] - centre[0], point[1] - centre[1]];
        let [u, v] = [(cos * x + sin * y) / radii[0], (cos * y - sin * x) / radii[1]];
        (u.hypot(v) - 1.0).abs()
    }

    #[test]
    fn an_arc_stays_on_its_ellipse_and_takes_the_side_its_flags_name() {
        // the four arcs between two points of one ellipse: centre, then which way
        let (radii, degrees) = ([5.0, 3.0], 30.0);
        for (large, sweep) in [(false, false), (false, true), (true, false), (true, true)] {
            let arc = Arc { from: [1.0, 2.0], radii, rotation: degrees, large, sweep, to: [4.0, 5.0] };
            let curves = curves(arc);
            assert_eq!(curves.last().map(|curve| curve[2]), Some([4.0, 5.0]));
            // the centre, by bisection-free algebra of another kind: solve for it among both candidates by testing all samples
            let samples: Vec<Point> = curves
                .iter()
                .scan(arc.from, |from, curve| {
                    let begin = std::mem::replace(from, curve[2]);
                    Some((0..=16).map(move |step| at(begin, *curve, f64::from(step) / 16.0)).collect::<Vec<_>>())
                })
                .flatten()
                .collect();
            let (sin, cos) = degrees.to_radians().sin_cos();
            let squeeze = |[x, y]: Point| [(cos * x + sin * y) / radii[0], (cos * y - sin * x) / radii[1]];
            let [a, b] = [squeeze(arc.from), squeeze(arc.to)];
            let [mx, my] = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
            let chord = (a[0] - b[0]).hypot(a[1] - b[1]) / 2.0;
            let lift = (1.0 - chord * chord).sqrt();
            let normal = [-(b[1] - a[1]) / (2.0 * chord), (b[0] - a[0]) / (2.0 * chord)];
            let fitting = [lift, -lift].map(|lift| {
                let [u, v] = [mx + lift * normal[0], my + lift * normal[1]];
                let centre = [cos * radii[0] * u - sin * radii[1] * v, sin * radii[0] * u + cos * radii[1] * v];
                samples.iter().map(|point| off(*point, centre, radii, degrees)).fold(0.0, f64::max) < 3e-4
            });
            assert_eq!(fitting.iter().filter(|fits| **fits).count(), 1, "large {large} sweep {sweep}");
            // the area to one side of the chord tells the direction, and its size the length
            let area: f64 = samples.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum::<f64>()
                + (arc.to[0] * arc.from[1] - arc.from[0] * arc.to[1]);
            assert_eq!(area > 0.0, sweep, "large {large} sweep {sweep}: {area}");
            assert_eq!(area.abs() > std::f64::consts::PI * 15.0, large, "{area}");
        }
    }

    #[test]
    fn radii_that_do_not_reach_grow_until_they_do() {
        let arc = Arc { from: [0.0, 0.0], radii: [1.0, 1.0], rotation: 0.0, large: false, sweep: true, to: [10.0, 0.0] };
        let curves = curves(arc);
        assert_eq!(curves.len(), 2);
        let top = curves[0][2];
        assert!((top[0] - 5.0).abs() < 1e-12 && (top[1] + 5.0).abs() < 1e-12, "{top:?}");
    }

    #[test]
    fn degenerate_arcs_are_lines_or_nothing() {
        let arc = Arc { from: [1.0, 1.0], radii: [0.0, 4.0], rotation: 0.0, large: true, sweep: true, to: [2.0, 2.0] };
        assert_eq!(arc.drawn(), Some(Drawn::Line));
        assert_eq!(Arc { to: [1.0, 1.0], ..arc }.drawn(), Some(Drawn::Nothing));
        assert_eq!(Arc { radii: [1e-300, 1e-300], to: [1e308, -1e308], ..arc }.drawn(), None);
    }

    #[test]
    fn digits_follow_the_size_of_the_shape() {
        assert_eq!(ellipse([0.0, 0.0], [2.0, 1.0]).split('C').next(), Some("M2 0 "));
        assert_eq!(rounded_rect([0.0, 0.0], [4.0, 2.0], [9.0, 0.5]).split(" C").next(), Some("M2 0 L2 0"));
        let mut pen = Pen::new(1e-4);
        pen.command('M', &[[1.25e-5, -1e-13]]);
        assert_eq!(pen.end(), "M0.0000125 0");
    }
}
