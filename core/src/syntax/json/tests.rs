//! What holds of the JSON reader.

use std::sync::Arc;

use super::{NodeKind, On, Tree};
use crate::text::Span;

fn parse(text: &str) -> Tree {
    Tree::parse(Arc::from(text))
}

/// The messages of `text`'s errors.
fn told(text: &str) -> Vec<String> {
    parse(text).errors().iter().map(|error| error.message.clone()).collect()
}

/// `text` with every fix applied, again and again while there is one.
fn fixed(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..100 {
        let tree = parse(&text);
        let Some((span, with)) = tree.errors().iter().find_map(|error| error.fix.clone()) else { break };
        text.replace_range(span.range(), &with);
    }
    text
}

#[test]
fn a_document_is_read_with_its_places() {
    let text = r#" {"a": [1, -2.50e1, true, null], "b\u0041": {"c": "x\ny"}} "#;
    let tree = parse(text);
    assert!(tree.is_strict());
    let root = tree.root().unwrap();
    assert_eq!(root.kind(), NodeKind::Object);
    assert_eq!(root.len(), 2);
    let item = tree.at_pointer("/a/1").unwrap();
    assert_eq!((item.raw(), item.as_f64(), item.as_i64(), item.index()), ("-2.50e1", Some(-25.0), Some(-25), Some(1)));
    assert_eq!(item.pointer(), "/a/1");
    let text_node = root.get("bA").and_then(|b| b.get("c")).unwrap();
    assert_eq!(text_node.as_str().as_deref(), Some("x\ny"));
    assert_eq!(text_node.key().as_deref(), Some("c"));
    assert_eq!(text_node.pointer(), "/bA/c");
    assert_eq!(&text[text_node.content_span().range()], r"x\ny");
    assert_eq!(root.to_value(), serde_json::from_str::<serde_json::Value>(text).unwrap());
}

#[test]
fn an_offset_leads_to_the_innermost_thing() {
    let text = r#"{"a": [1, {"b": 2}], "c": ""}"#;
    let tree = parse(text);
    let hit = |needle: &str, add: usize| {
        let hit = tree.at_offset((text.find(needle).unwrap() + add) as u32).unwrap();
        (hit.node.pointer(), hit.on)
    };
    assert_eq!(hit("\"a\"", 1), ("/a".into(), On::Key));
    assert_eq!(hit("1", 0), ("/a/0".into(), On::Value));
    assert_eq!(hit("1", 1), ("/a/0".into(), On::Value));
    assert_eq!(hit("{\"b", 0), ("/a/1".into(), On::Value));
    assert_eq!(hit("2", 0), ("/a/1/b".into(), On::Value));
    assert_eq!(hit(", {", 1), ("/a".into(), On::Gap));
    assert_eq!(hit("\"\"", 1), ("/c".into(), On::Value));
    assert_eq!(hit("\"\"", 2), ("/c".into(), On::Value));
    assert_eq!(hit(", \"c", 0), ("".into(), On::Gap));
}

