//! Records, the mapping layer and clusters, as questions.

use mx2lm_core::{
    hash::digest::hex,
    scxq2::{
        entanglement::entanglement,
        envelope::Format,
        index::{Index, Node as IndexNode, coordinate},
        kuhul::Operation,
        micronaut_record::MicronautRecord,
        sbs1::{self, Domain},
        tensor_record::{TensorRecord, Width},
    },
    syntax::{
        json::{Node, Tree},
        xml::Elements,
    },
    tensor::{
        cluster::{self, Member, MergeRule, Merged},
        graph::Graph,
        legality,
        model::Model,
        number,
        source::{self, EPSILON, Mode},
    },
};
use serde_json::{Value, json};

use super::{Refusal, text};

fn bytes_of(node: Node<'_>, name: &str) -> Result<Vec<u8>, Refusal> {
    let wanted = || Refusal::BadInput(format!("`{name}` is wanted: hexadecimal digits, two a byte"));
    let text = node.as_str().ok_or_else(wanted)?;
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect::<Option<Vec<u8>>>();
    bytes.filter(|_| rest.is_empty()).ok_or_else(wanted)
}

fn member<'t>(input: Node<'t>, name: &str, what: &str) -> Result<Node<'t>, Refusal> {
    input.get(name).ok_or_else(|| Refusal::BadInput(format!("`{name}` is wanted: {what}")))
}

fn list<'t>(input: Node<'t>, name: &str, what: &str) -> Result<Vec<Node<'t>>, Refusal> {
    let node = member(input, name, what)?;
    if !node.is_array() {
        return Err(Refusal::BadInput(format!("`{name}` is wanted: {what}")));
    }
    Ok(node.items().collect())
}

fn width(input: Node<'_>) -> Result<Width, Refusal> {
    let name = text(input, "width")?;
    Width::by_name(&name).ok_or_else(|| Refusal::BadInput(format!("`width` is `{name}`; wanted is binary, ternary or int2")))
}

/// Numbers to the values of a width.
pub fn quantise(input: Node<'_>) -> Result<Value, Refusal> {
    let width = width(input)?;
    let threshold = input.get("threshold").map_or(Some(0.0), Node::as_f64);
    let threshold = threshold.ok_or_else(|| Refusal::BadInput("`threshold` is wanted: a number".into()))?;
    let numbers = list(input, "numbers", "a list of numbers")?;
    let values = numbers.iter().map(|node| width.quantise(node.as_f64()?, threshold));
    let values = values.collect::<Option<Vec<i8>>>();
    values
        .map(|values| json!({ "values": values }))
        .ok_or_else(|| Refusal::Refused("a number is none, or the threshold is negative".into()))
}

/// A tensor to its record.
pub fn tensor_encode(input: Node<'_>) -> Result<Value, Refusal> {
    let width = width(input)?;
    let shape =
        list(input, "shape", "a list of sizes")?.iter().map(|node| node.as_u64().and_then(|size| u32::try_from(size).ok())).collect();
    let shape: Option<Vec<u32>> = shape;
    let values =
        list(input, "values", "a list of integers")?.iter().map(|node| node.as_i64().and_then(|value| i8::try_from(value).ok())).collect();
    let values: Option<Vec<i8>> = values;
    let (Some(shape), Some(values)) = (shape, values) else {
        return Err(Refusal::BadInput("`shape` holds whole numbers of 32 bits, `values` integers of 8".into()));
    };
    let record = TensorRecord::new(width, shape, values).map_err(|error| Refusal::Refused(error.to_string()))?;
    Ok(json!({ "hex": hex(&record.encode()), "entanglement": record.entanglement() }))
}

/// A record to its tensor.
pub fn tensor_decode(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = bytes_of(member(input, "hex", "the bytes of a record")?, "hex")?;
    let record = TensorRecord::decode(&bytes).map_err(|error| Refusal::Named(error.name, error.to_string()))?;
    Ok(json!({ "width": record.width().name(), "shape": record.shape(), "values": record.values(), "entanglement": record.entanglement() }))
}

/// Signals to a micronaut's record.
pub fn micronaut_encode(input: Node<'_>) -> Result<Value, Refusal> {
    let name = text(input, "domain")?;
    let domain = Domain::by_name(&name).ok_or_else(|| {
        let known: Vec<&str> = Domain::ALL.iter().map(|domain| domain.name()).collect();
        Refusal::Refused(format!("no domain is called `{name}`; there are {}", known.join(", ")))
    })?;
    let signals = list(input, "signals", "a list of hexadecimal digits")?.into_iter().map(|node| bytes_of(node, "signals"));
    let record = MicronautRecord { domain, signals: signals.collect::<Result<_, _>>()? };
    let bytes = record.encode().ok_or_else(|| Refusal::Refused("a signal is longer than 32 bits can say".into()))?;
    Ok(json!({ "hex": hex(&bytes), "lane": domain.lane().name() }))
}

