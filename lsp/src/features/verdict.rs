//! Whether a declared hash is true, and of what.

use std::sync::Arc;

use mx2lm_core::{
    document::facts::{DeclaredHash, Facts, HashOf},
    hash::Digest,
    workspace::{
        confine::{self, Location},
        index::FileState,
        snapshot::Snapshot,
    },
};

/// What can be said of a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the hash of what it should be.
    True,
    /// It is not.
    False,
    /// There is nothing to compare it with, and why.
    Unknown(&'static str),
}

/// A declared hash beside the true one.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Whether they are one.
    pub verdict: Verdict,
    /// What it should be the hash of.
    pub of: String,
    /// The file it should be the hash of, when that is another.
    pub path: Option<Arc<str>>,
    /// The true hash, as it would be written.
    pub computed: Option<String>,
    /// How many bytes were hashed.
    pub size: Option<u64>,
}

/// Compares a hash that `facts` declares.
pub fn compare(snapshot: &Snapshot, facts: &Facts, declared: &DeclaredHash) -> Compared {
    let unknown = |of: String, why| Compared { verdict: Verdict::Unknown(why), of, path: None, computed: None, size: None };
    let (of, location) = match &declared.of {
        HashOf::Itself => {
            let of = "this document, without its own hash and signature".to_owned();
            return match facts.self_hash {
                Some(digest) => judged(declared, digest, of, None, None),
                None => unknown(of, "the document has no canonical form as it stands"),
            };
        }
        HashOf::Payload => {
            let location = facts.payload.as_ref().and_then(|payload| payload.location.as_ref());
            let Some(location) = location else { return unknown("the payload".into(), "the document names no payload") };
            ("the payload", confine::resolve(confine::folder_of(&facts.path), &location.value))
        }
        HashOf::File(path) => ("the file", confine::resolve("", path)),
    };
    let path: Arc<str> = match location {
        Ok(Location::Inside(path)) => path.into(),
        Ok(Location::Stream) => return unknown("a stream".into(), "a stream has no bytes to hash"),
        Err(_) => return unknown(of.into(), "its location leads out of the workspace"),
    };
    let of = format!("{of} `{path}`");
    match snapshot.index().file(&path) {
        FileState::Known(file) => judged(declared, file.digest, of, Some(file.path.clone()), Some(file.size)),
        FileState::Missing => unknown(of, "there is no such file"),
        FileState::LinkOutside => unknown(of, "a link leads out of the workspace"),
        FileState::Unreadable => unknown(of, "the file cannot be read"),
    }
}

fn judged(declared: &DeclaredHash, digest: Digest, of: String, path: Option<Arc<str>>, size: Option<u64>) -> Compared {
    let written = &declared.at.value;
    let computed = if written.starts_with("pi:") { format!("pi:{}", digest.hex()) } else { digest.to_string() };
    let verdict = if **written == *computed { Verdict::True } else { Verdict::False };
    Compared { verdict, of, path, computed: Some(computed), size }
}
