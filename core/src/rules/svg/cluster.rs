//! Tensor clusters: what is composed, by which rule, with which weights (seed 003 §17.11; `DECISIONS` 75).

use std::collections::HashMap;

use crate::{
    diagnostic::{Safety, Severity},
    document::{facts::Facts, id},
    rules::{
        Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule,
        decimal::Sum,
        examples::{GREETING, descriptor},
    },
    syntax::json::Node,
    workspace::context::WorkspaceContext,
};

const ON: On = On::Kinds(&["mx2lm.svg-tensor.cluster.v1"]);
const VIOLATION: &str = "verification_error.invariant_violation";

/// Two tensors to compose.
macro_rules! tensor {
    ($name:literal) => {
        concat!(
            "{\"$schema\": \"object://schema/ai.brain.svg-tensor.v1\", \"type\": \"ai.brain.svg-tensor\", \"id\": \"object://svg/node/",
            $name,
            "\", \"geometry_space\": \"2d\", \"weight_encoding\": \"path\", \"topology\": \"graph\", \"invariants\": [\"geometry_is_weight\", \"no_visual_semantics\", \"deterministic_traversal\"]}\n"
        )
    };
}

macro_rules! cluster {
    ($rest:literal) => {
        concat!(
            "{\"id\": \"object://cluster/svg-tensor/v1\", \"members\": [\"object://svg/node/A\", \"object://svg/node/B\"], ",
            $rest,
            "}\n"
        )
    };
}

macro_rules! shows {
    ($note:literal, $rest:literal) => {
        Example {
            note: $note,
            file: "cluster.json",
            files: &[("cluster.json", cluster!($rest)), ("a.json", tensor!("A")), ("b.json", tensor!("B"))],
        }
    };
}

const GOOD: &[Example] = &[shows!("a half of each", "\"merge_rule\": \"weighted-sum\", \"weights\": {\"A\": 0.5, \"B\": 0.5}")];

/// Weights that do not fit the members.
pub static WEIGHTS: Rule = Rule {
    name: "svg/cluster-weights",
    severity: Severity::Error,
    rows: &["B236", "B242", "B243"],
    on: ON,
    check: Check::File(weights),
    fix: None,
    docs: Docs {
        what: "A `weighted-sum` without `weights`, a member without a weight, a weight for something that is no member, two weights for one, or a short name that two members share. Weights beside another rule are a warning.",
        why: "Nothing is merged implicitly: what a member weighs is written down, or it cannot be composed.",
        fix: "Give each member one weight, by the last segment of its id or by the whole id.",
        bad: &[shows!("B has no weight", "\"merge_rule\": \"weighted-sum\", \"weights\": {\"A\": 1}")],
        good: GOOD,
    },
};

/// Weights that are not one together.
pub static SUM: Rule = Rule {
    name: "svg/cluster-sum",
    severity: Severity::Warning,
    rows: &["B244"],
    on: ON,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "Weights of a cluster that do not add up to 1, as exact decimals.",
        why: "Superpositions are normalised. A sum of 0.9 makes the whole weaker with every cluster of clusters.",
        fix: "Correct the weights.",
        bad: &[shows!("a tenth is lost", "\"merge_rule\": \"weighted-sum\", \"weights\": {\"A\": 0.5, \"B\": 0.4}")],
        good: GOOD,
    },
};

/// Members that say how to merge while running.
pub static FORBIDDEN: Rule = Rule {
    name: "svg/cluster-forbidden",
    severity: Severity::Error,
    rows: &["B246", "B247", "B248"],
    on: ON,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member of a cluster whose name begins with `heuristic`, `auto`, `adaptive`, `learn`, `time` or `schedule`, or is `ttl`.",
        why: "A cluster is resolved before anything runs, and is the same on every machine at any time: no heuristics, no adaptive weights, no merging by time.",
        fix: "Remove the member, and write the weights as numbers.",
        bad: &[shows!("weights that move", "\"merge_rule\": \"max\", \"adaptive_rate\": 0.1")],
        good: GOOD,
    },
};

/// A member that is no tensor.
pub static MEMBER: Rule = Rule {
    name: "svg/cluster-member",
    severity: Severity::Error,
    rows: &["B240"],
    on: ON,
    check: Check::Workspace(members),
    fix: None,
    docs: Docs {
        what: "A member of a cluster that is an object whose payload is no tensor: neither a drawing nor a pack.",
        why: "Only tensors have geometry that can be composed.",
        fix: "Name an `ai.brain.svg-tensor` object, or an object whose payload is a drawing or a pack.",
        bad: &[Example {
            note: "a greeting",
            file: "cluster.json",
            files: &[
                (
                    "cluster.json",
                    "{\"id\": \"object://cluster/svg-tensor/v1\", \"members\": [\"object://example/greeting\"], \"merge_rule\": \"max\"}\n",
                ),
                ("object.json", descriptor!()),
                ("greeting.json", GREETING),
            ],
        }],
        good: GOOD,
    },
};

/// Names of members that merge at run time: a beginning, and whether it must be the whole.
const RUN_TIME: &[(&str, bool, &str)] = &[
    ("heuristic", false, "run-time heuristics"),
    ("auto", false, "run-time heuristics"),
    ("adaptive", false, "adaptive weighting"),
    ("learn", false, "adaptive weighting"),
    ("time", false, "merging by time"),
    ("schedule", false, "merging by time"),
    ("ttl", true, "merging by time"),
];

