//! `fix`: puts right what can be put right, and says what is left.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use mx2lm_core::fix::{self, Applied, Fixed, FixedFile, Wanted};
use mx2lm_core::lint::{Options, Outcome};
use serde_json::{Value, json};
use similar::TextDiff;

use super::{FOUND, check, use_threads, working_directory};
use crate::cli::{DataFormat, FixArgs};
use crate::output::{Failure, deliver, tell};
use crate::paths::Base;
use crate::progress::Bar;
use crate::report::{count, json as json_report, text};
use crate::write::{self, NotWritten};

/// Runs the command.
pub fn run(arguments: &FixArgs) -> Result<ExitCode, Failure> {
    use_threads(&arguments.select);
    let here = working_directory()?;
    let options = Options {
        paths: arguments.select.paths.clone(),
        config: arguments.select.config.clone(),
        strict: arguments.select.strict,
        overlay: Vec::new(),
    };
    let bar = Bar::new(arguments.output.quiet);
    let wanted = Wanted { unsafe_too: arguments.r#unsafe, hashes: arguments.hashes };
    let fixed = fix::fix(&options, wanted, &|progress| bar.step(progress.done, progress.total))?;
    bar.finish();
    if !arguments.diff {
        for workspace in &fixed {
            workspace.files.iter().try_for_each(|file| write_file(&workspace.root, file))?;
        }
    }
    let told = Told { deeds: deeds(&fixed, &here), refused: refused(&fixed, &here), diff: diffs(&fixed, &here) };
    let outcome = Outcome { workspaces: fixed.into_iter().map(|fixed| fixed.outcome).collect() };
    let mut report = check::report(&outcome, &here);
    report.arrange(arguments.output.quiet);
    deliver(&arguments.output, |out, color| match arguments.format {
        DataFormat::Json => {
            let left = json_report::document(&report);
            let document = json!({
                "version": json_report::VERSION,
                "written": !arguments.diff,
                "applied": told.deeds.iter().map(Deed::described).collect::<Vec<_>>(),
                "refused": told.refused.iter().map(|(deed, why)| deed.refused(why)).collect::<Vec<_>>(),
                "files": told.diff.iter().map(|(path, diff)| json!({ "path": path, "diff": diff })).collect::<Vec<_>>(),
                "left": left,
            });
            writeln!(out, "{document:#}")
        }
        DataFormat::Text if arguments.diff => told.diff.iter().try_for_each(|(_, diff)| out.write_all(diff.as_bytes())),
        DataFormat::Text => {
            text::write(&report, arguments.output.style(color), out)?;
            if arguments.output.quiet { Ok(()) } else { told.write(out) }
        }
    })?;
    if arguments.diff && arguments.format == DataFormat::Text && !arguments.output.quiet {
        tell(format_args!("{} would change", count(told.diff.len(), "file")));
    }
    Ok(if report.counts.errors > 0 { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

fn write_file(root: &Path, file: &FixedFile) -> Result<(), Failure> {
    let path = root.join(&*file.path);
    write::replace(&path, &file.before, &file.after).map_err(|why| match why {
        NotWritten::Changed => {
            Failure::Refused(format!("`{}` changed while it was being fixed; nothing after it was written", path.display()))
        }
        NotWritten::Refused(reason) => Failure::Write { path, reason },
    })
}

/// What was done.
struct Told {
    deeds: Vec<Deed>,
    /// What was not done because a file would have come off worse, and how.
    refused: Vec<(Deed, String)>,
    /// A unified diff of each file, in the order of writing.
    diff: Vec<(String, String)>,
}

struct Deed {
    rule: String,
    path: String,
    pointer: String,
    title: String,
}

impl Deed {
    fn new(applied: &Applied, base: &Base) -> Self {
        Deed { rule: applied.rule.clone(), path: base.path(&applied.path), pointer: applied.locator.clone(), title: applied.title.clone() }
    }

    fn described(&self) -> Value {
        json!({ "rule": self.rule, "path": self.path, "pointer": self.pointer, "title": self.title })
    }

    fn refused(&self, why: &str) -> Value {
        json!({ "rule": self.rule, "path": self.path, "pointer": self.pointer, "title": self.title, "why": why })
    }
}

impl Told {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for deed in &self.deeds {
            writeln!(out, "fixed {}{}: {} ({})", deed.path, deed.pointer, deed.title, deed.rule)?;
        }
        for (deed, why) in &self.refused {
            writeln!(out, "left {}{}: {} ({}): {why}", deed.path, deed.pointer, deed.title, deed.rule)?;
        }
        let fixes = if self.deeds.len() == 1 { "fix" } else { "fixes" };
        writeln!(out, "{} {fixes} in {}", self.deeds.len(), count(self.diff.len(), "file"))
    }
}

fn deeds(fixed: &[Fixed], here: &Path) -> Vec<Deed> {
    let made = fixed.iter().map(|workspace| (Base::new(&workspace.root, here), &workspace.applied));
    made.flat_map(|(base, applied)| applied.iter().map(|applied| Deed::new(applied, &base)).collect::<Vec<_>>()).collect()
}

fn refused(fixed: &[Fixed], here: &Path) -> Vec<(Deed, String)> {
    let refused = fixed.iter().map(|workspace| (Base::new(&workspace.root, here), &workspace.left));
    refused.flat_map(|(base, left)| left.iter().map(|left| (Deed::new(&left.fix, &base), left.why.clone())).collect::<Vec<_>>()).collect()
}

fn diffs(fixed: &[Fixed], here: &Path) -> Vec<(String, String)> {
    let mut diffs = Vec::new();
    for workspace in fixed {
        let base = Base::new(&workspace.root, here);
        diffs.extend(workspace.files.iter().map(|file| {
            let path = base.path(&file.path);
            let diff = diff(&path, file);
            (path, diff)
        }));
    }
    diffs
}

fn diff(path: &str, file: &FixedFile) -> String {
    match (std::str::from_utf8(&file.before), std::str::from_utf8(&file.after)) {
        (Ok(before), Ok(after)) => {
            let (old, new) = (format!("a/{path}"), format!("b/{path}"));
            TextDiff::from_lines(before, after).unified_diff().header(&old, &new).to_string()
        }
        _ => format!("Binary files a/{path} and b/{path} differ\n"),
    }
}
