//! The dtype that floats get where nothing says which: `torch.set_default_dtype`.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::dtype::DType;
use crate::error::{Error, OrPanic, Result};

/// The float types, in the order in which `DEFAULT` counts them.
const FLOATS: [DType; 4] = [DType::F32, DType::F64, DType::F16, DType::BF16];

/// One for the whole session, as in PyTorch.
static DEFAULT: AtomicU8 = AtomicU8::new(0);

/// The dtype of floats that nothing says the dtype of: `f32` until [`set_default_dtype`] says otherwise. PyTorch:
/// `torch.get_default_dtype`.
///
/// ```
/// use wick::prelude::*;
/// assert_eq!(get_default_dtype(), DType::F32);
/// assert_eq!(Tensor::zeros([2]).dtype(), get_default_dtype());
/// ```
pub fn get_default_dtype() -> DType {
    FLOATS[usize::from(DEFAULT.load(Ordering::Relaxed))]
}

/// The dtype that tensors of floats get from now on where nothing says which: literals, what is created and drawn, the
/// parameters of new layers, and what integers become in divisions and functions. Complex numbers follow: of two `f64`
/// when it is `f64`. Tensors that are there keep theirs.
///
/// PyTorch: `torch.set_default_dtype`.
///
/// ```
/// use wick::prelude::*;
/// use wick::{get_default_dtype, set_default_dtype};
/// set_default_dtype(DType::F64);
/// assert_eq!(tensor!([1.5]).dtype(), DType::F64);
/// assert_eq!((tensor!([1, 2]) / 2).dtype(), DType::F64);
/// set_default_dtype(DType::F32);
/// assert_eq!(get_default_dtype(), DType::F32);
/// ```
///
/// # Panics
/// When `dtype` is no float type.
#[track_caller]
pub fn set_default_dtype(dtype: DType) {
    try_set_default_dtype(dtype).or_panic()
}

/// Like [`set_default_dtype`]. Fails where that panics.
///
/// ```
/// use wick::{DType, try_set_default_dtype};
/// let error = try_set_default_dtype(DType::I64).unwrap_err();
/// assert!(error.to_string().starts_with("only floating-point types are supported as the default type"));
/// ```
pub fn try_set_default_dtype(dtype: DType) -> Result<()> {
    let place = FLOATS.iter().position(|&float| float == dtype);
    let place = place.ok_or_else(|| {
        Error::dtype(format!(
            "only floating-point types are supported as the default type, but got {dtype}"
        ))
    })?;
    DEFAULT.store(place as u8, Ordering::Relaxed);
    Ok(())
}
