//! Round shapes as cubic Bézier curves: arcs, ellipses and rounded rectangles, for the fixes that give them a canonical form.
//!
//! Everything here is in user units and f64. A curve spans at most a quarter of its ellipse and then strays from it by less than
//! 0.0003 radii, while flattening (CANONICAL 1.5) allows about 0.001 of the drawing's extent. Trigonometry is correctly rounded, so
//! every platform writes the same digits.

use std::f64::consts::FRAC_PI_2;

use super::{decimal::Decimal, path_data::Commands};
use crate::text::Span;

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

/// Path data of an ellipse from the spellings of `cx`, `cy`, `rx` and `ry`: four curves from its rightmost point, by way of the lowest, as
/// the canonical form draws a circle. The four outermost points are exact. `None` where a number cannot be read or is not above 0.
pub fn ellipse(centre: [&str; 2], radii: [&str; 2]) -> Option<String> {
    let [cx, cy] = [Decimal::read(centre[0])?, Decimal::read(centre[1])?];
    let [rx, ry] = [positive(radii[0])?, positive(radii[1])?];
    let [left, right, top, low] = [cx.minus(rx)?, cx.plus(rx)?, cy.minus(ry)?, cy.plus(ry)?];
    let [x, y, a, b] = [number(cx)?, number(cy)?, number(rx)?, number(ry)?];
    let [hx, hy] = [a * HANDLE, b * HANDLE];
    let mut pen = Pen::new(a.max(b));
    pen.exact('M', [right, cy])?;
    pen.curve([[x + a, y + hy], [x + hx, y + b]], [cx, low])?;
    pen.curve([[x - hx, y + b], [x - a, y + hy]], [left, cy])?;
    pen.curve([[x - a, y - hy], [x - hx, y - b]], [cx, top])?;
    pen.curve([[x + hx, y - b], [x + a, y - hy]], [right, cy])?;
    Some(pen.closed())
}

/// Path data of a rectangle with round corners, from the spellings of its numbers; radii are cut to half a side (SVG 2 §10.2). What lies on
/// its sides is exact. `None` where a number cannot be read, or a size or radius is not above 0.
pub fn rounded_rect(corner: [&str; 2], size: [&str; 2], radii: [&str; 2]) -> Option<String> {
    let half = Decimal::read("0.5")?;
    let [x, y] = [Decimal::read(corner[0])?, Decimal::read(corner[1])?];
    let [width, height] = [positive(size[0])?, positive(size[1])?];
    let cut = |radius: Decimal, side: Decimal| {
        let most = side.times(half)?;
        Some(if number(radius)? > number(most)? { most } else { radius })
    };
    let [rx, ry] = [cut(positive(radii[0])?, width)?, cut(positive(radii[1])?, height)?];
    let (right, low) = (x.plus(width)?, y.plus(height)?);
    let [inner_left, inner_right, inner_top, inner_low] = [x.plus(rx)?, right.minus(rx)?, y.plus(ry)?, low.minus(ry)?];
    let [l, r, t, b] = [number(x)?, number(right)?, number(y)?, number(low)?];
    let [hx, hy] = [number(rx)? * (1.0 - HANDLE), number(ry)? * (1.0 - HANDLE)];
    let mut pen = Pen::new(number(width)?.max(number(height)?));
    pen.exact('M', [inner_left, y])?;
    let sides = [
        ([inner_right, y], [[r - hx, t], [r, t + hy]], [right, inner_top]),
        ([right, inner_low], [[r, b - hy], [r - hx, b]], [inner_right, low]),
        ([inner_left, low], [[l + hx, b], [l, b - hy]], [x, inner_low]),
        ([x, inner_top], [[l, t + hy], [l + hx, t]], [inner_left, y]),
    ];
    let mut at = [inner_left, y];
    for (end, handles, corner) in sides {
        // a radius of half a side leaves no straight part
        if end != at {
            pen.exact('L', end)?;
        }
        pen.curve(handles, corner)?;
        at = corner;
    }
    Some(pen.closed())
}

fn positive(text: &str) -> Option<Decimal> {
    Decimal::read(text).filter(|value| number(*value).is_some_and(|value| value > 0.0))
}

fn number(value: Decimal) -> Option<f64> {
    value.written()?.parse().ok()
}

