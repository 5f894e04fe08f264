//! The pen: draws the parts of one element, a shape or the commands of a path, through the matrix that holds there (`CANONICAL` §1.4,
//! §1.9). Every subpath becomes a part of its own.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{
    fault::{At, Fault, Name, Stop},
    lower::{CUBIC, Coordinate, Frame, LINE, Lowering, Pair, Part, QUADRATIC, beyond},
    matrix,
    number::{Number, NumberList},
    path_data::{Command, Commands},
};

/// Draws the parts of one element.
pub(super) struct Pen<'l, 'a, T> {
    pub lowering: &'l mut Lowering<T>,
    pub frame: Frame,
    /// What the matrix adds, where it does nothing else.
    pub moved: Option<Pair<T>>,
    /// What all parts of the element have in common.
    pub part: Part,
    pub id: Option<&'a str>,
    /// The first part of the element.
    pub first: usize,
    /// Parts begun.
    pub ordinal: u32,
}

impl<T: Coordinate> Pen<'_, '_, T> {
    fn wide(&self, command: u32) -> Stop {
        let at = if command == 0 { At::element(self.part.source) } else { At::value(self.part.source, "d").command(command) };
        Stop::Wide(at)
    }

    /// Begins a part at a command; `before` is the one in front of its first piece.
    pub fn begin(&mut self, at: Pair<T>, command: u32, before: u32) -> Result<(), Stop> {
        let id4 = self.id4();
        self.ordinal += 1;
        let (point, piece) = (self.lowering.points.len() as u32, self.lowering.pieces.len() as u32);
        self.lowering.parts.push(Part { id4, command, before, point, piece, ..self.part });
        self.point(at).ok_or_else(|| self.wide(command))
    }

    /// The name of the part that begins (`CANONICAL` §1.9).
    fn id4(&mut self) -> [u8; 4] {
        if self.ordinal == 0
            && let Some(id4) = self.id.and_then(literal_id4)
        {
            return id4;
        }
        let name = &mut self.lowering.name;
        name.clear();
        // writing to a string does not fail
        let _ = match self.id {
            Some(id) => write!(name, "{id}"),
            None => write!(name, "@{}", self.first),
        };
        if self.ordinal > 0 {
            let _ = write!(name, "/{}", self.ordinal);
        }
        let digest = Sha256::digest(name.as_bytes());
        [digest[0], digest[1], digest[2], digest[3]]
    }

    #[inline]
    fn point(&mut self, (x, y): Pair<T>) -> Option<()> {
        let matrix = &self.frame.matrix;
        let (x, y) = if let Some(moved) = self.moved {
            (x.plus(moved.0)?, y.plus(moved.1)?)
        } else {
            let (wide_x, wide_y) = (x.wide(), y.wide());
            let at_x = matrix::sum_of_products(matrix.a, wide_x, matrix.c, wide_y)?.checked_add(matrix.e)?;
            let at_y = matrix::sum_of_products(matrix.b, wide_x, matrix.d, wide_y)?.checked_add(matrix.f)?;
            (T::narrow(at_x)?, T::narrow(at_y)?)
        };
        let lowering = &mut *self.lowering;
        if lowering.points.is_empty() {
            (lowering.low, lowering.high) = ((x, y), (x, y));
        }
        lowering.low = (lowering.low.0.min(x), lowering.low.1.min(y));
        lowering.high = (lowering.high.0.max(x), lowering.high.1.max(y));
        lowering.points.push((x, y));
        Some(())
    }

    pub fn line(&mut self, to: Pair<T>) -> Result<(), Stop> {
        self.piece(LINE, &[to]).ok_or_else(|| self.wide(0))
    }

    #[inline]
    fn piece(&mut self, kind: u8, points: &[Pair<T>]) -> Option<()> {
        self.lowering.pieces.push(kind);
        points.iter().try_for_each(|point| self.point(*point))
    }

    pub fn close(&mut self) {
        if let Some(part) = self.lowering.parts.last_mut() {
            part.closed = true;
        }
    }

    /// Four cubic curves (`CANONICAL` §1.4).
    pub fn round(&mut self, cx: i64, cy: i64, rx: i64, ry: i64) -> Result<(), Stop> {
        let handle = |r: i64| matrix::shift32(i128::from(r) * 2_372_044_937) as i64;
        let (kx, ky) = (handle(rx), handle(ry));
        // no number is beyond 2⁵⁶ and no handle longer than its radius: sums of two fit in 64 bits
        let at = |x: i64, y: i64| (T::of(cx + x), T::of(cy + y));
        self.begin(at(rx, 0), 0, 0)?;
        for curve in [
            [at(rx, ky), at(kx, ry), at(0, ry)],
            [at(-kx, ry), at(-rx, ky), at(-rx, 0)],
            [at(-rx, -ky), at(-kx, -ry), at(0, -ry)],
            [at(kx, -ry), at(rx, -ky), at(rx, 0)],
        ] {
            self.piece(CUBIC, &curve).ok_or_else(|| self.wide(0))?;
        }
        self.close();
        Ok(())
    }

