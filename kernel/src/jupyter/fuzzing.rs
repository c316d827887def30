//! Messages as anybody may send them.

use std::mem::ManuallyDrop;

use bytes::Bytes;
use zeromq::{RouterSocket, Socket, ZmqMessage};

use super::message::{Incoming, Malformed};
use super::requests::{Request, character_of};

type Connection = jupyter_zmq_client::Connection<RouterSocket>;

// Never dropped: a socket wants to do so while other thread-locals live.
thread_local! {
    static OPEN: ManuallyDrop<Connection> = connection("");
    static SIGNED: ManuallyDrop<Connection> = connection("key");
}

fn connection(key: &str) -> ManuallyDrop<Connection> {
    ManuallyDrop::new(Connection::new(RouterSocket::new(), key, "session"))
}

/// Reads a message whose frames are the lines of `bytes`: once as in a session without a key, once in one with.
pub fn message(bytes: &[u8]) {
    let frames: Vec<Bytes> = bytes
        .split(|byte| *byte == b'\n')
        .map(Bytes::copy_from_slice)
        .collect();
    let Ok(frames) = ZmqMessage::try_from(frames) else {
        return;
    };
    match SIGNED.with(|signed| Incoming::parse(frames.clone(), signed)) {
        // Nobody guesses a signature.
        Ok(_) => panic!("a message without a signature was taken"),
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
    let incoming = match OPEN.with(|open| Incoming::parse(frames, open)) {
        Ok(incoming) => incoming,
        Err(problem) => {
            assert!(
                !matches!(problem, Malformed::Signature | Malformed::Unsigned),
                "{problem}"
            );
            return;
        }
    };
    assert!(incoming.signature.is_none());
    match Request::read(&incoming) {
        Ok(Request::Execute(request)) => {
            let silent = request.silent;
            let said = request.store_history;
            assert_eq!(
                request.into_session().store_history,
                said.unwrap_or(!silent)
            );
        }
        Ok(Request::Complete(cursor) | Request::Inspect(cursor)) => {
            let byte = cursor.byte();
            assert!(cursor.code.is_char_boundary(byte));
            if let Some(position) = cursor.cursor_pos {
                assert!(character_of(&cursor.code, byte) <= position);
            }
        }
        Ok(_) => {}
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
}
