//! Damaged drawings, hints and JSON forms: whatever comes in is read or refused in words, in bounded time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::compile::{Options, compile};
use super::container::tests::Dice;
use super::container::{BUDGET, Recipe, open, write};
use super::manifest;
use super::streams::Streams;
use super::streams::brain;
use super::streams::svg;
use super::streams::temporal::{expand, split};
use super::weights::{BIAS, compressed, compressed_hash};
use crate::analysis::analyse;
use crate::syntax::json::Tree;

/// What is put in at random: what the forms are made of, and what they do not expect.
const PIECES: [&str; 22] = [
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "<",
    ">",
    "/",
    "\u{feff}",
    "\\u0000",
    "1e400",
    "-0",
    "9007199254740993",
    "NaN",
    "null",
    "@0",
    "__x__",
    "\"@1\":\"policy\",",
    "é",
];

/// `text` with up to six changes at random.
fn damaged(text: &str, dice: &mut Dice) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(6) {
        let at = dice.below(chars.len() + 1);
        let len = dice.below(8).min(chars.len() - at);
        let piece: Vec<char> = PIECES[dice.below(PIECES.len())].chars().collect();
        match dice.below(5) {
            0 => chars.truncate(at),
            1 => drop(chars.drain(at..at + len)),
            2 => drop(chars.splice(at..at, piece)),
            3 => drop(chars.splice(at..at + len, piece)),
            _ => {
                let again = chars[at..at + len].to_vec();
                let to = dice.below(chars.len() + 1);
                chars.splice(to..to, again);
            }
        }
    }
    chars.into_iter().collect()
}

fn streams() -> Streams {
    ["policy", "attention"].into_iter().map(|id| (id.to_owned(), (0..40).map(|at| f64::from(at % 7) / 7.0).collect())).collect()
}

// rows: D318 D338 D346 D628 D668
#[test]
fn json_forms_are_judged_whatever_they_hold() {
    let made = compile(&streams(), &Options { matrix: None, presets: false, dims: Some(16), ..Options::default() }).expect("a pack");
    let compressed = compressed(&made.lanes, 16, BIAS).to_string();
    let plain = r#"{"version":"weights.v2","dims":2,"bias":0.05,"lanes":{"policy@t0":{"W":[0.25,-0.5]},"policy":{"W":[1,0]}}}"#;
    let manifest = manifest::to_text(&manifest::generate(&open(&made.bytes).expect("lawful")));
    let mut dice = Dice(12);
    for (path, text) in [("a.weights.v2c.json", compressed.as_str()), ("a.json", plain), ("a.v2c.manifest.json", &manifest)] {
        for _ in 0..120 {
            let text = damaged(text, &mut dice);
            for finding in analyse(&path.into(), text.as_bytes()).findings.iter() {
                assert!(!finding.rule.is_empty() && !finding.message.is_empty());
                assert!(finding.span.is_none_or(|span| text.get(span.range()).is_some()), "{}: {text}", finding.rule);
            }
            let tree = Tree::parse(Arc::from(text.as_str()));
            if let Some(root) = tree.root() {
                // Some of it has no canonical form, which it says.
                let _ = compressed_hash(root).map_err(|error| assert!(!error.to_string().is_empty()));
            }
        }
    }
}

/// A drawing of one path of commands at random, with numbers of any size.
fn some_path(dice: &mut Dice) -> String {
    let mut path = "M0 0".to_owned();
    for _ in 0..dice.below(9) {
        let (command, numbers) = [("L", 2), ("h", 1), ("V", 1), ("c", 6), ("S", 4), ("q", 4), ("T", 2), ("z", 0), ("m", 2)][dice.below(9)];
        path.push_str(command);
        for _ in 0..numbers {
            let number = [0.0, 0.5, -3.0, 1e12, 1e-12, 1e300][dice.below(6)] * dice.weight();
            path.push_str(&format!(" {number:e}"));
        }
    }
    format!("<svg viewBox=\"0 0 10 10\"><path id=\"policy\" d=\"{path}\"/></svg>")
}

// rows: D259 D429 D692 D693
#[test]
fn drawings_become_packs_within_the_budget_or_are_refused() {
    let mut dice = Dice(7);
    let whole = "<svg viewBox=\"0 0 100 50\"><g id=\"policy\"><path d=\"M0 0C1 2 3 4 5 6L9 9Q1 2 3 4A3 2 10 0 1 9 9Z\"/></g>\
                   <circle id=\"attention\" cx=\"1\" cy=\"2\" r=\"3\"/><polyline points=\"0 0 1 1 2 0\"/></svg>";
    let mut packs = 0;
    for round in 0..150 {
        let text = if round % 2 == 0 { damaged(whole, &mut dice) } else { some_path(&mut dice) };
        match svg::extract(&text, &[]) {
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
            Ok(streams) => {
                assert!(streams.iter().all(|(_, samples)| samples.iter().all(|sample| (0.0..=1.0).contains(sample))), "{text}");
                let made = compile(&streams, &Options { fit: true, ..Options::default() }).expect("finite weights");
                assert!(made.bytes.len() <= BUDGET && made.over.is_none(), "{text}");
                assert!(open(&made.bytes).is_ok_and(|pack| pack.notes().is_empty()), "{text}");
                packs += 1;
            }
        }
    }
    assert!(packs > 20, "some survive: {packs}");
}

