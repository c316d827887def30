//! The main shell: one request after the other, and those between them that the [subshells](super::subshells) hand over.

use std::collections::VecDeque;
use std::time::Duration;

use jupyter_protocol::{InterruptReply, JupyterMessageContent};
use tokio::sync::mpsc::UnboundedReceiver;

use super::connection::Connection;
use super::control::shutdown_reply;
use super::info::KernelInfo;
use super::iopub::IoPub;
use super::message::{self, Incoming, RequestHeader};
use super::replies;
use super::requests::{self, Request};
use super::router::{Replies, Router, respond};
use super::stdin::Asker;
use super::subshells::Turn;
use crate::session::{self, Output, Session};

/// After an error: time for requests that a client has already sent to come out of the socket.
pub(super) const ARRIVAL: Duration = Duration::from_millis(10);

/// Serves the shell channel; owns the session.
pub struct Shell {
    requests: UnboundedReceiver<Incoming>,
    /// What subshells want to have done between two requests.
    turns: UnboundedReceiver<Turn>,
    replies: Replies,
    iopub: IoPub,
    session: Session,
    info: KernelInfo,
    connect: JupyterMessageContent,
    asker: Asker,
    /// The request to which what threads write between cells belongs: the last cell's.
    last_cell: Option<RequestHeader>,
    /// What clients sent while an earlier request was served, as far as it was looked at.
    early: VecDeque<Incoming>,
    /// What they had already sent when a cell failed.
    waiting: VecDeque<Incoming>,
    /// Whether a client has asked for the end.
    ending: bool,
}

/// What is done about a request.
pub(super) struct Answer {
    /// The reply, where one is expected.
    pub content: Option<JupyterMessageContent>,
    /// Whether cells that were sent by now are not to be run.
    pub stops: bool,
}

impl From<JupyterMessageContent> for Answer {
    fn from(content: JupyterMessageContent) -> Self {
        Some(content).into()
    }
}

impl From<Option<JupyterMessageContent>> for Answer {
    fn from(content: Option<JupyterMessageContent>) -> Self {
        Self {
            content,
            stops: false,
        }
    }
}

/// What the shell does next.
enum Next {
    Request(Incoming),
    Turn(Turn),
    End,
}

impl Shell {
    /// Serves `router` and `turns` with `session`.
    pub fn new(
        router: Router,
        turns: UnboundedReceiver<Turn>,
        iopub: IoPub,
        session: Session,
        info: KernelInfo,
        connection: &Connection,
        asker: Asker,
    ) -> Self {
        Self {
            requests: router.requests,
            turns,
            replies: router.replies,
            iopub,
            session,
            info,
            connect: replies::connect(connection),
            asker,
            last_cell: None,
            early: VecDeque::new(),
            waiting: VecDeque::new(),
            ending: false,
        }
    }

    /// Answers until a client asks for the end.
    pub async fn serve(mut self) {
        while !self.ending {
            match self.next().await {
                Next::Request(request) => {
                    self.serve_one(&request).await;
                    while let Some(request) = self.waiting.pop_front() {
                        self.serve_waiting(&request).await;
                    }
                }
                Next::Turn(turn) => {
                    if turn.begin() {
                        let answer = self.answer(turn.request()).await;
                        turn.end(answer);
                    }
                }
                Next::End => return,
            }
        }
    }

    /// What comes next; until then, what threads write is shown.
    async fn next(&mut self) -> Next {
        if let Ok(turn) = self.turns.try_recv() {
            return Next::Turn(turn);
        }
        if let Some(request) = self.early.pop_front() {
            return Next::Request(request);
        }
        let (iopub, parent) = (&self.iopub, self.last_cell.as_ref());
        let mut show = |output| iopub.show(output, parent);
        let next = tokio::select! {
            biased;
            Some(turn) = self.turns.recv() => Next::Turn(turn),
            request = self.requests.recv() => request.map_or(Next::End, Next::Request),
            () = self.session.background(&mut show) => Next::End,
        };
        self.session.flush(&mut show);
        next
    }

