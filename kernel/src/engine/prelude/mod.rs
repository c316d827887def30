//! The compiled prelude: where it is, what it holds, and whether this machine's rustc goes with it.
//!
//! `wick install` copies what cargo built into a folder with a [manifest](manifest::Manifest); kernels
//! [find](Prelude::find) it there. In a development tree, where nothing is installed, the folder is made beside cargo's
//! own output.

mod cargo_messages;
mod companions;
pub mod docs;
mod install;
pub mod manifest;
mod symbols;
mod toolchain;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::fcntl::Flock;

use self::cargo_messages::Build;
pub use self::companions::place as companion_place;
use self::manifest::Manifest;
use super::EngineError;
use super::analyzer::{crates, find};

/// Names the prelude's folder, or the folder above it, instead of looking for it.
pub const PRELUDE_VARIABLE: &str = "WICK_PRELUDE";
/// What `cargo build --release --message-format=json` wrote, in the target folder of a development tree.
pub const MESSAGES_FILE: &str = "wick-build.json";

/// A compiled prelude, ready for use. While one is alive, `wick install` does not remove its folder.
#[derive(Debug, Clone)]
pub struct Prelude {
    folder: PathBuf,
    manifest: Arc<Manifest>,
    /// Held only; `None` where the file system cannot lock.
    _hold: Option<Arc<Flock<File>>>,
}

impl Prelude {
    /// Copies what `cargo build --release --message-format=json` built, by its messages in `messages`, into a new
    /// folder below `dir`, makes that the current one, and removes older ones that no kernel uses. The files are
    /// complete before anyone can find them.
    ///
    /// # Errors
    /// Where the messages do not speak of the prelude, cargo or rustc is missing, or a file cannot be written.
    pub fn install_to(messages: &Path, dir: &Path) -> Result<Self, EngineError> {
        let rustc = toolchain::describe()?;
        let build = Build::read(messages, toolchain::host(&rustc))?;
        let folder = install::install(&build, &rustc, toolchain::host(&rustc), dir)?;
        Self::open(&folder)
    }

    /// The prelude of this machine: what [`PRELUDE_VARIABLE`] names; else the one installed beside this executable
    /// (`../share/wick`); else, in a development tree, what cargo built there last.
    ///
    /// # Errors
    /// Where there is none, or it is damaged.
    pub fn find() -> Result<Self, EngineError> {
        if let Some(path) = std::env::var_os(PRELUDE_VARIABLE) {
            return Self::open(Path::new(&path));
        }
        let executable = std::env::current_exe()
            .and_then(|it| it.canonicalize())
            .map_err(|source| EngineError::Io {
                what: "cannot tell where this program is".into(),
                source,
            })?;
        let folders: Vec<&Path> = executable.ancestors().skip(1).take(4).collect();
        for folder in &folders {
            let installed = folder.join("../share/wick");
            if installed.join(install::CURRENT).exists() {
                return Self::open(&installed);
            }
        }
        for folder in &folders {
            let messages = folder.join(MESSAGES_FILE);
            if messages.exists() {
                return Self::of_development(&messages);
            }
        }
        Err(EngineError::Prelude(format!(
            "The compiled prelude was not found beside {}. `./install.sh` builds and installs it; {PRELUDE_VARIABLE} \
             may name a folder that holds it.",
            executable.display()
        )))
    }

    /// Opens the prelude in `folder`, or the current one below it.
    ///
    /// # Errors
    /// Where there is none or its manifest is damaged.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        let damaged = |why: &dyn std::fmt::Display| {
            EngineError::Prelude(format!(
                "There is no usable prelude in {} ({why}). `./install.sh` builds and installs it.",
                folder.display()
            ))
        };
        let current = folder.join(install::CURRENT);
        let direct = folder.join(manifest::FILE_NAME).exists();
        let path = if direct { folder } else { &current };
        // Not through the link, which may point elsewhere tomorrow.
        let path = path.canonicalize().map_err(|error| damaged(&error))?;
        let hold = install::hold(&path).map(Arc::new);
        let manifest = Manifest::read(&path).map_err(|error| damaged(&error))?;
        Ok(Self {
            folder: path,
            manifest: Arc::new(manifest),
            _hold: hold,
        })
    }

    /// The prelude of a development tree, installed beside cargo's messages unless that was done already.
    fn of_development(messages: &Path) -> Result<Self, EngineError> {
        let dir = messages.with_file_name("wick-prelude");
        let time = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).ok();
        let installed = time(&dir.join(install::CURRENT).join(manifest::FILE_NAME));
        // A later `cargo build` leaves the messages as they were.
        let built =
            time(&messages.with_file_name("release").join(install::DYLIB)).max(time(messages));
        if installed.is_some() && installed >= built {
            return Self::open(&dir);
        }
        Self::install_to(messages, &dir)
    }

    /// Whether this machine's rustc is the one that the prelude was built with: no other can read it.
    ///
    /// # Errors
    /// [`EngineError::Toolchain`] says what is missing or differs, and what to do.
    pub fn check_toolchain(&self) -> Result<(), EngineError> {
        toolchain::check(&toolchain::describe()?, &self.manifest.rustc)
    }

    /// Names this very build: equal where a compiled cell of one can be loaded beside the other.
    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    /// The compiler it was built with, as `rustc -vV` describes itself.
    pub fn rustc(&self) -> &str {
        &self.manifest.rustc
    }

    /// The compiler's executable, if it is still where it was when the prelude was built; else the one on PATH, which
    /// [`check_toolchain`](Self::check_toolchain) compares.
    pub fn rustc_path(&self) -> PathBuf {
        let direct = self.manifest.sysroot.as_ref();
        let direct = direct.map(|sysroot| sysroot.join("bin/rustc"));
        direct
            .filter(|path| path.exists())
            .unwrap_or_else(|| "rustc".into())
    }

    /// The folder it lies in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `libwick.so`.
    pub fn dylib(&self) -> PathBuf {
        self.folder.join(install::DYLIB)
    }

    /// The crates that a cell may name without a `:dep`, for rustc's `--extern`.
    pub fn externs(&self) -> Vec<(String, PathBuf)> {
        let externs = self.manifest.externs.iter();
        externs
            .map(|(name, file)| (name.clone(), self.folder.join(file)))
            .collect()
    }

    /// Where the crates lie that those of [`externs`](Self::externs) are made of, for rustc's `-L dependency=`.
    pub fn deps_dir(&self) -> PathBuf {
        self.folder.join(install::DEPS)
    }

    /// The folder of a crate of Wick's that goes with the prelude but is no part of it, like `wick-polars`.
    pub fn companion(&self, package: &str) -> Option<PathBuf> {
        companions::find(&self.folder, package)
    }

    /// The lock file that it was built with.
    pub fn lock_file(&self) -> PathBuf {
        self.folder.join(install::LOCK_FILE)
    }

    /// The crates it is made of, as rust-analyzer is told of them: the list in a file.
    pub fn crate_list(&self) -> PathBuf {
        self.folder.join(crates::FILE_NAME)
    }

    /// The compiler's folder.
    pub fn sysroot(&self) -> Option<&Path> {
        self.manifest.sysroot.as_deref()
    }

    /// Where Wick's own build of rust-analyzer would be: beside all preludes of this installation.
    pub fn analyzer(&self) -> PathBuf {
        self.folder.with_file_name(find::FOLDER)
    }

    /// What is documented of it. Reads a file of half a megabyte.
    pub fn docs(&self) -> docs::Docs {
        docs::Docs::read(&self.folder)
    }

    /// What it holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}
