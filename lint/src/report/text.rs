//! The report for people, drawn by `codespan-reporting`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic as Drawn, LabelStyle, Severity as DrawnSeverity};
use codespan_reporting::term::termcolor::{Ansi, Color, ColorSpec, NoColor, WriteColor};
use codespan_reporting::term::{self, Chars, Config, Styles, WriteStyle};
use mx2lm_core::diagnostic::{Safety, Severity};

use super::snippet::{Part, Snippets};
use super::{Finding, Report, count, visible};

/// Most infos of one rule that are drawn unless all are asked for: what every file of a workspace has would bury the rest.
const MOST_INFOS: usize = 10;

/// What of a report is written, and how.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// With escapes for colour.
    pub color: bool,
    /// With the counts at the end.
    pub summary: bool,
    /// Every info, however many there are.
    pub all_infos: bool,
}

/// Writes the report.
pub fn write(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Style { color, summary, all_infos } = style;
    let mut drawn = Vec::new();
    let mut infos: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        if finding.diagnostic.severity == Severity::Info && !all_infos {
            let seen = infos.entry(&finding.diagnostic.rule).or_default();
            *seen += 1;
            if *seen > MOST_INFOS {
                continue;
            }
        }
        drawn.clear();
        if color {
            draw(finding, &mut Pen::new(Ansi::new(&mut drawn)))?;
        } else {
            draw(finding, &mut Pen::new(NoColor::new(&mut drawn)))?;
        }
        out.write_all(&drawn)?;
    }
    for (rule, seen) in infos.into_iter().filter(|(_, seen)| *seen > MOST_INFOS) {
        writeln!(out, "{} more of `{rule}`: `--all-infos` shows them", count(seen - MOST_INFOS, "info"))?;
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
        let style = Style { color, summary: true, all_infos: false };
        write(&samples::report(&diagnostics), style, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn many_infos_of_one_rule_are_counted_and_the_rest_is_drawn() {
        let one = |rule: &str, severity| samples::finding(rule, severity, "\"sha256:00\"");
        let mut diagnostics = vec![one("object/a", Severity::Info); 12];
        diagnostics.extend(vec![one("object/b", Severity::Info); 10]);
        diagnostics.extend(vec![one("object/c", Severity::Warning); 11]);
        let written = |all_infos| {
            let mut out = Vec::new();
            let style = Style { color: false, summary: true, all_infos };
            write(&samples::report(&diagnostics), style, &mut out).expect("a vector takes everything");
            String::from_utf8(out).expect("UTF-8")
        };
        let drawn = |text: &str| ["info[object/a]", "info[object/b]", "warning[object/c]"].map(|head| text.matches(head).count());
        let (some, all) = (written(false), written(true));
        assert_eq!((drawn(&some), drawn(&all)), ([10, 10, 11], [12, 10, 11]));
        assert!(some.contains("\n2 infos more of `object/a`: `--all-infos` shows them\n"), "{some}");
        assert_eq!((some.matches("--all-infos").count(), all.matches("--all-infos").count()), (1, 0));
        let sum = "\n11 warnings, 22 info in 12 files\n";
        assert!(some.contains(sum) && all.contains(sum), "{some}");
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
