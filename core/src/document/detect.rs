//! What a file is: asks the signs of the kinds in the order of `DECISIONS` 1 and 43.
//!
//! Pure: a name and a root in, a kind out. What a workspace says about a file (a payload, a tensor role) is the index's business.

use std::borrow::Cow;

use super::kind::{Kind, Syntax, by_file_name};
use crate::syntax::json::Node;

/// What told the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `$schema`.
    Schema,
    /// Another discriminating member, by name.
    Member(&'static str),
    /// The file name.
    FileName,
    /// The members of the root, or the beginning of its `id`.
    Shape,
}

/// The answer of [`detect`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detection {
    /// The document is of this kind, and this told it.
    Kind(Kind, Sign),
    /// `$schema` begins `object://schema/`, and no schema has that name.
    UnknownSchema(String),
    /// The file is none of ours.
    NotOurs,
}

impl Detection {
    /// The kind, when there is one.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Detection::Kind(kind, _) => Some(*kind),
            _ => None,
        }
    }
}

/// The members that settle the kind on their own, in the order they are asked; an unknown text in one means *not ours* (`DECISIONS` 1, 43, 85).
pub const DISCRIMINATORS: &[&str] = &["schema", "@type", "@object", "@request", "@intent", "@pi_profile", "type", "@invoke"];

/// Members that name a kind by one value and mean nothing by any other (`DECISIONS` 59, 85; CLUSTER_CALL).
const TELLING: &[&str] = &["event", "projection", "version", "@conformance"];

/// Members that name a kind by its type: once `$schema` has told the kind, a name of another kind in any of them disagrees (C643).
const TYPES: &[&str] = &["schema", "@type", "type"];

/// The kind of a file, from its path and, for JSON, the root value.
///
/// `path` uses `/`. Without a root (another syntax, or JSON too broken to have one) only the file name is asked.
pub fn detect(path: &str, root: Option<Node<'_>>) -> Detection {
    let Some(root) = root.filter(|root| root.is_object()) else {
        return found(by_file_name(path, |_| true), Sign::FileName);
    };
    let schema = root.get("$schema");
    if let Some(text) = schema.and_then(|node| node.as_str()).filter(|text| text.starts_with("object://schema/")) {
        return match Kind::by_schema(&text) {
            Some(kind) => Detection::Kind(kind, Sign::Schema),
            None => Detection::UnknownSchema(text.into_owned()),
        };
    }
    let by_name = by_file_name(path, is_json);
    if schema.is_some() {
        // The cluster server's own dialect is foreign by its URI, and ours by its id (A492).
        let dialect = by_id(root).filter(|kind| kind.is("mx2lm.server.v1"));
        return found(by_name.or(dialect), Sign::FileName);
    }
    for &member in DISCRIMINATORS {
        let Some(node) = root.get(member) else { continue };
        if let Some(value) = node.as_str() {
            // a kind that is told by its file's name or its shape may be called by its name too, and is not unknown then (C455)
            let called = || by_name.or_else(|| by_shape(root)).filter(|kind| is_name_of(*kind, &value));
            return found(by_marker(member, &value).or_else(called), Sign::Member(member));
        }
        // A member that tells the kind by its mere presence tells it by any value; the schema wants a text of it (A306).
        if let Some(kind) = by_presence(member) {
            return Detection::Kind(kind, Sign::Member(member));
        }
    }
    for &member in TELLING {
        if let Some(kind) = root.get(member).and_then(|node| node.as_str()).and_then(|value| by_marker(member, &value)) {
            // Where this member alone tells two kinds apart, the file name comes first (`DECISIONS` 1, 59), and its schema refuses the value.
            let named = by_name.filter(|own| *own != kind && own.info().markers.iter().any(|(name, _)| *name == member));
            return named.map_or(Detection::Kind(kind, Sign::Member(member)), |own| Detection::Kind(own, Sign::FileName));
        }
    }
    // `object.json` is the name of any descriptor; an id path that belongs to a smaller kind says more,
    // unless the document carries the envelope of §15.4.
    if by_name.is_some_and(|kind| kind.is("object.v1"))
        && root.get("hash").is_none()
        && let Some(kind) = by_id(root).filter(|kind| !kind.is("object.v1"))
    {
        return Detection::Kind(kind, Sign::Shape);
    }
    match by_name {
        Some(kind) => Detection::Kind(kind, Sign::FileName),
        None => found(by_shape(root), Sign::Shape),
    }
}

