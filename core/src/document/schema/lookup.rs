//! What the schemas say about a field, for hovers and completion.

use serde_json::Value;

use super::trail::At;
use crate::document::kind::Kind;
use crate::syntax::json::Node;

/// What a schema says about one member. Texts are the schema's own; all of them live for ever.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldDoc {
    /// The member's name; empty for the whole document and for items of a list.
    pub name: String,
    /// Short name.
    pub title: Option<&'static str>,
    /// What it is for.
    pub description: Option<&'static str>,
    /// JSON types it may have, joined by ` or `.
    pub types: String,
    /// Values it may have, where they are listed.
    pub values: Vec<ValueDoc>,
    /// Values for illustration.
    pub examples: Vec<&'static Value>,
    /// What it reads as when left out.
    pub default: Option<&'static Value>,
    /// Whether the object around it wants it.
    pub required: bool,
    /// Rows of the specification.
    pub rows: Vec<&'static str>,
}

/// One of the values that a schema lists.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueDoc {
    /// The value.
    pub value: &'static Value,
    /// What it means.
    pub text: Option<&'static str>,
}

/// What the schema of `kind` says about the whole document.
pub fn describe_root(kind: Kind) -> Option<FieldDoc> {
    let at = At::root(kind.name())?;
    Some(read(&layers(at, None), String::new(), false))
}

/// What the schema of `kind` says about the value at `path`: member names and list places from the root.
///
/// `root` is the document, where there is one: of alternatives it tells the one that applies.
pub fn describe(kind: Kind, path: &[&str], root: Option<Node<'_>>) -> Option<FieldDoc> {
    let (name, parents) = path.split_last()?;
    let around = at(kind, parents, root)?;
    let inside = step(&around, name);
    if inside.is_empty() {
        return None;
    }
    let node = root.and_then(|root| node_at(root, path));
    let inside: Vec<At> = inside.into_iter().flat_map(|at| layers(at, node)).collect();
    let name = if name.parse::<usize>().is_ok() && around.iter().any(|at| at.value.get("items").is_some()) { "" } else { name };
    Some(read(&inside, name.to_owned(), required(&around).any(|required| required == name)))
}

/// The members that the schema knows for the object at `path`, in the schema's order.
pub fn members(kind: Kind, path: &[&str], root: Option<Node<'_>>) -> Vec<FieldDoc> {
    let Some(around) = at(kind, path, root) else { return Vec::new() };
    let mut found: Vec<FieldDoc> = Vec::new();
    for (name, _) in around.iter().filter_map(|at| at.value.get("properties")?.as_object()).flatten() {
        if found.iter().all(|doc| doc.name != *name) {
            let inside: Vec<At> = step(&around, name).into_iter().flat_map(|at| layers(at, None)).collect();
            found.push(read(&inside, name.clone(), required(&around).any(|required| required == name)));
        }
    }
    found
}

/// The values to offer at `path`: those the schema lists, else its examples, else its default.
pub fn values(kind: Kind, path: &[&str], root: Option<Node<'_>>) -> Vec<ValueDoc> {
    let Some(doc) = describe(kind, path, root) else { return Vec::new() };
    if !doc.values.is_empty() {
        return doc.values;
    }
    let examples = doc.examples.into_iter().chain(doc.default);
    examples.map(|value| ValueDoc { value, text: None }).collect()
}

/// The schemas that apply to the value at `path`.
fn at(kind: Kind, path: &[&str], root: Option<Node<'_>>) -> Option<Vec<At>> {
    let mut here = layers(At::root(kind.name())?, root);
    let mut node = root;
    for token in path {
        node = node.and_then(|node| child(node, token));
        here = step(&here, token).into_iter().flat_map(|at| layers(at, node)).collect();
    }
    (!here.is_empty()).then_some(here)
}

/// The schemas of a member or item.
fn step(around: &[At], token: &str) -> Vec<At> {
    let named: Vec<At> = around.iter().filter_map(|at| at.child("properties")?.child(token)).collect();
    if !named.is_empty() {
        return named;
    }
    let other = |keyword: &str| {
        around
            .iter()
            .filter_map(|at| at.child(keyword).filter(|at| at.value.is_object() && at.value.get("x-unknown").is_none()))
            .collect::<Vec<_>>()
    };
    let items = if token.parse::<usize>().is_ok() { other("items") } else { Vec::new() };
    if items.is_empty() { other("additionalProperties") } else { items }
}

