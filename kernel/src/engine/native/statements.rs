//! The code of a cell's statements, in as many attempts as it takes to know what becomes of its variables.

use super::advice::{self, Context};
use super::attempts::{self, Types, Verdict};
use super::compile::{CompileTiming, Compiled, Failed, Job, OptLevel, opt_level, other_error};
use super::generate::{Ending, Generated, Keep, Plan, ROOT_FILE, generate};
use super::items::Items;
use super::mir::Mir;
use super::notebook::Notebook;
use super::split::{Split, split};
use super::timing::Phases;
use super::variables::{Gone, Variables};
use super::{NativeEngine, mir, symbols};
use crate::engine::diagnostics::rustc::Diagnostic;
use crate::engine::diagnostics::{Mapped, Place};
use crate::engine::source_map::{CellText, SourceMap};
use crate::engine::{CellError, CellId, Reply, Stream};

/// No cell needs this many: each one fixes something that the one before found.
const ATTEMPTS: usize = 8;

/// The types of a cell's variables, beside its code in the cache: one a line.
const TYPES: &str = "types";

/// A cell's statements, ready to run.
pub(super) struct Prepared {
    pub plan: Plan,
    pub compiled: Compiled,
    /// In the order of [`Plan::kept`].
    pub types: Vec<String>,
    pub map: SourceMap,
}

/// What came of statements that were compiled beside the items.
pub(super) struct Ahead {
    /// What was compiled: only that very crate is answered.
    key: String,
    timing: CompileTiming,
    result: Result<Compiled, Failed>,
}

/// The first attempt at a cell's statements.
pub(super) struct First {
    pub plan: Plan,
    /// Whether closures are kept as what they seem to be.
    pub guessed: bool,
    /// Whether a closure's signature has to be found out before it can be kept: no machine code yet.
    pub only_types: bool,
}

