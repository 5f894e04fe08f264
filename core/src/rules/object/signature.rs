//! Signatures over self-hashes (`DECISIONS` 8, 9, 81).

use crate::{
    diagnostic::Severity,
    document::facts::HashOf,
    hash::{
        Digest,
        signature::{self, NoKey, Outcome},
    },
    rules::{Check, Docs, Example, Finding, Findings, On, Rule},
    workspace::context::WorkspaceContext,
};

const SIGNED: &str = "πsig:v1:ed25519:<signer>:<128 lower-case hexadecimal digits>";

/// A signature that does not hold.
pub static SIGNATURE: Rule = Rule {
    name: "object/signature",
    severity: Severity::Error,
    rows: &["C355", "C356", "C366", "C656", "C793"],
    on: On::Kinds(&[
        "svg.tensor.cluster.batch.v1",
        "wormhole.capability.v1",
        "agent.federated.v1",
        "agent.conversation.v1",
        "mx2lm.orchestration.v1",
    ]),
    check: Check::Workspace(signature),
    fix: None,
    docs: Docs {
        what: "A signature that is not written as `πsig:v1:ed25519:<signer>:<128 hex>`, or that is not its signer's over the document's self-hash. Ed25519 is verified strictly. A signer without a key in `mx2lm.toml` is a warning: the signature cannot be verified.",
        why: "A signature is how one cluster trusts what another one wrote. One that does not verify makes the document worthless there.",
        fix: "Have the document signed again by its signer, or add the signer's public key under `[keys]` in `mx2lm.toml`.",
        bad: &[Example {
            note: "a Latin p where π is wanted",
            file: "night.batch.json",
            files: &[(
                "night.batch.json",
                "{\"$schema\": \"object://schema/svg.tensor.cluster.batch.v1\", \"objects\": [], \"signature\": \"psig:v1:ed25519:cluster.root:00\"}\n",
            )],
        }],
        good: &[],
    },
};

fn signature(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let facts = context.facts;
    let (Some(text), Some(digest)) = (&facts.signature, facts.self_hash) else { return };
    let declared = facts.hashes.iter().find(|hash| hash.of == HashOf::Itself).and_then(|hash| hash.at.value.parse::<Digest>().ok());
    let finding = match signature::check(&text.value, &digest, &context.config().keys, facts.cluster.as_deref()) {
        Outcome::Valid => return,
        // The document was changed after it was signed; `object/self-hash` says so.
        Outcome::Bad if declared.is_some_and(|declared| declared != digest) => return,
        Outcome::Bad => {
            Finding::new(&SIGNATURE, text.place(), "the signature is not its signer's over this document: it or the document was changed")
                .help("have the document signed again, or correct the signer's key in `mx2lm.toml`")
                .spec("verification_error")
        }
        Outcome::Unverifiable(why) => {
            let message = match why {
                NoKey::UnknownSigner => "unverifiable: the keyring has no key of this signer",
                NoKey::OtherCluster => "unverifiable: the keyring's keys of this signer are for other clusters",
            };
            Finding::new(&SIGNATURE, text.place(), message)
                .severity(Severity::Warning)
                .help("add the signer's public key under `[keys]` in `mx2lm.toml`")
        }
        Outcome::Malformed(malformed) => {
            Finding::new(&SIGNATURE, text.place(), format!("the signature {}", malformed.why)).help(format!("write `{SIGNED}`"))
        }
    };
    findings.push(finding);
}
