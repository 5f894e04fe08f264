//! Everything that changes: open documents, folders, and what the worker has still to take in.
//!
//! One lock. A notification changes the state under it and returns; nothing here computes, reads a file or waits.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use lsp_types::{Diagnostic, DidChangeTextDocumentParams, MessageType, TextDocumentItem, Uri};
use ropey::Rope;
use tokio::sync::{mpsc, watch};

use crate::{convert, document::Document, features::virtual_document, profile::Profile, view::View};

/// What the server tells the client of its own accord.
#[derive(Debug)]
pub enum Outgoing {
    /// The findings on a document.
    Publish {
        /// Which.
        uri: Uri,
        /// All of them.
        diagnostics: Vec<Diagnostic>,
        /// Of which version, when it is open.
        version: Option<i32>,
    },
    /// The text of an open document of the server's own is out of date.
    PageChanged(Uri),
    /// A line for the log.
    Log(MessageType, String),
    /// Something the user should see.
    Show(MessageType, String),
    /// Findings, hints or lenses changed in files other than those the client just changed.
    Refresh,
    /// Long work begins.
    Begin(String),
    /// Long work ended, with its result.
    End(String),
}

/// What the worker has not taken in yet; newer work of the same name replaces older.
#[derive(Debug, Default)]
pub struct Work {
    /// Documents that were opened, changed, saved or closed.
    pub documents: HashSet<Uri>,
    /// Paths of which the client's file watcher spoke.
    pub watched: HashSet<PathBuf>,
    /// The folders changed.
    pub folders: bool,
    /// Nobody watches the files: look at all of them again.
    pub rescan: bool,
}

impl Work {
    fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.watched.is_empty() && !self.folders && !self.rescan
    }
}

/// A piece of work with what is needed to do it.
#[derive(Debug)]
pub struct Task {
    /// The number of the last change it holds.
    pub change: u64,
    /// What to do.
    pub work: Work,
    /// The documents of `work` that are open.
    pub documents: HashMap<Uri, Document>,
    /// The folders.
    pub folders: Vec<PathBuf>,
    /// The documents of the server's own that are open.
    pub pages: Vec<Uri>,
    /// The client.
    pub profile: Arc<Profile>,
}

#[derive(Default)]
struct State {
    profile: Arc<Profile>,
    documents: HashMap<Uri, Document>,
    pages: HashSet<Uri>,
    folders: Vec<PathBuf>,
    work: Work,
    change: u64,
    shut_down: bool,
    stopped: bool,
}

/// The state of one connection.
pub struct Session {
    state: Mutex<State>,
    wake: Condvar,
    view: watch::Sender<Arc<View>>,
    outgoing: mpsc::UnboundedSender<Outgoing>,
}

