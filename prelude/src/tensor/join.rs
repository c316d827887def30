//! Several tensors as one.

use super::Tensor;
use crate::autograd::{Ctx, record_as_is};
use crate::error::{OrPanic, Result, bail};
use crate::kernels::join;
use crate::shape::axis;

impl Tensor {
    /// The tensors one after the other along one dimension. All other sizes must agree; the dtype is that which all fit
    /// in. PyTorch: `torch.cat`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2]]);
    /// assert_eq!(Tensor::cat(&[&a, &a], 0).to_vec2::<i64>(), [[1, 2], [1, 2]]);
    /// ```
    #[track_caller]
    pub fn cat<T: AsRef<Tensor>>(tensors: &[T], dim: i64) -> Tensor {
        Self::try_cat(tensors, dim).or_panic()
    }

    /// Like [`Tensor::cat`]. Fails if there are none or their sizes do not agree.
    pub fn try_cat<T: AsRef<Tensor>>(tensors: &[T], dim: i64) -> Result<Tensor> {
        cat(tensors.iter().map(AsRef::as_ref).collect(), dim)
    }

    /// The tensors along a new dimension. All must have one shape, and there must be at least one. PyTorch:
    /// `torch.stack`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([1, 2]), tensor!([3, 4]));
    /// assert_eq!(Tensor::stack(&[&a, &b], 0).to_string(), "tensor([[1, 2],\n        [3, 4]])");
    /// assert_eq!(Tensor::stack(&[&a, &b], 1).to_string(), "tensor([[1, 3],\n        [2, 4]])");
    /// ```
    #[track_caller]
    pub fn stack<T: AsRef<Tensor>>(tensors: &[T], dim: i64) -> Tensor {
        Self::try_stack(tensors, dim).or_panic()
    }

    /// Like [`Tensor::stack`]. Fails if there are none or their shapes differ.
    pub fn try_stack<T: AsRef<Tensor>>(tensors: &[T], dim: i64) -> Result<Tensor> {
        stack(tensors.iter().map(AsRef::as_ref).collect(), dim)
    }
}

impl AsRef<Tensor> for Tensor {
    fn as_ref(&self) -> &Tensor {
        self
    }
}

fn cat(tensors: Vec<&Tensor>, dim: i64) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let Some(&first) = tensors.first() else {
        bail!("torch.cat(): expected a non-empty list of Tensors")
    };
    // PyTorch lets an empty 1-d tensor pass, whatever the others look like.
    let is_nothing = |t: &Tensor| t.dim() == 1 && t.numel() == 0;
    let model = tensors
        .iter()
        .copied()
        .find(|t| !is_nothing(t))
        .unwrap_or(first);
    if model.dim() == 0 {
        bail!("zero-dimensional tensor (at position 0) cannot be concatenated");
    }
    let at = axis(dim, model.dim())?;
    let dtype = tensors
        .iter()
        .fold(first.dtype(), |dtype, t| dtype.promote(t.dtype()));
    let mut parts = Vec::new();
    for (i, &tensor) in tensors.iter().enumerate() {
        if is_nothing(tensor) && model.dim() != 1 {
            continue;
        }
        let (a, b) = (model.shape(), tensor.shape());
        if a.rank() != b.rank() {
            if b.rank() == 0 {
                bail!("zero-dimensional tensor (at position {i}) cannot be concatenated");
            }
            bail!(
                "Tensors must have same number of dimensions: got {} and {}",
                a.rank(),
                b.rank()
            );
        }
        for d in 0..a.rank() {
            if d != at && a[d] != b[d] {
                bail!(
                    "Sizes of tensors must match except in dimension {at}. Expected size {} but got size {} for tensor \
                     number {i} in the list.",
                    a[d],
                    b[d]
                );
            }
        }
        parts.push(tensor.try_to_dtype(dtype)?);
    }
    let arrays: Vec<_> = parts.iter().map(Tensor::array).collect();
    let output = Tensor::from_array(join::cat(&arrays, at)?);
    let sizes: Vec<usize> = arrays.iter().map(|a| a.dims()[at]).collect();
    // Those that were passed over are inputs too, with nothing to give to them.
    let passed_over = tensors.iter().filter(|t| is_nothing(t) && model.dim() != 1);
    let inputs: Vec<&Tensor> = parts.iter().chain(passed_over.copied()).collect();
    let count = inputs.len();
    record_as_is("CatBackward0", &inputs, output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let mut start = 0;
            let mut gradients = Vec::with_capacity(sizes.len());
            for (i, &size) in sizes.iter().enumerate() {
                gradients.push(ctx.when(i, || g.try_narrow(at as i64, start, size))?);
                start += size as i64;
            }
            gradients.resize(count, None);
            Ok(gradients)
        };
        (Vec::new(), backward)
    })
}

fn stack(tensors: Vec<&Tensor>, dim: i64) -> Result<Tensor> {
    let Some(&first) = tensors.first() else {
        bail!("stack expects a non-empty TensorList")
    };
    let shape = first.shape();
    let at = axis(dim, shape.rank() + 1)?;
    for (i, tensor) in tensors.iter().enumerate() {
        if tensor.shape() != shape {
            bail!(
                "stack expects each tensor to be equal size, but got {} at entry 0 and {} at entry {i}",
                shape.list(),
                tensor.shape().list()
            );
        }
    }
    let dtype = tensors
        .iter()
        .fold(first.dtype(), |dtype, t| dtype.promote(t.dtype()));
    let parts = tensors
        .iter()
        .map(|t| t.try_to_dtype(dtype))
        .collect::<Result<Vec<_>>>()?;
    let mut apart = shape.to_vec();
    apart.insert(at, 1);
    let arrays = parts
        .iter()
        .map(|t| Ok(crate::kernels::transfer::contiguous(&t.array())?.reshaped(&apart)))
        .collect::<Result<Vec<_>>>()?;
    let output = Tensor::from_array(join::cat(&arrays, at)?);
    let inputs: Vec<&Tensor> = parts.iter().collect();
    record_as_is("StackBackward0", &inputs, output, |_| {
        let count = arrays.len();
        let backward = move |ctx: &Ctx, g: &Tensor| {
            (0..count)
                .map(|i| ctx.when(i, || g.try_select(at as i64, i as i64)))
                .collect()
        };
        (Vec::new(), backward)
    })
}
