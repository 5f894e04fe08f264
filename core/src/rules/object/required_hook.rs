//! The hooks that projections require (seed 003 §19.7), and documents that describe a hook (§19.3).

use std::sync::Arc;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::hooks::{self, HOOKS, Hook, VERIFY_LANES, VERIFY_ROOT},
    rules::{
        Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule,
        examples::{GREETING, descriptor},
        nearest_of,
        object::projection::FAMILIES,
    },
    syntax::json::{Node, quote},
};

macro_rules! requires {
    ($note:literal, $location:literal, $file:literal, $list:literal) => {
        Example {
            note: $note,
            file: "object.json",
            files: &[("object.json", descriptor!(location = $location, projections = $list)), ($file, GREETING)],
        }
    };
}

const GOOD: &[Example] = &[requires!(
    "known hooks in the order of their phases, with and without `hook.`",
    "./greeting.json",
    "greeting.json",
    "{\n    \"default\": { \"type\": \"json\", \"emit\": { \"text\": \"@payload.greeting\" } },\n    \"webgpu\": { \"requires\": [\"scxq2.merkle.verify-lanes\", \"hook.scxq2.decompress-lanes\", \"svg.webgpu.map\"] }\n  }"
)];

const fn rule(name: &'static str, severity: Severity, fix: Option<Safety>, docs: Docs) -> Rule {
    Rule { name, severity, rows: &[], on: On::Families(FAMILIES), check: Check::Elsewhere, fix, docs }
}

/// A hook nobody has.
pub static UNKNOWN: Rule = Rule {
    rows: &["B395", "B397", "B398"],
    ..rule(
        "object/required-hook",
        Severity::Warning,
        Some(Safety::Unsafe),
        Docs {
            what: "A name in a projection's `requires` that no hook has. `hook.` before a name is accepted.",
            why: "A projection whose hook is not there is never chosen, and a request for it by name is denied.",
            fix: "Use the nearest known name, which the finding offers, or remove the entry.",
            bad: &[requires!(
                "no such hook",
                "./greeting.json",
                "greeting.json",
                "{ \"default\": { \"type\": \"json\", \"emit\": \"@payload\", \"requires\": [\"svg.webgl.map\"] } }"
            )],
            good: GOOD,
        },
    )
};

/// Hooks out of order.
pub static ORDER: Rule = Rule {
    rows: &["B397"],
    ..rule(
        "object/hook-order",
        Severity::Info,
        None,
        Docs {
            what: "Hooks in `requires` that do not stand in the order they run in: load, verify, project, and lanes before what is made of them.",
            why: "They run in the order of the phases, whatever the list says. A list in another order misleads its reader.",
            fix: "List them in the order of their phases.",
            bad: &[requires!(
                "the map before the lanes it is made of",
                "./greeting.json",
                "greeting.json",
                "{ \"default\": { \"emit\": \"@payload\", \"requires\": [\"svg.webgpu.map\", \"scxq2.decompress-lanes\"] } }"
            )],
            good: GOOD,
        },
    )
};

/// A packed payload whose root nobody checks.
pub static ROOT: Rule = Rule {
    rows: &["B396"],
    ..rule(
        "object/hook-root",
        Severity::Warning,
        None,
        Docs {
            what: "A projection of a SCXQ2 payload that names its hooks and leaves out `scxq2.merkle.verify-root`.",
            why: "The root is what ties the lanes to the object. Without it a pack of other lanes would pass.",
            fix: "Put `scxq2.merkle.verify-root` before the hooks that use lanes.",
            bad: &[requires!(
                "lanes without their root",
                "./brain.scxq2",
                "brain.scxq2",
                "{ \"default\": { \"emit\": \"@payload\", \"requires\": [\"scxq2.merkle.verify-lanes\", \"scxq2.decompress-lanes\"] } }"
            )],
            good: GOOD,
        },
    )
};

/// A packed payload whose lanes nobody checks.
pub static DENIED: Rule = Rule {
    rows: &["B689"],
    ..rule(
        "object/hook-lanes",
        Severity::Error,
        None,
        Docs {
            what: "A projection of a SCXQ2 payload that names its hooks and leaves out `scxq2.merkle.verify-lanes`.",
            why: "Lanes that are not verified are not shown: the runtime answers `projection_denied`.",
            fix: "Put `scxq2.merkle.verify-lanes` before the hooks that use lanes.",
            bad: &[requires!(
                "lanes that nobody verifies",
                "./brain.scxq2",
                "brain.scxq2",
                "{ \"default\": { \"emit\": \"@payload\", \"requires\": [\"scxq2.merkle.verify-root\", \"scxq2.decompress-lanes\"] } }"
            )],
            good: GOOD,
        },
    )
};

/// Whether a descriptor's payload is a SCXQ2 pack by its name; a pack's media type says nothing (`DECISIONS` 52).
pub(super) fn is_packed(root: Node<'_>) -> bool {
    let location = root.get("payload").and_then(|payload| payload.get("location")).and_then(|location| location.as_str());
    location.is_some_and(|location| location.ends_with(".scxq2"))
}

