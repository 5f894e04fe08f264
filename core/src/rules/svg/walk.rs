//! The one walk over a drawing.

use std::collections::HashMap;

use roxmltree::{Attribute, Node, NodeType};

use super::{
    ILLEGAL_TENSOR, attribute, element,
    names::{self, Element},
    reference::References,
    shape,
};
use crate::{
    diagnostic::{Change, Edit, FileChange, Fix, Safety},
    rules::{FileContext, Finding, Findings, Place, Rule},
    syntax::xml,
    text::Span,
};

/// Most findings of one rule on one drawing; the last says how many more there are.
const MOST: u32 = 100;

/// Checks a drawing.
pub(super) fn check(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(document) = context.xml() else { return };
    let root = document.tree().root_element();
    let mut walk = Walk {
        context,
        text: document.text(),
        root_namespace: root.tag_name().namespace(),
        canonical: root.attribute("data-mx2lm") == Some("canonical.v1"),
        is_index: context.kind.is("semantic.index.v1"),
        findings,
        counts: HashMap::new(),
        frames: Vec::new(),
        ignored: attribute::Ignored::default(),
        references: References::default(),
        drawn: 0,
        strangers: false,
    };
    walk.document(document.tree());
    attribute::finish(&mut walk);
    element::finish(&mut walk, root);
    super::reference::finish(&mut walk, document.tree());
    walk.close();
}

/// What holds inside an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Where the element ends.
    end: usize,
    /// The nearest stroke width, in 1/65536.
    pub stroke: i64,
    /// The product of the opacities so far, in 2⁻³².
    pub opacity: i64,
    /// Whether a parent is unknown already: what stands in it is part of the same trouble.
    strange: bool,
    /// Whether only forbidden elements are looked for.
    exempt: bool,
    /// Whether it is drawn where it stands.
    pub drawn: bool,
}

/// The state of the walk.
pub(super) struct Walk<'c, 'a, 'f> {
    pub context: &'c FileContext<'a>,
    pub text: &'a str,
    root_namespace: Option<&'a str>,
    /// Whether the drawing says that it is in canonical form.
    pub canonical: bool,
    /// Whether it is a semantic index, which need not be connected or drawn (`DECISIONS` 53).
    pub is_index: bool,
    findings: &'f mut Findings,
    counts: HashMap<&'static str, (&'static Rule, u32)>,
    frames: Vec<Frame>,
    pub ignored: attribute::Ignored<'a>,
    pub references: References<'a>,
    /// Elements that are drawn.
    pub drawn: usize,
    /// Whether any element is not lawful, so that nothing is said of what is missing.
    pub strangers: bool,
}

impl<'a> Walk<'_, 'a, '_> {
    fn document(&mut self, tree: &'a roxmltree::Document<'a>) {
        let mut skip_to = 0;
        for node in tree.root().descendants() {
            let kind = node.node_type();
            if kind != NodeType::Element && kind != NodeType::PI {
                continue;
            }
            let range = node.range();
            if range.start < skip_to {
                continue;
            }
            while self.frames.last().is_some_and(|frame| frame.end <= range.start) {
                self.frames.pop();
            }
            let frame = self.frames.last().copied().unwrap_or(Frame {
                end: usize::MAX,
                stroke: 1 << 16,
                opacity: 1 << 32,
                strange: false,
                exempt: false,
                drawn: true,
            });
            if kind == NodeType::PI {
                if !frame.exempt {
                    element::instruction(self, node);
                }
            } else if !self.element(node, frame) {
                skip_to = range.end;
            }
        }
    }

    /// Whether an element is SVG's: in its namespace, or in whatever the root is in, which is told at the root.
    fn is_svg(&self, node: Node<'a, 'a>) -> bool {
        let namespace = node.tag_name().namespace();
        namespace == self.root_namespace || namespace == Some(names::SVG)
    }

