//! Fixes that write a legal element in terms of those that the canonical form knows.

use std::collections::HashSet;

use super::{names::Element, walk::Walk};
use crate::{
    diagnostic::{Edit, Fix, Safety},
    syntax::xml::Element as Node,
    tensor::{number::NumberList, outline},
    text::Span,
};

/// Largest drawing in bytes that copies of what `use` names may make: copies of copies double with each level.
const MAX_COPIED: usize = 4 << 20;

/// The fix that lowers `node`, where there is an exact one.
pub(super) fn fix<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, kind: Element) -> Option<Fix> {
    match kind {
        Element::Polyline => points(walk, node, false),
        Element::Polygon => points(walk, node, true),
        Element::Ellipse => ellipse(walk, node),
        Element::Use => copy(walk, node),
        Element::Defs => definitions(walk, node),
        Element::Metadata => {
            let remove = Edit { span: node.span(), text: String::new() };
            Some(walk.fix(Safety::Unsafe, "remove `metadata`", vec![remove]))
        }
        _ => None,
    }
}

/// The `path` through the same points: `points` becomes `d`, its pairs the arguments of one `M`.
fn points<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, closed: bool) -> Option<Fix> {
    let attribute = node.attribute("points")?;
    let count = NumberList::new(attribute.value()).try_fold(0usize, |count, number| number.ok().map(|_| count + 1))?;
    if count < 4 || count % 2 == 1 || node.attribute("d").is_some() {
        return None;
    }
    let value = attribute.value_span();
    let mut edits = rename(walk, node, "path");
    edits.push(Edit { span: attribute.name_span(), text: "d".to_owned() });
    edits.push(Edit { span: Span::at(value.start), text: "M".to_owned() });
    if closed {
        edits.push(Edit { span: Span::at(value.end), text: "Z".to_owned() });
    }
    Some(walk.fix(Safety::Safe, "write it as a `path`", edits))
}

/// The `path` of an ellipse: the four curves that the canonical form draws a circle with, stretched.
fn ellipse<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>) -> Option<Fix> {
    let value = |name: &str| node.value(name).map(str::trim);
    let one = |name: &str, other: &str| value(name).filter(|value| *value != "auto").or_else(|| value(other));
    let data = outline::ellipse(
        [value("cx").unwrap_or("0"), value("cy").unwrap_or("0")],
        [one("rx", "ry").unwrap_or("0"), one("ry", "rx").unwrap_or("0")],
    )?;
    Some(walk.fix(Safety::Safe, "write it as a `path`", drawn_as(walk, node, &["cx", "cy", "rx", "ry"], &data)?))
}

/// The `path` of a rectangle with round corners.
pub(super) fn rounded<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>) -> Option<Fix> {
    let value = |name: &str| node.value(name).map(str::trim);
    let one = |name: &str, other: &str| value(name).filter(|value| *value != "auto").or_else(|| value(other)).unwrap_or("0");
    let data = outline::rounded_rect(
        [value("x").unwrap_or("0"), value("y").unwrap_or("0")],
        [value("width")?, value("height")?],
        [one("rx", "ry"), one("ry", "rx")],
    )?;
    let edits = drawn_as(walk, node, &["x", "y", "width", "height", "rx", "ry"], &data)?;
    Some(walk.fix(Safety::Unsafe, "write it as a `path` with round corners", edits))
}

/// The edits that make an element a `path`: its data stands where the first of its places stood, and the others go.
fn drawn_as<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, places: &[&str], data: &str) -> Option<Vec<Edit>> {
    if node.attribute("d").is_some() {
        return None;
    }
    let mut edits = rename(walk, node, "path");
    let mut own = node.attributes().filter(|attribute| attribute.namespace().is_none() && places.contains(&attribute.local()));
    edits.push(Edit { span: own.next()?.span(), text: format!("d=\"{data}\"") });
    edits.extend(own.map(|attribute| Edit { span: walk.with_space(attribute), text: String::new() }));
    Some(edits)
}

