//! The server's text is the editor's text, whatever the edits and however fast they come.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::editor::Editor;

/// The editor's own copy, kept by other means than the server's: plain characters, lines found anew each time.
struct Copy {
    text: Vec<char>,
    utf8: bool,
}

impl Copy {
    fn digest(&self) -> String {
        let text: String = self.text.iter().collect();
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn width(&self, c: char) -> usize {
        if self.utf8 { c.len_utf8() } else { c.len_utf16() }
    }

    /// Line and column of a character; `None` between CR and LF, which no position names.
    fn position(&self, index: usize) -> Option<Value> {
        if index > 0 && self.text[index - 1] == '\r' && self.text.get(index) == Some(&'\n') {
            return None;
        }
        let (mut line, mut column) = (0, 0);
        for (i, &c) in self.text[..index].iter().enumerate() {
            match c {
                '\r' if self.text.get(i + 1) == Some(&'\n') => {}
                '\r' | '\n' => (line, column) = (line + 1, 0),
                c => column += self.width(c),
            }
        }
        Some(json!({"line": line, "character": column}))
    }
}

pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const PIECES: &[&str] =
    &["", "a", "{\"k\": 1}", "\n", "\r\n", "\r", "π", "𝛑", "\u{2028}", "\u{85}", "e\u{301}", "\u{feff}", "\"", ",\n  ", "👩‍🚀", "\0"];

/// One random change of `copy`, as the protocol spells it.
fn random_change(copy: &mut Copy, dice: &mut Dice) -> Value {
    if dice.roll(500) == 0 {
        let text: String = (0..dice.roll(20)).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
        copy.text = text.chars().collect();
        return json!({"text": text});
    }
    loop {
        let start = dice.roll(copy.text.len() + 1);
        let most = if copy.text.len() > 600 { 200 } else { 6 };
        let end = (start + dice.roll(most)).min(copy.text.len());
        let (Some(from), Some(to)) = (copy.position(start), copy.position(end)) else { continue };
        let text: String = (0..dice.roll(4)).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
        copy.text.splice(start..end, text.chars());
        return json!({"range": {"start": from, "end": to}, "text": text});
    }
}

async fn burst(encoding: &str, edits: usize, seed: u64) {
    let mut editor = Editor::start();
    editor.initialize(json!([]), json!({"general": {"positionEncodings": [encoding]}})).await;
    let uris = ["file:///burst/a.object.json", "file:///burst/b%20c.svg", "untitled:Untitled-1"];
    let mut copies: Vec<Copy> = uris.iter().map(|_| Copy { text: "{}\r\n".chars().collect(), utf8: encoding == "utf-8" }).collect();
    let mut versions = [1; 3];
    for uri in uris {
        editor.open(uri, 1, "{}\r\n").await;
    }
    let mut dice = Dice(seed);
    let mut done = 0;
    while done < edits {
        let which = dice.roll(uris.len());
        let (uri, copy) = (uris[which], &mut copies[which]);
        if dice.roll(2000) == 0 {
            editor.close(uri).await;
            let text: String = copy.text.iter().collect();
            editor.open(uri, versions[which], &text).await;
        }
        // several changes in one message apply one after the other, each to what the one before left
        let changes: Vec<Value> = (0..1 + dice.roll(3)).map(|_| random_change(copy, &mut dice)).collect();
        done += changes.len();
        versions[which] += 1;
        editor.change(uri, versions[which], Value::Array(changes)).await;
        if dice.roll(5000) == 0 {
            assert_eq!(editor.digest(uri).await, (versions[which].into(), copies[which].digest()), "after {done} edits");
        }
    }
    for (which, uri) in uris.into_iter().enumerate() {
        assert_eq!(editor.digest(uri).await, (versions[which].into(), copies[which].digest()), "{uri}");
    }
    assert!(editor.leave().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_edits_in_utf16() {
    burst("utf-16", 100_000, 0x9e37_79b9_7f4a_7c15).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_edits_in_utf8() {
    burst("utf-8", 20_000, 0x2545_f491_4f6c_dd1d).await;
}

#[tokio::test]
async fn edits_of_documents_that_are_not_open_are_dropped() {
    let mut editor = Editor::start();
    editor.initialize(json!([]), json!({})).await;
    editor.change("file:///nowhere.json", 2, json!([{"text": "x"}])).await;
    editor.close("file:///nowhere.json").await;
    editor.notify("textDocument/didSave", json!({"textDocument": {"uri": "file:///nowhere.json"}})).await;
    assert_eq!(editor.refused("mx2lm/documentDigest", json!({"uri": "file:///nowhere.json"})).await["code"], -32602);
    assert!(editor.leave().await);
}
