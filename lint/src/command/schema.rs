//! `schema`: the JSON Schema of a kind of document, or the list of the kinds.

use std::fmt::Write as _;
use std::process::ExitCode;

use mx2lm_core::document::kind::Kind;
use mx2lm_core::document::schema;
use serde_json::{Value, json};

use crate::cli::{Color, DataFormat, SchemaArgs};
use crate::output::{Failure, to_stdout};

/// Runs the command.
pub fn run(arguments: &SchemaArgs) -> Result<ExitCode, Failure> {
    let text = match (&arguments.kind, arguments.format) {
        (Some(kind), _) => format!("{:#}\n", of(kind)?),
        (None, DataFormat::Text) => list(),
        (None, DataFormat::Json) => {
            let kinds: Vec<Value> = Kind::all().map(described).collect();
            format!("{:#}\n", json!({ "version": 1, "kinds": kinds }))
        }
    };
    to_stdout(Color::Never, |out, _| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// The schema of the kind of that name, or of that `$schema`.
fn of(name: &str) -> Result<&'static Value, Failure> {
    let kind = Kind::by_name(name).or_else(|| Kind::by_schema(name));
    schema::value(kind.map_or(name, |kind| kind.name())).ok_or_else(|| {
        Failure::Refused(match kind {
            Some(kind) => format!("`{kind}` is judged by rules alone and has no schema"),
            None => format!("there is no kind `{name}`; `mx2lm-lint schema` lists them"),
        })
    })
}

fn described(kind: Kind) -> Value {
    json!({
        "name": kind.name(),
        "family": kind.family(),
        "title": kind.info().title,
        "schema": kind.info().schema,
        "has_schema": schema::value(kind.name()).is_some(),
    })
}

fn list() -> String {
    let width = Kind::all().map(|kind| kind.name().len()).max().unwrap_or_default();
    Kind::all()
        .map(|kind| {
            let mark = if schema::value(kind.name()).is_some() { "schema" } else { "rules" };
            format!("{:width$}  {:13}  {mark:6}  {}\n", kind.name(), kind.family(), kind.info().title)
        })
        .collect()
}

/// `docs/schemas.md`: the kinds of documents.
pub fn reference() -> String {
    let mut text = String::from(
        "# Kinds of documents\n\nEvery kind that is told apart. `mx2lm-lint schema KIND` prints the schema of a kind that has one.\n\n\
         | kind | family | what it is | `$schema` | schema |\n|---|---|---|---|---|\n",
    );
    for kind in Kind::all() {
        let info = kind.info();
        let identifier = info.schema.map_or(String::new(), |schema| format!("`{schema}`"));
        let has = if schema::value(kind.name()).is_some() { "yes" } else { "" };
        let _ = writeln!(text, "| `{}` | {} | {} | {identifier} | {has} |", kind.name(), kind.family(), info.title);
    }
    text
}
