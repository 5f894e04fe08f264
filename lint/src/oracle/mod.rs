//! The reference oracle: one question in, one answer out, so that authors of other tools can hold their work to this one.
//!
//! A question is a JSON object with the function's name in `fn` and its input in `in`; other members are labels. The answer is
//! `{"out": …}` or `{"error": name, "message": …}`. A question never ends the conversation, whatever it holds.
//!
//! A new function is a row of [`FUNCTIONS`]; the table in `docs/eval.md` is made from the rows.

mod collapse;
mod hash;
mod pack;
mod profile;
mod record;
mod scxq2;
mod tensor;

use std::sync::Arc;

use mx2lm_core::syntax::json::{Node, Tree};
use serde_json::{Value, json};

/// One function of the oracle.
pub struct Function {
    /// The name in `fn`.
    pub name: &'static str,
    /// The members of `in`.
    pub takes: &'static str,
    /// The members of `out`.
    pub gives: &'static str,
    /// What it computes.
    pub what: &'static str,
    call: fn(Node<'_>) -> Result<Value, Refusal>,
}

/// Every function, by name.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "collapse.angle_distance",
        takes: "`anglesA`, `anglesB`: angles in [0, 2π)",
        gives: "a list",
        what: "for each pair of angles the shorter way round",
        call: collapse::angle_distance,
    },
    Function {
        name: "collapse.gccp",
        takes: "`vecA`, `vecB`: lists of `[x, y]`; `epsilon` (0.1745329)",
        gives: "`score`, `bits`, `aligned`",
        what: "the collapse of `vecA` against `vecB`, and how many pairs are aligned",
        call: collapse::gccp,
    },
    Function {
        name: "collapse.interference",
        takes: "`anglesA`, `anglesB`, `magnitudesA`, `magnitudesB`",
        gives: "`score`, `normalized`, `bits`",
        what: "the collapse of two signals by interference; `bits` are those of `normalized`",
        call: collapse::interference,
    },
    Function {
        name: "collapse.superpose",
        takes: "`scores`, `weights`; `kappa` (0.5), `normalized` (true), `interference_threshold` (π/2)",
        gives: "`score`, `bits`, `interfering`, `weights`",
        what: "one score of several, how many pairs conflict, and the weights that conflicts left",
        call: collapse::superpose,
    },
    Function {
        name: "collapse.threshold",
        takes: "`epsilon`: an angle in [0, π]",
        gives: "`value`, `bits`",
        what: "the smallest number whose inverse cosine is at most `epsilon`",
        call: collapse::threshold,
    },
    Function {
        name: "hash.canonical_json",
        takes: "`text`: a JSON document",
        gives: "`canonical`, `sha256`",
        what: "the canonical text of RFC 8785 and its hash",
        call: hash::canonical_json,
    },
    Function {
        name: "hash.self",
        takes: "`document`: any JSON object",
        gives: "`sha256`",
        what: "the self-hash of the document: its canonical text without its own hash and signature members",
        call: hash::self_hash,
    },
    Function {
        name: "hash.sha256",
        takes: "`hex` or `text`",
        gives: "`sha256`",
        what: "the hash of the bytes, or of the text in UTF-8",
        call: hash::sha256,
    },
    Function {
        name: "kuhul.map",
        takes: "`operation`, `hex`, optionally `seed` (hex), `bound`, `factor`",
        gives: "`hex`",
        what: "what the mapping layer makes of bytes; `Rotate`, `GeneratePath`, `Filter`, `Extract` and `ApplyQuantumGate` are refused",
        call: record::map,
    },
    Function {
        name: "profile.fingerprint",
        takes: "`profile`: a π-profile",
        gives: "`fingerprint`",
        what: "`pi:` and the hash of the profile without `meta.fingerprint`",
        call: profile::fingerprint,
    },
    Function {
        name: "record.assemble",
        takes: "`records`: micronaut records in hex",
        gives: "`lanes`: signals by lane",
        what: "the lanes DICT, FIELD, LANE, EDGE and QUANTUM that micronauts make together",
        call: record::assemble,
    },
    Function {
        name: "record.entanglement",
        takes: "`records`: any bytes in hex",
        gives: "`entanglement`",
        what: "one identity for a set of records, whatever their order",
        call: record::entangle,
    },
    Function {
        name: "record.index",
        takes: "`nodes`: objects of `symbol`, `x`, `y`, optionally `phase`, `weight`; `edges`: pairs; optionally `field`",
        gives: "`hex`, `index_hash`, `geometry_hash`",
        what: "the container of a retrieval index and its identity",
        call: record::index,
    },
    Function {
        name: "record.index_decode",
        takes: "`hex`",
        gives: "`nodes`, `edges`, `field`, `index_hash`, `geometry_hash`",
        what: "the retrieval index in a container",
        call: record::index_decode,
    },
    Function {
        name: "record.micronaut_decode",
        takes: "`hex`",
        gives: "`domain`, `lane`, `signals`",
        what: "the signals in a micronaut's record",
        call: record::micronaut_decode,
    },
    Function {
        name: "record.micronaut_encode",
        takes: "`domain`, `signals`: bytes in hex",
        gives: "`hex`, `lane`",
        what: "the record of a micronaut",
        call: record::micronaut_encode,
    },
    Function {
        name: "record.quantise",
        takes: "`width`: `binary`, `ternary` or `int2`; `numbers`; optionally `threshold`",
        gives: "`values`",
        what: "the values nearest to numbers",
        call: record::quantise,
    },
    Function {
        name: "record.tensor_decode",
        takes: "`hex`",
        gives: "`width`, `shape`, `values`, `entanglement`",
        what: "the tensor in a record",
        call: record::tensor_decode,
    },
    Function {
        name: "record.tensor_encode",
        takes: "`width`, `shape`, `values`",
        gives: "`hex`, `entanglement`",
        what: "the record of a quantised tensor",
        call: record::tensor_encode,
    },
    Function {
        name: "retrieve.rank",
        takes: "`candidates`: objects with `id`, and `score` or, with `query` and `bias`, `embedding`, `ngrams`, `angle`; `limit`",
        gives: "`results`: `id`, `score`, `bits`, `components`",
        what: "the candidates in the order of retrieval: the higher score first, equal ones by id",
        call: collapse::rank,
    },
    Function {
        name: "scxq2.check_proof",
        takes: "`proof`: a lane proof; `hex`: the pack",
        gives: "`ok`, and `pointer`, `why` where it is false",
        what: "whether the chunk, the lane root and the root of the proof are those of the pack",
        call: scxq2::check_proof,
    },
    Function {
        name: "scxq2.decode",
        takes: "`hex`: a pack",
        gives: "`canonical_svg`, `canonical_svg_hash`, `merkle_root`",
        what: "the canonical text of the tensor in the pack",
        call: scxq2::decode,
    },
    Function {
        name: "scxq2.detect",
        takes: "`hex`",
        gives: "`format`, and `envelope` of a pack",
        what: "how a payload is stored, from its first 18 bytes",
        call: record::detect,
    },
    Function {
        name: "scxq2.encode",
        takes: "`svg`: a drawing; `epsilon` (2⁻¹⁰)",
        gives: "`pack_hex`, `pack_sha256`, `lane_roots`, `merkle_root`",
        what: "the pack of the tensor, its hash, and its roots",
        call: scxq2::encode,
    },
    Function {
        name: "scxq2.prove",
        takes: "`hex`: a pack; `lane`; `chunk` (0)",
        gives: "`proof`",
        what: "the proof that the chunk belongs to the lane and the lane to the root",
        call: scxq2::prove,
    },
    Function {
        name: "scxq2.verify",
        takes: "`hex`: a pack",
        gives: "`merkle_root`, `lane_roots`, `canonical_svg_hash`",
        what: "the roots of a lawful pack; else the reason it is refused, with the byte",
        call: scxq2::verify,
    },
    Function {
        name: "signal.normalize",
        takes: "`angles`, `magnitudes`",
        gives: "`angles`, `magnitudes`",
        what: "the signal with its angles taken into [0, 2π)",
        call: collapse::normalize,
    },
    Function {
        name: "tensor.accumulate",
        takes: "`svg`, `steps`; `epsilon` (2⁻¹⁰)",
        gives: "`node_accum_hex`",
        what: "what flows to each node of the tensor in that many steps, 32 bits each, little-endian",
        call: tensor::accumulate,
    },
    Function {
        name: "tensor.canonical",
        takes: "`svg`: a drawing; `epsilon` (2⁻¹⁰)",
        gives: "`canonical_svg`, `canonical_svg_hash`, `structure_hex`, `buffer_hash`",
        what: "the canonical text and the structural form of the tensor, with their hashes",
        call: tensor::canonical,
    },
    Function {
        name: "tensor.legality",
        takes: "`svg`: a drawing",
        gives: "`findings`: `spec_error`, `locator`, `message` of each",
        what: "why the drawing is no tensor or has no canonical form; nothing when it is lawful",
        call: tensor::legality,
    },
    Function {
        name: "tensor.merge",
        takes: "`merge_rule`; `members`: objects of `id`, `svg` and, for a weighted sum, `weight`",
        gives: "`hash`; `edges`, or `elements` and `points`",
        what: "the cluster that tensors make: the weight of each edge by element and place, or one tensor",
        call: record::merge,
    },
    Function {
        name: "tensor.structure",
        takes: "`svg`: a drawing; `epsilon` (2⁻¹⁰)",
        gives: "`structure_hex`, `buffer_hash`, `nodes`, `edges`",
        what: "nodes, edges and attributes as a GPU is given them, their hash, and how many there are",
        call: tensor::structure,
    },
];

