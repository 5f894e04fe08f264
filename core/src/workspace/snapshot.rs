//! An immutable view of a workspace: configuration, files with the editor's overlay, index.
//!
//! Everything that answers a question takes a snapshot. Cloning one is cheap, so that a worker can hold it while the editor goes on.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    document::facts::{Facts, Role},
    hash::digest::Digest,
    map::{HashSet, SharedMap},
    syntax::{MAX_DOCUMENT_BYTES, json},
    tensor::source::EPSILON,
    workspace::{
        config::Config,
        confine,
        index::{FileState, Index, payload_path},
    },
};

/// Why a file's bytes cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// No such file, or a link that leads out of the workspace.
    #[error("it is not there")]
    Missing,
    /// The system refuses.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// Larger than [`MAX_DOCUMENT_BYTES`].
    #[error("it is larger than the {} MiB that are read as a document", MAX_DOCUMENT_BYTES >> 20)]
    TooLarge,
    /// Its digest is no longer the one the index holds.
    #[error("it changed while it was being checked")]
    Changed,
}

/// Most files that are hashed to say what a false hash may be the hash of, and the size of the largest.
const MOST_BESIDE: usize = 64;
const LARGEST_BESIDE: u64 = 16 << 20;

/// A workspace at one moment.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) root: Arc<PathBuf>,
    pub(crate) config: Arc<Config>,
    pub(crate) index: Index,
    pub(crate) overlay: SharedMap<Arc<str>, Arc<[u8]>>,
    /// The trees of the overlay's JSON documents.
    pub(crate) trees: SharedMap<Arc<str>, Arc<json::Tree>>,
    /// Files named on the command line: a drawing among them counts as a tensor.
    pub(crate) named: Arc<HashSet<Arc<str>>>,
}

impl Snapshot {
    /// The workspace root, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Who defines what and who names whom.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The bytes of a file: the editor's where it has the file open and changed, else the disk's, checked against the digest taken when it was read first.
    pub fn bytes(&self, path: &str) -> Result<Arc<[u8]>, BytesError> {
        let path = self.index.follow(path).map_err(|_| BytesError::Missing)?;
        if let Some(bytes) = self.overlay.get(path.as_str()) {
            return Ok(bytes.clone());
        }
        let facts = match self.index.file(&path) {
            FileState::Known(facts) => facts,
            FileState::Unreadable => return Err(BytesError::Unreadable("the system refused".into())),
            FileState::LinkOutside | FileState::Missing => return Err(BytesError::Missing),
        };
        let bytes = read_bounded(&self.root.join(&path))?;
        if Digest::of(&bytes) != facts.digest {
            return Err(BytesError::Changed);
        }
        Ok(bytes.into())
    }

    /// The JSON tree of a file; `None` when it cannot be read or is not UTF-8.
    pub fn json(&self, path: &str) -> Option<Arc<json::Tree>> {
        if let Some(tree) = self.index.follow(path).ok().and_then(|path| self.trees.get(path.as_str())) {
            return Some(tree.clone());
        }
        let bytes = self.bytes(path).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        Some(Arc::new(json::Tree::parse(text.into())))
    }

    /// The files beside `path` that nothing here reads and nobody names, by path: at most [`MOST_BESIDE`] of at most [`LARGEST_BESIDE`] bytes. Links are left out.
    ///
    /// Only a false hash asks, to say what it is the hash of.
    pub(crate) fn unread_beside(&self, path: &str) -> Vec<Arc<str>> {
        let folder = confine::folder_of(path);
        let entries = fs::read_dir(self.root.join(folder)).into_iter().flatten().flatten();
        let small = |entry: &fs::DirEntry| {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            is_file && entry.metadata().is_ok_and(|about| about.len() <= LARGEST_BESIDE)
        };
        let names = entries.filter(small).filter_map(|entry| entry.file_name().into_string().ok());
        let paths = names.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") });
        let mut unread: Vec<Arc<str>> = paths.filter(|path| self.index.facts(path).is_none()).map(Arc::from).collect();
        unread.sort_unstable();
        unread.truncate(MOST_BESIDE);
        unread
    }

