//! What else becomes untrue when a hash is corrected: whoever declares the hash of the corrected document, the document's own hash of itself,
//! and references pinned to the old hash. Followed to the fixed point; a signed document is left as it is, and the chain ends there.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use mx2lm_core::{
    analysis,
    diagnostic::{Change, Diagnostic as Finding, Fix},
    document::facts::{DeclaredHash, Facts, HashOf, Target},
    hash::Digest,
    text::Span,
    workspace::confine::{self, Location},
};

use crate::{edits::FileEdits, view::File};

/// Most documents that one correction is followed through.
const MOST_STEPS: usize = 10_000;

/// A document on the chain.
struct Link {
    bytes: Arc<[u8]>,
    before: Arc<Facts>,
    now: Arc<Facts>,
    /// What is written anew, by locator: where it stands in `bytes`, and the text.
    written: BTreeMap<String, (Span, String)>,
}

impl Link {
    fn open(file: &File<'_>, path: &Arc<str>) -> Option<Self> {
        let bytes = file.other(path)?.bytes;
        let facts = file.snapshot().index().facts(path)?.clone();
        Some(Self { bytes, now: facts.clone(), before: facts, written: BTreeMap::new() })
    }

    /// Reads the document as it will be.
    fn renew(&mut self) {
        let mut edits: Vec<_> = self.written.values().cloned().collect();
        edits.sort_by_key(|(span, _)| *span);
        let (mut bytes, mut at) = (Vec::with_capacity(self.bytes.len()), 0);
        for (span, text) in edits {
            bytes.extend_from_slice(self.bytes.get(at..span.start as usize).unwrap_or_default());
            bytes.extend_from_slice(text.as_bytes());
            at = span.end as usize;
        }
        bytes.extend_from_slice(self.bytes.get(at..).unwrap_or_default());
        if let Some(facts) = analysis::analyse(&self.before.path, &bytes).facts {
            self.now = facts;
        }
    }
}

/// Every replacement that the correction `fix` of `finding` entails, its own included; `None` when it entails nothing else.
pub fn follow(file: &File<'_>, finding: &Finding, fix: &Fix) -> Option<BTreeMap<Arc<str>, FileEdits>> {
    let [change] = fix.changes.as_slice() else { return None };
    let Change::Edits(edits) = &change.change else { return None };
    let mut chain: BTreeMap<Arc<str>, Link> = BTreeMap::new();
    let mut first = Link::open(file, &change.path)?;
    for (n, edit) in edits.iter().enumerate() {
        let name = if n == 0 { finding.locator.clone() } else { format!("{}#{n}", finding.locator) };
        first.written.insert(name, (edit.span, edit.text.clone()));
    }
    first.renew();
    chain.insert(change.path.clone(), first);
    let mut waiting = VecDeque::from([change.path.clone()]);
    for _ in 0..MOST_STEPS {
        let Some(path) = waiting.pop_front() else { break };
        let mut touched = correct(file, &mut chain, &path, &path);
        for user in file.snapshot().index().users(&path).iter() {
            touched |= correct(file, &mut chain, user, &path) && {
                waiting.push_back(user.clone());
                true
            };
        }
        waiting.extend(pinned(file, &mut chain, &path));
        if touched {
            waiting.push_back(path);
        }
    }
    let followed = chain.values().map(|link| link.written.len()).sum::<usize>() > edits.len();
    followed.then(|| chain.into_iter().map(|(path, link)| (path, link.written.into_values().collect())).collect())
}

/// Corrects what `path` declares of the changed document `target`; whether that changed it.
fn correct(file: &File<'_>, chain: &mut BTreeMap<Arc<str>, Link>, path: &Arc<str>, target: &Arc<str>) -> bool {
    let Some(digest) = chain.get(target).map(|link| link.now.digest) else { return false };
    let Some(link) = entry(file, chain, path) else { return false };
    let mut changed = false;
    for hash in link.now.hashes.clone() {
        let wanted = match (&hash.of, path == target) {
            (HashOf::Itself, true) => link.now.self_hash,
            (HashOf::Itself, false) => None,
            (of, _) => names(&link.now, of, target).then_some(digest),
        };
        changed |= wanted.is_some_and(|wanted| write(link, &hash, wanted));
    }
    if changed {
        link.renew();
    }
    changed
}

/// The link of a document that may be changed: signed ones may not.
fn entry<'c>(file: &File<'_>, chain: &'c mut BTreeMap<Arc<str>, Link>, path: &Arc<str>) -> Option<&'c mut Link> {
    if !chain.contains_key(path) {
        chain.insert(path.clone(), Link::open(file, path).filter(|link| link.before.signature.is_none())?);
    }
    chain.get_mut(path)
}

/// Whether a declared hash is that of the file at `target`.
fn names(facts: &Facts, of: &HashOf, target: &Arc<str>) -> bool {
    let location = match of {
        HashOf::Itself => return false,
        HashOf::File(path) => return **path == **target,
        HashOf::Payload => facts.payload.as_ref().and_then(|payload| payload.location.as_ref()),
    };
    let resolved = location.map(|location| confine::resolve(confine::folder_of(&facts.path), &location.value));
    matches!(resolved, Some(Ok(Location::Inside(path))) if *path == **target)
}

/// Writes a digest where another stands; a placeholder is for the author to fill in.
fn write(link: &mut Link, hash: &DeclaredHash, digest: Digest) -> bool {
    if Digest::parse(&hash.at.value).is_none_or(|old| old == digest) {
        return false;
    }
    let Some(span) = link.before.hashes.iter().find(|before| before.at.locator == hash.at.locator).map(|before| before.at.span) else {
        return false;
    };
    link.written.insert(hash.at.locator.clone(), (span, format!("\"{digest}\"")));
    true
}

/// Corrects references pinned to the hash that `path` declared before; the documents that this changed.
fn pinned(file: &File<'_>, chain: &mut BTreeMap<Arc<str>, Link>, path: &Arc<str>) -> Vec<Arc<str>> {
    let Some(link) = chain.get(path) else { return Vec::new() };
    let declared = |facts: &Facts| facts.declared_payload_hash().map(|(_, digest)| digest);
    let (Some(id), Some(old), Some(new)) = (&link.before.id, declared(&link.before), declared(&link.now)) else { return Vec::new() };
    if old == new {
        return Vec::new();
    }
    let mut changed = Vec::new();
    for user in file.snapshot().index().referrers(&Target::Object(id.value.clone())).iter() {
        let Some(link) = entry(file, chain, user) else { continue };
        let stale = link.before.references.iter().filter(|reference| reference.pin == Some(old)).filter_map(|reference| {
            let text = reference.at.value.replacen(&old.to_string(), &new.to_string(), 1);
            let text = serde_json::Value::from(text).to_string();
            let known = link.written.get(&reference.at.locator).is_some_and(|(_, known)| *known == text);
            (!known).then(|| (reference.at.locator.clone(), (reference.at.span, text)))
        });
        let stale: Vec<_> = stale.collect();
        if !stale.is_empty() {
            link.written.extend(stale);
            link.renew();
            changed.push(user.clone());
        }
    }
    changed
}
