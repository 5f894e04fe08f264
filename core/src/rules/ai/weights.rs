//! Model weights: what is declared of the tensors, and the bytes that hold them (§16.4).

use std::collections::BTreeMap;

use super::{
    examples::{RAW, weights},
    payload::{Payload, own, says},
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    hash::{canonical_json::canonical, digest::Digest},
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::{Node, Tree, Whole},
    workspace::context::WorkspaceContext,
};

const WEIGHTS: On = On::Kinds(&["ai.model.weights.v1"]);

const GOOD: &[Example] =
    &[Example { note: "four elements of four bytes", file: "w.json", files: &[("w.json", weights!()), ("w.bin", RAW)] }];

/// The hash of the shapes is not theirs.
pub static SHAPE_HASH: Rule = Rule {
    name: "ai/shape-hash",
    severity: Severity::Error,
    rows: &["B045", "B046", "B050"],
    on: WEIGHTS,
    check: Check::Workspace(shape_hash),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A `shape_hash` that is not the SHA-256 of the canonical JSON of `layer_map`.",
        why: "Weights are bound to an architecture by this hash; a false one lets tensors of another shape pass.",
        fix: "Restore `layer_map`, or write its hash with `fix --hashes`.",
        bad: &[Example {
            note: "the hash of another map",
            file: "w.json",
            files: &[
                ("w.json", weights!("w", "[4]", "sha256:2e1cbb7aab22b8deaa8caaa938f0fac0daae2976f4a63fb5e8fc17794b297c8d")),
                ("w.bin", RAW),
            ],
        }],
        good: GOOD,
    },
};

/// The file holds other tensors.
pub static TENSORS: Rule = Rule {
    name: "ai/tensor-shapes",
    severity: Severity::Error,
    rows: &["A547", "B043", "B050", "B052"],
    on: WEIGHTS,
    check: Check::Workspace(tensors),
    fix: None,
    docs: Docs {
        what: "Weights whose file does not hold exactly the tensors of `layer_map`: names, shapes and bytes. A `raw-tensor` file has as many bytes as the map and `dtype` make; a `safetensors` file says so in its header.",
        why: "The map is the declaration. A tensor that is missing, surplus or of another shape is read as something it is not.",
        fix: "Store the tensors that are declared, or declare those that are stored and renew `shape_hash`.",
        bad: &[Example {
            note: "six elements declared, four stored",
            file: "w.json",
            files: &[
                ("w.json", weights!("w", "[2, 3]", "sha256:2e1cbb7aab22b8deaa8caaa938f0fac0daae2976f4a63fb5e8fc17794b297c8d")),
                ("w.bin", RAW),
            ],
        }],
        good: GOOD,
    },
};

/// The file holds numbers of another type.
pub static DTYPE: Rule = Rule {
    name: "ai/tensor-dtype",
    severity: Severity::Error,
    rows: &["B044", "B055"],
    on: WEIGHTS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A safetensors file with tensors of another element type than `dtype` declares; `custom` allows any.",
        why: "Nothing is cast silently: the declared type is the one that is read.",
        fix: "Declare the stored type, or `custom` when they differ.",
        bad: &[Example {
            note: "stored as fp16",
            file: "w.json",
            files: &[
                (
                    "w.json",
                    r#"{"$schema": "object://schema/ai.model.weights.v1", "type": "ai.model.weights", "format": "safetensors", "dtype": "fp32", "layer_map": {"w": [1]}, "payload": {"type": "binary", "mime": "application/x-safetensors", "location": "./w.safetensors"}}"#,
                ),
                ("w.safetensors", "9\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}   00"),
            ],
        }],
        good: GOOD,
    },
};

