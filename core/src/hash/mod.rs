//! Identities that can be computed.

pub mod digest;
