//! Coming back: what a crash costs, and `:undo`.

use std::collections::BTreeSet;
use std::time::Duration;

use wick_runtime::protocol::{self, Request, SnapshotId};

use super::NativeEngine;
use super::compile::other_error;
use super::evaluate::frame;
use super::memory::{self, Bytes};
use super::process::Death;
use super::target::GRACE;
use super::timeline::{Moment, State};
use super::variables::Variables;
use crate::engine::diagnostics::panic::Failure;
use crate::engine::{CellError, CellId, Reply, Stream};

/// What comes back with a snapshot, and what does not.
const ENDED_WITH_IT: &str = "threads that earlier cells had started have ended";

impl NativeEngine {
    /// Marks where the session stands after a cell that took `time`, if it did anything.
    pub(super) async fn mark_moment(&mut self, time: Duration) {
        self.hear_of_snapshots();
        if self.changed && self.timeline.affords(time) {
            self.mark_now().await;
        }
    }

    /// Takes notice of what became of the snapshots that were asked for.
    fn hear_of_snapshots(&mut self) {
        for result in self.runtime.snapshots() {
            let taken = result.is_ok();
            self.timeline.taken(result);
            self.changed |= !taken;
        }
    }

    /// Marks where the session stands, whatever it costs.
    async fn mark_now(&mut self) {
        let (id, gone) = self.timeline.push(self.last_cell, self.state());
        self.changed = false;
        if !gone.is_empty() {
            self.runtime.post(&Request::Discard(gone)).await;
        }
        self.runtime.post(&Request::Snapshot(id)).await;
    }

    /// Cell `cell` is about to change the session.
    pub(super) fn begins(&mut self, cell: CellId) {
        if self.last_cell != Some(cell) {
            self.cell_before = self.last_cell.replace(cell);
        }
        self.changed = true;
    }

    fn state(&self) -> State {
        State {
            notebook: self.notebook.clone(),
            versions: self.versions.clone(),
            variables: self.variables.clone(),
            tokio: self.tokio,
        }
    }

    /// The session is as it was at `moment`, whose process has taken over: it becomes the present.
    pub(super) async fn stand_at(&mut self, moment: Moment) {
        let State {
            notebook,
            versions,
            variables,
            tokio,
        } = moment.state;
        self.notebook = notebook;
        self.versions = versions;
        self.variables = variables;
        self.tokio = tokio;
        self.last_cell = moment.after;
        (self.ran).retain(|ran| moment.after.is_some_and(|after| ran.cell <= after));
        self.runtime.limit_memory(self.memory).await;
        self.mark_now().await;
        if let Some(name) = moment.checkpoint {
            self.timeline.name_newest(&name);
        }
    }

    /// Whether the newest moment is the present.
    fn is_marked(&self) -> bool {
        !self.changed && !self.timeline.moments().is_empty()
    }

    /// Says what happened to the process between cells.
    pub(super) async fn notice_deaths(&mut self, cell: CellId) {
        for death in self.runtime.notice().await {
            let kept = self.recover(&death, cell, false).await;
            self.say_ended_from_outside(&death, &kept);
        }
    }

    /// The same for what happened just before the cell that has run in the meantime.
    pub(super) fn notice_outlived_deaths(&mut self) {
        for death in self.runtime.outlived() {
            // The moment has become the present, and a cell has run in it.
            let _ = death.recovered.and_then(|id| self.timeline.back_to(id));
            self.changed = true;
            let kept = format!("Variables are as they were; {ENDED_WITH_IT}.");
            self.say_ended_from_outside(&death, &kept);
        }
    }

    fn say_ended_from_outside(&self, death: &Death, kept: &str) {
        let how = &death.how;
        self.say(
            Stream::Stderr,
            format!("The process that holds the variables was ended from outside of a cell ({how}).\n{kept}\n"),
        );
    }

    /// The process died with the cell.
    pub(super) async fn died(&mut self, cell: CellId, death: &Death) -> CellError {
        let stopped = self.target.was_killed();
        let (name, what) = if stopped {
            let what = format!(
                "the cell did not listen to the interrupt for {:.1} s and was stopped",
                GRACE.as_secs_f64()
            );
            ("Interrupted", what)
        } else {
            self.cause(death)
        };
        let kept = self.recover(death, cell, true).await;
        let frames = death.crash.iter().flat_map(|crash| crash.frames.clone());
        let failure = Failure {
            name: name.to_string(),
            message: format!("{what}\n{kept}"),
            causes: Vec::new(),
            frames: frames.map(frame).collect(),
        };
        failure.report(&self.outlines, &self.names)
    }

