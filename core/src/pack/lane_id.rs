//! The grammar of lane ids (rows D264–D267, D656, D683, D687).
//!
//! `base`, `base@t0`, `base@t*`, `base@early`, and two of them joined by `__x__`. A base is a letter and then letters, digits, `_` and `-`, and
//! holds no `__x__`.

/// What joins the two halves of an interaction.
pub const CROSS: &str = "__x__";

/// What follows the last `@` of a lane's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Time {
    /// `t` and the number of the window.
    Window(u32),
    /// `t*`: all windows, weighted.
    Combined,
    /// `early`: the first window.
    Early,
    /// `mid`: the windows between.
    Mid,
    /// `late`: the last window.
    Late,
}

/// The id of one window's lane.
pub fn window(base: &str, number: u32) -> String {
    format!("{base}@t{number}")
}

/// The id of the interaction of two lanes; `a` with `b` is not `b` with `a`.
pub fn cross(a: &str, b: &str) -> String {
    format!("{a}{CROSS}{b}")
}

/// The two halves of an interaction, split at the first `__x__`.
pub fn halves(id: &str) -> Option<(&str, &str)> {
    id.split_once(CROSS)
}

/// The last `@`-suffix of `id`, where it tells a time (row D656: only the trailing one counts).
pub fn time(id: &str) -> Option<Time> {
    match id.rsplit_once('@')?.1 {
        "t*" => Some(Time::Combined),
        "early" => Some(Time::Early),
        "mid" => Some(Time::Mid),
        "late" => Some(Time::Late),
        suffix => number(suffix.strip_prefix('t')?).map(Time::Window),
    }
}

/// Base and window number of a lane that is one window of one base: the last `@t` with ASCII digits behind it, and no interaction (row D687).
pub fn base_window(id: &str) -> Option<(&str, u32)> {
    if id.contains(CROSS) {
        return None;
    }
    let (base, digits) = id.rsplit_once("@t")?;
    Some((base, number(digits)?)).filter(|_| !base.is_empty())
}

fn number(digits: &str) -> Option<u32> {
    // `parse` alone would take a sign.
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Why `base` is no base name; `None` when it is one.
pub fn wrong_base(base: &str) -> Option<String> {
    let Some(first) = base.chars().next() else { return Some("the base name is empty".into()) };
    if !first.is_ascii_alphabetic() {
        return Some(format!("the base name `{base}` begins with `{first}` where a letter is wanted"));
    }
    if let Some(c) = base.chars().find(|&c| !c.is_ascii_alphanumeric() && c != '_' && c != '-') {
        return Some(format!("the base name `{base}` holds `{c}` where only letters, digits, `_` and `-` are wanted"));
    }
    base.contains(CROSS).then(|| format!("the base name `{base}` holds `__x__`, which joins interactions"))
}

/// Why `id` does not follow the grammar; `None` when it does.
pub fn wrong(id: &str) -> Option<String> {
    if id.contains('⊗') {
        return Some("it holds `⊗`; files write `__x__`".into());
    }
    match halves(id) {
        None => wrong_part(id),
        Some((a, b)) if b.contains(CROSS) => Some(format!("`{a}` and `{b}` are joined by more than one `__x__`")),
        Some((a, b)) => wrong_part(a).or_else(|| wrong_part(b)),
    }
}

const WORDS: [&str; 6] = ["early", "mid", "late", "row", "col", "all"];

fn wrong_part(part: &str) -> Option<String> {
    let (base, suffix) = match part.split_once('@') {
        None => (part, None),
        Some((base, suffix)) => (base, Some(suffix)),
    };
    wrong_base(base).or_else(|| {
        let suffix = suffix?;
        let known = suffix == "t*" || WORDS.contains(&suffix) || suffix.strip_prefix('t').and_then(number).is_some();
        (!known)
            .then(|| format!("`@{suffix}` of `{part}` is no suffix: `t0`, `t*`, `early`, `mid`, `late`, `row`, `col` or `all` is wanted"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D264 D265 D266 D267 D278 D288 D683
    #[test]
    fn ids_are_read_as_they_are_written() {
        assert_eq!(cross(&window("policy", 1), &window("attention", 2)), "policy@t1__x__attention@t2");
        assert_ne!(cross("a@t1", "b@t2"), cross("b@t2", "a@t1"));
        assert_eq!(halves("policy@t3__x__attention@t0"), Some(("policy@t3", "attention@t0")));
        assert_eq!(halves("a__x__b__x__c"), Some(("a", "b__x__c")), "the first one splits");
        for right in ["policy", "a_b-9", "policy@t0", "policy@t*", "tone@mid", "tone@row", "policy@t1__x__attention@row", "a@all__x__b@all"]
        {
            assert_eq!(wrong(right), None, "{right}");
        }
        for odd in ["", "9a", "a b", "a⊗b", "my@team@t0", "a@", "a@t", "a@t²", "a@tea", "a__x__b__x__c", "@t0", "é"] {
            assert!(wrong(odd).is_some(), "{odd}");
        }
    }

    // rows: D656 D687
    #[test]
    fn the_time_of_a_lane_is_its_last_suffix() {
        assert_eq!(time("policy@t12"), Some(Time::Window(12)));
        assert_eq!(time("policy@t*"), Some(Time::Combined));
        assert_eq!(time("policy@t1__x__attention@late"), Some(Time::Late));
        assert_eq!([time("policy"), time("a@row"), time("a@t²"), time("a@t+1"), time("a@t")], [None; 5]);
        assert_eq!(base_window("my@team@t0"), Some(("my@team", 0)));
        assert_eq!(base_window("a@t1@t2"), Some(("a@t1", 2)));
        for odd in ["policy@t1__x__attention@t2", "b@t²", "b@t", "@t0", "b@t1\n", "b@t*"] {
            assert_eq!(base_window(odd), None, "{odd}");
        }
    }
}
