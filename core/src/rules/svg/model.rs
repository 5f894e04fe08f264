//! What only the model of a drawing can tell: whether it hangs together, where it runs in circles, which names collide, what is too
//! large, and whether the file holds the canonical text.
//!
//! The model is made once a drawing, before the walk: path data that it read whole needs no second look. It is judged after the walk,
//! and only as far as the walk found the drawing fit to be judged.

use std::fmt::Write;

use super::{
    FILE,
    curve::ZERO_LENGTH,
    drawing,
    element::DRAWINGS,
    measure::RANGE,
    reference::DUPLICATE_ID,
    shows, tolerance,
    transform::TRANSFORM,
    walk::{self, Walk, illegal},
};
use crate::{
    diagnostic::{Change, FileChange, Fix, Safety, Severity},
    rules::{Check, Docs, Finding, Place, Rule},
    syntax::xml::{Element as Node, Elements},
    tensor::{
        canonical_text,
        fault::{At, Fault, Name},
        graph::Graph,
        legality::{self, Cycle, End, Judgement},
        model::MAX_RANK,
        path_data::Commands,
        source::{self, Mode, Reading},
    },
    text::Span,
};

/// A drawing in pieces.
pub static DISCONNECTED: Rule = Rule {
    name: "svg/disconnected",
    severity: Severity::Error,
    rows: &["B125", "B134"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A drawing whose elements do not all hang together. Elements are joined where they have a point in common: an end, a corner, a point between two commands. Lines that merely cross, and a point that lies on a segment of another element, join nothing.",
        why: "A tensor is one graph. What no way leads to takes no part in it.",
        fix: "Let an end of the piece and a point of the rest be the same point. The help names the two ends that lie nearest to each other; which of them is meant to move is the author's to say.",
        bad: &[
            shows("a gap", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><path d=\"M3 4.5L6 8\"/>"))]),
            shows("a crossing", &[(FILE, drawing!("<path d=\"M0 0L4 4\"/><path d=\"M0 4L4 0\"/>"))]),
            shows("an end on a segment", &[(FILE, drawing!("<path d=\"M0 0L4 0\"/><path d=\"M2 0L2 3\"/>"))]),
        ],
        good: &[
            shows("joined in the middle", &[(FILE, drawing!("<path d=\"M0 0L2 0L4 0\"/><path d=\"M2 0L2 3\"/>"))]),
            shows("joined by a transform", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/><line transform=\"translate(3 4)\" x2=\"1\"/>"))]),
        ],
    },
};

/// A cycle that nothing declares.
pub static UNDECLARED_CYCLE: Rule = Rule {
    name: "svg/undeclared-cycle",
    severity: Severity::Error,
    rows: &["B132", "B168"],
    on: DRAWINGS,
    check: Check::Workspace(tolerance::check),
    fix: None,
    docs: Docs {
        what: "Segments that lead from a point, each in the direction it is drawn, back to that point, without a closing command (`Z`), a `rect` or a `circle` among them.",
        why: "A traversal that meets a cycle nobody announced does not end. Closing an element is how a cycle is declared.",
        fix: "Close the path with `Z` where the cycle is meant, or draw one of the segments in the other direction where it is not.",
        bad: &[
            shows("round and back", &[(FILE, drawing!("<path d=\"M0 0L4 0L4 4L0 0L-3 0\"/>"))]),
            shows("there and back", &[(FILE, drawing!("<path d=\"M0 0L4 0\"/><path d=\"M4 0L0 0\"/>"))]),
        ],
        good: &[
            shows("declared, and fading", &[(FILE, drawing!("<path stroke-width=\"0.5\" d=\"M0 0L4 0L4 4Z\"/>"))]),
            shows("two ways to one place", &[(FILE, drawing!("<path d=\"M0 0L4 0L4 4\"/><path d=\"M0 0L4 4\"/>"))]),
        ],
    },
};

