//! Changes of a tensor's shape in place: the memory stays, the tensor looks at it in another way.

use super::Tensor;
use super::view::{squeezed, transposed, unsqueezed};
use crate::autograd::check_in_place;
use crate::error::{OrPanic, Result, bail};
use crate::scalar::Scalar;
use crate::shape::{Dims, axis};

macro_rules! in_place {
    ($($(#[$doc:meta])* $name:ident, $try_name:ident ($($arg:ident: $ty:ty),*) => $view:expr;)*) => {
        impl Tensor {$(
            $(#[$doc])*
            ///
            /// # Panics
            /// As the operation it is the twin of, and where writing to this tensor in place is forbidden.
            #[track_caller]
            pub fn $name(&self, $($arg: $ty),*) -> Tensor {
                self.$try_name($($arg),*).or_panic()
            }

            #[doc = concat!("Like [`Tensor::", stringify!($name), "`]. Fails where that panics.")]
            pub fn $try_name(&self, $($arg: $ty),*) -> Result<Tensor> {
                self.restride(&$view)
            }
        )*}
    };
}

in_place! {
    /// [`Tensor::unsqueeze`] in place. PyTorch: `Tensor.unsqueeze_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// x.unsqueeze_(0);
    /// assert_eq!(x.shape(), [1, 2, 3]);
    /// ```
    unsqueeze_, try_unsqueeze_(dim: i64) => |x: &Tensor| unsqueezed(x, dim, "UnsqueezeBackward1");
    /// [`Tensor::squeeze_all`] in place: Python's `a.squeeze_()`. PyTorch: `Tensor.squeeze_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([1, 3, 1]);
    /// x.squeeze_all_();
    /// assert_eq!(x.shape(), [3]);
    /// ```
    squeeze_all_, try_squeeze_all_() => |x: &Tensor| squeezed(x, &(0..x.dim()).collect::<Vec<_>>(), "SqueezeBackward3");
    /// [`Tensor::squeeze_dim`] in place: Python's `a.squeeze_(dim)`. PyTorch: `Tensor.squeeze_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([1, 3, 1]);
    /// x.squeeze_dim_(0);
    /// assert_eq!(x.shape(), [3, 1]);
    /// ```
    squeeze_dim_, try_squeeze_dim_(dim: i64) => |x: &Tensor| squeezed(x, &[axis(dim, x.dim())?], "SqueezeBackward4");
    /// [`Tensor::transpose`] in place. The memory stays as it is. PyTorch: `Tensor.transpose_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// x.transpose_(0, 1);
    /// assert_eq!(x.to_string(), "tensor([[1, 4],\n        [2, 5],\n        [3, 6]])");
    /// assert!(!x.is_contiguous());
    /// ```
    transpose_, try_transpose_(a: i64, b: i64) => |x: &Tensor| transposed(x, a, b, "TransposeBackward1");
    /// [`Tensor::swapaxes`] in place. PyTorch: `Tensor.swapaxes_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3, 4]);
    /// x.swapaxes_(0, 2);
    /// assert_eq!(x.shape(), [4, 3, 2]);
    /// ```
    swapaxes_, try_swapaxes_(a: i64, b: i64) => |x: &Tensor| transposed(x, a, b, "TransposeBackward1");
    /// [`Tensor::swapdims`] in place. PyTorch: `Tensor.swapdims_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3, 4]);
    /// x.swapdims_(1, 2);
    /// assert_eq!(x.shape(), [2, 4, 3]);
    /// ```
    swapdims_, try_swapdims_(a: i64, b: i64) => |x: &Tensor| transposed(x, a, b, "TransposeBackward1");
    /// [`Tensor::t`] in place. Unlike there, more than two dimensions are an error. PyTorch: `Tensor.t_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// x.t_();
    /// assert_eq!(x.to_string(), "tensor([[1, 3],\n        [2, 4]])");
    /// ```
    t_, try_t_() => |x: &Tensor| match x.dim() {
        0 | 1 => transposed(x, 0, 0, "TBackward1"),
        2 => transposed(x, 0, 1, "TBackward1"),
        rank => bail!("t_() expects a tensor with <= 2 dimensions, but self is {rank}D"),
    };
}

impl Tensor {
    /// [`Tensor::squeeze`] in place: `a.squeeze_([0, 2])`. PyTorch: `Tensor.squeeze_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([1, 3, 1, 1]);
    /// x.squeeze_([0, 2]);
    /// assert_eq!(x.shape(), [3, 1]);
    /// ```
    ///
    /// # Panics
    /// When there is no such dimension, and where writing to this tensor in place is forbidden.
    #[track_caller]
    pub fn squeeze_(&self, dims: impl crate::Given<Dims>) -> Tensor {
        self.try_squeeze_(dims).or_panic()
    }

    /// Like [`Tensor::squeeze_`]. Fails where that panics.
    pub fn try_squeeze_(&self, dims: impl crate::Given<Dims>) -> Result<Tensor> {
        let axes = dims.into().to_axes(self.dim())?;
        let name = match axes.len() {
            1 => "SqueezeBackward4",
            _ => "SqueezeBackward5",
        };
        self.restride(&|x: &Tensor| squeezed(x, &axes, name))
    }

    /// Looks at this tensor's memory as `view` of it does.
    fn restride(&self, view: &dyn Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
        check_in_place(self)?;
        // It is no view of itself afterwards, so that is made of another handle to what it was.
        let edge = match crate::autograd::is_grad_enabled() {
            true => self.gradient_edge()?,
            false => None,
        };
        let before = Tensor::with_edge(self.array(), edge);
        let after = view(&before)?;
        let made_by = after.grad_fn_target()?;
        self.replace_array(after.array());
        self.array().storage.bump_version();
        if let Some(made_by) = made_by {
            self.set_grad_fn(made_by.node, made_by.output);
        }
        Ok(self.clone())
    }

    /// Writes `value` to the main diagonal, in place; with `wrap` the diagonal of a tall matrix begins anew below its
    /// end. PyTorch: `Tensor.fill_diagonal_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([3, 3]).fill_diagonal_(5, false);
    /// assert_eq!(x.trace().item::<f32>(), 15.);
    /// ```
    ///
    /// # Panics
    /// When there are fewer than two dimensions, or more than two of different sizes, and where writing to this tensor in
    /// place is forbidden.
    #[track_caller]
    pub fn fill_diagonal_(&self, value: impl crate::Given<Scalar>, wrap: bool) -> Tensor {
        self.try_fill_diagonal_(value, wrap).or_panic()
    }

    /// Like [`Tensor::fill_diagonal_`]. Fails where that panics.
    pub fn try_fill_diagonal_(
        &self,
        value: impl crate::Given<Scalar>,
        wrap: bool,
    ) -> Result<Tensor> {
        let dims = self.dims();
        if dims.len() < 2 {
            bail!("dimensions must larger than 1");
        }
        if dims.len() > 2 && dims.iter().any(|&size| size != dims[0]) {
            bail!("all dimensions of input must be of equal length");
        }
        let array = self.array();
        let layout = &array.layout;
        let strides = layout.stride();
        let stride: usize = strides.iter().sum();
        let size = *dims.iter().min().unwrap_or(&0);
        let offset = layout.start_offset();
        let value = value.into();
        self.try_as_strided([size], &[stride], offset)?
            .try_fill_(value)?;
        let (height, width) = (dims[0], dims[1]);
        if wrap && dims.len() == 2 && height > width + 1 {
            let mut row = width + 1;
            while row < height {
                let size = width.min(height - row);
                let start = offset + row * strides[0];
                self.try_as_strided([size], &[stride], start)?
                    .try_fill_(value)?;
                row += width + 1;
            }
        }
        Ok(self.clone())
    }
}
