//! Modules, from the outside.

mod derive;
mod layers;
mod losses;
mod repr;
mod state;
