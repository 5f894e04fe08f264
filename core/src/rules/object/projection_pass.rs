//! One pass over a descriptor's projections for the rules of `projection.rs` and `required_hook.rs`.
//!
//! It runs at every keystroke, on descriptors with ten thousand projections: a clean text costs a look at its bytes and nothing more.

use super::{
    projection::{ENVIRONMENT, EXECUTION, MUTATION, NETWORK, PATH, REFERENCE, TIME},
    required_hook,
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::projection::{self, REFERRING, ROOTS, ReferenceError},
    rules::{FileContext, Finding, Findings, Place, Rule, nearest_of},
    syntax::json::{Node, quote},
    text::Span,
    workspace::confine,
};

/// Member names that no projection may have, the rule each breaks, and what it would do. Exact names; never those of `emit` and
/// `headers`, which are the author's own (`DECISIONS` 46).
const DENIED: &[(&str, &Rule, &str)] = &[
    ("set", &MUTATION, "changes the payload"),
    ("patch", &MUTATION, "changes the payload"),
    ("delete", &MUTATION, "changes the payload"),
    ("update", &MUTATION, "changes the payload"),
    ("mutate", &MUTATION, "changes the payload"),
    ("script", &EXECUTION, "runs code"),
    ("exec", &EXECUTION, "runs code"),
    ("eval", &EXECUTION, "runs code"),
    ("command", &EXECUTION, "runs code"),
    ("url", &NETWORK, "reaches for the network"),
    ("fetch", &NETWORK, "reaches for the network"),
    ("request", &NETWORK, "reaches for the network"),
    ("if", &ENVIRONMENT, "branches"),
    ("when", &ENVIRONMENT, "branches"),
    ("env", &ENVIRONMENT, "reads the environment"),
    ("@env", &ENVIRONMENT, "reads the environment"),
];

/// Member names that belie `deterministic` (A657).
const UNSTEADY: &[&str] = &["random", "seed", "time", "now", "date", "timestamp"];

/// Roots of a reference that mean the environment (A632, A750).
const SURROUNDINGS: &[&str] = &["env", "environment", "process", "host", "os", "system", "runtime"];

/// Schemes that name something of the workspace or of its servers (A703).
const OWN_SCHEMES: &[&str] = &["object", "node", "stream", "xjson"];

struct Pass<'c, 'f> {
    context: &'c FileContext<'c>,
    findings: &'f mut Findings,
    /// Where lawful references into the payload stand, in the order of the text: the facts have already read them.
    lawful: std::iter::Peekable<Box<dyn Iterator<Item = Span> + 'c>>,
    /// Whether the object declares `deterministic` and is of the family that §15.7 judges.
    deterministic: bool,
}

pub(super) fn projections(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let Some(views) = root.get("projections").filter(|views| views.is_object()) else { return };
    let declares =
        |name: &str| root.get("invariants").is_some_and(|list| list.items().any(|item| item.as_str().is_some_and(|text| text == name)));
    let deterministic = context.kind.family() == "object" && declares("deterministic");
    let packed = required_hook::is_packed(root);
    let spans: Box<dyn Iterator<Item = Span>> = Box::new(context.facts.payload_references.spans());
    let mut pass = Pass { context, findings, lawful: spans.peekable(), deterministic };
    for (_, view) in views.members() {
        for (name, value) in view.members() {
            match name.as_ref() {
                "type" | "status" | "encoding" => {}
                "headers" => value.each_string(&mut |text| pass.literal(text)),
                "requires" => required_hook::required(value, packed, context.path, pass.findings),
                name if REFERRING.contains(&name) => {
                    let is_emit = name == "emit";
                    value.each_string(&mut |text| pass.text(text, is_emit));
                }
                name => pass.member(name, value),
            }
        }
    }
}

impl Pass<'_, '_> {
    /// A member that §15.8 does not name, and what is inside it.
    fn member(&mut self, name: &str, value: Node<'_>) {
        if let Some((_, rule, does)) = DENIED.iter().find(|(denied, ..)| *denied == name) {
            let message = format!("`{name}` in a projection {does}: a projection only shows what the payload holds");
            self.findings.push(Finding::new(rule, Place::key(value), message).help("remove it").spec("verification_error"));
            return;
        }
        if self.deterministic && UNSTEADY.contains(&name) {
            let message = format!("`{name}` in a projection, and the object declares `deterministic`");
            let finding = Finding::new(&TIME, Place::key(value), message).severity(Severity::Error);
            self.findings.push(finding.help("remove it, or the invariant").spec("verification_error"));
            return;
        }
        if value.is_string() {
            self.literal(value);
        } else if value.is_array() {
            value.items().for_each(|item| self.member("", item));
        } else {
            value.members().for_each(|(name, inner)| self.member(&name, inner));
        }
    }

    /// A text that is a literal whatever it holds.
    fn literal(&mut self, node: Node<'_>) {
        if node.raw().contains(':')
            && let Some(text) = node.as_str()
        {
            self.scripted(node, &text);
        }
    }

