//! Documents with the verdict the specification gives them.

use std::collections::{BTreeMap, BTreeSet};

use mx2lm_core::{document::kind::Kind, rules};
use mx2lm_tests::{Case, Expect, cases, fixtures};

fn assert_all(cases: impl IntoIterator<Item = Case>) {
    let cases: Vec<_> = cases.into_iter().collect();
    let wrong: Vec<_> = cases.iter().filter_map(|case| Some(format!("{} ({}): {}", case.id, case.why, case.judge()?))).collect();
    assert!(wrong.is_empty(), "{} of {} cases do not hold:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_object_cases_of_the_specification_hold() {
    assert_all(cases("object"));
}

#[test]
fn more_cases_of_objects_hold() {
    assert_all(cases("object-more"));
}

#[test]
fn cases_that_once_went_wrong_on_objects_hold() {
    assert_all(cases("attack-object"));
}

#[test]
fn the_cases_of_drawings_of_the_specification_hold() {
    assert_all(cases("svg-drawings"));
    assert_all(cases("svg-source"));
}

#[test]
fn cases_made_to_break_drawings_and_packs_hold() {
    assert_all(cases("attack-svg"));
    assert_all(cases("attack-scxq2"));
}

#[test]
fn the_ai_cases_of_the_specification_hold() {
    assert_all(cases("ai"));
}

#[test]
fn more_cases_of_ai_objects_hold() {
    assert_all(cases("attack-ai"));
}

#[test]
fn the_pack_cases_of_the_specification_hold() {
    assert_all(cases("pack"));
}

#[test]
fn the_lane_cases_of_the_specification_hold() {
    assert_all(cases("lanes"));
}

#[test]
fn the_collapse_cases_of_the_specification_hold() {
    assert_all(cases("collapse"));
}

#[test]
fn cases_made_to_break_profiles_signals_and_retrieval_hold() {
    assert_all(cases("attack-collapse"));
}

#[test]
fn more_cases_of_packs_hold() {
    assert_all(cases("pack-more"));
}

#[test]
fn cases_of_packs_from_an_independent_packer_hold() {
    assert_all(cases("attack-pack"));
    assert_all(cases("attack-pack-2"));
}

#[test]
fn every_fixture_gets_its_verdict() {
    let named = fixtures().into_iter().map(|(name, valid, mut case)| {
        let is_rule = rules::by_name(&name).is_some();
        assert!(is_rule || case.rule.is_some() || valid, "{}: `{name}` is no rule, so `case.toml` must name one", case.id);
        case.rule = case.rule.or(is_rule.then_some(name));
        assert_eq!(case.expect == Expect::Clean, valid, "{}: `expect` belongs to `invalid`", case.id);
        case
    });
    assert_all(named);
}

/// Rules whose bad example cannot be kept in a folder, and what tests them instead.
const WITHOUT_FIXTURES: &[(&str, &str)] = &[
    ("syntax/file-limit", "needs a file of 512 MiB"),
    ("syntax/json-string-limit", "needs a text of 64 MiB; a unit test of the parser makes one"),
    ("syntax/json-value-limit", "needs eight million values; a unit test of the parser makes them"),
    ("workspace/editor-limit", "only an editor says so, of a document of more than 50 MiB"),
    ("workspace/sign-again", "only `fix` says so, in a run that changes files"),
    ("workspace/unreadable", "depends on permissions; a test of the program takes them away"),
];

#[test]
fn every_rule_has_fixtures_on_both_sides() {
    let mut sides: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for (name, valid, case) in fixtures() {
        if rules::by_name(&name).is_none() {
            assert!(Kind::all().any(|kind| name.ends_with(&format!("/{}", kind.name()))), "{}: neither a rule nor a kind", case.id);
        }
        sides.entry(name).or_default().insert(valid);
    }
    let missing: Vec<_> = rules::all()
        .map(|rule| rule.name)
        .filter(|name| !WITHOUT_FIXTURES.iter().any(|(exempt, _)| exempt == name))
        .filter(|name| sides.get(*name).map_or(0, BTreeSet::len) < 2)
        .collect();
    assert!(missing.is_empty(), "no valid or no invalid fixture: {missing:?}");
}
