//! A drawing that is a tensor: what each element and command becomes, the canonical form beside the source, and its verdict above it.

use std::fmt::Write;

use lsp_types::{Position, Range, TextEdit};
use mx2lm_core::{
    scxq2::pack::Pack,
    syntax::xml::{Attribute, Element, Elements},
    tensor::{
        canonical_text,
        fault::Fault,
        graph::Graph,
        legality::{self, Judgement},
        model::Model,
        path_data::{Command, Commands},
        source::{self, EPSILON, Mode, Reading},
    },
    text::Span,
};

use super::{
    page::Page,
    virtual_document::{Form, is_unreadable},
};
use crate::view::File;

/// The canonical form as a document.
pub const FORM: Form = Form { name: "canonical", title: "show the canonical form", page, depends };

/// Most letters of path data that are shown of one element.
const MOST: usize = 120;

/// A drawing that was read.
struct Drawing<'f> {
    elements: Elements<'f>,
    form: Result<Canonical, Fault>,
    /// Of its curves, where a descriptor declares another than the usual one: units of 2⁻³² of the extent.
    tolerance: Option<u64>,
}

impl Drawing<'_> {
    /// The declared tolerance in words.
    fn tolerance(&self) -> Option<String> {
        let declared = self.tolerance? as f64 / (1u64 << 32) as f64;
        Some(format!("tolerance of curves {declared}, the `epsilon` of the descriptor"))
    }
}

/// Its canonical form, with what hangs together in it.
struct Canonical {
    reading: Reading,
    graph: Graph,
    judgement: Judgement,
}

impl Canonical {
    fn model(&self) -> &Model {
        &self.reading.drawing.model
    }

    /// Why it is no tensor, if it is none.
    fn fault(&self) -> Option<Fault> {
        self.judgement.fault(self.model(), &self.reading.drawing.origin)
    }
}

/// Reads a drawing. Nothing for a file of another kind, and for one that is not well-formed.
fn read<'f>(file: &'f File<'_>) -> Option<Drawing<'f>> {
    if !file.facts()?.kind.is_some_and(|kind| kind.is("svg")) || is_unreadable(file) {
        return None;
    }
    let elements = Elements::parse(file.text()?).elements?;
    let tolerance = file.snapshot().tolerance(&file.path);
    let form = source::read(&elements, tolerance.unwrap_or(EPSILON), Mode::Strict).map(|reading| {
        let graph = Graph::of(&reading.drawing.model);
        let judgement = legality::judge(&reading.drawing.model, &graph);
        Canonical { reading, graph, judgement }
    });
    Some(Drawing { elements, form, tolerance })
}

/// Whether the page may be another when the file at `path` changes: a descriptor may declare a tolerance, or no longer do so.
fn depends(file: &File<'_>, path: &str) -> bool {
    match file.snapshot().index().facts(path) {
        None => path.ends_with("json"),
        Some(facts) => facts.payload.is_some(),
    }
}

/// Only what is a tensor is measured without being asked.
fn read_tensor<'f>(file: &'f File<'_>) -> Option<Drawing<'f>> {
    file.snapshot().is_tensor(&file.path).then(|| read(file))?
}

/// Says what the element or path command at `offset` becomes.
pub fn hover(file: &File<'_>, offset: u32, text: &mut String) -> Option<Span> {
    let drawing = read(file)?;
    let element = drawing.elements.at(offset)?;
    let data = element.attribute("d").filter(|data| element.local() == "path" && holds(data.value_span(), offset));
    if let Some(data) = data {
        let command = command_at(data, offset)?;
        told_command(&drawing, element, data, &command, text);
        let [start, end] = [command.span.start, command.span.end].map(|at| data.value_offset(at));
        return Some(Span::new(start, end));
    }
    if !holds(element.open_tag_span(), offset) {
        return None;
    }
    if element.parent().is_none() {
        told_whole(&drawing, text);
    } else {
        told_element(&drawing, element, text);
    }
    Some(element.name_span())
}

fn holds(span: Span, offset: u32) -> bool {
    span.start <= offset && offset < span.end
}

/// The command that holds a place of path data, or the one before it.
fn command_at(data: Attribute<'_>, offset: u32) -> Option<Command> {
    let mut found = None;
    let mut commands = Commands::new(data.value());
    while let Some(Ok(command)) = commands.advance() {
        if data.value_offset(command.span.start) > offset {
            break;
        }
        found = Some(command);
    }
    found
}

fn told_whole(drawing: &Drawing<'_>, text: &mut String) {
    match &drawing.form {
        Ok(form) => {
            let _ = writeln!(text, "**{}**\n", verdict(form));
            let _ = writeln!(text, "- canonical SHA-256 `{}`", canonical_text::digest(form.model()));
            let [width, height] = [form.model().sx, form.model().sy].map(units);
            let _ = writeln!(text, "- {width} by {height} units as drawn; the canonical box is 65536 by 65536");
            if let Some(tolerance) = drawing.tolerance() {
                let _ = writeln!(text, "- {tolerance}");
            }
        }
        Err(fault) => {
            let _ = writeln!(text, "**no canonical form**: {} (`{}`)", fault.message, fault.name.as_str());
        }
    }
}

