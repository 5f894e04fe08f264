//! The demo workspace is complete and true: every object of seed 003 §22 is there, and every hash written in it is
//! recomputed here from the bytes. Knows nothing of the linter on purpose, so that the two cannot be wrong together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("workspaces/demo")
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn text(digest: [u8; 32]) -> String {
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

fn sha256(bytes: &[u8]) -> String {
    text(digest(bytes))
}

fn canonical(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a value read from JSON has a canonical form")
}

/// Every file of the workspace, by its path with `/`, in byte order.
fn files() -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, prefix: &str, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            let name = format!("{prefix}{}", entry.file_name().to_str().expect("a UTF-8 name"));
            if entry.file_type().expect("a file type").is_dir() {
                walk(&entry.path(), &format!("{name}/"), into);
            } else {
                into.insert(name, fs::read(entry.path()).expect("a readable file"));
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(&root(), "", &mut all);
    all
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

fn string<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("a string at {pointer}"))
}

/// The descriptors, by id.
fn descriptors(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, (String, Value)> {
    let is_descriptor = |path: &str| path.ends_with("/object.json") || path.ends_with(".object.json");
    files
        .iter()
        .filter(|(path, _)| is_descriptor(path))
        .map(|(path, bytes)| {
            let value = json(bytes);
            (string(&value, "/id").to_owned(), (path.clone(), value))
        })
        .collect()
}

/// Bytes of the payload of a descriptor.
fn payload<'f>(files: &'f BTreeMap<String, Vec<u8>>, path: &str, descriptor: &Value) -> &'f [u8] {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let location = string(descriptor, "/payload/location").trim_start_matches("./");
    files.get(&format!("{folder}/{location}")).unwrap_or_else(|| panic!("{path}: no payload {location}"))
}

// rows: B626 B627 B628 B629 B630 B631 B632 B633 B634 B635 B636 B692
#[test]
fn every_object_of_the_demo_is_there_with_its_type() {
    let files = files();
    let found = descriptors(&files);
    let wanted = [
        ("object://ai/tokenizer/base-en", "ai.tokenizer.v1"),
        ("object://ai/vocab/base-en", "ai.vocab.v1"),
        ("object://ai/model/weights/demo", "ai.model.weights.v1"),
        ("object://ai/brain/svg/demo-core", "ai.brain.svg-tensor.v1"),
        ("object://ai/brain/ngram/en", "ai.brain.ngram.v1"),
        ("object://ai/inference/profile/default", "ai.inference.profile.v1"),
        ("object://ai/agent/reply/text", "ai.agent.reply.v1"),
        ("object://ai/agent/support", "ai.agent.descriptor.v1"),
        ("object://ai/agent/planner", "ai.agent.descriptor.v1"),
        ("object://ai/agent/critic", "ai.agent.descriptor.v1"),
        ("object://ai/orchestrator/live-demo", "ai.orchestrator.v1"),
    ];
    for (id, schema) in wanted {
        let (path, descriptor) = found.get(id).unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(string(descriptor, "/$schema"), format!("object://schema/{schema}"), "{path}");
    }
    for role in ["support", "planner", "critic"] {
        assert_eq!(string(&found[&format!("object://ai/agent/{role}")].1, "/role"), role);
    }
}

// rows: B624 B643
#[test]
fn the_orchestrator_and_its_agents_name_objects_that_exist() {
    let files = files();
    let found = descriptors(&files);
    let (_, orchestrator) = &found["object://ai/orchestrator/live-demo"];
    let mut bound = BTreeSet::new();
    for agent in orchestrator["agents"].as_array().expect("agents") {
        let (path, agent) = &found[agent.as_str().expect("an id")];
        for (slot, id) in agent["binds"].as_object().expect("binds") {
            assert!(found.contains_key(id.as_str().expect("an id")), "{path}: {slot} binds nothing");
        }
        bound.insert(agent["binds"].to_string());
    }
    assert_eq!(bound.len(), 1, "the agents differ by role alone");
    let request = json(&files["explain.request.json"]);
    assert!(found.contains_key(string(&request, "/orchestrator")));
    assert_eq!(string(&request, "/prompt"), "Explain how SVG-Tensors work in simple terms.");
}

// rows: A605 A614 A629 A698 B651
#[test]
fn every_declared_payload_hash_and_size_is_true() {
    let files = files();
    let mut checked = 0;
    for (path, descriptor) in descriptors(&files).values().filter(|(_, d)| d.get("payload").is_some()) {
        let bytes = payload(&files, path, descriptor);
        assert_eq!(string(descriptor, "/hash"), sha256(bytes), "{path}");
        assert_eq!(string(descriptor, "/identity/hash"), sha256(bytes), "{path}");
        assert_eq!(descriptor["payload"]["size"], bytes.len(), "{path}");
        checked += 1;
    }
    assert_eq!(checked, 9);
}

// rows: B017 B031 B045 B046
#[test]
fn rule_set_and_shapes_hash_to_what_is_declared() {
    let files = files();
    let found = descriptors(&files);
    let (path, tokenizer) = &found["object://ai/tokenizer/base-en"];
    let rules = json(payload(&files, path, tokenizer));
    assert_eq!(string(tokenizer, "/ruleset_hash"), sha256(&canonical(&rules["rules"])));
    let (_, weights) = &found["object://ai/model/weights/demo"];
    assert_eq!(string(weights, "/shape_hash"), sha256(&canonical(&weights["layer_map"])));
    let (path, vocab) = &found["object://ai/vocab/base-en"];
    let tokens = json(payload(&files, path, vocab))["tokens"].as_object().expect("tokens").len();
    assert_eq!(vocab["size"], tokens);
    assert_eq!(weights["layer_map"]["embedding"][0], tokens);
}

