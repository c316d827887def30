//! Products of tensors beyond the matrix product: with sums on top, over chosen dimensions, of vectors in space.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::autograd::{Ctx, Saved, no_grad, record_as_is};
use crate::error::{Result, bail};
use crate::shape::{Dims, broadcast};

/// `beta * self + alpha * product(a, b)`, as one node; `slopes` gives the gradients of both factors.
fn added(
    name: &'static str,
    x: &Tensor,
    [a, b]: [&Tensor; 2],
    [beta, alpha]: [f64; 2],
    product: impl FnOnce() -> Result<Tensor>,
    slopes: fn(&Ctx, &Tensor) -> Result<[Option<Tensor>; 2]>,
) -> Result<Tensor> {
    composed(
        name,
        &[x, a, b],
        Keep::Inputs,
        || {
            let product = product()?;
            let product = if alpha == 1. {
                product
            } else {
                product.try_mul(whole(alpha))?
            };
            if beta == 0. {
                // What x holds does not count then, not even if it is not a number.
                broadcast_into(x, &product)?;
                return Ok(product);
            }
            let x = if beta == 1. {
                x.clone()
            } else {
                x.try_mul(whole(beta))?
            };
            broadcast_into(&x, &product)?.try_add(&product)
        },
        move |ctx, g| {
            let scaled = g.try_mul(alpha)?;
            let [a, b] = slopes(ctx, &scaled)?;
            Ok(vec![ctx.when(0, || g.try_mul(beta))?, a, b])
        },
    )
}

/// A whole number as an integer, so that it does not make floats of integers.
fn whole(number: f64) -> crate::Scalar {
    if number.fract() == 0. && number.abs() < 9e15 {
        crate::Scalar::Int(number as i64)
    } else {
        crate::Scalar::Float(number)
    }
}

fn broadcast_into(x: &Tensor, product: &Tensor) -> Result<Tensor> {
    x.try_expand(product.shape())
}

fn matrix(name: &str, what: &str, x: &Tensor) -> Result<()> {
    if x.dim() != 2 {
        bail!("{name}: {what} must be a matrix, got {}-D tensor", x.dim());
    }
    Ok(())
}

fn vector(name: &str, what: &str, x: &Tensor) -> Result<()> {
    if x.dim() != 1 {
        bail!(
            "{name}: Expected 1-D argument {what}, but got {}-D",
            x.dim()
        );
    }
    Ok(())
}

/// What is added to and both factors are of one dtype.
fn same_dtypes(x: &Tensor, a: &Tensor, b: &Tensor) -> Result<()> {
    for (name, left) in [("self", x), ("mat1", a)] {
        if left.dtype() != b.dtype() {
            bail!(
                "{name} and mat2 must have the same dtype, but got {} and {}",
                left.dtype().scalar_type(),
                b.dtype().scalar_type()
            );
        }
    }
    Ok(())
}

fn addmm(x: &Tensor, a: &Tensor, b: &Tensor, factors: [f64; 2]) -> Result<Tensor> {
    same_dtypes(x, a, b)?;
    matrix("addmm", "self", a)?;
    matrix("addmm", "mat2", b)?;
    super::linalg::check_inner(
        "addmm: ",
        a.dims()[0],
        a.dims()[1],
        b.dims()[0],
        b.dims()[1],
    )?;
    added(
        "AddmmBackward0",
        x,
        [a, b],
        factors,
        || a.try_matmul(b),
        |ctx, g| {
            Ok([
                ctx.when(1, || g.try_matmul(&ctx.saved(2)?.try_t()?))?,
                ctx.when(2, || ctx.saved(1)?.try_t()?.try_matmul(g))?,
            ])
        },
    )
}

