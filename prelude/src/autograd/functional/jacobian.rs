//! Whole matrices of derivatives.

use super::strict::{Of, check_requires_grad};
use super::{Function, FunctionalOptions, Outputs, finished, gradients, prepared};
use crate::autograd::enable_grad;
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;

/// All derivatives of a function's result with respect to its input (`torch.autograd.functional.jacobian`): the
/// result's shape followed by the input's.
///
/// ```
/// use wick::autograd::functional::jacobian;
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]);
/// let j = jacobian(|x| x.square(), &x);
/// assert_eq!(j.to_vec2::<f32>(), [[2., 0.], [0., 4.]]);
/// ```
#[track_caller]
pub fn jacobian(f: impl Fn(&Tensor) -> Tensor, x: &Tensor) -> Tensor {
    let f = |inputs: &[Tensor]| vec![f(&inputs[0])];
    compute(&f, &[x], FunctionalOptions::default())
        .map(|rows| rows[0][0].clone())
        .or_panic()
}

/// [`jacobian`] of a function of several tensors: for each result, for each input, the derivatives.
///
/// ```
/// use wick::autograd::functional::jacobian_with;
/// use wick::prelude::*;
/// let (x, y) = (tensor!([1., 2.]), tensor!([3., 4., 5.]));
/// let j = jacobian_with(|x| x[0].sum() * &x[1], &[&x, &y], Default::default())?;
/// assert_eq!(j[0][0].shape(), [3, 2]);
/// assert_eq!(j[0][1].shape(), [3, 3]);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// In strict mode where a result does not depend on an input.
pub fn jacobian_with<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    options: FunctionalOptions,
) -> Result<Vec<Vec<Tensor>>> {
    compute(&|inputs| f(inputs).into().0, inputs, options)
}

fn compute(
    f: Function<'_>,
    inputs: &[&Tensor],
    options: FunctionalOptions,
) -> Result<Vec<Vec<Tensor>>> {
    enable_grad(|| {
        let inputs = prepared(inputs, options.create_graph)?;
        let outputs = f(&inputs);
        check_requires_grad(&outputs, Of::Outputs, options.strict)?;
        outputs
            .iter()
            .enumerate()
            .map(|(i, output)| rows_of(output, i, &inputs, options))
            .collect()
    })
}

/// Zeros like `like`, with a 1 at one place.
pub(crate) fn unit(like: &Tensor, at: usize) -> Result<Tensor> {
    let unit = like.detach().try_zeros_like()?.try_contiguous()?;
    unit.try_view(-1)?.try_select(0, at as i64)?.try_fill_(1)?;
    Ok(unit)
}

/// The derivatives of one result with respect to each input.
pub(crate) fn rows_of(
    output: &Tensor,
    number: usize,
    inputs: &[Tensor],
    options: FunctionalOptions,
) -> Result<Vec<Tensor>> {
    let FunctionalOptions {
        create_graph,
        strict,
        ..
    } = options;
    let mut rows: Vec<Vec<Tensor>> = vec![Vec::new(); inputs.len()];
    for at in 0..output.numel() {
        let one = unit(output, at)?;
        let row = gradients(
            std::slice::from_ref(output),
            inputs,
            std::slice::from_ref(&one),
            create_graph,
        )?;
        for (i, (gradient, rows)) in row.into_iter().zip(&mut rows).enumerate() {
            rows.push(match gradient {
                Some(gradient) if strict && create_graph && !gradient.requires_grad() => bail!(
                    "The jacobian of the user-provided function is independent of input {i}. This is not allowed in \
                     strict mode when create_graph=True."
                ),
                Some(gradient) => gradient,
                None if strict => bail!(
                    "Output {number} of the user-provided function is independent of input {i}. This is not allowed in \
                     strict mode."
                ),
                None => inputs[i].try_zeros_like()?,
            });
        }
    }
    let shape = output.shape();
    let jacobians = rows
        .iter()
        .zip(inputs)
        .map(|(rows, input)| {
            let shape: Vec<usize> = shape.iter().chain(&*input.shape()).copied().collect();
            if rows.is_empty() {
                return input.try_new_zeros(&shape);
            }
            Tensor::try_stack(rows, 0)?.try_view(shape)
        })
        .collect::<Result<_>>()?;
    Ok(finished(jacobians, create_graph))
}

