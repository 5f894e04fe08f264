//! Bytes that nobody meant: seeds are mutated for a bounded time, and what is accepted is held to what the specification says of it.
//!
//! `cargo run --release -p mx2lm-core --example hostile -- [--seconds N] [--seed N] [TARGET]...` gives each target N seconds (10), all
//! targets when none is named. An answer that was not met before keeps its input as a seed. A violation ends the program with the
//! target, the seed and the input in hexadecimal digits.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mx2lm_core::hash::digest::hex;
use mx2lm_core::rules::scxq2::lane_proof;
use mx2lm_core::scxq2::index::{Index, Node};
use mx2lm_core::scxq2::inspect::Outline;
use mx2lm_core::scxq2::lane::Lane;
use mx2lm_core::scxq2::merkle;
use mx2lm_core::scxq2::micronaut_record::MicronautRecord;
use mx2lm_core::scxq2::pack::{self, Pack};
use mx2lm_core::scxq2::proof::Trusted;
use mx2lm_core::scxq2::sbs1::Domain;
use mx2lm_core::scxq2::tensor_record::{TensorRecord, Width};
use mx2lm_core::scxq2::write::encode;
use mx2lm_core::syntax::json::Tree;
use mx2lm_core::syntax::xml::Elements;
use mx2lm_core::tensor::canonical_text;
use mx2lm_core::tensor::graph::Graph;
use mx2lm_core::tensor::legality;
use mx2lm_core::tensor::path_data::Commands;
use mx2lm_core::tensor::source::{self, EPSILON, Mode};

/// Longest input that is kept.
const MOST_BYTES: usize = 1 << 16;
/// Most inputs that are kept.
const MOST_SEEDS: usize = 4096;

/// Holds one input to the law, and says which answer it met.
type Check = fn(&[u8]) -> String;

struct Target {
    name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    check: Check,
}

const TARGETS: &[Target] = &[
    Target { name: "path-data", seeds: paths, check: path_data },
    Target { name: "canonical-text", seeds: texts, check: canonical },
    Target { name: "pack", seeds: packs, check: packed },
    Target { name: "proof", seeds: proofs, check: proved },
    Target { name: "record", seeds: records, check: recorded },
];

fn main() {
    let mut seconds = 10;
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    let mut wanted: Vec<String> = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|number| number.parse::<u64>().ok()).expect("a number follows");
        match argument.as_str() {
            "--seconds" => seconds = number(),
            "--seed" => seed = number(),
            _ => wanted.push(argument),
        }
    }
    for name in &wanted {
        assert!(TARGETS.iter().any(|target| target.name == name), "there is no target `{name}`");
    }
    for target in TARGETS.iter().filter(|target| wanted.is_empty() || wanted.iter().any(|name| name == target.name)) {
        run(target, Duration::from_secs(seconds), seed);
    }
}

fn run(target: &Target, time: Duration, seed: u64) {
    let mut dice = Dice(seed | 1);
    let mut seeds = (target.seeds)();
    let mut met = HashSet::new();
    for input in &seeds {
        met.insert(held(target, seed, input));
    }
    let (begin, mut inputs) = (Instant::now(), 0u64);
    while begin.elapsed() < time {
        let input = mutated(&mut dice, &seeds);
        let answer = held(target, seed, &input);
        inputs += 1;
        if met.insert(answer) && input.len() <= MOST_BYTES && seeds.len() < MOST_SEEDS {
            seeds.push(input);
        }
    }
    println!("{}: {inputs} inputs in {} s, {} answers, nothing violated", target.name, time.as_secs(), met.len());
}

fn held(target: &Target, seed: u64, input: &[u8]) -> String {
    catch_unwind(AssertUnwindSafe(|| (target.check)(input))).unwrap_or_else(|_| {
        eprintln!("{} --seed {seed}: {}", target.name, hex(input));
        std::process::exit(1);
    })
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below `count`; 0 for 0.
    fn below(&mut self, count: usize) -> usize {
        (self.next() >> 11) as usize % count.max(1)
    }
}

