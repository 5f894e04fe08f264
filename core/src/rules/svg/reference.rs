//! Names inside a drawing: ids, what `use` names, and what nobody does.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map::Entry};

use super::{
    FILE, GOOD, drawing,
    element::DRAWINGS,
    names::Element,
    shows,
    walk::{Walk, illegal},
};
use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Finding, Rule, nearest_of},
    syntax::xml::{Attribute, Element as Node, Elements},
};

/// One id for two elements.
pub static DUPLICATE_ID: Rule = Rule {
    name: "svg/duplicate-id",
    severity: Severity::Error,
    rows: &["B272"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An `id` that two drawing elements share.",
        why: "An element's id names it in the lanes, as four bytes made of it; two elements of one name cannot be told apart.",
        fix: "Give each element its own id, or none: an element without an id is named by its place.",
        bad: &[shows("two of one name", &[(FILE, drawing!("<path id=\"a\" d=\"M0 0L3 4\"/><path id=\"a\" d=\"M3 4L6 8\"/>"))])],
        good: GOOD,
    },
};

/// A reference that leads nowhere, out of the drawing, or round.
pub static REFERENCE: Rule = Rule {
    name: "svg/reference",
    severity: Severity::Error,
    rows: &["B107", "B119"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A `use` without `href`, whose `href` is not `#id` of an element in the drawing, or that leads back to itself; an `href` of any other element that leads out of the drawing.",
        why: "A tensor is complete in itself. What another file holds can change without the hash noticing, and a `use` of itself would never end.",
        fix: "Copy what is meant into the drawing and name it by its id.",
        bad: &[
            shows("another file", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><use href=\"b.svg#a\"/>"))]),
            shows("no such id", &[(FILE, drawing!("<path id=\"a\" d=\"M0 0L3 4\"/><use href=\"#b\"/>"))]),
            shows("a circle", &[(FILE, drawing!("<g id=\"a\"><path d=\"M0 0L3 4\"/><use href=\"#a\"/></g>"))]),
        ],
        good: GOOD,
    },
};

/// A definition that nobody uses.
pub static UNUSED_DEFINITION: Rule = Rule {
    name: "svg/unused-definition",
    severity: Severity::Warning,
    rows: &["B106", "B126"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An element in `defs` that no `use` names, itself or by something in it.",
        why: "What is defined and not used is not drawn, so it has no numeric meaning.",
        fix: "Use it or remove it.",
        bad: &[shows("drawn nowhere", &[(FILE, drawing!("<defs><path id=\"a\" d=\"M0 0L3 4\"/></defs><path d=\"M0 0L3 4\"/>"))])],
        good: GOOD,
    },
};

/// What the walk gathers.
#[derive(Default)]
pub(super) struct References<'a> {
    ids: HashMap<&'a str, Node<'a>>,
    uses: Vec<(Node<'a>, Option<Attribute<'a>>)>,
    twice: Vec<(Attribute<'a>, Node<'a>)>,
}

impl<'a> References<'a> {
    /// Notes the id of a drawing element.
    pub(super) fn name(&mut self, node: Node<'a>, id: Attribute<'a>) {
        match self.ids.entry(id.value()) {
            Entry::Vacant(entry) => {
                entry.insert(node);
            }
            Entry::Occupied(first) => self.twice.push((id, *first.get())),
        }
    }

    /// Notes a `use`.
    pub(super) fn uses(&mut self, node: Node<'a>, href: Option<Attribute<'a>>) {
        self.uses.push((node, href));
    }
}

/// An `href` that leads out of the drawing, on an element that has no use for one.
pub(super) fn external<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>) {
    walk.find(&REFERENCE, |walk| {
        illegal(&REFERENCE, walk.at_value(attribute), "this reference leads out of the drawing, and a tensor is complete in itself")
            .help("remove the attribute")
    });
}

/// Judges what was gathered.
pub(super) fn finish<'a>(walk: &mut Walk<'_, 'a, '_>, elements: &'a Elements<'a>) {
    let References { uses, twice, .. } = std::mem::take(&mut walk.references);
    for (id, first) in twice {
        walk.find(&DUPLICATE_ID, |walk| {
            let message = format!("`{}` is the id of an element before this one", id.value());
            illegal(&DUPLICATE_ID, walk.at_value(id), message).help("give each element its own id, or none").related(
                &walk.context.path.clone(),
                walk.at(first),
                "first here",
            )
        });
    }
    let mut has_definitions = false;
    let mut targets: HashMap<&'a str, Node<'a>> = HashMap::new();
    if !uses.is_empty() || walk.text.contains("defs") {
        for node in elements.iter() {
            has_definitions |= node.local() == "defs";
            if let Some(id) = node.value("id") {
                targets.entry(id).or_insert(node);
            }
        }
    }
    let mut edges: Vec<Option<Node<'a>>> = Vec::with_capacity(uses.len());
    for (node, href) in &uses {
        edges.push(target(walk, *node, *href, &targets));
    }
    circles(walk, &uses, &edges);
    if has_definitions {
        unused(walk, elements, &edges);
    }
}