/// The edits that write the arcs of path data as curves: what each replaces, in bytes of `data`, and the new text. Every arc ends where it
/// ended, to the last digit. `None` where the data cannot be read to its end or an arc leaves f64; empty where there are no arcs.
pub fn without_arcs(data: &str) -> Option<Vec<(Span, String)>> {
    let mut edits = Vec::new();
    let (mut at, mut start, mut behind) = ([0.0; 2], [0.0; 2], 0);
    let mut commands = Commands::new(data);
    while let Some(command) = commands.advance() {
        let command = command.ok()?;
        let texts: Vec<&str> = commands.arguments().iter().map(|number| number.text(data)).collect();
        let values: Vec<f64> = texts.iter().map(|text| text.parse().ok().filter(|value: &f64| value.is_finite())).collect::<Option<_>>()?;
        let relative = command.is_relative();
        let from = at;
        let origin = if relative { at } else { [0.0; 2] };
        match (command.letter | 0x20, values.as_slice()) {
            (b'z', _) => at = start,
            (b'h', [x]) => at[0] = origin[0] + x,
            (b'v', [y]) => at[1] = origin[1] + y,
            (_, [.., x, y]) => at = [origin[0] + x, origin[1] + y],
            _ => return None,
        }
        if command.letter | 0x20 == b'm' {
            start = at;
        }
        if let (b'a', [rx, ry, rotation, large, sweep, ..], [.., x, y]) = (command.letter | 0x20, values.as_slice(), texts.as_slice()) {
            let arc = Arc { from, radii: [*rx, *ry], rotation: *rotation, large: *large != 0.0, sweep: *sweep != 0.0, to: at };
            let text = match arc.drawn()? {
                Drawn::Nothing => String::new(),
                Drawn::Line => format!("{}{x} {y}", if relative { 'l' } else { 'L' }),
                Drawn::Curves(curves) => {
                    let end = [Decimal::read(x)?, Decimal::read(y)?];
                    let mut pen = Pen::new(rx.abs().max(ry.abs()));
                    if relative {
                        pen.chain(from, &curves, end)?
                    } else {
                        pen.absolute(&curves, end)?
                    }
                    pen.end()
                }
            };
            // one whose letter is left out may stand behind a comma
            let begin = if command.implied { behind } else { command.span.start };
            edits.push((Span::new(begin, command.span.end), text));
        }
        behind = command.span.end;
    }
    Some(edits)
}

/// Writes path data: points that count exactly, handles with as many digits as the shape calls for.
struct Pen {
    text: String,
    decimals: usize,
}

impl Pen {
    /// A pen for a shape of about `size` user units: seven digits of it are kept.
    fn new(size: f64) -> Pen {
        let magnitude = if size > 0.0 { pxfm::f_log10(size).floor() } else { 0.0 };
        Pen { text: String::new(), decimals: (6.0 - magnitude).clamp(0.0, 12.0) as usize }
    }

    fn exact(&mut self, letter: char, point: [Decimal; 2]) -> Option<()> {
        self.text.push(letter);
        self.point(point)
    }

    fn curve(&mut self, handles: [Point; 2], end: [Decimal; 2]) -> Option<()> {
        self.text.push('C');
        self.curve_to(handles, end)
    }

    fn curve_to(&mut self, handles: [Point; 2], end: [Decimal; 2]) -> Option<()> {
        for value in handles.into_iter().flatten() {
            let rounded = self.rounded(value)?;
            self.text.push_str(&rounded.written()?);
            self.text.push(' ');
        }
        self.point(end)
    }

    fn point(&mut self, [x, y]: [Decimal; 2]) -> Option<()> {
        self.text.push_str(&x.written()?);
        self.text.push(' ');
        self.text.push_str(&y.written()?);
        Some(())
    }

    /// Curves in absolute terms, the last of which ends at `end`.
    fn absolute(&mut self, curves: &[[Point; 3]], end: [Decimal; 2]) -> Option<()> {
        for (index, [out, back, to]) in curves.iter().enumerate() {
            let to = if index + 1 == curves.len() { end } else { [self.rounded(to[0])?, self.rounded(to[1])?] };
            self.curve([*out, *back], to)?;
        }
        Some(())
    }

