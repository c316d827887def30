//! `:save-state` and `:load-state`: the variables of a session, its items and its dependencies in a file.
//!
//! What a variable's type can do only the compiler knows, so a cell is generated that writes or reads them through
//! `wick::state`. The file is complete or not there: it gets its name at the end.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::NativeEngine;
use super::compile::other_error;
use super::memory::Bytes;
use super::session_text::ItemText;
use super::timing::Phases;
use super::variables::Variable;
use crate::engine::source_map::CellText;
use crate::engine::{Cell, CellError, Reply, Stream};

/// The entry that is the kernel's: what it knows of the session.
const SESSION: &str = "session.json";

/// The entry that the generated cell writes last.
const SAVED: &str = "saved.json";

/// What the kernel knows of a session, in words that another one understands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Session {
    /// The version of Wick.
    wick: String,
    /// What stood behind each `:dep`.
    dependencies: Vec<(String, String)>,
    uses: Vec<String>,
    items: Vec<ItemText>,
    variables: Vec<Saved>,
}

/// A variable as it is in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Saved {
    name: String,
    ty: String,
    mutable: bool,
    /// Whether it may refer to text.
    refers: bool,
    form: Form,
}

/// As `wick::state` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Form {
    Value,
    Weights,
    State,
    Missing(String),
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    form: Form,
}

impl NativeEngine {
    /// `:save-state FILE`.
    pub(super) async fn save_state(&mut self, cell: &CellText, file: &str) -> Reply {
        if file.is_empty() {
            return Err(error("`:save-state` takes the name of a file".into()));
        }
        let path = self.of_session(file);
        let folder = path.parent().unwrap_or(Path::new("."));
        let partial = tempfile::NamedTempFile::new_in(folder).map_err(|failed| {
            // What tempfile says besides is the name of a file that nobody asked for.
            let system = failed.get_ref().and_then(std::error::Error::source);
            cannot_write(
                file,
                &system.map_or(failed.to_string(), ToString::to_string),
            )
        })?;
        let saved = self.write_state(cell, partial.path()).await?;
        let bytes = partial.as_file().metadata().map_or(0, |it| it.len());
        let named = partial.persist(&path);
        named.map_err(|failed| cannot_write(file, &failed.error))?;
        self.say(
            Stream::Stdout,
            format!("{file} ({}) {}", Bytes(bytes), holds(&saved)),
        );
        self.say_missing(&saved);
        Ok(())
    }

    /// Names what was not saved, and why.
    pub(super) fn say_missing(&self, saved: &[Saved]) {
        for variable in saved {
            if let Form::Missing(why) = &variable.form {
                let ty = self.readable_type(&variable.ty);
                let line = format!("not saved: `{}` ({ty}): {why}\n", variable.name);
                self.say(Stream::Stdout, line);
            }
        }
    }

    /// Writes the state to a file that is there already.
    pub(super) async fn write_state(
        &mut self,
        cell: &CellText,
        path: &Path,
    ) -> Result<Vec<Saved>, CellError> {
        let variables: Vec<Variable> = self.variables.iter().cloned().collect();
        let mut code = String::from(
            "{ use ::wick::state::{Save, ViaModule as _, ViaNothing as _, ViaOptimizer as _, ViaSchedule as _, ViaValue as _};\n",
        );
        let _ = writeln!(
            code,
            "::wick::state::save({}, &mut |writer| {{",
            quoted(path)
        );
        for Variable { name, .. } in &variables {
            let _ = writeln!(code, "(&&&&&Save(&{name})).save(writer, {name:?})?;");
        }
        code += "::core::result::Result::Ok(())\n})?; }";
        let stands = (self.changed, self.last_cell, self.cell_before);
        self.evaluate_ours(cell, code).await?;
        // Nothing has changed by that.
        (self.changed, self.last_cell, self.cell_before) = stands;

        let entries: Vec<Entry> = read_json(path, "the file", SAVED)?;
        let form = |variable: &Variable| {
            let entry = entries.iter().find(|entry| entry.name == variable.name);
            match entry.map(|entry| entry.form.clone()) {
                Some(Form::Missing(why)) if why.is_empty() => Form::Missing(reason(variable)),
                Some(form) => form,
                None => Form::Missing("the cell did not come to it".into()),
            }
        };
        let saved = variables.iter().map(|variable| Saved {
            name: variable.name.clone(),
            ty: variable.ty.clone(),
            mutable: variable.mutable,
            refers: variable.ty.contains('&') || !variable.made_of.is_empty(),
            form: form(variable),
        });
        let session = Session {
            wick: env!("CARGO_PKG_VERSION").into(),
            dependencies: self
                .dependencies
                .specs()
                .iter()
                .map(|spec| (spec.name().to_owned(), spec.to_string()))
                .collect(),
            uses: self.notebook.uses.texts(),
            items: self.notebook.item_texts(),
            variables: saved.collect(),
        };
        append_json(path, SESSION, &session)
            .map_err(|source| cannot_write("the state", &source))?;
        Ok(session.variables)
    }

