//! The fields of profiles, signals, retrievals and test files. The law stands in `schemas/`; `object::shape` runs it.

use super::examples::{LEAF, leaf};
use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Example, On, Rule},
};

const SIGNAL_OF_AN_ILLUSTRATION: &str = "{\"@type\": \"pi.signal.v1\", \"@version\": \"1.0\",\n \"geometry\": {\"angles\": [0], \"magnitudes\": [1], \"epsilon\": 0.1},\n \"provenance\": {\"adapter\": \"gguf\", \"adapter_version\": \"1.0.0\", \"deterministic\": true, \"source_hash\": \"sha256:…\"}}\n";

/// A field that is not what the schema of its kind wants.
pub static SCHEMA: Rule = Rule {
    name: "collapse/schema",
    severity: Severity::Error,
    rows: &[
        "A100", "A101", "A218", "A219", "A220", "A221", "A222", "A224", "A225", "A226", "A227", "A228", "A229", "A230", "A231", "A233",
        "A234", "A235", "A237", "A238", "A239", "A240", "A249", "A250", "A251", "A252", "A306", "A307", "A308", "A315", "A316", "A317",
        "A319", "A390", "A391", "A393", "A395", "B470", "B471", "B472", "C453", "C454", "C455", "C458", "C459", "C460", "C461", "C462",
        "C463", "C466", "C468", "C469", "C476", "C477", "C478", "C479", "C480", "C481", "C482", "C483", "C484", "C485", "C486", "C487",
        "C488", "C489", "C490", "C491", "C492", "C493", "C494", "C495", "C496", "C497", "C498", "C499", "C500", "C501", "C502", "C504",
        "C506", "C507", "C516", "C530", "C534", "C539", "C540", "C541", "C542", "C543", "C544", "C546", "C547", "C548", "C549", "C550",
        "C551", "C554", "C619", "C620", "C621", "C622", "C624",
    ],
    on: On::Families(&["collapse"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member of a π-profile, signal, retrieval, collapse declaration or test file that is missing, or has another type, spelling or range than its kind wants.",
        why: "A score is only worth something when everybody computes it from the same numbers. A member that is read differently gives another score.",
        fix: "Write what the message asks for. Where one value is near, it is offered.",
        bad: &[Example {
            note: "a version of two numbers",
            file: "leaf.pi-profile.json",
            files: &[(
                "leaf.pi-profile.json",
                "{\"meta\": {\"name\": \"leaf\", \"version\": \"1.0\", \"authority\": \"atlas\"}, \"vectorizer\": {\"method\": \"ngram\", \"parameters\": {}}, \"weights\": {\"superposition\": []}}\n",
            )],
        }],
        good: &[LEAF],
    },
};

/// A text from an illustration where a value is wanted.
pub static PLACEHOLDER: Rule = Rule {
    name: "collapse/placeholder",
    severity: Severity::Error,
    rows: &["A099", "A232", "A314", "C538", "C618"],
    on: On::Families(&["collapse"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`sha256:…`, `sha256:INDEX`, `pi:…` or `a | b` where a hash, a number or an enumerated value is wanted.",
        why: "Illustrations write such texts for values that the author is to fill in. A document that still holds one names nothing.",
        fix: "Write the value.",
        bad: &[Example {
            note: "the hash of an illustration",
            file: "a.pi-signal.json",
            files: &[("a.pi-signal.json", SIGNAL_OF_AN_ILLUSTRATION)],
        }],
        good: &[super::examples::SIGNAL],
    },
};

/// A member that the kind does not know.
pub static UNKNOWN_MEMBER: Rule = Rule {
    name: "collapse/unknown-member",
    severity: Severity::Info,
    rows: &["C456"],
    on: On::Families(&["collapse"]),
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member that the kind does not name, where others are allowed. A π-profile's root allows none, and neither does a signal's geometry: there it is an error of `collapse/schema`.",
        why: "It is often a misspelt one, and then the member that was meant has its default. It is part of the fingerprint all the same.",
        fix: "Rename it to the nearest known name, which is offered, or leave it.",
        bad: &[Example {
            note: "a slip in `strategy`",
            file: "leaf.pi-profile.json",
            files: &[("leaf.pi-profile.json", leaf!("leaf", "  \"cache\": {\"stratgy\": \"lru\"},\n"))],
        }],
        good: &[LEAF],
    },
};
