//! What clients ask, read generously: a field that is missing has the protocol's default.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::message::Incoming;
use crate::engine::{CommKind, CommMessage};

/// A request, or a message that needs no answer.
#[derive(Debug)]
pub enum Request {
    /// Run a cell.
    Execute(Execute),
    /// What could stand here?
    Complete(Cursor),
    /// What is this?
    Inspect(Cursor),
    /// Is this a whole cell?
    IsComplete(Code),
    /// Which cells were run?
    History(HistoryRequest),
    /// Who are you?
    KernelInfo,
    /// Which comms are open?
    CommInfo(CommInfo),
    /// A client opens a comm, speaks on it or closes it.
    Comm(CommMessage),
    /// Where are the other channels?
    Connect,
    /// Stop the running cell.
    Interrupt,
    /// End.
    Shutdown(Shutdown),
    /// Another line of requests, beside the main shell's.
    CreateSubshell,
    /// No more of one.
    DeleteSubshell(Subshell),
    /// Which are there?
    ListSubshells,
}

/// Why a message is not one of those.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A type that is not known here.
    #[error("unknown message type `{0}`")]
    Unknown(String),
    /// A known type with the wrong content.
    #[error("the content of this {kind} is not valid: {source}")]
    Content {
        /// The message's type.
        kind: String,
        /// What is wrong.
        source: serde_json::Error,
    },
}

/// `execute_request`
#[derive(Debug, Deserialize)]
pub struct Execute {
    pub code: String,
    #[serde(default)]
    pub silent: bool,
    pub store_history: Option<bool>,
    #[serde(default)]
    pub user_expressions: Option<BTreeMap<String, String>>,
    #[serde(default = "yes")]
    pub stop_on_error: bool,
    #[serde(default = "yes")]
    pub allow_stdin: bool,
}

/// `complete_request` and `inspect_request`; the position counts characters.
#[derive(Debug, Deserialize)]
pub struct Cursor {
    pub code: String,
    pub cursor_pos: Option<usize>,
}

/// `is_complete_request`
#[derive(Debug, Deserialize)]
pub struct Code {
    pub code: String,
}

/// `history_request`
#[derive(Debug, Deserialize)]
pub struct HistoryRequest {
    #[serde(default)]
    pub hist_access_type: HistoryAccess,
    #[serde(default)]
    pub output: bool,
    #[serde(default)]
    pub session: i64,
    #[serde(default)]
    pub start: i64,
    pub stop: Option<i64>,
    pub n: Option<usize>,
    pub pattern: Option<String>,
    #[serde(default)]
    pub unique: bool,
}

/// How a client looks for cells.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryAccess {
    /// By their numbers.
    #[default]
    Range,
    /// The last ones.
    Tail,
    /// By their text.
    Search,
}

/// The part that all messages about a comm have.
#[derive(Debug, Deserialize)]
struct Comm {
    comm_id: String,
    #[serde(default)]
    target_name: String,
    #[serde(default)]
    data: Value,
}

/// `comm_info_request`
#[derive(Debug, Deserialize)]
pub struct CommInfo {
    /// Only comms to this target.
    pub target_name: Option<String>,
}

/// `shutdown_request`
#[derive(Debug, Deserialize)]
pub struct Shutdown {
    #[serde(default)]
    pub restart: bool,
}

/// `delete_subshell_request`
#[derive(Debug, Deserialize)]
pub struct Subshell {
    /// Which.
    pub subshell_id: String,
}

fn yes() -> bool {
    true
}

impl Request {
    /// Reads a message.
    pub fn read(message: &Incoming) -> Result<Self, Unreadable> {
        let mut request = Self::read_content(&message.header.msg_type, &message.content)?;
        if let Self::Comm(comm) = &mut request {
            comm.buffers = message.buffers.iter().map(|it| it.to_vec()).collect();
        }
        Ok(request)
    }

