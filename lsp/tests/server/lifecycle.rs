//! Starting, ending, and messages that no editor should send.

use serde_json::{Value, json};

use crate::editor::Editor;

#[tokio::test]
async fn it_leaves_in_good_order_only_after_shutdown() {
    let mut editor = Editor::start();
    editor.initialize(json!(null), json!({})).await;
    assert!(editor.leave().await);

    let mut editor = Editor::start();
    editor.initialize(json!(null), json!({})).await;
    editor.notify("exit", Value::Null).await;
    assert!(!editor.ended().await);
}

#[tokio::test]
async fn it_ends_with_its_input() {
    assert!(!Editor::start().vanish().await);
    let mut editor = Editor::start();
    editor.initialize(json!(null), json!({})).await;
    assert!(!editor.vanish().await);
}

#[cfg(unix)]
#[tokio::test]
async fn it_ends_with_the_process_that_started_it() {
    let mut parent = std::process::Command::new("sleep").arg("600").spawn().expect("a process");
    let mut editor = Editor::start();
    editor.request("initialize", json!({"processId": parent.id(), "capabilities": {}})).await;
    editor.notify("initialized", json!({})).await;
    parent.kill().expect("it is ours");
    parent.wait().expect("it ends");
    assert!(!editor.ended().await);
}

#[tokio::test]
async fn the_agreement_on_positions_and_diagnostics() {
    let mut editor = Editor::start();
    let pull = json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}, "textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}});
    let server = editor.initialize(json!([]), pull).await;
    assert_eq!(server["positionEncoding"], "utf-8");
    assert_eq!(server["textDocumentSync"]["change"], 2);

    let mut editor = Editor::start();
    let server = editor.initialize(json!([]), json!({})).await;
    assert_eq!(server["positionEncoding"], "utf-16");
    assert!(server.get("diagnosticProvider").is_none(), "findings are pushed to a client that does not ask for them");

    let mut editor = Editor::start();
    let deaf = json!({"textDocument": {"diagnostic": {"relatedDocumentSupport": true}}});
    let server = editor.initialize(json!([]), deaf).await;
    assert!(server.get("diagnosticProvider").is_none(), "and to one that asks but cannot be told to ask again");
}

#[tokio::test]
async fn a_capability_in_an_unknown_form_does_not_keep_it_from_starting() {
    let mut editor = Editor::start();
    let odd = json!({"general": {"positionEncodings": "utf-8"}, "textDocument": {"hover": 1, "foldingRange": {"rangeLimit": -1.5}}, "workspace": []});
    editor.initialize(json!({"not": "a list"}), odd).await;
    assert!(editor.leave().await);
}

#[tokio::test]
async fn files_are_watched_only_for_a_client_that_offers_it() {
    let mut editor = Editor::start();
    editor.initialize(json!([]), json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}})).await;
    while !editor.asked.contains(&"client/registerCapability".to_owned()) {
        editor.receive().await.expect("a request");
    }
    assert!(editor.leave().await);

    let mut editor = Editor::start();
    editor.initialize(json!([]), json!({})).await;
    editor.request("shutdown", Value::Null).await;
    assert_eq!(editor.asked, Vec::<String>::new());
}

#[tokio::test]
async fn rubbish_is_refused_and_forgotten() {
    let mut editor = Editor::start();
    editor.initialize(json!([]), json!({})).await;
    for body in [
        "{",
        "[]",
        "3",
        "\"x\"",
        "{\"jsonrpc\":\"2.0\",\"method\":3,\"id\":9}",
        "{\"jsonrpc\":\"1.0\",\"method\":\"shutdown\",\"id\":9}",
        "\u{0}",
    ] {
        editor.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
        let answer = editor.receive().await.expect("a refusal");
        assert!(matches!(answer["error"]["code"].as_i64(), Some(-32700 | -32600)), "{body}: {answer}");
    }
    editor.send_raw(b"Content-Length: 2\r\n\r\n\xff\xff").await;
    assert_eq!(editor.receive().await.expect("a refusal")["error"]["code"], -32700);
    editor.send_raw(b"Content-Length: x\r\n\r\n").await;
    assert_eq!(editor.receive().await.expect("a refusal")["error"]["code"], -32700);
    // answers to questions nobody asked, and notifications without their parameters, are passed over
    editor.send(json!({"jsonrpc": "2.0", "id": 77, "result": null})).await;
    editor.send(json!({"jsonrpc": "2.0"})).await;
    editor.notify("textDocument/didChange", json!({})).await;
    editor.notify("textDocument/didOpen", json!({"textDocument": {"uri": "not a uri"}})).await;
    editor.notify("$/unheardOf", json!({})).await;
    assert_eq!(editor.refused("mx2lm/unheardOf", json!({})).await["code"], -32601);
    assert_eq!(editor.refused("textDocument/hover", json!({"textDocument": 3})).await["code"], -32602);
    assert!(editor.leave().await);
}

#[tokio::test]
async fn nothing_is_answered_before_initialize_or_after_shutdown() {
    let mut editor = Editor::start();
    assert_eq!(editor.refused("mx2lm/documentDigest", json!({"uri": "file:///x"})).await["code"], -32002);
    editor.initialize(json!([]), json!({})).await;
    editor.request("shutdown", Value::Null).await;
    assert_eq!(editor.refused("mx2lm/documentDigest", json!({"uri": "file:///x"})).await["code"], -32600);
    editor.notify("exit", Value::Null).await;
    assert!(editor.ended().await);
}
