//! Hooks of the backward pass through a module.
//!
//! As in PyTorch, the inputs and the outputs of a call pass through nodes of the graph that change nothing: gradients
//! reach those of the outputs first, and when they arrive at those of the inputs, the hooks are called.

use std::sync::{Arc, Mutex, PoisonError};

use super::registry::{Backward, BackwardPre, Hook};
use crate::Tensor;
use crate::autograd::{Saved, record};
use crate::error::OrPanic;

/// PyTorch's name of the nodes.
const NODE: &str = "BackwardHookFunctionBackward";

/// One call of a module, as the backward pass will see it.
#[derive(Clone)]
pub(super) struct Pass(Arc<Shared>);

struct Shared {
    before: Vec<BackwardPre>,
    hooks: Vec<Backward>,
    gradients: Mutex<Gradients>,
}

/// What has arrived so far.
#[derive(Default)]
struct Gradients {
    outputs: Vec<Option<Tensor>>,
    inputs: Vec<Option<Tensor>>,
    /// How many inputs want a gradient, and how many of theirs have come.
    wanted: usize,
    arrived: usize,
}

impl Pass {
    /// `None` if no hook looks at gradients.
    pub fn new(hooks: &[Hook]) -> Option<Self> {
        let mut before = Vec::new();
        let mut after = Vec::new();
        for hook in hooks {
            match hook {
                Hook::BackwardPre(hook) => before.push(hook.clone()),
                Hook::Backward(hook) => after.push(hook.clone()),
                Hook::Pre(_) | Hook::Post(_) | Hook::Made(_) => {}
            }
        }
        (!before.is_empty() || !after.is_empty()).then(|| {
            Self(Arc::new(Shared {
                before,
                hooks: after,
                gradients: Mutex::default(),
            }))
        })
    }

    /// Lets the inputs pass through nodes.
    pub fn enter(&self, inputs: &mut [Tensor]) {
        self.with(|gradients| {
            gradients.inputs = vec![None; inputs.len()];
            gradients.wanted = inputs.iter().filter(|input| input.requires_grad()).count();
        });
        for (index, input) in inputs.iter_mut().enumerate() {
            let pass = self.clone();
            *input = through(input, move |gradient| pass.input(index, gradient));
        }
    }

    /// Lets the outputs pass through nodes.
    pub fn leave(&self, outputs: &mut [Tensor]) {
        self.with(|gradients| gradients.outputs = vec![None; outputs.len()]);
        for (index, output) in outputs.iter_mut().enumerate() {
            let pass = self.clone();
            *output = through(output, move |gradient| pass.output(index, gradient));
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Gradients) -> T) -> T {
        look(
            &mut self
                .0
                .gradients
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// The gradient of an output has come: the hooks before the backward pass may replace it. If no input wants a
    /// gradient, nothing else will come.
    fn output(&self, index: usize, gradient: &Tensor) -> Tensor {
        let mut outputs = self.with(|gradients| {
            gradients.arrived = 0;
            gradients.outputs[index] = Some(gradient.clone());
            gradients.outputs.clone()
        });
        for hook in &self.0.before {
            let replaced = hook(&outputs);
            replace(&mut outputs, replaced);
        }
        let last = self.with(|gradients| {
            gradients.outputs.clone_from(&outputs);
            gradients.wanted == 0
        });
        if last {
            self.run();
        }
        outputs[index].clone().unwrap_or_else(|| gradient.clone())
    }

    /// The gradient of an input has come: with the last one the hooks are called.
    fn input(&self, index: usize, gradient: &Tensor) -> Tensor {
        let last = self.with(|gradients| {
            gradients.inputs[index] = Some(gradient.clone());
            gradients.arrived += 1;
            gradients.arrived == gradients.wanted
        });
        let replaced = if last { self.run() } else { Vec::new() };
        let new = replaced.into_iter().nth(index).flatten();
        new.unwrap_or_else(|| gradient.clone())
    }

    /// Calls the hooks, and returns the gradients of the inputs as they leave them.
    fn run(&self) -> Vec<Option<Tensor>> {
        let (mut inputs, outputs) = self.with(|gradients| {
            let inputs = vec![None; gradients.inputs.len()];
            (
                std::mem::replace(&mut gradients.inputs, inputs),
                gradients.outputs.clone(),
            )
        });
        for hook in &self.0.hooks {
            let replaced = hook(&inputs, &outputs);
            replace(&mut inputs, replaced);
        }
        inputs
    }
}

/// The same tensor, with a node at which `arrive` is called with the gradient and says what goes on.
fn through(tensor: &Tensor, arrive: impl Fn(&Tensor) -> Tensor + Send + Sync + 'static) -> Tensor {
    if !tensor.requires_grad() {
        return tensor.clone();
    }
    record(NODE, &[tensor], tensor.detach(), |_| {
        (Vec::<Saved>::new(), move |_: &_, gradient: &Tensor| {
            Ok(vec![Some(arrive(gradient))])
        })
    })
    .or_panic()
}

/// Puts what a hook returned in the place of the gradients there are.
fn replace(gradients: &mut [Option<Tensor>], replaced: Option<Vec<Tensor>>) {
    let there = gradients.iter_mut().filter(|gradient| gradient.is_some());
    for (gradient, new) in there.zip(replaced.into_iter().flatten()) {
        *gradient = Some(new);
    }
}