// rows: D275 D681
#[test]
fn hints_are_followed_or_refused() {
    let hint = "<brain><temporal enabled=\"true\" windows=\"2\" interactions=\"matrix4x4\" a=\"policy\" b=\"attention\">\
                <window id=\"t0\" a=\"0\" b=\"0.5\"/><window id=\"t1\" a=\"0.5\" b=\"1\" inclusive=\"true\"/></temporal></brain>";
    let (streams, mut dice) = (streams(), Dice(3));
    for _ in 0..1_000 {
        match brain::read(&damaged(hint, &mut dice)) {
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
            Ok(read) => {
                let lanes = expand(&streams, read.windows.as_deref());
                let kept: usize = split(&[0.5; 9], read.windows.as_deref().unwrap_or_default()).iter().map(Vec::len).sum();
                assert!(kept <= 9 + read.windows.map_or(0, |windows| windows.len()) && !lanes.is_empty());
            }
        }
    }
}

/// Streams of any shape: none, of one sample, without samples, by the thousand, with numbers of any size.
// rows: D259 D429 D442
#[test]
fn whatever_streams_hold_the_budget_is_kept_or_told() {
    let mut dice = Dice(41);
    let any = |dice: &mut Dice| match dice.below(5) {
        0 => 0.0,
        1 => f64::MAX,
        2 => -f64::MIN_POSITIVE,
        3 => -1e300,
        _ => dice.weight(),
    };
    for lanes in [0, 1, 2, 3, 5, 60, 2_000] {
        let streams: Streams = (0..lanes)
            .map(|lane| {
                let samples = dice.below(4);
                (format!("lane{lane}"), (0..samples).map(|_| any(&mut dice)).collect())
            })
            .collect();
        let windows = if lanes > 5 { None } else { Options::default().windows };
        for fit in [false, true] {
            let options = Options { windows: windows.clone(), fit, most_lanes: 60_000, dims: Some(16), ..Options::default() };
            match compile(&streams, &options) {
                Err(error) => assert!(!error.to_string().is_empty()),
                Ok(made) => {
                    assert_eq!(made.bytes.len() > BUDGET, made.over.is_some(), "{lanes} lanes");
                    assert!(!fit || made.over.is_none(), "{lanes} lanes");
                    assert!(made.over.is_none_or(|over| over.then <= BUDGET && !over.drop.is_empty()));
                }
            }
        }
    }
}

/// As many lanes as an INDEX may hold and more: read, judged and refused in bounded time, with few words.
// rows: D374 D384 D429
#[test]
fn ten_thousand_lanes_are_judged_in_a_few_words() {
    let lanes = |count: u32| -> BTreeMap<String, Vec<f64>> { (0..count).map(|lane| (format!("lane{lane}"), vec![0.25; 2])).collect() };
    let recipe = |count| Recipe { dims: 2, lanes: lanes(count), audit: true, merkle: true, ..Recipe::default() };
    let bytes = write(&recipe(10_000)).expect("a header counts up to 65535");
    let pack = open(&bytes).expect("lawful, if heavy");
    assert_eq!((pack.lanes().len(), pack.lane("lane9999").map(|lane| lane.symbol)), (10_000, Some("@2bH")));
    let rules = |bytes: &[u8]| -> Vec<String> {
        let findings = analyse(&"a.v2c-bin".into(), bytes).findings;
        findings.iter().map(|finding| finding.rule.to_string()).filter(|rule| rule != "pack/dims-ladder").collect()
    };
    assert_eq!(rules(&bytes), ["pack/budget"]);
    // each lane audited on its own, where eight are the most
    let mut part_b = 10_000u16.to_le_bytes().to_vec();
    for lane in pack.lanes() {
        part_b.push(lane.symbol.len() as u8);
        part_b.extend(lane.symbol.as_bytes());
        part_b.extend([2, 0, 0, 0, 0, 0]);
    }
    let mut audited = bytes.clone();
    let end = pack.sections().audit.end;
    audited.splice(end..end, part_b);
    assert_eq!(rules(&audited), ["pack/audit", "pack/budget"]);
    // every payload damaged: not ten thousand findings
    let mut damaged = bytes.clone();
    pack.lanes().iter().for_each(|lane| damaged[lane.payload.end - 1] ^= 1);
    let told = rules(&damaged);
    assert!(!told.is_empty() && told.len() < 100 && told.iter().all(|rule| rule == "pack/leaf-hash"), "{}", told.len());
    assert!(write(&recipe(65_536)).is_err(), "one more than a header can count");
    let streams: Streams = lanes(10_000).into_iter().collect();
    let made = compile(&streams, &Options { windows: None, ..Options::default() }).expect("finite weights");
    assert_eq!((made.lanes.len(), made.dims), (54, 16));
}
