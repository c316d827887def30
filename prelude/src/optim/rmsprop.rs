//! RMSprop.

use super::core::{Core, Rates, Rule, number, optimizer};
use crate::nn::python;
use crate::{Result, Tensor};

/// Divides the gradient by a running mean of its size (Hinton's lecture 6e, 2012): `optim.RMSprop`.
pub struct RMSprop(Core<MeanSquare>);

impl RMSprop {
    /// RMSprop with that learning rate (PyTorch's default is 1e-2), alpha 0.99 and eps 1e-8.
    pub fn new(parameters: impl IntoIterator<Item = Tensor>, lr: f64) -> Self {
        Self::over(parameters.into_iter().collect(), lr)
    }

    fn over(parameters: Vec<Tensor>, lr: f64) -> Self {
        let rule = MeanSquare {
            alpha: 0.99,
            eps: 1e-8,
            weight_decay: 0.0,
            centered: false,
        };
        Self(Core::new(parameters, Rates { lr, momentum: 0.0 }, rule))
    }

    /// How much of the running mean is kept from step to step.
    pub fn alpha(self, alpha: f64) -> Self {
        self.0.set(|rule, _| rule.alpha = alpha);
        self
    }

    /// What is added to the denominator, so that nothing is divided by zero.
    pub fn eps(self, eps: f64) -> Self {
        self.0.set(|rule, _| rule.eps = eps);
        self
    }

    /// How much of the last step is made again.
    pub fn momentum(self, momentum: f64) -> Self {
        self.0.set(|_, rates| rates.momentum = momentum);
        self
    }

    /// Whether the gradient is divided by its estimated deviation instead of its size.
    pub fn centered(self, centered: bool) -> Self {
        self.0.set(|rule, _| rule.centered = centered);
        self
    }

    /// How strongly parameters are drawn to zero.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        self.0.set(|rule, _| rule.weight_decay = weight_decay);
        self
    }
}

optimizer!(RMSprop);

#[derive(Clone)]
struct MeanSquare {
    alpha: f64,
    eps: f64,
    weight_decay: f64,
    centered: bool,
}

/// The running means of a parameter's gradient and of its square, and the momentum.
struct Means {
    square: Tensor,
    gradient: Tensor,
    velocity: Tensor,
}

impl Means {
    fn of(parameter: &Tensor) -> Result<Self> {
        let zeros = || parameter.try_zeros_like();
        Ok(Self {
            square: zeros()?,
            gradient: zeros()?,
            velocity: zeros()?,
        })
    }
}

impl Rule for MeanSquare {
    type Memory = Option<Means>;

    fn update(
        &self,
        rates: Rates,
        parameter: &Tensor,
        gradient: &Tensor,
        memory: &mut Self::Memory,
    ) -> Result<()> {
        let mut gradient = gradient.clone();
        if self.weight_decay != 0.0 {
            gradient = gradient.try_add_scaled(parameter, self.weight_decay)?;
        }
        let means = match memory {
            Some(means) => means,
            None => memory.insert(Means::of(parameter)?),
        };
        means
            .square
            .try_mul_(self.alpha)?
            .try_addcmul_(&gradient, &gradient, 1.0 - self.alpha)?;
        let size = if self.centered {
            let mean = means.gradient.try_lerp_(&gradient, 1.0 - self.alpha)?;
            means.square.try_addcmul(&mean, &mean, -1.0)?.try_sqrt()?
        } else {
            means.square.try_sqrt()?
        };
        size.try_add_(self.eps)?;
        if rates.momentum > 0.0 {
            means
                .velocity
                .try_mul_(rates.momentum)?
                .try_addcdiv_(&gradient, &size, 1.0)?;
            parameter.try_add_scaled_(&means.velocity, -rates.lr)?;
        } else {
            parameter.try_addcdiv_(&gradient, &size, -rates.lr)?;
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "RMSprop"
    }

    fn options(&self, rates: Rates) -> Vec<(&'static str, String)> {
        let (no, none) = (python::bool(false).to_owned(), "None".to_owned());
        vec![
            ("alpha", number(self.alpha)),
            ("capturable", no.clone()),
            ("centered", python::bool(self.centered).to_owned()),
            ("differentiable", no.clone()),
            ("eps", number(self.eps)),
            ("foreach", none),
            ("lr", number(rates.lr)),
            ("maximize", no),
            ("momentum", number(rates.momentum)),
            ("weight_decay", number(self.weight_decay)),
        ]
    }
}
