//! Messages on the wire: frames, signatures, headers.

use std::ops::Deref;

use bytes::Bytes;
use jupyter_protocol::{Header, JupyterMessage, JupyterMessageContent};
use jupyter_zmq_client::{RawMessage, RuntimeError, connection::content::UnknownMessage};
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeromq::SocketSend;

use super::refusals::Signature;
use crate::engine::hex::hex;

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
    pub header: RequestHeader,
    /// What exactly, not yet looked at.
    pub content: Value,
    /// Binary data that came with it. As the protocol has it, the signature says nothing of these.
    pub buffers: Vec<Bytes>,
    /// No two messages have the same. `None` in a session without a key.
    pub signature: Option<Signature>,
}

/// The header of a request: what the protocol library knows of it, and the subshell that it is meant for.
#[derive(Debug, Clone, Deserialize)]
pub struct RequestHeader {
    #[serde(flatten)]
    header: Header,
    /// `None` for the main shell; clients write that as `null` or leave it out.
    #[serde(default)]
    pub subshell_id: Option<String>,
}

impl Deref for RequestHeader {
    type Target = Header;

    fn deref(&self) -> &Header {
        &self.header
    }
}

/// A message to clients.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// All but the following.
    pub message: JupyterMessage,
    /// The subshell that its parent was meant for.
    subshell_id: Option<String>,
}

impl Outgoing {
    /// The same for the clients with these addresses, or about this topic.
    pub fn to(mut self, identities: Vec<Bytes>) -> Self {
        self.message = self.message.with_zmq_identities(identities);
        self
    }

    /// The same with binary data.
    pub fn with_buffers(mut self, buffers: Vec<Bytes>) -> Self {
        self.message = self.message.with_buffers(buffers);
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// When the socket refuses it.
    pub async fn send<S: SocketSend>(
        self,
        to: &mut jupyter_zmq_client::Connection<S>,
    ) -> Result<(), RuntimeError> {
        match &self.subshell_id {
            None => to.send(self.message).await,
            Some(_) => {
                let frames = self.frames(to.mac.as_ref(), &to.session_id)?;
                Ok(to.socket.send(frames).await?)
            }
        }
    }

    /// What the protocol library would write, with the whole header of the parent.
    fn frames(
        self,
        key: Option<&hmac::Key>,
        session: &str,
    ) -> Result<zeromq::ZmqMessage, RuntimeError> {
        let mut message = self.message;
        message.header.session = session.to_owned();
        let mut parent = serde_json::to_value(&message.parent_header)?;
        if let (Some(parent), Some(id)) = (parent.as_object_mut(), self.subshell_id) {
            parent.insert("subshell_id".to_owned(), id.into());
        }
        let parts = [
            serde_json::to_vec(&message.header)?,
            serde_json::to_vec(&parent)?,
            serde_json::to_vec(&message.metadata)?,
            serde_json::to_vec(&message.content)?,
        ];
        let signature = key.map_or_else(String::new, |key| {
            let mut signed = hmac::Context::with_key(key);
            parts.iter().for_each(|part| signed.update(part));
            hex(signed.sign().as_ref())
        });
        let mut frames = message.zmq_identities;
        frames.extend([Bytes::from_static(DELIMITER), signature.into_bytes().into()]);
        frames.extend(parts.map(Bytes::from));
        frames.extend(message.buffers);
        zeromq::ZmqMessage::try_from(frames)
            .map_err(|error| RuntimeError::ZmqMessageError(error.to_string()))
    }
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
    pub fn reply(&self, content: impl Into<JupyterMessageContent>) -> Outgoing {
        outgoing(content, Some(&self.header)).to(self.identities.clone())
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
    parent: Option<&RequestHeader>,
) -> Outgoing {
    let mut message = JupyterMessage::new(content, None);
    message.header.username = "kernel".to_owned();
    message.header.version = PROTOCOL.to_owned();
    message.parent_header = parent.map(|parent| parent.header.clone());
    Outgoing {
        message,
        subshell_id: parent.and_then(|parent| parent.subshell_id.clone()),
    }
}

/// Tells that a request of type `kind` came on the wrong channel.
pub fn belongs(kind: &str, channel: &str) -> String {
    format!("{kind} belongs on the {channel} channel")
}

/// Content that the protocol library has no exact type for.
pub fn content(msg_type: &str, content: impl Serialize) -> JupyterMessageContent {
    JupyterMessageContent::UnknownMessage(UnknownMessage {
        msg_type: msg_type.to_owned(),
        content: serde_json::to_value(content).unwrap_or_default(),
    })
}
