//! The crates behind a session's names, as rust-analyzer wants to be told of them where there is no cargo project:
//! [`rust-project.json`](https://rust-analyzer.github.io/book/non_cargo_based_projects.html).
//!
//! Cargo is asked once, when the prelude is installed, and again for a session's own dependencies. A crate that both
//! have is the prelude's, so that its types are the same everywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::env::consts::DLL_SUFFIX;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// The file with the list, in a prelude's folder.
pub const FILE_NAME: &str = "crates.json";

/// The folder beside it with sources.
const SOURCES: &str = "source";

/// Names the folder that a build script wrote into.
const OUT_DIR: &str = "OUT_DIR";

/// Names a package's folder.
const MANIFEST_DIR: &str = "CARGO_MANIFEST_DIR";

/// Crates that refer to each other by index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrateList {
    /// The crates.
    pub crates: Vec<Crate>,
}

/// A crate, with the names that `rust-project.json` gives to what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crate {
    /// As code names it: `candle_core`.
    pub display_name: String,
    /// Its `lib.rs`.
    pub root_module: PathBuf,
    /// `2021`
    pub edition: String,
    /// The version of its package.
    pub version: String,
    /// The crates that it names.
    pub deps: Vec<Dependency>,
    /// Whether a person works on it: only what is written in the session.
    pub is_workspace_member: bool,
    /// `feature="std"`, and what its build script said.
    pub cfg: Vec<String>,
    /// What `env!` gives in it.
    pub env: BTreeMap<String, String>,
    /// Whether it runs inside the compiler.
    pub is_proc_macro: bool,
    /// Then: what is run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proc_macro_dylib_path: Option<PathBuf>,
    /// Where its files lie.
    pub source: Source,
    /// Whether its package lies on this machine only.
    #[serde(skip)]
    local: bool,
}

/// A name for a crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Index of the crate.
    #[serde(rename = "crate")]
    pub index: usize,
    /// As the depending crate calls it.
    pub name: String,
}

/// Where the files of a crate lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Folders.
    pub include_dirs: Vec<PathBuf>,
    /// Folders in those that are none of it.
    pub exclude_dirs: Vec<PathBuf>,
}

/// What a package's build script said.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Its `rustc-cfg`s.
    pub cfgs: Vec<String>,
    /// Where it wrote files.
    pub out_dir: Option<PathBuf>,
}

/// `cargo metadata`, as far as it is needed.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
    src_path: PathBuf,
    edition: String,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    root: Option<String>,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
    features: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    name: String,
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Debug, Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

impl Package {
    fn library(&self) -> Option<&Target> {
        const LIBRARIES: [&str; 5] = ["lib", "rlib", "dylib", "proc-macro", "staticlib"];
        let is_library = |kind: &String| LIBRARIES.contains(&kind.as_str());
        self.targets
            .iter()
            .find(|target| target.kind.iter().any(is_library))
    }
}

impl CrateList {
    /// The library of the package `root` (the one that was asked about, without a name) and all that it is made of; with
    /// the index of each crate that it names. `dylib` finds the file of a proc macro by its crate's name.
    pub fn of(
        metadata: &Metadata,
        root: Option<&str>,
        scripts: &HashMap<String, Script>,
        dylib: impl Fn(&str) -> Option<PathBuf>,
    ) -> (Self, Vec<Dependency>) {
        let mut builder = Builder {
            packages: metadata
                .packages
                .iter()
                .map(|it| (it.id.as_str(), it))
                .collect(),
            nodes: metadata
                .resolve
                .nodes
                .iter()
                .map(|it| (it.id.as_str(), it))
                .collect(),
            scripts,
            dylib: &dylib,
            list: Self::default(),
            known: HashMap::new(),
        };
        let root = match root {
            Some(name) => metadata.packages.iter().find(|it| it.name == name),
            None => {
                let id = metadata.resolve.root.as_deref();
                metadata
                    .packages
                    .iter()
                    .find(|it| Some(it.id.as_str()) == id)
            }
        };
        let named = match root {
            Some(root) => {
                builder.add(&root.id);
                builder.named_by(&root.id)
            }
            None => Vec::new(),
        };
        (builder.list, named)
    }

