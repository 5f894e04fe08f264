//! SCXQ2: the binary form of SVG-Tensors in five lanes, its Merkle roots and proofs (`CANONICAL` §3, seed 003 §18).
//!
//! Everything here is bytes in, values out. Nothing knows files, rules or JSON.

pub mod lane;
pub mod merkle;
pub mod proof;
