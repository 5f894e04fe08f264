//! Our JSON tree as the validator wants to see it, so that no second tree is built a keystroke.

use std::{borrow::Cow, collections::HashSet};

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::{Number, Value};

use crate::syntax::json::{self, NodeKind, is_whole};

/// Marker of the representation.
pub struct TreeJson;

/// A node of the tree, or the name of a member standing as a value of its own (`propertyNames`).
#[derive(Clone)]
pub enum Instance<'a> {
    Node(json::Node<'a>),
    Name(&'a str),
}

impl Json for TreeJson {
    type Node<'a> = Instance<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();
    // A look-up walks the members: one pass over them beats several look-ups at almost any size.
    const KEYS_PER_LOOKUP: usize = 64;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(_: &mut (), string: &str, f: impl FnOnce(Instance<'_>) -> T) -> T {
        f(Instance::Name(string))
    }
}

impl<'a> Instance<'a> {
    fn node(&self) -> Option<json::Node<'a>> {
        match self {
            Instance::Node(node) => Some(*node),
            Instance::Name(_) => None,
        }
    }
}

impl<'a> Node<'a, TreeJson> for Instance<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = Spelled<'a>;

    fn as_object(&self) -> Option<Members<'a>> {
        self.node().filter(|node| node.is_object()).map(Members)
    }

    fn as_array(&self) -> Option<Items<'a>> {
        self.node().filter(|node| node.is_array()).map(Items)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Instance::Node(node) => node.as_str(),
            Instance::Name(name) => Some(Cow::Borrowed(name)),
        }
    }

    fn as_number(&self) -> Option<Spelled<'a>> {
        self.node()?.number_text().map(Spelled)
    }

    fn as_boolean(&self) -> Option<bool> {
        self.node()?.as_bool()
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn is_number(&self) -> bool {
        self.json_type() == JsonType::Number
    }

    fn json_type(&self) -> JsonType {
        match self.node().map(|node| node.kind()) {
            None | Some(NodeKind::String) => JsonType::String,
            Some(NodeKind::Null | NodeKind::Missing) => JsonType::Null,
            Some(NodeKind::Bool) => JsonType::Boolean,
            Some(NodeKind::Number) => JsonType::Number,
            Some(NodeKind::Array) => JsonType::Array,
            Some(NodeKind::Object) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match expected {
            Value::String(expected) => self.as_string().is_some_and(|found| found == expected.as_str()),
            Value::Bool(expected) => self.as_boolean() == Some(*expected),
            Value::Null => self.is_null(),
            Value::Number(expected) => self.as_number().is_some_and(|found| found.as_f64() == expected.as_f64()),
            Value::Array(_) | Value::Object(_) => self.node().is_some_and(|node| node.to_value() == *expected),
        }
    }

    /// Only errors ask for this, and they are read by their path: objects and lists are not copied.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self {
            Instance::Node(node) if node.is_object() || node.is_array() => Value::Null,
            Instance::Node(node) => node.to_value(),
            Instance::Name(name) => Value::String((*name).to_owned()),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        // No two values begin at one byte.
        self.node().map(|node| NodeIdentity::tagged(node.tree().text().as_ptr() as usize, node.span().start))
    }
}

pub struct Members<'a>(json::Node<'a>);

impl<'a> Object<'a, TreeJson> for Members<'a> {
    type Node = Instance<'a>;
    type MemberName = Cow<'a, str>;
    type MembersIter = Box<dyn Iterator<Item = (Cow<'a, str>, Instance<'a>)> + 'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, key: &Box<str>) -> Option<Instance<'a>> {
        self.0.get(key).map(Instance::Node)
    }

    fn members(&self) -> Self::MembersIter {
        Box::new(self.0.members().map(|(name, node)| (name, Instance::Node(node))))
    }
}

pub struct Items<'a>(json::Node<'a>);

impl<'a> Array<'a, TreeJson> for Items<'a> {
    type Node = Instance<'a>;
    type ElementsIter = Box<dyn Iterator<Item = Instance<'a>> + 'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> Self::ElementsIter {
        Box::new(self.0.items().map(Instance::Node))
    }

    fn is_unique(&self) -> bool {
        let mut seen = HashSet::new();
        self.0.items().all(|item| seen.insert(likeness(item)))
    }
}

/// A text that equal values share. Only lists that are to hold texts are asked to be without repetition, so that the spelling of
/// numbers and the order of members may count.
pub(super) fn likeness(node: json::Node<'_>) -> String {
    node.as_str().map_or_else(|| node.to_value().to_string(), |text| json::quote(&text))
}

/// A number as it is spelled.
pub struct Spelled<'a>(&'a str);

impl JsonNumber for Spelled<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        let parsed = serde_json::from_str(self.0).ok();
        Cow::Owned(parsed.unwrap_or_else(|| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        // `1.0` and `1e2` are whole too
        is_whole(self.0)
    }
}
