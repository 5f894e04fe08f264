//! SCXQ2: the binary form of SVG-Tensors in five lanes, its Merkle roots and proofs (`CANONICAL` §3, seed 003 §18).
//!
//! Everything here is bytes in, values out. Nothing knows files, rules or JSON.

pub mod contents;
pub mod entanglement;
pub mod envelope;
pub mod index;
pub mod inspect;
pub mod kuhul;
pub mod lane;
pub mod layout;
pub mod merkle;
pub mod micronaut_record;
pub mod pack;
pub mod proof;
mod read;
pub mod record;
pub mod rejection;
pub mod sbs1;
pub mod tensor_record;
mod verify;
pub mod write;

#[cfg(test)]
mod tests;
