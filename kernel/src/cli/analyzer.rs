//! `wick analyzer`

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};

use crate::engine::analyzer::build::Build;
use crate::engine::analyzer::find;
use crate::engine::prelude::Prelude;

/// Show which rust-analyzer is used, or get one.
///
/// With rust-analyzer, Tab and Shift-Tab know the standard library, other crates, and the type of everything; without,
/// they know the prelude and what cells define. It is looked for where WICK_RUST_ANALYZER says (`off` for nowhere), on
/// PATH, in rustup's toolchain, and where `wick analyzer install` puts it.
#[derive(Args)]
#[command(after_help = "Examples:
  wick analyzer            which one is used, or why there is none
  wick analyzer install    get one: from rustup, or built from crates.io")]
pub struct Analyzer {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Get rust-analyzer, unless there is one: as a component of rustup's toolchain, or built from crates.io
    Install {
        /// Do not wait for it; `wick doctor` tells how far it is
        #[arg(long)]
        background: bool,
    },
}

impl Analyzer {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let prelude = Prelude::find()?;
        let folder = prelude.analyzer();
        let found = find::find(&folder);
        match (self.action, found) {
            (_, Ok(found)) => println!("{} ({})", found.program.display(), found.version),
            (None, Err(why)) => {
                println!("{why}; `wick analyzer install` gets one");
                return Ok(ExitCode::FAILURE);
            }
            (Some(Action::Install { background: true }), Err(_)) => {
                let build = Build::new(folder);
                build.run_in_background()?;
                println!(
                    "rust-analyzer will be there in some minutes: see {}",
                    build.log().display()
                );
            }
            (Some(Action::Install { background: false }), Err(_)) => {
                let build = Build::new(&folder);
                build.run(prelude.rustc()).map_err(|error| anyhow!(error))?;
                let found = find::find(&folder).map_err(|error| anyhow!(error))?;
                println!("{} ({})", found.program.display(), found.version);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
