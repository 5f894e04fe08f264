//! Two packs made one (rows D597–D604, D609–D615).
//!
//! Lanes are decoded by their own pack's scales, worked on as f64, and quantised again by the target's. What comes out is a new pack: it has a
//! root of its own and no signature until somebody signs it.

use super::class::PerClass;
use super::compat::{self, Verdict};
use super::container::{LaneAudits, Pack, Recipe, WriteError, write};
use super::dims;
use super::fold::down_fold;
use super::similarity::{Lanes, decoded};

/// How two packs are made one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// The source's lanes in the place of the target's, at the target's dims.
    Overlay,
    /// λ of the source and 1 − λ of the target, at the smaller dims.
    Blend(f64),
    /// The lanes of both, the source's first, with lanes and dims chosen anew.
    Union,
}

/// Why packs are not merged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// They do not belong together.
    #[error("the packs are {} (level {}): {}; compile one of them again", .0.level.name(), .0.level.number(), .0.why)]
    Incompatible(Verdict),
    /// A lane would have to be stretched.
    #[error("the lane `{lane}` has {found} dims where {wanted} are wanted; packs are folded down and never up")]
    Upsampling {
        /// The lane.
        lane: String,
        /// Its dims.
        found: usize,
        /// Those of the outcome.
        wanted: u16,
    },
    /// λ is no share.
    #[error("lambda is {0} where a number from 0 to 1 is wanted")]
    Lambda(f64),
    /// The outcome is no pack.
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn folded(lane: &str, weights: &[f64], dims: u16) -> Result<Vec<f64>, Refusal> {
    down_fold(weights, dims).ok_or_else(|| Refusal::Upsampling { lane: lane.to_owned(), found: weights.len(), wanted: dims })
}

/// The source's lanes where there are any, else the target's, all at `dims`; lanes of the source alone are added (row D610).
pub fn overlay(target: &Lanes, source: &Lanes, dims: u16) -> Result<Lanes, Refusal> {
    let mut lanes = target.clone();
    lanes.extend(source.iter().map(|(id, weights)| (id.clone(), weights.clone())));
    lanes.into_iter().map(|(id, weights)| folded(&id, &weights, dims).map(|weights| (id, weights))).collect()
}

/// λ·source + (1 − λ)·target at the smaller dims; a lane that one of them has not is zeros there (row D611).
pub fn blend(target: &Lanes, source: &Lanes, lambda: f64) -> Result<Lanes, Refusal> {
    if !(0.0..=1.0).contains(&lambda) {
        return Err(Refusal::Lambda(lambda));
    }
    let smallest = target.values().chain(source.values()).map(Vec::len).min().unwrap_or(0);
    let dims = u16::try_from(smallest).unwrap_or(u16::MAX);
    let zeros = vec![0.0; usize::from(dims)];
    let at = |lanes: &Lanes, id: &str| lanes.get(id).map_or(Ok(zeros.clone()), |weights| folded(id, weights, dims));
    let mut out = Lanes::new();
    for id in target.keys().chain(source.keys()) {
        if !out.contains_key(id) {
            let (from, to) = (at(source, id)?, at(target, id)?);
            out.insert(id.clone(), from.iter().zip(to).map(|(s, t)| lambda * s + (1.0 - lambda) * t).collect());
        }
    }
    Ok(out)
}

/// The lanes of both, the source's where both have one, after the lane budget; dims are chosen for their number and are never more than any
/// lane has (rows D612, D613). Also gives the ids that the budget cut.
pub fn union(target: &Lanes, source: &Lanes) -> Result<(Lanes, Vec<String>), Refusal> {
    let mut lanes = target.clone();
    lanes.extend(source.iter().map(|(id, weights)| (id.clone(), weights.clone())));
    let ids: Vec<&str> = lanes.keys().map(String::as_str).collect();
    let (order, kept) = dims::select(&ids, dims::MOST_LANES);
    let cut: Vec<String> = order.iter().skip(kept).filter_map(|&at| ids.get(at)).map(|id| (*id).to_owned()).collect();
    cut.iter().for_each(|id| {
        lanes.remove(id);
    });
    let smallest = lanes.values().map(Vec::len).min().map_or(u16::MAX, |len| u16::try_from(len).unwrap_or(u16::MAX));
    let dims = dims::choose(lanes.len()).min(smallest);
    let lanes =
        lanes.into_iter().map(|(id, weights)| folded(&id, &weights, dims).map(|weights| (id, weights))).collect::<Result<_, _>>()?;
    Ok((lanes, cut))
}

