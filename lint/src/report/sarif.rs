//! SARIF 2.1.0, with the rules' pages as metadata.
//!
//! Regions are text regions: lines and columns from 1, columns in Unicode code points, and the same place in bytes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use data_encoding::BASE64;
use mx2lm_core::diagnostic::{Change, Edit, Excerpt, Fix, Severity};
use mx2lm_core::text::{ColumnUnit, LineIndex, Span};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Each, Finding, Report, Workspace};

/// What SARIF says about a rule.
pub struct RuleInfo {
    pub name: String,
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// The whole page.
    pub markdown: String,
}

/// Writes the report. `rules` are in the order of the registry.
pub fn write(report: &Report<'_>, rules: &[RuleInfo], out: &mut dyn Write) -> io::Result<()> {
    let index: HashMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.name.as_str(), at)).collect();
    let sources = RefCell::new(Sources::default());
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": {
                "name": "mx2lm-lint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "shortDescription": { "text": env!("CARGO_PKG_DESCRIPTION") },
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
            } }),
            invocations: json!([{ "executionSuccessful": true }]),
            column_kind: "unicodeCodePoints",
            results: Each(|| report.findings.iter().map(|finding| result(finding, &index, &mut sources.borrow_mut()))),
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<R>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    tool: Value,
    invocations: Value,
    column_kind: &'static str,
    results: R,
}

fn rule(rule: &RuleInfo) -> Value {
    json!({
        "id": rule.name,
        "shortDescription": { "text": rule.summary },
        "help": { "text": rule.markdown, "markdown": rule.markdown },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [rule.name.split('/').next().unwrap_or_default()] },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(finding: &Finding<'_>, rules: &HashMap<&str, usize>, sources: &mut Sources) -> Value {
    let diagnostic = finding.diagnostic;
    let mut text = diagnostic.message.clone();
    if let Some(spec_error) = &diagnostic.spec_error {
        text.push_str(&format!(" ({spec_error})"));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location(&finding.path, &diagnostic.locator, diagnostic.span, diagnostic.excerpt.as_ref())],
        "partialFingerprints": { "mx2lm/v1": finding.fingerprint },
    });
    if let Some(at) = rules.get(diagnostic.rule.as_str()) {
        result["ruleIndex"] = json!(at);
    }
    if !diagnostic.related.is_empty() {
        let places = diagnostic.related.iter().enumerate().map(|(id, related)| {
            let mut place = location(&finding.workspace.path(&related.path), &related.locator, related.span, related.excerpt.as_ref());
            place["id"] = json!(id);
            place["message"] = json!({ "text": related.message });
            place
        });
        result["relatedLocations"] = places.collect();
    }
    let fixes: Vec<Value> = diagnostic.fixes.iter().filter_map(|fix| one_fix(fix, finding, sources)).collect();
    if !fixes.is_empty() {
        result["fixes"] = fixes.into();
    }
    if let Some(spec_error) = &diagnostic.spec_error {
        result["properties"] = json!({ "specError": spec_error });
    }
    result
}

fn location(path: &str, locator: &str, span: Option<Span>, excerpt: Option<&Excerpt>) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri(path) } });
    if let Some(span) = span {
        let mut region = Map::new();
        if let Some(excerpt) = excerpt {
            region.insert("startLine".into(), json!(excerpt.start.line + 1));
            region.insert("startColumn".into(), json!(excerpt.start.column + 1));
            region.insert("endLine".into(), json!(excerpt.end.line + 1));
            region.insert("endColumn".into(), json!(excerpt.end.column + 1));
        }
        region.insert("byteOffset".into(), json!(span.start));
        region.insert("byteLength".into(), json!(span.len()));
        place["region"] = region.into();
    }
    let mut location = json!({ "physicalLocation": place });
    if !locator.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": locator }]);
    }
    location
}

