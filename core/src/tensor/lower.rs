//! From the elements of a drawing, in their order, to transformed points and curves (`CANONICAL` §1.2 to §1.4, §1.8, §1.9).
//!
//! The caller says what the drawing holds and knows how it is written; here stand the attributes' meanings, and what draws is the pen.
//! Coordinates are kept as 64-bit integers as long as they fit, and the caller starts again with 128 bits when one
//! does not: sums of relative coordinates have no bound but the size of the text.

use super::{
    fault::{At, Fault, Name, Stop},
    matrix::{self, Matrix, rhe},
    model::{FULL_OPACITY, MAX_RANK},
    number::{self, ValueFault},
    pen::Pen,
};
use crate::text::Span;

/// The attributes that every element may have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Common<'a> {
    pub id: Option<&'a str>,
    pub transform: Option<&'a str>,
    pub stroke_width: Option<&'a str>,
    pub opacity: Option<&'a str>,
}

/// A shape with the attributes that say where it is, as spelled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape<'a> {
    Path(Option<&'a str>),
    /// x1, y1, x2, y2
    Line([Option<&'a str>; 4]),
    /// x, y, width, height
    Rect([Option<&'a str>; 4]),
    /// cx, cy, r
    Circle([Option<&'a str>; 3]),
    /// cx, cy, rx, ry. Has no canonical form.
    Ellipse([Option<&'a str>; 4]),
    /// `points`, and whether the line closes. Has no canonical form.
    Points(Option<&'a str>, bool),
}

/// A coordinate in units of 2⁻³². `None`: it does not fit.
pub(super) trait Coordinate: Copy + Ord + Default {
    fn of(q32: i64) -> Self;
    fn plus(self, other: Self) -> Option<Self>;
    /// `self` reflected about `centre`.
    fn reflected(self, centre: Self) -> Option<Self>;
    fn wide(self) -> i128;
    fn narrow(value: i128) -> Option<Self>;
}

impl Coordinate for i64 {
    #[inline]
    fn of(q32: i64) -> Self {
        q32
    }
    #[inline]
    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }
    #[inline]
    fn reflected(self, centre: Self) -> Option<Self> {
        centre.checked_sub(self)?.checked_add(centre)
    }
    #[inline]
    fn wide(self) -> i128 {
        self.into()
    }
    #[inline]
    fn narrow(value: i128) -> Option<Self> {
        value.try_into().ok()
    }
}

impl Coordinate for i128 {
    fn of(q32: i64) -> Self {
        q32.into()
    }
    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }
    fn reflected(self, centre: Self) -> Option<Self> {
        centre.checked_sub(self)?.checked_add(centre)
    }
    fn wide(self) -> i128 {
        self
    }
    fn narrow(value: i128) -> Option<Self> {
        Some(value)
    }
}

/// How a piece of a part is drawn: the number of its points.
pub(super) const LINE: u8 = 1;
pub(super) const QUADRATIC: u8 = 2;
pub(super) const CUBIC: u8 = 3;

/// One element of the model to be: a subpath, or a shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The element of the drawing.
    pub source: u32,
    /// The path command that began it; 0 for a shape.
    pub command: u32,
    /// The path command in front of its first piece; each piece is one command.
    pub before: u32,
    pub id4: [u8; 4],
    /// Its first point in the list of points; the rest are those of its pieces.
    pub point: u32,
    /// Its first piece; its last is in front of the next part's first.
    pub piece: u32,
    pub stroke_width: i32,
    pub transform_mag: i32,
    pub rank: u16,
    pub opacity_q11: u16,
    pub closed: bool,
}

/// What holds inside an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub matrix: Matrix,
    /// The element that has the nearest `transform`.
    transformed: At,
    /// In units of 1/65536.
    stroke_width: i32,
    /// In units of 2⁻³².
    opacity: i64,
    rank: u32,
    /// [`Matrix::magnitude`], where it was asked for.
    magnitude: Option<i32>,
}

/// The drawing so far.
pub(super) struct Lowering<T> {
    pub parts: Vec<Part>,
    pub pieces: Vec<u8>,
    pub points: Vec<(T, T)>,
    pub low: (T, T),
    pub high: (T, T),
    frames: Vec<Frame>,
    frame: Frame,
    /// Room to spell names in.
    pub name: String,
}

pub(super) type Pair<T> = (T, T);

impl<T: Coordinate> Lowering<T> {
    /// Nothing drawn yet; `bytes` is the size of the drawing's text.
    pub fn new(bytes: usize) -> Self {
        let frame = Frame {
            matrix: Matrix::IDENTITY,
            transformed: At::default(),
            stroke_width: 1 << 16,
            opacity: 1 << 32,
            rank: 0,
            magnitude: None,
        };
        Lowering {
            parts: Vec::new(),
            pieces: Vec::with_capacity(bytes / 24),
            points: Vec::with_capacity(bytes / 12),
            low: Default::default(),
            high: Default::default(),
            frames: Vec::new(),
            frame,
            name: String::new(),
        }
    }

    /// Enters the root or, with `group`, a group.
    pub fn enter(&mut self, source: u32, common: &Common<'_>, group: bool) -> Result<(), Stop> {
        self.frames.push(self.frame);
        self.frame = self.inner(source, common)?;
        self.frame.rank += u32::from(group);
        Ok(())
    }

    /// Leaves what was entered, but for the outermost `depth`.
    pub fn leave_to(&mut self, depth: usize) {
        while self.frames.len() > depth
            && let Some(frame) = self.frames.pop()
        {
            self.frame = frame;
        }
    }

    fn inner(&mut self, source: u32, common: &Common<'_>) -> Result<Frame, Stop> {
        let mut frame = self.frame;
        if let Some(value) = common.transform {
            let at = At::value(source, "transform");
            let own = Matrix::of_list(value, at)?;
            frame.matrix = frame.matrix.then(&own).ok_or(Stop::Wide(at))?;
            (frame.transformed, frame.magnitude) = (at, None);
        }
        if let Some(value) = common.stroke_width {
            let at = At::value(source, "stroke-width");
            frame.stroke_width = stroke_width(length(value, at)?).map_err(|fault| {
                let message = match fault {
                    Name::Range => format!("`stroke-width` is {}, and the canonical form holds less than 32768", value.trim()),
                    _ => format!("`stroke-width` is {}; a confidence is not negative", value.trim()),
                };
                Fault::new(fault, at, message)
            })?;
        }
        if let Some(value) = common.opacity {
            let at = At::value(source, "opacity");
            let own = length(value, at)?;
            if !(0..=1 << 32).contains(&own) {
                let message = format!("`opacity` is {}; it lies between 0 and 1", value.trim());
                return Err(Fault::new(Name::Illegal, at, message).into());
            }
            frame.opacity = product_of_opacities(frame.opacity, own);
        }
        Ok(frame)
    }

    /// Draws a shape.
    pub fn shape(&mut self, source: u32, common: &Common<'_>, shape: Shape<'_>) -> Result<(), Stop> {
        let plain = common.transform.is_none() && common.stroke_width.is_none() && common.opacity.is_none();
        let mut frame = if plain { self.frame } else { self.inner(source, common)? };
        let magnitude = match frame.magnitude {
            Some(magnitude) => magnitude,
            None => {
                let magnitude = magnitude(&frame)?;
                frame.magnitude = Some(magnitude);
                if plain || common.transform.is_none() {
                    self.frame.magnitude = frame.magnitude;
                }
                magnitude
            }
        };
        if frame.rank > u32::from(MAX_RANK) {
            let message = format!("{} groups around an element are more than the {MAX_RANK} that a rank holds", frame.rank);
            return Err(Fault::new(Name::Illegal, At::element(source), message).into());
        }
        let part = Part {
            source,
            command: 0,
            before: 0,
            id4: [0; 4],
            point: 0,
            piece: 0,
            stroke_width: frame.stroke_width,
            transform_mag: magnitude,
            rank: frame.rank as u16,
            opacity_q11: opacity_q11(frame.opacity),
            closed: false,
        };
        let numbers = |names: &[&'static str], values: &[Option<&str>]| -> Result<[i64; 4], Stop> {
            let mut numbers = [0; 4];
            for ((slot, name), value) in numbers.iter_mut().zip(names).zip(values) {
                if let Some(value) = value {
                    *slot = length(value, At::value(source, name))?;
                }
            }
            Ok(numbers)
        };
        let first = self.parts.len();
        let moved = frame.matrix.moves_only().then(|| Some((T::narrow(frame.matrix.e)?, T::narrow(frame.matrix.f)?))).flatten();
        let mut pen = Pen { lowering: self, frame, moved, part, id: common.id, first, ordinal: 0 };
        match shape {
            Shape::Path(None) => {
                Err(Fault::new(Name::Illegal, At::element(source), "the path has no `d`, so it has no numeric meaning").into())
            }
            Shape::Path(Some(data)) => pen.path(data),
            Shape::Line(values) => {
                let [x1, y1, x2, y2] = numbers(&["x1", "y1", "x2", "y2"], &values)?.map(T::of);
                pen.begin((x1, y1), 0, 0)?;
                pen.line((x2, y2))
            }
            Shape::Rect(values) => {
                let [x, y, width, height] = numbers(&["x", "y", "width", "height"], &values)?.map(T::of);
                let wide = || Stop::Wide(At::element(source));
                let (right, bottom) = (x.plus(width).ok_or_else(wide)?, y.plus(height).ok_or_else(wide)?);
                pen.begin((x, y), 0, 0)?;
                pen.line((right, y))?;
                pen.line((right, bottom))?;
                pen.line((x, bottom))?;
                pen.close();
                Ok(())
            }
            Shape::Circle(values) => {
                let [cx, cy, r, _] = numbers(&["cx", "cy", "r"], &values)?;
                pen.round(cx, cy, r, r)
            }
            Shape::Ellipse(values) => {
                let [cx, cy, rx, ry] = numbers(&["cx", "cy", "rx", "ry"], &values)?;
                pen.round(cx, cy, rx, ry)
            }
            Shape::Points(points, closed) => pen.points(points.unwrap_or_default(), closed),
        }
    }
}

/// √|det| of a frame, for an element drawn in it.
fn magnitude(frame: &Frame) -> Result<i32, Stop> {
    let magnitude = frame.matrix.magnitude().ok_or(Stop::Wide(frame.transformed))?;
    match i32::try_from(magnitude) {
        Ok(0) => {
            let message = "the transforms up to here leave an element without magnitude";
            Err(Fault::new(Name::Illegal, frame.transformed, message).into())
        }
        Ok(magnitude) => Ok(magnitude),
        Err(_) => {
            let message = "the transforms up to here enlarge an element more than the 32768 times that the canonical form holds";
            Err(Fault::new(Name::Range, frame.transformed, message).into())
        }
    }
}

/// A stroke width in units of 1/65536 from one in units of 2⁻³² (`CANONICAL` §1.8).
pub(crate) fn stroke_width(q32: i64) -> Result<i32, Name> {
    if q32 < 0 {
        return Err(Name::Illegal);
    }
    i32::try_from(rhe(q32.into(), 1 << 16)).map_err(|_| Name::Range)
}

/// An opacity inside another, in units of 2⁻³² (`CANONICAL` §1.8).
pub(crate) fn product_of_opacities(outer: i64, own: i64) -> i64 {
    matrix::shift32(i128::from(outer) * i128::from(own)) as i64
}

/// An opacity in units of 1/2048 from one in units of 2⁻³² (`CANONICAL` §1.8).
pub(crate) fn opacity_q11(q32: i64) -> u16 {
    u16::try_from(rhe(q32.into(), 1 << 21)).unwrap_or(FULL_OPACITY)
}

/// What is told of a literal that is too large.
pub(super) fn beyond(literal: &str) -> String {
    const MOST: usize = 40;
    let (shown, more) = match literal.char_indices().nth(MOST) {
        Some((end, _)) => (literal.get(..end).unwrap_or_default(), "…"),
        None => (literal, ""),
    };
    format!("{shown}{more} is beyond 16777216, the largest number the canonical form can hold")
}

/// A plain number in units of 2⁻³².
fn length(value: &str, at: At) -> Result<i64, Stop> {
    let name = at.attribute.unwrap_or_default();
    let length = number::length(value).map_err(|fault| match fault {
        ValueFault::Empty => Fault::new(Name::Illegal, at, format!("`{name}` is empty")),
        ValueFault::NotANumber(_) => Fault::new(Name::Illegal, at, format!("`{name}` is no number")),
        ValueFault::Trailing(from) => {
            let rest = Span::new(from, u32::try_from(value.len()).unwrap_or(u32::MAX));
            Fault::new(Name::Illegal, at.bytes(rest), format!("`{name}` takes one number, and more follows"))
        }
    })?;
    if !length.unit.is_empty() {
        let end = length.number.end();
        let unit = at.bytes(Span::new(end, end + length.unit.len() as u32));
        let message = format!("`{name}` has the unit `{}`, and a tensor has nothing to measure it by", length.unit);
        return Err(Fault::new(Name::Illegal, unit, message).into());
    }
    let number = length.number;
    Ok(number.q32(value).ok_or_else(|| Fault::new(Name::Range, at.bytes(number.span()), beyond(number.text(value))))?)
}