    /// Adds the crates of `other`, except those that are here already, and says where each of them is now.
    pub fn take_over(&mut self, other: Self) -> Vec<usize> {
        let own: HashMap<(String, String), usize> = self
            .crates
            .iter()
            .enumerate()
            .map(|(index, it)| ((it.display_name.clone(), it.version.clone()), index))
            .collect();
        let mut next = self.crates.len();
        let places: Vec<(usize, bool)> = other
            .crates
            .iter()
            .map(
                |it| match own.get(&(it.display_name.clone(), it.version.clone())) {
                    Some(index) => (*index, false),
                    None => {
                        next += 1;
                        (next - 1, true)
                    }
                },
            )
            .collect();
        for (mut krate, (_, is_new)) in other.crates.into_iter().zip(&places) {
            if *is_new {
                for dependency in &mut krate.deps {
                    dependency.index = places[dependency.index].0;
                }
                self.crates.push(krate);
            }
        }
        places.into_iter().map(|(index, _)| index).collect()
    }

    /// The crates that have these names here.
    pub fn named(&self, names: &[String]) -> Vec<Dependency> {
        let place = |name: &String| self.crates.iter().position(|it| it.display_name == *name);
        let dependency = |name: &String| {
            Some(Dependency {
                index: place(name)?,
                name: name.clone(),
            })
        };
        names.iter().filter_map(dependency).collect()
    }

    /// Leaves out what lies further than `steps` below the crates in `named`, whose indices change with that: types seldom
    /// come from so deep, and each crate takes its memory. Proc macros stay with those that name them.
    pub fn keep_near(&mut self, named: &mut [Dependency], steps: usize) {
        let mut near: BTreeSet<usize> = named.iter().map(|it| it.index).collect();
        let below = |near: &BTreeSet<usize>, list: &Self| -> BTreeSet<usize> {
            let deps = near.iter().flat_map(|index| &list.crates[*index].deps);
            deps.map(|it| it.index).collect()
        };
        for _ in 0..steps {
            near.extend(below(&near, self));
        }
        let macros = below(&near, self).into_iter();
        let macros: Vec<usize> = macros.filter(|it| self.crates[*it].is_proc_macro).collect();
        near.extend(macros);
        let places: HashMap<usize, usize> = near.iter().copied().zip(0..).collect();
        let crates = std::mem::take(&mut self.crates).into_iter().enumerate();
        for (_, mut krate) in crates.filter(|(index, _)| near.contains(index)) {
            krate
                .deps
                .retain_mut(|dependency| match places.get(&dependency.index) {
                    Some(place) => {
                        dependency.index = *place;
                        true
                    }
                    None => false,
                });
            self.crates.push(krate);
        }
        for dependency in named {
            dependency.index = places[&dependency.index];
        }
    }

    /// Adds a crate that a person works on.
    pub fn add_own(&mut self, name: &str, root_module: PathBuf, deps: Vec<Dependency>) {
        let folder = root_module.parent().map(Path::to_owned);
        self.crates.push(Crate {
            display_name: name.to_owned(),
            root_module,
            edition: "2024".to_owned(),
            version: "0.0.0".to_owned(),
            deps,
            is_workspace_member: true,
            cfg: Vec::new(),
            env: BTreeMap::new(),
            is_proc_macro: false,
            proc_macro_dylib_path: None,
            source: Source {
                include_dirs: folder.into_iter().collect(),
                exclude_dirs: Vec::new(),
            },
            local: true,
        });
    }

