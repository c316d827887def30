//! What cargo says it built, read from its `--message-format=json`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::manifest::{Crate, Role};
use super::{install, symbols};
use crate::engine::EngineError;
use crate::engine::analyzer::crates::{CrateList, Script};

/// Crates of the prelude's own dependencies that a cell may name.
const NAMEABLE: &[&str] = &[
    "anyhow",
    "candle_core",
    "candle_nn",
    "half",
    "image",
    "libc",
    "ndarray",
    "num_traits",
    "rayon",
    "serde",
    "serde_json",
    "tokio",
    "wick_runtime",
];

/// A crate with where cargo left its files.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) krate: Crate,
    pub(super) files: Vec<PathBuf>,
    package_id: String,
}

/// The prelude's build.
#[derive(Debug)]
pub(super) struct Build {
    /// `libwick.so`.
    pub(super) dylib: PathBuf,
    /// The workspace's lock file.
    pub(super) lock: PathBuf,
    /// The crates in the dylib, and those that were needed to build them.
    pub(super) crates: Vec<Built>,
    /// Crates that a cell may name: the name and the index into `crates`.
    pub(super) externs: Vec<(String, usize)>,
    /// Likewise every crate that the prelude names itself.
    pub(super) direct: Vec<(String, usize)>,
    /// The folder of the prelude's sources.
    pub(super) source: PathBuf,
    /// The features that it was built with.
    pub(super) features: Vec<String>,
    /// The version of its package.
    pub(super) version: String,
    /// All of its crates as rust-analyzer is told of them; proc macros by the names of their files.
    pub(super) list: CrateList,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    #[serde(default)]
    cfgs: Vec<String>,
    out_dir: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    opt_level: String,
}

impl Build {
    /// Reads the messages of a `cargo build` that built the package `wick`. `host` is the machine's triple.
    pub(super) fn read(messages: &Path, host: &str) -> Result<Self, EngineError> {
        let text = std::fs::read_to_string(messages).map_err(|source| EngineError::Io {
            what: format!("cannot read {}", messages.display()),
            source,
        })?;
        let (artifacts, others): (Vec<Message>, Vec<Message>) = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Message>(line).ok())
            .partition(|message| message.reason == "compiler-artifact");
        let wick = artifacts.iter().find(|message| dylib(message).is_some());
        let Some((wick, dylib)) = wick.and_then(|message| Some((message, dylib(message)?))) else {
            return Err(EngineError::Prelude(format!(
                "{} does not speak of libwick.so; it is written by `cargo build --release --message-format=json`",
                messages.display()
            )));
        };
        let manifest = wick
            .manifest_path
            .as_deref()
            .unwrap_or(Path::new("Cargo.toml"));
        let graph = Graph::resolve(manifest, host, &wick.features)?;
        let id = wick.package_id.as_deref().unwrap_or_default();
        let macros = artifacts.iter().filter(|message| is_proc_macro(message));
        let linked = graph.linked(
            id,
            &macros.filter_map(|it| it.package_id.as_deref()).collect(),
        );
        let mut crates: Vec<Built> = artifacts
            .iter()
            .filter_map(|message| built(message, &linked))
            .filter(|built| built.package_id != id)
            .collect();
        mark_apart(&mut crates, &dylib);
        let named = graph.named_by(id).into_iter();
        let direct = named
            .filter_map(|(name, package)| {
                let of =
                    |built: &Built| built.package_id == package && built.krate.role != Role::Host;
                Some((name, crates.iter().position(of)?))
            })
            .collect();
        let externs = graph
            .named_by(id)
            .into_iter()
            .filter(|(name, _)| NAMEABLE.contains(&name.as_str()))
            .filter_map(|(name, package)| {
                let at = crates.iter().position(|built| {
                    built.package_id == package && built.krate.role == Role::Linked
                })?;
                Some((name, at))
            })
            .collect();
        let list = list(&graph.text, &others, &crates)?;
        Ok(Build {
            list,
            dylib,
            lock: graph.workspace_root.join("Cargo.lock"),
            crates,
            externs,
            direct,
            source: manifest.with_file_name("src"),
            features: wick.features.clone(),
            version: name_and_version(id, "wick").1,
        })
    }

    /// The folder of Wick's sources.
    pub(super) fn root(&self) -> PathBuf {
        self.source.join("../..")
    }
}

/// The crates of the prelude, for rust-analyzer.
fn list(metadata: &[u8], messages: &[Message], crates: &[Built]) -> Result<CrateList, EngineError> {
    let metadata = serde_json::from_slice(metadata).map_err(|error| {
        EngineError::Prelude(format!("`cargo metadata` cannot be understood: {error}"))
    })?;
    let scripts = messages.iter().filter_map(|message| {
        let script = Script {
            cfgs: message.cfgs.clone(),
            out_dir: message.out_dir.clone(),
        };
        Some((message.package_id.clone()?, script))
    });
    let dylib = |name: &str| {
        let is_it =
            |built: &&Built| built.krate.role == Role::ProcMacro && built.krate.name == name;
        let file = crates.iter().find(is_it)?.files.first()?.file_name()?;
        Some(Path::new(install::DEPS).join(file))
    };
    Ok(CrateList::of(&metadata, Some("wick"), &scripts.collect(), dylib).0)
}

