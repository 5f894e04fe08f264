//! The command line: what may be written, and nothing about what it does.

pub mod pack;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

/// What the program was asked to do.
#[derive(Debug, Parser)]
#[command(
    name = "mx2lm-lint",
    version,
    about = "Checks folders of objects: is each lawful, and is every identity in it true?",
    override_usage = "mx2lm-lint [OPTIONS] [PATHS]...\n       mx2lm-lint <COMMAND> [OPTIONS] ...",
    after_help = "Exit codes: 0 nothing at error level, 1 findings, 2 could not run.\nWithout a command, `check` is meant. A folder that is named like a command is written `./fix`.",
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// The command; `check` where none is written.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of `check`, so that the help of the whole program shows them.
    #[command(flatten)]
    pub check: CheckArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files and folders (what happens when no command is named)
    Check(CheckArgs),
    /// Put right what can be put right safely
    Fix(FixArgs),
    /// Show the hashes of files, each under its own name
    Hash(HashArgs),
    /// Print the canonical JSON (RFC 8785) of a document
    Canon(CanonArgs),
    /// Explain a rule
    Rule(RuleArgs),
    /// Print the JSON Schema of a kind of document, or list the kinds
    Schema(SchemaArgs),
    /// Pack drawings into lanes, read packs, and prove their chunks
    Scxq2(Scxq2Args),
    /// Write a commented `mx2lm.toml` into the working directory
    Init(InitArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Collapse documents under a π-profile: their scores, ranked
    Collapse(CollapseArgs),
    /// Tell about π-profiles
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Answer a retrieval request from units of a semantic index
    Retrieve(RetrieveArgs),
    /// Check π-signals, or take their angles into range
    #[command(subcommand)]
    Signal(SignalCommand),
    /// Look at a drawing as a tensor
    Tensor(TensorArgs),
    /// Answer one JSON question a line on standard input: the reference oracle
    Eval,
    /// Make, read, compare, merge, sign and draw weight packs
    Pack(pack::PackArgs),
    /// Write the generated pages of the documentation into a folder
    #[command(hide = true)]
    Manual(ManualArgs),
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Check standard input as the content of the file that --stdin-path names
    #[arg(long, requires = "stdin_path")]
    pub stdin: bool,
    /// The file that standard input stands for; it need not exist
    #[arg(long, value_name = "PATH", requires = "stdin")]
    pub stdin_path: Option<PathBuf>,
    /// Exit with 1 when there are more warnings than this
    #[arg(long, value_name = "N")]
    pub max_warnings: Option<usize>,
    /// Count the findings of each rule and time each phase, on standard error
    #[arg(long)]
    pub statistics: bool,
}

