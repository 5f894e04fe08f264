//! What a descriptor says of its payload, held against the payload.

use crate::{
    diagnostic::{Change, Edit, FileChange, Fix, Safety, Severity},
    document::facts::{DeclaredHash, Facts, HashOf, Located},
    hash::{
        digest::Digest,
        explain::{Variant, explain},
    },
    rules::{
        Check, Docs, Example, Finding, Findings, On, Rule,
        examples::{GREETING, descriptor},
        object::identity,
    },
    syntax::json::Whole,
    workspace::{
        confine::{self, Location},
        context::WorkspaceContext,
        index::FileState,
    },
};

/// A payload beyond this is not read again to find out what a false hash is the hash of.
const LARGEST_EXPLAINED: u64 = 64 << 20;

const GOOD: &[Example] = &[Example {
    note: "a payload beside its descriptor",
    file: "object.json",
    files: &[("object.json", descriptor!()), ("greeting.json", GREETING)],
}];

/// A location that leads out of the workspace.
pub static LOCATION: Rule = Rule {
    name: "object/payload-location",
    severity: Severity::Error,
    rows: &["A610", "A703", "A748", "A749", "C034"],
    on: On::Any,
    check: Check::Workspace(payload),
    fix: None,
    docs: Docs {
        what: "A `payload.location` that is absolute, a URL, steps above the workspace root, passes through a link that leaves it, or is no file name at all.",
        why: "A descriptor speaks only of bytes that travel with it. Anything else differs from machine to machine, and is never opened.",
        fix: "Put the payload into the workspace and write its path relative to the descriptor.",
        bad: &[Example {
            note: "a step above the root",
            file: "object.json",
            files: &[("object.json", descriptor!(location = "../greeting.json"))],
        }],
        good: GOOD,
    },
};

/// A payload that is not there.
pub static MISSING: Rule = Rule {
    name: "object/payload-missing",
    severity: Severity::Error,
    rows: &["A610", "A646"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A `payload.location` where no file is. Names are compared byte for byte: case and Unicode form count.",
        why: "The runtime answers such an object with *payload unavailable*.",
        fix: "Add the file, or correct the location; a file whose name differs only in case is offered as a fix.",
        bad: &[Example {
            note: "another case",
            file: "object.json",
            files: &[("object.json", descriptor!()), ("Greeting.json", GREETING)],
        }],
        good: GOOD,
    },
};

