//! A tensor of a module that is made of others before each call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Parametrization, cache};
use crate::nn::hooks;
use crate::nn::members::{Members, Visit};
use crate::nn::module::Module;
use crate::{Result, Tensor};

/// Where the tensors that another is made of stand among the module's members.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::nn) enum Form {
    /// Beside it, under its name and these ends: `weight_g`.
    Ends(&'static [&'static str]),
    /// In lists of their own: `parametrizations.weight.original`.
    Lists,
}

/// A tensor of one's own with the numbers of another.
pub(in crate::nn) fn leaf(numbers: &Tensor, requires_grad: bool) -> Tensor {
    Tensor::from_array(numbers.array()).requires_grad_(requires_grad)
}

/// A tensor of a module, what it is made of, and how.
pub(in crate::nn) struct Made {
    name: String,
    /// The module's own tensor.
    target: Tensor,
    /// Whether it is a parameter when it is not made.
    trained: bool,
    /// The first takes the originals, each other what the one before it gave.
    pub(super) steps: Vec<Arc<dyn Parametrization>>,
    pub(super) originals: Vec<Tensor>,
    pub(super) form: Form,
    /// The block of [`cached`](super::cached) in which it was made last; 0 is none.
    block: AtomicU64,
}

impl Made {
    pub fn new(
        name: &str,
        (target, trained): (Tensor, bool),
        steps: Vec<Arc<dyn Parametrization>>,
        originals: Vec<Tensor>,
        form: Form,
    ) -> Self {
        Self {
            name: name.to_owned(),
            target,
            trained,
            steps,
            originals,
            form,
            block: AtomicU64::default(),
        }
    }

    /// The same tensor with one more step.
    pub(super) fn and(&self, step: Arc<dyn Parametrization>) -> Self {
        Self {
            name: self.name.clone(),
            target: self.target.clone(),
            steps: [&self.steps[..], &[step]].concat(),
            originals: self.originals.clone(),
            trained: self.trained,
            form: self.form,
            block: AtomicU64::default(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is made into now.
    pub fn made(&self, training: bool) -> Result<Tensor> {
        let mut made: Option<Tensor> = None;
        for step in &self.steps {
            let from = match &made {
                Some(tensor) => std::slice::from_ref(tensor),
                None => &self.originals[..],
            };
            made = Some(step.forward(from, training)?);
        }
        let made = made.unwrap_or_else(|| self.originals[0].clone());
        // A leaf has no node by which its gradient could be found from another tensor.
        match made.is_leaf() && made.requires_grad() {
            true => made.try_view(made.shape()),
            false => Ok(made),
        }
    }

    /// Makes it, as before a call of the module: once in a block of [`cached`](super::cached).
    pub fn make_for_call(&self, module: &dyn Module) -> Result<()> {
        let block = cache::block();
        if block == 0 || self.block.load(Ordering::Relaxed) != block {
            self.make(module)?;
            self.block.store(block, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Makes it.
    pub fn make(&self, module: &dyn Module) -> Result<()> {
        let training = Visit::new(module).is_training();
        self.target.assign(&self.made(training)?);
        Ok(())
    }

    /// Makes the tensor one of the module's own again, with these numbers.
    pub fn end(self: &Arc<Self>, module: &dyn Module, numbers: &Tensor) {
        hooks::forget_made(module, self);
        let requires_grad = self.trained && self.originals.iter().all(Tensor::requires_grad);
        self.target.assign(&leaf(numbers, requires_grad));
    }

    /// Puts the originals, and what the steps remember, in the place of the tensor.
    pub fn replace_in(&self, members: &mut Members<'_>) {
        members.remove_tensor(&self.name);
        let Form::Ends(ends) = self.form else {
            let list = members
                .list_named("parametrizations")
                .list_named(&self.name);
            for (index, original) in self.originals.iter().enumerate() {
                self.add(list, &self.original_name(index), original);
            }
            for (index, step) in self.steps.iter().enumerate() {
                for (name, buffer) in step.buffers() {
                    list.list_named(&index.to_string()).buffer(name, &buffer);
                }
            }
            return;
        };
        for (end, original) in ends.iter().zip(&self.originals) {
            self.add(members, &format!("{}{end}", self.name), original);
        }
        for (end, buffer) in self.steps.iter().flat_map(|step| step.buffers()) {
            members.buffer(&format!("{}{end}", self.name), &buffer);
        }
    }

    fn add(&self, members: &mut Members<'_>, name: &str, original: &Tensor) {
        match self.trained {
            true => members.parameter(name, original),
            false => members.buffer(name, original),
        }
    }

    fn original_name(&self, index: usize) -> String {
        match self.originals.len() {
            1 => "original".to_owned(),
            _ => format!("original{index}"),
        }
    }

    /// The steps as they are printed, if they are.
    pub fn listed(&self) -> Option<Vec<String>> {
        let shown = |step: &Arc<dyn Parametrization>| format!("{}()", step.kind());
        (self.form == Form::Lists).then(|| self.steps.iter().map(shown).collect())
    }

    /// Names of originals, and those that older files have for them.
    pub fn renamed(&self) -> Vec<(String, String)> {
        if self.form != Form::Lists {
            return Vec::new();
        }
        let ends = self.steps[0].old_ends().iter().enumerate();
        ends.map(|(index, end)| {
            let name = &self.name;
            let new = format!("parametrizations.{name}.{}", self.original_name(index));
            (new, format!("{name}{end}"))
        })
        .collect()
    }
}
