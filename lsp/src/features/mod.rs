//! What an editor can ask of a view: a file each, a pure function each.

pub mod diagnostics;
pub mod rule_page;
