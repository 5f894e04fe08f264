//! What is true of an object: syntax, identity, hashes, references, rules and fixes.
//!
//! This crate knows no terminal, no editor protocol, no network, no clock and no async runtime.
//! `ARCHITECTURE.md` has the map.
#![warn(missing_docs)]

pub mod analysis;
pub mod collapse;
pub mod diagnostic;
pub mod document;
pub mod excerpt;
pub mod fingerprint;
pub mod fix;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod hash;
pub mod lint;
pub mod map;
pub mod pack;
pub mod rules;
pub mod scxq2;
pub mod syntax;
pub mod tensor;
pub mod text;
pub mod workspace;
