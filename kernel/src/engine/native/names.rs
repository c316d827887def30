//! How types are written in cells.
//!
//! [`symbols`](super::symbols) know a type by where it is defined, `alloc[3c3f]::vec::Vec`. How it is written,
//! `std::vec::Vec`, is what rustc prints in MIR; what that says of a definition stays true as long as the crates are the
//! same, so it is asked once and written down.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypeParamBound, parse_quote};

use super::compile::Toolchain;
use super::mir::{Written, written};
use super::notebook::{CRATE, Notebook};
use super::seal::{checked, with_hash};
use crate::engine::hex::hex;

/// What stands between a crate's name and its hash, where both are one identifier.
const HASH: &str = "_wick_hash_";

/// Types of the standard library and of the prelude that most sessions meet: where they are defined, how they are
/// written.
const KNOWN: &[(&str, &str)] = &[
    ("alloc::boxed::Box", "std::boxed::Box"),
    (
        "alloc::collections::btree::map::BTreeMap",
        "std::collections::BTreeMap",
    ),
    (
        "alloc::collections::btree::set::BTreeSet",
        "std::collections::BTreeSet",
    ),
    (
        "alloc::collections::vec_deque::VecDeque",
        "std::collections::VecDeque",
    ),
    ("alloc::rc::Rc", "std::rc::Rc"),
    ("alloc::string::String", "std::string::String"),
    ("alloc::sync::Arc", "std::sync::Arc"),
    ("alloc::vec::Vec", "std::vec::Vec"),
    ("core::cell::Cell", "std::cell::Cell"),
    ("core::cell::RefCell", "std::cell::RefCell"),
    ("core::ops::range::Range", "std::ops::Range"),
    ("core::option::Option", "std::option::Option"),
    ("core::result::Result", "std::result::Result"),
    ("core::time::Duration", "std::time::Duration"),
    (
        "std::collections::hash::map::HashMap",
        "std::collections::HashMap",
    ),
    (
        "std::collections::hash::set::HashSet",
        "std::collections::HashSet",
    ),
    ("std::time::Instant", "std::time::Instant"),
    ("wick::tensor::Tensor", "wick::Tensor"),
];

/// The names that are known for one set of crates.
#[derive(Debug)]
pub(super) struct Names {
    file: PathBuf,
    /// By definition: crate, hash and path.
    known: BTreeMap<String, String>,
}

impl Names {
    /// What was written down below `cache` for these crates.
    pub fn read(cache: &Path, toolchain: &Toolchain) -> Self {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        hash.update(&toolchain.id);
        for (name, path) in &toolchain.externs {
            hash.update(format!("{name}={}\n", path.display()));
        }
        let file = cache.join("names").join(hex(&hash.finalize()[..16]));
        let text = fs::read_to_string(&file).ok();
        let text = text.and_then(|text| checked(&text)).unwrap_or_default();
        let known = text.lines().filter_map(|line| line.split_once('\t'));
        Self {
            known: known.map(|(of, name)| (of.into(), name.into())).collect(),
            file,
        }
    }

    /// How a type that a symbol tells is written, exactly as MIR would have told; `None` where only MIR knows.
    pub fn written(&self, symbol: &str, notebook: &Notebook) -> Option<String> {
        let mut ty = parse(symbol)?;
        self.rename(&mut ty, notebook)?;
        match written(&ty.to_token_stream().to_string()) {
            Written::As(text) => Some(text),
            _ => None,
        }
    }

    /// Learns what MIR calls the definitions that a symbol tells of the same type.
    pub fn learn(&mut self, symbol: &str, mir: &str) {
        let (Some(symbol), Ok(mir)) = (parse(symbol), syn::parse_str::<Type>(mir)) else {
            return;
        };
        let before = self.known.len();
        self.compare(&symbol, &mir);
        if self.known.len() == before {
            return;
        }
        let lines = self
            .known
            .iter()
            .map(|(of, name)| format!("{of}\t{name}\n"));
        let text = with_hash(&lines.collect::<String>());
        let folder = self.file.parent().expect("a file in a folder");
        let stored = crate::private::make(folder).and_then(|()| {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.persist(&self.file).map_err(|error| error.error)
        });
        if let Err(error) = stored {
            tracing::debug!("names are not kept: {error}");
        }
    }

