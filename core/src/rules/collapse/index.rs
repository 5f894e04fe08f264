//! Units of the semantic index (§9.2, §9.4; `DECISIONS` 53). What makes any drawing no tensor is told by the family `svg`.

use std::collections::HashMap;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::index_unit::{Path, Unit, pairs},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule, svg},
    syntax::xml::{Attribute, Element},
    workspace::context::WorkspaceContext,
};

const UNITS: On = On::Kinds(&["semantic.index.v1"]);
/// Most findings of one rule on one unit.
const MOST: usize = 100;

/// A unit with its groups.
macro_rules! unit {
    ($groups:literal) => {
        unit!("751a6babe189f2ca9c0dad8222dd14f30df3cddad3e67ea11922607244ea0acb", $groups)
    };
    ($hash:literal, $groups:literal) => {
        concat!(
            "<svg tensor=\"semantic.index.v1\" xmlns=\"http://www.w3.org/2000/svg\"\n  data-hash=\"sha256:",
            $hash,
            "\" data-doc-id=\"doc_42\">\n",
            $groups,
            "</svg>\n"
        )
    };
}

/// A lawful unit.
pub(super) const UNIT: &str = unit!(
    "  <g id=\"ngrams\" space=\"lexical\">\n    <path id=\"ng_abc\" d=\"M0,0 L3,0\" weight=\"3\" freq=\"12\"/>\n    <path id=\"ng_bcd\" d=\"M0,1 L3,1\" weight=\"3\" freq=\"7\"/>\n  </g>\n  <g id=\"embedding\" space=\"semantic\">\n    <path d=\"M0,0 L0.12,0.33 L0.91,0.18\" norm=\"1.0\"/>\n  </g>\n"
);

const GOOD: &[Example] = &[Example { note: "a lawful unit", file: "doc_42.svg", files: &[("doc_42.svg", UNIT)] }];

const fn shows(note: &'static str, files: &'static [(&'static str, &'static str)]) -> Example {
    Example { note, file: "doc_42.svg", files }
}

/// A hash of other geometry.
pub static HASH: Rule = Rule {
    name: "collapse/index-hash",
    severity: Severity::Error,
    rows: &["A065"],
    on: UNITS,
    check: Check::File(hash),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "An index unit whose `data-hash` is missing, is not `sha256:` and 64 lower-case hexadecimal digits, or is not the SHA-256 of the unit's structure: the first point of each path, after transforms, as two f32 (little-endian, −0 as 0), then the pairs of `data-edges` as u32, sorted.",
        why: "Answers name a unit by this hash. With a false one, nobody can tell which geometry was found.",
        fix: "`mx2lm-lint fix --hashes` writes the true hash.",
        bad: &[shows(
            "a path was moved",
            &[(
                "doc_42.svg",
                unit!(
                    "  <g id=\"ngrams\" space=\"lexical\"><path id=\"ng_abc\" d=\"M0,2 L3,2\" weight=\"3\" freq=\"12\"/></g>\n  <g id=\"embedding\" space=\"semantic\"><path d=\"M0,0 L1,1\"/></g>\n"
                ),
            )],
        )],
        good: GOOD,
    },
};

/// What a unit must say.
pub static STRUCTURE: Rule = Rule {
    name: "collapse/index-unit",
    severity: Severity::Error,
    rows: &["A063", "A066", "A067", "A068", "A070", "A071"],
    on: UNITS,
    check: Check::File(structure),
    fix: None,
    docs: Docs {
        what: "An index unit without `data-doc-id`; a group `ngrams` that is not in the space `lexical`, or `embedding` that is not in `semantic`, or the reverse; an n-gram path whose id does not begin with `ng_`, whose `weight` is no number or whose `freq` is no whole number from 1; a `norm` that is no number; `data-edges` that are no pairs of positions of paths.",
        why: "Retrieval reads the unit by these names: the group says in which space a path is looked for, the id says which n-gram it is.",
        fix: "Write what the message asks for.",
        bad: &[
            shows(
                "the spaces are exchanged",
                &[(
                    "doc_42.svg",
                    unit!(
                        "  <g id=\"ngrams\" space=\"semantic\"><path id=\"ng_abc\" d=\"M0,0 L3,0\" weight=\"3\" freq=\"12\"/></g>\n  <g id=\"embedding\" space=\"lexical\"><path d=\"M0,0 L1,1\"/></g>\n"
                    ),
                )],
            ),
            shows(
                "how often is a whole number",
                &[(
                    "doc_42.svg",
                    unit!(
                        "  <g id=\"ngrams\" space=\"lexical\"><path id=\"ng_abc\" d=\"M0,0 L3,0\" weight=\"3\" freq=\"1.5\"/></g>\n  <g id=\"embedding\" space=\"semantic\"><path d=\"M0,0 L1,1\"/></g>\n"
                    ),
                )],
            ),
        ],
        good: GOOD,
    },
};