    pub fn points(&mut self, list: &str, closed: bool) -> Result<(), Stop> {
        let at = At::value(self.part.source, "points");
        let (mut x, mut count) = (None, 0u32);
        for number in NumberList::new(list) {
            let number = number.map_err(|_| Fault::new(Name::Illegal, at, "`points` is no list of numbers"))?;
            let value = number.q32(list).ok_or_else(|| Fault::new(Name::Range, at.bytes(number.span()), beyond(number.text(list))))?;
            match x.take() {
                None => x = Some(value),
                Some(x) => {
                    let to = (T::of(x), T::of(value));
                    if count == 0 { self.begin(to, 0, 0) } else { self.line(to) }?;
                    count += 1;
                }
            }
        }
        if count == 0 || x.is_some() {
            return Err(Fault::new(Name::Illegal, at, "`points` holds no pairs of numbers").into());
        }
        if closed {
            self.close();
        }
        Ok(())
    }

    pub fn path(&mut self, data: &str) -> Result<(), Stop> {
        let mut commands = Commands::new(data);
        let mut state = State { here: Default::default(), start: Default::default(), control: Default::default(), last: 0, open: false };
        let d = At::value(self.part.source, "d");
        while let Some(item) = commands.advance() {
            let command =
                item.map_err(|fault| Fault::new(Name::Illegal, d.command(fault.command).bytes(fault.span()), fault.to_string()))?;
            self.command(command, commands.arguments(), data, &mut state)?;
        }
        if self.ordinal == 0 {
            return Err(Fault::new(Name::Illegal, d, "the path has no data, so it has no numeric meaning").into());
        }
        Ok(())
    }

    #[inline]
    fn command(&mut self, command: Command, arguments: &[Number], data: &str, state: &mut State<T>) -> Result<(), Stop> {
        let d = At::value(self.part.source, "d").command(command.index);
        let wide = || Stop::Wide(d);
        let lower = command.letter | 0x20;
        if lower == b'z' {
            self.close();
            (state.here, state.open, state.last) = (state.start, false, b'z');
            return Ok(());
        }
        if lower == b'a' {
            let message = format!("the canonical form knows no arcs (`{}`)", char::from(command.letter));
            return Err(Fault::new(Name::Command, d.bytes(command.span), message).into());
        }
        let mut numbers = [0i64; 6];
        for (slot, number) in numbers.iter_mut().zip(arguments) {
            *slot = number.q32(data).ok_or_else(|| Fault::new(Name::Range, d.bytes(number.span()), beyond(number.text(data))))?;
        }
        let base = if command.is_relative() { state.here } else { Default::default() };
        let at = |x: i64, y: i64| Some((base.0.plus(T::of(x))?, base.1.plus(T::of(y))?));
        if lower == b'm' {
            state.here = at(numbers[0], numbers[1]).ok_or_else(wide)?;
            (state.start, state.open, state.last) = (state.here, true, b'm');
            return self.begin(state.here, command.index, command.index);
        }
        if !state.open {
            // after a close, a drawing command begins a part at the same start
            self.begin(state.start, command.index, command.index - 1)?;
            state.open = true;
        }
        let here = state.here;
        let [a, b, c, d, e, f] = numbers;
        let done = match lower {
            b'l' => at(a, b).and_then(|to| self.drawn(LINE, &[to], to, state)),
            b'h' => base.0.plus(T::of(a)).and_then(|x| self.drawn(LINE, &[(x, here.1)], (x, here.1), state)),
            b'v' => base.1.plus(T::of(a)).and_then(|y| self.drawn(LINE, &[(here.0, y)], (here.0, y), state)),
            b'c' => (|| self.drawn(CUBIC, &[at(a, b)?, at(c, d)?, at(e, f)?], at(c, d)?, state))(),
            b's' => (|| {
                let first = state.reflection(b"cs")?;
                self.drawn(CUBIC, &[first, at(a, b)?, at(c, d)?], at(a, b)?, state)
            })(),
            b'q' => (|| self.drawn(QUADRATIC, &[at(a, b)?, at(c, d)?], at(a, b)?, state))(),
            _ => (|| {
                let control = state.reflection(b"qt")?;
                self.drawn(QUADRATIC, &[control, at(a, b)?], control, state)
            })(),
        };
        done.ok_or_else(wide)?;
        state.last = lower;
        Ok(())
    }

    /// Draws a piece to the last of `points`; `control` is what a smooth command would reflect.
    #[inline]
    fn drawn(&mut self, kind: u8, points: &[Pair<T>], control: Pair<T>, state: &mut State<T>) -> Option<()> {
        self.piece(kind, points)?;
        state.here = *points.last()?;
        state.control = control;
        Some(())
    }
}

/// Where a path is.
struct State<T> {
    here: Pair<T>,
    /// The start of the subpath.
    start: Pair<T>,
    /// The last control point of the last curve.
    control: Pair<T>,
    /// The last command, in lower case.
    last: u8,
    /// Whether a part is being drawn.
    open: bool,
}

impl<T: Coordinate> State<T> {
    /// The control point a smooth command begins with, when the last command was one of `kin`; else where the path is.
    fn reflection(&self, kin: &[u8]) -> Option<Pair<T>> {
        if kin.contains(&self.last) {
            Some((self.control.0.reflected(self.here.0)?, self.control.1.reflected(self.here.1)?))
        } else {
            Some(self.here)
        }
    }
}

/// The four bytes of a name that is `h` and eight lower-case hexadecimal digits.
pub(super) fn literal_id4(name: &str) -> Option<[u8; 4]> {
    let digits: &[u8; 8] = name.as_bytes().strip_prefix(b"h")?.try_into().ok()?;
    let mut id4 = [0; 4];
    for (byte, pair) in id4.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(id4)
}
