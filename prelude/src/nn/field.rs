//! How `#[derive(Module)]` tells a field that is a member from one that is not.
//!
//! `(&Field(&value)).add_to(name, members)` finds [`Known`]'s method if the value's type is a [`Member`]; only if not
//! does the search go on to `&Field`, for which [`Other`] is there whatever the type. Only generated code uses this.

use super::members::{Member, Members};
use crate::Tensor;

/// The value of a field, which is asked by [`Known`] and [`Other`] whether it is a member.
///
/// ```
/// use wick::nn::Members;
/// use wick::nn::field::{Field, Known, Other};
/// use wick::prelude::*;
/// let (scale, size) = (Tensor::ones([2]), 3);
/// let mut members = Members::default();
/// (&Field(&scale)).add_to("scale", &mut members);
/// (&Field(&size)).add_to("size", &mut members);
/// assert!(members.tensor("scale").is_some());
/// assert!(members.tensor("size").is_none());
/// ```
pub struct Field<'a, T: ?Sized>(pub &'a T);

/// Fields that are members: tensors, modules, and what holds them.
///
/// ```
/// use wick::nn::Members;
/// use wick::nn::field::{Field, Known};
/// use wick::prelude::*;
/// let scale = Tensor::ones([2]);
/// let mut members = Members::default();
/// Field(&scale).add_to("scale", &mut members);
/// assert_eq!(members.tensor("scale").unwrap().shape(), [2]);
/// ```
pub trait Known<'a> {
    /// Adds the field's value to `members`.
    fn add_to(&self, name: &str, members: &mut Members<'a>);
}

impl<'a, T: Member + ?Sized> Known<'a> for Field<'a, T> {
    fn add_to(&self, name: &str, members: &mut Members<'a>) {
        self.0.join(name, members);
    }
}

/// All other fields, which are no part of a module's state.
///
/// ```
/// use wick::nn::Members;
/// use wick::nn::field::{Field, Other};
/// let mut members = Members::default();
/// (&Field("a name")).add_to("name", &mut members);
/// assert!(members.tensor("name").is_none());
/// ```
pub trait Other<'a> {
    /// Does nothing.
    #[inline]
    fn add_to(&self, _name: &str, _members: &mut Members<'a>) {}
}

impl<'a, T: ?Sized> Other<'a> for &Field<'a, T> {}

/// Fields whose attribute says what they are: a tensor, or an `Option` or a `Vec` of them.
///
/// ```
/// use wick::nn::Members;
/// use wick::nn::field::Tensors;
/// use wick::prelude::*;
/// let weights = vec![Tensor::ones([2]), Tensor::ones([3])];
/// let mut names = Vec::new();
/// weights.each("weights", &mut |name, _| names.push(name.to_owned()));
/// assert_eq!(names, ["weights.0", "weights.1"]);
///
/// let (mut members, mean) = (Members::default(), Some(Tensor::zeros([4])));
/// weights.parameter("weights", &mut members);
/// mean.buffer("mean", &mut members);
/// assert_eq!(members.tensor("weights.1").unwrap().shape(), [3]);
/// assert_eq!(members.tensor("mean").unwrap().shape(), [4]);
/// ```
pub trait Tensors: 'static {
    /// Calls `add` with each tensor, and with its name: the field's, and what has to be added to that.
    fn each<'a>(&'a self, name: &str, add: &mut dyn FnMut(&str, &'a Tensor));

    /// Adds the tensors as parameters: for `#[module(parameter)]`.
    fn parameter<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        self.each(name, &mut |name, tensor| members.parameter(name, tensor));
    }

    /// Adds the tensors as buffers: for `#[module(buffer)]`.
    fn buffer<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        self.each(name, &mut |name, tensor| members.buffer(name, tensor));
    }
}

impl Tensors for Tensor {
    fn each<'a>(&'a self, name: &str, add: &mut dyn FnMut(&str, &'a Tensor)) {
        add(name, self);
    }
}

impl<T: Tensors> Tensors for Option<T> {
    fn each<'a>(&'a self, name: &str, add: &mut dyn FnMut(&str, &'a Tensor)) {
        if let Some(tensors) = self {
            tensors.each(name, add);
        }
    }
}

impl<T: Tensors> Tensors for Vec<T> {
    fn each<'a>(&'a self, name: &str, add: &mut dyn FnMut(&str, &'a Tensor)) {
        for (index, tensors) in self.iter().enumerate() {
            tensors.each(&format!("{name}.{index}"), add);
        }
    }
}