/// Tensors that only training needs.
pub static GRADIENTS: Rule = Rule {
    name: "ai/gradient-tensor",
    severity: Severity::Warning,
    rows: &["B053"],
    on: WEIGHTS,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "Tensors named like gradients or the state of an optimizer: `….grad`, `….exp_avg`, `….momentum`.",
        why: "Weights are sealed and never trained; such tensors are left over from training.",
        fix: "Store the weights alone.",
        bad: &[Example {
            note: "the state of an optimizer",
            file: "w.json",
            files: &[
                ("w.json", weights!("w.exp_avg", "[2, 2]", "sha256:2e1cbb7aab22b8deaa8caaa938f0fac0daae2976f4a63fb5e8fc17794b297c8d")),
                ("w.bin", RAW),
            ],
        }],
        good: GOOD,
    },
};

fn shape_hash(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = own(context) else { return };
    let Some(root) = tree.root() else { return };
    let (Some(node), Some(map)) = (root.get("shape_hash"), root.get("layer_map").filter(|map| map.is_object())) else { return };
    let Some(declared) = node.as_str().and_then(|text| Digest::parse(&text)) else { return };
    let Ok(bytes) = canonical(map) else { return };
    let truth = Digest::of(&bytes);
    if declared != truth {
        let message = format!("`shape_hash` is not the hash of the canonical JSON of `layer_map`, which is `{truth}`");
        let fix =
            Fix::replace(Safety::Hash, format!("write the true hash `{truth}`"), &context.facts.path, node.span(), format!("\"{truth}\""));
        let help = "restore `layer_map`, or write its true hash with `mx2lm-lint fix --hashes`";
        findings.push(Finding::new(&SHAPE_HASH, Place::value(node), message).help(help).spec("verification_error").fix(fix));
    }
}

/// Bytes an element takes, by `dtype`.
const SIZES: &[(&str, &str, u64)] = &[("fp32", "F32", 4), ("fp16", "F16", 2), ("bf16", "BF16", 2), ("int8", "I8", 1)];

/// Bytes an element takes, by the type's name in a safetensors header.
const HEADER_SIZES: &[(&str, u64)] = &[
    ("F64", 8),
    ("F32", 4),
    ("F16", 2),
    ("BF16", 2),
    ("I64", 8),
    ("I32", 4),
    ("I16", 2),
    ("I8", 1),
    ("U64", 8),
    ("U32", 4),
    ("U16", 2),
    ("U8", 1),
    ("BOOL", 1),
    ("F8_E4M3", 1),
    ("F8_E5M2", 1),
];

/// Names that only training leaves behind.
const TRAINING: &[&str] = &[".grad", ".exp_avg", ".exp_avg_sq", ".momentum", ".momentum_buffer"];

/// Most findings about single tensors of one file.
const MOST: usize = 16;

type Shapes = BTreeMap<String, Vec<Whole>>;

fn tensors(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = own(context) else { return };
    let Some(root) = tree.root() else { return };
    let Some(map) = root.get("layer_map").filter(|map| map.is_object()) else { return };
    for (name, value) in map.members().filter(|(name, _)| TRAINING.iter().any(|ending| name.ends_with(ending))) {
        let message = format!("`{name}` is named like a tensor of training, and these weights are never trained");
        findings.push(Finding::new(&GRADIENTS, Place::key(value), message).help("store the weights alone"));
    }
    let Some(declared) = shapes(map) else { return };
    let Some(payload) = Payload::of(context, context.facts) else { return };
    let dtype = root.get("dtype").and_then(|node| node.as_str()).unwrap_or_default();
    if says(root.get("format"), "raw-tensor") {
        raw(&declared, &dtype, &payload, findings);
    } else if says(root.get("format"), "safetensors") {
        let Ok(bytes) = context.bytes(&payload.file.path) else { return };
        match Header::read(&bytes) {
            Ok(header) => compare(&declared, &header, &dtype, &payload, findings),
            Err(why) => {
                let message = format!("`{}` is not a safetensors file: {why}", payload.file.path);
                findings.push(
                    payload
                        .whole(&TENSORS, message)
                        .help("store the tensors as safetensors, or say `raw-tensor`")
                        .spec("verification_error"),
                );
            }
        }
    }
}

