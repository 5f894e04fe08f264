//! Workspaces inside workspaces, folders that come and go, and files that are left out.

use serde_json::{Value, json};

use crate::{
    editor::Editor,
    workspace::{GREETING, Workspace, descriptor, sha256},
};

const CREATED: u8 = 1;
const CHANGED: u8 = 2;
const DELETED: u8 = 3;

/// An editor that pulls findings.
async fn open(ws: &Workspace) -> Editor {
    let pull =
        json!({"textDocument": {"diagnostic": {"relatedDocumentSupport": true}}, "workspace": {"diagnostics": {"refreshSupport": true}}});
    Editor::open_folder(&ws.path(), pull).await
}

async fn watched(editor: &mut Editor, ws: &Workspace, changes: &[(&str, u8)]) {
    let changes: Vec<Value> = changes.iter().map(|(path, how)| json!({"uri": ws.uri(path), "type": how})).collect();
    editor.notify("workspace/didChangeWatchedFiles", json!({"changes": changes})).await;
}

/// The rules that found something, with the end of the path where.
async fn told(editor: &mut Editor, ws: &Workspace) -> Vec<String> {
    let root = ws.uri("");
    let report = editor.request("workspace/diagnostic", json!({"previousResultIds": []})).await;
    let mut told = Vec::new();
    for file in report["items"].as_array().expect("a list") {
        let uri = file["uri"].as_str().expect("a URI");
        let path = uri.strip_prefix(&root).unwrap_or(uri).trim_start_matches('/');
        for item in file["items"].as_array().into_iter().flatten().filter(|item| item["severity"] != 3) {
            told.push(format!("{path} {}", item["code"].as_str().expect("a code")));
        }
    }
    told.sort();
    told
}

fn located(id: &str, hash: &str, location: &str) -> String {
    descriptor(id, hash).replace("./greeting.json", location)
}

