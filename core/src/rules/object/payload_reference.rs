//! References of projections, held against the payload they look into.

use std::sync::Arc;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::{
        facts::{PayloadFacts, node_of_span},
        projection::{Resolver, Unresolved},
    },
    rules::{
        Check, Docs, Example, Finding, Findings, On, Place, Rule,
        examples::{GREETING, descriptor},
        nearest_of,
    },
    syntax::json::{Node, quote},
    workspace::context::WorkspaceContext,
};

/// A reference that the payload does not answer.
pub static RULE: Rule = Rule {
    name: "object/payload-reference",
    severity: Severity::Error,
    rows: &["A543", "A560", "A673", "A730"],
    on: On::Any,
    check: Check::Workspace(payload_references),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A reference `@payload.…` whose path is not in the payload: a member that is not there, an item beyond the end of a list, anything below a payload that is not JSON. Names compare exactly; a segment of digits counts the items of a list from zero.",
        why: "The projection would show nothing in that place, and nobody would be told.",
        fix: "Correct the path; where one name of the payload is near, it is offered. A name that holds a dot cannot be referred to.",
        bad: &[
            Example {
                note: "a letter too few",
                file: "object.json",
                files: &[
                    (
                        "object.json",
                        descriptor!(projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"text\": \"@payload.greting\" } } }"),
                    ),
                    ("greeting.json", GREETING),
                ],
            },
            Example {
                note: "an item of a text",
                file: "object.json",
                files: &[
                    (
                        "object.json",
                        descriptor!(
                            projections = "{ \"default\": { \"type\": \"json\", \"emit\": { \"text\": \"@payload.greeting.0\" } } }"
                        ),
                    ),
                    ("greeting.json", GREETING),
                ],
            },
        ],
        good: &[Example {
            note: "the payload and a member of it",
            file: "object.json",
            files: &[
                (
                    "object.json",
                    descriptor!(
                        projections =
                            "{ \"default\": { \"type\": \"json\", \"emit\": { \"all\": \"@payload\", \"text\": \"@payload.greeting\" } } }"
                    ),
                ),
                ("greeting.json", GREETING),
            ],
        }],
    },
};

fn payload_references(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let references = &context.facts.payload_references;
    let Some(payload) = context.facts.payload.as_ref().filter(|_| !references.is_empty()) else { return };
    // A stream has nothing to look into, and a payload that is not there is told elsewhere.
    let Some(file) = context.payload() else { return };
    let path = &file.path;
    if !is_json(payload) {
        // Another type than the three is the schema's business, and the cause of all that follows.
        if payload.family.as_deref() != Some("binary") {
            return;
        }
        not_json(context, path, findings);
        return;
    }
    let Some(tree) = context.json(path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = tree.root() else { return };
    let resolver = Resolver::new(root);
    let mut own = None;
    for (span, at) in references.iter() {
        if let Err(stop) = resolver.resolve(at) {
            let own = own.get_or_insert_with(|| context.json(&context.facts.path));
            if let Some(node) = own.as_ref().and_then(|own| node_of_span(own, span)) {
                findings.push(unresolved(context, node, at, &stop, path));
            }
        }
    }
}

/// Whether a payload says that it is JSON.
fn is_json(payload: &PayloadFacts) -> bool {
    let mime = payload.mime.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    payload.family.as_deref() == Some("json") || mime.ends_with("/json") || mime.ends_with("+json")
}

/// One cause, one finding: it stands at the first of the references.
fn not_json(context: &WorkspaceContext<'_>, path: &str, findings: &mut Findings) {
    let references = &context.facts.payload_references;
    let Some(place) = references.first() else { return };
    let more = match references.len() {
        1 => String::new(),
        many => format!(" (nor for the other {} references of this descriptor)", many - 1),
    };
    let message = format!("the payload `{path}` is not JSON, so that there is nothing below `@payload` for this reference{more}");
    let help = "refer to `@payload` as a whole, or give the object a JSON payload";
    findings.push(Finding::new(&RULE, place, message).help(help).spec("projection_error"));
}

fn unresolved(context: &WorkspaceContext<'_>, node: Node<'_>, at: &str, stop: &Unresolved<'_, '_>, path: &Arc<str>) -> Finding {
    let Unresolved { reached, segment } = stop;
    let place = match reached.pointer() {
        whole if whole.is_empty() => format!("`{path}`"),
        inner => format!("`{inner}` of `{path}`"),
    };
    let message = if reached.is_array() {
        format!("{place} is a list of {} items and has no item `{segment}`", reached.len())
    } else if reached.is_object() {
        format!("{place} has no member `{segment}`")
    } else {
        format!("{place} is {}, which has nothing below it: `{segment}` leads nowhere", reached.kind().name())
    };
    let finding = Finding::new(&RULE, Place::value(node), message).spec("projection_error");
    let finding = finding.related(path, Place::opening(*reached), "looked up here");
    let names: Vec<_> = reached.members().map(|(name, _)| name).take(1000).collect();
    match nearest_of(segment, names.iter().map(|name| name.as_ref())) {
        Some(near) if !near.contains('.') => {
            let before = at.len() - rest_below(at, reached);
            let right = format!("@payload.{}{near}{}", &at[..before], &at[before + segment.len()..]);
            let fix = Fix::replace(Safety::Unsafe, format!("replace by `{right}`"), &context.facts.path, node.span(), quote(&right));
            finding.help(format!("did you mean `{right}`?")).fix(fix)
        }
        _ if names.iter().any(|name| name.contains('.') && name.starts_with(*segment)) => {
            finding.help("dots always part segments: a name that holds one cannot be referred to")
        }
        _ => finding.help("correct the path, or add the value to the payload"),
    }
}

/// How many bytes of `path` are left below the value that was reached.
fn rest_below(path: &str, reached: &Node<'_>) -> usize {
    let depth = std::iter::successors(reached.parent(), |node| node.parent()).count();
    path.splitn(depth + 1, '.').last().map_or(0, str::len)
}
