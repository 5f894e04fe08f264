//! From transformed points to the model: flattening, normalising, dropping what repeats (`CANONICAL` §1.5 to §1.7), and the way back
//! from a segment of the model to the command that drew it.

use super::{
    fault::{At, Fault, Name, Stop},
    flatten::{Flatness, MAX_EXTENT, Place},
    lower::{CUBIC, Coordinate, LINE, Lowering, Part, QUADRATIC},
    matrix::rhe,
    model::{Element, MAX_POINTS, Model, Point},
};

/// The model of a drawing, and where its elements come from.
#[derive(Debug)]
pub struct Drawing {
    /// The model.
    pub model: Model,
    /// Where it comes from.
    pub origin: Origin,
}

/// The way back from a model to its drawing.
#[derive(Debug)]
pub struct Origin(Way);

#[derive(Debug)]
enum Way {
    /// A drawing as an author writes it.
    Source(Box<Source>),
    /// A canonical text: the element of the drawing behind each element of the model. A point is a command.
    Canonical(Vec<u32>),
}

/// What was computed on the way.
#[derive(Debug)]
struct Source {
    parts: Vec<Part>,
    pieces: Vec<u8>,
    points: Vec<Place>,
    flatness: Flatness,
    axes: [Axis; 2],
    /// The corner that the points count from, in units of 2⁻³².
    corner: [i128; 2],
}

impl Drawing {
    /// A model read from a canonical text; `sources` is the element of the drawing behind each of its elements.
    pub(super) fn of_canonical(model: Model, sources: Vec<u32>) -> Self {
        Drawing { model, origin: Origin(Way::Canonical(sources)) }
    }
}

impl Origin {
    /// Where an element of the model comes from.
    pub fn element(&self, element: usize) -> At {
        match &self.0 {
            Way::Canonical(sources) => At::element(sources.get(element).copied().unwrap_or(0)),
            Way::Source(source) => source.parts.get(element).map_or_else(At::default, place_of),
        }
    }

    /// What drew a segment of an element; the closing segment comes behind the others.
    pub fn segment(&self, element: usize, segment: usize, points: usize) -> At {
        match &self.0 {
            Way::Canonical(sources) => {
                let source = sources.get(element).copied().unwrap_or(0);
                At::value(source, "d").command(u32::try_from(segment + 2).unwrap_or(u32::MAX))
            }
            Way::Source(source) => {
                let Some(part) = source.parts.get(element) else { return At::default() };
                if part.command == 0 {
                    return At::element(part.source);
                }
                let pieces = source.kept(element);
                let piece = match pieces.get(segment + 1) {
                    Some(piece) if segment + 1 < points => *piece,
                    // the closing command stands behind the last piece
                    _ => source.pieces_of(element).len() as u32,
                };
                At::value(part.source, "d").command(part.before + 1 + piece)
            }
        }
    }

    /// The first or last point of an element in the coordinates of the root, rounded to a millionth; a canonical text has no others than
    /// the model's.
    pub fn end(&self, element: usize, last: bool, point: Point) -> (String, String) {
        let Way::Source(source) = &self.0 else { return (point.0.to_string(), point.1.to_string()) };
        let points = source.points_of(element);
        let (x, y) = if last { points.last() } else { points.first() }.copied().unwrap_or_default();
        (decimal(source.corner[0] + i128::from(x)), decimal(source.corner[1] + i128::from(y)))
    }
}

