//! The control channel: what must be answered while a cell runs.

use jupyter_protocol::{InterruptReply, JupyterMessageContent, ReplyStatus, ShutdownReply};
use tokio::sync::mpsc::UnboundedSender;

use super::connection::Connection;
use super::info::KernelInfo;
use super::iopub::IoPub;
use super::lifecycle::End;
use super::message::{self, Incoming};
use super::replies;
use super::requests::Request;
use super::router::Router;
use super::subshells::Subshells;
use crate::session::Interrupts;

/// Serves the control channel.
pub struct Control {
    router: Router,
    iopub: IoPub,
    interrupts: Interrupts,
    info: KernelInfo,
    connect: JupyterMessageContent,
    subshells: Subshells,
    end: UnboundedSender<End>,
}

impl Control {
    /// Serves `router`.
    pub fn new(
        router: Router,
        iopub: IoPub,
        interrupts: Interrupts,
        info: KernelInfo,
        connection: &Connection,
        subshells: Subshells,
        end: UnboundedSender<End>,
    ) -> Self {
        Self {
            router,
            iopub,
            interrupts,
            info,
            connect: replies::connect(connection),
            subshells,
            end,
        }
    }

    /// Answers for ever.
    pub async fn serve(mut self) {
        while let Some(request) = self.router.requests.recv().await {
            self.iopub.busy(&request);
            let shutdown = self.answer(&request).await;
            self.iopub.idle(&request);
            if shutdown {
                self.iopub.flush().await;
                let _ = self.end.send(End::Asked);
            }
        }
    }

    /// Whether the kernel is to end afterwards.
    async fn answer(&mut self, request: &Incoming) -> bool {
        let kind = &request.header.msg_type;
        let content = match Request::read(request) {
            Ok(Request::Interrupt) => {
                self.interrupts.interrupt();
                InterruptReply::new().into()
            }
            Ok(Request::Shutdown(shutdown)) => {
                let reply = shutdown_reply(shutdown.restart);
                self.iopub.publish(reply.clone(), Some(&request.header));
                self.router.replies.send(request.reply(reply)).await;
                return true;
            }
            Ok(Request::KernelInfo) => {
                message::content("kernel_info_reply", self.info.reply().await)
            }
            Ok(Request::Connect) => self.connect.clone(),
            Ok(Request::CreateSubshell) => replies::subshell_created(&self.subshells.create()),
            Ok(Request::DeleteSubshell(which)) => replies::subshell_deleted(
                &which.subshell_id,
                self.subshells.delete(&which.subshell_id),
            ),
            Ok(Request::ListSubshells) => replies::subshells(&self.subshells.list()),
            Ok(_) => {
                let problem = message::belongs(kind, "shell");
                tracing::warn!("control: {problem}");
                match replies::failure(kind, &problem) {
                    Some(content) => content,
                    None => return false,
                }
            }
            Err(problem) => {
                tracing::warn!("control: {problem}");
                match replies::unreadable(kind, &problem) {
                    Some(content) => content,
                    None => return false,
                }
            }
        };
        self.router.replies.send(request.reply(content)).await;
        false
    }
}

/// The answer to a client that asks the kernel to end.
pub fn shutdown_reply(restart: bool) -> JupyterMessageContent {
    ShutdownReply {
        restart,
        status: ReplyStatus::Ok,
        error: None,
    }
    .into()
}
