//! SVG-Tensors: from the attributes of a drawing to the canonical model, its texts, its bytes and its legality (`CANONICAL`).
//!
//! Nothing here knows files, rules or findings, and only `source` knows XML: faults name an element by its number and speak of offsets
//! in the value of an attribute. All arithmetic that decides is in integers, so that every machine agrees.

pub mod accumulate;
pub mod canonical_text;
pub mod cluster;
pub mod decimal;
pub mod decompose;
#[cfg(feature = "gpu")]
pub mod device;
pub mod drawing;
pub mod fault;
mod flatten;
pub mod graph;
pub mod legality;
pub mod length;
mod lower;
mod matrix;
pub mod model;
pub mod number;
pub mod outline;
pub mod path_data;
mod pen;
mod pieces;
pub mod source;
pub mod structure;
pub mod transform;

pub(crate) use lower::{opacity_q11, product_of_opacities, stroke_width};

#[cfg(test)]
mod tests;
