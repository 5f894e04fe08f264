//! Where the listings of the pack laws say something else than the laws: a test for each disagreement, its lines in
//! `tests/golden/pack-listings.ndjson` as `tests/golden/pack.py` reckons them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::records::answers;
use crate::vectors::same;

/// The lines of one disagreement, or of all.
fn lines(name: Option<&str>) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/pack-listings.ndjson");
    let text = std::fs::read_to_string(path).expect("recorded questions");
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a question"));
    all.filter(|line| name.is_none_or(|name| line["name"] == name)).collect()
}

/// The law is what is answered, and no listing that the line tells of says the same.
fn differs(name: &str) {
    let lines = lines(Some(name));
    assert!(!lines.is_empty(), "nothing is recorded of {name}");
    let questions: Vec<(&str, Value)> = lines.iter().map(|line| (line["fn"].as_str().expect("a name"), line["in"].clone())).collect();
    for (line, answer) in lines.iter().zip(answers(&questions)) {
        match line["error"].as_str() {
            Some("") => assert!(answer["error"].is_string(), "{line}: {answer}"),
            Some(error) => assert_eq!(answer["error"], error, "{line}: {answer}"),
            None => assert!(same(&line["out"], &answer["out"]), "{line}: {answer}"),
        }
        let listings: Vec<&Value> = ["javascript", "python"].iter().filter_map(|who| line.get(*who)).collect();
        assert!(!listings.is_empty() && listings.iter().all(|said| !same(said, &answer["out"])), "{line}: {answer}");
    }
}

macro_rules! disagreements {
    ($($(#[$about:meta])* $name:ident)*) => {
        $($(#[$about])* #[test] fn $name() { differs(stringify!($name)); })*

        #[test]
        fn every_disagreement_has_its_test() {
            let known = BTreeSet::from([$(stringify!($name).to_owned()),*]);
            let recorded = lines(None).iter().map(|line| line["name"].as_str().expect("a name").to_owned()).collect();
            assert_eq!(known, recorded);
        }
    };
}

disagreements! {
    // rows: D269
    /// tanh is rounded correctly here, and by each platform as it likes (`DECISIONS` 22).
    a_platform_rounds_tanh_in_its_own_way
    // rows: D422
    /// `Float32Array` rounds what is decoded; the law reckons in f64 (`DECISIONS` 27).
    javascript_decodes_in_single_precision
    // rows: D482
    /// `Float32Array` rounds after each addition; the law reckons in f64 (`DECISIONS` 27).
    javascript_folds_in_single_precision
    // rows: D329 D350
    /// `toString(62)` throws; symbols are written in `0-9A-Za-z` (`DECISIONS` 24).
    javascript_knows_no_radix_of_62
    // rows: D329
    /// An id that is a property of every object leads to no symbol of its own.
    javascript_loses_a_lane_named_like_a_prototype
    // rows: D478 D479
    /// The product does not fit the 53 bits of a double, and the offsets of classes differ for it (`DECISIONS` 24).
    javascript_multiplies_the_hash_as_a_double
    // rows: D325 D350
    /// Lane ids sort by their UTF-8 bytes (`DECISIONS` 24).
    javascript_sorts_by_the_locale
    // rows: D299
    /// Sums run row by row here, so that the order of emission shows in no sum.
    listings_add_in_the_order_of_insertion
    // rows: D478 D697
    /// The hash takes the bytes of the text.
    listings_hash_characters_and_not_bytes
    // rows: D302
    /// `$` also stands before a line end.
    python_lets_a_line_end_follow_an_id
    // rows: D302
    /// `\d` is any decimal digit; a window is numbered in ASCII.
    python_reads_digits_of_every_script
    // rows: D394
    /// A lane has as many weights as the header says.
    the_lazy_reader_believes_the_count
    // rows: D391
    /// A payload has the hash that INDEX says.
    the_lazy_reader_checks_no_hash
    // rows: D422
    /// It divides by 32767 alone, also where there are scales.
    the_lazy_reader_knows_no_scales
    // rows: D369
    /// Bytes behind the last section belong to nothing (`DECISIONS` 25).
    the_lazy_reader_reads_past_no_end
}
