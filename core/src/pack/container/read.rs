//! Opening a pack: the first broken law, in the order of `DECISIONS` 72.

use super::fault::{Fault, Section};
use super::{Flags, Header, Lane, Pack, Sections, audit_section, index};
use crate::hash::Digest;
use crate::pack::audit::SCALE_RANGE;
use crate::pack::class::PerClass;
use crate::pack::dict::Dict;
use crate::pack::merkle;

/// Opens a pack and checks all of it but the signature, for which [`check`](super::check) wants keys. Order: header, sizes, flags, DICT,
/// INDEX, then lane by lane (bounds, leaf hash, format, count), QSCALE, AUDIT, MERKLE.
pub fn open(bytes: &[u8]) -> Result<Pack<'_>, Fault> {
    let mut pack = open_lazily(bytes)?;
    verify_payloads(&mut pack)?;
    tables(&mut pack)?;
    verify_root(&pack)?;
    Ok(pack)
}

/// Opens a pack as [`open`] does, but looks at no payload and compares no hash: enough for a manifest (row D702).
pub fn open_tables(bytes: &[u8]) -> Result<Pack<'_>, Fault> {
    let mut pack = open_lazily(bytes)?;
    tables(&mut pack)?;
    Ok(pack)
}

fn tables(pack: &mut Pack<'_>) -> Result<(), Fault> {
    let notes = scale_notes(pack)?;
    pack.notes.extend(notes);
    read_audit(pack)
}

fn verify_payloads(pack: &mut Pack<'_>) -> Result<(), Fault> {
    let mut at = pack.sections.data.start;
    for lane in &pack.lanes {
        verify_bounds(&pack.sections, lane)?;
        if lane.payload.start != at {
            let why = format!(
                "the payload of `{}` begins at byte {} of DATA where the one before it ends at {}; payloads follow INDEX without gaps",
                lane.symbol,
                lane.payload.start.saturating_sub(pack.sections.data.start),
                at - pack.sections.data.start
            );
            return Err(data(DATA_LAYOUT, lane, lane.entry.start, "offset", why));
        }
        at = lane.payload.end;
        verify_payload(pack.bytes, &pack.header, lane)?;
        pack.notes.extend(weight_note(pack, lane));
    }
    if at != pack.sections.data.end {
        let why = format!("{} bytes of DATA belong to no lane", pack.sections.data.end - at);
        let help = "remove the bytes behind the last payload";
        return Err(Fault { name: DATA_LAYOUT, section: Section::Data, offset: at, locator: "/DATA".into(), why, help });
    }
    Ok(())
}

/// Opens a pack as far as its lanes can be found: header, sizes, flags, DICT, INDEX and the bytes of QSCALE. One lane is then checked by
/// [`Pack::verify_lane`] and decoded by [`Pack::weights`], without a look at the others (rows D398–D402).
pub fn open_lazily(bytes: &[u8]) -> Result<Pack<'_>, Fault> {
    let header = Header::read(bytes)?;
    let sections = header.sections(bytes.len())?;
    header.check_flags()?;
    let dict = Dict::read(bytes.get(sections.dict.clone()).unwrap_or_default()).map_err(|fault| Fault {
        name: fault.name,
        section: Section::Dict,
        offset: sections.dict.start + fault.at,
        locator: fault.symbol.map_or("/DICT".into(), |symbol| format!("/DICT/{symbol}")),
        why: fault.why,
        help: "write DICT again from the lane ids: sorted by UTF-8 bytes, `@0` and on, as canonical JSON",
    })?;
    if dict.ids().len() != usize::from(header.lane_count) {
        let why = format!("DICT has {} lanes where the header speaks of {}", dict.ids().len(), header.lane_count);
        let help = "let DICT hold each lane of the pack, once";
        return Err(Fault {
            name: "pack.dict_count",
            section: Section::Dict,
            offset: sections.dict.start,
            locator: "/DICT".into(),
            why,
            help,
        });
    }
    let mut notes = header.notes();
    let (lanes, note) = index::read(bytes, &header, &sections, &dict)?;
    notes.extend(note);
    let scales = read_scales(bytes, &header, &sections);
    Ok(Pack { bytes, header, sections, lanes, scales, audit: None, notes })
}

const DATA_LAYOUT: &str = "pack.data_layout";

fn data(name: &'static str, lane: &Lane<'_>, offset: usize, field: &str, why: String) -> Fault {
    let help = match name {
        "pack.leaf_hash" => "compile the pack again, or take the payload from where it was not damaged",
        _ => "write INDEX and DATA again; they do not belong together",
    };
    Fault { name, section: Section::Data, offset, locator: format!("/DATA/{}/{field}", lane.symbol), why, help }
}

fn verify_bounds(sections: &Sections, lane: &Lane<'_>) -> Result<(), Fault> {
    if lane.payload.end > sections.data.end {
        let why = format!(
            "the payload of `{}` ends at byte {} of DATA, which has {}",
            lane.symbol,
            lane.payload.end - sections.data.start,
            sections.data.len()
        );
        return Err(data(DATA_LAYOUT, lane, lane.entry.start, "offset", why));
    }
    Ok(())
}

/// Bounds, leaf hash, format, count of one lane.
pub(super) fn verify_lane(bytes: &[u8], header: &Header, lane: &Lane<'_>) -> Result<(), Fault> {
    let sections = header.sections(bytes.len())?;
    verify_bounds(&sections, lane)?;
    verify_payload(bytes, header, lane)
}

