//! Receipts: what was collapsed, under which profile, and the bits of the scores, so that anybody can do it again.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::hash::digest::Digest;
use mx2lm_core::hash::self_hash::self_hash;
use mx2lm_core::syntax::json::{Node, NodeKind, Tree};
use serde_json::{Value, json};

use super::super::{FOUND, read};
use super::input::{self, Documents, Prepared};
use super::{Computed, bits, compute, thresholds};
use crate::cli::collapse::{Device, VerifyArgs};
use crate::cli::{Color, DataFormat};
use crate::output::{Failure, to_file, to_stdout};

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
    let mut receipt = json!({
        "type": KIND,
        "profiles": profiles,
        "against": documents.named.iter().map(|path| relative(path)).collect::<Vec<String>>(),
        "query": documents.query.as_deref().map(relative),
        "inputs": inputs,
        "thresholds": thresholds(prepared),
        "device": computed.device,
        "scores": scores(documents, computed),
    });
    let own = own_hash(&receipt.to_string()).ok_or_else(|| Failure::Refused("the receipt has no canonical form".into()))?;
    receipt["hash"] = json!(own.to_string());
    to_file(path, format!("{receipt:#}\n").as_bytes())
}

fn scores(documents: &Documents, computed: &Computed) -> Vec<Value> {
    let with = |document: (&input::Document, &f64)| json!({ "id": document.0.id, "score": document.1, "bits": bits(*document.1) });
    documents.list.iter().zip(&computed.scores).map(with).collect()
}

