//! Sums of vectors on the Q30 grid, where integer addition gives what f64 from left to right gives (`DECISIONS` 18).
//!
//! A number of the grid is a whole multiple of 2⁻³⁰. While n·max|v| stays below 2²³, no partial sum loses a bit in f64, so any order of
//! addition gives the same sum. This file turns a corpus into words for a device, and sums of words into scores; it knows no device.

use thiserror::Error;

use super::corpus::{Corpus, DocumentError};
use super::gccp::{Collapse, score_of_sum};
use super::threshold::Threshold;
use super::tile::LANES;

/// 2³⁰: what a number of the grid is multiplied with.
const UNIT: f64 = 1_073_741_824.0;

/// Below this, n·max|v| keeps sums exact.
const EXACT: f64 = 8_388_608.0;

/// Rows a part may hold: 128 MiB of words of one component.
const PART_ROWS: usize = (128 << 20) / (4 * LANES);

/// Tiles a part may hold: 65,535 work groups of 64 documents.
const PART_TILES: usize = 65_535 * 64 / LANES;

/// Why a corpus is not summed in integers.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OffGrid {
    /// A number that is no multiple of 2⁻³⁰.
    #[error("document {document} holds {value}, which is not on the Q30 grid (a whole multiple of 1/1073741824)")]
    Number {
        /// The document, from 0.
        document: usize,
        /// The number.
        value: f64,
    },
    /// Sums that could exceed what is exact.
    #[error("document {document} has {pairs} pairs of up to {largest}: their sum could exceed 2^23, beyond which it is not exact")]
    Large {
        /// The document, from 0.
        document: usize,
        /// How many pairs.
        pairs: usize,
        /// The largest component.
        largest: f64,
    },
    /// Documents of very unequal length.
    #[error("documents {first} and following are of very unequal length")]
    Ragged {
        /// The first document of the sixteen, from 0.
        first: usize,
    },
}

/// A corpus as words of integers, in parts that fit a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Parts, each a dispatch of its own.
    pub parts: Vec<Part>,
    /// Whether high words are needed: some number is 2 or more.
    pub wide: bool,
    tiles: usize,
    documents: usize,
}

/// Words of as many rows as a device takes at a time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// Low words of x, sixteen a row.
    pub x_low: Vec<u32>,
    /// Low words of y.
    pub y_low: Vec<u32>,
    /// High words of x; empty unless the grid is wide.
    pub x_high: Vec<u32>,
    /// High words of y.
    pub y_high: Vec<u32>,
    /// For each tile of the part its first row in the part, and its rows.
    pub spans: Vec<[u32; 2]>,
    /// For each tile of the part its number in the corpus and its first row there.
    tiles: Vec<(usize, usize)>,
}

impl Grid {
    /// The words of a corpus.
    ///
    /// # Errors
    /// The first number that integers cannot stand for.
    pub fn new(corpus: &Corpus) -> Result<Grid, OffGrid> {
        Self::in_parts(corpus, PART_ROWS)
    }

    /// As [`Grid::new`], in parts of at most `most_rows` rows.
    pub fn in_parts(corpus: &Corpus, most_rows: usize) -> Result<Grid, OffGrid> {
        let wide = judge(corpus)?;
        let mut grid = Grid { parts: Vec::new(), wide, tiles: corpus.tiles(), documents: corpus.documents() };
        let mut part = Part::default();
        for tile in 0..corpus.tiles() {
            let Some(rows) = corpus.tile_rows(tile) else { continue };
            let (mut first, count) = (0, rows.len());
            while first < count {
                let held = part.x_low.len() / LANES;
                let taken = (count - first).min(most_rows.max(1).saturating_sub(held));
                if taken == 0 || part.spans.len() >= PART_TILES {
                    grid.parts.push(std::mem::take(&mut part));
                    continue;
                }
                part.spans.push([held as u32, taken as u32]);
                part.tiles.push((tile, first));
                for row in first..first + taken {
                    let Some((x, y)) = rows.added(row) else { break };
                    part.push(x, y, wide);
                }
                first += taken;
            }
        }
        if !part.spans.is_empty() {
            grid.parts.push(part);
        }
        Ok(grid)
    }