    /// Adds what the cargo project in `folder` depends on, and the names that it has for it, which come before others of
    /// the same name. Compiled proc macros are looked for in `dylibs`.
    pub fn add_session(
        &mut self,
        folder: &Path,
        dylibs: &[PathBuf],
        named: &mut Vec<Dependency>,
    ) -> Result<(), String> {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["metadata", "--format-version=1", "--offline", "--locked"])
            .current_dir(folder)
            .stdin(Stdio::null());
        let output = cargo.output().map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("cargo metadata: {}", said.trim()));
        }
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let dylib = |name: &str| dylib_in(dylibs, name);
        let (theirs, names) = Self::of(&metadata, None, &HashMap::new(), dylib);
        let places = self.take_over(theirs);
        for Dependency { index, name } in names {
            named.retain(|known| known.name != name);
            let index = places[index];
            named.push(Dependency { index, name });
        }
        Ok(())
    }

    /// Copies the sources of crates that come from no registry, and what build scripts wrote, into `folder`, where the
    /// list will be written: what they are copied from may be gone tomorrow.
    pub fn keep_sources(&mut self, folder: &Path) -> io::Result<()> {
        for krate in &mut self.crates {
            let name = format!("{}-{}", krate.display_name, krate.version);
            let own = Path::new(SOURCES).join(name);
            if let Some(written) = krate.env.get_mut(OUT_DIR) {
                let to = own.join("out");
                // Not every script writes something.
                let _ = copy_sources(Path::new(written), &folder.join(&to));
                *written = to.display().to_string();
                krate.source.include_dirs.truncate(1);
                krate.source.include_dirs.push(to);
            }
            let Some(from) = krate.root_module.parent().filter(|_| krate.local) else {
                continue;
            };
            let root = krate.root_module.file_name().unwrap_or_default().to_owned();
            let to = own.join("src");
            copy_sources(from, &folder.join(&to))?;
            krate.root_module = to.join(root);
            let manifest = own.display().to_string();
            krate.env.insert(MANIFEST_DIR.to_owned(), manifest);
            krate.source.include_dirs[0] = own;
            krate.source.exclude_dirs.clear();
        }
        Ok(())
    }

    /// Reads a list; paths in it are those from its folder.
    pub fn read(file: &Path) -> io::Result<Self> {
        let mut list: Self = serde_json::from_slice(&fs::read(file)?)?;
        let folder = file.parent().unwrap_or(file);
        for krate in &mut list.crates {
            krate.root_module = folder.join(&krate.root_module);
            let dylib = krate.proc_macro_dylib_path.take();
            krate.proc_macro_dylib_path = dylib.map(|it| folder.join(it));
            for path in &mut krate.source.include_dirs {
                *path = folder.join(&path);
            }
            for variable in [OUT_DIR, MANIFEST_DIR] {
                if let Some(path) = krate.env.get_mut(variable) {
                    *path = folder.join(&path).display().to_string();
                }
            }
        }
        Ok(list)
    }

    /// Writes the list.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        fs::write(file, serde_json::to_vec(self)?)
    }
}

/// The library of a proc macro in one of these folders: `libNAME-HASH.so`.
fn dylib_in(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    let start = format!("lib{name}-");
    let entries = folders.iter().filter_map(|it| fs::read_dir(it).ok());
    entries
        .flatten()
        .flatten()
        .map(|it| it.path())
        .find(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            file.starts_with(&start) && file.ends_with(DLL_SUFFIX)
        })
}

/// The Rust files of a folder, and of those in it.
fn copy_sources(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_sources(&path, &copy)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            fs::copy(path, copy)?;
        }
    }
    Ok(())
}

struct Builder<'a> {
    packages: HashMap<&'a str, &'a Package>,
    nodes: HashMap<&'a str, &'a Node>,
    scripts: &'a HashMap<String, Script>,
    dylib: &'a dyn Fn(&str) -> Option<PathBuf>,
    list: CrateList,
    /// `None` for packages without a library.
    known: HashMap<&'a str, Option<usize>>,
}