/// A drawing that is not stored as its canonical text.
pub static CANONICAL_FORM: Rule = Rule {
    name: "svg/canonical-form",
    severity: Severity::Info,
    rows: &["B138"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A lawful drawing whose file is not, byte by byte, the canonical text of the tensor: one as authors write them, or a canonical text that was formatted or edited.",
        why: "The identity of a tensor is the hash of its canonical text. A file that holds that text needs no program to be compared.",
        fix: "Write the canonical text. The offered fix does so and is unsafe: curves become lines, names become four bytes, and what does not count is gone. Keep the drawing that the author works on.",
        bad: &[shows("as an author writes it", &[(FILE, drawing!("<path d=\"M0 0L3 4\"/>"))])],
        good: &[shows("the canonical text", &[(FILE, CANONICAL)])],
    },
};

/// The canonical text of one line.
const CANONICAL: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 65536 65536\" data-mx2lm=\"canonical.v1\" data-sx=\"196608\" data-sy=\"262144\"><path id=\"hca978112\" d=\"M0 0L65536 65536\" data-sw=\"65536\" data-o=\"2048\" data-tm=\"65536\"/></svg>";

/// A text that says it is canonical and cannot be.
pub static CANONICAL_TEXT: Rule = Rule {
    name: "svg/canonical-text",
    severity: Severity::Error,
    rows: &["B158", "B159", "B160", "B161", "B166", "B179"],
    on: DRAWINGS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A drawing marked `data-mx2lm=\"canonical.v1\"` whose numbers no canonical text can have: coordinates that are no whole numbers from 0 to 65536 or do not span that range, a point twice in a row, a missing or malformed `data-sx`, `data-sy`, `data-sw`, `data-o`, `data-tm` or `id`, other elements than `g` and `path`, other commands than `M`, `L` and `Z`.",
        why: "A canonical text is read by its integers. One that cannot have been written from a drawing stands for no tensor.",
        fix: "Write the text again from the drawing it came from, or remove the mark if it is a drawing.",
        bad: &[
            shows(
                "a box that is not filled",
                &[(
                    FILE,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 65536 65536\" data-mx2lm=\"canonical.v1\" data-sx=\"65536\" data-sy=\"65536\"><path id=\"hca978112\" d=\"M0 0L65536 65535\" data-sw=\"65536\" data-o=\"2048\" data-tm=\"65536\"/></svg>",
                )],
            ),
            shows(
                "no magnitude",
                &[(
                    FILE,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 65536 65536\" data-mx2lm=\"canonical.v1\" data-sx=\"65536\" data-sy=\"65536\"><path id=\"hca978112\" d=\"M0 0L65536 65536\" data-sw=\"65536\" data-o=\"2048\" data-tm=\"0\"/></svg>",
                )],
            ),
        ],
        good: &[shows("the canonical text", &[(FILE, CANONICAL)])],
    },
};

/// The model of a drawing with what is to be said of it.
pub(super) struct Model {
    /// Of the curves.
    tolerance: u64,
    reading: Result<Reading, Fault>,
    judged: Option<(Graph, Judgement)>,
}

impl Model {
    /// Reads and judges a drawing; `epsilon` is the tolerance of curves.
    pub(super) fn of(elements: &Elements<'_>, epsilon: u64) -> Self {
        let reading = source::read(elements, epsilon, Mode::Lenient);
        let judged = reading.as_ref().ok().map(|reading| {
            let graph = Graph::of(&reading.drawing.model);
            let judgement = legality::judge(&reading.drawing.model, &graph);
            (graph, judgement)
        });
        Model { tolerance: epsilon, reading, judged }
    }

    /// The model and its graph, when it is the drawing's own and lawful.
    pub(super) fn lawful(self) -> Option<(Reading, Graph)> {
        match (self.reading, self.judged) {
            (Ok(reading), Some((graph, judgement))) if reading.exact && judgement.is_lawful() => Some((reading, graph)),
            _ => None,
        }
    }

    /// Whether all path data was read, and nothing is to be said of any command of it.
    pub(super) fn paths_are_sound(&self) -> bool {
        match (&self.reading, &self.judged) {
            (Ok(reading), Some((_, judgement))) => reading.exact && judgement.without_decay.is_empty(),
            _ => false,
        }
    }
}

