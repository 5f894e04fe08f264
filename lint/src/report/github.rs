//! GitHub workflow commands: one line a finding, shown as annotations on the changed files.

use std::fmt::Write as _;
use std::io::{self, Write};

use mx2lm_core::diagnostic::Severity;

use super::{Finding, Report};

/// Writes the report.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        writeln!(out, "{}", line(finding))?;
    }
    Ok(())
}

fn line(finding: &Finding<'_>) -> String {
    let diagnostic = finding.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut line = format!("::{level} file={}", property(&finding.path));
    if let Some(excerpt) = &diagnostic.excerpt {
        let (start, end) = (excerpt.start, excerpt.end);
        let _ = write!(line, ",line={}", start.line + 1);
        // Columns hold only within one line: GitHub ignores an annotation that has both.
        if start.line == end.line {
            let _ = write!(line, ",col={},endLine={},endColumn={}", start.column + 1, end.line + 1, end.column + 1);
        } else {
            let _ = write!(line, ",endLine={}", end.line + 1);
        }
    }
    let _ = write!(line, ",title={}::", property(&diagnostic.rule));
    line.push_str(&data(&diagnostic.message));
    if let Some(spec_error) = &diagnostic.spec_error {
        line.push_str(&data(&format!(" ({spec_error})")));
    }
    if let Some(help) = &diagnostic.help {
        line.push_str(&data(&format!("\nhelp: {help}")));
    }
    line
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a value in a command's list of properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_finding_is_one_line_with_its_place() {
        let diagnostics = samples::three();
        let mut out = Vec::new();
        write(&samples::report(&diagnostics), &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "::notice file=../a b/ö.json,title=workspace/unreadable::line one%0Aline two, 100 %25 (verification_error.hash_mismatch)%0Ahelp: write the hash of the stored bytes",
                "::error file=../a b/ö.json,line=3,col=12,endLine=3,endColumn=23,title=object/payload-hash::`größe` is not the hash of its payload: found `sha256:00` (verification_error.hash_mismatch)%0Ahelp: write the hash of the stored bytes",
                "::warning file=../a b/ö.json,line=4,endLine=7,title=syntax/json-value::`größe` is not the hash of its payload: found `sha256:00`",
            ]
        );
    }

    #[test]
    fn separators_in_properties_are_escaped() {
        assert_eq!(property("a:b,c%d\r\n"), "a%3Ab%2Cc%25d%0D%0A");
        assert_eq!(data("a:b,c%d\r\n"), "a:b,c%25d%0D%0A");
    }
}
