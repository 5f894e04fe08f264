//! Folding: a stream wrapped around a vector of fixed length (rows D451–D453, D458–D496, D600, D601).

use super::class::Class;

/// Wraps `samples` around `dims` slots: sample i is added, times the weight of the lane's class, to slot (i + offset) mod dims. f64, nothing
/// rounded or normalised (rows D482, D484). Without slots there is nothing to add to.
pub fn fold(samples: &[f64], class: Class, dims: u16) -> Vec<f64> {
    fold_at(samples, class.fold_weight(), class.offset(dims), dims)
}

/// The same with an offset that was given.
pub fn fold_at(samples: &[f64], weight: f64, offset: u16, dims: u16) -> Vec<f64> {
    let mut slots = vec![0.0; usize::from(dims)];
    // A running place instead of a remainder a sample.
    let mut place = offset.checked_rem(dims).map_or(0, usize::from);
    for sample in samples {
        let Some(slot) = slots.get_mut(place) else { break };
        *slot += sample * weight;
        place += 1;
        if place == usize::from(dims) {
            place = 0;
        }
    }
    slots
}

/// Wraps a vector around fewer slots, without weight or offset; never around more, which would be upsampling (row D601).
pub fn down_fold(vector: &[f64], dims: u16) -> Option<Vec<f64>> {
    if vector.len() < usize::from(dims) {
        return None;
    }
    Some(fold_at(vector, 1.0, 0, dims))
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D447 D451 D453 D460 D482 D484 D490 D491 D493 D495 D496
    #[test]
    fn samples_wrap_around_from_the_offset_of_their_class() {
        // `policy` has offset 15 of 16 and weight 1.3
        let mut wanted = vec![0.0; 16];
        for (at, sample) in [1.0, 2.0, 3.0].iter().enumerate() {
            wanted[(at + 15) % 16] += sample * 1.3;
        }
        assert_eq!(fold(&[1.0, 2.0, 3.0], Class::Policy, 16), wanted);
        assert_eq!(fold(&[], Class::Other, 16), vec![0.0; 16]);
        assert_eq!(fold(&[1.0], Class::Other, 0), Vec::<f64>::new());
        let long: Vec<f64> = (0..100).map(f64::from).collect();
        let folded = fold(&long, Class::Other, 24);
        assert_eq!(folded.iter().sum::<f64>(), long.iter().sum::<f64>(), "integers lose nothing");
        assert_eq!(folded[21], 0.0 + 24.0 + 48.0 + 72.0 + 96.0);
    }

    // rows: D452 D599 D600 D601
    #[test]
    fn folding_down_keeps_the_sum_and_never_goes_up() {
        assert_eq!(down_fold(&[1.0, 2.0, 3.0, 4.0, 5.0], 2), Some(vec![9.0, 6.0]));
        assert_eq!(down_fold(&[1.0, 2.0], 2), Some(vec![1.0, 2.0]));
        assert_eq!(down_fold(&[1.0, 2.0], 3), None);
        assert_eq!(down_fold(&[1.0], 0), Some(vec![]));
    }

    /// Folding a stream to 48 slots is not folding it to 64 and then to 48: the second has another offset and wraps twice (row D600).
    // rows: D600
    #[test]
    fn folding_twice_is_not_folding_once() {
        let stream: Vec<f64> = (0..200).map(|at| f64::from(at % 7)).collect();
        assert_ne!(down_fold(&fold(&stream, Class::Policy, 64), 48), Some(fold(&stream, Class::Policy, 48)));
    }

    /// The reference adds up in f32 in one of its two languages; the law is f64 (row D482).
    // rows: D482 D489
    #[test]
    fn sums_in_f32_are_other_sums() {
        let stream: Vec<f64> = (1..500).map(|at| 1.0 / f64::from(at)).collect();
        let mut slots = [0f32; 16];
        for (at, sample) in stream.iter().enumerate() {
            slots[(at + usize::from(Class::Other.offset(16))) % 16] += *sample as f32;
        }
        assert_ne!(fold(&stream, Class::Other, 16), slots.map(f64::from));
    }
}
