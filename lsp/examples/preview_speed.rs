//! From a keystroke in a profile to its new scores, in the server as editors drive it: an edit and `mx2lm/preview`, over a pipe.
//!
//! 100,000 documents of 64 pairs lie in five payloads whose descriptors are open. `cargo run --release -p mx2lm-lsp --example preview_speed`;
//! `-- --documents N` takes fewer.

use std::{
    fmt::Write,
    path::Path,
    time::{Duration, Instant},
};

use mx2lm_lsp::frame::{self, Frame, Reader};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{DuplexStream, ReadHalf, WriteHalf, duplex, split};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PAIRS: usize = 64;
const FILES: usize = 5;
const ROUNDS: usize = 200;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

struct Editor {
    output: WriteHalf<DuplexStream>,
    input: Reader<ReadHalf<DuplexStream>>,
    last: i64,
}

impl Editor {
    async fn notify(&mut self, method: &str, params: Value) -> Outcome<()> {
        let message = json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string();
        Ok(frame::write(&mut self.output, message.as_bytes()).await?)
    }

    async fn request(&mut self, method: &str, params: Value) -> Outcome<Value> {
        self.last += 1;
        let message = json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}).to_string();
        frame::write(&mut self.output, message.as_bytes()).await?;
        loop {
            let Some(Frame::Body(body)) = self.input.next().await else { return Err("the server ended".into()) };
            let mut message: Value = serde_json::from_slice(&body)?;
            if message.get("method").is_none() && message["id"] == self.last {
                return if message.get("error").is_none() { Ok(message["result"].take()) } else { Err(message.to_string().into()) };
            }
        }
    }

    async fn open(&mut self, uri: &str, text: &str) -> Outcome<()> {
        let item = json!({"uri": uri, "languageId": "json", "version": 0, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item})).await
    }

    /// Edits a document and asks for the scores of a profile; how long that took, and the answer.
    async fn keystroke(&mut self, edited: &str, version: usize, text: &str, profile: &str) -> Outcome<(Duration, Value)> {
        let begun = Instant::now();
        let document = json!({"uri": edited, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]})).await?;
        let answer = self.request("mx2lm/preview", json!({"uri": profile})).await?;
        Ok((begun.elapsed(), answer))
    }
}

fn uri(path: &Path) -> String {
    mx2lm_lsp::convert::uri_of(path).map_or_else(String::new, |uri| uri.as_str().to_owned())
}

fn profile(name: &str, epsilon: f64, terms: &[(&str, f64)]) -> String {
    let terms: Vec<Value> = terms.iter().map(|(name, weight)| json!({"profile": name, "weight": weight})).collect();
    json!({
        "meta": {"name": name, "version": "1.0.0", "authority": "measure"},
        "vectorizer": {"method": "ngram", "parameters": {}, "epsilon": epsilon},
        "weights": {"superposition": terms}, "compliance": {"passes": ["CORE"], "test_vectors": []}
    })
    .to_string()
}

/// Vectors of 1/64ths, which f32 holds; half of the pairs are nearly parallel.
fn documents(first: usize, count: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ first as u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 57) as i64 - 64
    };
    let mut text = String::from("{\"documents\":[");
    for document in first..first + count {
        let (mut a, mut b) = (String::new(), String::new());
        for pair in 0..PAIRS {
            let (x, y) = (next(), next());
            let (u, v) = if pair % 2 == 0 { (x + next() / 8, y + next() / 8) } else { (next(), next()) };
            let comma = if pair == 0 { "" } else { "," };
            let _ = write!(a, "{comma}[{},{}]", x as f64 / 64.0, y as f64 / 64.0);
            let _ = write!(b, "{comma}[{},{}]", u as f64 / 64.0, v as f64 / 64.0);
        }
        let comma = if document == first { "" } else { "," };
        let _ = write!(text, "{comma}{{\"id\":\"d{document:06}\",\"vecA\":[{a}],\"vecB\":[{b}]}}");
    }
    text + "]}"
}

