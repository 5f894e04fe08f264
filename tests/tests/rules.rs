//! The registry and the pages of the rules.

use std::collections::{BTreeMap, HashSet};

use mx2lm_core::{
    document::kind::Syntax,
    rules::{self, Example},
};
use mx2lm_tests::{Body, Case, Expect};

fn case(example: &Example, rule: &str, expect: Expect) -> Case {
    let body = |name: &str, text: &str| match Syntax::of_path(name) {
        Some(Syntax::Binary) => Body::Hex { hex: text.split_whitespace().collect() },
        _ => Body::Text(text.to_owned()),
    };
    let files: BTreeMap<_, _> = example.files.iter().map(|(name, text)| ((*name).to_owned(), body(name, text))).collect();
    Case {
        id: format!("{rule}: {}", example.note),
        rows: Vec::new(),
        why: example.note.to_owned(),
        files,
        file: example.file.to_owned(),
        expect,
        pointer: None,
        any: None,
        args: Vec::new(),
        rule: Some(rule.to_owned()),
        links: BTreeMap::new(),
        texts: BTreeMap::new(),
        base: None,
        remove: Vec::new(),
    }
}

#[test]
fn bad_examples_break_their_rule_and_good_ones_keep_it() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        for example in rule.docs.bad {
            let case = case(example, rule.name, Expect::Warning);
            match case.findings() {
                // Configuration errors end a run before it reports (`DECISIONS` 69).
                Err(why) if rule.family() == "config" || rule.name == "syntax/toml" => assert!(why.contains("mx2lm.toml"), "{why}"),
                Err(why) => wrong.push(format!("{}: {why}", case.id)),
                Ok(found) if found.iter().any(|finding| finding.rule == rule.name && *finding.path == *case.file) => {}
                Ok(found) => {
                    let told: Vec<_> = found.iter().map(|d| format!("{} on {}: {}", d.rule, d.path, d.message)).collect();
                    wrong.push(format!("bad, {}: not found; {}", case.id, told.join("; ")));
                }
            }
        }
        for example in rule.docs.good {
            let case = case(example, rule.name, Expect::Clean);
            wrong.extend(case.judge().map(|why| format!("good, {}: {why}", case.id)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_families_and_words_and_nobody_shares_one() {
    let mut seen = HashSet::new();
    for rule in rules::all() {
        assert!(seen.insert(rule.name), "{} twice", rule.name);
        let (family, word) = rule.name.split_once('/').unwrap_or_default();
        for part in [family, word] {
            let kebab = !part.is_empty() && part.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')) && !part.starts_with('-');
            assert!(kebab, "{}", rule.name);
        }
        assert!(!rule.docs.what.is_empty() && !rule.docs.why.is_empty() && !rule.docs.fix.is_empty(), "{}: an empty answer", rule.name);
    }
}
