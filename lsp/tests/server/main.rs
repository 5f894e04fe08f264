//! The server as an editor meets it: every test speaks the protocol over a pipe.

mod agreement;
mod diagnostics;
mod drawings;
mod editor;
mod folders;
mod hardship;
mod lifecycle;
mod naming;
mod packs;
mod pages;
mod profiles;
mod reading;
mod sync;
mod workspace;
mod writing;
