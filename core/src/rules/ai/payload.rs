//! How the checks of this family reach a payload, and where their findings stand (`DECISIONS` 44).

use std::sync::Arc;

use crate::{
    document::facts::{Facts, Located},
    rules::{Finding, Findings, Place, Rule},
    syntax::json::{Node, Tree},
    workspace::{
        confine::{self, Location},
        context::WorkspaceContext,
        index::FileState,
    },
};

/// A payload that is there.
pub(super) struct Payload {
    /// The payload's file.
    pub file: Arc<Facts>,
    /// The descriptor that names it.
    pub descriptor: Arc<str>,
    /// Where the descriptor names it.
    pub location: Located,
}

impl Payload {
    /// The payload of the document that `facts` are of.
    pub fn of(context: &WorkspaceContext<'_>, facts: &Facts) -> Option<Payload> {
        let location = facts.payload.as_ref()?.location.clone()?;
        let Ok(Location::Inside(path)) = confine::resolve(confine::folder_of(&facts.path), &location.value) else { return None };
        let FileState::Known(file) = context.file(&path) else { return None };
        Some(Payload { file, descriptor: facts.path.clone(), location })
    }

    /// Its tree, when it is JSON without a fault; faults are told by the reader.
    pub fn json(&self, context: &WorkspaceContext<'_>) -> Option<Arc<Tree>> {
        context.json(&self.file.path).filter(|tree| tree.is_strict() && tree.root().is_some())
    }

    /// A finding on a place of the payload's text.
    pub fn inside(&self, rule: &'static Rule, place: Place, message: impl Into<String>) -> Finding {
        Finding::new(rule, place, message).in_file(&self.file.path).related(
            &self.descriptor,
            self.location.place(),
            "the descriptor of this payload",
        )
    }

    /// A finding on a payload that is no text: it stands on the descriptor's location.
    pub fn whole(&self, rule: &'static Rule, message: impl Into<String>) -> Finding {
        Finding::new(rule, self.location.place(), message)
    }
}

/// Most findings on one payload.
const MOST_FINDINGS: usize = 500;

/// Whether enough is said of a payload; the last finding then says that there is more.
pub(super) fn enough(findings: &mut Findings) -> bool {
    const MORE: &str = "; further ones are not listed";
    if findings.list.len() < MOST_FINDINGS {
        return false;
    }
    if let Some(last) = findings.list.last_mut().filter(|last| !last.message.ends_with(MORE)) {
        last.message.push_str(MORE);
    }
    true
}

/// The descriptor's own tree.
pub(super) fn own(context: &WorkspaceContext<'_>) -> Option<Arc<Tree>> {
    context.json(&context.facts.path).filter(|tree| tree.is_strict())
}

/// Whether a node is a text with this value.
pub(super) fn says(node: Option<Node<'_>>, wanted: &str) -> bool {
    node.and_then(|node| node.as_str()).is_some_and(|text| text == wanted)
}

/// Whether a list of texts holds this one.
pub(super) fn lists(node: Option<Node<'_>>, wanted: &str) -> bool {
    node.is_some_and(|node| node.items().any(|item| says(Some(item), wanted)))
}
