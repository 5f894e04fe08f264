//! `canon`: the canonical text of a document, without a line end, so that its hash is the hash of what is printed.

use std::process::ExitCode;
use std::sync::Arc;

use mx2lm_core::document::kind::Syntax;
use mx2lm_core::hash;
use mx2lm_core::hash::digest::Digest;
use mx2lm_core::scxq2::layout;
use mx2lm_core::syntax::json::Tree;
use serde_json::{Map, Value, json};

use super::read;
use super::tensor::tensor;
use crate::cli::{CanonArgs, Color, DataFormat};
use crate::output::{Failure, tell, to_stdout};
use crate::tolerance::Tolerance;

/// Runs the command.
pub fn run(arguments: &CanonArgs) -> Result<ExitCode, Failure> {
    let (canonical, tolerance) = canonical(arguments)?;
    if let Some(tolerance) = tolerance.as_ref().filter(|tolerance| tolerance.is_told() && arguments.format == DataFormat::Text) {
        tell(format_args!("tolerance of curves {tolerance}"));
    }
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => out.write_all(&canonical),
        DataFormat::Json => {
            let sha256 = Digest::of(&canonical).to_string();
            let canonical = String::from_utf8_lossy(&canonical);
            let mut answer =
                Map::from_iter([("version".into(), json!(1)), ("canonical".into(), json!(canonical)), ("sha256".into(), json!(sha256))]);
            if let Some(tolerance) = &tolerance {
                tolerance.describe(&mut answer);
            }
            writeln!(out, "{:#}", Value::Object(answer))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The canonical text, and the tolerance of the curves in it.
fn canonical(arguments: &CanonArgs) -> Result<(Vec<u8>, Option<Tolerance>), Failure> {
    let path = arguments.file.as_path();
    let refused = |why: String| Failure::Refused(format!("`{}` has no canonical form: {why}", path.display()));
    let name = path.to_string_lossy().replace('\\', "/");
    match Syntax::of_path(&name) {
        Some(Syntax::Svg) => return drawn(arguments, &read(path)?),
        None | Some(Syntax::Json | Syntax::Binary) => {}
        Some(_) => return Err(refused("canonical forms are defined for JSON, drawings and packs of lanes only".into())),
    }
    let bytes = read(path)?;
    if bytes.starts_with(&layout::MAGIC) {
        return drawn(arguments, &bytes);
    }
    if Syntax::of_path(&name) == Some(Syntax::Binary) {
        return Err(refused("canonical forms are defined for JSON, drawings and packs of lanes only".into()));
    }
    let text = String::from_utf8(bytes).map_err(|error| refused(format!("byte {} is not UTF-8", error.utf8_error().valid_up_to())))?;
    let tree = Tree::parse(Arc::from(text));
    let root = tree.root().ok_or_else(|| refused("it is empty".into()))?;
    let canonical = hash::canonical(root).map_err(|error| refused(error.why))?;
    Ok((canonical, None))
}

/// The canonical text of the tensor that a drawing draws or a pack holds.
fn drawn(arguments: &CanonArgs, bytes: &[u8]) -> Result<(Vec<u8>, Option<Tolerance>), Failure> {
    let (tensor, tolerance) = tensor(&arguments.file, bytes, &arguments.tolerance)?;
    Ok((tensor.canonical_text().into_bytes(), Some(tolerance)))
}
