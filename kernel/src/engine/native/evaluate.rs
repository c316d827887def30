//! A cell's way from text to effects.

use std::time::Instant;

use wick_runtime::protocol::{
    self, Finished, Outcome, Place as RuntimePlace, Request, Response, Run, SlotId,
};

use super::advice::{self, Context};
use super::attempts::{self, Types, Verdict};
use super::compile::{CompileTiming, Compiled, Failed, Job, OptLevel, opt_level, other_error};
use super::generate::{
    CELL_FILE, Generated, Keep, LINTS_OF_ITEMS, Plan, ROOT_FILE, Take, generate,
};
use super::items::{Items, Progress};
use super::notebook::{CRATE, Notebook};
use super::split::{Split, blank, split};
use super::timing::Phases;
use super::variables::{Gone, Variable, Variables};
use super::{NativeEngine, commands, lex, mir};
use crate::engine::diagnostics::panic::{Failure, Frame};
use crate::engine::diagnostics::rustc::Diagnostic;
use crate::engine::diagnostics::{Mapped, Place, report, warnings};
use crate::engine::source_map::{CellText, SourceMap};
use crate::engine::{Cell, CellError, CellId, CommMessage, Reply, Stream};

/// No cell needs this many: each one fixes something that the one before found.
const ATTEMPTS: usize = 6;

/// The types of a cell's variables, beside its code in the cache: one a line.
const TYPES: &str = "types";

/// A cell's statements, ready to run.
pub(super) struct Prepared {
    pub plan: Plan,
    pub compiled: Compiled,
    /// In the order of [`Plan::kept`].
    types: Vec<String>,
    map: SourceMap,
}

/// What came of statements that were compiled beside the items.
pub(super) struct Ahead {
    /// What was compiled: only that very crate is answered.
    key: String,
    timing: CompileTiming,
    result: Result<Compiled, Failed>,
}

/// The first attempt at a cell's statements.
struct First {
    plan: Plan,
    /// Whether closures are kept as what they seem to be.
    guessed: bool,
    /// Whether a closure's signature has to be found out before it can be kept: no machine code yet.
    only_types: bool,
}

impl First {
    fn new(cell: &CellText, split: &Split, variables: &Variables) -> Self {
        let plan = Plan::new(split, &cell.text, variables);
        let has_closures = split.bindings.iter().any(|binding| binding.closure);
        match plan.clone().guessing_closures() {
            Some(plan) => Self {
                plan,
                guessed: true,
                only_types: false,
            },
            None => Self {
                plan,
                guessed: false,
                only_types: has_closures,
            },
        }
    }
}

