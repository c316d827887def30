//! Which crates of a session's dependencies are taken from the prelude.
//!
//! A crate that is taken brings what it is made of, in the versions and with the features of the prelude's build. So
//! the plan walks down from the session and stops at each crate that it takes: what lies below is asked for by cargo,
//! but nobody looks at it. It takes a crate whose whole make is as in the prelude; and, whatever that is made of,
//! those whose types pass between cells and crates ([`MEETING_POINTS`], and Wick's own). Where a dependency turns on a
//! feature that the prelude's crate lacks, that crate is compiled, and so are those that use it.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::engine::prelude::manifest::{Crate, Manifest, Role};

/// Packages whose types pass between cells, the prelude and other crates: there has to be one copy.
const MEETING_POINTS: &[&str] = &[
    "candle-core",
    "candle-nn",
    "half",
    "ndarray",
    "rayon",
    "rayon-core",
    "safetensors",
    "tokio",
];

/// What becomes of the packages that the prelude has, by name and version; others are compiled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    packages: BTreeMap<String, Treatment>,
}

/// What becomes of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Treatment {
    /// Taken from the prelude. Its build script still runs where that tells something to those of other packages.
    Taken {
        /// Whether the script runs.
        script: bool,
    },
    /// Asked for by cargo and used by nobody: any build of it will do.
    Unused,
    /// Decided when cargo knows its features.
    Open,
}

/// What `cargo metadata` says, as far as it is needed.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    source: Option<String>,
    links: Option<String>,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    root: Option<String>,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    features: Vec<String>,
    deps: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Debug, Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

impl Plan {
    /// The plan for a resolved set of dependencies.
    pub(super) fn new(metadata: &Metadata, manifest: &Manifest) -> Self {
        Planner::new(metadata, manifest).plan()
    }

    /// What becomes of a package, from crates.io or from elsewhere; `None` where the prelude does not have it.
    pub(super) fn of(&self, package: &str, version: &str, registry: bool) -> Option<Treatment> {
        self.packages.get(&key(package, version, registry)).copied()
    }

    /// Names what differs from taking all that the prelude has. Cargo goes by what it asked for, not by what it was
    /// given; so two plans that give different things may not share a folder. What nobody uses is given as if it was
    /// taken.
    pub(super) fn exceptions(&self) -> String {
        let differs =
            |it: &Treatment| matches!(it, Treatment::Open | Treatment::Taken { script: true });
        let exceptions = self.packages.iter().filter(|(_, it)| differs(it));
        let mut lines: Vec<String> = exceptions
            .map(|(name, it)| format!("{name} {it:?}"))
            .collect();
        lines.sort_unstable();
        lines.join("\n")
    }
}

/// A package from elsewhere may have the name and version of one from crates.io.
fn key(package: &str, version: &str, registry: bool) -> String {
    let source = if registry { "" } else { " of one's own" };
    format!("{package} {version}{source}")
}

struct Planner<'a> {
    root: Option<&'a str>,
    packages: HashMap<&'a str, &'a Package>,
    nodes: HashMap<&'a str, &'a Node>,
    /// The prelude's crates by name and version of their packages.
    crates: HashMap<String, Vec<&'a Crate>>,
    /// Whether a package is made as in the prelude; by whether it runs inside the compiler.
    plain: HashMap<(&'a str, bool), bool>,
}

impl<'a> Planner<'a> {
    fn new(metadata: &'a Metadata, manifest: &'a Manifest) -> Self {
        let mut crates: HashMap<String, Vec<&Crate>> = HashMap::new();
        for krate in &manifest.crates {
            let same = crates
                .entry(key(&krate.package, &krate.version, krate.registry))
                .or_default();
            same.push(krate);
        }
        Self {
            root: metadata.resolve.root.as_deref(),
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
            crates,
            plain: HashMap::new(),
        }
    }

