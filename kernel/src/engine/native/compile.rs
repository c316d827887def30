//! One direct rustc run, one linker run, and the cache that makes both unnecessary.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use super::seal::{checked, is_whole, seal, with_hash};
use crate::engine::diagnostics::rustc::Diagnostic;
use crate::engine::hex::hex;
use crate::engine::source_map::SourceMap;
use crate::engine::{CellError, EngineError};

/// What every crate of a session is compiled with.
#[derive(Debug, Clone)]
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
    /// For loops.
    Full,
    /// Where a person says so.
    Most,
}

impl OptLevel {
    fn flag(self) -> &'static str {
        match self {
            Self::None => "opt-level=0",
            Self::Little => "opt-level=1",
            Self::Full => "opt-level=2",
            Self::Most => "opt-level=3",
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
    pub crate_name: &'a str,
    pub root: &'a str,
    pub map: &'a SourceMap,
    pub opt_level: OptLevel,
    /// The session's items, for the statements that use them.
    pub notebook: Option<&'a Compiled>,
    /// Whether types of variables are read from MIR.
    pub mir: bool,
    /// Whether other crates are compiled against this one.
    pub metadata: bool,
    /// Whether machine code is needed at all.
    pub code: bool,
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

    /// What other crates are compiled against.
    fn metadata(&self, crate_name: &str) -> PathBuf {
        self.folder.join(format!("lib{crate_name}.rmeta"))
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

const MIR: &str = "cell.mir";
const MESSAGES: &str = "messages.jsonl";
const OBJECT: &str = "cell.o";

/// How long the parts took.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct CompileTiming {
    /// From the start of rustc to the end of type and borrow checking, where that is known.
    pub frontend: Duration,
    /// All of rustc.
    pub rustc: Duration,
    /// The linker.
    pub link: Duration,
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

/// Compiles crates into the cache.
#[derive(Debug, Clone)]
pub(super) struct Compiler {
    pub toolchain: Toolchain,
    cells: PathBuf,
}

impl Compiler {
    /// A compiler that keeps its results below `cache`.
    pub fn new(toolchain: Toolchain, cache: &Path) -> Result<Self, EngineError> {
        let cells = cache.join("cells");
        fs::create_dir_all(&cells).map_err(|source| EngineError::Io {
            what: format!(
                "cannot make the cache folder {} (set WICK_CACHE to another one)",
                cells.display()
            ),
            source,
        })?;
        Ok(Self { toolchain, cells })
    }

    /// Compiles a crate, or finds that it was compiled before.
    pub async fn compile(
        &self,
        job: &Job<'_>,
        timing: &mut CompileTiming,
    ) -> Result<Compiled, Failed> {
        let key = self.key(job);
        let done = Compiled {
            folder: self.cells.join(&key),
            key,
        };
        if is_whole(&done.folder) {
            timing.cached = true;
            // The time of the last use is what eviction goes by.
            let _ = fs::File::open(done.folder.join(MESSAGES))
                .and_then(|file| file.set_modified(std::time::SystemTime::now()));
            return Ok(done);
        }
        // What is damaged is made again. A library that is loaded already stays so under another name.
        let _ = fs::remove_dir_all(&done.folder);
        let work = tempfile::Builder::new()
            .prefix(".work-")
            .tempdir_in(&self.cells)
            .map_err(cannot_write)?;
        for file in job.map.files() {
            fs::write(work.path().join(file.name()), file.text()).map_err(cannot_write)?;
        }
        let started = Instant::now();
        let messages = self.rustc(job, &done.key, work.path(), timing).await?;
        timing.rustc += started.elapsed();
        if job.code {
            let started = Instant::now();
            self.link(job, &done, work.path()).await?;
            timing.link += started.elapsed();
        }
        let _ = fs::remove_file(work.path().join(OBJECT));
        fs::write(work.path().join(MESSAGES), messages).map_err(cannot_write)?;
        seal(work.path()).map_err(cannot_write)?;
        // Another kernel may have compiled the same in the meantime; then its result serves as well.
        match fs::rename(work.path(), &done.folder) {
            Ok(()) => {
                let _ = work.keep();
            }
            Err(_) if is_whole(&done.folder) => {}
            Err(error) => return Err(cannot_write(error)),
        }
        Ok(done)
    }

    /// Everything the result depends on.
    fn key(&self, job: &Job<'_>) -> String {
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

    fn command(&self, job: &Job<'_>, key: &str, work: &Path) -> Command {
        let mut command = Command::new(&self.toolchain.rustc);
        // The items keep one `-C metadata` through all their versions, and with it their types' identities.
        let metadata = if job.metadata { "notebook" } else { key };
        let mut emit = Vec::new();
        emit.extend(job.metadata.then(|| {
            format!(
                "metadata={}",
                work.join(format!("lib{}.rmeta", job.crate_name)).display()
            )
        }));
        emit.extend(
            job.code
                .then(|| format!("obj={}", work.join(OBJECT).display())),
        );
        emit.extend(job.mir.then(|| format!("mir={}", work.join(MIR).display())));
        if emit.is_empty() {
            emit.push(format!("metadata={}", work.join("lib.rmeta").display()));
        }
        command
            .args([
                "--edition",
                "2024",
                "--crate-type",
                "lib",
                "--crate-name",
                job.crate_name,
            ])
            .args([
                "--error-format",
                "json",
                "--json",
                "artifacts,future-incompat",
            ])
            .arg("--emit")
            .arg(emit.join(","))
            .args([
                "-C",
                "codegen-units=1",
                "-C",
                "overflow-checks=on",
                "-C",
                "embed-bitcode=no",
            ])
            .args(["-C", "debuginfo=line-tables-only"])
            .arg("-C")
            .arg(job.opt_level.flag())
            .arg("-C")
            .arg(format!("metadata={metadata}"))
            .arg(format!("--remap-path-prefix={}/=", work.display()));
        for (name, path) in &self.toolchain.externs {
            command
                .arg("--extern")
                .arg(format!("{name}={}", path.display()));
        }
        if let Some(notebook) = job.notebook {
            let name = super::notebook::CRATE;
            command
                .arg("--extern")
                .arg(format!("{name}={}", notebook.metadata(name).display()));
        }
        for folder in &self.toolchain.search {
            command
                .arg("-L")
                .arg(format!("dependency={}", folder.display()));
        }
        // The user's own flags are for cargo; here they would only make the cache miss.
        command.env_remove("RUSTFLAGS").env("LC_ALL", "C.UTF-8");
        command.arg(work.join(job.root)).current_dir(work);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs rustc; its JSON messages.
    async fn rustc(
        &self,
        job: &Job<'_>,
        key: &str,
        work: &Path,
        timing: &mut CompileTiming,
    ) -> Result<String, Failed> {
        let started = Instant::now();
        let mut child = self
            .command(job, key, work)
            .spawn()
            .map_err(|error| no_rustc(&self.toolchain.rustc, &error))?;
        let mut messages = String::new();
        let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        while let Some(line) = lines.next_line().await.map_err(cannot_write)? {
            if line.contains("\"artifact\"") && line.contains("\"metadata\"") {
                timing.frontend += started.elapsed();
            }
            messages.push_str(&line);
            messages.push('\n');
        }
        let status = child.wait().await.map_err(cannot_write)?;
        if status.success() {
            return Ok(messages);
        }
        full_disk(&messages)?;
        let diagnostics = Diagnostic::parse_all(&messages);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(Failed::Rejected(diagnostics));
        }
        let said: Vec<_> = messages
            .lines()
            .filter(|line| !line.starts_with('{'))
            .collect();
        Err(Failed::Other(other_error(
            "CompilerError",
            format!("rustc stopped ({status})\n{}", said.join("\n")),
        )))
    }

    /// Makes a shared library of an object file. What it uses of the prelude, of std and of dependencies stays
    /// undefined: those are loaded already.
    async fn link(&self, job: &Job<'_>, done: &Compiled, work: &Path) -> Result<(), Failed> {
        let library = format!("{}.cell.so", done.key);
        let mut command = Command::new("ld.bfd");
        command.args([
            "-shared",
            "--eh-frame-hdr",
            "-Bsymbolic",
            "--build-id=none",
            "--hash-style=gnu",
            "-z",
            "noexecstack",
        ]);
        if job.metadata {
            // Later versions of the items define the same symbols; a version of their own keeps them apart.
            command.args(["--default-symver", "-soname", &library]);
        }
        command.arg(OBJECT);
        if let Some(notebook) = job.notebook {
            command.arg(notebook.library());
        }
        command.args(["-o", &library]).current_dir(work);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let run = |mut child: Child| async move {
            let mut said = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                stderr.read_to_string(&mut said).await?;
            }
            Ok::<_, io::Error>((child.wait().await?, said))
        };
        let child = command.spawn().map_err(|error| no_linker(&error))?;
        match run(child).await.map_err(cannot_write)? {
            (status, _) if status.success() => Ok(()),
            (status, said) => {
                full_disk(&said)?;
                Err(Failed::Other(other_error(
                    "LinkError",
                    format!("ld.bfd stopped ({status})\n{}", said.trim()),
                )))
            }
        }
    }
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

fn cannot_write(error: io::Error) -> Failed {
    let message = format!(
        "the cell could not be compiled: {error}\nThe cache folder must be writable and have room; WICK_CACHE names another one."
    );
    Failed::Other(other_error("CacheError", message))
}

/// A disk without room shows in what rustc, LLVM or the linker say of the file they were writing.
fn full_disk(said: &str) -> Result<(), Failed> {
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

fn no_linker(error: &io::Error) -> Failed {
    let message = format!(
        "the linker could not be started (ld.bfd: {error}).\nInstall it with `apt install binutils`."
    );
    Failed::Other(other_error("ToolchainError", message))
}
