//! `:dep`: crates that cargo builds while the session goes on.
//!
//! A set of dependencies is a cargo project of its own, below the cache folder. It does not share a workspace with
//! the prelude: adding a dependency may turn on features of a crate that both use, and in a common workspace cargo
//! would then build the prelude again while the session has it loaded. Instead the project's `Cargo.lock` starts
//! from the prelude's, and cargo calls this program in place of rustc ([`rustc_wrapper`]): a crate that the prelude
//! holds in that version and with those features is not compiled but taken from there. So candle-core is compiled
//! once, when the prelude is, and a crate that uses candle works on the very tensors of the notebook.
//!
//! What is new is linked into one shared object for each `:dep` cell, loaded beside the prelude; cells leave its
//! symbols undefined, as they do with the prelude's. The result stays in the cache folder: the same dependencies are
//! there at once the next time.

mod cargo;
mod explain;
mod failure;
mod link;
mod lock;
mod outcome;
mod pin;
mod plan;
mod progress;
mod project;
mod spec;
mod wrapper;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};

pub use self::progress::Progress;
pub use self::spec::DependencySpec;
pub use self::wrapper::{WRAPPER_VARIABLE, rustc_wrapper};

use self::failure::io;
use self::outcome::Outcome;
use self::pin::Pin;
use self::plan::Plan;
use self::project::Project;
use super::CellError;
use super::prelude::Prelude;
use crate::private;

/// What cells need for all dependencies of the session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// The names that cells use, and the crates behind them, for rustc's `--extern`. They come before
    /// [`Prelude::externs`] of the same name.
    pub externs: Vec<(String, PathBuf)>,
    /// Where the crates lie that those are made of, for rustc's `-L dependency=`; the prelude's folder included.
    pub search: Vec<PathBuf>,
    /// Shared objects to load with `RTLD_GLOBAL`, in this order, those of earlier `:dep` cells first.
    pub libraries: Vec<PathBuf>,
}

/// The dependencies of one session.
#[derive(Debug)]
pub struct Dependencies {
    cache: PathBuf,
    wrapper: PathBuf,
    prelude: Prelude,
    specs: Vec<DependencySpec>,
    /// Where the notebook lies; it may pin versions there.
    folder: PathBuf,
    /// Names the sets of dependencies that the session went through.
    key: String,
    last: Option<Outcome>,
}

impl Dependencies {
    /// None so far. What is built is kept below `cache`; this program stands in for rustc, so its `main` is to call
    /// [`rustc_wrapper`] where [`WRAPPER_VARIABLE`] is set.
    pub fn new(cache: impl Into<PathBuf>, prelude: Prelude) -> Self {
        let wrapper = std::env::current_exe().unwrap_or_else(|_| "wick".into());
        Self::with_wrapper(cache, prelude, wrapper)
    }

    /// The same with another program that stands in for rustc.
    pub fn with_wrapper(
        cache: impl Into<PathBuf>,
        prelude: Prelude,
        wrapper: impl Into<PathBuf>,
    ) -> Self {
        Self {
            cache: cache.into().join("deps"),
            wrapper: wrapper.into(),
            prelude,
            specs: Vec::new(),
            folder: std::env::current_dir().unwrap_or_else(|_| ".".into()),
            key: String::new(),
            last: None,
        }
    }

    /// The dependencies so far.
    pub fn specs(&self) -> &[DependencySpec] {
        &self.specs
    }

    /// The same for a notebook that lies in `folder`, not where the process was started. A file `wick.lock` there names
    /// all that may be built.
    pub fn of_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Pins the versions of the session for all notebooks in its folder; gives the file that holds them.
    ///
    /// # Errors
    /// Before the first dependency, and when the file cannot be written.
    pub fn pin(&self) -> Result<PathBuf, CellError> {
        if self.key.is_empty() {
            let message =
                "there is nothing to lock yet: `:dep --lock` comes after the other `:dep` lines";
            return Err(failure::failure(failure::NAME, message, &[]));
        }
        pin::write(&self.folder, &self.lock_file())
    }

    /// The cargo project of the session's dependencies, if there are any.
    pub fn project(&self) -> Option<PathBuf> {
        let folder = self.cache.join("projects").join(&self.key);
        (!self.key.is_empty()).then_some(folder)
    }

