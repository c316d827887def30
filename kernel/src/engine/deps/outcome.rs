//! What building a set of dependencies gave, kept in the project's folder.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::Built;
use super::cargo::Output;
use super::failure::{NAME, failure, io as io_error};
use super::link::link;
use super::project::{EXTERNS_FILE, Project, hash};
use super::spec::DependencySpec;
use crate::engine::CellError;
use crate::engine::prelude::Prelude;

/// The file in the project's folder.
const FILE_NAME: &str = "outcome.json";

/// What building a set of dependencies gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Outcome {
    externs: Vec<(String, PathBuf)>,
    /// Copies of what cargo built, which later builds do not touch: a kernel goes on reading them.
    crates: PathBuf,
    libraries: Vec<PathBuf>,
    /// The crates in `libraries`, by file and state.
    linked: Vec<String>,
}

impl Outcome {
    /// What an earlier build of the project in `folder` gave, if all of it is still there.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let text = fs::read(folder.join(FILE_NAME)).ok()?;
        let outcome: Self = serde_json::from_slice(&text).ok()?;
        let files = outcome.externs.iter().map(|(_, file)| file);
        let mut all = files.chain(&outcome.libraries);
        all.all(|file| file.exists()).then_some(outcome)
    }

    /// What cells need.
    pub(super) fn built(&self, prelude: &Prelude) -> Built {
        Built {
            externs: self.externs.clone(),
            search: vec![self.crates.clone(), prelude.deps_dir()],
            libraries: self.libraries.clone(),
        }
    }

    /// Keeps what cargo built for `project`, and links what neither the prelude nor `before` has.
    pub(super) async fn keep(
        project: &Project,
        prelude: &Prelude,
        specs: &[DependencySpec],
        output: &Output,
        before: Option<&Self>,
    ) -> Result<Self, CellError> {
        let failed = |error: io::Error| io_error(project.folder.display(), &error);
        let new = own_files(&output.libraries, prelude);
        let macros = own_files(&output.macros, prelude);
        let states = |files: &[PathBuf]| {
            files
                .iter()
                .map(|file| state(file))
                .collect::<io::Result<Vec<_>>>()
        };
        let (new_states, macro_states) = (
            states(&new).map_err(failed)?,
            states(&macros).map_err(failed)?,
        );

        let version: Vec<&str> = new_states
            .iter()
            .chain(&macro_states)
            .map(String::as_str)
            .collect();
        let folder = project.folder.join(hash(&version));
        let crates = folder.join("deps");
        fs::create_dir_all(&crates).map_err(failed)?;
        let mut kept = HashMap::new();
        for file in new.iter().chain(&macros) {
            let copy = keep_file(file, &crates).map_err(failed)?;
            kept.insert(file.with_extension(""), copy);
        }

        let mut linked: Vec<String> = before.map(|it| it.linked.clone()).unwrap_or_default();
        let mut libraries: Vec<PathBuf> = before.map(|it| it.libraries.clone()).unwrap_or_default();
        let missing: Vec<PathBuf> = new
            .iter()
            .zip(&new_states)
            .filter(|(_, state)| !linked.contains(state))
            .map(|(file, _)| file.clone())
            .collect();
        if !missing.is_empty() {
            let name = format!(
                "libwick_deps_{}.so",
                hash(&[project.key(), &version.concat()])
            );
            let library = folder.join(name);
            link(&missing, output, &library).await?;
            libraries.push(library);
            linked.extend(new_states);
        }
        let externs = externs(project, prelude, specs, &kept)?;
        let outcome = Self {
            externs,
            crates,
            libraries,
            linked,
        };
        let text = serde_json::to_vec_pretty(&outcome).map_err(|error| failed(error.into()))?;
        fs::write(project.folder.join(FILE_NAME), text).map_err(failed)?;
        Ok(outcome)
    }
}

/// The names that cells use and the files behind them, as the compiler wrapper noted them.
fn externs(
    project: &Project,
    prelude: &Prelude,
    specs: &[DependencySpec],
    kept: &HashMap<PathBuf, PathBuf>,
) -> Result<Vec<(String, PathBuf)>, CellError> {
    let path = project.folder.join(EXTERNS_FILE);
    let read = fs::read(&path).and_then(|text| Ok(serde_json::from_slice(&text)?));
    let noted: Vec<(String, PathBuf)> = read.map_err(|error| io_error(path.display(), &error))?;
    specs
        .iter()
        .map(|spec| {
            let name = spec.crate_name();
            let Some((_, file)) = noted.iter().find(|it| it.0 == name) else {
                let why = format!("`{}` has no library that a cell could use", spec.name());
                return Err(failure(NAME, &why, &[]));
            };
            let file = match kept.get(&file.with_extension("")) {
                Some(copy) => copy.clone(),
                None => of_prelude(file, prelude),
            };
            Ok((name, file))
        })
        .collect()
}

/// Where a link that the wrapper made leads to; the whole crate, where cargo only needed its interface.
fn of_prelude(file: &Path, prelude: &Prelude) -> PathBuf {
    let target = fs::read_link(file).unwrap_or_else(|_| file.to_owned());
    let whole = target.with_extension("rlib");
    match target.starts_with(prelude.folder()) && whole.exists() {
        true => whole,
        false => target,
    }
}

/// Those of `files` that are no links to the prelude's.
fn own_files(files: &[PathBuf], prelude: &Prelude) -> Vec<PathBuf> {
    let is_prelude =
        |file: &Path| fs::read_link(file).is_ok_and(|it| it.starts_with(prelude.folder()));
    files
        .iter()
        .filter(|file| !is_prelude(file))
        .cloned()
        .collect()
}

/// Names a file's contents: cargo writes a new one when something changed.
fn state(file: &Path) -> io::Result<String> {
    let metadata = fs::metadata(file)?;
    let time = metadata
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Ok(format!(
        "{}:{}:{}",
        file.display(),
        metadata.len(),
        time.as_nanos()
    ))
}

fn keep_file(file: &Path, folder: &Path) -> io::Result<PathBuf> {
    let to = folder.join(file.file_name().unwrap_or_default());
    if !to.exists() && fs::hard_link(file, &to).is_err() {
        fs::copy(file, &to)?;
    }
    Ok(to)
}
