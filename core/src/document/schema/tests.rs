//! The schemas against the meta-schema and their own examples, and what they say of documents.

use super::*;
use crate::syntax::json::Tree;

fn kind(name: &str) -> Kind {
    Kind::by_name(name).unwrap_or_else(|| panic!("no kind {name}"))
}

fn told(name: &str, text: &str) -> Vec<String> {
    let tree = Tree::parse(text.into());
    assert!(tree.is_strict(), "{:?}", tree.errors());
    let findings = tree.root().map(|root| validate(kind(name), root)).unwrap_or_default();
    findings.iter().map(|f| format!("{} {} {}: {}", f.severity.as_str(), f.rule, f.pointer, f.message)).collect()
}

fn fixed(name: &str, text: &str) -> Vec<String> {
    let tree = Tree::parse(text.into());
    let findings = tree.root().map(|root| validate(kind(name), root)).unwrap_or_default();
    let apply = |fix: &SchemaFix| format!("{}{}{}", &text[..fix.span.start as usize], fix.text, &text[fix.span.end as usize..]);
    findings.iter().flat_map(|finding| finding.fixes.iter().map(apply)).collect()
}

const HASH: &str = "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9";

fn object(edit: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::json!({
        "$schema": "object://schema/object.v1", "id": "object://example/greeting", "hash": HASH,
        "payload": {"type": "json", "mime": "application/json", "location": "./greeting.json", "encoding": "utf-8", "size": 22},
        "authority": "none", "executable": false, "identity": {"name": "Greeting", "version": "1.0.0"},
        "projections": {"default": {"type": "json", "emit": {"text": "@payload.greeting"}}, "raw": {}},
        "invariants": ["immutable_payload"], "events": {"on_load": ["log"]},
    });
    edit(&mut value);
    value.to_string()
}

fn remove(value: &mut Value, name: &str) {
    if let Some(members) = value.as_object_mut() {
        members.remove(name);
    }
}

#[test]
fn every_file_is_embedded_and_belongs_to_a_kind() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas");
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".schema.json").map(str::to_owned))
        .collect();
    found.sort();
    let mut embedded: Vec<&str> = FILES.iter().map(|file| file.0).collect();
    embedded.sort_unstable();
    assert_eq!(found, embedded);
    let mut described: Vec<&str> = Kind::all().filter(|kind| kind.info().has_schema_file).map(Kind::name).collect();
    described.sort_unstable();
    assert_eq!(described, embedded);
}

#[test]
fn every_schema_is_lawful() {
    for &(name, _) in FILES {
        let schema = schema(name).unwrap_or_else(|| panic!("{name} is no JSON"));
        assert!(jsonschema::draft202012::meta::is_valid(&schema.value), "{name} is no 2020-12 schema");
        assert_eq!(schema.value["$id"], format!("{BASE}{name}"));
        assert!(schema.validator().is_some(), "{name} does not compile");
    }
}

/// Calls `f` with each subschema and its pointer.
fn subschemas(value: &Value, pointer: String, f: &mut dyn FnMut(&str, &Value)) {
    let Some(members) = value.as_object() else { return };
    f(&pointer, value);
    for (keyword, inner) in members {
        let here = format!("{pointer}/{keyword}");
        match keyword.as_str() {
            "properties" | "$defs" => inner
                .as_object()
                .into_iter()
                .flatten()
                .for_each(|(name, inner)| subschemas(inner, crate::document::pointer::join(&here, name), f)),
            "allOf" | "anyOf" | "oneOf" => {
                inner.as_array().into_iter().flatten().enumerate().for_each(|(i, inner)| subschemas(inner, format!("{here}/{i}"), f))
            }
            "items" | "contains" | "additionalProperties" | "propertyNames" | "if" | "then" | "else" | "not" => subschemas(inner, here, f),
            _ => {}
        }
    }
}

#[test]
fn every_example_of_a_schema_keeps_it() {
    for &(name, _) in FILES {
        let root = value(name).unwrap_or_else(|| panic!("{name}"));
        subschemas(root, String::new(), &mut |pointer, schema| {
            for example in schema.get("examples").and_then(Value::as_array).into_iter().flatten().chain(schema.get("default")) {
                let reference = serde_json::json!({"$ref": format!("{BASE}{name}#{pointer}")});
                let validator = jsonschema::options().with_retriever(Embedded).build(&reference);
                let validator = validator.unwrap_or_else(|error| panic!("{name}{pointer}: {error}"));
                assert!(validator.is_valid(example), "{name}{pointer}: {example}");
            }
        });
    }
}

