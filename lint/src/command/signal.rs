//! `signal`: whether the geometry of a signal is lawful, and the signal with its angles taken into [0, 2π).

use std::path::Path;
use std::process::ExitCode;

use mx2lm_core::collapse::interference::normal_angle;
use mx2lm_core::collapse::math::FULL_TURN;
use mx2lm_core::collapse::read::{self, ReadError};
use mx2lm_core::hash::canonical;
use mx2lm_core::syntax::json::{Node, Tree};
use serde_json::json;

use super::collapse::input::{at, json as parsed};
use super::{FOUND, read as read_file};
use crate::cli::collapse::{SignalArgs, SignalCheckArgs, SignalCommand};
use crate::cli::{Color, DataFormat};
use crate::output::{Failure, to_stdout};

/// Runs the command.
pub fn run(command: &SignalCommand) -> Result<ExitCode, Failure> {
    match command {
        SignalCommand::Check(arguments) => check(arguments),
        SignalCommand::Normalize(arguments) => normalize(arguments),
    }
}

fn tree(path: &Path) -> Result<Tree, Failure> {
    parsed(path, read_file(path)?)
}

/// The lists of a signal: those of its `geometry`, or its own.
fn lists<'t>(tree: &'t Tree) -> Result<(Node<'t>, Node<'t>), ReadError> {
    let root = tree.root().ok_or_else(|| ReadError { pointer: String::new(), message: "the file is empty".into() })?;
    let geometry = root.get("geometry").unwrap_or(root);
    Ok((read::member(geometry, "angles")?, read::member(geometry, "magnitudes")?))
}

fn check(arguments: &SignalCheckArgs) -> Result<ExitCode, Failure> {
    let SignalCheckArgs { signals: arguments, same_input } = arguments;
    let mut found = if *same_input { runs(arguments)? } else { Vec::new() };
    for path in &arguments.files {
        let tree = tree(path)?;
        let faults = match lists(&tree) {
            Ok((angles, magnitudes)) => faults(angles, magnitudes),
            Err(fault) => vec![fault],
        };
        found.extend(faults.into_iter().map(|fault| (path.display().to_string(), fault)));
    }
    let lawful = found.is_empty();
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text if lawful => {
            let same = if *same_input { ", and every run gave the same signal" } else { "" };
            writeln!(out, "lawful: every angle lies in [0, 2π), no magnitude is negative, the lists are equally long{same}")
        }
        DataFormat::Text => found.iter().try_for_each(|(path, fault)| writeln!(out, "{path} {fault}")),
        DataFormat::Json => {
            let faults: Vec<_> =
                found.iter().map(|(path, fault)| json!({ "path": path, "pointer": fault.pointer, "message": fault.message })).collect();
            writeln!(out, "{:#}", json!({ "version": 1, "lawful": lawful, "faults": faults }))
        }
    })?;
    Ok(if lawful { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// What runs of one adapter on one input do not have in common with the first (§28.2.5).
fn runs(arguments: &SignalArgs) -> Result<Vec<(String, ReadError)>, Failure> {
    let mut found = Vec::new();
    let mut first: Option<(String, Tree, Vec<u8>)> = None;
    for path in &arguments.files {
        let name = path.display().to_string();
        let tree = tree(path)?;
        let root = tree.root().filter(|root| root.is_object());
        let Some(bytes) = root.and_then(|root| canonical(root).ok()) else {
            return Err(Failure::Refused(format!("`{name}` has no canonical form to compare")));
        };
        let Some((before, other, wanted)) = &first else {
            first = Some((name, tree, bytes));
            continue;
        };
        let of = |tree: &Tree, member: &str| tree.root().and_then(|root| root.descend(member)).map(|node| node.to_value());
        for member in ["adapter", "adapter_version", "source_hash"] {
            let pointer = format!("/provenance/{member}");
            if of(&tree, &pointer) != of(other, &pointer) {
                return Err(Failure::Refused(format!(
                    "`{name}` and `{before}` are no runs of one adapter on one input: `{pointer}` differs"
                )));
            }
        }
        if bytes != *wanted {
            let pointer = ["/geometry/angles", "/geometry/magnitudes", "/geometry"]
                .into_iter()
                .find(|pointer| of(&tree, pointer) != of(other, pointer));
            let message = format!("is not what `{before}` holds: the adapter is non-conformant (adapter.nondeterministic)");
            found.push((name, ReadError { pointer: pointer.unwrap_or_default().to_owned(), message }));
        }
    }
    Ok(found)
}

fn faults(angles: Node<'_>, magnitudes: Node<'_>) -> Vec<ReadError> {
    let mut faults = Vec::new();
    if !angles.is_array() || !magnitudes.is_array() {
        faults.extend(
            [angles, magnitudes].iter().filter(|list| !list.is_array()).map(|list| ReadError::at(*list, "a list of numbers is wanted")),
        );
        return faults;
    }
    for angle in angles.items() {
        match read::number(angle) {
            Err(fault) => faults.push(fault),
            Ok(value) if !(0.0..FULL_TURN).contains(&value) => {
                let message = format!("the angle {value} lies outside [0, 2π); in range it is {}", normal_angle(value));
                faults.push(ReadError::at(angle, message));
            }
            Ok(_) => {}
        }
    }
    for magnitude in magnitudes.items() {
        match read::number(magnitude) {
            Err(fault) => faults.push(fault),
            Ok(value) if value < 0.0 => faults.push(ReadError::at(magnitude, format!("the magnitude {value} is negative"))),
            Ok(_) => {}
        }
    }
    if angles.len() != magnitudes.len() {
        let message = format!("there are {} angles and {} magnitudes: one each is wanted", angles.len(), magnitudes.len());
        faults.push(ReadError::at(magnitudes, message));
    }
    faults
}

/// Prints the document with lawful angles; every other byte stays.
fn normalize(arguments: &SignalArgs) -> Result<ExitCode, Failure> {
    let mut documents = Vec::new();
    for path in &arguments.files {
        let tree = tree(path)?;
        let refused = |fault: &ReadError| at(path, fault);
        let (angles, magnitudes) = lists(&tree).map_err(|fault| refused(&fault))?;
        let (a, m) = (read::numbers(angles).map_err(|fault| refused(&fault))?, read::numbers(magnitudes).map_err(|fault| refused(&fault))?);
        let normal = mx2lm_core::collapse::normalize(&a, &m).map_err(|error| Failure::Refused(format!("`{}`: {error}", path.display())))?;
        let mut text = tree.text().to_string();
        for ((node, was), is) in angles.items().zip(&a).zip(&normal).collect::<Vec<_>>().into_iter().rev() {
            if was.to_bits() != is.to_bits() {
                let span = node.span();
                text.replace_range(span.start as usize..span.end as usize, &json!(is).to_string());
            }
        }
        documents.push((path.display().to_string(), text, normal, m));
    }
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => documents.iter().try_for_each(|(_, text, ..)| out.write_all(text.as_bytes())),
        DataFormat::Json => {
            let signals: Vec<_> = documents
                .iter()
                .map(|(path, _, angles, magnitudes)| json!({ "path": path, "angles": angles, "magnitudes": magnitudes }))
                .collect();
            writeln!(out, "{:#}", json!({ "version": 1, "signals": signals }))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
