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
    capabilities, convert,
    features::{
        calls, code_actions, completion, diagnostics, drawing, hover, inlay_hints, lens, navigation, rename, replace, score, structure,
        symbols, tokens, virtual_document,
    },
    parent,
    profile::Profile,
    session::{Outgoing, Session},
    transport::{self, Peer},
    view::{File, View},
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
        .custom_method("mx2lm/views", Backend::views)
        .custom_method("mx2lm/preview", Backend::preview)
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
            Outgoing::PageChanged(uri) => client.send_notification::<ContentChanged>(OneDocument { uri }).await,
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
        if profile.pull {
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

/// Tells of a page that is out of date when it is opened: it was asked for before, and nobody is told of what changes until then.
async fn greet(session: Arc<Session>, uri: Uri, shown: String) {
    let Some(view) = session.view(session.now()).await else { return };
    let page = uri.clone();
    let current = tokio::task::spawn_blocking(move || virtual_document::content(&view, &page)).await.ok().flatten();
    if current.is_some_and(|current| !current.trim_end().lines().eq(shown.trim_end().lines())) {
        session.tell(Outgoing::PageChanged(uri));
    }
}

/// Parameters of the server's own requests.
#[derive(Debug, Deserialize, Serialize)]
struct OneDocument {
    uri: Uri,
}

/// `mx2lm/contentChanged`: the text of an open document of the server's own is out of date.
enum ContentChanged {}

impl notification::Notification for ContentChanged {
    type Params = OneDocument;
    const METHOD: &'static str = "mx2lm/contentChanged";
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
        let uri = params.uri.clone();
        virtual_document::file_of(&uri).inspect(|file| self.session.look_at(file));
        let text = self.ask(move |view| virtual_document::content(view, &uri)).await?;
        text.ok_or_else(|| failure(ErrorCode::InvalidParams, format!("`{}` has no text", params.uri.as_str())))
    }

    /// The read-only documents that show a file.
    async fn views(&self, params: OneDocument) -> Result<Vec<virtual_document::Offer>> {
        self.session.look_at(&params.uri);
        let offers = self.of(TextDocumentIdentifier::new(params.uri), |file| Some(virtual_document::offers(file))).await?;
        Ok(offers.unwrap_or_default())
    }

    /// What a profile scores. An answer for a text that was edited since is given up.
    async fn preview(&self, params: OneDocument) -> Result<Option<score::Scores>> {
        let session = self.session.clone();
        let answer = self.ask(move |view| {
            let Some(file) = view.file(&params.uri) else { return Ok(None) };
            let current = || file.version().is_none() || session.version(&params.uri) == file.version();
            match score::scores_while(&file, &current) {
                None if !current() => Err(failure(ErrorCode::ContentModified, "the profile was edited meanwhile")),
                scores => Ok(scores),
            }
        });
        answer.await?
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

impl Backend {
    /// Asks about one file; of a file nobody knows there is nothing to say.
    async fn of<T: Send + 'static>(
        &self,
        document: TextDocumentIdentifier,
        question: impl FnOnce(&File<'_>) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        self.ask(move |view| question(&view.file(&document.uri)?)).await
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let profile = Profile::read(&params.initialization_options.unwrap_or_default());
        if let Some(parent) = profile.parent {
            parent::watch(parent, self.stop.clone());
        }
        let capabilities = capabilities::offered(&profile);
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
        let TextDocumentItem { uri, text, .. } = &params.text_document;
        let page = virtual_document::is_virtual(uri).then(|| (uri.clone(), text.clone()));
        self.session.open(params.text_document);
        if let Some((uri, text)) = page {
            tokio::spawn(greet(self.session.clone(), uri, text));
        }
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

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        if virtual_document::is_virtual(&text_document.uri) {
            return self.ask(move |view| virtual_document::hover(view, &text_document.uri, position)).await;
        }
        self.of(text_document, move |file| hover::hover(file, position)).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.of(params.text_document, move |file| Some(inlay_hints::inlay_hints(file, params.range))).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask(move |view| match virtual_document::is_virtual(&params.text_document.uri) {
            true => Some(code_actions::on_page(view, &params)),
            false => Some(code_actions::code_actions(&view.file(&params.text_document.uri)?, &params)),
        })
        .await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.of(text_document, move |file| Some(GotoDefinitionResponse::Array(navigation::definition(file, position)))).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        self.of(text_document, move |file| Some(navigation::references(file, position, params.context.include_declaration))).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.of(params.text_document, |file| Some(navigation::links(file))).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri;
        self.ask(move |view| {
            let symbols = match virtual_document::is_virtual(&uri) {
                true => virtual_document::symbols(view, &uri)?,
                false => symbols::document(&view.file(&uri)?),
            };
            Some(match view.profile.symbol_tree {
                true => DocumentSymbolResponse::Nested(symbols),
                false => DocumentSymbolResponse::Flat(symbols::flat(&uri, symbols)),
            })
        })
        .await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.ask(move |view| Some(WorkspaceSymbolResponse::Flat(symbols::workspace(view, &params.query)))).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        self.of(text_document, move |file| Some(CompletionResponse::Array(completion::completion(file, position)))).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.of(params.text_document, drawing::format).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        self.of(params.text_document, move |file| rename::prepare(file, params.position)).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let answer = self.of(text_document, move |file| Some(rename::rename(file, position, &params.new_name))).await?;
        answer.unwrap_or(Ok(None)).map_err(|why| failure(ErrorCode::InvalidParams, why))
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.ask(move |view| rename::files(view, &params)).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        let uri = params.text_document.uri;
        self.ask(move |view| match virtual_document::is_virtual(&uri) {
            true => virtual_document::folding(view, &uri),
            false => Some(structure::folding(&view.file(&uri)?)),
        })
        .await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.of(params.text_document, move |file| Some(structure::selection(file, &params.positions))).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        self.of(params.text_document, |file| Some(tokens::tokens(file, None).into())).await
    }

    async fn semantic_tokens_range(&self, params: SemanticTokensRangeParams) -> Result<Option<SemanticTokensRangeResult>> {
        self.of(params.text_document, move |file| Some(tokens::tokens(file, Some(params.range)).into())).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.of(params.text_document, |file| Some(lens::lenses(file))).await
    }

    /// Replaces a file, or asks the client to show a document; nobody waits for the client's answer.
    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        if params.command == replace::REPLACE {
            let written = self.ask(move |view| replace::replace(view, &params)).await?;
            let uri = written.map_err(|why| failure(ErrorCode::ServerError(-32803), why))?;
            self.session.watched(std::iter::once(uri));
            return Ok(None);
        }
        let Some(uri) = virtual_document::shown(&params) else {
            return Err(failure(ErrorCode::InvalidParams, format!("`{}` shows no document of that name", params.command)));
        };
        let client = self.client.clone();
        tokio::spawn(async move {
            let _ = client.show_document(ShowDocumentParams { uri, external: None, take_focus: Some(true), selection: None }).await;
        });
        Ok(None)
    }

    async fn prepare_call_hierarchy(&self, params: CallHierarchyPrepareParams) -> Result<Option<Vec<CallHierarchyItem>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.of(text_document, move |file| Some(calls::prepare(file, position))).await
    }

    async fn incoming_calls(&self, params: CallHierarchyIncomingCallsParams) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.of(TextDocumentIdentifier::new(params.item.uri), |file| Some(calls::incoming(file))).await
    }

    async fn outgoing_calls(&self, params: CallHierarchyOutgoingCallsParams) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.of(TextDocumentIdentifier::new(params.item.uri), |file| Some(calls::outgoing(file))).await
    }

    /// Settings live in `mx2lm.toml`: what an editor says here changes nothing.
    async fn did_change_configuration(&self, _: DidChangeConfigurationParams) {}
}