/// A seed after one to eight changes.
fn mutated(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    const WORDS: [u32; 12] = [0, 1, 2, 3, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
    const TEXTS: [&str; 12] = ["1e1000000000", "-", ".", "NaN", "16777216", "e-99", "zm", "0", "\u{3c0}", "<g>", "</g>", "\""];
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(24)).min(bytes.len());
        match dice.below(10) {
            0 | 1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = dice.next() as u8;
                }
            }
            3 => {
                let word = WORDS[dice.below(WORDS.len())].to_le_bytes();
                for (slot, byte) in bytes.iter_mut().skip(at).zip(word) {
                    *slot = byte;
                }
            }
            4 => drop(bytes.drain(at..end)),
            5 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            6 => drop(bytes.splice(at..end, TEXTS[dice.below(TEXTS.len())].bytes())),
            7 => bytes.truncate(at),
            8 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                let to = (from + dice.below(64)).min(other.len());
                drop(bytes.splice(at..end, other[from..to].iter().copied()));
            }
            _ => {
                let (to, len) = (dice.below(bytes.len()), end - at);
                if to + len <= bytes.len() {
                    bytes.copy_within(at..end, to);
                }
            }
        }
    }
    bytes.truncate(MOST_BYTES);
    bytes
}

/// The model behind a drawing, when it has one, and whether it is a tensor.
fn model(text: &str) -> Result<(mx2lm_core::tensor::model::Model, bool), String> {
    let reading = Elements::parse(text);
    let elements = reading.elements.ok_or_else(|| reading.errors.first().map_or("no XML".into(), |error| error.rule.to_string()))?;
    let found =
        source::read(&elements, EPSILON, Mode::Strict).map_err(|fault| format!("{} {:?}", fault.name.as_str(), fault.at.attribute))?;
    let model = found.drawing.model;
    let lawful = legality::judge(&model, &Graph::of(&model)).is_lawful();
    Ok((model, lawful))
}

/// What has a model has a text that reads back as it, and a tensor has a pack that does.
fn carried(text: &str) -> String {
    let (own, lawful) = match model(text) {
        Ok(found) => found,
        Err(why) => return why,
    };
    let written = canonical_text::to_string(&own);
    assert!(written.is_ascii(), "a canonical text is ASCII");
    if !lawful {
        return "no tensor".into();
    }
    let (again, _) = model(&written).expect("a canonical text is read");
    assert_eq!(again, own, "the text is the model");
    let bytes = encode(&own).expect("a lawful tensor has a pack");
    let decoded = pack::decode(&bytes).expect("a pack just written is read");
    assert_eq!(decoded.model, own, "the pack is the model");
    format!("tensor of {} elements", own.elements.len().min(4))
}

fn paths() -> Vec<Vec<u8>> {
    let texts =
        ["M0 0L3 4", "m1-2.5.5 3e1-4", "M0,0C1 1 2 2 3 3S5 5 6 0Q1 1 2 2T9 9H1V2Z", "M0 0h4v3zl1 1A1 1 0 010 9", "M 1 2 3 4 5 6z m1 1"];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn path_data(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (mut last, mut commands) = (0, Commands::new(&text));
    let mut letters = String::new();
    while let Some(item) = commands.advance() {
        let span = match &item {
            Ok(command) => command.span,
            Err(fault) => fault.span(),
        };
        assert!(span.start >= last && text.get(span.range()).is_some(), "spans rise and lie inside the text");
        last = span.start;
        match item {
            Ok(command) if letters.len() < 3 => letters.push(char::from(command.letter)),
            Ok(_) => {}
            Err(fault) => letters.extend(fault.to_string().chars().take(12)),
        }
    }
    let quoted = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    letters + &carried(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><path stroke-width=\".5\" d=\"{quoted}\"/></svg>"))
}

const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0L4 0L4 3Z\" opacity=\".5\"/><g transform=\"rotate(30 1 2) scale(2 .5)\">\
    <g><path d=\"M0 0C1 1 2 2 5 0\" transform=\"translate(1,1)\"/></g></g><line x1=\"4\" y1=\"3\" x2=\"9\" y2=\"9\" stroke-width=\".25\"/></svg>";
