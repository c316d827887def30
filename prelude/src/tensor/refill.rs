//! Refilling tensors in place with random numbers.
//!
//! All draw from the default generator, or from another one inside of
//! [`Generator::scope`](crate::random::Generator::scope).

use std::ops::{Bound, RangeBounds};

use super::draw::{Cauchy, Draw, Exponential, LogNormal, Normal, Uniform, drawn_in};
use super::random::{bernoulli, drawn_by};
use super::{Tensor, TensorOptions};
use crate::autograd::{check_in_place, in_place};
use crate::dtype::DType;
use crate::error::{Error, OrPanic, Result, bail};
use crate::kernels::memory_order::{inverse, memory_order};
use crate::kernels::transfer;
use crate::random::{Draws, default_generator};
use crate::scalar::Arg;

/// The sizes of a tensor in the order in which its numbers lie in memory, which is the one in which PyTorch fills them,
/// and the permutation that brings them back.
pub(super) fn in_memory(x: &Tensor) -> (Vec<usize>, Vec<usize>) {
    let sizes = x.dims();
    let order = memory_order(&[&x.array().layout]).unwrap_or_else(|| (0..sizes.len()).collect());
    let lying = order.iter().map(|&dim| sizes[dim]).collect();
    (lying, inverse(&order))
}

/// The largest integer of `random_` without a range: of floats, the first that has a neighbour which is none.
fn largest_integer(dtype: DType) -> Result<u64> {
    Ok(match dtype {
        DType::Bool => 1,
        DType::U8 => u8::MAX.into(),
        DType::I8 => i8::MAX as u64,
        DType::I16 => i16::MAX as u64,
        DType::I32 => i32::MAX as u64,
        DType::I64 => i64::MAX as u64,
        DType::F16 => 1 << 11,
        DType::BF16 => 1 << 8,
        DType::F32 => 1 << 24,
        DType::F64 => 1 << 53,
        other => return Err(Error::not_implemented("random_", other)),
    })
}

/// Whether an integer has a place in a dtype.
fn check_bound(what: &str, bound: i64, dtype: DType) -> Result<()> {
    let (low, high) = match dtype {
        DType::Bool => (0, 1),
        DType::F16 => (-65504, 65504),
        _ => dtype.integer_range().unwrap_or((i64::MIN, i64::MAX)),
    };
    if !(low..=high).contains(&bound) {
        bail!("{what} is out of bounds for {}", dtype.c_name());
    }
    Ok(())
}

impl Tensor {
    /// Refills this tensor with floats from `[from, to)`. Fails for a dtype that is none of floats. PyTorch:
    /// `Tensor.uniform_`, whose defaults are 0 and 1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::zeros([3]).uniform_(-1., 1.).to_string(), "tensor([-0.0075,  0.5364, -0.8230])");
    /// ```
    #[track_caller]
    pub fn uniform_(&self, from: f64, to: f64) -> Tensor {
        self.try_uniform_(from, to).or_panic()
    }

    /// Like [`Tensor::uniform_`]. Fails if the range is upside down or the dtype is none of floats.
    pub fn try_uniform_(&self, from: f64, to: f64) -> Result<Tensor> {
        self.refill(Uniform { from, to })
    }

    /// Refills this tensor with normal numbers. Fails for a negative `std`, or a dtype that is none of floats. PyTorch:
    /// `Tensor.normal_`, whose defaults are 0 and 1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::zeros([3]).normal_(10., 2.).to_string(), "tensor([13.0820,  9.4131,  5.6424])");
    /// ```
    #[track_caller]
    pub fn normal_(&self, mean: f64, std: f64) -> Tensor {
        self.try_normal_(mean, std).or_panic()
    }

    /// Like [`Tensor::normal_`]. Fails if `std` is negative or the dtype is none of floats.
    pub fn try_normal_(&self, mean: f64, std: f64) -> Result<Tensor> {
        self.refill(Normal { mean, std })
    }

    /// Refills this tensor with 1 and 0; 1 has the probability `p`, which is one number or one for each element.
    /// PyTorch: `Tensor.bernoulli_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::zeros([4]);
    /// x.bernoulli_(&tensor!([0.1, 0.9, 0.5, 0.5]));
    /// assert_eq!(x.to_string(), "tensor([0., 1., 1., 1.])");
    /// ```
    ///
    /// # Panics
    /// When `p` is no probability, or its shape does not broadcast to that of this tensor.
    #[track_caller]
    pub fn bernoulli_(&self, p: impl crate::Given<Arg>) -> Tensor {
        self.try_bernoulli_(p).or_panic()
    }

