//! How an object's own id is spelled (`DECISIONS` 41).

use crate::{
    diagnostic::{Safety, Severity},
    document::id::{self, SCHEME},
    rules::{
        Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule,
        examples::{GREETING, descriptor},
    },
    workspace::confine,
};

/// An id that breaks the grammar.
pub static GRAMMAR: Rule = Rule {
    name: "object/id",
    severity: Severity::Error,
    rows: &["A604", "A628", "A634", "A722", "C031", "C058"],
    on: On::Any,
    check: Check::File(own_id),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "An `id`, or the name of another object, that is not `object://` and segments of letters, digits, `.`, `_` and `-`, each beginning with a letter or digit. A descriptor's own id has at least two segments and no pinned hash. Nothing is folded or decoded.",
        why: "Ids are compared byte for byte. One that another reader would normalise names two objects, or none.",
        fix: "Correct the id at the place shown. Where only the spelling of the scheme is wrong, the right one is offered.",
        bad: &[
            Example {
                note: "a path step",
                file: "object.json",
                files: &[("object.json", descriptor!(id = "object://example/../greeting")), ("greeting.json", GREETING)],
            },
            Example {
                note: "the address of a request",
                file: "object.json",
                files: &[("object.json", descriptor!(id = "/objects/example/greeting")), ("greeting.json", GREETING)],
            },
        ],
        good: &[Example {
            note: "dots, dashes and digits",
            file: "object.json",
            files: &[("object.json", descriptor!(id = "object://example.org/greeting-2/v1.0")), ("greeting.json", GREETING)],
        }],
    },
};

/// An id that looks like the name of a file.
pub static PATH_LIKE: Rule = Rule {
    name: "object/id-path",
    severity: Severity::Warning,
    rows: &["A630"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "An `id` that ends in the extension of a file, such as `.json` or `.svg`. A version such as `semantic.v1` is no extension.",
        why: "An id says what an object is, not where it lies. One that looks like a path changes its meaning when the file is moved or stored in another format.",
        fix: "Leave the extension out. Whatever names the object has to follow.",
        bad: &[Example {
            note: "named after its payload",
            file: "object.json",
            files: &[("object.json", descriptor!(id = "object://example/greeting.json")), ("greeting.json", GREETING)],
        }],
        good: &[Example {
            note: "a version at the end",
            file: "object.json",
            files: &[("object.json", descriptor!(id = "object://example/greeting.v1")), ("greeting.json", GREETING)],
        }],
    },
};

/// Extensions of payloads and of documents; what is not in this list is taken for a name.
const EXTENSIONS: &[&str] = &[
    "json",
    "xjson",
    "jsonl",
    "svg",
    "xml",
    "toml",
    "bin",
    "scxq2",
    "safetensors",
    "v2c-bin",
    "khl",
    "ps1",
    "txt",
    "md",
    "csv",
    "html",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "mp3",
    "mp4",
    "wasm",
    "onnx",
    "gguf",
    "pt",
    "npy",
    "yaml",
    "yml",
    "zip",
    "gz",
];

fn own_id(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(node) = context.root().and_then(|root| root.get("id")) else { return };
    let Some(text) = node.as_str().filter(|text| text.starts_with(SCHEME)) else { return };
    // Kinds with a schema have their ids judged there, in the same words.
    if !context.kind.info().has_schema_file
        && let Err(error) = id::parse_reference(&text)
    {
        let message = format!("`{text}` is not an object id: {error}");
        findings.push(Finding::new(&GRAMMAR, Place::value(node), message).help("correct the id").spec("resolution_error"));
        return;
    }
    let extension = confine::file_name(&text).rsplit_once('.').map_or("", |(_, extension)| extension);
    if EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)) {
        let message = format!("`{text}` ends like a file name: an id says what an object is, not where it lies");
        findings.push(Finding::new(&PATH_LIKE, Place::value(node), message).help(format!("leave `.{extension}` out")));
    }
}
