//! User interface objects are data, never logic (seed 003 §23.8; rows C055–C061).

use crate::{
    diagnostic::Severity,
    document::facts::Located,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
    text::Span,
    workspace::context::WorkspaceContext,
};

/// An `object.v1` counts when its id says that it is one of these objects.
const KINDS: &[&str] = &["ui.object", "object.v1"];
const ID: &str = "object://ui/";

/// Script in a user interface object.
pub static SCRIPT: Rule = Rule {
    name: "object/ui-script",
    severity: Severity::Error,
    rows: &["C055", "C056"],
    on: On::Kinds(KINDS),
    check: Check::File(script),
    fix: None,
    docs: Docs {
        what: "`<script`, a `javascript:` text or an event handler such as `onclick` in the payload or the projections of a user interface object, or in the payload file of one.",
        why: "A user interface object says what is shown. What happens is decided elsewhere; a page that brings its own code is logic in disguise.",
        fix: "Remove it. Name the action in the payload and let the renderer bind it.",
        bad: &[Example {
            note: "a handler in a slot",
            file: "chat.json",
            files: &[(
                "chat.json",
                "{\"id\": \"object://ui/component/chat\", \"payload\": {\"layout\": \"grid\", \"slots\": [\"<b onclick='send()'>\"]}, \"projections\": {\"html\": {}, \"svg\": {}}}\n",
            )],
        }],
        good: &[Example {
            note: "words that only look like it",
            file: "chat.json",
            files: &[(
                "chat.json",
                "{\"id\": \"object://ui/component/chat\", \"payload\": {\"layout\": \"grid\", \"slots\": [\"transcript\", \"onwards\"]}, \"projections\": {\"html\": {}, \"svg\": {}}}\n",
            )],
        }],
    },
};

/// The payload file of a user interface object.
pub static SCRIPT_IN_PAYLOAD: Rule = Rule {
    name: "object/ui-payload-script",
    severity: Severity::Error,
    rows: &["C055"],
    on: On::Kinds(KINDS),
    check: Check::Workspace(script_in_payload),
    fix: None,
    docs: Docs {
        what: "`<script`, a `javascript:` text or an event handler in the payload file of a user interface object.",
        why: "A user interface object says what is shown. What happens is decided elsewhere; a page that brings its own code is logic in disguise.",
        fix: "Remove it from the payload, then bring the hash up to date.",
        bad: &[Example {
            note: "a script in the page",
            file: "panel.html",
            files: &[
                (
                    "panel.object.json",
                    "{\"type\": \"ui.object\", \"id\": \"object://ui/component/panel\", \"hash\": \"sha256:5e7bdf56b1b7a0ed1e3a4e0d1a0a1b0a0d9d0a8d1f1b1c1d1e1f101112131415\", \"payload\": {\"type\": \"binary\", \"mime\": \"text/html\", \"location\": \"./panel.html\"}, \"projections\": {\"html\": {}, \"svg\": {}}}\n",
                ),
                ("panel.html", "<p>tides</p><script>go()</script>\n"),
            ],
        }],
        good: &[Example {
            note: "a page that only shows",
            file: "panel.html",
            files: &[
                (
                    "panel.object.json",
                    "{\"type\": \"ui.object\", \"id\": \"object://ui/component/panel\", \"payload\": {\"type\": \"binary\", \"mime\": \"text/html\", \"location\": \"./panel.html\"}, \"projections\": {\"html\": {}, \"svg\": {}}}\n",
                ),
                ("panel.html", "<p>tides</p>\n"),
            ],
        }],
    },
};

/// Beginnings of the names of browser events; after `on`.
const EVENTS: &[&str] = &[
    "abort",
    "animation",
    "before",
    "blur",
    "cancel",
    "change",
    "click",
    "close",
    "contextmenu",
    "copy",
    "cut",
    "dblclick",
    "drag",
    "drop",
    "error",
    "focus",
    "input",
    "invalid",
    "key",
    "load",
    "message",
    "mouse",
    "paste",
    "pointer",
    "popstate",
    "reset",
    "resize",
    "scroll",
    "select",
    "submit",
    "toggle",
    "touch",
    "transition",
    "unload",
    "wheel",
];

fn script(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let is_one = context.kind.is("ui.object") || root.get("id").and_then(|id| id.as_str()).is_some_and(|id| id.starts_with(ID));
    if !is_one {
        return;
    }
    for part in ["payload", "projections"] {
        if let Some(part) = root.get(part) {
            below(part, findings);
        }
    }
}

/// The depth of a tree is bounded, and so is this recursion.
fn below(node: Node<'_>, findings: &mut Findings) {
    if let Some(text) = node.as_str() {
        if let Some((found, _)) = code_in(&text) {
            findings.push(finding(&SCRIPT, Place::value(node), found));
        }
        return;
    }
    for (name, value) in node.members() {
        if is_handler(&name) {
            findings.push(finding(&SCRIPT, Place::key(value), "an event handler"));
        } else {
            below(value, findings);
        }
    }
    node.items().for_each(|item| below(item, findings));
}

fn finding(rule: &'static Rule, place: Place, found: &str) -> Finding {
    let message = format!("{found} in a user interface object: it says what is shown, and never what is run");
    Finding::new(rule, place, message).help("remove it, and name the action as data")
}

fn script_in_payload(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let facts = context.facts;
    let is_one = facts.kind.is_some_and(|kind| kind.is("ui.object")) || facts.id.as_ref().is_some_and(|id| id.value.starts_with(ID));
    if !is_one {
        return;
    }
    let Some(file) = context.payload() else { return };
    let Ok(bytes) = context.bytes(&file.path) else { return };
    let Ok(text) = std::str::from_utf8(&bytes) else { return };
    if let Some((found, at)) = code_in(text) {
        let place = Place { locator: String::new(), span: Some(Span::from(at..at + 1)) };
        let finding = finding(&SCRIPT_IN_PAYLOAD, place, found).in_file(&file.path);
        findings.push(finding.related(
            &facts.path,
            facts.id.as_ref().map_or_else(Place::document, Located::place),
            "the object whose payload it is",
        ));
    }
}

/// What of a text would run in a browser, and where it begins.
fn code_in(text: &str) -> Option<(&'static str, usize)> {
    let lower = text.to_ascii_lowercase();
    if let Some(at) = lower.find("<script") {
        return Some(("a script", at));
    }
    if let Some(at) = lower.find("javascript:") {
        return Some(("a `javascript:` address", at));
    }
    let bytes = lower.as_bytes();
    let mut from = 0;
    while let Some(at) = lower[from..].find("on").map(|at| from + at) {
        from = at + 2;
        let begins = at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'/');
        let name: &str = &lower[from..];
        let len = name.bytes().take_while(u8::is_ascii_alphabetic).count();
        if begins && name[len..].trim_start().starts_with('=') && is_handler(&lower[at..from + len]) {
            return Some(("an event handler", at));
        }
    }
    None
}

/// `onclick`, `onLoad`, …: a name that browsers take for a handler. `once` and `onwards` are words.
fn is_handler(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let event = lower.strip_prefix("on");
    event.is_some_and(|event| event.bytes().all(|b| b.is_ascii_lowercase()) && EVENTS.iter().any(|known| event.starts_with(known)))
}
