//! What a workspace check may ask.
//!
//! Every question is noted as a [`Key`], answers of *nothing there* included: when a key changes, the checks that asked are run again.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use crate::{
    document::facts::{Facts, Reference, Role, Target},
    hash::digest::Digest,
    map::HashSet,
    rules::nearest_of,
    syntax::json,
    workspace::{
        config::Config,
        confine::{self, Location},
        index::{FileState, Key, folded},
        snapshot::{BytesError, Snapshot},
    },
};

/// Up to how many questions each is looked for among those before it.
const FEW: usize = 64;
/// How many names are compared for one file in search of near ones.
const COMPARISONS: usize = 500_000;

/// One file among the others.
pub struct WorkspaceContext<'a> {
    snapshot: &'a Snapshot,
    /// The file being checked.
    pub facts: &'a Arc<Facts>,
    /// Nothing where no edit will follow.
    asked: Option<RefCell<Vec<Key>>>,
    /// How many names may still be compared in search of a near one.
    comparisons: Cell<usize>,
}

impl<'a> WorkspaceContext<'a> {
    /// The file `facts` in `snapshot`. `remember` is whether questions are noted.
    pub fn new(snapshot: &'a Snapshot, facts: &'a Arc<Facts>, remember: bool) -> Self {
        WorkspaceContext { snapshot, facts, asked: remember.then(RefCell::default), comparisons: Cell::new(COMPARISONS) }
    }

    /// What has been asked so far.
    pub fn into_asked(self) -> Vec<Key> {
        let asked = self.asked.map(RefCell::into_inner).unwrap_or_default();
        if asked.len() <= FEW { asked } else { asked.into_iter().collect::<HashSet<Key>>().into_iter().collect() }
    }

    fn ask(&self, key: impl FnOnce() -> Key) {
        let Some(asked) = &self.asked else { return };
        let (key, mut asked) = (key(), asked.borrow_mut());
        // of many questions those that were asked twice are found at the end: to look through them each time takes too long
        if asked.len() > FEW || !asked.contains(&key) {
            asked.push(key);
        }
    }

