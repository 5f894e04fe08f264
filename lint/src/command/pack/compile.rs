//! `pack compile`.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::pack::compile::{Options, compile};
use mx2lm_core::pack::container::BUDGET;
use mx2lm_core::pack::streams::brain::{self, Temporal};
use mx2lm_core::pack::streams::interactions::Shape;
use mx2lm_core::pack::streams::{Streams, svg, temporal};
use mx2lm_core::pack::synthesis::Knobs;
use mx2lm_core::pack::{lane_id, weights};
use mx2lm_core::syntax::json::Tree;

use super::{put, read};
use crate::cli::pack::{CompileArgs, Matrix, Windows};
use crate::output::{Failure, tell};

/// Runs the command.
pub fn run(arguments: &CompileArgs) -> Result<ExitCode, Failure> {
    let streams = streams(arguments)?;
    let options = options(arguments, &hint(arguments)?);
    let compiled = compile(&streams, &options).map_err(|error| Failure::Refused(error.to_string()))?;
    let json = arguments.output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if json {
        let text = format!("{:#}\n", weights::compressed(&compiled.lanes, compiled.dims, weights::BIAS));
        put(&arguments.output, text.as_bytes())?;
    } else {
        put(&arguments.output, &compiled.bytes)?;
    }
    if arguments.explain {
        compiled.decisions.iter().for_each(|decision| tell(format_args!("{decision}")));
    }
    if let Some(over) = compiled.over.filter(|_| !json) {
        let lanes = match over.drop.as_slice() {
            [one] => format!("the lane `{one}`"),
            several => format!("{} lanes ({})", several.len(), several.join(" ")),
        };
        let then = if over.then <= BUDGET {
            format!("{lanes} less, and it would be {} (`--fit` does so)", over.then)
        } else {
            format!("even without any lane it would be {}", over.then)
        };
        tell(format_args!("over budget: {} of {BUDGET} bytes; {then}", over.bytes));
    }
    Ok(ExitCode::SUCCESS)
}

fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read(path)?)
        .map_err(|error| Failure::Refused(format!("`{}`: byte {} is not UTF-8", path.display(), error.utf8_error().valid_up_to())))
}

fn streams(arguments: &CompileArgs) -> Result<Streams, Failure> {
    let refused = |why: String| Failure::Refused(format!("`{}`: {why}", arguments.input.display()));
    let text = text(&arguments.input)?;
    if !text.trim_start().starts_with('{') {
        let names: Vec<(&str, &str)> = arguments.lane.iter().map(|(id, lane)| (id.as_str(), lane.as_str())).collect();
        return svg::extract(&text, &names).map_err(|refusal| refused(refusal.to_string()));
    }
    let tree = Tree::parse(Arc::from(text));
    if let Some(error) = tree.errors().first() {
        return Err(refused(error.message.clone()));
    }
    if let Some(twice) = tree.duplicates().first() {
        return Err(refused(format!("the lane `{}` stands there twice", twice.name)));
    }
    let mut streams = Streams::default();
    for (lane, samples) in tree.root().into_iter().flat_map(|root| root.members()) {
        if let Some(why) = lane_id::wrong_base(&lane) {
            return Err(refused(why));
        }
        if !samples.is_array() {
            return Err(refused(format!("the lane `{lane}` is no list of numbers")));
        }
        let numbers = samples.items().map(|sample| sample.as_f64()).collect::<Option<Vec<f64>>>();
        streams.put(lane.into_owned(), numbers.ok_or_else(|| refused(format!("{} holds something that is no number", samples.pointer())))?);
    }
    Ok(streams)
}

/// What the `temporal` element says, or the count stands for.
fn hint(arguments: &CompileArgs) -> Result<Temporal, Failure> {
    let path = match &arguments.windows {
        Windows::Count(count) => {
            return Ok(Temporal { enabled: Some(*count > 0), windows: Some(temporal::windows(*count)), ..Temporal::default() });
        }
        Windows::File(path) => path,
    };
    let text = text(path)?;
    let hint = brain::read(&text).map_err(|refusal| Failure::Refused(format!("`{}`: {refusal}", path.display())))?;
    if arguments.explain {
        tell(format_args!("hints: as `{}` says, but for what is asked for on the command line", path.display()));
    }
    Ok(hint)
}

fn options(arguments: &CompileArgs, hint: &Temporal) -> Options {
    let knob = |entries: &[(String, f64)]| entries.iter().cloned().collect();
    let law = Options::default();
    Options {
        windows: if hint.enabled == Some(false) { None } else { hint.windows.clone().or(law.windows) },
        a: arguments.a.clone().or_else(|| hint.a.clone()).unwrap_or(law.a),
        b: arguments.b.clone().or_else(|| hint.b.clone()).unwrap_or(law.b),
        matrix: match arguments.matrix {
            Some(Matrix::Upper) => Some(Shape::Upper),
            Some(Matrix::Full) => Some(Shape::Full),
            Some(Matrix::None) => None,
            None if hint.interactions == Some(false) => None,
            None => law.matrix,
        },
        combined: !arguments.no_combined,
        presets: !arguments.no_presets,
        cross_temporal: arguments.cross_temporal,
        summaries: !arguments.no_summaries,
        most_lanes: usize::from(arguments.max_lanes),
        dims: arguments.dims,
        seed: arguments.seed.clone(),
        knobs: Knobs { amplitude: knob(&arguments.amp), temperature: knob(&arguments.temp), top_p: knob(&arguments.top_p) },
        class_aware: !arguments.no_scales,
        tune: !arguments.no_tuning,
        audit: !arguments.no_audit,
        lane_audit: usize::from(arguments.lane_audit),
        merkle: !arguments.no_merkle,
        fit: arguments.fit,
    }
}
