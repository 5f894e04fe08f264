//! Receipts: what was collapsed, under which profile, and the bits of the scores, so that anybody can do it again.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::hash::digest::Digest;
use mx2lm_core::hash::self_hash::self_hash;
use mx2lm_core::syntax::json::{Node, Tree};
use serde_json::{Value, json};

use super::super::{FOUND, read};
use super::input::{self, Documents, Prepared};
use super::{Computed, bits, compute, thresholds};
use crate::cli::collapse::{Device, VerifyArgs};
use crate::cli::{Color, DataFormat};
use crate::output::{Failure, to_stdout};

/// What a receipt calls itself.
const KIND: &str = "mx2lm.collapse-receipt.v1";

/// Writes the receipt of a collapse. Paths in it are relative to its folder.
pub fn write(path: &Path, prepared: &Prepared, documents: &Documents, computed: &Computed) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let refused = |reason| Failure::Write { path: path.to_owned(), reason };
    let folder = std::fs::canonicalize(folder).map_err(refused)?;
    let relative = |file: &Path| relative(&folder, file);
    let mut profiles = Vec::new();
    for source in &prepared.sources {
        let Some(fingerprint) = &source.fingerprint else {
            return Err(Failure::Refused(format!("`{}` has no canonical form, so no receipt can name it", source.path.display())));
        };
        profiles.push(json!({ "path": relative(&source.path), "name": source.profile.name, "fingerprint": fingerprint }));
    }
    let inputs: Vec<Value> =
        documents.origins.iter().map(|origin| json!({ "path": relative(&origin.path), "sha256": origin.sha256.to_string() })).collect();
    let with = |document: (&input::Document, &f64)| json!({ "id": document.0.id, "score": document.1, "bits": bits(*document.1) });
    let scores: Vec<Value> = documents.list.iter().zip(&computed.scores).map(with).collect();
    let mut receipt = json!({
        "type": KIND,
        "profiles": profiles,
        "against": documents.named.iter().map(|path| relative(path)).collect::<Vec<String>>(),
        "query": documents.query.as_deref().map(relative),
        "inputs": inputs,
        "thresholds": thresholds(prepared),
        "device": computed.device,
        "scores": scores,
    });
    let own = own_hash(&receipt.to_string()).ok_or_else(|| Failure::Refused("the receipt has no canonical form".into()))?;
    receipt["hash"] = json!(own.to_string());
    std::fs::write(path, format!("{receipt:#}\n")).map_err(refused)
}

/// Computes again what a receipt says, on the processor, and says where it differs.
pub fn verify(arguments: &VerifyArgs) -> Result<ExitCode, Failure> {
    let differences = differences(&arguments.receipt)?;
    let equal = differences.is_empty();
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text if equal => writeln!(out, "equal: every hash and every bit of every score"),
        DataFormat::Text => differences.iter().try_for_each(|difference| writeln!(out, "{difference}")),
        DataFormat::Json => writeln!(out, "{:#}", json!({ "version": 1, "equal": equal, "differences": differences })),
    })?;
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn differences(path: &Path) -> Result<Vec<String>, Failure> {
    let bytes = read(path)?;
    let refused = |why: &str| Failure::Refused(format!("`{}` is no receipt: {why}", path.display()));
    let tree = input::json(path, bytes)?;
    let root = tree.root().filter(|root| root.is_object()).ok_or_else(|| refused("it is not an object"))?;
    if text(root, "type").as_deref() != Some(KIND) {
        return Err(refused(&format!("its `type` is not `{KIND}`")));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let list =
        |name: &'static str| root.get(name).filter(|list| list.is_array()).ok_or_else(|| refused(&format!("it has no list `{name}`")));
    let mut found = Vec::new();
    let declared = text(root, "hash").unwrap_or_default();
    match self_hash("", root).map(|hash| hash.to_string()) {
        Ok(own) if own == declared => {}
        Ok(own) => found.push(format!("the receipt was changed: it holds the hash `{declared}` and has `{own}`")),
        Err(why) => return Err(refused(&why.to_string())),
    }
    let mut prepared = None;
    for (number, entry) in list("profiles")?.items().enumerate() {
        let file = folder.join(text(entry, "path").ok_or_else(|| refused("a profile has no `path`"))?);
        let source = input::profile(&file)?;
        let declared = text(entry, "fingerprint").unwrap_or_default();
        if source.fingerprint.as_deref() != Some(declared.as_str()) {
            let own = source.fingerprint.as_deref().unwrap_or("no fingerprint");
            found.push(format!("the profile `{}` has `{own}`, and the receipt holds `{declared}`", file.display()));
        }
        if number == 0 {
            prepared = Some(input::prepare(source)?);
        }
    }
    let prepared = prepared.ok_or_else(|| refused("it names no profile"))?;
    for entry in list("inputs")?.items() {
        let file = folder.join(text(entry, "path").ok_or_else(|| refused("an input has no `path`"))?);
        let (own, declared) = (Digest::of(&read(&file)?).to_string(), text(entry, "sha256").unwrap_or_default());
        if own != declared {
            found.push(format!("the input `{}` has `{own}`, and the receipt holds `{declared}`", file.display()));
        }
    }
    if !found.is_empty() {
        // Scores of other inputs say nothing.
        return Ok(found);
    }
    let files: Vec<_> = list("against")?.items().filter_map(|path| path.as_str()).map(|path| folder.join(path.as_ref())).collect();
    let query = text(root, "query").map(|path| folder.join(path));
    let documents = super::chosen(&prepared, &files, query.as_deref())?;
    let computed = compute(&prepared, &documents, Device::Cpu)?;
    let recorded = list("scores")?;
    if recorded.len() != documents.list.len() {
        found.push(format!("the receipt holds {} scores, and there are {} documents", recorded.len(), documents.list.len()));
    }
    for ((entry, document), score) in recorded.items().zip(&documents.list).zip(&computed.scores) {
        let (id, held) = (text(entry, "id").unwrap_or_default(), text(entry, "bits").unwrap_or_default());
        if id != document.id {
            found.push(format!("at `{}`: the receipt speaks of `{id}` where `{}` is", entry.pointer(), document.id));
        } else if held != bits(*score) {
            found.push(format!(
                "at `{}`: `{id}` scores {score} (bits {}), and the receipt holds bits {held}",
                entry.pointer(),
                bits(*score)
            ));
        }
    }
    Ok(found)
}

fn text(node: Node<'_>, name: &str) -> Option<String> {
    node.get(name).and_then(|value| value.as_str()).map(|text| text.into_owned())
}

fn own_hash(text: &str) -> Option<Digest> {
    let tree = Tree::parse(Arc::from(text));
    self_hash("", tree.root()?).ok()
}

/// `file` as seen from `folder`; where they have nothing in common, the whole path.
fn relative(folder: &Path, file: &Path) -> String {
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let (mut from, mut to) = (folder.components().peekable(), file.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| "..".to_owned());
    let down = to.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
