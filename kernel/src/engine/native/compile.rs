//! From source to a shared library in the cache: a run of [`rustc`](super::rustc), one of the [linker](super::link), and
//! neither of them where the same was compiled before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::items::{Items, Progress};
use super::link::link;
use super::rustc::{Recipe, Rustc};
use super::seal::{checked, is_whole, seal, with_hash};
use super::warm::Warm;
use crate::engine::diagnostics::rustc::Diagnostic;
use crate::engine::hex::hex;
use crate::engine::source_map::{SourceFile, SourceMap};
use crate::engine::{CellError, EngineError};
use crate::private;

/// What every crate of a session is compiled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Toolchain {
    pub rustc: PathBuf,
    /// Changes when the prelude or the compiler does.
    pub id: String,
    /// Crates that code may name.
    pub externs: Vec<(String, PathBuf)>,
    /// Folders of the crates that those depend on.
    pub search: Vec<PathBuf>,
}

/// How fast the code is to be. Optimising costs compile time, most of all where there is much formatting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OptLevel {
    /// For code that runs once.
    None,
    /// Where a person says so.
    Little,
    /// Likewise.
    More,
    /// For loops.
    Full,
}

impl OptLevel {
    /// As rustc is told it, behind `-C`.
    pub fn flag(self) -> &'static str {
        match self {
            Self::None => "opt-level=0",
            Self::Little => "opt-level=1",
            Self::More => "opt-level=2",
            Self::Full => "opt-level=3",
        }
    }
}

impl std::fmt::Display for OptLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.flag())
    }
}

/// What is to be compiled.
pub(super) struct Job<'a> {
    pub crate_name: &'static str,
    pub root: &'static str,
    pub map: &'a SourceMap,
    /// How much of the root file, from its start, is attributes of the crate.
    pub attributes: usize,
    pub opt_level: OptLevel,
    /// The session's items, for the statements that use them.
    pub notebook: Option<&'a Compiled>,
    /// Whether types of variables are read from MIR.
    pub mir: bool,
    /// Whether other crates are compiled against this one.
    pub metadata: bool,
    /// Whether machine code is needed at all.
    pub code: bool,
    /// Whether more of its kind are to be expected.
    pub recurs: bool,
}

/// What came out.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    /// Where it lies in the cache.
    pub folder: PathBuf,
    /// Identifies its content.
    pub key: String,
}

impl Compiled {
    /// The shared library.
    pub fn library(&self) -> PathBuf {
        self.folder.join(format!("{}.cell.so", self.key))
    }

    /// The MIR that rustc wrote.
    pub fn mir(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join(MIR))
    }

    /// What rustc said although it succeeded.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        fs::read_to_string(self.folder.join(MESSAGES))
            .map(|text| Diagnostic::parse_all(&text))
            .unwrap_or_default()
    }

    /// What rustc had against this attempt, where there is no library for that reason.
    fn rejection(&self) -> Option<Vec<Diagnostic>> {
        let messages = self.warnings();
        messages
            .iter()
            .any(Diagnostic::is_error)
            .then_some(messages)
    }

    /// A small file of the engine's own beside the library.
    pub fn note(&self, name: &str) -> Option<String> {
        checked(&fs::read_to_string(self.folder.join(name)).ok()?)
    }

    /// Writes such a file; without it the next session works it out again.
    pub fn set_note(&self, name: &str, text: &str) {
        let written = tempfile::NamedTempFile::new_in(&self.folder)
            .and_then(|mut file| {
                io::Write::write_all(&mut file, with_hash(text).as_bytes()).map(|()| file)
            })
            .and_then(|file| {
                file.persist(self.folder.join(name))
                    .map_err(|error| error.error)
            });
        if let Err(error) = written {
            tracing::debug!("not cached: {error}");
        }
    }
}

pub(super) const MIR: &str = "cell.mir";
pub(super) const OBJECT: &str = "cell.o";
pub(super) const MESSAGES: &str = "messages.jsonl";

