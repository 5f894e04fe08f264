//! Identities: digests, canonical JSON, self-hashes and signatures.
//!
//! Everything here is computed from bytes or from a strict reading; nothing knows a workspace or opens a file.

pub mod canonical_json;
pub mod digest;
pub mod explain;
pub mod keyring;
pub mod self_hash;
pub mod signature;

pub use canonical_json::{CanonicalError, canonical};
pub use digest::Digest;