/// Removes definitions that nothing names any more. What only paints, clips or fills by them is seen in the picture alone.
fn definitions<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>) -> Option<Fix> {
    let range = node.span().range();
    let outside = [walk.text.get(..range.start)?, walk.text.get(range.end..)?];
    let ids: HashSet<&str> = node.descendants().filter_map(|inner| inner.value("id")).filter(|id| !id.is_empty()).collect();
    let used = |other: Node<'a>| {
        let href = other.attributes().find(|attribute| attribute.local() == "href").and_then(|href| href.value().strip_prefix('#'));
        other.local() == "use" && href.is_some_and(|id| ids.contains(id)) && !range.contains(&(other.span().start as usize))
    };
    if walk.elements.iter().any(used) {
        return None;
    }
    let end_of_name = |c: char| c.is_whitespace() || matches!(c, ')' | '"' | '\'' | '<' | '&' | ';');
    let mut names = outside.iter().flat_map(|text| text.split('#').skip(1)).filter_map(|rest| rest.split(end_of_name).next());
    let safety = if !ids.is_empty() && names.any(|name| ids.contains(name)) { Safety::Unsafe } else { Safety::Safe };
    Some(walk.fix(safety, "remove `defs`", vec![Edit { span: node.span(), text: String::new() }]))
}

/// The edits that give an element another local name.
pub(super) fn rename<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, to: &str) -> Vec<Edit> {
    let local = node.local().len() as u32;
    let open = node.name_span();
    let mut edits = vec![Edit { span: Span::new(open.end - local, open.end), text: to.to_owned() }];
    let range = node.span().range();
    let own = walk.text.get(range.clone()).unwrap_or_default();
    if !own.ends_with("/>")
        && let Some(close) = own.rfind("</")
    {
        let end = Span::from(0..range.start + close + 2).end + open.len();
        edits.push(Edit { span: Span::new(end - local, end), text: to.to_owned() });
    }
    edits
}

/// A copy of the target in a group that stands where the `use` stood. Ids inside the copy go: an id names one element.
fn copy<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>) -> Option<Fix> {
    let href = node.attributes().find(|attribute| attribute.local() == "href")?;
    let id = href.value().strip_prefix('#')?;
    let target = walk.elements.iter().find(|other| other.value("id") == Some(id))?;
    let encloses = node.ancestors().any(|ancestor| ancestor == target);
    if encloses || !Element::of(target.local()).is_some_and(|kind| kind.draws() || kind == Element::G) {
        return None;
    }
    let (mut group, mut x, mut y, mut transform) = (String::new(), "0", "0", "");
    for attribute in node.attributes() {
        match attribute.local() {
            "href" | "width" | "height" => {}
            "x" => x = attribute.value(),
            "y" => y = attribute.value(),
            "transform" => transform = attribute.value(),
            _ => {
                group.push(' ');
                group.push_str(walk.spelled(attribute.span()));
            }
        }
    }
    if [x, y, transform].iter().any(|value| value.contains(['&', '<', '"'])) {
        return None;
    }
    let moved = x.trim() != "0" || y.trim() != "0";
    match (transform.trim(), moved) {
        ("", false) => {}
        ("", true) => group.push_str(&format!(" transform=\"translate({} {})\"", x.trim(), y.trim())),
        (transform, false) => group.push_str(&format!(" transform=\"{transform}\"")),
        (transform, true) => group.push_str(&format!(" transform=\"{transform} translate({} {})\"", x.trim(), y.trim())),
    }
    let text = format!("<g{group}>{}</g>", without_ids(walk, target));
    let uses = walk.elements.iter().filter(|other| other.local() == "use").count();
    if walk.text.len().saturating_add(uses.saturating_mul(text.len())) > MAX_COPIED {
        return None;
    }
    let safety = if walk.has_style_sheets() { Safety::Unsafe } else { Safety::Safe };
    Some(walk.fix(safety, "put a copy of its target here", vec![Edit { span: node.span(), text }]))
}

fn without_ids<'a>(walk: &Walk<'_, 'a, '_>, target: Node<'a>) -> String {
    let range = target.span().range();
    let (mut out, mut from) = (String::new(), range.start);
    for attribute in target.descendants().filter_map(|node| node.attribute("id")) {
        let id = attribute.span().range();
        let head = walk.text.get(from..id.start).unwrap_or_default();
        out.push_str(head.trim_end());
        from = id.end;
    }
    out.push_str(walk.text.get(from..range.end).unwrap_or_default());
    out
}
