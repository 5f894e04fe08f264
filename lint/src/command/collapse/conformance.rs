//! `collapse conformance`: whether a runtime is π-GCCP v1 compliant (§12.1, §12.5), this program or any other that answers the questions.
//!
//! The questions are those of `eval`. What is wanted is what the text says of the tests A, B and C, and else what the reference computes:
//! the processor is the truth, and scores may be 1e-6 from it.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use mx2lm_core::collapse::math::{cos, sin};
use mx2lm_core::collapse::{Corpus, EPSILON, Instructions, Threshold, read};
use mx2lm_core::syntax::json::Tree;
use serde_json::{Value, json};

use super::super::{FOUND, read as read_file};
use super::{bits, on_device};
use crate::cli::collapse::{ConformanceArgs, Device};
use crate::cli::{Color, DataFormat};
use crate::oracle;
use crate::output::{Failure, tell, to_stdout};

/// How far a score may be from the truth.
const TOLERANCE: f64 = 1e-6;
/// Questions of the mirror.
const MIRROR: u64 = 200;

/// The components that a compliant runtime has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Component {
    Tests,
    Lanes,
    Superposition,
    Mirror,
}

impl Component {
    const ALL: [Component; 4] = [Component::Tests, Component::Lanes, Component::Superposition, Component::Mirror];

    fn name(self) -> &'static str {
        match self {
            Component::Tests => "conformance tests",
            Component::Lanes => "lane layout",
            Component::Superposition => "superposition algebra",
            Component::Mirror => "exact-math mirror",
        }
    }
}

