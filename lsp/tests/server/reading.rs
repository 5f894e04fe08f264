//! What the editor shows beside and over a text: hovers, hints, lenses, tokens, links, symbols, folds, selections.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{GREETING, Workspace, covered, descriptor, position, sha256},
};

const ID: &str = "object://test/greeting";

/// An editor with `object.json` open, its hash being that of `hashed`.
async fn greeting(hashed: &str) -> (Workspace, Editor, String, String) {
    let text = descriptor(ID, &sha256(hashed));
    let ws = Workspace::new(&[("object.json", &text), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), json!({"textDocument": {"hover": {"contentFormat": ["markdown"]}}})).await;
    let uri = ws.uri("object.json");
    editor.open(&uri, 1, &text).await;
    (ws, editor, uri, text)
}

async fn hover(editor: &mut Editor, uri: &str, position: Value) -> Value {
    editor.request("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position})).await
}

#[tokio::test]
async fn hover_on_a_hash_says_what_is_declared_and_what_is_true() {
    let (_ws, mut editor, uri, text) = greeting(GREETING).await;
    let found = hover(&mut editor, &uri, position(&text, "sha256:")).await;
    let says = found["contents"]["value"].as_str().expect("a text");
    for part in ["✓ true", "`greeting.json`", "22 bytes", &format!("declared `{}`", sha256(GREETING))] {
        assert!(says.contains(part), "{part}: {says}");
    }
    assert_eq!(covered(&text, &found["range"]), sha256(GREETING));

    let (_ws, mut editor, uri, text) = greeting("other").await;
    let found = hover(&mut editor, &uri, position(&text, "sha256:")).await;
    let says = found["contents"]["value"].as_str().expect("a text");
    for part in
        ["✗ not true", &format!("declared `{}`", sha256("other")), &format!("computed `{}`", sha256(GREETING)), "is not the hash of"]
    {
        assert!(says.contains(part), "{part}: {says}");
    }
}

#[tokio::test]
async fn hover_on_an_id_a_location_a_field_and_a_rule() {
    let (ws, mut editor, uri, text) = greeting(GREETING).await;
    let says = |found: Value| found["contents"]["value"].as_str().unwrap_or_default().to_owned();
    let id = says(hover(&mut editor, &uri, position(&text, ID)).await);
    assert!(id.contains(ID) && id.contains("`object.json`") && id.contains("Named by 0 documents"), "{id}");
    let location = says(hover(&mut editor, &uri, position(&text, "./greeting.json")).await);
    assert!(location.contains(&sha256(GREETING)) && location.contains("22 bytes"), "{location}");
    let field = says(hover(&mut editor, &uri, position(&text, "authority")).await);
    assert!(field.contains("**authority**") && field.contains("none"), "{field}");
    let config = ws.uri("mx2lm.toml");
    let rules = "[rules]\n\"object/payload-hash\" = \"warning\"\n";
    editor.open(&config, 1, rules).await;
    let rule = says(hover(&mut editor, &config, position(rules, "payload-hash")).await);
    assert!(rule.contains("object/payload-hash") && rule.contains("What it finds"), "{rule}");
    assert_eq!(hover(&mut editor, &uri, json!({"line": 9999, "character": 9999})).await, Value::Null, "nothing stands there");
}

#[tokio::test]
async fn hints_and_lenses_mark_hashes_as_true_or_not() {
    for (hashed, mark) in [(GREETING, "✓"), ("other", "✗")] {
        let (_ws, mut editor, uri, text) = greeting(hashed).await;
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
        let hints = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).await;
        assert_eq!(hints.as_array().map(Vec::len), Some(1), "{hints}");
        assert_eq!(hints[0]["label"], mark);
        let after = position(&text, ",\n  \"payload\"");
        assert_eq!(hints[0]["position"], after);
        let elsewhere = json!({"start": {"line": 5, "character": 0}, "end": {"line": 9, "character": 0}});
        let none = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": elsewhere})).await;
        assert_eq!(none, json!([]));
        let lenses = editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
        let titles: Vec<_> =
            lenses.as_array().expect("lenses").iter().map(|lens| lens["command"]["title"].as_str().expect("a title")).collect();
        assert_eq!(titles[0], "0 references");
        assert!(titles[1].starts_with(mark), "{titles:?}");
    }
}

