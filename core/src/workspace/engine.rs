//! From files to findings, all at once or edit by edit.
//!
//! The linter loads a workspace and asks for the report; the language server loads it and then replaces files one by one. Both
//! run this same code, so that a check that exists in one exists in the other.

use std::{
    collections::BTreeMap,
    hash::Hash,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
};

use rayon::prelude::*;

use crate::{
    analysis::{self, Analysis},
    diagnostic::Diagnostic,
    document::{facts::Facts, kind::Syntax},
    map::{HashMap, HashSet, SharedMap},
    rules::{self, Finding, Findings, told::diagnostics},
    workspace::{
        config::Config,
        context::WorkspaceContext,
        index::{Index, Key, named_files},
        reading::read_one,
        snapshot::Snapshot,
        walk::{self, CONFIG_FILE},
    },
};

/// How far a load has come; counts are of files.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Files read.
    pub done: usize,
    /// Files to read.
    pub total: usize,
}

/// What one file's workspace checks found, and what they asked.
#[derive(Clone, Default)]
pub(super) struct Judged {
    pub(super) findings: Arc<[Diagnostic]>,
    asked: Vec<Key>,
}

/// A workspace that is being checked.
pub struct Engine {
    pub(super) snapshot: Snapshot,
    /// Findings of the reading of the configuration.
    pub(super) config_findings: Arc<Vec<Diagnostic>>,
    pub(super) analyses: HashMap<Arc<str>, Arc<Analysis>>,
    pub(super) judged: HashMap<Arc<str>, Judged>,
    /// Whose workspace checks found something on a file that is not their own.
    pub(super) guests: HashMap<Arc<str>, HashSet<Arc<str>>>,
    /// Who asked about a key.
    askers: HashMap<Key, HashSet<Arc<str>>>,
    /// Files that are there and were not read.
    reserve: HashSet<Arc<str>>,
    /// Files to check, besides those the reserve gave.
    pub(super) checked: HashSet<Arc<str>>,
    /// Files that are there and are not to be checked, whether they were read or not.
    left_out: HashSet<Arc<str>>,
    /// Files left out that nothing needs, known because the editor shows them: what they say counts for no other file.
    aside: HashSet<Arc<str>>,
    /// Whether questions are remembered, for later edits.
    incremental: bool,
    bytes_read: u64,
    inner: Vec<PathBuf>,
}