    /// A text of `emit`, `body` or `source`.
    fn text(&mut self, node: Node<'_>, is_emit: bool) {
        if self.lawful.next_if(|span| *span == node.span()).is_some() || node.raw() == "\"@payload\"" {
            return;
        }
        let Some(text) = node.as_str() else { return };
        match projection::parse(&text) {
            Some(Ok(reference)) if reference.root == "meta" && self.deterministic => {
                let message = format!("`{text}` differs from one projection to the next, and the object declares `deterministic`");
                self.findings.push(Finding::new(&TIME, Place::value(node), message).help("drop the reference, or the invariant"));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => self.not_a_reference(node, &text, &error),
            None => self.plain(node, &text, is_emit),
        }
    }

    fn not_a_reference(&mut self, node: Node<'_>, text: &str, error: &ReferenceError<'_>) {
        if let ReferenceError::Root(root) = error {
            if SURROUNDINGS.contains(root) {
                let message = format!("`{text}` reads the environment: the same object must mean the same everywhere");
                let finding = Finding::new(&ENVIRONMENT, Place::value(node), message).help("put what the view needs into the payload");
                self.findings.push(finding.spec("verification_error"));
                return;
            }
            let mut finding = Finding::new(&REFERENCE, Place::value(node), error.to_string()).spec("projection_error");
            finding = match nearest_of(root, ROOTS.iter().copied()) {
                None => finding.help("refer to the payload as `@payload`, or write a literal that does not begin with `@`"),
                Some(near) => {
                    let right = text.replacen(root, near, 1);
                    let fix = Fix::replace(Safety::Unsafe, format!("replace by `{right}`"), self.context.path, node.span(), quote(&right));
                    finding.help(format!("did you mean `{right}`?")).fix(fix)
                }
            };
            self.findings.push(finding);
            return;
        }
        let help = "write names with dots between them, list items by number: `@payload.steps.0`";
        self.findings.push(Finding::new(&REFERENCE, Place::value(node), error.to_string()).help(help).spec("projection_error"));
    }

    /// A literal of `emit`, `body` or `source`.
    fn plain(&mut self, node: Node<'_>, text: &str, is_emit: bool) {
        if !text.contains([':', '/', '\\', '$', '%', '~']) || self.scripted(node, text) {
            return;
        }
        let told =
            |rule, message: String, help: &str| Finding::new(rule, Place::value(node), message).help(help).spec("verification_error");
        if let Some(scheme) = foreign_scheme(text) {
            let message = format!("`{scheme}:` leads out of the object: a projection shows the payload and fetches nothing");
            self.findings.push(told(&NETWORK, message, "put the content into the payload, or name another object by its id"));
        } else if let Some(variable) = environment_variable(text) {
            let message = format!("`{variable}` stands for a value of the environment: the same object must mean the same everywhere");
            self.findings.push(told(&ENVIRONMENT, message, "put what the view needs into the payload"));
        } else if is_path(text, is_emit) {
            let message = format!("`{text}` is a file path: a projection sees the declared payload and no other file");
            self.findings.push(told(&PATH, message, "refer to the payload, or name another object by its id"));
        }
    }

    /// Reports a text that browsers run; answers whether it is one.
    fn scripted(&mut self, node: Node<'_>, text: &str) -> bool {
        let runs = text.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("javascript:"))
            && !text.trim_start()[11..].starts_with(' ');
        if runs {
            let message = "a `javascript:` text is code: a projection runs nothing";
            self.findings.push(Finding::new(&EXECUTION, Place::value(node), message).help("remove it").spec("verification_error"));
        }
        runs
    }
}

/// The scheme of a text that is a URL, unless it is one of ours. Free text that mentions one does not begin with it.
fn foreign_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let mut letters = scheme.bytes();
    let named = scheme.len() > 1
        && letters.next().is_some_and(|b| b.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let is_file = scheme.eq_ignore_ascii_case("file") && !rest.starts_with(' ') && !rest.is_empty();
    (named && (rest.starts_with("//") || is_file) && !OWN_SCHEMES.contains(&scheme)).then_some(scheme)
}

/// `${HOME}`, `%HOME%` or a whole text `$HOME`.
fn environment_variable(text: &str) -> Option<&str> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    if let Some(start) = text.find("${")
        && let Some(len) = text[start..].find('}')
        && is_name(&text[start + 2..start + len])
    {
        return Some(&text[start..=start + len]);
    }
    if let Some(start) = text.find('%')
        && let Some(len) = text[start + 1..].find('%')
        && is_name(&text[start + 1..start + 1 + len])
    {
        return Some(&text[start..start + len + 2]);
    }
    text.strip_prefix('$').filter(|name| is_name(name)).map(|_| text)
}

/// Whether a literal is the name of a file. Output of `emit` may hold slashes of all kinds; `body` and `source` mean bytes.
fn is_path(text: &str, is_emit: bool) -> bool {
    let mut bytes = text.bytes();
    let drive = bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
        && bytes.next() == Some(b':')
        && bytes.next().is_some_and(|b| matches!(b, b'\\' | b'/'));
    let steps = ["./", "../", "~/", ".\\", "..\\", "\\\\"].iter().any(|start| text.starts_with(start));
    let rooted = text.starts_with('/') && !text.contains([' ', '<', '>']);
    let named = text.rsplit_once('/').is_some_and(|(_, name)| name.contains('.')) && !text.contains([' ', '<', '>', ':', '{']);
    drive || steps || rooted && confine::is_host_path(text) || !is_emit && (rooted || named)
}
