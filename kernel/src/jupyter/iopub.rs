//! What everyone sees: outputs, and whether the kernel is busy.

use std::time::Duration;

use bytes::Bytes;
use jupyter_protocol::{
    ClearOutput, ErrorOutput, ExecuteInput, ExecutionCount, IoPubWelcome, JupyterMessageContent,
    Status, Stdio, StreamContent,
};
use jupyter_zmq_client::KernelIoPubXPubConnection;
use jupyter_zmq_client::connection::{SubscriptionEvent, parse_subscription_message};
use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use zeromq::util::PeerIdentity;
use zeromq::{Socket, SocketEvent, SocketRecv, XPubSocket};

use super::connection::{self, Connection, ConnectionError};
use super::message::{self, Incoming, Outgoing, RequestHeader};
use super::router::pause_after;
use crate::engine::{CommKind, CommMessage, Stream};
use crate::session::Output;

/// How long a client that does not read may hold up the others, before all are cut off.
const PATIENCE: Duration = Duration::from_secs(3);

/// What clients send is the beginning of a topic, of which there are few.
const LONGEST_SUBSCRIPTION: usize = 4 << 10;

/// How long clients that do read may take to come back after that; they try every tenth of a second.
const RETURN: Duration = Duration::from_millis(400);

/// Publishes, in the order of the calls. Clones publish on the same socket.
#[derive(Clone)]
pub struct IoPub {
    queue: UnboundedSender<Post>,
}

enum Post {
    Message(Box<Outgoing>),
    Flush(oneshot::Sender<()>),
}

impl IoPub {
    /// Listens, and publishes until the process ends.
    pub async fn bind(connection: &Connection) -> Result<Self, ConnectionError> {
        let mut socket: XPubSocket = connection::socket(LONGEST_SUBSCRIPTION);
        connection.bind(&mut socket, &connection.iopub()).await?;
        let (queue, posts) = mpsc::unbounded_channel();
        let mut monitor = socket.monitor();
        let publisher = Publisher {
            socket: connection.sign(socket),
            topic: format!("kernel.{}", connection.session()),
            events: Box::new(move || monitor.try_recv().ok()),
            clients: Vec::new(),
        };
        tokio::spawn(publisher.serve(posts));
        Ok(Self { queue })
    }

    /// Publishes `content` as caused by `parent`.
    pub fn publish(
        &self,
        content: impl Into<JupyterMessageContent>,
        parent: Option<&RequestHeader>,
    ) {
        self.post(message::outgoing(content, parent));
    }

    fn post(&self, message: Outgoing) {
        // The publisher outlives every sender but those that are dropped with the process.
        let _ = self.queue.send(Post::Message(Box::new(message)));
    }

    /// The kernel has come up.
    pub fn starting(&self) {
        self.publish(Status::starting(), None);
    }

    /// Work on `request` begins.
    pub fn busy(&self, request: &Incoming) {
        self.publish(Status::busy(), Some(&request.header));
    }

    /// Work on `request` has ended.
    pub fn idle(&self, request: &Incoming) {
        self.publish(Status::idle(), Some(&request.header));
    }

    /// Publishes what a session shows.
    pub fn show(&self, output: Output, parent: Option<&RequestHeader>) {
        let mut output = output;
        let buffers = match &mut output {
            Output::Comm(message) => std::mem::take(&mut message.buffers),
            _ => Vec::new(),
        };
        if let Some(content) = output_content(output) {
            let buffers = buffers.into_iter().map(Bytes::from).collect();
            self.post(message::outgoing(content, parent).with_buffers(buffers));
        }
    }

    /// Waits until everything published so far has been handed to the system.
    pub async fn flush(&self) {
        let (done, finished) = oneshot::channel();
        if self.queue.send(Post::Flush(done)).is_ok() {
            let _ = finished.await;
        }
    }

    /// Publishes what is left.
    pub async fn close(self) {
        self.flush().await;
    }
}

/// The message that shows `output` to everyone.
fn output_content(output: Output) -> Option<JupyterMessageContent> {
    Some(match output {
        Output::Input { code, count } => ExecuteInput {
            code,
            execution_count: ExecutionCount::new(count.0 as usize),
        }
        .into(),
        Output::Stream { name, text } => StreamContent {
            name: match name {
                Stream::Stdout => Stdio::Stdout,
                Stream::Stderr => Stdio::Stderr,
            },
            text,
        }
        .into(),
        Output::Display {
            data,
            metadata,
            display_id,
            update,
        } => {
            let transient = match display_id {
                Some(id) => json!({ "display_id": id }),
                None => json!({}),
            };
            let kind = if update {
                "update_display_data"
            } else {
                "display_data"
            };
            message::content(
                kind,
                json!({ "data": data, "metadata": metadata, "transient": transient }),
            )
        }
        Output::Clear { wait } => ClearOutput { wait }.into(),
        Output::Comm(CommMessage {
            kind,
            id,
            target,
            data,
            // They go beside the content.
            buffers: _,
        }) => match kind {
            CommKind::Open => message::content(
                "comm_open",
                json!({ "comm_id": id, "target_name": target, "data": data }),
            ),
            CommKind::Message => {
                message::content("comm_msg", json!({ "comm_id": id, "data": data }))
            }
            CommKind::Close => {
                message::content("comm_close", json!({ "comm_id": id, "data": data }))
            }
        },
        // A question goes to the client that asked for the cell, not to everyone.
        Output::Ask { .. } => return None,
        Output::Result { data, count } => message::content(
            "execute_result",
            json!({ "execution_count": count, "data": data, "metadata": {} }),
        ),
        Output::Error(error) => ErrorOutput {
            ename: error.ename,
            evalue: error.evalue,
            traceback: error.traceback,
        }
        .into(),
    })
}

