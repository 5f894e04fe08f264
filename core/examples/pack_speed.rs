//! Measures packs: compiling a drawing, opening and verifying, one lane, 100,000 packs from disk, and every bit of 300 packs flipped.
//!
//! `cargo run --release -p mx2lm-core --example pack_speed -- [--smoke]`. `--smoke` takes a hundredth of the packs and says nothing worth
//! quoting. The packs on disk go to a new folder in the folder for temporary files (`TMPDIR`), 800 MB of it, and are removed again.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ed25519_dalek::SigningKey;
use mx2lm_core::hash::Digest;
use mx2lm_core::hash::keyring::PublicKey;
use mx2lm_core::pack::PerClass;
use mx2lm_core::pack::compile::{Options, compile};
use mx2lm_core::pack::container::{BUDGET, LaneAudits, Recipe, Seal, Section, check, open, open_lazily, sign, write};
use mx2lm_core::pack::streams::svg;
use rayon::prelude::*;

const KEY: [u8; 32] = [7; 32];

fn main() {
    let smoke = std::env::args().skip(1).any(|argument| argument == "--smoke");
    let rounds = if smoke { 3 } else { 21 };
    let compiled = compiling(rounds);
    let pack = full();
    reading("24 lanes of 64 slots", &pack, rounds * 200);
    reading("compiled", &compiled, rounds * 200);
    for (name, pack) in [("24 lanes of 64 slots", &pack), ("compiled", &compiled)] {
        from_disk(name, pack, if smoke { 1_000 } else { 100_000 }, if smoke { 1 } else { 5 });
    }
    flips(if smoke { 3 } else { 300 });
}

/// The least and the median of `rounds` runs, in seconds.
fn seconds<T>(rounds: usize, mut work: impl FnMut() -> T) -> (f64, f64) {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

/// Gives the last pack.
fn compiling(rounds: usize) -> Vec<u8> {
    let drawing = drawing();
    let streams = svg::extract(&drawing, &[]).expect("a drawing");
    let samples: usize = streams.iter().map(|(_, samples)| samples.len()).sum();
    println!("a drawing of {} bytes, {} lanes of {samples} samples", drawing.len(), streams.len());
    let (least, median) = seconds(rounds, || svg::extract(&drawing, &[]));
    println!("sample it: {:.2} ms, median {:.2} ms", least * 1e3, median * 1e3);
    let mut last = Vec::new();
    for (name, options) in [("", Options::default()), (" --fit", Options { fit: true, ..Options::default() })] {
        let work = || compile(&svg::extract(&drawing, &[]).expect("a drawing"), &options).expect("a pack");
        let (least, median) = seconds(rounds, work);
        last = work().bytes;
        println!("compile{name}: {:.2} ms, median {:.2} ms, {} bytes", least * 1e3, median * 1e3, last.len());
    }
    last
}

/// 200 KB of paths with every command.
fn drawing() -> String {
    let mut text = String::from("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1000 1000'>");
    let mut n = 0;
    while text.len() < 200_000 {
        n += 1;
        let lane = ["policy", "attention", "style"][n % 3];
        let (a, b, c, d, e, f) = (n % 997, n % 91, n % 13, n % 777, n % 401, n % 333);
        write!(text, "<g id='{lane}'><path d='M{a} {b}C{c} {d} {e} {f} {b} {a}L{f} {c}Q1 2 {d} 4A30 20 0 0 1 {e} 60Z'/></g>")
            .expect("a string");
    }
    text + "</svg>"
}

/// A pack as large as they get: 24 lanes of 64 slots.
fn full() -> Vec<u8> {
    let weights = |lane: u32| (0..64).map(|slot| (f64::from(slot) * 0.1 + f64::from(lane)).sin() * 0.5).collect();
    let lanes: BTreeMap<String, Vec<f64>> = (0..24).map(|lane| (format!("policy@t{lane}"), weights(lane))).collect();
    let scales = Some(PerClass::canonical_scales());
    write(&Recipe { dims: 64, lanes, scales, audit: true, lane_audit: LaneAudits::ByClass(0), merkle: true }).expect("a lawful recipe")
}

fn reading(name: &str, pack: &[u8], rounds: usize) {
    let micros = |(least, median): (f64, f64)| format!("{:.2} µs, median {:.2} µs", least * 1e6, median * 1e6);
    println!("a pack of {} bytes, {name}; SHA-256 over it: {}", pack.len(), micros(seconds(rounds, || Digest::of(pack))));
    println!("open and verify: {}", micros(seconds(rounds, || open(pack).map(|pack| pack.lanes().len()))));
    println!("open lazily: {}", micros(seconds(rounds, || open_lazily(pack).map(|pack| pack.lanes().len()))));
    let lazy = open_lazily(pack).expect("a lawful pack");
    let lane = || {
        let lane = lazy.lanes().get(7).and_then(|lane| lazy.lane(&lane.id)).expect("a lane");
        lazy.verify_lane(lane).expect("its payload");
        lazy.weights(lane)
    };
    println!("one lane found, verified, decoded: {}", micros(seconds(rounds, lane)));
    let signed = sign(pack, &KEY).expect("a lawful pack");
    let public = public();
    println!(
        "open and verify, signature included: {}",
        micros(seconds(rounds, || check(&open(&signed).expect("lawful"), [("me", public)])))
    );
}

fn public() -> PublicKey {
    PublicKey::from_bytes(SigningKey::from_bytes(&KEY).verifying_key().to_bytes()).expect("a key")
}

/// A number below `bound` at random, always the same ones.
fn dice(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % bound
}

/// A signed pack of any number of lanes and slots that the budget allows.
fn some_pack(state: &mut u64) -> Vec<u8> {
    let names = ["policy", "policy@t", "policy@t1__x__attention@t", "attention@t", "style@early", "tone@row", "zone"];
    let dims = [1, 5, 16, 24, 32, 48, 64][dice(state, 7) as usize];
    let most = (BUDGET as u64 - 400) / (2 * u64::from(dims) + 90);
    let mut lanes = BTreeMap::new();
    for number in 0..1 + dice(state, most) {
        let id = format!("{}{number}", names[dice(state, 7) as usize]);
        lanes.insert(id, (0..dims).map(|_| dice(state, 1 << 30) as f64 / f64::from(1 << 29) - 1.0).collect());
    }
    let scales = (dice(state, 4) > 0).then(PerClass::canonical_scales);
    let lane_audit = LaneAudits::ByClass(dice(state, 9) as usize);
    let recipe = Recipe { dims, lanes, scales, audit: dice(state, 4) > 0, lane_audit, merkle: dice(state, 4) > 0 };
    sign(&write(&recipe).expect("a lawful recipe"), &KEY).expect("a lawful pack")
}

/// Flips by the section they are in and by who notices them.
type Noticed = BTreeMap<(&'static str, &'static str), u64>;

fn flipped(pack: &[u8], public: PublicKey) -> Noticed {
    let sections = open(pack).expect("a lawful pack").sections().clone();
    let (mut bytes, mut noticed) = (pack.to_vec(), Noticed::new());
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let by = match open(&bytes) {
            Err(fault) => fault.section.name(),
            Ok(pack) if check(&pack, [("me", public)]) == Seal::Unverifiable => "the signature alone",
            Ok(_) => "NOBODY",
        };
        bytes[bit / 8] ^= 1 << (bit % 8);
        *noticed.entry((sections.at(bit / 8).map_or("none", Section::name), by)).or_default() += 1;
    }
    noticed
}

