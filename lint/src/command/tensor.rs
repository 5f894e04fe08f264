//! `tensor`: what a drawing is as a tensor, in numbers.

use std::path::Path;
use std::process::ExitCode;

use mx2lm_core::rules::svg::tensor::Tensor;
use mx2lm_core::scxq2::{layout, pack};
use mx2lm_core::syntax::xml::Elements;
use mx2lm_core::tensor::accumulate::accumulate as flow;
use mx2lm_core::tensor::graph::Graph;
use mx2lm_core::tensor::model::Element;
use mx2lm_core::tensor::source::{self, EPSILON, Mode};
use mx2lm_core::tensor::{canonical_text, legality};
use mx2lm_core::text::{ColumnUnit, LineIndex};
use serde_json::{Map, Value, json};

use super::{read, tensor_proof};
use crate::cli::tensor::{TensorAccumulateArgs, TensorArgs, TensorCommand, TensorInspectArgs, TensorPlotArgs};
use crate::cli::{Color, DataFormat, EpsilonArgs};
use crate::output::{Failure, apart, to_file, to_stdout};
use crate::plot::tensor::{Tensor as Picture, draw};
use crate::tolerance::Tolerance;

/// Runs the command.
pub fn run(arguments: &TensorArgs) -> Result<ExitCode, Failure> {
    match &arguments.command {
        TensorCommand::Inspect(arguments) => inspect(arguments),
        TensorCommand::Accumulate(arguments) => accumulate(arguments),
        TensorCommand::Proof(arguments) => tensor_proof::run(arguments),
        TensorCommand::Plot(arguments) => plot(arguments),
    }
}

/// The tensor that a file holds, a drawing or a pack of lanes, and the tolerance that its curves have.
pub fn tensor(path: &Path, bytes: &[u8], arguments: &EpsilonArgs) -> Result<(Tensor, Tolerance), Failure> {
    let tolerance = Tolerance::of(path, bytes, arguments)?;
    if bytes.starts_with(&layout::MAGIC) {
        let decoded = pack::decode(bytes).map_err(|rejection| {
            let (at, why) = (rejection.offset(), &rejection.message);
            Failure::Refused(format!("`{}` is no lawful pack: at byte {at}: {why} ({})", path.display(), rejection.name.as_str()))
        })?;
        return Ok((Tensor { model: decoded.model, graph: decoded.graph }, tolerance));
    }
    let tensor = Tensor::read(bytes, tolerance.q32).map_err(|refusal| {
        let place = refusal.place.span.map(|span| LineIndex::new(bytes).line_column(bytes, span.start, ColumnUnit::Scalar));
        let place = place.map_or(String::new(), |place| format!(":{}:{}", place.line + 1, place.column + 1));
        Failure::Refused(format!("`{}{place}` has no canonical form: {refusal} ({})", path.display(), refusal.name))
    })?;
    Ok((tensor, tolerance))
}

