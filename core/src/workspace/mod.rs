//! A folder of files as one thing: which files there are, who names whom, and what may be asked of it.

pub mod config;
pub mod confine;
pub mod context;
pub mod engine;
pub mod index;
mod reading;
mod report;
pub mod snapshot;
pub mod tolerance;
pub mod walk;
