//! Which attributes a tensor's elements carry.

use std::collections::HashMap;

use super::{
    FILE, GOOD, drawing,
    element::DRAWINGS,
    names::{self, Element, Shared},
    shows,
    style_sheet::StyleSheet,
    walk::{Walk, illegal},
};
use crate::{
    diagnostic::{Edit, Fix, Safety, Severity},
    rules::{Check, Docs, Finding, Place, Rule, nearest_of},
    syntax::xml::{Attribute, Element as Node},
    text::Span,
};

/// An attribute without meaning.
pub static ATTRIBUTE: Rule = Rule {
    name: "svg/attribute",
    severity: Severity::Warning,
    rows: &["B170", "B119", "A406"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An attribute that means nothing in a tensor. What only looks (`fill`, `stroke`, …) is told as information, all of it in one place; any other name is a warning, once a name.",
        why: "The canonical form keeps geometry, `id`, `transform`, `stroke-width` and `opacity` and drops the rest: an attribute that is spelled wrong is lost without a word.",
        fix: "Correct the name or remove the attribute.",
        bad: &[shows("a slip", &[(FILE, drawing!("<path d=\"M0 0L3 4\" stroke-widht=\"0.5\"/>"))])],
        good: GOOD,
    },
};

/// Style sheets.
pub static CSS: Rule = Rule {
    name: "svg/css",
    severity: Severity::Error,
    rows: &["B130", "B170"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "A `style` or `class` attribute.",
        why: "Style sheets override what the attributes say, by rules that depend on the viewer: a stroke width could come from anywhere.",
        fix: "A safe fix removes a `class` that no style sheet of the drawing can use, and writes declarations of `style` as the attributes of the same names. It is unsafe where a declaration has no such attribute and is dropped. An unsafe fix writes what a style sheet inside the drawing says of a `class`, where it selects by classes alone, and the sheet can be removed after that.",
        bad: &[
            shows("a style", &[(FILE, drawing!("<path d=\"M0 0L3 4\" style=\"stroke:red\"/>"))]),
            shows("a class", &[(FILE, drawing!("<path d=\"M0 0L3 4\" class=\"a\"/>"))]),
        ],
        good: GOOD,
    },
};

/// Scripts.
pub static EVENT_HANDLER: Rule = Rule {
    name: "svg/event-handler",
    severity: Severity::Error,
    rows: &["B119", "B170"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An attribute whose name begins with `on`, such as `onclick`, even an empty one.",
        why: "Its value is a program, and nothing in a tensor runs.",
        fix: "Remove it. The offered fix is unsafe: the picture no longer answers to a user.",
        bad: &[shows("an empty handler", &[(FILE, drawing!("<path d=\"M0 0L3 4\" onclick=\"\"/>"))])],
        good: GOOD,
    },
};

/// Time.
pub static TIMING: Rule = Rule {
    name: "svg/timing-attribute",
    severity: Severity::Error,
    rows: &["B128", "B129", "B170"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An attribute of SVG's animation: `begin`, `dur`, `end`, `repeatCount`, `repeatDur`, `keyTimes`, `values`, `calcMode` and the rest of that list.",
        why: "What a tensor says must not depend on time.",
        fix: "Remove it. The offered fix is unsafe.",
        bad: &[shows("a duration", &[(FILE, drawing!("<path d=\"M0 0L3 4\" dur=\"1s\"/>"))])],
        good: GOOD,
    },
};

/// Sizes of a screen.
pub static VIEWPORT: Rule = Rule {
    name: "svg/viewport",
    severity: Severity::Error,
    rows: &["B131", "B122"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "A unit or a percentage in a number that counts; `vector-effect` and `preserveAspectRatio` are warnings. `width`, `height` and `viewBox` of the root mean nothing and may hold anything.",
        why: "Units and percentages are measured by a screen, a font or a viewport, and a tensor has none of them.",
        fix: "Write plain numbers. A safe fix does so where the number comes out even: `px`, `in` and `pc` always, `pt`, `cm`, `mm` and `Q` where a decimal is exactly as long, a percentage where the `viewBox` says of what. The other two attributes are removed by an unsafe fix.",
        bad: &[
            shows("a percentage", &[(FILE, drawing!("<line x2=\"50%\" y2=\"4\"/>"))]),
            shows("a unit", &[(FILE, drawing!("<path d=\"M0 0L3 4\" stroke-width=\"1px\"/>"))]),
        ],
        good: GOOD,
    },
};

/// Attributes that are told of once.
#[derive(Default)]
pub(super) struct Ignored<'a> {
    looks: Vec<&'a str>,
    first_look: Option<Attribute<'a>>,
    /// By name: the first, on what it stands, and where all of them stand with the space in front.
    unknown: HashMap<&'a str, (Attribute<'a>, Element, Vec<Span>)>,
}