    /// Looks at one element; answers whether to look inside.
    fn element(&mut self, node: Node<'a, 'a>, outer: Frame) -> bool {
        let name = node.tag_name().name();
        let is_root = node.parent_element().is_none();
        let svg = self.is_svg(node);
        if svg && names::is_forbidden(name) {
            self.strangers = true;
            element::forbidden(self, node, name);
            return false;
        }
        if outer.exempt {
            return true;
        }
        if is_root {
            element::root(self, node, name);
        }
        if !svg {
            self.strangers = true;
            element::foreign(self, node);
            return false;
        }
        let mut frame = Frame { end: node.range().end, ..outer };
        let Some(kind) = Element::of(name) else {
            self.strangers = true;
            if !outer.strange && !is_root {
                element::unknown(self, node, name);
            }
            frame.strange = true;
            self.enter(node, frame);
            return true;
        };
        if kind == Element::Svg && !is_root {
            self.strangers = true;
            element::nested(self, node);
            self.enter(node, frame);
            return true;
        }
        if kind.is_legal_only() {
            element::legal_only(self, node, kind);
        }
        shape::check(self, node, kind, &mut frame);
        match kind {
            Element::Metadata => frame.exempt = true,
            Element::Defs => frame.drawn = false,
            Element::G if !node.has_children() || !node.children().any(|child| child.is_element()) => element::empty_group(self, node),
            _ => {}
        }
        self.enter(node, frame);
        true
    }

    fn enter(&mut self, node: Node<'a, 'a>, frame: Frame) {
        if node.has_children() {
            self.frames.push(frame);
        }
    }

    /// Adds a finding made by `make`, unless there are enough of its rule already.
    pub(super) fn find(&mut self, rule: &'static Rule, make: impl FnOnce(&Self) -> Finding) {
        let count = &mut self.counts.entry(rule.name).or_insert((rule, 0)).1;
        *count += 1;
        if *count <= MOST {
            let finding = make(self);
            self.findings.push(finding);
        }
    }

    /// Says of each rule how many findings were left out.
    fn close(&mut self) {
        let mut over: Vec<_> = self.counts.values().filter(|(_, count)| *count > MOST).copied().collect();
        over.sort_unstable_by_key(|(rule, _)| rule.name);
        for (rule, count) in over {
            let message = format!("{} more of this kind in the drawing", count - MOST);
            self.findings.push(Finding::new(rule, Place::document(), message).help("correct these first"));
        }
    }

    /// The place of an element: its name in the opening tag.
    pub(super) fn at(&self, node: Node<'a, 'a>) -> Place {
        Place::new(xml::locator(node), xml::name_span(node))
    }

    /// The place of an attribute's name.
    pub(super) fn at_name(&self, node: Node<'a, 'a>, attribute: Attribute<'a, 'a>) -> Place {
        let span = xml::attribute_name_span(attribute, self.text);
        Place::new(xml::attribute_locator(node, self.spelled(span)), span)
    }

    /// The place of an attribute's value; of its name when the value is empty.
    pub(super) fn at_value(&self, node: Node<'a, 'a>, attribute: Attribute<'a, 'a>) -> Place {
        let span = xml::value_span(attribute, self.text);
        let mut place = self.at_name(node, attribute);
        if !span.is_empty() {
            place.span = Some(span);
        }
        place
    }

    /// The place of bytes `span` of an attribute's value.
    pub(super) fn in_value(&self, node: Node<'a, 'a>, attribute: Attribute<'a, 'a>, span: Span) -> Place {
        let mut place = self.at_name(node, attribute);
        let start = xml::value_offset(attribute, self.text, span.start);
        place.span = Some(Span::new(start, xml::value_offset(attribute, self.text, span.end)));
        place
    }

    /// The text of a span.
    pub(super) fn spelled(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// A fix of this drawing; edits in any order.
    pub(super) fn fix(&self, safety: Safety, title: impl Into<String>, mut edits: Vec<Edit>) -> Fix {
        edits.sort_by_key(|edit| edit.span);
        Fix { safety, title: title.into(), changes: vec![FileChange { path: self.context.path.clone(), change: Change::Edits(edits) }] }
    }

    /// Removes an attribute with the space in front of it.
    pub(super) fn without(&self, safety: Safety, attribute: Attribute<'a, 'a>) -> Fix {
        let range = attribute.range();
        let head = self.text.get(..range.start).unwrap_or_default();
        let span = Span::from(head.trim_end().len()..range.end);
        let name = self.spelled(xml::attribute_name_span(attribute, self.text));
        self.fix(safety, format!("remove `{name}`"), vec![Edit { span, text: String::new() }])
    }
}

/// A finding that makes the drawing no tensor.
pub(super) fn illegal(rule: &'static Rule, place: Place, message: impl Into<String>) -> Finding {
    Finding::new(rule, place, message).spec(ILLEGAL_TENSOR)
}
