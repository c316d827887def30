//! Text leaves the process soon after it was printed, newline or not.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, TryLockError};
use std::time::{Duration, Instant};

use crate::display::{encode, token};
use crate::protocol::Frame;

/// How long a `print!` without newline waits, while a cell runs and between cells.
const BUSY: Duration = Duration::from_millis(25);
const IDLE: Duration = Duration::from_millis(250);

static RUNNING: AtomicBool = AtomicBool::new(false);

/// Held while the thread that flushes has the lock of stdout.
static FLUSHING: Mutex<()> = Mutex::new(());

/// How long a fork waits for that thread, which waits in turn where a thread of a cell keeps stdout.
const PATIENCE: Duration = Duration::from_millis(50);

/// The streams that the kernel reads, even after a cell has closed or replaced fds 1 and 2.
static STREAMS: OnceLock<[File; 2]> = OnceLock::new();

unsafe extern "C" {
    /// C's `stdout`.
    #[link_name = "stdout"]
    static C_STDOUT: *mut libc::FILE;
}

/// Remembers the streams that the kernel gave to the process. Children do not inherit these copies.
pub(crate) fn remember_streams() -> std::io::Result<()> {
    let copy = |stream: BorrowedFd<'_>| stream.try_clone_to_owned().map(File::from);
    let streams = [
        copy(std::io::stdout().as_fd())?,
        copy(std::io::stderr().as_fd())?,
    ];
    let _ = STREAMS.set(streams);
    Ok(())
}

/// Starts the thread that flushes what was printed without a newline. To be called again after a fork.
pub(crate) fn start_flushing() {
    let flush_forever = || {
        loop {
            std::thread::sleep(if RUNNING.load(Ordering::Relaxed) {
                BUSY
            } else {
                IDLE
            });
            let _flushing = FLUSHING.lock();
            flush();
        }
    };
    // Without the thread, text comes at newlines and at the end of a cell.
    let _ = std::thread::Builder::new()
        .name("flush".into())
        .spawn(flush_forever);
}

/// Keeps the thread that flushes from the lock of stdout, for a fork.
pub(crate) fn hold() -> impl Sized {
    let until = Instant::now() + PATIENCE;
    loop {
        match FLUSHING.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(1));
            }
            held => return held,
        }
    }
}

/// Says whether a cell runs.
pub(crate) fn set_running(running: bool) {
    RUNNING.store(running, Ordering::Relaxed);
}

/// Whether a cell runs.
pub(crate) fn is_running() -> bool {
    RUNNING.load(Ordering::Relaxed)
}

/// Sends a frame beside what is buffered: the cell may hold the lock of stdout while it waits for something.
pub(crate) fn send_past_locks(frame: &Frame) {
    let encoded = token().and_then(|token| encode(&token, frame).ok());
    if let (Some(bytes), Some([mut stdout, _])) = (encoded, STREAMS.get().map(|[a, b]| [a, b])) {
        let _ = stdout.write_all(&bytes);
    }
}

/// Writes out what Rust and C have buffered.
pub(crate) fn flush() {
    let _ = std::io::stdout().flush();
    // SAFETY: `stdout` is C's own stream object, and `fflush` takes its lock.
    unsafe { libc::fflush(C_STDOUT) };
}

/// Marks the end of a cell's output on both streams.
pub(crate) fn end_of_cell(run: u64) {
    flush();
    let Some(bytes) = token().and_then(|token| encode(&token, &Frame::End { run }).ok()) else {
        return;
    };
    for stream in STREAMS.get().into_iter().flatten() {
        let _ = (&*stream).write_all(&bytes);
    }
}

/// Puts the kernel's streams back in place where a cell closed or replaced them.
pub(crate) fn restore_streams() {
    let Some(streams) = STREAMS.get() else { return };
    for (stream, fd) in streams.iter().zip([1, 2]) {
        // SAFETY: plain system calls on descriptors; `fd` is 1 or 2, which no Rust object owns.
        unsafe {
            let mut now = std::mem::zeroed::<libc::stat>();
            let mut ours = std::mem::zeroed::<libc::stat>();
            let same = libc::fstat(fd, &mut now) == 0
                && libc::fstat(stream.as_raw_fd(), &mut ours) == 0
                && (now.st_dev, now.st_ino) == (ours.st_dev, ours.st_ino);
            if !same {
                libc::dup2(stream.as_raw_fd(), fd);
            }
        }
    }
}