/// Leaf hash, format, count of one lane whose bounds hold.
fn verify_payload(bytes: &[u8], header: &Header, lane: &Lane<'_>) -> Result<(), Fault> {
    let payload = bytes.get(lane.payload.clone()).unwrap_or_default();
    let at = lane.payload.start;
    let found = Digest::of(payload);
    if found.0 != lane.leaf {
        let why = format!("the payload of `{}` has the hash {} where INDEX says {}", lane.symbol, found.hex(), Digest(lane.leaf).hex());
        return Err(data("pack.leaf_hash", lane, at, "leaf_hash", why));
    }
    let wanted = 3 + 2 * usize::from(header.dims);
    let Some(&[format, low, high]) = payload.first_chunk::<3>() else {
        let why = format!("the payload of `{}` has {} bytes where {wanted} are wanted", lane.symbol, payload.len());
        return Err(data("pack.lane_length", lane, at, "byte_len", why));
    };
    if format != 1 {
        let why = format!("the payload of `{}` has format {format} where 1 (int16) is wanted", lane.symbol);
        return Err(data("pack.lane_format", lane, at, "format", why));
    }
    let count = u16::from_le_bytes([low, high]);
    if count != header.dims {
        let why = format!("the payload of `{}` counts {count} weights where the pack has {} dims", lane.symbol, header.dims);
        return Err(data("pack.count_ne_dims", lane, at + 1, "count", why));
    }
    if payload.len() != wanted {
        let why = format!("the payload of `{}` has {} bytes where {count} weights take {wanted}", lane.symbol, payload.len());
        return Err(data("pack.lane_length", lane, at, "byte_len", why));
    }
    Ok(())
}

/// −32768 is no weight that quantising gives (row D365).
fn weight_note(pack: &Pack<'_>, lane: &Lane<'_>) -> Option<Fault> {
    let place = pack.stored(lane).position(|stored| stored == i16::MIN)?;
    let why = format!("weight {place} of `{}` is -32768 where -32767 is the least that quantising gives", lane.symbol);
    Some(data("pack.weight_range", lane, lane.payload.start + 3 + 2 * place, &place.to_string(), why))
}

fn read_scales(bytes: &[u8], header: &Header, sections: &Sections) -> Option<PerClass<f32>> {
    let section = header.flags.has(Flags::SCALES).then(|| bytes.get(sections.qscale.clone()))??;
    let floats = section.as_chunks::<4>().0;
    Some(PerClass::of(|class| floats.get(class as usize).map_or(f32::NAN, |float| f32::from_le_bytes(*float))))
}

/// Scales are finite and above 0; outside the range of the tuning they are worth a warning (row D514; `DECISIONS` 62).
fn scale_notes(pack: &Pack<'_>) -> Result<Vec<Fault>, Fault> {
    let mut notes = Vec::new();
    let Some(scales) = &pack.scales else { return Ok(notes) };
    let (low, high) = (SCALE_RANGE.0 as f32, SCALE_RANGE.1 as f32);
    for (class, &scale) in scales.iter() {
        let fault = |why: String| Fault {
            name: "pack.qscale_range",
            section: Section::Qscale,
            offset: pack.sections.qscale.start + 4 * class as usize,
            locator: format!("/QSCALE/{}", class.name()),
            why,
            help: "store the scales that the weights were quantised with",
        };
        if !(scale.is_finite() && scale > 0.0) {
            return Err(fault(format!("the scale of `{}` is {scale} where a finite number above 0 is wanted", class.name())));
        }
        if !(low..=high).contains(&scale) {
            notes.push(fault(format!("the scale of `{}` is {scale}, outside the 0.70 to 1.60 of the tuning", class.name())));
        }
    }
    Ok(notes)
}

fn read_audit(pack: &mut Pack<'_>) -> Result<(), Fault> {
    if !pack.header.flags.has(Flags::AUDIT) {
        pack.notes.push(Fault {
            name: "pack.audit_missing",
            section: Section::Header,
            offset: 10,
            locator: "/header/flags".into(),
            why: format!("bit 4 of the flags 0x{:04x} is clear: nothing tells how much was clipped", pack.header.flags.0),
            help: "compile the pack with an audit of its classes, which takes 61 bytes",
        });
        return Ok(());
    }
    let read = audit_section::read(pack.bytes, &pack.header, &pack.sections, &pack.lanes);
    if pack.header.flags.unknown() == 0 {
        let (audit, notes) = read?;
        pack.audit = Some(audit);
        pack.notes.extend(notes);
    } else if let Err(fault) = read
        && fault.name == "pack.length"
    {
        // Bytes of another section stand among those of AUDIT, and nothing tells where (row D620).
        let unknown = pack.header.flags.unknown();
        let why = format!("flags 0x{unknown:04x} mean nothing in this version, and the bytes between QSCALE and MERKLE are no AUDIT");
        return Err(Fault { name: "pack.unknown_flag", why, help: "clear the unknown flags and remove the bytes they explain", ..fault });
    }
    Ok(())
}

fn verify_root(pack: &Pack<'_>) -> Result<(), Fault> {
    let Some(stored) = pack.root() else { return Ok(()) };
    let found = merkle::root(&pack.leaves());
    if found != Some(stored) {
        let found = found.map_or("none".into(), |root| Digest(root).hex());
        return Err(Fault {
            name: "pack.merkle_root",
            section: Section::Merkle,
            offset: pack.sections.merkle.start,
            locator: "/MERKLE/root".into(),
            why: format!("the root is {} where the hashes of INDEX make {found}", Digest(stored).hex()),
            help: "compile the pack again, or write the root of the lanes that are there",
        });
    }
    Ok(())
}
