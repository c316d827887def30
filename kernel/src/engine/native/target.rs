//! What runs cells, as seen from beside: it can be interrupted, answered and told things while the session waits for it.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use tokio::sync::oneshot;
use wick_runtime::protocol::{self, CommMessage, Request};
use wick_runtime::wire;

use super::orphans;
use crate::engine::Interrupt;

/// How long a cell may take to hear an interrupt before it is stopped.
pub(super) const GRACE: Duration = Duration::from_millis(700);

/// How long it may then take to tell where it was.
const STOPPING: Duration = Duration::from_millis(1500);

/// Longer messages are written by a thread that may wait.
const AT_ONCE: usize = 64 << 10;

/// What an interrupt is aimed at.
pub(super) struct Target {
    pub(super) pid: AtomicI32,
    /// The leader's id, which stays the group's when a snapshot takes over.
    pub(super) group: AtomicI32,
    /// The number of the run that runs, 0 where none does.
    pub(super) running: AtomicU64,
    /// Whether the present cell was asked to stop.
    asked: AtomicBool,
    pub(super) killed: AtomicBool,
    socket: Mutex<Option<UnixStream>>,
    next_aside: AtomicU64,
    /// Who waits for which [`Request::Aside`].
    asides: Mutex<HashMap<u64, oneshot::Sender<()>>>,
}

impl Target {
    /// With no process yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            pid: AtomicI32::new(0),
            group: AtomicI32::new(0),
            running: AtomicU64::new(0),
            asked: AtomicBool::new(false),
            killed: AtomicBool::new(false),
            socket: Mutex::new(None),
            next_aside: AtomicU64::new(1),
            asides: Mutex::default(),
        })
    }

    /// A new cell begins, which nobody has asked to stop.
    pub fn begin(&self) {
        self.asked.store(false, Ordering::SeqCst);
    }

    /// Whether the present cell was asked to stop, also between two of its steps, where nothing listens.
    pub fn was_asked_to_stop(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    pub fn pid(&self) -> Option<Pid> {
        Some(self.pid.load(Ordering::SeqCst))
            .filter(|pid| *pid > 0)
            .map(Pid::from_raw)
    }

    /// The folder that cells work in.
    pub fn folder(&self) -> Option<PathBuf> {
        std::fs::read_link(format!("/proc/{}/cwd", self.pid()?)).ok()
    }

    /// Whether the last death was ours.
    pub fn was_killed(&self) -> bool {
        self.killed.swap(false, Ordering::SeqCst)
    }

    /// From now on, requests go into `socket`, which does not block.
    pub fn connect(&self, socket: UnixStream) {
        *lock(&self.socket) = Some(socket);
    }

    /// There is no process any more.
    pub fn disconnect(&self) {
        *lock(&self.socket) = None;
        self.forget_asides();
    }

    /// Sends a request beside those that wait for an answer.
    fn send(&self, request: &Request) {
        // A process that is gone is noticed by those that wait.
        let _ = wire::encode(request).and_then(|bytes| self.write_now(&bytes));
    }

    /// Writes a whole message, whoever else has something to say.
    pub async fn write(self: &Arc<Self>, message: Vec<u8>) -> io::Result<()> {
        if message.len() <= AT_ONCE {
            return self.write_now(&message);
        }
        let target = self.clone();
        let written = tokio::task::spawn_blocking(move || target.write_now(&message));
        written.await.map_err(io::Error::other)?
    }

    fn write_now(&self, mut bytes: &[u8]) -> io::Result<()> {
        let socket = lock(&self.socket);
        let Some(socket) = &*socket else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let mut socket: &UnixStream = socket;
        while !bytes.is_empty() {
            match socket.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => await_room(socket)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Has the process handle a client's message on a comm, whatever else it does, and waits until that is done; or until
    /// the process, and the handler with it, is gone.
    pub async fn aside(self: &Arc<Self>, message: CommMessage) {
        let run = self.next_aside.fetch_add(1, Ordering::SeqCst);
        let (done, handled) = oneshot::channel();
        lock(&self.asides).insert(run, done);
        let request = Request::Aside(protocol::Comm { run, message });
        let sent = match wire::encode(&request) {
            Ok(bytes) => self.write(bytes).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => drop(handled.await),
            Err(_) => drop(lock(&self.asides).remove(&run)),
        }
    }

    /// Such a message was handled.
    pub fn handled(&self, run: u64) {
        // Dropping it is the news.
        lock(&self.asides).remove(&run);
    }

    /// Those who wait for what a process that is gone was to handle do so no longer.
    pub fn forget_asides(&self) {
        lock(&self.asides).clear();
    }

    /// The process group of the session; none where there is no process yet, or none any more.
    pub fn group(&self) -> Option<Pid> {
        Some(self.group.load(Ordering::SeqCst))
            .filter(|group| *group > 0)
            .map(Pid::from_raw)
    }

    /// Takes notice of the ends of processes of the session whose parents are gone, when snapshots that were just discarded
    /// have had the time to end.
    pub fn reap_others_soon(self: &Arc<Self>) {
        let target = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            // There may be many processes to look at.
            tokio::task::spawn_blocking(move || {
                if let Some(group) = target.group() {
                    orphans::reap(group, target.pid());
                }
            });
        });
    }

    /// Ends every process of the session.
    pub fn end_group(&self) {
        // Snapshots, which are not in the group, end when the kernel hangs up.
        if let Some(socket) = &*lock(&self.socket) {
            let _ = socket.shutdown(Shutdown::Both);
        }
        let Some(group) = self.group() else {
            return;
        };
        self.group.store(0, Ordering::SeqCst);
        let _ = killpg(group, Signal::SIGKILL);
        // The leader may have ended long ago.
        let _ = waitpid(group, Some(WaitPidFlag::WNOHANG));
    }
}

