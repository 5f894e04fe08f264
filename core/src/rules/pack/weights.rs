//! What weights in JSON say of themselves: their hashes, and the signature over them (D346, D354, D691, D696).

use std::{borrow::Cow, collections::HashMap};

use super::{
    examples::{weights_v2, weights_v2c},
    lane_id::shown,
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    hash::{
        canonical_json::{canonical, canonical_without},
        digest::Digest,
        keyring::PublicKey,
        signature::verify,
    },
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::{Node, push_quoted},
    workspace::context::WorkspaceContext,
};

const GOOD: &[Example] = &[Example {
    note: "the hashes of what stands there",
    file: "w.json",
    files: &[(
        "w.json",
        weights_v2!(
            ",\n  \"proof\": {\n    \"pack_hash\": \"79012638ca31a0cc3e84f0df5863c7103b4f6d6e057ce2baaaf93eaa537bd583\",\n    \"lanes\": {\"policy@t0\": \"988795ddac3be51034aede5fb4456178f2ffe7950eacd808be6d183dc41ade26\"}\n  }"
        ),
    )],
}];

/// A hash that is not that of the weights.
pub static HASH: Rule = Rule {
    name: "pack/weights-hash",
    severity: Severity::Error,
    rows: &["D282", "D283", "D284", "D346", "D347", "D354", "D355", "D356", "D696"],
    on: On::Kinds(&["weights.v2", "weights.v2c"]),
    check: Check::Workspace(hashes),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A `proof` of weights in JSON that holds another hash than the document has. Of `weights.v2c` it is the SHA-256 of the canonical JSON (RFC 8785) of `bias`, `dict`, `dims`, `lanes` and `meta`; of `weights.v2` each lane has one over `W`, `dims`, `lane` and `version`, and the pack has one over `bias`, `dims`, `lanes` (their hashes by id) and `version`.",
        why: "The signature covers the text of this hash and nothing else, so a false one makes the signature speak of other weights.",
        fix: "Restore the weights, or write the true hash with `mx2lm-lint fix --hashes`.",
        bad: &[Example {
            note: "a hash of something else",
            file: "a.weights.v2c.json",
            files: &[(
                "a.weights.v2c.json",
                weights_v2c!(
                    "16",
                    r#""@0": "attention", "@1": "policy""#,
                    "0.1",
                    "  \"proof\": {\"pack_hash\": \"0000000000000000000000000000000000000000000000000000000000000000\"},\n"
                ),
            )],
        }],
        good: GOOD,
    },
};

/// A signature that is not the key's, or whose key nobody knows.
pub static SIGNATURE: Rule = Rule {
    name: "pack/weights-signature",
    severity: Severity::Error,
    rows: &["D691"],
    on: On::Kinds(&["weights.v2", "weights.v2c"]),
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A `signature` of weights in JSON that its own key did not make over the text of `proof.pack_hash`, that stands without such a hash, or whose key no signer of the keyring has (warning).",
        why: "Whoever trusts the weights trusts the signer. A signature that does not hold says that they were changed after signing.",
        fix: "Sign again, or put the signer's key into `mx2lm.toml`.",
        bad: &[Example {
            note: "nothing was signed",
            file: "w.json",
            files: &[(
                "w.json",
                weights_v2!(
                    ",\n  \"signature\": {\"algo\": \"ed25519\", \"pub\": \"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\", \"sig\": \"5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==\", \"signed\": \"proof.pack_hash\"}"
                ),
            )],
        }],
        good: GOOD,
    },
};

/// Most findings about single lanes of one document.
const MOST: usize = 16;

fn hashes(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict() && tree.duplicates().is_empty()) else { return };
    let Some(root) = tree.root().filter(|root| root.is_object()) else { return };
    let proof = root.get("proof").filter(|proof| proof.is_object());
    let compressed = context.facts.kind.is_some_and(|kind| kind.is("weights.v2c"));
    if let Some(proof) = proof {
        let truth = if compressed { sealed(root) } else { by_lanes(context, root, proof, findings) };
        if let (Some(truth), Some(node)) = (truth, proof.get("pack_hash")) {
            compare(context, node, truth, "the pack hash", findings);
        }
    }
    if let Some(signature) = root.get("signature").filter(|signature| signature.is_object()) {
        signed(context, signature, proof, findings);
    }
}