const TREE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0L4 0L4 3Z\" opacity=\".5\"/><g><path d=\"M4 3Q9 9 12 1\"/><g>\
    <line x1=\"4\" y1=\"0\" x2=\"9\" y2=\"-5\" stroke-width=\".25\"/></g></g><circle cx=\"10\" cy=\"1\" r=\"2\" stroke-width=\".5\"/></svg>";
const CHAIN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x2=\"3\" y2=\"4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" stroke-width=\"0.5\"/></svg>";

fn texts() -> Vec<Vec<u8>> {
    let canonical = [TREE, CHAIN].map(|text| canonical_text::to_string(&model(text).expect("a model").0).into_bytes());
    canonical.into_iter().chain([DRAWING, TREE, CHAIN].map(|text| text.as_bytes().to_vec())).collect()
}

fn canonical(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).map_or("no UTF-8".into(), |text| carried(&text))
}

fn packs() -> Vec<Vec<u8>> {
    [TREE, CHAIN].map(|text| encode(&model(text).expect("a model").0).expect("a pack")).to_vec()
}

fn packed(bytes: &[u8]) -> String {
    let shown = Outline::of(bytes);
    for run in &shown.runs {
        for item in 0..run.count.min(8) {
            shown.values(*run, item).for_each(drop);
        }
    }
    if let Ok(opened) = Pack::open(bytes) {
        for lane in Lane::ALL {
            if let Err(rejection) = opened.check_lane(lane) {
                assert!(rejection.span.end as usize <= bytes.len(), "a rejection lies in the file");
            }
        }
    }
    match pack::decode(bytes) {
        Ok(decoded) => {
            assert_eq!(encode(&decoded.model).expect("what was read is written"), bytes, "a pack is the one of its tensor");
            let text = canonical_text::to_string(&decoded.model);
            assert_eq!(model(&text), Ok((decoded.model, true)), "what a pack holds is lawful");
            "a pack".into()
        }
        Err(rejection) => {
            assert!(rejection.span.end as usize <= bytes.len() && !rejection.locator.is_empty(), "a rejection lies in the file");
            format!("{} {}", rejection.name.as_str(), rejection.locator.trim_start_matches(|c: char| !c.is_ascii_lowercase()))
        }
    }
}

/// The pack that proofs are held to: two chunks and more in lane G.
fn proven() -> Vec<u8> {
    let steps: String = (0..900).map(|at| format!("l1 {}", if at % 2 == 0 { 7 } else { -6 })).collect();
    let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0{steps}\"/></svg>");
    encode(&model(&text).expect("a model").0).expect("a pack")
}

fn proofs() -> Vec<Vec<u8>> {
    let bytes = proven();
    let opened = Pack::open(&bytes).expect("a pack");
    let roots = opened.roots(&opened.decode().expect("a pack"));
    let written = |lane: Lane, chunk: u64| {
        let proof = opened.prove(&roots, lane, chunk).expect("a chunk");
        let list =
            |hashes: &[mx2lm_core::hash::digest::Digest]| hashes.iter().map(|hash| format!("\"{hash}\"")).collect::<Vec<_>>().join(",");
        let own = roots.lanes.iter().map(|(lane, root)| format!("\"{lane}\":\"{root}\"")).collect::<Vec<_>>().join(",");
        format!(
            "{{\"lane\":\"{lane}\",\"chunk_index\":{chunk},\"chunk_hash\":\"{}\",\"siblings\":[{}],\"lane_root\":\"{}\",\"global_root\":\"{}\",\"lane_roots\":{{{own}}},\"canonical_svg_hash\":\"{}\"}}",
            proof.chunk_hash,
            list(&proof.siblings),
            proof.lane_root,
            proof.global_root,
            roots.canonical_svg_hash
        )
        .into_bytes()
    };
    vec![written(Lane::G, 0), written(Lane::G, 1), written(Lane::M, 0), written(Lane::T, 1)]
}

