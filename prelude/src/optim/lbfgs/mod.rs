//! The quasi-Newton method with limited memory.

mod line_search;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use self::line_search::{Point, strong_wolfe};
use super::core::{Core, Handle, Rule, USUAL};
use super::memory::Memory;
use super::options::{Options, Value};
use super::{Optimizer, ParamGroup};
use crate::autograd::set_grad_enabled;
use crate::error::OrPanic;
use crate::{Error, Result, Tensor, no_grad};

/// Steps along the directions that a model of the curvature gives (Liu and Nocedal, 1989): `torch.optim.LBFGS`.
/// PyTorch's default learning rate is 1. A step evaluates the loss several times, so it needs to know how:
/// [`Optimizer::step_with`].
///
/// ```
/// use wick::prelude::*;
///
/// let x = tensor!([-1., 2.]).requires_grad_(true);
/// let optimizer = optim::LBFGS::new([x.clone()], 1.).line_search_fn("strong_wolfe");
/// for _ in 0..10 {
///     optimizer.step_with(&mut || {
///         optimizer.zero_grad();
///         let loss = (1. - x.i(0)).square() + 100. * (x.i(1) - x.i(0).square()).square();
///         loss.backward();
///         loss
///     });
/// }
/// assert!((&x - 1.).abs().max().item::<f32>() < 1e-3);
///
/// // Python's keyword arguments are methods here. Of `-(x - 1)²` the top is looked for.
/// let x = tensor!([3.]).requires_grad_(true);
/// let optimizer = optim::LBFGS::new([x.clone()], 0.5).max_iter(30).max_eval(40).history_size(5)
///     .tolerance_grad(1e-6).tolerance_change(1e-8).maximize(true);
/// optimizer.step_with(&mut || {
///     optimizer.zero_grad();
///     let loss = -(&x - 1.).square().sum();
///     loss.backward();
///     loss
/// });
/// assert!((x.item::<f32>() - 1.).abs() < 1e-3);
/// ```
pub struct LBFGS {
    core: Core,
    history: Mutex<History>,
}

static RULE: Rule = Rule {
    name: "LBFGS",
    defaults: &[
        ("lr", Value::Number(1.0)),
        ("max_iter", Value::Int(20)),
        ("max_eval", Value::Int(25)),
        ("tolerance_grad", Value::Number(1e-7)),
        ("tolerance_change", Value::Number(1e-9)),
        ("history_size", Value::Int(100)),
        ("line_search_fn", Value::None),
        ("maximize", Value::Bool(false)),
    ],
    update: needs_a_closure,
    takes: USUAL,
};

fn needs_a_closure(_: &Options, _: &Tensor, _: &Tensor, _: &mut Memory) -> Result<()> {
    Err(Error::dtype(
        "LBFGS.step() missing 1 required positional argument: 'closure'. Write `optimizer.step_with(&mut || loss)`",
    ))
}

/// What is remembered from step to step.
#[derive(Default)]
struct History {
    iterations: usize,
    direction: Option<Tensor>,
    length: f64,
    /// Changes of the gradient, the steps that made them, and the inverses of their products.
    pairs: VecDeque<(Tensor, Tensor, f64)>,
    scale: f64,
    gradient: Option<Tensor>,
}

impl LBFGS {
    /// The method over these parameters with that learning rate, at most 20 iterations a step, and no line search.
    ///
    /// # Panics
    /// When there are no parameters, or the learning rate is negative.
    #[track_caller]
    pub fn new(parameters: impl IntoIterator<Item = Tensor>, lr: f64) -> Self {
        Self {
            core: Core::new(&RULE, vec![ParamGroup::new(parameters)], lr),
            history: Mutex::default(),
        }
    }

    /// How many iterations a step has at most; 20 at first. The loss is evaluated a quarter more often at most.
    #[track_caller]
    pub fn max_iter(self, max_iter: usize) -> Self {
        self.core.set("max_iter", max_iter.into());
        self.max_eval(max_iter * 5 / 4)
    }

    /// How often a step evaluates the loss at most; 25 at first.
    #[track_caller]
    pub fn max_eval(self, max_eval: usize) -> Self {
        self.core.set("max_eval", max_eval.into());
        self
    }

