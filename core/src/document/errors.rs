//! The error names of an object server, their answers and their events (seed 003 §15.6, §15.12, §19.10, §22.12).
//!
//! A table for messages, rules and tests. Names of other families (batches, cluster calls, attempts) stand with those families.

/// A group of errors, and what it is answered with.
#[derive(Debug)]
pub struct Category {
    /// Its name.
    pub name: &'static str,
    /// Status of the answer.
    pub status: u16,
    /// The phases it may arise in; empty: any.
    pub phases: &'static [&'static str],
}

/// The five categories of an error answer (A705–A709; an object that is not found while loading is a 404, A643), then the two that later sections add (B437, B687).
pub const CATEGORIES: &[Category] = &[
    category("resolution_error", 404, &["resolve", "load"]),
    category("load_error", 500, &["load"]),
    category("verification_error", 422, &["verify"]),
    category("projection_error", 500, &["select", "project"]),
    category("authority_error", 403, &[]),
    category("inference_error", 422, &[]),
    category("orchestration_error", 422, &[]),
];

const fn category(name: &'static str, status: u16, phases: &'static [&'static str]) -> Category {
    Category { name, status, phases }
}

/// How the load of an object fails (A643–A646): the event it emits besides `object.error`, its category, and the status, which
/// for an unavailable payload is not the category's.
#[derive(Debug)]
pub struct LoadFailure {
    /// Name of the event.
    pub event: &'static str,
    /// Name of the category.
    pub category: &'static str,
    /// Status of the answer.
    pub status: u16,
}

/// The four ways, in the order of the steps.
pub const LOAD_FAILURES: &[LoadFailure] = &[
    LoadFailure { event: "object.not_found", category: "resolution_error", status: 404 },
    LoadFailure { event: "object.invalid", category: "load_error", status: 500 },
    LoadFailure { event: "object.unavailable", category: "load_error", status: 503 },
    LoadFailure { event: "object.corrupted", category: "load_error", status: 500 },
];

/// Codes that belong to one category. The set of codes is open (A713); these are the ones with a name in the law.
pub const CODES: &[(&str, &str)] = &[
    ("invariant_violation", "verification_error"),
    ("integrity_violation", "verification_error"),
    ("illegal_tensor", "verification_error"),
    ("missing_lane", "load_error"),
    ("round_trip_failure", "projection_error"),
    ("projection_denied", "projection_error"),
    ("missing_object", "inference_error"),
    ("missing_agent", "orchestration_error"),
];

/// A server that breaks the law itself (B412, B691): no category, no answer.
pub const NON_COMPLIANT: &str = "runtime_non_compliant";

/// The category of that name.
pub fn category_of(name: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.name == name)
}

/// The category a code belongs to, when the law names the code.
pub fn category_of_code(code: &str) -> Option<&'static Category> {
    CODES.iter().find(|(name, _)| *name == code).and_then(|(_, category)| category_of(category))
}

/// Whether `name` is an error of this table: a category, `category.code`, or a code alone. `loader_error` is another spelling of
/// `load_error` (B192).
pub fn is_known(name: &str) -> bool {
    match name.split_once('.') {
        None => name == NON_COMPLIANT || category_of(name).is_some() || category_of_code(name).is_some(),
        Some((category, code)) => {
            let category = if category == "loader_error" { "load_error" } else { category };
            category_of_code(code).is_some_and(|known| known.name == category)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: A643 A644 A645 A646 A705 A706 A707 A708 A709 A695
    #[test]
    fn categories_and_load_failures_have_their_status() {
        let status = |name| category_of(name).map(|category| category.status);
        assert_eq!(status("resolution_error"), Some(404));
        assert_eq!(status("load_error"), Some(500));
        assert_eq!(status("verification_error"), Some(422));
        assert_eq!(status("projection_error"), Some(500));
        assert_eq!(status("authority_error"), Some(403));
        assert_eq!(status("io_error"), None);
        let failures: Vec<_> = LOAD_FAILURES.iter().map(|failure| (failure.event, failure.category, failure.status)).collect();
        assert_eq!(
            failures,
            [
                ("object.not_found", "resolution_error", 404),
                ("object.invalid", "load_error", 500),
                ("object.unavailable", "load_error", 503),
                ("object.corrupted", "load_error", 500),
            ]
        );
    }

    // rows: B412 B413 B414 B415 B416 B683 B685 B687 B689 B691
    #[test]
    fn names_with_a_code_are_known_by_their_category() {
        for name in [
            "verification_error.integrity_violation",
            "verification_error.illegal_tensor",
            "load_error.missing_lane",
            "loader_error.missing_lane",
            "projection_error.round_trip_failure",
            "verification_error",
            "illegal_tensor",
            "orchestration_error",
            "projection_denied",
            "runtime_non_compliant",
        ] {
            assert!(is_known(name), "{name}");
        }
        for name in ["load_error.illegal_tensor", "verification_error.gone", "non_compliant", ""] {
            assert!(!is_known(name), "{name}");
        }
    }
}
