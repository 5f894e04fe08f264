//! What a check has to say, and the changes that would put it right.
//!
//! A finding is complete when it is made: it carries the lines a report shows, so that reports need no sources.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::{LineColumn, Span};

/// How grave a finding is (`DECISIONS` §9). The order is the order of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never counts for the exit code.
    Info,
    /// Lawful, yet very likely wrong.
    Warning,
    /// The law is broken.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Name of the rule, `family/kebab-name`.
    pub rule: String,
    /// Gravity after configuration and `--strict`.
    pub severity: Severity,
    /// Path of the file from the workspace root, with `/`.
    pub path: Arc<str>,
    /// Where in the document, in the grammar of `DECISIONS` 67; empty for the whole document.
    pub locator: String,
    /// Where in the file; `None` when the finding is about the file as a whole or about a file that is not there.
    pub span: Option<Span>,
    /// The lines to show. Present whenever `span` is.
    pub excerpt: Option<Excerpt>,
    /// What is wrong and why it matters: lower case, no trailing period.
    pub message: String,
    /// What to do, in the imperative.
    pub help: Option<String>,
    /// Other places that belong to the finding.
    pub related: Vec<Related>,
    /// Changes that would put it right.
    pub fixes: Vec<Fix>,
    /// The specification's own error name, such as `verification_error.illegal_tensor`.
    pub spec_error: Option<String>,
}

impl Diagnostic {
    /// Where the span begins, as line and column in Unicode scalar values from zero.
    pub fn start(&self) -> Option<LineColumn> {
        self.excerpt.as_ref().map(|excerpt| excerpt.start)
    }

    /// The order of every report: path, span start, span end (no span first), rule, locator, message (`DECISIONS` 68).
    pub fn sort_key(&self) -> impl Ord + '_ {
        (self.path.as_bytes(), self.span.map(|span| (span.start, span.end)), &self.rule, &self.locator, &self.message)
    }
}

/// The few lines around a finding, at most [`Excerpt::LINE_BYTES`] bytes of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Where the span begins; columns in Unicode scalar values, from zero.
    pub start: LineColumn,
    /// Where the span ends, likewise.
    pub end: LineColumn,
    /// The lines the span touches (the first ones when there are many).
    pub lines: Vec<ExcerptLine>,
}

/// One line of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcerptLine {
    /// Line number, from zero.
    pub number: u32,
    /// The text shown: part of the line when the line is long, hexadecimal when the file is binary.
    pub text: String,
    /// Which bytes of `text` the span covers.
    pub mark: Span,
}

impl Excerpt {
    /// Most bytes of source shown of one line.
    pub const LINE_BYTES: usize = 240;
    /// Most lines shown of one span.
    pub const LINES: usize = 6;
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// Path from the workspace root.
    pub path: Arc<str>,
    /// Where in that document.
    pub locator: String,
    /// Where in that file.
    pub span: Option<Span>,
    /// The lines to show.
    pub excerpt: Option<Excerpt>,
    /// What that place has to do with the finding.
    pub message: String,
}

/// How far a fix may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Keeps the document's meaning; `fix` applies it.
    Safe,
    /// Brings a declared hash up to date; only `fix --hashes` and a named quick fix apply it (`DECISIONS` 70).
    Hash,
    /// May change what the document says; only `fix --unsafe` applies it.
    Unsafe,
    /// Shown, never applied by a command.
    DisplayOnly,
}

/// A set of changes that belong together: all of them are made, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// How far it may be trusted.
    pub safety: Safety,
    /// What it does, in the imperative: `replace by …`.
    pub title: String,
    /// The changes, a file each.
    pub changes: Vec<FileChange>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Path from the workspace root.
    pub path: Arc<str>,
    /// What happens to it.
    pub change: Change,
}

/// What happens to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Replacements that do not overlap, in rising order.
    Edits(Vec<Edit>),
    /// The whole file becomes these bytes.
    Replace(Vec<u8>),
    /// The file, a drawing, becomes the canonical text of its tensor, which is made when the change is: see [`crate::fix::canonical`].
    Canonical {
        /// The tolerance of its curves, in units of 2⁻³² of its extent.
        tolerance: u64,
    },
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// The text that comes.
    pub text: String,
}

impl Fix {
    /// A fix that replaces one span of one file.
    pub fn replace(safety: Safety, title: impl Into<String>, path: &Arc<str>, span: Span, text: impl Into<String>) -> Self {
        Fix {
            safety,
            title: title.into(),
            changes: vec![FileChange { path: path.clone(), change: Change::Edits(vec![Edit { span, text: text.into() }]) }],
        }
    }
}
