//! `init`: a commented `mx2lm.toml` to begin with.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use crate::cli::{Color, InitArgs};
use crate::output::{Failure, to_stdout};

/// What is written.
pub const TEMPLATE: &str = include_str!("mx2lm.toml");

/// Runs the command.
pub fn run(arguments: &InitArgs) -> Result<ExitCode, Failure> {
    let path = arguments.folder.join("mx2lm.toml");
    let mut file = std::fs::File::create_new(&path).map_err(|reason| match reason.kind() {
        ErrorKind::AlreadyExists => Failure::Refused(format!("`{}` exists already and is left as it is", path.display())),
        _ => Failure::Write { path: path.clone(), reason },
    })?;
    file.write_all(TEMPLATE.as_bytes()).map_err(|reason| Failure::Write { path: path.clone(), reason })?;
    to_stdout(Color::Never, |out, _| writeln!(out, "wrote `{}`", path.display()))?;
    Ok(ExitCode::SUCCESS)
}
