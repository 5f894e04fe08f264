//! Test vectors, which are run (§12.1, §12.6, §27.1; `DECISIONS` 57).

use super::examples::LEAF;
use crate::{
    collapse::{EPSILON, Threshold, Vector, gccp, gccp::cosine, read},
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
};

/// How far off a score may be where nobody says otherwise.
const TOLERANCE: f64 = 1e-6;
/// A pair whose cosine is this near to the threshold may be decided the other way by the next edit.
const NEAR: f64 = 1e-9;
/// The largest `epsilon` of a profile, 3.14159 (C479): π cut off, not rounded.
const LARGEST: f64 = 314_159.0 / 100_000.0;
/// Most findings on one document.
const MOST: usize = 100;

const TESTED: On = On::Kinds(&["pi-profile.v1", "pi-gccp.tests"]);

const HARNESS: Example = Example {
    note: "two vectors that hold",
    file: "core.gccp-tests.json",
    files: &[(
        "core.gccp-tests.json",
        "{\"epsilon\": 0.1745329, \"pairs\": [\n  {\"A\": [[1, 0]], \"B\": [[1, 0]], \"expected\": 1.0},\n  {\"A\": [[1, 0]], \"B\": [[0, 1]], \"expected\": 0.0}]}\n",
    )],
};

/// A test that fails.
pub static TEST_VECTOR: Rule = Rule {
    name: "collapse/test-vector",
    severity: Severity::Error,
    rows: &["A392", "A394", "A396", "A401", "A402", "C503", "C505"],
    on: TESTED,
    check: Check::File(run),
    fix: None,
    docs: Docs {
        what: "A test vector whose collapse is further from `expected` than its tolerance (0.000001 where none is given), or that cannot be collapsed because its lists differ in length. An input of another shape is information: it is not run.",
        why: "The vectors are a profile's promise. One that fails says that the profile, or whoever wrote the vector, means another arithmetic.",
        fix: "Correct the expected score, which the message gives, or the vectors.",
        bad: &[Example {
            note: "vectors at right angles are not aligned",
            file: "core.gccp-tests.json",
            files: &[(
                "core.gccp-tests.json",
                "{\"epsilon\": 0.1745329, \"pairs\": [{\"A\": [[1, 0]], \"B\": [[0, 1]], \"expected\": 1}]}\n",
            )],
        }],
        good: &[HARNESS, LEAF],
    },
};

/// A profile that promises nothing.
pub static NO_TEST_VECTORS: Rule = Rule {
    name: "collapse/no-test-vectors",
    severity: Severity::Warning,
    rows: &["C521"],
    on: On::Kinds(&["pi-profile.v1"]),
    check: Check::File(none),
    fix: None,
    docs: Docs {
        what: "A π-profile without `compliance.test_vectors`, or with none in it.",
        why: "Without vectors nobody can tell whether a runtime computes the profile's scores as its author did.",
        fix: "Add at least one input with the score it must give.",
        bad: &[Example {
            note: "no compliance at all",
            file: "leaf.pi-profile.json",
            files: &[(
                "leaf.pi-profile.json",
                "{\"meta\": {\"name\": \"leaf\", \"version\": \"1.0.0\", \"authority\": \"atlas\"}, \"vectorizer\": {\"method\": \"ngram\", \"parameters\": {}}, \"weights\": {\"superposition\": []}}\n",
            )],
        }],
        good: &[LEAF],
    },
};

/// A decision on a knife's edge.
pub static NEAR_THRESHOLD: Rule = Rule {
    name: "collapse/near-threshold",
    severity: Severity::Info,
    rows: &["A345"],
    on: TESTED,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A pair of vectors in a test whose cosine lies within 1e-9 of the threshold of its tolerance.",
        why: "The smallest change of a component or of `epsilon` decides it the other way, and the score jumps.",
        fix: "Nothing needs to be done where the edge is what is tested. Otherwise move the vector or `epsilon`.",
        bad: &[Example {
            note: "at the edge of ten degrees",
            file: "core.gccp-tests.json",
            files: &[(
                "core.gccp-tests.json",
                "{\"epsilon\": 0.1745329, \"pairs\": [{\"A\": [[1, 0]], \"B\": [[0.9848077573880434, 0.17364815285033333]], \"expected\": 1}]}\n",
            )],
        }],
        good: &[HARNESS],
    },
};

fn none(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let compliance = root.get("compliance");
    let vectors = compliance.and_then(|compliance| compliance.get("test_vectors"));
    if vectors.is_some_and(|vectors| !vectors.is_array() || !vectors.is_empty()) {
        return;
    }
    let place = match (vectors, compliance) {
        (Some(node), _) | (None, Some(node)) => Place::key(node),
        (None, None) => Place::opening(root),
    };
    let help = "add `compliance.test_vectors` with at least one `input` and the score it must give";
    findings.push(
        Finding::new(&NO_TEST_VECTORS, place, "the profile has no test vectors, so nobody can hold a runtime to its scores").help(help),
    );
}

