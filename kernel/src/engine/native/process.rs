//! The runtime process: starting it, talking to it, knowing when it dies.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream as StdStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use wick_runtime::protocol::{Frame, Request, Response};
use wick_runtime::wire;

use super::evcxr::{Filter, Shown};
use super::frames::{Decoder, Piece};
use crate::engine::{EngineError, Event, Interrupt, Stream};

/// The descriptor under which the runtime finds its socket.
const SOCKET_FD: i32 = 3;

/// How long a cell may take to hear an interrupt before it is stopped.
const GRACE: Duration = Duration::from_millis(1500);

/// How long the last output of a cell may take once the cell has ended; only exceeded where a cell has given
/// its streams away.
const LAST_OUTPUT: Duration = Duration::from_millis(500);

/// How a runtime process ended.
#[derive(Debug, Clone)]
pub(super) struct Death {
    /// `SIGSEGV`, or `exit status 3`.
    pub how: String,
    /// Whether a snapshot has taken over.
    pub recovered: bool,
}

/// The process that holds the variables.
pub(super) struct Runtime {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    target: Arc<Target>,
    ends: [watch::Receiver<u64>; 2],
}

/// What an interrupt is aimed at.
pub(super) struct Target {
    pid: AtomicI32,
    /// The leader's id, which stays the group's when a snapshot takes over.
    group: AtomicI32,
    running: AtomicBool,
    killed: AtomicBool,
    socket: Mutex<Option<StdStream>>,
}

