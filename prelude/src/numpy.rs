//! Arrays of the `ndarray` crate that share their numbers with tensors, as NumPy's arrays do with PyTorch's.

use crate::device::Device;
use crate::error::{OrPanic, Result, bail};
use crate::kernels::{Array, Element};
use crate::print::{ArrayText, Elements};
use crate::shape::{Dims, Shape};
use crate::storage::CpuGuard;
use crate::tensor::{Tensor, TensorElement};
use candle_core::Layout;
use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, IxDyn, ShapeBuilder};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use wick_runtime::{MimeBundle, Rich};

/// A number type of [`NdArray`]: the floats and integers that a tensor can hold.
///
/// ```
/// use wick::prelude::*;
/// use wick::NdNumber;
/// fn sum<T: NdNumber + std::ops::Add<Output = T> + std::iter::Sum>(array: &NdArray<T>) -> T {
///     array.with(|view| view.iter().copied().sum())
/// }
/// assert_eq!(sum(&NdArray::<i64>::full([2, 3], 7)), 42);
/// ```
pub trait NdNumber: Element + TensorElement + num_traits::NumCast {}
impl<T: Element + TensorElement + num_traits::NumCast> NdNumber for T {}

/// An array that shares its numbers with tensors: what one changes, the other shows.
///
/// Like a tensor, it is a handle: `clone()` gives another handle to the same numbers. Inside [`NdArray::with`] and
/// [`NdArray::with_mut`] they are an ordinary `ndarray` view.
///
/// ```
/// use wick::prelude::*;
///
/// let a = Tensor::ones(5);
/// let np_a = a.numpy::<f32>();
/// a.add_(1);
/// assert_eq!(format!("{np_a:?}"), "array([2., 2., 2., 2., 2.], dtype=float32)");
///
/// let mut np_b = NdArray::<f64>::ones(5);
/// let b = Tensor::from_numpy(&np_b);
/// np_b += 1.;
/// assert_eq!(b.to_string(), "tensor([2., 2., 2., 2., 2.], dtype=torch.float64)");
/// ```
///
/// The functions of the `ndarray` crate see and change the same numbers:
///
/// ```
/// use wick::prelude::*;
///
/// let a = NdArray::<f32>::zeros([2, 3]);
/// a.with_mut(|mut view| view[[0, 1]] = 6.);
/// assert_eq!(a.with(|view| view.sum()), 6.);
/// assert_eq!((a.shape().to_vec(), a.len(), a.is_empty()), (vec![2, 3], 6, false));
///
/// let copy = a.to_array();
/// a.with_mut(|mut view| view.fill(1.));
/// assert_eq!(copy[[0, 1]], 6.); // the copy stays as it was
/// ```
#[derive(Clone)]
pub struct NdArray<T> {
    array: Array,
    element: PhantomData<T>,
}

impl<T: NdNumber> NdArray<T> {
    fn new(array: Array) -> Self {
        Self {
            array,
            element: PhantomData,
        }
    }

    /// An array of ones, of any shape (`np.ones`).
    #[track_caller]
    pub fn ones(shape: impl crate::Given<Dims>) -> Self {
        Self::full(shape, T::from_i64(1))
    }

    /// An array of zeros, of any shape (`np.zeros`).
    #[track_caller]
    pub fn zeros(shape: impl crate::Given<Dims>) -> Self {
        Self::full(shape, <T as Default>::default())
    }

    /// An array of any shape with one number everywhere (`np.full`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(NdArray::full([2, 2], 7i64).to_string(), "[[7 7]\n [7 7]]");
    /// ```
    #[track_caller]
    pub fn full(shape: impl crate::Given<Dims>, value: T) -> Self {
        let shape = shape.into().to_shape().or_panic();
        Self::new(Array::from_vec(
            vec![value; shape.numel()],
            T::DTYPE,
            &shape,
        ))
    }

    /// The sizes, outermost first.
    pub fn shape(&self) -> Shape {
        self.array.shape()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.array.numel()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Locks the numbers for reading for as long as the guard lives; [`NdRead::view`] shows them.
    ///
    /// Changing a tensor that shares them waits until then, so do not do that in the same thread.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let array = tensor!([[1., 2.], [3., 4.]]).numpy::<f32>();
    /// let numbers = array.read();
    /// assert_eq!(numbers.view()[[1, 0]], 3.);
    /// ```
    #[track_caller]
    pub fn read(&self) -> NdRead<'_, T> {
        let guard = self.array.storage.read().or_panic();
        NdRead {
            guard,
            layout: self.array.layout.clone(),
            element: PhantomData,
        }
    }

    /// Calls `f` with a view of the numbers. `f` must not change a tensor that shares them: it would wait for itself.
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(ArrayViewD<'_, T>) -> R) -> R {
        f(self.read().view())
    }

