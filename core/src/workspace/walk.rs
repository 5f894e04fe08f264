//! Which files a workspace holds.
//!
//! Two lists come out of one folder: the files to check, and those that are only there to be named (ignored by git, excluded by
//! configuration, hidden, or of no kind we read). Symbolic links are noted, not followed: the index decides where they may lead.

use std::{
    collections::HashSet,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex},
};

use ignore::{WalkBuilder, WalkState};

use crate::workspace::{config::Config, index::Link};

/// Name of the configuration file; a folder that holds one is a workspace of its own.
pub const CONFIG_FILE: &str = "mx2lm.toml";
/// Folders of version control: never entered.
const NEVER_ENTERED: &[&str] = &[".git", ".hg", ".svn", ".jj"];
/// Hidden folders that carry law (`DECISIONS` 73).
const LAWFUL_HIDDEN: &[&str] = &[".well-known"];

/// What a walk found; paths are from the root, with `/`, in byte order.
#[derive(Debug, Default)]
pub struct Walked {
    /// Files to check.
    pub files: Vec<Arc<str>>,
    /// Files that are there, and read only when something names them.
    pub reserve: HashSet<Arc<str>>,
    /// Symbolic links.
    pub links: Vec<(Arc<str>, Link)>,
    /// Inner workspaces: folders with a configuration file of their own.
    pub inner: Vec<PathBuf>,
    /// Paths that could not be entered or looked at, and why.
    pub refused: Vec<(Arc<str>, String)>,
}

/// Walks `root` (absolute, without links). `named` are folders below it that are checked even where git ignores them.
pub fn walk(root: &Path, named: &[PathBuf], config: &Config) -> Walked {
    let mut walked = pass(root, root, false);
    let starts = std::iter::once(root).chain(named.iter().map(PathBuf::as_path).filter(|folder| *folder != root));
    let kept = starts.flat_map(|start| pass(root, start, true).files);
    let lint: HashSet<Arc<str>> = kept.filter(|path| config.covers(path)).collect();
    let (files, reserve) = std::mem::take(&mut walked.files).into_iter().partition::<Vec<_>, _>(|path| lint.contains(path));
    walked.files = files;
    walked.reserve = reserve.into_iter().collect();
    walked.files.sort_unstable();
    walked.links.sort_by(|a, b| a.0.cmp(&b.0));
    walked.inner.sort_unstable();
    walked.refused.sort_unstable();
    walked
}

/// Whether a walk of `root` would meet the file at `path` (from the root), were it there: git does not ignore it, no hidden folder holds it.
pub(crate) fn is_kept(root: &Path, path: &str) -> bool {
    let full = root.join(path);
    let Some(folder) = full.parent().filter(|folder| folder.is_dir()) else { return true };
    let name = full.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with('.') {
        return false;
    }
    // the rules that hold for a file are those of the folders above it: only these are entered
    let mut builder = WalkBuilder::new(root);
    let towards = full.clone();
    builder.standard_filters(false).git_ignore(true).git_exclude(true).git_global(true).ignore(true).parents(true).require_git(false);
    let mut steps = builder.filter_entry(move |entry| towards.starts_with(entry.path())).build().flatten();
    let entered = folder == root || steps.by_ref().any(|entry| entry.path() == folder);
    let hidden = path.split('/').any(|part| part.starts_with('.') && !LAWFUL_HIDDEN.contains(&part));
    entered && !hidden && (!full.exists() || steps.any(|entry| entry.path() == full))
}

