//! One rustc process: its command line, its source, and what it says.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nix::errno::Errno;
use nix::sys::stat::Mode;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::pipe;
use tokio::process::{Child, ChildStderr, Command};

use super::compile::{
    CompileTiming, Failed, Job, MIR, OBJECT, OptLevel, Toolchain, cannot_write, full_disk,
    notebook_metadata, other_error,
};
use super::notebook::CRATE;
use super::split::blank;
use crate::engine::diagnostics::rustc::Diagnostic;
use crate::engine::source_map::SourceFile;

/// The root file of a process that is started before its source is known.
const START_FILE: &str = "start.rs";

/// All that rustc is told of a crate except for its source: a process that was started with one serves any source that
/// goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recipe {
    pub toolchain: Arc<Toolchain>,
    crate_name: &'static str,
    root: &'static str,
    /// Attributes of the crate; they cannot be included.
    attributes: String,
    opt_level: OptLevel,
    mir: bool,
    metadata: bool,
    code: bool,
}

impl Recipe {
    /// How `job` is compiled.
    pub fn of(job: &Job<'_>, toolchain: &Arc<Toolchain>) -> Self {
        let root = job.map.get(job.root).map_or("", SourceFile::text);
        Self {
            toolchain: toolchain.clone(),
            crate_name: job.crate_name,
            root: job.root,
            attributes: root[..job.attributes].to_string(),
            opt_level: job.opt_level,
            mir: job.mir,
            metadata: job.metadata,
            code: job.code,
        }
    }

    /// The crate is the one in `root`; `unique` makes its symbols unlike those of other crates.
    fn command(&self, work: &Path, root: &str, unique: &str) -> Command {
        let mut command = Command::new(&self.toolchain.rustc);
        // The items keep one `-C metadata` through all their versions, and with it their types' identities.
        let metadata = if self.metadata { CRATE } else { unique };
        let file = |name: &str| work.join(name).display().to_string();
        let mut emit = Vec::new();
        emit.extend((self.metadata).then(|| format!("metadata={}", file(&notebook_metadata()))));
        emit.extend(self.code.then(|| format!("obj={}", file(OBJECT))));
        emit.extend(self.mir.then(|| format!("mir={}", file(MIR))));
        let opt_level = self.opt_level.flag();
        command
            .args(["--edition=2024", "--crate-type=lib", "--crate-name"])
            .args([self.crate_name, "--error-format=json"])
            .args(["--json", "artifacts,future-incompat", "--emit"])
            .arg(emit.join(","))
            .args(["-Ccodegen-units=1", "-Coverflow-checks=on"])
            .args(["-Cembed-bitcode=no", "-Cdebuginfo=line-tables-only"])
            // Symbols tell the types of variables.
            .arg("-Csymbol-mangling-version=v0")
            .args(["-C", opt_level, "-C"])
            .arg(format!("metadata={metadata}"))
            .arg(format!("--remap-path-prefix={}/=", work.display()));
        for (name, path) in &self.toolchain.externs {
            let path = path.display();
            command.arg("--extern").arg(format!("{name}={path}"));
        }
        if self.crate_name != CRATE {
            // Only looked at by a crate that names it.
            let path = file(&notebook_metadata());
            command.arg("--extern").arg(format!("{CRATE}={path}"));
        }
        for folder in &self.toolchain.search {
            let folder = folder.display();
            command.arg("-L").arg(format!("dependency={folder}"));
        }
        // The user's own flags are for cargo; here they would only make the cache miss.
        command.env_remove("RUSTFLAGS").env("LC_ALL", "C.UTF-8");
        command.arg(work.join(root)).current_dir(work);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // SAFETY: one system call, which is safe between fork and exec, and no memory of the parent is touched.
        unsafe {
            command.pre_exec(|| {
                // One that waits would wait for ever.
                match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
                    0 => Ok(()),
                    _ => Err(io::Error::last_os_error()),
                }
            });
        }
        command
    }
}

/// A rustc that runs, or waits for its source.
#[derive(Debug)]
pub(super) struct Rustc {
    work: TempDir,
    child: Child,
    /// When it got its source.
    began: SystemTime,
}

