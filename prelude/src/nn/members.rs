//! What a module holds, and how all of it is visited.

use super::hooks::{self, Anchor};
use super::mode::Mode;
use super::module::Module;
use crate::tensor::To;
use crate::{Error, Result, Tensor};

/// What a module holds, as its `members` method lists it. It is what a [`Module`] that is written by hand fills, where
/// `#[derive(Module)]` does not know what its fields are.
///
/// ```
/// use wick::nn::{Member, Members};
/// use wick::prelude::*;
///
/// struct Experts {
///     gate: Linear,
///     experts: Vec<Linear>,
///     temperature: Tensor,
///     calls: Tensor,
///     mode: Mode,
/// }
///
/// impl Module for Experts {
///     fn kind(&self) -> &'static str {
///         "Experts"
///     }
///     fn members<'a>(&'a self, members: &mut Members<'a>) {
///         members.parameter("temperature", &self.temperature);
///         members.buffer("calls", &self.calls);
///         members.module("gate", &self.gate);
///         members.list("experts", self.experts.iter().map(|expert| expert as &dyn Member));
///         members.mode(&self.mode);
///     }
///     fn as_module(&self) -> &dyn Module {
///         self
///     }
/// }
///
/// let net = Experts {
///     gate: Linear::new(3, 2),
///     experts: vec![Linear::new(3, 3), Linear::new(3, 3)],
///     temperature: Tensor::ones([1]).requires_grad_(true),
///     calls: Tensor::zeros([1]),
///     mode: Mode::default(),
/// };
/// let names: Vec<_> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names[..4], ["temperature", "gate.weight", "gate.bias", "experts.0.weight"]);
/// assert_eq!(net.named_buffers()[0].0, "calls");
///
/// let mut members = Members::default();
/// net.members(&mut members);
/// assert!(members.tensor("temperature").unwrap().requires_grad());
/// ```
#[derive(Default)]
pub struct Members<'a> {
    parameters: Vec<(String, Tensor)>,
    buffers: Vec<(String, Tensor)>,
    children: Vec<(String, Child<'a>)>,
    modes: Vec<&'a Mode>,
    /// Whether the tensors have no shape of their own yet, so that a state of any shape can be loaded.
    shapeless: bool,
}

/// A module inside another, or several in a list.
pub(super) enum Child<'a> {
    Module(&'a dyn Module),
    List(Members<'a>),
}

impl<'a> Members<'a> {
    /// What the module holds as far as anyone outside can see: a tensor that is made of others gives way to them.
    pub(super) fn of(module: &'a dyn Module) -> Self {
        let mut members = Self::declared(module);
        if !hooks::is_empty() {
            for made in hooks::made(module) {
                made.replace_in(&mut members);
            }
        }
        members
    }

    /// What the module itself lists.
    pub(super) fn declared(module: &'a dyn Module) -> Self {
        let mut members = Self::default();
        module.members(&mut members);
        members
    }

    /// The tensor that the module itself holds under that name, and whether it is a parameter.
    pub(super) fn own_tensor(&self, name: &str) -> Option<(Tensor, bool)> {
        let find = |tensors: &[(String, Tensor)], trained| {
            let mut found = tensors.iter().filter(|(key, _)| key == name);
            found.next().map(|(_, tensor)| (tensor.clone(), trained))
        };
        find(&self.parameters, true).or_else(|| find(&self.buffers, false))
    }

    /// Takes the tensor of that name out.
    pub(super) fn remove_tensor(&mut self, name: &str) {
        self.parameters.retain(|(key, _)| key != name);
        self.buffers.retain(|(key, _)| key != name);
    }

    /// Parameters and buffers.
    pub(super) fn tensors(&self) -> Vec<Tensor> {
        let all = self.parameters.iter().chain(&self.buffers);
        all.map(|(_, tensor)| tensor.clone()).collect()
    }

    /// Says that the tensors have no shape of their own yet.
    pub(super) fn take_any_shape(&mut self) {
        self.shapeless = true;
    }

    /// The list of that name, which is made if there is none yet.
    pub(super) fn list_named(&mut self, name: &str) -> &mut Members<'a> {
        let there = self.children.iter().position(|(key, _)| key == name);
        let at = there.unwrap_or_else(|| {
            self.children
                .push((name.to_owned(), Child::List(Self::default())));
            self.children.len() - 1
        });
        match &mut self.children[at].1 {
            Child::List(list) => list,
            Child::Module(_) => panic!("there is a module named '{name}' already"),
        }
    }

    /// The parameter or buffer that was added under that name, if there is one.
    pub fn tensor(&self, name: &str) -> Option<Tensor> {
        self.own_tensor(name).map(|(tensor, _)| tensor)
    }

    /// Adds a tensor that is trained. PyTorch's method `register_parameter`.
    pub fn parameter(&mut self, name: &str, tensor: &Tensor) {
        tensor.mark_parameter();
        self.parameters.push((name.to_owned(), tensor.clone()));
    }

    /// Adds a tensor that belongs to the state but is not trained. PyTorch's method `register_buffer`.
    pub fn buffer(&mut self, name: &str, tensor: &Tensor) {
        self.buffers.push((name.to_owned(), tensor.clone()));
    }

    /// Adds a module. PyTorch's method `add_module`.
    pub fn module(&mut self, name: &str, module: &'a dyn Module) {
        self.children.push((name.to_owned(), Child::Module(module)));
    }

    /// Adds several members under the names `name.0`, `name.1`, ….
    pub fn list(&mut self, name: &str, items: impl IntoIterator<Item = &'a dyn Member>) {
        let mut list = Self::default();
        for (index, item) in items.into_iter().enumerate() {
            item.join(&index.to_string(), &mut list);
        }
        self.children.push((name.to_owned(), Child::List(list)));
    }

    /// Adds the training mode, so that `train()` and `eval()` reach it.
    pub fn mode(&mut self, mode: &'a Mode) {
        self.modes.push(mode);
    }

    pub(super) fn children(self) -> Vec<(String, Child<'a>)> {
        self.children
    }

    /// What tells the module itself from others of its type.
    pub(super) fn anchor(&self) -> Option<Anchor> {
        let tensor = self.parameters.first().or(self.buffers.first());
        let mode = self.modes.first().map(|mode| mode.anchor());
        mode.or(tensor.map(|(_, tensor)| Anchor::Tensor(tensor.id())))
    }
}

