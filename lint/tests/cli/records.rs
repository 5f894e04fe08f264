//! Questions about records, the mapping layer and clusters.

use serde_json::{Value, json};

use crate::run_in;

/// The answers to questions, each the function and its input.
pub fn answers(questions: &[(&str, Value)]) -> Vec<Value> {
    let lines: String = questions.iter().map(|(name, input)| format!("{}\n", json!({ "fn": name, "in": input }))).collect();
    let run = run_in(&std::env::temp_dir(), &["eval"], lines.as_bytes());
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

// rows: A006 A011 A016 A018
#[test]
fn a_tensor_goes_into_its_record_and_comes_out() {
    let told = answers(&[
        ("record.quantise", json!({ "width": "ternary", "numbers": [0.9, -0.1, -3], "threshold": 0.5 })),
        ("record.tensor_encode", json!({ "width": "ternary", "shape": [3], "values": [1, 0, -1] })),
        ("record.tensor_encode", json!({ "width": "binary", "shape": [2], "values": [1] })),
        ("record.tensor_decode", json!({ "hex": "534358513254" })),
        ("record.tensor_decode", json!({ "hex": "5" })),
    ]);
    assert_eq!(told[0]["out"]["values"], json!([1, 0, -1]));
    let hex = &told[1]["out"]["hex"];
    let back = answers(&[("record.tensor_decode", json!({ "hex": hex }))]);
    assert_eq!(back[0]["out"]["values"], json!([1, 0, -1]));
    assert_eq!(back[0]["out"]["entanglement"], told[1]["out"]["entanglement"]);
    let errors: Vec<&Value> = told[2..].iter().map(|told| &told["error"]).collect();
    assert_eq!(errors, ["eval.refused", "load_error.malformed_envelope", "eval.bad_input"]);
}

// rows: A043 A045 A046 A050
#[test]
fn micronauts_meet_in_lanes() {
    let told = answers(&[
        ("record.micronaut_encode", json!({ "domain": "routing", "signals": ["00ff"] })),
        ("record.micronaut_encode", json!({ "domain": "ui/css", "signals": [] })),
        ("record.micronaut_encode", json!({ "domain": "weather", "signals": [] })),
    ]);
    let records: Vec<&Value> = told[..2].iter().map(|told| &told["out"]["hex"]).collect();
    assert_eq!(told[0]["out"]["lane"], "EDGE");
    assert_eq!(told[2]["error"], "eval.refused");
    let told = answers(&[("record.assemble", json!({ "records": records })), ("record.micronaut_decode", json!({ "hex": records[0] }))]);
    assert_eq!(told[0]["out"]["lanes"], json!({ "DICT": [], "FIELD": [], "LANE": [], "EDGE": ["00ff"], "QUANTUM": [] }));
    assert_eq!(told[1]["out"]["domain"], "routing");
}

// rows: A019 A020 A021 A022 A023
#[test]
fn the_mapping_layer_is_reversible_where_the_law_says_so_and_silent_where_it_says_nothing() {
    let told = answers(&[
        ("kuhul.map", json!({ "operation": "Encrypt", "hex": "00010203", "seed": "aa", "bound": 9 })),
        ("kuhul.map", json!({ "operation": "Compress", "hex": "000102", "factor": 2 })),
        ("kuhul.map", json!({ "operation": "Rotate", "hex": "00" })),
        ("kuhul.map", json!({ "operation": "Encrypt", "hex": "00", "bound": 256 })),
    ]);
    let back = answers(&[("kuhul.map", json!({ "operation": "Decrypt", "hex": told[0]["out"]["hex"], "seed": "aa", "bound": 9 }))]);
    assert_eq!(back[0]["out"]["hex"], "00010203");
    assert_eq!(told[1]["out"]["hex"], "0002");
    assert_eq!((&told[2]["error"], &told[3]["error"]), (&json!("eval.refused"), &json!("eval.bad_input")));
}

// rows: B371 B375
#[test]
fn a_payload_is_told_by_its_head() {
    let told = answers(&[
        ("scxq2.detect", json!({ "hex": "534358513253000105001200000033010000" })),
        ("scxq2.detect", json!({ "hex": "3c737667" })),
    ]);
    let envelope = json!({ "version": 256, "lane_count": 5, "toc_offset": 18, "total_size": 307 });
    assert_eq!(told[0]["out"], json!({ "format": "scxq2-svg", "envelope": envelope }));
    assert_eq!(told[1]["out"], json!({ "format": "svg-canonical" }));
}

// rows: A352 A360 A425 A426 A427
#[test]
fn a_retrieval_index_goes_into_its_container_and_comes_out() {
    let nodes = json!([{ "symbol": "a", "x": 0.5, "y": 1, "phase": 0.25, "weight": 2 }, { "symbol": "π", "x": -3, "y": 0, "phase": 0, "weight": 0 }]);
    let field = json!({ "b": 1, "a": [true] });
    let told = answers(&[("record.index", json!({ "nodes": nodes, "edges": [[1, 0], [0, 1]], "field": field }))]);
    let hex = told[0]["out"]["hex"].as_str().expect("a container").to_owned();
    // {"a":[true],"b":1} with its members in another order: as many bytes, and not canonical
    let canonical = "7b2261223a5b747275655d2c2262223a317d";
    let turned = "7b2262223a312c2261223a5b747275655d7d";
    assert!(hex.contains(canonical), "{hex}");
    let back = answers(&[
        ("record.index_decode", json!({ "hex": hex })),
        ("record.index_decode", json!({ "hex": hex.replace(canonical, turned) })),
        ("record.index_decode", json!({ "hex": hex[..hex.len() - 2] })),
        ("record.index_decode", json!({ "hex": hex.replacen("44", "45", 1) })),
        ("record.index", json!({ "nodes": [], "edges": [], "field": 7 })),
    ]);
    assert_eq!(
        (&back[0]["out"]["nodes"], &back[0]["out"]["field"]),
        (
            &json!([
                { "symbol": "a", "x": 0.5, "y": 1.0, "phase": 0.25, "weight": 2.0 }, { "symbol": "π", "x": -3.0, "y": 0.0, "phase": 0.0, "weight": 0.0 }
            ]),
            &field
        )
    );
    assert_eq!(back[0]["out"]["edges"], json!([[0, 1], [1, 0]]));
    assert_eq!(back[0]["out"]["index_hash"], told[0]["out"]["index_hash"]);
    let errors: Vec<&Value> = back[1..].iter().map(|told| &told["error"]).collect();
    assert_eq!(errors, ["load_error.malformed_envelope", "load_error.malformed_envelope", "load_error.missing_lane", "eval.bad_input"]);
}

// rows: B245 B250
#[test]
fn a_cluster_is_the_same_in_any_order() {
    let svg = |id: &str, width: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"{id}\" d=\"M0 0L1 0L1 1\" stroke-width=\"{width}\"/></svg>")
    };
    let a = json!({ "id": "object://svg/a", "svg": svg("p", "0.5"), "weight": 0.25 });
    let b = json!({ "id": "object://svg/b", "svg": svg("p", "1"), "weight": 0.75 });
    let c = json!({ "id": "object://svg/c", "svg": svg("q", "1") });
    let ask = |rule: &str, members: Value| ("tensor.merge", json!({ "merge_rule": rule, "members": members }));
    let told = answers(&[
        ask("weighted-sum", json!([a, b])),
        ask("weighted-sum", json!([b, a])),
        ask("min", json!([b, a])),
        ask("union", json!([a, c])),
        ask("union", json!([a, b])),
        ask("average", json!([a])),
        ask("max", json!([{ "id": "x", "svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>" }])),
    ]);
    assert_eq!(told[0], told[1]);
    let values = |told: &Value| told["out"]["edges"].as_array().expect("edges").iter().map(|edge| edge[2].clone()).collect::<Vec<_>>();
    // lengths and all else are 1: the value of an edge is its stroke width
    assert_eq!(values(&told[0]), [57_344, 57_344]);
    assert_eq!(values(&told[2]), [32_768, 32_768]);
    assert_eq!(told[3]["out"]["points"], 6);
    let errors: Vec<&Value> = told[4..].iter().map(|told| &told["error"]).collect();
    assert_eq!(errors, ["eval.refused", "verification_error.invariant_violation", "verification_error.illegal_tensor"]);
}

