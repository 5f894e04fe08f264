//! Whatever was edited, opened, closed, saved or changed on disk: the findings are those of a fresh run of the linter over the same texts.

use std::collections::BTreeMap;

use mx2lm_core::{
    lint::{self, Options},
    text::{ColumnUnit, LineIndex},
};
use serde_json::{Value, json};

use crate::{
    editor::Editor,
    sync::Dice,
    workspace::{GREETING, Workspace, descriptor, sha256},
};

/// Where, which rule, and the first line of what it says.
type Told = (String, u64, u64, String, String);

/// Texts a file may have: true, untrue, broken, missing what others name.
fn texts(path: &str) -> Vec<String> {
    let tokenizer = |vocab: &str| {
        format!(
            r#"{{"$schema": "object://schema/ai.tokenizer.v1", "id": "object://ai/tokenizer/t", "vocab_ref": "{vocab}", "ruleset_hash": "x"}}"#
        )
    };
    match path {
        "a.object.json" | "b/b.object.json" => vec![
            descriptor("object://test/a", &sha256(GREETING)),
            descriptor("object://test/b", &sha256(GREETING)),
            descriptor("object://test/b", &sha256("{\"greeting\": \"π 𝛑\"}\r\n")),
            descriptor("object://ai/vocab/v", &sha256("other")),
            descriptor("object://test/a", &sha256(GREETING)).replace("./greeting.json", "../greeting.json"),
            descriptor("object://test/a", &sha256(GREETING)).replace("\"none\",", "\"none\""),
        ],
        "tokenizer.json" => {
            vec![tokenizer("object://ai/vocab/v"), tokenizer("object://test/a"), tokenizer("object://ai/vocab/w"), "{".into()]
        }
        "mx2lm.toml" => vec![
            String::new(),
            "[rules]\n\"object/payload-hash\" = \"warning\"\n".into(),
            "[[suppress]]\nrule = \"object/payload-hash\"\npath = \"**\"\nreason = \"known\"\n".into(),
            "exclude = [\"b/**\"]\n".into(),
        ],
        _ => vec![GREETING.into(), "{\"greeting\": \"π 𝛑\"}\r\n".into(), "{}".into(), "[".into()],
    }
}

const PATHS: &[&str] = &["a.object.json", "b/b.object.json", "tokenizer.json", "mx2lm.toml", "greeting.json", "b/greeting.json"];

/// What the linter says of these files.
fn linted(files: &BTreeMap<&str, String>) -> Vec<Told> {
    let fresh = Workspace::new(&[]);
    files.iter().for_each(|(path, text)| fresh.write(path, text));
    let outcome = lint::check(&Options { paths: vec![fresh.path()], ..Options::default() }, &|_| {}).expect("a run");
    let mut told: Vec<Told> = Vec::new();
    for finding in outcome.workspaces.iter().flat_map(|workspace| &workspace.diagnostics) {
        let text = files.get(&*finding.path).map(String::as_bytes).unwrap_or_default();
        let place = LineIndex::new(text).line_column(text, finding.span.map_or(0, |span| span.start), ColumnUnit::Utf16);
        let spec = finding.spec_error.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        let says = format!("{}{spec}", finding.message).lines().next().unwrap_or_default().to_owned();
        told.push((finding.path.to_string(), place.line.into(), place.column.into(), finding.rule.clone(), says));
    }
    told.sort();
    told
}

/// What the server says of the whole workspace.
async fn served(editor: &mut Editor, ws: &Workspace) -> Vec<Told> {
    let report = editor.request("workspace/diagnostic", json!({"previousResultIds": []})).await;
    let root = format!("{}/", crate::editor::uri(&ws.path()));
    let mut told = Vec::new();
    for file in report["items"].as_array().expect("reports") {
        let path = file["uri"].as_str().expect("a URI").strip_prefix(&root).expect("a file of the workspace");
        for item in file["items"].as_array().expect("findings") {
            let number = |name: &str| item["range"]["start"][name].as_u64().expect("a number");
            let text = |name: &str| item[name].as_str().expect("a text").lines().next().unwrap_or_default().to_owned();
            told.push((path.to_owned(), number("line"), number("character"), text("code"), text("message")));
        }
    }
    told.sort();
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn findings_are_those_of_a_fresh_run() {
    let ws = Workspace::new(&[]);
    let mut disk: BTreeMap<&str, String> = PATHS.iter().map(|path| (*path, texts(path)[0].clone())).collect();
    disk.iter().for_each(|(path, text)| ws.write(path, text));
    let client = json!({"textDocument": {"diagnostic": {}}, "general": {"positionEncodings": ["utf-16"]}});
    let mut editor = Editor::open_folder(&ws.path(), client).await;
    let mut open: BTreeMap<&str, (i32, String)> = BTreeMap::new();
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let mut asked = 0;
    let mut history = Vec::new();
    for round in 0..600 {
        let path = PATHS[dice.roll(PATHS.len())];
        let uri = ws.uri(path);
        let choice = texts(path);
        let text = choice[dice.roll(choice.len())].clone();
        let action = dice.roll(8);
        history.push(format!("{round}: {action} {path} {}", if open.contains_key(path) { "open" } else { "closed" }));
        match (action, open.get_mut(path)) {
            (0, Some(_)) => {
                editor.close(&uri).await;
                open.remove(path);
            }
            (1, Some((_, shown))) => {
                ws.write(path, &*shown);
                disk.insert(path, shown.clone());
                editor.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}})).await;
            }
            (2, Some((version, shown))) => {
                // a keystroke somewhere, and perhaps its undoing
                let at = json!({"line": 0, "character": 0});
                *version += 1;
                editor.change(&uri, *version, json!([{"range": {"start": at, "end": at}, "text": "]"}])).await;
                shown.insert(0, ']');
            }
            (_, Some((version, shown))) => {
                *version += 1;
                editor.change(&uri, *version, json!([{"text": text}])).await;
                *shown = text;
            }
            (0..4, None) => {
                if dice.roll(4) == 0 && path != "mx2lm.toml" && disk.remove(path).is_some() {
                    ws.remove(path);
                } else {
                    ws.write(path, &text);
                    disk.insert(path, text);
                }
                editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]})).await;
            }
            (_, None) => {
                let shown = disk.get(path).cloned().unwrap_or(text);
                editor.open(&uri, 1, &shown).await;
                open.insert(path, (1, shown));
            }
        }
        if dice.roll(4) == 0 || round == 599 {
            let mut files = disk.clone();
            files.extend(open.iter().map(|(path, (_, text))| (*path, text.clone())));
            // the linter stops at such a configuration; the server goes on with the last good one
            if files["mx2lm.toml"].starts_with(']') {
                continue;
            }
            asked += 1;
            assert_eq!(served(&mut editor, &ws).await, linted(&files), "{history:#?} {files:#?}");
        }
    }
    assert!(asked > 50);
    assert!(editor.leave().await);
}