    /// Like [`Tensor::bernoulli_`]. Fails where that panics.
    pub fn try_bernoulli_(&self, p: impl crate::Given<Arg>) -> Result<Tensor> {
        let p = match p.into() {
            Arg::Tensor(p) => {
                let (_, back) = in_memory(self);
                let order = inverse(&back);
                let p = p.detach().try_expand(self.dims())?.try_permute(order)?;
                let drawn = bernoulli(&p.try_contiguous()?)?.try_permute(back)?;
                return self.replace("BernoulliBackward1", drawn);
            }
            Arg::Scalar(p) => p.to_f64(),
        };
        if !(0. ..=1.).contains(&p) {
            bail!("bernoulli_ expects p to be in [0, 1], but got p={p}");
        }
        if self.dtype().is_complex() {
            return Err(Error::not_implemented(
                "bernoulli_scalar_cpu_",
                self.dtype(),
            ));
        }
        self.replace_in_memory("BernoulliBackward2", |draws, n| draws.bernoulli(p, n))
    }

    /// Refills this tensor with exponentially distributed numbers: PyTorch's default of `lambda` is 1. Their mean is
    /// `1 / lambda`. PyTorch: `Tensor.exponential_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::zeros([3]).exponential_(1.).to_string(), "tensor([3.5083, 1.2304, 0.6150])");
    /// assert_eq!(format!("{:.1}", Tensor::zeros([10_000]).exponential_(0.5).mean().item::<f32>()), "2.0");
    /// ```
    ///
    /// # Panics
    /// When `lambda` is not positive, or the dtype is none of floats.
    #[track_caller]
    pub fn exponential_(&self, lambda: f64) -> Tensor {
        self.try_exponential_(lambda).or_panic()
    }

    /// Like [`Tensor::exponential_`]. Fails where that panics.
    pub fn try_exponential_(&self, lambda: f64) -> Result<Tensor> {
        self.refill(Exponential { lambda })
    }

    /// Refills this tensor with numbers of Cauchy's distribution: PyTorch's defaults are 0 and 1. Half of them lie
    /// within `sigma` of the median; they have no mean. PyTorch: `Tensor.cauchy_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::zeros([3]).cauchy_(0., 1.).to_string(), "tensor([10.5977,  0.7648, -0.1283])");
    /// ```
    ///
    /// # Panics
    /// When `sigma` is not positive, or the dtype is none of floats.
    #[track_caller]
    pub fn cauchy_(&self, median: f64, sigma: f64) -> Tensor {
        self.try_cauchy_(median, sigma).or_panic()
    }

    /// Like [`Tensor::cauchy_`]. Fails where that panics.
    pub fn try_cauchy_(&self, median: f64, sigma: f64) -> Result<Tensor> {
        self.refill(Cauchy { median, sigma })
    }

    /// Refills this tensor with numbers whose logarithms are normal: PyTorch's defaults are 1 and 2. Those are mean and
    /// standard deviation of the logarithms. PyTorch: `Tensor.log_normal_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::zeros([3]).log_normal_(0., 0.5).to_string(), "tensor([2.1608, 0.8635, 0.3364])");
    /// ```
    ///
    /// # Panics
    /// When `std` is not positive, or the dtype is none of floats.
    #[track_caller]
    pub fn log_normal_(&self, mean: f64, std: f64) -> Tensor {
        self.try_log_normal_(mean, std).or_panic()
    }

    /// Like [`Tensor::log_normal_`]. Fails where that panics.
    pub fn try_log_normal_(&self, mean: f64, std: f64) -> Result<Tensor> {
        self.refill(LogNormal { mean, std })
    }

    /// Refills this tensor with how many trials it takes to the first success, which has the probability `p`. The dtype
    /// may be one of integers or of floats. PyTorch: `Tensor.geometric_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// // Throws of a die until the first six.
    /// assert_eq!(Tensor::zeros([5]).geometric_(1. / 6.).to_string(), "tensor([1., 2., 5., 1., 3.])");
    /// ```
    ///
    /// # Panics
    /// When `p` is not between 0 and 1.
    #[track_caller]
    pub fn geometric_(&self, p: f64) -> Tensor {
        self.try_geometric_(p).or_panic()
    }

