//! The progress bar: on a terminal, and only when a run takes long enough to wonder.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run may take before a bar appears.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar that appears on standard error when it is wanted.
pub struct Bar {
    wanted: bool,
    started: Instant,
    bar: OnceLock<ProgressBar>,
}

impl Bar {
    /// `quiet` or no terminal: there will be no bar.
    pub fn new(quiet: bool) -> Self {
        Bar { wanted: !quiet && std::io::stderr().is_terminal(), started: Instant::now(), bar: OnceLock::new() }
    }

    /// Takes note of how far the run has come.
    pub fn step(&self, done: usize, total: usize) {
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
    pub fn finish(self) -> Duration {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
        self.started.elapsed()
    }
}
