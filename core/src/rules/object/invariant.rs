//! Invariants that a descriptor declares, held against the rest of it (seed 003 §15.7).

use crate::{
    diagnostic::{Fix, Safety, Severity},
    rules::{
        Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule,
        examples::{GREETING, descriptor},
        nearest_of,
    },
    syntax::json::{Node, quote},
};

/// The six that §15.7 defines.
pub const BUILT_IN: &[&str] = &["immutable_payload", "no_execution", "projection_only", "no_side_effects", "deterministic", "auditable"];

/// Those that §14 and §16 give to `ai` objects; a descriptor known by such an id path may declare them (`DECISIONS` 43).
const OF_AI: &[&str] = &[
    "hash_authority",
    "host_agnostic",
    "fixed_vocab",
    "no_context_dependency",
    "one_to_one_mapping",
    "shape_consistent",
    "no_training",
    "order_fixed",
    "probability_conserved",
    "geometry_is_weight",
    "no_visual_semantics",
    "no_visual_requirement",
    "deterministic_traversal",
    "no_sampling",
    "no_randomness",
    "no_external_state",
];

/// The hooks of the five phases (`DECISIONS` 47).
const PHASE_HOOKS: &[&str] = &["on_resolve", "on_load", "on_verify", "on_project", "on_error"];

macro_rules! example {
    ($note:literal, $($part:ident = $value:literal),+) => {
        Example {
            note: $note,
            file: "object.json",
            files: &[("object.json", descriptor!($($part = $value),+)), ("greeting.json", GREETING)],
        }
    };
}

