//! `pack`: weight packs made, read, compared, merged, signed and drawn.

mod compile;
mod inspect;
mod pair;
mod picture;
mod proof;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mx2lm_core::diagnostic::Severity;
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::hash::keyring::PublicKey;
use mx2lm_core::pack::container::{self, Lane, Seal, open, open_lazily};
use mx2lm_core::pack::{Pack, manifest};
use mx2lm_core::syntax::json::{Node, Tree};
use mx2lm_core::workspace::config::Config;
use mx2lm_core::workspace::walk::CONFIG_FILE;
use mx2lm_core::{lint, pack::merge};
use serde_json::{Map, Value, json};

use super::{FOUND, read};
use crate::cli::Color;
use crate::cli::pack::{DecodeArgs, ManifestArgs, MergeArgs, MergeMode, PackArgs, PackCommand, SignArgs};
use crate::output::{Failure, apart, tell, to_file, to_stdout};

/// Runs the command.
pub fn run(arguments: &PackArgs) -> Result<ExitCode, Failure> {
    match &arguments.command {
        PackCommand::Compile(arguments) => compile::run(arguments),
        PackCommand::Inspect(arguments) => Ok(inspect::run(arguments)),
        PackCommand::Verify(arguments) => verify::run(arguments),
        PackCommand::Decode(arguments) => decode(arguments),
        PackCommand::Prove(arguments) => proof::prove(arguments),
        PackCommand::CheckProof(arguments) => proof::check(arguments),
        PackCommand::Diff(arguments) => pair::diff(arguments),
        PackCommand::Compat(arguments) => pair::compat(arguments),
        PackCommand::Similarity(arguments) => pair::similarity(arguments),
        PackCommand::Merge(arguments) => merge_packs(arguments),
        PackCommand::Manifest(arguments) => manifest_of(arguments),
        PackCommand::Sign(arguments) => sign(arguments),
        PackCommand::Plot(arguments) => picture::plot(arguments),
    }
}

/// What a pack is not, in words.
fn refused(path: &Path, fault: &container::Fault) -> Failure {
    Failure::Refused(format!("`{}` is no lawful pack: {fault}; {}", path.display(), fault.help))
}

fn opened<'a>(path: &Path, bytes: &'a [u8]) -> Result<Pack<'a>, Failure> {
    open(bytes).map_err(|fault| refused(path, &fault))
}

fn lane_of<'p, 'a>(pack: &'p Pack<'a>, name: &str) -> Result<&'p Lane<'a>, Failure> {
    let lane = pack.lane(name).or_else(|| pack.lane_of_symbol(name));
    lane.ok_or_else(|| Failure::Refused(format!("the pack has no lane `{name}`; `pack inspect --lanes {}` lists them", pack.lanes().len())))
}

fn print(text: &str) -> Result<(), Failure> {
    to_stdout(Color::Never, |out, _| out.write_all(text.as_bytes()))
}

fn public_key(text: &str) -> Result<PublicKey, Failure> {
    text.parse().map_err(|error| Failure::Refused(format!("the key `{text}` {error}")))
}

/// The configuration of the workspace in which `path` lies, the default where there is none; and the root of that workspace.
fn configuration(path: &Path) -> Result<(Config, PathBuf), Failure> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let root = lint::workspace_root(&whole, true);
    let file = root.join(CONFIG_FILE);
    if !file.is_file() {
        return Ok((Config::default(), root));
    }
    let (config, findings, _) = lint::read_config(&file).map_err(|error| Failure::Refused(error.to_string()))?;
    match findings.into_list().into_iter().find(|finding| finding.rule.severity == Severity::Error) {
        Some(wrong) => {
            let at = if wrong.place.locator.is_empty() { String::new() } else { format!("{}: ", wrong.place.locator) };
            Err(Failure::Refused(format!("`{}`: {at}{}", file.display(), wrong.message)))
        }
        None => Ok((config, root)),
    }
}