/// A schema and those it takes in: `$ref`, `allOf`, and of alternatives the ones whose constants the document has.
fn layers(at: At, node: Option<Node<'_>>) -> Vec<At> {
    let mut found = vec![at];
    let mut next = 0;
    while let Some(&at) = found.get(next) {
        next += 1;
        found.extend(at.follow());
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let count = at.value.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            found.extend((0..count).filter_map(|i| at.child(keyword)?.child(&i.to_string())));
        }
        if let Some(condition) = at.value.get("if") {
            found.extend(at.child(if node.is_some_and(|node| holds(condition, node)) { "then" } else { "else" }));
        }
        // A schema that takes itself in would go round for ever; ours are not that deep.
        if found.len() > 64 {
            break;
        }
    }
    found
}

/// Whether a condition of ours (a type, constants of members, members that must be there) holds for a node.
fn holds(condition: &Value, node: Node<'_>) -> bool {
    let typed = condition.get("type").and_then(Value::as_str).is_none_or(|name| match name {
        "array" => node.is_array(),
        "object" => node.is_object(),
        "string" => node.is_string(),
        _ => false,
    });
    let listed = |key: &str| condition.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let present = listed("required").all(|name| node.get(name).is_some());
    let constants = condition.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut equal = constants.filter_map(|(name, schema)| Some((name, schema.get("const")?)));
    typed && present && equal.all(|(name, wanted)| node.get(name).is_some_and(|node| node.to_value() == *wanted))
}

fn required<'a>(around: &'a [At]) -> impl Iterator<Item = &'static str> + 'a {
    around.iter().filter_map(|at| at.value.get("required")?.as_array()).flatten().filter_map(Value::as_str)
}

fn child<'t>(node: Node<'t>, token: &str) -> Option<Node<'t>> {
    if node.is_array() { node.item(token.parse().ok()?) } else { node.get(token) }
}

fn node_at<'t>(root: Node<'t>, path: &[&str]) -> Option<Node<'t>> {
    path.iter().try_fold(root, |node, token| child(node, token))
}

fn read(layers: &[At], name: String, required: bool) -> FieldDoc {
    let text = |key: &str| layers.iter().find_map(|at| at.value.get(key)?.as_str());
    let mut doc = FieldDoc { name, required, title: text("title"), description: text("description"), ..FieldDoc::default() };
    doc.default = layers.iter().find_map(|at| at.value.get("default"));
    let list = |key: &'static str| layers.iter().filter_map(move |at| at.value.get(key)?.as_array()).flatten();
    for example in list("examples") {
        if !doc.examples.contains(&example) {
            doc.examples.push(example);
        }
    }
    doc.rows = list("x-rows").filter_map(Value::as_str).collect();
    let meaning = |value: &Value| layers.iter().find_map(|at| at.value.get("x-enum-text")?.get(value.as_str()?)?.as_str());
    // The shortest list is the strictest.
    let listed = layers.iter().filter_map(|at| at.value.get("enum")?.as_array()).min_by_key(|values| values.len());
    let constant = layers.iter().find_map(|at| at.value.get("const"));
    let values = constant.into_iter().chain(listed.into_iter().flatten().filter(|_| constant.is_none()));
    doc.values = values.map(|value| ValueDoc { value, text: meaning(value) }).collect();
    let mut types: Vec<&str> = Vec::new();
    for kind in layers.iter().filter_map(|at| at.value.get("type")) {
        let names = kind.as_str().into_iter().chain(kind.as_array().into_iter().flatten().filter_map(Value::as_str));
        types.extend(names.filter(|name| !types.contains(name)).collect::<Vec<_>>());
    }
    if types.is_empty() && doc.values.iter().any(|value| value.value.is_string()) {
        types.push("string");
    }
    doc.types = types.join(" or ");
    doc
}
