//! The JSON report: one object, described by `docs/report.schema.json`.
//!
//! Byte offsets, end exclusive; lines and columns from 1, columns in Unicode scalar values; paths from the working directory (`DECISIONS` 68).

use std::io::{self, Write};

use data_encoding::BASE64;
use mx2lm_core::diagnostic::{Change, Excerpt, FileChange, Fix};
use mx2lm_core::text::Span;
use serde::Serialize;

use super::{Each, Finding, Report, Workspace, safety};

/// Version of the report's shape; it rises when a member changes its meaning or goes.
pub const VERSION: u32 = 1;

/// Writes the report, finding by finding: it is never whole in memory.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

/// The report, to be written.
pub fn document(report: &Report<'_>) -> impl Serialize {
    Document {
        version: VERSION,
        summary: Summary {
            files: report.files,
            bytes: report.bytes,
            errors: report.counts.errors,
            warnings: report.counts.warnings,
            infos: report.counts.infos,
        },
        diagnostics: Each(|| report.findings.iter().map(diagnostic)),
    }
}

#[derive(Serialize)]
struct Document<D> {
    version: u32,
    summary: Summary,
    diagnostics: D,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    bytes: u64,
    errors: usize,
    warnings: usize,
    infos: usize,
}

/// A finding as it is written; the order of the members is that of the report.
#[derive(Serialize)]
struct Diagnostic<'r> {
    rule: &'r str,
    severity: &'static str,
    path: &'r str,
    pointer: &'r str,
    span: Option<Place>,
    message: &'r str,
    help: Option<&'r str>,
    spec_error: Option<&'r str>,
    fingerprint: &'r str,
    related: Vec<Related<'r>>,
    fixes: Vec<OneFix<'r>>,
}

#[derive(Serialize)]
struct Place {
    start: u32,
    end: u32,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Related<'r> {
    path: String,
    pointer: &'r str,
    span: Option<Place>,
    message: &'r str,
}

#[derive(Serialize)]
struct OneFix<'r> {
    safety: &'static str,
    title: &'r str,
    changes: Vec<OneChange<'r>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneChange<'r> {
    Edits { path: String, edits: Vec<OneEdit<'r>> },
    Replace { path: String, replace_base64: String },
    Rewrite { path: String, rewrite: &'static str },
}

#[derive(Serialize)]
struct OneEdit<'r> {
    start: u32,
    end: u32,
    text: &'r str,
}

fn diagnostic<'r>(finding: &'r Finding<'_>) -> Diagnostic<'r> {
    let diagnostic = finding.diagnostic;
    let related = diagnostic.related.iter().map(|related| Related {
        path: finding.workspace.path(&related.path),
        pointer: &related.locator,
        span: place(related.span, related.excerpt.as_ref()),
        message: &related.message,
    });
    Diagnostic {
        rule: &diagnostic.rule,
        severity: diagnostic.severity.as_str(),
        path: &finding.path,
        pointer: &diagnostic.locator,
        span: place(diagnostic.span, diagnostic.excerpt.as_ref()),
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        spec_error: diagnostic.spec_error.as_deref(),
        fingerprint: &finding.fingerprint,
        related: related.collect(),
        fixes: diagnostic.fixes.iter().map(|fix| one_fix(fix, &*finding.workspace)).collect(),
    }
}

fn place(span: Option<Span>, excerpt: Option<&Excerpt>) -> Option<Place> {
    let span = span?;
    let start = excerpt.map(|excerpt| excerpt.start).unwrap_or_default();
    Some(Place { start: span.start, end: span.end, line: start.line + 1, column: start.column + 1 })
}

fn one_fix<'r>(fix: &'r Fix, workspace: &dyn Workspace) -> OneFix<'r> {
    let change = |change: &'r FileChange| {
        let path = workspace.path(&change.path);
        match &change.change {
            Change::Edits(edits) => {
                let edits = edits.iter().map(|edit| OneEdit { start: edit.span.start, end: edit.span.end, text: &edit.text });
                OneChange::Edits { path, edits: edits.collect() }
            }
            Change::Replace(bytes) => OneChange::Replace { path, replace_base64: BASE64.encode(bytes) },
            Change::Canonical { .. } => OneChange::Rewrite { path, rewrite: "canonical-text" },
        }
    };
    OneFix { safety: safety(fix.safety), title: &fix.title, changes: fix.changes.iter().map(change).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples;
    use super::*;

    fn written() -> Value {
        let diagnostics = samples::three();
        let mut out = Vec::new();
        write(&samples::report(&diagnostics), &mut out).expect("a vector takes everything");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn the_report_is_what_its_schema_says() {
        let schema: Value = serde_json::from_str(include_str!("../../../docs/report.schema.json")).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let report = written();
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn offsets_count_bytes_and_columns_count_characters() {
        let report = written();
        let finding = &report["diagnostics"][1];
        assert_eq!(finding["span"], json!({ "start": 39, "end": 50, "line": 3, "column": 12 }));
        assert_eq!(finding["fixes"][0]["changes"][0]["edits"][0], json!({ "start": 39, "end": 50, "text": "\"sha256:11\"" }));
        assert_eq!(finding["related"][1]["span"], Value::Null);
        assert_eq!(report["diagnostics"][0]["span"], Value::Null);
        assert_eq!(report["summary"], json!({ "files": 12, "bytes": 3456, "errors": 1, "warnings": 1, "infos": 1 }));
    }
}
