//! Weight packs: their JSON forms, the binary container, the manifest that tells of it, and the windows of time they are made from.

mod binary;
mod compare;
mod compat;
mod dict;
mod examples;
mod lane_id;
mod manifest;
mod manifest_alone;
mod packs_hex;
mod proof;
mod seal;
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
    &binary::CONTAINER,
    &binary::LEAF,
    &binary::ROOT,
    &binary::SCALE,
    &binary::AUDIT,
    &binary::FLAGS,
    &binary::ORDER,
    &binary::RANGE,
    &binary::BUDGET_RULE,
    &binary::CLIPPING,
    &seal::SIGNATURE,
    &manifest::DISAGREES,
    &manifest::LANES,
    &manifest::FORM,
    &compat::COMPAT,
    &proof::LANE_PROOF,
    &windows::WINDOWS,
];
