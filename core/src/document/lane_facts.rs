//! What tensors, packages and proofs say that others ask for by name: roots, components, versions.
//!
//! As all facts, a pure function of one document.

use std::sync::Arc;

use super::{
    facts::{DeclaredHash, Facts, HashOf, Located},
    kind::Kind,
};
use crate::{
    hash::digest::Digest,
    syntax::json::{Node, Whole},
    workspace::confine::{self, Location},
};

/// What one such document says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LaneFacts {
    /// The Merkle root that a tensor declares.
    pub merkle_root: Option<Digest>,
    /// The component in a package.
    pub component: Option<Arc<str>>,
    /// The components that a package needs.
    pub dependencies: Vec<Located>,
    /// The version and time of a proof, as far as they can be compared: A156.
    pub version: Option<ProofVersion>,
}

/// When a proof was made, and its number.
#[derive(Debug, Clone, PartialEq)]
pub struct ProofVersion {
    /// Its number, digits without leading zeros, and the place.
    pub number: Located,
    /// The subject.
    pub subject: Arc<str>,
    /// Its time as written.
    pub timestamp: Option<Arc<str>>,
}

impl LaneFacts {
    /// Reads them; adds the hash of a package's file to `facts`.
    pub(super) fn read(root: Node<'_>, kind: Kind, facts: &mut Facts) -> Option<Box<LaneFacts>> {
        let text = |name: &str| root.get(name).and_then(|node| node.as_str());
        let lanes = match kind.name() {
            "ai.brain.svg-tensor.v1" => LaneFacts { merkle_root: Digest::parse(&text("merkle_root")?), ..LaneFacts::default() },
            "scxq2.package-metadata" => {
                if let (Some(location), Some(at)) = (text("scxq2_path"), root.get("hash").and_then(Located::of))
                    && let Ok(Location::Inside(path)) = confine::resolve(confine::folder_of(&facts.path), &location)
                {
                    facts.hashes.push(DeclaredHash { of: HashOf::File(path.into()), at });
                }
                LaneFacts {
                    component: text("component").map(Arc::from),
                    dependencies: root.get("dependencies").into_iter().flat_map(|list| list.items().filter_map(Located::of)).collect(),
                    ..LaneFacts::default()
                }
            }
            "scxq2.proof.v1" => LaneFacts { version: version(root), ..LaneFacts::default() },
            _ => return None,
        };
        Some(Box::new(lanes))
    }
}

fn version(root: Node<'_>) -> Option<ProofVersion> {
    let subject = root.get("subject")?;
    let node = subject.get("version")?;
    let digits = match (node.as_str(), node.as_whole()) {
        (Some(text), _) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => text.into_owned(),
        (None, Some(Whole::Is(number))) => number.to_string(),
        _ => return None,
    };
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    Some(ProofVersion {
        number: Located { value: digits.into(), locator: node.pointer(), span: node.span() },
        subject: subject.get("object")?.as_str()?.into(),
        timestamp: root.get("timestamp").and_then(|node| node.as_str()).map(Arc::from),
    })
}