/// The shapes of the map; `None` when a name or a dimension is one that the schema tells.
fn shapes(map: Node<'_>) -> Option<Shapes> {
    let dims = |value: Node<'_>| value.items().map(|dim| dim.as_whole().filter(|dim| *dim != Whole::Is(0))).collect::<Option<Vec<_>>>();
    let entry = |(name, value): (std::borrow::Cow<'_, str>, Node<'_>)| {
        (value.is_array() && !name.is_empty()).then_some(())?;
        Some((name.into_owned(), dims(value)?))
    };
    map.members().map(entry).collect()
}

/// Elements of a tensor; `None` beyond what any file holds.
fn elements(dims: &[Whole]) -> Option<u64> {
    dims.iter().try_fold(1u64, |product, dim| product.checked_mul(dim.get()?))
}

/// `[2, 3]`.
fn spelled(dims: &[Whole]) -> String {
    format!("[{}]", dims.iter().map(Whole::to_string).collect::<Vec<_>>().join(", "))
}

fn raw(declared: &Shapes, dtype: &str, payload: &Payload, findings: &mut Findings) {
    let Some((_, _, size)) = SIZES.iter().find(|(name, _, _)| *name == dtype) else { return };
    let elements = declared.values().try_fold(0u64, |sum, dims| sum.checked_add(elements(dims)?));
    let wanted = elements.and_then(|elements| elements.checked_mul(*size));
    if wanted == Some(payload.file.size) {
        return;
    }
    let wanted_text = wanted.map_or("more than any file has".to_owned(), |wanted| format!("{wanted}"));
    let message = format!(
        "`layer_map` declares {} {dtype} elements, {wanted_text} bytes, and `{}` has {}",
        elements.map_or("countless".to_owned(), |elements| elements.to_string()),
        payload.file.path,
        payload.file.size
    );
    findings.push(
        payload
            .whole(&TENSORS, message)
            .help("store exactly the declared tensors, or declare those that are stored")
            .spec("verification_error"),
    );
}

/// The header of a safetensors file.
struct Header {
    tensors: BTreeMap<String, (String, Vec<Whole>)>,
}

impl Header {
    /// Layout: u64 little-endian length of the header, the header as JSON, then the tensors without gaps.
    fn read(bytes: &[u8]) -> Result<Header, String> {
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or("it is shorter than the 8 bytes of its length field")?;
        let length = u64::from_le_bytes(*length);
        let text = usize::try_from(length).ok().and_then(|length| rest.get(..length));
        let text = text.ok_or_else(|| format!("its header is said to take {length} bytes, and {} follow", rest.len()))?;
        let data = (rest.len() - text.len()) as u64;
        let text = std::str::from_utf8(text).map_err(|_| "its header is not UTF-8")?;
        let tree = Tree::parse(text.into());
        let root = tree.root().filter(|root| root.is_object() && tree.is_strict() && tree.duplicates().is_empty());
        let root = root.ok_or("its header is not a JSON object with distinct names")?;
        let mut tensors = BTreeMap::new();
        let mut ranges = Vec::new();
        for (name, entry) in root.members().filter(|(name, _)| name != "__metadata__") {
            let read = || {
                let dtype = entry.get("dtype")?.as_str()?.into_owned();
                let shape = entry.get("shape").filter(|shape| shape.is_array())?.items().map(Node::as_whole).collect::<Option<Vec<_>>>()?;
                let offsets = entry.get("data_offsets")?;
                Some((dtype, shape, offsets.item(0)?.as_u64()?, offsets.item(1)?.as_u64()?))
            };
            let (dtype, shape, start, end) = read().ok_or_else(|| format!("the entry of `{name}` lacks its type, shape or offsets"))?;
            let size = HEADER_SIZES.iter().find(|(known, _)| *known == dtype).map(|(_, size)| *size);
            if let Some(size) = size
                && elements(&shape).and_then(|elements| elements.checked_mul(size)) != end.checked_sub(start)
            {
                let shape = spelled(&shape);
                return Err(format!("`{name}` is {dtype} {shape}, which is not the {} bytes of its offsets", end.saturating_sub(start)));
            }
            ranges.push((start, end));
            tensors.insert(name.into_owned(), (dtype, shape));
        }
        ranges.sort_unstable();
        let mut reached = 0;
        for (start, end) in ranges {
            if start != reached {
                return Err(format!("its tensors leave or share bytes at {start}: the one before ends at {reached}"));
            }
            reached = end;
        }
        if reached != data {
            return Err(format!("its tensors end at byte {reached} of the data, and there are {data}"));
        }
        Ok(Header { tensors })
    }
}

