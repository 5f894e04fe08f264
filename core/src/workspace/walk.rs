//! Which files a workspace holds.
//!
//! Two lists come out of one folder: the files to check, and those that are only there to be named (ignored by git, excluded by
//! configuration, hidden, or of no kind we read). Symbolic links are noted, not followed: the index decides where they may lead.

use std::{
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex},
};

use ignore::{WalkBuilder, WalkState, gitignore::Gitignore};

use crate::{
    map::HashSet,
    workspace::{config::Config, index::Link},
};

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
    let all = std::mem::take(&mut walked.files);
    let (files, reserve): (Vec<_>, Vec<_>) = if named.iter().all(|folder| folder == root) && nothing_is_ignored(root, &all, &walked.links) {
        let hidden = |path: &str| path.split('/').any(|part| part.starts_with('.') && !LAWFUL_HIDDEN.contains(&part));
        all.into_iter().partition(|path| !hidden(path) && config.covers(path))
    } else {
        let starts = std::iter::once(root).chain(named.iter().map(PathBuf::as_path).filter(|folder| *folder != root));
        let kept = starts.flat_map(|start| pass(root, start, true).files);
        let lint: HashSet<Arc<str>> = kept.filter(|path| config.covers(path)).collect();
        all.into_iter().partition(|path| lint.contains(path))
    };
    walked.files = files;
    walked.reserve = reserve.into_iter().collect();
    walked.files.sort_unstable();
    walked.links.sort_by(|a, b| a.0.cmp(&b.0));
    walked.inner.sort_unstable();
    walked.refused.sort_unstable();
    walked
}

/// Whether no rule of git's kind can leave out any file: none stands among `files` and `links`, above them, or beside git's own.
/// A second walk that asks the rules would then find what the first did, hidden files apart.
fn nothing_is_ignored(root: &Path, files: &[Arc<str>], links: &[(Arc<str>, Link)]) -> bool {
    const RULES: [&str; 2] = [".gitignore", ".ignore"];
    let paths = files.iter().chain(links.iter().map(|(path, _)| path));
    let inside = paths.into_iter().any(|path| RULES.contains(&path.rsplit('/').next().unwrap_or_default()));
    let above = || root.ancestors().any(|folder| RULES.iter().chain(&[".git/info/exclude"]).any(|name| folder.join(name).exists()));
    !inside && !above() && Gitignore::global().0.is_empty()
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
    let prefix = root.to_str().map(|root| format!("{}/", root.trim_end_matches('/')));
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
        let (walked, base, prefix) = (&walked, base.clone(), prefix.as_deref());
        let mut files = Files { found: Vec::new(), walked };
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
            // an entry of a walk is spelled as the root is, and names one path in one way
            let plain = prefix.and_then(|prefix| entry.path().to_str()?.strip_prefix(prefix));
            let Some(path) = plain.map(Arc::from).or_else(|| relative(&base, entry.path()).map(Arc::from)) else {
                return WalkState::Continue;
            };
            if kind.is_symlink() {
                lock(walked).links.push((path, link(&base, entry.path())));
            } else if kind.is_file() {
                files.found.push(path);
            }
            WalkState::Continue
        })
    });
    walked.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What one thread of a walk found; it joins the rest when the thread is through.
struct Files<'w> {
    found: Vec<Arc<str>>,
    walked: &'w Mutex<Walked>,
}

impl Drop for Files<'_> {
    fn drop(&mut self) {
        lock(self.walked).files.append(&mut self.found);
    }
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

    /// What is checked in a folder that holds a file of each sort.
    fn met(rules: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a folder");
        let files = ["a.json", "b/b.json", ".hidden/g.json", ".h.json", ".well-known/h.json", "inner/mx2lm.toml", "inner/i.json"];
        for (path, text) in files.iter().map(|path| (*path, "")).chain(rules.iter().copied()) {
            std::fs::create_dir_all(root.join(path).parent().expect("a folder")).expect("a folder");
            std::fs::write(root.join(path), text).expect("a file");
        }
        walk(&root, &[], &Config::default()).files.iter().map(|path| path.to_string()).collect()
    }

    #[test]
    fn one_walk_finds_what_two_do_where_nothing_is_ignored() {
        // the same files, once without rules and once with rules that leave out nothing
        let (one, two) = (met(&[]), met(&[("b/.gitignore", "# nothing\n")]));
        assert_eq!(one, [".well-known/h.json", "a.json", "b/b.json"]);
        assert_eq!(one, two);
        assert_eq!(met(&[("b/.ignore", "b.json\n")]), [".well-known/h.json", "a.json"]);
        assert_eq!(met(&[(".git/info/exclude", "a.json\n"), (".git/HEAD", "")]), [".well-known/h.json", "b/b.json"]);
    }

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
