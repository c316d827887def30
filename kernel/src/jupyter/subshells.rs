//! Subshells (Jupyter's enhancement proposal 91): lines of requests beside the main shell's, each in its own order.
//!
//! The variables are one set, which a running cell works with. So a cell that comes through a subshell is handed to the
//! main [shell](super::shell), which runs it between two of its own requests: at once if no cell runs, after that one
//! otherwise. Whatever else is asked is answered while a cell runs, from what the session knew when that began; messages
//! on comms are handled by a thread beside the cell. An error stops only those that wait in the same line.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jupyter_protocol::JupyterMessageContent;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::AbortOnDrop;
use super::info::KernelInfo;
use super::iopub::IoPub;
use super::message::{self, Incoming};
use super::replies;
use super::requests::Request;
use super::router::{Replies, Router, respond};
use super::shell::{ARRIVAL, Answer};
use crate::engine::Aside;
use crate::session::Beside;

/// What every subshell works with.
#[derive(Clone)]
pub struct Means {
    /// To the main shell.
    pub turns: UnboundedSender<Turn>,
    /// To the session while a cell runs.
    pub beside: Beside,
    /// To everyone.
    pub iopub: IoPub,
    /// To those who ask.
    pub replies: Replies,
    /// About the kernel.
    pub info: KernelInfo,
    /// The answer to `connect_request`.
    pub connect: JupyterMessageContent,
}

/// The subshells of a kernel. Clones are the same; all end with the last one.
#[derive(Clone)]
pub struct Subshells(Arc<Shared>);

struct Shared {
    means: Means,
    lines: Mutex<BTreeMap<String, Line>>,
}

/// One of them, from outside.
struct Line {
    requests: UnboundedSender<Incoming>,
    /// Whether it is there only until it has finished what it is at.
    deleted: Arc<AtomicBool>,
    task: AbortOnDrop,
}

impl Subshells {
    /// None yet.
    pub fn new(means: Means) -> Self {
        let lines = Mutex::default();
        Self(Arc::new(Shared { means, lines }))
    }

