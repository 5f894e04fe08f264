//! How alike two packs are, lane by lane and as a whole (rows D596, D597, D605–D608).

use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::container::Pack;
use super::fold::down_fold;

/// Decoded lanes by id.
pub type Lanes = BTreeMap<String, Vec<f64>>;

/// The lanes of a pack, decoded by its own scales (row D602).
pub fn decoded(pack: &Pack<'_>) -> Lanes {
    pack.lanes().iter().map(|lane| (lane.id.clone().into_owned(), pack.weights(lane))).collect()
}

/// The cosine of two vectors, the longer one folded down; 0 when either is all zeros.
pub fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dims = u16::try_from(a.len().min(b.len())).unwrap_or(u16::MAX);
    let (Some(a), Some(b)) = (down_fold(a, dims), down_fold(b, dims)) else { return 0.0 };
    let sum = |pairs: &mut dyn Iterator<Item = (&f64, &f64)>| pairs.fold(0.0, |sum, (a, b)| sum + a * b);
    let norm = sum(&mut a.iter().zip(&a)).sqrt() * sum(&mut b.iter().zip(&b)).sqrt();
    if norm > 0.0 { sum(&mut a.iter().zip(&b)) / norm } else { 0.0 }
}

/// The similarity of each lane of either pack, by id; 0 where one of them has it not.
pub fn by_lane(a: &Lanes, b: &Lanes) -> Vec<(String, f64)> {
    let ids: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let one = |id: &String| match (a.get(id), b.get(id)) {
        (Some(a), Some(b)) => cosine(a, b),
        _ => 0.0,
    };
    ids.into_iter().map(|id| (id.clone(), one(id))).collect()
}

/// The mean of the lanes' similarities, each weighted by the fold weight of its class; 0 of no lanes.
pub fn of_packs(a: &Lanes, b: &Lanes) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (id, similarity) in by_lane(a, b) {
        let weight = Class::of(&id).fold_weight();
        sum += weight * similarity;
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(of: &[(&str, &[f64])]) -> Lanes {
        of.iter().map(|(id, weights)| ((*id).to_owned(), weights.to_vec())).collect()
    }

    // rows: D605
    #[test]
    fn directions_are_compared_and_nothing_has_none() {
        assert_eq!(cosine(&[1.0, 0.0], &[3.0, 0.0]), 1.0);
        assert_eq!(cosine(&[1.0, 0.0], &[0.0, 3.0]), 0.0);
        assert_eq!(cosine(&[1.0, 0.0], &[-2.0, 0.0]), -1.0);
        assert_eq!(cosine(&[0.0, 0.0], &[1.0, 1.0]), 0.0);
        assert_eq!(cosine(&[], &[1.0]), 0.0);
        // [1, 2, 3, 4] folds to [4, 6]
        assert_eq!(cosine(&[1.0, 2.0, 3.0, 4.0], &[4.0, 6.0]), cosine(&[4.0, 6.0], &[4.0, 6.0]));
    }

    // rows: D588 D596 D597 D606 D607 D608 D625
    #[test]
    fn the_whole_is_the_mean_by_class_over_the_lanes_of_both() {
        let a = lanes(&[("policy", &[1.0, 0.0]), ("attention", &[0.5, 0.5])]);
        let b = lanes(&[("policy", &[1.0, 0.0]), ("zzz", &[1.0, 1.0])]);
        assert_eq!(of_packs(&a, &b), 1.3 / (1.1 + 1.3 + 1.0));
        assert_eq!(of_packs(&a, &b), of_packs(&b, &a));
        assert_eq!(of_packs(&Lanes::new(), &Lanes::new()), 0.0);
        assert_eq!(by_lane(&a, &b), [("attention".to_owned(), 0.0), ("policy".to_owned(), 1.0), ("zzz".to_owned(), 0.0)]);
    }
}
