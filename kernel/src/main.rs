//! The `wick` command.
//!
//! Two of its parts (four with the feature `evcxr`) are for Wick's own use and come before everything else: cargo calls the program as a wrapper
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
    #[cfg(feature = "evcxr")]
    play_a_part_of_evcxr();
    cli::main()
}

/// evcxr, too, calls this program for two parts of its own; does not return where it has.
#[cfg(feature = "evcxr")]
fn play_a_part_of_evcxr() {
    let wraps_rustc = std::env::var_os("EVCXR_RUSTC_WRAPPER").is_some();
    // Cells of every session see that variable; only evcxr starts the program without an argument.
    let runs_cells =
        std::env::var_os("EVCXR_IS_RUNTIME").is_some() && std::env::args_os().len() == 1;
    if runs_cells {
        // Whatever a cell is doing, it does not outlive the kernel.
        let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    }
    if wraps_rustc || runs_cells {
        evcxr::runtime_hook();
    }
}

fn exit_code(code: i32) -> ExitCode {
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}