impl First {
    pub fn new(cell: &CellText, split: &Split, variables: &Variables) -> Self {
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
    /// The first attempt at the statements, while the items are still being compiled.
    pub(super) async fn compile_ahead(
        &self,
        cell: &CellText,
        split: &Split,
        notebook: &Notebook,
        progress: &Items,
    ) -> Option<Ahead> {
        let items = match notebook.is_empty() {
            true => None,
            false => Some(progress.known().await?),
        };
        let first = First::new(cell, split, &self.variables);
        let generated = generate(cell, split, &first.plan, notebook);
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

    /// Compiles a cell's statements in as many attempts as it takes to know what becomes of its variables.
    pub(super) async fn compile_statements(
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
        // Code whose types MIR is asked for, and types that it has told before there was code.
        let mut coded: Option<Compiled> = None;
        let mut told: Option<Vec<String>> = None;
        for _ in 0..ATTEMPTS {
            let generated =
                tracing::info_span!("generate").in_scope(|| generate(cell, split, &plan, notebook));
            let level = self.opt_level(split.loops);
            let code = !only_types && coded.is_none();
            let job = statements(&generated, level, items, code);
            let mut timing = CompileTiming::default();
            let key = self.compiler.key(&job);
            let result = match ahead.take().filter(|it| it.key == key) {
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
                Err(Failed::Rejected(diagnostics)) if guessed => {
                    self.compiler.remember_rejection(&key, &diagnostics);
                    (guessed, only_types) = (false, true);
                    plan = Plan::new(split, &cell.text, &self.variables);
                    continue;
                }
                Err(Failed::Rejected(diagnostics)) => {
                    only_types = false;
                    (coded, told) = (None, None);
                    match attempts::after_rejection(&plan, &generated, split, &diagnostics) {
                        Verdict::Again(next) => {
                            self.compiler.remember_rejection(&key, &diagnostics);
                            plan = next;
                        }
                        Verdict::Unwritable(names) => {
                            self.forget_unwritable(cell, &mut plan, &names).await?
                        }
                        Verdict::Wrong => {
                            return Err(self.wrong(&generated, notebook, &diagnostics));
                        }
                    }
                    continue;
                }
            };
            let noted = || {
                Some(
                    compiled
                        .note(TYPES)?
                        .lines()
                        .map(ToOwned::to_owned)
                        .collect(),
                )
            };
            let found = if code {
                let known = told.take().or_else(noted);
                match known.or_else(|| self.types_of_symbols(&plan, &compiled, notebook)) {
                    Some(types) => Types::Written(types),
                    None => {
                        coded = Some(compiled);
                        continue;
                    }
                }
            } else {
                let text = compiled
                    .mir()
                    .map_err(|error| other_error("CacheError", error.to_string()))?;
                let mir = mir::read(&text);
                if let Some(coded) = &coded {
                    self.learn_names(coded, &mir);
                }
                attempts::types(&plan, &mir)
            };
            match found {
                Types::Written(types) if !only_types => {
                    let compiled = coded.unwrap_or(compiled);
                    compiled.set_note(TYPES, &types.join("\n"));
                    self.say_warnings(&self.mapped(&compiled.warnings(), &generated.map));
                    self.say_endings(&plan);
                    return Ok(Prepared {
                        plan,
                        compiled,
                        types,
                        map: generated.map,
                    });
                }
                Types::Written(types) => told = Some(types),
                Types::Other(next) => plan = next,
                Types::Unwritable { name, ty } => {
                    return Err(self.cannot_keep(cell, split, &name, &ty));
                }
            }
            only_types = false;
            coded = None;
        }
        Err(other_error(
            "InternalError",
            "the cell could not be compiled in several attempts; please report it".into(),
        ))
    }

    /// The types of the variables that a cell keeps, as far as they can be told without MIR.
    fn types_of_symbols(
        &self,
        plan: &Plan,
        compiled: &Compiled,
        notebook: &Notebook,
    ) -> Option<Vec<String>> {
        let indices = 0..plan.kept().count();
        if indices.is_empty() {
            return Some(Vec::new());
        }
        // Symbols know what is behind an `impl Trait`; code may not.
        if notebook.hides_types() {
            return None;
        }
        let symbols = symbols::kept(&compiled.library())?;
        let written = |index| (self.names_of_types).written(symbols.get(&index)?, notebook);
        indices.map(written).collect()
    }

    /// Remembers what MIR calls the types of this code.
    fn learn_names(&mut self, coded: &Compiled, mir: &Mir) {
        for (index, symbol) in symbols::kept(&coded.library()).unwrap_or_default() {
            if let Some(ty) = mir.kept.get(&index) {
                self.names_of_types.learn(&symbol, ty);
            }
        }
    }

    /// How fast code is to be.
    pub(super) fn opt_level(&self, loops: bool) -> OptLevel {
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

    fn wrong(
        &self,
        generated: &Generated,
        notebook: &Notebook,
        diagnostics: &[Diagnostic],
    ) -> CellError {
        let context = Context {
            variables: &self.variables,
            notebook,
            of_items: false,
        };
        // What is wrong here may have to do with an item of an earlier cell.
        let mut map = notebook.source();
        for file in generated.map.files() {
            map.insert(file.clone());
        }
        let mapped = advice::add(self.mapped(diagnostics, &map), &context);
        self.rejected(mapped, diagnostics)
    }

    /// Says which variables later cells will not find.
    fn say_endings(&self, plan: &Plan) {
        let of = |wanted: fn(&Ending) -> bool| -> Vec<String> {
            let ended = plan.keeps.iter().filter_map(|(binding, keep)| match keep {
                Keep::Ends(ending) if wanted(ending) => Some(format!("`{}`", binding.name)),
                _ => None,
            });
            ended.collect()
        };
        let borrow = of(|ending| matches!(ending, Ending::Borrows { .. }));
        match borrow.len() {
            0 => {}
            1 => self.say(
                Stream::Stderr,
                format!("{} borrows and ends with this cell\n", borrow[0]),
            ),
            _ => self.say(
                Stream::Stderr,
                format!("{} borrow and end with this cell\n", borrow.join(", ")),
            ),
        }
        for name in of(|ending| *ending == Ending::Unwritable) {
            let line = format!("{name} ends with this cell: its type cannot be written\n");
            self.say(Stream::Stderr, line);
        }
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

/// How a cell's statements are compiled: to code, or else to MIR.
pub(super) fn statements<'a>(
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
        mir: !code,
        metadata: false,
        code,
        recurs: true,
    }
}
