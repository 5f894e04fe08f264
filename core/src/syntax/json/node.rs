//! What can be asked of one node.

use std::borrow::Cow;
use std::fmt;

use super::string::{self, decode};
use super::whole::Whole;
use super::{BARE, Data, ESCAPED, HAS_KEY, KEY_SHIFT, NO_PARENT, NodeId, NodeKind, OPEN, Tree};
use crate::document::pointer;
use crate::text::Span;

/// One value of a [`Tree`]. Two nodes are equal when they are the same node of the same tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    pub(super) tree: &'t Tree,
    pub(super) id: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} at {}..{}", self.kind(), self.pointer(), self.span().start, self.span().end)
    }
}

impl<'t> Node<'t> {
    pub(super) fn data(self) -> &'t Data {
        &self.tree.nodes[self.id as usize]
    }

    /// One past the last descendant.
    fn after(self) -> u32 {
        self.data().after(self.id, &self.tree.inside)
    }

    fn slice(self, span: Span) -> &'t str {
        self.tree.text.get(span.range()).unwrap_or_default()
    }

    /// The tree the node belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its number in the tree.
    pub fn id(self) -> NodeId {
        NodeId(self.id)
    }

    /// What it is.
    pub fn kind(self) -> NodeKind {
        self.data().kind
    }

    /// Where it stands; quotes and brackets included.
    pub fn span(self) -> Span {
        Span::new(self.data().start, self.data().end)
    }

    /// Where its content stands: of a string what is between the quotes, of anything else its span.
    pub fn content_span(self) -> Span {
        match self.kind() {
            NodeKind::String => string::content(&self.tree.text, self.span(), self.data().flags),
            _ => self.span(),
        }
    }

    /// The text of its span.
    pub fn raw(self) -> &'t str {
        self.slice(self.span())
    }

    /// Of a member's value, the member's name, unescaped; empty where recovery found a value without a name.
    pub fn key(self) -> Option<Cow<'t, str>> {
        let span = self.key_span()?;
        let flags = self.data().flags >> KEY_SHIFT;
        Some(self.text_of(span, flags))
    }

    /// Of a member's value, where the name stands; quotes included.
    pub fn key_span(self) -> Option<Span> {
        let data = self.data();
        (data.flags & HAS_KEY != 0).then(|| data.key(&self.tree.inside))
    }

    fn text_of(self, span: Span, flags: u8) -> Cow<'t, str> {
        let raw = self.slice(string::content(&self.tree.text, span, flags));
        if flags & (ESCAPED | BARE) == ESCAPED { Cow::Owned(decode(raw)) } else { Cow::Borrowed(raw) }
    }

    /// The object or array it stands in.
    pub fn parent(self) -> Option<Node<'t>> {
        let parent = self.data().parent;
        (parent != NO_PARENT).then_some(Node { tree: self.tree, id: parent })
    }

    /// Its place in an array.
    pub fn index(self) -> Option<usize> {
        self.parent().filter(|parent| parent.is_array()).map(|_| self.data().place as usize)
    }

    /// Number of members or items; 0 for anything but an object or array.
    pub fn len(self) -> usize {
        self.data().inside(&self.tree.inside).map_or(0, |row| row.len as usize)
    }

    /// Whether there are no members or items.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The values inside an object or array, in the order of the text.
    pub fn children(self) -> impl Iterator<Item = Node<'t>> {
        let end = self.after();
        let mut next = self.id + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let node = Node { tree: self.tree, id: next };
                next = node.after();
                node
            })
        })
    }

    /// Calls `see` with the node, when it is a text, and with each text inside, in the order of the text. The depth of a tree is bounded,
    /// and so is this recursion.
    pub fn each_string(self, see: &mut dyn FnMut(Node<'t>)) {
        if self.is_string() {
            see(self);
        } else {
            self.children().for_each(|child| child.each_string(see));
        }
    }

    /// The members of an object in the order of the text, duplicates included; nothing for any other kind.
    pub fn members(self) -> impl Iterator<Item = (Cow<'t, str>, Node<'t>)> {
        self.children().filter_map(|node| Some((node.key()?, node)))
    }

    /// The items of an array; nothing for any other kind.
    pub fn items(self) -> impl Iterator<Item = Node<'t>> {
        let take = if self.is_array() { usize::MAX } else { 0 };
        self.children().take(take)
    }

    /// An item of an array by its place.
    pub fn item(self, index: usize) -> Option<Node<'t>> {
        if !self.is_array() || index >= self.len() {
            return None;
        }
        // Binary search over the descendants: each belongs to exactly one child, and the children's places rise.
        let (mut low, mut high) = (self.id + 1, self.after());
        loop {
            let mut node = Node { tree: self.tree, id: low + (high - low) / 2 };
            while node.data().parent != self.id {
                node = node.parent()?;
            }
            match (node.data().place as usize).cmp(&index) {
                std::cmp::Ordering::Equal => return Some(node),
                std::cmp::Ordering::Less => low = node.after(),
                std::cmp::Ordering::Greater => high = node.id,
            }
            if low >= high {
                return None;
            }
        }
    }

    /// The value of a member; of duplicates the last. `None` for anything but an object.
    pub fn get(&self, name: &str) -> Option<Node<'t>> {
        if !self.is_object() {
            return None;
        }
        let mut found = self.children().filter(|node| node.has_name(name));
        if self.tree.duplicates.is_empty() { found.next() } else { found.last() }
    }

    /// The value a JSON Pointer (RFC 6901) leads to from here; of duplicate names the last. `None` too when the pointer is not one.
    pub fn descend(self, pointer: &str) -> Option<Node<'t>> {
        pointer::tokens(pointer)?.try_fold(self, |node, token| match node.kind() {
            NodeKind::Object => node.get(&token),
            NodeKind::Array => node.item(pointer::array_index(&token)?),
            _ => None,
        })
    }

    fn has_name(self, name: &str) -> bool {
        let Some(span) = self.key_span() else { return false };
        let flags = self.data().flags >> KEY_SHIFT;
        if flags & (ESCAPED | OPEN | BARE) == 0 {
            return self.slice(Span::new(span.start + 1, span.end.saturating_sub(1))) == name;
        }
        self.text_of(span, flags) == name
    }

    /// The text of a string, unescaped; a lone surrogate reads as U+FFFD.
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        (self.kind() == NodeKind::String).then(|| self.text_of(self.span(), self.data().flags))
    }

    /// Whether a string is spelled with escapes.
    pub fn is_escaped(self) -> bool {
        self.data().flags & ESCAPED != 0
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == NodeKind::Bool).then(|| self.raw().starts_with(['t', 'T']))
    }

    /// A number as it is spelled.
    pub fn number_text(self) -> Option<&'t str> {
        (self.kind() == NodeKind::Number).then(|| self.raw())
    }

    /// A number as the nearest f64; `None` beyond the range of f64.
    pub fn as_f64(self) -> Option<f64> {
        self.number_text()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A number that is a whole one within u64, however it is spelled (`1`, `1.0`, `1e0`).
    pub fn as_u64(self) -> Option<u64> {
        self.as_whole()?.get()
    }

    /// A number that is a whole one from 0, however large it is and however it is spelled.
    pub fn as_whole(self) -> Option<Whole> {
        Whole::of(self.number_text()?)
    }

    /// A number that is a whole one within i64, however it is spelled (`1`, `1.0`, `1e0`; the last two up to 2^53).
    pub fn as_i64(self) -> Option<i64> {
        self.number_text()?.parse().ok().or_else(|| self.whole())
    }

    fn whole(self) -> Option<i64> {
        let number = self.as_f64()?;
        (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
    }

    /// The JSON Pointer (RFC 6901) that leads here.
    pub fn pointer(self) -> String {
        let mut path = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            path.push(node);
            node = parent;
        }
        let mut pointer = String::new();
        for node in path.into_iter().rev() {
            match node.key() {
                Some(key) => pointer::push(&mut pointer, &key),
                None => pointer::push_index(&mut pointer, node.data().place as usize),
            }
        }
        pointer
    }

    /// The value as `serde_json` has it: of duplicates the last, `null` where a value is missing or a number has none.
    pub fn to_value(self) -> serde_json::Value {
        use serde_json::Value;
        match self.kind() {
            NodeKind::Null | NodeKind::Missing => Value::Null,
            NodeKind::Bool => Value::Bool(self.as_bool().unwrap_or_default()),
            NodeKind::Number => self.to_number().map_or(Value::Null, Value::Number),
            NodeKind::String => Value::String(self.as_str().unwrap_or_default().into_owned()),
            // The depth of a tree is bounded, and so is this recursion.
            NodeKind::Array => Value::Array(self.items().map(Node::to_value).collect()),
            NodeKind::Object => Value::Object(self.members().map(|(key, node)| (key.into_owned(), node.to_value())).collect()),
        }
    }

    fn to_number(self) -> Option<serde_json::Number> {
        let text = self.number_text()?;
        if text != "-0" {
            if let Ok(number) = text.parse::<u64>() {
                return Some(number.into());
            }
            if let Ok(number) = text.parse::<i64>() {
                return Some(number.into());
            }
        }
        serde_json::Number::from_f64(self.as_f64()?)
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.kind() == NodeKind::Object
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        self.kind() == NodeKind::Array
    }

    /// Whether it is a string.
    pub fn is_string(self) -> bool {
        self.kind() == NodeKind::String
    }

    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        self.kind() == NodeKind::Number
    }

    /// Whether it is a boolean.
    pub fn is_bool(self) -> bool {
        self.kind() == NodeKind::Bool
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == NodeKind::Null
    }

    /// Whether recovery had to supply it.
    pub fn is_missing(self) -> bool {
        self.kind() == NodeKind::Missing
    }
}
