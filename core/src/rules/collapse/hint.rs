//! What is lawful in a π-profile and worth a second look.

use std::collections::HashSet;

use super::{
    date,
    examples::{LEAF, leaf},
};
use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
};

/// Lawful, and probably not what was meant.
pub static PROFILE_HINT: Rule = Rule {
    name: "collapse/profile-hint",
    severity: Severity::Info,
    rows: &["C461", "C463", "C465", "C475", "C478", "C486", "C489", "C492", "C493", "C498", "C502", "C508"],
    on: On::Kinds(&["pi-profile.v1"]),
    check: Check::File(hints),
    fix: None,
    docs: Docs {
        what: "An empty `authority`; a tag, a part or a test name that stands there twice; `modified` before `created`; more than two dimensions; a decay without its other half; `deterministic` or `exclude_quantum` set to false; `compatibility` without `pi-profile-v1.0`; `custom_wasm` without the capability `wasm`; a certification date without a certifier. All of it is information.",
        why: "Each is allowed, and each is more often a slip than meant.",
        fix: "Change it, or leave it.",
        bad: &[Example {
            note: "an index whose identity changes with every profile",
            file: "leaf.pi-profile.json",
            files: &[("leaf.pi-profile.json", leaf!("leaf", "  \"cache\": {\"exclude_quantum\": false},\n"))],
        }],
        good: &[LEAF],
    },
};

/// Most hints on one profile.
const MOST: usize = 100;

fn hints(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    // a list may be longer than the schema allows by any number, and each place in it takes a walk along it
    let mut left = MOST;
    let mut say = |node: Node<'_>, message: String, help: &str| {
        if left > 0 {
            left -= 1;
            findings.push(Finding::new(&PROFILE_HINT, Place::value(node), message).help(help));
        }
    };
    if let Some(meta) = root.get("meta") {
        of_meta(meta, &mut say);
    }
    let capabilities = root.descend("/constraints/required_capabilities").filter(|list| list.is_array());
    if let Some(vectorizer) = root.get("vectorizer") {
        if let Some(node) = vectorizer.get("dimensionality")
            && node.as_f64().is_some_and(|count| count > 2.0 && count <= 2048.0)
        {
            say(
                node,
                format!("`dimensionality` is {}, and collapse is defined for two dimensions alone", node.raw()),
                "project the vectors to two dimensions",
            );
        }
        if let Some(node) = vectorizer.get("method")
            && is(node, "custom_wasm")
            && !capabilities.is_some_and(|list| list.items().any(|item| is(item, "wasm")))
        {
            let help = "add `wasm` to `constraints.required_capabilities`";
            say(node, "`custom_wasm` runs a WebAssembly module, and `wasm` is not among the required capabilities".to_owned(), help);
        }
    }
    if let Some(list) = root.descend("/weights/superposition") {
        repeated(list.items().filter_map(|item| item.get("profile")), "the profile", &mut say);
        list.items().for_each(|item| decay(item, &mut say));
    }
    if let Some(node) = root.descend("/constraints/deterministic").filter(|node| node.as_bool() == Some(false)) {
        say(node, "`deterministic` is false: the same input may give another score each time".to_owned(), "set it to true");
    }
    if let Some(list) = root.descend("/constraints/compatibility").filter(|list| list.is_array())
        && !list.items().any(|item| is(item, "pi-profile-v1.0"))
    {
        say(list, "`compatibility` lacks `pi-profile-v1.0`, the version of this format".to_owned(), "add it");
    }
    if let Some(node) = root.descend("/cache/exclude_quantum").filter(|node| node.as_bool() == Some(false)) {
        let message =
            "`exclude_quantum` is false: phases and weights become part of the index's identity, and each profile has its own".to_owned();
        say(node, message, "set it to true");
    }
    if let Some(compliance) = root.get("compliance") {
        if let Some(vectors) = compliance.get("test_vectors") {
            repeated(vectors.items().filter_map(|vector| vector.get("name")), "the name", &mut say);
        }
        if let (Some(date), None) = (compliance.get("certification_date"), compliance.get("certified_by")) {
            say(date, "there is a certification date and nobody who certified".to_owned(), "add `certified_by`");
        }
    }
}

fn of_meta(meta: Node<'_>, say: &mut impl FnMut(Node<'_>, String, &str)) {
    if let Some(node) = meta.get("authority").filter(|node| node.as_str().is_some_and(|text| text.trim().is_empty())) {
        say(node, "`authority` names nobody".to_owned(), "write who answers for the profile");
    }
    if let Some(tags) = meta.get("tags") {
        repeated(tags.items(), "the tag", say);
    }
    let moment = |name: &str| Some((meta.get(name)?, meta.get(name)?.as_str()?));
    if let (Some((_, created)), Some((node, modified))) = (moment("created"), moment("modified"))
        && let (Some(from), Some(to)) = (date::moment(&created), date::moment(&modified))
        && to < from
    {
        say(node, format!("the profile was modified at `{modified}`, before it was created at `{created}`"), "correct one of the two");
    }
}

fn decay(item: Node<'_>, say: &mut impl FnMut(Node<'_>, String, &str)) {
    let function = item.get("decay_function");
    let fades = function.is_some_and(|node| !is(node, "none"));
    match (function, item.get("decay_rate")) {
        (_, Some(rate)) if !fades => {
            say(rate, "there is a `decay_rate` and no decay".to_owned(), "write `decay_function`, or remove the rate")
        }
        (Some(function), None) if fades => say(function, "there is a decay and no `decay_rate`".to_owned(), "add `decay_rate`"),
        _ => {}
    }
}

fn repeated<'t>(nodes: impl Iterator<Item = Node<'t>>, what: &str, say: &mut impl FnMut(Node<'_>, String, &str)) {
    let mut seen = HashSet::new();
    for node in nodes {
        if let Some(text) = node.as_str()
            && !seen.insert(text.clone())
        {
            say(node, format!("{what} `{text}` stands there twice"), "remove one, or rename it");
        }
    }
}

fn is(node: Node<'_>, text: &str) -> bool {
    node.as_str().is_some_and(|found| found == text)
}
