//! What may be wrong with `mx2lm.toml` (`DECISIONS` 65–67).

use super::{
    Check, Docs, Example, On, Rule,
    examples::{GREETING, descriptor},
};
use crate::diagnostic::{Safety, Severity};

/// The rules of this family.
pub static RULES: &[&Rule] = &[&REASON, &UNKNOWN_KEY, &UNKNOWN_RULE, &UNUSED, &VALUE];

const fn rule(name: &'static str, severity: Severity, fix: Option<Safety>, docs: Docs) -> Rule {
    Rule { name, severity, rows: &[], on: On::Any, check: Check::Elsewhere, fix, docs }
}

const GOOD: &[Example] = &[Example {
    note: "a configuration that says what it means",
    file: "mx2lm.toml",
    files: &[
        ("mx2lm.toml", "strict = false\n\n[rules]\n\"object/payload-hash\" = \"error\"\n"),
        ("object.json", descriptor!()),
        ("greeting.json", GREETING),
    ],
}];

/// A suppression that does not say why.
pub static REASON: Rule = rule(
    "config/suppression-reason",
    Severity::Warning,
    None,
    Docs {
        what: "A `[[suppress]]` entry without a `reason`, or with an empty one.",
        why: "An accepted finding outlives the memory of why it was accepted. Without a reason nobody dares to remove it.",
        fix: "Write the reason.",
        bad: &[Example {
            note: "an empty reason",
            file: "mx2lm.toml",
            files: &[
                ("mx2lm.toml", "[[suppress]]\nrule = \"object/payload-hash\"\npath = \"object.json\"\nreason = \"\"\n"),
                ("object.json", descriptor!(hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000")),
                ("greeting.json", GREETING),
            ],
        }],
        good: GOOD,
    },
);

/// A key nobody reads.
pub static UNKNOWN_KEY: Rule = rule(
    "config/unknown-key",
    Severity::Error,
    Some(Safety::Unsafe),
    Docs {
        what: "A key in `mx2lm.toml` that means nothing there.",
        why: "A misspelt key would be a setting silently not made.",
        fix: "Use the nearest known key, which the finding names.",
        bad: &[Example { note: "a letter too many", file: "mx2lm.toml", files: &[("mx2lm.toml", "strictt = true\n")] }],
        good: GOOD,
    },
);

/// A rule nobody knows.
pub static UNKNOWN_RULE: Rule = rule(
    "config/unknown-rule",
    Severity::Error,
    Some(Safety::Unsafe),
    Docs {
        what: "A rule name in `[rules]` or `[[suppress]]` that no rule has.",
        why: "The setting or suppression would never take effect.",
        fix: "Use the nearest known name, which the finding names; `mx2lm-lint rule --all` lists them.",
        bad: &[Example {
            note: "no such rule",
            file: "mx2lm.toml",
            files: &[("mx2lm.toml", "[rules]\n\"object/payload-hsh\" = \"off\"\n")],
        }],
        good: GOOD,
    },
);

/// A suppression that hides nothing.
pub static UNUSED: Rule = rule(
    "config/unused-suppression",
    Severity::Warning,
    None,
    Docs {
        what: "A `[[suppress]]` entry that matches no finding.",
        why: "The trouble it hid is gone, or it never matched; either way the next finding of that rule at that place would be hidden unseen.",
        fix: "Remove the entry, or correct its `rule`, `path` or `locator`.",
        bad: &[Example {
            note: "nothing to hide",
            file: "mx2lm.toml",
            files: &[
                ("mx2lm.toml", "[[suppress]]\nrule = \"object/payload-hash\"\npath = \"object.json\"\nreason = \"generated later\"\n"),
                ("object.json", descriptor!()),
                ("greeting.json", GREETING),
            ],
        }],
        good: GOOD,
    },
);

/// A value that cannot be used.
pub static VALUE: Rule = rule(
    "config/value",
    Severity::Error,
    Some(Safety::Unsafe),
    Docs {
        what: "A value in `mx2lm.toml` of the wrong type, an unknown level, a path pattern that cannot be read, or a required member that is missing.",
        why: "The programs refuse to guess what was meant.",
        fix: "Write what the finding asks for.",
        bad: &[Example {
            note: "a text where a truth value is wanted",
            file: "mx2lm.toml",
            files: &[("mx2lm.toml", "strict = \"yes\"\n")],
        }],
        good: GOOD,
    },
);