/// One walk below `start`: with `.gitignore` honoured and hidden files left out, or of everything.
fn pass(root: &Path, start: &Path, selective: bool) -> Walked {
    let walked = Mutex::new(Walked::default());
    let base: Arc<Path> = root.into();
    let first = start.to_owned();
    let walker = WalkBuilder::new(start)
        .standard_filters(false)
        .git_ignore(selective)
        .git_exclude(selective)
        .git_global(selective)
        .ignore(selective)
        .parents(selective)
        .require_git(false)
        .follow_links(false)
        .threads(std::thread::available_parallelism().map_or(1, usize::from).min(8))
        .filter_entry(move |entry| {
            let name = entry.file_name().to_string_lossy();
            let hidden = name.starts_with('.') && !LAWFUL_HIDDEN.contains(&name.as_ref());
            let inner = entry.path() != first && entry.file_type().is_some_and(|t| t.is_dir()) && entry.path().join(CONFIG_FILE).is_file();
            let barred = NEVER_ENTERED.contains(&name.as_ref()) || selective && hidden;
            let entered = entry.path() == first || !barred;
            entered && !(selective && inner)
        })
        .build_parallel();
    walker.run(|| {
        let (walked, base) = (&walked, base.clone());
        Box::new(move |entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = path_of(&error).and_then(|path| relative(&base, path)).unwrap_or_default();
                    lock(walked).refused.push((path.into(), error_text(&error)));
                    return WalkState::Continue;
                }
            };
            let Some(kind) = entry.file_type() else { return WalkState::Continue };
            if kind.is_dir() {
                if entry.path() != &*base && entry.path().join(CONFIG_FILE).is_file() {
                    lock(walked).inner.push(entry.path().to_owned());
                    return WalkState::Skip;
                }
                return WalkState::Continue;
            }
            let Some(path) = relative(&base, entry.path()) else { return WalkState::Continue };
            let path: Arc<str> = path.into();
            if kind.is_symlink() {
                lock(walked).links.push((path, link(&base, entry.path())));
            } else if kind.is_file() {
                lock(walked).files.push(path);
            }
            WalkState::Continue
        })
    });
    walked.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn lock(walked: &Mutex<Walked>) -> std::sync::MutexGuard<'_, Walked> {
    walked.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Where a symbolic link leads, links behind it followed.
pub(crate) fn link(root: &Path, path: &Path) -> Link {
    match path.canonicalize() {
        Err(_) if leaves(root, path) => Link::Outside,
        Err(_) => Link::Broken,
        Ok(target) => relative(root, &target).map_or(Link::Outside, |inside| Link::Inside(inside.into())),
    }
}

/// Whether a link that leads nowhere would lead out of the root: judged on the text, as there is nothing on the disk (`DECISIONS` 40).
fn leaves(root: &Path, path: &Path) -> bool {
    let Ok(target) = path.read_link() else { return false };
    let mut full = path.parent().and_then(|folder| folder.canonicalize().ok()).unwrap_or_default();
    for part in target.components() {
        match part {
            Component::ParentDir => {
                full.pop();
            }
            Component::CurDir => {}
            part => full.push(part),
        }
    }
    !full.starts_with(root)
}

/// A path from the root, with `/`; `None` outside the root. A name that is not UTF-8 is shown with replacement characters and cannot be named by any document.
pub fn relative(root: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Some(parts.join("/"))
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

fn error_text(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), |error| error.to_string())
}

#[cfg(test)]
mod kept_tests {
    use super::*;

    #[test]
    fn a_single_file_is_kept_as_a_walk_would_keep_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a folder");
        for path in [".gitignore", "a.json", "b/b.json", "b/c/d.json", "skip/e.json", "b/f.log", ".hidden/g.json", ".well-known/h.json"] {
            std::fs::create_dir_all(root.join(path).parent().expect("a folder")).expect("a folder");
            std::fs::write(root.join(path), if path == ".gitignore" { "skip/\n*.log\n" } else { "" }).expect("a file");
        }
        let walked = walk(&root, &[], &Config::default());
        let met: Vec<&str> = walked.files.iter().map(|path| &**path).collect();
        let all = walked.files.iter().chain(&walked.reserve);
        for path in all {
            assert_eq!(is_kept(&root, path), met.contains(&&**path), "{path}");
        }
        assert!(is_kept(&root, "b/new.json") && is_kept(&root, "new/new.json"));
    }
}
