//! Puts right what the findings know how to put right.
//!
//! Fixes are made in rounds, each on the text that the round before left behind: a payload's new digest shows in its descriptor only then,
//! and the descriptor's new self-hash in whoever embeds it only after that. A hash waits for the files it is taken over (`fix::order`). The
//! run ends where a round changes nothing. Nothing is written here: the result is new bytes, in the order in which they must be written so
//! that a run that breaks off converges when run again.
//!
//! No file comes off worse (`fix::guard`): one that is signed keeps its bytes when a fix would change what was signed, for only the signer can
//! sign again; and without leave to refresh hashes, nothing is changed whose true hash stands somewhere.

mod guard;
mod order;
mod round;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use self::guard::Worse;
use self::order::Order;
use self::round::{Deed, Round};
use crate::diagnostic::{Diagnostic, Fix, Safety};
use crate::hash::self_hash;
use crate::lint::{self, Opened, Options, RunError, WorkspaceOutcome};
use crate::map::{HashMap, HashSet};
use crate::rules::svg::tensor::Tensor;
use crate::rules::told::diagnostics;
use crate::rules::workspace::SIGN_AGAIN;
use crate::rules::{Finding, Place};
use crate::workspace::engine::Progress;

/// What [`crate::diagnostic::Change::Canonical`] makes of a file; `None` when it is no lawful drawing.
pub fn canonical(bytes: &[u8], tolerance: u64) -> Option<String> {
    Tensor::read(bytes, tolerance).ok().map(|tensor| tensor.canonical_text())
}

/// Most rounds of one run: the longest chain of hashes that is followed.
pub const MAX_ROUNDS: usize = 10_000;
/// How often one hash is written at one place, should the order of writing not be known.
const MAX_TRIES: u32 = 8;

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
    /// The fixes not made, because a file would have come off worse.
    pub left: Vec<Left>,
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

/// One fix that was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The fix, and whose finding it would answer.
    pub fix: Applied,
    /// What would have come of it, in words.
    pub why: String,
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
    given_up: HashMap<Done, Option<Worse>>,
    /// Files that came off worse from several fixes at once: they get one at a time.
    careful: HashSet<Arc<str>>,
    applied: Vec<Applied>,
    before: BTreeMap<Arc<str>, Arc<[u8]>>,
    /// The round in which a file changed last.
    changed_in: HashMap<Arc<str>, usize>,
    sign_again: BTreeMap<Arc<str>, Diagnostic>,
}

