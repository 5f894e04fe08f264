//! What a collapse is asked about: profiles with those they name, and vectors out of the files that hold some.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mx2lm_core::collapse::Vector;
use mx2lm_core::collapse::profile::{Plan, Profile};
use mx2lm_core::collapse::read::ReadError;
use mx2lm_core::document::facts::tolerance;
use mx2lm_core::document::vectors::{self, Lane, Refusal};
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::hash::self_hash::profile_fingerprint;
use mx2lm_core::lint::workspace_root;
use mx2lm_core::syntax::json::{Node, Tree};
use mx2lm_core::tensor::source::EPSILON;
use mx2lm_core::workspace::confine::{self, Location};
use mx2lm_core::workspace::walk::CONFIG_FILE;

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
    let first = |name: &str| known.get(name).and_then(|sources| sources.first());
    let plan =
        Plan::new(
            &root.profile,
            |name| {
                if name == root.profile.name { Some(&root.profile) } else { first(name).map(|source| &source.profile) }
            },
        );
    let plan = plan.map_err(|error| Failure::Refused(format!("`{}`: {error}", root.path.display())))?;
    let mut needed = Vec::new();
    for step in plan.steps().iter().filter(|step| step.name() != root.profile.name) {
        let sources = known.get(step.name()).map_or(&[][..], Vec::as_slice);
        if let [one, others @ ..] = sources
            && let Some(other) = others.iter().find(|other| other.fingerprint != one.fingerprint)
        {
            let (name, one, other) = (step.name(), one.path.display(), other.path.display());
            let why = format!("`{name}` is ambiguous: `{one}` and `{other}` define it with different fingerprints; give one another name");
            return Err(Failure::Refused(format!("`{}`: {why}", root.path.display())));
        }
        needed.extend(sources.first().cloned());
    }
    let mut sources = vec![root];
    sources.extend(needed);
    Ok(Prepared { sources, plan })
}

