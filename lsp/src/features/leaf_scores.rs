//! Scores of leaves, kept from one keystroke to the next.
//!
//! Kept by what was collapsed, the digest of the vectors and the bits of the tolerance, so that nothing kept can be stale: other vectors
//! and other tolerances have other names. Knows no files. Bounded; what was used longest ago goes first.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mx2lm_core::{
    collapse::{
        CollapseError, Corpus, DocumentError, Threshold, Vector,
        gccp::cosine,
        profile::{LeafCache, Plan},
    },
    hash::Digest,
};

/// Most sets of vectors, and most bytes of vectors and scores.
const MOST_SETS: usize = 4096;
const MOST_BYTES: usize = 512 << 20;
/// How many tolerances of a set are kept beyond those that the profile at hand has.
const SPARE_TOLERANCES: usize = 4;
/// A cosine this near to a threshold may be decided the other way by the next edit.
const NEAR: f64 = 1e-9;

/// A document: its name, its vectors, and what they are held against.
pub type Document = (String, Vec<Vector>, Vec<Vector>);

/// What is kept under a digest: a set, or why there is none; nothing to say of what has no vectors.
pub type Held = Result<Arc<Set>, Option<String>>;

/// Everything that is kept.
#[derive(Default)]
pub struct LeafScores {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    sets: HashMap<Digest, (u64, Held)>,
    clock: u64,
}

/// Vectors that are collapsed together, with the scores of the leaves so far.
pub struct Set {
    ids: Vec<String>,
    corpus: Corpus,
    /// The pairs of a set of one document.
    alone: Option<(Vec<Vector>, Vec<Vector>)>,
    leaves: Mutex<LeafCache>,
    near: Mutex<HashMap<u64, usize>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // whatever a panic left behind is complete: entries come whole
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LeafScores {
    /// The set with that digest, which `read` gives where it is not kept.
    pub fn set(&self, digest: Digest, read: impl FnOnce() -> Result<Vec<Document>, Option<String>>) -> Held {
        let known = {
            let mut kept = locked(&self.kept);
            kept.clock += 1;
            let now = kept.clock;
            kept.sets.get_mut(&digest).map(|(used, held)| {
                *used = now;
                held.clone()
            })
        };
        if let Some(held) = known {
            return held;
        }
        let held = read().and_then(|documents| Set::new(documents).map(Arc::new).map_err(|error| Some(error.to_string())));
        let mut kept = locked(&self.kept);
        let now = kept.clock;
        kept.sets.insert(digest, (now, held.clone()));
        kept.shrink(&digest);
        held
    }
}

impl Kept {
    fn shrink(&mut self, newest: &Digest) {
        let size = |(_, held): &(u64, Held)| held.as_ref().map_or(0, |set| set.bytes());
        let mut bytes: usize = self.sets.values().map(size).sum();
        if self.sets.len() <= MOST_SETS && bytes <= MOST_BYTES {
            return;
        }
        let mut oldest: Vec<(u64, Digest)> = self.sets.iter().map(|(digest, (used, _))| (*used, *digest)).collect();
        oldest.sort_unstable();
        for (_, digest) in oldest.into_iter().filter(|(_, digest)| digest != newest) {
            if self.sets.len() <= MOST_SETS && bytes <= MOST_BYTES {
                return;
            }
            bytes -= self.sets.remove(&digest).as_ref().map_or(0, size);
        }
    }
}

impl Set {
    /// Takes in documents.
    ///
    /// # Errors
    /// The first document that cannot be collapsed.
    pub fn new(documents: Vec<Document>) -> Result<Set, CollapseError> {
        let corpus = Corpus::new(documents.iter().map(|(_, a, b)| (a.as_slice(), b.as_slice()))).map_err(|error| error.error)?;
        let single = documents.len() == 1;
        let mut set = Set { ids: Vec::new(), corpus, alone: None, leaves: Mutex::default(), near: Mutex::default() };
        for (id, a, b) in documents {
            set.ids.push(id);
            if single {
                set.alone = Some((a, b));
            }
        }
        Ok(set)
    }

