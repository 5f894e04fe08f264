//! A weight pack as a page: header, sections, scales, lanes with their shape, audit, root and signature.
//!
//! What the bytes mean is the core's knowledge; here they get lines. A pack whose lanes cannot be found is left to the form of plain bytes.

use std::collections::HashMap;

use mx2lm_core::{
    hash::digest::{Digest, hex},
    pack::{
        Class, Pack,
        arithmetic::round6,
        container::{BUDGET, HEADER_BYTES, Lane, Seal, Section, check, open, open_lazily},
    },
    text::Span,
};

use super::{
    page::Page,
    virtual_document::{Form, itself},
};
use crate::view::File;

/// The form.
pub const FORM: Form = Form { name: "pack", title: "show the pack", page, depends: itself };

/// Columns of a lane's shape.
const COLUMNS: usize = 32;
/// Largest DICT that is searched for the places of its names.
const SEARCHED: usize = 64 << 10;
/// Most lanes that are shown; a pack of 5,120 bytes holds 54.
const LANES: usize = 2048;

fn page(file: &File<'_>) -> Option<Page> {
    if !file.path.ends_with(".v2c-bin") {
        return None;
    }
    let (pack, broken) = match open(&file.bytes) {
        Ok(pack) => (pack, None),
        Err(fault) => (open_lazily(&file.bytes).ok()?, Some(fault)),
    };
    let mut page = Page::default();
    page.heading(file.path.to_string(), &summary(&pack));
    if let Some(fault) = broken {
        let at = u32::try_from(fault.offset).unwrap_or(u32::MAX);
        page.field(
            Span::new(at, at.saturating_add(1)),
            &format!("  ✗ {} (byte {}, {})", fault.why, fault.offset, fault.section),
            fault.help,
        );
    }
    header(&mut page, &pack);
    lanes(&mut page, &pack);
    index(&mut page, &pack);
    scales(&mut page, &pack);
    audit(&mut page, &pack);
    seal(&mut page, &pack, file);
    Some(page)
}

/// `3493 of 5120 bytes used, 17 lanes of 64 weights`.
fn summary(pack: &Pack<'_>) -> String {
    let over = if pack.bytes().len() > BUDGET { ", over budget" } else { "" };
    format!("{} of {BUDGET} bytes used{over}; {} lanes of {} weights", pack.bytes().len(), pack.lanes().len(), pack.dims())
}

fn header(page: &mut Page, pack: &Pack<'_>) {
    let header = pack.header();
    page.heading("header", &format!("{HEADER_BYTES} bytes"));
    let flags = [(1, "int16"), (2, "root"), (4, "signed"), (8, "scales"), (16, "audit")];
    let named: Vec<&str> = flags.iter().filter(|(bit, _)| header.flags.has(*bit)).map(|(_, name)| *name).collect();
    let rows: [(u32, u32, &str, String, &str); 10] = [
        (0, 8, "magic", "ASXW2CBN".into(), "what a pack begins with"),
        (8, 10, "version", header.version_text(), "of the format"),
        (
            10,
            12,
            "flags",
            format!("0x{:04x}: {}", header.flags.0, named.join(", ")),
            "how weights are stored, and which sections there are",
        ),
        (12, 14, "dims", header.dims.to_string(), "weights of each lane"),
        (14, 16, "lane_count", header.lane_count.to_string(), "how many lanes there are"),
        (16, 20, "dict_bytes", header.dict_bytes.to_string(), "length of DICT: symbols and lane ids"),
        (20, 24, "index_bytes", header.index_bytes.to_string(), "length of INDEX: where each lane lies, and its hash"),
        (24, 28, "data_bytes", header.data_bytes.to_string(), "length of DATA: the weights"),
        (28, 32, "merkle_bytes", header.merkle_bytes.to_string(), "length of MERKLE: 32, or 0 without a root"),
        (32, 36, "sig_bytes", header.signature_bytes.to_string(), "length of SIGNATURE: 64, or 0 without one"),
    ];
    for (start, end, name, value, about) in rows {
        page.field(Span::new(start, end), &format!("  {name:<14}{value:<36}{about}"), about);
    }
    page.heading("sections", "a bar of twenty would be the whole budget");
    for (section, range) in pack.sections().all().into_iter().filter(|(section, _)| *section != Section::Header) {
        let holds = section_holds(section);
        if range.is_empty() {
            page.line(&format!("  {:<10}{:>6}{:41}{holds}", section.name(), "none", ""));
        } else {
            let bar = "█".repeat((range.len() * 20).div_ceil(BUDGET).min(20));
            let text = format!("  {:<10}{:>6} bytes  from {:<6}{bar:<20}  {holds}", section.name(), range.len(), range.start);
            page.field(Span::from(range), &text, holds);
        }
    }
}

