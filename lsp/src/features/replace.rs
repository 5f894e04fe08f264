//! Fixes that replace a file by bytes which are no text. An edit cannot carry them: the server writes the file when a client calls
//! [`REPLACE`].
//!
//! A call names the file of the finding, and the digests of what is there and of what is wanted. What is written are the bytes of a fix that
//! the server has on offer at that moment, to the file of that fix: a client can have nothing else written, and nowhere else.

use std::{
    fs::{self, File as DiskFile},
    io::Write,
    path::Path,
};

use lsp_types::{Command, ExecuteCommandParams, Uri};
use mx2lm_core::{
    diagnostic::{Change, Fix, Safety},
    hash::digest::Digest,
};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::view::{File, View};

/// The command that makes the server replace a file.
pub const REPLACE: &str = "mx2lm.replace";

#[derive(Serialize, Deserialize)]
struct Call {
    /// The file of the finding.
    uri: Uri,
    /// The digest of the file that is replaced, as it was when the fix was made.
    before: String,
    /// The digest of what it becomes.
    after: String,
}

/// The file that a fix replaces, and its bytes, when they are no text and it changes nothing else.
fn replacement(fix: &Fix) -> Option<(&str, &[u8])> {
    let [only] = fix.changes.as_slice() else { return None };
    match &only.change {
        Change::Replace(bytes) if fix.safety != Safety::DisplayOnly && std::str::from_utf8(bytes).is_err() => Some((&only.path, bytes)),
        _ => None,
    }
}

/// The command that makes a fix of a finding on `file`; `None` where the editor holds the file that is replaced, or no folder was opened.
pub fn offer(file: &File<'_>, fix: &Fix) -> Option<Command> {
    let (path, bytes) = replacement(fix)?;
    let target = file.other(path).filter(|target| target.version().is_none() && !file.workspace.lone)?;
    let call = Call { uri: file.uri()?, before: Digest::of(&target.bytes).to_string(), after: Digest::of(bytes).to_string() };
    Some(Command { title: fix.title.clone(), command: REPLACE.into(), arguments: Some(vec![serde_json::to_value(call).ok()?]) })
}

/// Answers a call: the file that was written, or why none was.
pub fn replace(view: &View, params: &ExecuteCommandParams) -> Result<Uri, String> {
    let call = params.arguments.first().and_then(|call| Call::deserialize(call).ok());
    let call = call.ok_or_else(|| format!("`{REPLACE}` takes an object of `uri`, `before` and `after`"))?;
    let unknown = || format!("`{}` has no such fix (any more)", call.uri.as_str());
    let file = view.file(&call.uri).filter(|file| !file.workspace.lone).ok_or_else(unknown)?;
    let fixes = file.findings().iter().flat_map(|finding| &finding.fixes);
    let wanted = fixes.filter_map(replacement).find(|(_, bytes)| Digest::of(bytes).to_string() == call.after);
    let (path, bytes) = wanted.ok_or_else(unknown)?;
    if file.other(path).is_some_and(|target| target.version().is_some()) {
        return Err(format!("`{path}` is open in the editor: close it first"));
    }
    write(file.snapshot().root(), path, &call.before, bytes)?;
    view.uri(file.workspace, path).ok_or_else(unknown)
}

/// Puts `bytes` in the place of a file that lies below `root`, links followed: a new file beside it takes its name in one step.
fn write(root: &Path, path: &str, before: &str, bytes: &[u8]) -> Result<(), String> {
    let refused = |reason: std::io::Error| format!("cannot write `{path}`: {reason}");
    let root = root.canonicalize().map_err(refused)?;
    let target = root.join(path).canonicalize().map_err(refused)?;
    let Some(folder) = target.parent().filter(|folder| folder.starts_with(&root)) else {
        return Err(format!("`{path}` leads out of the workspace"));
    };
    let (_, found) = DiskFile::open(&target).and_then(|mut file| Digest::of_reader(&mut file)).map_err(refused)?;
    if found.to_string() != before {
        return Err(format!("`{path}` has changed since the fix was made"));
    }
    let put = || {
        let mut new = NamedTempFile::with_prefix_in(".mx2lm-", folder)?;
        new.write_all(bytes)?;
        new.as_file().set_permissions(fs::metadata(&target)?.permissions())?;
        new.as_file().sync_all()?;
        new.persist(&target).map(drop).map_err(|error| error.error)
    };
    put().map_err(refused)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_through_a_link_that_leads_out() {
        let (inside, outside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        fs::write(outside.path().join("a"), "theirs").expect("our own file");
        std::os::unix::fs::symlink(outside.path().join("a"), inside.path().join("a")).expect("a link");
        let before = Digest::of(b"theirs").to_string();
        assert!(write(inside.path(), "a", &before, b"ours").is_err_and(|why| why.contains("out of the workspace")));
        assert_eq!(fs::read(outside.path().join("a")).expect("our own file"), b"theirs");
    }
}
