//! SCXQ2: lane proofs, proof envelopes, package metadata and the records beside them.
//!
//! A rule's file holds its page and its check; what bytes mean is `crate::scxq2`.

mod example;
pub mod lane_proof;
pub mod package;
mod package_graph;
pub mod proof_envelope;
pub mod record;
pub mod result_envelope;
pub mod shape;
pub mod timestamp;

use super::Rule;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &lane_proof::PROOF,
    &lane_proof::TENSOR,
    &record::LOGIC,
    &record::MICRONAUT,
    &package::DEPENDENCY,
    &package::CYCLE,
    &package::HASH,
    &package::PATH,
    &package::SIZE,
    &shape::PLACEHOLDER,
    &proof_envelope::PAYLOAD,
    &proof_envelope::CHUNKS,
    &proof_envelope::SIGNATURE,
    &proof_envelope::UNVERIFIABLE,
    &proof_envelope::VERSION,
    &result_envelope::CALL,
    &result_envelope::MISMATCH,
    &shape::SCHEMA,
    &record::TENSOR,
    &timestamp::TIMESTAMP,
    &shape::UNKNOWN_MEMBER,
];
