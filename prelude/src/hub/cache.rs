//! The folder in which PyTorch keeps what it fetched.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::HubError;

/// `$TORCH_HOME/hub/checkpoints`, where `TORCH_HOME` is `$XDG_CACHE_HOME/torch`, and that `~/.cache`, if they are unset.
pub fn checkpoints() -> Result<PathBuf, HubError> {
    locate(|name| env::var_os(name).filter(|value| !value.is_empty()))
}

fn locate(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, HubError> {
    let folder = |name: &str| variable(name).map(PathBuf::from);
    let cache = || folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    let home = folder("TORCH_HOME").or_else(|| Some(cache()?.join("torch")));
    home.map(|home| home.join("hub/checkpoints"))
        .ok_or(HubError::NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_variable_decides() {
        let located = |set: &[(&str, &str)]| {
            let found = locate(|name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.into())
            });
            found
                .map(|path| path.display().to_string())
                .map_err(|error| error.to_string())
        };
        let home = ("HOME", "/home/ann");
        assert_eq!(
            located(&[home]).unwrap(),
            "/home/ann/.cache/torch/hub/checkpoints"
        );
        let xdg = ("XDG_CACHE_HOME", "/cache");
        assert_eq!(
            located(&[home, xdg]).unwrap(),
            "/cache/torch/hub/checkpoints"
        );
        assert_eq!(
            located(&[home, xdg, ("TORCH_HOME", "/torch")]).unwrap(),
            "/torch/hub/checkpoints"
        );
        assert!(located(&[]).unwrap_err().contains("TORCH_HOME"));
    }
}
