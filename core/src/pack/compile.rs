//! The whole pipeline, streams to pack, with every decision told (rows D279, D305–D311, D446, D483, D572).
//!
//! windows → combined → presets → interactions of presets → matrix → summaries → lane budget → dims → fold → synthesis → knobs → audit → tuning →
//! quantise → pack.

use std::collections::BTreeMap;

use super::audit::{by_class, tune};
use super::class::{Class, PerClass};
use super::container::{BUDGET, LaneAudits, Recipe, WriteError, open, write};
use super::dims;
use super::fold::fold;
use super::lane_id;
use super::streams::Streams;
use super::streams::interactions::{self, CROSS_PAIRS, SIDE, Shape};
use super::streams::temporal::{self, Schedule, WINDOWS, Window};
use super::synthesis::{Knobs, SEED, phase, synthesize};

/// What may be chosen; the defaults are the law's.
#[derive(Debug, Clone)]
pub struct Options {
    /// The windows; `None` for the lanes as they are.
    pub windows: Option<Vec<Window>>,
    /// The left base of interactions.
    pub a: String,
    /// The right base of interactions.
    pub b: String,
    /// Which cells of the matrix; `None` for none.
    pub matrix: Option<Shape>,
    /// Whether `@t*` lanes are made.
    pub combined: bool,
    /// Whether `@early`, `@mid` and `@late` are made, and their interactions.
    pub presets: bool,
    /// Whether the two interactions across time are made.
    pub cross_temporal: bool,
    /// Whether means of the matrix are made.
    pub summaries: bool,
    /// Most lanes.
    pub most_lanes: usize,
    /// Slots a lane; `None` for the ladder's choice.
    pub dims: Option<u16>,
    /// What the phase is taken from.
    pub seed: String,
    /// Amplitudes, temperatures, top_p.
    pub knobs: Knobs,
    /// Whether each class has a scale of its own (QSCALE).
    pub class_aware: bool,
    /// Whether the scales are tuned by what they clip.
    pub tune: bool,
    /// Whether AUDIT is written.
    pub audit: bool,
    /// How many lanes are audited one by one.
    pub lane_audit: usize,
    /// Whether MERKLE is written.
    pub merkle: bool,
    /// Whether lanes are left out until the pack is within its budget.
    pub fit: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            windows: Some(temporal::windows(WINDOWS)),
            a: "policy".into(),
            b: "attention".into(),
            matrix: Some(Shape::Upper),
            combined: true,
            presets: true,
            cross_temporal: false,
            summaries: true,
            most_lanes: dims::MOST_LANES,
            dims: None,
            seed: SEED.into(),
            knobs: Knobs::default(),
            class_aware: true,
            tune: true,
            audit: true,
            lane_audit: 0,
            merkle: true,
            fit: false,
        }
    }
}

/// A pack that is over its budget, and what would bring it under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// What it weighs.
    pub bytes: usize,
    /// The lanes to leave out, least important first.
    pub drop: Vec<String>,
    /// What it would weigh then.
    pub then: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The container.
    pub bytes: Vec<u8>,
    /// Slots a lane.
    pub dims: u16,
    /// The weights before they were quantised.
    pub lanes: BTreeMap<String, Vec<f64>>,
    /// Every decision in the order in which it was taken, a line each.
    pub decisions: Vec<String>,
    /// Set when the pack is over its budget.
    pub over: Option<Over>,
}

/// The lanes that are packed, before any choice among them.
pub fn emit(streams: &Streams, options: &Options) -> Streams {
    let mut lanes = temporal::expand(streams, options.windows.as_deref());
    if options.combined {
        temporal::combine(&mut lanes, Schedule::Decay);
    }
    if options.presets {
        temporal::presets(&mut lanes);
        interactions::presets(&mut lanes);
    }
    if let Some(shape) = options.matrix {
        interactions::matrix(&mut lanes, &options.a, &options.b, shape);
    }
    if options.cross_temporal {
        interactions::cross_temporal(&mut lanes, CROSS_PAIRS);
    }
    if options.summaries {
        interactions::summaries(&mut lanes, &options.a, &options.b);
    }
    lanes
}

