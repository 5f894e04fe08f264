//! The language server: the core's findings, and what an editor can do with them, over the language server protocol.
//!
//! A library only so that tests can drive the server over any stream; `main.rs` is the program.
//!
//! | module | knows |
//! |---|---|
//! | `frame`, `transport` | bytes and messages, not what they mean |
//! | `server` | the framework; routes messages to the session and to features |
//! | `session` | everything that changes: documents, folders, what is still to be worked on |
//! | `worker`, `root`, `content` | the thread that keeps the core's engines up with the session |
//! | `pages` | the thread that publishes the findings on the pages of `features::virtual_document` |
//! | `view` | one moment of the workspaces, as features see it |
//! | `features` | one pure function of a view each |
//! | `convert` | positions, URIs, diagnostics |

pub mod capabilities;
pub mod content;
pub mod convert;
pub mod document;
pub mod edits;
pub mod features;
pub mod frame;
pub mod pages;
pub mod parent;
pub mod profile;
pub mod root;
pub mod server;
pub mod session;
pub mod transport;
pub mod view;
pub mod worker;
