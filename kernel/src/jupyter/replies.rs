//! The content of replies that are more than a line.

use std::collections::BTreeMap;

use jupyter_protocol::{IsCompleteReply, JupyterMessageContent};
use serde_json::{Map, Value, json};

use super::connection::Connection;
use super::message::content;
use super::requests::{CommInfo, HistoryAccess, HistoryRequest, Unreadable, character_of};
use crate::engine::{CellError, Completeness, Completions, MimeBundle};
use crate::session::Executed;
use crate::session::history::{Found, Query};

/// `execute_reply` of a cell that was run.
pub fn executed(executed: Executed) -> JupyterMessageContent {
    let mut payload = executed.payload;
    if executed.leave {
        payload.push(json!({ "source": "ask_exit", "keepkernel": false }));
    }
    let mut reply = match executed.reply {
        Ok(()) => json!({
            "status": "ok",
            "payload": payload,
            "user_expressions": user_expressions(executed.user_expressions),
        }),
        Err(error) => error_value(error),
    };
    reply["execution_count"] = json!(executed.count);
    content("execute_reply", reply)
}

/// `execute_reply` of a cell that was not run because one before it failed.
pub fn aborted() -> JupyterMessageContent {
    content("execute_reply", json!({ "status": "aborted" }))
}

fn user_expressions(values: BTreeMap<String, Result<MimeBundle, CellError>>) -> Value {
    let value = |value| match value {
        Ok(data) => json!({ "status": "ok", "data": Value::Object(data), "metadata": {} }),
        Err(error) => error_value(error),
    };
    values
        .into_iter()
        .map(|(name, outcome)| (name, value(outcome)))
        .collect::<Map<_, _>>()
        .into()
}

fn error_value(error: CellError) -> Value {
    json!({
        "status": "error",
        "ename": error.ename,
        "evalue": error.evalue,
        "traceback": error.traceback,
    })
}

/// `complete_reply`; positions count characters, types are told as JupyterLab expects them.
pub fn completions(code: &str, found: Completions) -> JupyterMessageContent {
    let start = character_of(code, found.start);
    let end = character_of(code, found.end);
    let types: Vec<Value> = found
        .items
        .iter()
        .map(|item| {
            let mut described =
                json!({ "start": start, "end": end, "text": item.text, "type": item.kind });
            if let Some(signature) = &item.signature {
                described["signature"] = json!(signature);
            }
            described
        })
        .collect();
    let matches: Vec<String> = found.items.into_iter().map(|item| item.text).collect();
    content(
        "complete_reply",
        json!({
            "status": "ok",
            "matches": matches,
            "cursor_start": start,
            "cursor_end": end,
            "metadata": { "_jupyter_types_experimental": types },
        }),
    )
}

/// `inspect_reply`
pub fn inspection(found: Option<MimeBundle>) -> JupyterMessageContent {
    content(
        "inspect_reply",
        json!({
            "status": "ok",
            "found": found.is_some(),
            "data": Value::Object(found.unwrap_or_default()),
            "metadata": {},
        }),
    )
}

/// `is_complete_reply`; without an engine nobody knows.
pub fn completeness(answer: Option<Completeness>) -> JupyterMessageContent {
    match answer {
        None => IsCompleteReply::unknown(),
        Some(Completeness::Complete) => IsCompleteReply::complete(),
        Some(Completeness::Invalid) => IsCompleteReply::invalid(),
        Some(Completeness::Incomplete { indent }) => IsCompleteReply::incomplete(indent),
    }
    .into()
}

/// What a `history_request` looks for.
pub fn query(request: &HistoryRequest) -> Query {
    match request.hist_access_type {
        HistoryAccess::Tail => Query::Tail(request.n.unwrap_or(10)),
        HistoryAccess::Range => Query::Range {
            session: request.session,
            start: request.start,
            // Zero, as IPython reads it, means up to the end.
            stop: request.stop.filter(|stop| *stop != 0),
        },
        HistoryAccess::Search => Query::Search {
            pattern: request.pattern.clone().unwrap_or_else(|| "*".to_owned()),
            unique: request.unique,
            n: request.n,
        },
    }
}

/// `history_reply`
pub fn history(found: Vec<Found>, request: &HistoryRequest) -> JupyterMessageContent {
    let entries: Vec<Value> = found
        .into_iter()
        .map(|Found { session, entry }| {
            if request.output {
                json!([session, entry.line, [entry.input, entry.output]])
            } else {
                json!([session, entry.line, entry.input])
            }
        })
        .collect();
    content(
        "history_reply",
        json!({ "status": "ok", "history": entries }),
    )
}

/// `comm_info_reply`
pub fn comms(open: &BTreeMap<String, String>, wanted: &CommInfo) -> JupyterMessageContent {
    let wanted = |target: &String| wanted.target_name.as_ref().is_none_or(|it| it == target);
    let comms: Map<String, Value> = open
        .iter()
        .filter(|(_, target)| wanted(target))
        .map(|(id, target)| (id.clone(), json!({ "target_name": target })))
        .collect();
    content("comm_info_reply", json!({ "status": "ok", "comms": comms }))
}

