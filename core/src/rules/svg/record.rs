//! Stored index records and layout objects: what their schemas cannot say (seed 003 §28.7, §23.10).

use crate::{
    diagnostic::Severity,
    document::schema::is_placeholder,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
};

/// Angles and magnitudes that do not pair.
pub static PAIRS: Rule = Rule {
    name: "svg/index-record",
    severity: Severity::Error,
    rows: &["C615"],
    on: On::Kinds(&["svg-tensor.index-record"]),
    check: Check::File(pairs),
    fix: None,
    docs: Docs {
        what: "A stored index record with more angles than magnitudes, or fewer.",
        why: "They are components of one signal: each angle has its magnitude. What is left over is read as belonging to the next.",
        fix: "Store both of each component.",
        bad: &[Example {
            note: "two and one",
            file: "doc_42.json",
            files: &[("doc_42.json", "{\"doc_id\": \"doc_42\", \"angles\": [0, 1], \"magnitudes\": [1]}\n")],
        }],
        good: &[Example {
            note: "a record of nothing is one too",
            file: "doc_42.json",
            files: &[("doc_42.json", "{\"doc_id\": \"doc_42\", \"angles\": [], \"magnitudes\": []}\n")],
        }],
    },
};

fn pairs(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let list = |name: &str| root.get(name).filter(|node| node.is_array());
    let (Some(angles), Some(magnitudes)) = (list("angles"), list("magnitudes")) else { return };
    if angles.len() != magnitudes.len() {
        let message = format!("there are {} angles and {} magnitudes: each angle has its magnitude", angles.len(), magnitudes.len());
        findings.push(Finding::new(&PAIRS, Place::opening(magnitudes), message).help("store both of each component"));
    }
}

/// Nodes and edges that make no graph.
pub static LAYOUT: Rule = Rule {
    name: "svg/layout-graph",
    severity: Severity::Warning,
    rows: &["C074", "C076", "C077"],
    on: On::Kinds(&["svg-tensor.descriptor"]),
    check: Check::File(layout),
    fix: None,
    docs: Docs {
        what: "A layout object with a node that is not `id`, `x` and `y`, or an edge that is not a pair of node numbers, or names a node that is not there. A placeholder such as `\"...\"` is information.",
        why: "Nodes are counted in the order of the list, and edges name them by number. Anything else cannot be packed.",
        fix: "Write nodes as `{\"id\": 0, \"x\": 0, \"y\": 0}` and edges as `[0, 1]`.",
        bad: &[Example {
            note: "an edge to a node that is not there",
            file: "layout.json",
            files: &[(
                "layout.json",
                "{\"id\": \"object://svg-tensor/page\", \"payload\": {\"nodes\": [{\"id\": 0, \"x\": 0, \"y\": 0}], \"edges\": [[0, 1]]}, \"invariants\": [\"canonical\", \"gpu-projectable\"]}\n",
            )],
        }],
        good: &[Example {
            note: "two nodes and their edge",
            file: "layout.json",
            files: &[(
                "layout.json",
                "{\"id\": \"object://svg-tensor/page\", \"payload\": {\"nodes\": [{\"id\": 0, \"x\": 0, \"y\": 0}, {\"id\": 1, \"x\": 1, \"y\": 0.5}], \"edges\": [[0, 1]]}, \"invariants\": [\"canonical\", \"gpu-projectable\"]}\n",
            )],
        }],
    },
};

/// Most findings on one list.
const MOST: usize = 100;

fn layout(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(payload) = context.root().and_then(|root| root.get("payload")) else { return };
    let Some(nodes) = payload.get("nodes").filter(|list| list.is_array()) else { return };
    let unfinished = nodes.items().any(|node| stands_in(node, findings));
    let wrong_nodes = nodes.items().filter(|node| !node.is_string() || !is_stand_in(*node)).filter(|node| !is_node(*node));
    for node in wrong_nodes.take(MOST) {
        findings.push(
            Finding::new(&LAYOUT, Place::value(node), "a node is an object of `id`, `x` and `y`, the last two numbers")
                .help("write `{\"id\": 0, \"x\": 0, \"y\": 0}`"),
        );
    }
    let Some(edges) = payload.get("edges").filter(|list| list.is_array()) else { return };
    let mut told = 0;
    for edge in edges.items() {
        if told >= MOST || stands_in(edge, findings) {
            return;
        }
        let ends = [edge.item(0), edge.item(1)].map(|end| end.and_then(|end| end.as_whole()));
        let message = match ends {
            [Some(from), Some(to)] if edge.len() == 2 => {
                let beyond = [from, to].into_iter().find(|end| end.get().is_none_or(|end| end >= nodes.len() as u64));
                match beyond.filter(|_| !unfinished) {
                    None => continue,
                    Some(end) => format!("there is no node {end}: there are {}, counted from 0", nodes.len()),
                }
            }
            _ => "an edge is a pair of node numbers: from, to".to_owned(),
        };
        told += 1;
        findings.push(Finding::new(&LAYOUT, Place::value(edge), message).help("write `[0, 1]`, with numbers of nodes in the list"));
    }
}

fn is_node(node: Node<'_>) -> bool {
    node.get("id").is_some_and(|id| id.is_number() || id.is_string())
        && ["x", "y"].iter().all(|name| node.get(name).is_some_and(|value| value.is_number()))
}

fn is_stand_in(node: Node<'_>) -> bool {
    node.as_str().is_some_and(|text| is_placeholder(&text).is_some())
}

/// Tells of a placeholder in a list; the first says it for all.
fn stands_in(node: Node<'_>, findings: &mut Findings) -> bool {
    let is = is_stand_in(node);
    if is {
        let message = "a placeholder from an illustration: geometry is wanted here";
        findings
            .push(Finding::new(&LAYOUT, Place::value(node), message).severity(Severity::Info).help("write the nodes and edges themselves"));
    }
    is
}
