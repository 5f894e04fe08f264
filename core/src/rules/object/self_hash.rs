//! Documents that carry a hash of themselves.

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::facts::HashOf,
    hash::{Digest, explain::explain_own},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Rule},
};

/// The kinds that carry one, as in `hash::self_hash::SELF_HASHES`.
const KINDS: &[&str] =
    &["svg.tensor.cluster.batch.v1", "wormhole.capability.v1", "agent.federated.v1", "agent.conversation.v1", "mx2lm.orchestration.v1"];

/// A document that is not what its own hash says.
pub static SELF_HASH: Rule = Rule {
    name: "object/self-hash",
    severity: Severity::Error,
    rows: &["A148", "C354", "C655", "C791", "D012"],
    on: On::Kinds(KINDS),
    check: Check::File(self_hash),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A declared self-hash that is not the SHA-256 of the document's canonical JSON (RFC 8785) without its own hash and signature.",
        why: "Such documents are passed between clusters, and the hash is how a receiver knows that nothing was changed on the way. A false one is refused.",
        fix: "If the document is right, `mx2lm-lint fix --hashes` writes the true hash. A signature over the old hash no longer holds then: the document must be signed again.",
        bad: &[Example {
            note: "a batch that was edited after its hash was taken",
            file: "night.batch.json",
            files: &[(
                "night.batch.json",
                "{\"$schema\": \"object://schema/svg.tensor.cluster.batch.v1\", \"hash\": \"sha256:0000000000000000000000000000000000000000000000000000000000000000\", \"objects\": []}\n",
            )],
        }],
        good: &[],
    },
};

fn self_hash(context: &FileContext<'_>, findings: &mut Findings) {
    let facts = context.facts;
    let Some(declared) = facts.hashes.iter().find(|hash| hash.of == HashOf::Itself) else { return };
    let (Ok(digest), Some(computed)) = (declared.at.value.parse::<Digest>(), facts.self_hash) else { return };
    if digest == computed {
        return;
    }
    let of = if digest == facts.digest {
        "; the declared value is the hash of the file as stored, its own hash included".to_owned()
    } else {
        let variant = context.root().and_then(|root| explain_own(digest, computed, context.kind.name(), root));
        variant.map(|variant| format!("; {variant}")).unwrap_or_default()
    };
    let message = format!("the document's own hash is `{computed}`, not the declared one{of}");
    let mut finding = Finding::new(&SELF_HASH, declared.at.place(), message).spec("verification_error");
    finding = match &facts.signature {
        None => {
            let fix = Fix::replace(
                Safety::Hash,
                format!("write the true hash `{computed}`"),
                context.path,
                declared.at.span,
                format!("\"{computed}\""),
            );
            finding.help("restore the document, or write its true hash with `mx2lm-lint fix --hashes`").fix(fix)
        }
        Some(signature) => finding.help("restore the document; or correct the hash and have the document signed again").related(
            context.path,
            signature.place(),
            "this signature is over a hash and ends with it",
        ),
    };
    findings.push(finding);
}
