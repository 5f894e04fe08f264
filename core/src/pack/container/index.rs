//! INDEX: one entry a lane (rows D374, D376, D385–D392).

use super::fault::{Fault, Section};
use super::{Header, Lane, Sections};
use crate::pack::class::Class;
use crate::pack::dict::{self, Dict};

/// Bytes of an entry beside its symbol.
pub const ENTRY_BYTES: usize = 41;

const HELP: &str = "write INDEX again: one entry a lane, in the UTF-8 order of the symbols";

fn fault(name: &'static str, offset: usize, locator: String, why: String) -> Fault {
    Fault { name, section: Section::Index, offset, locator, why, help: HELP }
}

/// Reads the entries; the second part is what is worth a warning. Payloads are not looked at.
pub fn read<'a>(bytes: &'a [u8], header: &Header, sections: &Sections, dict: &Dict<'a>) -> Result<(Vec<Lane<'a>>, Option<Fault>), Fault> {
    let section = bytes.get(sections.index.clone()).unwrap_or_default();
    // An entry takes 42 bytes at least: the section bounds the memory, not the count in the header.
    let mut lanes: Vec<Lane<'a>> = Vec::with_capacity(usize::from(header.lane_count).min(section.len() / ENTRY_BYTES));
    let mut seen = vec![false; dict.ids().len()];
    let mut unordered = None;
    let mut rest = section;
    for number in 0..header.lane_count {
        let start = sections.index.start + section.len() - rest.len();
        let short = || {
            let why = format!("INDEX ends within entry {number} of {}", header.lane_count);
            fault("pack.index_length", start + rest.len(), format!("/INDEX/{number}"), why)
        };
        let (&symbol_len, after) = rest.split_first().ok_or_else(short)?;
        let (symbol, after) = after.split_at_checked(usize::from(symbol_len)).ok_or_else(short)?;
        let (offset, after) = after.split_first_chunk::<4>().ok_or_else(short)?;
        let (len, after) = after.split_first_chunk::<4>().ok_or_else(short)?;
        let (&leaf, after) = after.split_first_chunk::<32>().ok_or_else(short)?;
        let Some(symbol) = std::str::from_utf8(symbol).ok().filter(|symbol| !symbol.is_empty()) else {
            let why = format!("the symbol of entry {number} is {} where a symbol of DICT is wanted", quoted(symbol));
            return Err(fault("pack.index_symbol", start, format!("/INDEX/{number}/sym"), why));
        };
        let known = dict::place_of(symbol).and_then(|place| Some((dict.ids().get(place)?, seen.get_mut(place)?)));
        let Some((id, seen)) = known else {
            let why = format!("the symbol `{symbol}` of entry {number} is not in DICT");
            return Err(fault("pack.index_symbol", start + 1, format!("/INDEX/{number}/sym"), why));
        };
        // Symbols are canonical, so that each place has one.
        if std::mem::replace(seen, true) {
            let why = format!("the symbol `{symbol}` of entry {number} has an entry already");
            return Err(fault("pack.index_symbol", start + 1, format!("/INDEX/{symbol}"), why));
        }
        if let Some(before) = lanes.last().filter(|before| before.symbol > symbol) {
            let why =
                format!("the entry of `{symbol}` stands behind that of `{}`; entries follow the UTF-8 order of the symbols", before.symbol);
            unordered.get_or_insert_with(|| fault("pack.index_order", start, format!("/INDEX/{symbol}"), why));
        }
        // Both are claims: kept as they are, and held against DATA lane by lane.
        let from = sections.data.start.saturating_add(u32::from_le_bytes(*offset) as usize);
        let payload = from..from.saturating_add(u32::from_le_bytes(*len) as usize);
        let entry = start..start + ENTRY_BYTES + symbol.len();
        lanes.push(Lane { symbol, id: id.clone(), class: Class::of(id), leaf, payload, entry });
        rest = after;
    }
    if !rest.is_empty() {
        let why = format!("{} bytes of INDEX follow the entries of its {} lanes", rest.len(), header.lane_count);
        return Err(fault("pack.index_length", sections.index.end - rest.len(), "/INDEX".into(), why));
    }
    Ok((lanes, unordered))
}

fn quoted(bytes: &[u8]) -> String {
    if bytes.is_empty() { "empty".into() } else { format!("`{}`", bytes.escape_ascii()) }
}
