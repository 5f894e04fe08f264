//! What a demo package must hold: its objects, its parts, and nothing that serves.

use crate::{
    diagnostic::Severity,
    document::facts::Target,
    rules::{
        Check, Docs, Example, Finding, Findings, On, Place, Rule,
        demo::{AGENTS, ORCHESTRATOR, is_demo, is_orchestrator},
    },
    syntax::json::Node,
    workspace::context::WorkspaceContext,
};

/// The objects besides the agents: id and kind (B626–B632).
const OBJECTS: &[(&str, &str)] = &[
    ("object://ai/tokenizer/base-en", "ai.tokenizer.v1"),
    ("object://ai/vocab/base-en", "ai.vocab.v1"),
    ("object://ai/model/weights/demo", "ai.model.weights.v1"),
    ("object://ai/brain/svg/demo-core", "ai.brain.svg-tensor.v1"),
    ("object://ai/brain/ngram/en", "ai.brain.ngram.v1"),
    ("object://ai/inference/profile/default", "ai.inference.profile.v1"),
    ("object://ai/agent/reply/text", "ai.agent.reply.v1"),
];

/// The parts besides the objects: kinds, any of which will do, and what a person calls it (B694, B695, B698, B699).
const PARTS: &[(&[&str], &str)] = &[
    (&["scxq2"], "the SCXQ2 pack of the drawing (`*.scxq2`)"),
    (&["scxq2.proof", "scxq2.proof.v1"], "the Merkle proof"),
    (&["demo.replay"], "the replay log (`replay.jsonl`)"),
    (&["demo.hashes"], "the hash manifest (`hashes.json`)"),
];

/// The words of the user (B643).
const PROMPT_TEXT: &str = "Explain how SVG-Tensors work in simple terms.";

/// Selections that choose the same each time (B484).
const STEADY: &[&str] = &["argmax", "threshold", "ranked-list"];

/// Member names of things that serve (B625).
const SERVING: &[&str] = &["controller", "service", "server_url", "endpoint"];

const ALONE: &str =
    "{\"$schema\": \"object://schema/ai.orchestrator.v1\", \"id\": \"object://ai/orchestrator/live-demo\", \"agents\": []}\n";
const OTHER: &str = "{\"$schema\": \"object://schema/ai.orchestrator.v1\", \"id\": \"object://ai/orchestrator/other\", \"agents\": []}\n";

const GOOD: &[Example] = &[Example {
    note: "another orchestrator: the workspace is no demo",
    file: "orchestrator/other.object.json",
    files: &[("orchestrator/other.object.json", OTHER)],
}];

const fn rule(name: &'static str, docs: Docs) -> Rule {
    Rule { name, severity: Severity::Error, rows: &[], on: On::Families(&["orchestration"]), check: Check::Elsewhere, fix: None, docs }
}

/// An object of the demo that is not there, or is something else.
pub static OBJECT: Rule = Rule {
    check: Check::Workspace(package),
    rows: &["B626", "B627", "B628", "B629", "B630", "B631", "B632", "B633", "B634", "B635", "B636", "B692", "B696", "B697"],
    ..rule(
        "demo/required-object",
        Docs {
            what: "A workspace that holds `object://ai/orchestrator/live-demo` and lacks one of the ten objects that belong to the demo, or has another kind of object under its id.",
            why: "The demo proves itself from its own objects alone. With one missing it cannot start.",
            fix: "Add the object that is named, or give the orchestrator another id when this is no demo.",
            bad: &[Example {
                note: "an orchestrator on its own",
                file: "orchestrator/live-demo.object.json",
                files: &[("orchestrator/live-demo.object.json", ALONE)],
            }],
            good: GOOD,
        },
    )
};

/// A part of the package that is not there.
pub static PART: Rule = Rule {
    rows: &["B693", "B694", "B695", "B698", "B699"],
    ..rule(
        "demo/required-part",
        Docs {
            what: "A demo without the drawing as an SVG payload, its SCXQ2 pack, the Merkle proof, the replay log or the hash manifest.",
            why: "Whoever receives the package checks it with these; without them the demo is a claim.",
            fix: "Add the part that is named.",
            bad: &[Example {
                note: "an orchestrator on its own",
                file: "orchestrator/live-demo.object.json",
                files: &[("orchestrator/live-demo.object.json", ALONE)],
            }],
            good: GOOD,
        },
    )
};

