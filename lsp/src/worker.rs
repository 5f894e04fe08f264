//! The thread that keeps up with the session.

use std::{sync::Arc, thread::JoinHandle};

use crate::{session::Session, view::View};

/// Starts the thread; it ends with the session.
pub fn start(session: Arc<Session>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        while let Some(task) = session.take() {
            session.show(Arc::new(View { change: task.change }));
        }
    })
}