/// A type whose values a module can hold under a name: tensors, modules, and options, lists and tuples of them.
///
/// ```
/// use wick::nn::{Member, Members};
/// use wick::prelude::*;
///
/// /// A weight that is made of two.
/// struct Pair(Tensor, Tensor);
///
/// impl Member for Pair {
///     fn join<'a>(&'a self, name: &str, members: &mut Members<'a>) {
///         members.parameter(&format!("{name}_u"), &self.0);
///         members.parameter(&format!("{name}_v"), &self.1);
///     }
/// }
///
/// #[derive(Module)]
/// struct Net {
///     weight: Pair,
/// }
///
/// let net = Net { weight: Pair(Tensor::ones([3]), Tensor::ones([2])) };
/// let names: Vec<_> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["weight_u", "weight_v"]);
/// ```
pub trait Member: 'static {
    /// Adds the value to `members` under `name`.
    fn join<'a>(&'a self, name: &str, members: &mut Members<'a>);
}

impl<M: Module> Member for M {
    fn join<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        members.module(name, self.as_module());
    }
}

/// A tensor is trained if it requires a gradient; otherwise it is part of the state only.
impl Member for Tensor {
    fn join<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        if self.requires_grad() {
            members.parameter(name, self)
        } else {
            members.buffer(name, self)
        }
    }
}

impl<T: Member> Member for Option<T> {
    fn join<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        if let Some(member) = self {
            member.join(name, members);
        }
    }
}

impl<T: Member> Member for Vec<T> {
    fn join<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        members.list(name, self.iter().map(|item| item as &dyn Member));
    }
}

impl<T: Member, const N: usize> Member for [T; N] {
    fn join<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        members.list(name, self.iter().map(|item| item as &dyn Member));
    }
}

macro_rules! member_tuple {
    ($($type:ident $index:tt),+) => {
        impl<$($type: Member),+> Member for ($($type,)+) {
            fn join<'a>(&'a self, name: &str, members: &mut Members<'a>) {
                members.list(name, [$(&self.$index as &dyn Member),+]);
            }
        }
    };
}
member_tuple!(A 0);
member_tuple!(A 0, B 1);
member_tuple!(A 0, B 1, C 2);
member_tuple!(A 0, B 1, C 2, D 3);
member_tuple!(A 0, B 1, C 2, D 3, E 4);
member_tuple!(A 0, B 1, C 2, D 3, E 4, F 5);