fn addmv(x: &Tensor, a: &Tensor, b: &Tensor, factors: [f64; 2]) -> Result<Tensor> {
    if a.dim() != 2 || b.dim() != 1 {
        bail!(
            "vector + matrix @ vector expected, got {}, {}, {}",
            x.dim(),
            a.dim(),
            b.dim()
        );
    }
    let (m, k) = (a.dims()[0], a.dims()[1]);
    if k != b.numel() || !(x.numel() == m || x.numel() == 1) {
        bail!(
            "size mismatch, got input ({}), mat ({m}x{k}), vec ({})",
            x.numel(),
            b.numel()
        );
    }
    super::linalg::same_dtypes_of_mv(x, a, b)?;
    added(
        "AddmvBackward0",
        x,
        [a, b],
        factors,
        || a.try_matmul(b),
        |ctx, g| {
            Ok([
                ctx.when(1, || g.try_unsqueeze(1)?.try_mul(ctx.saved(2)?))?,
                ctx.when(2, || ctx.saved(1)?.try_t()?.try_matmul(g))?,
            ])
        },
    )
}

fn addr(x: &Tensor, a: &Tensor, b: &Tensor, factors: [f64; 2]) -> Result<Tensor> {
    vector("addr", "vec1", a)?;
    vector("addr", "vec2", b)?;
    added(
        "AddrBackward0",
        x,
        [a, b],
        factors,
        || a.try_unsqueeze(1)?.try_mul(b),
        |ctx, g| {
            Ok([
                ctx.when(1, || g.try_matmul(&ctx.saved(2)?))?,
                ctx.when(2, || g.try_t()?.try_matmul(&ctx.saved(1)?))?,
            ])
        },
    )
}

fn baddbmm(x: &Tensor, a: &Tensor, b: &Tensor, factors: [f64; 2]) -> Result<Tensor> {
    if x.dtype() != a.dtype() {
        bail!(
            "Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}",
            x.dtype().c_name(),
            a.dtype().c_name(),
            b.dtype().c_name()
        );
    }
    added(
        "BaddbmmBackward0",
        x,
        [a, b],
        factors,
        || a.try_bmm(b),
        |ctx, g| {
            Ok([
                ctx.when(1, || g.try_bmm(&ctx.saved(2)?.try_mt()?))?,
                ctx.when(2, || ctx.saved(1)?.try_mt()?.try_bmm(g))?,
            ])
        },
    )
}

fn addbmm(x: &Tensor, a: &Tensor, b: &Tensor, factors: [f64; 2]) -> Result<Tensor> {
    same_dtypes(x, a, b)?;
    added(
        "AddbmmBackward0",
        x,
        [a, b],
        factors,
        || a.try_bmm(b)?.try_sum_dim(0, false),
        |ctx, g| {
            let g = g.try_unsqueeze(0)?;
            let each = |t: &Tensor| g.try_expand([t.dims()[0], g.dims()[1], g.dims()[2]]);
            Ok([
                ctx.when(1, || {
                    let b = ctx.saved(2)?;
                    each(&b)?.try_bmm(&b.try_mt()?)
                })?,
                ctx.when(2, || {
                    let a = ctx.saved(1)?;
                    a.try_mt()?.try_bmm(&each(&a)?)
                })?,
            ])
        },
    )
}

/// The sum of products of two vectors, of which the first is conjugated.
fn vdot(x: &Tensor, other: &Tensor) -> Result<Tensor> {
    let output = no_grad(|| x.try_conj()?.try_dot(other))?;
    record_as_is("VdotBackward0", &[x, other], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            Ok(vec![
                ctx.when(0, || g.try_conj()?.try_mul(ctx.saved(1)?))?,
                ctx.when(1, || g.try_mul(ctx.saved(0)?))?,
            ])
        };
        (vec![Saved::input(x), Saved::input(other)], backward)
    })
}

fn one_dtype(x: &Tensor, other: &Tensor) -> Result<()> {
    if x.dtype() != other.dtype() {
        bail!("both inputs should have same dtype");
    }
    Ok(())
}

