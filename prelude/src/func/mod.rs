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

use crate::Tensor;
use crate::error::Result;

mod gradient;
mod map;
mod products;
mod stateless;
mod trace;

pub use gradient::{
    GradAndValue, GradsAndValue, grad, grad_and_value, grad_and_value_with, grad_with, hessian,
    jacfwd, jacrev,
};
pub use map::{Randomness, VmapOptions, vmap, vmap_with};
pub use products::{jvp, jvp_with, vjp, vjp_with};
pub use stateless::{
    FunctionalCallOptions, functional_call, functional_call_with, stack_module_state,
    try_stack_module_state,
};

/// A function of a tensor that was made of another. Its type can be written, so a variable of a cell keeps it for later
/// cells, unless the function that it was made of borrows something.
///
/// ```
/// use wick::func::{Map, grad};
/// use wick::prelude::*;
/// let slope: Map = grad(|x: &Tensor| x.square());
/// assert_eq!(slope(&tensor!(3.)).item::<f32>(), 6.);
/// ```
pub type Map<'a> = Box<dyn Fn(&Tensor) -> Tensor + 'a>;

/// [`Map`] of several tensors, which says what is wrong instead of panicking.
///
/// ```
/// use wick::func::{MapAll, vmap_with};
/// use wick::prelude::*;
/// let dots: MapAll = vmap_with(|x| x[0].dot(&x[1]), Default::default());
/// assert!(dots(&[]).is_err());
/// ```
pub type MapAll<'a> = Box<dyn Fn(&[&Tensor]) -> Result<Vec<Tensor>> + 'a>;
