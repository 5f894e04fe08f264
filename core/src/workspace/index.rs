//! Who defines what, who names whom.
//!
//! Built by merging facts; the merge is associative and commutative, and replacing one file's facts is an edit. A clone is cheap
//! and an edit never copies the whole.

use std::{hash::Hash, sync::Arc};

use imbl::hashmap::Entry;
use unicode_normalization::UnicodeNormalization;

use crate::{
    document::{
        facts::{Facts, HashOf, Reference, Target},
        id,
    },
    hash::digest::Digest,
    map::{HashSet, SharedMap, SharedSet},
    workspace::confine::{self, Location},
};

/// Something a rule may have asked the index about; when it changes, the rule asks again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// Whether a file is there and what it holds.
    Path(Arc<str>),
    /// Which files define an id.
    Id(Arc<str>),
    /// Which files define a profile name.
    Profile(Arc<str>),
    /// Which files have these bytes.
    Digest(Digest),
    /// Which descriptors declare this hash for their payload.
    Declarers(Digest),
    /// Which tensors declare this Merkle root.
    Root(Digest),
    /// Which packages hold a component.
    Component(Arc<str>),
    /// Which files are of a kind.
    Kind(&'static str),
    /// Which documents name an object or profile.
    Referrers(Target),
    /// Which descriptors have this file as payload.
    Users(Arc<str>),
    /// Which files have this path but for case and Unicode form.
    Twins(Arc<str>),
    /// Which units of the semantic index are about a document.
    IndexUnits(Arc<str>),
    /// Every id there is.
    AllIds,
}

/// A set of paths; nearly always of one.
#[derive(Debug, Clone)]
enum Paths {
    One(Arc<str>),
    Many(SharedSet<Arc<str>>),
}

impl Paths {
    /// In byte order.
    fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        let (one, many) = match self {
            Paths::One(path) => (Some(path), None),
            Paths::Many(paths) => (None, Some(paths)),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

fn each(paths: Option<&Paths>) -> impl Iterator<Item = &Arc<str>> {
    paths.into_iter().flat_map(Paths::iter)
}

fn listed(paths: Option<&Paths>) -> Vec<Arc<str>> {
    each(paths).cloned().collect()
}

/// Where a symbolic link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// To a path inside the workspace root.
    Inside(Arc<str>),
    /// Out of the workspace root: never followed.
    Outside,
    /// Nowhere.
    Broken,
}

/// What is known of a path.
#[derive(Debug, Clone)]
pub enum FileState {
    /// A file whose facts are known.
    Known(Arc<Facts>),
    /// A file that is there but could not be read.
    Unreadable,
    /// The path leads through a link out of the workspace.
    LinkOutside,
    /// Nothing is there.
    Missing,
}

/// The merged facts.
#[derive(Clone, Default)]
pub struct Index {
    files: SharedMap<Arc<str>, Arc<Facts>>,
    unreadable: SharedMap<Arc<str>, ()>,
    links: SharedMap<Arc<str>, Link>,
    ids: SharedMap<Arc<str>, Paths>,
    profiles: SharedMap<Arc<str>, Paths>,
    digests: SharedMap<Digest, Paths>,
    declarers: SharedMap<Digest, Paths>,
    roots: SharedMap<Digest, Paths>,
    components: SharedMap<Arc<str>, Paths>,
    kinds: SharedMap<&'static str, Paths>,
    referrers: SharedMap<Target, Paths>,
    users: SharedMap<Arc<str>, Paths>,
    twins: SharedMap<Arc<str>, Paths>,
    index_units: SharedMap<Arc<str>, Paths>,
}

impl Index {
    /// Puts a file's facts in place of what was known of it; returns the keys whose answers may have changed.
    pub fn replace(&mut self, facts: Arc<Facts>) -> Vec<Key> {
        let path = facts.path.clone();
        let new = keys_of(&facts);
        let old = self.files.get(&path).map(|old| keys_of(old)).unwrap_or_default();
        if old.is_empty() {
            new.iter().for_each(|key| self.add(key, &path));
        } else {
            // an edit leaves most of them as they were
            let (before, after): (HashSet<&Key>, HashSet<&Key>) = (old.iter().collect(), new.iter().collect());
            before.difference(&after).for_each(|key| self.drop_from(key, &path));
            after.difference(&before).for_each(|key| self.add(key, &path));
        }
        self.files.insert(path.clone(), facts);
        self.unreadable.remove(&path);
        let mut keys = vec![Key::Path(path)];
        keys.extend(new);
        keys.extend(old);
        keys
    }

