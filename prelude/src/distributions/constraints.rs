//! Constraints by the names that PyTorch has for them (`torch.distributions.constraints`); all others are variants of
//! [`Constraint`].
//!
//! ```
//! use wick::distributions::constraints;
//! use wick::prelude::*;
//! let x = tensor!([-1., 0., 0.5, 2.]);
//! assert_eq!(constraints::positive().check(&x).to_string(), "tensor([False, False,  True,  True])");
//! assert_eq!(constraints::unit_interval().check(&x).to_string(), "tensor([False,  True,  True, False])");
//! ```

use super::constraint::Constraint;

/// Above 0. PyTorch: `torch.distributions.constraints.positive`.
///
/// ```
/// use wick::distributions::constraints;
/// assert_eq!(constraints::positive().to_string(), "GreaterThan(lower_bound=0.0)");
/// ```
pub fn positive() -> Constraint {
    Constraint::GreaterThan(0f64.into())
}

/// 0 or above. PyTorch: `torch.distributions.constraints.nonnegative`.
///
/// ```
/// use wick::distributions::constraints;
/// assert_eq!(constraints::nonnegative().to_string(), "GreaterThanEq(lower_bound=0.0)");
/// ```
pub fn nonnegative() -> Constraint {
    Constraint::GreaterThanEq(0f64.into())
}

/// From 0 to 1. PyTorch: `torch.distributions.constraints.unit_interval`.
///
/// ```
/// use wick::distributions::constraints;
/// assert_eq!(constraints::unit_interval().to_string(), "Interval(lower_bound=0.0, upper_bound=1.0)");
/// ```
pub fn unit_interval() -> Constraint {
    Constraint::Interval(0f64.into(), 1f64.into())
}

/// A whole number that is not negative. PyTorch: `torch.distributions.constraints.nonnegative_integer`.
///
/// ```
/// use wick::distributions::constraints;
/// use wick::prelude::*;
/// let counts = constraints::nonnegative_integer();
/// assert_eq!(counts.check(&tensor!([2., 0.5])).to_string(), "tensor([ True, False])");
/// ```
pub fn nonnegative_integer() -> Constraint {
    Constraint::IntegerGreaterThan(0i64.into())
}

/// A whole number from 1 on. PyTorch: `torch.distributions.constraints.positive_integer`.
///
/// ```
/// use wick::distributions::constraints;
/// use wick::prelude::*;
/// assert_eq!(constraints::positive_integer().check(&tensor!([2, 0])).to_string(), "tensor([ True, False])");
/// ```
pub fn positive_integer() -> Constraint {
    Constraint::IntegerGreaterThan(1i64.into())
}

/// Vectors of any numbers. PyTorch: `torch.distributions.constraints.real_vector`.
///
/// ```
/// use wick::distributions::constraints;
/// assert_eq!(constraints::real_vector().to_string(), "IndependentConstraint(Real(), 1)");
/// ```
pub fn real_vector() -> Constraint {
    Constraint::Real.independent(1)
}
