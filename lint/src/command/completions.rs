//! `completions`: a completion script for a shell.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Color, CompletionsArgs};
use crate::output::{Failure, to_stdout};

/// Runs the command.
pub fn run(arguments: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "mx2lm-lint", &mut script);
    to_stdout(Color::Never, |out, _| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}
