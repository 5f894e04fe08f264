//! Invariants that a descriptor declares, held against the rest of it (seed 003 §15.7).

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::invariant::{self, BUILT_IN},
    rules::{
        Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule,
        examples::{GREETING, descriptor},
        nearest_of,
    },
    syntax::json::{Node, quote},
};

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

const fn rule(name: &'static str, severity: Severity, docs: Docs) -> Rule {
    Rule { name, severity, rows: &[], on: On::Families(&["object"]), check: Check::Elsewhere, fix: None, docs }
}

/// `no_execution` on an object that may be run.
pub static EXECUTION: Rule = Rule {
    check: Check::File(invariants),
    rows: &["A651", "A654", "A693", "A726", "A727"],
    ..rule(
        "object/invariant-execution",
        Severity::Error,
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
pub static AUTHORITY: Rule = Rule {
    rows: &["A651", "A655", "A726", "A727"],
    ..rule(
        "object/invariant-authority",
        Severity::Error,
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
    )
};

/// `auditable` without a trace.
pub static AUDITABLE: Rule = Rule {
    rows: &["A658"],
    ..rule(
        "object/invariant-auditable",
        Severity::Warning,
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
    )
};

/// An invariant that §15.7 does not define.
pub static CUSTOM: Rule = Rule {
    fix: Some(Safety::Unsafe),
    rows: &["A616", "A653", "A659"],
    ..rule(
        "object/invariant-custom",
        Severity::Warning,
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
pub static IDLE_AUTHORITY: Rule = Rule {
    rows: &["A693"],
    ..rule(
        "object/authority-execute",
        Severity::Warning,
        Docs {
            what: "The authority `execute` on an object that is not `executable`.",
            why: "The authority grants something that the object does not offer; one of the two is a mistake.",
            fix: "Lower the authority, or say `executable: true`.",
            bad: &[example!("nothing to execute", authority = "execute", more = "  \"executable\": false,\n")],
            good: &[example!("something to execute", authority = "execute", more = "  \"executable\": true,\n")],
        },
    )
};

fn invariants(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let violations = invariant::violations(root);
    for violation in &violations {
        let against = violation.against.key().unwrap_or_default();
        let (rule, help) = match violation.name {
            "no_execution" => (&EXECUTION, "drop one of the two"),
            _ => (&AUTHORITY, "write `none`, or drop the invariant"),
        };
        let message = format!("`{against}` is {}, and the object declares `{}`: it cannot hold", violation.against.raw(), violation.name);
        let finding =
            Finding::new(rule, Place::value(violation.against), message).help(help).spec("verification_error.invariant_violation");
        findings.push(finding.related(context.path, Place::value(violation.declared), "declared here"));
    }
    let of_ai = root.get("id").is_some_and(|id| id.raw().starts_with("\"object://ai/"));
    for item in root.get("invariants").into_iter().flat_map(|list| list.items()) {
        let Some(name) = item.as_str() else { continue };
        match name.as_ref() {
            // A result of a micronaut must say `auditable` and has no `events` (C035).
            "auditable" if context.kind.is("object.v1") => auditable(root, item, findings),
            name if BUILT_IN.contains(&name) || of_ai && OF_AI.contains(&name) => {}
            name => findings.push(custom(context, item, name)),
        }
    }
    let can_execute = root.get("authority").filter(|level| level.raw() == "\"execute\"");
    let executable = root.get("executable").is_some_and(|node| node.as_bool() == Some(true));
    let denied = violations.iter().any(|violation| violation.name == "no_execution");
    if let Some(node) = can_execute.filter(|_| !executable && !denied) {
        let message = "the authority is `execute`, and the object is not executable";
        findings.push(Finding::new(&IDLE_AUTHORITY, Place::value(node), message).help("lower the authority, or set `executable` to true"));
    }
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
