//! What a collapse is asked about: profiles with those they name, and vectors out of the files that hold some.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mx2lm_core::collapse::profile::{Plan, Profile};
use mx2lm_core::collapse::read::{self, ReadError};
use mx2lm_core::collapse::{Vector, math};
use mx2lm_core::document::index_unit::Unit;
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::hash::self_hash::profile_fingerprint;
use mx2lm_core::scxq2::pack::Pack;
use mx2lm_core::syntax::json::{Node, Tree};
use mx2lm_core::syntax::xml::Elements;
use mx2lm_core::tensor::model::ONE;
use mx2lm_core::workspace::confine::{self, Location};

use super::super::read as read_file;
use crate::output::Failure;

/// How many entries of folders are looked at to find the profiles that a profile names.
const MOST_ENTRIES: usize = 50_000;

/// The largest file that is looked into for a profile.
const MOST_PROFILE_BYTES: u64 = 1 << 20;

/// A profile as it was read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// What takes part in computing.
    pub profile: Profile,
    /// The hash of the profile; `None` where the file has no canonical form.
    pub fingerprint: Option<String>,
    /// The text as read.
    pub tree: Arc<Tree>,
}

/// Reads the profile that was named on the command line.
pub fn profile(path: &Path) -> Result<Source, Failure> {
    let tree = json(path, read_file(path)?)?;
    source(path, tree).map_err(|error| at(path, &error))
}

fn source(path: &Path, tree: Tree) -> Result<Source, ReadError> {
    let root = tree.root().ok_or_else(|| ReadError { pointer: String::new(), message: "the file is empty".into() })?;
    let profile = Profile::read(root)?;
    let fingerprint = profile_fingerprint(root).ok();
    Ok(Source { path: path.to_owned(), profile, fingerprint, tree: Arc::new(tree) })
}

/// A profile ready to be computed, with every profile it needs.
pub struct Prepared {
    /// The profile itself first, then those it needs, by name.
    pub sources: Vec<Source>,
    /// How it is computed.
    pub plan: Plan,
}

/// Finds the profiles that `root` needs in its workspace, or in its folder where there is none.
pub fn prepare(root: Source) -> Result<Prepared, Failure> {
    let known = if root.profile.is_leaf() { BTreeMap::new() } else { profiles_around(&root.path) };
    let plan = Plan::new(&root.profile, |name| {
        if name == root.profile.name { Some(&root.profile) } else { known.get(name).map(|source| &source.profile) }
    });
    let plan = plan.map_err(|error| Failure::Refused(format!("`{}`: {error}", root.path.display())))?;
    let needed: Vec<Source> = plan.steps().iter().filter_map(|step| known.get(step.name()).cloned()).collect();
    let own = root.profile.name.clone();
    let mut sources = vec![root];
    sources.extend(needed.into_iter().filter(|source| source.profile.name != own));
    Ok(Prepared { sources, plan })
}

/// Profiles by name; of two of one name the first path in byte order counts.
fn profiles_around(path: &Path) -> BTreeMap<String, Source> {
    let folder = fs::canonicalize(path).ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_else(|| ".".into());
    let marks = |folder: &&Path| folder.join("mx2lm.toml").is_file() || folder.join(".git").exists();
    let root = folder.ancestors().find(marks).unwrap_or(&folder).to_owned();
    let (mut files, mut folders, mut entries) = (Vec::new(), vec![root], 0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            entries += 1;
            if entries > MOST_ENTRIES {
                break;
            }
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && !hidden && entry.file_name() != "target" && entry.file_name() != "node_modules" {
                folders.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut found = BTreeMap::new();
    for path in files {
        let small = fs::metadata(&path).is_ok_and(|data| data.len() <= MOST_PROFILE_BYTES);
        let Some(text) = small.then(|| fs::read_to_string(&path).ok()).flatten() else { continue };
        if !text.contains("\"superposition\"") && !text.contains("\"@pi_profile\"") {
            continue;
        }
        if let Ok(source) = source(&path, Tree::parse(Arc::from(text))) {
            found.entry(source.profile.name.clone()).or_insert(source);
        }
    }
    found
}

/// One document to collapse.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is called.
    pub id: String,
    /// Its vectors.
    pub a: Vec<Vector>,
    /// What they are held against.
    pub b: Vec<Vector>,
}

/// A file that vectors came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The file that was named.
    pub path: PathBuf,
    /// The hash of its bytes.
    pub sha256: Digest,
}

/// What is collapsed, and where it came from.
#[derive(Debug, Default)]
pub struct Documents {
    /// In the order of the files.
    pub list: Vec<Document>,
    /// The files, payloads of descriptors included.
    pub origins: Vec<Origin>,
    /// The files as they were named.
    pub named: Vec<PathBuf>,
    /// The file that was asked with.
    pub query: Option<PathBuf>,
}