/// Compiles streams.
pub fn compile(streams: &Streams, options: &Options) -> Result<Compiled, WriteError> {
    let emitted = emit(streams, options);
    let mut decisions = emission(streams, &emitted, options);
    let ids: Vec<&str> = emitted.iter().map(|(id, _)| id).collect();
    decisions.extend(idle(&ids, &options.knobs));
    let (order, mut kept) = dims::select(&ids, options.most_lanes);
    // By class and id, most important first.
    let ranked: Vec<(&str, &[f64])> = order.iter().filter_map(|&at| ids.get(at)).filter_map(|id| Some((*id, emitted.get(id)?))).collect();
    cut(&mut decisions, &ranked, kept, &format!("at most {} are packed", lanes_of(options.most_lanes)));
    let mut packed = pack(&ranked, kept, options)?;
    if options.fit && packed.bytes.len() > BUDGET {
        let before = kept;
        (kept, packed) = lighter(&ranked, kept, options)?;
        cut(&mut decisions, ranked.get(..before).unwrap_or_default(), kept, &format!("{BUDGET} bytes are the budget"));
    }
    decisions.push(chosen_dims(kept, packed.dims, options));
    decisions.extend(scaling(&packed, options));
    decisions.push(audited(&packed, options));
    let over = if packed.bytes.len() > BUDGET {
        let (less, lighter) = lighter(&ranked, kept, options)?;
        let drop = ranked.get(less..kept).unwrap_or_default().iter().rev().map(|(id, _)| (*id).to_owned()).collect();
        Some(Over { bytes: packed.bytes.len(), drop, then: lighter.bytes.len() })
    } else {
        None
    };
    decisions.push(format!("written: {} of {BUDGET} bytes", packed.bytes.len()));
    Ok(Compiled { bytes: packed.bytes, dims: packed.dims, lanes: packed.lanes, decisions, over })
}

fn emission(streams: &Streams, emitted: &Streams, options: &Options) -> Vec<String> {
    let samples: usize = streams.iter().map(|(_, samples)| samples.len()).sum();
    let names: Vec<&str> = streams.iter().map(|(id, _)| id).collect();
    let mut told = vec![match names.as_slice() {
        [] => "streams: none".to_owned(),
        names => format!("streams: {}, {} in all ({})", lanes_of(names.len()), counted(samples, "sample"), shortened(names)),
    }];
    match &options.windows {
        None => told.push("windows: none; the lanes stay as they are".into()),
        Some(windows) => {
            let ids: Vec<&str> = windows.iter().map(|window| window.id.as_str()).collect();
            told.push(format!("windows: {} ({}); the lanes themselves are not packed", windows.len(), shortened(&ids)));
        }
    }
    let missing: Vec<&str> = [&options.a, &options.b].into_iter().map(String::as_str).filter(|base| streams.get(base).is_none()).collect();
    if options.matrix.is_some() && !missing.is_empty() {
        let words = "name a shape so, or say `--lane ID=LANE`, `--a` and `--b`";
        told.push(format!("interactions: none; there is no lane `{}` ({words})", missing.join("` and no lane `")));
    } else if let Some(shape) = options.matrix {
        let of_shape = |(i, j): (u32, u32)| i < SIDE && j < SIDE && (shape == Shape::Full || i <= j);
        let cells = emitted.iter().filter(|(id, _)| interactions::cell(id, &options.a, &options.b).is_some_and(of_shape)).count();
        let side = temporal::window_ids(&options.a, SIDE).filter(|id| emitted.get(id).is_some()).count();
        let shape = if shape == Shape::Upper { "the upper triangle" } else { "all" };
        told.push(format!("interactions: {cells} of `{}` with `{}`, {shape} of {side} by {side} windows", options.a, options.b));
    }
    if options.cross_temporal {
        let made: Vec<String> = CROSS_PAIRS.into_iter().map(|(a, b)| lane_id::cross(a, b)).filter(|id| emitted.get(id).is_some()).collect();
        let made: Vec<&str> = made.iter().map(String::as_str).collect();
        told.push(match made.as_slice() {
            [] => "across time: none; that takes the windows 1 and 2 of `policy` and of `attention`".to_owned(),
            made => format!("across time: {} ({})", lanes_of(made.len()), shortened(made)),
        });
    }
    let empty: Vec<&str> = emitted.iter().filter(|(_, samples)| samples.is_empty()).map(|(id, _)| id).collect();
    if !empty.is_empty() {
        told.push(format!("without a sample: {} ({}), so only the bare carrier", lanes_of(empty.len()), shortened(&empty)));
    }
    told.push(format!("emitted: {}", lanes_of(emitted.len())));
    told
}