/// Says what an attribute is that is not the element's own and has no number of its own.
pub(super) fn other<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, attribute: Attribute<'a>, kind: Element) {
    let name = attribute.local();
    match attribute.namespace() {
        Some(names::XML) if name != "base" => return looks(walk, attribute),
        Some(_) => return unknown(walk, attribute, kind),
        None => {}
    }
    match names::shared(name) {
        // `collapse/index-visual` tells of these.
        Some(Shared::Looks) if walk.is_index => {}
        Some(Shared::Looks) => looks(walk, attribute),
        Some(Shared::Mark) => {
            if !walk.canonical {
                looks(walk, attribute);
            }
        }
        Some(Shared::Css) => walk.find_alike(&CSS, |walk| {
            let finding = illegal(&CSS, walk.at_name(attribute), format!("`{name}`: a tensor has no style sheets"))
                .help(if name == "style" { "write what counts as attributes" } else { "remove the attribute" });
            match css_fix(walk, node, attribute) {
                Some(fix) => finding.fix(fix),
                None => finding,
            }
        }),
        Some(Shared::Event) => walk.find_alike(&EVENT_HANDLER, |walk| {
            illegal(&EVENT_HANDLER, walk.at_name(attribute), format!("`{name}` holds a program, and nothing in a tensor runs"))
                .help("remove the attribute")
                .fix(walk.without(Safety::Unsafe, attribute))
        }),
        Some(Shared::Timing) => walk.find_alike(&TIMING, |walk| {
            illegal(&TIMING, walk.at_name(attribute), format!("`{name}` speaks of time, and a tensor has none"))
                .help("remove the attribute")
                .fix(walk.without(Safety::Unsafe, attribute))
        }),
        Some(Shared::Viewport) if matches!(attribute.value().trim(), "none") && name == "vector-effect" => looks(walk, attribute),
        Some(Shared::Viewport) => walk.find_alike(&VIEWPORT, |walk| {
            Finding::new(&VIEWPORT, walk.at_name(attribute), format!("`{name}` speaks of the viewport, and a tensor has none"))
                .severity(Severity::Warning)
                .help("remove the attribute")
                .fix(walk.without(Safety::Unsafe, attribute))
        }),
        None if node.parent().is_none() && name == "tensor" => {}
        None if walk.is_index && is_index_own(name, kind) => {}
        None => unknown(walk, attribute, kind),
    }
}

/// The attributes that only a semantic index has (A062, `DECISIONS` 53).
fn is_index_own(name: &str, kind: Element) -> bool {
    match kind {
        Element::Svg => matches!(name, "data-edges" | "data-hash" | "data-doc-id"),
        Element::G => matches!(name, "space" | "data-edges"),
        Element::Path => matches!(name, "weight" | "freq" | "norm" | "data-edges"),
        _ => false,
    }
}

fn looks<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>) {
    const MOST: usize = 200;
    let name = if attribute.namespace().is_some() { walk.spelled(attribute.name_span()) } else { attribute.local() };
    let ignored = &mut walk.ignored;
    ignored.first_look.get_or_insert(attribute);
    if ignored.looks.len() < MOST && !ignored.looks.contains(&name) {
        ignored.looks.push(name);
    }
}

fn unknown<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>, kind: Element) {
    let name = walk.spelled(attribute.name_span());
    let span = walk.with_space(attribute);
    walk.ignored.unknown.entry(name).or_insert((attribute, kind, Vec::new())).2.push(span);
}

/// Tells of the attributes that were kept back.
pub(super) fn finish(walk: &mut Walk<'_, '_, '_>) {
    let Ignored { looks, first_look, unknown } = std::mem::take(&mut walk.ignored);
    if let Some(attribute) = first_look {
        const TOLD: usize = 8;
        let mut names: Vec<_> = looks.iter().take(TOLD).map(|name| format!("`{name}`")).collect();
        if looks.len() > TOLD {
            names.push(format!("{} more", looks.len() - TOLD));
        }
        let last = names.pop().unwrap_or_default();
        let (list, verb) = if names.is_empty() { (last, "means") } else { (format!("{} and {last}", names.join(", ")), "mean") };
        walk.find(&ATTRIBUTE, |walk| {
            Finding::new(&ATTRIBUTE, walk.at_name(attribute), format!("{list} {verb} nothing in a tensor: the canonical form has none"))
                .severity(Severity::Info)
        });
    }
    let mut unknown: Vec<_> = unknown.into_iter().collect();
    unknown.sort_unstable_by_key(|(_, (attribute, ..))| attribute.span().start);
    for (name, (attribute, kind, spans)) in unknown {
        let node = attribute.element();
        walk.find(&ATTRIBUTE, |walk| {
            let more = match spans.len() {
                1 => String::new(),
                2 => "; it stands on one more element".to_owned(),
                count => format!("; it stands on {} more elements", count - 1),
            };
            let place: Place = walk.at_name(attribute);
            let finding = Finding::new(&ATTRIBUTE, place, format!("`{name}` means nothing on `{}` in a tensor{more}", node.local()));
            let own = kind.attributes().iter().copied().chain(["id", "transform", "stroke-width", "opacity"]);
            let near = nearest_of(name, own).filter(|near| near.len() > 2 && node.attribute(near).is_none());
            match near {
                Some(near) => finding.help(format!("write `{near}`, or remove the attribute")),
                None => finding.help("remove the attribute"),
            }
            .fix(walk.fix(
                Safety::Unsafe,
                if spans.len() == 1 { format!("remove `{name}`") } else { format!("remove `{name}` from its {} elements", spans.len()) },
                spans.iter().map(|span| Edit { span: *span, text: String::new() }).collect(),
            ))
        });
    }
}

