//! A whole kernel over a scripted engine, spoken to as a client would.

use std::time::Duration;

use bytes::Bytes;
use jupyter_protocol::{ConnectionInfo, Header, connection_info::Transport};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, RawMessage,
    create_client_control_connection, create_client_heartbeat_connection,
    create_client_iopub_connection, create_client_shell_connection_with_identity, peek_ports,
    peer_identity_for_session,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zeromq::{SocketRecv, SocketSend};

use super::message::{content, outgoing};
use super::*;
use crate::session::scripted;

mod hostile;
mod subshells;

const PATIENCE: Duration = Duration::from_secs(10);

struct Client {
    kernel: JoinHandle<Result<(), ConnectionError>>,
    info: ConnectionInfo,
    refusals: refusals::Refusals,
    shell: ClientShellConnection,
    control: ClientControlConnection,
    iopub: ClientIoPubConnection,
    _folder: tempfile::TempDir,
}

/// A message as a client sees it.
#[derive(Debug)]
struct Seen {
    kind: String,
    parent: Option<String>,
    content: Value,
}

impl Client {
    async fn start(transport: Transport) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (ip, ports) = match transport {
            Transport::TCP => {
                let ip = "127.0.0.1";
                (
                    ip.to_owned(),
                    peek_ports(ip.parse().unwrap(), 5).await.unwrap(),
                )
            }
            Transport::IPC => {
                let prefix = folder.path().join("kernel");
                (prefix.to_str().unwrap().to_owned(), vec![1, 2, 3, 4, 5])
            }
        };
        let info = ConnectionInfo {
            ip,
            transport,
            shell_port: ports[0],
            iopub_port: ports[1],
            stdin_port: ports[2],
            control_port: ports[3],
            hb_port: ports[4],
            key: "a key".to_owned(),
            signature_scheme: "hmac-sha256".to_owned(),
            kernel_name: None,
        };
        let (_, version) = watch::channel(Some("1.95.0".to_owned()));
        let session = Session::new(scripted::start);
        let connection = Connection::new(info.clone());
        let refusals = connection.refusals().clone();
        let kernel = tokio::spawn(serve(connection, session, version, "tensor notebooks"));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let id = peer_identity_for_session("client").unwrap();
        let mut client = Self {
            kernel,
            refusals,
            shell: create_client_shell_connection_with_identity(&info, "client", id)
                .await
                .unwrap(),
            control: create_client_control_connection(&info, "client")
                .await
                .unwrap(),
            iopub: create_client_iopub_connection(&info, "", "client")
                .await
                .unwrap(),
            info,
            _folder: folder,
        };
        assert_eq!(client.published().await.kind, "iopub_welcome");
        client
    }

    async fn send(&mut self, kind: &str, body: Value) -> String {
        let message = outgoing(content(kind, body), None).message;
        let id = message.header.msg_id.clone();
        self.shell.send(message).await.unwrap();
        id
    }

    async fn execute(&mut self, code: &str) -> String {
        self.send("execute_request", json!({ "code": code })).await
    }

    async fn reply(&mut self) -> Seen {
        seen(receive(&mut self.shell).await)
    }

    async fn published(&mut self) -> Seen {
        seen(receive(&mut self.iopub).await)
    }

    /// Everything that is published for a request, without busy and idle, which must be there.
    async fn published_for(&mut self, id: &str) -> Vec<Seen> {
        let mut all: Vec<Seen> = Vec::new();
        loop {
            let message = self.published().await;
            if message.parent.as_deref() == Some(id) {
                let idle = message.content["execution_state"] == "idle";
                all.push(message);
                if idle {
                    break;
                }
            }
        }
        all.pop();
        assert_eq!(all.remove(0).content["execution_state"], "busy");
        all
    }
}

async fn receive<S: SocketRecv>(connection: &mut jupyter_zmq_client::Connection<S>) -> RawMessage {
    let frames = tokio::time::timeout(PATIENCE, connection.socket.recv())
        .await
        .expect("a message comes")
        .unwrap();
    RawMessage::from_multipart(frames, &connection.mac).expect("the signature is right")
}

fn seen(raw: RawMessage) -> Seen {
    let header: Header = serde_json::from_slice(&raw.jparts[0]).unwrap();
    let parent: Value = serde_json::from_slice(&raw.jparts[1]).unwrap();
    Seen {
        kind: header.msg_type,
        parent: parent["msg_id"].as_str().map(str::to_owned),
        content: serde_json::from_slice(&raw.jparts[3]).unwrap(),
    }
}

