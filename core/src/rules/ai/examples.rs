//! Small true workspaces for the examples of this family.

/// The rules of the example tokenizer.
pub(super) const RULES: &str = "{\"rules\": [\"ab\", \"ba\"]}\n";
/// The tokens of the example vocabulary.
pub(super) const TOKENS: &str = "{\"tokens\": {\"<unk>\": 0, \"a\": 1, \"b\": 2, \"ab\": 3, \"ba\": 4}}\n";
/// The transitions of the example n-gram brain.
pub(super) const NGRAMS: &str = "{\"ngrams\": {\"a\": {\"a\": 0.6, \"b\": 0.4}, \"b\": {\"a\": 1}}}\n";
/// Four fp32 elements.
pub(super) const RAW: &str = "0000111122223333";

/// The end of a descriptor with an envelope.
macro_rules! envelope {
    ($type:literal, $mime:literal, $location:literal, $hash:literal) => {
        concat!(
            r#", "payload": {"type": ""#,
            $type,
            r#"", "mime": ""#,
            $mime,
            r#"", "location": "./"#,
            $location,
            r#""}, "hash": ""#,
            $hash,
            r#"", "authority": "none", "projections": {"default": {"type": "json", "emit": "@payload"}}}"#,
            "\n"
        )
    };
}
pub(super) use envelope;

/// The example tokenizer, with this rule set hash.
macro_rules! tokenizer {
    () => {
        $crate::rules::ai::examples::tokenizer!("sha256:6e21b9b51662167bb86f53bcbdd7b0f1dad6474cab154acc0c2e90c5aebfdd84")
    };
    ($hash:literal) => {
        concat!(
            r#"{"$schema": "object://schema/ai.tokenizer.v1", "type": "ai.tokenizer", "id": "object://ai/tokenizer/t", "tokenizer_type": "bpe", "ruleset_hash": ""#,
            $hash,
            r#"", "vocab_ref": "object://ai/vocab/v", "invariants": ["deterministic", "fixed_vocab", "no_context_dependency"]"#,
            $crate::rules::ai::examples::envelope!("json", "application/json", "rules.json", "sha256:4a4332229c1d3059eec58a02b1329c69a90967c64df9ec584b3ebbc0cb504de0")
        )
    };
}
pub(super) use tokenizer;

/// The example vocabulary, with this size and these invariants.
macro_rules! vocab {
    () => {
        $crate::rules::ai::examples::vocab!("5", r#""one_to_one_mapping", "immutable_payload""#)
    };
    ($size:literal, $invariants:literal) => {
        concat!(
            r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "id": "object://ai/vocab/v", "size": "#,
            $size,
            r#", "mapping": "token_to_symbol", "encoding": "utf-8", "invariants": ["#,
            $invariants,
            "]",
            $crate::rules::ai::examples::envelope!(
                "json",
                "application/json",
                "tokens.json",
                "sha256:eaeb4ffea0fe73a33badfdd40d133041a49971b7f91986f3f52295f76ff4bf78"
            )
        )
    };
}
pub(super) use vocab;

/// The example n-gram brain, of this order.
macro_rules! ngram {
    ($order:literal) => {
        concat!(
            r#"{"$schema": "object://schema/ai.brain.ngram.v1", "type": "ai.brain.ngram", "id": "object://ai/brain/n", "order": "#,
            $order,
            r#", "domain": "token", "transition_space": "closed", "invariants": ["order_fixed", "probability_conserved", "deterministic"]"#,
            $crate::rules::ai::examples::envelope!(
                "json",
                "application/json",
                "ngrams.json",
                "sha256:fcd1e0bf58105e5b4b3973d45f29d17c0f0291613ab6f0a2f085799198d49aa2"
            )
        )
    };
}
pub(super) use ngram;

/// The example weights: one tensor of these dimensions, with this shape hash.
macro_rules! weights {
    () => {
        $crate::rules::ai::examples::weights!("w", "[2, 2]", "sha256:2e1cbb7aab22b8deaa8caaa938f0fac0daae2976f4a63fb5e8fc17794b297c8d")
    };
    ($name:literal, $dims:literal, $hash:literal) => {
        concat!(
            r#"{"$schema": "object://schema/ai.model.weights.v1", "type": "ai.model.weights", "id": "object://ai/model/weights/w", "format": "raw-tensor", "dtype": "fp32", "shape_hash": ""#,
            $hash,
            r#"", "layer_map": {""#,
            $name,
            r#"": "#,
            $dims,
            r#"}, "invariants": ["shape_consistent", "no_execution", "no_training"]"#,
            $crate::rules::ai::examples::envelope!("binary", "application/octet-stream", "w.bin", "sha256:843f6eb0d196bac28f2106a9d0f8441f9518d6955d468424926063aeea9b59a4")
        )
    };
}
pub(super) use weights;