    /// For each part which pairs are aligned: a word a row, bit `i` for document `i` of the tile.
    pub fn alignment(&self, corpus: &Corpus, threshold: Threshold) -> Vec<Vec<u32>> {
        let mut masks: Vec<Vec<u16>> = Vec::with_capacity(self.tiles);
        for tile in 0..self.tiles {
            let mut bits = Vec::new();
            if let Some(rows) = corpus.tile_rows(tile) {
                bits.resize(rows.len(), 0);
                rows.alignment(threshold, &mut bits);
            }
            masks.push(bits);
        }
        let of_part = |part: &Part| {
            let spans = part.spans.iter().zip(&part.tiles);
            spans
                .flat_map(|(span, (tile, first))| {
                    let bits = masks.get(*tile).map_or(&[][..], Vec::as_slice);
                    bits.get(*first..*first + span[1] as usize).unwrap_or_default().iter().map(|bits| u32::from(*bits))
                })
                .collect()
        };
        self.parts.iter().map(of_part).collect()
    }

    /// The collapse of every document, from the sums of each part: sixteen documents a tile, `[x low, x high, y low, y high]` each.
    ///
    /// # Errors
    /// None that a lawful grid could give; the scores are made as everywhere.
    pub fn collapse(&self, alignment: &[Vec<u32>], sums: &[Vec<[u32; 4]>]) -> Result<Vec<Collapse>, DocumentError> {
        let mut total = vec![([0_i64; 2], 0_usize); self.tiles * LANES];
        for ((part, words), sums) in self.parts.iter().zip(alignment).zip(sums) {
            for (at, (tile, _)) in part.tiles.iter().enumerate() {
                let [start, rows] = part.spans[at].map(|value| value as usize);
                let words = words.get(start..start + rows).unwrap_or_default();
                for lane in 0..LANES {
                    let Some([xl, xh, yl, yh]) = sums.get(at * LANES + lane).copied() else { continue };
                    let Some((sum, aligned)) = total.get_mut(tile * LANES + lane) else { continue };
                    sum[0] = sum[0].wrapping_add(joined(xl, xh));
                    sum[1] = sum[1].wrapping_add(joined(yl, yh));
                    *aligned += words.iter().filter(|word| *word >> lane & 1 == 1).count();
                }
            }
        }
        total.truncate(self.documents);
        let of = |(document, (sum, aligned)): (usize, ([i64; 2], usize))| {
            let sum = sum.map(|value| value as f64 / UNIT);
            let score = score_of_sum(sum[0], sum[1]).map_err(|error| DocumentError { document, error })?;
            Ok(Collapse { score, aligned, sum })
        };
        total.into_iter().enumerate().map(of).collect()
    }
}

impl Part {
    fn push(&mut self, x: [f64; LANES], y: [f64; LANES], wide: bool) {
        for (component, low, high) in [(x, &mut self.x_low, &mut self.x_high), (y, &mut self.y_low, &mut self.y_high)] {
            let words = component.map(|value| (value * UNIT) as i64);
            low.extend(words.map(|word| word as u32));
            if wide {
                high.extend(words.map(|word| (word >> 32) as u32));
            }
        }
    }

    /// The sums as a device makes them, made here: one document after the other.
    pub fn sums(&self, alignment: &[u32]) -> Vec<[u32; 4]> {
        let mut sums = Vec::with_capacity(self.spans.len() * LANES);
        for [start, rows] in &self.spans {
            for lane in 0..LANES {
                let (mut x, mut y) = (0_i64, 0_i64);
                for row in *start as usize..(*start + *rows) as usize {
                    if alignment.get(row).is_some_and(|word| word >> lane & 1 == 1) {
                        x = x.wrapping_add(number(&self.x_low, &self.x_high, row * LANES + lane));
                        y = y.wrapping_add(number(&self.y_low, &self.y_high, row * LANES + lane));
                    }
                }
                sums.push([x as u32, (x >> 32) as u32, y as u32, (y >> 32) as u32]);
            }
        }
        sums
    }
}

fn number(low: &[u32], high: &[u32], at: usize) -> i64 {
    let low = low.get(at).copied().unwrap_or(0);
    high.get(at).map_or(i64::from(low as i32), |high| joined(low, *high))
}

