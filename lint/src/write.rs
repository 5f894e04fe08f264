//! Writes a file whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Why a file was not written.
#[derive(Debug)]
pub enum NotWritten {
    /// Its bytes are no longer the ones that were checked.
    Changed,
    /// The system refuses.
    Refused(io::Error),
}

impl From<io::Error> for NotWritten {
    fn from(reason: io::Error) -> Self {
        NotWritten::Refused(reason)
    }
}

/// Puts `after` in the place of `before`: a new file beside the old one takes its name in one step. A link keeps its name, and the file it
/// leads to gets the bytes.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), NotWritten> {
    let path = path.canonicalize()?;
    if fs::read(&path)? != before {
        return Err(NotWritten::Changed);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = NamedTempFile::with_prefix_in(".mx2lm-", folder)?;
    new.write_all(after)?;
    new.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Gives `path` these bytes, whether it exists or not: a new file takes the name in one step.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = NamedTempFile::with_prefix_in(".mx2lm-", folder)?;
    new.write_all(bytes)?;
    // Temporary files are for their owner alone; this one is what the user asked for.
    match fs::metadata(path) {
        Ok(old) => new.as_file().set_permissions(old.permissions())?,
        #[cfg(unix)]
        Err(_) => new.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?,
        #[cfg(not(unix))]
        Err(_) => {}
    }
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a");
        fs::write(&path, "theirs").expect("our own file");
        assert!(matches!(replace(&path, b"ours", b"new"), Err(NotWritten::Changed)));
        assert_eq!(fs::read(&path).expect("our own file"), b"theirs");
        assert!(replace(&path, b"theirs", b"new").is_ok());
        assert_eq!(fs::read(&path).expect("our own file"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("our own folder").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, link) = (folder.path().join("a"), folder.path().join("link"));
        fs::write(&path, "old").expect("our own file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("our own file");
        std::os::unix::fs::symlink("a", &link).expect("a link");
        assert!(replace(&link, b"old", b"new").is_ok());
        assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
        assert_eq!(fs::metadata(&path).expect("our own file").permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read(&path).expect("our own file"), b"new");
    }
}
