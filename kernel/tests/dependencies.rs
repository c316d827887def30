//! `:dep` with a real cargo: crates of one's own, failures, and crates that the prelude already holds.

use std::fs;
use std::path::{Path, PathBuf};

use wick_kernel::engine::CellError;
use wick_kernel::engine::deps::{Built, Dependencies, DependencySpec};
use wick_kernel::engine::prelude::Prelude;
use wick_kernel::engine::prelude::manifest::{Crate, FILE_NAME, Manifest, Role};

/// A folder with a prelude that holds `crates`, and room for crates and caches.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new(crates: Vec<(Crate, Vec<PathBuf>)>) -> Self {
        let root = tempfile::tempdir().unwrap();
        let prelude = root.path().join("prelude");
        fs::create_dir_all(prelude.join("deps")).unwrap();
        for (krate, files) in &crates {
            for (to, from) in krate.files.iter().zip(files) {
                fs::copy(from, prelude.join(to)).unwrap();
            }
        }
        let manifest = Manifest {
            id: "test".into(),
            rustc: "rustc".into(),
            host: "x86_64-unknown-linux-gnu".into(),
            sysroot: None,
            externs: Vec::new(),
            crates: crates.into_iter().map(|it| it.0).collect(),
        };
        let text = serde_json::to_string(&manifest).unwrap();
        fs::write(prelude.join(FILE_NAME), text).unwrap();
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        fs::copy(lock, prelude.join("Cargo.lock")).unwrap();
        Self { root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write_crate(&self, name: &str, dependencies: &str, source: &str) {
        let folder = self.path(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("src/lib.rs"), source).unwrap();
    }

    fn dependencies(&self) -> Dependencies {
        let prelude = Prelude::open(&self.path("prelude")).unwrap();
        Dependencies::with_wrapper(self.path("cache"), prelude, env!("CARGO_BIN_EXE_wick"))
    }

    async fn add(&self, dependencies: &mut Dependencies, line: &str) -> Result<Built, CellError> {
        let spec = DependencySpec::parse(line, self.root.path())?;
        dependencies.add(&[spec], &mut |_| {}).await
    }
}

/// The file below `folder` that is called as `like` is.
fn find(folder: &Path, like: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => find(&path, like),
            false => (path.file_name() == like.file_name()).then_some(path),
        }
    })
}

/// Whether the shared object defines something whose name contains `name`.
fn defines(library: &Path, name: &str) -> bool {
    let output = std::process::Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(library)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).contains(name)
}

#[tokio::test]
async fn a_crate_of_ones_own_is_built_and_built_again_when_it_changes() {
    let place = Place::new(Vec::new());
    place.write_crate(
        "my-own",
        "",
        "#[inline(never)] pub fn first() -> String { String::new() }",
    );
    let mut dependencies = place.dependencies();
    let mut said = Vec::new();
    let spec = DependencySpec::parse("my-own = { path = \"my-own\" }", place.root.path()).unwrap();
    let built = dependencies
        .add(std::slice::from_ref(&spec), &mut |progress| {
            said.push(progress.to_string())
        })
        .await
        .unwrap();
    assert_eq!(built.externs[0].0, "my_own");
    assert!(built.externs[0].1.exists());
    assert_eq!(built.libraries.len(), 1);
    assert!(defines(&built.libraries[0], "first"));
    assert!(
        said.iter()
            .any(|line| line.starts_with("Compiling my-own v0.1.0")),
        "{said:?}"
    );

    let again = dependencies
        .add(std::slice::from_ref(&spec), &mut |_| {})
        .await
        .unwrap();
    assert_eq!(again.libraries, built.libraries);

    place.write_crate(
        "my-own",
        "",
        "#[inline(never)] pub fn second() -> String { String::new() }",
    );
    let changed = dependencies.add(&[spec], &mut |_| {}).await.unwrap();
    assert_eq!(changed.libraries.len(), 2);
    assert!(defines(&changed.libraries[1], "second"));
    assert_ne!(changed.externs, built.externs);
}

