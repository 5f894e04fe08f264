//! What the linter says of the workspaces in `tests/workspaces`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use mx2lm_core::{
    diagnostic::{Diagnostic, Severity},
    lint::{self, Options},
    rules,
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("workspaces").join(name)
}

fn findings(workspace: &str) -> Vec<Diagnostic> {
    let options = Options { paths: vec![folder(workspace)], ..Options::default() };
    let outcome = lint::check(&options, &|_| {}).expect("a readable workspace");
    outcome.workspaces.into_iter().flat_map(|workspace| workspace.diagnostics).collect()
}

/// A line for the place and the rule of each finding, and below it what is said.
fn report(findings: &[Diagnostic]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = if finding.locator.is_empty() { "the whole file" } else { &finding.locator };
        writeln!(text, "{} at {place}: {} {}", finding.path, finding.severity.as_str(), finding.rule).expect("writes to memory");
        writeln!(text, "    {}", finding.message).expect("writes to memory");
        if let Some(help) = &finding.help {
            writeln!(text, "    help: {help}").expect("writes to memory");
        }
        if let Some(error) = &finding.spec_error {
            writeln!(text, "    = {error}").expect("writes to memory");
        }
    }
    text
}

// rows: B616 B651 B654
#[test]
fn nothing_is_wrong_with_the_demo() {
    let findings = findings("demo");
    println!("{}", report(&findings));
    let wrong: Vec<_> = findings.into_iter().filter(|finding| finding.severity > Severity::Info).collect();
    assert!(wrong.is_empty(), "{}", report(&wrong));
}

#[test]
fn the_editors_workspace_has_one_wrong_hash_and_nothing_else() {
    let wrong: Vec<_> = findings("editor").into_iter().filter(|finding| finding.severity > Severity::Info).collect();
    assert_eq!(wrong.len(), 1, "{}", report(&wrong));
    assert_eq!((&*wrong[0].path, &*wrong[0].locator, &*wrong[0].rule), ("tides/object.json", "/hash", "object/payload-hash"));
    assert!(wrong[0].message.contains("line ends"), "it says what the declared value is the hash of: {}", wrong[0].message);
}

#[test]
fn the_broken_copy_gets_the_expected_report() {
    let expected = folder("broken.expected.txt");
    let told = report(&findings("broken"));
    if std::env::var_os("MX2LM_UPDATE_EXPECTED").is_some() {
        std::fs::write(&expected, &told).expect("a writable checkout");
    }
    let wanted = std::fs::read_to_string(&expected).expect("broken.expected.txt");
    assert_eq!(told, wanted, "right? then run the test again with MX2LM_UPDATE_EXPECTED=1");
}

// every family of rules has its fault, but for what no checkout can hold (names that differ in case alone)
#[test]
fn the_broken_copy_has_a_fault_for_every_family() {
    let hit: BTreeSet<_> = findings("broken").iter().filter_map(|finding| Some(finding.rule.split_once('/')?.0.to_owned())).collect();
    let families: BTreeSet<_> = rules::all().map(|rule| rule.family().to_owned()).filter(|family| family != "workspace").collect();
    assert_eq!(hit, families);
}
