//! The canonical text: written from a model, and read back from its parts (`CANONICAL` §1.0, §2).
//!
//! Writing gives pieces of bytes as they are made, so that a text need not be held to be hashed. Reading takes the values of
//! attributes; how the text was found to be XML is the caller's concern.

use super::{
    fault::{At, Fault, Name},
    model::{Element, FULL_OPACITY, MAX_POINTS, MAX_RANK, Model, ONE, Point},
    pen::literal_id4,
    pieces::Pieces,
};
use crate::{
    hash::digest::{Digest, Hasher},
    text::Span,
};

/// The value of `data-mx2lm` that marks a canonical text.
pub const MARK: &str = "canonical.v1";

/// Gives the canonical text of a model, piece by piece.
pub fn write(model: &Model, out: &mut impl FnMut(&[u8])) {
    let mut pen = Pen(Pieces::new(out));
    pen.text(b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 65536 65536\" data-mx2lm=\"canonical.v1\" data-sx=\"");
    pen.number(model.sx.unsigned_abs());
    pen.text(b"\" data-sy=\"");
    pen.number(model.sy.unsigned_abs());
    pen.text(b"\">");
    let mut rank = 0;
    for element in &model.elements {
        pen.rank(&mut rank, element.rank);
        pen.element(model, element);
    }
    pen.rank(&mut rank, 0);
    pen.text(b"</svg>");
    pen.0.flush();
}

/// The canonical text of a model.
pub fn to_string(model: &Model) -> String {
    let mut bytes = Vec::with_capacity(model.points.len() * 11 + model.elements.len() * 80 + 160);
    write(model, &mut |piece| bytes.extend_from_slice(piece));
    // the pieces are ASCII
    String::from_utf8(bytes).unwrap_or_default()
}

/// The identity of a tensor: the hash of its canonical text (`canonical_svg_hash`).
pub fn digest(model: &Model) -> Digest {
    let mut hasher = Hasher::default();
    write(model, &mut |piece| hasher.update(piece));
    hasher.finish()
}

/// Writes pieces of text.
struct Pen<'o, F>(Pieces<'o, F>);

impl<F: FnMut(&[u8])> Pen<'_, F> {
    #[inline]
    fn text<const N: usize>(&mut self, text: &[u8; N]) {
        self.0.bytes(text);
    }

    #[inline]
    fn number(&mut self, number: u32) {
        const HALF: u32 = 100_000_000;
        if number < HALF {
            let digits = eight_digits(number);
            let zeros = (digits.trailing_zeros() / 8).min(7);
            self.0.first(&((digits | ASCII) >> (zeros * 8)).to_le_bytes(), 8 - zeros as usize);
        } else {
            self.number(number / HALF);
            self.0.first(&(eight_digits(number % HALF) | ASCII).to_le_bytes(), 8);
        }
    }

    fn rank(&mut self, rank: &mut u16, wanted: u16) {
        while *rank < wanted {
            self.text(b"<g>");
            *rank += 1;
        }
        while *rank > wanted {
            self.text(b"</g>");
            *rank -= 1;
        }
    }

    fn point(&mut self, point: Point) {
        self.number(point.0.unsigned_abs());
        self.text(b" ");
        self.number(point.1.unsigned_abs());
    }

    fn element(&mut self, model: &Model, element: &Element) {
        self.text(b"<path id=\"h");
        for byte in element.id4 {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            self.text(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        self.text(b"\" d=\"M");
        for (at, &point) in model.points_of(element).iter().enumerate() {
            match at {
                0 => {}
                1 => self.text(b"L"),
                _ => self.text(b" "),
            }
            self.point(point);
        }
        if element.closed {
            self.text(b"Z");
        }
        self.text(b"\" data-sw=\"");
        self.number(element.stroke_width.unsigned_abs());
        self.text(b"\" data-o=\"");
        self.number(element.opacity_q11.into());
        self.text(b"\" data-tm=\"");
        self.number(element.transform_mag.unsigned_abs());
        self.text(b"\"/>");
    }
}

/// `0` in every byte.
const ASCII: u64 = 0x3030_3030_3030_3030;

/// The digits of a number below 10⁸, a byte each, the first in the lowest. Halves are split into quarters and those into digits, all at
/// once: the multiplications divide by 100 and by 10, which is exact for numbers of four and of two digits.
#[inline]
fn eight_digits(number: u32) -> u64 {
    let halves = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    let high = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let quarters = high | (halves - high * 100) << 16;
    let high = ((quarters * 103) >> 10) & 0x000f_000f_000f_000f;
    high | (quarters - high * 10) << 8
}

/// The attributes of a canonical `path`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Path<'a> {
    pub id: Option<&'a str>,
    pub d: Option<&'a str>,
    pub sw: Option<&'a str>,
    pub o: Option<&'a str>,
    pub tm: Option<&'a str>,
}