/// Looks in an index.
pub static VISUAL: Rule = Rule {
    name: "collapse/index-visual",
    severity: Severity::Error,
    rows: &["A061"],
    on: UNITS,
    check: Check::File(visual),
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "`fill`, `stroke`, `stroke-width`, `opacity`, `filter` or another attribute of looks in an index unit.",
        why: "A unit is never drawn: its geometry is data, and what only looks is no part of it.",
        fix: "A safe fix removes the attribute; the unit's hash does not see it.",
        bad: &[shows(
            "a colour",
            &[(
                "doc_42.svg",
                unit!(
                    "  <g id=\"ngrams\" space=\"lexical\"><path id=\"ng_abc\" d=\"M0,0 L3,0\" weight=\"3\" freq=\"12\" fill=\"red\"/></g>\n  <g id=\"embedding\" space=\"semantic\"><path d=\"M0,0 L1,1\"/></g>\n"
                ),
            )],
        )],
        good: GOOD,
    },
};

/// A space that is not there.
pub static SPACES: Rule = Rule {
    name: "collapse/index-spaces",
    severity: Severity::Warning,
    rows: &["A215"],
    on: UNITS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An index unit without a group of the space `lexical`, or without one of the space `semantic`.",
        why: "N-grams, embeddings and the phase between them are scored together; a unit that lacks one side can never score as well as the others.",
        fix: "Add the group.",
        bad: &[shows(
            "no embedding",
            &[(
                "doc_42.svg",
                unit!("  <g id=\"ngrams\" space=\"lexical\"><path id=\"ng_abc\" d=\"M0,0 L3,0\" weight=\"3\" freq=\"12\"/></g>\n"),
            )],
        )],
        good: GOOD,
    },
};

/// A weight that is not the length.
pub static LENGTH: Rule = Rule {
    name: "collapse/index-weight",
    severity: Severity::Warning,
    rows: &["A069"],
    on: UNITS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An n-gram path whose `weight` differs from its length by more than 0.000001. Paths with curves are left alone.",
        why: "The length of a path is its magnitude. Where the two differ, the geometry counts and the attribute misleads.",
        fix: "Write the length, which the message gives, or change the path.",
        bad: &[shows(
            "longer than it weighs",
            &[(
                "doc_42.svg",
                unit!(
                    "  <g id=\"ngrams\" space=\"lexical\"><path id=\"ng_abc\" d=\"M0,0 L4,0\" weight=\"3\" freq=\"12\"/></g>\n  <g id=\"embedding\" space=\"semantic\"><path d=\"M0,0 L1,1\"/></g>\n"
                ),
            )],
        )],
        good: GOOD,
    },
};

/// Two units of one document.
pub static DUPLICATE: Rule = Rule {
    name: "collapse/index-document",
    severity: Severity::Error,
    rows: &["A066"],
    on: UNITS,
    check: Check::Workspace(duplicate),
    fix: None,
    docs: Docs {
        what: "An index unit whose `data-doc-id` another unit of the workspace has too. The one with the later path is told.",
        why: "A result names its unit by this id, and could mean either.",
        fix: "Give each unit its own id.",
        bad: &[Example { note: "one document, two units", file: "doc_42.svg", files: &[("a/doc_42.svg", UNIT), ("doc_42.svg", UNIT)] }],
        good: GOOD,
    },
};

fn place(attribute: Attribute<'_>) -> Place {
    let span = if attribute.value().is_empty() { attribute.name_span() } else { attribute.value_span() };
    Place::new(attribute.locator(), span)
}

fn at(element: Element<'_>) -> Place {
    Place::new(element.locator(), element.name_span())
}

