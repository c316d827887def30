//! The rust-analyzer process, and requests to it.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use lsp_types::notification::Notification;
use lsp_types::request::Request;
use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tokio::io::BufReader;
use tokio::net::unix::pipe;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{oneshot, watch};

use super::wire;

/// Why there will be no answer.
const LOST: &str = "rust-analyzer has ended";

type Waiting = Arc<Mutex<HashMap<i64, oneshot::Sender<Result<Value, String>>>>>;

/// A running rust-analyzer. It ends when this is dropped, and when the kernel ends, however it does.
pub struct Client {
    process: Arc<Process>,
    outgoing: UnboundedSender<Value>,
    waiting: Waiting,
    next: AtomicI64,
    quiet: watch::Receiver<bool>,
}

/// The process and those it starts, which have its group.
struct Process {
    group: Pid,
    ended: AtomicBool,
}

impl Client {
    /// Starts `program` in `folder`. `settings` is what it is told when it asks for its configuration.
    pub async fn start(program: &Path, folder: &Path, settings: Value) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        // SAFETY: only async-signal-safe calls between fork and exec.
        unsafe {
            command.pre_exec(|| {
                // The kernel may be killed: then this is too.
                if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                    return Err(io::Error::last_os_error());
                }
                // Cells come first.
                libc::setpriority(libc::PRIO_PROCESS, 0, 5);
                Ok(())
            });
        }
        let (started, pipes) = oneshot::channel();
        // The system ends a child with the thread that started it, so that one stays until the child ends.
        thread::Builder::new()
            .name("rust-analyzer".into())
            .spawn(move || watch_over(command, started))?;
        let (process, stdin, stdout) = pipes.await.map_err(io::Error::other)??;
        let stdin = pipe::Sender::from_owned_fd(stdin)?;
        let stdout = pipe::Receiver::from_owned_fd(stdout)?;
        let (outgoing, messages) = mpsc::unbounded_channel();
        let waiting = Waiting::default();
        let (say, quiet) = watch::channel(false);
        tokio::spawn(send(stdin, messages));
        tokio::spawn(receive(
            BufReader::new(stdout),
            waiting.clone(),
            outgoing.clone(),
            settings,
            say,
        ));
        Ok(Self {
            process,
            outgoing,
            waiting,
            next: AtomicI64::new(1),
            quiet,
        })
    }

    /// Asks, and waits for the answer. May be dropped while it waits: the server goes on, and knows more when it is asked
    /// the next time.
    pub async fn request<R: Request>(&self, params: R::Params) -> Result<R::Result, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).insert(id, sender);
        let _asked = Asked { client: self, id };
        self.say(json!({"jsonrpc": "2.0", "id": id, "method": R::METHOD, "params": params}));
        let answer = tokio::select! {
            // An answer that came before the end is one.
            biased;
            answer = answer => answer.map_err(|_| LOST.to_owned())??,
            () = self.lost() => return Err(LOST.to_owned()),
        };
        serde_json::from_value(answer).map_err(|error| error.to_string())
    }

    /// Tells.
    pub fn notify<N: Notification>(&self, params: N::Params) {
        self.say(json!({"jsonrpc": "2.0", "method": N::METHOD, "params": params}));
    }

    fn say(&self, message: Value) {
        // A server that is gone is noticed when an answer is wanted.
        let _ = self.outgoing.send(message);
    }

    /// Waits until it has read the projects that it was told of.
    pub async fn quiet(&self) -> Result<(), String> {
        let mut quiet = self.quiet.clone();
        let came = quiet.wait_for(|quiet| *quiet).await;
        came.map(|_| ()).map_err(|_| LOST.to_owned())
    }

    /// Waits until nothing can come from it any more.
    async fn lost(&self) {
        let mut quiet = self.quiet.clone();
        while quiet.changed().await.is_ok() {}
    }

    /// Whether it has ended.
    pub fn is_gone(&self) -> bool {
        self.process.ended.load(Ordering::SeqCst)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.process.end();
    }
}

impl Process {
    fn end(&self) {
        if !self.ended.swap(true, Ordering::SeqCst) {
            // Its helpers too.
            let _ = killpg(self.group, Signal::SIGKILL);
        }
    }
}

/// A request whose answer is wanted as long as this is there.
struct Asked<'a> {
    client: &'a Client,
    id: i64,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        lock(&self.client.waiting).remove(&self.id);
    }
}

type Pipes = io::Result<(Arc<Process>, OwnedFd, OwnedFd)>;