/// A number in units of 2⁻³² with at most six digits behind the point.
fn decimal(q32: i128) -> String {
    let millionths = rhe(q32.saturating_mul(1_000_000), 1 << 32);
    let (whole, rest) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let sign = if millionths < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{rest:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn place_of(part: &Part) -> At {
    if part.command == 0 { At::element(part.source) } else { At::value(part.source, "d").command(part.command) }
}

impl Source {
    fn pieces_of(&self, part: usize) -> &[u8] {
        let end = self.parts.get(part + 1).map_or(self.pieces.len(), |next| next.piece as usize);
        self.parts.get(part).and_then(|part| self.pieces.get(part.piece as usize..end)).unwrap_or_default()
    }

    fn points_of(&self, part: usize) -> &[Place] {
        let end = self.parts.get(part + 1).map_or(self.points.len(), |next| next.point as usize);
        self.parts.get(part).and_then(|part| self.points.get(part.point as usize..end)).unwrap_or_default()
    }

    /// The piece that drew each point of an element of the model; the first point counts to piece 0.
    fn kept(&self, part: usize) -> Vec<u32> {
        let (mut kept, mut last): (Vec<u32>, Option<Point>) = (Vec::new(), None);
        trace(self.flatness, self.points_of(part), self.pieces_of(part), &mut |piece, place| {
            let point = (self.axes[0].normalised(place.0), self.axes[1].normalised(place.1));
            if last != Some(point) {
                kept.push(piece);
                last = Some(point);
            }
            true
        });
        kept
    }

    /// The command that drew a point.
    fn at_point(&self, point: usize) -> At {
        let part = self.parts.partition_point(|part| part.point as usize <= point).saturating_sub(1);
        let Some(own) = self.parts.get(part) else { return At::default() };
        let mut end = own.point as usize;
        if own.command == 0 || end == point {
            return place_of(own);
        }
        let mut command = own.before;
        for kind in self.pieces_of(part) {
            end += usize::from(*kind);
            command += 1;
            if point <= end {
                break;
            }
        }
        At::value(own.source, "d").command(command)
    }
}

/// Gives the flattened points of a part, each with the number of its piece, until `out` has enough.
#[inline]
fn trace(flatness: Flatness, points: &[Place], pieces: &[u8], out: &mut impl FnMut(u32, Place) -> bool) {
    let Some((&first, mut rest)) = points.split_first() else { return };
    let mut here = first;
    let mut more = out(0, here);
    for (number, kind) in pieces.iter().enumerate() {
        let number = number as u32;
        match (*kind, rest) {
            (LINE, [to, after @ ..]) => {
                more = out(number, *to);
                (here, rest) = (*to, after);
            }
            (QUADRATIC, [control, to, after @ ..]) => {
                flatness.quadratic([here, *control, *to], &mut |place| more = out(number, place));
                (here, rest) = (*to, after);
            }
            (CUBIC, [one, two, to, after @ ..]) => {
                flatness.cubic([here, *one, *two, *to], &mut |place| more = out(number, place));
                (here, rest) = (*to, after);
            }
            _ => return,
        }
        if !more {
            return;
        }
    }
}

/// One axis of the box that the flattened points span.
#[derive(Debug, Clone, Copy)]
struct Axis {
    low: i64,
    /// Below 2⁴⁸.
    span: u64,
    /// 65536 / `span`, nearly.
    scale: f64,
}

impl Axis {
    /// `None` when the span is beyond what a model holds.
    fn new(low: i64, high: i64) -> Option<Self> {
        let span = high.abs_diff(low);
        let size = rhe(i128::from(span), 1 << 16);
        i32::try_from(size).ok()?;
        Some(Axis { low, span, scale: if span == 0 { 0.0 } else { 65536.0 / span as f64 } })
    }

    /// The size in units of 1/65536.
    fn size(&self) -> i32 {
        rhe(i128::from(self.span), 1 << 16) as i32
    }

    /// `(place − low) · 65536 / span` rounded half to even, 0 without span; `place` lies on the axis. The quotient is guessed in f64
    /// and put right by its remainder.
    #[inline]
    fn normalised(&self, place: i64) -> i32 {
        let from_low = place - self.low;
        let mut quotient = (from_low as f64 * self.scale) as i64;
        let span = self.span as i64;
        let mut rest = (from_low << 16) - quotient * span;
        while rest < 0 {
            quotient -= 1;
            rest += span;
        }
        while rest > 0 && rest >= span {
            quotient += 1;
            rest -= span;
        }
        let up = rest * 2 > span || (rest * 2 == span && span > 0 && quotient & 1 == 1);
        (quotient + i64::from(up)) as i32
    }
}

/// Makes the model.
pub(super) fn finish<T: Coordinate>(lowering: Lowering<T>, epsilon: u64) -> Result<Drawing, Stop> {
    let Lowering { parts, pieces, points, low, high, .. } = lowering;
    let corner = [low.0.wide(), low.1.wide()];
    let extents = [high.0.wide() - corner[0], high.1.wide() - corner[1]];
    let extent = extents[0].max(extents[1]);
    let mut source = Source { parts, pieces, points: Vec::new(), flatness: Flatness::of(0, 0), axes: [NO_AXIS; 2], corner };
    if source.parts.is_empty() {
        return Err(Fault::new(Name::Illegal, At::default(), "nothing is drawn, so there is nothing to be a tensor").into());
    }
    if extent >= MAX_EXTENT {
        let axis = usize::from(extents[1] > extents[0]);
        let far = [high.0.wide(), high.1.wide()][axis];
        let wanted = if far.unsigned_abs() >= corner[axis].unsigned_abs() { far } else { corner[axis] };
        let point = points.iter().position(|place| [place.0.wide(), place.1.wide()][axis] == wanted).unwrap_or(0);
        return Err(too_large(source.at_point(point)).into());
    }
    source.points = points.into_iter().map(|(x, y)| ((x.wide() - corner[0]) as i64, (y.wide() - corner[1]) as i64)).collect();
    source.flatness = Flatness::of(extent as i64, epsilon);
    let flat = flattened(&source)?;
    let model = normalised(&mut source, flat)?;
    Ok(Drawing { model, origin: Origin(Way::Source(Box::new(source))) })
}

const NO_AXIS: Axis = Axis { low: 0, span: 0, scale: 0.0 };

fn too_large(at: At) -> Fault {
    Fault::new(
        Name::Range,
        at,
        "the drawing reaches over 32768 units or more, and the canonical form holds less: this point lies farthest out",
    )
}

/// The flattened points of all parts, and where each part's end.
struct Flat {
    points: Vec<Place>,
    ends: Vec<u32>,
}

fn flattened(source: &Source) -> Result<Flat, Stop> {
    let mut flat = Flat { points: Vec::with_capacity(source.points.len()), ends: Vec::with_capacity(source.parts.len()) };
    for part in 0..source.parts.len() {
        trace(source.flatness, source.points_of(part), source.pieces_of(part), &mut |_, place| {
            let more = flat.points.len() <= MAX_POINTS;
            if more {
                flat.points.push(place);
            }
            more
        });
        if flat.points.len() > MAX_POINTS {
            let at = source.parts.get(part).map_or_else(At::default, place_of);
            return Err(Fault::new(Name::Range, at, format!("the drawing comes to more than {MAX_POINTS} points")).into());
        }
        flat.ends.push(flat.points.len() as u32);
    }
    Ok(flat)
}

fn normalised(source: &mut Source, flat: Flat) -> Result<Model, Stop> {
    let first = flat.points.first().copied().unwrap_or_default();
    let (mut low, mut high) = (first, first);
    for place in &flat.points {
        low = (low.0.min(place.0), low.1.min(place.1));
        high = (high.0.max(place.0), high.1.max(place.1));
    }
    let (Some(x), Some(y)) = (Axis::new(low.0, high.0), Axis::new(low.1, high.1)) else {
        let axis = usize::from(high.0.abs_diff(low.0) < high.1.abs_diff(low.1));
        let [low, high] = [low, high].map(|place| [place.0, place.1][axis]);
        let from_zero = |place: i64| (source.corner[axis] + i128::from(place)).unsigned_abs();
        let out = if from_zero(high) >= from_zero(low) { high } else { low };
        let far = |place: &Place| [place.0, place.1][axis] == out;
        let point = flat.points.iter().position(far).unwrap_or(0);
        let part = flat.ends.partition_point(|end| *end as usize <= point);
        // the point that lies out as a control point is the nearest there is to the one that was flattened
        let own = source.parts.get(part).map_or(0, |part| part.point as usize);
        let nearest = source.points_of(part).iter().position(far).unwrap_or(0);
        return Err(too_large(source.at_point(own + nearest)).into());
    };
    source.axes = [x, y];
    let mut model = Model {
        sx: x.size(),
        sy: y.size(),
        elements: Vec::with_capacity(source.parts.len()),
        points: Vec::with_capacity(flat.points.len()),
    };
    let mut from = 0;
    for (part, end) in source.parts.iter().zip(&flat.ends) {
        let start = model.points.len();
        for place in flat.points.get(from..*end as usize).unwrap_or_default() {
            let point = (x.normalised(place.0), y.normalised(place.1));
            if model.points.len() == start || model.points.last() != Some(&point) {
                model.points.push(point);
            }
        }
        from = *end as usize;
        if part.closed && model.points.len() > start + 1 && model.points.last() == model.points.get(start) {
            model.points.pop();
        }
        if model.points.len() < start + 2 {
            let message = if part.command == 0 {
                "all points of the element come to one, so it has no length and no weight"
            } else {
                "all points of this part of the path come to one, so it has no length and no weight"
            };
            return Err(Fault::new(Name::Illegal, place_of(part), message).into());
        }
        model.elements.push(Element {
            id4: part.id4,
            start: start as u32,
            end: model.points.len() as u32,
            stroke_width: part.stroke_width,
            transform_mag: part.transform_mag,
            rank: part.rank,
            opacity_q11: part.opacity_q11,
            closed: part.closed,
        });
    }
    Ok(model)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // rows: B158 B215
    #[test]
    fn positions_are_rounded_half_to_even() {
        let axis = Axis::new(10, 10 + (1 << 17)).unwrap();
        let places = [0i64, 1, 2, 3, 5, 1 << 17].map(|place| axis.normalised(10 + place));
        assert_eq!(places, [0, 0, 1, 2, 2, 65_536]);
        let point = Axis::new(7, 7).unwrap();
        assert_eq!((point.normalised(7), point.size()), (0, 0));
        assert!(Axis::new(0, (i64::from(i32::MAX) << 16) + (1 << 15) - 1).is_some());
        assert!(Axis::new(0, (i64::from(i32::MAX) << 16) + (1 << 15)).is_none(), "2³¹ − 1 and a half rounds to even, which is too much");
    }

    #[test]
    fn decimals_are_short() {
        for (q32, text) in [(0, "0"), (1 << 31, "0.5"), (-(3 << 30), "-0.75"), (5 << 32, "5"), (1, "0")] {
            assert_eq!(decimal(q32), text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        // rows: B158
        #[test]
        fn positions_are_those_of_the_fraction(low in -(1i64 << 60)..1 << 60, bits in 0u32..48, span: u64, part: u64) {
            let span = (span >> (64 - bits.max(1))).min((i32::MAX as u64) << 16);
            let place = if span == 0 { 0 } else { part % (span + 1) };
            let axis = Axis::new(low, low + span as i64).unwrap();
            let wanted = if span == 0 { 0 } else {
                let (n, d) = (u128::from(place) << 16, u128::from(span));
                let twice = 2 * (n % d);
                n / d + u128::from(twice > d || (twice == d && (n / d) % 2 == 1))
            };
            prop_assert_eq!(axis.normalised(low + place as i64) as u128, wanted);
        }
    }
}