/// Where there is no device there is no artifact, and where there is one the kernel runs on it.
// rows: B225
#[test]
fn without_a_device_there_is_no_proof() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0L1 0L1 1\" stroke-width=\"0.5\"/></svg>";
    let workspace = crate::Workspace::new(&[("a.svg", svg)]);
    let run = workspace.lint(&["tensor", "proof", "a.svg", "--steps", "2"]);
    if run.stderr.contains("computed on ") {
        assert_eq!((run.code, &run.json()["status"]), (0, &json!("pass")));
    } else {
        assert_eq!((run.code, &*run.stdout), (2, ""));
        assert!(run.stderr.contains("there is no proof"), "{}", run.stderr);
    }
}

// rows: B220 B221 B222 B227 B228
#[test]
fn a_proof_compares_byte_for_byte_and_passes_nothing_that_was_not_compared() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0L1 0L1 1\" stroke-width=\"0.5\"/></svg>";
    let workspace = crate::Workspace::new(&[("a.svg", svg)]);
    let buffer = |words: [u32; 3]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    // 1 at the root, a half at the next, a quarter at the last
    workspace.write("true.bin", buffer([65_536, 32_768, 16_384]));
    workspace.write("false.bin", buffer([65_536, 32_768, 16_385]));
    let run = workspace.lint(&["tensor", "proof", "a.svg", "--steps", "2", "--gpu", "true.bin"]);
    assert_eq!((run.code, &run.json()["status"], &run.json()["dispatch"]["steps"]), (0, &json!("pass"), &json!(2)));
    assert_eq!(run.json()["cpu_hash"], run.json()["gpu_hash"]);
    let run = workspace.lint(&["tensor", "proof", "a.svg", "--steps", "2", "--gpu", "false.bin"]);
    assert_eq!((run.code, &run.json()["status"]), (1, &json!("fail")));
    assert!(run.stderr.contains("non-conformant implementation"));
    assert_eq!(workspace.lint(&["tensor", "proof", "a.svg", "--steps", "2", "--gpu", "none.bin"]).code, 2);
}
