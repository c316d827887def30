//! A socket on which clients ask and are answered: shell and control.

use jupyter_protocol::JupyterMessage;
use jupyter_zmq_client::{RouterRecvConnection, RouterSendConnection};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use zeromq::{RouterSocket, Socket, SocketRecv, ZmqError};

use super::connection::{Connection, ConnectionError};
use super::message::Incoming;

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
    tokio::spawn(read(receive, sender, channel));
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
    channel: &'static str,
) {
    loop {
        let frames = tokio::select! {
            frames = socket.socket.recv() => frames,
            () = requests.closed() => return,
        };
        match frames {
            Ok(frames) => match Incoming::parse(frames, &socket) {
                Ok(request) => {
                    if requests.send(request).is_err() {
                        return;
                    }
                }
                Err(problem) => tracing::warn!("{channel}: ignored a message: {problem}"),
            },
            Err(error) => pause_after(channel, &error).await,
        }
    }
}

/// A socket that fails at once, again and again, must not take a whole core.
pub async fn pause_after(channel: &str, error: &ZmqError) {
    tracing::warn!("{channel}: {error}");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
}
