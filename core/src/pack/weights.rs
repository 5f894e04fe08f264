//! The JSON forms: `weights.v2` with lane ids, `weights.v2c` with symbols, and their hashes (rows D318–D356, D691, D696).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::dict::Dict;
use crate::hash::{CanonicalError, Digest, canonical};
use crate::syntax::json::{Node, Tree};

/// The bias that is written unless another is given.
pub const BIAS: f64 = 0.05;
/// The only value of `meta.law`.
pub const LAW: &str = "lane-dict-scxq2";
/// The value of `meta.compiler` that is written.
pub const COMPILER: &str = "LOCAL_COMPILER_v1.1";
/// The members that the hash of a `weights.v2c` covers; `version` is not among them (row D354).
pub const HASHED: [&str; 5] = ["bias", "dict", "dims", "lanes", "meta"];

/// The `weights.v2c` of lanes, symbols sorted.
pub fn compressed(lanes: &BTreeMap<String, Vec<f64>>, dims: u16, bias: f64) -> Value {
    let dict = Dict::of(lanes.keys().map(String::as_str));
    let (mut names, mut values) = (Map::new(), Map::new());
    for (symbol, id) in dict.entries() {
        let weights = lanes.get(id).map(Vec::as_slice).unwrap_or_default();
        names.insert(symbol.clone(), json!(id));
        values.insert(symbol, json!({ "W": weights }));
    }
    json!({ "version": "weights.v2c", "dims": dims, "bias": bias, "dict": names, "lanes": values, "meta": { "law": LAW, "compiler": COMPILER } })
}

/// The hash of a `weights.v2c`: SHA-256 of the canonical JSON of its five members, as they are stored.
pub fn compressed_hash(root: Node<'_>) -> Result<Digest, CanonicalError> {
    let whole = canonical(root)?;
    let text = String::from_utf8_lossy(&whole);
    let tree = Tree::parse(Arc::from(&*text));
    let mut hashed = vec![b'{'];
    for name in HASHED {
        let Some(member) = tree.root().and_then(|root| root.get(name)) else { continue };
        if hashed.len() > 1 {
            hashed.push(b',');
        }
        hashed.extend(format!("\"{name}\":{}", member.raw()).as_bytes());
    }
    hashed.push(b'}');
    Ok(Digest::of(&hashed))
}

/// The hash of one lane of a `weights.v2`: over `W`, `dims`, `lane`, `version`.
pub fn lane_hash(id: &str, weights: &[f64], dims: u16) -> Digest {
    hash_of(&json!({ "W": weights, "dims": dims, "lane": id, "version": "weights.v2" }))
}

/// The hash of a `weights.v2`: over `bias`, `dims`, the hashes of its lanes, `version`.
pub fn pack_hash(lanes: &BTreeMap<String, Vec<f64>>, dims: u16, bias: f64) -> Digest {
    let hashes: Map<String, Value> =
        lanes.iter().map(|(id, weights)| (id.clone(), Value::String(lane_hash(id, weights, dims).hex()))).collect();
    hash_of(&json!({ "bias": bias, "dims": dims, "lanes": hashes, "version": "weights.v2" }))
}

/// SHA-256 over RFC 8785. The values are made here from finite numbers, so there is a canonical form.
fn hash_of(value: &Value) -> Digest {
    let tree = Tree::parse(Arc::from(value.to_string()));
    let bytes = tree.root().and_then(|root| canonical(root).ok()).unwrap_or_default();
    Digest::of(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes() -> BTreeMap<String, Vec<f64>> {
        [("policy@t*".to_owned(), vec![0.0, 1.0]), ("attention".to_owned(), vec![-0.25, 1e-7])].into_iter().collect()
    }

    fn hash(value: &Value) -> Digest {
        let tree = Tree::parse(Arc::from(value.to_string()));
        compressed_hash(tree.root().expect("an object")).expect("canonical")
    }

    // rows: D318 D323 D332 D338 D339 D340 D341 D343 D344 D345
    #[test]
    fn the_compressed_form_holds_symbols_and_what_they_stand_for() {
        let value = compressed(&lanes(), 2, BIAS);
        assert_eq!(value["version"], "weights.v2c");
        assert_eq!(value["dict"], json!({ "@0": "attention", "@1": "policy@t*" }));
        assert_eq!(value["lanes"], json!({ "@0": { "W": [-0.25, 1e-7] }, "@1": { "W": [0.0, 1.0] } }));
        assert_eq!(value["meta"]["law"], LAW);
    }

    // rows: D346 D347 D354 D355 D356
    #[test]
    fn the_hash_is_over_five_members_in_canonical_spelling() {
        let value = compressed(&lanes(), 2, BIAS);
        let text = r#"{"bias":0.05,"dict":{"@0":"attention","@1":"policy@t*"},"dims":2,"lanes":{"@0":{"W":[-0.25,1e-7]},"@1":{"W":[0,1]}},"meta":{"compiler":"LOCAL_COMPILER_v1.1","law":"lane-dict-scxq2"}}"#;
        assert_eq!(hash(&value), Digest::of(text.as_bytes()));
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut other = value.clone();
            change(&mut other);
            hash(&other) != hash(&value)
        };
        assert!(!changed(&|value| value["version"] = "weights.v9".into()), "the version is not covered");
        assert!(changed(&|value| value["dict"]["@0"] = "Attention".into()));
        assert!(changed(&|value| value["lanes"]["@1"]["W"][0] = 0.5.into()));
        assert!(changed(&|value| value["dims"] = 3.into()));
        assert!(changed(&|value| value["meta"]["compiler"] = "x".into()));
    }

    // rows: D282 D283 D284 D696
    #[test]
    fn a_lane_more_changes_the_hash_of_the_pack_and_of_no_other_lane() {
        let before = lanes();
        let mut after = before.clone();
        after.insert("policy@t1__x__attention@t2".into(), vec![0.5, 0.5]);
        assert_ne!(pack_hash(&before, 2, BIAS), pack_hash(&after, 2, BIAS));
        let text = r#"{"W":[0,1],"dims":2,"lane":"policy@t*","version":"weights.v2"}"#;
        assert_eq!(lane_hash("policy@t*", &after["policy@t*"], 2), Digest::of(text.as_bytes()), "1.0 is spelled 1");
    }
}
