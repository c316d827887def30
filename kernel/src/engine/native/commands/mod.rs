//! What a cell can ask of the session itself: lines that start with `:`.

mod elsewhere;
mod program;
mod shell;
mod time;
mod vars;

pub(super) use elsewhere::{advise, magic};
pub(super) use program::Ran;
pub(super) use shell::script;

use std::ops::Range;

use serde_json::json;

use super::advice::nearest;
use super::compile::{CompileTiming, Failed, Job, OptLevel, other_error};
use super::generate::{ROOT_FILE, generate_type_probe};
use super::mir::{self, Written};
use super::{NativeEngine, assist, lex};
use crate::engine::source_map::CellText;
use crate::engine::{CellError, Event, MimeBundle, Reply, Stream};

/// A command: its name and what `:help` says of it.
struct Command {
    name: &'static str,
    usage: &'static str,
    help: &'static str,
}

/// Commands that belong together.
struct Group {
    title: &'static str,
    commands: &'static [Command],
}

const fn command(name: &'static str, usage: &'static str, help: &'static str) -> Command {
    Command { name, usage, help }
}

const GROUPS: [Group; 5] = [
    Group {
        title: "What is there",
        commands: &[
            command(
                "vars",
                ":vars",
                "the variables: type, shape, device, memory",
            ),
            command(
                "type",
                ":type EXPRESSION",
                "the type of an expression, without running it",
            ),
            command(
                "doc",
                ":doc NAME",
                "what is documented about a name; `NAME?` does the same",
            ),
            command(
                "security",
                ":security",
                "who can reach this session, and how many messages were refused",
            ),
            command(
                "explain",
                ":explain E0382",
                "the compiler's own account of an error code",
            ),
            command("help", ":help [NAME]", "this text, or what a command does"),
        ],
    },
    Group {
        title: "Crates and files",
        commands: &[
            command(
                "dep",
                ":dep NAME = \"VERSION\"",
                "use a crate: also { version, features, path, git }",
            ),
            command(
                "dep",
                ":dep --lock",
                "write wick.lock: notebooks beside it build exactly these versions",
            ),
            command(
                "load",
                ":load FILE.rs",
                "run a file as if its text stood here",
            ),
            command(
                "save",
                ":save FILE.rs or FOLDER",
                "the session as a program; as a folder, a cargo project",
            ),
            command(
                "sh",
                ":sh COMMAND",
                "run a shell command; a cell that starts with %%bash is a script",
            ),
            command(
                "env",
                ":env [NAME[=VALUE]]",
                "show or set environment variables of the cells",
            ),
        ],
    },
    Group {
        title: "Time and memory",
        commands: &[
            command(
                "time",
                ":time EXPRESSION",
                "run it once and say how long it took",
            ),
            command(
                "bench",
                ":bench EXPRESSION",
                "run it often and say how long it takes",
            ),
            command(
                "timing",
                ":timing [on|off]",
                "show where each cell's milliseconds go",
            ),
            command(
                "opt",
                ":opt [0|1|2|3|auto]",
                "how much cells are optimised; auto: those with loops",
            ),
            command(
                "memory",
                ":memory [SIZE|off]",
                "how much memory cells may take: 4G, 500M",
            ),
        ],
    },
    Group {
        title: "Going back",
        commands: &[
            command(
                "undo",
                ":undo [N]",
                "go back to before the last cell, or the last N",
            ),
            command(
                "checkpoint",
                ":checkpoint NAME",
                "name this moment; without a name, list those that have one",
            ),
            command("restore", ":restore NAME", "go back to a checkpoint"),
            command(
                "save-state",
                ":save-state FILE",
                "write all variables that can be written, and what they are made of",
            ),
            command(
                "load-state",
                ":load-state FILE [NAME …]",
                "read them again, in this session or another",
            ),
            command(
                "history",
                ":history",
                "the moments to go back to, what each cell made, what memory each holds",
            ),
            command(
                "snapshot",
                ":snapshot [on|off]",
                "whether variables survive a cell that crashes",
            ),
            command(
                "clear",
                ":clear",
                "forget all variables and items; dependencies stay",
            ),
        ],
    },
    Group {
        title: "For notebooks written for evcxr",
        commands: &[
            command(
                "sccache",
                ":sccache",
                "accepted, and not needed: compiled crates are kept anyway",
            ),
            command("cache", ":cache [SIZE]", "likewise"),
            command("linker", ":linker [NAME]", "likewise: Wick chooses"),
            command(
                "preserve_vars_on_panic",
                ":preserve_vars_on_panic",
                "likewise: always so",
            ),
            command(
                "last_compile_dir",
                ":last_compile_dir",
                "likewise: there is none",
            ),
            command(
                "toolchain",
                ":toolchain",
                "likewise: cells use the Rust that Wick was built with",
            ),
            command("efmt", ":efmt", "likewise"),
            command("quiet", ":quiet", "likewise"),
            command("quit", ":quit", "leave, at a console"),
        ],
    },
];