/// The element that a `use` names.
fn target<'a>(
    walk: &mut Walk<'_, 'a, '_>,
    node: Node<'a>,
    href: Option<Attribute<'a>>,
    targets: &HashMap<&'a str, Node<'a>>,
) -> Option<Node<'a>> {
    let Some(href) = href else {
        walk.find(&REFERENCE, |walk| {
            illegal(&REFERENCE, walk.at(node), "this `use` names nothing: it has no `href`").help("add `href=\"#id\"`")
        });
        return None;
    };
    let value = href.value().trim();
    let Some(id) = value.strip_prefix('#').filter(|id| !id.is_empty()) else {
        walk.find(&REFERENCE, |walk| {
            let message = match value {
                "" | "#" => "this `use` names nothing: its `href` is empty".to_owned(),
                value => format!("`{value}` is not in this drawing, and a tensor is complete in itself"),
            };
            illegal(&REFERENCE, walk.at_value(href), message).help("name an element of this drawing as `#id`")
        });
        return None;
    };
    let found = targets.get(id).or_else(|| targets.get(decoded(id).as_str())).copied();
    if found.is_none() {
        walk.find(&REFERENCE, |walk| {
            let finding = illegal(&REFERENCE, walk.at_value(href), format!("no element of this drawing has the id `{id}`"));
            match nearest_of(id, targets.keys().copied().take(10_000).collect::<BTreeSet<_>>()) {
                Some(near) => finding.help(format!("write `#{near}`, or add the element")),
                None => finding.help("correct the id, or add the element"),
            }
        });
    }
    found
}

/// A fragment with its percent escapes resolved, where they are UTF-8.
fn decoded(fragment: &str) -> String {
    let bytes = fragment.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| fragment.get(at + 1..at + 3)).flatten().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Says which `use` closes a circle: following it leads to an element in which it stands itself.
///
/// Uses are in the order of the text, so those inside an element are a range of them. Each is followed once; those on the way
/// are kept apart, so that a use of any of them is noticed without walking the range.
fn circles<'a>(walk: &mut Walk<'_, 'a, '_>, uses: &[(Node<'a>, Option<Attribute<'a>>)], edges: &[Option<Node<'a>>]) {
    let inside = |target: Node<'a>| {
        let range = target.span();
        let first = uses.partition_point(|(node, _)| node.span().start < range.start);
        let last = uses.partition_point(|(node, _)| node.span().start < range.end);
        first..last
    };
    let mut fresh: BTreeSet<usize> = (0..uses.len()).collect();
    let mut on_the_way: BTreeSet<usize> = BTreeSet::new();
    while let Some(start) = fresh.pop_first() {
        let mut way = vec![start];
        on_the_way.insert(start);
        while let Some(&at) = way.last() {
            let range = edges[at].map_or(0..0, inside);
            if let Some(next) = fresh.range(range.clone()).next().copied() {
                fresh.remove(&next);
                on_the_way.insert(next);
                way.push(next);
                continue;
            }
            if on_the_way.range(range).next().is_some() {
                let (node, href) = uses[at];
                walk.find(&REFERENCE, |walk| {
                    let place = href.map_or_else(|| walk.at(node), |href| walk.at_value(href));
                    let name = href.map_or("", |href| href.value().trim());
                    illegal(&REFERENCE, place, format!("following `{name}` leads back to this `use`: it would never end"))
                        .help("name an element that does not hold this one, by any way")
                });
            }
            on_the_way.remove(&at);
            way.pop();
        }
    }
}

/// Says what stands in `defs` and is never used.
fn unused<'a>(walk: &mut Walk<'_, 'a, '_>, elements: &'a Elements<'a>, edges: &[Option<Node<'a>>]) {
    let used: HashSet<_> = edges.iter().flatten().map(|node| node.index()).collect();
    let definitions = elements.iter().filter(|node| node.local() == "defs");
    for child in definitions.flat_map(|definitions| definitions.children()) {
        let lawful = Element::of(child.local()).is_some_and(|kind| kind.draws() || kind == Element::G);
        if !lawful
            || child.ancestors().any(|node| node.local() == "metadata")
            || child.descendants().any(|node| used.contains(&node.index()))
        {
            continue;
        }
        walk.find(&UNUSED_DEFINITION, |walk| {
            let name = child.name();
            let message = match child.value("id") {
                Some(id) => format!("nothing uses `#{id}`, so this `{name}` has no numeric meaning"),
                None => format!("this `{name}` has no id, so nothing can use it"),
            };
            Finding::new(&UNUSED_DEFINITION, walk.at(child), message).help("use it or remove it")
        });
    }
}
