//! What no projection may do: the rules and their pages. The pass that reports all of them is `projection_pass.rs`.

use crate::{
    diagnostic::{Safety, Severity},
    rules::{
        Check, Docs, Example, On, Rule,
        examples::{GREETING, descriptor},
        object::projection_pass,
    },
};

/// Families whose descriptors have the projections of seed 003 §15.8.
pub(crate) const FAMILIES: &[&str] = &["object", "ai", "inference", "agent"];

macro_rules! example {
    ($note:literal, $($part:ident = $value:literal),+) => {
        Example {
            note: $note,
            file: "object.json",
            files: &[("object.json", descriptor!($($part = $value),+)), ("greeting.json", GREETING)],
        }
    };
}

const fn rule(name: &'static str, severity: Severity, docs: Docs) -> Rule {
    Rule { name, severity, rows: &[], on: On::Families(FAMILIES), check: Check::Elsewhere, fix: None, docs }
}

/// A text that begins with `@` and leads nowhere by its spelling.
pub static REFERENCE: Rule = Rule {
    check: Check::File(projection_pass::projections),
    fix: Some(Safety::Unsafe),
    rows: &["A673", "A728"],
    ..rule(
        "object/projection-reference",
        Severity::Error,
        Docs {
            what: "A text in `emit`, `body` or `source` that begins with `@` and is no reference: its root is not `@payload`, `@meta` or `@object`, or its path is not made of names with dots between them.",
            why: "Every such text is looked up when the object is projected. What cannot be looked up gives nothing, without an error anybody sees.",
            fix: "Correct the root or the path. Lists are counted with dots too: `@payload.steps.0`. A literal cannot begin with `@`.",
            bad: &[
                example!(
                    "a letter too few in the root",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"text\": \"@paylod.greeting\" } } }"
                ),
                example!(
                    "brackets",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"first\": \"@payload.greeting[0]\" } } }"
                ),
            ],
            good: &[example!(
                "an @ inside a literal",
                projections =
                    "{ \"default\": { \"type\": \"json\", \"emit\": { \"by\": \"harbour@example.org\", \"text\": \"@payload\" } } }"
            )],
        },
    )
};

/// A projection that depends on where it runs.
pub static ENVIRONMENT: Rule = Rule {
    rows: &["A632", "A669", "A750"],
    ..rule(
        "object/projection-environment",
        Severity::Error,
        Docs {
            what: "A projection that reads or branches on the environment: a reference such as `@env.LANG`, a text such as `${HOME}`, or a member `if`, `when`, `env` or `@env`.",
            why: "The same object must behave the same everywhere. What a view shows may depend on the payload and on nothing else.",
            fix: "Put what the view needs into the payload, or write one projection for each case and let the request choose.",
            bad: &[
                example!(
                    "a language from outside",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"locale\": \"@env.LANG\" } } }"
                ),
                example!("a branch", projections = "{ \"default\": { \"type\": \"json\", \"when\": \"debug\", \"emit\": \"@payload\" } }"),
            ],
            good: &[example!(
                "an output member may be called `env`",
                projections =
                    "{ \"default\": { \"type\": \"json\", \"emit\": { \"env\": \"harbour\", \"when\": \"@payload.greeting\" } } }"
            )],
        },
    )
};

/// A projection that changes the payload.
pub static MUTATION: Rule = Rule {
    rows: &["A666"],
    ..rule(
        "object/projection-mutation",
        Severity::Error,
        Docs {
            what: "A member `set`, `patch`, `delete`, `update` or `mutate` in a projection.",
            why: "A projection is a view. It maps and selects; it never changes what it shows.",
            fix: "Remove it. A changed payload is a new payload with a new hash.",
            bad: &[example!(
                "a view that counts its own visits",
                projections = "{ \"default\": { \"type\": \"json\", \"emit\": \"@payload\", \"update\": { \"visits\": 1 } } }"
            )],
            good: &[example!(
                "an output member may be called `update`",
                projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"update\": \"@payload.greeting\" } } }"
            )],
        },
    )
};

