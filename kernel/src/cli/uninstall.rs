//! `wick uninstall`

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::paths::Installation;

/// Remove what `wick install` has put in place.
///
/// The cache stays; `wick cache clear` removes that.
#[derive(Args)]
#[command(after_help = "Examples:
  wick uninstall                        from the user's own folders
  wick uninstall --prefix /opt/wick     from elsewhere")]
pub struct Uninstall {
    /// Where it was installed
    #[arg(long, value_name = "DIR", conflicts_with = "user")]
    prefix: Option<PathBuf>,
    /// From the user's own folders (the default)
    #[arg(long)]
    user: bool,
}

impl Uninstall {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let installation = Installation::at(self.prefix)?;
        let parts = [
            installation.kernelspec(),
            installation.evcxr_kernelspec(),
            installation.share(),
            installation.binary(),
        ];
        let mut any = false;
        for part in parts {
            if remove(&part)? {
                println!("removed {}", part.display());
                any = true;
            }
        }
        if !any {
            println!(
                "Wick is not installed under {}",
                installation.prefix().display()
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether there was something to remove.
fn remove(path: &Path) -> Result<bool> {
    let removed = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => Err(error),
    };
    removed.with_context(|| format!("cannot remove {}", path.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_removed_once() {
        let folder = tempfile::tempdir().unwrap();
        let (file, sub) = (folder.path().join("f"), folder.path().join("d"));
        std::fs::write(&file, "").unwrap();
        std::fs::create_dir_all(sub.join("e")).unwrap();
        assert!(remove(&file).unwrap() && remove(&sub).unwrap());
        assert!(!remove(&file).unwrap());
    }
}
