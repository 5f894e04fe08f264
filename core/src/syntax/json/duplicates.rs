//! Finding names that stand more than once in an object, without quadratic work.

use std::borrow::Cow;

use super::string::{content, decode};
use super::{BARE, Data, Duplicate, ESCAPED, Inside, KEY_SHIFT, NodeId};
use crate::text::Span;

/// Up to this many members are compared one with another.
const FEW: usize = 8;

/// A member's name as it stands in the text.
#[derive(Debug, Clone, Copy)]
struct Name {
    span: Span,
    /// The flags of a string.
    flags: u8,
}

impl Name {
    fn read(self, text: &str) -> Cow<'_, str> {
        let raw = text.get(content(text, self.span, self.flags).range()).unwrap_or_default();
        if self.flags & (ESCAPED | BARE) == ESCAPED { Cow::Owned(decode(raw)) } else { Cow::Borrowed(raw) }
    }
}

/// Appends the duplicates among the members of the object `object`, whose descendants are complete.
pub(super) fn find(text: &str, nodes: &[Data], inside: &[Inside], object: u32, out: &mut Vec<Duplicate>) {
    let Some(row) = nodes.get(object as usize).and_then(|data| data.inside(inside)) else { return };
    let (len, after) = (row.len as usize, row.after);
    let mut next = object + 1;
    let members = std::iter::from_fn(|| {
        let data = nodes.get(next as usize).filter(|_| next < after)?;
        next = data.after(next, inside);
        Some(Name { span: data.key(inside), flags: data.flags >> KEY_SHIFT })
    })
    // A value that stands without a name has no duplicate.
    .filter(|name| !name.span.is_empty());
    if len <= FEW {
        let mut names: [(&[u8], Option<Name>); FEW] = [(&[], None); FEW];
        let mut count = 0;
        let mut exact = true;
        for (slot, name) in names.iter_mut().zip(members) {
            exact &= name.flags & (ESCAPED | BARE) == 0;
            *slot = (text.as_bytes().get(name.span.range()).unwrap_or_default(), Some(name));
            count += 1;
        }
        let names = &names[..count];
        if exact && names.iter().enumerate().all(|(at, name)| names[..at].iter().all(|other| other.0 != name.0)) {
            return;
        }
        group(text, object, names.iter().filter_map(|&(_, name)| name.map(|name| (0, name))).collect(), out);
    } else {
        let members: Vec<(u64, Name)> = members.map(|name| (hash(&name.read(text)), name)).collect();
        if !all_differ(members.iter().map(|&(hash, _)| hash), len) {
            group(text, object, members, out);
        }
    }
}

/// Whether `count` hashes surely differ. Gives up where they crowd, as hashes made to collide do.
fn all_differ(hashes: impl Iterator<Item = u64>, count: usize) -> bool {
    const FARTHEST: usize = 64;
    let mask = (count * 2).next_power_of_two() - 1;
    let mut table = vec![0; mask + 1];
    for hash in hashes.map(|hash| hash.max(1)) {
        let home = (hash >> 32) as usize;
        let free = (0..FARTHEST).map(|step| (home + step) & mask).find(|&slot| table[slot] == 0 || table[slot] == hash);
        match free {
            Some(slot) if table[slot] == 0 => table[slot] = hash,
            _ => return false,
        }
    }
    true
}

/// Sorts by hash, then each run of one hash by name: equal names stand side by side, the first in the text foremost.
fn group(text: &str, object: u32, mut members: Vec<(u64, Name)>, out: &mut Vec<Duplicate>) {
    members.sort_unstable_by_key(|&(hash, name)| (hash, name.span));
    for run in members.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
        let mut named: Vec<(Cow<'_, str>, Name)> = run.iter().map(|&(_, name)| (name.read(text), name)).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        for same in named.chunk_by(|a, b| a.0 == b.0) {
            let Some(((name, first), again)) = same.split_first() else { continue };
            out.extend(again.iter().map(|(_, again)| Duplicate {
                object: NodeId(object),
                name: name.clone().into_owned(),
                first: first.span,
                again: again.span,
            }));
        }
    }
}

/// A quick hash. Names made to collide cost a sort of the run, no more.
fn hash(name: &str) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut words = name.as_bytes().chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    });
    words.try_fold(name.len() as u64, |hash: u64, word| Some((hash.rotate_left(5) ^ word).wrapping_mul(FACTOR))).unwrap_or_default()
}