/// A projection that runs something.
pub static EXECUTION: Rule = Rule {
    rows: &["A656", "A667"],
    ..rule(
        "object/projection-execution",
        Severity::Error,
        Docs {
            what: "A member `script`, `exec`, `eval` or `command` in a projection, or a text that begins with `javascript:`.",
            why: "Nothing a document says is ever run. A server that met this would have to refuse the object.",
            fix: "Remove it.",
            bad: &[
                example!(
                    "a script",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": \"@payload\", \"script\": \"payload.greeting = 1\" } }"
                ),
                example!(
                    "a link that runs",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"link\": \"javascript:alert(1)\" } } }"
                ),
            ],
            good: &[example!(
                "words in a literal",
                projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"script\": \"latin\", \"note\": \"written in javascript: see there\" } } }"
            )],
        },
    )
};

/// A projection that reaches for the network.
pub static NETWORK: Rule = Rule {
    rows: &["A656", "A668", "A670", "A703", "A749"],
    ..rule(
        "object/projection-network",
        Severity::Error,
        Docs {
            what: "A text in `emit`, `body` or `source` that is a URL (`https:`, `file:`, `ftp:`, … or another scheme than `object:`, `node:`, `stream:` and `xjson:`), or a member `url`, `fetch` or `request` in a projection.",
            why: "A view is made of the payload alone, so that it is the same on every machine and at any time. What the network answers is not.",
            fix: "Put the content into the payload, or name another object by its id.",
            bad: &[
                example!(
                    "a body from elsewhere",
                    projections = "{ \"default\": { \"type\": \"http-response\", \"body\": \"https://example.org/a\" } }"
                ),
                example!(
                    "a request",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": \"@payload\", \"fetch\": \"tides\" } }"
                ),
            ],
            good: &[example!(
                "text that mentions an address, and an object id",
                projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"note\": \"see https://example.org\", \"more\": \"object://example/other\", \"url\": \"@payload\" } } }"
            )],
        },
    )
};

/// A projection that reaches for other files.
pub static PATH: Rule = Rule {
    rows: &["A748"],
    ..rule(
        "object/projection-path",
        Severity::Error,
        Docs {
            what: "A text in `body` or `source` that is a file path, or one in `emit` that begins with `./`, `../`, `~/` or a drive letter.",
            why: "A view shows the declared payload. A file beside it is not covered by the object's hash.",
            fix: "Refer to the payload, or make the file an object of its own and name it by id.",
            bad: &[example!(
                "a file beside the payload",
                projections = "{ \"default\": { \"type\": \"binary\", \"source\": \"./other.bin\" } }"
            )],
            good: &[example!(
                "a literal with slashes and dots",
                projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"unit\": \"m/s\", \"rest\": \"...and so on\", \"all\": \"@payload\" } } }"
            )],
        },
    )
};

/// A projection of a deterministic object that depends on the clock or on chance.
pub static TIME: Rule = Rule {
    on: On::Families(&["object"]),
    rows: &["A657", "A674"],
    ..rule(
        "object/projection-time",
        Severity::Warning,
        Docs {
            what: "An object that declares `deterministic` and has a projection with a reference below `@meta` (warning), or with a member `random`, `seed`, `time`, `now`, `date` or `timestamp` (error).",
            why: "`@meta` is what the server adds, the time of the projection above all. A view that shows it differs at every request, which is what `deterministic` denies.",
            fix: "Drop the reference, or the invariant.",
            bad: &[example!(
                "the time of the projection",
                more = "  \"invariants\": [\"deterministic\"],\n",
                projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"at\": \"@meta.projected_at\" } } }"
            )],
            good: &[
                example!(
                    "an object that does not claim to be deterministic",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"at\": \"@meta.projected_at\" } } }"
                ),
                example!(
                    "an output member may be called `time`",
                    more = "  \"invariants\": [\"deterministic\"],\n",
                    projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"time\": \"@payload.greeting\" } } }"
                ),
            ],
        },
    )
};
