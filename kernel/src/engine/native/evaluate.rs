//! A cell's way from text to effects.

use std::pin::pin;
use std::time::Instant;

use wick_runtime::protocol::{
    self, Finished, Outcome, Place as RuntimePlace, Request, Response, Run, SlotId,
};

use super::ahead::{Foresight, WORTHWHILE};
use super::compile::other_error;
use super::generate::{CELL_FILE, Keep, Plan, Take};
use super::split::{Split, blank, split_with};
use super::statements::Prepared;
use super::timing::Phases;
use super::variables::{Gone, Variable};
use super::{NativeEngine, commands, lex, mir};
use crate::engine::diagnostics::panic::{Failure, Frame};
use crate::engine::diagnostics::rustc::Diagnostic;
use crate::engine::diagnostics::{Mapped, report, warnings};
use crate::engine::source_map::{CellText, SourceMap};
use crate::engine::{Cell, CellError, CellId, CommMessage, Reply, Stream};

impl NativeEngine {
    #[tracing::instrument(name = "cell", skip_all, fields(number = cell.id.0))]
    pub(super) async fn evaluate_cell(&mut self, cell: &Cell, phases: &mut Phases) -> Reply {
        let text = CellText {
            id: cell.id,
            text: cell.code.clone(),
        };
        if let Some((interpreter, script)) = commands::script(&cell.code) {
            return self.run_script(interpreter, script).await;
        }
        if let Some(error) = commands::magic(&cell.code) {
            return Err(error);
        }
        if let Some(name) = self.asks_about(&cell.code) {
            return self.show_doc(name).await;
        }
        let started = Instant::now();
        let split = tracing::info_span!("split")
            .in_scope(|| split_with(&text.text, &self.notebook.item_macros()));
        phases.split = started.elapsed();

        let code_starts = first_code(&split, &text);
        let (before, after): (Vec<_>, Vec<_>) = split
            .commands
            .iter()
            .cloned()
            .partition(|command| command.start < code_starts);
        self.commands(&text, &before).await?;
        let compiling = self.compiling.clone();
        let interrupted = compiling.notified();
        let prepared = tokio::select! {
            prepared = async {
                self.catch_up(cell).await;
                self.prepare(&text, &split, phases).await
            } => prepared.inspect_err(|_| self.nothing_was_made(cell.id, &split))?,
            () = interrupted => return Err(interrupted_error("while it was being compiled")),
        };
        self.tokio |= split.awaits || lex::mentions(&text.text).contains("tokio");
        if let Some(prepared) = prepared {
            self.run(&text, prepared, cell.next.as_deref(), phases)
                .await?;
        }
        self.commands(&text, &after).await
    }

    /// A cell that does not compile makes nothing of what it names.
    fn nothing_was_made(&mut self, cell: CellId, split: &Split) {
        let variables = split.bindings.iter().map(|binding| &binding.name);
        let items = split.items.iter().flat_map(|item| &item.names);
        for name in variables.chain(items) {
            self.variables.was_not_made(name, Gone::Unfinished(cell));
        }
    }

    #[tracing::instrument(skip_all, fields(load_us, run_us))]
    async fn run(
        &mut self,
        cell: &CellText,
        prepared: Prepared,
        next: Option<&str>,
        phases: &mut Phases,
    ) -> Reply {
        let Prepared {
            plan,
            compiled,
            types,
            map,
        } = prepared;
        if let Some(file) = map.get(CELL_FILE) {
            self.outlines.insert(cell_file(cell.id.0), file);
        }
        let takes: Vec<SlotId> = plan
            .takes
            .iter()
            .map(|(variable, _)| variable.slot)
            .collect();
        let keeps: Vec<SlotId> = plan.kept().map(|_| self.new_slot()).collect();
        let run = Run {
            run: self.new_run(),
            cell: cell.id.0,
            library: compiled.library(),
            takes,
            keeps: keeps.clone(),
            tokio: self.tokio,
        };
        if self.target.was_asked_to_stop() {
            return Err(interrupted_error("before it ran"));
        }
        self.begins(cell.id);
        let number = run.run;
        let next = next.map(|next| self.foresee(cell.id, &plan, &types, next));
        let run = Request::Run(run);
        let answer = {
            let mut answer = pin!(self.runtime.call(&run));
            tokio::select! {
                biased;
                answer = &mut answer => answer,
                () = tokio::time::sleep(WORTHWHILE) => {
                    self.ahead = next.map(Foresight::compile);
                    answer.await
                }
            }
        };
        let finished = match answer {
            Ok(Response::Finished(finished)) => finished,
            Ok(_) => {
                return Err(other_error(
                    "InternalError",
                    "the runtime gave an answer to something else".into(),
                ));
            }
            Err(death) => {
                let report = self.died(cell.id, &death).await;
                for kept in plan.kept() {
                    self.variables
                        .was_not_made(kept.name(), Gone::Unfinished(cell.id));
                }
                return Err(report);
            }
        };
        self.runtime.last_output(number).await;
        phases.run = Some(finished.timing);
        tracing::Span::current()
            .record("load_us", finished.timing.load)
            .record("run_us", finished.timing.run);
        self.settle(cell, &plan, &types, &keeps, &finished).await?;
        self.outcome(finished.outcome)
    }

