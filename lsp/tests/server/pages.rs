//! The server's own read-only documents: what an editor shows of a file that is no text.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{Workspace, sha256},
};

const PAYLOAD: &[u8] = b"\0\x01\x02 binary \xff\xfe payload";

fn descriptor() -> String {
    json!({
        "$schema": "object://schema/object.v1", "id": "object://test/bytes", "hash": sha256(PAYLOAD), "authority": "none",
        "payload": {"type": "binary", "mime": "application/octet-stream", "location": "./data.bin"},
        "projections": {"default": {"type": "binary", "source": "@payload", "encoding": "raw"}}
    })
    .to_string()
}

async fn opened(capabilities: Value) -> (Workspace, Editor) {
    let ws = Workspace::new(&[("object.json", &descriptor())]);
    ws.write("data.bin", PAYLOAD);
    let editor = Editor::open_folder(&ws.path(), capabilities).await;
    (ws, editor)
}

#[tokio::test]
async fn a_binary_is_shown_as_a_document_of_the_servers_own() {
    let (ws, mut editor) = opened(json!({"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": true}}})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("data.bin")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    assert!(page.starts_with("mx2lm:/bytes/") && page.ends_with("/data.bin"), "{page}");
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    let text = text.as_str().expect("a text").to_owned();
    assert!(text.contains("00 01 02 20 62 69 6e 61 72 79 20 ff fe 20 70 61") && text.contains("... binary .. pa"), "{text}");
    editor.open(&page, 1, &text).await;
    let line = text.lines().position(|line| line.starts_with("00000010")).expect("a second line");
    let at = json!({"textDocument": {"uri": page}, "position": {"line": line, "character": 3}});
    let hover = editor.request("textDocument/hover", at).await;
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("bytes 16 to 20")), "{hover}");
    let symbols = editor.request("textDocument/documentSymbol", json!({"textDocument": {"uri": page}})).await;
    assert_eq!(symbols[0]["name"], "data.bin");
    assert!(editor.request("textDocument/foldingRange", json!({"textDocument": {"uri": page}})).await.is_array());
    let text_offers = editor.request("mx2lm/views", json!({"uri": ws.uri("object.json")})).await;
    assert_eq!(text_offers, json!([]), "a text needs no form");
    editor.refused("mx2lm/content", json!({"uri": page.replace("data.bin", "missing.bin")})).await;
    editor.refused("mx2lm/content", json!({"uri": page.replace("/bytes/", "/nothing/")})).await;
    editor.refused("mx2lm/content", json!({"uri": "mx2lm:/bytes"})).await;
    editor.refused("mx2lm/content", json!({"uri": "mx2lm:/bytes//../../etc/passwd"})).await;
    assert!(editor.leave().await);
}

