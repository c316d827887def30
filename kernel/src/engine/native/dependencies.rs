//! `:dep` lines: crates that later cells may name.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::NativeEngine;
use super::compile::other_error;
use super::evaluate::interrupted_error;
use super::names::Names;
use crate::engine::deps::{Built, DependencySpec, Progress};
use crate::engine::{Event, MimeBundle, Reply, Stream};

impl NativeEngine {
    /// Builds and loads what `lines` ask for, all or nothing, with a line of progress that is updated.
    pub(super) async fn add_dependencies(&mut self, lines: &[&str]) -> Reply {
        let (locks, lines): (Vec<&str>, Vec<&str>) =
            lines.iter().copied().partition(|line| asks_for_lock(line));
        if !lines.is_empty() {
            self.build_dependencies(&lines).await?;
        }
        if !locks.is_empty() {
            let file = self.dependencies.pin()?;
            let file = file.display();
            let told = format!("From now on notebooks here build only what {file} lists.\n");
            self.say(Stream::Stdout, told);
        }
        Ok(())
    }

    async fn build_dependencies(&mut self, lines: &[&str]) -> Reply {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let specs = lines.iter().map(|line| {
            let line = line.trim();
            DependencySpec::parse(line.strip_prefix(":dep").unwrap_or(line).trim(), &folder)
        });
        let specs: Vec<_> = specs.collect::<Result<_, _>>()?;
        let id = format!("wick-dep-{}", uuid::Uuid::new_v4().simple());
        let events = self.events.clone();
        let mut shown = false;
        let mut progress = |progress: Progress| {
            let event = line(&progress.to_string(), &id, shown);
            shown = true;
            let _ = events.send(event);
        };
        let compiling = self.compiling.clone();
        let built = tokio::select! {
            built = self.dependencies.add(&specs, &mut progress) => built,
            () = compiling.notified() => Err(interrupted_error("while dependencies were being built")),
        };
        if shown {
            let names: Vec<_> = specs.iter().map(DependencySpec::name).collect();
            let names = names.join(", ");
            let last = if built.is_ok() {
                format!("Ready: {names}")
            } else {
                format!("Not added: {names}")
            };
            let _ = self.events.send(line(&last, &id, true));
        }
        self.use_dependencies(built?).await
    }

    async fn use_dependencies(&mut self, built: Built) -> Reply {
        // What is loaded already is found to be so by the dynamic linker.
        self.load(built.libraries)
            .await
            .map_err(|reason| other_error("LoadError", reason))?;
        let toolchain = Arc::make_mut(&mut self.compiler.toolchain);
        let own = self.config.prelude.externs();
        toolchain.externs = own
            .into_iter()
            .filter(|(name, _)| !built.externs.iter().any(|(other, _)| other == name))
            .collect();
        toolchain.externs.extend(built.externs);
        toolchain.search = built.search;
        if toolchain.search.is_empty() {
            toolchain.search.push(self.config.prelude.deps_dir());
        }
        self.names_of_types = Names::read(&self.config.cache, &self.compiler.toolchain);
        self.expect_cells();
        Ok(())
    }
}

/// Whether a line is `:dep --lock`.
fn asks_for_lock(line: &str) -> bool {
    line.split_whitespace().eq([":dep", "--lock"])
}

/// A line that replaces the one before.
fn line(text: &str, id: &str, update: bool) -> Event {
    let mut data = MimeBundle::new();
    data.insert("text/plain".into(), json!(text));
    Event::Display {
        data,
        metadata: Default::default(),
        display_id: Some(id.to_string()),
        update,
    }
}