// rows: B050 B052 B055
#[test]
fn the_weights_file_holds_the_declared_tensors() {
    let files = files();
    let (path, descriptor) = &descriptors(&files)["object://ai/model/weights/demo"];
    let bytes = payload(&files, path, descriptor);
    let header_len = usize::try_from(u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"))).expect("a small header");
    let header = json(&bytes[8..8 + header_len]);
    let shapes: BTreeMap<_, _> = header.as_object().expect("tensors").iter().map(|(name, t)| (name.clone(), t["shape"].clone())).collect();
    let declared: BTreeMap<_, _> = descriptor["layer_map"].as_object().expect("layers").clone().into_iter().collect();
    assert_eq!(shapes, declared);
    let elements: u64 = shapes.values().map(|s| s.as_array().expect("dims").iter().filter_map(Value::as_u64).product::<u64>()).sum();
    assert_eq!(bytes.len() as u64, 8 + header_len as u64 + 4 * elements);
}

// rows: C467 C509 C512
#[test]
fn every_profile_has_its_true_fingerprint() {
    let files = files();
    let mut checked = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".pi-profile.json")) {
        let mut profile = json(bytes);
        let declared = string(&profile, "/meta/fingerprint").to_owned();
        profile["meta"].as_object_mut().expect("meta").remove("fingerprint");
        assert_eq!(declared, sha256(&canonical(&profile)).replace("sha256:", "pi:"), "{path}");
        checked += 1;
    }
    assert_eq!(checked, 3);
}

// rows: B695
#[test]
fn the_packed_brain_has_the_declared_lane_roots_and_merkle_root() {
    let files = files();
    let (_, brain) = &descriptors(&files)["object://ai/brain/svg/demo-core"];
    let pack = &files["ai/brain/brain.scxq2"];
    let u32_at = |at: usize| u32::from_le_bytes(pack[at..at + 4].try_into().expect("four bytes")) as usize;
    let canonical_svg = digest(&files["ai/brain/brain.svg"]);
    let proof = json(&files["ai/brain/brain.proof.json"]);
    let mut root = b"scxq2:svg-tensor".to_vec();
    for (index, lane) in ["M", "T", "G", "X", "W"].into_iter().enumerate() {
        let entry = 18 + index * 9; // the table of contents: id, offset, size
        assert_eq!(pack[entry], lane.as_bytes()[0]);
        let bytes = &pack[u32_at(entry + 1)..u32_at(entry + 1) + u32_at(entry + 5)];
        let mut preimage = format!("scxq2:lane:{lane}").into_bytes();
        for chunk in bytes.chunks(4096) {
            preimage.extend(digest(&[format!("scxq2:chunk:{lane}").as_bytes(), chunk].concat()));
        }
        let lane_root = digest(&preimage);
        assert_eq!(string(brain, &format!("/lane_roots/{lane}")), text(lane_root));
        assert_eq!(string(&proof, &format!("/lane_roots/{lane}")), text(lane_root));
        if lane == "G" {
            assert_eq!(string(&proof, "/lane_root"), text(lane_root));
            assert_eq!(string(&proof, "/chunk_hash"), sha256(&[b"scxq2:chunk:G", bytes].concat()));
        }
        root.extend(lane_root);
    }
    root.extend(canonical_svg);
    assert_eq!(string(brain, "/merkle_root"), sha256(&root));
    assert_eq!(string(&proof, "/global_root"), sha256(&root));
    for document in [brain, &proof] {
        assert_eq!(string(document, "/canonical_svg_hash"), text(canonical_svg));
    }
}

// rows: B698
#[test]
fn the_replay_log_adds_up_to_its_reply() {
    let files = files();
    let found = descriptors(&files);
    let mut reply = String::new();
    let mut chunks = 0;
    let log = std::str::from_utf8(&files["replay.jsonl"]).expect("UTF-8");
    for line in log.lines() {
        let line = json(line.as_bytes());
        if let Some(id) = line["object"].as_str() {
            assert_eq!(line["hash"], found[id].1["hash"], "{id}");
        } else if let Some(chunk) = line["text"].as_str() {
            assert_eq!(line["index"], chunks);
            assert_eq!(string(&line, "/hash"), sha256(chunk.as_bytes()));
            reply.push_str(chunk);
            chunks += 1;
        } else {
            assert_eq!(string(&line, "/reply"), reply);
            assert_eq!(string(&line, "/hash"), sha256(reply.as_bytes()));
            return;
        }
    }
    panic!("the log does not end in a reply");
}

// rows: B699
#[test]
fn the_hash_manifest_lists_every_file_in_order_with_its_true_hash() {
    let mut files = files();
    let manifest = files.remove("hashes.json").expect("hashes.json");
    let listed: Vec<(String, String)> =
        json(&manifest).as_object().expect("an object").iter().map(|(k, v)| (k.clone(), v.as_str().expect("a hash").to_owned())).collect();
    let computed: Vec<(String, String)> = files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect();
    assert_eq!(listed, computed);
}