#[test]
fn every_field_has_a_description_and_an_example() {
    for &(name, _) in FILES {
        for doc in members(kind(name), &[], None) {
            let bare = doc.name == "type" || doc.name == "@type" || doc.name == "$schema";
            assert!(bare || doc.description.is_some() && (!doc.examples.is_empty() || !doc.values.is_empty()), "{name}: {}", doc.name);
        }
    }
}

// rows: A603 A604 A605 A606 A612 A615
#[test]
fn a_lawful_descriptor_is_told_nothing() {
    assert!(told("object.v1", &object(|_| ())).is_empty());
    assert!(told("object.v1", &object(|v| remove(v, "$schema"))).is_empty());
    assert!(
        told(
            "object.v1",
            &object(|v| v["payload"] =
                serde_json::json!({"type": "stream", "mime": "a/b", "location": "stream://source/id", "encoding": "chunked"}))
        )
        .is_empty()
    );
}

// rows: A618 A619 A620 A622
#[test]
fn each_missing_member_is_one_finding() {
    for name in ["id", "hash", "payload", "projections"] {
        let found = told("object.v1", &object(|v| remove(v, name)));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("error object/schema : the document lacks `{name}`")), "{found:?}");
    }
}

// rows: A621 A694
#[test]
fn a_missing_authority_is_a_warning_and_reads_as_none() {
    let text = object(|v| remove(v, "authority"));
    let found = told("object.v1", &text);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("warning object/authority : the document lacks `authority`"), "{found:?}");
    let fixed = fixed("object.v1", &text);
    assert!(fixed[0].contains(r#", "authority": "none"}"#), "{fixed:?}");
    assert!(told("object.v1", &fixed[0]).is_empty());
}

// rows: A623 A624 A625 A626
#[test]
fn an_unknown_member_is_a_warning_with_the_nearest_name() {
    let text = object(|v| {
        v["projektions"] = v["projections"].take();
        remove(v, "projections");
        v["colour"] = 1.into();
    });
    let found = told("object.v1", &text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|f| f.starts_with("error object/schema : the document lacks `projections`")));
    assert!(found.iter().any(|f| f == "warning object/unknown-member /colour: `\"colour\"` is not a member of object.v1"), "{found:?}");
    assert!(told("object.v1", &fixed("object.v1", &text)[0]).iter().all(|f| f.contains("colour")));
}

// rows: A537 A605 C646
#[test]
fn a_hash_is_64_lower_case_digits_behind_its_prefix() {
    let upper = HASH.replace("e93f", "E93F");
    let found = told("object.v1", &object(|v| v["hash"] = upper.clone().into()));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("error object/schema /hash: `hash` is `\"sha256:E93F"), "{found:?}");
    assert!(fixed("object.v1", &object(|v| v["hash"] = upper.clone().into()))[0].contains(HASH));
    assert_eq!(told("object.v1", &object(|v| v["hash"] = HASH[..70].into())).len(), 1);
    assert_eq!(told("object.v1", &object(|v| v["hash"] = HASH[7..].into())).len(), 1);
    assert_eq!(told("object.v1", &object(|v| v["hash"] = 7.into())).len(), 1);
}