const fn rule(name: &'static str, severity: Severity, rows: &'static [&'static str], docs: Docs) -> Rule {
    Rule { name, severity, rows, on: On::Families(&["object"]), check: Check::Elsewhere, fix: None, docs }
}

/// `no_execution` on an object that may be run.
pub static EXECUTION: Rule = Rule {
    check: Check::File(invariants),
    ..rule(
        "object/invariant-execution",
        Severity::Error,
        &["A651", "A654", "A693", "A726", "A727"],
        Docs {
            what: "An object that declares `no_execution` and has `executable: true` or the authority `execute`.",
            why: "Verification evaluates every declared invariant. This one cannot hold, so the object is refused.",
            fix: "Drop the invariant, or what contradicts it.",
            bad: &[
                example!("both at once", more = "  \"executable\": true,\n  \"invariants\": [\"no_execution\"],\n"),
                example!(
                    "by its authority",
                    authority = "execute",
                    more = "  \"executable\": true,\n  \"invariants\": [\"no_execution\"],\n"
                ),
            ],
            good: &[
                example!("executable, and not claiming otherwise", more = "  \"executable\": true,\n"),
                example!("not executable", more = "  \"executable\": false,\n  \"invariants\": [\"no_execution\"],\n"),
            ],
        },
    )
};

/// `projection_only` on an object that may be read or written.
pub static AUTHORITY: Rule = rule(
    "object/invariant-authority",
    Severity::Error,
    &["A651", "A655", "A726", "A727"],
    Docs {
        what: "An object that declares `projection_only` and has another authority than `none`.",
        why: "`projection_only` means that nothing but projection is allowed; `read`, `write` and `execute` allow more. Verification refuses the object.",
        fix: "Drop the invariant, or set the authority to `none`.",
        bad: &[example!("read beside projection_only", authority = "read", more = "  \"invariants\": [\"projection_only\"],\n")],
        good: &[
            example!("projection only", more = "  \"invariants\": [\"projection_only\"],\n"),
            example!(
                "an immutable payload may be written by those who hold the authority",
                authority = "write",
                more = "  \"invariants\": [\"immutable_payload\"],\n"
            ),
        ],
    },
);

/// `auditable` without a trace.
pub static AUDITABLE: Rule = rule(
    "object/invariant-auditable",
    Severity::Warning,
    &["A658"],
    Docs {
        what: "An object that declares `auditable` and binds no action to one of the five hooks `on_resolve`, `on_load`, `on_verify`, `on_project` and `on_error`.",
        why: "`auditable` promises a trace of every operation. A phase without an action leaves none.",
        fix: "Bind an action, such as `audit`, to each of the five.",
        bad: &[example!("one phase of five", more = "  \"invariants\": [\"auditable\"],\n  \"events\": { \"on_load\": [\"log\"] },\n")],
        good: &[example!(
            "a trace of every phase",
            more = "  \"invariants\": [\"auditable\"],\n  \"events\": { \"on_resolve\": [\"log\"], \"on_load\": [\"log\"], \"on_verify\": [\"log\"], \"on_project\": [\"audit\"], \"on_error\": [\"audit\"] },\n"
        )],
    },
);

/// An invariant that §15.7 does not define.
pub static CUSTOM: Rule = Rule {
    fix: Some(Safety::Unsafe),
    ..rule(
        "object/invariant-custom",
        Severity::Warning,
        &["A616", "A653", "A659"],
        Docs {
            what: "An invariant that is none of `immutable_payload`, `no_execution`, `projection_only`, `no_side_effects`, `deterministic` and `auditable`. Objects under `object://ai/` may also declare those of the ai objects.",
            why: "Custom invariants are allowed and must be enforced. Nothing here knows what this one means, so whether it holds is not checked.",
            fix: "Correct the name, if one of the six was meant; else make sure that something else enforces it.",
            bad: &[example!("a letter too few", more = "  \"invariants\": [\"no_exection\"],\n")],
            good: &[example!(
                "the six",
                more = "  \"invariants\": [\"immutable_payload\", \"no_execution\", \"projection_only\", \"no_side_effects\", \"deterministic\"],\n"
            )],
        },
    )
};

/// The authority to run what cannot be run.
pub static IDLE_AUTHORITY: Rule = rule(
    "object/authority-execute",
    Severity::Warning,
    &["A693"],
    Docs {
        what: "The authority `execute` on an object that is not `executable`.",
        why: "The authority grants something that the object does not offer; one of the two is a mistake.",
        fix: "Lower the authority, or say `executable: true`.",
        bad: &[example!("nothing to execute", authority = "execute", more = "  \"executable\": false,\n")],
        good: &[example!("something to execute", authority = "execute", more = "  \"executable\": true,\n")],
    },
);

fn invariants(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let authority = root.get("authority").and_then(|node| Some((node, node.as_str()?)));
    let executable = root.get("executable").filter(|node| node.as_bool() == Some(true));
    let can_execute = authority.as_ref().filter(|(_, level)| level == "execute").map(|(node, _)| *node);
    let of_ai = root.get("id").is_some_and(|id| id.raw().starts_with("\"object://ai/"));
    let mut denies_execution = false;
    for item in root.get("invariants").into_iter().flat_map(|list| list.items()) {
        let Some(name) = item.as_str() else { continue };
        match name.as_ref() {
            "no_execution" => {
                denies_execution = true;
                for (node, what) in [(executable, "`executable` is true"), (can_execute, "the authority is `execute`")] {
                    let Some(node) = node else { continue };
                    let message = format!("{what}, and the object declares `no_execution`: the invariant cannot hold");
                    findings.push(violation(&EXECUTION, node, message, context, item).help("drop one of the two"));
                }
            }
            "projection_only" => {
                if let Some((node, level)) = authority.as_ref().filter(|(_, level)| matches!(level.as_ref(), "read" | "write" | "execute"))
                {
                    let message = format!("the authority is `{level}`, and the object declares `projection_only`, which wants `none`");
                    findings.push(violation(&AUTHORITY, *node, message, context, item).help("write `none`, or drop the invariant"));
                }
            }
            // A result of a micronaut must say `auditable` and has no `events` (C035).
            "auditable" if context.kind.is("object.v1") => auditable(root, item, findings),
            name if BUILT_IN.contains(&name) || of_ai && OF_AI.contains(&name) => {}
            name => findings.push(custom(context, item, name)),
        }
    }
    if let Some(node) = can_execute.filter(|_| executable.is_none() && !denies_execution) {
        let message = "the authority is `execute`, and the object is not executable";
        findings.push(Finding::new(&IDLE_AUTHORITY, Place::value(node), message).help("lower the authority, or set `executable` to true"));
    }
}

fn violation(rule: &'static Rule, node: Node<'_>, message: String, context: &FileContext<'_>, declared: Node<'_>) -> Finding {
    Finding::new(rule, Place::value(node), message).spec("verification_error.invariant_violation").related(
        context.path,
        Place::value(declared),
        "declared here",
    )
}

fn auditable(root: Node<'_>, item: Node<'_>, findings: &mut Findings) {
    let events = root.get("events");
    let is_bound = |hook: &&&str| events.and_then(|events| events.get(hook)).is_some_and(|actions| !actions.is_empty());
    let idle: Vec<String> = PHASE_HOOKS.iter().filter(|hook| !is_bound(hook)).map(|hook| format!("`{hook}`")).collect();
    if !idle.is_empty() {
        let message = format!("`auditable` promises a trace of every phase, and nothing is bound to {}", idle.join(", "));
        findings
            .push(Finding::new(&AUDITABLE, Place::value(item), message).help("bind an action such as `audit` to each of them in `events`"));
    }
}

fn custom(context: &FileContext<'_>, item: Node<'_>, name: &str) -> Finding {
    let message = format!("`{name}` is a custom invariant: it cannot be enforced by mx2lm");
    let finding = Finding::new(&CUSTOM, Place::value(item), message);
    match nearest_of(name, BUILT_IN.iter().copied()) {
        None => finding.help("make sure that something else enforces it"),
        Some(near) => {
            let fix = Fix::replace(Safety::Unsafe, format!("replace by `{near}`"), context.path, item.span(), quote(near));
            finding.help(format!("did you mean `{near}`?")).fix(fix)
        }
    }
}