    /// The largest element of a gradient at which a step ends; 1e-7 at first.
    #[track_caller]
    pub fn tolerance_grad(self, tolerance: f64) -> Self {
        self.core.set("tolerance_grad", tolerance.into());
        self
    }

    /// The change of the loss or of a parameter at which a step ends; 1e-9 at first.
    #[track_caller]
    pub fn tolerance_change(self, tolerance: f64) -> Self {
        self.core.set("tolerance_change", tolerance.into());
        self
    }

    /// How many changes are remembered; 100 at first.
    #[track_caller]
    pub fn history_size(self, size: usize) -> Self {
        self.core.set("history_size", size.into());
        self
    }

    /// How the length of an iteration's step is found: `"strong_wolfe"`.
    ///
    /// # Panics
    /// When it is anything else.
    #[track_caller]
    pub fn line_search_fn(self, line_search_fn: &str) -> Self {
        assert_eq!(
            line_search_fn, "strong_wolfe",
            "only 'strong_wolfe' is supported"
        );
        self.core.set("line_search_fn", Value::Text("strong_wolfe"));
        self
    }

    /// Whether to make the loss larger instead of smaller.
    #[track_caller]
    pub fn maximize(self, maximize: bool) -> Self {
        self.core.set("maximize", maximize.into());
        self
    }

    fn descend(&self, closure: &mut dyn FnMut() -> Tensor) -> Result<Tensor> {
        let (parameters, options) = {
            let handle = self.core.handle();
            let state = handle.lock();
            let [group] = &state.groups[..] else {
                return Err(Error::value(
                    "LBFGS doesn't support per-parameter options (parameter groups)",
                ));
            };
            (group.parameters.clone(), group.options.clone())
        };
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = &mut Problem {
            parameters,
            closure,
            sign: if options.flag("maximize") { -1.0 } else { 1.0 },
        };
        no_grad(|| history.descend(problem, &options))
    }
}

impl History {
    fn descend(&mut self, problem: &mut Problem<'_>, options: &Options) -> Result<Tensor> {
        let [lr, tolerance_grad, tolerance_change] =
            ["lr", "tolerance_grad", "tolerance_change"].map(|name| options.number(name));
        let [max_iter, max_eval, history_size] =
            ["max_iter", "max_eval", "history_size"].map(|name| options.number(name) as usize);
        let first_loss = problem.evaluate();
        let mut at = Point {
            loss: problem.sign * first_loss.try_item::<f64>()?,
            gradient: problem.gradient()?,
        };
        let mut evaluations = 1;
        if largest(&at.gradient)? <= tolerance_grad {
            return Ok(first_loss);
        }
        for iteration in 1..=max_iter {
            self.iterations += 1;
            let direction = self.direction(&at.gradient, history_size)?;
            self.direction = Some(direction.clone());
            self.gradient = Some(at.gradient.try_copy()?);
            let loss_before = at.loss;
            self.length = match self.iterations {
                1 => (1.0 / item(&at.gradient.try_abs()?.try_sum()?)?).min(1.0) * lr,
                _ => lr,
            };
            let slope = dot(&at.gradient, &direction)?;
            if slope > -tolerance_change {
                break;
            }
            let mut used = 0;
            if options.get("line_search_fn") == Some(Value::None) {
                problem.go(self.length, &direction)?;
                if iteration != max_iter {
                    at = problem.point()?;
                    used = 1;
                }
            } else {
                let budget = max_eval.saturating_sub(evaluations);
                (at, self.length, used) =
                    strong_wolfe(problem, self.length, &direction, at, slope, budget)?;
                problem.go(self.length, &direction)?;
            }
            evaluations += used;
            let settled = largest(&at.gradient)? <= tolerance_grad
                || largest(&direction.try_mul(self.length)?)? <= tolerance_change
                || (at.loss - loss_before).abs() < tolerance_change;
            if evaluations >= max_eval || settled {
                break;
            }
        }
        Ok(first_loss)
    }

