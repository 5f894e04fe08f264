//! Read-only documents that the server makes of files an editor cannot show, such as binaries.
//!
//! A document `mx2lm:/<form>/<path>` is the file `file:/<path>` in one of its [`FORMS`]. The client asks `mx2lm/views` which forms a file has
//! and `mx2lm/content` for the text of one; findings on the file land on the line that shows the bytes, hovers say what a line means, and
//! the outline lists the sections. `mx2lm/contentChanged` says that the text of an open one is out of date.
//!
//! Nothing here knows a kind of file: a kind is shown by the form that takes it.

use lsp_types::*;
use mx2lm_core::diagnostic::Diagnostic as Finding;
use serde::Serialize;

use super::{
    bytes_form, diagnostics, pack_form,
    page::Page,
    rule_page::{self, SCHEME},
};
use crate::view::{File, View};

/// The command that makes the server show a document.
pub const SHOW: &str = "mx2lm.show";

/// One way to show a file.
pub struct Form {
    /// Its name in a URI.
    pub name: &'static str,
    /// What it shows, for a menu.
    pub title: &'static str,
    /// The page of a file; `None` where the file has no such form.
    pub page: fn(&File<'_>) -> Option<Page>,
    /// Whether the page may be another when the file at a path from the root changes, beside the one it shows.
    pub depends: fn(&File<'_>, &str) -> bool,
}

/// Every form, the ones that say most first: the first that takes a file is what opening the file shows.
pub const FORMS: &[Form] = &[super::lanes_form::FORM, pack_form::FORM, super::drawing::FORM, super::score::FORM, bytes_form::FORM];

/// A form that a file has.
#[derive(Debug, Serialize)]
pub struct Offer {
    /// What it shows.
    pub title: &'static str,
    /// Its URI.
    pub uri: Uri,
}

/// Whether a URI names a document of the server's own.
pub fn is_virtual(uri: &Uri) -> bool {
    rule_page::path(uri).is_some()
}

/// The URI of a file in a form.
pub fn uri(form: &Form, file: &Uri) -> Option<Uri> {
    let path = file.as_str().strip_prefix("file://")?;
    path.starts_with('/').then(|| format!("{SCHEME}:/{}{path}", form.name).parse().ok())?
}

/// The form and the file behind a URI.
fn source<'v>(view: &'v View, uri: &Uri) -> Option<(&'static Form, File<'v>)> {
    let (name, _) = rule_page::path(uri)?.split_once('/')?;
    let form = FORMS.iter().find(|form| form.name == name)?;
    Some((form, view.file(&file_of(uri)?)?))
}

/// The file a document of the server's own shows.
pub fn file_of(uri: &Uri) -> Option<Uri> {
    let (_, path) = rule_page::path(uri)?.split_once('/')?;
    format!("file:///{path}").parse().ok()
}

fn page<'v>(view: &'v View, uri: &Uri) -> Option<(Page, File<'v>)> {
    let (form, file) = source(view, uri)?;
    Some(((form.page)(&file)?, file))
}

/// Answers `mx2lm/content`: the text of a rule's page or of a file in a form.
pub fn content(view: &View, uri: &Uri) -> Option<String> {
    rule_page::content(uri).or_else(|| page(view, uri).map(|(page, _)| page.into_text()))
}

/// Answers `mx2lm/views`: the forms a file has.
pub fn offers(file: &File<'_>) -> Vec<Offer> {
    let Some(own) = file.uri() else { return Vec::new() };
    let there = FORMS.iter().filter(|form| (form.page)(file).is_some());
    there.filter_map(|form| Some(Offer { title: form.title, uri: uri(form, &own)? })).collect()
}

/// Whether an editor's text of a file says nothing about its bytes: then findings on the file itself stand on its first line.
pub fn is_unreadable(file: &File<'_>) -> bool {
    const HEAD: usize = 8 << 10;
    file.bytes.iter().take(HEAD).any(|byte| *byte == 0) || file.text().is_none()
}

/// For the `depends` of a form that shows its own file and nothing else.
pub fn itself(_: &File<'_>, _: &str) -> bool {
    false
}

