//! Findings reach the editor: pushed or pulled, of the text it shows, and of the files beside it.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{GREETING, Workspace, descriptor, sha256},
};

fn pull() -> Value {
    json!({"textDocument": {"diagnostic": {"relatedDocumentSupport": true}}, "workspace": {"diagnostics": {"refreshSupport": true}}})
}

fn codes(items: &Value) -> Vec<String> {
    let mut codes: Vec<String> =
        items.as_array().expect("a list").iter().map(|item| item["code"].as_str().expect("a code").to_owned()).collect();
    codes.sort();
    codes
}

#[tokio::test]
async fn findings_are_pushed_with_the_version_they_are_of() {
    let ws = Workspace::greeting();
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let uri = ws.uri("object.json");
    let text = descriptor("object://test/greeting", &sha256(GREETING));
    editor.open(&uri, 1, &text).await;
    assert_eq!(editor.published(&uri, 1).await, json!([]));
    editor.change(&uri, 2, json!([{"text": text.replace("\"none\",", "\"none\", \"authority\": \"none\",")}])).await;
    let found = editor.published(&uri, 2).await;
    assert_eq!(codes(&found).len(), 1, "{found}");
    let finding = &found[0];
    assert_eq!(finding["source"], "mx2lm");
    assert_eq!(finding["severity"], 1);
    assert_eq!(finding["range"]["start"], json!({"line": 5, "character": 23}));
    let page = finding["codeDescription"]["href"].as_str().expect("a link").to_owned();
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(text.as_str().expect("a text").contains(finding["code"].as_str().expect("a code")));
    editor
        .change(&uri, 3, json!([{"range": {"start": {"line": 5, "character": 23}, "end": {"line": 5, "character": 43}}, "text": ""}]))
        .await;
    assert_eq!(editor.published(&uri, 3).await, json!([]));
    assert!(editor.leave().await);
}