    /// Notes the facts of a file that counts for no other: only its path leads to it.
    pub(super) fn note(&mut self, facts: Arc<Facts>) {
        self.unreadable.remove(&facts.path);
        self.files.insert(facts.path.clone(), facts);
    }

    /// Whether no symbolic link is known, so that every path is its own.
    pub(crate) fn has_no_links(&self) -> bool {
        self.links.is_empty()
    }

    /// Forgets a file; returns the keys whose answers may have changed.
    pub fn remove(&mut self, path: &Arc<str>) -> Vec<Key> {
        self.unreadable.remove(path);
        let mut keys = match self.files.remove(path) {
            None => Vec::new(),
            Some(facts) => keys_of(&facts),
        };
        for key in &keys {
            self.drop_from(key, path);
        }
        keys.push(Key::Path(path.clone()));
        keys
    }

    /// Notes a file that is there but cannot be read.
    pub fn mark_unreadable(&mut self, path: &Arc<str>) -> Vec<Key> {
        let keys = self.remove(path);
        self.unreadable.insert(path.clone(), ());
        keys
    }

    /// Whether a symbolic link is known to be there.
    pub fn is_link(&self, path: &str) -> bool {
        self.links.contains_key(path)
    }

    /// Notes where a symbolic link leads.
    pub fn set_link(&mut self, path: Arc<str>, link: Link) {
        self.links.insert(path, link);
    }

    /// Every file whose facts are known, in no order.
    pub fn files(&self) -> impl Iterator<Item = &Arc<Facts>> {
        self.files.values()
    }

    /// Facts of exactly this path.
    pub fn facts(&self, path: &str) -> Option<&Arc<Facts>> {
        self.files.get(path)
    }

    /// What is at `path`, links inside the workspace followed.
    pub fn file(&self, path: &str) -> FileState {
        match self.follow(path) {
            Err(state) => state,
            Ok(path) => match self.files.get(path.as_str()) {
                Some(facts) => FileState::Known(facts.clone()),
                None if self.unreadable.contains_key(path.as_str()) => FileState::Unreadable,
                None => FileState::Missing,
            },
        }
    }

