//! What a π-profile says of itself.

use super::{date, examples::LEAF};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::schema::insertion,
    hash::self_hash::profile_fingerprint,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

/// A date that is none.
pub static DATE: Rule = Rule {
    name: "collapse/date",
    severity: Severity::Error,
    rows: &["C464", "C465", "C508"],
    on: On::Kinds(&["pi-profile.v1"]),
    check: Check::File(dates),
    fix: None,
    docs: Docs {
        what: "`created` or `modified` that is not a date and time of RFC 3339 with its offset from UTC, or a `certification_date` that is not a day.",
        why: "A time without an offset is another moment in each zone, and a day that is not in the calendar is none at all.",
        fix: "Write `2025-01-31T09:30:00Z`, with `Z` or an offset such as `+05:30`, or a day such as `2025-01-31`.",
        bad: &[Example {
            note: "a time without an offset",
            file: "tone.pi-profile.json",
            files: &[(
                "tone.pi-profile.json",
                "{\"meta\": {\"name\": \"tone\", \"version\": \"1.0.0\", \"authority\": \"atlas\", \"created\": \"2025-06-01T00:00:00\"},\n \"vectorizer\": {\"method\": \"ngram\", \"parameters\": {}}, \"weights\": {\"superposition\": []}}\n",
            )],
        }],
        good: &[LEAF],
    },
};

fn dates(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    for at in ["/meta/created", "/meta/modified", "/compliance/certification_date"] {
        let Some(node) = root.descend(at) else { continue };
        let Some(text) = node.as_str() else { continue };
        let day = at.ends_with("date");
        if if day { date::full_date(&text).is_some() } else { date::moment(&text).is_some() } {
            continue;
        }
        let wanted = if day {
            "a day of the calendar as `2025-01-31`"
        } else {
            "an RFC 3339 date and time with its offset, as `2025-01-31T09:30:00Z`"
        };
        let message = format!("`{}` is {}; wanted is {wanted}", at.rsplit('/').next().unwrap_or(at), crate::document::schema::short(node));
        let lacks_offset = !day && date::moment(&format!("{text}Z")).is_some();
        let help = if lacks_offset { "add the offset from UTC: `Z`, or one such as `+05:30`" } else { "write the date out" };
        findings.push(Finding::new(&DATE, Place::value(node), message).help(help));
    }
}

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
        fix: "`mx2lm-lint fix --hashes` writes the true fingerprint, where there is none too.",
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
        let (span, text) = insertion(meta, &format!("\"fingerprint\": \"{computed}\""));
        let fix = Fix::replace(Safety::Hash, title, context.path, span, text);
        let help = "write it with `mx2lm-lint fix --hashes`, so that scores can be told by it";
        findings.push(Finding::new(&FINGERPRINT, Place::key(meta), message).severity(Severity::Info).help(help).fix(fix));
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
