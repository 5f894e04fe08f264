//! π-signals: what an adapter may hand on (§10.4, §28.2; `DECISIONS` 22).

use std::collections::HashSet;

use super::{
    control::each_member,
    examples::{SIGNAL, signal},
};
use crate::{
    collapse::interference::normal_angle,
    diagnostic::{Fix, Safety, Severity},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
};

const SIGNALS: On = On::Kinds(&["pi.signal.v1"]);
const FULL_TURN: f64 = std::f64::consts::TAU;
/// Most findings of one rule on one signal.
const MOST: usize = 100;

/// What a signal must not carry: what it was made of, and what is made of it.
const CONTENT: &[&str] = &["logits", "embedding", "embeddings", "tensor", "tensors", "tokens", "token_ids", "text", "weights"];
const DECIDING: &[&str] = &["rank", "score", "results", "cache", "label"];
const TRANSPORT: &[&str] = &["endpoint", "endpoints", "url", "host", "port", "auth"];

/// An angle outside one turn.
pub static ANGLE: Rule = Rule {
    name: "collapse/angle-range",
    severity: Severity::Error,
    rows: &["C552", "C553"],
    on: SIGNALS,
    check: Check::File(angles),
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "An angle of a signal that is below 0, or not below 2π (6.283185307179586 in f64).",
        why: "Distances between angles are taken on one turn; outside of it they come out negative.",
        fix: "A safe fix writes the same angle within the turn: the remainder by 2π, and 0 for 2π itself.",
        bad: &[
            Example { note: "below zero", file: "a.pi-signal.json", files: &[("a.pi-signal.json", signal!("[0.1, -1.45]", "[1, 1]"))] },
            Example {
                note: "a whole turn",
                file: "a.pi-signal.json",
                files: &[("a.pi-signal.json", signal!("[6.283185307179586]", "[1]"))],
            },
        ],
        good: &[
            SIGNAL,
            Example {
                note: "the last angle of the turn",
                file: "a.pi-signal.json",
                files: &[("a.pi-signal.json", signal!("[6.283185307179585]", "[1]"))],
            },
        ],
    },
};

/// Lists that do not match.
pub static LENGTHS: Rule = Rule {
    name: "collapse/signal-lengths",
    severity: Severity::Error,
    rows: &["C555"],
    on: SIGNALS,
    check: Check::File(lengths),
    fix: None,
    docs: Docs {
        what: "A signal with more angles than magnitudes, or the reverse.",
        why: "The lists are read in parallel: the surplus has no partner, and from a lost entry on every pair is false.",
        fix: "Give each angle its magnitude.",
        bad: &[Example { note: "a magnitude too few", file: "a.pi-signal.json", files: &[("a.pi-signal.json", signal!("[0, 1]", "[1]"))] }],
        good: &[SIGNAL],
    },
};

/// A path that leads nowhere.
pub static PATH_INDEX: Rule = Rule {
    name: "collapse/path-index",
    severity: Severity::Error,
    rows: &["C545"],
    on: SIGNALS,
    check: Check::File(paths),
    fix: None,
    docs: Docs {
        what: "A pair in `paths` that names a position which `angles` does not have. A pair of one position with itself, and a pair that stands there twice, are information.",
        why: "Paths say which angles are neighbours, by position from 0.",
        fix: "Name positions from 0 to one less than the number of angles.",
        bad: &[Example {
            note: "positions count from 0",
            file: "a.pi-signal.json",
            files: &[(
                "a.pi-signal.json",
                "{\"@type\": \"pi.signal.v1\", \"@version\": \"1.0\", \"geometry\": {\"angles\": [0, 1], \"magnitudes\": [1, 1], \"paths\": [[1, 2]], \"epsilon\": 0.1},\n \"provenance\": {\"adapter\": \"onnx\", \"adapter_version\": \"1.0.0\", \"deterministic\": true, \"source_hash\": \"sha256:913de4b2a63dd969e2d714b6b9418c6c8af844a708aebb064672246c4ff02e51\"}}\n",
            )],
        }],
        good: &[SIGNAL],
    },
};

/// What is no geometry.
pub static CONTENT_RULE: Rule = Rule {
    name: "collapse/signal-content",
    severity: Severity::Error,
    rows: &["A098", "C536", "C556"],
    on: SIGNALS,
    check: Check::File(content),
    fix: None,
    docs: Docs {
        what: "A member of a signal that carries what the signal was made of (`logits`, `embeddings`, `tensors`, `tokens`, `token_ids`, `text`, `weights`), what is decided from it (`rank`, `score`, `results`, `cache`, `label`), or how it travels (`endpoint`, `url`, `host`, `port`, `auth`); or a text that is an address of `http`, `https`, `ws` or `wss`.",
        why: "A signal is geometry, whatever model it came from. What else it carried would tie retrieval to one model or one server.",
        fix: "Remove it; keep it with the adapter.",
        bad: &[Example {
            note: "logits beside the geometry",
            file: "a.pi-signal.json",
            files: &[("a.pi-signal.json", signal!("[0]", "[1]", "  \"logits\": [0.1, 0.9],\n"))],
        }],
        good: &[SIGNAL],
    },
};

