//! How many slots a lane gets, so that the pack stays within its budget (rows D429–D457; `DECISIONS` 29).
//!
//! The choice follows the formula, whose cut-offs are 24, 30, 38 and 45 lanes. It estimates: names of lanes may still lift a pack over 5,120
//! bytes, which is for whoever writes the pack to say.

use super::class::Class;
use super::container::BUDGET;

/// What a lane may have, largest first.
pub const LADDER: [u16; 5] = [64, 48, 32, 24, 16];
/// Set aside for everything but lanes.
pub const RESERVE: usize = 800;
/// Most lanes that still fit at the smallest step.
pub const MOST_LANES: usize = 54;

/// What a lane is reckoned to cost: payload and directory entry.
pub fn lane_cost(dims: u16) -> usize {
    3 + 2 * usize::from(dims) + 44
}

/// The largest step of the ladder at which `lanes` lanes fit; 16 when none does.
pub fn choose(lanes: usize) -> u16 {
    choose_from(lanes, &LADDER, BUDGET)
}

/// The first of `ladder` at which `lanes` lanes fit into `budget` without the reserve; 16 when none does.
pub fn choose_from(lanes: usize, ladder: &[u16], budget: usize) -> u16 {
    let room = budget.saturating_sub(RESERVE);
    let fits = |dims: &&u16| lanes.checked_mul(lane_cost(**dims)).is_some_and(|cost| cost <= room);
    ladder.iter().find(fits).copied().unwrap_or(16)
}

/// The lanes that are kept when there are more than `most`: by class priority, then by id. Gives places in `ids`, in that order, kept ones
/// first, and how many are kept.
pub fn select(ids: &[&str], most: usize) -> (Vec<usize>, usize) {
    let mut places: Vec<usize> = (0..ids.len()).collect();
    places.sort_by_key(|&at| ids.get(at).map(|id| (Class::of(id), id.as_bytes())));
    let kept = places.len().min(most);
    (places, kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D430 D433 D434 D435 D436 D437 D438 D439 D441 D442 D443 D444 D445 D448 D450
    #[test]
    fn dims_fall_at_the_cut_offs_of_the_formula() {
        assert_eq!(LADDER.map(lane_cost), [175, 143, 111, 95, 79]);
        for (lanes, dims) in
            [(0, 64), (24, 64), (25, 48), (30, 48), (31, 32), (38, 32), (39, 24), (45, 24), (46, 16), (54, 16), (55, 16), (9999, 16)]
        {
            assert_eq!(choose(lanes), dims, "{lanes} lanes");
        }
        assert!((0..300).map(choose).is_sorted_by(|a, b| a >= b), "more lanes never get more slots");
        assert!(MOST_LANES * lane_cost(16) <= 4320 && (MOST_LANES + 1) * lane_cost(16) > 4320);
        assert_eq!(choose_from(usize::MAX, &LADDER, usize::MAX), 16, "no overflow");
        assert_eq!(choose_from(10, &LADDER, 800), 16);
        assert_eq!(choose_from(0, &LADDER, 0), 64);
        assert_eq!(choose_from(10, &[48, 16], 5120), 48);
    }

    /// The table of the text gives other cut-offs than its formula, and the text says that the formula counts.
    // rows: D444 D445
    #[test]
    fn the_illustrative_table_disagrees_with_the_formula() {
        let table = |lanes| match lanes {
            0..=24 => 64,
            25..=32 => 48,
            33..=49 => 32,
            50..=65 => 24,
            _ => 16,
        };
        let differ: Vec<usize> = (0..100).filter(|&lanes| table(lanes) != choose(lanes)).collect();
        assert_eq!(differ, (31..=32).chain(39..=65).collect::<Vec<_>>());
    }

    // rows: D440
    #[test]
    fn the_lanes_kept_are_the_first_by_class_and_id() {
        let ids = ["z", "attention", "policy@t1", "a@row", "policy", "x__x__y"];
        let (order, kept) = select(&ids, 3);
        assert_eq!(order.iter().map(|&at| ids[at]).collect::<Vec<_>>(), ["policy", "policy@t1", "attention", "x__x__y", "a@row", "z"]);
        assert_eq!(kept, 3);
    }
}
