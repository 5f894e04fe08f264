//! Sealed weights are named by their descriptor, never by where their bytes are stored (§24.10).

use super::global;
use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

/// A stored blob named by its path.
pub static PATH: Rule = Rule {
    name: "ai/sealed-path",
    severity: Severity::Error,
    rows: &["C158", "C159"],
    on: On::Families(&["agent", "inference", "orchestration"]),
    check: Check::File(path),
    fix: None,
    docs: Docs {
        what: "A path such as `odb/objects/sha256/ab/cd/….bin` in an agent, a profile or an orchestration object.",
        why: "Sealed weights are referenced by descriptor only: the path of a blob says nothing of what it is, and skips every check.",
        fix: "Name the descriptor by its id.",
        bad: &[Example {
            note: "weights by their blob",
            file: "agent.json",
            files: &[(
                "agent.json",
                r#"{"$schema": "object://schema/ai.agent.descriptor.v1", "id": "object://ai/agent/a", "binds": {"weights": "odb/objects/sha256/ab/cd/abcd.bin"}}"#,
            )],
        }],
        good: &[Example {
            note: "nothing stored is named",
            file: "agent.json",
            files: &[("agent.json", r#"{"@invoke": "ai.agent", "prompt": "hello"}"#)],
        }],
    },
};

fn path(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    global::each_text(root, &mut |node, text| {
        if is_blob(text) {
            let message = format!("`{text}` is where bytes are stored: sealed weights are referenced by their descriptor only");
            findings.push(Finding::new(&PATH, Place::value(node), message).help("name the descriptor by its id"));
        }
    });
}

/// `odb/objects/<algorithm>/…/<name>.bin`, at the beginning or after a `/`.
pub(super) fn is_blob(text: &str) -> bool {
    let at = text.find("odb/objects/").filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'/');
    at.is_some() && text.ends_with(".bin") && !text.contains(char::is_whitespace)
}
