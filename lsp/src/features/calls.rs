//! The call hierarchy of references: who names a document, and whom it names.

use std::sync::Arc;

use lsp_types::{CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Position, Range, SymbolKind};
use mx2lm_core::document::facts::{Facts, Located, Target};

use super::subject;
use crate::view::File;

/// Answers `textDocument/prepareCallHierarchy`: the definitions of the name under the cursor, else the document's own.
pub fn prepare(file: &File<'_>, position: Position) -> Vec<CallHierarchyItem> {
    let named = subject::at(file, file.places().offset(position)).and_then(|subject| subject.target().cloned());
    match named {
        Some(target) => subject::definitions(file, &target).iter().filter_map(|path| item(file, path)).collect(),
        None => item(file, &file.path).into_iter().collect(),
    }
}

fn own(facts: &Facts) -> Option<(Target, &Located)> {
    let object = facts.id.as_ref().map(|own| (Target::Object(own.value.clone()), own));
    object.or_else(|| facts.profile_name.as_ref().map(|own| (Target::Profile(own.value.clone()), own)))
}

fn item(file: &File<'_>, path: &Arc<str>) -> Option<CallHierarchyItem> {
    let facts = file.snapshot().index().facts(path)?;
    let other = file.other(path)?;
    let places = other.places();
    let at = own(facts).map(|(_, at)| places.range(subject::inner(at.span))).unwrap_or_default();
    Some(CallHierarchyItem {
        name: own(facts).map_or_else(|| path.to_string(), |(_, at)| at.value.to_string()),
        kind: SymbolKind::CLASS,
        tags: None,
        detail: Some(path.to_string()),
        uri: other.uri()?,
        range: Range::new(Position::default(), places.position(other.bytes.len() as u32)),
        selection_range: at,
        data: None,
    })
}

/// Answers `callHierarchy/incomingCalls`; `file` is the item's.
pub fn incoming(file: &File<'_>) -> Vec<CallHierarchyIncomingCall> {
    let Some((target, _)) = file.facts().and_then(|facts| own(facts)) else { return Vec::new() };
    let index = file.snapshot().index();
    let callers = index.referrers(&target);
    let calls = callers.iter().filter_map(|path| {
        let other = file.other(path)?;
        let places = other.places();
        let references = index.facts(path)?.references.iter().filter(|reference| reference.target == target);
        let from_ranges = references.map(|reference| places.range(subject::inner(reference.at.span))).collect();
        Some(CallHierarchyIncomingCall { from: item(file, path)?, from_ranges })
    });
    calls.collect()
}

/// Answers `callHierarchy/outgoingCalls`; `file` is the item's.
pub fn outgoing(file: &File<'_>) -> Vec<CallHierarchyOutgoingCall> {
    let Some(facts) = file.facts() else { return Vec::new() };
    let places = file.places();
    let mut found: Vec<CallHierarchyOutgoingCall> = Vec::new();
    for reference in &facts.references {
        let range = places.range(subject::inner(reference.at.span));
        for to in file.snapshot().index().resolve(reference).iter().filter_map(|path| item(file, path)) {
            match found.iter_mut().find(|call| call.to.uri == to.uri) {
                Some(call) => call.from_ranges.push(range),
                None => found.push(CallHierarchyOutgoingCall { to, from_ranges: vec![range] }),
            }
        }
    }
    found
}
