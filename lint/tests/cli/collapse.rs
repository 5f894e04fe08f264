//! The commands that collapse, explain, rank and normalise.

use serde_json::{Value, json};

use crate::{Workspace, run_in};

const LEAF: &str = r#"{"meta": {"name": "near", "version": "1.0.0", "authority": "atlas"}, "vectorizer": {"method": "topological", "parameters": {}, "epsilon": 0.1745329}, "weights": {"superposition": []}}"#;
const WIDE: &str = r#"{"meta": {"name": "wide", "version": "1.0.0", "authority": "atlas"}, "vectorizer": {"method": "topological", "parameters": {}, "epsilon": 2.5}, "weights": {"superposition": []}}"#;
const TOP: &str = r#"{"meta": {"name": "both", "version": "1.0.0", "authority": "atlas"}, "vectorizer": {"method": "topological", "parameters": {}}, "weights": {"superposition": [{"profile": "near", "weight": 0.75}, {"profile": "wide", "weight": 0.25}]}}"#;
const VECTORS: &str = r#"{"documents": [
  {"id": "same", "vecA": [[1, 0], [2, 0]], "vecB": [[1, 0], [1, 0]]},
  {"id": "up", "vecA": [[0, 1]], "vecB": [[0, 3]]},
  {"id": "back", "vecA": [[-1, 0]], "vecB": [[-2, 0]]},
  {"id": "across", "vecA": [[-1, 0]], "vecB": [[0, 1]]}]}"#;

fn workspace() -> Workspace {
    Workspace::new(&[
        ("near.pi-profile.json", LEAF),
        ("profiles/wide.pi-profile.json", WIDE),
        ("profiles/deep/both.pi-profile.json", TOP),
        ("vectors.json", VECTORS),
    ])
}

// rows: A192 A235 A331 A436
#[test]
fn documents_are_ranked_by_score_and_id() {
    let answer = workspace().lint(&["collapse", "near.pi-profile.json", "--against", "vectors.json", "--format", "json"]).json();
    let rows: Vec<(&str, f64)> =
        answer["results"].as_array().unwrap().iter().map(|row| (row["id"].as_str().unwrap(), row["score"].as_f64().unwrap())).collect();
    assert_eq!(rows, [("same", 1.0), ("across", 0.0), ("up", 0.0), ("back", -1.0)]);
    assert_eq!(answer["results"][0]["aligned"], json!([2]));
    assert_eq!(answer["thresholds"][0]["bits"], "3fef838b8eda851c");
    let top = workspace().lint(&["collapse", "near.pi-profile.json", "--against", "vectors.json", "--format", "json", "--top", "1"]).json();
    assert_eq!(top["results"].as_array().unwrap().len(), 1);
}