    /// The path without links, or why it leads nowhere.
    pub(crate) fn follow(&self, path: &str) -> Result<String, FileState> {
        const MOST_LINKS: usize = 40;
        let mut path = path.to_owned();
        if self.links.is_empty() {
            return Ok(path);
        }
        'again: for _ in 0..MOST_LINKS {
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]).collect::<Vec<_>>();
            for end in ends {
                match self.links.get(&path[..end]) {
                    None => {}
                    Some(Link::Outside) => return Err(FileState::LinkOutside),
                    Some(Link::Broken) => return Err(FileState::Missing),
                    Some(Link::Inside(target)) => {
                        // the root itself has no name
                        path = format!("{target}{}", &path[end..]).trim_start_matches('/').to_owned();
                        continue 'again;
                    }
                }
            }
            return Ok(path);
        }
        Err(FileState::Missing)
    }

    /// The files that define `id`, by path.
    pub fn definitions(&self, id: &str) -> Vec<Arc<str>> {
        listed(self.ids.get(id))
    }

    /// The same, one by one.
    pub fn each_definition(&self, id: &str) -> impl Iterator<Item = &Arc<str>> {
        each(self.ids.get(id))
    }

    /// Units of the semantic index about this document, by path.
    pub fn index_units(&self, document: &str) -> Vec<Arc<str>> {
        listed(self.index_units.get(document))
    }

    /// The files that define a profile of that name, by path.
    pub fn profiles(&self, name: &str) -> Vec<Arc<str>> {
        listed(self.profiles.get(name))
    }

    /// The files with these bytes, by path.
    pub fn same_bytes(&self, digest: &Digest) -> Vec<Arc<str>> {
        listed(self.digests.get(digest))
    }

    /// The descriptors that declare this hash for their payload, by path.
    pub fn declarers(&self, digest: &Digest) -> Vec<Arc<str>> {
        listed(self.declarers.get(digest))
    }

    /// The tensors that declare this Merkle root, by path.
    pub fn roots(&self, digest: &Digest) -> Vec<Arc<str>> {
        listed(self.roots.get(digest))
    }

    /// The packages that hold a component of that name, by path.
    pub fn components(&self, name: &str) -> Vec<Arc<str>> {
        listed(self.components.get(name))
    }

    /// The files a reference leads to, by path: those that define the name; when none does and the name is a class with a hash (C031),
    /// those with that payload hash that are of the class, or whatever has the hash.
    pub fn resolve(&self, reference: &Reference) -> Vec<Arc<str>> {
        let defined = match &reference.target {
            Target::Object(id) => self.definitions(id),
            Target::Profile(name) => self.profiles(name),
        };
        let (Some(class), Some(pin), true) = (reference.class(), &reference.pin, defined.is_empty()) else { return defined };
        let mut found = self.declarers(pin);
        // A stable sort: the order of paths stays within both halves.
        found.sort_by_key(|path| !self.facts(path).is_some_and(|facts| is_of_class(facts, class)));
        found
    }

    /// The files of a kind, by path.
    pub fn of_kind(&self, kind: &'static str) -> Vec<Arc<str>> {
        listed(self.kinds.get(kind))
    }

    /// The same, one by one.
    pub fn each_of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Arc<str>> {
        each(self.kinds.get(kind))
    }

    /// The documents that name `target`, by path.
    pub fn referrers(&self, target: &Target) -> Vec<Arc<str>> {
        listed(self.referrers.get(target))
    }

    /// The descriptors whose payload or declared file `path` is, by path.
    pub fn users(&self, path: &str) -> Vec<Arc<str>> {
        listed(self.users.get(path))
    }

    /// The paths equal to `path` but for case and Unicode form, itself included.
    pub fn twins(&self, path: &str) -> Vec<Arc<str>> {
        listed(self.twins.get(folded(path).as_str()))
    }

    /// Every id that some file defines, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.ids.keys()
    }

    /// Every profile name that some file defines, in no order.
    pub fn profile_names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.profiles.keys()
    }

    fn add(&mut self, key: &Key, path: &Arc<str>) {
        match key {
            Key::Id(id) => insert(&mut self.ids, id, path),
            Key::Profile(name) => insert(&mut self.profiles, name, path),
            Key::IndexUnits(id) => insert(&mut self.index_units, id, path),
            Key::Digest(digest) => insert(&mut self.digests, digest, path),
            Key::Declarers(digest) => insert(&mut self.declarers, digest, path),
            Key::Root(digest) => insert(&mut self.roots, digest, path),
            Key::Component(name) => insert(&mut self.components, name, path),
            Key::Kind(kind) => insert(&mut self.kinds, kind, path),
            Key::Referrers(target) => insert(&mut self.referrers, target, path),
            Key::Users(file) => insert(&mut self.users, file, path),
            Key::Twins(folded) => insert(&mut self.twins, folded, path),
            Key::Path(_) | Key::AllIds => {}
        }
    }

    fn drop_from(&mut self, key: &Key, path: &Arc<str>) {
        match key {
            Key::Id(id) => discard(&mut self.ids, id, path),
            Key::Profile(name) => discard(&mut self.profiles, name, path),
            Key::IndexUnits(id) => discard(&mut self.index_units, id, path),
            Key::Digest(digest) => discard(&mut self.digests, digest, path),
            Key::Declarers(digest) => discard(&mut self.declarers, digest, path),
            Key::Root(digest) => discard(&mut self.roots, digest, path),
            Key::Component(name) => discard(&mut self.components, name, path),
            Key::Kind(kind) => discard(&mut self.kinds, kind, path),
            Key::Referrers(target) => discard(&mut self.referrers, target, path),
            Key::Users(file) => discard(&mut self.users, file, path),
            Key::Twins(folded) => discard(&mut self.twins, folded, path),
            Key::Path(_) | Key::AllIds => {}
        }
    }
}

