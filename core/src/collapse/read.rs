//! Vectors, numbers and profiles out of JSON, each refusal with the pointer of what is to blame.

use super::gccp::Vector;
use crate::syntax::json::{Node, NodeKind};

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadError {
    /// JSON Pointer in the document.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl ReadError {
    /// An error at a node.
    pub fn at(node: Node<'_>, message: impl Into<String>) -> Self {
        Self { pointer: node.pointer(), message: message.into() }
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pointer.as_str() {
            "" => write!(f, "at its root: {}", self.message),
            pointer => write!(f, "at `{pointer}`: {}", self.message),
        }
    }
}

impl std::error::Error for ReadError {}

/// A finite number.
pub fn number(node: Node<'_>) -> Result<f64, ReadError> {
    match node.kind() {
        NodeKind::Number => {
            node.as_f64().ok_or_else(|| ReadError::at(node, format!("`{}` is beyond what a 64-bit number can hold", node.raw())))
        }
        _ => Err(ReadError::at(node, "a number is wanted")),
    }
}

/// A list of finite numbers.
pub fn numbers(node: Node<'_>) -> Result<Vec<f64>, ReadError> {
    list(node)?.items().map(number).collect()
}

/// A list of vectors, each two finite numbers `[x, y]`.
pub fn vectors(node: Node<'_>) -> Result<Vec<Vector>, ReadError> {
    list(node)?.items().map(vector).collect()
}

fn vector(node: Node<'_>) -> Result<Vector, ReadError> {
    let mut items = node.items();
    match (node.is_array(), items.next(), items.next(), items.next()) {
        (true, Some(x), Some(y), None) => Ok([number(x)?, number(y)?]),
        (true, ..) => Err(ReadError::at(node, format!("a vector is two numbers `[x, y]`, and this has {}", node.len()))),
        _ => Err(ReadError::at(node, "a vector of two numbers `[x, y]` is wanted")),
    }
}

fn list(node: Node<'_>) -> Result<Node<'_>, ReadError> {
    if node.is_array() { Ok(node) } else { Err(ReadError::at(node, "a list is wanted")) }
}

/// A member that must be there.
pub fn member<'t>(object: Node<'t>, name: &str) -> Result<Node<'t>, ReadError> {
    object.get(name).ok_or_else(|| ReadError::at(object, format!("the member `{name}` is wanted")))
}
