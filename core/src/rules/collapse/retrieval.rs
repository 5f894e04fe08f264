//! Answers and projections of retrieval (§9.5, §11.3, §12.9, §28.7).

use std::f64::consts::PI;

use super::{control::each_member, examples::leaf};
use crate::{
    collapse::math::{acos, cos},
    diagnostic::{Fix, Safety, Severity},
    hash::self_hash::profile_fingerprint,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
    workspace::context::WorkspaceContext,
};

const TOLERANCE: f64 = 1e-6;
const MOST: usize = 100;
const NAMESPACE_ID: &str = "object://retrieve/semantic.v1";
const RETRIEVALS: On = On::Kinds(&["retrieve.semantic.v1", "retrieve.answer", "retrieve.projection", "object.retrieve.semantic.v1"]);

/// A retrieval object with its results, and more members, which end in a comma.
macro_rules! found {
    ($results:literal) => {
        found!($results, "")
    };
    ($results:literal, $more:literal) => {
        concat!(
            "{\"@type\": \"object.retrieve.semantic.v1\", \"query_hash\": \"pi:913de4b2a63dd969e2d714b6b9418c6c8af844a708aebb064672246c4ff02e51\",\n \"profile\": \"leaf\", ",
            $more,
            "\"results\": ",
            $results,
            ", \"deterministic\": true}\n"
        )
    };
}

const FOUND: Example = Example {
    note: "best first, and equal scores by id",
    file: "found.json",
    files: &[
        ("found.json", found!("[{\"id\": \"b\", \"score\": 0.9}, {\"id\": \"a\", \"score\": 0.5}, {\"id\": \"c\", \"score\": 0.5}]")),
        ("leaf.pi-profile.json", leaf!("leaf")),
    ],
};

/// An answer with one result's score and components.
macro_rules! answer {
    ($score:literal, $parts:literal) => {
        concat!(
            "{\"results\": [{\"doc_id\": \"doc_42\", \"score\": ",
            $score,
            ", \"components\": ",
            $parts,
            ",\n  \"hash\": \"sha256:913de4b2a63dd969e2d714b6b9418c6c8af844a708aebb064672246c4ff02e51\"}],\n \"cache_hit\": false, \"index_hash\": \"sha256:98ec39e8bc1ed7584c12ea1b071f5d3bd1888682f85b2ab93e8086f4ecab617f\"}\n"
        )
    };
}

const ANSWER: Example = Example {
    note: "the components add up",
    file: "answer.json",
    files: &[("answer.json", answer!("0.912", "{\"embedding\": 0.71, \"ngram\": 0.18, \"pi_phase\": 0.022}"))],
};

/// Results out of order.
pub static ORDER: Rule = Rule {
    name: "collapse/result-order",
    severity: Severity::Warning,
    rows: &["A235", "C623"],
    on: On::Kinds(&["retrieve.answer", "object.retrieve.semantic.v1"]),
    check: Check::File(order),
    fix: None,
    docs: Docs {
        what: "A result whose score is higher than that of the one before it, or equal scores whose ids are not in the order of their bytes.",
        why: "Ranking is a total order: score, highest first, then id. In another order two runs of one retrieval differ.",
        fix: "Sort the results.",
        bad: &[Example {
            note: "the best is last",
            file: "found.json",
            files: &[
                ("found.json", found!("[{\"id\": \"a\", \"score\": 0.5}, {\"id\": \"b\", \"score\": 0.9}]")),
                ("leaf.pi-profile.json", leaf!("leaf")),
            ],
        }],
        good: &[FOUND],
    },
};

/// Components that are not the score.
pub static SCORE_SUM: Rule = Rule {
    name: "collapse/score-sum",
    severity: Severity::Warning,
    rows: &["A236"],
    on: On::Kinds(&["retrieve.answer"]),
    check: Check::File(score_sum),
    fix: None,
    docs: Docs {
        what: "A result whose components do not add up to its score within 0.000001.",
        why: "Components are what each part adds to the score, already weighted. When they do not add up, one of the four numbers is false.",
        fix: "Correct it.",
        bad: &[Example {
            note: "a digit lost",
            file: "answer.json",
            files: &[("answer.json", answer!("0.912", "{\"embedding\": 0.71, \"ngram\": 0.18, \"pi_phase\": 0.22}"))],
        }],
        good: &[ANSWER],
    },
};

