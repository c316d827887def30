//! Modules, from the outside.

mod derive;
mod repr;
mod state;