fn hash(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(drawing) = context.xml() else { return };
    let root = drawing.root();
    let computed = Unit::read(drawing).map(|unit| unit.hash().to_string());
    let Some(attribute) = root.attribute("data-hash") else {
        let mut finding = Finding::new(&HASH, at(root), "the unit lacks `data-hash`, by which answers name it");
        finding = finding.help(computed.map_or_else(|| "add `data-hash`".to_owned(), |hash| format!("add `data-hash=\"{hash}\"`")));
        findings.push(finding);
        return;
    };
    let formed = crate::hash::Digest::parse(attribute.value()).is_some();
    let message = match &computed {
        _ if !formed => "`data-hash` is not `sha256:` and 64 lower-case hexadecimal digits".to_owned(),
        Some(hash) if hash != attribute.value() => format!("the hash of the unit's structure is `{hash}`, not the declared one"),
        // Where the geometry cannot be read, that has been told.
        _ => return,
    };
    let mut finding = Finding::new(&HASH, place(attribute), message).spec("verification_error");
    finding = match computed {
        Some(hash) => finding.help("restore the geometry, or write its true hash with `mx2lm-lint fix --hashes`").fix(Fix::replace(
            Safety::Hash,
            format!("write the hash `{hash}`"),
            context.path,
            attribute.value_span(),
            hash,
        )),
        None => finding.help("write the hash of the unit's structure"),
    };
    findings.push(finding);
}

/// What groups stand for: their ids and their spaces.
const GROUPS: [(&str, &str); 2] = [("ngrams", "lexical"), ("embedding", "semantic")];

fn structure(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(drawing) = context.xml() else { return };
    let root = drawing.root();
    let mut found = Vec::new();
    // to say where an element stands takes a look at all those beside it: it is done for what is told only
    let mut wrong = |place: &dyn Fn() -> Place, message: String, help: String| {
        if found.len() < MOST {
            found.push(Finding::new(&STRUCTURE, place(), message).help(help));
        }
    };
    match root.attribute("data-doc-id") {
        None => wrong(
            &|| at(root),
            "the unit lacks `data-doc-id`: nothing says which document it indexes".to_owned(),
            "add `data-doc-id`".to_owned(),
        ),
        Some(attribute) if attribute.value().trim().is_empty() => {
            wrong(
                &|| place(attribute),
                "`data-doc-id` is empty: nothing says which document is indexed".to_owned(),
                "write the document's id".to_owned(),
            );
        }
        Some(_) => {}
    }
    let paths = drawing.iter().filter(|element| element.local() == "path").count();
    let mut weights = Vec::new();
    let mut spaces = [false; 2];
    for element in drawing.iter() {
        if let Some(list) = element.attribute("data-edges") {
            match pairs(list.value()) {
                None => wrong(
                    &|| place(list),
                    "`data-edges` is no list of pairs of whole numbers".to_owned(),
                    "write pairs such as `0,1 1,2`".to_owned(),
                ),
                Some(pairs) => {
                    if let Some(end) = pairs.iter().flatten().find(|end| **end as usize >= paths) {
                        wrong(
                            &|| place(list),
                            format!("`data-edges` names path {end}, and the unit has {paths}, counted from 0"),
                            "name paths of the unit".to_owned(),
                        );
                    }
                }
            }
        }
        match element.local() {
            "g" => group(element, &mut spaces, &mut wrong),
            "path" => path(element, &mut wrong, &mut weights),
            _ => {}
        }
    }
    findings.list.extend(found);
    for ((id, space), there) in GROUPS.iter().zip(spaces) {
        if !there {
            let message = format!("the unit has no group of the space `{space}`: it cannot be found there");
            findings.push(Finding::new(&SPACES, at(root), message).help(format!("add `<g id=\"{id}\" space=\"{space}\">`")));
        }
    }
    findings.list.extend(weights);
}

fn group(group: Element<'_>, spaces: &mut [bool; 2], wrong: &mut impl FnMut(&dyn Fn() -> Place, String, String)) {
    let (id, space) = (group.value("id"), group.attribute("space"));
    for ((own, wanted), there) in GROUPS.iter().zip(spaces) {
        let is_own = id == Some(own);
        let is_wanted = space.is_some_and(|space| space.value() == *wanted);
        *there |= is_own || is_wanted;
        if is_own && !is_wanted {
            let place = || space.map_or_else(|| at(group), place);
            let found = space.map_or_else(|| "no space".to_owned(), |space| format!("the space `{}`", space.value()));
            wrong(&place, format!("the group `{own}` is in {found}, and belongs to `{wanted}`"), format!("write `space=\"{wanted}\"`"));
        } else if let (true, Some(space)) = (is_wanted && !is_own && !GROUPS.iter().any(|row| Some(row.0) == id), space) {
            wrong(
                &|| place(space),
                format!(
                    "the space `{wanted}` is that of the group `{own}`, and this one is {}",
                    id.map_or_else(|| "not named".to_owned(), |id| format!("`{id}`"))
                ),
                format!("name it `{own}`"),
            );
        }
    }
}

