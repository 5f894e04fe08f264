//! `scxq2`: drawings to packs of lanes and back, what a pack holds, and proofs of its chunks.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::rules::scxq2::lane_proof;
use mx2lm_core::rules::svg::tensor::Tensor;
use mx2lm_core::scxq2::inspect::{Outline, Value as Field};
use mx2lm_core::scxq2::lane::Lane;
use mx2lm_core::scxq2::layout::{self, Part};
use mx2lm_core::scxq2::merkle;
use mx2lm_core::scxq2::pack::{Decoded, Pack, Roots};
use mx2lm_core::scxq2::proof::Trusted;
use mx2lm_core::scxq2::rejection::Rejection;
use mx2lm_core::scxq2::write::{OutOfRange, encode_with};
use mx2lm_core::syntax::json::Tree;
use mx2lm_core::tensor::{canonical_text, structure};
use serde_json::{Value, json};

use super::{FOUND, read};
use crate::cli::lanes::{CheckProofArgs, EncodeArgs, InspectArgs, LaneArgs, ProveArgs, Scxq2Command};
use crate::cli::{Color, DataFormat};
use crate::lanes;
use crate::output::{Failure, apart, tell, to_file, to_stdout};
use crate::tolerance::Tolerance;

/// Runs the command.
pub fn run(command: &Scxq2Command) -> Result<ExitCode, Failure> {
    match command {
        Scxq2Command::Encode(arguments) => encode(arguments),
        Scxq2Command::Decode(arguments) => decode(arguments),
        Scxq2Command::Inspect(arguments) => inspect(arguments),
        Scxq2Command::Verify(arguments) => verify(arguments),
        Scxq2Command::Prove(arguments) => prove(arguments),
        Scxq2Command::CheckProof(arguments) => check_proof(arguments),
    }
}

/// Says why there is no result: the file was read, and what it holds is not lawful.
fn refused(path: &Path, name: &str, why: &str, format: DataFormat) -> Result<ExitCode, Failure> {
    match format {
        DataFormat::Text => tell(format_args!("{}: {name}: {why}", path.display())),
        DataFormat::Json => {
            let answer = json!({ "version": 1, "error": name, "message": why });
            to_stdout(Color::Never, |out, _| writeln!(out, "{answer:#}"))?;
        }
    }
    Ok(ExitCode::from(FOUND))
}

fn rejected(path: &Path, rejection: &Rejection, format: DataFormat) -> Result<ExitCode, Failure> {
    if format == DataFormat::Json {
        let answer = json!({
            "version": 1, "error": rejection.name.as_str(), "message": rejection.message,
            "offset": rejection.span.start, "end": rejection.span.end, "field": rejection.locator,
        });
        to_stdout(Color::Never, |out, _| writeln!(out, "{answer:#}"))?;
        return Ok(ExitCode::from(FOUND));
    }
    let why = format!("at byte {}, `{}`: {}", rejection.offset(), rejection.locator, rejection.message);
    refused(path, rejection.name.as_str(), &why, format)
}

const ALL: &[Lane] = &Lane::ALL;

/// The lanes that a name asks for: `QG` is G as it is stored, `A` the view of X and W (`DECISIONS` 14).
fn asked(name: &str) -> Result<&'static [Lane], Failure> {
    let letter = if name == "QG" { "G" } else { name };
    if name == "A" {
        return Ok(&[Lane::X, Lane::W]);
    }
    ALL.iter()
        .position(|own| own.letter() == letter)
        .and_then(|at| ALL.get(at..=at))
        .ok_or_else(|| Failure::Refused(format!("`{name}` is no lane: M, T, G, X and W are, with QG for G and A for X and W together")))
}

/// Writes what was made of `file` to the file that was named, else to standard output.
fn deliver(file: &Path, output: Option<&PathBuf>, bytes: &[u8]) -> Result<(), Failure> {
    match output {
        Some(path) => apart([file], path).and_then(|()| to_file(path, bytes)),
        None => to_stdout(Color::Never, |out, _| out.write_all(bytes)),
    }
}

fn verified(bytes: &[u8]) -> Result<(Pack<'_>, Decoded, Roots), Rejection> {
    let pack = Pack::open(bytes)?;
    let decoded = pack.decode()?;
    let roots = pack.roots(&decoded);
    Ok((pack, decoded, roots))
}

