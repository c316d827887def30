//! A socket on which clients ask and are answered: shell and control.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;
use jupyter_protocol::JupyterMessage;
use jupyter_zmq_client::{RouterRecvConnection, RouterSendConnection};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use zeromq::{RouterSocket, Socket, SocketRecv, ZmqError};

use super::connection::{Connection, ConnectionError};
use super::message::{Incoming, Malformed};

/// Requests as they come in, and the way back.
pub struct Router {
    /// What clients ask, read from the socket even while a request is being served.
    pub requests: UnboundedReceiver<Incoming>,
    /// Where replies go.
    pub replies: Replies,
}

/// The sending half of a router.
pub struct Replies {
    socket: RouterSendConnection,
    channel: &'static str,
}

impl Replies {
    /// Sends a reply; a client that has left is no reason to stop.
    pub async fn send(&mut self, message: JupyterMessage) {
        let kind = message.header.msg_type.clone();
        if let Err(error) = self.socket.send(message).await {
            tracing::warn!("{}: could not send {kind}: {error}", self.channel);
        }
    }
}

/// Listens on `endpoint`.
pub async fn bind(
    connection: &Connection,
    endpoint: String,
    channel: &'static str,
) -> Result<Router, ConnectionError> {
    let mut socket = RouterSocket::new();
    connection.bind(&mut socket, &endpoint).await?;
    let (send, receive) = connection.sign(socket).split();
    let (sender, requests) = mpsc::unbounded_channel();
    let seen = (!connection.info().key.is_empty()).then(Seen::default);
    tokio::spawn(read(receive, sender, seen, channel));
    let replies = Replies {
        socket: send,
        channel,
    };
    Ok(Router { requests, replies })
}

/// Reads until nobody listens any more. What is not a proper message is named and left out.
async fn read(
    mut socket: RouterRecvConnection,
    requests: UnboundedSender<Incoming>,
    mut seen: Option<Seen>,
    channel: &'static str,
) {
    loop {
        let frames = tokio::select! {
            frames = socket.socket.recv() => frames,
            () = requests.closed() => return,
        };
        match frames {
            Ok(frames) => {
                match Incoming::parse(frames, &socket).and_then(|it| fresh(it, &mut seen)) {
                    Ok(request) => {
                        if requests.send(request).is_err() {
                            return;
                        }
                    }
                    Err(problem) => tracing::warn!("{channel}: ignored a message: {problem}"),
                }
            }
            Err(error) => pause_after(channel, &error).await,
        }
    }
}

/// Refuses a request that came before: somebody may have recorded it. Without a key there are no signatures to
/// know it by.
fn fresh(request: Incoming, seen: &mut Option<Seen>) -> Result<Incoming, Malformed> {
    let replayed = seen
        .as_mut()
        .is_some_and(|seen| !seen.is_new(&request.signature));
    if replayed {
        Err(Malformed::Replayed)
    } else {
        Ok(request)
    }
}

/// The signatures of the latest messages.
#[derive(Default)]
struct Seen {
    known: HashSet<Bytes>,
    order: VecDeque<Bytes>,
}

impl Seen {
    /// As many as Jupyter's own kernels remember.
    const LIMIT: usize = 1 << 16;

    fn is_new(&mut self, signature: &Bytes) -> bool {
        if !self.known.insert(signature.clone()) {
            return false;
        }
        self.order.push_back(signature.clone());
        if self.order.len() > Self::LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

/// A socket that fails at once, again and again, must not take a whole core.
pub async fn pause_after(channel: &str, error: &ZmqError) {
    tracing::warn!("{channel}: {error}");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
}
