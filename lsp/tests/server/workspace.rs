//! Small workspaces on disk to test with.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A folder that goes away with the test.
pub struct Workspace {
    folder: TempDir,
}

pub const GREETING: &str = "{\"greeting\": \"hello\"}\n";

/// `sha256:` and the digest of a text.
pub fn sha256(text: impl AsRef<[u8]>) -> String {
    Sha256::digest(text).iter().fold("sha256:".to_owned(), |out, byte| format!("{out}{byte:02x}"))
}

/// A lawful descriptor; `hash` is what it says of its payload `greeting.json`.
pub fn descriptor(id: &str, hash: &str) -> String {
    format!(
        r#"{{
  "$schema": "object://schema/object.v1",
  "id": "{id}",
  "hash": "{hash}",
  "payload": {{ "type": "json", "mime": "application/json", "location": "./greeting.json" }},
  "authority": "none",
  "projections": {{
    "default": {{ "type": "json", "emit": {{ "text": "@payload.greeting" }} }}
  }}
}}
"#
    )
}

impl Workspace {
    /// A folder with these files, and an empty configuration so that nothing above it counts.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let this = Self { folder: tempfile::tempdir().expect("a folder") };
        this.write("mx2lm.toml", "");
        files.iter().for_each(|(path, text)| this.write(path, text));
        this
    }

    /// A descriptor with a true hash beside its payload.
    pub fn greeting() -> Self {
        Self::new(&[("object.json", &descriptor("object://test/greeting", &sha256(GREETING))), ("greeting.json", GREETING)])
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("a folder")
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.folder.path().join(path)).expect("a file");
    }

    pub fn uri(&self, path: &str) -> String {
        crate::editor::uri(&self.path().join(path))
    }
}

/// The URI of a file below `folder`.
pub fn uri_in(folder: &Path, path: &str) -> String {
    crate::editor::uri(&folder.join(path))
}
