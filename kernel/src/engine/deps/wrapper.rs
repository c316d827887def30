//! What cargo calls instead of rustc while it builds a session's dependencies.
//!
//! A crate that the prelude already holds is not compiled: links to the prelude's files are put where cargo expects
//! the result, as the session's [plan](super::plan) says. Everything else goes to rustc, which additionally finds the crates that those files need. Cargo calls
//! this once a crate, so it does as little as possible.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use super::plan::{Plan, Treatment};
use super::project::{EXTERNS_FILE, PACKAGE};
use crate::engine::prelude::manifest::{Crate, Manifest, Role};

/// Names the prelude's folder to the program that cargo calls as its compiler; a program that finds it set is to
/// call [`rustc_wrapper`] and nothing else.
pub const WRAPPER_VARIABLE: &str = "WICK_RUSTC_WRAPPER";
/// Names the file with the session's plan.
pub(super) const PLAN_VARIABLE: &str = "WICK_SESSION_PLAN";

/// Stands in for rustc: the program's arguments are rustc's path and arguments. Gives the exit status; where rustc
/// itself has to run it takes this process over.
pub fn rustc_wrapper() -> i32 {
    let mut arguments = env::args().skip(1);
    let Some(rustc) = arguments.next() else {
        eprintln!("error: {WRAPPER_VARIABLE} is set, but cargo named no compiler");
        return 2;
    };
    let arguments: Vec<String> = arguments.collect();
    match run(&rustc, arguments) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("error: cannot compile with {rustc}: {error}");
            2
        }
    }
}

fn run(rustc: &str, arguments: Vec<String>) -> io::Result<()> {
    let folder = PathBuf::from(env::var_os(WRAPPER_VARIABLE).unwrap_or_default());
    let mut command = Command::new(rustc);
    command.args(&arguments);
    if let Some(request) = Request::new(&arguments) {
        if request.package == PACKAGE {
            request.record_externs()?;
        } else {
            let plan = fs::read(env::var_os(PLAN_VARIABLE).unwrap_or_default())?;
            let plan: Plan = serde_json::from_slice(&plan)?;
            let registry = request.is_from_registry();
            if let Some(treatment) = plan.of(&request.package, &request.version, registry)
                && request.answer(treatment, &folder)?
            {
                return Ok(());
            }
            // A changed crate keeps its file name; a session that has loaded the old one needs other symbols.
            if !registry && !request.is_from_git() {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                command.arg(format!("-Cmetadata={}", now.unwrap_or_default().as_nanos()));
            }
        }
    }
    // Crates of the prelude may be made of some that cargo does not know of here.
    command
        .arg("-L")
        .arg(format!("dependency={}", folder.join("deps").display()));
    Err(command.exec())
}

/// What cargo asks rustc to compile.
#[derive(Debug)]
struct Request<'a> {
    package: String,
    version: String,
    manifest_dir: PathBuf,
    crate_name: &'a str,
    crate_types: Vec<&'a str>,
    input: &'a str,
    out_dir: &'a Path,
    extra_filename: &'a str,
    opt_level: &'a str,
    features: Vec<&'a str>,
    externs: Vec<(&'a str, &'a Path)>,
    /// Whether cargo waits for word of each file.
    announces: bool,
}

