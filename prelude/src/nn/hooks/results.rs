//! What hooks return, and what modules return.

use crate::Tensor;

/// What a hook may return: nothing, or what stands for the tensors it was called with, a tensor or a `Vec`.
///
/// ```
/// use wick::nn::hooks::Replaced;
/// use wick::prelude::*;
/// assert!(().tensors().is_none());
/// assert_eq!(tensor!([1.]).tensors().unwrap().len(), 1);
/// let (relu, x) = (ReLU::new(), tensor!([3.]));
/// relu.register_forward_hook(|_, _, output| println!("{output}"));
/// relu.register_forward_hook(|_, _, output| output * 2.);
/// assert_eq!(relu.forward(&x).to_string(), "tensor([6.])");
/// ```
pub trait Replaced {
    /// The tensors; `None` where nothing is replaced.
    fn tensors(self) -> Option<Vec<Tensor>>;
}

impl Replaced for () {
    fn tensors(self) -> Option<Vec<Tensor>> {
        None
    }
}

impl Replaced for Tensor {
    fn tensors(self) -> Option<Vec<Tensor>> {
        Some(vec![self])
    }
}

impl Replaced for Vec<Tensor> {
    fn tensors(self) -> Option<Vec<Tensor>> {
        Some(self)
    }
}

impl<R: Replaced> Replaced for Option<R> {
    fn tensors(self) -> Option<Vec<Tensor>> {
        self.and_then(Replaced::tensors)
    }
}

/// What a module returns: a tensor, or several in a tuple.
///
/// ```
/// use wick::nn::hooks::Outputs;
/// use wick::prelude::*;
/// let (outputs, mut all) = ((tensor!([1.]), tensor!([2.])), Vec::new());
/// outputs.list(&mut all);
/// assert_eq!(all.len(), 2);
/// // One tensor is given, so the other stays.
/// let (first, second) = outputs.replace(&mut [tensor!([10.])].into_iter());
/// assert_eq!((first + second).to_string(), "tensor([12.])");
/// ```
pub trait Outputs: Sized {
    /// Adds handles on the tensors to `all`.
    fn list(&self, all: &mut Vec<Tensor>);

    /// The same with other tensors, as many as there were; those that are missing stay.
    fn replace(self, next: &mut dyn Iterator<Item = Tensor>) -> Self;
}

impl Outputs for Tensor {
    fn list(&self, all: &mut Vec<Tensor>) {
        all.push(self.clone());
    }

    fn replace(self, next: &mut dyn Iterator<Item = Tensor>) -> Self {
        next.next().unwrap_or(self)
    }
}

impl<T: Outputs> Outputs for Option<T> {
    fn list(&self, all: &mut Vec<Tensor>) {
        if let Some(outputs) = self {
            outputs.list(all);
        }
    }

    fn replace(self, next: &mut dyn Iterator<Item = Tensor>) -> Self {
        self.map(|outputs| outputs.replace(next))
    }
}

impl<T: Outputs, E> Outputs for Result<T, E> {
    fn list(&self, all: &mut Vec<Tensor>) {
        if let Ok(outputs) = self {
            outputs.list(all);
        }
    }

    fn replace(self, next: &mut dyn Iterator<Item = Tensor>) -> Self {
        self.map(|outputs| outputs.replace(next))
    }
}

impl<A: Outputs, B: Outputs> Outputs for (A, B) {
    fn list(&self, all: &mut Vec<Tensor>) {
        self.0.list(all);
        self.1.list(all);
    }

    fn replace(self, next: &mut dyn Iterator<Item = Tensor>) -> Self {
        (self.0.replace(next), self.1.replace(next))
    }
}
