//! The thread that publishes the findings on the server's own documents. Where a finding stands there depends on the whole page, which may
//! take long to make: the worker, which typing waits for, must not make it.
//!
//! Of many wishes for one page only the last is looked at. Ends when the worker does.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
};

use lsp_types::Uri;

use crate::{
    features::virtual_document,
    session::{Outgoing, Session},
    view::View,
};

/// A page whose findings are to be published: as the view has them, or none for a page that was closed.
pub struct Wish {
    /// Which.
    pub uri: Uri,
    /// The view; `None` when the page was closed.
    pub view: Option<Arc<View>>,
}

/// Starts the thread.
pub fn start(session: Arc<Session>) -> mpsc::Sender<Wish> {
    let (wish, wishes) = mpsc::channel::<Wish>();
    std::thread::spawn(move || {
        let mut waiting: BTreeMap<String, Wish> = BTreeMap::new();
        while let Ok(wish) = wishes.recv() {
            waiting.insert(wish.uri.as_str().to_owned(), wish);
            loop {
                waiting.extend(wishes.try_iter().map(|wish| (wish.uri.as_str().to_owned(), wish)));
                let Some((_, Wish { uri, view })) = waiting.pop_first() else { break };
                let found = catch_unwind(AssertUnwindSafe(|| view.map(|view| virtual_document::findings(&view, &uri))));
                // the panic hook has told why; the page keeps the findings it has
                let Ok(found) = found else { continue };
                session.tell(Outgoing::Publish { uri, diagnostics: found.unwrap_or_default(), version: None });
            }
        }
    });
    wish
}