/// Vectors without partners.
struct Lane {
    id: String,
    vectors: Vec<Vector>,
    partners: Option<Vec<Vector>>,
}

/// Reads the documents of files. Vectors without partners of their own are held against those of `query`, else against the x axis.
pub fn documents(files: &[PathBuf], query: Option<&Path>) -> Result<Documents, Failure> {
    let mut documents = Documents { named: files.to_vec(), query: query.map(Path::to_owned), ..Documents::default() };
    let mut against = None;
    if let Some(path) = query {
        let lane = lanes(path, &mut documents.origins)?.into_iter().next();
        against = Some(lane.ok_or_else(|| Failure::Refused(format!("`{}` holds no vectors to ask with", path.display())))?.vectors);
    }
    for path in files {
        for lane in lanes(path, &mut documents.origins)? {
            let count = lane.vectors.len();
            let b = lane.partners.or_else(|| against.clone()).unwrap_or_else(|| vec![[1.0, 0.0]; count]);
            if b.len() != count {
                let message = format!("`{}`: `{}` has {count} vectors, and it is held against {}", path.display(), lane.id, b.len());
                return Err(Failure::Refused(message));
            }
            documents.list.push(Document { id: lane.id, a: lane.vectors, b });
        }
    }
    Ok(documents)
}

/// The runnable test vectors of a profile.
pub fn test_vectors(source: &Source) -> Result<Documents, Failure> {
    let mut documents = Documents::default();
    let tests = source.tree.root().and_then(|root| root.get("compliance")).and_then(|compliance| compliance.get("test_vectors"));
    for (number, test) in tests.into_iter().flat_map(|tests| tests.items()).enumerate() {
        let Some(input) = test.get("input").filter(|input| input.is_object()) else { continue };
        let name =
            test.get("name").and_then(|name| name.as_str()).map_or_else(|| format!("test vector {}", number + 1), |name| name.into_owned());
        let lane = object(input, &name).map_err(|error| at(&source.path, &error))?;
        let Some(lane) = lane else { continue };
        let count = lane.vectors.len();
        documents.list.push(Document { id: name, a: lane.vectors, b: lane.partners.unwrap_or_else(|| vec![[1.0, 0.0]; count]) });
    }
    Ok(documents)
}

fn lanes(path: &Path, origins: &mut Vec<Origin>) -> Result<Vec<Lane>, Failure> {
    let bytes = read_file(path)?;
    origins.push(Origin { path: path.to_owned(), sha256: Digest::of(&bytes) });
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    if bytes.starts_with(b"SCXQ2") {
        return Ok(vec![Lane { id: stem, vectors: pack(path, &bytes)?, partners: None }]);
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) {
        return Ok(vec![index(path, &stem, bytes)?]);
    }
    let tree = json(path, bytes)?;
    let Some(root) = tree.root() else { return Err(Failure::Refused(format!("`{}` is empty", path.display()))) };
    if let Some(location) = root.get("payload").and_then(|payload| payload.get("location")).and_then(|location| location.as_str()) {
        return payload(path, root, &location, origins);
    }
    in_json(root, &stem).map_err(|error| at(path, &error))
}

/// The vectors of a descriptor's payload, whose hash must be the descriptor's.
fn payload(path: &Path, root: Node<'_>, location: &str, origins: &mut Vec<Origin>) -> Result<Vec<Lane>, Failure> {
    let refused = |why: String| Failure::Refused(format!("`{}`: {why}", path.display()));
    // Whatever lies above the descriptor's folder is out of reach here, so the folder is the root.
    let Ok(Location::Inside(inside)) = confine::resolve("", location) else {
        return Err(refused(format!("`payload.location` is `{location}`, which does not name a file beside or below the descriptor")));
    };
    let target = path.parent().unwrap_or(Path::new("")).join(inside);
    let declared = root.get("hash").and_then(|hash| hash.as_str()).unwrap_or_default().into_owned();
    let found = Digest::of(&read_file(&target)?);
    if declared != found.to_string() {
        let held = if declared.is_empty() { "no hash".to_owned() } else { format!("`{declared}`") };
        return Err(refused(format!(
            "the payload `{}` has the hash `{found}` and the descriptor holds {held}: it is not collapsed",
            target.display()
        )));
    }
    let nested = read_file(&target)?;
    if nested.first() == Some(&b'{')
        && Tree::parse(Arc::from(String::from_utf8_lossy(&nested))).root().is_some_and(|root| root.get("payload").is_some())
    {
        return Err(refused("its payload is a descriptor again".to_owned()));
    }
    lanes(&target, origins)
}

