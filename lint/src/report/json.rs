//! The JSON report: one object, described by `docs/report.schema.json`.
//!
//! Byte offsets, end exclusive; lines and columns from 1, columns in Unicode scalar values; paths from the working directory (`DECISIONS` 68).

use std::io::{self, Write};

use data_encoding::BASE64;
use mx2lm_core::diagnostic::{Change, Excerpt, Fix};
use mx2lm_core::text::Span;
use serde_json::{Value, json};

use super::{Finding, Report, Workspace, safety};

/// Version of the report's shape; it rises when a member changes its meaning or goes.
pub const VERSION: u32 = 1;

/// Writes the report.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

/// The report as a value.
pub fn document(report: &Report<'_>) -> Value {
    let diagnostics: Vec<Value> = report.findings.iter().map(diagnostic).collect();
    json!({
        "version": VERSION,
        "summary": {
            "files": report.files,
            "bytes": report.bytes,
            "errors": report.counts.errors,
            "warnings": report.counts.warnings,
            "infos": report.counts.infos,
        },
        "diagnostics": diagnostics,
    })
}

/// One finding.
pub fn diagnostic(finding: &Finding<'_>) -> Value {
    let diagnostic = finding.diagnostic;
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .map(|related| {
            json!({
                "path": finding.workspace.path(&related.path),
                "pointer": related.locator,
                "span": span(related.span, related.excerpt.as_ref()),
                "message": related.message,
            })
        })
        .collect();
    let fixes: Vec<Value> = diagnostic.fixes.iter().map(|fix| one_fix(fix, &*finding.workspace)).collect();
    json!({
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.as_str(),
        "path": finding.path,
        "pointer": diagnostic.locator,
        "span": span(diagnostic.span, diagnostic.excerpt.as_ref()),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "spec_error": diagnostic.spec_error,
        "fingerprint": finding.fingerprint,
        "related": related,
        "fixes": fixes,
    })
}

fn span(span: Option<Span>, excerpt: Option<&Excerpt>) -> Value {
    let Some(span) = span else { return Value::Null };
    let place = excerpt.map(|excerpt| excerpt.start).unwrap_or_default();
    json!({ "start": span.start, "end": span.end, "line": place.line + 1, "column": place.column + 1 })
}

fn one_fix(fix: &Fix, workspace: &dyn Workspace) -> Value {
    let changes: Vec<Value> = fix
        .changes
        .iter()
        .map(|change| {
            let path = workspace.path(&change.path);
            match &change.change {
                Change::Edits(edits) => {
                    let edits: Vec<Value> =
                        edits.iter().map(|edit| json!({ "start": edit.span.start, "end": edit.span.end, "text": edit.text })).collect();
                    json!({ "path": path, "edits": edits })
                }
                Change::Replace(bytes) => json!({ "path": path, "replace_base64": BASE64.encode(bytes) }),
                Change::Canonical => json!({ "path": path, "rewrite": "canonical-text" }),
            }
        })
        .collect();
    json!({ "safety": safety(fix.safety), "title": fix.title, "changes": changes })
}

#[cfg(test)]
mod tests {
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
