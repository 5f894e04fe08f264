//! The windows of time in `brain.xml`: in order, apart, and without holes (`DECISIONS` 63).

use crate::{
    diagnostic::{Fix, Safety, Severity},
    pack::lane_id,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::xml::Element,
};

const GOOD: &[Example] = &[Example {
    note: "three windows, the last closed",
    file: "brain.xml",
    files: &[(
        "brain.xml",
        "<brain>\n  <temporal enabled=\"true\" interactions=\"matrix4x4\" a=\"policy\" b=\"attention\">\n    <window id=\"t0\" a=\"0\" b=\"0.25\"/>\n    <window id=\"t1\" a=\"0.25\" b=\"0.5\"/>\n    <window id=\"t2\" a=\"0.5\" b=\"1\" inclusive=\"true\"/>\n  </temporal>\n</brain>\n",
    )],
}];

/// Windows that do not cut time into parts.
pub static WINDOWS: Rule = Rule {
    name: "pack/windows",
    severity: Severity::Error,
    rows: &["D275", "D681", "D683", "D687"],
    on: On::Kinds(&["brain.xml"]),
    check: Check::File(windows),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "Windows of a `temporal` element that lack `id`, `a` or `b`, that do not rise, that overlap, or that share an id; attributes of `temporal` and `window` with values nobody reads. A gap, `inclusive` elsewhere than on the last window, and a last window that is open are warnings; a window that is not called `t` and a number is a note.",
        why: "Each sample belongs to one window. What lies in two is counted twice, what lies in none is lost, and without `inclusive` on the last window the last sample of every lane is.",
        fix: "Let each window begin where the one before it ends, from 0 to 1, and close the last: `inclusive=\"true\"`.",
        bad: &[
            Example {
                note: "two windows share a tenth of the time",
                file: "brain.xml",
                files: &[(
                    "brain.xml",
                    "<brain><temporal><window id=\"t0\" a=\"0\" b=\"0.6\"/><window id=\"t1\" a=\"0.5\" b=\"1\" inclusive=\"true\"/></temporal></brain>\n",
                )],
            },
            Example {
                note: "the last sample is lost",
                file: "brain.xml",
                files: &[(
                    "brain.xml",
                    "<brain><temporal><window id=\"t0\" a=\"0\" b=\"0.5\"/><window id=\"t1\" a=\"0.5\" b=\"1\"/></temporal></brain>\n",
                )],
            },
        ],
        good: GOOD,
    },
};

/// Most findings on one document.
const MOST: usize = 64;

fn windows(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(document) = context.xml() else { return };
    let mut teller = Teller { context, findings, room: MOST };
    for temporal in document.iter().filter(|node| node.local() == "temporal") {
        teller.temporal(temporal);
    }
}

struct Teller<'a, 'f> {
    context: &'a FileContext<'a>,
    findings: &'f mut Findings,
    room: usize,
}

/// A window whose ends could be read.
struct Window<'a> {
    node: Element<'a>,
    a: f64,
    b: f64,
}

