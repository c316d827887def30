//! What runs inside the process that holds a session's variables.
//!
//! A Wick session is two processes: the kernel, which speaks Jupyter and calls rustc, and the runtime, which
//! holds the variables and runs the cells. This crate is the second one's side and the language between them:
//!
//! * [`protocol`] and [`wire`]: what the two say to each other, over a socketpair of their own,
//! * [`cell`], [`store`], [`show`] and [`error`]: what the generated code of a cell calls,
//! * [`display`] and [`Rich`]: pictures and tables in between the text,
//! * [`input()`], [`comm`] and [`client`]: questions to the person, channels to the browser, requests to the client,
//! * [`facts`]: variables at a glance,
//! * [`interrupt`]: how long work hears that a person pressed stop, [`place`]: where in their code it was called,
//! * [`serve`]: the loop, [`snapshot`]: the forks that a dying cell falls back to,
//!   `crash`: what it leaves behind for them.
//!
//! It is part of the prelude's shared library, so that a session has one copy of it, of std and of the
//! allocator. In an ordinary program, without a kernel around it, displays print their plain text and
//! nothing is ever interrupted.

pub mod bench;
pub mod cell;
pub mod client;
pub mod comm;
mod compiled_debug;
mod crash;
pub mod display;
pub mod error;
pub mod facts;
mod files;
mod forms;
mod gpu;
#[cfg(feature = "image")]
mod image;
mod input;
pub mod interrupt;
pub mod kinds;
#[cfg(target_env = "gnu")]
mod libc_nonshared;
mod loaded;
#[cfg(feature = "ndarray")]
mod ndarray;
mod output;
mod panics;
pub mod place;
pub mod protocol;
mod rich;
mod serve;
pub mod settle;
pub mod show;
mod snapshot;
mod store;
pub mod tests;
pub mod wire;

pub use error::{CellError, DebugError};
pub use forms::Forms;
pub use input::{getpass, input};
pub use rich::{MimeBundle, Rich};
