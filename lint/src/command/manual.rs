//! `manual`: the pages of the documentation that are made from the program itself.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::CommandFactory;
use mx2lm_core::document::schema;
use serde_json::Value;

use crate::cli::{Cli, ManualArgs};
use crate::oracle::functions;
use crate::output::Failure;

/// Runs the command.
pub fn run(arguments: &ManualArgs) -> Result<ExitCode, Failure> {
    let pages = [
        ("cli.md", command_line()),
        ("configuration.md", configuration()),
        ("eval.md", oracle()),
        ("rules.md", super::rule::reference()),
        ("schemas.md", super::schema::reference()),
    ];
    for (name, text) in pages {
        let path = arguments.folder.join(name);
        std::fs::write(&path, text).map_err(|reason| Failure::Write { path, reason })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `docs/cli.md`: the help of every command.
fn command_line() -> String {
    let mut text = String::from("# Command line\n\nThe help of `mx2lm-lint` and of each of its commands.\n");
    let mut program = Cli::command().term_width(100);
    program.build();
    section(&mut text, &mut program);
    for command in program.get_subcommands_mut().filter(|command| !command.is_hide_set() && command.get_name() != "help") {
        section(&mut text, command);
    }
    text
}

fn section(text: &mut String, command: &mut clap::Command) {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    let _ = write!(text, "\n## {name}\n\n```text\n{}\n```\n", help.join("\n").trim_end());
}

/// `docs/eval.md`: the functions of the oracle.
fn oracle() -> String {
    let mut text = String::from(include_str!("eval.md"));
    text.push_str("| `fn` | `in` | `out` | |\n|---|---|---|---|\n");
    for function in functions() {
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", function.name, function.takes, function.gives, function.what);
    }
    text
}

/// `docs/configuration.md`: every key of `mx2lm.toml`.
fn configuration() -> String {
    let mut text = String::from(include_str!("configuration.md"));
    if let Some(schema) = schema::value("mx2lm.config") {
        keys(&mut text, schema, schema, "");
    }
    let _ = write!(text, "\nWhat `mx2lm-lint init` writes:\n\n```toml\n{}```\n", super::init::TEMPLATE);
    text
}

/// A row for each property below `schema`, whose names begin with `prefix`.
fn keys(text: &mut String, root: &Value, schema: &Value, prefix: &str) {
    let named = schema["properties"].as_object().into_iter().flatten();
    for (name, property) in named {
        let key = format!("{prefix}{name}");
        let wants = if property["type"] == "array" && property["items"]["type"] == "string" {
            "list of text"
        } else {
            match property["type"].as_str() {
                Some("string") => "text",
                Some("boolean") => "true or false",
                Some("integer" | "number") => "number",
                Some("array") => "list of tables",
                Some("object") => "table",
                _ if property["type"].is_array() => "number or text",
                _ => "text",
            }
        };
        let meaning = property["description"].as_str().unwrap_or_default();
        let _ = writeln!(text, "| `{key}` | {wants} | {meaning} |");
        keys(text, root, property, &format!("{key}."));
        keys(text, root, &property["items"], &format!("{key}[]."));
        // `[keys."signer"]`: one key or a list of keys, described once.
        if let Some(entry) = property["additionalProperties"]["else"]["$ref"].as_str() {
            let entry = root.pointer(entry.trim_start_matches('#')).unwrap_or(&Value::Null);
            keys(text, root, entry, &format!("{key}.\"signer\"."));
        }
    }
}
