//! The one walk over a drawing.

use std::{cell::OnceCell, collections::HashMap};

use super::{
    ILLEGAL_TENSOR, attribute, element,
    model::{self, Model},
    names::{self, Element},
    reference::References,
    shape,
    style_sheet::StyleSheet,
};
use memchr::memmem;

use crate::{
    diagnostic::{Change, Edit, FileChange, Fix, Safety, Severity},
    rules::{FileContext, Finding, Findings, Place, Rule},
    syntax::xml::{Attribute, Element as Node, Elements, Instruction},
    tensor::source::EPSILON,
    text::Span,
};

/// Most findings of one rule on one drawing; the last says how many more there are.
const MOST: u32 = 100;

/// Checks a drawing.
pub(super) fn check(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(elements) = context.xml() else { return };
    let model = (!context.kind.is("semantic.index.v1")).then(|| Model::of(elements, EPSILON));
    check_with(context, elements, model.as_ref(), findings);
}

/// Checks a drawing of which the model was made already; an index has none.
pub(super) fn check_with(context: &FileContext<'_>, elements: &Elements<'_>, model: Option<&Model>, findings: &mut Findings) {
    let root = elements.root();
    let mut walk = Walk {
        context,
        elements,
        text: elements.text(),
        root_namespace: root.namespace_id(),
        canonical: root.value("data-mx2lm") == Some("canonical.v1"),
        is_index: context.kind.is("semantic.index.v1"),
        findings,
        counts: HashMap::new(),
        beyond: HashMap::new(),
        unplaced: false,
        style_sheet: OnceCell::new(),
        style_sheets: OnceCell::new(),
        frames: Vec::new(),
        ignored: attribute::Ignored::default(),
        references: References::default(),
        drawn: 0,
        strangers: false,
        errors: false,
        paths_are_sound: model.is_some_and(Model::paths_are_sound),
    };
    walk.document();
    attribute::finish(&mut walk);
    element::finish(&mut walk, root);
    super::reference::finish(&mut walk, elements);
    if let Some(model) = model {
        model::finish(&mut walk, model);
    }
    walk.close();
}

/// What holds inside an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Where the element ends.
    end: u32,
    /// The nearest stroke width, in 1/65536.
    pub stroke: i32,
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
    pub elements: &'a Elements<'a>,
    pub text: &'a str,
    root_namespace: u32,
    /// Whether the drawing says that it is in canonical form.
    pub canonical: bool,
    /// Whether it is a semantic index, which need not be connected or drawn (`DECISIONS` 53).
    pub is_index: bool,
    findings: &'f mut Findings,
    counts: HashMap<&'static str, (&'static Rule, u32)>,
    /// The fixes of the findings that are left out, of a rule and a safety together.
    beyond: HashMap<(&'static str, Safety), Vec<Edit>>,
    /// Whether the finding that is made is wanted for its fix alone: its locator would count all elements before it.
    unplaced: bool,
    style_sheet: OnceCell<Option<StyleSheet>>,
    style_sheets: OnceCell<bool>,
    frames: Vec<Frame>,
    pub ignored: attribute::Ignored<'a>,
    pub references: References<'a>,
    /// Elements that are drawn.
    pub drawn: usize,
    /// Whether any element is not lawful, so that nothing is said of what is missing.
    pub strangers: bool,
    /// Whether any finding is an error.
    pub errors: bool,
    /// Whether the model was made of all path data, and none of it needs to be told of.
    pub paths_are_sound: bool,
}

impl<'a> Walk<'_, 'a, '_> {
    fn document(&mut self) {
        let elements = self.elements;
        let mut instructions = elements.instructions().peekable();
        let (mut index, mut skip_to) = (0, 0);
        while let Some(node) = elements.get(index) {
            let start = node.span().start;
            while let Some(instruction) = instructions.next_if(|instruction| instruction.span.start < start) {
                self.instruction(instruction, skip_to);
            }
            let frame = self.frame_at(start);
            if self.element(node, frame) {
                index += 1;
            } else {
                skip_to = node.span().end;
                index = node.next_index();
            }
        }
        for instruction in instructions {
            self.instruction(instruction, skip_to);
        }
    }

    fn instruction(&mut self, instruction: Instruction<'a>, skip_to: u32) {
        let start = instruction.span.start;
        if start >= skip_to && !self.frame_at(start).exempt {
            element::instruction(self, instruction);
        }
    }

    /// What holds at a place that nothing before it has passed.
    fn frame_at(&mut self, start: u32) -> Frame {
        while self.frames.last().is_some_and(|frame| frame.end <= start) {
            self.frames.pop();
        }
        self.frames.last().copied().unwrap_or(Frame {
            end: u32::MAX,
            stroke: 1 << 16,
            opacity: 1 << 32,
            strange: false,
            exempt: false,
            drawn: true,
        })
    }

    /// Whether an element is SVG's: in its namespace, or in whatever the root is in, which is told at the root.
    fn is_svg(&self, node: Node<'a>) -> bool {
        node.namespace_id() == self.root_namespace || node.namespace() == Some(names::SVG)
    }

