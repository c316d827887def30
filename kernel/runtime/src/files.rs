//! Room for the files of the session itself.
//!
//! A cell may open files until it may open no more, or lower the limit. The next cell is a library, and a library is a file.

use std::io;
use std::sync::OnceLock;

use libc::{RLIMIT_NOFILE, rlim_t, rlimit};

/// So many can be opened after each cell: a library and what it needs, a snapshot's pipe, and some for the cell.
const SPARE: rlim_t = 16;

/// What the session began with.
static LIMIT: OnceLock<rlimit> = OnceLock::new();

/// Called at the start.
pub(crate) fn remember_limit() {
    if let Some(limit) = limit() {
        let _ = LIMIT.set(limit);
    }
}

/// Raises the limit of open files where it leaves no room.
///
/// # Errors
/// When that is not allowed: a cell has lowered the hard limit.
pub(crate) fn make_room() -> io::Result<()> {
    let Some(present) = limit() else {
        return Ok(());
    };
    let wanted = first_free()
        .unwrap_or(present.rlim_cur)
        .saturating_add(SPARE);
    if wanted <= present.rlim_cur {
        return Ok(());
    }
    let before = LIMIT.get().copied().unwrap_or(present);
    let hard = if wanted <= present.rlim_max {
        present.rlim_max
    } else {
        // Only root may do this.
        wanted.max(before.rlim_max)
    };
    let raised = rlimit {
        rlim_cur: wanted.max(before.rlim_cur).min(hard),
        rlim_max: hard,
    };
    // SAFETY: a plain system call that reads a local structure.
    if unsafe { libc::setrlimit(RLIMIT_NOFILE, &raw const raised) } == 0 {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "the cell left no room for open files: no more than {} are allowed (RLIMIT_NOFILE), and a cell needs some to be loaded",
        present.rlim_max
    )))
}

fn limit() -> Option<rlimit> {
    // SAFETY: all zeros are a value of the structure, which the system call fills.
    unsafe {
        let mut limit = std::mem::zeroed::<rlimit>();
        (libc::getrlimit(RLIMIT_NOFILE, &raw mut limit) == 0).then_some(limit)
    }
}

/// The lowest number that a file would get; `None` where it would get none.
fn first_free() -> Option<rlim_t> {
    // SAFETY: makes a descriptor, and closes that one alone.
    unsafe {
        let root = libc::open(c"/".as_ptr(), libc::O_PATH | libc::O_CLOEXEC);
        let free = rlim_t::try_from(root).ok()?;
        libc::close(root);
        Some(free)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// In a process of its own: the limit is that of the whole process.
    fn in_a_fork(test: impl FnOnce() -> bool) {
        // SAFETY: the child makes system calls, opens files, and ends without running anything else.
        let status = unsafe {
            let pid = libc::fork();
            if pid == 0 {
                let passed = catch_unwind(AssertUnwindSafe(test)).unwrap_or(false);
                libc::_exit(i32::from(!passed));
            }
            let mut status = 0;
            assert_eq!(libc::waitpid(pid, &raw mut status, 0), pid);
            status
        };
        assert_eq!(status, 0);
    }

    fn lower(soft: rlim_t) {
        let limit = rlimit {
            rlim_cur: soft,
            ..limit().unwrap()
        };
        // SAFETY: reads a local structure.
        let set = unsafe { libc::setrlimit(RLIMIT_NOFILE, &raw const limit) };
        assert_eq!(set, 0);
    }

    #[test]
    fn a_soft_limit_that_leaves_no_room_is_raised() {
        in_a_fork(|| {
            remember_limit();
            let before = limit().unwrap().rlim_cur;
            lower(0);
            make_room().is_ok() && limit().unwrap().rlim_cur >= before && File::open("/").is_ok()
        });
    }

    #[test]
    fn files_that_a_cell_keeps_open_leave_room_for_more() {
        in_a_fork(|| {
            lower(200);
            remember_limit();
            let kept: Vec<File> = (0..).map_while(|_| File::open("/").ok()).collect();
            make_room().is_ok() && kept.len() > 100 && (0..SPARE).all(|_| File::open("/").is_ok())
        });
    }

    #[test]
    fn a_limit_that_leaves_room_stays() {
        in_a_fork(|| {
            lower(500);
            make_room().is_ok() && limit().unwrap().rlim_cur == 500
        });
    }
}
