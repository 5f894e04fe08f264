//! From names to files and back, and what can be written where a name or a value is wanted.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{GREETING, Workspace, covered, descriptor, edited, position, sha256},
};

const ID: &str = "object://test/greeting";
const AGENT: &str = r#"{
  "$schema": "object://schema/ai.tokenizer.v1",
  "id": "object://ai/tokenizer/test",
  "vocab_ref": "object://test/greeting",
  "note": "see object://test/greeting."
}
"#;

async fn two() -> (Workspace, Editor) {
    let object = descriptor(ID, &sha256(GREETING));
    let call = "<call xmlns='x'><object ref='object://test/greeting'/><object ref='object://test/greeting/more'/></call>\n";
    let files = [("object.json", &*object), ("greeting.json", GREETING), ("tokenizer.json", AGENT), ("call.xml", call)];
    let ws = Workspace::new(&files);
    let editor = Editor::open_folder(&ws.path(), json!({})).await;
    (ws, editor)
}

fn here(uri: &str, position: Value) -> Value {
    json!({"textDocument": {"uri": uri}, "position": position})
}

#[tokio::test]
async fn definition_of_a_reference_a_location_and_a_hash() {
    let (ws, mut editor) = two().await;
    let object = descriptor(ID, &sha256(GREETING));
    let found = editor.request("textDocument/definition", here(&ws.uri("tokenizer.json"), position(AGENT, ID))).await;
    assert_eq!(found[0]["uri"], ws.uri("object.json"));
    assert_eq!(covered(&object, &found[0]["range"]), ID);
    for needle in ["./greeting.json", "sha256:"] {
        let found = editor.request("textDocument/definition", here(&ws.uri("object.json"), position(&object, needle))).await;
        assert_eq!(found[0]["uri"], ws.uri("greeting.json"), "{needle}");
    }
    let from_xml = editor.request("textDocument/definition", here(&ws.uri("call.xml"), json!({"line": 0, "character": 40}))).await;
    assert_eq!(from_xml[0]["uri"], ws.uri("object.json"));
    let nothing = editor.request("textDocument/definition", here(&ws.uri("object.json"), json!({"line": 0, "character": 0}))).await;
    assert_eq!(nothing, json!([]));
}

// rows: C031
#[tokio::test]
async fn a_class_with_a_hash_leads_to_what_has_the_hash() {
    let object = descriptor(ID, &sha256(GREETING));
    let pinned = |hash: &str| format!("object://weights/{hash}");
    let (true_name, false_name) = (pinned(&sha256(GREETING)), pinned(&sha256("other")));
    let agent = format!(
        "{{\n  \"$schema\": \"object://schema/ai.agent.descriptor.v1\",\n  \"binds\": {{\"weights\": \"{true_name}\", \"vocab\": \"{false_name}\"}}\n}}\n"
    );
    let call = format!("<call><object ref='{true_name}'/></call>\n");
    let ws = Workspace::new(&[("object.json", &object), ("greeting.json", GREETING), ("agent.json", &agent), ("call.xml", &call)]);
    let client = json!({"textDocument": {"hover": {"contentFormat": ["markdown"]}}});
    let mut editor = Editor::open_folder(&ws.path(), client).await;
    for (path, text) in [("agent.json", &agent), ("call.xml", &call)] {
        let at = here(&ws.uri(path), position(text, &true_name));
        let found = editor.request("textDocument/definition", at.clone()).await;
        assert_eq!((&found[0]["uri"], covered(&object, &found[0]["range"])), (&json!(ws.uri("object.json")), ID), "{path}");
        let hover = editor.request("textDocument/hover", at).await;
        let says = hover["contents"]["value"].as_str().expect("a text");
        assert!(says.contains(ID) && says.contains("`object.json`") && says.contains("Pinned to"), "{path}: {says}");
    }
    let at = here(&ws.uri("agent.json"), position(&agent, &false_name));
    assert_eq!(editor.request("textDocument/definition", at.clone()).await, json!([]));
    let hover = editor.request("textDocument/hover", at).await;
    assert!(hover.to_string().contains("Nothing in the workspace defines it"), "{hover}");
}