    /// What a process died of: the error's name, and a sentence.
    fn cause<'a>(&self, death: &'a Death) -> (&'a str, String) {
        let how = death.how.as_str();
        let overflow = death
            .crash
            .as_ref()
            .is_some_and(|crash| crash.stack_overflow);
        // A thread that another one started has no stack to report this from.
        let unheard = how == "SIGSEGV" && death.crash.is_none() && death.recovered.is_some();
        if overflow || unheard || death.last_words.contains("has overflowed its stack") {
            let thread = if unheard { " of another thread" } else { "" };
            let what = format!(
                "stack overflow: the stack{thread} is full, most likely of calls that never return ({how})"
            );
            return ("StackOverflow", what);
        }
        if how == "SIGABRT"
            && let Some(bytes) = refused_allocation(&death.last_words)
        {
            let limit = match self.memory {
                Some(limit) => format!("a session may have {limit}; `:memory` changes that"),
                None => "the system has no more".to_string(),
            };
            let what = format!("out of memory: {bytes} more were asked for ({limit})");
            return ("OutOfMemory", what);
        }
        if death.cut_off {
            let what = "the cell closed the connection of its process to the kernel: it became another program (`exec`), or \
                        closed files that it had not opened";
            return ("Disconnected", what.to_string());
        }
        let what = match how {
            "SIGSEGV" => "the cell used memory that is not its own",
            "SIGBUS" => "the cell used memory that has nothing behind it",
            "SIGFPE" => "the cell did arithmetic that the processor refuses",
            "SIGILL" => "the cell ran an instruction that the processor does not know",
            "SIGABRT" => "the cell aborted",
            "SIGKILL" => {
                "the process was killed, by a person or because the system had no memory left"
            }
            _ => "the cell ended the process it ran in",
        };
        let name = if how.starts_with("SIG") {
            how
        } else {
            "ProcessExited"
        };
        (name, format!("{what} ({how})"))
    }

    /// Goes on after a death, and says what is left.
    async fn recover(&mut self, death: &Death, cell: CellId, in_cell: bool) -> String {
        // What was heard before the end is about moments that are still there.
        self.hear_of_snapshots();
        let moment = death.recovered.and_then(|id| self.timeline.back_to(id));
        if let Some(moment) = moment {
            let before = self.variables.clone();
            let (missed, after) = (self.last_cell != moment.after, moment.after);
            // `last_cell` is this cell itself once it has begun.
            let skipped = missed && !(in_cell && self.timeline_is_at(after, cell));
            self.stand_at(moment).await;
            return if skipped {
                let when = after.map_or("at the start".to_string(), |id| format!("after {id}"));
                let lost = names_only_in(&before, &self.variables);
                let lost = if lost.is_empty() {
                    String::new()
                } else {
                    format!(" (without {})", lost.join(", "))
                };
                let why = self.timeline.failed.as_ref();
                let why = why.map_or(String::new(), |why| {
                    format!("\nSince then there was no snapshot: {why}.")
                });
                let copies = self.host_checkpoints_hint();
                format!("Variables are as they were {when}{lost}; {ENDED_WITH_IT}.{why}{copies}")
            } else if in_cell {
                format!("Variables are as they were before the cell; {ENDED_WITH_IT}.")
            } else {
                format!("Variables are as they were; {ENDED_WITH_IT}.")
            };
        }
        match self.restart(cell).await {
            Ok(lost) => {
                self.mark_now().await;
                if lost.is_empty() {
                    "A new process is ready; there were no variables to lose.".into()
                } else {
                    let lost = lost.join(", ");
                    format!("A new process is ready; these variables are lost: {lost}.")
                }
            }
            Err(error) => format!("No new process could be started: {error}"),
        }
    }

    /// Whether nothing but `cell` itself has run since the moment after `after`.
    fn timeline_is_at(&self, after: Option<CellId>, cell: CellId) -> bool {
        self.last_cell == Some(cell) && self.cell_before == after
    }

    /// `:undo [N]`.
    pub(super) async fn undo(&mut self, argument: &str) -> Reply {
        let steps: usize = match argument {
            "" => 1,
            text => text
                .parse()
                .ok()
                .filter(|steps| *steps > 0)
                .ok_or_else(|| {
                    command_error(format!("`:undo` takes a number of cells, not `{text}`"))
                })?,
        };
        self.mark_if_needed().await?;
        let moments = self.timeline.moments();
        let possible = moments.len().saturating_sub(1);
        if steps > possible {
            return Err(command_error(match possible {
                0 => "there is nothing to undo".to_string(),
                1 => "only the last cell can be undone".to_string(),
                _ => format!("only the last {possible} cells can be undone"),
            }));
        }
        let target = moments.len() - 1 - steps;
        let first_undone = moments[target + 1].after;
        let what = match (steps, first_undone) {
            (1, Some(cell)) => format!("{cell} is undone"),
            (_, Some(cell)) => format!("{cell} and what came after it is undone"),
            (_, None) => "undone".to_string(),
        };
        self.go_back(target, what).await
    }

    /// `:snapshot [on|off]`.
    pub(super) async fn set_snapshots(&mut self, argument: &str) -> Reply {
        match argument {
            "on" => {
                self.timeline.on = true;
                self.changed = true;
                Ok(())
            }
            "off" => {
                self.timeline.on = false;
                let gone = self.timeline.forget();
                self.runtime.post(&Request::Discard(gone)).await;
                self.say(
                    Stream::Stdout,
                    "A cell that crashes takes all variables along from now on.\n".into(),
                );
                Ok(())
            }
            "" => {
                let text = match (self.timeline.on, &self.timeline.failed) {
                    (false, _) => "off".to_string(),
                    (true, Some(why)) => format!("on, but the last one failed: {why}"),
                    (true, None) => "on".to_string(),
                };
                self.say(Stream::Stdout, text + "\n");
                Ok(())
            }
            other => Err(command_error(format!(
                "`:snapshot` takes `on` or `off`, not `{other}`"
            ))),
        }
    }

    /// `:memory [SIZE|off]`.
    pub(super) async fn set_memory(&mut self, argument: &str) -> Reply {
        match argument {
            "" => {}
            "off" => self.memory = None,
            text => {
                self.memory = Some(Bytes::parse(text).ok_or_else(|| {
                    command_error(format!(
                        "`:memory` takes a size such as `4G`, or `off`, not `{text}`"
                    ))
                })?);
            }
        }
        if !argument.is_empty() {
            self.runtime.limit_memory(self.memory).await;
        }
        let text = match self.memory {
            Some(limit) => format!("a session may have {limit} of memory\n"),
            None => "a session may have all memory there is\n".to_string(),
        };
        self.say(Stream::Stdout, text);
        Ok(())
    }

    /// `:history`: the moments that can be returned to, and what each holds.
    pub(super) async fn show_moments(&mut self) -> Reply {
        self.require_snapshots()?;
        // Without a moment for the present there are still those before.
        let marked = self.mark_if_needed().await;
        let mut text = marked.err().map_or(String::new(), |why| {
            format!(
                "now: {}; after a crash the session is as in the first line below\n",
                why.evalue
            )
        });
        for (index, moment) in self.timeline.moments().iter().enumerate().rev() {
            let steps = self.timeline.moments().len() - 1 - index;
            let earlier = index.checked_sub(1).map(|i| &self.timeline.moments()[i]);
            let when = moment.after.map_or("start".into(), |cell| cell.to_string());
            let how = match steps {
                0 => "now".to_string(),
                1 => ":undo".to_string(),
                _ => format!(":undo {steps}"),
            };
            let now = &moment.state.variables;
            let news = earlier.map_or_else(
                || names_only_in(now, &Variables::default()),
                |earlier| changed_names(&earlier.state.variables, now),
            );
            let held = moment.pid.and_then(memory::private);
            let held = held.map_or_else(String::new, |held| format!("holds {held}"));
            let name = moment.checkpoint.as_deref().unwrap_or_default();
            text += format!("{when:7} {how:9} {held:17} {name:12} {}", news.join(", ")).trim_end();
            text += "\n";
        }
        self.say(Stream::Stdout, text);
        Ok(())
    }

    /// Makes sure that the present is a moment that can be returned to.
    pub(super) async fn mark_if_needed(&mut self) -> Reply {
        self.require_snapshots()?;
        if !self.is_marked() {
            self.mark_now().await;
        }
        self.settle_snapshots().await;
        match &self.timeline.failed {
            Some(why) => Err(command_error(format!("no snapshot could be taken: {why}"))),
            None => Ok(()),
        }
    }

    pub(super) fn require_snapshots(&self) -> Reply {
        if self.timeline.on {
            return Ok(());
        }
        let message = "snapshots are off; `:snapshot on` takes them again";
        Err(command_error(message.to_string()))
    }

    /// Waits until it is known what became of the snapshots that were asked for.
    async fn settle_snapshots(&mut self) {
        // Requests are answered in order.
        let (run, slots) = (self.new_run(), Vec::new());
        let nothing = protocol::Drop { run, slots };
        let _ = self.runtime.call(&Request::Drop(nothing)).await;
        self.hear_of_snapshots();
    }

    pub(super) async fn go_back(&mut self, target: usize, what: String) -> Reply {
        let moments = self.timeline.moments();
        let id: SnapshotId = moments[target].snapshot;
        let lost: Vec<String> = moments[target + 1..]
            .iter()
            .filter_map(|moment| Some(format!("`{}`", moment.checkpoint.as_ref()?)))
            .collect();
        let death = match self.runtime.call(&Request::GoBack(id)).await {
            Err(death) if death.recovered == Some(id) => death,
            Err(death) => return Err(self.died(self.last_cell.unwrap_or(CellId(0)), &death).await),
            Ok(_) => {
                return Err(command_error(
                    "that moment could not be kept: its process has ended".to_string(),
                ));
            }
        };
        self.hear_of_snapshots();
        let before = self.variables.clone();
        let Some(moment) = death.recovered.and_then(|id| self.timeline.back_to(id)) else {
            return Err(command_error("that moment is unknown".to_string()));
        };
        self.stand_at(moment).await;
        let gone = names_only_in(&before, &self.variables);
        let back = names_only_in(&self.variables, &before);
        let mut text = what;
        for (names, verb) in [(gone, "gone"), (back, "back")] {
            if !names.is_empty() {
                let are = if names.len() == 1 { "is" } else { "are" };
                text += &format!("; {} {are} {verb}", names.join(", "));
            }
        }
        if !lost.is_empty() {
            text += &format!("; made after it and gone: {}", lost.join(", "));
        }
        self.say(Stream::Stdout, text + "\n");
        Ok(())
    }
}

