//! What §14 shows of `ai` objects: hints beside the law of §16 (`DECISIONS` 43).

use std::sync::Arc;

use crate::{
    diagnostic::Severity,
    document::facts::Facts,
    rules::{
        Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule,
        ai::payload,
        examples::{GREETING, descriptor},
    },
    workspace::context::WorkspaceContext,
};

/// A descriptor of §14 that does not list what its sort lists.
pub static INVARIANTS: Rule = Rule {
    name: "ai/usual-invariants",
    severity: Severity::Info,
    rows: &["A538", "A542", "A547", "A552", "A559", "A563"],
    on: On::Kinds(&["object.v1"]),
    check: Check::File(invariants),
    fix: None,
    docs: Docs {
        what: "An object.v1 descriptor that is a tokenizer, vocabulary, model, brain or inference profile by its id, and does not list the invariants of that sort.",
        why: "Readers rely on them. They are asked for only where `$schema` names the `ai.*` kind.",
        fix: "Add the invariants, or give the document the schema of its kind.",
        bad: &[Example {
            note: "a vocabulary without its invariants",
            file: "object.json",
            files: &[("object.json", descriptor!(id = "object://ai/vocab/base")), ("greeting.json", GREETING)],
        }],
        good: &[Example {
            note: "another sort of object",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
        }],
    },
};

/// A view under a known name that has another form.
pub static PROJECTION: Rule = Rule {
    name: "ai/usual-projection",
    severity: Severity::Info,
    rows: &["A539", "A543", "A548", "A553", "A560", "A564", "A567"],
    on: On::Any,
    check: Check::File(projection),
    fix: None,
    docs: Docs {
        what: "A projection of an `ai` object that bears a known name, such as `encode`, `lookup` or `matrix`, and another type than that name has.",
        why: "Clients ask for these views by name and expect their form.",
        fix: "Use the type that goes with the name, or another name.",
        bad: &[Example {
            note: "`lookup` as a list",
            file: "vocab.json",
            files: &[(
                "vocab.json",
                r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "size": 1, "mapping": "token_to_symbol", "encoding": "utf-8", "invariants": ["one_to_one_mapping", "immutable_payload"], "projections": {"lookup": {"type": "list"}}}"#,
            )],
        }],
        good: &[Example {
            note: "another object",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
        }],
    },
};

/// A type of object that nothing in the workspace is.
pub static OBJECT_REFERENCE: Rule = Rule {
    name: "ai/object-reference",
    severity: Severity::Warning,
    rows: &["A528", "A529", "A530", "A531", "A532", "A533", "A534", "A562", "A564"],
    on: On::Any,
    check: Check::Workspace(object_reference),
    fix: None,
    docs: Docs {
        what: "An emitted `@object.<type>` whose type is none of `tokenizer`, `vocab`, `model.weights`, `brain.ngram`, `brain.svg`, `inference.profile` and `agent.reply`, or of which the workspace has no object.",
        why: "The reference stands for the object of that type; without one it stands for nothing.",
        fix: "Name one of the types, and add its object to the workspace.",
        bad: &[Example {
            note: "no brain in the workspace",
            file: "object.json",
            files: &[
                (
                    "object.json",
                    r#"{"$schema": "object://schema/object.v1", "id": "object://ai/inference/m", "hash": "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "payload": {"type": "json", "mime": "application/json", "location": "./greeting.json"}, "authority": "none", "projections": {"default": {"type": "matrix-projection", "emit": {"brain": "@object.brain.svg"}}}}"#,
                ),
                ("greeting.json", GREETING),
            ],
        }],
        good: &[Example {
            note: "no such reference",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
        }],
    },
};

/// An older name of an invariant.
pub static ALIAS: Rule = Rule {
    name: "ai/invariant-alias",
    severity: Severity::Info,
    rows: &["A552", "B076"],
    on: On::Kinds(&["ai.brain.svg-tensor.v1"]),
    check: Check::File(alias),
    fix: None,
    docs: Docs {
        what: "`no_visual_requirement` among the invariants of an SVG-Tensor brain: the older name of `no_visual_semantics`.",
        why: "Both are understood; new documents use the one.",
        fix: "Write `no_visual_semantics`.",
        bad: &[Example {
            note: "the older name",
            file: "b.json",
            files: &[(
                "b.json",
                r#"{"$schema": "object://schema/ai.brain.svg-tensor.v1", "type": "ai.brain.svg-tensor", "geometry_space": "2d", "weight_encoding": "path", "topology": "graph", "invariants": ["geometry_is_weight", "no_visual_requirement", "deterministic_traversal"]}"#,
            )],
        }],
        good: &[Example {
            note: "the name of §16",
            file: "b.json",
            files: &[(
                "b.json",
                r#"{"$schema": "object://schema/ai.brain.svg-tensor.v1", "type": "ai.brain.svg-tensor", "geometry_space": "2d", "weight_encoding": "path", "topology": "graph", "invariants": ["geometry_is_weight", "no_visual_semantics", "deterministic_traversal"]}"#,
            )],
        }],
    },
};