#[tokio::test]
async fn references_in_json_and_elsewhere() {
    let (ws, mut editor) = two().await;
    let object = descriptor(ID, &sha256(GREETING));
    let mut ask = here(&ws.uri("object.json"), position(&object, ID));
    ask["context"] = json!({"includeDeclaration": false});
    let found = editor.request("textDocument/references", ask.clone()).await;
    let mut uris: Vec<_> = found.as_array().expect("places").iter().map(|place| place["uri"].as_str().expect("a URI").to_owned()).collect();
    uris.sort();
    assert_eq!(uris, [ws.uri("call.xml"), ws.uri("tokenizer.json"), ws.uri("tokenizer.json")], "{found}");
    ask["context"] = json!({"includeDeclaration": true});
    assert_eq!(editor.request("textDocument/references", ask).await.as_array().map(Vec::len), Some(4));
    let mut payload = here(&ws.uri("greeting.json"), json!({"line": 0, "character": 0}));
    payload["context"] = json!({"includeDeclaration": true});
    let users = editor.request("textDocument/references", payload).await;
    assert_eq!(users[0]["uri"], ws.uri("object.json"), "who has this file as payload");
}

#[tokio::test]
async fn the_hierarchy_of_references() {
    let (ws, mut editor) = two().await;
    let object = descriptor(ID, &sha256(GREETING));
    let items = editor.request("textDocument/prepareCallHierarchy", here(&ws.uri("object.json"), position(&object, ID))).await;
    assert_eq!(items[0]["name"], ID);
    let incoming = editor.request("callHierarchy/incomingCalls", json!({"item": items[0]})).await;
    assert_eq!(incoming[0]["from"]["name"], "object://ai/tokenizer/test", "{incoming}");
    let outgoing = editor.request("callHierarchy/outgoingCalls", json!({"item": incoming[0]["from"]})).await;
    assert_eq!(outgoing[0]["to"]["name"], ID);
}

#[tokio::test]
async fn a_rename_reaches_every_syntax_and_no_longer_name() {
    let (ws, mut editor) = two().await;
    let object = descriptor(ID, &sha256(GREETING));
    let at = here(&ws.uri("tokenizer.json"), position(AGENT, ID));
    let prepared = editor.request("textDocument/prepareRename", at.clone()).await;
    assert_eq!((covered(AGENT, &prepared["range"]), &prepared["placeholder"]), (ID, &json!(ID)));
    let mut ask = at;
    ask["newName"] = json!("object://test/salute");
    let edit = editor.request("textDocument/rename", ask.clone()).await;
    let after = |path: &str, text: &str| edited(text, &edit["changes"][ws.uri(path)]);
    assert_eq!(after("object.json", &object), object.replace(ID, "object://test/salute"));
    assert_eq!(after("tokenizer.json", AGENT), AGENT.replace(ID, "object://test/salute"));
    let call = std::fs::read_to_string(ws.path().join("call.xml")).expect("a text");
    assert_eq!(after("call.xml", &call), call.replace("greeting'", "salute'"));
    for bad in ["object://one", "salute", "object://test/", "object://ai/tokenizer/test"] {
        ask["newName"] = json!(bad);
        assert_eq!(editor.refused("textDocument/rename", ask.clone()).await["code"], -32602, "{bad}");
    }
    let nothing = here(&ws.uri("object.json"), json!({"line": 0, "character": 0}));
    assert_eq!(editor.request("textDocument/prepareRename", nothing).await, Value::Null);
}

