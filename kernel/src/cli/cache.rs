//! `wick cache`

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::paths;

/// Show or clear what Wick keeps between sessions.
///
/// Compiled cells are kept so that a cell that was compiled before runs at once. Clearing costs time, never
/// data.
#[derive(Args)]
#[command(after_help = "Examples:
  wick cache          where the cache is and how large
  wick cache clear    remove it")]
pub struct Cache {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Remove everything that is kept.
    Clear,
}

impl Cache {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let folder = paths::cache()?;
        match self.action {
            None => show(&folder),
            Some(Action::Clear) => clear(&folder)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(folder: &Path) {
    let (bytes, files) = paths::size(folder);
    println!(
        "{}: {} in {}",
        folder.display(),
        paths::bytes(bytes),
        counted(files)
    );
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut parts: Vec<_> = entries
        .flatten()
        .map(|entry| (entry.file_name(), paths::size(&entry.path())))
        .collect();
    parts.sort();
    for (name, (bytes, files)) in parts {
        let name = name.to_string_lossy();
        println!(
            "  {name:<20} {:>8} in {}",
            paths::bytes(bytes),
            counted(files)
        );
    }
}

fn counted(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        _ => format!("{files} files"),
    }
}

fn clear(folder: &Path) -> Result<()> {
    let (bytes, _) = paths::size(folder);
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", folder.display()));
        }
        _ => println!("{}: removed {}", folder.display(), paths::bytes(bytes)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clearing_twice_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("wick");
        paths::write_atomically(&cache.join("cells/a.so"), b"x", 0o644).unwrap();
        clear(&cache).unwrap();
        assert!(!cache.exists());
        clear(&cache).unwrap();
    }
}
