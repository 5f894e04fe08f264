//! What must not get worse: what is signed, what is read without errors, what is true.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::{Safety, Severity};
use crate::document::facts::HashOf;
use crate::document::kind::{Kind, Syntax};
use crate::hash::canonical_json::canonical_without;
use crate::hash::{Digest, self_hash};
use crate::map::HashSet;
use crate::syntax::json::{Node, Tree};
use crate::workspace::engine::Engine;
use crate::workspace::index::named_files;

/// In what way a file would come off worse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Worse {
    /// The change does not fit the bytes.
    Unmakeable,
    /// What is signed would change.
    Signed,
    /// There would be more errors of syntax.
    Broken,
    /// There would be more errors.
    Errors,
    /// A hash that is true would be false; the file that declares it.
    Untrue(Arc<str>),
    /// The document's own hash, which is true, would be false.
    OwnHash,
    /// The hash would be as false as before.
    Useless,
}

impl fmt::Display for Worse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Worse::Unmakeable => f.write_str("the text is not the one it was made for"),
            Worse::Signed => f.write_str("it would change what is signed"),
            Worse::Broken => f.write_str("the text could be read less well than before"),
            Worse::Errors => f.write_str("it would bring up another error"),
            Worse::Untrue(path) => write!(f, "the hash that `{path}` declares is true and would be false; `--hashes` refreshes it too"),
            Worse::OwnHash => f.write_str("the document's own hash is true and would be false; `--hashes` refreshes it too"),
            Worse::Useless => f.write_str("it would not make the hash true"),
        }
    }
}

/// What is held against the state after a change.
pub(super) struct State {
    /// For each signature of the document where it stands, and the digest of what it is about: all of its object but itself.
    signed: Vec<(String, Digest)>,
    syntax_errors: usize,
    /// Errors that no refreshed hash answers.
    errors: usize,
    /// Whether the document's own hash is true; `None` when it declares none or none can be computed.
    own_hash_is_true: Option<bool>,
}

/// The state of the file at `path`.
pub(super) fn state(engine: &Engine, path: &Arc<str>) -> State {
    let facts = engine.snapshot().index().facts(path);
    let tree = match Syntax::of_path(path) {
        Some(Syntax::Json) => engine.snapshot().json(path),
        _ => None,
    };
    let kind = facts.and_then(|facts| facts.kind);
    let signed = tree.iter().flat_map(|tree| {
        let about =
            |signed: Signed<'_>| Some((signed.object.pointer(), Digest::of(&canonical_without(signed.object, &[&signed.at]).ok()?)));
        signatures(tree, kind).into_iter().filter_map(about).collect::<Vec<_>>()
    });
    let findings = engine.report_on(&HashSet::from_iter([path.clone()]));
    let own = facts.and_then(|facts| {
        let declared = facts.hashes.iter().find(|hash| hash.of == HashOf::Itself)?;
        Some(Digest::parse(&declared.at.value)? == facts.self_hash?)
    });
    State {
        signed: signed.collect(),
        syntax_errors: findings.iter().filter(|finding| finding.rule.starts_with("syntax/")).count(),
        errors: findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error && finding.fixes.iter().all(|fix| fix.safety != Safety::Hash))
            .count(),
        own_hash_is_true: own,
    }
}

/// In what way `after` is worse than `before`. `only_hashes`: nothing but hashes was changed; `refresh`: false hashes will be refreshed.
pub(super) fn compare(before: &State, after: &State, only_hashes: bool, refresh: bool) -> Option<Worse> {
    if before.signed.iter().any(|signed| !after.signed.contains(signed)) {
        return Some(Worse::Signed);
    }
    if after.syntax_errors > before.syntax_errors {
        return Some(Worse::Broken);
    }
    // A text that was not read without errors had no other errors told of it.
    if !only_hashes && before.syntax_errors == 0 && after.errors > before.errors {
        return Some(Worse::Errors);
    }
    let untrue = !refresh && before.own_hash_is_true == Some(true) && after.own_hash_is_true == Some(false);
    untrue.then_some(Worse::OwnHash)
}

/// A signature in a document.
pub(super) struct Signed<'t> {
    /// The object it is about.
    pub object: Node<'t>,
    /// Where in that object it stands.
    pub at: String,
    /// The signature.
    pub signature: Node<'t>,
}

/// The signatures of a document: the one its kind carries, and those of single entries (row C739).
pub(super) fn signatures(tree: &Tree, kind: Option<Kind>) -> Vec<Signed<'_>> {
    let Some(root) = tree.root() else { return Vec::new() };
    let own = kind.and_then(|kind| self_hash::signed_at(kind.name())).unwrap_or("/signature");
    let own_node = root.descend(own).filter(|node| node.is_string());
    let mut found: Vec<Signed<'_>> = own_node.map(|signature| Signed { object: root, at: own.to_owned(), signature }).into_iter().collect();
    let mut open = vec![root];
    while let Some(object) = open.pop() {
        if let Some(signature) = object.get("signature").filter(|node| node.is_string() && Some(*node) != own_node) {
            found.push(Signed { object, at: "/signature".to_owned(), signature });
        }
        open.extend(object.members().map(|(_, node)| node).chain(object.items()).filter(|node| node.is_object() || node.is_array()));
    }
    found
}

/// A file that declares the hash of the file at `path`, truly.
pub(super) fn relied_on(engine: &Engine, path: &Arc<str>) -> Option<Arc<str>> {
    let index = engine.snapshot().index();
    let digest = index.facts(path)?.digest;
    let users = index.users(path).into_iter().filter_map(|user| index.facts(&user).cloned());
    users
        .filter(|user| named_files(user).any(|file| file == *path))
        .find(|user| user.hashes.iter().any(|hash| hash.of != HashOf::Itself && Digest::parse(&hash.at.value) == Some(digest)))
        .map(|user| user.path.clone())
}