/// A retrieval that knows a model.
pub static MODEL: Rule = Rule {
    name: "collapse/model-identity",
    severity: Severity::Error,
    rows: &["C625"],
    on: RETRIEVALS,
    check: Check::File(model),
    fix: None,
    docs: Docs {
        what: "A member `model`, `adapter` or `provenance` in a retrieval.",
        why: "Retrieval compares geometry. One that knows which model it came from could treat equal geometry differently.",
        fix: "Remove it; the signal keeps its provenance.",
        bad: &[Example {
            note: "which model",
            file: "found.json",
            files: &[("found.json", found!("[]", "\"model\": \"phi2\", ")), ("leaf.pi-profile.json", leaf!("leaf"))],
        }],
        good: &[FOUND],
    },
};

/// A name near that of the retrieval service.
pub static NAMESPACE: Rule = Rule {
    name: "collapse/retrieval-namespace",
    severity: Severity::Error,
    rows: &["A216"],
    on: RETRIEVALS,
    check: Check::File(namespace),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An id in a retrieval that begins `object://retrieve` and is not `object://retrieve/semantic.v1`.",
        why: "Semantic retrieval is served under this one id, version included.",
        fix: "Write `object://retrieve/semantic.v1`.",
        bad: &[Example {
            note: "without its version",
            file: "found.json",
            files: &[
                ("found.json", found!("[]", "\"served_by\": \"object://retrieve/semantic\", ")),
                ("leaf.pi-profile.json", leaf!("leaf")),
            ],
        }],
        good: &[FOUND],
    },
};

/// An angle that does not belong to the score.
pub static PHASE: Rule = Rule {
    name: "collapse/projection-phase",
    severity: Severity::Info,
    rows: &["A318"],
    on: On::Kinds(&["retrieve.projection"]),
    check: Check::File(phase),
    fix: None,
    docs: Docs {
        what: "A projection whose `phase` is not the angle of its `score`: its cosine is off by more than 0.001.",
        why: "The score is the cosine between the accumulated vector and (1, 0), and the phase is that angle.",
        fix: "Write the inverse cosine of the score, which the message gives.",
        bad: &[Example {
            note: "another angle",
            file: "projection.json",
            files: &[
                (
                    "projection.json",
                    "{\"@intent\": \"retrieve.semantic.v1\", \"score\": 0.913, \"phase\": 1.42, \"index_hash\": \"sha256:98ec39e8bc1ed7584c12ea1b071f5d3bd1888682f85b2ab93e8086f4ecab617f\", \"profile\": \"leaf\"}\n",
                ),
                ("leaf.pi-profile.json", leaf!("leaf")),
            ],
        }],
        good: &[PROJECTION],
    },
};

const PROJECTION: Example = Example {
    note: "0.42 is the inverse cosine of 0.913",
    file: "projection.json",
    files: &[
        (
            "projection.json",
            "{\"@intent\": \"retrieve.semantic.v1\", \"score\": 0.913, \"phase\": 0.42, \"index_hash\": \"sha256:98ec39e8bc1ed7584c12ea1b071f5d3bd1888682f85b2ab93e8086f4ecab617f\", \"profile\": \"leaf\"}\n",
        ),
        ("leaf.pi-profile.json", leaf!("leaf")),
    ],
};

