//! Changes of files, as the protocol wants them.

use std::{collections::BTreeMap, sync::Arc};

use lsp_types::{DocumentChangeOperation, DocumentChanges, OneOf, TextDocumentEdit, TextEdit, WorkspaceEdit};
use mx2lm_core::{
    diagnostic::{Change, Fix},
    text::Span,
};

use crate::view::{File, View, Workspace};

/// Replacements in one file.
pub type FileEdits = Vec<(Span, String)>;

/// Replacements in one file, with positions.
pub fn text_edits(file: &File<'_>, edits: &FileEdits) -> Vec<TextEdit> {
    let places = file.places();
    edits.iter().map(|(span, text)| TextEdit { range: places.range(*span), new_text: in_form(file, text) }).collect()
}

/// Line ends as the file has them: what the core writes has bare line feeds.
fn in_form(file: &File<'_>, text: &str) -> String {
    let crlf = text.contains('\n') && !text.contains('\r') && file.wants_crlf();
    if crlf { text.replace('\n', "\r\n") } else { text.to_owned() }
}

/// Replacements in several files of a workspace; files that cannot be read are left out.
pub fn workspace_edit(view: &View, workspace: &Workspace, changes: BTreeMap<Arc<str>, FileEdits>) -> WorkspaceEdit {
    let mut documents = Vec::new();
    for (path, edits) in changes {
        let Some(file) = view.member(workspace, &path) else { continue };
        let Some(text_document) = file.versioned() else { continue };
        documents.push(TextDocumentEdit { text_document, edits: text_edits(&file, &edits).into_iter().map(OneOf::Left).collect() });
    }
    assemble(view, documents)
}

fn assemble(view: &View, documents: Vec<TextDocumentEdit>) -> WorkspaceEdit {
    if documents.is_empty() {
        return WorkspaceEdit::default();
    }
    if view.profile.document_changes {
        return WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(documents)), ..WorkspaceEdit::default() };
    }
    let plain = documents.into_iter().map(|document| {
        let edits = document.edits.into_iter().filter_map(|edit| match edit {
            OneOf::Left(edit) => Some(edit),
            OneOf::Right(_) => None,
        });
        (document.text_document.uri, edits.collect())
    });
    WorkspaceEdit { changes: Some(plain.collect()), ..WorkspaceEdit::default() }
}

/// Adds the changes of `more`.
pub fn merge(all: &mut WorkspaceEdit, more: WorkspaceEdit) {
    if let Some(changes) = more.changes {
        all.changes.get_or_insert_default().extend(changes);
    }
    if let Some(DocumentChanges::Edits(edits)) = more.document_changes {
        match &mut all.document_changes {
            Some(DocumentChanges::Edits(known)) => known.extend(edits),
            Some(DocumentChanges::Operations(known)) => known.extend(edits.into_iter().map(DocumentChangeOperation::Edit)),
            none => *none = Some(DocumentChanges::Edits(edits)),
        }
    }
}

/// The replacements a fix makes, file by file; `None` when it replaces a whole file by what is not text.
pub fn of_fix(view: &View, workspace: &Workspace, fix: &Fix) -> Option<BTreeMap<Arc<str>, FileEdits>> {
    let mut changes: BTreeMap<Arc<str>, FileEdits> = BTreeMap::new();
    for file in &fix.changes {
        let edits = match &file.change {
            Change::Edits(edits) => edits.iter().map(|edit| (edit.span, edit.text.clone())).collect(),
            Change::Canonical { tolerance } => {
                let member = view.member(workspace, &file.path)?;
                let text = mx2lm_core::fix::canonical(&member.bytes, *tolerance)?;
                vec![(Span::from(0..member.bytes.len()), text)]
            }
            Change::Replace(bytes) => {
                let text = std::str::from_utf8(bytes).ok()?;
                let length = view.member(workspace, &file.path)?.bytes.len();
                vec![(Span::from(0..length), text.to_owned())]
            }
        };
        changes.entry(file.path.clone()).or_default().extend::<FileEdits>(edits);
    }
    Some(changes)
}
