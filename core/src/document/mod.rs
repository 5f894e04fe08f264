//! What a file is, what it is called, and what it says of others.

pub mod detect;
pub mod errors;
pub mod facts;
pub mod hooks;
pub mod id;
pub mod index_unit;
pub mod invariant;
pub mod kind;
pub mod kinds_table;
pub mod lane_facts;
pub mod pointer;
pub mod projection;
pub mod schema;
pub mod vectors;
pub mod view;
