//! Proofs of the harness that CPU and GPU agree (seed 003 §17.10; `DECISIONS` 16, 52).

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::facts::Facts,
    hash::digest::Digest,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    scxq2::pack,
    syntax::xml::Elements,
    tensor::{
        accumulate,
        graph::Graph,
        legality,
        model::Model,
        source::{self, EPSILON, Mode},
        structure,
    },
    workspace::context::WorkspaceContext,
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

/// A proof of [`BRAIN`], with this hash of the CPU.
macro_rules! replayed {
    ($hash:literal) => {
        concat!(
            "{\"cpu_hash\": \"sha256:", $hash, "\", \"gpu_hash\": \"sha256:", $hash,
            "\", \"status\": \"pass\", \"tensor\": \"object://ai/brain/line\", \"dispatch\": {\"workgroup_size\": 64, \"steps\": 2, \"seed\": \"roots\"}}\n"
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
            Finding::new(&STATUS, Place::value(node), message)
                .help("run the harness again, or write `fail`")
                .spec(NON_COMPLIANT)
                .fix(Fix::replace(Safety::Unsafe, "write `fail`".to_owned(), context.path, node.span(), "\"fail\"".to_owned()))
        }
        (Some("fail"), true) => {
            let message = "`status` is `fail`, and the two hashes are the same";
            Finding::new(&STATUS, Place::value(node), message).help("run the harness again, or write `pass`").fix(Fix::replace(
                Safety::Unsafe,
                "write `pass`".to_owned(),
                context.path,
                node.span(),
                "\"pass\"".to_owned(),
            ))
        }
        (Some("fail"), false) => {
            let message = "the GPU computed other bytes than the CPU: a non-conformant implementation";
            Finding::new(&STATUS, Place::value(node), message).severity(Severity::Info).spec(NON_COMPLIANT)
        }
        _ => return,
    };
    findings.push(finding);
}

/// A hash that the replay does not give.
pub static REPLAY: Rule = Rule {
    name: "svg/harness-replay",
    severity: Severity::Error,
    rows: &["B220", "B221", "B222", "B223", "B224", "B226", "B230"],
    on: ON,
    check: Check::Workspace(replay),
    fix: None,
    docs: Docs {
        what: "A harness proof that names its `tensor` and `dispatch`, and whose `cpu_hash` is not the hash of `node_accum` for that tensor and number of steps, computed here again; or whose `buffer_hash` is not that of the tensor's structural bytes.",
        why: "The CPU's answer is the same on every machine. A proof of other bytes proves nothing of this tensor.",
        fix: "Run the harness again on this tensor: `mx2lm-lint tensor proof`.",
        bad: &[Example {
            note: "the hash of nothing",
            file: "harness.json",
            files: &[
                ("harness.json", replayed!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
                ("brain.json", BRAIN),
                ("brain.tensor.svg", DRAWING),
            ],
        }],
        good: &[Example {
            note: "a proof that replays",
            file: "harness.json",
            files: &[
                ("harness.json", replayed!("c093b5165f7ee86901c2187a476bbf3fa8326b049f026d6950063f9255412c7d")),
                ("brain.json", BRAIN),
                ("brain.tensor.svg", DRAWING),
            ],
        }],
    },
};

/// A line and a line on.
const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x1=\"0\" y1=\"0\" x2=\"3\" y2=\"4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" stroke-width=\"0.5\"/></svg>\n";
const BRAIN: &str = "{\"$schema\": \"object://schema/ai.brain.svg-tensor.v1\", \"type\": \"ai.brain.svg-tensor\", \"id\": \"object://ai/brain/line\", \"geometry_space\": \"2d\", \"weight_encoding\": \"path\", \"topology\": \"graph\", \"invariants\": [\"geometry_is_weight\", \"no_visual_semantics\", \"deterministic_traversal\"], \"hash\": \"sha256:13e23abcffe3ced1e8c665f0686ad92857d2c4d1dfe62a5240103a44ebb47280\", \"payload\": {\"type\": \"binary\", \"mime\": \"image/svg+xml\", \"location\": \"./brain.tensor.svg\"}, \"authority\": \"none\", \"projections\": {\"default\": {\"type\": \"binary\", \"source\": \"@payload\"}}}\n";

/// Most steps that are replayed; no tensor of a workspace needs more than it has edges.
const MOST_WORK: u64 = 1 << 28;

fn replay(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(named) = context.facts.references.iter().find(|reference| reference.at.locator == "/tensor") else { return };
    let Some(descriptor) = context.resolve(named).into_iter().next() else { return };
    let Some((model, graph)) = tensor_of(context, &descriptor) else { return };
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = tree.root() else { return };
    let declared = |name: &str| root.get(name).and_then(|node| Some((node, Digest::parse(&node.as_str()?)?)));
    let mut told = |rule_field: &str, truth: Digest, what: &str| {
        let Some((node, _)) = declared(rule_field).filter(|(_, digest)| *digest != truth) else { return };
        let message = format!("`{rule_field}` is not the hash of {what} of `{}`, which is `{truth}`", named.at.value);
        let finding = Finding::new(&REPLAY, Place::value(node), message).help("run the harness again on this tensor").spec(NON_COMPLIANT);
        findings.push(finding.related(&descriptor.path, Place::document(), "the tensor"));
    };
    let buffer = structure::digest(&model, &graph);
    told("buffer_hash", buffer, "the structural bytes");
    let steps = root.descend("/dispatch/steps").and_then(|steps| steps.as_u64()).and_then(|steps| u32::try_from(steps).ok());
    let Some(steps) = steps.filter(|steps| u64::from(*steps).saturating_mul(model.segments() as u64) <= MOST_WORK) else { return };
    if let Some(words) = accumulate::accumulate(&model, &graph, steps) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        told("cpu_hash", Digest::of(&bytes), &format!("`node_accum` after {steps} steps"));
    }
}

/// The tensor of a descriptor's payload; `None` when it has none that is lawful, which others tell.
fn tensor_of(context: &WorkspaceContext<'_>, descriptor: &Facts) -> Option<(Model, Graph)> {
    let file = context.payload_of(descriptor)?;
    let bytes = context.bytes(&file.path).ok()?;
    if file.path.ends_with(".scxq2") {
        return pack::decode(&bytes).ok().map(|decoded| (decoded.model, decoded.graph));
    }
    let elements = Elements::parse(std::str::from_utf8(&bytes).ok()?).elements?;
    let model = source::read(&elements, descriptor.tolerance.unwrap_or(EPSILON), Mode::Strict).ok()?.drawing.model;
    let graph = Graph::of(&model);
    legality::judge(&model, &graph).is_lawful().then_some((model, graph))
}
