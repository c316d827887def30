//! Derivatives against finite differences.

use super::functional::Outputs;
use super::grad::{GradOptions, grad_with};
use super::{enable_grad, no_grad};
use crate::dtype::DType;
use crate::error::{Error, OrPanic, Result, bail};
use crate::tensor::Tensor;
use std::fmt;

/// The choices of [`gradcheck`] and [`gradgradcheck`], with PyTorch's defaults.
///
/// ```
/// use wick::autograd::{GradcheckOptions, gradcheck};
/// use wick::prelude::*;
/// let x = tensor!([0.3, -1.2]).to(DType::F64).requires_grad_(true);
/// let options = GradcheckOptions { raise_exception: false, ..Default::default() };
/// assert!(gradcheck(|x| x[0].square(), &[&x], options));
/// // Half of the derivative is cut off here.
/// assert!(!gradcheck(|x| &x[0] * x[0].detach(), &[&x], options));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradcheckOptions {
    /// How far inputs are moved for the differences.
    pub eps: f64,
    /// The absolute difference that is tolerated.
    pub atol: f64,
    /// The difference relative to the numerical derivative that is tolerated.
    pub rtol: f64,
    /// Panic, with both matrices, instead of answering `false`.
    pub raise_exception: bool,
    /// How much two backward passes may differ.
    pub nondet_tol: f64,
    /// Check that backward passes work where only some of several results are used.
    pub check_undefined_grad: bool,
}

impl Default for GradcheckOptions {
    fn default() -> Self {
        GradcheckOptions {
            eps: 1e-6,
            atol: 1e-5,
            rtol: 1e-3,
            raise_exception: true,
            nondet_tol: 0.,
            check_undefined_grad: true,
        }
    }
}

/// Compares a function's derivatives with differences between its values (`torch.autograd.gradcheck`), for those
/// inputs that require gradients. They should be of dtype [`DType::F64`] or [`DType::C128`];
/// complex numbers are checked as pairs of their parts.
///
/// ```
/// use wick::autograd::{GradcheckOptions, gradcheck};
/// use wick::prelude::*;
/// let x = tensor!([0.3, -1.2]).to(DType::F64).requires_grad_(true);
/// assert!(gradcheck(|x| x[0].tanh(), &[&x], GradcheckOptions::default()));
/// ```
///
/// # Panics
/// With both matrices where they differ, unless `raise_exception` is false; always if no input requires a gradient.
#[track_caller]
pub fn gradcheck<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    options: GradcheckOptions,
) -> bool {
    answer(check(&|x| f(x).into().0, inputs, options), options)
}

/// [`gradcheck`] that returns what is wrong instead of panicking.
pub fn try_gradcheck<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    options: GradcheckOptions,
) -> Result<()> {
    check(&|x| f(x).into().0, inputs, options).map_err(Failure::into_error)
}

/// Compares the derivatives of a function's derivatives with differences between those
/// (`torch.autograd.gradgradcheck`).
///
/// `gradients` are those of the results; random ones if `None`.
///
/// ```
/// use wick::autograd::{GradcheckOptions, gradgradcheck};
/// use wick::prelude::*;
/// let x = tensor!([0.3, -1.2]).to(DType::F64).requires_grad_(true);
/// assert!(gradgradcheck(|x| x[0].tanh(), &[&x], None, GradcheckOptions::default()));
/// ```
///
/// # Panics
/// As [`gradcheck`].
#[track_caller]
pub fn gradgradcheck<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    gradients: Option<&[&Tensor]>,
    options: GradcheckOptions,
) -> bool {
    answer(
        check_twice(&|x| f(x).into().0, inputs, gradients, options),
        options,
    )
}

/// [`gradgradcheck`] that returns what is wrong instead of panicking.
pub fn try_gradgradcheck<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    gradients: Option<&[&Tensor]>,
    options: GradcheckOptions,
) -> Result<()> {
    check_twice(&|x| f(x).into().0, inputs, gradients, options).map_err(Failure::into_error)
}

