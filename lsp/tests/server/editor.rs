//! An editor to test with: it speaks the protocol over a pipe inside the process, and answers whatever the server asks.

use std::{collections::VecDeque, path::Path, time::Duration};

use mx2lm_lsp::frame::{self, Frame, Reader};
use serde_json::{Value, json};
use tokio::{
    io::{DuplexStream, ReadHalf, WriteHalf, duplex, split},
    task::JoinHandle,
    time::timeout,
};

/// Long enough for any machine; only a server that hangs meets it.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Editor {
    output: WriteHalf<DuplexStream>,
    input: Reader<ReadHalf<DuplexStream>>,
    server: JoinHandle<bool>,
    last_id: i64,
    /// Notifications that came while something else was waited for.
    pub notifications: VecDeque<Value>,
    /// Methods of the requests the server made.
    pub asked: Vec<String>,
    /// It answers none of them.
    pub deaf: bool,
}

/// The URI of a file.
pub fn uri(path: &Path) -> String {
    mx2lm_lsp::convert::uri_of(path).expect("an absolute path").as_str().to_owned()
}

impl Editor {
    /// A server that has not been initialized.
    pub fn start() -> Self {
        let (ours, theirs) = duplex(64 << 10);
        let (input, output) = split(theirs);
        let server = tokio::spawn(mx2lm_lsp::server::run(input, output));
        let (input, output) = split(ours);
        Self { output, input: Reader::new(input), server, last_id: 0, notifications: VecDeque::new(), asked: Vec::new(), deaf: false }
    }

    /// A server that was told of one folder and of the client's abilities.
    pub async fn open_folder(folder: &Path, capabilities: Value) -> Self {
        let mut editor = Self::start();
        editor.initialize(json!([{"uri": uri(folder), "name": "test"}]), capabilities).await;
        editor
    }

    /// Says hello; the server's capabilities.
    pub async fn initialize(&mut self, folders: Value, capabilities: Value) -> Value {
        let params = json!({"processId": std::process::id(), "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities});
        let result = self.request("initialize", params).await;
        self.notify("initialized", json!({})).await;
        result["capabilities"].clone()
    }

    pub async fn send_raw(&mut self, bytes: &[u8]) {
        use tokio::io::AsyncWriteExt;
        timeout(PATIENCE, self.output.write_all(bytes)).await.expect("the server reads").expect("the pipe is open");
    }

    pub async fn send(&mut self, message: Value) {
        let body = message.to_string();
        timeout(PATIENCE, frame::write(&mut self.output, body.as_bytes())).await.expect("the server reads").expect("the pipe is open");
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// Sends a request without waiting for its answer.
    pub async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        id
    }

    /// The whole response to request `id`.
    pub async fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.receive().await.expect("an answer before the end of the stream");
            if message.get("method").is_none() && message["id"] == id {
                return message;
            }
        }
    }

    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let mut answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// The error of a request that must fail.
    pub async fn refused(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let mut answer = self.answer(id).await;
        assert!(answer.get("error").is_some(), "{method}: {answer}");
        answer["error"].take()
    }

    /// The next message that is no request of the server's; requests are answered with `null`, notifications kept.
    pub async fn receive(&mut self) -> Option<Value> {
        let frame = timeout(PATIENCE, self.input.next()).await.expect("the server says something")?;
        let Frame::Body(body) = frame else { panic!("the server wrote {frame:?}") };
        let message: Value = serde_json::from_slice(&body).expect("the server writes JSON");
        if let Some(method) = message.get("method").and_then(Value::as_str) {
            if message.get("id").is_some() {
                self.asked.push(method.to_owned());
                if self.deaf {
                    return Some(message);
                }
                self.send(json!({"jsonrpc": "2.0", "id": message["id"], "result": null})).await;
            } else {
                self.notifications.push_back(message.clone());
            }
        }
        Some(message)
    }

    pub async fn open(&mut self, uri: &str, version: i32, text: &str) {
        let language = if uri.ends_with(".svg") { "xml" } else { "json" };
        let item = json!({"uri": uri, "languageId": language, "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item})).await;
    }

    pub async fn change(&mut self, uri: &str, version: i32, changes: Value) {
        self.notify("textDocument/didChange", json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes})).await;
    }

    pub async fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}})).await;
    }

    pub async fn digest(&mut self, uri: &str) -> (i64, String) {
        let answer = self.request("mx2lm/documentDigest", json!({"uri": uri})).await;
        (answer["version"].as_i64().expect("a version"), answer["sha256"].as_str().expect("a digest").to_owned())
    }

    /// The findings pushed for version `version` of a document.
    pub async fn published(&mut self, uri: &str, version: i32) -> Value {
        loop {
            let at = self.notifications.iter().position(|message| {
                message["method"] == "textDocument/publishDiagnostics"
                    && message["params"]["uri"] == uri
                    && message["params"]["version"] == version
            });
            match at.and_then(|at| self.notifications.remove(at)) {
                Some(mut message) => return message["params"]["diagnostics"].take(),
                None => self.receive().await.expect("findings before the end of the stream"),
            };
        }
    }

    /// Waits until a page of the server's own is said to be out of date.
    pub async fn page_changed(&mut self, page: &str) {
        let of = |message: &Value| message["method"] == "mx2lm/contentChanged" && message["params"]["uri"] == page;
        while !self.notifications.iter().any(of) {
            self.receive().await.expect("news of the page before the end of the stream");
        }
        self.notifications.retain(|message| !of(message));
    }

    /// Leaves in good order; whether the server says so too.
    pub async fn leave(mut self) -> bool {
        self.request("shutdown", Value::Null).await;
        self.notify("exit", Value::Null).await;
        self.ended().await
    }

    /// Waits for the server to end; whether it was shut down in good order.
    pub async fn ended(self) -> bool {
        timeout(PATIENCE, self.server).await.expect("the server ends").expect("the server does not panic")
    }

    /// Closes the pipe, as an editor does that crashed.
    pub async fn vanish(self) -> bool {
        let Self { output, input, server, .. } = self;
        drop((output, input));
        timeout(PATIENCE, server).await.expect("the server ends").expect("the server does not panic")
    }
}