fn told(what: &str, mut times: Vec<Duration>, answer: &Value) {
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share).div_ceil(100).saturating_sub(1)).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    println!("{what}: median {:.1} ms, p95 {:.1} ms, worst {:.1} ms; leaves collapsed {}", at(50), at(95), at(100), answer["collapsed"]);
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mut count: usize = 100_000;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--documents" => count = arguments.next().ok_or("a number is wanted")?.parse()?,
            other => return Err(format!("unknown option `{other}`").into()),
        }
    }
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("mx2lm.toml"), "")?;
    let each = count.div_ceil(FILES);
    let mut descriptors = Vec::new();
    for number in 0..FILES {
        let text = documents(number * each, each.min(count.saturating_sub(number * each)));
        let hash: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(at(&format!("vectors-{number}.json")), text)?;
        let payload = json!({"type": "file", "location": format!("vectors-{number}.json"), "mime": "application/json"});
        let descriptor = json!({"id": format!("object://measure/vectors-{number}"), "$schema": "object://schema/object.v1", "version": "1.0.0",
            "hash": format!("sha256:{hash}"), "payload": payload, "authority": "none", "projections": {"default": {"type": "text", "emit": {}}}});
        std::fs::write(at(&format!("vectors-{number}.object.json")), descriptor.to_string())?;
        descriptors.push((uri(&at(&format!("vectors-{number}.object.json"))), descriptor.to_string()));
    }
    let leaves = [("narrow", 0.1), ("middle", 0.3), ("wide", 0.6)];
    let mix = |weight: f64| profile("mix", 0.1, &[("narrow", weight), ("middle", 0.75 - weight), ("wide", 0.25)]);
    for (name, epsilon) in leaves {
        std::fs::write(at(&format!("{name}.pi-profile.json")), profile(name, epsilon, &[]))?;
    }
    std::fs::write(at("mix.pi-profile.json"), mix(0.5))?;

    let (ours, theirs) = duplex(1 << 20);
    let (input, output) = split(theirs);
    let server = tokio::spawn(mx2lm_lsp::server::run(input, output));
    let (input, output) = split(ours);
    let mut editor = Editor { output, input: Reader::new(input), last: 0 };
    let folders = json!([{"uri": uri(folder.path()), "name": "measure"}]);
    let hello = json!({"processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": {}});
    editor.request("initialize", hello).await?;
    editor.notify("initialized", json!({})).await?;
    for (uri, text) in &descriptors {
        editor.open(uri, text).await?;
    }
    let (leaf, top) = (uri(&at("narrow.pi-profile.json")), uri(&at("mix.pi-profile.json")));
    editor.open(&leaf, &profile("narrow", 0.1, &[])).await?;
    editor.open(&top, &mix(0.5)).await?;
    let begun = Instant::now();
    let first = editor.request("mx2lm/preview", json!({"uri": leaf})).await?;
    println!("first answer, vectors read: {:.1} s", begun.elapsed().as_secs_f64());
    let sum = |name: &str| first["against"].as_array().into_iter().flatten().filter_map(|one| one[name].as_u64()).sum::<u64>();
    println!("{} documents, {} pairs", sum("documents"), sum("pairs"));
    if sum("documents") != count as u64 {
        return Err(format!("not every document is scored: {first}").into());
    }

    let mut version = 0;
    for (what, edits_leaf, asks_leaf) in [
        ("a leaf, its tolerance edited", true, true),
        ("a superposition of three leaves, a weight edited", false, false),
        ("a superposition of three leaves, the tolerance of one edited", true, false),
    ] {
        let (mut times, mut last) = (Vec::new(), Value::Null);
        // the first round fills what is kept
        for round in 0..=ROUNDS {
            version += 1;
            let step = version as f64;
            let (edited, text) = match edits_leaf {
                true => (&leaf, profile("narrow", 0.1 + step * 1e-4, &[])),
                false => (&top, mix(0.25 + step * 1e-4)),
            };
            let (time, answer) = editor.keystroke(edited, version, &text, if asks_leaf { &leaf } else { &top }).await?;
            if !answer["refused"].is_null() {
                return Err(answer.to_string().into());
            }
            if round > 0 {
                times.push(time);
            }
            last = answer;
        }
        told(what, times, &last);
    }
    editor.request("shutdown", Value::Null).await?;
    editor.notify("exit", Value::Null).await?;
    server.await?;
    Ok(())
}
