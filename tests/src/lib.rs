//! Small workspaces with the verdict that must be given on one of their files.
//!
//! A case comes from a line of `tests/cases/*.ndjson` or from a folder of `tests/fixtures/<family>/<rule>/{valid,invalid}/`.
//! `tests/README.md` says how to write one.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use mx2lm_core::{
    diagnostic::{Diagnostic, Severity},
    lint::{self, Options},
};
use serde::Deserialize;

/// One case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Name for messages.
    #[serde(default)]
    pub id: String,
    /// Rows of the specification the verdict follows from.
    #[serde(default)]
    pub rows: Vec<String>,
    /// Why the verdict is right.
    pub why: String,
    /// The workspace.
    #[serde(default)]
    pub files: BTreeMap<String, Body>,
    /// The file that is judged.
    pub file: String,
    /// The verdict.
    #[serde(default)]
    pub expect: Expect,
    /// Where; equal to, above or below the finding's place.
    pub pointer: Option<String>,
    /// One of these words stands in rule, message, help or the specification's name.
    pub any: Option<Vec<String>>,
    /// `--strict`, or nothing.
    #[serde(default)]
    pub args: Vec<String>,
    /// The rule that must find it; of fixtures, the one the folder is named after unless said otherwise.
    pub rule: Option<String>,
    /// Symbolic links to make: name to target.
    #[serde(default)]
    pub links: BTreeMap<String, String>,
    /// More files, with their text: those whose names not every file system can hold.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
    /// A folder of this crate that the workspace is a copy of, before `files` are written over it.
    pub base: Option<String>,
    /// Files of the copy to leave out.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// The content of a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// Text.
    Text(String),
    /// Bytes as hexadecimal digits.
    Hex {
        /// The digits.
        hex: String,
    },
    /// A symbolic link.
    Link {
        /// Its target.
        symlink: String,
    },
}

/// A verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// No error and no warning.
    #[default]
    Clean,
    /// At least one error.
    Error,
    /// At least one warning or error.
    Warning,
    /// A finding of level information, and nothing graver from the same rule.
    Info,
    /// The run ends before it reports, and says all the words of `any` (`DECISIONS` 69).
    Refused,
}

