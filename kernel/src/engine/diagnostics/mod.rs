//! What went wrong in a cell, told in the person's own lines.
//!
//! [`rustc`] reads the compiler's JSON, [`mapped`] moves it from generated source to cells, [`names`] takes out
//! what generated code calls things, and [`render`] draws it as rustc would. [`syntax`] does the same for a text
//! that does not parse, [`mod@panic`] for what happens at run time.

pub mod mapped;
mod mapper;
pub mod names;
pub mod panic;
pub mod render;
pub mod rustc;
pub mod syntax;
mod wanted;

pub use mapped::{Mapped, Place};
pub use names::Names;
pub use render::{report, warnings};

#[cfg(test)]
pub(crate) mod tests;
