//! Files of tensors: what `torch.save` writes and `torch.load` reads, and safetensors.
//!
//! ```
//! use wick::prelude::*;
//!
//! let path = std::env::temp_dir().join(format!("wick-checkpoint-{}.pt", std::process::id()));
//! let net = Linear::new(2, 3);
//! save(Value::dict([("model", Value::from(&net.state_dict())), ("epoch", 7.into())]), &path);
//!
//! let checkpoint = load(&path);
//! net.load_state_dict(&checkpoint["model"].state_dict().unwrap()).unwrap();
//! assert_eq!(checkpoint["epoch"].as_i64(), Some(7));
//! std::fs::remove_file(&path).unwrap();
//! ```
//!
//! The files are PyTorch's own: `torch.load("checkpoint.pt")` reads what [`save`] wrote, and [`load`] reads what any
//! PyTorch wrote since 0.1.10, if it is made of tensors, numbers, strings, lists, tuples, sets and dicts. Nothing in a
//! file is executed: a file that wants more is refused with the name of what it wants, as with `weights_only=True`.

mod legacy;
pub mod npy;
pub(crate) mod pickle;
mod safe;
mod storages;
mod value;
mod write;
mod zip;

pub use safe::{load_file, save_file, try_load_file, try_save_file};
pub use value::Value;

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use crate::error::{Error, OrPanic, Result};

/// Writes a value to a file that PyTorch can read. PyTorch: `torch.save`, with the same order of arguments.
///
/// Tensors that share their numbers share them in the file too. The file appears under its name when it is complete.
///
/// ```
/// use wick::prelude::*;
/// let path = std::env::temp_dir().join(format!("wick-save-{}.pt", std::process::id()));
/// save(&tensor!([1., 2.]), &path);
/// assert_eq!(load(&path).tensor().unwrap().to_vec1::<f32>(), [1., 2.]);
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be written.
#[track_caller]
pub fn save(value: impl Into<Value>, path: impl AsRef<Path>) {
    try_save(value, path).or_panic();
}

/// [`save`] that returns what is wrong as an error.
///
/// ```
/// use wick::prelude::*;
/// use wick::serialization::try_save;
/// let error = try_save(&tensor!([1., 2.]), "/no/such/folder/x.pt").unwrap_err();
/// assert!(error.to_string().starts_with("/no/such/folder/x.pt cannot be written"));
/// ```
///
/// # Errors
/// When the file cannot be written.
pub fn try_save(value: impl Into<Value>, path: impl AsRef<Path>) -> Result<()> {
    let (value, path) = (value.into(), path.as_ref());
    persist(path, &mut |file| write::write(&value, file))
}

/// Reads a file that [`save`] or PyTorch wrote. PyTorch: `torch.load`, with `weights_only=True`.
///
/// Types of numbers that Wick has no counterpart for become wider ones: `uint16` becomes `i32` and `uint32` `i64`.
///
/// ```
/// use wick::prelude::*;
/// let path = std::env::temp_dir().join(format!("wick-load-{}.pt", std::process::id()));
/// save(Value::dict([("epoch", 7.into()), ("loss", Value::from(tensor!(0.25)))]), &path);
/// let checkpoint = load(&path);
/// assert_eq!(checkpoint.to_string(), "{'epoch': 7, 'loss': tensor(0.2500)}");
/// assert_eq!(checkpoint["loss"].tensor().unwrap().item::<f32>(), 0.25);
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be read, is damaged, or holds something else than data.
#[track_caller]
pub fn load(path: impl AsRef<Path>) -> Value {
    try_load(path).or_panic()
}

/// [`load`] that returns what is wrong as an error.
///
/// ```
/// use wick::serialization::try_load;
/// let path = std::env::temp_dir().join(format!("wick-try-load-{}.pt", std::process::id()));
/// std::fs::write(&path, "1.5 2.5").unwrap();
/// let error = try_load(&path).unwrap_err();
/// assert!(error.to_string().ends_with("this is no file that `torch.save` wrote"));
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Errors
/// When the file cannot be read, is damaged, or holds something else than data.
pub fn try_load(path: impl AsRef<Path>) -> Result<Value> {
    let path = path.as_ref();
    read(path).map_err(|error| Error::runtime(format!("{}: {error}", path.display())))
}

fn read(path: &Path) -> Result<Value> {
    let mut file = File::open(path).map_err(io)?;
    let len = file.metadata().map_err(io)?.len();
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start).map_err(io)?;
    file.rewind().map_err(io)?;
    if start.starts_with(b"PK\x03\x04") {
        return zip::read(file, len);
    }
    if start.first() == Some(&0x80) {
        return legacy::read(file, len);
    }
    Err(Error::runtime(match len {
        0 => "the file is empty",
        _ => "this is no file that `torch.save` wrote",
    }))
}

/// Reads one pickle of arrays of bytes, as files of data sets are.
pub(crate) fn read_arrays(path: &Path) -> Result<Value> {
    let mut source = std::io::BufReader::new(File::open(path).map_err(io)?);
    let object = pickle::unpickle(&mut source, pickle::Allowed::Arrays)?;
    object.value(&mut |_| Err(damaged("it holds a tensor without its numbers")))
}

/// Writes a file beside `path`, and gives it that name when it is complete.
fn persist(path: &Path, write: &mut dyn FnMut(&mut File) -> Result<()>) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::runtime(format!("{} cannot be written: {error}", path.display()))
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .permissions(permissions())
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| failed(&error))?;
    write(file.as_file_mut()).map_err(|error| failed(&error))?;
    file.persist(path)
        .map(drop)
        .map_err(|error| failed(&error.error))
}

/// What a new file may do, before the umask takes some of it away.
fn permissions() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::Permissions::from_mode(0o666)
}

fn io(error: std::io::Error) -> Error {
    Error::runtime(error.to_string())
}

fn damaged(what: impl std::fmt::Display) -> Error {
    Error::runtime(format!("the file is damaged: {what}"))
}

#[cfg(test)]
mod tests;