    /// Looks at one element; answers whether to look inside.
    fn element(&mut self, node: Node<'a>, outer: Frame) -> bool {
        let name = node.local();
        let is_root = node.parent().is_none();
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
        let mut frame = Frame { end: node.span().end, ..outer };
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
            Element::G if !node.has_elements() => element::empty_group(self, node),
            _ => {}
        }
        self.enter(node, frame);
        true
    }

    fn enter(&mut self, node: Node<'a>, frame: Frame) {
        if !node.is_empty_tag() {
            self.frames.push(frame);
        }
    }

    /// Adds a finding made by `make`, unless there are enough of its rule already.
    pub(super) fn find(&mut self, rule: &'static Rule, make: impl FnOnce(&Self) -> Finding) {
        let count = &mut self.counts.entry(rule.name).or_insert((rule, 0)).1;
        *count += 1;
        if *count <= MOST {
            let finding = make(self);
            self.errors |= finding.severity.unwrap_or(rule.severity) == Severity::Error;
            self.findings.push(finding);
        }
    }

    /// As [`Self::find`], of findings whose fixes keep to their own attribute or element: those of the findings that are left out are made
    /// together, so that a drawing with a hundred thousand of them takes no thousand rounds.
    pub(super) fn find_alike(&mut self, rule: &'static Rule, make: impl FnOnce(&Self) -> Finding) {
        if self.counts.get(rule.name).is_none_or(|(_, count)| *count < MOST) {
            return self.find(rule, make);
        }
        self.unplaced = true;
        let fixes = make(self).fixes;
        self.unplaced = false;
        self.find(rule, |_| Finding::new(rule, Place::document(), String::new()));
        for fix in fixes.into_iter().take(1) {
            for change in fix.changes {
                if let Change::Edits(edits) = change.change {
                    self.beyond.entry((rule.name, fix.safety)).or_default().extend(edits);
                }
            }
        }
    }

    /// Whether a rule has a finding.
    pub(super) fn has_told(&self, rule: &'static Rule) -> bool {
        self.counts.contains_key(rule.name)
    }

    /// Says of each rule how many findings were left out.
    fn close(&mut self) {
        let mut over: Vec<_> = self.counts.values().filter(|(_, count)| *count > MOST).copied().collect();
        over.sort_unstable_by_key(|(rule, _)| rule.name);
        for (rule, count) in over {
            let message = format!("{} more of this kind in the drawing", count - MOST);
            let mut finding = Finding::new(rule, Place::document(), message).help("correct these first");
            for safety in [Safety::Safe, Safety::Unsafe] {
                if let Some(edits) = self.beyond.remove(&(rule.name, safety)) {
                    finding.fixes.push(self.fix(safety, "do the same for the others", edits));
                }
            }
            self.findings.push(finding);
        }
    }

    /// The place of an element: its name in the opening tag.
    pub(super) fn at(&self, node: Node<'a>) -> Place {
        if self.unplaced { Place::document() } else { at(node) }
    }

    /// The place of an attribute's name.
    pub(super) fn at_name(&self, attribute: Attribute<'a>) -> Place {
        if self.unplaced { Place::document() } else { at_name(attribute) }
    }

    /// The place of an attribute's value; of its name when the value is empty.
    pub(super) fn at_value(&self, attribute: Attribute<'a>) -> Place {
        if self.unplaced { Place::document() } else { at_value(attribute) }
    }

    /// The place of bytes `span` of an attribute's value.
    pub(super) fn in_value(&self, attribute: Attribute<'a>, span: Span) -> Place {
        if self.unplaced { Place::document() } else { in_value(attribute, span) }
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
    pub(super) fn without(&self, safety: Safety, attribute: Attribute<'a>) -> Fix {
        let name = self.spelled(attribute.name_span());
        self.fix(safety, format!("remove `{name}`"), vec![Edit { span: self.with_space(attribute), text: String::new() }])
    }

    /// Whether a style sheet may say more of an element than its attributes do.
    pub(super) fn has_style_sheets(&self) -> bool {
        let there =
            || [&b"<style"[..], b":style", b"<?xml-stylesheet"].iter().any(|name| memmem::find(self.text.as_bytes(), name).is_some());
        *self.style_sheets.get_or_init(there)
    }

    /// What the style sheets say of classes, where they say nothing else.
    pub(super) fn style_sheet(&self) -> Option<&StyleSheet> {
        self.style_sheet.get_or_init(|| if self.has_style_sheets() { StyleSheet::of(self.elements) } else { None }).as_ref()
    }

    /// An attribute and the space in front of it.
    pub(super) fn with_space(&self, attribute: Attribute<'a>) -> Span {
        let Span { start, end } = attribute.span();
        let head = self.text.get(..start as usize).unwrap_or_default();
        Span::new(Span::from(0..head.trim_end().len()).end, end)
    }

    /// Edits of parts of an attribute's value, as edits of the document.
    pub(super) fn edits_in(&self, attribute: Attribute<'a>, parts: Vec<(Span, String)>) -> Vec<Edit> {
        let at = |offset| attribute.value_offset(offset);
        parts.into_iter().map(|(span, text)| Edit { span: Span::new(at(span.start), at(span.end)), text }).collect()
    }
}

/// The place of an element: its name in the opening tag.
pub(super) fn at(node: Node<'_>) -> Place {
    Place::new(node.locator(), node.name_span())
}

fn at_name(attribute: Attribute<'_>) -> Place {
    Place::new(attribute.locator(), attribute.name_span())
}

/// The place of an attribute's value; of its name when the value is empty.
pub(super) fn at_value(attribute: Attribute<'_>) -> Place {
    let span = attribute.value_span();
    let mut place = at_name(attribute);
    if !span.is_empty() {
        place.span = Some(span);
    }
    place
}

/// The place of bytes `span` of an attribute's value.
pub(super) fn in_value(attribute: Attribute<'_>, span: Span) -> Place {
    let mut place = at_name(attribute);
    let start = attribute.value_offset(span.start);
    place.span = Some(Span::new(start, attribute.value_offset(span.end)));
    place
}

/// A finding that makes the drawing no tensor.
pub(super) fn illegal(rule: &'static Rule, place: Place, message: impl Into<String>) -> Finding {
    Finding::new(rule, place, message).spec(ILLEGAL_TENSOR)
}
