//! One run over everything the user named.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    diagnostic::{Diagnostic, Severity},
    map::HashSet,
    rules::Findings,
    text::{ColumnUnit, LineIndex},
    workspace::{
        config::Config,
        engine::{Engine, Progress, Settings},
        snapshot::{Snapshot, read_bounded},
        walk::{self, CONFIG_FILE},
    },
};

/// What to check, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files and folders; relative ones count from the working directory.
    pub paths: Vec<PathBuf>,
    /// A configuration file that stands in for the workspace's own.
    pub config: Option<PathBuf>,
    /// Whether every warning is an error.
    pub strict: bool,
    /// Texts that stand in for the disk's, by path.
    pub overlay: Vec<(PathBuf, Vec<u8>)>,
}

/// What a run found, a workspace each.
pub struct Outcome {
    /// The workspaces that the named paths belong to, by root.
    pub workspaces: Vec<WorkspaceOutcome>,
}

/// What a run found in one workspace.
pub struct WorkspaceOutcome {
    /// The workspace root, absolute, links resolved.
    pub root: PathBuf,
    /// Findings on what was named, in the order of reports.
    pub diagnostics: Vec<Diagnostic>,
    /// How many files were read.
    pub files: usize,
    /// How many bytes were read.
    pub bytes: u64,
    engine: Engine,
}

impl WorkspaceOutcome {
    /// The view the findings were made on.
    pub fn snapshot(&self) -> &Snapshot {
        self.engine.snapshot()
    }
}

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A path that the user named cannot be looked at.
    #[error("cannot read `{path}`: {why}")]
    Path {
        /// As the user wrote it.
        path: String,
        /// What the system says.
        why: String,
    },
    /// The configuration cannot be used.
    #[error("cannot use `{path}`: {why}")]
    Config {
        /// Which file.
        path: String,
        /// The first complaint, with line and column.
        why: String,
    },
}