/// The hash of `weights.v2c`: over five members, whatever else stands beside them.
fn sealed(root: Node<'_>) -> Option<Digest> {
    const COVERED: [&str; 5] = ["bias", "dict", "dims", "lanes", "meta"];
    COVERED.iter().all(|name| root.get(name).is_some()).then_some(())?;
    let others: Vec<String> = root.members().filter(|(name, _)| !COVERED.contains(&&**name)).map(|(_, node)| node.pointer()).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    canonical_without(root, &others).ok().map(|text| Digest::of(&text))
}

/// The hash of `weights.v2`, from the hashes of its lanes; these are compared where they are declared. `None` where a covered member is left to
/// its default: nothing is added before hashing (`DECISIONS` 3).
fn by_lanes(context: &WorkspaceContext<'_>, root: Node<'_>, proof: Node<'_>, findings: &mut Findings) -> Option<Digest> {
    let part = |name: &str| root.get(name).and_then(|node| canonical(node).ok());
    let (bias, dims, version) = (part("bias"), part("dims")?, part("version")?);
    let declared = proof.get("lanes").filter(|lanes| lanes.is_object());
    let mut hashes: Vec<(String, Digest)> = Vec::new();
    for (id, lane) in root.get("lanes").filter(|lanes| lanes.is_object())?.members() {
        let weights = canonical(lane.get("W")?).ok()?;
        let mut text = Vec::new();
        object(&mut text, [("W", weights.as_slice()), ("dims", &dims), ("lane", &quoted(&id)), ("version", &version)]);
        hashes.push((id.into_owned(), Digest::of(&text)));
    }
    if let Some(declared) = declared {
        let truths: HashMap<&str, Digest> = hashes.iter().map(|(id, truth)| (id.as_str(), *truth)).collect();
        let is_false = |(id, node): &(Cow<'_, str>, Node<'_>)| truths.get(&**id).is_some_and(|truth| differs(*node, *truth));
        for (id, node) in declared.members().filter(is_false).take(MOST) {
            if let Some(truth) = truths.get(&*id) {
                compare(context, node, *truth, &format!("the hash of the lane `{}`", shown(&id)), findings);
            }
        }
        for (id, node) in declared.members().filter(|(id, _)| !truths.contains_key(&**id)).take(MOST) {
            let message = format!("`proof` holds a hash of `{}`, and there is no such lane", shown(&id));
            findings.push(Finding::new(&HASH, Place::key(node), message).help("remove the entry, or add the lane"));
        }
    }
    hashes.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    let mut lanes = vec![b'{'];
    for (at, (id, digest)) in hashes.iter().enumerate() {
        if at > 0 {
            lanes.push(b',');
        }
        push_quoted(&mut lanes, id);
        lanes.extend_from_slice(format!(":\"{}\"", bare(digest)).as_bytes());
    }
    lanes.push(b'}');
    let mut text = Vec::new();
    object(&mut text, [("bias", bias?.as_slice()), ("dims", &dims), ("lanes", &lanes), ("version", &version)]);
    Some(Digest::of(&text))
}

fn object<const N: usize>(out: &mut Vec<u8>, members: [(&str, &[u8]); N]) {
    for (at, (name, value)) in members.into_iter().enumerate() {
        out.push(if at == 0 { b'{' } else { b',' });
        push_quoted(out, name);
        out.push(b':');
        out.extend_from_slice(value);
    }
    out.push(b'}');
}

fn quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    push_quoted(&mut out, text);
    out
}

/// The digits without `sha256:`, as packs write them.
fn bare(digest: &Digest) -> String {
    digest.to_string().trim_start_matches("sha256:").to_owned()
}

/// Whether another hash is declared. Another spelling is told by the schema.
fn differs(node: Node<'_>, truth: Digest) -> bool {
    node.as_str().and_then(|declared| Digest::parse(&format!("sha256:{declared}"))).is_some_and(|declared| declared != truth)
}

