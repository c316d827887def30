//! Probability distributions (`torch.distributions`): drawing from them, scoring values, and how they differ.
//!
//! ```
//! use wick::distributions::{Normal, kl_divergence};
//! use wick::prelude::*;
//! manual_seed(0);
//! let normal = Normal::new(0., tensor!([1., 2.]));
//! let draws = normal.sample([1000]);
//! assert_eq!(draws.shape(), [1000, 2]);
//! assert_eq!(normal.log_prob(&draws).shape(), [1000, 2]);
//! ```

mod bernoulli;
mod beta;
mod categorical;
mod constraint;
mod dirichlet;
mod distribution;
mod exponential;
mod family;
mod gamma;
mod independent;
mod laplace;
mod multivariate_normal;
mod normal;
mod numbers;
mod odds;
mod poisson;
mod uniform;
mod validation;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use categorical::Categorical;
pub use constraint::Constraint;
pub use dirichlet::Dirichlet;
pub use distribution::Distribution;
pub use exponential::Exponential;
pub use gamma::{Chi2, Gamma};
pub use independent::Independent;
pub use laplace::Laplace;
pub use multivariate_normal::MultivariateNormal;
pub use normal::Normal;
pub use poisson::Poisson;
pub use uniform::Uniform;
pub use validation::set_default_validate_args;
