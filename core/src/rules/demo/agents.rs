//! The three agents of the demo: their roles, their common pipeline, their place in the topology.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::facts::{Facts, Target},
    rules::{
        Check, Docs, Example, Finding, Findings, On, Place, Rule,
        demo::{AGENTS, is_orchestrator},
    },
    syntax::json::{Node, Tree, quote},
    workspace::context::WorkspaceContext,
};

const TEAM: &str = "{\"$schema\": \"object://schema/ai.orchestrator.v1\", \"id\": \"object://ai/orchestrator/live-demo\", \"agents\": [\"object://ai/agent/support\", \"object://ai/agent/planner\"]}\n";

macro_rules! agent {
    ($name:literal, $role:literal, $reply:literal, $output:literal) => {
        concat!(
            "{\"$schema\": \"object://schema/ai.agent.descriptor.v1\", \"id\": \"object://ai/agent/",
            $name,
            "\", \"role\": \"",
            $role,
            "\", \"binds\": {\"reply\": \"",
            $reply,
            "\"}, \"io\": {\"input\": \"text\", \"output\": \"",
            $output,
            "\"}}\n"
        )
    };
}

const GOOD: &[Example] = &[Example {
    note: "without the demo's orchestrator nothing is asked of an agent of that name",
    file: "planner.object.json",
    files: &[(
        "planner.object.json",
        "{\"$schema\": \"object://schema/ai.agent.descriptor.v1\", \"id\": \"object://ai/agent/planner\", \"role\": \"narrator\"}\n",
    )],
}];

const fn rule(name: &'static str, fix: Option<Safety>, docs: Docs) -> Rule {
    Rule { name, severity: Severity::Error, rows: &[], on: On::Families(&["orchestration"]), check: Check::Elsewhere, fix, docs }
}

/// An agent of the demo in another role.
pub static ROLE: Rule = Rule {
    check: Check::Workspace(agents),
    rows: &["B633", "B634", "B635", "B658"],
    ..rule(
        "demo/agent-role",
        Some(Safety::Unsafe),
        Docs {
            what: "An agent `support`, `planner` or `critic` of the demo whose `role` is another.",
            why: "The three run one pipeline and differ by role. With another role the order planner, critic, support means something else.",
            fix: "Write the role that the id names.",
            bad: &[Example {
                note: "a planner that criticises",
                file: "planner.object.json",
                files: &[
                    ("live-demo.object.json", TEAM),
                    ("planner.object.json", agent!("planner", "critic", "object://ai/agent/reply/text", "text")),
                ],
            }],
            good: GOOD,
        },
    )
};

/// Two agents of the demo that are built differently.
pub static PIPELINE: Rule = Rule {
    rows: &["B658"],
    ..rule(
        "demo/agent-pipeline",
        None,
        Docs {
            what: "Agents of the demo that bind different objects in another place than `reply`.",
            why: "Each runs the same pipeline; whatever else differed would be behaviour that the demo does not declare.",
            fix: "Bind the same object in all three: where two agree, the finding is on the third.",
            bad: &[Example {
                note: "another vocabulary",
                file: "planner.object.json",
                files: &[
                    ("live-demo.object.json", TEAM),
                    (
                        "support.object.json",
                        "{\"$schema\": \"object://schema/ai.agent.descriptor.v1\", \"id\": \"object://ai/agent/support\", \"binds\": {\"vocab\": \"object://ai/vocab/base-en\"}}\n",
                    ),
                    (
                        "planner.object.json",
                        "{\"$schema\": \"object://schema/ai.agent.descriptor.v1\", \"id\": \"object://ai/agent/planner\", \"binds\": {\"vocab\": \"object://ai/vocab/base-fr\"}}\n",
                    ),
                ],
            }],
            good: GOOD,
        },
    )
};

/// A planner that gives no text.
pub static PLANNER_OUTPUT: Rule = Rule {
    rows: &["B660"],
    ..rule(
        "demo/planner-output",
        Some(Safety::Unsafe),
        Docs {
            what: "The planner of the demo with another `io.output` than `text`.",
            why: "What the planner gives becomes the prompt of the critic, and a prompt is text.",
            fix: "Write `text`.",
            bad: &[Example {
                note: "structured output",
                file: "planner.object.json",
                files: &[
                    ("live-demo.object.json", TEAM),
                    ("planner.object.json", agent!("planner", "planner", "object://ai/agent/reply/text", "structured")),
                ],
            }],
            good: GOOD,
        },
    )
};

/// A way through the demo that is not there.
pub static TOPOLOGY: Rule = Rule {
    rows: &["B619", "B624"],
    ..rule(
        "demo/topology",
        None,
        Docs {
            what: "A demo whose orchestrator does not list one of the three agents, or an agent that binds no inference profile or no reply.",
            why: "The way from the request leads through the orchestrator and the agents to their inference and their replies. Where a step is missing the demo ends.",
            fix: "List the agent, or bind what is missing.",
            bad: &[Example { note: "no critic", file: "live-demo.object.json", files: &[("live-demo.object.json", TEAM)] }],
            good: GOOD,
        },
    )
};