/// Sums of products over pairs of dimensions.
fn contract(x: &Tensor, other: &Tensor, dims: &[i64], others: &[i64]) -> Result<Tensor> {
    one_dtype(x, other)?;
    if dims.len() != others.len() {
        bail!("both dimension lists should have same length");
    }
    let (mut a, mut b) = (x.clone(), other.clone());
    for (&i, &j) in dims.iter().zip(others) {
        let (m, n) = (x.try_size(i)?, other.try_size(j)?);
        // A dimension of size 1 goes with any size.
        if n == 1 {
            a = a.try_sum_dim(i, true)?.try_to_dtype(x.dtype())?;
        } else if m == 1 {
            b = b.try_sum_dim(j, true)?.try_to_dtype(x.dtype())?;
        } else if m != n {
            bail!(
                "contracted dimensions need to match, but first has size {m} in dim {i} and second has size {n} in dim {j}"
            );
        }
    }
    let (mine, theirs) = (
        Dims::from(dims).to_axes(x.dim())?,
        Dims::from(others).to_axes(other.dim())?,
    );
    let rest = |t: &Tensor, used: &[usize]| -> Vec<usize> {
        (0..t.dim()).filter(|d| !used.contains(d)).collect()
    };
    let (kept_a, kept_b) = (rest(&a, &mine), rest(&b, &theirs));
    let sizes =
        |t: &Tensor, dims: &[usize]| -> Vec<usize> { dims.iter().map(|&d| t.dims()[d]).collect() };
    let (shape_a, shape_b) = (sizes(&a, &kept_a), sizes(&b, &kept_b));
    let k: usize = sizes(&a, &mine).iter().product();
    let (m, n): (usize, usize) = (shape_a.iter().product(), shape_b.iter().product());
    let a = a
        .try_permute([kept_a, mine].concat())?
        .try_reshape([m, k])?;
    let b = b
        .try_permute([theirs, kept_b].concat())?
        .try_reshape([k, n])?;
    a.try_mm(&b)?.try_reshape([shape_a, shape_b].concat())
}

fn tensordot(x: &Tensor, other: &Tensor, dims: usize) -> Result<Tensor> {
    let mine: Vec<i64> = (0..dims as i64).map(|i| i - dims as i64).collect();
    let theirs: Vec<i64> = (0..dims as i64).collect();
    contract(x, other, &mine, &theirs)
}

fn inner(x: &Tensor, other: &Tensor) -> Result<Tensor> {
    if x.dim() == 0 || other.dim() == 0 {
        return x.try_mul(other);
    }
    if x.try_size(-1)? != other.try_size(-1)? {
        bail!(
            "inner() the last dimension must match on both input tensors but got shapes {} and {}",
            x.shape().list(),
            other.shape().list()
        );
    }
    one_dtype(x, other)?;
    if x.dim() == 1 && other.dim() == 1 && x.dtype() == crate::DType::Bool {
        return Err(crate::Error::not_implemented("dot", x.dtype()));
    }
    contract(x, other, &[-1], &[-1])
}

/// The product of vectors in space: at right angles to both.
fn cross(x: &Tensor, other: &Tensor, dim: i64) -> Result<Tensor> {
    if x.dim() != other.dim() {
        bail!("linalg.cross: inputs must have the same number of dimensions.");
    }
    let (m, n) = (x.try_size(dim)?, other.try_size(dim)?);
    if m != 3 || n != 3 {
        bail!("linalg.cross: inputs dimension {dim} must have length 3. Got {m} and {n}");
    }
    let shape = broadcast(&x.shape(), &other.shape())?;
    let turned = move |a: &Tensor, b: &Tensor| -> Result<Tensor> {
        let (a, b) = (a.try_expand(&shape)?, b.try_expand(&shape)?);
        let ahead = |t: &Tensor, by: i64| t.try_roll(-by, dim);
        ahead(&a, 1)?
            .try_mul(ahead(&b, 2)?)?
            .try_sub(ahead(&a, 2)?.try_mul(ahead(&b, 1)?)?)
    };
    let again = turned.clone();
    composed(
        "LinalgCrossBackward0",
        &[x, other],
        Keep::Inputs,
        || turned(x, other),
        move |ctx, g| {
            Ok(vec![
                ctx.when(0, || again(&ctx.saved(1)?, g))?,
                ctx.when(1, || again(g, &ctx.saved(0)?))?,
            ])
        },
    )
}

