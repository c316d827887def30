//! What tells one module from another, wherever it is moved.

use std::any::TypeId;

use crate::nn::members::{Child, Members};
use crate::nn::module::Module;

/// The part of a module that is its own: it stays the same when the module is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::nn) enum Anchor {
    /// The number of a `Mode`.
    Mode(u64),
    /// The number of a tensor, in a module that has no mode.
    Tensor(u64),
}

/// A module: its type, the first anchor in it, and how many modules lie between the two. The type and the distance
/// tell a module from its own first part, with which it shares the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    kind: TypeId,
    pub anchor: Anchor,
    depth: usize,
}

impl Key {
    /// `None` for a module without any mode, tensor or part.
    pub fn of(module: &dyn Module) -> Option<Self> {
        let (anchor, depth) = first_anchor(Members::declared(module), 0)?;
        Some(Self {
            kind: module.type_id(),
            anchor,
            depth,
        })
    }
}

fn first_anchor(members: Members<'_>, depth: usize) -> Option<(Anchor, usize)> {
    if let Some(anchor) = members.anchor() {
        return Some((anchor, depth));
    }
    let mut children = members.children().into_iter();
    children.find_map(|(_, child)| match child {
        Child::Module(module) => first_anchor(Members::declared(module), depth + 1),
        Child::List(members) => first_anchor(members, depth + 1),
    })
}
