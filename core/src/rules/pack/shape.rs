//! The fields of the JSON documents of this family. The law stands in `schemas/`; `object::shape` runs it.

use super::examples::{LAWFUL, weights_v2c};
use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Example, On, Rule},
};

/// A field that is not what the schema of its kind wants.
pub static SCHEMA: Rule = Rule {
    name: "pack/schema",
    severity: Severity::Error,
    rows: &[
        "D281", "D331", "D332", "D334", "D335", "D338", "D339", "D340", "D341", "D343", "D344", "D345", "D409", "D633", "D635", "D636",
        "D641", "D642", "D643", "D644", "D645", "D646", "D652", "D653", "D655", "D656", "D658", "D659", "D660", "D661", "D662", "D670",
        "D691", "D704",
    ],
    on: On::Families(&["pack"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A field of a pack's JSON document (weights, manifest, compatibility report, lane proof) that is missing, that nobody knows where the document is closed, or that has another type, spelling or range than its kind wants.",
        why: "These documents are read by programs that look for exactly these members. A manifest in particular may say nothing that its pack does not hold.",
        fix: "Write what the message asks for. Where one value is near, it is offered.",
        bad: &[
            Example {
                note: "more dimensions than the header can hold",
                file: "a.weights.v2c.json",
                files: &[("a.weights.v2c.json", weights_v2c!("65536", r#""@0": "attention", "@1": "policy""#, "0.1", ""))],
            },
            Example {
                note: "a symbol with a leading zero",
                file: "a.weights.v2c.json",
                files: &[("a.weights.v2c.json", weights_v2c!("16", r#""@0": "attention", "@01": "policy""#, "0.1", ""))],
            },
        ],
        good: LAWFUL,
    },
};

/// A member that the schema does not know, in a document that is not closed.
pub static UNKNOWN_MEMBER: Rule = Rule {
    name: "pack/unknown-member",
    severity: Severity::Info,
    rows: &[],
    on: On::Families(&["pack"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member of weights in JSON, or of a lane proof, that its kind does not name.",
        why: "The hash of weights covers `dict`, `lanes`, `dims`, `bias` and `meta` alone: what stands beside them is sealed by nothing.",
        fix: "Rename it to the nearest known name, which is offered, or move it into `meta`.",
        bad: &[Example {
            note: "a member of the author's own",
            file: "a.weights.v2c.json",
            files: &[(
                "a.weights.v2c.json",
                weights_v2c!("16", r#""@0": "attention", "@1": "policy""#, "0.1", "  \"origin\": \"harbour\",\n"),
            )],
        }],
        good: LAWFUL,
    },
};
