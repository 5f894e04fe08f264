//! The progress bar: on a terminal, and only when a run takes long enough to wonder.

use std::io::IsTerminal;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run may take before a bar appears.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar that appears on standard error when it is wanted.
pub struct Bar {
    wanted: bool,
    started: Instant,
    bar: OnceLock<ProgressBar>,
    reading: Mutex<Reading>,
}

/// How long the files of all workspaces took to read.
#[derive(Default)]
struct Reading {
    /// When the first file of the current workspace was done.
    since: Option<Instant>,
    total: Duration,
}

/// Where the time of a check went.
pub struct Times {
    /// Reading files, hashing and parsing them, and the rules that see one file.
    pub read: Duration,
    /// Everything else: the walk, the index, the rules that see the workspace.
    pub rest: Duration,
}

impl Bar {
    /// `quiet` or no terminal: there will be no bar.
    pub fn new(quiet: bool) -> Self {
        Bar { wanted: !quiet && std::io::stderr().is_terminal(), started: Instant::now(), bar: OnceLock::new(), reading: Mutex::default() }
    }

    /// Takes note of how far the run has come.
    pub fn step(&self, done: usize, total: usize) {
        if (done == 1 || done == total)
            && let Ok(mut reading) = self.reading.lock()
        {
            let since = *reading.since.get_or_insert_with(Instant::now);
            if done == total {
                reading.total += since.elapsed();
                reading.since = None;
            }
        }
        if !self.wanted || self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr_with_hz(10));
            if let Ok(style) = ProgressStyle::with_template("checking {wide_bar} {pos}/{len} files") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }

    /// Takes the bar away.
    pub fn finish(self) -> Times {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
        let read = self.reading.into_inner().map_or(Duration::ZERO, |reading| reading.total);
        Times { read, rest: self.started.elapsed().saturating_sub(read) }
    }
}
