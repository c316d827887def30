//! Operations that are written in other operations, as one node of PyTorch's name.
//!
//! Together with [`ops!`](super::ops) this makes a new operation one short place: the line that declares it says its
//! name and arguments, `composed` or `pair` what it computes, what its derivative is, and what the node is called.

use super::Tensor;
use super::arithmetic::{Operands, operands};
use crate::autograd::{Ctx, Saved, no_grad, record};
use crate::dtype::{Category, DType};
use crate::error::Result;
use crate::kernels::memory_order::as_operands_lie;
use crate::kernels::{Array, complex, pointwise};
use crate::scalar::Arg;
use num_complex::Complex64;

/// What a derivative looks at. [`Ctx::saved`] counts the inputs first, then the output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Nothing,
    Inputs,
    Both,
}

/// One node for what `forward` computes off the tape; `backward` gives the gradients in the order of `inputs`.
pub(super) fn composed<B>(
    name: &'static str,
    inputs: &[&Tensor],
    keep: Keep,
    forward: impl FnOnce() -> Result<Tensor>,
    backward: B,
) -> Result<Tensor>
where
    B: Fn(&Ctx, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync + 'static,
{
    wick_runtime::interrupt::check();
    let output = no_grad(forward)?;
    // A node needs a tensor of its own: `forward` may have given back an input, or a view of one.
    let output = match output.is_view() || inputs.iter().any(|input| input.same_as(&output)) {
        true => Tensor::from_array(output.array()),
        false => output,
    };
    record(name, inputs, output, |output| {
        let mut saved = Vec::new();
        if matches!(keep, Keep::Inputs | Keep::Both) {
            saved.extend(inputs.iter().map(|input| Saved::input(input)));
        }
        if keep == Keep::Both {
            saved.push(Saved::output(output));
        }
        (saved, backward)
    })
}

/// A function of each float that is known in `f64`. `slope` is its derivative, from the input and the output.
pub(super) fn function(
    name: &'static str,
    kernel: &'static str,
    x: &Tensor,
    f: impl Fn(f64) -> f64 + Sync,
    slope: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    let forward = |x: &Array| pointwise::through(kernel, &f, x);
    element_wise(name, x, forward, slope)
}

/// Likewise where it is known of complex numbers too.
pub(super) fn analytic(
    name: &'static str,
    kernel: &'static str,
    x: &Tensor,
    f: fn(f64) -> f64,
    of_complex: fn(Complex64) -> Complex64,
    slope: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    let forward = |x: &Array| match x.dtype().is_complex() {
        true => complex::through(x, of_complex),
        false => pointwise::through(kernel, &f, x),
    };
    element_wise(name, x, forward, slope)
}

fn element_wise(
    name: &'static str,
    x: &Tensor,
    forward: impl FnOnce(&Array) -> Result<Array>,
    slope: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    let x = x.try_to_dtype(x.dtype().to_float())?;
    composed(
        name,
        &[&x],
        Keep::Both,
        || {
            Ok(Tensor::from_array(as_operands_lie([&x.array()], |[x]| {
                forward(x)
            })?))
        },
        move |ctx, g| {
            Ok(vec![Some(
                g.try_mul(slope(&ctx.saved(0)?, &ctx.saved(1)?)?)?,
            )])
        },
    )
}

/// Gradients of both operands, from the gradient, the operands and the output.
pub(super) type PairRule = fn(&Tensor, &Tensor, &Tensor, &Tensor) -> Result<[Tensor; 2]>;

/// A function of each pair of elements, after promotion to at least `least` and broadcasting.
pub(super) fn pair(
    names: [&'static str; 2],
    x: &Tensor,
    other: Arg,
    least: Category,
    forward: impl FnOnce(&Operands) -> Result<Tensor>,
    backward: PairRule,
) -> Result<Tensor> {
    paired(
        names,
        x,
        other,
        least,
        Keep::Both,
        forward,
        move |ctx, g| backward(g, &ctx.saved(0)?, &ctx.saved(1)?, &ctx.saved(2)?),
    )
}

/// [`pair`] where the gradients come from the operands alone, so that the output may change afterwards.
pub(super) fn pair_of_inputs(
    names: [&'static str; 2],
    x: &Tensor,
    other: Arg,
    least: Category,
    forward: impl FnOnce(&Operands) -> Result<Tensor>,
    backward: fn(&Tensor, &Tensor, &Tensor) -> Result<[Tensor; 2]>,
) -> Result<Tensor> {
    paired(
        names,
        x,
        other,
        least,
        Keep::Inputs,
        forward,
        move |ctx, g| backward(g, &ctx.saved(0)?, &ctx.saved(1)?),
    )
}

fn paired(
    names: [&'static str; 2],
    x: &Tensor,
    other: Arg,
    least: Category,
    keep: Keep,
    forward: impl FnOnce(&Operands) -> Result<Tensor>,
    backward: impl Fn(&Ctx, &Tensor) -> Result<[Tensor; 2]> + Send + Sync + 'static,
) -> Result<Tensor> {
    // PyTorch numbers the overload for a plain number separately.
    let name = names[usize::from(matches!(other, Arg::Scalar(_)))];
    let operands = operands(x, other, least)?;
    let inputs = [&operands.a, &operands.b];
    composed(
        name,
        &inputs,
        keep,
        || forward(&operands),
        move |ctx, g| {
            let [a, b] = backward(ctx, g)?;
            Ok(vec![ctx.wants(0).then_some(a), ctx.wants(1).then_some(b)])
        },
    )
}

impl Operands {
    /// A function that is known in `f64`, of each pair.
    pub(super) fn through(&self, kernel: &str, f: fn(f64, f64) -> f64) -> Result<Tensor> {
        self.with(|[a, b]| pointwise::through_pair(kernel, f, a, b))
    }

    /// Likewise where it is known of complex numbers too.
    pub(super) fn through_both(
        &self,
        kernel: &str,
        f: fn(f64, f64) -> f64,
        of_complex: fn(Complex64, Complex64) -> Complex64,
    ) -> Result<Tensor> {
        if !self.a.is_complex() {
            return self.through(kernel, f);
        }
        self.with(|[a, b]| complex::through_pair(of_complex, a, b))
    }

    /// A function of each pair of integers.
    pub(super) fn integers(&self, f: fn(i64, i64) -> i64) -> Result<Tensor> {
        self.with(|[a, b]| pointwise::bits(f, a, b))
    }
}

/// A tensor times a number, as a node of the name that PyTorch has for this place.
pub(super) fn times(name: &'static str, x: &Tensor, factor: f64) -> Result<Tensor> {
    let x = x.try_to_dtype(x.dtype().to_float())?;
    composed(
        name,
        &[&x],
        Keep::Nothing,
        || x.try_mul(factor),
        move |_, g| Ok(vec![Some(g.try_mul(factor)?)]),
    )
}

/// A tensor in another shape of as many elements, as a node of the name that PyTorch has for this place.
pub(super) fn reshaped_as(name: &'static str, x: &Tensor, shape: Vec<usize>) -> Result<Tensor> {
    let from = x.shape();
    composed(
        name,
        &[x],
        Keep::Nothing,
        || x.try_reshape(&shape),
        move |_, g| Ok(vec![Some(g.try_reshape(&from)?)]),
    )
}

/// Elements that an index tensor picked along a dimension, as one node: their gradient goes back to their places.
///
/// `index` has the dimensions of `x`; whether it may name a place more than once, `repeated` says. The result keeps
/// `dim` unless `keepdim` is false.
pub(super) fn picked(
    name: &'static str,
    x: &Tensor,
    dim: usize,
    index: &Tensor,
    keepdim: bool,
    repeated: bool,
) -> Result<(Tensor, Tensor)> {
    if x.dim() == 0 {
        let index = Tensor::from_array(index.try_reshape(())?.array());
        let backward = |_: &Ctx, g: &Tensor| Ok(vec![Some(g.clone())]);
        let values = composed(name, &[x], Keep::Nothing, || x.try_copy(), backward)?;
        return Ok((values, index));
    }
    let (at, shape) = (dim as i64, x.shape());
    let shaped = |t: Tensor| {
        if keepdim {
            Ok(t)
        } else {
            t.try_squeeze_dim(at)
        }
    };
    let places = index.clone();
    let values = composed(
        name,
        &[x],
        Keep::Nothing,
        || shaped(x.try_gather(at, index)?),
        move |_, g| {
            let g = if keepdim {
                g.clone()
            } else {
                g.try_unsqueeze(at)?
            };
            let zeros = g.try_new_zeros(&shape)?;
            Ok(vec![Some(match repeated {
                true => zeros.try_scatter_add(at, &places, &g)?,
                false => zeros.try_scatter(at, &places, &g)?,
            })])
        },
    )?;
    // The indices are a tensor of their own, no view.
    let index = no_grad(|| shaped(index.clone()))?;
    Ok((values, Tensor::from_array(index.array())))
}

/// Integers as `i64`, floats as they are: what sums and products answer in.
pub(super) fn summable(x: &Tensor) -> Result<Tensor> {
    if x.dtype().is_differentiable() {
        Ok(x.clone())
    } else {
        x.try_to_dtype(DType::I64)
    }
}
