//! `pack inspect`, with exit codes of its own: 0 done, 1 unreadable, 2 not a pack, 3 verification failed, 4 unsupported version, 5 a bug.

use std::path::Path;
use std::process::ExitCode;

use mx2lm_core::pack::container::{Fault, open, open_tables};
use mx2lm_core::pack::{Pack, compat, manifest};
use serde_json::{Map, Value, json};

use super::{judged, print, public_key, read, seal_of};
use crate::cli::pack::InspectArgs;
use crate::output::{Failure, apart, tell, to_file};

const UNREADABLE: u8 = 1;
const NO_PACK: u8 = 2;
const UNVERIFIED: u8 = 3;
const OTHER_VERSION: u8 = 4;
const BUG: u8 = 5;

/// An exit code and what to say of it.
type Stop = (u8, String);

/// Runs the command.
pub fn run(arguments: &InspectArgs) -> ExitCode {
    let outcome = std::panic::catch_unwind(|| inspect(arguments));
    let (code, why) = match outcome {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(stop)) => stop,
        Err(_) => (BUG, "this program has a bug".to_owned()),
    };
    tell(format_args!("mx2lm-lint: {why}"));
    ExitCode::from(code)
}

fn stopped(path: &Path, fault: &Fault) -> Stop {
    let code = match fault.name {
        "pack.unsupported_version" => OTHER_VERSION,
        "pack.leaf_hash" | "pack.merkle_root" => UNVERIFIED,
        _ => NO_PACK,
    };
    (code, format!("`{}`: {fault}", path.display()))
}

fn unreadable(failure: Failure) -> Stop {
    (UNREADABLE, failure.to_string())
}

fn inspect(arguments: &InspectArgs) -> Result<(), Stop> {
    let path = &arguments.pack;
    if let Some(out) = &arguments.out {
        apart([&**path], out).map_err(unreadable)?;
    }
    let bytes = read(path).map_err(unreadable)?;
    let pack = if arguments.verify { open(&bytes) } else { open_tables(&bytes) }.map_err(|fault| stopped(path, &fault))?;
    if arguments.verify {
        let key = arguments.key.as_deref().map(public_key).transpose().map_err(|failure| (UNVERIFIED, failure.to_string()))?;
        let seal = seal_of(path, &pack, key.as_ref()).map_err(|failure| (UNVERIFIED, failure.to_string()))?;
        let (told, bad) = judged(&seal, key.is_some());
        if bad {
            return Err((UNVERIFIED, format!("`{}`: {told}", path.display())));
        }
        tell(format_args!("verified: {} lanes, {told}", pack.lanes().len()));
    }
    let other = arguments.compare.as_deref().map(|path| read(path).map(|bytes| (path, bytes))).transpose().map_err(unreadable)?;
    let other = match &other {
        Some((path, bytes)) => Some(open(bytes).map_err(|fault| stopped(path, &fault))?),
        None => None,
    };
    let answer = if arguments.compat {
        compat_view(&pack, other.as_ref())
    } else if arguments.summary {
        summary(&pack, other.as_ref())
    } else {
        let mut whole = manifest::generate_with(&pack, if arguments.no_lanes { 0 } else { arguments.lanes });
        if let (Some(other), Some(members)) = (&other, whole.as_object_mut()) {
            members.insert("compatibility".into(), compatibility(&pack, Some(other)));
        }
        whole
    };
    let text = if arguments.json { answer.to_string() } else { manifest::to_text(&answer) };
    match &arguments.out {
        Some(path) => to_file(path, text.as_bytes()),
        None => print(&text),
    }
    .map_err(unreadable)
}

/// The level is that of two packs; of one alone there is none (row D658).
fn level(pack: &Pack<'_>, other: Option<&Pack<'_>>) -> (Value, Value) {
    other.map_or((Value::Null, Value::Null), |other| {
        let level = compat::of_packs(pack, other).level;
        (json!(level.number()), json!(level.merges()))
    })
}

fn compatibility(pack: &Pack<'_>, other: Option<&Pack<'_>>) -> Value {
    let (level, merges) = level(pack, other);
    json!({ "level": level, "lane_law": "v1", "fold_law": "v1", "quant_law": "v1", "merge_allowed": merges })
}

fn summary(pack: &Pack<'_>, other: Option<&Pack<'_>>) -> Value {
    let mut summary = Map::new();
    summary.insert("core".into(), manifest::core(pack));
    summary.insert("lane_classes".into(), manifest::lane_classes(pack));
    if let Some(audit) = manifest::saturation_audit(pack) {
        summary.insert("saturation_audit".into(), audit);
    }
    summary.insert("compatibility".into(), compatibility(pack, other));
    summary.into()
}

fn compat_view(pack: &Pack<'_>, other: Option<&Pack<'_>>) -> Value {
    let (level, merges) = level(pack, other);
    json!({
        "schema": "asx.pack.compat.v1",
        "version": pack.header().version_text(),
        "dims": pack.dims(),
        "lane_law": "v1",
        "quant_law": "v1",
        "fold_law": "v1",
        "compatibility": { "level": level, "merge_allowed": merges },
    })
}
