//! Gradients, Jacobians and Hessians of functions, as functions.

use super::trace::Trace;
use super::{Map, MapAll};
use crate::autograd::functional::{
    Function, FunctionalOptions, filled, finished, gradients, rows_of, unit,
};
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;

/// A function that gives a gradient and a value: what [`grad_and_value`] makes.
///
/// ```
/// use wick::func::{GradAndValue, grad_and_value};
/// use wick::prelude::*;
/// let both: GradAndValue = grad_and_value(|x: &Tensor| x.square());
/// let (slope, value) = both(&tensor!(3.));
/// assert_eq!((slope.item::<f32>(), value.item::<f32>()), (6., 9.));
/// ```
pub type GradAndValue<'a> = Box<dyn Fn(&Tensor) -> (Tensor, Tensor) + 'a>;

/// A function that gives several gradients and a value: what [`grad_and_value_with`] makes.
///
/// ```
/// use wick::func::{GradsAndValue, grad_and_value_with};
/// use wick::prelude::*;
/// let both: GradsAndValue = grad_and_value_with(|x| &x[0] * &x[1], [0, 1]);
/// assert!(both(&[&tensor!(3.)]).is_err());
/// ```
pub type GradsAndValue<'a> = Box<dyn Fn(&[&Tensor]) -> Result<(Vec<Tensor>, Tensor)> + 'a>;

/// The function that gives the gradient of `f`, whose result is a single number without dimensions. PyTorch:
/// `torch.func.grad`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let slope = func::grad(|x: &Tensor| x.pow(3).sum());
/// assert_eq!(slope(&tensor!([1., 2.])).to_string(), "tensor([ 3., 12.])");
/// // Again: the second derivative.
/// let x = tensor!(2.);
/// assert_eq!(func::grad(func::grad(|x: &Tensor| x.pow(3)))(&x).item::<f32>(), 12.);
/// ```
///
/// # Panics
/// The function it gives panics where `f` returns a tensor with dimensions, and for arguments that are no floats.
pub fn grad<'a>(f: impl Fn(&Tensor) -> Tensor + 'a) -> Map<'a> {
    let both = grad_and_value(f);
    Box::new(move |x| both(x).0)
}

/// The function that gives the gradient of `f` and its value. PyTorch: `torch.func.grad_and_value`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let (slope, value) = func::grad_and_value(|x: &Tensor| x.pow(3).sum())(&tensor!([1., 2.]));
/// assert_eq!(slope.to_string(), "tensor([ 3., 12.])");
/// assert_eq!(value.to_string(), "tensor(9.)");
/// ```
///
/// # Panics
/// As the function that [`grad`] gives.
pub fn grad_and_value<'a>(f: impl Fn(&Tensor) -> Tensor + 'a) -> GradAndValue<'a> {
    Box::new(move |x| {
        let found = gradient(&|inputs| vec![f(&inputs[0])], &[x], &[0]).or_panic();
        (found.0[0].clone(), found.1)
    })
}

/// [`grad`] of a function of several tensors, with respect to those of the numbers `argnums`. Arguments that a result
/// does not depend on have gradients of zeros. PyTorch: `torch.func.grad` with `argnums`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let slopes = func::grad_with(|x| (&x[0] * x[1].exp()).sum(), [0, 1]);
/// let found = slopes(&[&tensor!([2., 3.]), &tensor!([0., 0.])])?;
/// assert_eq!(found[0].to_vec1::<f32>(), [1., 1.]);
/// assert_eq!(found[1].to_vec1::<f32>(), [2., 3.]);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// The function it gives fails where `f` returns a tensor with dimensions, for arguments that are no floats, and where
/// there is no argument of a number.
pub fn grad_with<'a>(
    f: impl Fn(&[Tensor]) -> Tensor + 'a,
    argnums: impl AsRef<[usize]>,
) -> MapAll<'a> {
    let both = grad_and_value_with(f, argnums);
    Box::new(move |x| Ok(both(x)?.0))
}

/// [`grad_with`] that gives the value, too. PyTorch: `torch.func.grad_and_value` with `argnums`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let both = func::grad_and_value_with(|x| (&x[0] * &x[1]).sum(), [1]);
/// let (slopes, value) = both(&[&tensor!([2., 3.]), &tensor!([4., 5.])])?;
/// assert_eq!((slopes[0].to_vec1::<f32>(), value.item::<f32>()), (vec![2., 3.], 23.));
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// As the function that [`grad_with`] gives.
pub fn grad_and_value_with<'a>(
    f: impl Fn(&[Tensor]) -> Tensor + 'a,
    argnums: impl AsRef<[usize]>,
) -> GradsAndValue<'a> {
    let argnums = argnums.as_ref().to_vec();
    Box::new(move |x| gradient(&|inputs| vec![f(inputs)], x, &argnums))
}