#[tokio::test]
async fn a_dep_that_fails_says_why_and_changes_nothing() {
    let place = Place::new(Vec::new());
    place.write_crate("good", "", "pub fn good() {}");
    place.write_crate("bad", "", "pub fn bad() -> u8 { \"text\" }");
    place.write_crate("featureless", "", "");
    let mut dependencies = place.dependencies();
    let before = place
        .add(&mut dependencies, "good = { path = \"good\" }")
        .await
        .unwrap();

    let error = place
        .add(&mut dependencies, "bad = { path = \"bad\" }")
        .await
        .unwrap_err();
    assert!(
        error.evalue.contains("could not compile `bad`"),
        "{}",
        error.evalue
    );
    assert!(
        error.traceback.join("\n").contains("mismatched types"),
        "{:?}",
        error.traceback
    );

    let line = "featureless = { path = \"featureless\", features = [\"x\"] }";
    let error = place.add(&mut dependencies, line).await.unwrap_err();
    assert!(error.evalue.contains("feature"), "{}", error.evalue);
    assert!(
        !error.traceback.join("\n").contains("wick-session"),
        "{:?}",
        error.traceback
    );

    assert_eq!(dependencies.specs().len(), 1);
    assert_eq!(dependencies.built(), before);
}

#[tokio::test]
async fn what_the_prelude_holds_is_not_compiled() {
    // Compiled once without a prelude that has it, to have something to put into one.
    let empty = Place::new(Vec::new());
    let built = empty
        .add(&mut empty.dependencies(), "itoa = \"1\"")
        .await
        .unwrap();
    let (_, rlib) = &built.externs[0];
    assert!(rlib.starts_with(empty.path("cache")));
    let lock =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock")).unwrap();
    let (_, entry) = lock.split_once("name = \"itoa\"\nversion = \"").unwrap();
    let (version, _) = entry.split_once('"').unwrap();
    let itoa = Crate {
        package: "itoa".into(),
        version: version.into(),
        name: "itoa".into(),
        role: Role::Linked,
        registry: true,
        features: Vec::new(),
        opt_level: "3".into(),
        files: vec![
            "deps/libitoa-prelude.rlib".into(),
            "deps/libitoa-prelude.rmeta".into(),
        ],
    };
    let interface = find(&empty.path("cache/deps"), &rlib.with_extension("rmeta")).unwrap();

    let place = Place::new(vec![(itoa, vec![rlib.clone(), interface])]);
    place.write_crate(
        "user",
        "itoa = \"1\"",
        "#[inline(never)] pub fn text(n: u8) -> String { itoa::Buffer::new().format(n).into() }",
    );
    let mut dependencies = place.dependencies();
    let built = place.add(&mut dependencies, "itoa = \"1\"").await.unwrap();
    let prelude = place.path("prelude").canonicalize().unwrap();
    assert_eq!(
        built.externs,
        [("itoa".to_owned(), prelude.join("deps/libitoa-prelude.rlib"))]
    );
    assert!(built.libraries.is_empty());

    let built = place
        .add(&mut dependencies, "user = { path = \"user\" }")
        .await
        .unwrap();
    assert_eq!(built.libraries.len(), 1);
    assert!(defines(&built.libraries[0], "text"));
}

#[tokio::test]
async fn a_pinned_notebook_builds_what_is_pinned_and_nothing_else() {
    let place = Place::new(Vec::new());
    place.write_crate("own", "", "pub fn one() -> i32 { 1 }");
    place.write_crate("other", "itoa = \"1\"", "pub fn two() -> i32 { 2 }");
    let own = format!("own = {{ path = \"{}\" }}", place.path("own").display());
    let other = format!("other = {{ path = \"{}\" }}", place.path("other").display());
    let session = || place.dependencies().of_folder(place.path("notebook"));
    fs::create_dir(place.path("notebook")).unwrap();

    let mut first = session();
    let error = first.pin().unwrap_err();
    assert!(error.evalue.contains("nothing to lock yet"), "{error:?}");
    place.add(&mut first, &own).await.unwrap();
    first.pin().unwrap();

    // What lies in a folder of one's own is not a version; itoa is.
    let mut pinned = session();
    place.add(&mut pinned, &own).await.unwrap();
    let error = place.add(&mut pinned, &other).await.unwrap_err();
    assert!(error.evalue.starts_with("`itoa 1."), "{error:?}");
    assert!(error.evalue.ends_with("is not in wick.lock"), "{error:?}");

    fs::remove_file(place.path("notebook/wick.lock")).unwrap();
    let mut free = session();
    place.add(&mut free, &other).await.unwrap();
    free.pin().unwrap();
    let mut pinned = session();
    place.add(&mut pinned, &other).await.unwrap();
}
