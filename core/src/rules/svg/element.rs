//! Which elements a tensor holds, and what they stand in.

use super::{
    FILE, GOOD, ILLEGAL_TENSOR, drawing, lower,
    names::{self, ELEMENTS, Element},
    shows,
    walk::{Walk, check, illegal},
};
use crate::{
    diagnostic::{Edit, Safety, Severity},
    rules::{Check, Docs, Finding, On, Place, Rule, nearest_of},
    syntax::xml::{Element as Node, Instruction},
    text::Span,
};

pub(super) const DRAWINGS: On = On::Kinds(&["svg", "semantic.index.v1"]);

/// An element that the law forbids by name.
pub static FORBIDDEN_ELEMENT: Rule = Rule {
    name: "svg/forbidden-element",
    severity: Severity::Error,
    rows: &["B096", "B109", "B110", "B111", "B112", "B113", "B114", "B115", "B116", "B117", "B118", "B127", "B128", "B130"],
    on: DRAWINGS,
    check: Check::File(check),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`script`, `style`, `image`, `text`, `foreignObject`, `filter` and its parts, `video`, `audio`, and every element whose name begins with `animate`, inside `metadata` too.",
        why: "A tensor is geometry alone. These elements run, move, load something, or mean something only to a viewer, so two readers of one drawing would not read the same numbers.",
        fix: "Remove the element. The offered fix does so and is unsafe: the picture changes.",
        bad: &[
            shows("letters have no numeric meaning", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><text x=\"1\" y=\"2\">w</text>"))]),
            shows("no exemption inside metadata", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><metadata><script>0</script></metadata>"))]),
        ],
        good: GOOD,
    },
};

/// An element in neither list.
pub static UNKNOWN_ELEMENT: Rule = Rule {
    name: "svg/unknown-element",
    severity: Severity::Error,
    rows: &["B097", "B099", "B100", "B101", "B104", "B112", "B128"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An SVG element that is not on the list of those a tensor may hold: `svg`, `g`, `path`, `line`, `rect`, `circle`, `ellipse`, `polyline`, `polygon`, `defs`, `use`, `metadata`. Names compare with their case.",
        why: "The list is closed: what is not on it has no numeric meaning.",
        fix: "Draw the shape with one of the listed elements, or remove the element. An unsafe fix removes those that draw nothing themselves: titles, gradients, clip paths and their like. It makes an `a`, and a `switch` that has but one thing to show, a `g`, and removes those that show nothing.",
        bad: &[shows("names keep their case", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><Path d=\"M0 0L1 1\"/>"))])],
        good: GOOD,
    },
};

/// `svg` where it must not be, or something else at the root.
pub static ROOT: Rule = Rule {
    name: "svg/root",
    severity: Severity::Error,
    rows: &["B098", "B151"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A root element other than `svg`, and an `svg` inside the drawing.",
        why: "An inner `svg` opens a viewport of its own, and what stands in it depends on that viewport's size.",
        fix: "Keep one `svg`, the root. Write an inner one as a `g` with a `transform`.",
        bad: &[shows("an inner viewport", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><svg x=\"1\"><path d=\"M0 0L1 1\"/></svg>"))])],
        good: GOOD,
    },
};

/// Elements that are not SVG's.
pub static NAMESPACE: Rule = Rule {
    name: "svg/namespace",
    severity: Severity::Error,
    rows: &["A064", "B098", "B119"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "An element of another namespace than `http://www.w3.org/2000/svg`, outside `metadata`; a root without any namespace is a warning, and an error in a unit of a semantic index.",
        why: "Elements of other vocabularies have no meaning in a tensor, and without its namespace a drawing is not SVG to other readers.",
        fix: "Move foreign elements into `metadata` or remove them. A safe fix adds a missing `xmlns` to the root, or removes what a drawing program keeps for itself; an unsafe one removes any other foreign element.",
        bad: &[
            shows("no namespace", &[(FILE, "<svg><path d=\"M0 0L3 4\"/></svg>\n")]),
            shows("an editor's own element", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><e:view xmlns:e=\"urn:editor\"/>"))]),
        ],
        good: GOOD,
    },
};

