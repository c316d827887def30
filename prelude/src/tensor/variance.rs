//! How far elements spread around their mean.

use super::Tensor;
use super::ops::ops;
use super::reduce::{Over, mean, mean_node};
use crate::autograd::{Ctx, Saved, record};
use crate::error::{Result, bail};
use crate::kernels::reduce;
use crate::shape::Dims;

fn has_spread(name: &str, x: &Tensor) -> Result<()> {
    if !x.dtype().is_differentiable() {
        bail!("{name} only support floating point and complex dtypes");
    }
    Ok(())
}

fn variance(x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    variance_node("VarBackward0", x, over, correction)
}

/// The spread and the mean, as PyTorch's one node for both.
fn with_mean(x: &Tensor, over: Over, correction: f64, root: bool) -> Result<(Tensor, Tensor)> {
    let (name, node) = if root {
        ("std_mean", "StdMeanBackward0")
    } else {
        ("var_mean", "VarMeanBackward0")
    };
    has_spread(name, x)?;
    let spread = if root { deviation_node } else { variance_node };
    Ok((
        spread(node, x, over.clone(), correction)?,
        mean_node(node, x, over)?,
    ))
}

fn variance_node(name: &'static str, x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    has_spread("std and var", x)?;
    let shape = x.shape();
    let spread = |x: &Tensor| -> Result<Tensor> {
        let array = reduce::variance(&x.array(), &over.axes, correction)?;
        Ok(over.shaped(&shape, &array))
    };
    // Squared distances of complex numbers are those of both parts.
    let output = match x.is_complex() {
        true => {
            let x = x.detach();
            spread(&x.try_real()?)?.try_add(spread(&x.try_imag()?)?)?
        }
        false => spread(x)?,
    };
    let freedom = (over.count(&shape) as f64 - correction).max(0.);
    record(name, &[x], output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let x = ctx.saved(0)?;
            let center = mean(
                &x,
                Over {
                    keepdim: true,
                    ..over.clone()
                },
            )?;
            Ok(vec![Some(
                (over.restored(&shape, g)? * (2. / freedom)) * (&x - center),
            )])
        };
        (vec![Saved::input(x)], backward)
    })
}

fn deviation(x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    deviation_node("StdBackward0", x, over, correction)
}

fn deviation_node(name: &'static str, x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    let shape = x.shape();
    let output = variance(&x.detach(), over.clone(), correction)?.try_sqrt()?;
    let freedom = (over.count(&shape) as f64 - correction).max(0.);
    record(name, &[x], output, |output| {
        let saved = vec![Saved::input(x), Saved::output(output)];
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (x, y) = (ctx.saved(0)?, ctx.saved(1)?);
            let center = mean(
                &x,
                Over {
                    keepdim: true,
                    ..over.clone()
                },
            )?;
            let slope = y.try_eq(0)?.try_where_(0, g / (y * freedom))?;
            Ok(vec![Some(over.restored(&shape, &slope)? * (&x - center))])
        };
        (saved, backward)
    })
}

ops! {
    /// The variance of all elements, over `n - 1`. A tensor without dimensions; integers are an error.
    /// PyTorch: `torch.var`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 3., 4.]).var().to_string(), "tensor(1.6667)");
    /// ```
    var, try_var, [] (x) => variance(x, Over::all(x), 1.);
    /// Variances over some dimensions, over `n - correction`. PyTorch's default of `correction` is 1; with 0 it is the
    /// variance of the elements themselves, as batch normalization takes it. PyTorch: `torch.var`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 3.], [2., 6.]]);
    /// assert_eq!(a.var_dim(1, 1., false).to_string(), "tensor([2., 8.])");
    /// assert_eq!(a.var_dim(1, 0., false).to_string(), "tensor([1., 4.])");
    /// ```
    var_dim, try_var_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool)
        => {
            has_spread("std and var", x)?;
            variance(x, Over::dims(x, &dims.into(), keepdim)?, correction)
        };
    /// The standard deviation of all elements, over `n - 1`. A tensor without dimensions; integers are an error.
    /// PyTorch: `torch.std`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 3., 4.]).std().to_string(), "tensor(1.2910)");
    /// ```
    std, try_std, [] (x) => deviation(x, Over::all(x), 1.);
    /// Standard deviations over some dimensions, over `n - correction`. PyTorch's default of `correction` is 1.
    /// PyTorch: `torch.std`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // Each column with mean 0 and standard deviation 1.
    /// let a = tensor!([[1., 10.], [3., 50.]]);
    /// let scaled = (&a - a.mean_dim(0, true)) / a.std_dim(0, 0., true);
    /// assert_eq!(scaled.to_string(), "tensor([[-1., -1.],\n        [ 1.,  1.]])");
    /// ```
    std_dim, try_std_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool)
        => {
            has_spread("std and var", x)?;
            deviation(x, Over::dims(x, &dims.into(), keepdim)?, correction)
        };
    /// The standard deviation (over `n - 1`) and the mean of all elements. PyTorch: `torch.std_mean`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (std, mean) = tensor!([1., 2., 3., 4.]).std_mean();
    /// assert_eq!(std.to_string(), "tensor(1.2910)");
    /// assert_eq!(mean.to_string(), "tensor(2.5000)");
    /// ```
    std_mean, try_std_mean, [] (x) -> (Tensor, Tensor) => with_mean(x, Over::all(x), 1., true);
    /// Standard deviations (over `n - correction`) and means over some dimensions: `torch.std_mean(x, dim)`. For images
    /// `[N, C, H, W]`, `(0, 2, 3)` gives one of each for a channel.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let images = tensor!([[[[0., 1.]], [[4., 4.]]]]);
    /// let (std, mean) = images.std_mean_dim((0, 2, 3), 0., false);
    /// assert_eq!(std.to_string(), "tensor([0.5000, 0.0000])");
    /// assert_eq!(mean.to_string(), "tensor([0.5000, 4.0000])");
    /// ```
    std_mean_dim, try_std_mean_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool) -> (Tensor, Tensor)
        => with_mean(x, Over::dims(x, &dims.into(), keepdim)?, correction, true);
    /// The variance (over `n - 1`) and the mean of all elements. PyTorch: `torch.var_mean`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (var, mean) = tensor!([1., 2., 3., 4.]).var_mean();
    /// assert_eq!(var.to_string(), "tensor(1.6667)");
    /// assert_eq!(mean.to_string(), "tensor(2.5000)");
    /// ```
    var_mean, try_var_mean, [] (x) -> (Tensor, Tensor) => with_mean(x, Over::all(x), 1., false);
    /// Variances (over `n - correction`) and means over some dimensions: `torch.var_mean(x, dim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (var, mean) = tensor!([[1., 3.], [2., 6.]]).var_mean_dim(1, 0., false);
    /// assert_eq!(var.to_string(), "tensor([1., 4.])");
    /// assert_eq!(mean.to_string(), "tensor([2., 4.])");
    /// ```
    var_mean_dim, try_var_mean_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool) -> (Tensor, Tensor)
        => with_mean(x, Over::dims(x, &dims.into(), keepdim)?, correction, false);
}