    /// Like [`Tensor::geometric_`]. Fails where that panics.
    pub fn try_geometric_(&self, p: f64) -> Result<Tensor> {
        if !(p > 0. && p < 1.) {
            bail!("geometric_ expects p to be in (0, 1), but got p={p}");
        }
        if self.dtype().is_complex() || self.dtype() == DType::Bool {
            return Err(Error::not_implemented("geometric_cpu", self.dtype()));
        }
        self.replace_in_memory("GeometricBackward0", |draws, n| {
            let mut trials = vec![0f64; n];
            draws.geometric(&mut trials, p);
            trials
        })
    }

    /// Refills this tensor with integers of a range. PyTorch: `Tensor.random_`. `x.random_(..10)` draws from 0 up to
    /// but not including 10, `x.random_(3..10)` from 3, and `x.random_(..)` any that are not negative; of those that a
    /// float is not exact for, none.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::zeros([4]);
    /// assert_eq!(x.random_(..10).to_string(), "tensor([4., 9., 3., 0.])");
    /// ```
    ///
    /// # Panics
    /// When the range is empty, or the dtype has no place for its first or its last number.
    #[track_caller]
    pub fn random_(&self, range: impl RangeBounds<i64>) -> Tensor {
        self.try_random_(range).or_panic()
    }

    /// Like [`Tensor::random_`]. Fails where that panics.
    pub fn try_random_(&self, range: impl RangeBounds<i64>) -> Result<Tensor> {
        self.random_in(range.start_bound().cloned(), range.end_bound().cloned())
    }

    fn random_in(&self, start: Bound<i64>, end: Bound<i64>) -> Result<Tensor> {
        let dtype = self.dtype();
        let highest = largest_integer(dtype)?;
        let from = match start {
            Bound::Included(from) => Some(from),
            Bound::Excluded(from) => Some(from.saturating_add(1)),
            Bound::Unbounded => None,
        };
        let last = match end {
            Bound::Included(last) => last,
            Bound::Excluded(to) => to.saturating_sub(1),
            Bound::Unbounded if from.is_none() => {
                return self.replace_in_memory("RandomBackward2", |draws, n| {
                    draws.integers_to(highest, dtype == DType::I64 || dtype == DType::F64, n)
                });
            }
            Bound::Unbounded => i64::try_from(highest).unwrap_or(i64::MAX),
        };
        let node = if from.is_some() {
            "RandomBackward0"
        } else {
            "RandomBackward1"
        };
        let from = from.unwrap_or(0);
        if last < from {
            bail!(
                "random_ expects 'from' to be less than 'to', but got from={from} >= to={}",
                last.saturating_add(1)
            );
        }
        check_bound("from", from, dtype)?;
        check_bound("to - 1", last, dtype)?;
        self.replace_in_memory(node, |draws, n| draws.integers_through(from, last, n))
    }

    fn refill(&self, draw: impl Draw) -> Result<Tensor> {
        check_in_place(self)?;
        draw.check(self.dtype())?;
        let node = draw.node();
        let (shape, back) = in_memory(self);
        let options = TensorOptions::new().dtype(self.dtype());
        let contiguous = self.is_contiguous();
        let drawn = drawn_in(
            &shape.into(),
            options,
            &default_generator(),
            draw,
            contiguous,
        )?;
        self.replace(node, drawn.try_permute(back)?)
    }

    /// Refills this tensor with what `draw` gives for its memory, element by element.
    fn replace_in_memory<N: super::TensorElement>(
        &self,
        node: &'static str,
        draw: impl FnOnce(&mut Draws<'_>, usize) -> Vec<N>,
    ) -> Result<Tensor> {
        check_in_place(self)?;
        let (shape, back) = in_memory(self);
        let numbers = draw(&mut default_generator().lock(), self.numel());
        self.replace(
            node,
            Tensor::try_from_vec(numbers, shape)?.try_permute(back)?,
        )
    }

    /// Whatever the tensor came from has no say in what it is now.
    fn replace(&self, node: &'static str, drawn: Tensor) -> Result<Tensor> {
        let drawn = drawn
            .try_to_dtype(self.dtype())?
            .try_to_device(self.device())?;
        in_place(self, |x| {
            let array = transfer::copy(&drawn.array())?;
            drawn_by(node, x, Tensor::from_array(array))
        })?;
        Ok(self.clone())
    }
}
