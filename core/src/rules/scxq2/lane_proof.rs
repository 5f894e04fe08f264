//! Lane proofs: rebuilt from chunk to root, and held against the tensor they are about (seed 003 §18.10, §18.11; `DECISIONS` 52).

use super::example::lane_proof;
use crate::{
    diagnostic::Severity,
    document::facts::Facts,
    hash::digest::Digest,
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    scxq2::{
        contents::Contents,
        lane::Lane,
        merkle::{self, LaneRoots},
        proof::{Proof, Trusted, Violation},
    },
    syntax::json::Node,
    workspace::context::WorkspaceContext,
};

const ON: On = On::Kinds(&["scxq2.proof"]);

const GOOD: &[Example] = &[Example { note: "the only chunk of a lane", file: "g.proof.json", files: &[("g.proof.json", lane_proof!())] }];

/// A proof that does not lead where it says.
pub static PROOF: Rule = Rule {
    name: "scxq2/lane-proof",
    severity: Severity::Error,
    rows: &["B338", "B341", "B343", "B346", "B347", "B348", "B349", "B350", "B381", "B413"],
    on: ON,
    check: Check::Workspace(proof),
    fix: None,
    docs: Docs {
        what: "A lane proof whose hashes do not follow from each other, or from the tensor it is about: chunk, lane root, global root, in this order. The tensor is the one that declares the proof's `global_root` as its `merkle_root`; when its payload is a pack, the chunk is read there.",
        why: "A proof is worth what can be recomputed from it. One wrong digit, one chunk too few, or a chunk in another place, and it proves nothing.",
        fix: "Make the proof again from the pack: `mx2lm-lint scxq2 prove`.",
        bad: &[Example { note: "a place the lane does not have", file: "g.proof.json", files: &[("g.proof.json", lane_proof!("1"))] }],
        good: GOOD,
    },
};

/// A proof that nothing here can be held against.
pub static TENSOR: Rule = Rule {
    name: "scxq2/lane-proof-tensor",
    severity: Severity::Info,
    rows: &["B338", "B349"],
    on: ON,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A lane proof whose `global_root` no tensor of the workspace declares, or that carries too little to be followed to that root.",
        why: "The root that a proof names itself is no witness: what counts is the root that a descriptor declares. Without one the proof is unverifiable, neither true nor false.",
        fix: "Add the descriptor with its `merkle_root`, or `lane_roots` and `canonical_svg_hash` to the proof.",
        bad: &[Example { note: "no tensor", file: "g.proof.json", files: &[("g.proof.json", lane_proof!())] }],
        good: &[],
    },
};

fn proof(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = tree.root() else { return };
    // What cannot be read is told by the schema.
    let Some(proof) = read(root) else { return };
    let tensors = context.roots(&proof.global_root);
    let declared = tensors.first().map(|tensor| Declared::of(context, tensor, proof.lane));
    let trusted = declared.as_ref().map(|declared| declared.trusted(&proof)).unwrap_or_default();
    if let Err(violation) = proof.verify(&trusted) {
        let place = root.descend(&violation.pointer()).map_or_else(Place::document, Place::value);
        let mut finding = Finding::new(&PROOF, place, told(&violation, tensors.first().map(|facts| &**facts)))
            .help("make the proof again from the pack it is about")
            .spec(Violation::SPEC_ERROR);
        if let Some(tensor) = tensors.first() {
            finding = finding.related(&tensor.path, Place::document(), "the tensor that declares this root");
        }
        findings.push(finding);
        return;
    }
    let place = || root.get("global_root").map_or_else(Place::document, Place::value);
    match &declared {
        None => {
            let message = "no tensor of the workspace declares this root as its `merkle_root`: the proof is unverifiable";
            findings.push(Finding::new(&TENSOR, place(), message).help("add the descriptor of the tensor, with its `merkle_root`"));
        }
        Some(declared) if !proof.stands_alone() && declared.roots.is_none() => {
            let message = "the proof ends at its lane root: the roots of the other lanes and the canonical hash are neither here nor in the descriptor";
            findings.push(Finding::new(&TENSOR, place(), message).help("add `lane_roots` and `canonical_svg_hash` to the proof"));
        }
        Some(_) => {}
    }
}