/// How long the parts took.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct CompileTiming {
    /// All of rustc.
    pub rustc: Duration,
    /// Of that, parsing and checking, where rustc showed when it had done that.
    pub frontend: Option<Duration>,
    /// The linker.
    pub link: Duration,
    /// Whether rustc had been started before the source was known.
    pub warm: bool,
    /// Whether nothing was compiled.
    pub cached: bool,
}

/// Why there is no code.
pub(super) enum Failed {
    /// rustc found errors.
    Rejected(Vec<Diagnostic>),
    /// Something else, already told in a way that a person understands.
    Other(CellError),
}

/// Compiles crates into the cache. Its clones share the processes that wait.
#[derive(Debug, Clone)]
pub(super) struct Compiler {
    pub toolchain: Arc<Toolchain>,
    cells: PathBuf,
    warm: Arc<Warm>,
}

impl Compiler {
    /// A compiler that keeps its results below `cache`.
    pub fn new(toolchain: Toolchain, cache: &Path) -> Result<Self, EngineError> {
        let cells = cache.join("cells");
        private::make(&cells).map_err(|source| EngineError::Io {
            what: format!(
                "cannot make the cache folder {} (set WICK_CACHE to another one)",
                cells.display()
            ),
            source,
        })?;
        let folder = cells.clone();
        // Beside the session's start, which it must not hold up.
        std::thread::spawn(move || {
            super::warm::remove_abandoned(&folder);
            super::evict::evict(&folder, super::evict::MOST);
        });
        Ok(Self {
            toolchain: Arc::new(toolchain),
            warm: Arc::new(Warm::new(cells.clone())),
            cells,
        })
    }

    /// Gets ready for a crate like `job`, whose source is not known yet.
    pub fn expect(&self, job: &Job<'_>) {
        self.warm.start(Recipe::of(job, &self.toolchain));
    }

    /// Gets ready for more of what was compiled beside something else.
    pub fn expect_more(&self) {
        self.warm.start_later();
    }

    /// Starts the next rustc for this recipe: beside the running one, or, where two are running already, after them.
    fn expect_again(&self, recipe: Recipe, items: &Items) {
        match items.are_being_compiled() {
            true => self.warm.later(recipe),
            false => self.warm.start(recipe),
        }
    }

    /// Compiles a crate, or finds that it was compiled before.
    pub async fn compile(
        &self,
        job: &Job<'_>,
        timing: &mut CompileTiming,
    ) -> Result<Compiled, Failed> {
        self.compile_beside(job, timing, &Items::default()).await
    }

