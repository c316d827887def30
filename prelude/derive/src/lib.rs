//! Derive macros of Wick.