impl Engine {
    /// Reads the whole of `root` (absolute, links resolved).
    ///
    /// `named` are the files the user named: they are checked even when ignored. `overlay` holds texts that stand in for the disk's.
    pub fn load(root: &Path, config: Config, settings: Settings<'_>) -> Engine {
        let Settings { named, folders, overlay, incremental, progress } = settings;
        let walked = walk::walk(root, folders, &config);
        let mut checked: HashSet<Arc<str>> = walked.files.iter().cloned().collect();
        let mut reserve = walked.reserve;
        for path in named.iter().chain(overlay.keys()) {
            if reserve.remove(path) || overlay.contains_key(path) || root.join(&**path).is_file() {
                checked.insert(path.clone());
            }
        }
        let left_out = if incremental { reserve.clone() } else { HashSet::default() };
        let mut index = Index::default();
        for (path, link) in walked.links {
            index.set_link(path, link);
        }
        let mut engine = Engine::empty(root.to_owned(), config);
        engine.snapshot.index = index;
        engine.snapshot.overlay = overlay.into_iter().collect();
        engine.snapshot.named = Arc::new(named);
        engine.reserve = reserve;
        engine.checked = checked;
        engine.left_out = left_out;
        engine.incremental = incremental;
        engine.inner = walked.inner;
        let mut refused = Vec::new();
        for (path, why) in walked.refused {
            engine.snapshot.index.mark_unreadable(&path);
            refused.push((path, why));
        }
        let mut paths: Vec<_> = engine.checked.iter().cloned().collect();
        paths.sort_unstable();
        // What no reader here understands is read only when something names it.
        let (read, idle): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| Syntax::of_path(path).is_some());
        engine.reserve.extend(idle);
        engine.read_files(read, progress);
        engine.complete(None);
        for (path, why) in refused {
            let analysis = analysis::unreadable(&path, &why);
            engine.analyses.insert(path, Arc::new(analysis));
        }
        let everything: Vec<_> = engine.snapshot.index.files().map(|facts| facts.path.clone()).collect();
        engine.judge(everything);
        engine
    }

    /// A workspace without a folder, for documents that belong to none: it never looks at the disk.
    pub fn alone() -> Engine {
        // no file system has such a path
        Engine::empty(PathBuf::from("\0"), Config::default())
    }

    /// A workspace that nothing was read of; edits may follow.
    fn empty(root: PathBuf, config: Config) -> Engine {
        let snapshot = Snapshot {
            root: Arc::new(root),
            config: Arc::new(config),
            index: Index::default(),
            overlay: SharedMap::default(),
            trees: SharedMap::default(),
            named: Arc::default(),
        };
        Engine {
            snapshot,
            config_findings: Arc::default(),
            analyses: HashMap::default(),
            judged: HashMap::default(),
            guests: HashMap::default(),
            askers: HashMap::default(),
            reserve: HashSet::default(),
            checked: HashSet::default(),
            left_out: HashSet::default(),
            aside: HashSet::default(),
            incremental: true,
            bytes_read: 0,
            inner: Vec::new(),
        }
    }

    /// The findings that reading the configuration made.
    pub fn set_config_findings(&mut self, findings: Vec<Finding>, text: &[u8]) {
        let path: Arc<str> = CONFIG_FILE.into();
        self.config_findings = Arc::new(diagnostics(findings, &path, &mut |wanted| (*wanted == path).then_some(text)));
    }

    /// Puts a configuration in force that speaks of the same files in the same way, and differs in levels and suppressions at most
    /// ([`Config::reads_alike`]): what was read and judged stands.
    pub fn relevel(&mut self, config: Config) {
        self.snapshot.config = Arc::new(config);
    }

    /// The current view.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// How many files were read.
    pub fn files_read(&self) -> usize {
        self.analyses.len()
    }

    /// Inner workspaces, met on the walk and left alone.
    pub fn inner(&self) -> &[PathBuf] {
        &self.inner
    }

    /// The files known of that lie in `folder` (a path from the root), whether they were read or not.
    pub fn known_below(&self, folder: &str) -> Vec<Arc<str>> {
        let below = |path: &&Arc<str>| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let indexed = self.snapshot.index.files().map(|facts| &facts.path);
        let known = indexed.chain(self.analyses.keys()).chain(&self.reserve).chain(&self.checked).chain(&self.left_out);
        let known: HashSet<Arc<str>> = known.filter(below).cloned().collect();
        known.into_iter().collect()
    }

    /// Whether a file counts here though it lies in an inner workspace: it was read, or something names it.
    pub fn borrows(&self, path: &Arc<str>) -> bool {
        self.analyses.contains_key(path) || !self.snapshot.index.users(path).is_empty()
    }

    /// The parsed state of one file.
    pub fn analysis(&self, path: &str) -> Option<&Arc<Analysis>> {
        self.analyses.get(path)
    }

    /// Reads, hashes and parses files in parallel, and merges their facts as they come: the merge does not depend on the order.
    fn read_files(&mut self, paths: Vec<Arc<str>>, progress: &(dyn Fn(Progress) + Sync)) -> Vec<Key> {
        const FILES_A_MESSAGE: usize = 32;
        // What reading needs of the snapshot does not change meanwhile. Of the index no clone may live while it is filled.
        let (root, overlay) = (self.snapshot.root.clone(), self.snapshot.overlay.clone());
        let (keep, total) = (self.incremental, paths.len());
        let (send, receive) = mpsc::channel();
        let mut keys = Vec::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                // A message a few files: waking the receiver for each would cost more than merging it.
                paths.par_chunks(FILES_A_MESSAGE).for_each_with(send, |send, paths| {
                    let read = paths.iter().map(|path| (path.clone(), Arc::new(read_one(&root, &overlay, path, keep)))).collect::<Vec<_>>();
                    // The receiver lives until the last sender is gone.
                    let _ = send.send(read);
                });
            });
            for (done, (path, analysis)) in receive.into_iter().flatten().enumerate() {
                self.bytes_read += analysis.facts.as_ref().map_or(0, |facts| facts.size);
                let changed = self.place(path, analysis);
                if keep {
                    keys.extend(changed);
                }
                progress(Progress { done: done + 1, total });
            }
        });
        keys
    }

    /// Puts one file's analysis in place of what was known; returns the keys whose answers may have changed.
    fn place(&mut self, path: Arc<str>, analysis: Arc<Analysis>) -> Vec<Key> {
        if self.aside.remove(&path) {
            // it was noted by its path alone
            self.snapshot.index.remove(&path);
        }
        let keys = match &analysis.facts {
            Some(facts) => self.snapshot.index.replace(facts.clone()),
            None => self.snapshot.index.mark_unreadable(&path),
        };
        self.reserve.remove(&path);
        self.keep(path, analysis);
        keys
    }

    fn keep(&mut self, path: Arc<str>, analysis: Arc<Analysis>) {
        match &analysis.tree {
            analysis::Tree::Json(tree) => self.snapshot.trees.insert(path.clone(), tree.clone()),
            analysis::Tree::None => self.snapshot.trees.remove(&path),
        };
        self.analyses.insert(path, analysis);
    }

    /// Leaves a file to the reserve; with an analysis, it is known beside the others. Returns the keys whose answers may have changed.
    fn set_aside(&mut self, path: &Arc<str>, analysis: Option<Arc<Analysis>>) -> Vec<Key> {
        let keys = self.forget_file(path);
        self.reserve.insert(path.clone());
        if let Some(analysis) = analysis {
            if let Some(facts) = &analysis.facts {
                self.snapshot.index.note(facts.clone());
            }
            self.aside.insert(path.clone());
            self.keep(path.clone(), analysis);
        }
        keys
    }

    fn forget_file(&mut self, path: &Arc<str>) -> Vec<Key> {
        self.reserve.remove(path);
        self.aside.remove(path);
        self.analyses.remove(path);
        self.snapshot.trees.remove(path);
        self.judge_nothing(path);
        self.snapshot.index.remove(path)
    }

    /// Takes from the reserve what somebody names: files by path, then, while ids are missing, JSON files that may define them.
    /// `only` is the one file whose names are new; `None`: all are.
    fn complete(&mut self, only: Option<&Arc<str>>) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut fresh: Option<Vec<Arc<str>>> = only.map(|path| vec![path.clone()]);
        loop {
            if self.reserve.is_empty() && self.inner.is_empty() {
                return keys;
            }
            let index = &self.snapshot.index;
            let facts = || -> Box<dyn Iterator<Item = &Arc<Facts>> + '_> {
                match &fresh {
                    Some(paths) => Box::new(paths.iter().filter_map(|path| index.facts(path))),
                    None => Box::new(index.files()),
                }
            };
            let mut wanted: Vec<Arc<str>> = if fresh.is_none() && index.has_no_links() && self.inner.is_empty() {
                self.reserve.iter().filter(|path| !index.users(path).is_empty()).cloned().collect()
            } else {
                let named = facts().flat_map(|facts| named_files(facts));
                let followed = named.filter_map(|path| index.follow(&path).ok().map(Arc::from));
                followed.filter(|path: &Arc<str>| self.reserve.contains(path) || self.lies_in_inner(path)).collect()
            };
            if wanted.is_empty() && !self.reserve.is_empty() {
                let unresolved = |facts: &Arc<Facts>| facts.references.iter().any(|reference| index.resolve(reference).is_empty());
                if facts().any(unresolved) {
                    wanted = self.reserve.iter().filter(|path| path.ends_with("json")).cloned().collect();
                }
            }
            if wanted.is_empty() {
                return keys;
            }
            wanted.sort_unstable();
            wanted.dedup();
            if let Some(fresh) = &mut fresh {
                fresh.clone_from(&wanted);
            }
            keys.extend(self.read_files(wanted, &|_| {}));
        }
    }

    /// Whether a file that was not read yet lies in an inner workspace: that is checked on its own terms, and what it holds is there to be
    /// named all the same. A link that leads out is not followed.
    fn lies_in_inner(&self, path: &Arc<str>) -> bool {
        let (root, full) = (&*self.snapshot.root, self.snapshot.root.join(&**path));
        self.inner.iter().any(|inner| full.starts_with(inner))
            && self.snapshot.index.facts(path).is_none()
            && full.is_file()
            && full.canonicalize().is_ok_and(|real| real.starts_with(root))
    }

    /// Runs the workspace checks of these files.
    fn judge(&mut self, paths: Vec<Arc<str>>) {
        let (snapshot, remember) = (&self.snapshot, self.incremental);
        let judged: Vec<_> = paths.into_par_iter().map(|path| (judge_one(snapshot, &path, remember), path)).collect();
        for (new, path) in judged {
            self.judge_nothing(&path);
            for key in &new.asked {
                self.askers.entry(key.clone()).or_default().insert(path.clone());
            }
            for finding in new.findings.iter().filter(|finding| finding.path != path) {
                self.guests.entry(finding.path.clone()).or_default().insert(path.clone());
            }
            if !new.findings.is_empty() || !new.asked.is_empty() {
                self.judged.insert(path, new);
            }
        }
    }

    /// Forgets what a file's checks found and asked.
    fn judge_nothing(&mut self, path: &Arc<str>) {
        let old = self.judged.remove(path).unwrap_or_default();
        for key in &old.asked {
            forget(&mut self.askers, key, path);
        }
        for finding in old.findings.iter().filter(|finding| finding.path != *path) {
            forget(&mut self.guests, &finding.path, path);
        }
    }

    /// Replaces one file by the editor's text, by the disk's state (`None`), or by nothing when the disk has it no more.
    /// Returns the paths whose findings may have changed.
    pub fn update(&mut self, path: &Arc<str>, overlay: Option<Arc<[u8]>>) -> HashSet<Arc<str>> {
        self.update_with(path, overlay, None)
    }

    /// As [`Engine::update`], with the analysis of the overlay's bytes where the caller has it already.
    pub fn update_with(&mut self, path: &Arc<str>, overlay: Option<Arc<[u8]>>, analysis: Option<Arc<Analysis>>) -> HashSet<Arc<str>> {
        let on_disk = self.snapshot.root.join(&**path).is_file();
        // news of a file that was left out may mean that the walk met it half gone
        let known = self.checked.contains(path) || overlay.is_some() && self.left_out.contains(path);
        if !known && (overlay.is_some() || on_disk) {
            let foreign = || self.inner.iter().any(|inner| self.snapshot.root.join(&**path).starts_with(inner));
            if !foreign() && self.snapshot.config.covers(path) && walk::is_kept(&self.snapshot.root, path) {
                self.left_out.remove(path);
                self.checked.insert(path.clone());
            } else {
                self.left_out.insert(path.clone());
            }
        }
        match &overlay {
            Some(bytes) => {
                self.snapshot.overlay.insert(path.clone(), bytes.clone());
            }
            None => {
                self.snapshot.overlay.remove(path);
            }
        }
        let mut changed = self.findings_of(path);
        let there = overlay.is_some() || on_disk;
        // what is left out counts when something needed it before; whether something does now is seen below
        let counts = self.checked.contains(path) || self.snapshot.index.facts(path).is_some() && !self.aside.contains(path);
        let read = |engine: &Engine| {
            analysis.unwrap_or_else(|| Arc::new(read_one(&engine.snapshot.root, &engine.snapshot.overlay, path, engine.incremental)))
        };
        let mut keys = if there && counts {
            let analysis = read(self);
            self.place(path.clone(), analysis)
        } else if there {
            let analysis = overlay.is_some().then(|| read(self));
            self.set_aside(path, analysis)
        } else {
            self.checked.remove(path);
            self.left_out.remove(path);
            self.forget_file(path)
        };
        // an id that is gone may be defined by a file that nobody needed so far
        let index = &self.snapshot.index;
        let lost = keys.iter().any(|key| match key {
            Key::Id(id) => index.definitions(id).is_empty(),
            Key::Declarers(digest) => index.declarers(digest).is_empty(),
            _ => false,
        });
        keys.extend(self.complete((!lost && counts).then_some(path)));
        if self.aside.contains(path) {
            keys.extend(self.complete(Some(path)));
        }
        let mut again: HashSet<Arc<str>> = keys.iter().filter_map(|key| self.askers.get(key)).flatten().cloned().collect();
        again.insert(path.clone());
        again.retain(|path| self.snapshot.index.facts(path).is_some() && !self.aside.contains(path));
        // Whether a drawing is a tensor, or a text a JSON payload, may have changed with its users.
        changed.extend(keys.iter().filter_map(|key| match key {
            Key::Users(file) => Some(file.clone()),
            _ => None,
        }));
        for path in &again {
            changed.extend(self.findings_of(path));
        }
        self.judge(again.iter().cloned().collect());
        for path in &again {
            changed.extend(self.findings_of(path));
        }
        changed
    }

    /// The paths on which the findings of one file's checks stand.
    fn findings_of(&self, path: &Arc<str>) -> HashSet<Arc<str>> {
        let judged = self.judged.get(path).into_iter().flat_map(|judged| judged.findings.iter());
        judged.map(|finding| finding.path.clone()).chain([path.clone()]).collect()
    }
}

