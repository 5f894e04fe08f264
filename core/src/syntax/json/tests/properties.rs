//! What holds of every text.

use std::sync::Arc;

use proptest::prelude::*;

use crate::syntax::MAX_ERRORS;
use crate::syntax::json::{Node, NodeKind, Tree};

const SAMPLE: &str = r#"{
  "$schema": "object://schema/object.v1", "id": "object://sea/gl\u00f6ssary",
  "payload": {"type": "json", "size": 213, "n": [1, -2.5e+3, 0, true, false, null, {}, []]},
  "t": "line\nend \"q\" \ud83d\ude00 π"
}
"#;

/// Pieces of JSON and of what is taken for it.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "'", "\\", "\n", " ", "\t", "//", "/*", "*/", "#", "1", "-", "01", "1e5", "1e999", ".5",
            "+", "true", "nul", "NaN", "\"a\"", "\"b\":", "a", "\\u", "\\ud800", "\u{feff}", "\u{a0}", "\u{201c}", "π", ";", "=", "=>",
            "\r\n", "\0", "0x1f", "_", "\"a\":1", "{\"a\":", "[1,"
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Everything that must hold of any text.
fn check(text: &str) -> Tree {
    let tree = Tree::parse(Arc::from(text));
    let len = text.len() as u32;
    assert!(tree.errors().len() <= MAX_ERRORS);
    for error in tree.errors() {
        assert!(text.get(error.span.range()).is_some(), "{text:?}: {error:?}");
        assert!(!error.message.is_empty() && !error.message.ends_with('.'), "{error:?}");
        if let Some((span, with)) = &error.fix {
            assert!(text.get(span.range()).is_some(), "{text:?}: {error:?}");
            assert_ne!(&text[span.range()], with, "{text:?}: a fix that changes nothing");
        }
    }
    if let Some(root) = tree.root() {
        walk(root, text);
    } else {
        assert!(!tree.is_strict());
    }
    for offset in 0..=len.min(200) {
        if let Some(hit) = tree.at_offset(offset) {
            assert!(
                hit.node.span().touches(offset) || hit.node.key_span().is_some_and(|span| span.touches(offset)),
                "{text:?} at {offset}: {hit:?}"
            );
        }
    }
    for twice in tree.duplicates() {
        assert!(twice.first < twice.again);
        assert!(tree.node(twice.object).members().filter(|(name, _)| *name == twice.name).count() > 1, "{text:?}");
    }
    tree
}

fn walk(node: Node<'_>, text: &str) {
    assert!(text.get(node.span().range()).is_some(), "{text:?}: {node:?}");
    assert!(text.get(node.content_span().range()).is_some() && node.span().contains(node.content_span()), "{text:?}: {node:?}");
    assert_eq!(node.is_missing(), node.span().is_empty(), "{text:?}: {node:?}");
    let _ = (node.as_str(), node.key(), node.as_f64(), node.as_u64(), node.as_i64(), node.as_bool());
    let mut end = node.span().start;
    let mut count = 0;
    for (at, child) in node.children().enumerate() {
        let start = child.key_span().map_or(child.span().start, |span| span.start);
        assert!(end <= start && child.span().end <= node.span().end, "{text:?}: {child:?} in {node:?}");
        assert_eq!(child.parent(), Some(node));
        if node.is_array() {
            assert_eq!(node.item(at), Some(child));
            assert_eq!(child.index(), Some(at));
        } else if node.tree().is_strict() && node.tree().duplicates().is_empty() {
            assert_eq!(node.tree().at_pointer(&child.pointer()).map(Node::raw), Some(child.raw()), "{text:?}");
        }
        end = child.span().end;
        count += 1;
        walk(child, text);
    }
    assert_eq!(count, node.len());
    assert!(count == 0 || matches!(node.kind(), NodeKind::Array | NodeKind::Object));
}

/// Whether the reference reader takes `text`, less what only this one refuses.
fn compare(text: &str) {
    let tree = check(text);
    let strict = tree.errors().iter().all(|error| error.rule == "syntax/json-lone-surrogate" || error.rule == "syntax/json-number-range");
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => {
            assert!(tree.is_strict(), "{text:?}: {:?}", tree.errors());
            assert_eq!(tree.root().unwrap().to_value(), value, "{text:?}");
        }
        Err(error) if tree.is_strict() => panic!("{text:?} is read here and refused there: {error}"),
        // Both rules refuse what the grammar allows; the reference has its own words for them.
        Err(_) => assert!(!tree.is_strict() || strict),
    }
}

#[test]
fn every_truncation_is_told_and_read() {
    assert!(check(SAMPLE).is_strict());
    let trimmed = SAMPLE.trim_end();
    for (at, _) in trimmed.char_indices() {
        let tree = check(&trimmed[..at]);
        assert!((1..=2).contains(&tree.errors().len()), "{at}: {:?}", tree.errors());
    }
}

#[test]
fn every_byte_left_out_or_doubled_is_told_in_few_errors() {
    for (at, c) in SAMPLE.char_indices() {
        let mut without = SAMPLE.to_owned();
        without.remove(at);
        let mut doubled = SAMPLE.to_owned();
        doubled.insert(at, c);
        for text in [without, doubled] {
            compare(&text);
            let errors = check(&text).errors().to_vec();
            assert!(errors.len() <= 3, "{text}\n{errors:#?}");
            // A fix for the only error leaves none.
            if let [error] = &errors[..]
                && let Some((span, with)) = &error.fix
            {
                let mut fixed = text.clone();
                fixed.replace_range(span.range(), with);
                assert!(check(&fixed).is_strict(), "{text}\n{error:#?}\n{fixed}\n{:#?}", check(&fixed).errors());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_within_its_bounds(text: String) {
        compare(&text);
    }

    #[test]
    fn any_pieces_are_read_within_their_bounds(text in pieces()) {
        compare(&text);
    }

    #[test]
    fn any_change_of_a_document_is_read_within_its_bounds(at in 0..SAMPLE.len(), len in 0..20_usize, with in pieces()) {
        let end = (at + len).min(SAMPLE.len());
        if SAMPLE.is_char_boundary(at) && SAMPLE.is_char_boundary(end) {
            let mut text = SAMPLE.to_owned();
            text.replace_range(at..end, &with);
            compare(&text);
        }
    }
}
