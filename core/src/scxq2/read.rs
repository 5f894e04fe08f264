//! The lanes of a pack, each on its own: form and what can be told without the others (`CANONICAL` §3).
//!
//! Nothing is allocated for what a count claims: a count is held against the bytes that are there first.

use super::{
    lane::Lane,
    layout::{COORD_BYTES, LANE_HEADER_BYTES, OP_CLOSE, OP_LINE, OP_MOVE, Part, encoding, i32_at, precision, u16_at, u32_at},
    rejection::{Name, Rejection},
};
use crate::tensor::model::{FULL_OPACITY, MAX_POINTS, MAX_RANK, ONE, Point};

/// A lane in its place in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub lane: Lane,
    /// The bytes, lane header included.
    pub bytes: &'a [u8],
    /// Where in the file they begin.
    pub base: usize,
}

/// An item, with its bytes.
pub(super) type Item<'a, const N: usize> = &'a [u8; N];

impl<'a> Source<'a> {
    fn header(&self, name: Name, field: &str, message: String) -> Rejection {
        Rejection::new(name, (Part::LaneHeader(self.lane), self.base), 0, field, message)
    }

    /// A rejection of an item of the lane.
    pub fn item(&self, name: Name, item: usize, field: &str, message: impl Into<String>) -> Rejection {
        Rejection::new(name, (Part::Items(self.lane), self.base + LANE_HEADER_BYTES), item, field, message)
    }

    /// A rejection of the lane's own count.
    pub fn count(&self, name: Name, message: impl Into<String>) -> Rejection {
        self.header(name, "item_count", message.into())
    }

    /// How many items the lane claims.
    pub fn item_count(&self) -> usize {
        u32_at(self.bytes, 8) as usize
    }

    fn body(&self) -> &'a [u8] {
        self.bytes.get(LANE_HEADER_BYTES..).unwrap_or_default()
    }

    /// The items of a lane other than G.
    pub fn items<const N: usize>(&self) -> impl ExactSizeIterator<Item = Item<'a, N>> + use<'a, N> {
        self.body().as_chunks().0.iter()
    }

    /// Judges the lane header and whether the items it counts are there.
    pub fn check_header(&self) -> Result<(), Rejection> {
        let lane = self.lane;
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or_default();
        if byte(0) != lane.id() {
            let found = char::from(byte(0)).escape_debug().to_string();
            return Err(self.header(Name::MalformedLane, "lane_id", format!("`{found}` in the header of lane {lane}")));
        }
        for (at, field, wanted) in [(1, "version_major", 1), (2, "version_minor", 0)] {
            if byte(at) != wanted {
                return Err(self.header(Name::UnsupportedVersion, field, format!("{} where {wanted} is read", byte(at))));
            }
        }
        let (found, wanted) = (byte(3), encoding(lane));
        if matches!(found, 2 | 3) {
            return Err(self.header(
                Name::UnsupportedEncoding,
                "encoding",
                format!("{found} needs a dictionary, which no lane has: {wanted} is wanted"),
            ));
        }
        if found != wanted {
            return Err(self.header(Name::MalformedLane, "encoding", format!("{found} where lane {lane} has {wanted}")));
        }
        let (found, wanted) = (u32_at(self.bytes, 4), precision(lane));
        if found != wanted {
            return Err(self.header(Name::MalformedLane, "precision", format!("{found} where lane {lane} has {wanted}")));
        }
        let (count, have) = (self.item_count(), self.body().len());
        let bytes = count as u64 * Part::Items(lane).item_bytes() as u64;
        let fits = if lane == Lane::G { bytes <= have as u64 } else { bytes == have as u64 };
        if !fits {
            return Err(self.count(Name::MalformedLane, format!("{count} items take {bytes} bytes, and the lane has {have} for them")));
        }
        Ok(())
    }

    /// How many items follow from the elements of lane M; `None`: not known.
    fn check_count(&self, wanted: Option<usize>, why: &str) -> Result<(), Rejection> {
        match wanted.filter(|wanted| *wanted != self.item_count()) {
            Some(wanted) => Err(self.count(Name::MalformedLane, format!("{} items where {wanted} are wanted: {why}", self.item_count()))),
            None => Ok(()),
        }
    }
}

