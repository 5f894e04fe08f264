//! Measures the collapse: against a plain sum over the same bytes, and as leaves and superpositions of a preview.
//!
//! `cargo run --release -p mx2lm-core --example collapse_speed -- [--smoke] [--dump FILE]`. `--smoke` takes a hundredth of the documents
//! and says nothing worth quoting. `--dump` writes the pairs as little-endian f64 (`ax ay bx by`) for `tests/golden/collapse_speed.py`.

use std::hint::black_box;
use std::time::Instant;

use mx2lm_core::collapse::profile::{LeafCache, Plan, Profile, Term};
use mx2lm_core::collapse::{Corpus, Instructions, Threshold, Vector};
use mx2lm_core::hash::Digest;

const PAIRS: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let smoke = arguments.iter().any(|argument| argument == "--smoke");
    let documents = if smoke { 1_000 } else { 100_000 };
    let rounds = if smoke { 3 } else { 21 };
    let (a, b) = pairs(documents);
    if let Some(at) = arguments.iter().position(|argument| argument == "--dump") {
        let path = arguments.get(at + 1).expect("--dump wants a file");
        dump(path, &a, &b);
    }
    let corpus = Corpus::new(a.chunks(PAIRS).zip(b.chunks(PAIRS))).expect("lawful vectors");
    let threshold = Threshold::of(0.5).expect("a lawful tolerance");
    let bytes = corpus.bytes() as f64;
    println!("{documents} documents of {PAIRS} pairs, {:.1} MB as f32", bytes / 1e6);
    // The same line in a debug and a release build, with every choice of instructions.
    for instructions in Instructions::available() {
        let scores = corpus.collapse_with(instructions, threshold).expect("scores");
        let bits: Vec<u8> = scores.iter().flat_map(|one| one.score.to_bits().to_le_bytes()).collect();
        println!("scores with {}: {}", instructions.name(), Digest::of(&bits));
    }
    let words: Vec<u64> = (0..corpus.bytes() as u64 / 8).collect();

    for threads in [1, std::thread::available_parallelism().map_or(1, usize::from)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            // Turn about, so that both meet the same weather.
            let mut sums = Vec::new();
            let mut kernels: Vec<(Instructions, Vec<f64>)> = Instructions::available().into_iter().map(|one| (one, Vec::new())).collect();
            for _ in 0..rounds {
                sums.push(seconds(|| plain_sum(&words)));
                for (instructions, times) in &mut kernels {
                    times.push(seconds(|| corpus.collapse_with(*instructions, threshold)));
                }
            }
            let sum = fastest(&sums);
            println!("{threads} threads: plain sum {:.2} ms, {:.1} GB/s", sum * 1e3, bytes / sum / 1e9);
            for (instructions, times) in &mut kernels {
                let time = fastest(times);
                println!(
                    "{threads} threads: {:8} {:.2} ms, {:.0} million pairs/s, {:.1} GB/s, {:.0} % of the sum",
                    instructions.name(),
                    time * 1e3,
                    corpus.pairs() as f64 / time / 1e6,
                    bytes / time / 1e9,
                    100.0 * sum / time
                );
            }
        });
    }

    let leaf = |name: &str, epsilon| Profile { name: name.into(), epsilon, terms: vec![], normalized: true, interference_threshold: 1.5 };
    let leaves = [leaf("a", 0.1), leaf("b", 0.2), leaf("c", 0.4)];
    let terms = [("a", 0.5), ("b", 0.25), ("c", 0.25)].map(|(name, weight)| Term { profile: name.into(), weight });
    let top = Profile { terms: terms.to_vec(), ..leaf("top", 0.1) };
    let find = |name: &str| leaves.iter().find(|leaf| leaf.name == name);
    let single = Plan::new(&leaves[0], find).expect("a plan");
    let whole = Plan::new(&top, find).expect("a plan");
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..rounds {
        times[0].push(seconds(|| single.evaluate(&mut LeafCache::default(), &corpus)));
        let mut cache = LeafCache::default();
        times[1].push(seconds(|| whole.evaluate(&mut cache, &corpus)));
        times[2].push(seconds(|| whole.evaluate(&mut cache, &corpus)));
    }
    times[0].sort_by(f64::total_cmp);
    let p95 = times[0][times[0].len() * 95 / 100];
    let [one, three, again] = times.each_ref().map(|times| fastest(times) * 1e3);
    println!("a leaf: {one:.2} ms (95 % of {rounds} within {:.2} ms)", p95 * 1e3);
    println!("a superposition of three leaves: {three:.2} ms; with another weight: {again:.2} ms");
}

/// Pairs on the grid of f32, about half of them aligned within half a radian.
fn pairs(documents: usize) -> (Vec<Vector>, Vec<Vector>) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from((state >> 40) as f32 / 16_777_216.0 * 2.0 - 1.0)
    };
    (0..documents * PAIRS)
        .map(|_| {
            let a = [next(), next()];
            let b = [a[0] + next(), a[1] + next()].map(|value| f64::from(value as f32));
            (a, b)
        })
        .unzip()
}

fn dump(path: &str, a: &[Vector], b: &[Vector]) {
    let bytes: Vec<u8> = a.iter().zip(b).flat_map(|(a, b)| [a[0], a[1], b[0], b[1]]).flat_map(f64::to_le_bytes).collect();
    std::fs::write(path, bytes).expect("a file that can be written");
}

/// Adds whole words: as little work a byte as reading allows.
fn plain_sum(words: &[u64]) -> u64 {
    use rayon::prelude::*;
    words.par_chunks(1 << 15).map(|chunk| chunk.iter().fold(0_u64, |sum, word| sum.wrapping_add(*word))).reduce(|| 0, u64::wrapping_add)
}

fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

/// What the work takes when nothing else runs: the least of the rounds.
fn fastest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}
