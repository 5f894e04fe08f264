//! The report for people, drawn by `codespan-reporting`.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic as Drawn, LabelStyle, Severity as DrawnSeverity};
use codespan_reporting::term::termcolor::{Ansi, Color, ColorSpec, NoColor, WriteColor};
use codespan_reporting::term::{self, Chars, Config, Styles, WriteStyle};
use mx2lm_core::diagnostic::{Safety, Severity};

use super::snippet::{Part, Snippets};
use super::{Finding, Report, count, visible};

/// Writes the report, with its summary when `summary`.
pub fn write(report: &Report<'_>, color: bool, summary: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut drawn = Vec::new();
    for finding in &report.findings {
        drawn.clear();
        if color {
            draw(finding, &mut Pen::new(Ansi::new(&mut drawn)))?;
        } else {
            draw(finding, &mut Pen::new(NoColor::new(&mut drawn)))?;
        }
        out.write_all(&drawn)?;
    }
    if summary {
        writeln!(out, "{}", sum(report))?;
        let fixable =
            |safety| report.findings.iter().filter(|finding| finding.diagnostic.fixes.iter().any(|fix| fix.safety == safety)).count();
        for (safety, command) in [(Safety::Safe, "mx2lm-lint fix"), (Safety::Hash, "mx2lm-lint fix --hashes")] {
            match fixable(safety) {
                0 => {}
                1 => writeln!(out, "`{command}` puts 1 of these right")?,
                number => writeln!(out, "`{command}` puts {number} of these right")?,
            }
        }
    }
    Ok(())
}

/// `3 errors, 1 warning in 12 files`.
fn sum(report: &Report<'_>) -> String {
    let counts = report.counts;
    let mut parts = Vec::new();
    if counts.errors > 0 {
        parts.push(count(counts.errors, "error"));
    }
    if counts.warnings > 0 {
        parts.push(count(counts.warnings, "warning"));
    }
    if counts.infos > 0 {
        parts.push(format!("{} info", counts.infos));
    }
    let found = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
    format!("{found} in {}", count(report.files, "file"))
}

fn draw<W: WriteColor>(finding: &Finding<'_>, pen: &mut Pen<W>) -> io::Result<()> {
    let diagnostic = finding.diagnostic;
    let severity = match diagnostic.severity {
        Severity::Error => DrawnSeverity::Error,
        Severity::Warning => DrawnSeverity::Warning,
        Severity::Info => DrawnSeverity::Note,
    };
    let mut notes = Vec::new();
    let mut parts = Vec::new();
    match &diagnostic.excerpt {
        Some(excerpt) => parts.push(Part { name: &finding.path, excerpt, style: LabelStyle::Primary, message: "" }),
        None => {
            pen.points_at_file = true;
            notes.push(visible::text(&finding.path));
        }
    }
    let paths: Vec<String> = diagnostic.related.iter().map(|related| finding.workspace.path(&related.path)).collect();
    for (related, path) in diagnostic.related.iter().zip(&paths) {
        match &related.excerpt {
            Some(excerpt) => parts.push(Part { name: path, excerpt, style: LabelStyle::Secondary, message: &related.message }),
            None => notes.push(format!("{}: {}", visible::text(path), visible::lines(&related.message))),
        }
    }
    let (snippets, labels) = Snippets::of(&parts);
    if let Some(help) = &diagnostic.help {
        notes.push(format!("help: {}", visible::lines(help)));
    }
    for fix in &diagnostic.fixes {
        let how = match fix.safety {
            Safety::Safe => "fix available",
            Safety::Hash => "fix available with --hashes",
            Safety::Unsafe => "fix available with --unsafe",
            Safety::DisplayOnly => "possible change",
        };
        notes.push(format!("{how}: {}", visible::lines(&fix.title)));
    }
    if let Some(spec_error) = &diagnostic.spec_error {
        notes.push(format!("specification: {}", visible::text(spec_error)));
    }
    let drawn = Drawn::new(severity)
        .with_code(&diagnostic.rule)
        .with_message(visible::lines(&diagnostic.message))
        .with_labels(labels)
        .with_notes(notes);
    let config = Config { chars: Chars::ascii(), start_context_lines: 5, ..Config::default() };
    term::emit_to_write_style(pen, &config, &snippets, &drawn).map_err(io::Error::other)
}

/// Draws with our colours, calls the third severity by its name here, and points at the file where there is no line to point at.
struct Pen<W> {
    out: W,
    styles: Styles,
    /// The next text is the severity's name.
    names_severity: bool,
    /// The first note is the path of the file.
    points_at_file: bool,
    /// The next text is the sign before that path.
    draws_arrow: bool,
}

impl<W: WriteColor> Pen<W> {
    fn new(out: W) -> Self {
        let bold = ColorSpec::new().set_bold(true).clone();
        let styles =
            Styles { header_message: bold.clone(), header_note: bold.clone().set_fg(Some(Color::Cyan)).clone(), ..Styles::default() };
        Pen { out, styles, names_severity: false, points_at_file: false, draws_arrow: false }
    }
}

impl<W: WriteColor> Write for Pen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if std::mem::take(&mut self.names_severity) && bytes == b"note" {
            self.out.write_all(b"info")?;
            return Ok(bytes.len());
        }
        if std::mem::take(&mut self.draws_arrow) && bytes == b"=" {
            self.out.write_all(b"-->")?;
            return Ok(bytes.len());
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: WriteColor> WriteStyle for Pen<W> {
    fn set_header(&mut self, severity: DrawnSeverity) -> io::Result<()> {
        self.names_severity = true;
        self.out.set_color(self.styles.header(severity))
    }
    fn set_header_message(&mut self) -> io::Result<()> {
        self.out.set_color(&self.styles.header_message)
    }
    fn set_line_number(&mut self) -> io::Result<()> {
        self.out.set_color(&self.styles.line_number)
    }
    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.draws_arrow = std::mem::take(&mut self.points_at_file);
        self.out.set_color(&self.styles.note_bullet)
    }
    fn set_source_border(&mut self) -> io::Result<()> {
        self.out.set_color(&self.styles.source_border)
    }
    fn set_label(&mut self, severity: DrawnSeverity, style: LabelStyle) -> io::Result<()> {
        self.out.set_color(self.styles.label(severity, style))
    }
    fn reset(&mut self) -> io::Result<()> {
        self.out.reset()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn drawn(color: bool) -> String {
        let diagnostics = samples::three();
        let mut out = Vec::new();
        write(&samples::report(&diagnostics), color, true, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn the_report_shows_the_place_the_reason_and_the_way_out() {
        insta::assert_snapshot!(drawn(false));
    }

    #[test]
    fn colour_adds_escapes_and_nothing_else() {
        let mut plain = String::new();
        let mut rest = drawn(true);
        while let Some(at) = rest.find('\u{1b}') {
            plain.push_str(&rest[..at]);
            let end = rest[at..].find('m').expect("an escape ends with m");
            rest = rest.split_off(at + end + 1);
        }
        plain.push_str(&rest);
        assert_eq!(plain, drawn(false));
    }
}
