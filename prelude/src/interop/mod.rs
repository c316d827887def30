//! Tensors and the types of other crates.

pub mod dlpack;
mod faer;
pub(crate) mod image;
#[cfg(feature = "nalgebra")]
mod nalgebra;