fn compare(declared: &Shapes, header: &Header, dtype: &str, payload: &Payload, findings: &mut Findings) {
    let file = &payload.file.path;
    let mut told: Vec<String> = Vec::new();
    for (name, dims) in declared {
        match header.tensors.get(name) {
            None => told.push(format!("`layer_map` declares `{name}`, and `{file}` has no such tensor")),
            Some((_, shape)) if shape != dims => {
                told.push(format!("`{name}` is {} in `layer_map` and {} in `{file}`", spelled(dims), spelled(shape)));
            }
            Some(_) => {}
        }
    }
    told.extend(
        header
            .tensors
            .keys()
            .filter(|name| !declared.contains_key(*name))
            .map(|name| format!("`{file}` holds `{name}`, which `layer_map` does not declare")),
    );
    let more = told.len().saturating_sub(MOST);
    for (at, mut message) in told.into_iter().take(MOST).enumerate() {
        if at + 1 == MOST && more > 0 {
            message = format!("{message}; and {more} more tensors differ");
        }
        findings.push(
            payload
                .whole(&TENSORS, message)
                .help("make `layer_map` and the file agree, then renew `shape_hash`")
                .spec("verification_error"),
        );
    }
    for name in header.tensors.keys().filter(|name| !declared.contains_key(*name) && TRAINING.iter().any(|ending| name.ends_with(ending))) {
        let message = format!("`{name}` in `{file}` is named like a tensor of training, and these weights are never trained");
        findings.push(payload.whole(&GRADIENTS, message).help("store the weights alone"));
    }
    let Some((_, wanted, _)) = SIZES.iter().find(|(name, _, _)| *name == dtype) else { return };
    let others: Vec<(&String, &String)> =
        header.tensors.iter().filter(|(_, (found, _))| found != wanted).map(|(name, (found, _))| (name, found)).collect();
    if let Some((name, found)) = others.first() {
        let rest = if others.len() > 1 { format!(", and {} more tensors differ", others.len() - 1) } else { String::new() };
        let message = format!("`dtype` is `{dtype}`, and `{name}` is stored as {found}{rest}: nothing is cast silently");
        findings.push(payload.whole(&DTYPE, message).help("declare the stored type, or `custom`").spec("verification_error"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    // rows: B052
    #[test]
    fn a_safetensors_header_must_account_for_every_byte() {
        let one = r#"{"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}"#;
        assert!(Header::read(&file(one, 24)).is_ok_and(|header| header.tensors["a"] == ("F32".into(), [2, 3].map(Whole::Is).to_vec())));
        let two = r#"{"__metadata__": {"format": "pt"}, "b": {"dtype": "F16", "shape": [], "data_offsets": [4, 6]}, "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}"#;
        assert!(Header::read(&file(two, 6)).is_ok());
        for (header, data) in [
            (one, 23),
            (one, 25),
            (r#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}"#, 4),
            ("[]", 0),
            ("{", 0),
            (r#"{"a": {"dtype": "F32"}}"#, 0),
        ] {
            assert!(Header::read(&file(header, data)).is_err(), "{header} {data}");
        }
        assert!(Header::read(&[1, 2, 3]).is_err());
        assert!(Header::read(&u64::MAX.to_le_bytes()).is_err());
        let gap =
            r#"{"a": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}, "b": {"dtype": "I8", "shape": [1], "data_offsets": [2, 3]}}"#;
        assert!(Header::read(&file(gap, 3)).is_err());
    }
}