/// A micronaut's record to its signals.
pub fn micronaut_decode(input: Node<'_>) -> Result<Value, Refusal> {
    let record = micronaut(member(input, "hex", "the bytes of a record")?)?;
    let signals: Vec<String> = record.signals.iter().map(|signal| hex(signal)).collect();
    Ok(json!({ "domain": record.domain.name(), "lane": record.domain.lane().name(), "signals": signals }))
}

fn micronaut(node: Node<'_>) -> Result<MicronautRecord, Refusal> {
    MicronautRecord::decode(&bytes_of(node, "hex")?).map_err(|error| Refusal::Named(error.name, error.to_string()))
}

/// Records to the lanes they make.
pub fn assemble(input: Node<'_>) -> Result<Value, Refusal> {
    let records: Vec<MicronautRecord> =
        list(input, "records", "a list of hexadecimal digits")?.into_iter().map(micronaut).collect::<Result<_, _>>()?;
    let lanes = sbs1::assemble(&records);
    let lanes = lanes.map(|(lane, signals)| (lane.name().to_owned(), json!(signals.iter().map(|signal| hex(signal)).collect::<Vec<_>>())));
    Ok(json!({ "lanes": Value::Object(lanes.into_iter().collect()) }))
}

/// Records to one identity.
pub fn entangle(input: Node<'_>) -> Result<Value, Refusal> {
    let records: Vec<Vec<u8>> = list(input, "records", "a list of hexadecimal digits")?
        .into_iter()
        .map(|node| bytes_of(node, "records"))
        .collect::<Result<_, _>>()?;
    Ok(json!({ "entanglement": entanglement(records.iter().map(Vec::as_slice)) }))
}

/// An operation of the mapping layer.
pub fn map(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = bytes_of(member(input, "hex", "bytes")?, "hex")?;
    let seed = input.get("seed").map_or(Ok(Vec::new()), |node| bytes_of(node, "seed"))?;
    let whole = |name: &str, absent: u64| input.get(name).map_or(Some(absent), |node| node.as_u64());
    let (bound, factor) =
        (whole("bound", 0).and_then(|bound| u8::try_from(bound).ok()), whole("factor", 1).and_then(|factor| usize::try_from(factor).ok()));
    let (Some(bound), Some(factor)) = (bound, factor) else {
        return Err(Refusal::BadInput("`bound` is 0 to 255, `factor` a whole number".into()));
    };
    let operation =
        Operation::named(&text(input, "operation")?, &seed, bound, factor).map_err(|error| Refusal::Refused(error.to_string()))?;
    Ok(json!({ "hex": hex(&operation.map(&bytes)) }))
}

/// How a payload is stored.
pub fn detect(input: Node<'_>) -> Result<Value, Refusal> {
    let format = Format::detect(&bytes_of(member(input, "hex", "the bytes of a payload")?, "hex")?);
    let envelope = match format {
        Format::Scxq2Svg(Some(meta)) => json!({
            "version": meta.version, "lane_count": meta.lane_count, "toc_offset": meta.toc_offset, "total_size": meta.total_size,
        }),
        Format::Scxq2Svg(None) | Format::SvgCanonical => return Ok(json!({ "format": format.name() })),
    };
    Ok(json!({ "format": format.name(), "envelope": envelope }))
}

/// A drawing's lawful tensor.
fn model_of(svg: &str) -> Result<Model, Refusal> {
    let illegal = |message: String| Refusal::Named("verification_error.illegal_tensor", message);
    let elements = Elements::parse(svg).elements.ok_or_else(|| illegal("the drawing is not well-formed XML".into()))?;
    let drawing =
        source::read(&elements, EPSILON, Mode::Strict).map_err(|fault| Refusal::Named(fault.name.as_str(), fault.message))?.drawing;
    let judged = legality::judge(&drawing.model, &Graph::of(&drawing.model));
    match judged.fault(&drawing.model, &drawing.origin) {
        None => Ok(drawing.model),
        Some(fault) => Err(Refusal::Named(fault.name.as_str(), fault.message)),
    }
}

