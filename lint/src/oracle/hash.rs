//! `hash.*`: bytes, canonical text, documents.

use std::sync::Arc;

use data_encoding::HEXLOWER_PERMISSIVE;
use mx2lm_core::document::detect::detect;
use mx2lm_core::document::kind::Kind;
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::hash::{canonical, self_hash as core};
use mx2lm_core::syntax::json::{Node, Tree};
use serde_json::{Value, json};

use super::{Refusal, object, text};

/// `hash.sha256`.
pub fn sha256(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = match (input.get("hex"), input.get("text")) {
        (Some(_), None) => {
            let hex = text(input, "hex")?;
            let wrong = |_| Refusal::BadInput("`hex` is not pairs of hexadecimal digits".into());
            HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(wrong)?
        }
        (None, Some(_)) => text(input, "text")?.into_owned().into_bytes(),
        _ => return Err(Refusal::BadInput("one of `hex` and `text` is wanted".into())),
    };
    Ok(json!({ "sha256": Digest::of(&bytes).to_string() }))
}

/// `hash.canonical_json`.
pub fn canonical_json(input: Node<'_>) -> Result<Value, Refusal> {
    let tree = Tree::parse(Arc::from(text(input, "text")?));
    let root = tree.root().ok_or_else(|| Refusal::Refused("the document is empty".into()))?;
    let canonical = canonical(root).map_err(|error| Refusal::Refused(error.to_string()))?;
    let sha256 = Digest::of(&canonical).to_string();
    Ok(json!({ "canonical": String::from_utf8_lossy(&canonical), "sha256": sha256 }))
}

/// `hash.self`. The document says itself what kind it is; one that does not is of an unknown kind (`DECISIONS` 71).
pub fn self_hash(input: Node<'_>) -> Result<Value, Refusal> {
    let document = object(input, "document")?;
    let kind = detect("", Some(document)).kind();
    let digest = core::self_hash(kind.map_or("", Kind::name), document).map_err(|error| Refusal::Refused(error.to_string()))?;
    Ok(json!({ "sha256": digest.to_string() }))
}
