//! What counts as the content of an open document: the file's bytes until the user edits, then the editor's text in the file's form.
//!
//! The one place beside the core that reads files, and only those that are open.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use lsp_types::Uri;
use mx2lm_core::syntax::MAX_DOCUMENT_BYTES;

use crate::document::{self, Document, Hidden};

/// How much of a file is looked at to see whether it is text.
const HEAD: usize = 8 << 10;

/// The content of an open document.
#[derive(Debug, Clone)]
pub struct Content {
    /// What the editor does not show of it.
    pub hidden: Hidden,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// What stands in for the file; `None` for a binary, whose bytes no editor's text can give back.
    pub overlay: Option<Arc<[u8]>>,
}

/// The content of `document`; `known` is what it was before, while the document stayed open.
///
/// The file is read when the document is opened, saved, or changed by others, and not at each edit.
pub fn of(document: &Document, known: Option<Content>) -> Content {
    if document.edited
        && let Some(known) = known
    {
        return match known.overlay {
            None => known,
            Some(_) => edited(document, known.hidden),
        };
    }
    let Some(disk) = document.path.as_deref().and_then(read) else {
        return edited(document, Hidden::default());
    };
    if disk.iter().take(HEAD).any(|byte| *byte == 0) {
        return Content { hidden: Hidden::default(), bytes: disk.into(), overlay: None };
    }
    let hidden = Hidden::of(&disk, &document.text);
    if !document.edited && document::shows(&document.text, &disk) {
        let bytes: Arc<[u8]> = disk.into();
        return Content { hidden, bytes: bytes.clone(), overlay: Some(bytes) };
    }
    edited(document, hidden)
}

fn edited(document: &Document, hidden: Hidden) -> Content {
    let bytes: Arc<[u8]> = hidden.restore(&document.text).into();
    Content { hidden, bytes: bytes.clone(), overlay: Some(bytes) }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let file = fs::File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > MAX_DOCUMENT_BYTES as u64 {
        return None;
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
    file.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= MAX_DOCUMENT_BYTES).then_some(bytes)
}

/// The path with the links of its folder resolved. The file itself may be missing, and is not resolved: a link has the name its folder gives it.
pub fn real(path: &Path) -> PathBuf {
    match (path.parent().and_then(|folder| folder.canonicalize().ok()), path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// The name a document outside every folder is judged by: its file name, or one made from the editor's language.
pub fn name_of(uri: &Uri, document: &Document) -> Arc<str> {
    if let Some(name) = document.path.as_deref().and_then(Path::file_name) {
        return name.to_string_lossy().into();
    }
    let name = uri.path().as_str().rsplit('/').next().unwrap_or_default();
    let name = if name.is_empty() { "untitled" } else { name };
    let extension = match document.language.as_str() {
        "json" | "jsonc" => "json",
        "svg" => "svg",
        "xml" => "xml",
        "toml" => "toml",
        _ => return name.into(),
    };
    if name.ends_with(&format!(".{extension}")) { name.into() } else { format!("{name}.{extension}").into() }
}