// rows: A605 A610
#[tokio::test]
async fn a_payload_in_an_inner_workspace_changes_the_findings_in_the_outer_one() {
    let outer = located("object://test/outer", &sha256(GREETING), "./inner/greeting.json");
    let inner = descriptor("object://test/inner", &sha256(GREETING));
    let ws = Workspace::new(&[
        ("object.json", &outer),
        ("inner/mx2lm.toml", ""),
        ("inner/object.json", &inner),
        ("inner/greeting.json", GREETING),
    ]);
    let mut editor = open(&ws).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new());
    let payload = ws.uri("inner/greeting.json");
    editor.open(&payload, 1, GREETING).await;
    editor.change(&payload, 2, json!([{"text": "{\"greeting\": \"adieu\"}\n"}])).await;
    let both = ["inner/object.json object/payload-hash", "object.json object/payload-hash"];
    assert_eq!(told(&mut editor, &ws).await, both, "an unsaved edit");
    // the outer configuration is put in force anew, with everything that depends on it
    ws.write("mx2lm.toml", "exclude = [\"nothing/**\"]\n");
    watched(&mut editor, &ws, &[("mx2lm.toml", CHANGED)]).await;
    assert_eq!(told(&mut editor, &ws).await, both, "the text of the editor counts still");
    editor.close(&payload).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new(), "the file counts again");
    ws.write("inner/greeting.json", "{\"greeting\": \"adieu\"}\n");
    watched(&mut editor, &ws, &[("inner/greeting.json", CHANGED)]).await;
    assert_eq!(told(&mut editor, &ws).await, both, "an edit on disk");
    ws.remove("inner/greeting.json");
    watched(&mut editor, &ws, &[("inner/greeting.json", DELETED)]).await;
    assert_eq!(told(&mut editor, &ws).await, ["inner/object.json object/payload-missing", "object.json object/payload-missing"]);
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_workspace_begins_and_ends_with_its_configuration() {
    let one = descriptor("object://test/one", &sha256(GREETING));
    let two = descriptor("object://test/one", &sha256("other"));
    let ws =
        Workspace::new(&[("a/object.json", &one), ("a/greeting.json", GREETING), ("b/object.json", &two), ("b/greeting.json", "other")]);
    let mut editor = open(&ws).await;
    let twice = ["b/greeting.json syntax/json", "b/object.json object/duplicate-id"];
    assert_eq!(told(&mut editor, &ws).await, twice, "one workspace");
    ws.write("b/mx2lm.toml", "");
    watched(&mut editor, &ws, &[("b/mx2lm.toml", CREATED)]).await;
    assert_eq!(told(&mut editor, &ws).await, twice[..1], "two workspaces: an id each");
    ws.remove("b/mx2lm.toml");
    watched(&mut editor, &ws, &[("b/mx2lm.toml", DELETED)]).await;
    assert_eq!(told(&mut editor, &ws).await, twice, "one again");
    // with its folder, of which alone the watcher speaks
    ws.write("b/mx2lm.toml", "");
    watched(&mut editor, &ws, &[("b", CHANGED)]).await;
    assert_eq!(told(&mut editor, &ws).await, twice[..1]);
    std::fs::remove_dir_all(ws.path().join("b")).expect("a folder");
    watched(&mut editor, &ws, &[("b", DELETED)]).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new());
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_document_that_is_open_outlives_its_folder() {
    let ws = Workspace::new(&[("a/object.json", &descriptor("object://test/one", &sha256(GREETING))), ("a/greeting.json", GREETING)]);
    let mut editor = open(&ws).await;
    let object = ws.uri("a/object.json");
    editor.open(&object, 1, &descriptor("object://test/one", &sha256("unsaved"))).await;
    editor.change(&object, 2, json!([{"text": descriptor("object://test/one", &sha256("edited"))}])).await;
    assert_eq!(told(&mut editor, &ws).await, ["a/object.json object/payload-hash"]);
    std::fs::remove_dir_all(ws.path().join("a")).expect("a folder");
    watched(&mut editor, &ws, &[("a", DELETED)]).await;
    assert_eq!(told(&mut editor, &ws).await, ["a/object.json object/payload-missing"]);
    ws.write("a/greeting.json", GREETING);
    watched(&mut editor, &ws, &[("a", CREATED)]).await;
    assert_eq!(told(&mut editor, &ws).await, ["a/object.json object/payload-hash"], "the text of the editor, not the file that is gone");
    // gone and there again before anybody looks
    editor.close(&object).await;
    ws.write("a/object.json", descriptor("object://test/one", &sha256("stored")));
    watched(&mut editor, &ws, &[("a/object.json", CREATED)]).await;
    assert_eq!(told(&mut editor, &ws).await, ["a/object.json object/payload-hash"]);
    ws.remove("a/object.json");
    watched(&mut editor, &ws, &[("a", DELETED), ("a", CREATED)]).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new());
    assert!(editor.leave().await);
}

// rows: A627
#[tokio::test]
async fn a_copy_that_git_ignores_counts_for_no_other_file() {
    let ws = Workspace::new(&[
        ("object.json", &descriptor("object://test/one", &sha256(GREETING))),
        ("greeting.json", GREETING),
        (".gitignore", "dist/\n"),
        ("dist/object.json", &descriptor("object://test/one", &sha256("built"))),
        ("dist/greeting.json", "built"),
    ]);
    let mut editor = open(&ws).await;
    let copy = ws.uri("dist/object.json");
    let text = descriptor("object://test/one", &sha256("built"));
    editor.open(&copy, 1, &text).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new(), "shown");
    let at = crate::workspace::position(&text, "sha256:");
    let hover = editor.request("textDocument/hover", json!({"textDocument": {"uri": copy}, "position": at})).await;
    assert!(hover.to_string().contains("✓"), "its own hash can be asked about: {hover}");
    editor.change(&copy, 2, json!([{"text": descriptor("object://test/one", &sha256("again"))}])).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new(), "edited");
    editor.close(&copy).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new(), "closed");
    ws.write("dist/object.json", descriptor("object://test/one", &sha256("built anew")));
    watched(&mut editor, &ws, &[("dist/object.json", CHANGED)]).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new(), "built anew");
    // as a payload it exists all the same
    let user = located("object://test/user", &sha256("x"), "./dist/object.json");
    ws.write("user.object.json", user);
    watched(&mut editor, &ws, &[("user.object.json", CREATED)]).await;
    let told = told(&mut editor, &ws).await;
    assert!(told.contains(&"user.object.json object/payload-hash".to_owned()), "{told:?}");
    assert!(editor.leave().await);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_is_made_or_taken_away_is_seen() {
    let ws = Workspace::new(&[
        ("object.json", &located("object://test/one", &sha256(GREETING), "./current/greeting.json")),
        ("first/greeting.json", GREETING),
        ("second/greeting.json", "{\"greeting\": \"adieu\"}\n"),
    ]);
    let mut editor = open(&ws).await;
    assert_eq!(told(&mut editor, &ws).await, ["object.json object/payload-missing"]);
    let link = ws.path().join("current");
    for (target, wanted) in [
        ("first", None),
        ("second", Some("object.json object/payload-hash")),
        ("../elsewhere", Some("object.json object/payload-location")),
        ("nowhere", Some("object.json object/payload-missing")),
    ] {
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).expect("a link");
        watched(&mut editor, &ws, &[("current", CREATED)]).await;
        assert_eq!(told(&mut editor, &ws).await, wanted.into_iter().collect::<Vec<_>>(), "{target}");
    }
    std::fs::remove_file(&link).expect("a link");
    watched(&mut editor, &ws, &[("current", DELETED)]).await;
    assert_eq!(told(&mut editor, &ws).await, ["object.json object/payload-missing"]);
    assert!(editor.leave().await);
}