impl Target {
    /// With no process yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            pid: AtomicI32::new(0),
            group: AtomicI32::new(0),
            running: AtomicBool::new(false),
            killed: AtomicBool::new(false),
            socket: Mutex::new(None),
        })
    }

    fn pid(&self) -> Option<Pid> {
        Some(self.pid.load(Ordering::SeqCst))
            .filter(|pid| *pid > 0)
            .map(Pid::from_raw)
    }

    /// Whether the last death was ours.
    pub fn was_killed(&self) -> bool {
        self.killed.swap(false, Ordering::SeqCst)
    }

    /// Ends every process of the session.
    fn end_group(&self) {
        let group = self.group.swap(0, Ordering::SeqCst);
        if group > 0 {
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
}

/// Interrupts through the socket, then by a signal.
pub(super) struct Interrupter {
    pub target: Arc<Target>,
    /// Heard by what runs in the kernel: rustc, cargo.
    pub compiling: Arc<tokio::sync::Notify>,
}

impl Interrupt for Interrupter {
    fn interrupt(&self) {
        self.compiling.notify_waiters();
        if !self.target.running.load(Ordering::SeqCst) {
            return;
        }
        let socket = self
            .target
            .socket
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(socket) = &*socket {
            let _ = wire::send(socket, &Request::Interrupt);
        }
        let (target, pid) = (self.target.clone(), self.target.pid());
        std::thread::spawn(move || {
            std::thread::sleep(GRACE);
            if let Some(pid) = pid
                && target.running.load(Ordering::SeqCst)
                && target.pid() == Some(pid)
            {
                target.killed.store(true, Ordering::SeqCst);
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
    }
}

impl Runtime {
    /// Starts a runtime that loads `prelude`, and waits until it answers.
    pub async fn start(
        prelude: &Path,
        target: Arc<Target>,
        events: &UnboundedSender<Event>,
    ) -> Result<Self, EngineError> {
        let failed = |what: &str| {
            let what = what.to_string();
            move |source: io::Error| EngineError::Io { what, source }
        };
        let (ours, theirs) = StdStream::pair().map_err(failed("cannot make a socket pair"))?;
        let executable =
            std::env::current_exe().map_err(failed("cannot find the wick executable"))?;
        let mut command = Command::new(executable);
        command
            .arg("runtime")
            .arg(prelude)
            .env("EVCXR_IS_RUNTIME", "1")
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
        let ends = [
            read_stream(stdout, Stream::Stdout, &token, events.clone()),
            read_stream(stderr, Stream::Stderr, &token, events.clone()),
        ];
        ours.set_nonblocking(true)
            .map_err(failed("cannot use the socket"))?;
        *target.socket.lock().unwrap_or_else(PoisonError::into_inner) = ours.try_clone().ok();
        let (reader, writer) = UnixStream::from_std(ours)
            .map_err(failed("cannot use the socket"))?
            .into_split();
        let mut runtime = Self {
            reader,
            writer,
            target,
            ends,
        };
        match runtime.call(&Request::Hello { token }).await {
            Ok(Response::Ready { .. }) => Ok(runtime),
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
        let running = matches!(request, Request::Run(_));
        self.target.running.store(running, Ordering::SeqCst);
        let sent = match wire::encode(request) {
            Ok(bytes) => self.writer.write_all(&bytes).await,
            Err(error) => Err(error),
        };
        let answer = match sent {
            Ok(()) => self.receive().await,
            Err(error) => Err(error),
        };
        self.target.running.store(false, Ordering::SeqCst);
        match answer {
            Ok(Some(Response::Promoted { pid })) => {
                let how = self.reap().await;
                self.target.pid.store(pid as i32, Ordering::SeqCst);
                Err(Death {
                    how,
                    recovered: true,
                })
            }
            Ok(Some(response)) => Ok(response),
            Ok(None) | Err(_) => {
                let how = self.reap().await;
                self.target.end_group();
                Err(Death {
                    how,
                    recovered: false,
                })
            }
        }
    }

    async fn receive(&mut self) -> io::Result<Option<Response>> {
        let mut prefix = [0; 4];
        match self.reader.read_exact(&mut prefix).await {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut body = vec![0; wire::body_length(prefix)?];
        self.reader.read_exact(&mut body).await?;
        Ok(Some(serde_json::from_slice(&body)?))
    }

    /// Waits until all output of a run has been passed on.
    pub async fn last_output(&mut self, run: u64) {
        for end in &mut self.ends {
            let _ = tokio::time::timeout(LAST_OUTPUT, end.wait_for(|ended| *ended >= run)).await;
        }
    }

    /// Gives the output of a process that died a moment to arrive.
    pub async fn output_of_the_dead(&self) {
        tokio::time::sleep(Duration::from_millis(30)).await;
    }

    /// How the process ended. Snapshots that took over are our children too: the kernel adopts orphans.
    async fn reap(&self) -> String {
        let Some(pid) = self.target.pid() else {
            return "gone".into();
        };
        for _ in 0..200 {
            match waitpid(pid, Some(WaitPidFlag::WNOHANG)) {
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
        *self
            .target
            .socket
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
        self.reap().await;
    }
}

/// Passes on what a stream of the runtime carries; the returned value is the last run that ended on it.
fn read_stream(
    mut from: impl AsyncRead + Unpin + Send + 'static,
    stream: Stream,
    token: &str,
    events: UnboundedSender<Event>,
) -> watch::Receiver<u64> {
    let (ended, ends) = watch::channel(0u64);
    let mut decoder = Decoder::new(token);
    let mut evcxr = Filter::default();
    tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let length = match from.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(length) => length,
            };
            for piece in decoder.push(&buffer[..length]) {
                let event = match piece {
                    Piece::Text(text) => {
                        for shown in evcxr.push(&text) {
                            let _ = events.send(event_of(shown, stream));
                        }
                        continue;
                    }
                    Piece::Frame(Frame::End { run }) => {
                        if let Some(rest) = evcxr.finish() {
                            let _ = events.send(Event::Output(stream, rest));
                        }
                        let _ = ended.send(run);
                        continue;
                    }
                    Piece::Frame(Frame::Display {
                        data,
                        metadata,
                        display_id,
                        update,
                    }) => Event::Display {
                        data,
                        metadata,
                        display_id,
                        update,
                    },
                    Piece::Frame(Frame::Result(data)) => Event::Result(data),
                    Piece::Frame(Frame::Clear { wait }) => Event::ClearOutput { wait },
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        }
        if let Some(rest) = decoder.finish() {
            let _ = events.send(Event::Output(stream, rest));
        }
    });
    ends
}

fn event_of(shown: Shown, stream: Stream) -> Event {
    match shown {
        Shown::Text(text) => Event::Output(stream, text),
        Shown::Content(data) => Event::Display {
            data,
            metadata: Default::default(),
            display_id: None,
            update: false,
        },
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
