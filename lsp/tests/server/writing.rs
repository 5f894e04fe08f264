//! What the editor writes for the author: fixes, hashes, suppressions.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{GREETING, Workspace, descriptor, edited, sha256},
};

fn client() -> Value {
    json!({
        "textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}}}, "diagnostic": {}},
        "workspace": {"workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]}, "diagnostics": {"refreshSupport": true}},
    })
}

fn whole() -> Value {
    json!({"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}})
}

async fn actions(editor: &mut Editor, uri: &str, only: &[&str]) -> Vec<Value> {
    let mut context = json!({"diagnostics": []});
    if !only.is_empty() {
        context["only"] = json!(only);
    }
    let params = json!({"textDocument": {"uri": uri}, "range": whole(), "context": context});
    editor.request("textDocument/codeAction", params).await.as_array().expect("actions").clone()
}

/// The edits of one file in an action.
fn edits_of(action: &Value, uri: &str) -> Value {
    let changes = action["edit"]["documentChanges"].as_array().expect("changes");
    changes.iter().find(|change| change["textDocument"]["uri"] == uri).expect("a change of that file")["edits"].clone()
}

#[tokio::test]
async fn the_true_hash_is_a_quick_fix_and_never_part_of_fix_all() {
    let text = descriptor("object://test/greeting", &sha256("other"));
    let ws = Workspace::new(&[("object.json", &text), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), client()).await;
    let uri = ws.uri("object.json");
    editor.open(&uri, 4, &text).await;
    let offered = actions(&mut editor, &uri, &["quickfix"]).await;
    let action = offered
        .iter()
        .find(|action| action["title"].as_str().is_some_and(|title| title.contains(&sha256(GREETING))))
        .expect("the true hash");
    assert_eq!(edited(&text, &edits_of(action, &uri)), descriptor("object://test/greeting", &sha256(GREETING)));
    assert_eq!(action["edit"]["documentChanges"][0]["textDocument"]["version"], 4);
    assert_eq!(action["isPreferred"], false, "nobody but the author knows which side is true");
    assert_eq!(action["diagnostics"][0]["code"], "object/payload-hash");
    assert_eq!(actions(&mut editor, &uri, &["source.fixAll"]).await, Vec::<Value>::new());
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_hash_can_be_corrected_with_all_that_follow_from_it() {
    let inner = |hash: &str| descriptor("object://test/inner", hash);
    let outer = |inner: &str| descriptor("object://test/outer", &sha256(inner)).replace("./greeting.json", "./inner.object.json");
    let wrong = inner(&sha256("other"));
    let right = inner(&sha256(GREETING));
    let pinned = |hash: &str| {
        format!(
            r#"{{"$schema": "object://schema/ai.tokenizer.v1", "id": "object://ai/tokenizer/t", "vocab_ref": "object://test/outer/{hash}"}}"#
        )
    };
    let (old_pin, new_pin) = (pinned(&sha256(&wrong)), pinned(&sha256(&right)));
    let ws = Workspace::new(&[
        ("inner.object.json", &wrong),
        ("outer.object.json", &outer(&wrong)),
        ("tokenizer.json", &old_pin),
        ("greeting.json", GREETING),
    ]);
    let mut editor = Editor::open_folder(&ws.path(), client()).await;
    let offered = actions(&mut editor, &ws.uri("inner.object.json"), &["quickfix"]).await;
    let chain = offered.iter().find(|action| action["title"].as_str().is_some_and(|title| title.contains("chain"))).expect("the chain");
    assert_eq!(edited(&wrong, &edits_of(chain, &ws.uri("inner.object.json"))), right);
    assert_eq!(edited(&outer(&wrong), &edits_of(chain, &ws.uri("outer.object.json"))), outer(&right));
    assert_eq!(edited(&old_pin, &edits_of(chain, &ws.uri("tokenizer.json"))), new_pin);
    assert_ne!(chain["isPreferred"], true);
    assert!(editor.leave().await);
}

#[tokio::test]
async fn fix_all_makes_the_safe_fixes() {
    let lawful = descriptor("object://test/greeting", &sha256(GREETING));
    let text = lawful.replace("\"none\",", "\"none\",,").replace("greeting\" }", "greeting\", }");
    let ws = Workspace::new(&[("object.json", &lawful), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), client()).await;
    let uri = ws.uri("object.json");
    editor.open(&uri, 1, &lawful).await;
    assert_eq!(actions(&mut editor, &uri, &[]).await, Vec::<Value>::new());
    editor.change(&uri, 2, json!([{"text": text}])).await;
    let offered = actions(&mut editor, &uri, &["source.fixAll.mx2lm"]).await;
    assert_eq!(offered.len(), 1, "{offered:?}");
    assert_eq!(offered[0]["kind"], "source.fixAll.mx2lm");
    let fixed = edited(&text, &edits_of(&offered[0], &uri));
    assert!(serde_json::from_str::<Value>(&fixed).is_ok(), "{fixed}");
    assert!(actions(&mut editor, &uri, &["source"]).await.len() == 1 && actions(&mut editor, &uri, &["refactor"]).await.is_empty());
    assert!(editor.leave().await);
}

#[tokio::test]
async fn suppress_here_writes_the_configuration_with_an_empty_reason() {
    let text = descriptor("object://test/greeting", &sha256("other"));
    let ws = Workspace::new(&[("object.json", &text), ("greeting.json", GREETING)]);
    let config = "# ours\nstrict = false\n";
    ws.write("mx2lm.toml", config);
    let mut editor = Editor::open_folder(&ws.path(), client()).await;
    let (uri, config_uri) = (ws.uri("object.json"), ws.uri("mx2lm.toml"));
    let offered = actions(&mut editor, &uri, &["quickfix"]).await;
    let action =
        offered.iter().find(|action| action["title"].as_str().is_some_and(|title| title.starts_with("suppress"))).expect("a suppression");
    let after = edited(config, &edits_of(action, &config_uri));
    assert!(after.starts_with(config), "what stood there stays: {after}");
    for line in ["[[suppress]]", "rule = \"object/payload-hash\"", "path = \"object.json\"", "locator = \"/hash\"", "reason = \"\""] {
        assert!(after.contains(line), "{line}: {after}");
    }
    editor.open(&config_uri, 1, config).await;
    editor.change(&config_uri, 2, json!([{"text": after}])).await;
    let report =
        async |editor: &mut Editor, uri: &str| editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).await;
    assert_eq!(report(&mut editor, &uri).await["items"], json!([]));
    let own = report(&mut editor, &config_uri).await;
    assert_eq!(own["items"].as_array().map(Vec::len), Some(1), "the empty reason is a warning: {own}");
    assert_eq!(own["items"][0]["severity"], 2);
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_client_that_knows_only_commands_is_offered_no_action_that_edits() {
    let ws = Workspace::new(&[("object.json", &descriptor("object://test/greeting", &sha256("other"))), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    assert_eq!(actions(&mut editor, &ws.uri("object.json"), &[]).await, Vec::<Value>::new());
    assert!(editor.leave().await);
}

/// A drawing of one line beside the pack of another drawing, and the bytes of that pack.
fn stale() -> (Workspace, Vec<u8>) {
    const LINE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x1=\"0\" y1=\"0\" x2=\"3\" y2=\"4\"/></svg>";
    let vectors = include_str!("../../../tests/vectors/scxq2.ndjson");
    let first: Value = serde_json::from_str(vectors.lines().next().expect("a line")).expect("a vector");
    let hex = first["out"]["pack_hex"].as_str().expect("a pack");
    let other: Vec<u8> = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex")).collect();
    let ws = Workspace::new(&[("a.svg", LINE)]);
    ws.write("a.scxq2", &other);
    (ws, other)
}

#[tokio::test]
async fn a_client_that_knows_only_commands_can_have_a_pack_replaced() {
    let (ws, _) = stale();
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("a.scxq2")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    for uri in [ws.uri("a.scxq2"), page] {
        let offered = actions(&mut editor, &uri, &[]).await;
        assert_eq!(offered.len(), 1, "{offered:?}");
        assert_eq!((&offered[0]["command"], &offered[0]["kind"]), (&json!("mx2lm.replace"), &Value::Null), "a command, and no action");
        assert_eq!(actions(&mut editor, &uri, &["source"]).await, Vec::<Value>::new());
    }
    let offered = actions(&mut editor, &ws.uri("a.scxq2"), &[]).await;
    let call = json!({"command": "mx2lm.replace", "arguments": offered[0]["arguments"]});
    editor.request("workspace/executeCommand", call).await;
    let written = std::fs::read(ws.path().join("a.scxq2")).expect("the pack");
    assert!(mx2lm_core::scxq2::pack::decode(&written).is_ok_and(|decoded| decoded.model.elements.len() == 1));
    assert!(editor.leave().await);
}

#[tokio::test]
async fn what_the_author_has_open_is_not_written_over_and_follows_what_is_typed() {
    let (ws, other) = stale();
    let mut editor = Editor::open_folder(&ws.path(), client()).await;
    let by_command = |actions: Vec<Value>| actions.into_iter().find(|action| action["command"]["command"] == "mx2lm.replace");
    let first = by_command(actions(&mut editor, &ws.uri("a.scxq2"), &[]).await).expect("an action");
    // the drawing is typed on: the pack that is offered is that of the text in the editor, and the earlier offer is void
    let typed = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0L3 4L9 4\"/></svg>";
    editor.open(&ws.uri("a.svg"), 1, typed).await;
    let second = by_command(actions(&mut editor, &ws.uri("a.scxq2"), &[]).await).expect("an action");
    assert_ne!(first["command"]["arguments"], second["command"]["arguments"]);
    let call = |action: &Value| json!({"command": "mx2lm.replace", "arguments": action["command"]["arguments"]});
    editor.refused("workspace/executeCommand", call(&first)).await;
    assert_eq!(std::fs::read(ws.path().join("a.scxq2")).expect("the pack"), other);
    // a broken drawing has no pack to offer
    editor.change(&ws.uri("a.svg"), 2, json!([{"text": &typed[..typed.len() - 10]}])).await;
    assert!(by_command(actions(&mut editor, &ws.uri("a.scxq2"), &[]).await).is_none());
    editor.refused("workspace/executeCommand", call(&second)).await;
    assert_eq!(std::fs::read(ws.path().join("a.scxq2")).expect("the pack"), other);
    editor.change(&ws.uri("a.svg"), 3, json!([{"text": typed}])).await;
    let third = by_command(actions(&mut editor, &ws.uri("a.scxq2"), &[]).await).expect("an action");
    assert_eq!(third["command"]["arguments"], second["command"]["arguments"]);
    editor.request("workspace/executeCommand", call(&third)).await;
    let written = std::fs::read(ws.path().join("a.scxq2")).expect("the pack");
    assert!(mx2lm_core::scxq2::pack::decode(&written).is_ok_and(|decoded| decoded.model.points.len() == 3));
    assert!(editor.leave().await);
}

#[tokio::test]
// rows: B186 B305
async fn a_file_that_is_no_text_is_replaced_by_the_server() {
    let (ws, other) = stale();
    let mut editor = Editor::open_folder(&ws.path(), client()).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("a.scxq2")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    let by_command = |actions: Vec<Value>| actions.into_iter().find(|action| action["command"]["command"] == "mx2lm.replace");
    // the same on the page and on the file itself
    let action = by_command(actions(&mut editor, &page, &["quickfix"]).await).expect("an action on the page");
    assert_eq!(by_command(actions(&mut editor, &ws.uri("a.scxq2"), &[]).await).expect("an action")["command"], action["command"]);
    assert!(action["edit"].is_null() && action["isPreferred"] == false, "{action}");
    let call = json!({"command": "mx2lm.replace", "arguments": action["command"]["arguments"]});
    let on_disk = || std::fs::read(ws.path().join("a.scxq2")).expect("the pack");

    let mut unknown = call.clone();
    unknown["arguments"][0]["after"] = json!(sha256("anything else"));
    editor.refused("workspace/executeCommand", unknown).await;
    editor.refused("workspace/executeCommand", json!({"command": "mx2lm.replace", "arguments": []})).await;
    assert_eq!(on_disk(), other);
    // somebody writes the file, and the server is not told
    ws.write("a.scxq2", b"SCXQ2S, but cut off");
    editor.refused("workspace/executeCommand", call.clone()).await;
    assert_eq!(on_disk(), b"SCXQ2S, but cut off");

    ws.write("a.scxq2", &other);
    editor.request("workspace/executeCommand", call.clone()).await;
    assert!(mx2lm_core::scxq2::pack::decode(&on_disk()).is_ok_and(|decoded| decoded.model.elements.len() == 1));
    let report = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": page}})).await;
    assert_eq!(report["items"], json!([]), "nothing is left to say");
    assert!(by_command(actions(&mut editor, &page, &[]).await).is_none());
    editor.refused("workspace/executeCommand", call).await;
    assert_eq!(std::fs::read_dir(ws.path()).expect("the folder").count(), 3, "no file is left beside them");
    assert!(editor.leave().await);
}
