//! Numbers whose logarithm is normal.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family, transformed};
use super::normal::Normal;
use super::transformed::TransformedDistribution;
use super::transforms::ExpTransform;
use crate::error::Result;
use crate::tensor::Tensor;

family! {
    /// Numbers whose logarithms are normal. PyTorch: `torch.distributions.LogNormal`.
    ///
    /// ```
    /// use wick::distributions::LogNormal;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let incomes = LogNormal::new(8, 0.5);
    /// assert_eq!(incomes.sample([2]).to_string(), "tensor([6441.3813, 2574.1787])");
    /// assert_eq!(incomes.mean().to_string(), "tensor(3377.8679)");
    /// ```
    LogNormal {
        /// The mean of the logarithms.
        loc: Constraint::Real,
        /// The standard deviation of the logarithms.
        scale: constraints::positive(),
    }
    shows []
    first |it| Normal::made([(&it.loc).into(), (&it.scale).into()], true)
}

impl LogNormal {
    pub(super) fn normal(&self) -> Result<Normal> {
        Normal::made([(&self.loc).into(), (&self.scale).into()], false)
    }

    fn transformed(&self) -> Result<TransformedDistribution<Normal>> {
        TransformedDistribution::made(self.normal()?, ExpTransform, self.validates)
    }
}

impl Distribution for LogNormal {
    common!(loc, scale);
    transformed!(with log_prob);

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::positive())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok((&self.loc + self.scale.pow(2) / 2).exp())
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok((&self.loc - self.scale.square()).exp())
    }

    fn try_variance(&self) -> Result<Tensor> {
        let squares = self.scale.pow(2);
        Ok(squares.expm1() * (2 * &self.loc + &squares).exp())
    }

    fn try_entropy(&self) -> Result<Tensor> {
        self.normal()?.try_entropy()?.try_add(&self.loc)
    }
}