/// Runs `f` with a module and everything in it in evaluation mode; then each has the mode that it had.
pub(crate) fn evaluating<R>(module: &dyn Module, f: impl FnOnce() -> R) -> R {
    /// Put back also where `f` panics.
    struct Before<'a>(Vec<(&'a Mode, bool)>);
    impl Drop for Before<'_> {
        fn drop(&mut self) {
            for (mode, training) in &self.0 {
                mode.set_training(*training);
            }
        }
    }
    let visit = Visit::new(module);
    let _before = Before(visit.training());
    visit.set_training(false);
    f()
}

/// Forgets the names.
fn without_names<T>(named: Vec<(String, T)>) -> Vec<T> {
    named.into_iter().map(|(_, value)| value).collect()
}

/// What has that name.
fn named<T>(all: Vec<(String, T)>, name: &str) -> Option<T> {
    let mut all = all.into_iter();
    all.find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A walk over a module and everything in it, in PyTorch's order: a module's own tensors, then its children.
pub(super) struct Visit<'a> {
    root: &'a dyn Module,
}

/// One place of the walk: a prefix such as `layer1.0.`, the module there unless it is a list, and what it holds.
struct Place<'a, 'b> {
    prefix: &'b str,
    module: Option<&'a dyn Module>,
    members: &'b Members<'a>,
}

impl<'a> Visit<'a> {
    pub fn new(root: &'a dyn Module) -> Self {
        Self { root }
    }