impl Session {
    /// A session of an unknown client; what it has to say goes to `outgoing`.
    pub fn new(outgoing: mpsc::UnboundedSender<Outgoing>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), wake: Condvar::new(), view: watch::channel(Arc::default()).0, outgoing })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // a panic cannot leave the state half changed in a way that matters more than going on
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that something is to be worked on.
    fn change(&self, alter: impl FnOnce(&mut State)) {
        let mut state = self.state();
        alter(&mut state);
        state.change += 1;
        drop(state);
        self.wake.notify_one();
    }

    /// Says something to the client.
    pub fn tell(&self, message: Outgoing) {
        if let Outgoing::Log(_, text) | Outgoing::Show(_, text) = &message {
            eprintln!("mx2lm-lsp: {text}");
        }
        let _ = self.outgoing.send(message);
    }

    /// Takes in what `initialize` said.
    pub fn initialize(&self, profile: Profile) {
        let mut state = self.state();
        state.folders = profile.folders.clone();
        state.profile = Arc::new(profile);
    }

    /// Begins to work on the folders.
    pub fn initialized(&self) {
        self.change(|state| state.work.folders = true);
    }

    /// The client.
    pub fn profile(&self) -> Arc<Profile> {
        self.state().profile.clone()
    }

    /// A document was opened.
    pub fn open(&self, item: TextDocumentItem) {
        if virtual_document::is_virtual(&item.uri) {
            return self.change(|state| {
                state.pages.insert(item.uri.clone());
                state.work.documents.insert(item.uri);
            });
        }
        let document = Document {
            version: item.version,
            path: convert::path_of(&item.uri),
            language: item.language_id,
            text: Rope::from_str(&item.text),
            edited: false,
        };
        self.change(|state| {
            state.documents.insert(item.uri.clone(), document);
            state.work.documents.insert(item.uri);
        });
    }

    /// A document was edited. Edits of a document that is not open are dropped: there is no text they could apply to.
    pub fn edit(&self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.uri;
        let mut known = true;
        self.change(|state| {
            let unit = state.profile.unit;
            match state.documents.get_mut(&uri) {
                Some(document) => {
                    document.apply(params.text_document.version, &params.content_changes, unit);
                    state.work.documents.insert(uri.clone());
                }
                None => known = false,
            }
        });
        if !known {
            self.tell(Outgoing::Log(MessageType::WARNING, format!("an edit of `{}`, which is not open, was dropped", uri.as_str())));
        }
    }

    /// A document was saved: its text and the file's bytes are the same again.
    pub fn save(&self, uri: Uri) {
        self.change(|state| {
            if let Some(document) = state.documents.get_mut(&uri) {
                document.edited = false;
                state.work.documents.insert(uri);
            }
            state.work.rescan |= !state.profile.watch;
        });
    }

    /// A document was closed: the file's bytes count again.
    pub fn close(&self, uri: Uri) {
        self.change(|state| {
            if state.documents.remove(&uri).is_some() || state.pages.remove(&uri) {
                state.work.documents.insert(uri);
            }
        });
    }

    /// The client's file watcher saw something.
    pub fn watched(&self, uris: impl Iterator<Item = Uri>) {
        self.change(|state| state.work.watched.extend(uris.filter_map(|uri| convert::path_of(&uri))));
    }

    /// A file is to be shown that may have been made or changed since it was read: where nobody watches it, it is looked at again.
    pub fn look_at(&self, file: &Uri) {
        let unwatched = |state: &State| !state.profile.watch && !state.documents.contains_key(file);
        if let Some(path) = convert::path_of(file)
            && unwatched(&self.state())
        {
            self.change(|state| state.work.watched.extend([path]));
        }
    }

    /// Folders were added to or removed from the editor's workspace.
    pub fn folders(&self, removed: &[PathBuf], added: Vec<PathBuf>) {
        self.change(|state| {
            state.folders.retain(|folder| !removed.contains(folder));
            for folder in added {
                if !state.folders.contains(&folder) {
                    state.folders.push(folder);
                }
            }
            state.work.folders = true;
        });
    }

    /// Version and digest of an open document's text.
    pub fn digest(&self, uri: &Uri) -> Option<(i32, String)> {
        let document = self.state().documents.get(uri)?.clone();
        Some((document.version, document.digest()))
    }

    /// Version of an open document.
    pub fn version(&self, uri: &Uri) -> Option<i32> {
        self.state().documents.get(uri).map(|document| document.version)
    }

    /// The client asked to shut down in good order.
    pub fn shut_down(&self) {
        self.state().shut_down = true;
    }

    /// Whether it did.
    pub fn is_shut_down(&self) -> bool {
        self.state().shut_down
    }

    /// Ends the worker.
    pub fn stop(&self) {
        self.state().stopped = true;
        self.wake.notify_all();
    }

    /// The number of the last change: an answer to a message that comes now must know of it.
    pub fn now(&self) -> u64 {
        self.state().change
    }

    /// A view that knows of change `change`; `None` when the server is stopping.
    pub async fn view(&self, change: u64) -> Option<Arc<View>> {
        let mut views = self.view.subscribe();
        let view = views.wait_for(|view| view.change >= change).await.ok()?;
        Some(view.clone())
    }

    /// Waits for work and takes all of it; `None` when the server is stopping. For the worker alone.
    pub fn take(&self) -> Option<Task> {
        let idle = |state: &mut State| state.work.is_empty() && !state.stopped && self.view.borrow().change >= state.change;
        let mut state = self.wake.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return None;
        }
        let work = std::mem::take(&mut state.work);
        let documents = work.documents.iter().filter_map(|uri| Some((uri.clone(), state.documents.get(uri)?.clone()))).collect();
        let pages = state.pages.iter().cloned().collect();
        Some(Task { change: state.change, work, documents, pages, folders: state.folders.clone(), profile: state.profile.clone() })
    }

    /// Whether newer work waits, so that what is being computed will be replaced.
    pub fn is_outdated(&self, change: u64) -> bool {
        let state = self.state();
        state.change > change || state.stopped
    }

    /// Shows a new view to whoever waits, and returns the one before. For the worker alone.
    pub fn show(&self, view: Arc<View>) -> Arc<View> {
        self.view.send_replace(view)
    }
}
