//! JSON with spans.
//!
//! Accepted without an error: exactly the texts of RFC 8259, less lone surrogate escapes, numbers beyond f64, and what exceeds the limits of
//! [`super`]. Everything else is read as far as it goes: see `json/recover.rs` for what recovery does.
//!
//! A tree is one array of nodes in document order, so that a node's descendants follow it and both look-ups (pointer and offset) are
//! binary searches. Strings and numbers stay in the text until they are asked for. Nothing here knows what a document means.

mod brackets;
mod duplicates;
mod node;
mod parse;
mod recover;
mod scan;
mod string;
mod whole;
mod word;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use node::Node;
pub use string::{push_quoted, quote};
pub use whole::{Whole, is_whole};

use super::SyntaxError;
use crate::text::Span;

/// Number of a node in its tree; the root is 0 and a parent comes before its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// A value that recovery had to supply; its span is empty.
    Missing,
}

impl NodeKind {
    /// The kind in words, with its article: `a number`, `an object`.
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Null => "`null`",
            NodeKind::Bool => "a boolean",
            NodeKind::Number => "a number",
            NodeKind::String => "a string",
            NodeKind::Array => "an array",
            NodeKind::Object => "an object",
            NodeKind::Missing => "nothing",
        }
    }
}

/// A member name that stands more than once in one object, compared after unescaping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The object.
    pub object: NodeId,
    /// The name, unescaped.
    pub name: String,
    /// Where it stands first, quotes included.
    pub first: Span,
    /// Where it stands again, quotes included.
    pub again: Span,
}

/// What lies under an offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<'t> {
    /// The innermost node; for [`On::Key`] the value of the member whose name it is.
    pub node: Node<'t>,
    /// Which part of it.
    pub on: On,
}

/// Which part of a node an offset touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The name of the member whose value the node is.
    Key,
    /// The value itself; of a container, its first byte.
    Value,
    /// Inside a container, on none of its names and values.
    Gap,
}

/// A JSON text that has been read.
#[derive(Debug, Clone)]
pub struct Tree {
    text: Arc<str>,
    nodes: Vec<Data>,
    inside: Vec<Inside>,
    errors: Vec<SyntaxError>,
    duplicates: Vec<Duplicate>,
}

/// One node. There are millions in a large document, most of them no containers: what only containers have stands in [`Inside`].
#[derive(Debug, Clone)]
struct Data {
    kind: NodeKind,
    flags: u8,
    start: u32,
    end: u32,
    parent: u32,
    /// Of a member's value where its name begins, of any other its place among the siblings.
    place: u32,
    /// Of an object or array its row in [`Inside`], of any other member's value where its name ends.
    rest: u32,
}

/// What an object or array has beside a [`Data`]. Children follow in document order up to `after`.
#[derive(Debug, Clone)]
struct Inside {
    /// One past the last descendant.
    after: u32,
    /// Number of children.
    len: u32,
    /// Where the member's name ends.
    key_end: u32,
}

impl Data {
    fn inside<'i>(&self, inside: &'i [Inside]) -> Option<&'i Inside> {
        if matches!(self.kind, NodeKind::Object | NodeKind::Array) { inside.get(self.rest as usize) } else { None }
    }

    /// Where the member's name stands; an empty span where there is none.
    fn key(&self, inside: &[Inside]) -> Span {
        if self.flags & HAS_KEY == 0 {
            return Span::default();
        }
        Span::new(self.place, self.inside(inside).map_or(self.rest, |row| row.key_end))
    }

    /// One past the last descendant of the node, whose number is `id`.
    fn after(&self, id: u32, inside: &[Inside]) -> u32 {
        self.inside(inside).map_or(id + 1, |row| row.after)
    }
}

/// The text holds a backslash.
const ESCAPED: u8 = 1;
/// The closing quote or bracket is not there.
const OPEN: u8 = 2;
/// The text stands without quotes.
const BARE: u8 = 4;
/// How far the three flags above are moved when they speak of a member's name.
const KEY_SHIFT: u8 = 3;
/// The node is a member's value.
const HAS_KEY: u8 = 64;
/// Parent of the root.
const NO_PARENT: u32 = u32::MAX;

impl Tree {
    /// Reads `text`. Never fails: what is not JSON is recovered from and told in [`Tree::errors`].
    pub fn parse(text: Arc<str>) -> Tree {
        let parse::Parsed { nodes, inside, errors, duplicates } = parse::parse(&text);
        Tree { text, nodes, inside, errors, duplicates }
    }

    /// The text the spans point into, a byte order mark included.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The document's value; `None` only for a text without any.
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node { tree: self, id: 0 })
    }

    /// What is not JSON, in the order of the text; at most [`super::MAX_ERRORS`].
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Member names that stand more than once, in the order of the text.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// Whether the text is JSON. Duplicate names are allowed here (`DECISIONS` 71).
    pub fn is_strict(&self) -> bool {
        self.errors.is_empty()
    }

    /// The node of an id taken from this tree.
    ///
    /// An id of another tree gives an arbitrary node, and the last one when it is out of range.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id: id.0.min((self.nodes.len() as u32).saturating_sub(1)) }
    }

    /// The value a JSON Pointer (RFC 6901) leads to; of duplicate names the last. `None` too when the pointer is not one.
    pub fn at_pointer(&self, pointer: &str) -> Option<Node<'_>> {
        self.root()?.descend(pointer)
    }

    /// What lies under a cursor at `offset`: the innermost name, value, or gap of a container. `None` outside the document's value.
    pub fn at_offset(&self, offset: u32) -> Option<Hit<'_>> {
        // A name stands before its value, so the node after the last one that has begun may be the one whose name is touched.
        let next = self.nodes.partition_point(|data| data.start <= offset);
        if let Some(data) = self.nodes.get(next)
            && data.flags & HAS_KEY != 0
            && data.key(&self.inside).touches(offset)
        {
            return Some(Hit { node: Node { tree: self, id: next as u32 }, on: On::Key });
        }
        let mut node = Node { tree: self, id: u32::try_from(next.checked_sub(1)?).ok()? };
        loop {
            let data = node.data();
            let container = node.is_array() || node.is_object();
            if data.start <= offset {
                let inside =
                    offset < data.end || (offset == data.end && (!container || data.flags & OPEN != 0 || data.parent == NO_PARENT));
                if inside {
                    let edge = offset == data.start || (offset == data.end && data.flags & OPEN == 0);
                    return Some(Hit { node, on: if container && !edge { On::Gap } else { On::Value } });
                }
            }
            node = node.parent()?;
        }
    }
}
