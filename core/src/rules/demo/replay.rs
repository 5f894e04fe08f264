//! The replay log `replay.jsonl` of a demo: one JSON object a line, the chunks of a stream and the reply they make (B674, B698).
//!
//! The form is open (B698): events of other names and members beside these are left alone. Locators count lines from 0.

use std::sync::Arc;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    hash::digest::Digest,
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule, demo::is_demo},
    syntax::json::{Node, Tree},
    text::Span,
    workspace::context::WorkspaceContext,
};

const DEMO: &str =
    "{\"$schema\": \"object://schema/ai.orchestrator.v1\", \"id\": \"object://ai/orchestrator/live-demo\", \"agents\": []}\n";

/// A log by which the run cannot be repeated.
pub static REPLAY: Rule = Rule {
    name: "demo/replay-log",
    severity: Severity::Error,
    rows: &["B674", "B698"],
    on: On::Kinds(&["demo.replay"]),
    check: Check::Workspace(replay),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A line of a demo's `replay.jsonl` that is no JSON object; a `stream.chunk` whose `index` does not follow the one before it, beginning at 0; a reply that is not its chunks put together; a hash that is not that of the text beside it, or not the one that the object of the line declares.",
        why: "The log is what a run is compared with. When its own parts disagree, no run can be equal to it.",
        fix: "Record the run again. `mx2lm-lint fix --hashes` writes true hashes.",
        bad: &[Example {
            note: "a chunk is lost",
            file: "replay.jsonl",
            files: &[
                (
                    "replay.jsonl",
                    "{\"event\": \"stream.chunk\", \"index\": 0, \"text\": \"Low \"}\n{\"event\": \"stream.chunk\", \"index\": 2, \"text\": \"tide.\"}\n{\"reply\": \"Low tide.\"}\n",
                ),
                ("live-demo.object.json", DEMO),
            ],
        }],
        good: &[Example {
            note: "chunks that make the reply",
            file: "replay.jsonl",
            files: &[
                (
                    "replay.jsonl",
                    "{\"event\": \"stream.chunk\", \"index\": 0, \"text\": \"Low \"}\n{\"event\": \"stream.chunk\", \"index\": 1, \"text\": \"tide.\"}\n{\"reply\": \"Low tide.\"}\n",
                ),
                ("live-demo.object.json", DEMO),
            ],
        }],
    },
};

/// A line of the log: where it begins, and which it is.
#[derive(Clone, Copy)]
struct Line {
    start: u32,
    number: usize,
}

impl Line {
    fn span(self, span: Span) -> Span {
        Span::new(self.start + span.start, self.start + span.end)
    }

    fn place(self, node: Node<'_>) -> Place {
        Place::new(format!("/{}{}", self.number, node.pointer()), self.span(node.span()))
    }
}

/// The stream that is being read: how many chunks, and their texts.
#[derive(Default)]
struct Stream {
    chunks: u64,
    text: String,
    /// A chunk was not understood, or is missing: nothing can be said of the whole.
    torn: bool,
}

fn replay(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    if !is_demo(context) {
        return;
    }
    let path = &context.facts.path;
    let Ok(bytes) = context.bytes(path) else { return };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        let finding = Finding::new(&REPLAY, Place::document(), "the log is not UTF-8 text");
        return findings.push(finding.help("record the run again"));
    };
    let mut stream = Stream::default();
    let mut start = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let line = Line { start, number };
        start += whole.len() as u32;
        let whole = whole.trim_end_matches(['\n', '\r']);
        if whole.trim().is_empty() {
            continue;
        }
        let tree = Tree::parse(whole.into());
        let place = || Place::new(format!("/{number}"), line.span(Span::from(0..whole.len())));
        if let Some(error) = tree.errors().first() {
            stream.torn = true;
            let place = Place::new(format!("/{number}"), line.span(error.span));
            findings
                .push(Finding::new(&REPLAY, place, format!("line {} is not JSON: {}", number + 1, error.message)).help("correct the line"));
            continue;
        }
        let Some(root) = tree.root().filter(|root| root.is_object()) else {
            let message = format!("line {} is no object: each line of the log is an event", number + 1);
            findings.push(Finding::new(&REPLAY, place(), message).help("write an event, or remove the line"));
            continue;
        };
        let is = |name: &str, value: &str| root.get(name).and_then(|node| node.as_str()).is_some_and(|text| text == value);
        if is("event", "stream.chunk") {
            chunk(root, line, path, &mut stream, findings);
        } else if let Some(reply) = root.get("reply").filter(|reply| reply.is_string()) {
            whole_reply(reply, line, &mut stream, findings);
            hash_of_text(root, reply, line, path, findings);
        } else {
            hash_of_object(context, root, line, findings);
        }
    }
}

