//! What may not be said in the control plane (§10, §11.5; `DECISIONS` 58): transport, training, commands, branches.

use super::examples::{LEAF, leaf};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule, nearest_of},
    syntax::json::Node,
};

const PROFILES: On = On::Kinds(&["pi-profile.v1", "pi-profile.kernel"]);

/// Names of things below the control plane. `train*` is denied as well.
pub(super) const DENIED: &[&str] = &[
    "endpoint",
    "endpoints",
    "url",
    "route",
    "routes",
    "method",
    "verb",
    "auth",
    "token",
    "api_key",
    "session",
    "transport",
    "compression",
    "proof",
    "command",
    "ui",
    "file",
    "gradient",
    "optimizer",
    "learning_rate",
    "loss",
];

/// The control operations (§10.2).
const OPERATIONS: &[&str] = &["Bias", "Align", "Suppress", "Accumulate", "Collapse", "Defer"];

/// Members that name a control operation, or a list of them.
const NAMING: &[&str] = &["op", "ops", "operation", "operations", "control_op", "control_ops"];

/// Words that make a branch.
const BRANCHES: &[&str] = &["if", "when", "case", "then", "else"];

/// A thing that belongs elsewhere.
pub static CONTROL_PLANE: Rule = Rule {
    name: "collapse/control-plane",
    severity: Severity::Warning,
    rows: &["A097", "A272", "A273", "A274", "A275", "A276", "A277"],
    on: On::Kinds(&["pi-profile.v1", "pi-profile.kernel", "pi.signal.v1"]),
    check: Check::File(denied),
    fix: None,
    docs: Docs {
        what: "A member of a profile or signal that names transport, authentication, compression, a server's verbs, commands, a user interface, files or training: `endpoint`, `url`, `route`, `method`, `verb`, `auth`, `token`, `api_key`, `session`, `transport`, `compression`, `proof`, `command`, `ui`, `file`, `gradient`, `optimizer`, `learning_rate`, `loss`, or a name that begins with `train`. `vectorizer.method` is a profile's own.",
        why: "The control plane turns geometry into a score and knows nothing else. How a document travels or was trained is decided below it.",
        fix: "Move the member to the object server, the adapter or wherever it takes effect.",
        bad: &[Example {
            note: "a rate of learning in a profile",
            file: "leaf.pi-profile.json",
            files: &[("leaf.pi-profile.json", leaf!("leaf", "  \"constraints\": {\"learning_rate\": 0.01},\n"))],
        }],
        good: &[LEAF],
    },
};

/// A profile that decides.
pub static CONDITIONAL: Rule = Rule {
    name: "collapse/conditional",
    severity: Severity::Error,
    rows: &["A327"],
    on: PROFILES,
    check: Check::File(conditional),
    fix: None,
    docs: Docs {
        what: "A member named `if`, `when`, `case`, `then` or `else` anywhere in a profile, or a value of a kernel profile that is no plain number or name.",
        why: "A profile binds constants of a kernel. A branch would make two kernels of one profile, and a score would depend on which ran.",
        fix: "Write a profile for each case, and choose between them outside.",
        bad: &[Example {
            note: "a branch",
            file: "semantic.json",
            files: &[(
                "semantic.json",
                "{\"@pi_profile\": \"semantic.hybrid.v1\", \"epsilon\": 0.1745329, \"suppress_k\": 0.25, \"rotation\": 0, \"when\": \"score > 0.5\"}\n",
            )],
        }],
        good: &[LEAF],
    },
};

/// An operation that the control plane does not have.
pub static OPERATION: Rule = Rule {
    name: "collapse/control-operation",
    severity: Severity::Error,
    rows: &["A263", "A264", "A265", "A266", "A267", "A268"],
    on: PROFILES,
    check: Check::File(operation),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A member `op`, `ops`, `operation`, `operations`, `control_op` or `control_ops` of a profile that names something else than `Bias`, `Align`, `Suppress`, `Accumulate`, `Collapse` or `Defer`. The parameters of a vectorizer and the inputs of tests are free.",
        why: "The control plane has these six moves: adjust angular weighting, favour coherent phases, penalise conflicting ones, merge aligned paths, project to a decision, keep the geometry.",
        fix: "Name one of the six, with its capital.",
        bad: &[Example {
            note: "a small letter",
            file: "leaf.pi-profile.json",
            files: &[("leaf.pi-profile.json", leaf!("leaf", "  \"constraints\": {\"operations\": [\"Align\", \"collapse\"]},\n"))],
        }],
        good: &[
            LEAF,
            Example {
                note: "operations of the control plane",
                file: "leaf.pi-profile.json",
                files: &[("leaf.pi-profile.json", leaf!("leaf", "  \"constraints\": {\"operations\": [\"Align\", \"Collapse\"]},\n"))],
            },
        ],
    },
};