#[tokio::test]
async fn findings_are_pulled_and_unchanged_ones_are_named() {
    let ws = Workspace::greeting();
    let mut editor = Editor::open_folder(&ws.path(), pull()).await;
    let uri = ws.uri("object.json");
    let report = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).await;
    assert_eq!(report["kind"], "full");
    assert_eq!(report["items"], json!([]), "a file that is not open");
    editor.open(&uri, 1, &descriptor("object://test/greeting", &sha256("other"))).await;
    let report = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).await;
    assert_eq!(codes(&report["items"]).len(), 1, "{report}");
    let id = report["resultId"].clone();
    let again = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}, "previousResultId": id})).await;
    assert_eq!(again["kind"], "unchanged");
    assert_eq!(again["resultId"], id);
    let nowhere = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": "file:///nowhere/x.json"}})).await;
    assert_eq!(nowhere["items"], json!([]));
    assert!(!editor.notifications.iter().any(|n| n["method"] == "textDocument/publishDiagnostics"), "pulled findings are not pushed too");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn an_edit_in_one_file_changes_the_findings_in_another() {
    let ws = Workspace::greeting();
    let mut editor = Editor::open_folder(&ws.path(), pull()).await;
    let (object, payload) = (ws.uri("object.json"), ws.uri("greeting.json"));
    editor.open(&payload, 1, GREETING).await;
    let ask = json!({"textDocument": {"uri": object}});
    assert_eq!(editor.request("textDocument/diagnostic", ask.clone()).await["items"], json!([]));
    let greet = |word: &str| json!([{"range": {"start": {"line": 0, "character": 14}, "end": {"line": 0, "character": 19}}, "text": word}]);
    editor.change(&payload, 2, greet("adieu")).await;
    let report = editor.request("textDocument/diagnostic", ask.clone()).await;
    assert_eq!(codes(&report["items"]).len(), 1, "the hash is not true of the unsaved text: {report}");
    let payloads = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": payload}})).await;
    assert!(payloads["relatedDocuments"][&object]["items"].as_array().is_some_and(|items| items.len() == 1), "{payloads}");
    let whole = editor.request("workspace/diagnostic", json!({"previousResultIds": []})).await;
    assert_eq!(whole["items"].as_array().map(Vec::len), Some(1), "{whole}");
    assert_eq!(whole["items"][0]["uri"], object);
    while !editor.asked.iter().any(|method| method == "workspace/diagnostic/refresh") {
        editor.receive().await.expect("a request");
    }
    let held = json!({"previousResultIds": [{"uri": object, "value": whole["items"][0]["resultId"]}]});
    assert_eq!(editor.request("workspace/diagnostic", held.clone()).await["items"][0]["kind"], "unchanged");
    editor.change(&payload, 3, greet("hello")).await;
    let after = editor.request("workspace/diagnostic", held).await;
    assert_eq!((&after["items"][0]["kind"], &after["items"][0]["items"]), (&json!("full"), &json!([])), "{after}");
    editor.change(&payload, 4, greet("again")).await;
    editor.close(&payload).await;
    assert_eq!(editor.request("textDocument/diagnostic", ask).await["items"], json!([]), "after closing, the file on disk counts");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn until_edited_the_bytes_on_disk_are_the_content() {
    let disk = "\u{feff}{\"greeting\":\r\n \"hello\"}\r\n";
    let ws = Workspace::new(&[("object.json", &descriptor("object://test/greeting", &sha256(disk)))]);
    ws.write("greeting.json", disk);
    let mut editor = Editor::open_folder(&ws.path(), pull()).await;
    let (object, payload) = (ws.uri("object.json"), ws.uri("greeting.json"));
    // the editor dropped the mark and changed the line ends
    editor.open(&payload, 1, "{\"greeting\":\n \"hello\"}\n").await;
    let ask = json!({"textDocument": {"uri": object}});
    let before = editor.request("textDocument/diagnostic", ask.clone()).await;
    let hash_is_true = |report: &Value| !report["items"].to_string().contains("sha256:");
    assert!(hash_is_true(&before), "{before}");
    // an edit and its undoing
    editor
        .change(&payload, 2, json!([{"range": {"start": {"line": 1, "character": 2}, "end": {"line": 1, "character": 3}}, "text": "H"}]))
        .await;
    let during = editor.request("textDocument/diagnostic", ask.clone()).await;
    assert!(!hash_is_true(&during), "{during}");
    editor
        .change(&payload, 3, json!([{"range": {"start": {"line": 1, "character": 2}, "end": {"line": 1, "character": 3}}, "text": "h"}]))
        .await;
    let after = editor.request("textDocument/diagnostic", ask).await;
    assert_eq!(after["items"], before["items"], "mark and line ends are put back before hashing");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn watched_files_are_looked_at_again() {
    let ws = Workspace::greeting();
    let mut editor = Editor::open_folder(&ws.path(), pull()).await;
    let ask = json!({"textDocument": {"uri": ws.uri("object.json")}});
    assert_eq!(editor.request("textDocument/diagnostic", ask.clone()).await["items"], json!([]));
    for (change, lawful) in [("changed", false), ("restored", true), ("gone", false)] {
        match change {
            "changed" => ws.write("greeting.json", "{\"greeting\": \"bye\"}\n"),
            "restored" => ws.write("greeting.json", GREETING),
            _ => ws.remove("greeting.json"),
        }
        editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": ws.uri("greeting.json"), "type": 2}]})).await;
        let report = editor.request("textDocument/diagnostic", ask.clone()).await;
        assert_eq!(report["items"].as_array().is_some_and(Vec::is_empty), lawful, "{change}: {report}");
    }
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_configuration_with_a_mistake_leaves_the_last_good_one_in_force() {
    let ws = Workspace::new(&[("object.json", &descriptor("object://test/greeting", &sha256("other"))), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), pull()).await;
    let ask = json!({"textDocument": {"uri": ws.uri("object.json")}});
    let code = codes(&editor.request("textDocument/diagnostic", ask.clone()).await["items"]).remove(0);
    let config = ws.uri("mx2lm.toml");
    let off = format!("[rules]\n\"{code}\" = \"off\"\n");
    editor.open(&config, 1, "").await;
    editor.change(&config, 2, json!([{"text": off}])).await;
    assert_eq!(editor.request("textDocument/diagnostic", ask.clone()).await["items"], json!([]), "an unsaved configuration counts");
    editor.change(&config, 3, json!([{"text": format!("{off}strict = \n")}])).await;
    assert_eq!(editor.request("textDocument/diagnostic", ask.clone()).await["items"], json!([]), "the last good one stays");
    let own = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": config}})).await;
    assert!(!own["items"].as_array().expect("a list").is_empty(), "and the mistake is found");
    assert!(editor.notifications.iter().any(|n| n["method"] == "window/showMessage"), "and told");
    editor.close(&config).await;
    assert_eq!(codes(&editor.request("textDocument/diagnostic", ask).await["items"]), [code], "the file on disk turns nothing off");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_change_of_levels_alone_reads_no_file_anew() {
    let ws = Workspace::new(&[("object.json", &descriptor("object://test/a", &sha256("other"))), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), json!({"textDocument": {"diagnostic": {}}})).await;
    let config = ws.uri("mx2lm.toml");
    editor.open(&config, 1, "").await;
    let ask = json!({"textDocument": {"uri": ws.uri("object.json")}});
    let found = editor.request("textDocument/diagnostic", ask.clone()).await;
    assert_eq!((&found["items"][0]["code"], &found["items"][0]["severity"]), (&json!("object/payload-hash"), &json!(1)), "{found}");
    // the disk changes without a word: whoever reads it again finds the hash true
    ws.write("greeting.json", "other");
    editor.change(&config, 2, json!([{"text": "[rules]\n\"object/payload-hash\" = \"warning\"\n"}])).await;
    let found = editor.request("textDocument/diagnostic", ask.clone()).await;
    assert_eq!((&found["items"][0]["code"], &found["items"][0]["severity"]), (&json!("object/payload-hash"), &json!(2)), "{found}");
    let suppressed = "[[suppress]]\nrule = \"object/payload-hash\"\npath = \"**\"\nreason = \"a test\"\n";
    editor.change(&config, 3, json!([{"text": suppressed}])).await;
    assert_eq!(editor.request("textDocument/diagnostic", ask.clone()).await["items"], json!([]));
    editor.change(&config, 4, json!([{"text": ""}])).await;
    assert_eq!(editor.request("textDocument/diagnostic", ask.clone()).await["items"].as_array().map(Vec::len), Some(1));
    editor.change(&config, 5, json!([{"text": "exclude = [\"x/**\"]\n"}])).await;
    let found = editor.request("textDocument/diagnostic", ask).await;
    assert_ne!(found["items"][0]["code"], json!("object/payload-hash"), "other files may count now, so all are read: {found}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_document_beyond_the_limit_of_edits_has_its_syntax_checked_and_no_more() {
    let ws = Workspace::greeting();
    let mut editor = Editor::open_folder(&ws.path(), json!({"textDocument": {"diagnostic": {}}})).await;
    let uri = ws.uri("object.json");
    // an unknown member, which only a rule notices, and a member twice, which the reading itself does
    let lawful = descriptor("object://test/greeting", &sha256(GREETING));
    let padded = |bytes: usize| {
        let head = lawful.replacen('{', "{\n  \"autority\": 1, \"note\": 1, \"note\": \"", 1);
        let (start, end) = head.split_at(head.find("\"note\": \"").expect("a text") + 9);
        format!("{start}{}\",{end}", "x".repeat(bytes.saturating_sub(head.len() + 2)))
    };
    let rules = |found: serde_json::Value| -> Vec<String> {
        let items = found["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["code"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let ask = json!({"textDocument": {"uri": uri}});
    editor.open(&uri, 1, &padded(1 << 20)).await;
    let found = rules(editor.request("textDocument/diagnostic", ask.clone()).await);
    assert!(found.contains(&"syntax/json-duplicate-member".to_owned()) && found.contains(&"object/unknown-member".to_owned()), "{found:?}");
    assert!(!found.contains(&"workspace/editor-limit".to_owned()), "{found:?}");
    let (most, text) = (50 << 20, padded((50 << 20) + 1));
    assert!(text.len() > most);
    editor.change(&uri, 2, json!([{"text": text}])).await;
    let found = rules(editor.request("textDocument/diagnostic", ask.clone()).await);
    assert!(
        found.contains(&"syntax/json-duplicate-member".to_owned()) && found.contains(&"workspace/editor-limit".to_owned()),
        "{found:?}"
    );
    assert!(!found.contains(&"object/unknown-member".to_owned()), "{found:?}");
    editor.change(&uri, 3, json!([{"text": lawful}])).await;
    assert_eq!(
        rules(editor.request("textDocument/diagnostic", ask).await),
        Vec::<String>::new(),
        "and back below the limit all is checked"
    );
    assert!(editor.leave().await);
}

#[tokio::test]
async fn several_folders_and_documents_outside_all_of_them() {
    let (a, b, outside) = (Workspace::greeting(), Workspace::greeting(), Workspace::greeting());
    outside.write("object.json", descriptor("object://test/greeting", &sha256("other")));
    outside.remove("mx2lm.toml");
    b.write("object.json", descriptor("object://test/greeting", &sha256("other")));
    let mut editor = Editor::start();
    let folder = |ws: &Workspace| json!({"uri": crate::editor::uri(&ws.path()), "name": "x"});
    editor.initialize(json!([folder(&a)]), pull()).await;
    let whole = |report: Value| report["items"].as_array().expect("a list").len();
    assert_eq!(whole(editor.request("workspace/diagnostic", json!({"previousResultIds": []})).await), 0);
    editor.notify("workspace/didChangeWorkspaceFolders", json!({"event": {"added": [folder(&b)], "removed": []}})).await;
    assert_eq!(
        whole(editor.request("workspace/diagnostic", json!({"previousResultIds": []})).await),
        1,
        "one id in two workspaces is no clash"
    );
    editor.notify("workspace/didChangeWorkspaceFolders", json!({"event": {"added": [], "removed": [folder(&b)]}})).await;
    assert_eq!(whole(editor.request("workspace/diagnostic", json!({"previousResultIds": []})).await), 0);
    // alone, a document is told what its own text says and nothing of what it names
    for uri in [outside.uri("object.json"), "untitled:object.json".to_owned()] {
        editor.open(&uri, 1, &descriptor("object://test/greeting", &sha256("other"))).await;
        let ask = json!({"textDocument": {"uri": uri}});
        assert_eq!(editor.request("textDocument/diagnostic", ask.clone()).await["items"], json!([]), "{uri}");
        editor.change(&uri, 2, json!([{"text": "{\"$schema\": \"object://schema/object.v1\", \"id\": 1, \"id\": 2}"}])).await;
        let found = codes(&editor.request("textDocument/diagnostic", ask).await["items"]);
        assert!(found.contains(&"syntax/json-duplicate-member".to_owned()), "{uri}: {found:?}");
        editor.close(&uri).await;
    }
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_document_outside_all_folders_belongs_to_the_workspace_its_configuration_names() {
    let ws = Workspace::greeting();
    let text = descriptor("object://test/greeting", &sha256("other"));
    ws.write("object.json", &text);
    let mut editor = Editor::start();
    editor.initialize(json!(null), pull()).await;
    let uri = ws.uri("object.json");
    editor.open(&uri, 1, &text).await;
    let ask = json!({"textDocument": {"uri": uri}});
    assert_eq!(codes(&editor.request("textDocument/diagnostic", ask.clone()).await["items"]), ["object/payload-hash"]);
    editor.change(&uri, 2, json!([{"text": descriptor("object://test/greeting", &sha256(GREETING))}])).await;
    assert_eq!(editor.request("textDocument/diagnostic", ask).await["items"], json!([]));
    editor.close(&uri).await;
    assert!(editor.leave().await);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_behind_a_link_is_spelled_as_the_editor_spells_it() {
    let ws = Workspace::greeting();
    ws.write("object.json", descriptor("object://test/greeting", &sha256("other")));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let link = elsewhere.path().join("a link");
    std::os::unix::fs::symlink(ws.path(), &link).expect("a link");
    let mut editor = Editor::open_folder(&link, pull()).await;
    let whole = editor.request("workspace/diagnostic", json!({"previousResultIds": []})).await;
    let uri = crate::workspace::uri_in(&link, "object.json");
    assert_eq!(whole["items"][0]["uri"], uri);
    editor.open(&uri, 7, &descriptor("object://test/greeting", &sha256(GREETING))).await;
    let report = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).await;
    assert_eq!(report["items"], json!([]), "the text of the link is the text of the file");
    assert!(editor.leave().await);
}
