//! What every distribution can be asked for.

use super::constraint::Constraint;
use super::validation;
use crate::autograd::no_grad;
use crate::error::{Error, OrPanic, Result};
use crate::shape::{Dims, Shape};
use crate::tensor::Tensor;
use std::fmt;

/// A probability distribution, or a batch of them. PyTorch: `torch.distributions.Distribution`.
///
/// A batch holds one distribution for each element of `batch_shape`, and each draw of one of them has the shape
/// `event_shape`. Draws have the shape `sample_shape + batch_shape + event_shape`, and `log_prob` gives one number for
/// each distribution of the batch. Each method panics with PyTorch's sentence where there is no answer, and has a `try_`
/// twin that returns it.
///
/// ```
/// use wick::distributions::{Categorical, Normal};
/// use wick::prelude::*;
/// let normal = Normal::new(tensor!([0., 10.]), 2.);
/// assert_eq!(normal.batch_shape(), [2]);
/// assert_eq!(normal.sample([3]).shape(), [3, 2]);
/// assert_eq!(normal.log_prob(&tensor!([0., 12.])).to_string(), "tensor([-1.6121, -2.1121])");
/// // The policy of an agent that has three actions to choose from, and the loss that makes the chosen one likelier.
/// let scores = tensor!([0.1, 0.5, -1.]).requires_grad_(true);
/// let policy = Categorical::from_logits(&scores);
/// let action = policy.sample(());
/// let loss = -policy.log_prob(&action) * 1.5;
/// loss.backward();
/// assert_eq!(scores.grad().unwrap().shape(), [3]);
/// ```
///
/// Behind a `dyn Distribution` draws are those of [`draw`](Distribution::draw), which takes the shape as it is.
///
/// A distribution of one's own says its shape and what else it knows; drawing is [`draw`](Distribution::draw), or
/// [`draw_through`](Distribution::draw_through) where gradients pass.
///
/// ```
/// use wick::distributions::Constraint;
/// use wick::prelude::*;
/// use wick::{Shape, Result};
///
/// /// Always the same number.
/// #[derive(Clone)]
/// struct Fixed(Tensor);
///
/// impl std::fmt::Display for Fixed {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         write!(f, "Fixed({})", self.0)
///     }
/// }
///
/// impl Distribution for Fixed {
///     fn batch_shape(&self) -> Shape {
///         self.0.shape()
///     }
///     fn expand_to(&self, shape: &Shape) -> Result<Self> {
///         Ok(Fixed(self.0.try_expand(shape)?))
///     }
///     fn try_support(&self) -> Result<Constraint> {
///         Ok(Constraint::Real)
///     }
///     fn try_mean(&self) -> Result<Tensor> {
///         Ok(self.0.clone())
///     }
///     fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
///         self.0.try_expand(self.extended_shape(shape))
///     }
/// }
///
/// let seven = Fixed(tensor!([7.]));
/// assert_eq!(seven.sample([2]).to_string(), "tensor([[7.],\n        [7.]])");
/// assert_eq!(seven.try_entropy().unwrap_err().to_string(), "Fixed does not implement entropy");
/// ```
pub trait Distribution: fmt::Display {
    /// How many distributions there are, by dimension. PyTorch: `torch.distributions.Distribution.batch_shape`.
    fn batch_shape(&self) -> Shape;

    /// The shape of what one of them draws. PyTorch: `torch.distributions.Distribution.event_shape`.
    ///
    /// ```
    /// use wick::distributions::Dirichlet;
    /// use wick::prelude::*;
    /// let shares = Dirichlet::new(Tensor::ones([5, 3]));
    /// assert_eq!((shares.batch_shape(), shares.event_shape()), ([5].into(), [3].into()));
    /// ```
    fn event_shape(&self) -> Shape {
        Shape::from([])
    }

    /// Whether values are looked at before they are scored. PyTorch: the argument `validate_args`.
    ///
    /// ```
    /// use wick::distributions::Bernoulli;
    /// use wick::prelude::*;
    /// assert!(Bernoulli::new(0.5).validates() && !Bernoulli::without_validation(0.5).validates());
    /// ```
    fn validates(&self) -> bool {
        validation::validate_args()
    }

    /// Whether draws have gradients. PyTorch: `torch.distributions.Distribution.has_rsample`.
    ///
    /// ```
    /// use wick::distributions::{Bernoulli, Normal};
    /// use wick::prelude::*;
    /// assert!(Normal::new(0., 1.).has_rsample() && !Bernoulli::new(0.5).has_rsample());
    /// ```
    fn has_rsample(&self) -> bool {
        false
    }

