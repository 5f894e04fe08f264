//! The signature of a pack. It names no signer, so every key of the keyring is tried (`DECISIONS` 26, 61).

use super::{
    binary::{GOOD, PACK},
    packs_hex::SIGNED,
};
use crate::{
    diagnostic::Severity,
    pack::container::{Seal, check, open},
    rules::{Check, Docs, Example, Finding, Findings, Place, Rule},
    text::Span,
    workspace::context::WorkspaceContext,
};

/// A signature that no known key made, or that covers the root alone.
pub static SIGNATURE: Rule = Rule {
    name: "pack/signature",
    severity: Severity::Warning,
    rows: &["D411", "D425", "D426", "D525", "D527"],
    on: PACK,
    check: Check::Workspace(signature),
    fix: None,
    docs: Docs {
        what: "A signed pack whose signature no key of the keyring made over the SHA-256 of all bytes before it (unverifiable), or made over the Merkle root alone.",
        why: "A pack names no signer: without the key nobody can tell a signature from 64 random bytes. One over the root does not cover the names of the lanes, the scales or the audit.",
        fix: "Put the signer's key into `mx2lm.toml`, or sign the whole pack: `mx2lm-lint pack sign`.",
        bad: &[Example { note: "nobody's key", file: "a.weights.v2c-bin", files: &[("a.weights.v2c-bin", SIGNED)] }],
        good: GOOD,
    },
};

fn signature(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Ok(bytes) = context.bytes(&context.facts.path) else { return };
    // What keeps a pack from being opened is told by the check of its bytes.
    let Ok(pack) = open(&bytes) else { return };
    let place = || Place::new("/SIGNATURE", Span::from(pack.sections().signature.clone()));
    match check(&pack, context.config().keys.all(None)) {
        Seal::Unsigned | Seal::Whole(_) => {}
        Seal::RootOnly(signer) => {
            let message =
                format!("`{signer}` signed the Merkle root alone: DICT, QSCALE and AUDIT can be changed without breaking the signature");
            findings.push(Finding::new(&SIGNATURE, place(), message).help("sign the whole pack: `mx2lm-lint pack sign`"));
        }
        Seal::Unverifiable => {
            let keys = match context.config().keys.all(None).count() {
                0 => "the keyring is empty".to_owned(),
                1 => "the one key of the keyring did not make it".to_owned(),
                count => format!("none of the {count} keys of the keyring made it"),
            };
            let message = format!("the signature is unverifiable: {keys}");
            let help =
                "put the signer's key into `mx2lm.toml`: `[keys.\"<signer>\"]` with `public`, or sign the pack again if it was changed";
            findings.push(Finding::new(&SIGNATURE, place(), message).help(help));
        }
    }
}
