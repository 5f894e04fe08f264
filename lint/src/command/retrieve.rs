//! `retrieve`: the answer to a retrieval request, from the units of a semantic index.
//!
//! What the texts leave open is read so: the n-grams of a query are the pairs of letters of its words in lower case, and units carry
//! theirs as `ng_…` paths with `freq`; embeddings are the points of the paths in `space="semantic"`, and a query that brings none of
//! its own (`query.embedding`) has none; phases are the directions of the whole of each.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::collapse::math::atan2;
use mx2lm_core::collapse::rank::{self, Bias, Features};
use mx2lm_core::collapse::read::{self, ReadError};
use mx2lm_core::document::index_unit::{Unit, space};
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
    let (query, bias, limit) = request(root).map_err(|error| at(path, &error))?;
    let mut candidates = arguments.against.iter().map(|path| candidate(path)).collect::<Result<Vec<_>, _>>()?;
    candidates.sort_by(|one, other| one.id.as_bytes().cmp(other.id.as_bytes()));
    let mut results = Vec::with_capacity(candidates.len());
    for candidate in &candidates {
        let mut query = query.clone();
        if query.embedding.is_empty() {
            query.embedding = vec![0.0; candidate.features.embedding.len()];
        }
        let parts = rank::score(&query, &candidate.features, &bias);
        results.push((candidate, parts.map_err(|error| Failure::Refused(format!("`{}`: {error}", candidate.id)))?));
    }
    rank::rank(&mut results, |(candidate, parts)| (parts.score(), candidate.id.as_str()));
    results.truncate(limit);
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

fn request(root: Node<'_>) -> Result<(Features, Bias, usize), ReadError> {
    let (query, bias) = (read::member(root, "query")?, read::member(root, "bias")?);
    let text = read::member(query, "text")?;
    let text = text.as_str().ok_or_else(|| ReadError::at(text, "a string is wanted"))?;
    let number = |name| read::member(bias, name).and_then(read::number);
    let flag = read::member(bias, "pi")?;
    let pi = flag.as_bool().ok_or_else(|| ReadError::at(flag, "`true` or `false` is wanted"))?;
    let bias = Bias { alpha: number("alpha")?, beta: number("beta")?, phase: number("phase")?, pi };
    let limit = match root.get("limit") {
        None => usize::MAX,
        Some(node) => {
            let limit = node.as_u64().filter(|limit| *limit > 0).ok_or_else(|| ReadError::at(node, "an integer above 0 is wanted"))?;
            usize::try_from(limit).unwrap_or(usize::MAX)
        }
    };
    let embedding = query.get("embedding").map_or(Ok(Vec::new()), read::numbers)?;
    let angle = query.get("angle").map_or(Ok(0.0), read::number)?;
    Ok((Features { embedding, ngrams: bigrams(&text), angle }, bias, limit))
}

/// Pairs of neighbouring letters of each word, in lower case.
fn bigrams(text: &str) -> BTreeMap<String, u32> {
    let mut grams: BTreeMap<String, u32> = BTreeMap::new();
    for word in text.to_lowercase().split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for pair in letters.windows(2) {
            let count = grams.entry(pair.iter().collect()).or_default();
            *count = count.saturating_add(1);
        }
    }
    grams
}

fn candidate(path: &Path) -> Result<Candidate, Failure> {
    let refused = |why: &str| Failure::Refused(format!("`{}`: {why}", path.display()));
    let text = String::from_utf8(read_file(path)?).map_err(|_| refused("the drawing is not UTF-8"))?;
    let elements = Elements::parse(&text).elements.ok_or_else(|| refused("the drawing cannot be read"))?;
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
    for (element, point) in paths.zip(&unit.points) {
        let point = point.map(f64::from);
        sum = [sum[0] + point[0], sum[1] + point[1]];
        if let Some(gram) = element.value("id").and_then(|id| id.strip_prefix("ng_")) {
            let freq = element.value("freq").map_or(Ok(1), str::parse).map_err(|_| refused("a `freq` is no whole number"))?;
            features.ngrams.insert(gram.to_lowercase(), freq);
        }
        if space(element) == Some("semantic") {
            features.embedding.extend(point);
        }
    }
    if sum != [0.0; 2] {
        features.angle = atan2(sum[1], sum[0]);
    }
    let id = root.value("data-doc-id").map_or_else(|| path.display().to_string(), str::to_owned);
    Ok(Candidate { id, hash, features, lane: unit.lane(), edge: unit.edge() })
}

/// SHA-256 of the canonical JSON of text, bias and index hash.
fn cache_key(root: Node<'_>, index_hash: &Digest) -> Option<Digest> {
    let text = root.get("query")?.get("text")?.as_str()?.into_owned();
    let bias = root.get("bias")?.to_value();
    let preimage = json!([text, bias, index_hash.to_string()]).to_string();
    let tree = Tree::parse(Arc::from(preimage));
    Some(Digest::of(&canonical(tree.root()?).ok()?))
}
