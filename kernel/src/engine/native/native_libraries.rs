//! The libraries that `#[link(name = "…")]` names: found where the system's linker looks for them, and read for ours.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::engine::source_map::SourceMap;

/// How much of a library the linker takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its name: the dynamic linker loads it.
    Dynamic,
    /// All that an archive holds, for cells to come may call what this one does not.
    Static,
}

/// One such attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    name: String,
    kind: Kind,
}

/// A library that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub kind: Kind,
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

/// Reads the libraries that the code of `map` wants to be linked with.
///
/// # Errors
/// With a text for people, where one is not there or cannot be read.
pub(super) fn read(map: &SourceMap) -> Result<Vec<Found>, String> {
    let mut all = Vec::new();
    for file in map.files().filter(|file| file.text().contains("link(")) {
        for library in wanted(file.text()) {
            if !all.contains(&library) {
                all.push(library);
            }
        }
    }
    all.iter().filter(|it| !is_there(it)).map(find).collect()
}

/// What is part of glibc, and so loaded already. Some of these are scripts or empty archives where a compiler looks.
fn is_there(library: &Wanted) -> bool {
    let parts = ["c", "m", "pthread", "dl", "rt", "util", "gcc_s"];
    library.kind == Kind::Dynamic && parts.contains(&library.name.as_str())
}

/// The attributes of a file, wherever they stand. What is compiled is no whole file in every case, so its tokens are read.
fn wanted(text: &str) -> Vec<Wanted> {
    let mut found = Vec::new();
    if let Ok(tokens) = text.parse() {
        collect(tokens, &mut found);
    }
    // Every parse adds to proc-macro2's table of sources for this thread.
    proc_macro2::extra::invalidate_current_thread_spans();
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<Wanted>) {
    let mut after_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(it) if it.as_char() == '#');
        if let TokenTree::Group(group) = token {
            let attribute = after_hash && group.delimiter() == Delimiter::Bracket;
            match attribute.then(|| of_attribute(group.stream())).flatten() {
                Some(library) => found.push(library),
                None => collect(group.stream(), found),
            }
        }
        after_hash = is_hash;
    }
}

/// What `link(…)` says. rustc has looked at it before: what is not known here, such as `modifiers`, changes nothing.
fn of_attribute(inside: TokenStream) -> Option<Wanted> {
    let link = syn::parse2::<syn::MetaList>(inside).ok()?;
    if !link.path.is_ident("link") {
        return None;
    }
    let (mut name, mut kind) = (None, Kind::Dynamic);
    let read = link.parse_nested_meta(|part| {
        let text = part.value()?.parse::<syn::LitStr>()?.value();
        if part.path.is_ident("name") {
            name = Some(text);
        } else if part.path.is_ident("kind") && text == "static" {
            kind = Kind::Static;
        }
        Ok(())
    });
    read.ok()?;
    Some(Wanted { name: name?, kind })
}

