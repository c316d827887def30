//! Programs beside the session: `:sh`, `%%bash`, `:env`, `:explain`.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::sync::mpsc::UnboundedSender;

use super::super::NativeEngine;
use super::super::compile::other_error;
use super::super::evaluate::interrupted_error;
use super::super::timing::Phases;
use super::command_error;
use crate::engine::source_map::CellText;
use crate::engine::{Cell, Event, Reply, Stream};

/// The first line of a cell that is a script, and what runs it.
const SCRIPTS: [(&str, &str); 2] = [("%%bash", "bash"), ("%%sh", "sh")];

/// The interpreter and the text of a cell that is a script.
pub(in super::super) fn script(cell: &str) -> Option<(&'static str, &str)> {
    let (first, rest) = cell
        .trim_start()
        .split_once('\n')
        .unwrap_or((cell.trim(), ""));
    let (_, interpreter) = SCRIPTS.iter().find(|(mark, _)| first.trim() == *mark)?;
    Some((interpreter, rest))
}

impl NativeEngine {
    pub(super) async fn shell(&mut self, line: &str) -> Reply {
        if line.is_empty() {
            return Err(command_error("`:sh` takes a command: `:sh ls -l`".into()));
        }
        self.run_script("sh", line).await
    }

    /// Runs a script in the folder in which cells run; what it prints is shown as it comes.
    pub(in super::super) async fn run_script(&mut self, interpreter: &str, text: &str) -> Reply {
        let folder = self.runtime.folder().unwrap_or_else(|| PathBuf::from("."));
        let mut command = Command::new(interpreter);
        command
            .args(["-c", text])
            .current_dir(folder)
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| {
            command_error(format!("`{interpreter}` could not be started: {error}"))
        })?;
        let group = child.id();
        let stdout = child
            .stdout
            .take()
            .map(|from| pass_on(from, Stream::Stdout, self.events.clone()));
        let stderr = child
            .stderr
            .take()
            .map(|from| pass_on(from, Stream::Stderr, self.events.clone()));
        let ended = async {
            if let Some(stdout) = stdout {
                stdout.await;
            }
            child.wait().await
        };
        let ended = async {
            tokio::join!(ended, async {
                if let Some(stderr) = stderr {
                    stderr.await
                }
            })
            .0
        };
        let compiling = self.compiling.clone();
        let status = tokio::select! {
            status = ended => status,
            () = compiling.notified() => {
                if let Some(group) = group {
                    let group = nix::unistd::Pid::from_raw(group as i32);
                    let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
                }
                return Err(interrupted_error("while a script was running"));
            }
        };
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => {
                let how = status
                    .code()
                    .map_or_else(|| status.to_string(), |code| format!("exit status {code}"));
                Err(other_error(
                    "ShellError",
                    format!("{interpreter} ended with {how}"),
                ))
            }
            Err(error) => Err(other_error("ShellError", error.to_string())),
        }
    }

    /// Shows or sets environment variables in the process that runs the cells.
    pub(super) async fn environment(&mut self, cell: &CellText, argument: &str) -> Reply {
        let mut set = None;
        let code = match argument.split_once('=') {
            Some((name, value)) => {
                let (name, value) = (name.trim(), value.trim().trim_matches('"'));
                if name.is_empty() || name.contains(char::is_whitespace) {
                    return Err(command_error(
                        "`:env` sets a variable by `:env NAME=VALUE`".into(),
                    ));
                }
                set = Some((name.to_owned(), value.to_owned()));
                format!("unsafe {{ ::std::env::set_var({name:?}, {value:?}) }}")
            }
            None if argument.is_empty() => {
                "for (name, value) in ::std::env::vars() { println!(\"{name}={value}\"); }"
                    .to_owned()
            }
            None => format!(
                "match ::std::env::var({argument:?}) {{ Ok(value) => println!(\"{{value}}\"), \
                 Err(error) => println!(\"{{}}: {{error}}\", {argument:?}) }}"
            ),
        };
        let cell = Cell::new(cell.id, code);
        Box::pin(self.evaluate_cell(&cell, &mut Phases::start())).await?;
        self.environment.extend(set);
        Ok(())
    }

    /// What rustc says about one of its error codes.
    pub(super) async fn explain(&mut self, code: &str) -> Reply {
        let wanted = code.trim().to_uppercase();
        let digits = wanted.strip_prefix('E').unwrap_or(&wanted);
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(command_error(
                "`:explain` takes an error code: `:explain E0382`".into(),
            ));
        }
        let mut command = Command::new(&self.config.rustc);
        let code = format!("E{digits:0>4}");
        command
            .args(["--explain", &code])
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let compiling = self.compiling.clone();
        let output = tokio::select! {
            output = command.output() => output,
            () = compiling.notified() => return Err(interrupted_error("while rustc was asked")),
        };
        let output =
            output.map_err(|error| command_error(format!("rustc could not be asked: {error}")))?;
        if !output.status.success() {
            return Err(command_error(format!("rustc knows no error `{code}`")));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let link = format!("https://doc.rust-lang.org/error_codes/{code}.html");
        let markdown = format!("### [{code}]({link})\n{}", as_rust(&text));
        self.show(text, Some(("text/markdown", markdown)));
        Ok(())
    }
}

/// Code blocks without a language are Rust in the compiler's texts.
fn as_rust(text: &str) -> String {
    let mut open = false;
    let lines = text.lines().map(|line| {
        if !line.starts_with("```") {
            return line.to_owned();
        }
        open = !open;
        if open {
            "```rust".to_owned()
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Shows what a program writes, as it comes.
async fn pass_on(mut from: impl AsyncRead + Unpin, stream: Stream, events: UnboundedSender<Event>) {
    let mut waiting = Vec::new();
    let mut buffer = [0; 1 << 13];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        waiting.extend_from_slice(&buffer[..length]);
        // A character may come in two parts.
        let whole = match std::str::from_utf8(&waiting) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => waiting.len(),
        };
        let text: Vec<u8> = waiting.drain(..whole).collect();
        let _ = events.send(Event::Output(
            stream,
            String::from_utf8_lossy(&text).into_owned(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_known_by_their_first_line() {
        assert_eq!(script("%%bash\necho 1"), Some(("bash", "echo 1")));
        assert_eq!(script("\n%%sh \nls"), Some(("sh", "ls")));
        assert_eq!(script("let a = 5;\n%%bash"), None);
        assert_eq!(script("%%bash"), Some(("bash", "")));
    }

    #[test]
    fn only_openings_get_a_language() {
        assert_eq!(
            as_rust("a\n```compile_fail\nb\n```\nc"),
            "a\n```rust\nb\n```\nc"
        );
    }
}
