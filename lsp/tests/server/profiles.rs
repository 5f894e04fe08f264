//! π-profiles in an editor: what they score follows the typing.

use serde_json::{Value, json};

use crate::{editor::Editor, workspace::Workspace};

fn leaf(name: &str, epsilon: f64) -> String {
    json!({
        "meta": {"name": name, "version": "1.0.0", "authority": "test"},
        "vectorizer": {"method": "ngram", "parameters": {}, "epsilon": epsilon}, "weights": {"superposition": []},
        "compliance": {"passes": ["CORE"], "test_vectors": [{"input": {"A": [[1, 0]], "B": [[1, 0]]}, "expected": 1}]}
    })
    .to_string()
}

/// Over a narrow and a wide leaf: the second pair is turned by 0.29 radians, which only the wide one accepts.
fn mix(narrow: f64, wide: f64) -> String {
    json!({
        "meta": {"name": "mix", "version": "1.0.0", "authority": "test"},
        "vectorizer": {"method": "ngram", "parameters": {}, "epsilon": 0.1},
        "weights": {"superposition": [{"profile": "narrow", "weight": narrow}, {"profile": "wide", "weight": wide}]},
        "compliance": {"passes": ["CORE"], "test_vectors": [
            {"name": "turned", "input": {"A": [[1, 0], [0, 1]], "B": [[1, 0], [0.3, 1]]}, "expected": 1}]}
    })
    .to_string()
}

async fn opened(capabilities: Value) -> (Workspace, Editor, String) {
    let ws = Workspace::new(&[
        ("narrow.pi-profile.json", &leaf("narrow", 0.1)),
        ("wide.pi-profile.json", &leaf("wide", 0.5)),
        ("mix.pi-profile.json", &mix(0.75, 0.25)),
    ]);
    let mut editor = Editor::open_folder(&ws.path(), capabilities).await;
    let uri = ws.uri("mix.pi-profile.json").to_string();
    editor.open(&uri, 1, &mix(0.75, 0.25)).await;
    (ws, editor, uri)
}

fn score(preview: &Value) -> f64 {
    preview["inputs"][0]["score"].as_f64().unwrap_or(f64::NAN)
}

// rows: C514 A363
#[tokio::test]
async fn the_preview_follows_a_changed_weight() {
    let (ws, mut editor, uri) = opened(json!({})).await;
    let side = std::f64::consts::FRAC_1_SQRT_2;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!(preview["version"], 1);
    assert!((score(&preview) - (0.75 + 0.25 * side)).abs() < 1e-12, "{preview}");
    assert_eq!(preview["parts"][0]["share"], 0.75);
    editor.change(&uri, 2, json!([{"text": mix(0.25, 0.75)}])).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!(preview["version"], 2);
    assert!((score(&preview) - (0.25 + 0.75 * side)).abs() < 1e-12, "{preview}");
    // A leaf that is being edited counts as it is in the editor.
    let narrow = ws.uri("narrow.pi-profile.json").to_string();
    editor.open(&narrow, 1, &leaf("narrow", 0.5)).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert!((score(&preview) - side).abs() < 1e-12, "{preview}");
    assert!(editor.leave().await);
}

// rows: A364 C515 C519
#[tokio::test]
async fn a_profile_without_a_score_says_why() {
    let (_ws, mut editor, uri) = opened(json!({})).await;
    for (version, text, wanted) in [
        (3, mix(0.75, 0.25).replace("\"wide\"", "\"mix\""), "contains itself"),
        (4, mix(0.75, 0.25).replace("\"wide\"", "\"gone\""), "`gone`"),
    ] {
        editor.change(&uri, version, json!([{"text": text}])).await;
        let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
        assert!(preview["refused"].as_str().is_some_and(|why| why.contains(wanted)), "{wanted}: {preview}");
    }
    // Changing one weight of two goes through a sum that is not 1: the score follows, and is said not to be the profile's own.
    editor.change(&uri, 5, json!([{"text": mix(0.75, 0.75)}])).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert!(preview["provisional"].as_str().is_some_and(|why| why.contains("add up to 1.5")), "{preview}");
    assert!((score(&preview) - 0.75 * (1.0 + std::f64::consts::FRAC_1_SQRT_2)).abs() < 1e-12, "{preview}");
    editor.change(&uri, 6, json!([{"text": mix(0.75, 0.25)}])).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert!(preview["provisional"].is_null() && preview["refused"].is_null(), "{preview}");
    editor.change(&uri, 7, json!([{"text": "{\"meta\": "}])).await;
    editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert!(editor.leave().await);
}