fn find(library: &Wanted) -> Result<Found, String> {
    let folders = folders();
    let Some(path) = folders.iter().find_map(|folder| file_in(folder, library)) else {
        let Wanted { name, kind } = library;
        let file = file_name(library);
        let places: Vec<_> = folders.iter().map(|it| it.display().to_string()).collect();
        let install = match kind {
            Kind::Dynamic => format!("the package that brings it (on Debian mostly lib{name}-dev)"),
            Kind::Static => "it".into(),
        };
        return Err(format!(
            "the cell wants to be linked with `{name}`, but there is no {file} in {}\nInstall {install}, or start Jupyter with LIBRARY_PATH set to its folder.",
            places.join(", ")
        ));
    };
    match fs::read(&path) {
        Ok(bytes) => Ok(Found {
            kind: library.kind,
            path,
            bytes,
        }),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// Where a compiler looks and a program does, then where the system keeps its libraries.
fn folders() -> Vec<PathBuf> {
    let own = ["LIBRARY_PATH", "LD_LIBRARY_PATH"].map(std::env::var_os);
    let own = own.iter().flatten().flat_map(std::env::split_paths);
    let of_debian =
        ["/usr/lib", "/lib"].map(|it| format!("{it}/{}-linux-gnu", std::env::consts::ARCH));
    let others = ["/usr/local/lib", "/usr/lib64", "/lib64", "/usr/lib", "/lib"];
    let system = of_debian
        .iter()
        .map(String::as_str)
        .chain(others)
        .map(PathBuf::from);
    own.chain(system)
        .filter(|folder| folder.is_absolute() && folder.is_dir())
        .collect()
}

fn file_name(library: &Wanted) -> String {
    let end = match library.kind {
        Kind::Dynamic => "so",
        Kind::Static => "a",
    };
    format!("lib{}.{end}", library.name)
}

/// The library's file. A system without the package for developers has `libz.so.1` alone, which serves as well.
fn file_in(folder: &Path, library: &Wanted) -> Option<PathBuf> {
    let name = file_name(library);
    let exact = folder.join(&name);
    // Where it is a text for the linker, the library itself lies beside it.
    let is_library =
        |path: &Path| start(path).is_some_and(|it| [*b"\x7fELF", *b"!<ar"].contains(&it));
    if is_library(&exact) {
        return Some(exact);
    }
    let versions = fs::read_dir(folder).ok()?.flatten().filter_map(|entry| {
        let file = entry.file_name();
        let version = match file.to_string_lossy() {
            Cow::Borrowed(file) => file.strip_prefix(&name)?.strip_prefix('.')?.to_owned(),
            Cow::Owned(_) => return None,
        };
        let numbers: Option<Vec<u32>> = version.split('.').map(|it| it.parse().ok()).collect();
        Some((numbers?, entry.path()))
    });
    versions
        .filter(|(_, path)| is_library(path))
        .max()
        .map(|(_, path)| path)
}

fn start(path: &Path) -> Option<[u8; 4]> {
    let mut bytes = [0; 4];
    let mut file = fs::File::open(path).ok()?;
    std::io::Read::read_exact(&mut file, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_wherever_a_block_stands() {
        let text = r#"
            #[link(name = "z")]
            unsafe extern "C" { fn crc32(crc: u64, bytes: *const u8, len: u32) -> u64; }
            fn inner() {
                #[link(name = "own", kind = "static", modifiers = "+whole-archive")]
                unsafe extern "C" {}
            }
            #[link(kind = "dylib", name = "ssl")]
            unsafe extern "C" {}
            unsafe extern "C" { fn abs(of: i32) -> i32; }
        "#;
        let found: Vec<_> = wanted(text)
            .into_iter()
            .map(|it| (it.name, it.kind))
            .collect();
        let expected = [
            ("z", Kind::Dynamic),
            ("own", Kind::Static),
            ("ssl", Kind::Dynamic),
        ];
        assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }

    #[test]
    fn the_newest_version_serves_where_the_file_for_developers_is_missing_or_a_script() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
        let library = |name: &str, kind| Wanted {
            name: name.into(),
            kind,
        };
        let z = library("z", Kind::Dynamic);
        assert_eq!(file_in(folder.path(), &z), None);
        write("libz.so.9", b"\x7fELF...");
        write("libz.so.1.10", b"\x7fELF...");
        write("libz.so.backup", b"\x7fELF...");
        assert_eq!(
            file_in(folder.path(), &z),
            Some(folder.path().join("libz.so.9"))
        );
        write("libz.so", b"INPUT(libz.so.9)");
        assert_eq!(
            file_in(folder.path(), &z),
            Some(folder.path().join("libz.so.9"))
        );
        write("libz.so", b"\x7fELF...");
        assert_eq!(
            file_in(folder.path(), &z),
            Some(folder.path().join("libz.so"))
        );
        write("libown.a", b"!<arch>\n");
        let own = library("own", Kind::Static);
        assert_eq!(
            file_in(folder.path(), &own),
            Some(folder.path().join("libown.a"))
        );
    }

    #[test]
    fn a_missing_library_is_named_with_what_to_do() {
        let error = find(&Wanted {
            name: "nowhere".into(),
            kind: Kind::Dynamic,
        })
        .unwrap_err();
        assert!(error.contains("there is no libnowhere.so in"), "{error}");
        assert!(error.contains("LIBRARY_PATH"), "{error}");
    }
}