fn compare(context: &WorkspaceContext<'_>, node: Node<'_>, truth: Digest, what: &str, findings: &mut Findings) {
    if differs(node, truth) {
        let truth = bare(&truth);
        let message = format!("{what} is not the declared one: it is `{truth}`");
        let fix =
            Fix::replace(Safety::Hash, format!("write the true hash `{truth}`"), &context.facts.path, node.span(), format!("\"{truth}\""));
        let help = "restore the weights, or write their true hash with `mx2lm-lint fix --hashes`";
        findings.push(Finding::new(&HASH, Place::value(node), message).help(help).spec("verification_error").fix(fix));
    }
}

fn signed(context: &WorkspaceContext<'_>, signature: Node<'_>, proof: Option<Node<'_>>, findings: &mut Findings) {
    let text = |name: &str| signature.get(name).and_then(|node| node.as_str());
    let Some(message) = proof.and_then(|proof| proof.get("pack_hash")?.as_str()) else {
        let told = "the signature is over `proof.pack_hash`, and there is none: it seals nothing";
        findings.push(Finding::new(&SIGNATURE, Place::key(signature), told).help("add `proof.pack_hash`, or remove the signature"));
        return;
    };
    let key = text("pub").and_then(|text| base64::<32>(&text)).and_then(|bytes| PublicKey::from_bytes(bytes).ok());
    let (Some(key), Some(value)) = (key, text("sig").and_then(|text| base64::<64>(&text))) else {
        // A wrong spelling is told by the schema; what is left is a key that is no point of the curve.
        if let Some(node) =
            signature.get("pub").filter(|node| node.as_str().is_some_and(|text| base64::<32>(&text).is_some()) && key.is_none())
        {
            let told = "`pub` is no Ed25519 key: its bytes are no point of the curve, or one of small order";
            findings.push(Finding::new(&SIGNATURE, Place::value(node), told).help("write the public key of the signer"));
        }
        return;
    };
    let place = signature.get("sig").map_or_else(|| Place::key(signature), Place::value);
    if !verify(&key, message.as_bytes(), &value) {
        let told = "the signature is not that of its key over the text of `proof.pack_hash`: the weights were changed after signing, or it belongs to others";
        findings.push(Finding::new(&SIGNATURE, place, told).help("sign the weights again").spec("verification_error"));
    } else if !context.config().keys.all(None).any(|(_, known)| known == key) {
        let told = format!("the signature holds under its own key `{key}`, and no signer of the keyring has that key: unverifiable");
        let help = "put the signer's key into `mx2lm.toml`: `[keys.\"<signer>\"]` with `public`";
        findings.push(Finding::new(&SIGNATURE, place, told).severity(Severity::Warning).help(help));
    }
}

/// Exactly `N` bytes in base64 with padding and without spare bits (RFC 4648 §4).
fn base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.trim_end_matches('=');
    if text.len() != N.div_ceil(3) * 4 || text.len() - digits.len() != (3 - N % 3) % 3 {
        return None;
    }
    let mut bytes = Vec::with_capacity(N + 2);
    let (mut bits, mut width) = (0u32, 0u32);
    for byte in digits.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        width += 6;
        if width >= 8 {
            width -= 8;
            bytes.push((bits >> width) as u8);
            bits &= (1 << width) - 1;
        }
    }
    (bits == 0).then_some(())?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::base64;

    // rows: D691
    #[test]
    fn base64_is_read_strictly() {
        assert_eq!(base64::<3>("AQID"), Some([1, 2, 3]));
        assert_eq!(base64::<2>("AQI="), Some([1, 2]));
        assert_eq!(base64::<1>("/w=="), Some([255]));
        for (what, text) in [("spare bits", "AQJ="), ("no padding", "AQI"), ("another alphabet", "_w=="), ("blank", "AQ I")] {
            assert_eq!(base64::<2>(text), None, "{what}");
        }
        assert_eq!(base64::<64>(&"A".repeat(1 << 16)), None);
    }
}
