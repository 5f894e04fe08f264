//! The §15.4 members around an `ai.*` document, and the media type of its payload.

use super::examples::{RAW, TOKENS, vocab, weights};
use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule, object::shape::AUTHORITY},
};

/// No object around the fields.
pub static ENVELOPE: Rule = Rule {
    name: "ai/envelope",
    severity: Severity::Info,
    rows: &["B008", "B012"],
    on: On::Families(&["ai"]),
    check: Check::File(envelope),
    fix: None,
    docs: Docs {
        what: "An `ai.*` document without the members of an object descriptor, `hash` and `payload` above all (information), or with some of `id`, `hash`, `payload`, `authority`, `projections` beside one of these two (warning).",
        why: "The fields alone are law, and nothing can be loaded, verified or projected by them. Half an envelope is most often a slip.",
        fix: "Add the members that are missing.",
        bad: &[Example {
            note: "a payload without a hash",
            file: "v.json",
            files: &[
                (
                    "v.json",
                    r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "size": 5, "mapping": "token_to_symbol", "encoding": "utf-8", "invariants": ["one_to_one_mapping", "immutable_payload"], "payload": {"type": "json", "mime": "application/json", "location": "./tokens.json"}}"#,
                ),
                ("tokens.json", TOKENS),
            ],
        }],
        good: &[Example { note: "the whole envelope", file: "v.json", files: &[("v.json", vocab!()), ("tokens.json", TOKENS)] }],
    },
};

/// A payload of another media type than its kind stores.
pub static MEDIA: Rule = Rule {
    name: "ai/payload-media",
    severity: Severity::Warning,
    rows: &["A546", "A551"],
    on: On::Kinds(&["ai.model.weights.v1", "ai.brain.svg-tensor.v1", "ai.tokenizer.v1", "ai.vocab.v1", "ai.brain.ngram.v1"]),
    check: Check::File(media),
    fix: None,
    docs: Docs {
        what: "A payload whose type, media type and file extension do not go together: safetensors are `binary`, `application/x-safetensors` and `*.safetensors`; a drawing is `binary`, `image/svg+xml` and `*.svg`.",
        why: "Readers choose by any of the three.",
        fix: "Make them agree.",
        bad: &[Example {
            note: "a drawing called JSON",
            file: "b.json",
            files: &[(
                "b.json",
                r#"{"$schema": "object://schema/ai.brain.svg-tensor.v1", "type": "ai.brain.svg-tensor", "payload": {"type": "json", "mime": "application/json", "location": "./b.svg"}}"#,
            )],
        }],
        good: &[Example {
            note: "raw tensors have no type of their own",
            file: "w.json",
            files: &[("w.json", weights!()), ("w.bin", RAW)],
        }],
    },
};

const MEMBERS: &[&str] = &["id", "hash", "payload", "projections"];

fn envelope(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    if root.get("hash").is_none() && root.get("payload").is_none() {
        let message = "the document has no object envelope: it can be judged by its fields, and neither loaded nor verified";
        let help = "add `id`, `hash`, `payload`, `authority` and `projections`";
        findings.push(Finding::new(&ENVELOPE, Place::opening(root), message).help(help));
        return;
    }
    let missing: Vec<String> = MEMBERS.iter().filter(|name| root.get(name).is_none()).map(|name| format!("`{name}`")).collect();
    if !missing.is_empty() {
        let message = format!("the object envelope lacks {}", missing.join(", "));
        let help = format!("add {}", missing.join(", "));
        findings.push(Finding::new(&ENVELOPE, Place::opening(root), message).severity(Severity::Warning).help(help));
    }
    if root.get("authority").is_none() {
        let message = "the document lacks `authority`: it reads as `none`";
        findings.push(Finding::new(&AUTHORITY, Place::opening(root), message).help("add `\"authority\": \"none\"`"));
    }
}

/// What the payload of a kind is.
struct Form {
    kind: &'static str,
    /// The `format` it is so for; every one when `None`.
    format: Option<&'static str>,
    family: &'static str,
    /// Media types that fit, the usual one first.
    mimes: &'static [&'static str],
    extension: &'static str,
}

const FORMS: &[Form] = &[
    Form {
        kind: "ai.model.weights.v1",
        format: Some("safetensors"),
        family: "binary",
        mimes: &["application/x-safetensors", "application/vnd.safetensors"],
        extension: ".safetensors",
    },
    Form {
        kind: "ai.brain.svg-tensor.v1",
        format: None,
        family: "binary",
        mimes: &["image/svg+xml", "application/octet-stream"],
        extension: ".svg",
    },
];

fn media(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let text = |node: Option<crate::syntax::json::Node<'_>>| node.and_then(|node| node.as_str()).unwrap_or_default().into_owned();
    let format = text(root.get("format"));
    let fits = |form: &&Form| context.kind.is(form.kind) && form.format.is_none_or(|only| only == format);
    let Some(&Form { family, mut mimes, extension, .. }) = FORMS.iter().find(fits) else { return };
    let Some(payload) = root.get("payload").filter(|payload| payload.is_object()) else { return };
    let location = text(payload.get("location"));
    // A packed drawing is bytes of its own kind (`DECISIONS` 52).
    let packed = location.ends_with(".scxq2");
    if packed {
        mimes = &["application/octet-stream"];
    }
    let mut tell = |name: &str, wanted: &str| {
        if let Some(node) = payload.get(name).filter(|node| node.is_string()) {
            let message = format!("`payload.{name}` is `{}`, and the payload of an {} object is {wanted}", text(Some(node)), context.kind);
            findings.push(Finding::new(&MEDIA, Place::value(node), message).help("make type, media type and file name agree"));
        }
    };
    if !["", family].contains(&text(payload.get("type")).as_str()) {
        tell("type", &format!("`{family}`"));
    }
    let mime = text(payload.get("mime"));
    let mime = mime.split(';').next().unwrap_or_default().trim();
    if !mime.is_empty() && !mimes.contains(&mime) {
        tell("mime", &format!("`{}`", mimes.first().copied().unwrap_or_default()));
    }
    if !location.is_empty() && !location.contains("://") && !packed && !location.ends_with(extension) {
        tell("location", &format!("named `*{extension}`"));
    }
}
