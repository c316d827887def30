//! Products of vectors with Jacobians.

use super::trace::Trace;
use super::{Map, MapAll};
use crate::autograd::functional::{Function, Outputs, filled, finished, gradients, placeholders};
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;

/// The value of `f` at `x`, and the function that gives the product of a vector with the Jacobian there: gradients at
/// the result in, gradients at `x` out. PyTorch: `torch.func.vjp`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let (y, back) = func::vjp(|x: &Tensor| x.square(), &tensor!([1., 2.]));
/// assert_eq!(y.to_vec1::<f32>(), [1., 4.]);
/// assert_eq!(back(&tensor!([1., 1.])).to_vec1::<f32>(), [2., 4.]);
/// assert_eq!(back(&tensor!([1., 0.])).to_vec1::<f32>(), [2., 0.]);
/// ```
///
/// # Panics
/// For an argument that is no float; the function it gives, for vectors of another shape than the result's.
#[track_caller]
pub fn vjp(f: impl Fn(&Tensor) -> Tensor, x: &Tensor) -> (Tensor, Map<'static>) {
    let (mut value, back) = back(&|inputs| vec![f(&inputs[0])], &[x]).or_panic();
    let back = move |v: &Tensor| back(&[v]).or_panic().remove(0);
    (value.remove(0), Box::new(back))
}

/// [`vjp`] of a function of several tensors with one result or several. PyTorch: `torch.func.vjp`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let (y, back) = func::vjp_with(|x| &x[0] * &x[1], &[&tensor!([2.]), &tensor!([3.])])?;
/// let gradients = back(&[&tensor!([1.])])?;
/// assert_eq!((y[0].item::<f32>(), gradients[1].item::<f32>()), (6., 2.));
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// For arguments that are no floats; the function it gives, for vectors of other shapes than the results'.
pub fn vjp_with<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
) -> Result<(Vec<Tensor>, MapAll<'static>)> {
    back(&|inputs| f(inputs).into().0, inputs)
}

fn back(f: Function<'_>, inputs: &[&Tensor]) -> Result<(Vec<Tensor>, MapAll<'static>)> {
    let every: Vec<usize> = (0..inputs.len()).collect();
    Trace::run(f, inputs, &every, |run| {
        let value = finished(run.outputs.clone(), run.keep);
        let back: MapAll = Box::new(move |v| {
            check_shapes(v, &run.outputs)?;
            let v: Vec<Tensor> = v.iter().map(|&v| v.clone()).collect();
            // The vectors may be on the tape as well.
            let keep = run.keep || v.iter().any(Tensor::requires_grad);
            let found = gradients(&run.outputs, &run.inputs, &v, keep)?;
            Ok(finished(filled(found, &run.inputs)?, keep))
        });
        Ok((value, back))
    })
}

fn check_shapes(v: &[&Tensor], outputs: &[Tensor]) -> Result<()> {
    if v.len() != outputs.len() {
        bail!(
            "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. \
             cotangents: {} tensors, primal output: {} tensors",
            v.len(),
            outputs.len()
        );
    }
    for (i, (v, output)) in v.iter().zip(outputs).enumerate() {
        if v.shape() != output.shape() {
            bail!(
                "Mismatch in shape: grad_output[{i}] has a shape of {} and output[{i}] has a shape of {}.",
                v.shape(),
                output.shape()
            );
        }
    }
    Ok(())
}

/// The value of `f` at `x`, and the product of the Jacobian there with `tangent`: how the value moves when `x` moves that
/// way. PyTorch: `torch.func.jvp`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let (y, moved) = func::jvp(|x: &Tensor| x.square().sum(), &tensor!([1., 2.]), &tensor!([1., 0.]));
/// assert_eq!((y.item::<f32>(), moved.item::<f32>()), (5., 2.));
/// ```
///
/// # Panics
/// For an argument that is no float, for a tangent of another shape, and where an operation in `f` cannot be
/// differentiated twice.
#[track_caller]
pub fn jvp(f: impl Fn(&Tensor) -> Tensor, x: &Tensor, tangent: &Tensor) -> (Tensor, Tensor) {
    let mut both = forth(&|inputs| vec![f(&inputs[0])], &[x], &[tangent]).or_panic();
    (both.0.remove(0), both.1.remove(0))
}

/// [`jvp`] of a function of several tensors with one result or several. PyTorch: `torch.func.jvp`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let (a, b) = (tensor!([2.]), tensor!([3.]));
/// let (y, moved) = func::jvp_with(|x| &x[0] * &x[1], &[&a, &b], &[&tensor!([1.]), &tensor!([10.])])?;
/// assert_eq!((y[0].item::<f32>(), moved[0].item::<f32>()), (6., 23.));
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// For arguments that are no floats, for tangents of other shapes, and where an operation in `f` cannot be
/// differentiated twice.
pub fn jvp_with<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    tangents: &[&Tensor],
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    forth(&|inputs| f(inputs).into().0, inputs, tangents)
}

fn forth(
    f: Function<'_>,
    inputs: &[&Tensor],
    tangents: &[&Tensor],
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    if tangents.len() != inputs.len() {
        bail!(
            "jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. For example, if \
             primals is a tuple of 3 tensors, tangents also must be. Got primals with structure {} tensors and tangents \
             with structure {} tensors",
            inputs.len(),
            tangents.len()
        );
    }
    for (input, tangent) in inputs.iter().zip(tangents) {
        if input.shape() != tangent.shape() {
            bail!(
                "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not \
                 supported. Tensor is of size {} while the given forward gradient is of size {}.",
                input.shape().list(),
                tangent.shape().list()
            );
        }
    }
    let every: Vec<usize> = (0..inputs.len()).collect();
    Trace::run(f, inputs, &every, |mut run| {
        run.keep |= tangents.iter().any(|tangent| tangent.requires_grad());
        let tangents: Vec<Tensor> = tangents.iter().map(|&tangent| tangent.clone()).collect();
        let moved = run.pullback()?.push(&tangents)?;
        let keep = run.keep;
        Ok((finished(run.outputs, keep), finished(moved, keep)))
    })
}

/// The product with a Jacobian from the left as a function of the vector, which is linear: its own derivative is the
/// product from the right.
pub(super) struct Pullback<'a> {
    run: &'a Trace,
    vectors: Vec<Tensor>,
    products: Vec<Tensor>,
}

impl Trace {
    pub(super) fn pullback(&self) -> Result<Pullback<'_>> {
        let vectors = placeholders(&self.outputs)?;
        let products = gradients(&self.outputs, &self.inputs, &vectors, true)?;
        Ok(Pullback {
            run: self,
            products: filled(products, &self.inputs)?,
            vectors,
        })
    }
}

impl Pullback<'_> {
    /// How the results move when the inputs move by `tangents`.
    pub fn push(&self, tangents: &[Tensor]) -> Result<Vec<Tensor>> {
        let moved = gradients(&self.products, &self.vectors, tangents, self.run.keep)?;
        filled(moved, &self.run.outputs)
    }
}