    /// The text of the next cell, if it was sent already.
    fn following(&mut self) -> Option<String> {
        while let Ok(request) = self.requests.try_recv() {
            self.early.push_back(request);
        }
        let mut cells = (self.early.iter()).filter(|it| it.header.msg_type == "execute_request");
        cells.find_map(|request| match Request::read(request) {
            Ok(Request::Execute(execute)) => Some(execute.into_session().code),
            _ => None,
        })
    }

    /// A cell that was sent before its client could know that an earlier one failed is not run; other requests
    /// are served.
    async fn serve_waiting(&mut self, request: &Incoming) {
        if request.header.msg_type != "execute_request" {
            return self.serve_one(request).await;
        }
        respond(
            &self.iopub,
            &self.replies,
            request,
            Some(replies::aborted()),
        )
        .await;
    }

    /// Answers one request, between busy and idle.
    async fn serve_one(&mut self, request: &Incoming) {
        self.iopub.busy(request);
        let answer = self.answer(request).await;
        if answer.stops {
            // Gathered before the reply: whatever comes after it was sent with the error in view.
            tokio::time::sleep(ARRIVAL).await;
            self.waiting.append(&mut self.early);
            while let Ok(request) = self.requests.try_recv() {
                self.waiting.push_back(request);
            }
        }
        // What was shown leaves first: a client that has its reply may stop listening.
        self.iopub.flush().await;
        if let Some(content) = answer.content {
            self.replies.send(request.reply(content)).await;
        }
        self.iopub.idle(request);
    }

    async fn answer(&mut self, request: &Incoming) -> Answer {
        let kind = &request.header.msg_type;
        let content = match Request::read(request) {
            Ok(Request::Execute(execute)) => return self.execute(request, execute).await,
            Ok(Request::Complete(at)) => {
                let found = self.session.complete(&at.code, at.byte()).await;
                replies::completions(&at.code, found)
            }
            Ok(Request::Inspect(at)) => {
                replies::inspection(self.session.inspect(&at.code, at.byte()).await)
            }
            Ok(Request::IsComplete(code)) => {
                replies::completeness(self.session.completeness(&code.code).await)
            }
            Ok(Request::History(request)) => {
                let found = self.session.history().find(replies::query(&request)).await;
                replies::history(found, &request)
            }
            Ok(Request::KernelInfo) => {
                message::content("kernel_info_reply", self.info.reply().await)
            }
            Ok(Request::CommInfo(wanted)) => replies::comms(&self.session.comms(), &wanted),
            Ok(Request::Comm(message)) => {
                let (iopub, parent) = (&self.iopub, Some(&request.header));
                let mut show = |output| iopub.show(output, parent);
                self.session.comm(message, &mut show).await;
                return None.into();
            }
            Ok(Request::Connect) => self.connect.clone(),
            // No cell runs while the shell answers.
            Ok(Request::Interrupt) => InterruptReply::new().into(),
            Ok(Request::Shutdown(shutdown)) => {
                let reply = shutdown_reply(shutdown.restart);
                self.iopub.publish(reply.clone(), Some(&request.header));
                self.ending = true;
                reply
            }
            Ok(Request::CreateSubshell | Request::DeleteSubshell(_) | Request::ListSubshells) => {
                return replies::failure(kind, &message::belongs(kind, "control")).into();
            }
            Err(problem) => {
                tracing::warn!("shell: {problem}");
                return replies::unreadable(kind, &problem).into();
            }
        };
        content.into()
    }

    async fn execute(&mut self, request: &Incoming, execute: requests::Execute) -> Answer {
        let stop_on_error = execute.stop_on_error;
        self.last_cell = Some(request.header.clone());
        let execute = session::Execute {
            next: self.following(),
            ..execute.into_session()
        };
        let (iopub, parent) = (&self.iopub, Some(&request.header));
        let asker = &self.asker;
        let mut show = |output| match output {
            Output::Ask { prompt, password } => asker.ask(request, &prompt, password),
            output => iopub.show(output, parent),
        };
        let executed = self.session.execute(execute, &mut show).await;
        Answer {
            stops: executed.reply.is_err() && stop_on_error,
            content: Some(replies::executed(executed)),
        }
    }
}
