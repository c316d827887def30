//! One shared object of everything that a `:dep` built anew.
//!
//! The linker is called directly. rustc would insist on one format for `std`: its own shared library, or the static
//! copy that is part of `libwick.so`; here nothing of the kind is decided. What the crates take from the prelude,
//! from `std` and from each other across `:dep` cells stays undefined and is found when the object is loaded, beside
//! the prelude, which exports all of it. And no list of exports hides the symbols of C code in a crate.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::cargo::Output;
use super::failure::{NAME, failure, io};
use crate::engine::CellError;

/// Links `crates` (rlibs) whole into the shared object `to`.
pub(super) async fn link(crates: &[PathBuf], built: &Output, to: &Path) -> Result<(), CellError> {
    let mut command = Command::new("cc");
    command
        .args(["-shared", "-Wl,-z,noexecstack", "-Wl,--eh-frame-hdr", "-o"])
        .arg(to)
        .arg("-Wl,--whole-archive")
        .args(crates)
        .arg("-Wl,--no-whole-archive");
    for path in &built.native_paths {
        command
            .arg("-L")
            .arg(path)
            .arg(format!("-Wl,-rpath,{}", path.display()));
    }
    command.arg("-Wl,--as-needed");
    command.args(built.native.iter().filter_map(|name| flag(name)));
    let linked = command.kill_on_drop(true).output().await.map_err(|error| {
        let what =
            "crates are linked with `cc`, which cannot be started (on Debian: apt install gcc)";
        io(what, &error)
    })?;
    if linked.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&linked.stderr);
    let details: Vec<String> = said.lines().map(str::to_owned).collect();
    Err(failure(
        NAME,
        "the crates compiled but could not be linked",
        &details,
    ))
}

/// The linker's flag for a library that a build script asked for, like `dylib=ssl`; a static one is part of its crate.
fn flag(library: &str) -> Option<String> {
    let (kind, name) = library.split_once('=').unwrap_or(("dylib", library));
    let mut kind = kind.split(':');
    let is_static = kind.next() == Some("static");
    let is_bundled = !kind.any(|modifiers| modifiers.contains("-bundle"));
    // `name:renamed`
    let name = name.split(':').next_back().unwrap_or(name);
    (!(is_static && is_bundled)).then(|| format!("-l{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_libraries_are_part_of_their_crate() {
        assert_eq!(flag("ssl").as_deref(), Some("-lssl"));
        assert_eq!(flag("dylib=z").as_deref(), Some("-lz"));
        assert_eq!(flag("static=zstd"), None);
        assert_eq!(flag("static:-bundle=zstd").as_deref(), Some("-lzstd"));
    }
}