/// Judges the items of lane M.
pub(super) fn check_meta(source: &Source<'_>) -> Result<(), Rejection> {
    for (item, bytes) in source.items::<8>().enumerate() {
        let (rank, flags) = (u16_at(bytes, 4), u16_at(bytes, 6));
        if rank > MAX_RANK {
            return Err(source.item(Name::MalformedLane, item, "rank", format!("{rank} groups where at most {MAX_RANK} are wanted")));
        }
        if flags & 0b1100 != 0 {
            return Err(source.item(Name::MalformedLane, item, "flags", format!("{flags:#06x} sets bit 2 or 3, which are zero")));
        }
        if flags >> 4 > FULL_OPACITY {
            let over = flags >> 4;
            return Err(source.item(Name::MalformedLane, item, "flags", format!("{over} less than full opacity, which is {FULL_OPACITY}")));
        }
    }
    Ok(())
}

/// The elements of lane G: their points, and for each the end of its points and whether it is closed.
#[derive(Debug, Default)]
pub(super) struct Geometry {
    pub points: Vec<Point>,
    pub elements: Vec<Outline>,
}

/// One element of lane G.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    /// One past its last point.
    pub end: u32,
    /// Its first command.
    pub command: u32,
    /// Whether it is closed.
    pub closed: bool,
    /// The first run that is not as long as it could be.
    pub short_run: Option<u32>,
}

/// Reads lane G; `elements` is the count of lane M, where it is known.
pub(super) fn read_geometry(source: &Source<'_>, elements: Option<usize>) -> Result<Geometry, Rejection> {
    let (commands, coords) = source.body().split_at_checked(source.item_count() * 2).unwrap_or_default();
    let mut outlines: Vec<Outline> = Vec::with_capacity(elements.unwrap_or_default().min(commands.len() / 2));
    let mut total = 0u64;
    // what stands before a command: its opcode and arity, of which only a run may be continued
    let mut before = (OP_CLOSE, 0);
    for (item, &[opcode, arity]) in commands.as_chunks().0.iter().enumerate() {
        let wrong = |field: &str, message: String| source.item(Name::MalformedLane, item, field, message);
        match opcode {
            OP_MOVE | OP_LINE | OP_CLOSE => {}
            3 | 4 => return Err(wrong("opcode", format!("{opcode} is a curve, and curves are flattened before they are packed"))),
            _ => return Err(wrong("opcode", format!("{opcode} is no command: 1, 2 and 5 are"))),
        }
        let lawful = match opcode {
            OP_MOVE => arity == 1,
            OP_LINE => arity > 0,
            _ => arity == 0,
        };
        if !lawful {
            let wanted = ["1 is", "1 to 255 are", "0 is"][usize::from(opcode == OP_LINE) + 2 * usize::from(opcode == OP_CLOSE)];
            return Err(wrong("arity", format!("{arity} where {wanted} wanted")));
        }
        if opcode == OP_MOVE {
            outlines.push(Outline { end: 0, command: item as u32, closed: false, short_run: None });
        } else if before.0 == OP_CLOSE {
            let what = if item == 0 { "the lane begins without one" } else { "the one before is closed" };
            return Err(wrong("opcode", format!("{opcode} where 1 must begin an element: {what}")));
        }
        total += u64::from(arity);
        if let Some(outline) = outlines.last_mut() {
            if opcode == OP_LINE && before.0 == OP_LINE && before.1 < u8::MAX {
                outline.short_run.get_or_insert(item as u32 - 1);
            }
            outline.closed |= opcode == OP_CLOSE;
            outline.end = u32::try_from(total).unwrap_or(u32::MAX);
        }
        before = (opcode, arity);
    }
    if let Some(wanted) = elements.filter(|wanted| *wanted != outlines.len()) {
        let message = format!("{} elements begin in lane G, and lane M has {wanted}", outlines.len());
        return Err(source.count(Name::MalformedLane, message));
    }
    if total * COORD_BYTES as u64 != coords.len() as u64 || total > MAX_POINTS as u64 {
        let message =
            format!("the commands take {total} coordinates of {COORD_BYTES} bytes, and the lane has {} bytes for them", coords.len());
        return Err(source.count(Name::MalformedLane, message));
    }
    let points = read_points(source, coords, &outlines, commands.len())?;
    Ok(Geometry { points, elements: outlines })
}