/// Whether the page of a URI may be another when the file at a path of a workspace changes.
pub fn names(view: &View, uri: &Uri, workspace: &crate::view::Workspace, path: &str) -> bool {
    let concerns = |(form, file): (&Form, File<'_>)| *file.path == *path || (form.depends)(&file, path);
    source(view, uri).filter(|(_, file)| std::ptr::eq(file.workspace, workspace)).is_some_and(concerns)
}

/// The findings on the file, on the lines that show their places.
pub fn findings(view: &View, uri: &Uri) -> Vec<Diagnostic> {
    placed(view, uri).map(|(_, placed)| placed.into_iter().map(|(_, shown)| shown).collect()).unwrap_or_default()
}

/// The file behind a page, and each finding on it with the way it is shown there.
pub fn placed<'v>(view: &'v View, uri: &Uri) -> Option<(File<'v>, Vec<(&'v Finding, Diagnostic)>)> {
    let (page, file) = page(view, uri)?;
    let on_page = |finding: &'v Finding| {
        let mut shown = diagnostics::diagnostic(view, file.workspace, None, finding);
        shown.range = page.range(page.line_of(finding.span), view.profile.unit);
        (finding, shown)
    };
    let placed = file.findings().iter().map(on_page).collect();
    Some((file, placed))
}

/// Answers `textDocument/hover`.
pub fn hover(view: &View, uri: &Uri, position: Position) -> Option<Hover> {
    let (page, _) = page(view, uri)?;
    let field = page.field_on(position.line)?;
    let bytes = match field.span.len() {
        1 => format!("byte {}", field.span.start),
        len => format!("bytes {} to {}, {len} in all", field.span.start, field.span.end.saturating_sub(1)),
    };
    let value = if field.about.is_empty() { bytes } else { format!("{}\n\n{bytes}", field.about) };
    let kind = if view.profile.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Some(Hover { contents: HoverContents::Markup(MarkupContent { kind, value }), range: Some(page.range(field.line, view.profile.unit)) })
}

/// Answers `textDocument/documentSymbol`: the sections.
pub fn symbols(view: &View, uri: &Uri) -> Option<Vec<DocumentSymbol>> {
    let (page, _) = page(view, uri)?;
    let symbol = |(at, heading): (usize, &super::page::Heading)| {
        let name_at = page.range(heading.line, view.profile.unit);
        let last = page.range(page.last_line(at), view.profile.unit);
        #[allow(deprecated, reason = "the type has no other constructor")]
        DocumentSymbol {
            name: heading.title.clone(),
            detail: None,
            kind: SymbolKind::STRUCT,
            tags: None,
            deprecated: None,
            range: Range::new(name_at.start, last.end),
            selection_range: name_at,
            children: None,
        }
    };
    Some(page.headings().iter().enumerate().map(symbol).collect())
}

/// Answers `textDocument/foldingRange`.
pub fn folding(view: &View, uri: &Uri) -> Option<Vec<FoldingRange>> {
    let (page, _) = page(view, uri)?;
    let fold = |(at, heading): (usize, &super::page::Heading)| FoldingRange {
        start_line: heading.line,
        end_line: page.last_line(at),
        ..FoldingRange::default()
    };
    Some(page.headings().iter().enumerate().map(fold).collect())
}

/// A lens above the payload of a descriptor whose payload has forms.
pub fn lenses(file: &File<'_>) -> Vec<CodeLens> {
    if !file.view.profile.show_document {
        return Vec::new();
    }
    let Some(facts) = file.facts() else { return Vec::new() };
    let Some(location) = facts.payload.as_ref().and_then(|payload| payload.location.as_ref()) else { return Vec::new() };
    let Some(path) = super::subject::payload_path(file, &location.value) else { return Vec::new() };
    let Some(payload) = file.other(&path).filter(is_unreadable) else { return Vec::new() };
    let range = file.places().range(location.span);
    let lens = |offer: Offer| CodeLens { range, command: Some(show(offer.title, &offer.uri)), data: None };
    offers(&payload).into_iter().map(lens).collect()
}

/// The command that shows a document.
pub fn show(title: &str, uri: &Uri) -> Command {
    Command { title: title.into(), command: SHOW.into(), arguments: Some(vec![uri.as_str().into()]) }
}

/// The document that a call of [`SHOW`] names.
pub fn shown(params: &ExecuteCommandParams) -> Option<Uri> {
    let uri: Uri = (params.command == SHOW).then(|| params.arguments.first()?.as_str()?.parse().ok())??;
    is_virtual(&uri).then_some(uri)
}