    /// The same for one of two crates that are compiled together: for the items, which tell `items` how far they are,
    /// or for the statements, which need the metadata of the items from the start and their code at the end.
    #[tracing::instrument(name = "compile", skip_all, fields(crate_name = job.crate_name, cached, warm))]
    pub async fn compile_beside(
        &self,
        job: &Job<'_>,
        timing: &mut CompileTiming,
        items: &Items,
    ) -> Result<Compiled, Failed> {
        let key = self.key(job);
        let done = Compiled {
            folder: self.cells.join(&key),
            key,
        };
        if is_whole(&done.folder) {
            timing.cached = true;
            tracing::Span::current().record("cached", true);
            let _ = used(&done.folder);
            if let Some(diagnostics) = done.rejection() {
                return Err(Failed::Rejected(diagnostics));
            }
            if job.metadata {
                items.are(Progress::Done(done.clone()));
            }
            return Ok(done);
        }
        if let Some(notebook) = job.notebook {
            let _ = used(&notebook.folder);
        }
        // What is damaged is made again. A library that is loaded already stays so under another name.
        let _ = fs::remove_dir_all(&done.folder);
        let recipe = Recipe::of(job, &self.toolchain);
        let started = Instant::now();
        let mut result = match self.warm.take(&recipe) {
            Some(rustc) => {
                timing.warm = true;
                self.run_warm(rustc, job, &done.key, recipe.clone(), timing, items)
                    .await
            }
            None => self.run_cold(job, &done.key, &recipe, timing, items).await,
        };
        // A name that an included file defines is less of a name to macros.
        if timing.warm
            && let Err(Failed::Rejected(diagnostics)) = &result
            && diagnostics.iter().any(|it| it.code() == Some("E0659"))
        {
            result = self.run_cold(job, &done.key, &recipe, timing, items).await;
        }
        // Also of an attempt that came to nothing.
        timing.rustc += started.elapsed();
        tracing::Span::current().record("warm", timing.warm);
        let (work, messages) = result?;
        // A folder of its own: rustc still tidies up in the one where it worked.
        let out = super::warm::work_folder(&self.cells).map_err(cannot_write)?;
        if job.code {
            let notebook = match job.notebook {
                Some(notebook) => Some(items.done().await.unwrap_or_else(|| notebook.clone())),
                None => None,
            };
            let started = Instant::now();
            let object = work.path().join(OBJECT);
            link(job, &done, notebook.as_ref(), &object, out.path()).await?;
            timing.link += started.elapsed();
        }
        let metadata = notebook_metadata();
        let kept = [(job.mir, MIR), (job.metadata, metadata.as_str())];
        for (_, name) in kept.into_iter().filter(|(is_made, _)| *is_made) {
            let (from, to) = (work.path().join(name), out.path().join(name));
            fs::hard_link(&from, &to)
                .or_else(|_| fs::copy(&from, &to).map(|_| ()))
                .map_err(cannot_write)?;
        }
        // For those who look at what is kept.
        for file in job.map.files().filter(|file| file.cell().is_some()) {
            fs::write(out.path().join(file.name()), file.text()).map_err(cannot_write)?;
        }
        fs::write(out.path().join(MESSAGES), messages).map_err(cannot_write)?;
        put(out, &done.folder).map_err(cannot_write)?;
        if job.metadata {
            items.are(Progress::Done(done.clone()));
        }
        Ok(done)
    }

    /// Keeps what rustc had against an attempt after which there is another one, so that the same cell finds its way to that
    /// without being compiled the next time.
    pub fn remember_rejection(&self, key: &str, diagnostics: &[Diagnostic]) {
        let folder = self.cells.join(key);
        if is_whole(&folder) {
            return;
        }
        let write = || -> io::Result<()> {
            let mut lines = String::new();
            for diagnostic in diagnostics {
                lines += &serde_json::to_string(diagnostic)?;
                lines.push('\n');
            }
            let out = super::warm::work_folder(&self.cells)?;
            fs::write(out.path().join(MESSAGES), lines)?;
            put(out, &folder)
        };
        if let Err(error) = write() {
            tracing::debug!("not cached: {error}");
        }
    }

    /// Gives a waiting rustc what it waits for, and starts the next one beside it.
    async fn run_warm(
        &self,
        mut rustc: Rustc,
        job: &Job<'_>,
        key: &str,
        recipe: Recipe,
        timing: &mut CompileTiming,
        items: &Items,
    ) -> Result<(Arc<TempDir>, String), Failed> {
        prepare(job, rustc.work()).map_err(cannot_write)?;
        rustc.feed(job).await.map_err(cannot_write)?;
        if job.recurs {
            self.expect_again(recipe, items);
        }
        rustc
            .finish(timing, &|work| items.are_known(job, key, work))
            .await
    }

    async fn run_cold(
        &self,
        job: &Job<'_>,
        key: &str,
        recipe: &Recipe,
        timing: &mut CompileTiming,
        items: &Items,
    ) -> Result<(Arc<TempDir>, String), Failed> {
        let work = super::warm::work_folder(&self.cells).map_err(cannot_write)?;
        prepare(job, work.path()).map_err(cannot_write)?;
        let root = job.map.get(job.root).map_or("", SourceFile::text);
        fs::write(work.path().join(job.root), root).map_err(cannot_write)?;
        let rustc = Rustc::start(recipe, work, job.root, key)
            .map_err(|error| no_rustc(&self.toolchain.rustc, &error))?;
        if job.recurs {
            self.expect_again(recipe.clone(), items);
        }
        rustc
            .finish(timing, &|work| items.are_known(job, key, work))
            .await
    }

