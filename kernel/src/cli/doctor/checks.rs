//! What is looked for.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Finding;
use crate::cli::{paths, toolchain};
use crate::engine::EngineError;
use crate::engine::analyzer::build::{self, Build, State};
use crate::engine::analyzer::find;
use crate::engine::prelude::Prelude;
use crate::private;

/// With less than this, a `:dep` or a long session may fill the disk.
const ENOUGH_DISK: u64 = 1_000_000_000;

/// Everything, in the order in which it is needed.
pub fn all() -> Vec<Finding> {
    vec![
        rustc(),
        prelude(),
        linker(),
        kernelspec(),
        jupyter(),
        cargo(),
        rust_analyzer(),
        disk(),
        privacy(),
        cuda(),
    ]
}

fn rustc() -> Finding {
    match toolchain::ask(&["--version"]) {
        Some(version) => Finding::good("rustc", version.trim()),
        None => Finding::missing(
            "rustc",
            "not found: every cell is compiled with it",
            "install Rust from https://rustup.rs; with rustup there, run `rustup default stable`",
        ),
    }
}

/// The compiled prelude, and whether the compiler here goes with it.
fn prelude() -> Finding {
    const NAME: &str = "prelude";
    let checked = Prelude::find().and_then(|prelude| prelude.check_toolchain().map(|()| prelude));
    match checked {
        Ok(prelude) => Finding::good(NAME, prelude.folder().display().to_string()),
        Err(EngineError::Toolchain(problem)) => {
            Finding::missing(NAME, "does not go with the rustc here", problem)
        }
        Err(problem) => Finding::missing(NAME, problem.to_string(), "run ./install.sh"),
    }
}

fn linker() -> Finding {
    match first_line("cc", &["--version"]) {
        Some(version) => Finding::good("cc", version),
        None => Finding::optional(
            "cc",
            "not found: `:dep` needs it to link",
            "on Debian or Ubuntu: sudo apt-get install gcc",
        ),
    }
}

fn cargo() -> Finding {
    match first_line("cargo", &["--version"]) {
        Some(version) => Finding::good("cargo", version),
        None => Finding::optional(
            "cargo",
            "not found: `:dep` needs it",
            "it comes with Rust from https://rustup.rs",
        ),
    }
}

/// What completes by types.
fn rust_analyzer() -> Finding {
    const NAME: &str = "rust-analyzer";
    let Ok(prelude) = Prelude::find() else {
        return Finding::optional(NAME, "not looked for without a prelude", "run ./install.sh");
    };
    let folder = prelude.analyzer();
    let why = match find::find(&folder) {
        Ok(found) => {
            let text = format!("{} ({})", found.program.display(), found.version);
            return match prelude.sysroot() {
                Some(sysroot) if !build::knows_std(sysroot) => Finding::optional(
                    NAME,
                    format!("{text}, which does not know the standard library"),
                    "run `rustup component add rust-src`",
                ),
                _ => Finding::good(NAME, text),
            };
        }
        Err(why) => why,
    };
    let build = Build::new(folder);
    let log = build.log();
    match build.state() {
        State::Running => Finding::optional(
            NAME,
            "it is being built; until then Tab knows the prelude and what cells define",
            format!("look at {}", log.display()),
        ),
        State::Failed => Finding::optional(
            NAME,
            format!("{why}: Tab knows the prelude and what cells define"),
            format!(
                "building it failed, see {}; then `wick analyzer install`",
                log.display()
            ),
        ),
        State::NotTried | State::Done => Finding::optional(
            NAME,
            format!("{why}: Tab knows the prelude and what cells define"),
            "run `wick analyzer install`",
        ),
    }
}

fn jupyter() -> Finding {
    match find("jupyter") {
        Some(path) => Finding::good("jupyter", path.display().to_string()),
        None => Finding::optional(
            "jupyter",
            "not on PATH",
            "pip install jupyterlab, or activate the environment that has it; `wick run` works without",
        ),
    }
}

