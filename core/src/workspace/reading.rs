//! From a file on disk, or the editor's text in its place, to its analysis.

use std::{cell::RefCell, fs, io, path::Path, sync::Arc};

use super::snapshot::{BytesError, read_into};
use crate::{
    analysis::{self, Analysis},
    document::{facts::Facts, kind::Syntax},
    hash::digest::Digest,
    map::SharedMap,
};

/// Reads one file: the editor's text, else the disk's. Of the disk's, facts and findings are kept, and not the tree.
pub(super) fn read_one(root: &Path, overlay: &SharedMap<Arc<str>, Arc<[u8]>>, path: &Arc<str>, edited: bool) -> Analysis {
    let analyse = if edited { analysis::analyse_edited } else { analysis::analyse };
    if let Some(bytes) = overlay.get(path) {
        return analyse(path, bytes);
    }
    let full = root.join(&**path);
    if Syntax::of_path(path).is_none() {
        return match digest_of_file(&full) {
            Ok((size, digest)) => analysis::bytes_only(Facts::silent(path, size, digest)),
            Err(error) => analysis::unreadable(path, &error.to_string()),
        };
    }
    thread_local! {
        /// One buffer a thread: memory that is handed back and asked for again must be cleared by the system each time.
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    /// A buffer larger than this is given back after use.
    const MOST_KEPT: usize = 4 << 20;
    let mut bytes = BUFFER.take();
    let read = read_into(&full, &mut bytes);
    let analysis = match read {
        Ok(()) if bytes.len() > MOST_KEPT && !edited && Syntax::of_path(path) == Some(Syntax::Json) => {
            // a large text is in memory once
            match String::from_utf8(std::mem::take(&mut bytes)) {
                Ok(text) => Analysis { tree: analysis::Tree::None, ..analysis::analyse_text(path, text.into()) },
                Err(error) => Analysis { tree: analysis::Tree::None, ..analyse(path, error.as_bytes()) },
            }
        }
        Ok(()) => Analysis { tree: analysis::Tree::None, ..analyse(path, &bytes) },
        Err(BytesError::TooLarge) => match digest_of_file(&full) {
            Ok((size, digest)) => analysis::too_large(Facts::silent(path, size, digest)),
            Err(error) => analysis::unreadable(path, &error.to_string()),
        },
        Err(BytesError::Unreadable(why)) => analysis::unreadable(path, &why),
        Err(error) => analysis::unreadable(path, &error.to_string()),
    };
    if bytes.capacity() <= MOST_KEPT {
        BUFFER.set(bytes);
    }
    analysis
}

fn digest_of_file(path: &Path) -> io::Result<(u64, Digest)> {
    let mut file = fs::File::open(path)?;
    Digest::of_reader(&mut file)
}