/// The profiles of the workspace of `path` by name, those of one name in the byte order of their paths.
fn profiles_around(path: &Path) -> BTreeMap<String, Vec<Source>> {
    let root = workspace_root(&fs::canonicalize(path).unwrap_or_else(|_| ".".into()), false);
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
            // an inner configuration begins a workspace of its own
            let inner = || path.join(CONFIG_FILE).exists();
            if kind.is_dir() && !hidden && entry.file_name() != "target" && entry.file_name() != "node_modules" && !inner() {
                folders.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut found: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for path in files {
        let small = fs::metadata(&path).is_ok_and(|data| data.len() <= MOST_PROFILE_BYTES);
        let Some(text) = small.then(|| fs::read_to_string(&path).ok()).flatten() else { continue };
        if !text.contains("\"superposition\"") && !text.contains("\"@pi_profile\"") {
            continue;
        }
        if let Ok(source) = source(&path, Tree::parse(Arc::from(text))) {
            found.entry(source.profile.name.clone()).or_default().push(source);
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

/// Reads the documents of files. Vectors without partners of their own are held against those of `query`, else against the x axis.
pub fn documents(files: &[PathBuf], query: Option<&Path>) -> Result<Documents, Failure> {
    let mut documents = Documents { named: files.to_vec(), query: query.map(Path::to_owned), ..Documents::default() };
    let mut against = None;
    if let Some(path) = query {
        let lane = lanes(path, EPSILON, &mut documents.origins)?.into_iter().next();
        against = Some(lane.ok_or_else(|| Failure::Refused(format!("`{}` holds no vectors to ask with", path.display())))?.vectors);
    }
    for path in files {
        let lanes = lanes(path, EPSILON, &mut documents.origins)?;
        if lanes.is_empty() {
            return Err(Failure::Refused(format!("`{}` holds no document to collapse: its list is empty", path.display())));
        }
        for lane in lanes {
            let count = lane.vectors.len();
            let id = lane.id.clone();
            let (a, b) = lane.pairs(against.as_deref());
            if b.len() != count {
                let message = format!("`{}`: `{id}` has {count} vectors, and it is held against {}", path.display(), b.len());
                return Err(Failure::Refused(message));
            }
            documents.list.push(Document { id, a, b });
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
        let lane = vectors::object(input, &name).map_err(|error| at(&source.path, &error))?;
        let Some(lane) = lane else { continue };
        let (a, b) = lane.pairs(None);
        documents.list.push(Document { id: name, a, b });
    }
    Ok(documents)
}

fn lanes(path: &Path, epsilon: u64, origins: &mut Vec<Origin>) -> Result<Vec<Lane>, Failure> {
    let bytes = read_file(path)?;
    origins.push(Origin { path: path.to_owned(), sha256: Digest::of(&bytes) });
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let is_drawing = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    if let Some(found) = vectors::geometry(&stem, is_drawing, &bytes, epsilon) {
        return found.map_err(|refusal| refused_by(path, &refusal));
    }
    if std::str::from_utf8(&bytes).is_err() {
        let why = "it holds no vectors: JSON with vectors, a descriptor of some, a unit or the container of a semantic index, a tensor or a pack is wanted";
        return Err(Failure::Refused(format!("`{}`: {why}", path.display())));
    }
    let tree = json(path, bytes)?;
    let Some(root) = tree.root() else { return Err(Failure::Refused(format!("`{}` is empty", path.display()))) };
    if let Some(location) = root.get("payload").and_then(|payload| payload.get("location")).and_then(|location| location.as_str()) {
        return payload(path, root, &location, origins);
    }
    vectors::in_json(root, &stem).map_err(|refusal| refused_by(path, &refusal))
}

/// The vectors of a descriptor's payload, whose hash must be the descriptor's.
fn payload(path: &Path, root: Node<'_>, location: &str, origins: &mut Vec<Origin>) -> Result<Vec<Lane>, Failure> {
    let refused = |why: String| Failure::Refused(format!("`{}`: {why}", path.display()));
    // The location is judged as the linter judges it: from the workspace's root, as text first and on the disk then.
    let descriptor = fs::canonicalize(path).map_err(|reason| Failure::Read { path: path.to_owned(), reason })?;
    let top = workspace_root(&descriptor, false);
    let folder = descriptor.parent().and_then(|folder| folder.strip_prefix(&top).ok()).unwrap_or(Path::new(""));
    let parts: Vec<_> = folder.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let target = match confine::resolve(&parts.join("/"), location) {
        Ok(Location::Inside(inside)) => top.join(inside),
        Ok(Location::Stream) => return Err(refused(format!("its payload is `{location}`, and a stream has no bytes to collapse"))),
        Err(why) => return Err(refused(format!("`payload.location` is `{location}`: {why}"))),
    };
    if fs::canonicalize(&target).is_ok_and(|real| !real.starts_with(&top)) {
        return Err(refused(format!("`payload.location` is `{location}`, a link that leaves the workspace: it is not opened")));
    }
    // without the `.` of a `./`
    let near: PathBuf = path.parent().unwrap_or(Path::new("")).join(location).components().collect();
    let same =
        |one: &Path, other: &Path| fs::canonicalize(one).ok().is_some_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other));
    // a descriptor that is a link names its payload from where it really lies
    let target = if same(&near, &target) { near } else { target };
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
    lanes(&target, root.get("epsilon").and_then(tolerance).unwrap_or(EPSILON), origins)
}

fn refused_by(path: &Path, refusal: &Refusal) -> Failure {
    match refusal {
        Refusal::At(error) => at(path, error),
        Refusal::None(why) | Refusal::Whole(why) => Failure::Refused(format!("`{}`: {why}", path.display())),
    }
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
        _ => match vectors::twice(&tree) {
            Some(error) => Err(at(path, &error)),
            None => Ok(tree),
        },
    }
}

/// An error at a place in a file.
pub fn at(path: &Path, error: &ReadError) -> Failure {
    Failure::Refused(format!("`{}` {error}", path.display()))
}
