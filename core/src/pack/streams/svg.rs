//! The extractor: one number in [0, 1] for each segment of each sampled command of a drawing (`RELATED`; rows D692, D693).
//!
//! Numbers are taken as the drawing writes them: transforms are not applied. A command of a single sample (M, Z) has no segment and gives
//! nothing; it moves the point from which the next command is sampled. All angles go through correctly rounded functions.

use std::f64::consts::PI;

use pxfm::{f_atan2, f_sincos};

use super::Streams;
use crate::pack::arithmetic::{clamp01, round6};
use crate::pack::lane_id::wrong_base;
use crate::syntax::xml::{Element, Elements};
use crate::tensor::number::NumberList;
use crate::tensor::path_data::Commands;

/// Most samples taken of one drawing.
pub const MOST_SAMPLES: usize = 8 << 20;

/// Why no streams can be made of a drawing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The text is not XML.
    #[error("the drawing is not XML: {0}")]
    Xml(String),
    /// The root is something else.
    #[error("the root element is `{0}` where `svg` is wanted")]
    Root(String),
    /// Lengths have no scale.
    #[error("the drawing has no `viewBox` of two sides above 0, which lengths are measured by")]
    ViewBox,
    /// A shape cannot be read.
    #[error("{locator}: {why}")]
    Shape {
        /// Which.
        locator: String,
        /// What is wrong.
        why: String,
    },
    /// There is too much of it.
    #[error("the drawing gives more than {MOST_SAMPLES} samples")]
    TooLarge,
}

/// Which lane the shapes of an id belong to: pairs of an id and a lane, `*` for all ids that no other pair names.
pub type Names<'a> = [(&'a str, &'a str)];

/// The streams of a drawing. Shapes belong to the lane that is named like the outermost element around them, or they themselves, that has an
/// id; shapes without any to `drawing`. `names` maps ids to other lanes. Shapes of one lane follow each other as in the document.
pub fn extract(text: &str, names: &Names<'_>) -> Result<Streams, Refusal> {
    let reading = Elements::parse(text);
    let Some(elements) = reading.elements else {
        let why = reading.errors.first().map_or_else(|| "nothing in it can be read".to_owned(), |error| error.message.clone());
        return Err(Refusal::Xml(why));
    };
    let root = elements.root();
    if root.local() != "svg" {
        return Err(Refusal::Root(root.name().to_owned()));
    }
    let side = largest_side(root).ok_or(Refusal::ViewBox)?;
    let mut sampler = Sampler { side, points: Vec::new(), out: Vec::new(), cursor: Point::default(), start: Point::default() };
    let mut streams = Streams::default();
    let mut samples = 0;
    let mut skip = 0;
    for element in elements.iter() {
        if element.index() < skip {
            continue;
        }
        if matches!(element.local(), "defs" | "metadata" | "symbol" | "clipPath" | "mask" | "marker" | "pattern") {
            skip = element.next_index();
            continue;
        }
        if !sampler.shape(element).map_err(|why| Refusal::Shape { locator: element.locator(), why })? {
            continue;
        }
        // Differences and sums of lawful numbers may overflow.
        if sampler.out.iter().any(|sample| !sample.is_finite()) {
            let why = "its coordinates are too far apart to be measured".to_owned();
            return Err(Refusal::Shape { locator: element.locator(), why });
        }
        samples += sampler.out.len();
        if samples > MOST_SAMPLES {
            return Err(Refusal::TooLarge);
        }
        let lane = lane_of(element, names);
        if let Some(why) = wrong_base(lane) {
            let why = format!("{why}; give the lane another name");
            return Err(Refusal::Shape { locator: element.locator(), why });
        }
        streams.extend(lane, sampler.out.drain(..));
    }
    Ok(streams)
}

fn lane_of<'a>(element: Element<'a>, names: &Names<'a>) -> &'a str {
    let outermost = element
        .ancestors()
        .chain([element])
        .filter(|around| around.parent().is_some())
        .filter_map(|around| around.value("id").map(|id| (around.depth(), id)));
    let id = outermost.min_by_key(|(depth, _)| *depth).map_or("drawing", |(_, id)| id);
    let named = |wanted: &str| names.iter().find(|(from, _)| *from == wanted).map(|(_, to)| *to);
    named(id).or_else(|| named("*")).unwrap_or(id)
}