/// Why a check did not pass.
enum Failure {
    /// The derivatives are wrong: the answer is `false`.
    Wrong(Error),
    /// There was nothing to check.
    Misused(Error),
}

impl Failure {
    fn into_error(self) -> Error {
        match self {
            Failure::Wrong(error) | Failure::Misused(error) => error,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Wrong(error)
    }
}

fn wrong(message: impl fmt::Display) -> Failure {
    Failure::Wrong(Error::runtime(message.to_string()))
}

#[track_caller]
fn answer(outcome: Result<(), Failure>, options: GradcheckOptions) -> bool {
    match outcome {
        Ok(()) => true,
        Err(Failure::Wrong(_)) if !options.raise_exception => false,
        Err(failure) => Err(failure.into_error()).or_panic(),
    }
}

type Function<'a> = &'a dyn Fn(&[Tensor]) -> Vec<Tensor>;

fn check(f: Function<'_>, inputs: &[&Tensor], options: GradcheckOptions) -> Result<(), Failure> {
    check_inputs(inputs)?;
    let complex: Vec<bool> = inputs.iter().map(|input| input.is_complex()).collect();
    // Complex numbers are moved along both axes, and answer along both: a function of and to their parts.
    let in_parts = |inputs: &[Tensor]| -> Vec<Tensor> {
        let inputs = inputs.iter().zip(&complex);
        let inputs: Vec<Tensor> = inputs
            .map(|(input, &complex)| {
                if complex {
                    input.view_as_complex()
                } else {
                    input.clone()
                }
            })
            .collect();
        let outputs = f(&inputs).into_iter();
        outputs
            .map(|output| {
                if output.is_complex() {
                    output.view_as_real()
                } else {
                    output
                }
            })
            .collect()
    };
    let parts = inputs
        .iter()
        .map(|input| match input.is_complex() {
            true => {
                let parts = input.detach().try_view_as_real()?.try_contiguous()?;
                parts.try_requires_grad_(input.requires_grad())
            }
            false => Ok((*input).clone()),
        })
        .collect::<Result<Vec<Tensor>>>()?;
    check_real(&in_parts, &parts.iter().collect::<Vec<_>>(), options)
}

fn check_real(
    f: Function<'_>,
    inputs: &[&Tensor],
    options: GradcheckOptions,
) -> Result<(), Failure> {
    enable_grad(|| {
        let inputs: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
        let outputs = f(&inputs);
        for (o, output) in outputs.iter().enumerate() {
            if !output.is_floating_point() {
                continue;
            }
            if !output.requires_grad() {
                check_constant(f, &inputs, o, options)?;
                continue;
            }
            check_output(f, &inputs, output, o, options)?;
        }
        if options.check_undefined_grad {
            check_undefined(&outputs, &inputs)?;
        }
        Ok(())
    })
}

fn check_inputs(inputs: &[&Tensor]) -> Result<(), Failure> {
    let mut any = false;
    for (i, input) in inputs.iter().enumerate() {
        if !input.requires_grad() {
            continue;
        }
        any = true;
        if input.dtype().to_real() != DType::F64 {
            eprintln!(
                "Input #{i} requires gradient and is not a double precision floating point or complex. This check will \
                 likely fail if all the inputs are not of double precision floating point or complex. "
            );
        }
        let array = input.array();
        let overlaps = |(&stride, &size): (&usize, &usize)| stride == 0 && size > 1;
        if array.layout.stride().iter().zip(array.dims()).any(overlaps) {
            return Err(Failure::Misused(Error::runtime(format!(
                "The {i}th input has a dimension with stride 0. gradcheck only supports inputs that are \
                 non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous on \
                 the input before passing it to gradcheck."
            ))));
        }
    }
    if !any {
        return Err(Failure::Misused(Error::value(
            "gradcheck expects at least one input tensor to require gradient, but none of them have \
             requires_grad=True.",
        )));
    }
    Ok(())
}

/// An output off the tape must not depend on the inputs.
fn check_constant(
    f: Function<'_>,
    inputs: &[Tensor],
    output: usize,
    options: GradcheckOptions,
) -> Result<(), Failure> {
    for (i, _) in differentiable(inputs) {
        let by_differences = numerical(f, inputs, i, output, options.eps)?;
        if by_differences.try_ne(0)?.try_any()?.item::<bool>() {
            return Err(wrong("Numerical gradient for function expected to be zero"));
        }
    }
    Ok(())
}

/// Compares the Jacobians of one output.
fn check_output(
    f: Function<'_>,
    inputs: &[Tensor],
    output: &Tensor,
    number: usize,
    options: GradcheckOptions,
) -> Result<(), Failure> {
    let computed = analytical(output, inputs)?;
    let again = analytical(output, inputs)?;
    for (at, (i, _)) in differentiable(inputs).enumerate() {
        let by_differences = numerical(f, inputs, i, number, options.eps)?;
        if !no_grad(|| close(&computed[at], &by_differences, options))? {
            return Err(wrong(format_args!(
                "Jacobian mismatch for output {number} with respect to input {i},\nnumerical:{by_differences}\n\
                 analytical:{}\n",
                computed[at]
            )));
        }
        let apart = computed[at].try_sub(&again[at])?.try_abs()?;
        if apart.numel() > 0 && apart.try_max()?.item::<f64>() > options.nondet_tol {
            return Err(wrong(format_args!(
                "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives \
                 different values, although analytical gradient matches numerical gradient.The tolerance for \
                 nondeterminism was {:?}.",
                options.nondet_tol
            )));
        }
    }
    Ok(())
}

fn differentiable(inputs: &[Tensor]) -> impl Iterator<Item = (usize, &Tensor)> {
    inputs
        .iter()
        .enumerate()
        .filter(|(_, input)| input.requires_grad())
}

/// `torch.allclose`: not-a-numbers are close to nothing.
fn close(computed: &Tensor, expected: &Tensor, options: GradcheckOptions) -> Result<bool> {
    let apart = computed.try_sub(expected)?.try_abs()?;
    let allowed = expected
        .try_abs()?
        .try_mul(options.rtol)?
        .try_add(options.atol)?;
    let same = computed.try_eq(expected)?;
    Ok(apart
        .try_le(&allowed)?
        .try_logical_or(&same)?
        .try_all()?
        .item::<bool>())
}

/// One Jacobian by central differences, as PyTorch lays it out: a row for each element of the input.
fn numerical(
    f: Function<'_>,
    inputs: &[Tensor],
    input: usize,
    output: usize,
    eps: f64,
) -> Result<Tensor> {
    let original = inputs[input].detach();
    let moved = |at: usize, by: f64| -> Result<Tensor> {
        let changed = original.try_copy()?.try_contiguous()?;
        let element = changed.try_view(-1)?.try_select(0, at as i64)?;
        no_grad(|| element.try_add_(by))?;
        let mut inputs: Vec<Tensor> = inputs.to_vec();
        inputs[input] = changed.try_requires_grad_(true)?;
        // A function that asks for gradients itself needs the tape.
        let outputs = f(&inputs);
        outputs[output].detach().try_copy()?.try_reshape(-1)
    };
    let rows = (0..original.numel())
        .map(|at| moved(at, eps)?.try_sub(moved(at, -eps)?)?.try_div(2. * eps))
        .collect::<Result<Vec<_>>>()?;
    if rows.is_empty() {
        return original.try_new_zeros(&[0, 0]);
    }
    Tensor::try_stack(&rows, 0)
}

/// The Jacobians of an output by backward passes, one for each input that requires gradients.
fn analytical(output: &Tensor, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let wanted: Vec<&Tensor> = differentiable(inputs).map(|(_, input)| input).collect();
    let mut columns: Vec<Vec<Tensor>> = vec![Vec::new(); wanted.len()];
    for at in 0..output.numel() {
        let one = output.detach().try_zeros_like()?.try_contiguous()?;
        one.try_view(-1)?.try_select(0, at as i64)?.try_fill_(1)?;
        let options = GradOptions {
            retain_graph: Some(true),
            materialize_grads: true,
            ..GradOptions::default()
        };
        let found = grad_with(&[output], &wanted, &[Some(&one)], options)?;
        for ((column, gradient), input) in columns.iter_mut().zip(found).zip(&wanted) {
            let Some(gradient) = gradient else {
                bail!("a gradient that was to be zero is missing")
            };
            if gradient.shape() != input.shape() {
                bail!("backward sent a gradient of another shape than the input's");
            }
            column.push(gradient.detach().try_reshape(-1)?);
        }
    }
    columns
        .into_iter()
        .zip(&wanted)
        .map(|(columns, input)| match columns.is_empty() {
            true => input.detach().try_new_zeros(&[input.numel(), 0]),
            false => Tensor::try_stack(&columns, 1),
        })
        .collect()
}

/// Backward passes from each result alone must work, and give what the sum of all gives together.
fn check_undefined(outputs: &[Tensor], inputs: &[Tensor]) -> Result<(), Failure> {
    let tracked: Vec<&Tensor> = outputs.iter().filter(|o| o.requires_grad()).collect();
    if tracked.len() < 2 {
        return Ok(());
    }
    let wanted: Vec<&Tensor> = differentiable(inputs).map(|(_, input)| input).collect();
    let options = GradOptions {
        retain_graph: Some(true),
        materialize_grads: true,
        ..GradOptions::default()
    };
    let zeros = tracked
        .iter()
        .map(|o| o.detach().try_zeros_like())
        .collect::<Result<Vec<_>>>()?;
    for i in 0..tracked.len() {
        let found = grad_with(&tracked[i..=i], &wanted, &[Some(&zeros[i])], options)?;
        for gradient in found.into_iter().flatten() {
            if gradient.try_ne(0)?.try_any()?.item::<bool>() {
                return Err(wrong(
                    "Expected all input grads to be undefined or zero when all output grads are undefined or zero.",
                ));
            }
        }
    }
    Ok(())
}

fn check_twice(
    f: Function<'_>,
    inputs: &[&Tensor],
    gradients: Option<&[&Tensor]>,
    options: GradcheckOptions,
) -> Result<(), Failure> {
    check_inputs(inputs)?;
    let count = inputs.len();
    let wanted: Vec<usize> = (0..count).filter(|&i| inputs[i].requires_grad()).collect();
    let gradients: Vec<Tensor> = match gradients {
        Some(gradients) => gradients.iter().map(|&g| g.clone()).collect(),
        None => {
            let given: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
            let outputs = enable_grad(|| f(&given));
            let tracked = outputs.iter().filter(|output| output.requires_grad());
            tracked
                .map(|output| {
                    let random = Tensor::try_randn_with(output.shape(), output.dtype())?;
                    random
                        .try_to_device(output.device())?
                        .try_requires_grad_(true)
                })
                .collect::<Result<_>>()?
        }
    };
    let failed = std::cell::RefCell::new(None);
    let first = |all: &[Tensor]| -> Vec<Tensor> {
        let (inputs, gradients) = all.split_at(count);
        let outputs = f(inputs);
        let outputs: Vec<&Tensor> = outputs.iter().filter(|o| o.requires_grad()).collect();
        let inputs: Vec<&Tensor> = wanted.iter().map(|&i| &inputs[i]).collect();
        let gradients: Vec<Option<&Tensor>> = gradients.iter().map(Some).collect();
        let options = GradOptions {
            create_graph: true,
            allow_unused: Some(true),
            ..GradOptions::default()
        };
        match grad_with(&outputs, &inputs, &gradients, options) {
            Ok(found) => found
                .into_iter()
                .zip(inputs)
                .map(|(gradient, input)| gradient.unwrap_or_else(|| input.zeros_like()))
                .collect(),
            Err(error) => {
                failed.borrow_mut().get_or_insert(error);
                Vec::new()
            }
        }
    };
    let all: Vec<&Tensor> = inputs.iter().copied().chain(&gradients).collect();
    let outcome = check(&first, &all, options);
    match failed.into_inner() {
        Some(error) => Err(error.into()),
        None => outcome,
    }
}