/// What a signature is worth, in words, and whether it fails what was asked for.
fn judged(seal: &Seal, wanted: bool) -> (String, bool) {
    match seal {
        Seal::Unsigned if wanted => ("unsigned, where the key must have signed".into(), true),
        Seal::Unsigned => ("unsigned".into(), false),
        Seal::Whole(signer) => (format!("signed by `{signer}`"), false),
        Seal::RootOnly(signer) => {
            (format!("signed by `{signer}` over the root alone, which does not cover DICT, QSCALE and AUDIT; sign the whole pack"), false)
        }
        Seal::Unverifiable if wanted => ("the signature is not the key's".into(), true),
        Seal::Unverifiable => ("signed by nobody whose key is known; unverifiable".into(), false),
    }
}

/// What the signature is worth by the key, or by those of the workspace.
fn seal_of(path: &Path, pack: &Pack<'_>, key: Option<&PublicKey>) -> Result<Seal, Failure> {
    Ok(match key {
        Some(key) => container::check(pack, [("the key", *key)]),
        None if pack.signature().is_none() => Seal::Unsigned,
        None => container::check(pack, configuration(path)?.0.keys.all(None)),
    })
}

fn decode(arguments: &DecodeArgs) -> Result<ExitCode, Failure> {
    let bytes = read(&arguments.pack)?;
    let pack = match arguments.lane {
        Some(_) => open_lazily(&bytes).map_err(|fault| refused(&arguments.pack, &fault))?,
        None => opened(&arguments.pack, &bytes)?,
    };
    let mut lanes: Vec<&Lane<'_>> = pack.lanes().iter().collect();
    if let Some(name) = &arguments.lane {
        let lane = lane_of(&pack, name)?;
        pack.verify_lane(lane).map_err(|fault| refused(&arguments.pack, &fault))?;
        lanes = vec![lane];
    }
    let decoded: Map<String, Value> = lanes.into_iter().map(|lane| (lane.id.clone().into_owned(), json!(pack.weights(lane)))).collect();
    print(&format!("{}\n", Value::Object(decoded)))?;
    Ok(ExitCode::SUCCESS)
}