/// Says what the model tells, after the walk.
pub(super) fn finish(walk: &mut Walk<'_, '_, '_>, model: &Model) {
    let (reading, (graph, judgement)) = match (&model.reading, &model.judged) {
        (Ok(reading), Some(judged)) => (reading, judged),
        (Err(fault), _) => return unread(walk, fault),
        (Ok(_), None) => return,
    };
    names(walk, reading, judgement);
    pieces(walk, reading, graph, judgement);
    for cycle in &judgement.cycles {
        undeclared(walk, reading, cycle);
    }
    for &element in &judgement.too_long {
        walk.find(&RANGE, |walk| {
            let message = "the element is longer than the 2147483647 units that a lane can hold";
            Finding::new(&RANGE, place(walk.elements, reading.drawing.origin.element(element as usize)), message)
                .help("draw it as several elements")
                .spec(Name::Range.as_str())
        });
    }
    if reading.exact && judgement.is_lawful() && !walk.errors {
        stored(walk, reading, model.tolerance);
    }
}

/// Says why there is no model, unless the walk has told of it.
fn unread(walk: &mut Walk<'_, '_, '_>, fault: &Fault) {
    let rule = match fault.name {
        Name::Range if !walk.has_told(&RANGE) => &RANGE,
        Name::Illegal if walk.errors => return,
        Name::Illegal if walk.canonical => &CANONICAL_TEXT,
        Name::Illegal if fault.at.attribute == Some("transform") => &TRANSFORM,
        Name::Illegal if too_deep(walk, fault) => &RANGE,
        Name::Illegal => &ZERO_LENGTH,
        _ => return,
    };
    walk.find(rule, |walk| {
        let finding = Finding::new(rule, place(walk.elements, fault.at), fault.message.clone()).spec(fault.name.as_str());
        let finding = if fault.name == Name::Illegal { finding.severity(Severity::Error) } else { finding };
        match (rule.name, walk.canonical) {
            (_, true) => finding.help("write the text again from the drawing, or remove the mark `data-mx2lm`"),
            ("svg/range", _) if fault.name == Name::Range => finding.help("draw at a smaller scale"),
            ("svg/range", _) => finding.help("use fewer groups inside each other"),
            ("svg/transform", _) => finding.help("scale by larger numbers, or draw larger and leave the transform out"),
            _ => finding.help("remove it, or draw it larger: beside the whole drawing it comes to nothing"),
        }
    });
}

fn too_deep(walk: &Walk<'_, '_, '_>, fault: &Fault) -> bool {
    let depth = walk.elements.get(fault.at.element).map_or(0, Node::depth);
    fault.at.attribute.is_none() && depth > usize::from(MAX_RANK)
}

/// Says which elements have one name without having one `id`: of those the walk has told.
fn names(walk: &mut Walk<'_, '_, '_>, reading: &Reading, judgement: &Judgement) {
    let origin = &reading.drawing.origin;
    let id = |walk: &Walk<'_, '_, '_>, at: At| walk.elements.get(at.element).and_then(|node| node.value("id").map(str::to_owned));
    for &(first, again) in &judgement.same_name {
        let (first_at, again_at) = (origin.element(first as usize), origin.element(again as usize));
        if id(walk, first_at).is_some() && id(walk, first_at) == id(walk, again_at) && first_at.element != again_at.element {
            continue;
        }
        walk.find(&DUPLICATE_ID, |walk| {
            let message = legality::same_name(&reading.drawing.model, first, again);
            illegal(&DUPLICATE_ID, place(walk.elements, again_at), message).help("give one of the two another `id`").related(
                &walk.context.path.clone(),
                place(walk.elements, first_at),
                "this one",
            )
        });
    }
}

