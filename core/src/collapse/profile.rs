//! Profiles as computations: what a profile collapses with, and the scores of a profile that superposes others (§27.3).
//!
//! A profile is either a leaf, which collapses vectors within its tolerance, or a superposition of other profiles. A [`Plan`] is a
//! profile with every profile it needs, each once, in an order in which each comes after those it needs; a [`LeafCache`] keeps the scores
//! of leaves, so that changing a weight collapses nothing again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use thiserror::Error;

use super::corpus::{Corpus, DocumentError};
use super::error::CollapseError;
use super::read::{ReadError, number};
use super::superpose::{KAPPA, Superposed, Superposition, weigh};
use super::threshold::{EPSILON, Threshold};
use crate::syntax::json::Node;

/// The distance beyond which scores conflict, where a profile names none (§27.1).
#[allow(clippy::approx_constant, reason = "the text gives this number, not π/2")]
pub const INTERFERENCE_THRESHOLD: f64 = 1.5708;

/// How deep profiles may name each other.
const MAX_DEPTH: usize = 64;

/// What of a profile takes part in computing.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// By which others name it.
    pub name: String,
    /// Angle of tolerance in radians.
    pub epsilon: f64,
    /// The profiles it superposes; none for a leaf.
    pub terms: Vec<Term>,
    /// Whether the weights must add up to 1.
    pub normalized: bool,
    /// Scores further apart than this conflict.
    pub interference_threshold: f64,
}

/// One profile of a superposition.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Name of the profile.
    pub profile: String,
    /// Its weight.
    pub weight: f64,
}

impl Profile {
    /// Reads a `pi-profile.v1`, or a kernel profile (`@pi_profile`, §11.2), whose constants must be ones that have a kernel.
    ///
    /// # Errors
    /// The first member that cannot be computed with. What the schema says beyond that is not looked at.
    pub fn read(root: Node<'_>) -> Result<Profile, ReadError> {
        if !root.is_object() {
            return Err(ReadError::at(root, "a profile is an object"));
        }
        if let Some(name) = root.get("@pi_profile") {
            return kernel_profile(root, name);
        }
        let meta = root.get("meta").and_then(|meta| meta.get("name"));
        let name = meta.ok_or_else(|| ReadError::at(root, "the profile has no `meta.name`"))?;
        let weights = root.get("weights");
        let at = |name: &str| weights.and_then(|weights| weights.get(name));
        let mut terms = Vec::new();
        if let Some(list) = at("superposition") {
            for item in list.items() {
                let profile = item.get("profile").ok_or_else(|| ReadError::at(item, "the member `profile` is wanted"))?;
                let weight = item.get("weight").ok_or_else(|| ReadError::at(item, "the member `weight` is wanted"))?;
                terms.push(Term { profile: text(profile)?, weight: number(weight)? });
            }
        }
        let normalized = match at("normalized") {
            None => true,
            Some(node) => node.as_bool().ok_or_else(|| ReadError::at(node, "`true` or `false` is wanted"))?,
        };
        let interference_threshold = at("interference_threshold").map_or(Ok(INTERFERENCE_THRESHOLD), number)?;
        let epsilon = root.get("vectorizer").and_then(|vectorizer| vectorizer.get("epsilon"));
        Ok(Profile { name: text(name)?, epsilon: tolerance(epsilon)?, terms, normalized, interference_threshold })
    }

    /// Whether it collapses vectors itself.
    pub fn is_leaf(&self) -> bool {
        self.terms.is_empty()
    }
}

fn kernel_profile(root: Node<'_>, name: Node<'_>) -> Result<Profile, ReadError> {
    if let Some(rotation) = root.get("rotation")
        && number(rotation)? != 0.0
    {
        let message = format!("`rotation` is {}, and no kernel rotates: write 0", rotation.raw());
        return Err(ReadError::at(rotation, message));
    }
    Ok(Profile {
        name: text(name)?,
        epsilon: tolerance(root.get("epsilon"))?,
        terms: Vec::new(),
        normalized: true,
        interference_threshold: INTERFERENCE_THRESHOLD,
    })
}

