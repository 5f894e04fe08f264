//! Measures drawings: from source to canonical model, structure and pack, and from a pack back to a verified model.
//!
//! `cargo run --release -p mx2lm-core --example tensor_speed -- [--smoke] [FOLDER]`. With a folder its drawings (`*.svg`, at any depth)
//! are taken one after another, and those that are no tensors are passed over; without one a chain of paths is drawn in five sizes.
//! One thread. `--smoke` takes the smallest size and says nothing worth quoting.

use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use mx2lm_core::rules::svg::tensor::Tensor;
use mx2lm_core::scxq2::pack;
use mx2lm_core::scxq2::write::encode_with;
use mx2lm_core::tensor::source::EPSILON;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let smoke = arguments.iter().any(|argument| argument == "--smoke");
    if let Some(folder) = arguments.iter().find(|argument| *argument != "--smoke") {
        return corpus(Path::new(folder));
    }
    let sizes: &[usize] = if smoke { &[50_000] } else { &[50_000, 500_000, 5_000_000, 50_000_000] };
    for &size in sizes {
        let drawing = drawing(size);
        let rounds = (100_000_000 / size).clamp(3, if smoke { 3 } else { 100 });
        let mut times = [f64::MAX; 2];
        let mut packed = 0;
        for _ in 0..rounds {
            let took = there_and_back(drawing.as_bytes()).expect("a tensor");
            times = [times[0].min(took.times[0]), times[1].min(took.times[1])];
            packed = took.packed;
        }
        tell(drawing.len(), packed, times);
        match peak_memory() {
            Some(peak) => println!("    memory at most {:.1} times the drawing", peak as f64 / drawing.len() as f64),
            None => println!("    this system does not say how much memory was taken"),
        }
    }
}

/// How long one drawing took.
struct Took {
    /// Seconds from source to pack, and from pack to verified model.
    times: [f64; 2],
    /// Bytes of the pack.
    packed: usize,
}

/// Canonicalises, hashes the structure, packs; then opens, decodes and verifies. `None`: the drawing is no tensor.
fn there_and_back(drawing: &[u8]) -> Option<Took> {
    let start = Instant::now();
    let tensor = Tensor::read(drawing, EPSILON).ok()?;
    let hashes = black_box((tensor.canonical_hash(), tensor.buffer_hash()));
    let packed = encode_with(&tensor.model, &tensor.graph).ok()?;
    let there = start.elapsed().as_secs_f64();
    drop(tensor);
    let start = Instant::now();
    let opened = pack::Pack::open(&packed).ok()?;
    let decoded = opened.decode().ok()?;
    let roots = opened.roots(&decoded);
    let back = start.elapsed().as_secs_f64();
    assert_eq!(roots.canonical_svg_hash, hashes.0, "a pack is its drawing");
    Some(Took { times: [there, back], packed: packed.len() })
}

fn tell(source: usize, packed: usize, times: [f64; 2]) {
    let speed = |bytes: usize, time: f64| bytes as f64 / time / 1e6;
    println!(
        "{source} bytes: to a pack of {packed} bytes {:.1} ms, {:.0} MB/s of drawing; back {:.1} ms, {:.0} MB/s of drawing, {:.0} MB/s of pack",
        times[0] * 1e3,
        speed(source, times[0]),
        times[1] * 1e3,
        speed(source, times[1]),
        speed(packed, times[1]),
    );
}

/// Every drawing below a folder, each read, packed and opened once.
fn corpus(folder: &Path) {
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    let (mut files, mut source, mut packed, mut times) = (0, 0, 0, [0.0; 2]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "svg") {
                let bytes = std::fs::read(&path).expect("a file");
                if let Some(took) = there_and_back(&bytes) {
                    (files, source, packed) = (files + 1, source + bytes.len(), packed + took.packed);
                    times = [times[0] + took.times[0], times[1] + took.times[1]];
                }
            }
        }
    }
    println!("{files} drawings");
    tell(source, packed, times);
}

/// A chain of lines and curves of about `size` bytes, in paths of four hundred commands, with every fourth in a group.
fn drawing(size: usize) -> String {
    let mut text = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4096\" height=\"4096\" stroke-width=\"0.5\">\n");
    // a walk over a grid of quarters, never twice to one place: row after row
    let place = |n: usize| (n % 8_000 * 2, n / 8_000 * 2);
    let quarters = |n: usize| format!("{}{}", n / 4, ["", ".25", ".5", ".75"][n % 4]);
    let (mut n, mut number) = (0, 0);
    while text.len() < size {
        let (x, y) = place(n);
        number += 1;
        let group = number % 4 == 0;
        write!(text, "{}<path id=\"p{number}\" d=\"M{} {}", if group { "<g>" } else { "" }, quarters(x), quarters(y)).expect("a string");
        for _ in 0..400 {
            let ((x, y), next) = (place(n), place(n + 1));
            let (to_x, to_y) = (quarters(next.0), quarters(next.1));
            let (a, b) = (quarters(x.abs_diff(1)), quarters(y + 1));
            match n % 3 {
                0 => write!(text, "L{to_x} {to_y}"),
                1 => write!(text, "Q{a} {b} {to_x} {to_y}"),
                _ => write!(text, "C{a} {b} {to_x} {b} {to_x} {to_y}"),
            }
            .expect("a string");
            n += 1;
        }
        writeln!(text, "\" stroke-width=\"0.25\"/>{}", if group { "</g>" } else { "" }).expect("a string");
    }
    text.push_str("</svg>\n");
    text
}

/// The most memory that the process has held so far, in bytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}
