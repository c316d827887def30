//! The forks that a session falls back to.
//!
//! After a cell the process forks. The child is parked: it holds every variable as it was (the memory is shared
//! until one side writes) and waits on a pipe whose other end the parent keeps open. Each fork inherits the ends that
//! were there before it, so when the process dies, the pipe of the newest child alone reports end of file, and that
//! one goes on in its place. The older ones wait for it in turn: they are the steps that can be undone.
//!
//! A parked process leads a process group of its own, so that nothing which a cell sends to its group reaches it, and
//! comes back to the session's group when it goes on.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::gpu;
use crate::protocol::{NoSnapshot, SnapshotId};

/// How long a process takes to end after its files are closed, on a machine that does other things.
pub(crate) const ENDING: Duration = Duration::from_millis(50);

/// A parked process, as the one that goes on knows it.
pub(crate) struct Parked {
    id: SnapshotId,
    pid: libc::pid_t,
    /// Names the process even after it has ended and its number was given out again.
    process: OwnedFd,
    /// Open as long as this process and those forked after the parked one live; nobody writes.
    _alive: OwnedFd,
}

/// Which of the two processes this is after [`take`].
pub(crate) enum Side {
    /// The one that goes on.
    Runs(Parked),
    /// The child, after the other has died. Only this thread is left.
    Promoted {
        /// Whether the other had let go of its files and lived on, until it was ended.
        cut_off: bool,
    },
}

/// Forks. Must be called from the main thread, while no cell runs.
///
/// # Errors
/// When the process works with a GPU, or the system has no room for another process.
pub(crate) fn take(id: SnapshotId, kernel: &UnixStream) -> Result<Side, NoSnapshot> {
    if gpu::is_in_use() {
        return Err(NoSnapshot::Gpu);
    }
    fork(id, kernel.as_raw_fd()).map_err(|error| NoSnapshot::System(error.to_string()))
}

fn fork(id: SnapshotId, kernel: RawFd) -> io::Result<Side> {
    let (waiting, alive) = pipe()?;
    // A lock that another thread holds now would never be let go of in the copy, which has no such thread.
    let _locks = (
        crate::comm::hold(),
        crate::input::hold(),
        crate::output::hold(),
    );
    // SAFETY: plain system calls that take no pointers.
    let (parent, group) = unsafe { (open_process(libc::getpid())?, libc::getpgrp()) };
    // SAFETY: the child only reads from a pipe, then, if promoted, goes on in `serve`, which starts all the
    // threads it needs anew. glibc puts its allocator in order around a fork.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            drop(alive);
            move_to_group(0, 0);
            park(&waiting, kernel);
            // Its leader may have ended, but the kernel keeps the group until the session's end.
            move_to_group(0, group);
            // A cell that closes every descriptor, or becomes another program, lets go of the pipe and lives on without its
            // kernel.
            let cut_off = !ends_soon(&parent);
            kill(&parent);
            Ok(Side::Promoted { cut_off })
        }
        pid => {
            // Both sides do, so that it has happened whichever goes on first.
            move_to_group(pid, pid);
            Ok(Side::Runs(Parked {
                id,
                pid,
                process: open_process(pid)?,
                _alive: alive,
            }))
        }
    }
}

/// The processor time that this thread has had.
pub(crate) fn processor_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a valid `timespec` to write to. The clock is there on every Linux; without it the time stays zero.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Makes a process (0: this one) a member of a process group (0: a new one that it leads).
fn move_to_group(process: libc::pid_t, group: libc::pid_t) {
    // SAFETY: a plain system call that takes no pointers.
    unsafe { libc::setpgid(process, group) };
}

/// Waits until the last copy of the pipe's other end is closed: at the death of the process that holds it. Ends this
/// process where the kernel is gone: then the session is over.
fn park(mut waiting: &File, kernel: RawFd) {
    set_name(c"wick-snapshot");
    // Where memory runs out, the system should end the cell that took it, not what it falls back to.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
    // Those that a cell sends to all processes of its user.
    let before = block_signals();
    let entry = |fd, events| libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // Of the kernel only that it hangs up; requests are not for this process.
    let mut entries = [entry(waiting.as_raw_fd(), libc::POLLIN), entry(kernel, 0)];
    // SAFETY: `entries` are two valid `pollfd`s.
    while unsafe { libc::poll(entries.as_mut_ptr(), 2, -1) } < 0
        && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
    {}
    if entries[1].revents & (libc::POLLHUP | libc::POLLERR) != 0 {
        // SAFETY: takes no pointers, and nothing of the process is used afterwards.
        unsafe { libc::_exit(0) }
    }
    // At its end already, except where the system could not wait for two at once.
    let _ = waiting.read(&mut [0]);
    unblock_signals(&before);
    runs_cells();
    set_name(c"wick");
}

/// Holds back every signal that can be; returns those that were before.
fn block_signals() -> libc::sigset_t {
    // SAFETY: both sets are local, and the first is filled before it is used.
    unsafe {
        let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut before);
        before
    }
}

/// Forgets the signals that came meanwhile, and holds back only those of `before` again.
fn unblock_signals(before: &libc::sigset_t) {
    // SAFETY: the sets and the time are local or the caller's; nobody wants to know who sent a signal.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        let at_once = std::mem::zeroed::<libc::timespec>();
        while libc::sigtimedwait(&raw const all, std::ptr::null_mut(), &raw const at_once) > 0 {}
        libc::pthread_sigmask(libc::SIG_SETMASK, before, std::ptr::null_mut());
    }
}

/// This process is the one to end where the system runs out of memory.
pub(crate) fn runs_cells() {
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

fn set_name(name: &std::ffi::CStr) {
    // SAFETY: a C string, which the system copies.
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
}

impl Parked {
    pub(crate) fn id(&self) -> SnapshotId {
        self.id
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.unsigned_abs()
    }

    /// The child is not needed any more.
    pub(crate) fn discard(self) {
        kill(&self.process);
        // SAFETY: plain system call. If it was forked by a process that died since, it is not our child but the
        // kernel's, which reaps it; then this returns at once.
        unsafe { libc::waitpid(self.pid, std::ptr::null_mut(), 0) };
    }
}

/// A descriptor of a process.
fn open_process(pid: libc::pid_t) -> io::Result<OwnedFd> {
    // SAFETY: takes no pointers; the descriptor it returns is new and closed on exec.
    unsafe {
        match libc::syscall(libc::SYS_pidfd_open, pid, 0) {
            -1 => Err(io::Error::last_os_error()),
            fd => Ok(OwnedFd::from_raw_fd(fd as i32)),
        }
    }
}

/// Whether a process that has let go of its files has ended, or does so at once. Between the two a dying one has nothing
/// else to do.
fn ends_soon(process: &OwnedFd) -> bool {
    let mut entry = libc::pollfd {
        fd: process.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one valid `pollfd`; such a descriptor can be read once its process has ended.
    unsafe { libc::poll(&raw mut entry, 1, ENDING.as_millis() as libc::c_int) > 0 }
}

/// Ends a process, if it is still there.
fn kill(process: &OwnedFd) {
    // SAFETY: the descriptor is open; a null `siginfo` means what `kill` would send.
    unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            process.as_raw_fd(),
            libc::SIGKILL,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        );
    }
}

fn pipe() -> io::Result<(File, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for two descriptors, which are new and owned by nobody else.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok((File::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}