/// Somebody types an element into a drawing and takes it out again: at every key the findings are the linter's, and what stands in front
/// keeps its symbols.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_drawing_is_typed_its_findings_are_those_of_a_fresh_run() {
    const FILE: &str = "brain.tensor.svg";
    const HEAD: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\">\n  <g id=\"outer\">\n    <path id=\"first\" d=\"M0 0L4 0L4 3\"/>\n    ";
    const TYPED: &str = "<!-- 𝛑 --><path id='π𝛑' d='m4 3c1-1 2 2,3 .5.5 0zA1 1' style='x'/><use href='#no'/></g><g>&amp;";
    const TAIL: &str = "\n  </g>\n  <line id=\"last\" x1=\"4\" y1=\"3\" x2=\"9\" y2=\"9\"/>\n</svg>\n";
    let whole = format!("{HEAD}{TAIL}");
    let ws = Workspace::new(&[(FILE, &whole)]);
    let client = json!({"textDocument": {"diagnostic": {}, "documentSymbol": {"hierarchicalDocumentSymbolSupport": true}}});
    let mut editor = Editor::open_folder(&ws.path(), client).await;
    let uri = ws.uri(FILE);
    editor.open(&uri, 1, &whole).await;
    let typed: Vec<char> = TYPED.chars().collect();
    let column = |count: usize| 4 + typed[..count].iter().map(|letter| letter.len_utf16()).sum::<usize>();
    let at = |count: usize| json!({"line": 3, "character": column(count)});
    let keys = (1..=typed.len()).map(|count| (count - 1, count)).chain((0..typed.len()).rev().map(|count| (count + 1, count)));
    for (version, (before, after)) in (2..).zip(keys) {
        let text: String = typed[before.min(after)..after].iter().collect();
        let range = json!({"start": at(before.min(after)), "end": at(before)});
        editor.change(&uri, version, json!([{"range": range, "text": text}])).await;
        let now = format!("{HEAD}{}{TAIL}", typed[..after].iter().collect::<String>());
        let files = BTreeMap::from([(FILE, now)]);
        assert_eq!(served(&mut editor, &ws).await, linted(&files), "{files:#?}");
        let symbols = editor.request("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}})).await;
        for id in ["#outer", "#first"] {
            assert!(symbols.to_string().contains(&format!("\"{id}\"")), "{id}: {symbols} {files:#?}");
        }
    }
    assert!(editor.leave().await);
}

/// A hundred thousand edits without a pause; then the same findings as the linter's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn findings_after_a_burst_are_those_of_a_fresh_run() {
    let text = descriptor("object://test/a", &sha256(GREETING));
    let ws = Workspace::new(&[("a.object.json", &text), ("greeting.json", GREETING)]);
    let mut editor = Editor::open_folder(&ws.path(), json!({"textDocument": {"diagnostic": {}}})).await;
    let uri = ws.uri("a.object.json");
    editor.open(&uri, 1, &text).await;
    let mut dice = Dice(0xfeed_beef_cafe_f00d);
    let mut shown: Vec<char> = text.chars().collect();
    for version in 2..20_002 {
        let at = dice.roll(shown.len());
        let line = shown[..at].iter().filter(|c| **c == '\n').count();
        let column = at - shown[..at].iter().rposition(|c| *c == '\n').map_or(0, |at| at + 1);
        let position = json!({"line": line, "character": column});
        let typed = ["\"", "{", "π", "0"][dice.roll(4)];
        shown.insert(at, typed.chars().next().expect("a character"));
        editor.change(&uri, version, json!([{"range": {"start": position, "end": position}, "text": typed}])).await;
        if dice.roll(3) > 0 {
            // back to something lawful, or nearly
            let fresh = texts("a.object.json").swap_remove(dice.roll(6));
            shown = fresh.chars().collect();
            editor.change(&uri, version, json!([{"text": fresh}])).await;
        }
    }
    let files = BTreeMap::from([("a.object.json", shown.iter().collect::<String>()), ("greeting.json", GREETING.to_owned())]);
    assert_eq!(served(&mut editor, &ws).await, linted(&files), "{files:#?}");
    let _: Value = editor.request("shutdown", Value::Null).await;
}
