//! Self-hashes: what a document says of its own canonical form (`DECISIONS` 4, 10, 71).

use super::Digest;
use super::canonical_json::{CanonicalError, canonical_without};
use crate::syntax::json::Node;

/// How a kind of document carries its self-hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfHash {
    /// Name of the kind.
    pub kind: &'static str,
    /// Where the self-hash is declared.
    pub declared_at: &'static str,
    /// Where the signature over it stands.
    pub signed_at: &'static str,
    /// What is left out before hashing.
    pub left_out: &'static [&'static str],
}

/// The kinds that carry a self-hash.
// rows: A148 C354 C655 C791 D012
pub const SELF_HASHES: &[SelfHash] = &[
    plain("svg.tensor.cluster.batch.v1"),
    plain("wormhole.capability.v1"),
    plain("agent.federated.v1"),
    SelfHash {
        kind: "agent.conversation.v1",
        declared_at: "/integrity/self",
        signed_at: "/signature",
        left_out: &["/integrity/self", "/signature"],
    },
    SelfHash {
        kind: "mx2lm.orchestration.v1",
        declared_at: "/integrity/hash",
        signed_at: "/integrity/signature",
        left_out: &["/integrity"],
    },
];

const fn plain(kind: &'static str) -> SelfHash {
    SelfHash { kind, declared_at: "/hash", signed_at: "/signature", left_out: &["/hash", "/signature"] }
}

/// How documents of `kind` carry their self-hash; `None` when they carry none.
pub fn of_kind(kind: &str) -> Option<&'static SelfHash> {
    SELF_HASHES.iter().find(|entry| entry.kind == kind)
}

/// Where documents of `kind` declare their self-hash; `None` when they declare none.
pub fn declared_at(kind: &str) -> Option<&'static str> {
    of_kind(kind).map(|entry| entry.declared_at)
}

/// Where documents of `kind` carry the signature over their self-hash; `None` when they carry none.
pub fn signed_at(kind: &str) -> Option<&'static str> {
    of_kind(kind).map(|entry| entry.signed_at)
}

/// The self-hash of the document `root` of `kind`. An unknown kind leaves out top-level `hash` and `signature` (`DECISIONS` 71);
/// the first message of a conversation also leaves out `conversation_id` (`DECISIONS` 10).
pub fn self_hash(kind: &str, root: Node<'_>) -> Result<Digest, CanonicalError> {
    let left_out = of_kind(kind).map_or(&["/hash", "/signature"][..], |entry| entry.left_out);
    if kind == "agent.conversation.v1" && genesis(root).unwrap_or_else(|| has_no_predecessor(root)) {
        return Ok(Digest::of(&canonical_without(root, &[left_out, &["/conversation_id"]].concat())?));
    }
    Ok(Digest::of(&canonical_without(root, left_out)?))
}

/// Whether a conversation document is the first of its conversation; `None` when `sequence` and `integrity.prev` disagree about it.
pub fn genesis(root: Node<'_>) -> Option<bool> {
    let first = root.get("sequence").and_then(Node::as_u64) == Some(1);
    (first == has_no_predecessor(root)).then_some(first)
}

fn has_no_predecessor(root: Node<'_>) -> bool {
    let prev = root.get("integrity").and_then(|integrity| integrity.get("prev")).and_then(Node::as_str);
    prev.and_then(|prev| prev.parse::<Digest>().ok()) == Some(Digest::ZERO)
}

/// Where a π-profile declares its fingerprint.
pub const FINGERPRINT_AT: &str = "/meta/fingerprint";

/// The fingerprint of a π-profile: `pi:` and the hexadecimal SHA-256 of its canonical form without `meta.fingerprint` (rows C467, C509).
pub fn profile_fingerprint(root: Node<'_>) -> Result<String, CanonicalError> {
    Ok(format!("pi:{}", Digest::of(&canonical_without(root, &[FINGERPRINT_AT])?).hex()))
}

#[cfg(test)]
mod tests;