/// What an answer has to be.
enum Want {
    /// These members: numbers within the tolerance, all else equal.
    Members(Value),
    /// A refusal.
    Refusal,
    /// The same as that of an earlier question.
    Again(usize),
    /// A member as in the answer to an earlier question, or not as there.
    Member(&'static str, usize, bool),
}

struct Question {
    component: Component,
    name: String,
    asks: Value,
    want: Want,
}

fn questions() -> Vec<Question> {
    let mut all = Vec::new();
    let mut ask = |component, name: &str, function: &str, input: Value, want: Want| {
        all.push(Question { component, name: name.to_owned(), asks: json!({ "fn": function, "in": input }), want });
        all.len() - 1
    };
    let rim = [cos(EPSILON), sin(EPSILON)];
    let tests = [
        ("A, perfect alignment", json!([[1, 0]]), json!({ "score": 1.0, "aligned": 1 })),
        ("B, orthogonal rejection", json!([[0, 1]]), json!({ "score": 0.0, "aligned": 0 })),
        ("C, boundary tolerance", json!([rim]), json!({ "score": 1.0, "aligned": 1 })),
    ];
    for (name, b, want) in tests {
        let input = json!({ "vecA": [[1, 0]], "vecB": b, "epsilon": EPSILON });
        let first = ask(Component::Tests, name, "collapse.gccp", input.clone(), Want::Members(want));
        ask(Component::Tests, &format!("{name}, again"), "collapse.gccp", input, Want::Again(first));
    }
    for (name, input) in [
        ("unequal lengths", json!({ "vecA": [[1, 0]], "vecB": [], "epsilon": EPSILON })),
        ("a tolerance beyond π", json!({ "vecA": [[1, 0]], "vecB": [[1, 0]], "epsilon": 3.2 })),
    ] {
        ask(Component::Tests, name, "collapse.gccp", input, Want::Refusal);
    }
    let index = |symbol: &str, x: f64, phase: f64, edges: Value| {
        let nodes =
            json!([{ "symbol": symbol, "x": x, "y": -0.0, "phase": phase, "weight": 1 }, { "symbol": "b", "x": 0.1, "y": 2, "weight": 1 }]);
        json!({ "nodes": nodes, "edges": edges })
    };
    let usual = index("a", 0.5, 0.25, json!([[1, 0], [0, 1]]));
    let want = geometry(&usual);
    let first = ask(Component::Lanes, "f32 pairs and sorted edges", "record.index", usual, want);
    for (name, input, same) in [
        ("QUANTUM is no part of the identity", index("a", 0.5, 1.25, json!([[1, 0], [0, 1]])), true),
        ("the order of edges is no part of the identity", index("a", 0.5, 0.25, json!([[0, 1], [1, 0]])), true),
        ("DICT is part of the identity", index("c", 0.5, 0.25, json!([[1, 0], [0, 1]])), false),
        ("LANE is part of the identity", index("a", 0.75, 0.25, json!([[1, 0], [0, 1]])), false),
        ("EDGE is part of the identity", index("a", 0.5, 0.25, json!([[0, 1]])), false),
    ] {
        ask(Component::Lanes, name, "record.index", input, Want::Member("index_hash", first, same));
    }
    for (name, input) in [
        ("a weighted sum", json!({ "scores": [0.5, 0.25], "weights": [0.75, 0.25] })),
        ("a conflict weakens both", json!({ "scores": [1, -1, 0.5], "weights": [0.5, 0.25, 0.25] })),
        ("once a pair", json!({ "scores": [1, -0.75, -1], "weights": [0.5, 0.25, 0.25] })),
        ("κ of its own", json!({ "scores": [1, -1], "weights": [0.75, 0.25], "kappa": 0.25 })),
        ("weights that need not add up", json!({ "scores": [0.5, 0.5], "weights": [0.75, 0.75], "normalized": false })),
    ] {
        let want = truth(&json!({ "fn": "collapse.superpose", "in": input }), &["score", "interfering"]);
        ask(Component::Superposition, name, "collapse.superpose", input, want);
    }
    for (name, input) in [
        ("weights that do not add up", json!({ "scores": [0.5, 0.5], "weights": [0.75, 0.75] })),
        ("κ of 1", json!({ "scores": [0.5], "weights": [1], "kappa": 1 })),
    ] {
        ask(Component::Superposition, name, "collapse.superpose", input, Want::Refusal);
    }
    for number in 0..MIRROR {
        let input = pairs(number);
        let want = truth(&json!({ "fn": "collapse.gccp", "in": input }), &["score", "aligned"]);
        ask(Component::Mirror, &format!("pairs {number}"), "collapse.gccp", input, want);
    }
    all
}

/// What the reference says, of the members named.
fn truth(question: &Value, members: &[&str]) -> Want {
    let answer = oracle::answer(question.to_string().as_bytes());
    Want::Members(members.iter().map(|member| ((*member).to_owned(), answer["out"][*member].clone())).collect())
}

/// DICT and FIELD are framed by each runtime its own way: LANE and EDGE alone are the same bytes everywhere.
fn geometry(input: &Value) -> Want {
    truth(&json!({ "fn": "record.index", "in": input }), &["geometry_hash"])
}

/// Pairs of 1/4096ths, half of them nearly parallel, none at the very edge of the tolerance.
fn pairs(number: u64) -> Value {
    let mut state = 0x2545_f491_4f6c_dd1d ^ (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 51) as i64 - 4096
    };
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for pair in 0..1 + number % 24 {
        let (x, y) = (next(), next());
        let (u, v) = if pair % 2 == 0 { (x + next() / 16, y + next() / 16) } else { (next(), next()) };
        let part = |number: i64| number as f64 / 4096.0;
        a.push([part(x), part(y)]);
        b.push([part(u), part(v)]);
    }
    json!({ "vecA": a, "vecB": b, "epsilon": EPSILON })
}

/// How a runtime did.
#[derive(Debug)]
pub struct Report {
    /// Who answered.
    by: String,
    /// For each component how many answers hold, of how many, and what is wrong with the others.
    components: Vec<(Component, usize, usize, Vec<String>)>,
}

impl Report {
    fn holds(&self, component: Component) -> bool {
        self.components.iter().any(|(one, held, of, _)| *one == component && held == of)
    }

    /// The levels of §12.1 that are reached.
    fn levels(&self) -> Vec<&'static str> {
        let core = self.holds(Component::Tests);
        let full = core && self.holds(Component::Lanes) && self.holds(Component::Superposition);
        let reached = [("CORE", core), ("FULL", full), ("MIRROR", core && self.holds(Component::Mirror))];
        reached.into_iter().filter(|(_, reached)| *reached).map(|(level, _)| level).collect()
    }

    fn is_compliant(&self) -> bool {
        Component::ALL.into_iter().all(|component| self.holds(component))
    }

    /// Lets a runtime go on that may emit an answer to a retrieval.
    ///
    /// # Errors
    /// The first component that does not hold.
    pub fn may_emit(&self) -> Result<(), Failure> {
        let wrong = self.components.iter().find(|(_, held, of, _)| held != of);
        wrong.map_or(Ok(()), |(component, .., why)| {
            let (name, why) = (component.name(), why.first().map_or("", String::as_str));
            Err(Failure::Refused(format!("{} is non-compliant and emits no retrieval: {name}: {why}", self.by)))
        })
    }
}

