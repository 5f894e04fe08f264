//! Fixes that write a legal element in terms of those that the canonical form knows.

use super::{names::Element, walk::Walk};
use crate::{
    diagnostic::{Edit, Fix, Safety},
    syntax::xml::Element as Node,
    tensor::number::NumberList,
    text::Span,
};

/// The fix that lowers `node`, where there is an exact one.
pub(super) fn fix<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, kind: Element) -> Option<Fix> {
    match kind {
        Element::Polyline => points(walk, node, false),
        Element::Polygon => points(walk, node, true),
        Element::Use => copy(walk, node),
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

/// The edits that give an element another local name.
fn rename<'a>(walk: &Walk<'_, 'a, '_>, node: Node<'a>, to: &str) -> Vec<Edit> {
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
    Some(walk.fix(Safety::Unsafe, "put a copy of its target here", vec![Edit { span: node.span(), text }]))
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
