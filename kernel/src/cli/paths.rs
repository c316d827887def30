//! Where things are installed and kept.

use std::env;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// An installation of Wick, as `wick install` lays it out.
#[derive(Debug, Clone)]
pub struct Installation {
    prefix: PathBuf,
    /// Where Jupyter's part goes.
    data: PathBuf,
}

impl Installation {
    /// The one below `prefix`; without one, the user's own, which is below `~/.local` but has its kernelspec
    /// where Jupyter looks for it.
    pub fn at(prefix: Option<PathBuf>) -> Result<Self> {
        match prefix {
            Some(prefix) => {
                let prefix = std::path::absolute(&prefix)
                    .with_context(|| format!("`{}` is not a folder", prefix.display()))?;
                let data = prefix.join("share");
                Ok(Self { prefix, data })
            }
            None => {
                let prefix = home()?.join(".local");
                let data = absolute_from("XDG_DATA_HOME").unwrap_or_else(|| prefix.join("share"));
                Ok(Self { prefix, data })
            }
        }
    }

    /// Everything but the kernelspec is below this folder.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The command.
    pub fn binary(&self) -> PathBuf {
        self.prefix.join("bin/wick")
    }

    /// What cells are compiled against.
    pub fn share(&self) -> PathBuf {
        self.prefix.join("share/wick")
    }

    /// What tells Jupyter of the kernel.
    pub fn kernelspec(&self) -> PathBuf {
        self.data.join("jupyter/kernels/wick")
    }

    /// The same for the kernel on evcxr's engine, which only a build with the feature `evcxr` has.
    pub fn evcxr_kernelspec(&self) -> PathBuf {
        self.data.join("jupyter/kernels/wick-evcxr")
    }
}

/// Where compiled cells are kept.
pub fn cache() -> Result<PathBuf> {
    if let Some(cache) = env::var_os("WICK_CACHE").filter(|cache| !cache.is_empty()) {
        return std::path::absolute(cache).context("WICK_CACHE is not a folder");
    }
    match absolute_from("XDG_CACHE_HOME") {
        Some(cache) => Ok(cache.join("wick")),
        None => Ok(home()?.join(".cache/wick")),
    }
}

/// Where what was typed is remembered for later sessions; `None` where there is no such place.
pub fn history() -> Option<PathBuf> {
    let state = match absolute_from("XDG_STATE_HOME") {
        Some(state) => state,
        None => home().ok()?.join(".local/state"),
    };
    Some(state.join("wick/history.sqlite"))
}

fn home() -> Result<PathBuf> {
    env::home_dir()
        .filter(|home| home.is_absolute())
        .context("there is no home folder: set HOME")
}

/// As the XDG specification wants it, a relative path counts as none.
fn absolute_from(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_owned()
}

/// Writes a whole file or nothing; who reads it meanwhile sees the old one. Missing folders are made.
pub fn write_atomically(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    let write = || -> Result<()> {
        let folder = parent(path);
        std::fs::create_dir_all(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(content)?;
        file.as_file()
            .set_permissions(std::fs::Permissions::from_mode(mode))?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// The size of everything below `path`, in bytes and files. What cannot be read counts as nothing.
pub fn size(path: &Path) -> (u64, usize) {
    let Ok(metadata) = path.symlink_metadata() else {
        return (0, 0);
    };
    if !metadata.is_dir() {
        return (metadata.len(), 1);
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        return (0, 0);
    };
    entries.flatten().fold((0, 0), |(bytes, files), entry| {
        let (more_bytes, more_files) = size(&entry.path());
        (bytes + more_bytes, files + more_files)
    })
}

/// A number of bytes as a person reads it.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1000.;
    let mut units = UNITS.iter();
    let mut unit = units.next().expect("there are units");
    while value >= 999.5
        && let Some(larger) = units.next()
    {
        value /= 1000.;
        unit = larger;
    }
    let digits = if value < 9.95 { 1 } else { 0 };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9_960, "10 kB"),
            (999_600, "1.0 MB"),
            (1_500_000_000, "1.5 GB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn folders_are_added_up() {
        let folder = tempfile::tempdir().unwrap();
        write_atomically(&folder.path().join("a/b/one"), b"1234", 0o644).unwrap();
        write_atomically(&folder.path().join("a/two"), b"12", 0o755).unwrap();
        assert_eq!(size(folder.path()), (6, 2));
        assert_eq!(size(&folder.path().join("none")), (0, 0));
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_atomically(&path, b"old", 0o644).unwrap();
        write_atomically(&path, b"new", 0o755).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o755);
        let error = write_atomically(&path.join("below"), b"", 0o644).unwrap_err();
        assert!(error.to_string().starts_with("cannot write"), "{error}");
    }
}