/// A canonical text while it is read.
pub(super) struct Reader {
    model: Model,
    sources: Vec<u32>,
}

impl Reader {
    /// Begins with the root's `data-sx` and `data-sy`.
    pub fn new(sx: Option<&str>, sy: Option<&str>) -> Result<Self, Fault> {
        let model = Model {
            sx: integer(sx, At::value(0, "data-sx"), i32::MAX as u32)? as i32,
            sy: integer(sy, At::value(0, "data-sy"), i32::MAX as u32)? as i32,
            ..Model::default()
        };
        Ok(Reader { model, sources: Vec::new() })
    }

    /// Reads a `path` that stands in `rank` groups.
    pub fn path(&mut self, source: u32, rank: usize, path: &Path<'_>) -> Result<(), Fault> {
        let id_at = At::value(source, "id");
        let id4 = path.id.and_then(literal_id4).ok_or_else(|| {
            let found = path.id.map_or_else(|| "there is none".to_owned(), |id| format!("found `{id}`"));
            let at = if path.id.is_some() { id_at } else { At::element(source) };
            Fault::new(Name::Illegal, at, format!("the `id` in a canonical text is `h` and eight lower-case hexadecimal digits; {found}"))
        })?;
        if rank > usize::from(MAX_RANK) {
            let message = format!("{rank} groups around an element are more than the {MAX_RANK} that a rank holds");
            return Err(Fault::new(Name::Illegal, At::element(source), message));
        }
        let number = |value, name, most| integer(value, At::value(source, name), most);
        let stroke_width = number(path.sw, "data-sw", i32::MAX as u32)? as i32;
        let opacity_q11 = number(path.o, "data-o", u32::from(FULL_OPACITY))? as u16;
        let transform_mag = number(path.tm, "data-tm", i32::MAX as u32)? as i32;
        if transform_mag == 0 {
            let message = "`data-tm` is 0, and an element without magnitude has no weight";
            return Err(Fault::new(Name::Illegal, At::value(source, "data-tm"), message));
        }
        let start = self.model.points.len();
        let closed = self.data(source, path.d.unwrap_or_default())?;
        let points = self.model.points.get(start..).unwrap_or_default();
        let d = At::value(source, "d");
        if points.len() < 2 {
            return Err(Fault::new(Name::Illegal, d, "the path has fewer than two points, so it has no length and no weight"));
        }
        if closed && points.first() == points.last() {
            let message = "the last point is the first again, where `Z` leads back already: a canonical text leaves it out";
            return Err(Fault::new(Name::Illegal, d.command(points.len() as u32), message));
        }
        let end = self.model.points.len() as u32;
        let start = start as u32;
        self.model.elements.push(Element { id4, start, end, stroke_width, transform_mag, rank: rank as u16, opacity_q11, closed });
        self.sources.push(source);
        Ok(())
    }

