//! The options of `scxq2`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DataFormat, EpsilonArgs};

/// Options of `scxq2`.
#[derive(Debug, Args)]
pub struct Scxq2Args {
    #[command(subcommand)]
    pub command: Scxq2Command,
}

/// What is done with packs of lanes.
#[derive(Debug, Subcommand)]
pub enum Scxq2Command {
    /// Pack a drawing
    Encode(EncodeArgs),
    /// Write the canonical text of a pack
    Decode(LaneArgs),
    /// Show every field of a pack, also of one that is refused
    Inspect(InspectArgs),
    /// Verify a pack and show its roots
    Verify(LaneArgs),
    /// Prove a chunk of a lane
    Prove(ProveArgs),
    /// Check a proof against its pack
    CheckProof(CheckProofArgs),
}

/// Options of `scxq2 encode`.
#[derive(Debug, Args)]
pub struct EncodeArgs {
    /// The drawing
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub tolerance: EpsilonArgs,
    /// Write the pack to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The bare pack, or an object with its hashes
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `scxq2 decode` and `scxq2 verify`.
#[derive(Debug, Args)]
pub struct LaneArgs {
    /// The pack
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write the result to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `scxq2 inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The pack
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show and judge this lane alone: M, T, G, X or W; A stands for X and W
    #[arg(long, value_name = "LANE")]
    pub lane: Option<String>,
    /// Write the list to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How the fields are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `scxq2 prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// The pack
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The lane: M, T, G, X or W
    #[arg(long, value_name = "LANE")]
    pub lane: String,
    /// The chunk of 4096 bytes, counted from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub chunk: u64,
    /// Write the proof to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How a refusal is written; a proof is JSON either way
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `scxq2 check-proof`.
#[derive(Debug, Args)]
pub struct CheckProofArgs {
    /// The proof
    #[arg(value_name = "PROOF")]
    pub proof: PathBuf,
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// The root that has to be proved, as a descriptor declares it; else the pack's own
    #[arg(long, value_name = "HASH")]
    pub root: Option<String>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}
