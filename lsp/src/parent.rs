//! Notices when the process that started the server is gone.
//!
//! Most editors close the pipe when they die; one that was killed while something else held the pipe open does not.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

/// How often the parent is looked for.
const EVERY: Duration = Duration::from_secs(1);

/// Calls `stop` once the process `id` is gone. A process that cannot be seen from the start (another container's) is not watched.
pub fn watch(id: u32, stop: Arc<Notify>) {
    if !is_alive(id) {
        return;
    }
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            if !is_alive(id) {
                stop.notify_one();
                return;
            }
        }
    });
}

#[cfg(unix)]
fn is_alive(id: u32) -> bool {
    let pid = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    // a process of another user answers `EPERM`, and is alive
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    false
}
