//! Findings on their way out: one file a format. A report sees findings and nothing of how they came about.

pub mod github;
pub mod json;
pub mod sarif;
mod snippet;
pub mod text;
pub mod visible;

use std::path::Path;
use std::sync::Arc;

use mx2lm_core::diagnostic::{Diagnostic, Safety, Severity};
use serde::{Serialize, Serializer};

use crate::paths::Base;

/// Everything a report may say.
pub struct Report<'a> {
    /// In the order of `DECISIONS` 68, over all workspaces.
    pub findings: Vec<Finding<'a>>,
    /// Files looked at.
    pub files: usize,
    /// Bytes looked at.
    pub bytes: u64,
    /// How many of each severity, shown or not.
    pub counts: Counts,
}

/// One finding with what the terminal adds to it.
pub struct Finding<'a> {
    /// The finding; its paths count from the workspace root.
    pub diagnostic: &'a Diagnostic,
    /// Its path from the working directory.
    pub path: String,
    /// 64 hexadecimal digits (`DECISIONS` 67).
    pub fingerprint: String,
    /// Names the workspace's files.
    pub workspace: Arc<dyn Workspace + 'a>,
}

/// What a report may ask about the workspace of a finding.
pub trait Workspace {
    /// The name of a file from the working directory.
    fn path(&self, path: &str) -> String;
    /// The bytes of a file as they were checked; `None` when they cannot be had any more.
    fn bytes(&self, path: &str) -> Option<Arc<[u8]>>;
}

/// How many findings of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }
}

impl Report<'_> {
    /// Puts the findings of all workspaces into one order and leaves out everything below an error when `quiet`.
    pub fn arrange(&mut self, quiet: bool) {
        self.findings.sort_by(|a, b| order(a).cmp(&order(b)));
        if quiet {
            self.findings.retain(|finding| finding.diagnostic.severity == Severity::Error);
        }
    }
}

fn order<'a>(finding: &'a Finding<'_>) -> impl Ord + 'a {
    let diagnostic = finding.diagnostic;
    (
        finding.path.as_bytes(),
        diagnostic.span.map(|span| (span.start, span.end)),
        diagnostic.rule.as_str(),
        diagnostic.locator.as_str(),
        diagnostic.message.as_str(),
    )
}

/// The workspace of a check that is over.
pub struct Checked<F> {
    base: Base,
    read: F,
}

impl<F: Fn(&str) -> Option<Arc<[u8]>>> Checked<F> {
    /// Both paths are absolute; `read` gives the bytes of a path from the root.
    pub fn new(root: &Path, working_directory: &Path, read: F) -> Self {
        Checked { base: Base::new(root, working_directory), read }
    }
}

impl<F: Fn(&str) -> Option<Arc<[u8]>>> Workspace for Checked<F> {
    fn path(&self, path: &str) -> String {
        self.base.path(path)
    }

    fn bytes(&self, path: &str) -> Option<Arc<[u8]>> {
        (self.read)(path)
    }
}

