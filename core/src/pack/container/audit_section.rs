//! AUDIT: counts by class (part A), and of up to eight lanes (part B) (rows D525–D551; `DECISIONS` 25, 60).

use std::collections::{HashMap, HashSet};

use super::fault::{Fault, Section};
use super::{Header, Lane, Sections};
use crate::pack::arithmetic::ratio_q16;
use crate::pack::audit::{Count, LANE_AUDIT_MAX, chosen};
use crate::pack::class::{Class, PerClass};

/// What AUDIT says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Part A.
    pub classes: PerClass<Count>,
    /// Part B; empty when it is not there.
    pub lanes: Vec<LaneAudit>,
}

/// What part B says of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneAudit {
    /// The lane's symbol.
    pub symbol: String,
    /// Its counts.
    pub count: Count,
}

const HELP: &str = "compile the pack again, so that AUDIT tells what was clipped";

fn fault(name: &'static str, offset: usize, item: &str, why: String) -> Fault {
    Fault { name, section: Section::Audit, offset, locator: format!("/AUDIT{item}"), why, help: HELP }
}

/// Reads the bytes of AUDIT one after the other.
struct Cursor<'a> {
    rest: &'a [u8],
    end: usize,
}

impl<'a> Cursor<'a> {
    fn at(&self) -> usize {
        self.end - self.rest.len()
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or_else(|| {
            let why = format!("AUDIT ends at byte {} within an entry", self.end);
            fault("pack.length", self.end, "", why)
        })?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self, len: usize) -> Result<u32, Fault> {
        Ok(self.take(len)?.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    /// Counts of `len` bytes each and their share; `item` names the place.
    fn count(&mut self, len: usize, item: &str) -> Result<Count, Fault> {
        let at = self.at();
        let (total, clipped) = (self.number(len)?, self.number(len)?);
        let ratio = self.number(2)?;
        let inconsistent = |field: &str, why: String| Err(fault("pack.audit_inconsistent", at, &format!("/{item}/{field}"), why));
        if clipped > total {
            return inconsistent("clipped", format!("{clipped} samples of `{item}` are clipped, of {total}"));
        }
        let wanted = ratio_q16(clipped, total);
        if ratio != u32::from(wanted) {
            return inconsistent("ratio_q16", format!("the share of `{item}` is {ratio} where {clipped} of {total} make {wanted}"));
        }
        Ok(Count { total, clipped })
    }
}

/// Reads the section and holds it against the lanes; the second part is what is worth a warning.
pub fn read(bytes: &[u8], header: &Header, sections: &Sections, lanes: &[Lane<'_>]) -> Result<(Audit, Vec<Fault>), Fault> {
    let range = sections.audit.clone();
    let mut cursor = Cursor { rest: bytes.get(range.clone()).unwrap_or_default(), end: range.end };
    let classes = cursor.number(1)?;
    if classes != 6 {
        let why = format!("the table has {classes} classes where 6 are wanted");
        return Err(fault("pack.audit_inconsistent", range.start, "/class_count", why));
    }
    let mut audit = Audit { classes: PerClass::default(), lanes: Vec::new() };
    for class in Class::ALL {
        let at = cursor.at();
        let count = cursor.count(4, class.name())?;
        let members = lanes.iter().filter(|lane| lane.class == class).count() as u64;
        let wanted = members * u64::from(header.dims);
        if u64::from(count.total) != wanted {
            let why = format!(
                "`{class}` counts {} samples where {members} lanes of {} make {wanted}",
                count.total,
                header.dims,
                class = class.name()
            );
            return Err(fault("pack.audit_inconsistent", at, &format!("/{}/total", class.name()), why));
        }
        audit.classes[class] = count;
    }
    if cursor.rest.is_empty() {
        return Ok((audit, Vec::new()));
    }
    let part_b = cursor.at();
    let entries = cursor.number(2)?;
    let by_symbol: HashMap<&[u8], &Lane<'_>> = lanes.iter().map(|lane| (lane.symbol.as_bytes(), lane)).collect();
    let (mut seen, mut listed) = (HashSet::new(), PerClass::<(u64, u64)>::default());
    for _ in 0..entries {
        let at = cursor.at();
        let len = cursor.number(1)? as usize;
        let symbol = cursor.take(len)?;
        let Some(lane) = by_symbol.get(symbol) else {
            let why = format!("the symbol `{}` is not in INDEX", symbol.escape_ascii());
            return Err(fault("pack.audit_inconsistent", at, "/lanes", why));
        };
        if !seen.insert(symbol) {
            let why = format!("the lane `{}` is counted twice", lane.symbol);
            return Err(fault("pack.audit_inconsistent", at, &format!("/{}", lane.symbol), why));
        }
        let count = cursor.count(2, lane.symbol)?;
        if count.total != u32::from(header.dims) {
            let why = format!("`{}` counts {} samples where a lane has {}", lane.symbol, count.total, header.dims);
            return Err(fault("pack.audit_inconsistent", at, &format!("/{}/total", lane.symbol), why));
        }
        let (lanes, clipped) = &mut listed[lane.class];
        (*lanes, *clipped) = (*lanes + 1, *clipped + u64::from(count.clipped));
        audit.lanes.push(LaneAudit { symbol: lane.symbol.to_owned(), count });
    }
    if !cursor.rest.is_empty() {
        let why = format!("{} bytes of AUDIT follow the {entries} lanes it speaks of", cursor.rest.len());
        return Err(fault("pack.length", cursor.at(), "/lanes", why));
    }
    covered(&audit, &listed, header.dims, part_b)?;
    let notes = selection(&audit, lanes, part_b).into_iter().collect();
    Ok((audit, notes))
}

/// Both parts count the same samples: the lanes of a class that part B lists clip no more than the class, and those it leaves out clip the rest.
/// `listed` has by class how many lanes part B counts, and how many samples it has them clip.
fn covered(audit: &Audit, listed: &PerClass<(u64, u64)>, dims: u16, at: usize) -> Result<(), Fault> {
    for class in Class::ALL {
        let ((lanes, sum), whole) = (listed[class], audit.classes[class]);
        let left = u64::from(whole.total).saturating_sub(lanes * u64::from(dims));
        if lanes > 0 && !(sum..=sum + left).contains(&u64::from(whole.clipped)) {
            let (name, whole) = (class.name(), whole.clipped);
            let why = format!(
                "the lanes of `{name}` that are audited one by one clip {sum}, those left out {left} at most, and the class {whole}"
            );
            return Err(fault("pack.audit_inconsistent", at, &format!("/{name}/clipped"), why));
        }
    }
    Ok(())
}

/// Part B in another order, of other lanes, or of too many, is a warning (`DECISIONS` 60).
fn selection(audit: &Audit, lanes: &[Lane<'_>], at: usize) -> Option<Fault> {
    let order: Vec<&str> = audit.lanes.iter().map(|lane| lane.symbol.as_str()).collect();
    if order.len() > LANE_AUDIT_MAX {
        let why = format!("{} lanes are audited one by one where {LANE_AUDIT_MAX} are the most", order.len());
        return Some(fault("pack.audit_lanes", at, "/lanes", why));
    }
    if let Some([a, b]) = order.array_windows().find(|[a, b]| a > b) {
        let why = format!("the lane `{b}` stands behind `{a}`; audited lanes follow the UTF-8 order of their symbols");
        return Some(fault("pack.audit_lanes", at, "/lanes", why));
    }
    let ids: Vec<&str> = lanes.iter().map(|lane| &*lane.id).collect();
    let mut wanted: Vec<&str> =
        chosen(&ids, order.len()).into_iter().filter_map(|place| lanes.get(place)).map(|lane| lane.symbol).collect();
    wanted.sort_unstable();
    (wanted != order).then(|| {
        let why = format!("the audited lanes are {} where class priority and id choose {}", order.join(" "), wanted.join(" "));
        fault("pack.audit_lanes", at, "/lanes", why)
    })
}

/// The bytes of AUDIT; without `lanes`, part A alone. Lanes are given in the order of their symbols.
pub fn to_bytes(classes: &PerClass<Count>, lanes: &[LaneAudit]) -> Vec<u8> {
    let mut bytes = vec![6];
    for (_, count) in classes.iter() {
        bytes.extend(count.total.to_le_bytes());
        bytes.extend(count.clipped.to_le_bytes());
        bytes.extend(count.ratio_q16().to_le_bytes());
    }
    if lanes.is_empty() {
        return bytes;
    }
    let short = |value: u32| u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes();
    bytes.extend(short(lanes.len() as u32));
    for lane in lanes {
        bytes.push(lane.symbol.len() as u8);
        bytes.extend(lane.symbol.as_bytes());
        bytes.extend(short(lane.count.total));
        bytes.extend(short(lane.count.clipped));
        bytes.extend(lane.count.ratio_q16().to_le_bytes());
    }
    bytes
}
