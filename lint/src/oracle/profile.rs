//! `profile.*`: π-profiles.

use mx2lm_core::hash::self_hash;
use mx2lm_core::syntax::json::Node;
use serde_json::{Value, json};

use super::{Refusal, object};

/// `profile.fingerprint`.
pub fn fingerprint(input: Node<'_>) -> Result<Value, Refusal> {
    let profile = object(input, "profile")?;
    let fingerprint = self_hash::profile_fingerprint(profile).map_err(|error| Refusal::Refused(error.to_string()))?;
    Ok(json!({ "fingerprint": fingerprint }))
}
