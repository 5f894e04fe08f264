//! Proofs of the harness that CPU and GPU agree (seed 003 §17.10; `DECISIONS` 16, 52).

use crate::{
    diagnostic::{Safety, Severity},
    hash::digest::Digest,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

const ON: On = On::Kinds(&["mx2lm.cpu.gpu.proof.v1"]);
pub(super) const NON_COMPLIANT: &str = "runtime_non_compliant";

macro_rules! proof {
    ($cpu:literal, $status:literal) => {
        concat!(
            "{\"schema\": \"mx2lm.cpu.gpu.proof.v1\", \"cpu_hash\": \"sha256:",
            $cpu,
            "\", \"gpu_hash\": \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", \"status\": \"",
            $status,
            "\"}\n"
        )
    };
}

const GOOD: &[Example] = &[Example {
    note: "one hash, and `pass`",
    file: "harness.json",
    files: &[("harness.json", proof!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "pass"))],
}];

/// A status that its hashes deny.
pub static STATUS: Rule = Rule {
    name: "svg/harness-status",
    severity: Severity::Error,
    rows: &["B217", "B218", "B226", "B227", "B233"],
    on: ON,
    check: Check::File(status),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A harness proof whose `status` is `pass` with two different hashes, or `fail` with equal ones. A true `fail` is information: that implementation does not conform.",
        why: "The buffers are compared byte for byte and nothing else counts, so the hashes decide the status. There is no tolerance.",
        fix: "Run the harness again. The fix writes the status that the hashes give.",
        bad: &[Example {
            note: "two hashes, and `pass`",
            file: "harness.json",
            files: &[("harness.json", proof!("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", "pass"))],
        }],
        good: GOOD,
    },
};

fn status(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let hash = |name: &str| root.get(name).and_then(|node| Digest::parse(&node.as_str()?));
    let (Some(cpu), Some(gpu), Some(node)) = (hash("cpu_hash"), hash("gpu_hash"), root.get("status")) else { return };
    let finding = match (node.as_str().as_deref(), cpu == gpu) {
        (Some("pass"), false) => {
            let message = "`status` is `pass`, and the two hashes differ: a non-conformant implementation";
            Finding::new(&STATUS, Place::value(node), message).help("run the harness again, or write `fail`").spec(NON_COMPLIANT).fix(
                crate::diagnostic::Fix::replace(
                    Safety::Unsafe,
                    "write `fail`".to_owned(),
                    context.path,
                    node.span(),
                    "\"fail\"".to_owned(),
                ),
            )
        }
        (Some("fail"), true) => {
            let message = "`status` is `fail`, and the two hashes are the same";
            Finding::new(&STATUS, Place::value(node), message).help("run the harness again, or write `pass`").fix(
                crate::diagnostic::Fix::replace(
                    Safety::Unsafe,
                    "write `pass`".to_owned(),
                    context.path,
                    node.span(),
                    "\"pass\"".to_owned(),
                ),
            )
        }
        (Some("fail"), false) => {
            let message = "the GPU computed other bytes than the CPU: a non-conformant implementation";
            Finding::new(&STATUS, Place::value(node), message).severity(Severity::Info).spec(NON_COMPLIANT)
        }
        _ => return,
    };
    findings.push(finding);
}
