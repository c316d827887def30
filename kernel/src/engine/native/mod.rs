//! The engine that compiles each cell with one direct rustc run.
//!
//! A cell's way: [`split`] takes its text apart, [`notebook`] takes over its items, [`generate`] writes a crate of
//! its statements, [`compile`] makes a shared library of it, [`process`] has it run by the runtime, and what comes
//! back becomes variables, output or an error. [`evaluate`] is that way from start to end; the part of it up to
//! code is in [`prepare`] and [`statements`]. After each cell [`moments`]
//! marks where the session stands, to come back to after a crash or on request.

mod advice;
mod ahead;
mod aside;
mod assist;
mod attempts;
mod cell_tests;
mod checkpoints;
mod commands;
mod compile;
mod crate_source;
mod dependencies;
mod evaluate;
mod evcxr;
mod evict;
mod facts;
mod frames;
pub(crate) mod fuzzing;
mod generate;
mod hooks;
mod item;
mod item_macros;
mod items;
mod lex;
mod link;
mod memory;
mod mir;
mod moments;
mod names;
mod native_libraries;
mod notebook;
mod orphans;
mod output_limit;
mod prepare;
pub mod process;
mod reach;
mod rustc;
mod seal;
mod session_text;
mod split;
mod startup;
mod state_file;
mod statements;
mod streams;
mod symbols;
mod target;
mod timeline;
mod timing;
mod uses;
mod variables;
mod versions;
mod visibility;
mod warm;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex, Notify};
use wick_runtime::protocol::{Request, Response};

#[cfg(feature = "evcxr")]
pub(super) use self::split::completeness;

use self::ahead::Ahead;
use self::aside::BesideCell;
use self::checkpoints::HostCheckpoints;
use self::commands::Ran;
use self::compile::{Compiler, OptLevel, Toolchain};
use self::memory::Bytes;
use self::names::Names as TypeNames;
use self::notebook::Notebook;
use self::process::Runtime;
use self::target::{Interrupter, Target};
use self::timeline::Timeline;
use self::timing::Phases;
use self::variables::{Gone, Variables};
use self::versions::Versions;
use super::analyzer::Analyzer;
use super::deps::Dependencies;
use super::diagnostics::Names;
use super::outline::Outlines;
use super::prelude::Prelude;
use super::prelude::docs::Docs;
use super::{
    Aside, Cell, CellId, CommMessage, Completeness, Completions, Engine, EngineError, Event,
    Interrupt, MimeBundle, Reply,
};

/// Where an engine finds what it needs.
#[derive(Debug, Clone)]
pub struct Config {
    /// The compiler.
    pub rustc: PathBuf,
    /// What every cell shares.
    pub prelude: Prelude,
    /// Where compiled cells are kept.
    pub cache: PathBuf,
    /// What `:security` tells of those who connect.
    pub clients: Clients,
}

/// Tells who can reach the session, and who was refused; one line each, a name and what there is to say.
#[derive(Clone)]
pub struct Clients(pub Arc<dyn Fn() -> Vec<(&'static str, String)> + Send + Sync>);

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries((self.0)()).finish()
    }
}

/// See the module.
pub struct NativeEngine {
    config: Config,
    compiler: Compiler,
    runtime: Runtime,
    events: UnboundedSender<Event>,
    target: Arc<Target>,
    compiling: Arc<Notify>,
    dependencies: Dependencies,
    notebook: Notebook,
    names_of_types: TypeNames,
    /// The loaded versions of the notebook's items.
    versions: Versions,
    /// The next cell, on its way into the cache.
    ahead: Option<Ahead>,
    variables: Variables,
    next_slot: u64,
    next_run: u64,
    /// Source of everything that may stand in a traceback.
    outlines: Outlines,
    names: Names,
    last_phases: Option<Phases>,
    show_phases: bool,
    /// Whether cells run inside of a tokio runtime: from the first one that speaks of it.
    tokio: bool,
    timeline: Timeline,
    host_checkpoints: HostCheckpoints,
    /// Whether a cell did anything since the newest moment of the timeline.
    changed: bool,
    /// The last cell that did.
    last_cell: Option<CellId>,
    /// The one before that.
    cell_before: Option<CellId>,
    memory: Option<Bytes>,
    /// What `:env` has set: scripts see it too.
    environment: BTreeMap<String, String>,
    /// How fast code is to be, where `:opt` has said it.
    opt_level: Option<OptLevel>,
    /// What is run before the first cell.
    startup: Vec<PathBuf>,
    /// What is documented of the prelude, a moment after the start.
    docs: Arc<OnceLock<Docs>>,
    /// The cells that have run to their end and still count.
    ran: Vec<Ran>,
    /// Knows types, once a person has asked something.
    analyzer: Arc<Mutex<Analyzer>>,
}

