//! What can be done about a finding: its fixes, the true hash alone or along the chain, a suppression; and all safe fixes of a document at once.

use std::collections::BTreeMap;

use lsp_types::*;
use mx2lm_core::{
    diagnostic::{Diagnostic as Finding, Fix, Safety},
    rules,
    text::Span,
};

use super::{chain, diagnostics, replace, suppress, virtual_document};
use crate::{
    edits::{self, FileEdits},
    view::{File, View},
};

/// The kind of the action that makes every safe fix of a document.
pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.mx2lm");

/// The kinds of actions offered.
pub fn kinds() -> Vec<CodeActionKind> {
    vec![CodeActionKind::QUICKFIX, FIX_ALL]
}

/// Whether a client that asks for `only` wants actions of `kind`: `source` stands for `source.fixAll.mx2lm` too.
fn wanted(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    only.is_none_or(|only| {
        only.iter().any(|asked| {
            asked.as_str().is_empty()
                || kind.as_str().strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    })
}

/// Answers `textDocument/codeAction`. A client that knows commands and no actions is offered what a command can do.
pub fn code_actions(file: &File<'_>, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let only = params.context.only.as_deref();
    let mut actions: Vec<CodeAction> = Vec::new();
    if wanted(only, &CodeActionKind::QUICKFIX) {
        let places = file.places();
        let asked = places.span(params.range);
        let touched = |finding: &&Finding| {
            let span = finding.span.unwrap_or_default();
            span.start <= asked.end && asked.start <= span.end
        };
        let findings: Vec<_> = file.findings().iter().filter(touched).collect();
        if !file.view.profile.code_action_literals {
            return commands(file, &findings);
        }
        for finding in &findings {
            let shown = diagnostics::diagnostic(file.view, file.workspace, Some(&places), finding);
            actions.extend(finding.fixes.iter().filter_map(|fix| quick_fix(file, finding, fix, &shown)));
            actions.extend(finding.fixes.iter().filter_map(|fix| whole_chain(file, finding, fix, &shown)));
        }
        for finding in &findings {
            let shown = diagnostics::diagnostic(file.view, file.workspace, Some(&places), finding);
            actions.extend(suppression(file, finding, shown));
        }
    }
    if wanted(only, &FIX_ALL) && file.view.profile.code_action_literals {
        actions.extend(fix_all(file));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Answers `textDocument/codeAction` on a page: the fixes of what is found in the file behind it.
pub fn on_page(view: &View, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    if !wanted(params.context.only.as_deref(), &CodeActionKind::QUICKFIX) {
        return Vec::new();
    }
    let Some((file, placed)) = virtual_document::placed(view, &params.text_document.uri) else { return Vec::new() };
    let touched = |shown: &Diagnostic| shown.range.start <= params.range.end && params.range.start <= shown.range.end;
    if !view.profile.code_action_literals {
        let findings: Vec<_> = placed.iter().filter(|(_, shown)| touched(shown)).map(|(finding, _)| *finding).collect();
        return commands(&file, &findings);
    }
    let mut actions = Vec::new();
    for (finding, shown) in placed.iter().filter(|(_, shown)| touched(shown)) {
        actions.extend(finding.fixes.iter().filter_map(|fix| quick_fix(&file, finding, fix, shown)));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// The fixes that the server makes itself: a command needs no client that knows edits or actions.
fn commands(file: &File<'_>, findings: &[&Finding]) -> Vec<CodeActionOrCommand> {
    let offered = findings.iter().flat_map(|finding| &finding.fixes).filter_map(|fix| replace::offer(file, fix));
    offered.map(CodeActionOrCommand::Command).collect()
}

fn quick_fix(file: &File<'_>, finding: &Finding, fix: &Fix, shown: &Diagnostic) -> Option<CodeAction> {
    if fix.safety == Safety::DisplayOnly {
        return None;
    }
    let (edit, command) = match edits::of_fix(file.view, file.workspace, fix) {
        Some(changes) => (Some(edits::workspace_edit(file.view, file.workspace, changes)), None),
        None => (None, Some(replace::offer(file, fix)?)),
    };
    Some(CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![shown.clone()]),
        edit,
        command,
        // nobody but the author knows which side of a hash is true
        is_preferred: Some(fix.safety == Safety::Safe && finding.fixes.len() == 1),
        ..CodeAction::default()
    })
}

/// The true hash, and every hash that becomes untrue by writing it.
fn whole_chain(file: &File<'_>, finding: &Finding, fix: &Fix, shown: &Diagnostic) -> Option<CodeAction> {
    if fix.safety != Safety::Hash {
        return None;
    }
    let changes = chain::follow(file, finding, fix)?;
    let count: usize = changes.values().map(Vec::len).sum();
    Some(CodeAction {
        title: format!("{}, and all hashes along the chain ({count} in {} files)", fix.title, changes.len()),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![shown.clone()]),
        edit: Some(edits::workspace_edit(file.view, file.workspace, changes)),
        ..CodeAction::default()
    })
}

fn suppression(file: &File<'_>, finding: &Finding, shown: Diagnostic) -> Option<CodeAction> {
    // what the configuration says of itself cannot be put off there
    let family = rules::by_name(&finding.rule)?.family();
    if family == "config" || file.workspace.lone {
        return None;
    }
    Some(CodeAction {
        title: format!("suppress `{}` here, in mx2lm.toml", finding.rule),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![shown]),
        edit: Some(suppress::edit(file, finding)?),
        ..CodeAction::default()
    })
}

/// Every safe fix of the document that touches no other file and overlaps no other fix.
fn fix_all(file: &File<'_>) -> Option<CodeAction> {
    let mut taken: FileEdits = Vec::new();
    let fixes = file.findings().iter().filter_map(|finding| finding.fixes.iter().find(|fix| fix.safety == Safety::Safe));
    for fix in fixes {
        let Some(changes) = edits::of_fix(file.view, file.workspace, fix) else { continue };
        if changes.len() != 1 {
            continue;
        }
        let Some(edits) = changes.get(&file.path) else { continue };
        let apart = |(span, _): &(Span, String)| taken.iter().all(|(known, _)| span.end < known.start || known.end < span.start);
        if edits.iter().all(apart) {
            taken.extend(edits.iter().cloned());
        }
    }
    if taken.is_empty() {
        return None;
    }
    taken.sort_by_key(|(span, _)| *span);
    Some(CodeAction {
        title: "make every safe fix of this document".into(),
        kind: Some(FIX_ALL),
        edit: Some(edits::workspace_edit(file.view, file.workspace, BTreeMap::from([(file.path.clone(), taken)]))),
        ..CodeAction::default()
    })
}
