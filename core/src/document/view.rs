//! What a projection shows: a pure function of a descriptor and its verified payload (seed 003 §15.8, §15.13; A728–A730, A745).
//!
//! The seed's reference drops `status`, `source` and nested references; the readings of its rows do not, and neither does this.
//! Nothing is run and nothing is fetched: what the server would add (`@meta`) is `null` here.

use serde_json::{Map, Value};

use crate::{
    document::{
        invariant,
        projection::{self, Resolver},
    },
    hash::Digest,
    syntax::json::{Node, Tree},
};

/// Why an object is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The payload is not what `hash` says.
    #[error("the payload's hash is `{0}`, which is not what the descriptor declares")]
    Hash(Digest),
    /// A declared invariant does not hold.
    #[error("the invariant `{0}` does not hold")]
    Invariant(&'static str),
    /// No projection of that name, and none named `default` when no name is given.
    #[error("there is no projection `{0}`")]
    NoView(String),
}

impl Refusal {
    /// The specification's name (A707, A708).
    pub fn spec_error(&self) -> &'static str {
        match self {
            Refusal::Hash(_) => "verification_error",
            Refusal::Invariant(_) => "verification_error.invariant_violation",
            Refusal::NoView(_) => "projection_error",
        }
    }
}

/// A descriptor whose payload has the declared hash and whose invariants hold; nothing else is projected (A745).
pub struct Verified<'d> {
    descriptor: Node<'d>,
    payload: Payload,
}

enum Payload {
    Json(Tree),
    Text(String),
    Bytes(usize),
}

impl<'d> Verified<'d> {
    /// Holds a payload's bytes as stored against its descriptor.
    pub fn new(descriptor: Node<'d>, payload: &[u8]) -> Result<Self, Refusal> {
        let digest = Digest::of(payload);
        let declared = descriptor.get("hash").and_then(|hash| hash.as_str()?.parse::<Digest>().ok());
        if declared != Some(digest) {
            return Err(Refusal::Hash(digest));
        }
        if let Some(violation) = invariant::violations(descriptor).first() {
            return Err(Refusal::Invariant(violation.name));
        }
        let is_json = descriptor.get("payload").and_then(|payload| payload.get("type")).is_some_and(|form| form.raw() == "\"json\"");
        let payload = match std::str::from_utf8(payload) {
            Ok(text) if is_json => Payload::Json(Tree::parse(text.into())),
            Ok(text) => Payload::Text(text.to_owned()),
            Err(_) => Payload::Bytes(payload.len()),
        };
        Ok(Verified { descriptor, payload })
    }

    /// The view of that name; without a name the one called `default` (A680, A682).
    ///
    /// The answer has `type`, `status` and `headers` where the projection has them, and `body`: what `body` or `source` refers to, else what `emit` makes.
    pub fn project(&self, name: Option<&str>) -> Result<Value, Refusal> {
        let name = name.unwrap_or("default");
        let view = self.descriptor.get("projections").and_then(|views| views.get(name)).filter(|view| view.is_object());
        let view = view.ok_or_else(|| Refusal::NoView(name.to_owned()))?;
        let mut shown = Map::new();
        for member in ["type", "status", "headers"] {
            shown.extend(view.get(member).map(|value| (member.to_owned(), value.to_value())));
        }
        let from = view.get("body").or_else(|| view.get("source")).or_else(|| view.get("emit"));
        shown.insert("body".to_owned(), from.map_or_else(|| Value::Object(Map::new()), |node| self.shown(node)));
        Ok(Value::Object(shown))
    }

    /// A value of a projection with its references followed, at every depth; what cannot be followed is `null`.
    fn shown(&self, node: Node<'_>) -> Value {
        if node.is_object() {
            return Value::Object(node.members().map(|(name, value)| (name.into_owned(), self.shown(value))).collect());
        }
        if node.is_array() {
            return Value::Array(node.items().map(|item| self.shown(item)).collect());
        }
        let Some(text) = node.as_str() else { return node.to_value() };
        match projection::parse(&text) {
            None => Value::String(text.into_owned()),
            Some(Err(_)) => Value::Null,
            Some(Ok(reference)) => self.follow(reference.root, reference.path),
        }
    }

