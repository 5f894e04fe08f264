//! A pack beside its drawing, and a descriptor beside its tensor: what is declared of one is held against the other.

use std::sync::Arc;

use super::pack::is_pack;
use crate::{
    diagnostic::{Change, FileChange, Fix, Safety, Severity},
    hash::digest::Digest,
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    scxq2::{
        lane::Lane,
        layout::LANES_AT,
        merkle::{self, LaneRoots},
        pack::{self, Decoded, Pack, Roots},
        rejection::Rejection,
        write,
    },
    syntax::{json, xml::Elements},
    tensor::{
        graph::Graph,
        legality,
        source::{self, EPSILON, Mode},
        structure,
    },
    text::Span,
    workspace::context::WorkspaceContext,
};

const LINE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x1=\"0\" y1=\"0\" x2=\"3\" y2=\"4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" stroke-width=\"0.5\"/></svg>";
const WIDER: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x1=\"0\" y1=\"0\" x2=\"3\" y2=\"4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" stroke-width=\"0.75\"/></svg>";

macro_rules! descriptor {
    ($root:literal) => {
        concat!(
            "{\n  \"$schema\": \"object://schema/ai.brain.svg-tensor.v1\",\n  \"type\": \"ai.brain.svg-tensor\",\n",
            "  \"id\": \"object://ai/brain/svg/chain\",\n  \"geometry_space\": \"2d\",\n  \"weight_encoding\": \"path\",\n  \"topology\": \"graph\",\n",
            "  \"canonical_svg_hash\": \"sha256:3851663b886447d6296c7bf812170bc2a833ef49c40e1bbed3c15e3bb754989f\",\n",
            "  \"buffer_hash\": \"sha256:704d9356b9e81474f84c020af3e89d7d9b44c192b57f3f5ad503917bd2d44a68\",\n",
            "  \"merkle_root\": \"sha256:", $root, "\",\n",
            "  \"hash\": \"sha256:5dca24c498bb0966fcf30979ff602a1bf359a67a0770385b4243cec822d4486a\",\n",
            "  \"payload\": { \"type\": \"binary\", \"mime\": \"image/svg+xml\", \"location\": \"./chain.svg\", \"encoding\": \"raw\" },\n",
            "  \"authority\": \"none\",\n  \"executable\": false,\n",
            "  \"projections\": { \"default\": { \"type\": \"binary\", \"source\": \"@payload\", \"encoding\": \"raw\" } },\n",
            "  \"invariants\": [\"geometry_is_weight\", \"no_visual_semantics\", \"deterministic_traversal\"],\n",
            "  \"events\": { \"on_load\": [\"log\"] }\n}\n"
        )
    };
}
/// A pack that is not the pack of the drawing beside it.
pub static SOURCE: Rule = Rule {
    name: "scxq2/pack-source",
    severity: Severity::Error,
    rows: &["B186", "B305", "A417"],
    on: On::Kinds(&["scxq2"]),
    check: Check::Workspace(source),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A pack `X.scxq2` beside a drawing `X.svg` whose canonical form it does not hold. The tolerance of curves is the `epsilon` of the descriptor that names one of the two, else 2⁻¹⁰.",
        why: "Drawing and pack of one tensor have one canonical text, each made from the other. When they differ, somebody reads an old tensor.",
        fix: "An unsafe fix packs the drawing again. When the pack is right and the drawing is not, restore the drawing. Declared hashes follow with `fix --hashes`.",
        bad: &[Example {
            note: "a stroke was made wider after packing",
            file: "chain.scxq2",
            files: &[("chain.scxq2", super::pack::CHAIN), ("chain.svg", WIDER)],
        }],
        good: &[Example {
            note: "the pack of the drawing",
            file: "chain.scxq2",
            files: &[("chain.scxq2", super::pack::CHAIN), ("chain.svg", LINE)],
        }],
    },
};

/// A hash that a descriptor declares of its tensor, and that is not the tensor's.
pub static CLAIM: Rule = Rule {
    name: "scxq2/tensor-hash",
    severity: Severity::Error,
    rows: &["B138", "B202", "B312", "B325", "B326", "B328", "B336", "B351", "B380"],
    on: On::Kinds(&["ai.brain.svg-tensor.v1"]),
    check: Check::Workspace(claims),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A `canonical_svg_hash`, `buffer_hash`, `merkle_root` or an entry of `lane_roots` that is not the one of the payload, a drawing or a pack. Where the payload cannot be read, a `merkle_root` that does not follow from the `lane_roots` and `canonical_svg_hash` beside it.",
        why: "`hash` speaks of the stored bytes alone. These four say which tensor the bytes are, and proofs lead to the root that is declared here.",
        fix: "If the payload is right, `mx2lm-lint fix --hashes` writes the true value. `mx2lm-lint hash` shows all of them, each under its own name.",
        bad: &[Example {
            note: "the root of another tensor",
            file: "object.json",
            files: &[("object.json", descriptor!("0000000000000000000000000000000000000000000000000000000000000000")), ("chain.svg", LINE)],
        }],
        good: &[Example {
            note: "all true",
            file: "object.json",
            files: &[("object.json", descriptor!("52296c41e44a46319dd058241d49622665ac81040fc372e5f2dddbe6333acc0e")), ("chain.svg", LINE)],
        }],
    },
};

