//! Functions of functions (`torch.func`): derivatives that are functions again, functions of one example made into
//! functions of a batch, and modules called with parameters from elsewhere.
//!
//! They compose as they do on paper:
//!
//! ```
//! use wick::func::{grad, vmap};
//! use wick::prelude::*;
//! // The second derivative of sin, at three places at once.
//! let second = vmap(grad(grad(|x: &Tensor| x.sin())));
//! let y = second(&tensor!([0., 1., 2.]));
//! assert!(y.allclose(&-tensor!([0., 1., 2.]).sin()));
//! ```
//!
//! A result can be differentiated again where an argument requires gradients, or another tensor that the function
//! uses does. Where neither does, it comes without a graph.

mod gradient;
mod map;
mod products;
mod stateless;
mod trace;

pub use gradient::{grad, grad_and_value, grad_and_value_with, grad_with, hessian, jacfwd, jacrev};
pub use map::{Randomness, VmapOptions, vmap, vmap_with};
pub use products::{jvp, jvp_with, vjp, vjp_with};
pub use stateless::{
    FunctionalCallOptions, functional_call, functional_call_with, stack_module_state,
    try_stack_module_state,
};
