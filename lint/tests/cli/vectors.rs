//! The oracle gives the recorded answer to every recorded question: `tests/vectors/*.ndjson`, and the independent ones of `tests/golden/`.

use std::path::Path;

use serde_json::Value;

use crate::run_in;

/// Whether an answer is the recorded one: numbers by their bits, `"error": ""` any error, members beyond the recorded ones allowed.
pub fn same(recorded: &Value, given: &Value) -> bool {
    match (recorded, given) {
        (Value::Number(one), Value::Number(other)) => one.as_f64().map(f64::to_bits) == other.as_f64().map(f64::to_bits),
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other)),
        (Value::Object(one), Value::Object(other)) => one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other))),
        _ => recorded == given,
    }
}

/// Asks every question of a file and compares the answers.
pub fn hold(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(file);
    let text = std::fs::read_to_string(&path).expect("recorded questions");
    // Plain functions are no questions of the oracle; `tests/tests/golden.rs` holds them.
    let text: String = text.lines().filter(|line| !line.contains("\"math.")).flat_map(|line| [line, "\n"]).collect();
    let run = run_in(&std::env::temp_dir(), &["eval"], text.as_bytes());
    let answers = run.stdout;
    let mut compared = 0;
    for (number, (line, answer)) in text.lines().zip(answers.lines()).enumerate() {
        let asked: Value = serde_json::from_str(line).expect("a question");
        let given: Value = serde_json::from_str(answer).expect("an answer");
        let holds = match asked.get("error").and_then(Value::as_str) {
            Some("") => given.get("error").is_some(),
            Some(name) => given["error"] == name,
            None => given.get("out").is_some_and(|out| same(&asked["out"], out)),
        };
        assert!(holds, "{file}:{}: {}\n  wanted {}\n  got    {answer}", number + 1, asked["in"], asked.get("out").unwrap_or(&Value::Null));
        compared += 1;
    }
    assert_eq!(compared, text.lines().count(), "an answer a question");
}

// rows: A341 A343 A345 A366 C605 C607 C510 C511
#[test]
fn the_vectors_of_collapse_hold() {
    hold("vectors/collapse.ndjson");
}

// rows: A337 A347 A348 A372 A399 A436 A437
#[test]
fn scores_thresholds_and_ranks_are_those_of_an_independent_reference() {
    hold("golden/collapse.ndjson");
}

// rows: B118 B138 B149 B157 B180 B202
#[test]
fn the_vectors_of_tensors_hold() {
    hold("vectors/tensor.ndjson");
}

// rows: B100 B131 B149 B151 B152 B153 B154 B155 B156 B158 B159 B160 B161 B163 B164 B165 B166 B167 B169 B177 B217 B226 B272 B273 B274 B275 B276
#[test]
fn drawings_become_what_an_independent_reference_makes_of_them() {
    hold("golden/tensor.ndjson");
}

// rows: D260 D269 D289 D308 D329 D354 D358 D363 D366 D382 D391 D403 D409 D460 D477 D513 D519 D530 D533 D546 D561 D605 D607 D610 D611 D646 D654 D664 D668
#[test]
fn the_vectors_of_packs_hold() {
    hold("vectors/pack.ndjson");
}

/// The listings of the pack laws, rebuilt in `tests/golden/pack.py`, where they agree with the laws.
// rows: D269 D280 D289 D299 D300 D329 D361 D363 D459 D478 D482 D498 D530 D533 D558
#[test]
fn the_listings_of_packs_agree_with_the_laws() {
    hold("golden/pack.ndjson");
}

// rows: A417 B186 B193 B325 B326 B327 B334 B335 B336 B337 B341 B343 B346 B347 B348
#[test]
fn the_vectors_of_lanes_hold() {
    hold("vectors/scxq2.ndjson");
}