// rows: A363 A431 C514
#[test]
fn a_superposition_finds_its_profiles_in_the_workspace_and_adds_them() {
    let workspace = workspace();
    let path = "profiles/deep/both.pi-profile.json";
    let answer = workspace.lint(&["collapse", path, "--against", "vectors.json", "--format", "json"]).json();
    let score = |id: &str| answer["results"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()["score"].as_f64().unwrap();
    // `near` gives 0 and `wide` −1: 0.75·0 + 0.25·(−1).
    assert_eq!((score("across"), score("same"), score("back")), (-0.25, 1.0, -1.0));
    let words = workspace.lint(&["profile", "explain", path, "--against", "vectors.json"]);
    let across: Vec<&str> = words.stdout.split("`across`").nth(1).unwrap().lines().collect();
    let first = across.iter().position(|line| line.contains("`wide`: its score")).unwrap();
    let second = across.iter().position(|line| line.contains("`near`: its score")).unwrap();
    assert!(first < second, "the largest part first:\n{}", words.stdout);
}

#[test]
fn a_profile_that_contains_itself_or_names_nobody_is_refused() {
    let workspace = workspace();
    workspace.write("a.pi-profile.json", TOP.replace("\"both\"", "\"a\"").replace("\"near\"", "\"b\""));
    workspace.write("b.pi-profile.json", TOP.replace("\"both\"", "\"b\"").replace("\"near\"", "\"a\""));
    let run = workspace.lint(&["collapse", "a.pi-profile.json", "--against", "vectors.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a → b → a"), "{}", run.stderr);
    workspace.write("c.pi-profile.json", TOP.replace("\"near\"", "\"nobody\""));
    let run = workspace.lint(&["collapse", "c.pi-profile.json", "--against", "vectors.json"]);
    assert!(run.code == 2 && run.stderr.contains("`nobody`"), "{}", run.stderr);
}

// rows: C519
#[test]
fn a_circle_of_many_profiles_is_told_on_each_of_them_in_few_words() {
    let workspace = Workspace::new(&[]);
    for at in 0..200 {
        let text = TOP.replace("\"both\"", &format!("\"p{at}\"")).replace("\"near\"", &format!("\"p{}\"", (at + 1) % 200));
        workspace.write(&format!("{at}.pi-profile.json"), text.replace("\"wide\"", &format!("\"p{}\"", (at + 7) % 200)));
    }
    let circles: Vec<Value> = workspace.findings(&["."]).into_iter().filter(|one| one["rule"] == "collapse/profile-cycle").collect();
    assert_eq!(circles.len(), 400, "each profile has two parts, and both lead back");
    let first = circles.iter().find(|one| one["path"] == "0.pi-profile.json").unwrap();
    let message = first["message"].as_str().unwrap();
    assert!(message.starts_with("the profile `p0` contains itself through `p1` → ") && message.contains(" more: its score"), "{message}");
    assert_eq!(first["related"].as_array().unwrap().len(), 8);
}

#[test]
fn bad_vectors_are_refused_with_their_place() {
    let workspace = workspace();
    for (text, place) in [
        (r#"{"vecA": [[1, 0], [1, 1]], "vecB": [[1, 0]]}"#, "2 vectors"),
        (r#"{"vecA": [[1, 0, 0]], "vecB": [[1, 0]]}"#, "/vecA/0"),
        (r#"{"vecA": [[1, 1e999]], "vecB": [[1, 0]]}"#, "/vecA/0/1"),
        (r#"{"vecA": [[1, "x"]], "vecB": [[1, 0]]}"#, "/vecA/0/1"),
        (r#"{"documents": [{"id": "a"}]}"#, "/documents/0"),
        (r#"{"vecA": [[1, 0]"#, "not JSON"),
        (r#"{"vecA": [[1, 0]], "vecA": [[0, 1]], "vecB": [[1, 0]]}"#, "`vecA` stands twice"),
        (r#"{"geometry": {"angles": [0, 7], "magnitudes": [1, 1]}}"#, "/geometry/angles/1"),
        ("[]", "its list is empty"),
    ] {
        workspace.write("bad.json", text);
        let run = workspace.lint(&["collapse", "near.pi-profile.json", "--against", "bad.json"]);
        assert!(run.code == 2 && run.stderr.contains(place), "{text}: {}", run.stderr);
    }
}

#[test]
fn a_payload_whose_hash_is_false_is_never_collapsed() {
    let workspace = workspace();
    let vectors = r#"{"vecA": [[1, 0]], "vecB": [[1, 0]]}"#;
    workspace.write("payload/v.json", vectors);
    let descriptor = |hash: &str| format!(r#"{{"id": "object://a/b", "hash": "{hash}", "payload": {{"location": "payload/v.json"}}}}"#);
    let hashes = workspace.lint(&["hash", "--format", "json", "payload/v.json"]).json();
    workspace.write("true.json", descriptor(hashes["files"][0]["stored_bytes_sha256"].as_str().unwrap()));
    workspace.write("false.json", descriptor(&format!("sha256:{}", "0".repeat(64))));
    let of = |file: &str| workspace.lint(&["collapse", "near.pi-profile.json", "--against", file]);
    assert_eq!(of("true.json").code, 0, "{}", of("true.json").stderr);
    let refused = of("false.json");
    assert!(refused.code == 2 && refused.stderr.contains("it is not collapsed"), "{}", refused.stderr);
}

// rows: A610
#[test]
fn a_payload_is_looked_for_in_the_whole_workspace_and_not_beyond() {
    let workspace = workspace();
    workspace.write("mx2lm.toml", "");
    workspace.write("payload/v.json", r#"{"vecA": [[1, 0]], "vecB": [[1, 0]]}"#);
    let hashes = workspace.lint(&["hash", "--format", "json", "payload/v.json"]).json();
    let hash = hashes["files"][0]["stored_bytes_sha256"].as_str().unwrap();
    let of = |location: &str| {
        let text = format!(r#"{{"id": "object://a/b", "hash": "{hash}", "payload": {{"location": "{location}"}}}}"#);
        workspace.write("objects/a.json", text);
        workspace.lint(&["collapse", "near.pi-profile.json", "--against", "objects/a.json"])
    };
    assert_eq!(of("../payload/v.json").code, 0, "{}", of("../payload/v.json").stderr);
    for (location, why) in [("../../v.json", "steps above"), ("/etc/passwd", "absolute"), ("stream://x", "a stream has no bytes")] {
        let run = of(location);
        assert!(run.code == 2 && run.stderr.contains(why), "{location}: {}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_workspace_is_not_opened() {
    let (workspace, outside) = (workspace(), workspace());
    workspace.write("mx2lm.toml", "");
    let target = outside.root().join("vectors.json");
    std::os::unix::fs::symlink(target, workspace.root().join("out.json")).unwrap();
    workspace.write("a.json", r#"{"id": "object://a/b", "hash": "sha256:00", "payload": {"location": "out.json"}}"#);
    let run = workspace.lint(&["collapse", "near.pi-profile.json", "--against", "a.json"]);
    assert!(run.code == 2 && run.stderr.contains("a link that leaves the workspace"), "{}", run.stderr);
}

/// A drawing gives the points that its pack holds, so both have one score to the bit.
#[test]
fn a_drawing_scores_as_its_pack_does() {
    let workspace = workspace();
    workspace.write("t.svg", r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L4 0L4 1L1 1"/><rect x="1" y="1" width="2" height="5" stroke-width="0.5"/></svg>"#);
    let packed = workspace.lint(&["scxq2", "encode", "t.svg", "--output", "t.scxq2"]);
    assert_eq!(packed.code, 0, "{}", packed.stderr);
    let bits = |file: &str| {
        let run = workspace.lint(&["collapse", "near.pi-profile.json", "--against", file, "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.json()["results"][0].clone()
    };
    assert_eq!(bits("t.svg"), bits("t.scxq2"));
    workspace.write("no.svg", r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L4 0"/><path d="M9 9L8 8"/></svg>"#);
    let run = workspace.lint(&["collapse", "near.pi-profile.json", "--against", "no.svg"]);
    assert!(run.code == 2 && run.stderr.contains("is no tensor") && run.stderr.contains("2 pieces"), "{}", run.stderr);
}

// rows: A356
#[test]
fn the_places_of_a_container_are_widened_and_a_claim_of_a_billion_nodes_is_refused() {
    let workspace = workspace();
    let nodes =
        br#"{"fn": "record.index", "in": {"nodes": [{"symbol": "a", "x": 0.1, "y": 0}, {"symbol": "b", "x": 3, "y": 0.3}], "edges": []}}"#;
    let answer = run_in(workspace.root(), &["eval"], nodes).json();
    let hex = answer["out"]["hex"].as_str().unwrap();
    let mut bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    workspace.write("index.bin", &bytes);
    let widened = f64::from(0.3_f32);
    workspace.write("same.json", format!(r#"{{"vectors": [[{}, 0], [3, {widened}]]}}"#, f64::from(0.1_f32)));
    let of = |file: &str| workspace.lint(&["collapse", "near.pi-profile.json", "--against", file, "--format", "json"]);
    let (container, plain) = (of("index.bin").json(), of("same.json").json());
    assert_eq!((&container["results"][0]["bits"], &container["results"][0]["pairs"]), (&plain["results"][0]["bits"], &json!(2)));
    bytes[8..12].copy_from_slice(&1_000_000_000_u32.to_le_bytes());
    workspace.write("index.bin", &bytes);
    assert!(of("index.bin").code == 2 && of("index.bin").stderr.contains("1000000000 nodes"), "{}", of("index.bin").stderr);
}

#[test]
fn a_pack_that_breaks_off_or_claims_a_billion_rows_is_refused_at_once() {
    let workspace = workspace();
    let mut bytes = b"SCXQ2S\x01\x00\x05\x00".to_vec();
    bytes.extend([0xff; 80]);
    for bytes in [&bytes[..], &bytes[..12], b"SCXQ2S"] {
        workspace.write("bad.scxq2", bytes);
        let run = workspace.lint(&["collapse", "near.pi-profile.json", "--against", "bad.scxq2"]);
        assert_eq!(run.code, 2, "{}", run.stdout);
    }
}

#[test]
fn a_receipt_can_be_computed_again_and_every_lie_in_it_is_found() {
    let workspace = workspace();
    let path = "profiles/deep/both.pi-profile.json";
    let run = workspace.lint(&["collapse", path, "--against", "vectors.json", "--receipt", "profiles/r.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let verify = || workspace.lint(&["collapse", "verify", "profiles/r.json"]);
    assert_eq!(verify().code, 0, "{}{}", verify().stdout, verify().stderr);
    let receipt: Value = serde_json::from_str(&workspace.read("profiles/r.json")).unwrap();
    assert_eq!(receipt["profiles"][0]["path"], "deep/both.pi-profile.json");
    let found = |change: &dyn Fn(&mut Value)| {
        let mut changed = receipt.clone();
        change(&mut changed);
        // With a true hash of its own, so that only the lie is left.
        let bare = {
            changed.as_object_mut().unwrap().remove("hash");
            changed.clone()
        };
        workspace.write("bare.json", bare.to_string());
        let own = workspace.lint(&["canon", "--format", "json", "bare.json"]).json();
        changed["hash"] = own["sha256"].clone();
        workspace.write("profiles/r.json", changed.to_string());
        let run = verify();
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        run.stdout
    };
    assert!(found(&|receipt| receipt["scores"][1]["bits"] = json!("0000000000000001")).contains("/scores/1"));
    assert!(found(&|receipt| receipt["profiles"][1]["fingerprint"] = json!("pi:00")).contains("pi:00"));
    assert!(found(&|receipt| receipt["inputs"][0]["sha256"] = json!("sha256:00")).contains("vectors.json"));
    assert!(found(&|receipt| receipt["scores"][1]["score"] = json!(0.25)).contains("/scores/1/score"));
    assert!(found(&|receipt| receipt["scores"][0]["id"] = json!("up")).contains("speaks of"));
    assert!(found(&|receipt| receipt["scores"] = json!([])).contains("/scores"));
    assert!(found(&|receipt| receipt["profiles"][0]["name"] = json!("near")).contains("/profiles"));
    assert!(found(&|receipt| { receipt["profiles"].as_array_mut().unwrap().truncate(1) }).contains("/profiles"));
    assert!(found(&|receipt| receipt["inputs"] = json!([])).contains("/inputs"));
    assert!(found(&|receipt| receipt["thresholds"][0]["bits"] = json!("3fef838b8eda851d")).contains("/thresholds/0/bits"));
    assert!(found(&|receipt| receipt["thresholds"][0]["epsilon"] = json!(0.17)).contains("/thresholds/0/epsilon"));
    assert!(found(&|receipt| receipt["thresholds"][1]["value"] = Value::Null).contains("/thresholds/1/value"));
    assert!(found(&|receipt| { receipt["thresholds"].as_array_mut().unwrap().truncate(1) }).contains("/thresholds"));
    // The canonical form spells 1.0 as 1, and the receipt stays the same.
    workspace.write("whole.json", receipt.to_string());
    workspace.write("profiles/r.json", workspace.lint(&["canon", "whole.json"]).stdout);
    assert_eq!(verify().code, 0, "{}{}", verify().stdout, verify().stderr);
    for member in ["thresholds", "scores", "device", "against", "inputs", "profiles", "query"] {
        let mut less = receipt.clone();
        less.as_object_mut().unwrap().remove(member);
        workspace.write("profiles/r.json", less.to_string());
        assert_ne!(verify().code, 0, "a receipt without `{member}`");
    }
    workspace.write("profiles/r.json", receipt.to_string().replace("\"same\"", "\"other\""));
    assert!(verify().stdout.contains("the receipt was changed"));
}

#[test]
fn nothing_that_is_read_is_written_over() {
    let workspace = workspace();
    for (option, file) in [("--receipt", "near.pi-profile.json"), ("--receipt", "./vectors.json"), ("--plot", "v.svg")] {
        workspace.write("v.svg", r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L4 0"/></svg>"#);
        let before = workspace.read(file);
        let run = workspace.lint(&["collapse", "near.pi-profile.json", "--against", "vectors.json", "v.svg", option, file]);
        assert!(run.code == 2 && run.stderr.contains("would be written over"), "{option} {file}: {}", run.stderr);
        assert_eq!(workspace.read(file), before);
    }
    let run = workspace.lint(&["collapse", "near.pi-profile.json", "--against", "vectors.json", "--receipt", "p.svg", "--plot", "p.svg"]);
    assert!(run.code == 2 && run.stderr.contains("name two files"), "{}", run.stderr);
}

// rows: C483
#[test]
fn a_name_that_two_profiles_have_is_ambiguous() {
    let workspace = workspace();
    let collapse = || workspace.lint(&["collapse", "profiles/deep/both.pi-profile.json", "--against", "vectors.json"]);
    workspace.write("copy/near.pi-profile.json", LEAF);
    assert_eq!(collapse().code, 0, "a copy is the same profile");
    workspace.write("inner/mx2lm.toml", "");
    workspace.write("inner/near.pi-profile.json", LEAF.replace("0.1745329", "1"));
    assert_eq!(collapse().code, 0, "another workspace's profile is none of this one");
    workspace.write("copy/near.pi-profile.json", LEAF.replace("0.1745329", "1"));
    assert!(collapse().code == 2 && collapse().stderr.contains("`near` is ambiguous"), "{}", collapse().stderr);
}

#[test]
fn the_picture_is_drawn_as_its_name_says() {
    let workspace = workspace();
    let draw = |file: &str| workspace.lint(&["collapse", "near.pi-profile.json", "--against", "vectors.json", "--plot", file]);
    assert_eq!(draw("p.svg").code, 0);
    let svg = workspace.read("p.svg");
    assert!(svg.starts_with("<svg ") && svg.contains("near: 4 documents") && svg.contains("2 of 2 vectors within"), "{svg}");
    assert_eq!(draw("p.gif").code, 2);
}

#[test]
fn a_device_that_cannot_be_had_is_told_and_the_processor_answers() {
    let run = workspace().lint(&["collapse", "near.pi-profile.json", "--against", "vectors.json", "--device", "gpu", "--format", "json"]);
    assert_eq!(run.code, 0);
    let answer = run.json();
    assert_eq!(answer["results"][0]["score"], 1.0);
    assert_eq!(answer["fallback"].is_null(), run.stderr.is_empty(), "{}", run.stderr);
}

// rows: C467 C509 C522
#[test]
fn fingerprints_are_those_of_what_is_computed_and_a_false_one_counts() {
    let workspace = workspace();
    let of = |path: &str| workspace.lint(&["profile", "fingerprint", path]);
    let honest = of("near.pi-profile.json");
    assert!(honest.code == 0 && honest.stdout.starts_with("pi:"), "{}", honest.stdout);
    workspace.write("stale.json", LEAF.replace("\"authority\"", "\"fingerprint\": \"pi:0\", \"authority\""));
    let stale = of("stale.json");
    assert_eq!((stale.code, &stale.stdout[..67]), (1, &honest.stdout[..67]));
}

// rows: C455 C467 C518
#[test]
fn a_fingerprint_that_is_wanting_is_written_and_a_schema_in_a_closed_root_is_taken_out() {
    let workspace = Workspace::new(&[("near.pi-profile.json", LEAF)]);
    let fix = |option: &str| workspace.lint(&["fix", option, "near.pi-profile.json"]);
    assert_eq!(fix("--hashes").code, 0, "{}", fix("--hashes").stdout);
    let own = workspace.lint(&["profile", "fingerprint", "near.pi-profile.json"]).stdout[..67].to_owned();
    let sealed = LEAF.replace(r#""authority": "atlas"}"#, &format!(r#""authority": "atlas", "fingerprint": "{own}"}}"#));
    assert_eq!(workspace.read("near.pi-profile.json"), sealed);
    for (from, to) in
        [("{\"meta\"", "{\"$schema\": \"https://example.org/p\", \"meta\""), ("[]}}", "[]}, \"$schema\": \"https://example.org/p\"}")]
    {
        workspace.write("near.pi-profile.json", LEAF.replace(from, to));
        assert_eq!(workspace.lint(&["near.pi-profile.json"]).code, 1);
        assert_eq!(fix("--unsafe").code, 0, "{}", fix("--unsafe").stdout);
        assert_eq!(workspace.read("near.pi-profile.json"), LEAF);
    }
}

#[test]
fn two_profiles_are_compared_by_what_they_compute() {
    let workspace = workspace();
    let run = workspace.lint(&["profile", "compare", "near.pi-profile.json", "profiles/wide.pi-profile.json", "--against", "vectors.json"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("epsilon: 0.1745329 in the first, 2.5 in the second"), "{}", run.stdout);
    assert_eq!(workspace.lint(&["profile", "compare", "near.pi-profile.json", "near.pi-profile.json"]).code, 0);
}

// rows: A309 C509
#[test]
fn a_fingerprint_is_no_computation_and_a_difference_of_words_is_none_of_scores() {
    let workspace = workspace();
    workspace.write("k.json", r#"{"@pi_profile": "k.v1", "epsilon": 0.1745329, "suppress_k": 0.25, "rotation": 0.5}"#);
    let turned = workspace.lint(&["profile", "fingerprint", "k.json", "near.pi-profile.json"]);
    assert!(turned.code == 0 && turned.stdout.lines().count() == 2, "{}{}", turned.stdout, turned.stderr);
    assert_eq!(workspace.lint(&["collapse", "k.json", "--against", "vectors.json"]).code, 2);
    workspace.write("twin.json", LEAF.replace("atlas", "other"));
    let twins = workspace.lint(&["profile", "compare", "near.pi-profile.json", "twin.json"]);
    assert!(twins.code == 0 && twins.stdout.contains("their fingerprints differ"), "{}", twins.stdout);
}

// rows: C552 C553 C554 C555
#[test]
fn signals_are_checked_and_normalised_in_place() {
    let workspace = workspace();
    let signal = "{\"@type\": \"pi.signal.v1\",\n \"geometry\": {\"angles\": [1.448, -1.45, 0.12, 0.77], \"magnitudes\": [0.58, 0.58, 0.58, 0.58]}}\n";
    workspace.write("s.json", signal);
    let check = workspace.lint(&["signal", "check", "s.json"]);
    assert!(
        check.code == 1 && check.stdout.contains("/geometry/angles/1") && check.stdout.contains("4.833185307179586"),
        "{}",
        check.stdout
    );
    let normal = workspace.lint(&["signal", "normalize", "s.json"]);
    assert_eq!(normal.stdout, signal.replace("-1.45", "4.833185307179586"));
    workspace.write("s.json", &normal.stdout);
    assert_eq!(workspace.lint(&["signal", "check", "s.json"]).code, 0);
    workspace.write("t.json", r#"{"angles": [1], "magnitudes": [-1, 2]}"#);
    let faults = workspace.lint(&["signal", "check", "t.json", "--format", "json"]).json();
    assert_eq!(faults["faults"].as_array().unwrap().len(), 2);
}

// rows: C572 C573
#[test]
fn two_runs_of_an_adapter_on_one_input_give_one_signal() {
    let workspace = workspace();
    let signal = |angle: &str, version: &str| {
        format!(
            r#"{{"@type": "pi.signal.v1", "geometry": {{"angles": [{angle}], "magnitudes": [1]}}, "provenance": {{"adapter": "gguf", "adapter_version": "{version}"}}}}"#
        )
    };
    let check = |one: String, other: String| {
        workspace.write("one.json", one);
        workspace.write("other.json", other);
        workspace.lint(&["signal", "check", "--same-input", "one.json", "other.json"])
    };
    assert_eq!(check(signal("0.5", "1"), signal("5e-1", "1")).code, 0, "the spelling of a number is no part of it");
    let moved = check(signal("0.5", "1"), signal("0.5000000000000001", "1"));
    assert!(
        moved.code == 1 && moved.stdout.contains("/geometry/angles") && moved.stdout.contains("adapter is non-conformant"),
        "{}",
        moved.stdout
    );
    assert_eq!(check(signal("0.5", "1"), signal("0.6", "2")).code, 2, "another version may answer otherwise");
    assert_eq!(workspace.lint(&["signal", "check", "one.json", "other.json"]).code, 0);
}

// rows: A206 A218 A228 A321
#[test]
fn a_request_is_answered_from_units_whose_hash_is_true() {
    let unit = |id: &str, hash: &str, gram: &str| {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" tensor="semantic.index.v1" data-doc-id="{id}" data-hash="{hash}"><g id="ngrams" space="lexical"><path id="ng_{gram}" d="M0,0 L3,0" weight="3" freq="1"/></g></svg>"#
        )
    };
    // One path that begins at the origin: two f32 zeros.
    let hash = "sha256:af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc";
    let workspace = workspace();
    workspace.write("a.svg", unit("doc_a", hash, "ab"));
    workspace.write("b.svg", unit("doc_b", hash, "zz"));
    workspace.write("q.json", r#"{"@object": "retrieve.semantic.v1", "query": {"text": "ab", "mode": "hybrid"}, "bias": {"pi": false, "alpha": 0.55, "beta": 0.35, "phase": 0.1}, "limit": 8}"#);
    let run = workspace.lint(&["retrieve", "q.json", "--against", "b.svg", "a.svg", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let answer = run.json();
    assert_eq!(answer["results"][0]["doc_id"], "doc_a");
    assert_eq!((&answer["results"][0]["score"], &answer["results"][1]["score"]), (&json!(0.35), &json!(0.0)));
    let lies = format!("sha256:{}", "1".repeat(64));
    workspace.write("b.svg", unit("doc_b", &lies, "zz"));
    assert_eq!(workspace.lint(&["retrieve", "q.json", "--against", "b.svg"]).code, 2);
    assert_eq!(workspace.lint(&["collapse", "near.pi-profile.json", "--against", "b.svg"]).code, 2);
}

// rows: A073 A208 A210 A219 A225 A228 A436
#[test]
fn a_query_has_the_n_grams_of_each_unit_and_a_unit_the_direction_of_its_paths() {
    let unit = |id: &str, paths: &str| {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" tensor="semantic.index.v1" data-doc-id="{id}"><g id="ngrams" space="lexical">{paths}</g></svg>"#
        )
    };
    let path = |gram: &str, data: &str| format!(r#"<path id="ng_{gram}" d="{data}" weight="3" freq="1"/>"#);
    let workspace = workspace();
    workspace.write("three.svg", unit("three", &[path("abc", "M0,0 L3,0"), path("bcd", "M0,1 L3,1")].concat()));
    workspace.write("up.svg", unit("up", &path("ab", "M5,5 l0,3")));
    let request = |text: &str, alpha: &str, limit: &str| {
        let text = format!(
            r#"{{"@object": "retrieve.semantic.v1", "query": {{"text": "{text}", "mode": "hybrid"}}, "bias": {{"pi": true, "alpha": {alpha}, "beta": 0.35, "phase": 0.1}}, "limit": {limit}}}"#
        );
        workspace.write("q.json", text);
        workspace.lint(&["retrieve", "q.json", "--against", "three.svg", "up.svg", "--format", "json"])
    };
    let answer = request("Abcd", "0.55", "8.0").json();
    let of = |id: &str| answer["results"].as_array().unwrap().iter().find(|one| one["doc_id"] == id).unwrap()["components"].clone();
    // `abc` and `bcd` are all the runs of three letters; of the three pairs `ab`, `bc`, `cd` one is shared.
    assert_eq!((&of("three")["ngram"], &of("three")["pi_phase"]), (&json!(0.35), &json!(0.1)));
    assert_eq!(of("up")["ngram"], json!(0.35 / 3.0));
    assert_eq!(of("up")["pi_phase"], json!(0.1 * 6.123233995736766e-17));
    assert_eq!(request("ab", "0.55", "1e30").code, 0);
    for (text, alpha, limit, place) in [("", "0.55", "1", "/query/text"), ("a", "-1", "1", "/bias/alpha"), ("a", "0.5", "0", "/limit")] {
        let run = request(text, alpha, limit);
        assert!(run.code == 2 && run.stderr.contains(place), "{place}: {}", run.stderr);
    }
    workspace.write("up.svg", unit("three", &path("ab", "M5,5 l0,3")));
    let twice = request("ab", "0.55", "8");
    assert!(twice.code == 2 && twice.stderr.contains("are both the document `three`"), "{}", twice.stderr);
}

// rows: A241 A242 A244 A246
#[test]
fn a_cache_key_is_that_of_text_bias_and_index_and_changes_with_each() {
    let hash = "sha256:af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc";
    let unit = |id: &str| {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" tensor="semantic.index.v1" data-doc-id="{id}" data-hash="{hash}"><g id="ngrams" space="lexical"><path id="ng_ab" d="M0,0 L3,0" weight="3" freq="1"/></g></svg>"#
        )
    };
    let workspace = workspace();
    workspace.write("a.svg", unit("doc_a"));
    workspace.write("b.svg", unit("doc_b"));
    let request = |text: &str, alpha: &str| {
        format!(
            r#"{{"@object": "retrieve.semantic.v1", "query": {{"text": "{text}", "mode": "hybrid"}}, "bias": {{"pi": true, "alpha": {alpha}, "beta": 0.35, "phase": 0.1}}}}"#
        )
    };
    let key = |request: &str, units: &[&str]| {
        workspace.write("q.json", request);
        let run = workspace.lint(&[&["retrieve", "q.json", "--against"], units].concat());
        let line = |name: &str| run.stdout.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        (line("cache key "), line("index "))
    };
    let (first, index) = key(&request("ab", "0.55"), &["a.svg"]);
    assert_eq!(index, hash, "the index of one unit is the hash of its geometry");
    let preimage = format!(r#"["ab",{{"alpha":0.55,"beta":0.35,"phase":0.1,"pi":true}},"{index}"]"#);
    workspace.write("preimage.json", &preimage);
    let wanted = workspace.lint(&["hash", "--format", "json", "preimage.json"]).json();
    assert_eq!(first, wanted["files"][0]["stored_bytes_sha256"].as_str().unwrap());
    let (grown, appended) = key(&request("ab", "0.55"), &["a.svg", "b.svg"]);
    assert!(grown != first && appended != index, "a unit more is another index");
    assert_ne!(key(&request("ac", "0.55"), &["a.svg"]).0, first);
    assert_ne!(key(&request("ab", "0.5500000001"), &["a.svg"]).0, first);
    assert_eq!(key(&request("ab", "0.55"), &["b.svg", "a.svg"]).0, grown, "the order they are named in is no part of it");
}

// rows: C575
#[test]
fn who_made_a_signal_changes_no_score() {
    let workspace = workspace();
    let bits = |provenance: &str| {
        let signal = format!(
            r#"{{"@type": "pi.signal.v1", "@version": "1.0", "geometry": {{"angles": [0.05, 1.0, 6.2], "magnitudes": [1, 2, 0.5]}}, "provenance": {provenance}}}"#
        );
        workspace.write("s.json", signal);
        let answer = workspace.lint(&["collapse", "near.pi-profile.json", "--against", "s.json", "--format", "json"]).json();
        answer["results"][0]["bits"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        bits(r#"{"adapter": "gguf", "deterministic": true}"#),
        bits(r#"{"adapter": "onnx", "adapter_version": "9.9.9", "deterministic": true}"#)
    );
}

/// The answers of this program to the questions of the conformance run.
fn own_answers() -> Vec<Value> {
    let workspace = workspace();
    let questions = workspace.lint(&["collapse", "conformance", "--questions"]).stdout;
    let run = run_in(workspace.root(), &["eval"], questions.as_bytes());
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("an answer")).collect()
}

/// How a runtime with these answers is judged: the exit code, and the report.
fn judged(answers: &[Value]) -> (i32, Value) {
    let workspace = workspace();
    let lines: String = answers.iter().map(|answer| format!("{answer}\n")).collect();
    workspace.write("answers.ndjson", lines);
    let run = workspace.lint(&["collapse", "conformance", "answers.ndjson", "--format", "json"]);
    (run.code, run.json())
}

fn holds(report: &Value, name: &str) -> bool {
    let component = report["components"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
    component["held"] == component["of"] && component["of"].as_u64() > Some(0)
}

// rows: A332 A333 A334 A335 A336 A337 A340 A382 A383 A384 A385
#[test]
fn a_runtime_is_compliant_when_all_four_components_hold() {
    let (code, report) = judged(&own_answers());
    assert_eq!((code, &report["levels"], &report["compliant"]), (0, &json!(["CORE", "FULL", "MIRROR"]), &json!(true)), "{report}");
    let own = workspace().lint(&["collapse", "conformance", "--format", "json"]);
    assert_eq!((own.code, &own.json()["compliant"]), (0, &json!(true)), "{}", own.stdout);
    assert_eq!(own.json()["components"].as_array().unwrap().len(), 4);
}

// rows: A338 A339 A340 A404
#[test]
fn one_false_answer_takes_the_levels_that_rest_on_it() {
    let answers = own_answers();
    let questions = workspace().lint(&["collapse", "conformance", "--questions"]).stdout;
    let at = |wanted: &str| questions.lines().position(|line| line.contains(wanted)).expect("a question");
    let spoiled = |at: usize, answer: Value| {
        let mut answers = answers.clone();
        answers[at] = answer;
        judged(&answers)
    };
    let second = |report: &Value| (holds(report, "conformance tests"), holds(report, "superposition algebra"));
    // κ forgotten: the single profile still holds
    let (code, report) = spoiled(at("superpose"), json!({"out": {"score": 0.5, "interfering": 0}}));
    assert_eq!((code, second(&report), &report["levels"]), (1, (true, false), &json!(["CORE", "MIRROR"])));
    let (code, report) = spoiled(at("record.index"), json!({"out": {"geometry_hash": "sha256:00", "index_hash": "sha256:00"}}));
    assert_eq!((code, holds(&report, "lane layout"), &report["levels"]), (1, false, &json!(["CORE", "MIRROR"])));
    // parity is 1e-6, and no further
    let last = answers.len() - 1;
    let score = answers[last]["out"]["score"].as_f64().unwrap();
    let near = |by: f64| json!({"out": {"score": score + by, "aligned": answers[last]["out"]["aligned"]}});
    assert_eq!(spoiled(last, near(0.9e-6)).0, 0);
    let (code, report) = spoiled(last, near(1.1e-6));
    assert_eq!((code, &report["compliant"], &report["levels"]), (1, &json!(false), &json!(["CORE", "FULL"])));
    // a runtime that fails a test of the core may do nothing; what is no number is no score
    for wrong in
        [json!({"out": {"score": null, "aligned": 1}}), json!({"error": "x"}), Value::Null, json!({"out": {"score": 1, "aligned": 0}})]
    {
        let (code, report) = spoiled(0, wrong);
        assert_eq!((code, &report["levels"]), (1, &json!([])), "{report}");
    }
    // another answer to the same question, within the tolerance
    let (_, report) = spoiled(1, json!({"out": {"score": 0.999_999_9, "aligned": 1}}));
    assert!(!holds(&report, "conformance tests"));
    assert_eq!(judged(&answers[..answers.len() - 1]).1["compliant"], false, "an answer is missing");
    let workspace = workspace();
    workspace.write("none.ndjson", "");
    let run = workspace.lint(&["collapse", "conformance", "none.ndjson"]);
    assert!(run.code == 1 && run.stdout.contains("non-compliant: it may neither execute nor emit"), "{}", run.stdout);
}
