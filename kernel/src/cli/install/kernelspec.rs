//! What Jupyter reads to know of the kernel.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::cli::paths::{Installation, write_atomically};

/// The kernel's pictures, by the names that Jupyter looks for.
const LOGOS: [(&str, &[u8]); 3] = [
    ("logo-32x32.png", include_bytes!("logo/logo-32x32.png")),
    ("logo-64x64.png", include_bytes!("logo/logo-64x64.png")),
    ("logo-svg.svg", include_bytes!("logo/logo-svg.svg")),
];

/// Writes the kernelspecs of what this program can do, and returns where they are. One of another build that had more
/// to offer is taken away.
pub fn write(installation: &Installation) -> Result<Vec<PathBuf>> {
    let binary = installation.binary();
    let mut written = vec![installation.kernelspec()];
    write_one(&written[0], &binary, "Rust (Wick)", &[])?;
    let evcxr = installation.evcxr_kernelspec();
    if cfg!(feature = "evcxr") {
        write_one(
            &evcxr,
            &binary,
            "Rust (evcxr engine)",
            &["--engine", "evcxr"],
        )?;
        written.push(evcxr);
    } else if evcxr.exists() {
        std::fs::remove_dir_all(&evcxr)
            .with_context(|| format!("cannot remove {}", evcxr.display()))?;
    }
    Ok(written)
}

/// Writes one into `folder`; `kernel.json` last, so that Jupyter never sees half of it.
fn write_one(folder: &Path, binary: &Path, name: &str, more: &[&str]) -> Result<()> {
    for (name, picture) in LOGOS {
        write_atomically(&folder.join(name), picture, 0o644)?;
    }
    let binary = binary.to_string_lossy();
    let argv = [&binary, "kernel"].into_iter().chain(more.iter().copied());
    let argv = argv.chain(["--connection-file", "{connection_file}"]);
    let spec = json!({
        "argv": argv.collect::<Vec<_>>(),
        "display_name": name,
        "language": "rust",
        "interrupt_mode": "message",
        "metadata": { "debugger": false },
    });
    let text = format!("{spec:#}\n");
    write_atomically(&folder.join("kernel.json"), text.as_bytes(), 0o644)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernelspec_starts_the_installed_command() {
        let prefix = tempfile::tempdir().unwrap();
        let installation = Installation::at(Some(prefix.path().to_owned())).unwrap();
        write(&installation).unwrap();
        let folder = installation.kernelspec();
        let text = std::fs::read(folder.join("kernel.json")).unwrap();
        let spec: jupyter_protocol::JupyterKernelspec = serde_json::from_slice(&text).unwrap();
        assert_eq!(spec.argv[0], installation.binary().to_str().unwrap());
        assert_eq!(spec.argv.last().unwrap(), "{connection_file}");
        assert_eq!(spec.interrupt_mode.as_deref(), Some("message"));
        assert!(folder.join("logo-64x64.png").exists());
        let evcxr = installation.evcxr_kernelspec().join("kernel.json");
        assert_eq!(evcxr.exists(), cfg!(feature = "evcxr"));
    }
}
