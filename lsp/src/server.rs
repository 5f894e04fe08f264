//! The only file that names the framework: it routes messages to the session and to features, and knows what neither does.
//!
//! A notification is taken in before the next message is looked at (see `transport`), and no handler waits for the client: what the server
//! wants of the client is sent by tasks of its own.

use std::{pin::Pin, sync::Arc};

use futures::{FutureExt, Sink, StreamExt, future::BoxFuture};
use lsp_types::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{Notify, mpsc},
};
use tower_lsp::{
    Client, ClientSocket, LanguageServer, Loopback, LspService,
    jsonrpc::{Error, ErrorCode, Request, Response, Result},
};
use tower_service::Service;

use crate::{
    convert,
    features::{diagnostics, rule_page},
    parent,
    profile::Profile,
    session::{Outgoing, Session},
    transport::{self, Peer},
    view::View,
    worker,
};

/// Serves one client; true when it left in good order.
pub async fn run(input: impl AsyncRead + Unpin, output: impl AsyncWrite + Unpin + Send + 'static) -> bool {
    let (say, messages) = mpsc::unbounded_channel();
    let (sender, outgoing) = mpsc::unbounded_channel();
    let session = Session::new(say);
    let stop = Arc::new(Notify::new());
    let worker = worker::start(session.clone());
    let backend = |client: Client| {
        let speaker = tokio::spawn(speak(client.clone(), session.clone(), messages));
        Backend { client, session: session.clone(), stop: stop.clone(), speaker: speaker.abort_handle() }
    };
    let (service, socket) = LspService::build(backend)
        .custom_method("mx2lm/documentDigest", Backend::document_digest)
        .custom_method("mx2lm/content", Backend::content)
        .finish();
    let (mut requests, responses) = socket.split();
    let bodies = sender.clone();
    let forward = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            if let Ok(body) = serde_json::to_vec(&request) {
                let _ = bodies.send(body);
            }
        }
    });
    transport::serve(input, output, Framework { service, responses, forward: forward.abort_handle() }, (sender, outgoing), stop).await;
    session.stop();
    let _ = tokio::task::spawn_blocking(move || worker.join()).await;
    session.is_shut_down()
}

/// The framework as a peer of the transport.
struct Framework {
    service: LspService<Backend>,
    responses: <ClientSocket as Loopback>::ResponseSink,
    forward: tokio::task::AbortHandle,
}

impl Drop for Framework {
    fn drop(&mut self) {
        self.service.inner().speaker.abort();
        self.forward.abort();
    }
}

impl Peer for Framework {
    fn receive(&mut self, mut message: Value) -> BoxFuture<'static, Option<Vec<u8>>> {
        if message.get("method").is_none() {
            if let Ok(response) = serde_json::from_value::<Response>(message) {
                let _ = Pin::new(&mut self.responses).start_send(response);
            }
            return async { None }.boxed();
        }
        let id = message.get("id").cloned();
        if message.get("method").and_then(Value::as_str) == Some("initialize") {
            // the framework's types would refuse a client for one capability they do not know: the handler reads the bare JSON
            let params = message.get_mut("params").map(Value::take);
            message["params"] = serde_json::json!({"capabilities": {}, "initializationOptions": params});
        }
        match serde_json::from_value::<Request>(message) {
            Ok(request) => {
                let answer = self.service.call(request);
                async move { serde_json::to_vec(&answer.await.ok()??).ok() }.boxed()
            }
            Err(error) => async move { id.map(|id| transport::refusal(id, -32600, &format!("this is not a request: {error}"))) }.boxed(),
        }
    }
}

/// Sends what the server says of its own accord; ends with the session.
async fn speak(client: Client, session: Arc<Session>, mut messages: mpsc::UnboundedReceiver<Outgoing>) {
    let (steps, progress) = mpsc::unbounded_channel();
    let refresh = Arc::new(Notify::new());
    tokio::spawn(show_progress(client.clone(), session.clone(), progress));
    tokio::spawn(ask_to_refresh(client.clone(), session, refresh.clone()));
    while let Some(message) = messages.recv().await {
        match message {
            Outgoing::Publish { uri, diagnostics, version } => client.publish_diagnostics(uri, diagnostics, version).await,
            Outgoing::Log(level, text) => client.log_message(level, text).await,
            Outgoing::Show(level, text) => client.show_message(level, text).await,
            Outgoing::Refresh => refresh.notify_one(),
            Outgoing::Begin(_) | Outgoing::End(_) => {
                let _ = steps.send(message);
            }
        }
    }
}

/// One at a time; what comes while the client is being asked is asked once more.
async fn ask_to_refresh(client: Client, session: Arc<Session>, wanted: Arc<Notify>) {
    loop {
        wanted.notified().await;
        let profile = session.profile();
        if profile.pull && profile.refresh_diagnostics {
            let _ = client.workspace_diagnostic_refresh().await;
        }
        if profile.refresh_hints {
            let _ = client.inlay_hint_refresh().await;
        }
        if profile.refresh_lenses {
            let _ = client.code_lens_refresh().await;
        }
    }
}

