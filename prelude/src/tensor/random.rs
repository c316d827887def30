//! Random tensors: those that are refilled in place, and those whose numbers say what is drawn.
//!
//! All draw from the default generator, or from another one inside of
//! [`Generator::scope`](crate::random::Generator::scope).

use std::ops::{Bound, RangeBounds};

use half::{bf16, f16};

use super::creation::finish;
use super::draw::{Cauchy, Draw, Exponential, LogNormal, Normal, Uniform, drawn, drawn_in};
use super::{Tensor, TensorOptions};
use crate::autograd::{Ctx, check_in_place, in_place, record_as_is};
use crate::dtype::DType;
use crate::error::{Error, OrPanic, Result, bail};
use crate::kernels::{Array, transfer};
use crate::random::{Draws, Real, default_generator};
use crate::scalar::Arg;
use crate::shape::Dims;

// Not generic, so that the generators are compiled here and not in every cell.
pub(super) fn uniform(shape: &Dims, options: TensorOptions) -> Result<Tensor> {
    drawn(
        shape,
        options,
        &default_generator(),
        Uniform { from: 0., to: 1. },
    )
}

pub(super) fn normal(shape: &Dims, options: TensorOptions) -> Result<Tensor> {
    drawn(
        shape,
        options,
        &default_generator(),
        Normal { mean: 0., std: 1. },
    )
}

pub(super) fn random_integers(
    low: i64,
    high: i64,
    shape: &Dims,
    options: TensorOptions,
) -> Result<Tensor> {
    if low >= high {
        bail!("random_ expects 'from' to be less than 'to', but got from={low} >= to={high}");
    }
    let shape = shape.to_shape()?;
    let numbers = default_generator()
        .lock()
        .integers(low, high, shape.numel());
    finish(&Array::from_vec(numbers, DType::I64, &shape), options)
}

/// The sizes of a tensor in the order in which its numbers lie in memory, which is the one in which PyTorch fills them,
/// and the permutation that brings them back.
pub(super) fn in_memory(x: &Tensor) -> (Vec<usize>, Vec<usize>) {
    let (sizes, strides) = (x.dims(), x.stride());
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&dim| std::cmp::Reverse(strides[dim]));
    let lying = order.iter().map(|&dim| sizes[dim]).collect();
    (lying, super::picked::inverse(&order))
}

/// Evaluates with `T` as the type of a tensor's floats.
macro_rules! with_real {
    ($dtype:expr, $name:expr, $T:ident => $body:expr) => {
        match $dtype {
            DType::F32 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            DType::F16 => {
                type $T = f16;
                $body
            }
            DType::BF16 => {
                type $T = bf16;
                $body
            }
            other => return Err(Error::not_implemented($name, other)),
        }
    };
}

/// What was drawn by the numbers of `x` does not change where they do a little.
fn drawn_by(node: &'static str, x: &Tensor, drawn: Tensor) -> Tensor {
    record_as_is(node, &[x], drawn, |_| {
        (Vec::new(), |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_zeros_like()?)])
        })
    })
}

