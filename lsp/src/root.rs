//! One workspace as the worker keeps it: the core's engine, the configuration in force, and the findings as last told.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use mx2lm_core::{
    analysis::Tree,
    diagnostic::{Diagnostic, Severity},
    document::facts::Role,
    map::{HashSet, SharedMap},
    rules::{Finding, Findings},
    syntax::json,
    workspace::{
        config::Config,
        engine::{Engine, Settings},
        walk::{self, CONFIG_FILE},
    },
};

use crate::view::Workspace;

/// The number of a workspace, for as long as the server runs.
pub type RootId = usize;

/// A folder, and how the editor spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Its path without links.
    pub real: PathBuf,
    /// The editor's path.
    pub shown: PathBuf,
}

/// A workspace that is kept up to date.
pub struct Root {
    engine: Engine,
    findings: SharedMap<Arc<str>, Arc<Vec<Diagnostic>>>,
    folders: Arc<[Spelling]>,
    /// It has no folder: it holds one document.
    lone: bool,
    /// The configuration in force.
    config: Config,
    /// Whether a configuration file was there when the files were read.
    configured: bool,
    /// The configuration's text that was read last, good or not.
    config_text: Option<Arc<[u8]>>,
    /// What is wrong with that text, when an older configuration is in force.
    problem: Option<String>,
    /// The user was told.
    told: bool,
}

impl Root {
    /// Reads the whole workspace at `path`, which is absolute and without links.
    pub fn load(path: &Path) -> Self {
        let mut root = Self { engine: Engine::alone(), ..Self::lone() };
        root.lone = false;
        root.read(path);
        root
    }

    /// A workspace for one document outside every folder.
    pub fn lone() -> Self {
        Self {
            engine: Engine::alone(),
            findings: SharedMap::default(),
            folders: Arc::default(),
            lone: true,
            config: Config::default(),
            configured: false,
            config_text: None,
            problem: None,
            told: false,
        }
    }

    /// Whether it holds one document outside every folder.
    pub fn is_lone(&self) -> bool {
        self.lone
    }

    /// Reads the files anew; the texts of open documents have to be taken in again afterwards.
    pub fn reload(&mut self) {
        let path = self.path().to_owned();
        self.read(&path);
    }

    /// Puts another configuration in force, a text or what the disk has; whether that is another than before.
    pub fn configure(&mut self, text: Option<Arc<[u8]>>) -> bool {
        let path = self.path().to_owned();
        let text = text.or_else(|| std::fs::read(path.join(CONFIG_FILE)).ok().map(Arc::from));
        if self.config_text == text {
            return false;
        }
        self.config_text = text;
        let old = self.config.clone();
        let findings = self.read_config();
        if self.config.reads_alike(&old) {
            self.engine.relevel(self.config.clone());
            self.engine.set_config_findings(findings, self.config_text.as_deref().unwrap_or_default());
        } else {
            self.read_files(&path, findings);
        }
        true
    }

    fn read(&mut self, path: &Path) {
        self.config_text = std::fs::read(path.join(CONFIG_FILE)).ok().map(Arc::from);
        self.configured = self.config_text.is_some();
        let findings = self.read_config();
        self.read_files(path, findings);
    }

    /// Reads the configuration's text; what it has to be told. With a mistake in it the text may say less than its author meant: then
    /// the last good one stays.
    fn read_config(&mut self) -> Vec<Finding> {
        self.problem = None;
        let Some(text) = &self.config_text else {
            self.config = Config::default();
            return Vec::new();
        };
        let mut told = Findings::default();
        let config = Config::read(&String::from_utf8_lossy(text), &mut told);
        let findings = told.into_list();
        self.problem = findings.iter().find(|finding| is_error(finding)).map(|finding| finding.message.clone());
        if self.problem.is_none() {
            self.config = config;
        }
        findings
    }

    fn read_files(&mut self, path: &Path, findings: Vec<Finding>) {
        let settings = Settings { named: HashSet::default(), folders: &[], overlay: BTreeMap::new(), incremental: true, progress: &|_| {} };
        self.engine = Engine::load(path, self.config.clone(), settings);
        self.engine.set_config_findings(findings, self.config_text.as_deref().unwrap_or_default());
    }

    /// What is wrong with the configuration's text, when an older one is in force and the user does not know yet.
    pub fn new_problem(&mut self) -> Option<String> {
        let told = std::mem::replace(&mut self.told, self.problem.is_some());
        self.problem.clone().filter(|_| !told)
    }

    /// The root folder.
    pub fn path(&self) -> &Path {
        self.engine.snapshot().root()
    }

    /// Workspaces inside this one, which it leaves alone.
    pub fn inner(&self) -> &[PathBuf] {
        self.engine.inner()
    }

