//! What a π-profile says of itself.

use crate::{
    diagnostic::{Fix, Safety, Severity},
    hash::self_hash::profile_fingerprint,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

/// A fingerprint that is not the profile's.
pub static FINGERPRINT: Rule = Rule {
    name: "collapse/profile-fingerprint",
    severity: Severity::Error,
    rows: &["C467", "C509", "C518"],
    on: On::Kinds(&["pi-profile.v1"]),
    check: Check::File(fingerprint),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A `meta.fingerprint` that is not `pi:` and the SHA-256 of the profile's canonical JSON (RFC 8785) without that member. An absent one is information.",
        why: "Scores are recorded under the fingerprint of the profile that made them. A false one attributes them to a profile that never was.",
        fix: "`mx2lm-lint fix --hashes` writes the true fingerprint.",
        bad: &[Example {
            note: "edited after the fingerprint was taken",
            file: "tone.pi-profile.json",
            files: &[(
                "tone.pi-profile.json",
                "{\"meta\": {\"name\": \"tone\", \"fingerprint\": \"pi:0000000000000000000000000000000000000000000000000000000000000000\"}, \"vectorizer\": {}, \"weights\": {}}\n",
            )],
        }],
        good: &[],
    },
};

fn fingerprint(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(meta) = context.root().and_then(|root| root.get("meta")).filter(|meta| meta.is_object()) else { return };
    let Some(Ok(computed)) = context.root().map(profile_fingerprint) else { return };
    let title = format!("write the fingerprint `{computed}`");
    let Some(node) = meta.get("fingerprint") else {
        let message = format!("the profile carries no fingerprint; its own is `{computed}`");
        findings.push(Finding::new(&FINGERPRINT, Place::key(meta), message).severity(Severity::Info));
        return;
    };
    let Some(declared) = node.as_str() else { return };
    let digits = declared.strip_prefix("pi:");
    let well_formed = digits.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    if !well_formed {
        let message = "`fingerprint` is not `pi:` and 64 lower-case hexadecimal digits";
        let fix = Fix::replace(Safety::Hash, title, context.path, node.span(), format!("\"{computed}\""));
        findings.push(Finding::new(&FINGERPRINT, Place::value(node), message).help(format!("the profile's own is `{computed}`")).fix(fix));
    } else if declared != computed {
        let message = format!("the profile's fingerprint is `{computed}`, not the declared one");
        let fix = Fix::replace(Safety::Hash, title, context.path, node.span(), format!("\"{computed}\""));
        let help = "restore the profile, or write its true fingerprint with `mx2lm-lint fix --hashes`";
        findings.push(Finding::new(&FINGERPRINT, Place::value(node), message).help(help).spec("verification_error").fix(fix));
    }
}