fn bernoulli(p: &Tensor) -> Result<Tensor> {
    let happens = with_real!(p.dtype(), "bernoulli_tensor_cpu_p_", T => {
        let p = p.detach().to_vec::<T>();
        if !p.iter().all(|&p| (0. ..=1.).contains(&p.to_f64())) {
            bail!("Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
        }
        default_generator().lock().bernoulli_each(&p)
    });
    like(p, happens)
}

fn poisson(rates: &Tensor) -> Result<Tensor> {
    let counts = with_real!(rates.dtype(), "poisson_cpu", T => {
        let rates = rates.detach().to_vec::<T>();
        // Not a number is neither.
        if !rates.iter().all(|&rate| rate.to_f64() >= 0.) {
            bail!("invalid Poisson rate, expected rate to be non-negative");
        }
        let generator = default_generator();
        let mut draws = generator.lock();
        rates.into_iter().map(|rate| draws.poisson(rate.to_f64()) as f64).collect()
    });
    like(rates, counts)
}

/// These numbers in the shape and dtype and on the device of `x`.
fn like<N: super::TensorElement>(x: &Tensor, numbers: Vec<N>) -> Result<Tensor> {
    Tensor::try_from_vec(numbers, x.shape())?
        .try_to_dtype(x.dtype())?
        .try_to_device(x.device())
}

fn categories(weights: &Tensor, samples: usize, replacement: bool) -> Result<Tensor> {
    let shape = weights.dims();
    let Some((&categories, rows)) = shape.split_last().filter(|(_, rows)| rows.len() < 2) else {
        bail!("prob_dist must be 1 or 2 dim");
    };
    if !weights.dtype().is_floating_point() {
        bail!(
            "multinomial only supports floating-point dtypes for input, got: {}",
            weights.dtype().scalar_type()
        );
    }
    if samples == 0 {
        bail!("cannot sample n_sample <= 0 samples");
    }
    let of_rows = rows.iter().copied().chain([samples]).collect::<Vec<_>>();
    let drawn = with_real!(weights.dtype(), "multinomial", T => {
        let (_, order) = in_memory(weights);
        let weights = weights.detach().to_vec::<T>();
        let generator = default_generator();
        let mut draws = generator.lock();
        draws.multinomial_of(&weights, categories, samples, replacement, order == [1, 0])
    });
    let drawn = drawn.map_err(|why| Error::runtime(why.to_string()))?;
    let drawn = Array::from_vec(drawn, DType::I64, &of_rows);
    finish(&drawn, TensorOptions::new().device(weights.device()))
}

/// Normal numbers of which each has a mean and a standard deviation of its own.
fn normal_each(mean: &Arg, std: &Arg) -> Result<Tensor> {
    let options = |x: &Tensor| TensorOptions::new().dtype(x.dtype()).device(x.device());
    let standard = |shape: Dims, x: &Tensor, std: f64| {
        let distribution = Normal { mean: 0., std };
        distribution.check()?;
        drawn(&shape, options(x), &default_generator(), distribution)
    };
    let check = |std: &Tensor| match std.detach().to_vec::<f64>().iter().any(|&std| std < 0.) {
        true => bail!("normal expects all elements of std >= 0.0"),
        false => Ok(()),
    };
    let (node, inputs, drawn) = match (mean, std) {
        (Arg::Tensor(mean), Arg::Tensor(std)) => {
            check(std)?;
            let shape = crate::shape::broadcast(&mean.dims(), &std.dims())?;
            let drawn = standard(shape.into(), mean, 1.)?;
            drawn.try_mul_(std.detach())?.try_add_(mean.detach())?;
            ("NormalBackward3", vec![mean, std], drawn)
        }
        (Arg::Tensor(mean), Arg::Scalar(std)) => {
            let drawn = standard(mean.dims().into(), mean, std.to_f64())?;
            drawn.try_add_(mean.detach())?;
            ("NormalBackward1", vec![mean], drawn)
        }
        (Arg::Scalar(mean), Arg::Tensor(std)) => {
            check(std)?;
            let drawn = standard(std.dims().into(), std, 1.)?;
            drawn.try_mul_(std.detach())?.try_add_(*mean)?;
            ("NormalBackward2", vec![std], drawn)
        }
        (Arg::Scalar(mean), Arg::Scalar(std)) => {
            return normal_of(mean.to_f64(), std.to_f64(), &Dims::default());
        }
    };
    let shapes: Vec<_> = inputs.iter().map(|x| x.dims()).collect();
    Ok(record_as_is(node, &inputs, drawn, |_| {
        let zeros = move |_: &Ctx, g: &Tensor| {
            let zeros = shapes.iter().map(|shape| Some(g.new_zeros(shape.clone())));
            Ok(zeros.collect())
        };
        (Vec::new(), zeros)
    }))
}

fn normal_of(mean: f64, std: f64, shape: &Dims) -> Result<Tensor> {
    let distribution = Normal { mean, std };
    distribution.check()?;
    drawn(
        shape,
        TensorOptions::new(),
        &default_generator(),
        distribution,
    )
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
        DType::U8 => (0, u8::MAX.into()),
        DType::I8 => (i8::MIN.into(), i8::MAX.into()),
        DType::I16 => (i16::MIN.into(), i16::MAX.into()),
        DType::I32 => (i32::MIN.into(), i32::MAX.into()),
        DType::F16 => (-65504, 65504),
        _ => (i64::MIN, i64::MAX),
    };
    if !(low..=high).contains(&bound) {
        bail!("{what} is out of bounds for {}", dtype.c_name());
    }
    Ok(())
}

impl Tensor {
    /// 1 with the probability that each number says, 0 otherwise: `torch.bernoulli`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(tensor!([0.2, 0.8, 0.5]).bernoulli().to_string(), "tensor([0., 1., 1.])");
    /// ```
    ///
    /// # Panics
    /// When a number is no probability, or the dtype is none of floats.
    #[track_caller]
    pub fn bernoulli(&self) -> Tensor {
        self.try_bernoulli().or_panic()
    }

    /// Like [`Tensor::bernoulli`]. Fails if a number is no probability, or the dtype is none of floats.
    pub fn try_bernoulli(&self) -> Result<Tensor> {
        Ok(drawn_by("BernoulliBackward0", self, bernoulli(self)?))
    }

    /// `samples` positions (`i64`), each with a probability in proportion to the number there; of every row, where this
    /// tensor has two dimensions: `torch.multinomial`. Without `replacement` no position comes twice.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let next = tensor!([0.2, 0.8, 0.5]).multinomial(2, false);
    /// assert_eq!(next.to_string(), "tensor([2, 1])");
    /// ```
    ///
    /// # Panics
    /// When a number is negative, infinite or nan, all are 0, the dtype is none of floats, there are fewer positions than
    /// are drawn without replacement, or not one or two dimensions.
    #[track_caller]
    pub fn multinomial(&self, samples: usize, replacement: bool) -> Tensor {
        self.try_multinomial(samples, replacement).or_panic()
    }

