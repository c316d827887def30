//! `wick run`

mod notebook;
mod outputs;
mod parameters;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;

use super::session::{self, EngineKind};
use crate::engine::CellError;
use crate::engine::native::Clients;
use crate::jupyter::language_info;
use crate::session::{Execute, Interrupts, Session};
use notebook::Notebook;
use outputs::Outputs;

/// Execute a notebook, without Jupyter or Python.
///
/// Each code cell is run in order and its outputs are stored as a Jupyter client would store them. A cell that
/// fails ends the run with exit code 1 and its traceback, unless it is tagged `raises-exception`. Cells tagged
/// `skip-execution` are left out.
#[derive(Args)]
#[command(after_help = "Examples:
  wick run notebook.ipynb                        bring the notebook's own outputs up to date
  wick run notebook.ipynb --output done.ipynb    leave it as it is, write another
  wick run notebook.ipynb --warm                 compile its cells, for the next time
  wick run notebook.ipynb --allow-errors         go on after a cell that fails
  wick run notebook.ipynb -p epochs=3 -p name=x  set what its cell tagged `parameters` declares

Without --output the notebook is only written when every cell has succeeded.")]
pub struct Run {
    /// The notebook
    notebook: PathBuf,
    /// Where to write it with its outputs; up to the failing cell, if one fails
    #[arg(long, short, value_name = "F")]
    output: Option<PathBuf>,
    /// Set a parameter; may be given several times
    #[arg(long = "parameter", short, value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Go on after a cell that fails
    #[arg(long)]
    allow_errors: bool,
    /// Write nothing: run it only so that its cells are compiled, and answer at once when they are run again
    #[arg(long, conflicts_with = "output")]
    warm: bool,
    /// What evaluates the cells
    #[arg(long, value_name = "NAME", default_value = "native")]
    engine: EngineKind,
}

impl Run {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let mut notebook = Notebook::read(&self.notebook)?;
        let values = self.parameters.iter().map(|it| parameters::parse(it));
        let values = values.collect::<Result<Vec<_>>>()?;
        if !values.is_empty() {
            notebook.inject(|declared| {
                for name in parameters::unknown(&values, declared) {
                    eprintln!("wick: no cell tagged `parameters` declares `{name}`");
                }
                parameters::cell(&values, declared)
            });
        }
        let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
        // Cells find files beside their notebook, as under Jupyter.
        let (source, output) = (
            std::path::absolute(&self.notebook)?,
            self.output.as_ref().map(std::path::absolute).transpose()?,
        );
        if let Some(folder) = source.parent() {
            std::env::set_current_dir(folder)
                .with_context(|| format!("cannot enter {}", folder.display()))?;
        }
        let (notebook, failure) = runtime.block_on(async {
            let nobody = || vec![("clients", "none: nothing listens".to_owned())];
            let (session, mut version) =
                session::start(self.engine, None, Clients(Arc::new(nobody)));
            let engine = session.engine_handle();
            let known = version.wait_for(Option::is_some).await;
            let rust = known.ok().and_then(|version| version.clone());
            notebook.set_language(language_info(&rust.unwrap_or_default()));
            let outcome = execute(notebook, session, self.allow_errors).await;
            engine.shutdown().await;
            outcome
        });
        runtime.shutdown_background();
        if !self.warm && (output.is_some() || failure.is_none()) {
            let path = output.unwrap_or(source);
            notebook.write(&path)?;
            eprintln!("wrote {}", path.display());
        }
        match failure {
            None => Ok(ExitCode::SUCCESS),
            Some((cell, error)) => {
                for line in &error.traceback {
                    eprintln!("{line}");
                }
                eprintln!("wick: cell {cell} failed: {}", first_line(&error.evalue));
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

/// Runs the cells; returns the notebook with their outputs, and where and why it ended early.
async fn execute(
    mut notebook: Notebook,
    mut session: Session,
    allow_errors: bool,
) -> (Notebook, Option<(u32, CellError)>) {
    tokio::spawn(interrupt_on_signal(session.interrupts()));
    let places = notebook.to_run();
    let progress = Progress::new(places.len());
    let mut outputs = Outputs::default();
    let following = places.iter().skip(1).copied().map(Some).chain([None]);
    for ((number, place), following) in (1..).zip(places.iter().copied()).zip(following) {
        let source = notebook.source(place);
        progress.begin(number, &source);
        let began = Instant::now();
        outputs.begin(place);
        let request = Execute {
            code: source.clone(),
            store_history: true,
            next: following.map(|place| notebook.source(place)),
            ..Execute::default()
        };
        let executed = session
            .execute(request, &mut |output| outputs.take(output))
            .await;
        outputs.store(&mut notebook);
        notebook.set_count(place, executed.count.0);
        progress.end(number, &source, began.elapsed(), executed.reply.is_err());
        if let Err(error) = executed.reply
            && !allow_errors
            && !notebook.may_fail(place)
        {
            return (notebook, Some((number, error)));
        }
    }
    (notebook, None)
}

/// The first Ctrl-C stops the running cell, which ends the run as any error does.
async fn interrupt_on_signal(interrupts: Interrupts) {
    while tokio::signal::ctrl_c().await.is_ok() {
        interrupts.interrupt();
    }
}

/// One line a cell on stderr.
struct Progress {
    cells: usize,
    live: bool,
}

impl Progress {
    fn new(cells: usize) -> Self {
        Self {
            cells,
            live: std::io::stderr().is_terminal(),
        }
    }

    /// On a terminal the line is there while the cell runs.
    fn begin(&self, number: u32, source: &str) {
        if self.live {
            eprint!("{}", self.line(number, "…", source));
            let _ = std::io::stderr().flush();
        }
    }

    fn end(&self, number: u32, source: &str, took: Duration, failed: bool) {
        let took = format!("{:.2} s", took.as_secs_f64());
        let back = if self.live { "\r\x1b[K" } else { "" };
        let failed = if failed { "  FAILED" } else { "" };
        eprintln!("{back}{}{failed}", self.line(number, &took, source));
    }

    fn line(&self, number: u32, took: &str, source: &str) -> String {
        let width = self.cells.to_string().len();
        let text: String = first_line(source).chars().take(60).collect();
        format!("[{number:>width$}/{}] {took:>8}  {text}", self.cells)
    }
}

/// The first line that says something.
fn first_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::session::scripted;

    fn notebook(cells: &[&str]) -> Notebook {
        let cells: Vec<_> = cells
            .iter()
            .map(|source| json!({"cell_type": "code", "source": source, "metadata": {}}))
            .collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = json!({"nbformat": 4, "metadata": {}, "cells": cells}).to_string();
        std::fs::write(file.path(), text).unwrap();
        Notebook::read(file.path()).unwrap()
    }

    #[tokio::test]
    async fn a_failing_cell_ends_the_run() {
        let cells = notebook(&["print a", "fail E why", "print never"]);
        let session = Session::new(scripted::start);
        let (_, failure) = execute(cells, session, false).await;
        let (number, error) = failure.unwrap();
        assert_eq!((number, error.evalue.as_str()), (2, "why"));
    }

    #[tokio::test]
    async fn errors_may_be_allowed() {
        let cells = notebook(&["fail E why", "print a"]);
        let session = Session::new(scripted::start);
        assert!(execute(cells, session, true).await.1.is_none());
    }

    #[test]
    fn a_progress_line_is_one_line() {
        let progress = Progress {
            cells: 12,
            live: false,
        };
        assert_eq!(
            progress.line(3, "0.10 s", "\n  let a = 1;\nb"),
            "[ 3/12]   0.10 s  let a = 1;"
        );
    }
}
