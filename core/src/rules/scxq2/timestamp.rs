//! Dates that no calendar has: the spelling is the schema's, the days of a month are not.

use super::example::{PACKAGE, package};
use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

/// A day that its month does not have.
pub static TIMESTAMP: Rule = Rule {
    name: "scxq2/timestamp",
    severity: Severity::Error,
    rows: &["A038", "A172"],
    on: On::Kinds(&["scxq2.proof.v1", "scxq2.package-metadata"]),
    check: Check::File(timestamp),
    fix: None,
    docs: Docs {
        what: "A `timestamp` with a day that its month does not have, such as 30 February.",
        why: "The text has the form of RFC 3339, and readers make different days of it, or refuse it.",
        fix: "Write the day that was meant.",
        bad: &[Example {
            note: "2026 is no leap year",
            file: "core.json",
            files: &[
                (
                    "core.json",
                    "{\"component\": \"core\", \"dependencies\": [], \"duration\": 1, \"timestamp\": \"2026-02-29T00:00:00Z\", \"scxq2_path\": \"./core.bin\", \"hash\": \"sha256:519b26a73351bb592567d98703e12c9b49bf317ffd363e808546add80bdeb182\", \"size\": 22}\n",
                ),
                ("core.bin", PACKAGE),
            ],
        }],
        good: &[Example { note: "a day there is", file: "core.json", files: &[("core.json", package!()), ("core.bin", PACKAGE)] }],
    },
};

/// The moment that RFC 3339 text names: seconds since the year 0, and the digits behind the point without zeros at their end.
pub(super) fn moment(text: &str) -> Option<(i64, &str)> {
    let part = |range| text.get(range).and_then(|digits: &str| digits.parse::<i64>().ok());
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let (hour, minute, second) = (part(11..13)?, part(14..16)?, part(17..19)?);
    let rest = text.get(19..)?;
    let zone = rest.find(['Z', 'z', '+', '-'])?;
    let fraction = rest.get(..zone)?.trim_start_matches('.').trim_end_matches('0');
    let zone = rest.get(zone..)?;
    let shift = match zone.strip_prefix('+').map(|zone| (1, zone)).or(zone.strip_prefix('-').map(|zone| (-1, zone))) {
        None => 0,
        Some((sign, zone)) => sign * (zone.get(0..2)?.parse::<i64>().ok()? * 60 + zone.get(3..5)?.parse::<i64>().ok()?),
    };
    // years begin in March, so that the odd day comes last
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day;
    Some((((days * 24 + hour) * 60 + minute - shift) * 60 + second, fraction))
}

fn timestamp(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(node) = context.root().and_then(|root| root.get("timestamp")) else { return };
    let Some(text) = node.as_str() else { return };
    let part = |range| text.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(5..7), part(8..10)) else { return };
    let days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    // Days and months beyond any calendar are the schema's.
    if (days + 1..=31).contains(&day) {
        let message = format!("`timestamp` is `{text}`: that month has {days} days");
        findings.push(Finding::new(&TIMESTAMP, Place::value(node), message).help("write the day that was meant"));
    }
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    // rows: A172
    fn moments_are_compared_across_zones() {
        assert_eq!(moment("2026-01-02T03:04:05Z"), moment("2026-01-02T04:04:05.000+01:00"));
        assert_eq!(moment("2026-03-01T00:30:00+01:00"), moment("2026-02-28T23:30:00z"));
        assert_eq!(moment("2024-03-01T00:00:00Z").map(|(s, _)| s - 86_400), moment("2024-02-29T00:00:00Z").map(|(s, _)| s));
        assert!(moment("2026-01-02T03:04:05.25Z") > moment("2026-01-02T03:04:05.2Z"));
        assert!(moment("2025-12-31T23:59:60Z") <= moment("2026-01-01T00:00:00Z"));
        assert!(moment("2026-01-02T03:04:05-00:30") > moment("2026-01-02T03:04:05Z"));
        for bad in ["", "2026", "2026-01-02T03:04:05", "2026-01-02T03:04:05+1", "äöü-01-02T03:04:05Z"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }
}
