//! `mx2lm-lint`: checks folders of objects at the prompt and in continuous integration.
//!
//! Everything that is true of an object is decided in `mx2lm-core`; this program reads a command line, asks, and writes the answer down.

mod cli;
mod command;
mod lanes;
mod oracle;
mod output;
mod paths;
mod plot;
mod progress;
mod report;
mod tolerance;
mod write;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The program could not run.
const COULD_NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let command = match cli::Cli::read(std::env::args_os()) {
        Ok(command) => command,
        Err(message) => {
            // Help and version come this way too; a closed pipe is no concern of theirs.
            let _ = message.print();
            return if message.use_stderr() { ExitCode::from(COULD_NOT_RUN) } else { ExitCode::SUCCESS };
        }
    };
    command::run(command).unwrap_or_else(|failure| {
        output::tell(format_args!("mx2lm-lint: {failure}"));
        ExitCode::from(COULD_NOT_RUN)
    })
}
