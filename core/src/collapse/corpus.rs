//! Many documents held ready to be collapsed: pairs of vectors in tiles of sixteen documents, as f32 where that loses nothing.

use rayon::prelude::*;

use super::error::{CollapseError, equal_lengths};
use super::gccp::{Collapse, Vector, finite, gccp, score_of_sum};
use super::threshold::Threshold;
use super::tile::{Element, Instructions, LANES, Row, accumulate, alignment};

/// Above this many rows a tile that would be mostly padding is kept document by document.
const RAGGED_ROWS: usize = 256;

/// Documents ready to be collapsed. What a document holds was checked when it came.
#[derive(Debug, Default)]
pub struct Corpus {
    store: Store,
    tiles: Vec<Tile>,
    ragged: Vec<Pairs>,
    pending: Vec<Pairs>,
    documents: usize,
    pairs: usize,
}

#[derive(Debug)]
enum Store {
    Single(Vec<Row<f32>>),
    Double(Vec<Row<f64>>),
}

impl Default for Store {
    fn default() -> Self {
        Store::Single(Vec::new())
    }
}

#[derive(Debug, Clone, Copy)]
enum Tile {
    Rows { start: usize, rows: usize, documents: usize },
    Ragged { start: usize, documents: usize },
}

type Pairs = (Box<[Vector]>, Box<[Vector]>);

/// A document without a score, and why.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("document {document}: {error}")]
pub struct DocumentError {
    /// Its number, from 0, in the order the documents came.
    pub document: usize,
    /// Why.
    pub error: CollapseError,
}

