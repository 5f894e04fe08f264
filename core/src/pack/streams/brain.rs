//! The `temporal` element of `brain.xml`: which windows, and which interactions (rows D274, D275, D681, D683; `DECISIONS` 63).
//!
//! It is a hint: what it leaves out is as without it. A hint that cannot be followed is refused with its place, not guessed at; the rule
//! `pack/windows` says more about it.

use std::collections::HashSet;

use super::interactions::Shape;
use super::temporal::{MOST_WINDOWS, Window, windows, wrong};
use crate::pack::lane_id::{base_window, wrong_base};
use crate::syntax::xml::{Element, Elements};

/// What a `temporal` element asks for; `None` where it says nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Temporal {
    /// Whether lanes are cut at all.
    pub enabled: Option<bool>,
    /// The windows.
    pub windows: Option<Vec<Window>>,
    /// Which windows of two lanes interact; `Some(None)` for none.
    pub interactions: Option<Option<Shape>>,
    /// The left base of interactions.
    pub a: Option<String>,
    /// The right base of interactions.
    pub b: Option<String>,
}

/// Why it cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The text is not XML.
    #[error("it is not XML: {0}")]
    Xml(String),
    /// There is nothing to follow.
    #[error("it holds no `temporal` element")]
    None,
    /// There are several.
    #[error("{0}: a second `temporal` element, and they may contradict each other")]
    Several(String),
    /// A value nobody can read.
    #[error("{locator}: {why}")]
    Value {
        /// Of which element or attribute.
        locator: String,
        /// What is wrong.
        why: String,
    },
}

/// Reads the one `temporal` element of a document of any root.
pub fn read(text: &str) -> Result<Temporal, Refusal> {
    let reading = Elements::parse(text);
    let Some(elements) = reading.elements else {
        let why = reading.errors.first().map_or_else(|| "nothing in it can be read".to_owned(), |error| error.message.clone());
        return Err(Refusal::Xml(why));
    };
    let mut found = elements.iter().filter(|element| element.local() == "temporal");
    let element = found.next().ok_or(Refusal::None)?;
    if let Some(other) = found.next() {
        return Err(Refusal::Several(other.locator()));
    }
    let explicit: Vec<Element<'_>> = element.children().filter(|child| child.local() == "window").collect();
    let windows = match element.value("windows") {
        _ if !explicit.is_empty() => Some(written_out(element, &explicit)?),
        Some(count) => Some(counted(element, count)?),
        None => None,
    };
    Ok(Temporal {
        enabled: choice(element, "enabled", &["true"])?,
        windows,
        interactions: interactions(element)?,
        a: base(element, "a")?,
        b: base(element, "b")?,
    })
}

fn refused(element: Element<'_>, attribute: &str, why: String) -> Refusal {
    let at = if element.attribute(attribute).is_some() { format!("/@{attribute}") } else { String::new() };
    Refusal::Value { locator: format!("{}{at}", element.locator()), why }
}

fn choice(element: Element<'_>, name: &str, yes: &[&str]) -> Result<Option<bool>, Refusal> {
    match element.value(name) {
        None => Ok(None),
        Some("false") => Ok(Some(false)),
        Some(value) if yes.contains(&value) => Ok(Some(true)),
        Some(value) => Err(refused(element, name, format!("`{value}` where `{}` or `false` is wanted", yes.join("`, `")))),
    }
}

/// `true` is the canonical wiring, the upper triangle; the full matrix is made where it is asked for by name (row D309).
fn interactions(element: Element<'_>) -> Result<Option<Option<Shape>>, Refusal> {
    let asked = choice(element, "interactions", &["true", "matrix4x4"])?;
    let shape = if element.value("interactions") == Some("matrix4x4") { Shape::Full } else { Shape::Upper };
    Ok(asked.map(|asked| asked.then_some(shape)))
}

fn base(element: Element<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let Some(lane) = element.value(name) else { return Ok(None) };
    match wrong_base(lane) {
        Some(why) => Err(refused(element, name, why)),
        None => Ok(Some(lane.to_owned())),
    }
}

fn counted(element: Element<'_>, count: &str) -> Result<Vec<Window>, Refusal> {
    let number = count.parse().ok().filter(|number| (1..=MOST_WINDOWS).contains(number) && !count.starts_with('+'));
    let why = || refused(element, "windows", format!("`{count}` where a whole number from 1 to {MOST_WINDOWS} is wanted"));
    number.map(windows).ok_or_else(why)
}