    /// How many files were read.
    pub fn files(&self) -> usize {
        self.engine.files_read()
    }

    /// Whether a configuration file was there when the files were read.
    pub fn is_configured(&self) -> bool {
        self.configured
    }

    /// Takes note of the editor's folders in it. Returns the files with findings that now lie in one and did not before, and those that
    /// did and do not.
    pub fn spell(&mut self, folders: Vec<Spelling>) -> (Vec<Arc<str>>, Vec<Arc<str>>) {
        let old = std::mem::replace(&mut self.folders, folders.into());
        let root = self.path();
        let lies_in = |folders: &[Spelling], path: &str| folders.iter().any(|folder| root.join(path).starts_with(&folder.real));
        let found = || self.findings.keys();
        let entered = found().filter(|path| !lies_in(&old, path) && lies_in(&self.folders, path)).cloned().collect();
        let left = found().filter(|path| lies_in(&old, path) && !lies_in(&self.folders, path)).cloned().collect();
        (entered, left)
    }

    /// The path from the root of an absolute path without links; `None` outside.
    pub fn relative(&self, path: &Path) -> Option<Arc<str>> {
        walk::relative(self.path(), path).filter(|path| !path.is_empty()).map(Arc::from)
    }

    /// The paths that have findings or facts.
    pub fn paths(&self) -> impl Iterator<Item = Arc<str>> {
        let files = self.engine.snapshot().index().files().map(|facts| facts.path.clone());
        files.chain(self.findings.keys().cloned()).chain([CONFIG_FILE.into()]).collect::<Vec<_>>().into_iter()
    }

    /// The files known of that lie in a folder, by path from the root.
    pub fn known_below(&self, folder: &str) -> Vec<Arc<str>> {
        self.engine.known_below(folder)
    }

    /// Whether a file of a workspace inside this one counts here.
    pub fn borrows(&self, path: &Arc<str>) -> bool {
        !self.lone && self.engine.borrows(path)
    }

    /// Whether a symbolic link is known to be at this path.
    pub fn is_link(&self, path: &str) -> bool {
        self.engine.snapshot().index().is_link(path)
    }

    /// Replaces one file by the editor's text, or by what the disk has; returns the paths whose findings may have changed.
    pub fn update(&mut self, path: &Arc<str>, overlay: Option<Arc<[u8]>>) -> HashSet<Arc<str>> {
        self.engine.update(path, overlay)
    }

    /// The tree of a file, when it is JSON.
    pub fn tree(&self, path: &str) -> Option<Arc<json::Tree>> {
        match &self.engine.analysis(path)?.tree {
            Tree::Json(tree) => Some(tree.clone()),
            _ => None,
        }
    }

    /// The findings as last told.
    pub fn findings(&self) -> &SharedMap<Arc<str>, Arc<Vec<Diagnostic>>> {
        &self.findings
    }

    /// Looks at the findings of these files again; returns those where they are others than before.
    pub fn refresh(&mut self, paths: &HashSet<Arc<str>>) -> Vec<Arc<str>> {
        let mut paths = paths.clone();
        if !self.engine.snapshot().config().suppressions.is_empty() {
            // whether a suppression still hides something may change with any file
            paths.insert(CONFIG_FILE.into());
        }
        let mut now: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
        for finding in self.judged(&paths) {
            now.entry(finding.path.clone()).or_default().push(finding);
        }
        let mut changed = Vec::new();
        for path in paths {
            let new = now.remove(&path).unwrap_or_default();
            let same = self.findings.get(&path).map_or(new.is_empty(), |old| **old == new);
            if same {
                continue;
            }
            match new.is_empty() {
                true => drop(self.findings.remove(&path)),
                false => drop(self.findings.insert(path.clone(), Arc::new(new))),
            }
            changed.push(path);
        }
        changed
    }

    fn judged(&self, paths: &HashSet<Arc<str>>) -> Vec<Diagnostic> {
        if !self.lone {
            return self.engine.report_on(paths);
        }
        // alone, nothing can be said of what a document names: only what its own text says counts
        let analyses = paths.iter().filter_map(|path| self.engine.analysis(path));
        let live = analyses.filter(|analysis| analysis.facts.as_ref().is_none_or(|facts| facts.role == Role::Itself));
        live.flat_map(|analysis| analysis.findings.iter().cloned()).collect()
    }

    /// The workspace as features see it.
    pub fn workspace(&self) -> Arc<Workspace> {
        Arc::new(Workspace {
            snapshot: self.engine.snapshot().clone(),
            findings: self.findings.clone(),
            folders: self.folders.clone(),
            lone: self.lone,
        })
    }
}

fn is_error(finding: &Finding) -> bool {
    finding.severity.unwrap_or(finding.rule.severity) == Severity::Error
}
