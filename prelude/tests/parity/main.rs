//! Wick against numbers and texts from real PyTorch.
//!
//! `WICK_FIXTURES=DIR cargo test --release -p wick --test parity -- --nocapture` reads the files of `DIR`, or without
//! the variable those of `tests/fixtures/torch`, which `generate.py` beside them makes. Each file prints one line,
//! `parity print 420/420`, below it what each failing case says, and fails when fewer pass than have to.

mod compare;
mod fixture;
mod models;
mod ops;
mod optim;
mod print;
mod rng;
