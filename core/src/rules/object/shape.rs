//! What the schemas say, as findings of rules.
//!
//! The law stands in `schemas/`; here it gets names, severities and pages.

use std::sync::Arc;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::{
        detect, pointer,
        schema::{self, SchemaFinding},
    },
    rules::{
        self, Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule,
        examples::{GREETING, descriptor},
    },
};

const LAWFUL: Example =
    Example { note: "a lawful descriptor", file: "object.json", files: &[("object.json", descriptor!()), ("greeting.json", GREETING)] };

/// A value that is not what the schema of the document wants.
pub static SCHEMA: Rule = Rule {
    name: "object/schema",
    severity: Severity::Error,
    rows: &[
        "A537", "A538", "A604", "A605", "A606", "A608", "A610", "A611", "A612", "A613", "A614", "A615", "A616", "A617", "A618", "A619",
        "A620", "A622", "A628", "A638", "A639", "A672", "A675", "A676", "A677", "A678", "A679", "A698", "A700", "A704", "B395", "C031",
        "C646",
    ],
    on: On::Any,
    check: Check::File(shape),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member that is missing, or whose value has another type, spelling or range than the document's schema wants.",
        why: "A runtime refuses a document that does not have its shape, and nothing else in it can be relied on.",
        fix: "Write what the message asks for. Where one value is near, it is offered.",
        bad: &[Example {
            note: "an authority that is none of the four",
            file: "object.json",
            files: &[
                (
                    "object.json",
                    r#"{"$schema": "object://schema/object.v1", "id": "object://example/a", "hash": "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9",
 "payload": {"type": "json", "mime": "application/json", "location": "./greeting.json"}, "authority": "admin", "projections": {"default": {}}}"#,
                ),
                ("greeting.json", GREETING),
            ],
        }],
        good: &[LAWFUL],
    },
};

/// A text from an illustration where a value is wanted.
pub static PLACEHOLDER: Rule = Rule {
    name: "object/placeholder",
    severity: Severity::Error,
    rows: &["A602", "A607", "C100"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`a | b`, `…`, `...` or `<x>` where a hash, an id, an enumerated value, a URI or a number is wanted.",
        why: "Illustrations write such texts for values that the author is to fill in. A document that still holds one is not finished.",
        fix: "Write the value. The choices of a list are offered one by one.",
        bad: &[Example {
            note: "the choices instead of one of them",
            file: "object.json",
            files: &[(
                "object.json",
                r#"{"$schema": "object://schema/object.v1", "id": "object://example/a", "authority": "none | read"}"#,
            )],
        }],
        good: &[Example {
            note: "free text may hold anything",
            file: "object.json",
            files: &[
                ("object.json", descriptor!(more = "  \"identity\": { \"name\": \"this | that …\" },\n")),
                ("greeting.json", GREETING),
            ],
        }],
    },
};

/// Two members that name two kinds.
pub static TYPE_DISAGREES: Rule = Rule {
    name: "object/type-disagrees",
    severity: Severity::Error,
    rows: &["C642", "C643"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`$schema` and `type` (or `@type`, `@request`, …) that name two different kinds of document.",
        why: "Readers ask different members first, so they would hold the document to different laws.",
        fix: "Make them agree.",
        bad: &[Example {
            note: "a vocabulary that calls itself a tokenizer",
            file: "vocab.json",
            files: &[(
                "vocab.json",
                r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.tokenizer", "size": 1, "mapping": "token_to_symbol", "encoding": "utf-8", "invariants": ["one_to_one_mapping", "immutable_payload"]}"#,
            )],
        }],
        good: &[Example {
            note: "both say the same",
            file: "vocab.json",
            files: &[(
                "vocab.json",
                r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "size": 1, "mapping": "token_to_symbol", "encoding": "utf-8", "invariants": ["one_to_one_mapping", "immutable_payload"]}"#,
            )],
        }],
    },
};

/// A member that the schema does not know.
pub static UNKNOWN_MEMBER: Rule = Rule {
    name: "object/unknown-member",
    severity: Severity::Warning,
    rows: &["A623", "A624", "A625", "A626"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A top-level member of an object descriptor that §15.4 does not name.",
        why: "It is most often a misspelt one, and then the member that was meant is missing.",
        fix: "Rename it to the nearest known name, which is offered, or move it into the payload.",
        bad: &[Example {
            note: "an `s` too few",
            file: "object.json",
            files: &[("object.json", descriptor!(more = "  \"invariant\": [],\n")), ("greeting.json", GREETING)],
        }],
        good: &[LAWFUL],
    },
};

