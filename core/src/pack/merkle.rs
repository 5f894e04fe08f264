//! The tree over the hashes of the lanes: pairs left to right, an odd one doubled, no tags (`DECISIONS` 30; rows D403–D409).
//!
//! The tree tells `[a, b, c]` and `[a, b, c, c]` apart by nothing: whoever trusts a root has to know the number of lanes (row D406).

use crate::hash::Digest;

/// A 32-byte hash.
pub type Hash = [u8; 32];

/// On which side of the path a sibling stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The sibling is the left half: `dir` 0.
    Left,
    /// The sibling is the right half: `dir` 1.
    Right,
}

/// One step from a leaf to the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where the sibling stands.
    pub side: Side,
    /// The sibling.
    pub sibling: Hash,
}

/// The hash of a node.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut both = [0; 64];
    let (first, second) = both.split_at_mut(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    Digest::of_block(&both).0
}

/// The root over `leaves` in their order; one leaf is its own root, and no leaves have none.
pub fn root(leaves: &[Hash]) -> Option<Hash> {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        // In place: a parent stands at or before the first of its children.
        let parents = level.len().div_ceil(2);
        for at in 0..parents {
            let Some(&left) = level.get(2 * at) else { break };
            let right = level.get(2 * at + 1).copied().unwrap_or(left);
            if let Some(parent) = level.get_mut(at) {
                *parent = node(&left, &right);
            }
        }
        level.truncate(parents);
    }
    level.first().copied()
}

fn parents(level: &[Hash]) -> Vec<Hash> {
    level
        .chunks(2)
        .filter_map(|pair| match pair {
            [left, right] => Some(node(left, right)),
            [odd] => Some(node(odd, odd)),
            _ => None,
        })
        .collect()
}

/// The steps from the leaf at `place` to the root; `None` when there is no such leaf.
pub fn path(leaves: &[Hash], mut place: usize) -> Option<Vec<Step>> {
    leaves.get(place)?;
    let mut level = leaves.to_vec();
    let mut steps = Vec::new();
    while level.len() > 1 {
        let side = if place.is_multiple_of(2) { Side::Right } else { Side::Left };
        // the last of an odd level is its own sibling
        let sibling = *level.get(place ^ 1).or(level.get(place))?;
        steps.push(Step { side, sibling });
        level = parents(&level);
        place /= 2;
    }
    Some(steps)
}

/// The root that `path` leads to from `leaf`.
pub fn climb(leaf: &Hash, path: &[Step]) -> Hash {
    path.iter().fold(*leaf, |hash, step| match step.side {
        Side::Left => node(&step.sibling, &hash),
        Side::Right => node(&hash, &step.sibling),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|at| Digest::of(&[at]).0).collect()
    }

    // rows: D403 D404 D405 D406 D407
    #[test]
    fn roots_follow_the_definition_written_out_by_hand() {
        let l = leaves(5);
        assert_eq!(root(&[]), None);
        assert_eq!(root(&l[..1]), Some(l[0]));
        assert_eq!(root(&l[..2]), Some(node(&l[0], &l[1])));
        assert_eq!(root(&l[..3]), Some(node(&node(&l[0], &l[1]), &node(&l[2], &l[2]))));
        let (ab, cd, ee) = (node(&l[0], &l[1]), node(&l[2], &l[3]), node(&l[4], &l[4]));
        assert_eq!(root(&l), Some(node(&node(&ab, &cd), &node(&ee, &ee))));
        assert_eq!(root(&l[..3]), root(&[l[0], l[1], l[2], l[2]]), "a doubled last leaf cannot be told apart: the count must be known");
    }

    // rows: D409 D426
    #[test]
    fn every_path_leads_to_the_root_and_no_other_leaf_does() {
        for count in 1..=17 {
            let l = leaves(count);
            let top = root(&l).expect("there are leaves");
            for (place, leaf) in l.iter().enumerate() {
                let steps = path(&l, place).expect("the leaf is there");
                assert_eq!(climb(leaf, &steps), top, "{place} of {count}");
                assert_ne!(climb(&[0xaa; 32], &steps), top);
                for at in 0..steps.len() {
                    let mut other = steps.clone();
                    other[at].sibling[7] ^= 4;
                    assert_ne!(climb(leaf, &other), top);
                }
            }
            assert_eq!(path(&l, l.len()), None);
        }
    }
}