fn all() -> impl Iterator<Item = &'static Command> {
    GROUPS.iter().flat_map(|group| group.commands)
}

/// The name of a command, and what stands behind it.
pub(super) fn name_and_rest(command: &str) -> (&str, &str) {
    let text = command.trim();
    let text = text.strip_prefix(':').unwrap_or(text);
    match text.split_once(char::is_whitespace) {
        Some((name, rest)) => (name, rest.trim()),
        None => (text, ""),
    }
}

/// What `:help` says of a command.
pub(super) fn usage(name: &str) -> Option<(&'static str, &'static str)> {
    let found = all().find(|command| command.name == name)?;
    Some((found.usage, found.help))
}

/// The names of all commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|command| command.name)
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
        let (name, rest) = name_and_rest(&cell.text[range.clone()]);
        match name {
            "vars" => self.show_variables().await,
            "type" => {
                // `rest` is where the trimmed text ends.
                let end = range.start + cell.text[range.clone()].trim_end().len();
                self.show_type(cell, end - rest.len()..end).await
            }
            "timing" => self.set_timing(rest),
            "time" => self.time(cell, range, rest).await,
            "bench" => self.bench(cell, rest).await,
            "opt" => self.set_opt(rest),
            "env" => self.environment(cell, rest).await,
            "sh" => self.shell(rest).await,
            "explain" => self.explain(rest).await,
            "doc" => self.show_doc(rest).await,
            "load" => self.load_file(cell, rest).await,
            "save" => self.save(rest),
            "sccache"
            | "cache"
            | "linker"
            | "preserve_vars_on_panic"
            | "last_compile_dir"
            | "toolchain"
            | "efmt"
            | "quiet" => Ok(()),
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
            "help" if rest.is_empty() => {
                self.show(help(), Some(("text/html", help_html())));
                Ok(())
            }
            "help" => {
                let name = rest.trim_start_matches(':');
                let lines: Vec<_> = all().filter(|command| command.name == name).collect();
                if lines.is_empty() {
                    return Err(unknown(name));
                }
                self.say(Stream::Stdout, usages(lines.into_iter()));
                Ok(())
            }
            "quit" => {
                let leave = json!({ "source": "ask_exit", "keepkernel": false });
                let _ = self.events.send(Event::Payload(leave));
                Ok(())
            }
            _ => Err(unknown(name)),
        }
    }

    /// Shows a text, and another form of it to clients that know it.
    fn show(&self, plain: String, rich: Option<(&str, String)>) {
        let mut data = MimeBundle::new();
        data.insert("text/plain".into(), json!(plain));
        data.extend(rich.map(|(mime, text)| (mime.to_owned(), json!(text))));
        let _ = self.events.send(Event::Display {
            data,
            metadata: Default::default(),
            display_id: None,
            update: false,
        });
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

    /// A type without the paths that everybody knows.
    pub(super) fn readable_type(&self, ty: &str) -> String {
        assist::readable_type(&self.names, ty)
    }

    async fn show_type(&mut self, cell: &CellText, expression: Range<usize>) -> Reply {
        if expression.is_empty() {
            return Err(other_error(
                "CommandError",
                "`:type` takes an expression: `:type x.shape()`".into(),
            ));
        }
        let ty = self.type_of(cell, expression).await?;
        self.say(Stream::Stdout, format!("{ty}\n"));
        Ok(())
    }

    /// The type of an expression of the cell, as people write it.
    async fn type_of(
        &mut self,
        cell: &CellText,
        expression: Range<usize>,
    ) -> Result<String, CellError> {
        let mut words = lex::mentions(&cell.text[expression.clone()]);
        for variable in self.variables.iter() {
            if words.contains(variable.word()) {
                words.extend(lex::mentions(&variable.ty));
            }
        }
        let (notebook, items) = self.items_for(cell, &words).await?;
        let map = generate_type_probe(cell, expression, &self.variables, &notebook);
        let job = Job {
            crate_name: "wick_cell",
            root: ROOT_FILE,
            map: &map,
            attributes: 0,
            opt_level: OptLevel::None,
            notebook: items.as_ref(),
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
        Ok(self.readable_type(&ty))
    }
}

fn help() -> String {
    let width = all().map(|command| command.usage.len()).max().unwrap_or(0);
    let groups = GROUPS.iter().map(|group| {
        let lines = group.commands.iter();
        let lines = lines.map(|it| format!("  {:width$}  {}\n", it.usage, it.help));
        format!("{}\n{}", group.title, lines.collect::<String>())
    });
    format!(
        "A cell is Rust: items, statements, and a last expression without `;`, which is shown.\n\
         `use wick::prelude::*` is always there. Tab completes, Shift-Tab (or `name?`) tells what a name is.\n\
         Lines that start with `:` are commands:\n\n{}",
        groups.collect::<Vec<_>>().join("\n")
    )
}

/// What `:help NAME` says.
fn usages<'a>(commands: impl Iterator<Item = &'a Command>) -> String {
    let lines = commands.map(|it| format!("{}  {}\n", it.usage, it.help));
    lines.collect()
}

