//! Every kind of document that the specification names, one row each.
//!
//! The table says how a kind shows itself; `kind.rs` applies the order in which the signs are asked (`DECISIONS` 1, 43).
//! A kind without a schema file is known all the same: its identity, hashes and references are checked, and it is never *unknown*.

use super::kind::Syntax;

/// How one kind of document is recognised.
#[derive(Debug)]
pub struct KindInfo {
    /// Stable name: `object.v1`, `ai.vocab.v1`, `pi-profile.v1`.
    pub name: &'static str,
    /// The family of rules that judges it.
    pub family: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// The `object://schema/…` value of its `$schema`.
    pub schema: Option<&'static str>,
    /// Members of the root that say the kind: name and value. The value `*` stands for any text.
    /// In XML the member `root` is the local name of the root element; any other is an attribute of it.
    pub markers: &'static [(&'static str, &'static str)],
    /// File names that claim a file; `*` is any run of characters but `/`. A pattern with `/` is compared with the end of the path.
    pub files: &'static [&'static str],
    /// File names that go with the kind, yet claim nothing (`DECISIONS` 86).
    pub hints: &'static [&'static str],
    /// Sets of root members; any one of them, wholly present, claims a file that nothing else claims.
    pub shape: &'static [&'static [&'static str]],
    /// Whether a shape must be the whole of the root.
    pub exact_shape: bool,
    /// Beginnings of the root's `id` that claim a file that nothing else claims.
    pub id_prefixes: &'static [&'static str],
    /// How the text is read.
    pub syntax: Syntax,
    /// Whether `schemas/<name>.schema.json` exists.
    pub has_schema_file: bool,
}

impl KindInfo {
    const fn json(name: &'static str, family: &'static str, title: &'static str) -> Self {
        KindInfo {
            name,
            family,
            title,
            schema: None,
            markers: &[],
            files: &[],
            hints: &[],
            shape: &[],
            exact_shape: false,
            id_prefixes: &[],
            syntax: Syntax::Json,
            has_schema_file: false,
        }
    }
    const fn file(name: &'static str, family: &'static str, title: &'static str, syntax: Syntax, files: &'static [&'static str]) -> Self {
        KindInfo { syntax, files, ..Self::json(name, family, title) }
    }
    const fn schema(self, schema: &'static str) -> Self {
        KindInfo { schema: Some(schema), ..self }
    }
    const fn markers(self, markers: &'static [(&'static str, &'static str)]) -> Self {
        KindInfo { markers, ..self }
    }
    const fn files(self, files: &'static [&'static str]) -> Self {
        KindInfo { files, ..self }
    }
    const fn hints(self, hints: &'static [&'static str]) -> Self {
        KindInfo { hints, ..self }
    }
    const fn shape(self, shape: &'static [&'static [&'static str]]) -> Self {
        KindInfo { shape, ..self }
    }
    const fn whole_shape(self, shape: &'static [&'static [&'static str]]) -> Self {
        KindInfo { shape, exact_shape: true, ..self }
    }
    const fn ids(self, id_prefixes: &'static [&'static str]) -> Self {
        KindInfo { id_prefixes, ..self }
    }
    const fn described(self) -> Self {
        KindInfo { has_schema_file: true, ..self }
    }
}

