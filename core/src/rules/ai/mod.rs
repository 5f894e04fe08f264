//! The `ai.*` objects of §14 and §16: their own fields, the six global invariants, and what their payloads must hold.

pub mod shape;

use super::Rule;

/// The rules of this family.
pub static RULES: &[&Rule] = &[&shape::SCHEMA, &shape::PLACEHOLDER, &shape::UNKNOWN_MEMBER];
