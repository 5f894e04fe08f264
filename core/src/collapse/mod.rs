//! π-GCCP: what a set of vectors collapses to, and everything made of such scores.
//!
//! The truth is computed in f64 with + − × ÷ √ and comparison only, left to right, so every machine and every number of threads give
//! the same bits (`DECISIONS` 17–23, 54–56). Everything faster is held to it bit by bit. This module knows no files, no documents but
//! the members it is handed, and no terminal.

pub mod corpus;
#[cfg(feature = "gpu")]
pub mod device;
pub mod error;
pub mod gccp;
pub mod grid;
pub mod interference;
pub mod math;
pub mod profile;
pub mod rank;
pub mod read;
pub mod superpose;
pub mod threshold;
pub mod tile;

pub use corpus::{Corpus, DocumentError};
pub use error::CollapseError;
pub use gccp::{Collapse, Vector, gccp};
pub use interference::{Interference, angle_distance, interference, normalize};
pub use superpose::{KAPPA, RIGHT_ANGLE, Superposed, Superposition, superpose};
pub use threshold::{EPSILON, Threshold};
pub use tile::Instructions;
