//! The bytes of an SCXQ2S pack as a table of named fields (`CANONICAL` §3, seed 003 §18.2 to 18.8).
//!
//! One table for everybody: the reader's rejections, the inspector, reports and editors name places by it. All numbers are little-endian
//! and nothing is padded.

use super::lane::Lane;
use crate::text::Span;

/// What a pack begins with.
pub const MAGIC: [u8; 6] = *b"SCXQ2S";
/// The one version.
pub const VERSION: u16 = 0x0100;
/// Bytes of the header.
pub const HEADER_BYTES: usize = 18;
/// Bytes of an entry of the table of contents.
pub const ENTRY_BYTES: usize = 9;
/// Where the first lane begins: header and table have fixed sizes.
pub const LANES_AT: usize = HEADER_BYTES + 5 * ENTRY_BYTES;
/// Bytes of a lane's own header.
pub const LANE_HEADER_BYTES: usize = 12;
/// Bytes of a coordinate of lane G.
pub const COORD_BYTES: usize = 12;
/// Units of a coordinate, a scale and a weight.
pub const PRECISION: u32 = 65_536;

/// Begins an element, with its first point.
pub const OP_MOVE: u8 = 1;
/// A run of further points.
pub const OP_LINE: u8 = 2;
/// Closes the element.
pub const OP_CLOSE: u8 = 5;

/// What a field's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// ASCII letters.
    Letters(u32),
    /// Bytes without order.
    Bytes(u32),
    /// An unsigned byte.
    U8,
    /// Two bytes, unsigned.
    U16,
    /// Four bytes, unsigned.
    U32,
    /// Four bytes, signed.
    I32,
}

impl Form {
    /// How many bytes.
    pub const fn bytes(self) -> u32 {
        match self {
            Form::Letters(bytes) | Form::Bytes(bytes) => bytes,
            Form::U8 => 1,
            Form::U16 => 2,
            Form::U32 | Form::I32 => 4,
        }
    }
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in locators.
    pub name: &'static str,
    /// Where in its item.
    pub at: u32,
    /// What its bytes are.
    pub form: Form,
    /// What it means.
    pub about: &'static str,
}

const fn field(name: &'static str, at: u32, form: Form, about: &'static str) -> Field {
    Field { name, at, form, about }
}

/// A run of items of one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The header of the file.
    Header,
    /// The table of contents, an entry a lane.
    Toc,
    /// The header of a lane.
    LaneHeader(Lane),
    /// The items of a lane; of lane G its commands.
    Items(Lane),
    /// The coordinates of lane G, after its commands.
    Coords,
}

const HEADER: &[Field] = &[
    field("magic", 0, Form::Letters(6), "`SCXQ2S`"),
    field("version", 6, Form::U16, "of the format: 0x0100 is 1.0"),
    field("lane_count", 8, Form::U8, "how many lanes there are: 5"),
    field("reserved", 9, Form::U8, "for later use: 0"),
    field("toc_offset", 10, Form::U32, "18: the table of contents follows the header"),
    field("total_size", 14, Form::U32, "bytes of the whole file"),
];
const TOC: &[Field] = &[
    field("lane_id", 0, Form::Letters(1), "the lane: M, T, G, X, W in this order"),
    field("offset", 1, Form::U32, "where the lane begins, from the start of the file; lanes follow each other without gaps"),
    field("size", 5, Form::U32, "bytes of the lane, its own header included"),
];
const LANE_HEADER: &[Field] = &[
    field("lane_id", 0, Form::Letters(1), "the lane, as in the table of contents"),
    field("version_major", 1, Form::U8, "of the lane's format: 1"),
    field("version_minor", 2, Form::U8, "of the lane's format: 0"),
    field("encoding", 3, Form::U8, "0 raw (M, X, W) or 1 delta (T, G)"),
    field("precision", 4, Form::U32, "units of a number: 65536 in G, X and W, 0 in M and T"),
    field("item_count", 8, Form::U32, "how many items follow; in G the commands"),
];
const META: &[Field] = &[
    field("id_hash", 0, Form::Bytes(4), "the first four bytes of SHA-256 of the element's id"),
    field("rank", 4, Form::U16, "groups around the element"),
    field("flags", 6, Form::U16, "bit 0: on a cycle; bit 1: begins at a root; bits 2 and 3: zero; bits 4 to 15: 2048 less the opacity"),
];
const EDGE: &[Field] = &[
    field("from", 0, Form::U32, "the vertex it leaves; vertices are numbered by first appearance in lane G"),
    field("delta_to", 4, Form::I32, "the vertex it enters, less `from`; never 0"),
];
const COMMAND: &[Field] = &[
    field("opcode", 0, Form::U8, "1 begins an element, 2 is a run of points, 5 closes the element"),
    field("arity", 1, Form::U8, "coordinates taken: 1 to begin, 1 to 255 in a run, 0 to close"),
];
const COORD: &[Field] = &[
    field("dx", 0, Form::I32, "step along x in units of 1/65536, the first of an element from 0"),
    field("dy", 4, Form::I32, "step along y in units of 1/65536, the first of an element from 0"),
    field("dz", 8, Form::I32, "0: a drawing is flat"),
];
const MATRIX: &[Field] = &[
    field("a", 0, Form::I32, "scale: of the drawing along x in item 0, the magnitude of an element's transform in the others"),
    field("b", 4, Form::I32, "0: a scale does not slant"),
    field("c", 8, Form::I32, "0: a scale does not slant"),
    field("d", 12, Form::I32, "scale: of the drawing along y in item 0, equal to `a` in the others"),
    field("e", 16, Form::I32, "0: a scale does not move"),
    field("f", 20, Form::I32, "0: a scale does not move"),
];
const WEIGHT: &[Field] = &[
    field("length", 0, Form::I32, "magnitude: length of the element, in units of 1/65536"),
    field("stroke_width", 4, Form::I32, "confidence: stroke width, in units of 1/65536"),
    field("curvature", 8, Form::I32, "gradient: turning over length, in units of 1/65536"),
];