/// The kernelspec that Jupyter would find first.
fn kernelspec() -> Finding {
    const NAME: &str = "kernelspec";
    let again = "run `wick install`";
    let of = |folder: PathBuf| folder.join("kernels/wick/kernel.json");
    let known = jupyter_folders().into_iter().map(of).find(|it| it.exists());
    let Some(path) = known else {
        let beside = env::current_exe()
            .ok()
            .and_then(|program| Some(program.parent()?.parent()?.join("share/jupyter")))
            .filter(|folder| of(folder.clone()).exists());
        return match beside {
            Some(folder) => Finding::optional(
                NAME,
                "Jupyter does not look where this Wick is installed",
                format!("start Jupyter with JUPYTER_PATH={}", folder.display()),
            ),
            None => Finding::optional(NAME, "Jupyter does not know of Wick", again),
        };
    };
    match command_of(&path) {
        None => Finding::optional(NAME, format!("{} is damaged", path.display()), again),
        Some(command) if !is_executable(&command) => Finding::optional(
            NAME,
            format!(
                "{} starts {}, which is gone",
                path.display(),
                command.display()
            ),
            again,
        ),
        Some(_) => Finding::good(NAME, path.display().to_string()),
    }
}

/// Where Jupyter looks; a virtual environment adds its own.
fn jupyter_folders() -> Vec<PathBuf> {
    let path = env::var_os("JUPYTER_PATH").unwrap_or_default();
    let data = env::var_os("JUPYTER_DATA_DIR").map(PathBuf::from);
    let environment = env::var_os("VIRTUAL_ENV").map(|it| Path::new(&it).join("share/jupyter"));
    env::split_paths(&path)
        .chain(data)
        .chain(environment)
        .chain(jupyter_zmq_client::dirs::data_dirs())
        .collect()
}

fn command_of(kernelspec: &Path) -> Option<PathBuf> {
    let text = std::fs::read(kernelspec).ok()?;
    let spec: jupyter_protocol::JupyterKernelspec = serde_json::from_slice(&text).ok()?;
    spec.argv.first().map(PathBuf::from)
}

fn disk() -> Finding {
    const NAME: &str = "disk";
    let Ok(cache) = paths::cache() else {
        return Finding::missing(NAME, "there is no home folder", "set HOME or WICK_CACHE");
    };
    let Some(existing) = cache.ancestors().find(|folder| folder.exists()) else {
        return Finding::missing(
            NAME,
            format!("{} cannot be made", cache.display()),
            "set WICK_CACHE",
        );
    };
    let Ok(space) = nix::sys::statvfs::statvfs(existing) else {
        return Finding::optional(
            NAME,
            format!("{} cannot be read", existing.display()),
            "set WICK_CACHE",
        );
    };
    let free = space.blocks_available() * space.fragment_size();
    let found = format!("{} free for {}", paths::bytes(free), cache.display());
    if free < ENOUGH_DISK {
        Finding::optional(
            NAME,
            found,
            "run `wick cache clear`, or set WICK_CACHE to a folder with more room",
        )
    } else {
        Finding::good(NAME, found)
    }
}

/// Whether others can look at, or change, what cells are run from.
fn privacy() -> Finding {
    const NAME: &str = "privacy";
    let Ok(cache) = paths::cache() else {
        return Finding::missing(NAME, "there is no home folder", "set HOME or WICK_CACHE");
    };
    let open: Vec<String> = ["cells", "deps"]
        .map(|name| cache.join(name))
        .iter()
        .filter(|folder| folder.exists() && !private::is_private(folder))
        .map(|folder| folder.display().to_string())
        .collect();
    if open.is_empty() {
        Finding::good(NAME, "compiled cells are for your eyes only")
    } else {
        Finding::optional(
            NAME,
            format!("others can look into {}", open.join(" and ")),
            "the next session closes them, if they are yours; otherwise set WICK_CACHE",
        )
    }
}

fn cuda() -> Finding {
    match std::fs::read_to_string("/proc/driver/nvidia/version") {
        Ok(version) => Finding::good("CUDA driver", version.lines().next().unwrap_or_default()),
        Err(_) => Finding::good("CUDA driver", "none: tensors are computed on the CPU"),
    }
}

/// The first line of what a program prints.
fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir("/").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next()?.trim();
    output.status.success().then(|| line.to_owned())
}

/// A program on PATH.
fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(find("no-such-program-anywhere"), None);
        assert_eq!(first_line("false", &[]), None);
        assert_eq!(first_line("echo", &["a\nb"]), Some("a".to_owned()));
    }

    #[test]
    fn a_damaged_kernelspec_has_no_command() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(command_of(file.path()), None);
        std::fs::write(
            file.path(),
            r#"{"argv": ["/x/wick"], "display_name": "", "language": ""}"#,
        )
        .unwrap();
        assert_eq!(command_of(file.path()), Some(PathBuf::from("/x/wick")));
    }
}
