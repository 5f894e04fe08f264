//! Findings as the protocol wants them: pushed, or pulled a document or the whole workspace at a time.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use lsp_types::*;
use mx2lm_core::diagnostic::{Diagnostic as Finding, Severity};

use super::virtual_document;
use crate::{
    convert::Places,
    view::{View, Workspace},
};

/// What diagnostics name as their source.
pub const SOURCE: &str = "mx2lm";
/// Most reports on other documents that come with a document's own.
const RELATED_DOCUMENTS: usize = 50;

/// The findings on one file.
pub fn of(view: &View, workspace: &Workspace, path: &str) -> Vec<Diagnostic> {
    let findings = workspace.findings(path);
    if findings.is_empty() {
        return Vec::new();
    }
    let file = view.member(workspace, path);
    let places = file.as_ref().filter(|file| !virtual_document::is_unreadable(file)).map(|file| file.places());
    findings.iter().map(|finding| diagnostic(view, workspace, places.as_ref(), finding)).collect()
}

/// One finding; `places` are those of its file, when the file can be read.
pub fn diagnostic(view: &View, workspace: &Workspace, places: Option<&Places<'_>>, finding: &Finding) -> Diagnostic {
    let severity = match finding.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
    };
    let mut message = finding.message.clone();
    if let Some(name) = &finding.spec_error {
        message.push_str(&format!(" ({name})"));
    }
    if let Some(help) = &finding.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    Diagnostic {
        range: places.zip(finding.span).map(|(places, span)| places.range(span)).unwrap_or_default(),
        severity: Some(severity),
        code: Some(NumberOrString::String(finding.rule.clone())),
        code_description: super::rule_page::uri(&finding.rule).map(|href| CodeDescription { href }),
        source: Some(SOURCE.into()),
        message,
        related_information: view.profile.related_information.then(|| related(view, workspace, finding)).filter(|list| !list.is_empty()),
        ..Diagnostic::default()
    }
}

fn related(view: &View, workspace: &Workspace, finding: &Finding) -> Vec<DiagnosticRelatedInformation> {
    let one = |related: &mx2lm_core::diagnostic::Related| {
        let range = related.span.and_then(|span| Some(view.member(workspace, &related.path)?.places().range(span)));
        let location = Location { uri: view.uri(workspace, &related.path)?, range: range.unwrap_or_default() };
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    };
    finding.related.iter().filter_map(one).collect()
}

/// A name for a list of diagnostics: equal lists have equal names, so that the server need not remember what it told.
fn result_id(items: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_vec(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn full(items: Vec<Diagnostic>) -> FullDocumentDiagnosticReport {
    FullDocumentDiagnosticReport { result_id: Some(result_id(&items)), items }
}

/// Answers `textDocument/diagnostic`.
pub fn document(view: &View, params: &DocumentDiagnosticParams) -> DocumentDiagnosticReport {
    let uri = &params.text_document.uri;
    let file = view.file(uri);
    let items = match &file {
        Some(file) => of(view, file.workspace, &file.path),
        None => virtual_document::findings(view, uri),
    };
    let report = full(items);
    let related_documents = file.filter(|_| view.profile.related_documents).map(|file| neighbours(view, file.workspace, &file.path));
    let related_documents = related_documents.filter(|map| !map.is_empty());
    match params.previous_result_id.as_ref() == report.result_id.as_ref() {
        true => DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: report.result_id.unwrap_or_default() },
        }),
        false => DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents,
            full_document_diagnostic_report: report,
        }),
    }
}

/// Reports on the documents whose findings depend on this one: those that name it, and those its own findings point at.
fn neighbours(view: &View, workspace: &Workspace, path: &str) -> HashMap<Uri, DocumentDiagnosticReportKind> {
    let index = workspace.snapshot.index();
    let mut paths: Vec<Arc<str>> = index.users(path).to_vec();
    if let Some(facts) = index.facts(path) {
        let targets = facts.id.iter().map(|id| mx2lm_core::document::facts::Target::Object(id.value.clone()));
        let profiles = facts.profile_name.iter().map(|name| mx2lm_core::document::facts::Target::Profile(name.value.clone()));
        paths.extend(targets.chain(profiles).flat_map(|target| index.referrers(&target).to_vec()));
    }
    paths.extend(workspace.findings(path).iter().flat_map(|finding| finding.related.iter().map(|related| related.path.clone())));
    paths.sort_unstable();
    paths.dedup();
    let paths = paths.into_iter().filter(|other| **other != *path && workspace.is_reported(other)).take(RELATED_DOCUMENTS);
    paths.filter_map(|other| Some((view.uri(workspace, &other)?, full(of(view, workspace, &other)).into()))).collect()
}

/// Answers `workspace/diagnostic`: every file of the editor's folders that has findings, or of which the client holds findings that are gone.
pub fn workspace(view: &View, params: &WorkspaceDiagnosticParams) -> WorkspaceDiagnosticReport {
    let known: HashMap<&Uri, &str> = params.previous_result_ids.iter().map(|id| (&id.uri, id.value.as_str())).collect();
    let mut seen = std::collections::HashSet::new();
    let mut items = Vec::new();
    let mut tell = |uri: Uri, report: FullDocumentDiagnosticReport| {
        let version = view.open.get(&uri).map(|open| open.version.into());
        items.push(match known.get(&uri) {
            Some(id) if report.result_id.as_deref() == Some(*id) => {
                WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: (*id).to_owned() },
                })
            }
            _ => WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report: report,
            }),
        });
    };
    for workspace in view.workspaces.values() {
        let mut paths: Vec<_> = workspace.findings.keys().filter(|path| workspace.is_reported(path)).collect();
        paths.sort_unstable();
        for path in paths {
            let Some(uri) = view.uri(workspace, path) else { continue };
            seen.insert(uri.clone());
            tell(uri, full(of(view, workspace, path)));
        }
    }
    let mut gone: Vec<_> = known.keys().filter(|uri| !seen.contains(**uri)).map(|uri| (*uri).clone()).collect();
    gone.sort_unstable();
    for uri in gone {
        let report = view.file(&uri).map(|file| of(view, file.workspace, &file.path)).unwrap_or_default();
        tell(uri, full(report));
    }
    WorkspaceDiagnosticReport { items }
}