fn told(violation: &Violation, tensor: Option<&Facts>) -> String {
    let name = violation.pointer();
    let name = name.trim_start_matches('/');
    match (violation, tensor) {
        (Violation::ChunkIndex(..) | Violation::ChunkCount(..), _) => format!("{violation}"),
        (_, Some(tensor)) => format!("`{name}` is not true of the tensor in `{}`: {violation}", tensor.path),
        (_, None) => format!("`{name}` does not fit the rest of the proof: {violation}"),
    }
}

/// What a descriptor says of its lanes, and the bytes of one of them.
struct Declared {
    root: Option<Digest>,
    /// Lane roots and canonical hash, where they lead to the declared root: others are the descriptor's own fault, told there.
    roots: Option<(LaneRoots, Digest)>,
    lane: Option<Vec<u8>>,
}

impl Declared {
    fn of(context: &WorkspaceContext<'_>, tensor: &Facts, lane: Lane) -> Declared {
        let tree = context.json(&tensor.path);
        let node = tree.as_ref().and_then(|tree| tree.root());
        let root = tensor.lanes.as_ref().and_then(|lanes| lanes.merkle_root);
        let roots = node.and_then(|node| Some((lane_roots(node.get("lane_roots")?)?, digest(node.get("canonical_svg_hash")?)?)));
        let roots = roots.filter(|(lanes, canonical)| root == Some(merkle::root(lanes, canonical)));
        Declared { root, roots, lane: lane_bytes(context, tensor, lane) }
    }

    fn trusted(&self, proof: &Proof) -> Trusted<'_> {
        // The bytes of another pack than the declared one are told on the descriptor.
        let is_declared = |bytes: &&[u8]| self.roots.is_none_or(|(roots, _)| merkle::lane_root(proof.lane, bytes) == roots.of(proof.lane));
        Trusted {
            lane_bytes: self.lane.as_deref().filter(is_declared),
            lane_roots: self.roots.map(|(roots, _)| roots),
            canonical_svg_hash: self.roots.map(|(_, canonical)| canonical),
            root: self.root,
        }
    }
}

/// One lane of the tensor's payload, when that is a pack.
fn lane_bytes(context: &WorkspaceContext<'_>, tensor: &Facts, lane: Lane) -> Option<Vec<u8>> {
    let payload = context.payload_of(tensor).filter(|payload| payload.path.ends_with(".scxq2"))?;
    let bytes = context.bytes(&payload.path).ok()?;
    let contents = Contents::read(&bytes, bytes.len() as u64).ok()?;
    bytes.get(contents.range(lane)).map(<[u8]>::to_vec)
}

/// A proof as it is written; `None` when a member is missing or cannot be read.
pub fn read(root: Node<'_>) -> Option<Proof> {
    Some(Proof {
        lane: Lane::from_letter(&root.get("lane")?.as_str()?)?,
        chunk_index: root.get("chunk_index")?.as_whole()?.get()?,
        chunk_hash: digest(root.get("chunk_hash")?)?,
        siblings: root.get("siblings").filter(|list| list.is_array())?.items().map(digest).collect::<Option<_>>()?,
        lane_root: digest(root.get("lane_root")?)?,
        global_root: digest(root.get("global_root")?)?,
        lane_roots: optional(root.get("lane_roots"), lane_roots)?,
        canonical_svg_hash: optional(root.get("canonical_svg_hash"), digest)?,
    })
}

/// `None` when the member is there and cannot be read.
fn optional<T>(node: Option<Node<'_>>, read: impl Fn(Node<'_>) -> Option<T>) -> Option<Option<T>> {
    node.map_or(Some(None), |node| read(node).map(Some))
}

fn lane_roots(node: Node<'_>) -> Option<LaneRoots> {
    let [m, t, g, x, w] = Lane::ALL.map(|lane| node.get(lane.letter()).and_then(digest));
    Some(LaneRoots([m?, t?, g?, x?, w?]))
}

/// `sha256:` and 64 digits, or the digits alone (B342).
fn digest(node: Node<'_>) -> Option<Digest> {
    let text = node.as_str()?;
    Digest::from_hex(text.strip_prefix(Digest::SCHEME).unwrap_or(&text))
}