impl NativeEngine {
    /// Starts a session.
    ///
    /// # Errors
    /// When the prelude does not load or a process cannot be started.
    pub async fn start(
        config: Config,
        events: UnboundedSender<Event>,
    ) -> Result<Self, EngineError> {
        // What a dead runtime leaves behind becomes our child, so that we know when it ends.
        nix::sys::prctl::set_child_subreaper(true).map_err(|error| EngineError::Io {
            what: "cannot adopt the session's processes".into(),
            source: error.into(),
        })?;
        let target = Target::new();
        let memory = memory::default_limit();
        let dylib = config.prelude.dylib();
        let prelude = config.prelude.clone();
        let toolchain = Toolchain {
            rustc: config.rustc.clone(),
            id: config.prelude.id().to_owned(),
            externs: config.prelude.externs(),
            search: vec![config.prelude.deps_dir()],
        };
        let names_of_types = TypeNames::read(&config.cache, &toolchain);
        let compiler = Compiler::new(toolchain, &config.cache)?;
        let runtime = Runtime::start(&dylib, target.clone(), &events, memory).await?;
        let mut engine = Self {
            dependencies: Dependencies::new(&config.cache, config.prelude.clone()),
            compiler,
            config,
            runtime,
            events,
            target,
            compiling: Arc::new(Notify::new()),
            notebook: Notebook::default(),
            names_of_types,
            versions: Versions::default(),
            ahead: None,
            variables: Variables::default(),
            next_slot: 1,
            next_run: 1,
            outlines: Outlines::default(),
            names: Names::hiding(["notebook", "cell", "wick_cell"]),
            last_phases: None,
            show_phases: false,
            tokio: false,
            timeline: Timeline::new(),
            host_checkpoints: HostCheckpoints::new(),
            changed: true,
            last_cell: None,
            cell_before: None,
            memory,
            environment: BTreeMap::new(),
            opt_level: None,
            startup: startup::files(),
            docs: read_docs(prelude),
            ran: Vec::new(),
            analyzer: Arc::default(),
        };
        engine.expect_cells();
        engine.mark_moment(Duration::ZERO).await;
        Ok(engine)
    }

    fn say(&self, stream: super::Stream, text: String) {
        // Nobody listens any more when the session is being closed.
        let _ = self.events.send(Event::Output(stream, text));
    }

    /// Starts a new runtime after the old one died, with the items of the session but without its variables.
    async fn restart(&mut self, cell: CellId) -> Result<Vec<String>, EngineError> {
        let lost = self.variables.remove_all(&Gone::Lost(cell));
        self.start_runtime().await?;
        self.notebook.mark_unloaded();
        self.versions.clear();
        Ok(lost)
    }

    async fn start_runtime(&mut self) -> Result<(), EngineError> {
        self.runtime = Runtime::start(
            &self.config.prelude.dylib(),
            self.target.clone(),
            &self.events,
            self.memory,
        )
        .await?;
        self.next_run = 1;
        self.environment.clear();
        self.timeline.forget();
        self.changed = true;
        self.load(self.dependencies.built().libraries)
            .await
            .map_err(EngineError::Prelude)
    }

    /// Loads libraries whose symbols all later cells see.
    async fn load(&mut self, libraries: Vec<PathBuf>) -> Result<(), String> {
        if libraries.is_empty() {
            return Ok(());
        }
        match self.runtime.call(&Request::Load(libraries)).await {
            Ok(Response::Loaded(loaded)) => loaded,
            Ok(_) => Err("the runtime gave an answer to something else".into()),
            Err(death) => {
                let moment = death.recovered.and_then(|id| self.timeline.back_to(id));
                if let Some(moment) = moment {
                    self.stand_at(moment).await;
                }
                Err(format!(
                    "the process ended while it loaded a library ({})",
                    death.how
                ))
            }
        }
    }
}

/// Reads the prelude's documentation while the session starts.
fn read_docs(prelude: Prelude) -> Arc<OnceLock<Docs>> {
    let docs = Arc::new(OnceLock::new());
    let place = docs.clone();
    tokio::task::spawn_blocking(move || {
        place.get_or_init(|| prelude.docs());
    });
    docs
}

#[async_trait]
impl Engine for NativeEngine {
    async fn evaluate(&mut self, cell: Cell) -> Reply {
        self.notice_deaths(cell.id).await;
        self.run_startup_files().await;
        let mut phases = Phases::start();
        let is_rust =
            commands::script(&cell.code).is_none() && self.asks_about(&cell.code).is_none();
        let reply = self.evaluate_cell(&cell, &mut phases).await;
        let reply = reply.map_err(|error| commands::advise(&cell.code, error));
        phases.end();
        if reply.is_ok() && is_rust {
            self.ran.push(Ran {
                cell: cell.id,
                text: cell.code,
            });
        }
        self.notice_outlived_deaths();
        self.mark_moment(phases.total).await;
        self.target.reap_others_soon();
        if self.show_phases {
            self.say(super::Stream::Stdout, phases.table());
        }
        if phases.compiled_anything() {
            self.last_phases = Some(phases);
        }
        reply
    }

    fn completeness(&self, code: &str) -> Completeness {
        split::completeness(code)
    }

    async fn complete(&mut self, code: &str, cursor: usize) -> Completions {
        self.known().completions(code, cursor).await
    }

    async fn inspect(&mut self, code: &str, cursor: usize) -> Option<MimeBundle> {
        self.inspection(code, cursor).await
    }

    async fn comm(&mut self, message: CommMessage, id: CellId) -> Reply {
        self.comm_message(message, id).await
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        self.target.begin();
        Arc::new(Interrupter {
            target: self.target.clone(),
            compiling: self.compiling.clone(),
        })
    }

    fn aside(&self) -> Option<Arc<dyn Aside>> {
        Some(Arc::new(BesideCell::new(self.known(), self.target.clone())))
    }

    async fn reset(&mut self) -> Result<(), EngineError> {
        self.runtime.end().await;
        self.variables = Variables::default();
        self.notebook = Notebook::default();
        self.ran.clear();
        self.versions.clear();
        self.outlines = Outlines::default();
        self.host_checkpoints.clear();
        self.start_runtime().await?;
        self.mark_moment(Duration::ZERO).await;
        Ok(())
    }

    async fn shutdown(&mut self) {
        self.analyzer.lock().await.end();
        self.runtime.end().await;
    }
}