/// Tensors to the cluster they make.
pub fn merge(input: Node<'_>) -> Result<Value, Refusal> {
    let name = text(input, "merge_rule")?;
    let rule = MergeRule::by_name(&name);
    let rule = rule.ok_or_else(|| Refusal::Named("verification_error.invariant_violation", format!("no merge rule is called `{name}`")))?;
    let mut members = Vec::new();
    for node in list(input, "members", "a list of objects")? {
        let weight = node
            .get("weight")
            .and_then(|weight| weight.number_text())
            .map_or(Some(0), |literal| number::to_q32(literal).and_then(|weight| u64::try_from(weight).ok()));
        let weight = weight.ok_or_else(|| Refusal::BadInput("`weight` is wanted: a number from 0".into()))?;
        members.push((text(node, "id")?.into_owned(), weight, model_of(&text(node, "svg")?)?));
    }
    let members: Vec<Member<'_>> = members.iter().map(|(id, weight, model)| Member { id, weight: *weight, model }).collect();
    let merged = cluster::merge(&members, rule).map_err(|error| Refusal::Refused(error.to_string()))?;
    let hash = merged.digest();
    Ok(match merged {
        Merged::Edges(edges) => {
            let edges: Vec<Value> = edges.iter().map(|((id, place), value)| json!([format!("h{}", hex(id)), place, value])).collect();
            json!({ "edges": edges, "hash": hash })
        }
        Merged::Tensor(model) => json!({ "elements": model.elements.len(), "points": model.points.len(), "hash": hash }),
    })
}

/// A retrieval index to its container.
pub fn index(input: Node<'_>) -> Result<Value, Refusal> {
    let wanted = || {
        Refusal::BadInput("`nodes` is wanted: a list of objects of `symbol`, `x`, `y` and, if they have them, `phase` and `weight`".into())
    };
    let number = |node: Node<'_>, name: &str, absent: Option<f64>| {
        let number = node.get(name).map_or(absent, Node::as_f64).ok_or_else(wanted)?;
        coordinate(number).ok_or_else(|| Refusal::Refused(format!("`{name}` is beyond what f32 holds")))
    };
    if input.get("field").is_some_and(|field| !field.is_object()) {
        return Err(Refusal::BadInput("`field` is an object".into()));
    }
    let mut index = Index { field: input.get("field").map_or_else(|| Ok("{}".into()), canonical_text)?, ..Index::default() };
    for node in list(input, "nodes", "a list of objects")? {
        let place = [number(node, "x", None)?, number(node, "y", None)?];
        let quantum = [number(node, "phase", Some(0.0))?, number(node, "weight", Some(0.0))?];
        index.nodes.push(IndexNode { symbol: text(node, "symbol")?.into_owned(), place, quantum });
    }
    for pair in list(input, "edges", "a list of pairs")? {
        let end = |at| pair.item(at).and_then(Node::as_u64).and_then(|end| u32::try_from(end).ok());
        let (Some(from), Some(to), 2) = (end(0), end(1), pair.len()) else {
            return Err(Refusal::BadInput("`edges` holds pairs of node numbers".into()));
        };
        index.edges.push([from, to]);
    }
    let refused = || Refusal::Refused("an edge leads to a node that is not there".into());
    let bytes = index.encode().ok_or_else(refused)?;
    Ok(json!({ "hex": hex(&bytes), "index_hash": index.hash(), "geometry_hash": index.geometry_hash() }))
}

/// A container to its retrieval index.
pub fn index_decode(input: Node<'_>) -> Result<Value, Refusal> {
    let bytes = bytes_of(member(input, "hex", "the bytes of a container")?, "hex")?;
    let index = Index::decode(&bytes).map_err(|error| Refusal::Named(error.name, error.to_string()))?;
    let tree = Tree::parse(index.field.as_str().into());
    let strict = tree.root().filter(|root| tree.is_strict() && tree.duplicates().is_empty() && root.is_object());
    let spelled = strict.and_then(|root| canonical_text(root).ok()).is_some_and(|text| text == index.field);
    let (Some(field), true) = (strict, spelled) else {
        let why = "FIELD holds no object as canonical JSON (RFC 8785) writes it: one index would have several hashes";
        return Err(Refusal::Named("load_error.malformed_envelope", why.into()));
    };
    let nodes: Vec<Value> = index
        .nodes
        .iter()
        .map(|node| {
            let [[x, y], [phase, weight]] = [node.place, node.quantum];
            json!({ "symbol": node.symbol, "x": f64::from(x), "y": f64::from(y), "phase": f64::from(phase), "weight": f64::from(weight) })
        })
        .collect();
    Ok(json!({
        "nodes": nodes, "edges": index.edges, "field": field.to_value(),
        "index_hash": index.hash(), "geometry_hash": index.geometry_hash(),
    }))
}

fn canonical_text(node: Node<'_>) -> Result<String, Refusal> {
    let bytes = mx2lm_core::hash::canonical(node).map_err(|error| Refusal::Refused(error.why))?;
    String::from_utf8(bytes).map_err(|_| Refusal::Refused("`field` has no canonical text".into()))
}
