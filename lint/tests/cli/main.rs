//! The program from outside: what it prints, where, and with which exit code.

mod collapse;
mod drawings;
mod exit;
mod fixing;
mod formats;
mod generated;
mod input;
mod lanes;
mod pack;
mod pack_listings;
mod questions;
mod records;
mod vectors;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A workspace in a folder of its own.
pub struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// With an empty configuration, so that the folder is a root.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let workspace = Workspace { folder: tempfile::tempdir().expect("a temporary folder") };
        workspace.write("mx2lm.toml", "");
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).expect("a file")
    }

    /// Runs the program in the root.
    pub fn lint(&self, arguments: &[&str]) -> Run {
        run_in(self.root(), arguments, b"")
    }

    /// The findings, as the JSON report tells them.
    pub fn findings(&self, arguments: &[&str]) -> Vec<Value> {
        let run = self.lint(&[&["--format", "json"], arguments].concat());
        run.json()["diagnostics"].as_array().expect("a list").clone()
    }
}

/// What a run left behind.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run {
            code: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// The program, told nothing by the environment about colour.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mx2lm-lint"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

/// Runs the program in `folder` with `input` on standard input.
pub fn run_in(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = program();
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was asked for");
    let input = input.to_vec();
    // A program that ends without reading closes the pipe; that is its right.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    output.into()
}

/// A descriptor whose payload `payload/a.txt` holds `abc`, with this in place of the true hash where something is given.
pub fn descriptor(hash: Option<&str>) -> String {
    let hash = hash.unwrap_or("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    format!(
        r#"{{
  "$schema": "object://schema/object.v1",
  "id": "object://studio/letters",
  "hash": "{hash}",
  "payload": {{ "type": "binary", "mime": "text/plain", "location": "payload/a.txt", "encoding": "utf-8" }},
  "authority": "none",
  "projections": {{ "default": {{ "type": "binary", "source": "@payload", "encoding": "raw" }} }}
}}
"#
    )
}

/// A lawful workspace.
pub fn lawful() -> Workspace {
    Workspace::new(&[("a.object.json", &descriptor(None)), ("payload/a.txt", "abc")])
}

/// A workspace with one finding at error level, `object/payload-hash`.
pub fn untrue() -> Workspace {
    let hash = format!("sha256:{}", "0123456789abcdef".repeat(4));
    Workspace::new(&[("a.object.json", &descriptor(Some(&hash))), ("payload/a.txt", "abc")])
}