fn agents(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    if !is_orchestrator(context) {
        return;
    }
    for (id, _) in AGENTS {
        if !context.facts.references.iter().any(|reference| reference.target == Target::Object((*id).into())) {
            let tree = context.json(&context.facts.path);
            let list = tree.as_ref().and_then(|tree| tree.at_pointer("/agents")).map(Place::opening);
            let place = list.or(context.facts.id.as_ref().map(|id| id.place())).unwrap_or_default();
            findings
                .push(Finding::new(&TOPOLOGY, place, format!("the demo's orchestrator does not list `{id}`")).help("add it to `agents`"));
        }
    }
    let found: Vec<(Arc<Facts>, Arc<Tree>, &str)> = AGENTS
        .iter()
        .filter_map(|(id, role)| {
            let facts = context.definitions(id).into_iter().next()?;
            let tree = context.json(&facts.path).filter(|tree| tree.is_strict())?;
            facts.kind.is_some_and(|kind| kind.is("ai.agent.descriptor.v1")).then_some((facts, tree, *role))
        })
        .collect();
    for (facts, tree, role) in &found {
        agent(facts, tree, role, findings);
    }
    // of three, the one that differs from two others is told; of two, the second
    let like = |a: &Tree, b: &Tree| binds_of(a).zip(binds_of(b)).is_some_and(|(a, b)| a == b);
    let Some((first, model, _)) =
        found.iter().find(|(_, tree, _)| found.iter().filter(|(_, other, _)| like(tree, other)).count() > 1).or(found.first())
    else {
        return;
    };
    for (facts, tree, _) in found.iter().filter(|(facts, ..)| facts.path != first.path) {
        pipeline(facts, tree, first, model, findings);
    }
}

/// What an agent binds, `reply` left out.
fn binds_of(tree: &Tree) -> Option<BTreeMap<String, Option<String>>> {
    let binds = tree.at_pointer("/binds")?.members().filter(|(slot, _)| slot != "reply");
    Some(binds.map(|(slot, node)| (slot.into_owned(), node.as_str().map(Cow::into_owned))).collect())
}

fn agent(facts: &Arc<Facts>, tree: &Tree, role: &str, findings: &mut Findings) {
    let text = |pointer: &str| tree.at_pointer(pointer).and_then(|node| Some((node, node.as_str()?)));
    let written = |rule, node: Node<'_>, message: String, right: &str| {
        let fix = Fix::replace(Safety::Unsafe, format!("write `{right}`"), &facts.path, node.span(), quote(right));
        Finding::new(rule, Place::value(node), message).in_file(&facts.path).help(format!("write `{right}`")).fix(fix)
    };
    if let Some((node, found)) = text("/role").filter(|(_, found)| found != role) {
        findings.push(written(&ROLE, node, format!("the role of this agent of the demo is `{found}`, wanted `{role}`"), role));
    }
    if let Some((node, found)) = text("/io/output").filter(|(_, found)| role == "planner" && found != "text") {
        let message = format!("the planner gives `{found}`, and the critic takes text");
        findings.push(written(&PLANNER_OUTPUT, node, message, "text"));
    }
    if let Some(binds) = tree.at_pointer("/binds").filter(|binds| binds.is_object()) {
        for slot in ["inference_profile", "reply"] {
            if binds.get(slot).is_none() {
                let message = format!("this agent of the demo binds no `{slot}`");
                findings.push(Finding::new(&TOPOLOGY, Place::opening(binds), message).in_file(&facts.path).help(format!("bind `{slot}`")));
            }
        }
    }
}

/// Holds what an agent binds against what another one binds; `reply` may differ.
fn pipeline(facts: &Arc<Facts>, tree: &Tree, first: &Arc<Facts>, model: &Tree, findings: &mut Findings) {
    let (Some(own), Some(model)) = (tree.at_pointer("/binds"), model.at_pointer("/binds")) else { return };
    let told = |place: Place, message: String, other: Node<'_>| {
        let finding = Finding::new(&PIPELINE, place, message).in_file(&facts.path).help("bind the same object in every agent");
        finding.related(&first.path, Place::value(other), "bound here")
    };
    for (slot, node) in own.members().filter(|(slot, _)| slot != "reply") {
        match model.get(&slot) {
            Some(other) if other.as_str() == node.as_str() => {}
            Some(other) => {
                let message = format!("`{slot}` is another object than in `{}`: the demo's agents run one pipeline", first.path);
                findings.push(told(Place::value(node), message, other));
            }
            None => {
                let message = format!("`{slot}` is bound here and not in `{}`: the demo's agents run one pipeline", first.path);
                findings.push(told(Place::key(node), message, model));
            }
        }
    }
    for (slot, other) in model.members().filter(|(slot, _)| slot != "reply" && own.get(slot).is_none()) {
        let message = format!("`{slot}` is bound in `{}` and not here: the demo's agents run one pipeline", first.path);
        findings.push(told(Place::opening(own), message, other));
    }
}
