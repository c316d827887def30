//! What building a set of dependencies gave, kept in the project's folder.

use std::collections::{BTreeMap, HashMap, HashSet};
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
use crate::engine::prelude::manifest::Role;

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
        let own = own_files(&output.libraries, prelude);
        let macros = own_files(&output.macros, prelude);
        let apart = apart(&output.libraries, prelude);
        let code = states(own.iter().chain(&apart)).map_err(failed)?;
        let version = states(own.iter().chain(&macros)).map_err(failed)?;
        let version: Vec<&str> = version.keys().map(String::as_str).collect();

        let folder = project.folder.join(hash(&version));
        let crates = folder.join("deps");
        fs::create_dir_all(&crates).map_err(failed)?;
        let mut kept = HashMap::new();
        for file in own.iter().chain(&macros) {
            let copy = keep_file(file, &crates).map_err(failed)?;
            kept.insert(file.with_extension(""), copy);
        }

        let mut linked: Vec<String> = before.map(|it| it.linked.clone()).unwrap_or_default();
        let mut libraries: Vec<PathBuf> = before.map(|it| it.libraries.clone()).unwrap_or_default();
        let (names, missing): (Vec<String>, Vec<PathBuf>) = code
            .into_iter()
            .filter(|(state, _)| !linked.contains(state))
            .unzip();
        if !missing.is_empty() {
            let key = [project.key()]
                .into_iter()
                .chain(names.iter().map(String::as_str));
            let library = folder.join(format!(
                "libwick_deps_{}.so",
                hash(&key.collect::<Vec<_>>())
            ));
            // Not in place: a kernel may have loaded what an earlier, interrupted build left.
            let unfinished = library.with_extension("unfinished");
            link(&missing, output, &unfinished).await?;
            fs::rename(&unfinished, &library).map_err(failed)?;
            libraries.push(library);
            linked.extend(names);
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

/// The prelude's crates behind `files` that are no part of its dylib.
fn apart(files: &[PathBuf], prelude: &Prelude) -> Vec<PathBuf> {
    let crates = prelude.manifest().crates.iter();
    let apart: HashSet<PathBuf> = crates
        .filter(|krate| krate.role == Role::Apart)
        .filter_map(|krate| Some(prelude.folder().join(krate.file("rlib")?)))
        .collect();
    let targets = files.iter().filter_map(|file| fs::read_link(file).ok());
    targets.filter(|target| apart.contains(target)).collect()
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

/// Files by a name for their contents: cargo writes a new one when something changed.
fn states<'a>(files: impl Iterator<Item = &'a PathBuf>) -> io::Result<BTreeMap<String, PathBuf>> {
    files
        .map(|file| {
            let metadata = fs::metadata(file)?;
            let time = metadata.modified()?.duration_since(UNIX_EPOCH);
            let time = time.unwrap_or_default().as_nanos();
            let state = format!("{}:{}:{time}", file.display(), metadata.len());
            Ok((state, file.clone()))
        })
        .collect()
}

fn keep_file(file: &Path, folder: &Path) -> io::Result<PathBuf> {
    let to = folder.join(file.file_name().unwrap_or_default());
    if !to.exists() && fs::hard_link(file, &to).is_err() {
        fs::copy(file, &to)?;
    }
    Ok(to)
}
