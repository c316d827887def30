//! The channel on which clients answer what cells ask.

use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::connection::{Connection, ConnectionError};
use super::iopub::IoPub;
use super::message::{Incoming, Outgoing, content};
use super::router::{self, Router};
use crate::session::Interrupts;

/// Asks clients.
#[derive(Clone)]
pub struct Asker {
    questions: UnboundedSender<Outgoing>,
}

impl Asker {
    /// Asks the client that sent `request`. The answer goes to the running cell.
    pub fn ask(&self, request: &Incoming, prompt: &str, password: bool) {
        let question = json!({ "prompt": prompt, "password": password });
        let question = request.reply(content("input_request", question));
        // The task on the other side lives as long as the kernel.
        let _ = self.questions.send(question);
    }
}

/// Listens.
pub async fn bind(
    connection: &Connection,
    iopub: IoPub,
    cells: Interrupts,
) -> Result<Asker, ConnectionError> {
    let router = router::bind(connection, connection.stdin(), "stdin").await?;
    let (questions, asked) = mpsc::unbounded_channel();
    tokio::spawn(serve(router, asked, iopub, cells));
    Ok(Asker { questions })
}

async fn serve(
    router: Router,
    mut questions: UnboundedReceiver<Outgoing>,
    iopub: IoPub,
    cells: Interrupts,
) {
    let Router {
        mut requests,
        replies,
    } = router;
    loop {
        tokio::select! {
            question = questions.recv() => {
                let Some(question) = question else { return };
                // What the cell has printed belongs in front of the question.
                iopub.flush().await;
                replies.send(question).await;
            }
            answer = requests.recv() => {
                let Some(answer) = answer else { return };
                let value = answer.content["value"].as_str();
                match (answer.header.msg_type.as_str(), value) {
                    ("input_reply", Some(value)) => cells.answer(Some(value.to_owned())),
                    // A client that cannot answer must not keep the cell waiting.
                    ("input_reply", None) => cells.answer(None),
                    (other, _) => tracing::warn!("stdin: nobody asked for {other}"),
                }
            }
        }
    }
}