    /// Calls `f` with a view through which the numbers can be changed. `f` must not touch a tensor that shares them: it
    /// would wait for itself.
    #[track_caller]
    pub fn with_mut<R>(&self, f: impl FnOnce(ArrayViewMutD<'_, T>) -> R) -> R {
        let Array { storage, layout } = &self.array;
        let result = storage
            .write(|data| {
                let Some(data) = T::slice_mut(data) else { bail!("the numbers are of another type") };
                let start = layout.start_offset().min(data.len());
                match ArrayViewMutD::from_shape(strided(layout), &mut data[start..]) {
                    Ok(view) => Ok(f(view)),
                    Err(_) => bail!(
                        "the array shows some numbers more than once and cannot be written to; make a copy of it first"
                    ),
                }
            })
            .and_then(|result| result);
        storage.bump_version();
        result.or_panic()
    }

    /// A copy that shares nothing.
    #[track_caller]
    pub fn to_array(&self) -> ArrayD<T> {
        self.with(|view| view.to_owned())
    }
}

fn strided(layout: &Layout) -> ndarray::StrideShape<IxDyn> {
    IxDyn(layout.dims()).strides(IxDyn(layout.stride()))
}

/// Numbers that are locked for reading. Made by [`NdArray::read`].
///
/// ```
/// use wick::prelude::*;
/// let array = Tensor::arange(0., 6., 1.).reshape([2, 3]).numpy::<f32>();
/// let numbers = array.read();
/// assert_eq!(numbers.view().t()[[2, 1]], 5.);
/// ```
pub struct NdRead<'a, T> {
    guard: CpuGuard<'a>,
    layout: Arc<Layout>,
    element: PhantomData<T>,
}

impl<T: NdNumber> NdRead<'_, T> {
    /// The numbers as a view of the `ndarray` crate, in the array's shape.
    #[track_caller]
    pub fn view(&self) -> ArrayViewD<'_, T> {
        let view = (|| {
            let Some(data) = T::slice(&self.guard) else {
                bail!("the numbers are of another type")
            };
            let start = self.layout.start_offset().min(data.len());
            match ArrayViewD::from_shape(strided(&self.layout), &data[start..]) {
                Ok(view) => Ok(view),
                Err(error) => bail!(
                    "the array cannot be shown as an ndarray: {error}; make a copy of it first"
                ),
            }
        })();
        view.or_panic()
    }
}

/// Takes the numbers over without a copy if they lie in row-major order.
impl<T: NdNumber, D: ndarray::Dimension> From<ndarray::Array<T, D>> for NdArray<T> {
    fn from(array: ndarray::Array<T, D>) -> Self {
        let shape = array.shape().to_vec();
        let numbers = if array.is_standard_layout() {
            // Rows of a larger allocation begin somewhere inside it.
            let (numbers, start) = array.into_raw_vec_and_offset();
            let (start, len) = (start.unwrap_or(0), shape.iter().product::<usize>());
            if start == 0 && numbers.len() == len {
                numbers
            } else {
                numbers[start..start + len].to_vec()
            }
        } else {
            array.iter().copied().collect()
        };
        Self::new(Array::from_vec(numbers, T::DTYPE, &shape))
    }
}

impl<T: NdNumber> From<Vec<T>> for NdArray<T> {
    fn from(numbers: Vec<T>) -> Self {
        let len = numbers.len();
        Self::new(Array::from_vec(numbers, T::DTYPE, &[len]))
    }
}

impl Tensor {
    /// An array that shares this tensor's numbers, without a copy. PyTorch: `Tensor.numpy`.
    ///
    /// `T` is the tensor's element type. Another type is an error, and so is a tensor that requires gradients, or lies
    /// on a GPU: use [`Tensor::detach`] or [`Tensor::cpu`] first.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let t = tensor!([[1, 2], [3, 4]]);
    /// let array = t.numpy::<i64>();
    /// t.mul_(10);
    /// assert_eq!(array.to_string(), "[[10 20]\n [30 40]]");
    /// ```
    #[track_caller]
    pub fn numpy<T: NdNumber>(&self) -> NdArray<T> {
        self.try_numpy().or_panic()
    }

    /// Like [`Tensor::numpy`]. Fails for another element type, on a GPU, and for a tensor that requires gradients.
    pub fn try_numpy<T: NdNumber>(&self) -> Result<NdArray<T>> {
        if self.requires_grad() {
            bail!(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            );
        }
        if self.device() != Device::Cpu {
            bail!(
                "can't convert {} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.",
                self.device()
            );
        }
        if self.dtype() != T::DTYPE {
            bail!(
                "numpy::<{}>(): the tensor's dtype is {}; ask for that type or convert the tensor with .to({:?})",
                std::any::type_name::<T>(),
                self.dtype(),
                T::DTYPE
            );
        }
        Ok(NdArray::new(self.array()))
    }

    /// A tensor that shares an array's numbers, without a copy. PyTorch: `torch.from_numpy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let mut array = NdArray::from(vec![1f32, 2., 3.]);
    /// let t = Tensor::from_numpy(&array);
    /// array *= 2.;
    /// assert_eq!(t.to_string(), "tensor([2., 4., 6.])");
    /// ```
    pub fn from_numpy<T: NdNumber>(array: &NdArray<T>) -> Tensor {
        Tensor::from_array(array.array.clone())
    }

