//! Header and table of contents: where the lanes of a pack are (`CANONICAL` §3, seed 003 §18.8).
//!
//! 63 bytes and the size of the file are all it takes, so that a lane can be read without the others.

use std::ops::Range;

use super::{
    lane::Lane,
    layout::{ENTRY_BYTES, HEADER_BYTES, LANE_HEADER_BYTES, LANES_AT, MAGIC, Part, VERSION, u16_at, u32_at},
    rejection::{Name, Rejection},
};

/// Where the five lanes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    lanes: [Range<usize>; 5],
}

impl Contents {
    /// Reads header and table from the first bytes of a file of `size` bytes; `head` holds the first [`LANES_AT`] of them, or all.
    pub fn read(head: &[u8], size: u64) -> Result<Contents, Rejection> {
        let limit = usize::try_from(size).unwrap_or(usize::MAX);
        read(head.get(..LANES_AT).unwrap_or(head), size).map_err(|rejection| rejection.within(limit))
    }

    /// The bytes of a lane in the file, lane header included.
    pub fn range(&self, lane: Lane) -> Range<usize> {
        self.lanes[lane.index()].clone()
    }
}

fn header(name: Name, field: &str, message: String) -> Rejection {
    Rejection::new(name, (Part::Header, 0), 0, field, message)
}

/// The file ends inside the envelope: what cannot be read is the first field that is not whole.
fn too_short(size: u64) -> Rejection {
    let have = usize::try_from(size).unwrap_or(usize::MAX);
    let message = format!("{size} bytes are fewer than the {LANES_AT} of header and table of contents");
    let (part, base, item) = match have {
        0..HEADER_BYTES => (Part::Header, 0, 0),
        _ => (Part::Toc, HEADER_BYTES, (have - HEADER_BYTES) / ENTRY_BYTES),
    };
    let whole = |name: &&super::layout::Field| (part.span(base, item, name.name).end as usize) <= have;
    let field = part.fields().iter().find(|field| !whole(field)).map_or("", |field| field.name);
    Rejection::new(Name::MalformedEnvelope, (part, base), item, field, message)
}

fn read(head: &[u8], size: u64) -> Result<Contents, Rejection> {
    let magic = head.get(..MAGIC.len()).unwrap_or(head);
    if !MAGIC.starts_with(magic) {
        let found = String::from_utf8_lossy(magic);
        return Err(header(Name::BadMagic, "magic", format!("the file begins with `{}` where `SCXQ2S` is wanted", found.escape_debug())));
    }
    // what the file still has of the header is judged before its end
    let have = |bytes: usize| if head.len() < bytes { Err(too_short(size)) } else { Ok(()) };
    have(8)?;
    let version = u16_at(head, 6);
    if version != VERSION {
        return Err(header(Name::UnsupportedVersion, "version", format!("version {version:#06x} where {VERSION:#06x} is read")));
    }
    have(9)?;
    match head.get(8) {
        Some(5) => {}
        Some(count @ 0..5) => {
            return Err(header(Name::MissingLane, "lane_count", format!("{count} lanes where M, T, G, X and W are wanted")));
        }
        count => {
            let count = count.copied().unwrap_or_default();
            return Err(header(Name::MalformedEnvelope, "lane_count", format!("{count} lanes where 5 are wanted")));
        }
    }
    have(10)?;
    if let Some(reserved @ 1..) = head.get(9) {
        return Err(header(Name::MalformedEnvelope, "reserved", format!("{reserved} where 0 is wanted")));
    }
    have(14)?;
    let toc = u32_at(head, 10);
    if toc as usize != HEADER_BYTES {
        return Err(header(
            Name::MalformedEnvelope,
            "toc_offset",
            format!("{toc} where {HEADER_BYTES} is wanted: the table follows the header"),
        ));
    }
    have(HEADER_BYTES)?;
    let total = u32_at(head, 14);
    if u64::from(total) != size {
        let message = match u64::from(total) > size {
            true => format!("{total} bytes are claimed, and the file has {size}: it was cut off, or the size is wrong"),
            false => format!("{total} bytes are claimed, and the file has {size}: bytes follow the last lane, or the size is wrong"),
        };
        return Err(header(Name::MalformedEnvelope, "total_size", message));
    }
    have(LANES_AT)?;
    table(head, size)
}

fn table(head: &[u8], size: u64) -> Result<Contents, Rejection> {
    let id = |item: usize| head.get(HEADER_BYTES + item * ENTRY_BYTES).copied().unwrap_or_default();
    let mut lanes = [const { 0..0 }; 5];
    let mut next = LANES_AT as u64;
    for (item, lane) in Lane::ALL.into_iter().enumerate() {
        let wrong = |name, field: &str, message: String| Rejection::new(name, (Part::Toc, HEADER_BYTES), item, field, message);
        let found = id(item);
        if found != lane.id() {
            let shown = char::from(found).escape_debug().to_string();
            return Err(match Lane::ALL.into_iter().find(|lane| (0..5).all(|item| id(item) != lane.id())) {
                Some(absent) => {
                    wrong(Name::MissingLane, "lane_id", format!("`{shown}` where `{lane}` is wanted, and there is no lane {absent}"))
                }
                None => wrong(
                    Name::MalformedEnvelope,
                    "lane_id",
                    format!("lane {shown} stands where {lane} is wanted: the order is M, T, G, X, W"),
                ),
            });
        }
        let at = HEADER_BYTES + item * ENTRY_BYTES;
        let (offset, bytes) = (u32_at(head, at + 1), u32_at(head, at + 5));
        if u64::from(offset) != next {
            let message = match u64::from(offset) > next {
                true => format!("{offset} where {next} is wanted: a gap before the lane"),
                false => format!("{offset} where {next} is wanted: the lane begins inside what is before it"),
            };
            return Err(wrong(Name::MalformedEnvelope, "offset", message));
        }
        if (bytes as usize) < LANE_HEADER_BYTES {
            return Err(wrong(
                Name::MalformedEnvelope,
                "size",
                format!("{bytes} bytes are fewer than the {LANE_HEADER_BYTES} of a lane header"),
            ));
        }
        next += u64::from(bytes);
        if next > size {
            return Err(wrong(Name::MalformedEnvelope, "size", format!("the lane would end at byte {next} of {size}")));
        }
        // below the size of the file, which is in memory or on disk
        lanes[item] = offset as usize..next as usize;
    }
    if next != size {
        let rest = size - next;
        let message = format!("{rest} bytes follow the last lane");
        return Err(Rejection::new(Name::MalformedEnvelope, (Part::Toc, HEADER_BYTES), 4, "size", message));
    }
    Ok(Contents { lanes })
}