    fn compare(&mut self, symbol: &Type, mir: &Type) {
        match (symbol, mir) {
            (Type::Path(symbol), Type::Path(mir)) => {
                let (Some(of), Some(name)) = (Definition::of(symbol), Definition::of(mir)) else {
                    return;
                };
                if of.arguments.len() != name.arguments.len() {
                    return;
                }
                // The notebook's own are other ones tomorrow.
                if of.path.contains(HASH) && !of.is_of(CRATE) && !of.is_of("wick_cell") {
                    self.known.insert(of.path, name.path);
                }
                for (symbol, mir) in of.arguments.into_iter().zip(name.arguments) {
                    self.compare(symbol, mir);
                }
            }
            (Type::Reference(symbol), Type::Reference(mir)) => {
                self.compare(&symbol.elem, &mir.elem)
            }
            (Type::Slice(symbol), Type::Slice(mir)) => self.compare(&symbol.elem, &mir.elem),
            (Type::Array(symbol), Type::Array(mir)) => self.compare(&symbol.elem, &mir.elem),
            (Type::Tuple(symbol), Type::Tuple(mir)) if symbol.elems.len() == mir.elems.len() => {
                for (symbol, mir) in symbol.elems.iter().zip(&mir.elems) {
                    self.compare(symbol, mir);
                }
            }
            _ => {}
        }
    }

    /// Writes every definition in a type by its name.
    fn rename(&self, ty: &mut Type, notebook: &Notebook) -> Option<()> {
        match ty {
            Type::Path(path) => {
                let definition = Definition::of(path)?;
                let name = self.name(&definition, notebook)?;
                let mut named: syn::TypePath = syn::parse_str(&name).ok()?;
                let last = path.path.segments.last_mut()?;
                let mut arguments = std::mem::take(&mut last.arguments);
                if let PathArguments::AngleBracketed(list) = &mut arguments {
                    for argument in &mut list.args {
                        match argument {
                            GenericArgument::Type(ty) => self.rename(ty, notebook)?,
                            _ => return None,
                        }
                    }
                }
                named.path.segments.last_mut()?.arguments = arguments;
                *path = named;
            }
            Type::Reference(reference) => self.rename(&mut reference.elem, notebook)?,
            Type::Ptr(pointer) => self.rename(&mut pointer.elem, notebook)?,
            Type::Slice(slice) => self.rename(&mut slice.elem, notebook)?,
            Type::Array(array) => {
                array.len = length(&array.len)?;
                self.rename(&mut array.elem, notebook)?;
            }
            Type::Tuple(tuple) => {
                for ty in &mut tuple.elems {
                    self.rename(ty, notebook)?;
                }
            }
            Type::TraitObject(object) => {
                let mut bounds = object.bounds.iter_mut();
                let (Some(TypeParamBound::Trait(bound)), None) = (bounds.next(), bounds.next())
                else {
                    return None;
                };
                let (kind, mut arguments, mut result) = callable(&bound.path)?;
                for ty in arguments.iter_mut().chain([&mut result]) {
                    // What may hide a lifetime is written by MIR.
                    self.rename(ty, notebook)?;
                    if ty.to_token_stream().to_string().contains('&') {
                        return None;
                    }
                }
                let kind = syn::Ident::new(kind, proc_macro2::Span::call_site());
                *bound = match &result {
                    Type::Tuple(unit) if unit.elems.is_empty() => {
                        parse_quote!(std::ops::#kind(#(#arguments),*))
                    }
                    _ => parse_quote!(std::ops::#kind(#(#arguments),*) -> #result),
                };
            }
            _ => return None,
        }
        Some(())
    }

    fn name(&self, definition: &Definition<'_>, notebook: &Notebook) -> Option<String> {
        let path = &definition.path;
        if definition.is_of(CRATE) {
            let (_, inside) = path.split_once("::")?;
            let (module, name) = inside.split_once("::")?;
            // What lies deeper may be private.
            let known = notebook.identity(name).is_some_and(|it| it == module);
            return known.then(|| format!("{CRATE}::{name}"));
        }
        if let Some(name) = self.known.get(path) {
            return Some(name.clone());
        }
        let Some((krate, rest)) = path.split_once(HASH) else {
            // A primitive type.
            return (!path.contains("::")).then(|| path.clone());
        };
        let (_, rest) = rest.split_once("::")?;
        let of = |(of, _): &&(&str, &str)| {
            of.strip_prefix(krate)
                .and_then(|of| of.strip_prefix("::"))
                .is_some_and(|of| of == rest)
        };
        KNOWN.iter().find(of).map(|(_, name)| (*name).to_string())
    }
}

/// A type with a path.
struct Definition<'a> {
    /// Without arguments.
    path: String,
    arguments: Vec<&'a Type>,
}

impl<'a> Definition<'a> {
    /// `None` where arguments stand anywhere but at the end, or are no types.
    fn of(ty: &'a syn::TypePath) -> Option<Self> {
        let mut arguments = Vec::new();
        let mut names = Vec::new();
        let last = ty.path.segments.len().checked_sub(1)?;
        for (index, segment) in ty.path.segments.iter().enumerate() {
            names.push(segment.ident.to_string());
            match &segment.arguments {
                PathArguments::None => {}
                PathArguments::AngleBracketed(list) if index == last => {
                    for argument in &list.args {
                        match argument {
                            GenericArgument::Type(ty) => arguments.push(ty),
                            _ => return None,
                        }
                    }
                }
                _ => return None,
            }
        }
        (ty.qself.is_none()).then(|| Self {
            path: names.join("::"),
            arguments,
        })
    }

