//! The fields of the JSON documents around drawings. The law stands in `schemas/`; `object::shape` runs it.

use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Example, On, Rule},
};

const KINDS: On = On::Kinds(&["mx2lm.cpu.gpu.proof.v1", "svg-tensor.index-record", "svg-tensor.descriptor"]);

const LAWFUL: &[Example] = &[Example {
    note: "a stored index record",
    file: "doc_42.json",
    files: &[("doc_42.json", "{\"doc_id\": \"doc_42\", \"angles\": [0, 6.283], \"magnitudes\": [1, 0]}\n")],
}];

/// A field that is not what the schema of its kind wants.
pub static SCHEMA: Rule = Rule {
    name: "svg/schema",
    severity: Severity::Error,
    rows: &["B228", "B229", "B230", "B231", "B232", "C071", "C075", "C076", "C077", "C078", "C615"],
    on: KINDS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A field of a harness proof, a stored index record or a layout object that is missing, or has another type, spelling or range than its kind wants.",
        why: "These documents are read by programs that know the fields and nothing else.",
        fix: "Write what the message asks for. Where one value is near, it is offered.",
        bad: &[Example {
            note: "an angle below 0",
            file: "doc_42.json",
            files: &[("doc_42.json", "{\"doc_id\": \"doc_42\", \"angles\": [0, -1.45], \"magnitudes\": [1, 0]}\n")],
        }],
        good: LAWFUL,
    },
};

/// A text from an illustration where a value is wanted.
pub static PLACEHOLDER: Rule = Rule {
    name: "svg/placeholder",
    severity: Severity::Error,
    rows: &["B229", "C614"],
    on: KINDS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`a | b`, `…`, `...` or `<x>` where a hash, a word of a list or a number of such a document is wanted.",
        why: "Illustrations write such texts for values that a program is to fill in.",
        fix: "Write the value.",
        bad: &[Example {
            note: "both answers at once",
            file: "harness.json",
            files: &[(
                "harness.json",
                "{\"cpu_hash\": \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", \"gpu_hash\": \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", \"status\": \"pass | fail\"}\n",
            )],
        }],
        good: LAWFUL,
    },
};

/// A member that the kind does not know.
pub static UNKNOWN_MEMBER: Rule = Rule {
    name: "svg/unknown-member",
    severity: Severity::Info,
    rows: &[],
    on: KINDS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member that a harness proof, an index record or a layout object does not know.",
        why: "Nothing reads it; as often as not it is a misspelt one.",
        fix: "Rename it to the nearest known name, which is offered, or leave it.",
        bad: &[Example {
            note: "a remark",
            file: "doc_42.json",
            files: &[("doc_42.json", "{\"doc_id\": \"doc_42\", \"angles\": [0], \"magnitudes\": [1], \"remark\": \"new\"}\n")],
        }],
        good: LAWFUL,
    },
};
