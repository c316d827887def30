//! What a cell can ask of the session itself: lines that start with `:`.

use std::ops::Range;

use serde_json::json;

use super::NativeEngine;
use super::advice::nearest;
use super::compile::{CompileTiming, Failed, Job, OptLevel, other_error};
use super::generate::{ROOT_FILE, generate_type_probe};
use super::mir::{self, Written};
use super::variables::Variable;
use crate::engine::source_map::CellText;
use crate::engine::{CellError, Event, MimeBundle, Reply, Stream};

/// A command: its name and what `:help` says of it.
struct Command {
    name: &'static str,
    usage: &'static str,
    help: &'static str,
}

const COMMANDS: [Command; 17] = [
    Command {
        name: "dep",
        usage: ":dep NAME = \"VERSION\"",
        help: "use a crate: also { version, features, path, git }",
    },
    Command {
        name: "dep",
        usage: ":dep --lock",
        help: "write wick.lock: notebooks beside it build exactly these versions",
    },
    Command {
        name: "vars",
        usage: ":vars",
        help: "the variables, their types and the cells that made them",
    },
    Command {
        name: "type",
        usage: ":type EXPRESSION",
        help: "the type of an expression, without running it",
    },
    Command {
        name: "timing",
        usage: ":timing [on|off]",
        help: "show where each cell's milliseconds go",
    },
    Command {
        name: "opt",
        usage: ":opt [auto|0|3]",
        help: "how fast code is to be: what has loops is optimised unless told otherwise",
    },
    Command {
        name: "undo",
        usage: ":undo [N]",
        help: "go back to before the last cell, or the last N",
    },
    Command {
        name: "checkpoint",
        usage: ":checkpoint NAME",
        help: "name this moment; without a name, list those that have one",
    },
    Command {
        name: "restore",
        usage: ":restore NAME",
        help: "go back to a checkpoint",
    },
    Command {
        name: "save-state",
        usage: ":save-state FILE",
        help: "write all variables that can be written, and what they are made of",
    },
    Command {
        name: "load-state",
        usage: ":load-state FILE [NAME …]",
        help: "read them again, in this session or another",
    },
    Command {
        name: "history",
        usage: ":history",
        help: "the moments to go back to, what each cell made, what memory each holds",
    },
    Command {
        name: "memory",
        usage: ":memory [SIZE|off]",
        help: "how much memory cells may take: 4G, 500M",
    },
    Command {
        name: "snapshot",
        usage: ":snapshot [on|off]",
        help: "whether variables survive a cell that crashes",
    },
    Command {
        name: "security",
        usage: ":security",
        help: "who can reach this session, and how many messages were refused",
    },
    Command {
        name: "clear",
        usage: ":clear",
        help: "forget all variables and items; dependencies stay",
    },
    Command {
        name: "help",
        usage: ":help",
        help: "this list",
    },
];

/// The names of all commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.name)
}

