//! Renaming an object or a profile wherever it is named, and moving files without breaking who names them.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use lsp_types::*;
use mx2lm_core::{
    document::{
        facts::{HashOf, Located, Target},
        id,
    },
    text::Span,
    workspace::confine,
};

use super::{
    mentions, navigation,
    subject::{self, Subject},
};
use crate::{
    convert,
    edits::{self, FileEdits},
    view::{File, View, Workspace},
};

/// The name under the cursor that can be renamed: where it stands, and what it is called.
fn renamed(file: &File<'_>, position: Position) -> Option<(Target, Span)> {
    match subject::at(file, file.places().offset(position))? {
        Subject::Own(target, at) => Some((target, subject::inner(at.span))),
        Subject::Reference(reference) => {
            let (Target::Object(name) | Target::Profile(name)) = &reference.target;
            let start = subject::inner(reference.at.span).start;
            Some((reference.target.clone(), Span::new(start, start + name.len() as u32)))
        }
        Subject::Mention(reference) => Some((reference.target, reference.at.span)),
        _ => None,
    }
}

/// Answers `textDocument/prepareRename`.
pub fn prepare(file: &File<'_>, position: Position) -> Option<PrepareRenameResponse> {
    let (Target::Object(name) | Target::Profile(name), span) = renamed(file, position)?;
    Some(PrepareRenameResponse::RangeWithPlaceholder { range: file.places().range(span), placeholder: name.to_string() })
}

/// Answers `textDocument/rename`; the error says why the name cannot be used.
pub fn rename(file: &File<'_>, position: Position, new: &str) -> Result<Option<WorkspaceEdit>, String> {
    let Some((target, _)) = renamed(file, position) else { return Ok(None) };
    let places = match &target {
        Target::Object(old) => {
            id::parse_own(new).map_err(|error| format!("`{new}` cannot be an id: {error}"))?;
            if **old != *new && !file.snapshot().index().definitions(new).is_empty() {
                return Err(format!("`{new}` is already defined"));
            }
            mentions::find(file, old)
        }
        Target::Profile(_) => {
            if new.is_empty() || new.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
                return Err(format!("`{new}` cannot be the name of a profile"));
            }
            if !file.snapshot().index().profiles(new).is_empty() {
                return Err(format!("`{new}` is already defined"));
            }
            let own = subject::definitions(file, &target).into_iter().filter_map(|path| {
                let span = file.snapshot().index().facts(&path)?.profile_name.as_ref()?.span;
                Some((path, subject::inner(span)))
            });
            own.chain(navigation::named_at(file, &target)).collect()
        }
    };
    let mut changes: BTreeMap<Arc<str>, FileEdits> = BTreeMap::new();
    for (path, span) in places {
        changes.entry(path).or_default().push((span, new.to_owned()));
    }
    Ok(Some(edits::workspace_edit(file.view, file.workspace, changes)))
}

/// Answers `workspace/willRenameFiles`: what has to be written anew so that every location still leads to its file.
pub fn files(view: &View, params: &RenameFilesParams) -> Option<WorkspaceEdit> {
    let mut all = WorkspaceEdit::default();
    for workspace in view.workspaces.values().filter(|workspace| !workspace.lone) {
        let moves: Vec<(Arc<str>, Arc<str>)> =
            params.files.iter().filter_map(|file| Some((inside(workspace, &file.old_uri)?, inside(workspace, &file.new_uri)?))).collect();
        if !moves.is_empty() {
            edits::merge(&mut all, moved(view, workspace, &moves));
        }
    }
    (all != WorkspaceEdit::default()).then_some(all)
}

fn inside(workspace: &Workspace, uri: &str) -> Option<Arc<str>> {
    workspace.relative(&convert::path_of(&uri.parse().ok()?)?)
}

fn moved(view: &View, workspace: &Workspace, moves: &[(Arc<str>, Arc<str>)]) -> WorkspaceEdit {
    let after = |path: &str| -> String {
        let to = moves.iter().find_map(|(old, new)| match path.strip_prefix(&**old)? {
            "" => Some(new.to_string()),
            rest => rest.starts_with('/').then(|| format!("{new}{rest}")),
        });
        to.unwrap_or_else(|| path.to_owned())
    };
    let mut changes: BTreeMap<Arc<str>, FileEdits> = BTreeMap::new();
    for facts in workspace.snapshot.index().files() {
        let folder = confine::folder_of(&facts.path);
        let here = after(&facts.path);
        let mut edits = FileEdits::new();
        if let Some(location) = facts.payload.as_ref().and_then(|payload| payload.location.as_ref())
            && let Ok(confine::Location::Inside(target)) = confine::resolve(folder, &location.value)
        {
            let there = after(&target);
            if (&*here, &*there) != (&*facts.path, &*target) {
                let text = location_between(confine::folder_of(&here), &there, location);
                if text != *location.value {
                    edits.push((location.span, serde_json::Value::from(text).to_string()));
                }
            }
        }
        // the names a manifest lists its files under
        for hash in &facts.hashes {
            let HashOf::File(name) = &hash.of else { continue };
            let to = after(name);
            if to != **name
                && let Some(span) = key_span(view, workspace, &facts.path, &hash.at)
            {
                edits.push((span, serde_json::Value::from(to).to_string()));
            }
        }
        if !edits.is_empty() {
            changes.insert(facts.path.clone(), edits);
        }
    }
    edits::workspace_edit(view, workspace, changes)
}

fn key_span(view: &View, workspace: &Workspace, path: &str, at: &Located) -> Option<Span> {
    view.member(workspace, path)?.json()?.at_pointer(&at.locator)?.key_span()
}

/// The location, from `folder`, of the file at `target`; with a leading `./` where the old one had it.
fn location_between(folder: &str, target: &str, old: &Located) -> String {
    let from: Vec<_> = Path::new(folder).iter().collect();
    let to: Vec<_> = Path::new(target).iter().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<String> = from.iter().skip(shared).map(|_| "..".to_owned()).collect();
    parts.extend(to.iter().skip(shared).map(|part| part.to_string_lossy().into_owned()));
    let text = parts.join("/");
    if old.value.starts_with("./") && !text.starts_with("..") { format!("./{text}") } else { text }
}