/// Which files, under which configuration, on how many threads.
#[derive(Debug, Args)]
pub struct SelectArgs {
    /// Files and folders
    #[arg(value_name = "PATHS", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Use this configuration instead of the workspace's `mx2lm.toml`
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Make every warning an error
    #[arg(long)]
    pub strict: bool,
    /// Threads to use; by default one a core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// Where output goes and how it looks.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Errors only: no warnings, no summary, no progress bar
    #[arg(short, long)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

/// Options of `fix`.
#[derive(Debug, Args)]
pub struct FixArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    /// Also apply fixes that may change what a document says
    #[arg(long)]
    pub r#unsafe: bool,
    /// Also bring declared hashes up to date, along the chain of files that name each other
    #[arg(long)]
    pub hashes: bool,
    /// Show the changes and write nothing
    #[arg(long)]
    pub diff: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `hash`.
#[derive(Debug, Args)]
pub struct HashArgs {
    /// Files to hash
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How the hashes are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `canon`.
#[derive(Debug, Args)]
pub struct CanonArgs {
    /// The document
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write the bare canonical text, or an object that holds it and its hash
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

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
    /// The drawing
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How the numbers are written: for people, or as the whole numbers of the canonical form
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `tensor proof`.
#[derive(Debug, Args)]
pub struct TensorProofArgs {
    /// The drawing, or its pack
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The buffer that the GPU left: `node_accum`, four bytes a node, little-endian
    #[arg(long, value_name = "FILE")]
    pub gpu: PathBuf,
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
    /// Where the picture goes; its name ends in `.svg` or `.png`
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Options of `tensor accumulate`.
#[derive(Debug, Args)]
pub struct TensorAccumulateArgs {
    /// The drawing
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How many steps are taken
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub steps: u32,
    /// How the nodes are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `rule`.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// Name of the rule, such as `object/payload-hash`; without one, the rules are listed
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Every rule with its page
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
    /// How the page is written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The kind, such as `object.v1`; without one, the kinds are listed
    #[arg(value_name = "KIND")]
    pub kind: Option<String>,
    /// How the list is written; a schema is JSON either way
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

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
    /// Tolerance of curves as part of the drawing's extent; 2^-10 where none is given
    #[arg(long, value_name = "NUMBER")]
    pub epsilon: Option<String>,
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
    /// Show and judge this lane alone: M, T, G, X or W
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

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder that becomes the workspace root
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Options of `collapse`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct CollapseArgs {
    #[command(subcommand)]
    pub command: Option<CollapseCommand>,
    /// The profile
    #[arg(value_name = "PROFILE", required = true)]
    pub profile: Option<PathBuf>,
    /// Files with vectors: JSON, a descriptor, a unit of a semantic index, a pack; without any, the profile's own test vectors
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
    Check(SignalArgs),
    /// Print signals with their angles taken into [0, 2π)
    Normalize(SignalArgs),
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

/// Options of `manual`.
#[derive(Debug, Args)]
pub struct ManualArgs {
    /// The folder that the pages are written to
    #[arg(value_name = "FOLDER", default_value = "docs")]
    pub folder: PathBuf,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object, `docs/report.schema.json`
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands that GitHub shows as annotations
    Github,
}

/// How anything but findings is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DataFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR or CLICOLOR says otherwise
    Auto,
    Always,
    Never,
}

impl Cli {
    /// Reads the command line. The first word that is no option decides: a command's name is that command wherever it stands, anything else
    /// is a path to check.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
        let cli = Cli::try_parse_from(command_first(arguments.into_iter().collect()))?;
        Ok(cli.command.unwrap_or(Command::Check(cli.check)))
    }
}

/// Moves the command's name in front of its options, and puts `check` there when none is named.
fn command_first(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let cli = Cli::command();
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        let text = argument.to_str().unwrap_or_default();
        if matches!(text, "-h" | "--help" | "-V" | "--version") {
            return arguments;
        }
        if text == "--" {
            break;
        }
        if !text.starts_with('-') || text == "-" {
            let named = text == "help" || cli.get_subcommands().any(|command| command.get_name() == text);
            if named {
                let name = arguments.remove(at);
                arguments.insert(1, name);
                return arguments;
            }
            break;
        }
        at += if takes_next(&cli, argument) { 2 } else { 1 };
    }
    let place = arguments.len().min(1);
    arguments.insert(place, "check".into());
    arguments
}

/// Whether an option takes the word after it as its value.
fn takes_next(cli: &clap::Command, argument: &OsStr) -> bool {
    let Some(long) = argument.to_str().and_then(|text| text.strip_prefix("--")) else {
        return false;
    };
    let with_value =
        |command: &clap::Command| command.get_arguments().any(|known| known.get_long() == Some(long) && known.get_action().takes_values());
    with_value(cli) || cli.get_subcommands().any(with_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(words: &[&str]) -> Vec<String> {
        let arguments = std::iter::once("mx2lm-lint").chain(words.iter().copied()).map(OsString::from).collect();
        command_first(arguments).into_iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_is_meant_when_no_command_is_named() {
        assert_eq!(ordered(&[]), ["check"]);
        assert_eq!(ordered(&["objects", "fix"]), ["check", "objects", "fix"]);
        assert_eq!(ordered(&["--strict", "objects"]), ["check", "--strict", "objects"]);
        assert_eq!(ordered(&["./fix"]), ["check", "./fix"]);
        assert_eq!(ordered(&["--", "fix"]), ["check", "--", "fix"]);
    }

    #[test]
    fn a_command_may_stand_after_its_options() {
        assert_eq!(ordered(&["--format", "json", "hash", "a"]), ["hash", "--format", "json", "a"]);
        assert_eq!(ordered(&["--format=json", "check", "."]), ["check", "--format=json", "."]);
        assert_eq!(ordered(&["--config", "fix", "objects"]), ["check", "--config", "fix", "objects"]);
    }

    #[test]
    fn help_and_version_are_left_alone() {
        assert_eq!(ordered(&["--version"]), ["--version"]);
        assert_eq!(ordered(&["fix", "--help"]), ["fix", "--help"]);
    }
}
