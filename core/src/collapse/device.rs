//! A corpus that stays on a graphics processor, which adds what the processor found aligned (§25.2–25.4).

use super::corpus::{Corpus, DocumentError};
use super::gccp::Collapse;
use super::grid::{Grid, OffGrid};
use super::threshold::Threshold;
use super::tile::LANES;
use crate::gpu::{Binding, Gpu, GpuError, Job, Resident};

/// The kernel that adds.
pub const KERNEL: &str = include_str!("../../../shaders/collapse_sum.wgsl");

/// Documents a work group takes.
const GROUP: usize = 64;

/// Why the processor computed although a device was asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fallback {
    /// The numbers are not for integers.
    #[error(transparent)]
    OffGrid(#[from] OffGrid),
    /// The device has no answer.
    #[error(transparent)]
    Gpu(#[from] GpuError),
}

/// A corpus on a device.
#[derive(Debug)]
pub struct OnDevice<'g> {
    gpu: &'g Gpu,
    grid: Grid,
    parts: Vec<[Resident; 5]>,
}

impl<'g> OnDevice<'g> {
    /// Sends a corpus to the device, where it stays.
    ///
    /// # Errors
    /// Why it cannot be computed there.
    pub fn new(gpu: &'g Gpu, corpus: &Corpus) -> Result<OnDevice<'g>, Fallback> {
        Self::in_grid(gpu, Grid::new(corpus)?)
    }

    /// As [`OnDevice::new`], for words that are made already.
    pub fn in_grid(gpu: &'g Gpu, grid: Grid) -> Result<OnDevice<'g>, Fallback> {
        let mut parts = Vec::with_capacity(grid.parts.len());
        for part in &grid.parts {
            let high = |words: &[u32]| if grid.wide { bytes(words) } else { vec![0; 4] };
            parts.push([
                gpu.upload(bytes(&part.x_low))?,
                gpu.upload(bytes(&part.y_low))?,
                gpu.upload(high(&part.x_high))?,
                gpu.upload(high(&part.y_high))?,
                gpu.upload(bytes(part.spans.as_flattened()))?,
            ]);
        }
        Ok(OnDevice { gpu, grid, parts })
    }

    /// The collapse of every document: alignment on the processor, sums on the device, scores on the processor. `corpus` is the one
    /// that was sent.
    ///
    /// # Errors
    /// Why the device gave no answer; the processor has one.
    pub fn collapse(&self, corpus: &Corpus, threshold: Threshold) -> Result<Result<Vec<Collapse>, DocumentError>, Fallback> {
        let alignment = self.grid.alignment(corpus, threshold);
        let mut sums = Vec::with_capacity(self.parts.len());
        for (words, (part, resident)) in alignment.iter().zip(self.grid.parts.iter().zip(&self.parts)) {
            sums.push(self.sum(part.spans.len() * LANES, resident, words)?);
        }
        Ok(self.grid.collapse(&alignment, &sums))
    }

    fn sum(&self, documents: usize, resident: &[Resident; 5], aligned: &[u32]) -> Result<Vec<[u32; 4]>, GpuError> {
        let [x_low, y_low, x_high, y_high, spans] = resident.map(Binding::Resident);
        let job = Job {
            source: KERNEL,
            constants: vec![("WIDE", f64::from(u8::from(self.grid.wide)))],
            bindings: vec![x_low, y_low, x_high, y_high, Binding::Bytes(bytes(aligned)), spans, Binding::Output(documents * 16)],
            groups: documents.div_ceil(GROUP) as u32,
        };
        let output = self.gpu.run(job)?.pop().unwrap_or_default();
        let words: Vec<u32> = output.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
        Ok(words.as_chunks::<4>().0.to_vec())
    }
}

impl Drop for OnDevice<'_> {
    fn drop(&mut self) {
        self.gpu.forget();
    }
}

/// The collapse of a corpus on a device where there is one and it can, else on the processor; and why not there.
///
/// # Errors
/// The first document without a score.
pub fn collapse(gpu: &Gpu, corpus: &Corpus, threshold: Threshold) -> Result<(Vec<Collapse>, Option<Fallback>), DocumentError> {
    let there = OnDevice::new(gpu, corpus).and_then(|sent| sent.collapse(corpus, threshold));
    match there {
        Ok(collapsed) => Ok((collapsed?, None)),
        Err(reason) => Ok((corpus.collapse(threshold)?, Some(reason))),
    }
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