fn written_out(temporal: Element<'_>, explicit: &[Element<'_>]) -> Result<Vec<Window>, Refusal> {
    if explicit.len() > MOST_WINDOWS as usize {
        return Err(refused(temporal, "", format!("{} windows where {MOST_WINDOWS} are the most", explicit.len())));
    }
    let mut seen = HashSet::new();
    let mut windows = Vec::with_capacity(explicit.len());
    for &element in explicit {
        let id = element.value("id").unwrap_or_default();
        // A lane is known to be a window's by `@t` and digits at its end (row D687).
        if base_window(&format!("lane@{id}")).is_none() || id.contains('@') {
            return Err(refused(element, "id", format!("the window is named `{id}` where `t` and a number are wanted")));
        }
        if !seen.insert(id) {
            return Err(refused(element, "id", format!("two windows are named `{id}`")));
        }
        let (a, b) = (end(element, "a")?, end(element, "b")?);
        windows.push(Window { id: id.to_owned(), a, b, inclusive: choice(element, "inclusive", &["true"])? == Some(true) });
    }
    match wrong(&windows) {
        Some(why) => Err(refused(temporal, "", why)),
        None => Ok(windows),
    }
}

fn end(element: Element<'_>, name: &str) -> Result<f64, Refusal> {
    let Some(text) = element.value(name) else { return Err(refused(element, name, format!("the window has no `{name}`"))) };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let number = text.parse().ok().filter(|number| plain && (0.0..=1.0).contains(number));
    number.ok_or_else(|| refused(element, name, format!("`{text}` where a number from 0 to 1 is wanted")))
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D274 D275 D309
    #[test]
    fn what_it_leaves_out_is_left_open() {
        assert_eq!(read("<brain><temporal/></brain>"), Ok(Temporal::default()));
        for (interactions, shape) in [("true", Shape::Upper), ("matrix4x4", Shape::Full)] {
            let text = format!("<temporal interactions='{interactions}' a='policy' b='attention'/>");
            let wanted =
                Temporal { interactions: Some(Some(shape)), a: Some("policy".into()), b: Some("attention".into()), ..Temporal::default() };
            assert_eq!(read(&text), Ok(wanted));
        }
        let off = read("<b><x><temporal enabled='false' interactions='false'/></x></b>").expect("a hint");
        assert_eq!((off.enabled, off.interactions, off.windows), (Some(false), Some(None), None));
    }

    // rows: D680 D681
    #[test]
    fn windows_are_counted_or_written_out() {
        assert_eq!(read("<t><temporal windows='3'/></t>").map(|read| read.windows), Ok(Some(windows(3))));
        let text = "<temporal windows='9'><window id='t0' a='0' b='.5'/><window id='t1' a='0.5' b='1' inclusive='true'/></temporal>";
        assert_eq!(read(text).map(|read| read.windows), Ok(Some(windows(2))), "what is written out wins over a count");
        let open = read("<temporal><window id='t7' a='0' b='1'/></temporal>").expect("lawful").windows.expect("one");
        assert_eq!(open, [Window { id: "t7".into(), a: 0.0, b: 1.0, inclusive: false }], "open unless it says otherwise");
    }

    // rows: D681 D683
    #[test]
    fn what_cannot_be_followed_is_refused_with_its_place() {
        let window = |attributes: &str| format!("<brain><temporal><window {attributes}/></temporal></brain>");
        let two = "<brain><temporal><window id='t0' a='0' b='0.6'/><window id='t1' a='0.5' b='1'/></temporal></brain>";
        let same = "<brain><temporal><window id='t0' a='0' b='0.5'/><window id='t0' a='0.5' b='1'/></temporal></brain>";
        for (text, wanted) in [
            ("<brain".to_owned(), "it is not XML: "),
            ("<brain/>".to_owned(), "it holds no `temporal` element"),
            ("<b><temporal/><temporal/></b>".to_owned(), "/b/temporal[2]: a second `temporal` element"),
            (window("id='t*' a='0' b='1'"), "/brain/temporal[1]/window[1]/@id: the window is named `t*`"),
            (window("id='early' a='0' b='1'"), "/brain/temporal[1]/window[1]/@id: "),
            (window("id='x@t0' a='0' b='1'"), "/brain/temporal[1]/window[1]/@id: "),
            (window("a='0' b='1'"), "/brain/temporal[1]/window[1]: the window is named ``"),
            (window("id='t0' b='1'"), "/brain/temporal[1]/window[1]: the window has no `a`"),
            (window("id='t0' a='0' b='2'"), "/brain/temporal[1]/window[1]/@b: `2` where a number from 0 to 1 is wanted"),
            (window("id='t0' a='NaN' b='1'"), "/brain/temporal[1]/window[1]/@a: "),
            (window("id='t0' a='0' b='1' inclusive='yes'"), "/brain/temporal[1]/window[1]/@inclusive: `yes`"),
            (two.to_owned(), "/brain/temporal[1]: the window `t1` begins at 0.5, before `t0` ends at 0.6"),
            (same.to_owned(), "/brain/temporal[1]/window[2]/@id: two windows are named `t0`"),
            ("<b><temporal windows='0'/></b>".to_owned(), "/b/temporal[1]/@windows: `0`"),
            ("<b><temporal windows='99999999999'/></b>".to_owned(), "/b/temporal[1]/@windows: "),
            ("<b><temporal a='x@t0'/></b>".to_owned(), "/b/temporal[1]/@a: "),
        ] {
            let why = read(&text).expect_err(&text).to_string();
            assert!(why.starts_with(wanted), "{text}: {why}");
        }
    }
}
