//! How values, types and choices are said in a message.

use std::borrow::Cow;

use jsonschema::error::TypeKind;
use serde_json::Value;

use crate::syntax::json::Node;

/// A type, or several, with their articles.
pub(super) fn types(kind: &TypeKind) -> String {
    let word = |kind: jsonschema::JsonType| match kind {
        jsonschema::JsonType::Array => "an array",
        jsonschema::JsonType::Boolean => "a boolean",
        jsonschema::JsonType::Integer => "a whole number",
        jsonschema::JsonType::Null => "`null`",
        jsonschema::JsonType::Number => "a number",
        jsonschema::JsonType::Object => "an object",
        jsonschema::JsonType::String => "a string",
    };
    match kind {
        TypeKind::Single(kind) => word(*kind).into(),
        TypeKind::Multiple(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

/// The values that may stand there, as a list.
pub(super) fn choices(options: &Value) -> String {
    let all: Vec<String> = options.as_array().into_iter().flatten().map(|option| format!("`{}`", text_of(option))).collect();
    match all.as_slice() {
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
        [] => String::new(),
    }
}

/// A text without its quotes, anything else as JSON.
pub(super) fn text_of(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)
}

/// Longest part of a value that a message shows, in characters.
const SHOWN: usize = 48;

/// A value as a message shows it: in back-quotes, cut after [`SHOWN`] characters, on one line.
pub fn short(node: Node<'_>) -> String {
    match node.as_str() {
        Some(text) => short_text(&text),
        None => cut(node.raw(), ""),
    }
}

/// A text as a message shows it, in quotes, cut like [`short`].
pub(super) fn short_text(text: &str) -> String {
    cut(text, "\"")
}

fn cut(text: &str, quotes: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{quotes}{}…`", text[..end].chars().map(clean).collect::<String>()),
        None => format!("`{quotes}{}{quotes}`", text.chars().map(clean).collect::<String>()),
    }
}

/// The first sentence of a description, as the second half of one of ours.
pub(super) fn first_sentence(text: &str) -> String {
    let end = text.find(". ").unwrap_or(text.trim_end_matches('.').len());
    let sentence = &text[..end];
    let mut chars = sentence.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            format!("{}{}", first.to_lowercase(), &sentence[first.len_utf8()..])
        }
        _ => sentence.to_owned(),
    }
}