    fn is_of(&self, krate: &str) -> bool {
        self.path
            .strip_prefix(krate)
            .is_some_and(|rest| rest.starts_with(HASH))
    }
}

/// A type of a symbol as Rust, with a crate's hash as a part of its name; `None` for what has lifetimes, and for what has
/// no name.
fn parse(symbol: &str) -> Option<Type> {
    if symbol.contains(['\'', '{']) {
        return None;
    }
    let mut text = String::new();
    let mut rest = symbol;
    while let Some(open) = rest.find('[') {
        let named = rest[..open].ends_with(|c: char| c == '_' || c.is_alphanumeric());
        let close = rest[open..].find("]::").map(|at| open + at);
        match close.filter(|_| named) {
            Some(close) => {
                text += &rest[..open];
                text += HASH;
                text += &rest[open + 1..close];
                rest = &rest[close + 1..];
            }
            None => {
                text += &rest[..=open];
                rest = &rest[open + 1..];
            }
        }
    }
    text += rest;
    syn::parse_str(&text).ok()
}

/// `4usize` as it is written: `4`.
fn length(length: &syn::Expr) -> Option<syn::Expr> {
    let text = length.to_token_stream().to_string();
    syn::parse_str(text.strip_suffix("usize").unwrap_or(&text)).ok()
}

/// `Fn<(f64,), Output = f64>`: what is called how.
fn callable(path: &syn::Path) -> Option<(&'static str, Vec<Type>, Type)> {
    let names: Vec<_> = path
        .segments
        .iter()
        .map(|it| it.ident.to_string())
        .collect();
    let [krate, ops, function, kind] = names.as_slice() else {
        return None;
    };
    let kinds = ["Fn", "FnMut", "FnOnce"];
    let kind = kinds.into_iter().find(|name| name == kind)?;
    if !krate.starts_with(&format!("core{HASH}")) || ops != "ops" || function != "function" {
        return None;
    }
    let PathArguments::AngleBracketed(list) = &path.segments.last()?.arguments else {
        return None;
    };
    let mut list = list.args.iter();
    match (list.next()?, list.next()?, list.next()) {
        (
            GenericArgument::Type(Type::Tuple(arguments)),
            GenericArgument::AssocType(result),
            None,
        ) if result.ident == "Output" => {
            let arguments = arguments.elems.iter().cloned().collect();
            Some((kind, arguments, result.ty.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Names {
        let toolchain = Toolchain {
            rustc: PathBuf::new(),
            id: "test".into(),
            externs: Vec::new(),
            search: Vec::new(),
        };
        Names::read(folder, &toolchain)
    }

    #[test]
    fn what_is_common_is_written_as_mir_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let names = names(folder.path());
        let written = |ty| names.written(ty, &Notebook::default());
        for (symbol, expected) in [
            ("i32", "i32"),
            ("()", "()"),
            ("&str", "&'static str"),
            ("[u8; 4usize]", "[u8; 4]"),
            ("(f64, [bool; 2usize])", "(f64, [bool; 2])"),
            ("wick[1f]::tensor::Tensor", "wick::Tensor"),
            (
                "alloc[2a]::vec::Vec<core[3b]::option::Option<wick[1f]::tensor::Tensor>>",
                "std::vec::Vec<std::option::Option<wick::Tensor>>",
            ),
            (
                "alloc[2a]::boxed::Box<dyn core[3b]::ops::function::Fn<(f64,), Output = f64>>",
                "std::boxed::Box<dyn std::ops::Fn(f64) -> f64>",
            ),
            (
                "alloc[2a]::boxed::Box<dyn core[3b]::ops::function::FnMut<(), Output = ()>>",
                "std::boxed::Box<dyn std::ops::FnMut()>",
            ),
        ] {
            assert_eq!(written(symbol).as_deref(), Some(expected), "{symbol}");
        }
    }

    #[test]
    fn what_only_mir_knows_is_left_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let names = names(folder.path());
        for symbol in [
            "rand[1f]::rngs::StdRng",
            "alloc[2a]::borrow::Cow<'_, str>",
            "wick_cell[2a]::wick_cell::{closure#0}::{closure#1}",
            "alloc[2a]::boxed::Box<dyn core[3b]::fmt::Debug>",
            "alloc[2a]::boxed::Box<dyn core[3b]::ops::function::Fn<(&str,), Output = ()>>",
            "notebook[1f]::cell3::P",
            "foo[1f]::Matrix<3usize>",
        ] {
            assert_eq!(
                names.written(symbol, &Notebook::default()),
                None,
                "{symbol}"
            );
        }
    }

    #[test]
    fn what_mir_has_told_is_known_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = names(folder.path());
        first.learn(
            "alloc[2a]::vec::Vec<(rand[1f]::rngs::std::StdRng, [ndarray[3c]::ArrayBase<f32>; 2usize])>",
            "std::vec::Vec<(rand::rngs::StdRng, [ndarray::ArrayBase<f32>; 2])>",
        );
        // A type of the notebook is no business of other sessions.
        first.learn("notebook[1f]::cell3::P", "notebook::P");
        let second = names(folder.path());
        let written = |ty| second.written(ty, &Notebook::default());
        assert_eq!(
            written("rand[1f]::rngs::std::StdRng").as_deref(),
            Some("rand::rngs::StdRng")
        );
        assert_eq!(
            written("ndarray[3c]::ArrayBase<u8>").as_deref(),
            Some("ndarray::ArrayBase<u8>")
        );
        // Another version of the crate.
        assert_eq!(written("rand[2f]::rngs::std::StdRng"), None);
        assert_eq!(written("notebook[1f]::cell3::P"), None);
    }
}
