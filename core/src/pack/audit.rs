//! What quantising clipped, by class and by lane, and the one adjustment of the scales that follows from it (rows D525–D576).

use super::arithmetic::ratio_q16;
use super::class::{Class, PerClass};
use super::quantize::is_clipped;

/// Most lanes that are audited one by one.
pub const LANE_AUDIT_MAX: usize = 8;

/// How many of how many samples were clipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Samples looked at.
    pub total: u32,
    /// Samples with |w · s| ≥ 1.
    pub clipped: u32,
}

impl Count {
    /// Counts the weights of a lane. The scale is the canonical one of the class, tuned pack or not: there is no second audit (row D573).
    pub fn of(weights: &[f64], class: Class) -> Self {
        let clipped = weights.iter().filter(|weight| is_clipped(**weight, class.scale())).count();
        Count { total: u32::try_from(weights.len()).unwrap_or(u32::MAX), clipped: u32::try_from(clipped).unwrap_or(u32::MAX) }
    }

    /// The share, as files store it.
    pub fn ratio_q16(self) -> u16 {
        ratio_q16(self.clipped, self.total)
    }

    fn add(&mut self, other: Count) {
        self.total = self.total.saturating_add(other.total);
        self.clipped = self.clipped.saturating_add(other.clipped);
    }
}

/// The counts of all lanes, by class.
pub fn by_class<'a>(lanes: impl IntoIterator<Item = (&'a str, &'a [f64])>) -> PerClass<Count> {
    let mut counts = PerClass::<Count>::default();
    for (id, weights) in lanes {
        let class = Class::of(id);
        counts[class].add(Count::of(weights, class));
    }
    counts
}

/// The lanes that are audited one by one: by class priority, then by id, at most `most` and never more than [`LANE_AUDIT_MAX`]
/// (`DECISIONS` 60; rows D546–D548). Gives places in `ids`.
pub fn chosen(ids: &[&str], most: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..ids.len()).collect();
    places.sort_by_key(|&at| ids.get(at).map(|id| (Class::of(id), id.as_bytes())));
    places.truncate(most.min(LANE_AUDIT_MAX));
    places
}

/// Scales are tuned within these.
pub const SCALE_RANGE: (f64, f64) = (0.70, 1.60);
/// What a scale loses when more than 8 % of its class were clipped.
pub const STEP_DOWN: f64 = 0.12;
/// What a scale gains when less than 1 % of its class were clipped.
pub const STEP_UP: f64 = 0.06;

/// The one adjustment: a pure function of scales and counts, each class on its own. Thresholds are compared on the exact counts, not on the
/// rounded share; a class without samples has a share of 0 and goes up (`DECISIONS` 27; rows D561, D566).
pub fn tune(scales: &PerClass<f64>, counts: &PerClass<Count>) -> PerClass<f64> {
    PerClass::of(|class| {
        let (scale, count) = (scales[class], counts[class]);
        let (clipped, total) = (u64::from(count.clipped), u64::from(count.total));
        let tuned = if 25 * clipped > 2 * total {
            scale * (1.0 - STEP_DOWN)
        } else if total == 0 || 100 * clipped < total {
            scale * (1.0 + STEP_UP)
        } else {
            scale
        };
        if tuned.is_nan() { tuned } else { tuned.clamp(SCALE_RANGE.0, SCALE_RANGE.1) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(clipped: u32, total: u32) -> PerClass<Count> {
        PerClass::of(|_| Count { total, clipped })
    }

    fn tuned(clipped: u32, total: u32) -> [f64; 6] {
        tune(&PerClass::canonical_scales(), &counts(clipped, total)).0
    }

    // rows: D530 D541 D542 D551 D552
    #[test]
    fn clipping_counts_from_exactly_one_on() {
        // 1/0.85 lies between the last two
        let count = Count::of(&[1.0, 1.17, 1.18], Class::Summary);
        assert_eq!((count.total, count.clipped, count.ratio_q16()), (3, 1, 21845));
        assert_eq!(Count::of(&[1.0, -1.0, 0.999_999_999_999], Class::Other).clipped, 2);
        let all = by_class([("policy", [0.8, 0.1].as_slice()), ("policy@t0", &[0.9]), ("x", &[0.9])]);
        assert_eq!(all[Class::Policy], Count { total: 3, clipped: 2 });
        assert_eq!(all[Class::Other], Count { total: 1, clipped: 0 });
        assert_eq!(all[Class::Preset], Count::default());
    }

    // rows: D547 D548
    #[test]
    fn the_audited_lanes_are_the_first_by_class_and_id() {
        let ids = ["zone", "attention@t1", "policy@t1", "style@row", "policy@t*", "attention", "a@t0__x__b@t0", "x@mid", "yard", "Zone"];
        let names = |most| chosen(&ids, most).into_iter().map(|at| ids[at]).collect::<Vec<_>>();
        assert_eq!(names(3), ["policy@t*", "policy@t1", "attention"]);
        assert_eq!(
            names(99),
            ["policy@t*", "policy@t1", "attention", "attention@t1", "x@mid", "a@t0__x__b@t0", "style@row", "Zone"],
            "eight at most"
        );
    }

    // rows: D554 D555 D557 D558 D559 D562 D563 D564 D565 D566 D567 D568 D569 D570 D575 D576
    #[test]
    fn a_scale_moves_once_and_stays_in_its_range() {
        let up = Class::ALL.map(|class| (class.scale() * 1.06).min(1.60));
        let down = Class::ALL.map(|class| class.scale() * 0.88).map(|scale| scale.max(0.70));
        let same = Class::ALL.map(Class::scale);
        assert_eq!(tuned(0, 100), up);
        assert_eq!(tuned(9, 100), down);
        assert_eq!(tuned(2, 100), same);
        assert_eq!(tuned(0, 0), up, "an absent class goes up");
        let wide = tune(&PerClass([1.59, 0.71, 3.0, 0.1, 1.6, 0.7]), &counts(0, 1));
        assert_eq!(wide.0, [1.6, 0.71 * 1.06, 1.6, 0.7, 1.6, 0.7 * 1.06]);
    }

    /// The law's text converts the stored 16-bit share; DECISIONS 27 compares the counts. They differ exactly at the thresholds.
    // rows: D560 D561
    #[test]
    fn thresholds_are_compared_on_counts_not_on_the_rounded_share() {
        assert_eq!(tuned(1, 100), Class::ALL.map(Class::scale), "1 in 100 is not below 1 %");
        assert_eq!(tuned(8, 100), Class::ALL.map(Class::scale), "8 in 100 is not above 8 %");
        assert_eq!(tuned(2, 25), Class::ALL.map(Class::scale));
        let by_share = |clipped, total| f64::from(ratio_q16(clipped, total)) / 65535.0;
        assert!(by_share(1, 100) < 0.01 || by_share(8, 100) > 0.08, "the rounded share falls on the other side of a threshold");
    }
}
