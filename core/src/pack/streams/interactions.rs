//! Lanes multiplied with lanes (rows D259–D317, D688).

use super::Streams;
use super::temporal::window_ids;
use crate::pack::arithmetic::{clamp01, tanh};
use crate::pack::lane_id::{cross, window};

/// Windows on each side of the matrix.
pub const SIDE: u32 = 4;

/// Which cells of the matrix are emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// j ≥ i: up to 10 lanes, the canonical wiring (`DECISIONS` 28).
    Upper,
    /// All 16.
    Full,
}

/// clamp01(tanh(a·b)), sample by sample as far as both go.
pub fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| clamp01(tanh(a * b))).collect()
}

/// Adds the interaction of two lanes, where both are there.
fn join(streams: &mut Streams, a: &str, b: &str) {
    if let (Some(left), Some(right)) = (streams.get(a), streams.get(b)) {
        let samples = product(left, right);
        streams.put(cross(a, b), samples);
    }
}

/// Adds the matrix of the windows of `a` with those of `b`, row by row.
pub fn matrix(streams: &mut Streams, a: &str, b: &str, shape: Shape) {
    for (i, left) in (0..).zip(window_ids(a, SIDE)) {
        let first = if shape == Shape::Upper { i } else { 0 };
        for right in window_ids(b, SIDE).skip(first) {
            join(streams, &left, &right);
        }
    }
}

/// Adds the three interactions of presets, whose names are fixed (row D291).
pub fn presets(streams: &mut Streams) {
    for (a, b) in [("policy@early", "attention@late"), ("policy@mid", "attention@mid"), ("policy@late", "attention@early")] {
        join(streams, a, b);
    }
}

/// The pairs of windows that interact across time unless others are named (row D688).
pub const CROSS_PAIRS: [(&str, &str); 2] = [("policy@t1", "attention@t2"), ("policy@t2", "attention@t1")];

/// Adds the interactions of `pairs`.
pub fn cross_temporal<'a>(streams: &mut Streams, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
    pairs.into_iter().for_each(|(a, b)| join(streams, a, b));
}

/// Row and column of a cell of the matrix of `a` and `b`: the literal names, and ASCII digits to the end (row D302).
pub fn cell(id: &str, a: &str, b: &str) -> Option<(u32, u32)> {
    let (row, column) = id.strip_prefix(a)?.strip_prefix("@t")?.split_once("__x__")?;
    let column = column.strip_prefix(b)?.strip_prefix("@t")?;
    let number = |digits: &str| if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None };
    Some((number(row)?, number(column)?))
}

/// Adds the means of rows, columns and of the whole matrix, as far as its lanes are there. A mean over a lane without samples has none and is
/// not emitted; sums run row by row whatever order the lanes came in (rows D299–D303).
pub fn summaries(streams: &mut Streams, a: &str, b: &str) {
    let mut cells: Vec<(u32, u32, &str, &[f64])> =
        streams.iter().filter_map(|(id, samples)| cell(id, a, b).map(|(i, j)| (i, j, id, samples))).collect();
    cells.sort_by_key(|&(i, j, id, _)| (i, j, id));
    let mean_of = |wanted: &dyn Fn(u32, u32) -> bool| {
        mean(&cells.iter().filter(|(i, j, ..)| wanted(*i, *j)).map(|(_, _, _, samples)| *samples).collect::<Vec<_>>())
    };
    let mut made = Vec::new();
    for number in 0..SIDE {
        made.push((cross(&window(a, number), &format!("{b}@row")), mean_of(&|i, _| i == number)));
    }
    for number in 0..SIDE {
        made.push((cross(&format!("{a}@col"), &window(b, number)), mean_of(&|_, j| j == number)));
    }
    made.push((cross(&format!("{a}@all"), &format!("{b}@all")), mean_of(&|_, _| true)));
    for (id, samples) in made {
        if let Some(samples) = samples {
            streams.put(id, samples);
        }
    }
}

