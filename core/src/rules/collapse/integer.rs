//! Integers of profiles that the hash of the profile does not see as they are written.

use super::examples::{LEAF, leaf};
use crate::{
    diagnostic::Severity,
    hash::canonical_json::{is_inexact_integer, number},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
};

/// An integer that f64 need not hold.
pub static INEXACT: Rule = Rule {
    name: "collapse/inexact-integer",
    severity: Severity::Warning,
    rows: &["C512"],
    on: On::Kinds(&["pi-profile.v1", "pi-profile.kernel"]),
    check: Check::File(check),
    fix: None,
    docs: Docs {
        what: "An integer that no double equals, anywhere in a profile. There are such integers only beyond 2^53.",
        why: "The canonical form of RFC 8785 reads every number as a double. Beyond 2^53 not every integer is one, so two profiles that differ in such a number may share a fingerprint.",
        fix: "Write a smaller number, or the digits as a string.",
        bad: &[Example {
            note: "2^53 + 1 is hashed as 2^53",
            file: "leaf.pi-profile.json",
            files: &[("leaf.pi-profile.json", leaf!("leaf", "  \"constraints\": {\"seed\": 9007199254740993},\n"))],
        }],
        good: &[
            LEAF,
            Example {
                note: "2^53 itself is exact",
                file: "leaf.pi-profile.json",
                files: &[("leaf.pi-profile.json", leaf!("leaf", "  \"constraints\": {\"seed\": 9007199254740992},\n"))],
            },
        ],
    },
};

fn check(context: &FileContext<'_>, findings: &mut Findings) {
    if let Some(root) = context.root() {
        below(root, findings);
    }
}

/// The depth of a tree is bounded, and so is this.
fn below(node: Node<'_>, findings: &mut Findings) {
    // what is beyond f64 altogether is an error of syntax
    if let Some(value) = node.as_f64().filter(|_| is_inexact_integer(node)) {
        let message = format!("`{}` is not a double, and is hashed as `{}`, which is the nearest one", node.raw(), number(value));
        findings.push(Finding::new(&INEXACT, Place::value(node), message).help("write a smaller number, or the digits as a string"));
    }
    node.members().for_each(|(_, member)| below(member, findings));
    node.items().for_each(|item| below(item, findings));
}