/// What a section is for.
fn section_holds(section: Section) -> &'static str {
    match section {
        Section::Header => "lengths and flags",
        Section::Dict => "a short symbol for each lane id",
        Section::Index => "where the weights of each lane lie, and their hash",
        Section::Data => "the weights",
        Section::Qscale => "what the weights of each class are multiplied by before they are stored",
        Section::Audit => "how many weights were too large for the first scales",
        Section::Merkle => "one hash over the hashes of all lanes",
        Section::Signature => "who vouches for it",
    }
}

fn lanes(page: &mut Page, pack: &Pack<'_>) {
    page.heading("lanes", "by class, then id; `bytes` with name and INDEX entry");
    page.line("  each is drawn as high as its own largest weight; `peak` is how much that is of the most that can be stored, `clipped` how many weights reach it");
    let all = pack.lanes_by_class();
    let width = all.iter().take(LANES).map(|lane| lane.id.chars().count()).max().unwrap_or(0).clamp(2, 48);
    let columns = (pack.dims() as usize).clamp(1, COLUMNS).max("weights".len());
    if !all.is_empty() {
        page.line(&format!(
            "  {:<8}{:<width$}  {:<12}{:<columns$}  {:>7}  {:>7}  {:>5}  leaf hash",
            "symbol", "id", "class", "weights", "peak", "clipped", "bytes"
        ));
    }
    for lane in all.iter().take(LANES) {
        let text = format!(
            "  {:<8}{:<width$}  {:<12}{:<columns$}  {:>5.1} %  {:>5.1} %  {:>5}  {}",
            lane.symbol,
            lane.id,
            lane.class.name(),
            shape(pack, lane),
            100.0 * f64::from(peak(pack, lane)) / f64::from(i16::MAX),
            clipped_share(pack, lane),
            cost(lane),
            Digest(lane.leaf).hex().get(..12).unwrap_or_default(),
        );
        let about = about(pack, lane);
        let payload = Span::from(lane.payload.start.min(pack.bytes().len())..lane.payload.end.min(pack.bytes().len()));
        page.field(payload, &text, about);
    }
    if all.len() > LANES {
        page.line(&format!("  and {} more", all.len() - LANES));
    }
    if all.is_empty() {
        page.line("  none");
    }
}

/// Where the name and the entry of each lane stand, in the order of INDEX.
fn index(page: &mut Page, pack: &Pack<'_>) {
    let dict = pack.sections().dict.clone();
    let names = pack.bytes().get(dict.clone()).filter(|names| names.len() <= SEARCHED).unwrap_or_default();
    page.heading("DICT", "symbols and lane ids");
    let mut from = 0;
    for lane in pack.lanes().iter().take(LANES) {
        let pair = format!("\"{}\":", lane.symbol);
        let rest = names.get(from..).unwrap_or_default();
        // In the order of INDEX, which is that of DICT unless a finding says otherwise.
        let found = rest.windows(pair.len()).position(|window| window == pair.as_bytes()).map(|at| from + at);
        let text = format!("  {:<8}{}", lane.symbol, lane.id);
        match found {
            Some(at) => {
                from = at + pair.len();
                let end = (from + lane.id.len() + 2).min(names.len());
                page.field(
                    Span::from(dict.start + at..dict.start + end),
                    &text,
                    "Ids sort by their UTF-8 bytes; symbols number them in base 62.",
                );
            }
            None => page.line(&text),
        }
    }
    page.heading("INDEX", "where the payload of each lane lies in the file, and its SHA-256");
    if !pack.lanes().is_empty() {
        page.line("  symbol   begins  bytes  leaf hash");
    }
    for lane in pack.lanes().iter().take(LANES) {
        let text = format!("  {:<8}{:>7}{:>7}  {}", lane.symbol, lane.payload.start, lane.payload.len(), Digest(lane.leaf).hex());
        page.field(Span::from(lane.entry.clone()), &text, "Length of the symbol, symbol, offset and length in DATA, leaf hash.");
    }
}

/// What a lane is, for people who meet it for the first time.
pub(super) fn about(pack: &Pack<'_>, lane: &Lane<'_>) -> String {
    let class = lane.class;
    let counted = pack.clipped(lane);
    format!(
        "`{}`: class {}, symbol `{}`\n\n- {} weights, {} bytes with its INDEX entry and its name\n- fold weight {}, scale {} ({})\n- {} of {} stored weights at the edge ({:.1} %)\n- leaf `{}`",
        lane.id,
        class.name(),
        lane.symbol,
        pack.dims(),
        cost(lane),
        class.fold_weight(),
        round6(pack.scale(class)),
        if pack.scales().is_some_and(|scales| scales[class] != class.scale() as f32) { "tuned" } else { "as at first" },
        counted.clipped,
        counted.total,
        clipped_share(pack, lane),
        Digest(lane.leaf).hex(),
    )
}

