//! `wick kernel`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::paths;
use super::session::{self, EngineKind};
use crate::jupyter::{self, connection::Connection};

/// Serve one notebook session; Jupyter calls this.
///
/// Logs go to stderr; the environment variable WICK_LOG says how much.
#[derive(Args)]
#[command(after_help = "Examples:
  wick kernel --connection-file /run/user/1000/jupyter/kernel-1.json
  WICK_LOG=debug wick kernel --connection-file kernel-1.json")]
pub struct Kernel {
    /// What Jupyter wrote for this session: addresses, ports and the key that signs messages
    #[arg(long, short = 'f', value_name = "F")]
    connection_file: PathBuf,
    /// What evaluates the cells
    #[arg(long, value_name = "NAME", default_value = "native")]
    engine: EngineKind,
}

impl Kernel {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let connection = Connection::read(&self.connection_file)?;
        let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
        runtime.block_on(async {
            // The engine starts while the sockets open: a client hears from the kernel at once.
            let (session, version) =
                session::start(self.engine, paths::history(), connection.clients());
            jupyter::serve(connection, session, version, self.engine.about()).await
        })?;
        // A cell that does not stop must not keep the process.
        runtime.shutdown_background();
        Ok(ExitCode::SUCCESS)
    }
}
