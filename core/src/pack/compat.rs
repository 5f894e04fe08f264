//! Whether two packs belong together, and why (rows D583–D598, D616–D621; `DECISIONS` 30).

use std::collections::BTreeSet;

use super::container::{Flags, Pack};
use super::lane_id;
use crate::hash::Digest;

/// What compatibility is judged by. Lanes count by their ids, never by their symbols (rows D595, D618).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traits<'a> {
    /// Major and minor version.
    pub version: u16,
    /// The flags.
    pub flags: u16,
    /// Slots a lane.
    pub dims: u16,
    /// The lanes.
    pub lanes: BTreeSet<&'a str>,
}

impl<'a> Traits<'a> {
    /// The traits of an opened pack.
    pub fn of(pack: &'a Pack<'_>) -> Self {
        let header = pack.header();
        Traits {
            version: header.version,
            flags: header.flags.0,
            dims: header.dims,
            lanes: pack.lanes().iter().map(|lane| &*lane.id).collect(),
        }
    }
}

/// How well two packs go together; lower is closer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The same bytes.
    Identical = 0,
    /// The same lanes at the same dims: loaded together, compared lane by lane.
    Semantic = 1,
    /// Other lanes or dims: merged or compared after folding down and decoding.
    Adaptive = 2,
    /// Neither merged nor compared; one of them has to be compiled again.
    Incompatible = 3,
}

impl Level {
    /// The number, as files write it.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Whether the packs may be merged (row D609).
    pub fn merges(self) -> bool {
        self <= Level::Adaptive
    }

    /// The name of the level.
    pub fn name(self) -> &'static str {
        match self {
            Level::Identical => "identical",
            Level::Semantic => "semantically compatible",
            Level::Adaptive => "adaptively compatible",
            Level::Incompatible => "incompatible",
        }
    }
}

/// A level and what decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The level.
    pub level: Level,
    /// Why not a closer one, or what the level rests on.
    pub why: String,
}

/// Judges two packs; `same_bytes` tells whether the files are equal. Total and symmetric. Order: equal bytes; major version; int16 and QSCALE
/// flags; dims and lanes; the whole version (row D593).
pub fn judge(a: &Traits<'_>, b: &Traits<'_>, same_bytes: bool) -> Verdict {
    let verdict = |level, why: String| Verdict { level, why };
    if same_bytes {
        return verdict(Level::Identical, "every byte is the same".into());
    }
    if a.version >> 8 != b.version >> 8 {
        return verdict(Level::Incompatible, format!("the major versions are {} and {}", a.version >> 8, b.version >> 8));
    }
    for (bit, what) in [(Flags::QUANTISED, "int16 (flag 0)"), (Flags::SCALES, "QSCALE (flag 3)")] {
        if (a.flags ^ b.flags) & bit != 0 {
            return verdict(Level::Incompatible, format!("one of them has {what} and the other has not: they store weights differently"));
        }
    }
    let (only_a, only_b) = (a.lanes.difference(&b.lanes).count(), b.lanes.difference(&a.lanes).count());
    let lanes_equal = only_a + only_b == 0;
    if a.dims == b.dims && lanes_equal {
        return verdict(Level::Semantic, format!("both have the same {} lanes at {} dims; bytes differ", a.lanes.len(), a.dims));
    }
    let mut differences = Vec::new();
    if a.dims != b.dims {
        differences.push(format!("dims are {} and {}, to be folded down to {}", a.dims, b.dims, a.dims.min(b.dims)));
    }
    if !lanes_equal {
        differences.push(format!("{only_a} lanes are in the first alone and {only_b} in the second; a missing lane counts as zeros"));
    }
    let differences = differences.join("; ");
    if a.version != b.version {
        return verdict(
            Level::Incompatible,
            format!("the minor versions are {} and {}, and {differences}", a.version & 0xff, b.version & 0xff),
        );
    }
    verdict(Level::Adaptive, differences)
}

/// Judges two opened packs.
pub fn of_packs(a: &Pack<'_>, b: &Pack<'_>) -> Verdict {
    judge(&Traits::of(a), &Traits::of(b), a.bytes() == b.bytes())
}

/// The key that a cache holds a pack by: its hash, never the root alone, which does not cover DICT, QSCALE and AUDIT (`DECISIONS` 30).
pub fn cache_key(pack: &Pack<'_>) -> (Digest, Option<[u8; 64]>) {
    (pack.hash(), pack.signature())
}

/// Lanes whose ids do not follow the grammar: two packs that hold them may mean different things by the same name.
pub fn odd_lanes<'a>(pack: &'a Pack<'_>) -> impl Iterator<Item = (&'a str, String)> {
    pack.lanes().iter().filter_map(|lane| lane_id::wrong(&lane.id).map(|why| (&*lane.id, why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(version: u16, flags: u16, dims: u16, lanes: &[&'static str]) -> Traits<'static> {
        Traits { version, flags, dims, lanes: lanes.iter().copied().collect() }
    }

    // rows: D583 D584 D585 D586 D587 D588 D589 D590 D591 D592 D593 D594 D598 D609
    #[test]
    fn each_pair_has_one_level_whichever_comes_first() {
        let base = || traits(0x0100, 0b1001, 32, &["policy", "style"]);
        for (other, same, level) in [
            (base(), true, Level::Identical),
            (base(), false, Level::Semantic),
            // root, signature and audit do not matter
            (traits(0x0100, 0b11111, 32, &["style", "policy"]), false, Level::Semantic),
            (traits(0x0101, 0b1001, 32, &["policy", "style"]), false, Level::Semantic),
            (traits(0x0100, 0b1001, 16, &["policy", "style"]), false, Level::Adaptive),
            (traits(0x0100, 0b1001, 32, &["policy"]), false, Level::Adaptive),
            (traits(0x0100, 0b1001, 32, &[]), false, Level::Adaptive),
            (traits(0x0101, 0b1001, 16, &["policy", "style"]), false, Level::Incompatible),
            (traits(0x0200, 0b1001, 32, &["policy", "style"]), false, Level::Incompatible),
            (traits(0x0100, 0b0001, 32, &["policy", "style"]), false, Level::Incompatible),
            (traits(0x0100, 0b1000, 32, &["policy", "style"]), false, Level::Incompatible),
        ] {
            let (one, two) = (judge(&base(), &other, same), judge(&other, &base(), same));
            assert_eq!((one.level, two.level), (level, level), "{other:?}");
            assert!(!one.why.is_empty());
            assert_eq!(level.merges(), level.number() <= 2);
        }
    }
}
