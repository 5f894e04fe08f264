//! The changes of one round: which fixes keep apart, and what they make of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Applied, Done, Spot};
use crate::diagnostic::{Change, Edit, Fix, Safety};
use crate::text::Span;
use crate::workspace::walk::CONFIG_FILE;

/// One fix of a round.
pub(super) struct Deed {
    pub spot: Spot,
    pub title: String,
    pub is_hash: bool,
    /// The files it changes.
    pub paths: Vec<Arc<str>>,
}

impl Deed {
    pub fn new(spot: &Spot, fix: &Fix) -> Self {
        Deed {
            spot: spot.clone(),
            title: fix.title.clone(),
            is_hash: fix.safety == Safety::Hash,
            paths: fix.changes.iter().map(|change| change.path.clone()).collect(),
        }
    }

    pub fn done(&self) -> Done {
        (self.spot.clone(), self.title.clone())
    }

    /// Under what a finding that the fix answers is counted.
    pub fn kinds(&self) -> [Spot; 2] {
        kinds(&self.spot)
    }

    pub fn applied(&self) -> Applied {
        let (rule, path, locator) = self.spot.clone();
        Applied { rule, path, locator, title: self.title.clone() }
    }
}

/// Under what a finding is counted: with all of its rule in its file, and with those at its place.
pub(super) fn kinds(spot: &Spot) -> [Spot; 2] {
    let (rule, path, _) = spot.clone();
    // No locator has a line end.
    [(rule, path, "\n".to_owned()), spot.clone()]
}

/// What a whole file becomes.
enum Whole {
    Bytes(Vec<u8>),
    /// The canonical text of the drawing in it, with this tolerance.
    Canonical(u64),
}

/// The edits of one file, by where they begin and, of those at one place, the order in which they came. Those of different fixes do not touch.
#[derive(Default)]
struct Taken(BTreeMap<(u32, u32, usize), Edit>);

impl Taken {
    /// Whether no edit touches the span.
    fn is_free(&self, span: Span) -> bool {
        let before = self.0.range(..=(span.end, u32::MAX, usize::MAX)).next_back();
        before.is_none_or(|(_, edit)| edit.span.end < span.start)
    }

    fn take(&mut self, edits: &[Edit]) {
        for edit in edits {
            self.0.insert((edit.span.start, edit.span.end, self.0.len()), edit.clone());
        }
    }
}

/// The changes of one round.
#[derive(Default)]
pub(super) struct Round {
    edits: BTreeMap<Arc<str>, Taken>,
    /// What whole files become.
    replaced: BTreeMap<Arc<str>, Whole>,
    pub deeds: Vec<Deed>,
}

impl Round {
    /// The files that change, in the order of their paths.
    pub fn paths(&self) -> BTreeSet<Arc<str>> {
        self.edits.keys().chain(self.replaced.keys()).cloned().collect()
    }

    /// Whether the file changes already.
    pub fn changes(&self, path: &Arc<str>) -> bool {
        self.edits.contains_key(path) || self.replaced.contains_key(path)
    }

    /// What becomes of the bytes `old`; `None` when the changes do not fit them.
    pub fn bytes(&self, path: &Arc<str>, old: &[u8]) -> Option<Vec<u8>> {
        match self.replaced.get(path) {
            Some(Whole::Bytes(bytes)) => Some(bytes.clone()),
            Some(Whole::Canonical(tolerance)) => super::canonical(old, *tolerance).map(String::into_bytes),
            None => edited(old, self.edits.get(path)?.0.values()),
        }
    }

    /// Takes the changes of a fix, all or none.
    pub fn takes(&mut self, fix: &Fix) -> bool {
        let fits = fix.changes.iter().all(|change| {
            let path = &change.path;
            // The configuration is read once a run.
            if &**path == CONFIG_FILE || self.replaced.contains_key(path) {
                return false;
            }
            match &change.change {
                Change::Replace(_) | Change::Canonical { .. } => !self.edits.contains_key(path),
                Change::Edits(edits) => self.edits.get(path).is_none_or(|taken| edits.iter().all(|new| taken.is_free(new.span))),
            }
        });
        if fits {
            for change in &fix.changes {
                match &change.change {
                    Change::Replace(bytes) => {
                        self.replaced.insert(change.path.clone(), Whole::Bytes(bytes.clone()));
                    }
                    Change::Canonical { tolerance } => {
                        self.replaced.insert(change.path.clone(), Whole::Canonical(*tolerance));
                    }
                    Change::Edits(edits) => self.edits.entry(change.path.clone()).or_default().take(edits),
                }
            }
        }
        fits && !fix.changes.is_empty()
    }
}

/// `old` with the edits made, in its own line ends; `None` when they overlap or reach past the end.
pub(super) fn edited<'e>(old: &[u8], edits: impl IntoIterator<Item = &'e Edit>) -> Option<Vec<u8>> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let windows = memchr::memchr(b'\n', old).is_some_and(|at| at > 0 && old.get(at - 1) == Some(&b'\r'));
    let (mut new, mut at) = (Vec::with_capacity(old.len()), 0);
    for edit in edits {
        new.extend_from_slice(old.get(at..edit.span.start as usize)?);
        match windows && edit.text.contains('\n') {
            true => new.extend_from_slice(edit.text.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes()),
            false => new.extend_from_slice(edit.text.as_bytes()),
        }
        at = edit.span.end as usize;
    }
    new.extend_from_slice(old.get(at..)?);
    Some(new)
}
