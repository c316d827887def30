//! Python's pickles, read as data.
//!
//! A pickle is a program for a machine with a stack. This machine knows the few functions that tensors and dicts are
//! made with and computes their results itself; it calls nothing. All other functions and classes are refused by name.
//!
//! What a file says is not believed: a length is compared with what is left of the file before memory is taken for it,
//! and lists that hold each other end in an error.

mod call;
mod machine;
mod object;
pub(super) mod op;
mod source;

pub(crate) use call::{Allowed, StorageKind};
pub(crate) use machine::unpickle;
pub(crate) use object::{Object, TensorNode};