/// Whether a name is denied.
pub(super) fn is_denied(name: &str) -> bool {
    DENIED.contains(&name) || name.starts_with("train")
}

/// Calls `see` with each member below `node`, until it says not to look inside. The depth of a tree is bounded, and so is this.
pub(super) fn each_member<'t>(node: Node<'t>, see: &mut dyn FnMut(&str, Node<'t>) -> bool) {
    for (name, value) in node.members() {
        if see(&name, value) {
            each_member(value, see);
        }
    }
    node.items().for_each(|item| each_member(item, see));
}

/// Whether the schema has told of this name already: a closed root.
fn is_told(context: &FileContext<'_>, node: Node<'_>) -> bool {
    context.kind.is("pi-profile.v1") && node.parent().is_some_and(|parent| parent.parent().is_none())
}

/// What a test is given and what a vectorizer is told may hold anything but what the deny lists name.
fn is_free(pointer: &str) -> bool {
    pointer == "/vectorizer/parameters" || pointer.starts_with("/compliance/test_vectors/") && pointer.ends_with("/input")
}

fn denied(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let signal = context.kind.is("pi.signal.v1");
    each_member(root, &mut |name, node| {
        if !is_denied(name) || is_told(context, node) {
            return true;
        }
        let known = name == "method" && context.kind.is("pi-profile.v1") && node.pointer() == "/vectorizer/method";
        let told = signal && super::signal::tells(name, node);
        if !known && !told {
            let message = format!("`{name}` names something below the control plane, which knows geometry alone");
            let help = "move it to where it takes effect: the object server, the adapter, or the tool that trains";
            findings.push(Finding::new(&CONTROL_PLANE, Place::key(node), message).help(help));
        }
        true
    });
}

fn conditional(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let kernel = context.kind.is("pi-profile.kernel");
    each_member(root, &mut |name, node| {
        if is_told(context, node) {
            return true;
        }
        if BRANCHES.contains(&name) {
            let message = format!("`{name}` makes a branch: a profile binds constants, and decides nothing");
            findings.push(
                Finding::new(&CONDITIONAL, Place::key(node), message)
                    .help("write a profile for each case, and choose between them outside"),
            );
            return false;
        }
        let known = ["@pi_profile", "epsilon", "suppress_k", "rotation", "alpha", "beta", "phase"].contains(&name);
        let formula = || node.as_str().is_some_and(|text| is_formula(&text));
        if kernel && !known && (node.is_object() || node.is_array() || formula()) {
            let what = if node.is_string() { "a formula" } else { "no single value" };
            let message = format!("`{name}` is {what}: a kernel profile binds constants, which are plain numbers");
            findings.push(Finding::new(&CONDITIONAL, Place::value(node), message).help("write a number, or remove it"));
            return false;
        }
        true
    });
}

/// Whether a text looks like something to be evaluated.
fn is_formula(text: &str) -> bool {
    let operators = ["==", "!=", "<=", ">=", "&&", "||", "=>", " ? ", " < ", " > ", " * ", " + ", " / "];
    operators.iter().any(|operator| text.contains(operator)) || text.starts_with("if ")
}

fn operation(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    each_member(root, &mut |name, node| {
        if is_free(&node.pointer()) {
            return false;
        }
        if !NAMING.contains(&name) || is_told(context, node) {
            return true;
        }
        for node in std::iter::once(node).filter(|node| node.is_string()).chain(node.items()) {
            let Some(text) = node.as_str().filter(|text| !OPERATIONS.contains(&text.as_ref())) else { continue };
            let message = format!("`{text}` is no operation of the control plane; wanted is one of `{}`", OPERATIONS.join("`, `"));
            let mut finding = Finding::new(&OPERATION, Place::value(node), message);
            let same = OPERATIONS.iter().copied().find(|known| known.eq_ignore_ascii_case(&text));
            match same.or_else(|| nearest_of(&text, OPERATIONS.iter().copied())) {
                Some(near) => {
                    let fix =
                        Fix::replace(Safety::Unsafe, format!("replace by `{near}`"), context.path, node.span(), format!("\"{near}\""));
                    finding = finding.help(format!("did you mean `{near}`?")).fix(fix);
                }
                None => finding = finding.help("name one of the six"),
            }
            findings.push(finding);
        }
        true
    });
}
