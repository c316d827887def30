//! Products of a vector with a matrix of derivatives, without making the matrix.

use super::strict::{Of, check_requires_grad, fill};
use super::{Function, FunctionalOptions, Outputs, finished, gradients, prepared};
use crate::autograd::enable_grad;
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;

/// What these functions give: the function's results, and the products.
type Both = (Vec<Tensor>, Vec<Tensor>);

fn one_of_each((mut results, mut products): Both) -> (Tensor, Tensor) {
    (results.swap_remove(0), products.swap_remove(0))
}

macro_rules! for_one_tensor {
    ($(#[$doc:meta])* $name:ident, $compute:ident) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $name(
            f: impl Fn(&Tensor) -> Tensor,
            x: &Tensor,
            v: Option<&Tensor>,
        ) -> (Tensor, Tensor) {
            let f = |inputs: &[Tensor]| vec![f(&inputs[0])];
            let v = v.as_ref().map(std::slice::from_ref);
            $compute(&f, &[x], v, FunctionalOptions::default())
                .map(one_of_each)
                .or_panic()
        }
    };
}

for_one_tensor! {
    /// A function's result and the product of `v`, which has the result's shape, with its Jacobian
    /// (`torch.autograd.functional.vjp`). `v` may be `None` where the result is a single number.
    ///
    /// ```
    /// use wick::autograd::functional::vjp;
    /// use wick::prelude::*;
    /// let (y, product) = vjp(|x| x.square(), &tensor!([1., 2.]), Some(&tensor!([1., 10.])));
    /// assert_eq!(y.to_vec1::<f32>(), [1., 4.]);
    /// assert_eq!(product.to_vec1::<f32>(), [2., 40.]);
    /// ```
    vjp, vector_jacobian
}

for_one_tensor! {
    /// A function's result and the product of its Jacobian with `v`, which has the input's shape
    /// (`torch.autograd.functional.jvp`). `v` may be `None` where the input is a single number.
    ///
    /// ```
    /// use wick::autograd::functional::jvp;
    /// use wick::prelude::*;
    /// let (_, product) = jvp(|x| x.square().sum(), &tensor!([1., 2.]), Some(&tensor!([1., 10.])));
    /// assert_eq!(product.item::<f32>(), 42.);
    /// ```
    jvp, jacobian_vector
}

for_one_tensor! {
    /// A function's result, a single number, and the product of its Hessian with `v`, which has the input's shape
    /// (`torch.autograd.functional.hvp`).
    ///
    /// ```
    /// use wick::autograd::functional::hvp;
    /// use wick::prelude::*;
    /// let (_, product) = hvp(|x| x.pow(3).sum(), &tensor!([1., 2.]), Some(&tensor!([1., 10.])));
    /// assert_eq!(product.to_vec1::<f32>(), [6., 120.]);
    /// ```
    hvp, hessian_vector
}

for_one_tensor! {
    /// A function's result, a single number, and the product of `v`, which has the input's shape, with its Hessian
    /// (`torch.autograd.functional.vhp`). The same numbers as [`hvp`], computed faster.
    ///
    /// ```
    /// use wick::autograd::functional::vhp;
    /// use wick::prelude::*;
    /// let (_, product) = vhp(|x| x.pow(3).sum(), &tensor!([1., 2.]), Some(&tensor!([1., 10.])));
    /// assert_eq!(product.to_vec1::<f32>(), [6., 120.]);
    /// ```
    vhp, vector_hessian
}

/// [`vjp`] of a function of several tensors: `v` has a tensor for each result, and there is a product for each input.
/// PyTorch: `torch.autograd.functional.vjp`.
///
/// ```
/// use wick::autograd::functional::{FunctionalOptions, vjp_with};
/// use wick::prelude::*;
/// let (a, b, v) = (tensor!([1., 2.]), tensor!([3., 4.]), tensor!([1., 10.]));
/// let (_, products) = vjp_with(|x| &x[0] * &x[1], &[&a, &b], Some(&[&v]), FunctionalOptions::default())?;
/// assert_eq!(products[0].to_vec1::<f32>(), [3., 40.]);
/// assert_eq!(products[1].to_vec1::<f32>(), [1., 20.]);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// If `v` does not fit the results; in strict mode where a result does not depend on an input.
pub fn vjp_with<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    vector_jacobian(&|inputs| f(inputs).into().0, inputs, v, options)
}