#[test]
fn each_slip_is_one_error() {
    let mut wrong = Vec::new();
    for (text, wanted) in [
        (r#"{"a": 1,}"#, r#"{"a": 1}"#),
        (r#"{"a": 1 "b": 2}"#, r#"{"a": 1, "b": 2}"#),
        ("[1 \"b\"]", "[1, \"b\"]"),
        ("[1,]", "[1]"),
        (r#"{"a" 1}"#, r#"{"a": 1}"#),
        (r#"{"a": [1, 2}"#, r#"{"a": [1, 2]}"#),
        (r#"{a: 1}"#, r#"{"a": 1}"#),
        ("{'a': 1}", r#"{"a": 1}"#),
        (r#"{"a": 'it\'s "x"'}"#, r#"{"a": "it's \"x\""}"#),
        ("[01]", "[1]"),
        ("[+1]", "[1]"),
        ("[.5]", "[0.5]"),
        ("[5.]", "[5.0]"),
        ("[0x10]", "[16]"),
        ("[True]", "[true]"),
        ("{\"a\": \"x\ty\tz\"}", "{\"a\": \"x\\ty\\tz\"}"),
        (r#"{"a" = 1}"#, r#"{"a" : 1}"#),
        (r#"{"a":: 1}"#, r#"{"a": 1}"#),
        (r#"{"a": 1; "b": 2}"#, r#"{"a": 1, "b": 2}"#),
        (r#"{"a": 1,, "b": 2}"#, r#"{"a": 1, "b": 2}"#),
        (r#"{,"a": 1}"#, r#"{"a": 1}"#),
        ("{}, ", "{} "),
        ("\u{feff}{}", "{}"),
        ("[1,\u{a0}2]", "[1, 2]"),
        ("{\u{201c}a\u{201d}: 1}", r#"{"a": 1}"#),
        (r#"["\x41"]"#, r#"["A"]"#),
        (r#"["\u{22}"]"#, r#"["\""]"#),
        ("[1}", "[1]"),
        (r#"{"a: "b", "c": 1}"#, r#"{"a": "b", "c": 1}"#),
        (r#"{"a: 1, "c": 1}"#, r#"{"a": 1, "c": 1}"#),
        (r#"{a": 1}"#, r#"{"a": 1}"#),
        (r#"{"a": b", "c": 1}"#, r#"{"a": "b", "c": 1}"#),
        (r#"{"a": "b, "c": 1}"#, r#"{"a": "b", "c": 1}"#),
        (r#"["a, "b", 1]"#, r#"["a", "b", 1]"#),
        (r#"[a", "b", 1]"#, r#"["a", "b", 1]"#),
    ] {
        if told(text).len() != 1 {
            wrong.push(format!("{text}: {:?}", told(text)));
        }
        let fixed = fixed(text);
        assert_eq!(fixed.replace(": ", ":").replace(" :", ":"), wanted.replace(": ", ":").replace(" :", ":"), "{text}");
        assert!(parse(&fixed).is_strict());
    }
    for text in [
        "",
        "  ",
        "]",
        ",",
        r#"{"a": }"#,
        r#"{"a"}"#,
        r#"{"a": "b": 1}"#,
        r#"{"a": "he said "hi" to me", "b": 1}"#,
        "{\"a\": \"abc\n \"b\": 1}",
        "{\"a\": \"abc,\n \"b\": 1}",
        "{\"a\": \"abc",
        "{\"a\": \"abc}",
        "[1, 2",
        "{\"a: 1}",
        "{\"a: 1,\n \"b\": 2}",
        "{\"a\": [\"x,\n \"y\"]}",
        "{\"a\": {\"b\": [",
        "{\"a\": 1} {\"b\": 2}",
        "{} }",
        "[1, NaN]",
        "[-Infinity]",
        "// note\n{}",
        "{\"a\": 1 /* note */}",
        "{} # note",
        "[1,,2]",
        "[,]",
        "[1:2]",
        "{1}",
        "{[1]: 2}",
        "{\"a\": 1, {\"b\": 2}}",
        "{\"a\": <computed>, \"b\": 1}",
        "{\"a\": hello world, \"b\": 1}",
        "{\"a\": http://x/y, \"b\": 1}",
        "hello world",
        "[2024-01-01]",
        "[1.2.3]",
        "[1e]",
        "[1e400]",
        r#"["\ud800"]"#,
        r#"["C:\path\qx"]"#,
        "[/* x",
        "{\"a\": 1 2}",
        "{\"a\": [1, 2}, \"b\": 3}",
    ] {
        if told(text).len() != 1 {
            wrong.push(format!("{text}: {:?}", told(text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_follows_a_slip_is_still_read() {
    let tree = parse("{\"a\": \"abc,\n \"b\": 1}");
    assert_eq!(tree.at_pointer("/b").and_then(|b| b.as_u64()), Some(1));
    assert_eq!(tree.at_pointer("/a").and_then(|a| a.as_str()).as_deref(), Some("abc"));
    let tree = parse(r#"{"a": "b": 1, "c": 2}"#);
    assert!(tree.at_pointer("/a").unwrap().is_missing());
    assert_eq!(tree.at_pointer("/b").and_then(|b| b.as_u64()), Some(1));
    let tree = parse(r#"{"id": , "c": 2"#);
    assert!(tree.at_pointer("/id").unwrap().is_missing());
    assert_eq!(tree.at_pointer("/c").and_then(|b| b.as_u64()), Some(2));
}

#[test]
fn duplicates_are_kept_and_compared_after_unescaping() {
    let tree = parse(r#"{"a": 1, "\u0061": 2, "b": {"c": 1, "c": 2, "c": 3}}"#);
    assert!(tree.is_strict());
    let names: Vec<_> = tree.duplicates().iter().map(|d| (d.name.as_str(), d.first, d.again)).collect();
    assert_eq!(names[0], ("a", Span::new(1, 4), Span::new(9, 17)));
    assert_eq!(names.len(), 3);
    assert_eq!(names[1].1, names[2].1);
    assert_eq!(tree.at_pointer("/a").and_then(|a| a.as_u64()), Some(2));
}

#[test]
fn ten_thousand_duplicates_and_huge_objects_are_found_at_once() {
    let same = format!("{{{}}}", vec![r#""n":1"#; 10_001].join(","));
    assert_eq!(parse(&same).duplicates().len(), 10_000);
    let members: Vec<_> = (0..100_000).map(|n| format!(r#""member{n}":{n}"#)).collect();
    let text = format!("{{{}}}", members.join(","));
    let tree = parse(&text);
    assert!(tree.is_strict() && tree.duplicates().is_empty());
    assert_eq!(tree.at_pointer("/member99999").and_then(|n| n.as_u64()), Some(99_999));
}

#[test]
fn reading_ends_at_the_most_values() {
    let text = format!("{{\"id\": 1, \"list\": [{}0]}}", "1,".repeat(crate::syntax::MAX_VALUES));
    let tree = parse(&text);
    assert_eq!(tree.errors().iter().map(|error| error.rule).collect::<Vec<_>>(), ["syntax/json-value-limit"]);
    assert_eq!(tree.root().and_then(|root| root.get("id")).and_then(|id| id.as_u64()), Some(1));
}

#[test]
fn deep_nesting_is_one_error() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "[".repeat(100_000) + &"]".repeat(100_000)] {
        let tree = parse(&text);
        assert_eq!(tree.errors().len(), 1, "{:?}", tree.errors());
        assert_eq!(tree.errors()[0].rule, "syntax/json-nesting-limit");
    }
    let at_limit = "[".repeat(512) + &"]".repeat(512);
    assert!(parse(&at_limit).is_strict());
    assert!(!parse(&format!("[{at_limit}]")).is_strict());
}

mod properties;
mod suite;