fn pieces(walk: &mut Walk<'_, '_, '_>, reading: &Reading, graph: &Graph, judgement: &Judgement) {
    let (origin, model) = (&reading.drawing.origin, &reading.drawing.model);
    /// Most pieces that the way out is looked for.
    const LOOKED: usize = 20;
    for (number, &piece) in judgement.pieces.iter().enumerate() {
        walk.find(&DISCONNECTED, |walk| {
            let at = origin.element(piece as usize);
            let count = judgement.pieces.len() + 1;
            let what = if at.command > 0 { "the part of the path that begins here" } else { "this element" };
            let message = format!("{what} shares no point with the rest: the drawing falls into {count} pieces, and a tensor is one");
            let finding = illegal(&DISCONNECTED, place(walk.elements, at), message);
            let near = if number < LOOKED { legality::nearest_ends(model, graph, piece) } else { None };
            let Some((own, other)) = near else { return finding.help("let one of its ends be a point of the rest") };
            let told = |end: End| {
                let (x, y) = origin.end(end.element as usize, end.last, end.point);
                format!("{x} {y}")
            };
            let other_at = origin.element(other.element as usize);
            let named = walk.elements.get(other_at.element).map_or("", Node::name);
            let whose = if reading.canonical { "" } else { ", in the coordinates of the root" };
            let help = format!("join it: its end at `{}` lies nearest to the end at `{}` of a `{named}`{whose}", told(own), told(other));
            finding.help(help).related(&walk.context.path.clone(), place(walk.elements, other_at), "the nearest element of another piece")
        });
    }
}

fn undeclared(walk: &mut Walk<'_, '_, '_>, reading: &Reading, cycle: &Cycle) {
    walk.find(&UNDECLARED_CYCLE, |walk| {
        let (origin, model) = (&reading.drawing.origin, &reading.drawing.model);
        let points = model.elements.get(cycle.element as usize).map_or(0, |element| element.len());
        let at = origin.segment(cycle.element as usize, cycle.segment, points);
        let mut finding = illegal(&UNDECLARED_CYCLE, place(walk.elements, at), cycle.told())
            .help("close the path with `Z` if the cycle is meant, else draw a segment of it in the other direction");
        for element in cycle.elements.iter().filter(|element| **element != cycle.element) {
            let other = place(walk.elements, origin.element(*element as usize));
            finding = finding.related(&walk.context.path.clone(), other, "this element has a part in the cycle");
        }
        finding
    });
}

/// Says when the file is not the canonical text of its tensor.
fn stored(walk: &mut Walk<'_, '_, '_>, reading: &Reading, tolerance: u64) {
    let (place, message) = if reading.canonical {
        let (text, mut at) = (walk.context.bytes, 0usize);
        let mut same = true;
        canonical_text::write(&reading.drawing.model, &mut |piece| {
            if same {
                let rest = text.get(at..).unwrap_or_default();
                let equal = piece.iter().zip(rest).take_while(|(a, b)| a == b).count();
                at += equal;
                same = equal == piece.len();
            }
        });
        if same && at == text.len() {
            return;
        }
        let from = (0..=at).rev().find(|at| walk.text.is_char_boundary(*at)).unwrap_or(0);
        let width = walk.text.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let place = Place::new(String::new(), Span::from(from..from + width));
        (place, "the drawing is marked as a canonical text and is not written as one: from here on the bytes differ")
    } else {
        (walk.at(walk.elements.root()), "the file holds the drawing as it was made, and not the canonical text of the tensor")
    };
    walk.find(&CANONICAL_FORM, |walk| {
        let changes = vec![FileChange { path: walk.context.path.clone(), change: Change::Canonical { tolerance } }];
        let fix = Fix { safety: Safety::Unsafe, title: "write the canonical text".to_owned(), changes };
        Finding::new(&CANONICAL_FORM, place, message).help("keep the drawing to work on, and store the canonical text beside it").fix(fix)
    });
}

/// The place of a fault in the document.
pub(super) fn place(elements: &Elements<'_>, at: At) -> Place {
    let Some(node) = elements.get(at.element) else { return Place::document() };
    let Some(attribute) = at.attribute.and_then(|name| node.attribute(name)) else { return walk::at(node) };
    let command = || {
        let mut commands = Commands::new(attribute.value());
        while let Some(Ok(command)) = commands.advance() {
            if command.index == at.command {
                return Some(command.span);
            }
        }
        None
    };
    let span = at.span.or_else(|| if at.command > 0 { command() } else { None });
    let mut place = match span {
        Some(span) => walk::in_value(attribute, span),
        None => walk::at_value(attribute),
    };
    if at.command > 0 {
        // writing to a string does not fail
        let _ = write!(place.locator, "#{}", at.command);
    }
    place
}
