//! The command line: what may be written, and nothing about what it does.

pub mod collapse;
pub mod lanes;
pub mod pack;
pub mod tensor;

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
    /// Print the canonical form of a document: JSON by RFC 8785, a drawing or a pack of lanes as the text of its tensor
    Canon(CanonArgs),
    /// Explain a rule
    Rule(RuleArgs),
    /// Print the JSON Schema of a kind of document, or list the kinds
    Schema(SchemaArgs),
    /// Write a commented `mx2lm.toml` into the working directory
    Init(InitArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Look at a drawing as a tensor
    Tensor(tensor::TensorArgs),
    /// Pack drawings into lanes, read packs, and prove their chunks
    Scxq2(lanes::Scxq2Args),
    /// Make, read, compare, merge, sign and draw weight packs
    Pack(pack::PackArgs),
    /// Collapse documents under a π-profile: their scores, ranked
    Collapse(collapse::CollapseArgs),
    /// Tell about π-profiles
    #[command(subcommand)]
    Profile(collapse::ProfileCommand),
    /// Check π-signals, or take their angles into range
    #[command(subcommand)]
    Signal(collapse::SignalCommand),
    /// Answer a retrieval request from units of a semantic index
    ///
    /// A query's n-grams are the runs of letters of its words, as long as those of the unit it is held against; its embedding is
    /// `query.embedding`, two numbers for each point of the unit's `semantic` paths, else none; its phase is `query.angle`, else 0, and
    /// that of a unit is the direction of all its paths together.
    Retrieve(collapse::RetrieveArgs),
    /// Answer one JSON question a line on standard input: the reference oracle
    Eval,
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
    /// Write every info in the text report, and not only the first ten of each rule
    #[arg(long)]
    pub all_infos: bool,
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
    #[command(flatten)]
    pub tolerance: EpsilonArgs,
    /// How the hashes are written
    #[arg(long, value_enum, default_value_t = DataFormat::Text, value_name = "FORMAT")]
    pub format: DataFormat,
}

/// The tolerance of curves.
#[derive(Debug, Args)]
pub struct EpsilonArgs {
    /// Tolerance of the curves of a drawing, as part of its extent; by default the `epsilon` of the descriptor that names the drawing, else
    /// 2^-10
    #[arg(long, value_name = "NUMBER")]
    pub epsilon: Option<String>,
}

/// Options of `canon`.
#[derive(Debug, Args)]
pub struct CanonArgs {
    /// The document
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub tolerance: EpsilonArgs,
    /// Write the bare canonical text, or an object that holds it and its hash
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