/// Checks what `options` name.
///
/// `progress` is told, from worker threads, how many files of the current workspace have been read.
pub fn check(options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Result<Outcome, RunError> {
    let mut workspaces = Vec::new();
    for_each_root(options, false, progress, |opened| workspaces.push(opened.outcome()))?;
    workspaces.sort_by(|a, b| a.root.cmp(&b.root));
    Ok(Outcome { workspaces })
}

/// Opens each workspace that `options` name, one after another, and hands it to `visit`. `incremental`: edits will follow.
pub(crate) fn for_each_root(
    options: &Options,
    incremental: bool,
    progress: &(dyn Fn(Progress) + Sync),
    mut visit: impl FnMut(Opened),
) -> Result<(), RunError> {
    let mut overlay = Vec::new();
    for (path, bytes) in &options.overlay {
        overlay.push((absolute(path, true)?, bytes.clone()));
    }
    // Root → what was named below it.
    let mut roots: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in &options.paths {
        let given = overlay.iter().any(|(known, _)| absolute(path, true).is_ok_and(|path| path == *known));
        let full = absolute(path, given)?;
        if !given {
            look_at(&full).map_err(|why| RunError::Path { path: path.display().to_string(), why: why.to_string() })?;
        }
        roots.entry(workspace_root(&full, options.config.is_some())).or_default().push(full);
    }
    while let Some((root, named)) = roots.pop_first() {
        let opened = open(&root, &named, options, &overlay, incremental, progress)?;
        // An inner workspace below a named folder is checked on its own terms.
        for inner in opened.engine.inner().iter().filter(|inner| named.iter().any(|named| inner.starts_with(named))) {
            roots.entry(inner.clone()).or_default().push(inner.clone());
        }
        visit(opened);
    }
    Ok(())
}

/// A workspace, and what of it the user named.
pub(crate) struct Opened {
    pub(crate) engine: Engine,
    /// Whether the root itself was named.
    whole: bool,
    files: HashSet<Arc<str>>,
    folders: Vec<String>,
}

impl Opened {
    /// Whether findings on `path` were asked for.
    pub(crate) fn covers(&self, path: &Arc<str>) -> bool {
        self.whole
            || self.files.contains(path)
            || self.folders.iter().any(|folder| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
    }

    /// What was found in what was named.
    pub(crate) fn outcome(self) -> WorkspaceOutcome {
        let mut diagnostics = self.engine.report();
        diagnostics.retain(|finding| self.covers(&finding.path));
        WorkspaceOutcome {
            root: self.engine.snapshot().root().to_owned(),
            diagnostics,
            files: self.engine.files_read(),
            bytes: self.engine.bytes_read(),
            engine: self.engine,
        }
    }
}

/// Whether a path that the user named can be read at all (`DECISIONS` 69).
fn look_at(path: &Path) -> std::io::Result<()> {
    let kind = fs::metadata(path)?;
    if kind.is_dir() {
        fs::read_dir(path).map(|_| ())
    } else if kind.is_file() {
        fs::File::open(path).map(|_| ())
    } else {
        Err(std::io::Error::other("it is neither a file nor a folder"))
    }
}

fn absolute(path: &Path, may_be_missing: bool) -> Result<PathBuf, RunError> {
    let refused = |why: std::io::Error| RunError::Path { path: path.display().to_string(), why: why.to_string() };
    match path.canonicalize() {
        Ok(full) => Ok(full),
        Err(error) if may_be_missing && error.kind() == std::io::ErrorKind::NotFound => {
            let full = std::path::absolute(path).map_err(refused)?;
            let (Some(folder), Some(name)) = (full.parent(), full.file_name()) else { return Err(refused(error)) };
            Ok(folder.canonicalize().map_err(refused)?.join(name))
        }
        Err(error) => Err(refused(error)),
    }
}

/// The root of the workspace that `path` (absolute) belongs to (`DECISIONS` 65).
///
/// With a configuration given by hand, the folder named is the root where no configuration file stands above it.
pub fn workspace_root(path: &Path, configured: bool) -> PathBuf {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let above = |name: &str| folder.ancestors().find(|folder| folder.join(name).exists());
    let found = if configured { above(CONFIG_FILE) } else { above(CONFIG_FILE).or_else(|| above(".git")) };
    found.unwrap_or(folder).to_owned()
}

/// Reads the configuration of a workspace.
///
/// Returns it with what the text has to be told, and the text.
pub fn read_config(path: &Path) -> Result<(Config, Findings, Vec<u8>), RunError> {
    let refused = |why: String| RunError::Config { path: path.display().to_string(), why };
    let bytes = read_bounded(path).map_err(|error| refused(error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| refused(format!("byte {} is not UTF-8", error.valid_up_to())))?;
    let mut findings = Findings::default();
    let config = Config::read(text, &mut findings);
    Ok((config, findings, bytes))
}

fn open(
    root: &Path,
    named: &[PathBuf],
    options: &Options,
    overlay: &[(PathBuf, Vec<u8>)],
    incremental: bool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Opened, RunError> {
    let own = root.join(CONFIG_FILE);
    let file = options.config.as_deref().unwrap_or(&own);
    let (mut config, findings, text) = match options.config.is_some() || file.is_file() {
        true => read_config(file)?,
        false => (Config::default(), Findings::default(), Vec::new()),
    };
    if let Some(wrong) = findings.list.iter().find(|finding| finding.rule.severity == Severity::Error) {
        let place = LineIndex::new(&text).line_column(&text, wrong.place.span.map_or(0, |span| span.start), ColumnUnit::Scalar);
        let help = wrong.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let why = format!("line {}, column {}: {}{help}", place.line + 1, place.column + 1, wrong.message);
        return Err(RunError::Config { path: file.display().to_string(), why });
    }
    config.strict |= options.strict;
    let inside = |path: &PathBuf| walk::relative(root, path).map(Arc::<str>::from);
    let files: HashSet<Arc<str>> = named.iter().filter(|path| !path.is_dir()).filter_map(inside).collect();
    let whole = named.iter().any(|path| path == root);
    let dirs: Vec<PathBuf> = named.iter().filter(|path| path.is_dir()).cloned().collect();
    let folders: Vec<String> = dirs.iter().filter_map(|path| walk::relative(root, path)).collect();
    let settings = Settings {
        named: files.clone(),
        folders: &dirs,
        overlay: overlay.iter().filter_map(|(path, bytes)| Some((inside(path)?, Arc::from(bytes.as_slice())))).collect(),
        incremental,
        progress,
    };
    let mut engine = Engine::load(root, config, settings);
    if options.config.is_none() {
        engine.set_config_findings(findings.list, &text);
    }
    Ok(Opened { engine, whole, files, folders })
}