fn tolerance(node: Option<Node<'_>>) -> Result<f64, ReadError> {
    let Some(node) = node else { return Ok(EPSILON) };
    let epsilon = number(node)?;
    Threshold::of(epsilon).map_err(|error| ReadError::at(node, error.to_string()))?;
    Ok(epsilon)
}

fn text(node: Node<'_>) -> Result<String, ReadError> {
    node.as_str().map(|text| text.into_owned()).ok_or_else(|| ReadError::at(node, "a string is wanted"))
}

/// Why a profile cannot be computed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlanError {
    /// A profile that nobody defines.
    #[error("`{profile}`, which `{by}` superposes, is not defined by any profile at hand")]
    Unresolved {
        /// Its name.
        profile: String,
        /// Who names it.
        by: String,
    },
    /// A profile that needs itself.
    #[error("the profile contains itself: {}", .path.join(" → "))]
    Cycle {
        /// The names along the cycle, the first again at the end.
        path: Vec<String>,
    },
    /// Profiles that name each other too deeply.
    #[error("profiles are nested more than {MAX_DEPTH} deep")]
    Deep,
    /// Weights or constants that are not lawful.
    #[error("`{profile}`: {error}")]
    Unlawful {
        /// The profile.
        profile: String,
        /// What is wrong.
        error: CollapseError,
    },
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Vectors are collapsed.
    Leaf {
        /// Name of the profile.
        name: String,
        /// Its tolerance.
        threshold: Threshold,
    },
    /// Scores of earlier steps are superposed.
    Sum {
        /// Name of the profile.
        name: String,
        /// Which steps.
        of: Vec<usize>,
        /// Their weights.
        weights: Vec<f64>,
        /// Whether the weights must add up to 1.
        normalized: bool,
        /// Scores further apart than this conflict.
        conflict_beyond: f64,
    },
}

impl Step {
    /// Name of the profile.
    pub fn name(&self) -> &str {
        match self {
            Step::Leaf { name, .. } | Step::Sum { name, .. } => name,
        }
    }
}

/// A profile with everything it needs, ready to be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    steps: Vec<Step>,
}