fn kinds(messages: &[Seen]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.kind.as_str())
        .collect()
}

#[tokio::test]
async fn a_cell_is_shown_before_its_idle() {
    let mut client = Client::start(Transport::TCP).await;
    let id = client
        .execute("print a\nshow d 1\nupdate d 2\nclear\nvalue 7")
        .await;
    let reply = client.reply().await;
    assert_eq!(
        (reply.kind.as_str(), &reply.parent),
        ("execute_reply", &Some(id.clone()))
    );
    assert_eq!(reply.content["execution_count"], 1);
    assert_eq!(
        kinds(&client.published_for(&id).await),
        [
            "execute_input",
            "stream",
            "display_data",
            "update_display_data",
            "clear_output",
            "execute_result"
        ]
    );
}

#[tokio::test]
async fn ipc_works_as_tcp_does() {
    let mut client = Client::start(Transport::IPC).await;
    let id = client.send("kernel_info_request", json!({})).await;
    let reply = client.reply().await;
    assert_eq!(reply.content["language_info"]["version"], "1.95.0");
    assert!(client.published_for(&id).await.is_empty());
    let path = format!("{}-{}", client.info.ip, client.info.shell_port);
    client
        .send("shutdown_request", json!({"restart": false}))
        .await;
    assert_eq!(client.reply().await.kind, "shutdown_reply");
    tokio::time::timeout(PATIENCE, client.kernel)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(!std::path::Path::new(&path).exists());
}

#[tokio::test]
async fn bad_messages_do_not_end_the_kernel() {
    let mut client = Client::start(Transport::TCP).await;
    let frames = |parts: &[&str]| {
        let parts: Vec<Bytes> = parts
            .iter()
            .map(|part| Bytes::from(part.to_string()))
            .collect();
        zeromq::ZmqMessage::try_from(parts).unwrap()
    };
    let nonsense = [
        frames(&["nonsense"]),
        frames(&["<IDS|MSG>"]),
        frames(&["<IDS|MSG>", "00", "{}", "{}"]),
        frames(&["<IDS|MSG>", "not hex", "{}", "{}", "{}", "{}"]),
        frames(&["<IDS|MSG>", &"0".repeat(64), "{}", "{}", "{}", "{}"]),
        frames(&["", "", ""]),
    ];
    for message in nonsense {
        client.shell.socket.send(message).await.unwrap();
    }
    client.send("dance_request", json!({})).await;
    let wrong = client.send("execute_request", json!({"code": 7})).await;
    let reply = client.reply().await;
    assert_eq!(reply.parent, Some(wrong));
    assert_eq!(reply.content["status"], "error");
    client.send("connect_request", json!({})).await;
    assert_eq!(
        client.reply().await.content["shell_port"],
        client.info.shell_port
    );
}

#[tokio::test]
async fn a_recorded_message_is_not_obeyed_again() {
    let mut client = Client::start(Transport::TCP).await;
    let request = outgoing(content("execute_request", json!({"code": "value 1"})), None).message;
    client.shell.send(request.clone()).await.unwrap();
    client.shell.send(request).await.unwrap();
    assert_eq!(client.reply().await.content["execution_count"], 1);
    client.execute("value 2").await;
    assert_eq!(client.reply().await.content["execution_count"], 2);
}

#[tokio::test]
async fn an_error_aborts_what_waits_and_nothing_later() {
    let mut client = Client::start(Transport::TCP).await;
    let failing = client.execute("wait 100\nfail E nothing").await;
    client.execute("print never").await;
    client
        .send(
            "history_request",
            json!({"hist_access_type": "tail", "n": 5}),
        )
        .await;
    let error = client.reply().await;
    assert_eq!(error.content["ename"], "E");
    let kinds_of_failing = client.published_for(&failing).await;
    assert_eq!(kinds(&kinds_of_failing), ["execute_input", "error"]);
    let later = client.execute("value 1").await;
    assert_eq!(client.reply().await.content["status"], "aborted");
    assert_eq!(
        client.reply().await.content["history"],
        json!([[1, 1, "wait 100\nfail E nothing"]])
    );
    let reply = client.reply().await;
    assert_eq!(
        (reply.parent, reply.content["execution_count"].clone()),
        (Some(later), json!(2))
    );
}

