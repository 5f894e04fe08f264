//! What is looked at: paths, standard input, configuration, ignored files.

use crate::{Workspace, descriptor, lawful, run_in, untrue};

#[test]
fn standard_input_stands_for_a_file() {
    let workspace = lawful();
    let wrong = crate::untrue().read("a.object.json");
    let arguments = ["--format", "json", "--stdin", "--stdin-path", "a.object.json"];
    let run = run_in(workspace.root(), &arguments, wrong.as_bytes());
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let report = run.json();
    assert_eq!(report["diagnostics"][0]["rule"], "object/payload-hash");
    assert_eq!(report["diagnostics"][0]["path"], "a.object.json");
    let run = run_in(workspace.root(), &arguments, workspace.read("a.object.json").as_bytes());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn standard_input_may_stand_for_a_file_that_is_not_there() {
    let workspace = Workspace::new(&[("payload/a.txt", "abc")]);
    let arguments = ["--format", "json", "--stdin", "--stdin-path", "new.object.json"];
    let run = run_in(workspace.root(), &arguments, descriptor(None).as_bytes());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn findings_are_told_for_the_paths_named_only() {
    let workspace = untrue();
    workspace.write("other/b.object.json", "{");
    let paths = |arguments: &[&str]| -> Vec<String> {
        workspace.findings(arguments).iter().filter_map(|finding| finding["path"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(paths(&["a.object.json"]), ["a.object.json"]);
    assert!(paths(&["other"]).iter().all(|path| path == "other/b.object.json"));
    assert!(paths(&[]).contains(&"a.object.json".to_owned()));
}

#[test]
fn ignored_files_are_left_out_unless_named() {
    let workspace = lawful();
    workspace.write("drafts/b.object.json", "{");
    std::fs::create_dir(workspace.root().join(".git")).expect("a folder");
    workspace.write(".gitignore", "drafts/\n");
    assert_eq!(workspace.lint(&[]).code, 0);
    assert_eq!(workspace.lint(&["drafts/b.object.json"]).code, 1);
    assert_eq!(workspace.lint(&["drafts"]).code, 1);
}

#[test]
fn configuration_is_read_and_judged() {
    let workspace = untrue();
    workspace.write("mx2lm.toml", "[rules]\n\"object/payload-hash\" = \"off\"\n");
    assert_eq!(workspace.lint(&[]).code, 0);
    workspace.write("mx2lm.toml", "");
    workspace.write("other.toml", "[rules]\n\"object/payload-hash\" = \"warning\"\n");
    assert_eq!(workspace.lint(&["--config", "other.toml"]).code, 0);
    workspace.write("mx2lm.toml", "stric = true\n");
    let run = workspace.lint(&[]);
    assert_ne!(run.code, 0, "{}", run.stdout);
    assert!(format!("{}{}", run.stdout, run.stderr).contains("`strict`"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn several_workspaces_are_one_report() {
    let (first, second) = (untrue(), untrue());
    let path = second.root().to_str().expect("UTF-8");
    let findings = first.findings(&[".", path]);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0]["path"].as_str() < findings[1]["path"].as_str());
}

#[test]
fn a_file_of_any_bytes_ends_in_a_report() {
    let workspace = lawful();
    let long = format!("{{\"$schema\":\"object://schema/object.v1\",\"x\":\"{}\"", "y".repeat(1 << 20));
    let nested = "[".repeat(100_000);
    let duplicates = format!("{{{}\"x\":1}}", "\"x\":1,".repeat(10_000));
    let cases: [&[u8]; 9] = [
        b"",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"{\"a\0\":1}",
        br#"{"a":"\ud800"}"#,
        br#"{"a":[1e400,-0,9007199254740993]}"#,
        long.as_bytes(),
        nested.as_bytes(),
        duplicates.as_bytes(),
    ];
    for (number, bytes) in cases.iter().enumerate() {
        workspace.write("b.object.json", bytes);
        let run = workspace.lint(&["--format", "json", "b.object.json"]);
        assert!(matches!(run.code, 0 | 1), "{number}: {}", run.stderr);
        assert!(run.json()["diagnostics"].is_array(), "{number}");
        assert_eq!(run.stderr, "", "{number}");
    }
}
