//! The fields of the documents around lanes. The law stands in `schemas/`; `object::shape` runs it.

use super::example::{PACKAGE, package};
use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Example, On, Rule},
};

const ON: On = On::Families(&["scxq2"]);

const LAWFUL: &[Example] =
    &[Example { note: "package metadata", file: "core.json", files: &[("core.json", package!()), ("core.bin", PACKAGE)] }];

/// A field that is not what the schema of its kind wants.
pub static SCHEMA: Rule = Rule {
    name: "scxq2/schema",
    severity: Severity::Error,
    rows: &[
        "A034", "A035", "A036", "A037", "A038", "A039", "A040", "A041", "A153", "A154", "A155", "A156", "A157", "A158", "A159", "A160",
        "A161", "A162", "A163", "A164", "A165", "A166", "A167", "A168", "A169", "A170", "A171", "A172", "A195", "B337", "B339", "B340",
        "B341", "B342", "B343", "B344", "B345", "D147", "D148", "D149", "D150", "D151", "D152", "D153", "D154",
    ],
    on: ON,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A field of a lane proof, a proof envelope, a kernel's answer or package metadata that is missing, or has another type, spelling or range than its kind wants.",
        why: "Who checks a proof reads these fields and nothing else; one that cannot be read proves nothing.",
        fix: "Write what the message asks for. Where one value is near, it is offered.",
        bad: &[Example {
            note: "a version that is a number",
            file: "answer.json",
            files: &[(
                "answer.json",
                "{\"@scxq2\": {\"version\": 1, \"input_hash\": \"blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85\", \"output_hash\": \"blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85\", \"kernel\": \"fft_mul\", \"domain\": \"bigint\", \"preserves_identity\": true, \"witness\": \"lane://proof/7\"}}\n",
            )],
        }],
        good: LAWFUL,
    },
};

/// A text from an illustration where a value is wanted.
pub static PLACEHOLDER: Rule = Rule {
    name: "scxq2/placeholder",
    severity: Severity::Error,
    rows: &["A152", "B339", "D149", "D150"],
    on: ON,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`a | b`, `…`, `...` or `<x>` where a hash, a word of a list or a number is wanted; `H(in)` where a kernel's answer has a hash, as a warning.",
        why: "Illustrations write such texts for values that a program is to fill in. With one left, nothing is proved.",
        fix: "Write the value.",
        bad: &[Example {
            note: "no hash yet",
            file: "core.json",
            files: &[("core.json", package!(hash = "sha256:...")), ("core.bin", PACKAGE)],
        }],
        good: LAWFUL,
    },
};

/// A member that the kind does not know.
pub static UNKNOWN_MEMBER: Rule = Rule {
    name: "scxq2/unknown-member",
    severity: Severity::Info,
    rows: &[],
    on: ON,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member that a lane proof, a proof envelope or package metadata does not know.",
        why: "Nothing reads it; as often as not it is a misspelt one.",
        fix: "Rename it to the nearest known name, which is offered, or leave it.",
        bad: &[Example {
            note: "a remark",
            file: "core.json",
            files: &[("core.json", package!(more = ", \"remark\": \"nightly\"")), ("core.bin", PACKAGE)],
        }],
        good: LAWFUL,
    },
};
