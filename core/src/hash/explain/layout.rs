//! One JSON document in the layouts that serialisers give it.

use std::fmt;

use crate::hash::canonical_json::{by_code_units, number};
use crate::syntax::json::{Node, NodeKind, push_quoted};

/// How a serialiser writes a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// White space between the values.
    pub space: Space,
    /// Members sorted by name.
    pub sorted: bool,
    /// Everything beyond ASCII as an escape.
    pub ascii: bool,
    /// Numbers in their shortest spelling (`1` for `1.0`).
    pub numbers: bool,
    /// A line end at the end.
    pub final_newline: bool,
}

/// White space of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// None.
    Minified,
    /// One after each comma and colon.
    Spaced,
    /// A line each, indented by so many spaces.
    Indented(usize),
    /// A line each, indented by tabs.
    Tabs,
}

impl Layout {
    /// The layouts worth trying, the likeliest first; none with a final line end.
    pub fn all() -> impl Iterator<Item = Layout> {
        let spaces = [Space::Indented(2), Space::Minified, Space::Indented(4), Space::Spaced, Space::Tabs];
        let turns = [false, true];
        turns.into_iter().flat_map(move |ascii| {
            turns.into_iter().flat_map(move |numbers| {
                turns.into_iter().flat_map(move |sorted| {
                    spaces.into_iter().map(move |space| Layout { space, sorted, ascii, numbers, final_newline: false })
                })
            })
        })
    }

    /// `node` in this layout, the final line end left out.
    pub(super) fn write(&self, node: Node<'_>) -> Vec<u8> {
        let mut out = Vec::with_capacity(node.span().len() as usize * 2);
        self.value(node, 0, &mut out);
        out
    }

    /// The recursion is as deep as the tree, which `syntax::MAX_DEPTH` bounds.
    fn value(&self, node: Node<'_>, depth: usize, out: &mut Vec<u8>) {
        match node.kind() {
            NodeKind::Object => {
                let mut members: Vec<_> = node.members().collect();
                if self.sorted {
                    members.sort_by(|a, b| by_code_units(&a.0, &b.0));
                }
                let last = members.len();
                out.push(b'{');
                for (at, (name, value)) in members.into_iter().enumerate() {
                    self.line(depth + 1, out);
                    self.text(&name, out);
                    out.extend_from_slice(if self.space == Space::Minified { b":" } else { b": " });
                    self.value(value, depth + 1, out);
                    self.comma(at + 1 < last, out);
                }
                if last > 0 {
                    self.line(depth, out);
                }
                out.push(b'}');
            }
            NodeKind::Array => {
                let last = node.len();
                out.push(b'[');
                for (at, item) in node.items().enumerate() {
                    self.line(depth + 1, out);
                    self.value(item, depth + 1, out);
                    self.comma(at + 1 < last, out);
                }
                if last > 0 {
                    self.line(depth, out);
                }
                out.push(b']');
            }
            NodeKind::String => self.text(&node.as_str().unwrap_or_default(), out),
            NodeKind::Number if self.numbers => out.extend_from_slice(number(node.as_f64().unwrap_or_default()).as_bytes()),
            _ => out.extend_from_slice(node.raw().as_bytes()),
        }
    }

    fn comma(&self, wanted: bool, out: &mut Vec<u8>) {
        if wanted {
            out.extend_from_slice(if self.space == Space::Spaced { b", " } else { b"," });
        }
    }

    fn line(&self, depth: usize, out: &mut Vec<u8>) {
        let (unit, width) = match self.space {
            Space::Minified | Space::Spaced => return,
            Space::Indented(width) => (b' ', width),
            Space::Tabs => (b'\t', 1),
        };
        out.push(b'\n');
        out.resize(out.len() + depth * width, unit);
    }

    fn text(&self, text: &str, out: &mut Vec<u8>) {
        let start = out.len();
        push_quoted(out, text);
        if self.ascii && !text.is_ascii() {
            let quoted = String::from_utf8_lossy(&out.split_off(start)).into_owned();
            for c in quoted.chars() {
                match c.is_ascii() {
                    true => out.push(c as u8),
                    false => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.extend_from_slice(format!("\\u{unit:04x}").as_bytes())),
                }
            }
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.space {
            Space::Minified => f.write_str("written without white space")?,
            Space::Spaced => f.write_str("written on one line with a space after each comma and colon")?,
            Space::Indented(width) => write!(f, "written with an indent of {width} spaces")?,
            Space::Tabs => f.write_str("written with an indent of tabs")?,
        }
        let clauses = [
            (self.sorted, "its members sorted"),
            (self.numbers, "its numbers in their shortest spelling"),
            (self.ascii, "everything beyond ASCII escaped"),
            (self.final_newline, "a line end at its end"),
        ];
        clauses.iter().filter(|(holds, _)| *holds).try_for_each(|(_, clause)| write!(f, ", {clause}"))
    }
}
