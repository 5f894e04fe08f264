//! References inside projections, such as `@payload.bands.0.cents` (seed 003 §15.8, §15.13; rows A673, A730).
//!
//! One grammar for the facts, the rules and the editor. Knows trees and texts; which file a payload is, is the index's business.

use std::{borrow::Cow, cell::RefCell, collections::HashMap};

use crate::{
    document::pointer,
    syntax::json::{Node, NodeId},
};

/// What a reference may begin with.
pub const ROOTS: &[&str] = &["payload", "meta", "object"];

/// Members of a projection whose texts are references or literals; the texts of every other member are literals.
pub const REFERRING: &[&str] = &["emit", "body", "source"];

/// A reference taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'t> {
    /// One of [`ROOTS`].
    pub root: &'t str,
    /// What follows the root, without the first dot; empty when nothing does.
    pub path: &'t str,
}

/// Why a text that begins with `@` is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError<'t> {
    /// The word after `@` is none of [`ROOTS`].
    #[error("`@{0}` is no root of a reference: wanted `@payload`, `@meta` or `@object`")]
    Root(&'t str),
    /// Two dots in a row, or one at the end.
    #[error("the reference has an empty segment at byte {0}")]
    EmptySegment(usize),
    /// Something that no segment may hold.
    #[error("`{1}` at byte {0} cannot stand in a reference: segments are letters, digits, `_` and `-`, with dots between them")]
    Character(usize, char),
}

/// Reads a text of a projection: `None` for a literal, which is every text that does not begin with `@`.
pub fn parse(text: &str) -> Option<Result<Reference<'_>, ReferenceError<'_>>> {
    let body = text.strip_prefix('@')?;
    if let Some(reference) = lawful(body) {
        return Some(Ok(reference));
    }
    let end = body.find(|c: char| !is_segment(c)).unwrap_or(body.len());
    let (root, rest) = body.split_at(end);
    if !ROOTS.contains(&root) {
        return Some(Err(ReferenceError::Root(root)));
    }
    let Some(path) = rest.strip_prefix('.') else {
        return Some(match rest.chars().next() {
            None => Ok(Reference { root, path: "" }),
            Some(c) => Err(ReferenceError::Character(end + 1, c)),
        });
    };
    let mut at = end + 2;
    for segment in path.split('.') {
        if segment.is_empty() {
            return Some(Err(ReferenceError::EmptySegment(at)));
        }
        if let Some((offset, c)) = segment.char_indices().find(|(_, c)| !is_segment(*c)) {
            return Some(Err(ReferenceError::Character(at + offset, c)));
        }
        at += segment.len() + 1;
    }
    Some(Ok(Reference { root, path }))
}

/// The common case in one look at each byte: `payload` alone, or with a path.
fn lawful(body: &str) -> Option<Reference<'_>> {
    const ROOT: &str = "payload";
    let rest = body.strip_prefix(ROOT)?;
    let Some(path) = rest.strip_prefix('.') else {
        return rest.is_empty().then_some(Reference { root: ROOT, path: "" });
    };
    let mut after_dot = true;
    for byte in path.bytes() {
        after_dot = match byte {
            b'.' if after_dot => return None,
            b'.' => true,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' => false,
            _ => return None,
        };
    }
    (!after_dot).then_some(Reference { root: ROOT, path })
}

fn is_segment(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Calls `see` with each text of `projections` that may be a reference, in the order of the text.
pub fn each_text<'t>(projections: Node<'t>, see: &mut dyn FnMut(Node<'t>)) {
    for (_, projection) in projections.members() {
        for (name, value) in projection.members() {
            if REFERRING.contains(&name.as_ref()) {
                value.each_string(see);
            }
        }
    }
}

/// Where a path stops short.
pub struct Unresolved<'t, 'p> {
    /// The value that has no such member or item.
    pub reached: Node<'t>,
    /// The segment it lacks.
    pub segment: &'p str,
}

/// Follows paths through one document.
pub struct Resolver<'t> {
    root: Node<'t>,
    /// Members by name, of objects too wide to be searched again for every path.
    wide: RefCell<HashMap<NodeId, HashMap<Cow<'t, str>, Node<'t>>>>,
}

impl<'t> Resolver<'t> {
    const WIDE: usize = 32;

