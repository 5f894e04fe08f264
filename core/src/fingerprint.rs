//! Names for findings that outlive the next edit (`DECISIONS` 67).
//!
//! A baseline or a code-scanning service knows a finding by its fingerprint: it stays while the finding moves inside its document, and
//! while the document moves inside the workspace as long as it keeps its object id.
//!
//! The fingerprint is the SHA-256, in 64 lowercase hexadecimal digits, of these bytes:
//!
//! ```text
//! rule 00 subject 00 locator 00 ordinal
//! ```
//!
//! `rule`, `subject` and `locator` are UTF-8; `subject` is the object id, or the path from the workspace root when the file declares
//! none or shares it with another file. `ordinal` counts, in decimal digits from `0`, the findings before this one, in the order of
//! reports, that have the same three.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::diagnostic::Diagnostic;
use crate::hash::digest::hex;
use crate::map::HashMap;
use crate::workspace::index::Index;

/// The fingerprints of the findings of one workspace, which stand in the order of reports.
pub fn fingerprints(diagnostics: &[Diagnostic], index: &Index) -> Vec<String> {
    with_ids(diagnostics, |path| {
        let id = index.facts(path)?.id.as_ref()?;
        (index.each_definition(&id.value).nth(1).is_none()).then(|| id.value.clone())
    })
}

/// `object_id` gives the id that a path from the root, and no other path, declares.
fn with_ids(diagnostics: &[Diagnostic], object_id: impl Fn(&str) -> Option<Arc<str>>) -> Vec<String> {
    let mut seen: HashMap<[u8; 32], u64> = HashMap::default();
    let mut subject: Option<(&str, Option<Arc<str>>)> = None;
    let mut prints = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let path: &str = &diagnostic.path;
        if subject.as_ref().is_none_or(|(known, _)| *known != path) {
            subject = Some((path, object_id(path)));
        }
        let id = subject.as_ref().and_then(|(_, id)| id.as_ref()).map_or(path, |id| &**id);
        let mut hash = Sha256::new();
        for part in [&diagnostic.rule, id, &diagnostic.locator] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let ordinal = seen.entry(hash.clone().finalize().into()).or_insert(0);
        hash.update(ordinal.to_string().as_bytes());
        *ordinal += 1;
        prints.push(hex(&hash.finalize()));
    }
    prints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    fn finding(rule: &str, path: &str, locator: &str) -> Diagnostic {
        Diagnostic {
            rule: rule.to_owned(),
            severity: Severity::Error,
            path: path.into(),
            locator: locator.to_owned(),
            span: None,
            excerpt: None,
            message: String::new(),
            help: None,
            related: Vec::new(),
            fixes: Vec::new(),
            spec_error: None,
        }
    }

    fn print_of(bytes: &str) -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_bytes_are_rule_subject_locator_and_ordinal() {
        let findings =
            [finding("object/id", "a.json", "/id"), finding("object/id", "a.json", "/id"), finding("object/id", "b.json", "/id")];
        let prints = with_ids(&findings, |path| (path == "a.json").then(|| "object://a/b".into()));
        let wanted =
            ["object/id\0object://a/b\0/id\x000", "object/id\0object://a/b\0/id\x001", "object/id\0b.json\0/id\x000"].map(print_of);
        assert_eq!(prints, wanted);
    }

    #[test]
    fn a_fingerprint_does_not_depend_on_the_place_in_the_file() {
        let mut moved = finding("object/id", "a.json", "/id");
        moved.span = Some(crate::text::Span::new(3, 9));
        moved.message.push_str("other words");
        assert_eq!(with_ids(&[moved], |_| None), with_ids(&[finding("object/id", "a.json", "/id")], |_| None));
    }
}
