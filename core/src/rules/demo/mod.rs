//! The demo package (seed 003 §22): asked for only where the workspace holds its orchestrator (`DECISIONS` 78).

pub mod agents;
pub mod manifest;
pub mod package;
pub mod replay;

use super::Rule;
use crate::workspace::context::WorkspaceContext;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &agents::ROLE,
    &agents::PIPELINE,
    &agents::PLANNER_OUTPUT,
    &agents::TOPOLOGY,
    &manifest::HASH,
    &manifest::ORDER,
    &manifest::COMPLETE,
    &package::OBJECT,
    &package::PART,
    &package::PROFILE,
    &package::SELECTOR,
    &package::PROMPT,
    &package::SERVICE,
    &replay::REPLAY,
];

/// The object that makes a workspace a demo (B636).
pub(crate) const ORCHESTRATOR: &str = "object://ai/orchestrator/live-demo";

/// The three agents: id and role (B633–B635).
pub(crate) const AGENTS: &[(&str, &str)] =
    &[("object://ai/agent/support", "support"), ("object://ai/agent/planner", "planner"), ("object://ai/agent/critic", "critic")];

/// Whether the file being checked is the orchestrator itself, the first of that id.
fn is_orchestrator(context: &WorkspaceContext<'_>) -> bool {
    let named = context.facts.id.as_ref().is_some_and(|id| *id.value == *ORCHESTRATOR);
    named && context.first_definition(ORCHESTRATOR).is_some_and(|first| first.path == context.facts.path)
}

/// Whether the workspace is a demo.
fn is_demo(context: &WorkspaceContext<'_>) -> bool {
    context.first_definition(ORCHESTRATOR).is_some()
}
