//! `[pack]` of `mx2lm.toml`: how packs are compiled here, where the command line does not say otherwise.
//!
//! No check depends on it: a pack is judged by what is in it.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::{Reader, Value, member};
use crate::document::pointer;
use crate::pack::lane_id::wrong_base;
use crate::pack::streams::interactions::Shape;
use crate::pack::streams::temporal::MOST_WINDOWS;
use crate::rules::config as rule;

/// Where windows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Windows {
    /// So many of equal length; 0 leaves the lanes as they are.
    Count(u32),
    /// The `temporal` element of this file, whose path counts from the root.
    File(String),
}

/// What is said of compiling; `None` where nothing is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PackSettings {
    /// Lanes by the id of shapes, `*` for every other id.
    pub lanes: BTreeMap<String, String>,
    /// Windows of a lane.
    pub windows: Option<Windows>,
    /// The left base of interactions.
    pub a: Option<String>,
    /// The right base of interactions.
    pub b: Option<String>,
    /// Which interactions are made; `Some(None)`: none.
    pub matrix: Option<Option<Shape>>,
    /// Whether there are `@t*` lanes.
    pub combined: Option<bool>,
    /// Whether there are `@early`, `@mid` and `@late` lanes, and interactions of them.
    pub presets: Option<bool>,
    /// Whether there are means of rows, columns and all.
    pub summaries: Option<bool>,
    /// Whether there are the two interactions across time.
    pub cross_temporal: Option<bool>,
    /// Most lanes.
    pub max_lanes: Option<u16>,
    /// Slots a lane.
    pub dims: Option<u16>,
    /// What the phase of the carrier is taken from.
    pub seed: Option<String>,
    /// Amplitudes by lane or pattern.
    pub amp: BTreeMap<String, f64>,
    /// Temperatures by lane or pattern.
    pub temp: BTreeMap<String, f64>,
    /// top_p by lane or pattern.
    pub top_p: BTreeMap<String, f64>,
    /// Whether classes have scales of their own.
    pub scales: Option<bool>,
    /// Whether scales are tuned.
    pub tuning: Option<bool>,
    /// Whether AUDIT is written.
    pub audit: Option<bool>,
    /// Lanes that are audited one by one.
    pub lane_audit: Option<u8>,
    /// Whether MERKLE is written.
    pub merkle: Option<bool>,
    /// Whether lanes are left out until the budget is kept.
    pub fit: Option<bool>,
}

impl PackSettings {
    /// These, and the others where these say nothing.
    pub fn or(mut self, others: &PackSettings) -> PackSettings {
        fn joined<T: Clone>(mut these: BTreeMap<String, T>, others: &BTreeMap<String, T>) -> BTreeMap<String, T> {
            for (name, value) in others {
                these.entry(name.clone()).or_insert_with(|| value.clone());
            }
            these
        }
        PackSettings {
            lanes: joined(std::mem::take(&mut self.lanes), &others.lanes),
            windows: self.windows.or_else(|| others.windows.clone()),
            a: self.a.or_else(|| others.a.clone()),
            b: self.b.or_else(|| others.b.clone()),
            matrix: self.matrix.or(others.matrix),
            combined: self.combined.or(others.combined),
            presets: self.presets.or(others.presets),
            summaries: self.summaries.or(others.summaries),
            cross_temporal: self.cross_temporal.or(others.cross_temporal),
            max_lanes: self.max_lanes.or(others.max_lanes),
            dims: self.dims.or(others.dims),
            seed: self.seed.or_else(|| others.seed.clone()),
            amp: joined(self.amp, &others.amp),
            temp: joined(self.temp, &others.temp),
            top_p: joined(self.top_p, &others.top_p),
            scales: self.scales.or(others.scales),
            tuning: self.tuning.or(others.tuning),
            audit: self.audit.or(others.audit),
            lane_audit: self.lane_audit.or(others.lane_audit),
            merkle: self.merkle.or(others.merkle),
            fit: self.fit.or(others.fit),
        }
    }
}

const KEYS: &[&str] = &[
    "lanes",
    "windows",
    "a",
    "b",
    "matrix",
    "combined",
    "presets",
    "summaries",
    "cross_temporal",
    "max_lanes",
    "dims",
    "seed",
    "amp",
    "temp",
    "top_p",
    "scales",
    "tuning",
    "audit",
    "lane_audit",
    "merkle",
    "fit",
];
const MATRIX: [&str; 3] = ["upper", "full", "none"];