impl NativeEngine {
    #[tracing::instrument(name = "cell", skip_all, fields(number = cell.id.0))]
    pub(super) async fn evaluate_cell(&mut self, cell: &Cell, phases: &mut Phases) -> Reply {
        let text = CellText {
            id: cell.id,
            text: cell.code.as_str().into(),
        };
        if let Some((interpreter, script)) = commands::script(&cell.code) {
            return self.run_script(interpreter, script).await;
        }
        if let Some(name) = self.asks_about(&cell.code) {
            return self.show_doc(name).await;
        }
        let started = Instant::now();
        let split = tracing::info_span!("split").in_scope(|| split(&text.text));
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
            prepared = self.prepare(&text, &split, phases) => prepared?,
            () = interrupted => return Err(interrupted_error("while it was being compiled")),
        };
        self.tokio |= split.awaits || lex::mentions(&text.text).contains("tokio");
        if let Some(prepared) = prepared {
            self.run(&text, prepared, phases).await?;
        }
        self.commands(&text, &after).await
    }

    /// Compiles items and statements. Nothing changes unless both compile.
    async fn prepare(
        &mut self,
        cell: &CellText,
        split: &Split,
        phases: &mut Phases,
    ) -> Result<Option<Prepared>, CellError> {
        let mut notebook = self.notebook.clone();
        let changed = notebook.add(cell, split);
        let must_load = (changed || self.items.is_none()) && !notebook.is_empty();
        let declares = !split.uses.is_empty()
            || !split.attributes.is_empty()
            || split.items.len() > usize::from(changed);
        let runs = split.runs || (declares && !changed);
        let mut ahead = None;
        let items = if must_load {
            let progress = Items::begin();
            let mut timing = CompileTiming::default();
            let scope = notebook.clone();
            let (items, statements) = tokio::join!(
                self.compile_items(cell, &mut notebook, &mut timing, &progress),
                async {
                    match runs {
                        true => self.compile_ahead(cell, split, &scope, &progress).await,
                        false => None,
                    }
                }
            );
            ahead = statements;
            phases.items = Some(timing);
            Some(items?)
        } else {
            self.items.clone().filter(|_| !notebook.is_empty())
        };
        let prepared = if runs {
            let items = items.as_ref();
            let prepared = self.compile_statements(cell, split, &notebook, items, ahead, phases);
            Some(prepared.await?)
        } else {
            None
        };
        self.adopt(cell, notebook, items, must_load).await?;
        Ok(prepared)
    }

    /// The session's items from now on: loads their code and drops variables of types that are no more.
    async fn adopt(
        &mut self,
        cell: &CellText,
        mut notebook: Notebook,
        items: Option<Compiled>,
        load: bool,
    ) -> Reply {
        if load && let Some(items) = &items {
            self.load(vec![items.library()])
                .await
                .map_err(|reason| other_error("LoadError", reason))?;
            notebook.mark_loaded();
            for file in notebook
                .source()
                .files()
                .filter(|file| file.cell().is_some())
            {
                self.sources.insert(file.clone());
            }
        }
        self.items = items;
        if load {
            self.begins(cell.id);
        }
        self.notebook = notebook;
        let stale: Vec<(String, String)> = self
            .variables
            .iter()
            .filter_map(|variable| {
                let changed =
                    |(name, identity): &&(String, _)| self.notebook.identity(name) != *identity;
                variable
                    .made_of
                    .iter()
                    .find(changed)
                    .map(|(ty, _)| (variable.name.clone(), ty.clone()))
            })
            .collect();
        if stale.is_empty() {
            return Ok(());
        }
        let mut slots = Vec::new();
        for (name, ty) in &stale {
            slots.extend(
                self.variables
                    .remove(name, Gone::Redefined(ty.clone(), cell.id)),
            );
        }
        let list = |items: Vec<String>| items.join(", ");
        let names = list(stale.iter().map(|(name, _)| format!("`{name}`")).collect());
        let mut types: Vec<_> = stale.iter().map(|(_, ty)| format!("`{ty}`")).collect();
        types.dedup();
        let verb = if stale.len() == 1 { "was" } else { "were" };
        self.say(
            Stream::Stderr,
            format!(
                "{names} {verb} dropped: made of the earlier {}\n",
                list(types)
            ),
        );
        self.drop_slots(cell, slots).await
    }

    /// Compiles the session's items. Earlier ones that no longer compile are set aside, and said.
    async fn compile_items(
        &self,
        cell: &CellText,
        notebook: &mut Notebook,
        timing: &mut CompileTiming,
        progress: &Items,
    ) -> Result<Compiled, CellError> {
        let compiled = self.compile_fitting(cell, notebook, timing, progress).await;
        if compiled.is_err() {
            progress.are(Progress::Failed);
        }
        compiled
    }

    async fn compile_fitting(
        &self,
        cell: &CellText,
        notebook: &mut Notebook,
        timing: &mut CompileTiming,
        progress: &Items,
    ) -> Result<Compiled, CellError> {
        loop {
            let map = notebook.source();
            let job = Job {
                crate_name: CRATE,
                root: "notebook.rs",
                map: &map,
                attributes: LINTS_OF_ITEMS.len() + notebook.attributes().len(),
                opt_level: self.opt_level(notebook.loops()),
                notebook: None,
                mir: false,
                metadata: true,
                code: true,
                recurs: true,
            };
            let compiled = self.compiler.compile_beside(&job, timing, progress).await;
            let diagnostics = match compiled {
                Ok(compiled) => {
                    let said = self.mapped(&compiled.warnings(), &map);
                    let said: Vec<_> = said
                        .into_iter()
                        .filter(|warning| is_about(warning, cell))
                        .collect();
                    self.say_warnings(&said);
                    return Ok(compiled);
                }
                Err(Failed::Rejected(diagnostics)) => diagnostics,
                Err(Failed::Other(error)) => return Err(error),
            };
            let errors: Vec<Mapped> = self
                .mapped(&diagnostics, &map)
                .into_iter()
                .filter(Mapped::is_error)
                .collect();
            let set_aside: Vec<(String, CellId, String)> =
                if errors.iter().any(|error| is_about(error, cell)) {
                    Vec::new()
                } else {
                    let places = errors
                        .iter()
                        .filter_map(|error| error.place().map(|place| (place, error)));
                    places
                        .filter_map(|(place, error)| {
                            let gone = notebook.set_aside(place)?;
                            Some((gone, place.cell.id, error.message.clone()))
                        })
                        .collect()
                };
            if set_aside.is_empty() {
                let context = Context {
                    variables: &self.variables,
                    notebook,
                    statements: None,
                };
                return Err(self.rejected(advice::add(errors, &context), &diagnostics));
            }
            for (gone, cell, why) in set_aside {
                self.say(
                    Stream::Stderr,
                    format!("`{gone}` of {cell} does not fit any more and was dropped: {why}\n"),
                );
            }
        }
    }

    /// Compiles a cell's statements: without the session's items where they do not seem to matter.
    pub(super) async fn compile_statements(
        &mut self,
        cell: &CellText,
        split: &Split,
        notebook: &Notebook,
        items: Option<&Compiled>,
        ahead: Option<Ahead>,
        phases: &mut Phases,
    ) -> Result<Prepared, CellError> {
        if items.is_some() && !split.broken && !self.concerns(cell, split, notebook) {
            let bare = notebook.without_items();
            // What is wrong is told with all items in view.
            let prepared = self.attempts(cell, split, &bare, None, ahead, phases).await;
            if prepared.is_ok() {
                return prepared;
            }
            return self
                .attempts(cell, split, notebook, items, None, phases)
                .await;
        }
        self.attempts(cell, split, notebook, items, ahead, phases)
            .await
    }

    /// The first attempt at the statements, while the items are still being compiled.
    async fn compile_ahead(
        &self,
        cell: &CellText,
        split: &Split,
        notebook: &Notebook,
        progress: &Items,
    ) -> Option<Ahead> {
        let bare = notebook.without_items();
        let (scope, items) = if split.broken || self.concerns(cell, split, notebook) {
            (notebook, Some(progress.known().await?))
        } else {
            (&bare, None)
        };
        let first = First::new(cell, split, &self.variables);
        let generated = generate(cell, split, &first.plan, scope);
        let level = self.opt_level(split.loops);
        let job = statements(&generated, level, items.as_ref(), !first.only_types);
        let mut timing = CompileTiming::default();
        let result = self.compiler.compile_beside(&job, &mut timing, progress);
        Some(Ahead {
            result: result.await,
            key: self.compiler.key(&job),
            timing,
        })
    }

    fn concerns(&self, cell: &CellText, split: &Split, notebook: &Notebook) -> bool {
        let mut words = lex::mentions(&blank(&cell.text, &split.commands));
        for (variable, _) in Plan::new(split, &cell.text, &self.variables).takes {
            words.extend(lex::mentions(&variable.ty));
        }
        notebook.concerns(&words)
    }

    /// Compiles a cell's statements in as many attempts as it takes to know what becomes of its variables.
    async fn attempts(
        &mut self,
        cell: &CellText,
        split: &Split,
        notebook: &Notebook,
        items: Option<&Compiled>,
        mut ahead: Option<Ahead>,
        phases: &mut Phases,
    ) -> Result<Prepared, CellError> {
        let First {
            mut plan,
            mut guessed,
            mut only_types,
        } = First::new(cell, split, &self.variables);
        for _ in 0..ATTEMPTS {
            let generated =
                tracing::info_span!("generate").in_scope(|| generate(cell, split, &plan, notebook));
            let level = self.opt_level(split.loops);
            let job = statements(&generated, level, items, !only_types);
            let mut timing = CompileTiming::default();
            let result = match ahead.take().filter(|it| it.key == self.compiler.key(&job)) {
                Some(done) => {
                    timing = done.timing;
                    done.result
                }
                None => self.compiler.compile(&job, &mut timing).await,
            };
            phases.attempts.push(timing);
            let compiled = match result {
                Ok(compiled) => compiled,
                Err(Failed::Other(error)) => return Err(error),
                // The guess may be what is wrong.
                Err(Failed::Rejected(_)) if guessed => {
                    (guessed, only_types) = (false, true);
                    plan = Plan::new(split, &cell.text, &self.variables);
                    continue;
                }
                Err(Failed::Rejected(diagnostics)) => {
                    only_types = false;
                    match attempts::after_rejection(&plan, &generated, split, &diagnostics) {
                        Verdict::Again(next) => plan = next,
                        Verdict::Unwritable(names) => {
                            self.forget_unwritable(cell, &mut plan, &names).await?
                        }
                        Verdict::Wrong => {
                            return Err(self.wrong(&plan, &generated, notebook, &diagnostics));
                        }
                    }
                    continue;
                }
            };
            let found = match compiled.note(TYPES) {
                Some(types) => Types::Written(types.lines().map(ToOwned::to_owned).collect()),
                None => {
                    let text = compiled
                        .mir()
                        .map_err(|error| other_error("CacheError", error.to_string()))?;
                    attempts::types(&plan, &mir::read(&text))
                }
            };
            match found {
                Types::Written(types) if !only_types => {
                    compiled.set_note(TYPES, &types.join("\n"));
                    self.say_warnings(&self.mapped(&compiled.warnings(), &generated.map));
                    return Ok(Prepared {
                        plan,
                        compiled,
                        types,
                        map: generated.map,
                    });
                }
                Types::Written(_) => {}
                Types::Coerce(next) => plan = next,
                Types::Unwritable { name, ty } => {
                    return Err(self.cannot_keep(cell, split, &name, &ty));
                }
            }
            only_types = false;
        }
        Err(other_error(
            "InternalError",
            "the cell could not be compiled in several attempts; please report it".into(),
        ))
    }

    /// How fast code is to be.
    fn opt_level(&self, loops: bool) -> OptLevel {
        self.opt_level.unwrap_or_else(|| opt_level(loops))
    }

    /// Gets ready for the first cell.
    pub(super) fn expect_cells(&self) {
        let nothing = CellText {
            id: CellId(0),
            text: "".into(),
        };
        let split = split("");
        let plan = Plan::new(&split, "", &Variables::default());
        let generated = generate(&nothing, &split, &plan, &Notebook::default());
        let job = statements(&generated, opt_level(false), None, true);
        self.compiler.expect(&job);
    }

    /// The type of an earlier variable names something that this cell cannot reach.
    async fn forget_unwritable(
        &mut self,
        cell: &CellText,
        plan: &mut Plan,
        names: &[String],
    ) -> Reply {
        plan.takes
            .retain(|(variable, _)| !names.contains(&variable.name));
        let mut slots = Vec::new();
        for name in names {
            if let Some(variable) = self.variables.get(name) {
                let line = format!(
                    "`{name}` was dropped: its type `{}` cannot be named any more\n",
                    variable.ty
                );
                let ty = variable.ty.clone();
                slots.extend(self.variables.remove(name, Gone::Redefined(ty, cell.id)));
                self.say(Stream::Stderr, line);
            }
        }
        self.drop_slots(cell, slots).await
    }

    #[tracing::instrument(skip_all, fields(load_us, run_us))]
    async fn run(&mut self, cell: &CellText, prepared: Prepared, phases: &mut Phases) -> Reply {
        let Prepared {
            plan,
            compiled,
            types,
            map,
        } = prepared;
        if let Some(file) = map.get(CELL_FILE) {
            self.sources
                .insert(file.clone().renamed(cell_file(cell.id.0)));
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
        self.begins(cell.id);
        let number = run.run;
        let finished = match self.runtime.call(&Request::Run(run)).await {
            Ok(Response::Finished(finished)) => finished,
            Ok(_) => {
                return Err(other_error(
                    "InternalError",
                    "the runtime gave an answer to something else".into(),
                ));
            }
            Err(death) => return Err(self.died(cell.id, &death).await),
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
            if !finished.kept.contains(slot) {
                continue;
            }
            let (name, mutable) = match kept {
                super::generate::Kept::New(binding) => (&binding.name, binding.mutable),
                super::generate::Kept::Again(variable) => (&variable.name, variable.mutable),
            };
            let made_of = mir::notebook_names(ty).into_iter().map(|name| {
                let identity = self.notebook.identity(&name);
                (name, identity)
            });
            let variable = Variable {
                name: name.clone(),
                ty: ty.clone(),
                mutable,
                slot: *slot,
                cell: cell.id,
                made_of: made_of.collect(),
            };
            replaced.extend(self.variables.insert(variable));
        }
        if matches!(finished.outcome, Outcome::Ok) {
            // The name meant a value of this cell's, which it moved on: an earlier one does not come back.
            let moved = plan.keeps.iter().filter(|(_, keep)| *keep == Keep::Moved);
            for (binding, _) in moved {
                let gone = Gone::Moved(cell.id);
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
        Err(failure.report(&self.sources, &self.names))
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
                self.say(
                    Stream::Stderr,
                    format!("a value panicked while it was dropped: {message}\n"),
                );
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

    fn say_warnings(&self, diagnostics: &[Mapped]) {
        if let Some(text) = warnings(diagnostics) {
            self.say(Stream::Stderr, text);
        }
    }

    fn wrong(
        &self,
        plan: &Plan,
        generated: &Generated,
        notebook: &Notebook,
        diagnostics: &[Diagnostic],
    ) -> CellError {
        let context = Context {
            variables: &self.variables,
            notebook,
            statements: Some((plan, generated)),
        };
        // What is wrong here may have to do with an item of an earlier cell.
        let mut map = notebook.source();
        for file in generated.map.files() {
            map.insert(file.clone());
        }
        let mapped = advice::add(self.mapped(diagnostics, &map), &context);
        self.rejected(mapped, diagnostics)
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

    /// A variable whose type has no name.
    fn cannot_keep(&self, cell: &CellText, split: &Split, name: &str, ty: &str) -> CellError {
        let range = split
            .bindings
            .iter()
            .find(|binding| binding.name == name)
            .map(|binding| binding.range.clone());
        let place = Place {
            cell: cell.clone(),
            range: range.unwrap_or(0..cell.text.len()),
        };
        let what = if ty.contains("{async") || ty.contains("{coroutine") {
            "a future"
        } else {
            "a value"
        };
        let message = format!(
            "`{name}` cannot be kept for later cells: the type of such {what} cannot be written"
        );
        let mut error = Mapped::error(message, place, Some("made here".into()));
        error.advice.push(if what == "a future" {
            format!("`.await` it in this cell, or give it a type that can be written: `let {name}: Pin<Box<dyn Future<Output = …>>> = Box::pin(…)`")
        } else {
            format!(
                "collect it (`.collect()` into a `Vec`), give it a type that can be written (`let {name}: Box<dyn Iterator<Item = …>> = Box::new(…)`), \
                 or put the lines into a block `{{ … }}`"
            )
        });
        self.rejected(vec![error], &[])
    }
}

/// How a cell's statements are compiled.
fn statements<'a>(
    generated: &'a Generated,
    opt_level: OptLevel,
    items: Option<&'a Compiled>,
    code: bool,
) -> Job<'a> {
    Job {
        crate_name: "wick_cell",
        root: ROOT_FILE,
        map: &generated.map,
        attributes: generated.attributes,
        opt_level,
        notebook: items,
        mir: true,
        metadata: false,
        code,
        recurs: true,
    }
}

/// Where a cell's own code starts.
fn first_code(split: &Split, text: &CellText) -> usize {
    let code = blank(&text.text, &split.commands);
    code.len() - code.trim_start().len()
}

fn is_about(diagnostic: &Mapped, cell: &CellText) -> bool {
    diagnostic.place().is_some_and(|place| place.cell == *cell)
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