    /// Every parameter once, even where two modules share it.
    pub fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.tensors(|members| &members.parameters)
    }

    pub fn parameters(&self) -> Vec<Tensor> {
        without_names(self.named_parameters())
    }

    /// Every buffer once, even where two modules share it.
    pub fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.tensors(|members| &members.buffers)
    }

    pub fn buffers(&self) -> Vec<Tensor> {
        without_names(self.named_buffers())
    }

    pub fn zero_grad(&self) {
        for parameter in self.parameters() {
            parameter.zero_grad();
        }
    }

    pub fn clear_grad(&self) {
        for gradient in self.parameters().iter().filter_map(Tensor::grad) {
            let zeros = gradient.detach();
            zeros.zero_();
            gradient.set_data(&zeros);
        }
    }

    /// The first parts of the names in this module and in all within, such as `layer1.0.`, in their order.
    pub fn prefixes(&self) -> Vec<String> {
        let mut prefixes = Vec::new();
        self.walk(&mut |place| prefixes.push(place.prefix.to_owned()));
        prefixes
    }

    pub fn set_requires_grad(&self, requires_grad: bool) {
        for parameter in self.parameters() {
            parameter.requires_grad_(requires_grad);
        }
    }

    /// Parameters and buffers as they stand in a state dict, shared ones under each of their names.
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let mut state = Vec::new();
        self.walk(&mut |place| {
            for (name, tensor) in place
                .members
                .parameters
                .iter()
                .chain(&place.members.buffers)
            {
                state.push((format!("{}{name}", place.prefix), tensor.clone()));
            }
        });
        state
    }

    pub fn named_modules(&self) -> Vec<(String, &'a dyn Module)> {
        let mut modules = Vec::new();
        self.walk(&mut |place| {
            if let Some(module) = place.module {
                modules.push((place.prefix.trim_end_matches('.').to_owned(), module));
            }
        });
        modules
    }

    pub fn modules(&self) -> Vec<&'a dyn Module> {
        without_names(self.named_modules())
    }

    pub fn named_children(&self) -> Vec<(String, &'a dyn Module)> {
        fn add<'a>(prefix: &str, members: Members<'a>, found: &mut Vec<(String, &'a dyn Module)>) {
            for (name, child) in members.children {
                let name = format!("{prefix}{name}");
                match child {
                    Child::Module(module) => found.push((name, module)),
                    Child::List(members) => add(&format!("{name}."), members, found),
                }
            }
        }
        let mut found = Vec::new();
        add("", Members::of(self.root), &mut found);
        found
    }

    pub fn children(&self) -> Vec<&'a dyn Module> {
        without_names(self.named_children())
    }

    pub fn submodule(&self, name: &str) -> Option<&'a dyn Module> {
        named(self.named_modules(), name)
    }

    pub fn parameter(&self, name: &str) -> Option<Tensor> {
        named(self.named_parameters(), name)
    }

    pub fn buffer(&self, name: &str) -> Option<Tensor> {
        named(self.named_buffers(), name)
    }

    pub fn set_training(&self, training: bool) {
        self.walk(&mut |place| {
            place
                .members
                .modes
                .iter()
                .for_each(|mode| mode.set_training(training))
        });
    }

    /// The training modes of everything, and what they are now.
    pub fn training(&self) -> Vec<(&'a Mode, bool)> {
        let mut modes = Vec::new();
        self.walk(&mut |place| {
            modes.extend(
                place
                    .members
                    .modes
                    .iter()
                    .map(|mode| (*mode, mode.is_training())),
            );
        });
        modes
    }

    /// The numbers of the tensors that have no shape of their own yet.
    pub fn shapeless(&self) -> Vec<u64> {
        let mut ids = Vec::new();
        self.walk(&mut |place| {
            if place.members.shapeless {
                ids.extend(place.members.tensors().iter().map(Tensor::id));
            }
        });
        ids
    }

    /// Names under which older files have what now has another: the new one and the old one.
    pub fn renamed(&self) -> Vec<(String, String)> {
        let mut names = Vec::new();
        if hooks::is_empty() {
            return names;
        }
        self.walk(&mut |place| {
            for made in place.module.into_iter().flat_map(hooks::made) {
                let whole = |name: String| format!("{}{name}", place.prefix);
                let renamed = made.renamed().into_iter();
                names.extend(renamed.map(|(new, old)| (whole(new), whole(old))));
            }
        });
        names
    }

    /// A module without any mode in it behaves as in training.
    pub fn is_training(&self) -> bool {
        let mut modes: Vec<&Mode> = Vec::new();
        self.walk(&mut |place| modes.extend(&place.members.modes));
        modes.is_empty() || modes.iter().any(|mode| mode.is_training())
    }

    /// Makes every tensor hold its values elsewhere or as other floats. A dtype leaves tensors of integers as they are.
    pub fn convert(&self, target: To) -> Result<()> {
        if let To::DType(dtype) | To::Both(dtype, _) = target
            && !dtype.is_floating_point()
        {
            return Err(Error::dtype(format!(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )));
        }
        for (_, tensor) in self.state() {
            let target = match target {
                To::DType(_) if !tensor.is_floating_point() => continue,
                To::Both(_, device) if !tensor.is_floating_point() => To::Device(device),
                other => other,
            };
            tensor.set_data(&tensor.detach().try_to(target)?);
            if let Some(gradient) = tensor.grad() {
                gradient.set_data(&gradient.detach().try_to(target)?);
            }
        }
        Ok(())
    }

    /// Children come before the module that holds them.
    pub fn apply(&self, action: &mut dyn FnMut(&dyn Module)) {
        fn apply(members: Members<'_>, action: &mut dyn FnMut(&dyn Module)) {
            for (_, child) in members.children() {
                match child {
                    Child::Module(module) => {
                        apply(Members::of(module), action);
                        action(module);
                    }
                    Child::List(members) => apply(members, action),
                }
            }
        }
        apply(Members::of(self.root), action);
        action(self.root);
    }

    fn tensors(
        &self,
        which: impl for<'m> Fn(&'m Members<'a>) -> &'m [(String, Tensor)],
    ) -> Vec<(String, Tensor)> {
        let mut tensors: Vec<(String, Tensor)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        self.walk(&mut |place| {
            for (name, tensor) in which(place.members) {
                if seen.insert(tensor.id()) {
                    tensors.push((format!("{}{name}", place.prefix), tensor.clone()));
                }
            }
        });
        tensors
    }

    fn walk(&self, visit: &mut dyn FnMut(Place<'a, '_>)) {
        fn walk<'a>(
            prefix: &str,
            module: Option<&'a dyn Module>,
            members: Members<'a>,
            visit: &mut dyn FnMut(Place<'a, '_>),
        ) {
            visit(Place {
                prefix,
                module,
                members: &members,
            });
            for (name, child) in members.children {
                let prefix = format!("{prefix}{name}.");
                match child {
                    Child::Module(module) => {
                        walk(&prefix, Some(module), Members::of(module), visit)
                    }
                    Child::List(members) => walk(&prefix, None, members, visit),
                }
            }
        }
        walk("", Some(self.root), Members::of(self.root), visit);
    }
}
