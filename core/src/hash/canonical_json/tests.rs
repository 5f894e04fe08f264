//! What holds of canonical JSON.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::syntax::json::Tree;

fn tree(text: &str) -> Tree {
    Tree::parse(Arc::from(text))
}

fn written(text: &str) -> Result<String, CanonicalError> {
    let tree = tree(text);
    canonical(tree.root().unwrap()).map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn the_samples_of_the_standard_come_out() {
    // RFC 8785 §3.2.2 and §3.2.3.
    let sample = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
    let wanted = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(written(sample).unwrap(), wanted);
    let order = r#"{"\u20ac": 5, "\r": 1, "\ufb33": 7, "1": 2, "\ud83d\ude00": 6, "\u0080": 3, "\u00f6": 4}"#;
    assert_eq!(written(order).unwrap(), "{\"\\r\":1,\"1\":2,\"\u{80}\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\u{fb33}\":7}");
}

#[test]
fn numbers_are_written_as_ecmascript_does() {
    // RFC 8785 appendix B.
    for (bits, wanted) in [
        (0x0000000000000000, "0"),
        (0x8000000000000000, "0"),
        (0x0000000000000001, "5e-324"),
        (0x8000000000000001, "-5e-324"),
        (0x7fefffffffffffff, "1.7976931348623157e+308"),
        (0xffefffffffffffff, "-1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0xc340000000000000, "-9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44b52d02c7e14af5, "9.999999999999997e+22"),
        (0x44b52d02c7e14af6, "1e+23"),
        (0x44b52d02c7e14af7, "1.0000000000000001e+23"),
        (0x444b1ae4d6e2ef4e, "999999999999999700000"),
        (0x444b1ae4d6e2ef4f, "999999999999999900000"),
        (0x444b1ae4d6e2ef50, "1e+21"),
        (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
        (0x3eb0c6f7a0b5ed8d, "0.000001"),
        (0x41b3de4355555553, "333333333.3333332"),
        (0x41b3de4355555554, "333333333.33333325"),
        (0x41b3de4355555555, "333333333.3333333"),
        (0x41b3de4355555556, "333333333.3333334"),
        (0x41b3de4355555557, "333333333.33333343"),
        (0xbecbf647612f3696, "-0.0000033333333333333333"),
        (0x43143ff3c1cb0959, "1424953923781206.2"),
    ] {
        assert_eq!(number(f64::from_bits(bits)), wanted, "{bits:016x}");
    }
    for (spelled, wanted) in
        [("-0", "0"), ("-0.0", "0"), ("1.0", "1"), ("1e2", "100"), ("9007199254740993", "9007199254740992"), ("1e-400", "0"), ("-5", "-5")]
    {
        assert_eq!(written(spelled).unwrap(), wanted);
    }
    assert_eq!(written("123456789012345678901234567890").unwrap(), "1.2345678901234568e+29");
}

#[test]
fn what_is_broken_or_ambiguous_has_no_canonical_form() {
    for (text, rule, at) in [
        ("[1e400]", "syntax/json-number-range", 1),
        ("{\"a\": [1,]}", "syntax/json", 8),
        (r#"["\ud800"]"#, "syntax/json-lone-surrogate", 2),
        (r#"{"a": 1, "\u0061": 1}"#, "syntax/json-duplicate-member", 9),
        ("\u{feff}{}", "syntax/json-byte-order-mark", 0),
    ] {
        let error = written(text).unwrap_err();
        assert_eq!((error.rule, error.span.start), (rule, at), "{text}");
    }
    // A duplicate elsewhere does not touch a part that has none.
    let tree = tree(r#"{"a": 1, "a": 2, "rules": [1.0]}"#);
    assert_eq!(canonical(tree.at_pointer("/rules").unwrap()).unwrap(), b"[1]");
}

#[test]
fn members_are_left_out_where_they_are_named() {
    let tree = tree(r#"{"hash": 1, "x": {"hash": 2, "y/z": 3, "list": [1, 2, 3]}, "signature": 4}"#);
    let without = |pointers: &[&str]| String::from_utf8(canonical_without(tree.root().unwrap(), pointers).unwrap()).unwrap();
    assert_eq!(without(&["/hash", "/signature", "/absent"]), r#"{"x":{"hash":2,"list":[1,2,3],"y/z":3}}"#);
    assert_eq!(without(&["/x/y~1z", "/x/list/1", "/hash", "/signature", "/x/hash"]), r#"{"x":{"list":[1,3]}}"#);
}

#[test]
fn whole_numbers_that_no_double_equals_are_noticed() {
    for (text, wanted) in [
        ("9007199254740992", false),
        ("9007199254740993", true),
        ("-9007199254740993", true),
        ("9007199254740994", false),
        ("1000000000000000000000", false),
        ("1000000000000000000001", true),
        ("1e300", false),
        ("12", false),
    ] {
        assert_eq!(is_inexact_integer(tree(text).root().unwrap()), wanted, "{text}");
    }
}

fn document() -> impl Strategy<Value = serde_json::Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(|bits| serde_json::Value::from(f64::from_bits(bits))),
        any::<f64>().prop_map(serde_json::Value::from),
        (-400_i32..400, any::<i32>()).prop_map(|(power, n)| serde_json::Value::from(f64::from(n) * 10_f64.powi(power)))
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        number,
        any::<String>().prop_map(serde_json::Value::from)
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(serde_json::Value::from),
            prop::collection::vec((any::<String>(), inner), 0..8)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_is_written_as_the_reference_writes_it(value in document(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let wanted = serde_json_canonicalizer::to_string(&value).unwrap();
        prop_assert_eq!(written(&text).unwrap(), &*wanted);
        // What is canonical stays as it is.
        prop_assert_eq!(written(&wanted).unwrap(), wanted);
    }

    #[test]
    fn any_number_reads_back_to_its_bits(bits: u64) {
        let value = f64::from_bits(bits);
        if value.is_finite() {
            let text = number(value);
            prop_assert_eq!(&text, &serde_json_canonicalizer::to_string(&value).unwrap());
            prop_assert_eq!(text.parse::<f64>().unwrap() + 0.0, value + 0.0);
        }
    }

    #[test]
    fn names_sort_by_code_units(a: String, b: String) {
        prop_assert_eq!(by_code_units(&a, &b), a.encode_utf16().cmp(b.encode_utf16()));
    }
}