impl Run {
    fn new(opened: Opened, wanted: Wanted) -> Self {
        let foreign = opened.engine.report().iter().filter(|finding| !opened.covers(&finding.path)).map(spot).collect();
        Run {
            opened,
            wanted,
            foreign,
            tries: HashMap::default(),
            given_up: HashMap::default(),
            careful: HashSet::default(),
            applied: Vec::new(),
            before: BTreeMap::new(),
            changed_in: HashMap::default(),
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
        let left = left(&self.given_up, &outcome);
        Fixed { root: outcome.root.clone(), applied: self.applied, files, left, outcome }
    }

    /// The first wanted fix of each finding, as long as they keep apart; the others get their turn in the next round.
    fn choose(&self, findings: &[Diagnostic]) -> Round {
        let mut chosen: Vec<(Deed, &Fix)> = Vec::new();
        for finding in findings {
            let spot = spot(finding);
            let open = |fix: &&Fix| self.wants(finding, fix, &spot) && !self.given_up.contains_key(&(spot.clone(), fix.title.clone()));
            chosen.extend(finding.fixes.iter().find(open).map(|fix| (Deed::new(&spot, fix), fix)));
        }
        let pending: HashSet<Arc<str>> = chosen.iter().flat_map(|(deed, _)| deed.paths.iter().cloned()).collect();
        let mut order = Order::new(self.opened.engine.snapshot(), &pending);
        let mut round = Round::default();
        // A document's own hash comes after everything else in it.
        chosen.sort_by_key(|(deed, _)| self.is_own_hash(deed));
        for (deed, fix) in chosen {
            if self.is_own_hash(&deed) && deed.paths.iter().any(|path| round.changes(path)) {
                continue;
            }
            let waits = deed.is_hash && deed.paths.iter().any(|path| order.waits(path));
            let one_at_a_time = deed.paths.iter().any(|path| self.careful.contains(path) && round.changes(path));
            if !waits && !one_at_a_time && round.takes(fix) {
                round.deeds.push(deed);
            }
        }
        round
    }

    fn is_own_hash(&self, deed: &Deed) -> bool {
        let (_, path, locator) = &deed.spot;
        let kind = self.opened.engine.snapshot().index().facts(path).and_then(|facts| facts.kind);
        let declared_at = kind.and_then(|kind| self_hash::declared_at(kind.name()));
        deed.is_hash && (declared_at == Some(locator) || locator == self_hash::FINGERPRINT_AT)
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

    /// Makes the changes, or none of them when a file would come off worse; that file's fix is then given up. Returns the files whose
    /// findings may have changed.
    fn make(&mut self, round: Round, number: usize) -> Option<HashSet<Arc<str>>> {
        let mut undo: Vec<(Arc<str>, Arc<[u8]>)> = Vec::new();
        let mut changed = HashSet::default();
        let mut worse: BTreeMap<Arc<str>, Worse> = BTreeMap::new();
        let found = self.counts(&round.deeds);
        for path in round.paths() {
            let old = self.opened.engine.snapshot().bytes(&path).ok();
            let Some((old, new)) = old.and_then(|old| round.bytes(&path, &old).map(|new| (old, new))) else {
                worse.insert(path, Worse::Unmakeable);
                continue;
            };
            let only_hashes = round.deeds.iter().filter(|deed| deed.paths.contains(&path)).all(|deed| deed.is_hash);
            let before = guard::state(&self.opened.engine, &path);
            let relied_on = if self.wanted.hashes { None } else { guard::relied_on(&self.opened.engine, &path) };
            changed.extend(self.opened.engine.update(&path, Some(new.into())));
            let after = guard::state(&self.opened.engine, &path);
            undo.push((path.clone(), old));
            if let Some(why) = guard::compare(&before, &after, only_hashes, self.wanted.hashes).or(relied_on.map(Worse::Untrue)) {
                worse.insert(path, why);
            }
        }
        if worse.is_empty() {
            let left = self.counts(&round.deeds);
            let helped = |deed: &Deed| deed.kinds().iter().any(|kind| left.get(kind) < found.get(kind));
            let useless = round.deeds.iter().filter(|deed| deed.is_hash && !helped(deed));
            worse.extend(useless.flat_map(|deed| &deed.paths).map(|path| (path.clone(), Worse::Useless)));
            if worse.is_empty() {
                for deed in &round.deeds {
                    let tries = self.tries.entry(deed.done()).or_insert(0);
                    *tries += 1;
                    if !helped(deed) || deed.is_hash && *tries >= MAX_TRIES {
                        self.given_up.insert(deed.done(), None);
                    }
                    self.applied.push(deed.applied());
                }
                for (path, old) in undo {
                    self.before.entry(path.clone()).or_insert(old);
                    self.changed_in.insert(path, number);
                }
                return Some(changed);
            }
        }
        for (path, old) in undo {
            self.opened.engine.update(&path, Some(old));
        }
        for (path, why) in worse {
            let spoiled: Vec<&Deed> = round.deeds.iter().filter(|deed| deed.paths.contains(&path)).collect();
            if spoiled.len() > 1 && self.careful.insert(path.clone()) {
                continue;
            }
            if why == Worse::Signed {
                self.say_sign_again(&path);
            }
            self.given_up.extend(spoiled.into_iter().map(|deed| (deed.done(), Some(why.clone()))));
        }
        None
    }

    /// How many findings of its rule each deed's file has, in all and at its place: a fix that makes neither fewer is not made again.
    fn counts(&self, deeds: &[Deed]) -> HashMap<Spot, usize> {
        let paths = deeds.iter().map(|deed| deed.spot.1.clone()).collect();
        let mut counts = HashMap::default();
        for finding in self.opened.engine.report_on(&paths) {
            let [all, here] = round::kinds(&spot(&finding));
            *counts.entry(all).or_insert(0) += 1;
            *counts.entry(here).or_insert(0) += 1;
        }
        counts
    }

    fn say_sign_again(&mut self, path: &Arc<str>) {
        let Some(tree) = self.opened.engine.snapshot().json(path) else { return };
        let kind = self.opened.engine.snapshot().index().facts(path).and_then(|facts| facts.kind);
        let Some(signature) = guard::signatures(&tree, kind).into_iter().next().map(|signed| signed.signature) else { return };
        let engine = &self.opened.engine;
        let message = "what a fix would change here is signed: the document was left as it is, and must be signed again";
        let finding = Finding::new(&SIGN_AGAIN, Place::value(signature), message)
            .help("make the change, write the new hash, and have the signer sign the document again");
        let told = diagnostics(vec![finding], path, &mut |path| engine.snapshot().bytes(path).ok());
        self.sign_again.extend(told.into_iter().map(|finding| (path.clone(), finding)));
    }
}

fn spot(finding: &Diagnostic) -> Spot {
    (finding.rule.clone(), finding.path.clone(), finding.locator.clone())
}

/// What was given up and is still found, with the reason.
fn left(given_up: &HashMap<Done, Option<Worse>>, outcome: &WorkspaceOutcome) -> Vec<Left> {
    let mut left = Vec::new();
    for finding in &outcome.diagnostics {
        for fix in &finding.fixes {
            let deed = Deed::new(&spot(finding), fix);
            if let Some(Some(why)) = given_up.get(&deed.done()) {
                left.push(Left { fix: deed.applied(), why: why.to_string() });
            }
        }
    }
    left
}
