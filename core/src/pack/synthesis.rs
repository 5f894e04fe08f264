//! Weights from folded lanes: a carrier, an amplitude a lane, and knobs (`RELATED`; rows D281, D689, D690, D698).

use super::arithmetic::{round6, sin};
use super::class::fnv1a32;

/// The amplitude of a lane that nothing names.
pub const AMPLITUDE: f64 = 0.08;
/// The seed that is used unless another is given.
pub const SEED: &str = "ASX::LOCAL";

/// Values for lanes: an exact id, a pattern with `*`, or `*` alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Knob {
    entries: Vec<(String, f64)>,
}

impl Knob {
    /// The value of `lane`: of its exact id, else of the longest pattern that fits (of equals the first in UTF-8 order), else of `*`, else `otherwise`.
    pub fn of(&self, lane: &str, otherwise: f64) -> f64 {
        if let Some((_, value)) = self.entries.iter().find(|(id, _)| id == lane) {
            return *value;
        }
        let fits = self.entries.iter().filter(|(pattern, _)| pattern.contains('*') && matches(pattern, lane));
        fits.min_by_key(|(pattern, _)| (std::cmp::Reverse(pattern.len()), pattern)).map_or(otherwise, |(_, value)| *value)
    }
}

impl Knob {
    /// The ids and patterns that none of `lanes` has.
    pub fn idle<'k>(&'k self, lanes: &[&str]) -> Vec<&'k str> {
        let used = |pattern: &str| lanes.iter().any(|lane| pattern == *lane || pattern.contains('*') && matches(pattern, lane));
        self.entries.iter().map(|(pattern, _)| pattern.as_str()).filter(|pattern| *pattern != "*" && !used(pattern)).collect()
    }
}

impl FromIterator<(String, f64)> for Knob {
    fn from_iter<I: IntoIterator<Item = (String, f64)>>(entries: I) -> Self {
        Knob { entries: entries.into_iter().collect() }
    }
}

/// Whether `text` is `pattern` with each `*` standing for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            // The leftmost place leaves the most for what follows.
            let Some(at) = rest.find(before) else { return false };
            rest = rest.get(at + before.len()..).unwrap_or_default();
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// What every lane's weights are scaled by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Knobs {
    /// By lane; 0.08 otherwise.
    pub amplitude: Knob,
    /// By lane; 0.70 otherwise.
    pub temperature: Knob,
    /// By lane; 0.90 otherwise.
    pub top_p: Knob,
}

impl Knobs {
    /// The amplitude of a lane.
    pub fn amplitude(&self, lane: &str) -> f64 {
        self.amplitude.of(lane, AMPLITUDE)
    }

    /// What a lane's weights are multiplied with after synthesis: (0.65 + temp·0.70)·(1.25 − top_p·0.55).
    pub fn factor(&self, lane: &str) -> f64 {
        (0.65 + self.temperature.of(lane, 0.70) * 0.70) * (1.25 - self.top_p.of(lane, 0.90) * 0.55)
    }
}

/// The phase of a seed, in radians.
pub fn phase(seed: &str) -> f64 {
    f64::from(fnv1a32(seed) % 997) * 0.0001
}

/// The weights of a folded lane: round6(sin(i·0.37 + φ)·amp·(1 + folded[i])).
pub fn synthesize(folded: &[f64], phase: f64, amplitude: f64) -> Vec<f64> {
    folded.iter().enumerate().map(|(at, slot)| round6(sin(at as f64 * 0.37 + phase) * amplitude * (1.0 + slot))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D689 D697
    #[test]
    fn weights_are_a_carrier_lifted_by_what_was_folded() {
        let phase = phase(SEED);
        let wanted = |at: f64, slot: f64| round6(sin(at * 0.37 + phase) * 0.08 * (1.0 + slot));
        assert_eq!(synthesize(&[0.0, 0.5, -1.0], phase, 0.08), [wanted(0.0, 0.0), wanted(1.0, 0.5), 0.0]);
        assert_eq!(synthesize(&[0.0], phase, 0.08), [0.006585]);
        assert!((0.0..0.0997).contains(&phase));
    }

    // rows: D281 D690
    #[test]
    fn a_knob_is_found_by_id_then_by_pattern_then_by_star() {
        let knob: Knob = [("policy@t*", 0.09), ("policy@t1__x__attention@t2", 0.06), ("*@row", 0.01), ("*", 0.08)]
            .map(|(id, value)| (id.to_owned(), value))
            .into_iter()
            .collect();
        for (lane, wanted) in [
            ("policy@t*", 0.09),
            ("policy@t0", 0.09),
            ("policy@t1__x__attention@t2", 0.06),
            ("policy@t1__x__attention@t3", 0.09),
            ("a@row", 0.01),
            ("style", 0.08),
        ] {
            assert_eq!(knob.of(lane, 9.0), wanted, "{lane}");
        }
        assert_eq!(Knob::default().of("a", 0.5), 0.5);
        for (pattern, text, fits) in [
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("*b", "bab", true),
            ("a*a", "a", false),
            ("**", "", true),
            ("a*bc*c", "abcc", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    // rows: D698
    #[test]
    fn temperature_and_top_p_scale_all_weights_of_a_lane() {
        let factor = Knobs::default().factor("x");
        assert_eq!(factor, (0.65 + 0.70 * 0.70) * (1.25 - 0.90 * 0.55));
        let hot = Knobs { temperature: [("x".to_owned(), 1.0)].into_iter().collect(), ..Knobs::default() };
        assert_eq!(hot.factor("x"), (0.65 + 0.70) * (1.25 - 0.90 * 0.55));
        assert_eq!(hot.factor("y"), factor);
    }
}
