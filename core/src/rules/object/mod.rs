//! Descriptors: identity, payload, references.

pub mod error_answer;
pub mod hash_form;
pub mod id;
pub mod identity;
pub mod invariant;
pub mod payload;
pub mod payload_reference;
pub mod projection;
mod projection_pass;
pub mod reference;
pub mod required_hook;
pub mod self_hash;
pub mod shape;
pub mod signature;
pub mod ui;

use super::Rule;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &identity::DUPLICATE_ID,
    &identity::UNKNOWN_SCHEMA,
    &identity::SAME_HASH,
    &id::GRAMMAR,
    &id::PATH_LIKE,
    &hash_form::RULE,
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
    &projection::REFERENCE,
    &projection::ENVIRONMENT,
    &projection::MUTATION,
    &projection::EXECUTION,
    &projection::NETWORK,
    &projection::PATH,
    &projection::TIME,
    &payload_reference::RULE,
    &required_hook::UNKNOWN,
    &required_hook::ORDER,
    &required_hook::ROOT,
    &required_hook::DENIED,
    &required_hook::HOOK,
    &invariant::EXECUTION,
    &invariant::AUTHORITY,
    &invariant::AUDITABLE,
    &invariant::CUSTOM,
    &invariant::IDLE_AUTHORITY,
    &error_answer::PHASE,
    &error_answer::LEAK,
    &ui::SCRIPT,
    &ui::SCRIPT_IN_PAYLOAD,
];
