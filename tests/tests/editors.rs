//! Real editors against the built server, through the runner that anyone can start by hand: `tests/editors/run.sh`.
//! A missing editor or server skips the test, and says so where captured output does not hide it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The server that was built beside this test.
fn server() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
    profile.join(format!("mx2lm-lsp{}", std::env::consts::EXE_SUFFIX))
}

fn run(editor: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/run.sh");
    if cfg!(windows) {
        writeln!(std::io::stderr(), "SKIPPED: {editor}: the runner is a POSIX shell script").expect("standard error is open");
        return;
    }
    let output = Command::new("sh").arg(script).arg(editor).env("MX2LM_SERVER", server()).output().expect("sh runs");
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => {}
        Some(77) => {
            let why = told.lines().filter(|line| line.starts_with("SKIPPED")).collect::<Vec<_>>().join("; ");
            writeln!(std::io::stderr(), "{why}").expect("standard error is open");
        }
        _ => panic!("{editor}:\n{told}"),
    }
}

#[test]
fn neovim_shows_explains_and_mends_a_wrong_hash() {
    run("neovim");
}

#[test]
fn emacs_shows_explains_and_mends_a_wrong_hash() {
    run("emacs");
}