/// The demo's inference profile allows chance or the outside.
pub static PROFILE: Rule = Rule {
    rows: &["B654"],
    ..rule(
        "demo/profile-invariants",
        Docs {
            what: "The demo's inference profile without one of the invariants `no_sampling`, `no_randomness` and `no_external_state`.",
            why: "Phase A of the demo verifies them before anything is inferred, and stops when one is missing.",
            fix: "Add the invariant.",
            bad: &[Example {
                note: "sampling is left open",
                file: "profile.json",
                files: &[
                    ("orchestrator/live-demo.object.json", ALONE),
                    (
                        "profile.json",
                        "{\"$schema\": \"object://schema/ai.inference.profile.v1\", \"id\": \"object://ai/inference/profile/default\", \"invariants\": [\"no_randomness\", \"no_external_state\"]}\n",
                    ),
                ],
            }],
            good: GOOD,
        },
    )
};

/// A selection that is not decided by the scores alone.
pub static SELECTOR: Rule = Rule {
    rows: &["B690"],
    ..rule(
        "demo/selector",
        Docs {
            what: "A `selection` of the demo's inference profile that is none of `argmax`, `threshold` and `ranked-list`.",
            why: "These choose the same each time. Another one draws, or asks the clock or the host, and the run cannot be repeated.",
            fix: "Select by `argmax`, `threshold` or `ranked-list`.",
            bad: &[Example {
                note: "a choice at random",
                file: "profile.json",
                files: &[
                    ("orchestrator/live-demo.object.json", ALONE),
                    (
                        "profile.json",
                        "{\"$schema\": \"object://schema/ai.inference.profile.v1\", \"id\": \"object://ai/inference/profile/default\", \"selection\": {\"selection\": \"random\"}, \"invariants\": [\"no_sampling\", \"no_randomness\", \"no_external_state\"]}\n",
                    ),
                ],
            }],
            good: GOOD,
        },
    )
};

/// A request to the demo with other words.
pub static PROMPT: Rule = Rule {
    severity: Severity::Warning,
    rows: &["B643"],
    ..rule(
        "demo/prompt",
        Docs {
            what: "A demo whose requests all ask something else than the demo's own question.",
            why: "The replay log answers one question. A request with other words cannot be held against it.",
            fix: "Write the prompt exactly: `Explain how SVG-Tensors work in simple terms.`",
            bad: &[Example {
                note: "a question mark too many",
                file: "a.request.json",
                files: &[
                    ("orchestrator/live-demo.object.json", ALONE),
                    (
                        "a.request.json",
                        "{\"@request\": \"ai.inference\", \"orchestrator\": \"object://ai/orchestrator/live-demo\", \"prompt\": \"Explain how SVG-Tensors work in simple terms?\"}\n",
                    ),
                ],
            }],
            good: GOOD,
        },
    )
};

/// A controller, a service or a server in the demo.
pub static SERVICE: Rule = Rule {
    on: On::Families(&["object", "ai", "inference", "agent", "orchestration"]),
    check: Check::Workspace(service),
    rows: &["B625"],
    ..rule(
        "demo/service",
        Docs {
            what: "A member `controller`, `service`, `server_url` or `endpoint` in an object of a demo.",
            why: "The demo shows that objects alone are enough. It has no controllers, no services and no model server.",
            fix: "Remove the member.",
            bad: &[Example {
                note: "a model server",
                file: "agent.json",
                files: &[
                    ("orchestrator/live-demo.object.json", ALONE),
                    (
                        "agent.json",
                        "{\"$schema\": \"object://schema/ai.agent.descriptor.v1\", \"id\": \"object://ai/agent/critic\", \"role\": \"critic\", \"endpoint\": \"model\"}\n",
                    ),
                ],
            }],
            good: GOOD,
        },
    )
};