/// Every function of every part, by the parts.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().chain(pack::FUNCTIONS)
}

/// Why there is no answer.
#[derive(Debug, PartialEq)]
pub enum Refusal {
    /// The question is not of the shape the function takes.
    BadInput(String),
    /// The shape is right and the value cannot be had.
    Refused(String),
    /// The same, where the specification has a name for it.
    Named(&'static str, String),
}

impl Refusal {
    fn name(&self) -> &'static str {
        match self {
            Refusal::BadInput(_) => "eval.bad_input",
            Refusal::Refused(_) => "eval.refused",
            Refusal::Named(name, _) => name,
        }
    }
}

/// The answer to one line, its line end left out.
pub fn answer(line: &[u8]) -> Value {
    let (name, message) = match ask(line) {
        Ok(out) => return json!({ "out": out }),
        Err(None) => ("eval.unknown_function", "no function of that name; `docs/eval.md` lists them".to_owned()),
        Err(Some(refusal)) => {
            let name = refusal.name();
            let (Refusal::BadInput(message) | Refusal::Refused(message) | Refusal::Named(_, message)) = refusal;
            (name, message)
        }
    };
    json!({ "error": name, "message": message })
}

/// `Err(None)`: there is no such function.
fn ask(line: &[u8]) -> Result<Value, Option<Refusal>> {
    let bad = |message: &str| Some(Refusal::BadInput(message.to_owned()));
    let text = std::str::from_utf8(line).map_err(|_| bad("the line is not UTF-8"))?;
    let tree = Tree::parse(Arc::from(text));
    // A number beyond f64 is JSON all the same: whoever needs its value refuses it.
    if let Some(error) = tree.errors().iter().find(|error| error.rule != "syntax/json-number-range") {
        return Err(Some(Refusal::BadInput(format!("the line is not JSON: {}", error.message))));
    }
    let question = tree.root().filter(|root| root.is_object()).ok_or_else(|| bad("the line is not a JSON object"))?;
    let name = question.get("fn").and_then(|name| name.as_str()).ok_or_else(|| bad("`fn` is wanted: the name of a function"))?;
    let function = functions().find(|function| function.name == name).ok_or(None)?;
    let input = question.get("in").filter(|input| input.is_object()).ok_or_else(|| bad("`in` is wanted: an object"))?;
    let own = [question.id(), input.id()];
    if let Some(twice) = tree.duplicates().iter().find(|twice| own.contains(&twice.object)) {
        return Err(Some(Refusal::BadInput(format!("the member `{}` stands there twice", twice.name))));
    }
    (function.call)(input).map_err(Some)
}

/// The member `name` as text.
fn text<'t>(input: Node<'t>, name: &str) -> Result<std::borrow::Cow<'t, str>, Refusal> {
    input.get(name).and_then(|value| value.as_str()).ok_or_else(|| Refusal::BadInput(format!("`{name}` is wanted: a string")))
}

/// The member `name` as an object.
fn object<'t>(input: Node<'t>, name: &str) -> Result<Node<'t>, Refusal> {
    input.get(name).filter(|value| value.is_object()).ok_or_else(|| Refusal::BadInput(format!("`{name}` is wanted: an object")))
}
