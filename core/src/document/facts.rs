//! What one file says of itself and of others.
//!
//! Facts are a pure function of a file's name and bytes: no clock, no configuration, no other file. Merging them is what makes the index.

use std::sync::Arc;

use crate::{
    diagnostic::Severity,
    document::lane_facts::LaneFacts,
    document::{id, kind::Kind, projection},
    hash::{Digest, self_hash},
    map::HashSet,
    rules::Place,
    syntax::{
        json::{self, Node, Whole},
        xml,
    },
    tensor::number,
    text::Span,
    workspace::confine::{self, Location},
};

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The text, escapes read.
    pub value: Arc<str>,
    /// Where in the document.
    pub locator: String,
    /// Which bytes, quotes included.
    pub span: Span,
}

impl Located {
    /// The place, for a finding.
    pub fn place(&self) -> Place {
        Place::new(self.locator.clone(), self.span)
    }

    pub(super) fn of(node: Node<'_>) -> Option<Located> {
        Some(Located { value: node.as_str()?.into(), locator: node.pointer(), span: node.span() })
    }
}

/// What a declared hash is the hash of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HashOf {
    /// The payload's bytes as stored.
    Payload,
    /// The document itself, without its own hash and signature.
    Itself,
    /// Another file, named by its path from the workspace root.
    File(Arc<str>),
}

/// A hash that a document declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredHash {
    /// What it should be the hash of.
    pub of: HashOf,
    /// The value as written, and where.
    pub at: Located,
}

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// An object, by id; a pinned hash stands in [`Reference::pin`].
    Object(Arc<str>),
    /// A π-profile, by its `meta.name`.
    Profile(Arc<str>),
}

/// One document naming another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What is named.
    pub target: Target,
    /// The digest a pinned reference wants its target to declare.
    pub pin: Option<Digest>,
    /// The text, and where.
    pub at: Located,
    /// The kinds the target may be of; empty: any.
    pub wants: &'static [&'static str],
    /// How grave it is when nothing of that name is there.
    pub missing: Severity,
    /// The specification's name for a missing target.
    pub spec_error: Option<&'static str>,
}

impl Reference {
    /// The class in `object://class/sha256:…` (C031), which may name an object by what it is and by its payload's hash.
    pub fn class(&self) -> Option<&str> {
        let Target::Object(id) = &self.target else { return None };
        self.pin?;
        id.strip_prefix(id::SCHEME).filter(|class| !class.contains('/'))
    }
}

/// The `payload` member of a descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadFacts {
    /// `payload.type`.
    pub family: Option<Arc<str>>,
    /// `payload.location`.
    pub location: Option<Located>,
    /// `payload.size` and its place.
    pub size: Option<(Whole, Place)>,
    /// `payload.mime`.
    pub mime: Option<Arc<str>>,
    /// `payload.semantics`.
    pub semantics: Option<Arc<str>>,
}

/// Where a descriptor looks into its payload: the references `@payload.…`, in the order of the text. One buffer holds all of them,
/// since a descriptor may have ten thousand and is read at every keystroke.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayloadReferences {
    paths: String,
    /// The locator of the first one: what is wrong with all of them is told there.
    first: String,
    /// The place of the text, quotes included, and where its path ends in `paths`.
    at: Vec<(Span, u32)>,
}

impl PayloadReferences {
    fn push(&mut self, node: Node<'_>, path: &str) {
        if self.at.is_empty() {
            self.first = node.pointer();
        }
        self.paths.push_str(path);
        self.at.push((node.span(), u32::try_from(self.paths.len()).unwrap_or(u32::MAX)));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// The place of the first one.
    pub fn first(&self) -> Option<Place> {
        self.at.first().map(|(span, _)| Place::new(self.first.clone(), *span))
    }

    /// Where they stand.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        self.at.iter().map(|(span, _)| *span)
    }

    /// Each reference: where it stands, and its path below `@payload`.
    pub fn iter(&self) -> impl Iterator<Item = (Span, &str)> {
        let starts = std::iter::once(0).chain(self.at.iter().map(|(_, end)| *end));
        self.at.iter().zip(starts).map(|((span, end), start)| (*span, self.paths.get(start as usize..*end as usize).unwrap_or_default()))
    }
}

/// When the findings on a file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Always: the file says itself what it is.
    Itself,
    /// Only when the index says that the drawing is a tensor (`DECISIONS` 48).
    Tensor,
    /// Only when a descriptor names it as a payload that must be JSON.
    JsonPayload,
    /// Unless a descriptor names it as its payload: nothing but the members of its root says what it is, and a payload may hold
    /// anything (`DECISIONS` 42).
    Shaped,
}

