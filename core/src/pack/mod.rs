//! Weight packs: streams of a drawing, shaped into lanes, quantised, and stored in a container of at most 5,120 bytes.
//!
//! The parts, in the order in which data passes through them: [`streams`] (samples of a drawing, windows, interactions), [`class`],
//! [`fold`], [`dims`] and [`synthesis`] (what becomes of a stream), [`quantize`] with [`audit`] (int16 and what was clipped), [`dict`] and [`container`] (`weights.v2c-bin`),
//! [`manifest`] (the same pack for people), [`compat`], [`similarity`] and [`merge`] (several packs). [`compile`] does it all.
//!
//! Nothing here knows files, workspaces or rules. All arithmetic is f64, left to right, with correctly rounded transcendental functions, so
//! every platform gives the same bytes (`DECISIONS` 22, 27).

pub mod arithmetic;
pub mod audit;
pub mod class;
pub mod compat;
pub mod compile;
pub mod container;
pub mod dict;
pub mod dims;
pub mod fold;
#[cfg(test)]
mod hostile;
pub mod lane_id;
pub mod manifest;
pub mod merge;
pub mod merkle;
pub mod quantize;
pub mod similarity;
pub mod streams;
pub mod synthesis;
pub mod weights;

pub use class::{Class, PerClass};
pub use container::{Fault, Pack, Section};