fn inspect(arguments: &TensorInspectArgs) -> Result<ExitCode, Failure> {
    let (tensor, tolerance) = tensor(&arguments.file, &read(&arguments.file)?, &arguments.tolerance)?;
    let elements = elements(&tensor);
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Json => writeln!(out, "{:#}", described(&tensor, &tolerance, &elements)),
        DataFormat::Text => {
            let (model, graph) = (&tensor.model, &tensor.graph);
            writeln!(out, "{}", arguments.file.display())?;
            writeln!(out, "  canonical text   {}  (the identity: `canonical_svg_hash`)", tensor.canonical_hash())?;
            writeln!(out, "  structural form  {}  (what a GPU is given: `buffer_hash`)", tensor.buffer_hash())?;
            if tolerance.is_told() {
                writeln!(out, "  tolerance of curves {tolerance}")?;
            }
            writeln!(
                out,
                "  size {} x {}, {} elements, {} nodes, {} edges",
                q16(model.sx),
                q16(model.sy),
                elements.len(),
                graph.len(),
                model.segments()
            )?;
            for own in &elements {
                let Element { rank, stroke_width, transform_mag, opacity_q11, .. } = own.element;
                let shape = if own.element.closed { "closed" } else { "open" };
                let marks = format!("{}{}", if own.is_root { ", a root" } else { "" }, if own.has_cycle { ", on a cycle" } else { "" });
                writeln!(
                    out,
                    "  {}  {shape}, {} points, rank {rank}{marks}\n             length {}, curvature {}, stroke width {}, opacity {}, magnitude {}",
                    own.id,
                    own.element.len(),
                    own.length as f64 / 65536.0,
                    q16(own.curvature),
                    q16(stroke_width),
                    f64::from(opacity_q11) / 2048.0,
                    q16(transform_mag),
                )?;
            }
            Ok(())
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// An element with what is derived of it.
struct Inspected {
    id: String,
    element: Element,
    length: u64,
    curvature: i32,
    has_cycle: bool,
    is_root: bool,
}

fn elements(tensor: &Tensor) -> Vec<Inspected> {
    let flags = tensor.graph.flags(&tensor.model);
    let holds = |marks: &[bool], vertex: u32| marks.get(vertex as usize).copied().unwrap_or(false);
    let inspected = |element: &Element| {
        let vertices = tensor.graph.vertices_of(element);
        let (length, curvature) = tensor.model.measures(element);
        Inspected {
            id: format!("h{}", data_encoding::HEXLOWER.encode(&element.id4)),
            element: *element,
            length,
            curvature,
            has_cycle: vertices.iter().any(|vertex| holds(&flags.on_cycle, *vertex)),
            is_root: vertices.first().is_some_and(|vertex| holds(&flags.is_root, *vertex)),
        }
    };
    tensor.model.elements.iter().map(inspected).collect()
}

fn q16(value: i32) -> f64 {
    f64::from(value) / 65536.0
}

/// Everything in the units of the canonical form: 1/65536, and 1/2048 for the opacity.
fn described(tensor: &Tensor, tolerance: &Tolerance, elements: &[Inspected]) -> Value {
    let elements: Vec<Value> = elements
        .iter()
        .map(|own| {
            json!({
                "id": own.id, "rank": own.element.rank, "points": own.element.len(), "closed": own.element.closed,
                "length": own.length, "curvature": own.curvature, "stroke_width": own.element.stroke_width,
                "opacity_q11": own.element.opacity_q11, "transform_mag": own.element.transform_mag,
                "has_cycle": own.has_cycle, "is_root": own.is_root,
            })
        })
        .collect();
    let mut answer = json!({
        "version": 1,
        "canonical_svg_hash": tensor.canonical_hash().to_string(),
        "buffer_hash": tensor.buffer_hash().to_string(),
        "sx": tensor.model.sx, "sy": tensor.model.sy,
        "nodes": tensor.graph.len(), "edges": tensor.model.segments(),
        "elements": elements,
    });
    if let Some(answer) = answer.as_object_mut() {
        tolerance.describe(answer);
    }
    answer
}

fn accumulate(arguments: &TensorAccumulateArgs) -> Result<ExitCode, Failure> {
    let (tensor, tolerance) = tensor(&arguments.file, &read(&arguments.file)?, &arguments.tolerance)?;
    let steps = arguments.steps;
    let refused = || Failure::Refused(format!("{steps} steps are more than can be computed for a tensor of this size"));
    let nodes = flow(&tensor.model, &tensor.graph, steps).ok_or_else(refused)?;
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Json => {
            let mut answer =
                Map::from_iter([("version".into(), json!(1)), ("steps".into(), json!(steps)), ("node_accum".into(), json!(nodes))]);
            tolerance.describe(&mut answer);
            writeln!(out, "{:#}", Value::Object(answer))
        }
        DataFormat::Text => {
            if tolerance.is_told() {
                writeln!(out, "tolerance of curves {tolerance}")?;
            }
            for ((number, value), (x, y)) in nodes.iter().enumerate().zip(&tensor.graph.positions) {
                writeln!(out, "node {number} at {x} {y}: {value} ({})", f64::from(*value) / 65536.0)?;
            }
            Ok(())
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Draws what there is to see, lawful or not: a drawing in two pieces is looked at to find the gap.
fn plot(arguments: &TensorPlotArgs) -> Result<ExitCode, Failure> {
    let bytes = read(&arguments.file)?;
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let refused = |why: String| Failure::Refused(format!("`{}` cannot be drawn: {why}", arguments.file.display()));
    let tolerance = Tolerance::of(&arguments.file, &bytes, &arguments.tolerance)?;
    let (model, source) = if bytes.starts_with(&layout::MAGIC) {
        let decoded = pack::decode(&bytes).map_err(|rejection| refused(rejection.to_string()))?;
        (decoded.model, None)
    } else {
        let text = std::str::from_utf8(&bytes).map_err(|error| refused(format!("byte {} is not UTF-8", error.valid_up_to())))?;
        let elements = Elements::parse(text).elements.ok_or_else(|| refused("it is not well-formed XML".to_owned()))?;
        let form = |epsilon| source::read(&elements, epsilon, Mode::Lenient).map_err(|fault| refused(fault.message));
        let reading = form(tolerance.q32)?;
        // flattened 64 times finer, a curve is what its author drew
        let finer = if reading.canonical { None } else { Some(form((tolerance.q32 >> 6).clamp(1, EPSILON >> 6))?.drawing.model) };
        (reading.drawing.model, finer)
    };
    let graph = Graph::of(&model);
    let judgement = legality::judge(&model, &graph);
    let mut notes = Vec::new();
    if tolerance.is_told() {
        notes.push(format!("tolerance of curves {tolerance}"));
    }
    if judgement.is_lawful() {
        notes.push(format!("lawful; canonical text {}", canonical_text::digest(&model)));
    }
    if !judgement.pieces.is_empty() {
        notes.push(format!("no tensor: {} pieces that share no point", judgement.pieces.len() + 1));
    }
    if !judgement.cycles.is_empty() {
        notes.push(format!(
            "no tensor: {} undeclared {}",
            judgement.cycles.len(),
            if judgement.cycles.len() == 1 { "cycle" } else { "cycles" }
        ));
    }
    for (first, again) in judgement.same_name.iter().take(3) {
        notes.push(format!("no tensor: {}", legality::same_name(&model, *first, *again)));
    }
    let sheet = draw(&Picture { name: &name, model: &model, source: source.as_ref(), notes: &notes });
    let picture = sheet.bytes(&arguments.output).map_err(Failure::Refused)?;
    apart([&*arguments.file], &arguments.output)?;
    to_file(&arguments.output, &picture)?;
    Ok(ExitCode::SUCCESS)
}