impl Rustc {
    /// Starts one on the file `root` in `work`.
    pub fn start(recipe: &Recipe, work: TempDir, root: &str, unique: &str) -> io::Result<Self> {
        let child = recipe.command(work.path(), root, unique).spawn()?;
        Ok(Self {
            work,
            child,
            began: SystemTime::now(),
        })
    }

    /// Starts one that reads the prelude's metadata and then waits for its source.
    ///
    /// The file that it is given includes another one, the real root, which is a FIFO: opening that takes until
    /// somebody writes to it. Names of the prelude are asked for in a module of its own, because in the crate's root
    /// they would meet the cell's.
    pub fn start_waiting(recipe: &Recipe, work: TempDir) -> io::Result<Self> {
        let start = format!(
            "{}mod wick_start {{ #[allow(unused_imports)] use ::wick::prelude::*; }}\ninclude!({:?});\n",
            recipe.attributes, recipe.root
        );
        std::fs::write(work.path().join(START_FILE), start)?;
        nix::unistd::mkfifo(
            &work.path().join(recipe.root),
            Mode::S_IRUSR | Mode::S_IWUSR,
        )?;
        let unique = uuid::Uuid::new_v4().simple().to_string();
        Self::start(recipe, work, START_FILE, &unique)
    }

    /// The folder in which it works.
    pub fn work(&self) -> &Path {
        self.work.path()
    }

    /// Whether it still waits, as far as is known.
    pub fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Hands over the source. What is in front of the crate's root has been read already.
    pub async fn feed(&mut self, job: &Job<'_>) -> io::Result<()> {
        let root = job.map.get(job.root).map_or("", SourceFile::text);
        let text = blank(root, std::slice::from_ref(&(0..job.attributes)));
        let path = self.work.path().join(job.root);
        self.began = SystemTime::now();
        loop {
            match pipe::OpenOptions::new().open_sender(&path) {
                Ok(mut pipe) => return pipe.write_all(text.as_bytes()).await,
                // It has not come that far.
                Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => {
                    if !self.lives() {
                        // What it has to say comes with `finish`.
                        return Ok(());
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// How far into its run rustc was when it had checked the crate: then it writes MIR or metadata, if it is to.
    fn note_frontend(&self, timing: &mut CompileTiming) {
        let written = [MIR, &notebook_metadata()]
            .iter()
            .find_map(|name| std::fs::symlink_metadata(self.work.path().join(name)).ok());
        let written = written.and_then(|written| written.modified().ok());
        // What lies there from before is the metadata of the items that it uses.
        if let Some(frontend) = written.and_then(|it| it.duration_since(self.began).ok()) {
            *timing.frontend.get_or_insert_default() += frontend;
            tracing::Span::current().record("frontend_us", frontend.as_micros() as u64);
        }
    }

    /// Waits until all that is wanted of it is there: the folder with what it wrote, and its JSON messages. Tells `known`
    /// the folder as soon as the crate's metadata is in it.
    ///
    /// From the moment that the object file is written until the process is gone it takes 12 ms more: nothing but
    /// tidying up, which nobody has to wait for.
    #[tracing::instrument(name = "rustc", skip_all, fields(frontend_us))]
    pub async fn finish(
        mut self,
        timing: &mut CompileTiming,
        known: &(dyn Fn(&Path) + Sync),
    ) -> Result<(Arc<TempDir>, String), Failed> {
        let mut messages = String::new();
        let mut lines = BufReader::new(self.child.stderr.take().expect("stderr is piped")).lines();
        while let Some(line) = lines.next_line().await.map_err(cannot_write)? {
            if line.contains("\"emit\":\"metadata\"") {
                known(self.work.path());
            }
            if line.contains("\"emit\":\"obj\"") {
                self.note_frontend(timing);
                let work = Arc::new(self.work);
                tokio::spawn(tidy_up(self.child, lines, work.clone()));
                return Ok((work, messages));
            }
            messages.push_str(&line);
            messages.push('\n');
        }
        let status = self.child.wait().await.map_err(cannot_write)?;
        if status.success() {
            self.note_frontend(timing);
            return Ok((Arc::new(self.work), messages));
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
}

/// Lets a process end that has done its work.
async fn tidy_up(mut child: Child, mut lines: Lines<BufReader<ChildStderr>>, work: Arc<TempDir>) {
    while let Ok(Some(_)) = lines.next_line().await {}
    let _ = child.wait().await;
    drop(work);
}
