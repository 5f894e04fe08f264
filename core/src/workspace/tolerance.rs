//! The tolerance of curves that a descriptor declares for a drawing (B168), asked for one file without opening its workspace.
//!
//! The check of a whole workspace asks [`super::snapshot::Snapshot::tolerance`]. A command that was given one drawing looks here: first at the
//! documents beside it, and only where none of them names it at all others. It must not know what the tolerance is wanted for.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use memchr::memmem;
use rayon::prelude::*;

use super::{
    config::Config,
    index::payload_path,
    snapshot::read_bounded,
    walk::{self, CONFIG_FILE},
};
use crate::{analysis::analyse, document::kind::Syntax, lint};

/// What a descriptor declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The tolerance, in units of 2⁻³² of the drawing's extent.
    pub tolerance: u64,
    /// The root of the workspace.
    pub root: PathBuf,
    /// The descriptor, from the root.
    pub by: Arc<str>,
}

/// What holds for the first of `files` that a descriptor names as its payload: paths of files that are there, of one folder.
///
/// Of several descriptors the one beside the file counts, then the first by path. Outside of a workspace only that folder is looked at.
pub fn declared(files: &[PathBuf]) -> Option<Declared> {
    let full: Vec<PathBuf> = files.iter().filter_map(|file| file.canonicalize().ok()).collect();
    let folder = full.first()?.parent()?;
    let root = lint::workspace_root(folder, false);
    let wanted: Vec<String> = full.iter().filter_map(|file| walk::relative(&root, file)).collect();
    let beside = documents_of(folder).filter_map(|file| walk::relative(&root, &file).map(Arc::from));
    let found = |named: Vec<Named>| {
        let of = |wanted: &String| named.iter().find(|named| named.payload == *wanted && named.tolerance.is_some()).cloned();
        let first = wanted.iter().find_map(of)?;
        Some(Declared { tolerance: first.tolerance?, root: root.clone(), by: first.by })
    };
    let near: Vec<Named> = beside.filter_map(|path| names(&root, path, &wanted)).collect();
    let is_workspace = [CONFIG_FILE, ".git"].iter().any(|mark| root.join(mark).exists());
    if !near.is_empty() || !is_workspace {
        return found(near);
    }
    let config = lint::read_config(&root.join(CONFIG_FILE)).map_or_else(|_| Config::default(), |(config, ..)| config);
    let walked = walk::walk(&root, &[], &config);
    let documents: Vec<Arc<str>> = walked.files.into_iter().filter(|path| Syntax::of_path(path) == Some(Syntax::Json)).collect();
    found(documents.into_par_iter().filter_map(|path| names(&root, path, &wanted)).collect())
}

/// A descriptor of one of the files.
#[derive(Debug, Clone)]
struct Named {
    payload: String,
    tolerance: Option<u64>,
    by: Arc<str>,
}

/// The documents of one folder, by name.
fn documents_of(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_document = |entry: &fs::DirEntry| {
        Syntax::of_path(&entry.file_name().to_string_lossy()) == Some(Syntax::Json) && entry.file_type().is_ok_and(|kind| kind.is_file())
    };
    let mut files: Vec<PathBuf> = entries.filter(is_document).map(|entry| entry.path()).collect();
    files.sort_unstable();
    files.into_iter()
}

/// Whether the document at `by` has one of the files as its payload, and what it declares of it.
fn names(root: &Path, by: Arc<str>, wanted: &[String]) -> Option<Named> {
    let bytes = read_bounded(&root.join(&*by)).ok()?;
    // a name that is spelled with escapes is still a name
    if ["payload", "\\u"].iter().all(|word| memmem::find(&bytes, word.as_bytes()).is_none()) {
        return None;
    }
    let facts = analyse(&by, &bytes).facts?;
    let payload = payload_path(&facts).filter(|payload| wanted.contains(payload))?;
    Some(Named { payload, tolerance: facts.tolerance, by })
}