/// What one file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Path from the workspace root.
    pub path: Arc<str>,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the bytes as stored.
    pub digest: Digest,
    /// What the file is; `None` when it is not ours.
    pub kind: Option<Kind>,
    /// When findings on it count.
    pub role: Role,
    /// Whether the strict reading found no fault.
    pub sound: bool,
    /// The id it defines.
    pub id: Option<Located>,
    /// The profile name it defines.
    pub profile_name: Option<Located>,
    /// The hashes it declares.
    pub hashes: Vec<DeclaredHash>,
    /// The hash of the document itself, where its kind has one and the document has a canonical form.
    pub self_hash: Option<Digest>,
    /// Its signature.
    pub signature: Option<Located>,
    /// The cluster that scopes the signer, for the kinds that carry one (`DECISIONS` 81).
    pub cluster: Option<Arc<str>>,
    /// Its payload.
    pub payload: Option<PayloadFacts>,
    /// The tolerance of curves that it declares for the drawing it describes, in units of 2⁻³² of the extent (B168).
    pub tolerance: Option<u64>,
    /// What it names.
    pub references: Vec<Reference>,
    /// Where it looks into its payload.
    pub payload_references: PayloadReferences,
    /// Where its projections name an object by type (`@object.…`).
    pub object_references: Vec<Located>,
    /// Whether a drawing says itself that it is a tensor.
    pub tensor_mark: bool,
    /// What the documents around lanes say.
    pub lanes: Option<Box<LaneFacts>>,
    /// What a unit of the semantic index says of itself.
    pub index_unit: Option<IndexUnit>,
}

/// What a unit of the semantic index says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexUnit {
    /// The document it indexes: `data-doc-id`.
    pub document: Option<Located>,
    /// The hash it declares: `data-hash`.
    pub hash: Option<Located>,
}

impl Facts {
    /// Facts of a file that says nothing.
    pub fn silent(path: &Arc<str>, size: u64, digest: Digest) -> Facts {
        Facts {
            path: path.clone(),
            size,
            digest,
            kind: None,
            role: Role::Itself,
            sound: true,
            id: None,
            profile_name: None,
            hashes: Vec::new(),
            self_hash: None,
            signature: None,
            cluster: None,
            payload: None,
            tolerance: None,
            references: Vec::new(),
            payload_references: PayloadReferences::default(),
            object_references: Vec::new(),
            tensor_mark: false,
            lanes: None,
            index_unit: None,
        }
    }

    /// The digest the descriptor declares for its payload, when it is well formed.
    pub fn declared_payload_hash(&self) -> Option<(&DeclaredHash, Digest)> {
        let hash = self.hashes.iter().find(|hash| hash.of == HashOf::Payload)?;
        Some((hash, Digest::parse(&hash.at.value)?))
    }
}

/// Kinds whose top-level `id` names an object elsewhere instead of defining one.
const BORROWED_ID: &[&str] = &["object.event", "object.error"];

/// A place where a kind names other objects.
struct Names {
    /// The kind of the document.
    kind: &'static str,
    /// Pointer, with `*` for any one step.
    at: &'static str,
    /// The kinds wanted.
    wants: &'static [&'static str],
    /// The specification's name for a missing target; all of these are errors.
    spec_error: &'static str,
}

const fn names(kind: &'static str, at: &'static str, wants: &'static [&'static str], spec_error: &'static str) -> Names {
    Names { kind, at, wants, spec_error }
}

const AGENT: &str = "ai.agent.descriptor.v1";
const NO_OBJECT: &str = "inference_error.missing_object";

/// Where kinds name other objects (B019, B528–B534, B545).
const REFERENCES: &[Names] = &[
    names("ai.tokenizer.v1", "/vocab_ref", &["ai.vocab.v1"], "resolution_error"),
    names(AGENT, "/binds/tokenizer", &["ai.tokenizer.v1"], NO_OBJECT),
    names(AGENT, "/binds/vocab", &["ai.vocab.v1"], NO_OBJECT),
    names(AGENT, "/binds/weights", &["ai.model.weights.v1"], NO_OBJECT),
    names(AGENT, "/binds/svg_brain", &["ai.brain.svg-tensor.v1"], NO_OBJECT),
    names(AGENT, "/binds/ngram_brain", &["ai.brain.ngram.v1"], NO_OBJECT),
    names(AGENT, "/binds/inference_profile", &["ai.inference.profile.v1"], NO_OBJECT),
    names(AGENT, "/binds/reply", &["ai.agent.reply.v1"], NO_OBJECT),
    names("mx2lm.svg-tensor.cluster.v1", "/members/*", &["ai.brain.svg-tensor.v1", "object.v1"], "resolution_error"),
    names("ai.orchestrator.v1", "/agents/*", &[AGENT], "orchestration_error.missing_agent"),
];

