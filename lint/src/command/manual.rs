//! `manual`: the pages of the documentation that are made from the program itself.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, ManualArgs};
use crate::oracle::FUNCTIONS;
use crate::output::Failure;

/// Runs the command.
pub fn run(arguments: &ManualArgs) -> Result<ExitCode, Failure> {
    let pages = [
        ("cli.md", command_line()),
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
    for function in FUNCTIONS {
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", function.name, function.takes, function.gives, function.what);
    }
    text
}