    /// Like [`Tensor::multinomial`]. Fails where that panics.
    pub fn try_multinomial(&self, samples: usize, replacement: bool) -> Result<Tensor> {
        categories(self, samples, replacement)
    }

    /// How often events happen that happen at these rates: `torch.poisson`. By multiplication for rates below 10, else by
    /// rejection (Hörmann, 1993), as in PyTorch.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!((tensor!([0.2, 0.8, 0.5]) * 20).poisson().to_string(), "tensor([ 7., 17.,  9.])");
    /// ```
    ///
    /// # Panics
    /// When a rate is negative, or the dtype is none of floats.
    #[track_caller]
    pub fn poisson(&self) -> Tensor {
        self.try_poisson().or_panic()
    }

    /// Like [`Tensor::poisson`]. Fails if a rate is negative, or the dtype is none of floats.
    pub fn try_poisson(&self) -> Result<Tensor> {
        Ok(drawn_by("PoissonBackward0", self, poisson(self)?))
    }

    /// Normal numbers of a mean and a standard deviation: `torch.normal(0, 1, (2, 3))`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::normal(10., 2., [2]).to_string(), "tensor([13.0820,  9.4131])");
    /// ```
    ///
    /// # Panics
    /// When `std` is negative.
    #[track_caller]
    pub fn normal(mean: f64, std: f64, shape: impl crate::Given<Dims>) -> Tensor {
        Self::try_normal(mean, std, shape).or_panic()
    }

    /// Like [`Tensor::normal`]. Fails if `std` is negative.
    pub fn try_normal(mean: f64, std: f64, shape: impl crate::Given<Dims>) -> Result<Tensor> {
        normal_of(mean, std, &shape.into())
    }

    /// Normal numbers, each with a mean and a standard deviation of its own; one of the two may be the same for all:
    /// `torch.normal(means, stds)`. The shape is what both broadcast to.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::normal_each(&tensor!([0.2, 0.8, 0.5]), 0.5);
    /// assert_eq!(x.to_string(), "tensor([ 0.9705,  0.6533, -0.5894])");
    /// ```
    ///
    /// # Panics
    /// When a standard deviation is negative, the shapes do not broadcast, or the dtype is none of floats.
    #[track_caller]
    pub fn normal_each(mean: impl crate::Given<Arg>, std: impl crate::Given<Arg>) -> Tensor {
        Self::try_normal_each(mean, std).or_panic()
    }

    /// Like [`Tensor::normal_each`]. Fails where that panics.
    pub fn try_normal_each(
        mean: impl crate::Given<Arg>,
        std: impl crate::Given<Arg>,
    ) -> Result<Tensor> {
        normal_each(&mean.into(), &std.into())
    }

    /// Random integers from `low` up to but not including `high`, in the shape and dtype and on the device of this tensor.
    ///
    /// # Panics
    /// When there is no integer between the two, or one of the two is too large for the dtype.
    #[track_caller]
    pub fn randint_like(&self, low: i64, high: i64) -> Tensor {
        self.zeros_like().try_random_(low..high).or_panic()
    }

    /// Refills this tensor with floats from `[from, to)`.
    #[track_caller]
    pub fn uniform_(&self, from: f64, to: f64) -> Tensor {
        self.try_uniform_(from, to).or_panic()
    }

    /// Like [`Tensor::uniform_`]. Fails if the range is upside down or the dtype is none of floats.
    pub fn try_uniform_(&self, from: f64, to: f64) -> Result<Tensor> {
        self.refill(Uniform { from, to })
    }

    /// Refills this tensor with normal numbers.
    #[track_caller]
    pub fn normal_(&self, mean: f64, std: f64) -> Tensor {
        self.try_normal_(mean, std).or_panic()
    }

    /// Like [`Tensor::normal_`]. Fails if `std` is negative or the dtype is none of floats.
    pub fn try_normal_(&self, mean: f64, std: f64) -> Result<Tensor> {
        self.refill(Normal { mean, std })
    }

    /// Refills this tensor with 1 and 0; 1 has the probability `p`, which is one number or one for each element.
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
                let order = super::picked::inverse(&back);
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

    /// Refills this tensor with exponentially distributed numbers: PyTorch's default of `lambda` is 1.
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

    /// Refills this tensor with numbers of Cauchy's distribution: PyTorch's defaults are 0 and 1.
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

    /// Refills this tensor with numbers whose logarithms are normal: PyTorch's defaults are 1 and 2.
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

    /// Refills this tensor with how many trials it takes to the first success, which has the probability `p`.
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

    /// Refills this tensor with integers: `x.random_(..10)` from 0 up to but not including 10, `x.random_(3..10)` from 3,
    /// and `x.random_(..)` with any that are not negative; of those that a float is not exact for, none.
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
        draw.check()?;
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
            Ok(record_as_is(node, &[x], Tensor::from_array(array), |_| {
                (Vec::new(), |_: &Ctx, g: &Tensor| {
                    Ok(vec![Some(g.try_zeros_like()?)])
                })
            }))
        })?;
        Ok(self.clone())
    }
}