impl Case {
    /// Writes the workspace into `root`.
    pub fn materialise(&self, root: &Path) -> std::io::Result<()> {
        let mut base = BTreeMap::new();
        if let Some(folder) = &self.base {
            let folder = tests_folder().join(folder);
            collect(&folder, &folder, &mut base);
        }
        let kept = base.iter().filter(|(name, _)| !self.remove.contains(name) && !self.files.contains_key(*name));
        for (name, body) in kept.chain(&self.files) {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap_or(root))?;
            match body {
                Body::Text(text) => fs::write(&path, text)?,
                Body::Hex { hex } => fs::write(&path, bytes_of(hex))?,
                Body::Link { symlink } => link(symlink, &path)?,
            }
        }
        for (name, text) in &self.texts {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap_or(root))?;
            fs::write(&path, text)?;
        }
        for (name, target) in &self.links {
            link(target, &root.join(name))?;
        }
        let config = root.join("mx2lm.toml");
        if !config.exists() { fs::write(config, "") } else { Ok(()) }
    }

    /// Runs the linter on the workspace and judges what it says of the file; `None` when the verdict holds.
    pub fn judge(&self) -> Option<String> {
        let found = match self.findings() {
            Ok(_) if self.expect == Expect::Refused => return Some("the run was not refused".to_owned()),
            Ok(found) => found,
            Err(why) if self.expect == Expect::Refused => {
                let words = self.any.iter().flatten();
                let all: Vec<_> = words.filter(|word| !why.contains(*word)).collect();
                return (!all.is_empty()).then(|| format!("wanted {all:?} in: {why}"));
            }
            Err(why) => return Some(why),
        };
        self.judge_findings(&found)
    }

    /// What the linter says of the whole workspace.
    pub fn findings(&self) -> Result<Vec<Diagnostic>, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let root = folder.path().join("ws");
        fs::create_dir(&root).map_err(|error| error.to_string())?;
        self.materialise(&root).map_err(|error| error.to_string())?;
        let options = Options { paths: vec![root], strict: self.args.iter().any(|arg| arg == "--strict"), ..Options::default() };
        let outcome = lint::check(&options, &|_| {}).map_err(|error| error.to_string())?;
        Ok(outcome.workspaces.into_iter().flat_map(|workspace| workspace.diagnostics).collect())
    }

    fn judge_findings(&self, found: &[Diagnostic]) -> Option<String> {
        let mine: Vec<_> = found.iter().filter(|finding| &*finding.path == self.file.trim_start_matches("./")).collect();
        let graver: Vec<_> = mine.iter().filter(|finding| finding.severity > Severity::Info).copied().collect();
        let told = |list: &[&Diagnostic]| {
            let lines: Vec<_> =
                list.iter().map(|d| format!("{} {} at `{}`: {}", d.severity.as_str(), d.rule, d.locator, d.message)).collect();
            if lines.is_empty() { "nothing".to_owned() } else { lines.join("; ") }
        };
        let matches = |finding: &&&Diagnostic| {
            let place = self.pointer.as_ref().is_none_or(|pointer| related(pointer, &finding.locator));
            let rule = self.rule.as_ref().is_none_or(|rule| *rule == finding.rule);
            let text = format!("{} {} {:?} {:?}", finding.rule, finding.message, finding.help, finding.spec_error).to_lowercase();
            let words = self.any.as_ref().is_none_or(|words| words.iter().any(|word| text.contains(&word.to_lowercase())));
            place && rule && words
        };
        let holds = match self.expect {
            Expect::Clean => graver.is_empty() && !mine.iter().any(|finding| Some(&finding.rule) == self.rule.as_ref()),
            Expect::Error => graver.iter().filter(|finding| finding.severity == Severity::Error).any(|finding| matches(&finding)),
            Expect::Warning => graver.iter().any(|finding| matches(&finding)),
            // Judged before there are findings.
            Expect::Refused => false,
            Expect::Info => {
                mine.iter().filter(|finding| finding.severity == Severity::Info).any(|finding| matches(&finding))
                    && !graver.iter().any(|finding| matches(&finding))
            }
        };
        (!holds).then(|| format!("wanted {:?} at {:?} of {:?} {:?}, got {}", self.expect, self.pointer, self.rule, self.any, told(&mine)))
    }
}

/// Whether one place is the other, or lies in it: a member in a value, a command in path data (`DECISIONS` 67).
fn related(a: &str, b: &str) -> bool {
    let inside = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']));
    inside(a, b) || inside(b, a)
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).filter_map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok()).collect()
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(windows)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(target, path)
}

/// The folder this crate lies in.
pub fn tests_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The cases of one `tests/cases/<name>.ndjson`.
pub fn cases(name: &str) -> Vec<Case> {
    let path = tests_folder().join("cases").join(format!("{name}.ndjson"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .enumerate()
        .map(|(i, line)| serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}.ndjson:{}: {error}", i + 1)))
        .collect()
}

/// Every fixture: the `family/name` it belongs to, whether it stands in `valid`, and the case.
pub fn fixtures() -> Vec<(String, bool, Case)> {
    let root = tests_folder().join("fixtures");
    let mut found = Vec::new();
    for family in folders(&root) {
        for rule in folders(&family) {
            for (name, valid) in [("valid", true), ("invalid", false)] {
                for folder in folders(&rule.join(name)) {
                    found.push((format!("{}/{}", file_name(&family), file_name(&rule)), valid, fixture(&folder)));
                }
            }
        }
    }
    found
}

fn fixture(folder: &Path) -> Case {
    let path = folder.join("case.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    case.id = folder.strip_prefix(tests_folder()).unwrap_or(folder).display().to_string();
    collect(folder, folder, &mut case.files);
    case.files.remove("case.toml");
    case
}

fn collect(root: &Path, folder: &Path, into: &mut BTreeMap<String, Body>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, into);
        } else if let (Ok(name), Ok(bytes)) = (path.strip_prefix(root), fs::read(&path)) {
            let name = name.to_string_lossy().replace('\\', "/");
            let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            into.insert(name, Body::Hex { hex });
        }
    }
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let mut list: Vec<_> =
        fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    list.sort();
    list
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