/// A processing instruction.
pub static INSTRUCTION: Rule = Rule {
    name: "svg/instruction",
    severity: Severity::Error,
    rows: &["B119", "B130"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A processing instruction such as `<?xml-stylesheet …?>`. The XML declaration is none.",
        why: "An instruction tells one program how to treat the drawing; a style sheet would even change what it shows.",
        fix: "Remove it. The offered fix is unsafe: the program it was meant for behaves otherwise without it.",
        bad: &[shows(
            "a style sheet from outside",
            &[(FILE, concat!("<?xml-stylesheet href=\"a.css\"?>\n", drawing!("<path d=\"M0 0L3 4\"/>")))],
        )],
        good: GOOD,
    },
};

/// Legal, and yet without a canonical form.
pub static NOT_CANONICALIZABLE: Rule = Rule {
    name: "svg/not-canonicalizable",
    severity: Severity::Warning,
    rows: &["B102", "B103", "B105", "B106", "B107", "B108", "B150", "B152", "B157"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "`polyline`, `polygon`, `ellipse`, `defs`, `use` and `metadata`: a tensor may hold them, and the canonical form knows none of them.",
        why: "The canonical form is the tensor's identity. A drawing without one cannot be packed, compared or pinned.",
        fix: "Safe fixes write a `polyline` or `polygon` as the `path` through the same points, an `ellipse` as the four curves that the canonical form draws a circle with, put a copy of its target in the place of a `use`, and remove `defs` that nothing names. An unsafe one removes `metadata` with what it says, or `defs` that only paint and clip.",
        bad: &[
            shows("a polyline", &[(FILE, drawing!("<polyline points=\"0,0 3,4 6,8\"/>"))]),
            shows("metadata", &[(FILE, drawing!("<metadata>by hand</metadata><path d=\"M0 0L3 4\"/>"))]),
        ],
        good: GOOD,
    },
};

/// A group around nothing.
pub static EMPTY_GROUP: Rule = Rule {
    name: "svg/empty-group",
    severity: Severity::Warning,
    rows: &["B126"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "A `g` without any element in it.",
        why: "A group counts as a rank of what it holds; one that holds nothing has no numeric meaning and is most likely a remnant.",
        fix: "A safe fix removes a group that no `use` names.",
        bad: &[shows("nothing inside", &[(FILE, drawing!("<g><!-- later --></g><path d=\"M0 0L3 4\"/>"))])],
        good: GOOD,
    },
};

/// Nothing is drawn.
pub static NO_GEOMETRY: Rule = Rule {
    name: "svg/no-geometry",
    severity: Severity::Error,
    rows: &["B126"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A `path` without data, a `polyline` or `polygon` without points, and a drawing in which nothing is drawn.",
        why: "Geometry is weight: an element without any has no numeric meaning, and a tensor without elements does not exist.",
        fix: "Give the element its geometry or remove it.",
        bad: &[
            shows("an empty path", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><path d=\"\"/>"))]),
            shows("only a group", &[(FILE, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n")]),
        ],
        good: GOOD,
    },
};

pub(super) fn instruction<'a>(walk: &mut Walk<'_, 'a, '_>, instruction: Instruction<'a>) {
    let Instruction { target, span } = instruction;
    walk.find(&INSTRUCTION, |walk| {
        let why = if target == "xml-stylesheet" { "a tensor has no style sheets" } else { "an instruction has no meaning in a tensor" };
        let title = format!("remove `<?{target} …?>`");
        illegal(&INSTRUCTION, Place::new(String::new(), span), format!("`<?{target} …?>`: {why}"))
            .help("remove the instruction")
            .fix(walk.fix(Safety::Unsafe, title, vec![Edit { span, text: String::new() }]))
    });
}

