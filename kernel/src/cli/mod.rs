//! The `wick` command: one file a subcommand.

mod analyzer;
mod cache;
mod doctor;
mod install;
mod kernel;
mod new;
mod paths;
mod run;
mod session;
mod toolchain;
mod uninstall;

use std::fs::{File, OpenOptions};
use std::io::IsTerminal;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Rust tensor notebooks for Jupyter.
#[derive(Parser)]
#[command(
    name = "wick",
    version,
    arg_required_else_help = true,
    after_help = "Environment:
  WICK_LOG      what to log to stderr, e.g. `debug` or `wick_kernel=info` (default: warn)
  WICK_TRACE    a file to write where each cell's time goes to, for chrome://tracing or ui.perfetto.dev
  WICK_CACHE    where compiled cells are kept (default: $XDG_CACHE_HOME/wick or ~/.cache/wick)
  WICK_RUST_ANALYZER
                the rust-analyzer that completes, or `off`"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Install(install::Install),
    Uninstall(uninstall::Uninstall),
    Doctor(doctor::Doctor),
    Kernel(kernel::Kernel),
    Run(run::Run),
    New(new::New),
    Cache(cache::Cache),
    Analyzer(analyzer::Analyzer),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let _written_when_dropped = log();
    let outcome = match cli.command {
        Command::Install(command) => command.run(),
        Command::Uninstall(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Kernel(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::New(command) => command.run(),
        Command::Cache(command) => command.run(),
        Command::Analyzer(command) => command.run(),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("wick: {}", in_one_line(&error));
        ExitCode::FAILURE
    })
}

/// An error with its causes; one that the text before it has told already is left out.
fn in_one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.is_empty() {
            line = cause;
        } else if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}

/// Logs to stderr what `WICK_LOG` asks for, and spans of time to the file that `WICK_TRACE` names; that one is whole
/// when what this returns is dropped.
fn log() -> Option<tracing_chrome::FlushGuard> {
    use tracing_chrome::{ChromeLayerBuilder, TraceStyle};
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::prelude::*;
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_env("WICK_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let stderr = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_filter(filter);
    let trace = std::env::var_os("WICK_TRACE").filter(|file| !file.is_empty());
    let (chrome, guard) = trace
        .and_then(|file| match private_file(Path::new(&file)) {
            Ok(writer) => Some(writer),
            Err(error) => {
                eprintln!(
                    "wick: no trace is written to {}: {error}",
                    Path::new(&file).display()
                );
                None
            }
        })
        .map(|writer| {
            ChromeLayerBuilder::new()
                .writer(writer)
                .include_args(true)
                .trace_style(TraceStyle::Async)
                .build()
        })
        .unzip();
    let ours = Targets::new().with_target("wick_kernel", LevelFilter::INFO);
    tracing_subscriber::registry()
        .with(stderr)
        .with(chrome.map(|layer| layer.with_filter(ours)))
        .init();
    guard
}

/// A new file for this user alone: a trace tells of cells.
fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_cause_is_told_twice() {
        let cause = std::io::Error::other("full");
        let error = anyhow::Error::new(cause)
            .context("cannot write: full")
            .context("oh");
        assert_eq!(in_one_line(&error), "oh: cannot write: full");
    }

    #[test]
    fn every_command_shows_examples() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string);
            assert!(
                help.is_some_and(|help| help.contains("Examples:")),
                "{}",
                command.get_name()
            );
        }
    }
}
