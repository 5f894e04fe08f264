//! The options of `pack`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mx2lm_core::pack::streams::temporal::MOST_WINDOWS;

use super::DataFormat;

/// Options of `pack`.
#[derive(Debug, Args)]
pub struct PackArgs {
    #[command(subcommand)]
    pub command: PackCommand,
}

/// What is done with packs.
#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Make a pack of a drawing, or of streams in JSON
    Compile(Box<CompileArgs>),
    /// Print the manifest of a pack, or a part of it
    #[command(
        version,
        after_help = "Exit codes: 0 done, 1 unreadable, 2 not a pack, 3 verification failed, 4 unsupported version, 5 a bug."
    )]
    Inspect(InspectArgs),
    /// Check every byte of packs, and their signatures by the keys of the workspace
    Verify(VerifyArgs),
    /// Print the weights of a pack as JSON
    Decode(DecodeArgs),
    /// Print the proof that a lane belongs to a pack
    Prove(ProveArgs),
    /// Check a proof against a pack
    CheckProof(CheckProofArgs),
    /// Show what differs between two packs, section by section and lane by lane
    Diff(PairArgs),
    /// Say how well two packs go together, and why
    Compat(PairArgs),
    /// Say how alike two packs are, lane by lane and as a whole
    Similarity(PairArgs),
    /// Make one pack of two; it is unsigned
    Merge(MergeArgs),
    /// Write the manifest of a pack, or check one against it
    Manifest(ManifestArgs),
    /// Sign a pack
    Sign(SignArgs),
    /// Draw a pack: its weights lane by lane, and its bytes section by section
    Plot(PlotArgs),
}

/// Options of `pack compile`.
#[derive(Debug, Args)]
#[command(
    after_help = "What is not said here is as `[pack]` of `mx2lm.toml` has it, each switch and number by its name there, and else as told above.\n`--no-audit=false` and the like take back what the file says."
)]
pub struct CompileArgs {
    /// A drawing, or a JSON object of lists of numbers by lane
    #[arg(value_name = "SVG|STREAMS")]
    pub input: PathBuf,
    /// Where to write: a pack, or `weights.v2c` where the name ends in `.json`
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Tell every decision, on standard error
    #[arg(long)]
    pub explain: bool,
    /// Leave out the least important lanes until the pack is within its 5120 bytes
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub fit: Option<bool>,
    /// Shapes under this id belong to that lane; `*` for every other id
    #[arg(long, value_name = "ID=LANE", value_parser = pair)]
    pub lane: Vec<(String, String)>,
    /// Windows that each lane is cut into (4), 0 packs the lanes as they are; or the file whose `temporal` element says so, `brain.xml`
    #[arg(long, value_name = "K|FILE", value_parser = windows)]
    pub windows: Option<Windows>,
    /// The left base of interactions: as the file of --windows says, else `policy`
    #[arg(long, value_name = "LANE")]
    pub a: Option<String>,
    /// The right base of interactions: as the file of --windows says, else `attention`
    #[arg(long, value_name = "LANE")]
    pub b: Option<String>,
    /// Which interactions of windows are made: as the file of --windows says (`false` none, `matrix4x4` all), else the upper half
    #[arg(long, value_enum, value_name = "SHAPE")]
    pub matrix: Option<Matrix>,
    /// Make no `@t*` lanes
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_combined: Option<bool>,
    /// Make no `@early`, `@mid`, `@late` lanes, and no interactions of them
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_presets: Option<bool>,
    /// Make no means of rows, columns and of the whole matrix
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_summaries: Option<bool>,
    /// Make the two interactions across time
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub cross_temporal: Option<bool>,
    /// Most lanes (54)
    #[arg(long, value_name = "N")]
    pub max_lanes: Option<u16>,
    /// Slots a lane, instead of the choice among 64, 48, 32, 24 and 16
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub dims: Option<u16>,
    /// What the phase of the carrier is taken from (ASX::LOCAL)
    #[arg(long, value_name = "TEXT")]
    pub seed: Option<String>,
    /// Amplitude of a lane, of a pattern with `*`, or of all, from 0 to 1 (0.08)
    #[arg(long, value_name = "LANE=NUMBER", value_parser = share)]
    pub amp: Vec<(String, f64)>,
    /// Temperature of a lane, from 0 to 1 (0.70)
    #[arg(long, value_name = "LANE=NUMBER", value_parser = share)]
    pub temp: Vec<(String, f64)>,
    /// top_p of a lane, from 0 to 1 (0.90)
    #[arg(long, value_name = "LANE=NUMBER", value_parser = share)]
    pub top_p: Vec<(String, f64)>,
    /// Quantise all classes at a scale of 1
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_scales: Option<bool>,
    /// Leave the scales of the classes as they are
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_tuning: Option<bool>,
    /// Write no AUDIT
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_audit: Option<bool>,
    /// Lanes that are audited one by one (0)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=8))]
    pub lane_audit: Option<u8>,
    /// Write no MERKLE
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_merkle: Option<bool>,
}