// rows: C484 C479
#[tokio::test]
async fn a_weight_shows_its_share_and_the_name_what_it_scores() {
    let (_ws, mut editor, uri) = opened(json!({"window": {"showDocument": {"support": true}}})).await;
    let text = mix(0.75, 0.25);
    let end = text.chars().count();
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": end}});
    let hints = editor.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).await;
    let labels: Vec<&str> = hints.as_array().into_iter().flatten().filter_map(|hint| hint["label"].as_str()).collect();
    assert!(labels.contains(&"██████·· 75.0 %") && labels.contains(&"██······ 25.0 %"), "{labels:?}");
    let lenses = editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
    let titles: Vec<&str> = lenses.as_array().into_iter().flatten().filter_map(|lens| lens["command"]["title"].as_str()).collect();
    assert!(titles.iter().any(|title| title.contains("scores 0.92") && title.contains("turned")), "{titles:?}");
    let at = |needle: &str| json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": text.find(needle).map_or(0, |at| at + needle.len())}});
    let hover = editor.request("textDocument/hover", at("\"weight\":0.2")).await;
    assert!(
        hover["contents"]["value"].as_str().is_some_and(|text| text.contains("██······") && text.contains("this part scores 0.707")),
        "{hover}"
    );
    let hover = editor.request("textDocument/hover", at("\"epsilon\":0.")).await;
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("cosine between them is at least 0.995")), "{hover}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn the_page_of_scores_is_a_document_that_follows_the_typing() {
    let (_ws, mut editor, uri) = opened(json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": uri})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    assert!(page.starts_with("mx2lm:/scores/"), "{page}");
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    let text = text.as_str().expect("a text");
    assert!(text.contains("0.75 × 1 + 0.25 × 0.707"), "{text}");
    editor.open(&page, 1, text).await;
    editor.change(&uri, 2, json!([{"text": mix(0.5, 0.5)}])).await;
    editor.page_changed(&page).await;
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(text.as_str().is_some_and(|text| text.contains("0.5 × 1 + 0.5 × 0.707")), "{text}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_page_that_was_overtaken_before_it_was_opened_is_told() {
    let (_ws, mut editor, uri) = opened(json!({})).await;
    let offers = editor.request("mx2lm/views", json!({"uri": uri})).await;
    let page = offers[0]["uri"].as_str().expect("a form").to_owned();
    let before = editor.request("mx2lm/content", json!({"uri": page})).await;
    editor.change(&uri, 2, json!([{"text": mix(0.5, 0.5)}])).await;
    let after = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert_ne!(before, after);
    editor.open(&page, 1, before.as_str().expect("a text")).await;
    editor.page_changed(&page).await;
    assert!(editor.leave().await);
}

// rows: C514 A363
#[tokio::test]
async fn a_weight_collapses_nothing_again_and_a_leaf_only_itself() {
    let (ws, mut editor, uri) = opened(json!({})).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!(preview["collapsed"], 2, "{preview}");
    editor.change(&uri, 2, json!([{"text": mix(0.5, 0.5)}])).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!(preview["collapsed"], 0, "{preview}");
    let narrow = ws.uri("narrow.pi-profile.json").to_string();
    editor.open(&narrow, 1, &leaf("narrow", 0.2)).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!(preview["collapsed"], 1, "{preview}");
    // Other vectors under the same name are collapsed anew.
    editor.change(&uri, 3, json!([{"text": mix(0.5, 0.5).replace("[0.3,1]", "[9.0,1]")}])).await;
    let other = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!(other["collapsed"], 2, "{other}");
    assert!(editor.leave().await);
}

// rows: A367
#[tokio::test]
async fn the_page_adds_with_the_weights_that_conflicts_left() {
    let (_ws, mut editor, uri) = opened(json!({})).await;
    let narrow = mix(0.75, 0.25).replace("\"superposition\"", "\"interference_threshold\":0.1,\"superposition\"");
    editor.change(&uri, 2, json!([{"text": narrow}])).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!(preview["inputs"][0]["weights"], json!([0.375, 0.125]), "{preview}");
    let side = std::f64::consts::FRAC_1_SQRT_2;
    assert!((score(&preview) - (0.375 + 0.125 * side)).abs() < 1e-12, "{preview}");
    assert!(editor.leave().await);
}

/// An open object whose payload is a tensor's drawing is scored by the points that its pack would hold.
#[tokio::test]
async fn an_object_with_a_drawing_is_scored() {
    let ws = Workspace::new(&[
        ("narrow.pi-profile.json", &leaf("narrow", 0.1)),
        ("t.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0L4 0L4 1\"/></svg>"),
    ]);
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let uri = ws.uri("narrow.pi-profile.json").to_string();
    editor.open(&uri, 1, &leaf("narrow", 0.1)).await;
    let hash = "sha256:00";
    let object = format!(
        r#"{{"$schema": "object://schema/object.v1", "id": "object://a/t", "hash": "{hash}", "payload": {{"type": "svg", "mime": "image/svg+xml", "location": "t.svg"}}, "authority": "none", "projections": {{}}}}"#
    );
    let path = ws.uri("t.object.json").to_string();
    editor.open(&path, 1, &object).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    let refused = preview["against"][0]["refused"].as_str().expect("a hash that is not the drawing's");
    let own = &refused[refused.find("sha256:").expect("the hash")..][..71];
    editor.change(&path, 2, json!([{"text": object.replace(hash, own)}])).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!((&preview["against"][0]["documents"], &preview["against"][0]["refused"]), (&json!(1), &Value::Null), "{preview}");
    assert!(preview["against"][0]["best"][0]["score"].as_f64().is_some_and(|score| score > 0.9), "{preview}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn open_vectors_are_scored_and_those_that_their_hash_denies_are_not() {
    let (ws, mut editor, uri) = opened(json!({})).await;
    let vectors =
        r#"{"documents": [{"id": "straight", "vecA": [[1, 0]], "vecB": [[1, 0]]}, {"id": "off", "vecA": [[1, 0]], "vecB": [[0, 1]]}]}"#;
    editor.open(ws.uri("some.json").as_ref(), 1, vectors).await;
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" tensor=\"semantic.index.v1\" data-doc-id=\"d\" data-hash=\"sha256:00\"><path d=\"M1,0 L2,0\"/></svg>";
    editor.open(ws.uri("unit.svg").as_ref(), 1, drawing).await;
    let preview = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    let against = preview["against"].as_array().expect("a list");
    assert_eq!(against.len(), 2, "{preview}");
    assert_eq!(against[0]["object"], "some.json");
    assert_eq!(against[0]["best"], json!([{"id": "straight", "score": 1.0}, {"id": "off", "score": 0.0}]));
    assert!(against[1]["refused"].as_str().is_some_and(|why| why.contains("not collapsed")), "{preview}");
    assert!(editor.leave().await);
}

#[tokio::test]
async fn the_page_of_scores_follows_the_profiles_it_is_made_of() {
    let (ws, mut editor, uri) = opened(json!({})).await;
    let page = format!("mx2lm:/scores{}", uri.trim_start_matches("file://"));
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    editor.open(&page, 1, text.as_str().expect("a text")).await;
    let narrow = ws.uri("narrow.pi-profile.json").to_string();
    editor.open(&narrow, 1, &leaf("narrow", 0.5)).await;
    editor.page_changed(&page).await;
    let text = editor.request("mx2lm/content", json!({"uri": page})).await;
    assert!(text.as_str().is_some_and(|text| text.contains("0.75 × 0.707")), "{text}");
    assert!(editor.leave().await);
}

/// A leaf whose test vectors, no two alike, take a while.
fn long_leaf() -> String {
    let vector = |number: usize| {
        let list = vec![json!([1, number]); 600];
        json!({"input": {"A": list, "B": list}, "expected": 1.0 / (1.0 + (number * number) as f64).sqrt()})
    };
    let vectors: Vec<Value> = (0..80).map(vector).collect();
    json!({
        "meta": {"name": "long", "version": "1.0.0", "authority": "test"},
        "vectorizer": {"method": "ngram", "parameters": {}, "epsilon": 0.5}, "weights": {"superposition": []},
        "compliance": {"passes": ["CORE"], "test_vectors": vectors}
    })
    .to_string()
}

// rows: C514
#[tokio::test]
async fn nobody_waits_for_a_score_and_one_of_an_older_text_is_given_up() {
    let ws = Workspace::new(&[("long.pi-profile.json", "{}")]);
    let mut editor = Editor::open_folder(&ws.path(), json!({})).await;
    let uri = ws.uri("long.pi-profile.json").to_string();
    let text = long_leaf();
    editor.open(&uri, 1, &text).await;
    // the server has taken the text in
    editor.request("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}})).await;
    let preview = editor.ask("mx2lm/preview", json!({"uri": uri})).await;
    let digest = editor.ask("mx2lm/documentDigest", json!({"uri": uri})).await;
    let first = loop {
        let message = editor.receive().await.expect("a message");
        if message.get("method").is_none() {
            break message;
        }
    };
    assert_eq!(first["id"], digest, "what needs no score is answered before the score: {first}");
    let digit = text.find("\"epsilon\":0.5").map_or(0, |at| at + 12);
    let range = json!({"start": {"line": 0, "character": digit}, "end": {"line": 0, "character": digit + 1}});
    editor.change(&uri, 2, json!([{"range": range, "text": "4"}])).await;
    let old = editor.answer(preview).await;
    assert_eq!(old["error"]["code"], -32801, "the work for the text before was not dropped");
    let new = editor.request("mx2lm/preview", json!({"uri": uri})).await;
    assert_eq!((&new["version"], new["inputs"].as_array().map(Vec::len)), (&json!(2), Some(80)));
    assert!(editor.leave().await);
}

// rows: C514
#[tokio::test]
async fn the_lens_of_a_profile_names_the_best_of_the_open_documents() {
    let (ws, mut editor, uri) = opened(json!({})).await;
    let vectors =
        r#"{"documents": [{"id": "off", "vecA": [[0, 1]], "vecB": [[0, 1]]}, {"id": "straight", "vecA": [[1, 0]], "vecB": [[1, 0]]}]}"#;
    editor.open(ws.uri("some.json").as_ref(), 1, vectors).await;
    let lenses = editor.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
    let titles: Vec<&str> = lenses.as_array().into_iter().flatten().filter_map(|lens| lens["command"]["title"].as_str()).collect();
    assert!(titles.iter().any(|title| title.contains("scores 1 on straight (2 documents in all)")), "{titles:?}");
    assert!(editor.leave().await);
}
