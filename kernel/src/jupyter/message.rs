//! Messages on the wire: frames, signatures, headers.

use bytes::Bytes;
use jupyter_protocol::{Header, JupyterMessage, JupyterMessageContent};
use jupyter_zmq_client::{RawMessage, RuntimeError, connection::content::UnknownMessage};
use serde::Serialize;
use serde_json::Value;

use super::refusals::Signature;

/// The version of the messaging protocol that is spoken here.
pub const PROTOCOL: &str = "5.4";

/// What stands between the addresses and the message.
const DELIMITER: &[u8] = b"<IDS|MSG>";

/// A message from a client whose signature was right.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Where a reply has to go.
    pub identities: Vec<Bytes>,
    /// Who asks, and what.
    pub header: Header,
    /// What exactly, not yet looked at.
    pub content: Value,
    /// Binary data that came with it. As the protocol has it, the signature says nothing of these.
    pub buffers: Vec<Bytes>,
    /// No two messages have the same. `None` in a session without a key.
    pub signature: Option<Signature>,
}

/// Why a message cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// The frames are not those of a Jupyter message.
    #[error("its frames are not those of a Jupyter message ({0})")]
    Frames(&'static str),
    /// It was not signed with the session's key.
    #[error("its signature is wrong")]
    Signature,
    /// It was not signed at all.
    #[error("it is not signed")]
    Unsigned,
    /// A message with this signature came before.
    #[error("it is a copy of an earlier one")]
    Replayed,
    /// A part is not what it has to be.
    #[error("its {part} is not valid: {source}")]
    Part {
        /// Which part.
        part: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

impl Incoming {
    /// Takes a message apart; `connection` knows the key. Signatures are compared in constant time.
    pub fn parse<S>(
        frames: zeromq::ZmqMessage,
        connection: &jupyter_zmq_client::Connection<S>,
    ) -> Result<Self, Malformed> {
        let mut parts = frames.iter().skip_while(|part| part[..] != DELIMITER[..]);
        let signature = parts.nth(1).cloned().unwrap_or_default();
        let raw =
            RawMessage::from_multipart(frames, &connection.mac).map_err(|error| match error {
                RuntimeError::MissingDelimiter => Malformed::Frames("no delimiter"),
                RuntimeError::MissingHmac => Malformed::Frames("no signature"),
                RuntimeError::InsufficientMessageParts(_) => Malformed::Frames("too few parts"),
                _ if signature.is_empty() => Malformed::Unsigned,
                _ => Malformed::Signature,
            })?;
        let [header, _parent, _metadata, content, buffers @ ..] = raw.jparts.as_slice() else {
            return Err(Malformed::Frames("too few parts"));
        };
        let part = |part| move |source| Malformed::Part { part, source };
        Ok(Self {
            header: serde_json::from_slice(header).map_err(part("header"))?,
            content: serde_json::from_slice(content).map_err(part("content"))?,
            buffers: buffers.to_vec(),
            identities: raw.zmq_identities,
            signature: connection.mac.is_some().then(|| digest(&signature)),
        })
    }

    /// A message to the client that sent this one.
    pub fn reply(&self, content: impl Into<JupyterMessageContent>) -> JupyterMessage {
        outgoing(content, Some(&self.header)).with_zmq_identities(self.identities.clone())
    }
}

/// The bytes of a signature that was found to be right: 64 hexadecimal digits.
fn digest(digits: &[u8]) -> Signature {
    let value = |digit: u8| (digit as char).to_digit(16).unwrap_or_default() as u8;
    let mut digest = Signature::default();
    for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
        *byte = pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit));
    }
    digest
}

/// A message that `parent` caused.
pub fn outgoing(
    content: impl Into<JupyterMessageContent>,
    parent: Option<&Header>,
) -> JupyterMessage {
    let mut message = JupyterMessage::new(content, None);
    message.header.username = "kernel".to_owned();
    message.header.version = PROTOCOL.to_owned();
    message.parent_header = parent.cloned();
    message
}

/// Content that the protocol library has no exact type for.
pub fn content(msg_type: &str, content: impl Serialize) -> JupyterMessageContent {
    JupyterMessageContent::UnknownMessage(UnknownMessage {
        msg_type: msg_type.to_owned(),
        content: serde_json::to_value(content).unwrap_or_default(),
    })
}
