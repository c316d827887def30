//! How `#[derive(Module)]` tells a field that is a member from one that is not.
//!
//! `(&Field(&value)).add_to(name, members)` finds [`Known`]'s method if the value's type is a [`Member`]; only if not
//! does the search go on to `&Field`, for which [`Other`] is there whatever the type. Only generated code uses this.

use super::members::{Member, Members};
use crate::Tensor;

/// The value of a field.
pub struct Field<'a, T: ?Sized>(pub &'a T);

/// Fields that are members.
pub trait Known<'a> {
    /// Adds the field's value to `members`.
    fn add_to(&self, name: &str, members: &mut Members<'a>);
}

impl<'a, T: Member + ?Sized> Known<'a> for Field<'a, T> {
    fn add_to(&self, name: &str, members: &mut Members<'a>) {
        self.0.join(name, members);
    }
}

/// All other fields.
pub trait Other<'a> {
    /// Does nothing.
    #[inline]
    fn add_to(&self, _name: &str, _members: &mut Members<'a>) {}
}

impl<'a, T: ?Sized> Other<'a> for &Field<'a, T> {}

/// Fields whose attribute says what they are.
pub trait Tensors: 'static {
    /// The tensors, with what has to be added to the field's name.
    fn each<'a>(&'a self, name: &str, add: &mut dyn FnMut(&str, &'a Tensor));

    /// For `#[module(parameter)]`.
    fn parameter<'a>(&'a self, name: &str, members: &mut Members<'a>) {
        self.each(name, &mut |name, tensor| members.parameter(name, tensor));
    }

    /// For `#[module(buffer)]`.
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
