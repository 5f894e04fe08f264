//! Dates of RFC 3339.

/// The moment a `date-time` names: seconds since 1970-01-01 UTC, and the digits of its fraction without trailing zeros.
pub(super) fn moment(text: &str) -> Option<(i64, &str)> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let days = full_date(day)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (clock, mut rest) = (rest.get(..8)?, rest.get(8..)?);
    let [hour, minute, second] = numbers(clock, b':')?;
    let mut fraction = "";
    if let Some(behind) = rest.strip_prefix('.') {
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        fraction = behind.get(..digits).filter(|digits| !digits.is_empty())?;
        rest = behind.get(digits..)?;
    }
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let sign = if rest.starts_with('+') { 1 } else { -1 };
            let (hours, minutes) = rest.strip_prefix(['+', '-']).filter(|rest| rest.len() == 5)?.split_once(':')?;
            let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
            (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))?
        }
    };
    // A leap second ends a day in UTC.
    let leap = second == 60 && (hour * 60 + minute - offset).rem_euclid(1440) == 1439;
    let lawful = hour < 24 && minute < 60 && (second < 60 || leap);
    lawful.then(|| ((days * 1440 + hour * 60 + minute - offset) * 60 + second, fraction.trim_end_matches('0')))
}

/// The day a `full-date` names, from 1970-01-01.
pub(super) fn full_date(text: &str) -> Option<i64> {
    let (year, rest) = (text.get(..4)?, text.get(4..)?);
    let (year, [month, day]) = (number(year, 4)?, numbers(rest.strip_prefix('-')?, b'-')?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=length).contains(&day).then(|| {
        // Years that begin in March, so that the leap day is their last.
        let year = if month > 2 { year } else { year - 1 };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
    })
}

fn numbers<const N: usize>(text: &str, between: u8) -> Option<[i64; N]> {
    let mut found = [0; N];
    let mut parts = text.split(between as char);
    for slot in &mut found {
        *slot = number(parts.next()?, 2)?;
    }
    parts.next().is_none().then_some(found)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: C464 C465 C508
    #[test]
    fn dates_are_those_of_rfc_3339() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2025-01-31T09:30:00Z", 1_738_315_800),
            ("2024-02-29t23:59:59.999z", 1_709_251_199),
            ("2025-06-01T00:00:00.250+05:30", 1_748_716_200),
            ("1990-12-31T15:59:60-08:00", 662_688_000),
            ("0000-03-01T00:00:00Z", -62_162_035_200),
        ] {
            assert_eq!(moment(text).map(|(seconds, _)| seconds), Some(seconds), "{text}");
        }
        for text in [
            "2025-06-01T00:00:00",
            "2025-06-01 00:00:00Z",
            "2025-02-29T00:00:00Z",
            "2025-06-01T24:00:00Z",
            "2025-06-01T00:60:00Z",
            "2025-06-01T12:00:60Z",
            "2025-06-01T00:00:00.Z",
            "2025-06-01T00:00:00+5:30",
            "2025-06-01T00:00:00+24:00",
            "2025-06-01T00:00Z",
            "2025-6-1T00:00:00Z",
            "2025-06-01",
            "٢٠٢٥-06-01T00:00:00Z",
            "",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
        assert!(full_date("2025-05-30").is_some() && full_date("2000-02-29").is_some());
        for text in ["1900-02-29", "2025-05-30T00:00:00Z", "2025-13-01", "2025-00-01", "2025-04-31", "25-05-30", "2025/05/30"] {
            assert_eq!(full_date(text), None, "{text}");
        }
    }
}
