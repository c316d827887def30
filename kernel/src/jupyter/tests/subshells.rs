//! Lines of requests beside the main shell's.

use ring::hmac;

use super::*;
use crate::engine::hex::hex;

/// Sends a request to a subshell as a client would; returns its id.
async fn send_to(client: &mut Client, subshell: &str, kind: &str, body: Value) -> String {
    let message = outgoing(content(kind, body), None).message;
    let mut header = serde_json::to_value(&message.header).unwrap();
    header["subshell_id"] = json!(subshell);
    let parts = [
        header.to_string(),
        "{}".to_owned(),
        "{}".to_owned(),
        serde_json::to_string(&message.content).unwrap(),
    ];
    let key = hmac::Key::new(hmac::HMAC_SHA256, client.info.key.as_bytes());
    let signature = hex(hmac::sign(&key, parts.concat().as_bytes()).as_ref());
    let frames = ["<IDS|MSG>".to_owned(), signature].into_iter().chain(parts);
    let frames: Vec<Bytes> = frames.map(Bytes::from).collect();
    let frames = zeromq::ZmqMessage::try_from(frames).unwrap();
    client.shell.socket.send(frames).await.unwrap();
    message.header.msg_id
}

async fn control(client: &mut Client, kind: &str, body: Value) -> Value {
    let request = outgoing(content(kind, body), None).message;
    client.control.send(request).await.unwrap();
    seen(receive(&mut client.control).await).content
}

async fn create(client: &mut Client) -> String {
    let created = control(client, "create_subshell_request", json!({})).await;
    created["subshell_id"].as_str().unwrap().to_owned()
}

/// Runs a cell until somebody interrupts it, and waits until it runs.
async fn occupy(client: &mut Client) -> String {
    let cell = client.execute("print started\nwait for interrupt").await;
    while client.published().await.kind != "stream" {}
    cell
}

#[tokio::test]
async fn they_are_made_listed_and_deleted() {
    let mut client = Client::start(Transport::TCP).await;
    let (one, other) = (create(&mut client).await, create(&mut client).await);
    let mut ids = vec![json!(one), json!(other)];
    ids.sort_by_key(Value::to_string);
    let list = control(&mut client, "list_subshell_request", json!({})).await;
    assert_eq!(list["subshell_id"], json!(ids));
    let this = json!({"subshell_id": one});
    let deleted = control(&mut client, "delete_subshell_request", this.clone()).await;
    assert_eq!(deleted, json!({"status": "ok"}));
    let again = control(&mut client, "delete_subshell_request", this).await;
    assert_eq!(
        (&again["status"], &again["ename"]),
        (&json!("error"), &json!("NoSuchSubshell"))
    );
    let list = control(&mut client, "list_subshell_request", json!({})).await;
    assert_eq!(list["subshell_id"], json!([other]));
    send_to(&mut client, &one, "kernel_info_request", json!({})).await;
    assert_eq!(client.reply().await.content["ename"], "NoSuchSubshell");
}

#[tokio::test]
async fn the_whole_header_of_a_request_comes_back() {
    let mut client = Client::start(Transport::TCP).await;
    let subshell = create(&mut client).await;
    let id = send_to(
        &mut client,
        &subshell,
        "execute_request",
        json!({"code": "value 1"}),
    )
    .await;
    let parent = |raw: &RawMessage| -> Value { serde_json::from_slice(&raw.jparts[1]).unwrap() };
    let reply = parent(&receive(&mut client.shell).await);
    assert_eq!(
        (&reply["msg_id"], &reply["subshell_id"]),
        (&json!(id), &json!(subshell))
    );
    loop {
        let published = receive(&mut client.iopub).await;
        let parent = parent(&published);
        if parent["msg_id"] == json!(id) {
            assert_eq!(parent["subshell_id"], json!(subshell));
            if seen(published).content["execution_state"] == "idle" {
                break;
            }
        }
    }
}