    /// Whether all values can be listed. PyTorch: `torch.distributions.Distribution.has_enumerate_support`.
    ///
    /// ```
    /// use wick::distributions::{Bernoulli, Normal};
    /// use wick::prelude::*;
    /// assert!(!Normal::new(0., 1.).has_enumerate_support() && Bernoulli::new(0.5).has_enumerate_support());
    /// ```
    fn has_enumerate_support(&self) -> bool {
        false
    }

    /// The same distributions, repeated to fill a larger batch: what [`Distribution::try_expand`] does for a shape.
    fn expand_to(&self, shape: &Shape) -> Result<Self>
    where
        Self: Sized;

    /// Draws with gradients in a shape: what [`Distribution::try_rsample`] does. Fails where draws have none.
    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let _ = shape;
        let why = "rsample; use sample, whose draws have no gradient, and weigh log_prob instead";
        Err(not_implemented(self, why))
    }

    /// Draws without gradients in a shape: what [`Distribution::try_sample`] does.
    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        no_grad(|| self.draw_through(shape))
    }

    /// The values that can be drawn. Fails if that is not known.
    fn try_support(&self) -> Result<Constraint> {
        Err(not_implemented(self, "support"))
    }

    /// [`Distribution::mean`] that returns what is wrong instead of panicking.
    fn try_mean(&self) -> Result<Tensor> {
        Err(not_implemented(self, "mean"))
    }

    /// [`Distribution::mode`] that returns what is wrong instead of panicking.
    fn try_mode(&self) -> Result<Tensor> {
        Err(not_implemented(self, "mode"))
    }

    /// [`Distribution::variance`] that returns what is wrong instead of panicking.
    fn try_variance(&self) -> Result<Tensor> {
        Err(not_implemented(self, "variance"))
    }

    /// [`Distribution::stddev`] that returns what is wrong instead of panicking.
    fn try_stddev(&self) -> Result<Tensor> {
        self.try_variance()?.try_sqrt()
    }

    /// [`Distribution::log_prob`] that returns what is wrong instead of panicking.
    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let _ = value;
        Err(not_implemented(self, "log_prob"))
    }

    /// [`Distribution::cdf`] that returns what is wrong instead of panicking.
    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let _ = value;
        Err(not_implemented(
            self,
            "cdf; draw many samples and count them",
        ))
    }

    /// [`Distribution::icdf`] that returns what is wrong instead of panicking.
    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        let _ = value;
        Err(not_implemented(
            self,
            "icdf; draw many samples and take their quantile",
        ))
    }

    /// [`Distribution::entropy`] that returns what is wrong instead of panicking.
    fn try_entropy(&self) -> Result<Tensor> {
        Err(not_implemented(self, "entropy"))
    }

    /// [`Distribution::perplexity`] that returns what is wrong instead of panicking.
    fn try_perplexity(&self) -> Result<Tensor> {
        self.try_entropy()?.try_exp()
    }

    /// [`Distribution::enumerate_support`] that returns what is wrong instead of panicking.
    fn try_enumerate_support(&self, expand: bool) -> Result<Tensor> {
        let _ = expand;
        Err(not_implemented(self, "enumerate_support"))
    }

    /// The values that can be drawn. PyTorch: `torch.distributions.Distribution.support`.
    ///
    /// ```
    /// use wick::distributions::{Bernoulli, Uniform};
    /// use wick::prelude::*;
    /// assert_eq!(Bernoulli::new(0.5).support().to_string(), "Boolean()");
    /// assert_eq!(Uniform::new(0, 2).support().to_string(), "Interval(lower_bound=0.0, upper_bound=2.0)");
    /// ```
    #[track_caller]
    fn support(&self) -> Constraint {
        self.try_support().or_panic()
    }

    /// The mean of what is drawn. PyTorch: `torch.distributions.Distribution.mean`.
    ///
    /// ```
    /// use wick::distributions::Gamma;
    /// use wick::prelude::*;
    /// assert_eq!(Gamma::new(tensor!([1., 3.]), 2).mean().to_string(), "tensor([0.5000, 1.5000])");
    /// ```
    #[track_caller]
    fn mean(&self) -> Tensor {
        self.try_mean().or_panic()
    }

    /// What is drawn most easily. PyTorch: `torch.distributions.Distribution.mode`.
    ///
    /// ```
    /// use wick::distributions::Gamma;
    /// use wick::prelude::*;
    /// assert_eq!(Gamma::new(tensor!([1., 3.]), 2).mode().to_string(), "tensor([0., 1.])");
    /// ```
    #[track_caller]
    fn mode(&self) -> Tensor {
        self.try_mode().or_panic()
    }

    /// The mean of the squared distance from the mean. PyTorch: `torch.distributions.Distribution.variance`.
    ///
    /// ```
    /// use wick::distributions::Gamma;
    /// use wick::prelude::*;
    /// assert_eq!(Gamma::new(tensor!([1., 3.]), 2).variance().to_string(), "tensor([0.2500, 0.7500])");
    /// ```
    #[track_caller]
    fn variance(&self) -> Tensor {
        self.try_variance().or_panic()
    }

    /// The root of the variance. PyTorch: `torch.distributions.Distribution.stddev`.
    ///
    /// ```
    /// use wick::distributions::Gamma;
    /// use wick::prelude::*;
    /// assert_eq!(Gamma::new(tensor!([1., 3.]), 2).stddev().to_string(), "tensor([0.5000, 0.8660])");
    /// ```
    #[track_caller]
    fn stddev(&self) -> Tensor {
        self.try_stddev().or_panic()
    }

    /// The logarithm of the density, or of the probability where values can be counted, at `value`. PyTorch:
    /// `torch.distributions.Distribution.log_prob`.
    ///
    /// ```
    /// use wick::distributions::Bernoulli;
    /// use wick::prelude::*;
    /// let coin = Bernoulli::new(0.25);
    /// assert_eq!(coin.log_prob(&tensor!([0., 1.])).exp().to_string(), "tensor([0.7500, 0.2500])");
    /// ```
    ///
    /// # Panics
    /// When `value` does not go with the shapes of the distribution, or holds what cannot be drawn.
    #[track_caller]
    fn log_prob(&self, value: &Tensor) -> Tensor {
        self.try_log_prob(value).or_panic()
    }

    /// The probability of drawing `value` or less. PyTorch: `torch.distributions.Distribution.cdf`.
    ///
    /// ```
    /// use wick::distributions::Normal;
    /// use wick::prelude::*;
    /// assert_eq!(Normal::new(0, 1).cdf(&tensor!([-1.96, 0.])).to_string(), "tensor([0.0250, 0.5000])");
    /// ```
    ///
    /// # Panics
    /// When the distribution has none, or `value` does not go with it.
    #[track_caller]
    fn cdf(&self, value: &Tensor) -> Tensor {
        self.try_cdf(value).or_panic()
    }

    /// The value below which a draw lies with the probability `value`. PyTorch: `torch.distributions.Distribution.icdf`.
    ///
    /// ```
    /// use wick::distributions::Normal;
    /// use wick::prelude::*;
    /// assert_eq!(Normal::new(0, 1).icdf(&tensor!([0.025, 0.5])).to_string(), "tensor([-1.9600,  0.0000])");
    /// ```
    ///
    /// # Panics
    /// When the distribution has none, or the shapes do not go together.
    #[track_caller]
    fn icdf(&self, value: &Tensor) -> Tensor {
        self.try_icdf(value).or_panic()
    }

    /// How uncertain a draw is, in nats. PyTorch: `torch.distributions.Distribution.entropy`.
    ///
    /// ```
    /// use wick::distributions::Categorical;
    /// use wick::prelude::*;
    /// let dice = Categorical::new(Tensor::ones(6));
    /// assert_eq!(format!("{:.4}", dice.entropy().item::<f32>()), "1.7918");
    /// ```
    #[track_caller]
    fn entropy(&self) -> Tensor {
        self.try_entropy().or_panic()
    }

    /// As how many values that are equally likely a draw is uncertain. PyTorch:
    /// `torch.distributions.Distribution.perplexity`.
    ///
    /// ```
    /// use wick::distributions::Categorical;
    /// use wick::prelude::*;
    /// let dice = Categorical::new(Tensor::ones(6));
    /// assert_eq!(format!("{:.2}", dice.perplexity().item::<f32>()), "6.00");
    /// ```
    #[track_caller]
    fn perplexity(&self) -> Tensor {
        self.try_perplexity().or_panic()
    }

    /// All values, along a new first dimension; the batch's dimensions follow, of size 1 unless `expand`. PyTorch:
    /// `torch.distributions.Distribution.enumerate_support`.
    ///
    /// ```
    /// use wick::distributions::Bernoulli;
    /// use wick::prelude::*;
    /// let coins = Bernoulli::new(tensor!([0.1, 0.5, 0.9]));
    /// assert_eq!(coins.enumerate_support(true).shape(), [2, 3]);
    /// assert_eq!(coins.enumerate_support(false).to_string(), "tensor([[0.],\n        [1.]])");
    /// ```
    #[track_caller]
    fn enumerate_support(&self, expand: bool) -> Tensor {
        self.try_enumerate_support(expand).or_panic()
    }

    /// Draws, `shape` of each distribution of the batch. PyTorch: `torch.distributions.Distribution.sample`.
    ///
    /// ```
    /// use wick::distributions::Bernoulli;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Bernoulli::new(0.5).sample([4]).to_string(), "tensor([1., 0., 1., 1.])");
    /// assert_eq!(Bernoulli::new(0.5).sample(()).shape(), []);
    /// ```
    #[track_caller]
    fn sample(&self, shape: impl crate::Given<Dims>) -> Tensor
    where
        Self: Sized,
    {
        self.try_sample(shape).or_panic()
    }

    /// [`Distribution::sample`] that returns what is wrong instead of panicking.
    fn try_sample(&self, shape: impl crate::Given<Dims>) -> Result<Tensor>
    where
        Self: Sized,
    {
        self.draw(&shape.into().to_shape()?)
    }

    /// Draws through which gradients reach the parameters. PyTorch: `torch.distributions.Distribution.rsample`.
    ///
    /// ```
    /// use wick::distributions::Normal;
    /// use wick::prelude::*;
    /// let loc = tensor!(1.).requires_grad_(true);
    /// Normal::new(&loc, 2.).rsample([5]).sum().backward();
    /// assert_eq!(loc.grad().unwrap().item::<f32>(), 5.);
    /// ```
    ///
    /// # Panics
    /// When draws have no gradients.
    #[track_caller]
    fn rsample(&self, shape: impl crate::Given<Dims>) -> Tensor
    where
        Self: Sized,
    {
        self.try_rsample(shape).or_panic()
    }

    /// [`Distribution::rsample`] that returns what is wrong instead of panicking.
    fn try_rsample(&self, shape: impl crate::Given<Dims>) -> Result<Tensor>
    where
        Self: Sized,
    {
        self.draw_through(&shape.into().to_shape()?)
    }

    /// The same distributions, repeated to fill a larger batch. Nothing is copied. PyTorch:
    /// `torch.distributions.Distribution.expand`.
    ///
    /// ```
    /// use wick::distributions::Normal;
    /// use wick::prelude::*;
    /// assert_eq!(Normal::new(tensor!([0., 1.]), 1).expand([3, 2]).batch_shape(), [3, 2]);
    /// ```
    ///
    /// # Panics
    /// When the batch has another size in a dimension that it brings along.
    #[track_caller]
    fn expand(&self, shape: impl crate::Given<Dims>) -> Self
    where
        Self: Sized,
    {
        self.try_expand(shape).or_panic()
    }

    /// [`Distribution::expand`] that returns what is wrong instead of panicking.
    fn try_expand(&self, shape: impl crate::Given<Dims>) -> Result<Self>
    where
        Self: Sized,
    {
        self.expand_to(&shape.into().to_shape()?)
    }

    /// The shape of draws: `shape`, then that of the batch, then that of an event.
    ///
    /// ```
    /// use wick::distributions::Dirichlet;
    /// use wick::prelude::*;
    /// assert_eq!(Dirichlet::new(Tensor::ones([5, 3])).extended_shape(&[2].into()), [2, 5, 3]);
    /// ```
    fn extended_shape(&self, shape: &Shape) -> Shape {
        [
            shape.dims(),
            self.batch_shape().dims(),
            self.event_shape().dims(),
        ]
        .concat()
        .into()
    }

    /// `value` if it can be scored: its shape goes with that of a draw and, where the distribution validates, its
    /// numbers can be drawn. What [`Distribution::try_log_prob`] begins with.
    ///
    /// ```
    /// use wick::distributions::Bernoulli;
    /// use wick::prelude::*;
    /// let coin = Bernoulli::new(0.5);
    /// assert!(coin.valid(&tensor!(1.)).is_ok() && coin.valid(&tensor!(0.5)).is_err());
    /// ```
    fn valid(&self, value: &Tensor) -> Result<Tensor> {
        let shapes = [self.batch_shape(), self.event_shape()];
        let support = || self.try_support();
        validation::checked_sample(value, shapes, self.validates(), &support, &|| {
            self.to_string()
        })
    }

    /// `value` as a tensor for which only the shape has to go with a draw.
    #[doc(hidden)]
    fn fitting(&self, value: &Tensor) -> Result<Tensor> {
        validation::fitting(value, &self.extended_shape(&Shape::from([])))
    }
}

/// What PyTorch raises `NotImplementedError` for.
pub(super) fn not_implemented(distribution: &(impl Distribution + ?Sized), what: &str) -> Error {
    let shown = distribution.to_string();
    let name = shown.split('(').next().unwrap_or_default();
    Error::runtime(format!("{name} does not implement {what}"))
}