/// Waits until as many findings as these are pushed for a document.
async fn pushed(editor: &mut Editor, uri: &str, wanted: usize) {
    let of = |message: &&Value| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri;
    let count = |message: &Value| message["params"]["diagnostics"].as_array().map(Vec::len);
    while editor.notifications.iter().rfind(of).and_then(count) != Some(wanted) {
        editor.receive().await.expect("findings before the end of the stream");
    }
}

#[tokio::test]
async fn folders_of_one_workspace_come_and_go_in_the_editor() {
    let wrong = |id: &str| located(id, &sha256("other"), "../greeting.json");
    let ws = Workspace::new(&[
        ("greeting.json", GREETING),
        ("a/object.json", &wrong("object://test/a")),
        ("b/object.json", &wrong("object://test/b")),
    ]);
    let mut editor = Editor::start();
    editor.initialize(json!([{"uri": ws.uri("a"), "name": "a"}, {"uri": ws.uri("b"), "name": "b"}]), json!({})).await;
    let (a, b) = (ws.uri("a/object.json"), ws.uri("b/object.json"));
    editor.open(&a, 1, &wrong("object://test/a")).await;
    pushed(&mut editor, &a, 1).await;
    pushed(&mut editor, &b, 1).await;
    let change = |added: Value, removed: Value| json!({"event": {"added": added, "removed": removed}});
    let folder = |path: &str| json!([{"uri": ws.uri(path), "name": "f"}]);
    editor.notify("workspace/didChangeWorkspaceFolders", change(json!([]), folder("b"))).await;
    pushed(&mut editor, &b, 0).await;
    editor.notify("workspace/didChangeWorkspaceFolders", change(folder("b"), json!([]))).await;
    pushed(&mut editor, &b, 1).await;
    assert!(editor.leave().await);
}

#[tokio::test]
async fn a_configuration_above_an_open_folder_makes_it_a_part_of_that_workspace() {
    let inner = located("object://test/a", &sha256(GREETING), "../greeting.json");
    let ws = Workspace::new(&[("greeting.json", GREETING), ("a/object.json", &inner)]);
    ws.remove("mx2lm.toml");
    let pull = json!({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}});
    let mut editor = Editor::start();
    editor.initialize(json!([{"uri": ws.uri("a"), "name": "a"}, {"uri": ws.uri(""), "name": "all"}]), pull).await;
    assert_eq!(told(&mut editor, &ws).await, ["a/object.json object/payload-location"], "each folder is a root");
    ws.write("mx2lm.toml", "");
    watched(&mut editor, &ws, &[("mx2lm.toml", CREATED)]).await;
    assert_eq!(told(&mut editor, &ws).await, Vec::<String>::new(), "one root");
    ws.remove("mx2lm.toml");
    watched(&mut editor, &ws, &[("mx2lm.toml", DELETED)]).await;
    assert_eq!(told(&mut editor, &ws).await, ["a/object.json object/payload-location"]);
    assert!(editor.leave().await);
}
