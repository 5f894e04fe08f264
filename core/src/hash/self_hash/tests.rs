//! What holds of self-hashes.

use std::sync::Arc;

use super::*;
use crate::syntax::json::Tree;

fn tree(text: &str) -> Tree {
    Tree::parse(Arc::from(text))
}

fn hash(kind: &str, text: &str) -> Digest {
    self_hash(kind, tree(text).root().unwrap()).unwrap()
}

#[test]
// rows: C791 C792
fn the_orchestration_root_hashes_to_its_published_value() {
    let text = r#"{
        "$schema": "object://schema/mx2lm.orchestration.v1",
        "type": "mx2lm.orchestration",
        "cluster": "cluster://mx2lm/global",
        "participants": {
            "agents": ["agent://clusterA/agent.alpha", "agent://clusterB/agent.beta"],
            "humans": ["human://ui/operator.1"]
        },
        "bindings": {
            "conversation": "object://policy/a2a.conv.binding.v1",
            "hitl": "object://policy/hitl.binding.v1",
            "audit": "object://policy/fapc.binding.v1"
        },
        "lifecycle": {"states": ["spawned", "active", "suspended", "sealed"], "initial": "spawned"},
        "integrity": {"hash": "sha256:…", "signature": "πsig:v1:ed25519:cluster.root:…"}
    }"#;
    let wanted = "sha256:113e0fe0296e73873196a765f9566ca20d8af3a38bcdd3b93343fc14fce4027b";
    assert_eq!(hash("mx2lm.orchestration.v1", text).to_string(), wanted);
}

#[test]
// rows: A148 C354 D012
fn hash_and_signature_do_not_hash_themselves() {
    for kind in ["svg.tensor.cluster.batch.v1", "wormhole.capability.v1", "agent.federated.v1", "x.unknown.v1"] {
        let bare = Digest::of(br#"{"a":{"hash":1},"b":2}"#);
        assert_eq!(hash(kind, r#"{"b": 2, "a": {"hash": 1}}"#), bare);
        assert_eq!(hash(kind, r#"{"b": 2, "hash": "sha256:x", "a": {"hash": 1.0}, "signature": "y"}"#), bare);
        assert_ne!(hash(kind, r#"{"b": 3, "a": {"hash": 1}}"#), bare);
    }
    assert_eq!(declared_at("wormhole.capability.v1"), Some("/hash"));
    assert_eq!(declared_at("agent.conversation.v1"), Some("/integrity/self"));
    assert_eq!(declared_at("object.v1"), None);
}

#[test]
// rows: C645 C654 C655
fn a_conversation_hashes_without_self_and_signature_and_its_first_message_without_its_id() {
    let zero = Digest::ZERO;
    let message = |id: &str, sequence: u32, prev: &str| {
        format!(
            r#"{{"conversation_id": "{id}", "sequence": {sequence}, "integrity": {{"prev": "{prev}", "self": "sha256:x"}}, "signature": "s"}}"#
        )
    };
    let kind = "agent.conversation.v1";
    let first = hash(kind, &message("a", 1, &zero.to_string()));
    assert_eq!(first, Digest::of(format!(r#"{{"integrity":{{"prev":"{zero}"}},"sequence":1}}"#).as_bytes()));
    assert_eq!(first, hash(kind, &message("b", 1, &zero.to_string())));
    let second = hash(kind, &message("a", 2, &first.to_string()));
    assert_eq!(second, Digest::of(format!(r#"{{"conversation_id":"a","integrity":{{"prev":"{first}"}},"sequence":2}}"#).as_bytes()));
    assert_ne!(second, hash(kind, &message("b", 2, &first.to_string())));
    let is_genesis = |sequence, prev: &str| genesis(tree(&message("a", sequence, prev)).root().unwrap());
    assert_eq!(is_genesis(1, &zero.to_string()), Some(true));
    assert_eq!(is_genesis(2, &first.to_string()), Some(false));
    assert_eq!(is_genesis(1, &first.to_string()), None);
    assert_eq!(is_genesis(2, &zero.to_string()), None);
}

#[test]
// rows: C467 C509 C513 C522
fn a_profile_is_fingerprinted_without_its_fingerprint() {
    let print = |text: &str| profile_fingerprint(tree(text).root().unwrap()).unwrap();
    let bare = print(r#"{"meta": {"name": "a"}, "weights": {}}"#);
    assert_eq!(bare, format!("pi:{}", Digest::of(br#"{"meta":{"name":"a"},"weights":{}}"#).hex()));
    assert_eq!(bare, print(r#"{"weights":{},"meta":{"fingerprint":"pi:0","name":"a"}}"#));
    assert_ne!(bare, print(r#"{"weights":{},"meta":{"name":"a"},"fingerprint":"pi:0"}"#));
    assert_eq!(print(r#"{"meta": {"fingerprint": 1}}"#), format!("pi:{}", Digest::of(br#"{"meta":{}}"#).hex()));
    assert!(profile_fingerprint(tree(r#"{"meta": {}, "meta": {}}"#).root().unwrap()).is_err());
}