/// Whether the tolerance can make a difference to a drawing: whether its text can hold a circle or a curve. Where this cannot be told by
/// the bytes alone, it may.
pub fn matters(drawing: &[u8]) -> bool {
    const MARK: &[u8] = b"canonical.v1";
    let head = drawing.get(..drawing.len().min(512)).unwrap_or_default();
    if memmem::find(head, MARK).is_some() {
        return false;
    }
    let curve = |place: &[u8]| match place {
        [before, b'C' | b'c' | b'S' | b's' | b'Q' | b'q' | b'T' | b't', after] => {
            (before.is_ascii_digit() || before.is_ascii_whitespace() || matches!(before, b'.' | b'z' | b'Z'))
                && (after.is_ascii_digit() || after.is_ascii_whitespace() || matches!(after, b'.' | b'-' | b'+'))
        }
        _ => false,
    };
    memmem::find(drawing, b"circle").is_some() || memmem::find(drawing, b"&#").is_some() || drawing.windows(3).any(curve)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0C1 2 3 4 5 5\"/></svg>";

    fn workspace(files: &[(&str, String)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn descriptor(location: &str, epsilon: &str) -> String {
        format!(
            "{{\"$schema\":\"object://schema/ai.brain.svg-tensor.v1\",\"id\":\"object://ai/a\",{epsilon}\"payload\":{{\"location\":\"{location}\"}}}}"
        )
    }

    fn asked(folder: &tempfile::TempDir, files: &[&str]) -> Option<(u64, String)> {
        let files: Vec<PathBuf> = files.iter().map(|file| folder.path().join(file)).collect();
        declared(&files).map(|declared| (declared.tolerance, declared.by.to_string()))
    }

    // rows: B168
    #[test]
    fn the_descriptor_beside_the_drawing_counts_and_else_the_first_that_names_it() {
        let drawn = || ("a/d.svg", DRAWING.to_owned());
        let quarter = |location| descriptor(location, "\"epsilon\":0.25,");
        let config = || (CONFIG_FILE, String::new());
        let beside =
            workspace(&[config(), drawn(), ("a/o.json", quarter("./d.svg")), ("0.json", descriptor("a/d.svg", "\"epsilon\":0.5,"))]);
        assert_eq!(asked(&beside, &["a/d.svg"]), Some((1 << 30, "a/o.json".into())));
        let far = workspace(&[config(), drawn(), ("b/o.json", quarter("./../a/d.svg")), ("b/p.json", quarter("../a/e.svg"))]);
        assert_eq!(asked(&far, &["a/d.svg"]), Some((1 << 30, "b/o.json".into())));
        let silent = workspace(&[config(), drawn(), ("a/o.json", descriptor("./d.svg", "")), ("0.json", quarter("a/d.svg"))]);
        assert_eq!(asked(&silent, &["a/d.svg"]), None);
        let alone = workspace(&[drawn(), ("o.json", quarter("a/d.svg"))]);
        assert_eq!(asked(&alone, &["a/d.svg"]), None);
        assert_eq!(asked(&beside, &["a/none.svg"]), None);
    }

    #[test]
    fn the_descriptor_of_a_pack_counts_where_none_names_the_drawing() {
        let pack = || ("d.scxq2", "SCXQ2S".to_owned());
        let of_pack = || ("p.json", descriptor("d.scxq2", "\"epsilon\":0.5,"));
        let both = ["d.svg", "d.scxq2"];
        let one = workspace(&[("d.svg", DRAWING.to_owned()), pack(), of_pack()]);
        assert_eq!(asked(&one, &both), Some((1 << 31, "p.json".into())));
        let two = workspace(&[("d.svg", DRAWING.to_owned()), pack(), of_pack(), ("q.json", descriptor("./d.svg", "\"epsilon\":1.0,"))]);
        assert_eq!(asked(&two, &both), Some((1 << 32, "q.json".into())));
    }

    #[test]
    fn only_curves_have_a_tolerance() {
        assert!(matters(DRAWING.as_bytes()));
        for curve in
            ["<circle r=\"1\"/>", "d=\"M0 0s1 1 2 2\"", "d=\"M1 1zt-1 1\"", "d=\"M0 0 Q.5.5 1 1\"", "d=\"M0.T1 1\"", "d=\"&#77;0\""]
        {
            assert!(matters(curve.as_bytes()), "{curve}");
        }
        for straight in ["<path stroke-width=\"2\" d=\"M0 0L3 4h1v-1z\"/>", "<svg data-mx2lm=\"canonical.v1\"><circle/></svg>", "", "C1"] {
            assert!(!matters(straight.as_bytes()), "{straight}");
        }
    }
}
