//! `check`: what is unlawful or untrue in these paths?

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mx2lm_core::diagnostic::Severity;
use mx2lm_core::fingerprint::fingerprints;
use mx2lm_core::lint::{self, Options, Outcome};
use mx2lm_core::rules;

use super::{FOUND, use_threads, working_directory};
use crate::cli::{CheckArgs, Format, OutputArgs};
use crate::output::{Failure, deliver, tell};
use crate::progress::{Bar, Times};
use crate::report::{Checked, Counts, Finding, Report, Workspace, count, github, json, sarif, text};

/// Runs the command.
pub fn run(arguments: &CheckArgs) -> Result<ExitCode, Failure> {
    use_threads(&arguments.select);
    let here = working_directory()?;
    let mut options = Options {
        paths: arguments.select.paths.clone(),
        config: arguments.select.config.clone(),
        strict: arguments.select.strict,
        overlay: Vec::new(),
    };
    if let Some(path) = &arguments.stdin_path {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|reason| Failure::Stream { action: "read standard input", reason })?;
        options.overlay.push((here.join(path), bytes));
        options.paths = vec![path.clone()];
    }
    let bar = Bar::new(arguments.output.quiet);
    let outcome = lint::check(&options, &|progress| bar.step(progress.done, progress.total))?;
    let times = bar.finish();
    let began = Instant::now();
    let mut report = report(&outcome, &here);
    let rule_counts = arguments.statistics.then(|| by_rule(&report));
    report.arrange(arguments.output.quiet);
    write(&report, arguments.format, &arguments.output)?;
    if let Some(rule_counts) = rule_counts {
        statistics(&rule_counts, &report, &times, began.elapsed());
    }
    let too_many = arguments.max_warnings.is_some_and(|most| report.counts.warnings > most);
    if too_many && !arguments.output.quiet && arguments.format == Format::Text {
        tell(format_args!("mx2lm-lint: more warnings than the {} that --max-warnings allows", arguments.max_warnings.unwrap_or_default()));
    }
    let found = report.counts.errors > 0 || too_many;
    drop(report);
    // The process ends here: handing back every name of a large workspace one by one would only take time.
    std::mem::forget(outcome);
    Ok(if found { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// The findings of all workspaces with their names for the outside world, not yet in order.
pub fn report<'a>(outcome: &'a Outcome, here: &std::path::Path) -> Report<'a> {
    let mut report = Report { findings: Vec::new(), files: 0, bytes: 0, counts: Counts::default() };
    for outcome in &outcome.workspaces {
        report.files += outcome.files;
        report.bytes += outcome.bytes;
        let snapshot = outcome.snapshot();
        let workspace: Arc<dyn Workspace + 'a> = Arc::new(Checked::new(&outcome.root, here, |path: &str| snapshot.bytes(path).ok()));
        let prints = fingerprints(&outcome.diagnostics, snapshot.index());
        for (diagnostic, fingerprint) in outcome.diagnostics.iter().zip(prints) {
            report.counts.add(diagnostic.severity);
            let path = workspace.path(&diagnostic.path);
            report.findings.push(Finding { diagnostic, path, fingerprint, workspace: workspace.clone() });
        }
    }
    report
}

fn write(report: &Report<'_>, format: Format, output: &OutputArgs) -> Result<(), Failure> {
    deliver(output, |out, color| match format {
        Format::Text => text::write(report, output.style(color), out),
        Format::Json => json::write(report, out),
        Format::Sarif => {
            let rules: Vec<_> = rules::all().map(super::rule::metadata).collect();
            sarif::write(report, &rules, out)
        }
        Format::Github => github::write(report, out),
    })
}

/// Rule, gravity and number, the most frequent first.
type RuleCounts = Vec<(String, Severity, usize)>;

fn by_rule(report: &Report<'_>) -> RuleCounts {
    let mut counts = std::collections::BTreeMap::new();
    for finding in &report.findings {
        *counts.entry((finding.diagnostic.rule.clone(), finding.diagnostic.severity)).or_insert(0) += 1;
    }
    let mut counts: RuleCounts = counts.into_iter().map(|((rule, severity), number)| (rule, severity, number)).collect();
    counts.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    counts
}

fn statistics(rules: &RuleCounts, report: &Report<'_>, times: &Times, reported: Duration) {
    let width = rules.iter().map(|(rule, ..)| rule.len()).max().unwrap_or_default();
    for (rule, severity, number) in rules {
        tell(format_args!("{number:>7}  {rule:width$}  {}", severity.as_str()));
    }
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    tell(format_args!("{}, {} bytes", count(report.files, "file"), report.bytes));
    for (phase, time) in [("read", times.read), ("check", times.rest), ("report", reported)] {
        tell(format_args!("{phase:6} {:>10.1} ms", milliseconds(time)));
    }
}
