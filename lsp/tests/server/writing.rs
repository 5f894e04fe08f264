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
async fn a_client_that_knows_only_commands_is_offered_no_action() {
    let ws = Workspace::new(&[("object.json", &descriptor("object://test/greeting", &sha256("other"))), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    assert_eq!(actions(&mut editor, &ws.uri("object.json"), &[]).await, Vec::<Value>::new());
    assert!(editor.leave().await);
}
