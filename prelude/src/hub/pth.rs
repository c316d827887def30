//! Reading what `torch.save` wrote.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use candle_core::pickle::{PthTensors, read_pth_tensor_info};

use super::HubError;
use crate::Tensor;
use crate::nn::StateDict;

/// The state dict in a `.pth` or `.pt` file, in the file's order. Nothing in the file is executed.
///
/// # Errors
/// When the file cannot be read, has the format of PyTorch before 1.6, or holds no tensors under names.
pub fn load(path: impl AsRef<Path>) -> Result<StateDict, HubError> {
    let path = path.as_ref();
    let failed = |reason: String| HubError::read(path, reason);
    let mut start = [0; 4];
    let opened = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    opened.map_err(|error| failed(error.to_string()))?;
    if &start != b"PK\x03\x04" {
        return Err(failed(
            "it is no archive as `torch.save` writes it since PyTorch 1.6".to_owned(),
        ));
    }
    let mut infos =
        read_pth_tensor_info(path, false, None).map_err(|error| failed(error.to_string()))?;
    if infos.is_empty() {
        return Err(failed("it holds no tensors under names".to_owned()));
    }
    // Candle lists a dictionary from its end. PyTorch numbers the storages as it comes to them, and tensors that share
    // one have one number.
    infos.reverse();
    infos.sort_by_key(|info| storage_number(&info.path));
    let tensors = PthTensors::new(path, None).map_err(|error| failed(error.to_string()))?;
    let read = infos.iter().map(|info| {
        let tensor = tensors
            .get(&info.name)
            .map_err(|error| failed(format!("{}: {error}", info.name)))?;
        let tensor = tensor.ok_or_else(|| failed(format!("{} has no data", info.name)))?;
        let tensor = Tensor::from_candle(&tensor)
            .map_err(|error| failed(format!("{}: {error}", info.name)))?;
        Ok((info.name.clone(), tensor))
    });
    read.collect()
}

/// The number at the end of a storage's path inside the archive: 12 in `archive/data/12`.
fn storage_number(path: &str) -> u64 {
    let number = path.rsplit('/').next().unwrap_or_default();
    number.parse().unwrap_or(u64::MAX)
}
