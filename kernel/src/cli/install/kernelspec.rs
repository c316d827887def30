//! What Jupyter reads to know of the kernel.

use anyhow::Result;
use serde_json::json;

use crate::cli::paths::{Installation, write_atomically};

/// The kernel's pictures, by the names that Jupyter looks for.
const LOGOS: [(&str, &[u8]); 3] = [
    ("logo-32x32.png", include_bytes!("logo/logo-32x32.png")),
    ("logo-64x64.png", include_bytes!("logo/logo-64x64.png")),
    ("logo-svg.svg", include_bytes!("logo/logo-svg.svg")),
];

/// Writes the kernelspec; `kernel.json` last, so that Jupyter never sees half of it.
pub fn write(installation: &Installation) -> Result<()> {
    let folder = installation.kernelspec();
    for (name, picture) in LOGOS {
        write_atomically(&folder.join(name), picture, 0o644)?;
    }
    let spec = json!({
        "argv": [installation.binary(), "kernel", "--connection-file", "{connection_file}"],
        "display_name": "Rust (Wick)",
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
    }
}
