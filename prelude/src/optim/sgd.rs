//! Stochastic gradient descent.

use super::core::{Core, Rates, Rule, number, optimizer};
use crate::nn::python;
use crate::{Result, Tensor};

/// Stochastic gradient descent, with momentum if wanted: `optim.SGD`.
///
/// ```
/// use wick::prelude::*;
///
/// let w = tensor!([1., 2.]).requires_grad_(true);
/// let optimizer = optim::SGD::new([w.clone()], 0.1).momentum(0.9);
/// w.square().sum().backward();
/// optimizer.step();
/// assert_eq!(w.to_string(), "tensor([0.8000, 1.6000], requires_grad=True)");
/// ```
pub struct SGD(Core<Descent>);

impl SGD {
    /// Plain gradient descent with that learning rate.
    pub fn new(parameters: impl IntoIterator<Item = Tensor>, lr: f64) -> Self {
        Self::over(parameters.into_iter().collect(), lr)
    }

    fn over(parameters: Vec<Tensor>, lr: f64) -> Self {
        Self(Core::new(
            parameters,
            Rates { lr, momentum: 0.0 },
            Descent::default(),
        ))
    }

    /// How much of the last step is made again.
    pub fn momentum(self, momentum: f64) -> Self {
        self.0.set(|_, rates| rates.momentum = momentum);
        self
    }

    /// How much less a gradient counts in the momentum.
    pub fn dampening(self, dampening: f64) -> Self {
        self.0.set(|rule, _| rule.dampening = dampening);
        self
    }

    /// Whether the gradient is taken where the momentum leads (Nesterov's method).
    pub fn nesterov(self, nesterov: bool) -> Self {
        self.0.set(|rule, _| rule.nesterov = nesterov);
        self
    }

    /// How strongly parameters are drawn to zero.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        self.0.set(|rule, _| rule.weight_decay = weight_decay);
        self
    }
}

optimizer!(SGD);

#[derive(Clone, Default)]
struct Descent {
    dampening: f64,
    nesterov: bool,
    weight_decay: f64,
}

impl Rule for Descent {
    /// The steps of the past, added up; none before the first step.
    type Memory = Option<Tensor>;

    fn update(
        &self,
        rates: Rates,
        parameter: &Tensor,
        gradient: &Tensor,
        velocity: &mut Self::Memory,
    ) -> Result<()> {
        let mut gradient = gradient.clone();
        if self.weight_decay != 0.0 {
            gradient = gradient.try_add_scaled(parameter, self.weight_decay)?;
        }
        if rates.momentum != 0.0 {
            let velocity = match velocity {
                Some(velocity) => {
                    velocity
                        .try_mul_(rates.momentum)?
                        .try_add_scaled_(&gradient, 1.0 - self.dampening)?;
                    velocity
                }
                None => velocity.insert(gradient.try_copy()?),
            };
            gradient = match self.nesterov {
                true => gradient.try_add_scaled(velocity, rates.momentum)?,
                false => velocity.clone(),
            };
        }
        parameter.try_add_scaled_(&gradient, -rates.lr)?;
        Ok(())
    }

    fn name(&self) -> &'static str {
        "SGD"
    }

    fn options(&self, rates: Rates) -> Vec<(&'static str, String)> {
        vec![
            ("dampening", number(self.dampening)),
            ("differentiable", python::bool(false).to_owned()),
            ("foreach", "None".to_owned()),
            ("fused", "None".to_owned()),
            ("lr", number(rates.lr)),
            ("maximize", python::bool(false).to_owned()),
            ("momentum", number(rates.momentum)),
            ("nesterov", python::bool(self.nesterov).to_owned()),
            ("weight_decay", number(self.weight_decay)),
        ]
    }
}
