//! Path data: whether it can be read, and whether it goes anywhere.

use std::fmt::Write;

use super::{
    FILE, GOOD, drawing,
    element::{DRAWINGS, NO_GEOMETRY},
    measure::out_of_range,
    shows,
    walk::{Walk, illegal},
};
use crate::{
    diagnostic::{Safety, Severity},
    rules::{Check, Docs, Finding, Place, Rule},
    syntax::xml::{Attribute, Element as Node},
    tensor::{
        number::Number,
        outline,
        path_data::{Command, Commands, Fault},
    },
    text::Span,
};

/// Path data that breaks off.
pub static PATH_DATA: Rule = Rule {
    name: "svg/path-data",
    severity: Severity::Error,
    rows: &["B096", "B100"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A `d` that the grammar of path data does not read to its end: an unknown command, a number too few or too many, a flag other than 0 and 1, a comma too many, a first command other than `M`.",
        why: "A viewer draws what comes before the fault. A tensor is read whole or not at all, since every command is weight.",
        fix: "Correct the command at the place shown.",
        bad: &[
            shows("an odd number of coordinates", &[(FILE, drawing!("<path d=\"M10 10L5 5 6\"/>"))]),
            shows("no moveto", &[(FILE, drawing!("<path d=\"L5 5\"/>"))]),
        ],
        good: GOOD,
    },
};

/// A command without a canonical form.
pub static PATH_COMMAND: Rule = Rule {
    name: "svg/path-command",
    severity: Severity::Warning,
    rows: &["B153"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An elliptical arc (`A` or `a`) in path data.",
        why: "The canonical form knows no arcs: a drawing with one has no canonical form.",
        fix: "Write the arc as cubic curves (`C`). The offered fix does so for all arcs of the path; each ends where it ended, and the curves stay within 0.0003 radii of it, which is less than flattening allows. It is unsafe, since they are not the same to the last digit.",
        bad: &[shows("an arc", &[(FILE, drawing!("<path d=\"M60 40A5 5 0 0 1 70 40\"/>"))])],
        good: GOOD,
    },
};

/// Geometry that goes nowhere.
pub static ZERO_LENGTH: Rule = Rule {
    name: "svg/zero-length",
    severity: Severity::Error,
    rows: &["B135"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An element, or a part of a path from one `M` to the next, all of whose points are one: a lone `M`, a line that ends where it begins, a circle without radius, a rectangle without width and height.",
        why: "Length is weight. Without length there is no weight, and the law forbids such elements.",
        fix: "Remove the element or the lone `M`, or give it a second point. A rectangle of which only one side is zero is lawful.",
        bad: &[
            shows("a trailing moveto", &[(FILE, drawing!("<path d=\"M0 0L3 4M5 5\"/>"))]),
            shows("the same point twice", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><line x1=\"1\" x2=\"1.0\"/>"))]),
        ],
        good: GOOD,
    },
};

/// Says that something has no length.
pub(super) fn nothing<'a>(walk: &mut Walk<'_, 'a, '_>, what: &str, place: impl FnOnce(&Walk<'_, 'a, '_>) -> Place) {
    walk.find(&ZERO_LENGTH, |walk| {
        illegal(&ZERO_LENGTH, place(walk), format!("{what}, so it has no length and no weight"))
            .help("remove it, or give it a second point")
    });
}

/// Reads a path. Answers its first `Z`; nothing for a path that is open or cannot be read.
pub(super) fn data<'a>(walk: &mut Walk<'_, 'a, '_>, node: Node<'a>, attribute: Option<Attribute<'a>>) -> Option<Command> {
    let Some(attribute) = attribute.filter(|attribute| !attribute.value().trim().is_empty()) else {
        walk.find(&NO_GEOMETRY, |walk| {
            let finding = match attribute {
                Some(attribute) => illegal(&NO_GEOMETRY, walk.at_value(attribute), "the path has no data, so it has no numeric meaning"),
                None => illegal(&NO_GEOMETRY, walk.at(node), "the path has no `d`, so it has no numeric meaning"),
            };
            finding.help("give it its data or remove it")
        });
        return None;
    };
    let value = attribute.value();
    let (mut arc, mut wide, mut closed): (Option<Command>, Option<(Command, Number)>, Option<Command>) = (None, None, None);
    let mut part = Part::default();
    let mut commands = Commands::new(value);
    while let Some(item) = commands.advance() {
        let command = match item {
            Ok(command) => command,
            Err(fault) => {
                broken(walk, attribute, fault);
                return None;
            }
        };
        match command.letter | 0x20 {
            b'z' => {
                closed.get_or_insert(command);
            }
            b'a' => {
                arc.get_or_insert(command);
            }
            _ => {}
        }
        let arguments = commands.arguments();
        if commands.has_wide() && wide.is_none() {
            let beyond = arguments.iter().find(|number| number.is_wide() && number.q32(value).is_none());
            wide = beyond.map(|number| (command, *number));
        }
        if let Some(start) = part.follow(command, arguments, value) {
            lone(walk, attribute, &start);
        }
    }
    if let Some(start) = part.end() {
        lone(walk, attribute, &start);
    }
    if let Some(command) = arc {
        walk.find_alike(&PATH_COMMAND, |walk| {
            let message = format!("the canonical form knows no arcs (`{}`)", char::from(command.letter));
            let finding = Finding::new(&PATH_COMMAND, at(walk, attribute, command.index, command.span), message)
                .help("write the arc as cubic curves (`C`)")
                .spec("canonicalization_error.unsupported_command");
            match outline::without_arcs(value) {
                Some(parts) => finding.fix(walk.fix(Safety::Unsafe, "write arcs as cubic curves", walk.edits_in(attribute, parts))),
                None => finding,
            }
        });
    }
    if let Some((command, number)) = wide {
        out_of_range(walk, |walk| at(walk, attribute, command.index, number.span()), number.text(value));
    }
    closed
}

