//! SCXQ2: packs of lanes, lane proofs, proof envelopes, package metadata and the records beside them.
//!
//! A rule's file holds its page and its check; what bytes mean is `crate::scxq2`.

mod example;
pub mod lane_proof;
pub mod pack;
pub mod pack_source;
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
    &result_envelope::CALL,
    &result_envelope::MISMATCH,
    &lane_proof::PROOF,
    &lane_proof::TENSOR,
    &record::LOGIC,
    &record::MICRONAUT,
    &pack::DECAY,
    &pack::ENCODING,
    &pack::ENVELOPE,
    &pack::INTEGRITY,
    &pack::LANE,
    &pack::MAGIC,
    &pack::LANE_MISSING,
    &pack_source::SOURCE,
    &pack::TENSOR,
    &pack::VERSION,
    &package::CYCLE,
    &package::DEPENDENCY,
    &package::HASH,
    &package::PATH,
    &package::SIZE,
    &pack_source::PAYLOAD,
    &shape::PLACEHOLDER,
    &proof_envelope::CHUNKS,
    &proof_envelope::PAYLOAD,
    &proof_envelope::SIGNATURE,
    &proof_envelope::UNVERIFIABLE,
    &proof_envelope::VERSION,
    &shape::SCHEMA,
    &pack_source::CLAIM,
    &record::TENSOR,
    &timestamp::TIMESTAMP,
    &shape::UNKNOWN_MEMBER,
];