/// What is set for lanes that there are none of.
fn idle(ids: &[&str], knobs: &Knobs) -> Vec<String> {
    let knobs = [("amp", &knobs.amplitude), ("temp", &knobs.temperature), ("top_p", &knobs.top_p)];
    let idle = knobs.into_iter().flat_map(|(name, knob)| knob.idle(ids).into_iter().map(move |lane| (name, lane)));
    idle.map(|(name, lane)| format!("without effect: {name} of `{lane}`; no lane is called so")).collect()
}

/// Which lanes are audited one by one; they are the first to go where bytes are short (row D549).
fn audited(packed: &Packed, options: &Options) -> String {
    let listed = open(&packed.bytes).ok().and_then(|pack| Some(pack.audit()?.lanes.len()));
    match (listed, options.lane_audit) {
        (None, _) => "audit: none".into(),
        (Some(0), 0) => "audit: by class".into(),
        (Some(0), wanted) => {
            format!(
                "audit: by class; with {} one by one the pack would be over its {BUDGET} bytes",
                lanes_of(wanted.min(packed.lanes.len()))
            )
        }
        (Some(listed), _) => format!("audit: by class, and {} one by one", lanes_of(listed)),
    }
}

fn cut(decisions: &mut Vec<String>, ranked: &[(&str, &[f64])], kept: usize, why: &str) {
    let left_out: Vec<&str> = ranked.iter().skip(kept).map(|(id, _)| *id).collect();
    if !left_out.is_empty() {
        let last = if left_out.len() == 1 { "this one comes" } else { "these come" };
        let lanes = lanes_of(left_out.len());
        decisions.push(format!("left out: {lanes}, because {why}; by class, then by id, {last} last: {}", left_out.join(" ")));
    }
}

fn chosen_dims(kept: usize, dims: u16, options: &Options) -> String {
    if options.dims.is_some() {
        return format!("dims: {dims}, as asked for");
    }
    let room = BUDGET - dims::RESERVE;
    let cost = |dims: u16| kept * dims::lane_cost(dims);
    let larger = dims::LADDER
        .iter()
        .rev()
        .find(|step| **step > dims)
        .map_or(String::new(), |step| format!("; at {step} they would take {}", cost(*step)));
    let forced = if cost(dims) > room { ", the least there is" } else { "" };
    let reckoned = format!("{} of {} bytes take {} of {room}", lanes_of(kept), dims::lane_cost(dims), cost(dims));
    format!("dims: {dims}{forced}; {reckoned}, with {} set aside for names and audit{larger}", dims::RESERVE)
}

fn scaling(packed: &Packed, options: &Options) -> Vec<String> {
    let Some(scales) = packed.scales.filter(|_| options.class_aware) else {
        return vec!["scales: one of 1 for all classes".into()];
    };
    let counts = by_class(packed.lanes.iter().map(|(id, weights)| (id.as_str(), weights.as_slice())));
    let occurring = Class::ALL.into_iter().filter(|class| counts[*class].total > 0);
    let told = |class: Class| {
        let (count, scale) = (counts[class], scales[class]);
        let moved = match scale.total_cmp(&class.scale()) {
            std::cmp::Ordering::Less => ", lowered because more than 8 % were clipped",
            std::cmp::Ordering::Greater => ", raised because less than 1 % were clipped",
            std::cmp::Ordering::Equal if options.tune => ", left",
            std::cmp::Ordering::Equal => "",
        };
        format!("scale of {}: {} of {} clipped at {}; {scale:.6}{moved}", class.name(), count.clipped, count.total, class.scale())
    };
    occurring.map(told).collect()
}