/// The place of a command, or of a part of it.
pub(super) fn at<'a>(walk: &Walk<'_, 'a, '_>, attribute: Attribute<'a>, index: u32, span: Span) -> Place {
    let mut place = walk.in_value(attribute, span);
    let _ = write!(place.locator, "#{index}");
    place
}

fn lone<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>, start: &Command) {
    nothing(walk, "this part of the path stays on one point", |walk| at(walk, attribute, start.index, start.span));
}

fn broken<'a>(walk: &mut Walk<'_, 'a, '_>, attribute: Attribute<'a>, fault: Fault) {
    walk.find(&PATH_DATA, |walk| {
        let column = attribute.value().get(..fault.at as usize).map_or(0, |head| head.chars().count()) + 1;
        illegal(&PATH_DATA, at(walk, attribute, fault.command, fault.span()), format!("{fault}, at character {column} of `d`"))
            .help("correct the path data; nothing behind this place is read")
    });
}

/// One part of a path, from a moveto on, while it may still prove to stay on one point. Coordinates are in units of 2⁻³².
///
/// Only as much is computed as decides: once a second point is seen, nothing more of the part is.
#[derive(Default)]
struct Part {
    start: Option<Command>,
    /// Whether the start is known in absolute terms; otherwise it counts as the origin.
    known: bool,
    point: [i64; 2],
    /// Whether a second point was seen, or none can be excluded.
    moves: bool,
    closed: bool,
}

impl Part {
    /// Takes in a command; answers the start of the part before it when that part went nowhere.
    #[inline]
    fn follow(&mut self, command: Command, arguments: &[Number], text: &str) -> Option<Command> {
        let lower = command.letter | 0x20;
        if self.moves && !self.closed && lower != b'm' && lower != b'z' {
            return None;
        }
        let ended = match lower {
            b'm' => self.end(),
            b'z' => {
                self.closed = true;
                return None;
            }
            // a drawing command after a close begins a part at the same start
            _ if self.closed => {
                let ended = self.end();
                (self.moves, self.closed, self.start) = (false, false, Some(command));
                ended
            }
            _ => None,
        };
        if lower == b'm' {
            let at = [0, 1].map(|place| arguments.get(place).and_then(|number| number.q32(text)));
            // a relative moveto counts from a point that may not have been computed; the first counts from the origin
            self.known = !command.is_relative() || self.start.is_none();
            self.moves = at.contains(&None);
            self.point = if self.known { at.map(|place| place.unwrap_or(0)) } else { [0, 0] };
            (self.start, self.closed) = (Some(command), false);
        } else if !self.moves {
            self.moves = self.leaves(command, arguments, text);
        }
        ended
    }

    /// Whether a drawing command names any other point than the start, on which everything so far has stayed.
    fn leaves(&self, command: Command, arguments: &[Number], text: &str) -> bool {
        let relative = command.is_relative();
        if command.letter | 0x20 == b'a' || (!relative && !self.known) {
            return true;
        }
        let first = usize::from(command.letter | 0x20 == b'v');
        arguments.iter().enumerate().any(|(place, number)| {
            let wanted = if relative { 0 } else { self.point[(first + place) % 2] };
            number.q32(text) != Some(wanted)
        })
    }

    /// The start of the part that ends here, when it went nowhere.
    fn end(&self) -> Option<Command> {
        self.start.filter(|_| !self.moves)
    }
}