impl Plan {
    /// The plan of `root`; `resolve` finds the profiles it names.
    ///
    /// # Errors
    /// Names that resolve to nothing, cycles, and unlawful weights.
    pub fn new<'p>(root: &'p Profile, mut resolve: impl FnMut(&str) -> Option<&'p Profile>) -> Result<Plan, PlanError> {
        let mut build = Build { steps: Vec::new(), known: BTreeMap::new(), path: Vec::new() };
        build.add(root, &mut resolve)?;
        Ok(Plan { steps: build.steps })
    }

    /// The steps; the last gives the score.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The tolerances of the leaves, in the order of the steps.
    pub fn leaves(&self) -> impl Iterator<Item = Threshold> + '_ {
        self.steps.iter().filter_map(|step| match step {
            Step::Leaf { threshold, .. } => Some(*threshold),
            Step::Sum { .. } => None,
        })
    }

    /// The score of one document, from the scores of the leaves in the order of [`Plan::leaves`].
    ///
    /// # Errors
    /// A nested superposition whose score left [−1, 1]: the pointer of its error is below that superposition.
    pub fn score(&self, leaves: &[f64]) -> Result<f64, CollapseError> {
        self.score_into(leaves, &mut Scratch::default(), |_, _, _, _| {})
    }

    /// As [`Plan::score`], and shows what each superposition made, by step.
    pub fn explain(&self, leaves: &[f64]) -> Result<Vec<Explained>, CollapseError> {
        let mut sums = Vec::new();
        let mut scratch = Scratch::default();
        self.score_into(leaves, &mut scratch, |step, score, interfering, weights| {
            sums.push((step, Superposed { score, interfering, weights: weights.to_vec() }));
        })?;
        let mut explained: Vec<Explained> = scratch.scores.into_iter().map(|score| Explained { score, superposed: None }).collect();
        for (step, sum) in sums {
            if let Some(entry) = explained.get_mut(step) {
                entry.superposed = Some(sum);
            }
        }
        Ok(explained)
    }

    fn score_into(
        &self,
        leaves: &[f64],
        scratch: &mut Scratch,
        mut seen: impl FnMut(usize, f64, usize, &[f64]),
    ) -> Result<f64, CollapseError> {
        let Scratch { scores, gathered, weights: left } = scratch;
        scores.clear();
        let mut leaves = leaves.iter();
        for (index, step) in self.steps.iter().enumerate() {
            let score = match step {
                Step::Leaf { .. } => *leaves.next().unwrap_or(&0.0),
                Step::Sum { of, weights, normalized, conflict_beyond, .. } => {
                    gathered.clear();
                    gathered.extend(of.iter().filter_map(|step| scores.get(*step)));
                    let how = Superposition { weights, kappa: KAPPA, normalized: *normalized, conflict_beyond: *conflict_beyond };
                    let (score, interfering) = weigh(gathered, &how, left)?;
                    seen(index, score, interfering, left);
                    score
                }
            };
            scores.push(score);
        }
        Ok(scores.last().copied().unwrap_or(0.0))
    }

    /// The scores of the documents of a corpus. Only leaves whose tolerance the cache does not hold are collapsed, all of them in one
    /// reading of the vectors.
    ///
    /// # Errors
    /// The first document without a score: a sum that f64 cannot hold, or a nested superposition whose score left [−1, 1].
    pub fn evaluate(&self, cache: &mut LeafCache, corpus: &Corpus) -> Result<Vec<f64>, DocumentError> {
        self.evaluate_by(cache, |thresholds| corpus.columns(thresholds))
    }

    /// The scores of the leaves, a column each in the order of [`Plan::leaves`]; `collapse` is asked for the tolerances that the cache
    /// does not hold, and gives, for each, the scores of all documents.
    ///
    /// # Errors
    /// Those of `collapse`.
    pub fn columns_by(
        &self,
        cache: &mut LeafCache,
        collapse: impl FnOnce(&[Threshold]) -> Result<Vec<Vec<f64>>, DocumentError>,
    ) -> Result<Vec<Arc<[f64]>>, DocumentError> {
        let mut missing: Vec<Threshold> = Vec::new();
        for threshold in self.leaves() {
            if !cache.columns.contains_key(&threshold.bits()) && !missing.iter().any(|other| other.bits() == threshold.bits()) {
                missing.push(threshold);
            }
        }
        if !missing.is_empty() {
            let found = collapse(&missing)?;
            cache.columns.extend(missing.iter().map(|threshold| threshold.bits()).zip(found.into_iter().map(Arc::from)));
        }
        Ok(self.leaves().filter_map(|threshold| cache.columns.get(&threshold.bits()).map(Arc::clone)).collect())
    }

    /// As [`Plan::evaluate`], with something else to collapse leaves, as [`Plan::columns_by`] asks it.
    ///
    /// # Errors
    /// Those of `collapse`, and those of [`Plan::evaluate`].
    pub fn evaluate_by(
        &self,
        cache: &mut LeafCache,
        collapse: impl FnOnce(&[Threshold]) -> Result<Vec<Vec<f64>>, DocumentError>,
    ) -> Result<Vec<f64>, DocumentError> {
        let columns = self.columns_by(cache, collapse)?;
        if let ([Step::Leaf { .. }], [column]) = (self.steps.as_slice(), columns.as_slice()) {
            return Ok(column.to_vec());
        }
        let documents = columns.iter().map(|column| column.len()).min().unwrap_or(0);
        let mut scores = vec![0.0; documents];
        scores.par_chunks_mut(BLOCK).enumerate().try_for_each(|(block, scores)| {
            let (mut leaves, mut scratch) = (vec![0.0; columns.len()], Scratch::default());
            for (at, score) in scores.iter_mut().enumerate() {
                let document = block * BLOCK + at;
                for (leaf, column) in leaves.iter_mut().zip(&columns) {
                    *leaf = column[document];
                }
                let found = self.score_into(&leaves, &mut scratch, |_, _, _, _| {});
                *score = found.map_err(|error| DocumentError { document, error })?;
            }
            Ok(())
        })?;
        Ok(scores)
    }
}