fn told_element(drawing: &Drawing<'_>, element: Element<'_>, text: &mut String) {
    let form = match &drawing.form {
        Ok(form) => form,
        Err(fault) => {
            let here = if fault.at.element == element.index() { "" } else { " (elsewhere in the drawing)" };
            let _ = writeln!(text, "`{}`: the drawing has no canonical form{here}: {}", element.name(), fault.message);
            return;
        }
    };
    let own: Vec<usize> =
        (0..form.model().elements.len()).filter(|number| form.reading.drawing.origin.element(*number).element == element.index()).collect();
    if own.is_empty() {
        let _ = writeln!(text, "`{}` draws nothing itself; groups around an element are its rank", element.name());
        return;
    }
    for number in own {
        let Some(part) = form.model().elements.get(number) else { continue };
        let (length, curvature) = form.model().measures(part);
        let id: String = part.id4.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(text, "**element {} of {}** of the tensor, `h{id}`\n", number + 1, form.model().elements.len());
        let _ = writeln!(text, "- rank {}, {}", part.rank, if part.closed { "closed: a declared cycle" } else { "open" });
        let _ = writeln!(text, "- length (weight) {length}, curvature {curvature}");
        let _ = writeln!(
            text,
            "- confidence {}, opacity {}, transform magnitude {}",
            units(part.stroke_width),
            f64::from(part.opacity_q11) / 2048.0,
            units(part.transform_mag)
        );
        let vertices = form.graph.vertices_of(part);
        let (first, last) = (vertices.first().copied().unwrap_or(0), vertices.last().copied().unwrap_or(0));
        let _ = writeln!(text, "- {} points, from vertex {first} to vertex {last}; {} edges", part.len(), part.segments());
        let _ = writeln!(text, "\n```\n{}\n```", shortened(&data(form.model(), number)));
    }
}

fn told_command(drawing: &Drawing<'_>, element: Element<'_>, data: Attribute<'_>, command: &Command, text: &mut String) {
    let name = match command.letter | 0x20 {
        b'm' => "moveto",
        b'l' => "lineto",
        b'h' => "horizontal lineto",
        b'v' => "vertical lineto",
        b'c' => "cubic Bézier curve",
        b's' => "smooth cubic Bézier curve",
        b'q' => "quadratic Bézier curve",
        b't' => "smooth quadratic Bézier curve",
        b'a' => "elliptical arc",
        _ => "closepath",
    };
    let manner = match (command.letter | 0x20, command.is_relative()) {
        (b'z', _) => "",
        (_, true) => ", relative",
        (_, false) => ", absolute",
    };
    let letter = char::from(command.letter);
    let implied = if command.implied { ", its letter left out" } else { "" };
    let _ = writeln!(text, "**command {}**, `{letter}`: {name}{manner}{implied}\n", command.index);
    let form = match &drawing.form {
        Ok(form) => form,
        Err(fault) => {
            if fault.at.element == element.index() && fault.at.command == command.index {
                let _ = writeln!(text, "No canonical form: {} (`{}`)", fault.message, fault.name.as_str());
            }
            return;
        }
    };
    let origin = &form.reading.drawing.origin;
    let (mut edges, mut length, mut ends) = (0usize, 0u64, None);
    for (number, part) in form.model().elements.iter().enumerate().filter(|(number, _)| origin.element(*number).element == element.index())
    {
        let vertices = form.graph.vertices_of(part);
        let points = form.model().points_of(part);
        for segment in 0..part.segments() {
            let at = origin.segment(number, segment, points.len());
            if at.command != command.index || at.attribute != Some("d") {
                continue;
            }
            let next = if segment + 1 < points.len() { segment + 1 } else { 0 };
            if let (Some(from), Some(to), Some(a), Some(b)) =
                (vertices.get(segment), vertices.get(next), points.get(segment), points.get(next))
            {
                edges += 1;
                length += u64::from(mx2lm_core::tensor::model::distance(*a, *b));
                ends = Some((ends.map_or(*from, |(first, _)| first), *to));
            }
        }
    }
    debug_assert!(data.element() == element);
    match ends {
        Some((from, to)) => {
            let _ = writeln!(
                text,
                "Becomes {edges} {} from vertex {from} to vertex {to}, length {length}.",
                if edges == 1 { "edge" } else { "edges" }
            );
        }
        None => text.push_str("Becomes no edge of its own.\n"),
    }
}