fn package(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    if !is_orchestrator(context) {
        return;
    }
    let place = || context.facts.id.as_ref().map_or_else(Place::document, |id| id.place());
    let agents = AGENTS.iter().map(|(id, _)| (*id, "ai.agent.descriptor.v1"));
    for (id, kind) in OBJECTS.iter().copied().chain(agents) {
        let definitions = context.definitions(id);
        match definitions.first() {
            // What the orchestrator itself names is reported at its name.
            None if context.facts.references.iter().any(|reference| reference.target == Target::Object(id.into())) => {}
            None => {
                let message = format!("the demo lacks `{id}`, of kind `{kind}`");
                let finding = Finding::new(&OBJECT, place(), message).help("add the object");
                findings.push(finding.spec(if id.contains("/agent/") && !id.contains("/reply/") {
                    "orchestration_error"
                } else {
                    "inference_error.missing_object"
                }));
            }
            Some(facts) if facts.kind.is_some_and(|found| found.is(kind)) => {}
            Some(facts) => {
                let found = facts.kind.map_or("none of ours", |found| found.name());
                let message = format!("`{id}` belongs to the demo and is of kind `{found}`, wanted `{kind}`");
                let place = facts.id.as_ref().map_or_else(Place::document, |id| id.place());
                findings.push(Finding::new(&OBJECT, place, message).in_file(&facts.path).help(format!("make it a `{kind}`")));
            }
        }
    }
    for (kinds, what) in PARTS {
        if kinds.iter().all(|kind| context.of_kind(kind).is_empty()) {
            findings.push(Finding::new(&PART, place(), format!("the demo package lacks {what}")).help("add it to the package"));
        }
    }
    if let Some(brain) = context.definitions(OBJECTS[3].0).first()
        && let Some(payload) = &brain.payload
        && payload.location.as_ref().is_none_or(|location| !location.value.ends_with(".svg"))
    {
        let message = "the demo package lacks the drawing itself: the payload of the brain is not an SVG";
        let place = payload.location.as_ref().map_or_else(Place::document, |location| location.place());
        findings.push(Finding::new(&PART, place, message).in_file(&brain.path).help("name the canonical drawing as the payload"));
    }
    profile(context, findings);
    prompt(context, findings);
}

fn profile(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(facts) = context.definitions(OBJECTS[5].0).into_iter().next() else { return };
    let Some(tree) = context.json(&facts.path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = tree.root() else { return };
    // `DECISIONS` 78: a text, or an object with one
    let selection = root.get("selection").map(|selection| selection.get("selection").unwrap_or(selection));
    if let Some((node, selector)) = selection.and_then(|node| Some((node, node.as_str()?)))
        && !STEADY.contains(&selector.as_ref())
    {
        let message = format!("the demo's inference profile selects by `{selector}`, wanted is `argmax`, `threshold` or `ranked-list`");
        let finding = Finding::new(&SELECTOR, Place::value(node), message).in_file(&facts.path);
        findings.push(finding.help("name a selection that depends on the scores alone").spec("runtime_non_compliant"));
    }
    let list = root.get("invariants");
    let place = list.map(Place::opening).or(facts.id.as_ref().map(|id| id.place())).unwrap_or_default();
    for wanted in ["no_sampling", "no_randomness", "no_external_state"] {
        let declared = list.is_some_and(|list| list.items().any(|item| item.as_str().is_some_and(|name| name == wanted)));
        if !declared {
            let message = format!("the demo's inference profile does not declare `{wanted}`");
            let finding = Finding::new(&PROFILE, place.clone(), message).in_file(&facts.path);
            findings.push(finding.help(format!("add `{wanted}`")).spec("runtime_non_compliant"));
        }
    }
}

fn prompt(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let mut other = None;
    for facts in context.of_kind("ai.inference.request") {
        let Some(tree) = context.json(&facts.path) else { continue };
        let text = |name: &str| Some(tree.root()?.get(name)?.as_str()?.into_owned());
        if text("orchestrator").as_deref() != Some(ORCHESTRATOR) {
            continue;
        }
        if text("prompt").as_deref() == Some(PROMPT_TEXT) {
            return;
        }
        let place = tree.at_pointer("/prompt").map_or_else(Place::document, Place::value);
        other.get_or_insert((facts, place));
    }
    if let Some((facts, place)) = other {
        let message = format!("no request asks the demo's question, which is `{PROMPT_TEXT}`");
        findings.push(Finding::new(&PROMPT, place, message).in_file(&facts.path).help("write the prompt exactly"));
    }
}

fn service(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    if !is_demo(context) {
        return;
    }
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    if let Some(root) = tree.root() {
        serving(root, findings);
    }
}

/// The depth of a tree is bounded, and so is this recursion. Names inside `emit` and `layer_map` are the author's own (`DECISIONS` 46).
fn serving(node: Node<'_>, findings: &mut Findings) {
    for (name, value) in node.members() {
        if SERVING.contains(&name.as_ref()) {
            let message = format!("`{name}` in an object of the demo, which has no controllers, services or servers");
            findings.push(Finding::new(&SERVICE, Place::key(value), message).help("remove it").spec("runtime_non_compliant"));
        } else if !matches!(name.as_ref(), "emit" | "layer_map") {
            serving(value, findings);
        }
    }
    node.items().for_each(|item| serving(item, findings));
}
