//! `wick cache`

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::paths;

/// Show or clear what Wick keeps between sessions.
///
/// Compiled cells are kept so that a cell that was compiled before runs at once, in any notebook. They take up to
/// 1 GB; what was not used for longest makes room. Clearing costs time, never data.
#[derive(Args)]
#[command(after_help = "Examples:
  wick cache          where the cache is, how large, what is in it
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
    list_cells(&folder.join("cells"));
}

/// How many of the newest cells are listed.
const LISTED: usize = 20;

/// The compiled cells, the last used first, each by its first line.
fn list_cells(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut cells: Vec<_> = entries
        .filter_map(|entry| {
            let used = entry.path().join("messages.jsonl").metadata().ok()?;
            Some((used.modified().ok()?, entry.path()))
        })
        .collect();
    if cells.is_empty() {
        return;
    }
    cells.sort();
    println!("\n{} compiled, the last used first:", cells.len());
    for (used, path) in cells.iter().rev().take(LISTED) {
        let age = used.elapsed().unwrap_or_default();
        let (bytes, _) = paths::size(path);
        let line = first_line(path);
        println!("  {:>7}  {:>8}  {line}", ago(age), paths::bytes(bytes));
    }
    if cells.len() > LISTED {
        println!("  … and {} more", cells.len() - LISTED);
    }
}

/// The first line of the user's that a compiled cell was made of; items say how many cells they come from.
fn first_line(cell: &Path) -> String {
    let Ok(text) = std::fs::read_to_string(cell.join("cell")) else {
        return "(items)".to_owned();
    };
    let text = text.trim_start_matches('{');
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(60).collect()
}

fn ago(age: std::time::Duration) -> String {
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds @ 3600..86400 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86400),
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
