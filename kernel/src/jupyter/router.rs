//! A socket on which clients ask and are answered: shell and control.

use std::sync::Arc;

use jupyter_protocol::JupyterMessageContent;
use jupyter_zmq_client::{RouterRecvConnection, RouterSendConnection};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use zeromq::{RouterSocket, SocketRecv, ZmqError};

use super::connection::{self, Connection, ConnectionError};
use super::iopub::IoPub;
use super::message::{Incoming, Malformed, Outgoing};
use super::refusals::Refusals;

/// Requests as they come in, and the way back.
pub struct Router {
    /// What clients ask, read from the socket even while a request is being served.
    pub requests: UnboundedReceiver<Incoming>,
    /// Where replies go.
    pub replies: Replies,
}

/// The sending half of a router. Clones are the same.
#[derive(Clone)]
pub struct Replies {
    socket: Arc<Mutex<RouterSendConnection>>,
    channel: &'static str,
}

impl Replies {
    /// Sends a reply; a client that has left is no reason to stop.
    pub async fn send(&self, message: Outgoing) {
        let kind = message.message.header.msg_type.clone();
        let sent = message.send(&mut *self.socket.lock().await).await;
        if let Err(error) = sent {
            tracing::warn!("{}: could not send {kind}: {error}", self.channel);
        }
    }
}

/// Answers a request for which nothing is done: its reply, where one is expected, between busy and idle.
pub async fn respond(
    iopub: &IoPub,
    replies: &Replies,
    request: &Incoming,
    content: Option<JupyterMessageContent>,
) {
    iopub.busy(request);
    if let Some(content) = content {
        replies.send(request.reply(content)).await;
    }
    iopub.idle(request);
}

/// Listens on `endpoint`.
pub async fn bind(
    connection: &Connection,
    endpoint: String,
    channel: &'static str,
) -> Result<Router, ConnectionError> {
    let mut socket: RouterSocket = connection::socket(connection::LONGEST_MESSAGE);
    connection.bind(&mut socket, &endpoint).await?;
    let (send, receive) = connection.sign(socket).split();
    let (sender, requests) = mpsc::unbounded_channel();
    let refusals = connection.refusals().clone();
    tokio::spawn(read(receive, sender, refusals, channel));
    let replies = Replies {
        socket: Arc::new(Mutex::new(send)),
        channel,
    };
    Ok(Router { requests, replies })
}

/// Reads until nobody listens any more. What is not a proper message is named and left out.
async fn read(
    mut socket: RouterRecvConnection,
    requests: UnboundedSender<Incoming>,
    refusals: Refusals,
    channel: &'static str,
) {
    loop {
        let frames = tokio::select! {
            frames = socket.socket.recv() => frames,
            () = requests.closed() => return,
        };
        match frames {
            Ok(frames) => {
                match Incoming::parse(frames, &socket).and_then(|it| fresh(it, &refusals)) {
                    Ok(request) => {
                        if requests.send(request).is_err() {
                            return;
                        }
                    }
                    Err(problem) => {
                        refusals.count(&problem);
                        tracing::warn!("{channel}: ignored a message: {problem}");
                    }
                }
            }
            Err(error) => pause_after(channel, &error).await,
        }
    }
}

/// Refuses a request that came before: somebody may have recorded it. Without a key there are no signatures to
/// know it by.
fn fresh(request: Incoming, refusals: &Refusals) -> Result<Incoming, Malformed> {
    match request.signature {
        Some(signature) if !refusals.is_new(signature) => Err(Malformed::Replayed),
        _ => Ok(request),
    }
}

/// A socket that fails at once, again and again, must not take a whole core.
pub async fn pause_after(channel: &str, error: &ZmqError) {
    tracing::warn!("{channel}: {error}");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
}