fn chunk(root: Node<'_>, line: Line, path: &Arc<str>, stream: &mut Stream, findings: &mut Findings) {
    let (index, text) = (root.get("index"), root.get("text"));
    let Some(index) = index else { return stream.torn = true };
    let Some(number) = index.as_u64() else {
        stream.torn = true;
        let message = format!("`index` is `{}`, wanted is a whole number from 0", index.raw());
        return findings.push(Finding::new(&REPLAY, line.place(index), message).help("number the chunks from 0"));
    };
    if number == 0 {
        // another stream begins
        *stream = Stream::default();
    } else if number != stream.chunks {
        stream.torn = true;
        let message = format!("`index` is {number}, and the chunk before it makes {} follow", stream.chunks);
        findings
            .push(Finding::new(&REPLAY, line.place(index), message).help("add the chunk that is missing, or number the chunks in order"));
    }
    stream.chunks = number.saturating_add(1);
    match text.and_then(|text| Some((text, text.as_str()?))) {
        Some((node, text)) => {
            stream.text.push_str(&text);
            hash_of_text(root, node, line, path, findings);
        }
        None => stream.torn = true,
    }
}

/// B666: the chunks, one after the other, are the reply.
fn whole_reply(reply: Node<'_>, line: Line, stream: &mut Stream, findings: &mut Findings) {
    let stream = std::mem::take(stream);
    let Some(text) = reply.as_str().filter(|text| stream.chunks > 0 && !stream.torn && **text != *stream.text) else { return };
    let same = text.bytes().zip(stream.text.bytes()).take_while(|(a, b)| a == b).count();
    let message = format!("the reply is not its {} chunks put together: the two differ from byte {same} on", stream.chunks);
    let help = "record the run again: white space between chunks belongs to a chunk";
    findings.push(Finding::new(&REPLAY, line.place(reply), message).help(help).spec("stream_mismatch"));
}

/// `hash` beside a text is that of its UTF-8 bytes (B665).
fn hash_of_text(root: Node<'_>, text: Node<'_>, line: Line, path: &Arc<str>, findings: &mut Findings) {
    let (Some(hash), Some(text)) = (root.get("hash"), text.as_str()) else { return };
    let truth = Digest::of(text.as_bytes());
    if hash.as_str().is_some_and(|hash| Digest::parse(&hash) == Some(truth)) {
        return;
    }
    let message = format!("`hash` is `{}`, and the text beside it has `{truth}`", hash.raw().trim_matches('"'));
    let title = format!("write the true hash `{truth}`");
    let fix = Fix::replace(Safety::Hash, title, path, line.span(hash.span()), format!("\"{truth}\""));
    let help = "restore the text, or write its true hash with `mx2lm-lint fix --hashes`";
    findings.push(Finding::new(&REPLAY, line.place(hash), message).help(help).spec("verification_error").fix(fix));
}

/// The hash of a line that names an object is the one which that object declares.
fn hash_of_object(context: &WorkspaceContext<'_>, root: Node<'_>, line: Line, findings: &mut Findings) {
    let (Some(id), Some(hash)) = (root.get("object").and_then(|id| id.as_str()), root.get("hash")) else { return };
    let Some(object) = context.first_definition(&id) else { return };
    let Some((declared, digest)) = object.declared_payload_hash() else { return };
    if hash.as_str().is_some_and(|hash| Digest::parse(&hash) == Some(digest)) {
        return;
    }
    let message = format!("`hash` is `{}`, and `{id}` declares `{digest}`", hash.raw().trim_matches('"'));
    let title = format!("write the hash `{digest}`");
    let fix = Fix::replace(Safety::Hash, title, &context.facts.path, line.span(hash.span()), format!("\"{digest}\""));
    findings.push(
        Finding::new(&REPLAY, line.place(hash), message)
            .help("record the run again, or write the hash with `mx2lm-lint fix --hashes`")
            .related(&object.path, declared.at.place(), "the hash it declares")
            .spec("verification_error")
            .fix(fix),
    );
}