fn path(path: Element<'_>, wrong: &mut impl FnMut(&dyn Fn() -> Place, String, String), weights: &mut Vec<Finding>) {
    let number = |attribute: Attribute<'_>| attribute.value().trim().parse::<f64>().ok().filter(|number| number.is_finite());
    if let Some(norm) = path.attribute("norm")
        && number(norm).is_none()
    {
        wrong(&|| place(norm), format!("`norm` is `{}`, which is no number", norm.value()), "write a number".to_owned());
    }
    let lexical = path
        .ancestors()
        .any(|group| group.local() == "g" && (group.value("id") == Some("ngrams") || group.value("space") == Some("lexical")));
    if !lexical {
        return;
    }
    match path.attribute("id") {
        None => wrong(
            &|| at(path),
            "the path has no id, so which n-gram it stands for is not said".to_owned(),
            "add `id=\"ng_…\"` with the n-gram".to_owned(),
        ),
        Some(id) if id.value().strip_prefix("ng_").is_none_or(str::is_empty) => {
            wrong(
                &|| place(id),
                format!("the id `{}` names no n-gram: it begins with `ng_`", id.value()),
                "write `ng_` and the n-gram".to_owned(),
            );
        }
        Some(_) => {}
    }
    match path.attribute("freq") {
        None => wrong(&|| at(path), "the path lacks `freq`, how often the n-gram occurs".to_owned(), "add `freq`".to_owned()),
        Some(freq) => {
            let digits = freq.value().trim();
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.bytes().all(|b| b == b'0') {
                wrong(
                    &|| place(freq),
                    format!("`freq` is `{}`; wanted is a whole number from 1", freq.value()),
                    "write how often the n-gram occurs".to_owned(),
                );
            }
        }
    }
    match path.attribute("weight") {
        None => wrong(&|| at(path), "the path lacks `weight`".to_owned(), "add `weight`, the length of the path".to_owned()),
        Some(weight) => match number(weight) {
            None => wrong(
                &|| place(weight),
                format!("`weight` is `{}`, which is no number", weight.value()),
                "write the length of the path".to_owned(),
            ),
            Some(stated) => {
                let length = path.value("d").and_then(Path::read).and_then(|path| path.length);
                if let Some(length) = length.filter(|length| weights.len() < MOST && (length - stated).abs() > 1e-6) {
                    let message = format!("`weight` is {}, and the path is {length} long: the geometry counts", weight.value());
                    weights.push(Finding::new(&LENGTH, place(weight), message).help(format!("write {length}, or change the path")));
                }
            }
        },
    }
}

fn visual(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(drawing) = context.xml() else { return };
    let mut told: HashMap<&str, usize> = HashMap::new();
    for attribute in drawing.iter().flat_map(Element::attributes) {
        let name = attribute.name();
        let looks = attribute.namespace().is_none() && (matches!(name, "opacity" | "stroke-width") || svg::is_looks(name));
        if !looks {
            continue;
        }
        let count = told.entry(name).or_insert(0);
        *count += 1;
        if *count > MOST {
            continue;
        }
        let head = drawing.text().get(..attribute.span().start as usize).unwrap_or_default();
        let span = crate::text::Span::new(head.trim_end().len() as u32, attribute.span().end);
        let fix = Fix::replace(Safety::Safe, format!("remove `{name}`"), context.path, span, "");
        let message = format!("`{name}` says how to draw, and an index unit is never drawn: its geometry is data");
        findings.push(
            Finding::new(&VISUAL, Place::new(attribute.locator(), attribute.name_span()), message).help("remove the attribute").fix(fix),
        );
    }
}

fn duplicate(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(id) = context.facts.index_unit.as_ref().and_then(|unit| unit.document.as_ref()) else { return };
    let Some(first) = context.index_units(&id.value).into_iter().next().filter(|first| first.path != context.facts.path) else { return };
    let message = format!("another unit indexes the document `{}` already", id.value);
    let mut finding = Finding::new(&DUPLICATE, id.place(), message).help("give each unit its own document, or remove one");
    if let Some(other) = first.index_unit.as_ref().and_then(|unit| unit.document.as_ref()) {
        finding = finding.related(&first.path, other.place(), "the unit that comes first");
    }
    findings.push(finding);
}
