//! XML that cannot be read as what it is; drawings among it.
//!
//! Reported by the reader. On a drawing these findings count only when it is a tensor, and then they carry the specification's own name.

use super::{Check, Docs, Example, On, Rule};
use crate::diagnostic::{Safety, Severity};

/// The rules of this part of the family.
pub static RULES: &[&Rule] = &[&XML, &ATTRIBUTE_DUPLICATE, &DEPTH_LIMIT, &DOCTYPE, &ENCODING, &ENTITY, &NAMESPACE, &SIZE_LIMIT];

const fn rule(name: &'static str, rows: &'static [&'static str], fix: Option<Safety>, docs: Docs) -> Rule {
    Rule { name, severity: Severity::Error, rows, on: On::Any, check: Check::Elsewhere, fix, docs }
}

const FILE: &str = "brain.tensor.svg";

const GOOD: &[Example] = &[Example {
    note: "a drawing that reads without trouble",
    file: FILE,
    files: &[(
        FILE,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a &amp; b -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"&#97;\" d=\"M0 0L3 4\"/></svg>\n",
    )],
}];

/// XML that is not well-formed.
pub static XML: Rule = rule(
    "syntax/xml",
    &["B096"],
    None,
    Docs {
        what: "Text in an XML document or a drawing that XML 1.0 does not allow: an element that is never closed or closed under another name, a value without quotes, `<` in a value, `--` in a comment, control characters, a second root.",
        why: "A reader stops at the first such place, so nothing of the document can be relied on. What a browser repairs is repaired differently elsewhere.",
        fix: "Correct the text at the place shown. Only the first error is told: the text behind it cannot be trusted.",
        bad: &[Example {
            note: "another name closes the root",
            file: FILE,
            files: &[(FILE, "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0L3 4\"/></svgg>\n")],
        }],
        good: GOOD,
    },
);

/// The same attribute twice.
pub static ATTRIBUTE_DUPLICATE: Rule = rule(
    "syntax/xml-attribute-duplicate",
    &["B096"],
    None,
    Docs {
        what: "An attribute or a namespace declaration that stands twice on one element; two prefixes of one namespace count as one.",
        why: "XML forbids it, because readers would disagree on which value counts.",
        fix: "Only the author knows which value is meant; remove the other.",
        bad: &[Example {
            note: "two ids",
            file: FILE,
            files: &[(FILE, "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" id=\"b\" d=\"M0 0L3 4\"/></svg>\n")],
        }],
        good: GOOD,
    },
);

/// Nesting beyond the limit.
pub static DEPTH_LIMIT: Rule = rule(
    "syntax/xml-depth-limit",
    &["B096"],
    None,
    Docs {
        what: "Elements nested more than 512 deep.",
        why: "Readers keep open elements on a stack; a document this deep is a mistake or an attack. A tensor's rank, the number of groups around an element, ends at 500 anyway.",
        fix: "Flatten the document.",
        bad: &[],
        good: GOOD,
    },
);

/// A document type declaration.
pub static DOCTYPE: Rule = rule(
    "syntax/xml-doctype",
    &["B119"],
    None,
    Docs {
        what: "A `<!DOCTYPE …>` in an XML document or a drawing. One with definitions of its own (`[…]`) ends the reading: no entity is ever expanded.",
        why: "A document type can define entities, default attributes and external parts, so that what the document says depends on more than its text, and a few lines can swell to gigabytes.",
        fix: "Remove the declaration; write the text of an entity where it is used.",
        bad: &[Example {
            note: "the declaration that old editors write",
            file: FILE,
            files: &[(
                FILE,
                "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0L3 4\"/></svg>\n",
            )],
        }],
        good: GOOD,
    },
);

/// An encoding that the bytes are not in.
pub static ENCODING: Rule = rule(
    "syntax/xml-encoding",
    &["B096"],
    Some(Safety::Safe),
    Docs {
        what: "An XML declaration that names an encoding other than UTF-8 over text that this encoding would read differently. Plain ASCII under a declared Latin-1 is left alone.",
        why: "Other readers follow the declaration and see other characters, so that ids and their hashes differ.",
        fix: "A safe fix declares UTF-8, which is what the bytes are.",
        bad: &[Example {
            note: "UTF-8 bytes declared as UTF-16",
            file: FILE,
            files: &[(
                FILE,
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0L3 4\"/></svg>\n",
            )],
        }],
        good: GOOD,
    },
);

/// A reference to nothing.
pub static ENTITY: Rule = rule(
    "syntax/xml-entity",
    &["B119"],
    Some(Safety::Safe),
    Docs {
        what: "A `&` that begins no reference, and a reference to an entity other than `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`.",
        why: "Every other entity comes from a document type, and none is read.",
        fix: "A safe fix writes a bare `&` as `&amp;`. For a named entity write the character itself or its number.",
        bad: &[Example {
            note: "an entity of HTML",
            file: FILE,
            files: &[(FILE, "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"&pi;\" d=\"M0 0L3 4\"/></svg>\n")],
        }],
        good: GOOD,
    },
);

/// A prefix without a namespace.
pub static NAMESPACE: Rule = rule(
    "syntax/xml-namespace",
    &["B119"],
    None,
    Docs {
        what: "A prefix that no `xmlns:prefix` declares, or a declaration that misuses a reserved prefix or namespace.",
        why: "The name then belongs to no vocabulary, and readers that know namespaces refuse the document.",
        fix: "Declare the prefix on the root, or remove it.",
        bad: &[Example {
            note: "`xlink` without its declaration",
            file: FILE,
            files: &[(FILE, "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0L3 4\"/><use xlink:href=\"#a\"/></svg>\n")],
        }],
        good: GOOD,
    },
);

/// More than is read.
pub static SIZE_LIMIT: Rule = rule(
    "syntax/xml-size-limit",
    &["B096"],
    None,
    Docs {
        what: "More than 4,194,304 tags, more than 128 attributes on one element, more than 64 namespaces in scope, or a value of more than 64 MiB.",
        why: "Room is set aside for every part before a tree is made; beyond these numbers a text would cost far more memory or time than its size.",
        fix: "Split the document.",
        bad: &[],
        good: GOOD,
    },
);
