//! *Suppress here*: an entry in `mx2lm.toml` that accepts one finding at one place. Its reason is left empty for the author, and is a warning until given.

use std::{collections::BTreeMap, sync::Arc};

use lsp_types::*;
use mx2lm_core::{diagnostic::Diagnostic as Finding, text::Span, workspace::walk::CONFIG_FILE};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::{edits, view::File};

/// The edit that accepts `finding`; `None` where the configuration cannot be read as TOML, or the client cannot make the file.
pub fn edit(file: &File<'_>, finding: &Finding) -> Option<WorkspaceEdit> {
    let path: Arc<str> = CONFIG_FILE.into();
    match file.other(&path).or_else(|| unindexed(file)) {
        Some(config) => {
            let old = config.text()?;
            let new = with_entry(old, finding)?;
            // everything before the first and behind the last difference stays untouched
            let start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
            let start = (0..=start).rev().find(|at| old.is_char_boundary(*at))?;
            let same_end =
                old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count().min(old.len() - start).min(new.len() - start);
            let same_end = (0..=same_end).rev().find(|at| old.is_char_boundary(old.len() - at))?;
            let replacement = (Span::from(start..old.len() - same_end), new.get(start..new.len() - same_end)?.to_owned());
            Some(edits::workspace_edit(file.view, file.workspace, BTreeMap::from([(path, vec![replacement])])))
        }
        None => create(file, &with_entry("", finding)?),
    }
}

/// The configuration is read by its own reader; where no other file names it, the index does not hold it.
fn unindexed<'v>(file: &File<'v>) -> Option<File<'v>> {
    let bytes = std::fs::read(file.snapshot().root().join(CONFIG_FILE)).ok()?;
    Some(File::closed(file.view, file.workspace, CONFIG_FILE.into(), bytes.into()))
}

fn with_entry(text: &str, finding: &Finding) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let mut entry = Table::new();
    entry.insert("rule", value(&finding.rule));
    entry.insert("path", value(literal(&finding.path)));
    if !finding.locator.is_empty() {
        entry.insert("locator", value(&finding.locator));
    }
    entry.insert("reason", value(""));
    let list = document.entry("suppress").or_insert(Item::ArrayOfTables(ArrayOfTables::new())).as_array_of_tables_mut()?;
    if !text.trim().is_empty() {
        entry.decor_mut().set_prefix("\n");
    }
    list.push(entry);
    Some(document.to_string())
}

/// The path as a pattern that matches it alone.
fn literal(path: &str) -> String {
    path.chars().fold(String::new(), |mut out, c| {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' | '!' => out.push_str(&format!("[{c}]")),
            c => out.push(c),
        }
        out
    })
}

/// A configuration that does not exist yet.
fn create(file: &File<'_>, text: &str) -> Option<WorkspaceEdit> {
    if !file.view.profile.create_files {
        return None;
    }
    let uri = file.view.uri(file.workspace, CONFIG_FILE)?;
    let new = DocumentChangeOperation::Op(ResourceOp::Create(CreateFile { uri: uri.clone(), options: None, annotation_id: None }));
    let fill = DocumentChangeOperation::Edit(TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version: None },
        edits: vec![OneOf::Left(TextEdit { range: Range::default(), new_text: text.to_owned() })],
    });
    Some(WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(vec![new, fill])), ..WorkspaceEdit::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_looks_like_a_pattern_matches_itself_alone() {
        assert_eq!(literal("a/b[1]*.json"), "a/b[[]1[]][*].json");
    }
}