/// The mean of lanes, sample by sample as far as all go; `None` when that is nowhere.
fn mean(lanes: &[&[f64]]) -> Option<Vec<f64>> {
    let len = lanes.iter().map(|lane| lane.len()).min().filter(|len| *len > 0)?;
    let mut sums = vec![0.0; len];
    for lane in lanes {
        sums.iter_mut().zip(*lane).for_each(|(sum, sample)| *sum += sample);
    }
    Some(sums.into_iter().map(|sum| clamp01(sum / lanes.len() as f64)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows_of(bases: &[&str]) -> Streams {
        let lanes = bases.iter().enumerate().flat_map(|(b, base)| {
            (0..4).map(move |k| {
                (window(base, k), (0..5).map(|at| f64::from(at + 1) * 0.1 * (b as f64 + 1.0) + f64::from(k) * 0.03).collect())
            })
        });
        lanes.collect()
    }

    fn emitted(streams: &Streams, before: usize) -> Vec<&str> {
        streams.iter().skip(before).map(|(id, _)| id).collect()
    }

    // rows: D260 D261 D262 D263 D271 D276 D278 D286 D287 D289 D290 D312
    #[test]
    fn the_matrix_is_emitted_row_by_row() {
        let base = windows_of(&["policy", "attention"]);
        let (mut upper, mut full) = (base.clone(), base.clone());
        matrix(&mut upper, "policy", "attention", Shape::Upper);
        matrix(&mut full, "policy", "attention", Shape::Full);
        let name = |(i, j): (u32, u32)| format!("policy@t{i}__x__attention@t{j}");
        let cells: Vec<(u32, u32)> = (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).collect();
        assert_eq!(emitted(&full, 8), cells.iter().copied().map(name).collect::<Vec<_>>());
        assert_eq!(emitted(&upper, 8), cells.iter().copied().filter(|(i, j)| j >= i).map(name).collect::<Vec<_>>());
        assert_eq!((upper.len(), full.len()), (18, 24));
        assert!(base.iter().all(|(id, samples)| full.get(id) == Some(samples)), "the lanes that were there stay");
    }

    // rows: D267 D268 D269 D270 D277 D295
    #[test]
    fn a_product_ends_with_the_shorter_lane_and_stays_in_the_unit_interval() {
        assert_eq!(product(&[0.5, 2.0, 1.0], &[0.5, 2.0]), [tanh(0.25), tanh(4.0)]);
        assert_eq!(product(&[-1.0, 0.0, 1e300], &[1.0, -1.0, 1e300]), [0.0, 0.0, 1.0]);
        assert!(product(&[-1.0, -0.0], &[1.0, 1.0]).iter().all(|sample| sample.is_sign_positive()));
        let mut lanes: Streams = [("policy@t0".to_owned(), vec![1.0]), ("attention@t3".to_owned(), vec![])].into_iter().collect();
        matrix(&mut lanes, "policy", "attention", Shape::Full);
        assert_eq!(emitted(&lanes, 2), ["policy@t0__x__attention@t3"], "pairs without both lanes are left out");
    }

    // rows: D291 D292 D293 D294 D313 D688
    #[test]
    fn presets_and_crossings_have_fixed_names() {
        let mut lanes: Streams = ["policy@early", "policy@mid", "policy@late", "attention@early", "attention@mid", "attention@late"]
            .map(|id| (id.to_owned(), vec![0.5]))
            .into_iter()
            .collect();
        presets(&mut lanes);
        assert_eq!(
            emitted(&lanes, 6),
            ["policy@early__x__attention@late", "policy@mid__x__attention@mid", "policy@late__x__attention@early"]
        );
        let mut lanes = windows_of(&["policy", "attention"]);
        cross_temporal(&mut lanes, CROSS_PAIRS);
        assert_eq!(emitted(&lanes, 8), ["policy@t1__x__attention@t2", "policy@t2__x__attention@t1"]);
    }

    // rows: D296 D297 D298 D299 D300 D304 D310 D314 D315 D316 D317
    #[test]
    fn summaries_are_means_of_what_was_emitted() {
        let mut lanes = windows_of(&["policy", "attention"]);
        matrix(&mut lanes, "policy", "attention", Shape::Upper);
        let before = lanes.len();
        summaries(&mut lanes, "policy", "attention");
        assert_eq!(
            emitted(&lanes, before),
            [
                "policy@t0__x__attention@row",
                "policy@t1__x__attention@row",
                "policy@t2__x__attention@row",
                "policy@t3__x__attention@row",
                "policy@col__x__attention@t0",
                "policy@col__x__attention@t1",
                "policy@col__x__attention@t2",
                "policy@col__x__attention@t3",
                "policy@all__x__attention@all"
            ]
        );
        let cell = |i, j| lanes.get(&format!("policy@t{i}__x__attention@t{j}")).expect("emitted")[2];
        let row = lanes.get("policy@t2__x__attention@row").expect("emitted")[2];
        assert_eq!(row, (cell(2, 2) + cell(2, 3)) / 2.0);
        let column = lanes.get("policy@col__x__attention@t2").expect("emitted")[2];
        assert_eq!(column, (cell(0, 2) + cell(1, 2) + cell(2, 2)) / 3.0);
        let sum = (0..4).flat_map(|i| (i..4).map(move |j| (i, j))).fold(0.0, |sum, (i, j)| sum + cell(i, j));
        assert_eq!(lanes.get("policy@all__x__attention@all").expect("emitted")[2], sum / 10.0);
    }

    // rows: D272 D299 D301 D302 D303
    #[test]
    fn odd_cells_and_other_orders_change_nothing_they_should_not() {
        for (id, wanted) in [
            ("a@t1__x__b@t2", Some((1, 2))),
            ("a@t11__x__b@t0", Some((11, 0))),
            ("a@t1__x__b@t2\n", None),
            ("a@t1__x__b@t²", None),
            ("xa@t1__x__b@t2", None),
            ("aXt1__x__b@t2", None),
            ("a@t1__x__b@row", None),
            ("a@t__x__b@t2", None),
        ] {
            assert_eq!(cell(id, "a", "b"), wanted, "{id:?}");
        }
        // 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in the last bit
        let lanes = |order: [usize; 3]| {
            let all = [("a@t0__x__b@t0", 0.1), ("a@t0__x__b@t1", 0.2), ("a@t0__x__b@t2", 0.3)];
            let mut streams: Streams = order.map(|at| (all[at].0.to_owned(), vec![all[at].1])).into_iter().collect();
            summaries(&mut streams, "a", "b");
            streams.get("a@t0__x__b@row").map(<[f64]>::to_vec)
        };
        assert_ne!(0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1);
        assert_eq!(lanes([0, 1, 2]), lanes([2, 1, 0]));
        assert_eq!(lanes([0, 1, 2]), Some(vec![(0.1 + 0.2 + 0.3) / 3.0]));
        // a lane without samples leaves its row, its column and the whole without a mean
        let mut streams: Streams = [("a@t0__x__b@t0".to_owned(), vec![]), ("a@t1__x__b@t1".to_owned(), vec![0.5])].into_iter().collect();
        summaries(&mut streams, "a", "b");
        assert_eq!(emitted(&streams, 2), ["a@t1__x__b@row", "a@col__x__b@t1"]);
        // windows beyond the fourth count for the whole only
        let mut streams: Streams = [("a@t9__x__b@t9".to_owned(), vec![0.5])].into_iter().collect();
        summaries(&mut streams, "a", "b");
        assert_eq!(emitted(&streams, 1), ["a@all__x__b@all"]);
    }
}
