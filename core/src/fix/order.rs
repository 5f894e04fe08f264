//! Leaf to root: which hash waits for which file.

use std::sync::Arc;

use crate::map::{HashMap, HashSet};
use crate::workspace::index::named_files;
use crate::workspace::snapshot::Snapshot;

/// What one round may write.
pub(super) struct Order<'s> {
    snapshot: &'s Snapshot,
    /// The files that have fixes of their own.
    pending: &'s HashSet<Arc<str>>,
    known: HashMap<Arc<str>, Wait>,
}

/// What is known of a file's hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// They can be taken.
    No,
    /// They are taken over a file that is about to change.
    Yes,
    /// The file is being looked at: who comes back to it goes round in a ring.
    Open,
}

impl<'s> Order<'s> {
    pub fn new(snapshot: &'s Snapshot, pending: &'s HashSet<Arc<str>>) -> Self {
        Order { snapshot, pending, known: HashMap::default() }
    }

    /// Whether the hashes in the file `path` have to wait: what they are taken over, directly or through others, is about to change, or they
    /// are taken over the file itself in the end, so that they can never be true.
    pub fn waits(&mut self, path: &Arc<str>) -> bool {
        // Depth first, without recursion: a chain may be as long as the workspace is large.
        let mut stack = vec![(path.clone(), self.below(path))];
        self.known.insert(path.clone(), Wait::Open);
        while let Some((file, below)) = stack.last_mut() {
            let Some(next) = below.pop() else {
                let file = file.clone();
                stack.pop();
                self.known.entry(file).and_modify(|wait| {
                    if *wait == Wait::Open {
                        *wait = Wait::No;
                    }
                });
                continue;
            };
            match self.known.get(&next) {
                Some(Wait::No) if !self.pending.contains(&next) => {}
                None if !self.pending.contains(&next) => {
                    self.known.insert(next.clone(), Wait::Open);
                    let below = self.below(&next);
                    stack.push((next, below));
                }
                // Whoever is above waits too.
                _ => {
                    for (file, _) in stack.drain(..) {
                        self.known.insert(file, Wait::Yes);
                    }
                }
            }
        }
        self.known.get(path) == Some(&Wait::Yes)
    }

    /// The files over which the file at `path` declares hashes.
    fn below(&self, path: &Arc<str>) -> Vec<Arc<str>> {
        let index = self.snapshot.index();
        let Some(facts) = index.facts(path) else { return Vec::new() };
        let mut below: Vec<Arc<str>> = named_files(facts).map(|file| index.follow(&file).map_or(file, Arc::from)).collect();
        below.extend(facts.references.iter().filter(|reference| reference.pin.is_some()).flat_map(|reference| index.resolve(reference)));
        below.retain(|file| file != path);
        below
    }
}