    /// The versions of the session so far.
    fn lock_file(&self) -> PathBuf {
        self.cache
            .join("projects")
            .join(&self.key)
            .join("Cargo.lock")
    }

    /// What cells need for the dependencies so far.
    pub fn built(&self) -> Built {
        self.last
            .as_ref()
            .map(|it| it.built(&self.prelude))
            .unwrap_or_default()
    }

    /// Adds `specs`, one replacing an earlier one of its name, and builds what is missing. `wick` itself is always
    /// there and passed over.
    ///
    /// # Errors
    /// Cargo's own reason. The session then has the dependencies that it had before.
    pub async fn add(
        &mut self,
        specs: &[DependencySpec],
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Built, CellError> {
        let mut all = self.specs.clone();
        for spec in specs.iter().filter(|spec| spec.package() != "wick") {
            all.retain(|earlier| earlier.name() != spec.name());
            all.push(spec.clone());
        }
        if all == self.specs && !all.iter().any(DependencySpec::is_local) {
            return Ok(self.built());
        }
        let pin = Pin::read(&self.folder)?;
        let project = Project::new(&self.cache, &self.prelude, &all, &self.key, pin.as_ref());
        let outcome = self.build(&project, &all, pin.as_ref(), progress).await?;
        self.key = project.key().to_owned();
        self.specs = all;
        let built = outcome.built(&self.prelude);
        self.last = Some(outcome);
        Ok(built)
    }

    async fn build(
        &self,
        project: &Project,
        specs: &[DependencySpec],
        pin: Option<&Pin>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Outcome, CellError> {
        private::make(&self.cache).map_err(|error| io(self.cache.display(), &error))?;
        fs::create_dir_all(&project.folder)
            .map_err(|error| io(project.folder.display(), &error))?;
        let _lock = lock(&project.folder).await?;
        let may_have_changed = specs.iter().any(DependencySpec::is_local);
        if !may_have_changed && let Some(outcome) = Outcome::read(&project.folder) {
            return Ok(outcome);
        }
        // The versions of the session so far, and those of the prelude for what is new.
        let mut locks = vec![self.prelude.lock_file()];
        if !self.key.is_empty() {
            locks.push(self.lock_file());
        }
        if let Some(pin) = pin {
            locks = vec![pin.path().to_owned()];
        }
        project
            .write(&locks)
            .map_err(|error| io(project.folder.display(), &error))?;
        let metadata = cargo::resolve(project, &self.prelude, progress).await?;
        if let Some(pin) = pin {
            pin.check(&project.folder.join("Cargo.lock"))?;
        }
        let plan = Plan::new(&metadata, self.prelude.manifest());
        let target = project
            .write_plan(&plan)
            .map_err(|error| io(project.folder.display(), &error))?;
        let output = cargo::build(project, &target, &self.prelude, &self.wrapper, progress).await?;
        progress(Progress {
            verb: "Linking".into(),
            what: specs
                .iter()
                .map(DependencySpec::name)
                .collect::<Vec<_>>()
                .join(", "),
            done: None,
        });
        Outcome::keep(project, &self.prelude, specs, &output, self.last.as_ref()).await
    }
}

/// The folder for what is built: `$WICK_CACHE`, else `wick` in `$XDG_CACHE_HOME`, else `~/.cache/wick`.
pub fn cache_dir() -> PathBuf {
    let folder = |variable: &str| {
        std::env::var_os(variable)
            .filter(|it| !it.is_empty())
            .map(PathBuf::from)
    };
    folder("WICK_CACHE")
        .or_else(|| Some(folder("XDG_CACHE_HOME")?.join("wick")))
        .or_else(|| Some(folder("HOME")?.join(".cache/wick")))
        .unwrap_or_else(|| std::env::temp_dir().join("wick-cache"))
}

/// Waits until no other kernel builds the same project.
async fn lock(folder: &Path) -> Result<Flock<File>, CellError> {
    let path = folder.join("lock");
    let failed = |error: std::io::Error| io(path.display(), &error);
    let file = File::create(&path).map_err(failed)?;
    let locking = tokio::task::spawn_blocking(|| Flock::lock(file, FlockArg::LockExclusive));
    match locking.await {
        Ok(Ok(lock)) => Ok(lock),
        Ok(Err((_, errno))) => Err(failed(errno.into())),
        Err(error) => Err(failed(std::io::Error::other(error))),
    }
}