impl Corpus {
    /// The documents of an iterator of pairs of lists.
    ///
    /// # Errors
    /// The first document that cannot be collapsed, whatever the tolerance.
    pub fn new<'v>(documents: impl IntoIterator<Item = (&'v [Vector], &'v [Vector])>) -> Result<Corpus, DocumentError> {
        let mut corpus = Corpus::default();
        for (document, (a, b)) in documents.into_iter().enumerate() {
            let refused = |error| DocumentError { document, error };
            equal_lengths(("vecA", a.len()), ("vecB", b.len())).map_err(refused)?;
            finite("vecA", a).map_err(refused)?;
            finite("vecB", b).map_err(refused)?;
            corpus.pending.push((a.into(), b.into()));
            corpus.documents += 1;
            corpus.pairs += a.len();
            if corpus.pending.len() == LANES {
                corpus.close_tile();
            }
        }
        corpus.close_tile();
        Ok(corpus)
    }

    /// How many documents.
    pub fn documents(&self) -> usize {
        self.documents
    }

    /// How many pairs of vectors in all.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// How many bytes a collapse reads.
    pub fn bytes(&self) -> usize {
        let ragged: usize = self.ragged.iter().map(|(a, _)| a.len() * 2 * size_of::<Vector>()).sum();
        ragged
            + match &self.store {
                Store::Single(rows) => size_of_val(rows.as_slice()),
                Store::Double(rows) => size_of_val(rows.as_slice()),
            }
    }

    /// The collapse of every document, on all threads of the pool and with the widest instructions.
    ///
    /// # Errors
    /// The first document whose sum f64 cannot hold.
    pub fn collapse(&self, threshold: Threshold) -> Result<Vec<Collapse>, DocumentError> {
        self.collapse_with(Instructions::best(), threshold)
    }

    /// As [`Corpus::collapse`], with instructions of the caller's choice. They make no difference but to time.
    pub fn collapse_with(&self, instructions: Instructions, threshold: Threshold) -> Result<Vec<Collapse>, DocumentError> {
        let none = Collapse { score: 0.0, aligned: 0, sum: [0.0; 2] };
        let mut all = vec![none; self.tiles.len() * LANES];
        all.par_chunks_mut(LANES).zip(&self.tiles).enumerate().with_min_len(16).try_for_each(|(number, (out, tile))| {
            self.collapse_tile(instructions, tile, threshold, out)
                .map_err(|(lane, error)| DocumentError { document: number * LANES + lane, error })
        })?;
        all.truncate(self.documents);
        Ok(all)
    }

    /// The scores alone.
    ///
    /// # Errors
    /// As [`Corpus::collapse`].
    pub fn scores(&self, threshold: Threshold) -> Result<Vec<f64>, DocumentError> {
        Ok(self.columns(&[threshold])?.pop().unwrap_or_default())
    }

    /// The scores under each of several tolerances. The vectors are read once.
    ///
    /// # Errors
    /// As [`Corpus::collapse`], of the first document and the first tolerance.
    pub fn columns(&self, thresholds: &[Threshold]) -> Result<Vec<Vec<f64>>, DocumentError> {
        let mut columns = vec![vec![0.0; self.documents]; thresholds.len()];
        let mut parts: Vec<Vec<&mut [f64]>> = (0..self.tiles.len()).map(|_| Vec::with_capacity(thresholds.len())).collect();
        for column in &mut columns {
            for (part, slice) in parts.iter_mut().zip(column.chunks_mut(LANES)) {
                part.push(slice);
            }
        }
        let instructions = Instructions::best();
        parts.par_iter_mut().zip(&self.tiles).enumerate().with_min_len(16).try_for_each(|(number, (part, tile))| {
            let mut found = [Collapse { score: 0.0, aligned: 0, sum: [0.0; 2] }; LANES];
            for (scores, threshold) in part.iter_mut().zip(thresholds) {
                self.collapse_tile(instructions, tile, *threshold, &mut found)
                    .map_err(|(lane, error)| DocumentError { document: number * LANES + lane, error })?;
                scores.iter_mut().zip(&found).for_each(|(score, found)| *score = found.score);
            }
            Ok(())
        })?;
        Ok(columns)
    }

    fn collapse_tile(
        &self,
        instructions: Instructions,
        tile: &Tile,
        threshold: Threshold,
        out: &mut [Collapse],
    ) -> Result<(), (usize, CollapseError)> {
        let (sums, documents) = match *tile {
            Tile::Ragged { start, documents } => {
                let pairs = self.ragged.get(start..start + documents).unwrap_or_default();
                for (lane, ((a, b), out)) in pairs.iter().zip(out).enumerate() {
                    *out = gccp(a, b, threshold).map_err(|error| (lane, error))?;
                }
                return Ok(());
            }
            Tile::Rows { start, rows, documents } => {
                let sums = match &self.store {
                    Store::Single(all) => accumulate(instructions, all.get(start..start + rows).unwrap_or_default(), threshold),
                    Store::Double(all) => accumulate(instructions, all.get(start..start + rows).unwrap_or_default(), threshold),
                };
                (sums, documents)
            }
        };
        for (lane, out) in out.iter_mut().enumerate().take(documents) {
            let sum = [sums.x[lane], sums.y[lane]];
            let score = score_of_sum(sum[0], sum[1]).map_err(|error| (lane, error))?;
            *out = Collapse { score, aligned: sums.aligned[lane] as usize, sum };
        }
        Ok(())
    }

    fn close_tile(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let documents = pending.len();
        if documents == 0 {
            return;
        }
        let rows = pending.iter().map(|(a, _)| a.len()).max().unwrap_or(0);
        let held: usize = pending.iter().map(|(a, _)| a.len()).sum();
        if rows > RAGGED_ROWS && rows * LANES > held * 4 {
            self.tiles.push(Tile::Ragged { start: self.ragged.len(), documents });
            self.ragged.extend(pending);
            return;
        }
        if let Store::Single(all) = &self.store
            && !pending.iter().all(|(a, b)| a.iter().chain(b).flatten().all(|value| fits_f32(*value)))
        {
            self.store = Store::Double(all.iter().map(widen_row).collect());
        }
        let start = match &mut self.store {
            Store::Single(all) => append(all, &pending, rows, |value| value as f32),
            Store::Double(all) => append(all, &pending, rows, |value| value),
        };
        self.tiles.push(Tile::Rows { start, rows, documents });
    }
}

/// The parts of a corpus that other devices compute on.
impl Corpus {
    /// For each tile of rows: its number, and its rows widened to f64 one after the other through `visit`; `None` for a tile that is kept
    /// document by document.
    pub fn tile_rows(&self, tile: usize) -> Option<TileRows<'_>> {
        match *self.tiles.get(tile)? {
            Tile::Ragged { .. } => None,
            Tile::Rows { start, rows, .. } => Some(match &self.store {
                Store::Single(all) => TileRows::Single(all.get(start..start + rows).unwrap_or_default()),
                Store::Double(all) => TileRows::Double(all.get(start..start + rows).unwrap_or_default()),
            }),
        }
    }

    /// How many tiles.
    pub fn tiles(&self) -> usize {
        self.tiles.len()
    }
}