    /// `:load-state FILE [NAME …]`.
    pub(super) async fn load_state(&mut self, cell: &CellText, argument: &str) -> Reply {
        let (file, names) = file_and_names(argument, |file| self.of_session(file).is_file());
        if file.is_empty() {
            return Err(error("`:load-state` takes the name of a file".into()));
        }
        let path = self.of_session(file);
        self.read_state(cell, &path, file, &names, &format!(":load-state {file}"))
            .await
    }

    /// Reads these variables, or all if there are no names, from a file that people call `file` and that the command
    /// `again` reads.
    pub(super) async fn read_state(
        &mut self,
        cell: &CellText,
        path: &Path,
        file: &str,
        names: &[&str],
        again: &str,
    ) -> Reply {
        let session: Session = read_json(path, file, SESSION)?;
        let is_held = |saved: &&Saved| !matches!(saved.form, Form::Missing(_));
        let held = session.variables.iter().filter(is_held);
        let held: Vec<&str> = held.map(|saved| saved.name.as_str()).collect();
        if let Some(name) = names.iter().find(|name| !held.contains(name)) {
            let held = held.join(", ");
            return Err(error(format!("{file} holds no `{name}`; it holds {held}")));
        }
        self.load_session(cell, &session).await?;

        let wanted = |saved: &&Saved| names.is_empty() || names.contains(&saved.name.as_str());
        let (mut loaded, mut waiting) = (Vec::new(), Vec::new());
        for saved in session.variables.iter().filter(wanted) {
            let there = self.variables.get(&saved.name).is_some();
            match saved.form {
                Form::Value => loaded.push(saved.clone()),
                Form::Weights | Form::State if there => loaded.push(saved.clone()),
                Form::Weights | Form::State => waiting.push(saved),
                Form::Missing(_) => {}
            }
        }
        if !loaded.is_empty() {
            let code = loading(path, &loaded);
            self.evaluate_ours(cell, code).await?;
        }
        self.say(Stream::Stdout, format!("{file}: {}", holds(&loaded)));
        for Saved { name, ty, form, .. } in waiting {
            let ty = self.readable_type(ty);
            let what = if *form == Form::Weights {
                "weights"
            } else {
                "state"
            };
            let line = format!(
                "waiting: the {what} of `{name}` ({ty}); make such a variable, then `{again}` once more\n"
            );
            self.say(Stream::Stdout, line);
        }
        Ok(())
    }

    /// Takes over the dependencies, items and `use`s of a saved session that this one does not have.
    async fn load_session(&mut self, cell: &CellText, saved: &Session) -> Reply {
        let here: Vec<_> = self
            .dependencies
            .specs()
            .iter()
            .map(|spec| spec.name())
            .collect();
        let lines = saved.dependencies.iter();
        let lines: Vec<String> = lines
            .filter(|(name, _)| !here.contains(&name.as_str()))
            .map(|(_, line)| line.clone())
            .collect();
        if !lines.is_empty() {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            self.add_dependencies(&lines).await?;
        }
        let code = self.notebook.lacks(&saved.uses, &saved.items);
        if code.is_empty() {
            return Ok(());
        }
        self.evaluate_ours(cell, code).await
    }

    /// Runs code of our own as a part of the cell. What goes wrong is told without its lines.
    async fn evaluate_ours(&mut self, cell: &CellText, code: String) -> Reply {
        let cell = Cell::new(cell.id, code);
        let outlines = self.outlines.clone();
        let reply = Box::pin(self.evaluate_cell(&cell, &mut Phases::start())).await;
        self.outlines = outlines;
        reply.map_err(|failed| match failed.ename.as_str() {
            "Interrupted" | "OutOfMemory" => failed,
            _ => error(failed.evalue),
        })
    }

    /// A path as the cells see it: they may have changed their folder.
    fn of_session(&self, file: &str) -> PathBuf {
        let folder = self.runtime.folder();
        folder.unwrap_or_default().join(file)
    }
}

