//! What a cell had started and left behind when its process died.
//!
//! The kernel adopts the processes of a session whose parent is gone. Those that began with the cell that died end
//! with it; those of earlier cells go on.

use std::fs;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

/// A time on the clock that process starts are measured with, in the system's ticks since it was booted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticks(u64);

/// The present.
pub(super) fn now() -> Ticks {
    let since_boot = nix::time::clock_gettime(nix::time::ClockId::CLOCK_BOOTTIME);
    let per_second = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK);
    let per_second = per_second.ok().flatten().unwrap_or(100) as f64;
    let seconds = since_boot.map_or(0.0, |time| {
        time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9
    });
    Ticks((seconds * per_second) as u64)
}

/// What a parked process calls itself.
const PARKED: &str = "wick-snapshot";

/// Ends the orphans of process group `group` that began at `since` or later, all but `successor`, and takes notice of
/// those that have ended already.
pub(super) fn end(group: Pid, successor: Pid, since: Ticks) {
    let mut ended = 0;
    for process in adopted().filter(|process| process.pid != successor) {
        if process.group == group && process.started >= since {
            let _ = kill(process.pid, Signal::SIGKILL);
            ended += 1;
        }
    }
    // They end soon, but not at once.
    if ended > 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    reap(group, Some(successor));
}

/// Takes notice of the ends of snapshots and processes of `group` that the kernel has adopted; but not of `present`, whose
/// end is news, nor of the group's leader: as long as that is not taken notice of, no other group gets its number, and what
/// takes over can become a member.
pub(super) fn reap(group: Pid, present: Option<Pid>) {
    let of_session = adopted().filter(|process| process.group == group || process.name == PARKED);
    for process in of_session.filter(|process| process.has_ended) {
        if process.pid != group && Some(process.pid) != present {
            let _ = waitpid(process.pid, Some(WaitPidFlag::WNOHANG));
        }
    }
}

/// The children of the kernel, own and adopted.
fn adopted() -> impl Iterator<Item = Process> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter_map(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Process::read(&stat).filter(|process| process.parent == Pid::this())
    })
}

/// A process, from its `/proc/…/stat`.
struct Process {
    pid: Pid,
    name: String,
    has_ended: bool,
    parent: Pid,
    group: Pid,
    started: Ticks,
}

impl Process {
    fn read(stat: &str) -> Option<Self> {
        // The name, in parentheses, may hold anything.
        let (head, rest) = stat.rsplit_once(')')?;
        let (pid, name) = head.split_once(" (")?;
        let mut fields = rest.split_whitespace();
        Some(Self {
            pid: Pid::from_raw(pid.parse().ok()?),
            name: name.into(),
            has_ended: fields.next()? == "Z",
            parent: Pid::from_raw(fields.next()?.parse().ok()?),
            group: Pid::from_raw(fields.next()?.parse().ok()?),
            started: Ticks(fields.nth(16)?.parse().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let before = now();
        let mut child = std::process::Command::new("sleep")
            .arg("10")
            .spawn()
            .unwrap();
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let process = Process::read(&stat.replace("(sleep)", "(a ) b)")).unwrap();
        assert_eq!(process.pid, Pid::from_raw(child.id() as i32));
        assert_eq!(process.name, "a ) b");
        assert_eq!(process.parent, Pid::this());
        assert!(!process.has_ended);
        assert!(process.started >= before && process.started <= now());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
