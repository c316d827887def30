//! Messages on a socket: four bytes of length, little-endian, then JSON.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest message between kernel and runtime is one that a client sends on a comm: its bytes, which may be 256 MiB,
/// grow by a third on the way. More is a broken stream.
const LONGEST: usize = 384 << 20;

/// Writes one message.
///
/// # Errors
/// When the other side is gone.
pub fn send<T: Serialize>(mut to: impl Write, message: &T) -> io::Result<()> {
    to.write_all(&encode(message)?)
}

/// One message as it travels.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let body = serde_json::to_vec(message)?;
    let mut bytes = Vec::with_capacity(body.len() + 4);
    bytes.extend_from_slice(
        &u32::try_from(body.len())
            .map_err(io::Error::other)?
            .to_le_bytes(),
    );
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// Reads one message; `None` at the end of the stream.
///
/// # Errors
/// When the stream breaks off inside a message or holds something else.
pub fn receive<T: DeserializeOwned>(mut from: impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut body = vec![0; body_length(length)?];
    from.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

/// How many bytes follow these four.
///
/// # Errors
/// When it is more than any message has.
pub fn body_length(prefix: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_le_bytes(prefix) as usize;
    if length > LONGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a message of {length} bytes"),
        ));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{self, Request, SlotId};

    #[test]
    fn a_message_survives_the_way() {
        let drop = protocol::Drop {
            run: 3,
            slots: vec![SlotId(7)],
        };
        let bytes = encode(&Request::Drop(drop)).unwrap();
        let back: Option<Request> = receive(bytes.as_slice()).unwrap();
        assert!(matches!(back, Some(Request::Drop(drop)) if drop.slots == [SlotId(7)]));
    }

    #[test]
    fn the_end_between_messages_is_no_error() {
        assert!(receive::<Request>([].as_slice()).unwrap().is_none());
        assert!(receive::<Request>([9, 0, 0, 0, b'"'].as_slice()).is_err());
    }
}
