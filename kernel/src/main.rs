//! The `wick` command.
//!
//! Two of its parts are for Wick's own use and come before everything else: cargo calls the program as a wrapper
//! of rustc while it builds dependencies, and the kernel calls it as the process that runs the cells.

use std::process::ExitCode;

use wick_kernel::{cli, engine};

fn main() -> ExitCode {
    if std::env::var_os("WICK_RUSTC_WRAPPER").is_some() {
        return exit_code(engine::deps::rustc_wrapper());
    }
    if std::env::args_os().nth(1).is_some_and(|it| it == "runtime") {
        return exit_code(engine::native::process::main());
    }
    cli::main()
}

fn exit_code(code: i32) -> ExitCode {
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}