    /// A tensor with the numbers of an `ndarray` array, taken over without a copy if they lie in row-major order.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::ndarray::array;
    /// let t = Tensor::from_ndarray(array![[1f32, 2.], [3., 4.]]);
    /// assert_eq!(t.to_string(), "tensor([[1., 2.],\n        [3., 4.]])");
    /// ```
    pub fn from_ndarray<T: NdNumber, D: ndarray::Dimension>(array: ndarray::Array<T, D>) -> Tensor {
        Tensor::from_numpy(&NdArray::from(array))
    }
}

macro_rules! assign_operators {
    ($($trait:ident, $method:ident, $op:tt;)*) => {$(
        /// With one number, for every element.
        impl<T: NdNumber + std::ops::$trait> std::ops::$trait<T> for NdArray<T> {
            #[track_caller]
            fn $method(&mut self, number: T) {
                self.with_mut(|mut view| view.mapv_inplace(|mut x| { x $op number; x }));
            }
        }

        /// With another array, element by element; it broadcasts.
        impl<T: NdNumber + std::ops::$trait> std::ops::$trait<&NdArray<T>> for NdArray<T> {
            #[track_caller]
            fn $method(&mut self, other: &NdArray<T>) {
                // A copy, because the other may share these numbers.
                let other = other.to_array();
                let (ours, theirs) = (self.shape(), other.shape().to_vec());
                let Some(other) = other.broadcast(IxDyn(&ours)) else {
                    panic!("operands could not be broadcast together with shapes {:?} {theirs:?}", ours.dims());
                };
                self.with_mut(|mut view| view.zip_mut_with(&other, |x, &y| *x $op y));
            }
        }
    )*};
}
assign_operators! {
    AddAssign, add_assign, +=;
    SubAssign, sub_assign, -=;
    MulAssign, mul_assign, *=;
    DivAssign, div_assign, /=;
}

fn text<T: NdNumber>(
    array: &NdArray<T>,
    show: impl FnOnce(ArrayText<'_>) -> fmt::Result,
) -> fmt::Result {
    let numbers = array.to_array();
    let flat: Vec<T> = numbers.iter().copied().collect();
    let fetch = |positions: &[usize]| {
        let picked = positions.iter().map(|&i| flat[i]);
        if T::FLOAT {
            Elements::Float(picked.map(Element::to_f64).collect())
        } else {
            Elements::Int(picked.map(Element::to_i64).collect())
        }
    };
    show(ArrayText {
        shape: numbers.shape(),
        dtype: T::DTYPE.name(),
        fetch: &fetch,
    })
}

/// As NumPy shows it: `array([2., 2.], dtype=float32)`.
impl<T: NdNumber> fmt::Debug for NdArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text(self, |text| fmt::Debug::fmt(&text, f))
    }
}

/// As NumPy prints it: `[2. 2.]`.
impl<T: NdNumber> fmt::Display for NdArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text(self, |text| fmt::Display::fmt(&text, f))
    }
}

impl<T: NdNumber> Rich for NdArray<T> {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let mut forms = MimeBundle::new();
        forms.insert("text/plain".into(), format!("{self:?}").into());
        Some(forms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_see_what_either_changes() {
        let t = Tensor::zeros([2, 3]);
        let transposed = t.t().numpy::<f32>();
        transposed.with_mut(|mut view| view[[2, 0]] = 5.);
        assert_eq!(t.to_vec2::<f32>(), [[0., 0., 5.], [0., 0., 0.]]);
        t.i(1).fill_(7);
        assert_eq!(transposed.read().view()[[0, 1]], 7.);
    }

    #[test]
    fn an_array_may_be_added_to_itself() {
        let mut a = NdArray::from(vec![1i64, 2, 3]);
        let same = a.clone();
        a += &same;
        assert_eq!(format!("{same:?}"), "array([2, 4, 6])");
    }

    #[test]
    fn an_expanded_tensor_can_be_read_but_not_written() {
        let wide = Tensor::ones([1, 3]).expand([2, 3]).numpy::<f32>();
        assert_eq!(wide.to_array().sum(), 6.);
        let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wide.with_mut(|mut view| view.fill(0.))
        }));
        assert!(written.is_err());
    }

    #[test]
    fn a_change_through_an_array_counts_as_a_version() {
        let t = Tensor::ones(2);
        let before = t.version();
        t.numpy::<f32>().with_mut(|mut view| view.fill(3.));
        assert!(t.version() > before);
    }

    #[test]
    fn messages_name_what_to_do() {
        let t = Tensor::ones(2);
        assert!(
            t.try_numpy::<f64>()
                .unwrap_err()
                .to_string()
                .contains("torch.float32")
        );
        assert!(
            t.requires_grad_(true)
                .try_numpy::<f32>()
                .unwrap_err()
                .to_string()
                .starts_with("Can't call numpy()")
        );
    }
}
