//! `tensor proof`: whether a GPU computed what the CPU computes (seed 003 §17.10).
//!
//! The CPU's side is computed here; the GPU's is the buffer that a run of `shaders/node_accum.wgsl` left, elsewhere or here. Without one
//! there is no proof: nothing is passed that was not compared.

use std::process::ExitCode;

use mx2lm_core::hash::digest::Digest;
use mx2lm_core::rules::svg::tensor::Tensor;
use mx2lm_core::tensor::graph::Graph;
use mx2lm_core::tensor::model::Model;
use mx2lm_core::tensor::{accumulate, structure};
use serde_json::{Map, Value, json};

use super::{FOUND, read, tensor};
use crate::cli::Color;
use crate::cli::tensor::TensorProofArgs;
use crate::output::{Failure, tell, to_stdout};

/// Runs the command.
pub fn run(arguments: &TensorProofArgs) -> Result<ExitCode, Failure> {
    let bytes = read(&arguments.file)?;
    let (Tensor { model, graph }, tolerance) = tensor::tensor(&arguments.file, &bytes, &arguments.tolerance)?;
    if tolerance.is_told() {
        tell(format_args!("tolerance of curves {tolerance}"));
    }
    let words = accumulate::accumulate(&model, &graph, arguments.steps);
    let words =
        words.ok_or_else(|| Failure::Refused(format!("{} steps through this tensor are more than is computed", arguments.steps)))?;
    let cpu: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let (gpu, whose) = match &arguments.gpu {
        Some(file) => (read(file)?, file.display().to_string()),
        None => on_device(&model, &graph, arguments.steps)?,
    };
    let agrees = cpu == gpu;
    let mut proof = Map::new();
    proof.insert("schema".into(), "mx2lm.cpu.gpu.proof.v1".into());
    proof.insert("cpu_hash".into(), Digest::of(&cpu).to_string().into());
    proof.insert("gpu_hash".into(), Digest::of(&gpu).to_string().into());
    proof.insert("status".into(), if agrees { "pass" } else { "fail" }.into());
    if let Some(id) = &arguments.tensor {
        proof.insert("tensor".into(), id.as_str().into());
    }
    proof.insert("buffer_hash".into(), structure::digest(&model, &graph).to_string().into());
    proof.insert("dispatch".into(), json!({ "workgroup_size": 64, "steps": arguments.steps, "seed": "roots" }));
    to_stdout(Color::Never, |out, _| writeln!(out, "{:#}", Value::Object(proof)))?;
    if !agrees {
        eprintln!("{whose}: non-conformant implementation");
    }
    Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// What a device of this machine leaves, and what it is called; a software driver is one.
#[cfg(feature = "gpu")]
fn on_device(model: &Model, graph: &Graph, steps: u32) -> Result<(Vec<u8>, String), Failure> {
    use mx2lm_core::gpu::{Adapters, Gpu};
    use mx2lm_core::tensor::device;
    let refused = |why: &dyn std::fmt::Display| Failure::Refused(format!("there is nothing to compare, so there is no proof: {why}"));
    let gpu = Gpu::open(Adapters::AndSoftware).map_err(|why| refused(&why))?;
    eprintln!("computed on {}", gpu.name());
    let words = device::accumulate(&gpu, model, graph, steps).map_err(|why| refused(&why))?;
    Ok((words.iter().flat_map(|word| word.to_le_bytes()).collect(), gpu.name().to_owned()))
}

#[cfg(not(feature = "gpu"))]
fn on_device(_: &Model, _: &Graph, _: u32) -> Result<(Vec<u8>, String), Failure> {
    let why = "there is nothing to compare, so there is no proof: this program was built without support of graphics processors";
    Err(Failure::Refused(format!("{why}; name the buffer of a run with `--gpu`")))
}