/// A descriptor without `authority`.
pub static AUTHORITY: Rule = Rule {
    name: "object/authority",
    severity: Severity::Warning,
    rows: &["A541", "A621", "A694"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "A descriptor that does not say its `authority`.",
        why: "The member is required, yet reads as `none` when it is absent, so that people and runtimes may differ on it.",
        fix: "Write it. The fix adds `\"authority\": \"none\"`, which is what its absence means.",
        bad: &[Example {
            note: "no authority",
            file: "object.json",
            files: &[
                (
                    "object.json",
                    r#"{"$schema": "object://schema/object.v1", "id": "object://example/a", "hash": "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9",
 "payload": {"type": "json", "mime": "application/json", "location": "./greeting.json"}, "projections": {"default": {}}}"#,
                ),
                ("greeting.json", GREETING),
            ],
        }],
        good: &[LAWFUL],
    },
};

/// A payload without a media type.
pub static MIME: Rule = Rule {
    name: "object/mime",
    severity: Severity::Warning,
    rows: &["A609"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A payload that does not say its media type.",
        why: "Without `mime` a response has no type to carry, and readers guess.",
        fix: "Write the media type, such as `application/json`.",
        bad: &[Example {
            note: "no mime",
            file: "object.json",
            files: &[
                (
                    "object.json",
                    r#"{"$schema": "object://schema/object.v1", "id": "object://example/a", "hash": "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9",
 "payload": {"type": "json", "location": "./greeting.json"}, "authority": "none", "projections": {"default": {}}}"#,
                ),
                ("greeting.json", GREETING),
            ],
        }],
        good: &[LAWFUL],
    },
};

/// Views and hooks that are lawful and of no use.
pub static LIFECYCLE: Rule = Rule {
    name: "object/views",
    severity: Severity::Warning,
    rows: &["A615", "A617", "A682"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An object without any projection (warning), without one named `default` (information), or with a hook that no phase runs (warning).",
        why: "An object that has no view cannot be seen, a request that names none falls back to `default`, and an unknown hook never fires.",
        fix: "Add a projection, or name the hook after a phase: `on_resolve`, `on_load`, `on_verify`, `on_project`, `on_error`.",
        bad: &[Example {
            note: "a hook that nothing calls",
            file: "object.json",
            files: &[("object.json", descriptor!(more = "  \"events\": { \"on_save\": [\"log\"] },\n")), ("greeting.json", GREETING)],
        }],
        good: &[LAWFUL],
    },
};

/// Reports what the schema of the document's kind says, under the rules it names.
fn shape(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.json().and_then(|tree| tree.root()) else { return };
    let found = schema::validate(context.kind, root);
    let mut told_of = Vec::new();
    if root.is_object() && !found.iter().any(|finding| finding.rule == TYPE_DISAGREES.name) {
        for (member, other) in detect::disagreements(root, context.kind) {
            let Some(node) = root.get(member) else { continue };
            let message = format!("`{member}` says {other}, and the document is {}: readers would hold it to different laws", context.kind);
            told_of.push(node.pointer());
            findings.push(Finding::new(&TYPE_DISAGREES, Place::value(node), message).help("make them agree"));
        }
    }
    // what names the kind once more is known, though the kind's own list does not hold it
    let agreeing: Vec<String> = detect::agreements(root, context.kind).map(|member| pointer::join("", member)).collect();
    let known = |finding: &SchemaFinding| finding.rule.ends_with("/unknown-member") && agreeing.contains(&finding.pointer);
    for finding in found.into_iter().filter(|finding| !told_of.contains(&finding.pointer) && !known(finding)) {
        findings.push(told(finding, context.path));
    }
}

fn told(found: SchemaFinding, path: &Arc<str>) -> Finding {
    let rule = rules::by_name(found.rule).unwrap_or(&SCHEMA);
    let mut finding = Finding::new(rule, Place::new(found.pointer, found.span), found.message).severity(found.severity);
    finding.help = found.help;
    finding.spec_error = found.spec_error;
    finding.fixes = found.fixes.into_iter().map(|fix| Fix::replace(fix.safety, fix.title, path, fix.span, fix.text)).collect();
    finding
}
