//! `wick new`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::paths::write_atomically;
use crate::jupyter::language_info;

/// Start a notebook.
///
/// Writes NAME.ipynb with the kernel chosen and a first cell. An existing file is left alone.
#[derive(Args)]
#[command(after_help = "Examples:
  wick new experiment          writes experiment.ipynb
  wick new notes/ideas.ipynb   folders are made as needed")]
pub struct New {
    /// The notebook's name, with or without .ipynb
    name: PathBuf,
}

impl New {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let mut path = self.name;
        if path.extension().is_none_or(|it| it != "ipynb") {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            ensure!(
                !name.is_empty(),
                "`{}` is not a name for a notebook",
                path.display()
            );
            name.push(".ipynb");
            path.set_file_name(name);
        }
        ensure!(!path.exists(), "{} exists already", path.display());
        let title = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut text = serde_json::to_string_pretty(&notebook(&title))?;
        text.push('\n');
        write_atomically(&path, text.as_bytes(), 0o644)?;
        println!("wrote {0}; open it with: jupyter lab {0}", path.display());
        Ok(ExitCode::SUCCESS)
    }
}

fn notebook(title: &str) -> Value {
    json!({
        "cells": [
            {
                "cell_type": "markdown",
                "id": "title",
                "metadata": {},
                "source": [format!("# {title}")],
            },
            {
                "cell_type": "code",
                "execution_count": null,
                "id": "first",
                "metadata": {},
                "outputs": [],
                "source": [
                    "let x = tensor!([[1., 2.], [3., 4.]]).requires_grad_(true);\n",
                    "let y = (&x * &x).sum();\n",
                    "y.backward();\n",
                    "x.grad()",
                ],
            },
        ],
        "metadata": {
            "kernelspec": { "display_name": "Rust (Wick)", "language": "rust", "name": "wick" },
            "language_info": language_info(""),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gets_its_ending_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("a/v1.2");
        New { name: name.clone() }.run().unwrap();
        let text = std::fs::read_to_string(folder.path().join("a/v1.2.ipynb")).unwrap();
        let notebook: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(notebook["cells"][0]["source"][0], "# v1.2");
        assert!(New { name }.run().is_err());
    }
}