fn encode(arguments: &EncodeArgs) -> Result<ExitCode, Failure> {
    let EncodeArgs { file, tolerance, output, format } = arguments;
    let bytes = read(file)?;
    if bytes.starts_with(&layout::MAGIC) {
        return Err(Failure::Refused(format!("`{}` is a pack already; `scxq2 verify` checks it", file.display())));
    }
    let tolerance = Tolerance::of(file, &bytes, tolerance)?;
    let tensor = match Tensor::read(&bytes, tolerance.q32) {
        Ok(tensor) => tensor,
        Err(refusal) => return refused(file, refusal.name, &refusal.to_string(), *format),
    };
    let packed = match encode_with(&tensor.model, &tensor.graph) {
        Ok(packed) => packed,
        Err(error) => return refused(file, OutOfRange::SPEC_ERROR, &error.to_string(), *format),
    };
    if output.is_some() || *format == DataFormat::Text {
        deliver(file, output.as_ref(), &packed)?;
    }
    if *format == DataFormat::Text && tolerance.is_told() {
        tell(format_args!("tolerance of curves {tolerance}"));
    }
    if *format == DataFormat::Json {
        let (_, decoded, roots) = match verified(&packed) {
            Ok(all) => all,
            Err(rejection) => return rejected(file, &rejection, *format),
        };
        let mut answer = described(&packed, &decoded, &roots);
        if output.is_none() {
            answer["pack_hex"] = json!(HEXLOWER.encode(&packed));
        }
        if let Some(answer) = answer.as_object_mut() {
            tolerance.describe(answer);
        }
        to_stdout(Color::Never, |out, _| writeln!(out, "{answer:#}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The hashes of a pack, each under its own name.
fn described(bytes: &[u8], decoded: &Decoded, roots: &Roots) -> Value {
    json!({
        "version": 1,
        "size": bytes.len(),
        "elements": decoded.model.elements.len(),
        "points": decoded.model.points.len(),
        "edges": decoded.model.segments(),
        "hash": Digest::of(bytes).to_string(),
        "canonical_svg_hash": roots.canonical_svg_hash.to_string(),
        "buffer_hash": structure::digest(&decoded.model, &decoded.graph).to_string(),
        "lane_roots": lanes::roots(&roots.lanes),
        "merkle_root": roots.root.to_string(),
    })
}

fn decode(arguments: &LaneArgs) -> Result<ExitCode, Failure> {
    let LaneArgs { file, output, format } = arguments;
    let bytes = read(file)?;
    let (_, decoded, roots) = match verified(&bytes) {
        Ok(all) => all,
        Err(rejection) => return rejected(file, &rejection, *format),
    };
    let text = canonical_text::to_string(&decoded.model);
    if output.is_some() || *format == DataFormat::Text {
        deliver(file, output.as_ref(), text.as_bytes())?;
    }
    if *format == DataFormat::Json {
        let mut answer = described(&bytes, &decoded, &roots);
        if output.is_none() {
            answer["canonical_svg"] = json!(text);
        }
        to_stdout(Color::Never, |out, _| writeln!(out, "{answer:#}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(arguments: &LaneArgs) -> Result<ExitCode, Failure> {
    let LaneArgs { file, output, format } = arguments;
    let bytes = read(file)?;
    let (_, decoded, roots) = match verified(&bytes) {
        Ok(all) => all,
        Err(rejection) => return rejected(file, &rejection, *format),
    };
    let answer = described(&bytes, &decoded, &roots);
    let text = match format {
        DataFormat::Json => format!("{answer:#}\n"),
        DataFormat::Text => {
            let (model, size) = (&decoded.model, bytes.len());
            let mut text = format!("{}: a lawful pack\n", file.display());
            text +=
                &format!("  {size} bytes, {} elements, {} points, {} edges\n", model.elements.len(), model.points.len(), model.segments());
            text += &format!("  stored bytes    {}  (what a descriptor of the pack has in `hash`)\n", Digest::of(&bytes));
            text += &format!("  canonical text  {}  (the identity of the tensor: `canonical_svg_hash`)\n", roots.canonical_svg_hash);
            for (lane, digest) in roots.lanes.iter() {
                text += &format!("  lane {lane}          {digest}  ({})\n", lane.holds());
            }
            text + &format!("  Merkle root     {}  (over the lanes and the canonical text: `merkle_root`)\n", roots.root)
        }
    };
    deliver(file, output.as_ref(), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn prove(arguments: &ProveArgs) -> Result<ExitCode, Failure> {
    let ProveArgs { file, lane, chunk, output, format } = arguments;
    let bytes = read(file)?;
    let lane = match asked(lane)? {
        &[lane] => lane,
        _ => {
            return Err(Failure::Refused(format!(
                "`{lane}` is the view of lanes X and W, which have a root each: prove a chunk of one of them"
            )));
        }
    };
    let (pack, _, roots) = match verified(&bytes) {
        Ok(all) => all,
        Err(rejection) => return rejected(file, &rejection, *format),
    };
    let count = merkle::chunk_count(pack.lane(lane).len());
    let chunks = if count == 1 { "it has one, chunk 0".to_owned() } else { format!("it has {count}, counted from 0") };
    let none = || Failure::Refused(format!("lane {lane} has no chunk {chunk}: {chunks}"));
    let proof = pack.prove(&roots, lane, *chunk).ok_or_else(none)?;
    deliver(file, output.as_ref(), format!("{:#}\n", lanes::proof(&proof)).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn check_proof(arguments: &CheckProofArgs) -> Result<ExitCode, Failure> {
    let CheckProofArgs { proof: path, pack: file, root, format } = arguments;
    let text = String::from_utf8(read(path)?).map_err(|_| Failure::Refused(format!("`{}` is not UTF-8", path.display())))?;
    let tree = Tree::parse(Arc::from(text));
    let read_proof = tree.root().filter(|root| tree.is_strict() && root.is_object()).and_then(lane_proof::read);
    let proof = read_proof
        .ok_or_else(|| Failure::Refused(format!("`{}` is no lane proof; `mx2lm-lint` says what is wrong with it", path.display())))?;
    let declared = match root {
        None => None,
        Some(text) => Some(text.parse::<Digest>().map_err(|why| Failure::Refused(format!("`--root` {why}")))?),
    };
    let bytes = read(file)?;
    let (pack, _, roots) = match verified(&bytes) {
        Ok(all) => all,
        Err(rejection) => return rejected(file, &rejection, *format),
    };
    let trusted = Trusted {
        lane_bytes: Some(pack.lane(proof.lane)),
        lane_roots: Some(roots.lanes),
        canonical_svg_hash: Some(roots.canonical_svg_hash),
        root: Some(declared.unwrap_or(roots.root)),
    };
    match proof.verify(&trusted) {
        Ok(()) => {
            let (lane, chunk, count) = (proof.lane, proof.chunk_index, proof.chunk_count());
            to_stdout(Color::Never, |out, _| match format {
                DataFormat::Json => writeln!(out, "{:#}", json!({ "version": 1, "ok": true })),
                DataFormat::Text => writeln!(out, "chunk {chunk} of {count} of lane {lane} leads to the root {}", proof.global_root),
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Err(violation) => {
            if *format == DataFormat::Json {
                let answer = json!({ "version": 1, "ok": false, "pointer": violation.pointer(), "message": violation.to_string() });
                to_stdout(Color::Never, |out, _| writeln!(out, "{answer:#}"))?;
            } else {
                tell(format_args!(
                    "{}: {}: `{}`: {violation}",
                    path.display(),
                    mx2lm_core::scxq2::proof::Violation::SPEC_ERROR,
                    violation.pointer()
                ));
            }
            Ok(ExitCode::from(FOUND))
        }
    }
}

fn inspect(arguments: &InspectArgs) -> Result<ExitCode, Failure> {
    let InspectArgs { file, lane, output, format } = arguments;
    let bytes = read(file)?;
    let wanted = match lane {
        None => ALL,
        Some(letter) => asked(letter)?,
    };
    let outline = Outline::of(&bytes);
    let runs = outline.runs.iter().copied().filter(|run| match run.part {
        Part::Header | Part::Toc => lane.is_none(),
        Part::LaneHeader(lane) | Part::Items(lane) => wanted.contains(&lane),
        Part::Coords => wanted.contains(&Lane::G),
    });
    let refusal = Pack::open(&bytes).and_then(|pack| match lane {
        Some(_) => wanted.iter().try_for_each(|lane| pack.check_lane(*lane)),
        None => pack.decode().map(drop),
    });
    let refusal = refusal.err();
    let show = |out: &mut dyn Write| -> std::io::Result<()> {
        if *format == DataFormat::Json {
            write!(out, "{{\n  \"version\": 1,\n  \"size\": {},\n  \"fields\": [", bytes.len())?;
            let mut first = true;
            for run in runs {
                for item in 0..run.count {
                    for field in outline.values(run, item) {
                        write!(out, "{}\n    {}", if first { "" } else { "," }, as_json(&field))?;
                        first = false;
                    }
                }
            }
            let refusal = refusal.as_ref().map(|refusal| {
                json!({ "error": refusal.name.as_str(), "offset": refusal.span.start, "field": refusal.locator, "message": refusal.message })
            });
            return writeln!(out, "\n  ],\n  \"refused\": {}\n}}", json!(refusal));
        }
        for run in runs {
            for item in 0..run.count {
                for field in outline.values(run, item) {
                    let reading = field.reading.map(|reading| format!("  ({reading})")).unwrap_or_default();
                    writeln!(out, "{:08x}  {:<24} {}{reading}", field.span.start, field.locator, field.text)?;
                }
            }
        }
        match &refusal {
            Some(refusal) => writeln!(out, "refused: {refusal}"),
            None => Ok(()),
        }
    };
    match output {
        None => to_stdout(Color::Never, |out, _| show(out))?,
        Some(path) => {
            let mut text = Vec::new();
            show(&mut text).map_err(|reason| Failure::Write { path: path.clone(), reason })?;
            deliver(file, Some(path), &text)?;
        }
    }
    Ok(if refusal.is_some() { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

fn as_json(field: &Field) -> Value {
    json!({
        "field": field.locator, "offset": field.span.start, "end": field.span.end, "value": field.text, "reading": field.reading,
        "about": field.about,
    })
}
