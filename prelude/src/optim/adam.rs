//! Adam and AdamW.

use super::core::{Core, Rates, Rule, number, optimizer};
use crate::nn::python;
use crate::{Result, Tensor};

/// Adam (Kingma and Ba, 2015): `optim.Adam`. Weight decay is added to the gradient.
pub struct Adam(Core<Moments>);

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019): `optim.AdamW`.
pub struct AdamW(Core<Moments>);

impl Adam {
    /// Adam with that learning rate (PyTorch's default is 1e-3), betas 0.9 and 0.999, and eps 1e-8.
    pub fn new(parameters: impl IntoIterator<Item = Tensor>, lr: f64) -> Self {
        Self(core(
            parameters.into_iter().collect(),
            lr,
            Decay::InGradient(0.0),
        ))
    }

    /// How strongly parameters are drawn to zero.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        self.0
            .set(|rule, _| rule.decay = Decay::InGradient(weight_decay));
        self
    }
}

impl AdamW {
    /// AdamW with that learning rate (PyTorch's default is 1e-3), betas 0.9 and 0.999, eps 1e-8 and weight decay 0.01.
    pub fn new(parameters: impl IntoIterator<Item = Tensor>, lr: f64) -> Self {
        Self(core(
            parameters.into_iter().collect(),
            lr,
            Decay::Decoupled(1e-2),
        ))
    }

    /// How strongly parameters are drawn to zero.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        self.0
            .set(|rule, _| rule.decay = Decay::Decoupled(weight_decay));
        self
    }
}

fn core(parameters: Vec<Tensor>, lr: f64, decay: Decay) -> Core<Moments> {
    Core::new(
        parameters,
        Rates { lr, momentum: 0.9 },
        Moments {
            beta2: 0.999,
            eps: 1e-8,
            decay,
        },
    )
}

macro_rules! adam_options {
    ($($adam:ident),*) => {$(
        impl $adam {
            /// How much of the running means of the gradient and of its square is kept from step to step.
            pub fn betas(self, first: f64, second: f64) -> Self {
                self.0.set(|rule, rates| {
                    rates.momentum = first;
                    rule.beta2 = second;
                });
                self
            }

            /// What is added to the denominator, so that nothing is divided by zero.
            pub fn eps(self, eps: f64) -> Self {
                self.0.set(|rule, _| rule.eps = eps);
                self
            }
        }

        optimizer!($adam);
    )*};
}
adam_options!(Adam, AdamW);

#[derive(Clone, Copy)]
enum Decay {
    InGradient(f64),
    Decoupled(f64),
}

/// The rule of both. Its first beta is the momentum of the group's rates.
#[derive(Clone)]
struct Moments {
    beta2: f64,
    eps: f64,
    decay: Decay,
}

/// The running means of a parameter's gradient and of its square.
#[derive(Default)]
struct Means {
    steps: i32,
    tensors: Option<(Tensor, Tensor)>,
}

impl Rule for Moments {
    type Memory = Means;

    fn update(
        &self,
        rates: Rates,
        parameter: &Tensor,
        gradient: &Tensor,
        memory: &mut Means,
    ) -> Result<()> {
        let (beta1, beta2) = (rates.momentum, self.beta2);
        let mut gradient = gradient.clone();
        match self.decay {
            Decay::InGradient(decay) if decay != 0.0 => {
                gradient = gradient.try_add_scaled(parameter, decay)?
            }
            Decay::Decoupled(decay) if decay != 0.0 => {
                parameter.try_mul_(1.0 - rates.lr * decay)?;
            }
            _ => {}
        }
        memory.steps += 1;
        let (mean, square) = match &memory.tensors {
            Some(tensors) => tensors,
            None => memory
                .tensors
                .insert((parameter.try_zeros_like()?, parameter.try_zeros_like()?)),
        };
        mean.try_lerp_(&gradient, 1.0 - beta1)?;
        square
            .try_mul_(beta2)?
            .try_addcmul_(&gradient, &gradient, 1.0 - beta2)?;

        let correction = |beta: f64| 1.0 - beta.powi(memory.steps);
        let denominator = square
            .try_sqrt()?
            .try_div_(correction(beta2).sqrt())?
            .try_add_(self.eps)?;
        parameter.try_addcdiv_(mean, &denominator, -rates.lr / correction(beta1))?;
        Ok(())
    }

    fn name(&self) -> &'static str {
        match self.decay {
            Decay::InGradient(_) => "Adam",
            Decay::Decoupled(_) => "AdamW",
        }
    }

    fn options(&self, rates: Rates) -> Vec<(&'static str, String)> {
        let (decoupled, weight_decay) = match self.decay {
            Decay::InGradient(decay) => (false, decay),
            Decay::Decoupled(decay) => (true, decay),
        };
        let (no, none) = (python::bool(false).to_owned(), "None".to_owned());
        vec![
            ("amsgrad", no.clone()),
            (
                "betas",
                format!(
                    "({}, {})",
                    python::float(rates.momentum),
                    python::float(self.beta2)
                ),
            ),
            ("capturable", no.clone()),
            ("decoupled_weight_decay", python::bool(decoupled).to_owned()),
            ("differentiable", no.clone()),
            ("eps", number(self.eps)),
            ("foreach", none.clone()),
            ("fused", none),
            ("lr", number(rates.lr)),
            ("maximize", no),
            ("weight_decay", number(weight_decay)),
        ]
    }
}
