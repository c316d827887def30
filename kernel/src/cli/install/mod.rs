//! `wick install`

mod kernelspec;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;

use super::paths::{Installation, write_atomically};
use crate::engine::prelude::{MESSAGES_FILE, Prelude};

/// Install Wick and tell Jupyter of it.
///
/// Copies this command to PREFIX/bin, what cells are compiled against to PREFIX/share/wick, and registers the
/// kernel "Rust (Wick)". Installing again replaces an older version; sessions that run go on with theirs.
#[derive(Args)]
#[command(after_help = "Examples:
  wick install                          for this user, under ~/.local
  wick install --prefix /usr/local      for everyone on this machine
  wick install --prefix .venv           for one virtual environment

After a build of your own, name what cargo said about it:
  cargo build --release --message-format=json-render-diagnostics > build.json
  target/release/wick install --build-messages build.json")]
pub struct Install {
    /// Install below this folder
    #[arg(long, value_name = "DIR", conflicts_with = "user")]
    prefix: Option<PathBuf>,
    /// Install for this user (the default): under ~/.local, the kernelspec where XDG_DATA_HOME says
    #[arg(long)]
    user: bool,
    /// What `cargo build --message-format=json` printed; without it, what `install.sh` built last
    #[arg(long, value_name = "FILE")]
    build_messages: Option<PathBuf>,
}

impl Install {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let installation = Installation::at(self.prefix)?;
        install_prelude(self.build_messages.as_deref(), &installation.share())?;
        install_binary(&installation.binary())?;
        let kernelspecs = kernelspec::write(&installation)?;
        println!("installed {}", installation.binary().display());
        println!("installed {}", installation.share().display());
        for kernelspec in kernelspecs {
            println!("installed {}", kernelspec.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Copies what cells are compiled against: what `messages` speak of, or, without them, what lies in the build
/// folder that this program runs from.
fn install_prelude(messages: Option<&Path>, folder: &Path) -> Result<()> {
    let messages = match messages {
        Some(messages) => messages.to_owned(),
        None => match built_beside_this_program()? {
            Some(messages) => messages,
            None => {
                // An installed program that is installed again where it is: only the kernelspec is made anew.
                let prelude = Prelude::find()?;
                ensure!(
                    prelude
                        .folder()
                        .starts_with(folder.canonicalize().unwrap_or_default()),
                    "this program is installed already, in {}; to install elsewhere, build Wick and name what \
                     cargo said: wick install --build-messages FILE",
                    prelude.folder().display()
                );
                return Ok(());
            }
        },
    };
    Prelude::install_to(&messages, folder)?;
    Ok(())
}

/// What cargo said when it built this program, if `install.sh` kept it.
fn built_beside_this_program() -> Result<Option<PathBuf>> {
    let messages = running()?
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(MESSAGES_FILE))
        .find(|messages| messages.exists());
    Ok(messages)
}

fn running() -> Result<PathBuf> {
    std::env::current_exe().context("cannot find this program's own file")
}

/// Copies this very program, which may be the one that is installed already.
fn install_binary(binary: &Path) -> Result<()> {
    let running = running()?;
    if running.canonicalize().ok() == binary.canonicalize().ok() {
        return Ok(());
    }
    let program =
        std::fs::read(&running).with_context(|| format!("cannot read {}", running.display()))?;
    write_atomically(binary, &program, 0o755)
}
