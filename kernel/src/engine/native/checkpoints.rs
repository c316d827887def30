//! `:checkpoint` and `:restore`: moments with a name.
//!
//! A checkpoint is a snapshot of the process. Where CUDA is in use there are none; then it is a copy of what can be
//! saved (see [`super::state_file`]) in the kernel's own main memory, which outlives the process that holds the GPU.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use nix::sys::memfd::{MFdFlags, memfd_create};
use wick_runtime::protocol::NoSnapshot;

use super::NativeEngine;
use super::moments::command_error;
use super::state_file::holds;
use crate::engine::source_map::CellText;
use crate::engine::{CellId, Reply, Stream};

/// Checkpoints in main memory, by name.
pub(super) type HostCheckpoints = BTreeMap<String, HostCheckpoint>;

/// A copy of the variables that the kernel holds.
pub(super) struct HostCheckpoint {
    memory: File,
    /// The last cell that had run.
    after: Option<CellId>,
}

impl HostCheckpoint {
    /// Where the runtime finds it: a file without a name has one there.
    fn path(&self) -> PathBuf {
        let (kernel, fd) = (std::process::id(), self.memory.as_raw_fd());
        format!("/proc/{kernel}/fd/{fd}").into()
    }
}

impl NativeEngine {
    /// `:checkpoint NAME`; without a name, the list of them.
    pub(super) async fn checkpoint(&mut self, cell: &CellText, name: &str) -> Reply {
        if name.is_empty() {
            self.list_checkpoints();
            return Ok(());
        }
        match self.mark_if_needed().await {
            Ok(()) => {
                self.host_checkpoints.remove(name);
                self.timeline.name_newest(name);
                let text = format!("`:restore {name}` comes back to this moment\n");
                self.say(Stream::Stdout, text);
                Ok(())
            }
            Err(_) if self.timeline.failed == Some(NoSnapshot::Gpu) => {
                self.copy_to_host(cell, name).await
            }
            Err(error) => Err(error),
        }
    }

    /// Copies what can be saved to main memory.
    async fn copy_to_host(&mut self, cell: &CellText, name: &str) -> Reply {
        let memory = memfd_create(c"wick-checkpoint", MFdFlags::MFD_CLOEXEC).map_err(|error| {
            command_error(format!("there is no memory for a checkpoint: {error}"))
        })?;
        let after = self
            .last_cell
            .filter(|last| *last != cell.id)
            .or(self.cell_before);
        let copy = HostCheckpoint {
            memory: memory.into(),
            after,
        };
        let saved = self.write_state(cell, &copy.path()).await?;
        self.host_checkpoints.insert(name.to_owned(), copy);
        let text = format!(
            "CUDA is in use, so this is a copy in main memory of {}`:restore {name}` brings these back, also after a crash\n",
            holds(&saved)
        );
        self.say(Stream::Stdout, text);
        self.say_missing(&saved);
        Ok(())
    }

    fn list_checkpoints(&self) {
        let when = |after: Option<CellId>| after.map_or("the start".into(), |id| id.to_string());
        let moments = self.timeline.moments().iter();
        let mut text: String = moments
            .filter_map(|moment| {
                let name = moment.checkpoint.as_ref()?;
                Some(format!("{name}  after {}\n", when(moment.after)))
            })
            .collect();
        for (name, copy) in &self.host_checkpoints {
            text += &format!("{name}  after {}, in main memory\n", when(copy.after));
        }
        if text.is_empty() {
            text = "no checkpoints; `:checkpoint NAME` makes one\n".into();
        }
        self.say(Stream::Stdout, text);
    }

    /// `:restore NAME`.
    pub(super) async fn restore(&mut self, cell: &CellText, name: &str) -> Reply {
        if let Some(copy) = self.host_checkpoints.get(name) {
            let path = copy.path();
            let (called, again) = (format!("checkpoint `{name}`"), format!(":restore {name}"));
            return self.read_state(cell, &path, &called, &[], &again).await;
        }
        if let Some(target) = self.timeline.checkpoint(name) {
            return self.go_back(target, format!("Back at `{name}`")).await;
        }
        let moments = self.timeline.moments().iter();
        let names = moments.filter_map(|it| it.checkpoint.as_deref());
        let names = names.chain(self.host_checkpoints.keys().map(String::as_str));
        let names: Vec<_> = names.collect();
        Err(command_error(if names.is_empty() {
            "there are no checkpoints; `:checkpoint NAME` makes one".to_string()
        } else {
            let names = names.join(", ");
            format!("there is no checkpoint `{name}`; there is {names}")
        }))
    }

    /// What a person can do after a crash with a GPU.
    pub(super) fn host_checkpoints_hint(&self) -> String {
        if self.timeline.failed != Some(NoSnapshot::Gpu) {
            return String::new();
        }
        let names: Vec<_> = self
            .host_checkpoints
            .keys()
            .map(|name| format!("`:restore {name}`"))
            .collect();
        if names.is_empty() {
            return "\n`:checkpoint NAME` copies tensors and models to main memory while CUDA is in use.".into();
        }
        format!(
            "\n{} brings back what was copied to main memory.",
            names.join(" or ")
        )
    }
}
