//! The shell channel: one request after the other.

use std::collections::VecDeque;
use std::time::Duration;

use jupyter_protocol::{Header, InterruptReply, JupyterMessageContent};

use super::connection::Connection;
use super::control::shutdown_reply;
use super::info::KernelInfo;
use super::iopub::IoPub;
use super::message::{self, Incoming};
use super::replies;
use super::requests::{self, Request};
use super::router::Router;
use super::stdin::Asker;
use crate::session::{self, Output, Session};

/// After an error: time for requests that a client has already sent to come out of the socket.
const ARRIVAL: Duration = Duration::from_millis(10);

/// Serves the shell channel; owns the session.
pub struct Shell {
    router: Router,
    iopub: IoPub,
    session: Session,
    info: KernelInfo,
    connect: JupyterMessageContent,
    asker: Asker,
    /// The request to which what threads write between cells belongs: the last cell's.
    last_cell: Option<Header>,
    /// What clients sent while an earlier request was served, as far as it was looked at.
    early: VecDeque<Incoming>,
    /// What they had already sent when a cell failed.
    waiting: VecDeque<Incoming>,
    /// Whether a client has asked for the end.
    ending: bool,
}

impl Shell {
    /// Serves `router` with `session`.
    pub fn new(
        router: Router,
        iopub: IoPub,
        session: Session,
        info: KernelInfo,
        connection: &Connection,
        asker: Asker,
    ) -> Self {
        Self {
            router,
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
        while !self.ending
            && let Some(request) = self.next().await
        {
            self.serve_one(&request).await;
            while let Some(request) = self.waiting.pop_front() {
                self.serve_waiting(&request).await;
            }
        }
    }

    /// The next request; until it comes, what threads write is shown.
    async fn next(&mut self) -> Option<Incoming> {
        if let Some(request) = self.early.pop_front() {
            return Some(request);
        }
        let (iopub, parent) = (&self.iopub, self.last_cell.as_ref());
        let mut show = |output| iopub.show(output, parent);
        let request = tokio::select! {
            biased;
            request = self.router.requests.recv() => request,
            () = self.session.background(&mut show) => None,
        };
        self.session.flush(&mut show);
        request
    }

    /// The text of the next cell, if it was sent already.
    fn following(&mut self) -> Option<String> {
        while let Ok(request) = self.router.requests.try_recv() {
            self.early.push_back(request);
        }
        self.early.iter().find_map(|request| {
            match Request::read(&request.header.msg_type, &request.content) {
                Ok(Request::Execute(execute)) => Some(execute.into_session().code),
                _ => None,
            }
        })
    }

    /// A cell that was sent before its client could know that an earlier one failed is not run; other requests
    /// are served.
    async fn serve_waiting(&mut self, request: &Incoming) {
        if request.header.msg_type != "execute_request" {
            return self.serve_one(request).await;
        }
        self.iopub.busy(request);
        let reply = request.reply(replies::aborted());
        self.router.replies.send(reply).await;
        self.iopub.idle(request);
    }

    /// Answers one request, between busy and idle.
    async fn serve_one(&mut self, request: &Incoming) {
        self.iopub.busy(request);
        let content = self.answer(request).await;
        // What was shown leaves first: a client that has its reply may stop listening.
        self.iopub.flush().await;
        if let Some(content) = content {
            self.router.replies.send(request.reply(content)).await;
        }
        self.iopub.idle(request);
    }

    /// The reply, where one is expected.
    async fn answer(&mut self, request: &Incoming) -> Option<JupyterMessageContent> {
        let kind = &request.header.msg_type;
        let content = match Request::read(kind, &request.content) {
            Ok(Request::Execute(execute)) => self.execute(request, execute).await,
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
            Ok(Request::CommInfo(wanted)) => replies::comms(self.session.comms(), &wanted),
            Ok(Request::Comm(mut message)) => {
                message.buffers = request.buffers.iter().map(|it| it.to_vec()).collect();
                let (iopub, parent) = (&self.iopub, Some(&request.header));
                let mut show = |output| iopub.show(output, parent);
                self.session.comm(message, &mut show).await;
                return None;
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
            Err(problem) => {
                tracing::warn!("shell: {problem}");
                return replies::unreadable(kind, &problem);
            }
        };
        Some(content)
    }

    async fn execute(
        &mut self,
        request: &Incoming,
        execute: requests::Execute,
    ) -> JupyterMessageContent {
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
        if executed.reply.is_err() && stop_on_error {
            // Gathered before the reply: whatever comes after it was sent with the error in view.
            tokio::time::sleep(ARRIVAL).await;
            self.waiting.append(&mut self.early);
            while let Ok(request) = self.router.requests.try_recv() {
                self.waiting.push_back(request);
            }
        }
        replies::executed(executed)
    }
}
