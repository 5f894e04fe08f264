//! `canon`: the canonical text of a document, without a line end, so that its hash is the hash of what is printed.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::document::kind::Syntax;
use mx2lm_core::hash;
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::syntax::json::Tree;
use serde_json::json;

use super::read;
use super::tensor::tensor;
use crate::cli::{CanonArgs, Color, DataFormat};
use crate::output::{Failure, to_stdout};

/// Runs the command.
pub fn run(arguments: &CanonArgs) -> Result<ExitCode, Failure> {
    let canonical = canonical(&arguments.file)?;
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => out.write_all(&canonical),
        DataFormat::Json => {
            let sha256 = Digest::of(&canonical).to_string();
            let canonical = String::from_utf8_lossy(&canonical);
            writeln!(out, "{:#}", json!({ "version": 1, "canonical": canonical, "sha256": sha256 }))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

fn canonical(path: &Path) -> Result<Vec<u8>, Failure> {
    let refused = |why: String| Failure::Refused(format!("`{}` has no canonical form: {why}", path.display()));
    let name = path.to_string_lossy().replace('\\', "/");
    match Syntax::of_path(&name) {
        Some(Syntax::Svg) => return Ok(tensor(path, &read(path)?)?.canonical_text().into_bytes()),
        None | Some(Syntax::Json) => {}
        Some(_) => return Err(refused("canonical forms are defined for JSON and drawings only".into())),
    }
    let text =
        String::from_utf8(read(path)?).map_err(|error| refused(format!("byte {} is not UTF-8", error.utf8_error().valid_up_to())))?;
    let tree = Tree::parse(Arc::from(text));
    let root = tree.root().ok_or_else(|| refused("it is empty".into()))?;
    hash::canonical(root).map_err(|error| refused(error.why))
}