#[tokio::test]
async fn without_stop_on_error_the_queue_goes_on() {
    let mut client = Client::start(Transport::TCP).await;
    let request = json!({"code": "wait 50\nfail E x", "stop_on_error": false});
    client.send("execute_request", request).await;
    client.execute("value 1").await;
    assert_eq!(client.reply().await.content["status"], "error");
    assert_eq!(client.reply().await.content["status"], "ok");
}

#[tokio::test]
async fn control_and_heartbeat_answer_while_a_cell_runs() {
    let mut client = Client::start(Transport::TCP).await;
    let cell = client.execute("print started\nwait for interrupt").await;
    while client.published().await.kind != "stream" {}

    let mut heart = create_client_heartbeat_connection(&client.info)
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, heart.single_heartbeat())
        .await
        .unwrap()
        .unwrap();

    let ask = outgoing(content("interrupt_request", json!({})), None).message;
    client.control.send(ask).await.unwrap();
    assert_eq!(
        seen(receive(&mut client.control).await).kind,
        "interrupt_reply"
    );
    let reply = client.reply().await;
    assert_eq!(
        (reply.parent, reply.content["ename"].clone()),
        (Some(cell), json!("Interrupted"))
    );
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_the_cell() {
    let mut client = Client::start(Transport::TCP).await;
    client.execute("wait for interrupt").await;
    while client.published().await.kind != "execute_input" {}
    let ask = outgoing(content("shutdown_request", json!({"restart": true})), None).message;
    client.control.send(ask).await.unwrap();
    let reply = seen(receive(&mut client.control).await);
    assert_eq!(
        (reply.kind.as_str(), &reply.content["restart"]),
        ("shutdown_reply", &json!(true))
    );
    tokio::time::timeout(PATIENCE, client.kernel)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn threads_write_under_the_last_cell() {
    let mut client = Client::start(Transport::TCP).await;
    let cell = client.execute("later 60 tick").await;
    client.reply().await;
    let other = client.send("comm_info_request", json!({})).await;
    assert_eq!(client.reply().await.parent, Some(other));
    let tick = loop {
        let message = client.published().await;
        if message.kind == "stream" {
            break message;
        }
    };
    assert_eq!(
        (tick.parent, tick.content),
        (Some(cell), json!({"name": "stdout", "text": "tick"}))
    );
}

#[tokio::test]
async fn a_client_that_stops_reading_does_not_stop_the_others() {
    let mut client = Client::start(Transport::TCP).await;
    // Subscribes, and never looks at what comes.
    let _deaf = create_client_iopub_connection(&client.info, "", "deaf")
        .await
        .unwrap();
    let line = format!("print {}\neprint e\n", "x".repeat(1000));
    let id = client.execute(&line.repeat(20_000)).await;
    let published = client.published_for(&id).await;
    assert!(kinds(&published).contains(&"stream"));
    client.execute("value 1").await;
    assert_eq!(client.reply().await.kind, "execute_reply");
}

#[tokio::test]
async fn an_unwanted_comm_is_closed() {
    let mut client = Client::start(Transport::TCP).await;
    let id = client
        .send(
            "comm_open",
            json!({"comm_id": "c1", "target_name": "nobody", "data": {}}),
        )
        .await;
    let published = client.published_for(&id).await;
    assert_eq!(kinds(&published), ["comm_close"]);
    assert_eq!(published[0].content["comm_id"], "c1");
}

#[tokio::test]
async fn assistance_speaks_in_characters() {
    let mut client = Client::start(Transport::TCP).await;
    client
        .send("complete_request", json!({"code": "é pr", "cursor_pos": 4}))
        .await;
    let reply = client.reply().await.content;
    assert_eq!(
        (&reply["cursor_start"], &reply["cursor_end"]),
        (&json!(2), &json!(4))
    );
    client
        .send("inspect_request", json!({"code": "print", "cursor_pos": 2}))
        .await;
    assert_eq!(client.reply().await.content["found"], true);
    client
        .send("is_complete_request", json!({"code": "fn f() {"}))
        .await;
    let reply = client.reply().await.content;
    assert_eq!(
        (&reply["status"], &reply["indent"]),
        (&json!("incomplete"), &json!("    "))
    );
}
