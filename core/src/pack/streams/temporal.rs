//! Windows in time, and the lanes made of them (`RELATED`; rows D678–D688).

use super::Streams;
use crate::pack::lane_id::{base_window, window};

/// Windows when nothing else is asked for.
pub const WINDOWS: u32 = 4;
/// Most windows; each is a lane of its own for every lane there is.
pub const MOST_WINDOWS: u32 = 4096;

/// A window `[a, b)` of the unit interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The suffix of its lanes: `t0`.
    pub id: String,
    /// Where it begins.
    pub a: f64,
    /// Where it ends.
    pub b: f64,
    /// Whether `b` belongs to it.
    pub inclusive: bool,
}

/// `count` windows of equal length, the last one closed (row D680).
pub fn windows(count: u32) -> Vec<Window> {
    let share = |number: u32| f64::from(number) / f64::from(count);
    (0..count)
        .map(|number| Window { id: format!("t{number}"), a: share(number), b: share(number + 1), inclusive: number + 1 == count })
        .collect()
}

/// Why windows cannot be used; `None` when they can.
pub fn wrong(windows: &[Window]) -> Option<String> {
    for window in windows {
        if !(0.0..=1.0).contains(&window.a) || !(0.0..=1.0).contains(&window.b) || window.a > window.b {
            return Some(format!("the window `{}` from {} to {} does not lie in [0, 1]", window.id, window.a, window.b));
        }
    }
    windows
        .array_windows()
        .find(|[before, after]| after.a < before.b)
        .map(|[before, after]| format!("the window `{}` begins at {}, before `{}` ends at {}", after.id, after.a, before.id, before.b))
}

/// The samples of each window. Sample i of n lies at i/(n−1); a single one goes to the first window; one that lies in none is lost.
pub fn split(samples: &[f64], windows: &[Window]) -> Vec<Vec<f64>> {
    let mut parts = vec![Vec::new(); windows.len()];
    if let [one] = samples {
        if let Some(first) = parts.first_mut() {
            first.push(*one);
        }
        return parts;
    }
    let last = samples.len().saturating_sub(1) as f64;
    for (at, sample) in samples.iter().enumerate() {
        let u = at as f64 / last;
        let found = windows.iter().position(|window| window.a <= u && (u < window.b || (window.inclusive && u <= window.b)));
        if let Some(part) = found.and_then(|place| parts.get_mut(place)) {
            part.push(*sample);
        }
    }
    parts
}

/// Only the windows of the lanes, `<lane>@<window>`; without windows the lanes themselves (row D682).
pub fn expand(streams: &Streams, windows: Option<&[Window]>) -> Streams {
    let Some(windows) = windows else { return streams.clone() };
    let lane_windows = |(lane, samples): (&str, &[f64])| -> Vec<(String, Vec<f64>)> {
        windows.iter().zip(split(samples, windows)).map(|(window, part)| (format!("{lane}@{}", window.id), part)).collect()
    };
    streams.iter().flat_map(lane_windows).collect()
}

/// How windows are weighted when they are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Window k of K by (k+1)/K over the mean of these weights.
    Decay,
    /// Every sample over K.
    Even,
}

/// A base with the samples of its windows.
type Group<'a> = (&'a str, Vec<&'a [f64]>);

/// The bases in the order of their first window, each with its windows in the order of their numbers.
fn grouped(streams: &Streams) -> Vec<Group<'_>> {
    let mut bases: Vec<&str> = Vec::new();
    let mut windows: Vec<Vec<(u32, &[f64])>> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (id, samples) in streams.iter() {
        let Some((base, number)) = base_window(id) else { continue };
        let place = *places.entry(base).or_insert_with(|| {
            bases.push(base);
            windows.push(Vec::new());
            bases.len() - 1
        });
        if let Some(windows) = windows.get_mut(place) {
            windows.push((number, samples));
        }
    }
    let in_order = |mut windows: Vec<(u32, _)>| {
        windows.sort_by_key(|(number, _)| *number);
        windows.into_iter().map(|(_, samples)| samples).collect()
    };
    bases.into_iter().zip(windows.into_iter().map(in_order)).collect()
}

/// Adds `<lane>@t*`: the windows one after the other, weighted.
pub fn combine(streams: &mut Streams, schedule: Schedule) {
    let mut made = Vec::new();
    for (base, windows) in grouped(streams) {
        let count = windows.len() as f64;
        let weights: Vec<f64> = (1..=windows.len()).map(|number| number as f64 / count).collect();
        let mean = weights.iter().fold(0.0, |sum, weight| sum + weight) / count;
        let mut samples = Vec::new();
        for (window, weight) in windows.iter().zip(&weights) {
            samples.extend(window.iter().map(|sample| match schedule {
                Schedule::Decay => (sample * weight) / mean,
                Schedule::Even => sample / count,
            }));
        }
        made.push((format!("{base}@t*"), samples));
    }
    made.into_iter().for_each(|(id, samples)| streams.put(id, samples));
}

