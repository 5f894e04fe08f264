//! The grammar of lane ids: a base name, a part of time or a summary, or an interaction of two.
//!
//! Ids outside the grammar are lawful, and packed as `other` or as whatever class they happen to show; that is information (`DECISIONS` 62).

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::examples::{LAWFUL, weights_v2c};
use crate::{
    diagnostic::Severity,
    pack::lane_id::{self, Time},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

/// An id outside the grammar, or two that look alike.
pub static LANE_ID: Rule = Rule {
    name: "pack/lane-id",
    severity: Severity::Info,
    rows: &["D264", "D265", "D266", "D288", "D299", "D326", "D683"],
    on: On::Kinds(&["weights.v2", "weights.v2c"]),
    check: Check::File(lanes_of_json),
    fix: None,
    docs: Docs {
        what: "A lane id that is not a base name (a letter, then letters, digits, `_` and `-`), a base name with `@t` and a number, `@t*`, `@early`, `@mid`, `@late`, `@row`, `@col` or `@all`, or two of these joined by `__x__`; a window beyond `t3` in an interaction; two ids that differ in Unicode form alone.",
        why: "Such an id is packed all the same, yet what reads time and interactions out of ids finds nothing in it: summaries leave it out, and its class may be another than meant.",
        fix: "Rename the lane. The sign `⊗` is written `__x__` in ids.",
        bad: &[Example {
            note: "the sign for an interaction instead of its spelling",
            file: "a.weights.v2c.json",
            files: &[("a.weights.v2c.json", weights_v2c!("16", r#""@0": "attention", "@1": "policy@t1⊗attention@t2""#, "0.1", ""))],
        }],
        good: LAWFUL,
    },
};

/// What keeps a lane id out of the grammar, or out of the matrix; `None` when nothing does.
fn trouble(id: &str) -> Option<String> {
    lane_id::wrong(id).or_else(|| {
        let (a, b) = lane_id::halves(id)?;
        let far = [a, b].into_iter().find(|half| matches!(lane_id::time(half), Some(Time::Window(4..))))?;
        Some(format!("`{far}` is a window beyond `t3`, and rows and columns of interactions are made of `t0` to `t3` alone"))
    })
}

/// Looks at lane ids, each with its place.
pub(super) fn judge(ids: &[(&str, Place)], findings: &mut Findings) {
    let mut forms: HashMap<String, &str> = HashMap::new();
    for (id, place) in ids {
        if id.is_empty() {
            continue;
        }
        if let Some(trouble) = trouble(id) {
            let message = format!("the lane id `{}` is out of the grammar: {trouble}", shown(id));
            findings.push(Finding::new(&LANE_ID, place.clone(), message).help("rename the lane, or leave it: it is packed all the same"));
        }
        if id.is_ascii() {
            continue;
        }
        match forms.insert(id.nfc().collect(), id) {
            Some(twin) if twin != *id => {
                let message =
                    format!("the lane id `{}` is another lane's id in another Unicode form: they look alike and stay two lanes", shown(id));
                findings.push(Finding::new(&LANE_ID, place.clone(), message).help("spell both in one form, or give them different names"));
            }
            _ => {}
        }
    }
}

/// Longest part of an id that is shown.
const SHOWN: usize = 80;

/// An id as messages show it.
pub(super) fn shown(id: &str) -> String {
    match id.char_indices().nth(SHOWN) {
        None => id.to_owned(),
        Some((end, _)) => format!("{}…", &id[..end]),
    }
}

fn lanes_of_json(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let named: Vec<(String, Place)> = if context.kind.is("weights.v2") {
        let lanes = root.get("lanes").filter(|lanes| lanes.is_object());
        lanes.into_iter().flat_map(|lanes| lanes.members()).map(|(id, lane)| (id.into_owned(), Place::key(lane))).collect()
    } else {
        let dict = root.get("dict").filter(|dict| dict.is_object());
        let ids = dict.into_iter().flat_map(|dict| dict.members());
        ids.filter_map(|(_, node)| Some((node.as_str()?.into_owned(), Place::value(node)))).collect()
    };
    judge(&named.iter().map(|(id, place)| (id.as_str(), place.clone())).collect::<Vec<_>>(), findings);
}