/// The points of a pack's geometry, in units of the normalised box.
fn pack(path: &Path, bytes: &[u8]) -> Result<Vec<Vector>, Failure> {
    let decoded = Pack::open(bytes).and_then(|pack| pack.decode());
    let decoded = decoded.map_err(|rejection| Failure::Refused(format!("`{}`: {}", path.display(), rejection.message)))?;
    Ok(decoded.model.points.iter().map(|(x, y)| [f64::from(*x) / f64::from(ONE), f64::from(*y) / f64::from(ONE)]).collect())
}

/// The points of a unit of a semantic index, whose hash must be the one it declares.
fn index(path: &Path, stem: &str, bytes: Vec<u8>) -> Result<Lane, Failure> {
    let refused = |why: &str| Failure::Refused(format!("`{}`: {why}", path.display()));
    let text = String::from_utf8(bytes).map_err(|_| refused("the drawing is not UTF-8"))?;
    let elements = Elements::parse(&text).elements.ok_or_else(|| refused("the drawing cannot be read"))?;
    let root = elements.root();
    if root.value("tensor") != Some("semantic.index.v1") {
        return Err(refused("only a drawing with `tensor=\"semantic.index.v1\"` holds vectors; pack another one and name the pack"));
    }
    let unit = Unit::read(&elements).ok_or_else(|| refused("a path, a transform or a list of edges cannot be read"))?;
    if let Some(declared) = root.value("data-hash")
        && declared != unit.hash().to_string()
    {
        return Err(refused(&format!("`data-hash` is `{declared}` and the geometry has `{}`: it is not collapsed", unit.hash())));
    }
    let vectors = unit.points.iter().map(|point| point.map(f64::from)).collect();
    Ok(Lane { id: root.value("data-doc-id").unwrap_or(stem).to_owned(), vectors, partners: None })
}

fn in_json(root: Node<'_>, stem: &str) -> Result<Vec<Lane>, ReadError> {
    let list = if root.is_array() { Some(root) } else { root.get("documents").or_else(|| root.get("pairs")) };
    let Some(list) = list.filter(|list| list.is_array()) else {
        let lane = object(root, stem)?;
        let message = "no vectors: `vecA` and `vecB`, `vectors`, `documents`, or the `geometry` of a signal are wanted";
        return Ok(vec![lane.ok_or_else(|| ReadError::at(root, message))?]);
    };
    let mut lanes = Vec::with_capacity(list.len());
    for (number, item) in list.items().enumerate() {
        let lane = object(item, &format!("{stem} {}", number + 1))?;
        lanes.push(lane.ok_or_else(|| ReadError::at(item, "no vectors: `vecA` and `vecB`, or `vectors`, are wanted"))?);
    }
    Ok(lanes)
}

fn object(node: Node<'_>, name: &str) -> Result<Option<Lane>, ReadError> {
    let id = ["id", "doc_id", "name"].iter().find_map(|member| node.get(member)).and_then(|id| id.as_str());
    let id = id.map_or_else(|| name.to_owned(), |id| id.into_owned());
    if let Some(geometry) = node.get("geometry").filter(|_| node.get("vecA").is_none()) {
        return Ok(Some(Lane { id, vectors: signal(geometry)?, partners: None }));
    }
    let Some(vectors) = ["vecA", "A", "vectors"].iter().find_map(|member| node.get(member)) else { return Ok(None) };
    let partners = ["vecB", "B"].iter().find_map(|member| node.get(member)).map(read::vectors).transpose()?;
    Ok(Some(Lane { id, vectors: read::vectors(vectors)?, partners }))
}

/// Angles and magnitudes as vectors.
fn signal(geometry: Node<'_>) -> Result<Vec<Vector>, ReadError> {
    let (angles, magnitudes) = (read::member(geometry, "angles")?, read::member(geometry, "magnitudes")?);
    let (a, m) = (read::numbers(angles)?, read::numbers(magnitudes)?);
    mx2lm_core::collapse::normalize(&a, &m).map_err(|error| ReadError::at(geometry, error.to_string()))?;
    Ok(a.iter().zip(&m).map(|(angle, magnitude)| [magnitude * math::cos(*angle), magnitude * math::sin(*angle)]).collect())
}

/// The document of a file.
pub fn json(path: &Path, bytes: Vec<u8>) -> Result<Tree, Failure> {
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::Refused(format!("`{}`: byte {} is not UTF-8", path.display(), error.utf8_error().valid_up_to())))?;
    let tree = Tree::parse(Arc::from(text));
    match tree.errors().first() {
        // A number beyond f64 is refused by whoever needs it, with its place.
        Some(error) if error.rule != "syntax/json-number-range" => {
            Err(Failure::Refused(format!("`{}` is not JSON: {} (byte {})", path.display(), error.message, error.span.start)))
        }
        _ => Ok(tree),
    }
}

/// An error at a place in a file.
pub fn at(path: &Path, error: &ReadError) -> Failure {
    Failure::Refused(format!("`{}` {error}", path.display()))
}