/// Where kinds name profiles, and the kinds wanted; one that is missing is a warning (A320, C520, C621, `DECISIONS` 58).
const PROFILE_REFERENCES: &[(&str, &str, &[&str])] = &[
    ("pi-profile.v1", "/weights/superposition/*/profile", &["pi-profile.v1"]),
    ("retrieve.projection", "/profile", &["pi-profile.kernel", "pi-profile.v1"]),
    ("object.retrieve.semantic.v1", "/profile", &["pi-profile.v1", "pi-profile.kernel"]),
];

/// Families whose references are all in [`REFERENCES`]; of the others every text that is an object id counts, as information.
const TABLED_FAMILIES: &[&str] = &["object", "ai"];

/// Members that hold an id without naming another object of the workspace.
const NOT_REFERENCES: &[&str] = &["$schema", "schema", "object_id"];

/// Reads the facts of a JSON document of a known kind.
///
/// `facts` comes in with path, size, digest and kind, and goes out complete.
pub fn read_json(tree: &json::Tree, kind: Kind, facts: &mut Facts) {
    facts.sound = tree.is_strict() && tree.duplicates().is_empty();
    let Some(root) = tree.root().filter(|root| root.is_object()) else {
        return;
    };
    if !BORROWED_ID.contains(&kind.name()) {
        facts.id = root.get("id").and_then(Located::of).filter(|id| id.value.starts_with(id::SCHEME));
    }
    facts.payload = root.get("payload").filter(|payload| payload.is_object()).map(|payload| payload_facts(payload));
    facts.tolerance = root.get("epsilon").filter(|_| facts.payload.is_some()).and_then(tolerance);
    read_hashes(root, kind, facts);
    read_references(root, kind, facts);
    facts.lanes = LaneFacts::read(root, kind, facts);
    facts.profile_name = match kind.name() {
        "pi-profile.v1" => root.get("meta").and_then(|meta| meta.get("name")).and_then(Located::of),
        "pi-profile.kernel" => root.get("@pi_profile").and_then(Located::of),
        _ => None,
    };
}

/// A lawful tolerance of curves in units of 2⁻³² of the extent; what is none is told by the schema.
pub fn tolerance(node: Node<'_>) -> Option<u64> {
    let value = u64::try_from(number::to_q32(node.number_text()?)?).ok()?;
    (1..=1 << 32).contains(&value).then_some(value)
}

fn payload_facts(payload: Node<'_>) -> PayloadFacts {
    let text = |name: &str| payload.get(name).and_then(|node| node.as_str()).map(Arc::from);
    PayloadFacts {
        family: text("type"),
        location: payload.get("location").and_then(Located::of),
        size: payload.get("size").and_then(|node| Some((node.as_whole()?, Place::value(node)))),
        mime: text("mime"),
        semantics: text("semantics"),
    }
}

fn read_hashes(root: Node<'_>, kind: Kind, facts: &mut Facts) {
    let own = self_hash::of_kind(kind.name());
    if let Some(own) = own {
        facts.signature = node_at(root, own.signed_at).and_then(Located::of);
        let cluster = ["origin_cluster", "cluster"].into_iter().find_map(|name| root.get(name)?.as_str());
        facts.cluster = cluster.filter(|cluster| cluster.starts_with("cluster://")).map(Arc::from);
        let declared = node_at(root, own.declared_at).and_then(Located::of);
        if declared.is_some() || facts.signature.is_some() {
            facts.self_hash = facts.sound.then(|| self_hash::self_hash(kind.name(), root).ok()).flatten();
        }
        facts.hashes.extend(declared.map(|at| DeclaredHash { of: HashOf::Itself, at }));
    }
    if own.is_none_or(|own| own.declared_at != "/hash")
        && facts.payload.as_ref().is_some_and(|payload| payload.location.is_some())
        && let Some(at) = root.get("hash").and_then(Located::of)
    {
        facts.hashes.push(DeclaredHash { of: HashOf::Payload, at });
        // A614: the same hash again, for people.
        let again = root.get("identity").and_then(|identity| identity.get("hash")).and_then(Located::of);
        facts.hashes.extend(again.map(|at| DeclaredHash { of: HashOf::Payload, at }));
    }
    if kind.name() == "demo.hashes" {
        for (name, value) in root.members() {
            let resolved = confine::resolve(confine::folder_of(&facts.path), &name);
            if let (Some(at), Ok(Location::Inside(path))) = (Located::of(value), resolved) {
                facts.hashes.push(DeclaredHash { of: HashOf::File(path.into()), at });
            }
        }
    }
}

