//! What `:save-state` writes and `:load-state` reads: the variables of a session in one file.
//!
//! The file is a zip archive. `storages/N` holds the numbers of a storage as they lie in memory, `tensors.json` says
//! which tensor looks at which storage, and how; `values/NAME` is a variable in MessagePack, in which a tensor is its
//! number in that list. So tensors that shared memory before share it afterwards, and two handles on one tensor are
//! two handles on one tensor again. Of a module, an optimizer and a schedule the file holds the state dict.
//!
//! Which of this a variable's type can do is found at compile time, as for displays: see [`Save`] and [`Load`].

mod probe;
mod read;
mod tensors;
mod write;

pub use probe::{
    Fill, IntoModule, IntoNothing, IntoOptimizer, IntoSchedule, Load, LoadForever, LoadNothing,
    LoadValue, Save, ViaModule, ViaNothing, ViaOptimizer, ViaSchedule, ViaValue,
};
pub use read::{Reader, load};
pub use write::{Entry, Form, Writer, save};

pub(crate) use tensors::{bytes_of, is_read, number_of, storage_of, tensor_of};

/// The entry of the archive that lists what was saved: a JSON list of [`Entry`].
///
/// ```
/// use wick::state::{self, LIST};
/// let path = std::env::temp_dir().join(format!("wick-list-{}", std::process::id())).display().to_string();
/// state::save(&path, &mut |writer| writer.value("epochs", &7)).unwrap();
/// let bytes = std::fs::read(&path).unwrap();
/// let archive = String::from_utf8_lossy(&bytes);
/// assert!(archive.contains(LIST) && archive.contains(r#"[{"name":"epochs","form":"Value"}]"#));
/// std::fs::remove_file(&path).unwrap();
/// ```
pub const LIST: &str = "saved.json";

/// The entry that describes the tensors.
const TENSORS: &str = "tensors.json";

#[cfg(test)]
mod tests;