/// Every element times the whole other tensor.
fn kron(x: &Tensor, other: &Tensor) -> Result<Tensor> {
    let rank = x.dim().max(other.dim());
    let padded = |t: &Tensor| -> Vec<usize> { [vec![1; rank - t.dim()], t.dims()].concat() };
    let (a, b) = (padded(x), padded(other));
    let spread = |dims: &[usize], first: bool| -> Vec<usize> {
        dims.iter()
            .flat_map(|&n| if first { [n, 1] } else { [1, n] })
            .collect()
    };
    let product = x
        .try_reshape(spread(&a, true))?
        .try_mul(other.try_reshape(spread(&b, false))?)?;
    let shape: Vec<usize> = a.iter().zip(&b).map(|(m, n)| m * n).collect();
    super::view::renewed(&product, &shape)
}

fn trace(x: &Tensor) -> Result<Tensor> {
    if x.dim() != 2 {
        bail!(
            "trace: expected a matrix, but got tensor with dim {}",
            x.dim()
        );
    }
    let (rows, columns) = (x.dims()[0], x.dims()[1]);
    composed(
        "TraceBackward0",
        &[x],
        Keep::Nothing,
        || x.try_diagonal(0)?.try_sum(),
        move |_, g| {
            let eye = Tensor::try_ones([rows.min(columns)])?
                .try_diag(0)?
                .try_to((g.dtype(), g.device()))?;
            let eye = super::pad::padded(
                &eye,
                &[
                    0,
                    columns as i64 - rows.min(columns) as i64,
                    0,
                    rows as i64 - rows.min(columns) as i64,
                ],
                0.,
            )?;
            Ok(vec![Some(g.try_mul(eye)?)])
        },
    )
}