/// The cell that reads variables, all or nothing.
fn loading(path: &Path, loaded: &[Saved]) -> String {
    let values = || loaded.iter().filter(|saved| saved.form == Form::Value);
    let (mut pattern, mut types, mut reads) = (String::new(), String::new(), String::new());
    for Saved {
        name,
        ty,
        mutable,
        refers,
        ..
    } in values()
    {
        let _ = write!(pattern, "{}{name}, ", if *mutable { "mut " } else { "" });
        let _ = write!(types, "{ty}, ");
        let load = if *refers { "LoadForever" } else { "Load" };
        let _ = writeln!(
            reads,
            "(&&::wick::state::{load}::<{ty}>::new()).load(reader, {name:?})?,"
        );
    }
    let mut states = String::new();
    for form in [Form::Weights, Form::State] {
        for Saved { name, .. } in loaded.iter().filter(|saved| saved.form == form) {
            let _ = writeln!(
                states,
                "(&&&&::wick::state::Fill(&{name})).load(reader, {name:?})?;"
            );
        }
    }
    format!(
        "let ({pattern}): ({types}) = {{ use ::wick::state::{{IntoModule as _, IntoNothing as _, IntoOptimizer as _, IntoSchedule as _, LoadNothing as _, LoadValue as _}};\n\
         ::wick::state::load({}, |reader| {{ let values = (\n{reads});\n{states}::core::result::Result::Ok(values) }})? }};",
        quoted(path)
    )
}

/// The file and the names behind a command; a file with spaces is taken if it is there.
fn file_and_names(argument: &str, exists: impl Fn(&str) -> bool) -> (&str, Vec<&str>) {
    if exists(argument) {
        return (argument, Vec::new());
    }
    let mut ends: Vec<_> = argument.match_indices(' ').map(|(at, _)| at).collect();
    ends.reverse();
    let end = ends.iter().find(|end| exists(&argument[..**end]));
    let end = end.or(ends.last()).copied().unwrap_or(argument.len());
    (
        &argument[..end],
        argument[end..].split_whitespace().collect(),
    )
}

/// What a file holds, or what came out of it.
pub(super) fn holds(saved: &[Saved]) -> String {
    let named = |form: Form| {
        let names = saved.iter().filter(|saved| saved.form == form);
        names
            .map(|saved| format!("`{}`", saved.name))
            .collect::<Vec<_>>()
    };
    let mut parts = named(Form::Value);
    for (what, form) in [("weights", Form::Weights), ("state", Form::State)] {
        let names = named(form);
        if !names.is_empty() {
            parts.push(format!("the {what} of {}", names.join(", ")));
        }
    }
    if parts.is_empty() {
        return "no variables\n".into();
    }
    format!("{}\n", parts.join(", "))
}

/// Why a type cannot be saved.
fn reason(variable: &Variable) -> String {
    let ty = &variable.ty;
    let boxed = ty.contains("dyn ")
        && ["Fn(", "FnMut(", "FnOnce("]
            .iter()
            .any(|it| ty.contains(it));
    if boxed || ty.starts_with("fn(") || ty.starts_with("for<") {
        return "functions cannot be saved; run its cell again".into();
    }
    let own: Vec<_> = variable
        .made_of
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if own.is_empty() {
        return "its type has no `Serialize` and `Deserialize`".into();
    }
    format!(
        "`#[derive(Serialize, Deserialize)]` on {} lets it be saved",
        own.join(", ")
    )
}

fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

fn read_json<T: for<'de> Deserialize<'de>>(
    path: &Path,
    called: &str,
    entry: &str,
) -> Result<T, CellError> {
    let failed = |why: &dyn std::fmt::Display| error(format!("{called} is no saved state ({why})"));
    let file =
        File::open(path).map_err(|source| error(format!("{called} cannot be read: {source}")))?;
    let mut archive = ZipArchive::new(file).map_err(|why| failed(&why))?;
    let entry = archive.by_name(entry).map_err(|why| failed(&why))?;
    serde_json::from_reader(entry).map_err(|why| failed(&why))
}

fn append_json<T: Serialize>(path: &Path, entry: &str, value: &T) -> std::io::Result<()> {
    let file = File::options().read(true).write(true).open(path)?;
    let mut archive = ZipWriter::new_append(file)?;
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file(entry, options)?;
    archive.write_all(&serde_json::to_vec(value)?)?;
    archive.finish()?.sync_all()
}

fn cannot_write(file: &str, source: &dyn std::fmt::Display) -> CellError {
    error(format!("{file} cannot be written: {source}"))
}

fn error(message: String) -> CellError {
    other_error("StateError", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_spaces_and_names_may_follow() {
        let exists = |file: &str| file == "my state" || file == "s";
        assert_eq!(file_and_names("my state", exists), ("my state", vec![]));
        assert_eq!(
            file_and_names("my state x y", exists),
            ("my state", vec!["x", "y"])
        );
        assert_eq!(file_and_names("s x", exists), ("s", vec!["x"]));
        assert_eq!(file_and_names("other x", exists), ("other", vec!["x"]));
    }
}