/// The kinds. Where two could claim one file by name or shape, the earlier does.
#[rustfmt::skip]
pub const KINDS: &[KindInfo] = &[
    // family object
    KindInfo::json("object.v1", "object", "object descriptor").schema("object://schema/object.v1").described()
        .files(&["object.json", "object.xjson", "*.object.json"]).shape(&[&["id", "payload", "projections"]])
        .ids(&["object://ai/tokenizer/", "object://ai/vocab/", "object://ai/model/", "object://ai/brain/", "object://ai/inference/", "object://ai/agent/reply/"]),
    KindInfo::json("object.error", "object", "error answer").schema("object://schema/object.error").described().whole_shape(&[&["error"]]),
    KindInfo::json("object.event", "object", "lifecycle event").schema("object://schema/object.event").described().markers(&[
        ("type", "object.event"), ("@type", "object.event"),
        ("event", "object.resolved"), ("event", "object.loaded"), ("event", "object.verified"), ("event", "object.projected"), ("event", "object.error"),
        ("event", "object.not_found"), ("event", "object.invalid"), ("event", "object.corrupted"), ("event", "object.unavailable"),
        ("type", "object.resolved"), ("type", "object.loaded"), ("type", "object.verified"), ("type", "object.projected"), ("type", "object.error"),
        ("type", "object.not_found"), ("type", "object.invalid"), ("type", "object.corrupted"), ("type", "object.unavailable"),
        ("@type", "object.resolved"), ("@type", "object.loaded"), ("@type", "object.verified"), ("@type", "object.projected"), ("@type", "object.error"),
        ("@type", "object.not_found"), ("@type", "object.invalid"), ("@type", "object.corrupted"), ("@type", "object.unavailable")]),
    KindInfo::json("object.hook", "object", "object hook").schema("object://schema/object.hook").described()
        .markers(&[("type", "object.hook"), ("@type", "object.hook")]).shape(&[&["phase", "accepts", "provides"]]),
    KindInfo::json("ui.object", "object", "user interface object").schema("object://schema/ui.object").described()
        .markers(&[("type", "ui.object"), ("type", "ui.component")]).ids(&["object://ui/"]),
    KindInfo::json("micronaut.result", "object", "micronaut result descriptor").schema("object://schema/micronaut.result").described()
        .markers(&[("type", "micronaut.result"), ("@type", "micronaut.result")]),
    // family ai
    KindInfo::json("ai.tokenizer.v1", "ai", "tokenizer").schema("object://schema/ai.tokenizer.v1").described().markers(&[("type", "ai.tokenizer")]),
    KindInfo::json("ai.vocab.v1", "ai", "vocabulary").schema("object://schema/ai.vocab.v1").described().markers(&[("type", "ai.vocab")]),
    KindInfo::json("ai.model.weights.v1", "ai", "model weights").schema("object://schema/ai.model.weights.v1").described().markers(&[("type", "ai.model.weights")]),
    KindInfo::json("ai.brain.ngram.v1", "ai", "n-gram brain").schema("object://schema/ai.brain.ngram.v1").described().markers(&[("type", "ai.brain.ngram")]),
    KindInfo::json("ai.brain.svg-tensor.v1", "ai", "SVG-Tensor brain").schema("object://schema/ai.brain.svg-tensor.v1").described()
        .markers(&[("type", "ai.brain.svg-tensor"), ("type", "ai.brain.svg-tensor.v1")]),
    // family inference
    KindInfo::json("ai.inference.profile.v1", "inference", "inference profile").schema("object://schema/ai.inference.profile.v1").markers(&[("type", "ai.inference.profile")]),
    KindInfo::json("ai.inference.request", "inference", "inference request").markers(&[("@request", "ai.inference")]).hints(&["*.request.json"]),
    KindInfo::json("stream.chunk", "inference", "stream chunk").markers(&[("event", "stream.chunk")]),
    KindInfo::json("stream.projection", "inference", "stream projection").markers(&[("projection", "stream")]).hints(&["*.stream.json"]),
    KindInfo::file("stream.log", "inference", "recorded stream", Syntax::JsonLines, &["*.stream.jsonl"]),
    KindInfo::json("inference.selection", "inference", "selection rule"),
    // family agent
    KindInfo::json("ai.agent.reply.v1", "agent", "agent reply").schema("object://schema/ai.agent.reply.v1").markers(&[("type", "ai.agent.reply")]),
    KindInfo::json("ai.agent.descriptor.v1", "agent", "agent descriptor").schema("object://schema/ai.agent.descriptor.v1").markers(&[("type", "ai.agent.descriptor")]),
    KindInfo::json("ai.memory.object.v1", "agent", "agent memory").schema("object://schema/ai.memory.object.v1")
        .markers(&[("type", "conversation-log"), ("type", "ai.memory.object")]).ids(&["object://ai/memory/"]),
    KindInfo::json("ai.agent.invoke", "agent", "agent invocation").markers(&[("@invoke", "ai.agent")]).hints(&["*.invoke.json"]),
    KindInfo::json("agent.conversation.v1", "agent", "conversation").schema("object://schema/agent.conversation.v1").markers(&[("type", "agent.conversation")]).hints(&["*.conversation.json"]),
    KindInfo::json("agent.message.v1", "agent", "message").schema("object://schema/agent.message.v1").markers(&[("type", "agent.message")]).hints(&["*.message.json"]),
    KindInfo::json("agent.identity.v1", "agent", "agent identity").schema("object://schema/agent.identity.v1").markers(&[("type", "agent.identity")]).hints(&["*.identity.json"]),
    KindInfo::json("agent.routing.v1", "agent", "agent routing").schema("object://schema/agent.routing.v1").markers(&[("type", "agent.routing")]).hints(&["*.routing.json"]),
    KindInfo::json("agent.arbitration.v1", "agent", "agent arbitration").schema("object://schema/agent.arbitration.v1").markers(&[("type", "agent.arbitration")]).hints(&["*.arbitration.json"]),
    KindInfo::json("agent.tool.v1", "agent", "agent tool").schema("object://schema/agent.tool.v1").markers(&[("type", "agent.tool")]).hints(&["*.tool.json"]),
    KindInfo::json("agent.tools.bindings.v1", "agent", "tool bindings").schema("object://schema/agent.tools.bindings.v1").markers(&[("type", "agent.tools.bindings")]).hints(&["*.bindings.json"]),
    KindInfo::json("agent.synthesis", "agent", "agent synthesis").schema("object://schema/agent.synthesis.v1").markers(&[("type", "agent.synthesis")]),
    // family orchestration
    KindInfo::json("ai.orchestrator.v1", "orchestration", "orchestrator").schema("object://schema/ai.orchestrator.v1").markers(&[("type", "ai.orchestrator")]),
    KindInfo::json("agent.orchestrator.v1", "orchestration", "agent orchestrator").schema("object://schema/agent.orchestrator.v1").markers(&[("type", "agent.orchestrator")]),
    KindInfo::json("agent.orchestration.v1", "orchestration", "agent orchestration").schema("object://schema/agent.orchestration.v1").markers(&[("type", "agent.orchestration")]),
    KindInfo::json("agent.federated.v1", "orchestration", "federated agent").schema("object://schema/agent.federated.v1").markers(&[("type", "agent.federated")]),
    KindInfo::json("agent.federation.arbitration.v1", "orchestration", "federation arbitration").schema("object://schema/agent.federation.arbitration.v1").markers(&[("type", "agent.federation.arbitration")]),
    KindInfo::json("mx2lm.orchestration.v1", "orchestration", "orchestration root").schema("object://schema/mx2lm.orchestration.v1").markers(&[("type", "mx2lm.orchestration")]),
    KindInfo::json("mx2lm.choreography.v1", "orchestration", "choreography").schema("object://schema/mx2lm.choreography.v1").markers(&[("type", "mx2lm.choreography")]),
    KindInfo::json("mx2lm.gossip.v1", "orchestration", "gossip message").schema("object://schema/mx2lm.gossip.v1").markers(&[("type", "mx2lm.gossip")]),
    KindInfo::json("hitl.projection.v1", "orchestration", "projection for people").schema("object://schema/hitl.projection.v1").markers(&[("type", "hitl.projection")]).hints(&["*.hitl.json"]),
    KindInfo::json("audit.chain.v1", "orchestration", "audit chain").schema("object://schema/audit.chain.v1").markers(&[("type", "audit.chain")]).hints(&["*.chain.json"]),
    KindInfo::json("orch.conversation.binding.v1", "orchestration", "conversation binding").schema("object://schema/orch.conversation.binding.v1").markers(&[("type", "orch.binding.conversation")]),
    KindInfo::json("orch.hitl.binding.v1", "orchestration", "binding for people").schema("object://schema/orch.hitl.binding.v1").markers(&[("type", "orch.binding.hitl")]),
    KindInfo::json("orch.audit.binding.v1", "orchestration", "audit binding").schema("object://schema/orch.audit.binding.v1").markers(&[("type", "orch.binding.audit")]),
    // family collapse
    KindInfo::json("pi-profile.kernel", "collapse", "π-profile of a kernel").described().markers(&[("@pi_profile", "*")]),
    KindInfo::json("pi.signal.v1", "collapse", "π-signal").described().markers(&[("@type", "pi.signal.v1")]).files(&["*.pi-signal.json"]),
    KindInfo::json("pi-profile.v1", "collapse", "π-profile").described().files(&["*.pi-profile.json", "*.piprofile.json"]).shape(&[&["meta", "vectorizer", "weights"]]),
    KindInfo::json("pi-gccp.tests", "collapse", "π-GCCP test vectors").described().files(&["*.gccp-tests.json"]).whole_shape(&[&["epsilon", "pairs"]]),
    KindInfo::json("pi-collapse", "collapse", "collapse declaration").described().files(&["*.collapse.json"]).whole_shape(&[&["collapse", "inputs", "weights"]]),
    KindInfo::json("retrieve.semantic.v1", "collapse", "semantic retrieval request").described().markers(&[("@object", "retrieve.semantic.v1")]),
    KindInfo::json("retrieve.projection", "collapse", "semantic retrieval projection").described().markers(&[("@intent", "retrieve.semantic.v1")]),
    KindInfo::json("object.retrieve.semantic.v1", "collapse", "semantic retrieval object").described().markers(&[("@type", "object.retrieve.semantic.v1")]),
    KindInfo::json("retrieve.answer", "collapse", "semantic retrieval answer").described().shape(&[&["results", "cache_hit", "index_hash"]]),
    KindInfo::file("semantic.index.v1", "collapse", "semantic index", Syntax::Svg, &[]).markers(&[("tensor", "semantic.index.v1")]),
    // family svg
    KindInfo::file("svg", "svg", "drawing", Syntax::Svg, &["*.svg"]),
    KindInfo::json("mx2lm.cpu.gpu.proof.v1", "svg", "CPU and GPU proof").described()
        .markers(&[("schema", "mx2lm.cpu.gpu.proof.v1")]).shape(&[&["cpu_hash", "gpu_hash"], &["cpu_hash", "status"], &["gpu_hash", "status"]]),
    KindInfo::json("svg-tensor.index-record", "svg", "stored index record").described().shape(&[&["doc_id", "angles"], &["doc_id", "magnitudes"]]),
    KindInfo::json("svg-tensor.descriptor", "svg", "SVG-Tensor layout object").described().ids(&["object://svg-tensor/"]),
    // family scxq2
    KindInfo::file("scxq2", "scxq2", "SCXQ2 container", Syntax::Binary, &["*.scxq2"]),
    KindInfo::file("scxq2.tensor-record", "scxq2", "quantised tensor", Syntax::Binary, &[]),
    KindInfo::file("scxq2.micronaut-record", "scxq2", "signals of a micronaut", Syntax::Binary, &[]),
    KindInfo::json("scxq2.proof.v1", "scxq2", "SCXQ2 proof envelope").described().markers(&[("schema", "scxq2.proof.v1")]),
    KindInfo::json("scxq2.proof", "scxq2", "lane proof").described()
        .markers(&[("schema", "scxq2.svg-tensor.merkle.v1")]).shape(&[&["lane", "chunk_index", "chunk_hash"], &["lane_root", "global_root"]]),
    KindInfo::json("scxq2.envelope", "scxq2", "kernel result envelope").described().shape(&[&["@scxq2"]]),
    KindInfo::json("scxq2.package-metadata", "scxq2", "package metadata").described()
        .shape(&[&["component", "dependencies", "hash"], &["component", "scxq2_path"], &["dependencies", "scxq2_path"]]),
    // family pack
    KindInfo::file("weights.v2c-bin", "pack", "weight pack", Syntax::Binary, &["*.v2c-bin"]),
    KindInfo::json("asx.pack.manifest.v1", "pack", "pack manifest").described().markers(&[("schema", "asx.pack.manifest.v1")]).files(&["*.v2c.manifest.json"]),
    KindInfo::json("asx.pack.compat.v1", "pack", "pack compatibility report").described().markers(&[("schema", "asx.pack.compat.v1")]),
    KindInfo::json("weights.v2c", "pack", "weights in JSON").described().markers(&[("version", "weights.v2c")]).files(&["*.weights.v2c.json"]),
    KindInfo::json("weights.v2", "pack", "weights in JSON, before packing").described().markers(&[("version", "weights.v2")]),
    KindInfo::json("weights.v2c.proof", "pack", "lane proof of a pack").described().shape(&[&["lane_sym", "leaf_hash", "path"]]),
    KindInfo::file("brain.xml", "pack", "brain windows", Syntax::Xml, &["brain.xml", "*.brain.xml"]),
    // families batch, attempt, cluster-call
    KindInfo::json("svg.tensor.cluster.batch.v1", "batch", "tensor batch").schema("object://schema/svg.tensor.cluster.batch.v1").markers(&[("type", "svg.tensor.cluster.batch")]).files(&["*.batch.json"]),
    KindInfo::json("nk2.batch-attempt.v1", "attempt", "batch attempt").schema("object://schema/nk2.batch-attempt.v1").files(&["*.attempt.json"]),
    KindInfo::file("cluster-call.v1", "cluster-call", "cluster call", Syntax::Xml, &["*.cluster-call.xml"]).markers(&[("root", "cluster-call")]),
    KindInfo::file("axioms.toml", "cluster-call", "axioms", Syntax::Toml, &["axioms.toml", "*.axioms.toml"]),
    KindInfo::json("cluster-call.conformance", "cluster-call", "conformance manifest").markers(&[("@conformance", "*")]),
    KindInfo::json("cluster-call.result", "cluster-call", "conformance result").shape(&[&["@test", "@result"]]),
    // family wormhole
    KindInfo::json("wormhole.capability.v1", "wormhole", "wormhole capability").markers(&[("schema", "wormhole.capability.v1")]).files(&[".well-known/wormhole*.json"]),
    KindInfo::file("wormhole.dns-txt", "wormhole", "wormhole TXT record", Syntax::Text, &["_asxr._tcp.*.txt"]),
    KindInfo::file("asxr", "wormhole", "asxr blocks", Syntax::Text, &["*.asxr"]),
    // family server
    KindInfo::json("mx2lm.server.v1", "server", "cluster server").schema("object://schema/mx2lm.server.v1").ids(&["object://schema/mx2lm.server.v1"])
        .files(&["mx2lm.server.schema.xjson", "mx2lm.server.schema.json"]),
    KindInfo::file("mx2lm.server.cluster.khl", "server", "cluster server in KHL", Syntax::Khl, &["*.khl"]),
    KindInfo::json("mx2lm.svg-tensor.cluster.v1", "server", "tensor cluster").schema("object://schema/svg-tensor.cluster.v1").described().shape(&[&["merge_rule", "members"]]),
    KindInfo::json("cluster.topology.v1", "server", "cluster topology").schema("object://schema/cluster.topology.v1").markers(&[("type", "cluster.topology")]).files(&["*.topology.json"]),
    KindInfo::json("cluster.job.v1", "server", "cluster job").schema("object://schema/cluster.job.v1").markers(&[("type", "cluster.job")]).files(&["*.job.json", "cluster/queue/*.json"]),
    KindInfo::json("cluster.node", "server", "cluster node").ids(&["object://cluster/node/"]),
    KindInfo::json("backend.config", "server", "backend configuration").markers(&[("type", "backend.config")]).ids(&["object://backend/config/"]),
    // family micronaut
    KindInfo::file("mx2lm.cluster.ps1", "micronaut", "cluster supervisor", Syntax::PowerShell, &["mx2lm.cluster.ps1"]),
    KindInfo::file("micronaut.ps1", "micronaut", "micronaut", Syntax::PowerShell, &["*.expert.ps1"]),
    // families storage, demo
    KindInfo::file("odb.blob", "storage", "stored object", Syntax::Binary, &["odb/objects/sha256/*/*/*.bin"]),
    KindInfo::file("odb.signature", "storage", "stored signature", Syntax::Text, &["odb/signatures/sha256/*/*/*.sig"]),
    KindInfo::file("odb.index", "storage", "object database index", Syntax::Binary, &["odb/index/objects.db"]),
    KindInfo::json("demo.hashes", "demo", "hash manifest").files(&["hashes.json"]),
    KindInfo::file("demo.replay", "demo", "replay log", Syntax::JsonLines, &["replay.jsonl"]),
    // this program's own file
    KindInfo { has_schema_file: true, ..KindInfo::file("mx2lm.config", "config", "workspace configuration", Syntax::Toml, &["mx2lm.toml"]) },
];
