//! Texts that cannot be read as what they are.

use super::{
    Check, Docs, Example, On, Rule,
    examples::{GREETING, descriptor},
};
use crate::diagnostic::{Safety, Severity};

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &JSON,
    &BYTE_ORDER_MARK,
    &DUPLICATE_MEMBER,
    &LONE_SURROGATE,
    &NESTING_LIMIT,
    &NUMBER_RANGE,
    &STRING_LIMIT,
    &VALUE_LIMIT,
    &FILE_LIMIT,
    &TOML,
    &UTF8,
];

const GOOD: &[Example] = &[Example {
    note: "a descriptor that reads without trouble",
    file: "object.json",
    files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
}];

const fn rule(name: &'static str, rows: &'static [&'static str], fix: Option<Safety>, docs: Docs) -> Rule {
    Rule { name, severity: Severity::Error, rows, on: On::Any, check: Check::Elsewhere, fix, docs }
}

/// JSON that RFC 8259 does not know.
pub static JSON: Rule = rule(
    "syntax/json",
    &["A638", "A602"],
    Some(Safety::Safe),
    Docs {
        what: "Text in a JSON document that RFC 8259 does not allow: a missing or trailing comma, an unclosed object, single quotes, comments, `NaN`, leading zeros, anything after the value.",
        why: "A loader reads strict JSON. What one parser forgives another refuses, and a document that is not JSON has no canonical form and no hash.",
        fix: "Where only one reading is possible (a trailing comma, single quotes) a safe fix writes it. Everything else is pointed at and left to the author.",
        bad: &[Example {
            note: "a trailing comma",
            file: "object.json",
            files: &[("object.json", "{\"$schema\": \"object://schema/object.v1\", \"id\": \"object://example/greeting\",}\n")],
        }],
        good: GOOD,
    },
);

/// A byte order mark before JSON.
pub static BYTE_ORDER_MARK: Rule = rule(
    "syntax/json-byte-order-mark",
    &["A638"],
    Some(Safety::Safe),
    Docs {
        what: "A byte order mark (U+FEFF) at the start of a JSON document.",
        why: "RFC 8259 forbids writers to add one. It is invisible, it changes the hash of the file, and strict readers refuse the document at its first byte.",
        fix: "A safe fix removes the three bytes. The hash of the file changes with them: bring the hashes that name it up to date afterwards.",
        bad: &[Example {
            note: "an invisible first character",
            file: "object.json",
            files: &[("object.json", concat!("\u{FEFF}", descriptor!())), ("greeting.json", GREETING)],
        }],
        good: GOOD,
    },
);

/// The same member name twice.
pub static DUPLICATE_MEMBER: Rule = rule(
    "syntax/json-duplicate-member",
    &["B048", "A638"],
    None,
    Docs {
        what: "A member name that stands twice in one object, compared after escapes are read: `hash` and `h\\u0061sh` are one name.",
        why: "Some readers keep the first value, some the last. RFC 8785 gives such a document no canonical form, so nothing in it can be hashed or signed.",
        fix: "Only the author knows which value is meant; remove the other.",
        bad: &[Example {
            note: "two authorities",
            file: "object.json",
            files: &[("object.json", descriptor!(more = "  \"authority\": \"read\",\n")), ("greeting.json", GREETING)],
        }],
        good: GOOD,
    },
);

/// Half of a surrogate pair.
pub static LONE_SURROGATE: Rule = rule(
    "syntax/json-lone-surrogate",
    &["A638"],
    None,
    Docs {
        what: "An escape such as `\\ud800` that is one half of a surrogate pair without the other.",
        why: "It names no character, so the text cannot be written as UTF-8 and the document has no canonical form.",
        fix: "Write the character itself or both halves of its pair.",
        bad: &[Example {
            note: "a first half on its own",
            file: "object.json",
            files: &[("object.json", descriptor!(more = "  \"identity\": { \"name\": \"\\ud800\" },\n")), ("greeting.json", GREETING)],
        }],
        good: GOOD,
    },
);

/// Nesting beyond the limit.
pub static NESTING_LIMIT: Rule = rule(
    "syntax/json-nesting-limit",
    &["A638"],
    None,
    Docs {
        what: "Objects and lists nested more than 512 deep.",
        why: "Loaders read nested values on a stack of limited depth; a document this deep is a mistake or an attack, and nothing below the limit is looked at.",
        fix: "Flatten the document.",
        bad: &[],
        good: GOOD,
    },
);

/// A number beyond f64.
pub static NUMBER_RANGE: Rule = rule(
    "syntax/json-number-range",
    &["A638"],
    None,
    Docs {
        what: "A number too large for a 64-bit float, such as `1e400`.",
        why: "Canonical JSON writes every number as a 64-bit float; this one becomes infinite, so the document has no canonical form.",
        fix: "Write a number below 1.8e308, or a text.",
        bad: &[Example {
            note: "an exponent of 400",
            file: "object.json",
            files: &[("object.json", descriptor!(more = "  \"events\": { \"on_load\": [1e400] },\n")), ("greeting.json", GREETING)],
        }],
        good: GOOD,
    },
);

/// A string beyond the limit.
pub static STRING_LIMIT: Rule = rule(
    "syntax/json-string-limit",
    &["A638"],
    None,
    Docs {
        what: "A text or member name longer than 64 MiB.",
        why: "A text this long is a payload that belongs in a file of its own, where it can be hashed as a stream.",
        fix: "Move it into a payload file.",
        bad: &[],
        good: GOOD,
    },
);

/// More values than are read.
pub static VALUE_LIMIT: Rule = rule(
    "syntax/json-value-limit",
    &["A638"],
    None,
    Docs {
        what: "A JSON document of more than 8,000,000 values.",
        why: "Every value takes memory while it is checked. What follows the limit is not read, and the document has no canonical form here.",
        fix: "Put bulk data into a binary payload, which may have any size.",
        bad: &[],
        good: GOOD,
    },
);

/// A document too large to parse.
pub static FILE_LIMIT: Rule = rule(
    "syntax/file-limit",
    &["A638"],
    None,
    Docs {
        what: "A document larger than 512 MiB.",
        why: "It is hashed but not parsed, so that a run stays within its memory; its own content is not checked.",
        fix: "Keep descriptors small and put bulk into payload files, which may have any size.",
        bad: &[],
        good: GOOD,
    },
);

/// TOML that is not TOML.
pub static TOML: Rule = rule(
    "syntax/toml",
    &[],
    None,
    Docs {
        what: "Text in a TOML document that TOML 1.0 does not allow.",
        why: "A configuration or an axioms file that cannot be read guides nothing: the programs refuse to guess.",
        fix: "Correct the text at the place shown.",
        bad: &[],
        good: GOOD,
    },
);

/// Bytes that are not UTF-8.
pub static UTF8: Rule = rule(
    "syntax/utf8",
    &["A638"],
    None,
    Docs {
        what: "Bytes in a text document that are not UTF-8.",
        why: "JSON, XML and TOML are UTF-8 here. A file saved in another encoding reads differently on every machine, and its hash says nothing about its text.",
        fix: "Save the file as UTF-8.",
        bad: &[],
        good: GOOD,
    },
);
