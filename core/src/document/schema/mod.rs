//! What the shape of a document must be: the embedded JSON Schemas, their findings in our words, and their text for hovers and completion.
//!
//! The schemas are plain 2020-12 plus annotations of our own, which a validator ignores:
//!
//! | annotation | meaning |
//! |---|---|
//! | `x-severity` | gravity of what breaks here or below, when not an error |
//! | `x-rule` | the rule that reports it, when not `<family>/schema` |
//! | `x-spec-error` | the specification's own name for it |
//! | `x-message`, `x-help` | text that says more than the keyword could |
//! | `x-wants` | what a pattern asks for, in words |
//! | `x-absent`, `x-absent-rule` | gravity and rule when the member is required and missing |
//! | `x-unknown` | marks the schema that unknown members meet |
//! | `x-enum-text` | what each value of an enumeration means |
//! | `x-rows` | rows of the specification |
//!
//! This module knows one document. What other files say is the rules' business.

mod explain;
mod lookup;
mod node;
mod placeholder;
mod spelling;
#[cfg(test)]
mod tests;
mod trail;
mod wording;

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::Value;

pub(crate) use explain::insertion;
pub use explain::{SchemaFinding, SchemaFix};
pub use lookup::{FieldDoc, ValueDoc, describe, describe_root, members, values};
pub use placeholder::is_placeholder;
pub use wording::short;

use super::kind::Kind;
use crate::syntax::json;
use node::{Instance, TreeJson};

/// What every `$id` begins with.
pub const BASE: &str = "object://schema/";

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// Every schema: name of the kind and text of `schemas/<name>.schema.json`.
        pub const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../../schemas/", $name, ".schema.json")))),*];
    };
}

files![
    "object.v1",
    "object.error",
    "object.event",
    "object.hook",
    "ui.object",
    "micronaut.result",
    "ai.tokenizer.v1",
    "ai.vocab.v1",
    "ai.model.weights.v1",
    "ai.brain.ngram.v1",
    "ai.brain.svg-tensor.v1",
    "pi-profile.kernel",
    "pi.signal.v1",
    "pi-profile.v1",
    "pi-gccp.tests",
    "pi-collapse",
    "retrieve.semantic.v1",
    "retrieve.projection",
    "object.retrieve.semantic.v1",
    "retrieve.answer",
    "asx.pack.manifest.v1",
    "asx.pack.compat.v1",
    "weights.v2",
    "weights.v2c",
    "weights.v2c.proof",
    "mx2lm.cpu.gpu.proof.v1",
    "svg-tensor.index-record",
    "svg-tensor.descriptor",
    "scxq2.proof.v1",
    "scxq2.proof",
    "scxq2.envelope",
    "scxq2.package-metadata",
    "mx2lm.svg-tensor.cluster.v1",
    "mx2lm.config",
];

/// One schema: its JSON, and the validator made of it at first use.
struct Schema {
    value: Value,
    validator: OnceLock<Option<Validator<TreeJson>>>,
}

static SCHEMAS: LazyLock<HashMap<&'static str, OnceLock<Option<Schema>>>> =
    LazyLock::new(|| FILES.iter().map(|&(name, _)| (name, OnceLock::new())).collect());

/// The schema of that name, parsed once.
fn schema(name: &str) -> Option<&'static Schema> {
    let text = FILES.iter().find(|file| file.0 == name)?.1;
    SCHEMAS.get(name)?.get_or_init(|| serde_json::from_str(text).ok().map(|value| Schema { value, validator: OnceLock::new() })).as_ref()
}

impl Schema {
    fn validator(&'static self) -> Option<&'static Validator<TreeJson>> {
        // A schema that does not compile is caught by `tests::every_schema_is_lawful`, not here.
        let made = || jsonschema::options_for::<TreeJson>().with_retriever(Embedded).build(&self.value).ok();
        self.validator.get_or_init(made).as_ref()
    }
}

/// Answers `object://schema/…` from the embedded files, and nothing else.
struct Embedded;

impl Retrieve for Embedded {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.as_str().strip_prefix(BASE).map(|rest| rest.split('#').next().unwrap_or(rest));
        name.and_then(schema).map(|schema| schema.value.clone()).ok_or_else(|| format!("no schema is named `{uri}`").into())
    }
}

/// The JSON of a schema, by the name of its kind; what `mx2lm-lint schema` prints.
pub fn value(name: &str) -> Option<&'static Value> {
    schema(name).map(|schema| &schema.value)
}

/// What the schema of `kind` has against a document; nothing for a kind without a schema.
///
/// One finding a cause. The tree should be strict: in a recovered one a supplied value would be told off for not being there.
pub fn validate(kind: Kind, root: json::Node<'_>) -> Vec<SchemaFinding> {
    let Some(schema) = schema(kind.name()) else { return Vec::new() };
    let Some(validator) = schema.validator() else { return Vec::new() };
    let instance = Instance::Node(root);
    if validator.is_valid(instance.clone()) {
        return Vec::new();
    }
    explain::explain(kind, root, validator.iter_errors(instance))
}
