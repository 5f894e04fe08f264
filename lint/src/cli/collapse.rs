//! The options of `collapse`, `profile`, `signal` and `retrieve`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::DataFormat;

/// Options of `collapse`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct CollapseArgs {
    #[command(subcommand)]
    pub command: Option<CollapseCommand>,
    /// The profile
    #[arg(value_name = "PROFILE", required = true)]
    pub profile: Option<PathBuf>,
    /// Files with vectors: JSON, a descriptor, a unit or the container of a semantic index, a pack, the drawing of a tensor; without any,
    /// the profile's own test vectors
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub against: Vec<PathBuf>,
    /// A file with the vectors that those of the other files are held against; without one, the x axis
    #[arg(long, value_name = "FILE", requires = "against")]
    pub query: Option<PathBuf>,
    /// Show this many only
    #[arg(long, value_name = "K")]
    pub top: Option<usize>,
    /// What adds the vectors: the scores are the same to the bit
    #[arg(long, value_enum, default_value_t = Device::Auto, value_name = "DEVICE")]
    pub device: Device,
    /// Write down what was collapsed and the bits of the scores, for `collapse verify`
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    /// Draw the scores and the best document's vectors into an .svg or .png file
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// How the scores are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// What else `collapse` does.
#[derive(Debug, Subcommand)]
pub enum CollapseCommand {
    /// Compute again what a receipt says, and tell where it differs
    Verify(VerifyArgs),
    /// Say whether a runtime is π-GCCP v1 compliant: this program, or another by its answers; exit code 1 where it is not
    Conformance(ConformanceArgs),
}

/// Options of `collapse conformance`.
#[derive(Debug, Args)]
pub struct ConformanceArgs {
    /// Another runtime's answers, one a line as `eval` writes them; `-` for standard input
    #[arg(value_name = "ANSWERS")]
    pub answers: Option<PathBuf>,
    /// Print the questions, one a line as `eval` reads them
    #[arg(long, conflicts_with = "answers")]
    pub questions: bool,
    /// What this program adds the vectors with
    #[arg(long, value_enum, default_value_t = Device::Auto, value_name = "DEVICE", conflicts_with = "answers")]
    pub device: Device,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `collapse verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The receipt
    #[arg(value_name = "RECEIPT")]
    pub receipt: PathBuf,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// What adds vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Device {
    /// The processor
    Cpu,
    /// A graphics processor; the processor where there is none, with a word why
    Gpu,
    /// A graphics processor where there is one and enough to do
    Auto,
}

/// What `profile` tells.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Print the fingerprints of profiles; exit code 1 where a file holds another
    Fingerprint(FingerprintArgs),
    /// Say in words what made each score, the largest part first
    Explain(ExplainArgs),
    /// Say how two profiles compute differently; exit code 1 where they do
    Compare(CompareArgs),
}

/// Options of `profile fingerprint`.
#[derive(Debug, Args)]
pub struct FingerprintArgs {
    /// The profiles
    #[arg(required = true, value_name = "PROFILE")]
    pub profiles: Vec<PathBuf>,
    /// How the fingerprints are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `profile explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The profile
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Files with vectors; without any, the profile's own test vectors
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub against: Vec<PathBuf>,
    /// A file with the vectors that those of the other files are held against
    #[arg(long, value_name = "FILE", requires = "against")]
    pub query: Option<PathBuf>,
    /// How the explanation is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `profile compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The one profile
    #[arg(value_name = "PROFILE")]
    pub one: PathBuf,
    /// The other
    #[arg(value_name = "OTHER")]
    pub other: PathBuf,
    /// Files with vectors that both are tried on
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub against: Vec<PathBuf>,
    /// A file with the vectors that those of the other files are held against
    #[arg(long, value_name = "FILE", requires = "against")]
    pub query: Option<PathBuf>,
    /// How the differences are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `retrieve`.
#[derive(Debug, Args)]
pub struct RetrieveArgs {
    /// The request, `retrieve.semantic.v1`
    #[arg(value_name = "REQUEST")]
    pub request: PathBuf,
    /// Units of a semantic index, SVG
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    pub against: Vec<PathBuf>,
    /// How the answer is written; as JSON it is a response of the protocol
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// What `signal` does.
#[derive(Debug, Subcommand)]
pub enum SignalCommand {
    /// Tell what is unlawful in the geometry of signals; exit code 1 where something is
    Check(SignalCheckArgs),
    /// Print signals with their angles taken into [0, 2π)
    Normalize(SignalArgs),
}

/// Options of `signal check`.
#[derive(Debug, Args)]
pub struct SignalCheckArgs {
    #[command(flatten)]
    pub signals: SignalArgs,
    /// The signals are several runs of one adapter on one input: they must be equal
    #[arg(long)]
    pub same_input: bool,
}

/// Options of `signal`.
#[derive(Debug, Args)]
pub struct SignalArgs {
    /// The signals
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}
