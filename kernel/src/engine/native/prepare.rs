//! A cell's way from text to code: first its items, then its statements, as far as they can be at the same time.

use std::collections::BTreeSet;

use super::advice::{self, Context};
use super::compile::{CompileTiming, Compiled, Failed, Job, OptLevel, other_error};
use super::generate::{LINTS_OF_ITEMS, Plan};
use super::items::{Items, Progress};
use super::notebook::{CRATE, Change, Notebook};
use super::reach::Scope;
use super::split::{Split, blank};
use super::statements::Prepared;
use super::timing::Phases;
use super::variables::{Gone, Variables};
use super::versions::Version;
use super::{NativeEngine, lex};
use crate::engine::diagnostics::Mapped;
use crate::engine::source_map::{CellText, SourceMap};
use crate::engine::{CellError, CellId, Reply, Stream};

/// What a cell was made into.
struct Made {
    /// The session with its items.
    notebook: Notebook,
    /// A version of the items that is not loaded yet.
    version: Option<Version>,
    prepared: Option<Prepared>,
}

/// Why it was made into nothing.
struct NotMade {
    error: CellError,
    /// Whether not all items were in view.
    narrow: bool,
}

impl NativeEngine {
    /// Compiles items and statements. Nothing changes unless both compile.
    pub(super) async fn prepare(
        &mut self,
        cell: &CellText,
        split: &Split,
        phases: &mut Phases,
    ) -> Result<Option<Prepared>, CellError> {
        let mut notebook = self.notebook.clone();
        let change = notebook.add(cell, split);
        let everything = notebook.everything();
        let needed = match split.broken {
            true => everything.clone(),
            false => notebook.reached(&words(cell, split, &self.variables)),
        };
        let made = self
            .make(cell, split, &notebook, &change, &needed, phases)
            .await;
        let made = match made {
            // What is wrong is told with everything in view; and maybe it was only that something was not.
            Err(NotMade { narrow: true, .. }) => {
                self.make(cell, split, &notebook, &change, &everything, phases)
                    .await
            }
            made => made,
        };
        self.compiler.expect_more();
        let Made {
            notebook,
            version,
            prepared,
        } = made.map_err(|not| not.error)?;
        self.adopt(cell, notebook, version).await?;
        Ok(prepared)
    }

    /// Compiles the items that are `needed`, unless they are there, and the statements.
    async fn make(
        &mut self,
        cell: &CellText,
        split: &Split,
        notebook: &Notebook,
        change: &Change,
        needed: &Scope,
        phases: &mut Phases,
    ) -> Result<Made, NotMade> {
        let mut notebook = notebook.clone();
        let everything = notebook.everything();
        let declares = !split.uses.is_empty()
            || !split.attributes.is_empty()
            || split.items.len() > usize::from(change.compiles);
        let runs = split.runs || (declares && !change.compiles);
        let there = match change.compiles {
            // What is new has to be looked at, whether it is used or not.
            true => None,
            false => self.versions.with(needed, &everything).cloned(),
        };
        let visible = notebook.only(needed);
        let mut version = None;
        let mut ahead = None;
        if there.is_none() && (change.compiles || !needed.is_empty()) {
            let scope = notebook.worth_compiling(needed, &change.renewed);
            let narrow = scope != everything;
            let mut items = notebook.only(&scope);
            let progress = Items::begin();
            let mut timing = CompileTiming::default();
            let (compiled, statements) = tokio::join!(
                self.compile_items(cell, &mut items, &mut timing, &progress),
                async {
                    match runs {
                        true => self.compile_ahead(cell, split, &visible, &progress).await,
                        false => None,
                    }
                }
            );
            ahead = statements;
            phases.items = Some(timing);
            let compiled = compiled.map_err(|error| NotMade { error, narrow })?;
            let left = items.everything();
            if left != scope {
                // Some did not fit any more.
                notebook.adopt(&scope, &items);
            }
            version = Some(Version {
                compiled,
                scope: left,
            });
        }
        let prepared = if runs {
            let all = notebook.everything();
            let needed = match *needed == everything {
                true => all.clone(),
                false => needed.intersection(&all).copied().collect(),
            };
            let narrow = needed != all;
            let visible = notebook.only(&needed);
            let items = version.as_ref().or(there.as_ref());
            let items = items.map(|it| &it.compiled).filter(|_| !visible.is_empty());
            let prepared = self.compile_statements(cell, split, &visible, items, ahead, phases);
            let prepared = prepared.await;
            Some(prepared.map_err(|error| NotMade { error, narrow })?)
        } else {
            None
        };
        Ok(Made {
            notebook,
            version,
            prepared,
        })
    }