/// A hash of another profile.
pub static PROFILE_HASH: Rule = Rule {
    name: "collapse/projection-profile",
    severity: Severity::Error,
    rows: &["A322"],
    on: On::Kinds(&["retrieve.projection"]),
    check: Check::Workspace(profile_hash),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A projection whose `profile_hash` is the fingerprint of none of the workspace's profiles of that name.",
        why: "The object server refuses a score whose profile it cannot verify.",
        fix: "Project again with the profile as it is, or restore the profile.",
        bad: &[Example {
            note: "a profile that was edited since",
            file: "projection.json",
            files: &[
                (
                    "projection.json",
                    "{\"@intent\": \"retrieve.semantic.v1\", \"score\": 0.913, \"phase\": 0.42, \"index_hash\": \"sha256:98ec39e8bc1ed7584c12ea1b071f5d3bd1888682f85b2ab93e8086f4ecab617f\", \"profile\": \"leaf\", \"profile_hash\": \"pi:98ec39e8bc1ed7584c12ea1b071f5d3bd1888682f85b2ab93e8086f4ecab617f\"}\n",
                ),
                ("leaf.pi-profile.json", leaf!("leaf")),
            ],
        }],
        good: &[PROJECTION],
    },
};

/// A result that is not the unit of the index.
pub static RESULT_HASH: Rule = Rule {
    name: "collapse/result-hash",
    severity: Severity::Error,
    rows: &["A238"],
    on: On::Kinds(&["retrieve.answer"]),
    check: Check::Workspace(result_hash),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A result whose `hash` is not the `data-hash` of the workspace's index unit of that `doc_id`. Documents without a unit in the workspace are left alone.",
        why: "The hash says which geometry was found. Another one says that the answer is about another state of the index.",
        fix: "Retrieve again, or restore the unit.",
        bad: &[Example {
            note: "a unit that was indexed again since",
            file: "answer.json",
            files: &[
                ("answer.json", answer!("0.912", "{\"embedding\": 0.71, \"ngram\": 0.18, \"pi_phase\": 0.022}")),
                ("doc_42.svg", super::index::UNIT),
            ],
        }],
        good: &[ANSWER],
    },
};

fn results(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    root.get("results").into_iter().flat_map(|results| results.items())
}

fn id_of<'t>(result: Node<'t>) -> Option<std::borrow::Cow<'t, str>> {
    result.get("doc_id").or_else(|| result.get("id"))?.as_str()
}

