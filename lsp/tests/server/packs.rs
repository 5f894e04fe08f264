//! Weight packs in an editor: the page of a binary, and what documents of packs say of lanes.

use mx2lm_core::pack::{
    PerClass,
    container::{Recipe, open, write},
    manifest,
};
use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{Workspace, covered, position},
};

const DIMS: u16 = 16;

fn weights(phase: u16) -> Vec<f64> {
    (0..DIMS).map(|at| f64::from((at * 5 + phase) % 11) / 16.0 - 0.3).collect()
}

fn pack() -> Vec<u8> {
    let lanes = ["attention@late", "policy@t0", "policy@t*"].into_iter().zip(0u16..).map(|(id, at)| (id.to_owned(), weights(at))).collect();
    let scales = Some(PerClass::canonical_scales());
    write(&Recipe { dims: DIMS, lanes, scales, audit: true, merkle: true, ..Recipe::default() }).expect("three lawful lanes")
}

fn manifest_text() -> String {
    manifest::to_text(&manifest::generate(&open(&pack()).expect("a lawful pack")))
}

const JSON: &str = r#"{"version": "weights.v2c", "dims": 16, "bias": 0.05,
 "dict": {"@0": "attention@late", "@1": "policy@t*", "@2": "policy@t0"},
 "lanes": {
  "@0": {"W": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]},
  "@1": {"W": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]},
  "@2": {"W": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}},
 "meta": {"law": "lane-dict-scxq2", "compiler": "test"}}
"#;

async fn opened(bytes: &[u8]) -> (Workspace, Editor) {
    let ws = Workspace::new(&[("a.weights.v2c.manifest.json", &manifest_text()), ("other/b.weights.v2c.json", JSON)]);
    ws.write("a.weights.v2c-bin", bytes);
    let editor = Editor::open_folder(&ws.path(), json!({"window": {"showDocument": {"support": true}}})).await;
    (ws, editor)
}

async fn page(ws: &Workspace, editor: &mut Editor) -> (String, String) {
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri("a.weights.v2c-bin")})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    assert!(page.starts_with("mx2lm:/pack/"), "{offers}");
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    (page, text.as_str().expect("a text").to_owned())
}

fn at(uri: &str, text: &str, needle: &str) -> Value {
    json!({"textDocument": {"uri": uri}, "position": position(text, needle)})
}