/// The canonical path data of an element.
fn data(model: &Model, number: usize) -> String {
    let Some(element) = model.elements.get(number) else { return String::new() };
    let mut text = String::new();
    for (place, (x, y)) in model.points_of(element).iter().enumerate() {
        let lead = match place {
            0 => "M",
            1 => "L",
            _ => " ",
        };
        let _ = write!(text, "{lead}{x} {y}");
        if text.len() > 2 * MOST {
            break;
        }
    }
    if element.closed {
        text.push('Z');
    }
    text
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// 1/65536ths as a number.
fn units(value: i32) -> f64 {
    f64::from(value) / 65536.0
}

fn verdict(form: &Canonical) -> String {
    match form.fault() {
        Some(fault) => format!("no tensor: {}", fault.message),
        None => {
            let edges = form.model().segments();
            let nodes = form.graph.len();
            let root =
                roots(form.model(), &form.graph).map(|root| format!(" · root {}…", root.get(.."sha256:".len() + 8).unwrap_or(&root)));
            let (node_word, edge_word) = (if nodes == 1 { "node" } else { "nodes" }, if edges == 1 { "edge" } else { "edges" });
            format!("lawful · {nodes} {node_word} · {edges} {edge_word}{}", root.unwrap_or_default())
        }
    }
}

/// The Merkle root of the lanes that a model is packed into.
fn roots(model: &Model, graph: &Graph) -> Option<String> {
    let bytes = mx2lm_core::scxq2::write::encode_with(model, graph).ok()?;
    let pack = Pack::open(&bytes).ok()?;
    let lanes = pack.lane_roots();
    Some(mx2lm_core::scxq2::merkle::root(&lanes, &canonical_text::digest(model)).to_string())
}

/// The verdict above the root, for `textDocument/codeLens`: where, and what.
pub fn lens(file: &File<'_>) -> Option<(Span, String)> {
    let drawing = read_tensor(file)?;
    let span = drawing.elements.root().name_span();
    let title = match &drawing.form {
        Ok(form) => verdict(form),
        Err(fault) => format!("no canonical form: {}", fault.message),
    };
    Some((span, title))
}

/// The canonical hash behind the root's tag, for `textDocument/inlayHint`: where, the label, and the whole hash.
pub fn hint(file: &File<'_>) -> Option<(u32, String, String)> {
    let drawing = read_tensor(file)?;
    let form = drawing.form.ok().filter(|form| form.fault().is_none())?;
    let hash = canonical_text::digest(form.model()).to_string();
    let short = hash.get(.."sha256:".len() + 12).unwrap_or(&hash);
    Some((drawing.elements.root().open_tag_span().end, format!("canonical {short}…"), format!("canonical_svg_hash: {hash}")))
}

/// The canonical form, an element a line, each beside the source it comes from.
fn page(file: &File<'_>) -> Option<Page> {
    let drawing = read(file)?;
    let mut page = Page::default();
    page.heading(file.path.to_string(), "in canonical form");
    let form = match &drawing.form {
        Ok(form) => form,
        Err(fault) => {
            let at = drawing.elements.get(fault.at.element).map(|element| element.open_tag_span());
            let line = format!("no canonical form: {} ({})", fault.message, fault.name.as_str());
            match at {
                Some(span) => page.field(span, &line, fault.message.clone()),
                None => page.line(&line),
            }
            return Some(page);
        }
    };
    let text = canonical_text::to_string(form.model());
    page.line(&format!("{}, one line of {} bytes; broken here before each tag", canonical_text::digest(form.model()), text.len()));
    if let Some(tolerance) = drawing.tolerance() {
        page.line(&tolerance);
    }
    if let Some(fault) = form.fault() {
        page.line(&format!("no tensor: {} ({})", fault.message, fault.name.as_str()));
    }
    page.heading("text", "");
    let (mut number, mut depth) = (0, 0usize);
    for tag in text.split_inclusive('>') {
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        }
        let line = format!("{}{tag}", "  ".repeat(depth.min(40)));
        if tag.starts_with("<path") {
            let source = form.reading.drawing.origin.element(number).element;
            match drawing.elements.get(source) {
                Some(element) => page.field(element.span(), &line, format!("`{}`", element.locator())),
                None => page.line(&line),
            }
            number += 1;
        } else {
            page.line(&line);
            depth += usize::from(!tag.starts_with("</"));
        }
    }
    Some(page)
}

/// Answers `textDocument/formatting`: a text that marks itself as canonical has one spelling; an author's own drawing is left as it is.
pub fn format(file: &File<'_>) -> Option<Vec<TextEdit>> {
    let drawing = read(file)?;
    let form = drawing.form.ok().filter(|form| form.reading.canonical && form.fault().is_none())?;
    let text = canonical_text::to_string(form.model());
    if file.text()? == text {
        return Some(Vec::new());
    }
    let places = file.places();
    let range = Range::new(Position::new(0, 0), places.position(u32::try_from(file.bytes.len()).ok()?));
    Some(vec![TextEdit { range, new_text: text }])
}
