//! Averages of a model's weights: `torch.optim.swa_utils`.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::OrPanic;
use crate::nn::{Forward, Module, ModuleExt};
use crate::{Result, Tensor, no_grad};

/// How an average takes in a new value: from the average, the value, and how many values it has.
type Average = Box<dyn Fn(&Tensor, &Tensor, usize) -> Result<()> + Send + Sync>;

/// A model whose parameters are averages of another's: `torch.optim.swa_utils.AveragedModel`.
///
/// ```
/// use wick::optim::swa_utils::AveragedModel;
/// use wick::prelude::*;
///
/// let model = Linear::new(2, 1);
/// let optimizer = optim::SGD::new(model.parameters(), 0.1);
/// let averaged = AveragedModel::ema(Linear::new(2, 1), 0.99);
/// for _ in 0..3 {
///     optimizer.zero_grad();
///     model.forward(&Tensor::ones([4, 2])).square().mean().backward();
///     optimizer.step();
///     averaged.update_parameters(&model);
/// }
/// assert_eq!(averaged.module.forward(&Tensor::ones([1, 2])).shape(), [1, 1]);
///
/// // Equal means instead.
/// let swa = AveragedModel::new(Linear::new(2, 1));
/// swa.update_parameters(&model);
/// assert_eq!(swa.n_averaged(), 1);
/// ```
pub struct AveragedModel<M: Module> {
    /// The model with the averages.
    pub module: M,
    averaged: AtomicUsize,
    average: Average,
}

impl<M: Module> AveragedModel<M> {
    /// Equal means of all values (Izmailov and others, 2018). `module` is a model like the one that is trained; its own
    /// values do not count.
    pub fn new(module: M) -> Self {
        Self::with(
            module,
            Box::new(|average, value, count| {
                average.try_add_(value.try_sub(average)?.try_div((count + 1) as f64)?)?;
                Ok(())
            }),
        )
    }

    /// Means in which older values count less and less: `get_ema_multi_avg_fn(decay)`.
    ///
    /// # Panics
    /// When `decay` is not between 0 and 1.
    #[track_caller]
    pub fn ema(module: M, decay: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&decay),
            "Invalid decay value {} provided. Please provide a value in [0,1] range.",
            crate::nn::python::float(decay)
        );
        Self::with(
            module,
            Box::new(move |average, value, _| {
                average.try_lerp_(value, 1.0 - decay)?;
                Ok(())
            }),
        )
    }

    fn with(module: M, average: Average) -> Self {
        Self {
            module,
            averaged: AtomicUsize::new(0),
            average,
        }
    }

    /// How many models the averages are made of so far.
    pub fn n_averaged(&self) -> usize {
        self.averaged.load(Ordering::Relaxed)
    }

    /// Takes the present values of a model into the averages. The first ones are taken as they are. Buffers are copied.
    ///
    /// # Panics
    /// When the models differ in their parameters.
    #[track_caller]
    pub fn update_parameters(&self, model: &impl Module) {
        let count = self.averaged.fetch_add(1, Ordering::Relaxed);
        let pairs = self.module.parameters().into_iter().zip(model.parameters());
        no_grad(|| {
            for (average, value) in pairs {
                match count {
                    0 => average.try_copy_(&value).map(|_| ())?,
                    _ => (self.average)(&average, &value, count)?,
                }
            }
            for (own, buffer) in self.module.buffers().into_iter().zip(model.buffers()) {
                own.try_copy_(&buffer)?;
            }
            Ok(())
        })
        .or_panic();
    }
}

impl<M: Module + Forward> AveragedModel<M> {
    /// What the model with the averages makes of `x`.
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        self.module.forward(x)
    }
}
