//! The small records with a magic of their own: quantised tensors and micronauts' signals (seed 003 §2, §6; `DECISIONS` 48).

use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    scxq2::{micronaut_record, record::RecordError, tensor_record::TensorRecord},
    syntax::json::Tree,
    text::Span,
};

const TENSORS: On = On::Kinds(&["scxq2.tensor-record"]);
const MICRONAUTS: On = On::Kinds(&["scxq2.micronaut-record"]);

const TENSOR_FILE: &str = "534358513254000101010300000031207f6eb667d51ff69c9f44cbdc4af627f9addcfe944f88b061d4e1e40e43f1ab95";
const MICRONAUT_FILE: &str =
    "53435851324e00010301000000080000004d3020304c33203475b290464bb1a4d70a56ac809307bee051ac3512459554beb92d3c8de4ed7279";

/// A record of a tensor that is not lawful.
pub static TENSOR: Rule = Rule {
    name: "scxq2/tensor-record",
    severity: Severity::Error,
    rows: &["A011", "A012", "A013", "A014", "A015", "A017"],
    on: TENSORS,
    check: Check::File(tensor),
    fix: None,
    docs: Docs {
        what: "A `SCXQ2T` file that is no lawful record of a tensor: version, width, rank, shape, data, hash length and hash, in this order and nothing after. Values must be of their width, the data as long as shape and width make it, bits behind the last element 0, and the hash true.",
        why: "The record is all there is of the tensor. Bytes that fit the layout only nearly are read as another tensor.",
        fix: "Pack the tensor again; a record is never repaired in place.",
        bad: &[Example {
            note: "one value changed after it was hashed",
            file: "t.scxq2",
            files: &[("t.scxq2", "534358513254000101010300000030207f6eb667d51ff69c9f44cbdc4af627f9addcfe944f88b061d4e1e40e43f1ab95")],
        }],
        good: &[Example { note: "three ternary values: 1, 0, -1", file: "t.scxq2", files: &[("t.scxq2", TENSOR_FILE)] }],
    },
};

/// A record of a micronaut that is not lawful.
pub static MICRONAUT: Rule = Rule {
    name: "scxq2/micronaut-record",
    severity: Severity::Error,
    rows: &["A043", "A045", "A046", "A047", "A048", "A049", "A050", "A051", "A052"],
    on: MICRONAUTS,
    check: Check::File(micronaut),
    fix: None,
    docs: Docs {
        what: "A `SCXQ2N` file that is no lawful record of a micronaut: version, one of the five domains, the number of signals, each signal with its length, and a true hash over all of it, with nothing after.",
        why: "The domain decides the lane that the signals go into. A record that cannot be read whole puts its signals nowhere.",
        fix: "Have the micronaut write its record again.",
        bad: &[Example {
            note: "one letter of a signal is another",
            file: "m.scxq2",
            files: &[(
                "m.scxq2",
                "53435851324e00010301000000080000004d3020314c33203475b290464bb1a4d70a56ac809307bee051ac3512459554beb92d3c8de4ed7279",
            )],
        }],
        good: &[Example { note: "one signal about geometry", file: "m.scxq2", files: &[("m.scxq2", MICRONAUT_FILE)] }],
    },
};

/// A signal that is a program.
pub static LOGIC: Rule = Rule {
    name: "scxq2/micronaut-logic",
    severity: Severity::Error,
    rows: &["A044"],
    on: MICRONAUTS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A signal of a micronaut that begins with `#!`, or that is a JSON object with a member such as `exec`, `script`, `if`, `while` or `on_load`.",
        why: "Micronauts are data: no logic, no branches, no hooks. What decides belongs to the host.",
        fix: "Send the result as a signal, not the way to get it.",
        bad: &[Example {
            note: "a branch",
            file: "m.scxq2",
            files: &[(
                "m.scxq2",
                "53435851324e000103010000001f0000007b226966223a202278203e2030222c20227468656e223a20226a756d70227d00d57e27c7079f78fbb42653863925ef33a633272693845565c5ed669fc8b8f1",
            )],
        }],
        good: &[Example { note: "a path", file: "m.scxq2", files: &[("m.scxq2", MICRONAUT_FILE)] }],
    },
};

/// Names of members that make a signal a program; those that begin `on_` are hooks.
const LOGICAL: &[&str] = &[
    "branch", "code", "command", "else", "eval", "exec", "execute", "for", "function", "goto", "hook", "hooks", "if", "loop", "run",
    "script", "shell", "switch", "while",
];

/// Most signals that are looked into as JSON, and the largest of them in bytes.
const LARGEST_SIGNAL: usize = 1 << 20;

fn refused(rule: &'static Rule, error: RecordError, len: usize) -> Finding {
    let end = (error.at + 1).min(len).max(error.at.min(len));
    let place = Place::new(format!("/{}", error.field), Span::from(error.at.min(len)..end));
    Finding::new(rule, place, format!("byte {}: {}", error.at, error.what)).help("write the record again").spec(error.name)
}

fn tensor(context: &FileContext<'_>, findings: &mut Findings) {
    if let Err(error) = TensorRecord::decode(context.bytes) {
        findings.push(refused(&TENSOR, error, context.bytes.len()));
    }
}

fn micronaut(context: &FileContext<'_>, findings: &mut Findings) {
    let signals = match micronaut_record::read(context.bytes) {
        Ok((_, signals)) => signals,
        Err(error) => {
            findings.push(refused(&MICRONAUT, error, context.bytes.len()));
            return;
        }
    };
    for (at, (offset, signal)) in signals.iter().enumerate() {
        if let Some(what) = logic(signal) {
            let place = Place::new(format!("/signals/{at}"), Span::from(*offset..offset + signal.len()));
            let message = format!("signal {at} {what}: micronauts hold no logic, no branches and no hooks");
            findings.push(Finding::new(&LOGIC, place, message).help("send the result, not the way to get it"));
        }
    }
}

/// What makes a signal a program.
fn logic(signal: &[u8]) -> Option<String> {
    if signal.starts_with(b"#!") {
        return Some("begins with `#!`".to_owned());
    }
    let text = std::str::from_utf8(signal).ok().filter(|text| text.len() <= LARGEST_SIGNAL && text.trim_start().starts_with('{'))?;
    let tree = Tree::parse(text.into());
    let mut open: Vec<_> = tree.root().filter(|_| tree.is_strict()).into_iter().collect();
    while let Some(node) = open.pop() {
        let name = node.key().unwrap_or_default();
        if LOGICAL.contains(&name.as_ref()) || name.starts_with("on_") {
            return Some(format!("has the member `{name}`"));
        }
        open.extend(node.children());
    }
    None
}
