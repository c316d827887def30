//! Putting a compiled prelude where kernels find it.
//!
//! Each build has a folder of its own, `prelude-ID`, which is complete before the `current` link points to it, so
//! that a kernel that starts meanwhile finds the old one or the new one and nothing between. Builds that no kernel
//! holds are removed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use sha2::{Digest, Sha256};

use super::cargo_messages::{Build, Built};
use super::manifest::{self, Crate, Manifest, Role};
use super::toolchain;
use super::{companions, docs};
use crate::engine::EngineError;
use crate::engine::analyzer::crates;
use crate::engine::hex::hex;

/// The link to the build that new kernels use.
pub(super) const CURRENT: &str = "current";
/// Where the crates lie in a prelude's folder.
pub(super) const DEPS: &str = "deps";
/// The dylib in a prelude's folder.
pub(super) const DYLIB: &str = "libwick.so";
/// The lock file of the build, from which the session's dependencies take their versions.
pub(super) const LOCK_FILE: &str = "Cargo.lock";
/// A kernel holds a shared lock on this file while it uses the folder.
const IN_USE: &str = "in-use";

/// Copies `build` into a folder of its own below `dir` and makes it the current one. `rustc` is the compiler's
/// description of itself. Gives the folder.
pub(super) fn install(
    build: &Build,
    rustc: &str,
    host: &str,
    dir: &Path,
) -> Result<PathBuf, EngineError> {
    let io = |source: io::Error| EngineError::Io {
        what: format!("cannot install the prelude in {}", dir.display()),
        source,
    };
    fs::create_dir_all(dir).map_err(io)?;
    let id = identify(build, rustc).map_err(io)?;
    let folder = dir.join(format!("prelude-{id}"));
    if Manifest::read(&folder).is_err() {
        let unfinished = tempfile::Builder::new()
            .prefix(".unfinished-")
            .tempdir_in(dir)
            .map_err(io)?;
        fill(unfinished.path(), build, &id, rustc, host).map_err(io)?;
        open_to_all(unfinished.path()).map_err(io)?;
        // Another installation may have been faster; its folder is as good.
        match fs::rename(unfinished.path(), &folder) {
            Ok(()) => drop(unfinished.keep()),
            Err(_) if Manifest::read(&folder).is_ok() => {}
            Err(error) => return Err(io(error)),
        }
    }
    point_current_to(dir, &folder).map_err(io)?;
    remove_unused(dir, &folder);
    Ok(folder)
}

/// A temporary folder is made for its owner alone; an installation serves everyone.
fn open_to_all(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

fn fill(folder: &Path, build: &Build, id: &str, rustc: &str, host: &str) -> io::Result<()> {
    fs::create_dir(folder.join(DEPS))?;
    File::create(folder.join(IN_USE))?;
    fs::copy(&build.dylib, folder.join(DYLIB))?;
    fs::copy(&build.lock, folder.join(LOCK_FILE))?;
    let mut compiled = Vec::new();
    for Built { krate, files, .. } in &build.crates {
        let mut krate = krate.clone();
        for file in files {
            let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            place(file, &folder.join(DEPS).join(name))?;
            krate.files.push(format!("{DEPS}/{name}"));
        }
        compiled.push(krate);
    }
    companions::write(folder, &companions::read(&build.root())?, &build.version)?;
    compiled.push(Crate {
        package: "wick".into(),
        version: build.version.clone(),
        name: "wick".into(),
        role: Role::Linked,
        registry: false,
        features: build.features.clone(),
        opt_level: "3".into(),
        files: vec![DYLIB.into()],
    });
    let mut externs = vec![("wick".to_owned(), DYLIB.to_owned())];
    externs.extend(build.externs.iter().filter_map(|(name, at)| {
        let file = compiled[*at].file("rlib")?;
        Some((name.clone(), file.to_owned()))
    }));
    let direct = build.direct.iter().filter_map(|(name, at)| {
        let krate: &Crate = &compiled[*at];
        let file = krate.file("rlib").or_else(|| krate.file("so"))?;
        Some((name.clone(), folder.join(file)))
    });
    let source = docs::Source {
        root: build.source.join("lib.rs"),
        externs: direct.collect(),
        deps: folder.join(DEPS),
        features: build.features.clone(),
    };
    if let Some(entries) = docs::describe(&source) {
        fs::write(folder.join(docs::FILE_NAME), serde_json::to_vec(&entries)?)?;
    }
    let mut list = build.list.clone();
    list.keep_sources(folder)?;
    list.write(&folder.join(crates::FILE_NAME))?;
    let manifest = Manifest {
        id: id.to_owned(),
        rustc: rustc.to_owned(),
        sysroot: toolchain::sysroot(),
        host: host.to_owned(),
        externs,
        crates: compiled,
    };
    let text = serde_json::to_vec_pretty(&manifest)?;
    fs::write(folder.join(manifest::FILE_NAME), text)
}

/// A hard link where that is possible, for the files are many and large. Cargo never writes into one of them: it
/// makes a new one. Where a copy is needed it keeps its time, for cargo compares the times of what it depends on.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() || fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to)?;
    File::options()
        .write(true)
        .open(to)?
        .set_modified(fs::metadata(from)?.modified()?)
}

/// A hash of what the prelude is. Cargo puts everything that a crate from a registry depends on into the hash in its
/// file's name; the contents count for crates of the workspace.
fn identify(build: &Build, rustc: &str) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(rustc);
    hash.update(fs::read(&build.dylib)?);
    for Built { krate, files, .. } in &build.crates {
        for file in files {
            hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
            hash.update(fs::metadata(file)?.len().to_le_bytes());
            if !krate.registry && krate.role != Role::Host {
                hash.update(fs::read(file)?);
            }
        }
    }
    for (place, contents) in companions::read(&build.root())? {
        hash.update(place.as_os_str().as_encoded_bytes());
        hash.update(contents);
    }
    let digest = hash.finalize();
    Ok(hex(&digest[..8]))
}

fn point_current_to(dir: &Path, folder: &Path) -> io::Result<()> {
    let link = tempfile::Builder::new()
        .prefix(".current-")
        .make_in(dir, |path| {
            std::os::unix::fs::symlink(folder.file_name().unwrap_or_default(), path)
        })?;
    link.persist(dir.join(CURRENT))
        .map_err(|error| error.error)?;
    Ok(())
}

/// Removes other builds, except those that a kernel holds. What cannot be removed stays.
fn remove_unused(dir: &Path, keep: &Path) {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path();
        let is_build = entry.file_name().to_string_lossy().starts_with("prelude-");
        if !is_build || path == keep {
            continue;
        }
        let lock = File::open(path.join(IN_USE)).ok();
        let lock = lock.and_then(|file| Flock::lock(file, FlockArg::LockExclusiveNonblock).ok());
        if lock.is_some()
            && let Err(error) = fs::remove_dir_all(&path)
        {
            tracing::warn!("cannot remove {}: {error}", path.display());
        }
    }
}

/// Takes hold of the prelude in `folder`, so that an installation does not remove it. `None` where the file system
/// has no locks or the file cannot be opened: then it works without.
pub(super) fn hold(folder: &Path) -> Option<Flock<File>> {
    let file = File::open(folder.join(IN_USE)).ok()?;
    Flock::lock(file, FlockArg::LockSharedNonblock).ok()
}