fn read_points(source: &Source<'_>, coords: &[u8], outlines: &[Outline], commands: usize) -> Result<Vec<Point>, Rejection> {
    let mut points = Vec::with_capacity(coords.len() / COORD_BYTES);
    let mut items = coords.as_chunks::<COORD_BYTES>().0.iter();
    for outline in outlines {
        let (mut x, mut y) = (0i32, 0i32);
        while points.len() < outline.end as usize
            && let Some(bytes) = items.next()
        {
            let wrong = |field: &str, message: String| {
                let base = source.base + LANE_HEADER_BYTES + commands;
                Rejection::new(Name::MalformedLane, (Part::Coords, base), points.len(), field, message)
            };
            let (dx, dy, dz) = (i32_at(bytes, 0), i32_at(bytes, 4), i32_at(bytes, 8));
            // within the box a step never overflows
            (x, y) = (x.wrapping_add(dx), y.wrapping_add(dy));
            if !(0..=ONE).contains(&x) {
                let from = i64::from(x.wrapping_sub(dx));
                return Err(wrong("dx", format!("leads from {from} to {}, outside of 0 to {ONE}", from + i64::from(dx))));
            }
            if !(0..=ONE).contains(&y) {
                let from = i64::from(y.wrapping_sub(dy));
                return Err(wrong("dy", format!("leads from {from} to {}, outside of 0 to {ONE}", from + i64::from(dy))));
            }
            if dz != 0 {
                return Err(wrong("dz", format!("{dz} where 0 is wanted")));
            }
            points.push((x, y));
        }
    }
    Ok(points)
}

/// Judges the items of lane X; `elements` is the count of lane M, where it is known.
pub(super) fn check_scales(source: &Source<'_>, elements: Option<usize>) -> Result<(), Rejection> {
    source.check_count(elements.map(|elements| elements + 1), "one for the drawing and one for each element of lane M")?;
    for (item, bytes) in source.items::<24>().enumerate() {
        let wrong = |field: &str, message: String| source.item(Name::MalformedLane, item, field, message);
        let (a, d) = (i32_at(bytes, 0), i32_at(bytes, 12));
        let least = i32::from(item > 0);
        let why = if item > 0 { "the magnitude of a transform is above 0" } else { "a drawing is never narrower than 0" };
        if a < least {
            return Err(wrong("a", format!("{a}: {why}")));
        }
        for (field, at) in [("b", 4), ("c", 8)] {
            let value = i32_at(bytes, at);
            if value != 0 {
                return Err(wrong(field, format!("{value} where 0 is wanted")));
            }
        }
        if item > 0 && a != d {
            return Err(wrong("d", format!("{d} where `a` is {a}: an element has one magnitude")));
        }
        if d < least {
            return Err(wrong("d", format!("{d}: {why}")));
        }
        for (field, at) in [("e", 16), ("f", 20)] {
            let value = i32_at(bytes, at);
            if value != 0 {
                return Err(wrong(field, format!("{value} where 0 is wanted")));
            }
        }
    }
    Ok(())
}

/// Judges the items of lane W; `elements` is the count of lane M, where it is known.
pub(super) fn check_weights(source: &Source<'_>, elements: Option<usize>) -> Result<(), Rejection> {
    source.check_count(elements, "one for each element of lane M")?;
    for (item, bytes) in source.items::<12>().enumerate() {
        let stroke = i32_at(bytes, 4);
        if stroke < 0 {
            return Err(source.item(Name::MalformedLane, item, "stroke_width", format!("{stroke} is below 0")));
        }
    }
    Ok(())
}