    /// Paths from `root`.
    pub fn new(root: Node<'t>) -> Self {
        Resolver { root, wide: RefCell::default() }
    }

    /// The value that `path` leads to: dots always part segments, and a segment of digits counts the items of a list from zero.
    pub fn resolve<'p>(&self, path: &'p str) -> Result<Node<'t>, Unresolved<'t, 'p>> {
        let mut reached = self.root;
        for segment in path.split('.').filter(|_| !path.is_empty()) {
            let next = if reached.is_array() {
                pointer::array_index(segment).and_then(|index| reached.item(index))
            } else if reached.len() > Self::WIDE {
                let mut wide = self.wide.borrow_mut();
                wide.entry(reached.id()).or_insert_with(|| reached.members().collect()).get(segment).copied()
            } else {
                reached.get(segment)
            };
            reached = next.ok_or(Unresolved { reached, segment })?;
        }
        Ok(reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::Tree;

    // rows: A673 A674
    #[test]
    fn the_grammar_of_references() {
        let path = |text: &'static str| parse(text).and_then(Result::ok).map(|reference| (reference.root, reference.path));
        assert_eq!(path("@payload"), Some(("payload", "")));
        assert_eq!(path("@payload.bands.0.rain-mm"), Some(("payload", "bands.0.rain-mm")));
        assert_eq!(path("@meta.projected_at"), Some(("meta", "projected_at")));
        assert_eq!(path("@object.brain.svg"), Some(("object", "brain.svg")));
        for literal in ["", "payload.title", " @payload", "a@payload"] {
            assert_eq!(parse(literal), None, "{literal}");
        }
        assert_eq!(parse("@paylod.tensor"), Some(Err(ReferenceError::Root("paylod"))));
        assert_eq!(parse("@"), Some(Err(ReferenceError::Root(""))));
        assert_eq!(parse("@Payload"), Some(Err(ReferenceError::Root("Payload"))));
        assert_eq!(parse("@payloads.x"), Some(Err(ReferenceError::Root("payloads"))));
        assert_eq!(parse("@payload."), Some(Err(ReferenceError::EmptySegment(9))));
        assert_eq!(parse("@payload..x"), Some(Err(ReferenceError::EmptySegment(9))));
        assert_eq!(parse("@payload[0]"), Some(Err(ReferenceError::Character(8, '['))));
        assert_eq!(parse("@payload.a/b"), Some(Err(ReferenceError::Character(10, '/'))));
        assert_eq!(parse("@payload.a b"), Some(Err(ReferenceError::Character(10, ' '))));
    }

    // rows: A673 A730
    #[test]
    fn paths_walk_own_members_and_items() {
        let tree = Tree::parse(r#"{"a": [{"0": null}, []], "2024": false, "b.c": 1, "": {"x": ""}}"#.into());
        let Some(root) = tree.root() else { panic!("a root") };
        let resolver = Resolver::new(root);
        let raw = |path| resolver.resolve(path).ok().map(|node| node.raw().to_owned());
        assert_eq!(raw("a.0.0").as_deref(), Some("null"));
        assert_eq!(raw("a.1").as_deref(), Some("[]"));
        assert_eq!(raw("2024").as_deref(), Some("false"));
        for missing in ["a.2", "a.01", "a.-1", "a.length", "a.first", "2024.x", "b.c", "__proto__", "constructor", "A"] {
            assert_eq!(raw(missing), None, "{missing}");
        }
        assert!(resolver.resolve("a.0.7").is_err_and(|stop| stop.segment == "7" && stop.reached.pointer() == "/a/0"));
    }

    // rows: A673
    #[test]
    fn wide_objects_answer_like_narrow_ones() {
        let members: Vec<String> = (0..100).map(|i| format!("\"m{i}\": {i}")).collect();
        let tree = Tree::parse(format!("{{{}, \"m7\": \"again\"}}", members.join(",")).into());
        let Some(root) = tree.root() else { panic!("a root") };
        let resolver = Resolver::new(root);
        assert!(resolver.resolve("m99").is_ok_and(|node| node.raw() == "99"));
        assert!(resolver.resolve("m7").is_ok_and(|node| node.raw() == "\"again\""));
        assert!(resolver.resolve("m100").is_err());
    }
}