#[tokio::test]
async fn questions_are_answered_while_a_cell_runs() {
    let mut client = Client::start(Transport::TCP).await;
    let subshell = create(&mut client).await;
    let open = json!({"comm_id": "c1", "target_name": "echo", "data": {}});
    client.send("comm_open", open).await;
    occupy(&mut client).await;
    for (kind, body) in [
        ("kernel_info_request", json!({})),
        ("connect_request", json!({})),
        ("comm_info_request", json!({})),
        (
            "history_request",
            json!({"hist_access_type": "tail", "n": 5}),
        ),
        ("complete_request", json!({"code": "pr", "cursor_pos": 2})),
        ("inspect_request", json!({"code": "print", "cursor_pos": 2})),
        ("is_complete_request", json!({"code": "fn f() {"})),
    ] {
        let id = send_to(&mut client, &subshell, kind, body).await;
        let reply = client.reply().await;
        assert_eq!(reply.parent, Some(id), "{kind}");
        assert_eq!(
            reply.kind,
            kind.replace("_request", "_reply"),
            "{}",
            reply.content
        );
    }
    let said = json!({"comm_id": "c1", "data": "beside"});
    send_to(&mut client, &subshell, "comm_msg", said).await;
    let heard = loop {
        let message = client.published().await;
        if message.kind == "comm_msg" && message.content["data"] == "beside" {
            break message;
        }
    };
    assert_eq!(heard.content["comm_id"], "c1");
}

#[tokio::test]
async fn a_cell_of_a_subshell_runs_after_the_present_one_and_before_the_next() {
    let mut client = Client::start(Transport::TCP).await;
    let subshell = create(&mut client).await;
    let first = occupy(&mut client).await;
    let last = client.execute("value 3").await;
    let request = json!({"code": "value 2"});
    let between = send_to(&mut client, &subshell, "execute_request", request).await;
    // The subshell has taken it up.
    while client.published().await.parent.as_deref() != Some(&*between) {}
    control(&mut client, "interrupt_request", json!({})).await;
    let mut counts = Vec::new();
    for _ in 0..3 {
        let reply = client.reply().await;
        let count = reply.content["execution_count"].as_u64();
        counts.push((reply.parent.unwrap(), count));
    }
    let count = |id: &String| counts.iter().find(|(other, _)| other == id).unwrap().1;
    // The interrupt was an error, which aborts what waits in the main shell alone.
    assert_eq!(
        (count(&first), count(&between), count(&last)),
        (Some(1), Some(2), None)
    );
}

#[tokio::test]
async fn an_error_in_a_subshell_aborts_what_waits_there_alone() {
    let mut client = Client::start(Transport::TCP).await;
    let (one, other) = (create(&mut client).await, create(&mut client).await);
    let cell = |code: &str| json!({ "code": code });
    let mut ids = Vec::new();
    for (subshell, code) in [
        (&one, "wait 200\nfail E nothing"),
        (&one, "print never"),
        (&other, "value 1"),
    ] {
        ids.push(send_to(&mut client, subshell, "execute_request", cell(code)).await);
    }
    ids.push(client.execute("value 2").await);
    let mut statuses = std::collections::BTreeMap::new();
    for _ in 0..4 {
        let reply = client.reply().await;
        statuses.insert(reply.parent.unwrap(), reply.content["status"].clone());
    }
    let statuses: Vec<_> = ids
        .iter()
        .map(|id| statuses[id].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["error", "aborted", "ok", "ok"]);
}

#[tokio::test]
async fn a_deleted_subshell_finishes_what_it_is_at() {
    let mut client = Client::start(Transport::TCP).await;
    let subshell = create(&mut client).await;
    let cell = |code: &str| json!({ "code": code });
    let running = cell("print started\nwait for interrupt");
    let first = send_to(&mut client, &subshell, "execute_request", running).await;
    while client.published().await.kind != "stream" {}
    let second = send_to(
        &mut client,
        &subshell,
        "execute_request",
        cell("print never"),
    )
    .await;
    // On another channel, messages may overtake each other: this one waits until that one is there.
    let id = client.send("kernel_info_request", json!({})).await;
    let deleted = json!({ "subshell_id": subshell });
    control(&mut client, "delete_subshell_request", deleted).await;
    control(&mut client, "interrupt_request", json!({})).await;
    let mut replies = std::collections::BTreeMap::new();
    for _ in 0..3 {
        let reply = client.reply().await;
        replies.insert(reply.parent.unwrap(), reply.content["status"].clone());
    }
    assert_eq!(replies[&first], "error");
    assert!(["aborted", "error"].contains(&replies[&second].as_str().unwrap()));
    assert_eq!(replies[&id], "ok");
}

#[tokio::test]
async fn what_belongs_on_control_is_refused() {
    let mut client = Client::start(Transport::TCP).await;
    let subshell = create(&mut client).await;
    for kind in ["shutdown_request", "create_subshell_request"] {
        send_to(&mut client, &subshell, kind, json!({})).await;
        let reply = client.reply().await;
        assert_eq!(reply.content["ename"], "BadRequest", "{}", reply.kind);
    }
    client.execute("value 1").await;
    assert_eq!(client.reply().await.content["status"], "ok");
}
