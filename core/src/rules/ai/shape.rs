//! The fields of `ai.*` documents. The law stands in `schemas/`; `object::shape` runs it.

use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Example, On, Rule},
};

/// A lawful vocabulary descriptor without an envelope, one part of which may be said otherwise.
macro_rules! vocabulary {
    ($size:literal, $encoding:literal, $more:literal) => {
        concat!(
            r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "size": "#,
            $size,
            r#", "mapping": "token_to_symbol", "encoding": ""#,
            $encoding,
            r#"", "invariants": ["one_to_one_mapping", "immutable_payload"]"#,
            $more,
            "}\n"
        )
    };
}

const LAWFUL: &[Example] =
    &[Example { note: "all fields of its kind", file: "vocab.json", files: &[("vocab.json", vocabulary!("3", "utf-8", ""))] }];

/// A field that is not what the schema of its kind wants.
pub static SCHEMA: Rule = Rule {
    name: "ai/schema",
    severity: Severity::Error,
    rows: &[
        "B003", "B011", "B012", "B014", "B015", "B016", "B017", "B020", "B027", "B029", "B030", "B032", "B033", "B034", "B040", "B042",
        "B043", "B044", "B045", "B047", "B048", "B049", "B056", "B058", "B059", "B061", "B062", "B064", "B070", "B072", "B073", "B074",
        "B075", "B076", "B168",
    ],
    on: On::Families(&["ai"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A field of an `ai.*` object that is missing, or has another type, spelling or range than its kind wants; an invariant of the kind that is not listed.",
        why: "Every field of such an object is law: a runtime that met another value would have to guess.",
        fix: "Write what the message asks for. Where one value is near, it is offered.",
        bad: &[Example { note: "no tokens at all", file: "vocab.json", files: &[("vocab.json", vocabulary!("0", "utf-8", ""))] }],
        good: LAWFUL,
    },
};

/// A text from an illustration where a value is wanted.
pub static PLACEHOLDER: Rule = Rule {
    name: "ai/placeholder",
    severity: Severity::Error,
    rows: &["B013", "B016", "B028", "B041", "B057", "B071"],
    on: On::Families(&["ai"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`a | b`, `…`, `...` or `<x>` where a hash, an id, an enumerated value or a number of an `ai.*` object is wanted.",
        why: "Illustrations write such texts for values that the author is to fill in.",
        fix: "Write the value. The choices of a list are offered one by one.",
        bad: &[Example { note: "both encodings", file: "vocab.json", files: &[("vocab.json", vocabulary!("3", "utf-8 | byte", ""))] }],
        good: LAWFUL,
    },
};

/// A member that neither the kind nor the envelope knows.
pub static UNKNOWN_MEMBER: Rule = Rule {
    name: "ai/unknown-member",
    severity: Severity::Info,
    rows: &["B012"],
    on: On::Families(&["ai"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A top-level member of an `ai.*` object that neither its kind nor §15.4 names.",
        why: "It may be lawful, since kinds may grow; it is as often a misspelt one.",
        fix: "Rename it to the nearest known name, which is offered, or leave it.",
        bad: &[],
        good: LAWFUL,
    },
};