/// A payload that is a pack nobody can load.
pub static PAYLOAD: Rule = Rule {
    name: "scxq2/payload-pack",
    severity: Severity::Error,
    rows: &["B372", "B384", "B385", "B386"],
    on: On::Any,
    check: Check::Workspace(payload),
    fix: None,
    docs: Docs {
        what: "A descriptor whose payload is a pack of lanes that a reader refuses.",
        why: "The object cannot be loaded, whatever its hash says: a hash tells that the bytes are the same, and not that they are a tensor.",
        fix: "Put the pack right; its own findings say where it is wrong.",
        bad: &[Example {
            note: "a pack cut off after its header",
            file: "object.json",
            files: &[("object.json", CUT_DESCRIPTOR), ("cut.scxq2", "53435851325300010500120000003301")],
        }],
        good: &[],
    },
};

const CUT_DESCRIPTOR: &str = "{\"$schema\": \"object://schema/object.v1\", \"id\": \"object://example/cut\", \"hash\": \"sha256:00129012ec3e44156c078a32ae3c358df1549ebbe854f27ffc99d0825ec6f88c\", \"payload\": {\"type\": \"binary\", \"mime\": \"application/octet-stream\", \"location\": \"./cut.scxq2\"}, \"authority\": \"none\", \"projections\": {\"default\": {\"type\": \"binary\", \"source\": \"@payload\", \"encoding\": \"raw\"}}}\n";

/// The lawful tensor of a drawing; `None` where it is none, which others tell.
fn drawn(bytes: &[u8], epsilon: u64) -> Option<Decoded> {
    let reading = Elements::parse(std::str::from_utf8(bytes).ok()?);
    let elements = reading.elements.filter(|_| reading.errors.is_empty())?;
    let model = source::read(&elements, epsilon, Mode::Strict).ok()?.drawing.model;
    let graph = Graph::of(&model);
    let judgement = legality::judge(&model, &graph);
    (judgement.is_lawful() && !model.elements.is_empty()).then_some(Decoded { model, graph, without_decay: judgement.without_decay })
}

fn epsilons(context: &WorkspaceContext<'_>, paths: [&str; 2]) -> Vec<u64> {
    let users = paths.into_iter().flat_map(|path| context.users(path));
    let mut all: Vec<u64> = users.filter_map(|user| user.tolerance).collect();
    if all.is_empty() {
        all.push(EPSILON);
    }
    all.dedup();
    all
}

fn source(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let path = &context.facts.path;
    let Some(stem) = path.strip_suffix(".scxq2") else { return };
    let drawing: Arc<str> = format!("{stem}.svg").into();
    let crate::workspace::index::FileState::Known(_) = context.file(&drawing) else { return };
    let (Ok(bytes), Ok(text)) = (context.bytes(path), context.bytes(&drawing)) else { return };
    if !is_pack(&bytes) {
        return;
    }
    let mut wanted = None;
    for epsilon in epsilons(context, [path, &drawing]) {
        let Some(packed) = drawn(&text, epsilon).and_then(|drawn| write::encode_with(&drawn.model, &drawn.graph).ok()) else { return };
        if *packed == *bytes {
            return;
        }
        wanted.get_or_insert(packed);
    }
    let Some(wanted) = wanted else { return };
    let (place, what) = match pack::decode(&bytes) {
        // what is wrong with the pack is told already; that its drawing is there is the way out
        Err(rejection) => (Place::new(rejection.locator, rejection.span), "is no pack"),
        Ok(_) => (difference(&bytes, &wanted), "is the pack of another drawing"),
    };
    let fix = Fix {
        safety: Safety::Unsafe,
        title: format!("pack `{drawing}` again"),
        changes: vec![FileChange { path: path.clone(), change: Change::Replace(wanted) }],
    };
    let message = format!("`{drawing}` lies beside it and has another pack: this {what}");
    let finding = Finding::new(&SOURCE, place, message)
        .help(format!("pack the drawing again: `mx2lm-lint scxq2 encode {drawing} -o {path}`, or restore the drawing"))
        .related(&drawing, Place::document(), "the drawing")
        .spec("verification_error.integrity_violation");
    findings.push(finding.fix(fix));
}

/// The lane in which two packs begin to differ.
fn difference(bytes: &[u8], wanted: &[u8]) -> Place {
    let (Ok(ours), Ok(theirs)) = (Pack::open(bytes), Pack::open(wanted)) else { return Place::document() };
    let lane = Lane::ALL.into_iter().find(|lane| ours.lane(*lane) != theirs.lane(*lane)).unwrap_or(Lane::M);
    let (a, b) = (ours.lane(lane), theirs.lane(lane));
    let at = ours.start(lane) + a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()).saturating_sub(1));
    match crate::scxq2::inspect::Outline::of(bytes).place(at) {
        Some((locator, span)) => Place::new(locator, span),
        None => Place::new(String::new(), Span::from(LANES_AT..bytes.len())),
    }
}