/// What `:help` shows where there is room for a table.
fn help_html() -> String {
    let groups = GROUPS.iter().map(|group| {
        let rows = group.commands.iter().map(|it| {
            let [usage, help] = [it.usage, it.help].map(escape);
            format!("<tr><td style=\"text-align:left\"><code>{usage}</code></td><td style=\"text-align:left\">{help}</td></tr>")
        });
        let title = group.title;
        let rows = rows.collect::<String>();
        format!("<tr><th colspan=\"2\" style=\"text-align:left\">{title}</th></tr>{rows}")
    });
    format!(
        "<p>A cell is Rust: items, statements, and a last expression without <code>;</code>, which is shown. \
         <code>use wick::prelude::*</code> is always there. Tab completes, Shift-Tab (or <code>name?</code>) tells \
         what a name is. Lines that start with <code>:</code> are commands:</p><table><tbody>{}</tbody></table>",
        groups.collect::<String>()
    )
}

fn command_error(message: String) -> CellError {
    other_error("CommandError", message)
}

pub(super) fn unknown(name: &str) -> CellError {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usage_begins_with_its_name() {
        for command in all() {
            let usage = command.usage.strip_prefix(':').unwrap();
            assert!(usage.starts_with(command.name), "{usage}");
            assert!(help().contains(command.usage));
        }
    }

    #[test]
    fn a_typo_is_corrected() {
        assert!(unknown("hlep").evalue.contains("Did you mean `:help`?"));
        assert!(unknown("var").evalue.contains("Did you mean `:vars`?"));
    }
}