/// Judges answers, in the order of the questions; an answer that is missing holds nothing.
fn judge(by: String, questions: &[Question], answers: &[Value]) -> Report {
    let mut components: Vec<_> = Component::ALL.into_iter().map(|component| (component, 0, 0, Vec::new())).collect();
    for (number, question) in questions.iter().enumerate() {
        let Some((_, held, of, wrong)) = components.iter_mut().find(|(component, ..)| *component == question.component) else { continue };
        *of += 1;
        match fault(question, answers.get(number), answers) {
            None => *held += 1,
            Some(why) => wrong.push(format!("{}: {why}", question.name)),
        }
    }
    Report { by, components }
}

fn fault(question: &Question, answer: Option<&Value>, answers: &[Value]) -> Option<String> {
    let Some(answer) = answer else { return Some("no answer".into()) };
    let out = answer.get("out");
    let Some(out) = out else {
        let is_refusal = answer.get("error").is_some();
        return match &question.want {
            Want::Refusal if is_refusal => None,
            _ => Some(format!("got `{answer}`")),
        };
    };
    match &question.want {
        Want::Refusal => Some(format!("a refusal is wanted, got `{out}`")),
        Want::Again(first) => {
            let before = answers.get(*first).and_then(|answer| answer.get("out"));
            (before != Some(out)).then(|| format!("another answer to the same question: `{out}`"))
        }
        Want::Member(name, first, same) => {
            let (own, other) = (out.get(name), answers.get(*first).and_then(|answer| answer.get("out")?.get(name)));
            let known = own.is_some() && other.is_some();
            (!known || (own == other) != *same).then(|| format!("`{name}` is `{}`", own.unwrap_or(&Value::Null)))
        }
        Want::Members(wanted) => wanted.as_object().into_iter().flatten().find_map(|(name, wanted)| {
            let found = out.get(name).unwrap_or(&Value::Null);
            let close = match (wanted.as_f64(), found.as_f64()) {
                (Some(wanted), Some(found)) => (wanted - found).abs() <= TOLERANCE,
                _ => wanted == found,
            };
            (!close).then(|| format!("`{name}` is `{found}`, and `{wanted}` is wanted"))
        }),
    }
}

/// How this program does, by every choice of instructions it has and by the device.
pub fn own(device: Device) -> Report {
    let questions = questions();
    let empty = Corpus::default();
    let mut on = on_device(device, &empty);
    let answers: Vec<Value> = questions.iter().map(|question| answered(&question.asks, &mut on)).collect();
    if let Some(why) = &on.fallback {
        tell(format_args!("mx2lm-lint: the processor computes: {why}"));
    }
    judge(format!("this program on the {}", on.name), &questions, &answers)
}

/// The answer of what computes many documents at once, where it has one; all ways must give the same bits.
fn answered(asks: &Value, on: &mut super::On) -> Value {
    let text = asks.to_string();
    let reference = oracle::answer(text.as_bytes());
    if asks["fn"] != "collapse.gccp" || reference.get("out").is_none() {
        return reference;
    }
    let refused = |why: String| json!({ "error": "conformance.diverges", "message": why });
    let tree = Tree::parse(text.into());
    let list = |name| tree.root().and_then(|root| root.descend(name)).and_then(|node| read::vectors(node).ok());
    let (Some(a), Some(b)) = (list("/in/vecA"), list("/in/vecB")) else { return refused("the vectors cannot be read".into()) };
    // more than a tile holds, so that full and padded ones are both met
    let corpus = Corpus::new(vec![(a.as_slice(), b.as_slice()); 17]);
    let threshold = asks["in"]["epsilon"].as_f64().and_then(|epsilon| Threshold::of(epsilon).ok());
    let (Ok(corpus), Some(threshold)) = (corpus, threshold) else { return refused("the vectors are refused".into()) };
    let by_instructions =
        Instructions::available().into_iter().map(|choice| (choice.name().to_owned(), corpus.collapse_with(choice, threshold)));
    let mut ways: Vec<_> = by_instructions.collect();
    ways.push((on.name.clone(), on.collapse(&corpus, threshold)));
    let mut answer = None;
    for (name, found) in ways {
        let Ok(found) = found else { return refused(format!("{name} has no score")) };
        for one in found {
            let now = json!({ "score": one.score, "bits": bits(one.score), "aligned": one.aligned });
            if answer.get_or_insert_with(|| now.clone()) != &now {
                return refused(format!("{name} gives `{now}`"));
            }
        }
    }
    json!({ "out": answer })
}

