//! Reading what `torch.save` wrote, as weights.

use std::path::Path;

use super::HubError;
use crate::nn::StateDict;
use crate::serialization::{Value, try_load, try_load_file};

/// The state dict in a `.pth`, `.pt` or `.safetensors` file, in the file's order. Nothing in the file is executed.
/// PyTorch: `torch.load(path, weights_only=True)`.
///
/// ```
/// use wick::hub;
/// use wick::prelude::*;
/// let path = std::env::temp_dir().join("wick-doc-hub-load.pth");
/// let net = Linear::new(3, 2);
/// save(net.state_dict(), &path);
/// Linear::new(3, 2).load_state_dict(&hub::load(&path)?)?;
/// std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the file cannot be read, or holds no tensors under names.
pub fn load(path: impl AsRef<Path>) -> Result<StateDict, HubError> {
    let path = path.as_ref();
    // The errors begin with the path, which `HubError` says too.
    let prefix = format!("{}: ", path.display());
    let failed = |error: crate::Error| {
        let reason = error.message();
        HubError::read(path, reason.strip_prefix(&prefix).unwrap_or(reason))
    };
    if path
        .extension()
        .is_some_and(|extension| extension == "safetensors")
    {
        return try_load_file(path).map_err(failed);
    }
    let Value::Dict(entries) = try_load(path).map_err(failed)? else {
        return Err(HubError::read(path, "it holds no tensors under names"));
    };
    // Whatever else is among them, such as a version, is left out.
    let tensors: StateDict = entries
        .into_iter()
        .filter_map(|entry| match entry {
            (Value::Str(name), Value::Tensor(tensor)) => Some((name, tensor)),
            _ => None,
        })
        .collect();
    if tensors.is_empty() {
        return Err(HubError::read(path, "it holds no tensors under names"));
    }
    Ok(tensors)
}
