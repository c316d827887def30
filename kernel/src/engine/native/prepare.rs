//! A cell's way from text to code: first its items, then its statements, as far as they can be at the same time.

use super::NativeEngine;
use super::advice::{self, Context};
use super::compile::{CompileTiming, Compiled, Failed, Job, other_error};
use super::generate::LINTS_OF_ITEMS;
use super::items::{Items, Progress};
use super::notebook::{CRATE, Notebook};
use super::split::Split;
use super::statements::Prepared;
use super::timing::Phases;
use super::variables::Gone;
use crate::engine::diagnostics::Mapped;
use crate::engine::source_map::CellText;
use crate::engine::{CellError, CellId, Reply, Stream};

impl NativeEngine {
    /// Compiles items and statements. Nothing changes unless both compile.
    pub(super) async fn prepare(
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
}

fn is_about(diagnostic: &Mapped, cell: &CellText) -> bool {
    diagnostic.place().is_some_and(|place| place.cell == *cell)
}