// rows: A607 C100
#[test]
fn a_placeholder_is_called_one_where_a_value_is_wanted() {
    for (edit, pointer) in [
        (Box::new(|v: &mut Value| v["hash"] = "sha256:…".into()) as Box<dyn Fn(&mut Value)>, "/hash"),
        (Box::new(|v: &mut Value| v["hash"] = "sha256:abcd...".into()), "/hash"),
        (Box::new(|v: &mut Value| v["hash"] = "sha256:INDEX".into()), "/hash"),
        (Box::new(|v: &mut Value| v["hash"] = "<computed>".into()), "/hash"),
        (Box::new(|v: &mut Value| v["authority"] = "none | read".into()), "/authority"),
        (Box::new(|v: &mut Value| v["payload"]["type"] = "json | binary | stream".into()), "/payload/type"),
        (Box::new(|v: &mut Value| v["id"] = "object://…".into()), "/id"),
        (Box::new(|v: &mut Value| v["id"] = "object://domain/<name>".into()), "/id"),
        (Box::new(|v: &mut Value| v["payload"]["size"] = "…".into()), "/payload/size"),
    ] {
        let found = told("object.v1", &object(|v| edit(v)));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("error object/placeholder {pointer}: ")), "{found:?}");
    }
    assert!(told("object.v1", &object(|v| v["identity"]["name"] = "a | b … <x>".into())).is_empty());
    let choices = fixed("object.v1", &object(|v| v["authority"] = "none | read".into()));
    assert!(choices[0].contains(r#""authority":"none""#) && choices[1].contains(r#""authority":"read""#));
}

// rows: A608 A611 A612 A613 A614 A616 A617 A676 A677 A698
#[test]
fn one_wrong_value_is_one_finding_at_its_place() {
    let cases: [(&str, Value, &str); 16] = [
        ("/payload/type", "vector".into(), "error object/schema"),
        ("/payload/encoding", "utf8".into(), "error object/schema"),
        ("/payload/encoding", "chunked".into(), "error object/schema"),
        ("/payload/size", (-1).into(), "error object/schema"),
        ("/payload/size", 2.5.into(), "error object/schema"),
        ("/payload/location", "".into(), "error object/schema"),
        ("/payload/location", "stream://a/b".into(), "error object/schema"),
        ("/authority", "None".into(), "error object/schema"),
        ("/executable", "false".into(), "error object/schema"),
        ("/identity/version", "1.2".into(), "error object/schema"),
        ("/invariants", "no_execution".into(), "error object/schema"),
        ("/events/on_load", "log".into(), "error object/schema"),
        ("/projections/default/status", 99.into(), "error object/schema"),
        ("/projections/default/headers", serde_json::json!({"Content-Length": 7}), "error object/schema"),
        ("/projections/raw", Value::Null, "error object/schema"),
        ("/payload", "./greeting.json".into(), "error object/schema"),
    ];
    for (pointer, wrong, wanted) in cases {
        let found = told(
            "object.v1",
            &object(|v| {
                if let Some((parent, name)) = crate::document::pointer::split_last(pointer) {
                    v.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}"))[name.as_ref()] = wrong.clone();
                }
            }),
        );
        assert_eq!(found.len(), 1, "{pointer} {wrong}: {found:?}");
        assert!(found[0].starts_with(&format!("{wanted} {pointer}")), "{found:?}");
    }
}

// rows: A617
#[test]
fn a_hook_is_named_on_and_lower_case() {
    let found = told("object.v1", &object(|v| v["events"] = serde_json::json!({"load": ["log"]})));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("error object/schema /events/load"), "{found:?}");
}

#[test]
fn a_repeated_item_is_told_at_the_second() {
    let text = object(|v| v["invariants"] = serde_json::json!(["a", "b", "a"]));
    let found = told("object.v1", &text);
    assert_eq!(found, ["error object/schema /invariants/2: `invariants` says `\"a\"` again"]);
    assert!(fixed("object.v1", &text)[0].contains(r#"["a","b"]"#));
}

// rows: A609
#[test]
fn an_absent_media_type_is_a_warning() {
    let found = told("object.v1", &object(|v| remove(&mut v["payload"], "mime")));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("warning object/mime /payload: `payload` lacks `mime`"), "{found:?}");
}

const VOCAB: &str = r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "size": 2, "mapping": "token_to_symbol", "encoding": "utf-8", "invariants": ["one_to_one_mapping", "immutable_payload"]}"#;