/// All second derivatives of a function whose result is a single number (`torch.autograd.functional.hessian`): the
/// input's shape twice.
///
/// ```
/// use wick::autograd::functional::hessian;
/// use wick::prelude::*;
/// let h = hessian(|x| x.pow(3).sum(), &tensor!([1., 2.]));
/// assert_eq!(h.to_vec2::<f32>(), [[6., 0.], [0., 12.]]);
/// ```
#[track_caller]
pub fn hessian(f: impl Fn(&Tensor) -> Tensor, x: &Tensor) -> Tensor {
    let f = |inputs: &[Tensor]| vec![f(&inputs[0])];
    second(&f, &[x], FunctionalOptions::default())
        .map(|rows| rows[0][0].clone())
        .or_panic()
}

/// [`hessian`] of a function of several tensors: element `[i][j]` has the derivatives with respect to inputs `i` and
/// `j`. PyTorch: `torch.autograd.functional.hessian`.
///
/// ```
/// use wick::autograd::functional::{FunctionalOptions, hessian_with};
/// use wick::prelude::*;
/// let (a, b) = (tensor!([2.]), tensor!([3.]));
/// let h = hessian_with(|x| (x[0].square() * &x[1]).sum(), &[&a, &b], FunctionalOptions::default())?;
/// assert_eq!(h[0][0].item::<f32>(), 6.); // 2 b
/// assert_eq!(h[0][1].item::<f32>(), 4.); // 2 a
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// If the result is not a single number; in strict mode where the Jacobian does not depend on an input.
pub fn hessian_with(
    f: impl Fn(&[Tensor]) -> Tensor,
    inputs: &[&Tensor],
    options: FunctionalOptions,
) -> Result<Vec<Vec<Tensor>>> {
    second(&|inputs| vec![f(inputs)], inputs, options)
}

fn second(
    f: Function<'_>,
    inputs: &[&Tensor],
    options: FunctionalOptions,
) -> Result<Vec<Vec<Tensor>>> {
    // What goes wrong inside the inner function, which itself cannot fail, is kept here.
    let failed = std::cell::RefCell::new(None);
    let first = |inputs: &[Tensor]| -> Vec<Tensor> {
        match first_derivatives(f, inputs, options.strict) {
            Ok(first) => first,
            Err(error) => {
                failed.borrow_mut().get_or_insert(error);
                Vec::new()
            }
        }
    };
    let result = compute(&first, inputs, options);
    match failed.into_inner() {
        Some(error) => Err(error),
        None => result,
    }
}

fn first_derivatives(f: Function<'_>, inputs: &[Tensor], strict: bool) -> Result<Vec<Tensor>> {
    let outputs = f(inputs);
    let [output] = &outputs[..] else {
        bail!("The function given to hessian should return a single Tensor")
    };
    if output.numel() != 1 {
        bail!(
            "The Tensor returned by the function given to hessian should contain a single element"
        );
    }
    check_requires_grad(&outputs, Of::Outputs, strict)?;
    let one = output.detach().try_ones_like()?;
    let first = gradients(&outputs, inputs, &[one], true)?;
    if strict && let Some(i) = first.iter().position(Option::is_none) {
        bail!(
            "Output 0 of the user-provided function is independent of input {i}. This is not allowed in strict mode."
        );
    }
    let first = super::filled(first, inputs)?;
    check_requires_grad(&first, Of::Jacobian, strict)?;
    Ok(first)
}
