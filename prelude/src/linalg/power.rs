//! Powers and exponentials of matrices.

use super::check::{batch, floats, sizes, square};
use super::parts::eye;
use super::solve::{try_inv, try_solve};
use crate::autograd::{Ctx, Saved, no_grad, record};
use crate::error::Result;
use crate::tensor::Tensor;

functions! {
    /// Square matrices to a whole power, also a negative one (`torch.linalg.matrix_power`). `[…, N, N]` to `[…, N, N]`.
    /// A negative power fails where a matrix is singular.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 1.], [0., 1.]]);
    /// assert_eq!(wick::linalg::matrix_power(&a, 5).to_vec2::<f32>(), [[1., 5.], [0., 1.]]);
    /// ```
    matrix_power, try_matrix_power (a: &Tensor, n: i64) -> Tensor => power(a, n);
    /// The exponentials of square matrices, not of their elements (`torch.linalg.matrix_exp`): scaling and squaring
    /// with Padé's approximant of order 13 (Higham 2005). `[…, N, N]` to `[…, N, N]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[0., 1.], [0., 0.]]);
    /// assert_eq!(linalg::matrix_exp(&a).to_vec2::<f32>(), [[1., 1.], [0., 1.]]);
    /// ```
    matrix_exp, try_matrix_exp (a: &Tensor) -> Tensor => exponential(a);
}

fn power(a: &Tensor, n: i64) -> Result<Tensor> {
    square(a, "linalg.matrix_power")?;
    if n == 0 {
        return eye(a.size(-1), a)?.try_expand(a.shape())?.try_copy();
    }
    if n < 0 {
        return power(&try_inv(a)?, -n);
    }
    if n == 1 {
        return a.try_copy();
    }
    let (mut rest, mut factor, mut product) = (n, a.clone(), None::<Tensor>);
    loop {
        if rest & 1 == 1 {
            product = Some(match product {
                Some(product) => product.try_matmul(&factor)?,
                None => factor.clone(),
            });
        }
        rest >>= 1;
        if rest == 0 {
            return product.map_or_else(|| a.try_copy(), Ok);
        }
        factor = factor.try_matmul(&factor)?;
    }
}

fn exponential(a: &Tensor) -> Result<Tensor> {
    square(a, "linalg.matrix_exp")?;
    floats(a, "linalg.matrix_exp", false)?;
    let n = a.size(-1);
    let output = no_grad(|| {
        let flat = a.detach().try_reshape([batch(a).iter().product(), n, n])?;
        let each = flat
            .try_unbind(0)?
            .iter()
            .map(exponential_of_one)
            .collect::<Result<Vec<_>>>()?;
        match each.is_empty() || n == 0 {
            true => a.try_zeros_like(),
            false => Tensor::try_stack(&each, 0)?.try_reshape(a.shape()),
        }
    })?;
    let output = Tensor::from_array(output.array());
    record("LinalgMatrixExpBackward0", &[a], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            // The upper right block of exp [[Aᵀ g], [0 Aᵀ]] is the derivative of exp at Aᵀ in the direction of g.
            let transposed = ctx.saved(0)?.try_mt()?;
            let (n, _) = sizes(&transposed);
            let above = Tensor::try_cat(&[&transposed, g], -1)?;
            let below = Tensor::try_cat(&[&g.detach().try_zeros_like()?, &transposed], -1)?;
            let both = exponential(&Tensor::try_cat(&[above, below], -2)?)?;
            let block = both.try_narrow(-2, 0, n)?.try_narrow(-1, n as i64, n)?;
            Ok(vec![Some(block)])
        };
        (vec![Saved::input(a)], backward)
    })
}

/// Padé's coefficients of order 13, and up to which 1-norm they are exact in double precision.
const PADE: [f64; 14] = [
    64_764_752_532_480_000.,
    32_382_376_266_240_000.,
    7_771_770_303_897_600.,
    1_187_353_796_428_800.,
    129_060_195_264_000.,
    10_559_470_521_600.,
    670_442_572_800.,
    33_522_128_640.,
    1_323_241_920.,
    40_840_800.,
    960_960.,
    16_380.,
    182.,
    1.,
];
const EXACT_UP_TO: f64 = 5.371_920_351_148_152;

/// Computed in double precision: the coefficients span seventeen digits.
fn exponential_of_one(a: &Tensor) -> Result<Tensor> {
    let (n, _) = sizes(a);
    let wide = a.try_to_dtype(crate::DType::F64)?;
    if n == 0 {
        return a.try_copy();
    }
    let size = wide
        .try_abs()?
        .try_sum_dim(0, false)?
        .try_max()?
        .item::<f64>();
    if !size.is_finite() {
        return a.try_mul(f64::NAN);
    }
    let halvings = (size / EXACT_UP_TO).log2().ceil().max(0.);
    let x = wide.try_div(halvings.exp2())?;
    let x2 = x.try_matmul(&x)?;
    let x4 = x2.try_matmul(&x2)?;
    let x6 = x4.try_matmul(&x2)?;
    let one = eye(n, &x)?;
    let sum = |c: [f64; 3]| {
        let high = x6.try_mul(c[2])?.try_add(x4.try_mul(c[1])?)?;
        high.try_add(x2.try_mul(c[0])?)
    };
    let half = |first: usize| {
        let low = sum([PADE[first + 2], PADE[first + 4], PADE[first + 6]])?;
        let high = sum([PADE[first + 8], PADE[first + 10], PADE[first + 12]])?;
        let all = x6.try_matmul(&high)?.try_add(&low)?;
        all.try_add(one.try_mul(PADE[first])?)
    };
    let odd = x.try_matmul(&half(1)?)?;
    let even = half(0)?;
    let mut result = try_solve(&even.try_sub(&odd)?, &even.try_add(&odd)?)?;
    for _ in 0..halvings as u32 {
        result = result.try_matmul(&result)?;
    }
    result.try_to_dtype(a.dtype())
}
