//! Kernels' answers (`@scxq2`), held against the call beside them (seed 001 §3.1; `CLUSTER_CALL`, last line).

use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::xml::Elements,
    workspace::{context::WorkspaceContext, index::FileState},
};

const ON: On = On::Kinds(&["scxq2.envelope"]);

/// An answer, parts of which may be said otherwise.
macro_rules! answer {
    ($kernel:literal, $identity:literal) => {
        concat!(
            "{\"@scxq2\": {\"version\": \"1\", \"input_hash\": \"sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9\", \"output_hash\": \"blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262\", \"kernel\": \"",
            $kernel,
            "\", \"domain\": \"bigint\", \"preserves_identity\": ",
            $identity,
            ", \"witness\": \"lane://proof/1234\"}}\n"
        )
    };
}

const ANSWERED: &str = "<cluster-call xmlns=\"urn:scxq7:cluster-call:v1\" target=\"python\" kernel=\"fft_mul\" domain=\"bigint\"><outputs><output ref=\"c\"/></outputs></cluster-call>\n";

const GOOD: &[Example] =
    &[Example { note: "an answer without a call beside it", file: "answer.json", files: &[("answer.json", answer!("fft_mul", "true"))] }];

/// An answer to another call.
pub static CALL: Rule = Rule {
    name: "scxq2/answer-call",
    severity: Severity::Error,
    rows: &["D151", "D152", "D141"],
    on: ON,
    check: Check::Workspace(call),
    fix: None,
    docs: Docs {
        what: "An answer `X.proof.json` whose `kernel` or `domain` is not that of the call in `X.xml` beside it. A call without a `domain` allows any.",
        why: "An answer of another kernel is no answer to the call: it is rejected with `@failure.mismatch`.",
        fix: "Keep the answer of this call, or correct the call.",
        bad: &[Example {
            note: "another kernel",
            file: "mul.proof.json",
            files: &[("mul.proof.json", answer!("fft_add", "true")), ("mul.xml", ANSWERED)],
        }],
        good: GOOD,
    },
};

/// An answer that says that it fails.
pub static MISMATCH: Rule = Rule {
    name: "scxq2/answer-mismatch",
    severity: Severity::Warning,
    rows: &["D153", "D140"],
    on: ON,
    check: Check::File(mismatch),
    fix: None,
    docs: Docs {
        what: "An answer with `preserves_identity` false.",
        why: "Its outputs are rejected with `@failure.mismatch`; they never count.",
        fix: "Call the kernel again. The answer itself may be kept as a record of the failure.",
        bad: &[Example { note: "identity lost", file: "answer.json", files: &[("answer.json", answer!("fft_mul", "false"))] }],
        good: GOOD,
    },
};

fn mismatch(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(node) = context.root().and_then(|root| root.descend("/@scxq2/preserves_identity")) else { return };
    if node.as_bool() == Some(false) {
        let message = "`preserves_identity` is false: the outputs will be rejected";
        findings.push(Finding::new(&MISMATCH, Place::value(node), message).help("call the kernel again").spec("@failure.mismatch"));
    }
}

fn call(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(stem) = context.facts.path.strip_suffix(".proof.json") else { return };
    let path = format!("{stem}.xml");
    if !matches!(context.file(&path), FileState::Known(_)) {
        return;
    }
    let Ok(bytes) = context.bytes(&path) else { return };
    let Ok(text) = std::str::from_utf8(&bytes) else { return };
    let Some(elements) = Elements::parse(text).elements else { return };
    let call = elements.root();
    if call.local() != "cluster-call" {
        return;
    }
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    for name in ["kernel", "domain"] {
        let Some(node) = tree.root().and_then(|root| root.get("@scxq2")?.get(name)) else { continue };
        if let (Some(answered), Some(called)) = (node.as_str(), call.value(name))
            && answered != called
        {
            let message = format!("`{name}` is `{answered}`, and the call in `{path}` says `{called}`");
            let place = call
                .attribute(name)
                .map_or_else(Place::document, |attribute| Place::new(format!("/cluster-call/@{name}"), attribute.span()));
            let finding = Finding::new(&CALL, Place::value(node), message).help("keep the answer of this call").spec("@failure.mismatch");
            findings.push(finding.related(&path.as_str().into(), place, "the call"));
        }
    }
}
