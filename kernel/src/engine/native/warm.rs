//! rustc processes that are started before there is anything to compile.
//!
//! Half of the time of a small cell's rustc is the same for all of them: loading the compiler, reading the metadata of
//! the prelude and of the crates behind it. So for each [`Recipe`] in use one process has that behind it already, and
//! waits for its source (see [`Rustc::start_waiting`]).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use super::rustc::{Recipe, Rustc};

/// How many wait at most; each has some 12 MB of its own. Statements, closures of which only the types are wanted, and
/// items.
const MOST: usize = 3;

/// The processes that wait, the latest used recipe last.
#[derive(Debug)]
pub(super) struct Warm {
    cells: PathBuf,
    waiting: Mutex<Vec<(Recipe, Rustc)>>,
    /// Recipes of which one is to be started when there is nothing more urgent to do.
    later: Mutex<Vec<Recipe>>,
}

impl Warm {
    /// None yet; they will work in folders below `cells`.
    pub fn new(cells: PathBuf) -> Self {
        Self {
            cells,
            waiting: Mutex::default(),
            later: Mutex::default(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(Recipe, Rustc)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process that waits for a source of this recipe.
    pub fn take(&self, recipe: &Recipe) -> Option<Rustc> {
        let mut waiting = self.waiting();
        let index = waiting.iter().position(|(other, _)| other == recipe)?;
        let (_, mut rustc) = waiting.remove(index);
        rustc.lives().then_some(rustc)
    }

    /// Has one started for this recipe by the next [`start_later`](Self::start_later).
    pub fn later(&self, recipe: Recipe) {
        let mut later = self.later.lock().unwrap_or_else(PoisonError::into_inner);
        later.push(recipe);
    }

    /// Starts those that were put off.
    pub fn start_later(&self) {
        let later = std::mem::take(&mut *self.later.lock().unwrap_or_else(PoisonError::into_inner));
        for recipe in later {
            self.start(recipe);
        }
    }

    /// Starts one for this recipe, unless one waits already. Without it the next cell takes longer, nothing else.
    pub fn start(&self, recipe: Recipe) {
        let mut waiting = self.waiting();
        waiting.retain(|(other, _)| other.toolchain == recipe.toolchain);
        if let Some(index) = waiting.iter().position(|(other, _)| *other == recipe) {
            let used = waiting.remove(index);
            waiting.push(used);
            return;
        }
        let started = work_folder(&self.cells).and_then(|work| Rustc::start_waiting(&recipe, work));
        match started {
            Ok(rustc) => waiting.push((recipe, rustc)),
            Err(error) => tracing::debug!("no rustc ahead: {error}"),
        }
        if waiting.len() > MOST {
            waiting.remove(0);
        }
    }
}

/// What the folders of unfinished work are called: by the process that works in them.
const WORK: &str = ".work-";

/// A folder to compile in, where the result can be moved from to its place.
pub(super) fn work_folder(cells: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix(&format!("{WORK}{}-", std::process::id()))
        .tempdir_in(cells)
}

/// Removes what kernels that were killed have left unfinished.
pub(super) fn remove_abandoned(cells: &Path) {
    for entry in fs::read_dir(cells).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(WORK)) else {
            continue;
        };
        let process = rest.split('-').next().unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_the_dead_are_abandoned() {
        let cells = tempfile::tempdir().unwrap();
        let alive = work_folder(cells.path()).unwrap();
        // Process numbers end below this.
        let dead = cells.path().join(".work-99999999-a");
        let done = cells.path().join("0123");
        fs::create_dir(&dead).unwrap();
        fs::create_dir(&done).unwrap();
        remove_abandoned(cells.path());
        assert!(alive.path().exists() && done.exists() && !dead.exists());
    }
}