/// How many documents a thread takes at a time.
const BLOCK: usize = 4096;

/// Room that scoring one document needs.
#[derive(Default)]
struct Scratch {
    scores: Vec<f64>,
    gathered: Vec<f64>,
    weights: Vec<f64>,
}

/// What one step made of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The score of the step.
    pub score: f64,
    /// Weights after conflicts, where the step is a superposition.
    pub superposed: Option<Superposed>,
}

/// The scores of leaves against one fixed set of documents, by tolerance. A new set of documents wants a new cache.
#[derive(Debug, Default)]
pub struct LeafCache {
    columns: HashMap<u64, Arc<[f64]>>,
    /// Tolerances, the one used last at the end.
    order: Vec<u64>,
}

impl LeafCache {
    /// Forgets the tolerances that `plan` does not use, but for the `most` that were used last.
    pub fn retain(&mut self, plan: &Plan, most: usize) {
        let mut used: Vec<u64> = plan.leaves().map(Threshold::bits).collect();
        used.sort_unstable();
        used.dedup();
        self.order.retain(|bits| !used.contains(bits) && self.columns.contains_key(bits));
        self.order.drain(..self.order.len().saturating_sub(most));
        self.columns.retain(|bits, _| used.contains(bits) || self.order.contains(bits));
        self.order.extend(used);
    }