/// `1 lane`, `2 lanes`.
fn lanes_of(count: usize) -> String {
    counted(count, "lane")
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The first few of many names.
fn shortened(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(" ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

/// A container and what it was made of.
struct Packed {
    bytes: Vec<u8>,
    dims: u16,
    lanes: BTreeMap<String, Vec<f64>>,
    scales: Option<PerClass<f64>>,
}

/// Packs the first `kept` lanes.
fn pack(ranked: &[(&str, &[f64])], kept: usize, options: &Options) -> Result<Packed, WriteError> {
    let dims = options.dims.unwrap_or_else(|| dims::choose(kept));
    let phase = phase(&options.seed);
    let weights = |id: &str, samples: &[f64]| -> Vec<f64> {
        let folded = fold(samples, Class::of(id), dims);
        let factor = options.knobs.factor(id);
        synthesize(&folded, phase, options.knobs.amplitude(id)).into_iter().map(|weight| weight * factor).collect()
    };
    let lanes: BTreeMap<String, Vec<f64>> =
        ranked.iter().take(kept).map(|(id, samples)| ((*id).to_owned(), weights(id, samples))).collect();
    let scales = options.class_aware.then(|| {
        let canonical = PerClass::canonical_scales();
        let counts = by_class(lanes.iter().map(|(id, weights)| (id.as_str(), weights.as_slice())));
        if options.tune { tune(&canonical, &counts) } else { canonical }
    });
    let recipe =
        Recipe { dims, lanes, scales, audit: options.audit, lane_audit: LaneAudits::ByClass(options.lane_audit), merkle: options.merkle };
    let bytes = write(&recipe)?;
    Ok(Packed { bytes, dims, lanes: recipe.lanes, scales })
}

/// The most lanes that stay within the budget, each number of them at its own dims; no lane at all when even one does not.
fn lighter(ranked: &[(&str, &[f64])], kept: usize, options: &Options) -> Result<(usize, Packed), WriteError> {
    // Each lane takes an entry of INDEX, a payload and a name: what surely is too much need not be packed to know it.
    const LEAST: usize = 48;
    for less in (1..kept.min(BUDGET / LEAST)).rev() {
        let packed = pack(ranked, less, options)?;
        if packed.bytes.len() <= BUDGET {
            return Ok((less, packed));
        }
    }
    Ok((0, pack(ranked, 0, options)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::container::open;

    fn bases(names: &[&str], len: usize) -> Streams {
        names
            .iter()
            .enumerate()
            .map(|(n, name)| ((*name).to_owned(), (0..len).map(|at| ((at * 7 + n) % 11) as f64 / 11.0).collect()))
            .collect()
    }

    // rows: D259 D279 D305 D306 D307 D308 D309 D310 D311 D316 D317
    #[test]
    fn the_canonical_wiring_emits_its_lanes_in_order() {
        let lanes = emit(&bases(&["policy", "attention"], 40), &Options::default());
        let ids: Vec<&str> = lanes.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), 8 + 2 + 6 + 3 + 10 + 9);
        let place = |id: &str| ids.iter().position(|known| *known == id).unwrap_or_else(|| panic!("{id}"));
        let order = [
            "policy@t0",
            "attention@t3",
            "policy@t*",
            "policy@early",
            "policy@early__x__attention@late",
            "policy@t0__x__attention@t0",
            "policy@t0__x__attention@row",
            "policy@all__x__attention@all",
        ];
        assert!(order.map(place).is_sorted(), "{ids:?}");
        assert!(!ids.contains(&"policy") && !ids.contains(&"policy@t1__x__attention@t0"));
        let plain = emit(&bases(&["policy"], 4), &Options { windows: None, ..Options::default() });
        assert_eq!(plain.iter().map(|(id, _)| id).collect::<Vec<_>>(), ["policy"], "without windows the bases are packed");
    }

    // rows: D432 D446 D447 D483 D494 D555 D556 D572 D573 D574
    #[test]
    fn a_pack_is_what_the_steps_one_by_one_give() {
        let streams = bases(&["policy", "style"], 60);
        let options = Options { lane_audit: 2, ..Options::default() };
        let compiled = compile(&streams, &options).expect("lawful");
        assert_eq!(compile(&streams, &options).expect("lawful"), compiled, "twice the same");
        let emitted = emit(&streams, &options);
        let dims = dims::choose(emitted.len());
        assert_eq!(compiled.dims, dims);
        let mut lanes = BTreeMap::new();
        for (id, samples) in emitted.iter() {
            let folded = fold(samples, Class::of(id), dims);
            let weights =
                synthesize(&folded, phase(SEED), 0.08).into_iter().map(|weight| weight * ((0.65 + 0.70 * 0.70) * (1.25 - 0.90 * 0.55)));
            lanes.insert(id.to_owned(), weights.collect::<Vec<f64>>());
        }
        let counts = by_class(lanes.iter().map(|(id, weights)| (id.as_str(), weights.as_slice())));
        let scales = tune(&PerClass::canonical_scales(), &counts);
        let by_hand = write(&Recipe { dims, lanes, scales: Some(scales), audit: true, lane_audit: LaneAudits::ByClass(2), merkle: true })
            .expect("lawful");
        assert_eq!(compiled.bytes, by_hand);
        let pack = open(&compiled.bytes).expect("lawful");
        assert_eq!(pack.audit().map(|audit| audit.classes), Some(counts), "the audit tells of the canonical scales");
        assert!(pack.notes().is_empty());
    }

    // rows: D429 D440 D442 D549 D580
    #[test]
    fn a_pack_over_its_budget_says_so_and_what_would_help() {
        let streams = bases(&["policy", "attention"], 400);
        let heavy = compile(&streams, &Options::default()).expect("lawful");
        let over = heavy.over.clone().expect("38 lanes with long names are over 5,120 bytes");
        assert_eq!(over.bytes, heavy.bytes.len());
        assert!(over.bytes > BUDGET && over.then <= BUDGET && !over.drop.is_empty());
        let fitting = compile(&streams, &Options { fit: true, ..Options::default() }).expect("lawful");
        assert!(fitting.bytes.len() <= BUDGET && fitting.over.is_none());
        assert!(fitting.decisions.iter().any(|line| line.contains("left out")), "{:?}", fitting.decisions);
        assert_eq!(over.drop.len() + fitting.lanes.len(), heavy.lanes.len(), "what it says is what it does");
        // 30 of these would fit at 16 dims; the ladder gives them 48, and both answers know it.
        let long: Vec<String> = (0..60).map(|at| format!("{}{at:02}", "a-long-name-".repeat(6))).collect();
        let long = bases(&long.iter().map(String::as_str).collect::<Vec<_>>(), 9);
        let heavy = compile(&long, &Options { windows: None, ..Options::default() }).expect("lawful");
        let fitting = compile(&long, &Options { windows: None, fit: true, ..Options::default() }).expect("lawful");
        let over = heavy.over.expect("over");
        assert_eq!((heavy.lanes.len() - over.drop.len(), over.then), (fitting.lanes.len(), fitting.bytes.len()));
        let many: Vec<String> = (0..70).map(|at| format!("l{at:02}")).collect();
        let names: Vec<&str> = many.iter().map(String::as_str).collect();
        let cut = compile(&bases(&names, 9), &Options { windows: None, ..Options::default() }).expect("lawful");
        assert_eq!((cut.lanes.len(), cut.dims), (54, 16));
    }

    // rows: D281 D549 D688
    #[test]
    fn what_was_asked_for_and_not_done_is_told() {
        let told = |options: Options| compile(&bases(&["policy", "attention"], 40), &options).expect("lawful").decisions.join("\n");
        let knobs = Knobs { temperature: [("polcy@t*".to_owned(), 0.5), ("*".to_owned(), 0.6)].into_iter().collect(), ..Knobs::default() };
        let two = told(Options { windows: Some(temporal::windows(2)), lane_audit: 8, cross_temporal: true, knobs, ..Options::default() });
        for wanted in [
            "streams: 2 lanes, 80 samples in all (policy attention)",
            "3 of `policy` with `attention`, the upper triangle of 2 by 2 windows",
            "across time: none;",
            "without effect: temp of `polcy@t*`;",
            "audit: by class, and 8 lanes one by one",
        ] {
            assert!(two.contains(wanted), "{wanted}\n{two}");
        }
        let four = told(Options { cross_temporal: true, ..Options::default() });
        assert!(four.contains("10 of `policy` with `attention`, the upper triangle of 4 by 4 windows"), "{four}");
        assert!(four.contains("across time: 2 lanes (policy@t1__x__attention@t2 policy@t2__x__attention@t1)"), "{four}");
        let tight = told(Options { lane_audit: 8, ..Options::default() });
        assert!(tight.contains("audit: by class; with 8 lanes one by one the pack would be over"), "{tight}");
    }

    // rows: D458 D495 D496 D557 D559
    #[test]
    fn classes_and_tuning_change_values_and_no_sizes() {
        let streams = bases(&["policy", "style", "attention"], 60);
        let one = compile(&streams, &Options { matrix: None, presets: false, ..Options::default() }).expect("lawful");
        let other = compile(&streams, &Options { matrix: None, presets: false, tune: false, ..Options::default() }).expect("lawful");
        let (one, other) = (open(&one.bytes).expect("lawful"), open(&other.bytes).expect("lawful"));
        assert_eq!(one.bytes().len(), other.bytes().len());
        assert_eq!(one.sections(), other.sections());
        assert_eq!(one.bytes()[one.sections().dict.clone()], other.bytes()[other.sections().dict.clone()]);
        assert_ne!(one.root(), other.root());
    }

    // rows: D259 D442
    #[test]
    fn nothing_at_all_is_a_pack_without_lanes() {
        let compiled = compile(&Streams::default(), &Options::default()).expect("lawful");
        let pack = open(&compiled.bytes).expect("lawful");
        assert_eq!((pack.lanes().len(), pack.dims(), pack.root()), (0, 64, None));
    }
}