#[tokio::test]
async fn an_open_page_is_told_when_its_file_changes() {
    let (ws, mut editor) = opened(json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("data.bin")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    editor.open(&page, 1, text.as_str().expect("a text")).await;
    ws.write("data.bin", [PAYLOAD, b"more"].concat());
    let changes = json!({"changes": [{"uri": ws.uri("data.bin"), "type": 2}]});
    editor.notify("workspace/didChangeWatchedFiles", changes).await;
    editor.page_changed(&page).await;
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(text.as_str().is_some_and(|text| text.contains("more")), "{text}");
    editor.close(&page).await;
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_file_made_or_changed_where_nobody_watches_is_shown_as_it_is() {
    let (ws, mut editor) = opened(json!({})).await;
    ws.write("new.bin", b"\0 first");
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("new.bin")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(text.as_str().is_some_and(|text| text.contains(". first")), "{text}");
    ws.write("new.bin", b"\0 second");
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(text.as_str().is_some_and(|text| text.contains(". second")), "{text}");
    ws.remove("new.bin");
    editor.refused("mx2lm/content", json!({"uri": page})).await;
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_lens_on_the_descriptor_shows_its_payload() {
    let (ws, mut editor) = opened(json!({"window": {"showDocument": {"support": true}}})).await;
    let uri = ws.uri("object.json");
    editor.open(&uri, 1, &descriptor()).await;
    let lenses = editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
    let lens = lenses.as_array().expect("a list").iter().find(|lens| lens["command"]["command"] == "mx2lm.show").expect("a lens");
    let arguments = json!({"command": "mx2lm.show", "arguments": lens["command"]["arguments"]});
    editor.request("workspace/executeCommand", arguments).await;
    while !editor.asked.iter().any(|method| method == "window/showDocument") {
        editor.receive().await.expect("a message");
    }
    editor.refused("workspace/executeCommand", json!({"command": "mx2lm.show", "arguments": [uri]})).await;
    assert!(editor.leave().await);
}

#[tokio::test]
// rows: B377 B378
async fn a_pack_is_shown_field_by_field_and_its_finding_stands_on_the_field() {
    const CHAIN: &str = include_str!("../../../tests/vectors/scxq2.ndjson");
    let first: Value = serde_json::from_str(CHAIN.lines().next().expect("a line")).expect("a vector");
    let hex = first["out"]["pack_hex"].as_str().expect("a pack");
    let mut bytes: Vec<u8> = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex")).collect();
    bytes[283] = 6;
    let ws = Workspace::new(&[]);
    ws.write("a.scxq2", &bytes);
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("a.scxq2")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    assert!(page.starts_with("mx2lm:/lanes/"), "{page}");
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    let text = text.as_str().expect("a text");
    let letters = page.replace("mx2lm:/", "mxlm:///");
    let same = editor.request("mx2lm/content", json!({"uri": letters})).await;
    assert_eq!(same.as_str(), Some(text), "the scheme without a digit");
    let report = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": letters}})).await;
    let line = report["items"][0]["range"]["start"]["line"].as_u64().expect("a line") as usize;
    assert!(text.lines().nth(line).is_some_and(|line| line.contains("/W/0/length")), "{report}");
    assert!(editor.leave().await);
}

/// Each byte of a pack in turn is spoilt: the finding stands on the line of the field that the reader names.
#[tokio::test]
// rows: B378
async fn every_finding_on_a_pack_stands_on_the_line_of_its_field() {
    const CHAIN: &str = include_str!("../../../tests/vectors/scxq2.ndjson");
    let first: Value = serde_json::from_str(CHAIN.lines().next().expect("a line")).expect("a vector");
    let hex = first["out"]["pack_hex"].as_str().expect("a pack");
    let bytes: Vec<u8> = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex")).collect();
    let ws = Workspace::new(&[]);
    ws.write("a.scxq2", &bytes);
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("a.scxq2")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    let mut told = std::collections::BTreeSet::new();
    for (at, mask) in (6..bytes.len()).flat_map(|at| [(at, 0x55), (at, 0x02)]) {
        let mut spoilt = bytes.clone();
        spoilt[at] ^= mask;
        let Err(rejection) = mx2lm_core::scxq2::pack::decode(&spoilt) else { continue };
        ws.write("a.scxq2", &spoilt);
        editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": ws.uri("a.scxq2"), "type": 2}]})).await;
        let report = editor.request("textDocument/diagnostic", json!({"textDocument": {"uri": page}})).await;
        assert_eq!(report["items"].as_array().map(Vec::len), Some(1), "one finding a cause, {at}: {report}");
        assert!(report["items"][0]["message"].as_str().is_some_and(|says| says.contains(rejection.name.as_str())), "{at}: {report}");
        let line = report["items"][0]["range"]["start"]["line"].as_u64().expect("a line") as usize;
        let text = editor.request("mx2lm/content", json!({"uri": page})).await;
        let line = text.as_str().and_then(|text| text.lines().nth(line)).expect("the line is there");
        // the line is headed by the number of the field's first byte
        assert_eq!(line.split_whitespace().next(), Some(&*rejection.offset().to_string()), "{at}: {rejection}: {line}");
        told.insert(rejection.name.as_str());
    }
    assert_eq!(told.len(), 6, "all but what a single byte cannot do: {told:?}");
    assert!(editor.leave().await);
}