/// A merged pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// Its bytes, unsigned.
    pub bytes: Vec<u8>,
    /// How the two went together.
    pub verdict: Verdict,
    /// Lanes that the budget of a union cut.
    pub cut: Vec<String>,
}

/// Merges `source` into `target`. AUDIT and MERKLE are written where the target has them.
pub fn merge(target: &Pack<'_>, source: &Pack<'_>, mode: Mode) -> Result<Merged, Refusal> {
    let verdict = compat::of_packs(target, source);
    if !verdict.level.merges() {
        return Err(Refusal::Incompatible(verdict));
    }
    let (old, new) = (decoded(target), decoded(source));
    let (lanes, cut) = match mode {
        Mode::Overlay => (overlay(&old, &new, target.dims())?, Vec::new()),
        Mode::Blend(lambda) => (blend(&old, &new, lambda)?, Vec::new()),
        Mode::Union => union(&old, &new)?,
    };
    let dims = lanes.values().next().map_or(target.dims(), |weights| u16::try_from(weights.len()).unwrap_or(u16::MAX));
    let recipe = Recipe {
        dims,
        lanes,
        scales: target.scales().map(|_| PerClass::of(|class| target.scale(class))),
        audit: target.audit().is_some(),
        lane_audit: LaneAudits::ByClass(target.audit().map_or(0, |audit| audit.lanes.len())),
        merkle: target.root().is_some() || source.root().is_some(),
    };
    Ok(Merged { bytes: write(&recipe)?, verdict, cut })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::class::Class;
    use crate::pack::container::{open, sign};

    fn lanes(of: &[(&str, &[f64])]) -> Lanes {
        of.iter().map(|(id, weights)| ((*id).to_owned(), weights.to_vec())).collect()
    }

    fn pack(lanes: Lanes, dims: u16, policy: f64) -> Vec<u8> {
        let scales = Some(PerClass::of(|class| if class == Class::Policy { policy } else { class.scale() }));
        write(&Recipe { dims, lanes, scales, audit: true, lane_audit: LaneAudits::default(), merkle: true }).expect("lawful")
    }

    // rows: D597 D601 D610 D622 D623 D625
    #[test]
    fn an_overlay_takes_the_source_where_it_can() {
        let (t, s) = (
            lanes(&[("policy", &[0.1, 0.2]), ("attention", &[0.3, 0.4])]),
            lanes(&[("policy", &[1.0, 2.0, 3.0, 4.0]), ("zzz", &[1.0; 4])]),
        );
        assert_eq!(overlay(&t, &s, 2), Ok(lanes(&[("attention", &[0.3, 0.4]), ("policy", &[4.0, 6.0]), ("zzz", &[2.0, 2.0])])));
        assert!(matches!(overlay(&s, &t, 4), Err(Refusal::Upsampling { found: 2, wanted: 4, .. })));
    }

    // rows: D597 D599 D611
    #[test]
    fn a_blend_is_linear_at_the_smaller_dims() {
        let (t, s) = (
            lanes(&[("policy", &[0.1, 0.2]), ("attention", &[0.3, 0.4])]),
            lanes(&[("policy", &[1.0, 2.0, 3.0, 4.0]), ("zzz", &[1.0; 4])]),
        );
        let half = lanes(&[("attention", &[0.15, 0.2]), ("policy", &[0.5 * 4.0 + 0.5 * 0.1, 0.5 * 6.0 + 0.5 * 0.2]), ("zzz", &[1.0, 1.0])]);
        assert_eq!(blend(&t, &s, 0.5), Ok(half));
        assert_eq!(blend(&t, &s, 0.0), Ok(lanes(&[("attention", &[0.3, 0.4]), ("policy", &[0.1, 0.2]), ("zzz", &[0.0, 0.0])])));
        for lambda in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(matches!(blend(&t, &s, lambda), Err(Refusal::Lambda(_))), "{lambda}");
        }
        assert_eq!(blend(&Lanes::new(), &Lanes::new(), 0.5), Ok(Lanes::new()));
    }

    // rows: D612 D613
    #[test]
    fn a_union_keeps_both_and_chooses_lanes_and_dims_anew() {
        let many = |prefix: &str, count: usize| -> Lanes { (0..count).map(|at| (format!("{prefix}{at:02}"), vec![0.25; 64])).collect() };
        let (all, cut) = union(&many("a", 20), &many("b", 20)).expect("lawful");
        assert_eq!((all.len(), all["a00"].len(), cut.len()), (40, 24, 0));
        let (all, cut) = union(&many("a", 40), &many("policy", 40)).expect("lawful");
        assert_eq!((all.len(), all["a00"].len()), (54, 16));
        assert_eq!(cut.len(), 26);
        assert!(cut.iter().all(|id| id.as_str() >= "a14"), "policy lanes stay, and the first of the others");
        let short = lanes(&[("x", &[0.5; 32])]);
        assert_eq!(union(&short, &many("a", 3)).expect("lawful").0["a00"].len(), 32, "chosen are 64, one lane has 32");
    }

    // rows: D602 D603 D604 D614 D615 D624 D626
    #[test]
    fn a_merged_pack_is_quantised_by_the_target_and_carries_no_old_signature() {
        let target = pack(lanes(&[("policy", &[0.5; 16]), ("style", &[0.1; 16])]), 16, 1.35);
        let source = pack(lanes(&[("policy", &[0.6; 16]), ("tone", &[-0.2; 16])]), 16, 0.75);
        let (signed, other) = (sign(&target, &[3; 32]).expect("lawful"), sign(&source, &[4; 32]).expect("lawful"));
        let merged = merge(&open(&signed).expect("lawful"), &open(&other).expect("lawful"), Mode::Overlay).expect("level 2");
        let merged = open(&merged.bytes).expect("lawful");
        assert_eq!(merged.signature(), None);
        assert_eq!(merged.scale(Class::Policy), f64::from(1.35_f32));
        let policy = merged.weights(merged.lane("policy").expect("a lane"));
        // one step of each pack
        assert!((policy[0] - 0.6).abs() < 0.5 / (32767.0 * 0.75) + 0.5 / (32767.0 * 1.35) + 1e-7, "{}", policy[0]);
        assert_eq!(merged.lanes().len(), 3);
        assert_ne!(merged.root(), open(&target).expect("lawful").root());
    }

    // rows: D592 D609
    #[test]
    fn packs_that_store_weights_differently_are_not_merged() {
        let scaled = pack(lanes(&[("policy", &[0.5; 16])]), 16, 1.35);
        let plain = write(&Recipe { dims: 16, lanes: lanes(&[("policy", &[0.5; 16])]), ..Recipe::default() }).expect("lawful");
        let refused = merge(&open(&scaled).expect("lawful"), &open(&plain).expect("lawful"), Mode::Union).expect_err("level 3");
        assert!(refused.to_string().contains("level 3") && refused.to_string().contains("QSCALE"), "{refused}");
    }

    /// Overlays of lanes of equal dims may be grouped either way.
    // rows: D610
    #[test]
    fn overlays_at_equal_dims_are_associative() {
        let a = lanes(&[("p", &[1.0, 2.0]), ("q", &[3.0, 4.0])]);
        let b = lanes(&[("q", &[5.0, 6.0]), ("r", &[7.0, 8.0])]);
        let c = lanes(&[("p", &[9.0, 1.0]), ("r", &[2.0, 3.0])]);
        let left = overlay(&overlay(&a, &b, 2).expect("lawful"), &c, 2);
        let right = overlay(&a, &overlay(&b, &c, 2).expect("lawful"), 2);
        assert_eq!(left, right);
    }

    /// Kept counter-examples: blending weighs what was blended first by less, and a union folds on the way.
    // rows: D611 D612 D600
    #[test]
    fn blends_and_unions_are_not_associative() {
        let lane = |value: f64| lanes(&[("p", &[value])]);
        let (a, b, c) = (lane(0.0), lane(0.0), lane(1.0));
        let left = blend(&blend(&a, &b, 0.5).expect("lawful"), &c, 0.5);
        let right = blend(&a, &blend(&b, &c, 0.5).expect("lawful"), 0.5);
        assert_eq!((left, right), (Ok(lane(0.5)), Ok(lane(0.25))));
        let many = |prefix: &str, count: usize| -> Lanes {
            (0..count).map(|at| (format!("{prefix}{at:02}"), (0..64).map(f64::from).collect())).collect()
        };
        let join = |a: &Lanes, b: &Lanes| union(a, b).expect("lawful").0;
        // 30 lanes have 48 slots, 38 have 32, 18 have 64: 64 to 48 to 32 is not 64 to 32
        let (a, b, c) = (many("a", 20), many("b", 10), many("c", 8));
        assert_ne!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
    }
}