#[tokio::test]
async fn tokens_tell_names_places_and_hashes_apart() {
    let (_ws, mut editor, uri, text) = greeting("other").await;
    let whole = editor.request("textDocument/semanticTokens/full", json!({"textDocument": {"uri": uri}})).await;
    let data: Vec<u64> = whole["data"].as_array().expect("numbers").iter().map(|n| n.as_u64().expect("a number")).collect();
    let (mut line, mut column, mut seen) = (0, 0, Vec::new());
    for token in data.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let range = json!({"start": {"line": line, "character": column}, "end": {"line": line, "character": column + token[2]}});
        seen.push((covered(&text, &range).to_owned(), token[3], token[4]));
    }
    let hash = sha256("other");
    let want = [(ID, 0, 1), (&*hash, 2, 6), ("./greeting.json", 1, 0), ("@payload.greeting", 1, 0)];
    assert_eq!(seen, want.map(|(text, kind, bits)| (text.to_owned(), kind, bits)));
    let range = json!({"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 5}});
    let first = editor.request("textDocument/semanticTokens/range", json!({"textDocument": {"uri": uri}, "range": range})).await;
    assert_eq!(first["data"].as_array().map(Vec::len), Some(0), "{first}");
}

#[tokio::test]
async fn links_lead_to_payloads() {
    let (ws, mut editor, uri, text) = greeting(GREETING).await;
    let links = editor.request("textDocument/documentLink", json!({"textDocument": {"uri": uri}})).await;
    assert_eq!(links.as_array().map(Vec::len), Some(1), "{links}");
    assert_eq!(covered(&text, &links[0]["range"]), "./greeting.json");
    assert_eq!(links[0]["target"], ws.uri("greeting.json"));
}

#[tokio::test]
async fn symbols_of_json_toml_and_a_broken_drawing() {
    let ws = Workspace::greeting();
    let nested = json!({"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": true}}});
    let mut editor = Editor::open_folder(&ws.path(), nested).await;
    let mut symbols = async |path: &str, text: &str| {
        editor.open(&ws.uri(path), 1, text).await;
        editor.request("textDocument/documentSymbol", json!({"textDocument": {"uri": ws.uri(path)}})).await
    };
    let names =
        |list: &Value| list.as_array().into_iter().flatten().map(|s| s["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>();
    let json = symbols("object.json", &descriptor(ID, &sha256(GREETING))).await;
    assert_eq!(names(&json), ["$schema", "id", "hash", "payload", "authority", "projections"]);
    assert_eq!(json[1]["detail"], ID);
    assert_eq!(names(&json[3]["children"]), ["type", "mime", "location"]);
    let toml = symbols("mx2lm.toml", "strict = true\n[rules]\n\"object/payload-hash\" = \"off\"\n").await;
    assert_eq!(names(&toml), ["strict", "rules"]);
    assert_eq!(names(&toml[1]["children"]), ["object/payload-hash"]);
    let svg = symbols("broken.svg", "<svg>\n<g id=\"a\"><path d=\"M0 0\n</g>\n<g id=\"b\"/>").await;
    assert_eq!(names(&svg), ["svg"]);
    assert!(svg.to_string().contains("#a") && svg.to_string().contains("#b"), "{svg}");
}

#[tokio::test]
async fn a_client_without_trees_gets_a_list_of_symbols() {
    let (_ws, mut editor, uri, text) = greeting(GREETING).await;
    let list = editor.request("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}})).await;
    let location = list.as_array().expect("symbols").iter().find(|s| s["name"] == "location").expect("a symbol");
    assert_eq!(location["containerName"], "payload");
    assert_eq!(covered(&text, &location["location"]["range"]), "\"location\"");
}

#[tokio::test]
async fn the_workspace_is_searched_by_id() {
    let (ws, mut editor, _, _) = greeting(GREETING).await;
    let found = editor.request("workspace/symbol", json!({"query": "tgreet"})).await;
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!((&found[0]["name"], &found[0]["location"]["uri"]), (&json!(ID), &json!(ws.uri("object.json"))));
    assert_eq!(found[0]["location"]["range"]["start"]["line"], 2);
    assert_eq!(editor.request("workspace/symbol", json!({"query": "nowhere"})).await, json!([]));
}

#[tokio::test]
async fn folds_and_selections_follow_the_structure() {
    let (ws, mut editor, uri, text) = greeting(GREETING).await;
    let folds = editor.request("textDocument/foldingRange", json!({"textDocument": {"uri": uri}})).await;
    let lines: Vec<_> = folds.as_array().expect("folds").iter().map(|fold| (fold["startLine"].clone(), fold["endLine"].clone())).collect();
    assert_eq!(lines, [(json!(0), json!(8)), (json!(6), json!(7))]);
    let at = position(&text, "greeting.json\"");
    let ranges = editor.request("textDocument/selectionRange", json!({"textDocument": {"uri": uri}, "positions": [at]})).await;
    let mut texts = Vec::new();
    let mut range = &ranges[0];
    while range.is_object() {
        texts.push(covered(&text, &range["range"]));
        range = &range["parent"];
    }
    assert_eq!(texts[..3], ["./greeting.json", "\"./greeting.json\"", "\"location\": \"./greeting.json\""]);
    assert_eq!(texts.last(), Some(&&*text));
    let svg = "<svg>\n<g>\n<path d=\"M0 0\"/>\n</g>\n</svg>\n";
    editor.open(&ws.uri("a.svg"), 1, svg).await;
    let folds = editor.request("textDocument/foldingRange", json!({"textDocument": {"uri": ws.uri("a.svg")}})).await;
    assert_eq!(folds.as_array().map(Vec::len), Some(2), "{folds}");
}

// rows: A673 A729
#[tokio::test]
async fn hover_on_a_projection_shows_what_it_gives() {
    let says = |found: Value| found["contents"]["value"].as_str().unwrap_or_default().to_owned();
    let (_ws, mut editor, uri, text) = greeting(GREETING).await;
    let view = says(hover(&mut editor, &uri, position(&text, "default")).await);
    assert!(view.contains("\"body\"") && view.contains("hello"), "{view}");
    let reference = says(hover(&mut editor, &uri, position(&text, "@payload.greeting")).await);
    assert!(reference.contains("\"hello\""), "{reference}");

    let (_ws, mut editor, uri, text) = greeting("other").await;
    let refused = says(hover(&mut editor, &uri, position(&text, "default")).await);
    assert!(refused.contains("Not shown") && refused.contains("verification_error"), "{refused}");
}
