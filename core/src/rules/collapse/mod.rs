//! π-profiles.

pub mod profile;

use super::Rule;

/// The rules of this family.
pub static RULES: &[&Rule] = &[&profile::FINGERPRINT];