/// Computes again what a receipt says, on the processor, and says where it differs. The device is all that cannot be held against
/// anything.
pub fn verify(arguments: &VerifyArgs) -> Result<ExitCode, Failure> {
    let differences = differences(&arguments.receipt)?;
    let equal = differences.is_empty();
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text if equal => writeln!(out, "equal: every hash, every threshold and every bit of every score"),
        DataFormat::Text => differences.iter().try_for_each(|difference| writeln!(out, "{difference}")),
        DataFormat::Json => writeln!(out, "{:#}", json!({ "version": 1, "equal": equal, "differences": differences })),
    })?;
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn differences(path: &Path) -> Result<Vec<String>, Failure> {
    let bytes = read(path)?;
    let tree = input::json(path, bytes)?;
    let refused = |why: &str| Failure::Refused(format!("`{}` is no receipt: {why}", path.display()));
    let root = tree.root().filter(|root| root.is_object()).ok_or_else(|| refused("it is not an object"))?;
    if text(root, "type").as_deref() != Some(KIND) {
        return Err(refused(&format!("its `type` is not `{KIND}`")));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let list =
        |name: &'static str| root.get(name).filter(|list| list.is_array()).ok_or_else(|| refused(&format!("it has no list `{name}`")));
    let (recorded_thresholds, recorded_scores) = (list("thresholds")?, list("scores")?);
    text(root, "device").ok_or_else(|| refused("it has no text `device`"))?;
    let mut found = Vec::new();
    let declared = text(root, "hash").unwrap_or_default();
    match self_hash("", root).map(|hash| hash.to_string()) {
        Ok(own) if own == declared => {}
        Ok(own) => found.push(format!("the receipt was changed: it holds the hash `{declared}` and has `{own}`")),
        Err(why) => return Err(refused(&why.to_string())),
    }
    let (prepared, recorded_names) = profiles(list("profiles")?, folder, &refused, &mut found)?;
    let recorded_inputs = inputs(list("inputs")?, folder, &refused, &mut found)?;
    if !found.is_empty() {
        // Scores of other inputs say nothing.
        return Ok(found);
    }
    let file = |node: Node<'_>| node.as_str().map(|path| folder.join(path.as_ref()));
    let files = list("against")?.items().map(|node| file(node).ok_or_else(|| refused("`against` holds something that is no path")));
    let files: Vec<PathBuf> = files.collect::<Result<_, _>>()?;
    let query = match root.get("query") {
        None => return Err(refused("it has no `query`, a path or null")),
        Some(node) if node.kind() == NodeKind::Null => None,
        Some(node) => Some(file(node).ok_or_else(|| refused("`query` is neither a path nor null"))?),
    };
    let documents = super::chosen(&prepared, &files, query.as_deref())?;
    let names: Vec<String> = prepared.sources.iter().map(|source| source.profile.name.clone()).collect();
    if names != recorded_names {
        found.push(format!(
            "at `/profiles`: the receipt names {}, and the profile is computed with {}",
            listed(&recorded_names),
            listed(&names)
        ));
    }
    let opened: Vec<PathBuf> = documents.origins.iter().map(|origin| real(&origin.path)).collect();
    if opened != recorded_inputs {
        let shown = |paths: &[PathBuf]| listed(&paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>());
        found.push(format!("at `/inputs`: the receipt names {}, and the vectors come from {}", shown(&recorded_inputs), shown(&opened)));
    }
    lists(recorded_thresholds, &thresholds(&prepared), "profile", &mut found);
    let computed = compute(&prepared, &documents, Device::Cpu)?;
    lists(recorded_scores, &scores(&documents, &computed), "id", &mut found);
    Ok(found)
}

/// The profile that was collapsed with, and the names of all that the receipt lists.
fn profiles(
    list: Node<'_>,
    folder: &Path,
    refused: &dyn Fn(&str) -> Failure,
    found: &mut Vec<String>,
) -> Result<(Prepared, Vec<String>), Failure> {
    let (mut prepared, mut names) = (None, Vec::new());
    for (number, entry) in list.items().enumerate() {
        let file = folder.join(text(entry, "path").ok_or_else(|| refused("a profile has no `path`"))?);
        let source = input::profile(&file)?;
        names.push(text(entry, "name").ok_or_else(|| refused("a profile has no `name`"))?);
        let declared = text(entry, "fingerprint").unwrap_or_default();
        if source.fingerprint.as_deref() != Some(declared.as_str()) {
            let own = source.fingerprint.as_deref().unwrap_or("no fingerprint");
            found.push(format!("the profile `{}` has `{own}`, and the receipt holds `{declared}`", file.display()));
        }
        if number == 0 {
            prepared = Some(input::prepare(source)?);
        }
    }
    Ok((prepared.ok_or_else(|| refused("it names no profile"))?, names))
}

/// The files that the receipt says the vectors came from.
fn inputs(list: Node<'_>, folder: &Path, refused: &dyn Fn(&str) -> Failure, found: &mut Vec<String>) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in list.items() {
        let file = folder.join(text(entry, "path").ok_or_else(|| refused("an input has no `path`"))?);
        let (own, declared) = (Digest::of(&read(&file)?).to_string(), text(entry, "sha256").unwrap_or_default());
        if own != declared {
            found.push(format!("the input `{}` has `{own}`, and the receipt holds `{declared}`", file.display()));
        }
        files.push(real(&file));
    }
    Ok(files)
}

/// Holds what is recorded against what was computed, entry by entry and member by member. `name` is the member that says what an entry
/// speaks of.
fn lists(recorded: Node<'_>, computed: &[Value], name: &str, found: &mut Vec<String>) {
    let pointer = recorded.pointer();
    if recorded.len() != computed.len() {
        found.push(format!("at `{pointer}`: the receipt holds {}, and there are {}", recorded.len(), computed.len()));
    }
    for (entry, own) in recorded.items().zip(computed) {
        let held = entry.to_value();
        let (of, theirs) = (&own[name], held.get(name).unwrap_or(&Value::Null));
        let at = entry.pointer();
        if theirs != of {
            found.push(format!("at `{at}`: the receipt speaks of {theirs} where {of} is"));
            continue;
        }
        for (member, value) in own.as_object().into_iter().flatten() {
            let held = held.get(member).unwrap_or(&Value::Null);
            if !alike(held, value) {
                found.push(format!("at `{at}/{member}`: {of} has {value}, and the receipt holds {held}"));
            }
        }
    }
}

/// Whether two values are one, however a number is spelled.
fn alike(one: &Value, other: &Value) -> bool {
    one == other || (one.is_number() && one.as_f64() == other.as_f64())
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
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
    let file = real(file);
    let (mut from, mut to) = (folder.components().peekable(), file.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| "..".to_owned());
    let down = to.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