    /// The configuration. A change of it checks everything again, so it is not noted.
    pub fn config(&self) -> &'a Config {
        &self.snapshot.config
    }

    /// What is at a path.
    pub fn file(&self, path: &str) -> FileState {
        self.ask(|| Key::Path(path.into()));
        if let Ok(real) = self.snapshot.index.follow(path)
            && real != path
        {
            self.ask(|| Key::Path(real.into()));
        }
        self.snapshot.index.file(path)
    }

    /// The bytes of a file.
    pub fn bytes(&self, path: &str) -> Result<Arc<[u8]>, BytesError> {
        self.file(path);
        self.snapshot.bytes(path)
    }

    /// The JSON tree of a file.
    pub fn json(&self, path: &str) -> Option<Arc<json::Tree>> {
        self.file(path);
        self.snapshot.json(path)
    }

    /// Facts of the payload of the file being checked; `None` when it has none, or none that is there.
    pub fn payload(&self) -> Option<Arc<Facts>> {
        self.payload_of(self.facts)
    }

    /// Facts of the payload of a descriptor; `None` when it has none, or none that is there.
    pub fn payload_of(&self, descriptor: &Facts) -> Option<Arc<Facts>> {
        let location = descriptor.payload.as_ref()?.location.as_ref()?;
        match confine::resolve(confine::folder_of(&descriptor.path), &location.value) {
            Ok(Location::Inside(path)) => match self.file(&path) {
                FileState::Known(file) => Some(file),
                _ => None,
            },
            _ => None,
        }
    }

    /// Facts of the files that define an id, by path. A mere payload counts when nothing else does.
    pub fn definitions(&self, id: &str) -> Vec<Arc<Facts>> {
        self.ask(|| Key::Id(id.into()));
        let mut definitions = self.facts_of(self.snapshot.index.definitions(id));
        if definitions.iter().any(|facts| !self.is_mere_payload(facts)) {
            definitions.retain(|facts| !self.is_mere_payload(facts));
        }
        definitions
    }

    /// Facts of the first of the files that define an id, by path; see [`WorkspaceContext::definitions`].
    pub fn first_definition(&self, id: &str) -> Option<Arc<Facts>> {
        self.ask(|| Key::Id(id.into()));
        let index = &self.snapshot.index;
        let all = || index.each_definition(id).filter_map(|path| index.facts(path));
        all().find(|facts| !self.is_mere_payload(facts)).or_else(|| all().next()).cloned()
    }

    /// The tolerance of curves that a descriptor declares for this file, a drawing; see [`Snapshot::tolerance`].
    pub fn tolerance(&self) -> Option<u64> {
        self.ask(|| Key::Users(self.facts.path.clone()));
        self.snapshot.tolerance(&self.facts.path)
    }

    /// Whether a file is a payload and none of ours: only its shape is that of a document, and a descriptor names it.
    pub fn is_mere_payload(&self, facts: &Facts) -> bool {
        if facts.role != Role::Shaped {
            return false;
        }
        self.ask(|| Key::Users(facts.path.clone()));
        self.snapshot.is_mere_payload(facts)
    }

    /// Facts of the files that define a π-profile of that name, by path.
    pub fn profiles(&self, name: &str) -> Vec<Arc<Facts>> {
        self.ask(|| Key::Profile(name.into()));
        self.facts_of(self.snapshot.index.profiles(name))
    }

    /// Facts of the units of the semantic index about a document, by path.
    pub fn index_units(&self, document: &str) -> Vec<Arc<Facts>> {
        self.ask(|| Key::IndexUnits(document.into()));
        self.facts_of(self.snapshot.index.index_units(document))
    }

    /// Facts of the files a reference leads to: by the name, else by the hash of a class (C031).
    pub fn resolve(&self, reference: &Reference) -> Vec<Arc<Facts>> {
        self.ask(|| match &reference.target {
            Target::Object(id) => Key::Id(id.clone()),
            Target::Profile(name) => Key::Profile(name.clone()),
        });
        if let (Some(_), Some(pin)) = (reference.class(), reference.pin) {
            self.ask(|| Key::Declarers(pin));
        }
        self.facts_of(self.snapshot.index.resolve(reference))
    }

    /// Facts of the tensors that declare this Merkle root, by path.
    pub fn roots(&self, digest: &Digest) -> Vec<Arc<Facts>> {
        self.ask(|| Key::Root(*digest));
        self.facts_of(self.snapshot.index.roots(digest))
    }

    /// Facts of the packages that hold a component of that name, by path.
    pub fn components(&self, name: &str) -> Vec<Arc<Facts>> {
        self.ask(|| Key::Component(name.into()));
        self.facts_of(self.snapshot.index.components(name))
    }

    /// Facts of the files of a kind, by path.
    pub fn of_kind(&self, kind: &'static str) -> Vec<Arc<Facts>> {
        self.ask(|| Key::Kind(kind));
        self.facts_of(self.snapshot.index.of_kind(kind))
    }

    /// Whether any file of a kind is like this.
    pub fn any_of_kind(&self, kind: &'static str, like: impl FnMut(&Arc<Facts>) -> bool) -> bool {
        self.ask(|| Key::Kind(kind));
        let index = &self.snapshot.index;
        index.each_of_kind(kind).filter_map(|path| index.facts(path)).any(like)
    }

    /// Facts of the documents that name `target`, by path.
    pub fn referrers(&self, target: &Target) -> Vec<Arc<Facts>> {
        self.ask(|| Key::Referrers(target.clone()));
        self.facts_of(self.snapshot.index.referrers(target))
    }

    /// Facts of the descriptors whose payload `path` is, by path.
    pub fn users(&self, path: &str) -> Vec<Arc<Facts>> {
        self.ask(|| Key::Users(path.into()));
        self.facts_of(self.snapshot.index.users(path))
    }

    /// Files with these very bytes.
    pub fn same_bytes(&self, digest: &Digest) -> Vec<Arc<str>> {
        self.ask(|| Key::Digest(*digest));
        self.snapshot.index.same_bytes(digest)
    }

    /// A file beside `path` with these bytes, among those that nothing reads and nobody names.
    pub fn unread_beside(&self, path: &str, digest: &Digest) -> Option<Arc<str>> {
        let unread = self.snapshot.unread_beside(path);
        for beside in &unread {
            self.ask(|| Key::Path(beside.clone()));
        }
        unread.into_iter().find(|beside| self.snapshot.digest_on_disk(beside) == Some(*digest))
    }

    /// Files whose path differs from `path` in nothing but case and Unicode form; `path` itself is left out.
    pub fn twins(&self, path: &str) -> Vec<Arc<str>> {
        self.ask(|| Key::Twins(folded(path).into()));
        self.snapshot.index.twins(path).into_iter().filter(|twin| **twin != *path).collect()
    }

    /// The defined name nearest to a name that nothing defines; nothing any more once a file's names were held against very many.
    pub fn nearest(&self, target: &Target) -> Option<Arc<str>> {
        self.ask(|| Key::AllIds);
        let (index, left) = (&self.snapshot.index, self.comparisons.get());
        if left == 0 {
            return None;
        }
        let mut looked_at = 0;
        let near = match target {
            Target::Object(id) => nearest_of(id, index.ids().inspect(|_| looked_at += 1).map(|id| &**id)),
            Target::Profile(name) => nearest_of(name, index.profile_names().inspect(|_| looked_at += 1).map(|name| &**name)),
        };
        self.comparisons.set(left.saturating_sub(looked_at));
        near.map(Arc::from)
    }

    fn facts_of(&self, paths: Vec<Arc<str>>) -> Vec<Arc<Facts>> {
        paths.iter().filter_map(|path| self.snapshot.index.facts(path).cloned()).collect()
    }
}