#[tokio::test]
async fn a_moved_file_is_named_where_it_goes() {
    let (ws, mut editor) = two().await;
    let object = descriptor(ID, &sha256(GREETING));
    let moved = async |editor: &mut Editor, from: &str, to: &str| {
        let edit = editor.request("workspace/willRenameFiles", json!({"files": [{"oldUri": ws.uri(from), "newUri": ws.uri(to)}]})).await;
        if edit.is_null() { object.clone() } else { edited(&object, &edit["changes"][ws.uri("object.json")]) }
    };
    assert!(moved(&mut editor, "greeting.json", "data/salute.json").await.contains("\"./data/salute.json\""));
    assert!(moved(&mut editor, "object.json", "objects/deep/object.json").await.contains("\"../../greeting.json\""));
    assert_eq!(moved(&mut editor, "call.xml", "calls/call.xml").await, object);
}

#[tokio::test]
async fn completion_knows_fields_values_ids_paths_and_the_true_hash() {
    let (ws, mut editor) = two().await;
    let uri = ws.uri("object.json");
    let object = descriptor(ID, &sha256("other"));
    editor.open(&uri, 1, &object).await;
    let mut version = 1;
    let mut offered = async |text: String, needle: &str, inside: usize| {
        version += 1;
        editor.change(&uri, version, json!([{"text": text}])).await;
        let mut at = position(&text, needle);
        at["character"] = json!(at["character"].as_u64().expect("a number") + inside as u64);
        let items = editor.request("textDocument/completion", here(&uri, at)).await;
        let items = items.as_array().expect("items").clone();
        let labels: Vec<String> = items.iter().map(|item| item["label"].as_str().expect("a label").to_owned()).collect();
        (text, items, labels)
    };
    let (text, items, labels) = offered(object.clone(), "sha256:", 3).await;
    assert_eq!(labels.first(), Some(&sha256(GREETING)));
    assert_eq!(edited(&text, &json!([items[0]["textEdit"]])), descriptor(ID, &sha256(GREETING)), "the whole value is replaced");
    let (_, _, labels) = offered(object.clone(), "\"none\"", 1).await;
    assert!(["none", "read", "write", "execute"].iter().all(|value| labels.iter().any(|label| label == value)), "{labels:?}");
    let (_, items, _) = offered(object.clone(), "./greeting.json", 2).await;
    let mut sorted: Vec<_> = items.iter().map(|item| (item["sortText"].as_str(), item["label"].as_str())).collect();
    sorted.sort();
    let files: Vec<_> = sorted.iter().filter_map(|(_, label)| *label).take(4).collect();
    assert_eq!(files, ["./call.xml", "./greeting.json", "./mx2lm.toml", "./tokenizer.json"], "files that are there come before examples");
    let (text, items, labels) = offered(object.replace("  \"authority\": \"none\",\n", "  \n"), "  \n", 2).await;
    let authority = labels.iter().position(|label| label == "authority").expect("a field that is not there yet");
    assert!(!labels.iter().any(|label| label == "payload"), "and none that is");
    assert!(edited(&text, &json!([items[authority]["textEdit"]])).contains("\"authority\": \"\""), "{}", items[authority]);
    let (_, _, labels) = offered(object.replace("\"none\"", "\"object://\""), "object://\"", 9).await;
    assert!(labels.iter().any(|label| label == "object://ai/tokenizer/test"), "{labels:?}");
}

#[tokio::test]
async fn completion_of_rule_names_in_the_configuration() {
    let (ws, mut editor) = two().await;
    let text = "[rules]\n\"object/pay\" = \"off\"\n";
    editor.open(&ws.uri("mx2lm.toml"), 1, text).await;
    let items = editor.request("textDocument/completion", here(&ws.uri("mx2lm.toml"), json!({"line": 1, "character": 8}))).await;
    let item = items.as_array().expect("items").iter().find(|item| item["label"] == "object/payload-hash").expect("the rule");
    assert_eq!(edited(text, &json!([item["textEdit"]])), "[rules]\n\"object/payload-hash\" = \"off\"\n");
}