    /// Reads the content of a message of type `kind`.
    fn read_content(kind: &str, content: &Value) -> Result<Self, Unreadable> {
        fn typed<T: for<'a> Deserialize<'a>>(kind: &str, content: &Value) -> Result<T, Unreadable> {
            T::deserialize(content).map_err(|source| Unreadable::Content {
                kind: kind.to_owned(),
                source,
            })
        }
        let comm = |place| {
            let comm: Comm = typed(kind, content)?;
            Ok(CommMessage {
                kind: place,
                id: comm.comm_id,
                target: comm.target_name,
                data: comm.data,
                buffers: Vec::new(),
            })
        };
        Ok(match kind {
            "execute_request" => Self::Execute(typed(kind, content)?),
            "complete_request" => Self::Complete(typed(kind, content)?),
            "inspect_request" => Self::Inspect(typed(kind, content)?),
            "is_complete_request" => Self::IsComplete(typed(kind, content)?),
            "history_request" => Self::History(typed(kind, content)?),
            "kernel_info_request" => Self::KernelInfo,
            "comm_info_request" => Self::CommInfo(typed(kind, content)?),
            "comm_open" => Self::Comm(comm(CommKind::Open)?),
            "comm_msg" => Self::Comm(comm(CommKind::Message)?),
            "comm_close" => Self::Comm(comm(CommKind::Close)?),
            "connect_request" => Self::Connect,
            "interrupt_request" => Self::Interrupt,
            "shutdown_request" => Self::Shutdown(typed(kind, content)?),
            "create_subshell_request" => Self::CreateSubshell,
            "delete_subshell_request" => Self::DeleteSubshell(typed(kind, content)?),
            "list_subshell_request" => Self::ListSubshells,
            other => return Err(Unreadable::Unknown(other.to_owned())),
        })
    }
}

impl Execute {
    /// As the session takes it.
    pub fn into_session(self) -> crate::session::Execute {
        crate::session::Execute {
            code: self.code,
            silent: self.silent,
            store_history: self.store_history.unwrap_or(!self.silent),
            allow_stdin: self.allow_stdin,
            user_expressions: self.user_expressions.unwrap_or_default(),
            next: None,
        }
    }
}

impl Cursor {
    /// The position in bytes; the end of the code where the client named none or one beyond it.
    pub fn byte(&self) -> usize {
        match self.cursor_pos {
            Some(position) => byte_of(&self.code, position),
            None => self.code.len(),
        }
    }
}

/// The byte at which character `position` of `code` begins.
pub fn byte_of(code: &str, position: usize) -> usize {
    code.char_indices()
        .nth(position)
        .map_or(code.len(), |(byte, _)| byte)
}

/// How many characters stand before `byte` of `code`.
pub fn character_of(code: &str, byte: usize) -> usize {
    code.char_indices().take_while(|(at, _)| *at < byte).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn missing_fields_have_the_protocols_defaults() {
        let Request::Execute(execute) =
            Request::read_content("execute_request", &json!({"code": "1"})).unwrap()
        else {
            panic!("not an execute request");
        };
        assert!(execute.stop_on_error && !execute.silent);
        assert!(execute.into_session().store_history);
        let silent = json!({"code": "1", "silent": true, "user_expressions": null});
        let Request::Execute(execute) = Request::read_content("execute_request", &silent).unwrap()
        else {
            panic!("not an execute request");
        };
        assert!(!execute.into_session().store_history);
        assert!(
            Request::read_content("history_request", &json!({"hist_access_type": "tail"})).is_ok()
        );
    }

    #[test]
    fn wrong_messages_are_named() {
        let unknown = Request::read_content("dance_request", &json!({})).unwrap_err();
        assert_eq!(unknown.to_string(), "unknown message type `dance_request`");
        let wrong = Request::read_content("execute_request", &json!({"code": 7})).unwrap_err();
        assert!(
            wrong
                .to_string()
                .starts_with("the content of this execute_request is not valid")
        );
        assert!(Request::read_content("execute_request", &json!([])).is_err());
    }

    #[test]
    fn positions_count_characters() {
        let code = "é𝄞x";
        for (character, byte) in [(0, 0), (1, 2), (2, 6), (3, 7)] {
            assert_eq!(byte_of(code, character), byte);
            assert_eq!(character_of(code, byte), character);
        }
        assert_eq!(byte_of(code, 99), code.len());
        assert_eq!(character_of(code, 99), 3);
    }
}