    /// Curves each relative to where the one before ends; together they lead from `from` exactly by `by`.
    fn chain(&mut self, from: Point, curves: &[[Point; 3]], by: [Decimal; 2]) -> Option<()> {
        let (mut at, mut left) = (from, by);
        for (index, [out, back, to]) in curves.iter().enumerate() {
            let step = if index + 1 == curves.len() { left } else { [self.rounded(to[0] - at[0])?, self.rounded(to[1] - at[1])?] };
            self.text.push('c');
            self.curve_to([[out[0] - at[0], out[1] - at[1]], [back[0] - at[0], back[1] - at[1]]], step)?;
            for axis in [0, 1] {
                left[axis] = left[axis].minus(step[axis])?;
                at[axis] += number(step[axis])?;
            }
        }
        Some(())
    }

    fn rounded(&self, value: f64) -> Option<Decimal> {
        Decimal::read(&format!("{value:.*}", self.decimals))
    }

    fn end(self) -> String {
        self.text
    }

    fn closed(mut self) -> String {
        self.text.push('Z');
        self.text
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
    fn points_on_the_sides_are_exact_and_handles_are_near() {
        let drawn = ellipse(["0.1", "0"], ["2.2", "1"]).expect("it has a size");
        assert_eq!(
            drawn,
            "M2.3 0C2.3 0.552285 1.315026 1 0.1 1C-1.115026 1 -2.1 0.552285 -2.1 0C-2.1 -0.552285 -1.115026 -1 0.1 -1C1.315026 -1 2.3 -0.552285 2.3 0Z"
        );
        assert_eq!(ellipse(["0", "0"], ["0", "1"]), None);
        assert_eq!(ellipse(["0", "0"], ["-1", "1"]), None);
        assert_eq!(ellipse(["x", "0"], ["1", "1"]), None);
        let pill = rounded_rect(["0", "0"], ["4", "2"], ["9", "0.5"]).expect("it has a size");
        assert!(pill.starts_with("M2 0C") && pill.ends_with("2 0Z") && pill.matches('L').count() == 2, "{pill}");
        assert_eq!(rounded_rect(["0", "0"], ["4", "0"], ["1", "1"]), None);
    }

    fn replaced(data: &str) -> Option<String> {
        let mut out = data.to_owned();
        for (span, text) in without_arcs(data)?.into_iter().rev() {
            out.replace_range(span.range(), &text);
        }
        Some(out)
    }

    #[test]
    fn arcs_give_way_to_curves_that_end_where_they_ended() {
        for (data, curves, ends) in [
            ("M0 0A5 5 0 0 1 10 0L3 3", 2, "10 0L3 3"),
            ("M130,60 A50,30 0 0 1 80,90 50,30 0 0 1 30,60,50,30,0,0 1 80,30z", 3, "80 30z"),
            ("M1 1a1 1 0 01.1.1", 1, "0.1 0.1"),
            ("m1 1 2 2zA 1 1 0 1 0 3.30 4e0", 2, "3.3 4"),
            ("M0 0A5 5 0 1 0 5 5", 3, "5 5"),
            ("M0 0A0 5 0 0 1 1.50 2l1 1", 0, "L1.50 2l1 1"),
            ("M0 0L1 1A5 5 0 0 1 1 1L2 2", 0, "M0 0L1 1L2 2"),
            ("M0 0H5V5", 0, "M0 0H5V5"),
        ] {
            let out = replaced(data).unwrap_or_else(|| panic!("{data}"));
            assert!(out.ends_with(ends), "{data}: {out}");
            assert_eq!(out.matches(['c', 'C']).count(), curves, "{data}: {out}");
            let mut commands = Commands::new(&out);
            while let Some(command) = commands.advance() {
                assert!(command.is_ok(), "{data}: {out}");
            }
        }
        assert_eq!(replaced("M0 0A5 5 0 0 2 10 0"), None);
        assert_eq!(replaced("M0 0A5 5 0 0 1 1e308 1e308"), None);
    }

    #[test]
    fn relative_curves_add_up_to_the_arc() {
        let out = replaced("M7 7a3.3 3.3 0 1 1 .07-.013l1 1").unwrap_or_default();
        let mut sum = [Decimal::whole(0); 2];
        let mut commands = Commands::new(&out);
        while let Some(Ok(command)) = commands.advance() {
            if let (b'c', [.., x, y]) = (command.letter, commands.arguments()) {
                sum = [(sum[0], x), (sum[1], y)].map(|(sum, step)| sum.plus(Decimal::read(step.text(&out)).unwrap_or(sum)).unwrap_or(sum));
            }
        }
        assert_eq!(sum.map(|sum| sum.written().unwrap_or_default()), ["0.07", "-0.013"], "{out}");
    }
}
