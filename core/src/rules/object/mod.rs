//! Descriptors: identity, payload, references.

pub mod identity;
pub mod payload;
pub mod reference;
pub mod self_hash;
pub mod shape;
pub mod signature;

use super::Rule;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &identity::DUPLICATE_ID,
    &identity::UNKNOWN_SCHEMA,
    &payload::LOCATION,
    &payload::MISSING,
    &payload::HASH,
    &payload::SIZE,
    &payload::STREAM,
    &reference::MISSING,
    &reference::WRONG_KIND,
    &reference::PIN,
    &self_hash::SELF_HASH,
    &signature::SIGNATURE,
    &shape::SCHEMA,
    &shape::PLACEHOLDER,
    &shape::TYPE_DISAGREES,
    &shape::UNKNOWN_MEMBER,
    &shape::AUTHORITY,
    &shape::MIME,
    &shape::LIFECYCLE,
];