fn weights(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    forbidden(root, findings);
    let weighted = root.get("merge_rule").and_then(|rule| rule.as_str()).is_some_and(|rule| rule == "weighted-sum");
    let Some(weights) = root.get("weights") else {
        if weighted {
            let message = "`merge_rule` is `weighted-sum`, and there are no `weights`";
            findings.push(
                Finding::new(&WEIGHTS, Place::opening(root), message).help("add `weights`: a number for each member").spec(VIOLATION),
            );
        }
        return;
    };
    if !weights.is_object() {
        return;
    }
    let known_rule = root.get("merge_rule").and_then(|rule| rule.as_str()).filter(|rule| matches!(rule.as_ref(), "max" | "min" | "union"));
    if let Some(rule) = known_rule {
        let message = format!("`{rule}` takes no weights: these mean nothing");
        let finding = Finding::new(&WEIGHTS, Place::key(weights), message).severity(Severity::Warning);
        findings.push(finding.help("remove `weights`, or write `weighted-sum`"));
        return;
    }
    if weighted {
        matched(root, weights, findings);
        let mut sum = Sum::default();
        let mut literals = weights.members().map(|(_, weight)| weight.number_text());
        if literals.all(|literal| literal.is_some_and(|literal| !literal.starts_with('-'))) && !weights.is_empty() {
            weights.members().filter_map(|(_, weight)| weight.number_text()).for_each(|literal| sum.add(literal));
            let total = sum.total();
            if !total.is_one() {
                let message = format!("the weights add up to {total}, wanted is 1");
                findings.push(Finding::new(&SUM, Place::key(weights), message).help("make them add up to 1"));
            }
        }
    }
}

fn forbidden(root: Node<'_>, findings: &mut Findings) {
    for (name, value) in root.members() {
        let lower = name.to_ascii_lowercase();
        let meant = RUN_TIME.iter().find(|(word, whole, _)| if *whole { lower == *word } else { lower.starts_with(word) });
        if let Some((_, _, what)) = meant {
            let message = format!("`{name}`: a cluster is resolved before anything runs, and knows no {what}");
            findings.push(Finding::new(&FORBIDDEN, Place::key(value), message).help("remove it").spec(VIOLATION));
        }
    }
}

/// The last segment of an id, without the hash that it is pinned to.
fn short(id: &str) -> &str {
    let name = id::parse_reference(id).map_or(id, |named| named.name);
    name.rsplit('/').next().unwrap_or(name)
}

fn matched(root: Node<'_>, weights: Node<'_>, findings: &mut Findings) {
    let Some(list) = root.get("members").filter(|list| list.is_array()) else { return };
    let members: Vec<(Node<'_>, String)> = list.items().filter_map(|node| Some((node, node.as_str()?.into_owned()))).collect();
    let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, (_, member)) in members.iter().enumerate() {
        by_key.entry(member).or_default().push(at);
        if short(member) != member {
            by_key.entry(short(member)).or_default().push(at);
        }
    }
    let mut weighed: Vec<Option<String>> = vec![None; members.len()];
    for (key, weight) in weights.members() {
        match by_key.get(key.as_ref()).map(Vec::as_slice) {
            None | Some([]) => {
                let message = format!("`{key}` is the last segment of no member");
                findings
                    .push(Finding::new(&WEIGHTS, Place::key(weight), message).help("name a member, or remove the weight").spec(VIOLATION));
            }
            Some([one]) => {
                let slot = weighed.get_mut(*one);
                if let Some(Some(first)) = slot {
                    let message = format!("`{key}` and `{first}` weigh the same member");
                    findings.push(Finding::new(&WEIGHTS, Place::key(weight), message).help("keep one of the two").spec(VIOLATION));
                } else if let Some(slot) = slot {
                    *slot = Some(key.into_owned());
                }
            }
            Some(several) => {
                // a member that is listed twice is told there
                let mut names = several.iter().filter_map(|at| members.get(*at)).map(|(_, name)| name);
                let first = names.next();
                if names.any(|name| Some(name) != first) {
                    let message = format!("`{key}` is the last segment of {} members", several.len());
                    findings.push(Finding::new(&WEIGHTS, Place::key(weight), message).help("name them by their whole ids").spec(VIOLATION));
                }
                for at in several {
                    if let Some(slot) = weighed.get_mut(*at) {
                        *slot = Some(key.clone().into_owned());
                    }
                }
            }
        }
    }
    for ((node, member), weighed) in members.iter().zip(&weighed) {
        if weighed.is_none() {
            let message = format!("`{member}` has no weight");
            findings.push(
                Finding::new(&WEIGHTS, Place::value(*node), message)
                    .help(format!("add `\"{}\": …` to `weights`", short(member)))
                    .spec(VIOLATION),
            );
        }
    }
}

fn members(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let members = context.facts.references.iter().filter(|reference| reference.at.locator.starts_with("/members/"));
    for member in members {
        let Some(target) = context.resolve(member).into_iter().next() else { continue };
        if target.kind.is_some_and(|kind| kind.is("object.v1")) && !holds_a_tensor(&target) {
            let message = format!("`{}` is an object whose payload is no tensor", member.at.value);
            let finding = Finding::new(&MEMBER, member.at.place(), message).help("name an object whose payload is a drawing or a pack");
            findings.push(finding.related(&target.path, Place::document(), "the object that is named"));
        }
    }
}

fn holds_a_tensor(object: &Facts) -> bool {
    let Some(payload) = &object.payload else { return false };
    let named = payload.location.as_ref().is_some_and(|location| location.value.ends_with(".svg") || location.value.ends_with(".scxq2"));
    named
        || payload.mime.as_deref().is_some_and(|mime| mime.starts_with("image/svg"))
        || payload.semantics.as_deref().is_some_and(|semantics| semantics.contains("svg-tensor"))
}
