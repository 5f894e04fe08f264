//! What is true of a folder as a whole: files that cannot be read, names that other systems confuse.

use super::{
    Check, Docs, Example, Finding, Findings, On, Place, Rule,
    examples::{GREETING, descriptor},
};
use crate::{diagnostic::Severity, document::facts::Facts, workspace::context::WorkspaceContext};

/// The rules of this family.
pub static RULES: &[&Rule] = &[&EDITOR_LIMIT, &NAME_TWINS, &SIGN_AGAIN, &UNREADABLE];

/// Two names that some file systems take for one.
pub static NAME_TWINS: Rule = Rule {
    name: "workspace/name-twins",
    severity: Severity::Info,
    rows: &["A610"],
    on: On::Any,
    check: Check::Workspace(name_twins),
    fix: None,
    docs: Docs {
        what: "A document whose path differs from another file's only in upper and lower case, or only in how Unicode composes a letter.",
        why: "Some file systems hold only one of the two. On those, one payload replaces the other and every hash that names it becomes false.",
        fix: "Nothing needs to be done where names differ in case (`DECISIONS` 40). Rename one of them if the folder is to travel.",
        bad: &[Example {
            note: "`Object.json` beside `object.json`",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("Object.json", "{}\n"), ("greeting.json", GREETING)],
        }],
        good: &[Example {
            note: "names that differ in a letter",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("objects.json", "{}\n"), ("greeting.json", GREETING)],
        }],
    },
};

fn name_twins(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Facts { path, .. } = &**context.facts;
    for twin in context.twins(path) {
        let message = format!("some file systems take this path and `{twin}` for the same file: one would replace the other");
        findings.push(Finding::new(&NAME_TWINS, Place::document(), message).help("rename one of them").related(
            &twin,
            Place::document(),
            "the other file",
        ));
    }
}

/// A signed document that a fix had to leave alone.
pub static SIGN_AGAIN: Rule = Rule {
    name: "workspace/sign-again",
    severity: Severity::Warning,
    rows: &[],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A signed document in which a fix would change what was signed. Only `mx2lm-lint fix` says so; the finding that asks for the fix stays.",
        why: "A signature covers the document's hash. After the change it would be false, and only the holder of the private key can make a new one.",
        fix: "Make the change, write the new hash, and have the signer sign the document again.",
        bad: &[],
        good: &[],
    },
};

/// A document too large to be checked at each edit.
pub static EDITOR_LIMIT: Rule = Rule {
    name: "workspace/editor-limit",
    severity: Severity::Info,
    rows: &[],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A document larger than 50 MiB, in an editor. The linter never reports it.",
        why: "Its syntax and hashes are checked while it is edited; everything else would make each keystroke wait.",
        fix: "Run `mx2lm-lint` to check all of it.",
        bad: &[],
        good: &[],
    },
};

/// A file that cannot be read.
pub static UNREADABLE: Rule = Rule {
    name: "workspace/unreadable",
    severity: Severity::Error,
    rows: &["A646"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A file or folder of the workspace that the system refuses to open.",
        why: "What cannot be read cannot be checked, and the runtime will not be able to load it either.",
        fix: "Correct its permissions, or leave it out with `exclude` in `mx2lm.toml`.",
        bad: &[],
        good: &[],
    },
};
