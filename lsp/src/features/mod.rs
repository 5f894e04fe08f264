//! What an editor can ask of a view: a file each, a pure function each.

pub mod bytes_form;
pub mod calls;
pub mod chain;
pub mod code_actions;
pub mod completion;
pub mod diagnostics;
pub mod drawing;
pub mod field;
pub mod hover;
pub mod inlay_hints;
pub mod lanes;
pub mod lens;
pub mod mentions;
pub mod navigation;
pub mod pack_form;
pub mod page;
mod preview;
pub mod rename;
pub mod rule_page;
pub mod score;
pub mod structure;
pub mod subject;
pub mod suppress;
pub mod symbols;
pub mod tokens;
pub mod verdict;
pub mod virtual_document;
