//! The fork that a dying cell falls back to.
//!
//! Before a cell runs, the process forks. The child waits, holding every variable as it was (the memory is
//! shared until one side writes). If the cell ends, the child is killed. If the process dies with the cell,
//! the child's pipe to it reports end of file, and the child goes on in its place.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{FromRawFd, OwnedFd};

/// Kept by the process that runs the cell.
pub(crate) struct Snapshot {
    child: libc::pid_t,
    /// Open as long as this process lives; nobody writes.
    _alive: OwnedFd,
}

/// Which of the two processes this is after [`take`].
pub(crate) enum Side {
    /// The one that goes on with the cell.
    Runs(Snapshot),
    /// The child, after the other has died. Only this thread is left.
    Promoted,
}

/// Forks. Must be called from the main thread, while no cell runs.
///
/// # Errors
/// When the system has no room for another process.
pub(crate) fn take() -> io::Result<Side> {
    let (mut waiting, alive) = pipe()?;
    // SAFETY: the child only reads from a pipe, then, if promoted, goes on in `serve`, which starts all the
    // threads it needs anew. glibc puts its allocator in order around a fork.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            drop(alive);
            // Ends when the last copy of `alive` is closed: at the death of the process that holds it.
            let _ = waiting.read(&mut [0]);
            Ok(Side::Promoted)
        }
        child => Ok(Side::Runs(Snapshot {
            child,
            _alive: alive,
        })),
    }
}

impl Snapshot {
    /// The cell has ended: the child is not needed.
    pub(crate) fn discard(self) {
        // SAFETY: `child` is our child and was not waited for yet, so the id is still its own.
        unsafe {
            libc::kill(self.child, libc::SIGKILL);
            libc::waitpid(self.child, std::ptr::null_mut(), 0);
        }
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