/// Whether a document's kind or id says that it is of a class: `ai.vocab` is `ai.vocab.v1`, and what lies under `object://ai/vocab/`.
fn is_of_class(facts: &Facts, class: &str) -> bool {
    let version = |rest: &str| rest.is_empty() || rest.starts_with(".v");
    let below = |id: &str| id.strip_prefix(id::SCHEME).is_some_and(|path| path.replace('/', ".").starts_with(&format!("{class}.")));
    facts.kind.is_some_and(|kind| kind.name().strip_prefix(class).is_some_and(version))
        || facts.id.as_ref().is_some_and(|id| below(&id.value))
}

/// A path as a file system that folds case and Unicode form would see it.
pub(crate) fn folded(path: &str) -> String {
    if path.is_ascii() { path.to_ascii_lowercase() } else { path.nfc().flat_map(char::to_lowercase).nfc().collect() }
}

/// As [`folded`]; a path that is folded already is not copied.
fn folded_path(path: &Arc<str>) -> Arc<str> {
    let is_folded = path.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_folded { path.clone() } else { folded(path).into() }
}

/// The path from the root of a descriptor's payload.
pub(crate) fn payload_path(facts: &Facts) -> Option<String> {
    let location = facts.payload.as_ref()?.location.as_ref()?;
    match confine::resolve(confine::folder_of(&facts.path), &location.value) {
        Ok(Location::Inside(path)) => Some(path),
        _ => None,
    }
}

/// The files a document names by location, as paths from the root.
pub fn named_files(facts: &Facts) -> impl Iterator<Item = Arc<str>> + '_ {
    let payload = payload_path(facts).map(Arc::from);
    let listed = facts.hashes.iter().filter_map(|hash| match &hash.of {
        HashOf::File(path) => match confine::resolve("", path) {
            Ok(Location::Inside(path)) => Some(Arc::from(path)),
            _ => None,
        },
        _ => None,
    });
    payload.into_iter().chain(listed)
}

/// The keys that a file's facts answer.
fn keys_of(facts: &Facts) -> Vec<Key> {
    let mut keys = vec![Key::Digest(facts.digest), Key::Twins(folded_path(&facts.path))];
    if let Some(kind) = facts.kind {
        keys.push(Key::Kind(kind.name()));
    }
    if let Some(id) = &facts.id {
        keys.push(Key::Id(id.value.clone()));
        keys.push(Key::AllIds);
    }
    keys.extend(facts.declared_payload_hash().map(|(_, digest)| Key::Declarers(digest)));
    if let Some(lanes) = &facts.lanes {
        keys.extend(lanes.merkle_root.map(Key::Root));
        keys.extend(lanes.component.clone().map(Key::Component));
    }
    if let Some(name) = &facts.profile_name {
        keys.push(Key::Profile(name.value.clone()));
        keys.push(Key::AllIds);
    }
    if let Some(document) = facts.index_unit.as_ref().and_then(|unit| unit.document.as_ref()) {
        keys.push(Key::IndexUnits(document.value.clone()));
    }
    keys.extend(facts.references.iter().map(|reference| Key::Referrers(reference.target.clone())));
    keys.extend(named_files(facts).map(Key::Users));
    keys
}

fn insert<K: Hash + Eq + Clone>(map: &mut SharedMap<K, Paths>, key: &K, path: &Arc<str>) {
    match map.entry(key.clone()) {
        Entry::Vacant(slot) => {
            slot.insert(Paths::One(path.clone()));
        }
        Entry::Occupied(slot) => match slot.into_mut() {
            Paths::One(other) if other == path => {}
            paths @ Paths::One(_) => {
                let Paths::One(other) = &*paths else { return };
                *paths = Paths::Many([other.clone(), path.clone()].into_iter().collect());
            }
            Paths::Many(paths) => {
                paths.insert(path.clone());
            }
        },
    }
}

fn discard<K: Hash + Eq + Clone>(map: &mut SharedMap<K, Paths>, key: &K, path: &Arc<str>) {
    let last = match map.get_mut(key) {
        None => false,
        Some(Paths::One(other)) => other == path,
        Some(Paths::Many(paths)) => {
            paths.remove(path);
            paths.is_empty()
        }
    };
    if last {
        map.remove(key);
    }
}