    /// Names the result by everything that it depends on.
    pub fn key(&self, job: &Job<'_>) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(env!("CARGO_PKG_VERSION"));
        add(&self.toolchain.id);
        add(job.crate_name);
        add(&format!(
            "{:?} {} {} {}",
            job.opt_level, job.mir, job.metadata, job.code
        ));
        for (name, path) in &self.toolchain.externs {
            add(name);
            add(&path.to_string_lossy());
        }
        add(job.notebook.map_or("", |notebook| &notebook.key));
        let mut files: Vec<_> = job.map.files().collect();
        files.sort_by_key(|file| file.name());
        for file in files {
            add(file.name());
            add(file.text());
        }
        hex(&hash.finalize()[..16])
    }
}

/// Makes a finished folder an entry of the cache.
fn put(out: TempDir, entry: &Path) -> io::Result<()> {
    seal(out.path())?;
    match fs::rename(out.path(), entry) {
        Ok(()) => {
            let _ = out.keep();
            Ok(())
        }
        // Another kernel may have compiled the same in the meantime; then its result serves as well.
        Err(_) if is_whole(entry) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Notes that an entry of the cache is of use, so that it is not among the first to be evicted.
fn used(folder: &Path) -> io::Result<()> {
    fs::File::open(folder.join(MESSAGES))?.set_modified(std::time::SystemTime::now())
}

/// Puts everything but the root file into the folder in which a crate is compiled.
fn prepare(job: &Job<'_>, work: &Path) -> io::Result<()> {
    for file in job.map.files().filter(|file| file.name() != job.root) {
        fs::write(work.join(file.name()), file.text())?;
    }
    if let Some(notebook) = job.notebook {
        let name = notebook_metadata();
        // A link that stays good when the folder of the items moves to its place.
        let (from, to) = (notebook.folder.join(&name), work.join(&name));
        fs::hard_link(&from, &to).or_else(|_| std::os::unix::fs::symlink(&from, &to))?;
    }
    Ok(())
}

/// The file that says what the session's items are.
pub(super) fn notebook_metadata() -> String {
    format!("lib{}.rmeta", super::notebook::CRATE)
}

/// Only code that runs often is worth optimising.
pub(super) fn opt_level(loops: bool) -> OptLevel {
    if loops {
        OptLevel::Full
    } else {
        OptLevel::None
    }
}

pub(super) fn other_error(name: &str, message: String) -> CellError {
    CellError {
        ename: name.into(),
        traceback: vec![format!("\u{1b}[1;31m{name}\u{1b}[0m: {message}")],
        evalue: message,
    }
}

pub(super) fn cannot_write(error: io::Error) -> Failed {
    let message = format!(
        "the cell could not be compiled: {error}\nThe cache folder must be writable and have room; WICK_CACHE names another one."
    );
    Failed::Other(other_error("CacheError", message))
}

/// A disk without room shows in what rustc, LLVM or the linker say of the file they were writing.
pub(super) fn full_disk(said: &str) -> Result<(), Failed> {
    match said.contains("No space left on device") {
        true => Err(cannot_write(io::Error::from_raw_os_error(libc::ENOSPC))),
        false => Ok(()),
    }
}

fn no_rustc(rustc: &Path, error: &io::Error) -> Failed {
    let message = format!(
        "rustc could not be started ({}: {error}).\nInstall Rust from https://rustup.rs, then run `wick doctor`.",
        rustc.display()
    );
    Failed::Other(other_error("ToolchainError", message))
}
