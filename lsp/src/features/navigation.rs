//! From a name to what it names and back: definition, references, document links.

use std::sync::Arc;

use lsp_types::{DocumentLink, Location, Position};
use mx2lm_core::{
    document::facts::{Reference, Target},
    text::Span,
};

use super::{
    mentions,
    subject::{self, Subject},
    verdict,
};
use crate::view::File;

/// Answers `textDocument/definition`: of a name the document that defines it, of a location or a hash the file.
pub fn definition(file: &File<'_>, position: Position) -> Vec<Location> {
    let offset = file.places().offset(position);
    let Some(subject) = subject::at(file, offset) else { return Vec::new() };
    match &subject {
        Subject::Hash(declared) => {
            let path = file.facts().and_then(|facts| verdict::compare(file.snapshot(), facts, declared).path);
            path.and_then(|path| start_of(file, &path)).into_iter().collect()
        }
        Subject::Payload(location) => {
            subject::payload_path(file, &location.value).and_then(|path| start_of(file, &path)).into_iter().collect()
        }
        Subject::Rule(..) => Vec::new(),
        Subject::Own(target, _) => defined_at(file, target),
        Subject::Mention(reference) => led_to(file, reference),
        Subject::Reference(reference) => led_to(file, reference),
    }
}

fn start_of(file: &File<'_>, path: &Arc<str>) -> Option<Location> {
    file.snapshot().index().facts(path)?;
    Some(Location { uri: file.view.uri(file.workspace, path)?, range: lsp_types::Range::default() })
}

/// Where a name is defined.
pub fn defined_at(file: &File<'_>, target: &Target) -> Vec<Location> {
    own_names(file, target, subject::definitions(file, target))
}

/// Where a reference leads: to the definition of its name, or of a class (C031) to what has the payload hash.
fn led_to(file: &File<'_>, reference: &Reference) -> Vec<Location> {
    own_names(file, &reference.target, file.snapshot().index().resolve(reference))
}

/// Where these files say what they are called; the start of one that does not.
fn own_names(file: &File<'_>, target: &Target, paths: Vec<Arc<str>>) -> Vec<Location> {
    let places = paths.into_iter().filter_map(|path| {
        let facts = file.snapshot().index().facts(&path)?;
        let own = match target {
            Target::Object(_) => facts.id.as_ref(),
            Target::Profile(_) => facts.profile_name.as_ref(),
        };
        match own {
            Some(own) => file.other(&path)?.location(subject::inner(own.span)),
            None => start_of(file, &path),
        }
    });
    places.collect()
}

/// Answers `textDocument/references`: who names this name; of a payload or any other file, who names the file.
pub fn references(file: &File<'_>, position: Position, with_definition: bool) -> Vec<Location> {
    let offset = file.places().offset(position);
    let target = subject::at(file, offset).and_then(|subject| subject.target().cloned());
    let Some(target) = target else { return users(file) };
    let mut found = if with_definition { defined_at(file, &target) } else { Vec::new() };
    found.extend(named_at(file, &target).into_iter().filter_map(|(path, span)| file.other(&path)?.location(span)));
    found
}

/// Every place that names a target, its definitions left out: the references that the index knows, and mentions in texts without facts.
pub fn named_at(file: &File<'_>, target: &Target) -> Vec<(Arc<str>, Span)> {
    let index = file.snapshot().index();
    let mut found: Vec<(Arc<str>, Span)> = Vec::new();
    for path in index.referrers(target).iter() {
        let references = index.facts(path).into_iter().flat_map(|facts| facts.references.iter());
        found.extend(
            references.filter(|reference| reference.target == *target).map(|reference| (path.clone(), subject::inner(reference.at.span))),
        );
    }
    if let Target::Object(id) = target {
        let own: Vec<_> = subject::definitions(file, target);
        for (path, span) in mentions::find(file, id) {
            let defines =
                own.contains(&path) && index.facts(&path).and_then(|facts| facts.id.as_ref()).is_some_and(|own| own.span.contains(span));
            // a pinned reference holds the id and more
            let known = found.iter().any(|(known, at)| *known == path && at.contains(span));
            if !defines && !known {
                found.push((path, span));
            }
        }
    }
    found.sort();
    found
}

/// Who names this file as payload.
fn users(file: &File<'_>) -> Vec<Location> {
    let index = file.snapshot().index();
    let users = index.users(&file.path);
    let locations = users.iter().filter_map(|user| {
        let facts = index.facts(user)?;
        let payload = facts.payload.as_ref().and_then(|payload| payload.location.as_ref());
        file.other(user)?.location(subject::inner(payload?.span))
    });
    locations.collect()
}

/// Answers `textDocument/documentLink`: payload locations and references, each to its file.
pub fn links(file: &File<'_>) -> Vec<DocumentLink> {
    let Some(facts) = file.facts() else { return Vec::new() };
    let places = file.places();
    let index = file.snapshot().index();
    let link = |span: Span, path: &Arc<str>| {
        index.facts(path)?;
        Some(DocumentLink {
            range: places.range(subject::inner(span)),
            target: Some(file.view.uri(file.workspace, path)?),
            tooltip: Some(path.to_string()),
            data: None,
        })
    };
    let location = facts.payload.as_ref().and_then(|payload| payload.location.as_ref());
    let payload = location.and_then(|at| link(at.span, &subject::payload_path(file, &at.value)?));
    let references = facts.references.iter().filter_map(|reference| link(reference.at.span, index.resolve(reference).first()?));
    payload.into_iter().chain(references).collect()
}