    /// A new one; returns its id.
    pub fn create(&self) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let (sender, requests) = unbounded_channel();
        let deleted = Arc::new(AtomicBool::new(false));
        let subshell = Subshell {
            requests,
            deleted: deleted.clone(),
            means: self.0.means.clone(),
        };
        let task = tokio::spawn(subshell.serve());
        let line = Line {
            requests: sender,
            deleted,
            task: AbortOnDrop(task),
        };
        self.lines().insert(id.clone(), line);
        id
    }

    /// Takes no more requests for `id`. It finishes the one that it is at, and runs no cell that waits behind that.
    /// Returns whether it was there.
    pub fn delete(&self, id: &str) -> bool {
        let Some(line) = self.lines().remove(id) else {
            return false;
        };
        line.deleted.store(true, Ordering::SeqCst);
        // The task ends by itself, now that nobody can send it anything.
        let Line { requests, task, .. } = line;
        drop(requests);
        tokio::spawn(task.ended());
        true
    }

    /// Their ids.
    pub fn list(&self) -> Vec<String> {
        self.lines().keys().cloned().collect()
    }

    /// Takes the requests for subshells out of what comes on the shell channel. The router that is returned is the main
    /// shell's.
    pub fn divide(&self, router: Router) -> (Router, AbortOnDrop) {
        let (main, requests) = unbounded_channel();
        let Router {
            requests: mut all,
            replies,
        } = router;
        let subshells = self.clone();
        let divide = async move {
            while let Some(request) = all.recv().await {
                let Some(request) = subshells.take(request).await else {
                    continue;
                };
                if main.send(request).is_err() {
                    return;
                }
            }
        };
        let task = AbortOnDrop(tokio::spawn(divide));
        (Router { requests, replies }, task)
    }

    /// Gives a request to the subshell that it is for; one for the main shell comes back.
    async fn take(&self, request: Incoming) -> Option<Incoming> {
        let Some(id) = &request.header.subshell_id else {
            return Some(request);
        };
        let line = self.lines().get(id).map(|line| line.requests.clone());
        if let Some(line) = line {
            let _ = line.send(request);
            return None;
        }
        let Means { iopub, replies, .. } = &self.0.means;
        let kind = &request.header.msg_type;
        tracing::warn!("shell: {kind} for a subshell that is not there");
        let content = replies::to_no_subshell(kind, id);
        respond(iopub, replies, &request, content).await;
        None
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<String, Line>> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that a subshell wants the main shell to serve. Either of the two begins it.
pub struct Turn {
    request: Incoming,
    begun: Arc<AtomicBool>,
    done: oneshot::Sender<Answer>,
}

impl Turn {
    /// What is asked.
    pub fn request(&self) -> &Incoming {
        &self.request
    }

    /// Whether it is still to be served; then nobody else does.
    pub fn begin(&self) -> bool {
        begin(&self.begun)
    }

    /// It was served.
    pub(super) fn end(self, answer: Answer) {
        // The subshell waits for nothing else.
        let _ = self.done.send(answer);
    }
}

fn begin(begun: &AtomicBool) -> bool {
    !begun.swap(true, Ordering::SeqCst)
}

/// One of them, from inside.
struct Subshell {
    requests: UnboundedReceiver<Incoming>,
    deleted: Arc<AtomicBool>,
    means: Means,
}

impl Subshell {
    /// Answers one request after the other, until it is deleted.
    async fn serve(mut self) {
        while let Some(request) = self.requests.recv().await {
            if self.deleted.load(Ordering::SeqCst) {
                self.serve_waiting(&request).await;
                continue;
            }
            let stops = self.serve_one(&request).await;
            for request in stops.into_iter().flatten() {
                self.serve_waiting(&request).await;
            }
        }
    }

    /// Answers a request; returns those that were sent before it had failed, if it did.
    async fn serve_one(&mut self, request: &Incoming) -> Option<Vec<Incoming>> {
        self.means.iopub.busy(request);
        let answer = self.answer(request).await;
        let mut waiting = None;
        if answer.stops {
            // As the main shell does.
            tokio::time::sleep(ARRIVAL).await;
            waiting = Some(std::iter::from_fn(|| self.requests.try_recv().ok()).collect());
        }
        self.means.iopub.flush().await;
        if let Some(content) = answer.content {
            self.means.replies.send(request.reply(content)).await;
        }
        self.means.iopub.idle(request);
        waiting
    }

    /// A cell that waited when an earlier one failed, or when the subshell was deleted, is not run.
    async fn serve_waiting(&mut self, request: &Incoming) {
        if request.header.msg_type != "execute_request" {
            self.serve_one(request).await;
            return;
        }
        let content = Some(replies::aborted());
        respond(&self.means.iopub, &self.means.replies, request, content).await;
    }

    async fn answer(&mut self, request: &Incoming) -> Answer {
        let kind = &request.header.msg_type;
        match Request::read(request) {
            Ok(Request::Execute(_)) => self.in_turn(request).await,
            Ok(
                asked @ (Request::Complete(_)
                | Request::Inspect(_)
                | Request::IsComplete(_)
                | Request::Comm(_)),
            ) => self.at_once(request, asked).await,
            Ok(Request::History(request)) => {
                let found = self.means.beside.find(replies::query(&request)).await;
                replies::history(found, &request).into()
            }
            Ok(Request::KernelInfo) => {
                message::content("kernel_info_reply", self.means.info.reply().await).into()
            }
            Ok(Request::CommInfo(wanted)) => {
                replies::comms(&self.means.beside.comms(), &wanted).into()
            }
            Ok(Request::Connect) => self.means.connect.clone().into(),
            Ok(
                Request::Interrupt
                | Request::Shutdown(_)
                | Request::CreateSubshell
                | Request::DeleteSubshell(_)
                | Request::ListSubshells,
            ) => replies::failure(kind, &message::belongs(kind, "control")).into(),
            Err(problem) => {
                tracing::warn!("subshell: {problem}");
                replies::unreadable(kind, &problem).into()
            }
        }
    }

    /// Has the main shell serve a request when it comes to it.
    async fn in_turn(&self, request: &Incoming) -> Answer {
        let (_, done) = self.hand_over(request);
        done.await.unwrap_or_else(|_| None.into())
    }

    /// The same; but while a cell runs, the session is asked beside it.
    async fn at_once(&self, request: &Incoming, asked: Request) -> Answer {
        let (begun, done) = self.hand_over(request);
        tokio::pin!(done);
        tokio::select! {
            biased;
            answer = &mut done => return answer.unwrap_or_else(|_| None.into()),
            aside = self.means.beside.busy() => if begin(&begun) {
                return self.beside_cell(asked, &*aside).await;
            },
        }
        done.await.unwrap_or_else(|_| None.into())
    }

    fn hand_over(&self, request: &Incoming) -> (Arc<AtomicBool>, oneshot::Receiver<Answer>) {
        let (done, answer) = oneshot::channel();
        let begun = Arc::new(AtomicBool::new(false));
        let turn = Turn {
            request: request.clone(),
            begun: begun.clone(),
            done,
        };
        // A main shell that is gone drops it, which is an answer too.
        let _ = self.means.turns.send(turn);
        (begun, answer)
    }

    async fn beside_cell(&self, asked: Request, aside: &dyn Aside) -> Answer {
        let content = match asked {
            Request::Complete(at) => {
                replies::completions(&at.code, aside.complete(&at.code, at.byte()).await)
            }
            Request::Inspect(at) => replies::inspection(aside.inspect(&at.code, at.byte()).await),
            Request::IsComplete(code) => {
                replies::completeness(Some(aside.completeness(&code.code)))
            }
            Request::Comm(message) => {
                self.means.beside.comm(aside, message).await;
                return None.into();
            }
            _ => return None.into(),
        };
        content.into()
    }
}