    /// The gradient, turned and scaled by what is known of the curvature.
    fn direction(&mut self, gradient: &Tensor, history_size: usize) -> Result<Tensor> {
        let (Some(before), Some(gone)) = (&self.gradient, &self.direction) else {
            self.scale = 1.0;
            return gradient.try_neg();
        };
        let change = gradient.try_sub(before)?;
        let step = gone.try_mul(self.length)?;
        let product = dot(&change, &step)?;
        if product > 1e-10 {
            if self.pairs.len() == history_size {
                self.pairs.pop_front();
            }
            self.scale = product / dot(&change, &change)?;
            self.pairs.push_back((change, step, 1.0 / product));
        }
        let direction = gradient.try_neg()?;
        let mut shares = Vec::with_capacity(self.pairs.len());
        for (change, step, inverse) in self.pairs.iter().rev() {
            let share = dot(step, &direction)? * inverse;
            direction.try_add_scaled_(change, -share)?;
            shares.push(share);
        }
        let direction = direction.try_mul(self.scale)?;
        for ((change, step, inverse), share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let back = dot(change, &direction)? * inverse;
            direction.try_add_scaled_(step, share - back)?;
        }
        Ok(direction)
    }
}

/// What is to be made small: the parameters as one vector, and the loss.
struct Problem<'a> {
    parameters: Vec<Tensor>,
    closure: &'a mut dyn FnMut() -> Tensor,
    sign: f64,
}

impl Problem<'_> {
    fn evaluate(&mut self) -> Tensor {
        let _traced = set_grad_enabled(true);
        (self.closure)()
    }

    /// The loss and the gradient where the parameters are.
    fn point(&mut self) -> Result<Point> {
        let loss = self.sign * self.evaluate().try_item::<f64>()?;
        let gradient = self.gradient()?;
        Ok(Point { loss, gradient })
    }

    fn gradient(&self) -> Result<Tensor> {
        let rows = self
            .parameters
            .iter()
            .map(|parameter| match parameter.grad() {
                Some(gradient) => gradient.detach().try_ravel(),
                None => parameter.try_zeros_like()?.try_ravel(),
            });
        let flat = Tensor::try_cat(&rows.collect::<Result<Vec<_>>>()?, 0)?;
        match self.sign < 0.0 {
            true => flat.try_neg(),
            false => Ok(flat),
        }
    }

    /// Moves the parameters.
    fn go(&self, length: f64, direction: &Tensor) -> Result<()> {
        let mut start = 0;
        for parameter in &self.parameters {
            let count = parameter.numel();
            let part = direction
                .try_narrow(0, start, count)?
                .try_reshape(parameter.dims())?;
            parameter.try_add_scaled_(&part, length)?;
            start += count as i64;
        }
        Ok(())
    }

    /// The loss and the gradient somewhere else. The parameters stay where they are.
    fn look(&mut self, length: f64, direction: &Tensor) -> Result<Point> {
        let here = self
            .parameters
            .iter()
            .map(|parameter| parameter.detach().try_copy());
        let here = here.collect::<Result<Vec<_>>>()?;
        self.go(length, direction)?;
        let there = self.point()?;
        for (parameter, value) in self.parameters.iter().zip(&here) {
            parameter.try_copy_(value)?;
        }
        Ok(there)
    }
}

fn item(tensor: &Tensor) -> Result<f64> {
    tensor.try_item()
}

fn dot(a: &Tensor, b: &Tensor) -> Result<f64> {
    item(&a.try_dot(b)?)
}

fn largest(tensor: &Tensor) -> Result<f64> {
    item(&tensor.try_abs()?.try_max()?)
}

impl Optimizer for LBFGS {
    /// # Panics
    /// Always, since a step needs to evaluate the loss: use [`Optimizer::step_with`].
    #[track_caller]
    fn step(&self) {
        let nothing = Tensor::scalar(0.0);
        needs_a_closure(
            &Options::default(),
            &nothing,
            &nothing,
            &mut Memory::default(),
        )
        .or_panic();
    }

    #[track_caller]
    fn step_with(&self, closure: &mut dyn FnMut() -> Tensor) -> Tensor {
        self.descend(closure).or_panic()
    }

    fn handle(&self) -> Handle {
        self.core.handle()
    }
}

impl std::fmt::Display for LBFGS {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.core, f)
    }
}

impl std::fmt::Debug for LBFGS {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.core, f)
    }
}