/// Beginning of the id, and the invariants of that sort; of names joined by `|` one will do.
const USUAL: &[(&str, &[&str])] = &[
    ("object://ai/tokenizer/", &["deterministic", "no_execution", "fixed_vocab"]),
    ("object://ai/vocab/", &["immutable_payload", "one_to_one_mapping"]),
    ("object://ai/model/", &["no_execution", "shape_consistent", "immutable_payload"]),
    ("object://ai/brain/svg", &["no_visual_semantics|no_visual_requirement", "geometry_is_weight", "deterministic_traversal"]),
    ("object://ai/brain/ngram", &["order_fixed", "deterministic"]),
    ("object://ai/inference/", &["no_sampling", "deterministic", "no_external_state"]),
];

fn invariants(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let id = root.get("id").and_then(|id| id.as_str()).unwrap_or_default();
    let Some((_, usual)) = USUAL.iter().find(|(prefix, _)| id.starts_with(prefix)) else { return };
    let listed = root.get("invariants");
    let missing: Vec<String> = usual
        .iter()
        .filter(|names| !names.split('|').any(|name| payload::lists(listed, name)))
        .map(|names| format!("`{}`", names.split('|').next().unwrap_or(names)))
        .collect();
    if !missing.is_empty() {
        let place = listed.map_or_else(|| Place::opening(root), Place::value);
        let message = format!("objects of this sort list {} too", missing.join(", "));
        findings.push(Finding::new(&INVARIANTS, place, message).help("add them, or give the document the `$schema` of its kind"));
    }
}

/// The views of §14 and the form each has.
const VIEWS: &[(&str, &str, &str)] = &[
    ("ai.tokenizer.v1", "encode", "token-stream"),
    ("ai.vocab.v1", "lookup", "symbol-map"),
    ("ai.model.weights.v1", "matrix", "tensor-view"),
    ("ai.brain.svg-tensor.v1", "graph", "tensor-graph"),
    ("ai.brain.ngram.v1", "transition", "probability-map"),
    ("ai.inference.profile.v1", "apply", "matrix-projection"),
];

fn projection(context: &FileContext<'_>, findings: &mut Findings) {
    let Some((_, name, form)) = VIEWS.iter().find(|(kind, ..)| context.kind.is(kind)) else { return };
    let Some(node) = context.root().and_then(|root| root.get("projections")?.get(name)?.get("type")) else { return };
    if let Some(found) = node.as_str().filter(|found| found != form) {
        let message = format!("the projection `{name}` is a `{found}` here, and a `{form}` by custom");
        findings.push(Finding::new(&PROJECTION, Place::value(node), message).help(format!("use `{form}`, or another name")));
    }
}

/// A type of object, the kind that is one, and the ids of descriptors that are one.
const TYPES: &[(&str, &str, &str)] = &[
    ("tokenizer", "ai.tokenizer.v1", "object://ai/tokenizer/"),
    ("vocab", "ai.vocab.v1", "object://ai/vocab/"),
    ("model.weights", "ai.model.weights.v1", "object://ai/model/"),
    ("brain.ngram", "ai.brain.ngram.v1", "object://ai/brain/ngram"),
    ("brain.svg", "ai.brain.svg-tensor.v1", "object://ai/brain/svg"),
    ("brain.svg-tensor", "ai.brain.svg-tensor.v1", "object://ai/brain/svg"),
    ("inference.profile", "ai.inference.profile.v1", "object://ai/inference/"),
    ("agent.reply", "ai.agent.reply.v1", "object://ai/agent/reply/"),
];

fn object_reference(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    for at in &context.facts.object_references {
        let Some(name) = at.value.strip_prefix("@object.") else { continue };
        let known = TYPES.iter().find(|(of, ..)| name == *of || name.strip_prefix(of).is_some_and(|rest| rest.starts_with('.')));
        let message = match known {
            // A673: the reference may also lead into the descriptor itself.
            _ if names_own_member(context, name) => continue,
            None => format!("`{}` names no type of object", at.value),
            Some((of, kind, prefix)) => {
                let is_one = |facts: &Arc<Facts>| facts.id.as_ref().is_some_and(|id| id.value.starts_with(prefix));
                if context.any_of_kind(kind, |_| true) || context.any_of_kind("object.v1", is_one) {
                    continue;
                }
                format!("`{}` stands for the {of} object, and the workspace has none", at.value)
            }
        };
        findings.push(Finding::new(&OBJECT_REFERENCE, at.place(), message).help("name one of the types of §14.3, and add its object"));
    }
}

fn names_own_member(context: &WorkspaceContext<'_>, path: &str) -> bool {
    payload::own(context).is_some_and(|tree| {
        let end = tree.root().and_then(|root| {
            path.split('.').try_fold(root, |node, step| match node.is_array() {
                true => node.items().nth(step.parse().ok()?),
                false => node.get(step),
            })
        });
        end.is_some()
    })
}

fn alias(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(listed) = context.root().and_then(|root| root.get("invariants")) else { return };
    if let Some(item) = listed.items().find(|item| payload::says(Some(*item), "no_visual_requirement")) {
        let message = "`no_visual_requirement` is the older name of `no_visual_semantics`";
        findings.push(Finding::new(&ALIAS, Place::value(item), message).help("write `no_visual_semantics`"));
    }
}