    /// How many tolerances it holds.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}

struct Build {
    steps: Vec<Step>,
    known: BTreeMap<String, usize>,
    path: Vec<String>,
}

impl Build {
    fn add<'p>(&mut self, profile: &'p Profile, resolve: &mut impl FnMut(&str) -> Option<&'p Profile>) -> Result<usize, PlanError> {
        if let Some(step) = self.known.get(&profile.name) {
            return Ok(*step);
        }
        if let Some(start) = self.path.iter().position(|name| *name == profile.name) {
            let mut path = self.path[start..].to_vec();
            path.push(profile.name.clone());
            return Err(PlanError::Cycle { path });
        }
        if self.path.len() >= MAX_DEPTH {
            return Err(PlanError::Deep);
        }
        let unlawful = |error| PlanError::Unlawful { profile: profile.name.clone(), error };
        let step = if profile.is_leaf() {
            Step::Leaf { name: profile.name.clone(), threshold: Threshold::of(profile.epsilon).map_err(unlawful)? }
        } else {
            self.path.push(profile.name.clone());
            let mut of = Vec::with_capacity(profile.terms.len());
            for term in &profile.terms {
                let missing = || PlanError::Unresolved { profile: term.profile.clone(), by: profile.name.clone() };
                of.push(self.add(resolve(&term.profile).ok_or_else(missing)?, resolve)?);
            }
            self.path.pop();
            let weights: Vec<f64> = profile.terms.iter().map(|term| term.weight).collect();
            let (normalized, conflict_beyond) = (profile.normalized, profile.interference_threshold);
            let how = Superposition { weights: &weights, kappa: KAPPA, normalized, conflict_beyond };
            super::superpose::check(&how).map_err(unlawful)?;
            Step::Sum { name: profile.name.clone(), of, weights, normalized, conflict_beyond }
        };
        self.steps.push(step);
        self.known.insert(profile.name.clone(), self.steps.len() - 1);
        Ok(self.steps.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::Tree;

    fn profile(text: &str) -> Result<Profile, ReadError> {
        Profile::read(Tree::parse(Arc::from(text)).root().unwrap())
    }

    fn named(name: &str, terms: &[(&str, f64)]) -> Profile {
        let terms: Vec<String> = terms.iter().map(|(name, weight)| format!(r#"{{"profile":"{name}","weight":{weight}}}"#)).collect();
        let text = format!(r#"{{"meta":{{"name":"{name}"}},"vectorizer":{{}},"weights":{{"superposition":[{}]}}}}"#, terms.join(","));
        profile(&text).unwrap()
    }

    fn plan(profiles: &[Profile]) -> Result<Plan, PlanError> {
        Plan::new(&profiles[0], |name| profiles.iter().find(|profile| profile.name == name))
    }

    #[test]
    fn of_the_tolerances_that_no_longer_count_the_last_used_are_kept() {
        let (mut cache, mut asked) = (LeafCache::default(), Vec::new());
        for epsilon in [0.1, 0.2, 0.3, 0.2, 0.1] {
            let mut leaf = named("leaf", &[]);
            leaf.epsilon = epsilon;
            let plan = plan(&[leaf]).unwrap();
            plan.evaluate_by(&mut cache, |thresholds| {
                asked.push(epsilon);
                Ok(vec![vec![0.5]; thresholds.len()])
            })
            .unwrap();
            cache.retain(&plan, 1);
            assert!(cache.len() <= 2);
        }
        assert_eq!(asked, [0.1, 0.2, 0.3, 0.1]);
    }

    // rows: A309 A312
    #[test]
    fn a_kernel_profile_that_rotates_has_no_kernel() {
        let still = profile(r#"{"@pi_profile":"semantic.hybrid.v1","epsilon":0.2,"suppress_k":0.25,"rotation":0.0}"#).unwrap();
        assert_eq!((still.epsilon, still.is_leaf()), (0.2, true));
        let turned = profile(r#"{"@pi_profile":"semantic.hybrid.v1","rotation":0.1}"#).unwrap_err();
        assert_eq!(turned.pointer, "/rotation");
    }

    // rows: C519 C520
    #[test]
    fn a_profile_that_contains_itself_is_refused_with_the_way_round() {
        let round = [named("a", &[("b", 1.0)]), named("b", &[("c", 1.0)]), named("c", &[("a", 1.0)])];
        assert_eq!(plan(&round).unwrap_err(), PlanError::Cycle { path: ["a", "b", "c", "a"].map(String::from).to_vec() });
        assert!(matches!(plan(&[named("a", &[("a", 1.0)])]), Err(PlanError::Cycle { .. })));
        assert!(matches!(plan(&[named("a", &[("b", 1.0)])]), Err(PlanError::Unresolved { .. })));
    }

    #[test]
    fn a_leaf_used_twice_is_one_step_and_unchanged_leaves_are_not_collapsed_again() {
        let profiles = [named("top", &[("mid", 0.5), ("leaf", 0.5)]), named("mid", &[("leaf", 1.0)]), named("leaf", &[])];
        let plan = plan(&profiles).unwrap();
        assert_eq!(plan.steps().iter().map(Step::name).collect::<Vec<_>>(), ["leaf", "mid", "top"]);
        let (mut cache, mut asked) = (LeafCache::default(), 0);
        for _ in 0..3 {
            let scores = plan.evaluate_by(&mut cache, |thresholds| {
                asked += thresholds.len();
                Ok(vec![vec![0.5, -0.25]; thresholds.len()])
            });
            assert_eq!(scores.unwrap(), [0.5, -0.25]);
        }
        assert_eq!(asked, 1);
    }

    #[test]
    fn weights_that_do_not_add_up_are_refused_with_the_profile_s_name() {
        let error = plan(&[named("top", &[("leaf", 0.6)]), named("leaf", &[])]).unwrap_err();
        assert!(error.to_string().starts_with("`top`: the weights add up to 0.6"), "{error}");
    }
}