/// Only what is true of the pack is accepted against its lanes and root.
fn proved(bytes: &[u8]) -> String {
    static PROVEN: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(proven);
    let Ok(text) = std::str::from_utf8(bytes) else { return "no UTF-8".into() };
    let tree = Tree::parse(text.into());
    let Some(proof) = tree.root().and_then(lane_proof::read) else { return format!("no proof, strict {}", tree.is_strict()) };
    let opened = Pack::open(&PROVEN).expect("a pack");
    static ROOTS: std::sync::LazyLock<mx2lm_core::scxq2::pack::Roots> = std::sync::LazyLock::new(|| {
        let opened = Pack::open(&PROVEN).expect("a pack");
        opened.roots(&opened.decode().expect("a pack"))
    });
    let alone = proof.verify(&Trusted::default());
    let lane_bytes = opened.lane(proof.lane);
    let trusted = Trusted {
        lane_bytes: Some(lane_bytes),
        lane_roots: Some(ROOTS.lanes),
        canonical_svg_hash: Some(ROOTS.canonical_svg_hash),
        root: Some(ROOTS.root),
    };
    match proof.verify(&trusted) {
        Ok(()) => {
            assert_eq!(alone, Ok(()), "what is true of the pack is true of itself");
            let chunk =
                merkle::chunk(lane_bytes, usize::try_from(proof.chunk_index).expect("a number of a chunk")).expect("the lane has it");
            assert_eq!(proof.chunk_hash, merkle::chunk_hash(proof.lane, chunk));
            assert_eq!((proof.lane_root, proof.global_root), (ROOTS.lanes.of(proof.lane), ROOTS.root));
            let others = merkle::chunk_hashes(proof.lane, lane_bytes).enumerate().filter(|(at, _)| *at as u64 != proof.chunk_index);
            assert!(others.map(|(_, hash)| hash).eq(proof.siblings.iter().copied()), "the siblings are the lane's other chunks");
            format!("true of lane {} with {} siblings", proof.lane, proof.siblings.len())
        }
        Err(violation) => format!("{} {}", violation.pointer().split('/').nth(1).unwrap_or_default(), alone.is_ok()),
    }
}

fn records() -> Vec<Vec<u8>> {
    let tensor = |width, values: &[i8]| TensorRecord::new(width, vec![2, 3], values.to_vec()).expect("it fits").encode();
    let node = |symbol: &str, x, y| Node { symbol: symbol.into(), place: [x, y], quantum: [0.5, 1.0] };
    let index = Index { nodes: vec![node("a", 0.0, 1.0), node("π", -3.5, 2.0)], field: "{}".into(), edges: vec![[0, 1], [1, 0]] };
    vec![
        tensor(Width::Binary, &[0, 1, 1, 0, 1, 0]),
        tensor(Width::Ternary, &[0, 1, -1, 0, 1, 0]),
        tensor(Width::Int2, &[-2, 1, -1, 0, 1, 0]),
        MicronautRecord { domain: Domain::ALL[0], signals: vec![b"one".to_vec(), Vec::new()] }.encode().expect("it fits"),
        MicronautRecord { domain: Domain::ALL[4], signals: vec![vec![7; 40]] }.encode().expect("it fits"),
        index.encode().expect("it fits"),
    ]
}

/// What is read is written again as the same bytes.
fn recorded(bytes: &[u8]) -> String {
    let tensor = TensorRecord::decode(bytes).map(|record| record.encode());
    let micronaut = MicronautRecord::decode(bytes).map(|record| record.encode().expect("what was read is written"));
    let index = Index::decode(bytes).map(|index| index.encode().expect("what was read is written"));
    [tensor, micronaut, index]
        .into_iter()
        .map(|read| match read {
            Ok(written) => {
                assert_eq!(written, bytes, "one value has one record");
                "read ".to_owned()
            }
            Err(error) => {
                assert!(error.at <= bytes.len(), "the byte lies in the record");
                format!("{} {} ", error.name, error.field)
            }
        })
        .collect()
}