/// Where windows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Windows {
    /// So many of equal length.
    Count(u32),
    /// What a `temporal` element says.
    File(PathBuf),
}

/// Which cells of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Matrix {
    /// The later window second: up to 10
    Upper,
    /// All 16
    Full,
    /// None
    None,
}

/// Options of `pack inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// One line of JSON
    #[arg(long, conflicts_with = "pretty")]
    pub json: bool,
    /// Indented JSON, which is the default
    #[arg(long)]
    pub pretty: bool,
    /// Most lanes that are listed; 0 lists none
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub lanes: usize,
    /// List no lanes
    #[arg(long, conflicts_with = "lanes")]
    pub no_lanes: bool,
    /// Check payloads, root and signature too
    #[arg(long)]
    pub verify: bool,
    /// A public key, `ed25519:` and 64 digits, that must have signed the pack
    #[arg(long, value_name = "KEY", requires = "verify")]
    pub key: Option<String>,
    /// core, lane_classes, saturation_audit and compatibility only
    #[arg(long, conflicts_with = "compat")]
    pub summary: bool,
    /// What decides whether packs go together
    #[arg(long)]
    pub compat: bool,
    /// Another pack, for the level of compatibility
    #[arg(long, value_name = "PACK")]
    pub compare: Option<PathBuf>,
}

/// Options of `pack verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The packs, or folders of them; of a folder every `*.v2c-bin` below it
    #[arg(required = true, value_name = "PACK|FOLDER")]
    pub packs: Vec<PathBuf>,
    /// A public key that must have signed them
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Check this lane alone: its hash, the way to the root, and who signed the pack
    #[arg(long, value_name = "LANE")]
    pub lane: Option<String>,
    /// Tell only of packs that fail or that something is to be said of
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `pack decode`.
#[derive(Debug, Args)]
pub struct DecodeArgs {
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// This lane alone, by id or symbol; no other is looked at
    #[arg(long, value_name = "LANE")]
    pub lane: Option<String>,
}

/// Options of `pack prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// The lane, by id or symbol
    #[arg(value_name = "LANE")]
    pub lane: String,
}

/// Options of `pack check-proof`.
#[derive(Debug, Args)]
pub struct CheckProofArgs {
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// The proof
    #[arg(value_name = "PROOF")]
    pub proof: PathBuf,
}

/// Two packs.
#[derive(Debug, Args)]
pub struct PairArgs {
    /// The first pack
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The second pack
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `pack merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The pack that is merged into
    #[arg(value_name = "TARGET")]
    pub target: PathBuf,
    /// The pack that is merged
    #[arg(value_name = "SOURCE")]
    pub source: PathBuf,
    /// How
    #[arg(long, value_enum, value_name = "MODE", default_value_t = MergeMode::Overlay)]
    pub mode: MergeMode,
    /// The share of the source in a blend, from 0 to 1
    #[arg(long, value_name = "NUMBER", required_if_eq("mode", "blend"))]
    pub lambda: Option<f64>,
    /// Where to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// How packs are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MergeMode {
    /// Lanes of the source replace those of the target
    Overlay,
    /// Both, weighted
    Blend,
    /// The lanes of both, with lanes and dims chosen anew
    Union,
}

/// Options of `pack manifest`.
#[derive(Debug, Args)]
pub struct ManifestArgs {
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// Compare this manifest with the pack instead of writing one
    #[arg(long, value_name = "MANIFEST", conflicts_with = "output")]
    pub check: Option<PathBuf>,
    /// Where to write; standard output otherwise
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Most lanes that are listed
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub lanes: usize,
}

/// Options of `pack sign`.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// The file of the private key: 64 hexadecimal digits, with or without `ed25519:`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Where to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Options of `pack plot`.
#[derive(Debug, Args)]
pub struct PlotArgs {
    /// The pack
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// Where to write: `.svg` or `.png`
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("`NAME=VALUE` is wanted")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn windows(text: &str) -> Result<Windows, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Windows::File(text.into()));
    }
    let count = text.parse().ok().filter(|count| *count <= MOST_WINDOWS);
    count.map(Windows::Count).ok_or_else(|| format!("{text} is not from 0 to {MOST_WINDOWS}"))
}

/// The last `=` divides: lanes may hold one.
fn share(text: &str) -> Result<(String, f64), String> {
    let (lane, value) = text.rsplit_once('=').ok_or("`LANE=NUMBER` is wanted")?;
    let number = value.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| format!("`{value}` is no number"))?;
    if (0.0..=1.0).contains(&number) { Ok((lane.to_owned(), number)) } else { Err(format!("{number} is not from 0 to 1")) }
}