fn angles(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(list) = context.root().and_then(|root| root.descend("/geometry/angles")) else { return };
    let outside = list.items().filter_map(|node| Some((node, node.as_f64().filter(|angle| !(0.0..FULL_TURN).contains(angle))?)));
    for (count, (node, angle)) in outside.enumerate() {
        if count >= MOST {
            let message = "there are more angles outside [0, 2π)";
            findings.push(Finding::new(&ANGLE, Place::value(node), message).help("apply the safe fixes, and look again"));
            return;
        }
        let within = normal_angle(angle);
        let side = if angle < 0.0 { "below 0" } else { "not below 2π (6.283185307179586)" };
        let message = format!("the angle {} is {side}; wanted is an angle in [0, 2π)", node.raw());
        let fix = Fix::replace(
            Safety::Safe,
            format!("write the same angle within one turn: `{within}`"),
            context.path,
            node.span(),
            within.to_string(),
        );
        findings.push(Finding::new(&ANGLE, Place::value(node), message).help(format!("write {within}, which is the same angle")).fix(fix));
    }
}

fn lengths(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(geometry) = context.root().and_then(|root| root.get("geometry")) else { return };
    let list = |name: &str| geometry.get(name).filter(|node| node.is_array());
    if let (Some(angles), Some(magnitudes)) = (list("angles"), list("magnitudes"))
        && angles.len() != magnitudes.len()
    {
        let message = format!("there are {} angles and {} magnitudes: each angle has its magnitude", angles.len(), magnitudes.len());
        findings.push(Finding::new(&LENGTHS, Place::value(magnitudes), message).help("give both lists as many entries"));
    }
}

fn paths(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(geometry) = context.root().and_then(|root| root.get("geometry")) else { return };
    let list = |name: &str| geometry.get(name).filter(|node| node.is_array());
    let (Some(angles), Some(paths)) = (list("angles"), list("paths")) else { return };
    let (count, mut seen, start) = (angles.len(), HashSet::new(), findings.list.len());
    for pair in paths.items().filter(|pair| pair.len() == 2) {
        if findings.list.len() - start >= MOST {
            return;
        }
        let ends: Vec<f64> = pair.items().filter_map(Node::as_f64).filter(|end| *end >= 0.0 && end.fract() == 0.0).collect();
        let [from, to] = ends[..] else { continue };
        if let Some((node, end)) = pair.items().zip([from, to]).find(|(_, end)| *end >= count as f64) {
            let wanted = match count {
                0 => "there are no angles".to_owned(),
                count => format!("`angles` has positions 0 to {}", count - 1),
            };
            findings.push(
                Finding::new(&PATH_INDEX, Place::value(node), format!("the path names position {end}, and {wanted}"))
                    .help("name a position of `angles`, from 0"),
            );
            continue;
        }
        let (message, help) = if from == to {
            (format!("the path joins position {from} with itself"), "remove it")
        } else if !seen.insert((from.to_bits(), to.to_bits())) {
            (format!("the path from {from} to {to} stands there twice"), "remove one")
        } else {
            continue;
        };
        findings.push(Finding::new(&PATH_INDEX, Place::value(pair), message).severity(Severity::Info).help(help));
    }
}

/// Whether [`CONTENT_RULE`] or the schema speaks of a member of this name.
pub(super) fn tells(name: &str, node: Node<'_>) -> bool {
    CONTENT.contains(&name) || DECIDING.contains(&name) || TRANSPORT.contains(&name) || in_geometry(node)
}

/// A stranger in the geometry is told by the schema, which closes it.
fn in_geometry(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| parent.pointer() == "/geometry")
}

fn content(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    each_member(root, &mut |name, node| {
        if in_geometry(node) {
            return true;
        }
        let (why, help) = if CONTENT.contains(&name) {
            ("is what a signal is made of, and a signal holds geometry alone", "keep it with the adapter")
        } else if DECIDING.contains(&name) {
            ("is for others to decide: an adapter does not rank, retrieve, cache or interpret", "remove it")
        } else if TRANSPORT.contains(&name) {
            ("says how the signal travels, and a signal holds geometry alone", "keep it with the adapter")
        } else {
            return true;
        };
        findings.push(Finding::new(&CONTENT_RULE, Place::key(node), format!("`{name}` {why}")).help(help));
        false
    });
    let mut told = 0;
    root.each_string(&mut |node| {
        if told < MOST
            && let Some(text) = node.as_str().filter(|text| is_address(text))
        {
            let inside = |names: &[&str]| {
                std::iter::successors(Some(node), |node| node.parent())
                    .any(|node| node.key().is_some_and(|key| names.contains(&key.as_ref())))
            };
            if inside(TRANSPORT) || inside(CONTENT) || inside(DECIDING) {
                return;
            }
            told += 1;
            let message =
                format!("`{}` is an address: adapters hand on geometry and know no transport", text.chars().take(60).collect::<String>());
            findings.push(Finding::new(&CONTENT_RULE, Place::value(node), message).help("name the source by its hash"));
        }
    });
}

fn is_address(text: &str) -> bool {
    let lower = text.get(..8.min(text.len())).map(str::to_ascii_lowercase);
    lower.is_some_and(|lower| ["http://", "https://", "ws://", "wss://"].iter().any(|scheme| lower.starts_with(scheme)))
}