impl<'a> Builder<'a> {
    /// Adds a package's library after those that it is made of.
    fn add(&mut self, id: &'a str) -> Option<usize> {
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        // Nothing depends on itself; and what does would end here.
        self.known.insert(id, None);
        let package = *self.packages.get(id)?;
        let target = package.library()?;
        let is_proc_macro = target.kind.iter().any(|kind| kind == "proc-macro");
        let name = target.name.replace('-', "_");
        // What a proc macro is made of is nobody's business: it is run, not read.
        let deps = if is_proc_macro {
            Vec::new()
        } else {
            self.named_by(id)
        };
        let features = self.nodes.get(id).into_iter().flat_map(|it| &it.features);
        let mut cfg: Vec<String> = features.map(|it| format!("feature=\"{it}\"")).collect();
        let folder = package.manifest_path.parent()?.to_owned();
        let mut env = BTreeMap::from([
            (MANIFEST_DIR.to_owned(), folder.display().to_string()),
            ("CARGO_PKG_NAME".to_owned(), package.name.clone()),
            ("CARGO_PKG_VERSION".to_owned(), package.version.clone()),
            ("CARGO_CRATE_NAME".to_owned(), name.clone()),
        ]);
        let mut include_dirs = vec![folder.clone()];
        if let Some(script) = self.scripts.get(id) {
            cfg.extend(script.cfgs.iter().cloned());
            if let Some(out_dir) = &script.out_dir {
                env.insert(OUT_DIR.to_owned(), out_dir.display().to_string());
                include_dirs.push(out_dir.clone());
            }
        }
        // Tests and examples are not what a cell can name, and there may be many.
        let exclude_dirs =
            ["tests", "examples", "benches", "target", ".git"].map(|it| folder.join(it));
        self.list.crates.push(Crate {
            root_module: target.src_path.clone(),
            edition: target.edition.clone(),
            version: package.version.clone(),
            deps,
            is_workspace_member: false,
            cfg,
            env,
            is_proc_macro,
            proc_macro_dylib_path: if is_proc_macro {
                (self.dylib)(&name)
            } else {
                None
            },
            source: Source {
                include_dirs,
                exclude_dirs: exclude_dirs.to_vec(),
            },
            display_name: name,
            local: package.source.is_none(),
        });
        let index = self.list.crates.len() - 1;
        self.known.insert(id, Some(index));
        Some(index)
    }

