//! `rule`: the page of a rule, or the list of all.

use std::fmt::Write as _;
use std::process::ExitCode;

use mx2lm_core::rules::{self, Example, Rule};
use serde_json::{Value, json};

use crate::cli::{Color, DataFormat, RuleArgs};
use crate::output::{Failure, to_stdout};
use crate::report::{safety, sarif::RuleInfo};

/// Runs the command.
pub fn run(arguments: &RuleArgs) -> Result<ExitCode, Failure> {
    let text = match (&arguments.name, arguments.format) {
        (Some(name), format) => {
            let rule = rules::by_name(name).ok_or_else(|| unknown(name))?;
            match format {
                DataFormat::Text => rule.markdown(1),
                DataFormat::Json => format!("{:#}\n", described(rule)),
            }
        }
        (None, DataFormat::Json) => {
            let all: Vec<Value> = rules::all().map(described).collect();
            format!("{:#}\n", json!({ "version": 1, "rules": all }))
        }
        (None, DataFormat::Text) if arguments.all => reference(),
        (None, DataFormat::Text) => list(),
    };
    to_stdout(Color::Never, |out, _| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(name: &str) -> Failure {
    let near = rules::nearest_of(name, rules::all().map(|rule| rule.name));
    let hint = near.map(|near| format!("; did you mean `{near}`?"));
    Failure::Refused(format!("there is no rule `{name}`{}", hint.unwrap_or_default()))
}

/// `docs/rules.md`: every rule's page, after a table of them all.
pub fn reference() -> String {
    let mut text = String::from("# Rules\n\nWritten by `mx2lm-lint rule --all`; every example is a test.\n\n");
    text.push_str("| rule | level | fix | finds |\n|---|---|---|---|\n");
    for rule in rules::all() {
        let anchor: String = rule.name.chars().filter(|c| *c != '/').collect();
        let fix = rule.fix.map_or("", safety);
        let summary = rule.summary().replace('|', "\\|");
        let _ = writeln!(text, "| [`{}`](#{anchor}) | {} | {fix} | {summary} |", rule.name, rule.severity.as_str());
    }
    for rule in rules::all() {
        text.push('\n');
        text.push_str(&rule.markdown(2));
    }
    text
}

fn list() -> String {
    let width = rules::all().map(|rule| rule.name.len()).max().unwrap_or_default();
    rules::all().map(|rule| format!("{:width$}  {:7}  {}\n", rule.name, rule.severity.as_str(), rule.summary())).collect()
}

fn described(rule: &'static Rule) -> Value {
    let examples = |examples: &'static [Example]| -> Vec<Value> {
        let files = |example: &Example| -> serde_json::Map<String, Value> {
            example.files.iter().map(|(path, text)| ((*path).to_owned(), json!(text))).collect()
        };
        examples.iter().map(|example| json!({ "note": example.note, "file": example.file, "files": files(example) })).collect()
    };
    json!({
        "name": rule.name,
        "family": rule.family(),
        "severity": rule.severity.as_str(),
        "fix": rule.fix.map(safety),
        "rows": rule.rows,
        "what": rule.docs.what,
        "why": rule.docs.why,
        "how_to_fix": rule.docs.fix,
        "found": examples(rule.docs.bad),
        "not_found": examples(rule.docs.good),
    })
}

/// What SARIF says about a rule.
pub fn metadata(rule: &'static Rule) -> RuleInfo {
    RuleInfo { name: rule.name.into(), severity: rule.severity, summary: rule.summary().into(), markdown: rule.markdown(1) }
}