    fn follow(&self, root: &str, path: &str) -> Value {
        let below = |from: Node<'_>| Resolver::new(from).resolve(path).map_or(Value::Null, |node| node.to_value());
        match (root, &self.payload) {
            ("object", _) => below(self.descriptor),
            ("payload", Payload::Json(tree)) => tree.root().map_or(Value::Null, below),
            ("payload", Payload::Text(text)) if path.is_empty() => Value::String(text.clone()),
            ("payload", Payload::Bytes(len)) if path.is_empty() => Value::String(format!("({len} bytes)")),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PAYLOAD: &str = r#"{"kiln": "north", "cones": [998, 1222], "fired": false}"#;

    fn descriptor(views: &Value, more: &Value) -> Tree {
        let mut object = json!({
            "id": "object://pottery/kiln",
            "hash": Digest::of(PAYLOAD.as_bytes()).to_string(),
            "payload": {"type": "json", "location": "./kiln.json"},
            "projections": views,
        });
        if let (Some(object), Some(more)) = (object.as_object_mut(), more.as_object()) {
            object.extend(more.clone());
        }
        Tree::parse(object.to_string().into())
    }

    fn shown(views: Value, name: Option<&str>) -> Result<Value, Refusal> {
        let tree = descriptor(&views, &json!({}));
        let Some(root) = tree.root() else { panic!("a root") };
        Verified::new(root, PAYLOAD.as_bytes())?.project(name)
    }

    // rows: A671 A676 A677 A678 A679 A728 A729
    #[test]
    fn a_view_has_its_form_its_status_its_headers_and_its_body() {
        let views = json!({
            "default": {"type": "json", "emit": {"name": "@payload.kiln", "hot": "@payload.cones.1", "kind": "kiln"}},
            "http": {"type": "http-response", "status": 200, "headers": {"Age": "0"}, "body": "@payload"},
            "raw": {"type": "binary", "source": "@payload.cones", "encoding": "raw"},
            "empty": {},
        });
        assert_eq!(shown(views.clone(), None), Ok(json!({"type": "json", "body": {"name": "north", "hot": 1222, "kind": "kiln"}})));
        let payload: Value = serde_json::from_str(PAYLOAD).unwrap_or_default();
        assert_eq!(
            shown(views.clone(), Some("http")),
            Ok(json!({"type": "http-response", "status": 200, "headers": {"Age": "0"}, "body": payload}))
        );
        assert_eq!(shown(views.clone(), Some("raw")), Ok(json!({"type": "binary", "body": [998, 1222]})));
        assert_eq!(shown(views, Some("empty")), Ok(json!({"body": {}})));
    }

    // rows: A539 A730
    #[test]
    fn references_are_followed_at_every_depth_and_what_is_missing_is_null() {
        let emit = json!({"a": ["@payload.cones.0", {"b": "@payload.fired"}], "gone": "@payload.x.y", "own": "@object.id", "at": "@meta.projected_at", "n": 7, "bad": "@nobody"});
        let wanted = json!({"a": [998, {"b": false}], "gone": null, "own": "object://pottery/kiln", "at": null, "n": 7, "bad": null});
        assert_eq!(shown(json!({"default": {"emit": emit}}), None), Ok(json!({"body": wanted})));
        assert_eq!(shown(json!({"default": {"emit": "@payload.kiln"}}), None), Ok(json!({"body": "north"})));
        assert_eq!(shown(json!({"default": {"emit": "@payload.__proto__"}}), None), Ok(json!({"body": null})));
    }

    // rows: A641 A645 A707 A719 A720 A723 A745
    #[test]
    fn nothing_is_shown_before_hash_and_invariants_are_verified() {
        let views = json!({"default": {"emit": "@payload"}});
        let refused = |tree: &Tree, payload: &str| {
            let refusal = tree.root().and_then(|root| Verified::new(root, payload.as_bytes()).err());
            refusal.map(|refusal| refusal.spec_error())
        };
        assert_eq!(refused(&descriptor(&views, &json!({})), PAYLOAD), None);
        assert_eq!(refused(&descriptor(&views, &json!({})), "{}"), Some("verification_error"));
        assert_eq!(refused(&descriptor(&views, &json!({"hash": "sha256:…"})), PAYLOAD), Some("verification_error"));
        let both = json!({"executable": true, "invariants": ["no_execution"]});
        assert_eq!(refused(&descriptor(&views, &both), PAYLOAD), Some("verification_error.invariant_violation"));
    }

    // rows: A680 A682 A683 A708
    #[test]
    fn a_view_that_is_not_there_is_a_projection_error() {
        let views = json!({"raw": {"source": "@payload"}});
        assert_eq!(shown(views.clone(), Some("http")), Err(Refusal::NoView("http".to_owned())));
        assert!(shown(views, None).is_err_and(|refusal| refusal.spec_error() == "projection_error"));
    }
}