/// The task that owns the socket.
struct Publisher {
    socket: KernelIoPubXPubConnection,
    topic: String,
    /// What has happened to the socket, one event a call.
    events: Box<dyn FnMut() -> Option<SocketEvent> + Send>,
    /// Who has connected since all were cut off last; some may have left.
    clients: Vec<PeerIdentity>,
}

impl Publisher {
    async fn serve(mut self, mut posts: UnboundedReceiver<Post>) {
        loop {
            tokio::select! {
                post = posts.recv() => match post {
                    Some(Post::Message(message)) => self.send(*message).await,
                    Some(Post::Flush(done)) => drop(done.send(())),
                    None => return,
                },
                frames = self.socket.socket.recv() => match frames {
                    Ok(frames) => self.welcome(&frames).await,
                    Err(error) => pause_after("iopub", &error).await,
                },
            }
        }
    }

    /// Tells a client that from now on it hears everything.
    async fn welcome(&mut self, frames: &zeromq::ZmqMessage) {
        self.note_clients();
        if let Some(SubscriptionEvent::Subscribe(topic)) = parse_subscription_message(frames) {
            // The first frame is what the client subscribed to, or it would not get the message.
            let welcome = message::outgoing(IoPubWelcome::new(topic.clone()), None)
                .to(vec![topic.into_bytes().into()]);
            self.deliver(welcome).await;
        }
    }

    async fn send(&mut self, message: Outgoing) {
        let topic = match &message.message.content {
            JupyterMessageContent::StreamContent(stream) => match stream.name {
                Stdio::Stdout => "stream.stdout".to_owned(),
                Stdio::Stderr => "stream.stderr".to_owned(),
            },
            other => format!("{}.{}", self.topic, other.message_type()),
        };
        self.deliver(message.to(vec![topic.into_bytes().into()]))
            .await;
    }

    /// Sends to one client after the other, as fast as they read. One that has stopped reading would stop the
    /// session, and nobody can tell which it is: all are cut off. Those that live come back by themselves.
    async fn deliver(&mut self, mut message: Outgoing) {
        let sent = tokio::time::timeout(PATIENCE, message.clone().send(&mut self.socket)).await;
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("iopub: {error}"),
            Err(_) => {
                tracing::warn!("iopub: a client has stopped reading; all have to connect again");
                self.disconnect_all();
                self.await_return().await;
                // Clients refuse a message that they have seen: better one twice than one not at all.
                message.message.header.msg_id = uuid::Uuid::new_v4().to_string();
                let again = tokio::time::timeout(PATIENCE, message.send(&mut self.socket));
                if !matches!(again.await, Ok(Ok(()))) {
                    tracing::warn!("iopub: a message is lost");
                }
            }
        }
    }

    fn note_clients(&mut self) {
        while let Some(event) = (self.events)() {
            if let SocketEvent::Accepted(_, client) = event {
                self.clients.push(client);
            }
        }
    }

    fn disconnect_all(&mut self) {
        self.note_clients();
        let socket = self.socket.socket.backend();
        for client in self.clients.drain(..) {
            socket.peer_disconnected(&client);
        }
    }

    /// Takes the subscriptions of those that come back.
    async fn await_return(&mut self) {
        let subscriptions = async {
            loop {
                // Taken in by the socket itself; an error is the end of one that was cut off.
                let _ = self.socket.socket.recv().await;
            }
        };
        let _ = tokio::time::timeout(RETURN, subscriptions).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CellId, MimeBundle};

    fn wire(output: Output) -> (String, serde_json::Value) {
        let content = output_content(output).unwrap();
        let kind = content.message_type().to_owned();
        (kind, serde_json::to_value(&content).unwrap())
    }

    #[test]
    fn a_display_without_an_id_has_an_empty_transient() {
        let display = |display_id, update| Output::Display {
            data: MimeBundle::from_iter([("text/plain".to_owned(), "x".into())]),
            metadata: Default::default(),
            display_id,
            update,
        };
        let data = json!({"text/plain": "x"});
        assert_eq!(
            wire(display(None, false)),
            (
                "display_data".to_owned(),
                json!({"data": data, "metadata": {}, "transient": {}})
            )
        );
        assert_eq!(
            wire(display(Some("d".to_owned()), true)),
            (
                "update_display_data".to_owned(),
                json!({"data": data, "metadata": {}, "transient": {"display_id": "d"}})
            )
        );
    }

    #[test]
    fn a_result_carries_its_number() {
        let result = Output::Result {
            data: MimeBundle::from_iter([("text/plain".to_owned(), "7".into())]),
            count: CellId(4),
        };
        assert_eq!(
            wire(result),
            (
                "execute_result".to_owned(),
                json!({"execution_count": 4, "data": {"text/plain": "7"}, "metadata": {}})
            )
        );
    }
}
