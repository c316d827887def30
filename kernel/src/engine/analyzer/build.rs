//! Getting rust-analyzer where there is none: as a component of rustup's toolchain, which takes seconds, or built from
//! crates.io, which takes some ten minutes.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use nix::fcntl::{Flock, FlockArg};

use super::find;

/// A folder that rust-analyzer is built into.
#[derive(Debug, Clone)]
pub struct Build {
    folder: PathBuf,
}

/// How far that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has tried.
    NotTried,
    /// Somebody is at it.
    Running,
    /// The program is there.
    Done,
    /// It did not work.
    Failed,
}

impl Build {
    /// Builds into `folder`, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// What was said while it was built.
    pub fn log(&self) -> PathBuf {
        self.folder.join("install.log")
    }

    /// How far it is.
    pub fn state(&self) -> State {
        if find::program_in(&self.folder).exists() {
            return State::Done;
        }
        match File::open(self.lock_file()) {
            Err(_) => State::NotTried,
            Ok(file) => match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(_) => State::Failed,
                Err(_) => State::Running,
            },
        }
    }

    /// Gets it, and waits for that. `rustc` is the compiler's description of itself. What happens is said on stdout and
    /// stderr.
    ///
    /// # Errors
    /// Where a version that fits is not known, or cargo fails, or somebody is building it already.
    pub fn run(&self, rustc: &str) -> Result<(), String> {
        let failed = |error: io::Error| format!("{}: {error}", self.folder.display());
        fs::create_dir_all(&self.folder).map_err(failed)?;
        let lock = File::create(self.lock_file()).map_err(failed)?;
        let Ok(_lock) = Flock::lock(lock, FlockArg::LockExclusiveNonblock) else {
            return Err(format!("it is being built: see {}", self.log().display()));
        };
        // Types of the standard library come from its sources.
        if self.component("rust-src") && self.component("rust-analyzer") {
            return Ok(());
        }
        let version = find::version_for(rustc)?;
        let target = self.folder.join("target");
        println!("building rust-analyzer {version} from crates.io, which takes some ten minutes");
        let mut cargo = Command::new("cargo");
        cargo
            .args([
                "install",
                "--locked",
                "ra_ap_rust-analyzer",
                "--version",
                version,
            ])
            .arg("--root")
            .arg(&self.folder)
            .env("CARGO_TARGET_DIR", &target)
            .current_dir("/");
        let status = run(cargo).map_err(|error| format!("cargo: {error}"))?;
        // Several gigabytes that nobody needs again.
        let _ = fs::remove_dir_all(target);
        if status.success() {
            Ok(())
        } else {
            Err("cargo could not build it".to_owned())
        }
    }

    /// The same in a process of its own that goes on when this one ends, and whose words go to the [log](Self::log).
    ///
    /// # Errors
    /// Where that cannot be started.
    pub fn run_in_background(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let log = File::create(self.log())?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["analyzer", "install"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        // SAFETY: an async-signal-safe call between fork and exec.
        unsafe {
            command.pre_exec(|| {
                // It has time; who waits for cells has not.
                libc::setpriority(libc::PRIO_PROCESS, 0, 15);
                Ok(())
            });
        }
        command.spawn().map(drop)
    }

    /// Whether rustup has this part of the toolchain now.
    fn component(&self, name: &str) -> bool {
        let mut rustup = Command::new("rustup");
        rustup.args(["component", "add", name]).current_dir("/");
        run(rustup).is_ok_and(|status| status.success())
    }

    fn lock_file(&self) -> PathBuf {
        self.folder.join("lock")
    }
}

fn run(mut command: Command) -> io::Result<ExitStatus> {
    command.stdin(Stdio::null()).status()
}

/// Whether the sources of the standard library are there, without which its types are unknown.
pub fn knows_std(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib/src/rust/library/core").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_seen_from_outside() {
        let folder = tempfile::tempdir().unwrap();
        let build = Build::new(folder.path().join("here"));
        assert_eq!(build.state(), State::NotTried);
        fs::create_dir_all(&build.folder).unwrap();
        let file = File::create(build.lock_file()).unwrap();
        let lock = Flock::lock(file, FlockArg::LockExclusive).unwrap();
        assert_eq!(build.state(), State::Running);
        assert!(build.run("").unwrap_err().contains("install.log"));
        drop(lock);
        assert_eq!(build.state(), State::Failed);
        let program = find::program_in(&build.folder);
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        File::create(program).unwrap();
        assert_eq!(build.state(), State::Done);
    }
}
