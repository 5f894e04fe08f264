//! Documents that name other objects.

use std::sync::Arc;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::facts::{Facts, Reference, Target},
    rules::{
        Check, Docs, Example, Finding, Findings, On, Rule,
        examples::{GREETING, descriptor},
    },
    workspace::context::WorkspaceContext,
};

const AGENT: &str = "{\n  \"$schema\": \"object://schema/ai.orchestrator.v1\",\n  \"id\": \"object://ai/orchestrator/example\",\n  \"agents\": [\"object://ai/agent/nobody\"]\n}\n";

/// A name that nothing answers.
pub static MISSING: Rule = Rule {
    name: "object/unresolved-reference",
    severity: Severity::Error,
    rows: &["C031", "B019", "B528", "B529", "B530", "B531", "B532", "B533", "B534", "B545", "C520"],
    on: On::Any,
    check: Check::Workspace(references),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A reference to an object, or to a profile by name, that no document of the workspace defines. Ids are compared byte for byte.",
        why: "The runtime resolves every reference before it does anything; one that leads nowhere stops the load.",
        fix: "Correct the id (the nearest one is named), or add the object.",
        bad: &[Example { note: "an agent nobody wrote", file: "team.json", files: &[("team.json", AGENT)] }],
        good: &[Example {
            note: "a document that names nothing",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
        }],
    },
};

/// A name that something else answers.
pub static WRONG_KIND: Rule = Rule {
    name: "object/reference-kind",
    severity: Severity::Error,
    rows: &["B019", "B528", "B529", "B530", "B531", "B532", "B533", "B534", "B545"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A reference that leads to an object of another kind than the place calls for.",
        why: "A tokenizer whose vocabulary is a weights object cannot be loaded, however true its hashes are.",
        fix: "Name an object of the kind wanted.",
        bad: &[Example {
            note: "a greeting among the agents",
            file: "team.json",
            files: &[
                (
                    "team.json",
                    "{\n  \"$schema\": \"object://schema/ai.orchestrator.v1\",\n  \"id\": \"object://ai/orchestrator/example\",\n  \"agents\": [\"object://example/greeting\"]\n}\n",
                ),
                ("object.json", descriptor!()),
                ("greeting.json", GREETING),
            ],
        }],
        good: &[Example {
            note: "a document that names nothing",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
        }],
    },
};

/// A pinned reference whose target declares another hash.
pub static PIN: Rule = Rule {
    name: "object/reference-hash",
    severity: Severity::Error,
    rows: &["C031"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A reference pinned by `/sha256:…` whose target declares another hash.",
        why: "A pinned reference names one version of an object. When the object moves on, the reference leads nowhere.",
        fix: "Pin the hash that the object has now, or restore the object.",
        bad: &[],
        good: &[Example {
            note: "a document that names nothing",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
        }],
    },
};

fn references(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    for reference in &context.facts.references {
        match context.resolve(reference).first() {
            None => findings.push(unresolved(context, reference)),
            Some(first) => {
                kind(reference, first, findings);
                pin(context, reference, first, findings);
            }
        }
    }
}

fn unresolved(context: &WorkspaceContext<'_>, reference: &Reference) -> Finding {
    let (what, name) = match &reference.target {
        Target::Object(id) => ("object", id),
        Target::Profile(name) => ("profile", name),
    };
    let message = format!("no document of the workspace defines the {what} `{name}`");
    let mut finding = Finding::new(&MISSING, reference.at.place(), message).severity(reference.missing);
    finding.spec_error = reference.spec_error;
    match context.nearest(&reference.target) {
        None => finding.help(format!("add the {what}, or correct the name")),
        Some(near) => {
            let text = reference.at.value.replacen(&**name, &near, 1);
            let title = format!("replace by `{near}`");
            let path: &Arc<str> = &context.facts.path;
            finding.help(format!("did you mean `{near}`?")).fix(Fix::replace(
                Safety::Unsafe,
                title,
                path,
                reference.at.span,
                serde_json::Value::from(text).to_string(),
            ))
        }
    }
}

fn kind(reference: &Reference, target: &Facts, findings: &mut Findings) {
    let Some(found) = target.kind else { return };
    if reference.wants.is_empty() || reference.wants.contains(&found.name()) {
        return;
    }
    let message = format!("`{}` is of kind `{}`, wanted `{}`", reference.at.value, found.name(), reference.wants.join("` or `"));
    let mut finding = Finding::new(&WRONG_KIND, reference.at.place(), message)
        .help(format!("name an object of kind `{}`", reference.wants.join("` or `")));
    if let Some(id) = &target.id {
        finding = finding.related(&target.path, id.place(), "the object that is named");
    }
    findings.push(finding);
}

fn pin(context: &WorkspaceContext<'_>, reference: &Reference, target: &Facts, findings: &mut Findings) {
    let (Some(pin), Some((declared, digest))) = (reference.pin, target.declared_payload_hash()) else { return };
    if pin == digest {
        return;
    }
    let message = format!("the reference is pinned to `{pin}`, and the object declares `{digest}`");
    let text = reference.at.value.replacen(&pin.to_string(), &digest.to_string(), 1);
    let fix = Fix::replace(
        Safety::Hash,
        format!("pin `{digest}`"),
        &context.facts.path,
        reference.at.span,
        serde_json::Value::from(text).to_string(),
    );
    findings.push(
        Finding::new(&PIN, reference.at.place(), message)
            .help("pin the hash the object has now, or restore the object")
            .related(&target.path, declared.at.place(), "the hash it declares")
            .fix(fix),
    );
}