/// A `class` goes where no style sheet of the drawing uses it; else what the sheet says becomes attributes. Declarations of `style` become attributes; where one cannot, it goes with
/// what it shows, which a tensor has no place for.
fn css_fix<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, attribute: Attribute<'a>) -> Option<Fix> {
    let mut safety = if walk.has_style_sheets() { Safety::Unsafe } else { Safety::Safe };
    if attribute.local() == "class" {
        return match walk.style_sheet().filter(|sheet| sheet.speaks_of(attribute)) {
            Some(sheet) => class_fix(walk, node, attribute, sheet),
            None => Some(walk.without(safety, attribute)),
        };
    }
    // a class counts less than what stands here, so it has to become attributes first
    if node.attribute("class").is_some_and(|class| walk.style_sheet().is_some_and(|sheet| sheet.speaks_of(class))) {
        return None;
    }
    let value = attribute.value();
    // strings and comments may hold `;` and `:`
    if value.contains(['"', '\'', '&', '<', '{', '}', '\\']) || value.contains("/*") {
        return None;
    }
    let mut declared: Vec<(&str, &str)> = Vec::new();
    for declaration in value.split(';').map(str::trim).filter(|declaration| !declaration.is_empty()) {
        let (name, value) = declaration.split_once(':')?;
        let (name, value) = (name.trim(), value.trim());
        let known = matches!(name, "stroke-width" | "opacity") || names::shared(name) == Some(Shared::Looks);
        let plain = !value.is_empty() && !value.contains(['!', '/']) && !value.contains("var(") && !value.contains("calc(");
        let free = node.attribute(name).is_none() && !declared.iter().any(|(other, _)| *other == name);
        match (known && plain, free) {
            (true, true) => declared.push((name, value)),
            // two declarations of one thing: which counts is for the author to say
            (true, false) => return None,
            // what counts in a tensor is not dropped
            (false, _) if matches!(name, "stroke-width" | "opacity" | "transform") => return None,
            (false, _) => safety = Safety::Unsafe,
        }
    }
    if declared.is_empty() {
        return Some(walk.without(safety, attribute));
    }
    let text = declared.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect::<Vec<_>>().join(" ");
    Some(walk.fix(safety, "write the declarations as attributes", vec![Edit { span: attribute.span(), text }]))
}

/// Writes what a style sheet says of the classes of an element as attributes, which it has precedence over; what has no number goes.
fn class_fix<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, class: Attribute<'a>, sheet: &StyleSheet) -> Option<Fix> {
    let own_style = node.value("style").unwrap_or_default();
    let in_style = |name: &str| own_style.split(';').filter_map(|own| own.split_once(':')).any(|(own, _)| own.trim() == name);
    let (mut edits, mut added) = (Vec::new(), Vec::new());
    for (name, value) in sheet.declared(class.value()).into_iter().filter(|(name, _)| !in_style(name)) {
        let counts = matches!(name, "stroke-width" | "opacity" | "transform");
        let plain = !value.is_empty() && !value.contains(['"', '&', '/']) && !value.contains("var(") && !value.contains("calc(");
        match (counts, plain && name != "transform") {
            // what counts in a tensor is not dropped
            (true, false) => return None,
            (false, false) => continue,
            (false, true) if names::shared(name) != Some(Shared::Looks) => continue,
            (_, true) => match node.attribute(name) {
                Some(own) => edits.push(Edit { span: own.value_span(), text: value.to_owned() }),
                None => added.push(format!("{name}=\"{value}\"")),
            },
        }
    }
    edits.push(match added.is_empty() {
        true => Edit { span: walk.with_space(class), text: String::new() },
        false => Edit { span: class.span(), text: added.join(" ") },
    });
    Some(walk.fix(Safety::Unsafe, "write what the style sheet says of it as attributes", edits))
}
