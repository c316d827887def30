//! The next cell, compiled while one runs.
//!
//! Who runs a whole notebook sends its cells at once. While one of them runs, what the next one will find is known: the
//! items and variables of today and those that the running cell will leave. So its first attempt is compiled into the
//! cache. Nothing is loaded and nobody is told of errors; if it was wrong about anything, the real attempt asks the cache
//! for something else.

use std::time::Duration;

use tokio::task::JoinHandle;
use wick_runtime::protocol::SlotId;

use super::NativeEngine;
use super::attempts::{Verdict, after_rejection};
use super::commands;
use super::compile::{CompileTiming, Compiler, Failed, OptLevel, opt_level};
use super::generate::{Plan, Take, generate};
use super::notebook::Notebook;
use super::prepare::{items_job, words};
use super::split::split_with;
use super::statements::{First, statements};
use super::variables::{Gone, Variable, Variables};
use super::versions::Versions;
use crate::engine::source_map::CellText;
use crate::engine::{Cell, CellId};

/// A cell that runs for less is over before anything would come of it.
pub(super) const WORTHWHILE: Duration = Duration::from_millis(30);

/// What the next cell will find, if the running one ends well.
pub(super) struct Foresight {
    cell: CellText,
    compiler: Compiler,
    notebook: Notebook,
    variables: Variables,
    versions: Versions,
    opt_level: Option<OptLevel>,
}

/// The compilation of a cell that nobody has asked for yet.
#[derive(Debug)]
pub(super) struct Ahead {
    cell: CellText,
    work: JoinHandle<()>,
}

impl Drop for Ahead {
    /// What has ended does not mind.
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl NativeEngine {
    /// What `next` will find after `cell`, which makes variables of these types.
    pub(super) fn foresee(
        &self,
        cell: CellId,
        plan: &Plan,
        types: &[String],
        next: &str,
    ) -> Foresight {
        let mut variables = self.variables.clone();
        for (variable, take) in &plan.takes {
            if *take == Take::Moved {
                variables.remove(&variable.name, Gone::Moved(cell));
            }
        }
        for (kept, ty) in plan.kept().zip(types) {
            variables.insert(Variable {
                name: kept.name().into(),
                ty: ty.clone(),
                mutable: kept.mutable(),
                // Not for code to know.
                slot: SlotId(0),
                cell,
                made_of: Vec::new(),
            });
        }
        Foresight {
            cell: CellText {
                id: CellId(cell.0 + 1),
                text: next.into(),
            },
            compiler: self.compiler.clone(),
            notebook: self.notebook.clone(),
            variables,
            versions: self.versions.clone(),
            opt_level: self.opt_level,
        }
    }

    /// Lets what is being compiled ahead come to its end if it is for this cell; else it is given up.
    pub(super) async fn catch_up(&mut self, cell: &Cell) {
        if let Some(mut ahead) = self.ahead.take()
            && ahead.cell.id == cell.id
            && *ahead.cell.text == *cell.code
        {
            let _ = (&mut ahead.work).await;
        }
    }
}

impl Foresight {
    /// Begins.
    pub fn compile(self) -> Ahead {
        Ahead {
            cell: self.cell.clone(),
            work: tokio::spawn(async move {
                self.attempt().await;
            }),
        }
    }

    /// The first attempt at the cell; `None` where it comes to nothing.
    #[tracing::instrument(name = "ahead", skip_all)]
    async fn attempt(mut self) -> Option<()> {
        let text = self.cell.text.clone();
        let split = split_with(&text, &self.notebook.item_macros());
        // Commands may change everything.
        if split.broken || !split.commands.is_empty() || commands::script(&text).is_some() {
            return None;
        }
        let change = self.notebook.add(&self.cell, &split);
        let needed = self
            .notebook
            .reached(&words(&self.cell, &split, &self.variables));
        let everything = self.notebook.everything();
        let there = match change.compiles {
            true => None,
            false => self.versions.with(&needed, &everything),
        };
        let mut timing = CompileTiming::default();
        let mut items = there.map(|version| version.compiled.clone());
        if items.is_none() && (change.compiles || !needed.is_empty()) {
            let scope = self.notebook.worth_compiling(&needed, &change.renewed);
            let compiled = self.notebook.only(&scope);
            let map = compiled.source();
            let level = self.level(compiled.loops());
            let job = items_job(&compiled, &map, level);
            items = Some(self.compiler.compile(&job, &mut timing).await.ok()?);
        }
        if !split.runs {
            return Some(());
        }
        let visible = self.notebook.only(&needed);
        let items = items.filter(|_| !visible.is_empty());
        let first = First::new(&self.cell, &split, &self.variables);
        let generated = generate(&self.cell, &split, &first.plan, &visible);
        let level = self.level(split.loops);
        let job = statements(&generated, level, items.as_ref(), !first.only_types);
        match self.compiler.compile(&job, &mut timing).await {
            Ok(_) => Some(()),
            Err(Failed::Rejected(diagnostics)) => {
                // Where it teaches what the next attempt does otherwise, that is something too.
                let teaches = first.guessed
                    || matches!(
                        after_rejection(&first.plan, &generated, &split, &diagnostics),
                        Verdict::Again(_)
                    );
                teaches.then(|| {
                    let key = self.compiler.key(&job);
                    self.compiler.remember_rejection(&key, &diagnostics);
                })
            }
            Err(Failed::Other(_)) => None,
        }
    }

    fn level(&self, loops: bool) -> OptLevel {
        self.opt_level.unwrap_or_else(|| opt_level(loops))
    }
}
