//! What is left after a check that panics: for tests alone, as no document is known that makes one.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use lsp_types::{DidChangeTextDocumentParams, TextDocumentItem, Uri};
use serde_json::json;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};

use super::start;
use crate::{
    convert,
    document::Document,
    profile::Profile,
    session::{Outgoing, Session},
};

/// Long enough for any machine; only a worker that hangs meets it.
const PATIENCE: Duration = Duration::from_secs(120);
/// A text that fails whoever looks at it.
const FAULT: &str = "this text makes a check fail";
/// A folder that fails whoever reads it for the first time.
const FRAIL: &str = "frail";

static FAILED: AtomicBool = AtomicBool::new(false);

pub(super) fn look_at(document: &Document) {
    assert!(!document.text.to_string().contains(FAULT), "on purpose");
}

pub(super) fn load(folder: &Path) {
    let frail = folder.file_name().is_some_and(|name| name == FRAIL);
    assert!(!frail || FAILED.swap(true, Ordering::Relaxed), "on purpose");
}

/// A running worker, and what it says.
struct Server {
    session: Arc<Session>,
    said: UnboundedReceiver<Outgoing>,
}

impl Server {
    async fn open(folder: &Path) -> Server {
        let (outgoing, said) = unbounded_channel();
        let session = Session::new(outgoing);
        session.initialize(Profile { folders: vec![folder.to_owned()], ..Profile::default() });
        start(session.clone());
        session.initialized();
        let server = Server { session, said };
        server.settled().await;
        server
    }

    /// Waits until everything that was said is taken in.
    async fn settled(&self) {
        self.session.view(self.session.now()).await.expect("a view");
    }

    async fn show(&self, uri: &Uri, version: i32, text: &str) {
        let item = TextDocumentItem { uri: uri.clone(), language_id: "json".into(), version, text: text.into() };
        self.session.open(item);
        self.settled().await;
    }

    async fn edit(&self, uri: &Uri, version: i32, text: &str) {
        let params = json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]});
        self.session.edit(serde_json::from_value::<DidChangeTextDocumentParams>(params).expect("an edit"));
        self.settled().await;
    }

    /// The rules that are said to find something in this version of a document.
    async fn told(&mut self, uri: &Uri, version: Option<i32>) -> Vec<String> {
        loop {
            let said = timeout(PATIENCE, self.said.recv()).await.expect("findings").expect("the worker lives");
            if let Outgoing::Publish { uri: of, diagnostics, version: known } = said
                && (&of, known) == (uri, version)
            {
                let findings = serde_json::to_value(diagnostics).expect("findings");
                let rules = findings.as_array().into_iter().flatten().filter_map(|finding| Some(finding["code"].as_str()?.to_owned()));
                return rules.collect();
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.session.stop();
    }
}

fn workspace(folder: &Path) -> (Uri, Uri) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("mx2lm.toml"), "").expect("a file");
    std::fs::write(folder.join("a.object.json"), "{\"$schema\": \"object://schema/object.v1\"}").expect("a file");
    std::fs::write(folder.join("b.object.json"), "{").expect("a file");
    let folder = folder.canonicalize().expect("a folder");
    let uri = |name: &str| convert::uri_of(&folder.join(name)).expect("an absolute path");
    (uri("a.object.json"), uri("b.object.json"))
}

#[tokio::test]
async fn after_a_check_that_failed_the_next_text_is_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = workspace(folder.path());
    let mut server = Server::open(folder.path()).await;
    server.show(&b, 1, "[").await;
    assert_eq!(server.told(&b, Some(1)).await, ["syntax/json"]);
    server.show(&a, 1, "{").await;
    assert_eq!(server.told(&a, Some(1)).await, ["syntax/json"]);
    server.edit(&a, 2, FAULT).await;
    let view = server.session.view(0).await.expect("a view");
    assert!(view.open.contains_key(&b), "what else is open stays open");
    assert_eq!(view.workspaces.len(), 1, "and the folder is there");
    server.edit(&a, 3, "{\"$schema\": 5, }").await;
    let rules = server.told(&a, Some(3)).await;
    assert!(rules.contains(&"syntax/json".to_owned()), "{rules:?}");
    server.edit(&b, 2, "{\"id\": 1}").await;
    assert!(!server.told(&b, Some(2)).await.is_empty());
}

#[tokio::test]
async fn a_folder_whose_reading_failed_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _) = workspace(&folder.path().join(FRAIL));
    let mut server = Server::open(&folder.path().join(FRAIL)).await;
    assert!(FAILED.load(Ordering::Relaxed), "it failed once");
    let view = server.session.view(0).await.expect("a view");
    assert_eq!(view.workspaces.len(), 1);
    assert!(!server.told(&a, None).await.is_empty(), "its files were judged");
}
