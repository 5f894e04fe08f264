//! Small workspaces on disk to test with.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
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

/// The position, in UTF-16, of the first character of `needle`.
pub fn position(text: &str, needle: &str) -> Value {
    let at = text.find(needle).expect("the text holds it");
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    json!({"line": line, "character": text[start..at].encode_utf16().count()})
}

/// The text that `range` of `text` covers.
pub fn covered<'t>(text: &'t str, range: &Value) -> &'t str {
    &text[offset(text, &range["start"])..offset(text, &range["end"])]
}

/// The byte offset of a position in UTF-16.
pub fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| position[name].as_u64().expect("a number") as usize;
    let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    let mut units = 0;
    let inside = text[start..].char_indices().find(|(_, c)| {
        let here = units >= number("character");
        units += c.len_utf16();
        here
    });
    inside.map_or(text.len(), |(at, _)| start + at)
}

/// The text after the edits, which are all of the text before.
pub fn edited(text: &str, edits: &Value) -> String {
    let mut edits: Vec<_> = edits.as_array().expect("edits").iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(text, &edit["range"]["start"])));
    edits.into_iter().fold(text.to_owned(), |mut out, edit| {
        let span = offset(text, &edit["range"]["start"])..offset(text, &edit["range"]["end"]);
        out.replace_range(span, edit["newText"].as_str().expect("a text"));
        out
    })
}