    /// The items that code of the kernel's own with these words needs.
    pub(super) async fn items_for(
        &mut self,
        cell: &CellText,
        words: &BTreeSet<String>,
    ) -> Result<(Notebook, Option<Compiled>), CellError> {
        let needed = self.notebook.reached(words);
        if needed.is_empty() {
            return Ok((self.notebook.only(&needed), None));
        }
        let everything = self.notebook.everything();
        if let Some(version) = self.versions.with(&needed, &everything) {
            let compiled = version.compiled.clone();
            return Ok((self.notebook.only(&needed), Some(compiled)));
        }
        let scope = self.notebook.worth_compiling(&needed, &BTreeSet::new());
        let mut items = self.notebook.only(&scope);
        let mut timing = CompileTiming::default();
        let compiled = self
            .compile_items(cell, &mut items, &mut timing, &Items::default())
            .await?;
        let version = Version {
            compiled: compiled.clone(),
            scope: items.everything(),
        };
        let mut notebook = self.notebook.clone();
        self.load_version(&mut notebook, version).await?;
        self.notebook = notebook;
        self.changed = true;
        Ok((self.notebook.only(&needed), Some(compiled)))
    }

    /// Loads a version of the items, whose code can be run from then on.
    async fn load_version(&mut self, notebook: &mut Notebook, version: Version) -> Reply {
        self.load(vec![version.compiled.library()])
            .await
            .map_err(|reason| other_error("LoadError", reason))?;
        let source = notebook.only(&version.scope).source();
        for file in source.files().filter(|file| file.cell().is_some()) {
            self.outlines.insert(file.name(), file);
        }
        notebook.mark_loaded(&version.scope);
        self.versions.add(version);
        Ok(())
    }

    /// The session's items from now on: loads the code of a new version and drops variables of types that are no more.
    async fn adopt(
        &mut self,
        cell: &CellText,
        mut notebook: Notebook,
        version: Option<Version>,
    ) -> Reply {
        if let Some(version) = version {
            self.load_version(&mut notebook, version).await?;
            self.begins(cell.id);
        }
        self.notebook = notebook;
        self.versions.retire(&self.notebook.everything());
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

    /// Compiles items of the session. Earlier ones that no longer compile are set aside, and said.
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
            let job = items_job(notebook, &map, self.opt_level(notebook.loops()));
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
                    of_items: true,
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

/// How a notebook's items are compiled.
pub(super) fn items_job<'a>(
    notebook: &Notebook,
    map: &'a SourceMap,
    opt_level: OptLevel,
) -> Job<'a> {
    Job {
        crate_name: CRATE,
        root: "notebook.rs",
        map,
        attributes: LINTS_OF_ITEMS.len() + notebook.attributes().len(),
        opt_level,
        notebook: None,
        mir: false,
        metadata: true,
        code: true,
        recurs: true,
    }
}

/// Every word of a cell, and of the types of the variables that it names.
pub(super) fn words(cell: &CellText, split: &Split, variables: &Variables) -> BTreeSet<String> {
    let mut words = lex::mentions(&blank(&cell.text, &split.commands));
    for (variable, _) in Plan::new(split, &cell.text, variables).takes {
        words.extend(lex::mentions(&variable.ty));
    }
    words
}

fn is_about(diagnostic: &Mapped, cell: &CellText) -> bool {
    diagnostic.place().is_some_and(|place| place.cell == *cell)
}
