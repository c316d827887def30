//! The Wick kernel: Jupyter on one side, the engine on the other.
//!
//! * [`jupyter`] knows ZeroMQ and the messaging protocol,
//! * [`session`] is what a notebook session is: counts, history, what is shown,
//! * [`engine`] turns a cell's text into effects: split, generate, compile, run, report,
//! * [`cli`] is the `wick` command,
//! * [`private`] keeps what they write from others.

pub mod cli;
pub mod engine;
#[doc(hidden)]
pub mod fuzzing;
pub mod jupyter;
pub mod private;
pub mod session;
#[cfg(test)]
mod test_program;
