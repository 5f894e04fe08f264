//! Where output goes. A reader that closes the pipe has seen enough: that is no failure and says nothing.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use thiserror::Error;

use crate::cli::{Color, OutputArgs};
use crate::report::text::Style;
use crate::write;

/// Why the program could not do what it was asked; always exit code 2.
#[derive(Debug, Error)]
pub enum Failure {
    /// The check could not run.
    #[error(transparent)]
    Run(#[from] mx2lm_core::lint::RunError),
    /// A file that the command needs could not be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Read { path: PathBuf, reason: io::Error },
    /// A file could not be written.
    #[error("cannot write `{}`: {reason}", path.display())]
    Write { path: PathBuf, reason: io::Error },
    /// Standard input or output broke.
    #[error("cannot {action}: {reason}")]
    Stream { action: &'static str, reason: io::Error },
    /// What was asked for does not exist or cannot be.
    #[error("{0}")]
    Refused(String),
}

impl OutputArgs {
    /// How a text report is written.
    pub fn style(&self, color: bool) -> Style {
        Style { color, summary: !self.quiet, all_infos: self.all_infos }
    }
}

/// Writes to standard output. The flag says whether escapes for colour may be written. On a terminal that may not have them none get
/// through; elsewhere every byte does, for it may be one of a pack.
pub fn to_stdout(color: Color, write: impl FnOnce(&mut dyn Write, bool) -> io::Result<()>) -> Result<(), Failure> {
    let stdout = io::stdout().lock();
    let choice = match color {
        Color::Auto => AutoStream::choice(&stdout),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let colored = !matches!(choice, ColorChoice::Never);
    let choice = if colored || stdout.is_terminal() { choice } else { ColorChoice::AlwaysAnsi };
    let mut out = BufWriter::with_capacity(1 << 16, AutoStream::new(stdout, choice));
    let result = write(&mut out, colored).and_then(|()| out.flush());
    if result.is_err() {
        // What the pipe did not take must not be tried again when the writer drops.
        let _ = out.into_parts();
    }
    match result {
        Err(reason) if reason.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Stream { action: "write to standard output", reason }),
        _ => Ok(()),
    }
}

/// Gives the file at `path` these bytes, whole or not at all.
pub fn to_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write::put(path, bytes).map_err(|reason| Failure::Write { path: path.to_owned(), reason })
}

/// Refuses to write over a file that is read, which would be lost.
pub fn apart<'p>(reads: impl IntoIterator<Item = &'p Path>, output: &Path) -> Result<(), Failure> {
    let Ok(place) = fs::canonicalize(output) else { return Ok(()) };
    match reads.into_iter().any(|read| fs::canonicalize(read).is_ok_and(|read| read == place)) {
        true => Err(Failure::Refused(format!("`{}` is read here and would be written over: name another file", output.display()))),
        false => Ok(()),
    }
}

/// Writes to the file that was named, else to standard output.
pub fn deliver(output: &OutputArgs, write: impl FnOnce(&mut dyn Write, bool) -> io::Result<()>) -> Result<(), Failure> {
    let Some(path) = &output.output_file else {
        return to_stdout(output.color, write);
    };
    let to_file = || {
        let mut file = BufWriter::new(File::create(path)?);
        write(&mut file, output.color == Color::Always)?;
        file.flush()
    };
    to_file().map_err(|reason| Failure::Write { path: path.clone(), reason })
}

/// Says one line on standard error; when nobody listens there either, nothing is lost.
pub fn tell(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}