/// Starts the child and stays until it has ended.
fn watch_over(mut command: Command, started: oneshot::Sender<Pipes>) {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let process = Arc::new(Process {
        group: Pid::from_raw(child.id() as i32),
        ended: AtomicBool::new(false),
    });
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        unreachable!("both are piped");
    };
    let pipes = (process.clone(), stdin.into(), stdout.into());
    if started.send(Ok(pipes)).is_err() {
        process.end();
    }
    // Noted before its number can be given to another process.
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(process.group), flags) == Err(Errno::EINTR) {}
    let ended_by_itself = !process.ended.swap(true, Ordering::SeqCst);
    let how = child.wait();
    if ended_by_itself {
        tracing::warn!("rust-analyzer ended by itself: {how:?}");
    }
    // Helpers that it leaves become the kernel's children, and end with their input.
    while waitid(Id::PGid(process.group), WaitPidFlag::WEXITED) != Err(Errno::ECHILD) {}
}

async fn send(mut stdin: pipe::Sender, mut messages: UnboundedReceiver<Value>) {
    while let Some(message) = messages.recv().await {
        if wire::write(&mut stdin, &message).await.is_err() {
            return;
        }
    }
}

/// Hands answers to those who wait for them, and answers what the server asks itself.
async fn receive(
    mut stdout: BufReader<pipe::Receiver>,
    waiting: Waiting,
    outgoing: UnboundedSender<Value>,
    settings: Value,
    quiet: watch::Sender<bool>,
) {
    while let Ok(Some(mut message)) = wire::read(&mut stdout).await {
        let Some(method) = message["method"].as_str() else {
            let id = message["id"].as_i64().unwrap_or_default();
            if let Some(sender) = lock(&waiting).remove(&id) {
                let _ = sender.send(match message.get("error") {
                    Some(error) => Err(error["message"].to_string()),
                    None => Ok(message["result"].take()),
                });
            }
            continue;
        };
        if method == "experimental/serverStatus" {
            let params = &message["params"];
            quiet.send_replace(params["quiescent"] == true);
            if params["health"] != "ok" {
                tracing::info!("rust-analyzer: {}", params["message"]);
            }
        }
        if let Some(id) = message.get("id") {
            let result = match method {
                "workspace/configuration" => {
                    let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                    json!(vec![&settings; items])
                }
                _ => Value::Null,
            };
            let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
            if outgoing.send(answer).is_err() {
                break;
            }
        }
    }
    // Nobody is answered any more.
    lock(&waiting).clear();
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use lsp_types::request::Shutdown;

    use super::*;

    /// A server in a few lines of shell: it says something, asks something, and answers the first request with what it
    /// was sent.
    async fn echo(script: &str) -> (Client, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let file = crate::test_program::write(folder.path(), "server", script, 0o755);
        let client = Client::start(&file, Path::new("/"), json!({"a": 1})).await;
        // The shell may not have opened its script yet.
        (client.unwrap(), folder)
    }

    fn framed(message: &str) -> String {
        format!(
            "printf 'Content-Length: {}\\r\\n\\r\\n%s' '{message}'",
            message.len()
        )
    }

    #[tokio::test]
    async fn answers_find_their_questions() {
        let status = framed(
            r#"{"method":"experimental/serverStatus","params":{"quiescent":true,"health":"ok"}}"#,
        );
        let answer = framed(r#"{"id":1,"result":null}"#);
        let (client, _folder) = echo(&format!(
            "{status}; head -c 20 >/dev/null; {answer}; sleep 60"
        ))
        .await;
        client.request::<Shutdown>(()).await.unwrap();
        client.quiet().await.unwrap();
        assert!(!client.is_gone());
    }

    #[tokio::test]
    async fn an_error_is_one_and_so_is_an_end() {
        let error = framed(r#"{"id":1,"error":{"code":-1,"message":"no"}}"#);
        let (client, _folder) = echo(&format!("head -c 20 >/dev/null; {error}; exit 3")).await;
        let refused = client.request::<Shutdown>(()).await.unwrap_err();
        assert_eq!(refused, "\"no\"");
        while !client.is_gone() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(client.request::<Shutdown>(()).await.is_err());
        assert!(client.quiet().await.is_err());
    }

    #[tokio::test]
    async fn the_process_ends_with_its_client() {
        let (client, _folder) = echo("sleep 600 & wait").await;
        let process = client.process.clone();
        drop(client);
        assert!(process.ended.load(Ordering::SeqCst));
        while killpg(process.group, None).is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}
