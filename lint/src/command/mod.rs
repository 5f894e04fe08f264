//! The commands, one file each. A command reads its options, asks the core and writes the answer; it decides nothing about objects.

mod canon;
mod check;
mod collapse;
mod completions;
mod eval;
mod fix;
mod hash;
mod init;
mod manual;
mod pack;
mod profile;
mod retrieve;
mod rule;
mod schema;
mod scxq2;
mod signal;
mod tensor;
mod tensor_proof;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::{Command, SelectArgs};
use crate::output::Failure;

/// Findings that count.
const FOUND: u8 = 1;

/// Does what was asked.
pub fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Fix(arguments) => fix::run(&arguments),
        Command::Hash(arguments) => hash::run(&arguments),
        Command::Canon(arguments) => canon::run(&arguments),
        Command::Rule(arguments) => rule::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Scxq2(arguments) => scxq2::run(&arguments.command),
        Command::Init(arguments) => init::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Collapse(arguments) => collapse::run(&arguments),
        Command::Profile(command) => profile::run(&command),
        Command::Retrieve(arguments) => retrieve::run(&arguments),
        Command::Signal(command) => signal::run(&command),
        Command::Tensor(arguments) => tensor::run(&arguments),
        Command::Eval => eval::run(),
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Manual(arguments) => manual::run(&arguments),
    }
}

/// The working directory, from which reports name files.
fn working_directory() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|reason| Failure::Stream { action: "find the working directory", reason })
}

/// Starts as many threads as were asked for.
fn use_threads(select: &SelectArgs) {
    if let Some(threads) = select.threads {
        // Fails only when the threads run already, and this is the first use of them.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
}

/// Reads a file that was named on the command line.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|reason| Failure::Read { path: path.to_owned(), reason })
}