/// Tells what is part of `dylib` from what could be.
fn mark_apart(crates: &mut [Built], dylib: &Path) {
    let files: Vec<PathBuf> = crates.iter().filter_map(Built::linkable).cloned().collect();
    match symbols::missing_from(dylib, &files) {
        Ok(missing) => {
            for built in crates {
                if built.linkable().is_some_and(|file| missing.contains(file)) {
                    built.krate.role = Role::Apart;
                }
            }
        }
        // A cell that uses such a crate will say so when it is loaded.
        Err(error) => tracing::warn!("cannot tell what {} holds: nm: {error}", dylib.display()),
    }
}

impl Built {
    /// Its code, if it may be part of the prelude's dylib.
    fn linkable(&self) -> Option<&PathBuf> {
        let mut files = self
            .files
            .iter()
            .filter(|_| self.krate.role == Role::Linked);
        files.find(|file| file.extension().is_some_and(|it| it == "rlib"))
    }
}

/// The dylib that a message announces, if it is the prelude's.
fn dylib(message: &Message) -> Option<PathBuf> {
    let target = message.target.as_ref()?;
    let is_wick = target.name == "wick" && target.kind.iter().any(|kind| kind == "dylib");
    let mut files = message.filenames.iter().filter(|_| is_wick);
    files
        .find(|file| {
            file.extension()
                .is_some_and(|it| it == std::env::consts::DLL_EXTENSION)
        })
        .cloned()
}

fn is_proc_macro(message: &Message) -> bool {
    let kinds = message.target.iter().flat_map(|target| &target.kind);
    kinds.into_iter().any(|kind| kind == "proc-macro")
}

/// A message about a library, as a crate of the prelude.
fn built(message: &Message, linked: &HashSet<String>) -> Option<Built> {
    let target = message.target.as_ref()?;
    let package_id = message.package_id.clone()?;
    let opt_level = message.profile.as_ref()?.opt_level.clone();
    let is = |kind: &str| target.kind.iter().any(|it| it == kind);
    let role = if is_proc_macro(message) {
        Role::ProcMacro
    } else if !is("lib") && !is("rlib") {
        return None;
    } else if opt_level != "0" && linked.contains(&package_id) {
        Role::Linked
    } else if opt_level == "0" {
        Role::Host
    } else {
        return None; // the kernel's own
    };
    let (package, version) = name_and_version(&package_id, &target.name);
    Some(Built {
        krate: Crate {
            package,
            version,
            name: target.name.replace('-', "_"),
            role,
            registry: package_id.starts_with("registry+") || package_id.starts_with("sparse+"),
            features: message.features.clone(),
            opt_level,
            files: Vec::new(),
        },
        files: message.filenames.clone(),
        package_id,
    })
}

/// `registry+https://…#candle-core@0.11.1` and `path+file:///…/derive#0.1.0` (named like its folder).
fn name_and_version(package_id: &str, target: &str) -> (String, String) {
    let (source, fragment) = package_id.rsplit_once('#').unwrap_or((package_id, ""));
    match fragment.rsplit_once('@') {
        Some((name, version)) => (name.to_owned(), version.to_owned()),
        None => {
            let folder = source.rsplit('/').next().unwrap_or(target);
            (folder.to_owned(), fragment.to_owned())
        }
    }
}

/// Which package depends on which, as cargo resolved them.
#[derive(Deserialize)]
struct Metadata {
    resolve: Resolve,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Dependency {
    /// Whether it is needed when the program runs, not only to build or test it.
    fn is_normal(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.is_none())
    }
}

struct Graph {
    nodes: HashMap<String, Vec<Dependency>>,
    workspace_root: PathBuf,
    /// What cargo said.
    text: Vec<u8>,
}

impl Graph {
    fn resolve(manifest: &Path, host: &str, features: &[String]) -> Result<Self, EngineError> {
        let failed = |why: String| {
            EngineError::Prelude(format!(
                "cargo cannot list the dependencies of {}: {why}",
                manifest.display()
            ))
        };
        let output = Command::new("cargo")
            .args(["metadata", "--format-version=1", "--locked"])
            .args(["--filter-platform", host, "--features", &features.join(",")])
            .arg("--manifest-path")
            .arg(manifest)
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(failed(said.trim().to_owned()));
        }
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
        let nodes = metadata.resolve.nodes.into_iter();
        Ok(Self {
            nodes: nodes.map(|node| (node.id, node.deps)).collect(),
            workspace_root: metadata.workspace_root,
            text: output.stdout,
        })
    }

    /// The packages whose code ends up in a library of `package`: not those of its proc macros, which run inside
    /// the compiler.
    fn linked(&self, package: &str, proc_macros: &HashSet<&str>) -> HashSet<String> {
        let mut linked = HashSet::new();
        let mut open = vec![package];
        while let Some(package) = open.pop() {
            if proc_macros.contains(package) || !linked.insert(package.to_owned()) {
                continue;
            }
            let next = self.nodes.get(package).into_iter().flatten();
            open.extend(next.filter(|it| it.is_normal()).map(|it| it.pkg.as_str()));
        }
        linked
    }

    /// The crates that `package` names: the name and its package.
    fn named_by(&self, package: &str) -> Vec<(String, String)> {
        let direct = self.nodes.get(package).into_iter().flatten();
        direct
            .filter(|it| it.is_normal())
            .map(|it| (it.name.clone(), it.pkg.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_ids_name_package_and_version() {
        let id = "registry+https://github.com/rust-lang/crates.io-index#candle-core@0.11.1";
        assert_eq!(
            name_and_version(id, "x"),
            ("candle-core".into(), "0.11.1".into())
        );
        let id = "path+file:///work/wick-derive#0.1.0";
        assert_eq!(
            name_and_version(id, "x"),
            ("wick-derive".into(), "0.1.0".into())
        );
    }
}
