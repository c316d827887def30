//! What questions about code are answered from.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;

use super::super::NativeEngine;
use super::super::compile::Toolchain;
use super::super::notebook::Notebook;
use super::super::target::Target;
use super::super::variables::Variables;
use crate::engine::analyzer::{Analyzer, Project};
use crate::engine::diagnostics::Names;
use crate::engine::prelude::docs::Docs;

/// What a session knows at a moment. It owns all of it, so that it can answer while the session goes on.
#[derive(Clone)]
pub(in super::super) struct Known {
    pub(super) notebook: Notebook,
    pub(super) variables: Variables,
    pub(super) toolchain: Arc<Toolchain>,
    pub(super) project: Project,
    /// The one of the session.
    pub(super) analyzer: Arc<Mutex<Analyzer>>,
    names: Names,
    docs: Arc<OnceLock<Docs>>,
    target: Arc<Target>,
}

impl NativeEngine {
    /// What is known now.
    pub(in super::super) fn known(&self) -> Known {
        Known {
            notebook: self.notebook.clone(),
            variables: self.variables.clone(),
            toolchain: self.compiler.toolchain.clone(),
            project: self.project(),
            analyzer: self.analyzer.clone(),
            names: self.names.clone(),
            docs: self.docs.clone(),
            target: self.target.clone(),
        }
    }

    fn project(&self) -> Project {
        let prelude = &self.config.prelude;
        let externs = prelude.externs().into_iter().map(|(name, _)| name);
        let mut dylibs = self.dependencies.built().search;
        dylibs.push(prelude.deps_dir());
        Project {
            prelude: prelude.crate_list(),
            externs: externs.collect(),
            session: self.dependencies.project().map(|folder| (folder, dylibs)),
            sysroot: prelude.sysroot().map(ToOwned::to_owned),
            built: prelude.analyzer(),
            folder: self.config.cache.join("analyzer"),
        }
    }
}

impl Known {
    /// What is documented of the prelude; nothing in the first moments of a session.
    pub(super) fn docs(&self) -> Option<&Docs> {
        self.docs.get()
    }

    /// A type without the paths that everybody knows.
    pub(super) fn readable_type(&self, ty: &str) -> String {
        super::readable_type(&self.names, ty)
    }

    /// The folder that cells work in.
    pub(super) fn folder(&self) -> PathBuf {
        self.target.folder().unwrap_or_else(|| PathBuf::from("."))
    }
}
