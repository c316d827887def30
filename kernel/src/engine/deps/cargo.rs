//! Running cargo: what it is doing and what it built.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout, Command};

use super::explain::explain;
use super::failure::io;
use super::plan::Metadata;
use super::progress::{Follower, Progress};
use super::project::{PACKAGE, Project};
use super::wrapper::{PLAN_VARIABLE, WRAPPER_VARIABLE};
use crate::engine::CellError;
use crate::engine::prelude::Prelude;

/// What a successful build left.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Libraries that run in the session, whoever built them.
    pub(super) libraries: Vec<PathBuf>,
    /// Proc macros.
    pub(super) macros: Vec<PathBuf>,
    /// Names of native libraries to link, as build scripts gave them.
    pub(super) native: Vec<String>,
    /// Where those are.
    pub(super) native_paths: Vec<PathBuf>,
    /// What rustc said about crates that do not compile.
    errors: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact {
        target: Target,
        profile: Profile,
        filenames: Vec<PathBuf>,
    },
    #[serde(rename = "compiler-message")]
    Said { message: Diagnostic },
    #[serde(rename = "build-script-executed")]
    BuildScript {
        linked_libs: Vec<String>,
        linked_paths: Vec<String>,
    },
    #[serde(other)]
    Other,
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

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// Resolves the versions of `project`'s dependencies and downloads them.
pub(super) async fn resolve(
    project: &Project,
    prelude: &Prelude,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Metadata, CellError> {
    let mut command = Command::new("cargo");
    let host = &prelude.manifest().host;
    command.args(["metadata", "--format-version=1", "--filter-platform", host]);
    let read = |stdout: ChildStdout| async {
        let mut text = Vec::new();
        BufReader::new(stdout).read_to_end(&mut text).await?;
        Ok(text)
    };
    let text = run(command, project, &HashSet::new(), read, |_| &[], progress).await?;
    serde_json::from_slice(&text).map_err(|error| {
        let what = "what `cargo metadata` says cannot be understood";
        io(what, &error.into())
    })
}

/// Builds `project` in the folder `target`. `wrapper` is the program that stands in for rustc.
pub(super) async fn build(
    project: &Project,
    target: &Path,
    prelude: &Prelude,
    wrapper: &Path,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Output, CellError> {
    let crates = prelude.manifest().crates.iter();
    let mut hidden: HashSet<String> = crates
        .map(|krate| format!("{} v{}", krate.package, krate.version))
        .collect();
    hidden.insert(format!("{PACKAGE} v0.0.0"));
    let mut command = Command::new("cargo");
    command
        // Versions were settled by `resolve`, and may have been checked since: no other is built.
        .args(["build", "--locked", "--release", "--lib"])
        .arg("--message-format=json")
        .arg("--target-dir")
        .arg(target)
        .env(WRAPPER_VARIABLE, prelude.folder())
        .env(PLAN_VARIABLE, project.plan_file())
        .env("RUSTC_WRAPPER", wrapper);
    run(
        command,
        project,
        &hidden,
        read_messages,
        |output: &Output| &output.errors,
        progress,
    )
    .await
}

/// Runs cargo in `project`, passing on what it does. `read` takes its stdout; `errors` are what compilers said there.
async fn run<T, F: Future<Output = std::io::Result<T>>>(
    mut command: Command,
    project: &Project,
    hidden: &HashSet<String>,
    read: impl FnOnce(ChildStdout) -> F,
    errors: impl FnOnce(&T) -> &[String],
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<T, CellError> {
    let failed = |error: std::io::Error| {
        io(
            "`:dep` builds crates with cargo, which cannot be run",
            &error,
        )
    };
    let mut child = command
        .current_dir(&project.folder)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "100")
        // The prelude is for this machine.
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("CARGO_INCREMENTAL")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let gone = || failed(std::io::Error::other("it has no output"));
    let (stdout, stderr) = (
        child.stdout.take().ok_or_else(gone)?,
        child.stderr.take().ok_or_else(gone)?,
    );
    let (output, said) = tokio::join!(
        read(stdout),
        follow(stderr, Follower::new(hidden), progress)
    );
    let (output, status) = (output.map_err(failed)?, child.wait().await.map_err(failed)?);
    match status.success() {
        true => Ok(output),
        false => Err(explain(&said, errors(&output))),
    }
}

async fn read_messages(stdout: ChildStdout) -> std::io::Result<Output> {
    let mut output = Output::default();
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Ok(message) = serde_json::from_str(&line) {
            output.take(message);
        }
    }
    Ok(output)
}

impl Output {
    fn take(&mut self, message: Message) {
        match message {
            Message::Artifact {
                target,
                profile,
                filenames,
            } => {
                let is = |kind: &str| target.kind.iter().any(|it| it == kind);
                let ending = |extension: &str| {
                    let mut files = filenames.iter();
                    files
                        .find(|it| it.extension().is_some_and(|it| it == extension))
                        .cloned()
                };
                if is("proc-macro") {
                    self.macros.extend(ending(std::env::consts::DLL_EXTENSION));
                } else if profile.opt_level != "0" && target.name != PACKAGE.replace('-', "_") {
                    // What is not optimised runs inside the compiler only.
                    self.libraries.extend(ending("rlib"));
                }
            }
            Message::Said { message } if message.level.starts_with("error") => {
                self.errors.extend(message.rendered);
            }
            Message::BuildScript {
                linked_libs,
                linked_paths,
            } => {
                self.native.extend(linked_libs);
                let paths = linked_paths.iter();
                // `native=/usr/lib`, or the path alone.
                self.native_paths
                    .extend(paths.map(|path| {
                        PathBuf::from(path.split_once('=').map_or(&**path, |it| it.1))
                    }));
            }
            Message::Said { .. } | Message::Other => {}
        }
    }
}

/// Passes on what cargo does and keeps what it says.
async fn follow(
    mut stderr: ChildStderr,
    mut follower: Follower<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> String {
    let mut said = String::new();
    let mut buffer = [0; 4096];
    let mut line = Vec::new();
    while let Ok(length @ 1..) = stderr.read(&mut buffer).await {
        for &byte in &buffer[..length] {
            if !matches!(byte, b'\r' | b'\n') {
                line.push(byte);
                continue;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches("\u{1b}[K");
            if let Some(news) = follower.line(text) {
                progress(news);
            } else if byte == b'\n' {
                said += text;
                said.push('\n');
            }
            line.clear();
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_tell_what_runs_where() {
        let mut output = Output::default();
        for line in [
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"regex"},"profile":{"opt_level":"3"},"filenames":["/t/libregex-1.rlib","/t/libregex-1.rmeta"]}"#,
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"syn"},"profile":{"opt_level":"0"},"filenames":["/t/libsyn-1.rlib"]}"#,
            r#"{"reason":"compiler-artifact","target":{"kind":["proc-macro"],"name":"d"},"profile":{"opt_level":"0"},"filenames":["/t/libd-1.so"]}"#,
            r#"{"reason":"build-script-executed","linked_libs":["static=z","ssl"],"linked_paths":["native=/usr/x"]}"#,
            r#"{"reason":"build-finished","success":true}"#,
        ] {
            output.take(serde_json::from_str(line).unwrap());
        }
        assert_eq!(output.libraries, [PathBuf::from("/t/libregex-1.rlib")]);
        assert_eq!(output.macros, [PathBuf::from("/t/libd-1.so")]);
        assert_eq!(output.native, ["static=z", "ssl"]);
        assert_eq!(output.native_paths, [PathBuf::from("/usr/x")]);
    }
}
