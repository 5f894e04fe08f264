//! `hash`: every hash a file has, each under its own name.
//!
//! The hash of the stored bytes is what a descriptor holds of its payload; the others are hashes of a reading of the file. They are never
//! shown without saying which is which.

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::document::detect::detect;
use mx2lm_core::document::kind::{Kind, Syntax};
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::hash::{canonical, self_hash};
use mx2lm_core::pack::container;
use mx2lm_core::rules::scxq2::pack::is_pack;
use mx2lm_core::scxq2::merkle;
use mx2lm_core::scxq2::pack::Pack;
use mx2lm_core::scxq2::rejection::Rejection;
use mx2lm_core::scxq2::write::encode_with;
use mx2lm_core::syntax::MAX_DOCUMENT_BYTES;
use mx2lm_core::syntax::json::Tree;
use mx2lm_core::tensor::structure;
use serde_json::{Map, Value, json};

use super::read;
use super::tensor::tensor;
use crate::cli::{Color, DataFormat, EpsilonArgs, HashArgs};
use crate::output::{Failure, to_stdout};
use crate::tolerance::Tolerance;

/// The hashes of one file.
struct Hashes {
    path: String,
    size: u64,
    kind: Option<Kind>,
    stored: Digest,
    canonical: Option<Digest>,
    /// The self-hash and the member that holds it.
    own: Option<(Digest, &'static str)>,
    fingerprint: Option<String>,
    tensor: Option<TensorHashes>,
    weights: Option<WeightHashes>,
    /// Of the curves, where it is another than the usual one.
    tolerance: Option<Tolerance>,
    /// Why a hash that could be expected is not there.
    note: Option<String>,
}

impl Hashes {
    /// Of a file that is only known as bytes.
    fn of(path: String, size: u64, stored: Digest) -> Self {
        Hashes {
            path,
            size,
            kind: None,
            stored,
            canonical: None,
            own: None,
            fingerprint: None,
            tensor: None,
            weights: None,
            tolerance: None,
            note: None,
        }
    }
}

/// The hashes of the tensor that a drawing draws or a pack holds.
struct TensorHashes {
    canonical_text: Digest,
    structure: Digest,
    /// The roots of its pack; none where a lane cannot hold the tensor.
    roots: Option<(merkle::LaneRoots, Digest)>,
}

/// The hashes of a weight pack.
struct WeightHashes {
    pack: Digest,
    /// None without MERKLE.
    root: Option<Digest>,
}

/// Runs the command.
pub fn run(arguments: &HashArgs) -> Result<ExitCode, Failure> {
    let mut files = Vec::new();
    for path in &arguments.files {
        files.push(hash(path, &arguments.tolerance)?);
    }
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => files.iter().try_for_each(|file| out.write_all(text(file).as_bytes())),
        DataFormat::Json => {
            let files: Vec<Value> = files.iter().map(described).collect();
            writeln!(out, "{:#}", json!({ "version": 1, "files": files }))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

fn hash(path: &Path, epsilon: &EpsilonArgs) -> Result<Hashes, Failure> {
    let refused = |reason| Failure::Read { path: path.to_owned(), reason };
    let name = path.to_string_lossy().replace('\\', "/");
    let is_json = matches!(Syntax::of_path(&name), Some(Syntax::Json));
    let is_drawing = matches!(Syntax::of_path(&name), Some(Syntax::Svg));
    let is_lanes = path.extension().is_some_and(|extension| extension == "scxq2");
    let is_weights = path.extension().is_some_and(|extension| extension == "v2c-bin");
    let size = std::fs::metadata(path).map_err(refused)?.len();
    let is_read = is_json || is_drawing || is_lanes || is_weights;
    if !is_read || size > MAX_DOCUMENT_BYTES as u64 {
        let (size, stored) = File::open(path).and_then(|mut file| Digest::of_reader(&mut file)).map_err(refused)?;
        let note = is_read.then(|| "the file is too large to be read as a document".to_owned());
        return Ok(Hashes { note, ..Hashes::of(name, size, stored) });
    }
    let bytes = read(path)?;
    let mut hashes = Hashes::of(name, bytes.len() as u64, Digest::of(&bytes));
    let read = match () {
        () if is_drawing => drawing(&mut hashes, path, &bytes, epsilon),
        () if is_lanes => pack(&mut hashes, &bytes),
        () if is_weights => weights(&mut hashes, &bytes),
        () => document(&mut hashes, bytes),
    };
    if let Err(note) = read {
        hashes.note = Some(note);
    }
    Ok(hashes)
}

/// Adds the hashes of the tensor, where the drawing is one.
fn drawing(hashes: &mut Hashes, path: &Path, bytes: &[u8], epsilon: &EpsilonArgs) -> Result<(), String> {
    let (tensor, tolerance) = tensor(path, bytes, epsilon).map_err(|failure| failure.to_string())?;
    hashes.tolerance = Some(tolerance).filter(Tolerance::is_told);
    let canonical_text = tensor.canonical_hash();
    let pack = encode_with(&tensor.model, &tensor.graph).ok();
    let roots = pack.and_then(|pack| Some(Pack::open(&pack).ok()?.lane_roots()));
    let roots = roots.map(|lanes| (lanes, merkle::root(&lanes, &canonical_text)));
    hashes.tensor = Some(TensorHashes { canonical_text, structure: tensor.buffer_hash(), roots });
    Ok(())
}

/// Adds the hashes of the tensor, where the pack holds a lawful one; the envelope around other contents has none.
fn pack(hashes: &mut Hashes, bytes: &[u8]) -> Result<(), String> {
    hashes.kind = detect(&hashes.path, None).kind();
    if !is_pack(bytes) {
        return Ok(());
    }
    let refused = |rejection: Rejection| format!("no tensor: {rejection}");
    let pack = Pack::open(bytes).map_err(refused)?;
    let decoded = pack.decode().map_err(refused)?;
    let roots = pack.roots(&decoded);
    hashes.tensor = Some(TensorHashes {
        canonical_text: roots.canonical_svg_hash,
        structure: structure::digest(&decoded.model, &decoded.graph),
        roots: Some((roots.lanes, roots.root)),
    });
    Ok(())
}

/// Adds the hashes of a weight pack, where it is a lawful one.
fn weights(hashes: &mut Hashes, bytes: &[u8]) -> Result<(), String> {
    hashes.kind = detect(&hashes.path, None).kind();
    let pack = container::open(bytes).map_err(|fault| format!("no lawful pack: {fault}"))?;
    hashes.weights = Some(WeightHashes { pack: pack.hash(), root: pack.root().map(Digest) });
    Ok(())
}

/// Adds what only a reading of the document can tell.
fn document(hashes: &mut Hashes, bytes: Vec<u8>) -> Result<(), String> {
    let text = String::from_utf8(bytes).map_err(|_| "no canonical form: the file is not UTF-8".to_owned())?;
    let tree = Tree::parse(Arc::from(text));
    let root = tree.root();
    hashes.kind = detect(&hashes.path, root).kind();
    let Some(root) = root else {
        return Err("the document is empty and has no canonical form".to_owned());
    };
    let canonical = canonical(root).map_err(|error| error.to_string())?;
    hashes.canonical = Some(Digest::of(&canonical));
    let Some(kind) = hashes.kind else {
        return Ok(());
    };
    if let Some(member) = self_hash::declared_at(kind.name()) {
        let own = self_hash::self_hash(kind.name(), root).map_err(|error| error.to_string())?;
        hashes.own = Some((own, member));
    }
    if kind.is("pi-profile.v1") {
        hashes.fingerprint = Some(self_hash::profile_fingerprint(root).map_err(|error| error.to_string())?);
    }
    Ok(())
}

fn text(file: &Hashes) -> String {
    let kind = file.kind.map_or(String::new(), |kind| format!(", {kind}"));
    let mut text = format!("{} ({} bytes{kind})\n", file.path, file.size);
    text.push_str(&format!("  stored bytes    {}  (what a descriptor of this file holds)\n", file.stored));
    if let Some(digest) = &file.canonical {
        text.push_str(&format!("  canonical JSON  {digest}\n"));
    }
    if let Some((digest, member)) = &file.own {
        text.push_str(&format!("  self-hash       {digest}  (what this file holds at {member})\n"));
    }
    if let Some(fingerprint) = &file.fingerprint {
        text.push_str(&format!("  fingerprint     {fingerprint}  (what this file holds at /meta/fingerprint)\n"));
    }
    if let Some(tolerance) = &file.tolerance {
        text.push_str(&format!("  tolerance of curves {tolerance}\n"));
    }
    if let Some(tensor) = &file.tensor {
        text.push_str(&format!("  canonical text  {}  (the identity of the tensor: `canonical_svg_hash`)\n", tensor.canonical_text));
        text.push_str(&format!("  structure       {}  (what a GPU is given: `buffer_hash`)\n", tensor.structure));
        if let Some((lanes, root)) = &tensor.roots {
            for (lane, digest) in lanes.iter() {
                text.push_str(&format!("  lane {lane}          {digest}\n"));
            }
            text.push_str(&format!("  Merkle root     {root}  (over the lanes and the canonical text: `merkle_root`)\n"));
        }
    }
    if let Some(weights) = &file.weights {
        text.push_str(&format!("  pack            {}  (over what stands before SIGNATURE: what is signed)\n", weights.pack));
        if let Some(root) = &weights.root {
            text.push_str(&format!("  Merkle root     {root}  (over the lanes: MERKLE, and `merkle_root` of a manifest)\n"));
        }
    }
    if let Some(note) = &file.note {
        text.push_str(&format!("  {note}\n"));
    }
    text
}

fn described(file: &Hashes) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("path", json!(file.path));
    put("size", json!(file.size));
    put("kind", json!(file.kind.map(Kind::name)));
    put("stored_bytes_sha256", json!(file.stored.to_string()));
    if let Some(digest) = &file.canonical {
        put("canonical_json_sha256", json!(digest.to_string()));
    }
    if let Some((digest, member)) = &file.own {
        put("self_hash", json!(digest.to_string()));
        put("self_hash_pointer", json!(member));
    }
    if let Some(fingerprint) = &file.fingerprint {
        put("fingerprint", json!(fingerprint));
    }
    if let Some(tensor) = &file.tensor {
        put("canonical_svg_hash", json!(tensor.canonical_text.to_string()));
        put("buffer_hash", json!(tensor.structure.to_string()));
        if let Some((lanes, root)) = &tensor.roots {
            let lanes: Map<String, Value> = lanes.iter().map(|(lane, digest)| (lane.to_string(), json!(digest.to_string()))).collect();
            put("lane_roots", lanes.into());
            put("merkle_root", json!(root.to_string()));
        }
    }
    if let Some(weights) = &file.weights {
        put("pack_hash", json!(weights.pack.to_string()));
        if let Some(root) = &weights.root {
            put("merkle_root", json!(root.to_string()));
        }
    }
    if let Some(note) = &file.note {
        put("note", json!(note));
    }
    if let Some(tolerance) = &file.tolerance {
        tolerance.describe(&mut object);
    }
    object.into()
}