impl NativeEngine {
    /// Runs commands of a cell in order. Dependencies that stand together are built together.
    pub(super) async fn commands(&mut self, cell: &CellText, ranges: &[Range<usize>]) -> Reply {
        let is_dependency = |range: &Range<usize>| {
            cell.text[range.clone()]
                .strip_prefix(":dep")
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        for group in ranges.chunk_by(|one, other| is_dependency(one) && is_dependency(other)) {
            if is_dependency(&group[0]) {
                let lines: Vec<_> = group
                    .iter()
                    .map(|range| &cell.text[range.clone()])
                    .collect();
                self.add_dependencies(&lines).await?;
            } else {
                self.command(cell, group[0].clone()).await?;
            }
        }
        Ok(())
    }

    /// Runs the command at `range` of the cell.
    async fn command(&mut self, cell: &CellText, range: Range<usize>) -> Reply {
        let text = cell.text[range.clone()].trim();
        let (name, rest) = match text[1..].split_once(char::is_whitespace) {
            Some((name, rest)) => (name, rest.trim()),
            None => (&text[1..], ""),
        };
        match name {
            "vars" => {
                self.show_variables();
                Ok(())
            }
            "type" => {
                // `rest` is where the trimmed text ends.
                let end = range.start + cell.text[range.clone()].trim_end().len();
                self.show_type(cell, end - rest.len()..end).await
            }
            "timing" => self.set_timing(rest),
            "opt" => self.set_opt_level(rest),
            "undo" => self.undo(rest).await,
            "checkpoint" => self.checkpoint(cell, rest).await,
            "restore" => self.restore(cell, rest).await,
            "save-state" => self.save_state(cell, rest).await,
            "load-state" => self.load_state(cell, rest).await,
            "history" => self.show_moments().await,
            "memory" => self.set_memory(rest).await,
            "snapshot" => self.set_snapshots(rest).await,
            "security" => {
                self.say(Stream::Stdout, self.security());
                Ok(())
            }
            "clear" => self.clear().await,
            "help" => {
                self.say(Stream::Stdout, help());
                Ok(())
            }
            _ => Err(unknown(name)),
        }
    }

    fn set_timing(&mut self, argument: &str) -> Reply {
        match argument {
            "off" => self.show_phases = false,
            "" if self.show_phases => self.show_phases = false,
            "" | "on" => {
                if !self.show_phases
                    && let Some(last) = &self.last_phases
                {
                    self.say(
                        Stream::Stdout,
                        format!("the cell before:\n{}", last.table()),
                    );
                }
                self.show_phases = true;
            }
            other => {
                let message = format!("`:timing` takes nothing, `on` or `off`, not `{other}`");
                return Err(other_error("CommandError", message));
            }
        }
        Ok(())
    }

    /// `:opt [auto|0|3]`
    fn set_opt_level(&mut self, argument: &str) -> Reply {
        match argument {
            "" => {}
            "auto" => self.opt_level = None,
            "0" => self.opt_level = Some(OptLevel::None),
            "3" => self.opt_level = Some(OptLevel::Full),
            other => {
                let message = format!("`:opt` takes `auto`, `0` or `3`, not `{other}`");
                return Err(other_error("CommandError", message));
            }
        }
        let text = match self.opt_level {
            None => "auto: cells and items with loops are optimised, others are not",
            Some(OptLevel::None) => "0: nothing is optimised, cells answer soonest",
            Some(OptLevel::Full) => "3: everything is optimised",
        };
        self.say(Stream::Stdout, format!("{text}\n"));
        Ok(())
    }

    fn security(&self) -> String {
        let mut lines = (self.config.clients.0)();
        let cache = self.config.cache.display();
        lines.push((
            "files",
            format!("compiled cells in {cache}, in folders that only you can open"),
        ));
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let lines = lines
            .iter()
            .map(|(name, text)| format!("{name:width$}  {text}\n"));
        lines.collect()
    }

    async fn clear(&mut self) -> Reply {
        crate::engine::Engine::reset(self)
            .await
            .map_err(|error| other_error("EngineError", error.to_string()))
    }

    fn show_variables(&self) {
        let variables: Vec<&Variable> = self.variables.iter().collect();
        if variables.is_empty() {
            self.say(Stream::Stdout, "no variables\n".into());
            return;
        }
        let mut data = MimeBundle::new();
        data.insert("text/plain".into(), json!(self.variable_lines(&variables)));
        data.insert("text/html".into(), json!(self.variable_table(&variables)));
        let event = Event::Display {
            data,
            metadata: Default::default(),
            display_id: None,
            update: false,
        };
        let _ = self.events.send(event);
    }

    fn variable_lines(&self, variables: &[&Variable]) -> String {
        let rows: Vec<[String; 3]> = variables
            .iter()
            .map(|variable| self.variable_row(variable))
            .collect();
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let (first, second) = (width(0), width(1));
        let lines: Vec<_> = rows
            .iter()
            .map(|[name, ty, cell]| format!("{name:first$}  {ty:second$}  {cell}"))
            .collect();
        lines.join("\n")
    }

    fn variable_table(&self, variables: &[&Variable]) -> String {
        let rows: String = variables
            .iter()
            .map(|variable| {
                let [name, ty, cell] = self.variable_row(variable).map(|text| escape(&text));
                format!(
                    "<tr><td><code>{name}</code></td><td><code>{ty}</code></td><td>{cell}</td></tr>"
                )
            })
            .collect();
        format!(
            "<table><thead><tr><th>name</th><th>type</th><th>cell</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    }

    fn variable_row(&self, variable: &Variable) -> [String; 3] {
        let mutable = if variable.mutable { "mut " } else { "" };
        [
            format!("{mutable}{}", variable.name),
            self.readable_type(&variable.ty),
            variable.cell.to_string(),
        ]
    }

    /// A type without the paths that everybody knows.
    pub(super) fn readable_type(&self, ty: &str) -> String {
        let mut text = self.names.clean(ty).into_owned();
        for path in [
            "std::string::",
            "std::vec::",
            "std::option::",
            "std::result::",
            "std::boxed::",
            "std::ops::",
            "std::collections::",
            "std::sync::",
            "std::rc::",
            "wick::nn::",
            "wick::optim::",
            "wick::",
            "&'static ",
        ] {
            let short = if path.starts_with('&') { "&" } else { "" };
            text = text.replace(path, short);
        }
        text
    }

    async fn show_type(&mut self, cell: &CellText, expression: Range<usize>) -> Reply {
        if expression.is_empty() {
            return Err(other_error(
                "CommandError",
                "`:type` takes an expression: `:type x.shape()`".into(),
            ));
        }
        let map = generate_type_probe(cell, expression, &self.variables, &self.notebook);
        let job = Job {
            crate_name: "wick_cell",
            root: ROOT_FILE,
            map: &map,
            attributes: 0,
            opt_level: OptLevel::None,
            notebook: self.items.as_ref().filter(|_| !self.notebook.is_empty()),
            mir: true,
            metadata: false,
            code: false,
            recurs: false,
        };
        let compiled = match self
            .compiler
            .compile(&job, &mut CompileTiming::default())
            .await
        {
            Ok(compiled) => compiled,
            Err(Failed::Other(error)) => return Err(error),
            Err(Failed::Rejected(diagnostics)) => {
                return Err(self.rejected(self.mapped(&diagnostics, &map), &diagnostics));
            }
        };
        let text = compiled
            .mir()
            .map_err(|error| other_error("CacheError", error.to_string()))?;
        let ty = mir::read(&text).probed.unwrap_or_default();
        let ty = match mir::written(&ty) {
            Written::As(ty) | Written::Function(ty) => ty,
            Written::Closure(_) => "a closure".into(),
            Written::Not => ty,
        };
        self.say(Stream::Stdout, format!("{}\n", self.readable_type(&ty)));
        Ok(())
    }
}

fn help() -> String {
    let width = COMMANDS
        .iter()
        .map(|command| command.usage.len())
        .max()
        .unwrap_or(0);
    let lines = COMMANDS
        .iter()
        .map(|command| format!("{:width$}  {}\n", command.usage, command.help));
    format!(
        "A cell is Rust: items, statements, and a last expression without `;`, which is shown.\n\
         `use wick::prelude::*` is always there. Lines that start with `:` are commands:\n\n{}",
        lines.collect::<String>()
    )
}

fn unknown(name: &str) -> CellError {
    let near = nearest(name, names());
    let hint = near
        .map(|near| format!(" Did you mean `:{near}`?"))
        .unwrap_or_default();
    other_error(
        "CommandError",
        format!("there is no command `:{name}`.{hint} `:help` lists them."),
    )
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