/// Bytes of a lane: payload, INDEX entry, and its pair in DICT.
pub(super) fn cost(lane: &Lane<'_>) -> usize {
    lane.payload.len() + lane.entry.len() + lane.symbol.len() + lane.id.len() + 6
}

fn clipped_share(pack: &Pack<'_>, lane: &Lane<'_>) -> f64 {
    let count = pack.clipped(lane);
    if count.total == 0 { 0.0 } else { 100.0 * f64::from(count.clipped) / f64::from(count.total) }
}

/// The largest stored number of a lane, without its sign.
fn peak(pack: &Pack<'_>, lane: &Lane<'_>) -> u16 {
    pack.stored(lane).map(i16::unsigned_abs).max().unwrap_or(0).min(i16::MAX.unsigned_abs())
}

/// The stored numbers as blocks of eight heights, the largest of the lane at full height; of several in a column the one farthest from 0
/// counts.
pub(super) fn shape(pack: &Pack<'_>, lane: &Lane<'_>) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let stored: Vec<i16> = pack.stored(lane).collect();
    let group = stored.len().div_ceil(COLUMNS).max(1);
    let loudest = |numbers: &[i16]| numbers.iter().copied().max_by_key(|number| number.unsigned_abs()).unwrap_or_default();
    let most = i32::from(peak(pack, lane)).max(1);
    let block = |number: i16| {
        let height = (i32::from(number) + most).max(0) * 8 / (2 * most);
        usize::try_from(height).ok().and_then(|height| BLOCKS.get(height)).copied().unwrap_or('█')
    };
    stored.chunks(group).map(|numbers| block(loudest(numbers))).collect()
}

fn scales(page: &mut Page, pack: &Pack<'_>) {
    let range = pack.sections().qscale.clone();
    page.heading(
        "QSCALE",
        if range.is_empty() { "none: weights are stored as they are" } else { "what weights are multiplied by before they are stored" },
    );
    let Some(scales) = pack.scales() else { return };
    for (class, scale) in scales.iter() {
        let at = range.start + 4 * class as usize;
        let tuned = if *scale == class.scale() as f32 { String::new() } else { format!("  tuned from {}", class.scale()) };
        let text = format!("  {:<12}{scale:<12}{tuned}", class.name());
        page.field(Span::from(at..at + 4), &text, "A 32-bit float; tuning keeps it between 0.70 and 1.60.");
    }
}

fn audit(page: &mut Page, pack: &Pack<'_>) {
    let start = pack.sections().audit.start;
    page.heading("AUDIT", if pack.audit().is_some() { "samples that were clipped at the first scales" } else { "none that can be read" });
    let Some(audit) = pack.audit() else { return };
    for class in Class::ALL {
        let count = audit.classes[class];
        let share = f64::from(count.ratio_q16()) / 655.35;
        let at = start + 1 + 10 * class as usize;
        let text = format!("  {:<12}{:>6} of {:<6} {share:>5.1} %", class.name(), count.clipped, count.total);
        page.field(Span::from(at..at + 10), &text, "Beyond 8 % tuning lowers the scale of the class once, below 1 % it raises it.");
    }
    let ids: HashMap<&str, &str> = pack.lanes().iter().map(|lane| (lane.symbol, &*lane.id)).collect();
    let listed: Vec<_> =
        audit.lanes.iter().take(LANES).map(|lane| (lane, ids.get(lane.symbol.as_str()).copied().unwrap_or_default())).collect();
    let width = listed.iter().map(|(_, id)| id.chars().count()).max().unwrap_or(0).clamp(2, 48);
    if !listed.is_empty() {
        page.line("  and lane by lane");
    }
    for (lane, id) in listed {
        let share = f64::from(lane.count.ratio_q16()) / 655.35;
        page.line(&format!("  {:<8}{id:<width$}{:>6} of {:<6} {share:>5.1} %", lane.symbol, lane.count.clipped, lane.count.total));
    }
}

fn seal(page: &mut Page, pack: &Pack<'_>, file: &File<'_>) {
    page.heading("MERKLE", "");
    match pack.root() {
        Some(root) => page.field(
            Span::from(pack.sections().merkle.clone()),
            &format!("  root  {}", hex(&root)),
            "one hash over the leaf hashes in the order of INDEX",
        ),
        None => page.line("  none"),
    }
    page.heading("SIGNATURE", "");
    let text = match check(pack, file.snapshot().config().keys.all(None)) {
        Seal::Unsigned => return page.line("  none"),
        Seal::Whole(signer) => format!("  ✓ {signer} signed the whole pack"),
        Seal::RootOnly(signer) => format!("  {signer} signed the root alone"),
        Seal::Unverifiable => "  no key of the keyring made it: unverifiable".to_owned(),
    };
    page.field(Span::from(pack.sections().signature.clone()), &text, "64 bytes of Ed25519 over the SHA-256 of everything before them.");
}