    /// Reads path data of integers; answers whether it is closed.
    fn data(&mut self, source: u32, d: &str) -> Result<bool, Fault> {
        let bytes = d.as_bytes();
        let at = At::value(source, "d");
        let space = |mut from: usize| {
            while matches!(bytes.get(from), Some(b' ' | b'\t' | b'\n' | b'\r' | b',')) {
                from += 1;
            }
            from
        };
        let place = |from: usize, command: u32| {
            let width = d.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            at.command(command).bytes(Span::from(from..from + width))
        };
        let first = self.model.points.len();
        let (mut here, mut command) = (space(0), 1u32);
        loop {
            match bytes.get(here) {
                None if command > 1 => return Ok(false),
                Some(b'Z') if command > 1 => {
                    let end = space(here + 1);
                    if end < bytes.len() {
                        let message = "a path of a canonical text ends with its `Z`";
                        return Err(Fault::new(Name::Illegal, place(end, command + 1), message));
                    }
                    return Ok(true);
                }
                Some(b'M') if command == 1 => here = space(here + 1),
                Some(b'L') if command > 1 => here = space(here + 1),
                Some(b'0'..=b'9') if command > 1 => {}
                _ => {
                    let message = "a path of a canonical text is one `M`, then `L`, with absolute whole numbers, and perhaps a `Z`";
                    return Err(Fault::new(Name::Illegal, place(here, command), message));
                }
            }
            let mut pair = [0; 2];
            for slot in &mut pair {
                let from = here;
                let mut value = 0u32;
                while let Some(digit @ b'0'..=b'9') = bytes.get(here) {
                    value = value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
                    here += 1;
                }
                let padded = here - from > 1 && bytes.get(from) == Some(&b'0');
                if here == from || padded || value > ONE as u32 || matches!(bytes.get(here), Some(b'.' | b'e' | b'E')) {
                    let at = if here == from { place(here, command) } else { at.command(command).bytes(Span::from(from..here)) };
                    let message = "a coordinate of a canonical text is a whole number from 0 to 65536 without leading zeros";
                    return Err(Fault::new(Name::Illegal, at, message));
                }
                *slot = value as i32;
                here = space(here);
            }
            let point = (pair[0], pair[1]);
            if self.model.points.len() > first && self.model.points.last() == Some(&point) {
                let message = "the point is the one before it again: a canonical text leaves it out";
                return Err(Fault::new(Name::Illegal, at.command(command), message));
            }
            if self.model.points.len() == MAX_POINTS {
                return Err(Fault::new(Name::Range, at.command(command), format!("the drawing comes to more than {MAX_POINTS} points")));
            }
            self.model.points.push(point);
            command += 1;
        }
    }

    /// Checks that the points span the box; gives the model and the element of the drawing behind each of its own.
    pub fn finish(self) -> Result<(Model, Vec<u32>), Fault> {
        let Reader { model, sources } = self;
        if model.elements.is_empty() {
            return Err(Fault::new(Name::Illegal, At::default(), "nothing is drawn, so there is nothing to be a tensor"));
        }
        spans_box(&model).map_err(|axis| {
            let (name, data, size) = if axis == 0 { ("x", "data-sx", model.sx) } else { ("y", "data-sy", model.sy) };
            let message = if size == 0 {
                format!("the {name} coordinates of a canonical text span 0 to 65536, or are all 0")
            } else {
                format!("the {name} coordinates of a canonical text span 0 to 65536; all 0 is for a drawing whose `{data}` is 0")
            };
            Fault::new(Name::Illegal, At::value(0, data), message)
        })?;
        Ok((model, sources))
    }
}

/// Whether the points of a model span the box on each axis, or have no extent on one that has no size. An axis on which they do not is
/// the error: 0 for x, 1 for y (`CANONICAL` §1.0).
pub fn spans_box(model: &Model) -> Result<(), usize> {
    let (mut low, mut high) = ((ONE, ONE), (0, 0));
    for point in &model.points {
        low = (low.0.min(point.0), low.1.min(point.1));
        high = (high.0.max(point.0), high.1.max(point.1));
    }
    for (axis, low, high, size) in [(0, low.0, high.0, model.sx), (1, low.1, high.1, model.sy)] {
        let spans = low == 0 && high == ONE;
        let flat = high == 0 && size == 0;
        if !spans && !flat {
            return Err(axis);
        }
    }
    Ok(())
}

/// A whole number without sign and leading zeros, at most `most`.
fn integer(value: Option<&str>, at: At, most: u32) -> Result<u32, Fault> {
    let name = at.attribute.unwrap_or_default();
    let Some(value) = value else {
        return Err(Fault::new(Name::Illegal, At::element(at.element), format!("a canonical text has `{name}` here")));
    };
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) && (value.len() == 1 || !value.starts_with('0'));
    match value.parse::<u32>() {
        Ok(number) if digits && number <= most => Ok(number),
        _ => {
            let message = format!("`{name}` is a whole number from 0 to {most}, without sign and leading zeros");
            Err(Fault::new(Name::Illegal, at, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_they_are_everywhere() {
        let powers = (0..10).flat_map(|power| [10u32.pow(power) - 1, 10u32.pow(power), 10u32.pow(power) + 1]);
        let steps = (0..u32::MAX).step_by(65_521);
        let mut wanted = String::new();
        let mut written = Vec::new();
        let mut out = |piece: &[u8]| written.extend_from_slice(piece);
        let mut pen = Pen(Pieces::new(&mut out));
        for number in (0..=100_000).chain(powers).chain(steps).chain([u32::MAX]) {
            pen.number(number);
            pen.text(b" ");
            wanted.push_str(&format!("{number} "));
        }
        pen.0.flush();
        assert!(written == wanted.as_bytes());
    }
}