/// A hash that is not the hash of the bytes.
pub static HASH: Rule = Rule {
    name: "object/payload-hash",
    severity: Severity::Error,
    rows: &["A605", "A627", "A629", "A641", "A645", "A649", "A724", "B008", "C032", "B651"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A declared `hash` that is not the SHA-256 of the payload's bytes as stored.",
        why: "The hash is the object's identity. When it is false the runtime takes the object for corrupted and refuses it.",
        fix: "If the payload is right, `mx2lm-lint fix --hashes` writes its true hash here and in whatever embeds it. If the hash is right, restore the payload. A linter cannot know which, so no hash is ever changed without being asked.",
        bad: &[Example {
            note: "the hash of something else",
            file: "object.json",
            files: &[
                ("object.json", descriptor!(hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000")),
                ("greeting.json", GREETING),
            ],
        }],
        good: GOOD,
    },
};

/// A size that is not the size.
pub static SIZE: Rule = Rule {
    name: "object/payload-size",
    severity: Severity::Error,
    rows: &["A698"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "A `payload.size` that is not the number of bytes of the payload.",
        why: "A loader that trusts the size reads too little or waits for bytes that never come.",
        fix: "A safe fix writes the true size, when the hash says that the payload itself is right.",
        bad: &[Example {
            note: "characters counted instead of bytes",
            file: "sized.object.json",
            files: &[
                (
                    "sized.object.json",
                    "{\"$schema\": \"object://schema/object.v1\", \"id\": \"object://example/sized\", \"hash\": \"sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9\", \"payload\": {\"type\": \"json\", \"mime\": \"application/json\", \"location\": \"./greeting.json\", \"size\": 20}, \"authority\": \"none\", \"projections\": {\"default\": {\"type\": \"json\", \"emit\": {\"text\": \"@payload.greeting\"}}}}\n",
                ),
                ("greeting.json", GREETING),
            ],
        }],
        good: GOOD,
    },
};

/// A payload without bytes to look at.
pub static STREAM: Rule = Rule {
    name: "object/payload-stream",
    severity: Severity::Info,
    rows: &["A702", "A704"],
    on: On::Any,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A payload whose location is `stream://…`.",
        why: "A stream has no bytes to hash before it runs, so its hash is unverifiable here: neither true nor false.",
        fix: "Nothing needs to be done.",
        bad: &[],
        good: GOOD,
    },
};

fn payload(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let facts = context.facts;
    let Some(payload) = &facts.payload else { return };
    let Some(location) = &payload.location else { return };
    identity::same_hash(context, findings);
    let path = match confine::resolve(confine::folder_of(&facts.path), &location.value) {
        Ok(Location::Inside(path)) => path,
        Ok(Location::Stream) => {
            let message = "a stream has no bytes to hash: the declared hash can be neither confirmed nor denied";
            findings.push(Finding::new(&STREAM, location.place(), message));
            return;
        }
        Err(error) => {
            let help = "put the payload into the workspace and write its path relative to the descriptor";
            findings.push(Finding::new(&LOCATION, location.place(), format!("`{}`: {error}", location.value)).help(help));
            return;
        }
    };
    match context.file(&path) {
        FileState::Known(file) => {
            let hash_is_true = hash(context, &file, findings);
            size(context, &file, hash_is_true, findings);
        }
        FileState::LinkOutside => {
            let message = format!("`{}` passes through a link that leaves the workspace: it is not opened", location.value);
            findings.push(Finding::new(&LOCATION, location.place(), message).help("put the file itself into the workspace"));
        }
        FileState::Unreadable => {
            let message = format!("`{path}` is there and cannot be read");
            findings.push(Finding::new(&MISSING, location.place(), message).help("correct the file's permissions").spec("load_error"));
        }
        FileState::Missing => missing(context, &path, location, findings),
    }
}

fn missing(context: &WorkspaceContext<'_>, path: &str, location: &Located, findings: &mut Findings) {
    let mut finding = Finding::new(&MISSING, location.place(), format!("there is no file `{path}`")).spec("load_error");
    let twin = context.twins(path).into_iter().next();
    finding = match twin {
        Some(twin) => {
            let name = confine::file_name(&twin);
            let text = format!("{}{name}", location.value.strip_suffix(confine::file_name(path)).unwrap_or_default());
            let same_folder = confine::folder_of(&twin) == confine::folder_of(path);
            let lower = |path: &str| path.to_lowercase();
            // two that are shown alike
            let how = if lower(&twin) == lower(path) { "case" } else { "the Unicode form of its letters (composed or decomposed)" };
            let finding = finding
                .help(format!("names are compared byte for byte; `{twin}` differs in {how}: rename the file or correct the location"));
            match same_folder {
                true => finding.fix(Fix::replace(
                    Safety::Unsafe,
                    format!("name `{text}` instead"),
                    &context.facts.path,
                    location.span,
                    serde_json::Value::from(text).to_string(),
                )),
                false => finding,
            }
        }
        None => finding.help("add the file, or correct the location, which is relative to the descriptor"),
    };
    findings.push(finding);
}

/// Compares the declared with the true hash; answers whether it is true.
fn hash(context: &WorkspaceContext<'_>, file: &Facts, findings: &mut Findings) -> bool {
    let Some((declared, digest)) = context.facts.declared_payload_hash() else { return false };
    if digest == file.digest {
        return true;
    }
    findings.push(mismatch(context, declared, digest, file));
    false
}

/// The finding for a hash that is not the hash of `file`, with what it may be the hash of.
fn mismatch(context: &WorkspaceContext<'_>, declared: &DeclaredHash, digest: Digest, file: &Facts) -> Finding {
    let mut message = format!("`hash` is not the hash of the payload `{}`, which is `{}`", file.path, file.digest);
    if let Some(other) = context.same_bytes(&digest).first() {
        message = format!("{message}; the declared value is the hash of `{other}`");
    } else if let Some(variant) = variant(context, declared, file) {
        message = format!("{message}; {variant}");
    } else if let Some(other) = context.unread_beside(&file.path, &digest) {
        message = format!("{message}; the declared value is the hash of `{other}`, which lies beside it");
    }
    // `identity.hash` says the same thing again, so it is brought up to date in the same step, unless it already is.
    let stale = |hash: &&DeclaredHash| hash.of == HashOf::Payload && hash.at.value == declared.at.value;
    let edits = context.facts.hashes.iter().filter(stale).map(|hash| Edit { span: hash.at.span, text: format!("\"{}\"", file.digest) });
    let mut edits: Vec<Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.span);
    let fix = Fix {
        safety: Safety::Hash,
        title: format!("write the true hash `{}`", file.digest),
        changes: vec![FileChange { path: context.facts.path.clone(), change: Change::Edits(edits) }],
    };
    Finding::new(&HASH, declared.at.place(), message)
        .help("restore the payload, or write its true hash with `mx2lm-lint fix --hashes`")
        .spec("verification_error")
        .fix(fix)
}

/// What else than the hash of `file` the declared value is.
fn variant(context: &WorkspaceContext<'_>, declared: &DeclaredHash, file: &Facts) -> Option<Variant> {
    if file.size > LARGEST_EXPLAINED {
        return None;
    }
    let json =
        file.path.ends_with("json") || context.facts.payload.as_ref().is_some_and(|payload| payload.family.as_deref() == Some("json"));
    explain(&declared.at.value, &context.bytes(&file.path).ok()?, json)
}

fn size(context: &WorkspaceContext<'_>, file: &Facts, hash_is_true: bool, findings: &mut Findings) {
    let Some((size, place)) = context.facts.payload.as_ref().and_then(|payload| payload.size.clone()) else { return };
    if size == Whole::Is(file.size) {
        return;
    }
    let message = format!("`size` is {size}, and `{}` has {} bytes", file.path, file.size);
    let mut finding = Finding::new(&SIZE, place.clone(), message).help(format!("write {}", file.size));
    if let Some(span) = place.span.filter(|_| hash_is_true) {
        finding = finding.fix(Fix::replace(Safety::Safe, format!("write {}", file.size), &context.facts.path, span, file.size.to_string()));
    }
    findings.push(finding);
}
