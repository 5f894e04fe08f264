//! The list from `roxmltree`'s verdict and tree: for every text that the quick pass does not know for sure.

use std::{borrow::Cow, collections::HashMap};

use roxmltree::{Document, Error, Node, NodeType, ParsingOptions};

use super::{AttributeData, ElementData, Elements, InstructionData, NONE, Reading};
use crate::{
    syntax::{
        SyntaxError,
        xml::{encoding_fault, fault, fault::name_at, scan},
    },
    text::Span,
};

/// Reads `text`.
pub(super) fn read(text: &str) -> Reading<'_> {
    let outline = match scan::outline(text) {
        Ok(outline) => outline,
        Err(error) => return Reading { elements: None, errors: vec![error] },
    };
    let mut errors: Vec<_> = encoding_fault(text).into_iter().collect();
    if let Some((span, subset)) = outline.doctype {
        errors.push(SyntaxError {
            span,
            rule: "syntax/xml-doctype",
            message:
                "a document type declaration can define entities and defaults, so what the document says would depend on more than its text"
                    .to_owned(),
            help: Some("remove the `<!DOCTYPE …>`".to_owned()),
            fix: None,
        });
        if subset {
            return Reading { elements: None, errors };
        }
    }
    match tree(text, outline.doctype.is_some()) {
        Ok(tree) => Reading { elements: Some(flattened(text, &tree)), errors },
        Err(error) => {
            errors.push(fault::told(text, &error, &outline));
            Reading { elements: None, errors }
        }
    }
}

fn tree(text: &str, allow_dtd: bool) -> Result<Document<'_>, Error> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd, ..Default::default() })
}

/// The list of a tree's elements.
fn flattened<'t>(text: &'t str, tree: &Document<'t>) -> Elements<'t> {
    let mut all = Elements::new(text);
    let mut names = HashMap::new();
    let mut numbers: HashMap<roxmltree::NodeId, u32> = HashMap::new();
    for node in tree.root().descendants() {
        match node.node_type() {
            NodeType::Element => {
                let index = all.room.elements.len() as u32;
                numbers.insert(node.id(), index);
                let parent = node.parent_element().and_then(|parent| numbers.get(&parent.id())).copied().unwrap_or(NONE);
                add(&mut all, &mut names, node, index, parent);
            }
            NodeType::PI => {
                let span = Span::from(node.range());
                let target = node.pi().map_or(0, |pi| pi.target.len());
                let target_end = Span::from(node.range().start + 2..node.range().start + 2 + target).end;
                all.room.instructions.push(InstructionData { start: span.start, target_end, end: span.end });
            }
            _ => {}
        }
    }
    close(&mut all);
    all
}

/// The numbers of namespace names.
type Names<'n> = HashMap<&'n str, u32>;

fn add<'n>(all: &mut Elements<'_>, names: &mut Names<'n>, node: Node<'n, '_>, index: u32, parent: u32) {
    let text = all.text;
    let span = Span::from(node.range());
    let name = name_at(text, node.range().start + 1);
    let (local, name_end) = name_places(node.range().start + 1, name);
    let first = all.room.attributes.len() as u32;
    let mut last = name_end;
    for attribute in node.attributes() {
        let range = Span::from(attribute.range());
        let name = name_at(text, attribute.range().start);
        let (local, name_end) = name_places(attribute.range().start, name);
        let behind = text.get(name_end as usize..range.end as usize).unwrap_or_default();
        let open = behind.find(['"', '\'']).unwrap_or(0) + 1;
        let value_start = name_end + Span::from(open..open).start;
        let value_end = range.end.saturating_sub(1).max(value_start);
        let raw = text.get(value_start as usize..value_end as usize).unwrap_or_default();
        let mut value = NONE;
        if raw != attribute.value() {
            value = all.values.len() as u32;
            all.values.push(attribute.value().into());
        }
        let namespace = namespace(all, names, attribute.namespace());
        all.room.attributes.push(AttributeData {
            start: range.start,
            local,
            name_end,
            value_start,
            value_end,
            value,
            namespace,
            element: index,
        });
        last = range.end;
    }
    let namespace = namespace(all, names, node.tag_name().namespace());
    let depth = all.room.elements.get(parent as usize).map_or(0, |parent| parent.depth + 1);
    all.room.elements.push(ElementData {
        start: span.start,
        local,
        name_end,
        open_end: tag_end(text, last),
        end: span.end,
        parent,
        next: NONE,
        attributes: first,
        namespace,
        depth,
    });
}

/// Where the local part of a name begins, and where the name ends.
fn name_places(start: usize, name: &str) -> (u32, u32) {
    let prefix = name.find(':').map_or(0, |at| at + 1);
    let span = Span::from(start + prefix..start + name.len());
    (span.start, span.end)
}

/// Where the tag ends in which `from` stands outside of quotes. Declarations of namespaces are no attributes, and may hold a `>`.
fn tag_end(text: &str, from: u32) -> u32 {
    let bytes = text.as_bytes().get(from as usize..).unwrap_or_default();
    let (mut at, mut quote) = (0, None);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match (quote, byte) {
            (None, b'>') => break,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    from + Span::from(at..at).start
}

/// The number of a namespace name; an empty name declares that there is none.
fn namespace<'n>(all: &mut Elements<'_>, names: &mut Names<'n>, name: Option<&'n str>) -> u32 {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return NONE };
    *names.entry(name).or_insert_with(|| {
        all.namespaces.push(Cow::Owned(name.to_owned()));
        all.namespaces.len() as u32 - 1
    })
}

/// Fills in where each element's own end in the list.
fn close(all: &mut Elements<'_>) {
    let elements = &mut all.room.elements;
    let mut open: Vec<usize> = Vec::new();
    for index in 0..elements.len() {
        while open.last().is_some_and(|&last| elements[last].end <= elements[index].start) {
            if let Some(last) = open.pop() {
                elements[last].next = index as u32;
            }
        }
        open.push(index);
    }
    let end = elements.len() as u32;
    for last in open {
        elements[last].next = end;
    }
}
