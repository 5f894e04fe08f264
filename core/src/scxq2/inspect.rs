//! The fields of a pack with names, places and values, for reports, the inspector and editors. A spoilt pack is shown as far as its
//! table of contents leads.

use super::{
    lane::Lane,
    layout::{self, COORD_BYTES, ENTRY_BYTES, Field, Form, HEADER_BYTES, LANE_HEADER_BYTES, Part, i32_at, u16_at, u32_at},
};
use crate::{hash::digest::hex, text::Span};

/// A run of items in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// What they are.
    pub part: Part,
    /// Where the first begins.
    pub base: usize,
    /// How many are there: never more than the file has bytes for.
    pub count: usize,
}

/// The runs of a pack in the order of the file.
#[derive(Debug, Clone)]
pub struct Outline<'a> {
    bytes: &'a [u8],
    /// Every run; of a lane its header, its items, and for lane G its coordinates.
    pub runs: Vec<Run>,
}

/// One field with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// `/section/item/field`.
    pub locator: String,
    /// The bytes.
    pub span: Span,
    /// The name of the field.
    pub name: &'static str,
    /// What the bytes say: a number, letters or digits.
    pub text: String,
    /// What that means, where the number does not say it.
    pub reading: Option<String>,
    /// What the field means.
    pub about: &'static str,
}

impl<'a> Outline<'a> {
    /// Looks at a file.
    pub fn of(bytes: &'a [u8]) -> Self {
        let mut runs = Vec::new();
        let size = bytes.len();
        let mut push = |part: Part, base: usize, claimed: usize, end: usize| {
            let room = end.min(size).saturating_sub(base) / part.item_bytes();
            runs.push(Run { part, base, count: claimed.min(room) });
        };
        push(Part::Header, 0, 1, size);
        push(Part::Toc, HEADER_BYTES, 5, size);
        for (entry, lane) in Lane::ALL.into_iter().enumerate() {
            let at = HEADER_BYTES + entry * ENTRY_BYTES;
            let (start, end) = (u32_at(bytes, at + 1) as usize, u32_at(bytes, at + 1) as u64 + u64::from(u32_at(bytes, at + 5)));
            let end = usize::try_from(end).unwrap_or(usize::MAX).min(size);
            if start < layout::LANES_AT || start >= end {
                continue;
            }
            push(Part::LaneHeader(lane), start, 1, end);
            let (items, count) = (start + LANE_HEADER_BYTES, u32_at(bytes, start + 8) as usize);
            push(Part::Items(lane), items, count, end);
            if lane == Lane::G {
                let coords = items.saturating_add(count.saturating_mul(2));
                push(Part::Coords, coords, end.saturating_sub(coords) / COORD_BYTES, end);
            }
        }
        Outline { bytes, runs }
    }

    /// The fields of one item.
    pub fn values(&self, run: Run, item: usize) -> impl Iterator<Item = Value> {
        run.part.fields().iter().map(move |field| self.value(run, item, field))
    }

    fn value(&self, run: Run, item: usize, field: &Field) -> Value {
        let span = run.part.span(run.base, item, field.name);
        let bytes = self.bytes.get(span.range()).unwrap_or_default();
        let text = match field.form {
            Form::Letters(_) => String::from_utf8_lossy(bytes).escape_debug().to_string(),
            Form::Bytes(_) => hex(bytes),
            Form::U8 => bytes.first().copied().unwrap_or_default().to_string(),
            Form::U16 => u16_at(bytes, 0).to_string(),
            Form::U32 => u32_at(bytes, 0).to_string(),
            Form::I32 => i32_at(bytes, 0).to_string(),
        };
        let reading = self.reading(run, item, field.name, bytes);
        Value { locator: run.part.locator(item, field.name), span, name: field.name, text, reading, about: field.about }
    }

    /// What a number stands for.
    fn reading(&self, run: Run, item: usize, name: &str, bytes: &[u8]) -> Option<String> {
        let sixteenth = |value: i32| {
            let decimals = format!("{:.6}", f64::from(value) / f64::from(layout::PRECISION));
            decimals.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        match (run.part, name) {
            (Part::Header, "version") => Some(format!("{:#06x}", u16_at(bytes, 0))),
            (Part::Items(Lane::M), "flags") => {
                let flags = u16_at(bytes, 0);
                let mut words = Vec::new();
                words.extend((flags & 1 != 0).then(|| "on a cycle".to_owned()));
                words.extend((flags & 2 != 0).then(|| "begins at a root".to_owned()));
                words.extend((flags & 12 != 0).then(|| "bits that are not known".to_owned()));
                words.push(format!("opacity {}/2048", 2048 - i32::from(flags >> 4)));
                Some(words.join(", "))
            }
            (Part::Items(Lane::T), "delta_to") => {
                let from = u32_at(self.bytes, run.part.span(run.base, item, "from").start as usize);
                Some(format!("to vertex {}", i64::from(from) + i64::from(i32_at(bytes, 0))))
            }
            (Part::Items(Lane::G), "opcode") => match bytes {
                [layout::OP_MOVE] => Some("begin".to_owned()),
                [layout::OP_LINE] => Some("run".to_owned()),
                [layout::OP_CLOSE] => Some("close".to_owned()),
                _ => None,
            },
            (Part::Items(Lane::X), "a" | "d") | (Part::Items(Lane::W), _) => Some(sixteenth(i32_at(bytes, 0))),
            _ => None,
        }
    }

    /// The field that holds a byte: its locator and its bytes.
    pub fn place(&self, at: usize) -> Option<(String, Span)> {
        let run = self.runs.iter().find(|run| run.base <= at && at < run.base + run.count * run.part.item_bytes())?;
        let item = (at - run.base) / run.part.item_bytes();
        let offset = u32::try_from((at - run.base) % run.part.item_bytes()).ok()?;
        let field = run.part.fields().iter().find(|field| (field.at..field.at + field.form.bytes()).contains(&offset))?;
        Some((run.part.locator(item, field.name), run.part.span(run.base, item, field.name)))
    }
}