pub(super) fn forbidden<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, name: &str) {
    walk.find_alike(&FORBIDDEN_ELEMENT, |walk| {
        let why = match name {
            "script" => "nothing in a tensor runs",
            "style" => "a tensor has no style sheets",
            "image" | "video" | "audio" => "a tensor loads nothing",
            "text" => "letters have no numeric meaning",
            "foreignObject" => "a tensor holds geometry alone",
            _ if name.starts_with("animate") => "nothing in a tensor moves",
            _ => "effects have no numeric meaning",
        };
        let remove = Edit { span: node.span(), text: String::new() };
        let finding = illegal(&FORBIDDEN_ELEMENT, walk.at(node), format!("`{name}` is forbidden in a tensor: {why}"));
        // what it says of a class is lost with it
        if name == "style" && walk.style_sheet().is_some_and(|sheet| sheet.in_use) {
            return finding.help("write what it says of each `class` as attributes, then remove the element");
        }
        finding.help("remove the element").fix(walk.fix(Safety::Unsafe, format!("remove `{name}`"), vec![remove]))
    });
}

pub(super) fn unknown<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, name: &str) {
    walk.find(&UNKNOWN_ELEMENT, |walk| {
        let finding = illegal(&UNKNOWN_ELEMENT, walk.at(node), format!("`{name}` is no element of a tensor"));
        if names::UNDRAWN.contains(&name) {
            let remove = Edit { span: node.span(), text: String::new() };
            return finding.help("remove the element").fix(walk.fix(Safety::Unsafe, format!("remove `{name}`"), vec![remove]));
        }
        if matches!(name, "a" | "switch") {
            return without_container(walk, node, name, finding);
        }
        let names = || ELEMENTS.iter().map(|row| row.0);
        match names().find(|own| own.eq_ignore_ascii_case(name)).or_else(|| nearest_of(name, names())) {
            Some(near) => finding.help(format!("write `{near}`, or remove the element")),
            None => finding.help("draw it with `path`, `line`, `rect` or `circle`, or remove the element"),
        }
    });
}

/// Puts the content of a link or a choice in its place, where there is no choice; removes one that has nothing to show.
fn without_container<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, name: &str, finding: Finding) -> Finding {
    const CONDITIONS: [&str; 3] = ["requiredExtensions", "requiredFeatures", "systemLanguage"];
    let draws = |node: &Node<'a>| node.descendants().any(|inner| Element::of(inner.local()).is_some_and(|kind| kind.draws()));
    let drawn = node.children().filter(draws).count();
    if drawn == 0 {
        let remove = Edit { span: node.span(), text: String::new() };
        return finding.help("remove the element").fix(walk.fix(Safety::Unsafe, format!("remove `{name}`"), vec![remove]));
    }
    let first = node.children().next().filter(draws);
    let is_shown = first.is_some_and(|first| CONDITIONS.iter().all(|name| first.attribute(name).is_none()));
    let finding = finding.help("write a `g` in its place, around what it shows");
    match name == "a" || drawn == 1 && is_shown {
        true => finding.fix(walk.fix(Safety::Unsafe, format!("make the `{name}` a `g`"), lower::rename(walk, node, "g"))),
        false => finding,
    }
}

pub(super) fn nested<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>) {
    walk.find(&ROOT, |walk| {
        illegal(&ROOT, walk.at(node), "`svg` inside a drawing opens a viewport, and what stands in it depends on that viewport's size")
            .help("write it as a `g` with a `transform`")
    });
}

