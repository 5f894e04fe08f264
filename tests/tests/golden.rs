//! Values computed elsewhere, with many more digits: `tests/golden/`.

use mx2lm_core::collapse::math;
use serde_json::Value;

// rows: A377 C181
#[test]
fn transcendental_functions_are_rounded_correctly() {
    let mut compared = 0;
    for line in include_str!("../golden/collapse.ndjson").lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let Some(function) = line["fn"].as_str().and_then(|name| name.strip_prefix("math.")) else { continue };
        let x: Vec<f64> = line["in"]["x"].as_array().expect("a list").iter().map(number).collect();
        let found = match (function, x.as_slice()) {
            ("acos", [x]) => math::acos(*x),
            ("sin", [x]) => math::sin(*x),
            ("cos", [x]) => math::cos(*x),
            ("tanh", [x]) => math::tanh(*x),
            ("atan2", [y, x]) => math::atan2(*y, *x),
            other => panic!("{other:?} is not a function"),
        };
        assert_eq!(found.to_bits(), number(&line["out"]["bits"]).to_bits(), "{function}({x:?}) = {found:e}");
        compared += 1;
    }
    assert!(compared >= 500, "{compared}");
}

fn number(bits: &Value) -> f64 {
    f64::from_bits(u64::from_str_radix(bits.as_str().expect("text"), 16).expect("hexadecimal digits"))
}
