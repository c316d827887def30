//! The runtime process: starting it, talking to it, knowing when it dies.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream as StdStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use wick_runtime::protocol::{
    Crash, NoSnapshot, Promotion, Request, Response, SnapshotId, Snapshotted,
};
use wick_runtime::wire;

use super::memory::Bytes;
use super::orphans;
use super::streams::{LastWords, read_stream};
use super::target::Target;
use crate::engine::{EngineError, Event, Stream};

/// The descriptor under which the runtime finds its socket.
const SOCKET_FD: i32 = 3;

/// How long the last output of a cell may take once the cell has ended; only exceeded where a cell has given
/// its streams away.
const LAST_OUTPUT: Duration = Duration::from_millis(500);

/// How a runtime process ended.
#[derive(Debug, Clone)]
pub(super) struct Death {
    /// `SIGSEGV`, or `exit status 3`.
    pub how: String,
    /// The snapshot that has taken over.
    pub recovered: Option<SnapshotId>,
    /// What the process itself told of its end.
    pub crash: Option<Crash>,
    /// Whether it lived on after it had closed its connection, and was ended for that.
    pub cut_off: bool,
    /// The end of what it wrote to stderr.
    pub last_words: String,
}

/// The process that holds the variables.
pub(super) struct Runtime {
    /// Only read from: what is written goes through the target.
    socket: UnixStream,
    target: Arc<Target>,
    ends: [watch::Receiver<u64>; 2],
    /// What cells of the kernel's own have told it.
    answers: UnboundedReceiver<Value>,
    last_words: LastWords,
    /// What became of the snapshots that were asked for.
    snapshots: Vec<Result<Snapshotted, NoSnapshot>>,
    /// Deaths that the last request came too late for: the successor has answered it.
    outlived: Vec<Death>,
}

impl Runtime {
    /// Starts a runtime that loads `prelude`, and waits until it answers.
    pub async fn start(
        prelude: &Path,
        target: Arc<Target>,
        events: &UnboundedSender<Event>,
        memory: Option<Bytes>,
    ) -> Result<Self, EngineError> {
        let failed = |what: &str| {
            let what = what.to_string();
            move |source: io::Error| EngineError::Io { what, source }
        };
        let (ours, theirs) = StdStream::pair().map_err(failed("cannot make a socket pair"))?;
        let executable =
            std::env::current_exe().map_err(failed("cannot find the wick executable"))?;
        let lib_backtrace = ["RUST_LIB_BACKTRACE", "RUST_BACKTRACE"]
            .into_iter()
            .find_map(std::env::var_os)
            .unwrap_or_else(|| "0".into());
        let mut command = Command::new(executable);
        command
            .arg("runtime")
            .arg(prelude)
            .env("EVCXR_IS_RUNTIME", "1")
            // Backtraces of the machinery help nobody; errors of cells have their own, and crates may still ask.
            .env("RUST_BACKTRACE", "0")
            .env("RUST_LIB_BACKTRACE", lib_backtrace)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let fd = theirs.as_raw_fd();
        // SAFETY: only async-signal-safe calls between fork and exec.
        unsafe {
            command.pre_exec(move || {
                // A process group of its own: so that all of a session can be ended together, and a Ctrl-C in
                // the terminal reaches the kernel alone.
                libc::setpgid(0, 0);
                let copied = if fd == SOCKET_FD {
                    libc::fcntl(fd, libc::F_SETFD, 0)
                } else {
                    libc::dup2(fd, SOCKET_FD)
                };
                if copied < 0 {
                    Err(io::Error::last_os_error())
                } else {
                    Ok(())
                }
            });
        }
        let mut child = command
            .spawn()
            .map_err(failed("cannot start the runtime process"))?;
        drop(theirs);
        target.pid.store(child.id() as i32, Ordering::SeqCst);
        target.group.store(child.id() as i32, Ordering::SeqCst);
        let token = uuid::Uuid::new_v4().simple().to_string();
        let from_std =
            |file: std::os::fd::OwnedFd| tokio::net::unix::pipe::Receiver::from_owned_fd(file);
        let stdout = from_std(child.stdout.take().expect("stdout is piped").into())
            .map_err(failed("cannot read stdout"))?;
        let stderr = from_std(child.stderr.take().expect("stderr is piped").into())
            .map_err(failed("cannot read stderr"))?;
        let last_words = LastWords::default();
        let unheard = LastWords::default();
        let (tell, answers) = unbounded_channel();
        let ends = [
            read_stream(
                stdout,
                Stream::Stdout,
                &token,
                events.clone(),
                unheard,
                tell.clone(),
                target.clone(),
            ),
            read_stream(
                stderr,
                Stream::Stderr,
                &token,
                events.clone(),
                last_words.clone(),
                tell,
                target.clone(),
            ),
        ];
        ours.set_nonblocking(true)
            .map_err(failed("cannot use the socket"))?;
        target.connect(ours.try_clone().map_err(failed("cannot use the socket"))?);
        let socket = UnixStream::from_std(ours).map_err(failed("cannot use the socket"))?;
        let mut runtime = Self {
            socket,
            target,
            ends,
            answers,
            last_words,
            snapshots: Vec::new(),
            outlived: Vec::new(),
        };
        match runtime.call(&Request::Hello { token }).await {
            Ok(Response::Ready { .. }) => {
                runtime.limit_memory(memory).await;
                Ok(runtime)
            }
            _ => {
                runtime.target.end_group();
                Err(EngineError::Prelude(format!(
                    "the prelude {} could not be loaded. Run `wick doctor`; `./install.sh` builds it again.",
                    prelude.display()
                )))
            }
        }
    }

