//! What an editor can ask of a view: a file each, a pure function each.

pub mod diagnostics;
pub mod field;
pub mod hover;
pub mod inlay_hints;
pub mod mentions;
pub mod navigation;
pub mod rename;
pub mod rule_page;
pub mod subject;
pub mod verdict;
