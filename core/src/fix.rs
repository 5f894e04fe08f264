//! Puts right what the findings know how to put right.
//!
//! Fixes are made in rounds, each on the text that the round before left behind: a payload's new digest shows in its descriptor only then,
//! and the descriptor's new self-hash in whoever embeds it only after that. The run ends where a round changes nothing. Nothing is written
//! here: the result is new bytes, in the order in which they must be written so that a run that breaks off converges when run again.
//!
//! A signed document keeps its bytes when a fix would change what was signed: only the signer can sign again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Change, Diagnostic, Edit, Fix, Safety};
use crate::document::kind::Syntax;
use crate::hash::canonical_json::canonical_without;
use crate::hash::{Digest, self_hash};
use crate::lint::{self, Opened, Options, RunError, WorkspaceOutcome};
use crate::rules::workspace::SIGN_AGAIN;
use crate::rules::{Finding, Place};
use crate::syntax::json;
use crate::workspace::engine::{Progress, finish};
use crate::workspace::walk::CONFIG_FILE;

/// Most rounds of one run: the longest chain of hashes that is followed.
pub const MAX_ROUNDS: usize = 10_000;
/// How often one hash is written at one place: a ring of hashes has no fixed point and is given up.
const MAX_TRIES: u32 = 2;

/// Which fixes are wanted besides the safe ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Those that may change what a document says.
    pub unsafe_too: bool,
    /// Those that bring declared hashes up to date, along the chain of files that name each other.
    pub hashes: bool,
}

/// One workspace after its fixes.
pub struct Fixed {
    /// The workspace root, absolute, links resolved.
    pub root: PathBuf,
    /// The fixes made, in order.
    pub applied: Vec<Applied>,
    /// The files that change, each after those it names by hash.
    pub files: Vec<FixedFile>,
    /// What is found once the files have changed.
    pub outcome: WorkspaceOutcome,
}

/// One fix that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whose finding it answers.
    pub rule: String,
    /// The file of that finding, from the root.
    pub path: Arc<str>,
    /// Where in it.
    pub locator: String,
    /// What was done.
    pub title: String,
}

/// One file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedFile {
    /// From the root; where a link stands, the file it leads to.
    pub path: Arc<str>,
    /// Its bytes as they were checked.
    pub before: Arc<[u8]>,
    /// Its bytes to be.
    pub after: Arc<[u8]>,
}

/// Works out the fixes for what `options` name, a workspace each, by root.
pub fn fix(options: &Options, wanted: Wanted, progress: &(dyn Fn(Progress) + Sync)) -> Result<Vec<Fixed>, RunError> {
    let mut all = Vec::new();
    lint::for_each_root(options, true, progress, |opened| all.push(Run::new(opened, wanted).finish()))?;
    all.sort_by(|a, b| a.root.cmp(&b.root));
    Ok(all)
}

/// A finding, whatever its text says by now: rule, path, locator.
type Spot = (String, Arc<str>, String);
/// What is done where: the spot of the finding and the title of the fix.
type Done = (Spot, String);

struct Run {
    opened: Opened,
    wanted: Wanted,
    /// Findings outside of what was named that were there before: not ours to fix.
    foreign: HashSet<Spot>,
    tries: HashMap<Done, u32>,
    given_up: HashSet<Done>,
    applied: Vec<Applied>,
    before: BTreeMap<Arc<str>, Arc<[u8]>>,
    /// The round in which a file changed last.
    changed_in: HashMap<Arc<str>, usize>,
    sign_again: BTreeMap<Arc<str>, Diagnostic>,
}

/// The changes of one round.
#[derive(Default)]
struct Round {
    edits: BTreeMap<Arc<str>, Vec<Edit>>,
    replaced: BTreeMap<Arc<str>, Vec<u8>>,
    deeds: Vec<Deed>,
}

/// One fix of a round.
struct Deed {
    spot: Spot,
    title: String,
    is_hash: bool,
    /// The files it changes.
    paths: Vec<Arc<str>>,
}

/// What must not get worse.
struct State {
    /// The digest of what the signature is about and of the hash beside it: the canonical form of all but the signature.
    signed: Option<Digest>,
    syntax_errors: usize,
}

impl Run {
    fn new(opened: Opened, wanted: Wanted) -> Self {
        let foreign = opened.engine.report().iter().filter(|finding| !opened.covers(&finding.path)).map(spot).collect();
        Run {
            opened,
            wanted,
            foreign,
            tries: HashMap::new(),
            given_up: HashSet::new(),
            applied: Vec::new(),
            before: BTreeMap::new(),
            changed_in: HashMap::new(),
            sign_again: BTreeMap::new(),
        }
    }

