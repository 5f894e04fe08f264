//! Weight packs: their JSON forms, the binary container, the manifest that tells of it, and the windows of time they are made from.

mod dict;
mod examples;
mod lane_id;
mod shape;
mod weights;
mod windows;

use super::Rule;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &shape::SCHEMA,
    &shape::UNKNOWN_MEMBER,
    &dict::CANONICAL,
    &dict::COMPLETE,
    &dict::LENGTH,
    &dict::DIMS,
    &lane_id::LANE_ID,
    &weights::HASH,
    &weights::SIGNATURE,
    &windows::WINDOWS,
];
