//! Who an object is: its id, and that nobody else has it.

use std::sync::Arc;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::{facts::Facts, kind::Kind},
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
    let definitions = context.definitions(&id.value);
    let Some(first) = definitions.first().filter(|first| first.path != facts.path) else { return };
    let Some(other) = &first.id else { return };
    let hash = |facts: &Facts| facts.hashes.first().map(|hash| hash.at.value.clone());
    let same = hash(facts).is_some() && hash(facts) == hash(first);
    let (severity, how) = match same {
        true => (Severity::Warning, "with the same hash"),
        false => (Severity::Error, "and their hashes differ, so one of them is false for everybody who names it"),
    };
    let message = format!("`{}` is already defined by `{}`, {how}", id.value, first.path);
    findings.push(
        Finding::new(&DUPLICATE_ID, id.place(), message).severity(severity).help("give one of them another id, or remove it").related(
            &first.path,
            other.place(),
            "defined here first",
        ),
    );
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
