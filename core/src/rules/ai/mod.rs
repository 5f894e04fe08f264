//! The `ai.*` objects of §14 and §16: their own fields, the six global invariants, and what their payloads must hold.

pub mod blob;
pub mod envelope;
mod examples;
pub mod global;
pub mod ngram;
mod payload;
pub mod section14;
pub mod shape;
pub mod tokenizer;
pub mod vocab;
mod vocabulary;
pub mod weights;

use super::Rule;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &shape::SCHEMA,
    &shape::PLACEHOLDER,
    &shape::UNKNOWN_MEMBER,
    &envelope::ENVELOPE,
    &envelope::MEDIA,
    &global::NO_EXECUTION,
    &global::PROJECTION_ONLY,
    &global::FORBIDDEN_MEMBER,
    &global::HOST,
    &global::DETERMINISTIC,
    &tokenizer::RULESET_HASH,
    &tokenizer::FIXED_VOCAB,
    &tokenizer::VOCAB_ID,
    &tokenizer::OUTSIDE_VOCAB,
    &tokenizer::TOTAL,
    &tokenizer::DECLARATIVE,
    &vocab::SIZE,
    &vocab::ONE_TO_ONE,
    &vocab::HOLES,
    &vocab::EXTENSION,
    &weights::SHAPE_HASH,
    &weights::TENSORS,
    &weights::DTYPE,
    &weights::GRADIENTS,
    &ngram::ORDER,
    &ngram::CLOSED,
    &ngram::PROBABILITY,
    &ngram::LEARNING,
    &section14::INVARIANTS,
    &section14::PROJECTION,
    &section14::OBJECT_REFERENCE,
    &section14::ALIAS,
    &blob::PATH,
];
