//! What every `ai.*` object is held to, whether it says so or not (§16.1), and what none may contain (§14.1).

use super::blob;
use crate::{
    diagnostic::{Fix, Safety, Severity},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
};

/// The objects of §16 and §21. Memory is not among them: its authority is `read` (`DECISIONS` 84).
pub(super) const AI: On = On::Kinds(&[
    "ai.tokenizer.v1",
    "ai.vocab.v1",
    "ai.model.weights.v1",
    "ai.brain.ngram.v1",
    "ai.brain.svg-tensor.v1",
    "ai.inference.profile.v1",
    "ai.agent.reply.v1",
    "ai.agent.descriptor.v1",
    "ai.orchestrator.v1",
]);

const VIOLATION: &str = "verification_error.invariant_violation";

macro_rules! brain {
    ($more:literal) => {
        concat!(
            r#"{"$schema": "object://schema/ai.brain.ngram.v1", "type": "ai.brain.ngram", "order": 1, "domain": "token", "transition_space": "closed", "#,
            r#""invariants": ["order_fixed", "probability_conserved", "deterministic"]"#,
            $more,
            "}\n"
        )
    };
}

const PLAIN: Example = Example { note: "nothing beyond its law", file: "brain.json", files: &[("brain.json", brain!(""))] };

/// Something that would run.
pub static NO_EXECUTION: Rule = Rule {
    name: "ai/no-execution",
    severity: Severity::Error,
    rows: &["B003", "B004", "B010"],
    on: AI,
    check: Check::File(no_execution),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An `ai.*` object that claims to be executable, whose payload is a program or script, or that carries code as text.",
        why: "Every such object holds the invariant `no_execution`, listed or not: it describes, and the runtime projects.",
        fix: "Set `executable` to false, and keep programs out of the object.",
        bad: &[Example {
            note: "claims to be executable",
            file: "brain.json",
            files: &[("brain.json", brain!(r#", "executable": true"#))],
        }],
        good: &[PLAIN],
    },
};

/// More than a view may be asked of it.
pub static PROJECTION_ONLY: Rule = Rule {
    name: "ai/projection-only",
    severity: Severity::Error,
    rows: &["A655", "B003", "B004", "B006", "B007", "B010", "B068"],
    on: AI,
    check: Check::File(projection_only),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An `ai.*` object whose `authority` is not `none`.",
        why: "Every such object holds `projection_only` and `immutable_payload`: nothing may be read past a projection, written or run. Memory alone may be read.",
        fix: "Set `authority` to `none`.",
        bad: &[Example { note: "may be written", file: "brain.json", files: &[("brain.json", brain!(r#", "authority": "write""#))] }],
        good: &[PLAIN, Example { note: "views only", file: "brain.json", files: &[("brain.json", brain!(r#", "authority": "none""#))] }],
    },
};

/// A member that has no place in such an object.
pub static FORBIDDEN_MEMBER: Rule = Rule {
    name: "ai/forbidden-member",
    severity: Severity::Error,
    rows: &[
        "A520", "A521", "A522", "A523", "A524", "A527", "A571", "A573", "A574", "B003", "B005", "B006", "B009", "B010", "B022", "B023",
        "B024", "B039", "B051", "B053", "B068", "B449", "B450",
    ],
    on: AI,
    check: Check::File(forbidden_member),
    fix: None,
    docs: Docs {
        what: "A member of an `ai.*` object that speaks of training, sampling, randomness, time, or the host it runs on; and per kind what would make it change or look about: context in a tokenizer, added tokens in a vocabulary, a learning rate beside weights, counts in an n-gram brain. Names are compared exactly, but for those that begin with `train`, `gradient` or `optimizer`, and those of weights that begin with `grad_`; names inside `emit` and `layer_map` are data.",
        why: "The same objects with the same hashes must give the same answer on every machine and at every time.",
        fix: "Remove the member. What is needed at run time belongs to the runtime, not to the object.",
        bad: &[Example { note: "a temperature", file: "brain.json", files: &[("brain.json", brain!(r#", "temperature": 0.7"#))] }],
        good: &[
            PLAIN,
            Example {
                note: "a title may speak of it, and an emitted field may be called so",
                file: "brain.json",
                files: &[(
                    "brain.json",
                    brain!(
                        r#", "identity": {"name": "random seeds"}, "projections": {"default": {"type": "json", "emit": {"time": "none"}}}"#
                    ),
                )],
            },
        ],
    },
};

/// A text that only one host understands.
pub static HOST: Rule = Rule {
    name: "ai/host-agnostic",
    severity: Severity::Error,
    rows: &["B003", "B009", "B010"],
    on: AI,
    check: Check::File(host),
    fix: None,
    docs: Docs {
        what: "An absolute file path or an environment variable in an `ai.*` object.",
        why: "Every such object holds `host_agnostic`: what it means may not depend on where it lies.",
        fix: "Name another object by its id, or a file relative to the descriptor.",
        bad: &[Example {
            note: "an environment variable",
            file: "brain.json",
            files: &[(
                "brain.json",
                brain!(r#", "projections": {"default": {"type": "json", "emit": "@payload", "headers": {"X-From": "${HOME}/brain"}}}"#),
            )],
        }],
        good: &[PLAIN],
    },
};

/// A view that differs from one moment to the next.
pub static DETERMINISTIC: Rule = Rule {
    name: "ai/deterministic",
    severity: Severity::Error,
    rows: &["B003", "B005", "B010", "B023", "B024"],
    on: AI,
    check: Check::File(deterministic),
    fix: None,
    docs: Docs {
        what: "A reference to `@meta` in an `ai.*` object: what the server knows of the moment of projection.",
        why: "Every such object holds `deterministic`: the same inputs give the same projection, byte for byte.",
        fix: "Leave the reference out, or let the request carry the value.",
        bad: &[Example {
            note: "the time of projection",
            file: "brain.json",
            files: &[("brain.json", brain!(r#", "projections": {"default": {"type": "json", "emit": {"at": "@meta.projected_at"}}}"#))],
        }],
        good: &[PLAIN],
    },
};

/// Media types of programs and scripts.
const PROGRAMS: &[&str] = &[
    "application/ecmascript",
    "application/java-archive",
    "application/javascript",
    "application/vnd.microsoft.portable-executable",
    "application/wasm",
    "application/x-csh",
    "application/x-dosexec",
    "application/x-elf",
    "application/x-executable",
    "application/x-httpd-php",
    "application/x-javascript",
    "application/x-mach-binary",
    "application/x-msdos-program",
    "application/x-msdownload",
    "application/x-perl",
    "application/x-powershell",
    "application/x-python",
    "application/x-python-code",
    "application/x-ruby",
    "application/x-sh",
    "application/x-sharedlib",
    "application/x-shellscript",
    "text/ecmascript",
    "text/javascript",
    "text/x-csh",
    "text/x-lua",
    "text/x-perl",
    "text/x-php",
    "text/x-powershell",
    "text/x-python",
    "text/x-ruby",
    "text/x-script.python",
    "text/x-sh",
    "text/x-shellscript",
];

/// Members that carry code when their value is a text.
const CODE: &[&str] = &["command", "eval", "exec", "fn", "function", "script"];

fn no_execution(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    if let Some(node) = root.get("executable").filter(|node| node.as_bool() == Some(true)) {
        let message = "an `ai.*` object is never executable: it holds `no_execution`, listed or not";
        let fix = Fix::replace(Safety::Unsafe, "set `executable` to false", context.path, node.span(), "false");
        findings.push(Finding::new(&NO_EXECUTION, Place::value(node), message).help("set `executable` to false").spec(VIOLATION).fix(fix));
    }
    if let Some(node) = root.get("payload").and_then(|payload| payload.get("mime"))
        && let Some(mime) = node.as_str()
        && PROGRAMS.contains(&mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str())
    {
        let message = format!("the payload is a program (`{mime}`), and an `ai.*` object holds `no_execution`");
        findings.push(Finding::new(&NO_EXECUTION, Place::value(node), message).help("name data as the payload").spec(VIOLATION));
    }
    each_member(root, &mut |name, node| {
        let Some(text) = node.as_str() else { return };
        let code = CODE.contains(&name) || name == "code" && text.contains(['(', '{', ';', '\n']);
        if code || text.trim_start().to_ascii_lowercase().starts_with("javascript:") {
            not_merely_unknown(findings, &node.pointer());
            let message = format!("`{name}` carries code, and an `ai.*` object holds `no_execution`");
            findings.push(Finding::new(&NO_EXECUTION, Place::value(node), message).help("remove it").spec(VIOLATION));
        }
    });
}

fn projection_only(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(node) = context.root().and_then(|root| root.get("authority")) else { return };
    let Some(authority) = node.as_str().filter(|text| ["read", "write", "execute"].contains(&text.as_ref())) else { return };
    let broken = match authority.as_ref() {
        "read" => "`projection_only`",
        "write" => "`projection_only` and `immutable_payload`",
        _ => "`projection_only` and `no_execution`",
    };
    let message = format!("`authority` is `{authority}`: an `ai.*` object holds {broken}, listed or not, and wants `none`");
    let fix = Fix::replace(Safety::Unsafe, "set `authority` to `none`", context.path, node.span(), "\"none\"");
    findings.push(Finding::new(&PROJECTION_ONLY, Place::value(node), message).help("set `authority` to `none`").spec(VIOLATION).fix(fix));
}

/// Names that no `ai.*` object may have, and what they speak of.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("training", &["backprop", "backpropagation"]),
    (
        "sampling",
        &["temperature", "top_k", "top_p", "sample", "samples", "sampler", "sampling", "do_sample", "dropout", "beam_width", "num_beams"],
    ),
    ("randomness", &["seed", "rand", "random", "randomness", "random_seed", "noise"]),
    ("time", &["time", "date", "Date", "now", "timestamp"]),
    ("mutation", &["mutate", "mutation"]),
    ("its host", &["device", "devices", "driver", "drivers", "os", "platform", "hostname", "env", "environment"]),
];

/// Names that one kind may not have.
const FORBIDDEN_BY_KIND: &[(&str, &str, &[&str])] = &[
    ("ai.tokenizer.v1", "what lies around a text", &["context", "lookahead", "lookbehind", "position", "runtime", "session", "meta"]),
    ("ai.tokenizer.v1", "branching", &["if", "when", "cond", "condition", "else"]),
    ("ai.vocab.v1", "tokens to come", &["extend", "added_tokens", "append", "dynamic"]),
    ("ai.model.weights.v1", "training", &["lr", "learning_rate", "epoch", "epochs", "loss", "exp_avg", "momentum"]),
    ("ai.brain.ngram.v1", "learning at run time", &["update", "updates", "learn", "count", "counts"]),
];

/// Kinds whose selection rule may carry `top_k` (B485).
const SELECTING: &[&str] = &["ai.inference.profile.v1", "ai.orchestrator.v1"];

/// What a member name speaks of that `kind` may not, if anything.
pub(super) fn forbidden(kind: &str, name: &str) -> Option<&'static str> {
    if name == "top_k" && SELECTING.contains(&kind) {
        return None;
    }
    // A520: `train*`, `gradient*`; B053: `optimizer*`
    if ["train", "gradient", "optimizer"].iter().any(|start| name.starts_with(start)) {
        return Some("training");
    }
    // B051: `grad*`, as a word of its own
    if kind == "ai.model.weights.v1"
        && name.strip_prefix("grad").is_some_and(|rest| matches!(rest, "" | "s") || rest.starts_with(['_', '-', '.']))
    {
        return Some("training");
    }
    let general = FORBIDDEN.iter().find(|(_, names)| names.contains(&name)).map(|(about, _)| *about);
    general.or_else(|| FORBIDDEN_BY_KIND.iter().find(|(of, _, names)| *of == kind && names.contains(&name)).map(|(_, about, _)| *about))
}

/// Members whose own members are data: emitted names, tensor names, parameter names.
const DATA: &[&str] = &["emit", "layer_map", "inputs", "outputs"];

fn forbidden_member(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    each_member(root, &mut |name, node| {
        let inside_data = std::iter::successors(node.parent(), |node| node.parent())
            .any(|parent| parent.key().is_some_and(|key| DATA.contains(&key.as_ref())));
        let Some(about) = forbidden(context.kind.name(), name).filter(|_| !inside_data) else { return };
        let place = Place::key(node);
        not_merely_unknown(findings, &place.locator);
        let message = format!("`{name}` speaks of {about}, which has no place in an {} object", context.kind);
        findings.push(Finding::new(&FORBIDDEN_MEMBER, place, message).help(format!("remove `{name}`")).spec(VIOLATION));
    });
}

/// A member that is told to be unlawful is not told to be unknown too.
fn not_merely_unknown(findings: &mut Findings, locator: &str) {
    findings.list.retain(|other| !(other.rule.name == "ai/unknown-member" && other.place.locator == locator));
}

fn host(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    each_text(root, &mut |node, text| {
        let pointer = node.pointer();
        // Free text, and what other rules judge.
        if ["/identity/name", "/payload/location", "/payload/semantics", "/description", "/title", "/note"].contains(&pointer.as_str())
            || findings.list.iter().any(|other| other.place.locator == pointer && other.rule.name != "ai/unknown-member")
            || context.kind.family() != "ai" && blob::is_blob(text)
        {
            return;
        }
        let what = if has_variable(text) {
            "an environment variable"
        } else if is_absolute(text) {
            "an absolute path"
        } else {
            return;
        };
        let message = format!(
            "`{}` holds {what}: an `ai.*` object is `host_agnostic`, listed or not",
            pointer.trim_start_matches('/').replace('/', ".")
        );
        let help = "name an object by its id, or a file relative to the descriptor";
        not_merely_unknown(findings, &pointer);
        findings.push(Finding::new(&HOST, Place::new(pointer, node.span()), message).help(help).spec(VIOLATION));
    });
}

/// `${NAME}`, `$env:NAME` or `%NAME%`.
fn has_variable(text: &str) -> bool {
    let name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !text.as_bytes()[0].is_ascii_digit()
    };
    let braced = text.split("${").skip(1).any(|rest| rest.split_once('}').is_some_and(|(inside, _)| name(inside)));
    let percent = || {
        let parts: Vec<&str> = text.split('%').collect();
        parts.len() > 2 && parts[1..parts.len() - 1].iter().any(|part| name(part))
    };
    braced || text.to_ascii_lowercase().contains("$env:") || percent()
}

/// `/usr/lib`, `C:\x`, `C:/x`, `\\server\share`, `~/x`, `file:…`.
fn is_absolute(text: &str) -> bool {
    if text.contains(char::is_whitespace) {
        return false;
    }
    let bytes = text.as_bytes();
    let drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'/' | b'\\');
    let rooted = text.len() > 1 && text.starts_with('/') && !text.starts_with("//");
    drive || rooted || text.starts_with("\\\\") || text.starts_with("~/") || text.to_ascii_lowercase().starts_with("file:/")
}

fn deterministic(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    each_text(root, &mut |node, text| {
        if text == "@meta" || text.starts_with("@meta.") {
            let message = format!("`{text}` differs from one projection to the next: an `ai.*` object is `deterministic`, listed or not");
            findings.push(Finding::new(&DETERMINISTIC, Place::value(node), message).help("leave it out").spec(VIOLATION));
        }
    });
}

/// Every member below `root`, outermost first.
fn each_member<'t>(root: Node<'t>, see: &mut dyn FnMut(&str, Node<'t>)) {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        for (name, value) in node.members() {
            see(&name, value);
        }
        let from = stack.len();
        stack.extend(node.members().map(|(_, value)| value).chain(node.items()).filter(|node| node.is_object() || node.is_array()));
        stack[from..].reverse();
    }
}

/// Every text below `root` that is a value, ids and hashes included.
pub(super) fn each_text<'t>(root: Node<'t>, see: &mut dyn FnMut(Node<'t>, &str)) {
    root.each_string(&mut |node| {
        if let Some(text) = node.as_str() {
            see(node, &text);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: B009
    #[test]
    fn paths_and_variables_of_a_host_are_told_from_other_texts() {
        for text in ["${HOME}/x", "a ${MODEL_DIR}", "%APPDATA%\\x", "$env:USERPROFILE"] {
            assert!(has_variable(text), "{text}");
        }
        for text in ["50% off, 20% more", "100%", "$HOME", "${}", "%20%", "no-cache"] {
            assert!(!has_variable(text), "{text}");
        }
        for text in ["/usr/lib/x", "C:\\models", "d:/models", "\\\\server\\share", "~/models", "file:///x"] {
            assert!(is_absolute(text), "{text}");
        }
        for text in ["./x", "a/b", "/", "//", "object://a/b", "application/json", "/ or not", "@payload.a", "stream://a"] {
            assert!(!is_absolute(text), "{text}");
        }
    }
}
