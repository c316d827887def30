//! Programs for tests: a few lines of shell.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes a shell script into `folder`, and returns its path.
///
/// Another process writes it. This one's other tests start programs at the same time, and for the moment between fork and
/// exec such a child has every file open that this process has; while anybody has a program open for writing, the system
/// refuses to start it (`ETXTBSY`).
pub fn write(folder: &Path, name: &str, script: &str, mode: u32) -> PathBuf {
    let (text, program) = (folder.join(format!("{name}.txt")), folder.join(name));
    std::fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&text, PermissionsExt::from_mode(mode)).unwrap();
    let copied = Command::new("cp").arg(&text).arg(&program).status();
    assert!(copied.unwrap().success());
    program
}
