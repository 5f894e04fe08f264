//! `retrieve`: the answer to a retrieval request, from the units of a semantic index.
//!
//! What the texts leave open is read so: units carry their n-grams as `ng_…` paths with `freq`, and the n-grams of a query are the runs
//! of letters of its words, in lower case, that are as long as those of the unit it is held against; embeddings are the points of the
//! paths in `space="semantic"`, and a query that brings none of its own (`query.embedding`) has none; the phase of a unit is the
//! direction of all its paths together, each from its first point to its last (A210), that of a query is `query.angle`, else 0.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::collapse::math::atan2;
use mx2lm_core::collapse::rank::{self, Bias, Features};
use mx2lm_core::collapse::read::{self, ReadError};
use mx2lm_core::document::index_unit::{Unit, points, space};
use mx2lm_core::hash::canonical;
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::syntax::json::{Node, Tree};
use mx2lm_core::syntax::xml::Elements;
use serde_json::{Value, json};

use super::collapse::conformance;
use super::collapse::input::{at, json as parsed};
use super::read as read_file;
use crate::cli::collapse::{Device, RetrieveArgs};
use crate::cli::{Color, DataFormat};
use crate::output::{Failure, to_stdout};

/// A unit of the index.
struct Candidate {
    path: PathBuf,
    id: String,
    hash: Digest,
    features: Features,
    lane: Vec<u8>,
    edge: Vec<u8>,
}