    /// The crates that a package's library names.
    fn named_by(&mut self, id: &str) -> Vec<Dependency> {
        let node = self.nodes.get(id).copied();
        let edges = node.into_iter().flat_map(|it| &it.deps);
        let normal = |edge: &&'a Edge| edge.dep_kinds.iter().any(|it| it.kind.is_none());
        let mut seen = HashSet::new();
        edges
            .filter(normal)
            .filter_map(|edge| {
                let index = self.add(&edge.pkg)?;
                let name = edge.name.clone();
                seen.insert(name.clone())
                    .then_some(Dependency { index, name })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, kind: &str, source: Option<&str>) -> serde_json::Value {
        json!({
            "id": format!("{name} 1"), "name": name, "version": "1.0.0", "source": source,
            "manifest_path": format!("/src/{name}/Cargo.toml"),
            "targets": [
                {"kind": ["custom-build"], "name": "build-script", "src_path": "/b.rs", "edition": "2021"},
                {"kind": [kind], "name": name, "src_path": format!("/src/{name}/src/lib.rs"), "edition": "2021"},
            ],
        })
    }

    fn edge(name: &str, package: &str, kind: Option<&str>) -> serde_json::Value {
        json!({"name": name, "pkg": format!("{package} 1"), "dep_kinds": [{"kind": kind}]})
    }

    fn metadata() -> Metadata {
        serde_json::from_value(json!({
            "packages": [
                package("app", "dylib", None),
                package("some-lib", "lib", Some("registry")),
                package("macros", "proc-macro", Some("registry")),
                package("builder", "lib", Some("registry")),
            ],
            "resolve": {"root": "app 1", "nodes": [
                {"id": "app 1", "features": ["fast"], "deps": [
                    edge("other_name", "some-lib", None), edge("builder", "builder", Some("build")),
                ]},
                {"id": "some-lib 1", "features": [], "deps": [edge("macros", "macros", None)]},
                {"id": "macros 1", "features": [], "deps": [edge("builder", "builder", None)]},
                {"id": "builder 1", "features": [], "deps": []},
            ]},
        }))
        .unwrap()
    }

    fn names(list: &CrateList) -> Vec<&str> {
        list.crates.iter().map(|it| &*it.display_name).collect()
    }

    #[test]
    fn what_is_linked_and_what_is_run_is_listed_and_nothing_else() {
        let scripts = HashMap::from([(
            "some-lib 1".to_owned(),
            Script {
                cfgs: vec!["tuned".into()],
                out_dir: Some("/out".into()),
            },
        )]);
        let dylib = |name: &str| Some(PathBuf::from(format!("/deps/lib{name}.so")));
        let (list, named) = CrateList::of(&metadata(), None, &scripts, dylib);
        assert_eq!(names(&list), ["macros", "some_lib", "app"]);
        assert_eq!(
            named,
            [Dependency {
                index: 1,
                name: "other_name".into()
            }]
        );
        let [macros, lib, app] = &list.crates[..] else {
            panic!()
        };
        assert_eq!(
            macros.proc_macro_dylib_path.as_deref(),
            Some(Path::new("/deps/libmacros.so"))
        );
        assert!(macros.deps.is_empty() && macros.is_proc_macro);
        assert_eq!(lib.cfg, ["tuned"]);
        assert_eq!(lib.env["OUT_DIR"], "/out");
        assert_eq!(app.cfg, ["feature=\"fast\""]);
        assert_eq!(app.deps, named);
    }

    #[test]
    fn a_crate_that_both_have_is_there_once() {
        let (mut list, _) = CrateList::of(&metadata(), Some("some-lib"), &HashMap::new(), |_| None);
        assert_eq!(names(&list), ["macros", "some_lib"]);
        let (other, _) = CrateList::of(&metadata(), None, &HashMap::new(), |_| None);
        let places = list.take_over(other);
        assert_eq!(names(&list), ["macros", "some_lib", "app"]);
        assert_eq!(places, [0, 1, 2]);
        assert_eq!(list.crates[2].deps[0].index, 1);
    }

    #[test]
    fn what_lies_deep_is_left_out_but_for_macros() {
        let (list, _) = CrateList::of(&metadata(), None, &HashMap::new(), |_| None);
        let kept = |steps| {
            let mut list = list.clone();
            let mut named = list.named(&["app".to_owned()]);
            list.keep_near(&mut named, steps);
            assert_eq!(list.crates[named[0].index].display_name, "app");
            names(&list).join(" ")
        };
        assert_eq!(kept(0), "app");
        assert_eq!(kept(1), "macros some_lib app");
        let mut list = list.clone();
        let mut named = list.named(&["some_lib".to_owned()]);
        list.keep_near(&mut named, 0);
        assert_eq!(names(&list), ["macros", "some_lib"]);
        assert_eq!((named[0].index, list.crates[1].deps[0].index), (1, 0));
    }

    #[test]
    fn sources_that_may_go_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("here/src");
        fs::create_dir_all(source.join("inner")).unwrap();
        fs::write(source.join("lib.rs"), "mod inner;").unwrap();
        fs::write(source.join("inner/mod.rs"), "").unwrap();
        fs::write(source.join("inner/data.bin"), "").unwrap();
        let out_dir = folder.path().join("written");
        fs::create_dir(&out_dir).unwrap();
        fs::write(out_dir.join("made.rs"), "").unwrap();
        let script = Script {
            cfgs: Vec::new(),
            out_dir: Some(out_dir),
        };
        let scripts = HashMap::from([("some-lib 1".to_owned(), script)]);
        let (mut list, _) = CrateList::of(&metadata(), None, &scripts, |_| None);
        list.crates[2].root_module = source.join("lib.rs");
        let kept = folder.path().join("kept");
        list.keep_sources(&kept).unwrap();
        list.write(&kept.join(FILE_NAME)).unwrap();
        let list = CrateList::read(&kept.join(FILE_NAME)).unwrap();
        let source = kept.join("source/app-1.0.0/src");
        assert_eq!(list.crates[2].root_module, source.join("lib.rs"));
        assert!(source.join("inner/mod.rs").exists());
        assert!(!source.join("inner/data.bin").exists());
        assert!(list.crates[1].root_module.starts_with("/src"));
        let out_dir = kept.join("source/some_lib-1.0.0/out");
        assert!(out_dir.join("made.rs").exists());
        assert_eq!(list.crates[1].env["OUT_DIR"], out_dir.display().to_string());
    }
}
