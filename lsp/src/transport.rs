//! Moves messages between a byte stream and a [`Peer`], and nothing else.
//!
//! Order: a message is handed over, and its answer polled once, before the next message is looked at. What a handler does before its first
//! `.await` is therefore done in the order in which the client sent the messages. Whatever is not answered by then goes on as its own task.

use std::{panic::AssertUnwindSafe, sync::Arc, task::Poll, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{Notify, mpsc},
    task::JoinSet,
    time::timeout,
};

use crate::frame::{self, Frame};

/// How long answers under way may still take once the client has closed its end.
const GRACE: Duration = Duration::from_secs(2);

/// The other side of the transport.
pub trait Peer {
    /// Takes one message, an object; the future gives the body of the answer, if there is one.
    fn receive(&mut self, message: Value) -> BoxFuture<'static, Option<Vec<u8>>>;
}

/// Serves until `exit`, the end of input, the loss of the output, or `stop`.
///
/// `outgoing` are bodies of messages the peer sends of its own accord; its other end is `sender`.
pub async fn serve<P: Peer>(
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
    mut peer: P,
    (sender, mut outgoing): (mpsc::UnboundedSender<Vec<u8>>, mpsc::UnboundedReceiver<Vec<u8>>),
    stop: Arc<Notify>,
) {
    let mut output = output;
    let mut writer = tokio::spawn(async move {
        while let Some(body) = outgoing.recv().await {
            if frame::write(&mut output, &body).await.is_err() {
                return;
            }
        }
    });
    let mut reader = frame::Reader::new(input);
    let mut answers = JoinSet::new();
    loop {
        let frame = tokio::select! {
            frame = reader.next() => frame,
            () = stop.notified() => None,
            _ = &mut writer => None,
        };
        while answers.try_join_next().is_some() {}
        let message = match frame {
            None => break,
            Some(Frame::Rubbish(problem)) => {
                let _ = sender.send(refusal(Value::Null, -32700, &problem));
                continue;
            }
            Some(Frame::Body(body)) => match serde_json::from_slice::<Value>(&body) {
                Ok(message) => message,
                Err(error) => {
                    let _ = sender.send(refusal(Value::Null, -32700, &format!("the body of a message is not JSON: {error}")));
                    continue;
                }
            },
        };
        let Some(object) = message.as_object() else {
            let _ = sender.send(refusal(Value::Null, -32600, "a message is one JSON object"));
            continue;
        };
        let id = object.get("id").cloned();
        let request = object.contains_key("method");
        let exit = object.get("method").and_then(Value::as_str) == Some("exit");
        let mut answer = AssertUnwindSafe(receive(&mut peer, message)).catch_unwind().boxed();
        match futures::poll!(&mut answer) {
            Poll::Ready(done) => send(&sender, done, id.filter(|_| request)),
            Poll::Pending => {
                let sender = sender.clone();
                answers.spawn(async move { send(&sender, answer.await, id.filter(|_| request)) });
            }
        }
        if exit {
            break;
        }
    }
    let _ = timeout(GRACE, async { while answers.join_next().await.is_some() {} }).await;
    answers.abort_all();
    drop(peer);
    drop(sender);
    if !writer.is_finished() {
        let _ = timeout(GRACE, &mut writer).await;
        writer.abort();
    }
}

/// Hands the message over inside a future, so that a panic while it is taken is caught where a panic while it is answered is.
fn receive<P: Peer>(peer: &mut P, message: Value) -> BoxFuture<'static, Option<Vec<u8>>> {
    match std::panic::catch_unwind(AssertUnwindSafe(|| peer.receive(message))) {
        Ok(answer) => answer,
        Err(panic) => async move { std::panic::resume_unwind(panic) }.boxed(),
    }
}

fn send(sender: &mpsc::UnboundedSender<Vec<u8>>, answer: std::thread::Result<Option<Vec<u8>>>, id: Option<Value>) {
    let body = match (answer, id) {
        (Ok(body), _) => body,
        (Err(_), Some(id)) => Some(refusal(id, -32603, "the server failed on this request; its log has the details")),
        (Err(_), None) => None,
    };
    if let Some(body) = body {
        let _ = sender.send(body);
    }
}

/// The body of an error response.
pub fn refusal(id: Value, code: i64, message: &str) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}).to_string().into_bytes()
}
