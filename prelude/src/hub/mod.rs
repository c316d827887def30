//! Weights from the network: fetched once, checked, and kept where PyTorch keeps its own.
//!
//! A file is looked for in `$TORCH_HOME/hub/checkpoints` (`~/.cache/torch/hub/checkpoints`), so what PyTorch has
//! fetched before is not fetched again, and the other way round. Its name ends with the first digits of its SHA-256,
//! as in `resnet18-f37072fd.pth`, and no file gets that name before its contents were found to match.
//! A download that broke off goes on where it ended, in the same call and in the next one.
//!
//! [`HuggingFace`] does the same for models of that hub, in the cache of its own tools.

mod cache;
mod download;
mod error;
mod expected;
mod huggingface;
mod partial;
mod progress;
mod pth;

pub(crate) use download::download;
pub use error::HubError;
pub(crate) use expected::Expected;
pub use huggingface::{HuggingFace, HuggingFaceRepo, hf_hub_download};
pub use progress::{LineProgress, Progress};
pub use pth::load;

use std::path::{Path, PathBuf};

use crate::nn::StateDict;

/// Where torchvision's weights are.
pub(crate) const TORCHVISION: &str = "https://download.pytorch.org/models";

/// The environment variable that names another place for torchvision's weights, a mirror for instance.
///
/// ```no_run
/// use wick::hub::MODELS_URL;
/// // In the shell: WICK_MODELS_URL=https://mirror.example.com/models jupyter lab
/// println!("{:?}", std::env::var(MODELS_URL));
/// ```
pub const MODELS_URL: &str = "WICK_MODELS_URL";

/// A place to fetch weights from and a folder to keep them in.
///
/// ```
/// use wick::hub::Hub;
/// use wick::prelude::*;
/// // What is in the folder already is not fetched.
/// let folder = std::env::temp_dir().join("wick-doc-hub");
/// std::fs::create_dir_all(&folder)?;
/// save(Linear::new(3, 2).state_dict(), folder.join("linear.pth"));
/// let hub = Hub::new("https://example.com/models", &folder);
/// assert_eq!(hub.file("linear.pth", &mut ())?, folder.join("linear.pth"));
/// let names: Vec<String> = hub.state_dict("linear.pth", &mut ())?.into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["weight", "bias"]);
/// std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hub {
    base: String,
    folder: PathBuf,
}

impl Hub {
    /// torchvision's server, or the one that `$WICK_MODELS_URL` names, with PyTorch's own folder.
    ///
    /// ```no_run
    /// use wick::hub::{Hub, LineProgress};
    /// let name = "resnet18-f37072fd.pth";
    /// let weights = Hub::torchvision()?.state_dict(name, &mut LineProgress::new(name))?;
    /// # Ok::<(), wick::hub::HubError>(())
    /// ```
    ///
    /// # Errors
    /// When there is no home folder to keep anything in.
    pub fn torchvision() -> Result<Self, HubError> {
        let base = std::env::var(MODELS_URL).unwrap_or_else(|_| TORCHVISION.to_owned());
        Ok(Self::new(base, cache::checkpoints()?))
    }

    /// The files below the URL `base`, kept in `folder`.
    pub fn new(base: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        Self {
            base: base.into().trim_end_matches('/').to_owned(),
            folder: folder.into(),
        }
    }

    /// The path of the file `name` on this machine; it is fetched if it is not there yet.
    ///
    /// # Errors
    /// When it can neither be found nor fetched, or when what came is not what the name promises.
    pub fn file(&self, name: &str, progress: &mut dyn Progress) -> Result<PathBuf, HubError> {
        let path = self.folder.join(name);
        if !path.is_file() {
            let url = format!("{}/{name}", self.base);
            download(
                url.as_str().into(),
                &path,
                &Expected::of_name(name),
                progress,
            )?;
        }
        Ok(path)
    }

    /// The tensors in the file `name`.
    ///
    /// # Errors
    /// Those of [`file`](Self::file), and when the file cannot be read as a state dict.
    pub fn state_dict(
        &self,
        name: &str,
        progress: &mut dyn Progress,
    ) -> Result<StateDict, HubError> {
        load(self.file(name, progress)?)
    }
}

/// The tensors in the file at `url`, which is kept like torchvision's: `torch.hub.load_state_dict_from_url`.
///
/// ```no_run
/// use wick::hub::load_state_dict_from_url;
/// use wick::prelude::*;
/// let weights = load_state_dict_from_url("https://download.pytorch.org/models/resnet18-f37072fd.pth")?;
/// models::resnet18(None).load_state_dict(&weights)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When there is no such file, no network, or no state dict in it.
pub fn load_state_dict_from_url(url: &str) -> Result<StateDict, HubError> {
    let (base, name) = url.rsplit_once('/').ok_or_else(|| HubError::bad_url(url))?;
    Hub::new(base, cache::checkpoints()?).state_dict(name, &mut LineProgress::new(name))
}

/// The folder for what is fetched: `torch.hub.get_dir`.
///
/// ```no_run
/// println!("{}", wick::hub::get_dir()?.display()); // /home/ada/.cache/torch/hub
/// # Ok::<(), wick::hub::HubError>(())
/// ```
///
/// # Errors
/// When there is no home folder.
pub fn get_dir() -> Result<PathBuf, HubError> {
    Ok(cache::checkpoints()?
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf))
}

#[cfg(test)]
pub(crate) mod server;
#[cfg(test)]
mod tests;