/// `connect_reply`
pub fn connect(connection: &Connection) -> JupyterMessageContent {
    let info = connection.info();
    content(
        "connect_reply",
        json!({
            "status": "ok",
            "shell_port": info.shell_port,
            "iopub_port": info.iopub_port,
            "stdin_port": info.stdin_port,
            "control_port": info.control_port,
            "hb_port": info.hb_port,
        }),
    )
}

/// `create_subshell_reply`
pub fn subshell_created(id: &str) -> JupyterMessageContent {
    let created = json!({ "status": "ok", "subshell_id": id });
    content("create_subshell_reply", created)
}

/// `delete_subshell_reply`, whether it was there or not.
pub fn subshell_deleted(id: &str, was_there: bool) -> JupyterMessageContent {
    let deleted = match was_there {
        true => json!({ "status": "ok" }),
        false => error_value(no_subshell(id)),
    };
    content("delete_subshell_reply", deleted)
}

/// `list_subshell_reply`
pub fn subshells(ids: &[String]) -> JupyterMessageContent {
    let list = json!({ "status": "ok", "subshell_id": ids });
    content("list_subshell_reply", list)
}

/// The reply to a request of type `kind` to a subshell that is not there; `None` where `kind` expects none.
pub fn to_no_subshell(kind: &str, id: &str) -> Option<JupyterMessageContent> {
    let reply = reply_to(kind)?;
    Some(content(&reply, error_value(no_subshell(id))))
}

fn no_subshell(id: &str) -> CellError {
    CellError::plain("NoSuchSubshell", &format!("there is no subshell `{id}`"))
}

/// The reply to a request of type `kind` that could not be served, so that its client does not wait for ever;
/// `None` where `kind` expects no reply.
pub fn failure(kind: &str, problem: &str) -> Option<JupyterMessageContent> {
    let problem = CellError::plain("BadRequest", problem);
    Some(content(&reply_to(kind)?, error_value(problem)))
}

/// What a request of type `kind` is answered with.
fn reply_to(kind: &str) -> Option<String> {
    Some(format!("{}_reply", kind.strip_suffix("_request")?))
}

/// The same for a message that could not be read; nobody knows the reply to an unknown one.
pub fn unreadable(kind: &str, problem: &Unreadable) -> Option<JupyterMessageContent> {
    match problem {
        Unreadable::Unknown(_) => None,
        Unreadable::Content { .. } => failure(kind, &problem.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CellId, Completion};
    use crate::session::history::Entry;

    fn value(content: JupyterMessageContent) -> Value {
        serde_json::to_value(content).unwrap()
    }

    #[test]
    fn completions_count_characters() {
        let found = Completions {
            start: 2,
            end: 3,
            items: vec![Completion {
                text: "xs".to_owned(),
                kind: "instance",
                signature: None,
            }],
        };
        let reply = value(completions("éx", found));
        assert_eq!(
            (&reply["cursor_start"], &reply["cursor_end"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(reply["matches"], json!(["xs"]));
        assert_eq!(
            reply["metadata"]["_jupyter_types_experimental"],
            json!([{"start": 1, "end": 2, "text": "xs", "type": "instance"}])
        );
    }

    #[test]
    fn a_failed_cell_keeps_its_number() {
        let reply = value(executed(Executed {
            count: CellId(3),
            reply: Err(CellError::plain("panic", "oh")),
            leave: false,
            payload: Vec::new(),
            user_expressions: BTreeMap::new(),
        }));
        assert_eq!(reply["status"], "error");
        assert_eq!(reply["execution_count"], 3);
        assert_eq!(reply["ename"], "panic");
    }

    #[test]
    fn history_with_outputs_is_nested() {
        let found = vec![Found {
            session: 4,
            entry: Entry {
                line: 1,
                input: "1 + 1".to_owned(),
                output: Some("2".to_owned()),
            },
        }];
        let request = |output| HistoryRequest {
            hist_access_type: HistoryAccess::Tail,
            output,
            session: 0,
            start: 0,
            stop: None,
            n: Some(1),
            pattern: None,
            unique: false,
        };
        assert_eq!(
            value(history(found.clone(), &request(false)))["history"],
            json!([[4, 1, "1 + 1"]])
        );
        assert_eq!(
            value(history(found, &request(true)))["history"],
            json!([[4, 1, ["1 + 1", "2"]]])
        );
    }

    #[test]
    fn comms_are_told_by_target() {
        let open = BTreeMap::from([
            ("1".to_owned(), "a".to_owned()),
            ("2".to_owned(), "b".to_owned()),
        ]);
        let only = |target: Option<&str>| CommInfo {
            target_name: target.map(str::to_owned),
        };
        let all = value(comms(&open, &only(None)));
        assert_eq!(all["comms"]["2"]["target_name"], "b");
        assert_eq!(
            value(comms(&open, &only(Some("a"))))["comms"],
            json!({"1": {"target_name": "a"}})
        );
    }

    #[test]
    fn only_requests_have_replies() {
        assert_eq!(
            failure("complete_request", "x").unwrap().message_type(),
            "complete_reply"
        );
        assert!(failure("comm_msg", "x").is_none());
    }
}
