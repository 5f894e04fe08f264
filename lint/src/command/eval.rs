//! `eval`: the reference oracle on standard input and output.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use crate::oracle;
use crate::output::Failure;

/// Runs the command: an answer a line, each written out before the next question is read.
pub fn run() -> Result<ExitCode, Failure> {
    let mut questions = io::stdin().lock();
    let mut answers = io::stdout().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = questions.read_until(b'\n', &mut line).map_err(|reason| Failure::Stream { action: "read standard input", reason })?;
        if read == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let question = line.strip_suffix(b"\n").unwrap_or(&line);
        let question = question.strip_suffix(b"\r").unwrap_or(question);
        let mut answer = oracle::answer(question).to_string();
        answer.push('\n');
        match answers.write_all(answer.as_bytes()).and_then(|()| answers.flush()) {
            Err(reason) if reason.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            Err(reason) => return Err(Failure::Stream { action: "write to standard output", reason }),
            Ok(()) => {}
        }
    }
}