impl<'a> Teller<'a, '_> {
    fn tell(&mut self, severity: Severity, place: Place, message: String, help: &str) {
        if self.room > 0 {
            self.room -= 1;
            self.findings.push(Finding::new(&WINDOWS, place, message).severity(severity).help(help));
        }
    }

    fn place(&self, node: Element<'a>, attribute: &str) -> Place {
        match node.attribute(attribute) {
            Some(found) => Place::new(format!("{}/@{attribute}", node.locator()), found.value_span()),
            None => Place::new(node.locator(), node.name_span()),
        }
    }

    fn temporal(&mut self, temporal: Element<'a>) {
        self.choice(temporal, "enabled", &["true", "false"]);
        self.choice(temporal, "interactions", &["matrix4x4", "true", "false"]);
        for side in ["a", "b"] {
            if let Some(name) = temporal.value(side)
                && let Some(trouble) = lane_id::wrong_base(name)
            {
                let message = format!("`{side}` names no lane: {trouble}");
                self.tell(Severity::Error, self.place(temporal, side), message, "name a lane without a part of time");
            }
        }
        let explicit: Vec<Element<'a>> = temporal.children().filter(|node| node.local() == "window").collect();
        if let Some(value) = temporal.value("windows") {
            match value.parse::<u32>().ok().filter(|count| *count > 0 && value.bytes().all(|byte| byte.is_ascii_digit())) {
                None => {
                    let message = format!("`windows` is `{value}`, and it counts the windows: a whole number from 1");
                    self.tell(Severity::Error, self.place(temporal, "windows"), message, "write how many windows there are");
                }
                Some(count) if !explicit.is_empty() && count as usize != explicit.len() => {
                    let message = format!("`windows` is {count}, and {} windows are written out", explicit.len());
                    self.tell(
                        Severity::Warning,
                        self.place(temporal, "windows"),
                        message,
                        "write the count of the windows, or leave it out",
                    );
                }
                Some(_) => {}
            }
        }
        self.ids(&explicit);
        let read: Vec<Option<Window<'a>>> = explicit.iter().map(|node| self.window(*node)).collect();
        // With an end unknown, neighbours cannot be compared, and the author is told of the end.
        let whole: Option<Vec<Window<'a>>> = read.into_iter().collect();
        if let Some(windows) = whole.filter(|windows| !windows.is_empty()) {
            self.row(&windows);
        }
        self.closing(&explicit);
    }

    fn choice(&mut self, node: Element<'a>, name: &str, choices: &[&str]) {
        if let Some(value) = node.value(name).filter(|value| !choices.contains(value) && self.room > 0) {
            let wanted = choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{name}` is `{value}`; wanted is one of {wanted}");
            self.tell(Severity::Error, self.place(node, name), message, "write one of these, or leave the attribute out");
        }
    }

    fn ids(&mut self, windows: &[Element<'a>]) {
        let (mut seen, mut odd) = (std::collections::HashSet::new(), false);
        for window in windows {
            if self.room == 0 {
                return;
            }
            match window.value("id") {
                None | Some("") => {
                    let place = self.place(*window, "id");
                    self.tell(
                        Severity::Error,
                        place,
                        "the window has no `id`, so its lanes have no name".to_owned(),
                        "name the window: `id=\"t0\"`",
                    );
                }
                Some("t*") => {
                    let message = "`t*` is the name of the combined lane and cannot be a window's".to_owned();
                    self.tell(Severity::Error, self.place(*window, "id"), message, "number the windows: `t0`, `t1`, …");
                }
                Some(id) if !seen.insert(id) => {
                    let message = format!("two windows are called `{id}`: their lanes would be one");
                    self.tell(Severity::Error, self.place(*window, "id"), message, "give each window a name of its own");
                }
                // Told once, so that it takes no room from what is wrong.
                Some(id) if !odd && (id.contains('@') || lane_id::base_window(&format!("lane@{id}")).is_none()) => {
                    odd = true;
                    let message = format!(
                        "the window is called `{id}`: combined lanes, presets and interactions are made of windows `t` and a number, and pass it by"
                    );
                    self.tell(Severity::Info, self.place(*window, "id"), message, "number the windows: `t0`, `t1`, …");
                }
                Some(_) => {}
            }
        }
    }

    /// The ends of a window; `None` after telling what is wrong with them.
    fn window(&mut self, node: Element<'a>) -> Option<Window<'a>> {
        // A place counts the siblings above it, so none is asked for in vain.
        if self.room == 0 {
            return None;
        }
        self.choice(node, "inclusive", &["true", "false"]);
        let mut end = |name: &str| match node.value(name) {
            None => {
                let message = format!("the window has no `{name}`: a missing end reads as 0");
                self.tell(Severity::Error, Place::new(node.locator(), node.name_span()), message, "write both ends, from 0 to 1");
                None
            }
            Some(value) => {
                let number = decimal(value).filter(|number| (0.0..=1.0).contains(number));
                if number.is_none() {
                    let message = format!("`{name}` is `{value}`; wanted is a number from 0 to 1");
                    self.tell(Severity::Error, self.place(node, name), message, "write the share of time where the window ends or begins");
                }
                number
            }
        };
        let (a, b) = (end("a"), end("b"));
        let (a, b) = (a?, b?);
        if a >= b {
            let message = format!("the window ends at {b}, where it begins or before: {a}");
            self.tell(Severity::Error, self.place(node, "b"), message, "let the window end after its beginning");
            return None;
        }
        Some(Window { node, a, b })
    }

    fn row(&mut self, windows: &[Window<'a>]) {
        for pair in windows.windows(2) {
            let [before, after] = pair else { continue };
            if after.a >= before.a && after.a == before.b {
                continue;
            }
            // A place counts the siblings above it, so none is asked for in vain.
            if self.room == 0 {
                return;
            }
            let place = self.place(after.node, "a");
            if after.a < before.a {
                let message = format!(
                    "the window begins at {}, before the one above it at {}: windows stand in the order of time",
                    after.a, before.a
                );
                self.tell(Severity::Error, place, message, "put the windows in order");
            } else if after.a < before.b {
                let message = format!("the window begins at {}, and the one above it ends at {}: they overlap", after.a, before.b);
                self.tell(Severity::Error, place, message, "let the window begin where the one above it ends");
            } else if after.a > before.b {
                let message = format!("nothing covers the time from {} to {}: samples there are lost", before.b, after.a);
                self.tell(Severity::Warning, place, message, "let the window begin where the one above it ends");
            }
        }
        let ordered = windows.windows(2).all(|pair| matches!(pair, [before, after] if after.a >= before.a));
        if let (Some(first), Some(last)) = (windows.first(), windows.last())
            && ordered
        {
            if first.a > 0.0 {
                let message = format!("nothing covers the time before {}: samples there are lost", first.a);
                self.tell(Severity::Warning, self.place(first.node, "a"), message, "let the first window begin at 0");
            }
            if last.b < 1.0 {
                let message = format!("nothing covers the time after {}: samples there are lost", last.b);
                self.tell(Severity::Warning, self.place(last.node, "b"), message, "let the last window end at 1");
            }
        }
    }

    /// Only the last window is closed on the right.
    fn closing(&mut self, windows: &[Element<'a>]) {
        let Some((last, others)) = windows.split_last() else { return };
        let closed = |node: &Element<'a>| node.value("inclusive") == Some("true");
        let early: Vec<Element<'a>> = others.iter().copied().filter(closed).collect();
        for window in early.iter().take(self.room) {
            let message =
                "`inclusive` stands on a window that is not the last: its end is the next one's beginning, and one sample is in both"
                    .to_owned();
            self.tell(Severity::Warning, self.place(*window, "inclusive"), message, "close the last window alone");
        }
        if early.is_empty() && !closed(last) && last.value("inclusive").is_none_or(|value| value == "false") && self.room > 0 {
            self.room -= 1;
            let message = "the last window is open on the right, so the last sample of every lane is lost";
            let finding = Finding::new(&WINDOWS, self.place(*last, "inclusive"), message).severity(Severity::Warning);
            let (span, text) = match last.attribute("inclusive") {
                Some(attribute) => (attribute.value_span(), "true".to_owned()),
                None => {
                    let end = last.name_span().end;
                    (crate::text::Span::new(end, end), " inclusive=\"true\"".to_owned())
                }
            };
            let fix = Fix::replace(Safety::Unsafe, "close the last window", self.context.path, span, text);
            self.findings.push(finding.help("write `inclusive=\"true\"` on the last window").fix(fix));
        }
    }
}

/// A plain decimal number.
fn decimal(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    plain.then(|| text.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}
