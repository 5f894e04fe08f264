//! The way from one lane to the Merkle root, against the pack it is a proof of (rows D403, D407, D409, D426).

use super::{lane_id::shown, packs_hex::GOOD_HEX};
use crate::{
    diagnostic::Severity,
    hash::digest::Digest,
    pack::{
        container::open,
        dict,
        merkle::{Hash, Side, Step, climb},
    },
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
    workspace::{confine, context::WorkspaceContext},
};

/// A proof that does not lead where it should.
pub static LANE_PROOF: Rule = Rule {
    name: "pack/lane-proof",
    severity: Severity::Error,
    rows: &["D403", "D407", "D409", "D426"],
    on: On::Kinds(&["weights.v2c.proof"]),
    check: Check::Workspace(proof),
    fix: None,
    docs: Docs {
        what: "A lane proof whose path does not lead from its leaf to the root: the `merkle_root` it names, and that of the only pack in its folder, whose lane of this symbol must have this leaf, and this id where the proof says one. `dir` 0 means that the sister stands on the left.",
        why: "A proof lets somebody trust one lane without the rest of the pack. One that leads elsewhere proves nothing, or another pack.",
        fix: "Prove the lane again: `mx2lm-lint pack prove`.",
        bad: &[Example {
            note: "the sister on the wrong side",
            file: "lane.proof.json",
            files: &[("lane.proof.json", BAD), ("a.weights.v2c-bin", GOOD_HEX)],
        }],
        good: &[Example {
            note: "from the leaf to the root of the pack beside it",
            file: "lane.proof.json",
            files: &[("lane.proof.json", TRUE), ("a.weights.v2c-bin", GOOD_HEX)],
        }],
    },
};

const TRUE: &str = concat!(
    r#"{"lane_sym": "@1", "leaf_hash": "750098b966cd38986014e8f1dfae328905a4de2b582ac2dcfd58d70302c1032c", "merkle_root": "a4a777cba30a7065f8bfdfc1b3c54c0aa80218ab52c69b05f4f5ac38a55a8a47", "path": [{"dir": 0, "sibling_hash": "a68d6af2907e7636198681b8c7455570ccf7148adb1a9ed970e9064bc9d08103"}]}"#,
    "\n"
);

const BAD: &str = concat!(
    r#"{"lane_sym": "@1", "leaf_hash": "750098b966cd38986014e8f1dfae328905a4de2b582ac2dcfd58d70302c1032c", "merkle_root": "a4a777cba30a7065f8bfdfc1b3c54c0aa80218ab52c69b05f4f5ac38a55a8a47", "path": [{"dir": 1, "sibling_hash": "a68d6af2907e7636198681b8c7455570ccf7148adb1a9ed970e9064bc9d08103"}]}"#,
    "\n"
);

fn proof(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict() && tree.duplicates().is_empty()) else { return };
    let Some(root) = tree.root().filter(|root| root.is_object()) else { return };
    // What cannot be read is told by the schema.
    let Some(leaf_node) = root.get("leaf_hash") else { return };
    let (Some(leaf), Some(steps), Some(symbol)) = (hash(leaf_node), steps(root), root.get("lane_sym").and_then(|node| node.as_str()))
    else {
        return;
    };
    if dict::place_of(&symbol).is_none() {
        return;
    }
    let reached = climb(&leaf, &steps);
    let place = root.get("path").map_or_else(|| Place::opening(root), Place::opening);
    let again = "prove the lane again: `mx2lm-lint pack prove`";
    if let Some(named) = root.get("merkle_root").and_then(hash)
        && named != reached
    {
        let message = format!("the path leads to {}, and `merkle_root` is {}", Digest(reached).hex(), Digest(named).hex());
        findings.push(Finding::new(&LANE_PROOF, place, message).help(again).spec("verification_error"));
        return;
    }
    let folder = confine::folder_of(&context.facts.path);
    let packs: Vec<_> = context.of_kind("weights.v2c-bin").into_iter().filter(|facts| confine::folder_of(&facts.path) == folder).collect();
    let [facts] = packs.as_slice() else { return };
    let Ok(bytes) = context.bytes(&facts.path) else { return };
    let Ok(pack) = open(&bytes) else { return };
    let Some(lane) = pack.lane_of_symbol(&symbol) else {
        let node = root.get("lane_sym").unwrap_or(root);
        let message = format!("`{}` has no lane `{symbol}`", facts.path);
        findings.push(Finding::new(&LANE_PROOF, Place::value(node), message).help(again).spec("verification_error"));
        return;
    };
    if let Some(node) = root.get("lane_id")
        && node.as_str().is_some_and(|id| id != lane.id)
    {
        let message = format!("the lane `{symbol}` of `{}` is `{}`, and this calls it {}", facts.path, shown(&lane.id), shown(node.raw()));
        findings.push(Finding::new(&LANE_PROOF, Place::value(node), message).help(again).spec("verification_error"));
    }
    if lane.leaf != leaf {
        let message = format!("the leaf of `{symbol}` in `{}` is {}", facts.path, Digest(lane.leaf).hex());
        findings.push(Finding::new(&LANE_PROOF, Place::value(leaf_node), message).help(again).spec("verification_error"));
    } else if let Some(truth) = crate::pack::merkle::root(&pack.leaves())
        && truth != reached
    {
        let message = format!("the path leads to {}, and the root of `{}` is {}", Digest(reached).hex(), facts.path, Digest(truth).hex());
        findings.push(Finding::new(&LANE_PROOF, place, message).help(again).spec("verification_error"));
    }
}

fn hash(node: Node<'_>) -> Option<Hash> {
    Digest::parse(&format!("sha256:{}", node.as_str()?)).map(|digest| digest.0)
}

fn steps(root: Node<'_>) -> Option<Vec<Step>> {
    let path = root.get("path").filter(|path| path.is_array())?;
    let step = |node: Node<'_>| {
        let side = match node.get("dir")?.as_u64()? {
            0 => Side::Left,
            1 => Side::Right,
            _ => return None,
        };
        Some(Step { side, sibling: node.get("sibling_hash").and_then(hash)? })
    };
    path.items().map(step).collect()
}
