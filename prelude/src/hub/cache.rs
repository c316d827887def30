//! The folders in which PyTorch and Hugging Face keep what they fetched.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::HubError;

/// `$TORCH_HOME/hub/checkpoints`, where `TORCH_HOME` is `$XDG_CACHE_HOME/torch`, and that `~/.cache`, if they are unset.
pub fn checkpoints() -> Result<PathBuf, HubError> {
    Ok(home("TORCH_HOME", "torch", variable)?.join("hub/checkpoints"))
}

/// `HF_HOME`, which is `$XDG_CACHE_HOME/huggingface`, and that `~/.cache`, if they are unset.
pub fn hugging_face() -> Result<PathBuf, HubError> {
    home("HF_HOME", "huggingface", variable)
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The folder that the variable `own` names, or else the one called `name` among the user's caches.
fn home(
    own: &str,
    name: &str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<PathBuf, HubError> {
    let folder = |name: &str| variable(name).map(PathBuf::from);
    let cache = || folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    folder(own)
        .or_else(|| Some(cache()?.join(name)))
        .ok_or(HubError::NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_variable_decides() {
        let located = |set: &[(&str, &str)]| {
            let found = home("TORCH_HOME", "torch", |name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.into())
            });
            found
                .map(|path| path.display().to_string())
                .map_err(|error| error.to_string())
        };
        let home = ("HOME", "/home/ann");
        assert_eq!(located(&[home]).unwrap(), "/home/ann/.cache/torch");
        let xdg = ("XDG_CACHE_HOME", "/cache");
        assert_eq!(located(&[home, xdg]).unwrap(), "/cache/torch");
        assert_eq!(
            located(&[home, xdg, ("TORCH_HOME", "/torch")]).unwrap(),
            "/torch"
        );
        assert!(located(&[]).unwrap_err().contains("TORCH_HOME"));
    }
}
