//! Proof envelopes of the wormhole, held against the payload they are about (seed 003 §10.6; `DECISIONS` 45, 52).

use std::sync::Arc;

use super::timestamp::moment;
use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::{
        facts::{Facts, Target},
        lane_facts::ProofVersion,
    },
    hash::digest::Digest,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    scxq2::{merkle::CHUNK_BYTES, pack},
    syntax::json::{Node, Whole},
    tensor::canonical_text,
    workspace::context::WorkspaceContext,
};

const ON: On = On::Kinds(&["scxq2.proof.v1"]);
const VIOLATION: &str = "verification_error.integrity_violation";

const NOTE: &str = "{\"greeting\": \"hello\"}\n";
const OBJECT: &str = crate::rules::examples::descriptor!();

/// A proof of the example descriptor's payload, parts of which may be said otherwise.
macro_rules! proof {
    () => { proof!(@ "17", "22", "e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "2026-01-02T03:04:05Z") };
    (length = $v:literal) => { proof!(@ "17", $v, "e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "2026-01-02T03:04:05Z") };
    (chunk = $v:literal) => { proof!(@ "17", "22", "e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", $v, "2026-01-02T03:04:05Z") };
    (version = $v:literal, time = $t:literal) => { proof!(@ $v, "22", "e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", $t) };
    (@ $version:literal, $length:literal, $root:literal, $chunk:literal, $time:literal) => {
        concat!(
            "{\"schema\": \"scxq2.proof.v1\", \"subject\": {\"object\": \"object://example/greeting\", \"version\": \"", $version,
            "\", \"byte_length\": ", $length,
            "}, \"compression\": {\"algorithm\": \"scxq2\", \"dictionary_id\": \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", \"ratio\": 4},\n \"integrity\": {\"root_hash\": \"sha256:",
            $root, "\", \"chunk_hashes\": [\"sha256:", $chunk,
            "\"]}, \"signatures\": {\"server\": \"c2hvcnQ=\", \"algorithm\": \"sphincs+\"}, \"timestamp\": \"", $time, "\"}\n"
        )
    };
}

const TRUE_FILES: &[(&str, &str)] = &[("greeting.proof.json", proof!()), ("object.json", OBJECT), ("greeting.json", NOTE)];
const GOOD: &[Example] = &[Example { note: "a proof beside its object", file: "object.json", files: TRUE_FILES }];

/// A length or a hash that is not the payload's.
pub static PAYLOAD: Rule = Rule {
    name: "scxq2/proof-payload",
    severity: Severity::Error,
    rows: &["A157", "A163", "A175", "A176", "A177", "A178", "A189", "A191"],
    on: ON,
    check: Check::Workspace(payload),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A proof envelope whose `root_hash` is not the SHA-256 of the subject's decompressed payload, or whose `byte_length` is not its length.",
        why: "The last two steps of the verification contract: hash the payload, compare. When they differ the state is marked invalid and fetched again.",
        fix: "Make the proof again, or restore the payload. `fix --hashes` writes the true hash of a payload that is stored as it is.",
        bad: &[Example {
            note: "one byte too many",
            file: "greeting.proof.json",
            files: &[("greeting.proof.json", proof!(length = "23")), ("object.json", OBJECT), ("greeting.json", NOTE)],
        }],
        good: GOOD,
    },
};

/// A chunk hash that is not that chunk's.
pub static CHUNKS: Rule = Rule {
    name: "scxq2/proof-chunks",
    severity: Severity::Error,
    rows: &["A164"],
    on: ON,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A hash in `chunk_hashes` that is not the SHA-256 of that chunk: 4096 bytes each, the last may be shorter. Looked at when the root is true and the list has as many hashes as the payload has such chunks; another number of hashes is a warning on the proof of a tensor and otherwise not judged.",
        why: "Chunk hashes say which part of a payload to fetch again. A wrong one sends for a part that was right.",
        fix: "Make the proof again.",
        bad: &[Example {
            note: "the hash of nothing",
            file: "greeting.proof.json",
            files: &[
                ("greeting.proof.json", proof!(chunk = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
                ("object.json", OBJECT),
                ("greeting.json", NOTE),
            ],
        }],
        good: GOOD,
    },
};

/// A version that does not rise.
pub static VERSION: Rule = Rule {
    name: "scxq2/proof-version",
    severity: Severity::Error,
    rows: &["A156"],
    on: ON,
    check: Check::Workspace(version),
    fix: None,
    docs: Docs {
        what: "Two different proofs of one object with the same `version`, or a later proof with a smaller one. Versions are compared as numbers.",
        why: "The version tells which state is the newest. When it does not rise, an old state can pass for the new one.",
        fix: "Give the later proof the greater version.",
        bad: &[Example {
            note: "a day later, and one less",
            file: "b.proof.json",
            files: &[
                ("a.proof.json", proof!()),
                ("b.proof.json", proof!(version = "16", time = "2026-01-03T03:04:05Z")),
                ("object.json", OBJECT),
                ("greeting.json", NOTE),
            ],
        }],
        good: GOOD,
    },
};

/// A signature that cannot be one.
pub static SIGNATURE: Rule = Rule {
    name: "scxq2/proof-signature",
    severity: Severity::Warning,
    rows: &["A171"],
    on: ON,
    check: Check::File(carried),
    fix: None,
    docs: Docs {
        what: "A `sphincs+` signature whose length none of the scheme's parameter sets has: 7856, 16224, 17088, 29792, 35664 or 49856 bytes.",
        why: "Whatever the key, such a signature is never valid.",
        fix: "Put the whole signature there, in base64.",
        bad: &[Example { note: "five bytes", file: "greeting.proof.json", files: TRUE_FILES }],
        good: GOOD,
    },
};

/// What is carried and not checked.
pub static UNVERIFIABLE: Rule = Rule {
    name: "scxq2/proof-unverifiable",
    severity: Severity::Info,
    rows: &["A167", "A173", "A174"],
    on: ON,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "The signature and the zero-knowledge proof of an envelope. Neither the signed bytes nor the statement of the proof is defined, so they are carried unread.",
        why: "Unverifiable is neither true nor false. Hash and length of the payload are checked all the same.",
        fix: "Nothing needs to be done.",
        bad: &[Example { note: "a signature", file: "greeting.proof.json", files: TRUE_FILES }],
        good: GOOD,
    },
};

/// Lengths of signatures, one a parameter set of SPHINCS+.
const SIGNATURE_BYTES: [usize; 6] = [7856, 16224, 17088, 29792, 35664, 49856];

fn carried(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let text = |pointer: &str| root.descend(pointer).and_then(|node| Some((node, node.as_str()?)));
    if let Some((node, algorithm)) = text("/signatures/algorithm").filter(|(_, algorithm)| algorithm == "sphincs+") {
        let message = format!("the signature is of `{algorithm}`, which is not verified here: it is unverifiable, neither true nor false");
        findings.push(Finding::new(&UNVERIFIABLE, Place::value(node), message));
        if let Some((server, bytes)) = text("/signatures/server").and_then(|(node, text)| Some((node, base64_bytes(&text)?)))
            && !SIGNATURE_BYTES.contains(&bytes)
        {
            let message = format!("the signature has {bytes} bytes, and no parameter set of `sphincs+` makes signatures of that length");
            findings.push(Finding::new(&SIGNATURE, Place::value(server), message).help("put the whole signature there, in base64"));
        }
    }
    if let Some((node, kind)) = text("/proof/type").filter(|(_, kind)| kind == "zk-stark") {
        let curve = if text("/proof/curve").is_some() { "; a STARK uses no curve, so `curve` says nothing" } else { "" };
        let message = format!("the statement that the `{kind}` proves is not defined: it is unverifiable{curve}");
        findings.push(Finding::new(&UNVERIFIABLE, Place::value(node), message));
    }
}

/// How many bytes padded base64 stands for; `None` when its length is no multiple of four.
fn base64_bytes(text: &str) -> Option<usize> {
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    (text.len().is_multiple_of(4) && padding <= 2).then(|| text.len() / 4 * 3 - padding.min(text.len()))
}

fn payload(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = tree.root() else { return };
    let Some(subject) = subject(context.facts).and_then(|target| match target {
        Target::Object(id) => context.definitions(id).into_iter().next(),
        Target::Profile(_) => None,
    }) else {
        return;
    };
    let Some(file) = context.payload_of(&subject) else { return };
    let declared = root.descend("/integrity/root_hash").and_then(|node| Some((node, Digest::parse(&node.as_str()?)?)));
    let decompressed = decompressed(context, &file);
    let forms: Vec<Form> = [Some(Form { digest: file.digest, size: file.size }), decompressed.as_ref().map(|bytes| Form::of(bytes))]
        .into_iter()
        .flatten()
        .collect();
    let meant = declared.and_then(|(_, digest)| forms.iter().find(|form| form.digest == digest));
    if let (Some((node, _)), None) = (declared, meant) {
        let truth = forms.last().map_or(file.digest, |form| form.digest);
        let message = format!("`root_hash` is not the hash of the payload `{}`, which is `{truth}`: the state is invalid", file.path);
        let title = format!("write the true hash `{truth}`");
        let fix = Fix::replace(Safety::Hash, title, &context.facts.path, node.span(), format!("\"{truth}\""));
        let finding = Finding::new(&PAYLOAD, Place::value(node), message)
            .help("restore the payload, or make the proof again")
            .spec(VIOLATION)
            .related(&subject.path, Place::document(), "the object whose payload it is")
            .fix(fix);
        findings.push(finding);
    }
    length(root, &file, &forms, meant, findings);
    let chunked = match (meant, &decompressed) {
        (Some(form), _) if form.digest == file.digest => context.bytes(&file.path).ok(),
        (Some(_), Some(bytes)) => Some(bytes.clone()),
        _ => None,
    };
    if let Some(bytes) = chunked {
        chunks(context, root, &subject, &bytes, findings);
    }
}

/// One way of reading what a payload is: as it is stored, or as what it was compressed from.
struct Form {
    digest: Digest,
    size: u64,
}

impl Form {
    fn of(bytes: &[u8]) -> Form {
        Form { digest: Digest::of(bytes), size: bytes.len() as u64 }
    }
}

/// The canonical text in a pack; `None` for a payload that is no pack.
fn decompressed(context: &WorkspaceContext<'_>, file: &Facts) -> Option<Arc<[u8]>> {
    if !file.path.ends_with(".scxq2") {
        return None;
    }
    let decoded = pack::decode(&context.bytes(&file.path).ok()?).ok()?;
    Some(canonical_text::to_string(&decoded.model).into_bytes().into())
}

fn length(root: Node<'_>, file: &Facts, forms: &[Form], meant: Option<&Form>, findings: &mut Findings) {
    let Some(node) = root.descend("/subject/byte_length") else { return };
    let Some(whole) = node.as_whole() else { return };
    let sizes: Vec<u64> = meant.map_or_else(|| forms.iter().map(|form| form.size).collect(), |form| vec![form.size]);
    if sizes.iter().any(|size| whole == Whole::Is(*size)) {
        return;
    }
    let size = sizes.last().copied().unwrap_or(file.size);
    let message = format!("`byte_length` is {whole}, and the payload `{}` has {size} bytes", file.path);
    findings.push(Finding::new(&PAYLOAD, Place::value(node), message).help(format!("write {size}")).spec(VIOLATION));
}

fn chunks(context: &WorkspaceContext<'_>, root: Node<'_>, subject: &Facts, bytes: &[u8], findings: &mut Findings) {
    let Some(list) = root.descend("/integrity/chunk_hashes").filter(|list| list.is_array()) else { return };
    let count = bytes.len().div_ceil(CHUNK_BYTES);
    if list.len() != count {
        if subject.kind.is_some_and(|kind| kind.is("ai.brain.svg-tensor.v1")) {
            let message = format!("`chunk_hashes` has {}, and the payload makes {count} chunks of {CHUNK_BYTES} bytes", list.len());
            let finding = Finding::new(&CHUNKS, Place::opening(list), message).severity(Severity::Warning);
            findings.push(finding.help("list the hash of each chunk").related(
                &subject.path,
                Place::document(),
                "the tensor that is proved",
            ));
        }
        return;
    }
    for (item, chunk) in list.items().zip(bytes.chunks(CHUNK_BYTES)) {
        let truth = Digest::of(chunk);
        if item.as_str().and_then(|text| Digest::parse(&text)).is_some_and(|digest| digest != truth) {
            let at = item.index().unwrap_or_default() * CHUNK_BYTES;
            let message = format!("this is not the hash of the payload's bytes from {at} to {}, which is `{truth}`", at + chunk.len());
            let title = format!("write the true hash `{truth}`");
            let fix = Fix::replace(Safety::Hash, title, &context.facts.path, item.span(), format!("\"{truth}\""));
            findings.push(Finding::new(&CHUNKS, Place::value(item), message).help("make the proof again").spec(VIOLATION).fix(fix));
            // The others are as likely to be of another payload: one finding a cause.
            return;
        }
    }
}

/// What the proof says it is about.
fn subject(facts: &Facts) -> Option<&Target> {
    facts.references.iter().find(|reference| reference.at.locator == "/subject/object").map(|reference| &reference.target)
}

fn own_version(facts: &Facts) -> Option<&ProofVersion> {
    facts.lanes.as_ref()?.version.as_ref()
}

fn version(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let (Some(target), Some(own)) = (subject(context.facts), own_version(context.facts)) else { return };
    let own_time = own.timestamp.as_deref().and_then(moment);
    let others = context.referrers(target);
    let others = others.iter().filter(|other| other.path != context.facts.path && subject(other) == Some(target));
    for other in others {
        let Some(version) = own_version(other) else { continue };
        let time = version.timestamp.as_deref().and_then(moment);
        let rank = |version: &ProofVersion| (version.number.value.len(), version.number.value.clone());
        // Copies of one file are one proof.
        let message = if rank(own) == rank(version) && other.digest != context.facts.digest && other.path < context.facts.path {
            format!("version {} of `{}` is proved twice, and the proofs differ", own.number.value, own.subject)
        } else if rank(own) < rank(version) && own_time.is_some() && time.is_some() && own_time > time {
            format!("version {} was made after version {}: versions of one object only rise", own.number.value, version.number.value)
        } else {
            continue;
        };
        let finding = Finding::new(&VERSION, own.number.place(), message).help("give the later proof the greater version");
        findings.push(finding.related(&other.path, version.number.place(), "the other proof"));
        return;
    }
}