impl<'a> Request<'a> {
    /// Reads rustc's arguments; `None` where they compile nothing (`-vV`, `--print`).
    fn new(arguments: &'a [String]) -> Option<Self> {
        let mut request = Self {
            package: env::var("CARGO_PKG_NAME").ok()?,
            version: env::var("CARGO_PKG_VERSION").ok()?,
            manifest_dir: env::var_os("CARGO_MANIFEST_DIR")?.into(),
            crate_name: "",
            crate_types: Vec::new(),
            input: "",
            out_dir: Path::new(""),
            extra_filename: "",
            opt_level: "0",
            features: Vec::new(),
            externs: Vec::new(),
            announces: false,
        };
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            let (key, value) = match argument {
                "-C" | "--cfg" | "--extern" | "--crate-name" | "--crate-type" | "--out-dir" => {
                    (argument, arguments.next()?)
                }
                _ => match argument.split_once('=') {
                    Some((key, value)) if key.starts_with('-') => (key, value),
                    _ if argument.ends_with(".rs") => ("input", argument),
                    _ => continue,
                },
            };
            match key {
                "--crate-name" => request.crate_name = value,
                "--crate-type" => request.crate_types.push(value),
                "--out-dir" => request.out_dir = Path::new(value),
                "--json" => request.announces = value.split(',').any(|it| it == "artifacts"),
                "--cfg" => request.features.extend(feature(value)),
                "--extern" => request.externs.extend(named_file(value)),
                "-C" => match value.split_once('=') {
                    Some(("extra-filename", name)) => request.extra_filename = name,
                    Some(("opt-level", level)) => request.opt_level = level,
                    _ => {}
                },
                "input" => request.input = value,
                _ => {}
            }
        }
        let is_whole = !request.crate_name.is_empty() && request.out_dir != Path::new("");
        is_whole.then_some(request)
    }

    /// Whether the source is that of a package from crates.io.
    fn is_from_registry(&self) -> bool {
        let mut folders = self.manifest_dir.ancestors().skip(2);
        folders
            .next()
            .is_some_and(|it| it.ends_with("registry/src"))
    }

    /// Whether cargo downloaded the source from a repository, so that it does not change.
    fn is_from_git(&self) -> bool {
        let folders: Vec<_> = self.manifest_dir.iter().collect();
        folders.windows(2).any(|pair| pair == ["git", "checkouts"])
    }

    /// Does without rustc what `treatment` allows; `false` where rustc has to compile.
    fn answer(&self, treatment: Treatment, folder: &Path) -> io::Result<bool> {
        if self.crate_types == ["bin"] && self.crate_name.starts_with("build_script_") {
            let runs = !matches!(
                treatment,
                Treatment::Taken { script: false } | Treatment::Unused
            );
            if !runs {
                self.write_empty_script()?;
            }
            return Ok(!runs);
        }
        let manifest = Manifest::read(folder)?;
        match self.find(treatment, &manifest, folder) {
            Some(krate) => self.link(krate, folder).map(|()| true),
            None => Ok(false),
        }
    }

    /// The crate of the prelude that may stand for what is asked for; the one most like it.
    fn find<'m>(
        &self,
        treatment: Treatment,
        manifest: &'m Manifest,
        folder: &Path,
    ) -> Option<&'m Crate> {
        let is_library = matches!(
            self.crate_types[..],
            ["lib" | "rlib" | "proc-macro" | "dylib", ..]
        );
        let is_macro = self.crate_types == ["proc-macro"];
        let same = |krate: &&Crate| {
            is_library
                && krate.registry == self.is_from_registry()
                && krate.package == self.package
                && krate.version == self.version
                && krate.name == self.crate_name
                && (krate.role == Role::ProcMacro) == is_macro
        };
        // Of Wick itself there is the one that is loaded.
        let has_features = |krate: &Crate| {
            !krate.registry
                || self
                    .features
                    .iter()
                    .all(|it| krate.features.iter().any(|has| has == it))
        };
        let fits = |krate: &Crate| {
            has_features(krate) && (krate.role != Role::Host || self.opt_level == "0")
        };
        let candidates = manifest.crates.iter().filter(same);
        let krate =
            candidates.max_by_key(|krate| (fits(krate), krate.opt_level == self.opt_level))?;
        let may = match treatment {
            Treatment::Unused => true,
            Treatment::Taken { .. } => fits(krate),
            Treatment::Open => fits(krate) && self.is_made_of(folder),
        };
        may.then_some(krate)
    }

    /// Whether everything that the crate uses is the prelude's too. Were it not, its callers would see two versions
    /// of what they and it have in common.
    fn is_made_of(&self, folder: &Path) -> bool {
        self.externs.iter().all(|(_, file)| {
            let target = fs::read_link(file);
            target.is_ok_and(|target| target.starts_with(folder))
        })
    }

    /// In place of a build script whose words nobody hears.
    fn write_empty_script(&self) -> io::Result<()> {
        let name = format!("{}{}", self.crate_name, self.extra_filename);
        let output = self.out_dir.join(name);
        fs::write(&output, "#!/bin/sh\n")?;
        fs::set_permissions(&output, fs::Permissions::from_mode(0o755))?;
        self.write_dep_info(&[output])
    }

    /// Puts links to the prelude's files where cargo expects the crate.
    fn link(&self, krate: &Crate, folder: &Path) -> io::Result<()> {
        let mut announcements = String::new();
        let mut outputs = Vec::new();
        for file in &krate.files {
            let extension = Path::new(file).extension().and_then(OsStr::to_str);
            let (extension, emit) = match extension {
                Some("rmeta") => ("rmeta", "metadata"),
                Some(extension) => (extension, "link"),
                None => continue,
            };
            // Wick's sources ask for an rlib too. rustc takes what is none for damaged and reads the dylib.
            let also = (extension == "so" && self.crate_types.contains(&"rlib")).then_some("rlib");
            for extension in [Some(extension), also].into_iter().flatten() {
                let name = format!("lib{}{}.{extension}", self.crate_name, self.extra_filename);
                let output = self.out_dir.join(name);
                replace_with_link(&folder.join(file), &output)?;
                let said = serde_json::json!({
                    "$message_type": "artifact",
                    "artifact": output,
                    "emit": emit,
                });
                announcements += &format!("{said}\n");
                outputs.push(output);
            }
        }
        self.write_dep_info(&outputs)?;
        if self.announces {
            io::stderr().write_all(announcements.as_bytes())?;
        }
        Ok(())
    }

    /// The file from which cargo learns what the crate was made of.
    fn write_dep_info(&self, outputs: &[PathBuf]) -> io::Result<()> {
        let escaped = |path: &str| path.replace(' ', "\\ ");
        let name = format!("{}{}.d", self.crate_name, self.extra_filename);
        let path = self.out_dir.join(name);
        let mut text = String::new();
        for target in outputs.iter().chain([&path]) {
            let target = escaped(&target.display().to_string());
            text += &format!("{target}: {}\n\n", escaped(self.input));
        }
        text += &format!("{}:\n", escaped(self.input));
        fs::write(&path, text)
    }

    /// Keeps which file belongs to which name: the session's own crate is given each dependency under the name that
    /// cells use.
    fn record_externs(&self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.externs)?;
        fs::write(self.manifest_dir.join(EXTERNS_FILE), text)
    }
}

/// `feature="std"` → `std`.
fn feature(cfg: &str) -> Option<&str> {
    cfg.strip_prefix("feature=\"")?.strip_suffix('"')
}

/// `name=path`, `priv:name=path` or `name` alone.
fn named_file(value: &str) -> Option<(&str, &Path)> {
    let (name, file) = value.split_once('=')?;
    let name = name.rsplit(':').next().unwrap_or(name);
    Some((name, Path::new(file)))
}

fn replace_with_link(to: &Path, link: &Path) -> io::Result<()> {
    match fs::remove_file(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => std::os::unix::fs::symlink(to, link),
    }
}