/// Interrupts through the socket, then by a signal.
pub(super) struct Interrupter {
    pub target: Arc<Target>,
    /// Heard by what runs in the kernel: rustc, cargo.
    pub compiling: Arc<tokio::sync::Notify>,
}

impl Interrupt for Interrupter {
    fn answer(&self, text: Option<String>) {
        self.target.send(&Request::Input(text));
    }

    fn interrupt(&self) {
        self.target.asked.store(true, Ordering::SeqCst);
        self.compiling.notify_waiters();
        let run = self.target.running.load(Ordering::SeqCst);
        if run == 0 {
            return;
        }
        self.target.send(&Request::Interrupt(run));
        let (target, pid) = (self.target.clone(), self.target.pid());
        std::thread::spawn(move || {
            let still_runs = |after: Duration| {
                std::thread::sleep(after);
                target.running.load(Ordering::SeqCst) == run && target.pid() == pid
            };
            if !still_runs(GRACE) {
                return;
            }
            target.killed.store(true, Ordering::SeqCst);
            target.send(&Request::Stop(run));
            if still_runs(STOPPING)
                && let Some(pid) = pid
            {
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until a socket takes more, or its other end is gone.
fn await_room(socket: &UnixStream) -> io::Result<()> {
    let mut entry = [PollFd::new(socket.as_fd(), PollFlags::POLLOUT)];
    match poll(&mut entry, PollTimeout::NONE) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use wick_runtime::protocol::CommKind;

    use super::*;

    fn message(bytes: usize) -> CommMessage {
        CommMessage {
            kind: CommKind::Message,
            id: "1".into(),
            target: "t".into(),
            data: Value::Null,
            buffers: vec![vec![7; bytes]],
        }
    }

    fn connected() -> (Arc<Target>, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let target = Target::new();
        target.connect(ours);
        (target, theirs)
    }

    #[tokio::test]
    async fn what_is_too_long_for_the_socket_comes_whole() {
        let (target, theirs) = connected();
        let waits = tokio::spawn({
            let target = target.clone();
            async move { target.aside(message(3 << 20)).await }
        });
        let read = tokio::task::spawn_blocking(move || wire::receive::<Request>(&theirs));
        let Some(Request::Aside(comm)) = read.await.unwrap().unwrap() else {
            panic!("something else came");
        };
        assert_eq!(comm.message, message(3 << 20));
        assert!(!waits.is_finished());
        target.handled(comm.run);
        waits.await.unwrap();
    }

    #[tokio::test]
    async fn nobody_waits_for_a_process_that_is_gone() {
        let (target, theirs) = connected();
        let waits = tokio::spawn({
            let target = target.clone();
            async move { target.aside(message(1)).await }
        });
        tokio::task::spawn_blocking(move || wire::receive::<Request>(&theirs))
            .await
            .unwrap()
            .unwrap();
        target.forget_asides();
        waits.await.unwrap();
        target.disconnect();
        target.aside(message(1)).await;
    }
}
