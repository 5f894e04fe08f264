//! The graphics processor against the processor, bit for bit, on whatever driver there is, a software one included.
#![cfg(feature = "gpu")]

use mx2lm_core::collapse::device::{self, Fallback, OnDevice};
use mx2lm_core::collapse::grid::{Grid, OffGrid};
use mx2lm_core::collapse::{Corpus, Threshold, Vector};
use mx2lm_core::gpu::{Adapters, Binding, Gpu, GpuError, Job};
use mx2lm_core::tensor::accumulate::accumulate;
use mx2lm_core::tensor::device::accumulate as node_accum;
use mx2lm_core::tensor::graph::Graph;
use mx2lm_core::tensor::model::{Element, Model, ONE};

/// A device, or `None` after saying loudly that nothing was tested.
fn device(test: &str) -> Option<Gpu> {
    match Gpu::open(Adapters::AndSoftware) {
        Ok(gpu) => {
            eprintln!("{test}: on {}", gpu.name());
            Some(gpu)
        }
        Err(error) => {
            assert!(std::env::var_os("MX2LM_WANT_GPU").is_none(), "{test}: {error}");
            eprintln!("==== SKIPPED {test}: {error}");
            None
        }
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number of the Q30 grid in [−1, 1].
    fn grid(&mut self) -> f64 {
        ((self.next() >> 33) as i64 - (1 << 30)) as f64 / f64::from(1 << 30)
    }
}

fn corpus(random: &mut Random, documents: usize, longest: u64, scale: f64) -> Corpus {
    let lists: Vec<(Vec<Vector>, Vec<Vector>)> = (0..documents)
        .map(|_| {
            (0..random.next() % (longest + 1))
                .map(|_| {
                    let a = [random.grid(), random.grid()];
                    let b = [a[0] + random.grid() * 0.5, a[1] + random.grid() * 0.5];
                    (a.map(|value| value * scale), b)
                })
                .unzip()
        })
        .collect();
    Corpus::new(lists.iter().map(|(a, b)| (a.as_slice(), b.as_slice()))).expect("lawful vectors")
}

fn assert_same(gpu: &Gpu, corpus: &Corpus, most_rows: usize) {
    let sent = OnDevice::in_grid(gpu, Grid::in_parts(corpus, most_rows).expect("on the grid")).expect("it is sent");
    for epsilon in [0.1745329, 0.5, 2.0] {
        let threshold = Threshold::of(epsilon).expect("a tolerance");
        let there = sent.collapse(corpus, threshold).expect("an answer").expect("scores");
        let here = corpus.collapse(threshold).expect("scores");
        assert_eq!(there.len(), here.len());
        for (number, (there, here)) in there.iter().zip(&here).enumerate() {
            assert_eq!(
                (there.score.to_bits(), there.aligned),
                (here.score.to_bits(), here.aligned),
                "document {number}: {there:?} {here:?}"
            );
        }
    }
}

// rows: A193 A349 A388 A403 C174 C177 C178 C196 C197 C198
#[test]
fn device_and_processor_give_the_same_bits() {
    let Some(gpu) = device("device_and_processor_give_the_same_bits") else { return };
    let mut random = Random(0x5851_f42d_4c95_7f2d);
    for (documents, longest, scale) in [(1, 1, 1.0), (17, 3, 1.0), (1000, 64, 1.0), (300, 40, 8192.0), (5000, 9, 2.0)] {
        let corpus = corpus(&mut random, documents, longest, scale);
        assert_same(&gpu, &corpus, usize::MAX >> 8);
        assert_same(&gpu, &corpus, 37);
    }
}

/// Run with `--ignored` where there is a real device: ten million pairs.
// rows: A193
#[test]
#[ignore = "takes minutes on a software driver"]
fn ten_million_pairs_give_the_same_bits() {
    let Some(gpu) = device("ten_million_pairs_give_the_same_bits") else { return };
    assert_same(&gpu, &corpus(&mut Random(88_172_645_463_325_252), 312_500, 64, 1.0), usize::MAX >> 8);
}

// rows: A381 C176 C609
#[test]
fn a_device_that_disappears_is_told_once_and_the_processor_answers() {
    let Some(gpu) = device("a_device_that_disappears_is_told_once_and_the_processor_answers") else { return };
    let corpus = corpus(&mut Random(7), 100, 20, 1.0);
    let threshold = Threshold::of(0.4).expect("a tolerance");
    let truth = corpus.collapse(threshold).expect("scores");
    assert_eq!(device::collapse(&gpu, &corpus, threshold), Ok((truth.clone(), None)));
    let sent = OnDevice::new(&gpu, &corpus).expect("it is sent");
    gpu.lose();
    assert!(matches!(sent.collapse(&corpus, threshold), Err(Fallback::Gpu(GpuError::Lost(_)))));
    for _ in 0..2 {
        let (scores, why) = device::collapse(&gpu, &corpus, threshold).expect("scores");
        assert_eq!(scores, truth);
        assert!(matches!(why, Some(Fallback::Gpu(GpuError::Lost(_)))), "{why:?}");
    }
}

#[test]
fn what_integers_cannot_stand_for_runs_on_the_processor_and_says_so() {
    let Some(gpu) = device("what_integers_cannot_stand_for_runs_on_the_processor_and_says_so") else { return };
    let off = [[0.1, 0.2]];
    let corpus = Corpus::new([(&off[..], &off[..])]).expect("lawful vectors");
    let (scores, why) = device::collapse(&gpu, &corpus, Threshold::of(0.1).expect("a tolerance")).expect("scores");
    assert_eq!(scores, corpus.collapse(Threshold::of(0.1).expect("a tolerance")).expect("scores"));
    assert_eq!(why, Some(Fallback::OffGrid(OffGrid::Number { document: 0, value: 0.1 })));
}

#[test]
fn a_refused_job_harms_nothing() {
    let Some(gpu) = device("a_refused_job_harms_nothing") else { return };
    let job = |source| Job { source, constants: vec![], bindings: vec![Binding::Output(4)], groups: 1 };
    let refused = gpu.run(job("@compute @workgroup_size(1) fn main() { nonsense }"));
    assert!(matches!(refused, Err(GpuError::Refused(_))), "{refused:?}");
    assert!(matches!(gpu.upload(vec![0; 3]), Err(GpuError::Refused(_))));
    assert!(matches!(gpu.upload(vec![]), Err(GpuError::Refused(_))));
    let one = "@group(0) @binding(0) var<storage, read_write> o: array<u32>; @compute @workgroup_size(1) fn main() { o[0] = 7u; }";
    assert_eq!(gpu.run(job(one)), Ok(vec![vec![7, 0, 0, 0]]));
}

// rows: C192 C193
#[test]
fn the_reference_kernel_of_emission_adds_from_left_to_right() {
    let Some(gpu) = device("the_reference_kernel_of_emission_adds_from_left_to_right") else { return };
    let mut random = Random(99);
    let vectors: Vec<[f32; 2]> = (0..500).map(|_| [random.grid() as f32 * 1e4, random.grid() as f32]).collect();
    // Weights of 0 and 1 make every product exact, so a device may fuse without being seen.
    let weights: Vec<f32> = (0..500).map(|_| (random.next() % 2) as f32).collect();
    let mut sum = [0.0_f32; 2];
    for (vector, weight) in vectors.iter().zip(&weights) {
        sum = [sum[0] + vector[0] * weight, sum[1] + vector[1] * weight];
    }
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let bindings = vec![Binding::Bytes(bytes(vectors.as_flattened())), Binding::Bytes(bytes(&weights)), Binding::Output(8)];
    let answer = gpu.run(Job { source: include_str!("../wgsl/emission.wgsl"), constants: vec![], bindings, groups: 1 });
    assert_eq!(answer, Ok(vec![bytes(&sum)]));
}

/// A tensor of polylines over few positions, so that they meet, fork and turn back on themselves.
fn tensor(random: &mut Random, elements: usize) -> Model {
    let mut model = Model { sx: ONE, sy: ONE, ..Model::default() };
    for number in 0..elements {
        let start = model.points.len() as u32;
        let count = 2 + random.next() % 6;
        for _ in 0..count {
            let mut at = || (random.next() % 9) as i32 * (ONE / 8);
            let mut point = (at(), at());
            while model.points.get(start as usize..).and_then(<[_]>::last) == Some(&point) {
                point = (at(), at());
            }
            model.points.push(point);
        }
        model.elements.push(Element {
            id4: (number as u32).to_be_bytes(),
            start,
            end: model.points.len() as u32,
            stroke_width: (random.next() % 200_000) as i32,
            transform_mag: 1 + (random.next() % 200_000) as i32,
            rank: 0,
            opacity_q11: (random.next() % 2049) as u16,
            closed: false,
        });
    }
    model
}

// rows: B184 B225 B226
#[test]
fn node_accum_on_the_device_is_that_of_the_processor() {
    let Some(gpu) = device("node_accum_on_the_device_is_that_of_the_processor") else { return };
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for elements in [1, 2, 5, 40, 300] {
        let model = tensor(&mut random, elements);
        let graph = Graph::of(&model);
        for steps in [0, 1, 2, 7] {
            let here = accumulate(&model, &graph, steps).expect("little work");
            assert_eq!(node_accum(&gpu, &model, &graph, steps), Ok(here), "{elements} elements, {steps} steps");
        }
    }
}