#[tokio::test]
async fn a_pack_is_a_page_of_sections_and_lanes() {
    let bytes = pack();
    let (ws, mut editor) = opened(&bytes).await;
    let (page, text) = page(&ws, &mut editor).await;
    let root = open(&bytes).expect("a lawful pack").root().expect("a root");
    let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
    for wanted in ["of 5120 bytes", "lane_count    3", "QSCALE", "AUDIT", "INDEX", "policy@t*", "attention@late", &root, "SIGNATURE"] {
        assert!(text.contains(wanted), "no `{wanted}` in\n{text}");
    }
    // policy comes before attention, and each lane shows its sixteen weights
    let lanes: Vec<&str> = text.lines().filter(|line| line.contains('▄') || line.contains('▅')).collect();
    assert_eq!(lanes.len(), 3, "{text}");
    assert!(lanes[0].contains("policy@t*") && lanes[2].contains("attention@late"), "{text}");
    editor.open(&page, 1, &text).await;
    let hover = editor.request("textDocument/hover", at(&page, &text, "attention@late")).await;
    let said = hover["contents"]["value"].as_str().expect("a text");
    assert!(said.contains("fold weight 1.1") && said.contains("1.15"), "{said}");
    let symbols = editor.request("textDocument/documentSymbol", json!({"textDocument": {"uri": page}})).await;
    assert!(symbols.as_array().is_some_and(|all| all.len() >= 8), "{symbols}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn what_is_wrong_with_a_pack_stands_on_the_lane_it_is_wrong_with() {
    let mut bytes = pack();
    let payload = open(&bytes).expect("a lawful pack").lane("policy@t0").expect("a lane").payload.clone();
    bytes[payload.start + 7] ^= 1;
    let (ws, mut editor) = opened(&bytes).await;
    let (page, text) = page(&ws, &mut editor).await;
    editor.open(&page, 1, &text).await;
    // Findings on a page carry no version: the server itself makes its text.
    let finding = loop {
        let told = editor
            .notifications
            .iter()
            .find(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == json!(page));
        let all = told.and_then(|message| message["params"]["diagnostics"].as_array());
        if let Some(finding) = all.and_then(|all| all.iter().find(|one| one["code"] == "pack/leaf-hash")) {
            break finding.clone();
        }
        editor.receive().await.expect("findings before the end of the stream");
    };
    let line = covered(&text, &finding["range"]);
    assert!(line.contains("policy@t0") || line.contains("leaf") || line.contains("hash"), "{line}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_lane_id_says_what_it_is_wherever_it_stands() {
    let (ws, mut editor) = opened(&pack()).await;
    let uri = ws.uri("a.weights.v2c.manifest.json");
    let text = manifest_text();
    editor.open(&uri, 1, &text).await;
    let hover = editor.request("textDocument/hover", at(&uri, &text, "attention@late")).await;
    let said = hover["contents"]["value"].as_str().expect("a text").to_owned();
    for wanted in ["class attention", "fold weight 1.1", "1.15", "a.weights.v2c-bin", "bytes", "the last window of `attention`"] {
        assert!(said.contains(wanted), "no `{wanted}` in {said}");
    }
    // a symbol stands for its lane
    let other = ws.uri("other/b.weights.v2c.json");
    editor.open(&other, 1, JSON).await;
    let hover = editor.request("textDocument/hover", at(&other, JSON, "@1\": {\"W")).await;
    assert!(
        hover["contents"]["value"].as_str().is_some_and(|said| said.contains("`policy@t*`") && said.contains("all windows")),
        "{hover}"
    );
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_proof_speaks_of_the_lane_that_its_symbol_stands_for() {
    let ws = Workspace::new(&[("one.proof.json", "")]);
    let lanes = ["policy@t0__x__attention@row", "policy@all__x__attention@all", "style@t0"];
    let lanes = lanes.into_iter().zip(0u16..).map(|(id, at)| (id.to_owned(), weights(at))).collect();
    let recipe = Recipe { dims: DIMS, lanes, scales: Some(PerClass::canonical_scales()), audit: true, merkle: true, ..Recipe::default() };
    ws.write("a.weights.v2c-bin", write(&recipe).expect("three lawful lanes"));
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let uri = ws.uri("one.proof.json");
    let mut version = 0;
    for (symbol, wanted) in [
        ("@0", "the mean of all interactions of windows of `policy` with windows of `attention`"),
        ("@1", "the mean of the interactions of `policy@t0` with each window of `attention`"),
        ("@2", "the window `t0` of `style`"),
    ] {
        let text = format!("{{\"lane_sym\": \"{symbol}\", \"leaf_hash\": \"{}\", \"path\": []}}", "00".repeat(32));
        version += 1;
        match version {
            1 => editor.open(&uri, 1, &text).await,
            _ => editor.change(&uri, version, json!([{"text": text}])).await,
        }
        let hover = editor.request("textDocument/hover", at(&uri, &text, symbol)).await;
        let said = hover["contents"]["value"].as_str().unwrap_or_default();
        assert!(said.contains(wanted), "{symbol}: {said}");
        let hover = editor.request("textDocument/hover", at(&uri, &text, "0000")).await;
        assert!(!hover["contents"]["value"].as_str().unwrap_or_default().contains("class other"), "a hash is no lane: {hover}");
        let offers = editor.request("textDocument/completion", at(&uri, &text, &format!("{symbol}\""))).await;
        let items = offers.as_array().or(offers["items"].as_array()).cloned().unwrap_or_default();
        let labels: Vec<&str> = items.iter().filter_map(|item| item["label"].as_str()).collect();
        assert!(["@0", "@1", "@2"].iter().all(|symbol| labels.contains(symbol)), "{labels:?}");
    }
    assert!(editor.leave().await);
}

#[tokio::test]
async fn lenses_tell_size_and_root_and_whether_the_pack_is_this_one() {
    let (ws, mut editor) = opened(&pack()).await;
    let uri = ws.uri("a.weights.v2c.manifest.json");
    let text = manifest_text();
    editor.open(&uri, 1, &text).await;
    let titles = |lenses: Value| -> Vec<String> {
        let all = lenses.as_array().cloned().unwrap_or_default();
        all.iter().filter_map(|lens| Some(lens["command"]["title"].as_str()?.to_owned())).collect()
    };
    let size = format!("{} of 5120 bytes · dims 16 · root ", pack().len());
    let told = titles(editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await);
    assert!(told.iter().any(|title| title.starts_with(&size) && title.ends_with("true")), "{told:?}");
    assert!(told.iter().any(|title| title == "show the pack"), "{told:?}");
    let stale = text.replacen("\"dims\": 16", "\"dims\": 48", 1);
    editor.change(&uri, 2, json!([{"text": stale}])).await;
    editor.published(&uri, 2).await;
    let told = titles(editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await);
    assert!(told.iter().any(|title| title.starts_with(&size) && title.ends_with("stale")), "{told:?}");
    let other = ws.uri("other/b.weights.v2c.json");
    editor.open(&other, 1, JSON).await;
    let told = titles(editor.request("textDocument/codeLens", json!({"textDocument": {"uri": other}})).await);
    assert!(told.iter().any(|title| title.contains("of 5120 bytes") && title.ends_with("not compiled yet")), "{told:?}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn lane_ids_are_offered_and_their_cost_is_shown() {
    let (ws, mut editor) = opened(&pack()).await;
    let uri = ws.uri("other/b.weights.v2c.json");
    let text = JSON.replace("\"@2\": \"policy@t0\"", "\"@2\": \"\"");
    editor.open(&uri, 1, &text).await;
    let mut place = at(&uri, &text, "\"\"");
    place["position"]["character"] = json!(place["position"]["character"].as_u64().unwrap_or_default() + 1);
    let offers = editor.request("textDocument/completion", place).await;
    let items = offers.as_array().or(offers["items"].as_array()).cloned().unwrap_or_default();
    let labels: Vec<&str> = items.iter().filter_map(|item| item["label"].as_str()).collect();
    assert!(labels.contains(&"policy@t0") && labels.contains(&"attention@late"), "{labels:?}");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}});
    let hints = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).await;
    // payload 3 + 2·16, INDEX entry 41 + 2, DICT `"@0":"attention@late",` 22
    assert!(hints.as_array().is_some_and(|all| all.iter().any(|hint| hint["label"] == "100 bytes")), "{hints}");
    let manifest = ws.uri("a.weights.v2c.manifest.json");
    editor.open(&manifest, 1, &manifest_text()).await;
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}});
    let hints = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": manifest}, "range": range})).await;
    assert!(hints.as_array().is_some_and(|all| all.iter().any(|hint| hint["label"] == "100 bytes")), "{hints}");
    assert!(editor.leave().await);
}