/// The kind of an XML or SVG file, from its path, the local name of its root and a look-up of the root's attributes.
pub fn detect_xml<'a>(path: &str, root: &str, attribute: impl Fn(&str) -> Option<Cow<'a, str>>) -> Detection {
    let marked = Kind::all().filter(is_xml).find(|kind| {
        kind.info().markers.iter().any(|&(name, wanted)| match name {
            "root" => root == wanted,
            _ => attribute(name).is_some_and(|value| value == wanted),
        })
    });
    match marked {
        Some(kind) => Detection::Kind(kind, Sign::Member("root")),
        None => found(by_file_name(path, |kind| is_xml(&kind)), Sign::FileName),
    }
}

/// Discriminating members of `root` that name another kind than `kind` (C642, C643): member and the kind it names.
pub fn disagreements(root: Node<'_>, kind: Kind) -> Vec<(&'static str, Kind)> {
    let mut all = Vec::new();
    for &member in DISCRIMINATORS.iter().chain(TELLING) {
        let Some(value) = root.get(member).and_then(|node| node.as_str()) else { continue };
        if !says(kind, member, &value)
            && let Some(other) = Kind::all().filter(|kind| is_json(*kind)).find(|kind| says(*kind, member, &value))
        {
            all.push((member, other));
        }
    }
    all
}

