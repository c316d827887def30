//! The files of data sets: fetched from the first server that has them, checked, and taken out of their archives.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::error::{Error, Result};
use crate::hub::{Expected, LineProgress, download};

/// Whether the file is there and has this MD5 sum: torchvision's `check_integrity`.
pub(super) fn is_intact(path: &Path, md5: &str) -> bool {
    let expected = Expected::Md5(md5.to_owned());
    let sum = || expected.verify(&mut File::open(path)?);
    matches!(sum(), Ok(Ok(())))
}

/// Fetches the file `name` into `folder` from the first of the servers that has it, unless it is there.
pub(super) fn fetch(servers: &[String], name: &str, md5: &str, folder: &Path) -> Result<()> {
    let path = folder.join(name);
    if is_intact(&path, md5) {
        return Ok(());
    }
    // What is wrong must not be taken for right.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&path, &error)),
        _ => {}
    }
    // Unlike what is kept for PyTorch, the folder is the user's own affair.
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let expected = Expected::Md5(md5.to_owned());
    let mut errors = String::new();
    for server in servers {
        let url = format!("{server}{name}");
        let mut progress = LineProgress::new(name);
        match download(url.as_str().into(), &path, &expected, &mut progress) {
            Ok(()) => return Ok(()),
            Err(error) => errors.push_str(&format!("Tried {server}, got:\n{error}\n")),
        }
    }
    Err(Error::runtime(format!(
        "Error downloading {name}:\n{errors}"
    )))
}

/// Takes what a `.gz` file holds out of it, beside it.
pub(super) fn gunzip(folder: &Path, name: &str) -> Result<()> {
    let from = folder.join(name);
    let to = folder.join(name.strip_suffix(".gz").unwrap_or(name));
    let unpack = || {
        let mut file = tempfile::Builder::new()
            .permissions(readable())
            .tempfile_in(folder)?;
        io::copy(&mut GzDecoder::new(File::open(&from)?), &mut file)?;
        file.persist(&to).map_err(|error| error.error)
    };
    unpack().map(drop).map_err(|error| failed(&from, &error))
}

fn readable() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o644)
}

/// Takes all files out of a `.tar.gz`. What would land outside of `folder` is left out.
pub(super) fn untar(folder: &Path, name: &str) -> Result<()> {
    let path = folder.join(name);
    let unpack = || tar::Archive::new(GzDecoder::new(File::open(&path)?)).unpack(folder);
    unpack().map_err(|error| failed(&path, &error))
}

pub(super) fn failed(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::runtime(format!("{}: {error}", path.display()))
}
