//! What a compatibility report says of two packs, against the packs (rows D583–D593, D658, D704).

use super::{examples::compat_report, manifest_alone, packs_hex::GOOD_HEX};
use crate::{
    diagnostic::Severity,
    document::facts::Facts,
    pack::{compat, container::open},
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
    workspace::{
        confine::{self, Location},
        context::WorkspaceContext,
        index::FileState,
    },
};
use std::sync::Arc;

/// A report that claims another compatibility than the packs have.
pub static COMPAT: Rule = Rule {
    name: "pack/compat",
    severity: Severity::Error,
    rows: &["D584", "D586", "D589", "D591", "D593", "D609", "D658", "D704"],
    on: On::Kinds(&["asx.pack.compat.v1"]),
    check: Check::Workspace(report),
    fix: None,
    docs: Docs {
        what: "A compatibility report whose `merge_allowed` does not follow from its `level`, or whose `level` is not that of the two packs it names in `packs`. Packs that are not in the workspace, or cannot be opened, are not compared.",
        why: "Packs of a level that is too close are merged or compared lane by lane although their weights are stored differently. The level follows from the packs alone.",
        fix: "Ask for the level again: `mx2lm-lint pack compat`. Packs merge at the levels 0, 1 and 2.",
        bad: &[Example {
            note: "a level of its own for one and the same pack",
            file: "compat.json",
            files: &[("compat.json", compat_report!("3", "false")), ("a.weights.v2c-bin", GOOD_HEX), ("b.weights.v2c-bin", GOOD_HEX)],
        }],
        good: &[Example {
            note: "two copies are identical",
            file: "compat.json",
            files: &[("compat.json", compat_report!("0", "true")), ("a.weights.v2c-bin", GOOD_HEX), ("b.weights.v2c-bin", GOOD_HEX)],
        }],
    },
};

fn report(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict() && tree.duplicates().is_empty()) else { return };
    let Some(root) = tree.root().filter(|root| root.is_object()) else { return };
    manifest_alone::compatibility(&COMPAT, root, findings);
    let Some((node, level)) = root.get("compatibility").and_then(|block| block.get("level")).and_then(|node| Some((node, node.as_u64()?)))
    else {
        return;
    };
    let named: Vec<Node<'_>> = root.get("packs").into_iter().flat_map(|packs| packs.items()).collect();
    let [first, second] = named.as_slice() else { return };
    let (Some(first), Some(second)) = (pack_at(context, *first), pack_at(context, *second)) else { return };
    let (Ok(first_bytes), Ok(second_bytes)) = (context.bytes(&first.path), context.bytes(&second.path)) else { return };
    // A pack that does not open is told of on the pack.
    let (Ok(a), Ok(b)) = (open(&first_bytes), open(&second_bytes)) else { return };
    let verdict = compat::of_packs(&a, &b);
    let truth = u64::from(verdict.level.number());
    if level <= 3 && level != truth {
        let message = format!(
            "`level` is {level}, and `{}` and `{}` are {}, level {truth}: {}",
            first.path,
            second.path,
            verdict.level.name(),
            verdict.why
        );
        findings.push(Finding::new(&COMPAT, Place::value(node), message).help(format!("write `{truth}`")));
    }
}

/// The pack that a text names from the report's folder, if it lies in the workspace.
fn pack_at(context: &WorkspaceContext<'_>, node: Node<'_>) -> Option<Arc<Facts>> {
    let location = node.as_str()?;
    let Ok(Location::Inside(path)) = confine::resolve(confine::folder_of(&context.facts.path), &location) else { return None };
    match context.file(&path) {
        FileState::Known(facts) => Some(facts),
        FileState::LinkOutside | FileState::Unreadable | FileState::Missing => None,
    }
}