/// [`jvp`] of a function of several tensors: `v` has a tensor for each input, and there is a product for each result.
/// PyTorch: `torch.autograd.functional.jvp`.
///
/// ```
/// use wick::autograd::functional::{FunctionalOptions, jvp_with};
/// use wick::prelude::*;
/// let (a, b) = (tensor!([1., 2.]), tensor!([3., 4.]));
/// let v = [&tensor!([1., 0.]), &tensor!([0., 1.])];
/// let (_, products) = jvp_with(|x| &x[0] * &x[1], &[&a, &b], Some(&v), FunctionalOptions::default())?;
/// assert_eq!(products[0].to_vec1::<f32>(), [3., 2.]);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// If `v` does not fit the inputs; in strict mode where a result does not depend on an input.
pub fn jvp_with<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    jacobian_vector(&|inputs| f(inputs).into().0, inputs, v, options)
}

/// [`hvp`] of a function of several tensors: `v` has a tensor for each input, and there is a product for each.
/// PyTorch: `torch.autograd.functional.hvp`.
///
/// ```
/// use wick::autograd::functional::{FunctionalOptions, hvp_with};
/// use wick::prelude::*;
/// let (a, b, one) = (tensor!([2.]), tensor!([3.]), tensor!([1.]));
/// let f = |x: &[Tensor]| (x[0].square() * &x[1]).sum();
/// let (_, products) = hvp_with(f, &[&a, &b], Some(&[&one, &one]), FunctionalOptions::default())?;
/// assert_eq!((products[0].item::<f32>(), products[1].item::<f32>()), (10., 4.));
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// If `v` does not fit the inputs or the result is not a single number; in strict mode where the Hessian is
/// independent of an input.
pub fn hvp_with(
    f: impl Fn(&[Tensor]) -> Tensor,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<(Tensor, Vec<Tensor>)> {
    let both = hessian_vector(&|inputs| vec![f(inputs)], inputs, v, options)?;
    Ok((both.0[0].clone(), both.1))
}

/// [`vhp`] of a function of several tensors: `v` has a tensor for each input, and there is a product for each.
/// PyTorch: `torch.autograd.functional.vhp`.
///
/// ```
/// use wick::autograd::functional::{FunctionalOptions, vhp_with};
/// use wick::prelude::*;
/// let (a, b, one) = (tensor!([2.]), tensor!([3.]), tensor!([1.]));
/// let f = |x: &[Tensor]| (x[0].square() * &x[1]).sum();
/// let (_, products) = vhp_with(f, &[&a, &b], Some(&[&one, &one]), FunctionalOptions::default())?;
/// assert_eq!((products[0].item::<f32>(), products[1].item::<f32>()), (10., 4.));
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// If `v` does not fit the inputs or the result is not a single number; in strict mode where the Hessian is
/// independent of an input.
pub fn vhp_with(
    f: impl Fn(&[Tensor]) -> Tensor,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<(Tensor, Vec<Tensor>)> {
    let both = vector_hessian(&|inputs| vec![f(inputs)], inputs, v, options)?;
    Ok((both.0[0].clone(), both.1))
}

/// The vectors that were given, which must fit `like`; 1 if there is only one number to fit.
fn vectors(
    v: Option<&[&Tensor]>,
    like: &[Tensor],
    none_allowed: &str,
    record: bool,
) -> Result<Vec<Tensor>> {
    let Some(v) = v else {
        if let [one] = like
            && one.numel() == 1
        {
            return Ok(vec![one.detach().try_ones_like()?]);
        }
        bail!(
            "The vector v can only be None if {none_allowed} a single Tensor with a single element."
        );
    };
    if v.len() != like.len() {
        if like.len() == 1 {
            bail!("The given v should contain a single Tensor.");
        }
        bail!(
            "v is a tuple of invalid length: should be {} but got {}.",
            like.len(),
            v.len()
        );
    }
    let many = v.len() > 1;
    for (i, (v, like)) in v.iter().zip(like).enumerate() {
        if v.shape() != like.shape() {
            let prefix = match many {
                true => format!("Entry {i} in "),
                false => String::new(),
            };
            bail!(
                "{prefix}v has invalid size: should be {} but got {}.",
                like.shape(),
                v.shape()
            );
        }
    }
    prepared_vectors(v, record)
}

fn prepared_vectors(v: &[&Tensor], record: bool) -> Result<Vec<Tensor>> {
    v.iter()
        .map(|v| {
            if record && v.requires_grad() {
                v.try_view(v.shape())
            } else {
                Ok(v.detach())
            }
        })
        .collect()
}

/// Zeros that stand for the gradients of a first pass, so that a second pass can differentiate with respect to them:
/// the product with a Jacobian from the right is the derivative of that from the left.
pub(crate) fn placeholders(like: &[Tensor]) -> Result<Vec<Tensor>> {
    like.iter()
        .map(|t| t.detach().try_zeros_like()?.try_requires_grad_(true))
        .collect()
}

fn check_single(outputs: &[Tensor], name: &str) -> Result<()> {
    let [output] = outputs else {
        bail!("The function given to {name} should return a single Tensor")
    };
    if output.numel() != 1 {
        bail!(
            "The Tensor returned by the function given to {name} should contain a single element"
        );
    }
    Ok(())
}

fn vector_jacobian(
    f: Function<'_>,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<Both> {
    let (record, strict) = (options.create_graph, options.strict);
    enable_grad(|| {
        let inputs = prepared(inputs, record)?;
        let outputs = f(&inputs);
        check_requires_grad(&outputs, Of::Outputs, strict)?;
        let v = vectors(v, &outputs, "the user-provided function returns", record)?;
        let found = gradients(&outputs, &inputs, &v, record)?;
        let product = fill(found, &inputs, strict, record, "back")?;
        Ok((finished(outputs, record), finished(product, record)))
    })
}

fn jacobian_vector(
    f: Function<'_>,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<Both> {
    let (record, strict) = (options.create_graph, options.strict);
    enable_grad(|| {
        let inputs = prepared(inputs, record)?;
        let v = vectors(
            v,
            &inputs,
            "the input to the user-provided function is",
            record,
        )?;
        let outputs = f(&inputs);
        check_requires_grad(&outputs, Of::Outputs, strict)?;
        let stand_in = placeholders(&outputs)?;
        let back = gradients(&outputs, &inputs, &stand_in, true)?;
        let back = super::filled(back, &inputs)?;
        check_requires_grad(&back, Of::GradInput, strict)?;
        let found = gradients(&back, &stand_in, &v, record)?;
        let product = fill(found, &outputs, strict, record, "back_trick")?;
        Ok((finished(outputs, record), finished(product, record)))
    })
}

fn hessian_vector(
    f: Function<'_>,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<Both> {
    let (record, strict) = (options.create_graph, options.strict);
    enable_grad(|| {
        let inputs = prepared(inputs, record)?;
        let v = vectors(
            v,
            &inputs,
            "the input to the user-provided function is",
            record,
        )?;
        let outputs = f(&inputs);
        check_single(&outputs, "hvp")?;
        check_requires_grad(&outputs, Of::Outputs, strict)?;
        let first = super::filled(gradients(&outputs, &inputs, &[], true)?, &inputs)?;
        check_requires_grad(&first, Of::Jacobian, strict)?;
        let stand_in = placeholders(&inputs)?;
        let second = super::filled(gradients(&first, &inputs, &stand_in, true)?, &inputs)?;
        check_requires_grad(&second, Of::Hessian, strict)?;
        let found = gradients(&second, &stand_in, &v, record)?;
        let product = fill(found, &inputs, strict, record, "double_back_trick")?;
        Ok((finished(outputs, record), finished(product, record)))
    })
}

fn vector_hessian(
    f: Function<'_>,
    inputs: &[&Tensor],
    v: Option<&[&Tensor]>,
    options: FunctionalOptions,
) -> Result<Both> {
    let (record, strict) = (options.create_graph, options.strict);
    enable_grad(|| {
        let inputs = prepared(inputs, record)?;
        let v = vectors(
            v,
            &inputs,
            "the input to the user-provided function is",
            record,
        )?;
        let outputs = f(&inputs);
        check_single(&outputs, "vhp")?;
        check_requires_grad(&outputs, Of::Outputs, strict)?;
        let first = super::filled(gradients(&outputs, &inputs, &[], true)?, &inputs)?;
        check_requires_grad(&first, Of::Jacobian, strict)?;
        let found = gradients(&first, &inputs, &v, record)?;
        let product = fill(found, &inputs, strict, record, "double_back")?;
        Ok((finished(outputs, record), finished(product, record)))
    })
}
