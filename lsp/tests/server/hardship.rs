//! Requests that make no sense, texts that make no sense, and clients that change their mind.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{GREETING, Workspace, descriptor, sha256},
};

/// Every request about a place in a document.
const AT_A_PLACE: &[&str] = &[
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/completion",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/prepareCallHierarchy",
    "textDocument/selectionRange",
    "textDocument/inlayHint",
    "textDocument/codeAction",
    "textDocument/semanticTokens/range",
];

/// Every request about a whole document.
const WHOLE: &[&str] = &[
    "textDocument/diagnostic",
    "textDocument/documentSymbol",
    "textDocument/documentLink",
    "textDocument/foldingRange",
    "textDocument/semanticTokens/full",
    "textDocument/codeLens",
];

fn params(uri: &str, line: u32, character: u32) -> Value {
    let position = json!({"line": line, "character": character});
    json!({
        "textDocument": {"uri": uri},
        "position": position,
        "positions": [position],
        "range": {"start": position, "end": {"line": 0, "character": 0}},
        "context": {"diagnostics": [], "includeDeclaration": true},
        "newName": "object://a/b",
    })
}

/// Asks everything about a document, at places inside and outside of it.
async fn ask_everything(editor: &mut Editor, uri: &str) {
    let places = [(0, 0), (0, 7), (3, 12), (2, 9), (u32::MAX, 0), (0, u32::MAX), (u32::MAX, u32::MAX)];
    let mut ids = Vec::new();
    for method in AT_A_PLACE {
        for (line, character) in places {
            ids.push((method, editor.ask(method, params(uri, line, character)).await));
        }
    }
    for method in WHOLE {
        ids.push((method, editor.ask(method, params(uri, 0, 0)).await));
    }
    let mut waiting: std::collections::HashMap<i64, &str> = ids.into_iter().map(|(method, id)| (id, *method)).collect();
    while !waiting.is_empty() {
        let message = editor.receive().await.expect("an answer");
        if message.get("method").is_some() {
            continue;
        }
        let method = waiting.remove(&message["id"].as_i64().expect("a number")).expect("an answer to a question");
        let code = &message["error"]["code"];
        assert!(code.is_null() || *code == -32602, "{method}: {message}");
    }
}

#[tokio::test]
async fn every_request_is_answered_whatever_the_document() {
    let ws = Workspace::greeting();
    ws.write("binary.json", b"\0\xff\xfe{");
    let client = json!({"textDocument": {
        "codeAction": {"codeActionLiteralSupport": {}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
    }});
    let mut editor = Editor::open_folder(&ws.path(), client).await;
    let odd = [
        String::new(),
        "\u{feff}".to_owned(),
        "{".to_owned(),
        "\"".to_owned(),
        "]".to_owned(),
        "[".repeat(100_000),
        "{\"a\":".repeat(2_000),
        descriptor("object://𝛑/\u{2028}", &sha256("")).replace("\"payload\"", "\"payload\": {}, \"payload\""),
        "{\"\\ud800\": \"\\udc00\", \"n\": 1e400, \"m\": -0}\r\r\n\u{85}".to_owned(),
        format!("{{{}}}", "\"k\": 1,".repeat(10_000)),
        "<svg xmlns='http://www.w3.org/2000/svg'><g id='a' <path d=\"M 0".to_owned(),
        "<!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c '&a;&a;&a;'>]><x>&c;</x>".to_owned(),
        "[rules]\n\"object/payload-hash\" = \n[[suppress]]\npath = \"[\"\n".to_owned(),
    ];
    for path in ["object.json", "new.svg", "mx2lm.toml", "call.xml", "plain.txt"] {
        let uri = ws.uri(path);
        editor.open(&uri, 1, "x").await;
        for (version, text) in odd.iter().enumerate() {
            editor.change(&uri, version as i32 + 2, json!([{"text": text}])).await;
            if version % 4 == 0 || text.len() < 200 {
                ask_everything(&mut editor, &uri).await;
            }
        }
        editor.close(&uri).await;
    }
    for uri in [
        ws.uri("object.json"),
        ws.uri("binary.json"),
        ws.uri("nothing.json"),
        "untitled:x".into(),
        "file:///".into(),
        "mx2lm:/rules/x".into(),
    ] {
        ask_everything(&mut editor, &uri).await;
    }
    let found = editor.request("textDocument/hover", params(&ws.uri("object.json"), 3, 12)).await;
    assert!(found.to_string().contains("true"), "and it still knows what it knew: {found}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_request_taken_back_is_answered_all_the_same() {
    let ws = Workspace::greeting();
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let text = descriptor("object://test/greeting", &sha256(GREETING));
    editor.open(&ws.uri("object.json"), 1, &text).await;
    let mut ids = Vec::new();
    for _ in 0..50 {
        let id = editor.ask("workspace/diagnostic", json!({"previousResultIds": []})).await;
        editor.notify("$/cancelRequest", json!({"id": id})).await;
        ids.push(id);
    }
    editor.notify("$/cancelRequest", json!({"id": 99_999})).await;
    for _ in 0..ids.len() {
        let answer = loop {
            let message = editor.receive().await.expect("an answer");
            if message.get("method").is_none() {
                break message;
            }
        };
        let id = answer["id"].as_i64().expect("a number");
        ids.retain(|known| *known != id);
        assert!(answer.get("result").is_some() || answer["error"]["code"] == -32800, "{answer}");
    }
    assert_eq!(ids, Vec::<i64>::new());
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_client_that_answers_nothing_does_not_hold_the_server_up() {
    let ws = Workspace::greeting();
    let mut editor = Editor::start();
    editor.deaf = true;
    let client = json!({
        "window": {"workDoneProgress": true},
        "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}, "diagnostics": {"refreshSupport": true}},
        "textDocument": {"diagnostic": {}},
    });
    editor.initialize(json!([{"uri": crate::editor::uri(&ws.path()), "name": "x"}]), client).await;
    let uri = ws.uri("greeting.json");
    editor.open(&uri, 1, GREETING).await;
    for version in 2..400 {
        editor.change(&uri, version, json!([{"text": format!("{{\"greeting\": \"{version}\"}}\n")}])).await;
        let report = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": ws.uri("object.json")}})).await;
        assert_eq!(report["items"].as_array().map(Vec::len), Some(1));
    }
    assert!(editor.leave().await);
}