/// Runs the command.
pub fn run(arguments: &ConformanceArgs) -> Result<ExitCode, Failure> {
    let questions = questions();
    if arguments.questions {
        to_stdout(Color::Never, |out, _| questions.iter().try_for_each(|question| writeln!(out, "{}", question.asks)))?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = match &arguments.answers {
        None => own(arguments.device),
        Some(path) => judge(format!("`{}`", path.display()), &questions, &given(path)?),
    };
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => out.write_all(text(&report).as_bytes()),
        DataFormat::Json => writeln!(out, "{:#}", described(&report)),
    })?;
    Ok(if report.is_compliant() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// The answers in a file, one a line; `-` is standard input.
fn given(path: &Path) -> Result<Vec<Value>, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let reason = |reason| Failure::Stream { action: "read standard input", reason };
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(reason)?;
        bytes
    } else {
        read_file(path)?
    };
    // a line that is no JSON is a wrong answer to its question
    Ok(bytes.split(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap_or(Value::Null)).collect())
}

const SHOWN: usize = 3;

fn text(report: &Report) -> String {
    let mut text = format!("π-GCCP v1, as answered by {}\n", report.by);
    for (component, held, of, wrong) in &report.components {
        text += &format!("  {} {:<22} {held} of {of}\n", if held == of { "✓" } else { "✗" }, component.name());
        wrong.iter().take(SHOWN).for_each(|why| text += &format!("      {why}\n"));
        if wrong.len() > SHOWN {
            text += &format!("      and {} more\n", wrong.len() - SHOWN);
        }
    }
    let levels = report.levels();
    text += &format!("levels: {}\n", if levels.is_empty() { "none".to_owned() } else { levels.join(", ") });
    text + match (report.is_compliant(), levels.is_empty()) {
        (true, _) => "compliant: it may execute and emit `object://retrieve/semantic.v1`\n",
        (false, false) => "non-compliant: it may execute `object://retrieve/semantic.v1` for itself, and not emit it\n",
        (false, true) => "non-compliant: it may neither execute nor emit `object://retrieve/semantic.v1`\n",
    }
}

fn described(report: &Report) -> Value {
    let component = |(component, held, of, wrong): &(Component, usize, usize, Vec<String>)| json!({ "name": component.name(), "held": held, "of": of, "wrong": wrong });
    json!({
        "version": 1,
        "by": report.by,
        "components": report.components.iter().map(component).collect::<Vec<Value>>(),
        "levels": report.levels(),
        "compliant": report.is_compliant(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: A386
    #[test]
    fn a_runtime_with_a_wrong_component_emits_nothing() {
        assert!(own(Device::Cpu).may_emit().is_ok());
        let questions = questions();
        let mut answers: Vec<Value> = questions.iter().map(|question| oracle::answer(question.asks.to_string().as_bytes())).collect();
        assert!(judge("it".into(), &questions, &answers).may_emit().is_ok());
        for number in [0, 1, 6, 8, 9, 11, 14, 20, questions.len() - 1] {
            let right = std::mem::replace(&mut answers[number], json!({ "out": { "score": 7, "bits": "0" } }));
            let refused = judge("it".into(), &questions, &answers).may_emit();
            assert!(matches!(&refused, Err(Failure::Refused(why)) if why.contains("non-compliant")), "{number}: {refused:?}");
            answers[number] = right;
        }
    }
}