    fn plan(mut self) -> Plan {
        let mut treatments: HashMap<&str, Treatment> = HashMap::new();
        let mut seen = HashSet::new();
        let mut open: Vec<(&str, bool)> = self.root.map(|root| (root, false)).into_iter().collect();
        while let Some((id, in_compiler)) = open.pop() {
            let in_compiler = in_compiler || self.is_proc_macro(id);
            if !seen.insert((id, in_compiler)) {
                continue;
            }
            let fits = self.fits(id, in_compiler);
            let is_meeting_point = || {
                self.packages
                    .get(id)
                    .is_some_and(|it| MEETING_POINTS.contains(&&*it.name) || !it.is_registry())
            };
            let takes = fits && (is_meeting_point() || self.is_plain(id, in_compiler));
            let treatment = match takes {
                true => Treatment::Taken {
                    script: self.packages.get(id).is_some_and(|it| it.links.is_some()),
                },
                false => Treatment::Open,
            };
            // In the program and in the compiler it may go different ways; then nothing is promised.
            let known = treatments.entry(id).or_insert(treatment);
            *known = treatment.max(*known);
            if !takes {
                let edges = self.nodes.get(id).map_or(&[][..], |node| &node.deps);
                open.extend(edges.iter().flat_map(|edge| edge.targets(in_compiler)));
            }
        }
        let mut packages = BTreeMap::new();
        for (id, package) in self.packages.clone() {
            if self.candidates(id).is_empty() {
                continue;
            }
            let treatment = match treatments.get(id) {
                Some(treatment) => *treatment,
                None if self.is_plain(id, true) => Treatment::Taken { script: false },
                None => Treatment::Unused,
            };
            let key = key(&package.name, &package.version, package.is_registry());
            packages.insert(key, treatment);
        }
        Plan { packages }
    }

    fn candidates(&self, id: &str) -> &[&'a Crate] {
        let crates = self.packages.get(id).and_then(|it| {
            let key = key(&it.name, &it.version, it.is_registry());
            self.crates.get(&key)
        });
        crates.map_or(&[], Vec::as_slice)
    }

    fn is_proc_macro(&self, id: &str) -> bool {
        let targets = self.packages.get(id).map_or(&[][..], |it| &it.targets);
        targets
            .iter()
            .flat_map(|it| &it.kind)
            .any(|kind| kind == "proc-macro")
    }

    /// Whether the prelude has the package with its features. Of Wick itself there is the one that is loaded.
    fn fits(&self, id: &str, in_compiler: bool) -> bool {
        let features = self.nodes.get(id).map_or(&[][..], |node| &node.features);
        self.candidates(id).iter().any(|krate| {
            (krate.role != Role::Host || in_compiler)
                && (!krate.registry
                    || features
                        .iter()
                        .all(|feature| krate.features.contains(feature)))
        })
    }

    /// Whether the prelude has the package, and everything it is made of, with these features. What a proc macro is
    /// made of nobody meets.
    fn is_plain(&mut self, id: &'a str, in_compiler: bool) -> bool {
        let in_compiler = in_compiler || self.is_proc_macro(id);
        if let Some(&known) = self.plain.get(&(id, in_compiler)) {
            return known;
        }
        let edges = self.nodes.get(id).map_or(&[][..], |node| &node.deps);
        let plain = self.fits(id, in_compiler)
            && (self.is_proc_macro(id)
                || edges
                    .iter()
                    .filter(|edge| edge.is_normal())
                    .all(|edge| self.is_plain(&edge.pkg, in_compiler)));
        self.plain.insert((id, in_compiler), plain);
        plain
    }
}

impl Package {
    fn is_registry(&self) -> bool {
        let source = self.source.as_deref().unwrap_or_default();
        source.starts_with("registry+") || source.starts_with("sparse+")
    }
}

impl Edge {
    fn is_normal(&self) -> bool {
        self.dep_kinds.iter().any(|it| it.kind.is_none())
    }

    fn is_for_build_script(&self) -> bool {
        self.dep_kinds
            .iter()
            .any(|it| it.kind.as_deref() == Some("build"))
    }

