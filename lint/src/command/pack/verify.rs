//! `pack verify`: packs and folders of packs, each read once and checked on its own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mx2lm_core::hash::keyring::PublicKey;
use mx2lm_core::pack::container::{self, open_lazily};
use mx2lm_core::pack::merkle::climb;
use rayon::prelude::*;

use super::{FOUND, judged, lane_of, opened, print, public_key, read, refused, seal_of};
use crate::cli::pack::VerifyArgs;
use crate::output::Failure;

/// Runs the command.
pub fn run(arguments: &VerifyArgs) -> Result<ExitCode, Failure> {
    let key = arguments.key.as_deref().map(public_key).transpose()?;
    let mut packs = Vec::new();
    for path in &arguments.packs {
        match path.is_dir() {
            true => packs.extend(below(path)?),
            false => packs.push(path.clone()),
        }
    }
    let verdicts: Vec<Result<Verdict, Failure>> = packs.par_iter().map(|path| verdict(path, arguments, key.as_ref())).collect();
    let (mut failed, mut text) = (0, String::new());
    for verdict in verdicts {
        let verdict = verdict?;
        failed += usize::from(verdict.failed);
        if verdict.failed || verdict.notable || !arguments.quiet {
            text.push_str(&verdict.line);
            text.push('\n');
        }
    }
    if packs.len() > 1 {
        let lawful = packs.len() - failed;
        text.push_str(&format!("{} packs: {lawful} hold, {failed} do not\n", packs.len()));
    }
    print(&text)?;
    Ok(if failed > 0 { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// What is said of one pack.
struct Verdict {
    line: String,
    failed: bool,
    notable: bool,
}

fn verdict(path: &Path, arguments: &VerifyArgs, key: Option<&PublicKey>) -> Result<Verdict, Failure> {
    let bytes = read(path)?;
    let judged = match &arguments.lane {
        Some(lane) => one_lane(path, &bytes, lane, key),
        None => whole(path, &bytes, key),
    };
    match judged {
        Err(Failure::Refused(line)) => Ok(Verdict { line, failed: true, notable: true }),
        other => other,
    }
}

/// The leaf, its way to the root, and what signed that (rows D426, D527); no other payload is looked at.
fn one_lane(path: &Path, bytes: &[u8], lane: &str, key: Option<&PublicKey>) -> Result<Verdict, Failure> {
    let pack = open_lazily(bytes).map_err(|fault| refused(path, &fault))?;
    let lane = lane_of(&pack, lane)?;
    pack.verify_lane(lane).map_err(|fault| refused(path, &fault))?;
    let rooted = pack.root().map(|root| pack.path(lane.symbol).is_some_and(|steps| climb(&lane.leaf, &steps) == root));
    let (seal, unsealed) = judged(&seal_of(path, &pack, key)?, key.is_some());
    let root = match rooted {
        Some(true) => ", which leads to the root",
        Some(false) => ", which does not lead to the root",
        None => "; there is no root",
    };
    let line = format!("{}: lane `{}` ({}) has the hash that INDEX says{root}; {seal}", path.display(), lane.id, lane.symbol);
    Ok(Verdict { line, failed: unsealed || rooted == Some(false), notable: false })
}

fn whole(path: &Path, bytes: &[u8], key: Option<&PublicKey>) -> Result<Verdict, Failure> {
    let pack = opened(path, bytes)?;
    let (seal, failed) = judged(&seal_of(path, &pack, key)?, key.is_some());
    let notes: String = pack.notes().iter().map(|note| format!("\n  warning: {note}")).collect();
    let over = bytes.len() > container::BUDGET;
    let told = if over { ", over budget" } else { "" };
    let line =
        format!("{}: {} lanes of {} dims, {} bytes{told}, {seal}{notes}", path.display(), pack.lanes().len(), pack.dims(), bytes.len());
    Ok(Verdict { line, failed, notable: over || !notes.is_empty() })
}

/// Every pack below `folder`, by path. Links are not followed.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        |reason| Failure::Read { path, reason }
    };
    let (mut packs, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(unreadable(&folder))? {
            let entry = entry.map_err(unreadable(&folder))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable(&folder))?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && entry.file_name().as_encoded_bytes().ends_with(b".v2c-bin") {
                packs.push(path);
            }
        }
    }
    if packs.is_empty() {
        return Err(Failure::Refused(format!("`{}` holds no `*.v2c-bin`", folder.display())));
    }
    packs.sort_unstable();
    Ok(packs)
}
