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
//! assert_eq!(kl_divergence(&normal, &Normal::new(0, 1)).to_string(), "tensor([0.0000, 0.8069])");
//! ```
//!
//! | what is drawn | see |
//! | --- | --- |
//! | any number | [`Normal`], [`Laplace`], [`Cauchy`], [`StudentT`], [`Gumbel`], [`VonMises`] |
//! | positive numbers | [`Exponential`], [`Gamma`], [`Chi2`], [`LogNormal`], [`HalfNormal`], [`HalfCauchy`], [`Weibull`], [`Pareto`], [`GeneralizedPareto`], [`InverseGamma`], [`FisherSnedecor`] |
//! | numbers of a range | [`Uniform`], [`Beta`], [`Kumaraswamy`], [`ContinuousBernoulli`], [`RelaxedBernoulli`] |
//! | what can be counted | [`Bernoulli`], [`Binomial`], [`Geometric`], [`NegativeBinomial`], [`Poisson`] |
//! | one of several | [`Categorical`], [`OneHotCategorical`], [`OneHotCategoricalStraightThrough`] |
//! | vectors | [`MultivariateNormal`], [`LowRankMultivariateNormal`], [`Dirichlet`], [`Multinomial`], [`LogisticNormal`], [`RelaxedOneHotCategorical`] |
//! | matrices | [`LKJCholesky`], [`Wishart`] |
//! | what is made of others | [`Independent`], [`MixtureSameFamily`], [`TransformedDistribution`] |
//!
//! What every one of them can be asked for stands at [`Distribution`].

mod bernoulli;
mod beta;
mod binomial;
mod categorical;
mod cauchy;
mod constraint;
pub mod constraints;
mod continuous_bernoulli;
mod dirichlet;
mod distribution;
mod exponential;
mod family;
mod fisher_snedecor;
mod gamma;
mod generalized_pareto;
mod geometric;
mod gumbel;
mod half;
mod half_cauchy;
mod half_normal;
mod independent;
mod inverse_gamma;
mod kl;
mod kumaraswamy;
mod laplace;
mod lkj_cholesky;
mod log_normal;
mod logistic_normal;
mod low_rank;
mod mixture;
mod multinomial;
mod multivariate_normal;
mod negative_binomial;
mod normal;
mod numbers;
mod odds;
mod one_hot;
mod pareto;
mod poisson;
mod relaxed_bernoulli;
mod relaxed_one_hot;
mod spread;
mod student_t;
mod transformed;
mod transforms;
mod uniform;
mod validation;
mod von_mises;
mod weibull;
mod wishart;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use cauchy::Cauchy;
pub use constraint::Constraint;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use dirichlet::Dirichlet;
pub use distribution::Distribution;
pub use exponential::Exponential;
pub use fisher_snedecor::FisherSnedecor;
pub use gamma::{Chi2, Gamma};
pub use generalized_pareto::GeneralizedPareto;
pub use geometric::Geometric;
pub use gumbel::Gumbel;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use independent::Independent;
pub use inverse_gamma::InverseGamma;
pub use kl::{KlDivergence, kl_divergence, try_kl_divergence};
pub use kumaraswamy::Kumaraswamy;
pub use laplace::Laplace;
pub use lkj_cholesky::LKJCholesky;
pub use log_normal::LogNormal;
pub use logistic_normal::LogisticNormal;
pub use low_rank::LowRankMultivariateNormal;
pub use mixture::MixtureSameFamily;
pub use multinomial::Multinomial;
pub use multivariate_normal::MultivariateNormal;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use one_hot::{OneHotCategorical, OneHotCategoricalStraightThrough};
pub use pareto::Pareto;
pub use poisson::Poisson;
pub use relaxed_bernoulli::{LogitRelaxedBernoulli, RelaxedBernoulli};
pub use relaxed_one_hot::{ExpRelaxedCategorical, RelaxedOneHotCategorical};
pub use student_t::StudentT;
pub use transformed::TransformedDistribution;
pub use transforms::*;
pub use uniform::Uniform;
pub use validation::set_default_validate_args;
pub use von_mises::VonMises;
pub use weibull::Weibull;
pub use wishart::Wishart;
