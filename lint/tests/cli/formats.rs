//! The report formats, on real findings.

use serde_json::{Value, json};

use crate::{Workspace, descriptor, lawful, run_in, untrue};

#[test]
fn a_finding_has_its_place_in_every_format() {
    let workspace = untrue();
    let text = workspace.lint(&[]).stdout;
    assert!(text.contains("error[object/payload-hash]"), "{text}");
    assert!(text.contains("--> a.object.json:4:11"), "{text}");
    assert!(text.contains("\n1 error in "), "{text}");
    let github = workspace.lint(&["--format", "github"]).stdout;
    assert!(github.starts_with("::error file=a.object.json,line=4,col=11,endLine=4,endColumn="), "{github}");
    let finding = &workspace.findings(&[])[0];
    assert_eq!(finding["rule"], "object/payload-hash");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["path"], "a.object.json");
    assert_eq!(finding["pointer"], "/hash");
    let source = workspace.read("a.object.json");
    let start = source.find("\"sha256:").expect("the hash");
    assert_eq!(finding["span"], json!({ "start": start, "end": start + 73, "line": 4, "column": 11 }));
}

#[test]
fn reports_keep_to_their_schemas() {
    let workspace = untrue();
    workspace.write("b.object.json", "{ \"$schema\": \"object://schema/object.v1\", \"id\": 7, }");
    let schema: Value = serde_json::from_str(include_str!("../../../docs/report.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let report = workspace.lint(&["--format", "json"]).json();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    // The published pattern for languages has a bracket too many, which strict readers of patterns refuse.
    let schema = include_str!("sarif-schema-2.1.0.json").replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::draft7::options().should_validate_formats(true).build(&schema).expect("a schema");
    let report = workspace.lint(&["--format", "sarif"]).json();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let run = &report["runs"][0];
    for result in run["results"].as_array().expect("a list") {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().expect("a known rule") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}

#[test]
fn paths_are_told_from_the_working_directory() {
    let workspace = untrue();
    workspace.write("deep/er/x.txt", "");
    let at = |folder: &str, arguments: &[&str]| {
        let run = run_in(&workspace.root().join(folder), &[&["--format", "json"], arguments].concat(), b"");
        run.json()["diagnostics"][0]["path"].clone()
    };
    assert_eq!(at("", &["."]), "a.object.json");
    assert_eq!(at("payload", &[".."]), "../a.object.json");
    assert_eq!(at("deep/er", &["../.."]), "../../a.object.json");
    let above = workspace.root().parent().expect("a temporary folder has one");
    let name = workspace.root().file_name().and_then(|name| name.to_str()).expect("UTF-8");
    let run = run_in(above, &["--format", "json", name], b"");
    assert_eq!(run.json()["diagnostics"][0]["path"], format!("{name}/a.object.json"));
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let workspace = untrue();
    for number in 0..40 {
        workspace.write(&format!("more/{number}.object.json"), descriptor(Some("sha256:…")));
    }
    for format in ["text", "json", "sarif", "github"] {
        let reports: Vec<String> =
            ["1", "2", "8"].iter().map(|threads| workspace.lint(&["--format", format, "--threads", threads]).stdout).collect();
        assert!(reports.windows(2).all(|pair| pair[0] == pair[1]), "{format}");
    }
}

#[test]
fn a_report_may_go_to_a_file() {
    let workspace = untrue();
    let run = workspace.lint(&["--format", "json", "--output-file", "report.txt"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_eq!(workspace.read("report.txt"), workspace.lint(&["--format", "json"]).stdout);
}

#[test]
fn colour_is_written_when_it_is_asked_for() {
    let workspace = untrue();
    assert!(!workspace.lint(&[]).stdout.contains('\u{1b}'));
    assert!(workspace.lint(&["--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!workspace.lint(&["--color", "never"]).stdout.contains('\u{1b}'));
    let forced = |name: &str, arguments: &[&str]| {
        let mut command = crate::program();
        command.env(name, "1").args(arguments).current_dir(workspace.root());
        crate::Run::from(command.output().expect("the program runs")).stdout.contains('\u{1b}')
    };
    assert!(forced("CLICOLOR_FORCE", &[]));
    assert!(!forced("CLICOLOR_FORCE", &["--color", "never"]));
    assert!(!forced("NO_COLOR", &[]));
}

#[test]
fn quiet_shows_errors_only() {
    let workspace = untrue();
    workspace.write("mx2lm.toml", "[[suppress]]\nrule = \"object/payload-size\"\npath = \"**\"\nreason = \"matches nothing\"\n");
    let severities = |arguments: &[&str]| -> Vec<String> {
        workspace.findings(arguments).iter().filter_map(|finding| finding["severity"].as_str().map(str::to_owned)).collect()
    };
    assert!(severities(&[]).contains(&"warning".to_owned()));
    assert_eq!(severities(&["--quiet"]), ["error"]);
    assert!(!workspace.lint(&["--quiet"]).stdout.contains(" in 2 files"));
}

#[test]
fn statistics_go_to_standard_error() {
    let run = untrue().lint(&["--format", "json", "--statistics"]);
    run.json();
    assert!(run.stderr.contains("object/payload-hash"), "{}", run.stderr);
    assert!(run.stderr.contains(" ms"), "{}", run.stderr);
}

#[test]
fn text_from_files_cannot_steer_the_terminal() {
    let workspace = lawful();
    let location = "\u{202e}\u{9b}31m\u{7f}.txt";
    workspace.write("b.object.json", descriptor(None).replace("payload/a.txt", location).replace("letters", "others"));
    let text = workspace.lint(&[]).stdout;
    assert!(!text.contains(['\u{202e}', '\u{9b}', '\u{7f}']), "{text}");
    assert!(text.contains("\\u{202e}"), "{text}");
}

#[test]
fn fingerprints_outlive_a_move_within_the_document() {
    let workspace = untrue();
    let print = |workspace: &Workspace| workspace.findings(&[])[0]["fingerprint"].clone();
    let before = print(&workspace);
    workspace.write("a.object.json", format!("\n\n{}", workspace.read("a.object.json")));
    assert_eq!(print(&workspace), before);
    let text = workspace.read("a.object.json");
    std::fs::remove_file(workspace.root().join("a.object.json")).expect("our own file");
    workspace.write("renamed.object.json", text);
    assert_eq!(print(&workspace), before, "the object id keeps its name through a renaming");
}