fn joined(low: u32, high: u32) -> i64 {
    (i64::from(high as i32) << 32) | i64::from(low)
}

/// Whether high words are needed.
fn judge(corpus: &Corpus) -> Result<bool, OffGrid> {
    let mut wide = false;
    for tile in 0..corpus.tiles() {
        let Some(rows) = corpus.tile_rows(tile) else { return Err(OffGrid::Ragged { first: tile * LANES }) };
        let mut largest = [0.0_f64; LANES];
        for (x, y) in (0..rows.len()).filter_map(|row| rows.added(row)) {
            for lane in 0..LANES {
                for value in [x[lane], y[lane]] {
                    let scaled = value * UNIT;
                    // What even overflows is a matter of size, which is told below.
                    if scaled.is_finite() && scaled != scaled.trunc() {
                        return Err(OffGrid::Number { document: tile * LANES + lane, value });
                    }
                    largest[lane] = largest[lane].max(value.abs());
                }
            }
        }
        for (lane, largest) in largest.into_iter().enumerate() {
            if rows.len() as f64 * largest >= EXACT {
                return Err(OffGrid::Large { document: tile * LANES + lane, pairs: rows.len(), largest });
            }
            wide |= largest >= 2.0;
        }
    }
    Ok(wide)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collapse::Vector;
    use proptest::prelude::*;

    fn corpus(lists: &[Vec<(Vector, Vector)>]) -> Corpus {
        let split: Vec<(Vec<Vector>, Vec<Vector>)> = lists.iter().map(|pairs| pairs.iter().copied().unzip()).collect();
        Corpus::new(split.iter().map(|(a, b)| (a.as_slice(), b.as_slice()))).unwrap()
    }

    fn on_grid(largest: i64) -> impl Strategy<Value = f64> {
        (-largest..=largest).prop_map(|k| k as f64 / UNIT)
    }

    proptest! {
        // rows: C196 C197 C198 A193 A349
        #[test]
        fn integers_give_the_bits_of_the_truth_in_any_parts(
            narrow in any::<bool>(), most_rows in 1usize..9, epsilon in 0.0..3.0f64,
            raw in prop::collection::vec(prop::collection::vec((on_grid(1 << 30), on_grid(1 << 30), on_grid(1 << 30), on_grid(1 << 30)), 0..10), 0..40)
        ) {
            let scale = if narrow { 1.0 } else { 4096.0 };
            let lists: Vec<Vec<(Vector, Vector)>> =
                raw.iter().map(|pairs| pairs.iter().map(|(ax, ay, bx, by)| ([ax * scale, ay * scale], [ax + bx * 0.5, ay + by * 0.5])).collect()).collect();
            let corpus = corpus(&lists);
            let threshold = Threshold::of(epsilon).unwrap();
            let grid = Grid::in_parts(&corpus, most_rows).unwrap();
            let alignment = grid.alignment(&corpus, threshold);
            let sums: Vec<_> = grid.parts.iter().zip(&alignment).map(|(part, words)| part.sums(words)).collect();
            let found = grid.collapse(&alignment, &sums).unwrap();
            let truth = corpus.collapse(threshold).unwrap();
            for (found, truth) in found.iter().zip(&truth) {
                prop_assert_eq!(found.score.to_bits(), truth.score.to_bits());
                prop_assert_eq!(found.aligned, truth.aligned);
            }
            prop_assert_eq!(found.len(), truth.len());
        }
    }

    #[test]
    fn what_integers_cannot_stand_for_is_named() {
        let one = |v: f64| corpus(&[vec![([1.0, 0.0], [1.0, 0.0])], vec![([v, 0.0], [1.0, 0.0])]]);
        assert_eq!(Grid::new(&one(0.1)).unwrap_err(), OffGrid::Number { document: 1, value: 0.1 });
        assert_eq!(Grid::new(&one(1e300)).unwrap_err(), OffGrid::Large { document: 1, pairs: 1, largest: 1e300 });
        assert_eq!(Grid::new(&one(EXACT)).unwrap_err(), OffGrid::Large { document: 1, pairs: 1, largest: EXACT });
        assert!(Grid::new(&one(EXACT - 1.0)).unwrap().wide);
        assert!(!Grid::new(&one(-1.5)).unwrap().wide);
    }
}
