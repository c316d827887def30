//! A file that is only in memory.

use std::io::Write;
use std::path::Path;

use nix::sys::memfd::{MFdFlags, memfd_create};
use std::fs::File;
use std::os::fd::AsRawFd;

/// Calls `read` with the path of a file that holds `bytes`.
pub fn holding<T>(bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    let mut file =
        File::from(memfd_create("input", MFdFlags::MFD_CLOEXEC).expect("memory for a file"));
    file.write_all(bytes).expect("memory for a file");
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    read(Path::new(&path))
}
