//! Transforms of vectors to shares of a whole.

use super::elements::clipped;
use super::{Constraint, Result, Shape, Tensor, Transform, named, too_few};
use crate::distributions::constraints;
use crate::distributions::numbers::counting;
use crate::limits::float_info;
use crate::tensor::Padding;

/// The softmax of vectors. It is not bijective: its inverse gives logarithms. PyTorch:
/// `torch.distributions.transforms.SoftmaxTransform`.
///
/// ```
/// use wick::distributions::{SoftmaxTransform, Transform};
/// use wick::prelude::*;
/// assert_eq!(SoftmaxTransform.forward(&tensor!([0., 1., 2.])).to_string(), "tensor([0.0900, 0.2447, 0.6652])");
/// ```
#[derive(Clone)]
pub struct SoftmaxTransform;

/// Vectors to shares, of which there is one more: each number says how much of what is left is broken off. PyTorch:
/// `torch.distributions.transforms.StickBreakingTransform`.
///
/// ```
/// use wick::distributions::{StickBreakingTransform, Transform};
/// use wick::prelude::*;
/// let shares = StickBreakingTransform.forward(&tensor!([0., 1.]));
/// assert_eq!(shares.to_string(), "tensor([0.3333, 0.4874, 0.1793])");
/// ```
#[derive(Clone)]
pub struct StickBreakingTransform;

named!(SoftmaxTransform, StickBreakingTransform);

/// A shape whose last size is another one.
fn resized(shape: &Shape, size: impl FnOnce(usize) -> Option<usize>) -> Result<Shape> {
    let (last, batch) = shape.split_last().ok_or_else(too_few)?;
    let size = size(*last).ok_or_else(too_few)?;
    Ok([batch, &[size]].concat().into())
}

impl Transform for SoftmaxTransform {
    fn domain(&self) -> Constraint {
        constraints::real_vector()
    }

    fn codomain(&self) -> Constraint {
        Constraint::Simplex
    }

    fn bijective(&self) -> bool {
        false
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        let (largest, _) = x.try_max_dim(-1, true)?;
        let shares = x.try_sub(largest)?.try_exp()?;
        shares.try_div(shares.try_sum_dim(-1, true)?)
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        y.try_log()
    }

    fn forward_shape(&self, shape: &Shape) -> Result<Shape> {
        resized(shape, Some)
    }

    fn inverse_shape(&self, shape: &Shape) -> Result<Shape> {
        resized(shape, Some)
    }
}

/// The logarithms of how many pieces are still to come, so that zeros give equal shares.
fn log_pieces(breaks: usize, like: &Tensor) -> Result<Tensor> {
    Ok((breaks as i64 - counting(breaks, like)?).log())
}

impl Transform for StickBreakingTransform {
    fn domain(&self) -> Constraint {
        constraints::real_vector()
    }

    fn codomain(&self) -> Constraint {
        Constraint::Simplex
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        let broken = x.try_sub(log_pieces(x.try_size(-1)?, x)?)?;
        let broken = clipped(&broken.try_sigmoid()?)?;
        let left = (1 - &broken).try_cumprod(-1)?;
        let one = Padding::Constant(1.);
        broken
            .try_pad(&[0, 1], one)?
            .try_mul(left.try_pad(&[1, 0], one)?)
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        let breaks = y.try_size(-1)?.saturating_sub(1);
        let shares = y.try_narrow(-1, 0, breaks)?;
        let left = (1 - shares.try_cumsum(-1)?).try_clamp_min(float_info(y.dtype())?.tiny)?;
        Ok(shares.log() - left.log() + log_pieces(breaks, y)?)
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let breaks = x.try_size(-1)?;
        let x = x.try_sub(log_pieces(breaks, x)?)?;
        let shares = y.try_narrow(-1, 0, breaks)?;
        (-&x + x.logsigmoid() + shares.log()).try_sum_dim(-1, false)
    }

    fn forward_shape(&self, shape: &Shape) -> Result<Shape> {
        resized(shape, |size| Some(size + 1))
    }

    fn inverse_shape(&self, shape: &Shape) -> Result<Shape> {
        resized(shape, |size| size.checked_sub(1))
    }
}
