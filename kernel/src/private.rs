//! Folders that nobody else can look into.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

/// The owner's rights, and nobody else's.
pub const MODE: u32 = 0o700;

/// Makes `folder`, and what is missing above it, for this user alone. One that is there already and open to others is
/// closed; the folders above it stay as they are.
///
/// # Errors
/// When it cannot be made, or belongs to somebody else, who could put anything into it.
pub fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(MODE)
        .create(folder)?;
    let metadata = fs::metadata(folder)?;
    if metadata.uid() != nix::unistd::geteuid().as_raw() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the folder belongs to another user",
        ));
    }
    if metadata.mode() & 0o777 != MODE {
        fs::set_permissions(folder, Permissions::from_mode(MODE))?;
    }
    Ok(())
}

/// Whether `folder` is this user's and closed to all others.
pub fn is_private(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|metadata| {
        metadata.is_dir()
            && metadata.uid() == nix::unistd::geteuid().as_raw()
            && metadata.mode() & 0o077 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(folder: &Path) -> u32 {
        fs::metadata(folder).unwrap().mode() & 0o777
    }

    #[test]
    fn everything_that_is_made_is_closed() {
        let root = tempfile::tempdir().unwrap();
        let (above, below) = (root.path().join("a"), root.path().join("a/b"));
        make(&below).unwrap();
        assert_eq!((mode(&above), mode(&below)), (0o700, 0o700));
        assert!(is_private(&below));
    }

    #[test]
    fn one_that_was_open_is_closed_but_not_what_is_around_it() {
        let root = tempfile::tempdir().unwrap();
        let (above, below) = (root.path().join("a"), root.path().join("a/b"));
        fs::create_dir_all(&below).unwrap();
        for folder in [&above, &below] {
            fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
        }
        assert!(!is_private(&below));
        make(&below).unwrap();
        assert_eq!((mode(&above), mode(&below)), (0o755, 0o700));
    }
}