    /// The digest of a file that is not in the index, as the disk has it.
    pub(crate) fn digest_on_disk(&self, path: &str) -> Option<Digest> {
        let mut file = fs::File::open(self.root.join(path)).ok()?;
        Digest::of_reader(&mut file).ok().map(|(_, digest)| digest)
    }

    /// Whether the drawing at `path` is a tensor (`DECISIONS` 48).
    pub fn is_tensor(&self, path: &str) -> bool {
        let Some(facts) = self.index.facts(path) else { return false };
        path.ends_with(".tensor.svg") || facts.tensor_mark || self.named.contains(path) || self.config.tensors.is_match(path) || {
            // A699: a video container is a payload, not a tensor.
            let users = self.index.users(path);
            users.iter().filter_map(|user| self.index.facts(user)).any(|user| {
                user.payload
                    .as_ref()
                    .is_some_and(|payload| payload.semantics.as_deref().is_none_or(|semantics| !semantics.contains("video")))
            })
        }
    }

    /// The tolerance of curves that a descriptor declares for the drawing at `path`, where it is another than the one that holds by itself: of
    /// several descriptors the first by path that declares one counts.
    pub fn tolerance(&self, path: &str) -> Option<u64> {
        let users = self.index.users(path);
        let declared = users.iter().filter_map(|user| self.index.facts(user)).filter(|user| payload_path(user).as_deref() == Some(path));
        declared.filter_map(|user| user.tolerance).next().filter(|tolerance| *tolerance != EPSILON)
    }

    /// Whether the file is a payload and none of ours: only its shape is that of a document, and a descriptor names it.
    pub fn is_mere_payload(&self, facts: &Facts) -> bool {
        facts.role == Role::Shaped && {
            let users = self.index.users(&facts.path);
            let users = users.iter().filter(|user| **user != facts.path).filter_map(|user| self.index.facts(user));
            users.filter_map(|user| payload_path(user)).any(|path| path == *facts.path)
        }
    }

    /// Whether a descriptor wants `path` to be JSON.
    pub fn is_json_payload(&self, path: &str) -> bool {
        let users = self.index.users(path);
        users
            .iter()
            .filter_map(|user| self.index.facts(user))
            .any(|user| user.payload.as_ref().is_some_and(|payload| payload.family.as_deref() == Some("json")))
    }
}

/// Reads a whole file of at most [`MAX_DOCUMENT_BYTES`].
pub(crate) fn read_bounded(path: &Path) -> Result<Vec<u8>, BytesError> {
    let mut bytes = Vec::new();
    read_into(path, &mut bytes)?;
    Ok(bytes)
}

/// As [`read_bounded`], into a buffer that is emptied first, so that one buffer may serve many files.
pub(crate) fn read_into(path: &Path, bytes: &mut Vec<u8>) -> Result<(), BytesError> {
    bytes.clear();
    let refused = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => BytesError::Missing,
        _ => BytesError::Unreadable(error.to_string()),
    };
    let file = fs::File::open(path).map_err(refused)?;
    let size = file.metadata().map_err(refused)?.len();
    if size > MAX_DOCUMENT_BYTES as u64 {
        return Err(BytesError::TooLarge);
    }
    bytes.reserve(size as usize + 1);
    // what it held when its size was asked: no further read has to ask whether it has grown. Some files do not say their size
    let most = if size == 0 { MAX_DOCUMENT_BYTES as u64 + 1 } else { size };
    file.take(most).read_to_end(bytes).map_err(refused)?;
    if bytes.len() > MAX_DOCUMENT_BYTES { Err(BytesError::TooLarge) } else { Ok(()) }
}