fn largest_side(root: Element<'_>) -> Option<f64> {
    let text = root.value("viewBox")?;
    let numbers = numbers(text)?;
    let [_, _, width, height] = numbers.as_slice() else { return None };
    Some(width.max(*height)).filter(|side| side.is_finite() && *side > 0.0 && *width > 0.0 && *height > 0.0)
}

/// The numbers of a list; `None` when it is none.
fn numbers(text: &str) -> Option<Vec<f64>> {
    NumberList::new(text).map(|number| number.ok()?.text(text).parse().ok()).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Point {
    x: f64,
    y: f64,
}

impl Point {
    fn mirrored(self, about: Point) -> Point {
        Point { x: 2.0 * about.x - self.x, y: 2.0 * about.y - self.y }
    }
}

/// What a kind of command contributes.
#[derive(Clone, Copy)]
struct Gain {
    base: f64,
    turn: f64,
    change: f64,
}

const LINE: Gain = Gain { base: 1.00, turn: 1.00, change: 0.60 };
const AXIS: Gain = Gain { base: 0.85, turn: 1.00, change: 0.60 };
const QUADRATIC: Gain = Gain { base: 1.20, turn: 1.10, change: 1.15 };
const CUBIC: Gain = Gain { base: 1.35, turn: 1.15, change: 1.30 };
const ARC: Gain = Gain { base: 1.50, turn: 1.10, change: 1.40 };

const QUADRATIC_SAMPLES: usize = 8;
const CUBIC_SAMPLES: usize = 12;
const ARC_SAMPLES: usize = 16;

/// Samples shapes one after the other.
struct Sampler {
    side: f64,
    points: Vec<Point>,
    out: Vec<f64>,
    cursor: Point,
    start: Point,
}

impl Sampler {
    /// Samples an element into `out`; whether it is a shape at all.
    fn shape(&mut self, element: Element<'_>) -> Result<bool, String> {
        (self.cursor, self.start) = Default::default();
        let value = |name: &str| -> Result<f64, String> {
            let Some(text) = element.value(name) else { return Ok(0.0) };
            let trimmed = text.trim();
            trimmed
                .parse()
                .ok()
                .filter(|value: &f64| value.is_finite())
                .ok_or_else(|| format!("`{name}` is `{trimmed}` where a plain number is wanted"))
        };
        match element.local() {
            "path" => self.path(element.value("d").unwrap_or_default())?,
            "line" => {
                self.go(Point { x: value("x1")?, y: value("y1")? });
                self.line(Point { x: value("x2")?, y: value("y2")? }, LINE);
            }
            "rect" => {
                let (x, y, width, height) = (value("x")?, value("y")?, value("width")?, value("height")?);
                self.go(Point { x, y });
                self.line(Point { x: x + width, y }, AXIS);
                self.line(Point { x: x + width, y: y + height }, AXIS);
                self.line(Point { x, y: y + height }, AXIS);
            }
            "circle" | "ellipse" => {
                let circle = element.local() == "circle";
                let (x, y) = (value("cx")?, value("cy")?);
                let (rx, ry) = if circle { (value("r")?, value("r")?) } else { (value("rx")?, value("ry")?) };
                self.go(Point { x: x + rx, y });
                for to in [x - rx, x + rx] {
                    self.arc(rx, ry, 0.0, false, true, Point { x: to, y });
                }
            }
            "polyline" | "polygon" => {
                let text = element.value("points").unwrap_or_default();
                let numbers = numbers(text).ok_or_else(|| "`points` is no list of numbers".to_owned())?;
                let mut pairs = numbers.as_chunks::<2>().0.iter().map(|&[x, y]| Point { x, y });
                if let Some(first) = pairs.next() {
                    self.go(first);
                }
                pairs.for_each(|point| self.line(point, LINE));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn go(&mut self, to: Point) {
        (self.cursor, self.start) = (to, to);
    }

    fn path(&mut self, text: &str) -> Result<(), String> {
        let mut commands = Commands::new(text);
        // The control point that S and T mirror, and which of them may.
        let (mut control, mut control_of) = (Point::default(), 0);
        while let Some(command) = commands.advance() {
            let command = command.map_err(|fault| format!("`d` breaks at byte {}: {fault}", fault.at))?;
            let mut n = [0.0; 7];
            for (slot, number) in n.iter_mut().zip(commands.arguments()) {
                *slot = number
                    .text(text)
                    .parse()
                    .ok()
                    .filter(|value: &f64| value.is_finite())
                    .ok_or_else(|| format!("`{}` is beyond what a number holds", number.text(text)))?;
            }
            let from = self.cursor;
            let origin = if command.is_relative() { from } else { Point::default() };
            let at = |x: f64, y: f64| Point { x: origin.x + x, y: origin.y + y };
            let letter = command.letter.to_ascii_uppercase();
            let mirrored = |of: &[u8]| if of.contains(&control_of) { control.mirrored(from) } else { from };
            match letter {
                b'M' => self.go(at(n[0], n[1])),
                b'Z' => self.cursor = self.start,
                b'L' => self.line(at(n[0], n[1]), LINE),
                b'H' => self.line(Point { x: origin.x + n[0], y: from.y }, AXIS),
                b'V' => self.line(Point { x: from.x, y: origin.y + n[0] }, AXIS),
                b'Q' | b'T' => {
                    let (middle, to) = if letter == b'Q' { (at(n[0], n[1]), at(n[2], n[3])) } else { (mirrored(b"QT"), at(n[0], n[1])) };
                    control = middle;
                    self.quadratic(middle, to);
                }
                b'C' | b'S' => {
                    let (one, two, to) = if letter == b'C' {
                        (at(n[0], n[1]), at(n[2], n[3]), at(n[4], n[5]))
                    } else {
                        (mirrored(b"CS"), at(n[0], n[1]), at(n[2], n[3]))
                    };
                    control = two;
                    self.cubic(one, two, to);
                }
                _ => self.arc(n[0], n[1], n[2], n[3] != 0.0, n[4] != 0.0, at(n[5], n[6])),
            }
            control_of = letter;
            if self.out.len() > MOST_SAMPLES {
                return Err(format!("the drawing gives more than {MOST_SAMPLES} samples"));
            }
        }
        Ok(())
    }

    fn line(&mut self, to: Point, gain: Gain) {
        self.points.clear();
        self.points.extend([self.cursor, to]);
        self.block(to, gain);
    }

    fn quadratic(&mut self, middle: Point, to: Point) {
        let from = self.cursor;
        self.points.clear();
        self.points.extend((0..QUADRATIC_SAMPLES).map(|at| {
            let t = at as f64 / (QUADRATIC_SAMPLES - 1) as f64;
            let u = 1.0 - t;
            let mix = |a: f64, b: f64, c: f64| u * u * a + 2.0 * u * t * b + t * t * c;
            Point { x: mix(from.x, middle.x, to.x), y: mix(from.y, middle.y, to.y) }
        }));
        self.block(to, QUADRATIC);
    }

    fn cubic(&mut self, one: Point, two: Point, to: Point) {
        let from = self.cursor;
        self.points.clear();
        self.points.extend((0..CUBIC_SAMPLES).map(|at| {
            let t = at as f64 / (CUBIC_SAMPLES - 1) as f64;
            let u = 1.0 - t;
            let mix = |a: f64, b: f64, c: f64, d: f64| u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d;
            Point { x: mix(from.x, one.x, two.x, to.x), y: mix(from.y, one.y, two.y, to.y) }
        }));
        self.block(to, CUBIC);
    }

    /// An elliptical arc by SVG 2 §B.2.4; without a radius it is a line, without a distance it is nothing.
    fn arc(&mut self, rx: f64, ry: f64, degrees: f64, large: bool, sweep: bool, to: Point) {
        let from = self.cursor;
        let (mut rx, mut ry) = (rx.abs(), ry.abs());
        if from == to {
            return;
        }
        if rx == 0.0 || ry == 0.0 {
            return self.line(to, LINE);
        }
        let (sin, cos) = f_sincos(degrees * PI / 180.0);
        let (dx, dy) = ((from.x - to.x) / 2.0, (from.y - to.y) / 2.0);
        let (x1, y1) = (cos * dx + sin * dy, cos * dy - sin * dx);
        let reach = (x1 * x1) / (rx * rx) + (y1 * y1) / (ry * ry);
        if reach > 1.0 {
            (rx, ry) = (rx * reach.sqrt(), ry * reach.sqrt());
        }
        let (a, b) = (rx * rx * y1 * y1, ry * ry * x1 * x1);
        let inner = ((rx * rx * ry * ry - a - b) / (a + b)).max(0.0).sqrt();
        let root = if large == sweep { -inner } else { inner };
        let (cx1, cy1) = (root * rx * y1 / ry, -root * ry * x1 / rx);
        let (cx, cy) = (cos * cx1 - sin * cy1 + (from.x + to.x) / 2.0, sin * cx1 + cos * cy1 + (from.y + to.y) / 2.0);
        let first = f_atan2((y1 - cy1) / ry, (x1 - cx1) / rx);
        let mut turn = f_atan2((-y1 - cy1) / ry, (-x1 - cx1) / rx) - first;
        if sweep && turn < 0.0 {
            turn += 2.0 * PI;
        } else if !sweep && turn > 0.0 {
            turn -= 2.0 * PI;
        }
        self.points.clear();
        self.points.extend((0..ARC_SAMPLES).map(|at| {
            let (sin_t, cos_t) = f_sincos(first + turn * (at as f64 / (ARC_SAMPLES - 1) as f64));
            let (x, y) = (rx * cos_t, ry * sin_t);
            Point { x: cx + cos * x - sin * y, y: cy + sin * x + cos * y }
        }));
        // Radii whose squares vanish or overflow beside the distance: as good as none.
        if self.points.iter().any(|point| !(point.x.is_finite() && point.y.is_finite())) {
            return self.line(to, LINE);
        }
        self.block(to, ARC);
    }

    /// The samples of one command whose points are in `points`.
    fn block(&mut self, to: Point, gain: Gain) {
        self.cursor = to;
        let count = self.points.len() as f64;
        let (mut low, mut high, mut sum) = (self.points[0], self.points[0], Point::default());
        for point in &self.points {
            (low.x, low.y) = (low.x.min(point.x), low.y.min(point.y));
            (high.x, high.y) = (high.x.max(point.x), high.y.max(point.y));
            (sum.x, sum.y) = (sum.x + point.x, sum.y + point.y);
        }
        let side = self.side;
        let bbox = clamp01((((high.x - low.x) / side).abs() + ((high.y - low.y) / side).abs()) / 2.0);
        let cent = clamp01(((sum.x / count / side).abs() + (sum.y / count / side).abs()) / 2.0);
        let (mut last_angle, mut last_bend) = (None, 0.0);
        for [from, to] in self.points.array_windows() {
            let (dx, dy) = (to.x - from.x, to.y - from.y);
            let length = (dx * dx + dy * dy).sqrt();
            let angle = f_atan2(dy, dx);
            let turn = clamp01(last_angle.map_or(0.0, |last: f64| wrapped(angle - last)) / PI);
            let bend = clamp01(turn * side / (length + 1e-9));
            let change = clamp01((bend - last_bend).abs());
            let mixed = 0.40 * clamp01(length / side) + 0.25 * bend * gain.turn + 0.20 * change * gain.change + 0.10 * bbox + 0.05 * cent;
            self.out.push(round6(clamp01(clamp01(mixed) * gain.base)));
            (last_angle, last_bend) = (Some(angle), bend);
        }
    }
}

/// A difference of angles as one of at most half a turn, without its sign.
fn wrapped(difference: f64) -> f64 {
    let turn = difference.abs();
    if turn > PI { 2.0 * PI - turn } else { turn }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(content: &str) -> Streams {
        extract(&format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 50'>{content}</svg>"), &[]).expect("a drawing")
    }

    fn samples(d: &str) -> Vec<f64> {
        drawn(&format!("<path id='a' d='{d}'/>")).get("a").map(<[f64]>::to_vec).unwrap_or_default()
    }

    // rows: D692 D693
    #[test]
    fn each_command_gives_one_sample_less_than_its_points() {
        for (d, wanted) in [
            ("M0 0", 0),
            ("M0 0L1 1", 1),
            ("M0 0H5V5", 2),
            ("M0 0L5 5Z", 1),
            ("M0 0Q1 1 2 0", 7),
            ("M0 0C1 1 2 2 3 0", 11),
            ("M0 0A5 5 0 0 1 9 9", 15),
        ] {
            assert_eq!(samples(d).len(), wanted, "{d}");
        }
        assert_eq!(samples("M0 0A5 5 0 0 1 0 0").len(), 0, "an arc to where it begins is nothing");
        assert_eq!(samples("M0 0A0 5 0 0 1 9 9"), samples("M0 0L9 9"), "an arc without a radius is a line");
        assert_eq!(samples("M0 0A1e-300 1e-300 0 0 1 9 9"), samples("M0 0L9 9"), "nor does one too small to be squared bend");
        assert_eq!(samples("M1 1l2 2q1 1 2 0t3 3"), samples("M1 1L3 3Q4 4 5 3T8 6"));
        assert_eq!(samples("M0 0C0 5 5 5 5 0S10 -5 10 0"), samples("M0 0C0 5 5 5 5 0C5 -5 10 -5 10 0"));
    }

    // rows: D692 D693
    #[test]
    fn a_line_is_its_length_its_box_and_its_place() {
        // side 100; from (10, 20) to (40, 60): length 50, box 30 by 40, centre (25, 40)
        let mixed = 0.40 * 0.5 + 0.10 * ((0.3 + 0.4) / 2.0) + 0.05 * ((0.25 + 0.40) / 2.0);
        assert_eq!(samples("M10 20L40 60"), [round6(mixed)]);
        let level = 0.40 * 0.3 + 0.10 * (0.3 / 2.0) + 0.05 * ((0.25 + 0.20) / 2.0);
        assert_eq!(samples("M10 20H40"), [round6(level * 0.85)], "level and upright lines have another base");
        // length and box are clamped, the centre lies at 1 too
        assert_eq!(samples("M0 0L9999 0"), [round6(0.40 + 0.10 + 0.05)]);
    }

    // rows: D692
    #[test]
    fn a_straight_curve_bends_nowhere_and_a_round_one_does() {
        let straight = samples("M0 0C10 0 20 0 30 0");
        let bent = samples("M0 0C10 30 20 -30 30 0");
        assert!(straight.iter().zip(&bent).skip(1).all(|(straight, bent)| straight < bent));
        let circle = drawn("<circle id='c' cx='50' cy='25' r='20'/>");
        let circle = circle.get("c").expect("a lane");
        assert_eq!(circle.len(), 30);
        assert!(circle.iter().all(|sample| (0.0..=1.0).contains(sample)));
        // equal steps of one circle: from the third segment of each half on, nothing changes but rounding
        assert!(circle[2..15].iter().all(|sample| (sample - circle[2]).abs() <= 2e-6), "{circle:?}");
    }

    // rows: D692
    #[test]
    fn lanes_are_named_by_the_outermost_id() {
        let text = "<svg xmlns='http://www.w3.org/2000/svg' id='root' viewBox='0 0 9 9'><g id='policy'><path id='p' d='M0 0L1 1'/></g>\
                    <path id='attention' d='M0 0L1 1'/><defs><path id='hidden' d='M0 0L1 1'/></defs><g><rect width='2' height='2'/></g><path d='M0 0L2 2' id='9x'/></svg>";
        let names = |names: &Names<'_>| {
            extract(text, names)
                .map(|streams| streams.iter().map(|(id, samples)| format!("{id}:{}", samples.len())).collect::<Vec<_>>().join(" "))
        };
        assert!(matches!(names(&[]), Err(Refusal::Shape { locator, .. }) if locator == "/svg/path[2]"), "`9x` is no name of a lane");
        assert_eq!(names(&[("9x", "style")]).as_deref(), Ok("policy:1 attention:1 drawing:3 style:1"));
        assert_eq!(names(&[("*", "policy"), ("attention", "attention")]).as_deref(), Ok("policy:5 attention:1"));
    }

    // rows: D692
    #[test]
    fn what_is_no_drawing_is_refused_with_its_place() {
        let refused = |text: &str| extract(text, &[]).map(|_| ()).expect_err("refused").to_string();
        assert!(refused("<svg").contains("not XML"));
        assert!(refused("").contains("not XML"));
        assert!(refused("<html/>").contains("`html`"));
        assert!(refused("<svg viewBox='0 0 0 0'/>").contains("viewBox"));
        assert!(refused("<svg viewBox='0 0 9 9'><path d='M0 0L1'/></svg>").contains("/svg/path[1]"));
        assert!(refused("<svg viewBox='0 0 9 9'><rect width='9%'/></svg>").contains("`width`"));
        assert!(refused("<svg viewBox='0 0 9 9'><path d='M0 0L1e999 0'/></svg>").contains("beyond"));
        let wide = "<svg viewBox='0 0 9 9'><path d='M1e308 0l1e308 0l1e308 0'/></svg>";
        assert!(refused(wide).contains("/svg/path[1]: its coordinates are too far apart"));
        assert_eq!(extract("<svg viewBox='0 0 9 9'/>", &[]).map(|streams| streams.len()), Ok(0));
    }
}
