//! Error answers (`object.error`): what category, code and phase say must be one story (seed 003 §15.12).

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::errors,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::quote,
    workspace::confine,
};

macro_rules! answer {
    ($note:literal, $category:literal, $code:literal, $message:literal, $phase:literal) => {
        Example {
            note: $note,
            file: "error.json",
            files: &[(
                "error.json",
                concat!(
                    "{\"error\": {\"category\": \"",
                    $category,
                    "\", \"code\": \"",
                    $code,
                    "\", \"message\": \"",
                    $message,
                    "\", \"object_id\": \"object://example/counter\", \"phase\": \"",
                    $phase,
                    "\"}}\n"
                ),
            )],
        }
    };
}

const GOOD: &[Example] =
    &[answer!("one story", "verification_error", "invariant_violation", "the invariant no_execution does not hold", "verify")];

/// A category that does not go with the phase or the code.
pub static PHASE: Rule = Rule {
    name: "object/error-category",
    severity: Severity::Warning,
    rows: &["A707", "A708", "A710", "A712", "A713", "A716", "B413", "B414", "B415", "B416"],
    on: On::Kinds(&["object.error"]),
    check: Check::File(answer),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An error answer whose `phase` cannot give its `category`, or whose `code` belongs to another category.",
        why: "The category decides the status of the answer. A client that reads one of the three draws another conclusion than one that reads the others.",
        fix: "Correct the one that is wrong. A hash that is false is a `load_error` while loading and a `verification_error` while verifying.",
        bad: &[
            answer!("a load that fails in verification", "load_error", "io", "gone", "verify"),
            answer!("a code of another category", "load_error", "illegal_tensor", "a text in a drawing", "load"),
        ],
        good: GOOD,
    },
};

/// A message that tells of the server's inside.
pub static LEAK: Rule = Rule {
    name: "object/error-leak",
    severity: Severity::Warning,
    rows: &["A714", "A717"],
    on: On::Kinds(&["object.error"]),
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An error message that holds a path of the host, such as `/home/…` or `C:\\…`, or a line of a stack trace. Addresses such as `/objects/…` and JSON Pointers are none.",
        why: "An answer must not expose the server's own state. Paths and traces differ from host to host and help nobody but an attacker.",
        fix: "Say what failed in terms of the object.",
        bad: &[answer!("a path of the host", "load_error", "io", "cannot open /srv/objects/a.json", "load")],
        good: GOOD,
    },
};

fn answer(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(error) = context.root().and_then(|root| root.get("error")) else { return };
    let text = |name: &str| error.get(name).and_then(|node| Some((node, node.as_str()?)));
    let category = text("category").and_then(|(node, name)| Some((node, errors::category_of(&name)?)));
    let code = text("code").and_then(|(node, code)| Some((node, errors::category_of_code(&code)?, code)));
    if let (Some((node, category)), Some((at, wanted, code))) = (&category, &code)
        && wanted.name != category.name
    {
        let message = format!("`{code}` is a `{}`, and the category is `{}`", wanted.name, category.name);
        let fix = Fix::replace(Safety::Unsafe, format!("write `{}`", wanted.name), context.path, node.span(), quote(wanted.name));
        let finding = Finding::new(&PHASE, Place::value(*node), message).help(format!("write `{}`, or another code", wanted.name));
        findings.push(finding.fix(fix).related(context.path, Place::value(*at), "the code"));
    } else if let (Some((_, category)), Some((node, phase))) = (&category, text("phase"))
        && !category.phases.is_empty()
        && !category.phases.contains(&phase.as_ref())
        && errors::CATEGORIES.iter().any(|other| other.phases.contains(&phase.as_ref()))
    {
        let wanted = category.phases.join("` or `");
        let message = format!("a `{}` arises in the phase `{wanted}`, and the phase is `{phase}`", category.name);
        findings.push(Finding::new(&PHASE, Place::value(node), message).help("correct the phase or the category"));
    }
    if let Some((node, message)) = text("message")
        && let Some(inside) = inside_of_a_server(&message)
    {
        let told = format!("the message holds {inside}: an answer tells nothing of the server's inside");
        findings.push(Finding::new(&LEAK, Place::value(node), told).help("say what failed in terms of the object"));
    }
}

/// Ids, addresses of requests and JSON Pointers hold slashes too (A722): only what lies on a host counts.
fn inside_of_a_server(message: &str) -> Option<&'static str> {
    let is_path = |word: &str| {
        let word = word.trim_matches(|c: char| "`'\"(),;:".contains(c));
        let mut bytes = word.bytes();
        let drive = bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && bytes.next() == Some(b':') && bytes.next() == Some(b'\\');
        drive || confine::is_host_path(word) || word.strip_prefix("file://").is_some_and(confine::is_host_path)
    };
    if message.split_whitespace().any(is_path) {
        return Some("an absolute path");
    }
    let is_frame = |line: &str| {
        let line = line.trim();
        line.starts_with("at ") && line.ends_with(')') && is_place(line.trim_end_matches(')'))
            || line.starts_with("File \"")
            || line.starts_with("Traceback")
            || line.starts_with("stack backtrace")
    };
    message.lines().any(is_frame).then_some("a stack trace")
}

/// Whether a text ends in `:line:column` or `:line`, after the name of a file.
fn is_place(text: &str) -> bool {
    let numbered = text.rsplit_once(':').is_some_and(|(_, line)| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()));
    numbered && text.contains('(')
}