    /// Sends a request and waits for its answer. The target hears interrupts meanwhile.
    pub async fn call(&mut self, request: &Request) -> Result<Response, Death> {
        let run = request.run();
        let began = orphans::now();
        if run.is_some() {
            self.target.killed.store(false, Ordering::SeqCst);
        }
        self.target
            .running
            .store(run.unwrap_or(0), Ordering::SeqCst);
        let answer = match self.write(request).await {
            Ok(()) => self.answer(request).await,
            Err(error) => Err(error),
        };
        self.target.running.store(0, Ordering::SeqCst);
        match answer {
            Ok(Some(Response::Promoted(promotion))) => {
                let pid = promotion.pid;
                let death = self.succeeded_by(promotion).await;
                if matches!(request, Request::Run(_))
                    && let Some(group) = self.target.group()
                {
                    orphans::end(group, Pid::from_raw(pid as i32), began);
                }
                Err(death)
            }
            Ok(Some(response)) => Ok(response),
            Ok(None) | Err(_) => Err(self.ended().await),
        }
    }

    /// Sends a request that is not answered, or whose answer can wait.
    pub async fn post(&mut self, request: &Request) {
        // A process that is gone is noticed when an answer is wanted.
        let _ = self.write(request).await;
    }

    /// Limits the memory of the process that runs cells.
    pub async fn limit_memory(&mut self, most: Option<Bytes>) {
        self.post(&Request::MemoryLimit(most.map(|most| most.0)))
            .await;
    }

    async fn write(&mut self, request: &Request) -> io::Result<()> {
        self.target.write(wire::encode(request)?).await
    }

    /// The answer to a request, or a promotion if the process died with it.
    async fn answer(&mut self, request: &Request) -> io::Result<Option<Response>> {
        let mut received = matches!(request, Request::GoBack(_));
        loop {
            match self.receive().await? {
                Some(Response::Snapshotted(result)) => self.snapshots.push(result),
                Some(Response::Received) => received = true,
                Some(Response::Promoted(promotion)) if !received => {
                    // It died before the request came: its successor will answer.
                    let death = self.succeeded_by(promotion).await;
                    self.outlived.push(death);
                }
                response => return Ok(response),
            }
        }
    }