/// The names of variables that only the first of the two has.
fn names_only_in(these: &Variables, not: &Variables) -> Vec<String> {
    these
        .iter()
        .filter(|variable| not.get(&variable.name).is_none())
        .map(|variable| format!("`{}`", variable.name))
        .collect()
}

/// `+x` for variables that are new or made anew, `-x` for those that are gone.
fn changed_names(before: &Variables, now: &Variables) -> Vec<String> {
    let slots: BTreeSet<_> = before.iter().map(|variable| variable.slot).collect();
    let new = now
        .iter()
        .filter(|variable| !slots.contains(&variable.slot));
    let gone = before.iter().filter(|it| now.get(&it.name).is_none());
    new.map(|variable| format!("+{}", variable.name))
        .chain(gone.map(|variable| format!("-{}", variable.name)))
        .collect()
}

/// The size that Rust could not get, from what it says before it aborts.
fn refused_allocation(last_words: &str) -> Option<Bytes> {
    let (_, rest) = last_words.rsplit_once("memory allocation of ")?;
    let (bytes, _) = rest.split_once(" bytes failed")?;
    Some(Bytes(bytes.parse().ok()?))
}

pub(super) fn command_error(message: String) -> CellError {
    other_error("CommandError", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_that_was_refused_is_found() {
        let words = "x\nmemory allocation of 67108864 bytes failed\n";
        assert_eq!(refused_allocation(words), Some(Bytes(64 << 20)));
        assert_eq!(refused_allocation("memory allocation of"), None);
    }
}