    /// What the variables are after a cell.
    async fn settle(
        &mut self,
        cell: &CellText,
        plan: &Plan,
        types: &[String],
        keeps: &[SlotId],
        finished: &Finished,
    ) -> Reply {
        for (variable, take) in &plan.takes {
            if finished.gone.contains(&variable.slot) && *take != Take::PutBack {
                self.variables.remove(&variable.name, Gone::Moved(cell.id));
            }
        }
        let mut replaced = Vec::new();
        for ((kept, ty), slot) in plan.kept().zip(types).zip(keeps) {
            let (name, mutable) = (kept.name(), kept.mutable());
            if !finished.kept.contains(slot) {
                self.variables.was_not_made(name, Gone::Unfinished(cell.id));
                continue;
            }
            let made_of = mir::notebook_names(ty).into_iter().map(|name| {
                let identity = self.notebook.identity(&name);
                (name, identity)
            });
            let variable = Variable {
                name: name.to_string(),
                ty: ty.clone(),
                mutable,
                slot: *slot,
                cell: cell.id,
                made_of: made_of.collect(),
            };
            replaced.extend(self.variables.insert(variable));
        }
        if matches!(finished.outcome, Outcome::Ok) {
            // The name meant a value of this cell's, which is no more: an earlier one does not come back.
            for (binding, keep) in &plan.keeps {
                let gone = match keep {
                    Keep::Moved => Gone::Moved(cell.id),
                    Keep::Ends(ending) => Gone::Ended(*ending, cell.id),
                    _ => continue,
                };
                replaced.extend(self.variables.remove(&binding.name, gone));
            }
        }
        self.drop_slots(cell, replaced).await
    }

    /// Has the runtime handle a client's message on a comm, as the business of the last cell.
    pub(super) async fn comm_message(&mut self, message: CommMessage, id: CellId) -> Reply {
        let run = self.new_run();
        let request = Request::Comm(protocol::Comm { run, message });
        let outcome = match self.runtime.call(&request).await {
            Ok(Response::Commed(outcome)) => outcome,
            Ok(_) => {
                return Err(other_error(
                    "InternalError",
                    "the runtime gave an answer to something else".into(),
                ));
            }
            Err(death) => return Err(self.died(id, &death).await),
        };
        self.runtime.last_output(run).await;
        self.outcome(outcome)
    }

    fn outcome(&self, outcome: Outcome) -> Reply {
        tracing::debug!(?outcome, "the cell has ended");
        let frames = |places: Vec<RuntimePlace>| places.into_iter().map(frame).collect::<Vec<_>>();
        let failure = match outcome {
            Outcome::Ok => return Ok(()),
            Outcome::Panicked(panic) => Failure::panic(panic.message, frames(panic.frames)),
            Outcome::Failed(failure) => {
                let place = frames(vec![failure.place]);
                Failure::error(&failure.type_name, failure.message, failure.causes, place)
            }
            Outcome::Interrupted { frames: places } => Failure::error(
                "Interrupted",
                "the cell was interrupted",
                Vec::new(),
                frames(places),
            ),
            Outcome::NotLoaded(reason) => return Err(other_error("LoadError", reason)),
        };
        Err(failure.report(&self.outlines, &self.names))
    }

    pub(super) async fn drop_slots(&mut self, cell: &CellText, slots: Vec<SlotId>) -> Reply {
        if slots.is_empty() {
            return Ok(());
        }
        let run = self.new_run();
        let request = Request::Drop(protocol::Drop { run, slots });
        let answer = self.runtime.call(&request).await;
        if answer.is_ok() {
            self.runtime.last_output(run).await;
        }
        match answer {
            Ok(Response::Dropped(Some(message))) => {
                self.say(Stream::Stderr, format!("{message}\n"));
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(death) => Err(self.died(cell.id, &death).await),
        }
    }

    pub(super) fn new_run(&mut self) -> u64 {
        let run = self.next_run;
        self.next_run += 1;
        run
    }

    fn new_slot(&mut self) -> SlotId {
        let slot = SlotId(self.next_slot);
        self.next_slot += 1;
        slot
    }

    pub(super) fn mapped(&self, diagnostics: &[Diagnostic], map: &SourceMap) -> Vec<Mapped> {
        Mapped::all(diagnostics, map, &self.names)
    }

    pub(super) fn say_warnings(&self, diagnostics: &[Mapped]) {
        if let Some(text) = warnings(diagnostics) {
            self.say(Stream::Stderr, text);
        }
    }

    pub(super) fn rejected(&self, mapped: Vec<Mapped>, raw: &[Diagnostic]) -> CellError {
        report(&mapped).unwrap_or_else(|| {
            let messages: Vec<_> = raw
                .iter()
                .map(|diagnostic| diagnostic.message.as_str())
                .collect();
            other_error("CompileError", messages.join("\n"))
        })
    }
}

/// Where a cell's own code starts.
fn first_code(split: &Split, text: &CellText) -> usize {
    let code = blank(&text.text, &split.commands);
    code.len() - code.trim_start().len()
}

/// What a cell's statements are called among the session's sources.
fn cell_file(cell: u32) -> String {
    format!("{CELL_FILE} {cell}")
}

pub(super) fn frame(place: RuntimePlace) -> Frame {
    let file = match place.cell {
        Some(cell) if place.file == CELL_FILE => cell_file(cell),
        _ => place.file,
    };
    Frame {
        file,
        line: place.line as usize,
        column: Some(place.column as usize).filter(|column| *column > 0),
    }
}

pub(super) fn interrupted_error(when: &str) -> CellError {
    other_error("Interrupted", format!("the cell was interrupted {when}"))
}
