//! What those may try who do not know the session's key: raw bytes on its ports.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// A connection that has greeted as ZMTP 3.0 asks for: signature, version, mechanism, and what kind of socket it is.
async fn greeted(port: u16, kind: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut greeting = [0; 64];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting[12..16].copy_from_slice(b"NULL");
    stream.write_all(&greeting).await.unwrap();
    stream.read_exact(&mut [0; 64]).await.unwrap();
    let mut ready = b"\x05READY\x0bSocket-Type".to_vec();
    ready.extend((kind.len() as u32).to_be_bytes());
    ready.extend(kind.bytes());
    let mut command = vec![4, ready.len() as u8];
    command.extend(ready);
    stream.write_all(&command).await.unwrap();
    // The kernel's own.
    let mut start = [0; 2];
    stream.read_exact(&mut start).await.unwrap();
    let mut rest = vec![0; start[1] as usize];
    stream.read_exact(&mut rest).await.unwrap();
    stream
}

/// Whether the kernel hangs up.
async fn is_cut_off(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 1024];
    let until_end = async {
        loop {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, until_end).await.is_ok()
}

/// The beginning of a long frame: more follow, and it has `length` bytes.
fn announcement(length: u64) -> Vec<u8> {
    [&[3u8][..], &length.to_be_bytes()].concat()
}

async fn still_answers(client: &mut Client) {
    let id = client.execute("value 7").await;
    assert_eq!(client.reply().await.content["status"], "ok");
    assert_eq!(
        kinds(&client.published_for(&id).await),
        ["execute_input", "execute_result"]
    );
}

#[tokio::test]
async fn an_announced_frame_takes_no_memory_and_one_that_is_too_long_no_time() {
    let mut client = Client::start(Transport::TCP).await;
    let channels = [
        (client.info.shell_port, "DEALER"),
        (client.info.control_port, "DEALER"),
        (client.info.stdin_port, "DEALER"),
        (client.info.iopub_port, "SUB"),
        (client.info.hb_port, "REQ"),
    ];
    for (port, kind) in channels {
        for length in [1 << 30, 1 << 40, 1 << 62, u64::MAX] {
            let mut stream = greeted(port, kind).await;
            stream.write_all(&announcement(length)).await.unwrap();
            assert!(is_cut_off(&mut stream).await, "{kind} {length}");
        }
    }
    // As much as is allowed, a hundred times: were it reserved, it would be 25 GB.
    let mut waiting = Vec::new();
    for _ in 0..100 {
        let mut stream = greeted(client.info.shell_port, "DEALER").await;
        stream.write_all(&announcement(255 << 20)).await.unwrap();
        waiting.push(stream);
    }
    still_answers(&mut client).await;
}

#[tokio::test]
async fn a_message_of_endless_parts_is_cut_off() {
    let mut client = Client::start(Transport::TCP).await;
    // Two bytes each: more follow, and this one is empty.
    let parts = [1u8, 0].repeat(1 << 16);
    let mut stream = greeted(client.info.hb_port, "REQ").await;
    let flood = async { while stream.write_all(&parts).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, flood)
        .await
        .expect("the kernel hangs up");
    still_answers(&mut client).await;
}

#[tokio::test]
async fn a_connection_that_breaks_off_leaves_the_heartbeat_beating() {
    let mut client = Client::start(Transport::TCP).await;
    for end in [&[0u8, 9, b'x'][..], &[0, 1, b'x'], &[4, 2, 9, 9], &[2, 0]] {
        let mut stream = greeted(client.info.hb_port, "REQ").await;
        stream.write_all(end).await.unwrap();
    }
    let mut heart = create_client_heartbeat_connection(&client.info)
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, heart.single_heartbeat())
        .await
        .expect("the heart beats")
        .unwrap();
    still_answers(&mut client).await;
}

#[tokio::test]
async fn what_is_refused_is_counted_and_used_signatures_are_known_on_every_channel() {
    let mut client = Client::start(Transport::TCP).await;
    let message = outgoing(content("kernel_info_request", json!({})), None).message;
    client.shell.send(message.clone()).await.unwrap();
    assert_eq!(client.reply().await.kind, "kernel_info_reply");
    // The same message has the same signature where its session is the same, as it is here.
    client.control.send(message.clone()).await.unwrap();
    let other = outgoing(content("kernel_info_request", json!({})), None).message;
    let id = other.header.msg_id.clone();
    client.control.send(other).await.unwrap();
    let answer = seen(receive(&mut client.control).await);
    assert_eq!(answer.parent, Some(id), "the copy was not answered");
    client.control.mac = None;
    let unsigned = outgoing(content("shutdown_request", json!({"restart": false})), None).message;
    client.control.send(unsigned).await.unwrap();
    let counted = "0 with a wrong signature, 1 without one, 1 replayed, 0 malformed";
    let seen = async {
        while client.refusals.to_string() != counted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect(counted);
    still_answers(&mut client).await;
}