async fn show_progress(client: Client, session: Arc<Session>, mut steps: mpsc::UnboundedReceiver<Outgoing>) {
    let mut number = 0;
    while let Some(step) = steps.recv().await {
        let Outgoing::Begin(title) = step else { continue };
        if !session.profile().progress {
            continue;
        }
        number += 1;
        let token = NumberOrString::String(format!("mx2lm/{number}"));
        if client.create_work_done_progress(token.clone()).await.is_err() {
            continue;
        }
        let shown = client.progress(token, title).begin().await;
        while let Some(step) = steps.recv().await {
            if let Outgoing::End(result) = step {
                shown.finish_with_message(result).await;
                break;
            }
        }
    }
}

struct Backend {
    client: Client,
    session: Arc<Session>,
    stop: Arc<Notify>,
    speaker: tokio::task::AbortHandle,
}

/// Parameters of the server's own requests.
#[derive(Debug, Deserialize)]
struct OneDocument {
    uri: Uri,
}

/// Answer of `mx2lm/documentDigest`.
#[derive(Debug, Serialize)]
struct DocumentDigest {
    version: i32,
    sha256: String,
}

fn failure(code: ErrorCode, message: impl Into<String>) -> Error {
    Error { code, message: message.into().into(), data: None }
}

impl Backend {
    /// The server's text of an open document, so that a client can tell whether both have the same.
    async fn document_digest(&self, params: OneDocument) -> Result<DocumentDigest> {
        match self.session.digest(&params.uri) {
            Some((version, sha256)) => Ok(DocumentDigest { version, sha256 }),
            None => Err(failure(ErrorCode::InvalidParams, format!("`{}` is not open", params.uri.as_str()))),
        }
    }

    /// The text behind a URI of the server's own scheme.
    async fn content(&self, params: OneDocument) -> Result<String> {
        rule_page::content(&params.uri).ok_or_else(|| failure(ErrorCode::InvalidParams, format!("`{}` has no text", params.uri.as_str())))
    }

    /// Asks a view that knows of every message up to this one.
    async fn ask<T: Send + 'static>(&self, question: impl FnOnce(&View) -> T + Send + 'static) -> Result<T> {
        let change = self.session.now();
        let stopping = || failure(ErrorCode::ServerError(-32803), "the server is stopping");
        let view = self.session.view(change).await.ok_or_else(stopping)?;
        tokio::task::spawn_blocking(move || question(&view)).await.map_err(|error| match error.is_panic() {
            true => failure(ErrorCode::InternalError, "the server failed on this request; its log has the details"),
            false => stopping(),
        })
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let profile = Profile::read(&params.initialization_options.unwrap_or_default());
        if let Some(parent) = profile.parent {
            parent::watch(parent, self.stop.clone());
        }
        let capabilities = capabilities(&profile);
        self.session.initialize(profile);
        let server_info = ServerInfo { name: "mx2lm-lsp".into(), version: Some(env!("CARGO_PKG_VERSION").into()) };
        Ok(InitializeResult { capabilities, server_info: Some(server_info), ..InitializeResult::default() })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.session.initialized();
        if self.session.profile().watch {
            let client = self.client.clone();
            tokio::spawn(async move {
                let watchers = [FileSystemWatcher { glob_pattern: GlobPattern::String("**/*".into()), kind: None }];
                let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.into() };
                let registration = Registration {
                    id: "mx2lm/files".into(),
                    method: "workspace/didChangeWatchedFiles".into(),
                    register_options: serde_json::to_value(options).ok(),
                };
                let _ = client.register_capability(vec![registration]).await;
            });
        }
    }

    async fn shutdown(&self) -> Result<()> {
        self.session.shut_down();
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.session.open(params.text_document);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.session.edit(params);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.session.save(params.text_document.uri);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.session.close(params.text_document.uri);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.session.watched(params.changes.into_iter().map(|change| change.uri));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let paths = |list: Vec<WorkspaceFolder>| list.iter().filter_map(|folder| convert::path_of(&folder.uri)).collect::<Vec<_>>();
        self.session.folders(&paths(params.event.removed), paths(params.event.added));
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        self.ask(move |view| diagnostics::document(view, &params).into()).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask(move |view| WorkspaceDiagnosticReportResult::Report(diagnostics::workspace(view, &params))).await
    }

    /// Settings live in `mx2lm.toml`: what an editor says here changes nothing.
    async fn did_change_configuration(&self, _: DidChangeConfigurationParams) {}
}

/// What the server offers this client.
fn capabilities(profile: &Profile) -> ServerCapabilities {
    let folders = WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    ServerCapabilities {
        position_encoding: Some(convert::unit_name(profile.unit)),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        diagnostic_provider: profile.pull.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some(diagnostics::SOURCE.into()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..DiagnosticOptions::default()
            })
        }),
        workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
        ..ServerCapabilities::default()
    }
}
