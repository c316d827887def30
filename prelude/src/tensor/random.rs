//! Random tensors that are new: of a shape, and those whose numbers are said by another tensor.
//!
//! All draw from the default generator, or from another one inside of
//! [`Generator::scope`](crate::random::Generator::scope).

use super::creation::finish;
use super::draw::{Draw, Normal, Uniform, drawn};
use super::refill::in_memory;
use super::{Tensor, TensorOptions};
use crate::autograd::{Ctx, record_as_is};
use crate::dtype::DType;
use crate::error::{Error, OrPanic, Result, bail};
use crate::kernels::Array;
use crate::kernels::element::with_float;
use crate::random::{Real, default_generator};
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

/// What was drawn by the numbers of `x` does not change where they do a little.
pub(super) fn drawn_by(node: &'static str, x: &Tensor, drawn: Tensor) -> Result<Tensor> {
    record_as_is(node, &[x], drawn, |_| {
        (Vec::new(), |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_zeros_like()?)])
        })
    })
}

pub(super) fn bernoulli(p: &Tensor) -> Result<Tensor> {
    let happens = with_float!(p.dtype(), "bernoulli_tensor_cpu_p_", T => {
        let p = p.detach().to_vec::<T>();
        if !p.iter().all(|&p| (0. ..=1.).contains(&p.to_f64())) {
            bail!("Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
        }
        default_generator().lock().bernoulli_each(&p)
    });
    like(p, happens)
}

fn poisson(rates: &Tensor) -> Result<Tensor> {
    let counts = with_float!(rates.dtype(), "poisson_cpu", T => {
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
pub(super) fn like<N: super::TensorElement>(x: &Tensor, numbers: Vec<N>) -> Result<Tensor> {
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
    let drawn = with_float!(weights.dtype(), "multinomial", T => {
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
        distribution.check(x.dtype())?;
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
    record_as_is(node, &inputs, drawn, |_| {
        let zeros = move |_: &Ctx, g: &Tensor| {
            let zeros = shapes.iter().map(|shape| Some(g.new_zeros(shape.clone())));
            Ok(zeros.collect())
        };
        (Vec::new(), zeros)
    })
}

fn normal_of(mean: f64, std: f64, shape: &Dims) -> Result<Tensor> {
    let distribution = Normal { mean, std };
    distribution.check(crate::get_default_dtype())?;
    drawn(
        shape,
        TensorOptions::new(),
        &default_generator(),
        distribution,
    )
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
        drawn_by("BernoulliBackward0", self, bernoulli(self)?)
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
        drawn_by("PoissonBackward0", self, poisson(self)?)
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

    /// Random integers from `low` up to but not including `high`, in the shape and dtype and on the device of this
    /// tensor. PyTorch: `torch.randint_like`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(tensor!([0., 0., 0.]).randint_like(1, 7).to_string(), "tensor([3., 4., 6.])");
    /// ```
    ///
    /// # Panics
    /// When there is no integer between the two, or one of the two is too large for the dtype.
    #[track_caller]
    pub fn randint_like(&self, low: i64, high: i64) -> Tensor {
        self.zeros_like().try_random_(low..high).or_panic()
    }
}