/// Adds `@early` (the first window), `@mid` (those between, over their number) and `@late` (the last).
pub fn presets(streams: &mut Streams) {
    let mut made = Vec::new();
    for (base, windows) in grouped(streams) {
        let (Some(first), Some(last)) = (windows.first(), windows.last()) else { continue };
        let inner = windows.get(1..windows.len() - 1).unwrap_or_default();
        let count = inner.len() as f64;
        let mid = inner.iter().flat_map(|window| window.iter().map(|sample| sample / count)).collect();
        made.push((format!("{base}@early"), first.to_vec()));
        made.push((format!("{base}@mid"), mid));
        made.push((format!("{base}@late"), last.to_vec()));
    }
    made.into_iter().for_each(|(id, samples)| streams.put(id, samples));
}

/// The ids of the first `count` windows of `base`.
pub fn window_ids(base: &str, count: u32) -> impl Iterator<Item = String> + '_ {
    (0..count).map(move |number| window(base, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(lanes: &[(&str, &[f64])]) -> Streams {
        lanes.iter().map(|(id, samples)| ((*id).to_owned(), samples.to_vec())).collect()
    }

    // rows: D678 D679 D680
    #[test]
    fn samples_fall_into_the_window_in_which_they_lie() {
        let four = windows(4);
        assert_eq!(four[3], Window { id: "t3".into(), a: 0.75, b: 1.0, inclusive: true });
        assert!(four[..3].iter().all(|window| !window.inclusive));
        assert_eq!(split(&[], &four), vec![Vec::<f64>::new(); 4]);
        assert_eq!(split(&[7.0], &four), [vec![7.0], vec![], vec![], vec![]]);
        // positions 0, 1/4, 1/2, 3/4, 1: each on an edge, which belongs to the window that begins there
        assert_eq!(split(&[0.0, 1.0, 2.0, 3.0, 4.0], &four), [vec![0.0], vec![1.0], vec![2.0], vec![3.0, 4.0]]);
        assert_eq!(split(&[1.0, 2.0], &four), [vec![1.0], vec![], vec![], vec![2.0]]);
        assert!(windows(0).is_empty());
    }

    // rows: D681
    #[test]
    fn explicit_windows_may_lose_samples_and_may_not_overlap() {
        let window = |id: &str, a, b, inclusive| Window { id: id.into(), a, b, inclusive };
        let open = [window("t0", 0.0, 0.5, false), window("t1", 0.5, 1.0, false)];
        assert_eq!(split(&[1.0, 2.0, 3.0], &open), [vec![1.0], vec![2.0]], "the last sample lies at 1, which no window holds");
        assert_eq!(wrong(&open), None);
        let gap = [window("t0", 0.0, 0.25, false), window("t1", 0.75, 1.0, true)];
        assert_eq!(split(&[1.0, 2.0, 3.0], &gap), [vec![1.0], vec![3.0]]);
        for odd in [
            vec![window("t0", 0.0, 0.6, false), window("t1", 0.5, 1.0, true)],
            vec![window("t0", 0.5, 1.0, false), window("t1", 0.0, 0.5, true)],
            vec![window("t0", 0.5, 0.2, false)],
            vec![window("t0", f64::NAN, 0.2, false)],
            vec![window("t0", 0.0, 1.5, false)],
        ] {
            assert!(wrong(&odd).is_some(), "{odd:?}");
        }
    }

    // rows: D305 D682
    #[test]
    fn expanding_keeps_the_windows_and_drops_the_bases() {
        let base = streams(&[("policy", &[1.0, 2.0, 3.0]), ("style", &[4.0])]);
        let out = expand(&base, Some(&windows(2)));
        assert_eq!(out, streams(&[("policy@t0", &[1.0]), ("policy@t1", &[2.0, 3.0]), ("style@t0", &[4.0]), ("style@t1", &[])]));
        assert_eq!(expand(&base, None), base);
    }

    // rows: D684 D685 D687
    #[test]
    fn the_combined_lane_weighs_later_windows_more() {
        let mut lanes =
            streams(&[("a@t1", &[1.0]), ("a@t0", &[1.0, 2.0]), ("a@t0__x__b@t1", &[9.0]), ("b@row", &[9.0]), ("c@t10", &[3.0])]);
        let mut even = lanes.clone();
        combine(&mut lanes, Schedule::Decay);
        // weights 1/2 and 1, mean 3/4
        let wanted = [(1.0 * 0.5) / 0.75, (2.0 * 0.5) / 0.75, (1.0 * 1.0) / 0.75];
        assert_eq!(lanes.get("a@t*"), Some(wanted.as_slice()));
        assert_eq!(lanes.get("c@t*"), Some([3.0].as_slice()));
        assert_eq!(lanes.len(), 7);
        combine(&mut even, Schedule::Even);
        assert_eq!(even.get("a@t*"), Some([0.5, 1.0, 0.5].as_slice()));
    }

    // rows: D686 D307
    #[test]
    fn presets_are_the_first_the_inner_and_the_last_windows() {
        let mut lanes = streams(&[("a@t0", &[1.0]), ("a@t1", &[2.0]), ("a@t2", &[4.0, 6.0]), ("a@t3", &[8.0]), ("b@t0", &[5.0])]);
        presets(&mut lanes);
        let got = |id: &str| lanes.get(id).map(<[f64]>::to_vec);
        assert_eq!((got("a@early"), got("a@mid"), got("a@late")), (Some(vec![1.0]), Some(vec![1.0, 2.0, 3.0]), Some(vec![8.0])));
        assert_eq!((got("b@early"), got("b@mid"), got("b@late")), (Some(vec![5.0]), Some(vec![]), Some(vec![5.0])));
    }
}
