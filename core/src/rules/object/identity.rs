//! Who an object is: its id, and that nobody else has it.

use std::sync::Arc;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::{
        facts::{Facts, HashOf},
        kind::Kind,
    },
    hash::digest::Digest,
    rules::{
        Check, Docs, Example, Finding, Findings, On, Place, Rule,
        examples::{GREETING, descriptor},
        nearest_of,
    },
    syntax::json,
    workspace::context::WorkspaceContext,
};

/// One id, two objects.
pub static DUPLICATE_ID: Rule = Rule {
    name: "object/duplicate-id",
    severity: Severity::Error,
    rows: &["A627", "A631"],
    on: On::Any,
    check: Check::Workspace(duplicate_id),
    fix: None,
    docs: Docs {
        what: "An id that two documents of the workspace define. It is reported on the later path; a warning when both declare the same hash.",
        why: "An id names one object. With two, what a reference finds depends on the order of loading, and with different hashes one of them is false for everybody.",
        fix: "Give one of them another id, or remove it.",
        bad: &[Example {
            note: "a copy that kept the id",
            file: "b/object.json",
            files: &[
                ("a/object.json", descriptor!()),
                ("a/greeting.json", GREETING),
                ("b/object.json", descriptor!()),
                ("b/greeting.json", GREETING),
            ],
        }],
        good: &[Example {
            note: "two ids may share one payload",
            file: "b/object.json",
            files: &[
                ("a/object.json", descriptor!()),
                ("a/greeting.json", GREETING),
                ("b/object.json", descriptor!(id = "object://example/salute")),
                ("b/greeting.json", GREETING),
            ],
        }],
    },
};

fn duplicate_id(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let facts = context.facts;
    let Some(id) = &facts.id else { return };
    let Some(first) = context.first_definition(&id.value).filter(|first| first.path != facts.path) else { return };
    let Some(other) = &first.id else { return };
    let hash = |facts: &Facts| facts.hashes.first().map(|hash| hash.at.value.clone());
    let (own, theirs) = (hash(facts), hash(&first));
    let same = own.is_some() && own == theirs;
    let (severity, how) = match (&own, &theirs) {
        _ if same => (Severity::Warning, "with the same hash"),
        (Some(_), Some(_)) => (Severity::Error, "and their hashes differ, so one of them is false for everybody who names it"),
        (None, Some(_)) => (Severity::Error, "and this document declares no hash by which the two could be one"),
        (Some(_), None) => (Severity::Error, "which declares no hash by which the two could be one"),
        (None, None) => (Severity::Error, "and neither declares a hash by which the two could be one"),
    };
    // A631: the hash wins over the version.
    let version = match (version_of(context, facts), version_of(context, &first)) {
        (Some(a), Some(b)) if same && a != b => format!(" (versions {a} and {b} are one object: the hash decides)"),
        (Some(a), Some(b)) if !same && a == b => format!(" (both call themselves version {a})"),
        _ => String::new(),
    };
    let message = format!("`{}` is already defined by `{}`, {how}{version}", id.value, first.path);
    findings.push(
        Finding::new(&DUPLICATE_ID, id.place(), message).severity(severity).help("give one of them another id, or remove it").related(
            &first.path,
            other.place(),
            "defined here first",
        ),
    );
}

fn version_of(context: &WorkspaceContext<'_>, facts: &Facts) -> Option<String> {
    let tree = context.json(&facts.path)?;
    let version = tree.at_pointer("/identity/version")?.as_str()?;
    Some(version.into_owned())
}

/// `identity.hash` is another hash than `hash`.
pub static SAME_HASH: Rule = Rule {
    name: "object/identity-hash",
    severity: Severity::Error,
    rows: &["A614"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "An `identity.hash` that is not the `hash` of the descriptor.",
        why: "Both say which payload is meant. When they differ, people who read the identity speak of another object than the runtime.",
        fix: "Write the same hash in both places; `mx2lm-lint fix --hashes` does so when `hash` is true.",
        bad: &[Example {
            note: "left behind when the payload changed",
            file: "object.json",
            files: &[
                (
                    "object.json",
                    descriptor!(
                        more =
                            "  \"identity\": { \"hash\": \"sha256:0000000000000000000000000000000000000000000000000000000000000000\" },\n"
                    ),
                ),
                ("greeting.json", GREETING),
            ],
        }],
        good: &[Example {
            note: "the same hash",
            file: "object.json",
            files: &[
                (
                    "object.json",
                    descriptor!(
                        more =
                            "  \"identity\": { \"hash\": \"sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9\" },\n"
                    ),
                ),
                ("greeting.json", GREETING),
            ],
        }],
    },
};

/// Compares `identity.hash` with `hash`. A malformed one of the two is told elsewhere, and so is a false `hash` beside a true `identity.hash`.
pub(super) fn same_hash(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let mut hashes = context.facts.hashes.iter().filter(|hash| hash.of == HashOf::Payload);
    let (Some(hash), Some(again)) = (hashes.next(), hashes.next()) else { return };
    let (Some(digest), Some(other)) = (Digest::parse(&hash.at.value), Digest::parse(&again.at.value)) else { return };
    if digest == other || context.payload().is_some_and(|file| file.digest == other) {
        return;
    }
    let message = format!("`identity.hash` is `{other}`, and `hash` is `{digest}`: both name the payload");
    let mut finding =
        Finding::new(&SAME_HASH, again.at.place(), message).related(&context.facts.path, hash.at.place(), "the hash of the object");
    if context.payload().is_some_and(|file| file.digest == digest) {
        let title = format!("write `{digest}`, which is true");
        finding = finding.fix(Fix::replace(Safety::Hash, title, &context.facts.path, again.at.span, format!("\"{digest}\"")));
    }
    findings.push(finding.help("write the same hash in both places").spec("verification_error"));
}

/// A `$schema` of ours that no schema answers.
pub static UNKNOWN_SCHEMA: Rule = Rule {
    name: "object/unknown-schema",
    severity: Severity::Error,
    rows: &["A603", "B001"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A `$schema` that begins `object://schema/` and names no schema.",
        why: "The runtime chooses the law by this text. With an unknown one nothing is checked and the document is refused.",
        fix: "Use the nearest known schema, which the finding names.",
        bad: &[Example {
            note: "a misspelt version",
            file: "object.json",
            files: &[("object.json", "{\"$schema\": \"object://schema/object.v11\", \"id\": \"object://example/greeting\"}\n")],
        }],
        good: &[Example {
            note: "a known schema",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
        }],
    },
};

/// Reports a `$schema` that `detect` did not know.
pub(crate) fn unknown_schema(path: &Arc<str>, tree: &json::Tree, value: &str, findings: &mut Findings) {
    let Some(node) = tree.root().and_then(|root| root.get("$schema")) else { return };
    let near = nearest_of(value, Kind::all().filter_map(|kind| kind.info().schema));
    let message = format!("no schema is called `{value}`: nothing says what this document must hold");
    let mut finding = Finding::new(&UNKNOWN_SCHEMA, Place::value(node), message);
    if let Some(near) = near {
        let text = format!("\"{near}\"");
        finding = finding.help(format!("did you mean `{near}`?")).fix(Fix::replace(
            Safety::Unsafe,
            format!("replace by `{near}`"),
            path,
            node.span(),
            text,
        ));
    } else {
        finding = finding.help("`mx2lm-lint schema` lists the schemas");
    }
    findings.push(finding);
}