ops! {
    /// `beta * self + alpha * a · b` for matrices (`torch.addmm(self, a, b, beta=beta, alpha=alpha)`). `[M, K]` times
    /// `[K, N]`; `self` broadcasts to `[M, N]`. All must have one dtype.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (bias, a) = (tensor!([10., 20.]), tensor!([[1., 2.], [3., 4.]]));
    /// let identity = Tensor::eye(2);
    /// assert_eq!(bias.addmm_with(&a, &identity, 1., 2.).to_string(), "tensor([[12., 24.],\n        [16., 28.]])");
    /// ```
    addmm_with, try_addmm_with, [addmm_with_, try_addmm_with_] (x, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) => addmm(x, a, b, [beta, alpha]);
    /// `self + a · b` for a matrix and a vector. `[M, N]` times `[N]`; `self` is `[M]` or one number.
    /// PyTorch: `torch.addmv`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (bias, a) = (tensor!([10., 20.]), tensor!([[1., 2.], [3., 4.]]));
    /// assert_eq!(bias.addmv(&a, &tensor!([1., 1.])).to_string(), "tensor([13., 27.])");
    /// ```
    addmv, try_addmv, [addmv_, try_addmv_] (x, a: &Tensor, b: &Tensor) => addmv(x, a, b, [1., 1.]);
    /// `beta * self + alpha * a · b` for a matrix and a vector (`torch.addmv(self, a, b, beta=beta, alpha=alpha)`).
    /// With a `beta` of 0 it does not matter what `self` holds.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (bias, a) = (tensor!([10., 20.]), tensor!([[1., 2.], [3., 4.]]));
    /// assert_eq!(bias.addmv_with(&a, &tensor!([1., 1.]), 0.5, 2.).to_string(), "tensor([11., 24.])");
    /// ```
    addmv_with, try_addmv_with, [addmv_with_, try_addmv_with_] (x, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) => addmv(x, a, b, [beta, alpha]);
    /// `self` plus all products of the elements of two vectors. `[M]` and `[N]` make a matrix `[M, N]`, to which `self`
    /// broadcasts. PyTorch: `torch.addr`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[100], [200]]);
    /// assert_eq!(x.addr(&tensor!([1, 2]), &tensor!([3, 4])).to_string(), "tensor([[103, 104],\n        [206, 208]])");
    /// ```
    addr, try_addr, [addr_, try_addr_] (x, a: &Tensor, b: &Tensor) => addr(x, a, b, [1., 1.]);
    /// [`Tensor::addr`] with factors (`torch.addr(self, a, b, beta=beta, alpha=alpha)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[100], [200]]);
    /// let y = x.addr_with(&tensor!([1, 2]), &tensor!([3, 4]), 1., -1.);
    /// assert_eq!(y.to_string(), "tensor([[ 97,  96],\n        [194, 192]])");
    /// ```
    addr_with, try_addr_with, [addr_with_, try_addr_with_] (x, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) => addr(x, a, b, [beta, alpha]);
    /// `self + a · b` for batches of matrices. `[B, M, K]` times `[B, K, N]`; `self` broadcasts to `[B, M, N]`.
    /// PyTorch: `torch.baddbmm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[[1., 2.]], [[3., 4.]]]), Tensor::ones([2, 2, 1]));
    /// assert_eq!(tensor!([[10.]]).baddbmm(&a, &b).to_string(), "tensor([[[13.]],\n\n        [[17.]]])");
    /// ```
    baddbmm, try_baddbmm, [baddbmm_, try_baddbmm_] (x, a: &Tensor, b: &Tensor) => baddbmm(x, a, b, [1., 1.]);
    /// [`Tensor::baddbmm`] with factors (`torch.baddbmm(self, a, b, beta=beta, alpha=alpha)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The scaled products of attention, of queries and keys `[B, L, E]`.
    /// let (queries, keys) = (Tensor::ones([1, 2, 4]), Tensor::ones([1, 2, 4]));
    /// let mask = tensor!([[0., f64::NEG_INFINITY], [0., 0.]]);
    /// assert_eq!(
    ///     mask.baddbmm_with(&queries, &keys.mt(), 1., 0.5).to_string(),
    ///     "tensor([[[2., -inf],\n         [2., 2.]]])"
    /// );
    /// ```
    baddbmm_with, try_baddbmm_with, [baddbmm_with_, try_baddbmm_with_] (x, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) => baddbmm(x, a, b, [beta, alpha]);
    /// `self` plus the sum of the products of a batch of matrices. `[B, M, K]` times `[B, K, N]`; `self` broadcasts to
    /// `[M, N]`. PyTorch: `torch.addbmm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[[1., 2.]], [[3., 4.]]]), Tensor::ones([2, 2, 1]));
    /// assert_eq!(tensor!([[10.]]).addbmm(&a, &b).to_string(), "tensor([[20.]])");
    /// ```
    addbmm, try_addbmm, [addbmm_, try_addbmm_] (x, a: &Tensor, b: &Tensor) => addbmm(x, a, b, [1., 1.]);
    /// [`Tensor::addbmm`] with factors (`torch.addbmm(self, a, b, beta=beta, alpha=alpha)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The mean of the products of a batch.
    /// let (a, b) = (tensor!([[[1., 2.]], [[3., 4.]]]), Tensor::ones([2, 2, 1]));
    /// assert_eq!(tensor!([[0.]]).addbmm_with(&a, &b, 0., 0.5).to_string(), "tensor([[5.]])");
    /// ```
    addbmm_with, try_addbmm_with, [addbmm_with_, try_addbmm_with_] (x, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) => addbmm(x, a, b, [beta, alpha]);
    /// The product of a matrix and a vector. `[M, N]` times `[N]` gives `[M]`; other sizes and dtypes that differ are
    /// errors. PyTorch: `torch.mv`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2], [3, 4]]);
    /// assert_eq!(a.mv(&tensor!([10, 1])).to_string(), "tensor([12, 34])");
    /// ```
    mv, try_mv, [] (x, vector: &Tensor) => {
        x.try_size(0)?;
        if x.dim() != 2 || vector.dim() != 1 {
            bail!("vector + matrix @ vector expected, got 1, {}, {}", x.dim(), vector.dim());
        }
        x.try_matmul(vector)
    };
    /// The sum of products of two vectors, like [`Tensor::dot`], of which the first is conjugated.
    /// PyTorch: `torch.vdot`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::complex(&tensor!([1., 0.]), &tensor!([2., 1.]));
    /// // The square of the length, a real number.
    /// assert_eq!(a.vdot(&a).to_string(), "tensor(6.+0.j)");
    /// assert_eq!(a.dot(&a).to_string(), "tensor(-4.+4.j)");
    /// ```
    vdot, try_vdot, [] (x, other: &Tensor) => vdot(x, other);
    /// Sums of products over the last dimension of both. `[…, K]` and `[…, K]` give all other dimensions of the first,
    /// then those of the second. PyTorch: `torch.inner`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1, 2], [3, 4]]), tensor!([10, 1]));
    /// assert_eq!(b.inner(&b).to_string(), "tensor(101)");
    /// assert_eq!(a.inner(&b).to_string(), "tensor([12, 34])");
    /// ```
    inner, try_inner, [] (x, other: &Tensor) => inner(x, other);
    /// Sums of products over the last `dims` dimensions of this tensor and the first of the other. With 1 it is the
    /// matrix product. PyTorch: `torch.tensordot`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (Tensor::ones([2, 3, 4]), Tensor::ones([3, 4, 5]));
    /// assert_eq!(a.tensordot(&b, 2).to_vec2::<f32>(), [[12.; 5]; 2]);
    /// ```
    tensordot, try_tensordot, [] (x, other: &Tensor, dims: usize) => tensordot(x, other, dims);
    /// Sums of products over pairs of dimensions (`torch.tensordot(a, b, dims=([1], [0]))`). The dimensions that are
    /// left are those of the first, then those of the second.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1, 2], [3, 4]]), tensor!([[10, 0], [0, 1]]));
    /// // Over the rows of both.
    /// assert_eq!(a.tensordot_dims(&b, [0], [0]).to_string(), "tensor([[10,  3],\n        [20,  4]])");
    /// ```
    tensordot_dims, try_tensordot_dims, [] (x, other: &Tensor, dims: impl crate::Given<Dims>, others: impl crate::Given<Dims>)
        => contract(x, other, dims.into().as_slice(), others.into().as_slice());
    /// The vector at right angles to two vectors of length 3 along one dimension. Both tensors have equally many
    /// dimensions; the other ones broadcast. PyTorch: `torch.linalg.cross`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, y) = (tensor!([1, 0, 0]), tensor!([0, 1, 0]));
    /// assert_eq!(x.cross(&y, 0).to_string(), "tensor([0, 0, 1])");
    /// ```
    cross, try_cross, [] (x, other: &Tensor, dim: i64) => cross(x, other, dim);
    /// Every element times the whole other tensor, as blocks (Kronecker's product). `[M, N]` and `[P, Q]` give
    /// `[M * P, N * Q]`. PyTorch: `torch.kron`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1, 10]]), tensor!([[1, 2], [3, 4]]));
    /// assert_eq!(a.kron(&b).to_string(), "tensor([[ 1,  2, 10, 20],\n        [ 3,  4, 30, 40]])");
    /// ```
    kron, try_kron, [] (x, other: &Tensor) => kron(x, other);
    /// The sum of the diagonal of a matrix. Other than two dimensions are an error. PyTorch: `torch.trace`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[1, 2], [3, 4]]).trace().to_string(), "tensor(5)");
    /// ```
    trace, try_trace, [] (x) => trace(x);
}