/// Every single bit of signed packs.
fn flips(packs: usize) {
    let (mut state, public) = (1, public());
    let packs: Vec<Vec<u8>> = (0..packs).map(|_| some_pack(&mut state)).collect();
    let start = Instant::now();
    let all: Vec<Noticed> = packs.par_iter().map(|pack| flipped(pack, public)).collect();
    let mut noticed = Noticed::new();
    all.into_iter().flatten().for_each(|(who, count)| *noticed.entry(who).or_default() += count);
    let count = |of: &dyn Fn(&str) -> bool| noticed.iter().filter(|((_, by), _)| of(by)).map(|(_, count)| count).sum::<u64>();
    let (all, missed) = (count(&|_| true), count(&|by| by == "NOBODY"));
    println!("{} packs, {all} bits flipped in {:.1} s, {missed} unnoticed", packs.len(), start.elapsed().as_secs_f64());
    for ((section, by), count) in &noticed {
        println!("  {count:>9} in {section:<9} noticed by {by}");
    }
    assert_eq!(missed, 0, "every flip is noticed");
}

fn from_disk(name: &str, pack: &[u8], packs: usize, rounds: usize) {
    let folder = std::env::temp_dir().join(format!("pack_speed.{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder of our own");
    let paths: Vec<PathBuf> = (0..packs).map(|at| folder.join(format!("{at}.v2c-bin"))).collect();
    paths.iter().for_each(|path| std::fs::write(path, pack).expect("room"));
    let read = |path: &Path| std::fs::read(path).expect("written before");
    let hash = |path: &PathBuf| {
        black_box(Digest::of(&read(path)));
    };
    let verify = |path: &PathBuf| assert!(open(&read(path)).is_ok(), "a lawful pack");
    let batch = |paths: &[PathBuf]| {
        let all: Vec<Vec<u8>> = paths.iter().map(|path| read(path)).collect();
        all.iter().for_each(|bytes| assert!(open(bytes).is_ok(), "a lawful pack"));
    };
    let works: [(&str, &dyn Fn()); 6] = [
        ("read and SHA-256, one thread", &|| paths.iter().for_each(hash)),
        ("read and verify, one thread", &|| paths.iter().for_each(verify)),
        ("read and verify 64 by 64, one thread", &|| paths.chunks(64).for_each(batch)),
        ("read and SHA-256, all threads", &|| paths.par_iter().for_each(hash)),
        ("read and verify, all threads", &|| paths.par_iter().for_each(verify)),
        ("read and verify 64 by 64, all threads", &|| paths.par_chunks(64).for_each(batch)),
    ];
    // In turns, so that all meet the same weather; the first round warms up and does not count.
    let mut least = [f64::MAX; 6];
    for round in 0..=rounds {
        for (least, (_, work)) in least.iter_mut().zip(&works) {
            let start = Instant::now();
            work();
            if round > 0 {
                *least = least.min(start.elapsed().as_secs_f64());
            }
        }
    }
    println!("{packs} packs of {} bytes from disk, {name}", pack.len());
    for ((name, _), least) in works.iter().zip(least) {
        println!("  {name}: {least:.2} s");
    }
    let [hashed, verified, batched, all_hashed, all_verified, all_batched] = least;
    println!("  on one thread {:.2} times, 64 by 64 {:.2} times", verified / hashed, batched / hashed);
    println!("  on all threads {:.2} times, 64 by 64 {:.2} times", all_verified / all_hashed, all_batched / all_hashed);
    std::fs::remove_dir_all(&folder).expect("our own folder");
}
