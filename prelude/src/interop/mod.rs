//! Tensors and the types of other crates.

pub(crate) mod image;