/// Takes `path` out of the set under `key`, and the set out of the map when it was the last.
fn forget<K: Hash + Eq>(map: &mut HashMap<K, HashSet<Arc<str>>>, key: &K, path: &Arc<str>) {
    if let Some(paths) = map.get_mut(key) {
        paths.remove(path);
        if paths.is_empty() {
            map.remove(key);
        }
    }
}

/// How to load a workspace.
pub struct Settings<'a> {
    /// Files the user named, by path from the root.
    pub named: HashSet<Arc<str>>,
    /// Folders the user named, absolute.
    pub folders: &'a [PathBuf],
    /// Texts that stand in for the disk's, by path from the root.
    pub overlay: BTreeMap<Arc<str>, Arc<[u8]>>,
    /// Whether edits will follow.
    pub incremental: bool,
    /// Told after each file.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

fn judge_one(snapshot: &Snapshot, path: &Arc<str>, remember: bool) -> Judged {
    let Some(facts) = snapshot.index.facts(path) else { return Judged::default() };
    let Some(kind) = facts.kind else { return Judged::default() };
    let context = WorkspaceContext::new(snapshot, facts, remember);
    if context.is_mere_payload(facts) {
        return Judged { findings: Arc::default(), asked: context.into_asked() };
    }
    let mut findings = Findings::default();
    for check in &rules::dispatch(kind).workspace {
        check(&context, &mut findings);
    }
    let list = diagnostics(findings.list, path, &mut |path| snapshot.bytes(path).ok());
    Judged { findings: list.into(), asked: context.into_asked() }
}