impl Part {
    /// The fields of one item.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Part::Header => HEADER,
            Part::Toc => TOC,
            Part::LaneHeader(_) => LANE_HEADER,
            Part::Items(Lane::M) => META,
            Part::Items(Lane::T) => EDGE,
            Part::Items(Lane::G) => COMMAND,
            Part::Items(Lane::X) => MATRIX,
            Part::Items(Lane::W) => WEIGHT,
            Part::Coords => COORD,
        }
    }

    /// Bytes of one item.
    pub const fn item_bytes(self) -> usize {
        match self {
            Part::Header => HEADER_BYTES,
            Part::Toc => ENTRY_BYTES,
            Part::LaneHeader(_) => LANE_HEADER_BYTES,
            Part::Items(Lane::M | Lane::T) => 8,
            Part::Items(Lane::G) => 2,
            Part::Items(Lane::X) => 24,
            Part::Items(Lane::W) | Part::Coords => 12,
        }
    }

    /// The locator of an item, or of one of its fields (`DECISIONS` 67).
    pub fn locator(self, item: usize, field: &str) -> String {
        let item = match self {
            Part::Header => "/header".to_owned(),
            Part::Toc => match Lane::ALL.get(item) {
                Some(lane) => format!("/toc/{lane}"),
                None => format!("/toc/{item}"),
            },
            Part::LaneHeader(lane) => format!("/{lane}/header"),
            Part::Items(lane) => format!("/{lane}/{item}"),
            Part::Coords => format!("/G.coords/{item}"),
        };
        if field.is_empty() { item } else { format!("{item}/{field}") }
    }

    /// The bytes of an item, or of one of its fields; `base` is where the part begins.
    pub fn span(self, base: usize, item: usize, name: &str) -> Span {
        let start = base.saturating_add(item.saturating_mul(self.item_bytes()));
        match self.fields().iter().find(|field| field.name == name) {
            Some(field) => {
                let start = start.saturating_add(field.at as usize);
                Span::from(start..start.saturating_add(field.form.bytes() as usize))
            }
            None => Span::from(start..start.saturating_add(self.item_bytes())),
        }
    }
}

/// The encoding a lane has.
pub const fn encoding(lane: Lane) -> u8 {
    match lane {
        Lane::M | Lane::X | Lane::W => 0,
        Lane::T | Lane::G => 1,
    }
}

/// The precision a lane has.
pub const fn precision(lane: Lane) -> u32 {
    match lane {
        Lane::M | Lane::T => 0,
        Lane::G | Lane::X | Lane::W => PRECISION,
    }
}

/// The two bytes at `at`, or 0 where the file ends before.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    array_at(bytes, at).map_or(0, u16::from_le_bytes)
}

/// The four bytes at `at`, or 0 where the file ends before.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    array_at(bytes, at).map_or(0, u32::from_le_bytes)
}

/// The four bytes at `at` as a signed number, or 0 where the file ends before.
pub fn i32_at(bytes: &[u8], at: usize) -> i32 {
    array_at(bytes, at).map_or(0, i32::from_le_bytes)
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<Part> {
        let lanes = Lane::ALL.into_iter().flat_map(|lane| [Part::LaneHeader(lane), Part::Items(lane)]);
        [Part::Header, Part::Toc, Part::Coords].into_iter().chain(lanes).collect()
    }

    #[test]
    // rows: B254 B255 B256 B257 B260 B271 B278 B284 B287 B294 B306 B313 B320
    fn fields_fill_their_items_without_padding_and_none_is_a_float() {
        for part in parts() {
            let mut at = 0;
            for field in part.fields() {
                assert_eq!(field.at, at, "{part:?} {}", field.name);
                at += field.form.bytes();
            }
            assert_eq!(at as usize, part.item_bytes(), "{part:?}");
        }
        let sizes = parts().into_iter().map(Part::item_bytes).collect::<Vec<_>>();
        assert_eq!(sizes, [18, 9, 12, 12, 8, 12, 8, 12, 2, 12, 24, 12, 12]);
        assert_eq!(LANES_AT, 63);
    }

    #[test]
    fn places_are_named_by_section_item_and_field() {
        assert_eq!(Part::Header.locator(0, "version"), "/header/version");
        assert_eq!(Part::Toc.locator(2, "offset"), "/toc/G/offset");
        assert_eq!(Part::Items(Lane::G).locator(17, ""), "/G/17");
        assert_eq!(Part::Coords.locator(3, "dx"), "/G.coords/3/dx");
        assert_eq!(Part::LaneHeader(Lane::W).locator(0, "precision"), "/W/header/precision");
        assert_eq!(Part::Items(Lane::M).span(75, 2, "flags"), Span::new(97, 99));
        assert_eq!(Part::Items(Lane::M).span(75, 2, ""), Span::new(91, 99));
    }
}