/// Discriminating members of `root` that name its kind `kind` once more, with or without the version (C642).
pub fn agreements(root: Node<'_>, kind: Kind) -> impl Iterator<Item = &'static str> {
    let stem = kind.name().rsplit_once(".v").filter(|(_, version)| version.bytes().all(|b| b.is_ascii_digit())).map(|(stem, _)| stem);
    DISCRIMINATORS.iter().copied().filter(move |member| {
        let value = root.get(member);
        value
            .and_then(|node| node.as_str())
            .is_some_and(|value| says(kind, member, &value) || TYPES.contains(member) && stem == Some(&*value))
    })
}

/// Whether a member with this value names this kind.
fn says(kind: Kind, member: &str, value: &str) -> bool {
    let named = TYPES.contains(&member) && (value == kind.name() || kind.info().schema == Some(value));
    let marked = |&(name, wanted): &(&str, &str)| {
        (name == member || TYPES.contains(&member) && TYPES.contains(&name)) && (wanted == value || wanted == "*")
    };
    named || kind.info().markers.iter().any(marked)
}

fn found(kind: Option<Kind>, sign: Sign) -> Detection {
    kind.map_or(Detection::NotOurs, |kind| Detection::Kind(kind, sign))
}

fn is_json(kind: Kind) -> bool {
    kind.syntax() == Syntax::Json
}

fn is_xml(kind: &Kind) -> bool {
    matches!(kind.syntax(), Syntax::Xml | Syntax::Svg)
}

fn by_marker(member: &str, value: &str) -> Option<Kind> {
    let says = |kind: &Kind| kind.info().markers.iter().any(|&(name, wanted)| name == member && (wanted == value || wanted == "*"));
    Kind::all().filter(|kind| is_json(*kind)).find(says)
}

/// Whether a value is what a kind is called: its own name, or that of the text that defines it (C447).
fn is_name_of(kind: Kind, value: &str) -> bool {
    value == kind.name() || kind.is("pi-profile.v1") && value == "mx2lm.pi-profile.authoring.v1"
}

fn by_presence(member: &str) -> Option<Kind> {
    Kind::all().filter(|kind| is_json(*kind)).find(|kind| kind.info().markers.contains(&(member, "*")))
}

/// Roots with more members than this are data, not documents: their shape is not asked.
const MOST_MEMBERS: usize = 256;

fn by_shape(root: Node<'_>) -> Option<Kind> {
    if root.len() > MOST_MEMBERS {
        return None;
    }
    let by_id = by_id(root).filter(|kind| !kind.is("object.v1") || root.get("payload").is_some());
    by_id.or_else(|| {
        Kind::all().filter(|kind| is_json(*kind)).find(|kind| {
            let info = kind.info();
            let fits =
                |shape: &[&str]| shape.iter().all(|member| root.get(member).is_some()) && (!info.exact_shape || root.len() == shape.len());
            info.shape.iter().any(|shape| fits(shape)) && shape_says(*kind, root)
        })
    })
}

/// The phases of an object's life.
const PHASES: &[&str] = &["resolve", "load", "verify", "select", "project"];

/// What a shape asks for beyond the names of its members.
fn shape_says(kind: Kind, root: Node<'_>) -> bool {
    match kind.name() {
        "object.v1" => root.get("id").and_then(|id| id.as_str()).is_some_and(|id| id.starts_with("object://")),
        // Build tools have phases too.
        "object.hook" => {
            let text = |name: &str| root.get(name).and_then(|node| node.as_str());
            text("phase").is_some_and(|phase| PHASES.contains(&phase.as_ref())) || text("id").is_some_and(|id| id.starts_with("hook."))
        }
        "object.error" => root.get("error").is_some_and(|error| error.get("category").is_some()),
        _ => true,
    }
}

/// By the beginning of the root's `id`; the longest wins.
fn by_id(root: Node<'_>) -> Option<Kind> {
    let id = root.get("id")?.as_str()?;
    let prefixes =
        Kind::all().filter(|kind| is_json(*kind)).flat_map(|kind| kind.info().id_prefixes.iter().map(move |prefix| (prefix, kind)));
    prefixes.filter(|(prefix, _)| id.starts_with(**prefix)).max_by_key(|(prefix, _)| prefix.len()).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::Tree;

    fn kind_of(path: &str, text: &str) -> String {
        let tree = Tree::parse(text.into());
        match detect(path, tree.root()) {
            Detection::Kind(kind, sign) => format!("{kind} {sign:?}"),
            Detection::UnknownSchema(value) => format!("unknown {value}"),
            Detection::NotOurs => "not ours".into(),
        }
    }

    // rows: A603 C643
    #[test]
    fn schema_comes_before_every_other_sign() {
        assert_eq!(kind_of("x.batch.json", r#"{"$schema":"object://schema/object.v1","type":"ai.vocab"}"#), "object.v1 Schema");
        assert_eq!(kind_of("a.json", r#"{"$schema":"object://schema/ai.vocab.v1"}"#), "ai.vocab.v1 Schema");
    }

    // rows: C455
    #[test]
    fn a_profile_that_is_called_one_is_one_and_one_that_is_called_another_thing_is_not_ours() {
        for name in ["pi-profile.v1", "mx2lm.pi-profile.authoring.v1"] {
            for member in ["schema", "@type", "type"] {
                let text = format!(r#"{{"{member}":"{name}","meta":{{}},"vectorizer":{{}},"weights":{{}}}}"#);
                for path in ["a.pi-profile.json", "a.json"] {
                    assert!(kind_of(path, &text).starts_with("pi-profile.v1 Member"), "{path}: {text}");
                }
                assert_eq!(kind_of("a.json", &format!(r#"{{"{member}":"{name}"}}"#)), "not ours");
            }
        }
        assert_eq!(kind_of("a.pi-profile.json", r#"{"@type":"table","meta":{},"vectorizer":{},"weights":{}}"#), "not ours");
    }

    // rows: A601 A603
    #[test]
    fn an_object_file_is_a_descriptor_by_its_name() {
        for name in ["object.json", "deep/er/object.xjson", "x.object.json", "a.b.object.json"] {
            assert_eq!(kind_of(name, "{}"), "object.v1 FileName", "{name}");
        }
        assert_eq!(kind_of("subobject.json", "{}"), "not ours");
    }

    // rows: B001
    #[test]
    fn the_ten_ai_schemas_are_the_closed_set() {
        let ten = [
            "tokenizer",
            "vocab",
            "model.weights",
            "brain.ngram",
            "brain.svg-tensor",
            "inference.profile",
            "agent.reply",
            "agent.descriptor",
            "orchestrator",
            "memory.object",
        ];
        for kind in ten {
            let schema = format!("object://schema/ai.{kind}.v1");
            assert!(Kind::by_schema(&schema).is_some_and(|found| found.name() == format!("ai.{kind}.v1")), "{schema}");
        }
        assert_eq!(
            Kind::all().filter(|kind| kind.info().schema.is_some_and(|schema| schema.starts_with("object://schema/ai."))).count(),
            ten.len()
        );
        assert_eq!(kind_of("a.json", r#"{"$schema":"object://schema/ai.dreams.v1"}"#), "unknown object://schema/ai.dreams.v1");
        assert_eq!(kind_of("object.json", r#"{"$schema":"object://schema/object.v2"}"#), "unknown object://schema/object.v2");
    }

    // rows: C642 C643
    #[test]
    fn other_discriminating_members_follow_in_order() {
        assert_eq!(kind_of("a.json", r#"{"type":"ai.vocab"}"#), "ai.vocab.v1 Member(\"type\")");
        assert_eq!(kind_of("a.json", r#"{"type":"ai.brain.svg-tensor.v1"}"#), "ai.brain.svg-tensor.v1 Member(\"type\")");
        assert_eq!(kind_of("a.json", r#"{"type":"ai.vocab","@type":"pi.signal.v1"}"#), "pi.signal.v1 Member(\"@type\")");
        assert_eq!(kind_of("a.json", r#"{"@request":"ai.inference","projection":"stream"}"#), "ai.inference.request Member(\"@request\")");
        assert_eq!(kind_of("a.json", r#"{"@pi_profile":"semantic.hybrid.v1"}"#), "pi-profile.kernel Member(\"@pi_profile\")");
        assert_eq!(kind_of("a.json", r#"{"@pi_profile":4}"#), "pi-profile.kernel Member(\"@pi_profile\")");
        assert_eq!(kind_of("a.json", r#"{"@intent":"retrieve.semantic.v1"}"#), "retrieve.projection Member(\"@intent\")");
        assert_eq!(kind_of("a.json", r#"{"@object":"retrieve.semantic.v1"}"#), "retrieve.semantic.v1 Member(\"@object\")");
        assert_eq!(kind_of("a.json", r#"{"@invoke":"ai.agent"}"#), "ai.agent.invoke Member(\"@invoke\")");
        assert_eq!(kind_of("a.json", r#"{"event":"stream.chunk"}"#), "stream.chunk Member(\"event\")");
        assert_eq!(kind_of("a.json", r#"{"projection":"stream"}"#), "stream.projection Member(\"projection\")");
        assert_eq!(kind_of("a.json", r#"{"version":"weights.v2c"}"#), "weights.v2c Member(\"version\")");
        assert_eq!(kind_of("a.weights.v2c.json", r#"{"version":"weights.v2"}"#), "weights.v2c FileName", "the name comes first");
        assert_eq!(kind_of("a.json", r#"{"schema":"scxq2.proof.v1"}"#), "scxq2.proof.v1 Member(\"schema\")");
    }

    #[test]
    fn an_unknown_value_of_a_discriminating_member_means_not_ours() {
        assert_eq!(kind_of("object.json", r#"{"type":"article","id":"object://a/b"}"#), "not ours");
        assert_eq!(kind_of("a.json", r#"{"type":"object","properties":{}}"#), "not ours");
        assert_eq!(kind_of("a.batch.json", r#"{"schema":"elsewhere.v1"}"#), "not ours");
        // A member that is no text discriminates nothing.
        assert_eq!(kind_of("object.json", r#"{"type":["string","null"]}"#), "object.v1 FileName");
    }

    #[test]
    fn a_foreign_schema_leaves_the_file_name_alone_to_speak() {
        let text = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","id":"object://a/b","payload":{},"projections":{},"type":"ai.vocab"}"#;
        assert_eq!(kind_of("a.json", text), "not ours");
        assert_eq!(kind_of("a.object.json", text), "object.v1 FileName");
        assert_eq!(
            kind_of("a.json", r#"{"$schema":"xjson://schema/core/v1","id":"object://schema/mx2lm.server.v1"}"#),
            "mx2lm.server.v1 FileName"
        );
        assert_eq!(kind_of("p.pi-profile.json", r#"{"$schema":"https://schema.pigccp.org/profiles/v1"}"#), "pi-profile.v1 FileName");
    }

    #[test]
    fn shape_is_asked_last() {
        assert_eq!(kind_of("a.json", r#"{"id":"object://a/b","hash":"","payload":{},"projections":{}}"#), "object.v1 Shape");
        assert_eq!(kind_of("a.json", r#"{"id":"7","hash":"","payload":{},"projections":{}}"#), "not ours");
        assert_eq!(kind_of("a.json", r#"{"error":{"category":"load_error"}}"#), "object.error Shape");
        assert_eq!(kind_of("a.json", r#"{"error":{"category":"load_error"},"data":1}"#), "not ours");
        assert_eq!(kind_of("a.json", r#"{"error":"gone"}"#), "not ours");
        assert_eq!(kind_of("a.json", r#"{"phase":"load","accepts":[],"provides":[]}"#), "object.hook Shape");
        assert_eq!(kind_of("a.json", r#"{"id":"hook.a","phase":"build","accepts":[],"provides":[]}"#), "object.hook Shape");
        assert_eq!(kind_of("a.json", r#"{"phase":"build","accepts":["*.ts"],"provides":["js"]}"#), "not ours");
        assert_eq!(kind_of("a.json", r#"{"doc_id":"a","angles":[],"magnitudes":[]}"#), "svg-tensor.index-record Shape");
        assert_eq!(kind_of("a.json", r#"{"@scxq2":{}}"#), "scxq2.envelope Shape");
        assert_eq!(kind_of("a.json", r#"{"results":[],"cache_hit":true,"index_hash":""}"#), "retrieve.answer Shape");
        assert_eq!(kind_of("a.json", r#"{"merge_rule":"max","members":[]}"#), "mx2lm.svg-tensor.cluster.v1 Shape");
        assert_eq!(kind_of("payload.json", r#"{"tokens":{"a":0}}"#), "not ours");
    }

    #[test]
    fn id_paths_claim_what_nothing_else_does() {
        assert_eq!(kind_of("a.json", r#"{"id":"object://cluster/node/alpha","payload":{}}"#), "cluster.node Shape");
        assert_eq!(kind_of("alpha.object.json", r#"{"id":"object://cluster/node/alpha","payload":{}}"#), "cluster.node Shape");
        assert_eq!(kind_of("alpha.object.json", r#"{"id":"object://cluster/node/alpha","hash":"sha256:"}"#), "object.v1 FileName");
        assert_eq!(kind_of("a.json", r#"{"id":"object://svg-tensor/frontend/layout"}"#), "svg-tensor.descriptor Shape");
        assert_eq!(kind_of("a.json", r#"{"id":"object://ui/component/chat"}"#), "ui.object Shape");
        assert_eq!(kind_of("a.json", r#"{"id":"object://ai/memory/s","payload":[]}"#), "ai.memory.object.v1 Shape");
        // A §14 descriptor known only by its id path is judged as object.v1.
        assert_eq!(kind_of("a.json", r#"{"id":"object://ai/vocab/base-v1","hash":"sha256:","payload":{}}"#), "object.v1 Shape");
        assert_eq!(kind_of("a.json", r#"{"id":"object://ai/vocab/base-v1"}"#), "not ours");
    }

    #[test]
    fn file_names_of_every_family_claim() {
        for (path, kind) in [
            ("a/x.batch.json", "svg.tensor.cluster.batch.v1"),
            ("x.attempt.json", "nk2.batch-attempt.v1"),
            ("s.pi-profile.json", "pi-profile.v1"),
            ("s.piprofile.json", "pi-profile.v1"),
            ("s.pi-signal.json", "pi.signal.v1"),
            ("s.gccp-tests.json", "pi-gccp.tests"),
            ("a.weights.v2c.json", "weights.v2c"),
            ("weights.v2c.manifest.json", "asx.pack.manifest.v1"),
            (".well-known/wormhole.json", "wormhole.capability.v1"),
            ("sub/.well-known/wormhole-b.json", "wormhole.capability.v1"),
            ("cluster/queue/7.json", "cluster.job.v1"),
            ("a.topology.json", "cluster.topology.v1"),
            ("hashes.json", "demo.hashes"),
        ] {
            assert_eq!(kind_of(path, "{}"), format!("{kind} FileName"), "{path}");
        }
        for (path, kind) in [
            ("a.khl", "mx2lm.server.cluster.khl"),
            ("svg.expert.ps1", "micronaut.ps1"),
            ("mx2lm.cluster.ps1", "mx2lm.cluster.ps1"),
            ("axioms.toml", "axioms.toml"),
            ("a.axioms.toml", "axioms.toml"),
            ("mx2lm.toml", "mx2lm.config"),
            ("w.v2c-bin", "weights.v2c-bin"),
            ("b.scxq2", "scxq2"),
            ("b.svg", "svg"),
            ("_asxr._tcp.example.org.txt", "wormhole.dns-txt"),
            ("a.asxr", "asxr"),
            ("replay.jsonl", "demo.replay"),
            ("r.stream.jsonl", "stream.log"),
            ("brain.xml", "brain.xml"),
        ] {
            assert_eq!(detect(path, None).kind().map(Kind::name), Some(kind), "{path}");
        }
        assert_eq!(kind_of("queue/7.json", "{}"), "not ours");
        assert_eq!(kind_of("x.bindings.json", "{}"), "not ours");
        assert_eq!(detect("Cargo.toml", None), Detection::NotOurs);
    }

    #[test]
    fn xml_is_known_by_its_root() {
        let none = |_: &str| None;
        assert_eq!(detect_xml("a.xml", "cluster-call", none).kind().map(Kind::name), Some("cluster-call.v1"));
        assert_eq!(detect_xml("a.xml", "project", none), Detection::NotOurs);
        assert_eq!(detect_xml("a.svg", "svg", none).kind().map(Kind::name), Some("svg"));
        let index = |name: &str| (name == "tensor").then_some(Cow::Borrowed("semantic.index.v1"));
        assert_eq!(detect_xml("a.svg", "svg", index).kind().map(Kind::name), Some("semantic.index.v1"));
    }

    // rows: C642 C643
    #[test]
    fn members_that_name_two_kinds_disagree() {
        let told = |text: &str| {
            let tree = Tree::parse(text.into());
            let kind = detect("a.json", tree.root()).kind();
            tree.root().zip(kind).map(|(root, kind)| disagreements(root, kind)).unwrap_or_default()
        };
        let named = |name: &str| Kind::by_name(name).map(|kind| ("type", kind)).into_iter().collect::<Vec<_>>();
        assert_eq!(told(r#"{"$schema":"object://schema/ai.vocab.v1","type":"ai.tokenizer"}"#), named("ai.tokenizer.v1"));
        assert_eq!(told(r#"{"$schema":"object://schema/object.v1","type":"ai.vocab"}"#), named("ai.vocab.v1"));
        assert_eq!(told(r#"{"@type":"pi.signal.v1","type":"ai.vocab"}"#), named("ai.vocab.v1"));
        assert!(told(r#"{"$schema":"object://schema/ai.vocab.v1","type":"ai.vocab"}"#).is_empty());
        assert!(told(r#"{"$schema":"object://schema/orch.hitl.binding.v1","type":"orch.binding.hitl"}"#).is_empty());
        assert!(told(r#"{"$schema":"object://schema/object.v1","type":"article"}"#).is_empty());
    }
}