/// The rows of a tile as they are stored.
#[derive(Debug, Clone, Copy)]
pub enum TileRows<'c> {
    /// In f32.
    Single(&'c [Row<f32>]),
    /// In f64.
    Double(&'c [Row<f64>]),
}

impl TileRows<'_> {
    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            TileRows::Single(rows) => rows.len(),
            TileRows::Double(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The vectors to be added of row `index`: x of the sixteen, then y.
    pub fn added(&self, index: usize) -> Option<([f64; LANES], [f64; LANES])> {
        match self {
            TileRows::Single(rows) => rows.get(index).map(|row| (row.ax.map(Element::widen), row.ay.map(Element::widen))),
            TileRows::Double(rows) => rows.get(index).map(|row| (row.ax, row.ay)),
        }
    }

    /// Which pairs of each row are aligned: bit `i` for document `i` of the tile.
    pub fn alignment(&self, threshold: Threshold, into: &mut [u16]) {
        match self {
            TileRows::Single(rows) => alignment(Instructions::best(), rows, threshold, into),
            TileRows::Double(rows) => alignment(Instructions::best(), rows, threshold, into),
        }
    }
}

fn fits_f32(value: f64) -> bool {
    f64::from(value as f32).to_bits() == value.to_bits()
}

fn widen_row(row: &Row<f32>) -> Row<f64> {
    let wide = |list: [f32; LANES]| list.map(f64::from);
    Row { ax: wide(row.ax), ay: wide(row.ay), bx: wide(row.bx), by: wide(row.by) }
}

fn append<E: Element>(all: &mut Vec<Row<E>>, pending: &[Pairs], rows: usize, narrow: impl Fn(f64) -> E) -> usize {
    let start = all.len();
    all.resize(start + rows, Row::default());
    for (lane, (a, b)) in pending.iter().enumerate() {
        for ((row, a), b) in all[start..].iter_mut().zip(a.iter()).zip(b.iter()) {
            (row.ax[lane], row.ay[lane]) = (narrow(a[0]), narrow(a[1]));
            (row.bx[lane], row.by[lane]) = (narrow(b[0]), narrow(b[1]));
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers where floating point is most likely to slip.
    fn component() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => -1.0..1.0f64,
            2 => (-1.0..1.0f32).prop_map(f64::from),
            1 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, f64::MIN_POSITIVE, 5e-324, -5e-324, 1e-160, 1e150, -1e154, 1e200, 1e-45f32 as f64, f32::MAX as f64]),
        ]
    }

    fn document(longest: usize) -> impl Strategy<Value = Vec<(Vector, Vector)>> {
        let pair = (component(), component(), component(), component(), any::<bool>())
            .prop_map(|(ax, ay, bx, by, near)| if near { ([ax, ay], [ax + bx * 0.1, ay + by * 0.1]) } else { ([ax, ay], [bx, by]) });
        prop::collection::vec(pair, 0..longest)
    }

    fn tolerance() -> impl Strategy<Value = f64> {
        prop_oneof![
            0.0..std::f64::consts::PI,
            prop::sample::select(vec![
                0.0,
                1e-9,
                0.174_532_9,
                std::f64::consts::FRAC_PI_4,
                std::f64::consts::FRAC_PI_2,
                std::f64::consts::PI
            ])
        ]
    }

    proptest! {
        // rows: A347 A380 A192
        #[test]
        fn every_choice_of_instructions_gives_the_bits_of_the_reference(
            documents in prop::collection::vec(document(12), 0..40), single in any::<bool>(), epsilon in tolerance()
        ) {
            let narrow = |v: Vector| if single { v.map(|value| f64::from(value as f32)).map(|value| if value.is_finite() { value } else { 1.0 }) } else { v };
            let lists: Vec<(Vec<Vector>, Vec<Vector>)> =
                documents.iter().map(|pairs| pairs.iter().map(|(a, b)| (narrow(*a), narrow(*b))).unzip()).collect();
            let threshold = Threshold::of(epsilon).unwrap();
            let corpus = Corpus::new(lists.iter().map(|(a, b)| (a.as_slice(), b.as_slice()))).unwrap();
            let wanted: Result<Vec<Collapse>, CollapseError> = lists.iter().map(|(a, b)| gccp(a, b, threshold)).collect();
            for instructions in Instructions::available() {
                match (&wanted, corpus.collapse_with(instructions, threshold)) {
                    (Ok(wanted), Ok(found)) => {
                        prop_assert_eq!(wanted.len(), found.len());
                        for (wanted, found) in wanted.iter().zip(&found) {
                            prop_assert_eq!(wanted.score.to_bits(), found.score.to_bits(), "{:?} {:?} {:?}", instructions, wanted, found);
                            prop_assert_eq!(wanted.aligned, found.aligned);
                            prop_assert_eq!(wanted.sum.map(f64::to_bits), found.sum.map(f64::to_bits));
                        }
                    }
                    (Err(wanted), Err(found)) => prop_assert_eq!(wanted, &found.error),
                    (wanted, found) => prop_assert!(false, "{:?} {:?}", wanted, found),
                }
            }
        }
    }

    #[test]
    fn pairs_at_the_very_edge_of_the_tolerance_are_decided_as_the_reference_decides_them() {
        let mut lists = Vec::new();
        let mut split = 0;
        for step in 1..2000_u32 {
            let epsilon = f64::from(step) * 0.0015;
            let rim = [super::super::math::cos(epsilon), super::super::math::sin(epsilon)];
            let near = |by: i64| [f64::from_bits((rim[0].to_bits() as i64 + by) as u64), rim[1]];
            let threshold = Threshold::of(epsilon).unwrap();
            lists.clear();
            lists.extend((-8..8).map(|by| (vec![[3.0, 0.0]], vec![near(by)])));
            let corpus = Corpus::new(lists.iter().map(|(a, b)| (a.as_slice(), b.as_slice()))).unwrap();
            let wanted: Vec<usize> = lists.iter().map(|(a, b)| gccp(a, b, threshold).unwrap().aligned).collect();
            split += usize::from(wanted.contains(&0) && wanted.contains(&1));
            for instructions in Instructions::available() {
                let found: Vec<usize> = corpus.collapse_with(instructions, threshold).unwrap().iter().map(|one| one.aligned).collect();
                assert_eq!(wanted, found, "{epsilon} {instructions:?}");
            }
        }
        assert!(split > 500, "the sixteen neighbours straddle the edge in {split} cases only");
    }

    #[test]
    fn the_number_of_threads_cannot_be_seen() {
        let lists: Vec<Vec<Vector>> =
            (0..3000_u32).map(|n| (0..n % 9).map(|i| [f64::from(n % 17) - 8.3, f64::from(i) * 0.7]).collect()).collect();
        let corpus = Corpus::new(lists.iter().map(|list| (list.as_slice(), list.as_slice()))).unwrap();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| corpus.collapse(Threshold::of(0.2).unwrap()).unwrap())
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(8));
    }

    #[test]
    fn one_long_document_among_short_ones_takes_no_room_for_padding() {
        let long = vec![[1.0, 0.5]; 50_000];
        let short = vec![[1.0, 0.0]; 2];
        let lists: Vec<&[Vector]> = (0..32).map(|i| if i == 5 { long.as_slice() } else { short.as_slice() }).collect();
        let corpus = Corpus::new(lists.iter().map(|list| (*list, *list))).unwrap();
        assert!(corpus.bytes() < 3 * long.len() * 32, "{}", corpus.bytes());
        let found = corpus.collapse(Threshold::of(0.1).unwrap()).unwrap();
        assert_eq!((found[5].aligned, found[6].aligned, found[31].aligned), (50_000, 2, 2));
    }

    // rows: A375
    #[test]
    fn a_bad_document_is_named() {
        let good = [[1.0, 0.0]];
        let bad = [[1.0, f64::INFINITY]];
        let error = Corpus::new([(&good[..], &good[..]), (&good[..], &bad[..])]).unwrap_err();
        assert_eq!((error.document, error.error.pointer().as_deref()), (1, Some("/vecB/0/1")));
        let huge = [[1e308, 0.0], [1e308, 0.0]];
        let ones = [[1.0, 0.0], [1.0, 0.0]];
        let corpus = Corpus::new([(&ones[..], &ones[..]), (&huge[..], &ones[..])]).unwrap();
        assert_eq!(corpus.collapse(Threshold::of(2.0).unwrap()).unwrap_err().document, 1);
    }
}