fn merge_packs(arguments: &MergeArgs) -> Result<ExitCode, Failure> {
    let (target, source) = (read(&arguments.target)?, read(&arguments.source)?);
    let (target, source) = (opened(&arguments.target, &target)?, opened(&arguments.source, &source)?);
    if arguments.lambda.is_some() && arguments.mode != MergeMode::Blend {
        return Err(Failure::Refused("`--lambda` is the share of a blend; say `--mode blend`, or leave it out".to_owned()));
    }
    let mode = match arguments.mode {
        MergeMode::Overlay => merge::Mode::Overlay,
        MergeMode::Blend => merge::Mode::Blend(arguments.lambda.unwrap_or_default()),
        MergeMode::Union => merge::Mode::Union,
    };
    let merged = merge::merge(&target, &source, mode).map_err(|refusal| Failure::Refused(refusal.to_string()))?;
    to_file(&arguments.output, &merged.bytes)?;
    let level = merged.verdict.level;
    tell(format_args!("the packs were {} (level {}): {}", level.name(), level.number(), merged.verdict.why));
    if !merged.cut.is_empty() {
        tell(format_args!("left out: {}", merged.cut.join(" ")));
    }
    if target.signature().is_some() || source.signature().is_some() {
        tell(format_args!("the old signatures do not cover the new pack; sign it"));
    }
    if merged.bytes.len() > container::BUDGET {
        let whole = opened(&arguments.output, &merged.bytes)?;
        let lanes: Vec<&str> = whole.beyond_budget().into_iter().map(|lane| &*lane.id).collect();
        tell(format_args!(
            "over budget: {} of {} bytes; leave out {}, or merge with fewer dims",
            merged.bytes.len(),
            container::BUDGET,
            lanes.join(" ")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn manifest_of(arguments: &ManifestArgs) -> Result<ExitCode, Failure> {
    let bytes = read(&arguments.pack)?;
    let pack = opened(&arguments.pack, &bytes)?;
    let Some(path) = &arguments.check else {
        let text = manifest::to_text(&manifest::generate_with(&pack, arguments.lanes));
        match &arguments.output {
            Some(path) => {
                apart([&*arguments.pack], path)?;
                to_file(path, text.as_bytes())?;
            }
            None => print(&text)?,
        }
        return Ok(ExitCode::SUCCESS);
    };
    let refused = |why: &str| Failure::Refused(format!("`{}`: {why}", path.display()));
    let text = String::from_utf8(read(path)?).map_err(|_| refused("it is not UTF-8"))?;
    let tree = Tree::parse(text.into());
    if let Some(error) = tree.errors().first() {
        return Err(refused(&error.message));
    }
    if let Some(twice) = tree.duplicates().first() {
        return Err(refused(&format!("the member `{}` stands there twice", twice.name)));
    }
    let written = tree.root().filter(|root| root.is_object()).ok_or_else(|| refused("a manifest is a JSON object"))?;
    let listed = written.get("lanes").map_or(0, |lanes| lanes.items().count());
    let mut lines = String::new();
    differing(&manifest::generate_with(&pack, listed), written, &mut lines);
    if let Some(node) = tree.at_pointer("/derived_from/binary_hash")
        && let truth = Digest::of(&bytes)
        && node.as_str().is_none_or(|declared| declared.trim_start_matches("sha256:") != truth.hex())
    {
        lines.push_str(&format!("/derived_from/binary_hash: {} where the pack has {truth}\n", node.raw()));
    }
    let code = if lines.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) };
    print(&if lines.is_empty() { format!("`{}` is true of its pack\n", path.display()) } else { lines })?;
    Ok(code)
}

/// Each member that says something else than the pack. Members that a manifest may leave out are told only where they are there.
fn differing(wanted: &Value, found: Node<'_>, lines: &mut String) {
    let pointer = found.pointer();
    match wanted {
        Value::Object(wanted) if found.is_object() => {
            for (name, wanted) in wanted {
                let optional = pointer.is_empty() && ["temporal_layout", "lanes"].contains(&name.as_str());
                match found.get(name) {
                    Some(found) => differing(wanted, found, lines),
                    None if optional || name == "saturation" || name == "temporal" => {}
                    None => lines.push_str(&format!("{pointer}/{name}: missing; the pack says {wanted}\n")),
                }
            }
            for (name, node) in found.members().filter(|(name, _)| !wanted.contains_key(&**name)) {
                if !["notes", "compatibility", "binary_hash"].contains(&&*name) {
                    lines.push_str(&format!("{}: the pack says nothing of this\n", node.pointer()));
                }
            }
        }
        Value::Array(wanted) if found.is_array() => {
            wanted.iter().zip(found.items()).for_each(|(wanted, found)| differing(wanted, found, lines));
            let count = found.items().count();
            if wanted.len() != count {
                lines.push_str(&format!("{pointer}: {count} items where the pack has {}\n", wanted.len()));
            }
        }
        Value::Number(number) if number.as_f64().is_some_and(|truth| manifest::is_rounding(found, truth)) => {}
        wanted if found.to_value() == *wanted => {}
        wanted => lines.push_str(&format!("{pointer}: {} where the pack says {wanted}\n", found.raw())),
    }
}

fn sign(arguments: &SignArgs) -> Result<ExitCode, Failure> {
    let key = String::from_utf8(read(&arguments.key)?).ok();
    let digits = key.as_deref().map(|key| key.trim()).map(|key| key.strip_prefix("ed25519:").unwrap_or(key));
    let seed = digits.and_then(mx2lm_core::hash::digest::unhex::<32>);
    // What stands in the file is not repeated.
    let seed = seed.ok_or_else(|| {
        Failure::Refused(format!("`{}` holds no private key: 64 lower-case hexadecimal digits are wanted", arguments.key.display()))
    })?;
    let bytes = read(&arguments.pack)?;
    let signed = container::sign(&bytes, &seed).map_err(|fault| refused(&arguments.pack, &fault))?;
    to_file(&arguments.output, &signed)?;
    tell(format_args!("signed: {} bytes, hash {}", signed.len(), opened(&arguments.output, &signed)?.hash()));
    if signed.len() > container::BUDGET {
        tell(format_args!("over budget: {} of {} bytes, the signature included", signed.len(), container::BUDGET));
    }
    Ok(ExitCode::SUCCESS)
}
