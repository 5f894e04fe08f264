//! The server as an editor meets it: every test speaks the protocol over a pipe.

mod diagnostics;
mod editor;
mod lifecycle;
mod sync;
mod workspace;