fn run(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let start = findings.list.len();
    if context.kind.is("pi-gccp.tests") {
        let Some(epsilon) = root.get("epsilon").and_then(Node::as_f64).filter(|epsilon| (0.0..=std::f64::consts::PI).contains(epsilon))
        else {
            return;
        };
        if root.get("vecA").is_some() {
            one(root, None, Some(epsilon), None, findings);
        }
        for pair in root.get("pairs").into_iter().flat_map(|pairs| pairs.items()) {
            one(pair, pair.get("expected"), Some(epsilon), None, findings);
            if findings.list.len() - start >= MOST {
                return;
            }
        }
        return;
    }
    let epsilon = match root.descend("/vectorizer/epsilon") {
        None => Some(EPSILON),
        // What lies beyond is told by the schema.
        Some(node) => node.as_f64().filter(|epsilon| *epsilon <= LARGEST),
    };
    for vector in root.descend("/compliance/test_vectors").into_iter().flat_map(|list| list.items()) {
        let (Some(input), Some(expected)) = (vector.get("input"), vector.get("expected")) else { continue };
        one(input, Some(expected), epsilon, vector.get("tolerance"), findings);
        if findings.list.len() - start >= MOST {
            return;
        }
    }
}

/// The two lists of an input that can be run.
pub fn lists(input: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let both = |a: &str, b: &str| Some((input.get(a)?, input.get(b)?));
    both("A", "B").or_else(|| both("vecA", "vecB"))
}

fn one(input: Node<'_>, expected: Option<Node<'_>>, epsilon: Option<f64>, tolerance: Option<Node<'_>>, findings: &mut Findings) {
    let Some((a, b)) = lists(input) else {
        return unread(input, "it has neither `A` and `B` nor `vecA` and `vecB`", LISTS, findings);
    };
    let harness = tolerance.is_none() && input.get("expected").is_some();
    let (vectors_a, vectors_b) = match (read::vectors(a), read::vectors(b)) {
        (Ok(a), Ok(b)) => (a, b),
        // In a test file the schema has told what is wrong.
        _ if harness || expected.is_none() => return,
        (Err(error), _) | (_, Err(error)) => return unread(input, &error.to_string(), LISTS, findings),
    };
    let own = input.get("epsilon").filter(|_| expected.is_some());
    let epsilon = match own {
        Some(node) => match node.as_f64() {
            Some(epsilon) => Some(epsilon),
            None => {
                let (why, help) = (format!("its `epsilon` is `{}`, no number", node.raw()), "write an angle from 0 to π, or remove it");
                return unread(input, &why, help, findings);
            }
        },
        None => epsilon,
    };
    if vectors_a.len() != vectors_b.len() {
        let name = |node: Node<'_>| node.key().unwrap_or_default().into_owned();
        let (left, right) = (name(a), name(b));
        let message = format!("`{left}` has {} vectors and `{right}` has {}: they are taken in pairs", vectors_a.len(), vectors_b.len());
        findings.push(Finding::new(&TEST_VECTOR, Place::value(b), message).help("give both lists as many vectors"));
        return;
    }
    let Some(epsilon) = epsilon else { return };
    let threshold = match Threshold::of(epsilon) {
        Ok(threshold) => threshold,
        Err(error) => {
            // The profile's own epsilon is told by the schema.
            if let Some(node) = own {
                findings.push(Finding::new(&TEST_VECTOR, Place::value(node), error.to_string()).help("write an angle from 0 to π"));
            }
            return;
        }
    };
    near(a, &vectors_a, &vectors_b, threshold, findings);
    let Some(expected) = expected else { return };
    let Some(wanted) = expected.as_f64().filter(|score| (-1.0..=1.0).contains(score)) else { return };
    let tolerance = match tolerance {
        None => TOLERANCE,
        Some(node) => match node.as_f64().filter(|tolerance| *tolerance >= 0.0) {
            Some(tolerance) => tolerance,
            None => return,
        },
    };
    match gccp(&vectors_a, &vectors_b, threshold) {
        Ok(found) if (found.score - wanted).abs() <= tolerance => {}
        Ok(found) => {
            let message = format!(
                "FAIL: expected {}, got {}: {} of {} pairs are aligned within {epsilon} radians",
                expected.raw(),
                found.score,
                found.aligned,
                vectors_a.len()
            );
            let help = format!("write {} where the vectors are right, or correct the vectors", found.score);
            findings.push(Finding::new(&TEST_VECTOR, Place::value(expected), message).help(help));
        }
        Err(error) => {
            let message = format!("FAIL: expected {}, and there is no score: {error}", expected.raw());
            findings.push(Finding::new(&TEST_VECTOR, Place::value(expected), message).help("scale the vectors down"));
        }
    }
}

/// What an input is asked to be, where it is to be run.
const LISTS: &str = "write the vectors as lists `A` and `B` of `[x, y]`, where they are meant to be collapsed";

fn unread(input: Node<'_>, why: &str, help: &'static str, findings: &mut Findings) {
    let message = format!("this input is not run: {why}");
    findings.push(Finding::new(&TEST_VECTOR, Place::value(input), message).severity(Severity::Info).help(help));
}

/// The first pair that the next edit may decide the other way.
fn near(list: Node<'_>, a: &[Vector], b: &[Vector], threshold: Threshold, findings: &mut Findings) {
    let mut close = a.iter().zip(b).enumerate().filter_map(|(at, (a, b))| {
        let off = (cosine(*a, *b)? - threshold.value()).abs();
        (off <= NEAR).then_some((at, off))
    });
    if let Some((at, off)) = close.next()
        && let Some(node) = list.item(at)
    {
        let more = match close.count() {
            0 => String::new(),
            more => format!("; so do {more} more"),
        };
        let far = if off == 0.0 { "on".to_owned() } else { format!("{off:e} from") };
        let message =
            format!("this pair lies {far} the threshold {}: the smallest change decides it the other way{more}", threshold.value());
        findings.push(Finding::new(&NEAR_THRESHOLD, Place::value(node), message).help("leave it where the edge is what is tested"));
    }
}