    /// Takes notice of what happened since the last answer, and returns the deaths among it.
    pub async fn notice(&mut self) -> Vec<Death> {
        let mut deaths = Vec::new();
        while self.has_news() {
            match self.receive().await {
                Ok(Some(Response::Snapshotted(result))) => self.snapshots.push(result),
                Ok(Some(Response::Promoted(promotion))) => {
                    deaths.push(self.succeeded_by(promotion).await);
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => {
                    deaths.push(self.ended().await);
                    break;
                }
            }
        }
        deaths
    }

    /// Deaths that happened before the last request arrived, which the successor has answered.
    pub fn outlived(&mut self) -> Vec<Death> {
        std::mem::take(&mut self.outlived)
    }

    /// What became of the snapshots that were asked for.
    pub fn snapshots(&mut self) -> Vec<Result<Snapshotted, NoSnapshot>> {
        std::mem::take(&mut self.snapshots)
    }

    fn has_news(&self) -> bool {
        let mut socket = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        poll(&mut socket, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
    }

    async fn succeeded_by(&mut self, promotion: Promotion) -> Death {
        let how = self.reap().await;
        self.target
            .pid
            .store(promotion.pid as i32, Ordering::SeqCst);
        self.target.forget_asides();
        Death {
            how,
            recovered: Some(promotion.snapshot),
            crash: promotion.crash,
            cut_off: promotion.cut_off,
            last_words: self.last_words().await,
        }
    }

    async fn ended(&mut self) -> Death {
        let how = self.reap().await;
        self.target.end_group();
        self.target.forget_asides();
        Death {
            how,
            recovered: None,
            crash: None,
            cut_off: false,
            last_words: self.last_words().await,
        }
    }

    /// The end of stderr, once the output of a process that died had a moment to arrive.
    async fn last_words(&self) -> String {
        tokio::time::sleep(Duration::from_millis(30)).await;
        self.last_words.take()
    }

    async fn receive(&mut self) -> io::Result<Option<Response>> {
        let mut prefix = [0; 4];
        match self.socket.read_exact(&mut prefix).await {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut body = vec![0; wire::body_length(prefix)?];
        self.socket.read_exact(&mut body).await?;
        Ok(Some(serde_json::from_slice(&body)?))
    }

    /// The folder that its cells work in.
    pub fn folder(&self) -> Option<PathBuf> {
        self.target.folder()
    }

    /// What a cell of the kernel's own has told it, once its last output has come.
    pub fn answers(&mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.answers.try_recv().ok()).collect()
    }

    /// Waits until all output of a run has been passed on.
    pub async fn last_output(&mut self, run: u64) {
        for end in &mut self.ends {
            let _ = tokio::time::timeout(LAST_OUTPUT, end.wait_for(|ended| *ended >= run)).await;
        }
    }

    /// How the process ended. Snapshots that took over are our children too: the kernel adopts orphans.
    async fn reap(&self) -> String {
        let Some(pid) = self.target.pid() else {
            return "gone".into();
        };
        let mut flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG;
        // The group is to outlive its leader.
        if self.target.group() == Some(pid) {
            flags |= WaitPidFlag::WNOWAIT;
        }
        for _ in 0..200 {
            match waitid(Id::Pid(pid), flags) {
                Ok(WaitStatus::Exited(_, code)) => return format!("exit status {code}"),
                Ok(WaitStatus::Signaled(_, signal, _)) => return signal.as_str().to_string(),
                Ok(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(_) => break,
            }
        }
        "gone".into()
    }

    /// Ends the process and all it has started.
    pub async fn end(&mut self) {
        self.target.end_group();
        self.target.disconnect();
        self.reap().await;
    }
}

/// The entry of the hidden subcommand `runtime`: loads the prelude and hands this process over to it.
///
/// Returns an exit code when the prelude cannot be loaded.
pub fn main() -> i32 {
    let Some(prelude) = std::env::args_os().nth(2) else {
        eprintln!("wick: this command is for the kernel's own use");
        return 2;
    };
    // SAFETY: the prelude's shared library runs no code of its own when it is loaded; the symbol has this
    // signature by `wick_runtime`'s definition; the kernel passes a socket as descriptor 3.
    unsafe {
        let flags = libloading::os::unix::RTLD_NOW | libloading::os::unix::RTLD_GLOBAL;
        let library = match libloading::os::unix::Library::open(Some(&prelude), flags) {
            Ok(library) => std::mem::ManuallyDrop::new(library),
            Err(error) => {
                eprintln!("wick: {error}");
                return 1;
            }
        };
        let entry = library.get::<unsafe extern "C" fn(i32) -> i32>(b"wick_runtime_main");
        match entry {
            Ok(entry) => entry(SOCKET_FD),
            Err(error) => {
                eprintln!("wick: {}: {error}", Path::new(&prelude).display());
                1
            }
        }
    }
}
