//! A file that is not all here yet.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Expected, HubError};

/// How often one that waits for another process looks whether it is done.
const WAIT: Duration = Duration::from_millis(50);

/// `NAME.partial` beside the place of `NAME`, locked for this process.
pub(super) struct Partial {
    file: File,
    len: u64,
    path: PathBuf,
    target: PathBuf,
    /// Whether another call may go on with it.
    lasting: bool,
}

impl Partial {
    /// Opens what is there of the file, or begins it; without `lasting`, it is begun anew and taken away if it does not
    /// become complete. `None` if another process has fetched the file meanwhile.
    pub fn open(target: &Path, lasting: bool) -> Result<Option<Self>, HubError> {
        let failed = |error| HubError::write(target, error);
        let folder = target.parent().unwrap_or(Path::new("."));
        create_private(folder).map_err(|error| HubError::write(folder, error))?;
        let mut path = target.as_os_str().to_owned();
        path.push(".partial");
        let path = PathBuf::from(path);
        let mut waited = false;
        loop {
            let file = open(&path).map_err(failed)?;
            while let Err(error) = file.try_lock() {
                match error {
                    TryLockError::WouldBlock => waited = true,
                    TryLockError::Error(error) => return Err(failed(error)),
                }
                wick_runtime::interrupt::check();
                std::thread::sleep(WAIT);
            }
            // Whoever had the lock before has given the file its name, or taken it away.
            if !is_same(&file, &path) {
                if waited && target.is_file() {
                    return Ok(None);
                }
                continue;
            }
            let len = file.metadata().map_err(failed)?.len();
            let mut partial = Self {
                file,
                len,
                path,
                target: target.to_owned(),
                lasting,
            };
            match lasting {
                true => drop(partial.file.seek(SeekFrom::End(0)).map_err(failed)?),
                false => partial.clear()?,
            }
            return Ok(Some(partial));
        }
    }

    /// How many bytes are here.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Takes away what is here.
    pub fn truncate(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.len = 0;
        Ok(())
    }

    /// [`truncate`](Self::truncate), with an error that names the file.
    pub fn clear(&mut self) -> Result<(), HubError> {
        self.truncate()
            .map_err(|error| HubError::write(&self.target, error))
    }

    /// Whether this is what was expected of `url`.
    pub fn check(&mut self, url: &str, expected: &Expected) -> Result<(), HubError> {
        let digest = |file: &mut File| {
            file.seek(SeekFrom::Start(0))?;
            expected.verify(file)
        };
        match digest(&mut self.file).map_err(|error| HubError::write(&self.target, error))? {
            Ok(()) => Ok(()),
            Err(found) => Err(HubError::Checksum {
                url: url.to_owned(),
                algorithm: expected.algorithm(),
                expected: expected.digits().to_owned(),
                found,
            }),
        }
    }

    /// It is not to be gone on with.
    pub fn discard(&mut self) {
        self.lasting = false;
    }

    /// Gives the file its name.
    pub fn keep(mut self) -> Result<(), HubError> {
        let name = || {
            readable_by_all(&self.file)?;
            self.file.sync_all()?;
            fs::rename(&self.path, &self.target)
        };
        name().map_err(|error| HubError::write(&self.target, error))?;
        // There is nothing under the old name any more.
        self.lasting = true;
        Ok(())
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.len += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.lasting {
            // What stays is only in the way.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
    }
    options.open(path)
}

/// Makes a folder and those above it that lack, for nobody else to look into.
pub(super) fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Unfinished files are private; one in a cache is not, unless its folder is.
fn readable_by_all(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// Whether the open file still has this path.
fn is_same(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let same = |a: &fs::Metadata, b: &fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
        matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(a), Ok(b)) if same(&a, &b))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.is_file()
    }
}
