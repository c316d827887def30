//! What people who know evcxr want to be there from the start: `init.evcxr` and `prelude.rs` in its configuration folder,
//! run before the first cell.

use std::path::PathBuf;

use super::NativeEngine;
use super::timing::Phases;
use crate::engine::{Cell, CellId, Stream};

/// In the order in which they are run.
const FILES: [&str; 2] = ["init.evcxr", "prelude.rs"];

impl NativeEngine {
    /// Runs the files, once. What goes wrong with one is said, and the cell runs all the same.
    pub(super) async fn run_startup_files(&mut self) {
        for path in std::mem::take(&mut self.startup) {
            let Ok(code) = std::fs::read_to_string(&path) else {
                continue;
            };
            let cell = Cell::new(CellId(0), code);
            let outcome = self.evaluate_cell(&cell, &mut Phases::start()).await;
            if let Err(error) = outcome {
                let lines = error.traceback.join("\n");
                self.say(Stream::Stderr, format!("{}:\n{lines}\n", path.display()));
            }
        }
    }
}

/// The files that there are.
pub(super) fn files() -> Vec<PathBuf> {
    let folder = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".config")));
    let Some(folder) = folder else {
        return Vec::new();
    };
    let files = FILES.iter().map(|name| folder.join("evcxr").join(name));
    files.filter(|path| path.is_file()).collect()
}