/// A fix that no command applies is advice, not a change: the message and the help carry it.
fn one_fix(fix: &Fix, finding: &Finding<'_>, sources: &mut Sources) -> Option<Value> {
    let mut changes = Vec::new();
    for change in &fix.changes {
        let path = finding.workspace.path(&change.path);
        let source = sources.of(&path, &*finding.workspace, &change.path);
        let replacements = match &change.change {
            Change::Edits(edits) => edits.iter().map(|edit| replacement(edit, source)).collect(),
            // made when the fix is applied: the canonical texts of ten thousand drawings would outweigh the workspace
            Change::Canonical { .. } => return None,
            Change::Replace(bytes) => {
                let (old, _) = source?;
                vec![json!({
                    "deletedRegion": { "byteOffset": 0, "byteLength": old.len() },
                    "insertedContent": { "binary": BASE64.encode(bytes) },
                })]
            }
        };
        changes.push(json!({ "artifactLocation": { "uri": uri(&path) }, "replacements": replacements }));
    }
    (!changes.is_empty()).then(|| json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
}

/// A text region when the file can still be read, else a region of bytes: text goes with the one and bytes with the other.
fn replacement(edit: &Edit, source: Option<&Source>) -> Value {
    let Some((bytes, index)) = source else {
        return json!({
            "deletedRegion": { "byteOffset": edit.span.start, "byteLength": edit.span.len() },
            "insertedContent": { "binary": BASE64.encode(edit.text.as_bytes()) },
        });
    };
    let place = |offset| index.line_column(bytes, offset, ColumnUnit::Scalar);
    let (start, end) = (place(edit.span.start), place(edit.span.end));
    json!({
        "deletedRegion": {
            "startLine": start.line + 1, "startColumn": start.column + 1, "endLine": end.line + 1, "endColumn": end.column + 1,
            "byteOffset": edit.span.start, "byteLength": edit.span.len(),
        },
        "insertedContent": { "text": edit.text },
    })
}

/// A file's bytes, and where its lines start.
type Source = (Arc<[u8]>, LineIndex);

/// The file that fixes change, read once while consecutive findings stand in it.
#[derive(Default)]
struct Sources {
    last: Option<(String, Option<Source>)>,
}

impl Sources {
    fn of(&mut self, shown: &str, workspace: &dyn Workspace, path: &str) -> Option<&Source> {
        if self.last.as_ref().is_none_or(|(known, _)| known != shown) {
            let source = workspace.bytes(path).map(|bytes| {
                let index = LineIndex::new(&bytes);
                (bytes, index)
            });
            self.last = Some((shown.to_owned(), source));
        }
        self.last.as_ref().and_then(|(_, source)| source.as_ref())
    }
}

/// A relative reference of RFC 3986: everything but unreserved characters and `/` in percent-encoding.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(byte as char);
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn written() -> Value {
        let diagnostics = samples::three();
        let rules = [RuleInfo {
            name: "object/payload-hash".into(),
            severity: Severity::Error,
            summary: "the hash is that of the payload".into(),
            markdown: "# object/payload-hash".into(),
        }];
        let mut out = Vec::new();
        write(&samples::report(&diagnostics), &rules, &mut out).expect("a vector takes everything");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn the_report_is_valid_sarif() {
        let schema = include_str!("../../tests/cli/sarif-schema-2.1.0.json");
        // The published pattern for languages has a bracket too many, which strict readers of patterns refuse.
        let schema: Value = serde_json::from_str(&schema.replace("{2}]?$", "{2}$")).expect("JSON");
        let validator = jsonschema::draft7::options().should_validate_formats(true).build(&schema).expect("a schema");
        let errors: Vec<String> =
            validator.iter_errors(&written()).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn places_are_lines_and_bytes_and_paths_are_encoded() {
        let report = written();
        let results = &report["runs"][0]["results"];
        let place = &results[1]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "../a%20b/%C3%B6.json");
        assert_eq!(
            place["region"],
            json!({ "startLine": 3, "startColumn": 12, "endLine": 3, "endColumn": 23, "byteOffset": 39, "byteLength": 11 })
        );
        assert_eq!(results[1]["ruleIndex"], 0);
        assert_eq!(results[1]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "\"sha256:11\"");
        assert_eq!(results[0]["locations"][0]["physicalLocation"].get("region"), None);
    }
}