// rows: B011 B012 B015 B027 B029 B030 B032 B033 B034
#[test]
fn ai_documents_are_judged_on_their_own_fields() {
    assert!(told("ai.vocab.v1", VOCAB).is_empty());
    let one = |from: &str, to: &str| {
        let found = told("ai.vocab.v1", &VOCAB.replace(from, to));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    };
    assert!(one(r#""size": 2"#, r#""size": 0"#).starts_with("error ai/schema /size: `size` is `0`; wanted is at least `1`"));
    assert!(one(r#""size": 2"#, r#""siz": 2"#).contains("lacks `size`"));
    assert!(one(r#""ai.vocab""#, r#""ai.tokenizer""#).starts_with("error object/type-disagrees /type"));
    assert!(one(r#", "immutable_payload""#, "").starts_with("error ai/schema /invariants: `invariants` lacks `immutable_payload`"));
    assert!(one("one_to_one_mapping", "one_to_one").contains("lacks `one_to_one_mapping`"));
    assert!(one(r#""utf-8""#, r#""utf-8 | byte""#).starts_with("error ai/placeholder /encoding"));
    assert!(one(r#""size": 2"#, r#""size": 2, "colour": 1"#).starts_with("info ai/unknown-member /colour"));
    // The envelope of §15.4 is judged where it is there.
    assert!(one(r#""size": 2"#, r#""size": 2, "authority": "all""#).starts_with("error ai/schema /authority"));
    assert!(one(r#""size": 2"#, r#""size": 2, "hash": "sha256:1""#).starts_with("error ai/schema /hash"));
}

// rows: A711 A712 A713 A714 A715 A716
#[test]
fn an_error_answer_has_one_member_with_a_known_category() {
    let good = r#"{"error": {"category": "verification_error", "code": "invariant_violation", "message": "m", "object_id": null, "phase": "verify"}}"#;
    assert!(told("object.error", good).is_empty());
    assert!(told("object.error", &good.replace("null", "\"object://a/b\"")).is_empty());
    for (from, to) in [("verification_error", "oops"), ("\"m\"", "3"), ("null", "\"b\""), ("null", "7"), ("\"verify\"", "\"later\"")] {
        let found = told("object.error", &good.replace(from, to));
        assert_eq!(found.len(), 1, "{from}: {found:?}");
    }
}

// rows: A684 A685 A686 A687 A688
#[test]
fn each_event_carries_its_data() {
    assert!(told("object.event", r#"{"event": "object.resolved", "data": {"id": "object://a/b", "hash": "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9"}}"#).is_empty());
    assert!(told("object.event", r#"{"event": "object.verified", "id": "object://a/b", "invariants": []}"#).is_empty());
    assert_eq!(told("object.event", r#"{"event": "object.loaded", "data": {"id": "object://a/b"}}"#).len(), 2);
    assert_eq!(told("object.event", r#"{"event": "object.error", "id": "object://a/b", "error": "x"}"#).len(), 1);
}

#[test]
fn fields_are_described_through_references_and_conditions() {
    let object = kind("object.v1");
    let doc = describe(object, &["payload", "encoding"], None).unwrap_or_default();
    assert_eq!(doc.title, Some("Encoding"));
    assert_eq!(doc.values.len(), 4);
    assert!(!doc.required);
    let doc = describe(object, &["projections", "anything", "status"], None).unwrap_or_default();
    assert_eq!(doc.types, "integer");
    assert!(
        describe(object, &["hash"], None).is_some_and(|doc| doc.required && doc.description.is_some_and(|text| text.contains("SHA-256")))
    );
    assert!(describe(object, &["nothing"], None).is_none());
    let names: Vec<String> = members(object, &["payload"], None).into_iter().map(|doc| doc.name).collect();
    assert_eq!(names, ["type", "mime", "location", "encoding", "size", "semantics"]);
    let levels: Vec<&str> = values(object, &["authority"], None).iter().filter_map(|value| value.value.as_str()).collect();
    assert_eq!(levels, ["none", "read", "write", "execute"]);
    let vocab = kind("ai.vocab.v1");
    assert!(members(vocab, &[], None).iter().any(|doc| doc.name == "authority"));
    assert_eq!(describe_root(vocab).and_then(|doc| doc.title), Some("Vocabulary"));
    let item = describe(object, &["invariants", "0"], None).unwrap_or_default();
    assert_eq!(item.name, "");
    assert!(item.examples.len() >= 6);
}

/// `cargo test --release -p mx2lm-core schema_speed -- --ignored --nocapture FILE` prints the time a file takes.
#[test]
#[ignore = "prints a time"]
fn schema_speed() {
    let Some(path) = std::env::var_os("MX2LM_SPEED_FILE") else { return };
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let tree = Tree::parse(text.into());
    let Some(root) = tree.root() else { return };
    let object = kind("object.v1");
    for _ in 0..5 {
        let start = std::time::Instant::now();
        let found = validate(object, root).len();
        println!("{found} findings in {:?}", start.elapsed());
    }
}
