//! The six categories of compliance tests of seed 003 §15.14, for the part of an object server that a linter is: it resolves, loads,
//! verifies and projects, and says what the server would answer.

use mx2lm_core::{
    diagnostic::{Diagnostic, Severity},
    hash::Digest,
};
use mx2lm_tests::{Body, Case, Expect};
use serde_json::{Value, json};

const PAYLOAD: &str = "{\"tide\": \"ebb\", \"hours\": [0, 6, 12]}\n";

fn descriptor(more: Value) -> Value {
    let mut object = json!({
        "$schema": "object://schema/object.v1",
        "id": "object://harbour/tide",
        "hash": Digest::of(PAYLOAD.as_bytes()).to_string(),
        "payload": {"type": "json", "mime": "application/json", "location": "./tide.json"},
        "authority": "none",
        "projections": {"default": {"type": "json", "emit": {"tide": "@payload.tide", "last": "@payload.hours.2"}}},
    });
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

/// What is said of a workspace of these files, information left out.
fn findings(files: &[(&str, String)]) -> Vec<Diagnostic> {
    let case = Case {
        id: String::new(),
        rows: Vec::new(),
        why: String::new(),
        files: files.iter().map(|(name, text)| ((*name).to_owned(), Body::Text(text.clone()))).collect(),
        file: String::new(),
        expect: Expect::Clean,
        pointer: None,
        any: None,
        args: Vec::new(),
        rule: None,
        links: Default::default(),
        texts: Default::default(),
        base: None,
        remove: Vec::new(),
    };
    let mut found = case.findings().unwrap_or_else(|why| panic!("{why}"));
    found.retain(|finding| finding.severity > Severity::Info);
    found
}

fn told(files: &[(&str, String)]) -> Vec<(String, String)> {
    findings(files).into_iter().map(|finding| (finding.rule, finding.locator)).collect()
}

fn object(more: Value) -> [(&'static str, String); 2] {
    [("object.json", descriptor(more).to_string()), ("tide.json", PAYLOAD.to_owned())]
}

fn one(rule: &str, locator: &str) -> Vec<(String, String)> {
    vec![(rule.to_owned(), locator.to_owned())]
}

mod identity {
    use mx2lm_core::document::id;

    use super::*;

    // rows: A594 A633 A634 A635 A636 A735
    #[test]
    fn an_id_is_found_as_it_is_written_and_in_no_other_form() {
        let tokenizer = |vocab: &str| {
            json!({"$schema": "object://schema/ai.tokenizer.v1", "type": "ai.tokenizer", "id": "object://ai/tokenizer/t", "tokenizer_type": "char",
                "ruleset_hash": Digest::of(b"[]").to_string(), "vocab_ref": vocab, "invariants": ["deterministic", "fixed_vocab", "no_context_dependency"]})
        };
        let vocab = json!({"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "id": "object://ai/vocab/tide", "size": 1,
            "mapping": "token_to_symbol", "encoding": "utf-8", "invariants": ["one_to_one_mapping", "immutable_payload"]});
        let named = |name: &str| {
            let found = told(&[("t.json", tokenizer(name).to_string()), ("v.json", vocab.to_string())]);
            found.into_iter().filter(|(_, locator)| locator == "/vocab_ref").map(|(rule, _)| rule).collect::<Vec<_>>()
        };
        assert!(named("object://ai/vocab/tide").is_empty());
        assert_eq!(named("object://ai/vocab/Tide"), ["object/unresolved-reference"]);
        assert_eq!(named("object://ai/vocab"), ["object/unresolved-reference"]);
        assert_eq!(named("object://ai/vocab/tide/"), ["object/id"]);
        assert_eq!(id::normalise("/objects/ai/vocab/tide").as_deref(), Some("object://ai/vocab/tide"));
    }
}

mod load {
    use std::{collections::BTreeMap, fs, sync::Arc};

    use mx2lm_core::workspace::{
        config::Config,
        engine::{Engine, Settings},
    };

    use super::*;

    // rows: A595 A637 A638 A639 A640 A641 A642 A644 A645 A646 A736
    #[test]
    fn each_step_of_a_load_fails_in_its_own_way() {
        assert!(told(&object(json!({}))).is_empty());
        assert_eq!(told(&[("object.json", "{".to_owned())])[0].0, "syntax/json");
        assert_eq!(
            told(&object(json!({"payload": {"type": "text", "mime": "text/plain", "location": "./tide.json"}}))),
            one("object/schema", "/payload/type")
        );
        assert_eq!(told(&object(json!({}))[..1]), one("object/payload-missing", "/payload/location"));
        let edited = [object(json!({}))[0].clone(), ("tide.json", PAYLOAD.replace("ebb", "flow"))];
        assert_eq!(told(&edited), one("object/payload-hash", "/hash"));
    }

    // rows: A648
    #[test]
    fn what_was_learnt_of_a_payload_is_forgotten_when_its_hash_changes() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let root = folder.path().canonicalize().unwrap_or_else(|error| panic!("{error}"));
        for (name, text) in object(json!({})) {
            fs::write(root.join(name), text).unwrap_or_else(|error| panic!("{error}"));
        }
        let settings = Settings { named: Default::default(), folders: &[], overlay: BTreeMap::new(), incremental: true, progress: &|_| {} };
        let mut engine = Engine::load(&root, Config::default(), settings);
        let path: Arc<str> = "tide.json".into();
        let rules = |engine: &Engine| engine.report().into_iter().map(|finding| finding.rule).collect::<Vec<_>>();
        assert!(rules(&engine).is_empty());
        engine.update(&path, Some(Arc::from(&b"{\"tide\": \"flow\", \"hours\": [0, 6]}\n"[..])));
        assert_eq!(rules(&engine), ["object/payload-hash", "object/payload-reference"]);
        engine.update(&path, None);
        assert!(rules(&engine).is_empty());
    }
}

mod verify {
    use super::*;

    // rows: A596 A649 A651 A653 A654 A655 A658 A659 A695 A726 A737
    #[test]
    fn built_in_invariants_are_held_against_the_object() {
        let said = |more: Value| told(&object(more));
        assert!(
            said(json!({"invariants": ["immutable_payload", "no_execution", "projection_only", "no_side_effects", "deterministic"]}))
                .is_empty()
        );
        assert_eq!(said(json!({"invariants": ["no_execution"], "executable": true})), one("object/invariant-execution", "/executable"));
        assert_eq!(said(json!({"invariants": ["projection_only"], "authority": "read"})), one("object/invariant-authority", "/authority"));
        assert_eq!(said(json!({"invariants": ["auditable"]})), one("object/invariant-auditable", "/invariants/0"));
        assert_eq!(said(json!({"invariants": ["tide_is_low"]})), one("object/invariant-custom", "/invariants/0"));
    }

    // rows: A652 A656 A657 A666 A667 A668 A669 A670
    #[test]
    fn forbidden_patterns_are_looked_for_in_every_projection() {
        for (member, rule) in [
            ("set", "object/projection-mutation"),
            ("script", "object/projection-execution"),
            ("url", "object/projection-network"),
            ("when", "object/projection-environment"),
        ] {
            let mut view = json!({"type": "json", "emit": "@payload"});
            view[member] = json!("x");
            let found = told(&object(json!({"projections": {"default": {"emit": "@payload"}, "other": view}})));
            assert_eq!(found, one(rule, &format!("/projections/other/{member}")));
        }
    }
}

mod project {
    use mx2lm_core::{document::view::Verified, syntax::json::Tree};

    use super::*;

    // rows: A597 A598 A673 A729 A730 A738
    #[test]
    fn what_the_linter_finds_missing_is_what_a_projection_would_leave_out() {
        for (reference, value) in [
            ("@payload.tide", json!("ebb")),
            ("@payload.hours.0", json!(0)),
            ("@payload.hours.3", Value::Null),
            ("@payload.Tide", Value::Null),
            ("@payload.hours.length", Value::Null),
        ] {
            let more = json!({"projections": {"default": {"type": "json", "emit": {"x": reference}}}});
            let tree = Tree::parse(descriptor(more.clone()).to_string().into());
            let shown = tree.root().map(|root| Verified::new(root, PAYLOAD.as_bytes()).and_then(|object| object.project(None)));
            assert_eq!(shown, Some(Ok(json!({"type": "json", "body": {"x": value}}))), "{reference}");
            let wanted = if value.is_null() { one("object/payload-reference", "/projections/default/emit/x") } else { Vec::new() };
            assert_eq!(told(&object(more)), wanted, "{reference}");
        }
    }
}

mod error {
    use mx2lm_core::document::errors;

    use super::*;

    // rows: A643 A644 A645 A646 A705 A706 A707 A708 A709 A739
    #[test]
    fn findings_carry_names_that_an_error_answer_may_carry() {
        let bad = [
            object(json!({"hash": Digest::of(b"").to_string()})),
            object(json!({"invariants": ["no_execution"], "executable": true})),
            object(json!({"projections": {"default": {"emit": "@nobody"}}})),
            object(json!({"payload": {"type": "json", "mime": "application/json", "location": "./gone.json"}})),
            object(json!({"id": "object://harbour//tide"})),
        ];
        for files in bad {
            let found = findings(&files);
            let names: Vec<_> = found.iter().filter_map(|finding| finding.spec_error.clone()).collect();
            assert!(!names.is_empty() && names.iter().all(|name| errors::is_known(name)), "{names:?}");
        }
        for category in errors::CATEGORIES.iter().take(5) {
            let phase = category.phases.first().unwrap_or(&"load");
            let answer = json!({"error": {"category": category.name, "code": "odd", "message": "odd", "object_id": null, "phase": phase}});
            assert!(told(&[("e.json", answer.to_string())]).is_empty(), "{}", category.name);
        }
    }
}

mod event {
    use super::*;

    // rows: A599 A684 A685 A686 A687 A688 A718 A740
    #[test]
    fn every_event_tells_what_its_phase_knows() {
        let hash = Digest::of(PAYLOAD.as_bytes()).to_string();
        let events = [
            ("object.resolved", json!({"hash": hash})),
            ("object.loaded", json!({"hash": hash, "size": 7})),
            ("object.verified", json!({"invariants": ["no_execution"]})),
            ("object.projected", json!({"projection": "default"})),
            ("object.error", json!({"error": "payload unavailable", "phase": "load"})),
        ];
        for (event, data) in events {
            let Value::Object(mut data) = data else { continue };
            data.insert("id".to_owned(), json!("object://harbour/tide"));
            let whole = json!({"event": event, "data": data});
            assert!(told(&[("event.json", whole.to_string())]).is_empty(), "{event}");
            for member in data.keys() {
                let mut less = whole.clone();
                less["data"].as_object_mut().map(|data| data.remove(member));
                assert_eq!(told(&[("event.json", less.to_string())]), one("object/schema", "/data"), "{event} without {member}");
            }
        }
    }
}