    /// What it leads to, and whether that runs inside the compiler.
    fn targets(&self, in_compiler: bool) -> impl Iterator<Item = (&str, bool)> {
        let normal = self.is_normal().then_some((self.pkg.as_str(), in_compiler));
        let build = self
            .is_for_build_script()
            .then_some((self.pkg.as_str(), true));
        normal.into_iter().chain(build)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(crates: &[(&str, Role, &[&str])]) -> Manifest {
        let crates = crates.iter().map(|(name, role, features)| Crate {
            package: (*name).into(),
            version: "1.0.0".into(),
            name: name.replace('-', "_"),
            role: *role,
            registry: true,
            features: features.iter().map(|it| (*it).to_owned()).collect(),
            opt_level: "3".into(),
            files: Vec::new(),
        });
        Manifest {
            id: String::new(),
            rustc: String::new(),
            sysroot: None,
            host: String::new(),
            externs: Vec::new(),
            crates: crates.collect(),
        }
    }

    /// A graph: each package with its features and what it depends on.
    fn metadata(nodes: &[(&str, &[&str], &[&str])]) -> Metadata {
        let names: HashSet<&str> = nodes.iter().map(|it| it.0).collect();
        let packages: Vec<_> = names
            .iter()
            .map(|name| {
                let source = (*name != "root").then_some("registry+https://x");
                serde_json::json!({"id": name, "name": name, "version": "1.0.0", "source": source, "links": null,
                    "targets": [{"kind": [if name.ends_with("_derive") { "proc-macro" } else { "lib" }]}]})
            })
            .collect();
        let nodes: Vec<_> = nodes
            .iter()
            .map(|(name, features, deps)| {
                let deps: Vec<_> = deps
                    .iter()
                    .map(|name| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": null}]}))
                    .collect();
                serde_json::json!({"id": name, "features": features, "deps": deps})
            })
            .collect();
        serde_json::from_value(
            serde_json::json!({"packages": packages, "resolve": {"root": "root", "nodes": nodes}}),
        )
        .unwrap()
    }

    const TAKEN: Option<Treatment> = Some(Treatment::Taken { script: false });

    #[test]
    fn what_is_made_as_in_the_prelude_is_taken() {
        let manifest = manifest(&[
            ("regex", Role::Linked, &["std"]),
            ("memchr", Role::Linked, &["std"]),
        ]);
        let metadata = metadata(&[
            ("root", &[], &["regex", "new"]),
            ("regex", &["std"], &["memchr"]),
            ("memchr", &[], &[]),
            ("new", &[], &["memchr"]),
        ]);
        let plan = Plan::new(&metadata, &manifest);
        assert_eq!(plan.of("regex", "1.0.0", true), TAKEN);
        assert_eq!(plan.of("memchr", "1.0.0", true), TAKEN);
        assert_eq!(plan.of("new", "1.0.0", true), None);
        assert_eq!(plan.of("regex", "1.0.1", true), None);
        assert_eq!(plan.exceptions(), "");
    }

    #[test]
    fn a_feature_that_is_missing_spreads_upwards_but_not_to_candle() {
        let manifest = manifest(&[
            ("candle-core", Role::Linked, &[]),
            ("gemm", Role::Linked, &[]),
            ("bytemuck", Role::Linked, &[]),
            ("image", Role::Linked, &[]),
        ]);
        let metadata = metadata(&[
            ("root", &[], &["candle-core", "image"]),
            ("candle-core", &[], &["gemm", "bytemuck"]),
            ("gemm", &[], &["bytemuck"]),
            ("image", &[], &["bytemuck"]),
            ("bytemuck", &["alloc"], &[]),
        ]);
        let plan = Plan::new(&metadata, &manifest);
        assert_eq!(plan.of("candle-core", "1.0.0", true), TAKEN);
        assert_eq!(plan.of("gemm", "1.0.0", true), Some(Treatment::Unused));
        assert_eq!(plan.of("image", "1.0.0", true), Some(Treatment::Open));
        assert_eq!(plan.of("bytemuck", "1.0.0", true), Some(Treatment::Open));
        assert_eq!(plan.exceptions(), "bytemuck 1.0.0 Open\nimage 1.0.0 Open");
    }

    #[test]
    fn wick_itself_is_taken_whatever_is_asked_of_it() {
        let mut manifest = manifest(&[("wick", Role::Linked, &[])]);
        manifest.crates[0].registry = false;
        let mut metadata = metadata(&[
            ("root", &[], &["layers"]),
            ("layers", &[], &["wick"]),
            ("wick", &["nalgebra"], &["nalgebra"]),
            ("nalgebra", &[], &[]),
        ]);
        // Of crates.io's there is another.
        assert_eq!(
            Plan::new(&metadata, &manifest).of("wick", "1.0.0", true),
            None
        );
        for package in &mut metadata.packages {
            package.source = None;
        }
        assert_eq!(
            Plan::new(&metadata, &manifest).of("wick", "1.0.0", false),
            TAKEN
        );
    }

    #[test]
    fn what_runs_in_the_compiler_is_no_part_of_the_program() {
        let manifest = manifest(&[
            ("serde_derive", Role::ProcMacro, &[]),
            ("syn", Role::Host, &[]),
        ]);
        let metadata = metadata(&[
            ("root", &[], &["serde_derive", "own_derive"]),
            ("serde_derive", &[], &["syn"]),
            ("own_derive", &[], &["syn"]),
            ("syn", &[], &[]),
        ]);
        let plan = Plan::new(&metadata, &manifest);
        assert_eq!(plan.of("serde_derive", "1.0.0", true), TAKEN);
        assert_eq!(plan.of("syn", "1.0.0", true), TAKEN);
        let metadata = super::tests::metadata(&[("root", &[], &["syn"]), ("syn", &[], &[])]);
        assert_eq!(
            Plan::new(&metadata, &manifest).of("syn", "1.0.0", true),
            Some(Treatment::Open)
        );
    }
}
