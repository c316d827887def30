//! From an object file to a shared library.

use std::io;
use std::path::Path;
use std::process::Stdio;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use super::compile::{Compiled, Failed, Job, cannot_write, full_disk, no_linker, other_error};

/// Makes a shared library of an object file, in the folder `out`. What it uses of the prelude, of std and of dependencies stays
/// undefined: those are loaded already. `notebook` are the items that it may use.
#[tracing::instrument(skip_all)]
pub(super) async fn link(
    job: &Job<'_>,
    done: &Compiled,
    notebook: Option<&Compiled>,
    object: &Path,
    out: &Path,
) -> Result<(), Failed> {
    let library = format!("{}.cell.so", done.key);
    let mut command = Command::new("ld.bfd");
    command.args([
        "-shared",
        "--eh-frame-hdr",
        "-Bsymbolic",
        "--build-id=none",
        "--hash-style=gnu",
        "-z",
        "noexecstack",
    ]);
    if job.metadata {
        // Later versions of the items define the same symbols; a version of their own keeps them apart.
        command.args(["--default-symver", "-soname", &library]);
    }
    command.arg(object);
    if let Some(notebook) = notebook {
        command.arg(notebook.library());
    }
    command.args(["-o", &library]).current_dir(out);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let run = |mut child: Child| async move {
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut said).await?;
        }
        Ok::<_, io::Error>((child.wait().await?, said))
    };
    let child = command.spawn().map_err(|error| no_linker(&error))?;
    match run(child).await.map_err(cannot_write)? {
        (status, _) if status.success() => Ok(()),
        (status, said) => {
            full_disk(&said)?;
            Err(Failed::Other(other_error(
                "LinkError",
                format!("ld.bfd stopped ({status})\n{}", said.trim()),
            )))
        }
    }
}
