//! What a compiled prelude holds: the file beside it that says so.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file's name in the prelude's folder.
pub const FILE_NAME: &str = "manifest.json";

/// What a compiled prelude holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Names this very build: a hash of its contents and of the compiler.
    pub id: String,
    /// The compiler it was built with, as `rustc -vV` describes itself.
    pub rustc: String,
    /// Where that compiler lies: `bin/rustc` below it is the compiler itself, not rustup's proxy, which takes 10 ms to
    /// find it.
    #[serde(default)]
    pub sysroot: Option<PathBuf>,
    /// The machine it runs on, as `x86_64-unknown-linux-gnu`.
    pub host: String,
    /// Crates that a cell may name without a `:dep`: name and file, relative to the prelude's folder.
    pub externs: Vec<(String, String)>,
    /// Every crate of the build, proc macros and what they are made of included.
    pub crates: Vec<Crate>,
}

/// A compiled crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crate {
    /// Its package, as in `Cargo.toml`: `candle-core`.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// As code names it: `candle_core`.
    pub name: String,
    /// What it is to the prelude.
    pub role: Role,
    /// Whether the package comes from crates.io; another one of the same name and version may be anything.
    pub registry: bool,
    /// The features it was built with.
    pub features: Vec<String>,
    /// `0` for what runs only inside the compiler, else `3`.
    pub opt_level: String,
    /// Its files, relative to the prelude's folder.
    pub files: Vec<String>,
}

/// What a crate is to the prelude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Part of `libwick.so`.
    Linked,
    /// Compiled for cells like those, but no part of `libwick.so`: to be linked where it is used.
    Apart,
    /// Runs inside the compiler.
    ProcMacro,
    /// What proc macros and build scripts are made of.
    Host,
}

impl Manifest {
    /// Reads the manifest of the prelude in `folder`.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let text = std::fs::read(folder.join(FILE_NAME))?;
        Ok(serde_json::from_slice(&text)?)
    }
}

impl Crate {
    /// Its file that ends in `.extension`.
    pub fn file(&self, extension: &str) -> Option<&str> {
        let mut files = self.files.iter();
        files
            .find(|file| {
                Path::new(file)
                    .extension()
                    .is_some_and(|it| it == extension)
            })
            .map(String::as_str)
    }
}
