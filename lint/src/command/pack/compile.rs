//! `pack compile`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
use mx2lm_core::workspace::config::{PackSettings, Windows};
use mx2lm_core::workspace::walk::CONFIG_FILE;

use super::{configuration, read};
use crate::cli::pack::{self as cli, CompileArgs, Matrix};
use crate::output::{Failure, apart, tell, to_file};

/// Runs the command.
pub fn run(arguments: &CompileArgs) -> Result<ExitCode, Failure> {
    apart([&*arguments.input], &arguments.output)?;
    let (settings, root) = settings(arguments)?;
    let streams = streams(&arguments.input, &settings)?;
    if streams.is_empty() {
        tell(format_args!(
            "`{}` has no lanes: the pack will be empty; lanes are made of shapes that are drawn where they stand, or of lists of numbers",
            arguments.input.display()
        ));
    }
    let options = options(&settings, &hint(&settings, if arguments.windows.is_some() { Path::new("") } else { &root }, arguments.explain)?);
    let compiled = compile(&streams, &options).map_err(|error| Failure::Refused(error.to_string()))?;
    let json = arguments.output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if json {
        let text = format!("{:#}\n", weights::compressed(&compiled.lanes, compiled.dims, weights::BIAS));
        to_file(&arguments.output, text.as_bytes())?;
    } else {
        to_file(&arguments.output, &compiled.bytes)?;
    }
    if arguments.explain {
        for (id, lane) in settings.lanes.iter().filter(|(_, lane)| streams.get(lane).is_none()) {
            tell(format_args!("without effect: the lane `{lane}` for shapes called `{id}`; the input has none"));
        }
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

/// What was asked for, and for the rest what the workspace of the input says; and the root of that workspace.
fn settings(arguments: &CompileArgs) -> Result<(PackSettings, PathBuf), Failure> {
    let asked = asked(arguments);
    let (config, root) = configuration(&arguments.input)?;
    if arguments.explain && config.pack != PackSettings::default() {
        tell(format_args!("settings: as `{}` says, but for what is asked for on the command line", root.join(CONFIG_FILE).display()));
    }
    Ok((asked.or(&config.pack), root))
}

fn asked(arguments: &CompileArgs) -> PackSettings {
    let knob = |entries: &[(String, f64)]| entries.iter().cloned().collect();
    let off = |switch: Option<bool>| switch.map(|off| !off);
    PackSettings {
        lanes: arguments.lane.iter().cloned().collect(),
        windows: arguments.windows.as_ref().map(|windows| match windows {
            cli::Windows::Count(count) => Windows::Count(*count),
            cli::Windows::File(path) => Windows::File(path.to_string_lossy().into_owned()),
        }),
        a: arguments.a.clone(),
        b: arguments.b.clone(),
        matrix: arguments.matrix.map(|matrix| match matrix {
            Matrix::Upper => Some(Shape::Upper),
            Matrix::Full => Some(Shape::Full),
            Matrix::None => None,
        }),
        combined: off(arguments.no_combined),
        presets: off(arguments.no_presets),
        summaries: off(arguments.no_summaries),
        cross_temporal: arguments.cross_temporal,
        max_lanes: arguments.max_lanes,
        dims: arguments.dims,
        seed: arguments.seed.clone(),
        amp: knob(&arguments.amp),
        temp: knob(&arguments.temp),
        top_p: knob(&arguments.top_p),
        scales: off(arguments.no_scales),
        tuning: off(arguments.no_tuning),
        audit: off(arguments.no_audit),
        lane_audit: arguments.lane_audit,
        merkle: off(arguments.no_merkle),
        fit: arguments.fit,
    }
}

fn streams(input: &Path, settings: &PackSettings) -> Result<Streams, Failure> {
    let refused = |why: String| Failure::Refused(format!("`{}`: {why}", input.display()));
    let text = text(input)?;
    let named_json = input.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if !named_json && !text.trim_start().starts_with(['{', '[']) {
        let names: Vec<(&str, &str)> = settings.lanes.iter().map(|(id, lane)| (id.as_str(), lane.as_str())).collect();
        return svg::extract(&text, &names).map_err(|refusal| refused(refusal.to_string()));
    }
    let tree = Tree::parse(Arc::from(text));
    if let Some(error) = tree.errors().first() {
        return Err(refused(error.message.clone()));
    }
    if let Some(twice) = tree.duplicates().first() {
        return Err(refused(format!("the lane `{}` stands there twice", twice.name)));
    }
    if !tree.root().is_some_and(|root| root.is_object()) {
        return Err(refused("a JSON object is wanted, with a list of numbers for each lane".to_owned()));
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

/// What the `temporal` element says, or the count stands for. Files count from `folder`.
fn hint(settings: &PackSettings, folder: &Path, explain: bool) -> Result<Temporal, Failure> {
    let path = match &settings.windows {
        None => return Ok(Temporal::default()),
        Some(Windows::Count(count)) => {
            return Ok(Temporal { enabled: Some(*count > 0), windows: Some(temporal::windows(*count)), ..Temporal::default() });
        }
        Some(Windows::File(path)) => folder.join(path),
    };
    let text = text(&path)?;
    let hint = brain::read(&text).map_err(|refusal| Failure::Refused(format!("`{}`: {refusal}", path.display())))?;
    if explain {
        tell(format_args!("hints: as `{}` says, but for what is asked for", path.display()));
    }
    Ok(hint)
}

fn options(settings: &PackSettings, hint: &Temporal) -> Options {
    let knob = |entries: &BTreeMap<String, f64>| entries.iter().map(|(lane, value)| (lane.clone(), *value)).collect();
    let law = Options::default();
    Options {
        windows: if hint.enabled == Some(false) { None } else { hint.windows.clone().or(law.windows) },
        a: settings.a.clone().or_else(|| hint.a.clone()).unwrap_or(law.a),
        b: settings.b.clone().or_else(|| hint.b.clone()).unwrap_or(law.b),
        matrix: settings.matrix.or(hint.interactions).unwrap_or(law.matrix),
        combined: settings.combined.unwrap_or(law.combined),
        presets: settings.presets.unwrap_or(law.presets),
        summaries: settings.summaries.unwrap_or(law.summaries),
        cross_temporal: settings.cross_temporal.unwrap_or(law.cross_temporal),
        most_lanes: settings.max_lanes.map_or(law.most_lanes, usize::from),
        dims: settings.dims.or(law.dims),
        seed: settings.seed.clone().unwrap_or(law.seed),
        knobs: Knobs { amplitude: knob(&settings.amp), temperature: knob(&settings.temp), top_p: knob(&settings.top_p) },
        class_aware: settings.scales.unwrap_or(law.class_aware),
        tune: settings.tuning.unwrap_or(law.tune),
        audit: settings.audit.unwrap_or(law.audit),
        lane_audit: settings.lane_audit.map_or(law.lane_audit, usize::from),
        merkle: settings.merkle.unwrap_or(law.merkle),
        fit: settings.fit.unwrap_or(law.fit),
    }
}
