//! Sockets that are files: only the user of the kernel can reach them.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::private;

/// Listens at `path`, which a killed kernel may have left behind.
///
/// The client chose the path. In a folder that is closed to others (Jupyter's own is) the socket lies there; for one
/// that is open, as `/tmp` is, it lies in `hidden`, which is not, and the path leads to it.
pub fn listen(path: &Path, hidden: &OnceLock<TempDir>) -> io::Result<UnixListener> {
    remove(path);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if !folder.exists() {
        private::make(folder)?;
    }
    if private::is_private(folder) {
        return UnixListener::bind(path);
    }
    let hidden = match hidden.get() {
        Some(hidden) => hidden,
        None => {
            let made = tempfile::Builder::new()
                .prefix("wick-sockets-")
                .permissions(fs::Permissions::from_mode(private::MODE))
                .tempdir()?;
            hidden.get_or_init(|| made)
        }
    };
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("the socket has no name"))?;
    let inside = hidden.path().join(name);
    let listener = UnixListener::bind(&inside)?;
    symlink(std::path::absolute(&inside)?, path)?;
    Ok(listener)
}

/// Removes a socket, or what leads to one, and nothing else.
pub fn remove(path: &Path) {
    let ours = path
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.file_type().is_socket() || metadata.is_symlink());
    if ours && let Err(error) = fs::remove_file(path) {
        tracing::warn!("cannot remove the old socket {}: {error}", path.display());
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    fn folder(mode: u32) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    #[test]
    fn a_closed_folder_holds_the_socket_itself() {
        let (folder, hidden) = (folder(0o700), OnceLock::new());
        let path = folder.path().join("s");
        let _listener = listen(&path, &hidden).unwrap();
        assert!(path.symlink_metadata().unwrap().file_type().is_socket());
        assert!(hidden.get().is_none());
    }

    #[test]
    fn a_folder_that_is_open_to_others_only_points_at_it() {
        let (folder, hidden) = (folder(0o777), OnceLock::new());
        let path = folder.path().join("s");
        let _listener = listen(&path, &hidden).unwrap();
        assert!(path.is_symlink());
        let real = path.canonicalize().unwrap();
        assert!(private::is_private(real.parent().unwrap()));
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn a_folder_that_is_missing_is_made_for_the_user_alone() {
        let folder = folder(0o755);
        let path = folder.path().join("run/s");
        let _listener = listen(&path, &OnceLock::new()).unwrap();
        assert!(private::is_private(path.parent().unwrap()));
    }

    #[test]
    fn what_a_killed_kernel_left_is_replaced() {
        let (folder, hidden) = (folder(0o700), OnceLock::new());
        let path = folder.path().join("s");
        drop(listen(&path, &hidden).unwrap());
        let _listener = listen(&path, &hidden).unwrap();
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn only_sockets_are_removed() {
        let folder = folder(0o700);
        let (socket, text) = (folder.path().join("s"), folder.path().join("t"));
        drop(UnixListener::bind(&socket).unwrap());
        fs::write(&text, "kept").unwrap();
        remove(&socket);
        remove(&text);
        assert!(!socket.exists());
        assert!(text.exists());
    }
}