/// Runs the command.
pub fn run(arguments: &RetrieveArgs) -> Result<ExitCode, Failure> {
    // §12.5: only a compliant runtime may emit a retrieval, and a runtime is what it is on this machine
    conformance::own(Device::Cpu).may_emit()?;
    let path = &arguments.request;
    let tree = parsed(path, read_file(path)?)?;
    let root = tree.root().ok_or_else(|| Failure::Refused(format!("`{}` is empty", path.display())))?;
    let request = request(root).map_err(|error| at(path, &error))?;
    let mut candidates = arguments.against.iter().map(|path| candidate(path)).collect::<Result<Vec<_>, _>>()?;
    candidates.sort_by(|one, other| one.id.as_bytes().cmp(other.id.as_bytes()));
    if let Some([one, other]) = candidates.array_windows().find(|[one, other]| one.id == other.id) {
        let (id, one, other) = (&one.id, one.path.display(), other.path.display());
        return Err(Failure::Refused(format!("`{one}` and `{other}` are both the document `{id}`: each id is one document of an index")));
    }
    let mut results = Vec::with_capacity(candidates.len());
    for candidate in &candidates {
        let parts = rank::score(&request.features(candidate), &candidate.features, &request.bias);
        results.push((candidate, parts.map_err(|error| Failure::Refused(format!("`{}`: {error}", candidate.id)))?));
    }
    rank::rank(&mut results, |(candidate, parts)| (parts.score(), candidate.id.as_str()));
    results.truncate(request.limit);
    let index_hash = Digest::of_parts(candidates.iter().flat_map(|one| [one.lane.as_slice(), one.edge.as_slice()]));
    let described: Vec<Value> = results
        .iter()
        .map(|(candidate, parts)| {
            json!({
                "doc_id": candidate.id,
                "score": parts.score(),
                "components": { "embedding": parts.embedding, "ngram": parts.ngram, "pi_phase": parts.pi_phase },
                "hash": candidate.hash.to_string(),
            })
        })
        .collect();
    let answer = json!({ "results": described, "cache_hit": false, "index_hash": index_hash.to_string() });
    let key = cache_key(root, &index_hash);
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Json => writeln!(out, "{answer:#}"),
        DataFormat::Text => {
            for (place, (candidate, parts)) in results.iter().enumerate() {
                let (score, id) = (parts.score(), &candidate.id);
                writeln!(
                    out,
                    "{:>4}  {score:+.9}  {id}  (embedding {:+.6}, n-grams {:+.6}, phase {:+.6})",
                    place + 1,
                    parts.embedding,
                    parts.ngram,
                    parts.pi_phase
                )?;
            }
            writeln!(out, "index {index_hash}")?;
            key.iter().try_for_each(|key| writeln!(out, "cache key {key}"))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What is asked for.
struct Request {
    words: Vec<Vec<char>>,
    embedding: Vec<f64>,
    angle: f64,
    bias: Bias,
    limit: usize,
}

impl Request {
    /// What is looked at of the query, in the terms of a candidate.
    fn features(&self, candidate: &Candidate) -> Features {
        let lengths: BTreeSet<usize> = candidate.features.ngrams.keys().map(|gram| gram.chars().count()).filter(|n| *n > 0).collect();
        let mut ngrams: BTreeMap<String, u32> = BTreeMap::new();
        for gram in lengths.iter().flat_map(|n| self.words.iter().flat_map(|word| word.windows(*n))) {
            let count = ngrams.entry(gram.iter().collect()).or_default();
            *count = count.saturating_add(1);
        }
        let mut embedding = self.embedding.clone();
        if embedding.is_empty() {
            embedding = vec![0.0; candidate.features.embedding.len()];
        }
        Features { embedding, ngrams, angle: self.angle }
    }
}

fn request(root: Node<'_>) -> Result<Request, ReadError> {
    let (query, bias) = (read::member(root, "query")?, read::member(root, "bias")?);
    let node = read::member(query, "text")?;
    let text = node.as_str().filter(|text| !text.is_empty()).ok_or_else(|| ReadError::at(node, "a text that is not empty is wanted"))?;
    let share = |name| {
        let node = read::member(bias, name)?;
        let share = read::number(node)?;
        let wrong = || ReadError::at(node, format!("the bias is {share}, and a number from 0 to 1 is wanted"));
        (0.0..=1.0).contains(&share).then_some(share).ok_or_else(wrong)
    };
    let flag = read::member(bias, "pi")?;
    let pi = flag.as_bool().ok_or_else(|| ReadError::at(flag, "`true` or `false` is wanted"))?;
    let bias = Bias { alpha: share("alpha")?, beta: share("beta")?, phase: share("phase")?, pi };
    let limit = match root.get("limit") {
        None => usize::MAX,
        Some(node) => {
            let whole = node.as_f64().filter(|limit| *limit >= 1.0 && limit.fract() == 0.0);
            // beyond what can be counted it is no limit
            whole.map(|limit| limit as usize).ok_or_else(|| ReadError::at(node, "an integer above 0 is wanted"))?
        }
    };
    let embedding = query.get("embedding").map_or(Ok(Vec::new()), read::numbers)?;
    let angle = query.get("angle").map_or(Ok(0.0), read::number)?;
    let words = text.to_lowercase().split_whitespace().map(|word| word.chars().collect()).collect();
    Ok(Request { words, embedding, angle, bias, limit })
}

fn candidate(path: &Path) -> Result<Candidate, Failure> {
    let refused = |why: &str| Failure::Refused(format!("`{}`: {why}", path.display()));
    let text = String::from_utf8(read_file(path)?).map_err(|_| refused("it is not UTF-8, and an SVG is wanted"))?;
    let elements =
        Elements::parse(&text).elements.ok_or_else(|| refused("it is no XML, and a unit of a semantic index, an SVG, is wanted"))?;
    let root = elements.root();
    if root.value("tensor") != Some("semantic.index.v1") {
        return Err(refused("it is no unit of a semantic index: its root has no `tensor=\"semantic.index.v1\"`"));
    }
    let unit = Unit::read(&elements).ok_or_else(|| refused("a path, a transform or a list of edges cannot be read"))?;
    let hash = unit.hash();
    if root.value("data-hash").is_some_and(|declared| declared != hash.to_string()) {
        return Err(refused(&format!("`data-hash` is not the hash of its geometry, `{hash}`: it takes no part in retrieval")));
    }
    let mut features = Features::default();
    let mut sum = [0.0_f64; 2];
    let paths = elements.iter().filter(|element| element.local() == "path");
    for element in paths {
        let points = points(element).ok_or_else(|| refused("a path cannot be read"))?;
        if let ([first, ..], [.., last]) = (points.as_slice(), points.as_slice()) {
            sum = [sum[0] + (last[0] - first[0]), sum[1] + (last[1] - first[1])];
        }
        if let Some(gram) = element.value("id").and_then(|id| id.strip_prefix("ng_")) {
            let freq = element.value("freq").map_or(Ok(1), str::parse).map_err(|_| refused("a `freq` is no whole number"))?;
            let count: &mut u32 = features.ngrams.entry(gram.to_lowercase()).or_default();
            *count = count.saturating_add(freq);
        }
        if space(element) == Some("semantic") {
            features.embedding.extend(points.iter().flatten());
        }
    }
    if sum != [0.0; 2] {
        features.angle = atan2(sum[1], sum[0]);
    }
    let id = root.value("data-doc-id").map_or_else(|| path.display().to_string(), str::to_owned);
    Ok(Candidate { path: path.to_owned(), id, hash, features, lane: unit.lane(), edge: unit.edge() })
}

/// SHA-256 of the canonical JSON of text, bias and index hash.
fn cache_key(root: Node<'_>, index_hash: &Digest) -> Option<Digest> {
    let text = root.get("query")?.get("text")?.as_str()?.into_owned();
    let bias = root.get("bias")?.to_value();
    let preimage = json!([text, bias, index_hash.to_string()]).to_string();
    let tree = Tree::parse(Arc::from(preimage));
    Some(Digest::of(&canonical(tree.root()?).ok()?))
}
