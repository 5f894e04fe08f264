//! The options of `tensor`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DataFormat, EpsilonArgs};

/// Options of `tensor`.
#[derive(Debug, Args)]
pub struct TensorArgs {
    #[command(subcommand)]
    pub command: TensorCommand,
}

/// The commands of `tensor`.
#[derive(Debug, Subcommand)]
pub enum TensorCommand {
    /// List the elements of the tensor with their numbers
    Inspect(TensorInspectArgs),
    /// Compute what flows to each node in a number of steps (`node_accum`)
    Accumulate(TensorAccumulateArgs),
    /// Compare what a GPU computed with what the CPU computes, and write the proof
    Proof(TensorProofArgs),
    /// Draw the canonical lines over the drawing: nodes, edges, ranks and cycles
    Plot(TensorPlotArgs),
}

/// Options of `tensor inspect`.
#[derive(Debug, Args)]
pub struct TensorInspectArgs {
    /// The drawing, or a pack of lanes
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub tolerance: EpsilonArgs,
    /// How the numbers are written: for people, or as the whole numbers of the canonical form
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `tensor proof`.
#[derive(Debug, Args)]
pub struct TensorProofArgs {
    /// The drawing, or a pack of lanes
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub tolerance: EpsilonArgs,
    /// The buffer that the GPU left: `node_accum`, four bytes a node, little-endian. Without it the kernel runs here, where there is a
    /// device and the program was built for one
    #[arg(long, value_name = "FILE")]
    pub gpu: Option<PathBuf>,
    /// How many steps were taken
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub steps: u32,
    /// The id of the tensor, so that the proof can be replayed where it lies
    #[arg(long, value_name = "ID")]
    pub tensor: Option<String>,
}

/// Options of `tensor plot`.
#[derive(Debug, Args)]
pub struct TensorPlotArgs {
    /// The drawing, or a pack of lanes
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub tolerance: EpsilonArgs,
    /// Where the picture goes; its name ends in `.svg` or `.png`
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Options of `tensor accumulate`.
#[derive(Debug, Args)]
pub struct TensorAccumulateArgs {
    /// The drawing, or a pack of lanes
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub tolerance: EpsilonArgs,
    /// How many steps are taken
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub steps: u32,
    /// How the nodes are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}
