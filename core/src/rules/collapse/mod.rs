//! π-profiles, signals, test vectors, retrievals and index units: what their own text and the workspace say of them (§9–12, §27, §28).
//!
//! What is computed stands in `crate::collapse`; here it is held against what documents claim.

mod control;
mod date;
mod declaration;
mod examples;
mod hint;
mod index;
mod integer;
mod kernel;
mod listing;
pub mod profile;
mod retrieval;
mod shape;
mod signal;
mod superposition;
mod vectors;

use super::Rule;

pub use vectors::lists as test_lists;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &superposition::AMBIGUOUS,
    &signal::ANGLE,
    &kernel::BIAS_SUM,
    &control::CONDITIONAL,
    &control::OPERATION,
    &control::CONTROL_PLANE,
    &profile::DATE,
    &index::DUPLICATE,
    &index::HASH,
    &index::SPACES,
    &index::STRUCTURE,
    &index::VISUAL,
    &index::LENGTH,
    &integer::INEXACT,
    &declaration::INPUT_SUM,
    &declaration::INPUTS,
    &listing::LISTING,
    &retrieval::MODEL,
    &vectors::NEAR_THRESHOLD,
    &vectors::NO_TEST_VECTORS,
    &signal::PATH_INDEX,
    &shape::PLACEHOLDER,
    &superposition::PRIVILEGE,
    &superposition::CYCLE,
    &profile::FINGERPRINT,
    &hint::PROFILE_HINT,
    &retrieval::PHASE,
    &retrieval::PROFILE_HASH,
    &retrieval::RESULT_HASH,
    &retrieval::ORDER,
    &retrieval::NAMESPACE,
    &kernel::ROTATION,
    &shape::SCHEMA,
    &retrieval::SCORE_SUM,
    &signal::CONTENT_RULE,
    &signal::LENGTHS,
    &kernel::SUPPRESS_K,
    &vectors::TEST_VECTOR,
    &shape::UNKNOWN_MEMBER,
    &superposition::WEIGHT_SUM,
];
