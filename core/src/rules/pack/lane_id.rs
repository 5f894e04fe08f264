//! The grammar of lane ids: a base name, a part of time or a summary, or an interaction of two.
//!
//! Ids outside the grammar are lawful, and packed as `other` or as whatever class they happen to show; that is information (`DECISIONS` 62).

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::examples::{LAWFUL, weights_v2c};
use crate::{
    diagnostic::Severity,
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

/// What joins the two sides of an interaction.
const CROSS: &str = "__x__";

/// What keeps a lane id out of the grammar; `None` when nothing does.
pub(super) fn trouble(id: &str) -> Option<String> {
    if id.contains('⊗') {
        return Some("holds `⊗`, which ids spell `__x__`".to_owned());
    }
    match id.split_once(CROSS) {
        Some((_, right)) if right.contains(CROSS) => Some("joins more than two lanes by `__x__`".to_owned()),
        Some((left, right)) => side(left, true).or_else(|| side(right, true)),
        None => side(id, false),
    }
}

fn side(side: &str, crossed: bool) -> Option<String> {
    let (base, time) = side.split_once('@').map_or((side, None), |(base, time)| (base, Some(time)));
    let mut letters = base.chars();
    if !letters.next().is_some_and(|first| first.is_ascii_alphabetic()) {
        return Some(format!("has the base name `{base}`, which does not begin with a letter from A to Z"));
    }
    if let Some(odd) = letters.find(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '-')) {
        return Some(format!("has the base name `{base}`, which holds `{odd}` where only letters, digits, `_` and `-` are wanted"));
    }
    let Some(time) = time else {
        return crossed.then(|| format!("names no part of time for `{base}` on one side of `__x__`"));
    };
    match time {
        "t*" | "early" | "mid" | "late" | "row" | "col" | "all" => None,
        _ if time.contains('@') => Some("holds `@` twice on one side: it stands before the part of time alone".to_owned()),
        _ => match time.strip_prefix('t').filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(digits) if digits.len() > 1 && digits.starts_with('0') => Some(format!("writes the window `{time}` with leading zeros")),
            Some(digits) if crossed && (digits.len() > 1 || digits > "3") => {
                Some(format!("names the window `{time}` in an interaction, and rows and columns are made of `t0` to `t3` alone"))
            }
            Some(_) => None,
            None => Some(format!(
                "ends in `@{time}`, which is no part of time: `t` and a number, `t*`, `early`, `mid` and `late` are, and `row`, `col` and `all` of summaries"
            )),
        },
    }
}

/// Looks at lane ids, each with its place.
pub(super) fn judge(ids: &[(&str, Place)], findings: &mut Findings) {
    let mut forms: HashMap<String, &str> = HashMap::new();
    for (id, place) in ids {
        if id.is_empty() {
            continue;
        }
        if let Some(trouble) = trouble(id) {
            let message = format!("the lane id `{}` {trouble}", shown(id));
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

#[cfg(test)]
mod tests {
    use super::trouble;

    // rows: D264 D265 D266 D288 D292 D293 D294 D297 D298 D299
    #[test]
    fn the_ids_that_the_canonical_wiring_emits_are_of_the_grammar() {
        for id in [
            "policy",
            "attention@late",
            "policy@t0",
            "policy@t12",
            "policy@t*",
            "policy@t1__x__attention@t2",
            "policy@t3__x__attention@t0",
            "policy@early__x__attention@late",
            "policy@mid__x__attention@mid",
            "policy@t1__x__attention@row",
            "policy@col__x__attention@t2",
            "policy@all__x__attention@all",
            "Tone-2_b@mid",
            "policy_x_y@t0",
        ] {
            assert_eq!(trouble(id), None, "{id}");
        }
    }

    // rows: D264 D265 D299 D683
    #[test]
    fn near_misses_are_told() {
        for (id, word) in [
            ("policy@t1⊗attention@t2", "⊗"),
            ("my@team@t0", "twice"),
            ("9lives", "begin"),
            ("", "begin"),
            ("@t0", "begin"),
            ("päx@t0", "`ä`"),
            ("policy@t", "no part of time"),
            ("policy@T1", "no part of time"),
            ("policy@middle", "no part of time"),
            ("policy@t01", "leading zeros"),
            ("policy@t²", "no part of time"),
            ("policy@t4__x__attention@t0", "`t4`"),
            ("policy__x__attention", "no part of time"),
            ("a@t0__x__b@t0__x__c@t0", "more than two"),
        ] {
            assert!(trouble(id).is_some_and(|told| told.contains(word)), "{id}: {:?}", trouble(id));
        }
    }
}