fn order(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let mut before: Option<(f64, Node<'_>)> = None;
    let mut told = 0;
    for result in results(root) {
        let Some(score) = result.get("score") else { continue };
        let Some(value) = score.as_f64() else { continue };
        if let Some((last, other)) = before
            && told < MOST
        {
            let message = if value > last {
                Some(format!("the score {} stands behind {last}: the best comes first", score.raw()))
            } else {
                match (id_of(other), id_of(result)) {
                    (Some(a), Some(b)) if value == last && b.as_bytes() < a.as_bytes() => {
                        Some(format!("`{b}` stands behind `{a}`, and equal scores are in the order of their ids"))
                    }
                    _ => None,
                }
            };
            if let Some(message) = message {
                told += 1;
                findings.push(Finding::new(&ORDER, Place::value(score), message).help("sort by score, highest first, then by id"));
            }
        }
        before = Some((value, result));
    }
}

fn score_sum(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let off = results(root).filter_map(|result| {
        let (score, parts) = (result.get("score")?, result.get("components")?);
        let part = |name: &str| parts.get(name)?.as_f64();
        let sum = part("embedding")? + part("ngram")? + part("pi_phase")?;
        ((sum - score.as_f64().filter(|score| score.abs() <= 1.0)?).abs() > TOLERANCE).then_some((score, sum))
    });
    for (score, sum) in off.take(MOST) {
        let message = format!("the score is {}, and its components add up to {sum}", score.raw());
        findings.push(Finding::new(&SCORE_SUM, Place::value(score), message).help("correct the number that is false"));
    }
}

fn model(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    each_member(root, &mut |name, node| {
        if ["model", "adapter", "provenance"].contains(&name) {
            let message = format!("`{name}` says where geometry came from, and retrieval must not know it");
            findings.push(Finding::new(&MODEL, Place::key(node), message).help("remove it; the signal keeps its provenance"));
            return false;
        }
        true
    });
}

fn namespace(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    root.each_string(&mut |node| {
        if let Some(text) = node.as_str().filter(|text| text.starts_with("object://retrieve") && *text != NAMESPACE_ID)
            // What somebody looks for may hold anything.
            && node.pointer() != "/query/text"
        {
            let message = format!("`{text}` is not the id of semantic retrieval");
            let fix = Fix::replace(
                Safety::Unsafe,
                format!("replace by `{NAMESPACE_ID}`"),
                context.path,
                node.span(),
                format!("\"{NAMESPACE_ID}\""),
            );
            findings.push(Finding::new(&NAMESPACE, Place::value(node), message).help(format!("write `{NAMESPACE_ID}`")).fix(fix));
        }
    });
}

fn phase(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let (Some(score), Some(node)) = (root.get("score").and_then(|node| node.as_f64()), root.get("phase")) else { return };
    let Some(phase) = node.as_f64() else { return };
    if !(-1.0..=1.0).contains(&score) || !(0.0..=PI).contains(&phase) || (cos(phase) - score).abs() <= 1e-3 {
        return;
    }
    let message = format!("`phase` is {}, and the angle whose cosine is the score is {:.4}", node.raw(), acos(score));
    findings.push(Finding::new(&PHASE, Place::value(node), message).help("write the inverse cosine of the score"));
}

fn profile_hash(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let own = context.facts;
    let Some(tree) = context.json(&own.path) else { return };
    let Some(node) = tree.root().and_then(|root| root.get("profile_hash")) else { return };
    let (Some(text), Some(name)) = (node.as_str(), tree.root().and_then(|root| root.get("profile")?.as_str())) else { return };
    let Some((prefix, declared)) = text.split_once(':').filter(|(_, hex)| hex.len() == 64) else { return };
    let profiles = context.profiles(&name);
    let mut first = None;
    for facts in &profiles {
        let Some(computed) = context.json(&facts.path).and_then(|tree| profile_fingerprint(tree.root()?).ok()) else { return };
        if computed.strip_prefix("pi:") == Some(declared) {
            return;
        }
        first.get_or_insert((facts, computed));
    }
    let Some((facts, computed)) = first else { return };
    let hex = computed.strip_prefix("pi:").unwrap_or(&computed);
    let message = format!("the profile `{name}` has the fingerprint `{computed}`, not the declared one");
    let fix = Fix::replace(Safety::Hash, format!("write `{prefix}:{hex}`"), &own.path, node.span(), format!("\"{prefix}:{hex}\""));
    let mut finding = Finding::new(&PROFILE_HASH, Place::value(node), message)
        .help("project again with the profile as it is, or restore the profile")
        .fix(fix);
    if let Some(name) = &facts.profile_name {
        finding = finding.related(&facts.path, name.place(), "the profile");
    }
    findings.push(finding);
}

fn result_hash(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let own = context.facts;
    let Some(tree) = context.json(&own.path) else { return };
    let Some(root) = tree.root() else { return };
    let start = findings.list.len();
    for result in results(root) {
        let (Some(id), Some(node)) = (id_of(result), result.get("hash")) else { continue };
        let Some(declared) = node.as_str().filter(|hash| crate::hash::Digest::parse(hash).is_some()) else { continue };
        let units = context.index_units(&id);
        let hashes: Vec<_> = units.iter().filter_map(|unit| Some((unit, unit.index_unit.as_ref()?.hash.as_ref()?))).collect();
        let Some((unit, hash)) = hashes.first() else { continue };
        if hashes.iter().any(|(_, hash)| *hash.value == *declared) {
            continue;
        }
        let message = format!("the index unit of `{id}` has the hash `{}`, not this one", hash.value);
        let fix = Fix::replace(Safety::Hash, format!("write `{}`", hash.value), &own.path, node.span(), format!("\"{}\"", hash.value));
        findings.push(
            Finding::new(&RESULT_HASH, Place::value(node), message)
                .help("retrieve again, or restore the unit")
                .related(&unit.path, hash.place(), "the unit's hash")
                .fix(fix),
        );
        if findings.list.len() - start >= MOST {
            return;
        }
    }
}