    fn finish(mut self) -> Fixed {
        let mut look = None;
        for number in 0..MAX_ROUNDS {
            let findings = match &look {
                None => self.opened.engine.report(),
                Some(paths) => self.opened.engine.report_on(paths),
            };
            let round = self.choose(&findings);
            if round.deeds.is_empty() {
                // The last look is at everything: a fix over several files may have waited for another.
                match look.take() {
                    None => break,
                    Some(_) => continue,
                }
            }
            if let Some(changed) = self.make(round, number) {
                look = Some(changed);
            }
        }
        let mut files: Vec<(usize, FixedFile)> = Vec::new();
        for (path, before) in &self.before {
            if let Ok(after) = self.opened.engine.snapshot().bytes(path)
                && after != *before
            {
                let file = FixedFile { path: path.clone(), before: before.clone(), after };
                files.push((self.changed_in.get(path).copied().unwrap_or_default(), file));
            }
        }
        files.sort_by_key(|(round, _)| *round);
        let mut outcome = self.opened.outcome();
        outcome.diagnostics.extend(self.sign_again.into_values());
        outcome.diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let files = files.into_iter().map(|(_, file)| file).collect();
        Fixed { root: outcome.root.clone(), applied: self.applied, files, outcome }
    }

    /// The first wanted fix of each finding, as long as they keep apart; the others get their turn in the next round.
    fn choose(&self, findings: &[Diagnostic]) -> Round {
        let mut round = Round::default();
        for finding in findings {
            let spot = spot(finding);
            for fix in &finding.fixes {
                let given_up = self.given_up.contains(&(spot.clone(), fix.title.clone()));
                if !given_up && self.wants(finding, fix, &spot) && round.takes(fix) {
                    let paths = fix.changes.iter().map(|change| change.path.clone()).collect();
                    round.deeds.push(Deed { spot: spot.clone(), title: fix.title.clone(), is_hash: fix.safety == Safety::Hash, paths });
                    break;
                }
            }
        }
        round
    }

    fn wants(&self, finding: &Diagnostic, fix: &Fix, spot: &Spot) -> bool {
        let level = match fix.safety {
            Safety::Safe => true,
            Safety::Hash => self.wanted.hashes,
            Safety::Unsafe => self.wanted.unsafe_too,
            Safety::DisplayOnly => false,
        };
        // A hash that became false through this run is followed wherever it stands.
        let ours = self.opened.covers(&finding.path) || (fix.safety == Safety::Hash && !self.foreign.contains(spot));
        level && ours
    }

    /// Makes the changes, or none of them when one file would come off worse; that file's fixes are then given up. Returns the files
    /// whose findings may have changed.
    fn make(&mut self, round: Round, number: usize) -> Option<HashSet<Arc<str>>> {
        let mut undo: Vec<(Arc<str>, Arc<[u8]>)> = Vec::new();
        let mut changed = HashSet::new();
        let mut worse = HashSet::new();
        let found = self.counts(&round.deeds);
        let paths: HashSet<Arc<str>> = round.edits.keys().chain(round.replaced.keys()).cloned().collect();
        let mut paths: Vec<Arc<str>> = paths.into_iter().collect();
        paths.sort_unstable();
        for path in paths {
            let Ok(old) = self.opened.engine.snapshot().bytes(&path) else {
                worse.insert(path);
                continue;
            };
            let new = match round.replaced.get(&path) {
                Some(bytes) => Some(bytes.clone()),
                None => round.edits.get(&path).and_then(|edits| edited(&old, edits)),
            };
            let Some(new) = new else {
                worse.insert(path);
                continue;
            };
            let before = self.state(&path);
            changed.extend(self.opened.engine.update(&path, Some(new.into())));
            let after = self.state(&path);
            undo.push((path.clone(), old));
            if before.signed.is_some() && before.signed != after.signed {
                worse.insert(path.clone());
            } else if after.syntax_errors > before.syntax_errors {
                worse.insert(path);
            }
        }
        if worse.is_empty() {
            for (path, old) in undo {
                self.before.entry(path.clone()).or_insert(old);
                self.changed_in.insert(path, number);
            }
            let left = self.counts(&round.deeds);
            for deed in round.deeds {
                let kind = (deed.spot.0.clone(), deed.spot.1.clone());
                let helped = left.get(&kind) < found.get(&kind);
                let done = (deed.spot.clone(), deed.title.clone());
                let tries = self.tries.entry(done.clone()).or_insert(0);
                *tries += 1;
                if !helped || deed.is_hash && *tries >= MAX_TRIES {
                    self.given_up.insert(done);
                }
                let (rule, path, locator) = deed.spot;
                self.applied.push(Applied { rule, path, locator, title: deed.title });
            }
            return Some(changed);
        }
        for (path, old) in undo {
            self.opened.engine.update(&path, Some(old));
        }
        for path in &worse {
            self.say_sign_again(path);
        }
        let spoiled = round.deeds.into_iter().filter(|deed| deed.paths.iter().any(|path| worse.contains(path)));
        self.given_up.extend(spoiled.map(|deed| (deed.spot, deed.title)));
        None
    }