/// Judges one `requires`.
pub(super) fn required(list: Node<'_>, packed: bool, path: &Arc<str>, findings: &mut Findings) {
    let mut known: Vec<&Hook> = Vec::new();
    for item in list.items() {
        let Some(name) = item.as_str() else { continue };
        match hooks::by_name(&name) {
            None => findings.push(unknown(item, &name, path)),
            Some(hook) => {
                if let Some(before) = known.iter().find(|before| before.step > hook.step) {
                    let message = format!("`{}` runs before `{}`, whatever their order here", hook.name, before.name);
                    findings.push(Finding::new(&ORDER, Place::value(item), message).help("list hooks in the order of their phases"));
                }
                known.push(hook);
            }
        }
    }
    let lacks = |name: &str| packed && !list.is_empty() && list.is_array() && !known.iter().any(|hook| hook.name == name);
    if lacks(VERIFY_ROOT) {
        let message = format!("the payload is a SCXQ2 pack, and nothing here checks its root: `{VERIFY_ROOT}` is missing");
        findings.push(Finding::new(&ROOT, Place::opening(list), message).help(format!("add `{VERIFY_ROOT}`")));
    }
    if lacks(VERIFY_LANES) {
        let message = format!("the payload is a SCXQ2 pack, and its lanes are not verified: `{VERIFY_LANES}` is missing");
        let finding = Finding::new(&DENIED, Place::opening(list), message).help(format!("add `{VERIFY_LANES}`"));
        findings.push(finding.spec("projection_denied"));
    }
}

fn unknown(item: Node<'_>, name: &str, path: &Arc<str>) -> Finding {
    let message = format!("no hook is called `{name}`: this projection can never be chosen");
    let finding = Finding::new(&UNKNOWN, Place::value(item), message);
    let (prefix, bare) = name.strip_prefix("hook.").map_or(("", name), |bare| ("hook.", bare));
    match nearest_of(bare, HOOKS.iter().map(|hook| hook.name)) {
        None => finding.help("remove it, or name a known hook such as `scxq2.merkle.verify-lanes`"),
        Some(near) => {
            let right = format!("{prefix}{near}");
            let fix = Fix::replace(Safety::Unsafe, format!("replace by `{right}`"), path, item.span(), quote(&right));
            finding.help(format!("did you mean `{right}`?")).fix(fix)
        }
    }
}

/// A document that describes a hook, and not as it is.
pub static HOOK: Rule = Rule {
    name: "object/hook",
    severity: Severity::Warning,
    rows: &["B363", "B365", "B366"],
    on: On::Kinds(&["object.hook"]),
    check: Check::File(hook),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A hook document that provides a capability nobody knows, or whose `id` is that of a known hook and whose phase, input or capability is another.",
        why: "Projections find hooks by name and by what they provide. A hook that says something else of itself is never found, or is found in the wrong place.",
        fix: "Use the known word, which the finding names.",
        bad: &[Example {
            note: "an unknown capability",
            file: "hook.json",
            files: &[(
                "hook.json",
                "{\"$schema\": \"object://schema/object.hook\", \"phase\": \"load\", \"accepts\": [\"scxq2-svg\"], \"provides\": [\"lane-indexes\"]}\n",
            )],
        }],
        good: &[Example {
            note: "a hook as the law describes it",
            file: "hook.json",
            files: &[(
                "hook.json",
                "{\"$schema\": \"object://schema/object.hook\", \"id\": \"hook.scxq2.extract-toc\", \"phase\": \"load\", \"accepts\": [\"scxq2-svg\"], \"provides\": [\"lane-index\"]}\n",
            )],
        }],
    },
};

fn hook(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let known = root.get("id").and_then(|id| hooks::by_name(&id.as_str()?));
    for item in root.get("provides").into_iter().flat_map(|list| list.items()) {
        let Some(capability) = item.as_str() else { continue };
        let all = HOOKS.iter().map(|hook| hook.provides);
        let finding = match known {
            Some(hook) if hook.provides != capability => {
                let message = format!("the hook `{}` provides `{}`, and this says `{capability}`", hook.name, hook.provides);
                replaced(Finding::new(&HOOK, Place::value(item), message), item, Some(hook.provides), context.path)
            }
            None if !all.clone().any(|known| known == capability) => {
                let message = format!("no capability is called `{capability}`: nothing asks for it");
                replaced(Finding::new(&HOOK, Place::value(item), message), item, nearest_of(&capability, all), context.path)
            }
            _ => continue,
        };
        findings.push(finding);
    }
    let Some(hook) = known else { return };
    if let Some(phase) = root.get("phase").filter(|phase| phase.as_str().is_some_and(|name| name != hook.phase.name())) {
        let message = format!("the hook `{}` runs in the phase `{}`", hook.name, hook.phase.name());
        findings.push(replaced(Finding::new(&HOOK, Place::value(phase), message), phase, Some(hook.phase.name()), context.path));
    }
    let accepted = root.get("accepts").filter(|list| list.is_array());
    if let Some(list) = accepted.filter(|list| !list.items().any(|item| item.as_str().is_some_and(|text| text == hook.accepts))) {
        let message = format!("the hook `{}` takes `{}`, which is not in this list", hook.name, hook.accepts);
        findings.push(Finding::new(&HOOK, Place::opening(list), message).help(format!("add `{}`", hook.accepts)));
    }
}

fn replaced(finding: Finding, node: Node<'_>, right: Option<&str>, path: &Arc<str>) -> Finding {
    match right {
        None => finding.help("use one of the eight capabilities of §19, such as `lane-index`"),
        Some(right) => {
            let fix = Fix::replace(Safety::Unsafe, format!("replace by `{right}`"), path, node.span(), quote(right));
            finding.help(format!("write `{right}`")).fix(fix)
        }
    }
}
