//! When a kernel ends, and what it takes with it.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgrp, getpid, getppid};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

use crate::session::Interrupts;

/// How often to look whether the parent is still there.
const PARENT_POLL: Duration = Duration::from_secs(1);

/// How long processes that cells have started may take to end.
const GRACE: Duration = Duration::from_millis(100);

/// Why a kernel ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A client asked for it.
    Asked,
    /// The system asked for it.
    Signal,
    /// The process that started the kernel is gone.
    Orphaned,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "a client asked for it",
            Self::Signal => "a signal asked for it",
            Self::Orphaned => "the process that started this kernel is gone",
        })
    }
}

/// SIGINT interrupts the running cell, SIGTERM ends the kernel.
pub async fn signals(interrupts: Interrupts, end: UnboundedSender<End>) {
    let (Ok(mut int), Ok(mut term)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        tracing::warn!("signals cannot be handled here: only messages interrupt a cell");
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            Some(()) = int.recv() => interrupts.interrupt(),
            Some(()) = term.recv() => {
                let _ = end.send(End::Signal);
            }
        }
    }
}

/// Watches the process that started the kernel.
pub struct ParentWatch {
    parent: Option<Pid>,
}

impl ParentWatch {
    /// A client that wants its kernels to end with it says so by `JPY_PARENT_PID`, as Jupyter's own does.
    /// Watched is the real parent, which may be a wrapper that the client started.
    pub fn from_environment() -> Self {
        let wanted = std::env::var("JPY_PARENT_PID")
            .ok()
            .and_then(|pid| pid.trim().parse::<i32>().ok())
            .is_some_and(|pid| pid > 0);
        Self {
            parent: wanted.then(getppid),
        }
    }

    /// Waits until the parent is gone; for ever where nobody asked for that.
    pub async fn gone(self, end: UnboundedSender<End>) {
        let Some(parent) = self.parent else {
            return std::future::pending().await;
        };
        while getppid() == parent {
            tokio::time::sleep(PARENT_POLL).await;
        }
        let _ = end.send(End::Orphaned);
    }
}

/// Ends what cells have started and left running. Only where the kernel leads its process group, as Jupyter
/// starts it: otherwise the group is somebody else's.
pub async fn end_process_group() {
    let group = getpgrp();
    if group != getpid() || members(group).is_empty() {
        return;
    }
    signal_all(group, Signal::SIGTERM);
    tokio::time::sleep(GRACE).await;
    signal_all(group, Signal::SIGKILL);
}

fn signal_all(group: Pid, signal: Signal) {
    for process in members(group) {
        // It may have ended meanwhile.
        let _ = kill(process, signal);
    }
}

/// The other processes of a group.
fn members(group: Pid) -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?);
            (pid != getpid() && group_of(&entry.path())? == group).then_some(pid)
        })
        .collect()
}

/// The group of the process with this folder in `/proc`: the third field after its name, which stands in
/// brackets and may hold anything.
fn group_of(process: &Path) -> Option<Pid> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let group = fields.split_whitespace().nth(2)?.parse().ok()?;
    Some(Pid::from_raw(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_a_process_is_read() {
        assert_eq!(group_of(Path::new("/proc/self")), Some(getpgrp()));
        assert_eq!(group_of(Path::new("/proc/none")), None);
    }

    #[test]
    fn other_members_of_a_group_are_found() {
        use std::os::unix::process::CommandExt;
        let mut leader = std::process::Command::new("sh")
            .args(["-c", "sleep 30 & echo; wait"])
            .process_group(0)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Read::read_exact(leader.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        let group = Pid::from_raw(leader.id() as i32);
        assert_eq!(members(group).len(), 2);
        signal_all(group, Signal::SIGKILL);
        leader.wait().unwrap();
    }

    #[tokio::test]
    async fn without_a_request_the_parent_does_not_matter() {
        let (end, mut ended) = tokio::sync::mpsc::unbounded_channel();
        let watch = ParentWatch { parent: None };
        let task = tokio::spawn(watch.gone(end));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(ended.try_recv().is_err());
        task.abort();
    }

    #[tokio::test]
    async fn a_parent_that_has_changed_is_gone() {
        let (end, mut ended) = tokio::sync::mpsc::unbounded_channel();
        let watch = ParentWatch {
            parent: Some(Pid::from_raw(1_000_000_000)),
        };
        watch.gone(end).await;
        assert_eq!(ended.recv().await, Some(End::Orphaned));
    }
}