    /// Names of the documents.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// How many pairs of vectors in all.
    pub fn pairs(&self) -> usize {
        self.corpus.pairs()
    }

    fn bytes(&self) -> usize {
        let names: usize = self.ids.iter().map(|id| id.len() + size_of::<String>()).sum();
        let alone = self.alone.as_ref().map_or(0, |(a, b)| size_of_val(a.as_slice()) + size_of_val(b.as_slice()));
        // the scores to come are counted with the vectors
        self.corpus.bytes() + names + alone + self.corpus.documents() * size_of::<f64>() * (SPARE_TOLERANCES + 1)
    }

    /// The score of each document. What has to be collapsed for it is added to `collapsed`, in leaves.
    ///
    /// # Errors
    /// The first document without a score.
    pub fn scores(&self, plan: &Plan, collapsed: &mut usize) -> Result<Vec<f64>, DocumentError> {
        let mut leaves = locked(&self.leaves);
        let found = plan.evaluate_by(&mut leaves, |thresholds| self.collapse(thresholds, collapsed));
        leaves.retain(plan, SPARE_TOLERANCES);
        found
    }

    /// The scores of the leaves for the first document.
    ///
    /// # Errors
    /// The first document without a score.
    pub fn leaves(&self, plan: &Plan, collapsed: &mut usize) -> Result<Vec<f64>, DocumentError> {
        let mut leaves = locked(&self.leaves);
        let found = plan.columns_by(&mut leaves, |thresholds| self.collapse(thresholds, collapsed));
        leaves.retain(plan, SPARE_TOLERANCES);
        Ok(found?.iter().filter_map(|column| column.first().copied()).collect())
    }

    fn collapse(&self, thresholds: &[Threshold], collapsed: &mut usize) -> Result<Vec<Vec<f64>>, DocumentError> {
        *collapsed += thresholds.len();
        self.corpus.columns(thresholds)
    }

    /// How many pairs of a set of one document lie within 1e-9 of the threshold.
    pub fn near(&self, threshold: Threshold) -> usize {
        let Some((a, b)) = &self.alone else { return 0 };
        let mut near = locked(&self.near);
        if near.len() > SPARE_TOLERANCES * 16 {
            near.clear();
        }
        *near.entry(threshold.bits()).or_insert_with(|| {
            let close = |(a, b): &(&_, &_)| cosine(**a, **b).is_some_and(|cosine| (cosine - threshold.value()).abs() <= NEAR);
            a.iter().zip(b).filter(close).count()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(length: usize) -> Vec<Document> {
        vec![("one".into(), vec![[1.0, 0.0]; length], vec![[1.0, 0.0]; length])]
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_last_used_stays() {
        let scores = LeafScores::default();
        let digest = |number: usize| Digest::of(&number.to_le_bytes());
        for number in 0..MOST_SETS + 10 {
            scores.set(digest(number), || Ok(documents(1))).unwrap();
            scores.set(digest(0), || panic!("the first is used again and again")).unwrap();
        }
        assert_eq!(locked(&scores.kept).sets.len(), MOST_SETS);
        let mut read = false;
        scores
            .set(digest(1), || {
                read = true;
                Ok(documents(1))
            })
            .unwrap();
        assert!(read);
    }

    #[test]
    fn vectors_that_cannot_be_collapsed_are_refused_once() {
        let scores = LeafScores::default();
        let digest = Digest::of(b"x");
        let uneven = || Ok(vec![("one".into(), vec![[1.0, 0.0]], vec![])]);
        assert!(matches!(scores.set(digest, uneven), Err(Some(_))));
        assert!(matches!(scores.set(digest, || panic!("known")), Err(Some(_))));
    }
}
