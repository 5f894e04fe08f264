//! Drawings that are tensors: hovers, the canonical form beside the source, formatting, and texts that are broken while typing.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{Workspace, covered, position, sha256},
};

const FILE: &str = "brain.tensor.svg";
/// The drawing of CANONICAL §7.
const CHAIN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x1=\"0\" y1=\"0\" x2=\"3\" y2=\"4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" stroke-width=\"0.5\"/></svg>";
const CHAIN_CANONICAL: &str = "sha256:3851663b886447d6296c7bf812170bc2a833ef49c40e1bbed3c15e3bb754989f";
const CHAIN_ROOT: &str = "sha256:52296c41";

async fn opened(text: &str, capabilities: Value) -> (Workspace, Editor, String) {
    let ws = Workspace::new(&[(FILE, text)]);
    let mut editor = Editor::open_folder(&ws.path(), capabilities).await;
    let uri = ws.uri(FILE);
    editor.open(&uri, 1, text).await;
    (ws, editor, uri)
}

fn markdown() -> Value {
    json!({"textDocument": {"hover": {"contentFormat": ["markdown"]}}})
}

async fn hover(editor: &mut Editor, uri: &str, at: Value) -> (String, Value) {
    let found = editor.request("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": at})).await;
    (found["contents"]["value"].as_str().unwrap_or_default().to_owned(), found["range"].clone())
}

// rows: B120 B122 B125
#[tokio::test]
async fn hovers_say_what_an_element_becomes() {
    let (_ws, mut editor, uri) = opened(CHAIN, markdown()).await;
    let (says, range) = hover(&mut editor, &uri, position(CHAIN, "line id=\"b\"")).await;
    assert_eq!(covered(CHAIN, &range), "line");
    // half of the box's diagonal, and the corner in its middle
    for part in
        ["element 2 of 2", "rank 0", "length (weight) 46341", "confidence 0.5", "from vertex 1 to vertex 2", "M32768 32768L65536 65536"]
    {
        assert!(says.contains(part), "{part}: {says}");
    }
    let (says, _) = hover(&mut editor, &uri, position(CHAIN, "svg xmlns")).await;
    assert!(says.contains("lawful · 3 nodes · 2 edges · root sha256:52296c41") && says.contains(CHAIN_CANONICAL), "{says}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn hovers_on_path_data_name_the_command_and_its_edges() {
    let text = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"p\" d=\"M0 0h4 4Q8 8 12 0\"/></svg>";
    let (_ws, mut editor, uri) = opened(text, markdown()).await;
    let (says, range) = hover(&mut editor, &uri, position(text, "h4")).await;
    assert!(
        says.contains("**command 2**, `h`: horizontal lineto, relative") && says.contains("1 edge from vertex 0 to vertex 1"),
        "{says}"
    );
    assert_eq!(covered(text, &range), "h4");
    let (says, _) = hover(&mut editor, &uri, position(text, "4Q8")).await;
    assert!(says.contains("its letter left out") && says.contains("from vertex 1 to vertex 2"), "{says}");
    let (says, range) = hover(&mut editor, &uri, position(text, "Q8 8")).await;
    assert!(says.contains("quadratic Bézier curve, absolute") && says.contains("edges from vertex 2 to vertex"), "{says}");
    assert_eq!(covered(text, &range), "Q8 8 12 0");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn the_verdict_stands_above_and_the_hash_behind_the_root() {
    let capabilities = json!({"window": {"showDocument": {"support": true}}});
    let (_ws, mut editor, uri) = opened(CHAIN, capabilities).await;
    let lenses = editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
    let titles: Vec<_> = lenses.as_array().expect("a list").iter().filter_map(|lens| lens["command"]["title"].as_str()).collect();
    assert!(titles.iter().any(|title| title.starts_with("lawful · 3 nodes · 2 edges") && title.contains(CHAIN_ROOT)), "{titles:?}");
    assert!(titles.contains(&"show the canonical form"), "{titles:?}");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}});
    let hints = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).await;
    assert!(
        hints[0]["label"]
            .as_str()
            .is_some_and(|label| CHAIN_CANONICAL.contains(label.trim_start_matches("canonical ").trim_end_matches('…'))),
        "{hints}"
    );
    assert_eq!(hints[0]["tooltip"], format!("canonical_svg_hash: {CHAIN_CANONICAL}"));

    let apart = CHAIN.replace("x1=\"3\"", "x1=\"3.5\"");
    editor.change(&uri, 2, json!([{"text": &apart}])).await;
    let lenses = editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
    let titles = lenses.to_string();
    assert!(titles.contains("no tensor: ") && titles.contains("2 pieces"), "{titles}");
    let hints = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).await;
    assert_eq!(hints, json!([]), "what is no tensor has no hash");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_picture_that_is_no_tensor_is_measured_only_on_demand() {
    let ws = Workspace::new(&[("logo.svg", CHAIN)]);
    let mut editor = Editor::open_folder(&ws.path(), markdown()).await;
    let uri = ws.uri("logo.svg");
    editor.open(&uri, 1, CHAIN).await;
    let lenses = editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
    assert!(!lenses.to_string().contains("lawful"), "{lenses}");
    let (says, _) = hover(&mut editor, &uri, position(CHAIN, "line id")).await;
    assert!(says.contains("element 1 of 2"), "{says}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn the_canonical_form_is_shown_an_element_a_line_with_findings_on_it() {
    let text = CHAIN.replace("stroke-width=\"0.5\"", "stroke-width=\"0.5\" colour=\"red\"");
    let (ws, mut editor, _) = opened(&text, json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri(FILE)})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    assert!(page.starts_with("mx2lm:/canonical/"), "{page}");
    let shown = editor.request("mx2lm/content", json!({"uri": page})).await;
    let shown = shown.as_str().expect("a text").to_owned();
    let tags: String = shown.lines().filter(|line| line.trim_start().starts_with('<')).map(str::trim).collect();
    assert_eq!(sha256(&tags), CHAIN_CANONICAL, "the lines together are the canonical text: {shown}");
    assert!(shown.contains(CHAIN_CANONICAL));
    editor.open(&page, 1, &shown).await;
    let line = shown.lines().position(|line| line.contains("M32768 32768")).expect("the second element");
    let at = json!({"line": line, "character": 4});
    let (says, _) = hover(&mut editor, &page, at).await;
    assert!(says.contains("/svg/line[2]"), "{says}");
    assert!(editor.leave().await);
}