fn node_at<'t>(root: Node<'t>, pointer: &str) -> Option<Node<'t>> {
    pointer.split('/').skip(1).try_fold(root, |node, step| node.get(step))
}

fn read_references(root: Node<'_>, kind: Kind, facts: &mut Facts) {
    if facts.payload.is_some()
        && let Some(projections) = root.get("projections")
    {
        collect_projected(projections, facts);
    }
    for names in REFERENCES.iter().filter(|names| names.kind == kind.name()) {
        for node in matching(root, names.at) {
            push_reference(node, names.wants, Severity::Error, Some(names.spec_error), facts);
        }
    }
    for (_, at, wants) in PROFILE_REFERENCES.iter().filter(|row| row.0 == kind.name()) {
        for node in matching(root, at) {
            if let Some(at) = Located::of(node)
                && is_profile_name(&at.value)
            {
                let target = Target::Profile(at.value.clone());
                facts.references.push(Reference { target, pin: None, at, wants, missing: Severity::Warning, spec_error: None });
            }
        }
    }
    if !TABLED_FAMILIES.contains(&kind.family()) {
        let own = facts.id.as_ref().map(|id| id.span);
        let tabled: HashSet<u32> = facts.references.iter().map(|reference| reference.at.span.start).collect();
        root.each_string(&mut |node| {
            if !node.raw().starts_with("\"object://") || Some(node.span()) == own || tabled.contains(&node.span().start) {
                return;
            }
            if !node.key().is_some_and(|key| NOT_REFERENCES.contains(&key.as_ref())) {
                push_reference(node, &[], Severity::Info, None, facts);
            }
        });
    }
}

fn push_reference(node: Node<'_>, wants: &'static [&'static str], missing: Severity, spec_error: Option<&'static str>, facts: &mut Facts) {
    let Some(at) = Located::of(node) else { return };
    let Ok(named) = id::parse_reference(&at.value) else { return };
    let pin = named.pin.and_then(|hex| Digest::parse(&format!("sha256:{hex}")));
    let target = Target::Object(if named.pin.is_some() { named.name.into() } else { at.value.clone() });
    facts.references.push(Reference { target, pin, at, wants, missing, spec_error });
}

/// Whether a text could be the name of a profile, of either form; of another text the schema has told.
fn is_profile_name(text: &str) -> bool {
    let letters = text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'));
    letters && text.len() > 1 && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
}

/// The nodes a pointer with `*` names.
fn matching<'t>(root: Node<'t>, pattern: &str) -> Vec<Node<'t>> {
    let mut found = vec![root];
    for step in pattern.split('/').skip(1) {
        found = match step {
            "*" => found.into_iter().flat_map(Node::children).collect(),
            name => found.into_iter().filter_map(|node| node.get(name)).collect(),
        };
    }
    found
}

/// Reads the facts of a drawing that is a unit of the semantic index.
pub fn read_index_unit(drawing: &xml::Elements<'_>, facts: &mut Facts) {
    let root = drawing.root();
    let located = |name: &str| {
        let attribute = root.attribute(name)?;
        Some(Located { value: attribute.value().into(), locator: attribute.locator(), span: attribute.value_span() })
    };
    facts.index_unit =
        Some(IndexUnit { document: located("data-doc-id").filter(|id| !id.value.trim().is_empty()), hash: located("data-hash") });
}

/// Notes where a descriptor's projections look into the payload; plain `@payload` always resolves and is left out.
fn collect_projected(projections: Node<'_>, facts: &mut Facts) {
    projection::each_text(projections, &mut |node| {
        if node.raw().starts_with("\"@payload.")
            && let Some(text) = node.as_str()
            && let Some(Ok(reference)) = projection::parse(&text)
        {
            facts.payload_references.push(node, reference.path);
        }
        if node.raw().starts_with("\"@object.") {
            facts.object_references.extend(Located::of(node));
        }
    });
}

/// The node at `span` of a reference collected earlier, in a tree of the same text.
pub fn node_of_span(tree: &json::Tree, span: Span) -> Option<Node<'_>> {
    let hit = tree.at_offset(span.start)?;
    (hit.node.span() == span).then_some(hit.node)
}
