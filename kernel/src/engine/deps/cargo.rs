//! Running cargo: what it is doing, what it built, and why it failed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout, Command};

use super::failure::{NAME, failure, io};
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
        .args(["build", "--release", "--lib", "--message-format=json"])
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

/// Cargo's reason in words of a notebook: its own project is none of a person's business.
fn explain(said: &str, errors: &[String]) -> CellError {
    let lines: Vec<String> = said
        .lines()
        .skip_while(|line| !line.starts_with("error"))
        .filter(|line| !is_noise(line))
        .map(in_notebook_words)
        .collect();
    let mut lines = lines
        .iter()
        .map(String::as_str)
        .skip_while(|line| line.is_empty());
    let first = lines
        .next()
        .unwrap_or("error: cargo failed without saying why");
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let rest: Vec<&str> = lines.collect();
    // What cargo heads with a mere "failed to …" it explains further down.
    let feature = rest.iter().find(|line| line.contains("does not have"));
    let mut causes = rest.windows(2).filter(|pair| pair[0] == "Caused by:");
    let message = match (feature, causes.next_back()) {
        (Some(reason), _) => reason.trim().trim_end_matches('.').to_owned(),
        (None, Some(cause)) => format!("{first}: {}", cause[1].trim()),
        (None, None) => first.to_owned(),
    };
    let said = rest
        .into_iter()
        .filter(|line| line.trim().trim_end_matches('.') != message);
    let compiler = errors.iter().flat_map(|error| error.trim_end().lines());
    let mut details: Vec<String> = said.chain(compiler).map(str::to_owned).collect();
    details.dedup_by(|next, line| next.trim().is_empty() && line.trim().is_empty());
    failure(NAME, &message, &details)
}

fn is_noise(line: &str) -> bool {
    let line = line.trim_start();
    [
        "... required by package",
        "Building ",
        "Compiling ",
        "Finished ",
        "location searched: crates.io index",
        "required by package `wick-session ",
        "warning: ",
    ]
    .iter()
    .any(|start| line.starts_with(start))
        || line.starts_with("error (") && line.contains(" remaining)")
        || line.contains("which could resolve this conflict")
}

/// A line without the name and folder of the project that cargo works on.
fn in_notebook_words(line: &str) -> String {
    let mut line = line.to_owned();
    // "package `wick-session v0.0.0 (/home/me/.cache/…)`"
    if let Some(start) = line.find("package `wick-session")
        && let Some(length) = line[start + "package `".len()..].find('`')
    {
        let end = start + "package `".len() + length + 1;
        let start = if line[..start].ends_with("the ") {
            start - 4
        } else {
            start
        };
        line.replace_range(start..end, "the notebook");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_cargos_without_its_project() {
        let said = "    Updating crates.io index\nerror: no matching package named `nonesuch` found\n\
                    location searched: crates.io index\n\
                    required by package `wick-session v0.0.0 (/tmp/x)`\n";
        let error = explain(said, &[]);
        assert_eq!(error.evalue, "no matching package named `nonesuch` found");
        assert_eq!(error.traceback.len(), 1);
    }

    #[test]
    fn the_last_cause_comes_first() {
        let said = "error: failed to get `foo` as a dependency of package `wick-session v0.0.0 (/tmp/x)`\n\n\
                    Caused by:\n  failed to load source\n\nCaused by:\n  failed to connect\n";
        let error = explain(said, &[]);
        assert_eq!(
            error.evalue,
            "failed to get `foo` as a dependency of the notebook: failed to connect"
        );
        let said = "error: failed to select a version for `regex`.\n    ... required by package `wick-session v0.0.0 (/x)`\n\
                    versions that meet the requirements are: 1.13.2\n\n\
                    package `wick-session` depends on `regex` with feature `nope` but `regex` does not have that feature.\n\
                    \x20available features: std\n\n\n\
                    failed to select a version for `regex` which could resolve this conflict\n";
        let error = explain(said, &[]);
        assert_eq!(
            error.evalue,
            "the notebook depends on `regex` with feature `nope` but `regex` does not have that feature"
        );
        assert_eq!(
            error
                .traceback
                .iter()
                .filter(|line| line.contains("nope"))
                .count(),
            1
        );
    }

    #[test]
    fn a_crate_that_does_not_compile_shows_why() {
        let said = "error: could not compile `mine` (lib) due to 1 previous error\n";
        let error = explain(
            said,
            &["error[E0308]: mismatched types\n --> src/lib.rs\n".into()],
        );
        assert!(error.evalue.starts_with("could not compile `mine`"));
        assert!(error.traceback[1].contains("error[E0308]: mismatched types"));
    }

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
