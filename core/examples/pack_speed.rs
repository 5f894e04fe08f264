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
use mx2lm_core::pack::container::{LaneAudits, Recipe, Seal, check, open, open_lazily, sign, write};
use mx2lm_core::pack::streams::svg;

const KEY: [u8; 32] = [7; 32];

fn main() {
    let smoke = std::env::args().skip(1).any(|argument| argument == "--smoke");
    let rounds = if smoke { 3 } else { 21 };
    compiling(rounds);
    let pack = full();
    reading(&pack, rounds * 200);
    flips(if smoke { 3 } else { 300 });
    from_disk(&pack, if smoke { 1_000 } else { 100_000 }, if smoke { 1 } else { 5 });
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

fn compiling(rounds: usize) {
    let drawing = drawing();
    let streams = svg::extract(&drawing, &[]).expect("a drawing");
    let samples: usize = streams.iter().map(|(_, samples)| samples.len()).sum();
    println!("a drawing of {} bytes, {} lanes of {samples} samples", drawing.len(), streams.len());
    let (least, median) = seconds(rounds, || svg::extract(&drawing, &[]));
    println!("sample it: {:.2} ms, median {:.2} ms", least * 1e3, median * 1e3);
    for (name, options) in [("", Options::default()), (" --fit", Options { fit: true, ..Options::default() })] {
        let work = || compile(&svg::extract(&drawing, &[]).expect("a drawing"), &options).expect("a pack");
        let (least, median) = seconds(rounds, work);
        println!("compile{name}: {:.2} ms, median {:.2} ms, {} bytes", least * 1e3, median * 1e3, work().bytes.len());
    }
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

fn reading(pack: &[u8], rounds: usize) {
    let micros = |(least, median): (f64, f64)| format!("{:.2} µs, median {:.2} µs", least * 1e6, median * 1e6);
    println!("a pack of {} bytes; SHA-256 over it: {}", pack.len(), micros(seconds(rounds, || Digest::of(pack))));
    println!("open and verify: {}", micros(seconds(rounds, || open(pack).map(|pack| pack.lanes().len()))));
    println!("open lazily: {}", micros(seconds(rounds, || open_lazily(pack).map(|pack| pack.lanes().len()))));
    let lazy = open_lazily(pack).expect("a lawful pack");
    let lane = || {
        let lane = lazy.lane("policy@t7").expect("a lane");
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

/// Every single bit of signed packs.
fn flips(packs: u64) {
    let ids = ["policy", "policy@t*", "policy@t1__x__attention@t2", "attention@t3", "style@early", "tone@row", "zone"];
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let public = public();
    let (mut flipped, mut missed) = (0u64, 0u64);
    let mut noticed: BTreeMap<&str, u64> = BTreeMap::new();
    let start = Instant::now();
    for _ in 0..packs {
        let dims = 1 + (next() % 6) as u16;
        let mut lanes = BTreeMap::new();
        for _ in 0..=next() % 4 {
            let id = ids[next() as usize % ids.len()];
            lanes.insert(id.to_owned(), (0..dims).map(|_| next() as f64 / (1u64 << 30) as f64 - 1.0).collect());
        }
        let scales = (next() % 4 > 0).then(PerClass::canonical_scales);
        let lane_audit = LaneAudits::ByClass(next() as usize % 4);
        let recipe = Recipe { dims, lanes, scales, audit: next() % 4 > 0, lane_audit, merkle: next() % 4 > 0 };
        let mut bytes = sign(&write(&recipe).expect("a lawful recipe"), &KEY).expect("a lawful pack");
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            match open(&bytes) {
                Err(fault) => *noticed.entry(fault.section.name()).or_default() += 1,
                Ok(pack) if check(&pack, [("me", public)]) == Seal::Unverifiable => *noticed.entry("the signature alone").or_default() += 1,
                Ok(_) => missed += 1,
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
            flipped += 1;
        }
    }
    println!("{packs} packs, {flipped} bits flipped in {:.1} s, {missed} unnoticed; noticed by {noticed:?}", start.elapsed().as_secs_f64());
}

fn from_disk(pack: &[u8], packs: usize, rounds: usize) {
    let folder = std::env::temp_dir().join(format!("pack_speed.{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder of our own");
    let paths: Vec<PathBuf> = (0..packs).map(|at| folder.join(format!("{at}.v2c-bin"))).collect();
    paths.iter().for_each(|path| std::fs::write(path, pack).expect("room"));
    let read = |path: &Path| std::fs::read(path).expect("written before");
    let (mut hashing, mut verifying) = (Vec::new(), Vec::new());
    // Turn about, so that both meet the same weather; the first round warms up and does not count.
    for round in 0..=rounds {
        let start = Instant::now();
        paths.iter().for_each(|path| {
            black_box(Digest::of(&read(path)));
        });
        let middle = Instant::now();
        paths.iter().for_each(|path| assert!(open(&read(path)).is_ok(), "a lawful pack"));
        if round > 0 {
            hashing.push((middle - start).as_secs_f64());
            verifying.push(middle.elapsed().as_secs_f64());
        }
    }
    let least = |times: &[f64]| times.iter().copied().fold(f64::MAX, f64::min);
    let (hashed, verified) = (least(&hashing), least(&verifying));
    println!("{packs} packs from disk: read and SHA-256 {hashed:.2} s, read and verify {verified:.2} s, {:.2} times", verified / hashed);
    std::fs::remove_dir_all(&folder).expect("our own folder");
}
