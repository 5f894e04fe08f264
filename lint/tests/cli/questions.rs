//! The commands that answer a question.

use serde_json::{Value, json};

use crate::{Workspace, lawful, run_in};

const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn ask(lines: &str) -> Vec<Value> {
    let run = run_in(&std::env::temp_dir(), &["eval"], lines.as_bytes());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn ask_one(function: &str, input: &Value) -> Value {
    ask(&json!({ "fn": function, "in": input }).to_string()).remove(0)
}

#[test]
fn the_oracle_answers_every_line_in_order() {
    let answers = ask(
        "{\"fn\":\"hash.sha256\",\"in\":{\"text\":\"abc\"},\"label\":1}\r\n\nnot json\n{\"fn\":\"no.such\",\"in\":{}}\n{\"fn\":\"hash.sha256\"}\n[]\n{\"fn\":\"hash.sha256\",\"in\":{\"hex\":\"616263\"}}",
    );
    let names: Vec<_> = answers.iter().map(|answer| answer["error"].as_str().unwrap_or("")).collect();
    assert_eq!(names, ["", "eval.bad_input", "eval.bad_input", "eval.unknown_function", "eval.bad_input", "eval.bad_input", ""]);
    assert_eq!(answers[0], json!({ "out": { "sha256": ABC } }));
    assert_eq!(answers[0], answers[6]);
}

#[test]
fn the_oracle_hashes_bytes_and_text() {
    assert_eq!(
        ask_one("hash.sha256", &json!({ "hex": "" }))["out"]["sha256"],
        ask_one("hash.sha256", &json!({ "text": "" }))["out"]["sha256"]
    );
    assert_eq!(ask_one("hash.sha256", &json!({ "hex": "CF80" }))["out"], ask_one("hash.sha256", &json!({ "text": "π" }))["out"]);
    for input in [json!({}), json!({ "hex": "0" }), json!({ "hex": "zz" }), json!({ "text": 1 }), json!({ "text": "a", "hex": "61" })] {
        assert_eq!(ask_one("hash.sha256", &input)["error"], "eval.bad_input", "{input}");
    }
}

// rows: A017
#[test]
fn the_oracle_knows_canonical_json() {
    let text = "{\"b\": [1e2, 0.10, -0, 1e21], \"a\": \"\\u0041\\n\", \"\\ud83d\\ude00\": null, \"ö\": {}}";
    let out = &ask_one("hash.canonical_json", &json!({ "text": text }))["out"];
    let canonical = "{\"a\":\"A\\n\",\"b\":[100,0.1,0,1e+21],\"ö\":{},\"😀\":null}";
    assert_eq!(out["canonical"], canonical);
    assert_eq!(out["sha256"], ask_one("hash.sha256", &json!({ "text": canonical }))["out"]["sha256"]);
    for text in ["{\"a\":1,\"a\":1}", "{", "[1e400]", "\"\\ud800\"", ""] {
        assert_eq!(ask_one("hash.canonical_json", &json!({ "text": text }))["error"], "eval.refused", "{text}");
    }
}

#[test]
fn the_self_hash_leaves_out_the_hash_and_the_signature() {
    let of = |document: Value| ask_one("hash.self", &json!({ "document": document }))["out"]["sha256"].clone();
    let bare = of(json!({ "b": 1, "a": [] }));
    assert_eq!(bare, ask_one("hash.sha256", &json!({ "text": "{\"a\":[],\"b\":1}" }))["out"]["sha256"]);
    assert_eq!(of(json!({ "b": 1, "hash": "sha256:…", "a": [], "signature": "x" })), bare);
    assert_ne!(of(json!({ "b": 1, "a": [], "c": { "hash": "x" } })), of(json!({ "b": 1, "a": [], "c": {} })));
}

#[test]
fn the_self_hash_reads_numbers_as_they_are_spelled() {
    let of = |spelled: &str| ask(&format!("{{\"fn\":\"hash.self\",\"in\":{{\"document\":{{\"n\":{spelled}}}}}}}")).remove(0);
    assert_eq!(of("1.0"), of("1"));
    assert_eq!(of("9007199254740993"), of("9007199254740992"), "integers beyond 2^53 are doubles");
    assert_eq!(of("1e400")["error"].as_str().map(|name| name.starts_with("eval.")), Some(true));
}

#[test]
fn a_fingerprint_leaves_itself_out() {
    let of = |profile: Value| ask_one("profile.fingerprint", &json!({ "profile": profile }))["out"]["fingerprint"].clone();
    let bare = of(json!({ "@pi_profile": "p", "meta": { "version": 1 } }));
    assert!(bare.as_str().is_some_and(|text| text.len() == 67 && text.starts_with("pi:")), "{bare}");
    assert_eq!(of(json!({ "@pi_profile": "p", "meta": { "fingerprint": "pi:0", "version": 1 } })), bare);
    assert_eq!(ask_one("profile.fingerprint", &json!({ "profile": "p" }))["error"], "eval.bad_input");
}

#[test]
fn hash_names_each_hash_for_what_it_is() {
    let workspace = lawful();
    workspace.write("x.json", "{ \"b\": 1, \"a\": 2 }");
    let report = workspace.lint(&["hash", "--format", "json", "payload/a.txt", "x.json"]).json();
    assert_eq!(report["files"][0]["path"], "payload/a.txt");
    assert_eq!(report["files"][0]["stored_bytes_sha256"], ABC);
    assert_eq!(report["files"][0].get("canonical_json_sha256"), None);
    let canonical = ask_one("hash.sha256", &json!({ "text": "{\"a\":2,\"b\":1}" }))["out"]["sha256"].clone();
    assert_eq!(report["files"][1]["canonical_json_sha256"], canonical);
    let text = workspace.lint(&["hash", "payload/a.txt"]).stdout;
    assert!(text.contains(ABC) && text.contains("stored bytes"), "{text}");
}

#[test]
fn canon_prints_the_canonical_text_and_nothing_else() {
    let workspace =
        Workspace::new(&[("x.json", "{ \"b\": 1.50, \"a\": \"\\u00f6\" }\n"), ("x.svg", "<svg/>"), ("bad.json", "{\"a\":1,\"a\":2}")]);
    let run = workspace.lint(&["canon", "x.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "{\"a\":\"ö\",\"b\":1.5}"));
    let report = workspace.lint(&["canon", "x.json", "--format", "json"]).json();
    assert_eq!(report["canonical"], "{\"a\":\"ö\",\"b\":1.5}");
    for file in ["x.svg", "bad.json"] {
        let run = workspace.lint(&["canon", file]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.lines().count()), (2, "", 1), "{file}: {}", run.stderr);
    }
}

#[test]
fn rules_explain_themselves() {
    let workspace = lawful();
    let page = workspace.lint(&["rule", "object/payload-hash"]);
    assert_eq!(page.code, 0, "{}", page.stderr);
    assert!(page.stdout.starts_with("# object/payload-hash\n"), "{}", page.stdout);
    assert!(workspace.lint(&["rule", "object/payload-hsh"]).stderr.contains("did you mean `object/payload-hash`?"));
    let all = workspace.lint(&["rule", "--format", "json"]).json();
    assert!(all["rules"].as_array().is_some_and(|rules| rules.iter().any(|rule| rule["name"] == "object/payload-hash")));
    assert!(workspace.lint(&["rule"]).stdout.contains("object/payload-hash"));
}

#[test]
fn schemas_are_printed_by_kind() {
    let workspace = lawful();
    let schema = workspace.lint(&["schema", "object.v1"]).json();
    assert_eq!(schema["$id"], "object://schema/object.v1");
    assert!(workspace.lint(&["schema"]).stdout.contains("object.v1"));
    assert!(workspace.lint(&["schema", "--format", "json"]).json()["kinds"].is_array());
}

#[test]
fn init_writes_a_configuration_that_is_lawful_and_never_overwrites_one() {
    let workspace = lawful();
    std::fs::remove_file(workspace.root().join("mx2lm.toml")).expect("our own file");
    assert_eq!(workspace.lint(&["init"]).code, 0);
    let run = workspace.lint(&["--strict"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    workspace.write("mx2lm.toml", "strict = true\n");
    assert_eq!(workspace.lint(&["init"]).code, 2);
    assert_eq!(workspace.read("mx2lm.toml"), "strict = true\n");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = run_in(&std::env::temp_dir(), &["completions", shell], b"");
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("canon"), "{shell}");
    }
}

#[test]
fn the_examples_in_a_new_configuration_can_be_used_as_they_are() {
    let workspace = lawful();
    std::fs::remove_file(workspace.root().join("mx2lm.toml")).expect("our own file");
    assert_eq!(workspace.lint(&["init"]).code, 0);
    let template = workspace.read("mx2lm.toml");
    // A setting is `# name = …` or `# [table]`; a sentence is not.
    let is_setting = |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(name, _)| !name.contains(' '));
    let used: Vec<&str> = template.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line)).collect();
    assert!(used.contains(&"strict = true") && used.contains(&"[[suppress]]"), "{used:?}");
    workspace.write("mx2lm.toml", used.join("\n"));
    let run = workspace.lint(&[]);
    assert_ne!(run.code, 2, "{}", run.stderr);
    assert!(!run.stdout.contains("config/unknown"), "{}", run.stdout);
}