fn payload(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(location) = context.facts.payload.as_ref().and_then(|payload| payload.location.as_ref()) else { return };
    // Of a tensor the magic counts, whatever the file is called (B372).
    let tensor = context.facts.kind.is_some_and(|kind| kind.is("ai.brain.svg-tensor.v1"));
    let Some(file) = context.payload().filter(|file| file.kind.map_or(tensor, |kind| kind.is("scxq2"))) else { return };
    let Ok(bytes) = context.bytes(&file.path) else { return };
    if let Some(rejection) = is_pack(&bytes).then(|| pack::decode(&bytes).err()).flatten() {
        let message = format!("the payload `{}` is refused: at byte {} {}", file.path, rejection.offset(), rejection.message);
        let finding = Finding::new(&PAYLOAD, location.place(), message)
            .help("put the pack right, or pack its drawing again with `mx2lm-lint scxq2 encode`")
            .related(&file.path, Place::new(rejection.locator.clone(), rejection.span), "here")
            .spec(rejection.name.as_str());
        findings.push(finding);
    }
}

/// What is true of a tensor.
struct Truth {
    roots: Roots,
    buffer: Digest,
}

impl Truth {
    fn of(tensor: &Decoded, packed: &[u8]) -> Result<Truth, Rejection> {
        let roots = Pack::open(packed)?.roots(tensor);
        Ok(Truth { roots, buffer: structure::digest(&tensor.model, &tensor.graph) })
    }
}

/// The tensor of the payload; `None` when it cannot be had, which others tell.
fn truth(context: &WorkspaceContext<'_>) -> Option<Truth> {
    let file = context.payload()?;
    let bytes = context.bytes(&file.path).ok()?;
    match file.kind.map_or("scxq2", |kind| kind.name()) {
        "scxq2" if is_pack(&bytes) => Truth::of(&pack::decode(&bytes).ok()?, &bytes).ok(),
        "svg" => {
            let tensor = drawn(&bytes, context.facts.tolerance.unwrap_or(EPSILON))?;
            Truth::of(&tensor, &write::encode_with(&tensor.model, &tensor.graph).ok()?).ok()
        }
        _ => None,
    }
}

const MEMBERS: [&str; 4] = ["canonical_svg_hash", "buffer_hash", "merkle_root", "lane_roots"];

fn claims(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = tree.root().filter(|root| MEMBERS.iter().any(|name| root.get(name).is_some())) else { return };
    let Some(truth) = truth(context) else {
        return by_themselves(root, findings);
    };
    let path = &context.facts.path;
    let of = "of the tensor in the payload";
    let mut compare = |node: Option<json::Node<'_>>, what: &str, is: Digest| {
        if let Some((node, declared)) = node.and_then(|node| Some((node, Digest::parse(&node.as_str()?)?)))
            && declared != is
        {
            let message = format!("this is not the {what} {of}, which is `{is}`");
            let fix = Fix::replace(Safety::Hash, format!("write the true hash `{is}`"), path, node.span(), format!("\"{is}\""));
            let finding = Finding::new(&CLAIM, Place::value(node), message)
                .help("restore the payload, or write the true hash with `mx2lm-lint fix --hashes`")
                .spec("verification_error.integrity_violation");
            findings.push(finding.fix(fix));
        }
    };
    compare(root.get("canonical_svg_hash"), "hash of the canonical text", truth.roots.canonical_svg_hash);
    compare(root.get("buffer_hash"), "hash of the structural bytes", truth.buffer);
    compare(root.get("merkle_root"), "Merkle root", truth.roots.root);
    for (lane, is) in truth.roots.lanes.iter() {
        compare(root.get("lane_roots").and_then(|roots| roots.get(lane.letter())), &format!("root of lane {lane}"), is);
    }
}

/// Without a payload the root still has to follow from what is declared beside it (B380).
fn by_themselves(root: json::Node<'_>, findings: &mut Findings) {
    let digest = |node: Option<json::Node<'_>>| Digest::parse(&node?.as_str()?);
    let lanes = root.get("lane_roots");
    let [m, t, g, x, w] = Lane::ALL.map(|lane| digest(lanes.and_then(|lanes| lanes.get(lane.letter()))));
    let (Some(m), Some(t), Some(g), Some(x), Some(w)) = (m, t, g, x, w) else { return };
    let (Some(node), Some(canonical)) = (root.get("merkle_root"), digest(root.get("canonical_svg_hash"))) else { return };
    let follows = merkle::root(&LaneRoots([m, t, g, x, w]), &canonical);
    if digest(Some(node)).is_some_and(|declared| declared != follows) {
        let message = format!("`lane_roots` and `canonical_svg_hash` lead to the root `{follows}`, and not to this one");
        let finding = Finding::new(&CLAIM, Place::value(node), message);
        findings.push(finding.help("declare the roots of one tensor").spec("verification_error.integrity_violation"));
    }
}
