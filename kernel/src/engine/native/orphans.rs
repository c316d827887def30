//! What a cell had started and left behind when its process died.
//!
//! The kernel adopts the processes of a session whose parent is gone. Those that began with the cell that died end
//! with it; those of earlier cells go on.

use std::fs;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
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
const PARKED: &str = "(wick-snapshot)";

/// Ends the orphans of process group `group` that began at `since` or later, all but `successor` and the snapshots,
/// and takes notice of those that have ended already.
pub(super) fn end(group: i32, successor: u32, since: Ticks) {
    let ours = std::process::id();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut ended = 0;
    for pid in ids.filter(|pid| *pid != successor) {
        let Some(process) = fs::read_to_string(format!("/proc/{pid}/stat")).ok() else {
            continue;
        };
        if let Some((parent, of_group, started)) = read(&process)
            && (parent, of_group) == (ours, group)
            && started >= since
            && !process.contains(PARKED)
        {
            let _ = kill(Pid::from_raw(pid as i32), Signal::SIGKILL);
            ended += 1;
        }
    }
    // They end soon, but not at once.
    if ended > 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    if group > 0 {
        while let Ok(status) = waitpid(Pid::from_raw(-group), Some(WaitPidFlag::WNOHANG))
            && status != WaitStatus::StillAlive
        {}
    }
}

/// The parent, the process group and the start of a process, from its `/proc/…/stat`.
fn read(stat: &str) -> Option<(u32, i32, Ticks)> {
    // The name, in parentheses, may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let started = fields.nth(16)?.parse().ok()?;
    Some((parent, group, Ticks(started)))
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
        let (parent, _, started) = read(&stat.replace("(sleep)", "(a ) b)")).unwrap();
        assert_eq!(parent, std::process::id());
        assert!(started >= before && started <= now(), "{started:?}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