/// A list that is made item by item while it is written, so that a long one is never whole in memory.
pub struct Each<F>(pub F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// The word that reports use for how far a fix may be trusted.
pub fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Hash => "hash",
        Safety::Unsafe => "unsafe",
        Safety::DisplayOnly => "display-only",
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
pub mod samples {
    //! Findings made by hand, for the tests of the formats.

    use super::*;
    use mx2lm_core::diagnostic::{Excerpt, ExcerptLine, Fix, Related};
    use mx2lm_core::text::{ColumnUnit, LineIndex, Span};

    /// The file that the samples speak of.
    pub const TEXT: &str = "{\n  \"id\": \"object://a/b\",\n  \"größe\": \"sha256:00\",\n  \"x\": [\n    1,\n    2\n  ]\n}\n";

    /// The excerpt of `span` in `text`.
    pub fn excerpt(text: &str, span: Span) -> Excerpt {
        let index = LineIndex::new(text.as_bytes());
        let place = |offset| index.line_column(text.as_bytes(), offset, ColumnUnit::Scalar);
        let (start, end) = (place(span.start), place(span.end));
        let lines = (start.line..=end.line)
            .map(|number| {
                let line = index.line_span(number, text.as_bytes());
                let mark = Span::new(span.start.max(line.start) - line.start, span.end.min(line.end) - line.start);
                ExcerptLine { number, text: text[line.range()].to_owned(), mark }
            })
            .collect();
        Excerpt { start, end, lines }
    }

    /// A finding on `needle` in [`TEXT`].
    pub fn finding(rule: &str, severity: Severity, needle: &str) -> Diagnostic {
        let at = TEXT.find(needle).expect("the sample holds the needle");
        let span = Span::from(at..at + needle.len());
        Diagnostic {
            rule: rule.to_owned(),
            severity,
            path: "a b/ö.json".into(),
            locator: "/größe".to_owned(),
            span: Some(span),
            excerpt: Some(excerpt(TEXT, span)),
            message: "`größe` is not the hash of its payload: found `sha256:00`".to_owned(),
            help: Some("write the hash of the stored bytes".to_owned()),
            related: Vec::new(),
            fixes: Vec::new(),
            spec_error: Some("verification_error.hash_mismatch".to_owned()),
        }
    }

    /// Three findings: one with everything, one over several lines, one without a place.
    pub fn three() -> Vec<Diagnostic> {
        let mut full = finding("object/payload-hash", Severity::Error, "\"sha256:00\"");
        let related = Span::from(10..24);
        full.related.push(Related {
            path: full.path.clone(),
            locator: "/id".to_owned(),
            span: Some(related),
            excerpt: Some(excerpt(TEXT, related)),
            message: "of this object".to_owned(),
        });
        full.related.push(Related {
            path: "payload/x.bin".into(),
            locator: String::new(),
            span: None,
            excerpt: None,
            message: "the payload".to_owned(),
        });
        let span = full.span.expect("set above");
        full.fixes.push(Fix::replace(Safety::Hash, "write the true hash", &full.path, span, "\"sha256:11\""));
        let mut block = finding("syntax/json-value", Severity::Warning, "[\n    1,\n    2\n  ]");
        block.help = None;
        block.spec_error = None;
        let mut whole = finding("workspace/unreadable", Severity::Info, "{");
        (whole.span, whole.excerpt, whole.locator) = (None, None, String::new());
        "line one\nline two, 100 %".clone_into(&mut whole.message);
        vec![full, block, whole]
    }

    struct Here;

    impl Workspace for Here {
        fn path(&self, path: &str) -> String {
            format!("../{path}")
        }
        fn bytes(&self, path: &str) -> Option<Arc<[u8]>> {
            path.ends_with(".json").then(|| TEXT.as_bytes().into())
        }
    }

    /// A report of `diagnostics`.
    pub fn report(diagnostics: &[Diagnostic]) -> Report<'_> {
        let workspace: Arc<dyn Workspace> = Arc::new(Here);
        let mut counts = Counts::default();
        let findings = diagnostics
            .iter()
            .map(|diagnostic| {
                counts.add(diagnostic.severity);
                Finding { diagnostic, path: workspace.path(&diagnostic.path), fingerprint: "0f".repeat(32), workspace: workspace.clone() }
            })
            .collect();
        let mut report = Report { findings, files: 12, bytes: 3456, counts };
        report.arrange(false);
        report
    }

    #[test]
    fn findings_stand_in_one_order_and_those_without_a_place_come_first() {
        let diagnostics = three();
        let rules: Vec<_> = report(&diagnostics).findings.iter().map(|finding| finding.diagnostic.rule.clone()).collect();
        assert_eq!(rules, ["workspace/unreadable", "object/payload-hash", "syntax/json-value"]);
    }
}