// rows: B168
#[tokio::test]
async fn a_declared_tolerance_holds_in_hovers_hints_and_pages() {
    let text = "<svg xmlns=\"http://www.w3.org/2000/svg\">\n  <g id=\"layer\">\n    <path id=\"a\" d=\"M0 0L3 4C5 6 7 6 9 4h3\" stroke-width=\"0.5\"/>\n    <circle id=\"c\" cx=\"10\" cy=\"4\" r=\"2\" opacity=\".5\"/>\n  </g>\n</svg>\n";
    let descriptor = |epsilon: &str| {
        format!(
            "{{\"$schema\":\"object://schema/ai.brain.svg-tensor.v1\",\"id\":\"object://ai/a\",{epsilon}\"payload\":{{\"location\":\"./c.svg\"}}}}"
        )
    };
    let (usual, coarse) = ("sha256:b4a77e941809", "sha256:8dc45d9b6916");
    let ws = Workspace::new(&[("c.svg", text), ("object.json", &descriptor("\"epsilon\":0.25,"))]);
    let mut editor = Editor::open_folder(&ws.path(), markdown()).await;
    let uri = ws.uri("c.svg");
    editor.open(&uri, 1, text).await;
    let (says, _) = hover(&mut editor, &uri, position(text, "svg xmlns")).await;
    assert!(says.contains(coarse) && says.contains("tolerance of curves 0.25"), "{says}");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}});
    let hints = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).await;
    assert!(hints[0]["label"].as_str().is_some_and(|label| label.contains(coarse)), "{hints}");
    let offers = editor.request("mx2lm/views", json!({"uri": uri})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    let shown = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(shown.as_str().is_some_and(|text| text.contains(coarse) && text.contains("tolerance of curves 0.25")), "{shown}");

    // the descriptor says nothing any more, and is not saved
    editor.open(&ws.uri("object.json"), 1, &descriptor("")).await;
    let (says, _) = hover(&mut editor, &uri, position(text, "svg xmlns")).await;
    assert!(says.contains(usual) && !says.contains("tolerance"), "{says}");
    let shown = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(shown.as_str().is_some_and(|text| text.contains(usual)), "{shown}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_drawing_without_a_canonical_form_says_why_on_its_page() {
    let text = CHAIN.replace("<line id=\"a\"", "<polyline points=\"0 0 1 1\"/><line id=\"a\"");
    let (ws, mut editor, _) = opened(&text, json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": ws.uri(FILE)})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    let shown = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(shown.as_str().is_some_and(|text| text.contains("canonicalization_error.unsupported_element")), "{shown}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn formatting_restores_a_canonical_text_and_leaves_a_source_alone() {
    let canonical = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 65536 65536\" data-mx2lm=\"canonical.v1\" data-sx=\"196608\" data-sy=\"262144\"><path id=\"hca978112\" d=\"M0 0L65536 65536\" data-sw=\"65536\" data-o=\"2048\" data-tm=\"65536\"/></svg>";
    let broken_up = canonical.replace("><", ">\n  <").replace("M0 0L", "M 0,0 L ");
    let (_ws, mut editor, uri) = opened(&broken_up, json!({})).await;
    let options = json!({"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": true}});
    let edits = editor.request("textDocument/formatting", options.clone()).await;
    assert_eq!(edits[0]["newText"], canonical);
    assert_eq!(covered(&broken_up, &edits[0]["range"]), broken_up);
    editor.change(&uri, 2, json!([{"text": canonical}])).await;
    assert_eq!(editor.request("textDocument/formatting", options.clone()).await, json!([]));
    editor.change(&uri, 3, json!([{"text": CHAIN}])).await;
    assert_eq!(editor.request("textDocument/formatting", options).await, Value::Null);
    assert!(editor.leave().await);
}