pub(super) fn root<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, name: &str) {
    if name != "svg" {
        walk.strangers = true;
        walk.find(&ROOT, |walk| {
            illegal(&ROOT, walk.at(node), format!("the root is `{name}`; a drawing's root is `svg`")).help("make `svg` the root")
        });
        return;
    }
    match node.namespace() {
        Some(names::SVG) => {}
        None => walk.find(&NAMESPACE, |walk| {
            let at = Span::at(node.name_span().end);
            let add = Edit { span: at, text: format!(" xmlns=\"{}\"", names::SVG) };
            // an index unit names it exactly (A064)
            let severity = if walk.is_index { Severity::Error } else { Severity::Warning };
            let finding =
                Finding::new(&NAMESPACE, walk.at(node), "the root has no namespace, so that other readers do not take it for SVG")
                    .severity(severity)
                    .help(format!("add `xmlns=\"{}\"`", names::SVG));
            // an empty declaration stands there already
            if walk.spelled(node.open_tag_span()).contains("xmlns=") {
                return finding;
            }
            finding.fix(walk.fix(Safety::Safe, "add the namespace of SVG", vec![add]))
        }),
        Some(other) => walk.find(&NAMESPACE, |walk| {
            illegal(&NAMESPACE, walk.at(node), format!("the root is in the namespace `{other}`, which is not SVG's"))
                .help(format!("write `{}`", names::SVG))
        }),
    }
}

pub(super) fn foreign<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>) {
    walk.find_alike(&NAMESPACE, |walk| {
        let name = node.name();
        let message = match node.namespace() {
            Some(namespace) => format!("`{name}` belongs to `{namespace}`: a tensor holds SVG alone"),
            None => format!("`{name}` is in no namespace: a tensor holds SVG alone"),
        };
        // what an editor keeps for itself is seen by that editor alone
        let private = node.namespace().is_some_and(|namespace| names::EDITORS.iter().any(|own| namespace.starts_with(own)));
        let remove = Edit { span: node.span(), text: String::new() };
        illegal(&NAMESPACE, walk.at(node), message).help("remove the element, or move it into `metadata`").fix(walk.fix(
            if private { Safety::Safe } else { Safety::Unsafe },
            format!("remove `{name}`"),
            vec![remove],
        ))
    });
}

pub(super) fn legal_only<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, kind: Element) {
    let make = |walk: &Walk<'_, 'a, '_>| {
        let name = node.local();
        let help = match kind {
            Element::Ellipse => "draw it as a `path`",
            Element::Defs => "put what is used where it is used, and remove the `defs`",
            Element::Use => "put a copy of its target here",
            Element::Metadata => "keep what it says outside the drawing",
            _ => "write it as a `path`",
        };
        let mut finding =
            Finding::new(&NOT_CANONICALIZABLE, walk.at(node), format!("`{name}` is lawful, and the canonical form has no place for it"))
                .help(help)
                .spec("canonicalization_error.unsupported_element");
        finding.fixes.extend(lower::fix(walk, node, kind));
        finding
    };
    // the others look at the whole drawing, or put more into it
    match kind {
        Element::Polyline | Element::Polygon | Element::Ellipse => walk.find_alike(&NOT_CANONICALIZABLE, make),
        _ => walk.find(&NOT_CANONICALIZABLE, make),
    }
}

pub(super) fn empty_group<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>) {
    walk.find(&EMPTY_GROUP, |walk| {
        let finding =
            Finding::new(&EMPTY_GROUP, walk.at(node), "the group holds no element, so it has no numeric meaning").help("remove it");
        if node.attribute("id").is_some() {
            return finding;
        }
        let remove = Edit { span: node.span(), text: String::new() };
        finding.fix(walk.fix(Safety::Safe, "remove the empty group", vec![remove]))
    });
}

/// Says when nothing at all is drawn, unless what is unlawful may have been meant to be.
pub(super) fn finish<'a>(walk: &mut Walk<'_, 'a, '_>, root: Node<'a>) {
    if walk.drawn == 0 && !walk.strangers && !walk.is_index {
        walk.find(&NO_GEOMETRY, |walk| {
            Finding::new(&NO_GEOMETRY, walk.at(root), "nothing is drawn, and a tensor without geometry does not exist")
                .help("draw at least one element")
                .spec(ILLEGAL_TENSOR)
        });
    }
}