impl Reader<'_> {
    pub(super) fn pack(&mut self, value: &Value<'_>, at: &str) {
        let Some(table) = self.table(value, at) else { return };
        self.known(at, table, KEYS);
        let place = |name: &str| pointer::join(at, name);
        let lanes = self.by_name(table, &place("lanes"), "lanes", |reader, value, at| reader.base(value, at));
        let share = |reader: &mut Self, value: &Value<'_>, at: &str| reader.number(value, at, 0.0..=1.0);
        let (amp, temp, top_p) = (
            self.by_name(table, &place("amp"), "amp", share),
            self.by_name(table, &place("temp"), "temp", share),
            self.by_name(table, &place("top_p"), "top_p", share),
        );
        let mut switch = |name: &str| member(table, name).and_then(|(_, value)| self.boolean(value, &place(name)));
        let (combined, presets, summaries) = (switch("combined"), switch("presets"), switch("summaries"));
        let (cross_temporal, scales, tuning) = (switch("cross_temporal"), switch("scales"), switch("tuning"));
        let (audit, merkle, fit) = (switch("audit"), switch("merkle"), switch("fit"));
        let mut whole = |name: &str, range| member(table, name).and_then(|(_, value)| self.whole(value, &place(name), range));
        let max_lanes = whole("max_lanes", 0..=i64::from(u16::MAX)).and_then(|number| number.try_into().ok());
        let dims = whole("dims", 1..=i64::from(u16::MAX)).and_then(|number| number.try_into().ok());
        let lane_audit = whole("lane_audit", 0..=8).and_then(|number| number.try_into().ok());
        let mut base = |name: &str| member(table, name).and_then(|(_, value)| self.base(value, &place(name)));
        let (a, b) = (base("a"), base("b"));
        let seed = member(table, "seed").and_then(|(_, value)| self.text(value, &place("seed")).map(str::to_owned));
        let windows = member(table, "windows").and_then(|(_, value)| self.windows(value, &place("windows")));
        let matrix = member(table, "matrix").and_then(|(_, value)| self.matrix(value, &place("matrix")));
        self.config.pack = PackSettings {
            lanes,
            windows,
            a,
            b,
            matrix,
            combined,
            presets,
            summaries,
            cross_temporal,
            max_lanes,
            dims,
            seed,
            amp,
            temp,
            top_p,
            scales,
            tuning,
            audit,
            lane_audit,
            merkle,
            fit,
        };
    }

    fn by_name<T>(
        &mut self,
        table: &DeTable<'_>,
        at: &str,
        name: &str,
        read: impl Fn(&mut Self, &Value<'_>, &str) -> Option<T>,
    ) -> BTreeMap<String, T> {
        let entries = member(table, name).and_then(|(_, value)| self.table(value, at));
        let mut out = BTreeMap::new();
        for (name, value) in entries.into_iter().flat_map(DeTable::iter) {
            if let Some(value) = read(self, value, &pointer::join(at, name.get_ref())) {
                out.insert(name.get_ref().to_string(), value);
            }
        }
        out
    }

    fn refuse<T>(&mut self, value: &Value<'_>, at: &str, message: String) -> Option<T> {
        self.wrong(&rule::VALUE, value.span(), at, message, None);
        None
    }

    fn base(&mut self, value: &Value<'_>, at: &str) -> Option<String> {
        let text = self.text(value, at)?;
        match wrong_base(text) {
            None => Some(text.to_owned()),
            Some(why) => self.refuse(value, at, why),
        }
    }

    fn whole(&mut self, value: &Value<'_>, at: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(integer) = value.get_ref() else {
            self.mistyped(value, at, &wanted);
            return None;
        };
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => self.refuse(value, at, format!("found {integer}, wanted {wanted}")),
        }
    }

    fn number(&mut self, value: &Value<'_>, at: &str, range: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let wanted = format!("a number from {} to {}", range.start(), range.end());
        let (found, number) = match value.get_ref() {
            DeValue::Integer(integer) => {
                (integer.to_string(), i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number as f64))
            }
            DeValue::Float(float) => (float.to_string(), float.as_str().parse::<f64>().ok()),
            _ => {
                self.mistyped(value, at, &wanted);
                return None;
            }
        };
        match number.filter(|number| range.contains(number)) {
            Some(number) => Some(number),
            None => self.refuse(value, at, format!("found {found}, wanted {wanted}")),
        }
    }

    fn windows(&mut self, value: &Value<'_>, at: &str) -> Option<Windows> {
        match value.get_ref() {
            DeValue::String(path) => Some(Windows::File(path.to_string())),
            DeValue::Integer(_) => {
                let count = self.whole(value, at, 0..=i64::from(MOST_WINDOWS))?;
                u32::try_from(count).ok().map(Windows::Count)
            }
            _ => {
                self.mistyped(value, at, "a number of windows or the path of a `brain.xml`");
                None
            }
        }
    }

    fn matrix(&mut self, value: &Value<'_>, at: &str) -> Option<Option<Shape>> {
        match self.text(value, at)? {
            "upper" => Some(Some(Shape::Upper)),
            "full" => Some(Some(Shape::Full)),
            "none" => Some(None),
            other => {
                let near = crate::rules::nearest_of(other, MATRIX).map(|near| format!("\"{near}\""));
                let message = format!("`{other}` is no shape: wanted `upper`, `full` or `none`");
                self.wrong(&rule::VALUE, value.span(), at, message, near);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Findings;
    use crate::workspace::config::Config;

    fn read(text: &str) -> (PackSettings, Vec<String>) {
        let mut findings = Findings::default();
        let config = Config::read(text, &mut findings);
        (config.pack, findings.list.iter().map(|finding| format!("{}: {}", finding.place.locator, finding.message)).collect())
    }

    #[test]
    fn every_key_is_read() {
        let text = "[pack]\nlanes = { h1 = \"policy\", \"*\" = \"style\" }\nwindows = 3\na = \"tone\"\nb = \"style\"\nmatrix = \"none\"\n\
                    combined = false\npresets = false\nsummaries = false\ncross_temporal = true\nmax_lanes = 0x10\ndims = 24\nseed = \"S\"\n\
                    amp = { \"*\" = 1 }\ntemp = { \"tone@t*\" = 0.5 }\ntop_p = { tone = 1.0 }\nscales = false\ntuning = false\naudit = false\n\
                    lane_audit = 8\nmerkle = false\nfit = true\n";
        let (settings, told) = read(text);
        assert_eq!(told, Vec::<String>::new());
        let knob = |lane: &str, value: f64| BTreeMap::from([(lane.to_owned(), value)]);
        let wanted = PackSettings {
            lanes: [("h1", "policy"), ("*", "style")].map(|(id, lane)| (id.to_owned(), lane.to_owned())).into(),
            windows: Some(Windows::Count(3)),
            a: Some("tone".into()),
            b: Some("style".into()),
            matrix: Some(None),
            combined: Some(false),
            presets: Some(false),
            summaries: Some(false),
            cross_temporal: Some(true),
            max_lanes: Some(16),
            dims: Some(24),
            seed: Some("S".into()),
            amp: knob("*", 1.0),
            temp: knob("tone@t*", 0.5),
            top_p: knob("tone", 1.0),
            scales: Some(false),
            tuning: Some(false),
            audit: Some(false),
            lane_audit: Some(8),
            merkle: Some(false),
            fit: Some(true),
        };
        assert_eq!(settings, wanted);
        assert_eq!(PackSettings::default().or(&wanted), wanted);
        let own = PackSettings { fit: Some(false), amp: knob("*", 0.5), ..PackSettings::default() };
        assert_eq!(own.or(&wanted), PackSettings { fit: Some(false), amp: knob("*", 0.5), ..wanted });
        assert_eq!(read("[pack]\nwindows = \"brain.xml\"\n").0.windows, Some(Windows::File("brain.xml".into())));
        assert_eq!(read("").0, PackSettings::default());
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_place() {
        for (line, wanted) in [
            ("widows = 4", "/pack/widows: `widows` is not a key here"),
            ("windows = -1", "/pack/windows: found -1, wanted a whole number from 0 to 4096"),
            ("windows = 4097", "/pack/windows: found 4097"),
            ("windows = 4.0", "/pack/windows: found float, wanted a number of windows"),
            ("dims = 0", "/pack/dims: found 0, wanted a whole number from 1 to 65535"),
            ("dims = \"24\"", "/pack/dims: found string, wanted a whole number"),
            ("max_lanes = 99999999999999999999", "/pack/max_lanes: found 99999999999999999999"),
            ("lane_audit = 9", "/pack/lane_audit: found 9, wanted a whole number from 0 to 8"),
            ("amp = { x = inf }", "/pack/amp/x: found inf, wanted a number from 0 to 1"),
            ("amp = { x = 1.5 }", "/pack/amp/x: found 1.5, wanted a number from 0 to 1"),
            ("temp = { x = 1.5 }", "/pack/temp/x: found 1.5, wanted a number from 0 to 1"),
            ("top_p = { x = nan }", "/pack/top_p/x: "),
            ("top_p = 0.5", "/pack/top_p: found float, wanted a table"),
            ("lanes = { h1 = \"9x\" }", "/pack/lanes/h1: the base name `9x` begins with `9`"),
            ("a = \"policy@t0\"", "/pack/a: the base name `policy@t0` holds `@`"),
            ("matrix = \"uper\"", "/pack/matrix: `uper` is no shape"),
            ("audit = 1", "/pack/audit: found integer, wanted `true` or `false`"),
        ] {
            let (settings, told) = read(&format!("[pack]\n{line}\n"));
            assert!(told.len() == 1 && told[0].starts_with(wanted), "{line}: {told:?}");
            assert_eq!(settings, PackSettings::default(), "{line}");
        }
    }
}