fn gradient(
    f: Function<'_>,
    arguments: &[&Tensor],
    which: &[usize],
) -> Result<(Vec<Tensor>, Tensor)> {
    if let Some(number) = which.iter().find(|&&number| number >= arguments.len()) {
        bail!(
            "Got argnum={number}, but only {} positional inputs",
            arguments.len()
        );
    }
    Trace::run(f, arguments, which, |run| {
        let value = &run.outputs[0];
        if value.dim() != 0 {
            bail!(
                "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with {} dims. Maybe \
                 you wanted to use the vjp or jacrev APIs instead?",
                value.dim()
            );
        }
        let found = gradients(&run.outputs, &run.inputs, &[], run.keep)?;
        let found = filled(found, &run.inputs)?;
        let mut value = finished(run.outputs, run.keep);
        Ok((finished(found, run.keep), value.remove(0)))
    })
}

/// The function that gives the Jacobian of `f`, row by row: the shape of the result and then that of the argument. For
/// functions with fewer results than arguments. PyTorch: `torch.func.jacrev`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let j = func::jacrev(|x: &Tensor| x.square())(&tensor!([1., 2.]));
/// assert_eq!(j.to_vec2::<f32>(), [[2., 0.], [0., 4.]]);
/// ```
///
/// # Panics
/// The function it gives panics for arguments that are no floats.
pub fn jacrev<'a>(f: impl Fn(&Tensor) -> Tensor + 'a) -> Map<'a> {
    Box::new(move |x| by_rows(&|inputs| vec![f(&inputs[0])], x).or_panic())
}

fn by_rows(f: Function<'_>, x: &Tensor) -> Result<Tensor> {
    Trace::run(f, &[x], &[0], |run| {
        let options = FunctionalOptions {
            create_graph: run.keep,
            ..FunctionalOptions::default()
        };
        Ok(rows_of(&run.outputs[0], 0, &run.inputs, options)?.remove(0))
    })
}

/// The function that gives the Jacobian of `f`, column by column: the shape of the result and then that of the
/// argument. For functions with more results than arguments. PyTorch: `torch.func.jacfwd`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let circle = func::jacfwd(|t: &Tensor| Tensor::stack(&[&t.cos(), &t.sin()], 0));
/// assert_eq!(circle(&tensor!(0.)).to_vec1::<f32>(), [0., 1.]);
/// ```
///
/// # Panics
/// The function it gives panics for arguments that are no floats, and where an operation in `f` cannot be
/// differentiated twice.
pub fn jacfwd<'a>(f: impl Fn(&Tensor) -> Tensor + 'a) -> Map<'a> {
    Box::new(move |x| by_columns(&|inputs| vec![f(&inputs[0])], x).or_panic())
}

fn by_columns(f: Function<'_>, x: &Tensor) -> Result<Tensor> {
    Trace::run(f, &[x], &[0], |run| {
        let (input, output) = (&run.inputs[0], &run.outputs[0]);
        let pullback = run.pullback()?;
        let mut columns = Vec::with_capacity(input.numel());
        for at in 0..input.numel() {
            columns.extend(pullback.push(&[unit(input, at)?])?);
        }
        let shape: Vec<usize> = output
            .shape()
            .iter()
            .chain(&*input.shape())
            .copied()
            .collect();
        let jacobian = match columns.is_empty() {
            true => output.try_new_zeros(&shape)?,
            false => Tensor::try_stack(&columns, -1)?.try_view(shape)?,
        };
        Ok(finished(vec![jacobian], run.keep).remove(0))
    })
}

/// The function that gives all second derivatives of `f`: the shape of the result, and then twice that of the argument.
/// PyTorch: `torch.func.hessian`.
///
/// ```
/// use wick::func;
/// use wick::prelude::*;
/// let h = func::hessian(|x: &Tensor| x.pow(3).sum())(&tensor!([1., 2.]));
/// assert_eq!(h.to_vec2::<f32>(), [[6., 0.], [0., 12.]]);
/// ```
///
/// # Panics
/// The function it gives panics for arguments that are no floats, and where an operation in `f` cannot be
/// differentiated three times.
pub fn hessian<'a>(f: impl Fn(&Tensor) -> Tensor + 'a) -> Map<'a> {
    jacfwd(jacrev(f))
}