    /// How many findings of its rule each deed's file has: a fix that does not make them fewer is not made again.
    fn counts(&self, deeds: &[Deed]) -> HashMap<(String, Arc<str>), usize> {
        let paths = deeds.iter().map(|deed| deed.spot.1.clone()).collect();
        let mut counts = HashMap::new();
        for finding in self.opened.engine.report_on(&paths) {
            *counts.entry((finding.rule, finding.path)).or_insert(0) += 1;
        }
        counts
    }

    fn state(&self, path: &Arc<str>) -> State {
        let signed = self.signature(path).and_then(|(tree, pointer)| {
            let rest = canonical_without(tree.root()?, &[pointer]).ok()?;
            Some(Digest::of(&rest))
        });
        let findings = self.opened.engine.report_on(&HashSet::from([path.clone()]));
        State { signed, syntax_errors: findings.iter().filter(|finding| finding.rule.starts_with("syntax/")).count() }
    }

    /// The document, when it is signed, and where its signature stands.
    fn signature(&self, path: &Arc<str>) -> Option<(Arc<json::Tree>, &'static str)> {
        if Syntax::of_path(path) != Some(Syntax::Json) {
            return None;
        }
        let kind = self.opened.engine.analysis(path)?.facts.as_ref()?.kind;
        let pointer = kind.and_then(|kind| self_hash::signed_at(kind.name())).unwrap_or("/signature");
        let tree = self.opened.engine.snapshot().json(path)?;
        tree.at_pointer(pointer)?.as_str()?;
        Some((tree, pointer))
    }

    fn say_sign_again(&mut self, path: &Arc<str>) {
        let Some((tree, pointer)) = self.signature(path) else { return };
        let Some(signature) = tree.at_pointer(pointer) else { return };
        let engine = &self.opened.engine;
        let message = "what a fix would change here is signed: the document was left as it is, and must be signed again";
        let finding = Finding::new(&SIGN_AGAIN, Place::value(signature), message)
            .help("make the change, write the new hash, and have the signer sign the document again");
        let told = finish(vec![finding], path, &mut |path| engine.snapshot().bytes(path).ok());
        self.sign_again.extend(told.into_iter().map(|finding| (path.clone(), finding)));
    }
}

impl Round {
    /// Takes the changes of a fix, all or none.
    fn takes(&mut self, fix: &Fix) -> bool {
        let fits = fix.changes.iter().all(|change| {
            let path = &change.path;
            // The configuration is read once a run.
            if &**path == CONFIG_FILE || self.replaced.contains_key(path) {
                return false;
            }
            match &change.change {
                Change::Replace(_) => !self.edits.contains_key(path),
                Change::Edits(edits) => {
                    let taken = self.edits.get(path).map_or(&[][..], Vec::as_slice);
                    edits.iter().all(|new| taken.iter().all(|old| new.span.end < old.span.start || old.span.end < new.span.start))
                }
            }
        });
        if fits {
            for change in &fix.changes {
                match &change.change {
                    Change::Replace(bytes) => {
                        self.replaced.insert(change.path.clone(), bytes.clone());
                    }
                    Change::Edits(edits) => self.edits.entry(change.path.clone()).or_default().extend(edits.iter().cloned()),
                }
            }
        }
        fits && !fix.changes.is_empty()
    }
}

fn spot(finding: &Diagnostic) -> Spot {
    (finding.rule.clone(), finding.path.clone(), finding.locator.clone())
}

/// `old` with the edits made; `None` when they overlap or reach past the end.
fn edited(old: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let (mut new, mut at) = (Vec::with_capacity(old.len()), 0);
    for edit in edits {
        new.extend_from_slice(old.get(at..edit.span.start as usize)?);
        new.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end as usize;
    }
    new.extend_from_slice(old.get(at..)?);
    Some(new)
}
