//! The built-in invariants of seed 003 §15.7 that a descriptor can contradict on its own (A727).
//!
//! `immutable_payload` holds whenever the hash does; `no_side_effects` and `deterministic` are questions about projections; `auditable`
//! is one about events. Anything else is custom: nothing here knows what it means.

use crate::syntax::json::Node;

/// The six.
pub const BUILT_IN: &[&str] = &["immutable_payload", "no_execution", "projection_only", "no_side_effects", "deterministic", "auditable"];

/// A declared invariant that does not hold.
#[derive(Debug, Clone, Copy)]
pub struct Violation<'t> {
    /// The entry of `invariants`.
    pub declared: Node<'t>,
    /// The invariant.
    pub name: &'static str,
    /// The value that contradicts it.
    pub against: Node<'t>,
}

/// What of a descriptor contradicts the invariants it declares, in the order of the declarations.
///
/// `no_execution` denies `executable: true` and the authority `execute`; `projection_only` wants the authority `none`, which is what an absent one means.
/// A value that is no authority at all is the schema's business.
pub fn violations(descriptor: Node<'_>) -> Vec<Violation<'_>> {
    let authority = descriptor.get("authority").and_then(|node| Some((node, node.as_str()?)));
    let level = |wanted: &[&str]| authority.as_ref().filter(|(_, level)| wanted.contains(&level.as_ref())).map(|(node, _)| *node);
    let executable = descriptor.get("executable").filter(|node| node.as_bool() == Some(true));
    let mut found = Vec::new();
    for declared in descriptor.get("invariants").into_iter().flat_map(|list| list.items()) {
        match declared.raw() {
            "\"no_execution\"" => {
                let against = [executable, level(&["execute"])].into_iter().flatten();
                found.extend(against.map(|against| Violation { declared, name: "no_execution", against }));
            }
            "\"projection_only\"" => {
                let against = level(&["read", "write", "execute"]);
                found.extend(against.map(|against| Violation { declared, name: "projection_only", against }));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::Tree;

    fn told(text: &str) -> Vec<(&'static str, String)> {
        let tree = Tree::parse(text.into());
        let list = tree.root().map(violations).unwrap_or_default();
        list.iter().map(|violation| (violation.name, violation.against.pointer())).collect()
    }

    // rows: A651 A653 A654 A655 A726 A727
    #[test]
    fn invariants_are_held_against_authority_and_execution() {
        assert!(told(r#"{"invariants": ["immutable_payload", "no_execution", "projection_only"]}"#).is_empty());
        assert!(told(r#"{"authority": "none", "executable": false, "invariants": ["no_execution", "projection_only"]}"#).is_empty());
        assert!(told(r#"{"authority": "write", "executable": true, "invariants": ["immutable_payload", "kiln_is_cold"]}"#).is_empty());
        assert!(told(r#"{"authority": "admin", "executable": "true", "invariants": ["no_execution", "projection_only"]}"#).is_empty());
        assert_eq!(told(r#"{"executable": true, "invariants": ["no_execution"]}"#), [("no_execution", "/executable".to_owned())]);
        assert_eq!(
            told(r#"{"authority": "execute", "executable": true, "invariants": ["projection_only", "no_execution"]}"#),
            [
                ("projection_only", "/authority".to_owned()),
                ("no_execution", "/executable".to_owned()),
                ("no_execution", "/authority".to_owned())
            ]
        );
    }
}
